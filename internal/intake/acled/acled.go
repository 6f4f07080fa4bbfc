// Package acled reads tables in the shape of the Armed Conflict Location and Event Data project's exports, by column
// name. The project's terms forbid passing its rows on, so none are in this repository; tests use made-up ones.
//
// What the codes mean is taken from the ACLED Codebook (acleddata.com/methodology/acled-codebook). What becomes of each
// column is in docs/reference/observations.md.
package acled

import (
	"fmt"
	"strings"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/rows"
)

// The columns that are read. Older exports name the event by data_id.
var (
	idNames        = []string{"event_id_cnty", "data_id"}
	dateNames      = []string{"event_date"}
	timePrecNames  = []string{"time_precision"}
	typeNames      = []string{"event_type"}
	subTypeNames   = []string{"sub_event_type"}
	actor1Names    = []string{"actor1"}
	assoc1Names    = []string{"assoc_actor_1"}
	actor2Names    = []string{"actor2"}
	assoc2Names    = []string{"assoc_actor_2"}
	inter2Names    = []string{"inter2"}
	targetingNames = []string{"civilian_targeting"}
	adm1Names      = []string{"admin1"}
	adm2Names      = []string{"admin2"}
	locationNames  = []string{"location"}
	latNames       = []string{"latitude"}
	lonNames       = []string{"longitude"}
	geoPrecNames   = []string{"geo_precision"}
	sourceNames    = []string{"source"}
	notesNames     = []string{"notes"}
	fatalNames     = []string{"fatalities"}
)

// passed are the columns of the exports that say nothing an observation holds.
var passed = []string{"event_id_no_cnty", "year", "disorder_type", "inter1", "interaction", "iso", "iso3", "region", "country", "admin3",
	"source_scale", "tags", "timestamp", "population_best", "population_1km", "population_2km", "population_5km"}

// Columns lists the columns that are read, under every name.
func Columns() []string {
	var list []string
	for _, names := range [][]string{idNames, dateNames, timePrecNames, typeNames, subTypeNames, actor1Names, assoc1Names, actor2Names, assoc2Names,
		inter2Names, targetingNames, adm1Names, adm2Names, locationNames, latNames, lonNames, geoPrecNames, sourceNames, notesNames, fatalNames} {
		list = append(list, names...)
	}
	return list
}

// subEvents gives the kind of incident for each of the 25 sub-event types. Shelling, artillery and missiles are one
// type to ACLED, so the widest word that holds them is used; agreements, changes of a group, seized weapons, new bases
// and transfers without violence have no word here and are other events.
var subEvents = [][2]string{
	{"Government regains territory", "territory-taken"},
	{"Non-state actor overtakes territory", "territory-taken"},
	{"Armed clash", "armed-clash"},
	{"Chemical weapon", "chemical-attack"},
	{"Air/drone strike", "air-attack"},
	{"Suicide bomb", "suicide-attack"},
	{"Shelling/artillery/missile attack", "fire"},
	{"Remote explosive/landmine/IED", "explosive-device"},
	{"Grenade", "grenade"},
	{"Sexual violence", "sexual-violence"},
	{"Attack", "attack-on-civilians"},
	{"Abduction/forced disappearance", "abduction"},
	{"Peaceful protest", "protest"},
	{"Protest with intervention", "protest"},
	{"Excessive force against protesters", "harm-to-civilians"},
	{"Violent demonstration", "riot"},
	{"Mob violence", "riot"},
	{"Agreement", "other-event"},
	{"Arrests", "arrest"},
	{"Change to group/activity", "other-event"},
	{"Disrupted weapons use", "other-event"},
	{"Headquarters or base established", "other-event"},
	{"Looting/property destruction", "looting"},
	{"Non-violent transfer of territory", "other-event"},
	{"Other", "other-event"},
}

// SubEvents lists the sub-event types with the kind of incident each becomes.
func SubEvents() [][2]string { return subEvents }

// eventTypes are the words for rows without a sub-event type.
var eventTypes = [][2]string{
	{battles, "armed-force"},
	{remoteViolence, "armed-force"},
	{againstCivilians, "harm-to-civilians"},
	{"Protests", "protest"},
	{"Riots", "riot"},
	{"Strategic developments", "other-event"},
}

const (
	battles          = "Battles"
	remoteViolence   = "Explosions/Remote violence"
	againstCivilians = "Violence against civilians"
)

