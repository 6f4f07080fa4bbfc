package assess

import (
	"fmt"
	"math"
	"slices"

	"truce"
	"truce/geo"
)

// signature says of one place, for every region the rules speak of, whether it is inside.
type signature []truce.Truth

// inside reads a signature.
func (g *ground) inside(sig int32, region int) truce.Truth { return g.signatures[sig][region] }

// intern gives equal signatures one number.
func (g *ground) intern(s signature) int32 {
	key := make([]byte, len(s))
	for i := range s {
		key[i] = byte(s[i] + 1)
	}
	if n, ok := g.bySig[string(key)]; ok {
		return n
	}
	n := int32(len(g.signatures))
	g.signatures = append(g.signatures, s)
	g.bySig[string(key)] = n
	return n
}

// checkIndex numbers every area and distance that the presence rules need for the index of cells decided in advance, and
// refuses what the index cannot hold. The index itself is built when the first position is to be classified: an agreement
// that is only asked about incidents needs none.
func (g *ground) checkIndex() error {
	var visit func(r *region)
	visit = func(r *region) {
		switch r.op {
		case "zone":
			g.inIndex(r.f)
		case "band":
			if r.f.lineNumber < 0 {
				r.f.lineNumber = len(g.bands)
				g.bands = append(g.bands, geo.Band{Line: r.f.line})
			}
			b := &g.bands[r.f.lineNumber]
			if r.within > 0 && !slices.Contains(b.Limits, r.within) {
				b.Limits = append(b.Limits, r.within)
				slices.Sort(b.Limits)
			}
			b.Sided = b.Sided || r.side != 0
		}
		for _, k := range r.kids {
			visit(k)
		}
	}
	for _, r := range g.regions {
		visit(r)
	}
	for _, r := range g.regions {
		r.rank(g.bands)
	}
	for i, f := range g.areas {
		for kind, set := range g.sets {
			if f.Kind == kind {
				set.members = append(set.members, make([]bool, i+1-len(set.members))...)
				set.members[i] = true
			}
		}
	}
	if len(g.bands) > geo.MaxBands {
		return fmt.Errorf("the rules measure from %d lines; at most %d are possible", len(g.bands), geo.MaxBands)
	}
	for _, b := range g.bands {
		if len(b.Limits) > geo.MaxLimits {
			return fmt.Errorf("the rules name %d distances from one line; at most %d are possible", len(b.Limits), geo.MaxLimits)
		}
	}
	return nil
}

// cells is the index, built when it is first asked for.
func (g *ground) cells() *geo.Index {
	if g.index == nil {
		areas := make([]*geo.Area, len(g.areas))
		for i, f := range g.areas {
			areas[i] = f.area
		}
		var err error
		if g.index, err = geo.NewIndex(areas, g.bands); err != nil {
			panic("assess: checkIndex let through what the index refuses: " + err.Error())
		}
	}
	return g.index
}

// rank notes which of its line's limits a band is, so that reading a class needs no search.
func (r *region) rank(bands []geo.Band) {
	if r.op == "band" && r.within > 0 {
		r.limit = slices.Index(bands[r.f.lineNumber].Limits, r.within)
	}
	for _, k := range r.kids {
		k.rank(bands)
	}
}

// holds reads a region from a class of the index.
func (g *ground) holds(r *region, c geo.Class) bool {
	switch r.op {
	case "zone":
		_, ok := slices.BinarySearch(g.index.Areas(c), int32(r.f.number))
		return ok
	case "set":
		return slices.ContainsFunc(g.index.Areas(c), r.set.has)
	case "band":
		return (r.within == 0 || g.index.Band(c, r.f.lineNumber) <= r.limit) && (r.side == 0 || g.index.Side(c, r.f.lineNumber) == r.side)
	case "all":
		return !slices.ContainsFunc(r.kids, func(k *region) bool { return !g.holds(k, c) })
	case "any":
		return slices.ContainsFunc(r.kids, func(k *region) bool { return g.holds(k, c) })
	case "not":
		return !g.holds(r.kids[0], c)
	}
	return false
}

// signature classifies a position with an error radius. Nearly every position is settled by one look at the index.
func (g *ground) signature(p truce.Position, radius truce.Metres) int32 {
	if len(g.regions) == 0 {
		return g.intern(signature{})
	}
	if c, certain := g.cells().ClassifyDisc(p, radius); certain {
		for int(c) >= len(g.byClass) {
			g.byClass = append(g.byClass, -1)
		}
		if g.byClass[c] < 0 {
			s := make(signature, len(g.regions))
			for i, r := range g.regions {
				s[i] = truce.TruthOf(g.holds(r, c))
			}
			g.byClass[c] = g.intern(s)
		}
		return g.byClass[c]
	}
	sp, err := geo.SpotAround(p, radius)
	if err != nil {
		return g.unplaced()
	}
	return g.spotSignature(spot{geo: sp, at: p})
}

// spotSignature classifies any place.
func (g *ground) spotSignature(sp spot) int32 {
	if sp.geo == nil {
		return g.unplaced()
	}
	s := make(signature, len(g.regions))
	for i, r := range g.regions {
		s[i] = r.truth(sp.geo)
	}
	return g.intern(s)
}

// unplaced is the signature of a place nobody knows: all zero, all unknown.
func (g *ground) unplaced() int32 { return g.intern(make(signature, len(g.regions))) }

// apart is never less than the distance between two positions: what the walk needs to leave positions unmeasured. It is the way
// straight in longitude and latitude, with the metres of a degree at their most.
func (g *ground) apart(a, b truce.Position) truce.Metres {
	dlat := int64(a.Lat) - int64(b.Lat)
	dlon := int64(a.Lon) - int64(b.Lon)
	if dlon > 1800000000 {
		dlon -= 3600000000
	} else if dlon < -1800000000 {
		dlon += 3600000000
	}
	// 1e-7 degree is at most 0.01117 m along a meridian and 0.01114 m along the equator. Away from it a circle of latitude shrinks
	// with the cosine, which is below 1 - t*t/2 + t*t*t*t/24.
	t := min(math.Abs(float64(a.Lat)), math.Abs(float64(b.Lat))) * (math.Pi / 180e7)
	t2 := float64(t * t)
	north, east := float64(dlat), float64(float64(dlon)*(1-t2/2+float64(t2*t2)/24))
	return truce.Metres(0.0112 * math.Sqrt(float64(north*north)+float64(east*east)))
}
