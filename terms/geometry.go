package terms

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"
	"unicode/utf8"

	"truce"
	"truce/geo"
)

// Limits of geometry.geojson; see docs/limits.md.
const (
	MaxFeatures  = 20_000
	MaxVertices  = 200_000 // of one feature
	MaxRadius    = 50_000  // metres, of a point feature
	maxJSONDepth = 16
	// What looks swapped is farther than this from the others, and nearer than that when exchanged, in 1e-7 degree.
	mirrorApart  = 1e7
	mirrorBeside = 2e7
	mirrorSure   = 5e7 // from here on it is an error
)

var featureKeys = []string{"id", "kind", "name", "aliases", "illustrative", "source", "radius", "left", "right", "note"}

// jsonReader reads GeoJSON and remembers where each thing stands.
type jsonReader struct {
	dec   *json.Decoder
	data  []byte
	file  string
	probs *problems
	// Where the last counted offset was, so that lines are counted once.
	atOffset      int
	atLine, atCol int
}

// jsonNode is a JSON value with its place. Arrays of numbers are kept as positions.
type jsonNode struct {
	offset int
	kind   byte // '{' '[' 's' 'n' 'b' '0' (null) 'p' (a position)
	text   string
	flag   bool
	keys   []string
	kids   []*jsonNode
	pos    truce.Position
	extra  int // numbers beyond the second in a position
}

func (n *jsonNode) get(key string) *jsonNode {
	if n == nil || n.kind != '{' {
		return nil
	}
	for i, k := range n.keys {
		if k == key {
			return n.kids[i]
		}
	}
	return nil
}

func (j *jsonReader) place(offset int) (line, col int) {
	if offset < j.atOffset {
		j.atOffset, j.atLine, j.atCol = 0, 1, 1
	}
	for i := j.atOffset; i < offset && i < len(j.data); {
		_, n := utf8.DecodeRune(j.data[i:])
		if j.data[i] == '\n' {
			j.atLine, j.atCol = j.atLine+1, 0
		}
		j.atCol++
		i += n
	}
	j.atOffset = offset
	return j.atLine, j.atCol
}

func (j *jsonReader) fail(offset int, field, code, message, hint string) {
	line, col := j.place(offset)
	j.probs.add(truce.Problem{File: j.file, Line: line, Column: col, Length: 1, Field: field, Code: code, Message: message, Hint: hint})
}

func (j *jsonReader) warn(offset int, field, code, message, hint string) {
	j.fail(offset, field, code, message, hint)
	if n := len(j.probs.list); n > 0 && j.probs.dropped == 0 {
		j.probs.list[n-1].Warning = true
	}
}

var errTooDeep = errors.New("nested too deep")
var errTooMany = errors.New("too many vertices")

// start is the offset of the next value: the decoder's own offset lies before white space and separators.
func (j *jsonReader) start() int {
	i := int(j.dec.InputOffset())
	for i < len(j.data) && strings.IndexByte(" \t\r\n,:", j.data[i]) >= 0 {
		i++
	}
	return i
}

// value reads one JSON value; vertices counts the positions read so far in this feature.
func (j *jsonReader) value(depth int, vertices *int) (*jsonNode, error) {
	if depth > maxJSONDepth {
		return nil, errTooDeep
	}
	n := &jsonNode{offset: j.start()}
	t, err := j.dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		n.kind = byte(t)
		if t == '[' {
			return n, j.array(n, depth, vertices)
		}
		for j.dec.More() {
			k, err := j.dec.Token()
			if err != nil {
				return nil, err
			}
			v, err := j.value(depth+1, vertices)
			if err != nil {
				return nil, err
			}
			key, _ := k.(string)
			n.keys, n.kids = append(n.keys, key), append(n.kids, v)
			if key == "geometry" || key == "properties" {
				*vertices = 0
			}
		}
		_, err := j.dec.Token()
		return n, err
	case string:
		n.kind, n.text = 's', t
	case json.Number:
		n.kind, n.text = 'n', t.String()
	case bool:
		n.kind, n.flag = 'b', t
	case nil:
		n.kind = '0'
	}
	return n, nil
}

