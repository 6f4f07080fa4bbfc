package geo

import (
	"math"

	"truce"
)

// vertex is a corner of a shape in whole units of 1e-7 degree: x is the longitude counted from the shape's own origin, so
// that a shape across the antimeridian is as simple as any other, y the latitude.
type vertex struct{ x, y int32 }

// edge is the straight line, in longitude and latitude, between two corners. Only a path of a single position has an edge
// without length.
type edge struct{ a, b vertex }

// orient tells on which side of the line through a and b, seen along it, a place lies: 1 left, -1 right, 0 on it. The place is
// given in half units, so that the middle between two corners is exact too. Differences are below 2^31 (2^32 for the half
// units) and their products below 2^63: the two products are compared, never subtracted.
func (e *edge) orient(x2, y2 int64) int {
	u := int64(e.b.x-e.a.x) * (y2 - 2*int64(e.a.y))
	v := int64(e.b.y-e.a.y) * (x2 - 2*int64(e.a.x))
	switch {
	case u > v:
		return 1
	case u < v:
		return -1
	}
	return 0
}

// boxed reports whether a place in half units lies in the smallest box around the edge.
func (e *edge) boxed(x2, y2 int64) bool {
	return x2 >= 2*int64(min(e.a.x, e.b.x)) && x2 <= 2*int64(max(e.a.x, e.b.x)) &&
		y2 >= 2*int64(min(e.a.y, e.b.y)) && y2 <= 2*int64(max(e.a.y, e.b.y))
}

// outline is the prepared form of the edges of an area or a line.
type outline struct {
	origin int64   // the longitude that x counts from
	edges  []edge  // along each chain in turn
	chains []int32 // the first edge of each path or ring
	closed bool    // the chains are rings
	kind   truce.EdgeKind

	boxes []box // a tree over edges, for exact questions in the plane of longitude and latitude

	// A tree over pieces, for distances. Pieces are edges cut so short that the straight line through the Earth between their
	// ends stays within a few centimetres of them.
	corners []vector
	pieces  []piece
	balls   []ball
	bulge   float64 // the greatest of all pieces
}

// chainOf gives the range of edges of chain i.
func (o *outline) chainOf(i int) (first, end int) {
	end = len(o.edges)
	if i+1 < len(o.chains) {
		end = int(o.chains[i+1])
	}
	return int(o.chains[i]), end
}

// place gives the coordinates of a position in this outline's plane.
func (o *outline) place(p truce.Position) (x, y int64) {
	x = int64(p.Lon) - o.origin
	for x > halfTurn {
		x -= fullTurn
	}
	for x <= -halfTurn {
		x += fullTurn
	}
	return x, int64(p.Lat)
}

// position is the reverse of place, rounded.
func (o *outline) position(x, y float64) truce.Position { return positionAt(x+float64(o.origin), y) }

// box is a node of the tree over edges: the smallest box around a run of them.
type box struct {
	low, high   vertex
	first, end  int32 // the run
	right       int32 // the second child, 0 for a leaf; the first child follows its parent
	singleChain bool
}

const leafEdges = 8

func (o *outline) buildBoxes() {
	o.boxes = make([]box, 0, 2*(len(o.edges)/leafEdges+1))
	var build func(first, end int32)
	build = func(first, end int32) {
		n := len(o.boxes)
		b := box{low: vertex{math.MaxInt32, math.MaxInt32}, high: vertex{math.MinInt32, math.MinInt32}, first: first, end: end}
		b.singleChain = o.chainAt(first) == o.chainAt(end-1)
		o.boxes = append(o.boxes, b)
		if end-first <= leafEdges {
			for _, e := range o.edges[first:end] {
				b.low = vertex{min(b.low.x, e.a.x, e.b.x), min(b.low.y, e.a.y, e.b.y)}
				b.high = vertex{max(b.high.x, e.a.x, e.b.x), max(b.high.y, e.a.y, e.b.y)}
			}
		} else {
			mid := (first + end) / 2
			build(first, mid)
			b.right = int32(len(o.boxes))
			build(mid, end)
			l, r := &o.boxes[n+1], &o.boxes[b.right]
			b.low = vertex{min(l.low.x, r.low.x), min(l.low.y, r.low.y)}
			b.high = vertex{max(l.high.x, r.high.x), max(l.high.y, r.high.y)}
		}
		o.boxes[n] = b
	}
	build(0, int32(len(o.edges)))
}

