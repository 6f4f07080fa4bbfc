package mechanism

import (
	"context"
	"errors"
	"slices"

	"truce"
	"truce/geo"
	"truce/internal/access"
	"truce/internal/view"
	"truce/terms"
)

// Coverage. See docs/limits.md.
const (
	// DefaultCoverageDays is how many days are told, MaxCoverageAreas how many areas, MaxLooked how many records of who looked and who was kept from it are opened.
	DefaultCoverageDays = 7
	MaxCoverageAreas    = 24
	MaxLooked           = 1000
)

// Looked is how an area was looked at on one day.
type Looked struct {
	Day string `json:"day" access:"open" format:"date"`
	// Part and Whole are how many records say that somebody looked, with and without a gap; Hindered how many that they were kept from it.
	Part     int `json:"part,omitempty" access:"open"`
	Whole    int `json:"whole,omitempty" access:"open"`
	Hindered int `json:"hindered,omitempty" access:"open"`
}

// Nobody reports that no record says that anybody looked.
func (l Looked) Nobody() bool { return l.Part+l.Whole == 0 }

// AreaCoverage is who looked at a named area, day by day.
type AreaCoverage struct {
	Area truce.PlaceID `json:"area" access:"open"`
	Days []Looked      `json:"days" access:"open"`
}

// Coverage is where somebody looked in the last days, and where nobody did, as far as a viewer may see who looked. That nobody looked is not that nothing happened.
type Coverage struct {
	Areas []AreaCoverage `json:"areas" access:"each"`
	// Elsewhere are records that name no area of the agreement.
	Elsewhere int  `json:"elsewhere,omitempty" access:"open"`
	Whole     bool `json:"whole" access:"existence" doc:"False where there were too many records to look at."`
	Simulated bool `json:"simulated,omitempty" access:"existence"`
}

// Told reports whether there is any record of who looked.
func (c Coverage) Told() bool {
	return slices.ContainsFunc(c.Areas, func(a AreaCoverage) bool {
		return slices.ContainsFunc(a.Days, func(l Looked) bool { return !l.Nobody() || l.Hindered > 0 })
	})
}

// Coverage tells who looked where, for the named areas of the agreement; where it names none, for its zones.
func (m *Mechanism) Coverage(ctx context.Context, v access.Viewer) (Coverage, error) {
	a, ok := m.Current()
	if !ok {
		return Coverage{}, errNoAgreement("mechanism.Coverage")
	}
	out := Coverage{Areas: []AreaCoverage{}}
	last := view.DayOf(v.Now)
	first := last - DefaultCoverageDays + 1
	m.standings.Lock()
	err := m.standings.arm(a)
	areas := m.standings.areas
	m.standings.Unlock()
	if err != nil {
		return out, err
	}
	for _, x := range areas {
		one := AreaCoverage{Area: x.ID}
		for d := first; d <= last; d++ {
			one.Days = append(one.Days, Looked{Day: day(d)})
		}
		out.Areas = append(out.Areas, one)
	}
	n := 0
	out.Whole = true
	for _, kind := range []truce.ObservationKind{truce.KindCoverage, truce.KindRestriction} {
		_, err = m.walk(ctx, v, view.Query{Kinds: []truce.RecordKind{truce.RecordObservation}, What: kind, First: &first}, func(row *view.Row, sees access.Fields) error {
			if !sees.Has(access.Open|access.WhenCoarse) || row.Happened == nil || row.Erased {
				return nil
			}
			if n++; n > MaxLooked {
				return errEnough
			}
			o, err := m.remembered(ctx, row)
			if err != nil || o == nil {
				return err
			}
			o = asSeen(o, row, sees)
			out.Simulated = out.Simulated || row.Simulated
			elsewhere := true
			for i := range areas {
				in, all := areas[i].holds(o.Where)
				if !in {
					continue
				}
				elsewhere = false
				for k := range out.Areas[i].Days {
					l := &out.Areas[i].Days[k]
					switch d := first + view.Day(k); {
					case d < row.Happened.First || d > row.Happened.Last:
					case kind == truce.KindRestriction:
						l.Hindered++
					case o.Complete && all:
						l.Whole++
					default:
						l.Part++
					}
				}
			}
			if elsewhere {
				out.Elsewhere++
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			out.Whole, err = false, nil
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// covered is an area whose coverage is told.
type covered struct {
	*truce.Feature
	shape  *geo.Area
	within []*covered // those that lie in it
}

// coverable lists the named areas of an agreement that lie in one of its zones; where there are none, the zones.
func coverable(a *truce.Agreement) []*covered {
	var zones, areas []*covered
	for i := range a.Places {
		f := &a.Places[i]
		if f.Shape != truce.ShapeArea {
			continue
		}
		shape, err := geo.NewArea(f.Polygons, a.Edges)
		if err != nil {
			continue // it was checked when it was taken up
		}
		if x := (&covered{Feature: f, shape: shape}); f.Kind == truce.FeatureArea {
			areas = append(areas, x)
		} else {
			zones = append(zones, x)
		}
	}
	areas = slices.DeleteFunc(areas, func(x *covered) bool {
		return !slices.ContainsFunc(zones, func(z *covered) bool { return z.shape.Contains(geo.SpotIn(x.shape).At()) })
	})
	if len(areas) == 0 {
		areas = zones
	}
	areas = areas[:min(len(areas), MaxCoverageAreas)]
	for _, x := range areas {
		for _, y := range areas {
			if x != y && x.shape.Contains(geo.SpotIn(y.shape).At()) {
				x.within = append(x.within, y)
			}
		}
	}
	return areas
}

// holds reports whether a place is in the area, and whether it is the whole of it.
func (c *covered) holds(p truce.Place) (in, all bool) {
	switch {
	case p.Kind == truce.PlacePoint:
		return c.shape.Contains(p.At), false
	case c.named(p.Name):
		return true, true
	}
	return slices.ContainsFunc(c.within, func(x *covered) bool { return x.named(p.Name) }), false
}

func (c *covered) named(name string) bool {
	key := terms.Fold(name)
	return key != "" && slices.ContainsFunc(append([]string{string(c.ID), c.Name.EN, c.Name.AR, c.Name.RU}, c.Aliases...), func(s string) bool { return terms.Fold(s) == key })
}
