package sim

import (
	"truce"
)

// ground is where things happen: what the agreement's geometry says of the zone.
type ground struct {
	line  []truce.Position // of contact
	towns map[truce.PlaceID]truce.Position
	names map[truce.PlaceID]string
}

// Who held which town is a guess of the example's, like its line.
var (
	governmentTowns = []truce.PlaceID{"izraa", "as-sanamayn", "khan-arnabah", "madinat-al-baath", "khirbet-ghazaleh", "hadar", "suwayda"}
	oppositionTowns = []truce.PlaceID{"nawa", "jasim", "inkhil", "al-harrah", "tafas", "dael", "busra-al-harir", "al-hirak", "busra-al-sham", "nasib", "jubata-al-khashab"}
)

// survey reads the ground from an agreement.
func survey(a *truce.Agreement) (*ground, error) {
	g := &ground{towns: map[truce.PlaceID]truce.Position{}, names: map[truce.PlaceID]string{}}
	for _, f := range a.Places {
		switch f.Kind {
		case truce.FeatureLineOfContact:
			for _, part := range f.Lines {
				g.line = append(g.line, part...)
			}
		case truce.FeatureTown, truce.FeatureCrossing:
			g.towns[f.ID], g.names[f.ID] = f.At, f.Name.In("en")
		}
	}
	for _, id := range append(append([]truce.PlaceID{}, governmentTowns...), oppositionTowns...) {
		if _, ok := g.towns[id]; !ok || len(g.line) == 0 {
			return nil, &truce.Error{Op: "sim.Survey", Kind: truce.Invalid, Subject: string(id), Reason: "the world needs the line of contact and the towns of the example",
				Hint: "take the agreement of examples/southwest-syria"}
		}
	}
	return g, nil
}

// Units of 1e-7 degree: about a kilometre to the east and to the north, here.
const (
	kmEast  = 106_800
	kmNorth = 90_100
)

// part gives a place on the way from a to b, in thousandths of it.
func part(a, b truce.Position, thousandths int) truce.Position {
	t := int64(thousandths)
	return truce.Position{Lon: a.Lon + truce.E7(int64(b.Lon-a.Lon)*t/1000), Lat: a.Lat + truce.E7(int64(b.Lat-a.Lat)*t/1000)}
}

// off gives a place so many metres to the east and north.
func off(p truce.Position, east, north int) truce.Position {
	return truce.Position{Lon: p.Lon + truce.E7(east*kmEast/1000), Lat: p.Lat + truce.E7(north*kmNorth/1000)}
}

// scatter gives a place within so many metres east, west, north and south.
func (l *life) scatter(p truce.Position, metres int) truce.Position {
	return off(p, l.r.IntN(2*metres+1)-metres, l.r.IntN(2*metres+1)-metres)
}

// front gives a place somewhere along the line of contact.
func (l *life) front() truce.Position {
	i := l.r.IntN(len(l.line) - 1)
	return part(l.line[i], l.line[i+1], l.r.IntN(1001))
}

// stretch gives a place along a stretch of the line, by the numbers of its corners.
func (l *life) stretch(from, to int) truce.Position {
	i := from + l.r.IntN(max(1, min(to, len(l.line)-1)-from))
	return part(l.line[i], l.line[i+1], l.r.IntN(1001))
}

// nearest gives the town that is nearest to a place.
func (g *ground) nearest(p truce.Position) truce.PlaceID {
	best, least := truce.PlaceID(""), int64(1)<<62
	for _, list := range [][]truce.PlaceID{governmentTowns, oppositionTowns} {
		for _, id := range list {
			q := g.towns[id]
			x, y := int64(q.Lon-p.Lon), int64(q.Lat-p.Lat)
			if d := x*x + y*y; d < least {
				best, least = id, d
			}
		}
	}
	return best
}
