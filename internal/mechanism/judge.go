package mechanism

import (
	"bytes"
	"context"
	"slices"

	"truce"
	"truce/assess"
	"truce/internal/access"
	"truce/internal/intake"
	"truce/internal/intake/ndjson"
	"truce/internal/record"
)

// maxReport is how many bytes one report has as a line.
const maxReport = 256 << 10

// Judged is what the rules in force would make of a report. Nothing of it is written down.
type Judged struct {
	// Items are the rules that speak of it, in the order of the agreement. Those that say under every reading that they do not apply are only counted.
	Items []Outcome
	Apart int
	// Problems are why it cannot be taken as it is.
	Problems []Problem
}

// Judge says how a report would be judged if it were filed now, by itself: the rules in force look at it and at nothing else that was reported, so that the
// answer tells its author nothing but what the text says of their own words. What others reported may still change it.
func (m *Mechanism) Judge(ctx context.Context, v access.Viewer, o *truce.Observation, language string) (Judged, error) {
	const op truce.Op = "mechanism.Judge"
	if _, err := m.may(op, v, access.ActReport, access.Thing{Kind: access.KindObservation, Author: v.Author(), Tier: truce.TierMechanism}); err != nil {
		return Judged{}, err
	}
	a, ok := m.Current()
	if !ok {
		return Judged{}, errNoAgreement(op)
	}
	read, err := a.read(ctx, o)
	if err != nil || read.observation == nil {
		return Judged{Problems: read.problems}, err
	}
	x := read.observation
	x.Received = v.Now
	assessor, err := assess.New(a.Plan)
	if err != nil {
		return Judged{}, err
	}
	assessor.Add(x)
	// The fields of an own report, all of them, are its author's to see; so are the reasons that speak of nothing else.
	sees := access.EveryField
	var out Judged
	res := assessor.Settle(v.Now)
	for _, acc := range res.Accounts {
		if !slices.Contains(acc.Subject.Records, x.ID) {
			continue
		}
		if says, same := acc.Result(); same && says == truce.NotApplicable {
			out.Apart++
			continue
		}
		out.Items = append(out.Items, m.accountOf(acc, res.ExplainAll(acc), language, sees))
	}
	return out, nil
}

// accountOf writes what a rule says of one thing, with the reasons.
func (m *Mechanism) accountOf(acc truce.Account, explained []truce.Outcome, language string, sees access.Fields) Outcome {
	out := Outcome{Rule: acc.Rule, Article: acc.Article, Subject: acc.Subject.Kind, Actor: acc.Subject.Actor, Turns: acc.Turns, By: acc.Attribution.By,
		Answering: acc.Attribution.Answering, Known: acc.Attribution.Known.String(), Latest: true}
	res, same := acc.Result()
	out.Result, out.Same = res.String(), same
	for n, x := range acc.Outcomes {
		said := Said{Result: x.Result.String()}
		for _, c := range x.Readings {
			said.Readings = append(said.Readings, c.String())
		}
		for _, p := range x.Possible.Results() {
			said.Possible = append(said.Possible, p.String())
		}
		why := record.Why{Margin: x.Margin, Permille: x.Permille, Missing: x.Missing}
		if n < len(explained) {
			why.Reasons = explained[n].Reasons
		}
		out.Said, out.Why = append(out.Said, said), append(out.Why, m.why(why, language, sees))
	}
	return out
}

// File takes one report into the journal. It is durable when this returns; sent again it is the same record. Problems say why it was not taken.
func (m *Mechanism) File(ctx context.Context, v access.Viewer, o *truce.Observation) (Receipt, []Problem, error) {
	const op truce.Op = "mechanism.File"
	if _, err := m.may(op, v, access.ActReport, access.Thing{Kind: access.KindObservation, Author: v.Author(), Tier: truce.TierMechanism}); err != nil {
		return Receipt{}, nil, err
	}
	a, ok := m.Current()
	if !ok {
		return Receipt{}, nil, errNoAgreement(op)
	}
	read, err := a.read(ctx, o)
	if err != nil || read.observation == nil {
		return Receipt{}, read.problems, err
	}
	x := read.observation
	x.Simulated = x.Simulated || m.Exercise
	d, err := record.Observation{Kind: x.Kind, Simulated: x.Simulated, Moved: x.Moved, Content: x}.Draft()
	if err != nil {
		return Receipt{}, nil, err
	}
	d.Record.Tier = truce.TierMechanism
	m.sign(v, &d)
	list, err := m.put(ctx, []record.Draft{d})
	if err != nil {
		return Receipt{}, nil, err
	}
	_ = m.Await(ctx, list[0].Seq) // so that its author finds it; it is safe in any case
	return list[0], nil, nil
}

// read takes a report through the reader of files, so that what is judged and what is filed are held to the same form.
func (a *Adopted) read(ctx context.Context, o *truce.Observation) (one, error) {
	var s one
	_, err := intake.Read(ctx, bytes.NewReader(ndjson.Append(nil, o)), "report", intake.Options{Format: intake.FormatNDJSON, Clock: a.Plan.Agreement.Clock,
		Incidents: a.Plan.Incidents, Equipment: a.Plan.Equipment, MaxBytes: maxReport}, &s)
	return s, err
}

// one takes a single observation out of what is read.
type one struct {
	observation *truce.Observation
	problems    []Problem
}

func (s *one) Observation(o *truce.Observation) error { s.observation = o; return nil }
func (s *one) Fixes(intake.Track, []truce.Fix) error  { return nil }
func (s *one) Reject(p truce.Problem) error           { s.problems = append(s.problems, problem(p)); return nil }
