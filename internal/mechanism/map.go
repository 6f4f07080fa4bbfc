package mechanism

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"truce"
	"truce/geo"
	"truce/internal/access"
	"truce/internal/atlas"
	"truce/internal/view"
)

// Limits of the map. See docs/limits.md.
const (
	// MaxTogether is how many signs a piece of a tile 32 pixels wide holds; more are put together in one with their number. From DefaultApartZoom on it is
	// MaxApart.
	MaxTogether      = 8
	MaxApart         = 200
	DefaultApartZoom = 15
	// MaxCircles is how many radii are drawn in one tile, the newest.
	MaxCircles = 300
	// MaxMapCases and MaxMapTracks bound what is drawn beside the tiles, MaxTrackPoints the positions of one stretch: of more, every so many is drawn.
	MaxMapCases    = 200
	MaxMapTracks   = 40
	MaxTrackPoints = 2000
	// MaxHere is how many records of one place are told at once.
	MaxHere = 50
	// maxAsked bounds how many outcomes of one cell are asked on whose reports they rest.
	maxAsked = 50
)

// Words of a map's search beside those of observations and results.
const (
	MapEpisodes = "episode"
	MapTracks   = "track"
	// ResultTurns is a result that depends on a reading.
	ResultTurns = "turns"
)

// MapResults lists the results that a map shows, the gravest first. What does not apply is shown to whoever asks for it.
var MapResults = []string{"breached", ResultTurns, "undetermined", "suspended", "kept", "not-due", "not-applicable"}

// MapSearch narrows the map. The zero value shows everything but rules that do not apply.
type MapSearch struct {
	Kinds     []string // words of observations, [MapEpisodes], [MapTracks]
	Results   []string // of [MapResults]
	Rule      truce.RuleID
	Article   truce.ArticleID
	Reading   string        // term=reading: results are those under it
	From, To  truce.Instant // their days, in UTC
	Simulated string        // "only", "none", or ""
	Box       *[4]float64   // west, south, east, north in degrees; tiles have their own
}

// sieve is a search made quick.
type sieve struct {
	s           MapSearch
	c           *chart
	kinds       [256]bool
	results     map[string]bool
	first, last int32
	days, ruled bool      // it asks for days, for what rules say
	verdicts    []verdict // by word; those that were met
}

// verdict is what a rule says, as a word of [MapResults], and how grave that is. It is looked for where it is of the results, the rule and the article of the search.
type verdict struct {
	said    string
	gravity int
	wanted  bool
}

func (s MapSearch) sieve(c *chart) *sieve {
	v := &sieve{s: s, c: c, results: map[string]bool{}, verdicts: make([]verdict, len(c.words)), first: -1 << 31, last: 1<<31 - 1}
	for _, k := range s.Kinds {
		switch o, ok := truce.ParseObservationKind(k); {
		case k == MapEpisodes:
			v.kinds[entryEpisode] = true
		case k == MapTracks:
			v.kinds[entryTrack] = true
		case ok:
			v.kinds[o] = true
		}
	}
	v.ruled = len(s.Results) > 0 || s.Rule != "" || s.Article != ""
	results := s.Results
	if len(results) == 0 {
		results = MapResults[:len(MapResults)-1]
	}
	for _, r := range results {
		v.results[r] = true
	}
	if s.From.Stated() {
		v.first, v.days = int32(view.DayOf(s.From)), true
	}
	if s.To.Stated() {
		v.last, v.days = int32(view.DayOf(s.To)), true
	}
	return v
}

// seen is what a viewer sees of an entry: the gravest of what rules say of it, of what is looked for.
type seen struct {
	atlas.Entry
	fields  access.Fields
	verdict string // "" where no rule speaks
	word    uint16 // of the rule
}

