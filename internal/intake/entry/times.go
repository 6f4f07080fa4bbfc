package entry

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"truce"
)

// Order is which of the first two numbers of a date like 1/2/2017 is the day.
type Order uint8

// Orders. OrderUnknown refuses such dates unless both numbers are the same.
const (
	OrderUnknown Order = iota
	DayFirst
	MonthFirst
)

// Times reads dates and times. A date is the span of that local day on Clock. A time without an offset from UTC is
// refused unless Assume is set, then it is read on that clock.
type Times struct {
	Clock  truce.Clock
	Assume *truce.Clock
	Order  Order
	// Dates and Assumed count the dates read as days of Clock and the times read on Assume.
	Dates, Assumed int
	// days remembers recent days: a clock with many changes of offset is slow to ask, and rows repeat their dates.
	days [64]struct {
		date Date
		span truce.Span
	}
}

// Date is a day of the calendar. Days and months outside their range carry over when it is turned into a span.
type Date struct{ Year, Month, Day int }

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	if d.Month != e.Month {
		return d.Month < e.Month
	}
	return d.Day < e.Day
}

// Plus is the day n days later.
func (d Date) Plus(n int) Date {
	t := time.Date(d.Year, time.Month(d.Month), d.Day+n, 0, 0, 0, 0, time.UTC)
	return Date{t.Year(), int(t.Month()), t.Day()}
}

// Until counts the days from d to e, 0 for the same day.
func (d Date) Until(e Date) int {
	return int(e.utc().Sub(d.utc()) / (24 * time.Hour))
}

func (d Date) utc() time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
}

// Moment takes a moment known exactly.
func (t *Times) Moment(b []byte) (truce.Instant, *Fault) {
	s, f := t.read(b)
	if f != nil {
		return 0, f
	}
	if !s.clock {
		return 0, &Fault{BadTime, Quote(b) + " is a date without a time of day", "write for example 2017-07-09T12:05:00+03:00"}
	}
	return t.moment(b, s)
}

// Span takes a moment, or a date, which is the whole of that local day.
func (t *Times) Span(b []byte) (truce.Span, *Fault) {
	s, f := t.read(b)
	if f != nil {
		return truce.Span{}, f
	}
	if !s.clock {
		return t.Days(s.date(), s.date())
	}
	i, f := t.moment(b, s)
	return truce.At(i), f
}

// Day takes a date. A time of day that is exactly midnight is how databases write a date, and is dropped.
func (t *Times) Day(b []byte) (Date, *Fault) {
	s, f := t.read(b)
	if f != nil {
		return Date{}, f
	}
	if s.clock && (s.zone || s.wall.Hour != 0 || s.wall.Minute != 0 || s.wall.Second != 0 || s.wall.Milli != 0) {
		return Date{}, &Fault{BadTime, Quote(b) + " has a time of day where the format has dates", "write for example 2017-07-09"}
	}
	return s.date(), nil
}

// Days is the span from the first moment of one local day to the last of another.
func (t *Times) Days(from, to Date) (truce.Span, *Fault) {
	t.Dates++
	if from.Year < 1800 || to.Year > 2199 {
		return truce.Span{}, outOfRange()
	}
	s := truce.Span{From: t.day(from).From, To: t.day(to).To}
	switch {
	case to.Before(from):
		return s, &Fault{TimeBackwards, fmt.Sprintf("the last day %v is before the first day %v", to, from), ""}
	case s.From == 0 || s.To == 0:
		return s, zeroTime()
	case !s.Valid():
		return s, outOfRange()
	}
	return s, nil
}

func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

func (t *Times) day(d Date) truce.Span {
	c := &t.days[(d.Year*372+d.Month*31+d.Day)&63]
	if c.date != d || d == (Date{}) {
		c.date, c.span = d, t.Clock.Day(d.Year, d.Month, d.Day)
	}
	return c.span
}

// OrderOf tells what a date shows of the order of day and month: known where one number is above 12, needed where the
// date means two different days.
func OrderOf(b []byte) (known Order, needed bool) {
	s, f := read(bytes.TrimSpace(b), DayFirst)
	if f != nil || !s.slashed {
		// The other order may still make a date of it.
		if s, f = read(bytes.TrimSpace(b), MonthFirst); f != nil || !s.slashed {
			return OrderUnknown, false
		}
		return MonthFirst, false
	}
	switch {
	case s.wall.Day > 12:
		return DayFirst, false
	case s.wall.Day == s.wall.Month:
		return OrderUnknown, false
	}
	return OrderUnknown, true
}

