package record

import (
	"bytes"
	"iter"
	"reflect"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/ndjson"
	"truce/internal/intake/rows"
	"truce/internal/vault"
)

// Observation is what somebody reported. What kind of report it is and its labels stand openly; everything else is sealed, in the same nine groups
// whatever is stated, so that the list of commitments tells nothing of what was said.
type Observation struct {
	Kind             truce.ObservationKind
	Simulated, Moved bool
	// Content is the whole observation; nil where it was erased.
	Content *truce.Observation
}

type observationBody struct {
	Kind      string `json:"kind"`
	Simulated bool   `json:"simulated,omitempty"`
	Moved     bool   `json:"moved,omitempty"`
}

// observationGroups are the groups of fields and what lies in each. Together they hold every field but those of the body.
// A group is a JSON object with members of a line of observations, as docs/reference/observations.md describes them.
var observationGroups = [...]struct {
	name string
	pick func(to, from *truce.Observation)
}{
	{"what", func(to, from *truce.Observation) {
		to.What, to.Result, to.Complete = from.What, from.Result, from.Complete
	}},
	{"when", func(to, from *truce.Observation) {
		to.When, to.Lasted, to.Received = from.When, from.Lasted, from.Received
	}},
	{"where", func(to, from *truce.Observation) { to.Where, to.To = from.Where, from.To }},
	{"who", func(to, from *truce.Observation) { to.Parts = from.Parts }},
	{"count", func(to, from *truce.Observation) {
		to.Equipment, to.Count, to.Deaths, to.Injured, to.Civilians = from.Equipment, from.Count, from.Deaths, from.Injured, from.Civilians
	}},
	{"source", func(to, from *truce.Observation) { to.ID, to.Source = from.ID, from.Source }},
	{"about", func(to, from *truce.Observation) { to.About, to.SameAs = from.About, from.SameAs }},
	{"note", func(to, from *truce.Observation) { to.Note = from.Note }},
}

// groupOrigin holds where the observation was read.
const groupOrigin = "origin"

type origin struct {
	File string `json:"file,omitempty"`
	Row  int    `json:"row,omitempty"`
}

// Draft makes a draft of o.Content. What could not be read back, it refuses: intake gives no such observation.
func (o Observation) Draft() (Draft, error) {
	const op truce.Op = "record.Observation"
	c := o.Content
	if c == nil {
		return Draft{}, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "it has no content"}
	}
	groups := splitObservation(c)
	from, err := group(groupOrigin, origin{c.File, c.Row})
	if err != nil {
		return Draft{}, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "its origin", Cause: err}
	}
	back := truce.Observation{File: c.File, Row: c.Row}
	if err := fromGroups(&back, c.Kind, c.Simulated, c.Moved, groups); err != nil || !reflect.DeepEqual(&back, c) {
		return Draft{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(c.ID), Reason: "it would not be read back as it is", Cause: err,
			Hint: "send it as intake gives it: valid text, bounds in order, no empty lists"}
	}
	return draft(truce.RecordObservation, observationBody{c.Kind.String(), c.Simulated, c.Moved}, append(groups, from)...)
}

// ReadObservation reads what [Observation.Draft] wrote.
func ReadObservation(r *truce.Record, g vault.Groups) (Observation, error) {
	const op truce.Op = "record.ReadObservation"
	var b observationBody
	if err := readBody(r, truce.RecordObservation, &b); err != nil {
		return Observation{}, err
	}
	kind, ok := truce.ParseObservationKind(b.Kind)
	if !ok {
		return Observation{}, &truce.Error{Op: op, Kind: truce.Corrupt, Subject: r.String(), Reason: "its kind is no kind of observation"}
	}
	o := Observation{Kind: kind, Simulated: b.Simulated, Moved: b.Moved}
	if g.Erased() {
		return o, nil
	}
	var from origin
	if err := readGroup(r, g, groupOrigin, &from); err != nil {
		return Observation{}, err
	}
	groups := make([]vault.Group, len(observationGroups))
	for i, w := range observationGroups {
		data, ok := g.Get(w.name)
		if !ok {
			return Observation{}, &truce.Error{Op: op, Kind: truce.Corrupt, Subject: r.String(), Reason: "it has no group " + w.name}
		}
		groups[i] = vault.Group{Name: w.name, Data: data}
	}
	c := &truce.Observation{File: from.File, Row: from.Row}
	if err := fromGroups(c, kind, b.Simulated, b.Moved, groups); err != nil {
		return Observation{}, &truce.Error{Op: op, Kind: truce.Corrupt, Subject: r.String(), Reason: "its content", Cause: err}
	}
	o.Content = c
	return o, nil
}

// noKind is the member of a line that lies in no group.
const noKind = `"kind":"unknown"`

// splitObservation gives the groups of an observation.
func splitObservation(o *truce.Observation) []vault.Group {
	groups := make([]vault.Group, 0, len(observationGroups)+1)
	for i, data := range split(o) {
		groups = append(groups, vault.Group{Name: observationGroups[i].name, Data: bytes.Clone(data)})
	}
	return groups
}

// split gives the bytes of each group in their order; they are good until the next.
func split(o *truce.Observation) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		part, line := new(truce.Observation), make([]byte, 0, 512)
		for i, w := range observationGroups {
			*part = truce.Observation{}
			w.pick(part, o)
			line = ndjson.Append(line[:0], part)
			before, after, _ := bytes.Cut(line[:len(line)-2], []byte(noKind)) // without the brace and the line end
			data := append(before, bytes.TrimPrefix(after, []byte(","))...)
			if !yield(i, append(bytes.TrimSuffix(data, []byte(",")), '}')) {
				return
			}
		}
	}
}

// fromGroups reads groups into an observation, leaving its file and row, and refuses what splitting it would not give again: members in a group they do not
// belong to, spaces, other spellings of a number.
func fromGroups(o *truce.Observation, kind truce.ObservationKind, simulated, moved bool, groups []vault.Group) error {
	line := append(make([]byte, 0, 512), `{"kind":"`...)
	line = append(append(line, kind.String()...), '"')
	for _, g := range groups {
		if len(g.Data) < 2 || g.Data[0] != '{' || g.Data[len(g.Data)-1] != '}' {
			return errNotCanonical
		}
		if inner := g.Data[1 : len(g.Data)-1]; len(inner) > 0 {
			line = append(append(line, ','), inner...)
		}
	}
	line = append(line, '}')
	var e entry.Entry
	if err := ndjson.Open(rows.NewLines(bytes.NewReader(line), len(line)), &entry.Settings{AnyWord: true}).Next(&e); err != nil {
		return err
	}
	if e.Rejected() {
		p := e.Problems[0]
		p.Message = p.Field + ": " + p.Message
		return p
	}
	if e.Observation == nil {
		return errNotCanonical
	}
	read := e.Observation
	read.Simulated, read.Moved, read.File, read.Row = simulated, moved, o.File, o.Row
	*o = *read
	for i, data := range split(o) {
		if !bytes.Equal(data, groups[i].Data) {
			return errNotCanonical
		}
	}
	return nil
}