// look gives what a viewer sees of an entry; ok is false where they may not know of it or do not look for it. What narrows a map must be seen by whoever narrows
// it, or the map tells what it hides. The entry is being visited.
func (v *sieve) look(e *atlas.Entry, by *sight) (out seen, ok bool) {
	narrowed := len(v.s.Kinds) > 0
	switch {
	case narrowed && !v.kinds[e.Kind], v.days && (e.First == int32(view.NoDay) || e.Last() < v.first || e.First > v.last),
		v.s.Simulated == "only" && e.Flags&atlas.Simulated == 0, v.s.Simulated == "none" && e.Flags&atlas.Simulated != 0:
		return out, false
	}
	sees := by.sees(e)
	switch {
	case !sees.Has(access.Existence) || sees&(access.WhereExact|access.WhereCoarse) == 0, narrowed && !sees.Has(access.Open), v.days && !sees.Has(access.WhenCoarse):
		return out, false
	}
	out = seen{Entry: *e, fields: sees}
	gravest := len(MapResults)
	hear := func(word uint16) {
		if x := v.verdict(word); x.wanted && x.gravity < gravest {
			out.verdict, out.word, gravest = x.said, word, x.gravity
		}
	}
	if e.Kind == entryEpisode {
		if sees.Has(access.Open) {
			hear(e.Word)
		}
		return out, out.verdict != "" || !v.ruled && !sees.Has(access.Open)
	}
	v.c.Rulings(e, func(r *atlas.Ruling) {
		if by.hears(r).Has(access.Existence | access.Open) {
			hear(r.Word)
		}
	})
	return out, out.verdict != "" || !v.ruled
}

func gravity(result string) int { return slices.Index(MapResults, result) }

func (v *sieve) verdict(i uint16) verdict {
	x := &v.verdicts[i]
	if x.said != "" {
		return *x
	}
	w := &v.c.words[i]
	r, turns := w.result(v.s.Reading)
	if x.said = strings.ReplaceAll(r.String(), " ", "-"); turns {
		x.said = ResultTurns
	}
	x.gravity = gravity(x.said)
	x.wanted = v.results[x.said] && (v.s.Rule == "" || v.s.Rule == w.rule) && (v.s.Article == "" || v.s.Article == w.article)
	return *x
}

// kindWord is the kind of an entry as tiles and searches have it.
func kindWord(k uint8) string {
	switch k {
	case entryEpisode:
		return MapEpisodes
	case entryTrack:
		return MapTracks
	}
	return truce.ObservationKind(k).String()
}

// MapTile draws one tile for one viewer, as a Mapbox Vector Tile; NotFound where there is no such tile. Its layers:
//
//	points   what is seen exactly: k its kind, w its word, r the gravest result and u the rule that says so, e the radius in metres, d its day, s simulated,
//	         n how many there are at this very place
//	circles  the radius around each, true to metres
//	groups   many points together: n how many, b how many of them breached
//	cells    what is seen by its coarse cell alone, as the square it is: n how many, b how many of them breached
func (m *Mechanism) MapTile(ctx context.Context, v access.Viewer, s MapSearch, z, x, y int) ([]byte, error) {
	tile, ok := atlas.NewTile(z, x, y)
	if !ok {
		return nil, &truce.Error{Op: "mechanism.MapTile", Kind: truce.NotFound, Reason: "there is no such tile"}
	}
	sight := m.sight(v)
	defer sight.done(m)
	d := &drawer{m: m, sight: sight, sieve: s.sieve(m.places), tile: tile, zoom: z}
	box := tile.Box()
	if sight.coarse() {
		d.cells = map[geo.Cell]*tally{}
		box = overCells(box)
	}
	m.places.In(box, d.take)
	if err := d.points(ctx); err != nil {
		return nil, err
	}
	d.circles()
	if err := d.squares(ctx); err != nil {
		return nil, err
	}
	return tile.Bytes()
}

// overCells grows a box to the edges of the coarse cells it touches.
func overCells(b atlas.Box) atlas.Box {
	sw, ne := geo.CellOf(atlas.Point{X: b.West, Y: b.South}.Position()).Ring(), geo.CellOf(atlas.Point{X: b.East, Y: b.North}.Position()).Ring()
	wide := atlas.BoxOf(sw[0], ne[2])
	// Rows of cells have their own widths: half a degree to either side is more than any of them.
	west, east := atlas.PointOf(truce.Position{Lon: sw[0].Lon - 5_000_000, Lat: sw[0].Lat}), atlas.PointOf(truce.Position{Lon: min(ne[2].Lon+5_000_000, 1_800_000_000), Lat: ne[2].Lat})
	return atlas.Box{West: min(wide.West, west.X, b.West), North: min(wide.North, b.North), East: max(wide.East, east.X, b.East), South: max(wide.South, b.South)}
}