// standing is where a place is relative to closed rings.
type standing int8

const (
	outside standing = iota
	onEdge
	within
)

// locate decides by counting the edges that a ray to the east crosses, all in whole numbers. Each edge owns its lower end,
// so that a ray through a corner counts right. The place is given in half units.
func (o *outline) locate(x2, y2 int64) standing {
	odd, on := o.crossings(0, x2, y2)
	switch {
	case on:
		return onEdge
	case odd:
		return within
	}
	return outside
}

func (o *outline) crossings(n int32, x2, y2 int64) (odd, on bool) {
	b := &o.boxes[n]
	if y2 < 2*int64(b.low.y) || y2 > 2*int64(b.high.y) || x2 > 2*int64(b.high.x) {
		return false, false
	}
	if x2 < 2*int64(b.low.x) && b.singleChain {
		// The whole run lies to the east: what counts is whether it ends on the other side of the ray.
		start, stop := o.edges[b.first].a, o.edges[b.end-1].b
		return (2*int64(start.y) > y2) != (2*int64(stop.y) > y2), false
	}
	if b.right != 0 {
		odd1, on := o.crossings(n+1, x2, y2)
		if on {
			return false, true
		}
		odd2, on := o.crossings(b.right, x2, y2)
		return odd1 != odd2, on
	}
	for i := b.first; i < b.end; i++ {
		e := &o.edges[i]
		if y2 < 2*int64(min(e.a.y, e.b.y)) || y2 > 2*int64(max(e.a.y, e.b.y)) || x2 > 2*int64(max(e.a.x, e.b.x)) {
			continue
		}
		aAbove, bAbove := 2*int64(e.a.y) > y2, 2*int64(e.b.y) > y2
		if x2 < 2*int64(min(e.a.x, e.b.x)) {
			odd = odd != (aAbove != bAbove) // all to the east
			continue
		}
		side := e.orient(x2, y2)
		if side == 0 && e.boxed(x2, y2) {
			return false, true
		}
		if aAbove != bAbove && (side > 0) == bAbove {
			odd = !odd
		}
	}
	return odd, false
}

// vector is a place or a difference in space, in metres from the centre of the Earth.
type vector struct{ x, y, z float64 }

func (v vector) minus(w vector) vector { return vector{v.x - w.x, v.y - w.y, v.z - w.z} }
func (v vector) dot(w vector) float64  { return dot3(v.x, w.x, v.y, w.y, v.z, w.z) }
func (v vector) length() float64       { return math.Sqrt(v.dot(v)) }
func (v vector) to(w vector) float64   { return w.minus(v).length() }
func (v vector) along(d vector, t float64) vector {
	return vector{v.x + float64(t*d.x), v.y + float64(t*d.y), v.z + float64(t*d.z)}
}

// vector is the station's place in space.
func (s *station) vector() vector {
	sinLon, cosLon := sincosE7(s.lon)
	n := semiMajor / s.w
	p := float64(n * s.cosLat)
	return vector{float64(p * cosLon), float64(p * sinLon), float64(n * (1 - ecc2) * s.sinLat)}
}

// The length of a geodesic and the straight line through the Earth between its ends (its chord) differ by little, and by
// a known amount: on a circle of radius R the arc is c + c^3/24R^2 + 3c^5/640R^4 + ... The curvature of a geodesic on WGS84 lies
// between those of circles of radius minRadius and maxRadius; a few per cent of slack pay for its torsion.

