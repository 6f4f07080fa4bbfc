package terms

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the zone files of this build, for machines without any

	"truce"
)

// Zone gives the clock of an IANA zone: the table of its offsets from 1900 to 2100. The table becomes part of the plan,
// so evaluation never asks a machine's own zone files.
func Zone(name string) (truce.Clock, error) {
	c := truce.Clock{Zone: name}
	if name == "" || name == "Local" {
		return c, fmt.Errorf("a time zone is needed: write for example Asia/Damascus or UTC")
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return c, fmt.Errorf("%q is not a time zone of the IANA list: write for example Asia/Damascus or UTC", name)
	}
	end := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	for t := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).In(loc); t.Before(end); {
		_, off := t.Zone()
		if n := len(c.Offsets); n == 0 || c.Offsets[n-1].Seconds != int32(off) {
			c.Offsets = append(c.Offsets, truce.Offset{From: truce.InstantOf(t), Seconds: int32(off)})
		}
		_, next := t.ZoneBounds()
		if next.IsZero() {
			break
		}
		if !next.After(t) {
			// The standard library ends the last day of a leap year where it begins. No zone changes on such a day; going
			// through it by the second takes a second for each zone.
			next = t.Add(24 * time.Hour)
		}
		t = next.In(loc)
	}
	if len(c.Offsets) > 0 {
		c.Offsets[0].From = truce.EarliestInstant
	}
	return c, nil
}

