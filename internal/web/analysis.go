package web

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"truce"
	"truce/geo"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
)

func aboutAnalysis(s *server) {
	s.get("analysis", "/analysis", access.KindOutcome, s.analysis)
	s.get("series", "/analysis/series.csv", access.KindOutcome, s.seriesFile)
	s.get("series-map", "/analysis/series.geojson", access.KindOutcome, s.seriesMap)
	s.get("counts", "/analysis/counts.csv", access.KindOutcome, s.countsFile)
	s.get("trends", "/analysis/trends.csv", access.KindOutcome, s.trendsFile)
	s.get("exchanges", "/analysis/exchanges.csv", access.KindOutcome, s.exchangesFile)
	// A file of records is a post: that somebody took it away is written down.
	s.post("export", "/analysis/export", access.ActExport, access.KindObservation, s.export)
}

// analysisView is the page of analysis.
type analysisView struct {
	By, From, To, Split string
	Dimensions          []string
	Series              mechanism.Series
	Bars                []barRow
	Ticks               []tick
	SplitAt             int // where the day that splits begins; 0 where it lies outside
	Names               []string
	Trends              []mechanism.Trend
	Standing            mechanism.Standing
	Counting            []countingRow
	Exchanges           []mechanism.Exchange
	A, B                string
	Actors              []truce.ActorID
	Formats             []format
	Address             string // what is counted, for the files of it
}

// Answers reports whether any incident was found of one of the two against the other.
func (v analysisView) Answers() bool {
	return slices.ContainsFunc(v.Exchanges, func(x mechanism.Exchange) bool { return x.Acts+x.Unclear > 0 })
}

// format is one shape in which observations are taken away.
type format struct{ ID, Name string }

var formats = []format{{"csv", "CSV"}, {"geojson", "GeoJSON"}, {"acled", "ACLED"}, {"ucdp", "UCDP"}, {"hxl", "HXL"}}

// barRow is one row of the chart: bars of its counts.
type barRow struct {
	Name  string
	Map   string // of a place: the piece of the map
	Total int
	Bars  []chartBar
}

// chartBar is one bar, in the units of the drawing.
type chartBar struct {
	X, Y, W, H int
	Says       string
}

// tick is a mark below the chart.
type tick struct {
	X    int
	Says string
}

// Size of a row of the chart, in units of the drawing.
const (
	chartWidth  = 720
	chartHeight = 44
	tickRoom    = 90 // for the last mark
)

// seriesSearch reads what is counted from the address.
func (q *request) seriesSearch() (s mechanism.SeriesSearch, err error) {
	s.By = q.query("by")
	if s.By == "" {
		s.By = mechanism.ByKind
	}
	for _, f := range []struct {
		name string
		at   *truce.Instant
		add  time.Duration
	}{{"from", &s.From, 0}, {"to", &s.To, 24*time.Hour - time.Millisecond}, {"split", &s.Split, 0}} {
		if v := q.query(f.name); v != "" {
			t, err := time.Parse("2006-01-02", v)
			if err != nil {
				return s, door.Bad(f.name, "a day is written as 2017-11-30")
			}
			*f.at = truce.InstantOf(t.Add(f.add))
		}
	}
	return s, nil
}

func (s *server) analysis(q *request) error {
	search, err := q.seriesSearch()
	if err != nil {
		return err
	}
	v := analysisView{By: search.By, From: q.query("from"), To: q.query("to"), Split: q.query("split"), Dimensions: mechanism.Dimensions, A: q.query("a"), B: q.query("b"),
		Formats: formats, Address: q.r.URL.RawQuery}
	if v.Series, err = s.m.Series(q.ctx, q.Viewer, search); err != nil {
		return err
	}
	v.draw(q)
	if v.Trends, err = s.m.Trends(q.ctx, q.Viewer); err != nil {
		return err
	}
	standing, err := s.m.Standing(q.ctx, q.Viewer)
	if err != nil {
		return err
	}
	v.Standing = standing
	if a, ok := s.m.Current(); ok {
		v.Counting = countingRows(a, standing, q.lang)
		for _, x := range a.Plan.Agreement.Participants { // whoever asked for nobody begins with the parties
			if x.Role != truce.RoleParty {
				continue
			}
			if v.A == "" {
				v.A = string(x.Actor)
			} else if v.B == "" && v.A != string(x.Actor) {
				v.B = string(x.Actor)
			}
		}
		for _, x := range a.Plan.Agreement.Actors {
			v.Actors = append(v.Actors, x.ID)
		}
	}
	if q.query("a") != "" && v.B != "" && v.A != v.B {
		if v.Exchanges, err = s.m.TitForTat(q.ctx, q.Viewer, truce.ActorID(v.A), truce.ActorID(v.B)); err != nil {
			return err
		}
	}
	return q.show("analysis", v)
}

