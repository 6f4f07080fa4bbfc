package intake

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"

	"truce"
	"truce/internal/intake/acled"
	"truce/internal/intake/entry"
	"truce/internal/intake/geojson"
	"truce/internal/intake/gpx"
	"truce/internal/intake/ndjson"
	"truce/internal/intake/rows"
	"truce/internal/intake/sheet"
	"truce/internal/intake/track"
	"truce/internal/intake/ucdp"
	"truce/internal/seal"
)

// Limits that are not those of one format.
const (
	// MaxBytes is how large a file may become when it is decompressed.
	MaxBytes int64 = 4 << 30
	// MaxBatch is how many positions are collected before they are handed on: of thousands of units that report in turn, hundreds of each.
	MaxBatch = 1 << 19
	// MaxNotes is how many notes a summary holds.
	MaxNotes = 100
	// headSize is how much of a file is looked at to find out what it is.
	headSize = 64 << 10
	// checkEvery is how many rows pass between two looks at the context.
	checkEvery = 1024
)

// Options are what the caller decides for a file. The zero value sniffs everything and assumes nothing.
type Options struct {
	// Format is one of [Formats]; empty to find out.
	Format string
	// Encoding is one of [Encodings]; empty to find out.
	Encoding string
	// Clock is the clock whose days a date without a time means. The zero clock is UTC.
	Clock truce.Clock
	// AssumeZone is the clock on which times without an offset from UTC are read; nil refuses them.
	AssumeZone *truce.Clock
	// DefaultError is the error radius of positions whose file states none; 0 is entry.DefaultFixError (30 m).
	DefaultError truce.Metres
	// Source fills what a file of positions does not say of its source.
	Source truce.Source
	// Incidents and Equipment are the words allowed; the zero values are those of package truce.
	Incidents, Equipment truce.Taxonomy
	// Simulated labels everything in the file as invented.
	Simulated bool
	// Move shifts every position of the file and labels it as moved.
	Move *Shift
	// Seen remembers ids over several files; nil remembers them within this one.
	Seen *Seen
	// MaxRow is the longest row in bytes; 0 is rows.MaxRow, for GeoJSON geojson.MaxFeature.
	MaxRow int
	// MaxBytes is how large the file may become when decompressed; 0 is the constant of that name.
	MaxBytes int64
}

// Track says whose positions a run of fixes is.
type Track = entry.Track

// Sink takes what a file holds, in the order of its rows; only fixes wait for others of the same batch. An error stops
// the reading.
type Sink interface {
	// Observation is given a record that the sink may keep.
	Observation(*truce.Observation) error
	// Fixes is given positions of one track in the order of the file. The slice is used again after the call.
	Fixes(Track, []truce.Fix) error
	// Reject is given one problem of a row that was not taken. A row with several problems gives several.
	Reject(truce.Problem) error
}

// CodeCount is how many rows had a problem with a code.
type CodeCount struct {
	Code string
	Rows int
}

// Summary says what a file was and what became of it. Rows is the sum of Observations, Fixes, Duplicates and Rejected.
type Summary struct {
	Name, Format, Encoding string
	// Bytes and SHA256 are of the file as received, before it was decompressed. They are zero where reading ended early.
	Bytes  int64
	SHA256 seal.Hash
	Rows   int
	// Observations and Fixes are the rows handed on.
	Observations, Fixes int
	// Duplicates are observations that had been read before, id and content; they were not handed on.
	Duplicates int
	// Rejected counts rows, and Codes the rows with each code in alphabetical order; a row may have several.
	Rejected int
	Codes    []CodeCount
	// Earliest and Latest enclose the stated times of what was handed on.
	Earliest, Latest truce.Instant
	// Notes say in sentences what was assumed or passed over.
	Notes []string
}

// Accepted is how many rows were handed on.
func (s *Summary) Accepted() int { return s.Observations + s.Fixes }

