package intake

import (
	"strconv"
	"time"

	"truce"
	"truce/internal/intake/entry"
)

// Shift moves positions so that From comes to lie on To. The same number of degrees is added everywhere, so lengths
// from north to south stay, and those from west to east change with the cosine of the latitude: a track from 30 to 33
// degrees north comes out 3 % narrower. What is moved is labelled so and must never be taken for a report from there.
type Shift struct {
	From, To truce.Position
	// Later is added to every time, so that an old track can be seen under a later agreement.
	Later time.Duration
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
	later := func(i *truce.Instant) {
		if i.Stated() {
			*i = i.Add(s.Later)
			all = all && *i >= truce.EarliestInstant && *i <= truce.LatestInstant
		}
	}
	if o := e.Observation; o != nil {
		later(&o.When.From)
		later(&o.When.To)
		later(&o.Received)
		for _, place := range []*truce.Place{&o.Where, &o.To} {
			if place.At != (truce.Position{}) {
				move(&place.At)
			}
			for i := range place.Path {
				move(&place.Path[i])
			}
		}
	} else {
		later(&e.Fix.At)
		move(&e.Fix.Pos)
	}
	if !all {
		e.Reject("", 0, &entry.Fault{Code: entry.MovedTooFar, Message: "the moved position would lie beyond a pole, or the moved time beyond the years 1800 to 2200", Hint: "move by less"})
	}
}

// lengthOf writes a length of time as the command takes it: in days where it is whole days.
func lengthOf(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return d.String()
}