// rowName writes the name of a row of a series.
func (q *request) rowName(by, key string) string {
	p := q.p()
	switch {
	case by == mechanism.ByHour:
		return q.say("web.analysis.all-day")
	case key == "":
		return q.say("web.analysis.others")
	case by == mechanism.ByActor:
		return p.Actor(truce.ActorID(key))
	case by == mechanism.ByArticle:
		return p.Say(truce.Say("report.article-number", truce.Str(key)))
	case by == mechanism.ByPlace:
		return q.cellName(key)
	}
	return p.Word(key)
}

// cellOfRow gives the cell that is the key of a row of places.
func cellOfRow(key string) (c geo.Cell, ok bool) {
	at, ok := numbers(key, 2)
	if !ok {
		return c, false
	}
	return geo.CellOf(truce.Degrees(at[0]/10+0.05, at[1]/10+0.05)), true
}

// cellName names a cell by the places of the agreement in it, and by its edges.
func (q *request) cellName(key string) string {
	c, ok := cellOfRow(key)
	if !ok {
		return key
	}
	tenths := func(from, wide int) truce.Arg {
		return truce.Str(q.p().Decimal(int64(from), 1) + "–" + q.p().Decimal(int64(from+wide), 1))
	}
	name := q.say("web.analysis.cell", tenths(c.Lat, 1), tenths(c.Lon, c.Width))
	if a, ok := q.s.m.Current(); ok {
		for _, f := range slices.Backward(a.Plan.Agreement.Places) {
			if f.Shape == truce.ShapePoint && geo.CellOf(f.At) == c {
				name = q.p().Place(f.ID) + " · " + name
			}
		}
	}
	return name
}

// draw makes the bars. All rows have one scale, so that they can be compared.
func (v *analysisView) draw(q *request) {
	most := 1
	for _, r := range v.Series.Rows {
		most = max(most, slices.Max(append(slices.Clone(r.Counts), 1)))
	}
	n := max(1, len(v.Series.Bins))
	for _, r := range v.Series.Rows {
		row := barRow{Name: q.rowName(v.Series.By, r.Key), Total: r.Total}
		if c, ok := cellOfRow(r.Key); ok && v.Series.By == mechanism.ByPlace {
			row.Map = fmt.Sprintf("/map?box=%g,%g,%g,%g", float64(c.Lon)/10, float64(c.Lat)/10, float64(c.Lon+c.Width)/10, float64(c.Lat+1)/10)
		}
		v.Names = append(v.Names, row.Name)
		for i, c := range r.Counts {
			if c == 0 {
				continue
			}
			h := max(1, c*(chartHeight-4)/most)
			x := i * chartWidth / n
			row.Bars = append(row.Bars, chartBar{x, chartHeight - h, max(1, (i+1)*chartWidth/n-x-1), h, v.stretch(q, i) + ": " + q.p().Number(int64(c))})
		}
		v.Bars = append(v.Bars, row)
	}
	if len(v.Series.Bins) > 0 && v.Series.Days > 0 {
		if days := int(dayOf(v.Split).Sub(dayOf(v.Series.Bins[0])).Hours()) / 24; days > 0 && days < n*v.Series.Days {
			v.SplitAt = days * chartWidth / (n * v.Series.Days)
		}
	}
	for i := 0; i < len(v.Series.Bins) && i*chartWidth/n < chartWidth-tickRoom; i += max(1, (len(v.Series.Bins)+4)/5) {
		v.Ticks = append(v.Ticks, tick{i * chartWidth / n, v.stretch(q, i)})
	}
}

// stretch names a bin: its first day, or its hour.
func (v *analysisView) stretch(q *request, i int) string {
	if t, err := time.Parse(time.DateOnly, v.Series.Bins[i]); err == nil {
		return q.p().Date(truce.InstantOf(t))
	}
	return v.Series.Bins[i]
}

// file begins an answer that a browser saves.
func (q *request) file(name, kind string) io.Writer {
	q.w.Header().Set("Content-Type", kind)
	q.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return q.w
}

// csvFile writes a table.
func (q *request) csvFile(name string, rows [][]string) error {
	w := csv.NewWriter(q.file(name, "text/csv; charset=utf-8"))
	if err := w.WriteAll(rows); err != nil {
		q.w.err = err
	}
	return nil
}

