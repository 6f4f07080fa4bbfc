package geo

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"truce"
)

// MaxFaults is how many faults a check lists before it stops.
const MaxFaults = 50

// maxRepeated is how many of them may be repeated positions: there can be many after rounding to 1e-7 degree, they do no harm, and
// must not hide what does.
const maxRepeated = 10

// FaultKind is what is wrong with a shape.
type FaultKind uint8

// Kinds of fault.
const (
	// FaultTooMany: more than MaxVertices positions, and nothing else is looked at; or geodesic edges that need more than
	// MaxEdges straight pieces.
	FaultTooMany FaultKind = iota + 1
	// FaultTooFew: fewer than three different positions in a ring, or two in a path.
	FaultTooFew
	// FaultRange: a latitude beyond 90 or a longitude beyond 180 degrees.
	FaultRange
	// FaultRepeated: a position equals the one after it. It does no harm, but somebody meant something else.
	FaultRepeated
	// FaultNoArea: all positions of a ring lie on one straight line.
	FaultNoArea
	// FaultPole: a ring goes round a pole, or a geodesic edge runs over one.
	FaultPole
	// FaultTooWide: 180 degrees or more from west to east.
	FaultTooWide
	// FaultCross: two edges cross.
	FaultCross
	// FaultOverlap: two edges run along each other.
	FaultOverlap
	// FaultTouch: a ring comes back to one of its own positions or edges.
	FaultTouch
	// FaultHoleOutside: a hole does not lie inside its outer ring, or lies inside another hole.
	FaultHoleOutside
	// FaultNested: a polygon lies inside another polygon of the same area.
	FaultNested
)

// Fault is one thing wrong with a shape: what, and where. Paths, polygons, rings and positions count from 0.
type Fault struct {
	Kind FaultKind
	// Polygon and Ring say which ring; of a line, Ring is the path. Vertex is the position concerned, or the one that the edge
	// concerned begins at; -1 where the whole ring is meant.
	Polygon, Ring, Vertex int
	// OtherPolygon, OtherRing and OtherVertex are the second edge (FaultCross, FaultOverlap, FaultTouch) or ring (FaultNested).
	OtherPolygon, OtherRing, OtherVertex int
	// At is where it is, as near as 1e-7 degree allows.
	At truce.Position
}

// String says it in a sentence, for people, who count from 1.
func (f Fault) String() string {
	here := f.ring()
	there := fmt.Sprintf("the edge from position %d", f.OtherVertex+1)
	if f.OtherPolygon != f.Polygon || f.OtherRing != f.Ring {
		there += " of " + Fault{Polygon: f.OtherPolygon, Ring: f.OtherRing}.ring()
	}
	switch f.Kind {
	case FaultTooMany:
		return fmt.Sprintf("the shape has more than %d positions", MaxVertices)
	case FaultTooFew:
		return here + " has too few different positions"
	case FaultRange:
		return fmt.Sprintf("%s: position %d (%v, %v) is not on the globe", here, f.Vertex+1, f.At.Lon, f.At.Lat)
	case FaultRepeated:
		return fmt.Sprintf("%s: position %d repeats the one before it", here, f.OtherVertex+1)
	case FaultNoArea:
		return here + " lies on one straight line and holds no area"
	case FaultPole:
		return here + " goes round or over a pole"
	case FaultTooWide:
		return fmt.Sprintf("%s reaches over %d degrees or more from west to east", here, MaxWidthDegrees)
	case FaultCross:
		return fmt.Sprintf("%s: the edge from position %d crosses %s at %v", here, f.Vertex+1, there, f.At)
	case FaultOverlap:
		return fmt.Sprintf("%s: the edge from position %d runs along %s at %v", here, f.Vertex+1, there, f.At)
	case FaultTouch:
		return fmt.Sprintf("%s: position %d touches %s at %v", here, f.Vertex+1, there, f.At)
	case FaultHoleOutside:
		return here + " is a hole that does not lie inside its outer ring alone"
	case FaultNested:
		return fmt.Sprintf("polygon %d lies inside polygon %d", f.Polygon+1, f.OtherPolygon+1)
	}
	return "nothing is wrong"
}

func (f Fault) ring() string {
	if f.Polygon < 0 {
		return fmt.Sprintf("path %d", f.Ring+1)
	}
	return fmt.Sprintf("polygon %d ring %d", f.Polygon+1, f.Ring+1)
}

// CheckRing lists what is wrong with one ring, closed without repeating its first position.
func CheckRing(ring []truce.Position) []Fault {
	return CheckArea([][][]truce.Position{{ring}}, truce.EdgesStraight)
}

// CheckArea lists what is wrong with the polygons of an area, at most MaxFaults faults in the order of the rings. Edges are
// compared in whole numbers: what it finds is so, and of the crossings none is left out. The work grows with n log n. That
// rings of the same area touch at a position is no fault.
func CheckArea(polygons [][][]truce.Position, edges truce.EdgeKind) []Fault {
	c := checker{kind: edges, closed: true}
	for i, polygon := range polygons {
		for j, ring := range polygon {
			c.names = append(c.names, ringName{i, j})
			c.paths = append(c.paths, ring)
		}
	}
	return c.run()
}