// array reads a JSON array; one of numbers becomes a position.
func (j *jsonReader) array(n *jsonNode, depth int, vertices *int) error {
	numbers := 0
	for j.dec.More() {
		v, err := j.value(depth+1, vertices)
		if err != nil {
			return err
		}
		if v.kind != 'n' {
			n.kids = append(n.kids, v)
			continue
		}
		numbers++
		if numbers > 2 {
			n.extra++
			continue
		}
		e, err := truce.ParseE7(v.text)
		limit, what := truce.E7(1800000000), "longitude"
		if numbers == 2 {
			limit, what = 900000000, "latitude"
		}
		if err != nil || e > limit || e < -limit {
			hint := fmt.Sprintf("a %s lies between -%d and %d degrees; GeoJSON writes longitude first", what, limit/1e7, limit/1e7)
			if numbers == 2 && err == nil && n.pos.Lon <= 900000000 && n.pos.Lon >= -900000000 {
				hint = "latitude and longitude look swapped: GeoJSON writes longitude first"
			}
			j.fail(v.offset, "", "bad-coordinate", fmt.Sprintf("%s is no %s", v.text, what), hint)
		}
		if numbers == 1 {
			n.pos.Lon = e
		} else {
			n.pos.Lat = e
			n.kind = 'p'
			if *vertices++; *vertices > MaxVertices {
				return errTooMany
			}
		}
	}
	if numbers == 1 {
		j.fail(n.offset, "", "bad-coordinate", "a position needs a longitude and a latitude", "")
	}
	_, err := j.dec.Token()
	return err
}

// readGeometry reads geometry.geojson and declares the names of its features.
func (r *reader) readGeometry(dir folder) {
	data, shown, err := dir.read("geometry.geojson", MaxGeometryBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	r.unread[places] = true
	j := &jsonReader{file: shown, probs: r.probs, atLine: 1, atCol: 1}
	if err != nil {
		j.fail(0, "", "unreadable", "the file cannot be read", err.Error())
		return
	}
	if !utf8.Valid(data) {
		line, col := badUTF8(data)
		r.probs.add(truce.Problem{File: shown, Line: line, Column: col, Length: 1, Code: "not-utf8", Message: "the file is not UTF-8 here", Hint: "save it as UTF-8"})
		return
	}
	j.data = bytes.TrimPrefix(data, []byte("\ufeff"))
	j.dec = json.NewDecoder(bytes.NewReader(j.data))
	j.dec.UseNumber()
	top, err := j.value(0, new(int))
	switch {
	case errors.Is(err, errTooDeep):
		j.fail(j.start(), "", "too-deep", "the JSON is nested too deep", "GeoJSON needs far fewer levels; look for an unclosed bracket")
		return
	case errors.Is(err, errTooMany):
		j.fail(j.start(), "", "too-many-vertices", fmt.Sprintf("this feature has more than %d vertices", MaxVertices), "simplify it: a line drawn to the metre needs far fewer")
		return
	case err != nil:
		at := int(j.dec.InputOffset())
		var syn *json.SyntaxError
		if errors.As(err, &syn) {
			at = int(syn.Offset) - 1
		}
		hint := err.Error()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			hint = "the file ends too early"
		}
		j.fail(max(at, 0), "", "json", "not readable as JSON", hint)
		return
	}
	if t := top.get("type"); t == nil || t.text != "FeatureCollection" {
		j.fail(top.offset, "", "not-geojson", "a FeatureCollection is expected", `write {"type": "FeatureCollection", "features": [...]}`)
		return
	}
	fs := top.get("features")
	if fs == nil || fs.kind != '[' {
		j.fail(top.offset, "features", "not-geojson", "the FeatureCollection has no features", "")
		return
	}
	if len(fs.kids) > MaxFeatures {
		j.fail(fs.offset, "features", "too-many-features", fmt.Sprintf("%d features; at most %d are read", len(fs.kids), MaxFeatures), "")
		return
	}
	r.unread[places] = false
	for i, f := range fs.kids {
		r.feature(j, f, fmt.Sprintf("features[%d]", i))
	}
	r.checkSwapped(j)
}

