package record

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"truce"
	"truce/internal/vault"
)

// Draft is what somebody says before it has a number: a record without Seq, Prev and Recorded, and the groups of fields that are
// still to be sealed.
type Draft struct {
	Record truce.Record
	Groups []vault.Group
}

// MaxBodyBytes bounds a body, and a group of fields that is JSON. See docs/limits.md.
const MaxBodyBytes = 1 << 20

// Seal names the draft by what it says, seals its groups and commits to them. The statement the author signs is complete from then on.
// What is said twice must differ somewhere in its content, or it is one record: a kind whose acts can be repeated carries their time.
func (d *Draft) Seal(keys *vault.Keyring, random io.Reader) (sealed []byte, err error) {
	d.Record.ID = keys.Name(d.Record.Kind, d.Record.Author.Body, d.content())
	sealed, d.Record.Commitments, err = keys.Seal(random, d.Groups)
	return sealed, err
}

// content is what makes two records of one kind and body the same.
func (d *Draft) content() []byte {
	var b []byte
	part := func(p []byte) { b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...) }
	part(d.Record.Body)
	for _, g := range d.Groups {
		part([]byte(g.Name))
		part(g.Data)
	}
	return b
}

// draft begins a draft of a kind with what it says openly.
func draft(kind truce.RecordKind, body any, groups ...vault.Group) (Draft, error) {
	b, err := encode(body)
	if err != nil {
		return Draft{}, &truce.Error{Op: "record.Draft", Kind: truce.Invalid, Subject: kind.String(), Reason: "it cannot be written", Cause: err}
	}
	return Draft{Record: truce.Record{Kind: kind, Body: b}, Groups: groups}, nil
}

// group makes a group of fields of a value, as canonical JSON.
func group(name string, v any) (vault.Group, error) {
	b, err := encode(v)
	return vault.Group{Name: name, Data: b}, err
}

// readBody reads what a record of the kind says openly into v, a pointer to a struct.
func readBody(r *truce.Record, kind truce.RecordKind, v any) error {
	if r.Kind != kind {
		return &truce.Error{Op: "record.Read", Kind: truce.Internal, Subject: r.String(), Reason: "it is read as " + kind.String()}
	}
	if err := decode(r.Body, v); err != nil {
		return &truce.Error{Op: "record.Read", Kind: truce.Corrupt, Subject: r.String(), Reason: "its body", Cause: err}
	}
	return nil
}

// readGroup reads a group of fields into v. The caller has looked at [vault.Groups.Erased].
func readGroup(r *truce.Record, g vault.Groups, name string, v any) error {
	b, ok := g.Get(name)
	if !ok {
		return &truce.Error{Op: "record.Read", Kind: truce.Corrupt, Subject: r.String(), Reason: "it has no group " + name}
	}
	if err := decode(b, v); err != nil {
		return &truce.Error{Op: "record.Read", Kind: truce.Corrupt, Subject: r.String(), Reason: "its group " + name, Cause: err}
	}
	return nil
}

// encode writes a value as canonical JSON: struct fields in the order of their declaration, no maps, no spaces, no escapes that JSON does
// not need, and only text that is valid UTF-8.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	out := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if badText(out) {
		return nil, fmt.Errorf("a text is not valid UTF-8")
	}
	if len(out) > MaxBodyBytes {
		return nil, fmt.Errorf("%d bytes are more than the %d it may have", len(out), MaxBodyBytes)
	}
	return out, nil
}

// badText finds what the encoder writes in the place of bytes that are no UTF-8: an escape that a canonical text never holds.
func badText(b []byte) bool {
	for {
		i := bytes.Index(b, []byte(`\ufffd`))
		if i < 0 {
			return false
		}
		n := 0
		for n < i && b[i-1-n] == '\\' {
			n++
		}
		if n%2 == 0 {
			return true
		}
		b = b[i+1:]
	}
}

var errNotCanonical = errors.New("it is not in its canonical form")

// decode reads canonical JSON into v and refuses every other form.
func decode(b []byte, v any) error {
	if len(b) > MaxBodyBytes {
		return fmt.Errorf("%d bytes are more than the %d it may have", len(b), MaxBodyBytes)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return err
	}
	again, err := encode(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, b) {
		return errNotCanonical
	}
	return nil
}
