package mechanism

import (
	"context"
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/view"
)

// maxEvidence is how many records of a case are opened for one answer, maxSaid how many are listed that speak of one of them.
const (
	maxEvidence = 100
	maxSaid     = 20
)

// Evidence is what a list of records holds for one viewer, with what rules say of it, the pictures that belong to it and what was said about it.
type Evidence struct {
	Observations []Observation `json:"observations,omitempty" access:"each"`
	Outcomes     []Outcome     `json:"outcomes,omitempty" access:"each" doc:"Those named, and the latest about the observations."`
	Media        []Media       `json:"media,omitempty" access:"each"`
	Statements   []Statement   `json:"statements,omitempty" access:"each" doc:"Those named, and those that cite one of the records."`
	Others       []Card        `json:"others,omitempty" access:"each"`
	Whole        bool          `json:"whole" access:"existence" doc:"Every record was looked at; false where there were too many."`
}

// Evidence opens records by their names, in the order given: of each what the viewer may see, and nothing where they may not know of it. An outcome brings
// the observations it rests on; an observation brings the latest outcomes about it and its pictures. Reasons come where they are asked for: a rule that is
// read in a hundred ways has a hundred trees of them.
func (m *Mechanism) Evidence(ctx context.Context, v access.Viewer, ids []truce.RecordID, language string, reasons bool) (Evidence, error) {
	const op truce.Op = "mechanism.Evidence"
	out := Evidence{Whole: true}
	seen := map[truce.RecordID]bool{}
	todo := slices.Clone(ids)
	for n := 0; len(todo) > 0; n++ {
		if n == maxEvidence {
			out.Whole = false
			break
		}
		id := todo[0]
		todo = todo[1:]
		if seen[id] {
			continue
		}
		seen[id] = true
		row, t, sees, err := m.look(ctx, op, v, id)
		if truce.KindOf(err) == truce.NotFound && err != nil {
			continue
		} else if err != nil {
			return out, err
		}
		switch row.Kind {
		case truce.RecordObservation:
			o, err := m.observation(ctx, &row, t, sees)
			if err != nil {
				return out, err
			}
			out.Observations = append(out.Observations, o)
			if err := m.about(ctx, v, id, language, reasons, &out); err != nil {
				return out, err
			}
		case truce.RecordOutcome:
			o, err := m.outcomeOf(ctx, &row, t, sees, language, reasons)
			if err != nil {
				return out, err
			}
			if !slices.ContainsFunc(out.Outcomes, func(x Outcome) bool { return x.ID == id }) {
				out.Outcomes = append(out.Outcomes, o)
			}
			todo = append(todo, o.Records...)
		case truce.RecordMedia:
			x, err := m.media(ctx, &row, t, sees)
			if err != nil {
				return out, err
			}
			out.Media = append(out.Media, x)
		case truce.RecordStatement:
			x, err := m.statement(ctx, &row, t, sees)
			if err != nil {
				return out, err
			}
			out.Statements = append(out.Statements, x)
		default:
			c := m.card(&row, t, sees)
			access.RedactTo(sees, &c)
			out.Others = append(out.Others, c)
		}
		said, err := list(ctx, m, v, view.Query{Kinds: []truce.RecordKind{truce.RecordStatement}, Links: id, How: "cites", Limit: maxSaid}, "",
			func(row *view.Row, t access.Thing, sees access.Fields) (Statement, bool, error) {
				if seen[row.ID] || !sees.Has(access.Note) { // that it cites this record is its note
					return Statement{}, false, nil
				}
				seen[row.ID] = true
				s, err := m.statement(ctx, row, t, sees)
				return s, true, err
			})
		if err != nil {
			return out, err
		}
		out.Statements = append(out.Statements, said.Items...)
	}
	return out, nil
}

// about adds what belongs to an observation.
func (m *Mechanism) about(ctx context.Context, v access.Viewer, id truce.RecordID, language string, reasons bool, out *Evidence) error {
	outcomes, err := m.Outcomes(ctx, v, OutcomeSearch{Of: id, Lang: language, Bare: !reasons, Limit: maxSaid})
	if err != nil {
		return err
	}
	for _, o := range outcomes.Items {
		if !slices.ContainsFunc(out.Outcomes, func(x Outcome) bool { return x.ID == o.ID }) {
			out.Outcomes = append(out.Outcomes, o)
		}
	}
	pictures, err := m.Pictures(ctx, v, id, "", maxSaid)
	if err != nil {
		return err
	}
	for _, p := range pictures.Items {
		if !slices.ContainsFunc(out.Media, func(x Media) bool { return x.ID == p.ID }) {
			out.Media = append(out.Media, p)
		}
	}
	return nil
}