// CheckLine lists what is wrong with the paths of a line, as CheckArea does. In its faults Polygon is -1 and Ring is the path.
// A line that crosses itself has no clear sides; a road may well do so.
func CheckLine(paths [][]truce.Position, edges truce.EdgeKind) []Fault {
	c := checker{kind: edges, paths: paths}
	for i := range paths {
		c.names = append(c.names, ringName{-1, i})
	}
	return c.run()
}

// checker gathers faults.
type checker struct {
	kind   truce.EdgeKind
	closed bool
	paths  [][]truce.Position
	names  []ringName
	origin int64
	faults []Fault
	full   bool

	repeated int
}

func (c *checker) report(f Fault) {
	if len(c.faults) >= MaxFaults {
		c.full = true
		return
	}
	c.faults = append(c.faults, f)
}

func (c *checker) at(kind FaultKind, ring, vertex int, at truce.Position) {
	n := c.names[ring]
	c.report(Fault{Kind: kind, Polygon: n.polygon, Ring: n.ring, Vertex: vertex, OtherPolygon: n.polygon, OtherRing: n.ring, OtherVertex: -1, At: at})
}

func (c *checker) run() []Fault {
	total := 0
	for _, p := range c.paths {
		total += len(p)
	}
	if total > MaxVertices {
		return []Fault{{Kind: FaultTooMany, Vertex: -1, OtherVertex: -1}}
	}
	s := sweep{checker: c}
	started := false
	low, high := math.Inf(1), math.Inf(-1)
	for i, path := range c.paths {
		if !c.checkPositions(i, path) {
			continue
		}
		if !started {
			c.origin, started = int64(path[0].Lon), true
		}
		s.add(i, path, &low, &high)
	}
	if high-low >= halfTurn {
		c.at(FaultTooWide, 0, -1, truce.Position{})
	} else if !c.full {
		s.run()
	}
	slices.SortStableFunc(c.faults, func(f, g Fault) int {
		return cmp.Or(cmp.Compare(f.Polygon, g.Polygon), cmp.Compare(f.Ring, g.Ring), cmp.Compare(f.Vertex, g.Vertex),
			cmp.Compare(f.OtherPolygon, g.OtherPolygon), cmp.Compare(f.OtherRing, g.OtherRing), cmp.Compare(f.OtherVertex, g.OtherVertex),
			cmp.Compare(f.Kind, g.Kind))
	})
	return c.faults
}

// checkPositions looks at one path by itself; false means that its edges cannot be looked at.
func (c *checker) checkPositions(ring int, path []truce.Position) bool {
	usable := true
	for j, p := range path {
		if inRange(p) != "" {
			c.at(FaultRange, ring, j, p)
			usable = false
		}
	}
	last := len(path) - 1
	if c.closed {
		last++
	}
	for j := range max(0, last) {
		if next := (j + 1) % len(path); path[j] == path[next] && next != j {
			f := Fault{Kind: FaultRepeated, Polygon: c.names[ring].polygon, Ring: c.names[ring].ring, Vertex: j, At: path[j]}
			f.OtherPolygon, f.OtherRing, f.OtherVertex = f.Polygon, f.Ring, next
			if c.repeated++; c.repeated <= maxRepeated {
				c.report(f)
			}
		}
	}
	least := 2
	if c.closed {
		least = 3
	}
	if len(withoutRepeats(path, c.closed)) < least {
		c.at(FaultTooFew, ring, -1, truce.Position{})
		return false
	}
	return usable
}

// LooksSwapped reports whether the positions look as if latitude and longitude had been exchanged: a latitude beyond 90
// degrees that would do as a longitude, or a shape far (1000 km) from all the others that would be near them the other way
// round. It is a guess to word a hint with, never to correct anything.
func LooksSwapped(shape, others []truce.Position) bool {
	const far = 1_000_000
	if len(shape) == 0 {
		return false
	}
	swap := func(p truce.Position) truce.Position { return truce.Position{Lon: p.Lat, Lat: p.Lon} }
	beyond := false
	for _, p := range shape {
		if inRange(swap(p)) != "" {
			return false
		}
		beyond = beyond || p.Lat > quarter || p.Lat < -quarter
	}
	if beyond || len(others) == 0 {
		return beyond
	}
	// A few positions of each tell enough.
	few := func(ps []truce.Position) []truce.Position {
		const most = 50
		if len(ps) <= most {
			return ps
		}
		var out []truce.Position
		for i := range most {
			out = append(out, ps[i*len(ps)/most])
		}
		return out
	}
	now, swapped := truce.Metres(math.Inf(1)), truce.Metres(math.Inf(1))
	for _, p := range few(shape) {
		for _, q := range few(others) {
			now, swapped = min(now, Distance(p, q)), min(swapped, Distance(swap(p), q))
		}
	}
	return now > far && swapped < far
}
