package web

import (
	"fmt"
	"testing"
)

// Whoever opens a list reads many things at one moment: that is one line, and what was refused in between another.
func TestTrailIsToldByMoments(t *testing.T) {
	var list []Trace
	for i := range 50 {
		x := Trace{At: 1000, Person: "p-1", Office: "auditor", Act: "see", Kind: "observation", Thing: fmt.Sprint("r-", i), Code: "allowed"}
		if i == 30 {
			x.Code = "not-yours"
		}
		x.At += 10 // within the second
		list = append(list, x)
	}
	got := momentsOf(list)
	if len(got) != 3 || got[0].All != 30 || got[1].All != 1 || got[2].All != 19 || len(got[0].Things) != MaxTraced || got[1].Things[0] != "r-30" || got[0].At != 1000 {
		t.Errorf("told as %+v", got)
	}
}
