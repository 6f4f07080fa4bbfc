package assess

import (
	"truce"
	"truce/terms"
)

// manyAnswers is how many answers about actors and places are kept for whoever asks the same again: most are about one observation alone.
const manyAnswers = 4096

// observation gives the account of a rule on one incident, passage, inspection or presence.
func (s *settling) observation(r *rule, o *truce.Observation) truce.Account {
	if len(s.actors)+len(s.places) > manyAnswers {
		clear(s.actors)
		clear(s.places)
	}
	sd := s.sides(o)
	acc := truce.Account{Subject: truce.Subject{Kind: "observation", Records: []truce.ObservationID{o.ID}, Count: 1, When: o.When}}
	if r.Object == truce.KindIncident && s.kindIs(o.What, r.Kinds).truth == truce.False && !s.why {
		acc.Outcomes = r.na // most incidents are of no kind that a rule speaks of
		return acc
	}
	spot := s.ground.spot(s.plan.Agreement, o.Where)
	acc.Subject.Place = spot.feature
	acc.Outcomes = make([]truce.Outcome, 0, len(r.choices))
	for _, c := range r.choices {
		acc.Outcomes = append(acc.Outcomes, s.outcome(r, o, sd, spot, c))
	}
	if matters(acc.Outcomes) {
		acc.Attribution = s.attribution(sd, o.When)
		if len(acc.Attribution.By) == 1 {
			acc.Subject.Actor = acc.Attribution.By[0]
		}
	}
	return acc
}

// matters reports whether a breach is the result or still possible under some reading.
func matters(outs []truce.Outcome) bool {
	for _, o := range outs {
		if o.Possible.Has(truce.Breached) {
			return true
		}
	}
	return false
}

// outcome asks the questions of one rule about one observation under one choice of readings.
func (s *settling) outcome(r *rule, o *truce.Observation, sd sides, spot spot, c *choice) truce.Outcome {
	var qs []question
	ask := func(a answer, then truce.Result) { qs = append(qs, question{a, then}) }
	if r.Object == truce.KindIncident {
		ask(s.kindIs(o.What, r.Kinds).not(), truce.NotApplicable)
	} else if len(r.Kinds) > 0 {
		ask(s.because(known(truce.TruthOf(hasWord(r.Kinds, o.What))), "kind.is", word(o.What), wordList(r.Kinds)).not(), truce.NotApplicable)
	}
	qs = append(qs, s.inForce(r, o.When, c)...)
	if r.Hours != nil {
		ask(s.hours(*r.Hours, o.When, o.Lasted).not(), truce.NotApplicable)
	}
	if r.Object == truce.KindIncident {
		ask(s.involved(r.Rule, sd, o.When, c).not(), truce.NotApplicable)
	} else {
		who := append(append(append([]person{}, sd.subjects...), sd.initiators...), sd.both...)
		if r.Of.Set() || r.By.Set() {
			w := r.Of
			if r.By.Set() {
				w = r.By
			}
			ask(s.anyOne(w, who, o.When, c).not(), truce.NotApplicable)
		}
		if r.Against.Set() {
			ask(s.anyOne(r.Against, sd.targets, o.When, c).not(), truce.NotApplicable)
		}
	}
	if r.Object != truce.KindInspection {
		ask(s.armed(r.Equipment, o.Equipment, c).not(), truce.NotApplicable)
	}
	where := placed{answer: known(truce.True), permille: -1}
	elsewhere := truce.NotApplicable
	if r.Where != nil {
		where = s.where(r.Where, spot, c)
		if r.Object == truce.KindPresence && r.Verb == truce.Forbids {
			elsewhere = truce.Kept
		}
		ask(where.not(), elsewhere)
	}
	if r.When != "" {
		ask(s.happened(r.When, o, sd).not(), truce.NotApplicable)
	}
	if r.WhenTerm != "" {
		ask(s.eventTerm(r.WhenTerm, o, sd, c).not(), truce.NotApplicable)
	}
	for i := range r.Unless {
		ask(s.exception(&r.Unless[i], o, sd, spot, c), truce.Kept)
	}
	// Whatever would be a breach is one only when enough stands behind it.
	enough := s.evidence(r.Evidence, o)
	breach := func(a answer) {
		if enough.truth == truce.False {
			thin := enough.not()
			ask(all(a, thin), truce.Undetermined)
			return
		}
		ask(a, truce.Breached)
	}
	margin := truce.Margin{}
	otherwise := truce.Kept
	switch {
	case r.Object == truce.KindPassage:
		margin = s.passage(r, o, ask, breach)
	case r.Object == truce.KindNotification:
		margin = s.notice(r, o, breach)
	case r.Verb == truce.Limits:
		margin = s.limits(r, o, ask, breach)
	default:
		if enough.truth == truce.False {
			ask(enough.not(), truce.Undetermined)
		}
		otherwise = truce.Breached
	}
	out := decide(qs, otherwise)
	out.Readings = c.list
	out.Margin = margin
	s.addMargins(r, o, where, c, &out)
	if s.why {
		explain(qs, otherwise, &out)
	}
	return out
}

