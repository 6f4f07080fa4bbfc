package ledger

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"truce"
	"truce/assess"
	"truce/internal/access"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
	"truce/verify"
)

// Defaults of the log's pace. See docs/limits.md.
const (
	// DefaultTick is how often the log grows. A record is in the log no later than that.
	DefaultTick = 10 * time.Minute
	// DefaultDue is how long what is sealed may stay closed without anybody saying why.
	DefaultDue = 180 * 24 * time.Hour
)

// Event is something to be published, or no longer. It comes with the record that made it so.
type Event struct {
	// Key names what it is about, as a name in records. A later event about the same takes its place: what was published of it before is then the
	// subject of the new leaf.
	Key  string
	Kind verify.Kind
	Code uint8
	// Document is what is published; nil takes back what was to be published or was. Of erasures, what is withheld and what is revealed the log adds the
	// leaves.
	Document any
	// Thing is what the policy is asked about: all of Shows must be visible to the public.
	Thing access.Thing
	Shows access.Fields
	// Text and Plan are what it was made under; zero for those in force at the tick.
	Text, Plan truce.Digest
	// Keys are listed before it, unless they are already.
	Keys []verify.KeyDocument
	// Files are published with it.
	Files []seal.LogFile
	// Seqs are the records that an erasure, a withholding or a reveal is about.
	Seqs []truce.Seq
	// Signed and Asked count the signatories' own signatures.
	Signed, Asked uint8

	seq truce.Seq
}

// Tick is what a checkpoint brings. The files are to be on disk before it is signed; documents are there since before it was journaled.
type Tick struct {
	At         truce.Instant
	Checkpoint seal.Checkpoint
	Files      []seal.LogFile
	// Proofs are the indices of the leaves that have a document.
	Proofs []int64
	// Policy is the text that names log and witnesses as it is from this tick on.
	Policy string
}

// Log is the public log as the journal has it so far, and what waits to be published. It is used from one goroutine.
type Log struct {
	origin string
	secret seal.Key

	tree      seal.Tree
	size      int64 // of the last checkpoint
	root      truce.Digest
	at        truce.Instant
	through   truce.Seq
	policy    string
	batches   []batch
	published map[string]published

	// What belongs to no tick yet: a seal for each record behind through, and what is to be published, in the order in which it came.
	seals      []truce.Digest
	waiting    []Event
	text, plan truce.Digest
	paused     bool
	// restored says that the journal was put back from a backup since its last checkpoint: a later one may have been signed.
	restored bool
	// documents are the leaves that have one.
	documents []int64
}

// published is what is public under a key.
type published struct {
	leaf int64
	body truce.Digest
	seq  truce.Seq
}

// batch is where the records of a tick lie.
type batch struct {
	first, last truce.Seq
	leaf        int64 // of the first record
	sealed      int64 // leaves, padding included
	due         truce.Instant
	shown       bool // its padding
}

// New is the log of an empty journal. The keys are those of the journal's vault.
func New(origin string, keys *vault.Keyring) *Log {
	return &Log{origin: origin, secret: keys.Secret("truce/ledger/v1"), published: map[string]published{}}
}

// SealOf is the body of the leaf that a record becomes.
func SealOf(r *truce.Record) truce.Digest {
	return verify.SealOf(r.ID, seal.Bytes(r.Bytes()), verify.CommitmentRoot(r.ID, r.Commitments))
}

// Record takes the next record of the journal, with what it makes public. For a checkpoint it gives the tick, or says that the journal does not make the tree
// that the checkpoint names: Corrupt, and nothing may be signed.
func (l *Log) Record(r *truce.Record, events ...Event) (*Tick, error) {
	if next := l.Next(); r.Seq != next {
		return nil, &truce.Error{Op: "ledger.Record", Kind: truce.Corrupt, Subject: r.String(), Reason: fmt.Sprintf("the next record is %d", next)}
	}
	l.seals = append(l.seals, SealOf(r))
	for _, e := range events {
		l.expect(e, r.Seq)
	}
	if r.Kind == truce.RecordNotice {
		n, err := record.ReadNotice(r)
		l.restored = l.restored || err == nil && (n.What == record.NoticeRestored || n.What == record.NoticeRejoined)
		return nil, err
	}
	if r.Kind != truce.RecordCheckpoint || r.Author.Vouch != truce.VouchNode {
		return nil, nil
	}
	c, err := record.ReadCheckpoint(r)
	if err != nil {
		return nil, err
	}
	t, err := l.take(c)
	if err != nil {
		return nil, &truce.Error{Op: "ledger.Record", Kind: truce.Corrupt, Subject: r.String(), Cause: err, Hint: "run truce fsck; compare the journal with its copy and with the published log"}
	}
	return t, nil
}

