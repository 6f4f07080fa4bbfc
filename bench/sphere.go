package main

import (
	"context"
	"slices"
	"time"

	"github.com/golang/geo/s2"

	"truce"
	"truce/internal/workload"
)

// meanRadius of the Earth, in metres: S2 measures on a sphere.
const meanRadius = 6_371_008.8

// sphere asks S2 which polygons hold a position and how far the nearest edge of the line is.
type sphere struct {
	zones  *s2.ContainsPointQuery
	line   *s2.EdgeQuery
	number map[s2.Shape]int32
	limits []truce.Metres
}

func (*sphere) name() string { return "S2" }

func latLng(p truce.Position) s2.LatLng {
	return s2.LatLngFromDegrees(p.Lat.Degrees(), p.Lon.Degrees())
}

func (e *sphere) load(_ context.Context, w workload.World) (time.Duration, error) {
	start := time.Now()
	e.number, e.limits = map[s2.Shape]int32{}, w.Limits
	areas := s2.NewShapeIndex()
	for i, ring := range w.Zones {
		var points []s2.Point
		for _, p := range ring {
			points = append(points, s2.PointFromLatLng(latLng(p)))
		}
		loop := s2.LoopFromPoints(points)
		loop.Normalize()
		polygon := s2.PolygonFromLoops([]*s2.Loop{loop})
		e.number[polygon] = int32(i)
		areas.Add(polygon)
	}
	areas.Build()
	var path []s2.LatLng
	for _, p := range w.Line {
		path = append(path, latLng(p))
	}
	lines := s2.NewShapeIndex()
	lines.Add(s2.PolylineFromLatLngs(path))
	lines.Build()
	e.zones = s2.NewContainsPointQuery(areas, s2.VertexModelSemiOpen)
	e.line = s2.NewClosestEdgeQuery(lines, s2.NewClosestEdgeQueryOptions().MaxResults(1))
	return time.Since(start), nil
}

func (e *sphere) ask(p truce.Position) ([]s2.Shape, int) {
	at := s2.PointFromLatLng(latLng(p))
	d := e.line.Distance(s2.NewMinDistanceToPointTarget(at)).Angle().Radians() * meanRadius
	return e.zones.ContainingShapes(at), within(e.limits, d)
}

// within is the place of the smallest limit that a distance is within, or the number of limits.
func within(limits []truce.Metres, metres float64) int {
	for i, l := range limits {
		if metres <= float64(l) {
			return i
		}
	}
	return len(limits)
}

func (e *sphere) run(_ context.Context, reports []workload.Report) (time.Duration, sums, error) {
	var s sums
	start := cpuTime()
	for i := range reports {
		shapes, band := e.ask(reports[i].Fix.Pos)
		s.take(len(shapes), band)
	}
	return cpuTime() - start, s, nil
}

func (e *sphere) answers(_ context.Context, reports []workload.Report) ([]answer, error) {
	out := make([]answer, len(reports))
	for i, r := range reports {
		shapes, band := e.ask(r.Fix.Pos)
		out[i].band = band
		for _, s := range shapes {
			out[i].zones = append(out[i].zones, e.number[s])
		}
		slices.Sort(out[i].zones)
	}
	return out, nil
}
