package access

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"truce"
)

// Outside the mechanism no count, and no difference of two, tells of fewer than five records or of fewer than three people. Inside the same counts do, which
// is the control.
func TestCountsSingleNobodyOut(t *testing.T) {
	differ := 0
	rapid.Check(t, func(t *rapid.T) {
		office := truce.Office(rapid.IntRange(0, 10).Draw(t, "office"))
		v := Viewer{Person: "p", Body: "b", Office: office, Vouch: truce.VouchSession}
		before, after := new(Tally), new(Tally)
		people := map[string]bool{}
		add := func(to ...*Tally) {
			p := fmt.Sprint("p-", rapid.IntRange(1, 4).Draw(t, "person"))
			people[p] = true
			for _, x := range to {
				x.Add(truce.PersonID(p))
			}
		}
		n := rapid.IntRange(0, 30).Draw(t, "records")
		for range n {
			add(before, after)
		}
		few := len(people) < MinSources
		add(after) // one report more
		a, b := before.Told(v), after.Told(v)
		inside := office == truce.OfficeMonitor || office == truce.OfficeDutyOfficer || office == truce.OfficeAnalyst || office == truce.OfficeAuditor || office == truce.OfficeOperator
		switch {
		case inside:
			if a != n || b != n+1 {
				t.Fatalf("%s is told %d and %d of %d and %d", office, a, b, n, n+1)
			}
			differ++
		case a%MinTold != 0 || a > n || b-a != 0 && b-a < MinTold || few && n > 0 && a != 0:
			t.Fatalf("%s is told %d, then %d, of %d records of %d people", office, a, b, n, len(people))
		}
	})
	if differ == 0 {
		t.Error("the control: nobody was told that one report came")
	}
	deadlines := new(Tally)
	for range 12 {
		deadlines.Add()
	}
	if got := deadlines.Told(Viewer{}); got != 10 {
		t.Errorf("of deadlines that passed, which nobody reported, the public is told %d", got)
	}
}
