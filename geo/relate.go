package geo

import (
	"cmp"
	"math"
	"slices"

	"truce"
)

// Relation is how an uncertain place stands to an area or a band: whether it lies in it, and by how much. The margins are in
// metres, positive inside: Best at the position that represents the place, Near and Far the bounds for all of it (Near <= Best
// <= Far; the true extremes lie between them). The zero Relation is of a place nobody stated.
type Relation struct {
	Truth           truce.Truth
	Near, Best, Far truce.Metres
}

// maxCoverDiscs is how many discs a place is covered with before a question about a band stays unknown.
const maxCoverDiscs = 1000

// Relate answers whether a place lies in the area: true when all of it does, false when none of it does, unknown otherwise.
// A disc is decided by the distance to the boundary, an area or a path by the crossings of edges, in whole numbers. What only
// touches the boundary decides nothing: a district inside is inside though it shares a border, and its neighbour is outside. A path along the
// boundary is inside, because the boundary belongs to the area.
func (a *Area) Relate(s *Spot) Relation {
	if s == nil {
		return Relation{}
	}
	best := a.Signed(s.at)
	r := Relation{Near: best - s.radius, Best: best, Far: best + s.radius}
	switch {
	case s.area != nil:
		r.Truth = a.relateArea(s)
	case s.line != nil && s.radius > 0:
		r.Truth = a.relatePath(s.line)
	case s.radius == 0:
		r.Truth = truce.TruthOf(a.Contains(s.at))
	case best >= s.radius:
		r.Truth = truce.True
	case -best > s.radius:
		r.Truth = truce.False
	}
	return r.bounded()
}

// bounded takes what the answer says into the bounds.
func (r Relation) bounded() Relation {
	switch r.Truth {
	case truce.True:
		r.Near, r.Best = max(r.Near, 0), max(r.Best, 0)
	case truce.False:
		r.Best, r.Far = min(r.Best, 0), min(r.Far, 0)
	}
	return r
}

func (a *Area) relateArea(s *Spot) truce.Truth {
	inner, ok := a.runsOf(&s.area.outline)
	if !ok || inner.inside && inner.outside {
		return truce.Unknown
	}
	outer, ok := s.area.runsOf(&a.outline)
	if !ok || outer.inside {
		return truce.Unknown // some of the boundary lies within the place
	}
	switch {
	case inner.inside:
		return truce.True
	case inner.outside:
		return truce.False
	}
	// All of one boundary runs along the other.
	return truce.TruthOf(a.Contains(s.at))
}

func (a *Area) relatePath(l *Line) truce.Truth {
	runs, ok := a.runsOf(&l.outline)
	switch {
	case !ok || runs.outside && (runs.inside || runs.along):
		return truce.Unknown
	case runs.outside:
		return truce.False
	}
	return truce.True
}

// runs says where the edges of another outline run: inside, outside, along the boundary.
type runs struct{ inside, outside, along bool }

// runsOf follows the edges of another outline. It returns false as soon as one crosses the boundary; then they run on both sides.
func (a *Area) runsOf(o *outline) (runs, bool) {
	shift := int64(lonDifference(float64(a.origin), float64(o.origin)))
	mine, other := &a.boxes[0], &o.boxes[0]
	for _, turn := range [3]int64{0, fullTurn, -fullTurn} {
		low, high := int64(other.low.x)+shift+turn, int64(other.high.x)+shift+turn
		if low <= int64(mine.high.x) && high >= int64(mine.low.x) {
			shift += turn
			break
		}
	}
	var out runs
	var contacts []place2
	for c := range o.chains {
		first, end := o.chainOf(c)
		last := onEdge // where the edge before ended up; onEdge if it is not known
		for i := first; i < end; i++ {
			e := &o.edges[i]
			from := place2{int64(e.a.x) + shift, int64(e.a.y)}
			to := place2{int64(e.b.x) + shift, int64(e.b.y)}
			contacts = contacts[:0]
			crosses, touches := a.contacts(0, from, to, &contacts)
			if crosses {
				return runs{inside: true, outside: true}, false
			}
			if touches {
				last = onEdge
			}
			// Between two contacts the edge does not change sides; the middle of each part tells on which it is.
			slices.SortFunc(contacts, func(u, v place2) int { return cmp.Compare(from.apart(u), from.apart(v)) })
			contacts = append(slices.Compact(contacts), to)
			at := from
			for k, next := range contacts {
				if last == onEdge || k > 0 {
					last = a.locate(at.x+next.x, at.y+next.y)
				}
				out.inside, out.outside, out.along = out.inside || last == within, out.outside || last == outside, out.along || last == onEdge
				at = next
			}
			if out.inside && out.outside {
				return out, false
			}
		}
	}
	return out, true
}

