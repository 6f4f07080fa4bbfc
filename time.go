package truce

import (
	"fmt"
	"time"
)

// Instant is a moment in milliseconds since 1970-01-01T00:00:00Z. The zero value means "not stated"; the one
// millisecond it would otherwise stand for cannot be expressed, which no agreement has ever needed.
type Instant int64

// The furthest moments truce computes with: the years 1800 and 2200. A time outside them is a mistake in the input.
const (
	EarliestInstant Instant = -5364662400000
	LatestInstant   Instant = 7258118400000
)

// InstantOf rounds t down to the millisecond.
func InstantOf(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Time gives the instant as a time in UTC.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// Stated reports whether anybody said when.
func (i Instant) Stated() bool { return i != 0 }

// Add gives the moment d later, to the millisecond.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Milliseconds()) }

// Sub gives the time from j to i.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i-j) * time.Millisecond }

// String writes RFC 3339 in UTC, with milliseconds only where there are any.
func (i Instant) String() string {
	if !i.Stated() {
		return "not stated"
	}
	if i%1000 == 0 {
		return i.Time().Format("2006-01-02T15:04:05Z")
	}
	return i.Time().Format("2006-01-02T15:04:05.000Z")
}

// Span says when something was: not before From and not after To, both included. The zero value is a time nobody
// stated. A span is what is known of the time; whether the thing lasted for the whole of it is a separate
// fact (see [Observation.Lasted]).
type Span struct {
	From, To Instant
}

// At is the span of a moment known exactly.
func At(i Instant) Span { return Span{i, i} }

// Stated reports whether both ends are known.
func (s Span) Stated() bool { return s.From.Stated() && s.To.Stated() }

// Valid reports whether a stated span runs forward and lies within the years truce computes with.
func (s Span) Valid() bool {
	return !s.Stated() || (s.From <= s.To && s.From >= EarliestInstant && s.To <= LatestInstant)
}

// Before answers whether the whole span, whatever its true moment, comes before i.
func (s Span) Before(i Instant) Truth {
	switch {
	case !s.Stated() || !i.Stated():
		return Unknown
	case s.To < i:
		return True
	case s.From >= i:
		return False
	}
	return Unknown
}

// Overlaps reports whether the two spans share a moment.
func (s Span) Overlaps(u Span) bool { return s.From <= u.To && u.From <= s.To }

func (s Span) String() string {
	switch {
	case !s.Stated():
		return "not stated"
	case s.From == s.To:
		return s.From.String()
	}
	return fmt.Sprintf("%s/%s", s.From, s.To)
}
