// Package ucdp reads the Georeferenced Event Dataset of the Uppsala Conflict Data Program as CSV. The layouts of its
// releases differ, so columns are found by name.
//
// Sundberg, R. and E. Melander (2013), Introducing the UCDP Georeferenced Event Dataset, Journal of Peace Research
// 50(4); Högbladh, S. (2019), UCDP GED Codebook version 19.1. What becomes of each column and precision code is in
// docs/reference/observations.md.
package ucdp

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/rows"
)

// The columns that are read. Some releases have the names that stand second.
var (
	idNames        = []string{"id"}
	violenceNames  = []string{"type_of_violence"}
	sideANames     = []string{"side_a"}
	sideBNames     = []string{"side_b"}
	startNames     = []string{"date_start"}
	endNames       = []string{"date_end"}
	datePrecNames  = []string{"date_prec"}
	wherePrecNames = []string{"where_prec"}
	whereNames     = []string{"where_coordinates"}
	adm1Names      = []string{"adm_1"}
	adm2Names      = []string{"adm_2"}
	latNames       = []string{"latitude"}
	lonNames       = []string{"longitude"}
	lowNames       = []string{"low", "low_est"}
	bestNames      = []string{"best", "best_est"}
	highNames      = []string{"high", "high_est"}
	civilianNames  = []string{"deaths_civilians"}
	unknownNames   = []string{"deaths_unknown"}
	clarityNames   = []string{"event_clarity"}
	sourcesNames   = []string{"number_of_sources"}
	officeNames    = []string{"source_office"}
	articleNames   = []string{"source_article"}
)

// passed are the columns of the published layouts that say nothing an observation holds.
var passed = []string{"relid", "year", "active_year", "code_status", "conflict_dset_id", "conflict_new_id", "conflict_id", "conflict_name",
	"dyad_dset_id", "dyad_new_id", "dyad_id", "dyad_name", "side_a_dset_id", "side_a_new_id", "side_a_id", "side_b_dset_id", "side_b_new_id", "side_b_id",
	"source_date", "source_headline", "source_original", "where_description", "geom_wkt", "priogrid_gid", "country", "country_id", "region",
	"deaths_a", "deaths_b", "gwnoa", "gwnob", "gwno_a", "gwno_b"}

// Layout names the 49 columns of the releases since 20.1 in their published order, for files that came without a header.
var Layout = strings.Split("id,relid,year,active_year,code_status,type_of_violence,conflict_dset_id,conflict_new_id,conflict_name,"+
	"dyad_dset_id,dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id,side_a,side_b_dset_id,side_b_new_id,side_b,"+
	"number_of_sources,source_article,source_office,source_date,source_headline,source_original,where_prec,where_coordinates,"+
	"where_description,adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,region,event_clarity,date_prec,"+
	"date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low,gwnoa,gwnob", ",")

// Columns lists the columns that are read, under every name.
func Columns() []string {
	var list []string
	for _, names := range [][]string{idNames, violenceNames, sideANames, sideBNames, startNames, endNames, datePrecNames, wherePrecNames,
		whereNames, adm1Names, adm2Names, latNames, lonNames, lowNames, bestNames, highNames, civilianNames, unknownNames,
		clarityNames, sourcesNames, officeNames, articleNames} {
		list = append(list, names...)
	}
	return list
}

// Recognises reports whether a header is that of the dataset.
func Recognises(t *rows.Table) bool {
	return t.Column("type_of_violence") >= 0 && t.Column("where_prec") >= 0 && t.Column("id") >= 0
}

// MaxHeld and MaxHeldBytes are how many rows with undecided dates wait for one that settles the order of day and month.
const (
	MaxHeld      = 10_000
	MaxHeldBytes = 64 << 20
)

// MaxReference is how many bytes of the list of articles are kept as the reference of an observation.
const MaxReference = 1_000

// TownRadius and NearRadius are the error radii of exact and of near places: the coded point is the middle of a town,
// and where_prec 2 is up to about 25 km from it.
const (
	TownRadius truce.Metres = 2_000
	NearRadius truce.Metres = 25_000
)

