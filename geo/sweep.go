package geo

import (
	"cmp"
	"math"
	"slices"

	"truce"
)

// sweep finds every pair of edges that cross or run along each other (Shamos and Hoey, Geometric intersection problems,
// 1976): a line moves from west to east over the edges, and only edges that are neighbours on it are compared. When two are
// found to cross, one of them is set aside, so that the order on the line stays true; those set aside are compared with all
// edges afterwards. All comparisons are of whole numbers. A vertical line counts as leaning to the right by nothing at all.
//
// Passing over the first position of a ring it also learns which ring lies around it.
type sweep struct {
	*checker
	segments []segment
	rings    []ringState
	order    treap
	aside    []int32
	seen     map[[2]int32]bool // pairs reported
	spent    int               // on geodesic edges
}

// segment is an edge with its ends in order of x, then y.
type segment struct {
	edge          // from the lower to the higher end
	ring, vertex  int32
	rightward     bool // it is drawn from the lower to the higher end
	active, apart bool // on the sweep line; set aside
}

// ringState is what the sweep learns of a ring.
type ringState struct {
	met       bool
	ccw       bool
	innermost int32 // the ring around it, -1 for none
}

func before(a, b vertex) bool { return a.x < b.x || a.x == b.x && a.y < b.y }

// add unrolls a path into segments. It reports a path that goes round a pole or has no area.
func (s *sweep) add(ring int, path []truce.Position, low, high *float64) {
	o := outline{origin: s.origin, kind: s.kind}
	x, y := o.place(path[0])
	at := point{float64(x), float64(y)}
	first := len(s.segments)
	turns := len(path) - 1
	if s.closed {
		turns++
		round := 0.0
		for j, p := range path {
			round += lonDifference(float64(p.Lon), float64(path[(j+1)%len(path)].Lon))
		}
		if round != 0 {
			s.at(FaultPole, ring, -1, path[0])
			return
		}
	}
	*low, *high = min(*low, at.x), max(*high, at.x)
	var corners []point
	for j := range turns {
		from, to := path[j], path[(j+1)%len(path)]
		corners = corners[:0]
		if s.kind == truce.EdgesGeodesic && from != to {
			var ok bool
			corners, s.spent, ok = o.followGeodesic(corners, from, to, at, s.spent)
			if s.spent > MaxEdges || !ok {
				kind := FaultPole
				if ok {
					kind = FaultTooMany
				}
				s.at(kind, ring, j, from)
				s.segments = s.segments[:first]
				return
			}
		}
		corners = append(corners, point{at.x + lonDifference(float64(from.Lon), float64(to.Lon)), float64(to.Lat)})
		for _, c := range corners {
			*low, *high = min(*low, c.x), max(*high, c.x)
			if math.Abs(c.x) > halfTurn {
				s.segments = s.segments[:first] // too wide: reported for the whole shape
				*low, *high = 0, fullTurn
				return
			}
			e := segment{edge: edge{at.vertex(), c.vertex()}, ring: int32(ring), vertex: int32(j), rightward: true}
			if before(e.b, e.a) {
				e.a, e.b, e.rightward = e.b, e.a, false
			}
			if e.a != e.b {
				s.segments = append(s.segments, e)
			}
			at = c
		}
	}
	if s.closed {
		flat := true
		base := s.segments[first]
		for _, e := range s.segments[first:] {
			flat = flat && base.orient(2*int64(e.a.x), 2*int64(e.a.y)) == 0 && base.orient(2*int64(e.b.x), 2*int64(e.b.y)) == 0
		}
		if flat {
			s.at(FaultNoArea, ring, -1, path[0])
			s.segments = s.segments[:first]
			return
		}
	}
}

// happening is the sweep line meeting an end of a segment.
type happening struct {
	at      vertex
	segment int32
	starts  bool
}

func (s *sweep) run() {
	s.seen = map[[2]int32]bool{}
	s.rings = make([]ringState, len(s.paths))
	s.order.init(len(s.segments))
	events := make([]happening, 0, 2*len(s.segments))
	for i, e := range s.segments {
		events = append(events, happening{e.a, int32(i), true}, happening{e.b, int32(i), false})
	}
	slices.SortFunc(events, func(a, b happening) int {
		return cmp.Or(cmp.Compare(a.at.x, b.at.x), cmp.Compare(a.at.y, b.at.y), cmp.Compare(a.segment, b.segment))
	})
	for i := 0; i < len(events) && !s.full; {
		j := i
		for j < len(events) && events[j].at == events[i].at {
			j++
		}
		s.meet(events[i].at, events[i:j])
		i = j
	}
	for _, a := range s.aside {
		for b := range s.segments {
			if s.full {
				return
			}
			if int32(b) != a {
				s.compare(a, int32(b))
			}
		}
	}
	if len(s.seen) == 0 && s.closed {
		s.checkNesting()
	}
}

