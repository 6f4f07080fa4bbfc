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

// Coverage tells who looked where in the last days, for the named areas of the agreement; where it names none, for its zones.
func (m *Mechanism) Coverage(ctx context.Context, v access.Viewer) (Coverage, error) {
	var days []truce.Span
	for d := view.DayOf(v.Now) - DefaultCoverageDays + 1; d <= view.DayOf(v.Now); d++ {
		days = append(days, daysOf(&view.Happened{First: d, Last: d}))
	}
	return m.coverage(ctx, v, days)
}

// coverage is the same for some stretches of time, the earliest first; each is named by the day on which it ends.
func (m *Mechanism) coverage(ctx context.Context, v access.Viewer, stretches []truce.Span) (Coverage, error) {
	areas, err := m.covered()
	if err != nil {
		return Coverage{}, err
	}
	out := Coverage{Areas: []AreaCoverage{}, Whole: true}
	for _, x := range areas {
		one := AreaCoverage{Area: x.ID}
		for _, s := range stretches {
			one.Days = append(one.Days, Looked{Day: day(view.DayOf(s.To))})
		}
		out.Areas = append(out.Areas, one)
	}
	n := 0
	first, last := view.DayOf(stretches[0].From), view.DayOf(stretches[len(stretches)-1].To)
	for _, kind := range []truce.ObservationKind{truce.KindCoverage, truce.KindRestriction} {
		_, err = m.walk(ctx, v, view.Query{Kinds: []truce.RecordKind{truce.RecordObservation}, What: kind, First: &first, Last: &last}, func(row *view.Row, sees access.Fields) error {
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
				for k, s := range stretches {
					l := &out.Areas[i].Days[k]
					switch {
					case !o.When.Stated() || !o.When.Overlaps(s):
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

// covered lists the areas of the agreement in force whose coverage is told.
func (m *Mechanism) covered() ([]*covered, error) {
	a, ok := m.Current()
	if !ok {
		return nil, errNoAgreement("mechanism.Coverage")
	}
	m.standings.Lock()
	defer m.standings.Unlock()
	err := m.standings.arm(a)
	return m.standings.areas, err
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
