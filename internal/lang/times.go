package lang

import (
	"fmt"
	"strconv"

	"truce"
)

// Date writes the local day of a moment: "9 July 2017".
func (p *Printer) Date(i truce.Instant) string {
	if !i.Stated() {
		return p.text("time.not-stated")
	}
	return p.day(p.clock.Wall(i))
}

func (p *Printer) day(w truce.Wall) string {
	return p.text("date.day", strconv.Itoa(w.Day), p.text("month."+strconv.Itoa(w.Month)), strconv.Itoa(w.Year))
}

// DateTime writes a moment on the agreement's clock with the offset that held: "9 July 2017, 12:00 (UTC+3)". Seconds and
// milliseconds are written only where there are any.
func (p *Printer) DateTime(i truce.Instant) string {
	if !i.Stated() {
		return p.text("time.not-stated")
	}
	return p.text("date.time", p.Date(i), p.timeOfDay(i), p.Offset(i))
}

func (p *Printer) timeOfDay(i truce.Instant) string {
	w := p.clock.Wall(i)
	s := fmt.Sprintf("%02d:%02d", w.Hour, w.Minute)
	if w.Second != 0 || w.Milli != 0 {
		s += fmt.Sprintf(":%02d", w.Second)
	}
	if w.Milli != 0 {
		s += fmt.Sprintf(".%03d", w.Milli)
	}
	return p.data(s)
}

// Offset writes the offset from UTC that the agreement's clock has at a moment: "UTC+3", "UTC+5:30", "UTC".
func (p *Printer) Offset(i truce.Instant) string {
	s := p.clock.OffsetAt(i)
	if s == 0 {
		return p.data("UTC")
	}
	sign := "+"
	if s < 0 {
		sign, s = minus, -s
	}
	out := "UTC" + sign + strconv.Itoa(int(s/3600))
	if s%3600 != 0 {
		out += fmt.Sprintf(":%02d", s%3600/60)
	}
	if s%60 != 0 {
		out += fmt.Sprintf(":%02d", s%60)
	}
	return p.data(out)
}

// Span writes what is known of a time: a moment, a whole day, days, or from one moment to another. A span with one end
// says which one is missing.
func (p *Printer) Span(s truce.Span) string {
	switch {
	case !s.From.Stated() && !s.To.Stated():
		return p.text("time.not-stated")
	case !s.From.Stated():
		return p.text("span.until", p.DateTime(s.To))
	case !s.To.Stated():
		return p.text("span.from", p.DateTime(s.From))
	case s.From == s.To:
		return p.DateTime(s.From)
	}
	first, last := p.clock.DayOf(s.From), p.clock.DayOf(s.To)
	switch {
	case first == s:
		return p.Date(s.From)
	case first.From == s.From && last.To == s.To:
		return p.text("span.from-to", p.Date(s.From), p.Date(s.To))
	case first == last && p.clock.OffsetAt(s.From) == p.clock.OffsetAt(s.To):
		return p.text("span.in-day", p.Date(s.From), p.timeOfDay(s.From), p.timeOfDay(s.To), p.Offset(s.From))
	}
	return p.text("span.from-to", p.DateTime(s.From), p.DateTime(s.To))
}
