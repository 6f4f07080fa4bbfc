package assess

import (
	"fmt"
	"slices"
	"strings"

	"truce"
	"truce/geo"
	"truce/terms"
)

// ground knows the places of an agreement: its features by name, the regions its rules speak of, and where a position lies.
type ground struct {
	features []*feature
	byID     map[truce.PlaceID]*feature
	names    map[string][]*feature

	regions []*region      // every region that a rule forbids a presence in under some choice
	byText  map[string]int // their number, by what they say
	read    map[whereKey]*region

	index      *geo.Index // nil until the first question that needs it
	bands      []geo.Band
	areas      []*feature // in the order of the index
	sets       map[truce.FeatureKind]*zoneSet
	signatures []signature
	bySig      map[string]int32
	byClass    []int32 // signature of each class of the index, -1 until asked
}

// feature is a named piece of geometry, ready for questions.
type feature struct {
	*truce.Feature
	area *geo.Area
	line *geo.Line // of an area its boundary, of a point the point itself
	some *geo.Spot // somewhere in it, once asked
	// Numbers in the index; -1 where the index does not hold it.
	number, lineNumber int
	rough              struct { // what roughly said last
		at        truce.Position
		low, high truce.Metres
		known     bool
	}
}

// zoneSet is all zones of a kind together, of which there may be thousands.
type zoneSet struct {
	members  []bool      // by number in the index
	boundary []*geo.Line // of all of them: outside, the nearest of it is the nearest zone
	found    []*feature  // what around found last
}

// region is a place of a rule with all its terms read: what a Where says under one choice.
type region struct {
	op     string // "zone", "set", "band", "all", "any", "not", "nowhere", "unpublished"
	f      *feature
	set    *zoneSet
	within truce.Metres // of a band; 0 is no limit of distance
	side   int          // of a band: +1 left, -1 right, 0 both
	sided  truce.Side
	kind   truce.FeatureKind // of a set
	g      *ground           // of a set
	kids   []*region
	read   truce.Choice // the reading it stands for, if it was a term
	source truce.SourceID
	limit  int // of a band: which of its line's limits in the index it is
}

func newGround(p *terms.Plan, rules []*rule) (*ground, error) {
	g := &ground{byID: map[truce.PlaceID]*feature{}, names: map[string][]*feature{}, byText: map[string]int{}, read: map[whereKey]*region{}, bySig: map[string]int32{}}
	for i := range p.Agreement.Places {
		if err := g.add(&p.Agreement.Places[i], p.Agreement.Edges); err != nil {
			return nil, err
		}
	}
	if err := g.makeSets(p.Agreement); err != nil {
		return nil, err
	}
	for _, r := range rules {
		if r.Verb != truce.Forbids || r.Object != truce.KindPresence {
			continue
		}
		for _, c := range r.choices {
			r.regions = append(r.regions, g.number(g.regionOf(r.Where, c)))
		}
	}
	return g, g.checkIndex()
}

// makeSets prepares the kinds of zone that the agreement speaks of as a whole.
func (g *ground) makeSets(a *truce.Agreement) error {
	g.sets = map[truce.FeatureKind]*zoneSet{}
	var err error
	visit := func(w *truce.Where) {
		if w.Kind == "" || g.sets[w.Kind] != nil {
			return
		}
		set := &zoneSet{}
		g.sets[w.Kind] = set
		var rings [][]truce.Position
		positions := 0
		flush := func() {
			if len(rings) > 0 && err == nil {
				var l *geo.Line
				l, err = geo.NewLine(rings, a.Edges)
				set.boundary = append(set.boundary, l)
			}
			rings, positions = nil, 0
		}
		for _, f := range g.features {
			if f.Kind != w.Kind || f.area == nil {
				continue
			}
			g.inIndex(f)
			for _, polygon := range f.Polygons {
				for _, ring := range polygon {
					if positions+len(ring)+1 > geo.MaxVertices {
						flush()
					}
					positions += len(ring) + 1
					rings = append(rings, append(slices.Clone(ring), ring[0]))
				}
			}
		}
		flush()
	}
	terms.Places(a, visit)
	return err
}

