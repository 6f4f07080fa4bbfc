package ndjson

import (
	"fmt"
	"strconv"
	"strings"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/jsonscan"
	"truce/internal/intake/rows"
	"truce/internal/intake/sheet"
)

// The keys of a line. Those from unit on belong to fixes, those from id on to observations, the others to both.
const (
	kKind = iota
	kTime
	kSource
	kSimulated
	kMoved
	kUnit
	kActor
	kCategory
	kLat
	kLon
	kErrorM
	kAccuracy
	kID
	kWhat
	kLasted
	kReceived
	kPlace
	kToPlace
	kParts
	kEquipment
	kCount
	kDeaths
	kInjured
	kCivilians
	kResult
	kComplete
	kAbout
	kSameAs
	kNote
	keyCount
)

var keys = [keyCount]string{"kind", "time", "source", "simulated", "moved", "unit", "actor", "category", "lat", "lon",
	"error_m", "accuracy", "id", "what", "lasted", "received", "place", "to_place", "parts", "equipment", "count", "deaths",
	"injured", "civilians", "result", "complete", "about", "same_as", "note"}

// The keys of the objects inside an observation.
var (
	timeKeys      = []string{"from", "to"}
	placeKeys     = []string{"kind", "name", "lat", "lon", "error_m", "within", "path", "basis"}
	partKeys      = []string{"name", "role"}
	equipmentKeys = []string{"category", "calibre_mm", "range_m", "count"}
	countKeys     = []string{"low", "best", "high"}
	sourceKeys    = []string{"id", "means", "standing", "independent", "reference", "relayed_by"}
)

// Keys lists the keys of a line, and after a dot those of the objects inside it.
func Keys() []string {
	list := append([]string(nil), keys[:]...)
	for _, in := range []struct {
		outer string
		inner []string
	}{{"time", timeKeys}, {"place", placeKeys}, {"parts", partKeys}, {"equipment", equipmentKeys}, {"count", countKeys}, {"source", sourceKeys}} {
		for _, k := range in.inner {
			list = append(list, in.outer+"."+k)
		}
	}
	return list
}

// Fix is the value of kind that makes a line a position of a track.
const Fix = "fix"

// keyOf finds a key. The switch is compiled to a search without allocation; TestKeys holds it against the list.
func keyOf(b []byte) int {
	switch string(b) {
	case "kind":
		return kKind
	case "time":
		return kTime
	case "source":
		return kSource
	case "simulated":
		return kSimulated
	case "moved":
		return kMoved
	case "unit":
		return kUnit
	case "actor":
		return kActor
	case "category":
		return kCategory
	case "lat":
		return kLat
	case "lon":
		return kLon
	case "error_m":
		return kErrorM
	case "accuracy":
		return kAccuracy
	case "id":
		return kID
	case "what":
		return kWhat
	case "lasted":
		return kLasted
	case "received":
		return kReceived
	case "place":
		return kPlace
	case "to_place":
		return kToPlace
	case "parts":
		return kParts
	case "equipment":
		return kEquipment
	case "count":
		return kCount
	case "deaths":
		return kDeaths
	case "injured":
		return kInjured
	case "civilians":
		return kCivilians
	case "result":
		return kResult
	case "complete":
		return kComplete
	case "about":
		return kAbout
	case "same_as":
		return kSameAs
	case "note":
		return kNote
	}
	return -1
}

// Reader reads lines.
type Reader struct {
	lines  *rows.Lines
	set    *entry.Settings
	tracks *entry.Tracks
	s      jsonscan.Scanner
	e      *entry.Entry
	o      *truce.Observation
	// outer and index name the object being read, for the field of a problem: "parts[2].".
	outer string
	index int
	seen  uint32
	line  line
}

// value is a text or number of the line with its place.
type value struct {
	text   []byte
	offset int
}

// line is what has been seen of the keys that a fix may have.
type line struct {
	kind, time, from, to                                value
	unit, actor, category, source, lat, lon, errm, accu value
	simulated, moved, span                              bool
}

// Open starts reading; the lines come from the text itself, so nothing can be wrong yet.
func Open(lines *rows.Lines, set *entry.Settings) *Reader {
	return &Reader{lines: lines, set: set, tracks: entry.NewTracks(set, truce.MeansDevice)}
}