// happened answers a condition on what happened.
func (s *settling) happened(text string, o *truce.Observation, sd sides) answer {
	cond := s.plan.Condition(text, truce.TermEvent)
	a := s.condition(cond, func(name string, cond *terms.Condition) terms.Attribute {
		return s.eventAttribute(o, sd, name, cond)
	})
	kids := a.reason.Children
	if s.why && cond != nil {
		a = a.explained(truce.Say("condition", cond.Says))
	}
	a.reason.Children = kids
	return a
}

// eventTerm answers whether what happened is what a term means, under the reading chosen.
func (s *settling) eventTerm(t truce.TermID, o *truce.Observation, sd sides, c *choice) answer {
	rd := c.reading(s, t)
	if rd == nil {
		return answer{}
	}
	a := s.happened(rd.Condition, o, sd)
	kid := a.reason
	if s.why {
		a = a.explained(truce.Say("event.term", truce.ReadingArg(truce.Choice{Term: t, Reading: rd.ID})), rd.Source)
		a.reason.Children = []truce.Reason{kid}
	}
	return a
}

func hasWord(list []string, w string) bool {
	for _, x := range list {
		if x == w {
			return true
		}
	}
	return false
}

// anyOne answers whether one of the people is of those a rule means.
func (s *settling) anyOne(w truce.Who, ps []person, when truce.Span, c *choice) answer {
	if len(ps) == 0 {
		return missingFact(truce.Say("missing.who-not-stated"))
	}
	var list []answer
	for _, p := range ps {
		list = append(list, s.who(w, p, when, c, nil))
	}
	if len(list) == 1 {
		return list[0]
	}
	return anyOf(list...)
}

// addMargins adds how far the place lies from where the result would change, and how long the time from when it would.
func (s *settling) addMargins(r *rule, o *truce.Observation, where placed, c *choice, out *truce.Outcome) {
	if out.Possible == truce.ResultSet(0).With(truce.NotApplicable) && where.truth != truce.False {
		return // it is not the place or the time that decides
	}
	if where.hasDepth {
		out.Margin.Metres, out.Margin.HasMetres = -tenths(where.depth), true
	}
	if where.truth == truce.Unknown {
		out.Permille = int16(where.permille)
	}
	if m := s.start(r, c); m.state == set && o.When.Stated() {
		st := m.starts()
		switch {
		case o.When.To < st.From:
			out.Margin.Time, out.Margin.HasTime = st.From.Sub(o.When.To), true
		case o.When.From >= st.To && (out.Result == truce.Breached || out.Possible.Has(truce.Breached)) && !out.Margin.HasTime:
			out.Margin.Time, out.Margin.HasTime = st.To.Sub(o.When.From), true
		}
	}
}

// tenths rounds a length to a tenth of a metre, half away from zero.
func tenths(m truce.Metres) truce.Tenths {
	v := float64(m) * 10
	if v < 0 {
		return truce.Tenths(float64(v) - 0.5)
	}
	return truce.Tenths(float64(v) + 0.5)
}

