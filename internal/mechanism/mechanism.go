// Package mechanism is the running mechanism of one agreement: everything people can do and see, in one place, with the policy applied.
//
// Doing is always the same: ask the policy, check against the present state, seal, hand to the journal, wait until it is durable and
// taken up. Seeing is always the same: ask the view which records there are, ask the policy about each, open only what may be seen, and take out the
// fields that may not. There is no way round either: pages and API get their data here and nowhere else.
//
// State is made by following the journal and from nothing else ([Mechanism.Run]), so a restart, a second node and a replay know the same. The
// package has no clock, no network and no files; the node hands them in.
package mechanism

import (
	"context"
	"errors"
	"io"
	"sync"

	"truce"
	"truce/internal/access"
	"truce/internal/casefile"
	"truce/internal/custody"
	"truce/internal/journal"
	"truce/internal/lang"
	"truce/internal/ledger"
	"truce/internal/live"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
	"truce/internal/view"
	"truce/terms"
)

// Evaluator is the part that says what rules make of what arrives (package live).
type Evaluator interface {
	// Apply takes in the next record, with what [record.Read] read of it.
	Apply(r *truce.Record, said any)
	// Settle drafts a record for each outcome that differs from the one on record, as the agreement stands at a time.
	Settle(at truce.Instant) ([]record.Draft, error)
	// Stale reports that it holds content that was erased since: then it is made anew from the journal.
	Stale() bool
	// Found makes a published finding known, and Retract says that one of them stands no longer.
	Found(live.Finding)
	Retract()
}

// Parts are what a mechanism is made of.
type Parts struct {
	Journal journal.Journal
	// Writer is nil where the journal can only be read.
	Writer *journal.Writer
	Keys   *vault.Keyring
	View   *view.View
	// NewLive makes an evaluator that has followed nothing yet.
	NewLive func() Evaluator
	Random  io.Reader
	Now     func() truce.Instant
	// Log is told what the access log keeps; nil keeps nothing.
	Log   func(access.Entry)
	Media *custody.Store
	// Passkeys is nil where no passkey works; Host and Origins are what passkeys are bound to.
	Passkeys *access.Passkeys
	Host     string
	Origins  []string
	// ReadOnly says why nothing can be written; nil where it can.
	ReadOnly error
	// Public is told of each record in turn, and of what it makes public; nil where there is no open record.
	Public func(r *truce.Record, events []ledger.Event) error
	// Exercise labels everything that people say as simulated.
	Exercise bool
}

// Mechanism is a running mechanism. It may be used from many goroutines at once.
type Mechanism struct {
	Parts
	Directory *access.Directory

	// command is held by whoever does something that depends on the present state, until it is taken up: two such acts never cross.
	command sync.Mutex
	opened  opened // under command

	// settling is held by whoever lets the rules speak, until what they said is taken up: what is drafted and not yet recorded would be drafted again. It is
	// taken before all others.
	settling sync.Mutex

	// evaluating is held by whoever uses the evaluator; it is taken after mu where both are.
	evaluating sync.Mutex
	live       Evaluator
	unheard    unheard
	// suspect is set by the follower where the evaluator may hold what was erased.
	suspect bool

	mu      sync.RWMutex // over everything below
	book    *casefile.Book
	adopted []Adopted
	pending []view.Row             // rows the view does not have yet
	waiting map[truce.RecordID]int // where in pending a record is
	batch   int                    // of so many rows
	head    journal.Head
	latest  truce.Instant // at which anything was recorded
	failed  error
	changed chan struct{} // closed and replaced whenever head or failed change
	// inflight are the records handed to the journal and not yet taken up: what is sent twice at once is one record.
	inflight map[truce.RecordID]*flight
	custody  custody.List
	due      custody.Effect // decided, and still to be destroyed
	proposed map[truce.Digest]*proposed
	unsigned map[truce.RecordID]unsigned
	public   public

	cursors   cursors
	standings standings
	tails     tails
	places    *chart
}