// Reader reads the rows of a release.
type Reader struct {
	table *rows.Table
	set   *entry.Settings
	held  []heldRow
	next  int
	ended bool
	notes []string
	// Where each column is, -1 if there is none.
	id, violence, sideA, sideB, start, end, datePrec, wherePrec, where, adm1, adm2, lat, lon,
	low, best, high, civilians, unknown, clarity, sources, office, article int
}

// heldRow is a row that was read ahead.
type heldRow struct {
	row   int
	cells [][]byte
	fault *entry.Fault
}

// Open finds the columns and checks that the needed ones are there.
func Open(t *rows.Table, set *entry.Settings) (*Reader, error) {
	const op truce.Op = "ucdp.Open"
	r := &Reader{table: t, set: set,
		id: t.Column(idNames...), violence: t.Column(violenceNames...), sideA: t.Column(sideANames...), sideB: t.Column(sideBNames...),
		start: t.Column(startNames...), end: t.Column(endNames...), datePrec: t.Column(datePrecNames...),
		wherePrec: t.Column(wherePrecNames...), where: t.Column(whereNames...), adm1: t.Column(adm1Names...), adm2: t.Column(adm2Names...),
		lat: t.Column(latNames...), lon: t.Column(lonNames...), low: t.Column(lowNames...), best: t.Column(bestNames...), high: t.Column(highNames...),
		civilians: t.Column(civilianNames...), unknown: t.Column(unknownNames...), clarity: t.Column(clarityNames...),
		sources: t.Column(sourcesNames...), office: t.Column(officeNames...), article: t.Column(articleNames...)}
	var missing []string
	for _, need := range []struct {
		at   int
		name string
	}{{r.id, "id"}, {r.violence, "type_of_violence"}, {r.sideA, "side_a"}, {r.sideB, "side_b"}, {r.start, "date_start"}, {r.end, "date_end"},
		{r.wherePrec, "where_prec"}, {r.lat, "latitude"}, {r.lon, "longitude"}} {
		if need.at < 0 {
			missing = append(missing, need.name)
		}
	}
	if len(missing) > 0 {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "the header lacks " + strings.Join(missing, ", "),
			Hint: "download the full table of the Georeferenced Event Dataset as CSV"}
	}
	for _, name := range passed {
		t.Column(name)
	}
	return r, nil
}

// Notes says how dates were read.
func (r *Reader) Notes() []string { return r.notes }

// Next reads a row into e; at the end the error is io.EOF.
func (r *Reader) Next(e *entry.Entry) error {
	if r.next < len(r.held) {
		h := r.held[r.next]
		r.held[r.next] = heldRow{}
		r.next++
		r.row(e, h.row, h.cells, h.fault)
		return nil
	}
	if r.ended {
		return io.EOF
	}
	cells, f, err := r.table.Next()
	if err != nil {
		return err
	}
	if f == nil && r.set.Times.Order == entry.OrderUnknown {
		if _, needed := entry.OrderOf(cells[r.start]); needed {
			if err := r.settle(cells); err != nil {
				return err
			}
			return r.Next(e)
		}
		if known, _ := entry.OrderOf(cells[r.start]); known != entry.OrderUnknown {
			r.order(known, r.table.Row())
		}
	}
	r.row(e, r.table.Row(), cells, f)
	return nil
}

// settle reads ahead, from a row whose date means two days, to one that shows the order of day and month.
func (r *Reader) settle(cells [][]byte) error {
	r.held, r.next = r.held[:0], 0
	row, f := r.table.Row(), (*entry.Fault)(nil)
	size := 0
	for {
		h := heldRow{row: row, fault: f}
		for _, c := range cells {
			h.cells = append(h.cells, bytes.Clone(c))
			size += len(c)
		}
		r.held = append(r.held, h)
		if f == nil {
			for _, c := range [][]byte{cells[r.start], cells[r.end]} {
				if known, _ := entry.OrderOf(c); known != entry.OrderUnknown {
					r.order(known, row)
					return nil
				}
			}
		}
		if len(r.held) == MaxHeld || size > MaxHeldBytes {
			return nil
		}
		var err error
		cells, f, err = r.table.Next()
		if err == io.EOF {
			r.ended = true
			return nil
		}
		if err != nil {
			return err
		}
		row = r.table.Row()
	}
}

