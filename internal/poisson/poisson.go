// Package poisson compares two counts as the rates at which something happens, with an exact interval and the same bits on every
// processor.
//
// Two counts are compared as the ratio of two Poisson rates. Given their total, the second is binomial with a share that follows
// from the ratio and the two lengths of time, so that the exact interval of a binomial share (Clopper and Pearson 1934) gives an
// exact interval of the ratio: the conditional method of Przyborowski and Wilenski (1940). It assumes that events are
// independent and that reporting was the same before and after. It says that a rate changed, never why.
package poisson

import (
	"math"
	"math/big"
	"time"
)

// Thousandths is a number in thousandths. Infinite stands for a ratio without a bound.
type Thousandths int64

// Infinite is a ratio to nothing.
const Infinite Thousandths = math.MaxInt64

// Comparison is the ratio of one rate to another, with the bounds of its 95 % interval. Known is false where nothing happened at all,
// so that there is no ratio.
type Comparison struct {
	Ratio, Low, High Thousandths
	Known            bool
}

// Compare gives the ratio of the rate after to the rate before, of counts over equal lengths of time.
func Compare(before, after int) Comparison { return CompareOver(before, after, 1, 1) }

// CompareOver is Compare for counts over different lengths of time. Nothing is known over no time.
func CompareOver(before, after int, beforeTime, afterTime time.Duration) Comparison {
	if before+after == 0 || beforeTime <= 0 || afterTime <= 0 {
		return Comparison{}
	}
	r := Comparison{Ratio: Infinite, Known: true}
	if before > 0 {
		r.Ratio = quotient(after, before, beforeTime, afterTime)
	}
	lengths := float64(beforeTime) / float64(afterTime)
	low, high := share(after, after+before)
	r.Low, r.High = odds(low, lengths), odds(high, lengths)
	return r
}

// quotient gives (a/b)*(s/t) in thousandths, half up.
func quotient(a, b int, s, t time.Duration) Thousandths {
	n := new(big.Int).Mul(big.NewInt(2000*int64(a)), big.NewInt(int64(s)))
	d := new(big.Int).Mul(big.NewInt(int64(b)), big.NewInt(int64(t)))
	if q := n.Add(n, d).Div(n, d.Mul(d, big.NewInt(2))); q.IsInt64() {
		return Thousandths(q.Int64())
	}
	return Infinite
}

// Divide gives a/b in thousandths, half up; a and b are counts and b is not zero.
func Divide(a, b int64) Thousandths { return Thousandths((2000*a + b) / (2 * b)) }

// odds turns a share into a ratio of rates in thousandths.
func odds(p, lengths float64) Thousandths {
	if p >= 1 {
		return Infinite
	}
	x := float64(float64(p/(1-p)*lengths) * 1000)
	if x >= 1e15 {
		return Infinite
	}
	return Thousandths(x + 0.5)
}

// tailEach is the probability left out at either end of the interval.
const tailEach = 0.025

// share gives the exact 95 % interval of a share of which k of n were seen.
func share(k, n int) (low, high float64) {
	low, high = 0, 1
	if k > 0 {
		low = root(func(p float64) bool { return upper(k, n, p) < tailEach })
	}
	if k < n {
		high = root(func(p float64) bool { return 1-upper(k+1, n, p) > tailEach })
	}
	return low, high
}

// root finds where a condition that holds for small p ceases to hold, by halving.
func root(holds func(float64) bool) float64 {
	low, high := 0.0, 1.0
	for range 64 {
		mid := (low + high) / 2
		if holds(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// upper is the probability of k or more out of n. The terms are worked out from the most likely one, which is set to 1,
// outwards until they no longer count, and then divided by their sum: there is no factorial and no logarithm
// in it, and each product is rounded on its own, so the same bits come out on every processor.
func upper(k, n int, p float64) float64 {
	if k <= 0 {
		return 1
	}
	if p <= 0 || k > n {
		return 0
	}
	if p >= 1 {
		return 1
	}
	ratio := float64(p / (1 - p))
	mode := min(int(float64(float64(n+1)*p)), n)
	const negligible = 1e-20
	sum, tail := 1.0, 0.0
	if mode >= k {
		tail = 1
	}
	for t, i := 1.0, mode; i < n; {
		t = float64(float64(t*ratio) * float64(float64(n-i)/float64(i+1)))
		i++
		sum += t
		if i >= k {
			tail += t
		}
		if t < negligible*sum {
			break
		}
	}
	for t, i := 1.0, mode; i > 0; {
		t = float64(float64(t/ratio) * float64(float64(i)/float64(n-i+1)))
		i--
		sum += t
		if i >= k {
			tail += t
		}
		if t < negligible*sum {
			break
		}
	}
	return tail / sum
}
