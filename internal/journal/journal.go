// Package journal is the append-only, ordered, hash-chained sequence of records: the source of truth of a running mechanism.
//
// The [Journal] contract is what every store promises; package journaltest is one suite for all of them. [Writer] numbers what many
// authors submit at once, groups it, and acknowledges only what is on disk. [Mirror] keeps two stores in step. The package decides nothing
// about what records mean and cannot open what is sealed.
//
// Acknowledged means durable. Refused means that nothing was half-written.
package journal

import (
	"bytes"
	"context"
	"fmt"

	"truce"
)

// Entry is a record as it stands in a journal: its canonical bytes, and beside them its sealed content.
type Entry struct {
	Seq truce.Seq
	// Bytes is the record in its canonical form ([truce.Record.Bytes]); its SHA-256 is the next record's Prev.
	Bytes []byte
	// Sealed is the encrypted content (package vault); nil where the record has none, or where it was erased. The chain covers it
	// through the commitment named [SealedGroup], so it can be checked without a key and destroyed without breaking the chain.
	Sealed []byte
	// whole is what [Whole] found, where a store found it already. Who changes the bytes makes another entry.
	whole *found
}

type found struct {
	record truce.Record
	digest truce.Digest
}

// clone copies an entry out of a reading.
func (e Entry) clone() Entry {
	e.Bytes, e.Sealed = bytes.Clone(e.Bytes), bytes.Clone(e.Sealed)
	return e
}

// SealedGroup names the commitment that is the plain SHA-256 of an entry's sealed bytes.
const SealedGroup = "sealed"

// Head is how far a journal reaches: the number of its last record and the digest of that record's bytes. The zero value is an
// empty journal.
type Head struct {
	Seq    truce.Seq
	Digest truce.Digest
}

// String writes a head as people compare it: "record 1204 (5f2a90c1b7de)".
func (h Head) String() string {
	if h.Seq == 0 {
		return "an empty journal"
	}
	return fmt.Sprintf("record %d (%s)", h.Seq, h.Digest.Short())
}

// Limits of what is appended at once. See docs/limits.md.
const (
	MaxBatch       = 4096
	MaxBatchBytes  = 32 << 20
	MaxSealedBytes = 4 << 20
)

// Journal is a store of records. All methods may be called from many goroutines at once.
type Journal interface {
	// Head gives the last record that is durable.
	Head(ctx context.Context) (Head, error)

	// Append writes entries in order behind after, all or none, and returns when they are durable. It refuses with Conflict, and
	// writes nothing, where after is not the present head; with Invalid where numbers, digests or commitments do not follow on
	// ([NextAll]); with TooLarge over [MaxBatch], [MaxBatchBytes] or [MaxSealedBytes]. ctx is asked before anything is written and
	// not again. The store keeps no reference to the entries. After a failed write or sync the store is broken: this and every
	// later call that would write answers Unavailable, and only opening it anew shows what is on disk.
	//
	// An entry whose record commits to sealed content may come without it: its content was erased where it comes from.
	Append(ctx context.Context, after Head, entries []Entry) error

	// Read calls fn with each entry from number from on (1 where from is 0), in order, up to the head at the time of the call.
	// The entry is good until fn returns; fn may call the store. An error of fn ends the reading and is returned. A record that
	// is not what was written, or is missing, is Corrupt, and so is sealed content that is neither whole nor erased.
	Read(ctx context.Context, from truce.Seq, fn func(Entry) error) error

	// Wait returns when there is a durable record behind number after, when ctx ends (with its error), or when the store is
	// closed (Unavailable).
	Wait(ctx context.Context, after truce.Seq) error

	// Erase destroys the sealed content of records, leaving their bytes, and returns when nothing of it can be read from the
	// store's files any more. Content that is not there is no error. After an error or a crash it is to be called again: the
	// record that orders an erasure is written first, and whoever starts the journal repeats what such records order.
	Erase(ctx context.Context, seqs []truce.Seq) error

	// Close releases the store. What was acknowledged needs no Close to survive.
	Close() error
}