func (r *reader) feature(j *jsonReader, n *jsonNode, path string) {
	props := n.get("properties")
	if props == nil || props.kind != '{' {
		j.fail(n.offset, path, "not-geojson", "the feature has no properties", `write {"type": "Feature", "properties": {"id": ..., "kind": ...}, "geometry": {...}}`)
		return
	}
	line, col := j.place(props.offset)
	f := truce.Feature{Origin: truce.Origin{File: j.file, Line: line, Column: col}}
	text := func(key string) string {
		v := props.get(key)
		if v == nil || v.kind == '0' {
			return ""
		}
		if v.kind != 's' {
			j.fail(v.offset, path+".properties."+key, "not-text", fmt.Sprintf("%q must be a text", key), "put it in double quotes")
		}
		return v.text
	}
	id := props.get("id")
	if id == nil || id.kind != 's' || !isWord(id.text) {
		j.fail(props.offset, path, "bad-name", "the feature has no id", `give it "id": a name of letters, digits and hyphens`)
		return
	}
	f.ID = truce.PlaceID(id.text)
	if first, twice := r.names[places].set[id.text]; twice {
		j.fail(id.offset, path, "name-twice", fmt.Sprintf("the place %q is declared twice", id.text), fmt.Sprintf("first at %s:%d", first.File, first.Line))
		return
	}
	r.names[places].set[id.text] = f.Origin
	r.names[places].list = append(r.names[places].list, id.text)
	f.Kind = truce.FeatureKind(text("kind"))
	f.Source = truce.SourceID(text("source"))
	f.Left, f.Right = truce.Side(text("left")), truce.Side(text("right"))
	if v := props.get("illustrative"); v != nil {
		f.Illustrative = v.flag
	}
	if v := props.get("name"); v != nil {
		f.Name = truce.Words{EN: v.text}
		if v.kind == '{' {
			for i, k := range v.keys {
				switch k {
				case "en":
					f.Name.EN = v.kids[i].text
				case "ar":
					f.Name.AR = v.kids[i].text
				case "ru":
					f.Name.RU = v.kids[i].text
				default:
					j.fail(v.kids[i].offset, path+".properties.name", "unknown-key", fmt.Sprintf("%q is not a language of the program", k), "known: en, ar, ru")
				}
			}
		}
	}
	if v := props.get("aliases"); v != nil {
		for _, k := range v.kids {
			f.Aliases = append(f.Aliases, k.text)
		}
	}
	if s := text("radius"); s != "" {
		d, err := ParseDistance(s)
		if err != nil || d > MaxRadius {
			j.fail(props.get("radius").offset, path, "bad-distance", fmt.Sprintf("%q is no radius for a place", s), "write for example 500 m")
		}
		f.Radius = d
	}
	for i, k := range props.keys {
		if !contains(featureKeys, k) {
			hint := "known: " + strings.Join(featureKeys, ", ")
			if near := Nearest(k, featureKeys); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			j.warn(props.kids[i].offset, path+".properties."+k, "unused-property", fmt.Sprintf("the property %q is not used", k), hint)
		}
	}
	r.shape(j, n, &f, path)
	r.features = append(r.features, f)
}

// shape reads a feature's geometry and checks it.
func (r *reader) shape(j *jsonReader, n *jsonNode, f *truce.Feature, path string) {
	g := n.get("geometry")
	if g == nil || g.kind != '{' || g.get("type") == nil || g.get("coordinates") == nil {
		j.fail(n.offset, path, "no-geometry", fmt.Sprintf("%q has no geometry", f.ID), "")
		return
	}
	c := g.get("coordinates")
	where := path + ".geometry"
	bad := func() {
		j.fail(c.offset, where, "bad-geometry", fmt.Sprintf("the coordinates of %q do not have the form of a %s", f.ID, g.get("type").text), "see RFC 7946, section 3.1")
	}
	switch kind := g.get("type").text; kind {
	case "Point":
		if f.Shape = truce.ShapePoint; c.kind != 'p' {
			bad()
			return
		}
		f.At = c.pos
	case "LineString", "MultiLineString":
		f.Shape = truce.ShapeLine
		lines := []*jsonNode{c}
		if kind == "MultiLineString" {
			lines = c.kids
		}
		for _, l := range lines {
			path, ok := positions(l)
			if !ok {
				bad()
				return
			}
			f.Lines = append(f.Lines, path)
		}
		for _, fault := range geo.CheckLine(f.Lines, r.edges) {
			// A road may cross itself; a line that must tell one side from the other may not.
			if fault.Kind == geo.FaultRange || f.Left == "" && (fault.Kind == geo.FaultCross || fault.Kind == geo.FaultTouch || fault.Kind == geo.FaultOverlap) {
				continue // a wrong latitude is reported where the number stands
			}
			j.fault(lines[fault.Ring], fault, f, where)
		}
	case "Polygon", "MultiPolygon":
		f.Shape = truce.ShapeArea
		polys := []*jsonNode{c}
		if kind == "MultiPolygon" {
			polys = c.kids
		}
		for _, p := range polys {
			var rings [][]truce.Position
			for _, ring := range p.kids {
				ps, ok := positions(ring)
				if !ok {
					bad()
					return
				}
				if len(ps) > 1 && ps[0] == ps[len(ps)-1] {
					ps = ps[:len(ps)-1]
				} else {
					j.fail(ring.kids[len(ps)-1].offset, where, "unclosed-ring", fmt.Sprintf("%q: the ring does not end where it began", f.ID), "repeat its first position at the end")
				}
				rings = append(rings, ps)
			}
			if len(rings) == 0 {
				bad()
				return
			}
			f.Polygons = append(f.Polygons, rings)
		}
		for _, fault := range geo.CheckArea(f.Polygons, r.edges) {
			if fault.Kind == geo.FaultRange {
				continue // reported where the number stands
			}
			j.fault(polys[max(fault.Polygon, 0)].kids[max(fault.Ring, 0)], fault, f, where)
		}
	default:
		j.fail(g.get("type").offset, where, "bad-geometry", fmt.Sprintf("a %s is not used in an agreement", kind), "write Point, LineString, MultiLineString, Polygon or MultiPolygon")
		return
	}
	r.checkKind(j, n, f, path)
}