// shortest is a lower bound of the geodesic distance between places whose chord is c.
func shortest(c float64) float64 {
	const r = 1.02 * maxRadius
	return c + float64(float64(c*c)*c)/(24*r*r)
}

// longest is an upper bound of it, for chords up to 10,000 km; beyond, half a meridian.
func longest(c float64) float64 {
	const r = 0.98 * minRadius
	if c > 10_000_000 {
		return halfLength + 1
	}
	c2 := float64(c * c)
	q := c2 / (4 * r * r) // below 0.65: the series of 2R asin(c/2R), the last term covering the rest
	return float64(c * (1 + float64(q*(1.0/6+float64(q*(3.0/40+float64(q*(15.0/336+float64(q*0.12)))))))))
}

// piece is a part of an edge: part of parts equal ones, between two corners in space. The edge stays within bulge metres
// of the straight line between them.
type piece struct {
	corner      int32 // and the next
	edge        int32
	part, parts int32
	bulge       float32
}

// ball holds a run of pieces: a node of the tree.
type ball struct {
	centre     vector
	radius     float64
	first, end int32
	right      int32
}

const (
	leafPieces = 6
	// bulgeAllowed is how far, in metres, a piece may stray from its straight line before it is cut again.
	bulgeAllowed = 0.02
	// spareLength: the sides of a ball are moved out by this much, in metres, to cover rounding.
	spareLength = 1e-6
)

// bulgeOf bounds how far an edge strays from the straight line between its ends: an eighth of its greatest second
// derivative in space.
func bulgeOf(dx, dy float64, s, t *station) float64 {
	u, v := math.Abs(float64(dx*perE7)), math.Abs(float64(dy*perE7))
	sin := max(math.Abs(s.sinLat), math.Abs(t.sinLat))
	cos := max(s.cosLat, t.cosLat)
	if (s.lat < 0) != (t.lat < 0) {
		cos = 1
	}
	const r = 1.03 * maxRadius / 8
	return float64(r * (float64(v*v) + float64(2*sin*u*v) + float64(cos*u*u)))
}

func (o *outline) buildPieces() {
	bulges := make([]float64, len(o.edges))
	allowed := float64(bulgeAllowed)
	for i := range o.edges {
		e := &o.edges[i]
		s, t := o.station(float64(e.a.x), float64(e.a.y)), o.station(float64(e.b.x), float64(e.b.y))
		bulges[i] = bulgeOf(float64(e.b.x-e.a.x), float64(e.b.y-e.a.y), &s, &t)
	}
	parts := func(bulge float64) int { return max(1, int(math.Ceil(math.Sqrt(bulge/allowed)))) }
	// A shape of many very long edges gets longer pieces rather than more memory: bounds grow wider, results stay exact.
	total := 0
	for {
		total = 0
		for _, b := range bulges {
			total += parts(b)
		}
		if total <= 2*len(o.edges)+MaxVertices {
			break
		}
		allowed = float64(4 * allowed)
	}
	o.corners = make([]vector, 0, total+len(o.chains))
	o.pieces = make([]piece, 0, total)
	for c := range o.chains {
		first, end := o.chainOf(c)
		for i := first; i < end; i++ {
			e := &o.edges[i]
			n := parts(bulges[i])
			bulge := float32(float64(bulges[i]/float64(n*n)*1.001) + 1e-6)
			o.bulge = max(o.bulge, float64(bulge))
			for k := range n {
				o.pieces = append(o.pieces, piece{int32(len(o.corners)), int32(i), int32(k), int32(n), bulge})
				s := o.onEdge(e, float64(k)/float64(n))
				o.corners = append(o.corners, s.vector())
			}
		}
		s := o.onEdge(&o.edges[end-1], 1)
		o.corners = append(o.corners, s.vector())
	}
	o.balls = make([]ball, 0, 2*(len(o.pieces)/leafPieces+1))
	o.buildBalls(0, int32(len(o.pieces)))
}