// Notes is empty: what there is to say stands in the lines.
func (r *Reader) Notes() []string { return nil }

// Next reads a line into e; at the end the error is io.EOF.
func (r *Reader) Next(e *entry.Entry) error {
	text, f, err := r.lines.Next()
	if err != nil {
		return err
	}
	if f != nil {
		e.Reset(r.lines.Row())
		e.Reject("", 0, f)
		return nil
	}
	r.Line(text, r.lines.Row(), e)
	return nil
}

// Line reads one line that is at hand into e; it must be valid UTF-8. A reader for lines alone may be opened without any.
func (r *Reader) Line(text []byte, row int, e *entry.Entry) {
	e.Reset(row)
	r.e, r.o, r.outer, r.seen, r.line = e, nil, "", 0, line{}
	r.s.Reset(text)
	r.object()
	r.s.End()
	if err := r.s.Err(); err != nil {
		e.Problems = e.Problems[:0] // what stands behind the break cannot be trusted to be what it seems
		e.Reject("", r.s.Column(err.Offset), &entry.Fault{Code: entry.BadJSON, Message: "the line is no JSON object: " + err.Reason,
			Hint: "write one object in braces a line"})
		return
	}
	if string(r.line.kind.text) == Fix {
		r.fix()
	} else {
		r.observation()
	}
}

func (r *Reader) field(name string) string {
	switch {
	case r.outer == "":
		return name
	case r.index < 0:
		return r.outer + "." + name
	case name == "":
		return r.outer + "[" + strconv.Itoa(r.index) + "]"
	}
	return r.outer + "[" + strconv.Itoa(r.index) + "]." + name
}

func (r *Reader) reject(name string, offset int, f *entry.Fault) {
	if f != nil && r.s.Err() == nil {
		r.e.Reject(r.field(name), r.s.Column(offset), f)
	}
}

// is reports whether a value of the wanted kind follows; any other is passed over, null without a word.
func (r *Reader) is(k jsonscan.Kind, name string) bool {
	switch got := r.s.Kind(); {
	case got == k:
		return true
	case got == jsonscan.Null || got == jsonscan.None:
		r.s.Skip()
	default:
		r.reject(name, r.s.Offset(), &entry.Fault{Code: entry.WrongType, Message: fmt.Sprintf("%s stands where %s is expected", got, k)})
		r.s.Skip()
	}
	return false
}

// text reads a text, number a number; both are empty where there is none.
func (r *Reader) text(name string) (v value) {
	if r.is(jsonscan.String, name) {
		v.offset = r.s.Offset()
		v.text = r.s.String()
	}
	return v
}

func (r *Reader) number(name string) (v value) {
	if r.is(jsonscan.Number, name) {
		v.offset = r.s.Offset()
		v.text = r.s.Number()
	}
	return v
}

func (r *Reader) bool(name string) bool { return r.is(jsonscan.Bool, name) && r.s.Bool() }

// take reads a value that is not empty with one of the readers of package entry.
func take[T any](r *Reader, name string, v value, read func([]byte) (T, *entry.Fault)) (t T) {
	if len(v.text) == 0 {
		return t
	}
	t, f := read(v.text)
	r.reject(name, v.offset, f)
	return t
}

// word reads a text that must be in a list; known is asked for it where the text is not.
func word[T any](r *Reader, name string, v value, of string, parse func(string) (T, bool), known func() []string) (t T) {
	if len(v.text) == 0 {
		return t
	}
	t, ok := parse(string(v.text))
	if !ok {
		r.reject(name, v.offset, entry.Unknown(of, v.text, known()))
	}
	return t
}

// each reads an object, giving each key once by its place in the list.
func (r *Reader) each(known []string, read func(key string)) {
	var seen uint16
	if !r.s.Enter(jsonscan.Object) {
		return
	}
	for r.s.More(jsonscan.Object) {
		at := r.s.Offset()
		key := r.s.Key()
		i := 0
		for i < len(known) && string(key) != known[i] {
			i++
		}
		switch {
		case i == len(known):
			r.unknown(key, at, known)
		case seen&(1<<i) != 0:
			r.repeated(known[i], at)
		default:
			seen |= 1 << i
			read(known[i])
		}
	}
}