// expect lets something wait for the next tick.
func (l *Log) expect(e Event, seq truce.Seq) {
	e.seq = seq
	if e.Kind == verify.Text && e.Code == 1 {
		l.text, l.plan = e.Text, e.Plan
	}
	if e.Kind == verify.Pause {
		l.paused = e.Code == 1
	}
	l.waiting = slices.DeleteFunc(l.waiting, func(w Event) bool { return w.Key == e.Key })
	if l.published[e.Key].seq < seq {
		l.waiting = append(l.waiting, e)
	}
}

// Next is the record that the log takes next.
func (l *Log) Next() truce.Seq { return l.through + truce.Seq(len(l.seals)) + 1 }

// Last is the last checkpoint that the journal has; its size is 0 where there is none.
func (l *Log) Last() seal.Checkpoint {
	if l.size == 0 {
		return seal.Checkpoint{Origin: l.origin, Root: seal.EmptyRoot}
	}
	return seal.Checkpoint{Origin: l.origin, Size: l.size, Root: l.root}
}

// Waits reports whether a tick at a moment can be prepared: it is later than the last, and there is a record to take up.
func (l *Log) Waits(at truce.Instant) bool { return at > l.at && len(l.seals) > 0 }

// Paused reports whether publication is paused, by what the log has taken.
func (l *Log) Paused() bool { return l.paused }

// Policy is the text that names log and witnesses.
func (l *Log) Policy() string { return l.policy }

// Leaf gives the index of the leaf that a record became; ok is false where its tick has not come.
func (l *Log) Leaf(s truce.Seq) (index int64, ok bool) {
	i, ok := slices.BinarySearchFunc(l.batches, s, func(b batch, s truce.Seq) int {
		switch {
		case b.last < s:
			return -1
		case b.first > s:
			return 1
		}
		return 0
	})
	if !ok {
		return 0, false
	}
	return l.batches[i].leaf + int64(s-l.batches[i].first), true
}

// Prepare works out a tick at a moment: the checkpoint to journal, and the documents that must be on disk before it is. Nothing changes until [Log.Record] takes the
// checkpoint; a tick that is never journaled is forgotten.
func (l *Log) Prepare(at, due truce.Instant, policy string) (record.Checkpoint, []seal.LogFile, error) {
	if at%1000 != 0 || at <= l.at || len(l.seals) == 0 {
		return record.Checkpoint{}, nil, &truce.Error{Op: "ledger.Prepare", Kind: truce.Conflict, Reason: "a tick is at a whole second, later than the one before, and takes up a record"}
	}
	c := record.Checkpoint{At: at, Through: l.through + truce.Seq(len(l.seals)), Due: due, Text: l.text, Plan: l.plan, Engine: assess.Engine()}
	if policy != l.policy {
		c.Policy = policy
	}
	d := draft{l: l, c: &c, next: l.size + SealedLeaves(int64(len(l.seals))), published: map[string]published{}}
	if c.Policy != "" {
		if err := d.add("policy", 0, verify.Leaf{Kind: verify.PolicyLeaf}, verify.PolicyDocument{Form: verify.FormPolicy, Policy: policy}); err != nil {
			return c, nil, err
		}
	}
	for _, e := range l.waiting {
		if err := d.event(e); err != nil {
			return c, nil, err
		}
	}
	if err := d.padding(); err != nil {
		return c, nil, err
	}
	tree, _, err := l.grow(c)
	if err != nil {
		return c, nil, err
	}
	c.Size, c.Root = tree.Size(), tree.Root()
	return c, d.files, nil
}

// common is what all leaves of a tick say.
func (l *Log) common(c record.Checkpoint) verify.Leaf {
	return verify.Leaf{Time: int64(c.At) / 1000, Size: l.size, Root: l.root, Text: c.Text, Plan: c.Plan, Engine: c.Engine}
}