func (o *outline) buildBalls(first, end int32) {
	low, high := vector{math.Inf(1), math.Inf(1), math.Inf(1)}, vector{math.Inf(-1), math.Inf(-1), math.Inf(-1)}
	grow := func(v vector) {
		low = vector{min(low.x, v.x), min(low.y, v.y), min(low.z, v.z)}
		high = vector{max(high.x, v.x), max(high.y, v.y), max(high.z, v.z)}
	}
	for i := first; i < end; i++ {
		grow(o.corners[o.pieces[i].corner])
		grow(o.corners[o.pieces[i].corner+1])
	}
	b := ball{centre: vector{(low.x + high.x) / 2, (low.y + high.y) / 2, (low.z + high.z) / 2}, first: first, end: end}
	for i := first; i < end; i++ {
		p := &o.pieces[i]
		r := max(b.centre.to(o.corners[p.corner]), b.centre.to(o.corners[p.corner+1]))
		b.radius = max(b.radius, r+float64(p.bulge)+spareLength)
	}
	n := len(o.balls)
	o.balls = append(o.balls, b)
	if end-first > leafPieces {
		mid := (first + end) / 2
		o.buildBalls(first, mid)
		o.balls[n].right = int32(len(o.balls))
		o.buildBalls(mid, end)
	}
}

// station is a place of the outline's plane.
func (o *outline) station(x, y float64) station { return stationAt(x+float64(o.origin), y) }

// onEdge is the place at parameter t (0 to 1) of an edge.
func (o *outline) onEdge(e *edge, t float64) station {
	return o.station(float64(e.a.x)+float64(t*float64(e.b.x-e.a.x)), float64(e.a.y)+float64(t*float64(e.b.y-e.a.y)))
}

// chord gives the distance in space from v to the straight line of a piece, and the parameter (0 to 1) of the nearest
// point on it.
func (o *outline) chord(v vector, p *piece) (metres, t float64) {
	a := o.corners[p.corner]
	d := o.corners[p.corner+1].minus(a)
	w := v.minus(a)
	if l := d.dot(d); l > 0 {
		t = min(max(w.dot(d)/l, 0), 1)
	}
	return v.to(a.along(d, t)), t
}

// foot is the place of an outline nearest to another place.
type foot struct {
	metres float64
	edge   int32
	t      float64 // the parameter on the edge, 0 to 1
}

// nearest finds the foot on the outline. It first finds by chords how near the nearest piece can be at most, and then
// solves the geodesic problem on the few pieces that may hold it.
func (o *outline) nearest(s *station) foot {
	best := foot{metres: math.Inf(1)}
	o.feet(s, 0, func(f foot) float64 {
		if f.metres < best.metres {
			best = f
		}
		return best.metres
	})
	return best
}

// feet calls visit with the foot on each piece that may be nearest to s, or farther by no more than slack. visit
// returns the smallest distance so far.
func (o *outline) feet(s *station, slack float64, visit func(foot) float64) {
	v := s.vector()
	bound := longest(o.reach(v)) + slack
	var walk func(n int32)
	walk = func(n int32) {
		b := &o.balls[n]
		if shortest(max(0, b.centre.to(v)-b.radius)) > bound {
			return
		}
		if b.right != 0 {
			l, r := n+1, b.right
			if o.balls[l].centre.to(v)-o.balls[l].radius > o.balls[r].centre.to(v)-o.balls[r].radius {
				l, r = r, l
			}
			walk(l)
			walk(r)
			return
		}
		for i := b.first; i < b.end; i++ {
			p := &o.pieces[i]
			c, t := o.chord(v, p)
			if shortest(max(0, c-float64(p.bulge)-spareLength)) > bound {
				continue
			}
			bound = min(bound, visit(o.footOn(s, p, t))+slack)
		}
	}
	walk(0)
}

// between bounds the distance from v to the outline, by chords alone.
func (o *outline) between(v vector) (low, high float64) {
	c := o.reach(v)
	return o.lowest(c), longest(c)
}

// lowest is a lower bound of the distance whose reach is c.
func (o *outline) lowest(c float64) float64 {
	return shortest(max(0, c-float64(2*o.bulge)-spareLength))
}

