package web

import (
	"encoding/json"
	"html/template"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"truce"
	"truce/geo"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/seal"
	"truce/internal/style"
)

// Limits of the map's page. See docs/limits.md.
const (
	// DefaultMapRows is how many records the table beside the map shows at once.
	DefaultMapRows = 25
	// MaxMeasured is how many corners are measured or drafted.
	MaxMeasured = 500
)

func aboutMap(s *server) {
	c := new(charts)
	s.get("map", "/map", access.KindCase, s.mapPage)
	s.get("tile", "/tiles/{z}/{x}/{y}", access.KindObservation, s.tile)
	s.get("map-shapes", "/map/shapes", access.KindAgreement, func(q *request) error { return s.shapes(q, c) })
	s.get("map-things", "/map/things", access.KindCase, s.things)
	s.get("map-tracks", "/map/tracks", access.KindPositions, s.tracks)
	s.get("map-here", "/map/here/{feature}", access.KindObservation, s.here)
	s.get("map-at", "/map/at", access.KindAgreement, s.at)
	s.get("map-measure", "/map/measure", access.KindAgreement, func(q *request) error { return q.send("application/json", q.measured()) })
}

// mapView is the page of the map.
type mapView struct {
	Kinds, Results, Simulated []Option
	Rules, Readings           []Option
	From, To                  string
	Narrowed                  bool   // something is looked for
	Query                     string // of the tiles: what is looked for, without the piece of the map
	Box                       string
	Items                     []mapRow
	Next                      string
	Cases                     []mapCase
	Areas                     []mechanism.MapArea
	Coverage                  mechanism.Coverage
	Outside                   bool // the viewer is not told of every look
	Whole                     bool
	Sketch                    template.HTML
	Bands                     []bandName
	Measured                  *measured
	Points, Draw              string
	Ahead                     int64  // seconds by which the clock of the agreement is ahead of UTC
	Offset                    string // the same in words
	Centre                    string // west, south, east, north of what the agreement speaks of
}

type bandName struct {
	Text  string
	Rules []truce.RuleID
}

// mapRow is one row of the table: what it is, and where the map shows it.
type mapRow struct {
	mechanism.MapItem
	ID                truce.RecordID
	Kind, What        string
	Simulated, Erased bool
	FirstDay, LastDay string
	Where, To         string // as grid references; To is where a track ends
	Area              string
	Error             float64
	Bounds            string // west, south, east, north
	Fixes             int
	Case              truce.CaseID
}

type mapCase struct {
	mechanism.MapCase
	Bounds string
}

// mapSearch reads what is looked for from the address. A word that is none is left out: an address that somebody was sent still works.
func (q *request) mapSearch() (s mechanism.MapSearch) {
	v := q.r.URL.Query()
	for _, k := range v["kind"] {
		if slices.Contains(mapKinds, k) {
			s.Kinds = append(s.Kinds, k)
		}
	}
	for _, r := range v["result"] {
		if slices.Contains(mechanism.MapResults, r) {
			s.Results = append(s.Results, r)
		}
	}
	s.Rule, s.Article, s.Reading = truce.RuleID(v.Get("rule")), truce.ArticleID(v.Get("article")), v.Get("reading")
	s.From, s.To = dayOf(v.Get("from")), dayOf(v.Get("to"))
	if x := v.Get("simulated"); x == "only" || x == "none" {
		s.Simulated = x
	}
	if b, ok := numbers(v.Get("box"), 4); ok && b[0] < b[2] && b[1] < b[3] && math.Abs(b[1]) <= 90 && math.Abs(b[3]) <= 90 && b[0] >= -180 && b[2] <= 180 {
		box := [4]float64(b)
		s.Box = &box
	}
	return s
}

// mapKinds are the kinds that can be looked for, in order.
var mapKinds = append(truce.ObservationKinds(), mechanism.MapEpisodes, mechanism.MapTracks)

