package assess_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"truce"
	"truce/assess"
	"truce/internal/workload"
	"truce/terms"
)

// BenchmarkUpdate is what one more incident costs when so many are known.
func BenchmarkUpdate(b *testing.B) {
	a, rep, err := terms.Load(os.DirFS("../examples/southwest-syria"), "")
	if err != nil || rep.Errors() > 0 {
		b.Fatal(err, rep)
	}
	southwest, err := terms.Compile(a)
	if err != nil {
		b.Fatal(err)
	}
	small := plan(b)
	for _, w := range []struct {
		name string
		plan *terms.Plan
	}{{"southwest-syria", southwest}, {"small", small}} {
		for _, held := range []int{1_000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/held=%d", w.name, held), func(b *testing.B) {
				as, err := assess.New(w.plan)
				if err != nil {
					b.Fatal(err)
				}
				start := utc(10, 0, 0)
				n := 0
				incident := func() *truce.Observation {
					n++
					// Three years of them, nearly in order, most of them far from the zones.
					at := start.Add(time.Duration(n%100_000) * 15 * time.Minute)
					return &truce.Observation{ID: truce.ObservationID(fmt.Sprint("o", n)), Kind: truce.KindIncident, What: []string{"shelling", "armed-force", "protest"}[n%3],
						When: truce.At(at), Where: truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(35.6+float64(n%97)/60, 32.3+float64(n%89)/50), Error: 2000},
						Parts: []truce.Part{{Name: "Government of Syria", Role: truce.RoleSide}, {Name: "Syrian insurgents", Role: truce.RoleSide}}, Source: truce.Source{ID: "s"}}
				}
				for range held {
					as.Add(incident())
				}
				at := start.Add(time.Duration(100_001) * 15 * time.Minute)
				as.Update(at)
				for b.Loop() {
					as.Add(incident())
					if len(as.Update(at)) == 0 {
						b.Fatal("nothing changed")
					}
				}
			})
		}
	}
}

// BenchmarkUpdatePositions is what it costs to take positions in and to say what changed once for so many of them, while history grows.
func BenchmarkUpdatePositions(b *testing.B) {
	const n = 1_000_000
	p, tracks := world(b, 100)
	reports := workload.Reports(2000, n)
	for _, every := range []int{20_000, 200_000} {
		b.Run(fmt.Sprintf("every=%d", every), func(b *testing.B) {
			var cpu, last time.Duration
			for b.Loop() {
				as, err := assess.New(p)
				if err != nil {
					b.Fatal(err)
				}
				before := cpuTime()
				for i := 0; i < n; i += every {
					if i == n-n/5 {
						last = cpuTime()
					}
					feed(as, tracks, reports[i:i+every])
					as.Update(truce.LatestInstant)
				}
				cpu += cpuTime() - before
				last = cpuTime() - last
			}
			b.ReportMetric(n*float64(b.N)/cpu.Seconds(), "positions/cpu-s")
			b.ReportMetric(n/5/last.Seconds(), "last-fifth-positions/cpu-s")
		})
	}
}
