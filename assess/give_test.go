package assess_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/assess"
)

// Who learns from another assessor says the same as one that was told itself, but for places within a tenth of a metre of an edge.
func TestGive(t *testing.T) {
	p := plan(t)
	rapid.Check(t, func(t *rapid.T) {
		told, _ := assess.New(p)
		for i := range rapid.IntRange(0, 12).Draw(t, "records") {
			told.Add(record(t, i))
		}
		for i := range rapid.IntRange(1, 3).Draw(t, "tracks") {
			f := drawFixes(t, fmt.Sprintf("u%d", i))
			told.AddFixes(f.track, f.list)
		}
		learnt, _ := assess.New(p)
		told.Give(learnt)
		same(t, everything(t, learnt.Settle(utc(20, 0, 0))), everything(t, told.Settle(utc(20, 0, 0))))
	})
}

// A radius that was rounded comes back as one that is rounded to the same.
func TestRadiusSurvivesGiving(t *testing.T) {
	p := plan(t)
	rapid.Check(t, func(t *rapid.T) {
		a, _ := assess.New(p)
		tr := assess.Track{Unit: "u", Actor: "legion"}
		var list []truce.Fix
		for i := range 60 {
			list = append(list, truce.Fix{At: utc(9, 0, i), Pos: truce.Degrees(36.1, 32.72), Error: float32(rapid.Float64Range(0, 1e6).Draw(t, "error"))})
		}
		a.AddFixes(tr, list)
		b, _ := assess.New(p)
		a.Give(b)
		n := b.Fixes()
		a.Give(b)
		if b.Fixes() != n || n != 60 {
			t.Fatalf("%d fixes, then %d", n, b.Fixes())
		}
		same(t, everything(t, b.Settle(utc(20, 0, 0))), everything(t, a.Settle(utc(20, 0, 0))))
	})
}
