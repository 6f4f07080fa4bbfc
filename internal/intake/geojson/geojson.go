// Package geojson reads features of GeoJSON (RFC 7946) as observations: the geometry is the place, and the properties
// have the names of the columns of package sheet. Features are read one by one, whether they stand in a collection or
// one a line.
package geojson

import (
	"fmt"
	"io"
	"strings"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/jsonscan"
	"truce/internal/intake/sheet"
)

// MaxFeature is the longest feature in bytes: outlines of provinces run to megabytes.
const MaxFeature = 16 << 20

// MaxNamed is how many unknown properties are named in the notes.
const MaxNamed = 50

// Reader reads features.
type Reader struct {
	features *features
	draft    *sheet.Draft
	s        jsonscan.Scanner
	e        *entry.Entry
	row      int
	unknown  []string
	named    map[string]bool
}

// Open starts reading features of at most max bytes (MaxFeature where max is 0).
func Open(r io.Reader, max int, set *entry.Settings) *Reader {
	if max <= 0 {
		max = MaxFeature
	}
	return &Reader{features: newFeatures(r, max), draft: sheet.NewDraft(set, "properties."), named: map[string]bool{}}
}

// Notes names the properties that are not known and were passed over.
func (r *Reader) Notes() []string {
	if len(r.unknown) == 0 {
		return nil
	}
	var names []string
	for _, n := range r.unknown {
		w := entry.Quote([]byte(n))
		if hint := entry.Nearest(n, sheet.Columns()); hint != "" {
			w += " (" + hint + ")"
		}
		names = append(names, w)
	}
	return []string{"properties that are not known were passed over: " + strings.Join(names, ", ")}
}

// Next reads a feature into e; at the end the error is io.EOF. Another coordinate system than WGS84 is an error.
func (r *Reader) Next(e *entry.Entry) error {
	const op truce.Op = "geojson.Next"
	piece, f, err := r.features.next()
	if head := r.features.head; head != nil {
		r.features.head = nil
		if name := r.coordinates(head); name != "" {
			return &truce.Error{Op: op, Kind: truce.Invalid, Reason: "the positions are in the coordinate system " + entry.Quote([]byte(name)),
				Hint: "export in WGS84 (EPSG:4326), which GeoJSON requires"}
		}
	}
	if err != nil {
		return err
	}
	r.row++
	e.Reset(r.row)
	r.e = e
	if f != nil {
		e.Reject("", 0, f)
		return nil
	}
	r.draft.Reset()
	r.s.Reset(piece)
	isFeature := r.feature()
	r.s.End()
	if err := r.s.Err(); err != nil {
		e.Problems = e.Problems[:0]
		e.Reject("", 0, &entry.Fault{Code: entry.BadJSON, Message: fmt.Sprintf("the feature is no JSON at its byte %d: %s", err.Offset+1, err.Reason)})
		return nil
	}
	if !isFeature {
		e.Reject("type", 0, &entry.Fault{Code: entry.WrongType, Message: "the object is no Feature", Hint: `a feature has "type": "Feature", a geometry and properties`})
		return nil
	}
	r.draft.Finish(e)
	return nil
}

// coordinates gives the name of a coordinate system other than WGS84 that the head of a collection states, as files
// from before RFC 7946 do: in crs.properties.name.
func (r *Reader) coordinates(head []byte) string {
	r.s.Reset(head)
	name := member(&r.s, "crs", "properties", "name")
	upper := strings.ToUpper(name)
	if strings.Contains(upper, "CRS84") || strings.Contains(upper, "4326") {
		return ""
	}
	return name
}

// member gives the text at a path of keys, "" if there is none.
func member(s *jsonscan.Scanner, path ...string) (text string) {
	switch {
	case len(path) == 0 && s.Kind() == jsonscan.String:
		return string(s.String())
	case len(path) == 0 || s.Kind() != jsonscan.Object:
		s.Skip()
		return ""
	}
	for ok := s.Enter(jsonscan.Object); ok && s.More(jsonscan.Object); {
		if string(s.Key()) == path[0] {
			text = member(s, path[1:]...)
		} else {
			s.Skip()
		}
	}
	return text
}

