package journal

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"truce"
	"truce/internal/seal"
)

// Limits of what waits to be written. See docs/limits.md.
const (
	DefaultQueue = 1024
)

// Draft is a record that has no number yet: Seq, Prev and Recorded are the writer's to give. Sealed is its encrypted content; the record
// commits to it under [SealedGroup].
type Draft struct {
	Record truce.Record
	Sealed []byte
}

// Options are what a [Writer] is given.
type Options struct {
	// Now is the clock for Recorded.
	Now func() truce.Instant
	// Head, where it is not nil, is written before anything is acknowledged. The writer does not close it.
	Head *HeadFile
	// Queue is how many submissions may wait; 0 is DefaultQueue. One more is refused.
	Queue int
}

// Writer numbers what many authors submit at once, writes it in groups and acknowledges what is on disk. One writer owns a journal. While the head
// file takes note of one group, the next is already being written.
type Writer struct {
	j     Journal
	now   func() truce.Instant
	file  *HeadFile
	queue chan *submission
	done  chan struct{} // closed when both goroutines have ended

	mu     sync.RWMutex // held for reading while something is put into the queue
	closed bool

	failure struct {
		sync.Mutex
		err error
	}

	// Owned by the numbering goroutine.
	head     Head
	recorded truce.Instant
}

type submission struct {
	drafts      []Draft
	size        int
	first, last truce.Seq
	taken       atomic.Bool // by the writer, or back by its author: who sets it decides
	answer      chan error
}

// NewWriter takes over a journal that was checked. The head file, where there is one, is brought up to the journal's head first.
func NewWriter(ctx context.Context, j Journal, o Options) (*Writer, error) {
	const op truce.Op = "journal.NewWriter"
	head, err := j.Head(ctx)
	if err != nil {
		return nil, err
	}
	w := &Writer{j: j, now: o.Now, file: o.Head, head: head, done: make(chan struct{})}
	if head.Seq > 0 {
		err := j.Read(ctx, head.Seq, func(e Entry) error {
			r, err := truce.ParseRecord(e.Bytes)
			w.recorded = r.Recorded
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if o.Head != nil && o.Head.Head() != head {
		if known := o.Head.Head(); known.Seq > head.Seq {
			return nil, &truce.Error{Op: op, Kind: truce.Corrupt, Hint: hintRepair,
				Reason: fmt.Sprintf("the journal ends at %s, and the head file knows %s", head, known)}
		}
		if err := o.Head.Write(head); err != nil {
			return nil, err
		}
	}
	if o.Queue == 0 {
		o.Queue = DefaultQueue
	}
	w.queue = make(chan *submission, o.Queue)
	groups := make(chan group, 1)
	go w.number(groups)
	go w.acknowledge(groups)
	return w, nil
}

// Submit writes records as one: all of them, in order and without others between, or none. It returns their numbers when they are
// durable in every store and in the head file.
//
// Invalid and TooLarge say what is wrong with a draft; Unavailable that the queue is full, or that a store failed. When ctx ends
// while the drafts wait they are taken back and its error is returned. When it ends later, Unavailable says that nobody knows yet whether they were
// written: the record's id will tell.
func (w *Writer) Submit(ctx context.Context, drafts []Draft) (first, last truce.Seq, err error) {
	const op truce.Op = "journal.Submit"
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	if len(drafts) == 0 {
		return 0, 0, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "there is nothing to write"}
	}
	size, err := checkDrafts(drafts)
	if err != nil {
		return 0, 0, err
	}
	if err := w.Err(); err != nil {
		return 0, 0, err
	}
	s := &submission{drafts: drafts, size: size, answer: make(chan error, 1)}
	if err := w.enqueue(s); err != nil {
		return 0, 0, err
	}
	select {
	case err := <-s.answer:
		return s.first, s.last, err
	case <-ctx.Done():
	}
	if s.taken.CompareAndSwap(false, true) {
		return 0, 0, ctx.Err()
	}
	select {
	case err := <-s.answer: // it was just in time
		return s.first, s.last, err
	default:
		return 0, 0, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "the wait ended while the records were being written",
			Hint: "ask for the record by its id, or send it again: it has the same id", Cause: ctx.Err()}
	}
}

func (w *Writer) enqueue(s *submission) error {
	const op truce.Op = "journal.Submit"
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return closedError(op)
	}
	select {
	case w.queue <- s:
		return nil
	default:
		return &truce.Error{Op: op, Kind: truce.Unavailable, Reason: fmt.Sprintf("%d submissions are waiting already", cap(w.queue)),
			Hint: "send it again in a few seconds"}
	}
}

// Waiting counts the submissions that wait to be written.
func (w *Writer) Waiting() int { return len(w.queue) }

// Err says why nothing can be written any more; nil while it can.
func (w *Writer) Err() error {
	w.failure.Lock()
	defer w.failure.Unlock()
	return w.failure.err
}

// fail keeps the first failure of a store or of the head file.
func (w *Writer) fail(cause error) {
	w.failure.Lock()
	defer w.failure.Unlock()
	if w.failure.err == nil {
		w.failure.err = brokenError(cause)
	}
}

// Close writes what waits, acknowledges it and ends. It leaves journal and head file open. Calling it again does nothing.
func (w *Writer) Close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.done
	return nil
}

