package casefile

import (
	"slices"
	"time"

	"truce"
	"truce/internal/poisson"
)

// Trend compares how often something happened in a stretch of time with how often it happened in a baseline.
type Trend struct {
	Baseline, Recent int
	// Unclear are events whose time may lie in either or outside; they are in no count.
	Unclear int
	poisson.Comparison
}

// Compare counts the events that surely lie in each of two stretches of time, and compares the rates: the ratio of two Poisson rates
// with its exact conditional interval at 95 % (package poisson). It assumes that events are independent and were reported alike. A
// stretch runs from its From up to and without its To.
func Compare(events []truce.Span, baseline, recent truce.Span) Trend {
	var t Trend
	for _, e := range events {
		within := func(s truce.Span) bool { return e.From >= s.From && e.To < s.To }
		touches := func(s truce.Span) bool { return e.To >= s.From && e.From < s.To }
		switch {
		case !e.Stated():
			t.Unclear++
		case within(baseline):
			t.Baseline++
		case within(recent):
			t.Recent++
		case touches(baseline) || touches(recent):
			t.Unclear++
		}
	}
	t.Comparison = poisson.CompareOver(t.Baseline, t.Recent, baseline.To.Sub(baseline.From), recent.To.Sub(recent.From))
	return t
}

// Act is an incident by one actor against another.
type Act struct {
	When        truce.Span
	By, Against truce.ActorID
}

// Exchange says how often acts of A against B were followed by acts of B against A.
type Exchange struct {
	A, B truce.ActorID
	// Acts are those of A against B that could be followed for the whole time, Answered those that were.
	Acts, Answered int
	// Expected is how many chance alone would answer, in thousandths: the mean over [Shifts].
	Expected poisson.Thousandths
	// Level is the share, in thousandths, of the shifts (and the real order) with at least as many answers: a small one says that
	// the order is not chance. It does not say why.
	Level poisson.Thousandths
	// Unclear are acts whose time is not known closely enough to be put in order.
	Unclear int
}

// Shifts is how many other orders the real one is held against.
const Shifts = 199

// TitForTat asks whether acts of a against b in a stretch of time are followed, within a time, by acts of b against a more often than
// chance would have it.
//
// What chance would give is counted, not assumed: the acts of b are shifted round the stretch by [Shifts] equal steps. That keeps how
// they cluster among themselves and breaks what ties them to the acts of a. An act whose time is not known to within a quarter of the
// time is left out and counted; one of the others counts at the beginning of its span. Acts of a in the last part of the stretch, which
// could not be followed for the whole time, are left out too.
func TitForTat(acts []Act, a, b truce.ActorID, stretch truce.Span, within time.Duration) Exchange {
	x := Exchange{A: a, B: b}
	length, reach := int64(stretch.To-stretch.From), within.Milliseconds()
	if length <= 0 || reach <= 0 || reach >= length {
		return x
	}
	var first, second []int64
	for _, e := range acts {
		ours, theirs := e.By == a && e.Against == b, e.By == b && e.Against == a
		if !ours && !theirs || e.When.Stated() && (e.When.To < stretch.From || e.When.From >= stretch.To) {
			continue
		}
		at := int64(e.When.From - stretch.From)
		switch {
		case !e.When.Stated() || int64(e.When.To-e.When.From) > reach/4 || at < 0:
			x.Unclear++
		case theirs:
			second = append(second, at)
		case at+reach < length:
			first = append(first, at)
		}
	}
	slices.Sort(second)
	x.Acts, x.Answered = len(first), followed(first, second, 0, length, reach)
	total, as := 0, 1
	for k := int64(1); k <= Shifts; k++ {
		n := followed(first, second, shiftBy(length, k), length, reach)
		total += n
		if n >= x.Answered {
			as++
		}
	}
	x.Expected, x.Level = poisson.Divide(int64(total), Shifts), poisson.Divide(int64(as), Shifts+1)
	return x
}

// shiftBy is the k-th of the equal steps round a stretch.
func shiftBy(length, k int64) int64 {
	whole, rest := length/(Shifts+1), length%(Shifts+1)
	return whole*k + rest*k/(Shifts+1)
}

// followed counts the first that have one of the second, shifted round the stretch, after them and within reach. The second are sorted.
func followed(first, second []int64, shift, length, reach int64) (n int) {
	for _, t := range first {
		// A second one at u comes to (u+shift) mod length; it is wanted in (t, t+reach], which never goes round the end.
		for _, turn := range [2]int64{-shift, length - shift} {
			i, _ := slices.BinarySearch(second, t+1+turn)
			if i < len(second) && second[i] <= t+reach+turn {
				n++
				break
			}
		}
	}
	return n
}
