package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"truce"
	"truce/internal/seal"
)

// Wire carries requests to witnesses. What comes back is cut at [MaxAnswerBytes].
type Wire interface {
	Post(ctx context.Context, address string, body []byte) (status int, answer []byte, err error)
	Get(ctx context.Context, address string) (status int, answer []byte, err error)
}

// Circle are the witnesses that the publisher of one log asks. It keeps nothing that it needs: who was away for a week is brought up to date by
// the next checkpoint.
type Circle struct {
	peers []Peer
	wire  Wire

	mu    sync.Mutex
	known map[seal.NoteKey]int64 // the size each one knew last, which saves a question
}

// NewCircle asks those of the peers that have an address.
func NewCircle(peers []Peer, w Wire) *Circle {
	c := &Circle{wire: w, known: map[seal.NoteKey]int64{}}
	for _, p := range peers {
		if p.URL != "" {
			c.peers = append(c.peers, p)
		}
	}
	return c
}

// Reply is what one witness said.
type Reply struct {
	Peer Peer
	// Signature is its cosignature, with an empty line where it gave none.
	Signature seal.NoteSignature
	// Size is the largest tree it says it knows, where Said is true.
	Size int64
	Said bool
	// Newest is the checkpoint of that size as the log signed it, where the witness knows a larger one than it was asked about and shows it. Nobody but the log's
	// operator can make one.
	Newest []byte
	// Err says why there is no signature: Unavailable where it was not reached in time, Conflict where it knows a larger tree, Corrupt where it knows another
	// history, Denied where it does not take this log.
	Err error
}

// Prove gives the proof that the tree that is submitted holds the one of the old size.
type Prove func(old int64) ([]seal.Hash, error)

// Collect asks all witnesses at once to cosign a checkpoint, and returns when all have answered or ctx is done: give it a deadline. The replies
// stand in the order of the peers. What a witness does never is an error of Collect: the caller publishes with the signatures there are.
func (c *Circle) Collect(ctx context.Context, signed []byte, prove Prove) []Reply {
	return c.each(ctx, signed, func(ctx context.Context, p Peer, at seal.Checkpoint) Reply {
		return c.collect(ctx, p, at, signed, prove)
	})
}

// Ask finds out what the witnesses know, before anything is signed that they might contradict: after a restore, and when a node starts. The checkpoint
// is the newest that the log signed and still has, or one of the empty log.
func (c *Circle) Ask(ctx context.Context, signed []byte, log seal.NoteKey) []Reply {
	return c.each(ctx, signed, func(ctx context.Context, p Peer, at seal.Checkpoint) Reply { return c.ask(ctx, p, at, signed, log) })
}

// Largest is the largest tree that any of them knows, and whether one shows the log's own signature for it. A log that is behind must not
// sign: a claim without a signature may be a lie, but nobody can know.
func Largest(replies []Reply) (size int64, shown bool) {
	for _, r := range replies {
		if r.Said && r.Size > size {
			size, shown = r.Size, false
		}
		shown = shown || r.Said && r.Size == size && r.Newest != nil
	}
	return size, shown
}

// Signatures are the lines to put under the checkpoint.
func Signatures(replies []Reply) (lines []byte) {
	for _, r := range replies {
		lines = append(lines, r.Signature.Line...)
	}
	return lines
}

func (c *Circle) each(ctx context.Context, signed []byte, one func(context.Context, Peer, seal.Checkpoint) Reply) []Reply {
	text, _, _ := bytes.Cut(signed, []byte("\n\n"))
	at, err := seal.ParseCheckpoint(string(text) + "\n")
	replies := make([]Reply, len(c.peers))
	type numbered struct {
		i int
		r Reply
	}
	done := make(chan numbered, len(c.peers))
	for i, p := range c.peers {
		replies[i] = Reply{Peer: p, Err: err}
		if err == nil {
			replies[i].Err = unavailable(p, "it did not answer in time")
			go func() { done <- numbered{i, one(ctx, p, at)} }()
		}
	}
	if err != nil {
		return replies
	}
	for range c.peers {
		select {
		case n := <-done:
			replies[n.i] = n.r
		case <-ctx.Done(): // who still hangs is waited for by nobody
			for len(done) > 0 {
				n := <-done
				replies[n.i] = n.r
			}
			return replies
		}
	}
	return replies
}

// rounds bounds how often a witness may say that it knows another size than it said before.
const rounds = 3

func (c *Circle) collect(ctx context.Context, p Peer, at seal.Checkpoint, signed []byte, prove Prove) Reply {
	r := Reply{Peer: p}
	c.mu.Lock()
	old := min(c.known[p.Key], at.Size)
	c.mu.Unlock()
	for range rounds {
		var proof []seal.Hash
		if old > 0 && old < at.Size {
			if proof, r.Err = prove(old); r.Err != nil {
				return r
			}
		}
		known, line, err := c.submit(ctx, p, at, Request{old, proof, signed})
		var stale *staleError
		switch {
		case err == nil:
			r.Signature, r.Size, r.Said, r.Err = line, known, true, nil
			c.remember(p, known)
			return r
		case !errors.As(err, &stale):
			r.Err = err
			return r
		}
		r.Size, r.Said = known, true
		c.remember(p, known)
		switch {
		case known > at.Size:
			r.Err = conflict(p, fmt.Sprintf("it knows a tree of %d, this one has %d", known, at.Size))
			return r
		case known == old && old == at.Size:
			r.Err = otherHistory(p)
			return r
		}
		old = known
	}
	r.Err = unavailable(p, "it says another size each time it is asked")
	return r
}

