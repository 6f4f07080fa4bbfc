package geo

import (
	"math"

	"truce"
)

// Roughly bounds the distance from p to the line, in metres, for a small part of the cost of Distance: the true distance lies
// between low and high, which differ by no more than a few centimetres for lines whose edges are shorter than some kilometres.
// It serves to leave out what cannot matter; what is near a limit is decided by Distance.
func (l *Line) Roughly(p truce.Position) (low, high truce.Metres) {
	s := stationOf(p)
	a, b := l.between(s.vector())
	return truce.Metres(a), truce.Metres(b)
}

// NearerThan gives the low of Roughly where that is at most so many metres, for less than Roughly costs. Otherwise ok is false, and
// low is something between most and that.
func (l *Line) NearerThan(p truce.Position, most truce.Metres) (low truce.Metres, ok bool) {
	s := stationOf(p)
	// The reach of a distance is longer than its low by this much or less.
	reach, beyond := l.reachUpTo(s.vector(), float64(most)+float64(2*l.bulge)+2*spareLength, math.Inf(-1))
	if low := truce.Metres(l.lowest(reach)); low <= most {
		return low, true
	}
	return truce.Metres(l.lowest(beyond)), false
}

// FartherThan gives the low of Roughly where that is at least so many metres, for less than Roughly costs. Otherwise ok is false,
// and low is something between that and least.
func (l *Line) FartherThan(p truce.Position, least truce.Metres) (low truce.Metres, ok bool) {
	s := stationOf(p)
	// A chord is shorter than the geodesic by no more than this, so what reaches no farther than enough lies below least.
	const r = 1.02 * maxRadius
	x := float64(least)
	enough := x - float64(float64(x*x)*x)/(24*r*r) + float64(2*l.bulge) - spareLength
	reach, _ := l.reachUpTo(s.vector(), math.Inf(1), enough)
	low = truce.Metres(l.lowest(reach))
	return low, low >= least
}

// IsDisc reports whether the place is known as a position and a radius, rather than as an area or a path.
func (s *Spot) IsDisc() bool { return s != nil && s.area == nil && s.line == nil }