// grow adds the leaves of a tick to a copy of the tree: a sealed one for each record, as much padding as hides how many they are, and what is published.
func (l *Log) grow(c record.Checkpoint) (*seal.Tree, batch, error) {
	n := int64(c.Through - l.through)
	if c.Through <= l.through || n > int64(len(l.seals)) {
		return nil, batch{}, fmt.Errorf("it takes up no record that waits")
	}
	b := batch{first: l.through + 1, last: c.Through, leaf: l.size, sealed: SealedLeaves(n), due: c.Due}
	tree := l.tree.Clone()
	leaf := l.common(c)
	leaf.Kind, leaf.Due = verify.Sealed, int64(c.Due)/1000
	for i := range b.sealed {
		if i < n {
			leaf.Body = l.seals[i]
		} else {
			leaf.Body = verify.SealOfPadding(l.salt(l.size + i))
		}
		if err := tree.Append(leaf.Bytes()); err != nil {
			return nil, b, err
		}
	}
	for _, x := range c.Leaves {
		if err := tree.Append(fullLeaf(x)); err != nil {
			return nil, b, err
		}
	}
	return tree, b, nil
}

// fullLeaf puts back the zeros that a checkpoint leaves out.
func fullLeaf(x record.PublicLeaf) []byte {
	return append(bytes.Clone(x.Leaf), make([]byte, verify.LeafSize-len(x.Leaf))...)
}

// take makes the log what a journaled checkpoint says it is.
func (l *Log) take(c record.Checkpoint) (*Tick, error) {
	if c.At <= l.at {
		return nil, fmt.Errorf("it is not later than the checkpoint before")
	}
	tree, b, err := l.grow(c)
	if err != nil {
		return nil, err
	}
	if c.Size != tree.Size() || c.Root != tree.Root() {
		return nil, fmt.Errorf("it names a log of %d leaves under %s; the journal makes %d under %s", c.Size, c.Root.Short(), tree.Size(), tree.Root().Short())
	}
	t := &Tick{At: c.At, Files: tree.Files()}
	for i, x := range c.Leaves {
		index := b.leaf + b.sealed + int64(i)
		leaf, err := verify.ParseLeaf(fullLeaf(x))
		if err != nil {
			return nil, err
		}
		t.Proofs = append(t.Proofs, index)
		l.published[x.Key] = published{index, leaf.Body, x.Seq}
		l.waiting = slices.DeleteFunc(l.waiting, func(w Event) bool { return w.Key == x.Key && w.seq <= x.Seq })
		if leaf.Kind == verify.Padding {
			l.show(leaf.Subject - 1)
		}
	}
	l.documents = append(l.documents, t.Proofs...)
	l.tree, l.size, l.root, l.at, l.through, l.restored = *tree, c.Size, c.Root, c.At, c.Through, false
	l.seals = slices.Clone(l.seals[b.last-b.first+1:])
	l.batches = append(l.batches, b)
	if c.Policy != "" {
		l.policy = c.Policy
	}
	t.Checkpoint, t.Policy = l.Last(), l.policy
	return t, nil
}

// show notes that the padding from a leaf on was shown.
func (l *Log) show(from int64) {
	for i := range l.batches {
		if b := &l.batches[i]; b.leaf < from && from < b.leaf+b.sealed {
			b.shown = true
		}
	}
}

// salt hides that a leaf is padding: one for each leaf, which nobody without the mechanism's key can guess.
func (l *Log) salt(index int64) seal.Salt {
	return seal.Salt(l.secret.Digest(binary.BigEndian.AppendUint64([]byte("truce/padding-salt/v1\n"), uint64(index))))
}

// SealedLeaves rounds a number of records up to one that many numbers share: 16 at least, then four steps between a power of two and the next. It is how many
// sealed leaves a tick has that takes up so many.
func SealedLeaves(n int64) int64 {
	if n <= 16 {
		return 16
	}
	step := int64(4)
	for n > 8*step {
		step *= 2
	}
	return (n + step - 1) / step * step
}

// draft collects what one tick publishes.
type draft struct {
	l         *Log
	c         *record.Checkpoint
	next      int64 // index of the next leaf
	files     []seal.LogFile
	published map[string]published
}

// full reports that a tick publishes no more; what is left waits for the next.
func (d *draft) full(more int) bool { return len(d.c.Leaves)+more > record.MaxPublicLeaves }

