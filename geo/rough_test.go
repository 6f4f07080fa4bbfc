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
