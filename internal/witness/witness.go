package witness

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"truce"
	"truce/internal/disk"
	"truce/internal/seal"
)

// Limits of a witness. See docs/limits.md.
const (
	MaxLogs    = 1000
	MaxLogKeys = 8
	MaxForks   = 16 // proofs that are kept
	// MaxClockBack is how far, in milliseconds, the clock may stand before the last signature.
	MaxClockBack = 60_000
)

// Answer is what a witness says to a request: the status and body that the protocol gives it.
type Answer struct {
	Status int
	Body   []byte
	// IsSize says that the body is the size of the largest tree the witness knows.
	IsSize bool
	// Origin and Size are of the checkpoint that was sent, where its log is known and signed it.
	Origin string
	Size   int64
	// Err says why nothing was signed.
	Err error
}

// Statuses of an answer, which are those of HTTP.
const (
	StatusSigned     = 200
	StatusMalformed  = 400
	StatusNotByLog   = 403
	StatusUnknownLog = 404
	StatusConflict   = 409 // another tree is known: the body says its size
	StatusUnproven   = 422
	StatusUnable     = 503 // a disk, or the clock
)

// Witness remembers for each log the largest checkpoint it has signed. What it has not stored it does not sign.
type Witness struct {
	folder disk.Folder
	lock   io.Closer
	name   string
	signer seal.Signer
	now    func() truce.Instant
	logs   map[string]*log
}

// log is one log that is followed.
type log struct {
	mu     sync.Mutex
	origin string
	keys   []seal.NoteKey
	// latest is the checkpoint that was signed last, or from which the log is followed; signed is how its log wrote it, nil for a log that began empty.
	latest seal.Checkpoint
	signed []byte
	at     truce.Instant // when it was signed
	broken error         // after a failed write nobody knows what is on disk
}

const (
	stateTag   = "truce/witness/v1"
	logsFolder = "logs"
	forkFolder = "forks"
)

// Open takes the folder of a witness for this process. It refuses what it cannot read: a log that is forgotten may show another history.
func Open(folder disk.Folder, name string, signer seal.Signer, now func() truce.Instant) (*Witness, error) {
	lock, err := folder.Lock()
	if err != nil {
		return nil, err
	}
	w := &Witness{folder: folder, lock: lock, name: name, signer: signer, now: now, logs: map[string]*log{}}
	if err := w.load(); err != nil {
		lock.Close()
		return nil, err
	}
	return w, nil
}

// Close gives the folder back.
func (w *Witness) Close() error { return w.lock.Close() }

// Key is what others check the witness's signatures with.
func (w *Witness) Key() (seal.NoteKey, error) { return w.signer.Public().WitnessKey(w.name) }

func (w *Witness) load() error {
	logs, err := w.folder.Folder(logsFolder)
	if err != nil {
		return err
	}
	names, err := logs.Names()
	if err != nil {
		return err
	}
	for _, name := range names {
		b, err := logs.ReadFile(name, seal.MaxCheckpointBytes+MaxLogKeys*1024)
		if err != nil {
			return err
		}
		l, err := w.parseState(b)
		if err == nil && stateName(l.origin) != name {
			err = fmt.Errorf("it is of another log, %q", l.origin)
		}
		if err != nil {
			return &truce.Error{Op: "witness.Open", Kind: truce.Corrupt, Subject: logsFolder + "/" + name, Reason: "what is known of a log cannot be read",
				Hint: "bring the file from a backup, or remove it and follow the log from a checkpoint you can vouch for", Cause: err}
		}
		if _, err := w.time(l); err != nil {
			return err
		}
		w.logs[l.origin] = l
	}
	return nil
}

func stateName(origin string) string {
	h := seal.Bytes([]byte(origin))
	return hex.EncodeToString(h[:])
}

// state writes what is known of a log: its keys, and the latest checkpoint with our signature under it.
func (l *log) state() []byte {
	var b bytes.Buffer
	b.WriteString(stateTag + "\n")
	for _, k := range l.keys {
		fmt.Fprintf(&b, "key %s\n", k)
	}
	b.WriteString("\n")
	b.Write(l.signed)
	return b.Bytes()
}