// inIndex gives an area a number in the index.
func (g *ground) inIndex(f *feature) int {
	if f.number < 0 {
		f.number = len(g.areas)
		g.areas = append(g.areas, f)
	}
	return f.number
}

func (g *ground) add(f *truce.Feature, edges truce.EdgeKind) error {
	ft := &feature{Feature: f, number: -1, lineNumber: -1}
	var err error
	switch f.Shape {
	case truce.ShapeArea:
		if ft.area, err = geo.NewArea(f.Polygons, edges); err == nil {
			ft.line = ft.area.Boundary()
		}
	case truce.ShapeLine:
		ft.line, err = geo.NewLine(f.Lines, edges)
	case truce.ShapePoint:
		ft.line, err = geo.NewPoint(f.At)
	}
	if err != nil {
		return fmt.Errorf("place %q: %w", f.ID, err)
	}
	g.features = append(g.features, ft)
	g.byID[f.ID] = ft
	for _, n := range append([]string{string(f.ID), f.Name.EN, f.Name.AR, f.Name.RU}, f.Aliases...) {
		if key := terms.Fold(n); n != "" && !slices.Contains(g.names[key], ft) {
			g.names[key] = append(g.names[key], ft)
		}
	}
	return nil
}

// spot is somewhere in a feature. Most are never asked for, and to spread samples over an area takes a while.
func (f *feature) spot() *geo.Spot {
	if f.some == nil {
		switch f.Shape {
		case truce.ShapeArea:
			f.some = geo.SpotIn(f.area)
		case truce.ShapeLine:
			f.some = geo.SpotAlong(f.line)
		default:
			f.some, _ = geo.SpotAround(f.At, f.Radius) // its radius was checked
		}
	}
	return f.some
}

// roughly is Line.Roughly of the feature's line, worked out once for the several bands along it.
func (f *feature) roughly(p truce.Position) (low, high truce.Metres) {
	if r := &f.rough; !r.known || r.at != p {
		r.at, r.known = p, true
		r.low, r.high = f.line.Roughly(p)
	}
	return f.rough.low, f.rough.high
}

// find looks a place name up; a name that several features share is none of them.
func (g *ground) find(name string) *feature {
	if list := g.names[terms.Fold(name)]; len(list) == 1 && name != "" {
		return list[0]
	}
	return nil
}

// spot is the place of an observation, ready for questions.
type spot struct {
	feature truce.PlaceID // the named feature it is in, if that is how it was given
	at      truce.Position
	geo     *geo.Spot // nil where the place is not known
	missing truce.Phrase
	arg     truce.Arg // how to write it
}

// spot prepares the place of an observation.
func (g *ground) spot(_ *truce.Agreement, p truce.Place) spot {
	out := spot{at: p.At}
	var err error
	switch p.Kind {
	case truce.PlacePoint:
		out.arg = truce.Str(p.At.String())
		out.missing = truce.Say("missing.position-within", out.arg, truce.MetresArg(tenths(p.Error)))
		out.geo, err = geo.SpotAround(p.At, p.Error)
	case truce.PlaceNamed:
		for _, n := range append([]string{p.Name}, p.Within...) {
			if f := g.find(n); f != nil {
				out.feature, out.geo, out.arg = f.ID, f.spot(), truce.PlaceArg(f.ID)
				out.missing = truce.Say("missing.where-in", out.arg)
				if out.at == (truce.Position{}) {
					out.at = out.geo.At()
				}
				return out
			}
		}
		out.arg = truce.Str(p.Name)
		out.missing = truce.Say("missing.where-is", out.arg)
		return out
	case truce.PlaceArea:
		out.arg = truce.Str(p.Name)
		out.missing = truce.Say("missing.where-in-area")
		var a *geo.Area
		if a, err = geo.NewArea([][][]truce.Position{{p.Path}}, truce.EdgesStraight); err == nil {
			out.geo = geo.SpotIn(a)
		}
	case truce.PlaceLine:
		out.arg = truce.Str(p.Name)
		out.missing = truce.Say("missing.where-along")
		var l *geo.Line
		if l, err = geo.NewLine([][]truce.Position{p.Path}, truce.EdgesStraight); err == nil {
			out.geo = geo.SpotAlong(l)
		}
	}
	if err != nil || out.geo == nil {
		out.geo = nil
		out.missing = truce.Say("missing.place")
		out.arg = truce.WordArg("not-stated")
		return out
	}
	out.at = out.geo.At()
	return out
}