// drawer draws one tile.
type drawer struct {
	m     *Mechanism
	sight *sight
	sieve *sieve
	tile  *atlas.Tile
	zoom  int
	grid  [16 * 16]*group
	cells map[geo.Cell]*tally
}

// group is what lies in one piece of the tile, 32 pixels wide.
type group struct {
	first []seen
	tally tally
	x, y  uint64 // sums, for the middle
}

// tally counts what is told of together.
type tally struct {
	access.Tally
	breached, simulated, all int
	asked                    []truce.Seq // outcomes, whose sources are not known yet
}

func (t *tally) add(d *drawer, e *seen) {
	t.all++
	if e.Flags&atlas.Simulated != 0 {
		t.simulated++
	}
	if e.verdict == "breached" {
		t.breached++
	}
	if e.Kind == entryEpisode && !access.Exact(d.sight.v) {
		if len(t.asked) < maxAsked {
			t.asked = append(t.asked, e.Seq)
		}
		return
	}
	t.Add(d.sight.c.ilks[e.Sign].author.Person)
}

// told asks on whose reports outcomes rest, and gives the counts as the viewer is told them.
func (t *tally) told(ctx context.Context, d *drawer) (n, breached int, err error) {
	for _, seq := range t.asked {
		people, err := d.m.sources(ctx, d.sight.v, &view.Row{Seq: seq})
		if err != nil {
			return 0, 0, err
		}
		t.Add(people...)
	}
	return t.Part(d.sight.v, t.all), t.Part(d.sight.v, t.breached), nil
}

func (d *drawer) take(e *atlas.Entry) {
	x, ok := d.sieve.look(e, d.sight)
	if !ok {
		return
	}
	p := e.Point()
	if !x.fields.Has(access.WhereExact) {
		if d.cells != nil {
			c := geo.CellOf(p.Position())
			t := d.cells[c]
			if t == nil {
				t = new(tally)
				d.cells[c] = t
			}
			t.add(d, &x)
		}
		return
	}
	b := d.tile.Box()
	if !b.Holds(p) {
		return
	}
	d.sight.shown[e.Sign] |= x.fields
	i := (uint64(p.X-b.West)<<4)>>(32-d.zoom) | (uint64(p.Y-b.North)<<4)>>(32-d.zoom)<<4
	g := d.grid[i]
	if g == nil {
		g = new(group)
		d.grid[i] = g
	}
	g.tally.add(d, &x)
	g.x, g.y = g.x+uint64(p.X-b.West), g.y+uint64(p.Y-b.North)
	if len(g.first) <= d.most() {
		g.first = append(g.first, x)
	}
}

// most is how many points a piece of the tile holds before they are put together.
func (d *drawer) most() int {
	if d.zoom >= DefaultApartZoom {
		return MaxApart
	}
	return MaxTogether
}

// points draws single points, and groups where there are many.
func (d *drawer) points(ctx context.Context) error {
	points, groups := d.tile.Layer("points"), d.tile.Layer("groups")
	b := d.tile.Box()
	for _, g := range d.grid {
		switch {
		case g == nil:
		case g.tally.all > d.most():
			n, breached, err := g.tally.told(ctx, d)
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			tags := groups.Tags()
			tags.Number("n", int64(n))
			tags.Number("b", int64(breached))
			if g.tally.simulated > 0 {
				tags.Number("s", 1)
			}
			groups.Point(atlas.Point{X: b.West + uint32(g.x/uint64(g.tally.all)), Y: b.North + uint32(g.y/uint64(g.tally.all))}, 0, tags)
		default:
			for same := range together(g.first) {
				d.point(points, same)
			}
		}
	}
	return nil
}

// together gives what lies at each very place and is of one kind, the newest first.
func together(list []seen) func(func([]seen) bool) {
	slices.SortFunc(list, func(a, b seen) int {
		p, q := a.Point(), b.Point()
		return cmp.Or(cmp.Compare(p.X, q.X), cmp.Compare(p.Y, q.Y), cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.Seq, a.Seq))
	})
	return func(yield func([]seen) bool) {
		for len(list) > 0 {
			n := 1
			for n < len(list) && list[n].Point() == list[0].Point() && list[n].Kind == list[0].Kind {
				n++
			}
			if !yield(list[:n]) {
				return
			}
			list = list[n:]
		}
	}
}

