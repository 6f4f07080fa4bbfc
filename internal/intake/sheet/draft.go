package sheet

import (
	"bytes"
	"strconv"
	"strings"

	"truce"
	"truce/internal/intake/entry"
)

// Field is a column of the sheet.
type Field int

// The columns, in the order they are written. The eight of a place stand together, twice.
const (
	ID Field = iota
	kind
	what
	moment
	from
	to
	lasted
	received
	place
	placeKind
	lat
	lon
	errorM
	within
	Geometry
	basis
	toPlace
	toPlaceKind
	toLat
	toLon
	toErrorM
	toWithin
	toGeometry
	toBasis
	initiator
	target
	side
	subject
	actor
	parts
	equipment
	countLow
	count
	countHigh
	deathsLow
	deaths
	deathsHigh
	injuredLow
	injured
	injuredHigh
	civiliansLow
	civilians
	civiliansHigh
	result
	complete
	about
	sameAs
	source
	means
	standing
	independent
	reference
	relayedBy
	note
	simulated
	moved
	fields // how many there are
)

var names = [fields]string{"id", "kind", "what", "time", "time_from", "time_to", "lasted", "received",
	"place", "place_kind", "lat", "lon", "error_m", "within", "geometry", "basis",
	"to_place", "to_place_kind", "to_lat", "to_lon", "to_error_m", "to_within", "to_geometry", "to_basis",
	"initiator", "target", "side", "subject", "actor", "parts", "equipment",
	"count_low", "count", "count_high", "deaths_low", "deaths", "deaths_high", "injured_low", "injured", "injured_high",
	"civilians_low", "civilians", "civilians_high", "result", "complete", "about", "same_as",
	"source", "means", "standing", "independent", "reference", "relayed_by", "note", "simulated", "moved"}

// Columns lists the names of all columns in the order they are written.
func Columns() []string { return names[:] }

// FieldOf finds a column by its name.
func FieldOf(name []byte) (Field, bool) {
	for i, n := range names {
		if string(name) == n {
			return Field(i), true
		}
	}
	return 0, false
}

// Draft collects the cells of one row and makes an observation of them.
type Draft struct {
	set     *entry.Settings
	text    [fields][]byte
	columns [fields]int
	prefix  string // before the field names of problems
	shape   entry.Stated
	shaped  bool
	e       *entry.Entry
}

// NewDraft makes a draft that reads with the given settings. The prefix is written before the column names in
// problems, for example "properties.".
func NewDraft(set *entry.Settings, prefix string) *Draft {
	return &Draft{set: set, prefix: prefix}
}

// Reset empties the draft for the next row.
func (d *Draft) Reset() {
	d.text, d.columns = [fields][]byte{}, [fields]int{}
	d.shape, d.shaped = entry.Stated{}, false
}

// Put states a field; the text must stay as it is until Finish. The column is the cell's place for problems, 0 where
// there is none.
func (d *Draft) Put(f Field, column int, text []byte) {
	d.text[f], d.columns[f] = bytes.TrimSpace(text), column
}

// Has reports whether a field has been stated.
func (d *Draft) Has(f Field) bool { return len(d.text[f]) > 0 }

// Shape states the place by a geometry that stands outside the cells.
func (d *Draft) Shape(s entry.Stated) { d.shape, d.shaped = s, true }

func (d *Draft) reject(f Field, fault *entry.Fault) {
	d.e.Reject(d.prefix+names[f], d.columns[f], fault)
}

// take reads one cell, noting what is wrong with it.
func take[T any](d *Draft, f Field, read func([]byte) (T, *entry.Fault)) T {
	v, fault := read(d.text[f])
	d.reject(f, fault)
	return v
}

// word reads one cell that takes a word of a list.
func word[T any](d *Draft, f Field, of string, parse func(string) (T, bool), known []string) T {
	v, ok := parse(string(d.text[f]))
	if !ok && len(d.text[f]) > 0 {
		d.reject(f, entry.Unknown(of, d.text[f], known))
	}
	return v
}

