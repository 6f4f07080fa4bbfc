package geo

import (
	"fmt"
	"math"
	"testing"

	"truce"
)

func around(t testing.TB, p truce.Position, r truce.Metres) *Spot {
	t.Helper()
	s, err := SpotAround(p, r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSpotOf(t *testing.T) {
	at := truce.Degrees
	path := []truce.Position{at(36, 32), at(36.1, 32), at(36.1, 32.1)}
	for _, c := range []struct {
		name  string
		place truce.Place
		kind  truce.ErrorKind
		ok    bool
	}{
		{"a point", truce.Place{Kind: truce.PlacePoint, At: at(36, 32), Error: 50}, 0, true},
		{"a surveyed point", truce.Place{Kind: truce.PlacePoint, At: at(36, 32)}, 0, true},
		{"an area", truce.Place{Kind: truce.PlaceArea, Path: path}, 0, true},
		{"a path", truce.Place{Kind: truce.PlaceLine, Path: path}, 0, true},
		{"unknown", truce.Place{}, truce.NotFound, false},
		{"named", truce.Place{Kind: truce.PlaceNamed, Name: "Daraa"}, truce.NotFound, false},
		{"a negative radius", truce.Place{Kind: truce.PlacePoint, Error: -1}, truce.Invalid, false},
		{"no number", truce.Place{Kind: truce.PlacePoint, Error: truce.Metres(math.NaN())}, truce.Invalid, false},
		{"the whole Earth", truce.Place{Kind: truce.PlacePoint, Error: 9_999_999}, truce.Invalid, false},
		{"off the globe", truce.Place{Kind: truce.PlacePoint, At: truce.Position{Lat: quarter + 1}}, truce.Invalid, false},
		{"a ring of two", truce.Place{Kind: truce.PlaceArea, Path: path[:2]}, truce.Invalid, false},
		{"a path of one", truce.Place{Kind: truce.PlaceLine, Path: path[:1]}, truce.Invalid, false},
	} {
		s, err := SpotOf(c.place)
		if (err == nil) != c.ok || !c.ok && truce.KindOf(err) != c.kind || (s != nil) != c.ok {
			t.Errorf("%s: %v, %v", c.name, s, err)
		}
	}
}

// TestSamples: the samples lie in the place, are even, and nothing of the place is beyond its radius.
func TestSamples(t *testing.T) {
	at := truce.Degrees(36.1, 32.6)
	for _, radius := range []truce.Metres{1, 30, 1000, 25_000, 500_000} {
		s := around(t, at, radius)
		samples := Samples(s)
		if len(samples) != SampleCount {
			t.Fatalf("%d samples in a disc", len(samples))
		}
		var inner, east int
		for _, p := range samples {
			d := Distance(at, p)
			if d > radius+0.01 {
				t.Errorf("a sample %v m from the middle of a disc of %v m", d, radius)
			}
			if d*d <= radius*radius/4 {
				inner++
			}
			if p.Lon > at.Lon {
				east++
			}
		}
		if radius > 1 && (inner < 95 || inner > 106 || east < 190 || east > 210) {
			t.Errorf("radius %v: %d samples in the inner quarter, %d in the eastern half", radius, inner, east)
		}
	}
	if s := Samples(around(t, at, 0)); len(s) != 1 || s[0] != at {
		t.Errorf("samples of a point: %v", s)
	}
	if Samples(nil) != nil || Chance(nil, func(truce.Position) bool { return true }) != -1 {
		t.Error("a place nobody stated has samples")
	}

	r := lcg(40)
	for _, a := range []*Area{
		mustArea(t, [][]truce.Position{r.drawRing(at, 30, 1e6)}),
		mustArea(t, [][]truce.Position{r.drawRing(at, 30, 1e6), r.drawRing(at, 8, 3e5)}),
		mustArea(t, [][]truce.Position{r.drawRing(truce.Degrees(180, 70), 12, 1e7)}),
		mustArea(t, [][]truce.Position{{at, truce.Degrees(36.2, 32.6), truce.Degrees(36.2, 32.60001)}}),                           // 10 km by 1 m
		mustArea(t, [][]truce.Position{{at, truce.Degrees(37.1, 33.6), truce.Degrees(37.1, 33.60001)}}),                           // the same across
		mustArea(t, [][]truce.Position{{at, {Lon: at.Lon + 1, Lat: at.Lat}, {Lon: at.Lon, Lat: at.Lat + 1}}}),                     // one unit
		mustArea(t, [][]truce.Position{{truce.Degrees(0, 0), truce.Degrees(170, 0), truce.Degrees(170, 89), {Lat: 890_000_000}}}), // huge
	} {
		s := SpotIn(a)
		n := len(Samples(s))
		if n < fewSamples || n > 5*SampleCount {
			t.Errorf("%d samples of an area", n)
		}
		for _, p := range Samples(s) {
			if !a.Contains(p) && a.BoundaryDistance(p) > 0.01 {
				t.Fatalf("a sample %v m outside its area", a.BoundaryDistance(p))
			}
			if d := Distance(s.At(), p); d > s.Radius() {
				t.Fatalf("a sample %v m from the representative position, beyond the radius %v", d, s.Radius())
			}
		}
		for _, e := range a.edges {
			if d := Distance(s.At(), a.position(float64(e.a.x), float64(e.a.y))); d > s.Radius() {
				t.Fatalf("a corner %v m away, beyond the radius %v", d, s.Radius())
			}
		}
	}

	// South of 30 degrees lies half of what lies south of 80.
	south := 0
	tall := SpotIn(mustArea(t, [][]truce.Position{{truce.Degrees(0, 0), truce.Degrees(20, 0), truce.Degrees(20, 80), truce.Degrees(0, 80)}}))
	for _, p := range Samples(tall) {
		if p.Lat < truce.Degrees(0, 30).Lat {
			south++
		}
	}
	if n := len(Samples(tall)); south < n*47/100 || south > n*54/100 {
		t.Errorf("%d of %d samples in the southern half", south, n)
	}

	l := mustLine(t, []truce.Position{at, truce.Degrees(36.2, 32.6)}, []truce.Position{truce.Degrees(36.3, 32.6), truce.Degrees(36.5, 32.6)})
	s := SpotAlong(l)
	first := 0
	for _, p := range Samples(s) {
		if l.Distance(p) > 0.01 {
			t.Errorf("a sample %v m off its path", l.Distance(p))
		}
		if p.Lon < truce.Degrees(36.25, 0).Lon {
			first++
		}
	}
	if len(Samples(s)) != SampleCount || first < 132 || first > 135 { // a third of the way
		t.Errorf("%d samples, %d on the first branch", len(Samples(s)), first)
	}
	point, err := NewPoint(at)
	if err != nil {
		t.Fatal(err)
	}
	if s := SpotAlong(point); s.At() != at || s.Radius() != 0 || len(Samples(s)) != 1 {
		t.Errorf("a place along a point: %+v", s)
	}
}

// TestRelateDisc compares with the samples of the disc and its rim.
func TestRelateDisc(t *testing.T) {
	r := lcg(41)
	centre := truce.Degrees(36, 32.5)
	a := mustArea(t, [][]truce.Position{r.drawRing(centre, 12, 1e5), r.drawRing(centre, 5, 2e4)})
	line := mustLine(t, r.drawLine(centre, 6, 5e4))
	count := map[truce.Truth]int{}
	for range 1500 {
		p := r.near(centre, 1.5e5)
		radius := truce.Metres(r.float() * 1000)
		s := around(t, p, radius)
		rel := a.Relate(s)
		count[rel.Truth]++
		in := 0
		rim := discRim(p, radius)
		for _, q := range rim {
			if a.Contains(q) {
				in++
			}
			if m := a.Signed(q); m < rel.Near-0.01 || m > rel.Far+0.01 {
				t.Fatalf("margin %v m beyond the bounds of %+v", m, rel)
			}
		}
		switch {
		case rel.Truth == truce.True && in < len(rim), rel.Truth == truce.False && in > 0:
			t.Fatalf("%v within %v m: %v, but %d of %d are inside", p, radius, rel.Truth, in, len(rim))
		case rel.Truth == truce.Unknown && (a.BoundaryDistance(p) > radius):
			t.Fatalf("%v within %v m: unknown, but the boundary is %v m away", p, radius, a.BoundaryDistance(p))
		}

		within := truce.Metres(500 + r.float()*2000)
		for side := -1; side <= 1; side++ {
			for _, within := range []truce.Metres{within, 0} {
				rel := line.Relate(s, within, side)
				count[rel.Truth]++
				in := 0
				for _, q := range rim {
					if (within == 0 && side != 0 || line.Distance(q) <= within) && (side == 0 || line.Side(q) == side) {
						in++
					}
				}
				if rel.Truth == truce.True && in < len(rim) || rel.Truth == truce.False && in > 0 {
					t.Fatalf("%v within %v m, band %v side %d: %v, but %d of %d are inside", p, radius, within, side, rel.Truth, in, len(rim))
				}
				if d := line.Distance(p); rel.Truth == truce.Unknown && side == 0 && (d+radius < within || d-radius > within) {
					t.Fatalf("%v within %v m, band %v: unknown at %v m", p, radius, within, d)
				}
			}
		}
	}
	t.Logf("%v", count)
	for truth, n := range count {
		if n < 500 {
			t.Errorf("only %d %vs", n, truth)
		}
	}
}

// discRim gives positions in a disc, many of them just inside its rim.
func discRim(p truce.Position, radius truce.Metres) []truce.Position {
	out := []truce.Position{p}
	s := stationOf(p)
	for i := range 48 {
		sin, cos := sincosDegrees(float64(i) * 7.5)
		q := positionAt(direct(&s, heading{sin, cos}, float64(radius)*[]float64{0.9999, 0.5}[i%2]))
		if Distance(p, q) <= radius {
			out = append(out, q)
		}
	}
	return out
}

// TestRelateAreas compares every answer with a fine grid of places, for areas with corners on a coarse one: shared borders, shared
// corners, holes filled exactly.
func TestRelateAreas(t *testing.T) {
	r := lcg(42)
	const scale, size = 24, 6
	origin := truce.Position{Lon: halfTurn - 70, Lat: 325_000_000}
	ring := func(least int, across uint32) []truce.Position {
		for {
			n := least + int(r.next()%4)
			var out []truce.Position
			x, y := r.next()%(size+1-across), r.next()%(size+1-across)
			for range n {
				out = append(out, positionAt(float64(origin.Lon)+float64((x+r.next()%(across+1))*scale), float64(origin.Lat)+float64((y+r.next()%(across+1))*scale)))
			}
			if len(CheckRing(out)) == 0 {
				return out
			}
		}
	}
	count := map[truce.Truth]int{}
	vague := 0
	for range 1500 {
		zone := mustArea(t, [][]truce.Position{ring(4, size)})
		place := mustArea(t, [][]truce.Position{ring(3, 1+r.next()%3)})
		got := zone.Relate(SpotIn(place)).Truth
		count[got]++
		var in, out int
		for x := range size*scale + 1 {
			for y := range size*scale + 1 {
				p := positionAt(float64(origin.Lon)+float64(x), float64(origin.Lat)+float64(y))
				if place.standing(p) != within {
					continue
				}
				switch zone.standing(p) {
				case within:
					in++
				case outside:
					out++
				}
			}
		}
		switch {
		case got == truce.True && out > 0, got == truce.False && in > 0:
			t.Fatalf("zone %v, place %v: %v, but %d places inside and %d outside", zone.edges, place.edges, got, in, out)
		case got == truce.Unknown && (in == 0 || out == 0):
			vague++ // slivers between the places of the grid
		}
	}
	t.Logf("%v, %d unknown without places on both sides", count, vague)
	if vague > count[truce.Unknown]/50 || count[truce.True] < 30 || count[truce.False] < 30 {
		t.Error("too vague")
	}
}

func TestRelateAreaCases(t *testing.T) {
	square := ringOf(0, 0, 100, 0, 100, 100, 0, 100)
	holed := mustArea(t, [][]truce.Position{square, ringOf(40, 40, 60, 40, 60, 60, 40, 60)})
	at := func(coords ...int) *Spot { return SpotIn(mustArea(t, [][]truce.Position{ringOf(coords...)})) }
	along := func(coords ...int) *Spot { return SpotAlong(mustLine(t, ringOf(coords...))) }
	for _, c := range []struct {
		name string
		s    *Spot
		want truce.Truth
	}{
		{"inside", at(10, 10, 20, 10, 20, 20), truce.True},
		{"inside, sharing a border", at(0, 0, 20, 0, 20, 20, 0, 20), truce.True},
		{"beside, sharing a border", at(100, 20, 120, 20, 120, 40, 100, 40), truce.False},
		{"beside, sharing a corner", at(100, 100, 120, 100, 120, 120), truce.False},
		{"across the border", at(90, 20, 120, 20, 120, 40, 90, 40), truce.Unknown},
		{"around the hole", at(30, 30, 70, 30, 70, 70, 30, 70), truce.Unknown},
		{"in the hole", at(45, 45, 55, 45, 55, 55), truce.False},
		{"exactly the hole", at(40, 40, 60, 40, 60, 60, 40, 60), truce.False},
		{"in the hole and beside it", at(45, 45, 65, 45, 65, 55, 45, 55), truce.Unknown},
		{"around all of it", at(-10, -10, 110, -10, 110, 110, -10, 110), truce.Unknown},
		{"the square without its hole", at(0, 0, 100, 0, 100, 100, 0, 100), truce.Unknown},
		{"itself", SpotIn(holed), truce.True},
		{"far away", at(1000, 1000, 1010, 1000, 1010, 1010), truce.False},
		{"a path inside", along(10, 10, 90, 20), truce.True},
		{"a path along the border", along(0, 0, 100, 0), truce.True},
		{"a path along the border and in", along(0, 0, 50, 0, 50, 20), truce.True},
		{"a path along the border and out", along(0, 0, 100, 0, 120, 0), truce.Unknown},
		{"a path out from the border", along(100, 0, 120, 0), truce.False},
		{"a path through a corner", along(-10, 10, 10, -10), truce.False},
		{"a path through two corners", along(-10, -10, 110, 110), truce.Unknown},
		{"a path through the hole", along(10, 50, 90, 50), truce.Unknown},
		{"a path by the corner of the hole", along(10, 30, 30, 50, 70, 90), truce.True},
		{"a path touching the border from outside", along(-10, -10, 50, 0, 110, -10), truce.False},
		{"a path in over a corner of its own on the border", along(-10, 50, 0, 50, 30, 70), truce.Unknown},
		{"an area over the border with corners of its own on it", at(100, 20, 120, 30, 100, 40, 90, 30), truce.Unknown},
		{"nowhere", nil, truce.Unknown},
	} {
		got := holed.Relate(c.s)
		if got.Truth != c.want {
			t.Errorf("%s: %v, want %v", c.name, got.Truth, c.want)
		}
		if c.s == nil {
			if got != (Relation{}) {
				t.Errorf("a place nobody stated has margins: %+v", got)
			}
			continue
		}
		if got.Near > got.Best || got.Best > got.Far {
			t.Errorf("%s: margins out of order: %+v", c.name, got)
		}
	}
}

// TestRelateWide: shapes whose first positions are more than half a turn apart.
func TestRelateWide(t *testing.T) {
	at := truce.Degrees
	zone := mustArea(t, [][]truce.Position{{at(100, 10), at(100, -10), at(-60, -10), at(-60, 10), at(20, 12)}})
	for _, c := range []struct {
		name string
		ring []truce.Position
		want truce.Truth
	}{
		{"across the far border", []truce.Position{at(-90, 0), at(-90, 5), at(-50, 5), at(-50, 0), at(-70, -2)}, truce.Unknown},
		{"beyond the far border", []truce.Position{at(-90, 0), at(-90, 5), at(-70, 5), at(-70, 0)}, truce.False},
		{"inside", []truce.Position{at(-30, 0), at(-30, 5), at(-50, 5), at(-50, 0)}, truce.True},
	} {
		if got := zone.Relate(SpotIn(mustArea(t, [][]truce.Position{c.ring}))); got.Truth != c.want {
			t.Errorf("an area %s: %+v", c.name, got)
		}
		if got := zone.Relate(SpotAlong(mustLine(t, c.ring))); got.Truth != c.want {
			t.Errorf("a path %s: %+v", c.name, got)
		}
	}
}

func TestRelateBandCases(t *testing.T) {
	at := truce.Degrees
	line := mustLine(t, []truce.Position{at(36, 32), at(37, 32)}) // drawn eastward: left is north
	box := func(west, south, east, north float64) *Spot {
		return SpotIn(mustArea(t, [][]truce.Position{{at(west, south), at(east, south), at(east, north), at(west, north)}}))
	}
	path := func(ps ...truce.Position) *Spot { return SpotAlong(mustLine(t, ps)) }
	for _, c := range []struct {
		name   string
		s      *Spot
		within truce.Metres
		side   int
		want   truce.Truth
	}{
		{"an area in the band", box(36.1, 32.001, 36.9, 32.02), 5000, 0, truce.True},
		{"an area across the line", box(36.1, 31.98, 36.9, 32.02), 5000, 0, truce.True},
		{"an area across the line, on its left", box(36.1, 31.98, 36.9, 32.02), 5000, 1, truce.Unknown},
		{"an area on its left", box(36.1, 32.001, 36.9, 32.02), 5000, 1, truce.True},
		{"an area on its left, right asked", box(36.1, 32.001, 36.9, 32.02), 5000, -1, truce.False},
		{"an area beyond the band", box(36.1, 32.1, 36.9, 32.2), 5000, 0, truce.False},
		{"a long area beyond the band, near its ends", box(36.1, 32.05, 36.9, 32.06), 5000, 0, truce.False},
		{"an area across the limit", box(36.1, 32.001, 36.9, 32.2), 5000, 0, truce.Unknown},
		{"an area far away", box(46.1, 12.1, 46.9, 12.2), 5000, 0, truce.False},
		{"an area on the left, side alone", box(36.1, 32.1, 36.9, 32.5), 0, 1, truce.True},
		{"an area on the right, side alone", box(36.1, 31.1, 36.9, 31.9), 0, 1, truce.False},
		{"a path in the band", path(at(36.1, 32.01), at(36.9, 32.03)), 5000, 0, truce.True},
		{"a path along the line", path(at(36, 32), at(37, 32)), 1000, 0, truce.True},
		{"a path out of the band", path(at(36.1, 32.01), at(36.9, 32.3)), 5000, 0, truce.Unknown},
		{"a path beyond", path(at(36.1, 32.1), at(36.9, 32.3)), 5000, 0, truce.False},
		{"a path across, side alone", path(at(36.5, 31.9), at(36.5, 32.1)), 0, 1, truce.Unknown},
		{"a point exactly on the line", around(t, at(36.5, 32), 0), 0, 0, truce.True},
		{"a point on the line, left asked", around(t, at(36.5, 32), 0), 100, 1, truce.False},
		{"a point beside the line", around(t, at(36.5, 32.001), 0), 100, 0, truce.False},
		{"a path along the line, no distance allowed", path(at(36, 32), at(37, 32)), 0, 0, truce.Unknown},
		{"an area on the left with a thin arm to the right", SpotIn(mustArea(t, [][]truce.Position{{at(36.1, 32.02), at(36.5, 32.02), at(36.5, 31.99),
			at(36.5002, 31.99), at(36.5002, 32.02), at(36.9, 32.02), at(36.9, 32.1), at(36.1, 32.1)}})), 0, 1, truce.Unknown},
		{"two areas, one in the band", SpotIn(mustArea(t, [][]truce.Position{{at(36.1, 32.01), at(36.2, 32.01), at(36.2, 32.02)}},
			[][]truce.Position{{at(36.1, 33.01), at(36.2, 33.01), at(36.2, 33.02)}})), 5000, 0, truce.Unknown},
		{"nowhere", nil, 5000, 0, truce.Unknown},
	} {
		got := line.Relate(c.s, c.within, c.side)
		if got.Truth != c.want {
			t.Errorf("%s: %+v, want %v", c.name, got, c.want)
		}
		if got.Near > got.Best || got.Best > got.Far {
			t.Errorf("%s: margins out of order: %+v", c.name, got)
		}
	}
	// The triangle lies to the right of the line, the upper left half of its box does not.
	diagonal := mustLine(t, []truce.Position{at(36, 32), at(37, 33)})
	triangle := SpotIn(mustArea(t, [][]truce.Position{{at(36.2, 32.05), at(36.9, 32.05), at(36.9, 32.75)}}))
	if got := diagonal.Relate(triangle, 0, -1); got.Truth != truce.True {
		t.Errorf("a triangle to the right of a diagonal: %+v", got)
	}
	if got := line.Relate(around(t, at(36.5, 32.01), 100), 5000, 0); math.Abs(float64(got.Best)-3891.4) > 1 || got.Far-got.Near < 199 || got.Far-got.Near > 201 {
		t.Errorf("margins of a disc in a band: %+v", got)
	}
}

func TestChance(t *testing.T) {
	line := mustLine(t, []truce.Position{truce.Degrees(36, 32), truce.Degrees(37, 32)})
	s := around(t, truce.Degrees(36.5, 32), 1000)
	left := Chance(s, func(p truce.Position) bool { return line.Side(p) > 0 })
	if left < 490 || left > 510 {
		t.Errorf("%d of 1000 on one side of a line through the middle", left)
	}
	if n := Chance(s, func(truce.Position) bool { return true }); n != 1000 {
		t.Errorf("%d of 1000 of what always holds", n)
	}
}

func ExampleArea_Relate() {
	zone, err := NewArea([][][]truce.Position{{{truce.Degrees(36, 32), truce.Degrees(36.2, 32), truce.Degrees(36.2, 32.2), truce.Degrees(36, 32.2)}}}, truce.EdgesStraight)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, radius := range []truce.Metres{100, 2000} {
		place, err := SpotAround(truce.Degrees(36.01, 32.1), radius)
		if err != nil {
			fmt.Println(err)
			return
		}
		r := zone.Relate(place)
		fmt.Printf("within %.0f m: %v, by %.0f m (%.0f to %.0f)\n", radius, r.Truth, r.Best, r.Near, r.Far)
		if r.Truth == truce.Unknown {
			fmt.Println("probability", Chance(place, zone.Contains), "in 1000")
		}
	}
	// Output:
	// within 100 m: true, by 944 m (844 to 1044)
	// within 2000 m: unknown, by 944 m (-1056 to 2944)
	// probability 786 in 1000
}
