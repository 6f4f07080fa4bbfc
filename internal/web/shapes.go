package web

import (
	"cmp"
	"math"
	"slices"

	"truce"
	"truce/geo"
)

// mapBands is how many distances from a line or an area are drawn.
const mapBands = 8

// band is all ground within a distance of a feature that a rule speaks of, or a reading of a term.
type band struct {
	of     truce.PlaceID
	within truce.Metres
	side   truce.Side
	by     truce.Choice
	rules  []truce.RuleID
}

// bandsOf lists the distances that an agreement speaks of, the widest first. Of a term's readings those count that somebody holds, or all where nobody holds any.
func bandsOf(a *truce.Agreement) []band {
	var held, free []band
	add := func(b band, isHeld bool, rule truce.RuleID) {
		same := func(x band) bool { return x.of == b.of && x.within == b.within && x.side == b.side && x.by == b.by }
		for _, list := range []*[]band{&held, &free} {
			if i := slices.IndexFunc(*list, same); i >= 0 {
				if !slices.Contains((*list)[i].rules, rule) {
					(*list)[i].rules = append((*list)[i].rules, rule)
				}
				return
			}
		}
		b.rules = []truce.RuleID{rule}
		if isHeld {
			held = append(held, b)
		} else {
			free = append(free, b)
		}
	}
	var walk func(w *truce.Where, by truce.Choice, isHeld bool, rule truce.RuleID)
	walk = func(w *truce.Where, by truce.Choice, isHeld bool, rule truce.RuleID) {
		if w == nil {
			return
		}
		if w.Of != "" && w.Within > 0 {
			add(band{of: w.Of, within: w.Within, side: w.Side, by: by}, isHeld, rule)
		}
		for _, t := range a.Terms {
			if t.ID == w.Term {
				for i := range t.Readings {
					walk(t.Readings[i].Place, truce.Choice{Term: t.ID, Reading: t.Readings[i].ID}, len(t.Readings[i].HeldBy) > 0, rule)
				}
			}
		}
		for i := range w.All {
			walk(&w.All[i], by, isHeld, rule)
		}
		for i := range w.Any {
			walk(&w.Any[i], by, isHeld, rule)
		}
		walk(w.Not, by, isHeld, rule)
	}
	for i := range a.Articles {
		for j := range a.Articles[i].Rules {
			r := &a.Articles[i].Rules[j]
			walk(r.Where, truce.Choice{}, true, r.ID)
		}
	}
	out := held
	if len(out) == 0 {
		out = free
	}
	out = out[:min(len(out), mapBands)]
	slices.SortStableFunc(out, func(a, b band) int { return cmp.Compare(b.within, a.within) })
	return out
}

// outline gives the edges of a band as polygons, each its outer ring and holes. It is found by the distance itself, at the corners of a grid an eighth of the
// band's width apart: what is drawn lies within a few metres of where the distance is what it says.
func (b band) outline(a *truce.Agreement) [][][]truce.Position {
	i := slices.IndexFunc(a.Places, func(f truce.Feature) bool { return f.ID == b.of })
	if i < 0 {
		return nil
	}
	f := &a.Places[i]
	var from func(truce.Position) float64 // metres inside the band; negative outside
	var bounds func() (truce.Position, truce.Position)
	switch f.Shape {
	case truce.ShapeArea:
		area, err := geo.NewArea(f.Polygons, a.Edges)
		if err != nil {
			return nil
		}
		from, bounds = func(p truce.Position) float64 { return float64(b.within + area.Signed(p)) }, area.Bounds
	default:
		line, err := geo.NewPoint(f.At)
		if f.Shape == truce.ShapeLine {
			line, err = geo.NewLine(f.Lines, a.Edges)
		}
		if err != nil {
			return nil
		}
		side := 0
		if b.side != "" && b.side == f.Left {
			side = 1
		} else if b.side != "" {
			side = -1
		}
		from = func(p truce.Position) float64 {
			d := float64(line.Distance(p))
			in := float64(b.within) - d
			if side != 0 {
				if line.Side(p) != side {
					d = -d
				}
				in = min(in, d)
			}
			return in
		}
		bounds = line.Bounds
	}
	sw, ne := bounds()
	return contour(sw, ne, float64(b.within), from)
}

// grid is values at the corners of equal pieces of ground.
type grid struct {
	nx, ny int
	west   truce.E7
	south  truce.E7
	dx, dy float64 // 1e-7 degrees
	values []float64
}

func (g *grid) at(x, y float64) truce.Position {
	const metre = 100 // 1e-5 degree: finer is not drawn
	return truce.Position{Lon: (g.west + truce.E7(math.Round(x*g.dx))) / metre * metre, Lat: (g.south + truce.E7(math.Round(y*g.dy))) / metre * metre}
}

// maxGrid bounds the corners of a grid.
const maxGrid = 400_000

