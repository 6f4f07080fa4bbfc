package geo

import (
	"fmt"
	"runtime"
	"testing"

	"truce"
	"truce/internal/workload"
)

// The bars: two million positions in a second of processor time with 1,000 zones, one million with 10,000, and less than a
// second to build the index for 1,000. Run with: go test -run '^$' -bench Index ./geo

func benchmarkIndex(b *testing.B, zones int) (*Index, []workload.Report) {
	areas, bands := loadWorld(b, zones, false)
	ix, err := NewIndex(areas, bands)
	if err != nil {
		b.Fatal(err)
	}
	return ix, workload.Reports(2000, 1_000_000)
}

func BenchmarkIndexClassify(b *testing.B) {
	for _, zones := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint(zones), func(b *testing.B) {
			ix, reports := benchmarkIndex(b, zones)
			b.ReportAllocs()
			i, start := 0, cpuTime(b)
			for b.Loop() {
				ix.Classify(reports[i].Fix.Pos)
				if i++; i == len(reports) {
					i = 0
				}
			}
			b.ReportMetric(float64(b.N)/(cpuTime(b)-start).Seconds()/1e6, "Mpositions/cpu-s")
		})
	}
}

func BenchmarkIndexClassifyDisc(b *testing.B) {
	for _, zones := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint(zones), func(b *testing.B) {
			ix, reports := benchmarkIndex(b, zones)
			b.ReportAllocs()
			i, certain, start := 0, 0, cpuTime(b)
			for b.Loop() {
				r := &reports[i]
				if _, ok := ix.ClassifyDisc(r.Fix.Pos, truce.Metres(r.Fix.Error)); ok {
					certain++
				}
				if i++; i == len(reports) {
					i = 0
				}
			}
			b.ReportMetric(float64(b.N)/(cpuTime(b)-start).Seconds()/1e6, "Mpositions/cpu-s")
			b.ReportMetric(100*float64(certain)/float64(b.N), "%certain")
		})
	}
}

func BenchmarkIndexBuild(b *testing.B) {
	for _, zones := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint(zones), func(b *testing.B) {
			areas, bands := loadWorld(b, zones, false)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var ix *Index
			for b.Loop() {
				var err error
				if ix, err = NewIndex(areas, bands); err != nil {
					b.Fatal(err)
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
			runtime.KeepAlive(ix)
		})
	}
}

func BenchmarkLineDistance(b *testing.B) {
	_, bands := loadWorld(b, 1, false)
	reports := workload.Reports(100, 10_000)
	i := 0
	for b.Loop() {
		bands[0].Line.Distance(reports[i%len(reports)].Fix.Pos)
		i++
	}
}

func BenchmarkAreaContains(b *testing.B) {
	areas, _ := loadWorld(b, 1, false)
	reports := workload.Reports(100, 10_000)
	i := 0
	for b.Loop() {
		areas[0].Contains(reports[i%len(reports)].Fix.Pos)
		i++
	}
}