func (c *Circle) ask(ctx context.Context, p Peer, at seal.Checkpoint, signed []byte, log seal.NoteKey) Reply {
	r := Reply{Peer: p}
	known, line, err := c.submit(ctx, p, at, Request{Checkpoint: signed})
	var stale *staleError
	switch {
	case err == nil:
		r.Signature, r.Size, r.Said = line, known, true
	case !errors.As(err, &stale):
		r.Err = err
	case known == at.Size: // the same tree, or another of its size?
		r.Size, r.Said = known, true
		if _, r.Signature, err = c.submit(ctx, p, at, Request{Old: known, Checkpoint: signed}); errors.As(err, &stale) {
			r.Err = otherHistory(p)
		} else {
			r.Err = err
		}
	default:
		r.Size, r.Said = known, true
		if known > at.Size {
			r.Err = conflict(p, fmt.Sprintf("it knows a tree of %d, this log has %d", known, at.Size))
			r.Newest = c.newest(ctx, p, known, log)
		}
	}
	return r
}

// newest is the larger checkpoint that a witness shows; nil where it shows none that the log signed.
func (c *Circle) newest(ctx context.Context, p Peer, size int64, log seal.NoteKey) []byte {
	status, b, err := c.wire.Get(ctx, endpoint(p, LatestPath)+"?origin="+url.QueryEscape(log.Name()))
	if err != nil || status != StatusSigned {
		return nil
	}
	if at, _, err := openLog("witness.Ask", b, []seal.NoteKey{log}); err != nil || at.Size < size {
		return nil
	}
	return b
}

// Paths below the address of a witness.
const (
	AddPath    = "/add-checkpoint" // C2SP tlog-witness
	LatestPath = "/checkpoint"     // ours: the newest checkpoint of the log in the query "origin"
)

func endpoint(p Peer, path string) string { return strings.TrimSuffix(p.URL, "/") + path }

// staleError says that the witness knows another tree than the one the request begins from.
type staleError struct{}

func (*staleError) Error() string { return "the witness knows another tree" }

// submit sends one request. It gives the size the witness knows: the checkpoint's where it signed, the one it says where it does not begin there.
func (c *Circle) submit(ctx context.Context, p Peer, at seal.Checkpoint, r Request) (known int64, s seal.NoteSignature, err error) {
	status, answer, err := c.wire.Post(ctx, endpoint(p, AddPath), r.Bytes())
	switch {
	case err != nil:
		return 0, s, &truce.Error{Op: "witness.Collect", Kind: truce.Unavailable, Subject: p.Name, Reason: "it cannot be reached", Cause: err}
	case status == StatusSigned:
		if s, err = cosignature(p, at, answer); err != nil {
			return 0, s, err
		}
		return at.Size, s, nil
	case status == StatusConflict:
		size, ok := parseSize(strings.TrimSuffix(string(answer), "\n"))
		if !ok {
			return 0, s, unavailable(p, "its answer cannot be read")
		}
		return size, s, &staleError{}
	case status == StatusUnproven:
		return 0, s, otherHistory(p)
	case status == StatusNotByLog || status == StatusUnknownLog:
		return 0, s, &truce.Error{Op: "witness.Collect", Kind: truce.Denied, Subject: p.Name, Reason: fmt.Sprintf("it does not sign for this log (%d)", status),
			Hint: "its operator has to let it follow this log, under the key that signs now"}
	}
	return 0, s, unavailable(p, fmt.Sprintf("it answers %d", status))
}

// cosignature finds the peer's signature among the lines of an answer, and checks it.
func cosignature(p Peer, at seal.Checkpoint, answer []byte) (seal.NoteSignature, error) {
	for line := range bytes.Lines(answer) {
		if !bytes.HasPrefix(line, []byte("— "+p.Key.Name()+" ")) {
			continue
		}
		if _, list, err := seal.OpenCheckpoint(append([]byte(at.Text()+"\n"), line...), p.Key); err == nil {
			return list[0], nil
		}
	}
	return seal.NoteSignature{}, unavailable(p, "what it gives is no signature of its key")
}

func (c *Circle) remember(p Peer, size int64) {
	c.mu.Lock()
	c.known[p.Key] = size
	c.mu.Unlock()
}

func unavailable(p Peer, reason string) error {
	return &truce.Error{Op: "witness.Collect", Kind: truce.Unavailable, Subject: p.Name, Reason: reason}
}

func conflict(p Peer, reason string) error {
	return &truce.Error{Op: "witness.Collect", Kind: truce.Conflict, Subject: p.Name, Reason: reason}
}

func otherHistory(p Peer) error {
	return &truce.Error{Op: "witness.Collect", Kind: truce.Corrupt, Subject: p.Name, Reason: "it knows another history of this log",
		Hint: "sign nothing more: find out which of the two is the record, see docs/guide/witness.md"}
}