// TownRadius and NearRadius are the error radii of geo_precision 1 and 2: coordinates are the middle of a named town, or
// of a town that stands for a small part of a region or lies near the event.
const (
	TownRadius truce.Metres = 2_000
	NearRadius truce.Metres = 25_000
)

// Recognises reports whether a header is that of an export.
func Recognises(t *rows.Table) bool {
	return t.Column(dateNames...) >= 0 && t.Column(typeNames...) >= 0 && t.Column(subTypeNames...) >= 0
}

// Reader reads the rows of an export.
type Reader struct {
	table *rows.Table
	set   *entry.Settings
	// Where each column is, -1 if there is none.
	id, date, timePrec, kind, subKind, actor1, assoc1, actor2, assoc2, inter2, targeting,
	adm1, adm2, location, lat, lon, geoPrec, source, notes, fatalities int
}

// Open finds the columns and checks that the needed ones are there.
func Open(t *rows.Table, set *entry.Settings) (*Reader, error) {
	const op truce.Op = "acled.Open"
	r := &Reader{table: t, set: set,
		id: t.Column(idNames...), date: t.Column(dateNames...), timePrec: t.Column(timePrecNames...), kind: t.Column(typeNames...), subKind: t.Column(subTypeNames...),
		actor1: t.Column(actor1Names...), assoc1: t.Column(assoc1Names...), actor2: t.Column(actor2Names...), assoc2: t.Column(assoc2Names...),
		inter2: t.Column(inter2Names...), targeting: t.Column(targetingNames...), adm1: t.Column(adm1Names...), adm2: t.Column(adm2Names...), location: t.Column(locationNames...),
		lat: t.Column(latNames...), lon: t.Column(lonNames...), geoPrec: t.Column(geoPrecNames...), source: t.Column(sourceNames...),
		notes: t.Column(notesNames...), fatalities: t.Column(fatalNames...)}
	var missing []string
	for _, need := range []struct {
		at   int
		name string
	}{{r.id, "event_id_cnty"}, {r.date, "event_date"}, {r.timePrec, "time_precision"}, {r.kind, "event_type"}, {r.subKind, "sub_event_type"},
		{r.actor1, "actor1"}, {r.lat, "latitude"}, {r.lon, "longitude"}, {r.geoPrec, "geo_precision"}} {
		if need.at < 0 {
			missing = append(missing, need.name)
		}
	}
	if len(missing) > 0 {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "the header lacks " + strings.Join(missing, ", "),
			Hint: "export all columns"}
	}
	for _, name := range passed {
		t.Column(name)
	}
	return r, nil
}

// Notes is empty: what there is to say stands in the rows.
func (r *Reader) Notes() []string { return nil }

// Next reads a row into e; at the end the error is io.EOF.
func (r *Reader) Next(e *entry.Entry) error {
	cells, f, err := r.table.Next()
	if err != nil {
		return err
	}
	e.Reset(r.table.Row())
	if f != nil {
		e.Reject("", 0, f)
		return nil
	}
	d := decoder{r, rows.Row{Names: r.table.Names(), Cells: cells, Entry: e}}
	d.observation()
	return nil
}

// decoder reads one row.
type decoder struct {
	*Reader
	rows.Row
}

// need takes a precision code from 1 to 3, which may not be empty.
func (d *decoder) need(column int) int {
	if len(d.Cell(column)) == 0 {
		d.Reject(column, &entry.Fault{Code: entry.MissingValue, Message: "the precision code is empty"})
	}
	return d.Code(column, 3)
}

// items takes a list separated by semicolons.
func (d *decoder) items(column int) (list []string) {
	for _, s := range strings.Split(d.Text(column), ";") {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, s)
		}
	}
	return list
}

func (d *decoder) observation() {
	o := &truce.Observation{Kind: truce.KindIncident, Note: d.Text(d.notes)}
	id, f := entry.ID(d.Cell(d.id))
	d.Reject(d.id, f)
	o.ID = "acled:" + id
	o.What = d.what()
	o.When = d.days()
	o.Where = d.place()
	o.Parts = d.parts()
	if b := d.Cell(d.fatalities); len(b) > 0 {
		n, f := entry.Count(b)
		d.Reject(d.fatalities, f)
		// 0 is written too where a report does not say whether anybody died, so it is a count nobody gave.
		if n > 0 {
			o.Deaths = truce.Exactly(n)
		}
	}
	sources := d.items(d.source)
	o.Source = truce.Source{Means: truce.MeansHearsay, Standing: truce.StandingReported, Independent: int32(len(sources)), RelayedBy: []string{"ACLED"}}
	if len(sources) == 1 {
		o.Source.ID = sources[0]
	}
	d.Entry.Observation = o
}

