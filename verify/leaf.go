package verify

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"truce"
)

// LeafSize is the length of every leaf in bytes: from its size nobody can tell what it is about.
const LeafSize = 512

const leafTag = "truce/leaf/v1\n"

// Kind is what a leaf is about. The numbers are written in leaves: append only.
type Kind uint8

// Kinds of leaf.
const (
	KindUnknown Kind = iota
	Sealed           // a record of the journal, or padding: nobody can tell
	Text             // a version of the agreement was taken up
	KeyLeaf          // a key that signs for a body begins or ends
	PolicyLeaf       // which witnesses count
	Outcome          // what a rule says
	Finding          // what people concluded
	Correction       // something is taken back without another in its place
	Reveal           // one group of fields is opened
	Padding          // sealed leaves were padding
	Withheld         // sealed leaves stay closed, and why
	Erasure          // the content behind sealed leaves was destroyed
	Pause            // publication stops, or goes on
	ReportLeaf       // a daily report was issued
	endOfKinds
)

var kindNames = [...]string{"unknown", "sealed", "text", "key", "policy", "outcome", "finding", "correction", "reveal", "padding", "withheld", "erasure", "pause", "report"}

func (k Kind) String() string {
	if k >= endOfKinds {
		k = KindUnknown
	}
	return kindNames[k]
}

// Codes of an outcome leaf beyond the results.
const (
	CodeTurns = 6 // the result turns on a reading
	CodeGone  = 7 // by what is known now there is no such thing
)

// codes is the largest code of each kind.
var codes = [endOfKinds]uint8{Text: 3, KeyLeaf: 2, Outcome: CodeGone, Finding: 2, Correction: 1, Withheld: 5, Erasure: 5, Pause: 2, ReportLeaf: 2}

// Leaf is one entry of the log: digests and numbers, never content.
type Leaf struct {
	Kind Kind
	Code uint8
	// Time is when the tick was that brought it, Due when a sealed leaf must have been revealed or withheld; both in seconds since 1970.
	Time, Due int64
	// Size and Root are of the checkpoint before its tick.
	Size int64
	Root truce.Digest
	// Text, Plan and Engine are what it was made under: the agreement's files, what they compile to, and what evaluates that.
	Text, Plan, Engine truce.Digest
	// Body is the digest of the document, or the seal.
	Body truce.Digest
	// Subject is the index of the older leaf that it is about, plus 1; 0 for none.
	Subject int64
	// Signed is how many signatories' own signatures stand under it, Asked how many the agreement asks for.
	Signed, Asked uint8
}

// Bytes gives the leaf as it stands in the log.
func (l Leaf) Bytes() []byte {
	b := make([]byte, 0, LeafSize)
	b = append(b, leafTag...)
	b = append(b, byte(l.Kind), l.Code)
	for _, n := range []int64{l.Time, l.Due, l.Size} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, d := range []truce.Digest{l.Root, l.Text, l.Plan, l.Engine, l.Body} {
		b = append(b, d[:]...)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(l.Subject))
	b = append(b, l.Signed, l.Asked)
	return b[:LeafSize]
}

// ParseLeaf reads a leaf and refuses every form that Bytes does not write.
func ParseLeaf(b []byte) (Leaf, error) {
	fail := func(format string, args ...any) (Leaf, error) {
		return Leaf{}, &truce.Error{Op: "verify.ParseLeaf", Kind: truce.Corrupt, Reason: fmt.Sprintf(format, args...)}
	}
	if len(b) != LeafSize || string(b[:len(leafTag)]) != leafTag {
		return fail("it is no leaf of %d bytes", LeafSize)
	}
	l := Leaf{Kind: Kind(b[14]), Code: b[15]}
	number := func(at int) int64 { return int64(binary.BigEndian.Uint64(b[at:])) }
	l.Time, l.Due, l.Size = number(16), number(24), number(32)
	for i, d := range []*truce.Digest{&l.Root, &l.Text, &l.Plan, &l.Engine, &l.Body} {
		copy(d[:], b[40+32*i:])
	}
	l.Subject = number(200)
	l.Signed, l.Asked = b[208], b[209]
	switch {
	case l.Kind == KindUnknown || l.Kind >= endOfKinds:
		return fail("there is no kind %d", l.Kind)
	case l.Code > codes[l.Kind]:
		return fail("a leaf of the kind %s has no code %d", l.Kind, l.Code)
	case l.Time <= 0 || l.Size < 0 || l.Subject < 0 || l.Subject > maxIndex:
		return fail("a number is out of range")
	case l.Kind == Sealed && (l.Due < l.Time || l.Subject > 0 || l.Signed|l.Asked != 0), l.Kind != Sealed && l.Due != 0:
		return fail("a %s leaf says what such a leaf does not", l.Kind)
	case l.Body.IsZero() || l.Size == 0 && !l.Root.IsZero() || l.Size > 0 && l.Root.IsZero():
		return fail("a digest is missing")
	case !bytes.Equal(b[leafEnd:], zeros[:]):
		return fail("something stands where zeros belong")
	}
	return l, nil
}

// leafEnd is where the fields of a leaf end. Each has its place, so what follows is all that could be written in a second way.
const leafEnd = 210

var zeros [LeafSize - leafEnd]byte

// maxIndex is beyond any log, and keeps sums of indices from overflowing.
const maxIndex = 1 << 48
