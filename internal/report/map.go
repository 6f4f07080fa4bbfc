package report

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"truce"
	"truce/geo"
)

// Limits of the map. See docs/limits.md.
const (
	// MapPlaces is how many places are drawn one by one; more are put together in squares of a grid.
	MapPlaces = 400
	// MapBands is how many distances from a line are drawn.
	MapBands = 6
	// MapLabels is how many names are written.
	MapLabels = 60
)

// The measure of the map.
const (
	mapWidth  = 860.0
	mapHeight = 980.0 // at most
	mapEdge   = 34.0  // room around for degrees
	gridCell  = 26.0
)

// mapView is the map with what stands below it.
type mapView struct {
	Drawing template.HTML
	Notes   []string
	Legend  []legendEntry
	Table   table
}

// projection puts longitude and latitude on the page: equirectangular, with the scales of both directions taken on the
// ellipsoid at the middle of the map, so that circles of metres are circles.
type projection struct {
	west, north    truce.E7
	perLon, perLat float64 // units for 1e-7 degree
	perMetre       float64
	width, height  float64 // of the frame
}

// frame chooses the part of the world to draw.
func frame(sw, ne truce.Position) projection {
	grow := func(a, b truce.E7) (truce.E7, truce.E7) {
		by := max((b-a)/20, 20_000) // at least 200 m
		return a - by, b + by
	}
	west, east := grow(sw.Lon, ne.Lon)
	south, north := grow(sw.Lat, ne.Lat)
	mid := truce.Position{Lon: (west + east) / 2, Lat: (south + north) / 2}
	const tenth = 1_000_000 // a tenth of a degree
	lon := float64(geo.Distance(mid, truce.Position{Lon: mid.Lon + tenth, Lat: mid.Lat})) / tenth
	lat := float64(geo.Distance(mid, truce.Position{Lon: mid.Lon, Lat: mid.Lat + tenth})) / tenth
	w, h := float64(float64(east-west)*lon), float64(float64(north-south)*lat)
	scale := min((mapWidth-2*mapEdge)/w, (mapHeight-2*mapEdge)/h)
	return projection{west: west, north: north, perLon: float64(lon * scale), perLat: float64(lat * scale), perMetre: scale,
		width: float64(w * scale), height: float64(h * scale)}
}

func (p projection) xy(at truce.Position) (x, y float64) {
	return mapEdge + float64(float64(at.Lon-p.west)*p.perLon), mapEdge + float64(float64(p.north-at.Lat)*p.perLat)
}

func (p projection) holds(x, y float64) bool {
	return x >= mapEdge && y >= mapEdge && x <= mapEdge+p.width && y <= mapEdge+p.height
}

// path writes positions as a path, leaving out steps too small to be seen and steps far outside the frame.
func (p projection) path(list []truce.Position, closed bool) string {
	var b strings.Builder
	const least = 0.6
	lastX, lastY := math.Inf(1), math.Inf(1)
	letter := "M"
	for i, pos := range list {
		x, y := p.xy(pos)
		if i > 0 && i < len(list)-1 && math.Abs(x-lastX) < least && math.Abs(y-lastY) < least {
			continue
		}
		b.WriteString(letter + at(x) + " " + at(y))
		lastX, lastY, letter = x, y, "L"
	}
	if closed && b.Len() > 0 {
		b.WriteString("z")
	}
	return b.String()
}

// spot is what is drawn at one place: the things there, by what rules say of them.
type spot struct {
	x, y    float64
	at      truce.Position
	radius  truce.Metres
	feature truce.PlaceID
	name    string
	by      by
	all     Tally
}