// feature reads a feature into the draft.
func (r *Reader) feature() (isFeature bool) {
	for ok := r.s.Enter(jsonscan.Object); ok && r.s.More(jsonscan.Object); {
		switch string(r.s.Key()) {
		case "type":
			isFeature = r.s.Kind() == jsonscan.String && string(r.s.String()) == "Feature"
		case "id":
			// A property id wins, whichever comes first: it is the one a person wrote.
			if k := r.s.Kind(); (k == jsonscan.String || k == jsonscan.Number) && !r.draft.Has(sheet.ID) {
				r.put(sheet.ID, k)
			} else {
				r.s.Skip()
			}
		case "geometry":
			r.geometry()
		case "properties":
			if r.s.Kind() == jsonscan.Object {
				r.properties()
			} else {
				r.s.Skip()
			}
		default:
			r.s.Skip()
		}
	}
	return isFeature
}

// put gives a text or a number to the draft.
func (r *Reader) put(f sheet.Field, k jsonscan.Kind) {
	if k == jsonscan.Number {
		r.draft.Put(f, 0, r.s.Number())
	} else {
		r.draft.Put(f, 0, r.s.String())
	}
}

func (r *Reader) properties() {
	for ok := r.s.Enter(jsonscan.Object); ok && r.s.More(jsonscan.Object); {
		key := r.s.Key()
		f, known := sheet.FieldOf(key)
		switch k := r.s.Kind(); {
		case !known:
			if name := string(entry.Clip(key)); !strings.HasPrefix(name, sheet.OwnColumn) && !r.named[name] && len(r.named) < MaxNamed {
				r.named[name] = true
				r.unknown = append(r.unknown, name)
			}
			r.s.Skip()
		case k == jsonscan.String || k == jsonscan.Number:
			r.put(f, k)
		case k == jsonscan.Bool:
			if r.s.Bool() {
				r.draft.Put(f, 0, []byte("yes"))
			}
		case k == jsonscan.Null:
			r.s.Null()
		case k == jsonscan.Array:
			r.list(f)
		default:
			r.e.Reject("properties."+string(key), 0, &entry.Fault{Code: entry.WrongType, Message: "an object stands where a value is expected", Hint: "the properties have the names of the columns of the sheet"})
			r.s.Skip()
		}
	}
}

// list joins a list of texts as one cell of a sheet.
func (r *Reader) list(f sheet.Field) {
	var cell []byte
	first := true
	for ok := r.s.Enter(jsonscan.Array); ok && r.s.More(jsonscan.Array); first = false {
		if r.s.Kind() != jsonscan.String {
			r.e.Reject("properties."+sheet.Columns()[f], 0, &entry.Fault{Code: entry.WrongType, Message: "the list holds something other than texts"})
			r.s.Skip()
			continue
		}
		cell = entry.AppendItem(cell, first, string(r.s.String()))
	}
	r.draft.Put(f, 0, cell)
}

// shape is a geometry taken apart: the paths of its lines, rings and points.
type shape struct {
	kind  string
	paths [][]truce.Position
	holes int
}

// geometry reads the geometry into the draft.
func (r *Reader) geometry() {
	before := len(r.e.Problems)
	var sh shape
	var coordinates []byte
	kind := ""
	if r.s.Kind() == jsonscan.Null {
		r.s.Null()
		return
	}
	for ok := r.s.Enter(jsonscan.Object); ok && r.s.More(jsonscan.Object); {
		switch string(r.s.Key()) {
		case "type":
			if r.s.Kind() == jsonscan.String {
				kind = string(r.s.String())
			} else {
				r.s.Skip()
			}
		case "coordinates":
			coordinates = r.s.Skip()
		default:
			r.s.Skip()
		}
	}
	if r.s.Err() != nil {
		return
	}
	bad := func(message, hint string) {
		r.e.Reject("geometry", 0, &entry.Fault{Code: entry.BadGeometry, Message: message, Hint: hint})
	}
	depth, known := map[string]int{"Point": 1, "MultiPoint": 2, "LineString": 2, "MultiLineString": 3, "Polygon": 3, "MultiPolygon": 4}[kind]
	if !known {
		bad(entry.Quote([]byte(kind))+" is no geometry that a place can be made of", "use Point, LineString or Polygon")
		return
	}
	sh.kind = kind
	var in jsonscan.Scanner
	in.Reset(coordinates)
	total := 0
	f := paths(&in, depth, &sh, &total)
	if f == nil && in.Err() != nil {
		f = &entry.Fault{Code: entry.BadGeometry, Message: "the coordinates are not lists of numbers"}
	}
	r.e.Reject("geometry", 0, f)
	if len(r.e.Problems) > before {
		return
	}
	stated, f := sh.place()
	if f != nil {
		r.e.Reject("geometry", 0, f)
		return
	}
	r.draft.Shape(stated)
}

