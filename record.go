package truce

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Names of the running mechanism. Outside the mechanism none of them says anything: they are made of chance.
type (
	// RecordID names one record for ever by what was said, for example "r-5k7tq2v4n6w1x3z8". It is a keyed digest: whoever lacks
	// the mechanism's key cannot try contents against it. The same content sent twice has one id.
	RecordID string
	// PersonID names a person of the mechanism, for example "p-9d3fh7k2". The name behind it is in the vault.
	PersonID string
	// BodyID names who a person acts for: a participant, by its actor's id, or a part of the mechanism ("operations-room").
	BodyID string
	// CaseID numbers a case as people say it: "2026-0042".
	CaseID string
	// KeyID names a public key, for example "k-2m8r4t6w".
	KeyID string
)

// Seq counts the records of a journal from 1. Zero is "before the first".
type Seq uint64

// Digest is a SHA-256 (FIPS 180-4). Package seal computes them.
type Digest [32]byte

// String writes the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Short is the first twelve digits, for people to compare.
func (d Digest) Short() string { return d.String()[:12] }

// IsZero reports that there is no digest.
func (d Digest) IsZero() bool { return d == Digest{} }

// Office is what a person does in the mechanism. The zero value holds no office and sees what the public sees. The numbers are
// written in records: append only.
type Office uint8

// Offices.
const (
	OfficePublic      Office = iota // no office: the public, the press, a researcher
	OfficeMonitor                   // reports from the field
	OfficeDutyOfficer               // runs the operations room and its cases
	OfficeLiaison                   // speaks for a party: answers, notifies, asks, disputes
	OfficeGuarantor                 // signs findings and texts for a guarantor
	OfficeConsulted                 // a neighbour who is told, and may comment
	OfficeAnalyst                   // replays, compares, charts
	OfficeAuditor                   // checks how the mechanism itself was used
	OfficeOperator                  // keeps the machine running; reads nothing by that office
)

var officeNames = [...]string{"public", "monitor", "duty-officer", "liaison", "guarantor", "consulted", "analyst", "auditor", "operator"}

func (o Office) String() string { return wordOf(officeNames[:], int(o)) }

// ParseOffice reads the word used in files and requests; the public holds no office.
func ParseOffice(s string) (o Office, ok bool) {
	i, ok := indexOf(officeNames[:], s)
	return Office(i), ok
}

// OfficeWords lists the words of all offices but the public.
func OfficeWords() []string { return slices.Clone(officeNames[1:]) }

// Tier is who may see a record once it is released. The zero value is a record that nobody has classified yet: it is treated as the
// most restricted. The numbers are written in records: append only.
type Tier uint8

// Tiers, from the narrowest.
const (
	TierUnclassified Tier = iota // nobody has said; shown to its author and the operations room only
	TierMechanism                // the mechanism's own people
	TierNamed                    // the participants the record names
	TierParticipants             // all participants
	TierPublic                   // everybody
)

var tierNames = [...]string{"unclassified", "mechanism", "named", "participants", "public"}

func (t Tier) String() string { return wordOf(tierNames[:], int(t)) }

// ParseTier reads the word used in files and requests.
func ParseTier(s string) (t Tier, ok bool) {
	if s == tierNames[0] {
		return TierUnclassified, true
	}
	i, ok := indexOf(tierNames[:], s)
	return Tier(i), ok
}

// TierWords lists the words of all tiers.
func TierWords() []string { return slices.Clone(tierNames[:]) }

// Vouch says what binds a record to its author. The zero value binds nothing. The numbers are written in records: append only.
type Vouch uint8

// Ways to vouch.
const (
	VouchNothing   Vouch = iota
	VouchNode            // the program itself, following its rules
	VouchSession         // a person who had signed in
	VouchToken           // a device's or a body's token
	VouchSignature       // a signature over the statement by a key that only the person holds
)

var vouchNames = [...]string{"nothing", "node", "session", "token", "signature"}

func (v Vouch) String() string { return wordOf(vouchNames[:], int(v)) }

// Author is who vouches for a record, and how.
type Author struct {
	Person PersonID // "" for the program itself
	Body   BodyID
	Office Office
	Vouch  Vouch
	Key    KeyID // of a signature or a token
}

// RecordKind says what a record is and so how its body is read. The numbers are written in journals: append only.
type RecordKind uint8

