package main

import (
	"math"

	"github.com/tidwall/geodesic"

	"truce"
	"truce/internal/workload"
)

// exactly answers by brute force, with no code of truce: zones by counting crossings in whole numbers, edges straight in
// longitude and latitude, a place on an edge inside; the distance to the line as the least geodesic distance to any place of any edge,
// by Karney's method in the port of tidwall/geodesic.
func exactly(w workload.World, reports []workload.Report) []answer {
	var lengths []float64
	for i := range w.Line[1:] {
		lengths = append(lengths, metres(w.Line[i], degrees(w.Line[i+1])))
	}
	out := make([]answer, len(reports))
	for i, r := range reports {
		p := r.Fix.Pos
		for z, ring := range w.Zones {
			if holds(ring, p) {
				out[i].zones = append(out[i].zones, int32(z))
			}
		}
		out[i].band = within(w.Limits, distance(w.Line, lengths, p))
	}
	return out
}

// holds counts the edges that a ray to the east crosses.
func holds(ring []truce.Position, p truce.Position) bool {
	inside := false
	x, y := int64(p.Lon), int64(p.Lat)
	for i := range ring {
		a, b := ring[i], ring[(i+1)%len(ring)]
		ax, ay, bx, by := int64(a.Lon), int64(a.Lat), int64(b.Lon), int64(b.Lat)
		if y < min(ay, by) || y > max(ay, by) {
			continue
		}
		side := (bx-ax)*(y-ay) - (by-ay)*(x-ax) // below 2^62 in this world
		if side == 0 && x >= min(ax, bx) && x <= max(ax, bx) {
			return true
		}
		if (ay > y) != (by > y) && (side > 0) == (by > ay) {
			inside = !inside
		}
	}
	return inside
}

type place struct{ lon, lat float64 }

func degrees(p truce.Position) place { return place{p.Lon.Degrees(), p.Lat.Degrees()} }

func metres(p truce.Position, q place) (m float64) {
	geodesic.WGS84.Inverse(p.Lat.Degrees(), p.Lon.Degrees(), q.lat, q.lon, &m, nil, nil)
	return m
}

// distance is the least over all edges. An edge is left out only where even its whole length nearer than its nearer end would
// not matter.
func distance(line []truce.Position, lengths []float64, p truce.Position) float64 {
	ends := make([]float64, len(line))
	best := math.Inf(1)
	for i, q := range line {
		ends[i] = metres(p, degrees(q))
		best = min(best, ends[i])
	}
	for i, length := range lengths {
		if min(ends[i], ends[i+1])-length < best {
			best = min(best, least(p, degrees(line[i]), degrees(line[i+1])))
		}
	}
	return best
}

// least is the distance to the nearest place of an edge, by the golden section: along an edge of some hundred metres the distance
// falls and then rises.
func least(p truce.Position, a, b place) float64 {
	at := func(t float64) float64 {
		return metres(p, place{a.lon + t*(b.lon-a.lon), a.lat + t*(b.lat-a.lat)})
	}
	golden := (math.Sqrt(5) - 1) / 2
	low, high := 0.0, 1.0
	t, u := high-golden, golden
	ft, fu := at(t), at(u)
	for high-low > 1e-7 {
		if ft < fu {
			high, u, fu = u, t, ft
			t = high - golden*(high-low)
			ft = at(t)
		} else {
			low, t, ft = t, u, fu
			u = low + golden*(high-low)
			fu = at(u)
		}
	}
	return min(ft, fu, at(0), at(1))
}