// place2 is a place in an outline's plane, with room for another outline's coordinates.
type place2 struct{ x, y int64 }

// apart orders places on a straight line by their distance from p.
func (p place2) apart(q place2) int64 { return max(q.x-p.x, p.x-q.x, q.y-p.y, p.y-q.y) }

// side is the orientation of q from the line through p and to.
func (p place2) side(to, q place2) int {
	return cmp.Compare((to.x-p.x)*(q.y-p.y), (to.y-p.y)*(q.x-p.x))
}

// contacts looks for the area's edges that meet the edge from p to q. It reports whether one crosses it, whether one touches its
// start, and appends the corners of the area that lie on it.
func (o *outline) contacts(n int32, p, q place2, out *[]place2) (crosses, touches bool) {
	b := &o.boxes[n]
	if min(p.x, q.x) > int64(b.high.x) || max(p.x, q.x) < int64(b.low.x) || min(p.y, q.y) > int64(b.high.y) || max(p.y, q.y) < int64(b.low.y) {
		return false, false
	}
	if b.right != 0 {
		crosses, touches = o.contacts(n+1, p, q, out)
		if crosses {
			return true, true
		}
		c, t := o.contacts(b.right, p, q, out)
		return c, touches || t
	}
	for _, e := range o.edges[b.first:b.end] {
		u, v := place2{int64(e.a.x), int64(e.a.y)}, place2{int64(e.b.x), int64(e.b.y)}
		if min(p.x, q.x) > max(u.x, v.x) || max(p.x, q.x) < min(u.x, v.x) || min(p.y, q.y) > max(u.y, v.y) || max(p.y, q.y) < min(u.y, v.y) {
			continue
		}
		su, sv := p.side(q, u), p.side(q, v)
		sp, sq := u.side(v, p), u.side(v, q)
		if su*sv < 0 && sp*sq < 0 {
			return true, true
		}
		if sp == 0 && p.between(u, v) {
			touches = true
		}
		for i, w := range [2]place2{u, v} {
			if s := [2]int{su, sv}[i]; s == 0 && w != p && w != q && w.between(p, q) {
				*out = append(*out, w)
			}
		}
	}
	return false, touches
}

// between reports whether a place lies in the box of two others.
func (p place2) between(u, v place2) bool {
	return p.x >= min(u.x, v.x) && p.x <= max(u.x, v.x) && p.y >= min(u.y, v.y) && p.y <= max(u.y, v.y)
}

// Relate answers whether a place is no farther than so many metres from the line and, where side is not 0, on that side of it (+1
// left, -1 right, as Side says). With a side and a distance of 0 only the side is asked. A disc is decided by its distance and its
// radius; an area or a path is covered with discs until all of them agree or it is plain that they do not. True and false are
// certain. Unknown may be said of a place that bends round with the band and just fits.
func (l *Line) Relate(s *Spot, within truce.Metres, side int) Relation {
	if s == nil {
		return Relation{}
	}
	q := bandQuestion{l, float64(within), side, side != 0 && within == 0}
	best := truce.Metres(q.margin(s.at))
	r := Relation{Near: best - s.radius, Best: best, Far: best + s.radius}
	r.Truth = q.decide(s.at, float64(s.radius))
	if r.Truth == truce.Unknown && s.radius > 0 && (s.area != nil || s.line != nil) {
		r.Truth = s.decideByDiscs(q.decide)
	}
	return r.bounded()
}

// bandQuestion is what is asked of a line.
type bandQuestion struct {
	line     *Line
	within   float64
	side     int
	sideOnly bool
}

// margin is by how much a position is in the band: the distance to the nearest of its edges, negative outside.
func (q *bandQuestion) margin(p truce.Position) float64 {
	d := float64(q.line.Distance(p))
	switch {
	case q.side != 0 && q.line.Side(p) != q.side:
		return -d
	case q.sideOnly:
		return d
	case q.side != 0:
		return min(d, q.within-d)
	}
	return q.within - d
}

