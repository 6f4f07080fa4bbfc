package geo

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"truce"
)

// Limits of shapes. They are collected in docs/limits.md.
const (
	// MaxVertices is the greatest number of positions in one area or line.
	MaxVertices = 200_000
	// MaxEdges is the greatest number of straight pieces that the geodesic edges of one shape may be replaced by.
	MaxEdges = 400_000
	// MaxWidthDegrees is the widest that a shape may be from west to east: wider, and inside cannot be told from outside.
	MaxWidthDegrees = 180
)

// Line is a prepared line of one or more branches: a line of contact, a border, a road. A Line never changes and may
// be used from several goroutines.
type Line struct {
	outline
	crossOnce sync.Once
	crosses   bool
}

// Area is a prepared area: polygons, each with an outer ring and holes. Its boundary belongs to it. An Area never changes
// and may be used from several goroutines.
type Area struct{ outline }

// NewLine prepares a line. Each path has two positions or more. Repeated neighbours are passed over. It refuses what
// cannot be measured from (too few positions, latitudes beyond 90 degrees, a line wider than half the globe); CheckLine
// lists everything that is wrong with one.
func NewLine(paths [][]truce.Position, edges truce.EdgeKind) (*Line, error) {
	l := &Line{}
	if err := l.prepare("geo.NewLine", paths, nil, false, edges); err != nil {
		return nil, err
	}
	return l, nil
}

// NewPoint prepares a single position as a line without length, so that all that is asked of lines (distances, bands) can
// be asked of a crossing or a post. It has no sides: Side is always 0.
func NewPoint(p truce.Position) (*Line, error) {
	l := &Line{}
	if err := inRange(p); err != "" {
		return nil, invalid("geo.NewPoint", err, "give longitude and latitude in degrees, longitude first in GeoJSON")
	}
	l.origin = int64(p.Lon)
	v := vertex{0, int32(p.Lat)}
	l.edges, l.chains = []edge{{v, v}}, []int32{0}
	l.finish()
	return l, nil
}

// NewArea prepares an area. For each polygon it takes the outer ring and then the holes, each closed without repeating its
// first position (a repeated one is passed over). A position is inside when a ray from it crosses the rings an odd number of
// times, so polygons must not overlap: CheckArea finds that, self-crossing rings and whatever else is wrong. NewArea itself
// refuses only what cannot be decided at all.
func NewArea(polygons [][][]truce.Position, edges truce.EdgeKind) (*Area, error) {
	a := &Area{}
	var rings [][]truce.Position
	var names []ringName
	for i, polygon := range polygons {
		for j, ring := range polygon {
			rings = append(rings, ring)
			names = append(names, ringName{i, j})
		}
	}
	if err := a.prepare("geo.NewArea", rings, names, true, edges); err != nil {
		return nil, err
	}
	return a, nil
}

// ringName says which ring of which polygon is meant, both counted from 0; ring 0 is the outer one.
type ringName struct{ polygon, ring int }

func inRange(p truce.Position) string {
	switch {
	case p.Lat > quarter || p.Lat < -quarter:
		return fmt.Sprintf("the latitude %v is beyond 90 degrees", p.Lat)
	case p.Lon > halfTurn || p.Lon < -halfTurn:
		return fmt.Sprintf("the longitude %v is beyond 180 degrees", p.Lon)
	}
	return ""
}

