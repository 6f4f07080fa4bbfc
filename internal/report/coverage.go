package report

import (
	"cmp"
	"slices"
	"strings"

	"truce"
)

// Coverage says what was not seen, not judged or not taken, and why.
type Coverage struct {
	// Looked are records of where and when somebody could have seen something, Hindered records of being kept from it.
	Looked, Hindered Tally
	// Days is the number of local days from the first to the last thing observed; Watched is how many of them lie wholly in
	// records of Looked, whatever their place.
	Days, Watched int
	// Unjudged are the observations of a kind no rule speaks of, by their kind.
	Unjudged []Unjudged
	// NoTime and NoPlace are observations that do not say when or where; a rule that asks is left without an answer.
	NoTime, NoPlace Tally
	// After are observations that begin after the time the agreement is looked at; they reach no outcome.
	After Tally
	// Later counts what was not known at the time asked for. It was not read any further.
	Later int
	// Swapped are far from every place of the agreement and near them with longitude and latitude exchanged.
	Swapped Tally
	// Rejected has the rows that were not taken, by the code of what is wrong with them; a row may have several.
	Rejected     []Rejected
	RejectedRows int
	Examples     []truce.Problem
	Duplicates   int
}

// Unjudged is a kind of observation that no rule speaks of.
type Unjudged struct {
	Kind truce.ObservationKind
	// What is the kind of incident, empty where no incident of any kind is spoken of.
	What string
	Of   Tally
}

// Rejected is a fault of rows.
type Rejected struct {
	Code string
	Rows int
}

// coverage works out what was not seen, judged or taken.
func (m *Model) coverage() {
	c := &m.Coverage
	c.Later = m.replay.Later
	at := map[unjudgedKey]int{}
	speaks := map[truce.ObservationKind]bool{truce.KindAct: true, truce.KindNotification: true, truce.KindFinding: true, truce.KindCoverage: true, truce.KindRestriction: true}
	for _, r := range m.Rules {
		speaks[r.Object] = true
		if r.Verb == truce.Assessed {
			speaks[truce.KindFinding] = true
		}
	}
	near := m.nearby()
	for i := range m.Things {
		o := m.Things[i].Observation
		if o == nil {
			continue
		}
		i := int32(i)
		switch o.Kind {
		case truce.KindCoverage:
			c.Looked.add(i)
		case truce.KindRestriction:
			c.Hindered.add(i)
		}
		if !o.When.Stated() {
			c.NoTime.add(i)
		} else if o.When.From > m.At {
			c.After.add(i)
			continue
		}
		if o.Where.Kind == truce.PlaceUnknown && o.Kind <= truce.KindPassage {
			c.NoPlace.add(i)
		}
		if near(o.Where) {
			c.Swapped.add(i)
		}
		key := unjudgedKey{kind: o.Kind}
		if o.Kind == truce.KindIncident && speaks[o.Kind] {
			if m.speaksOf(o.What) {
				continue
			}
			key.what = o.What
		} else if speaks[o.Kind] {
			continue
		}
		k, have := at[key]
		if !have {
			k = len(c.Unjudged)
			at[key] = k
			c.Unjudged = append(c.Unjudged, Unjudged{Kind: key.kind, What: key.what})
		}
		c.Unjudged[k].Of.add(i)
	}
	slices.SortStableFunc(c.Unjudged, func(a, b Unjudged) int {
		return cmp.Or(cmp.Compare(len(b.Of), len(a.Of)), cmp.Compare(a.Kind, b.Kind), strings.Compare(a.What, b.What))
	})
	m.watched()
	rows := map[string]int{}
	for _, in := range m.Inputs {
		c.RejectedRows += in.Rejected
		c.Duplicates += in.Duplicates
		for _, x := range in.Codes {
			rows[x.Code] += x.Rows
		}
	}
	for code, n := range rows {
		c.Rejected = append(c.Rejected, Rejected{code, n})
	}
	slices.SortFunc(c.Rejected, func(a, b Rejected) int { return cmp.Or(cmp.Compare(b.Rows, a.Rows), strings.Compare(a.Code, b.Code)) })
	c.Examples = m.replay.Rejects
}

// unjudgedKey tells kinds apart.
type unjudgedKey struct {
	kind truce.ObservationKind
	what string
}

// speaksOf reports whether some rule speaks, or may speak, of a kind of incident.
func (m *Model) speaksOf(what string) bool {
	for _, r := range m.Rules {
		if r.Object != truce.KindIncident {
			continue
		}
		if len(r.Kinds) == 0 || slices.ContainsFunc(r.Kinds, func(k string) bool { return m.plan.Incidents.Is(what, k) != truce.False }) {
			return true
		}
	}
	return false
}

// watched counts the days of the period and those that records of coverage hold wholly.
func (m *Model) watched() {
	if !m.Period.Stated() {
		return
	}
	clock := m.Agreement.Clock
	var spans []truce.Span
	for _, i := range m.Coverage.Looked {
		if o := m.Things[i].Observation; o.Lasted && o.When.Stated() {
			spans = append(spans, o.When)
		}
	}
	const most = 150_000 // more days than the years truce computes with have
	for d := clock.DayOf(m.Period.From); d.From <= m.Period.To && m.Coverage.Days < most; d = clock.DayOf(d.To + 1) {
		m.Coverage.Days++
		from := d.From
		for _, s := range spans { // in order of their beginning
			if s.From <= from && s.To >= from {
				from = s.To + 1
			}
		}
		if from > d.To {
			m.Coverage.Watched++
		}
	}
}

// nearby makes the question whether a position is far from every place of the agreement and would not be if its longitude
// and latitude were exchanged. Far is more than a degree beyond the box around all of them.
func (m *Model) nearby() func(truce.Place) bool {
	const degree = truce.E7(1e7)
	first := true
	var sw, ne truce.Position
	add := func(p truce.Position) {
		if first {
			sw, ne, first = p, p, false
		}
		sw = truce.Position{Lon: min(sw.Lon, p.Lon), Lat: min(sw.Lat, p.Lat)}
		ne = truce.Position{Lon: max(ne.Lon, p.Lon), Lat: max(ne.Lat, p.Lat)}
	}
	for _, f := range m.Agreement.Places {
		eachPosition(f, add)
	}
	in := func(p truce.Position, by truce.E7) bool {
		return p.Lon >= sw.Lon-by && p.Lon <= ne.Lon+by && p.Lat >= sw.Lat-by && p.Lat <= ne.Lat+by
	}
	return func(p truce.Place) bool {
		return !first && p.Kind == truce.PlacePoint && !in(p.At, degree) && in(truce.Position{Lon: p.At.Lat, Lat: p.At.Lon}, 0)
	}
}

// eachPosition visits the positions of a feature.
func eachPosition(f truce.Feature, visit func(truce.Position)) {
	for _, rings := range f.Polygons {
		for _, ring := range rings {
			for _, p := range ring {
				visit(p)
			}
		}
	}
	for _, path := range f.Lines {
		for _, p := range path {
			visit(p)
		}
	}
	if f.Shape == truce.ShapePoint {
		visit(f.At)
	}
}