// Map draws the agreement's geometry and the things rules speak of, each where it was and how surely that is known.
func (v *page) Map() *mapView {
	out := &mapView{}
	sw, ne, ok := v.extent()
	if !ok {
		return nil
	}
	p := frame(sw, ne)
	spots, beyond, placeless := v.spots(p)
	grouped := len(spots) > MapPlaces
	drawn := spots
	if grouped {
		drawn = gather(spots)
	}
	title := v.p.Say(truce.Say("report.heading.map"))
	d := open("map", "m", p.width+2*mapEdge, p.height+2*mapEdge, title, v.p.Say(truce.Say("report.map.description")))
	d.put(`<defs><clipPath id="m-clip"><rect x="%s" y="%s" width="%s" height="%s"/></clipPath></defs>`, at(mapEdge), at(mapEdge), at(p.width), at(p.height))
	d.put(`<rect x="%s" y="%s" width="%s" height="%s" class="back"/>`, at(mapEdge), at(mapEdge), at(p.width), at(p.height))
	d.put(`<g clip-path="url(#m-clip)">`)
	margin := graticule(d, p)
	bands, more := v.bands()
	v.features(d, p, truce.ShapeArea)
	for _, b := range bands {
		v.band(d, p, b)
	}
	v.features(d, p, truce.ShapeLine)
	v.doubts(d, p, drawn)
	v.features(d, p, truce.ShapePoint)
	v.marked(d, drawn)
	d.put(`</g>`)
	v.names(d, p, drawn, margin)
	d.put(`<rect x="%s" y="%s" width="%s" height="%s" class="frame"/>`, at(mapEdge), at(mapEdge), at(p.width), at(p.height))
	v.scale(d, p)
	if len(v.Illustrative) > 0 {
		d.label(mapEdge+p.width-8, mapEdge+16, "end", "strong halo", v.p.Say(truce.Say("report.map.illustrative")))
	}
	if len(v.Simulated) > 0 || len(v.SimulatedUnits) > 0 {
		d.label(mapEdge+p.width-8, mapEdge+32, "end", "strong halo", v.p.Say(truce.Say("report.label.simulated")))
	}
	if len(v.Moved) > 0 || len(v.MovedUnits) > 0 {
		d.label(mapEdge+p.width-8, mapEdge+48, "end", "strong halo", v.p.Say(truce.Say("report.label.moved")))
	}
	out.Drawing = d.close()

	out.Notes = append(out.Notes, v.p.Say(truce.Say("report.map.how")))
	if grouped {
		out.Notes = append(out.Notes, v.p.Say(truce.Say("report.map.grouped", truce.NumArg(int64(len(spots))))))
	}
	for _, b := range bands {
		out.Notes = append(out.Notes, v.p.Say(b.says))
	}
	if more > 0 {
		out.Notes = append(out.Notes, v.p.Say(truce.Say("report.map.more-bands", truce.NumArg(int64(more)))))
	}
	if len(beyond) > 0 {
		out.Notes = append(out.Notes, v.p.Say(truce.Say("report.map.beyond", number(beyond))))
	}
	if len(placeless) > 0 {
		out.Notes = append(out.Notes, v.p.Say(truce.Say("report.map.placeless", number(placeless))))
	}
	var have []Standing
	for _, s := range shown {
		if slices.ContainsFunc(spots, func(x *spot) bool { return len(x.by[s]) > 0 }) {
			have = append(have, s)
		}
	}
	out.Legend = v.legend(have)
	v.mapTable(out, spots, have, beyond, placeless)
	return out
}

// extent is the box around the agreement's places. Named areas that are no zone (a country, a governorate) do not widen it
// where there is anything else.
func (v *page) extent() (sw, ne truce.Position, ok bool) {
	add := func(p truce.Position) {
		if !ok {
			sw, ne, ok = p, p, true
		}
		sw = truce.Position{Lon: min(sw.Lon, p.Lon), Lat: min(sw.Lat, p.Lat)}
		ne = truce.Position{Lon: max(ne.Lon, p.Lon), Lat: max(ne.Lat, p.Lat)}
	}
	for _, pass := range []func(truce.Feature) bool{
		func(f truce.Feature) bool { return f.Shape == truce.ShapeArea && f.Kind != truce.FeatureArea },
		func(f truce.Feature) bool { return f.Shape == truce.ShapeLine && f.Kind != truce.FeatureBorder },
		func(f truce.Feature) bool { return true },
	} {
		for _, f := range v.Agreement.Places {
			if pass(f) {
				eachPosition(f, add)
			}
		}
		if ok {
			break
		}
	}
	if !ok {
		for _, k := range v.marks {
			add(k.at)
		}
	}
	return sw, ne, ok
}

