package mechanism

import (
	"context"
	"slices"

	"truce"
	"truce/geo"
	"truce/internal/access"
	"truce/internal/record"
	"truce/internal/view"
)

// Observation is a report as one viewer sees it. The names of its fields are those of a line of observations (docs/reference/observations.md).
type Observation struct {
	Card        `access:"each"`
	Observed    string      `json:"observed" access:"open" doc:"Presence, incident, inspection, passage, act, notification, finding, restriction, coverage or statement."`
	What        string      `json:"what,omitempty" access:"what" doc:"The kind of event or act."`
	Result      string      `json:"result,omitempty" access:"what" doc:"How a passage, an act or a finding ended."`
	Complete    bool        `json:"complete,omitempty" access:"what" doc:"An inspection that saw everything, or coverage without a gap."`
	FirstDay    string      `json:"first_day,omitempty" access:"when-coarse" format:"date" doc:"The first day (UTC) on which it may have been."`
	LastDay     string      `json:"last_day,omitempty" access:"when-coarse" format:"date" doc:"The last day (UTC) on which it may have been."`
	From        string      `json:"from,omitempty" access:"when-exact" format:"date-time" doc:"Not before."`
	To          string      `json:"to,omitempty" access:"when-exact" format:"date-time" doc:"Not after."`
	Lasted      bool        `json:"lasted,omitempty" access:"when-exact" doc:"It went on for the whole of that time."`
	Cell        *Cell       `json:"cell,omitempty" access:"where-coarse" doc:"The fixed coarse cell it lies in."`
	Area        string      `json:"area,omitempty" access:"where-coarse" doc:"The named area or line of the agreement it was reported in."`
	Place       *Place      `json:"place,omitempty" access:"where-exact" doc:"Where it was, with how well that is known."`
	Destination *Place      `json:"to_place,omitempty" access:"where-exact" doc:"The far end of a movement."`
	Parts       []Part      `json:"parts,omitempty" access:"who" doc:"The actors, as the source named them, and what each did."`
	Equipment   []Equipment `json:"equipment,omitempty" access:"count" doc:"Weapons, vehicles and troops."`
	Count       *Number     `json:"count,omitempty" access:"count" doc:"How many single things it stands for."`
	Deaths      *Number     `json:"deaths,omitempty" access:"count"`
	Injured     *Number     `json:"injured,omitempty" access:"count"`
	Civilians   *Number     `json:"civilians,omitempty" access:"count"`
	About       []string    `json:"about,omitempty" access:"what" doc:"Rules, articles, terms or observations it speaks of."`
	Source      *Source     `json:"source,omitempty" access:"source" doc:"On whose word it rests."`
	Note        string      `json:"note,omitempty" access:"note"`
}

// Positions is a stretch of a track as one viewer sees it.
type Positions struct {
	Card     `access:"each"`
	Unit     string `json:"unit,omitempty" access:"who" doc:"The unit, vehicle or device."`
	Actor    string `json:"actor,omitempty" access:"who"`
	Category string `json:"category,omitempty" access:"what"`
	Fixes    int    `json:"fixes,omitempty" access:"count" doc:"How many positions."`
	FirstDay string `json:"first_day,omitempty" access:"when-coarse" format:"date"`
	LastDay  string `json:"last_day,omitempty" access:"when-coarse" format:"date"`
	Cell     *Cell  `json:"cell,omitempty" access:"where-coarse" doc:"The coarse cell of the first position."`
	Track    []Fix  `json:"track,omitempty" access:"where-exact when-exact" doc:"The positions."`
	Source   string `json:"source,omitempty" access:"source"`
}

// Fix is one position.
type Fix struct {
	Time  string  `json:"time" format:"date-time"`
	Lat   float64 `json:"lat"`
	Lon   float64 `json:"lon"`
	Error float32 `json:"error_m"`
}

// Cell is a fixed coarse piece of the globe, in degrees.
type Cell struct {
	West  float64 `json:"west"`
	South float64 `json:"south"`
	East  float64 `json:"east"`
	North float64 `json:"north"`
}

// Place is where something was.
type Place struct {
	Kind  string       `json:"kind" doc:"Point, named, area or line."`
	Lat   float64      `json:"lat,omitempty"`
	Lon   float64      `json:"lon,omitempty"`
	MGRS  string       `json:"mgrs,omitempty" doc:"The position as a grid reference."`
	Error float64      `json:"error_m,omitempty" doc:"The true place lies within so many metres."`
	Name  string       `json:"name,omitempty"`
	Path  [][2]float64 `json:"path,omitempty" doc:"Of an area or a line: longitude and latitude of each corner."`
	Basis string       `json:"basis,omitempty" doc:"How the precision was derived."`
}

// Part is one actor's part.
type Part struct {
	Name string `json:"name"`
	Role string `json:"role,omitempty"`
}

// Equipment is a kind of weapon, vehicle or troops.
type Equipment struct {
	Category  string  `json:"category"`
	CalibreMM int32   `json:"calibre_mm,omitempty"`
	RangeM    int32   `json:"range_m,omitempty"`
	Count     *Number `json:"count,omitempty"`
}

