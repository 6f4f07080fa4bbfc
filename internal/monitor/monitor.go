package monitor

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"truce"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/verify"
)

// DefaultLag is how much later than its own time a leaf may be there. See docs/limits.md.
const DefaultLag = time.Hour

// Codes of what a monitor finds. They are stable; notices with other codes are of package verify.
const (
	Dropped     = "dropped-document" // something published is no longer there, or is something else
	ChangedRule = "changed-rule"     // rules changed without the signatures, or results stand on rules that no version has
	Overdue     = "overdue-reveal"   // sealed evidence is past its date, and neither revealed nor openly withheld
	KeyChange   = "key-change"       // a key took another's place, and no key that was there signed that
	WeakPolicy  = "weaker-policy"    // fewer witnesses need to sign, or to lie, than before
	Restarted   = "restarted-origin" // the record is shorter than it was, or another one stands in its place
	Forked      = "forked"           // the record does not hold what was seen before; there is a proof
	Late        = "unmet-delay"      // nothing came in the time that was promised, or it came later than it says
	Unreadable  = "unreadable"       // a part of the record that the rest depends on is missing or not what it must be
	Change      = "change"           // done as it should be, and people should know
)

// codes are the monitor's words for what package verify finds.
var codes = map[string]string{"document": Dropped, "text": ChangedRule, "policy": WeakPolicy, "overdue": Overdue, "stale": Late, "key-unsigned": KeyChange,
	"key": KeyChange, "entries": Unreadable, "root": Unreadable, "tile": Unreadable, "leaf": Unreadable}

// Notice is one thing that a monitor tells.
type Notice struct {
	Code string `json:"code"`
	// Leaf is the index of the leaf it is about; -1 where it is about the whole.
	Leaf int64  `json:"leaf"`
	Says string `json:"says"`
}

// Report is what came of one look.
type Report struct {
	Form   string `json:"form"` // truce/monitoring/v1
	Origin string `json:"origin"`
	// Before and Size are the sizes at the last look and now.
	Before int64 `json:"before"`
	Size   int64 `json:"size"`
	// Alarms are what somebody must answer for; notes are what people should know.
	Alarms []Notice `json:"alarms"`
	Notes  []Notice `json:"notes"`

	// Fork is a proof that stands alone; nil where there is none.
	Fork *witness.Fork `json:"-"`
	// Next is what to remember from now on: what was remembered before, where the record is not the one that was seen.
	Next *State `json:"-"`
}

// Options say what a look begins with.
type Options struct {
	// Now is the time by the monitor's own clock.
	Now truce.Instant
	// Key is the log's key, from elsewhere than the record itself. It is asked for at the first look alone; the zero key takes the record's word.
	Key seal.NoteKey
	// Stale is how old the newest leaf may be, 0 for verify.DefaultStale; Lag is 0 for DefaultLag.
	Stale, Lag time.Duration
}

// Look reads a record whole, compares it with what is remembered of it (nil at the first look), and tells. The error says that there is nothing to be read;
// whatever is wrong with it is in the report.
func Look(record fs.FS, before *State, o Options) (*Report, error) {
	if o.Stale == 0 {
		o.Stale = verify.DefaultStale
	}
	if o.Lag == 0 {
		o.Lag = DefaultLag
	}
	l := &look{record: record, o: o, Report: &Report{Form: "truce/monitoring/v1", Alarms: []Notice{}, Notes: []Notice{}, Next: before}}
	var err error
	if l.signed, err = l.read("checkpoint"); err != nil {
		return nil, err
	}
	if before == nil {
		err = l.first()
	} else {
		err = l.again(*before)
	}
	if err != nil || l.stopped {
		return l.Report, err
	}
	if l.check(); !l.stopped {
		l.leaves()
	}
	if !l.stopped {
		l.next.Checkpoint, l.next.At = string(l.signed), int64(o.Now)/1000
		l.Next = &l.next
	}
	return l.Report, nil
}

// look is one look while it lasts.
type look struct {
	*Report
	record  fs.FS
	o       Options
	signed  []byte
	at      seal.Checkpoint // of the record now
	seen    int64           // when it was looked at before, in seconds; 0 for never
	next    State
	stopped bool // what follows cannot be believed
}

func (l *look) read(path string) ([]byte, error) { return fs.ReadFile(l.record, path) }

func (l *look) alarm(code string, leaf int64, format string, args ...any) {
	l.Alarms = append(l.Alarms, Notice{code, leaf, fmt.Sprintf(format, args...)})
}

