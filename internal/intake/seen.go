package intake

import (
	"fmt"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/ndjson"
	"truce/internal/seal"
)

// MaxIDs is how many ids of observations are remembered, at about 100 bytes each. Positions of tracks have no ids and
// take none.
const MaxIDs = 4_000_000

// Seen remembers the ids of observations and digests of their content, to tell a duplicate from a conflict. It may be
// handed from one call of [Read] to the next, not to two at once.
type Seen struct {
	most  int
	first map[[16]byte]sighting
	files []string
	buf   []byte
}

// sighting is where an id was first read, with what content.
type sighting struct {
	content [16]byte
	file    int32
	row     int32
}

// NewSeen remembers at most so many ids; 0 is MaxIDs.
func NewSeen(most int) *Seen {
	if most <= 0 {
		most = MaxIDs
	}
	return &Seen{most: most, first: map[[16]byte]sighting{}}
}

func (s *Seen) file(name string) { s.files = append(s.files, name) }

// check notes an observation. A duplicate has the id and the content of an earlier one; the fault is of one that has
// the id only.
func (s *Seen) check(o *truce.Observation) (duplicate bool, f *entry.Fault) {
	id := short([]byte(o.ID))
	s.buf = ndjson.Append(s.buf[:0], o)
	content := short(s.buf)
	before, known := s.first[id]
	switch {
	case known && before.content == content:
		return true, nil
	case known:
		return false, &entry.Fault{Code: entry.IDConflict,
			Message: fmt.Sprintf("the id %s was used in row %d of %s for something else", entry.Quote([]byte(o.ID)), before.row, s.files[before.file]),
			Hint:    "give this observation an id of its own, or send a correction as a finding about the first"}
	case len(s.first) >= s.most:
		return false, &entry.Fault{Code: entry.TooManyIDs, Message: fmt.Sprintf("%d ids are remembered already", s.most), Hint: "read fewer observations at once, or raise the limit"}
	}
	s.first[id] = sighting{content, int32(len(s.files) - 1), int32(min(o.Row, 1<<31-1))}
	return false, nil
}

func short(b []byte) (d [16]byte) {
	full := seal.Bytes(b)
	copy(d[:], full[:])
	return d
}