// without writes what is looked for again, without some of it.
func without(v url.Values, names ...string) string {
	out := url.Values{}
	for k, list := range v {
		if slices.Contains([]string{"kind", "result", "rule", "article", "reading", "from", "to", "simulated", "box"}, k) && !slices.Contains(names, k) {
			for _, x := range list {
				if x != "" {
					out.Add(k, x)
				}
			}
		}
	}
	return out.Encode()
}

// dayOf reads a day; zero where it is none.
func dayOf(s string) truce.Instant {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0
	}
	return truce.InstantOf(t)
}

// numbers reads so many numbers with commas between.
func numbers(s string, n int) ([]float64, bool) {
	parts := strings.Split(s, ",")
	if len(parts) != n {
		return nil, false
	}
	out := make([]float64, n)
	for i, p := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, false
		}
		out[i] = x
	}
	return out, true
}

func (s *server) mapPage(q *request) error {
	a, ok := s.m.Current()
	if !ok {
		return q.show("map", nil)
	}
	search := q.mapSearch()
	v := &mapView{From: q.query("from"), To: q.query("to"), Box: q.query("box"), Query: without(q.r.URL.Query(), "box"), Whole: s.m.MapWhole(),
		Points: q.query("points"), Draw: q.query("draw")}
	v.Narrowed = v.Query != "" || search.Box != nil
	v.Kinds, v.Results = options(mapKinds, search.Kinds), options(mechanism.MapResults, search.Results)
	v.Simulated = options([]string{"", "only", "none"}, []string{search.Simulated})
	v.Rules = []Option{{}}
	for _, x := range a.Plan.Agreement.Articles {
		for _, r := range x.Rules {
			v.Rules = append(v.Rules, Option{string(r.ID), q.p().Rule(r.ID), r.ID == search.Rule})
		}
	}
	v.Readings = []Option{{}}
	for _, t := range a.Plan.Agreement.Terms {
		for _, r := range t.Readings {
			id := string(t.ID) + "=" + string(r.ID)
			v.Readings = append(v.Readings, Option{id, style.Reading(q.p(), id), id == search.Reading})
		}
	}
	page, err := s.m.MapList(q.ctx, q.Viewer, search, q.query("after"), q.lang, DefaultMapRows)
	if err != nil {
		return err
	}
	v.Next = page.Next
	var drawn []mechanism.Observation
	for _, x := range page.Items {
		row, at := rowOf(x, a.Plan.Agreement)
		v.Items = append(v.Items, row)
		drawn = append(drawn, at)
	}
	cases, err := s.m.MapCases(q.ctx, q.Viewer)
	if err != nil {
		return err
	}
	for _, c := range cases {
		v.Cases = append(v.Cases, mapCase{c, boundsText(c.Place, c.Cell, areaNamed(a.Plan.Agreement, c.Area))})
	}
	v.Areas = s.m.MapAreas(q.Viewer, search)
	if v.Coverage, err = s.m.Coverage(q.ctx, q.Viewer); err != nil {
		return err
	}
	if v.Outside = !access.Exact(q.Viewer); v.Outside && !v.Coverage.Told() { // whoever is told of nobody cannot say that nobody looked
		v.Coverage.Areas = nil
	}
	for _, b := range bandsOf(a.Plan.Agreement) {
		v.Bands = append(v.Bands, bandName{q.bandText(b), b.rules})
	}
	v.Sketch = sketch(a.Plan.Agreement, q.p(), q.say("web.map.sketch"), drawn)
	if v.Points != "" {
		m := q.measured()
		v.Measured = &m
	}
	v.Centre = firstSight(a.Plan.Agreement)
	v.Ahead, v.Offset = int64(a.Plan.Agreement.Clock.OffsetAt(q.Now)), q.p().Offset(q.Now)
	return q.show("map", v)
}

func options(words, on []string) (out []Option) {
	for _, w := range words {
		out = append(out, Option{Value: w, On: slices.Contains(on, w)})
	}
	return out
}