// spots puts things at the same place together. What lies beyond the frame is not drawn, and what has no place cannot be.
func (v *page) spots(p projection) (list []*spot, beyond, placeless Tally) {
	type key struct {
		at      truce.Position
		radius  truce.Metres
		feature truce.PlaceID
	}
	of := map[key]*spot{}
	placed := map[int32]bool{}
	for _, m := range v.marks {
		placed[m.thing] = true
		x, y := p.xy(m.at)
		if !p.holds(x, y) {
			beyond.add(m.thing)
			continue
		}
		k := key{m.at, m.radius, m.feature}
		s := of[k]
		if s == nil {
			s = &spot{x: x, y: y, at: m.at, radius: m.radius, feature: m.feature}
			if o := v.Things[m.thing].Observation; o != nil {
				s.name = o.Where.Name
			} else {
				s.name = v.Things[m.thing].Subject.Unit
			}
			of[k] = s
			list = append(list, s)
		}
		s.by[m.says].add(m.thing)
		s.all.add(m.thing)
	}
	for i := range v.Things {
		if t := &v.Things[i]; t.Judged && t.Variant == "" && !placed[int32(i)] && t.Subject.Kind != "obligation" && t.Subject.Kind != "period" {
			placeless.add(int32(i))
		}
	}
	return list, beyond, placeless
}

// gather puts spots in one square of a grid together, at the middle of those in it.
func gather(list []*spot) []*spot {
	type cell struct{ x, y int }
	of := map[cell]*spot{}
	n := map[cell]float64{}
	radii := map[cell][]truce.Metres{}
	var out []*spot
	var order []cell
	for _, s := range list {
		c := cell{int(s.x / gridCell), int(s.y / gridCell)}
		g := of[c]
		if g == nil {
			g = &spot{}
			of[c] = g
			out, order = append(out, g), append(order, c)
		}
		g.x, g.y = g.x+s.x, g.y+s.y
		n[c]++
		radii[c] = append(radii[c], s.radius)
		g.all = join(g.all, s.all)
		for k := range s.by {
			g.by[k] = join(g.by[k], s.by[k])
		}
	}
	for i, c := range order {
		out[i].x, out[i].y = out[i].x/n[c], out[i].y/n[c]
		slices.Sort(radii[c])
		out[i].radius = radii[c][len(radii[c])/2]
	}
	return out
}

// gravestOf is the gravest standing at a spot.
func (s *spot) gravest() Standing {
	for _, k := range shown {
		if len(s.by[k]) > 0 {
			return k
		}
	}
	return Nothing
}

// doubts draws the circles in which the true places lie, the widest first.
func (v *page) doubts(d *drawing, p projection, list []*spot) {
	byRadius := slices.Clone(list)
	slices.SortStableFunc(byRadius, func(a, b *spot) int { return cmp.Compare(b.radius, a.radius) })
	for _, s := range byRadius {
		if r := float64(s.radius) * p.perMetre; r > 5 {
			d.put(`<circle cx="%s" cy="%s" r="%s" class="unsure e-%s"/>`, at(s.x), at(s.y), at(r), s.gravest().class())
		}
	}
}

