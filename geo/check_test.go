package geo

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"truce"
)

func xy(x, y int) truce.Position { return truce.Position{Lon: truce.E7(x), Lat: truce.E7(y)} }

func ringOf(coords ...int) []truce.Position {
	var ring []truce.Position
	for i := 0; i < len(coords); i += 2 {
		ring = append(ring, xy(coords[i]*1000, coords[i+1]*1000))
	}
	return ring
}

func TestCheckArea(t *testing.T) {
	square := ringOf(0, 0, 100, 0, 100, 100, 0, 100)
	for _, c := range []struct {
		name     string
		polygons [][][]truce.Position
		want     []string
	}{
		{"a square", [][][]truce.Position{{square}}, nil},
		{"a square drawn clockwise", [][][]truce.Position{{ringOf(0, 0, 0, 100, 100, 100, 100, 0)}}, nil},
		{"a bow tie", [][][]truce.Position{{ringOf(0, 0, 100, 100, 100, 0, 0, 100)}},
			[]string{"polygon 1 ring 1: the edge from position 1 crosses the edge from position 3 at 0.00500N 0.00500E"}},
		{"two crossings", [][][]truce.Position{{ringOf(0, 0, 100, 0, 100, 50, 40, -10, 30, -10, 0, 50)}},
			[]string{"position 1 crosses the edge from position 3", "position 1 crosses the edge from position 5"}},
		{"too few", [][][]truce.Position{{ringOf(0, 0, 100, 0)}}, []string{"too few different positions"}},
		{"too few different", [][][]truce.Position{{ringOf(0, 0, 100, 0, 0, 0)}},
			[]string{"too few different positions", "position 1 repeats"}},
		{"repeated neighbours", [][][]truce.Position{{ringOf(0, 0, 100, 0, 100, 0, 0, 100)}}, []string{"position 3 repeats the one before it"}},
		{"closed by repeating the first", [][][]truce.Position{{ringOf(0, 0, 100, 0, 0, 100, 0, 0)}}, []string{"position 1 repeats"}},
		{"no area", [][][]truce.Position{{ringOf(0, 0, 100, 50, 50, 25)}}, []string{"holds no area"}},
		{"a spike", [][][]truce.Position{{ringOf(0, 0, 100, 0, 150, 0, 100, 0, 100, 100)}}, []string{
			"position 1 touches the edge from position 4", "the edge from position 2 runs along the edge from position 3"}},
		{"touching itself with a corner", [][][]truce.Position{{ringOf(0, 0, 100, 0, 100, 100, 50, 0, 0, 100)}},
			[]string{"position 1 touches the edge from position 3"}},
		{"visiting a position twice", [][][]truce.Position{{ringOf(0, 0, 50, 50, 100, 0, 100, 100, 50, 50, 0, 100)}},
			[]string{"position 1 touches the edge from position 5"}},
		{"a hole", [][][]truce.Position{{square, ringOf(20, 20, 40, 20, 40, 40)}}, nil},
		{"a hole that touches its ring with a corner", [][][]truce.Position{{square, ringOf(0, 50, 40, 20, 40, 40)}}, nil},
		{"a hole outside", [][][]truce.Position{{square, ringOf(200, 20, 240, 20, 240, 40)}}, []string{"polygon 1 ring 2 is a hole that does not lie inside"}},
		{"a hole in a hole", [][][]truce.Position{{square, ringOf(10, 10, 90, 10, 90, 90, 10, 90), ringOf(20, 20, 40, 20, 40, 40)}},
			[]string{"polygon 1 ring 3 is a hole"}},
		{"a hole across its ring", [][][]truce.Position{{square, ringOf(50, 50, 150, 50, 150, 60)}},
			[]string{"polygon 1 ring 1: the edge from position 2 crosses the edge from position 1 of polygon 1 ring 2", "crosses the edge from position 3 of polygon 1 ring 2"}},
		{"a hole around its ring", [][][]truce.Position{{ringOf(20, 20, 40, 20, 40, 40), square}}, []string{"polygon 1 ring 2 is a hole"}},
		{"an island in a hole", [][][]truce.Position{{square, ringOf(10, 10, 90, 10, 90, 90, 10, 90)}, {ringOf(20, 20, 40, 20, 40, 40)}}, nil},
		{"a polygon in another", [][][]truce.Position{{square}, {ringOf(20, 20, 40, 20, 40, 40)}}, []string{"polygon 2 lies inside polygon 1"}},
		{"polygons side by side with a border in common", [][][]truce.Position{{square}, {ringOf(100, 20, 140, 20, 140, 40, 100, 40)}},
			[]string{"runs along the edge from position 4 of polygon 2 ring 1"}},
		{"polygons that share a corner", [][][]truce.Position{{square}, {ringOf(100, 100, 140, 120, 120, 140)}}, nil},
		{"two rings from one corner, one in the other", [][][]truce.Position{{square, ringOf(0, 0, 90, 30, 30, 90)}, {ringOf(0, 0, 60, 50, 50, 60)}}, nil},
		{"latitude beyond 90", [][][]truce.Position{{[]truce.Position{truce.Degrees(1, 1), truce.Degrees(2, 91), truce.Degrees(3, 1)}}},
			[]string{"position 2 (2.0000000, 91.0000000) is not on the globe"}},
		{"round the pole", [][][]truce.Position{{[]truce.Position{truce.Degrees(0, 80), truce.Degrees(120, 80), truce.Degrees(-120, 80)}}}, []string{"pole"}},
		{"wider than half the globe", [][][]truce.Position{{[]truce.Position{truce.Degrees(-100, 0), truce.Degrees(0, 1), truce.Degrees(100, 0), truce.Degrees(0, -1)}}},
			[]string{"180 degrees or more"}},
		{"across the antimeridian", [][][]truce.Position{{[]truce.Position{truce.Degrees(179, 0), truce.Degrees(-179, 0), truce.Degrees(-179, 1), truce.Degrees(179, 1)}}}, nil},
		{"nothing", nil, nil},
		{"an empty ring", [][][]truce.Position{{nil}}, []string{"too few"}},
	} {
		got := CheckArea(c.polygons, truce.EdgesStraight)
		ok := len(got) == len(c.want)
		for i := range got {
			ok = ok && strings.Contains(got[i].String(), c.want[i])
		}
		if !ok {
			t.Errorf("%s:\n got %v\nwant %q", c.name, got, c.want)
		}
	}
}

