package geo

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"truce"
	"truce/internal/workload"
)

// answer is what brute force says of a position.
type answer struct {
	areas []int32
	bands []int
	sides []int
}

func bruteForce(areas []*Area, bands []Band, p truce.Position) answer {
	var a answer
	for i, area := range areas {
		if area.Contains(p) {
			a.areas = append(a.areas, int32(i))
		}
	}
	for _, b := range bands {
		d := b.Line.Distance(p)
		n := slices.IndexFunc(b.Limits, func(l truce.Metres) bool { return d <= l })
		if n < 0 {
			n = len(b.Limits)
		}
		side := 0
		if b.Sided {
			side = b.Line.Side(p)
		}
		a.bands, a.sides = append(a.bands, n), append(a.sides, side)
	}
	return a
}

func indexed(ix *Index, c Class) answer {
	a := answer{areas: ix.Areas(c)}
	for i := range ix.bands {
		a.bands, a.sides = append(a.bands, ix.Band(c, i)), append(a.sides, ix.Side(c, i))
	}
	return a
}

func checkAgainstBruteForce(t *testing.T, ix *Index, p truce.Position) {
	t.Helper()
	got, want := indexed(ix, ix.Classify(p)), bruteForce(ix.areas, ix.bands, p)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%v (%d, %d): index %v, brute force %v", p, p.Lon, p.Lat, got, want)
	}
}

// TestIndexEveryPlace asks for every single place of small worlds, so that edges run through corners of cells, along their
// sides, and end everywhere.
func TestIndexEveryPlace(t *testing.T) {
	r := lcg(30)
	worlds := 120
	if testing.Short() {
		worlds = 30
	}
	for range worlds {
		origin := truce.Position{Lon: truce.E7(r.next() % 1000), Lat: 320_000_000}
		if r.next()%3 == 0 {
			origin.Lon = halfTurn - truce.E7(r.next()%40)
		}
		size := 10 + float64(r.next()%60)
		var areas []*Area
		for range 1 + r.next()%6 {
			var rings [][]truce.Position
			for len(rings) == 0 || len(rings) < 3 && r.next()%3 == 0 {
				ring := []truce.Position{}
				for range 3 + r.next()%6 {
					ring = append(ring, r.near(origin, size/2))
				}
				if len(withoutRepeats(ring, true)) >= 3 {
					rings = append(rings, ring)
				}
			}
			areas = append(areas, mustArea(t, rings))
		}
		ix, err := NewIndex(areas, nil)
		if err != nil {
			t.Fatal(err)
		}
		n := int(size) + 3
		for dx := -n; dx <= n; dx++ {
			for dy := -n; dy <= n; dy++ {
				checkAgainstBruteForce(t, ix, positionAt(float64(origin.Lon)+float64(dx), float64(origin.Lat)+float64(dy)))
			}
		}
	}
}

// withSmallCells builds an index that cuts cells down to single units.
func TestIndexSmallCells(t *testing.T) {
	r := lcg(31)
	for range 200 {
		origin := truce.Position{Lon: 361_234_567, Lat: 325_000_000}
		var areas []*Area
		for range 12 {
			areas = append(areas, mustArea(t, [][]truce.Position{r.drawRing(origin, 5+int(r.next()%20), 3000+5000*r.float())}))
		}
		ix, err := NewIndex(areas, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			p := r.near(origin, 9000)
			if r.next()%2 == 0 {
				a := areas[r.next()%12]
				e := a.edges[r.next()%uint32(len(a.edges))]
				f := r.float()
				q := a.position(float64(e.a.x)+f*float64(e.b.x-e.a.x), float64(e.a.y)+f*float64(e.b.y-e.a.y))
				p = r.near(q, 2)
			}
			checkAgainstBruteForce(t, ix, p)
		}
	}
}

// loadWorld prepares the world that speed is measured in.
func loadWorld(t testing.TB, zones int, sided bool) (areas []*Area, bands []Band) {
	t.Helper()
	w := workload.New(zones)
	for _, z := range w.Zones {
		areas = append(areas, mustArea(t, [][]truce.Position{z}))
	}
	return areas, []Band{{mustLine(t, w.Line), w.Limits, sided}}
}

