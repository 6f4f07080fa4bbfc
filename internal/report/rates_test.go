package report

import "testing"

// What package poisson compares is what the report counts.
func TestRate(t *testing.T) {
	r := rate(make(Tally, 3), make(Tally, 5))
	if !r.Known || r.Ratio != 1667 || r.Low != 324 || r.High != 10732 || len(r.Before) != 3 || len(r.After) != 5 {
		t.Errorf("%+v", r)
	}
}
