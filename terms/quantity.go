package terms

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"truce"
)

var quantityPattern = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)$`)

// Lengths in metres: the international mile and nautical mile (BIPM, SI Brochure, 9th ed., table 8 and NIST SP 811).
var lengthUnits = map[string]float64{"m": 1, "km": 1000, "mi": 1609.344, "mile": 1609.344, "miles": 1609.344, "nmi": 1852}

// MaxDistance is the longest distance a rule may name.
const MaxDistance truce.Metres = 2_000_000

// ParseDistance reads a length such as "5 km", "500 m" or "10 miles".
func ParseDistance(s string) (truce.Metres, error) {
	m := quantityPattern.FindStringSubmatch(strings.ToLower(strings.TrimSpace(s)))
	if m == nil {
		return 0, fmt.Errorf("%q is not a distance: write for example 5 km or 500 m", s)
	}
	unit, ok := lengthUnits[m[2]]
	if !ok {
		return 0, fmt.Errorf("%q is not a unit of length: use m, km, mi or nmi", m[2])
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a distance", s)
	}
	d := truce.Metres(float64(n * unit))
	if d > MaxDistance {
		return 0, fmt.Errorf("%q is farther than %d km", s, int(MaxDistance/1000))
	}
	return d, nil
}

func (v value) distance() truce.Metres {
	if !v.given() {
		return 0
	}
	d, err := ParseDistance(v.text())
	if err != nil {
		v.fail("bad-distance", err.Error(), "")
	}
	return d
}

var (
	periodPart   = regexp.MustCompile(`^([0-9]+)\s*([a-z]+)\s*`)
	clockUnits   = map[string]time.Duration{"s": time.Second, "second": time.Second, "seconds": time.Second, "min": time.Minute, "m": time.Minute, "minute": time.Minute, "minutes": time.Minute, "h": time.Hour, "hour": time.Hour, "hours": time.Hour}
	dayUnits     = map[string]int{"d": 1, "day": 1, "days": 1, "week": 7, "weeks": 7}
	monthUnits   = map[string]int{"month": 1, "months": 1, "year": 12, "years": 12}
	errNotPeriod = "write for example 30m, 6h, 15 days, 2 weeks or 6 months"
)

// ParsePeriod reads a length of time such as "30m", "6h", "15 days", "6 months" or "1h 30m". Hours and minutes are clock
// time; days, weeks, months and years are counted on the agreement's calendar.
func ParsePeriod(s string) (truce.Period, error) {
	var p truce.Period
	rest := strings.ToLower(strings.TrimSpace(s))
	if rest == "" {
		return p, fmt.Errorf("a length of time is missing: %s", errNotPeriod)
	}
	for rest != "" {
		m := periodPart.FindStringSubmatch(rest)
		if m == nil {
			return p, fmt.Errorf("%q is not a length of time: %s", s, errNotPeriod)
		}
		n, err := strconv.Atoi(m[1])
		if err != nil || n > 1_000_000 {
			return p, fmt.Errorf("%q is too long", s)
		}
		switch {
		case clockUnits[m[2]] > 0:
			p.Clock += time.Duration(n) * clockUnits[m[2]]
		case dayUnits[m[2]] > 0:
			p.Days += n * dayUnits[m[2]]
		case monthUnits[m[2]] > 0:
			p.Months += n * monthUnits[m[2]]
		default:
			return p, fmt.Errorf("%q is not a unit of time: %s", m[2], errNotPeriod)
		}
		rest = rest[len(m[0]):]
	}
	if p.Months > 12*200 || p.Days > 366*200 || p.Clock > 200*366*24*time.Hour {
		return p, fmt.Errorf("%q is longer than 200 years", s)
	}
	return p, nil
}

func (v value) period() truce.Period {
	if !v.given() {
		return truce.Period{}
	}
	p, err := ParsePeriod(v.text())
	if err != nil {
		v.fail("bad-period", err.Error(), "")
	}
	return p
}

// duration reads a length of clock time; a day is 24 hours here.
func (v value) duration() time.Duration {
	if !v.given() {
		return 0
	}
	p, err := ParsePeriod(v.text())
	switch {
	case err != nil:
		v.fail("bad-period", err.Error(), "")
	case p.Months != 0:
		v.fail("bad-period", fmt.Sprintf("%q has no fixed length", v.text()), "use hours or days here")
	}
	return p.Clock + time.Duration(p.Days)*24*time.Hour
}

// number reads a whole number from zero up.
func (v value) number() int64 {
	if !v.given() {
		return 0
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(v.text(), "_", ""), 10, 64)
	if err != nil || n < 0 {
		v.fail("bad-number", fmt.Sprintf("%q is not a whole number", v.text()), "write digits only, for example 6000")
		return 0
	}
	return n
}

// millimetres reads a calibre.
func (v value) millimetres() int32 {
	if !v.given() {
		return 0
	}
	s := strings.TrimSpace(strings.TrimSuffix(strings.ToLower(v.text()), "mm"))
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n <= 0 || n > 2000 {
		v.fail("bad-calibre", fmt.Sprintf("%q is not a calibre", v.text()), "write for example 100 mm")
		return 0
	}
	return int32(n)
}

// lastHour is the last hour at which something of a day can begin; what ends may end at 24:00.
const lastHour = 23*time.Hour + 59*time.Minute

// clockTime reads an hour of the day as "18:00", none later than last.
func (v value) clockTime(last time.Duration) time.Duration {
	if !v.given() {
		return 0
	}
	var h, m int
	s := v.text()
	n, err := fmt.Sscanf(s, "%d:%d", &h, &m)
	at := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if err != nil || n != 2 || h < 0 || m < 0 || m > 59 || len(s) > 5 || at > last {
		v.fail("bad-clock", fmt.Sprintf("%q is not an hour of the day", s), `write for example "18:00"`)
		return 0
	}
	return at
}
