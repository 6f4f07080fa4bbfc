package lang

import (
	"strconv"
	"strings"
	"time"

	"truce"
)

// minus is the sign of numbers below zero (U+2212), which no screen breaks a line at.
const minus = "\u2212"

// Number writes a whole number with its thousands apart: 6,000 in English and Arabic; in Russian a space that does not
// break, from five digits on.
func (p *Printer) Number(n int64) string { return isolate(p.digits(n), p.rtl()) }

func (p *Printer) digits(n int64) string {
	s := strconv.FormatInt(n, 10)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	sign, from := ",", 4
	if p.Lang() == "ru" {
		sign, from = "\u00a0", 5
	}
	if len(s) >= from {
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + sign + s[i:]
		}
	}
	if neg {
		s = minus + s
	}
	return s
}

// decimal writes n tenths, hundredths or thousandths; places says which. Zeros at the end are left out unless keep.
func (p *Printer) decimal(n int64, places int, keep bool) string {
	unit := int64(1)
	for range places {
		unit *= 10
	}
	whole, rest := n/unit, n%unit
	s := p.digits(whole)
	if n < 0 && whole == 0 {
		s = minus + s
	}
	if rest < 0 {
		rest = -rest
	}
	frac := strconv.FormatInt(unit+rest, 10)[1:]
	if !keep {
		frac = strings.TrimRight(frac, "0")
	}
	if frac == "" {
		return s
	}
	sign := "."
	if p.Lang() == "ru" {
		sign = ","
	}
	return s + sign + frac
}

// Metres writes a length: below one kilometre in metres ("850 m", "12.3 m"), from there in kilometres. "5 km" is exact; where
// hundredths of a kilometre do not say all, both are written ("5.00 km" is not exactly 5 km), rounded half away from zero.
func (p *Printer) Metres(t truce.Tenths) string {
	n := int64(t)
	if -10_000 < n && n < 10_000 {
		return p.text("unit.metres", isolate(p.decimal(n, 1, false), p.rtl()))
	}
	half := int64(50)
	if n < 0 {
		half = -half
	}
	return p.text("unit.kilometres", isolate(p.decimal((n+half)/100, 2, n%100 != 0), p.rtl()))
}

// Permille writes a probability in thousandths as a percentage.
func (p *Printer) Permille(n int64) string {
	return p.text("unit.percent", isolate(p.decimal(n, 1, false), p.rtl()))
}

// maxHours is the longest time written in hours: people say "72 hours", and days beyond that.
const maxHours = 72

// Duration writes a length of clock time, rounded down to the second: "1 h 30 min". Whole days are written from four days on.
func (p *Printer) Duration(d time.Duration) string { return p.milliseconds(d.Milliseconds()) }

// milliseconds takes the unit of [truce.ArgDuration], which reaches further than a time.Duration.
func (p *Printer) milliseconds(ms int64) string {
	neg := ms < 0
	s := ms / 1000
	if neg {
		s = -s
	}
	var parts []string
	add := func(id string, n int64) {
		if n != 0 {
			parts = append(parts, p.count(id, n, p.Number(n)))
		}
	}
	days := s / 86400
	if s/3600 <= maxHours {
		days = 0
	}
	add("duration.days", days)
	add("duration.hours", (s-days*86400)/3600)
	add("duration.minutes", s%3600/60)
	add("duration.seconds", s%60)
	if len(parts) == 0 {
		parts = append(parts, p.count("duration.seconds", 0, p.Number(0)))
		neg = false
	}
	all := parts[0]
	for _, x := range parts[1:] {
		all = p.text("duration.join", all, x)
	}
	if neg {
		all = p.text("duration.minus", all)
	}
	return all
}

// Decimal writes n hundredths, thousandths or whatever places says, with all its places: "0.38".
func (p *Printer) Decimal(n int64, places int) string {
	return isolate(p.decimal(n, places, true), p.rtl())
}