// rowOf makes a row of the table, and the same as something a sketch draws.
func rowOf(x mechanism.MapItem, a *truce.Agreement) (row mapRow, at mechanism.Observation) {
	row.MapItem = x
	switch {
	case x.Observation != nil:
		o := x.Observation
		at = *o
		row.ID, row.Kind, row.What, row.FirstDay, row.LastDay, row.Area = o.ID, o.Observed, o.What, o.FirstDay, o.LastDay, o.Area
	case x.Outcome != nil:
		o := x.Outcome
		at = mechanism.Observation{Card: o.Card, Place: o.Place, Cell: o.Cell}
		row.ID, row.Kind, row.FirstDay, row.LastDay = o.ID, mechanism.MapEpisodes, firstDay(o.From), firstDay(o.To)
	case x.Track != nil:
		o := x.Track
		at = mechanism.Observation{Card: o.Card, Cell: o.Cell}
		row.ID, row.Kind, row.What, row.FirstDay, row.LastDay, row.Fixes = o.ID, mechanism.MapTracks, o.Category, o.FirstDay, o.LastDay, o.Fixes
		if n := len(o.Track); n > 0 {
			first, last := o.Track[0], o.Track[n-1]
			at.Place = &mechanism.Place{Kind: "point", Lat: first.Lat, Lon: first.Lon, MGRS: geo.FormatMGRS(truce.Degrees(first.Lon, first.Lat), 5), Error: float64(first.Error)}
			if row.To = geo.FormatMGRS(truce.Degrees(last.Lon, last.Lat), 5); row.To == at.Place.MGRS {
				row.To = ""
			}
		}
	}
	row.Simulated, row.Erased, row.Case = at.Simulated, at.Erased, at.Case
	if p := at.Place; p != nil {
		row.Where, row.Error = p.MGRS, p.Error
		if p.Kind == "named" {
			row.Area = p.Name
		}
	}
	row.Bounds = boundsText(at.Place, at.Cell, areaNamed(a, row.Area))
	return row, at
}

func firstDay(at string) string {
	day, _, _ := strings.Cut(at, "T")
	return day
}

// areaNamed finds a feature of the agreement by one of its names.
func areaNamed(a *truce.Agreement, name string) *truce.Feature {
	if name == "" {
		return nil
	}
	for i := range a.Places {
		f := &a.Places[i]
		if name == string(f.ID) || name == f.Name.EN || name == f.Name.AR || name == f.Name.RU || slices.Contains(f.Aliases, name) {
			return f
		}
	}
	return nil
}

// boundsText gives the piece of the map that shows a place, as far as somebody was told it.
func boundsText(p *mechanism.Place, c *mechanism.Cell, f *truce.Feature) string {
	text := func(w, s, e, n float64) string {
		out := make([]string, 4)
		for i, x := range []float64{w, s, e, n} {
			out[i] = strconv.FormatFloat(x, 'f', 5, 64)
		}
		return strings.Join(out, ",")
	}
	switch {
	case p != nil && (p.Lat != 0 || p.Lon != 0):
		far := math.Max(p.Error, 300) / 111_000
		wide := far / math.Max(0.1, math.Sqrt(math.Max(0, 1-p.Lat*p.Lat/8100))) // near enough for a window
		return text(p.Lon-wide, p.Lat-far, p.Lon+wide, p.Lat+far)
	case p != nil && len(p.Path) > 0:
		w, s, e, n := p.Path[0][0], p.Path[0][1], p.Path[0][0], p.Path[0][1]
		for _, q := range p.Path {
			w, s, e, n = math.Min(w, q[0]), math.Min(s, q[1]), math.Max(e, q[0]), math.Max(n, q[1])
		}
		return text(w, s, e, n)
	case f != nil:
		if sw, ne, ok := mechanism.Bounds(f); ok {
			return text(sw.Lon.Degrees(), sw.Lat.Degrees(), ne.Lon.Degrees(), ne.Lat.Degrees())
		}
	case c != nil:
		return text(c.West, c.South, c.East, c.North)
	}
	return ""
}