func TestCheckLine(t *testing.T) {
	for _, c := range []struct {
		name  string
		paths [][]truce.Position
		want  string
	}{
		{"a line", [][]truce.Position{ringOf(0, 0, 100, 0, 100, 100)}, ""},
		{"a closed line", [][]truce.Position{ringOf(0, 0, 100, 0, 100, 100, 0, 0)}, ""},
		{"a junction", [][]truce.Position{ringOf(0, 0, 100, 0), ringOf(50, 0, 50, 100)}, ""},
		{"a crossing", [][]truce.Position{ringOf(0, 0, 100, 0), ringOf(50, -50, 50, 100)}, "path 1: the edge from position 1 crosses the edge from position 1 of path 2"},
		{"a loop", [][]truce.Position{ringOf(0, 0, 100, 0, 100, 100, 50, -100)}, "path 1: the edge from position 1 crosses the edge from position 3 at 0.00000N"},
		{"one position", [][]truce.Position{ringOf(0, 0)}, "path 1 has too few"},
		{"a pole", [][]truce.Position{{truce.Degrees(0, 80), truce.Degrees(0, 90)}}, ""},
	} {
		if got := CheckLine(c.paths, truce.EdgesStraight); (len(got) != 0) != (c.want != "") || len(got) > 0 && !strings.Contains(got[0].String(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, got, c.want)
		}
	}
	if got := CheckLine([][]truce.Position{{truce.Degrees(0, 80), truce.Degrees(0, 90)}}, truce.EdgesGeodesic); len(got) != 1 || got[0].Kind != FaultPole {
		t.Errorf("a geodesic edge to the pole: %v", got)
	}
}