// marked draws the things: one alone by its sign, several as a square cut by their shares, its area by their number.
func (v *page) marked(d *drawing, list []*spot) {
	bySize := slices.Clone(list)
	slices.SortStableFunc(bySize, func(a, b *spot) int { return cmp.Compare(len(b.all), len(a.all)) })
	for _, s := range bySize {
		where := s.name
		if where == "" {
			where = s.at.String()
		}
		ref := v.ref(s.all, v.p.Say(truce.Say("report.map.at", truce.Str(where))))
		d.put(`<a href="#l%d">`, ref)
		if len(s.all) == 1 {
			d.put(`<use href="#s-%s" x="%s" y="%s" width="11" height="11"/>`, s.gravest().class(), at(s.x-5.5), at(s.y-5.5))
		} else {
			side := min(7+2.2*math.Sqrt(float64(len(s.all))), 34)
			y := s.y - side/2
			d.put(`<rect x="%s" y="%s" width="%s" height="%s" style="fill:var(--paper)"/>`, at(s.x-side/2), at(y), at(side), at(side))
			for _, k := range shown {
				if n := len(s.by[k]); n > 0 {
					h := float64(side*float64(n)) / float64(len(s.all))
					d.put(`<rect x="%s" y="%s" width="%s" height="%s" class="f-%s"/>`, at(s.x-side/2), at(y), at(side), at(h), k.class())
					y += h
				}
			}
			d.put(`<rect x="%s" y="%s" width="%s" height="%s" class="frame e-%s" style="stroke-width:1"/>`, at(s.x-side/2), at(s.y-side/2), at(side), at(side), s.gravest().class())
			d.label(s.x, s.y+side/2+10, "middle", "halo", v.p.Number(int64(len(s.all))))
		}
		d.put(`</a>`)
	}
}

// features draws the agreement's places of one shape.
func (v *page) features(d *drawing, p projection, shape truce.Shape) {
	for _, f := range v.Agreement.Places {
		if f.Shape != shape {
			continue
		}
		switch shape {
		case truce.ShapeArea:
			class := "zone"
			if f.Kind == truce.FeatureArea {
				class = "area"
			}
			var b strings.Builder
			for _, rings := range f.Polygons {
				for _, ring := range rings {
					b.WriteString(p.path(ring, true))
				}
			}
			d.put(`<path d="%s" class="%s" fill-rule="evenodd"/>`, b.String(), class)
		case truce.ShapeLine:
			class := "line"
			switch f.Kind {
			case truce.FeatureBorder:
				class = "border"
			case truce.FeatureRoad, truce.FeatureCorridor:
				class = "road"
			}
			for _, path := range f.Lines {
				d.put(`<path d="%s" class="%s"/>`, p.path(path, false), class)
			}
		case truce.ShapePoint:
			x, y := p.xy(f.At)
			if !p.holds(x, y) {
				continue
			}
			d.put(`<rect x="%s" y="%s" width="5" height="5" class="town"/>`, at(x-2.5), at(y-2.5))
		}
	}
}

// band is a distance from a line or an area that some rule speaks of.
type band struct {
	feature *truce.Feature
	within  truce.Metres
	side    truce.Side
	says    truce.Phrase
}

