package assess_test

import (
	"slices"
	"testing"
	"time"

	"truce"
	"truce/assess"
)

// A fact that ends on a day that is not stated more exactly is unknown for the whole of that day, also for a unit that was seen the day before.
func TestTheDayAFactEndsIsUnknown(t *testing.T) {
	p := plan(t)
	ended := 0
	for i := range p.Agreement.Actors {
		x := &p.Agreement.Actors[i]
		for k := range x.Facts {
			if f := &x.Facts[k]; x.ID == "legion" && f.Kind == truce.FactOrigin {
				f.Until = truce.Span{From: utc(12, 0, 0), To: utc(13, 0, 0) - 1}
				ended++
			}
		}
	}
	if ended != 1 {
		t.Fatalf("%d facts end", ended)
	}
	said := func(from truce.Instant) truce.Result {
		a, err := assess.New(p)
		if err != nil {
			t.Fatal(err)
		}
		var list []truce.Fix
		for at := from; at <= utc(12, 14, 0); at = at.Add(10 * time.Minute) {
			list = append(list, truce.Fix{At: at, Pos: truce.Degrees(36.1, 32.72), Error: 10})
		}
		a.AddFixes(assess.Track{Unit: "u", Actor: "legion"}, list)
		a.Update(utc(14, 0, 0))
		accounts := slices.DeleteFunc(a.Current().Accounts, func(acc truce.Account) bool {
			return acc.Rule != "foreign-out" || !acc.Subject.When.Overlaps(truce.At(utc(12, 12, 0)))
		})
		if len(accounts) != 1 {
			t.Fatalf("%d accounts of that day: %+v", len(accounts), accounts)
		}
		return accounts[0].Outcomes[0].Result
	}
	if got := said(utc(12, 6, 0)); got != truce.Undetermined {
		t.Errorf("of a unit seen on that day alone: %s", got)
	}
	if got := said(utc(11, 20, 0)); got != truce.Undetermined {
		t.Errorf("of one that was there the day before: %s", got)
	}
}