// TestSweepAgainstAllPairs: on small grids, full of edges that touch, run along each other and are level or upright, the
// sweep finds the pairs that comparing each with each finds.
func TestSweepAgainstAllPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(2, 12).Draw(t, "size")
		coord := rapid.IntRange(0, size)
		nRings := rapid.IntRange(1, 3).Draw(t, "rings")
		var polygons [][][]truce.Position
		for range nRings {
			var ring []truce.Position
			for range rapid.IntRange(3, 9).Draw(t, "n") {
				ring = append(ring, xy(coord.Draw(t, "x"), coord.Draw(t, "y")))
			}
			polygons = append(polygons, [][]truce.Position{ring})
		}
		got := map[string]bool{}
		for _, f := range CheckArea(polygons, truce.EdgesStraight) {
			if f.Kind == FaultCross || f.Kind == FaultOverlap {
				got[fmt.Sprint(f.Kind, f.Polygon, f.Vertex, f.OtherPolygon, f.OtherVertex)] = true
			}
		}
		c := checker{closed: true, kind: truce.EdgesStraight}
		s := sweep{checker: &c}
		low, high := 0.0, 0.0
		for i, p := range polygons {
			c.paths, c.names = append(c.paths, p[0]), append(c.names, ringName{i, 0})
			if len(withoutRepeats(p[0], true)) >= 3 {
				s.add(i, p[0], &low, &high)
			}
		}
		want := map[string]bool{}
		for i := range s.segments {
			for j := i + 1; j < len(s.segments); j++ {
				e, f := &s.segments[i], &s.segments[j]
				if kind, _ := e.meets(&f.edge); kind != 0 {
					want[fmt.Sprint(kind, int(e.ring), int(e.vertex), int(f.ring), int(f.vertex))] = true
				}
			}
		}
		if len(want) > MaxFaults/2 {
			return // some may have been cut off
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v\n got %v\nwant %v", polygons, got, want)
		}
	})
}

// TestNestingAgainstContainment: which ring lies around which, learned in passing, is what containment says.
func TestNestingAgainstContainment(t *testing.T) {
	r := lcg(20)
	for range 300 {
		var polygons [][][]truce.Position
		for range 2 + r.next()%5 {
			half, x, y := int(r.next()%40)+1, int(r.next()%200), int(r.next()%200)
			ring := ringOf(x-half, y-half, x+half, y-half, x+half, y+half, x-half, y+half)
			if r.next()%2 == 0 {
				slices.Reverse(ring)
			}
			polygons = append(polygons, [][]truce.Position{ring})
		}
		faults := CheckArea(polygons, truce.EdgesStraight)
		if slices.ContainsFunc(faults, func(f Fault) bool { return f.Kind != FaultNested }) {
			continue
		}
		for i, p := range polygons {
			depth := 0
			for j, q := range polygons {
				if i != j && mustArea(t, q).standing(p[0][0]) == within {
					depth++
				}
			}
			got := slices.ContainsFunc(faults, func(f Fault) bool { return f.Polygon == i })
			if got != (depth > 0) {
				t.Fatalf("%v: polygon %d has %d others around it, faults %v", polygons, i, depth, faults)
			}
		}
	}
}