func (s *server) seriesFile(q *request) error {
	search, err := q.seriesSearch()
	if err != nil {
		return err
	}
	x, err := s.m.Series(q.ctx, q.Viewer, search)
	if err != nil {
		return err
	}
	rows := [][]string{{"dimension", "key", "name", "from", "days", "count", "rounded", "simulated"}}
	for _, r := range x.Rows {
		for i, n := range r.Counts {
			rows = append(rows, []string{x.By, r.Key, q.rowName(x.By, r.Key), x.Bins[i], strconv.Itoa(x.Days), strconv.Itoa(n), strconv.FormatBool(x.Rounded), strconv.FormatBool(x.Simulated)})
		}
	}
	return q.csvFile("series.csv", rows)
}

// seriesMap writes the counts of places as the cells that they are.
func (s *server) seriesMap(q *request) error {
	search, err := q.seriesSearch()
	if err != nil {
		return err
	}
	search.By = mechanism.ByPlace
	x, err := s.m.Series(q.ctx, q.Viewer, search)
	if err != nil {
		return err
	}
	var out []geoFeature
	for _, r := range x.Rows {
		c, ok := cellOfRow(r.Key)
		if !ok {
			continue // all others lie in no one cell
		}
		out = append(out, geoFeature{"Feature", len(out) + 1, map[string]any{"count": r.Total, "from": x.Bins, "days": x.Days, "counts": r.Counts, "rounded": x.Rounded, "simulated": x.Simulated},
			geoShape{"Polygon", [][][2]float64{pairs(c.Ring(), true)}}})
	}
	q.file("series.geojson", "application/geo+json")
	return q.send("application/geo+json", collection(out))
}

func (s *server) countsFile(q *request) error {
	x, err := s.m.Standing(q.ctx, q.Viewer)
	if err != nil {
		return err
	}
	rows := [][]string{{"rule", "counting", "window", "low", "high", "possibly_low", "possibly_high", "rounded", "simulated"}}
	for _, c := range x.Counts {
		rows = append(rows, []string{string(c.Rule), string(c.Counting), c.Window, strconv.Itoa(c.Low), strconv.Itoa(c.High), strconv.Itoa(c.MayLow), strconv.Itoa(c.MayHigh),
			strconv.FormatBool(x.Rounded), strconv.FormatBool(x.Simulated)})
	}
	return q.csvFile("counts.csv", rows)
}

func (s *server) trendsFile(q *request) error {
	list, err := s.m.Trends(q.ctx, q.Viewer)
	if err != nil {
		return err
	}
	rows := [][]string{{"article", "rule", "recent_7_days", "before_28_days", "unclear", "ratio", "low_95", "high_95", "rounded"}}
	for _, t := range list {
		rows = append(rows, []string{string(t.Article), string(t.Rule), strconv.Itoa(t.Recent), strconv.Itoa(t.Baseline), strconv.Itoa(t.Unclear), t.Ratio, t.Low, t.High, strconv.FormatBool(t.Rounded)})
	}
	return q.csvFile("trends.csv", rows)
}

func (s *server) exchangesFile(q *request) error {
	list, err := s.m.TitForTat(q.ctx, q.Viewer, truce.ActorID(q.query("a")), truce.ActorID(q.query("b")))
	if err != nil {
		return err
	}
	rows := [][]string{{"actor", "against", "incidents", "answered_24_h", "expected_by_chance", "share_of_chance_as_good", "unclear", "rounded"}}
	for _, x := range list {
		rows = append(rows, []string{string(x.A), string(x.B), strconv.Itoa(x.Acts), strconv.Itoa(x.Answered), x.Expected, x.Level, strconv.Itoa(x.Unclear), strconv.FormatBool(x.Rounded)})
	}
	return q.csvFile("exchanges.csv", rows)
}