// reach is the smallest chord from v to the outline, or a few centimetres more: never less.
func (o *outline) reach(v vector) float64 {
	c, _ := o.reachUpTo(v, math.Inf(1), math.Inf(-1))
	return c
}

// reachUpTo gives the reach where it is below most; otherwise most, with beyond a lower bound of the reach. It stops looking
// for a smaller one when what it has is no more than enough.
func (o *outline) reachUpTo(v vector, most, enough float64) (reach, beyond float64) {
	type node struct {
		ball int32
		low  float64 // no piece in the ball has a smaller reach
	}
	low := func(n int32) float64 { return o.balls[n].centre.to(v) - o.balls[n].radius }
	var stack [64]node // the tree is balanced, and at most two children wait at each of its levels
	reach, beyond = most, math.Inf(1)
	stack[0] = node{0, low(0)}
	for n := 1; n > 0 && reach > enough; {
		n--
		top := stack[n]
		if top.low >= reach {
			beyond = min(beyond, top.low)
			continue
		}
		b := &o.balls[top.ball]
		if b.right == 0 {
			for i := b.first; i < b.end; i++ {
				p := &o.pieces[i]
				c, _ := o.chord(v, p)
				c = c + float64(p.bulge) + spareLength
				reach, beyond = min(reach, c), min(beyond, c)
			}
			continue
		}
		near, far := node{top.ball + 1, low(top.ball + 1)}, node{b.right, low(b.right)}
		if near.low > far.low {
			near, far = far, near
		}
		stack[n], stack[n+1] = far, near
		n += 2
	}
	return reach, beyond
}

// footOn finds the place of a piece nearest to s, beginning at parameter t of the piece. It is Newton's method on half the
// squared distance, with the headings as the slope. The distance is right to 1e-8 m: it stops where another step would
// shorten it by less.
func (o *outline) footOn(s *station, p *piece, t float64) foot {
	e := &o.edges[p.edge]
	low, high := float64(p.part)/float64(p.parts), float64(p.part+1)/float64(p.parts)
	dx, dy := float64(e.b.x-e.a.x), float64(e.b.y-e.a.y)
	t = min(max(low+float64(t*(high-low)), low), high)
	at := func(t float64) foot {
		q := o.onEdge(e, t)
		return foot{inverse(s, &q).metres, p.edge, t}
	}
	for range 30 {
		q := o.onEdge(e, t)
		g := inverse(s, &q)
		if g.metres < 1e-9 {
			return foot{g.metres, p.edge, t}
		}
		across := q.acrossRadius()
		turn := float64(dx * perE7) // the difference of longitude in radians
		east, north := float64(across*turn), float64(q.alongRadius()*float64(dy*perE7))
		slope := dot(east, g.land.sin, north, g.land.cos)
		aside := float64(east*g.land.cos) - float64(north*g.land.sin)
		// The acceleration of a line that is straight in longitude and latitude, and the convergence of geodesics.
		bend := float64(q.sinLat * turn * (float64(east*g.land.cos) - float64(2*north*g.land.sin)))
		ratio := g.metres / meanRadius
		r2 := float64(ratio * ratio)
		converge := 1 - r2/3 - float64(r2*r2)/45
		second := float64(slope*slope) + float64(float64(aside*aside)*converge) + float64(g.metres*bend)
		if second <= 0 {
			break
		}
		next := min(max(t-g.metres*slope/second, low), high)
		move := next - t
		if gain := float64(second * float64(move*move)); gain < 2e-9*g.metres {
			f := foot{g.metres, p.edge, next}
			if move != 0 {
				f.metres = math.Sqrt(max(0, float64(g.metres*g.metres)+float64(2*g.metres*slope*move)+gain))
			}
			return f
		}
		t = next
	}
	return nearer(at(low), at(high))
}

func nearer(f, g foot) foot {
	if g.metres < f.metres {
		return g
	}
	return f
}