// Adopted is a version of the agreement that was taken up.
type Adopted struct {
	Plan   *terms.Plan
	Use    record.AgreementUse
	Record truce.RecordID
	At     truce.Instant
	Text   truce.Digest
	// printers say phrases with its names, by language.
	printers map[string]*lang.Printer
}

// New makes a mechanism that knows nothing yet: [Mechanism.Run] follows the journal.
func New(p Parts) (*Mechanism, error) {
	key, err := seal.NewKey(p.Random)
	if err != nil {
		return nil, err
	}
	m := &Mechanism{cursors: cursors{key}, places: newChart(), live: p.NewLive(), Parts: p, Directory: access.NewDirectory(), changed: make(chan struct{}), waiting: map[truce.RecordID]int{}, batch: DefaultCatchUp, inflight: map[truce.RecordID]*flight{}, proposed: map[truce.Digest]*proposed{}, unsigned: map[truce.RecordID]unsigned{}}
	m.book = casefile.NewBook(m.knows)
	m.public.texts, m.public.cases = map[truce.Digest][]spoken{}, map[truce.CaseID]bool{}
	return m, nil
}

// How many records are taken up before the view is written. See docs/limits.md.
const (
	DefaultApply = 1000
	// DefaultCatchUp is the same at a start, when nobody waits for any of them: the more rows the view is given at once, the fewer of its pages are written twice.
	DefaultCatchUp = 5_000
)

// Run follows the journal until ctx ends or a record cannot be taken up. The error is never nil.
func (m *Mechanism) Run(ctx context.Context) error {
	err := m.run(ctx)
	m.mu.Lock()
	m.failed = err
	m.tell()
	m.mu.Unlock()
	return err
}

