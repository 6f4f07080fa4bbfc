package record

import (
	"fmt"

	"truce"
)

// Checkpoint says how far the public log has grown: which records its next tick takes up, what is published with it, and what the tree is then. It
// is journaled before anything is signed, so the journal holds at most one tree of each size, whatever stops in between; and it holds all that
// the tree is made of, so that another version of the program, or one that runs after an erasure, makes the same.
type Checkpoint struct {
	// At is the time of the tick: what is released by then is published with it.
	At truce.Instant
	// Through is the last record that the tick takes up.
	Through truce.Seq
	// Due is until when its sealed leaves must be revealed or withheld.
	Due truce.Instant
	// Text, Plan and Engine are those in force, zero where there is none.
	Text, Plan, Engine truce.Digest
	// Leaves are what is published, in order.
	Leaves []PublicLeaf
	// Size and Root are of the tree with the tick in it.
	Size int64
	Root truce.Digest
	// Policy is the text that names log and witnesses, where this tick changes it; "" where it stays.
	Policy string
}

// PublicLeaf is a leaf of the log that has a document.
type PublicLeaf struct {
	// Key names what it is about, and Seq is the record that made it so: what came later is not published yet.
	Key string    `json:"key"`
	Seq truce.Seq `json:"seq,omitempty"`
	// Leaf is the leaf without the zeros at its end.
	Leaf []byte `json:"leaf"`
}

// Limits of a checkpoint. See docs/limits.md.
const (
	MaxPublicLeaves = 1000
	MaxPolicyBytes  = 64 << 10
)

type checkpointBody struct {
	At      truce.Instant `json:"at"`
	Through truce.Seq     `json:"through"`
	Due     truce.Instant `json:"due"`
	Text    string        `json:"text,omitempty"`
	Plan    string        `json:"plan,omitempty"`
	Engine  string        `json:"engine,omitempty"`
	Leaves  []PublicLeaf  `json:"leaves,omitempty"`
	Size    int64         `json:"size"`
	Root    string        `json:"root"`
	Policy  string        `json:"policy,omitempty"`
}

// Draft writes the checkpoint as a record.
func (c Checkpoint) Draft() (Draft, error) {
	b := checkpointBody{At: c.At, Through: c.Through, Due: c.Due, Text: digestText(c.Text), Plan: digestText(c.Plan), Engine: digestText(c.Engine), Leaves: c.Leaves, Size: c.Size,
		Root: digestText(c.Root), Policy: c.Policy}
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
	c := Checkpoint{At: b.At, Through: b.Through, Due: b.Due, Leaves: b.Leaves, Size: b.Size, Policy: b.Policy}
	for _, x := range []struct {
		d *truce.Digest
		s string
	}{{&c.Text, b.Text}, {&c.Plan, b.Plan}, {&c.Engine, b.Engine}, {&c.Root, b.Root}} {
		*x.d, _ = parseDigest(x.s) // check has seen it
	}
	return c, nil
}

func (b *checkpointBody) check() error {
	for _, s := range []string{b.Text, b.Plan, b.Engine} {
		if _, ok := parseDigest(s); !ok && s != "" {
			return errText(fmt.Sprintf("%q is no digest", s))
		}
	}
	switch _, ok := parseDigest(b.Root); {
	case !ok:
		return errText("it names no root")
	case !truce.At(b.At).Valid() || b.At <= 0 || b.At%1000 != 0 || !truce.At(b.Due).Valid() || b.Due < b.At || b.Due%1000 != 0:
		return errText("it says when the tick is and when its leaves are due, in whole seconds")
	case b.Size < 1 || b.Through < 1:
		return errText("a tick takes up at least one record")
	case len(b.Policy) > MaxPolicyBytes:
		return errText(fmt.Sprintf("its policy has %d bytes, more than %d", len(b.Policy), MaxPolicyBytes))
	case len(b.Leaves) > MaxPublicLeaves:
		return errText(fmt.Sprintf("it publishes %d leaves, more than %d", len(b.Leaves), MaxPublicLeaves))
	}
	for _, l := range b.Leaves {
		if !isName(l.Key) || len(l.Leaf) == 0 || len(l.Leaf) > maxLeafBytes {
			return errText("what it publishes has no name, or is no leaf")
		}
	}
	return nil
}

// maxLeafBytes is the length of a leaf in the log.
const maxLeafBytes = 512

// digestText writes a digest; "" for none.
func digestText(d truce.Digest) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
