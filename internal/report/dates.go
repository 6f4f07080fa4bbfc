package report

import (
	"cmp"
	"slices"

	"truce"
)

// Windows are the lengths in days of the times compared before and after a date.
var Windows = []int{30, 90, 180}

// Date is a date at which a rule that forbids incidents begins to bind, or another named moment of the agreement, with what
// was before and after it.
type Date struct {
	When    truce.Span
	Begins  []truce.RuleID
	Moments []truce.MomentID
	Compare []Window
}

// Window compares equal times before and after a date, in whole local days. The day of the date itself is left out unless
// the date is its very beginning.
type Window struct {
	Days          int
	Before, After truce.Span
	// Rules are those whose kinds of incident and place are counted here, whatever the sides and whether or not they bound.
	Rules []truce.RuleID
	// Inside counts what surely was of such a kind and surely in the place, Likely also what may have been, Rest what surely
	// was elsewhere. Without a place there is no elsewhere, and HasRest is false.
	Inside, Likely, Rest Rate
	HasRest              bool
	// Relative is the ratio inside to the ratio elsewhere: a description, not a test. Known is false without either.
	Relative      Thousandths
	RelativeKnown bool
	// Unclear was left out: its time is not known well enough to lie before or after.
	Unclear Tally
}

// scope is what a rule counts, whenever and whoever: for each thing whether it is an incident of its kinds, and in its place.
type scope struct {
	rules       []truce.RuleID
	kind, place []truce.Truth
	bound       bool // the rule names a place
}

// scoping works out the scopes of the rules that forbid incidents; rules that count the same share one.
func (m *Model) scoping() {
	for _, r := range m.Rules {
		if r.Verb != truce.Forbids || r.Object != truce.KindIncident {
			continue
		}
		s := &scope{rules: []truce.RuleID{r.ID}, bound: r.Where != nil, kind: make([]truce.Truth, len(m.Things)), place: make([]truce.Truth, len(m.Things))}
		for i := range m.Things {
			s.kind[i] = truce.False
			o := m.Things[i].Observation
			if o == nil || o.Kind != truce.KindIncident || o.When.Stated() && o.When.From > m.At {
				continue
			}
			kind, places := m.base.Result.Concerns(r.ID, o)
			s.kind[i] = kind
			for k, p := range places { // where the readings differ, the place is open
				if k == 0 || p == s.place[i] {
					s.place[i] = p
				} else {
					s.place[i] = truce.Unknown
					break
				}
			}
		}
		same := slices.IndexFunc(m.scopes, func(t *scope) bool { return slices.Equal(t.kind, s.kind) && slices.Equal(t.place, s.place) })
		if same >= 0 {
			m.scopes[same].rules = append(m.scopes[same].rules, r.ID)
			s = m.scopes[same]
		} else {
			m.scopes = append(m.scopes, s)
		}
		r.scope = s
	}
}

// speaks reports whether a rule speaks of a thing: not where it does not apply, and not of what was surely elsewhere, or
// surely something else, before the rule was due.
func (m *Model) speaks(r *Rule, i int32) bool {
	switch m.Things[i].Says[r.n] {
	case Nothing, Standing(truce.NotApplicable):
		return false
	case Standing(truce.NotDue), NoBreach:
		if s := r.scope; s != nil && int(i) < len(s.kind) {
			return s.kind[i] != truce.False && s.place[i] != truce.False
		}
	}
	return true
}

// dates compares before and after each date.
func (m *Model) dates() {
	if len(m.scopes) == 0 {
		return
	}
	at := func(when truce.Span) *Date {
		for i := range m.Dates {
			if m.Dates[i].When == when {
				return &m.Dates[i]
			}
		}
		m.Dates = append(m.Dates, Date{When: when})
		return &m.Dates[len(m.Dates)-1]
	}
	var reach truce.Span
	for i := range m.Things {
		if o := m.Things[i].Observation; o != nil && o.Kind == truce.KindIncident && o.When.Stated() && o.When.From <= m.At {
			when := o.When
			if reach.From == 0 || when.From < reach.From {
				reach.From = when.From
			}
			reach.To = max(reach.To, when.To)
		}
	}
	inside := func(when truce.Span) bool { return when.Stated() && reach.From < when.From && when.To < reach.To }
	for _, r := range m.Rules {
		if r.scope == nil {
			continue
		}
		for _, when := range r.Begins {
			if inside(when) {
				d := at(when)
				d.Begins = append(d.Begins, r.ID)
			}
		}
	}
	for _, x := range m.Agreement.Moments {
		if when := m.base.Result.Moment(x.ID); inside(when) {
			d := at(when)
			d.Moments = append(d.Moments, x.ID)
		}
	}
	slices.SortStableFunc(m.Dates, func(a, b Date) int {
		return cmp.Or(cmp.Compare(a.When.From, b.When.From), cmp.Compare(a.When.To, b.When.To))
	})
	if len(m.Dates) > MaxDates {
		m.MoreDates = len(m.Dates) - MaxDates
		m.Dates = m.Dates[:MaxDates]
	}
	clock := m.Agreement.Clock
	reach = truce.Span{From: clock.DayOf(reach.From).From, To: min(clock.DayOf(reach.To).To, m.At)}
	for i := range m.Dates {
		d := &m.Dates[i]
		for _, s := range m.scopes {
			for _, days := range Windows {
				before, after := around(clock, d.When, days)
				if before.From < reach.From || after.To > reach.To {
					continue
				}
				d.Compare = append(d.Compare, m.window(s, days, before, after))
			}
		}
	}
}

// around gives the whole local days before and after a date.
func around(clock truce.Clock, when truce.Span, days int) (before, after truce.Span) {
	first, last := clock.DayOf(when.From), clock.DayOf(when.To)
	w := clock.Wall(first.From)
	before = truce.Span{From: clock.Day(w.Year, w.Month, w.Day-days).From, To: first.From - 1}
	from := last.To + 1
	if last.From == when.To {
		from = last.From
	}
	w = clock.Wall(from)
	return before, truce.Span{From: from, To: clock.Day(w.Year, w.Month, w.Day+days-1).To}
}

// window counts one scope before and after.
func (m *Model) window(s *scope, days int, before, after truce.Span) Window {
	w := Window{Days: days, Before: before, After: after, Rules: s.rules, HasRest: s.bound}
	var inside, likely, rest [2]Tally
	within := func(a, b truce.Span) bool { return a.From >= b.From && a.To <= b.To }
	for k, kind := range s.kind {
		if kind == truce.False || !m.Things[k].Subject.When.Stated() {
			continue
		}
		i, place, when := int32(k), s.place[k], m.Things[k].Subject.When
		part := 0
		switch {
		case within(when, before):
		case within(when, after):
			part = 1
		default:
			if place != truce.False && (when.Overlaps(before) || when.Overlaps(after)) {
				w.Unclear.add(i)
			}
			continue
		}
		if place != truce.False {
			likely[part].add(i)
		}
		if kind == truce.True {
			switch place {
			case truce.True:
				inside[part].add(i)
			case truce.False:
				rest[part].add(i)
			}
		}
	}
	w.Inside, w.Likely, w.Rest = rate(inside[0], inside[1]), rate(likely[0], likely[1]), rate(rest[0], rest[1])
	b, a, rb, ra := int64(len(inside[0])), int64(len(inside[1])), int64(len(rest[0])), int64(len(rest[1]))
	if s.bound && b > 0 && rb > 0 && ra > 0 {
		w.Relative, w.RelativeKnown = divide(a*rb, b*ra), true
	}
	return w
}