// prepare fills the outline from paths or rings.
func (o *outline) prepare(op truce.Op, paths [][]truce.Position, names []ringName, closed bool, kind truce.EdgeKind) error {
	if kind == "" {
		kind = truce.EdgesStraight
	}
	if kind != truce.EdgesStraight && kind != truce.EdgesGeodesic {
		return invalid(op, fmt.Sprintf("edges of the kind %q are not known", kind), `say "straight" or "geodesic"`)
	}
	o.closed, o.kind = closed, kind
	total := 0
	for _, p := range paths {
		total += len(p)
	}
	if total > MaxVertices {
		return tooManyVertices(op, total)
	}
	if total == 0 {
		return invalid(op, "there are no positions", "give at least one path or ring")
	}
	where := func(i int) string {
		if closed {
			return fmt.Sprintf("polygon %d ring %d", names[i].polygon+1, names[i].ring+1)
		}
		return fmt.Sprintf("path %d", i+1)
	}
	first := true
	spent := 0 // on geodesic edges
	var unrolled []point
	for i, path := range paths {
		least, what := 2, "two"
		if closed {
			least, what = 3, "three"
		}
		path = withoutRepeats(path, closed)
		if len(path) < least {
			return invalid(op, where(i)+" has fewer than "+what+" different positions", "draw it again or leave it out")
		}
		for j, p := range path {
			if reason := inRange(p); reason != "" {
				return invalid(op, fmt.Sprintf("%s, position %d: %s", where(i), j+1, reason), "positions are longitude first, then latitude")
			}
		}
		if first {
			o.origin, first = int64(path[0].Lon), false
		}
		// Unroll the longitudes: each position is the short way round from the one before.
		unrolled = unrolled[:0]
		x, y := o.place(path[0])
		unrolled = append(unrolled, point{float64(x), float64(y)})
		turns := len(path) - 1
		if closed {
			turns++
		}
		for j := range turns {
			from, to := path[j], path[(j+1)%len(path)]
			d := lonDifference(float64(from.Lon), float64(to.Lon))
			last := unrolled[len(unrolled)-1]
			next := point{last.x + d, float64(to.Lat)}
			if kind == truce.EdgesGeodesic {
				var ok bool
				unrolled, spent, ok = o.followGeodesic(unrolled, from, to, last, spent)
				if spent > MaxEdges {
					return &truce.Error{Op: op, Kind: truce.TooLarge, Hint: "cut the long edges down or say edges: straight",
						Reason: fmt.Sprintf("geodesic edges need more than %d straight pieces", MaxEdges)}
				}
				if !ok {
					return invalid(op, fmt.Sprintf("%s: the shortest path from position %d to %d runs over a pole or cannot be replaced by straight pieces",
						where(i), j+1, j+2), "cut the edge with positions in between, or say edges: straight")
				}
			}
			unrolled = append(unrolled, next)
		}
		if closed && unrolled[len(unrolled)-1].x != unrolled[0].x {
			return invalid(op, where(i)+" goes round a pole", "cut the area into parts that do not hold a pole")
		}
		o.chains = append(o.chains, int32(len(o.edges)))
		for j := range len(unrolled) - 1 {
			a, b := unrolled[j], unrolled[j+1]
			if math.Abs(a.x) > halfTurn || math.Abs(b.x) > halfTurn {
				return tooWide(op)
			}
			if e := (edge{a.vertex(), b.vertex()}); e.a != e.b {
				o.edges = append(o.edges, e)
			}
		}
	}
	o.finish()
	if b := &o.boxes[0]; int64(b.high.x)-int64(b.low.x) >= halfTurn {
		return tooWide(op)
	}
	return nil
}

func (o *outline) finish() {
	o.buildBoxes()
	o.buildPieces()
}

func tooManyVertices(op truce.Op, n int) error {
	return &truce.Error{Op: op, Kind: truce.TooLarge, Reason: fmt.Sprintf("%d positions are more than the limit of %d", n, MaxVertices),
		Hint: "simplify the shape or cut it into several features"}
}

func tooWide(op truce.Op) error {
	return invalid(op, fmt.Sprintf("the shape is %d degrees wide or wider", MaxWidthDegrees), "cut it into several features")
}

func withoutRepeats(path []truce.Position, closed bool) []truce.Position {
	repeats := false
	for i := 1; i < len(path); i++ {
		repeats = repeats || path[i] == path[i-1]
	}
	if repeats {
		kept := make([]truce.Position, 0, len(path))
		for i, p := range path {
			if i == 0 || p != path[i-1] {
				kept = append(kept, p)
			}
		}
		path = kept
	}
	for closed && len(path) > 1 && path[0] == path[len(path)-1] {
		path = path[:len(path)-1]
	}
	return path
}

// point is a place in an outline's plane between whole units.
type point struct{ x, y float64 }

