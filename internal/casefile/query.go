package casefile

import (
	"slices"

	"truce"
	"truce/internal/record"
)

// Query is a question from one participant to others, or a notice of movement, with what each of them did.
type Query struct {
	ID        truce.RecordID // of the record that began it
	Version   truce.VersionID
	Act       record.QueryAct // asks or notifies
	From      truce.BodyID
	Case      truce.CaseID
	At        truce.Instant
	Due       truce.Instant // zero where nothing runs out
	To        []Asked
	Simulated bool
	// Withdrawn is the record by which whoever began it took it back.
	Withdrawn truce.RecordID
}

// Asked is one of those a query goes to.
type Asked struct {
	Body truce.BodyID
	// Answer is what it did first, "" for nothing yet; Silence stands beside an answer that came late.
	Answer  record.QueryAct
	Record  truce.RecordID
	At      truce.Instant
	Silence truce.RecordID
}

func (q *Query) clock() truce.CaseClock {
	if q.Act == record.QueryNotifies {
		return truce.ClockMovement
	}
	return truce.ClockAnswer
}

func (q *Query) clocks() []Clock {
	var out []Clock
	for _, a := range q.To {
		if q.Due != 0 && q.Withdrawn == "" && a.Answer == "" && a.Silence == "" {
			out = append(out, Clock{Query: q.ID, Clock: q.clock(), Body: a.Body, From: q.At, Due: q.Due})
		}
	}
	return out
}

func (q *Query) to(body truce.BodyID) *Asked {
	for i := range q.To {
		if q.To[i].Body == body {
			return &q.To[i]
		}
	}
	return nil
}

// Query gives a copy of a query by the record that began it; ok is false where there is none.
func (b *Book) Query(id truce.RecordID) (q *Query, ok bool) {
	if q = b.queries[id]; q == nil {
		return nil, false
	}
	out := *q
	out.To = slices.Clone(q.To)
	return &out, true
}

// Queries lists the records that began queries, in order.
func (b *Book) Queries() []truce.RecordID { return slices.Clone(b.asked) }

// ApplyQuery takes an act of a query; one that is not possible changes nothing.
func (b *Book) ApplyQuery(r *truce.Record, q record.Query) error {
	old, g, err := b.checkQuery(r, q)
	if err != nil {
		return err
	}
	at := timeOf(r)
	switch {
	case old == nil:
		n := &Query{ID: r.ID, Version: r.Version, Act: q.Act, From: r.Author.Body, Case: q.Case, At: at, Simulated: q.Simulated}
		if limit := g.a.Limit(n.clock()); limit > 0 {
			n.Due = at.Add(limit)
		}
		for _, body := range q.To {
			n.To = append(n.To, Asked{Body: body})
		}
		b.queries[r.ID] = n
		b.asked = append(b.asked, r.ID)
	case q.Act == record.QueryWithdraws:
		old.Withdrawn = r.ID
	case q.Act == record.QuerySilence:
		old.to(q.Body).Silence = r.ID
	default:
		a := old.to(r.Author.Body)
		a.Answer, a.Record, a.At = q.Act, r.ID, at
	}
	return nil
}

// CheckQuery says whether an act could be applied now, and changes nothing.
func (b *Book) CheckQuery(r *truce.Record, q record.Query) error {
	_, _, err := b.checkQuery(r, q)
	return err
}

func (b *Book) checkQuery(r *truce.Record, q record.Query) (*Query, *rules, error) {
	fail := func(kind truce.ErrorKind, p truce.Phrase) (*Query, *rules, error) {
		return nil, nil, &truce.Error{Op: "casefile.ApplyQuery", Kind: kind, Subject: string(q.Of), Cause: refuse(p)}
	}
	who := r.Author
	begins := q.Act == record.QueryAsks || q.Act == record.QueryNotifies
	old := b.queries[q.Of]
	version := r.Version
	if !begins {
		if old == nil {
			return fail(truce.NotFound, truce.Say("case.no-such-query"))
		}
		version = old.Version
	}
	g := b.rules(version)
	if g == nil {
		return fail(truce.Invalid, truce.Say("case.no-such-version", truce.Str(string(version))))
	}
	for _, id := range q.Cites {
		if b.Known != nil && !b.Known(id) {
			return fail(truce.Invalid, truce.Say("case.unknown-record", truce.Str(string(id))))
		}
	}
	var none *Case
	speaks := none.has(g, who, Right{AsParticipant, spokesmen})
	heard := none.has(g, who, anyone) // answers, though it may not ask
	room := none.has(g, who, dutyOfficer)
	denied := truce.Say("case.no-right-query")
	if begins {
		if !speaks && !(room && q.Act == record.QueryAsks) {
			return fail(truce.Denied, denied)
		}
		for _, body := range q.To {
			if !slices.Contains(g.participants, body) || body == who.Body {
				return fail(truce.Invalid, truce.Say("case.no-participant", truce.ActorArg(truce.ActorID(body))))
			}
		}
		if b.queries[r.ID] != nil {
			return fail(truce.Conflict, truce.Say("case.answered"))
		}
		if _, known := b.cases[q.Case]; q.Case != "" && !known {
			return fail(truce.NotFound, truce.Say("case.no-such-case"))
		}
		return nil, g, nil
	}
	if q.Simulated != old.Simulated {
		return fail(truce.Invalid, truce.Say("case.exercise"))
	}
	if old.Withdrawn != "" {
		return fail(truce.Conflict, truce.Say("case.withdrawn"))
	}
	switch q.Act {
	case record.QueryWithdraws:
		if who.Body != old.From || !speaks && !room {
			return fail(truce.Denied, denied)
		}
	case record.QuerySilence:
		if who.Person != "" || who.Vouch != truce.VouchNode {
			return fail(truce.Denied, denied)
		}
		if !slices.ContainsFunc(old.clocks(), func(k Clock) bool { return k.Body == q.Body && k.Due <= timeOf(r) }) {
			return fail(truce.Invalid, truce.Say("case.not-run-out"))
		}
	default:
		a := old.to(who.Body)
		switch {
		case a == nil || !heard:
			return fail(truce.Denied, denied)
		case (q.Act == record.QueryAnswers) != (old.Act == record.QueryAsks):
			return fail(truce.Invalid, truce.Say("case.other-query"))
		case a.Answer != "":
			return fail(truce.Conflict, truce.Say("case.answered"))
		}
	}
	return old, g, nil
}
