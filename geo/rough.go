package geo

import "truce"

// Roughly bounds the distance from p to the line, in metres, for a small part of the cost of Distance: the true distance lies
// between low and high, which differ by no more than a few centimetres for lines whose edges are shorter than some kilometres.
// It serves to leave out what cannot matter; what is near a limit is decided by Distance.
func (l *Line) Roughly(p truce.Position) (low, high truce.Metres) {
	s := stationOf(p)
	a, b := l.between(s.vector())
	return truce.Metres(a), truce.Metres(b)
}

// IsDisc reports whether the place is known as a position and a radius, rather than as an area or a path.
func (s *Spot) IsDisc() bool { return s != nil && s.area == nil && s.line == nil }
