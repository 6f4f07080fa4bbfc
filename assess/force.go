package assess

import "truce"

// inForce asks, for a time, whether a rule binds then: the questions common to all rules.
func (s *settling) inForce(r *rule, when truce.Span, c *choice) []question {
	var qs []question
	begun := s.begun(r, when, c)
	qs = append(qs, question{begun.not(), truce.NotDue})
	if r.Until.Kind != truce.TimeUnset {
		m := s.cached(r, c, "until", r.Until)
		qs = append(qs, question{s.momentReason(m.over(when), truce.Say("time.until", m.arg()), m), truce.NotApplicable})
	}
	if d := s.plan.Agreement.Duration; d != nil {
		qs = append(qs, question{s.expired(when, c), truce.NotApplicable})
	}
	if r.ReplacedBy != nil {
		m := s.cached(r, c, "replaced", r.ReplacedBy.From)
		a := known(truce.False)
		if m.state == set {
			a = m.begun(when)
		}
		qs = append(qs, question{s.because(a, "time.replaced", truce.Str(r.ReplacedBy.By), m.arg()), truce.NotApplicable})
	}
	for i := range s.plan.Agreement.Suspensions {
		sp := &s.plan.Agreement.Suspensions[i]
		if !suspends(sp, r) {
			continue
		}
		from, until := s.moment(sp.From, c), s.moment(sp.Until, c)
		a := all(from.begun(when), until.over(when).not())
		if s.why {
			a = a.explained(truce.Say("time.suspended", from.arg(), until.arg()), sp.Source)
		}
		qs = append(qs, question{a, truce.Suspended})
	}
	return qs
}

func suspends(sp *truce.Suspension, r *rule) bool {
	if len(sp.Rules) == 0 && len(sp.Articles) == 0 {
		return true
	}
	for _, id := range sp.Rules {
		if id == r.ID {
			return true
		}
	}
	for _, id := range sp.Articles {
		if id == r.Article {
			return true
		}
	}
	return false
}

// cached works a moment of a rule out once for each choice.
func (s *settling) cached(r *rule, c *choice, part string, e truce.TimeExpr) moment {
	key := momentKey{r.ID, c, part}
	if m, ok := s.moments[key]; ok {
		return m
	}
	m := s.moment(e, c)
	s.moments[key] = m
	return m
}

// start is when a rule begins to bind: its own from, or that of the agreement.
func (s *settling) start(r *rule, c *choice) moment {
	if r.From.Kind == truce.TimeUnset && s.plan.Agreement.Duration != nil {
		return s.cached(r, c, "from", s.plan.Agreement.Duration.From)
	}
	return s.cached(r, c, "from", r.From)
}

func (s *settling) begun(r *rule, when truce.Span, c *choice) answer {
	m := s.start(r, c)
	return s.momentReason(m.begun(when), truce.Say("time.from", m.arg()), m)
}

func (s *settling) momentReason(a answer, p truce.Phrase, m moment) answer {
	if !s.why {
		return a
	}
	a = a.explained(p)
	if m.reason.Phrase.ID != "" {
		a.reason.Children = append(a.reason.Children, m.reason)
	}
	return a
}

// maxRenewals bounds how often an agreement is followed through its extensions.
const maxRenewals = 200

// expired answers whether the agreement itself has run out at a time: at the end of its term, and of each extension, it
// goes on only if what an extension needs is on record.
func (s *settling) expired(when truce.Span, c *choice) answer {
	d := s.plan.Agreement.Duration
	from := s.moment(d.From, c)
	if from.state != set || !when.Stated() {
		return known(truce.False)
	}
	clock := s.plan.Agreement.Clock
	begin := from.starts()
	end := moment{state: set, span: truce.Span{From: clock.Plus(begin.From, d.For) - 1, To: clock.Plus(begin.To, d.For) - 1}}
	needs := d.RenewNeeds
	var named []truce.Phrase
	if d.RenewTerm != "" {
		if rd := c.reading(s, d.RenewTerm); rd != nil {
			needs = rd.Renewal
		}
	}
	extended := known(truce.True)
	for n := 1; n <= maxRenewals; n++ {
		over := end.over(when)
		if over.truth != truce.True {
			// The time lies in this term. Whether the term was ever reached depends on the extensions before it.
			a := anyOf(over, extended.not())
			return s.because(a, "time.term", truce.NumArg(int64(n)), truce.SpanArg(end.span))
		}
		if d.RenewFor.Zero() {
			return s.because(known(truce.True), "time.ended", truce.SpanArg(end.span))
		}
		ok := s.renewed(d, needs, end, c)
		named = addPhrases(named, ok.missing)
		extended = all(extended, ok)
		if extended.truth == truce.False {
			return s.because(known(truce.True), "time.ended", truce.SpanArg(end.span))
		}
		end.span = truce.Span{From: clock.Plus(end.span.From+1, d.RenewFor) - 1, To: clock.Plus(end.span.To+1, d.RenewFor) - 1}
	}
	return answer{missing: named}
}

// renewed answers whether an extension came about at the end of a term: by the consent of each, or because none objected.
func (s *settling) renewed(d *truce.Duration, needs string, end moment, c *choice) answer {
	// A statement counts for the term in whose last part it was made: after the middle of the term before the end.
	var list []answer
	for _, who := range d.RenewBy {
		yes, no := truce.False, truce.False
		for _, o := range s.byWhat[d.Act] {
			if !o.When.Stated() || !s.within(o, d, end) {
				continue
			}
			sd := s.sides(o)
			t := s.anyBelongs(append(append(sd.initiators, sd.subjects...), sd.both...), who, o.When)
			if o.Result == truce.EndedObjected || o.Result == truce.EndedDenied {
				no = no.Or(t)
			} else {
				yes = yes.Or(t)
			}
		}
		switch {
		case no == truce.True:
			list = append(list, known(truce.False))
		case needs == "no-objection":
			list = append(list, answer{truth: no.Not()})
		case yes == truce.True:
			list = append(list, known(truce.True))
		default:
			list = append(list, missingFact(truce.Say("missing.consent", truce.ActorArg(who), truce.SpanArg(end.span))))
		}
	}
	return all(list...)
}

// within reports whether an act lies in the term that ends at end, or in the half of it before the end.
func (s *settling) within(o *truce.Observation, d *truce.Duration, end moment) bool {
	length := d.RenewFor
	if length.Zero() {
		length = d.For
	}
	back := truce.Period{Months: -length.Months, Days: -length.Days, Clock: -length.Clock}
	begin := s.plan.Agreement.Clock.Plus(end.span.From+1, back)
	return o.When.From >= begin && o.When.From <= end.span.To
}

func (s *settling) anyBelongs(ps []person, who truce.ActorID, when truce.Span) truce.Truth {
	t := truce.False
	for _, p := range ps {
		t = t.Or(s.cast.belongs(p, who, when, nil).truth)
	}
	return t
}