func (w *Witness) parseState(b []byte) (*log, error) {
	head, signed, ok := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || lines[0] != stateTag || len(lines) < 2 || len(lines)-1 > MaxLogKeys {
		return nil, fmt.Errorf("it does not begin with %s and the keys of a log", stateTag)
	}
	l := &log{}
	for _, line := range lines[1:] {
		vkey, ok := strings.CutPrefix(line, "key ")
		k, err := seal.ParseNoteKey(vkey)
		if !ok || err != nil || k.IsWitness() || l.origin != "" && k.Name() != l.origin {
			return nil, fmt.Errorf("%.80q is not a key of the log", line)
		}
		l.origin = k.Name()
		l.keys = append(l.keys, k)
	}
	l.latest = seal.Checkpoint{Origin: l.origin, Root: seal.EmptyRoot}
	if len(signed) == 0 {
		return l, nil
	}
	own, err := w.Key()
	if err != nil {
		return nil, err
	}
	c, list, err := openLog("witness.Open", signed, append(l.keys[:len(l.keys):len(l.keys)], own))
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(signed, note(c, list)) {
		return nil, errors.New("something that is no signature of the log or of this witness stands under the checkpoint")
	}
	for _, s := range list {
		l.at = max(l.at, s.At)
	}
	l.latest, l.signed = c, signed
	return l, nil
}

// note writes a checkpoint with signatures that were checked, and without those of strangers.
func note(c seal.Checkpoint, list []seal.NoteSignature) []byte {
	b := []byte(c.Text() + "\n")
	for _, s := range list {
		b = append(b, s.Line...)
	}
	return b
}

// store makes durable what is known of a log.
func (w *Witness) store(l *log) error {
	logs, err := w.folder.Folder(logsFolder)
	if err != nil {
		return err
	}
	return logs.WriteFile(stateName(l.origin), l.state())
}

// Follow begins to follow the log of a key, from the start that somebody vouches for, or from an empty log where start is nil: what comes first
// is never believed because it comes first. For a log that is followed already it adds one more key, and takes no start.
func (w *Witness) Follow(key seal.NoteKey, start []byte) error {
	const op truce.Op = "witness.Follow"
	fail := func(kind truce.ErrorKind, reason, hint string) error {
		return &truce.Error{Op: op, Kind: kind, Subject: key.Name(), Reason: reason, Hint: hint}
	}
	if key.IsWitness() {
		return fail(truce.Invalid, "this is the key of a witness", "give the key that signs the log's checkpoints")
	}
	known := w.logs[key.Name()]
	next := &log{origin: key.Name(), keys: []seal.NoteKey{key}, latest: seal.Checkpoint{Origin: key.Name(), Root: seal.EmptyRoot}}
	switch {
	case known != nil && start != nil:
		return fail(truce.Conflict, fmt.Sprintf("it is followed already, from %d records on", known.latest.Size), "leave the start out to add a key")
	case known != nil:
		for _, k := range known.keys {
			if k == key {
				return fail(truce.Conflict, "this key of it is known already", "")
			}
		}
		if len(known.keys) == MaxLogKeys {
			return fail(truce.TooLarge, fmt.Sprintf("it has %d keys already", MaxLogKeys), "")
		}
		next.keys, next.latest, next.signed, next.at = append(known.keys[:len(known.keys):len(known.keys)], key), known.latest, known.signed, known.at
	case len(w.logs) == MaxLogs:
		return fail(truce.TooLarge, fmt.Sprintf("%d logs are followed already", MaxLogs), "")
	case start != nil:
		c, list, err := openLog(op, start, next.keys)
		if err != nil {
			return err
		}
		next.latest, next.signed = c, note(c, list)
	}
	if err := w.store(next); err != nil {
		return err
	}
	w.logs[next.origin] = next
	return nil
}

// Logs counts the logs that are followed, and those of which nothing can be signed any more because a write failed.
func (w *Witness) Logs() (followed, broken int) {
	for _, l := range w.logs {
		l.mu.Lock()
		if l.broken != nil {
			broken++
		}
		l.mu.Unlock()
	}
	return len(w.logs), broken
}

// Latest is the largest checkpoint the witness knows of a log, with its own signature where it gave one; nil where the log is unknown or empty.
func (w *Witness) Latest(origin string) []byte {
	l := w.logs[origin]
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.signed
}

