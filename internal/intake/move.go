package intake

import (
	"truce"
	"truce/internal/intake/entry"
)

// Shift moves positions so that From comes to lie on To. The same number of degrees is added everywhere, so lengths
// from north to south stay, and those from west to east change with the cosine of the latitude: a track from 30 to 33
// degrees north comes out 3 % narrower. What is moved is labelled so and must never be taken for a report from there.
type Shift struct {
	From, To truce.Position
}

// Move gives the moved position. It is not ok beyond a pole; the antimeridian is crossed.
func (s Shift) Move(p truce.Position) (_ truce.Position, ok bool) {
	const right, straight = 900_000_000, 1_800_000_000
	lat := int64(p.Lat) + int64(s.To.Lat) - int64(s.From.Lat)
	lon := int64(p.Lon) + int64(s.To.Lon) - int64(s.From.Lon)
	for ; lon > straight; lon -= 2 * straight {
	}
	for ; lon < -straight; lon += 2 * straight {
	}
	if lat < -right || lat > right || lat == 0 && lon == 0 {
		return p, false
	}
	return truce.Position{Lon: truce.E7(lon), Lat: truce.E7(lat)}, true
}

// entry moves what a row became. Named places stay where they are.
func (s Shift) entry(e *entry.Entry) {
	all := true
	move := func(p *truce.Position) {
		var ok bool
		*p, ok = s.Move(*p)
		all = all && ok
	}
	if o := e.Observation; o != nil {
		for _, place := range []*truce.Place{&o.Where, &o.To} {
			if place.At != (truce.Position{}) {
				move(&place.At)
			}
			for i := range place.Path {
				move(&place.Path[i])
			}
		}
	} else {
		move(&e.Fix.Pos)
	}
	if !all {
		e.Reject("", 0, &entry.Fault{Code: entry.MovedTooFar, Message: "the moved position would lie beyond a pole", Hint: "move by less"})
	}
}