func (l *look) note(code string, leaf int64, format string, args ...any) {
	l.Notes = append(l.Notes, Notice{code, leaf, fmt.Sprintf(format, args...)})
}

// stop ends the look: what is remembered stays as it is.
func (l *look) stop(code string, format string, args ...any) {
	l.alarm(code, -1, format, args...)
	l.stopped = true
}

// first begins to follow a record.
func (l *look) first() error {
	key := l.o.Key
	if key.Name() == "" {
		b, err := l.read("policy")
		if err != nil {
			return err
		}
		p, err := witness.ParsePolicy(b)
		if err != nil {
			return err
		}
		for _, g := range p.Logs {
			if _, _, err := seal.OpenCheckpoint(l.signed, g.Key); err == nil {
				key = g.Key
			}
		}
		l.note(Change, -1, "this is the first look, and the key is the record's own word; compare it with somebody: %s", key)
	}
	if key.Name() == "" {
		return &truce.Error{Op: "monitor.Look", Kind: truce.Invalid, Subject: "checkpoint", Reason: "no key of the policy signed it"}
	}
	c, _, err := seal.OpenCheckpoint(l.signed, key)
	if err == nil && c.Origin != key.Name() {
		err = seal.ErrUnsigned
	}
	if err != nil {
		return &truce.Error{Op: "monitor.Look", Kind: truce.Invalid, Subject: "checkpoint", Cause: err}
	}
	l.at, l.Origin, l.Size = c, c.Origin, c.Size
	l.next = State{Form: stateForm, Keys: []string{key.String()}}
	return nil
}

// again holds the record against the checkpoint that was seen last.
func (l *look) again(before State) error {
	last, keys, err := before.last()
	if err != nil {
		return err
	}
	l.next, l.seen = before, before.At
	l.next.Keys = slices.Clone(before.Keys)
	l.Origin, l.Before, l.Size = last.Origin, last.Size, last.Size
	text, _, _ := strings.Cut(string(l.signed), "\n\n")
	if l.at, err = seal.ParseCheckpoint(text + "\n"); err != nil {
		l.stop(Unreadable, "the checkpoint cannot be read")
		return nil
	}
	l.Size = l.at.Size
	if l.at.Origin != last.Origin {
		l.stop(Restarted, "another record, %s, stands where %s was", l.at.Origin, last.Origin)
		return nil
	}
	if _, _, err := seal.OpenCheckpoint(l.signed, keys...); err != nil {
		k, ok := l.announced()
		if !ok {
			l.stop(KeyChange, "none of the log's known keys signed its checkpoint, and nothing that they signed named another")
			return nil
		}
		l.note(Change, -1, "the log signs with another key, which it named under the old one: %s", k)
		keys = append(keys, k)
		l.next.Keys = append(l.next.Keys, k.String())
	}
	fork, err := witness.Compare([]byte(before.Checkpoint), l.signed, func(size int64) (seal.Hash, []seal.Hash, error) {
		if size < last.Size {
			return seal.Hash{}, nil, fmt.Errorf("it had %d leaves", last.Size)
		}
		return l.at.ProveGrowth(size, l.read)
	}, keys...)
	l.Fork = fork
	switch {
	case l.at.Size < last.Size:
		l.stop(Restarted, "the record had %d leaves and has %d", last.Size, l.at.Size)
	case err != nil:
		l.stop(Unreadable, "it cannot be shown that the record of %d leaves holds the %d that were seen: %v", l.at.Size, last.Size, err)
	case fork != nil:
		l.stop(Forked, "the record does not hold the %d leaves that were seen; whoever has its key signed both", last.Size)
	}
	return nil
}

// announced finds the key that signed the checkpoint in the policy that the log had under its old key.
func (l *look) announced() (seal.NoteKey, bool) {
	p, err := witness.ParsePolicy([]byte(l.next.Policy))
	if err != nil {
		return seal.NoteKey{}, false
	}
	for _, g := range p.Logs {
		if _, _, err := seal.OpenCheckpoint(l.signed, g.Key); err == nil && g.Key.Name() == l.at.Origin {
			return g.Key, true
		}
	}
	return seal.NoteKey{}, false
}