// fault reports what is wrong with a ring or path, at the position it is about.
func (j *jsonReader) fault(ring *jsonNode, fault geo.Fault, f *truce.Feature, path string) {
	at := ring.offset
	if fault.Vertex >= 0 && fault.Vertex < len(ring.kids) {
		at = ring.kids[fault.Vertex].offset
	}
	c := faultCodes[fault.Kind]
	message := fmt.Sprintf("%q: %s", f.ID, fault)
	if fault.Kind == geo.FaultRepeated {
		j.warn(at, path, c.code, message, c.hint)
		return
	}
	j.fail(at, path, c.code, message, c.hint)
}

// faultCodes gives each fault of a shape its stable code and what to do about it.
var faultCodes = map[geo.FaultKind]struct{ code, hint string }{
	geo.FaultTooMany:     {"too-many-vertices", "simplify it: a line drawn to the metre needs far fewer"},
	geo.FaultTooFew:      {"too-few-vertices", "a ring needs three different positions, a line two"},
	geo.FaultRange:       {"bad-coordinate", "GeoJSON writes longitude first, then latitude, in degrees"},
	geo.FaultRepeated:    {"repeated-vertex", "take one of the two out"},
	geo.FaultNoArea:      {"no-area", "draw the area the positions should enclose"},
	geo.FaultPole:        {"over-a-pole", "cut it into shapes that do not hold a pole"},
	geo.FaultTooWide:     {"too-wide", "cut it into several shapes narrower than 180 degrees"},
	geo.FaultCross:       {"self-crossing", "look at the order of the positions there"},
	geo.FaultOverlap:     {"self-crossing", "take one of the two edges out"},
	geo.FaultTouch:       {"self-touching", "cut it into two where it touches itself"},
	geo.FaultHoleOutside: {"hole-outside", "the first ring of a polygon is the outer one, the others are holes in it"},
	geo.FaultNested:      {"nested-polygons", "polygons of one feature lie side by side; write a hole as a ring of its polygon"},
}

func positions(n *jsonNode) ([]truce.Position, bool) {
	if n.kind != '[' {
		return nil, false
	}
	out := make([]truce.Position, 0, len(n.kids))
	for _, k := range n.kids {
		if k.kind != 'p' {
			return nil, false
		}
		out = append(out, k.pos)
	}
	return out, len(out) > 0
}