// group is what was written at once.
type group struct {
	of   []*submission
	head Head
}

// number takes what waits, as much as one write may hold, gives numbers, writes, and hands on.
func (w *Writer) number(groups chan<- group) {
	defer close(groups)
	var held *submission // taken from the queue, too big for the group before it
	for {
		s := held
		held = nil
		if s == nil {
			var ok bool
			if s, ok = <-w.queue; !ok {
				return
			}
		}
		g, entries, size := group{}, 0, 0
		for s != nil {
			if entries+len(s.drafts) > MaxBatch || size+s.size > MaxBatchBytes {
				held = s
				break
			}
			if s.taken.CompareAndSwap(false, true) {
				g.of = append(g.of, s)
				entries += len(s.drafts)
				size += s.size
			}
			select {
			case s = <-w.queue: // nil once the queue is closed
			default:
				s = nil
			}
		}
		if len(g.of) > 0 {
			if w.write(&g, entries) {
				groups <- g
			}
		}
	}
}

// write gives the group its numbers and appends it. It answers those whom it could not write, and then gives false.
func (w *Writer) write(g *group, n int) bool {
	err := w.Err()
	if err == nil {
		entries := make([]Entry, 0, n)
		head, recorded := w.head, max(w.recorded, w.now())
		for _, s := range g.of {
			s.first = head.Seq + 1
			for _, d := range s.drafts {
				r := d.Record
				r.Seq, r.Prev, r.Recorded = head.Seq+1, head.Digest, recorded
				b := r.Bytes()
				head = Head{r.Seq, truce.Digest(seal.Bytes(b))}
				entries = append(entries, Entry{Seq: r.Seq, Bytes: b, Sealed: d.Sealed})
			}
			s.last = head.Seq
		}
		cause := w.j.Append(context.Background(), w.head, entries)
		if cause == nil {
			w.head, w.recorded, g.head = head, recorded, head
			return true
		}
		w.fail(cause)
		err = unsureError(cause)
	}
	for _, s := range g.of {
		s.first, s.last = 0, 0
		s.answer <- err
	}
	return false
}

// acknowledge writes the head file, once for all groups that wait for it, and tells the authors.
func (w *Writer) acknowledge(groups <-chan group) {
	defer close(w.done)
	for g := range groups {
		for more := true; more; {
			select {
			case next, ok := <-groups:
				if more = ok; ok {
					g.of, g.head = append(g.of, next.of...), next.head
				}
			default:
				more = false
			}
		}
		var err error
		if w.file != nil {
			if cause := w.file.Write(g.head); cause != nil {
				w.fail(cause)
				err = unsureError(cause)
			}
		}
		for _, s := range g.of {
			if err != nil {
				s.first, s.last = 0, 0
			}
			s.answer <- err
		}
	}
}

// unsureError is for those whose records were being written when it failed.
func unsureError(cause error) error {
	return &truce.Error{Op: "journal.Submit", Kind: truce.Unavailable, Reason: "the write failed, and only opening the journal anew shows whether the records are in it",
		Hint: "after the restart send the records again: they have the same ids", Cause: cause}
}

// checkDrafts refuses what no store would take, before it takes anybody else's group down, and gives about how many bytes they will have.
func checkDrafts(drafts []Draft) (size int, err error) {
	const op truce.Op = "journal.Submit"
	fail := func(i int, kind truce.ErrorKind, reason string) (int, error) {
		return 0, &truce.Error{Op: op, Kind: kind, Subject: fmt.Sprintf("draft %d", i+1), Reason: reason}
	}
	if len(drafts) > MaxBatch {
		return 0, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: fmt.Sprintf("%d records are more than the %d written at once", len(drafts), MaxBatch), Hint: "submit them in parts"}
	}
	for i := range drafts {
		d := &drafts[i]
		r := &d.Record
		if r.Seq != 0 || !r.Prev.IsZero() || r.Recorded != 0 {
			return fail(i, truce.Invalid, "number, digest before and time of recording are the journal's to give")
		}
		if r.ID == "" || r.Kind == truce.RecordUnknown {
			return fail(i, truce.Invalid, "it has no id or no kind")
		}
		if len(r.Commitments) > truce.MaxCommitments {
			return fail(i, truce.TooLarge, fmt.Sprintf("%d commitments are more than the %d a record may have", len(r.Commitments), truce.MaxCommitments))
		}
		n := len(r.Bytes())
		if n > truce.MaxRecordBytes {
			return fail(i, truce.TooLarge, fmt.Sprintf("%d bytes are more than the %d a record may have", n, truce.MaxRecordBytes))
		}
		if len(d.Sealed) > MaxSealedBytes {
			return fail(i, truce.TooLarge, fmt.Sprintf("%d sealed bytes are more than the %d a record may have", len(d.Sealed), MaxSealedBytes))
		}
		want, ok := r.Commitment(SealedGroup)
		if ok != (d.Sealed != nil) || ok && truce.Digest(seal.Bytes(d.Sealed)) != want {
			return fail(i, truce.Invalid, "its sealed content is not what it commits to")
		}
		size += n + len(d.Sealed)
	}
	if size > MaxBatchBytes {
		return 0, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: fmt.Sprintf("the records have more than the %d bytes written at once", MaxBatchBytes), Hint: "submit them in parts"}
	}
	return size, nil
}