// firstSight is what the map shows first: the zones of the agreement; its lines where it draws no zone, and everything where it draws neither. Borders and wide areas that
// are there for their names reach far beyond what is looked at.
func firstSight(a *truce.Agreement) string {
	for _, counts := range []func(*truce.Feature) bool{
		func(f *truce.Feature) bool { return f.Shape == truce.ShapeArea && f.Kind != truce.FeatureArea },
		func(f *truce.Feature) bool { return f.Shape == truce.ShapeLine && f.Kind != truce.FeatureBorder },
		func(*truce.Feature) bool { return true },
	} {
		var sw, ne truce.Position
		found := false
		for i := range a.Places {
			s, n, ok := mechanism.Bounds(&a.Places[i])
			switch {
			case !ok || !counts(&a.Places[i]):
			case !found:
				sw, ne, found = s, n, true
			default:
				sw.Lon, sw.Lat, ne.Lon, ne.Lat = min(sw.Lon, s.Lon), min(sw.Lat, s.Lat), max(ne.Lon, n.Lon), max(ne.Lat, n.Lat)
			}
		}
		if found {
			return strings.Join([]string{sw.Lon.String(), sw.Lat.String(), ne.Lon.String(), ne.Lat.String()}, ",")
		}
	}
	return "30,27,45,39"
}

func (q *request) bandText(b band) string {
	dist := truce.MetresArg(truce.Tenths(b.within * 10))
	if b.by.Term == "" {
		return q.say("web.map.band", dist, truce.PlaceArg(b.of))
	}
	return q.say("web.map.band-reading", dist, truce.PlaceArg(b.of), truce.Str(style.Reading(q.p(), b.by.String())))
}

// send answers with bytes that are this viewer's own: a browser asks each time whether they are still the same.
func (q *request) send(kind string, data any) error {
	b, ok := data.([]byte)
	if !ok {
		var err error
		if b, err = json.Marshal(data); err != nil {
			return err
		}
	}
	d := seal.Bytes(b)
	h := q.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+seal.Text(d[:], 16)+`"`)
	if q.r.Header.Get("If-None-Match") == h.Get("ETag") {
		q.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	q.w.holds = true
	_, err := q.w.Write(b)
	return err
}

func (s *server) tile(q *request) error {
	z, x, y := atoi(q.r.PathValue("z"), -1), atoi(q.r.PathValue("x"), -1), atoi(q.r.PathValue("y"), -1)
	b, err := s.m.MapTile(q.ctx, q.Viewer, q.mapSearch(), z, x, y)
	if err != nil {
		return err
	}
	return q.send("application/vnd.mapbox-vector-tile", b)
}

// charts keeps what is drawn of a version of the agreement: a band takes a while to follow.
type charts struct {
	mu    sync.Mutex
	of    truce.RecordID
	bands []drawnBand
}

type drawnBand struct {
	band
	polygons [][][]truce.Position
}

func (c *charts) drawn(a mechanism.Adopted) []drawnBand {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of != a.Record {
		c.bands = nil
		for _, b := range bandsOf(a.Plan.Agreement) {
			same := slices.IndexFunc(c.bands, func(x drawnBand) bool { return x.of == b.of && x.within == b.within && x.side == b.side })
			if same >= 0 {
				c.bands = append(c.bands, drawnBand{b, c.bands[same].polygons})
				continue
			}
			c.bands = append(c.bands, drawnBand{b, b.outline(a.Plan.Agreement)})
		}
		c.of = a.Record
	}
	return c.bands
}

// geoFeature and geoCollection are GeoJSON (RFC 7946).
type geoFeature struct {
	Type       string         `json:"type"`
	ID         int            `json:"id,omitempty"`
	Properties map[string]any `json:"properties"`
	Geometry   geoShape       `json:"geometry"`
}

type geoShape struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