// decoder reads the rows of one format.
type decoder interface {
	// Next fills the entry with the next row; at the end the error is io.EOF. Any other error ends the reading.
	Next(*entry.Entry) error
	// Notes gives what is to be said of the file as a whole, after the last row.
	Notes() []string
}

// Read reads a file and hands its rows to the sink. The name appears in observations, problems and the summary.
//
// The error is for what concerns the file as a whole: it cannot be read, decompressed or recognised, or is not of the
// format that was forced; or the sink or the context stopped it. Rows handed on until then stay handed on, and the
// summary counts them.
func Read(ctx context.Context, r io.Reader, name string, opts Options, sink Sink) (Summary, error) {
	const op truce.Op = "intake.Read"
	in := &reading{ctx: ctx, opts: opts, sink: sink, sum: Summary{Name: name}}
	raw := seal.NewReader(&source{ctx, r})
	err := in.read(raw, name)
	if err == nil {
		_, err = io.Copy(io.Discard, raw)
	}
	if err == nil {
		in.sum.SHA256, in.sum.Bytes = raw.Sum()
	}
	in.finish()
	if in.refused != nil {
		return in.sum, &truce.Error{Op: op, Kind: truce.KindOf(in.refused), Subject: name, Cause: in.refused}
	}
	return in.sum, explain(op, name, err)
}

// explain puts an error into a form that says what to do.
func explain(op truce.Op, name string, err error) error {
	var e *truce.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e) && e.Reason != "":
		return &truce.Error{Op: op, Kind: e.Kind, Subject: name, Reason: e.Reason, Hint: e.Hint, Cause: e.Cause}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &truce.Error{Op: op, Kind: truce.Unavailable, Subject: name, Cause: err}
	case errors.Is(err, syscall.EISDIR):
		return &truce.Error{Op: op, Kind: truce.Invalid, Subject: name, Reason: "this is a folder", Hint: "name the files in it"}
	}
	return &truce.Error{Op: op, Kind: truce.Unavailable, Subject: name, Reason: "the file cannot be read", Cause: err}
}

// reading is one call of Read.
type reading struct {
	ctx   context.Context
	opts  Options
	sink  Sink
	sum   Summary
	set   *entry.Settings
	text  *textReader
	table *rows.Table
	dec   decoder
	codes map[string]int
	batch batch
	seen  *Seen
	// refused is the error with which the sink stopped the reading.
	refused error
}

func (in *reading) read(raw io.Reader, name string) error {
	in.codes = map[string]int{}
	in.seen = in.opts.Seen
	if in.seen == nil {
		in.seen = NewSeen(0)
	}
	in.seen.file(name)
	in.set = settings(name, in.opts)
	plain, packed, err := unpack(raw, in.opts.MaxBytes)
	if err != nil {
		return err
	}
	if packed {
		in.note("decompressed from gzip")
	} else if strings.HasSuffix(strings.ToLower(name), ".gz") {
		in.note("named .gz, but not compressed")
	}
	if in.text, err = decode(plain, in.opts.Encoding); err != nil {
		return err
	}
	if err := in.open(bufio.NewReaderSize(in.text, headSize)); err != nil {
		return err
	}
	return in.rows()
}

func settings(name string, o Options) *entry.Settings {
	set := &entry.Settings{File: name, Times: entry.Times{Clock: o.Clock, Assume: o.AssumeZone}, DefaultError: o.DefaultError,
		Source: o.Source, Incidents: o.Incidents, Equipment: o.Equipment, Simulated: o.Simulated, Moved: o.Move != nil}
	if set.DefaultError == 0 {
		set.DefaultError = entry.DefaultFixError
	}
	if len(set.Incidents.Words()) == 0 {
		set.Incidents = truce.IncidentKinds
	}
	if len(set.Equipment.Words()) == 0 {
		set.Equipment = truce.EquipmentKinds
	}
	return set
}