// covers answers whether a place that was announced holds the whole of another.
func (g *ground) covers(a *truce.Agreement, announced truce.Place, sp spot) answer {
	big := g.spot(a, announced)
	if big.feature != "" && big.feature == sp.feature {
		return known(truce.True)
	}
	if big.geo == nil || sp.geo == nil {
		return missingFact(first([]truce.Phrase{big.missing, sp.missing}, truce.Say("missing.place")))
	}
	out := answer{}
	if f := g.byID[big.feature]; f != nil && f.area != nil {
		out.truth = f.area.Relate(sp.geo).Truth
	} else if announced.Kind == truce.PlaceArea {
		if area, err := geo.NewArea([][][]truce.Position{{announced.Path}}, truce.EdgesStraight); err == nil {
			out.truth = area.Relate(sp.geo).Truth
		}
	} else {
		reach := announced.Error
		if f != nil {
			reach = f.Radius
		}
		if l, err := geo.NewPoint(big.at); err == nil {
			out.truth = l.Relate(sp.geo, reach, 0).Truth
		}
	}
	if out.truth == truce.Unknown {
		out.missing = []truce.Phrase{sp.missing}
	}
	return out
}

// contains reports whether a place surely holds a whole feature.
func (g *ground) contains(a *truce.Agreement, p truce.Place, id truce.PlaceID) bool {
	f := g.byID[id]
	if f == nil {
		return false
	}
	return g.covers(a, p, spot{feature: id, geo: f.spot(), at: f.spot().At()}).truth == truce.True
}

// whereKey names a place of the agreement under a choice of readings.
type whereKey struct {
	w *truce.Where
	c *choice
}

// regionOf reads a place under a choice, once. Equal places are one region, but for the reading they come from.
func (g *ground) regionOf(w *truce.Where, c *choice) *region {
	key := whereKey{w, c}
	if r := g.read[key]; r != nil {
		return r
	}
	r := g.compile(w, c)
	g.read[key] = r
	return r
}

// number gives a region that positions are classified by its place in every signature.
func (g *ground) number(r *region) int {
	text := r.text()
	if n, ok := g.byText[text]; ok {
		return n
	}
	g.byText[text] = len(g.regions)
	g.regions = append(g.regions, r)
	return len(g.regions) - 1
}

// compile reads the terms of a place under a choice.
func (g *ground) compile(w *truce.Where, c *choice) *region {
	if w == nil {
		return &region{op: "all"}
	}
	list := func(op string, ws []truce.Where) *region {
		r := &region{op: op}
		for i := range ws {
			r.kids = append(r.kids, g.compile(&ws[i], c))
		}
		return r
	}
	switch {
	case w.Unpublished:
		return &region{op: "unpublished"}
	case w.Term != "":
		if rd := c.reading(nil, w.Term); rd != nil && rd.Place != nil {
			r := *g.compile(rd.Place, c)
			r.read, r.source = truce.Choice{Term: w.Term, Reading: rd.ID}, rd.Source
			return &r
		}
	case w.Of != "":
		if f := g.byID[w.Of]; f != nil {
			r := &region{op: "band", f: f, within: w.Within, sided: w.Side}
			switch w.Side {
			case "":
			case f.Left:
				r.side = 1
			case f.Right:
				r.side = -1
			}
			if f.area != nil && w.Within > 0 { // within a distance of an area: in it, or near its boundary
				return &region{op: "any", kids: []*region{{op: "zone", f: f}, r}}
			}
			return r
		}
	case w.Zone != "":
		if f := g.byID[w.Zone]; f != nil {
			if f.area == nil {
				return &region{op: "band", f: f, within: f.Radius}
			}
			return &region{op: "zone", f: f}
		}
	case w.Kind != "":
		return &region{op: "set", set: g.sets[w.Kind], kind: w.Kind, g: g}
	case len(w.All) > 0:
		return list("all", w.All)
	case len(w.Any) > 0:
		return list("any", w.Any)
	case w.Not != nil:
		return &region{op: "not", kids: []*region{g.compile(w.Not, c)}}
	}
	return &region{op: "nowhere"}
}

