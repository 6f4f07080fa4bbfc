package assess_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"truce"
	"truce/assess"
	"truce/terms"
)

// withHours is a version of the small agreement in which some rules have other hours.
func withHours(t testing.TB, version string, hours func(r *truce.Rule) *truce.Hours) *terms.Plan {
	t.Helper()
	a, rep, err := terms.Load(os.DirFS("../scenario/testdata/small"), version)
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
	for _, r := range terms.Rules(a) {
		r.Hours = hours(r)
	}
	p, err := terms.Compile(a)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Hours that are the whole day change nothing.
func TestHoursOfTheWholeDayChangeNothing(t *testing.T) {
	p := plan(t)
	whole := withHours(t, "", func(r *truce.Rule) *truce.Hours {
		if r.Verb == truce.Forbids || r.Verb == truce.Limits || r.Object == truce.KindPassage && r.AtLeast == nil {
			return &truce.Hours{Until: 24 * time.Hour}
		}
		return nil
	})
	rapid.Check(t, func(t *rapid.T) {
		a, _ := assess.New(p)
		b, _ := assess.New(whole)
		for i := range rapid.IntRange(0, 12).Draw(t, "records") {
			o := record(t, i)
			a.Add(o)
			b.Add(o)
		}
		f := drawFixes(t, "u0")
		a.AddFixes(f.track, f.list)
		b.AddFixes(f.track, f.list)
		same(t, everything(t, b.Settle(utc(20, 0, 0))), everything(t, a.Settle(utc(20, 0, 0))))
	})
}

// What is said of stays within hours is never more than a count of the minutes bears out.
func TestHoursOfStaysAgainstMinutes(t *testing.T) {
	const minutes, dwell = 2 * 24 * 60, 30
	begin := utc(10, 0, 0)
	results := map[truce.Result]int{}
	rapid.Check(t, func(t *rapid.T) {
		h := truce.Hours{From: time.Duration(rapid.SampledFrom([]int{0, 11, 18, 42}).Draw(t, "from")) * 30 * time.Minute}
		h.Until = (h.From + time.Duration(rapid.SampledFrom([]int{1, 2, 10, 20}).Draw(t, "long"))*30*time.Minute) % (24 * time.Hour)
		p := corridorHours(t, h)
		// Sightings, each surely inside or outside; a silence of more than two hours ends a stay.
		var list []truce.Fix
		var at []int
		var in []bool
		for m := 0; m < minutes; m += rapid.SampledFrom([]int{5, 10, 10, 20, 60, 200}).Draw(t, "step") {
			inside := rapid.IntRange(0, 5).Draw(t, "turn") > 0 == (len(in) > 0 && in[len(in)-1])
			lat := 32.0
			if inside {
				lat = 32.8 // on the line
			}
			at, in = append(at, m), append(in, inside)
			list = append(list, truce.Fix{At: begin + truce.Instant(m)*60_000, Pos: truce.Degrees(36.1, lat), Error: 5})
		}
		a, _ := assess.New(p)
		a.AddFixes(assess.Track{Unit: "u0", Actor: "north"}, list)
		clock := p.Agreement.Clock
		within := func(m int) bool {
			w := clock.Wall(begin + truce.Instant(m)*60_000)
			d := time.Duration(w.Hour)*time.Hour + time.Duration(w.Minute)*time.Minute
			if h.From < h.Until {
				return d >= h.From && d < h.Until
			}
			return d >= h.From || d < h.Until
		}
		// longest counts, from one minute to another, the longest run of minutes within the hours.
		longest := func(from, to int) (most int) {
			run := 0
			for m := from; m < to; m++ {
				if run++; !within(m) {
					run = 0
				}
				most = max(most, run)
			}
			return most
		}
		for _, acc := range a.Settle(utc(20, 0, 0)).Accounts {
			if acc.Rule != "corridor-clear" {
				continue
			}
			first, last := int(acc.Subject.When.From-begin)/60_000, int(acc.Subject.When.To-begin)/60_000
			sure, before, after, seen := longest(first, last), first, last, false
			for i := range at {
				seen = seen || in[i] && at[i] >= first && at[i] <= last
				if at[i] == first && i > 0 && at[i]-at[i-1] <= 120 {
					before = at[i-1]
				}
				if at[i] == last && i+1 < len(at) && at[i+1]-at[i] <= 120 {
					after = at[i+1]
				}
			}
			out := acc.Outcomes[0]
			results[out.Result]++
			switch {
			case !seen: // it was never inside
				if out.Possible.Has(truce.Breached) {
					t.Fatalf("never inside, and %v", out.Possible.Results())
				}
			case out.Result == truce.Breached && sure < dwell:
				t.Fatalf("breached, and it was there for %d minutes within the hours", sure)
			case out.Result == truce.NotApplicable && longest(before, after) > 0:
				t.Fatalf("not applicable, and it may have been there for %d minutes within the hours", longest(before, after))
			case out.Result == truce.Kept && (longest(before, after) >= dwell && before < first && after > last):
				t.Fatalf("kept, and it may have been there for %d minutes within the hours", longest(before, after))
			case sure >= dwell && out.Result != truce.Breached:
				t.Fatalf("%v, and it was there for %d minutes within the hours %v, from minute %d to %d", out.Result, sure, h, first, last)
			}
		}
	})
	for _, r := range []truce.Result{truce.Breached, truce.Kept, truce.NotApplicable, truce.Undetermined} {
		if results[r] == 0 {
			t.Errorf("no stay was %v: %v", r, results)
		}
	}
}

var corridorPlans = map[truce.Hours]*terms.Plan{}

// corridorHours is the extended version with hours for its rule about the corridor, on an agreement that does not end meanwhile.
func corridorHours(t *rapid.T, h truce.Hours) *terms.Plan {
	if p := corridorPlans[h]; p != nil {
		return p
	}
	a, rep, err := terms.Load(os.DirFS("../scenario/testdata/small"), "extended")
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
	a.Duration.For = truce.Period{Months: 1}
	for _, r := range terms.Rules(a) {
		if r.ID == "corridor-clear" {
			r.Hours = &h
		}
	}
	p, err := terms.Compile(a)
	if err != nil {
		t.Fatal(fmt.Errorf("%v: %w", h, err))
	}
	corridorPlans[h] = p
	return p
}
