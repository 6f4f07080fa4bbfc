package entry

import (
	"bytes"
	"fmt"

	"truce"
)

// Track says whose positions a run of fixes is.
type Track struct {
	// Unit is the name of the device, vehicle or patrol in the file; where the file names none, the file's own name.
	Unit string
	// Actor is the name of the actor it belongs to, Category the kind of equipment; "" where the file does not say.
	Actor, Category string
	Source          truce.Source
	File            string
	// Simulated and Moved are labels that stay on every outcome, as in [truce.Observation].
	Simulated, Moved bool
}

// Entry is what one row of a file became: an observation, or a fix of a track, or problems. It is used again for the
// next row, except for what it points to.
type Entry struct {
	// Row counts from 1; in tables the header is row 1, as a spreadsheet shows it.
	Row         int
	Observation *truce.Observation
	// Track is the same pointer for every fix of one track of the file.
	Track    *Track
	Fix      truce.Fix
	Problems []truce.Problem
}

// Reset makes the entry ready for a row.
func (e *Entry) Reset(row int) {
	*e = Entry{Row: row, Problems: e.Problems[:0]}
}

// Reject notes a fault of one field; column counts from 1 and is 0 where it is not known. A nil fault changes nothing.
func (e *Entry) Reject(field string, column int, f *Fault) {
	if f != nil {
		e.Problems = append(e.Problems, truce.Problem{
			Line: e.Row, Column: column, Field: field, Code: f.Code, Message: f.Message, Hint: f.Hint})
	}
}

// Rejected reports whether the row has a problem.
func (e *Entry) Rejected() bool { return len(e.Problems) > 0 }

// Settings are what the caller of intake decides for a whole file.
type Settings struct {
	// File is the name to write into observations and problems.
	File  string
	Times Times
	// DefaultError is the error radius in metres of fixes whose file states none.
	DefaultError truce.Metres
	// Source fills what the file does not say of the source of its fixes and waypoints.
	Source truce.Source
	// Incidents and Equipment are the words that may be used for them.
	Incidents, Equipment truce.Taxonomy
	// AnyWord takes words that are in neither: what the journal holds was checked when it came in.
	AnyWord bool
	// Simulated and Moved label everything in the file.
	Simulated, Moved bool
	// CommaDecimals says that numbers may be written with a decimal comma.
	CommaDecimals bool
}

// DefaultFixError is the error radius of a fix whose file states no accuracy. It is an assumption, told in the summary of
// every file that rests on it.
const DefaultFixError truce.Metres = 30

// AccuracyFactor turns the 68 % radius that devices call accuracy into the error radius truce works with. For a round
// normal distribution the 99 % radius is 3.035 and the 68 % radius 1.510 standard deviations.
const AccuracyFactor = 2

// Tracks gives each track of a file one pointer, so that rows can be grouped by it cheaply.
type Tracks struct {
	set    *Settings
	means  truce.Means
	byKey  map[string]*Track
	key    []byte
	latest *Track
	last   []byte
}

// MaxTracks is how many tracks of one file are remembered. Beyond it the memory starts afresh, which costs a second
// pointer for a track and nothing else.
const MaxTracks = 10_000

// NewTracks starts without any track. The means holds where the settings' source names none.
func NewTracks(set *Settings, means truce.Means) *Tracks {
	return &Tracks{set: set, means: means, byKey: map[string]*Track{}}
}

// Of gives the track of a row. The parts must have been checked with [Name].
func (t *Tracks) Of(unit, actor, category, source []byte, simulated, moved bool) *Track {
	k := append(t.key[:0], unit...)
	k = append(append(k, 0), actor...)
	k = append(append(k, 0), category...)
	k = append(append(k, 0), source...)
	k = append(k, 0, label(simulated), label(moved))
	t.key = k
	if t.latest != nil && bytes.Equal(k, t.last) {
		return t.latest
	}
	tr := t.byKey[string(k)]
	if tr == nil {
		if len(t.byKey) >= MaxTracks {
			clear(t.byKey)
		}
		tr = &Track{Unit: string(unit), Actor: string(actor), Category: string(category), Source: t.set.Source,
			File: t.set.File, Simulated: simulated || t.set.Simulated, Moved: moved || t.set.Moved}
		if len(source) > 0 {
			tr.Source.ID = string(source)
		}
		if tr.Source.Means == truce.MeansUnknown {
			tr.Source.Means = t.means
		}
		t.byKey[string(k)] = tr
	}
	t.latest, t.last = tr, append(t.last[:0], k...)
	return tr
}

func label(on bool) byte {
	if on {
		return 1
	}
	return 0
}

// Unknown is the fault of a word that is not in a list.
func Unknown(what string, word []byte, known []string) *Fault {
	return &Fault{UnknownWord, fmt.Sprintf("%s is no %s", Quote(word), what), Nearest(string(Clip(word)), known)}
}