// exception answers whether an exception lifts a prohibition for one observation.
func (s *settling) exception(e *truce.Exception, o *truce.Observation, sd sides, spot spot, c *choice) answer {
	var list []answer
	doers := append(append([]person{}, sd.initiators...), sd.subjects...)
	if e.By.Set() || e.Against.Set() {
		if len(sd.subjects) > 0 && len(sd.initiators) == 0 {
			list = append(list, s.anyOne(e.By, doers, o.When, c))
		} else {
			list = append(list, s.directed(e.By, e.Against, sd, o.When, c))
		}
	}
	if e.Where != nil {
		list = append(list, s.where(e.Where, spot, c).answer)
	}
	if len(e.Kinds) > 0 {
		if o.Kind == truce.KindIncident {
			list = append(list, s.kindIs(o.What, e.Kinds))
		} else {
			list = append(list, known(truce.TruthOf(hasWord(e.Kinds, o.What))))
		}
	}
	if e.When != "" {
		list = append(list, s.happened(e.When, o, sd))
	}
	if e.WhenTerm != "" {
		list = append(list, s.eventTerm(e.WhenTerm, o, sd, c))
	}
	if e.Notice != nil {
		list = append(list, s.notified(e.Notice, doers, sd.both, o.When, spot))
	}
	if e.Permission != "" {
		if p := s.ruleByID[e.Permission]; p != nil {
			list = append(list, s.permitted(p, o, sd, spot, c))
		}
	}
	a := all(list...)
	if s.why {
		kids := a.reason.Children
		a = a.explained(truce.Say("exception"))
		a.reason.Children = kids
	}
	return a
}

// permitted answers whether a permission covers an observation: what it is about, and what must have come before.
func (s *settling) permitted(p *rule, o *truce.Observation, sd sides, spot spot, c *choice) answer {
	list := []answer{}
	if p.Object == truce.KindIncident {
		list = append(list, s.kindIs(o.What, p.Kinds), s.involved(p.Rule, sd, o.When, c))
	} else {
		if p.Of.Set() {
			list = append(list, s.anyOne(p.Of, append(append([]person{}, sd.subjects...), sd.initiators...), o.When, c))
		}
		list = append(list, s.armed(p.Equipment, o.Equipment, c))
	}
	if p.Where != nil {
		list = append(list, s.where(p.Where, spot, c).answer)
	}
	for _, q := range s.inForce(p, o.When, c) {
		list = append(list, q.answer.not())
	}
	if p.When != "" {
		list = append(list, s.happened(p.When, o, sd))
	}
	if p.WhenTerm != "" {
		list = append(list, s.eventTerm(p.WhenTerm, o, sd, c))
	}
	same := append(append([]person{}, sd.initiators...), sd.subjects...)
	if len(same) == 0 {
		same = sd.both
	}
	earliest := truce.EarliestInstant
	for i := range p.Steps {
		a, at := s.step(&p.Steps[i], o, same, earliest, c)
		list = append(list, a)
		if a.truth == truce.True {
			earliest = at
		}
	}
	a := all(list...)
	if s.why {
		kids := a.reason.Children
		a = a.explained(truce.Say("permission", truce.RuleArg(p.ID)), p.Source)
		a.reason.Children = kids
	}
	return a
}

// step answers whether one of the steps a permission asks for came about, no earlier than the step before it.
func (s *settling) step(st *truce.Step, o *truce.Observation, same []person, earliest truce.Instant, c *choice) (answer, truce.Instant) {
	out := known(truce.False)
	if st.Unknown {
		out = missingFact(truce.Say("missing.step", truce.WordArg(st.What)))
	}
	if !o.When.Stated() {
		return missingFact(truce.Say("missing.when")), earliest
	}
	for _, act := range s.byWhat[st.What] {
		if !act.When.Stated() {
			continue
		}
		from, to := truce.EarliestInstant, o.When.To
		if st.Before > 0 {
			from = o.When.From.Add(-st.Before)
		}
		if st.After > 0 {
			to = o.When.To.Add(st.After)
		} else if act.When.From > o.When.To {
			continue
		}
		if act.When.To < from || act.When.From > to || act.When.To < earliest {
			continue
		}
		a := s.actIs(act, &st.Act, person{}, c)
		if len(st.By.Classes) > 0 || st.By.Set() {
			sd := s.sides(act)
			who := append(append(append([]person{}, sd.initiators...), sd.subjects...), sd.both...)
			a = all(a, s.anyOneSame(st.By, who, act.When, c, same))
		}
		// An act known only to the day may have come too early, too late or just in time.
		if a.truth == truce.True && (act.When.From < from || act.When.To > to || st.After == 0 && act.When.To > o.When.From) {
			a = missingFact(truce.Say("missing.step-time", truce.WordArg(st.What), truce.SpanArg(act.When)))
		}
		if a.truth == truce.True {
			return s.because(a, "step.done", truce.WordArg(st.What), truce.SpanArg(act.When), truce.RecordArg(act.ID)), act.When.From
		}
		if a.truth == truce.Unknown {
			out = a
		}
	}
	return s.because(out, "step.not-done", truce.WordArg(st.What)), earliest
}

