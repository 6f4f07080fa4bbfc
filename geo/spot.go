package geo

import (
	"fmt"
	"math"

	"truce"
)

const (
	// SampleCount is how many positions stand for a place that is a disc or a path, and about how many for an area.
	SampleCount = 401
	// MaxRadius is the largest radius, in metres, that a place may be uncertain by: 2000 km. More is no place.
	MaxRadius truce.Metres = 2_000_000
	// maxTried is how many positions of an area's box are tried for its samples.
	maxTried = 50_000
	// fewSamples is how few samples in even rows are too few: the shape is too thin for rows.
	fewSamples = 200
	// goldenAngle in degrees: turning by it again and again never comes back near an earlier direction.
	goldenAngle = 137.50776405003785
)

// Spot is a place as somebody knows it, prepared for questions: somewhere within a radius of a position, somewhere in an
// area, or somewhere along a path. It is taken to be anywhere in it with the same probability. A nil Spot is a place nobody
// stated; every question about it stays unknown. A Spot never changes and may be used from several goroutines.
type Spot struct {
	at      truce.Position
	radius  truce.Metres // nothing of the place is farther from at
	area    *Area        // of a place in an area
	line    *Line        // of a place along a path
	samples []truce.Position
}

// SpotAround is a place within so many metres of a position; 0 is a surveyed point.
func SpotAround(at truce.Position, radius truce.Metres) (*Spot, error) {
	const op truce.Op = "geo.SpotAround"
	if reason := inRange(at); reason != "" {
		return nil, invalid(op, reason, "positions are longitude first, then latitude")
	}
	if !(radius >= 0 && radius <= MaxRadius) {
		return nil, invalid(op, fmt.Sprintf("a radius of %v m is not between 0 and %v m", float64(radius), float64(MaxRadius)), "leave the place out if it is not known")
	}
	return &Spot{at: at, radius: radius}, nil
}

// SpotIn is a place somewhere in an area.
func SpotIn(a *Area) *Spot {
	s := &Spot{area: a, samples: a.evenly()}
	// The sample nearest to the middle of all represents it.
	var x, y float64
	for _, p := range s.samples {
		px, py := a.place(p)
		x, y = x+float64(px), y+float64(py)
	}
	n := float64(len(s.samples))
	middle := positionAt(x/n+float64(a.origin), y/n)
	s.at = s.samples[0]
	best := Distance(middle, s.at)
	for _, p := range s.samples[1:] {
		if d := Distance(middle, p); d < best {
			s.at, best = p, d
		}
	}
	s.radius = a.farthest(s.at)
	return s
}

// SpotAlong is a place somewhere along a line. Along a line without length it is the point itself.
func SpotAlong(l *Line) *Spot {
	s := &Spot{line: l, samples: l.evenly()}
	s.at = s.samples[len(s.samples)/2]
	s.radius = l.farthest(s.at)
	return s
}

// SpotOf prepares a stated place: a point with its radius, a ring or a path. A place that is only named has to be looked up
// first, and a place nobody stated is none: both are errors of the kind truce.NotFound.
func SpotOf(p truce.Place) (*Spot, error) {
	const op truce.Op = "geo.SpotOf"
	switch p.Kind {
	case truce.PlacePoint:
		return SpotAround(p.At, p.Error)
	case truce.PlaceArea:
		a, err := NewArea([][][]truce.Position{{p.Path}}, truce.EdgesStraight)
		if err != nil {
			return nil, err
		}
		return SpotIn(a), nil
	case truce.PlaceLine:
		l, err := NewLine([][]truce.Position{p.Path}, truce.EdgesStraight)
		if err != nil {
			return nil, err
		}
		return SpotAlong(l), nil
	case truce.PlaceNamed:
		return nil, &truce.Error{Op: op, Kind: truce.NotFound, Subject: p.Name, Reason: "the place is only named",
			Hint: "look the name up among the features of the agreement"}
	}
	return nil, &truce.Error{Op: op, Kind: truce.NotFound, Reason: "no place is stated"}
}

// At is a position that represents the place: its middle, or one of its positions near the middle.
func (s *Spot) At() truce.Position { return s.at }

// Radius bounds the place: nothing of it is farther from At, in metres.
func (s *Spot) Radius() truce.Metres { return s.radius }