func (d *drawer) point(l *atlas.Layer, same []seen) {
	e := &same[0]
	for i := range same {
		if x := &same[i]; x.verdict != "" && (e.verdict == "" || gravity(x.verdict) < gravity(e.verdict)) {
			e = x
		}
	}
	tags := l.Tags()
	d.tags(&tags, e)
	if e.Kind != entryTrack {
		tags.Number("e", int64(e.Error+0.5))
	}
	if e.verdict != "" {
		tags.Word("u", string(d.sight.c.words[e.word].rule))
	}
	if e.fields.Has(access.What) {
		tags.Word("w", d.sight.c.words[e.Word].text)
	}
	if len(same) > 1 {
		tags.Number("n", int64(len(same)))
	}
	l.Point(e.Point(), e.Name.Feature(), tags)
}

// tags are what points and circles say.
func (d *drawer) tags(tags *atlas.Tags, e *seen) {
	if e.fields.Has(access.Open) {
		tags.Word("k", kindWord(e.Kind))
	}
	tags.Word("r", e.verdict)
	if e.fields.Has(access.WhenCoarse) && e.First != int32(view.NoDay) {
		tags.Number("d", int64(e.First))
	}
	if e.Flags&atlas.Simulated != 0 {
		tags.Number("s", 1)
	}
}

// circles draws how well places are known, where that is wider than a few pixels.
func (d *drawer) circles() {
	l := d.tile.Layer("circles")
	var list []seen
	d.m.places.Touching(d.tile.Box(), float32(d.tile.Metres(5)), func(e *atlas.Entry) {
		if e.Kind == entryTrack {
			return // its radius is how far it went, not how well that is known
		}
		if x, ok := d.sieve.look(e, d.sight); ok && x.fields.Has(access.WhereExact) {
			list = append(list, x)
		}
	})
	slices.SortFunc(list, func(a, b seen) int { return cmp.Compare(b.Seq, a.Seq) })
	type disc struct {
		at      atlas.Point
		error   float32
		kind    uint8
		verdict string
	}
	drawn := map[disc]bool{}
	for i := range list {
		e := &list[i]
		k := disc{e.Point(), e.Error, e.Kind, e.verdict}
		if drawn[k] {
			continue
		}
		if len(drawn) >= MaxCircles {
			break
		}
		drawn[k] = true
		tags := l.Tags()
		d.tags(&tags, e)
		l.Circle(e.Point(), float64(e.Error), e.Name.Feature(), tags)
	}
}

// squares draws what is seen by its coarse cell alone.
func (d *drawer) squares(ctx context.Context) error {
	l := d.tile.Layer("cells")
	b := d.tile.Box()
	for _, c := range slices.SortedFunc(maps.Keys(d.cells), func(a, b geo.Cell) int { return cmp.Or(cmp.Compare(a.Lat, b.Lat), cmp.Compare(a.Lon, b.Lon)) }) {
		ring := c.Ring()
		if !atlas.BoxOf(ring[0], ring[2]).Touches(b) {
			continue
		}
		n, breached, err := d.cells[c].told(ctx, d)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		tags := l.Tags()
		tags.Number("n", int64(n))
		tags.Number("b", int64(breached))
		if d.cells[c].simulated > 0 {
			tags.Number("s", 1)
		}
		corners := make([]atlas.Point, len(ring))
		for i, p := range ring {
			corners[i] = atlas.PointOf(p)
		}
		l.Ring(corners, uint64(c.Lat+2000)<<16|uint64(c.Lon+4000), tags)
	}
	return nil
}

// MapItem is one record on the map, as one viewer sees it: one of observation, outcome and track is set.
type MapItem struct {
	Feature     uint64       `json:"feature" access:"existence" doc:"Its number in tiles."`
	Result      string       `json:"result,omitempty" access:"open" doc:"The gravest of what rules say of it, of those that you may see and look for."`
	Rule        truce.RuleID `json:"rule,omitempty" access:"open" doc:"The rule that says so."`
	Observation *Observation `json:"observation,omitempty" access:"each"`
	Outcome     *Outcome     `json:"outcome,omitempty" access:"each"`
	Track       *Positions   `json:"track,omitempty" access:"each"`
}