// add puts a document under a leaf.
func (d *draft) add(key string, seq truce.Seq, leaf verify.Leaf, document any) error {
	b, err := verify.Encode(document)
	if err != nil {
		return err
	}
	common := d.l.common(*d.c)
	leaf.Time, leaf.Size, leaf.Root, leaf.Engine, leaf.Body = common.Time, common.Size, common.Root, common.Engine, seal.Bytes(b)
	if leaf.Text.IsZero() {
		leaf.Text, leaf.Plan = common.Text, common.Plan
	}
	d.files = append(d.files, seal.LogFile{Path: "doc/" + leaf.Body.String(), Data: b})
	d.published[key] = published{d.next, leaf.Body, seq}
	d.c.Leaves = append(d.c.Leaves, record.PublicLeaf{Key: key, Seq: seq, Leaf: bytes.TrimRight(leaf.Bytes(), "\x00")})
	d.next++
	return nil
}

// event publishes what is waiting where the public may see it by now; otherwise it goes on waiting.
func (d *draft) event(e Event) error {
	before, was := d.l.published[e.Key]
	if e.Document == nil {
		if !was || d.full(1) {
			return nil
		}
		return d.add(e.Key, e.seq, verify.Leaf{Kind: verify.Correction, Code: 1, Subject: before.leaf + 1}, verify.CorrectionDocument{Form: verify.FormCorrection, Leaf: before.leaf, Why: "withdrawn"})
	}
	t := e.Thing
	t.Paused = d.l.paused
	if _, listed := d.l.published["key:begins:"+strings.TrimPrefix(e.Key, "key:ends:")]; e.Kind == verify.KeyLeaf && !listed {
		return nil // nobody was told of this key
	}
	if d.full(1+len(e.Keys)) || !access.See(access.Viewer{Now: d.c.At}, t).Has(e.Shows|access.Existence) {
		return nil
	}
	document, subject, ready := d.complete(e)
	if !ready {
		return nil
	}
	if b, err := verify.Encode(document); err != nil || was && seal.Bytes(b) == before.body {
		return err
	}
	for _, k := range e.Keys {
		key, code := "key:"+k.Act+":"+k.Key, uint8(1)
		if k.Act == "ends" {
			code = 2
		}
		if _, listed := d.l.published[key]; listed || d.published[key].leaf > 0 {
			continue
		}
		if err := d.add(key, 0, verify.Leaf{Kind: verify.KeyLeaf, Code: code}, k); err != nil {
			return err
		}
	}
	if was {
		subject = before.leaf + 1
	}
	d.files = append(d.files, e.Files...)
	return d.add(e.Key, e.seq, verify.Leaf{Kind: e.Kind, Code: e.Code, Text: e.Text, Plan: e.Plan, Signed: e.Signed, Asked: e.Asked, Subject: subject}, document)
}

// complete adds to a document the leaves it is about; ready is false where one has no leaf before this tick.
func (d *draft) complete(e Event) (document any, subject int64, ready bool) {
	leaves := make([]int64, len(e.Seqs))
	for i, s := range e.Seqs {
		if leaves[i], ready = d.l.Leaf(s); !ready {
			return nil, 0, false
		}
	}
	switch x := e.Document.(type) {
	case verify.ErasureDocument:
		x.Leaves = leaves
		return x, 0, true
	case verify.WithheldDocument:
		x.Leaves = leaves
		return x, 0, true
	case verify.RevealDocument:
		x.Leaf = leaves[0]
		return x, x.Leaf + 1, true
	}
	return e.Document, 0, true
}

// padding shows the padding of ticks whose leaves are all due.
func (d *draft) padding() error {
	for _, b := range d.l.batches {
		records := int64(b.last-b.first) + 1
		if b.shown || b.due >= d.c.At || records == b.sealed || d.full(1) {
			continue
		}
		doc := verify.PaddingDocument{Form: verify.FormPadding, From: b.leaf + records}
		for n := doc.From; n < b.leaf+b.sealed; n++ {
			salt := d.l.salt(n)
			doc.Salts = append(doc.Salts, hex.EncodeToString(salt[:]))
		}
		if err := d.add(fmt.Sprintf("padding:%d", doc.From), 0, verify.Leaf{Kind: verify.Padding, Subject: doc.From + 1}, doc); err != nil {
			return err
		}
	}
	return nil
}