// rows reads to the end.
func (in *reading) rows() error {
	var e entry.Entry
	for {
		if in.sum.Rows%checkEvery == 0 {
			if err := in.ctx.Err(); err != nil {
				return err
			}
		}
		if err := in.dec.Next(&e); err == io.EOF {
			in.refused = in.batch.flush(in.sink)
			return in.refused
		} else if err != nil {
			return err
		}
		in.sum.Rows++
		if in.refused = in.row(&e); in.refused != nil {
			return in.refused
		}
	}
}

// row hands on one row; its error is the sink's.
func (in *reading) row(e *entry.Entry) error {
	if !e.Rejected() && in.opts.Move != nil {
		in.opts.Move.entry(e)
	}
	if o := e.Observation; o != nil && !e.Rejected() {
		o.File, o.Row = in.sum.Name, e.Row
		o.Simulated = o.Simulated || in.set.Simulated
		o.Moved = o.Moved || in.set.Moved
		duplicate, f := in.seen.check(o)
		if duplicate {
			in.sum.Duplicates++
			return nil
		}
		e.Reject("id", 0, f)
	}
	switch {
	case e.Rejected():
		in.sum.Rejected++
		for i, p := range e.Problems {
			if !slices.ContainsFunc(e.Problems[:i], func(q truce.Problem) bool { return q.Code == p.Code }) {
				in.codes[p.Code]++
			}
			p.File = in.sum.Name
			if err := in.sink.Reject(p); err != nil {
				return err
			}
		}
		return nil
	case e.Observation != nil:
		in.sum.Observations++
		if s := e.Observation.When; s.Stated() {
			in.during(s.From, s.To)
		}
		return in.sink.Observation(e.Observation)
	}
	in.sum.Fixes++
	in.during(e.Fix.At, e.Fix.At)
	if in.batch.add(e.Track, e.Fix) {
		return in.batch.flush(in.sink)
	}
	return nil
}

func (in *reading) during(from, to truce.Instant) {
	if !in.sum.Earliest.Stated() || from < in.sum.Earliest {
		in.sum.Earliest = from
	}
	if !in.sum.Latest.Stated() || to > in.sum.Latest {
		in.sum.Latest = to
	}
}

func (in *reading) note(format string, args ...any) {
	if len(in.sum.Notes) < MaxNotes {
		in.sum.Notes = append(in.sum.Notes, fmt.Sprintf(format, args...))
	}
}

// finish completes the summary.
func (in *reading) finish() {
	for code, n := range in.codes {
		in.sum.Codes = append(in.sum.Codes, CodeCount{code, n})
	}
	slices.SortFunc(in.sum.Codes, func(a, b CodeCount) int { return strings.Compare(a.Code, b.Code) })
	if in.text != nil {
		in.sum.Encoding = in.text.encoding
		if in.text.guessed {
			in.note("read as %s, which is a guess: the file is not UTF-8", in.text.encoding)
		}
	}
	if in.set != nil && in.set.Times.Dates > 0 {
		if c := &in.set.Times.Clock; c.Zone == "" && len(c.Offsets) == 0 {
			in.note("dates are days of UTC, because no clock was given")
		} else {
			in.note("dates are days of %s", entry.ZoneOf(c))
		}
	}
	if in.set != nil && in.set.Times.Assumed > 0 {
		in.note("times without an offset were read on the clock of %s", entry.ZoneOf(in.set.Times.Assume))
	}
	if m := in.opts.Move; m != nil {
		if m.From != m.To {
			in.note("positions were moved as from %v to %v and are labelled so", m.From, m.To)
		}
		if m.Later != 0 {
			in.note("times were moved later by %s and are labelled so", lengthOf(m.Later))
		}
	}
	if in.table != nil {
		if in.table.Tags() {
			in.note("the second row holds HXL tags and was passed over")
		}
		if n := in.table.Blank(); n > 0 {
			in.note("blank rows: %d", n)
		}
	}
	if in.dec != nil {
		if in.table != nil {
			if names := in.table.Unused(); len(names) > 0 {
				in.note("columns passed over: %s", listed(names))
			}
		}
		for _, n := range in.dec.Notes() {
			in.note("%s", n)
		}
		if in.sum.Rows == 0 {
			in.note("the file has no rows")
		}
	}
}