func (p point) vertex() vertex {
	return vertex{int32(math.Floor(p.x + 0.5)), int32(math.Floor(p.y + 0.5))}
}

const (
	// geodesicSag is how far, in metres, the middle of a straight piece may lie from the shortest path that it stands for. With
	// the rounding of its ends to 1e-7 degree (8 mm at most) a piece stays within a centimetre of the path.
	geodesicSag = 0.002
	// maxHalvings bounds the search for such pieces: half a meridian would be cut into pieces of 300 m.
	maxHalvings = 16
)

// followGeodesic appends the corners between from and to, without the ends, that make the straight pieces follow the
// shortest path. Each corner is computed from the edge's own start, so that rounding does not add up. It adds the corners it
// tried to spent and stops beyond MaxEdges; it returns false where the path runs over a pole.
func (o *outline) followGeodesic(out []point, from, to truce.Position, start point, spent int) ([]point, int, bool) {
	if from.Lat == quarter || from.Lat == -quarter || to.Lat == quarter || to.Lat == -quarter {
		return out, spent, false
	}
	s, t := stationOf(from), stationOf(to)
	path := inverseTo(&s, &t, 1e-14)
	at := func(metres float64) point {
		lon, lat := direct(&s, path.depart, metres)
		return point{start.x + lonDifference(float64(from.Lon), lon), lat}
	}
	var cut func(from, to float64, a, b point, depth int) bool
	cut = func(from, to float64, a, b point, depth int) bool {
		if spent++; spent > MaxEdges {
			return true
		}
		mid := (from + to) / 2
		m := at(mid)
		q := o.station(m.x, m.y)
		east, north := float64(q.acrossRadius()*perE7), float64(q.alongRadius()*perE7)
		bx, by := float64((b.x-a.x)*east), float64((b.y-a.y)*north)
		mx, my := float64((m.x-a.x)*east), float64((m.y-a.y)*north)
		sag := math.Abs(float64(bx*my)-float64(by*mx)) / hypot(bx, by)
		if sag <= geodesicSag {
			return true
		}
		if depth == maxHalvings {
			return false
		}
		if !cut(from, mid, a, m, depth+1) {
			return false
		}
		out = append(out, m)
		return cut(mid, to, m, b, depth+1)
	}
	end := point{start.x + lonDifference(float64(from.Lon), float64(to.Lon)), float64(to.Lat)}
	ok := cut(0, path.metres, start, end, 0)
	return out, spent, ok
}

// Distance is the length of the shortest path from p to the nearest place of the line, in metres.
func (l *Line) Distance(p truce.Position) truce.Metres {
	s := stationOf(p)
	return truce.Metres(l.nearest(&s).metres)
}

// Nearest is Distance together with the place on the line, rounded to 1e-7 degree.
func (l *Line) Nearest(p truce.Position) (truce.Position, truce.Metres) {
	s := stationOf(p)
	f := l.nearest(&s)
	q := l.onEdge(&l.edges[f.edge], f.t)
	return positionAt(q.lon, q.lat), truce.Metres(f.metres)
}

// tie is how close, in metres, two edges must come in their distances to count as nearest both. Distances are good to 1e-8.
const tie = 1e-6

// Side tells on which side of the line p lies, seen along the direction the line is drawn in: +1 left, -1 right, 0 exactly
// on it. It is the side of the nearest edge, decided in whole numbers; where two edges that meet are nearest both (a corner),
// p is inside the corner or outside of it. Behind an end the last edge counts as going on straight: a position exactly ahead
// of it is on neither side. Where branches compete, the nearest one decides, and between equally near ones the first.
func (l *Line) Side(p truce.Position) int {
	s := stationOf(p)
	best := foot{metres: math.Inf(1)}
	var feet []foot
	l.feet(&s, tie, func(f foot) float64 {
		best = nearer(best, f)
		feet = append(feet, f)
		return best.metres
	})
	return l.sideOf(p, best, feet)
}