type geoCollection struct {
	Type     string       `json:"type"`
	Features []geoFeature `json:"features"`
}

func collection(list []geoFeature) geoCollection {
	if list == nil {
		list = []geoFeature{}
	}
	return geoCollection{"FeatureCollection", list}
}

// shapeWords are what layers of the map go by.
var shapeWords = [...]string{truce.ShapeNone: "", truce.ShapePoint: "point", truce.ShapeLine: "line", truce.ShapeArea: "area"}

func pair(p truce.Position) [2]float64 { return [2]float64{p.Lon.Degrees(), p.Lat.Degrees()} }

func pairs(list []truce.Position, closed bool) (out [][2]float64) {
	for _, p := range list {
		out = append(out, pair(p))
	}
	if closed && len(out) > 0 {
		out = append(out, out[0])
	}
	return out
}

func areaShape(polygons [][][]truce.Position) geoShape {
	out := [][][][2]float64{}
	for _, rings := range polygons {
		one := [][][2]float64{}
		for _, r := range rings {
			one = append(one, pairs(r, true))
		}
		out = append(out, one)
	}
	return geoShape{"MultiPolygon", out}
}

func shapeOf(f *truce.Feature) geoShape {
	switch f.Shape {
	case truce.ShapeArea:
		return areaShape(f.Polygons)
	case truce.ShapeLine:
		out := [][][2]float64{}
		for _, l := range f.Lines {
			out = append(out, pairs(l, false))
		}
		return geoShape{"MultiLineString", out}
	}
	return geoShape{"Point", pair(f.At)}
}

// shapes answers with what the agreement draws: zones, lines, places, and the bands along them. Its text is public, and so is this.
func (s *server) shapes(q *request, c *charts) error {
	a, ok := s.m.Current()
	if !ok {
		return q.send("application/geo+json", collection(nil))
	}
	var out []geoFeature
	for _, b := range c.drawn(a) {
		if len(b.polygons) > 0 {
			out = append(out, geoFeature{"Feature", len(out) + 1, map[string]any{"kind": "band", "name": q.bandText(b.band), "metres": float64(b.within), "rules": b.rules}, areaShape(b.polygons)})
		}
	}
	for i := range a.Plan.Agreement.Places {
		f := &a.Plan.Agreement.Places[i]
		props := map[string]any{"kind": string(f.Kind), "shape": shapeWords[f.Shape], "place": string(f.ID), "name": q.p().Place(f.ID), "what": q.p().Feature(f.Kind)}
		if f.Illustrative {
			props["illustrative"] = true
		}
		out = append(out, geoFeature{"Feature", len(out) + 1, props, shapeOf(f)})
	}
	return q.send("application/geo+json", collection(out))
}