// text names a region; equal texts are equal regions.
func (r *region) text() string {
	switch r.op {
	case "zone":
		return string(r.f.ID)
	case "set":
		return "every " + string(r.kind)
	case "band":
		return fmt.Sprintf("%g|%s|%d", float64(r.within), r.f.ID, r.side)
	}
	var b strings.Builder
	b.WriteString(r.op + "(")
	for _, k := range r.kids {
		b.WriteString(k.text() + " ")
	}
	return b.String() + ")"
}

// depth is how far inside a region a position lies, in metres; negative outside.
func (r *region) depth(p truce.Position) truce.Metres {
	const everywhere truce.Metres = 1e9
	switch r.op {
	case "zone":
		return r.f.area.Signed(p)
	case "set":
		return r.set.depth(r.g, p)
	case "band":
		d := everywhere
		far := truce.Metres(-1)
		if r.within > 0 {
			far = r.f.line.Distance(p)
			d = r.within - far
		}
		if r.side != 0 {
			if far < 0 {
				far = r.f.line.Distance(p)
			}
			if r.f.line.Side(p) != r.side {
				far = -far
			}
			d = min(d, far)
		}
		return d
	case "all":
		d := everywhere
		for _, k := range r.kids {
			d = min(d, k.depth(p))
		}
		return d
	case "any":
		d := -everywhere
		for _, k := range r.kids {
			d = max(d, k.depth(p))
		}
		return d
	case "not":
		return -r.kids[0].depth(p)
	}
	return -everywhere
}

// around lists the zones of the set that hold a position. The list is good until the next one is asked for.
func (s *zoneSet) around(g *ground, p truce.Position) []*feature {
	ix := g.cells()
	s.found = s.found[:0]
	for _, n := range ix.Areas(ix.Classify(p)) {
		if s.has(n) {
			s.found = append(s.found, g.areas[n])
		}
	}
	return s.found
}

func (s *zoneSet) has(n int32) bool { return int(n) < len(s.members) && s.members[n] }

// depth is how far inside one of the zones a position lies, or how far outside the nearest.
func (s *zoneSet) depth(g *ground, p truce.Position) truce.Metres {
	in := s.around(g, p)
	if len(in) == 0 {
		d := truce.Metres(1e9)
		for _, l := range s.boundary {
			d = min(d, l.Distance(p))
		}
		return -d
	}
	d := truce.Metres(0)
	for _, f := range in {
		d = max(d, f.area.Signed(p))
	}
	return d
}

// atDepth answers whether a position is so deep inside one of the zones, or at least so near to one; see region.atDepth.
func (s *zoneSet) atDepth(g *ground, p truce.Position, least truce.Metres) (truce.Metres, bool) {
	in := s.around(g, p)
	if len(in) > 0 {
		d, deep := truce.Metres(0), least <= 0
		for _, f := range in {
			low, ok := f.line.FartherThan(p, max(least, d))
			d, deep = max(d, low), deep || ok
		}
		return d, deep
	}
	if least > 0 {
		return 0, false
	}
	most, near := -least, false
	beyond := nowhere
	for _, l := range s.boundary {
		low, ok := l.NearerThan(p, most)
		if ok {
			most, near = low, true
		}
		beyond = min(beyond, low)
	}
	if near {
		return -most, true
	}
	return -beyond, false
}