// Add answers a request. A signature is given only for a tree that is shown to hold everything that was signed before, and only after that
// is on disk.
func (w *Witness) Add(body []byte) Answer {
	refuse := func(status int, err error) Answer {
		return Answer{Status: status, Body: []byte(err.Error() + "\n"), Err: err}
	}
	r, err := ParseRequest(body)
	if err != nil {
		return refuse(StatusMalformed, err)
	}
	origin, _, _ := bytes.Cut(r.Checkpoint, []byte("\n"))
	l := w.logs[string(origin)]
	if l == nil {
		return refuse(StatusUnknownLog, &truce.Error{Kind: truce.NotFound, Subject: "the log", Reason: "this witness does not follow it"})
	}
	c, list, err := openLog("witness.Add", r.Checkpoint, l.keys)
	if truce.KindOf(err) == truce.Denied {
		return refuse(StatusNotByLog, err)
	} else if err != nil {
		return refuse(StatusMalformed, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	a := w.add(l, r, c, list)
	a.Origin, a.Size = c.Origin, c.Size
	if a.Body == nil && a.Err != nil {
		a.Body = []byte(a.Err.Error() + "\n")
	}
	return a
}

// add is Add with the log's lock held.
func (w *Witness) add(l *log, r Request, c seal.Checkpoint, signatures []seal.NoteSignature) Answer {
	fail := func(kind truce.ErrorKind, reason string) error {
		return &truce.Error{Op: "witness.Add", Kind: kind, Subject: l.origin, Reason: reason}
	}
	known := Answer{Status: StatusConflict, Body: fmt.Appendf(nil, "%d\n", l.latest.Size), IsSize: true}
	switch {
	case l.broken != nil:
		return Answer{Status: StatusUnable, Err: l.broken}
	case r.Old > c.Size:
		return Answer{Status: StatusMalformed, Err: fail(truce.Invalid, "the old size is larger than the checkpoint's")}
	case c.Size == l.latest.Size && c.Root != l.latest.Root:
		known.Err = fail(truce.Corrupt, "the log signed another root for the same size: its operator shows two records")
		if err := w.keep(Fork{First: l.signed, Second: note(c, signatures)}); err != nil {
			known.Err = fail(truce.Corrupt, "the log signed another root for the same size, and the proof could not be kept: "+err.Error())
		}
		return known
	case r.Old != l.latest.Size:
		known.Err = fail(truce.Conflict, fmt.Sprintf("it is known up to %d, not %d", l.latest.Size, r.Old))
		return known
	case !seal.CheckGrowth(l.latest, c, r.Proof):
		return Answer{Status: StatusUnproven, Err: fail(truce.Corrupt, fmt.Sprintf("it is not shown that the tree of %d holds the one of %d", c.Size, l.latest.Size))}
	}
	now, err := w.time(l)
	if err != nil {
		return Answer{Status: StatusUnable, Err: err}
	}
	s, err := w.signer.Cosign(w.name, c, now)
	if err != nil {
		return Answer{Status: StatusUnable, Err: err}
	}
	next := &log{origin: l.origin, keys: l.keys, signed: note(c, append(signatures, s))}
	if c != l.latest || l.signed == nil { // to sign the same again needs no disk
		if err := w.store(next); err != nil {
			l.broken = err
			return Answer{Status: StatusUnable, Err: err}
		}
	}
	l.latest, l.signed, l.at = c, next.signed, s.At
	return Answer{Status: StatusSigned, Body: []byte(s.Line)}
}

// time is the time to sign with: the clock's, and never before the last signature. A clock that is far behind signs nothing.
func (w *Witness) time(l *log) (truce.Instant, error) {
	now := w.now()
	if now < l.at-MaxClockBack {
		return 0, &truce.Error{Op: "witness.time", Kind: truce.Unavailable, Subject: "the clock", Reason: fmt.Sprintf("it says %v, and %v was signed already", now, l.at),
			Hint: "set the clock; nothing is signed before the last signature"}
	}
	return max(now, l.at), nil
}

// keep stores the proof that a log showed two records.
func (w *Witness) keep(f Fork) error {
	forks, err := w.folder.Folder(forkFolder)
	if err != nil {
		return err
	}
	names, err := forks.Names()
	if err != nil {
		return err
	}
	text := f.Text()
	h := seal.Bytes(text)
	name := hex.EncodeToString(h[:8]) + ".txt"
	if len(names) >= MaxForks { // the first ones prove as much
		return nil
	}
	return forks.WriteFile(name, text)
}