// decide answers for all positions within r of p.
func (q *bandQuestion) decide(p truce.Position, r float64) truce.Truth {
	out := truce.True
	if !q.sideOnly {
		switch d := float64(q.line.Distance(p)); {
		case d+r <= q.within:
		case d-r > q.within:
			return truce.False
		default:
			out = truce.Unknown
		}
	}
	if q.side == 0 {
		return out
	}
	if r == 0 {
		return out.And(truce.TruthOf(q.line.Side(p) == q.side))
	}
	if side, certain := q.line.sideOver(p, r); certain {
		return out.And(truce.TruthOf(side == q.side))
	}
	return truce.Unknown
}

// decideByDiscs covers an area or a path with ever smaller discs until a question is decided for each. All the same is the
// answer; different ones, or too many discs, leave it unknown.
func (s *Spot) decideByDiscs(decide func(truce.Position, float64) truce.Truth) truce.Truth {
	// A part of the place: a box of the area's plane, or a stretch of an edge from one parameter to another.
	type part struct {
		x0, y0, x1, y1 float64
	}
	o := &outline{}
	var parts []part
	if s.area != nil {
		o = &s.area.outline
		b := &o.boxes[0]
		parts = []part{{float64(b.low.x), float64(b.low.y), float64(b.high.x), float64(b.high.y)}}
	} else {
		o = &s.line.outline
		if len(o.edges) > maxCoverDiscs {
			return truce.Unknown
		}
		for _, e := range o.edges {
			parts = append(parts, part{float64(e.a.x), float64(e.a.y), float64(e.b.x), float64(e.b.y)})
		}
	}
	answer, first := truce.Unknown, true
	for discs := 0; len(parts) > 0; discs++ {
		if discs == maxCoverDiscs {
			return truce.Unknown
		}
		p := parts[0]
		parts = parts[1:]
		mx, my := (p.x0+p.x1)/2, (p.y0+p.y1)/2
		radius := halfDiagonal(o, p.x0, p.y0, p.x1, p.y1)
		at := o.position(mx, my)
		if s.area != nil && s.area.clearOf(p.x0, p.y0, p.x1, p.y1) && !s.area.Contains(at) {
			continue // no part of the area
		}
		switch t := decide(at, radius+0.01); {
		case t == truce.Unknown:
			switch _, cos := sincosE7(my); {
			case s.area == nil:
				parts = append(parts, part{p.x0, p.y0, mx, my}, part{mx, my, p.x1, p.y1})
			case float64((p.x1-p.x0)*cos) > p.y1-p.y0:
				parts = append(parts, part{p.x0, p.y0, mx, p.y1}, part{mx, p.y0, p.x1, p.y1})
			default:
				parts = append(parts, part{p.x0, p.y0, p.x1, my}, part{p.x0, my, p.x1, p.y1})
			}
		case first:
			answer, first = t, false
		case t != answer:
			return truce.Unknown
		}
	}
	return answer
}

// halfDiagonal bounds the distance from the middle of a box to any place in it.
func halfDiagonal(o *outline, x0, y0, x1, y1 float64) float64 {
	cos := 1.0
	if (y0 < 0) == (y1 < 0) {
		_, cos = sincosE7(min(math.Abs(y0), math.Abs(y1)))
	}
	const round = (1 + 1e-9) * maxRadius * perE7 / 2
	return hypot(float64((x1-x0)*round*cos), float64((y1-y0)*round))
}

// clearOf reports whether no edge of the outline can touch a box; it may say false of a box that edges only come close to.
func (o *outline) clearOf(x0, y0, x1, y1 float64) bool {
	x0, y0, x1, y1 = math.Floor(x0)-1, math.Floor(y0)-1, math.Ceil(x1)+1, math.Ceil(y1)+1
	var walk func(n int32) bool
	walk = func(n int32) bool {
		b := &o.boxes[n]
		if float64(b.low.x) > x1 || float64(b.high.x) < x0 || float64(b.low.y) > y1 || float64(b.high.y) < y0 {
			return true
		}
		if b.right != 0 {
			return walk(n+1) && walk(b.right)
		}
		for _, e := range o.edges[b.first:b.end] {
			k := edgeInCell{int64(e.a.x), int64(e.a.y), int64(e.b.x), int64(e.b.y)}
			if k.touches(int64(x0), int64(y0), int64(x1), int64(y1)) {
				return false
			}
		}
		return true
	}
	return walk(0)
}