// Kinds of record.
const (
	RecordUnknown     RecordKind = iota
	RecordGenesis                // the journal begins: for which agreement, with which keys
	RecordAgreement              // a version of the agreement is taken up, with its files
	RecordObservation            // somebody reported something
	RecordPositions              // many positions of one unit, as columns
	RecordOutcome                // what a rule says of something, or says now instead
	RecordStep                   // a step in a case
	RecordStatement              // what a participant said or declared about a text or term
	RecordQuery                  // a question, an answer, or silence past the clock
	RecordMedia                  // a photo, video or document was deposited
	RecordCustody                // an original was opened, copied or handed over
	RecordPerson                 // a person, an office, a key or a token came or went
	RecordGrant                  // somebody may see something for a while
	RecordClass                  // a tier was changed
	RecordErasure                // the content of a record was destroyed
	RecordPause                  // publication was paused or resumed
	RecordReport                 // a daily report was drawn up, signed, issued or corrected
	RecordCheckpoint             // the public log was signed at a size
	RecordNotice                 // the program noticed something: a clock ran out, a restore, a restart
)

var recordKindNames = [...]string{"unknown", "genesis", "agreement", "observation", "positions", "outcome", "step", "statement", "query", "media",
	"custody", "person", "grant", "class", "erasure", "pause", "report", "checkpoint", "notice"}

func (k RecordKind) String() string { return wordOf(recordKindNames[:], int(k)) }

// ParseRecordKind reads the word used in requests.
func ParseRecordKind(s string) (k RecordKind, ok bool) {
	i, ok := indexOf(recordKindNames[:], s)
	return RecordKind(i), ok
}

// RecordKindWords lists the words of all kinds but the unknown one.
func RecordKindWords() []string { return slices.Clone(recordKindNames[1:]) }

// Commitment binds a record to one group of fields that lies in the vault, without telling it: a digest over the group's name, a
// fresh random salt of 32 bytes and the group's bytes. One group can be opened without opening its neighbours.
type Commitment struct {
	Group  string // "where", "source", "note"
	Digest Digest
}

// Record is one entry of the journal. What it says openly is in Body; what must be possible to hide, blur or erase is in the vault,
// and the record holds commitments to it.
type Record struct {
	Seq  Seq
	Prev Digest // of the record before; zero for the first
	ID   RecordID
	Kind RecordKind
	Tier Tier
	// Agreement and Version are what it was made under.
	Agreement AgreementID
	Version   VersionID
	Author    Author
	// Claimed is when the author says it was made, Received when it arrived, Recorded when it got its number. They are three facts
	// and never stand for each other.
	Claimed, Received, Recorded Instant
	Commitments                 []Commitment
	// Body is what the kind says openly, as canonical JSON (package record); no personal data, exact places or free text.
	Body []byte
	// Signature covers Statement under Author.Key where the author signed; its form is the key's.
	Signature []byte
}

// Limits of a record's parts. See docs/limits.md.
const (
	MaxRecordBytes = 4 << 20
	MaxCommitments = 64
)

const (
	recordTag    = "truce/record/v1\n"
	statementTag = "truce/statement/v1\n"
)

// Statement gives the bytes an author signs: all that the author says, and nothing that the journal adds (number, digest before,
// times of receipt and recording, the id).
func (r *Record) Statement() []byte { return r.statement([]byte(statementTag)) }

func (r *Record) statement(b []byte) []byte {
	b = append(b, byte(r.Kind), byte(r.Tier))
	b = appendPart(b, string(r.Agreement))
	b = appendPart(b, string(r.Version))
	b = appendPart(b, string(r.Author.Person))
	b = appendPart(b, string(r.Author.Body))
	b = append(b, byte(r.Author.Office), byte(r.Author.Vouch))
	b = appendPart(b, string(r.Author.Key))
	b = binary.BigEndian.AppendUint64(b, uint64(r.Claimed))
	b = binary.BigEndian.AppendUint32(b, uint32(len(r.Commitments)))
	for _, c := range r.Commitments {
		b = appendPart(b, c.Group)
		b = append(b, c.Digest[:]...)
	}
	return appendPart(b, r.Body)
}

// Bytes gives the record in its one canonical form: the form that is stored, hashed and handed on. Numbers are big-endian, every
// text has its length before it (docs/reference/journal.md).
func (r *Record) Bytes() []byte {
	b := make([]byte, 0, len(recordTag)+256+len(r.Body)+len(r.Signature)+64*len(r.Commitments))
	b = append(b, recordTag...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Seq))
	b = append(b, r.Prev[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Received))
	b = binary.BigEndian.AppendUint64(b, uint64(r.Recorded))
	b = appendPart(b, string(r.ID))
	b = r.statement(b)
	return appendPart(b, r.Signature)
}

