package assess_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"truce"
	"truce/assess"
	"truce/internal/workload"
	"truce/terms"
)

// world makes an agreement of the world that speed is measured in: bands at 5, 10 and 20 km from the line and so many zones,
// with three readings of who must keep out.
func world(tb testing.TB, zones int) (*terms.Plan, []assess.Track) {
	tb.Helper()
	w := workload.New(zones)
	a := &truce.Agreement{ID: "world", Version: "1", Edges: truce.EdgesStraight, Clock: truce.Clock{Zone: "UTC"}}
	a.Places = append(a.Places, truce.Feature{ID: "line", Kind: truce.FeatureLineOfContact, Shape: truce.ShapeLine, Lines: [][]truce.Position{w.Line}})
	for i, ring := range w.Zones {
		a.Places = append(a.Places, truce.Feature{ID: truce.PlaceID(fmt.Sprintf("zone-%d", i)), Kind: truce.FeatureSecurityZone, Shape: truce.ShapeArea, Polygons: [][][]truce.Position{{ring}}})
	}
	origin := []string{"SY", "IR", "LB", "RU"}
	var tracks []assess.Track
	for i := range 40 {
		x := truce.Actor{ID: truce.ActorID(fmt.Sprintf("force-%d", i)), Kind: truce.ActorForce, Facts: []truce.Fact{{Kind: truce.FactOrigin, Value: origin[i%4]}}}
		if i%8 == 1 {
			x.Facts = append(x.Facts, truce.Fact{Kind: truce.FactInvitedBy, Value: "force-0"})
		}
		if i%8 == 4 {
			x.Facts = append(x.Facts, truce.Fact{Kind: truce.FactParent, Value: "force-1"})
		}
		a.Actors = append(a.Actors, x)
	}
	for i := range 2000 {
		tracks = append(tracks, assess.Track{Unit: fmt.Sprintf("unit-%d", i), Actor: fmt.Sprintf("force-%d", i%40)})
	}
	a.Terms = []truce.Term{{ID: "foreign", Kind: truce.TermActor, Readings: []truce.Reading{
		{ID: "by-origin", Condition: `actor.origin != "SY"`},
		{ID: "by-invitation", Condition: `actor.origin != "SY" && !actor.invited`},
		{ID: "by-command", Condition: `actor.origin != "SY" || actor.chain.exists(x, x.origin != "SY")`},
	}}}
	start := truce.TimeExpr{Kind: truce.TimeAt, At: truce.At(workload.Reports(1, 1)[0].Fix.At)}
	rule := func(id string, w truce.Where) truce.Rule {
		return truce.Rule{ID: truce.RuleID(id), Verb: truce.Forbids, Object: truce.KindPresence, Of: truce.Who{Terms: []truce.TermID{"foreign"}},
			Where: &w, From: start, Dwell: 10 * time.Minute, Gap: time.Hour, Hysteresis: 100}
	}
	a.Articles = []truce.Article{{ID: "1", Rules: []truce.Rule{
		rule("five", truce.Where{Within: 5000, Of: "line"}),
		rule("ten", truce.Where{Within: 10000, Of: "line"}),
		rule("twenty", truce.Where{Within: 20000, Of: "line"}),
		rule("zones", truce.Where{Kind: truce.FeatureSecurityZone}),
	}}}
	p, err := terms.Compile(a)
	if err != nil {
		tb.Fatal(err)
	}
	return p, tracks
}

// BenchmarkEvaluate is the whole of an evaluation: positions in, rules, three readings and episodes out.
func BenchmarkEvaluate(b *testing.B) {
	const n = 1_000_000
	reports := workload.Reports(2000, n)
	for _, zones := range []int{10, 100, 1000, 10000} {
		plan, tracks := world(b, zones)
		b.Run(fmt.Sprintf("zones=%d", zones), func(b *testing.B) {
			var cpu time.Duration
			for b.Loop() {
				b.StopTimer()
				a, err := assess.New(plan)
				if err != nil {
					b.Fatal(err)
				}
				runtime.GC()
				before := cpuTime()
				b.StartTimer()
				feed(a, tracks, reports)
				res := a.Settle(truce.LatestInstant)
				if len(res.Accounts) == 0 {
					b.Fatal("nothing was judged")
				}
				cpu += cpuTime() - before
			}
			// By processor time of the whole process, the collector included: a neighbour on the machine does not count.
			b.ReportMetric(n*float64(b.N)/cpu.Seconds(), "positions/cpu-s")
		})
	}
}

// BenchmarkPlan is what it takes to make an assessor: the index above all.
func BenchmarkPlan(b *testing.B) {
	for _, zones := range []int{1000, 10000} {
		plan, _ := world(b, zones)
		b.Run(fmt.Sprintf("zones=%d", zones), func(b *testing.B) {
			for b.Loop() {
				if _, err := assess.New(plan); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// feed hands reports on in runs of one unit, as a file of tracks or a device does.
func feed(a *assess.Assessor, tracks []assess.Track, reports []workload.Report) {
	one := make([]truce.Fix, 1)
	for _, r := range reports {
		one[0] = r.Fix
		a.AddFixes(tracks[r.Unit], one)
	}
}

// BenchmarkMemory says how much memory each position keeps once it is known.
func BenchmarkMemory(b *testing.B) {
	const n = 2_000_000
	plan, tracks := world(b, 100)
	for b.Loop() {
		a, err := assess.New(plan)
		if err != nil {
			b.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		reports := workload.Reports(2000, n)
		feed(a, tracks, reports)
		reports = nil
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "bytes/position")
		runtime.KeepAlive(a)
	}
}