// TestIndexExact compares every answer for reports of the workload, and for positions chosen to be hard.
func TestIndexExact(t *testing.T) {
	n := 50_000
	if testing.Short() {
		n = 3000
	}
	for _, zones := range []int{100, 1000} {
		for _, sided := range []bool{false, true} {
			areas, bands := loadWorld(t, zones, sided)
			ix, err := NewIndex(areas, bands)
			if err != nil {
				t.Fatal(err)
			}
			n := n
			if zones == 1000 || sided {
				n /= 5
			}
			for _, r := range workload.Reports(2000, n) {
				checkAgainstBruteForce(t, ix, r.Fix.Pos)
			}
			hardPositions(areas, bands, func(p truce.Position) { checkAgainstBruteForce(t, ix, p) })
			t.Logf("%d zones: %d classes, %d leaves, %d blocks", zones, ix.Classes(), len(ix.leaves), len(ix.blocks)/blockWords)
		}
	}
}

// hardPositions yields positions at corners, on edges, within a centimetre of a limit, on the line, and beyond the box.
func hardPositions(areas []*Area, bands []Band, yield func(truce.Position)) {
	r := lcg(32)
	around := func(p truce.Position) {
		for dx := truce.E7(-1); dx <= 1; dx++ {
			for dy := truce.E7(-1); dy <= 1; dy++ {
				yield(truce.Position{Lon: p.Lon + dx, Lat: p.Lat + dy})
			}
		}
	}
	pick := func(o *outline) truce.Position {
		e := o.edges[r.next()%uint32(len(o.edges))]
		f := r.float()
		if r.next()%3 == 0 {
			f = 0
		}
		return o.position(float64(e.a.x)+f*float64(e.b.x-e.a.x), float64(e.a.y)+f*float64(e.b.y-e.a.y))
	}
	for range 150 {
		around(pick(&areas[r.next()%uint32(len(areas))].outline))
	}
	for _, b := range bands {
		for range 40 {
			around(pick(&b.Line.outline))
		}
		for range 40 {
			for _, limit := range b.Limits {
				// Walk away from the line until the limit is reached, then step about it.
				from := pick(&b.Line.outline)
				s := stationOf(from)
				sin, cos := sincosDegrees(r.float() * 360)
				low, high := 0.0, 3*float64(limit)
				for range 50 {
					mid := (low + high) / 2
					if b.Line.Distance(positionAt(direct(&s, heading{sin, cos}, mid))) <= limit {
						low = mid
					} else {
						high = mid
					}
				}
				around(positionAt(direct(&s, heading{sin, cos}, low)))
			}
		}
	}
	for _, p := range []truce.Position{truce.Degrees(0, 0), truce.Degrees(35.2, 32.8), truce.Degrees(-143.7, -32.5), truce.Degrees(36.1, 40), truce.Degrees(180, 90), truce.Degrees(-180, -90)} {
		yield(p)
	}
}

// TestIndexDisc: where it is certain, brute force over the disc agrees; and it is certain nearly wherever it can be.
func TestIndexDisc(t *testing.T) {
	for _, sided := range []bool{false, true} {
		areas, bands := loadWorld(t, 100, sided)
		ix, err := NewIndex(areas, bands)
		if err != nil {
			t.Fatal(err)
		}
		r := lcg(33)
		certain, possible := 0, 0
		reports := workload.Reports(500, 1500)
		for i, rep := range reports {
			p, radius := rep.Fix.Pos, float64(rep.Fix.Error)
			if i%3 == 0 {
				radius *= 40
			}
			if i%4 == 0 { // near the edge of the box
				p = r.near(truce.Degrees(35.6, 32.2), 2e6)
			}
			want := bruteForce(areas, bands, p)
			c, ok := ix.ClassifyDisc(p, truce.Metres(radius))
			if fmt.Sprint(indexed(ix, c)) != fmt.Sprint(want) {
				t.Fatalf("%v: %v, not %v", p, indexed(ix, c), want)
			}
			s := stationOf(p)
			same := true
			for range 40 {
				sin, cos := sincosDegrees(r.float() * 360)
				q := positionAt(direct(&s, heading{sin, cos}, radius*math.Sqrt(r.float())*0.9999))
				if d := float64(Distance(p, q)); d > radius {
					continue
				}
				same = same && ix.Classify(q) == c
			}
			if ok && !same {
				t.Fatalf("%v within %v m: said to be of one class", p, radius)
			}
			if same {
				possible++
			}
			if ok {
				certain++
			}
		}
		t.Logf("certain of %d discs, of %d in which 40 positions agree", certain, possible)
		if certain < possible*85/100 {
			t.Error("too often not certain")
		}
	}
}