// bands lists the distances that rules speak of, the widest first, and how many more there are than are drawn. Of a term
// with many readings those that somebody holds come first.
func (v *page) bands() (out []band, more int) {
	shape := map[truce.PlaceID]*truce.Feature{}
	for i := range v.Agreement.Places {
		shape[v.Agreement.Places[i].ID] = &v.Agreement.Places[i]
	}
	var free []band
	var walk func(w *truce.Where, by truce.Choice, held bool)
	add := func(b band, held bool) {
		same := func(x band) bool { return x.feature == b.feature && x.within == b.within && x.side == b.side }
		if slices.ContainsFunc(out, same) || slices.ContainsFunc(free, same) {
			return
		}
		if held {
			out = append(out, b)
		} else {
			free = append(free, b)
		}
	}
	walk = func(w *truce.Where, by truce.Choice, held bool) {
		if w == nil {
			return
		}
		if f := shape[w.Of]; f != nil && w.Within > 0 {
			b := band{feature: f, within: w.Within, side: w.Side}
			dist := truce.MetresArg(truce.Tenths(w.Within * 10))
			if by.Term != "" {
				b.says = truce.Say("report.map.band-reading", dist, truce.PlaceArg(f.ID), readingAlone(by), truce.TermArg(by.Term))
			} else {
				b.says = truce.Say("report.map.band", dist, truce.PlaceArg(f.ID))
			}
			add(b, held)
		}
		if t := v.plan.Term(w.Term); t != nil {
			for i := range t.Readings {
				rd := &t.Readings[i]
				walk(rd.Place, truce.Choice{Term: t.ID, Reading: rd.ID}, len(rd.HeldBy) > 0)
			}
		}
		for i := range w.All {
			walk(&w.All[i], by, held)
		}
		for i := range w.Any {
			walk(&w.Any[i], by, held)
		}
		walk(w.Not, by, held)
	}
	for _, r := range v.Rules {
		walk(r.Where, truce.Choice{}, true)
	}
	for len(out) < MapBands && len(free) > 0 {
		out, free = append(out, free[0]), free[1:]
	}
	if len(out) > MapBands {
		more = len(out) - MapBands
		out = out[:MapBands]
	}
	more += len(free)
	slices.SortStableFunc(out, func(a, b band) int { return cmp.Compare(b.within, a.within) })
	return out, more
}

// band draws everything within a distance of a line or of an area's boundary: as a stroke of that width, or, on one side only,
// as the strips beside each piece and the wedges between them.
func (v *page) band(d *drawing, p projection, b band) {
	wide := float64(b.within) * p.perMetre
	if wide < 0.5 {
		return
	}
	lists := b.feature.Lines
	closed := false
	if b.feature.Shape == truce.ShapeArea {
		closed = true
		for _, rings := range b.feature.Polygons {
			lists = append(lists, rings...)
		}
	}
	if b.feature.Shape == truce.ShapePoint {
		x, y := p.xy(b.feature.At)
		d.put(`<circle cx="%s" cy="%s" r="%s" class="band-side"/>`, at(x), at(y), at(wide))
		return
	}
	if b.side == "" {
		for _, list := range lists {
			d.put(`<path d="%s" class="band" style="stroke-width:%s" stroke-linejoin="round" stroke-linecap="round"/>`, p.path(list, closed), at(2*wide))
		}
		return
	}
	left := b.side == b.feature.Left
	var path strings.Builder
	for _, list := range lists {
		var lastX, lastY float64 // the outer corner of the strip before
		for i := 0; i+1 < len(list); i++ {
			x1, y1 := p.xy(list[i])
			x2, y2 := p.xy(list[i+1])
			dx, dy := x2-x1, y2-y1
			n := math.Sqrt(float64(dx*dx) + float64(dy*dy))
			if n < 0.01 {
				continue
			}
			ox, oy := float64(dy/n*wide), float64(-dx/n*wide) // to the left as seen along the line; y runs down
			if !left {
				ox, oy = -ox, -oy
			}
			fmt.Fprintf(&path, "M%s %sL%s %sL%s %sL%s %sz", at(x1), at(y1), at(x2), at(y2), at(x2+ox), at(y2+oy), at(x1+ox), at(y1+oy))
			if i > 0 {
				fmt.Fprintf(&path, "M%s %sL%s %sL%s %sz", at(x1), at(y1), at(lastX), at(lastY), at(x1+ox), at(y1+oy))
			}
			lastX, lastY = x2+ox, y2+oy
		}
	}
	if path.Len() > 0 {
		d.put(`<path d="%s" class="band-side" fill-rule="nonzero"/>`, path.String())
	}
}