// checkKind reports a kind that is unknown or does not go with the shape.
func (r *reader) checkKind(j *jsonReader, n *jsonNode, f *truce.Feature, path string) {
	k := n.get("properties").get("kind")
	if k == nil || f.Kind == "" {
		j.fail(n.get("properties").offset, path, "missing-key", fmt.Sprintf("%q has no kind", f.ID), `give it "kind": zone, line-of-contact, crossing...`)
		return
	}
	fits := map[truce.Shape][]string{truce.ShapeArea: truce.AreaKinds, truce.ShapeLine: truce.LineKinds, truce.ShapePoint: truce.PointKinds}
	all := append(append(append([]string{}, truce.AreaKinds...), truce.LineKinds...), truce.PointKinds...)
	switch {
	case contains(fits[f.Shape], string(f.Kind)):
	case contains(all, string(f.Kind)):
		j.fail(k.offset, path, "wrong-shape", fmt.Sprintf("%q is a %s, which this geometry cannot be", f.ID, f.Kind), "kinds for it: "+strings.Join(fits[f.Shape], ", "))
	default:
		hint := "kinds for it: " + strings.Join(fits[f.Shape], ", ")
		if near := Nearest(string(f.Kind), all); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		j.fail(k.offset, path, "bad-word", fmt.Sprintf("%q is no kind of feature", f.Kind), hint)
	}
	if f.Radius > 0 && f.Shape != truce.ShapePoint {
		j.fail(n.get("properties").get("radius").offset, path, "wrong-shape", "only a point has a radius", "take it out")
	}
	if (f.Left != "") != (f.Right != "") {
		j.fail(n.get("properties").offset, path, "one-side", fmt.Sprintf("%q names only one of its sides", f.ID), "name both left and right")
	}
}

// checkSwapped reports features that lie apart from the others and would lie beside them if latitude and longitude changed
// places. Exchanging the two crosses the diagonal on which they are equal, so only features on its two sides are compared,
// and of the two groups that mirror each other the smaller is suspected. A file in which all are swapped cannot be told from
// one about another place. Near the diagonal a right place can look like this, so there it is a warning.
func (r *reader) checkSwapped(j *jsonReader) {
	var sides [2][]int
	for i := range r.features {
		p := representative(&r.features[i])
		sides[side(p)] = append(sides[side(p)], i)
	}
	type suspect struct {
		feature, beside int
		apart           int64
	}
	var found [2][]suspect
	for s, list := range sides {
		for _, i := range list {
			p := representative(&r.features[i])
			x := suspect{feature: i, apart: math.MaxInt64}
			near := int64(math.MaxInt64)
			for _, k := range sides[1-s] {
				q := representative(&r.features[k])
				x.apart = min(x.apart, apart(p, q))
				if d := apart(truce.Position{Lon: p.Lat, Lat: p.Lon}, q); d < near {
					near, x.beside = d, k
				}
			}
			if x.apart > mirrorApart && near < mirrorBeside && near < x.apart/4 {
				found[s] = append(found[s], x)
			}
		}
	}
	fewer := 0
	switch a, b := len(found[0]), len(found[1]); {
	case b < a && b > 0, a == 0:
		fewer = 1
	case a == b && a > 0 && found[0][0].feature < found[1][0].feature:
		fewer = 1 // nothing tells which; the one that stands first is taken to be right
	}
	for _, x := range found[fewer] {
		f := &r.features[x.feature]
		r.probs.add(truce.Problem{File: j.file, Line: f.Origin.Line, Column: f.Origin.Column, Length: 1, Code: "swapped-coordinates", Warning: x.apart < mirrorSure,
			Message: fmt.Sprintf("latitude and longitude of %q look swapped", f.ID),
			Hint:    fmt.Sprintf("GeoJSON writes longitude first; with the two exchanged it would lie beside %q", r.features[x.beside].ID)})
	}
}

// side says on which side of the diagonal a position lies where latitude and longitude are equal.
func side(p truce.Position) int {
	if p.Lon > p.Lat {
		return 1
	}
	return 0
}

// apart is how far two positions are from each other in latitude or longitude, whichever is more, in units of 1e-7 degree.
func apart(p, q truce.Position) int64 {
	diff := func(a, b truce.E7) int64 { return max(int64(a)-int64(b), int64(b)-int64(a)) }
	lon := diff(p.Lon, q.Lon)
	return max(min(lon, 3600000000-lon), diff(p.Lat, q.Lat))
}

// representative is a position to compare a feature's whereabouts by.
func representative(f *truce.Feature) truce.Position {
	if f.Shape == truce.ShapeLine && len(f.Lines) > 0 {
		return f.Lines[0][0]
	}
	if f.Shape == truce.ShapeArea && len(f.Polygons) > 0 {
		return f.Polygons[0][0][0]
	}
	return f.At
}