var datePattern = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$`)

// ParseTime reads "2017-07-09", "2017-07-09 12:00", "2017-07-09T12:00:30Z" or with an offset. A time without an offset
// is on the given clock; a date alone is the whole local day.
func ParseTime(s string, clock truce.Clock) (span truce.Span, day bool, err error) {
	m := datePattern.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return span, false, fmt.Errorf("%q is not a date: write 2017-07-09 or 2017-07-09T12:00", s)
	}
	n := func(i int) int { k, _ := strconv.Atoi(m[i]); return k }
	w := truce.Wall{Year: n(1), Month: n(2), Day: n(3), Hour: n(4), Minute: n(5), Second: n(6)}
	if m[7] != "" {
		w.Milli, _ = strconv.Atoi((m[7] + "00")[:3])
	}
	if m[4] == "" {
		if _, fault := clock.Instant(truce.Wall{Year: w.Year, Month: w.Month, Day: w.Day, Hour: 12}); fault == truce.ClockNoSuch || fault == truce.ClockOutRange {
			return span, false, clockError(s, fault, clock)
		}
		return clock.Day(w.Year, w.Month, w.Day), true, nil
	}
	if m[8] != "" {
		clock = truce.Clock{Zone: "UTC" + m[8]}
		if m[8] != "Z" {
			o := strings.ReplaceAll(m[8], ":", "")
			h, _ := strconv.Atoi(o[1:3])
			mm, _ := strconv.Atoi(o[3:5])
			if h > 14 || mm > 59 {
				return span, false, fmt.Errorf("%q has an offset no place has", s)
			}
			sec := int32(h*3600 + mm*60)
			if o[0] == '-' {
				sec = -sec
			}
			clock.Offsets = []truce.Offset{{From: truce.EarliestInstant, Seconds: sec}}
		}
	}
	i, fault := clock.Instant(w)
	if fault != truce.ClockFine {
		return span, false, clockError(s, fault, clock)
	}
	return truce.At(i), false, nil
}

func clockError(s string, fault truce.ClockFault, clock truce.Clock) error {
	switch fault {
	case truce.ClockGap:
		return fmt.Errorf("%q never was in %s: the clocks were put forward over it; give the offset, for example +02:00", s, clock.Zone)
	case truce.ClockTwice:
		return fmt.Errorf("%q was twice in %s: the clocks were put back over it; give the offset, for example +03:00", s, clock.Zone)
	case truce.ClockOutRange:
		return fmt.Errorf("%q lies outside the years 1800 to 2200", s)
	}
	return fmt.Errorf("%q is in no calendar", s)
}

// date reads a time as a span on the clock.
func (v value) date(clock truce.Clock) (truce.Span, bool) {
	if !v.given() {
		return truce.Span{}, false
	}
	s, day, err := ParseTime(v.text(), clock)
	if err != nil {
		v.fail("bad-date", err.Error(), "")
	}
	return s, day
}

// noDateWords are the words texts use for a time they do not give.
var noDateWords = []string{"no date", "immediately", "ultimately"}

// timeExpr reads a point in time: a date, a moment, a term, a period after or before another, a word that gives no date,
// or a mapping for what depends on records.
func (r *reader) timeExpr(v value) truce.TimeExpr {
	if !v.given() {
		return truce.TimeExpr{}
	}
	if v.isMapping() {
		return r.timeMapping(v)
	}
	e, err := r.timeText(v.text())
	if err != nil {
		v.fail("bad-time", err.Error(), "")
	}
	return e
}

// timeText reads the one-line form. Whether a bare word is a moment or a term is settled by what is declared.
func (r *reader) timeText(s string) (truce.TimeExpr, error) {
	s = strings.TrimSpace(s)
	if contains(noDateWords, s) {
		return truce.TimeExpr{Kind: truce.TimeNoDate}, nil
	}
	for _, word := range []string{" after ", " before "} {
		head, tail, ok := strings.Cut(s, word)
		if !ok {
			continue
		}
		p, err := ParsePeriod(head)
		if err != nil {
			return truce.TimeExpr{}, err
		}
		if word == " before " {
			p = truce.Period{Months: -p.Months, Days: -p.Days, Clock: -p.Clock}
		}
		base, err := r.timeText(tail)
		return truce.TimeExpr{Kind: truce.TimeAfter, Plus: p, Base: &base}, err
	}
	switch {
	case len(s) > 0 && s[0] >= '0' && s[0] <= '9':
		span, day, err := ParseTime(s, r.clock)
		return truce.TimeExpr{Kind: truce.TimeAt, At: span, Day: day}, err
	case r.names[moments].has(s):
		return truce.TimeExpr{Kind: truce.TimeMoment, Moment: truce.MomentID(s)}, nil
	case r.names[terms].has(s):
		if k := r.termKind(s); k != truce.TermTime {
			return truce.TimeExpr{}, fmt.Errorf("the term %q is about %s, not a time", s, k)
		}
		return truce.TimeExpr{Kind: truce.TimeTerm, Term: truce.TermID(s)}, nil
	}
	if n := Nearest(s, append(r.names[moments].list, r.names[terms].list...)); n != "" {
		return truce.TimeExpr{}, fmt.Errorf("%q is no moment of this agreement: did you mean %q?", s, n)
	}
	return truce.TimeExpr{}, fmt.Errorf("%q is not a time: write a date, a moment of this agreement, \"14 days after signature\" or \"no date\"", s)
}

func (r *reader) timeMapping(v value) truce.TimeExpr {
	o := v.object("act", "by", "result", "met", "clean_days", "rule", "where", "found_by", "from", "plus")
	var e truce.TimeExpr
	switch {
	case o.has("act"):
		e = truce.TimeExpr{Kind: truce.TimeAct, Act: &truce.Act{What: r.word(o.get("act")), By: r.who(o.get("by")), Result: r.results(o.get("result"))}}
	case o.has("met"):
		e = truce.TimeExpr{Kind: truce.TimeRuleMet, Rule: truce.RuleID(r.named(o.get("met"), rules))}
	case o.has("clean_days"):
		c := &truce.CleanDays{Days: int(o.get("clean_days").number()), Rule: truce.RuleID(r.named(o.get("rule"), rules)),
			Where: r.where(o.get("where")), Found: o.get("found_by").text()}
		o.need("rule", "found_by")
		if c.Days < 1 || c.Days > 3660 {
			o.get("clean_days").fail("bad-number", "the number of clean days must be from 1 to 3660", "")
		}
		if c.Found != "" && c.Found != "mechanism" && c.Found != "outcomes" {
			o.get("found_by").fail("bad-word", fmt.Sprintf("%q cannot decide a clean day", c.Found), "write mechanism or outcomes")
		}
		if o.has("from") {
			from := r.timeExpr(o.get("from"))
			c.From = &from
		}
		e = truce.TimeExpr{Kind: truce.TimeCleanDays, Clean: c}
	default:
		v.fail("bad-time", "this says no time", "write act: ..., met: <rule>, or clean_days: 7")
	}
	if o.has("plus") {
		base := e
		e = truce.TimeExpr{Kind: truce.TimeAfter, Plus: o.get("plus").period(), Base: &base}
	}
	return e
}
