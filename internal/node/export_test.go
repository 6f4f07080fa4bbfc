package node

import (
	"context"

	"truce"
	"truce/internal/sim"
)

// OpenStill opens a demonstration that does nothing by itself, on a clock that the test puts forward.
func OpenStill(ctx context.Context, path string, w sim.World, from truce.Instant) (n *Node, set func(truce.Instant), err error) {
	at := &stopped{}
	at.set(from)
	n, err = Open(ctx, Options{Path: path, Now: at.now, Demo: &w, still: true})
	return n, at.set, err
}