func (r *Reader) unknown(key []byte, at int, known []string) {
	if !strings.HasPrefix(string(entry.Clip(key)), sheet.OwnColumn) {
		r.reject(string(entry.Clip(key)), at, &entry.Fault{Code: entry.UnknownKey, Message: "there is no key " + entry.Quote(key),
			Hint: entry.Nearest(string(entry.Clip(key)), known)})
	}
	r.s.Skip()
}

func (r *Reader) repeated(key string, at int) {
	r.reject(key, at, &entry.Fault{Code: entry.RepeatedKey, Message: "the key " + key + " stands twice", Hint: "delete one of the two"})
	r.s.Skip()
}

func (r *Reader) object() {
	if !r.s.Enter(jsonscan.Object) {
		return
	}
	for r.s.More(jsonscan.Object) {
		at := r.s.Offset()
		name := r.s.Key()
		k := keyOf(name)
		if k < 0 {
			r.unknown(name, at, keys[:])
			continue
		}
		if r.seen&(1<<k) != 0 {
			r.repeated(keys[k], at)
			continue
		}
		r.seen |= 1 << k
		r.member(k)
	}
}

// member reads the value of a key. What only observations have goes straight into one; the rest waits until the kind
// is known.
func (r *Reader) member(k int) {
	l := &r.line
	if k >= kID && r.o == nil {
		r.o = &truce.Observation{}
	}
	switch k {
	case kKind:
		l.kind = r.text("kind")
	case kTime:
		r.time()
	case kSource:
		r.source()
	case kSimulated:
		l.simulated = r.bool("simulated")
	case kMoved:
		l.moved = r.bool("moved")
	case kUnit:
		l.unit = r.text("unit")
	case kActor:
		l.actor = r.text("actor")
	case kCategory:
		l.category = r.text("category")
	case kLat:
		l.lat = r.number("lat")
	case kLon:
		l.lon = r.number("lon")
	case kErrorM:
		l.errm = r.number("error_m")
	case kAccuracy:
		l.accu = r.number("accuracy")
	case kID:
		r.o.ID = take(r, "id", r.text("id"), entry.ID)
	case kWhat:
		r.o.What = take(r, "what", r.text("what"), entry.Text)
	case kLasted:
		r.o.Lasted = r.bool("lasted")
	case kReceived:
		r.o.Received = take(r, "received", r.text("received"), r.set.Times.Moment)
	case kPlace:
		r.o.Where = r.place("place")
	case kToPlace:
		r.o.To = r.place("to_place")
	case kParts:
		r.parts()
	case kEquipment:
		r.equipment()
	case kCount:
		r.o.Count = r.bounds("count")
	case kDeaths:
		r.o.Deaths = r.bounds("deaths")
	case kInjured:
		r.o.Injured = r.bounds("injured")
	case kCivilians:
		r.o.Civilians = r.bounds("civilians")
	case kResult:
		r.o.Result = word(r, "result", r.text("result"), "way to end", truce.ParseEnded, truce.EndedWords)
	case kComplete:
		r.o.Complete = r.bool("complete")
	case kAbout:
		r.list("about", func(v value) { r.o.About = append(r.o.About, r.item("about", v)) })
	case kSameAs:
		r.list("same_as", func(v value) { r.o.SameAs = append(r.o.SameAs, take(r, "same_as", v, entry.ID)) })
	case kNote:
		r.o.Note = take(r, "note", r.text("note"), entry.Text)
	}
}

func (r *Reader) time() {
	l := &r.line
	if r.s.Kind() != jsonscan.Object {
		l.time = r.text("time")
		return
	}
	l.span = true
	r.outer, r.index = "time", -1
	r.each(timeKeys, func(key string) {
		if key == "from" {
			l.from = r.text(key)
		} else {
			l.to = r.text(key)
		}
	})
	r.outer = ""
}