func (r *Reader) order(known entry.Order, row int) {
	r.set.Times.Order = known
	first := "day"
	if known == entry.MonthFirst {
		first = "month"
	}
	r.notes = append(r.notes, fmt.Sprintf("dates are read with the %s first, as row %d shows", first, row))
}

// row makes an observation of one row.
func (r *Reader) row(e *entry.Entry, number int, cells [][]byte, f *entry.Fault) {
	e.Reset(number)
	if f != nil {
		e.Reject("", 0, f)
		return
	}
	d := decoder{r, rows.Row{Names: r.table.Names(), Cells: cells, Entry: e}}
	d.observation()
}

// decoder reads one row.
type decoder struct {
	*Reader
	rows.Row
}

func (d *decoder) observation() {
	o := &truce.Observation{Kind: truce.KindIncident}
	id, f := entry.ID(d.Cell(d.id))
	d.Reject(d.id, f)
	o.ID = "ged:" + id
	o.When = d.days()
	o.Where = d.place()
	d.parts(o)
	d.deaths(o)
	if d.Code(d.clarity, 2) == 2 {
		o.Note = "UCDP event_clarity 2: an aggregate that the source does not take apart"
	}
	o.Source = truce.Source{Means: truce.MeansHearsay, Standing: truce.StandingReported, RelayedBy: []string{"UCDP GED"}}
	if office := d.Text(d.office); !strings.Contains(office, ";") {
		o.Source.ID = office
	}
	reference := d.Text(d.article)
	if len(reference) > MaxReference {
		reference = strings.ToValidUTF8(reference[:MaxReference-3], "") + "..."
	}
	o.Source.Reference = reference
	if b := d.Cell(d.sources); len(b) > 0 && b[0] != '-' { // -1 is "not coded", as for the older events
		n, f := entry.Count(b)
		if f == nil && n > 1<<31-1 {
			f = &entry.Fault{Code: entry.BadNumber, Message: "so many sources there are not"}
		}
		d.Reject(d.sources, f)
		o.Source.Independent = int32(n)
	}
	d.Entry.Observation = o
}

// days is the span of local days in which the event lies. Where the precision code is coarser than the interval given,
// the interval is widened to every day the code leaves open; it is never narrowed.
func (d *decoder) days() truce.Span {
	first, f := d.set.Times.Day(d.Cell(d.start))
	d.Reject(d.start, f)
	last, g := d.set.Times.Day(d.Cell(d.end))
	d.Reject(d.end, g)
	prec := d.Code(d.datePrec, 5)
	if f != nil || g != nil {
		return truce.Span{}
	}
	first, last = widen(first, last, prec)
	s, f := d.set.Times.Days(first, last)
	d.Reject(d.start, f)
	return s
}

// widen gives the days that date_prec leaves open: 3 the week, 4 from eight days to the month, 5 from a month to the
// year. 1 and 2 leave none beyond those given.
func widen(first, last entry.Date, prec int) (entry.Date, entry.Date) {
	days := first.Until(last) + 1
	switch {
	case days < 1:
	case prec == 3 && days < 7:
		// All weeks of seven days that hold the days given.
		return last.Plus(-6), first.Plus(6)
	case prec == 4 && days < 8:
		return entry.Date{Year: first.Year, Month: first.Month, Day: 1}, entry.Date{Year: last.Year, Month: last.Month + 1, Day: 0}.Plus(0)
	case prec == 5 && days < 31:
		return entry.Date{Year: first.Year, Month: 1, Day: 1}, entry.Date{Year: last.Year, Month: 12, Day: 31}
	}
	return first, last
}

