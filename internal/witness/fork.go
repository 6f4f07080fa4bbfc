package witness

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"truce"
	"truce/internal/seal"
)

// MaxForkBytes bounds a proof that a log said two different things: two checkpoints and a proof of growth.
const MaxForkBytes = 2*seal.MaxCheckpointBytes + 4<<10

const forkTag = "truce/fork/v1"

// Fork proves that one log signed two records of which neither holds the other. It needs nothing but the log's key to be checked: not the log, not
// a witness, not whoever found it.
type Fork struct {
	// First and Second are as the log signed them; First has at most the size of Second.
	First, Second []byte
	// Root is the root that the second record had at the size of the first, and Proof shows that it had it. Both are needed only where the sizes
	// differ: two roots of one size speak for themselves.
	Root  seal.Hash
	Proof []seal.Hash
}

// Check reads both checkpoints and reports what they prove: nothing, with an error that says why, or the fork.
func (f Fork) Check(log ...seal.NoteKey) (first, second seal.Checkpoint, err error) {
	const op truce.Op = "witness.Fork"
	fail := func(reason string) error {
		return &truce.Error{Op: op, Kind: truce.Invalid, Subject: "the proof of a fork", Reason: reason}
	}
	if first, _, err = openLog(op, f.First, log); err == nil {
		second, _, err = openLog(op, f.Second, log)
	}
	if err != nil {
		return first, second, err
	}
	before := first
	before.Root = f.Root
	switch {
	case first.Origin != second.Origin:
		err = fail("the checkpoints are of two logs")
	case first.Size > second.Size:
		err = fail("the larger checkpoint stands first")
	case first.Size == second.Size && first.Root == second.Root:
		err = fail("both checkpoints are the same")
	case first.Size == second.Size:
	case first.Size == 0:
		err = fail("every record holds the empty one")
	case first.Root == f.Root:
		err = fail("the second record holds the first")
	case !seal.CheckGrowth(before, second, f.Proof):
		err = fail("it is not shown what the second record was at the size of the first")
	}
	return first, second, err
}

// Text writes the proof as a file that stands alone.
func (f Fork) Text() []byte {
	b := []byte(forkTag + "\n")
	if f.Root != (seal.Hash{}) {
		b = appendHashes(append(b, "root "...), []seal.Hash{f.Root})
		b = appendHashes(b, f.Proof)
	}
	return bytes.Join([][]byte{b, f.First, f.Second}, []byte("\n"))
}

// ParseFork reads what Text writes.
func ParseFork(b []byte) (f Fork, err error) {
	fail := func(reason string) (Fork, error) {
		return Fork{}, &truce.Error{Op: "witness.ParseFork", Kind: truce.Invalid, Subject: "the proof of a fork", Reason: reason}
	}
	parts := strings.Split(string(b), "\n\n")
	if len(b) > MaxForkBytes || len(parts) != 5 {
		return fail("it is not a line " + forkTag + ", a proof, and two signed checkpoints with an empty line before each")
	}
	lines := strings.Split(parts[0], "\n")
	if lines[0] != forkTag {
		return fail("it does not begin with " + forkTag)
	}
	if len(lines) > 1 {
		root, ok := strings.CutPrefix(lines[1], "root ")
		hashes, err := parseHashes(append([]string{root}, lines[2:]...))
		if !ok || err != nil || len(hashes) > 1+MaxProofHashes || hashes[0] == (seal.Hash{}) {
			return fail("the proof of growth cannot be read")
		}
		f.Root, f.Proof = hashes[0], hashes[1:]
	}
	f.First = []byte(parts[1] + "\n\n" + parts[2] + "\n")
	f.Second = []byte(parts[3] + "\n\n" + parts[4])
	return f, nil
}

// Growth is what somebody can say of the tree at a size: its root, and the proof that the tree he knows held it.
type Growth func(size int64) (root seal.Hash, proof []seal.Hash, err error)

// Compare holds two signed checkpoints of one log against each other, in either order. Grown tells of the larger one's tree what it was at the
// smaller one's size; it is not asked where the sizes are equal. A Fork comes back where the log said two different things.
func Compare(a, b []byte, grown Growth, log ...seal.NoteKey) (*Fork, error) {
	const op truce.Op = "witness.Compare"
	first, _, err := openLog(op, a, log)
	if err != nil {
		return nil, err
	}
	second, _, err := openLog(op, b, log)
	if err != nil {
		return nil, err
	}
	if first.Size > second.Size {
		a, b, first, second = b, a, second, first
	}
	f := Fork{First: a, Second: b}
	switch {
	case first.Origin != second.Origin:
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: "the checkpoints", Reason: fmt.Sprintf("they are of two logs: %s and %s", first.Origin, second.Origin)}
	case first.Size == 0 || first.Size == second.Size && first.Root == second.Root:
		return nil, nil
	case first.Size < second.Size:
		if f.Root, f.Proof, err = grown(first.Size); err != nil {
			return nil, err
		}
		before := first
		if before.Root = f.Root; !seal.CheckGrowth(before, second, f.Proof) {
			return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: "the proof of growth", Reason: "it does not lead to the larger checkpoint"}
		}
		if first.Root == f.Root {
			return nil, nil
		}
	}
	return &f, nil
}

// openLog opens a checkpoint that its own log must have signed: Denied where it did not, Invalid where it is no checkpoint.
func openLog(op truce.Op, signed []byte, keys []seal.NoteKey) (seal.Checkpoint, []seal.NoteSignature, error) {
	c, list, err := seal.OpenCheckpoint(signed, keys...)
	if err == nil {
		for _, s := range list {
			if !s.Key.IsWitness() && s.Key.Name() == c.Origin {
				return c, list, nil
			}
		}
		err = seal.ErrUnsigned
	}
	e := &truce.Error{Op: op, Kind: truce.Invalid, Subject: "the checkpoint", Cause: err}
	if errors.Is(err, seal.ErrUnsigned) {
		e.Kind = truce.Denied
	}
	return seal.Checkpoint{}, nil, e
}
