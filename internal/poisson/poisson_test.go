package poisson

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Intervals as printed in tables of exact binomial confidence limits, to four decimals.
func TestShareAgainstTables(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{
		{0, 10, 0, 0.3085},
		{1, 10, 0.0025, 0.4450},
		{5, 10, 0.1871, 0.8129},
		{10, 10, 0.6915, 1},
		{0, 1, 0, 0.9750},
		{10, 100, 0.0490, 0.1762},
		{50, 100, 0.3983, 0.6017},
	} {
		low, high := share(c.k, c.n)
		if math.Abs(low-c.low) > 0.00006 || math.Abs(high-c.high) > 0.00006 {
			t.Errorf("%d of %d: %.4f to %.4f, the tables say %.4f to %.4f", c.k, c.n, low, high, c.low, c.high)
		}
	}
}

// exactUpper is the probability of k or more out of n in whole numbers: no rounding at all.
func exactUpper(k, n int, p float64) float64 {
	x := new(big.Rat).SetFloat64(p)
	y := new(big.Rat).Sub(big.NewRat(1, 1), x)
	sum := new(big.Rat)
	for i := k; i <= n; i++ {
		term := new(big.Rat).SetInt(new(big.Int).Binomial(int64(n), int64(i)))
		term.Mul(term, power(x, i)).Mul(term, power(y, n-i))
		sum.Add(sum, term)
	}
	f, _ := sum.Float64()
	return f
}

func power(x *big.Rat, n int) *big.Rat {
	e := big.NewInt(int64(n))
	return new(big.Rat).SetFrac(new(big.Int).Exp(x.Num(), e, nil), new(big.Int).Exp(x.Denom(), e, nil))
}

func TestUpperAgainstRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		k := rapid.IntRange(0, n).Draw(t, "k")
		p := float64(rapid.IntRange(1, 1023).Draw(t, "p")) / 1024
		want := exactUpper(k, n, p)
		if got := upper(k, n, p); math.Abs(got-want) > 1e-13+1e-12*want {
			t.Fatalf("P(X >= %d of %d, p %v) = %v, exactly %v", k, n, p, got, want)
		}
	})
}

// The bounds are where each tail holds 2.5 %, checked without rounding.
func TestShareLeavesTheTails(t *testing.T) {
	for _, c := range [][2]int{{1, 2}, {3, 7}, {17, 40}, {30, 110}, {1, 140}} {
		k, n := c[0], c[1]
		low, high := share(k, n)
		if got := exactUpper(k, n, low); math.Abs(got-tailEach) > 1e-10 {
			t.Errorf("%d of %d: above the lower bound lies %v", k, n, got)
		}
		if got := 1 - exactUpper(k+1, n, high); math.Abs(got-tailEach) > 1e-10 {
			t.Errorf("%d of %d: below the upper bound lies %v", k, n, got)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		before, after    int
		known            bool
		ratio, low, high Thousandths
	}{
		{0, 0, false, 0, 0, 0},
		{10, 0, true, 0, 0, 446},
		{0, 10, true, Infinite, 2242, Infinite},
		{5, 5, true, 1000, 230, 4345},
		// Reckoned by hand from the table of 50 in 100: 0.3983/0.6017 and back.
		{50, 50, true, 1000, 662, 1511},
		{3, 1, true, 333, 6, 4151},
		{3, 5, true, 1667, 324, 10732}, // half a thousandth is rounded up
	} {
		if r, want := Compare(c.before, c.after), (Comparison{c.ratio, c.low, c.high, c.known}); r != want {
			t.Errorf("%d before and %d after: %v, want %v", c.before, c.after, r, want)
		}
		if r, want := CompareOver(c.before, c.after, time.Hour, time.Hour), (Comparison{c.ratio, c.low, c.high, c.known}); r != want {
			t.Errorf("over equal times, %d before and %d after: %v, want %v", c.before, c.after, r, want)
		}
	}
}

// Over a baseline ten times as long, ten times as many are the same rate.
func TestCompareOver(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		before, after       int
		beforeTime, afterTo time.Duration
		want                Comparison
	}{
		{100, 10, 10 * day, day, Comparison{1000, 465, 1917, true}},
		{0, 3, 30 * day, day, Comparison{Infinite, 12397, Infinite, true}},
		{7, 0, 7 * day, day, Comparison{0, 0, 4857, true}},
		{1, 1, day, 3 * day, Comparison{333, 4, 26166, true}},
		{0, 0, day, day, Comparison{}},
		{1, 1, 0, day, Comparison{}},
	} {
		if got := CompareOver(c.before, c.after, c.beforeTime, c.afterTo); got != c.want {
			t.Errorf("%d in %v, %d in %v: %v, want %v", c.before, c.beforeTime, c.after, c.afterTo, got, c.want)
		}
	}
}

// Large counts stay inside their interval, and more events make it narrower.
func TestRatioOfManyIsNarrow(t *testing.T) {
	last := Thousandths(math.MaxInt64)
	for _, n := range []int{10, 100, 1000, 10_000, 100_000} {
		r := Compare(n, n)
		if r.Low >= 1000 || r.High <= 1000 || r.High-r.Low >= last {
			t.Errorf("%d and %d: %d to %d", n, n, r.Low, r.High)
		}
		last = r.High - r.Low
	}
}

// The same bits everywhere: these were worked out on amd64 and must come out of every processor.
func TestSameBytesShare(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high uint64
	}{
		{1, 3, 0x3f8135fd64da2387, 0x3fecfb7ffbe56ace},
		{57, 204, 0x3fcc08613412ee3e, 0x3fd62aa4de73ca47},
		{1999, 4321, 0x3fdca6a7194cbc03, 0x3fde9173ae14d825},
		{1, 5000, 0x3ed53cf1b0860200, 0x3f523fb273fad873},
	} {
		low, high := share(c.k, c.n)
		if math.Float64bits(low) != c.low || math.Float64bits(high) != c.high {
			t.Errorf("%d of %d: %#x to %#x, elsewhere %#x to %#x", c.k, c.n, math.Float64bits(low), math.Float64bits(high), c.low, c.high)
		}
	}
}
