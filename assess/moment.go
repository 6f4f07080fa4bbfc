package assess

import (
	"truce"
)

// moment is a point in time as far as it is known.
type moment struct {
	state momentState
	// span holds the moment: one instant where it is known exactly, a whole day where only the day is given.
	span truce.Span
	// day says that the text gives a day: it begins at its first and is over at its last moment.
	day     bool
	missing []truce.Phrase
	reason  truce.Reason
}

type momentState uint8

const (
	unset   momentState = iota // the text says nothing here
	noDate                     // the text gives no date
	waiting                    // it depends on something of which there is no record
	set                        // span holds it
)

// starts is the moment something that begins "from" here begins.
func (m moment) starts() truce.Span {
	if m.day {
		return truce.At(m.span.From)
	}
	return m.span
}

// ends is the last moment of something that lasts "until" or is due "by" here.
func (m moment) ends() truce.Span {
	if m.day {
		return truce.At(m.span.To)
	}
	return m.span
}

// begun answers whether a time lies after something that begins here has begun. A start that waits for something not
// recorded has not begun; one the text gives no date never begins by the calendar.
func (m moment) begun(when truce.Span) answer {
	switch m.state {
	case unset:
		return known(truce.True)
	case noDate, waiting:
		return known(truce.False)
	}
	if !when.Stated() {
		return missingFact(truce.Say("missing.when"))
	}
	start := m.starts()
	switch {
	case when.From >= start.To:
		return known(truce.True)
	case when.To < start.From:
		return known(truce.False)
	}
	if start.From != start.To {
		return answer{missing: addPhrases(m.missing, []truce.Phrase{truce.Say("missing.start", truce.SpanArg(start))})}
	}
	return missingFact(truce.Say("missing.before-or-after", truce.SpanArg(when), truce.InstantArg(start.From)))
}

// over answers whether a time lies after something that lasts until here has ended.
func (m moment) over(when truce.Span) answer {
	switch m.state {
	case unset, noDate, waiting:
		return known(truce.False)
	}
	if !when.Stated() {
		return missingFact(truce.Say("missing.when"))
	}
	end := m.ends()
	switch {
	case when.From > end.To:
		return known(truce.True)
	case when.To <= end.From:
		return known(truce.False)
	}
	if end.From != end.To {
		return answer{missing: addPhrases(m.missing, []truce.Phrase{truce.Say("missing.end", truce.SpanArg(end))})}
	}
	return missingFact(truce.Say("missing.before-or-after", truce.SpanArg(when), truce.InstantArg(end.From)))
}

// moment works out a point in time under a choice of readings.
func (s *settling) moment(e truce.TimeExpr, c *choice) moment {
	switch e.Kind {
	case truce.TimeNoDate:
		return moment{state: noDate, reason: defined(truce.Say("time.no-date"))}
	case truce.TimeAt:
		return moment{state: set, span: e.At, day: e.Day}
	case truce.TimeMoment:
		for i := range s.plan.Agreement.Moments {
			if m := &s.plan.Agreement.Moments[i]; m.ID == e.Moment {
				out := s.moment(m.At, c)
				if out.reason.Phrase.ID == "" && s.why {
					out.reason = defined(truce.Say("time.moment", truce.MomentArg(m.ID), out.arg()), m.Source)
				}
				return out
			}
		}
	case truce.TimeTerm:
		if rd := c.reading(s, e.Term); rd != nil && rd.Time != nil {
			out := s.moment(*rd.Time, c)
			if s.why {
				kid := out.reason
				out.reason = defined(truce.Say("time.reading", truce.ReadingArg(truce.Choice{Term: e.Term, Reading: rd.ID}), out.arg()), rd.Source)
				if kid.Phrase.ID != "" {
					out.reason.Children = []truce.Reason{kid}
				}
			}
			return out
		}
	case truce.TimeAfter:
		m := s.moment(*e.Base, c)
		if m.state != set {
			return m
		}
		clock := s.plan.Agreement.Clock
		from, to := clock.Plus(m.span.From, e.Plus), truce.LatestInstant
		if m.span.To < truce.LatestInstant { // otherwise it may not have come about at all, however much later
			to = clock.Plus(m.span.To, e.Plus)
		}
		if m.day && e.Plus.Clock == 0 {
			from, to = clock.DayOf(from).From, clock.DayOf(from).To
		} else {
			m.day = false
		}
		m.span = truce.Span{From: from, To: to}
		return m
	case truce.TimeAct:
		return s.actMoment(e.Act, c)
	case truce.TimeRuleMet:
		return s.ruleMet(e.Rule, c)
	case truce.TimeCleanDays:
		return s.cleanStart(e.Clean, c)
	}
	return moment{}
}

