package truce

import (
	"iter"
	"sort"
	"time"
)

// Wall is a local date and time as people write it, without saying which offset it means.
type Wall struct {
	Year, Month, Day     int
	Hour, Minute, Second int
	Milli                int
}

// ClockFault says why a local time means no single moment.
type ClockFault uint8

// Faults of local times.
const (
	ClockFine     ClockFault = iota
	ClockGap                 // the clocks were put forward over it: it never was
	ClockTwice               // the clocks were put back over it: it was twice
	ClockNoSuch              // no calendar has it (31 June, 25:00)
	ClockOutRange            // outside the years truce computes with
)

// OffsetAt gives the offset that holds at i, in seconds east of Greenwich.
func (c Clock) OffsetAt(i Instant) int32 {
	n := sort.Search(len(c.Offsets), func(k int) bool { return c.Offsets[k].From > i })
	if n == 0 {
		if len(c.Offsets) == 0 {
			return 0
		}
		return c.Offsets[0].Seconds
	}
	return c.Offsets[n-1].Seconds
}

// Wall gives the local date and time at i.
func (c Clock) Wall(i Instant) Wall {
	t := time.UnixMilli(int64(i) + int64(c.OffsetAt(i))*1000).UTC()
	return Wall{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond() / 1e6}
}

// Instant gives the moment a local time means, or says why it means none. A time that was twice gives its first moment with ClockTwice.
func (c Clock) Instant(w Wall) (Instant, ClockFault) {
	t := time.Date(w.Year, time.Month(w.Month), w.Day, w.Hour, w.Minute, w.Second, w.Milli*1e6, time.UTC)
	if t.Year() != w.Year || int(t.Month()) != w.Month || t.Day() != w.Day || t.Hour() != w.Hour || t.Minute() != w.Minute || t.Second() != w.Second {
		return 0, ClockNoSuch
	}
	local := t.UnixMilli()
	if i := Instant(local); i < EarliestInstant || i > LatestInstant {
		return 0, ClockOutRange
	}
	var found []Instant
	seen := map[int32]bool{}
	for k := -1; k < len(c.Offsets); k++ {
		var s int32
		if k < 0 {
			s = c.OffsetAt(EarliestInstant)
		} else {
			s = c.Offsets[k].Seconds
		}
		if seen[s] {
			continue
		}
		seen[s] = true
		if i := Instant(local - int64(s)*1000); c.OffsetAt(i) == s {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 0:
		return 0, ClockGap
	case 1:
		return found[0], ClockFine
	}
	sort.Slice(found, func(a, b int) bool { return found[a] < found[b] })
	return found[0], ClockTwice
}

// dayStart is the first moment of a local day. Where midnight itself was skipped, it is the moment the clocks went forward.
func (c Clock) dayStart(year, month, day int) Instant {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	w := Wall{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}
	i, fault := c.Instant(w)
	if fault == ClockGap {
		local := t.UnixMilli()
		for _, o := range c.Offsets {
			// The offset before the change would put midnight at or after the change itself.
			before := c.OffsetAt(o.From - 1)
			if at := local - int64(before)*1000; o.Seconds > before && at >= int64(o.From) && at < int64(o.From)+int64(o.Seconds-before)*1000 {
				return o.From
			}
		}
	}
	return i
}

// Day is the span of a local calendar day, midnight to the last millisecond before the next one. Months and days
// outside their range carry over, as in [time.Date].
func (c Clock) Day(year, month, day int) Span {
	return Span{c.dayStart(year, month, day), c.dayStart(year, month, day+1) - 1}
}

// DayOf is the local calendar day that i falls in.
func (c Clock) DayOf(i Instant) Span {
	w := c.Wall(i)
	return c.Day(w.Year, w.Month, w.Day)
}

// ReportDay is the reporting day that i falls in: from one cut-off to the next.
func (c Clock) ReportDay(i Instant) Span {
	w := c.Wall(i)
	for d := -1; d <= 1; d++ {
		from := c.cutOff(w.Year, w.Month, w.Day+d)
		if to := c.cutOff(w.Year, w.Month, w.Day+d+1); from <= i && i < to {
			return Span{from, to - 1}
		}
	}
	return c.DayOf(i)
}

func (c Clock) cutOff(year, month, day int) Instant {
	return c.dayStart(year, month, day).Add(c.CutOff)
}

// Plus gives the moment a period after i: months and days on the local calendar at the same wall time, then clock time.
// A day the month does not have becomes its last (31 January and one month is 28 or 29 February). A wall time skipped
// by a clock change becomes the first moment after the change.
func (c Clock) Plus(i Instant, p Period) Instant {
	if p.Months != 0 || p.Days != 0 {
		w := c.Wall(i)
		first := time.Date(w.Year, time.Month(w.Month+p.Months), 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		d := time.Date(first.Year(), first.Month(), min(w.Day, last)+p.Days, 0, 0, 0, 0, time.UTC)
		w.Year, w.Month, w.Day = d.Year(), int(d.Month()), d.Day()
		j, fault := c.Instant(w)
		if fault == ClockGap {
			j = c.dayStart(w.Year, w.Month, w.Day)
			for _, o := range c.Offsets {
				if day := c.Day(w.Year, w.Month, w.Day); o.From >= day.From && o.From <= day.To {
					j = o.From
				}
			}
		}
		i = j
	}
	return i.Add(p.Clock)
}

// During gives the parts of a span that lie in the hours, in order of time. It asks of each moment what clocks showed then: an
// hour that was skipped is none of them, one that was twice is so both times.
func (c Clock) During(h Hours, s Span) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		if !s.Stated() || h.Whole() {
			yield(s)
			return
		}
		from := Instant(0)
		open := false
		for i := s.From; i <= s.To; {
			in, next := c.inHours(h, i)
			switch {
			case in && !open:
				from, open = i, true
			case !in && open:
				if open = false; !yield(Span{from, i - 1}) {
					return
				}
			}
			i = next
		}
		if open {
			yield(Span{from, s.To})
		}
	}
}

// inHours reports whether clocks at i show one of the hours, and the moment until which that cannot change.
func (c Clock) inHours(h Hours, i Instant) (in bool, next Instant) {
	const day = Instant(24 * time.Hour / time.Millisecond)
	shown := (i + Instant(c.OffsetAt(i))*1000) % day
	if shown < 0 {
		shown += day
	}
	from, until := Instant(h.From.Milliseconds()), Instant(h.Until.Milliseconds())
	in = shown >= from && shown < until
	if until < from {
		in = shown >= from || shown < until
	}
	left := day
	for _, edge := range [2]Instant{from, until} {
		if edge <= shown {
			edge += day
		}
		left = min(left, edge-shown)
	}
	next = i + left
	if n := sort.Search(len(c.Offsets), func(k int) bool { return c.Offsets[k].From > i }); n < len(c.Offsets) {
		next = min(next, c.Offsets[n].From)
	}
	return in, next
}
