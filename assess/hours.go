package assess

import (
	"time"

	"truce"
)

// hours answers whether something was within the hours of a rule. What lasted was, if any part of it was; of what did not,
// a time that reaches over an edge says neither.
func (s *settling) hours(h truce.Hours, when truce.Span, lasted bool) answer {
	from, until := h.Texts()
	says := func(a answer) answer { return s.because(a, "time.hours", truce.Str(from), truce.Str(until)) }
	switch {
	case h.Whole():
		return says(known(truce.True))
	case !when.Stated():
		return says(missingFact(truce.Say("missing.when")))
	}
	for part := range s.plan.Agreement.Clock.During(h, when) {
		if lasted || part == when {
			return says(known(truce.True))
		}
		return says(missingFact(truce.Say("missing.hours", truce.SpanArg(when), truce.Str(from), truce.Str(until))))
	}
	return says(known(truce.False))
}

// stayHours answers whether a stay was within the hours of a rule, and gives the part of it that counts, and the least and the most
// time without a break that it can have been there within the hours.
//
// It was there for certain from the first to the last sighting inside, and may have been from the last one outside before to the
// first one after. A stay that nobody saw begin or end is bounded by the hours alone.
func (s *settling) stayHours(h truce.Hours, st *stay) (in answer, part truce.Span, least, most time.Duration) {
	clock := s.plan.Agreement.Clock
	part = truce.Span{From: st.from, To: st.to}
	may := part
	wide := truce.Span{From: st.from.Add(-48 * hour), To: st.to.Add(48 * hour)} // holds the whole of any day's hours beside it
	if st.before != 0 {
		may.From, wide.From = st.before, st.before
	}
	if st.after != 0 {
		may.To, wide.To = st.after, st.after
	}
	from, until := h.Texts()
	in = s.hours(h, may, false)
	if st.first != 0 {
		for p := range clock.During(h, truce.Span{From: st.first, To: st.last}) {
			in = s.because(known(truce.True), "time.hours", truce.Str(from), truce.Str(until))
			least = max(least, length(p, st.last))
		}
	}
	for p := range clock.During(h, wide) {
		most = max(most, length(p, wide.To))
	}
	if in.truth == truce.True {
		first := true
		for p := range clock.During(h, part) {
			if first {
				part.From, first = p.From, false
			}
			part.To = p.To
		}
	}
	return in, part, least, most
}

// length is how long a part of a span that ends at end lasts; a part that the hours end goes on to their very end.
func length(p truce.Span, end truce.Instant) time.Duration {
	if p.To < end {
		p.To++
	}
	return p.To.Sub(p.From)
}
