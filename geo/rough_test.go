package geo_test

import (
	"testing"

	"truce"
	"truce/geo"
	"truce/internal/workload"
)

// The rough bounds hold the exact distance, and are tight enough to be of use.
func TestRoughlyHoldsTheDistance(t *testing.T) {
	l, err := geo.NewLine([][]truce.Position{workload.New(0).Line}, truce.EdgesStraight)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range workload.Reports(200, 20000) {
		low, high := l.Roughly(r.Fix.Pos)
		d := l.Distance(r.Fix.Pos)
		if d < low || d > high {
			t.Fatalf("%v: %v lies outside %v to %v", r.Fix.Pos, d, low, high)
		}
		if high-low > 1 {
			t.Fatalf("%v: the bounds are %v apart", r.Fix.Pos, high-low)
		}
	}
}

// NearerThan and FartherThan say what Roughly says, and where they look no further, on which side of it they stay.
func TestRoughlyUpTo(t *testing.T) {
	w := workload.New(20)
	var rings [][]truce.Position
	for _, r := range w.Zones {
		rings = append(rings, append(r, r[0]))
	}
	for _, paths := range [][][]truce.Position{{w.Line}, {{{Lon: 357_000_000, Lat: 323_000_000}, {Lon: 369_000_000, Lat: 333_000_000}}}, rings} {
		l, err := geo.NewLine(paths, truce.EdgesStraight)
		if err != nil {
			t.Fatal(err)
		}
		near, far := 0, 0
		for i, r := range workload.Reports(200, 20000) {
			p := r.Fix.Pos
			want, _ := l.Roughly(p)
			for _, limit := range []truce.Metres{0, 1, 100, 5000, 60_000, want, want - 0.001, want + 0.001, want / 2, truce.Metres(i)} {
				if limit < 0 {
					continue
				}
				low, ok := l.NearerThan(p, limit)
				switch {
				case ok != (want <= limit), ok && low != want, !ok && (low < limit || low > want):
					t.Fatalf("%v, nearer than %v: %v %v, roughly %v", p, limit, low, ok, want)
				case ok:
					near++
				}
				low, ok = l.FartherThan(p, limit)
				switch {
				case ok != (want >= limit), ok && low != want, !ok && (low < want || low > limit):
					t.Fatalf("%v, farther than %v: %v %v, roughly %v", p, limit, low, ok, want)
				case ok:
					far++
				}
			}
		}
		if near == 0 || far == 0 {
			t.Fatal("the limits test nothing")
		}
	}
}