// stamp is a date, and a time of day where clock is set, at an offset where zone is set.
type stamp struct {
	wall        truce.Wall
	clock, zone bool
	east        int // seconds east of Greenwich
	slashed     bool
	epoch       truce.Instant // the moment itself, where the text is a count since 1970
}

func (s stamp) date() Date { return Date{s.wall.Year, s.wall.Month, s.wall.Day} }

func (t *Times) moment(b []byte, s stamp) (truce.Instant, *Fault) {
	var i truce.Instant
	switch {
	case s.epoch != 0:
		i = s.epoch
	case s.zone:
		w := s.wall
		i = truce.Instant(time.Date(w.Year, time.Month(w.Month), w.Day, w.Hour, w.Minute, w.Second-s.east, 0, time.UTC).Unix()*1000 + int64(w.Milli))
	case t.Assume == nil:
		return 0, &Fault{TimeWithoutZone, "the time " + Quote(b) + " has no offset from UTC",
			"add it (+03:00, or Z for UTC), or name the zone of the whole file with --zone"}
	default:
		t.Assumed++
		var fault truce.ClockFault
		i, fault = t.Assume.Instant(s.wall)
		switch fault {
		case truce.ClockGap:
			return 0, &Fault{ClockGap, "the clocks of " + ZoneOf(t.Assume) + " were put forward over " + Quote(b) + ": it never was", "write the time with its offset from UTC"}
		case truce.ClockTwice:
			return 0, &Fault{ClockTwice, "the clocks of " + ZoneOf(t.Assume) + " were put back over " + Quote(b) + ": it was twice", "write the time with its offset from UTC"}
		case truce.ClockNoSuch:
			return 0, noSuch(b)
		case truce.ClockOutRange:
			return 0, outOfRange()
		}
	}
	if i < truce.EarliestInstant || i > truce.LatestInstant {
		return 0, outOfRange()
	}
	if i == 0 {
		return 0, zeroTime()
	}
	return i, nil
}

// ZoneOf names a clock.
func ZoneOf(c *truce.Clock) string {
	if c.Zone == "" {
		return "UTC"
	}
	return c.Zone
}

func outOfRange() *Fault {
	return &Fault{TimeOutOfRange, "the time is outside the years 1800 to 2199", "check the year"}
}

func zeroTime() *Fault {
	return &Fault{ZeroTime, "the time is the first moment of 1970", "devices write this when they do not know the time; leave the row out or find the time"}
}

func noSuch(b []byte) *Fault {
	return &Fault{BadTime, "no calendar or clock has " + Quote(b), "check day, month and hour"}
}

func (t *Times) read(b []byte) (stamp, *Fault) { return read(bytes.TrimSpace(b), t.Order) }

// read takes a text apart. The order of its branches is the order of the reference page.
func read(b []byte, order Order) (s stamp, f *Fault) {
	bad := func() (stamp, *Fault) {
		return s, &Fault{BadTime, Quote(b) + " is not a date or time", "write for example 2017-07-09T12:05:00+03:00, or 2017-07-09 for the whole day"}
	}
	if len(b) == 0 {
		return s, &Fault{MissingValue, "the time is empty", ""}
	}
	w := &s.wall
	var rest []byte
	basic := false
	switch n := run(b); {
	case n == 4 && len(b) >= 10 && (b[4] == '-' || b[4] == '/') && run(b[5:]) == 2 && b[7] == b[4] && run(b[8:]) == 2:
		w.Year, w.Month, w.Day, rest = number(b[:4]), number(b[5:7]), number(b[8:10]), b[10:]
	case n == 8 && (len(b) == 8 || b[8] == 'T'):
		w.Year, w.Month, w.Day, rest, basic = number(b[:4]), number(b[4:6]), number(b[6:8]), b[8:], true
	case (n == 10 || n == 13) && n == len(b):
		for _, c := range b {
			s.epoch = s.epoch*10 + truce.Instant(c-'0')
		}
		if n == 10 {
			s.epoch *= 1000
		}
		s.clock, s.zone = true, true
		if s.epoch == 0 {
			return s, zeroTime()
		}
		return s, nil
	case (n == 1 || n == 2) && len(b) > n && (b[n] == ' ' || b[n] == '-') && letters(b[n+1:]) >= 3:
		m := letters(b[n+1:])
		y := b[n+1+m:]
		if len(y) < 5 || y[0] != b[n] || run(y[1:]) != 4 {
			return bad()
		}
		w.Year, w.Month, w.Day, rest = number(y[1:5]), month(b[n+1:n+1+m]), number(b[:n]), y[5:]
		if w.Month == 0 {
			return s, &Fault{BadTime, Quote(b[n+1:n+1+m]) + " is no English name of a month", "write the date as 2017-07-09"}
		}
	case (n == 1 || n == 2) && len(b) > n && (b[n] == '/' || b[n] == '.'):
		two := b[n+1:]
		m := run(two)
		if m < 1 || m > 2 || len(two) < m+5 || two[m] != b[n] || run(two[m+1:]) != 4 {
			return bad()
		}
		first, second := number(b[:n]), number(two[:m])
		w.Year, rest, s.slashed = number(two[m+1:m+5]), two[m+5:], true
		switch {
		case order == DayFirst || first == second:
			w.Day, w.Month = first, second
		case order == MonthFirst:
			w.Day, w.Month = second, first
		default:
			return s, &Fault{AmbiguousDate, "day and month of " + Quote(b) + " cannot be told apart", "write the date as 2017-07-09"}
		}
	default:
		return bad()
	}
	if w.Month < 1 || w.Month > 12 || w.Day < 1 || w.Day > daysIn(w.Year, w.Month) {
		return s, noSuch(b)
	}
	if len(rest) == 0 {
		return s, nil
	}
	if rest[0] != 'T' && rest[0] != 't' && rest[0] != ' ' {
		return bad()
	}
	s.clock = true
	rest, ok := s.timeOfDay(rest[1:], basic)
	if !ok {
		return bad()
	}
	if w.Hour > 23 || w.Minute > 59 || w.Second > 59 {
		return s, noSuch(b)
	}
	if len(rest) > 0 {
		if !s.offset(bytes.TrimLeft(rest, " ")) {
			return bad()
		}
		s.zone = true
	}
	return s, nil
}