// MapList lists what the map shows, newest first, a page at a time: the same records as the tiles, and those that have only the name of an area.
func (m *Mechanism) MapList(ctx context.Context, v access.Viewer, s MapSearch, cursor, language string, limit int) (Page[MapItem], error) {
	page := Page[MapItem]{Items: []MapItem{}}
	before := truce.Seq(1<<63 - 1)
	if cursor != "" {
		at, err := m.cursorAt(cursor)
		if err != nil {
			return page, err
		}
		before = at
	}
	limit = min(max(limit, 1), view.MaxPage)
	list := m.newestOnMap(v, s, before, limit+1)
	if len(list) > limit {
		list = list[:limit]
		var err error
		if page.Next, err = m.cursor(list[limit-1].seq); err != nil {
			return page, err
		}
	}
	for _, x := range list {
		one, ok, err := m.mapItem(ctx, v, x.seq, language)
		if err != nil {
			return page, err
		}
		if ok {
			one.Result, one.Rule = x.verdict, x.rule
			page.Items = append(page.Items, one)
		}
	}
	return page, nil
}

// shown is a record on the map, and the gravest that a rule says of it.
type shown struct {
	seq     truce.Seq
	verdict string
	rule    truce.RuleID
}

// newestOnMap gives the latest records on the map before one, the latest first.
func (m *Mechanism) newestOnMap(v access.Viewer, s MapSearch, before truce.Seq, most int) []shown {
	in := func(*atlas.Entry, access.Fields) bool { return true }
	if b := s.Box; b != nil {
		in = m.inBox(*b)
	}
	sight := m.sight(v)
	defer sight.done(m)
	sieve := s.sieve(m.places)
	newest, said := newestOf(most), map[truce.Seq]seen{}
	m.places.Newest(before, func(e *atlas.Entry) truce.Seq {
		if x, ok := sieve.look(e, sight); ok && in(e, x.fields) {
			newest.add(e.Seq)
			said[e.Seq] = x
		}
		return newest.least()
	})
	var out []shown
	for _, seq := range newest.sorted() {
		x := said[seq]
		out = append(out, shown{seq, x.verdict, sight.c.words[x.word].rule})
	}
	return out
}

// inBox says what is in a box: a place with its radius where it is seen exactly, its cell where not, the area it names where it has no place.
func (m *Mechanism) inBox(b [4]float64) func(*atlas.Entry, access.Fields) bool {
	box := atlas.BoxOf(truce.Degrees(b[0], b[1]), truce.Degrees(b[2], b[3]))
	areas := map[truce.PlaceID]bool{}
	if a, ok := m.Current(); ok {
		for i := range a.Plan.Agreement.Places {
			f := &a.Plan.Agreement.Places[i]
			if sw, ne, ok := Bounds(f); ok {
				areas[f.ID] = atlas.BoxOf(sw, ne).Touches(box)
			}
		}
	}
	cells := map[geo.Cell]bool{}
	return func(e *atlas.Entry, sees access.Fields) bool {
		switch {
		case e.Flags&atlas.Named != 0:
			return areas[m.places.areas[e.Area]]
		case sees.Has(access.WhereExact):
			return e.Box().Touches(box)
		}
		c := geo.CellOf(e.Point().Position())
		in, ok := cells[c]
		if !ok {
			r := c.Ring()
			in = atlas.BoxOf(r[0], r[2]).Touches(box)
			cells[c] = in
		}
		return in
	}
}

// Bounds gives the corners of the box around a feature of an agreement; ok is false where it has no shape.
func Bounds(f *truce.Feature) (sw, ne truce.Position, ok bool) {
	add := func(p truce.Position) {
		if !ok {
			sw, ne, ok = p, p, true
		}
		sw.Lon, sw.Lat, ne.Lon, ne.Lat = min(sw.Lon, p.Lon), min(sw.Lat, p.Lat), max(ne.Lon, p.Lon), max(ne.Lat, p.Lat)
	}
	for _, rings := range f.Polygons {
		for _, p := range rings[0] {
			add(p)
		}
	}
	for _, path := range f.Lines {
		for _, p := range path {
			add(p)
		}
	}
	if f.Shape == truce.ShapePoint {
		add(f.At)
	}
	return sw, ne, ok
}

