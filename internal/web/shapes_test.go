package web

import (
	"math"
	"testing"

	"truce"
	"truce/geo"
)

// The edge of a band lies where the distance is what the band says, or on the line itself where it has one side; and the band holds what is nearer, on that side.
func TestBandsAreDrawnWhereTheyAre(t *testing.T) {
	line := []truce.Position{truce.Degrees(36, 32.5), truce.Degrees(36.1, 32.62), truce.Degrees(36.12, 32.8), truce.Degrees(36.3, 32.85)}
	a := &truce.Agreement{Places: []truce.Feature{{ID: "line", Shape: truce.ShapeLine, Lines: [][]truce.Position{line}, Left: "north", Right: "south"},
		{ID: "zone", Shape: truce.ShapeArea, Polygons: [][][]truce.Position{{line}}}, {ID: "post", Shape: truce.ShapePoint, At: line[0]}}}
	l, err := geo.NewLine([][]truce.Position{line}, truce.EdgesStraight)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []band{{of: "line", within: 5000}, {of: "line", within: 5000, side: "north"}, {of: "line", within: 12_000, side: "south"}, {of: "zone", within: 3000}, {of: "post", within: 2000}} {
		polygons := b.outline(a)
		if len(polygons) == 0 {
			t.Fatalf("%+v is not drawn", b)
		}
		area, err := geo.NewArea(polygons, truce.EdgesStraight)
		if err != nil {
			t.Fatalf("%+v: %v", b, err)
		}
		if b.of != "line" {
			continue
		}
		beyond := func(p truce.Position) bool { // an end: there the sides part along the last edge drawn on
			near, _ := l.Nearest(p)
			return b.side != "" && (geo.Distance(near, line[0]) < 1 || geo.Distance(near, line[len(line)-1]) < 1)
		}
		far := 0.0
		for _, rings := range polygons {
			for _, ring := range rings {
				for _, p := range ring {
					if beyond(p) {
						continue
					}
					d := float64(l.Distance(p))
					off := math.Abs(d - float64(b.within))
					if b.side != "" {
						off = min(off, d) // along the line
					}
					far = max(far, off)
				}
			}
		}
		if far > float64(b.within)/16 {
			t.Errorf("%+v: a corner of its edge is %.0f m from where it should be", b, far)
		}
		for x := 35.8; x < 36.5; x += 0.013 {
			for y := 32.3; y < 33; y += 0.017 {
				p := truce.Degrees(x, y)
				d := float64(l.Distance(p))
				in := d < float64(b.within) && (b.side == "" || (l.Side(p) > 0) == (b.side == "north"))
				if math.Abs(d-float64(b.within)) > float64(b.within)/8 && d > float64(b.within)/8 && !beyond(p) && area.Contains(p) != in {
					t.Errorf("%+v: %v is drawn on the wrong side of the edge", b, p)
				}
			}
		}
	}
}

// Every fault of a drawing has a word, and the catalogues a sentence for it.
func TestWordsOfFaults(t *testing.T) {
	for k := geo.FaultTooMany; k <= geo.FaultNested; k++ {
		if int(k) >= len(faultWords) || faultWords[k] == "" {
			t.Errorf("fault %d has no word", k)
		}
	}
}