// paths reads coordinates nested to the given depth: 1 is a position, 2 a path, 3 rings or paths, 4 polygons.
func paths(in *jsonscan.Scanner, depth int, sh *shape, total *int) *entry.Fault {
	nested := &entry.Fault{Code: entry.BadGeometry, Message: "the coordinates are not nested as a " + sh.kind + " has them"}
	if in.Kind() != jsonscan.Array {
		return nested
	}
	if depth <= 2 {
		path, f := positions(in, depth, total)
		if f != nil {
			return f
		}
		sh.paths = append(sh.paths, path)
		return nil
	}
	in.Enter(jsonscan.Array)
	for ring := 0; in.More(jsonscan.Array); ring++ {
		if depth == 3 && strings.HasSuffix(sh.kind, "Polygon") && ring > 0 {
			sh.holes++
			in.Skip()
			continue
		}
		if f := paths(in, depth-1, sh, total); f != nil {
			return f
		}
	}
	return nil
}

// positions reads a path, or a single position as a path of one.
func positions(in *jsonscan.Scanner, depth int, total *int) (path []truce.Position, f *entry.Fault) {
	nested := &entry.Fault{Code: entry.BadGeometry, Message: "a position is not a list of longitude and latitude"}
	one := func() *entry.Fault {
		if in.Kind() != jsonscan.Array {
			return nested
		}
		in.Enter(jsonscan.Array)
		var xy [2][]byte
		n := 0
		for ; in.More(jsonscan.Array); n++ {
			if in.Kind() != jsonscan.Number {
				return nested
			}
			if v := in.Number(); n < 2 {
				xy[n] = v
			}
		}
		if n < 2 {
			return nested
		}
		if *total++; *total > entry.MaxPath {
			return &entry.Fault{Code: entry.BadGeometry, Message: fmt.Sprintf("the geometry has more than %d positions", entry.MaxPath), Hint: "simplify it"}
		}
		p, f, _ := entry.Position(xy[1], xy[0], false)
		path = append(path, p)
		return f
	}
	if depth == 1 {
		f = one()
		return path, f
	}
	in.Enter(jsonscan.Array)
	for in.More(jsonscan.Array) {
		if f := one(); f != nil {
			return nil, f
		}
	}
	return path, nil
}

// place makes a place of the shape. Where it has several parts or holes, the place is the smallest one that surely holds
// it: the box round the parts, the outline without its holes.
func (sh *shape) place() (s entry.Stated, f *entry.Fault) {
	parts := sh.paths
	if sh.kind == "MultiPoint" {
		parts = nil
		for _, p := range sh.paths[0] {
			parts = append(parts, []truce.Position{p})
		}
	}
	if len(parts) == 0 || len(parts[0]) == 0 {
		return s, &entry.Fault{Code: entry.BadGeometry, Message: "the geometry is empty"}
	}
	single := strings.TrimPrefix(sh.kind, "Multi")
	if len(parts) > 1 {
		s = box(parts)
		s.Basis = fmt.Sprintf("the box round %d parts of a %s", len(parts), sh.kind)
		return s, nil
	}
	switch single {
	case "Point":
		s.At, s.HasAt = parts[0][0], true
	case "LineString":
		s.Path, s.Shape = parts[0], truce.PlaceLine
	case "Polygon":
		ring := parts[0]
		if ring[0] != ring[len(ring)-1] {
			return s, &entry.Fault{Code: entry.BadGeometry, Message: "the ring is not closed", Hint: "its last position repeats the first"}
		}
		s.Path, s.Shape = entry.Ring(ring), truce.PlaceArea
		if sh.holes > 0 {
			s.Basis = fmt.Sprintf("the outline without its holes (%d)", sh.holes)
		}
	}
	return s, nil
}

// box is the area round all positions; a line or a point where they leave it no width. Parts on both sides of the
// antimeridian give a box round the whole earth, which is wide but not wrong.
func box(parts [][]truce.Position) (s entry.Stated) {
	low, high := parts[0][0], parts[0][0]
	for _, path := range parts {
		for _, p := range path {
			low = truce.Position{Lon: min(low.Lon, p.Lon), Lat: min(low.Lat, p.Lat)}
			high = truce.Position{Lon: max(high.Lon, p.Lon), Lat: max(high.Lat, p.Lat)}
		}
	}
	switch {
	case low == high:
		s.At, s.HasAt = low, true
	case low.Lon == high.Lon || low.Lat == high.Lat:
		s.Path, s.Shape = []truce.Position{low, high}, truce.PlaceLine
	default:
		s.Path, s.Shape = []truce.Position{low, {Lon: high.Lon, Lat: low.Lat}, high, {Lon: low.Lon, Lat: high.Lat}}, truce.PlaceArea
	}
	return s
}
