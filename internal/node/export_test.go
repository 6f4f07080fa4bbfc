package node

import (
	"context"
	"net/http"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/journal"
	"truce/internal/seal"
	"truce/internal/sim"
)

// OpenStill opens a demonstration that does nothing by itself, on a clock that the test puts forward.
func OpenStill(ctx context.Context, path string, w sim.World, from truce.Instant) (n *Node, set func(truce.Instant), err error) {
	at := &stopped{}
	at.set(from)
	n, err = Open(ctx, Options{Path: path, Now: at.now, Demo: &w, still: true})
	return n, at.set, err
}

// OpenAlone opens a mechanism that does nothing by itself, likewise.
func OpenAlone(ctx context.Context, path string, from truce.Instant) (n *Node, set func(truce.Instant), err error) {
	at := &stopped{}
	at.set(from)
	n, err = Open(ctx, Options{Path: path, Now: at.now, still: true})
	return n, at.set, err
}

// Step is one step of the open record.
func (n *Node) Step(ctx context.Context, due truce.Instant) error { return n.step(ctx, n.open, due) }

// GrowUntold lets the open record grow while it cannot be told of anything, until release is called.
func (n *Node) GrowUntold(ctx context.Context, due truce.Instant) (grown <-chan error, release func()) {
	out := make(chan error, 1)
	n.open.mu.Lock()
	go func() { out <- n.grow(ctx, n.open, due) }()
	return out, n.open.mu.Unlock
}

// Anew lets another open record follow the journal, of which only so many records may wait for it, and gives the checkpoint that it comes to and the node's.
func (n *Node) Anew(ctx context.Context, most int) (again, is seal.Checkpoint, err error) {
	o, err := n.folder.openOpenRecord(ctx)
	if err != nil {
		return again, is, err
	}
	o.most = most
	err = n.folder.journal.Read(ctx, 1, func(e journal.Entry) error {
		r, _, err := journal.Whole(e)
		if err == nil {
			err = o.take(&r, nil)
		}
		return err
	})
	if err == nil {
		_, err = o.drain(ctx)
	}
	return o.log.Last(), n.open.log.Last(), err
}

// Head is that of the journal.
func (n *Node) Head(ctx context.Context) (truce.Seq, error) {
	h, err := n.folder.journal.Head(ctx)
	return h.Seq, err
}

// Routes are what can be asked beside the interface and the pages.
func (n *Node) Routes() []door.Route { return n.handler.(*door.Mux).Routes() }

// OpenAs hands the public folder out as if it were a thing of that kind.
func (n *Node) OpenAs(k access.Kind) http.Handler {
	rt := openRoute
	rt.Kind = k
	return n.handsOut(rt)
}