// check takes over what a reader who looks once finds. Remarks of what was there at the last look are told then and not again, but for those that hold
// until something is done.
func (l *look) check() {
	r, err := verify.Check(l.record, verify.Options{Now: l.o.Now})
	if err != nil {
		l.stop(Unreadable, "%v", err)
		return
	}
	if !r.Whole {
		l.stop(Unreadable, "the leaves are not all here")
		return
	}
	for _, f := range r.Faults {
		code, ok := codes[f.Code]
		if !ok {
			code = f.Code
		}
		if l.alarm(code, f.Leaf, "%s", f.Says); code == Unreadable {
			l.stopped = true
		}
	}
	for _, f := range r.Remarks {
		code, ok := codes[f.Code]
		fresh := f.Leaf < 0 || f.Leaf >= l.Before
		switch {
		case ok && code == KeyChange && l.seen == 0: // what was before the first look is history
			l.note(code, f.Leaf, "%s", f.Says)
		case ok && (fresh || code != KeyChange):
			l.alarm(code, f.Leaf, "%s", f.Says)
		case fresh:
			l.note(f.Code, f.Leaf, "%s", f.Says)
		}
	}
}

// rules are a text and what it compiles to.
type rules struct{ text, plan truce.Digest }

// leaves reads the log, which package verify found to be whole, for what only shows to one who was there before.
func (l *look) leaves() {
	var known []rules
	var policy witness.Policy
	var newest verify.Leaf
	paused := false
	err := seal.Entries(l.read, l.at.Size, 0, l.at.Size, func(i int64, entry []byte) error {
		leaf, err := verify.ParseLeaf(entry)
		if err != nil {
			return err
		}
		newest = leaf
		fresh := l.seen > 0 && i >= l.Before
		if fresh {
			l.times(i, leaf)
		}
		of := rules{leaf.Text, leaf.Plan}
		switch leaf.Kind {
		case verify.Text:
			if fresh && len(known) > 0 && !slices.Contains(known, of) {
				l.rules(i, leaf, slices.ContainsFunc(known, func(k rules) bool { return k.text == of.text }))
			}
			known = append(known, of)
		case verify.Outcome, verify.Finding:
			if fresh && !slices.Contains(known, of) {
				l.alarm(ChangedRule, i, "this %s stands on rules that no version in the record has", leaf.Kind)
			}
		case verify.PolicyLeaf:
			text, p, err := l.policyOf(leaf)
			if err != nil {
				return nil // told already: its document is not here, or not what it must be
			}
			if fresh && l.next.Policy != "" {
				for _, w := range p.Weaker(policy) {
					l.alarm(WeakPolicy, i, "%s", w.Says)
				}
				l.note(Change, i, "the policy of witnesses is another")
			}
			l.next.Policy, policy = text, p
		case verify.Pause:
			if paused = leaf.Code == 1; fresh {
				l.note(Change, i, "publication is paused or resumed")
			}
		case verify.KeyLeaf, verify.Correction, verify.Withheld, verify.Erasure:
			if fresh {
				l.note(Change, i, "%s", leaf.Kind)
			}
		}
		return nil
	})
	if err != nil {
		l.stop(Unreadable, "the leaves cannot be read: %v", err)
		return
	}
	if newest.Time > 0 && newest.Time+int64(l.o.Stale/time.Second) < int64(l.o.Now)/1000 && !paused {
		l.alarm(Late, -1, "nothing new since %s", second(newest.Time))
	}
}

// times holds a new leaf's own time against the monitor's.
func (l *look) times(i int64, leaf verify.Leaf) {
	lag := int64(l.o.Lag / time.Second)
	switch now := int64(l.o.Now) / 1000; {
	case leaf.Time+lag < l.seen:
		l.alarm(Late, i, "it says that it is of %s, and was not there at %s", second(leaf.Time), second(l.seen))
	case leaf.Time > now+lag:
		l.alarm(Late, i, "it says that it is of %s, which has not come", second(leaf.Time))
	}
}

// rules tells of a version that changes the rules. How many signatures hold was checked by package verify.
func (l *look) rules(i int64, leaf verify.Leaf, sameText bool) {
	switch {
	case sameText:
		l.alarm(ChangedRule, i, "a text that was there before now compiles to other rules")
	case leaf.Signed < max(leaf.Asked, 1):
		l.alarm(ChangedRule, i, "a version changes the rules, and %d signatories signed it with a key of their own where %d must", leaf.Signed, max(leaf.Asked, 1))
	default:
		l.note(Change, i, "a version changes the rules, signed by %d", leaf.Signed)
	}
}

func (l *look) policyOf(leaf verify.Leaf) (string, witness.Policy, error) {
	b, err := l.read("doc/" + leaf.Body.String())
	if err != nil {
		return "", witness.Policy{}, err
	}
	var d verify.PolicyDocument
	if err := verify.Decode(b, &d); err != nil {
		return "", witness.Policy{}, err
	}
	p, err := witness.ParsePolicy([]byte(d.Policy))
	return d.Policy, p, err
}

func second(t int64) string { return truce.Instant(t * 1000).String() }