// Finish makes the observation, or notes in e everything that is wrong with the row.
func (d *Draft) Finish(e *entry.Entry) {
	d.e = e
	o := &truce.Observation{
		ID:   take(d, ID, entry.ID),
		Kind: word(d, kind, "kind of observation", truce.ParseObservationKind, truce.ObservationKinds()),
		What: take(d, what, entry.Text), Note: take(d, note, entry.Text),
		Lasted: take(d, lasted, entry.YesNo), Complete: take(d, complete, entry.YesNo),
		Simulated: take(d, simulated, entry.YesNo), Moved: take(d, moved, entry.YesNo),
		Result: word(d, result, "way to end", truce.ParseEnded, truce.EndedWords()),
		About:  take(d, about, entry.List),
	}
	if len(d.text[kind]) == 0 {
		d.reject(kind, &entry.Fault{Code: entry.MissingValue, Message: "the kind of observation is empty", Hint: "write one of " + strings.Join(truce.ObservationKinds(), ", ")})
	}
	if o.Kind == truce.KindIncident && o.What != "" && !d.set.Incidents.Has(o.What) {
		d.reject(what, entry.Unknown("kind of incident", d.text[what], d.set.Incidents.Words()))
	}
	o.When = d.span()
	if len(d.text[received]) > 0 {
		o.Received = take(d, received, d.set.Times.Moment)
	}
	o.Where, o.To = d.place(place), d.place(toPlace)
	o.Parts = d.parts()
	o.Equipment = d.equipment()
	o.Count, o.Deaths = d.bounds(countLow), d.bounds(deathsLow)
	o.Injured, o.Civilians = d.bounds(injuredLow), d.bounds(civiliansLow)
	for _, id := range take(d, sameAs, entry.List) {
		same, f := entry.ID([]byte(id))
		d.reject(sameAs, f)
		o.SameAs = append(o.SameAs, same)
	}
	o.Source = truce.Source{
		ID:        take(d, source, entry.Text),
		Means:     word(d, means, "means of observation", truce.ParseMeans, truce.MeansWords()),
		Standing:  word(d, standing, "standing", truce.ParseStanding, truce.StandingWords()),
		Reference: take(d, reference, entry.Text),
		RelayedBy: take(d, relayedBy, entry.List),
	}
	if len(d.text[independent]) > 0 {
		n := take(d, independent, entry.Count)
		if n > 1<<31-1 {
			d.reject(independent, &entry.Fault{Code: entry.BadNumber, Message: "so many sources there are not"})
		}
		o.Source.Independent = int32(n)
	}
	e.Observation = o
}

func (d *Draft) span() (s truce.Span) {
	one, begin, end := len(d.text[moment]) > 0, len(d.text[from]) > 0, len(d.text[to]) > 0
	switch {
	case one && (begin || end):
		d.reject(moment, &entry.Fault{Code: entry.BadTime, Message: "the time is given twice", Hint: "give either time, or time_from and time_to"})
	case one:
		return take(d, moment, d.set.Times.Span)
	case begin && end:
		s = truce.Span{From: take(d, from, d.set.Times.Span).From, To: take(d, to, d.set.Times.Span).To}
		if s.Stated() && s.To < s.From {
			d.reject(to, &entry.Fault{Code: entry.TimeBackwards, Message: "the end is before the beginning"})
		}
	case begin:
		d.reject(to, &entry.Fault{Code: entry.IncompleteTime, Message: "the beginning is given without the end", Hint: "write the latest possible moment, or the whole time as one day"})
	case end:
		d.reject(from, &entry.Fault{Code: entry.IncompleteTime, Message: "the end is given without the beginning", Hint: "write the earliest possible moment, or the whole time as one day"})
	}
	return s
}

// place reads the eight columns of a place beginning with the given one.
func (d *Draft) place(at Field) truce.Place {
	cell := func(f Field) Field { return f - place + at }
	before := len(d.e.Problems)
	var s entry.Stated
	if d.shaped && at == place {
		s = d.shape
	}
	s.Kind = d.text[cell(placeKind)]
	s.Name = take(d, cell(place), entry.Text)
	s.Within = take(d, cell(within), entry.List)
	s.Basis = take(d, cell(basis), entry.Text)
	if d.shape.Basis != "" && at == place && s.Basis == "" {
		s.Basis = d.shape.Basis
	}
	if len(d.text[cell(lat)]) > 0 || len(d.text[cell(lon)]) > 0 {
		p, f, ofLon := entry.Position(d.text[cell(lat)], d.text[cell(lon)], d.set.CommaDecimals)
		switch {
		case f != nil && ofLon:
			d.reject(cell(lon), f)
		case f != nil:
			d.reject(cell(lat), f)
		case s.HasAt && s.At != p:
			d.reject(cell(lat), &entry.Fault{Code: entry.ConflictingPlace, Message: "latitude and longitude are not those of the geometry", Hint: "leave out one of the two"})
		}
		s.At, s.HasAt = p, true
	}
	if len(d.text[cell(errorM)]) > 0 {
		s.Error, s.HasError = take(d, cell(errorM), func(b []byte) (float64, *entry.Fault) { return entry.Radius(b, d.set.CommaDecimals) }), true
	}
	if text := d.text[cell(Geometry)]; len(text) > 0 {
		shape, f := wellKnownText(text)
		d.reject(cell(Geometry), f)
		switch {
		case f != nil:
		case s.Shape != truce.PlaceUnknown || s.HasAt && shape.HasAt && s.At != shape.At:
			d.reject(cell(Geometry), &entry.Fault{Code: entry.ConflictingPlace, Message: "the place is given twice", Hint: "leave out one of the two"})
		default:
			s.Path, s.Shape = shape.Path, shape.Shape
			if shape.HasAt {
				s.At, s.HasAt = shape.At, true
			}
		}
	}
	if len(d.e.Problems) > before {
		return truce.Place{}
	}
	p, field, f := s.Place()
	if f != nil {
		d.reject(cell(map[string]Field{"kind": placeKind, "name": place, "lat": lat, "error_m": errorM, "geometry": Geometry}[field]), f)
	}
	return p
}