// Samples is a fixed pattern of positions spread evenly over a place, for questions that only probability answers: 401 in a
// disc (a spiral of the golden angle, as in a sunflower) or along a path, about as many in an area, one for a point. The same place
// has the same samples everywhere. The slice may be shared: do not change it. A nil Spot has none.
func Samples(s *Spot) []truce.Position {
	if s == nil {
		return nil
	}
	if s.samples != nil {
		return s.samples
	}
	if s.radius == 0 {
		return []truce.Position{s.at}
	}
	out := make([]truce.Position, SampleCount)
	from := stationOf(s.at)
	for i := range out {
		sin, cos := sincosDegrees(float64(float64(i) * goldenAngle))
		r := float64(float64(s.radius) * math.Sqrt((float64(i)+0.5)/SampleCount))
		out[i] = positionAt(direct(&from, heading{sin, cos}, r))
	}
	return out
}

// Chance is the probability, in thousandths, that a condition holds of a place: the share of the samples of which it does. It is
// -1 for a nil Spot. Ask it only of what is unknown: being a share of samples it can be 0 or 1000 where a small part of the place
// says otherwise.
func Chance(s *Spot, holds func(truce.Position) bool) int {
	samples := Samples(s)
	if len(samples) == 0 {
		return -1
	}
	n := 0
	for _, p := range samples {
		if holds(p) {
			n++
		}
	}
	return (n*1000 + len(samples)/2) / len(samples)
}

// farthest bounds the distance from a position to any place of the outline, or of what it encloses.
func (o *outline) farthest(p truce.Position) truce.Metres {
	s := stationOf(p)
	v := s.vector()
	most := 0.0
	for _, c := range o.corners {
		most = max(most, v.to(c))
	}
	if len(o.edges) == 1 && most == 0 {
		return 0 // a point
	}
	return truce.Metres(longest(most + o.bulge + spareLength))
}

// evenly gives SampleCount positions at even distances along all branches.
func (l *Line) evenly() []truce.Position {
	total := 0.0
	length := func(p *piece) float64 { return l.corners[p.corner].to(l.corners[p.corner+1]) }
	for i := range l.pieces {
		total += length(&l.pieces[i])
	}
	if total == 0 {
		e := l.edges[0].a
		return []truce.Position{l.position(float64(e.x), float64(e.y))}
	}
	out := make([]truce.Position, 0, SampleCount)
	done := 0.0
	for i := range l.pieces {
		p := &l.pieces[i]
		n := length(p)
		for len(out) < SampleCount {
			want := float64((float64(len(out)) + 0.5) / SampleCount * total)
			if want > done+n && i < len(l.pieces)-1 {
				break
			}
			t := min(1, (want-done)/n)
			s := l.onEdge(&l.edges[p.edge], (float64(p.part)+t)/float64(p.parts))
			out = append(out, positionAt(s.lon, s.lat))
		}
		done += n
	}
	return out
}

// evenly gives positions of the area in even rows, about SampleCount; of its boundary, where the shape is too thin for rows.
func (a *Area) evenly() []truce.Position {
	// The size of the area on a sphere says how far apart the rows must be.
	var size float64
	for _, e := range a.edges {
		s1, _ := sincosE7(float64(e.a.y))
		s2, _ := sincosE7(float64(e.b.y))
		size += float64(float64(e.b.x-e.a.x) * perE7 * (s1 + s2) / 2)
	}
	gap := math.Sqrt(float64(math.Abs(size)*meanRadius*meanRadius) / SampleCount)
	b := &a.boxes[0]
	south, north, west, east := float64(b.low.y), float64(b.high.y), float64(b.low.x), float64(b.high.x)
	const step = meanRadius * perE7 // metres in a unit of latitude
	var out []truce.Position
	tried := 0
	for y := south + gap/step/2; y <= north && gap > step && tried < maxTried; y += gap / step {
		_, cos := sincosE7(y)
		apart := gap / step / max(cos, 1e-6)
		for x := west + apart/2; x <= east && tried < maxTried; x += apart {
			tried++
			if p := a.position(x, y); a.Contains(p) {
				out = append(out, p)
			}
		}
	}
	if len(out) >= fewSamples && tried < maxTried {
		return out
	}
	return a.Boundary().evenly()
}