// export writes the observations that the viewer may see, in one of the shapes that others read.
func (s *server) export(q *request) error {
	search := mechanism.Search{OldestFirst: true}
	shape, ok := shapes[q.form("format")]
	if !ok && q.form("format") != "geojson" {
		return door.Bad("format", "csv, geojson, acled, ucdp or hxl")
	}
	began := false
	var table *csv.Writer
	var first = true
	write := func(o mechanism.Observation) error {
		if !began { // an error before the first row still has a page of its own
			began = true
			if ok {
				table = csv.NewWriter(q.file("observations-"+q.form("format")+".csv", "text/csv; charset=utf-8"))
				if err := table.WriteAll(shape.head()); err != nil {
					return err
				}
			} else if _, err := io.WriteString(q.file("observations.geojson", "application/geo+json"), `{"type":"FeatureCollection","features":[`); err != nil {
				return err
			}
		}
		if o.ID == "" {
			return nil
		}
		if ok {
			return table.Write(shape.row(&o))
		}
		if !first {
			if _, err := io.WriteString(q.w, ","); err != nil {
				return err
			}
		}
		first = false
		return json.NewEncoder(q.w).Encode(featureOf(&o))
	}
	whole, err := s.m.Export(q.ctx, q.Viewer, search, write)
	if err != nil && !began {
		return err
	}
	if !began {
		err = write(mechanism.Observation{}) // an empty file with its head
	}
	if err == nil && table != nil {
		table.Flush()
		err = table.Error()
	}
	if err == nil && !ok {
		_, err = fmt.Fprintf(q.w, `],"whole":%v}`, whole)
	}
	if err != nil {
		q.w.err = err
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return nil
}

// heading is one column of a shape: its name, its HXL tag, and what stands in it.
type heading struct {
	name, hxl string
	of        func(*mechanism.Observation) string
}

// shape is a table that others read.
type shape struct {
	columns []heading
	hxl     bool
}

func (s shape) head() [][]string {
	names, tags := make([]string, len(s.columns)), make([]string, len(s.columns))
	for i, c := range s.columns {
		names[i], tags[i] = c.name, c.hxl
	}
	if s.hxl {
		return [][]string{names, tags}
	}
	return [][]string{names}
}

func (s shape) row(o *mechanism.Observation) []string {
	out := make([]string, len(s.columns))
	for i, c := range s.columns {
		out[i] = safeCell(c.of(o))
	}
	return out
}

// safeCell keeps a spreadsheet from taking text for a formula.
func safeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			return "'" + s
		}
	}
	return s
}

// centre gives a position and how far off it may be, from the exact place where that is seen and from the coarse cell otherwise.
func centre(o *mechanism.Observation) (lat, lon, metres float64, ok bool) {
	if p := o.Place; p != nil && p.Kind == "point" {
		return p.Lat, p.Lon, p.Error, true
	}
	return 0, 0, 0, false
}