func (r *Reader) source() {
	if r.s.Kind() != jsonscan.Object {
		r.line.source = r.text("source")
		return
	}
	if r.o == nil {
		r.o = &truce.Observation{}
	}
	src := &r.o.Source
	r.outer, r.index = "source", -1
	r.each(sourceKeys, func(key string) {
		switch key {
		case "id":
			src.ID = take(r, key, r.text(key), entry.Text)
		case "means":
			src.Means = word(r, key, r.text(key), "means of observation", truce.ParseMeans, truce.MeansWords)
		case "standing":
			src.Standing = word(r, key, r.text(key), "standing", truce.ParseStanding, truce.StandingWords)
		case "independent":
			v := r.number(key)
			n := take(r, key, v, entry.Count)
			if n > 1<<31-1 {
				r.reject(key, v.offset, &entry.Fault{Code: entry.BadNumber, Message: "so many sources there are not"})
			}
			src.Independent = int32(n)
		case "reference":
			src.Reference = take(r, key, r.text(key), entry.Text)
		case "relayed_by":
			r.list(key, func(v value) { src.RelayedBy = append(src.RelayedBy, r.item(key, v)) })
		}
	})
	r.outer = ""
}

// list reads a list of texts.
func (r *Reader) list(name string, each func(value)) {
	if !r.is(jsonscan.Array, name) || !r.s.Enter(jsonscan.Array) {
		return
	}
	for r.s.More(jsonscan.Array) {
		if v := r.text(name); v.text != nil {
			each(v)
		}
	}
}

// item reads one text of a list, which may not be empty.
func (r *Reader) item(name string, v value) string {
	s, f := entry.Text(v.text)
	if f == nil && s == "" {
		f = &entry.Fault{Code: entry.BadList, Message: "an item of the list is empty", Hint: "delete it"}
	}
	r.reject(name, v.offset, f)
	return s
}

// objects reads a list of objects.
func (r *Reader) objects(name string, known []string, each func(), read func(key string)) {
	if !r.is(jsonscan.Array, name) || !r.s.Enter(jsonscan.Array) {
		return
	}
	r.outer, r.index = name, 0
	for ; r.s.More(jsonscan.Array); r.index++ {
		if r.is(jsonscan.Object, "") {
			each()
			r.each(known, read)
		}
	}
	r.outer = ""
}

func (r *Reader) parts() {
	r.objects("parts", partKeys, func() { r.o.Parts = append(r.o.Parts, truce.Part{}) }, func(key string) {
		p := &r.o.Parts[len(r.o.Parts)-1]
		v := r.text(key)
		if key == "role" {
			p.Role = word(r, key, v, "role", truce.ParseRole, truce.Roles)
			return
		}
		name, f := entry.Name(v.text)
		r.reject(key, v.offset, f)
		p.Name = string(name)
	})
	for i, p := range r.o.Parts {
		if p.Name == "" {
			r.reject("parts["+strconv.Itoa(i)+"].name", r.s.Offset(), &entry.Fault{Code: entry.MissingValue, Message: "an actor is listed without its name"})
		}
	}
}

func (r *Reader) equipment() {
	r.objects("equipment", equipmentKeys, func() { r.o.Equipment = append(r.o.Equipment, truce.Equipment{}) }, func(key string) {
		q := &r.o.Equipment[len(r.o.Equipment)-1]
		switch key {
		case "category":
			v := r.text(key)
			q.Category = string(v.text)
			if q.Category != "" && !r.set.AnyWord && !r.set.Equipment.Has(q.Category) {
				r.reject(key, v.offset, entry.Unknown("kind of equipment", v.text, r.set.Equipment.Words()))
			}
		case "calibre_mm":
			q.CalibreMM = take(r, key, r.number(key), sheet.Millimetres)
		case "range_m":
			q.RangeM = take(r, key, r.number(key), sheet.Range)
		case "count":
			q.Count = r.bounds(key)
		}
	})
	for i, q := range r.o.Equipment {
		if q.Category == "" {
			r.reject("equipment["+strconv.Itoa(i)+"].category", r.s.Offset(), &entry.Fault{Code: entry.MissingValue, Message: "equipment is listed without its category",
				Hint: "armament is the widest word"})
		}
	}
}