// meet handles all segments that end or start at one place.
func (s *sweep) meet(at vertex, events []happening) {
	for _, e := range events {
		if !e.starts && s.segments[e.segment].active {
			s.remove(e.segment)
		}
	}
	if s.closed {
		s.checkTouch(at, events)
	}
	for _, e := range events {
		if e.starts {
			s.insert(e.segment)
		}
	}
	if s.closed {
		s.meetRings(at, events)
	}
}

// meetRings notes, at the first position of a ring, which way it is drawn and which ring lies around it.
func (s *sweep) meetRings(at vertex, events []happening) {
	for _, e := range events {
		if !e.starts || !s.segments[e.segment].active || s.rings[s.segments[e.segment].ring].met {
			continue
		}
		// Go down to the lowest segment that starts here, then up: rings inside come after those around them.
		n := e.segment
		for below := s.order.nodes[n].prev; below >= 0 && s.segments[below].a == at; below = s.order.nodes[n].prev {
			n = below
		}
		for ; n >= 0 && s.segments[n].a == at; n = s.order.nodes[n].next {
			g := &s.segments[n]
			r := &s.rings[g.ring]
			if r.met {
				continue
			}
			// The lower of the ring's two edges here: the inside is above it.
			r.met, r.ccw, r.innermost = true, g.rightward, -1
			if below := s.order.nodes[n].prev; below >= 0 {
				b := &s.segments[below]
				if around := &s.rings[b.ring]; b.rightward == around.ccw {
					r.innermost = b.ring
				} else {
					r.innermost = around.innermost
				}
			}
		}
	}
}

// checkTouch reports a ring that visits the place twice, or whose own edge runs through it.
func (s *sweep) checkTouch(at vertex, events []happening) {
	// Segments are numbered ring by ring, so those of one ring stand together.
	for i := 0; i < len(events); {
		e := events[i].segment
		ring := s.segments[e].ring
		j := i
		for j < len(events) && s.segments[events[j].segment].ring == ring {
			j++
		}
		if j-i > 2 {
			s.pair(FaultTouch, e, events[j-1].segment, at)
		}
		// Segments of the same ring through the place have been on the line since before.
		for n := s.order.through(s, at); n >= 0 && s.segments[n].orient(2*int64(at.x), 2*int64(at.y)) == 0; n = s.order.nodes[n].next {
			if s.segments[n].ring == ring {
				s.pair(FaultTouch, e, n, at)
			}
		}
		i = j
	}
}

func (s *sweep) insert(i int32) {
	if s.segments[i].apart {
		return
	}
	e := &s.segments[i]
	parent, above := int32(-1), false
	for n := s.order.root; n >= 0; {
		t := &s.segments[n]
		side := t.orient(2*int64(e.a.x), 2*int64(e.a.y))
		if side == 0 {
			side = t.orient(2*int64(e.b.x), 2*int64(e.b.y))
		}
		if side == 0 {
			s.compare(i, n) // along each other
			s.setAside(i)
			return
		}
		parent, above = n, side > 0
		if above {
			n = s.order.nodes[n].right
		} else {
			n = s.order.nodes[n].left
		}
	}
	s.order.insert(i, parent, above)
	e.active = true
	n := s.order.nodes[i]
	if n.prev >= 0 {
		s.neighbours(n.prev, i)
	}
	if n := s.order.nodes[i]; e.active && n.next >= 0 {
		s.neighbours(i, n.next)
	}
}

func (s *sweep) remove(i int32) {
	n := s.order.nodes[i]
	s.order.remove(i)
	s.segments[i].active = false
	if n.prev >= 0 && n.next >= 0 {
		s.neighbours(n.prev, n.next)
	}
}

// neighbours compares two segments that have come to lie next to each other.
func (s *sweep) neighbours(a, b int32) {
	if s.compare(a, b) {
		s.setAside(b)
	}
}

func (s *sweep) setAside(i int32) {
	s.aside = append(s.aside, i)
	s.segments[i].apart = true
	if s.segments[i].active {
		s.remove(i)
	}
}

// compare reports a pair that crosses or overlaps, once.
func (s *sweep) compare(a, b int32) bool {
	kind, at := s.segments[a].meets(&s.segments[b].edge)
	if kind == 0 {
		return false
	}
	s.pair(kind, a, b, at)
	return true
}

func (s *sweep) pair(kind FaultKind, a, b int32, at vertex) {
	if a > b {
		a, b = b, a
	}
	if s.seen[[2]int32{a, b}] {
		return
	}
	if kind != FaultTouch {
		s.seen[[2]int32{a, b}] = true
	}
	e, f := &s.segments[a], &s.segments[b]
	n, m := s.names[e.ring], s.names[f.ring]
	o := outline{origin: s.origin}
	s.report(Fault{kind, n.polygon, n.ring, int(e.vertex), m.polygon, m.ring, int(f.vertex), o.position(float64(at.x), float64(at.y))})
}