func (d *decoder) what() string {
	sub, kind := d.Cell(d.subKind), d.Cell(d.kind)
	column, text, table := d.subKind, sub, subEvents
	if len(sub) == 0 {
		column, text, table = d.kind, kind, eventTypes
	}
	known := make([]string, 0, len(table))
	for _, t := range table {
		if strings.EqualFold(t[0], string(text)) {
			return t[1]
		}
		known = append(known, t[0])
	}
	d.Reject(column, entry.Unknown("type of event", text, known))
	return ""
}

// days is the span of local days in which the event lies. With time_precision 2 the date is the Wednesday or Thursday
// of the week, so four days on either side hold the whole of it. With 3 it is the middle, beginning or end of the
// month, or the middle of "the past two or three weeks".
func (d *decoder) days() truce.Span {
	day, f := d.set.Times.Day(d.Cell(d.date))
	d.Reject(d.date, f)
	prec := d.need(d.timePrec)
	if f != nil {
		return truce.Span{}
	}
	first, last := day, day
	switch prec {
	case 2:
		first, last = day.Plus(-4), day.Plus(4)
	case 3:
		first, last = day.Plus(-11), day.Plus(11)
		if m := (entry.Date{Year: day.Year, Month: day.Month, Day: 1}); m.Before(first) {
			first = m
		}
		if m := (entry.Date{Year: day.Year, Month: day.Month + 1}).Plus(0); last.Before(m) {
			last = m
		}
	}
	s, f := d.set.Times.Days(first, last)
	d.Reject(d.date, f)
	return s
}

// place follows the codebook's spatial precision codes. Code 3 is a larger region, with its capital standing for it: the
// second division is that of the capital, so only the first one can be said to hold the event.
func (d *decoder) place() truce.Place {
	at := d.Position(d.lat, d.lon, d.set.CommaDecimals)
	location, adm1, adm2 := d.Text(d.location), d.Text(d.adm1), d.Text(d.adm2)
	prec := d.need(d.geoPrec)
	p := truce.Place{Kind: truce.PlacePoint, At: at, Name: location, Basis: fmt.Sprintf("ACLED geo_precision %d", prec)}
	switch {
	case prec == 1:
		p.Error, p.Within = TownRadius, entry.NonEmpty(adm2, adm1)
		p.Basis += ": a named town; 2 km round its middle"
	case prec == 2:
		p.Error, p.Within = NearRadius, entry.NonEmpty(adm2, adm1)
		p.Basis += ": near a town or a small part of a region; 25 km round the coded point"
	case adm1 != "":
		p.Kind, p.Name = truce.PlaceNamed, adm1
		p.Basis += ": a larger region; the point stands for it"
	default:
		p.Kind = truce.PlaceUnknown
		p.Basis += ", but no division is named"
	}
	return p
}

// parts gives the actors. The codebook says that their order means nothing, except that in violence against civilians
// the second is the target; and that civilians who are the main ones harmed stand second. All else is undirected.
// Associated actors are allies in battles; elsewhere they may be allies, victims or a description of the actor.
func (d *decoder) parts() (list []truce.Part) {
	first, second, associated := truce.RoleSide, truce.RoleSide, truce.RoleUnknown
	kind := string(d.Cell(d.kind))
	actor2 := d.Name(d.actor2)
	civilian2 := strings.HasPrefix(actor2, "Civilians") || string(d.Cell(d.inter2)) == "7" || strings.EqualFold(string(d.Cell(d.inter2)), "Civilians")
	switch {
	case strings.EqualFold(kind, battles):
		associated = truce.RoleSide
	case strings.EqualFold(kind, againstCivilians), strings.EqualFold(kind, remoteViolence) && civilian2 && len(d.Cell(d.targeting)) > 0:
		first, second = truce.RoleInitiator, truce.RoleTarget
	}
	add := func(role truce.Role, names ...string) {
		for _, n := range entry.NonEmpty(names...) {
			list = append(list, truce.Part{Name: n, Role: role})
		}
	}
	associates := func(column int) []string {
		names := d.items(column)
		for _, n := range names {
			_, f := entry.Name([]byte(n))
			d.Reject(column, f)
		}
		return names
	}
	add(first, d.Name(d.actor1))
	add(associated, associates(d.assoc1)...)
	add(second, actor2)
	add(associated, associates(d.assoc2)...)
	return list
}
