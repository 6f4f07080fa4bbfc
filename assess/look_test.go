package assess_test

import (
	"os"
	"testing"

	"truce"
	"truce/assess"
	"truce/terms"
)

// Somebody is under whom he is, belongs to or is answered for by, through all between them and while that lasted. Where it is disputed nobody says so, and a
// collective name belongs nowhere while it is not known whom it means.
func TestUnderFollowsChainsAndLeavesOutWhatIsDisputed(t *testing.T) {
	a, rep, err := terms.Load(os.DirFS("../scenario/testdata/small"), "")
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
	for i := range a.Actors {
		switch x := &a.Actors[i]; x.ID {
		case "legion":
			x.Facts = append(x.Facts, truce.Fact{Kind: truce.FactParent, Value: "north", From: truce.At(utc(10, 0, 0))})
		case "strangers":
			x.Facts = append(x.Facts, truce.Fact{Kind: truce.FactParent, Value: "north", HeldBy: []truce.ActorID{"guarantor-two"}, DisputedBy: []truce.ActorID{"guarantor-one"}})
		}
	}
	p, err := terms.Compile(a)
	if err != nil {
		t.Fatal(err)
	}
	x, err := assess.New(p)
	if err != nil {
		t.Fatal(err)
	}
	res := x.Settle(utc(20, 0, 0))
	for _, c := range []struct {
		who, of truce.ActorID
		day     int
		want    bool
	}{
		{"north", "north", 12, true}, {"north", "south", 12, false}, {"north", "guarantor-one", 12, true}, {"north", "guarantor-two", 12, false},
		{"locals", "legion", 12, true}, {"locals", "north", 12, true}, {"locals", "guarantor-one", 12, true},
		{"locals", "north", 9, false}, {"locals", "guarantor-one", 9, false}, {"legion", "locals", 12, false},
		{"strangers", "north", 12, false}, {"strangers", "guarantor-one", 12, false},
		{"south", "rebels", 12, true}, {"rebels", "south", 12, false},
	} {
		if got := res.Under(c.who, c.of, truce.At(utc(c.day, 0, 0))); got != c.want {
			t.Errorf("%s is under %s on day %d: %v, not %v", c.who, c.of, c.day, got, c.want)
		}
	}
}