// sideOf is the side of p at a foot, and at the neighbouring edge if that has a foot as near among those given.
func (l *Line) sideOf(p truce.Position, best foot, feet []foot) int {
	e := &l.edges[best.edge]
	if e.a == e.b {
		return 0
	}
	here := l.orientation(e, p)
	before, after := l.before(best.edge), int32(-1)
	if best.t >= 0.5 {
		before, after = -1, l.after(best.edge)
	}
	for _, f := range feet {
		if f.metres > best.metres+tie || f.edge != before && f.edge != after {
			continue
		}
		in, out := e, &l.edges[f.edge]
		if f.edge == before {
			in, out = out, in
		}
		there := l.orientation(&l.edges[f.edge], p)
		switch in.orient(2*int64(out.b.x), 2*int64(out.b.y)) {
		case 1: // a left turn: left of the corner is left of both
			return min(here, there)
		case -1:
			return max(here, there)
		}
	}
	return here
}

// sideOver tells on which side of the line all positions within r metres of p lie. certain is false where they lie on both, and
// may be false where they lie on one.
//
// The side can change across the line, across the lines on which its last edges go on behind the ends, and where
// different parts of it are equally near and turn different sides to the place (between the arms of a spiral, or near
// an end). It is certain when either
//
//   - every edge that may be nearest to one of the positions has all of them on the same side, or
//   - none of the path's ends is near and, of the runs of edges that may be nearest, each has p on the same side. Between two
//     feet on one run no change is possible: the two shortest paths and the run between them close a loop, which
//     would have to hold an end of the path to be met from both sides.
func (l *Line) sideOver(p truce.Position, r float64) (side int, certain bool) {
	s := stationOf(p)
	best := foot{metres: math.Inf(1)}
	var feet []foot
	l.feet(&s, float64(2*r)+tie, func(f foot) float64 {
		best = nearer(best, f)
		feet = append(feet, f)
		return best.metres
	})
	side = l.sideOf(p, best, feet)
	if best.metres <= r || side == 0 {
		return 0, false
	}
	reach := best.metres + float64(2*r) + tie
	feet = slices.DeleteFunc(feet, func(f foot) bool { return f.metres > reach })
	scale := scaleAt(p, r)
	clear, endNear := true, false
	for _, f := range feet {
		e := &l.edges[f.edge]
		x, y := l.from(e, p)
		clear = clear && e.orient(2*(int64(e.a.x)+x), 2*(int64(e.a.y)+y)) == side && scale.toLine(e, x, y) > r
		endNear = endNear || l.before(f.edge) < 0 || l.after(f.edge) < 0
	}
	if clear {
		return side, true
	}
	if endNear || l.crossesItself() {
		return 0, false
	}
	slices.SortFunc(feet, func(f, g foot) int { return int(f.edge - g.edge) })
	run := feet[0]
	for i, f := range feet {
		if i > 0 && f.edge != feet[i-1].edge {
			corner := l.edges[f.edge].a
			q := l.station(float64(corner.x), float64(corner.y))
			if feet[i-1].edge != l.before(f.edge) || inverse(&s, &q).metres > reach {
				if l.sideOf(p, run, feet) != side {
					return 0, false
				}
				run = f
			}
		}
		run = nearer(run, f)
	}
	return side, l.sideOf(p, run, feet) == side
}

// crossesItself reports whether any of the line's edges meet otherwise than at the corners between them.
func (l *Line) crossesItself() bool {
	l.crossOnce.Do(func() {
		s := sweep{checker: &checker{closed: true, paths: make([][]truce.Position, 1), names: make([]ringName, 1)}}
		for _, e := range l.edges {
			if before(e.b, e.a) {
				e.a, e.b = e.b, e.a
			}
			s.segments = append(s.segments, segment{edge: e})
		}
		s.run()
		l.crosses = len(s.faults) > 0
	})
	return l.crosses
}

// scale turns differences in longitude and latitude into metres, never too many: what it gives is a lower bound of
// geodesic distances near a place.
type scale struct{ x, y float64 }

// scaleAt is good for distances of up to r metres from p.
func scaleAt(p truce.Position, r float64) scale {
	const (
		short = 1 - 1e-9 // for rounding
		north = minRadius * perE7 * short
	)
	lat := math.Abs(float64(p.Lat)) + r/(minRadius*perE7)
	if lat >= quarter {
		return scale{0, north}
	}
	_, cos := sincosE7(lat)
	return scale{float64(semiMajor * perE7 * short * cos), north}
}

