package geo

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/tidwall/geodesic"

	"truce"
)

// TestChordBounds: the two bounds that every search and every fast decision rests on hold at every distance and latitude, and
// with room to spare: up to 2000 km the curvature they allow for is never reached by half of the margin.
func TestChordBounds(t *testing.T) {
	r := lcg(10)
	n := 1_000_000
	if testing.Short() {
		n = 50_000
	}
	least, most := math.Inf(1), 0.0
	for i := range n {
		a := r.somewhere()
		b := r.somewhere()
		if i%4 != 0 {
			b = r.near(a, []float64{1e3, 1e6, 1e8, 5e8}[r.next()%4])
		}
		s, q := stationOf(a), stationOf(b)
		d, c := inverse(&s, &q).metres, s.vector().to(q.vector())
		if shortest(c) > d+1e-8 || longest(c) < d-1e-8 {
			t.Fatalf("%v to %v: chord %.6f m, path %.6f m, bounds %.6f and %.6f m", a, b, c, d, shortest(c), longest(c))
		}
		if c > 50e3 && c < 2000e3 {
			// The radius of the circle on which this arc has this chord, by the first two terms.
			c2 := c * c
			x := 24 * (d - c) / (c2 * c)
			radius := 1 / math.Sqrt(x)
			for range 3 {
				radius = 1 / math.Sqrt(x-24*3*c2/(640*radius*radius*radius*radius))
			}
			least, most = min(least, radius), max(most, radius)
		}
	}
	t.Logf("radii of curvature from %.0f to %.0f m", least, most)
	if least < 0.99*minRadius || most > 1.01*maxRadius {
		t.Error("the margin is smaller than it seemed")
	}
}

// drawLine draws a path of n positions that wanders from a start, with steps of up to so many units.
func (s *lcgState) drawLine(start truce.Position, n int, step float64) []truce.Position {
	path := []truce.Position{start}
	lon, lat := float64(start.Lon), float64(start.Lat)
	for range n - 1 {
		lon += float64((s.float()*2 - 0.7) * step)
		lat += float64((s.float()*2 - 1) * step)
		path = append(path, positionAt(lon, max(-8.9e8, min(8.9e8, lat))))
	}
	return path
}

// drawRing draws a star-shaped ring around a centre; its radius varies between a half and one.
func (s *lcgState) drawRing(centre truce.Position, n int, radius float64) []truce.Position {
	var ring []truce.Position
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		r := radius * (0.5 + s.float()/2)
		ring = append(ring, positionAt(float64(centre.Lon)+r*cos, float64(centre.Lat)+r*sin))
	}
	return ring
}

// TestPieces: every edge stays as close to its straight lines in space as the pieces say.
func TestPieces(t *testing.T) {
	r := lcg(11)
	for range 24 {
		step := []float64{1e4, 1e6, 3e7, 2e8}[r.next()%4]
		l, err := NewLine([][]truce.Position{r.drawLine(r.somewhereTemperate(), 12, step)}, "")
		if err != nil {
			continue // wider than half the globe
		}
		for _, p := range l.pieces {
			for k := range 9 {
				at := (float64(p.part) + float64(k)/8) / float64(p.parts)
				s := l.onEdge(&l.edges[p.edge], at)
				c, _ := l.chord(s.vector(), &p)
				if c > float64(p.bulge) {
					t.Fatalf("%.6f m from a piece that is said to bulge by %.6f m", c, p.bulge)
				}
			}
		}
		for _, b := range l.balls {
			for _, p := range l.pieces[b.first:b.end] {
				for k := range 5 {
					at := (float64(p.part) + float64(k)/4) / float64(p.parts)
					s := l.onEdge(&l.edges[p.edge], at)
					if d := b.centre.to(s.vector()); d > b.radius {
						t.Fatalf("a piece reaches %.6f m from the middle of a ball of radius %.6f m", d, b.radius)
					}
				}
			}
		}
	}
}

func (s *lcgState) somewhereTemperate() truce.Position {
	return truce.Position{Lon: truce.E7(s.float()*3.6e9 - 1.8e9), Lat: truce.E7(s.float()*1.5e9 - 7.5e8)}
}