// arg writes a moment for a sentence.
func (m moment) arg() truce.Arg {
	switch m.state {
	case noDate:
		return truce.WordArg("no-date")
	case waiting:
		return truce.WordArg("not-yet")
	case set:
		if m.span.To == truce.LatestInstant {
			return truce.PhraseArg(truce.Say("time.at-the-earliest", truce.InstantArg(m.span.From)))
		}
		return truce.SpanArg(m.span)
	}
	return truce.WordArg("not-stated")
}

// defined is the reason for a moment being where it is: it answers no question, so what it says is simply so.
func defined(p truce.Phrase, from ...truce.SourceID) truce.Reason {
	return truce.Reason{Phrase: p, Truth: truce.True, From: sources(from...)}
}

func sources(list ...truce.SourceID) []truce.SourceID {
	var out []truce.SourceID
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// actMoment is when an act was first recorded as done.
func (s *settling) actMoment(a *truce.Act, c *choice) moment {
	best := moment{state: waiting, reason: defined(truce.Say("time.waits-for-act", truce.WordArg(a.What)))}
	for _, o := range s.byWhat[a.What] {
		t := s.actIs(o, a, person{}, c)
		if t.truth == truce.False || !o.When.Stated() {
			continue
		}
		if t.truth == truce.Unknown {
			if best.state == waiting {
				best.missing = addPhrases(best.missing, t.missing)
			}
			continue
		}
		if best.state == waiting || o.When.From < best.span.From {
			best = moment{state: set, span: o.When, reason: defined(truce.Say("time.act-done", truce.WordArg(a.What), truce.SpanArg(o.When)))}
			best.reason.Records = []truce.ObservationID{o.ID}
		}
	}
	return best
}

// ruleMet is when an obligation was met by all it binds.
func (s *settling) ruleMet(id truce.RuleID, c *choice) moment {
	r := s.ruleByID[id]
	out := moment{state: waiting, reason: defined(truce.Say("time.waits-for-rule", truce.RuleArg(id)))}
	if r == nil || r.Verb != truce.Requires || r.Object != truce.KindAct {
		return out
	}
	var last moment
	for _, who := range s.bound(r.Rule) {
		m := s.done(r, who, c)
		if m.state != set {
			out.missing = m.missing
			return out
		}
		if last.state == unset || m.span.To > last.span.To {
			last = m
		}
	}
	if last.state != set {
		return out
	}
	last.reason = defined(truce.Say("time.rule-met", truce.RuleArg(id), truce.SpanArg(last.span)))
	return last
}

// cleanStart is the end of the first run of days without a breach that is long enough. Days of which it is not known
// whether they were clean make it a span: from the earliest it could be to the earliest it surely is.
func (s *settling) cleanStart(cd *truce.CleanDays, c *choice) moment {
	waits := moment{state: waiting, reason: defined(truce.Say("time.waits-for-clean-days", truce.NumArg(int64(cd.Days)), truce.RuleArg(cd.Rule)))}
	r := s.ruleByID[cd.Rule]
	if r == nil {
		return waits
	}
	from := s.start(r, c)
	if cd.From != nil {
		from = s.moment(*cd.From, c)
	}
	if from.state != set {
		return waits
	}
	work := func() moment { return s.cleanRun(cd, r, from.starts().To, c, waits) }
	if s.held != nil {
		return s.held.clean(cd, r, from, c, work)
	}
	return work()
}

// cleanRun looks for the first run of clean days after a start.
func (s *settling) cleanRun(cd *truce.CleanDays, r *rule, start truce.Instant, c *choice, waits moment) moment {
	days := s.cleanDays(cd, r, start, c)
	sure, maybe := 0, 0
	var early, certain truce.Instant
	for _, d := range days {
		switch d.clean {
		case truce.True:
			sure++
			maybe++
		case truce.Unknown:
			sure = 0
			maybe++
			if early == 0 || certain == 0 {
				waits.missing = addPhrases(waits.missing, d.missing)
			}
		default:
			sure, maybe = 0, 0
		}
		if maybe >= cd.Days && early == 0 {
			early = d.span.To + 1
		}
		if sure >= cd.Days {
			certain = d.span.To + 1
			break
		}
	}
	switch {
	case certain != 0:
		out := moment{state: set, span: truce.Span{From: certain, To: certain}, missing: waits.missing}
		if early != 0 && early < certain {
			out.span.From = early
		}
		out.reason = defined(truce.Say("time.clean-days", truce.NumArg(int64(cd.Days)), truce.RuleArg(cd.Rule), truce.SpanArg(out.span)))
		return out
	case early != 0: // it may have begun, or not at all yet
		return moment{state: set, span: truce.Span{From: early, To: truce.LatestInstant}, missing: waits.missing, reason: waits.reason}
	}
	return waits
}