func (s *settling) anyOneSame(w truce.Who, ps []person, when truce.Span, c *choice, same []person) answer {
	if len(ps) == 0 {
		return missingFact(truce.Say("missing.who-not-stated"))
	}
	var list []answer
	for _, p := range ps {
		list = append(list, s.who(w, p, when, c, same))
	}
	return anyOf(list...)
}

// actIs answers whether a record is of the act described. Who did it is asked only where the description has no word for the same side.
func (s *settling) actIs(o *truce.Observation, a *truce.Act, by person, c *choice) answer {
	if o.What != a.What {
		return known(truce.False)
	}
	ok := len(a.Result) == 0 && o.Result != truce.EndedFailed && o.Result != truce.EndedDenied && o.Result != truce.EndedObjected
	for _, r := range a.Result {
		ok = ok || o.Result == r
	}
	if !ok {
		return known(truce.False)
	}
	if by.id != "" {
		sd := s.sides(o)
		who := append(append(append([]person{}, sd.initiators...), sd.subjects...), sd.both...)
		if len(who) == 0 {
			return missingFact(truce.Say("missing.who-not-stated"))
		}
		var list []answer
		for _, p := range who {
			list = append(list, s.cast.belongs(p, by.id, o.When, nil))
		}
		return anyOf(list...)
	}
	if a.By.Set() && !hasSame(a.By) {
		sd := s.sides(o)
		return s.anyOne(a.By, append(append(append([]person{}, sd.initiators...), sd.subjects...), sd.both...), o.When, c)
	}
	return known(truce.True)
}

func hasSame(w truce.Who) bool {
	for _, c := range w.Classes {
		if c == sameSide {
			return true
		}
	}
	return false
}

// notified answers whether advance notice was given of what was observed: by the same side, long enough ahead, for that
// time and place.
func (s *settling) notified(n *truce.Notice, doers, both []person, when truce.Span, sp spot) answer {
	out, late := known(truce.False), false
	if !when.Stated() {
		return missingFact(truce.Say("missing.when"))
	}
	who := doers
	if len(who) == 0 {
		who = both
	}
	for _, o := range s.notices {
		if len(n.What) > 0 && !hasWord(n.What, o.What) || !o.When.Stated() {
			continue
		}
		sd := s.sides(o)
		list := []answer{s.sameSideAny(append(append(sd.initiators, sd.subjects...), sd.both...), who, when)}
		switch {
		case when.From >= o.When.From && when.To <= o.When.To:
		case when.Overlaps(o.When):
			list = append(list, missingFact(truce.Say("missing.when-exactly", truce.SpanArg(when), truce.SpanArg(o.When))))
		default:
			continue
		}
		if o.Where.Kind != truce.PlaceUnknown {
			list = append(list, s.ground.covers(s.plan.Agreement, o.Where, sp))
		}
		switch {
		case n.Ahead == 0:
		case !o.Received.Stated():
			list = append(list, missingFact(truce.Say("missing.notice-received", truce.RecordArg(o.ID))))
		case o.Received > o.When.From.Add(-n.Ahead):
			late = late || all(list...).truth == truce.True
			list = append(list, known(truce.False))
		}
		a := all(list...)
		a = s.because(a, "notice", truce.RecordArg(o.ID), truce.SpanArg(o.When), truce.InstantArg(o.Received), truce.DurArg(n.Ahead))
		if a.truth == truce.True {
			return a
		}
		if a.truth == truce.Unknown || out.reason.Phrase.ID == "" && out.truth == truce.False {
			out = anyOf(out, a)
		}
	}
	if out.truth == truce.False && n.Unknown && !late {
		out = missingFact(truce.Say("missing.notice", truce.DurArg(n.Ahead)))
		return s.because(out, "notice.none", truce.DurArg(n.Ahead))
	}
	if out.truth == truce.False {
		return s.because(out, "notice.none", truce.DurArg(n.Ahead))
	}
	return out
}