// sampled finds the distance to a path by sampling every edge finely and narrowing around the best samples, with the
// reference implementation.
func sampled(p truce.Position, path []truce.Position) float64 {
	best := math.Inf(1)
	dist := func(a, b truce.Position, t float64) float64 {
		lat := a.Lat.Degrees() + t*(b.Lat.Degrees()-a.Lat.Degrees())
		lon := a.Lon.Degrees() + t*lonDifference(float64(a.Lon), float64(b.Lon))/1e7
		var d float64
		geodesic.WGS84.Inverse(p.Lat.Degrees(), p.Lon.Degrees(), lat, lon, &d, nil, nil)
		return d
	}
	for i := 0; i+1 < len(path); i++ {
		a, b := path[i], path[i+1]
		const n = 64
		k, lowest := 0, math.Inf(1)
		for j := range n + 1 {
			if d := dist(a, b, float64(j)/n); d < lowest {
				k, lowest = j, d
			}
		}
		low, high := math.Max(0, float64(k-1)/n), math.Min(1, float64(k+1)/n)
		for range 60 {
			m1, m2 := low+(high-low)/3, high-(high-low)/3
			if dist(a, b, m1) < dist(a, b, m2) {
				high = m2
			} else {
				low = m1
			}
		}
		best = min(best, lowest, dist(a, b, (low+high)/2))
	}
	return best
}

func TestLineDistanceBruteForce(t *testing.T) {
	r := lcg(12)
	cases := 400
	if testing.Short() {
		cases = 50
	}
	var below, above float64
	for i := range cases {
		step := []float64{2e4, 1e5, 1e6, 1e7, 1e8}[i%5]
		start := r.somewhereTemperate()
		if i%7 == 0 {
			start.Lon = halfTurn - truce.E7(r.next()%1000)
		}
		path := r.drawLine(start, 2+int(r.next()%6), step)
		l, err := NewLine([][]truce.Position{path}, truce.EdgesStraight)
		if err != nil {
			continue
		}
		p := r.near(path[r.next()%uint32(len(path))], step*[]float64{0.01, 0.3, 2, 8}[r.next()%4])
		got, want := float64(l.Distance(p)), sampled(p, path)
		below, above = max(below, want-got), max(above, got-want)
		if got < want-1e-4 || got > want+1e-5 {
			t.Errorf("%v to %v: %.7f m, by sampling %.7f m", p, path, got, want)
		}
		foot, d := l.Nearest(p)
		if float64(d) != got {
			t.Errorf("Nearest gives %v m, Distance %v m", d, got)
		}
		if back := float64(Distance(p, foot)); math.Abs(back-got) > 0.012 {
			t.Errorf("the foot %v is %.4f m away, not %.4f m", foot, back, got)
		}
	}
	t.Logf("below the sampled distance by %.1e m at most, above by %.1e m", below, above)
}

// TestLineDistanceNearPoles: there an edge along a parallel bends more sharply than its distance from anything.
func TestLineDistanceNearPoles(t *testing.T) {
	r := lcg(18)
	for range 150 {
		lat := 80 + 9.9*r.float()
		a := truce.Degrees(360*r.float()-180, lat)
		path := []truce.Position{a, positionAt(float64(a.Lon)+1e9*r.float(), float64(a.Lat)), r.near(a, 1e7)}
		l, err := NewLine([][]truce.Position{path}, truce.EdgesStraight)
		if err != nil {
			t.Fatal(err)
		}
		p := truce.Degrees(360*r.float()-180, 80+10*r.float())
		got, want := float64(l.Distance(p)), sampled(p, path)
		if got < want-1e-4 || got > want+1e-5 {
			t.Errorf("%v to %v: %.7f m, by sampling %.7f m", p, path, got, want)
		}
	}
}

