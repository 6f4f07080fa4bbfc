package geo_test

import (
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/geo"
)

// A cell that is not round a pole is at least five kilometres wide and high, on every row.
func TestCellsAreCoarse(t *testing.T) {
	for lat := -899; lat < 899; lat++ {
		c := geo.CellOf(truce.Position{Lon: 361_234_567, Lat: truce.E7(lat*1_000_000 + 5)})
		if c.Lat != lat || !c.Valid() {
			t.Fatalf("row %d: %+v", lat, c)
		}
		if c.Width == 3600 {
			continue
		}
		r := c.Ring()
		for i := range r {
			if d := geo.Distance(r[i], r[(i+1)%4]); d < 5000 {
				t.Errorf("row %d: an edge of %.0f m", lat, d)
			}
		}
	}
}

func TestCellOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := truce.Position{Lon: truce.E7(rapid.Int32Range(-1_800_000_000, 1_800_000_000).Draw(t, "lon")), Lat: truce.E7(rapid.Int32Range(-900_000_000, 900_000_000).Draw(t, "lat"))}
		c := geo.CellOf(p)
		if !c.Valid() {
			t.Fatalf("%v: %+v", p, c)
		}
		lon := p.Lon
		if lon == 1_800_000_000 {
			lon = -lon
		}
		if r := c.Ring(); lon < r[0].Lon || c.Width < 3600 && lon >= r[2].Lon || p.Lat < r[0].Lat || p.Lat > r[2].Lat {
			t.Fatalf("%v is not in %v", p, r)
		}
		if geo.CellOf(c.Centre()) != c && c.Width < 3600 {
			t.Fatalf("the centre of %+v is in %+v", c, geo.CellOf(c.Centre()))
		}
	})
}
