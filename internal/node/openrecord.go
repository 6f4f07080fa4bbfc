package node

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"truce"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/ledger"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/internal/witness/wire"
)

// openRecord is the open record of a mechanism: it follows what the mechanism takes up, lets the log grow at each tick, and signs it. All of it happens in one
// goroutine, and nobody who writes a record waits for it.
type openRecord struct {
	origin string
	files  disk.Folder
	tick   time.Duration
	due    time.Duration
	policy string
	log    *ledger.Log
	keeper *ledger.Keeper

	journal journal.Journal

	mu     sync.Mutex
	queue  []taken // what came, in order; behind most of them those alone that make something public
	newest truce.Seq
	most   int // maxTaken, but for tests
	more   chan struct{}

	public *publicFolder
}

// taken is a record that the mechanism took up, with what it makes public. It has no content where too many waited already.
type taken struct {
	seq    truce.Seq
	record *truce.Record
	events []ledger.Event
}

// maxTaken is how many records wait for the log in memory. After a start that would be all there are; the rest is read from the journal again when it is its turn.
const maxTaken = 4096

// openOpenRecord reads the log's key and policy; nil where the settings name no open record.
func (f *folder) openOpenRecord(ctx context.Context) (*openRecord, error) {
	c := f.config.OpenRecord
	if c.Origin == "" {
		return nil, nil
	}
	signer, err := f.logKey(ctx)
	if err != nil {
		return nil, err
	}
	key, err := signer.Public().LogKey(c.Origin)
	if err != nil {
		return nil, err
	}
	policy := witness.NewPolicy(witness.Log{Key: key})
	if c.Policy != "" {
		if policy, err = f.readPolicy(key); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Dir(f.at(c.Folder)), 0o700); err != nil {
		return nil, &truce.Error{Op: "node.Open", Kind: truce.Unavailable, Subject: f.at(c.Folder), Cause: err}
	}
	o := &openRecord{journal: f.journal, origin: c.Origin, tick: time.Duration(c.Tick) * time.Second, due: time.Duration(c.DueDays) * 24 * time.Hour, policy: policy.String(),
		log: ledger.New(c.Origin, f.keys), most: maxTaken, more: make(chan struct{}, 1)}
	if o.files, err = disk.OpenPublic(f.at(c.Folder)); err != nil {
		return nil, err
	}
	if o.public, err = newPublicFolder(f.at(c.Folder)); err != nil {
		return nil, err
	}
	o.keeper = &ledger.Keeper{Log: o.log, Files: ledger.NewFiles(o.files), Signer: signer, Policy: policy}
	if len(policy.Peers) > 0 {
		o.keeper.Circle = witness.NewCircle(policy.Peers, wire.NewClient(http.DefaultTransport))
	}
	return o, nil
}

// logKey reads the key that signs the log. It is made at the first start with an open record; once the journal has a checkpoint it is never made again.
func (f *folder) logKey(ctx context.Context) (seal.Signer, error) {
	c := f.config.OpenRecord
	path := f.at(c.Key)
	b, err := os.ReadFile(path)
	if err == nil {
		name, s, err := seal.ParseNoteSecret(strings.TrimSpace(string(b)))
		if err != nil || name != c.Origin {
			return s, &truce.Error{Op: "node.Open", Kind: truce.Invalid, Subject: path, Reason: "this is no key of the log " + c.Origin, Cause: err, Hint: "an origin is kept for ever: write the one that the key was made for under open_record.origin"}
		}
		return s, nil
	}
	begun := false
	if errors.Is(err, os.ErrNotExist) {
		if begun, err = f.hasCheckpoint(ctx); err != nil {
			return seal.Signer{}, err
		}
	}
	if err != nil || begun {
		return seal.Signer{}, &truce.Error{Op: "node.Open", Kind: truce.Unavailable, Subject: path, Reason: "the key of the log cannot be read", Cause: err,
			Hint: "bring the key file back: another key is another log, and every witness and reader would refuse it"}
	}
	secret, err := seal.NewKey(random)
	if err != nil {
		return seal.Signer{}, err
	}
	s := seal.NewSigner(secret)
	text, err := s.NoteSecret(c.Origin)
	if err != nil {
		return s, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return s, &truce.Error{Op: "node.Open", Kind: truce.Unavailable, Subject: path, Cause: err}
	}
	at, err := disk.Open(filepath.Dir(path))
	if err != nil {
		return s, err
	}
	return s, at.WriteFile(filepath.Base(path), []byte(text+"\n"))
}

