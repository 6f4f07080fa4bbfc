package record

import (
	"bytes"
	"iter"
	"reflect"
	"sync"
	"unicode/utf8"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/ndjson"
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
	back, err := fromGroups(Observation{Kind: c.Kind, Simulated: c.Simulated, Moved: c.Moved}, origin{c.File, c.Row}, groups)
	if err != nil || !reflect.DeepEqual(back, c) {
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
	var err error
	if o.Content, err = fromGroups(o, from, groups); err != nil {
		return Observation{}, &truce.Error{Op: op, Kind: truce.Corrupt, Subject: r.String(), Reason: "its content", Cause: err}
	}
	return o, nil
}

// noKind is the member of a line that lies in no group.
const noKind = `"kind":"unknown"`

// splitObservation gives the groups of an observation.
func splitObservation(o *truce.Observation) []vault.Group {
	var s splitter
	groups := make([]vault.Group, 0, len(observationGroups)+1)
	for i, data := range s.split(o) {
		groups = append(groups, vault.Group{Name: observationGroups[i].name, Data: bytes.Clone(data)})
	}
	return groups
}

// splitter is the room that splitting takes.
type splitter struct {
	part truce.Observation
	line []byte
}

// split gives the bytes of each group in their order; they are good until the next.
func (s *splitter) split(o *truce.Observation) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for i, w := range observationGroups {
			s.part = truce.Observation{}
			w.pick(&s.part, o)
			s.line = ndjson.Append(s.line[:0], &s.part)
			before, after, _ := bytes.Cut(s.line[:len(s.line)-2], []byte(noKind)) // without the brace and the line end
			data := append(before, bytes.TrimPrefix(after, []byte(","))...)
			if !yield(i, append(bytes.TrimSuffix(data, []byte(",")), '}')) {
				return
			}
		}
	}
}

// joiner is the room that reading an observation takes. It is used again: a start reads every observation there is.
type joiner struct {
	splitter
	lines  *ndjson.Reader
	entry  entry.Entry
	joined []byte
	words  map[string]string
}

var joiners = sync.Pool{New: func() any {
	return &joiner{lines: ndjson.Open(nil, &entry.Settings{AnyWord: true}), words: map[string]string{}}
}}

// maxWords is how many words a joiner knows before it begins again.
const maxWords = 4096

// share makes the words of an observation those of others: what is held of a million reports has few words, each very often.
func (j *joiner) share(o *truce.Observation) {
	if len(j.words) > maxWords {
		clear(j.words)
	}
	one := func(s *string) {
		if known, ok := j.words[*s]; ok {
			*s = known
		} else {
			j.words[*s] = *s
		}
	}
	for _, s := range []*string{&o.What, &o.Where.Name, &o.Where.Basis, &o.To.Name, &o.To.Basis, &o.Source.ID, &o.Source.Reference, &o.File} {
		one(s)
	}
	for i := range o.Where.Within {
		one(&o.Where.Within[i])
	}
	for i := range o.Parts {
		one(&o.Parts[i].Name)
	}
	for i := range o.Equipment {
		one(&o.Equipment[i].Category)
	}
}

// fromGroups reads groups as an observation, and refuses what splitting it would not give again: members in a group they do not belong to, spaces, other
// spellings of a number.
func fromGroups(b Observation, from origin, groups []vault.Group) (*truce.Observation, error) {
	j := joiners.Get().(*joiner)
	defer joiners.Put(j)
	line := append(j.joined[:0], `{"kind":"`...)
	line = append(append(line, b.Kind.String()...), '"')
	for _, g := range groups {
		if len(g.Data) < 2 || g.Data[0] != '{' || g.Data[len(g.Data)-1] != '}' {
			return nil, errNotCanonical
		}
		if inner := g.Data[1 : len(g.Data)-1]; len(inner) > 0 {
			line = append(append(line, ','), inner...)
		}
	}
	j.joined = append(line, '}')
	if !utf8.Valid(j.joined) {
		return nil, errNotCanonical
	}
	j.lines.Line(j.joined, from.Row, &j.entry)
	if j.entry.Rejected() {
		p := j.entry.Problems[0]
		p.Message = p.Field + ": " + p.Message
		return nil, p
	}
	o := j.entry.Observation
	if o == nil {
		return nil, errNotCanonical
	}
	j.entry.Observation = nil
	o.Simulated, o.Moved, o.File, o.Row = b.Simulated, b.Moved, from.File, from.Row
	for i, data := range j.split(o) {
		if !bytes.Equal(data, groups[i].Data) {
			return nil, errNotCanonical
		}
	}
	j.share(o)
	return o, nil
}