func TestCheckIsBounded(t *testing.T) {
	// A comb of slanting teeth, each beside the next: every box overlaps every other.
	var comb []truce.Position
	const teeth = 40_000
	for i := range teeth {
		comb = append(comb, xy(i*100, 0), xy(i*100+90_000_000, 90_000_000))
	}
	comb = append(comb, xy(teeth*100, -1000), xy(0, -1000))
	if got := CheckRing(comb); len(got) != 0 {
		t.Errorf("a comb is faulty: %v", got[0])
	}
	// Many edges through one place, and many that cross many.
	var star, tangle []truce.Position
	r := lcg(21)
	for i := range 20_000 {
		star = append(star, xy(0, 0), xy(1000+i, 20_000-i))
		tangle = append(tangle, xy(int(r.next()%1e6), int(r.next()%1e6)))
	}
	if got := CheckRing(star); len(got) == 0 {
		t.Error("a star is not faulty")
	}
	if got := CheckRing(tangle); len(got) != MaxFaults {
		t.Errorf("a tangle has %d faults, not %d", len(got), MaxFaults)
	}
	// Many repeated positions do not hide a crossing.
	stutter := ringOf(0, 0, 100, 100, 100, 0, 0, 100)
	for range 200 {
		stutter = append(stutter, stutter[len(stutter)-1])
	}
	got := CheckRing(stutter)
	if len(got) != maxRepeated+1 || !slices.ContainsFunc(got, func(f Fault) bool { return f.Kind == FaultCross }) {
		t.Errorf("a bow tie that stutters: %v", got)
	}
	huge := make([]truce.Position, 1_000_000)
	if got := CheckRing(huge); len(got) != 1 || got[0].Kind != FaultTooMany {
		t.Errorf("a million positions: %v", got)
	}
}

func TestLooksSwapped(t *testing.T) {
	daraa := []truce.Position{truce.Degrees(36.1, 32.6), truce.Degrees(36.2, 32.7)}
	for _, c := range []struct {
		name   string
		shape  []truce.Position
		others []truce.Position
		want   bool
	}{
		{"right", daraa, daraa, false},
		{"swapped, but as near the other way round", []truce.Position{truce.Degrees(32.6, 36.1)}, daraa, false},
		{"swapped, far away", []truce.Position{truce.Degrees(48.1, 37.9)}, []truce.Position{truce.Degrees(37.8, 48.0)}, true},
		{"far away either way", []truce.Position{truce.Degrees(-70, 10)}, daraa, false},
		{"beyond the pole", []truce.Position{{Lon: 10e7, Lat: 120e7}}, nil, true},
		{"beyond the pole either way", []truce.Position{{Lon: 100e7, Lat: 120e7}}, nil, false},
		{"alone", daraa, nil, false},
		{"empty", nil, daraa, false},
	} {
		if got := LooksSwapped(c.shape, c.others); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func FuzzCheckArea(f *testing.F) {
	f.Add([]byte{0, 0, 9, 0, 9, 9, 0, 9}, uint8(4))
	f.Add([]byte{0, 0, 9, 9, 9, 0, 0, 9, 2, 2, 3, 2, 3, 3}, uint8(4))
	f.Fuzz(func(t *testing.T, coords []byte, split uint8) {
		for _, kind := range []truce.EdgeKind{truce.EdgesStraight, truce.EdgesGeodesic} {
			x, y := 17_000_000, 9_100_000 // over the whole globe and a little beyond
			if kind == truce.EdgesGeodesic {
				x, y = 100_000, 50_000 // long geodesic edges take long
			}
			var ps []truce.Position
			for i := 0; i+1 < len(coords); i += 2 {
				ps = append(ps, xy((int(coords[i])-100)*x, (int(coords[i+1])-100)*y))
			}
			k := min(int(split), len(ps))
			CheckLine([][]truce.Position{ps[:k], ps[k:]}, kind)
			faults := CheckArea([][][]truce.Position{{ps[:k], ps[k:]}}, kind)
			a, err := NewArea([][][]truce.Position{{ps[:k], ps[k:]}}, kind)
			if err != nil && len(faults) == 0 {
				t.Fatalf("NewArea refuses what CheckArea lets pass: %v", err)
			}
			if err == nil {
				a.Signed(truce.Position{Lon: 5})
			}
		}
	})
}

func BenchmarkCheckRing(b *testing.B) {
	r := lcg(22)
	ring := r.drawRing(truce.Degrees(36, 32.5), 100_000, 1e6)
	b.ReportAllocs()
	for b.Loop() {
		CheckRing(ring)
	}
}
