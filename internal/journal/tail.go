package journal

import (
	"context"
	"fmt"
	"sync"

	"truce"
)

// Tail is the end of a store as everybody sees it: the head, who waits for it to move, and whether the store can still be written to. Stores
// are built on it so that they mean the same by it.
type Tail struct {
	mu     sync.Mutex
	head   Head
	moved  chan struct{} // closed when the head moves or the store closes
	broken error
	closed bool
}

// NewTail begins at the head that a store found on disk.
func NewTail(head Head) *Tail { return &Tail{head: head, moved: make(chan struct{})} }

// Head gives the head; Unavailable once the store is closed.
func (t *Tail) Head() (Head, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return Head{}, closedError("journal.Head")
	}
	return t.head, nil
}

// Append is what appending to any store does: it refuses what cannot follow the head or is no chain, has write make the entries durable, which nothing
// cancels any more, and moves the head. The store lets one append in at a time.
func (t *Tail) Append(ctx context.Context, after Head, entries []Entry, write func(ctx context.Context, heads []Head) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.writable(after); err != nil || len(entries) == 0 {
		return err
	}
	heads, err := NextAll(after, entries)
	if err != nil {
		return err
	}
	if err := write(context.WithoutCancel(ctx), heads); err != nil {
		return t.Break(err)
	}
	t.move(heads[len(heads)-1])
	return nil
}

// move tells that everything up to a head is durable.
func (t *Tail) move(head Head) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.head = head
	if !t.closed {
		close(t.moved)
		t.moved = make(chan struct{})
	}
}

// Break tells that a write failed, and gives the error for whoever asked for it. The first cause stays.
func (t *Tail) Break(cause error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken == nil {
		t.broken = cause
	}
	if truce.KindOf(cause) == truce.Unavailable && truce.HintOf(cause) != "" {
		return cause
	}
	return &truce.Error{Op: "journal.Append", Kind: truce.Unavailable, Hint: hintReopen, Cause: cause}
}

// writable says why the store cannot be written to behind a head: it is closed, broken (both Unavailable), or its head is another (Conflict).
func (t *Tail) writable(after Head) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return closedError("journal.Append")
	case t.broken != nil:
		return brokenError(t.broken)
	case t.head != after:
		return &truce.Error{Op: "journal.Append", Kind: truce.Conflict, Reason: fmt.Sprintf("the journal ends at %s, not at %s", t.head, after)}
	}
	return nil
}

// Broken says why nothing can be written at all; nil where something can.
func (t *Tail) Broken() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return closedError("journal")
	case t.broken != nil:
		return brokenError(t.broken)
	}
	return nil
}

// Wait returns when there is a record behind number after, when ctx ends, or when the store is closed.
func (t *Tail) Wait(ctx context.Context, after truce.Seq) error {
	for {
		t.mu.Lock()
		head, moved, closed := t.head.Seq, t.moved, t.closed
		t.mu.Unlock()
		switch {
		case closed:
			return closedError("journal.Wait")
		case head > after:
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close wakes whoever waits. It reports whether the store was open.
func (t *Tail) Close() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	t.closed = true
	close(t.moved)
	return true
}

func closedError(op truce.Op) error {
	return &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "the journal is closed"}
}

func brokenError(cause error) error {
	return &truce.Error{Op: "journal.Append", Kind: truce.Unavailable, Reason: "an earlier write failed, and nothing more is written until the journal is opened anew",
		Hint: hintReopen, Cause: cause}
}
