package report

import "math"

// Two counts over equal lengths of time are compared as the ratio of two Poisson rates. Given their total, the second is
// binomial with p = ratio/(1+ratio), so that the exact interval of a binomial share (Clopper and Pearson 1934) gives an
// exact interval of the ratio: the conditional method of Przyborowski and Wilenski (1940). It assumes that events are
// independent and that reporting was the same before and after. It says that a rate changed, never why.

// Thousandths is a number in thousandths. Infinite stands for a ratio without a bound.
type Thousandths int64

// Infinite is a ratio to nothing.
const Infinite Thousandths = math.MaxInt64

// Rate compares how many things happened in two equal lengths of time.
type Rate struct {
	Before, After Tally
	// Ratio is After to Before, with the bounds of its 95 % interval, in thousandths; Known is false where nothing happened at
	// all, so that there is no ratio.
	Ratio, Low, High Thousandths
	Known            bool
}

// rate compares two sets of things.
func rate(before, after Tally) Rate {
	r := Rate{Before: before, After: after}
	b, a := len(before), len(after)
	if a+b == 0 {
		return r
	}
	r.Known = true
	r.Ratio = Infinite
	if b > 0 {
		r.Ratio = divide(int64(a), int64(b))
	}
	low, high := share(a, a+b)
	r.Low, r.High = odds(low), odds(high)
	return r
}

// divide gives a/b in thousandths, half up; a and b are counts and b is not zero.
func divide(a, b int64) Thousandths { return Thousandths((2000*a + b) / (2 * b)) }

// odds turns a share into a ratio in thousandths.
func odds(p float64) Thousandths {
	if p >= 1 {
		return Infinite
	}
	x := float64(p / (1 - p) * 1000)
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