// things answers with what is drawn beside the tiles: cases, and areas with what was reported from somewhere in them and who looked there.
func (s *server) things(q *request) error {
	a, ok := s.m.Current()
	if !ok {
		return q.send("application/geo+json", collection(nil))
	}
	cover, err := s.m.Coverage(q.ctx, q.Viewer)
	if err != nil {
		return err
	}
	props := map[truce.PlaceID]map[string]any{}
	of := func(id truce.PlaceID) map[string]any {
		if props[id] == nil {
			props[id] = map[string]any{"kind": "area", "place": string(id), "name": q.p().Place(id)}
		}
		return props[id]
	}
	if !access.Exact(q.Viewer) && !cover.Told() {
		cover.Areas = nil
	}
	for _, c := range cover.Areas {
		looked, hindered := 0, 0
		for _, d := range c.Days {
			if !d.Nobody() {
				looked++
			}
			hindered += d.Hindered
		}
		p := of(c.Area)
		p["days"], p["of"], p["hindered"] = looked, len(c.Days), hindered
	}
	for _, x := range s.m.MapAreas(q.Viewer, q.mapSearch()) {
		p := of(x.Area)
		p["n"], p["s"] = x.Count, x.Simulated
		p["label"] = q.say("web.map.somewhere", truce.NumArg(int64(x.Count)))
	}
	var out []geoFeature
	for i := range a.Plan.Agreement.Places {
		f := &a.Plan.Agreement.Places[i]
		if p := props[f.ID]; p != nil {
			out = append(out, geoFeature{"Feature", len(out) + 1, p, shapeOf(f)})
		}
	}
	cases, err := s.m.MapCases(q.ctx, q.Viewer)
	if err != nil {
		return err
	}
	for _, c := range cases {
		p := map[string]any{"kind": "case", "case": c.Case.ID, "name": string(c.Case.ID), "state": style.Is(q.p(), "state", string(c.Case.State))}
		if c.Case.Simulated {
			p["s"] = 1
		}
		g := geoShape{}
		f := areaNamed(a.Plan.Agreement, c.Area)
		switch {
		case c.Place != nil && (c.Place.Lat != 0 || c.Place.Lon != 0):
			g = geoShape{"Point", [2]float64{c.Place.Lon, c.Place.Lat}}
		case f != nil:
			p["kind"], g = "case-area", shapeOf(f)
		case c.Cell != nil: // the square, and never a point in it
			p["kind"] = "case-area"
			x := c.Cell
			g = geoShape{"Polygon", [][][2]float64{{{x.West, x.South}, {x.East, x.South}, {x.East, x.North}, {x.West, x.North}, {x.West, x.South}}}}
		default:
			continue
		}
		out = append(out, geoFeature{"Feature", len(out) + 1, p, g})
	}
	return q.send("application/geo+json", collection(out))
}

// tracks answers with the newest stretches of tracks: where, when (in seconds) and how exactly.
func (s *server) tracks(q *request) error {
	search := q.mapSearch()
	list, err := s.m.MapTracks(q.ctx, q.Viewer, search)
	if err != nil {
		return err
	}
	type track struct {
		ID        truce.RecordID `json:"id"`
		Unit      string         `json:"unit,omitempty"`
		Actor     string         `json:"actor,omitempty"`
		Simulated bool           `json:"simulated,omitempty"`
		Fixes     [][4]float64   `json:"fixes"` // seconds since 1970, longitude, latitude, metres
	}
	out := []track{}
	for _, p := range list {
		one := track{ID: p.ID, Unit: p.Unit, Simulated: p.Simulated}
		if p.Actor != "" {
			one.Actor = q.p().Actor(truce.ActorID(p.Actor))
		}
		for _, f := range p.Track {
			t, err := time.Parse(time.RFC3339Nano, f.Time)
			if err != nil {
				continue
			}
			one.Fixes = append(one.Fixes, [4]float64{float64(t.Unix()), f.Lon, f.Lat, float64(f.Error)})
		}
		out = append(out, one)
	}
	return q.send("application/json", out)
}

// here shows the records at the place of one sign of the map.
func (s *server) here(q *request) error {
	a, ok := s.m.Current()
	feature, err := strconv.ParseUint(q.r.PathValue("feature"), 10, 64)
	if err != nil || !ok {
		return door.Bad("feature", "it is the number of a sign on the map")
	}
	items, err := s.m.MapHere(q.ctx, q.Viewer, q.mapSearch(), feature, q.lang)
	if err != nil {
		return err
	}
	v := &mapView{}
	var drawn []mechanism.Observation
	for _, x := range items {
		row, at := rowOf(x, a.Plan.Agreement)
		v.Items = append(v.Items, row)
		drawn = append(drawn, at)
	}
	v.Sketch = sketch(a.Plan.Agreement, q.p(), q.say("web.map.sketch"), drawn)
	return q.show("map-here", v)
}

