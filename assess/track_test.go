package assess

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"truce"
)

// A sealed block gives back the fixes it was made of, however wild: what it expects of them costs bytes, never truth.
func TestBlockKeepsFixes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		step := rapid.SampledFrom([]int64{1, 1000, 60_000}).Draw(t, "step")
		at := rapid.Int64Range(0, 1<<41).Draw(t, "start") / step * step
		var list []sample
		for range rapid.IntRange(1, 2*blockFixes).Draw(t, "n") {
			at += step * rapid.OneOf(rapid.Int64Range(0, 60), rapid.Int64Range(0, 1<<30)).Draw(t, "after")
			list = append(list, sample{
				at:  truce.Instant(at),
				pos: truce.Position{Lon: truce.E7(rapid.Int32().Draw(t, "lon")), Lat: truce.E7(rapid.Int32().Draw(t, "lat"))},
				err: rapid.Int32Range(0, math.MaxInt32).Draw(t, "err"),
				sig: rapid.Int32Range(0, math.MaxInt32).Draw(t, "sig"),
			})
		}
		var got []sample
		b := seal(list)
		b.each(func(s sample) { got = append(got, s) })
		if !slices.Equal(got, list) {
			t.Fatalf("%d fixes went in, %d others came out", len(list), len(got))
		}
		if b.first != list[0].at || b.last != list[len(list)-1].at {
			t.Fatal("the block does not know its times")
		}
	})
}
