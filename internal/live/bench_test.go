package live_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/live"
	"truce/internal/record"
	"truce/internal/vault"
)

// convoy gives so many fixes of a unit that drives about near the line of contact.
func convoy(from truce.Instant, n int, seed *uint64) []truce.Fix {
	next := func(n int64) int64 {
		*seed = *seed*6364136223846793005 + 1442695040888963407
		return int64(*seed>>33) % n
	}
	pos := truce.Degrees(36.1, 32.72)
	out := make([]truce.Fix, n)
	for i := range out {
		pos.Lat += truce.E7(next(4001) - 2000)
		pos.Lon += truce.E7(next(4001) - 2000)
		out[i] = truce.Fix{At: from.Add(time.Duration(i) * 10 * time.Second), Pos: pos, Error: 20}
	}
	return out
}

// BenchmarkPositions is what it takes to read a record of positions and to make them known under a plan: without decrypting and without settling.
func BenchmarkPositions(b *testing.B) {
	const n = 10_000
	bk := newBook(b)
	bk.say(b, small(b), utc(8, 0, 0))
	seed := uint64(1)
	var entries []written
	for i := range 40 {
		d, err := record.Positions{Track: &entry.Track{Unit: string(rune('a' + i%10)), Actor: "legion"}, Fixes: convoy(utc(10, 0, 0).Add(time.Duration(i/10)*30*time.Hour), n, &seed)}.Draft()
		if err != nil {
			b.Fatal(err)
		}
		sealed, err := d.Seal(bk.keys, zeroes{})
		if err != nil {
			b.Fatal(err)
		}
		r := d.Record
		r.Seq = truce.Seq(i + 10)
		g, err := bk.keys.Open(&r, sealed)
		if err != nil {
			b.Fatal(err)
		}
		entries = append(entries, written{&r, g})
	}
	adopted := bk.entries[0]
	follow := func(b *testing.B) *live.Live {
		l := live.New()
		take(b, l, adopted.r, adopted.g)
		for _, e := range entries[:10] { // the index is built
			take(b, l, e.r, e.g)
		}
		return l
	}
	for b.Loop() {
		b.StopTimer()
		l := follow(b)
		b.StartTimer()
		for _, e := range entries[10:] {
			take(b, l, e.r, e.g)
		}
	}
	b.ReportMetric(float64(30*n*b.N)/b.Elapsed().Seconds(), "positions/s")
}

// BenchmarkMemory says what ten million positions of two thousand units keep once they were followed and settled.
func BenchmarkMemory(b *testing.B) {
	const units, batch, each = 2000, 500, 5000
	bk := newBook(b)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		l := live.New()
		d, err := small(b).Draft()
		if err != nil {
			b.Fatal(err)
		}
		r := d.Record
		r.Seq, r.Recorded = 1, utc(8, 0, 0)
		take(b, l, &r, vault.Groups{})
		seed := uint64(1)
		seq := truce.Seq(1)
		for k := 0; k < each; k += batch {
			for u := range units {
				d, err := record.Positions{Track: &entry.Track{Unit: string(rune('a'+u%26)) + string(rune('a'+u/26)), Actor: "legion"},
					Fixes: convoy(utc(10, 0, 0).Add(time.Duration(k)*10*time.Second), batch, &seed)}.Draft()
				if err != nil {
					b.Fatal(err)
				}
				sealed, err := d.Seal(bk.keys, zeroes{})
				if err != nil {
					b.Fatal(err)
				}
				r := d.Record
				seq++
				r.Seq, r.Received, r.Recorded = seq, utc(20, 0, 0), utc(20, 0, 0)
				g, err := bk.keys.Open(&r, sealed)
				if err != nil {
					b.Fatal(err)
				}
				take(b, l, &r, g)
			}
		}
		if _, err := l.Settle(utc(20, 1, 0)); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(units*each), "bytes/position")
		runtime.KeepAlive(l)
	}
}

// BenchmarkFlood is what it takes to settle very many incidents at once and to take the outcomes up: a report with its outcome. Ten times as many should
// take no longer each.
func BenchmarkFlood(b *testing.B) {
	for _, n := range []int{5_000, 50_000} {
		b.Run(fmt.Sprint("reports=", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				bk := newBook(b)
				bk.say(b, small(b), utc(8, 0, 0))
				for i := range n {
					bk.observe(b, shelling(fmt.Sprint("s", i), utc(10, 6, 0).Add(time.Duration(i*7919%n)*time.Second)), utc(30, 7, 0))
				}
				b.StartTimer()
				for len(bk.settle(b, utc(31, 8, 0))) > 0 {
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "outcomes/s")
		})
	}
}
