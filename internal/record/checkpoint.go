package record

import (
	"encoding/hex"
	"fmt"

	"truce"
)

// Checkpoint says how far the public log has grown: which records its next tick takes up, and what the tree is then. It is journaled before
// anything is signed, so the journal holds at most one tree of each size, whatever stops in between.
type Checkpoint struct {
	// At is the time of the tick: what is released by then is published with it.
	At truce.Instant
	// Through is the last record that the tick takes up.
	Through truce.Seq
	// Due is until when its sealed leaves must be revealed or withheld.
	Due truce.Instant
	// Size and Root are of the tree with the tick in it.
	Size int64
	Root truce.Digest
	// Policy is the text that names log and witnesses, where this tick changes it; "" where it stays.
	Policy string
}

// MaxPolicyBytes bounds the text that names the witnesses of the public log. See docs/limits.md.
const MaxPolicyBytes = 64 << 10

type checkpointBody struct {
	At      truce.Instant `json:"at"`
	Through truce.Seq     `json:"through"`
	Due     truce.Instant `json:"due"`
	Size    int64         `json:"size"`
	Root    string        `json:"root"`
	Policy  string        `json:"policy,omitempty"`
}

// Draft writes the checkpoint as a record.
func (c Checkpoint) Draft() (Draft, error) {
	b := checkpointBody{c.At, c.Through, c.Due, c.Size, hex.EncodeToString(c.Root[:]), c.Policy}
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Checkpoint", Kind: truce.Invalid, Reason: err.Error()}
	}
	return draft(truce.RecordCheckpoint, b)
}

// ReadCheckpoint reads a record of the kind.
func ReadCheckpoint(r *truce.Record) (Checkpoint, error) {
	var b checkpointBody
	if err := readBody(r, truce.RecordCheckpoint, &b); err != nil {
		return Checkpoint{}, err
	}
	if err := b.check(); err != nil {
		return Checkpoint{}, &truce.Error{Op: "record.ReadCheckpoint", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	root, _ := parseDigest(b.Root) // check has seen it
	return Checkpoint{b.At, b.Through, b.Due, b.Size, root, b.Policy}, nil
}

func (b *checkpointBody) check() error {
	switch _, ok := parseDigest(b.Root); {
	case !ok:
		return errText("it names no root")
	case !truce.At(b.At).Valid() || b.At <= 0 || b.At%1000 != 0 || !truce.At(b.Due).Valid() || b.Due < b.At || b.Due%1000 != 0:
		return errText("it says when the tick is and when its leaves are due, in whole seconds")
	case b.Size < 1 || b.Through < 1:
		return errText("a tick takes up at least one record")
	case len(b.Policy) > MaxPolicyBytes:
		return errText(fmt.Sprintf("its policy has %d bytes, more than %d", len(b.Policy), MaxPolicyBytes))
	}
	return nil
}