// at says what a position is called, and how it lies to what the agreement draws.
func (s *server) at(q *request) error {
	x, ok := numbers(q.query("at"), 2)
	if !ok || math.Abs(x[1]) > 90 || math.Abs(x[0]) > 180 {
		return door.Bad("at", "longitude and latitude in degrees, with a comma between")
	}
	p := truce.Degrees(x[0], x[1])
	return q.send("application/json", map[string]string{"degrees": p.String(), "dms": geo.FormatDMS(p, 1), "mgrs": geo.FormatMGRS(p, 5), "utm": geo.FormatUTM(p)})
}

// measured is a line or an area that somebody drew or typed.
type measured struct {
	Problems []string `json:"problems,omitempty"`
	Legs     []leg    `json:"legs,omitempty"`
	Total    string   `json:"total,omitempty"`
	GeoJSON  string   `json:"geojson,omitempty"`
}

// faultWords name what can be wrong with a drawing; the sentences are web.is.fault. and the word.
var faultWords = [...]string{geo.FaultTooMany: "too-many", geo.FaultTooFew: "too-few", geo.FaultRange: "range", geo.FaultRepeated: "repeated", geo.FaultNoArea: "no-area",
	geo.FaultPole: "pole", geo.FaultTooWide: "too-wide", geo.FaultCross: "cross", geo.FaultOverlap: "overlap", geo.FaultTouch: "touch", geo.FaultHoleOutside: "hole", geo.FaultNested: "nested"}

type leg struct {
	To      string `json:"to"`
	Length  string `json:"length"`
	Azimuth string `json:"azimuth"`
}

// corners reads places, one a line in any way of writing, and says what is none.
func (q *request) corners(text string) (list []truce.Position, wrong []string) {
	for i, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ';' }) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		c, err := geo.ParseCoordinates(line)
		if err != nil {
			wrong = append(wrong, q.say("web.map.not-a-place", truce.NumArg(int64(i+1)), truce.Str(line)))
			continue
		}
		if list = append(list, c.At); len(list) == MaxMeasured {
			break
		}
	}
	return list, wrong
}

// measured reads corners and measures between them on the ellipsoid.
func (q *request) measured() (m measured) {
	ring := q.query("draw") == "zone"
	list, wrong := q.corners(q.query("points"))
	m.Problems = wrong
	if len(list) < 2 {
		return m // a place alone is no line yet
	}
	p := q.p()
	legs := slices.Clone(list)
	if ring && len(list) > 2 {
		legs = append(legs, list[0])
	}
	total := truce.Metres(0)
	for i := 1; i < len(legs); i++ {
		d := geo.Distance(legs[i-1], legs[i])
		total += d
		m.Legs = append(m.Legs, leg{geo.FormatMGRS(legs[i], 5), p.Metres(truce.Tenths(math.Round(float64(d) * 10))), p.Decimal(int64(math.Round(geo.Azimuth(legs[i-1], legs[i])*10)), 1) + "°"})
	}
	if len(m.Legs) > 0 {
		m.Total = p.Metres(truce.Tenths(math.Round(float64(total) * 10)))
	}
	f := geoFeature{Type: "Feature", Properties: map[string]any{"id": "draft", "kind": "line-of-contact", "name": map[string]string{"en": "draft"}}}
	var faults []geo.Fault
	switch {
	case ring:
		f.Properties["kind"], f.Geometry = "zone", geoShape{"Polygon", [][][2]float64{pairs(list, true)}}
		faults = geo.CheckArea([][][]truce.Position{{list}}, truce.EdgesStraight)
	default:
		f.Geometry = geoShape{"LineString", pairs(list, false)}
		faults = geo.CheckLine([][]truce.Position{list}, truce.EdgesStraight)
	}
	for _, x := range faults {
		word := style.Is(p, "fault", faultWords[x.Kind])
		if x.Vertex >= 0 {
			word = q.say("web.map.fault", truce.NumArg(int64(x.Vertex+1)), truce.Str(word))
		}
		m.Problems = append(m.Problems, word)
	}
	if b, err := json.MarshalIndent(collection([]geoFeature{f}), "", "  "); err == nil {
		m.GeoJSON = string(b)
	}
	return m
}