// The names of the formats.
const (
	FormatNDJSON  = "ndjson"
	FormatSheet   = "sheet"
	FormatUCDP    = "ucdp"
	FormatACLED   = "acled"
	FormatGeoJSON = "geojson"
	FormatGPX     = "gpx"
	FormatTrack   = "track"
)

// Formats lists the formats that can be read, in the order of the reference page.
func Formats() []string {
	return []string{FormatNDJSON, FormatSheet, FormatUCDP, FormatACLED, FormatGeoJSON, FormatGPX, FormatTrack}
}

// open finds out the format, unless it is forced, and starts its decoder.
func (in *reading) open(r *bufio.Reader) error {
	head, err := r.Peek(headSize)
	if err != nil && err != io.EOF {
		return err
	}
	first := bytes.TrimLeft(head, " \t\r\n\x1e")
	if len(first) == 0 {
		return &truce.Error{Kind: truce.Invalid, Reason: "the file is empty", Hint: "check that it was saved and sent whole"}
	}
	format := in.opts.Format
	if format == "" {
		if format, err = sniff(first); err != nil {
			return err
		}
	} else if err := fits(format, first); err != nil {
		return err
	}
	if format != table {
		in.sum.Format = format
	}
	switch format {
	case FormatNDJSON:
		in.dec = ndjson.Open(rows.NewLines(r, in.opts.MaxRow), in.set)
		return nil
	case FormatGeoJSON:
		in.dec = geojson.Open(r, in.opts.MaxRow, in.set)
		return nil
	case FormatGPX:
		in.dec = gpx.Open(r, in.set)
		return nil
	}
	return in.openTable(r, first)
}

// openTable reads the header of a table and starts the decoder that knows it.
func (in *reading) openTable(r io.Reader, first []byte) (err error) {
	var names []string
	if in.opts.Format == FormatUCDP && first[0] >= '0' && first[0] <= '9' {
		names = ucdp.Layout // some candidate releases came without a header
		in.note("the file has no header: its columns are taken to be those of the releases since 20.1")
	}
	if in.table, err = rows.Open(r, in.opts.MaxRow, names); err != nil {
		return err
	}
	in.set.CommaDecimals = in.table.Separator() != ','
	format := in.opts.Format
	if format == "" {
		switch t := in.table; {
		case ucdp.Recognises(t):
			format = FormatUCDP
		case acled.Recognises(t):
			format = FormatACLED
		case sheet.Recognises(t):
			format = FormatSheet
		case track.Recognises(t):
			format = FormatTrack
		default:
			return &truce.Error{Kind: truce.Invalid,
				Reason: "the columns are those of no known table: " + listed(t.Names()),
				Hint: "a sheet of observations has the columns id and kind; for a table of positions this one lacks " + strings.Join(track.Lacks(t), ", ") +
					"; UCDP and ACLED tables keep their own column names; see docs/reference/observations.md"}
		}
	}
	in.sum.Format = format
	switch format {
	case FormatUCDP:
		in.dec, err = opened(ucdp.Open(in.table, in.set))
	case FormatACLED:
		in.dec, err = opened(acled.Open(in.table, in.set))
	case FormatSheet:
		in.dec, err = opened(sheet.Open(in.table, in.set))
	case FormatTrack:
		in.dec, err = opened(track.Open(in.table, in.set))
	}
	return err
}

// listed writes names for a person, the first ones where there are many.
func listed(names []string) string {
	const most = 40
	var quoted []string
	for _, n := range names[:min(len(names), most)] {
		quoted = append(quoted, entry.Quote([]byte(n)))
	}
	if len(names) > most {
		quoted = append(quoted, fmt.Sprintf("and %d more", len(names)-most))
	}
	return strings.Join(quoted, ", ")
}

// opened keeps a nil reader of a format from becoming a decoder that is not nil.
func opened[D decoder](d D, err error) (decoder, error) {
	if err != nil {
		return nil, err
	}
	return d, nil
}