// TestIndexDiscExact: for discs that only just clear a boundary, or just do not.
func TestIndexDiscExact(t *testing.T) {
	areas, bands := loadWorld(t, 100, false)
	ix, err := NewIndex(areas, bands)
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	reports := workload.Reports(100, 1000)
	for _, rep := range reports {
		p := rep.Fix.Pos
		clear := math.Inf(1)
		for _, a := range areas {
			clear = min(clear, float64(a.BoundaryDistance(p)))
		}
		d := float64(bands[0].Line.Distance(p))
		for _, l := range bands[0].Limits {
			clear = min(clear, math.Abs(d-float64(l)))
		}
		if _, ok := ix.ClassifyDisc(p, truce.Metres(clear+0.02)); ok {
			t.Fatalf("%v: the boundary is %.3f m away, and a disc a little larger is said to be of one class", p, clear)
		}
		if _, ok := ix.ClassifyDisc(p, truce.Metres(0.97*clear-0.05)); !ok && clear > 0.1 {
			wrong++
		}
	}
	t.Logf("not certain of %d of %d discs that clear the boundary by a twentieth", wrong, len(reports))
	if wrong > len(reports)/50 {
		t.Error("too often not certain")
	}
}

func TestIndexSpecial(t *testing.T) {
	empty, err := NewIndex(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := empty.ClassifyDisc(truce.Degrees(36, 32), 1000); !ok || len(empty.Areas(c)) != 0 {
		t.Error("an empty index says something")
	}
	line := mustLine(t, []truce.Position{truce.Degrees(36, 32), truce.Degrees(36.5, 32.5)})
	post, err := NewPoint(truce.Degrees(179.99, 10))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		areas []*Area
		bands []Band
		kind  truce.ErrorKind
	}{
		{"no line", nil, []Band{{}}, truce.Invalid},
		{"no area", []*Area{nil}, nil, truce.Invalid},
		{"descending", nil, []Band{{Line: line, Limits: []truce.Metres{5, 5}}}, truce.Invalid},
		{"negative", nil, []Band{{Line: line, Limits: []truce.Metres{-1}}}, truce.Invalid},
		{"not a number", nil, []Band{{Line: line, Limits: []truce.Metres{truce.Metres(math.NaN())}}}, truce.Invalid},
		{"half the globe", nil, []Band{{Line: line}, {Line: post}, {Line: mustLine(t, []truce.Position{truce.Degrees(-60, 0), truce.Degrees(-50, 0)})}}, truce.Invalid},
		{"too many bands", nil, make([]Band, MaxBands+1), truce.TooLarge},
		{"too many limits", nil, []Band{{Line: line, Limits: make([]truce.Metres, MaxLimits+1)}}, truce.TooLarge},
	} {
		if _, err := NewIndex(c.areas, c.bands); err == nil || truce.KindOf(err) != c.kind {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	// A post by the antimeridian, with a band of no width and one of 5 km, and a sided line without limits.
	ix, err := NewIndex(nil, []Band{{Line: post, Limits: []truce.Metres{0, 5000}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []truce.Position{truce.Degrees(179.99, 10), truce.Degrees(-179.99, 10), truce.Degrees(-179.96, 10), truce.Degrees(179.95, 10.01)} {
		checkAgainstBruteForce(t, ix, p)
	}
	ix, err = NewIndex(nil, []Band{{Line: line, Sided: true}})
	if err != nil {
		t.Fatal(err)
	}
	r := lcg(34)
	for range 2000 {
		p := r.near(truce.Degrees(36.25, 32.25), 5e6)
		checkAgainstBruteForce(t, ix, p)
		radius := 3000 * r.float()
		if c, ok := ix.ClassifyDisc(p, truce.Metres(radius)); ok {
			s := stationOf(p)
			for range 10 {
				sin, cos := sincosDegrees(r.float() * 360)
				if q := positionAt(direct(&s, heading{sin, cos}, 0.999*radius)); ix.Classify(q) != c {
					t.Fatalf("%v within %v m: said to be of one class", p, radius)
				}
			}
		}
	}
}

// TestIndexDiscBounds: discs that reach into the box from outside, and discs that are too large to be looked through.
func TestIndexDiscBounds(t *testing.T) {
	square := func(lon, lat, half float64) *Area {
		return mustArea(t, [][]truce.Position{{truce.Degrees(lon-half, lat-half), truce.Degrees(lon+half, lat-half),
			truce.Degrees(lon+half, lat+half), truce.Degrees(lon-half, lat+half)}})
	}
	ix, err := NewIndex([]*Area{square(36, 32, 0.1), square(40, 36, 0.1)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		p      truce.Position
		radius truce.Metres
		want   bool
	}{
		{"from the west", truce.Degrees(35.8999, 32), 50, false},
		{"from the west, not reaching", truce.Degrees(35.8999, 32), 5, true},
		{"from the south", truce.Degrees(36, 31.8999), 50, false},
		{"from the east", truce.Degrees(40.1001, 36), 50, false},
		{"from the north", truce.Degrees(40, 36.1001), 50, false},
		{"from far away, reaching", truce.Degrees(33, 32), 400_000, false},
		{"from far away", truce.Degrees(-120, -50), 50_000, true},
		{"between the areas", truce.Degrees(38, 34), 100_000, true},
		{"between the areas, over too many cells", truce.Degrees(38, 34), 170_000, false},
		{"at a pole", truce.Degrees(38, 90), 5, false},
		{"without size", truce.Degrees(36, 32), 0, true},
		{"of negative size", truce.Degrees(36, 32), -1, false},
		{"of no size at all", truce.Degrees(36, 32), truce.Metres(math.NaN()), false},
		{"without end", truce.Degrees(36, 32), truce.Metres(math.Inf(1)), false},
		{"larger than the Earth", truce.Degrees(36, 32), 1e300, false},
	} {
		if _, got := ix.ClassifyDisc(c.p, c.radius); got != c.want {
			t.Errorf("a disc %s: certain %v, want %v", c.name, got, c.want)
		}
	}
}

func TestIndexClone(t *testing.T) {
	areas, bands := loadWorld(t, 50, false)
	a, err := NewIndex(areas, bands)
	if err != nil {
		t.Fatal(err)
	}
	b := a.Clone()
	done := make(chan bool)
	reports := workload.Reports(10, 3000)
	go func() {
		for i := range reports {
			b.Classify(reports[len(reports)-1-i].Fix.Pos)
		}
		close(done)
	}()
	for _, r := range reports {
		a.Classify(r.Fix.Pos)
	}
	<-done
	for _, r := range reports {
		if x, y := indexed(a, a.Classify(r.Fix.Pos)), indexed(b, b.Classify(r.Fix.Pos)); fmt.Sprint(x) != fmt.Sprint(y) {
			t.Fatalf("%v: %v and %v", r.Fix.Pos, x, y)
		}
	}
}

// TestIndexIsBounded: long thin areas would fill every cell with every edge, and areas that all overlap would make a class of
// nearly every position.
func TestIndexIsBounded(t *testing.T) {
	r := lcg(35)
	zigzag := func(corners int, east uint32) *Area {
		var ring []truce.Position
		for i := range corners {
			ring = append(ring, truce.Position{Lon: 360_000_000 + truce.E7(uint32(i%2)*(10_000_000-east)+r.next()%east), Lat: 320_000_000 + truce.E7(r.next()%10_000_000)})
		}
		return mustArea(t, [][]truce.Position{ring})
	}
	var thin, deep []*Area
	for range 400 {
		y := 320_000_000 + truce.E7(r.next()%10_000_000)
		thin = append(thin, mustArea(t, [][]truce.Position{{{Lon: 360_000_000, Lat: y}, {Lon: 370_000_000, Lat: y + truce.E7(r.next()%100_000)}, {Lon: 370_000_000, Lat: y - 500}}}))
	}
	for range 200 {
		deep = append(deep, zigzag(20, 1_000_000))
	}
	for _, most := range []int{20_000, 100_000} {
		ix := &Index{cells: &cells{areas: thin, most: most}}
		if !build(ix) {
			t.Fatal("not built")
		}
		t.Logf("%d edges in %d leaves", len(ix.cells.edges), len(ix.leaves))
		if n := len(ix.cells.edges); n > 2*most {
			t.Errorf("%d edges are kept, of at most about %d", n, most)
		}
		for range 200 {
			checkAgainstBruteForce(t, ix, r.near(truce.Degrees(36.5, 32.5), 6e6))
		}
	}
	if _, err := NewIndex(deep, nil); truce.KindOf(err) != truce.TooLarge || err == nil {
		t.Errorf("areas that all overlap: %v", err)
	}
	if _, err := NewIndex(deep[:5], nil); err != nil {
		t.Errorf("some areas that all overlap: %v", err)
	}
}