func (m *Mechanism) run(ctx context.Context) error {
	for {
		if err := m.Journal.Wait(ctx, m.head.Seq); err != nil {
			return err
		}
		err := m.follow(ctx)
		if err == nil {
			err = m.View.Index(ctx)
		}
		if err != nil {
			return err
		}
		m.mu.Lock()
		m.batch = DefaultApply
		if err = m.flush(ctx); err == nil {
			err = m.destroy(ctx)
		}
		if err == nil {
			err = m.renew(ctx)
		}
		m.tell()
		m.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// unsealed is a record with what it says, and the head of the journal behind it.
type unsealed struct {
	truce.Record
	groups vault.Groups
	said   any
	head   journal.Head
}

// How far the journal is read ahead of what is taken up: so many pieces of so many bytes, for a record may be large.
const (
	ahead = 8
	piece = 1 << 20
)

// follow takes up what the journal holds behind the head. While one record is taken up, those behind it are read and opened, which is the larger part of
// the work of a start.
func (m *Mechanism) follow(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	list, ended := make(chan []unsealed, ahead), make(chan error, 1)
	head := m.head // nobody but this follower moves it
	go func() {
		defer close(list)
		var next []unsealed
		size := 0
		send := func() error {
			if len(next) == 0 {
				return nil
			}
			select {
			case list <- next:
				next, size = make([]unsealed, 0, len(next)), 0
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		err := m.Journal.Read(ctx, head.Seq+1, func(e journal.Entry) error {
			x, err := m.open(head, e)
			if err != nil {
				return err
			}
			head = x.head
			next = append(next, x)
			if size += len(e.Bytes) + len(e.Sealed); size < piece && len(list) > 0 {
				return nil // there is enough to do meanwhile
			}
			return send()
		})
		if rest := send(); err == nil {
			err = rest
		}
		ended <- err
	}()
	var failed error
	for part := range list {
		for i := range part {
			if failed == nil {
				if failed = m.take(ctx, &part[i]); failed != nil {
					stop() // and wait until nothing reads the journal any more
				}
			}
		}
	}
	if err := <-ended; failed == nil {
		return err
	}
	return failed
}

// open reads a record that should stand behind a head.
func (m *Mechanism) open(after journal.Head, e journal.Entry) (x unsealed, err error) {
	if x.Record, x.head, err = journal.Next(after, e); err != nil {
		return x, err
	}
	if x.groups, err = m.Keys.Open(&x.Record, e.Sealed); err == nil {
		x.said, err = record.Read(&x.Record, x.groups)
	}
	return x, at(&x.Record, err)
}

// at names the record that could not be taken up.
func at(r *truce.Record, err error) error {
	if err == nil {
		return nil
	}
	return &truce.Error{Op: "mechanism.Run", Kind: truce.KindOf(err), Subject: r.String(), Cause: err, Hint: truce.HintOf(err)}
}

// renew makes the evaluator anew from the journal where it holds what was erased. The lock is held: it happens rarely.
func (m *Mechanism) renew(ctx context.Context) error {
	if !m.suspect {
		return nil
	}
	m.suspect = false
	live, done := m.rules()
	defer done()
	if !live.Stale() {
		return nil
	}
	fresh := m.NewLive()
	err := m.Journal.Read(ctx, 1, func(e journal.Entry) error {
		if e.Seq > m.head.Seq {
			return errEnough
		}
		r, err := truce.ParseRecord(e.Bytes)
		if err != nil {
			return err
		}
		g, err := m.Keys.Open(&r, e.Sealed)
		if err != nil {
			return err
		}
		said, err := record.Read(&r, g)
		if err == nil {
			fresh.Apply(&r, said)
		}
		return err
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	for _, id := range m.book.Cases() {
		for _, f := range m.standing(id) {
			fresh.Found(f)
		}
	}
	m.live = fresh
	return nil
}

// take takes up one record in every part.
func (m *Mechanism) take(ctx context.Context, x *unsealed) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.apply(&x.Record, x.groups, x.said); err != nil {
		return at(&x.Record, err)
	}
	m.head = x.head
	delete(m.inflight, x.ID)
	if len(m.pending) >= m.batch {
		return m.flush(ctx)
	}
	return nil
}

// flush writes the pending rows to the view. The lock is held.
func (m *Mechanism) flush(ctx context.Context) error {
	if len(m.pending) == 0 {
		return nil
	}
	if err := m.View.Apply(ctx, m.pending, m.head.Digest); err != nil {
		return err // they stay pending: nobody is told that they were taken up
	}
	m.pending = m.pending[:0]
	clear(m.waiting)
	return nil
}

// tell wakes whoever waits for news. The lock is held.
func (m *Mechanism) tell() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// Taken gives the last record that was taken up and a channel that is closed when there is another.
func (m *Mechanism) Taken() (journal.Head, <-chan struct{}, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.head, m.changed, m.failed
}

// Await returns when a record was taken up by every part.
func (m *Mechanism) Await(ctx context.Context, seq truce.Seq) error {
	for {
		m.mu.RLock()
		head, changed, failed := m.head, m.changed, m.failed
		done := head.Seq >= seq && len(m.pending) == 0
		m.mu.RUnlock()
		switch {
		case done:
			return nil
		case failed != nil:
			return &truce.Error{Op: "mechanism.Await", Kind: truce.Unavailable, Reason: "the journal is not followed any more", Cause: failed}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return &truce.Error{Op: "mechanism.Await", Kind: truce.Unavailable, Reason: "it is written and not yet taken up", Hint: "ask again in a moment", Cause: ctx.Err()}
		}
	}
}

// knows reports whether the journal has a record. The lock is held, or this is the follower.
func (m *Mechanism) knows(id truce.RecordID) bool {
	there, err := m.has(id)
	return there && err == nil
}

func (m *Mechanism) has(id truce.RecordID) (bool, error) {
	if _, ok := m.waiting[id]; ok {
		return true, nil
	}
	return m.View.Has(context.Background(), id)
}

// Current gives the version of the agreement in force now. ok is false where there is none yet.
func (m *Mechanism) Current() (a Adopted, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if x := m.inForce(); x != nil {
		return *x, true
	}
	return Adopted{}, false
}

// Versions lists the versions in the order they were taken up.
func (m *Mechanism) Versions() []Adopted {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return append([]Adopted(nil), m.adopted...)
}