// Number is a count that may be known only between bounds.
type Number struct {
	Low  int64 `json:"low"`
	Best int64 `json:"best"`
	High int64 `json:"high"`
}

// Source says on whose word something rests.
type Source struct {
	ID          string   `json:"id,omitempty"`
	Means       string   `json:"means,omitempty"`
	Standing    string   `json:"standing,omitempty"`
	Independent int32    `json:"independent,omitempty"`
	Reference   string   `json:"reference,omitempty"`
	RelayedBy   []string `json:"relayed_by,omitempty"`
}

// Search narrows a list of observations. Days and cells are those that the public is told too; exact times and places are looked for among
// what the viewer may see exactly.
type Search struct {
	Observed    truce.ObservationKind
	What        string
	From, To    truce.Instant
	Box         *[4]float64 // west, south, east, north in degrees
	Cursor      string
	Limit       int
	OldestFirst bool
}

// query turns a search into a question to the view.
func (s *Search) query(kinds ...truce.RecordKind) view.Query {
	q := view.Query{Kinds: kinds, What: s.Observed, Word: s.What, Limit: s.Limit, OldestFirst: s.OldestFirst}
	if s.From.Stated() {
		d := view.DayOf(s.From)
		q.First = &d
	}
	if s.To.Stated() {
		d := view.DayOf(s.To)
		q.Last = &d
	}
	if b := s.Box; b != nil {
		sw, ne := geo.CellOf(truce.Degrees(b[0], b[1])), geo.CellOf(truce.Degrees(b[2], b[3]))
		q.Cells = &view.Cells{West: sw.Lon, South: sw.Lat, East: ne.Lon, North: ne.Lat}
	}
	return q
}

// Observations lists reports that the viewer may know of.
func (m *Mechanism) Observations(ctx context.Context, v access.Viewer, s Search) (Page[Observation], error) {
	q := s.query(truce.RecordObservation)
	return list(ctx, m, v, q, s.Cursor, func(row *view.Row, t access.Thing, sees access.Fields) (Observation, bool, error) {
		// What narrows a list must be seen by whoever narrows, or the list tells what it hides.
		if s.What != "" && !sees.Has(access.What) || (q.First != nil || q.Last != nil) && !sees.Has(access.WhenCoarse) || q.Cells != nil && !sees.Has(access.WhereCoarse) ||
			s.Observed != truce.KindUnknown && !sees.Has(access.Open) {
			return Observation{}, false, nil
		}
		o, err := m.observation(ctx, row, t, sees)
		if err != nil {
			return o, false, err
		}
		return o, exactly(s, o), nil
	})
}

// exactly narrows by exact time and place what is seen exactly.
func exactly(s Search, o Observation) bool {
	if o.From != "" && (s.From.Stated() && o.To < s.From.String() || s.To.Stated() && o.From > s.To.String()) {
		return false
	}
	if b := s.Box; b != nil && o.Place != nil && o.Place.Kind == "point" {
		return o.Place.Lon >= b[0] && o.Place.Lon <= b[2] && o.Place.Lat >= b[1] && o.Place.Lat <= b[3]
	}
	return true
}

// Observation gives one report.
func (m *Mechanism) Observation(ctx context.Context, v access.Viewer, id truce.RecordID) (Observation, error) {
	row, t, sees, err := m.look(ctx, "mechanism.Observation", v, id, truce.RecordObservation)
	if err != nil {
		return Observation{}, err
	}
	return m.observation(ctx, &row, t, sees)
}

func (m *Mechanism) observation(ctx context.Context, row *view.Row, t access.Thing, sees access.Fields) (out Observation, err error) {
	out = Observation{Card: m.card(row, t, sees)}
	defer func() { access.RedactTo(sees, &out) }()
	if h := row.Happened; h != nil {
		out.Observed = h.Kind.String()
		out.FirstDay, out.LastDay, out.Cell = day(h.First), day(h.Last), happenedIn(h)
	}
	if row.Erased || sees&(access.What|access.WhenExact|access.WhereExact|access.WhereCoarse|access.Who|access.Count|access.Source|access.Note) == 0 {
		return out, nil
	}
	o, err := m.held(ctx, row)
	if err != nil || o == nil {
		return out, err
	}
	out.Observed, out.What, out.Complete, out.Note = o.Kind.String(), o.What, o.Complete, o.Note
	if o.Result != truce.EndedUnknown {
		out.Result = o.Result.String()
	}
	out.From, out.To, out.Lasted = instant(o.When.From), instant(o.When.To), o.Lasted
	out.Place, out.Destination = place(o.Where), place(o.To)
	if o.Where.Kind == truce.PlaceNamed {
		out.Area = o.Where.Name
	}
	for _, p := range o.Parts {
		part := Part{Name: p.Name}
		if p.Role != truce.RoleUnknown {
			part.Role = p.Role.String()
		}
		out.Parts = append(out.Parts, part)
	}
	for _, e := range o.Equipment {
		out.Equipment = append(out.Equipment, Equipment{e.Category, e.CalibreMM, e.RangeM, number(e.Count)})
	}
	out.Count, out.Deaths, out.Injured, out.Civilians = number(o.Count), number(o.Deaths), number(o.Injured), number(o.Civilians)
	out.About = slices.Clone(o.About)
	out.Source = source(o.Source)
	return out, nil
}