// bounds reads a count: a number, or an object with low, best and high.
func (r *Reader) bounds(name string) truce.Number {
	if r.s.Kind() != jsonscan.Object {
		v := r.number(name)
		if len(v.text) == 0 {
			return truce.Number{}
		}
		n, f := entry.Count(v.text)
		r.reject(name, v.offset, f)
		if f != nil {
			return truce.Number{}
		}
		return truce.Exactly(n)
	}
	at := r.s.Offset()
	var part [3]value
	r.each(countKeys, func(key string) {
		for i, k := range countKeys {
			if k == key {
				part[i] = r.number(name)
			}
		}
	})
	n, f := entry.Bounds(part[0].text, part[1].text, part[2].text)
	r.reject(name, at, f)
	return n
}

// place reads a place: an object, or the name of a feature.
func (r *Reader) place(name string) truce.Place {
	at := r.s.Offset()
	if r.s.Kind() != jsonscan.Object {
		v := r.text(name)
		s := entry.Stated{Name: take(r, name, v, entry.Text)}
		p, _, f := s.Place()
		r.reject(name, at, f)
		return p
	}
	var s entry.Stated
	var lat, lon, errm value
	before := len(r.e.Problems)
	r.outer, r.index = name, -1
	r.each(placeKeys, func(key string) {
		switch key {
		case "kind":
			s.Kind = r.text(key).text
		case "name":
			s.Name = take(r, key, r.text(key), entry.Text)
		case "lat":
			lat = r.number(key)
		case "lon":
			lon = r.number(key)
		case "error_m":
			errm = r.number(key)
		case "within":
			r.list(key, func(v value) { s.Within = append(s.Within, r.item(key, v)) })
		case "path":
			s.Path = r.path(key)
		case "basis":
			s.Basis = take(r, key, r.text(key), entry.Text)
		}
	})
	if len(lat.text) > 0 || len(lon.text) > 0 {
		p, f, ofLon := entry.Position(lat.text, lon.text, false)
		if ofLon {
			r.reject("lon", max(lon.offset, at), f)
		} else {
			r.reject("lat", max(lat.offset, at), f)
		}
		s.At, s.HasAt = p, true
	}
	if len(errm.text) > 0 {
		s.Error, s.HasError = take(r, "error_m", errm, metres), true
	}
	var p truce.Place
	if len(r.e.Problems) == before {
		var field string
		var f *entry.Fault
		if p, field, f = s.Place(); field == "geometry" {
			field = "path"
		}
		r.reject(field, at, f)
	}
	r.outer = ""
	return p
}

func metres(b []byte) (float64, *entry.Fault) { return entry.Radius(b, false) }

// path reads a list of positions, each a longitude and a latitude.
func (r *Reader) path(name string) (path []truce.Position) {
	if !r.is(jsonscan.Array, name) || !r.s.Enter(jsonscan.Array) {
		return nil
	}
	for r.s.More(jsonscan.Array) {
		at := r.s.Offset()
		var xy [2]value
		n := 0
		if r.is(jsonscan.Array, name) && r.s.Enter(jsonscan.Array) {
			for ; r.s.More(jsonscan.Array); n++ {
				if v := r.number(name); n < 2 {
					xy[n] = v
				}
			}
		}
		if n != 2 {
			r.reject(name, at, &entry.Fault{Code: entry.BadGeometry, Message: "a position is not a longitude and a latitude", Hint: "write [36.10, 32.62], longitude first"})
			continue
		}
		p, f, _ := entry.Position(xy[1].text, xy[0].text, false)
		r.reject(name, at, f)
		if len(path) == entry.MaxPath {
			r.reject(name, at, &entry.Fault{Code: entry.BadGeometry, Message: "the path has too many positions"})
		}
		if len(path) <= entry.MaxPath {
			path = append(path, p)
		}
	}
	return path
}

// misplaced notes the keys that were seen and do not belong to the kind.
func (r *Reader) misplaced(first, last int, hint string) {
	for k := first; k < last; k++ {
		if r.seen&(1<<k) != 0 {
			r.e.Reject(keys[k], 0, &entry.Fault{Code: entry.UnknownKey, Message: "the key " + keys[k] + " does not belong to the kind " + entry.Quote(r.line.kind.text), Hint: hint})
		}
	}
}