// meets tells how two edges meet: FaultCross where each passes through the other, FaultOverlap where they share more than a
// point, 0 otherwise.
func (e *edge) meets(f *edge) (FaultKind, vertex) {
	at := func(v vertex) (int64, int64) { return 2 * int64(v.x), 2 * int64(v.y) }
	fa, fb := e.orient(at(f.a)), e.orient(at(f.b))
	ea, eb := f.orient(at(e.a)), f.orient(at(e.b))
	if fa == 0 && fb == 0 {
		from, to := e.a, e.b
		if before(from, f.a) {
			from = f.a
		}
		if before(f.b, to) {
			to = f.b
		}
		if before(from, to) {
			return FaultOverlap, from
		}
		return 0, vertex{}
	}
	if fa*fb >= 0 || ea*eb >= 0 {
		return 0, vertex{}
	}
	// Where they cross is for people to read: rounded.
	dx, dy := float64(f.b.x-f.a.x), float64(f.b.y-f.a.y)
	ex, ey := float64(e.b.x-e.a.x), float64(e.b.y-e.a.y)
	t := (float64(float64(f.a.x-e.a.x)*dy) - float64(float64(f.a.y-e.a.y)*dx)) / (float64(ex*dy) - float64(ey*dx))
	return FaultCross, point{float64(e.a.x) + float64(t*ex), float64(e.a.y) + float64(t*ey)}.vertex()
}

func (s *sweep) checkNesting() {
	for i, r := range s.rings {
		if !r.met {
			continue
		}
		n := s.names[i]
		if n.ring > 0 {
			if r.innermost < 0 || s.names[r.innermost] != (ringName{n.polygon, 0}) {
				s.at(FaultHoleOutside, i, -1, s.paths[i][0])
			}
		} else if r.innermost >= 0 && s.names[r.innermost].ring == 0 {
			m := s.names[r.innermost]
			s.report(Fault{FaultNested, n.polygon, n.ring, -1, m.polygon, m.ring, -1, s.paths[i][0]})
		}
	}
}

// treap keeps the segments on the sweep line in order, as a search tree that is also a heap by a scrambled number of each
// segment, which keeps it shallow, and as a list.
type treap struct {
	root  int32
	nodes []treapNode
}

type treapNode struct{ left, right, parent, prev, next int32 }

func (t *treap) init(n int) {
	t.root = -1
	t.nodes = make([]treapNode, n)
}

func priority(i int32) uint32 {
	h := uint32(i)*2654435761 + 0x9e3779b9
	h ^= h >> 15
	h *= 0x85ebca6b
	return h ^ h>>13
}

// insert hangs i under parent, above or below it.
func (t *treap) insert(i, parent int32, above bool) {
	n := &t.nodes[i]
	*n = treapNode{-1, -1, parent, -1, -1}
	switch {
	case parent < 0:
		t.root = i
		return
	case above:
		p := &t.nodes[parent]
		p.right, n.prev, n.next = i, parent, p.next
	default:
		p := &t.nodes[parent]
		p.left, n.next, n.prev = i, parent, p.prev
	}
	if n.prev >= 0 {
		t.nodes[n.prev].next = i
	}
	if n.next >= 0 {
		t.nodes[n.next].prev = i
	}
	for n.parent >= 0 && priority(n.parent) < priority(i) {
		t.rotateUp(i)
	}
}

func (t *treap) remove(i int32) {
	n := &t.nodes[i]
	for n.left >= 0 || n.right >= 0 {
		child := n.left
		if child < 0 || n.right >= 0 && priority(n.right) > priority(child) {
			child = n.right
		}
		t.rotateUp(child)
	}
	t.replace(n.parent, i, -1)
	if n.prev >= 0 {
		t.nodes[n.prev].next = n.next
	}
	if n.next >= 0 {
		t.nodes[n.next].prev = n.prev
	}
}

// rotateUp puts i in the place of its parent.
func (t *treap) rotateUp(i int32) {
	n := &t.nodes[i]
	p := n.parent
	q := &t.nodes[p]
	t.replace(q.parent, p, i)
	n.parent, q.parent = q.parent, i
	if q.left == i {
		q.left, n.right = n.right, p
		if q.left >= 0 {
			t.nodes[q.left].parent = p
		}
	} else {
		q.right, n.left = n.left, p
		if q.right >= 0 {
			t.nodes[q.right].parent = p
		}
	}
}

func (t *treap) replace(parent, old, by int32) {
	switch {
	case parent < 0:
		t.root = by
	case t.nodes[parent].left == old:
		t.nodes[parent].left = by
	default:
		t.nodes[parent].right = by
	}
}

// through gives the lowest segment on the line that runs through a place, -1 for none.
func (t *treap) through(s *sweep, at vertex) int32 {
	found := int32(-1)
	for n := t.root; n >= 0; {
		switch side := s.segments[n].orient(2*int64(at.x), 2*int64(at.y)); {
		case side > 0:
			n = t.nodes[n].right
		case side < 0:
			n = t.nodes[n].left
		default:
			found = n
			n = t.nodes[n].left
		}
	}
	return found
}