// contour gives the edges of where a function of distance is positive, within so many metres of a box.
func contour(sw, ne truce.Position, around float64, inside func(truce.Position) float64) [][][]truce.Position {
	const tenth = 1_000_000
	mid := truce.Position{Lon: sw.Lon/2 + ne.Lon/2, Lat: sw.Lat/2 + ne.Lat/2}
	perLon := float64(geo.Distance(mid, truce.Position{Lon: mid.Lon + tenth, Lat: mid.Lat})) / tenth
	perLat := float64(geo.Distance(mid, truce.Position{Lon: mid.Lon, Lat: mid.Lat + tenth})) / tenth
	wide, high := float64(ne.Lon-sw.Lon)*perLon+2.4*around, float64(ne.Lat-sw.Lat)*perLat+2.4*around
	step := max(around/8, math.Sqrt(wide*high/maxGrid))
	g := &grid{nx: int(wide/step) + 2, ny: int(high/step) + 2, west: sw.Lon - truce.E7(1.2*around/perLon), south: sw.Lat - truce.E7(1.2*around/perLat), dx: step / perLon, dy: step / perLat}
	g.fill(inside, step)
	return g.polygons()
}

// fill works out the values. Where the middle of a block lies farther from the edge than its corners from the middle, all of it lies on one side.
func (g *grid) fill(inside func(truce.Position) float64, step float64) {
	const block = 8
	g.values = make([]float64, g.nx*g.ny)
	for by := 0; by < g.ny; by += block {
		for bx := 0; bx < g.nx; bx += block {
			v := inside(g.at(float64(bx)+block/2, float64(by)+block/2))
			whole := math.Abs(v) > step*block
			for y := by; y < min(by+block, g.ny); y++ {
				for x := bx; x < min(bx+block, g.nx); x++ {
					if !whole {
						v = inside(g.at(float64(x), float64(y)))
					}
					g.values[y*g.nx+x] = v
				}
			}
		}
	}
}

// polygons joins the crossings of the grid's sides to rings, and puts holes to the rings they lie in.
func (g *grid) polygons() [][][]truce.Position {
	// A crossing is named by the corner west or south of it and the direction of the side it lies on.
	type crossing struct {
		x, y     int
		vertical bool
	}
	next := map[crossing]crossing{}
	in := func(x, y int) bool { return g.values[y*g.nx+x] > 0 }
	for y := 0; y+1 < g.ny; y++ {
		for x := 0; x+1 < g.nx; x++ {
			south, north, west, east := crossing{x, y, false}, crossing{x, y + 1, false}, crossing{x, y, true}, crossing{x + 1, y, true}
			code := 0
			for i, c := range [4][2]int{{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}} {
				if in(c[0], c[1]) {
					code |= 1 << i
				}
			}
			switch code { // with the inside to the left
			case 1:
				next[south] = west
			case 2:
				next[east] = south
			case 3:
				next[east] = west
			case 4:
				next[north] = east
			case 5:
				next[south], next[north] = west, east
			case 6:
				next[north] = south
			case 7:
				next[north] = west
			case 8:
				next[west] = north
			case 9:
				next[south] = north
			case 10:
				next[east], next[west] = south, north
			case 11:
				next[east] = north
			case 12:
				next[west] = east
			case 13:
				next[south] = east
			case 14:
				next[west] = south
			}
		}
	}
	place := func(c crossing) truce.Position {
		a := g.values[c.y*g.nx+c.x]
		if c.vertical {
			b := g.values[(c.y+1)*g.nx+c.x]
			return g.at(float64(c.x), float64(c.y)+a/(a-b))
		}
		b := g.values[c.y*g.nx+c.x+1]
		return g.at(float64(c.x)+a/(a-b), float64(c.y))
	}
	var outer [][][]truce.Position
	var holes [][]truce.Position
	// In the order of the grid, so that the same agreement is drawn the same.
	starts := make([]crossing, 0, len(next))
	for c := range next {
		starts = append(starts, c)
	}
	slices.SortFunc(starts, func(a, b crossing) int {
		return cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x), cmp.Compare(bit(a.vertical), bit(b.vertical)))
	})
	for _, start := range starts {
		var ring []truce.Position
		for c := start; ; {
			to, there := next[c]
			if !there {
				break
			}
			delete(next, c)
			ring = append(ring, place(c))
			c = to
		}
		switch {
		case len(ring) < 3:
		case turns(ring) > 0:
			outer = append(outer, [][]truce.Position{ring})
		default:
			holes = append(holes, ring)
		}
	}
	for _, h := range holes {
		for i := range outer {
			if area, err := geo.NewArea([][][]truce.Position{{outer[i][0]}}, truce.EdgesStraight); err == nil && area.Contains(h[0]) {
				outer[i] = append(outer[i], h)
				break
			}
		}
	}
	return outer
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// turns is twice the area of a ring: positive where it runs counter-clockwise.
func turns(ring []truce.Position) (sum float64) {
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += float64(p.Lon)*float64(q.Lat) - float64(q.Lon)*float64(p.Lat)
	}
	return sum
}
