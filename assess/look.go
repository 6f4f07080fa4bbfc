package assess

import (
	"slices"

	"truce"
)

// Version is the version of the evaluation: two programs with the same one say the same of the same plan and records. It
// goes up whenever an outcome can change.
const Version = 1

// The questions below are what a report asks of a result beyond its outcomes. None of them changes anything.

// Actor finds whom a source means by a name at a time; ok is false where nobody, or more than one, is known by it.
func (res *Result) Actor(name string, when truce.Span) (id truce.ActorID, ok bool) {
	p := res.settling.cast.find(name, when)
	return p.id, p.id != ""
}

// Class says how the agreement sees a name at a time, from nobody's side: [truce.ClassAdhering], [truce.ClassExcluded], or
// neither, which is the empty class. ok is false where that is not known.
func (res *Result) Class(name string, when truce.Span) (class truce.Class, ok bool) {
	c := res.settling.cast
	p := c.find(name, when)
	joined, out := c.is(p, truce.ClassAdhering, when, nil).truth, c.is(p, truce.ClassExcluded, when, nil).truth
	switch {
	case joined == truce.True:
		return truce.ClassAdhering, true
	case out == truce.True:
		return truce.ClassExcluded, true
	}
	return "", joined == truce.False && out == truce.False
}

// Under answers whether an actor is surely another at a time, belongs to it, or is one whom it answers for, through every body and collective name between them. What
// is disputed is not sure, whoever is right.
func (res *Result) Under(who, of truce.ActorID, when truce.Span) bool {
	s := res.settling
	key := whoKey{"under " + string(of), person{id: who}, s.cast.epoch(when), ""}
	a, ok := s.actors[key]
	if !ok {
		if a = s.cast.belongs(key.person, of, when, nil); slices.Contains(s.cast.answering(who, when), of) {
			a = known(truce.True)
		}
		s.actors[key] = a
	}
	return a.truth == truce.True
}

// Means says whether an actor is what a term means at a time, under one of its readings and from the view of those who hold that.
func (res *Result) Means(c truce.Choice, id truce.ActorID, when truce.Span) truce.Truth {
	s := res.settling
	rd := s.plan.Reading(c)
	if rd == nil {
		return truce.Unknown
	}
	return s.whoTerm(c.Term, person{id: id}, when, &choice{list: []truce.Choice{c}, read: []*truce.Reading{rd}}).truth
}

// Begins gives when a rule begins to bind, for each choice of readings in the plan's order. A time that is not stated is
// one the text does not date, or one that waits for something of which there is no record.
func (res *Result) Begins(id truce.RuleID) []truce.Span {
	s := res.settling
	r := s.ruleByID[id]
	if r == nil {
		return nil
	}
	var out []truce.Span
	for _, c := range r.choices {
		when := truce.Span{}
		if m := s.start(r, c); m.state == set && m.span.To < truce.LatestInstant {
			when = m.starts()
		}
		out = append(out, when)
	}
	return out
}

// Moment gives when a named moment of the agreement is, as far as that does not depend on a reading.
func (res *Result) Moment(id truce.MomentID) truce.Span {
	m := res.settling.moment(truce.TimeExpr{Kind: truce.TimeMoment, Moment: id}, &choice{})
	if m.state != set || m.span.To == truce.LatestInstant {
		return truce.Span{}
	}
	return m.starts()
}

// Concerns answers of an incident whether it is of a kind a rule names, and, for each choice of readings, whether it lies
// where the rule speaks of. Neither the time nor the sides are asked.
func (res *Result) Concerns(id truce.RuleID, o *truce.Observation) (kind truce.Truth, place []truce.Truth) {
	s := res.settling
	r := s.ruleByID[id]
	if r == nil {
		return truce.False, nil
	}
	kind = s.kindIs(o.What, r.Kinds).truth
	if kind == truce.False {
		return kind, nil
	}
	sp := s.ground.spot(s.plan.Agreement, o.Where)
	for _, c := range r.choices {
		t := truce.True
		if r.Where != nil {
			switch reg := s.ground.compile(r.Where, c); {
			case sp.geo == nil:
				t = truce.Unknown
			case sp.feature == "" || reg.op != "zone" || reg.f.ID != sp.feature:
				t = reg.relate(sp.geo).Truth
			}
		}
		place = append(place, t)
	}
	return kind, place
}

// Where gives where a place is drawn: the feature it names, if it does, and a position; ok is false where neither is known.
func (res *Result) Where(p truce.Place) (feature truce.PlaceID, at truce.Position, ok bool) {
	sp := res.settling.ground.spot(res.settling.plan.Agreement, p)
	return sp.feature, sp.at, sp.geo != nil
}