// mapItem opens a record by its number; false where the viewer may not know of it.
func (m *Mechanism) mapItem(ctx context.Context, v access.Viewer, seq truce.Seq, language string) (one MapItem, ok bool, err error) {
	rows, err := m.View.Records(ctx, view.Query{After: seq - 1, Before: seq + 1, Limit: 1})
	if err != nil || len(rows) == 0 {
		return one, false, err
	}
	row := &rows[0]
	t := m.thing(row)
	sees := access.See(v, t)
	if !sees.Has(access.Existence) {
		return one, false, nil
	}
	one.Feature = atlas.NameOf(row.ID).Feature()
	switch row.Kind {
	case truce.RecordObservation:
		one.Observation = new(Observation)
		*one.Observation, err = m.observation(ctx, row, t, sees)
	case truce.RecordOutcome:
		one.Outcome = new(Outcome)
		*one.Outcome, err = m.outcomeOf(ctx, row, t, sees, language, false)
	case truce.RecordPositions:
		one.Track = new(Positions)
		*one.Track, err = m.track(ctx, row, t, sees, endFixes)
	}
	m.note(v, t, sees)
	return one, true, err
}

// MapHere lists the records of the map at the very place of one of its features, newest first, at most [MaxHere].
func (m *Mechanism) MapHere(ctx context.Context, v access.Viewer, s MapSearch, feature uint64, language string) ([]MapItem, error) {
	sight := m.sight(v)
	sieve := s.sieve(m.places)
	sees := func(e *atlas.Entry) bool {
		x, ok := sieve.look(e, sight)
		return ok && x.fields.Has(access.WhereExact)
	}
	var at *atlas.Point
	m.places.All(func(e *atlas.Entry) {
		if e.Name.Feature() == feature && e.Flags&atlas.Named == 0 && sees(e) {
			p := e.Point()
			at = &p
		}
	})
	newest := newestOf(MaxHere)
	if at != nil {
		m.places.In(atlas.Box{West: at.X, North: at.Y, East: at.X, South: at.Y}, func(e *atlas.Entry) {
			if sees(e) {
				newest.add(e.Seq)
			}
		})
	}
	sight.done(m)
	out := []MapItem{}
	for _, seq := range newest.sorted() {
		one, ok, err := m.mapItem(ctx, v, seq, language)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, one)
		}
	}
	return out, nil
}

// newest keeps the greatest of many numbers.
type newest struct {
	most int
	list []truce.Seq // a heap, the least first, once it is full
}

func newestOf(n int) *newest { return &newest{most: n} }

// least is the greatest number that has no place any more.
func (h *newest) least() truce.Seq {
	if len(h.list) < h.most {
		return 0
	}
	return h.list[0]
}

func (h *newest) add(s truce.Seq) {
	if s <= h.least() {
		return
	}
	if len(h.list) < h.most {
		h.list = append(h.list, s)
		if len(h.list) == h.most {
			slices.Sort(h.list) // a sorted list is a heap
		}
		return
	}
	h.list[0] = s
	for i := 0; ; {
		least := i
		for _, c := range [2]int{2*i + 1, 2*i + 2} {
			if c < len(h.list) && h.list[c] < h.list[least] {
				least = c
			}
		}
		if least == i {
			return
		}
		h.list[i], h.list[least] = h.list[least], h.list[i]
		i = least
	}
}

func (h *newest) sorted() []truce.Seq {
	slices.Sort(h.list)
	slices.Reverse(h.list)
	return slices.Compact(h.list)
}

// MapArea counts what was reported from somewhere in a named area.
type MapArea struct {
	Area      truce.PlaceID  `json:"area" access:"where-coarse"`
	Count     int            `json:"count" access:"where-coarse"`
	Kinds     map[string]int `json:"kinds,omitempty" access:"open"`
	Simulated bool           `json:"simulated,omitempty" access:"existence"`
}