// ParseRecord reads the canonical form. It refuses every other: what it reads, Bytes writes again to the same bytes.
func ParseRecord(b []byte) (Record, error) {
	const op Op = "truce.ParseRecord"
	var r Record
	fail := func(why string) (Record, error) {
		return Record{}, &Error{Op: op, Kind: Corrupt, Reason: why}
	}
	if len(b) > MaxRecordBytes {
		return fail(fmt.Sprintf("%d bytes are more than a record may have", len(b)))
	}
	rest, ok := bytes.CutPrefix(b, []byte(recordTag))
	if !ok {
		return fail("it does not begin as a record does")
	}
	p := parts{b: rest}
	r.Seq = Seq(p.uint64())
	p.digest(&r.Prev)
	r.Received, r.Recorded = Instant(p.uint64()), Instant(p.uint64())
	r.ID = RecordID(p.part())
	p.statement(&r)
	r.Signature = bytes.Clone(p.part())
	if why := p.fault(); why != "" {
		return fail(why)
	}
	return r, nil
}

// ParseStatement reads what [Record.Statement] writes: a record without what the journal adds, and without a signature.
func ParseStatement(b []byte) (Record, error) {
	fail := func(why string) (Record, error) {
		return Record{}, &Error{Op: "truce.ParseStatement", Kind: Corrupt, Reason: why}
	}
	rest, ok := bytes.CutPrefix(b, []byte(statementTag))
	if !ok || len(b) > MaxRecordBytes {
		return fail("it does not begin as a statement does, or is too long")
	}
	var r Record
	p := parts{b: rest}
	p.statement(&r)
	if why := p.fault(); why != "" {
		return fail(why)
	}
	return r, nil
}

// Commitment gives the commitment to a group of fields; ok is false where the record has none.
func (r *Record) Commitment(group string) (d Digest, ok bool) {
	i := slices.IndexFunc(r.Commitments, func(c Commitment) bool { return c.Group == group })
	if i < 0 {
		return d, false
	}
	return r.Commitments[i].Digest, true
}

// String names the record for people and logs: number, kind and id, nothing of what it says.
func (r *Record) String() string {
	return fmt.Sprintf("record %d (%s %s)", r.Seq, r.Kind, strings.TrimPrefix(string(r.ID), "r-"))
}

func appendPart[T string | []byte](b []byte, s T) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
	return append(b, s...)
}

// parts reads fields one after the other; after the first that does not fit, short is set and everything is zero.
type parts struct {
	b     []byte
	short bool
	many  bool
}

func (p *parts) take(n int) []byte {
	if p.short || n > len(p.b) {
		p.short = true
		return nil
	}
	out := p.b[:n]
	p.b = p.b[n:]
	return out
}

func (p *parts) byte() byte {
	if b := p.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (p *parts) uint32() uint32 {
	if b := p.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (p *parts) uint64() uint64 {
	if b := p.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// statement reads the fields that an author signs.
func (p *parts) statement(r *Record) {
	r.Kind, r.Tier = RecordKind(p.byte()), Tier(p.byte())
	r.Agreement, r.Version = AgreementID(p.part()), VersionID(p.part())
	r.Author.Person, r.Author.Body = PersonID(p.part()), BodyID(p.part())
	r.Author.Office, r.Author.Vouch = Office(p.byte()), Vouch(p.byte())
	r.Author.Key = KeyID(p.part())
	r.Claimed = Instant(p.uint64())
	n := p.uint32()
	p.many = p.many || n > MaxCommitments
	if room := min(int(n), MaxCommitments, len(p.b)/len(Digest{})); room > 0 {
		r.Commitments = make([]Commitment, 0, room)
	}
	for range min(n, MaxCommitments) {
		c := Commitment{Group: string(p.part())}
		p.digest(&c.Digest)
		if p.short {
			break
		}
		r.Commitments = append(r.Commitments, c)
	}
	r.Body = bytes.Clone(p.part())
}

// fault says what is wrong with what was read; "" where it ends as it should.
func (p *parts) fault() string {
	switch {
	case p.many:
		return fmt.Sprintf("it has more commitments than the %d a record may have", MaxCommitments)
	case p.short:
		return "it ends too early"
	case len(p.b) > 0:
		return fmt.Sprintf("%d bytes follow its end", len(p.b))
	}
	return ""
}

func (p *parts) part() []byte     { return p.take(int(p.uint32())) }
func (p *parts) digest(d *Digest) { copy(d[:], p.take(len(d))) }
