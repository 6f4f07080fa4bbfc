package geojson

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"truce/internal/intake/entry"
)

// features cuts a stream into its features with bounded memory. It follows strings and brackets only; whether a piece is
// JSON is for its reader. It takes a FeatureCollection, one Feature, or a sequence of Features with or without the record
// separators of RFC 8142.
type features struct {
	r       io.Reader
	buf     []byte
	at, end int
	err     error // of r
	max     int
	piece   []byte // the object being cut
	dropped bool   // the piece grew over max, and the rest of it was dropped
	inList  bool   // inside the list of features of a collection
	head    []byte // the members of the collection before its features, as an object
}

// chunk is how much is read at a time.
const chunk = 64 << 10

// list is the key of a collection's features.
const list = "features"

func newFeatures(r io.Reader, max int) *features {
	return &features{r: r, max: max, buf: make([]byte, chunk)}
}

// byte gives the next byte, or an error; io.EOF at the end.
func (f *features) byte() (byte, error) {
	for f.at == f.end {
		if f.err != nil {
			return 0, f.err
		}
		f.at = 0
		f.end, f.err = f.r.Read(f.buf)
	}
	f.at++
	return f.buf[f.at-1], nil
}

// nesting follows strings and brackets. A string does not go over the end of a line, so that a lost quotation mark
// costs one feature and not the rest of the file.
type nesting struct {
	depth           int
	quoted, escaped bool
}

func (n *nesting) step(c byte) {
	switch {
	case n.escaped:
		n.escaped = false
	case n.quoted:
		n.escaped = c == '\\'
		n.quoted = c != '"' && c != '\n'
	case c == '"':
		n.quoted = true
	case c == '{' || c == '[':
		n.depth++
	case c == '}' || c == ']':
		n.depth--
	}
}

// next gives the next feature, good until the call after; a fault where it is too long or the stream ends inside it.
func (f *features) next() ([]byte, *entry.Fault, error) {
	for {
		c, err := f.byte()
		if err == io.EOF && f.inList {
			f.inList = false
			return nil, cutOff(), nil
		}
		if err != nil {
			return nil, nil, err
		}
		switch {
		case c == '{':
			if piece, fault, err := f.object(); piece != nil || fault != nil || err != nil {
				return piece, fault, err
			}
		case c == ']' && f.inList:
			f.inList = false
			if fault, err := f.rest(); fault != nil || err != nil {
				return nil, fault, err
			}
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == 0x1e:
		default:
			return f.stray(c)
		}
	}
}

func cutOff() *entry.Fault {
	return &entry.Fault{Code: entry.BadJSON, Message: "the file ends before its features do", Hint: "it was cut off; get it again"}
}

// object reads on from an opening brace to its closing one. At the list of features of a collection it stops and gives
// nothing: they follow one by one.
func (f *features) object() ([]byte, *entry.Fault, error) {
	f.piece, f.dropped = append(f.piece[:0], '{'), false
	n := nesting{depth: 1}
	var key []byte // the latest string among the members of the object, while it may be the key of the list
	collecting, colon := false, false
	for n.depth > 0 {
		c, err := f.byte()
		if err == io.EOF {
			f.inList = false
			return nil, cutOff(), nil
		}
		if err != nil {
			return nil, nil, err
		}
		if len(f.piece) < f.max {
			if len(f.piece) == cap(f.piece) {
				f.piece = slices.Grow(f.piece, cap(f.piece)) // double it
			}
			f.piece = append(f.piece, c)
		} else {
			f.dropped = true
		}
		before := n
		n.step(c)
		if f.inList || before.depth != 1 {
			continue
		}
		switch {
		case !before.quoted && n.quoted:
			key, collecting, colon = key[:0], true, false
		case before.quoted && !n.quoted:
			collecting = false
		case collecting && len(key) <= len(list):
			key = append(key, c)
		case c == ':' && string(key) == list:
			colon = true
		case c == '[' && colon:
			f.inList = true
			f.head = append(bytes.Clone(f.piece), ']', '}')
			return nil, nil, nil
		case c == ',':
			key, colon = key[:0], false
		}
	}
	if f.dropped {
		return nil, &entry.Fault{Code: entry.RowTooLong, Message: fmt.Sprintf("the feature is longer than %d bytes", f.max),
			Hint: "simplify its geometry, or raise the limit"}, nil
	}
	return f.piece, nil, nil
}

// rest passes over the members of the collection after its features.
func (f *features) rest() (*entry.Fault, error) {
	for n := (nesting{depth: 1}); n.depth > 0; {
		c, err := f.byte()
		if err == io.EOF {
			return cutOff(), nil
		}
		if err != nil {
			return nil, err
		}
		n.step(c)
	}
	return nil, nil
}

// stray passes over what is no object, to the end of its line or to what may be an object again.
func (f *features) stray(c byte) ([]byte, *entry.Fault, error) {
	bad := []byte{c}
	for {
		c, err := f.byte()
		if err != nil && err != io.EOF {
			return nil, nil, err
		}
		if err == io.EOF || c == '\n' || c == '{' || c == ']' {
			if err == nil && c != '\n' {
				f.at--
			}
			return nil, &entry.Fault{Code: entry.BadJSON, Message: entry.Quote(bad) + " stands where a feature is expected"}, nil
		}
		if len(bad) <= entry.MaxQuoted {
			bad = append(bad, c)
		}
	}
}
