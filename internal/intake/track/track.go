// Package track reads tables of positions: what vehicle locators, phones and loggers export, under the column names
// they usually have.
package track

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/rows"
)

// The names a column may have, the preferred one first. Case does not matter.
var (
	unitNames     = []string{"unit", "unit_id", "unit_name", "vehicle_id", "device_id", "vehicle", "device", "imei", "mmsi", "callsign", "id"}
	timeNames     = []string{"time", "timestamp", "datetime", "date_time", "gps_time", "time_utc", "recorded_at", "at"}
	latNames      = []string{"lat", "latitude", "lat_dd"}
	lonNames      = []string{"lon", "lng", "long", "longitude", "lon_dd"}
	accuracyNames = []string{"accuracy", "accuracy_m", "horizontal_accuracy", "haccuracy"}
	errorNames    = []string{"error_m"}
	actorNames    = []string{"actor", "force"}
	categoryNames = []string{"category", "equipment"}
	sourceNames   = []string{"source"}
)

// Columns lists the names of all columns that are understood.
func Columns() []string {
	var list []string
	for _, names := range [][]string{unitNames, timeNames, latNames, lonNames, accuracyNames, errorNames, actorNames, categoryNames, sourceNames} {
		list = append(list, names...)
	}
	return list
}

// Recognises reports whether a header has a time and a position.
func Recognises(t *rows.Table) bool { return len(Lacks(t)) == 0 }

// Lacks lists the columns, by their preferred names, without which a table is none of positions.
func Lacks(t *rows.Table) (names []string) {
	for _, n := range [][]string{timeNames, latNames, lonNames} {
		if t.Column(n...) < 0 {
			names = append(names, n[0])
		}
	}
	return names
}

// Reader reads the rows of a table of positions.
type Reader struct {
	table  *rows.Table
	set    *entry.Settings
	tracks *entry.Tracks
	name   []byte // of the unit, where the table names none
	// Where each column is, -1 if there is none.
	unit, time, lat, lon, accuracy, errorM, actor, category, source int
}

// Open finds the columns.
func Open(t *rows.Table, set *entry.Settings) (*Reader, error) {
	const op truce.Op = "track.Open"
	if lacks := Lacks(t); len(lacks) > 0 {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "the header lacks " + strings.Join(lacks, ", "),
			Hint: "a table of positions has columns such as unit, time, lat, lon; see docs/reference/observations.md for other names"}
	}
	r := &Reader{table: t, set: set, tracks: entry.NewTracks(set, truce.MeansDevice),
		unit: t.Column(unitNames...), time: t.Column(timeNames...), lat: t.Column(latNames...), lon: t.Column(lonNames...),
		accuracy: t.Column(accuracyNames...), errorM: t.Column(errorNames...), actor: t.Column(actorNames...),
		category: t.Column(categoryNames...), source: t.Column(sourceNames...)}
	name, f := entry.Name([]byte(UnitOf(set.File)))
	if f != nil {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: set.File, Reason: f.Message, Hint: f.Hint}
	}
	r.name = name
	return r, nil
}

// UnitOf is the name of the unit of a file that names none: that of the file, without folders and endings.
func UnitOf(file string) string {
	base, _, _ := strings.Cut(path.Base(strings.ReplaceAll(file, `\`, "/")), ".")
	return base
}

// Notes says what the table leaves open.
func (r *Reader) Notes() []string {
	var notes []string
	if r.unit < 0 {
		notes = append(notes, fmt.Sprintf("no column names the unit: all positions are of unit %q, after the file", r.name))
	}
	if r.accuracy < 0 && r.errorM < 0 {
		notes = append(notes, DefaultErrorNote(r.set))
	}
	return notes
}

// DefaultErrorNote says which error radius was taken for want of a stated one.
func DefaultErrorNote(set *entry.Settings) string {
	return "no accuracy is stated: an error radius of " + strconv.FormatFloat(float64(set.DefaultError), 'f', -1, 64) + " m is taken for every position"
}

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
	reject := func(column int, f *entry.Fault) { e.Reject(r.table.Names()[column], column+1, f) }
	comma := r.set.CommaDecimals
	if e.Fix.At, f = r.set.Times.Moment(cells[r.time]); f != nil {
		reject(r.time, f)
	}
	var ofLon bool
	if e.Fix.Pos, f, ofLon = entry.Position(cells[r.lat], cells[r.lon], comma); f != nil {
		if ofLon {
			reject(r.lon, f)
		} else {
			reject(r.lat, f)
		}
	}
	e.Fix.Error = float32(r.set.DefaultError)
	switch {
	case r.errorM >= 0 && len(cells[r.errorM]) > 0:
		m, f := entry.Radius(cells[r.errorM], comma)
		if f != nil {
			reject(r.errorM, f)
		}
		e.Fix.Error = float32(m)
	case r.accuracy >= 0 && len(cells[r.accuracy]) > 0:
		m, f := entry.Radius(cells[r.accuracy], comma)
		if f != nil {
			reject(r.accuracy, f)
		}
		if m > 0 { // Android writes 0 where it knows no accuracy
			e.Fix.Error = float32(m * entry.AccuracyFactor)
		}
	}
	name := func(column int) []byte {
		if column < 0 {
			return nil
		}
		b, f := entry.Name(cells[column])
		if f != nil {
			reject(column, f)
		}
		return b
	}
	unit := r.name
	if r.unit >= 0 {
		if unit = name(r.unit); len(unit) == 0 && !e.Rejected() {
			reject(r.unit, &entry.Fault{Code: entry.MissingValue, Message: "the row does not name its unit"})
		}
	}
	actor, category, source := name(r.actor), name(r.category), name(r.source)
	if len(category) > 0 && !r.set.Equipment.Has(string(category)) {
		reject(r.category, entry.Unknown("kind of equipment", category, r.set.Equipment.Words()))
	}
	if !e.Rejected() {
		e.Track = r.tracks.Of(unit, actor, category, source, false, false)
	}
	return nil
}