// hasCheckpoint reports whether the log was ever signed.
func (f *folder) hasCheckpoint(ctx context.Context) (yes bool, err error) {
	err = f.journal.Read(ctx, 1, func(e journal.Entry) error {
		r, err := truce.ParseRecord(e.Bytes)
		if yes = err == nil && r.Kind == truce.RecordCheckpoint; yes {
			return errEnough
		}
		return err
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return yes, err
}

// readPolicy reads the witnesses. The log is named by the program: it knows its own key.
func (f *folder) readPolicy(key seal.NoteKey) (witness.Policy, error) {
	path := f.at(f.config.OpenRecord.Policy)
	b, err := os.ReadFile(path)
	if err != nil {
		return witness.Policy{}, &truce.Error{Op: "node.Open", Kind: truce.Unavailable, Subject: path, Reason: "the policy of the open record cannot be read", Cause: err}
	}
	p, err := witness.ParsePolicy(b)
	if err == nil && len(p.Logs) == 0 {
		p.Logs = []witness.Log{{Key: key}}
	}
	if err == nil && (len(p.Logs) != 1 || p.Logs[0].Key != key) {
		err = &truce.Error{Op: "node.Open", Kind: truce.Invalid, Subject: path, Reason: "it names another log", Hint: "leave the line that begins with log out: the program knows its own"}
	}
	return p, err
}

// take is told of each record that the mechanism takes up, in order.
func (o *openRecord) take(r *truce.Record, events []ledger.Event) error {
	o.mu.Lock()
	x := taken{seq: r.Seq, events: events}
	if len(o.queue) < o.most {
		whole := *r // alone: what it was read with goes
		x.record = &whole
	}
	if x.record != nil || len(events) > 0 {
		o.queue = append(o.queue, x)
	}
	o.newest = r.Seq
	o.mu.Unlock()
	select {
	case o.more <- struct{}{}:
	default:
	}
	return nil
}

// drain lets the log take what has come. It gives the last tick there was among it.
func (o *openRecord) drain(ctx context.Context) (last *ledger.Tick, err error) {
	o.mu.Lock()
	list, newest := o.queue, o.newest
	o.queue = nil
	o.mu.Unlock()
	log := func(r *truce.Record, events []ledger.Event) error {
		t, err := o.log.Record(r, events...)
		if err != nil || t == nil {
			return err
		}
		last = t
		return o.keeper.Write(t)
	}
	for ; len(list) > 0 && list[0].record != nil; list = list[1:] {
		if err := log(list[0].record, list[0].events); err != nil {
			return nil, err
		}
	}
	if o.log.Next() > newest {
		return last, nil
	}
	err = o.journal.Read(ctx, o.log.Next(), func(e journal.Entry) error {
		if e.Seq > newest {
			return errEnough
		}
		r, _, err := journal.Whole(e)
		if err != nil {
			return err
		}
		var events []ledger.Event
		if len(list) > 0 && list[0].seq == r.Seq {
			events, list = list[0].events, list[1:]
		}
		return log(&r, events)
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	return last, nil
}

// publish runs the open record until ctx ends. What goes wrong is logged and stops the record, not the mechanism: what is written down stays, and is published when
// the cause is gone and the program is started again.
func (n *Node) publish(ctx context.Context, o *openRecord) {
	if n.mech.Await(ctx, n.target) != nil {
		return
	}
	stop := func(err error) {
		if ctx.Err() == nil {
			n.log.Error("the open record does not grow any more", "error", err, "hint", truce.HintOf(err))
		}
	}
	if err := n.step(ctx, o, 0); err != nil {
		stop(err)
		return
	}
	paused := o.log.Paused()
	grow := time.NewTimer(0)
	defer grow.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-o.more:
			err = n.step(ctx, o, 0)
			// That publication stops or goes on is said at once, with a tick of its own: everybody sees that documents are gone, and must see why.
			if now := o.log.Paused(); now != paused && err == nil {
				paused, err = now, n.step(ctx, o, n.now()/1000*1000)
			}
		case <-grow.C:
			err = n.step(ctx, o, o.at(n.now()))
			now := n.now()
			grow.Reset(o.at(now).Add(o.tick).Sub(now))
		}
		if err != nil {
			stop(err)
			return
		}
	}
}

// step lets the log take what has come and publishes its last tick: that of this program, or one that it was stopped before it could publish. Then the log grows
// where a tick is due. It grows from what it has taken alone, so it takes first, each time: otherwise the tick of a pause and that of the grid could have one time,
// and no log takes both. An error says that the record cannot go on; a tick that did not come is logged, and the next may.
func (n *Node) step(ctx context.Context, o *openRecord, due truce.Instant) error {
	last, err := o.drain(ctx)
	if err == nil && last != nil {
		err = n.signed(ctx, o, last)
	}
	if err != nil || !due.Stated() {
		return err
	}
	if err := n.grow(ctx, o, due); err != nil && ctx.Err() == nil {
		n.log.Error("the open record did not grow", "error", err, "hint", truce.HintOf(err))
	}
	return nil
}

// at is the tick at or before a moment: ticks lie on a grid of time, whatever happens.
func (o *openRecord) at(now truce.Instant) truce.Instant {
	step := truce.Instant(o.tick.Milliseconds())
	return now / step * step
}

// grow journals the checkpoint of a tick, unless it has one.
func (n *Node) grow(ctx context.Context, o *openRecord, at truce.Instant) error {
	if !o.log.Waits(at) {
		return nil
	}
	if err := o.keeper.MayGrow(ctx); err != nil {
		return err
	}
	c, files, err := o.log.Prepare(at, at.Add(o.due), o.policy)
	if err != nil {
		return err
	}
	if err := o.keeper.Put(files); err != nil {
		return err
	}
	if n.mech.Directory.Paused() { // since it was worked out what may be published
		if err := o.public.takeDown(); err != nil {
			return err
		}
	}
	d, err := c.Draft()
	if err != nil {
		return err
	}
	r := &d.Record
	r.Tier, r.Author, r.Claimed, r.Received = truce.TierPublic, truce.Author{Vouch: truce.VouchNode}, n.now(), n.now()
	sealed, err := d.Seal(n.folder.keys, random)
	if err != nil {
		return err
	}
	_, last, err := n.writer.Submit(ctx, []journal.Draft{{Record: d.Record, Sealed: sealed}})
	if err != nil {
		return err
	}
	return n.mech.Await(ctx, last) // then the log is told of it, and takes it before it grows again
}

// signed publishes a tick that was journaled.
func (n *Node) signed(ctx context.Context, o *openRecord, t *ledger.Tick) error {
	if !n.mech.Directory.Paused() {
		if err := o.public.putBack(); err != nil {
			return err
		}
	}
	cosigned, err := o.keeper.Publish(ctx, t)
	if err != nil {
		return err
	}
	if err := o.public.update(ctx, n.mech.Directory.Paused); err != nil && ctx.Err() == nil {
		n.log.Error("the public site is not what the open record says", "error", err, "hint", truce.HintOf(err))
	}
	attrs := []any{"leaves", t.Checkpoint.Size, "documents", len(t.Proofs), "witnesses", cosigned}
	if need := o.keeper.Policy.Need(); cosigned < need {
		n.log.Warn("the open record was published with fewer witnesses than its policy asks for", append(attrs, "asked", need)...)
		return nil
	}
	n.log.Info("the open record grew", attrs...)
	return nil
}