// graticule draws degrees, as many lines as make a map readable, and gives what is to be written at them.
func graticule(d *drawing, p projection) (margin []marginLabel) {
	for _, lon := range []bool{true, false} {
		size, per, origin := p.width, p.perLon, p.west
		if !lon {
			size, per, origin = p.height, p.perLat, p.north
		}
		step := truce.E7(0)
		for _, s := range []truce.E7{100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000, 200_000_000} {
			step = s
			if float64(s)*per >= 130 {
				break
			}
		}
		places := 0
		for s := step; s%10_000_000 != 0; s *= 10 {
			places++
		}
		end := truce.E7(size / per)
		first := origin / step * step
		if lon {
			for ; first < origin; first += step {
			}
		} else {
			for ; first > origin; first -= step {
			}
		}
		for deg := first; ; {
			var off truce.E7
			if lon {
				off = deg - origin
			} else {
				off = origin - deg
			}
			if off > end {
				break
			}
			where := mapEdge + float64(float64(off)*per)
			name := degrees(deg, places, lon)
			if lon {
				d.put(`<path d="M%s %sv%s" class="grid"/>`, at(where), at(mapEdge), at(p.height))
				margin = append(margin, marginLabel{where, mapEdge + p.height + 14, "middle", name})
				deg += step
			} else {
				d.put(`<path d="M%s %sh%s" class="grid"/>`, at(mapEdge), at(where), at(p.width))
				margin = append(margin, marginLabel{mapEdge + 3, where - 3, "start", name})
				deg -= step
			}
		}
	}
	return margin
}

// marginLabel is a degree at the edge of the map.
type marginLabel struct {
	x, y         float64
	anchor, text string
}

func degrees(e truce.E7, places int, lon bool) string {
	letter := [2]string{"N", "S"}
	if lon {
		letter = [2]string{"E", "W"}
	}
	deg, sign := e.Degrees(), letter[0]
	if deg < 0 {
		deg, sign = -deg, letter[1]
	}
	return strconv.FormatFloat(deg, 'f', places, 64) + "° " + sign
}

// names writes degrees and the names of places, each only where it covers no other.
func (v *page) names(d *drawing, p projection, spots []*spot, margin []marginLabel) {
	for _, m := range margin {
		d.label(m.x, m.y, m.anchor, "soft halo", m.text)
	}
	type box struct{ x1, y1, x2, y2 float64 }
	var taken []box
	for _, s := range spots { // a name does not cover a sign
		side := 6.0
		if len(s.all) > 1 {
			side = min(7+2.2*math.Sqrt(float64(len(s.all))), 34)/2 + 1
		}
		taken = append(taken, box{s.x - side, s.y - side, s.x + side, s.y + side})
	}
	n := 0
	try := func(x, y float64, anchor, class, text string) bool {
		w := float64(6.2 * float64(len([]rune(text))))
		b := box{x, y - 10, x + w, y + 3}
		switch anchor {
		case "middle":
			b.x1, b.x2 = x-w/2, x+w/2
		case "end":
			b.x1, b.x2 = x-w, x
		}
		if n >= MapLabels || !p.holds(b.x1, b.y1) || !p.holds(b.x2, b.y2) ||
			slices.ContainsFunc(taken, func(t box) bool { return b.x1 < t.x2 && t.x1 < b.x2 && b.y1 < t.y2 && t.y1 < b.y2 }) {
			return false
		}
		taken = append(taken, b)
		d.label(x, y, anchor, class, text)
		n++
		return true
	}
	for _, f := range v.Agreement.Places {
		name := v.p.Place(f.ID)
		switch f.Shape {
		case truce.ShapePoint:
			x, y := p.xy(f.At)
			for _, off := range []float64{6, 13, 20} {
				if try(x+off, y+4, "start", "halo", name) || try(x-off, y+4, "end", "halo", name) || try(x, y-off, "middle", "halo", name) || try(x, y+off+8, "middle", "halo", name) {
					break
				}
			}
		case truce.ShapeLine:
			for _, path := range f.Lines { // beside a position in the middle, or a quarter from either end
				done := false
				for _, k := range []int{len(path) / 2, len(path) / 4, len(path) * 3 / 4} {
					x, y := p.xy(path[min(k, len(path)-1)])
					if done = try(x+5, y-5, "start", "soft halo", name) || try(x-5, y+12, "end", "soft halo", name); done {
						break
					}
				}
				if done {
					break
				}
			}
		case truce.ShapeArea:
			if f.Kind == truce.FeatureArea || len(f.Polygons) == 0 {
				continue
			}
			// Below the northern edge, which is where maps have the names of areas that hold others.
			var top truce.Position
			for i, q := range f.Polygons[0][0] {
				if i == 0 || q.Lat > top.Lat {
					top = q
				}
			}
			x, y := p.xy(top)
			for _, dy := range []float64{22, 40, 60, 84} {
				if try(x, y+dy, "middle", "strong halo", name) {
					break
				}
			}
		}
	}
}