// truth answers whether a spot lies in one of the zones; rough distances settle most.
func (s *zoneSet) truth(g *ground, sp *geo.Spot) truce.Truth {
	p, radius := sp.At(), sp.Radius()
	in := s.around(g, p)
	for _, f := range in {
		if low, near := f.line.NearerThan(p, radius); !near || low > 0 && low >= radius {
			return truce.True
		}
	}
	if len(in) == 0 && !slices.ContainsFunc(s.boundary, func(l *geo.Line) bool { _, near := l.NearerThan(p, radius); return near }) {
		return truce.False
	}
	return s.relate(g, sp).Truth
}

// relate answers whether a spot lies in one of the zones. A spot that only several of them together cover stays unknown.
func (s *zoneSet) relate(g *ground, sp *geo.Spot) geo.Relation {
	d := s.depth(g, sp.At())
	out := geo.Relation{Near: d - sp.Radius(), Best: d, Far: d + sp.Radius()}
	switch {
	case out.Far < 0:
		out.Truth = truce.False
	case out.Near >= 0:
		out.Truth = truce.True
	case !sp.IsDisc():
		out.Truth = truce.False
		for n, in := range s.members {
			if in && out.Truth != truce.True {
				out.Truth = out.Truth.Or(g.areas[n].area.Relate(sp).Truth)
			}
		}
	}
	return out
}

// atDepth answers whether a position is at least so deep inside the region, to within a few centimetres, and gives its depth
// if it is. If not, what it gives lies between its depth and least. It serves to find the deepest of many positions.
func (r *region) atDepth(p truce.Position, least truce.Metres) (depth truce.Metres, ok bool) {
	switch r.op {
	case "zone":
		switch {
		case r.f.area.Contains(p):
			return r.f.line.FartherThan(p, least)
		case least > 0:
			return 0, false
		}
		low, ok := r.f.line.NearerThan(p, -least)
		return -low, ok
	case "set":
		return r.set.atDepth(r.g, p, least)
	case "band":
		if r.side == 0 && r.within > 0 {
			low, ok := r.f.line.NearerThan(p, r.within-least)
			return r.within - low, ok
		}
		depth = r.depth(p)
	case "all":
		depth = nowhere
		for _, k := range r.kids {
			d, ok := k.atDepth(p, least)
			if !ok {
				return d, false
			}
			depth = min(depth, d)
		}
	case "any":
		depth = -nowhere
		for _, k := range r.kids {
			d, deep := k.atDepth(p, max(least, depth))
			depth, ok = max(depth, d), ok || deep
		}
		return depth, ok
	case "not":
		d, _ := r.kids[0].atDepth(p, -nowhere)
		depth = -d
	default:
		depth = -nowhere
	}
	return depth, depth >= least
}

// truth answers whether a spot lies in the region, without saying by how much.
func (r *region) truth(sp *geo.Spot) truce.Truth {
	switch r.op {
	case "zone":
		return r.f.area.Relate(sp).Truth
	case "set":
		return r.set.truth(r.g, sp)
	case "band":
		if r.side == 0 && r.within > 0 {
			switch low, high := r.f.roughly(sp.At()); {
			case high+sp.Radius() <= r.within:
				return truce.True
			case low-sp.Radius() > r.within:
				return truce.False
			}
		}
		return r.f.line.Relate(sp, r.within, r.side).Truth
	case "unpublished":
		return truce.Unknown
	case "not":
		return r.kids[0].truth(sp).Not()
	case "all", "any":
		t := truce.TruthOf(r.op == "all")
		for _, k := range r.kids {
			if r.op == "all" {
				t = t.And(k.truth(sp))
			} else {
				t = t.Or(k.truth(sp))
			}
		}
		return t
	}
	return truce.False
}

func (g *ground) depth(n int, p truce.Position) truce.Metres { return g.regions[n].depth(p) }

// nowhere stands for a depth that cannot be told.
const nowhere truce.Metres = 1e9

// open reports whether the region has a part that nobody published.
func (r *region) open() bool {
	return r.op == "unpublished" || slices.ContainsFunc(r.kids, (*region).open)
}