func (s *settling) sameSideAny(ps, same []person, when truce.Span) answer {
	if len(ps) == 0 {
		return missingFact(truce.Say("missing.who-not-stated"))
	}
	var list []answer
	for _, p := range ps {
		list = append(list, s.sameSide(p, same, when))
	}
	return anyOf(list...)
}

// passage adds the questions about how a request to pass ended. What must not pass is breached by passing; what must be
// let through is breached by refusal, or by more delay than the rule allows.
func (s *settling) passage(r *rule, o *truce.Observation, ask func(answer, truce.Result), breach func(answer)) (margin truce.Margin) {
	passed := answer{}
	switch o.Result {
	case truce.EndedGranted, truce.EndedDone, truce.EndedDelayed:
		passed = known(truce.True)
	case truce.EndedDenied, truce.EndedFailed:
		passed = known(truce.False)
	default:
		passed = missingFact(truce.Say("missing.passage-result", truce.RecordArg(o.ID)))
	}
	passed = s.because(passed, "passage.result", truce.WordArg(o.Result.String()))
	if r.Verb == truce.Forbids {
		breach(passed)
		return margin
	}
	breach(passed.not())
	if r.Within > 0 {
		slow := missingFact(truce.Say("missing.passage-time", truce.RecordArg(o.ID)))
		if o.Lasted && o.When.Stated() {
			took := o.When.To.Sub(o.When.From)
			slow = known(truce.TruthOf(took > r.Within))
			margin.Time, margin.HasTime = r.Within-took, true
			slow = s.because(slow, "passage.took", truce.DurArg(took), truce.DurArg(r.Within))
		}
		breach(slow)
	}
	return margin
}

// notice adds the question whether a notice was received long enough before what it announces.
func (s *settling) notice(r *rule, o *truce.Observation, breach func(answer)) (margin truce.Margin) {
	if !o.Received.Stated() || !o.When.Stated() {
		breach(s.because(missingFact(truce.Say("missing.notice-received", truce.RecordArg(o.ID))), "notice.late", truce.RecordArg(o.ID), truce.DurArg(r.Within)))
		return margin
	}
	margin.Time, margin.HasTime = o.When.From.Sub(o.Received)-r.Within, true
	late := known(truce.TruthOf(margin.Time < 0))
	breach(s.because(late, "notice.late", truce.RecordArg(o.ID), truce.DurArg(r.Within)))
	return margin
}

// limits adds the questions about counts: more than allowed is a breach whatever else was there; no more than allowed is
// kept only when everything was seen.
func (s *settling) limits(r *rule, o *truce.Observation, ask func(answer, truce.Result), breach func(answer)) (margin truce.Margin) {
	for _, l := range r.AtMost {
		low, high, unclear := int64(0), int64(0), false
		for _, e := range o.Equipment {
			t := s.plan.Equipment.Is(e.Category, l.What)
			if t == truce.False {
				continue
			}
			if !e.Count.Stated {
				unclear = true
				continue
			}
			high += e.Count.High
			if t == truce.True {
				low += e.Count.Low
			}
		}
		over := known(truce.TruthOf(low > l.AtMost))
		if low <= l.AtMost && (high > l.AtMost || unclear) {
			over = missingFact(truce.Say("missing.count-of", truce.WordArg(l.What)))
		}
		breach(s.because(over, "limit.count", truce.WordArg(l.What), truce.NumArg(low), truce.NumArg(high), truce.NumArg(l.AtMost)))
		if !margin.HasCount || l.AtMost-low < margin.Count {
			margin.Count, margin.HasCount = l.AtMost-low, true
		}
	}
	if r.Object == truce.KindPresence || !o.Complete {
		a := answer{truth: truce.True, missing: []truce.Phrase{truce.Say("missing.complete-count")}}
		ask(s.because(a, "limit.incomplete"), truce.Undetermined)
	}
	return margin
}