// scale draws a bar of a round length, and where north is.
func (v *page) scale(d *drawing, p projection) {
	length := 1.0
	for i := 0; float64(length*p.perMetre) < p.width/7; i++ {
		length = float64([3]int{1, 2, 5}[i%3]) * float64(pow10(i/3))
	}
	w := float64(length * p.perMetre)
	x, y := mapEdge+10, mapEdge+p.height-14
	d.put(`<path d="M%s %sv5h%sv-5" class="axis" style="fill:none;stroke-width:1.6"/>`, at(x), at(y), at(w))
	d.label(x+w/2, y-3, "middle", "halo", v.p.Metres(truce.Tenths(length*10)))
	nx, ny := mapEdge+16, mapEdge+19
	d.put(`<path d="M%s %sl5 15-5-4-5 4z" style="fill:var(--ink)"/>`, at(nx), at(ny))
	d.label(nx, ny-3, "middle", "strong halo", v.p.Say(truce.Say("report.map.north")))
}

// mapTable says in rows what the map shows: places, how surely they are known, and what rules say of what was there.
func (v *page) mapTable(out *mapView, spots []*spot, have []Standing, beyond, placeless Tally) {
	out.Table.Head = v.says(truce.Say("report.column.where"), truce.Say("report.column.error"))
	for _, s := range have {
		out.Table.Head = append(out.Table.Head, v.word(s))
	}
	list := slices.Clone(spots)
	slices.SortStableFunc(list, func(a, b *spot) int { return cmp.Compare(len(b.all), len(a.all)) })
	for _, s := range list {
		name := s.at.String()
		if s.name != "" {
			name = v.data(s.name) + ", " + v.data(name)
		}
		if s.feature != "" {
			name = v.p.Place(s.feature)
		}
		within := v.p.Metres(truce.Tenths(s.radius * 10))
		if s.feature != "" {
			within = v.p.Say(truce.Say("report.map.somewhere-in"))
		}
		row := tableRow{Name: escaped(name), Cells: []template.HTML{escaped(within)}}
		for _, k := range have {
			row.Cells = append(row.Cells, v.num(s.by[k], name, v.word(k)))
		}
		out.Table.Rows = append(out.Table.Rows, row)
	}
	rest := func(name string, t Tally) {
		if len(t) == 0 {
			return
		}
		row := tableRow{Name: escaped(name), Cells: []template.HTML{""}}
		for _, k := range have {
			var of Tally
			for _, i := range t {
				if v.Things[i].Gravest() == k {
					of = append(of, i)
				}
			}
			row.Cells = append(row.Cells, v.num(of, name, v.word(k)))
		}
		out.Table.Rows = append(out.Table.Rows, row)
	}
	rest(v.p.Say(truce.Say("report.map.row-beyond")), beyond)
	rest(v.p.Say(truce.Say("report.map.row-placeless")), placeless)
}