func TestLineDistanceEnds(t *testing.T) {
	at := truce.Degrees
	l := mustLine(t, []truce.Position{at(36, 32), at(36.1, 32), at(36.1, 32.1)}, []truce.Position{at(37, 33), at(37.2, 33)})
	for _, c := range []struct {
		name string
		p    truce.Position
		foot truce.Position
	}{
		{"behind the start", at(35.9, 32), at(36, 32)},
		{"at the start", at(36, 32), at(36, 32)},
		{"beyond the end", at(36.1, 32.2), at(36.1, 32.1)},
		{"outside the corner", at(36.2, 31.9), at(36.1, 32)},
		{"on the second branch", at(37.1, 33), at(37.1, 33)},
		{"behind the second branch", at(36.9, 33), at(37, 33)},
	} {
		foot, d := l.Nearest(c.p)
		if foot != c.foot || math.Abs(float64(d-Distance(c.p, c.foot))) > 1e-8 {
			t.Errorf("%s: foot %v at %v m, want %v at %v m", c.name, foot, d, c.foot, Distance(c.p, c.foot))
		}
	}
}

func mustLine(t testing.TB, paths ...[]truce.Position) *Line {
	t.Helper()
	l, err := NewLine(paths, truce.EdgesStraight)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func mustArea(t testing.TB, polygons ...[][]truce.Position) *Area {
	t.Helper()
	a, err := NewArea(polygons, truce.EdgesStraight)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestNewPoint(t *testing.T) {
	p, q := truce.Degrees(36.1, 32.5), truce.Degrees(36.2, 32.6)
	l, err := NewPoint(p)
	if err != nil {
		t.Fatal(err)
	}
	if d := l.Distance(q); d != Distance(q, p) {
		t.Errorf("%v m to a point, not %v m", d, Distance(q, p))
	}
	if d := l.Distance(p); d != 0 {
		t.Errorf("%v m from a point to itself", d)
	}
	if s := l.Side(q); s != 0 {
		t.Errorf("a point has a side %d", s)
	}
}

func TestSide(t *testing.T) {
	at := func(x, y int) truce.Position { return truce.Position{Lon: truce.E7(x * 1000), Lat: truce.E7(y * 1000)} }
	bent := []truce.Position{at(0, 0), at(100, 0), at(100, 100)}  // turns left
	zigzag := []truce.Position{at(0, 0), at(50, 100), at(100, 0)} // turns right
	hairpin := []truce.Position{at(0, 0), at(100, 1), at(0, 2)}   // turns back to the left
	hook := []truce.Position{at(0, 0), at(0, 100), at(-100, 100), at(-100, 50)}
	for _, c := range []struct {
		name string
		path []truce.Position
		p    truce.Position
		want int
	}{
		{"left", bent, at(50, 10), 1},
		{"right", bent, at(50, -10), -1},
		{"on an edge", bent, at(50, 0), 0},
		{"on a corner", bent, at(100, 0), 0},
		{"one unit off", bent, truce.Position{Lon: 50000, Lat: 1}, 1},
		{"inside the corner", bent, at(90, 10), 1},
		{"outside the corner, behind the first edge", bent, at(110, -5), -1},
		{"outside the corner, left of the first edge's line", bent, at(110, 1), -1},
		{"outside the corner, left of the second edge's line", bent, at(99, -20), -1},
		{"behind the start, left of the first edge going on", bent, at(-10, 3), 1},
		{"behind the start, right of it", bent, at(-10, -3), -1},
		{"behind the start, exactly on it", bent, at(-10, 0), 0},
		{"beyond the end, on its line", bent, at(100, 130), 0},
		{"beyond the end, left", bent, at(99, 130), 1},
		{"above a right turn", zigzag, at(50, 101), 1},
		{"above a right turn, right of the second edge's line", zigzag, at(48, 110), 1},
		{"under a right turn", zigzag, at(50, 90), -1},
		{"inside a hairpin", hairpin, at(20, 1), 1},
		{"outside a hairpin, above", hairpin, at(20, 3), -1},
		{"outside a hairpin, under", hairpin, at(20, -1), -1},
		{"outside a hairpin, at its tip", hairpin, at(101, 1), -1},
		{"inside a hook", hook, at(-50, 60), 1},
		{"outside a hook", hook, at(-50, 110), -1},
	} {
		l := mustLine(t, c.path)
		if got := l.Side(c.p); got != c.want {
			t.Errorf("%s: side %d, want %d", c.name, got, c.want)
		}
		var back []truce.Position
		for _, p := range c.path {
			back = append([]truce.Position{p}, back...)
		}
		if got := mustLine(t, back).Side(c.p); got != -c.want {
			t.Errorf("%s, drawn the other way: side %d, want %d", c.name, got, -c.want)
		}
	}
}

// TestSideAgainstRing: along a ring drawn as a closed path, left is inside.
func TestSideAgainstRing(t *testing.T) {
	r := lcg(13)
	for range 40 {
		centre := r.somewhereTemperate()
		ring := r.drawRing(centre, 5+int(r.next()%30), 1e5)
		a := mustArea(t, [][]truce.Position{ring})
		for range 200 {
			p := r.near(centre, 1.2e5)
			if r.next()%4 == 0 {
				p = r.near(ring[r.next()%uint32(len(ring))], 30)
			}
			want := map[standing]int{within: 1, outside: -1, onEdge: 0}[a.standing(p)]
			if got := a.Boundary().Side(p); got != want {
				t.Fatalf("side %d of a ring, but %d by containment, at %v", got, want, p)
			}
		}
	}
}

// winding is another way to tell inside from outside: how often the ring winds round the place.
func winding(ring []truce.Position, p truce.Position) standing {
	n := 0
	for i := range ring {
		ax, ay := lonDifference(float64(p.Lon), float64(ring[i].Lon)), float64(ring[i].Lat-p.Lat)
		next := ring[(i+1)%len(ring)]
		bx, by := ax+lonDifference(float64(ring[i].Lon), float64(next.Lon)), float64(next.Lat-p.Lat)
		cross := ax*by - ay*bx // exact: the tests stay small
		if cross == 0 && ax*bx <= 0 && ay*by <= 0 {
			return onEdge
		}
		if ay <= 0 && by > 0 && cross > 0 {
			n++
		}
		if ay > 0 && by <= 0 && cross < 0 {
			n--
		}
	}
	if n != 0 {
		return within
	}
	return outside
}

func TestContains(t *testing.T) {
	r := lcg(14)
	for i := range 300 {
		centre := r.somewhereTemperate()
		if i%5 == 0 {
			centre.Lon = halfTurn - 5
		}
		size := []float64{4, 40, 1e5}[r.next()%3] // small ones have corners in line, level edges and places on edges
		var ring []truce.Position
		for len(withoutRepeats(ring, true)) < 3 {
			ring = r.drawRing(centre, 3+int(r.next()%60), size)
		}
		a, err := NewArea([][][]truce.Position{{ring}}, truce.EdgesStraight)
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			p := r.near(centre, size*1.3)
			if r.next()%3 == 0 {
				p = r.near(ring[r.next()%uint32(len(ring))], 2)
			}
			if got, want := a.standing(p), winding(withoutRepeats(ring, true), p); got != want {
				t.Fatalf("ring %v: %+v is %d, by winding %d", ring, p, got, want)
			}
			if a.Contains(p) != (a.standing(p) != outside) {
				t.Fatal("Contains disagrees with itself")
			}
		}
	}
}

func TestAreaWithHoles(t *testing.T) {
	sq := func(x, y, half int) []truce.Position {
		e := func(x, y int) truce.Position { return truce.Position{Lon: truce.E7(x * 1000), Lat: truce.E7(y * 1000)} }
		return []truce.Position{e(x-half, y-half), e(x+half, y-half), e(x+half, y+half), e(x-half, y+half)}
	}
	a := mustArea(t, [][]truce.Position{sq(0, 0, 100), sq(0, 0, 50)}, [][]truce.Position{sq(0, 0, 10)}, [][]truce.Position{sq(500, 0, 10)})
	for _, c := range []struct {
		x, y int
		want bool
	}{{75, 0, true}, {30, 0, false}, {50, 0, true}, {0, 0, true}, {10, 10, true}, {11, 10, false}, {100, 100, true}, {101, 0, false}, {500, 5, true}, {300, 0, false}} {
		p := truce.Position{Lon: truce.E7(c.x * 1000), Lat: truce.E7(c.y * 1000)}
		if got := a.Contains(p); got != c.want {
			t.Errorf("(%d, %d) inside: %v, want %v", c.x, c.y, got, c.want)
		}
		signed, d := a.Signed(p), a.BoundaryDistance(p)
		if math.Abs(float64(signed)) != float64(d) || (signed > 0) != (c.want && d > 0) {
			t.Errorf("(%d, %d): signed %v m, boundary %v m", c.x, c.y, signed, d)
		}
	}
	if d := a.BoundaryDistance(truce.Position{Lon: 75000}); math.Abs(float64(d-Distance(truce.Position{Lon: 75000}, truce.Position{Lon: 50000}))) > 1e-8 {
		t.Errorf("to the nearest of boundary and hole: %v m", d)
	}
}

func TestGeodesicEdges(t *testing.T) {
	r := lcg(15)
	at := truce.Degrees
	pairs := [][2]truce.Position{{at(35.5, 33), at(36.5, 33)}, {at(-10, 60), at(20, 60)}, {at(179, 45), at(-178, 46)}, {at(36, 10), at(36, 40)}, {at(10, 0), at(30, 0)}}
	for range 10 {
		a := r.somewhereTemperate()
		pairs = append(pairs, [2]truce.Position{a, r.near(a, 5e7)})
	}
	for _, pair := range pairs {
		l, err := NewLine([][]truce.Position{pair[:]}, truce.EdgesGeodesic)
		if err != nil {
			t.Fatal(err)
		}
		total, az, _ := reference(pair[0], pair[1])
		worst := 0.0
		for k := range 500 {
			var lat, lon float64
			geodesic.WGS84.Direct(pair[0].Lat.Degrees(), pair[0].Lon.Degrees(), az, total*float64(k)/500, &lat, &lon, nil)
			s := stationAt(lon*1e7, lat*1e7)
			worst = max(worst, l.nearest(&s).metres)
		}
		if worst > 0.010 {
			t.Errorf("%v to %v (%.0f km): %d straight pieces stray %.4f m from the shortest path", pair[0], pair[1], total/1000, len(l.edges), worst)
		}
	}
	straight := mustLine(t, pairs[0][:])
	geo, err := NewLine([][]truce.Position{pairs[0][:]}, truce.EdgesGeodesic)
	if err != nil {
		t.Fatal(err)
	}
	middle := at(36, 33)
	if d := straight.Distance(middle); d > 1e-6 {
		t.Errorf("the middle of a straight edge is %v m from it", d)
	}
	if d := geo.Distance(middle); d < 100 || d > 120 { // L^2 tan(lat) / 8R for 93 km
		t.Errorf("the middle of the straight edge is %v m from the geodesic one", d)
	}
}

func TestShapesRefuse(t *testing.T) {
	at := truce.Degrees
	many := make([]truce.Position, MaxVertices+1)
	for i := range many {
		many[i] = truce.Position{Lon: truce.E7(i), Lat: truce.E7(i % 7)}
	}
	for _, c := range []struct {
		name   string
		closed bool
		path   []truce.Position
		edges  truce.EdgeKind
		want   string
	}{
		{"nothing", false, nil, "", "no positions"},
		{"one position", false, []truce.Position{at(1, 1)}, "", "path 1 has fewer than two"},
		{"one position twice", false, []truce.Position{at(1, 1), at(1, 1)}, "", "fewer than two"},
		{"a ring of two", true, []truce.Position{at(1, 1), at(2, 2), at(1, 1)}, "", "polygon 1 ring 1 has fewer than three"},
		{"latitude 91", false, []truce.Position{at(1, 1), at(1, 91)}, "", "position 2: the latitude 91.0000000 is beyond"},
		{"longitude 181", false, []truce.Position{at(181, 1), at(1, 1)}, "", "position 1: the longitude 181.0000000"},
		{"round the pole", true, []truce.Position{at(0, 80), at(120, 80), at(-120, 80)}, "", "goes round a pole"},
		{"too wide", false, []truce.Position{at(-100, 0), at(0, 0), at(100, 0)}, "", "180 degrees wide"},
		{"far too wide", false, []truce.Position{at(-100, 0), at(0, 0), at(100, 0), at(-160, 0), at(-60, 0)}, "", "180 degrees wide"},
		{"over the pole", false, []truce.Position{at(0, 80), {Lon: 1_799_999_999, Lat: 800_000_000}}, truce.EdgesGeodesic, "over a pole"},
		{"to the pole", false, []truce.Position{at(0, 80), at(0, 90)}, truce.EdgesGeodesic, "over a pole"},
		{"an unknown kind of edge", false, []truce.Position{at(0, 0), at(1, 1)}, "curved", `"curved"`},
		{"too many", false, many, "", "limit of 200000"},
	} {
		var err error
		if c.closed {
			_, err = NewArea([][][]truce.Position{{c.path}}, c.edges)
		} else {
			_, err = NewLine([][]truce.Position{c.path}, c.edges)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || truce.HintOf(err) == "" && c.path != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestBounds(t *testing.T) {
	l := mustLine(t, []truce.Position{truce.Degrees(179.5, 10), truce.Degrees(-179.5, 12)})
	sw, ne := l.Bounds()
	if sw != truce.Degrees(179.5, 10) || ne != truce.Degrees(-179.5, 12) {
		t.Errorf("bounds %v to %v", sw, ne)
	}
}

func ExampleLine_Distance() {
	line, err := NewLine([][]truce.Position{{truce.Degrees(35.9, 32.7), truce.Degrees(36.2, 32.6)}}, truce.EdgesStraight)
	if err != nil {
		fmt.Println(err)
		return
	}
	p := truce.Degrees(36.05, 32.7)
	fmt.Printf("%.1f m, side %+d\n", line.Distance(p), line.Side(p))
	// Output: 5158.7 m, side +1
}

// TestSideOver: where it is certain, every position in the disc is on that side; and where nothing is in the way it is certain.
func TestSideOver(t *testing.T) {
	r := lcg(16)
	spiral := func(centre truce.Position) []truce.Position {
		var path []truce.Position
		for i := range 60 {
			sin, cos := math.Sincos(float64(i) / 4)
			radius := 1e4 + 2e3*float64(i)
			path = append(path, positionAt(float64(centre.Lon)+radius*cos, float64(centre.Lat)+radius*sin))
		}
		return path
	}
	var certain, total [4]int
	for i := range 60 {
		start := r.somewhereTemperate()
		paths := [][]truce.Position{r.drawLine(start, 3+int(r.next()%20), 3e4)}
		switch i % 4 {
		case 0:
			paths[0] = spiral(start)
		case 1:
			paths = append(paths, r.drawLine(r.near(start, 1e5), 4, 3e4))
		case 2:
			for j := range paths[0] { // north all the way, so that it cannot cross itself
				paths[0][j].Lat = start.Lat + truce.E7(j*30000)
			}
		}
		l := mustLine(t, paths...)
		for range 60 {
			p := r.near(paths[0][r.next()%uint32(len(paths[0]))], 1e5)
			radius := 10 + 400*r.float()
			side, ok := l.sideOver(p, radius)
			total[i%4]++
			if !ok {
				continue
			}
			certain[i%4]++
			s := stationOf(p)
			for range 60 {
				sin, cos := sincosDegrees(r.float() * 360)
				q := positionAt(direct(&s, heading{sin, cos}, radius*math.Sqrt(r.float())*0.999))
				if got := l.Side(q); got != side {
					t.Fatalf("line %v: all within %.0f m of %v are said to be on side %d, but %v is on %d", paths, radius, p, side, q, got)
				}
			}
		}
	}
	t.Logf("certain in %d of %d discs", certain, total)
	if certain[0] < total[0]/4 || certain[2] < total[2]/2 {
		t.Error("hardly ever certain")
	}
}

// TestScale: the flat distances are lower bounds.
func TestScale(t *testing.T) {
	r := lcg(17)
	for range 20000 {
		p := r.somewhere()
		a := r.near(p, 1e6)
		b := r.near(p, 1e6)
		l, err := NewLine([][]truce.Position{{a, b}}, truce.EdgesStraight)
		if err != nil {
			continue
		}
		e := &l.edges[0]
		x, y := l.from(e, p)
		d := float64(l.Distance(p))
		s := scaleAt(p, d)
		if got := s.toEdge(e, x, y); got > d+1e-6 {
			t.Fatalf("%v to %v %v: %.6f m, flat %.6f m", p, a, b, d, got)
		}
		if s.toLine(e, x, y) > s.toEdge(e, x, y)+1e-6 {
			t.Fatal("farther from the whole line than from its part")
		}
	}
}
