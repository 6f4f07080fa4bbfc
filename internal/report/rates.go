package report

import "truce/internal/poisson"

// Thousandths is a number in thousandths. Infinite stands for a ratio without a bound.
type Thousandths = poisson.Thousandths

// Infinite is a ratio to nothing.
const Infinite = poisson.Infinite

// Rate compares how many things happened in two equal lengths of time.
type Rate struct {
	Before, After Tally
	poisson.Comparison
}

// rate compares two sets of things.
func rate(before, after Tally) Rate {
	return Rate{before, after, poisson.Compare(len(before), len(after))}
}

func divide(a, b int64) Thousandths { return poisson.Divide(a, b) }