// toLine is a lower bound of the distance to the straight line that an edge lies on, for a place given from its start.
func (s scale) toLine(e *edge, x, y int64) float64 {
	dx, dy := float64(s.x*float64(e.b.x-e.a.x)), float64(s.y*float64(e.b.y-e.a.y))
	if dx == 0 && dy == 0 {
		return 0
	}
	px, py := float64(s.x*float64(x)), float64(s.y*float64(y))
	return math.Abs(float64(dx*py)-float64(dy*px)) / hypot(dx, dy)
}

// toEdge is a lower bound of the distance to the edge itself.
func (s scale) toEdge(e *edge, x, y int64) float64 {
	dx, dy := float64(s.x*float64(e.b.x-e.a.x)), float64(s.y*float64(e.b.y-e.a.y))
	px, py := float64(s.x*float64(x)), float64(s.y*float64(y))
	t := 0.0
	if l := dot(dx, dx, dy, dy); l > 0 {
		t = min(max(dot(dx, px, dy, py)/l, 0), 1)
	}
	return hypot(px-float64(t*dx), py-float64(t*dy))
}

// before and after give the neighbouring edge in the same chain, -1 at the ends of a path.
func (o *outline) before(e int32) int32 {
	first, end := o.chainOf(o.chainAt(e))
	switch {
	case int(e) > first:
		return e - 1
	case o.closed:
		return int32(end - 1)
	}
	return -1
}

func (o *outline) after(e int32) int32 {
	first, end := o.chainOf(o.chainAt(e))
	switch {
	case int(e) < end-1:
		return e + 1
	case o.closed:
		return int32(first)
	}
	return -1
}

// chainAt finds the chain that an edge belongs to.
func (o *outline) chainAt(e int32) int {
	low, high := 0, len(o.chains)
	for high-low > 1 {
		if mid := (low + high) / 2; o.chains[mid] <= e {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// from gives a position as seen from the start of an edge.
func (o *outline) from(e *edge, p truce.Position) (x, y int64) {
	x, y = o.place(p)
	x -= int64(e.a.x)
	for x > halfTurn {
		x -= fullTurn
	}
	for x <= -halfTurn {
		x += fullTurn
	}
	return x, y - int64(e.a.y)
}

// orientation is the side of a position from one edge.
func (o *outline) orientation(e *edge, p truce.Position) int {
	x, y := o.from(e, p)
	return e.orient(2*(int64(e.a.x)+x), 2*(int64(e.a.y)+y))
}

// Contains reports whether p lies in the area, in whole numbers. The boundary belongs to the area.
func (a *Area) Contains(p truce.Position) bool { return a.standing(p) != outside }

func (o *outline) standing(p truce.Position) standing {
	x, y := o.place(p)
	return o.locate(2*x, 2*y)
}

// BoundaryDistance is the length of the shortest path from p to the boundary, in metres, from inside and outside alike.
func (a *Area) BoundaryDistance(p truce.Position) truce.Metres {
	if a.standing(p) == onEdge {
		return 0
	}
	s := stationOf(p)
	return truce.Metres(a.nearest(&s).metres)
}

// Signed is BoundaryDistance, negative outside.
func (a *Area) Signed(p truce.Position) truce.Metres {
	st := a.standing(p)
	if st == onEdge {
		return 0
	}
	s := stationOf(p)
	d := truce.Metres(a.nearest(&s).metres)
	if st == outside {
		return -d
	}
	return d
}

// Boundary is the area's boundary as a line, for bands around it. The sides of that line are as its rings are drawn.
func (a *Area) Boundary() *Line { return &Line{outline: a.outline} }

// Bounds is the smallest box around the shape, in degrees of longitude and latitude. East is less than west when it holds
// the antimeridian.
func (o *outline) Bounds() (southWest, northEast truce.Position) {
	b := &o.boxes[0]
	return o.position(float64(b.low.x), float64(b.low.y)), o.position(float64(b.high.x), float64(b.high.y))
}