// relate answers whether a spot lies in the region.
func (r *region) relate(sp *geo.Spot) geo.Relation {
	switch r.op {
	case "zone":
		return r.f.area.Relate(sp)
	case "set":
		return r.set.relate(r.g, sp)
	case "band":
		return r.f.line.Relate(sp, r.within, r.side)
	case "unpublished":
		return geo.Relation{Near: -nowhere, Best: -nowhere, Far: nowhere}
	case "not":
		k := r.kids[0].relate(sp)
		return geo.Relation{Truth: k.Truth.Not(), Near: -k.Far, Best: -k.Best, Far: -k.Near}
	case "all", "any":
		out := geo.Relation{Truth: truce.TruthOf(r.op == "all"), Near: 1e9, Best: 1e9, Far: 1e9}
		if r.op == "any" {
			out.Near, out.Best, out.Far = -1e9, -1e9, -1e9
		}
		for _, kid := range r.kids {
			k := kid.relate(sp)
			if r.op == "all" {
				out = geo.Relation{Truth: out.Truth.And(k.Truth), Near: min(out.Near, k.Near), Best: min(out.Best, k.Best), Far: min(out.Far, k.Far)}
			} else {
				out = geo.Relation{Truth: out.Truth.Or(k.Truth), Near: max(out.Near, k.Near), Best: max(out.Best, k.Best), Far: max(out.Far, k.Far)}
			}
		}
		return out
	}
	return geo.Relation{Truth: truce.False}
}

// holdsAt answers exactly for a single position.
func (r *region) holdsAt(p truce.Position) bool {
	switch r.op {
	case "zone":
		return r.f.area.Contains(p)
	case "set":
		return len(r.set.around(r.g, p)) > 0
	case "band":
		return (r.within == 0 || r.f.line.Distance(p) <= r.within) && (r.side == 0 || r.f.line.Side(p) == r.side)
	case "all":
		return !slices.ContainsFunc(r.kids, func(k *region) bool { return !k.holdsAt(p) })
	case "any":
		return slices.ContainsFunc(r.kids, func(k *region) bool { return k.holdsAt(p) })
	case "not":
		return !r.kids[0].holdsAt(p)
	}
	return false
}

// chance is the probability, in thousandths, that a place of which it is not known lies in the region.
// A place of which it is not known is never shown as surely in or surely out, though all the samples may be.
func (r *region) chance(sp *geo.Spot) int64 {
	if r.open() {
		return -1
	}
	if c := int64(geo.Chance(sp, r.holdsAt)); c >= 0 {
		return min(max(c, 1), 999)
	}
	return -1
}

func (g *ground) chance(n int, p truce.Position, err truce.Metres) int64 {
	sp, e := geo.SpotAround(p, err)
	if e != nil {
		return -1
	}
	return g.regions[n].chance(sp)
}

// chanceKey names a question of chance.
type chanceKey struct {
	region int
	pos    truce.Position
	err    truce.Metres
}

// chance is that of the ground; while an account is explained, choices of one region share it.
func (s *settling) chance(region int, p truce.Position, err truce.Metres) int64 {
	if s.chances == nil {
		return s.ground.chance(region, p, err)
	}
	key := chanceKey{region, p, err}
	c, ok := s.chances[key]
	if !ok {
		c = s.ground.chance(region, p, err)
		s.chances[key] = c
	}
	return c
}

// chanceAt is the same for a place that was reported; choices whose regions hold the same share it.
func (s *settling) chanceAt(r *region, sp *geo.Spot) int64 {
	if s.chances == nil {
		return r.chance(sp)
	}
	key := placeKey{region: r.text(), spot: sp}
	c, ok := s.spots[key]
	if !ok {
		c = r.chance(sp)
		s.spots[key] = c
	}
	return c
}

// placed is the answer to a question of place.
type placed struct {
	answer
	depth    truce.Metres
	hasDepth bool
	permille int64
}

// where answers whether a spot lies in the place a rule names.
func (s *settling) where(w *truce.Where, sp spot, c *choice) placed {
	r := s.ground.regionOf(w, c)
	key := placeKey{r.text(), sp.geo, sp.feature}
	if done, ok := s.places[key]; ok && !s.why && sp.geo != nil {
		return done
	}
	out := s.place(r, sp)
	if !s.why {
		s.places[key] = out
	}
	return out
}

