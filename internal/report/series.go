package report

import (
	"slices"

	"truce"
)

// Series is how often a rule said what, week by week (from Monday, on the agreement's clock); by months or years where there
// are too many weeks.
type Series struct {
	Unit string // "week", "month" or "year"
	Bins []Bin
	// Unplaced are things whose time is not stated, or not known well enough to say in which week they were.
	Unplaced Tally
}

// Bin is one week, month or year.
type Bin struct {
	When truce.Span
	By   by
}

// bins cuts a span into weeks, months or years.
func bins(clock truce.Clock, span truce.Span) (string, []truce.Span) {
	first := clock.Wall(span.From)
	noon := truce.Instant(12 * 3600 * 1000)
	back := (int((clock.DayOf(span.From).From + noon).Time().Weekday()) + 6) % 7
	for _, c := range []struct {
		unit string
		of   func(n int) truce.Span
	}{
		{"week", func(n int) truce.Span {
			d := first.Day - back + 7*n
			return truce.Span{From: clock.Day(first.Year, first.Month, d).From, To: clock.Day(first.Year, first.Month, d+6).To}
		}},
		{"month", func(n int) truce.Span {
			return truce.Span{From: clock.Day(first.Year, first.Month+n, 1).From, To: clock.Day(first.Year, first.Month+n+1, 0).To}
		}},
		{"year", func(n int) truce.Span {
			return truce.Span{From: clock.Day(first.Year+n, 1, 1).From, To: clock.Day(first.Year+n, 12, 31).To}
		}},
	} {
		var out []truce.Span
		for n := 0; len(out) <= MaxBins; n++ {
			b := c.of(n)
			if b.From > span.To {
				return c.unit, out
			}
			out = append(out, b)
		}
		if c.unit == "year" { // four centuries are all truce computes with
			for n := len(out); ; n++ {
				b := c.of(n)
				if b.From > span.To {
					return c.unit, out
				}
				out = append(out, b)
			}
		}
	}
	return "", nil
}

// series makes the time lines of all rules, over one and the same time: from the first to the last thing any of them
// speaks of.
func (m *Model) series() {
	var span truce.Span
	for i := range m.Things {
		t := &m.Things[i]
		if when := t.Subject.When; t.Judged && when.Stated() && t.Subject.Kind != "obligation" {
			if span.From == 0 || when.From < span.From {
				span.From = when.From
			}
			span.To = max(span.To, when.From)
		}
	}
	if !span.Stated() {
		return
	}
	unit, spans := bins(m.Agreement.Clock, span)
	for _, r := range m.Rules {
		r.Series.Unit = unit
		r.Series.Bins = make([]Bin, len(spans))
		for i := range spans {
			r.Series.Bins[i].When = spans[i]
		}
		for _, a := range r.accounts {
			s := standing(a.Account)
			if !m.speaks(r, a.thing) || a.Subject.Kind == "obligation" { // an obligation has one time, which is no time line
				continue
			}
			when := a.Subject.When
			k, _ := slices.BinarySearchFunc(spans, when.From, func(b truce.Span, i truce.Instant) int {
				switch {
				case b.To < i:
					return -1
				case b.From > i:
					return 1
				}
				return 0
			})
			// What lasted is counted where it began; a moment known badly is not guessed into a week.
			lasted := a.Subject.Kind == "episode" || a.Subject.Kind == "period"
			if o := m.Things[a.thing].Observation; o != nil {
				lasted = o.Lasted
			}
			if !when.Stated() || k >= len(spans) || spans[k].From > when.From || !lasted && when.To > spans[k].To {
				r.Series.Unplaced.add(a.thing)
				continue
			}
			r.Series.Bins[k].By[s].add(a.thing)
		}
	}
}