// timeOfDay takes hh:mm, hh:mm:ss or hh:mm:ss.fff (without colons in the basic form). Digits beyond the millisecond
// are dropped, as [truce.InstantOf] does.
func (s *stamp) timeOfDay(b []byte, basic bool) (rest []byte, ok bool) {
	w := &s.wall
	if basic {
		switch run(b) {
		case 4:
			w.Hour, w.Minute, b = number(b[:2]), number(b[2:4]), b[4:]
			return b, true
		case 6:
			w.Hour, w.Minute, w.Second, b = number(b[:2]), number(b[2:4]), number(b[4:6]), b[6:]
		default:
			return nil, false
		}
	} else {
		if run(b) != 2 || len(b) < 5 || b[2] != ':' || run(b[3:]) != 2 {
			return nil, false
		}
		w.Hour, w.Minute, b = number(b[:2]), number(b[3:5]), b[5:]
		if len(b) == 0 || b[0] != ':' {
			return b, true
		}
		if len(b) < 3 || run(b[1:]) != 2 {
			return nil, false
		}
		w.Second, b = number(b[1:3]), b[3:]
	}
	if len(b) > 0 && b[0] == '.' {
		n := run(b[1:])
		if n == 0 {
			return nil, false
		}
		for i := 1; i <= 3; i++ {
			w.Milli *= 10
			if i <= n {
				w.Milli += int(b[i] - '0')
			}
		}
		b = b[1+n:]
	}
	return b, true
}

// offset takes Z, UTC, GMT, +03:00, +0300 or +03.
func (s *stamp) offset(b []byte) bool {
	switch string(b) {
	case "Z", "z", "UTC", "GMT":
		return true
	}
	if len(b) < 3 || b[0] != '+' && b[0] != '-' {
		return false
	}
	var hours, minutes int
	switch d := b[1:]; {
	case len(d) == 2 && run(d) == 2:
		hours = number(d)
	case len(d) == 4 && run(d) == 4:
		hours, minutes = number(d[:2]), number(d[2:])
	case len(d) == 5 && run(d) == 2 && d[2] == ':' && run(d[3:]) == 2:
		hours, minutes = number(d[:2]), number(d[3:])
	default:
		return false
	}
	if hours > 18 || minutes > 59 {
		return false
	}
	s.east = hours*3600 + minutes*60
	if b[0] == '-' {
		s.east = -s.east
	}
	return true
}

// run counts the digits b begins with.
func run(b []byte) int {
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return n
}

func number(digits []byte) int {
	n := 0
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return n
}

func letters(b []byte) int {
	n := 0
	for n < len(b) && (b[n]|0x20) >= 'a' && (b[n]|0x20) <= 'z' {
		n++
	}
	return n
}

var months = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september",
	"october", "november", "december"}

// month takes an English name, whole or its first three letters; 0 is no month.
func month(b []byte) int {
	s := strings.ToLower(string(b))
	for i, m := range months {
		if s == m || s == m[:3] || s == "sept" && i == 8 {
			return i + 1
		}
	}
	return 0
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