// Tracks lists stretches of tracks that the viewer may know of.
func (m *Mechanism) Tracks(ctx context.Context, v access.Viewer, s Search) (Page[Positions], error) {
	q := s.query(truce.RecordPositions)
	return list(ctx, m, v, q, s.Cursor, func(row *view.Row, t access.Thing, sees access.Fields) (Positions, bool, error) {
		if (q.First != nil || q.Last != nil) && !sees.Has(access.WhenCoarse) || q.Cells != nil && !sees.Has(access.WhereCoarse) {
			return Positions{}, false, nil
		}
		p, err := m.track(ctx, row, t, sees, noFixes)
		return p, true, err
	})
}

// Track gives one stretch of a track, with its positions where they may be seen.
func (m *Mechanism) Track(ctx context.Context, v access.Viewer, id truce.RecordID) (Positions, error) {
	row, t, sees, err := m.look(ctx, "mechanism.Track", v, id, truce.RecordPositions)
	if err != nil {
		return Positions{}, err
	}
	return m.track(ctx, &row, t, sees, allFixes)
}

// fixes is how many of the positions of a stretch are told: none, the first and the last, or all.
type fixes int

const (
	noFixes fixes = iota
	endFixes
	allFixes
)

func (m *Mechanism) track(ctx context.Context, row *view.Row, t access.Thing, sees access.Fields, told fixes) (out Positions, err error) {
	out = Positions{Card: m.card(row, t, sees)}
	defer func() { access.RedactTo(sees, &out) }()
	if h := row.Happened; h != nil {
		out.FirstDay, out.LastDay = day(h.First), day(h.Last)
		out.Cell = cell(geo.CellOf(truce.Position{Lon: truce.E7(h.Lon * 1_000_000), Lat: truce.E7(h.Lat * 1_000_000)}))
	}
	if row.Erased || sees&(access.Who|access.Count|access.WhereExact|access.Source) == 0 {
		return out, nil
	}
	r, g, err := m.content(ctx, row)
	if err != nil {
		return out, err
	}
	p, err := record.ReadPositions(&r, g)
	if err != nil || p.Track == nil {
		return out, err
	}
	out.Unit, out.Actor, out.Category, out.Fixes, out.Source = p.Track.Unit, p.Track.Actor, p.Track.Category, len(p.Fixes), p.Track.Source.ID
	if told != noFixes && sees.Has(access.WhereExact|access.WhenExact) {
		for i, f := range p.Fixes {
			if told == endFixes && i > 0 && i < len(p.Fixes)-1 {
				continue
			}
			out.Track = append(out.Track, Fix{f.At.String(), f.Pos.Lat.Degrees(), f.Pos.Lon.Degrees(), f.Error})
		}
	}
	return out, nil
}

func day(d view.Day) string {
	if d == view.NoDay {
		return ""
	}
	return truce.Instant(int64(d)*86_400_000 + 1).Time().Format("2006-01-02")
}

func cell(c geo.Cell) *Cell {
	r := c.Ring()
	return &Cell{r[0].Lon.Degrees(), r[0].Lat.Degrees(), r[2].Lon.Degrees(), r[2].Lat.Degrees()}
}

func place(p truce.Place) *Place {
	if p.Kind == truce.PlaceUnknown && p.Name == "" {
		return nil
	}
	out := &Place{Kind: placeWords[p.Kind], Name: p.Name, Error: float64(p.Error), Basis: p.Basis}
	if p.At != (truce.Position{}) || p.Kind == truce.PlacePoint {
		out.Lat, out.Lon, out.MGRS = p.At.Lat.Degrees(), p.At.Lon.Degrees(), geo.FormatMGRS(p.At, 5)
	}
	for _, q := range p.Path {
		out.Path = append(out.Path, [2]float64{q.Lon.Degrees(), q.Lat.Degrees()})
	}
	return out
}

var placeWords = [...]string{truce.PlaceUnknown: "unknown", truce.PlacePoint: "point", truce.PlaceNamed: "named", truce.PlaceArea: "area", truce.PlaceLine: "line"}

func number(n truce.Number) *Number {
	if !n.Stated {
		return nil
	}
	return &Number{n.Low, n.Best, n.High}
}

func source(s truce.Source) *Source {
	out := &Source{ID: s.ID, Independent: s.Independent, Reference: s.Reference, RelayedBy: s.RelayedBy}
	if s.Means != truce.MeansUnknown {
		out.Means = s.Means.String()
	}
	if s.Standing != truce.StandingUnknown {
		out.Standing = s.Standing.String()
	}
	return out
}
