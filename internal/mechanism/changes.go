package mechanism

import (
	"context"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/view"
)

// What changed. See docs/limits.md.
const (
	// DefaultChanges is how many changes are told one by one, and DefaultAlike how many of one kind: a hundred outcomes do not hide one step. MaxChanges is how
	// many records are counted.
	DefaultChanges = 12
	DefaultAlike   = 4
	MaxChanges     = 2000
	// DefaultChangesFor is how far back is looked where nobody says since when.
	DefaultChangesFor = 24 * time.Hour
)

// Change is a record that came, with what a viewer may see of it: one of the members is set, or none where they see only that it is there.
type Change struct {
	Card        `access:"each"`
	Observation *Observation `json:"observation,omitempty" access:"each"`
	Outcome     *Outcome     `json:"outcome,omitempty" access:"each"`
	Statement   *Statement   `json:"statement,omitempty" access:"each"`
	Query       *Query       `json:"query,omitempty" access:"each"`
	Step        *CaseStep    `json:"step,omitempty" access:"each"`
}

// Changes is what came since somebody looked.
type Changes struct {
	Items  []Change       `json:"items" access:"each" doc:"The newest, and of each kind only a few."`
	Counts map[string]int `json:"counts" access:"existence" doc:"How many of each kind of record."`
	// More is set where there may be others beyond those that were counted.
	More bool `json:"more" access:"existence"`
	// Since is from when on was looked, "" where a cursor said it; Cursor is where to go on from.
	Since  string `json:"since,omitempty" access:"existence" format:"date-time"`
	Cursor string `json:"cursor" access:"existence"`
}

// Changes tells what came behind a cursor that a viewer may know of. A cursor that is not known any more, and none, stands for the last day.
func (m *Mechanism) Changes(ctx context.Context, v access.Viewer, cursor, language string) (Changes, error) {
	head, _, _ := m.Taken()
	out := Changes{Items: []Change{}, Counts: map[string]int{}}
	var err error
	if out.Cursor, err = m.cursor(head.Seq); err != nil {
		return out, err
	}
	n, known := m.cursors.find(cursor)
	oldest := v.Now.Add(-DefaultChangesFor)
	if !known {
		out.Since = oldest.String()
	}
	q := view.Query{After: truce.Seq(n), Limit: min(view.MaxPage, MaxChanges)}
	for looked := 0; looked < MaxChanges; {
		rows, err := m.View.Records(ctx, q)
		if err != nil {
			return out, err
		}
		for i := range rows {
			row := &rows[i]
			if !known && row.Recorded < oldest {
				return out, nil
			}
			if row.Kind == truce.RecordCheckpoint {
				continue // nobody did anything: the public log was signed, as it is every few minutes
			}
			t := m.thing(row)
			sees := access.See(v, t)
			if !sees.Has(access.Existence) {
				continue
			}
			out.Counts[row.Kind.String()]++
			if row.Kind != truce.RecordPositions && len(out.Items) < DefaultChanges && out.Counts[row.Kind.String()] <= DefaultAlike {
				one, err := m.change(ctx, v, row, t, sees, language)
				if err != nil {
					return out, err
				}
				out.Items = append(out.Items, one)
			}
		}
		if len(rows) < q.Limit {
			return out, nil
		}
		looked += len(rows)
		q.Before = rows[len(rows)-1].Seq
	}
	out.More = true
	return out, nil
}

func (m *Mechanism) change(ctx context.Context, v access.Viewer, row *view.Row, t access.Thing, sees access.Fields, language string) (out Change, err error) {
	out.Card = m.card(row, t, sees)
	access.RedactTo(sees, &out.Card)
	m.note(v, t, sees)
	switch row.Kind {
	case truce.RecordObservation:
		var o Observation
		o, err = m.observation(ctx, row, t, sees)
		out.Observation = &o
	case truce.RecordOutcome:
		var o Outcome
		o, err = m.outcome(ctx, row, t, sees, language)
		out.Outcome = &o
	case truce.RecordStatement:
		var s Statement
		s, err = m.statement(ctx, row, t, sees)
		out.Statement = &s
	case truce.RecordQuery:
		var q Query
		q, err = m.query(ctx, row, t, sees)
		out.Query = &q
	case truce.RecordStep:
		m.mu.RLock()
		c, ok := m.book.Case(row.Case)
		m.mu.RUnlock()
		if !ok {
			return out, nil
		}
		for _, d := range c.Steps {
			if d.Record != row.ID {
				continue
			}
			var s CaseStep
			if s, ok, err = m.step(ctx, v, d); ok {
				out.Step = &s
			}
		}
	}
	return out, err
}