// placeKey names a question of place that was answered already.
type placeKey struct {
	region  string
	spot    *geo.Spot
	feature truce.PlaceID
}

func (s *settling) place(r *region, sp spot) placed {
	out := placed{permille: -1}
	if sp.geo == nil {
		out.answer = missingFact(sp.missing)
		if s.why {
			out.answer = out.answer.explained(r.phrase(sp), sources(r.source)...)
		}
		return out
	}
	if sp.feature != "" && r.op == "zone" && r.f.ID == sp.feature {
		out.answer = known(truce.True) // somewhere in the zone the rule names
	} else {
		rel := r.relate(sp.geo)
		out.truth = rel.Truth
		out.depth, out.hasDepth = rel.Best, rel.Best < 1e8 && rel.Best > -1e8
		if rel.Truth == truce.Unknown {
			out.missing = []truce.Phrase{sp.missing}
			if r.open() {
				out.missing = []truce.Phrase{truce.Say("missing.not-published")}
			} else {
				out.permille = s.chanceAt(r, sp.geo)
			}
		}
	}
	if s.why {
		out.answer = s.placeReason(r, sp, out.answer)
		if out.hasDepth {
			out.reason.Children = append(out.reason.Children, truce.Reason{Phrase: truce.Say("place.depth", truce.MetresArg(tenths(out.depth))), Truth: truce.True})
		}
		if out.permille >= 0 {
			out.reason.Children = append(out.reason.Children, truce.Reason{Phrase: truce.Say("place.chance", truce.PermilleArg(out.permille)), Truth: truce.Unknown})
		}
	}
	return out
}

// placeReason says what was asked of a place, part by part.
func (s *settling) placeReason(r *region, sp spot, a answer) answer {
	a = a.explained(r.phrase(sp), sources(r.source)...)
	for _, k := range r.kids {
		if len(r.kids) <= 12 {
			part := answer{truth: k.relate(sp.geo).Truth}
			a.reason.Children = append(a.reason.Children, s.placeReason(k, sp, part).reason)
		}
	}
	return a
}

// phrase says what a region asks of a spot.
func (r *region) phrase(sp spot) truce.Phrase {
	var p truce.Phrase
	switch r.op {
	case "zone":
		p = truce.Say("place.inside", sp.arg, truce.PlaceArg(r.f.ID))
	case "band":
		switch {
		case r.sided != "" && r.within == 0:
			p = truce.Say("place.side", sp.arg, truce.PlaceArg(r.f.ID), truce.WordArg(string(r.sided)))
		case r.sided != "":
			p = truce.Say("place.within-side", sp.arg, truce.MetresArg(tenths(r.within)), truce.PlaceArg(r.f.ID), truce.WordArg(string(r.sided)))
		default:
			p = truce.Say("place.within", sp.arg, truce.MetresArg(tenths(r.within)), truce.PlaceArg(r.f.ID))
		}
	case "set":
		p = truce.Say("place.in-kind", sp.arg, truce.WordArg(string(r.kind)))
	case "unpublished":
		p = truce.Say("place.unpublished", sp.arg)
	case "not":
		p = truce.Say("place.not", sp.arg)
	case "any":
		p = truce.Say("place.any", sp.arg)
	default:
		p = truce.Say("place.all", sp.arg)
	}
	return p
}

// zoneAt names the smallest zone that holds a position, "" if none does. Areas that are only named places do not count.
func (g *ground) zoneAt(p truce.Position) truce.PlaceID {
	best, id := truce.Metres(-1), truce.PlaceID("")
	take := func(f *feature) {
		sw, ne := f.area.Bounds()
		if size := geo.Distance(sw, ne); f.Kind != truce.FeatureArea && (best < 0 || size < best) {
			best, id = size, f.ID
		}
	}
	ix := g.cells()
	for _, n := range ix.Areas(ix.Classify(p)) {
		take(g.areas[n])
	}
	for _, f := range g.features {
		if f.area != nil && f.number < 0 && f.area.Contains(p) {
			take(f)
		}
	}
	return id
}