func degree(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func latOf(o *mechanism.Observation) string {
	if lat, _, _, ok := centre(o); ok {
		return degree(lat)
	}
	return ""
}

func lonOf(o *mechanism.Observation) string {
	if _, lon, _, ok := centre(o); ok {
		return degree(lon)
	}
	return ""
}

func errorOf(o *mechanism.Observation) string {
	if _, _, m, ok := centre(o); ok {
		return degree(m)
	}
	return ""
}

func cellOf(o *mechanism.Observation) string {
	if c := o.Cell; c != nil {
		return fmt.Sprintf("%g %g %g %g", c.West, c.South, c.East, c.North)
	}
	return ""
}

func partOf(o *mechanism.Observation, i int) string {
	if i < len(o.Parts) {
		return o.Parts[i].Name
	}
	return ""
}

func numberOf(n *mechanism.Number, pick func(*mechanism.Number) int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(pick(n), 10)
}

func best(n *mechanism.Number) int64 { return n.Best }
func low(n *mechanism.Number) int64  { return n.Low }
func high(n *mechanism.Number) int64 { return n.High }

func yearOf(o *mechanism.Observation) string { return o.FirstDay[:min(4, len(o.FirstDay))] }

// coarser says how well a place is known in the codes of two catalogues; "" where the codes have no such thing.
func coarser(o *mechanism.Observation, steps ...float64) string {
	if _, _, m, ok := centre(o); ok {
		for i, most := range steps {
			if m <= most {
				return strconv.Itoa(i + 1)
			}
		}
	}
	return ""
}

// datePrecision is UCDP's: 1 the day is known, 2 within 2 to 6 days, 3 within a week; ACLED's 1 and 2 are alike.
func datePrecision(o *mechanism.Observation) string {
	first, err1 := time.Parse("2006-01-02", o.FirstDay)
	last, err2 := time.Parse("2006-01-02", o.LastDay)
	switch d := int(last.Sub(first).Hours() / 24); {
	case err1 != nil || err2 != nil:
		return ""
	case d == 0:
		return "1"
	case d < 6:
		return "2"
	case d == 6:
		return "3"
	}
	return ""
}

var recordColumns = []heading{
	{"truce_record", "#meta+id", func(o *mechanism.Observation) string { return string(o.ID) }},
	{"simulated", "#indicator+simulated", func(o *mechanism.Observation) string { return strconv.FormatBool(o.Simulated) }},
}

var plainColumns = append(recordColumns[:len(recordColumns):len(recordColumns)], []heading{
	{"observed", "#event+type", func(o *mechanism.Observation) string { return o.Observed }}, {"what", "#event+subtype", func(o *mechanism.Observation) string { return o.What }},
	{"first_day", "#date+start", func(o *mechanism.Observation) string { return o.FirstDay }}, {"last_day", "#date+end", func(o *mechanism.Observation) string { return o.LastDay }},
	{"from", "#date+start+exact", func(o *mechanism.Observation) string { return o.From }}, {"to", "#date+end+exact", func(o *mechanism.Observation) string { return o.To }},
	{"latitude", "#geo+lat", latOf}, {"longitude", "#geo+lon", lonOf}, {"error_m", "#geo+precision", errorOf}, {"cell", "#geo+bounds", cellOf},
	{"actor1", "#org+actor1", func(o *mechanism.Observation) string { return partOf(o, 0) }}, {"actor2", "#org+actor2", func(o *mechanism.Observation) string { return partOf(o, 1) }},
	{"deaths_low", "#affected+killed+min", func(o *mechanism.Observation) string { return numberOf(o.Deaths, low) }}, {"deaths", "#affected+killed", func(o *mechanism.Observation) string { return numberOf(o.Deaths, best) }},
	{"deaths_high", "#affected+killed+max", func(o *mechanism.Observation) string { return numberOf(o.Deaths, high) }}, {"note", "#description", func(o *mechanism.Observation) string { return o.Note }},
}...)

// shapes are the tables. Two have the columns of catalogues of conflict; what those have and truce does not know stays empty, and what they have no column for is left out.
var shapes = map[string]shape{
	"csv": {columns: plainColumns},
	"hxl": {columns: plainColumns, hxl: true},
	"acled": {columns: append([]heading{
		{name: "event_date", of: func(o *mechanism.Observation) string { return o.FirstDay }}, {name: "year", of: yearOf}, {name: "time_precision", of: datePrecision},
		{name: "event_type", of: func(o *mechanism.Observation) string { return o.Observed }}, {name: "sub_event_type", of: func(o *mechanism.Observation) string { return o.What }},
		{name: "actor1", of: func(o *mechanism.Observation) string { return partOf(o, 0) }}, {name: "actor2", of: func(o *mechanism.Observation) string { return partOf(o, 1) }},
		{name: "location", of: func(o *mechanism.Observation) string { return o.Area }}, {name: "latitude", of: latOf}, {name: "longitude", of: lonOf},
		{name: "geo_precision", of: func(o *mechanism.Observation) string { return coarser(o, 1000, 25_000) }},
		{name: "notes", of: func(o *mechanism.Observation) string { return o.Note }}, {name: "fatalities", of: func(o *mechanism.Observation) string { return numberOf(o.Deaths, best) }},
	}, recordColumns...)},
	"ucdp": {columns: append([]heading{
		{name: "year", of: yearOf}, {name: "side_a", of: func(o *mechanism.Observation) string { return partOf(o, 0) }}, {name: "side_b", of: func(o *mechanism.Observation) string { return partOf(o, 1) }},
		{name: "where_prec", of: func(o *mechanism.Observation) string { return coarser(o, 1000, 25_000) }}, {name: "where_coordinates", of: func(o *mechanism.Observation) string { return o.Area }},
		{name: "latitude", of: latOf}, {name: "longitude", of: lonOf}, {name: "date_prec", of: datePrecision},
		{name: "date_start", of: func(o *mechanism.Observation) string { return o.FirstDay }}, {name: "date_end", of: func(o *mechanism.Observation) string { return o.LastDay }},
		{name: "best", of: func(o *mechanism.Observation) string { return numberOf(o.Deaths, best) }}, {name: "low", of: func(o *mechanism.Observation) string { return numberOf(o.Deaths, low) }}, {name: "high", of: func(o *mechanism.Observation) string { return numberOf(o.Deaths, high) }},
	}, recordColumns...)},
}

// featureOf is an observation as GeoJSON: the point where that is seen, otherwise the coarse cell, never a point in it.
func featureOf(o *mechanism.Observation) map[string]any {
	f := map[string]any{"type": "Feature", "id": o.ID, "geometry": nil, "properties": o}
	if lat, lon, _, ok := centre(o); ok {
		f["geometry"] = map[string]any{"type": "Point", "coordinates": [2]float64{lon, lat}}
	} else if c := o.Cell; c != nil {
		f["geometry"] = map[string]any{"type": "Polygon", "coordinates": [][][2]float64{{{c.West, c.South}, {c.East, c.South}, {c.East, c.North}, {c.West, c.North}, {c.West, c.South}}}}
	}
	return f
}