func (r *Reader) fix() {
	l := &r.line
	e := r.e
	if r.seen>>kID != 0 {
		r.misplaced(kID, keyCount, "a fix has unit, time, lat, lon and error_m")
	}
	if l.span || r.o != nil && r.seen>>kID == 0 {
		e.Reject("kind", 0, &entry.Fault{Code: entry.WrongType, Message: "the time and the source of a fix are texts, not objects"})
	}
	need := func(name string, v value) {
		if len(v.text) == 0 {
			e.Reject(name, 0, &entry.Fault{Code: entry.MissingValue, Message: "the fix has no " + name})
		}
	}
	need("unit", l.unit)
	need("time", l.time)
	e.Fix.At = take(r, "time", l.time, r.set.Times.Moment)
	p, f, ofLon := entry.Position(l.lat.text, l.lon.text, false)
	if ofLon {
		r.reject("lon", l.lon.offset, f)
	} else {
		r.reject("lat", l.lat.offset, f)
	}
	e.Fix.Pos = p
	switch {
	case len(l.errm.text) > 0:
		e.Fix.Error = take(r, "error_m", l.errm, single)
	case len(l.accu.text) > 0:
		e.Fix.Error = take(r, "accuracy", l.accu, single) * entry.AccuracyFactor
		if e.Fix.Error == 0 {
			e.Fix.Error = float32(r.set.DefaultError)
		}
	default:
		e.Fix.Error = float32(r.set.DefaultError)
	}
	unit := take(r, "unit", l.unit, entry.Name)
	actor := take(r, "actor", l.actor, entry.Name)
	source := take(r, "source", l.source, entry.Name)
	if len(l.category.text) > 0 && !r.set.AnyWord && !r.set.Equipment.Has(string(l.category.text)) {
		r.reject("category", l.category.offset, entry.Unknown("kind of equipment", l.category.text, r.set.Equipment.Words()))
	}
	if !e.Rejected() {
		e.Track = r.tracks.Of(unit, actor, l.category.text, source, l.simulated, l.moved)
	}
}

// single reads a radius as the 32-bit number a fix holds, rounded once.
func single(b []byte) (float32, *entry.Fault) {
	if _, f := entry.Radius(b, false); f != nil {
		return 0, f
	}
	m, _ := strconv.ParseFloat(string(b), 32)
	return float32(m), nil
}

func (r *Reader) observation() {
	l := &r.line
	if r.o == nil {
		r.o = &truce.Observation{}
	}
	o := r.o
	if o.ID == "" && r.seen&(1<<kID) == 0 {
		_, f := entry.ID(nil)
		r.e.Reject("id", 0, f)
	}
	if len(l.kind.text) == 0 {
		r.e.Reject("kind", 0, &entry.Fault{Code: entry.MissingValue, Message: "the kind is missing",
			Hint: "write " + Fix + " or one of " + strings.Join(truce.ObservationKinds(), ", ")})
	}
	o.Kind = word(r, "kind", l.kind, "kind of observation", truce.ParseObservationKind, func() []string { return append([]string{Fix}, truce.ObservationKinds()...) })
	if o.Kind == truce.KindIncident && o.What != "" && !r.set.AnyWord && !r.set.Incidents.Has(o.What) {
		r.e.Reject("what", 0, entry.Unknown("kind of incident", []byte(o.What), r.set.Incidents.Words()))
	}
	r.misplaced(kUnit, kID, "a position of an observation stands inside place, an actor in parts")
	switch {
	case !l.span:
		o.When = take(r, "time", l.time, r.set.Times.Span)
	case len(l.from.text) == 0 || len(l.to.text) == 0:
		r.e.Reject("time", 0, &entry.Fault{Code: entry.IncompleteTime, Message: "one end of the time is missing", Hint: "write the earliest and the latest possible moment"})
	default:
		o.When = truce.Span{From: take(r, "time.from", l.from, r.set.Times.Span).From, To: take(r, "time.to", l.to, r.set.Times.Span).To}
		if o.When.Stated() && o.When.To < o.When.From {
			r.reject("time.to", l.to.offset, &entry.Fault{Code: entry.TimeBackwards, Message: "the end is before the beginning"})
		}
	}
	if len(l.source.text) > 0 {
		o.Source.ID = take(r, "source", l.source, entry.Text)
	}
	o.Simulated, o.Moved = l.simulated, l.moved
	r.e.Observation = o
}