// MapAreas counts the records of the map whose place is the name of an area of the agreement, area by area.
func (m *Mechanism) MapAreas(v access.Viewer, s MapSearch) []MapArea {
	type counted struct {
		all       access.Tally
		kinds     map[uint8]int
		n         int
		simulated bool
	}
	areas := map[truce.PlaceID]*counted{}
	sight := m.sight(v)
	sieve := s.sieve(m.places)
	m.places.Areal(func(e *atlas.Entry) {
		x, ok := sieve.look(e, sight)
		if !ok {
			return
		}
		id := sight.c.areas[e.Area]
		c := areas[id]
		if c == nil {
			c = &counted{kinds: map[uint8]int{}}
			areas[id] = c
		}
		c.all.Add(sight.c.ilks[e.Sign].author.Person)
		c.n++
		c.simulated = c.simulated || e.Flags&atlas.Simulated != 0
		if x.fields.Has(access.Open) {
			c.kinds[e.Kind]++
		}
	})
	sight.done(m)
	out := []MapArea{}
	for _, id := range slices.Sorted(maps.Keys(areas)) {
		c := areas[id]
		one := MapArea{Area: id, Count: c.all.Part(v, c.n), Simulated: c.simulated, Kinds: map[string]int{}}
		for k, n := range c.kinds {
			if n = c.all.Part(v, n); n > 0 {
				one.Kinds[kindWord(k)] = n
			}
		}
		if one.Count > 0 {
			out = append(out, one)
		}
	}
	return out
}

// MapCase is where a case is on the map: where the first record it rests on is, as far as the viewer may see that.
type MapCase struct {
	Case  Case   `json:"case" access:"each"`
	Place *Place `json:"place,omitempty" access:"where-exact"`
	Cell  *Cell  `json:"cell,omitempty" access:"where-coarse"`
	Area  string `json:"area,omitempty" access:"where-coarse"`
}

// MapCases lists the cases that are not closed and have a place, the newest first, at most [MaxMapCases].
func (m *Mechanism) MapCases(ctx context.Context, v access.Viewer) ([]MapCase, error) {
	out := []MapCase{}
	for _, c := range m.Cases(v, "", "") {
		if c.State == truce.CaseClosed || c.State == truce.CaseDuplicate {
			continue
		}
		if len(out) >= MaxMapCases {
			break
		}
		one := MapCase{Case: c}
		for _, id := range c.Cites { // those that the viewer is told of
			row, err := m.View.Record(ctx, id)
			if truce.KindOf(err) == truce.NotFound && err != nil {
				continue
			}
			if err != nil {
				return nil, err
			}
			t := m.thing(&row)
			sees := access.See(v, t)
			if !sees.Has(access.Existence) || sees&(access.WhereCoarse|access.WhereExact) == 0 {
				continue
			}
			switch row.Kind {
			case truce.RecordObservation:
				o, err := m.observation(ctx, &row, t, sees)
				if err != nil {
					return nil, err
				}
				one.Place, one.Cell, one.Area = o.Place, o.Cell, o.Area
			case truce.RecordOutcome:
				o, err := m.outcome(ctx, &row, t, sees, "")
				if err != nil {
					return nil, err
				}
				one.Place, one.Cell = o.Place, o.Cell
			}
			if one.Place != nil || one.Cell != nil || one.Area != "" {
				m.note(v, t, sees&(access.WhereExact|access.WhereCoarse))
				out = append(out, one)
				break
			}
		}
	}
	return out, nil
}

// MapTracks lists the newest stretches of tracks of the map with their positions, at most [MaxMapTracks]. Of a long stretch every so many positions are given.
func (m *Mechanism) MapTracks(ctx context.Context, v access.Viewer, s MapSearch) ([]Positions, error) {
	s.Kinds = []string{MapTracks}
	page, err := m.MapList(ctx, v, s, "", "", MaxMapTracks)
	if err != nil {
		return nil, err
	}
	out := []Positions{}
	for _, x := range page.Items {
		p, err := m.Track(ctx, v, x.Track.ID)
		if err != nil {
			return nil, err
		}
		if every := (len(p.Track) + MaxTrackPoints - 1) / MaxTrackPoints; every > 1 {
			thin := p.Track[:0]
			for i := range p.Track {
				if i%every == 0 || i == len(p.Track)-1 {
					thin = append(thin, p.Track[i])
				}
			}
			p.Track = thin
		}
		if len(p.Track) > 0 {
			out = append(out, p)
		}
	}
	return out, nil
}

// MapWhole reports whether the map has all records; not where there are more than it holds.
func (m *Mechanism) MapWhole() bool { return m.places.Since() <= 1 }