// bounds reads the three columns of a count beginning with the given one.
func (d *Draft) bounds(low Field) truce.Number {
	n, f := entry.Bounds(d.text[low], d.text[low+1], d.text[low+2])
	d.reject(low+1, f)
	return n
}

func (d *Draft) parts() (list []truce.Part) {
	for i, role := range []truce.Role{truce.RoleInitiator, truce.RoleTarget, truce.RoleSide, truce.RoleSubject, truce.RoleUnknown} {
		f := initiator + Field(i)
		for _, name := range take(d, f, entry.List) {
			list = append(list, d.part(f, name, role))
		}
	}
	for _, item := range take(d, parts, entry.List) {
		w, name, ok := strings.Cut(item, ":")
		role, known := truce.ParseRole(strings.TrimSpace(w))
		if name = strings.TrimSpace(name); !ok || name == "" || !known && strings.TrimSpace(w) != truce.RoleUnknown.String() {
			d.reject(parts, &entry.Fault{Code: entry.BadList, Message: entry.Quote([]byte(item)) + " is not a role and a name",
				Hint: "write for example initiator: southern-front; the roles are " + strings.Join(truce.Roles(), ", ")})
			continue
		}
		list = append(list, d.part(parts, name, role))
	}
	return list
}

func (d *Draft) part(f Field, name string, role truce.Role) truce.Part {
	_, fault := entry.Name([]byte(name))
	d.reject(f, fault)
	return truce.Part{Name: name, Role: role}
}

// equipment reads items like "howitzer calibre_mm=122 range_m=15300 count=3".
func (d *Draft) equipment() (list []truce.Equipment) {
	for _, item := range take(d, equipment, entry.List) {
		words := strings.Fields(item)
		q := truce.Equipment{Category: words[0]}
		if !d.set.Equipment.Has(q.Category) {
			d.reject(equipment, entry.Unknown("kind of equipment", []byte(q.Category), d.set.Equipment.Words()))
		}
		for _, w := range words[1:] {
			key, value, _ := strings.Cut(w, "=")
			var f *entry.Fault
			switch key {
			case "calibre_mm":
				q.CalibreMM, f = Millimetres([]byte(value))
			case "range_m":
				q.RangeM, f = Range([]byte(value))
			case "count":
				low, best, high := "", value, ""
				if three := strings.Split(value, "/"); len(three) == 3 {
					low, best, high = three[0], three[1], three[2]
				}
				if q.Count, f = entry.Bounds([]byte(low), []byte(best), []byte(high)); f == nil && !q.Count.Stated {
					f = &entry.Fault{Code: entry.BadNumber, Message: "the count of equipment is empty", Hint: "leave out count= or write a number"}
				}
			default:
				f = &entry.Fault{Code: entry.BadList, Message: entry.Quote([]byte(w)) + " is nothing that equipment has",
					Hint: "write the kind of equipment and then calibre_mm=, range_m= or count="}
			}
			d.reject(equipment, f)
		}
		list = append(list, q)
	}
	return list
}

// The largest calibre and range of a weapon; larger ones are mistaken units.
const (
	MaxCalibreMM = 2_000
	MaxRangeM    = 20_000_000
)

// Millimetres reads a calibre.
func Millimetres(b []byte) (int32, *entry.Fault) {
	return atMost(b, MaxCalibreMM, "a calibre in millimetres")
}

// Range reads the greatest range of a weapon in metres.
func Range(b []byte) (int32, *entry.Fault) { return atMost(b, MaxRangeM, "a range in metres") }

func atMost(b []byte, most int64, what string) (int32, *entry.Fault) {
	n, f := entry.Count(b)
	if f == nil && (n < 1 || n > most) {
		f = &entry.Fault{Code: entry.BadNumber, Message: entry.Quote(b) + " is not " + what, Hint: "write a whole number from 1 to " + strconv.FormatInt(most, 10)}
	}
	return int32(n), f
}