func (d *decoder) place() truce.Place {
	where, adm1, adm2 := d.Text(d.where), d.Text(d.adm1), d.Text(d.adm2)
	var at truce.Position
	prec := d.Code(d.wherePrec, 7)
	lat, lon := d.Cell(d.lat), d.Cell(d.lon)
	if needed := prec == 1 || prec == 2; needed || prec < 6 && len(lat)+len(lon) > 0 {
		at = d.Position(d.lat, d.lon, d.set.CommaDecimals)
	}
	p := truce.Place{Kind: truce.PlaceNamed, At: at, Basis: fmt.Sprintf("UCDP where_prec %d", prec)}
	named := func(names ...string) {
		if list := entry.NonEmpty(names...); len(list) > 0 {
			p.Name = list[0]
			p.Within = entry.NonEmpty(list[1:]...)
		}
	}
	unknown := func(why string) truce.Place {
		return truce.Place{Name: where, Basis: p.Basis + why}
	}
	switch prec {
	case 0:
		p.Basis = "UCDP where_prec"
		return unknown(" not stated")
	case 1:
		p.Kind, p.Error, p.Name, p.Within = truce.PlacePoint, TownRadius, where, entry.NonEmpty(adm2, adm1)
		p.Basis += ": exact; 2 km round the middle of the place"
	case 2:
		p.Kind, p.Error, p.Name, p.Within = truce.PlacePoint, NearRadius, where, entry.NonEmpty(adm2, adm1)
		p.Basis += ": near; 25 km round the coded point"
	case 3:
		named(adm2, adm1)
		p.Basis += ": second-order division; the point stands for it"
	case 4:
		named(adm1)
		p.Basis += ": first-order division; the point stands for it"
	case 5:
		named(where, adm2, adm1)
		p.Basis += ": a line or an area without a border; the point stands for it"
	case 6:
		return unknown(": the country only")
	case 7:
		return unknown(": international waters or airspace")
	}
	if p.Kind == truce.PlaceNamed && p.Name == "" {
		return unknown(", but no division is named")
	}
	return p
}

// parts gives the two sides. Only one-sided violence has a direction: side A against civilians.
func (d *decoder) parts(o *truce.Observation) {
	a, b := truce.RoleSide, truce.RoleSide
	switch d.Code(d.violence, 3) {
	case 1, 2:
		o.What = "armed-force"
	case 3:
		o.What = "attack-on-civilians"
		a, b = truce.RoleInitiator, truce.RoleTarget
	default:
		a, b = truce.RoleUnknown, truce.RoleUnknown
	}
	for _, p := range []struct {
		column int
		role   truce.Role
	}{{d.sideA, a}, {d.sideB, b}} {
		if name := d.Name(p.column); name != "" {
			o.Parts = append(o.Parts, truce.Part{Name: name, Role: p.role})
		}
	}
}

// deaths reads low, best and high. In a few rows of the releases best lies outside low and high; the bounds are then
// widened to hold it. Of the dead, deaths_civilians are civilians in the best estimate: the bounds add what that
// estimate leaves open, the dead of unknown side and the distance from best to low and high.
func (d *decoder) deaths(o *truce.Observation) {
	count := func(column int) (int64, bool) {
		b := d.Cell(column)
		if len(b) == 0 {
			return 0, false
		}
		n, f := entry.Count(b)
		d.Reject(column, f)
		return n, f == nil
	}
	low, ok1 := count(d.low)
	best, ok2 := count(d.best)
	high, ok3 := count(d.high)
	if ok1 && ok2 && ok3 {
		o.Deaths = truce.Number{Low: min(low, best, high), Best: best, High: max(low, best, high), Stated: true}
	}
	civilians, ok1 := count(d.civilians)
	unknown, ok2 := count(d.unknown)
	if ok1 && ok2 && o.Deaths.Stated {
		o.Civilians = truce.Number{
			Low:  max(0, civilians-(o.Deaths.Best-o.Deaths.Low)),
			Best: civilians,
			High: civilians + unknown + (o.Deaths.High - o.Deaths.Best), Stated: true}
	}
}
