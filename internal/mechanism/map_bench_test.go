package mechanism

import (
	"context"
	"fmt"
	"testing"
	"time"

	"truce"
	"truce/geo"
	"truce/internal/access"
	"truce/internal/atlas"
	"truce/internal/record"
	"truce/internal/view"
	"truce/internal/workload"
)

// crowd is a mechanism that knows nothing but where a million incidents were, a third of them with something that a rule says, reported by fifty people.
func crowd(n int) *Mechanism {
	m := &Mechanism{places: newChart(), Directory: access.NewDirectory()}
	i := 0
	for r := range workload.Stream(2000, n) {
		i++
		c := geo.CellOf(r.Fix.Pos)
		row := view.Row{Seq: truce.Seq(i), ID: truce.RecordID(fmt.Sprintf("r-%d", i)), Kind: truce.RecordObservation, Tier: truce.TierMechanism, Recorded: r.Fix.At, HasPlace: true,
			Author:   truce.Author{Person: truce.PersonID(fmt.Sprintf("p-%d", i%50)), Body: "team-1", Office: truce.OfficeMonitor, Vouch: truce.VouchSession},
			Happened: &view.Happened{Kind: truce.KindIncident, First: view.Day(17_000 + i%400), Last: view.Day(17_000 + i%400), HasCell: true, Lon: c.Lon, Lat: c.Lat}}
		t := m.Directory.Thing(&truce.Record{Kind: row.Kind, Tier: row.Tier, Author: row.Author})
		m.places.take(&row, t, &spot{place: truce.Place{Kind: truce.PlacePoint, At: r.Fix.Pos, Error: truce.Metres(r.Fix.Error)}, kind: uint8(truce.KindIncident), word: word{text: "shelling"}})
		if i%3 == 0 {
			said := view.Row{Seq: row.Seq, ID: truce.RecordID(fmt.Sprintf("o-%d", i)), Kind: truce.RecordOutcome, Tier: truce.TierMechanism, Recorded: r.Fix.At, Author: truce.Author{Vouch: truce.VouchNode}}
			m.places.take(&said, m.Directory.Thing(&truce.Record{Kind: said.Kind, Tier: said.Tier}), &spot{of: []truce.RecordID{row.ID},
				word: word{rule: "ceasefire", article: "1", said: []record.Said{{Result: truce.Result(i % 5)}}}})
		}
		if i%10_000 == 0 {
			m.places.Len() // takes up what rules say, as a map that is looked at does
		}
	}
	return m
}

// BenchmarkTile draws tiles of a million places for viewers of different rights: at zoom 12 every tile that has some, and at zoom 8 the one that has most.
func BenchmarkTile(b *testing.B) {
	m := crowd(1_000_000)
	now := truce.InstantOf(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	tiles := func(z int) (out [][2]int) {
		seen := map[[2]int]bool{}
		m.places.All(func(e *atlas.Entry) {
			p := e.Point()
			if k := [2]int{int(uint64(p.X) >> (32 - z)), int(uint64(p.Y) >> (32 - z))}; !seen[k] {
				seen[k] = true
				out = append(out, k)
			}
		})
		return out
	}
	for _, c := range []struct {
		name   string
		office truce.Office
		z      int
		s      MapSearch
	}{{"duty-z12", truce.OfficeDutyOfficer, 12, MapSearch{}}, {"duty-z12-breached", truce.OfficeDutyOfficer, 12, MapSearch{Results: []string{"breached"}}}, {"duty-z15", truce.OfficeDutyOfficer, 15, MapSearch{}},
		{"duty-z8", truce.OfficeDutyOfficer, 8, MapSearch{}}, {"other-monitor-z12", truce.OfficeMonitor, 12, MapSearch{}}} {
		list := tiles(c.z)
		v := access.Viewer{Person: "p-x", Body: "team-2", Office: c.office, Vouch: truce.VouchSession, Now: now}
		b.Run(c.name, func(b *testing.B) {
			i, bytes := 0, 0
			for b.Loop() {
				t := list[i%len(list)]
				got, err := m.MapTile(context.Background(), v, c.s, c.z, t[0], t[1])
				if err != nil {
					b.Fatal(err)
				}
				bytes += len(got)
				i++
			}
			b.ReportMetric(float64(bytes)/float64(b.N), "bytes/tile")
		})
	}
}

// BenchmarkNewestOnMap finds the first page of the list of a million places, and one from the middle, for viewers of different rights.
func BenchmarkNewestOnMap(b *testing.B) {
	m := crowd(1_000_000)
	now := truce.InstantOf(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	for _, c := range []struct {
		name   string
		office truce.Office
		before truce.Seq
		s      MapSearch
	}{{"duty", truce.OfficeDutyOfficer, 1 << 40, MapSearch{}}, {"duty-next", truce.OfficeDutyOfficer, 500_000, MapSearch{}}, {"duty-none-such", truce.OfficeDutyOfficer, 1 << 40, MapSearch{Rule: "none"}},
		{"other-monitor", truce.OfficeMonitor, 1 << 40, MapSearch{}}, {"public", truce.OfficePublic, 1 << 40, MapSearch{}}} {
		v := access.Viewer{Person: "p-x", Body: "team-2", Office: c.office, Vouch: truce.VouchSession, Now: now}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				m.newestOnMap(v, c.s, c.before, 51)
			}
		})
	}
}
