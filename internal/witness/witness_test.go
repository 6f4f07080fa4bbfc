package witness

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"truce"
	"truce/internal/disk"
	"truce/internal/seal"
)

// Each answer that the protocol asks for.
func TestAnswers(t *testing.T) {
	h := (&history{t: t}).grow(5, "a")
	other := (&history{t: t}).grow(3, "a").grow(2, "b")
	w := newWitness(t, "w.example", newMemory())
	if a := w.Add(h.request(0)); a.Status != StatusSigned {
		t.Fatal(a)
	}
	old := h.fork()
	h.grow(4, "a")
	strange := seal.Checkpoint{Origin: "other.example", Size: 1}
	wrongProof := Request{Old: 5, Checkpoint: h.sign(), Proof: []seal.Hash{{1}}}
	forged := Request{Old: 5, Checkpoint: bytes.Replace(h.sign(), []byte("\n9\n"), []byte("\n8\n"), 1)}
	for _, c := range []struct {
		name   string
		body   []byte
		status int
		size   string
	}{
		{"no request", []byte("hello"), StatusMalformed, ""},
		{"no checkpoint", []byte("old 0\n\nhello"), StatusUnknownLog, ""},
		{"a checkpoint without signatures", []byte("old 0\n\n" + h.at(9).Text()), StatusMalformed, ""},
		{"another log", Request{Checkpoint: must[[]byte](t)(signer("log").SignCheckpoint(strange))}.Bytes(), StatusUnknownLog, ""},
		{"another key", Request{Checkpoint: must[[]byte](t)(signer("thief").SignCheckpoint(h.at(9)))}.Bytes(), StatusNotByLog, ""},
		{"a changed size", forged.Bytes(), StatusNotByLog, ""},
		{"an old size above the new", Request{Old: 10, Checkpoint: h.sign()}.Bytes(), StatusMalformed, ""},
		{"an old size that is not known", h.request(3), StatusConflict, "5\n"},
		{"no old size", h.request(0), StatusConflict, "5\n"},
		{"another root of the known size", other.request(5), StatusConflict, "5\n"},
		{"no proof", Request{Old: 5, Checkpoint: h.sign()}.Bytes(), StatusUnproven, ""},
		{"a wrong proof", wrongProof.Bytes(), StatusUnproven, ""},
		{"a tree that holds another", other.fork().grow(4, "b").request(5), StatusUnproven, ""},
		{"the same again", old.request(5), StatusSigned, ""},
		{"a larger tree", h.request(5), StatusSigned, ""},
		{"a smaller tree", old.request(5), StatusConflict, "9\n"},
		{"too long", append(h.request(9), make([]byte, MaxRequestBytes)...), StatusMalformed, ""},
	} {
		a := w.Add(c.body)
		if a.Status != c.status || a.IsSize != (c.size != "") || c.size != "" && string(a.Body) != c.size || (a.Err == nil) != (c.status == StatusSigned) {
			t.Errorf("%s: %d %q %v", c.name, a.Status, a.Body, a.Err)
		}
	}
	seen, err := NewPolicy(Log{Key: logKey(t)}, peer(t, "w.example")).Open(w.Latest(origin))
	if err != nil || !seen.Met || seen.Size != 9 || seen.By != noon {
		t.Errorf("%+v, %v", seen, err)
	}
}

// The two roots of one size are kept, and prove what the log did to anybody.
func TestAForkIsKeptAsProof(t *testing.T) {
	m := newMemory()
	w := newWitness(t, "w.example", m)
	w.Add((&history{t: t}).grow(5, "a").request(0))
	for i := range MaxForks + 3 {
		w.Add((&history{t: t}).grow(3, "a").grow(2, fmt.Sprint(i)).request(int64(i % 6)))
	}
	forks := must[disk.Folder](t)(m.Folder(forkFolder))
	names := must[[]string](t)(forks.Names())
	if len(names) != MaxForks {
		t.Fatalf("%d proofs", len(names))
	}
	for _, n := range names {
		f := must[Fork](t)(ParseFork(must[[]byte](t)(forks.ReadFile(n, MaxForkBytes))))
		if a, b, err := f.Check(logKey(t)); err != nil || a.Size != 5 || b.Size != 5 || a.Root == b.Root {
			t.Errorf("%v, %v, %v", a, b, err)
		}
	}
}

// What a witness knows is on disk, and survives it. A log it does not remember is none it signs for.
func TestWhatIsKnownSurvives(t *testing.T) {
	folder := must[disk.Folder](t)(disk.Open(filepath.Join(t.TempDir(), "w")))
	w := newWitness(t, "w.example", folder)
	h := (&history{t: t}).grow(5, "a")
	w.Add(h.request(0))
	if _, err := Open(folder, "w.example", signer("w.example"), func() truce.Instant { return noon }); truce.KindOf(err) != truce.Conflict {
		t.Error("two processes hold one folder:", err)
	}
	w.Close()
	now := &clock{at: noon + 10_000}
	w = must[*Witness](t)(Open(folder, "w.example", signer("w.example"), now.now))
	if a := w.Add((&history{t: t}).grow(5, "b").request(0)); a.Status != StatusConflict || string(a.Body) != "5\n" {
		t.Errorf("%d %q", a.Status, a.Body)
	}
	if a := w.Add(h.request(5)); a.Status != StatusSigned {
		t.Error(a.Status, a.Err)
	}
	w.Close()
	if _, err := Open(folder, "w.example", signer("w.example"), func() truce.Instant { return noon - 2*MaxClockBack }); truce.KindOf(err) != truce.Unavailable {
		t.Error("a clock before the last signature:", err)
	}
	logs := must[disk.Folder](t)(folder.Folder(logsFolder))
	name := must[[]string](t)(logs.Names())[0]
	b := must[[]byte](t)(logs.ReadFile(name, 1<<20))
	for i := 0; i < len(b); i += 7 {
		changed := slices.Clone(b)
		changed[i] ^= 1
		if err := logs.WriteFile(name, changed); err != nil {
			t.Fatal(err)
		}
		if w, err := Open(folder, "w.example", signer("w.example"), now.now); err == nil {
			t.Errorf("byte %d is changed and taken: %q", i, changed)
			w.Close()
		} else if truce.KindOf(err) != truce.Corrupt || truce.HintOf(err) == "" {
			t.Error(err)
		}
	}
	if err := logs.WriteFile(name, b); err != nil {
		t.Fatal(err)
	}
	if err := logs.WriteFile(stateName("other.example"), b); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(folder, "w.example", signer("w.example"), now.now); truce.KindOf(err) != truce.Corrupt {
		t.Error("one log under the name of another:", err)
	}
	if err := errors.Join(logs.Remove(stateName("other.example")), logs.Remove(name)); err != nil {
		t.Fatal(err)
	}
	w = must[*Witness](t)(Open(folder, "w.example", signer("w.example"), now.now))
	defer w.Close()
	if a := w.Add(h.request(0)); a.Status != StatusUnknownLog {
		t.Error("a log that was forgotten is signed for:", a.Status)
	}
}

// A start that somebody vouches for takes the place of believing whoever comes first.
func TestAStartIsPinned(t *testing.T) {
	good, bad := (&history{t: t}).grow(5, "a"), (&history{t: t}).grow(5, "b")
	start := good.sign()
	w := must[*Witness](t)(Open(newMemory(), "w.example", signer("w.example"), func() truce.Instant { return noon }))
	if err := w.Follow(logKey(t), must[[]byte](t)(signer("thief").SignCheckpoint(good.at(5)))); truce.KindOf(err) != truce.Denied {
		t.Error("a start that the log did not sign:", err)
	}
	if err := w.Follow(peer(t, "w.example").Key, start); truce.KindOf(err) != truce.Invalid {
		t.Error(err)
	}
	if err := w.Follow(logKey(t), start); err != nil {
		t.Fatal(err)
	}
	if err := w.Follow(logKey(t), start); truce.KindOf(err) != truce.Conflict {
		t.Error("a second start:", err)
	}
	if err := w.Follow(logKey(t), nil); truce.KindOf(err) != truce.Conflict {
		t.Error("a known key:", err)
	}
	for i, r := range [][]byte{bad.request(0), bad.request(5), bad.grow(3, "b").request(5)} {
		if a := w.Add(r); a.Status == StatusSigned {
			t.Errorf("%d: another beginning is signed", i)
		}
	}
	if a := w.Add(good.grow(2, "a").request(5)); a.Status != StatusSigned {
		t.Error(a.Status, a.Err)
	}
	// A log may change its key; the old one goes on to be known.
	second := must[seal.NoteKey](t)(signer("second").Public().LogKey(origin))
	by := Request{Old: 7, Checkpoint: must[[]byte](t)(signer("second").SignCheckpoint(good.at(7)))}.Bytes()
	if a := w.Add(by); a.Status != StatusNotByLog {
		t.Error("control: a key that is not known:", a.Status)
	}
	if err := w.Follow(second, good.sign()); truce.KindOf(err) != truce.Conflict {
		t.Error("a start for a log that is followed:", err)
	}
	if a := w.Add(by); a.Status != StatusNotByLog {
		t.Error("a key that was refused is taken:", a.Status)
	}
	if err := w.Follow(second, nil); err != nil {
		t.Fatal(err)
	}
	if a := w.Add(by); a.Status != StatusSigned {
		t.Error(a.Status, a.Err)
	}
}

func TestTheClock(t *testing.T) {
	now := &clock{at: noon}
	w := must[*Witness](t)(Open(newMemory(), "w.example", signer("w.example"), now.now))
	if err := w.Follow(logKey(t), nil); err != nil {
		t.Fatal(err)
	}
	h := (&history{t: t}).grow(1, "a")
	at := func() truce.Instant {
		a := w.Add(h.request(h.size))
		if a.Status != StatusSigned {
			a = w.Add(h.request(h.size - 1))
		}
		if a.Status != StatusSigned {
			return 0
		}
		_, list, err := seal.OpenCheckpoint(append([]byte(h.at(h.size).Text()+"\n"), a.Body...), peer(t, "w.example").Key)
		if err != nil {
			t.Fatal(err)
		}
		return list[0].At
	}
	if got := at(); got != noon {
		t.Error(got)
	}
	now.set(noon - 1000) // a step of the clock
	if got := at(); got != noon {
		t.Error("a signature before the last one:", got)
	}
	now.set(noon - 2*MaxClockBack)
	if got := at(); got != 0 {
		t.Error("a clock that is far behind signs:", got)
	}
	now.set(noon + 5000)
	h.grow(1, "a")
	if got := at(); got != noon+5000 {
		t.Error(got)
	}
}

// To sign the same again needs no disk, so that nobody who repeats a request wears it out.
func TestTheSameAgainIsNotWritten(t *testing.T) {
	m := newMemory()
	w := newWitness(t, "w.example", m)
	h := (&history{t: t}).grow(2, "a")
	w.Add(h.request(0))
	before := *m.replacement
	for range 5 {
		if a := w.Add(h.request(2)); a.Status != StatusSigned {
			t.Fatal(a.Err)
		}
	}
	if *m.replacement != before {
		t.Errorf("%d writes", *m.replacement-before)
	}
}

// After a failed write nobody knows what is on disk: nothing more is signed for that log.
func TestAFailedWriteStops(t *testing.T) {
	m := newMemory()
	w := newWitness(t, "w.example", m)
	h := (&history{t: t}).grow(2, "a")
	w.Add(h.request(0))
	failing := errors.New("no space")
	broken := false
	w.folder = disk.Faulty(m, func(string, string) error {
		if broken {
			return failing
		}
		return nil
	})
	broken = true
	h.grow(1, "a")
	if a := w.Add(h.request(2)); a.Status != StatusUnable {
		t.Error(a.Status)
	}
	broken = false
	if a := w.Add(h.request(2)); a.Status != StatusUnable {
		t.Error("signed after a failed write:", a.Status)
	}
	if followed, n := w.Logs(); followed != 1 || n != 1 {
		t.Error(followed, n)
	}
}

// crashing lets an operator with two histories try a witness that dies at any moment around a write, and gives the checkpoints that it
// cosigned of each.
func crashing(t *testing.T, seed string, forgetful bool) (a, b int) {
	d := &dice{seal.Bytes([]byte(seed))}
	m := newMemory()
	m.forgetful = false
	newWitness(t, "w.example", m).Close()
	m.forgetful = forgetful
	shared := (&history{t: t}).grow(int64(d.n(4)), "both")
	branches := []*history{shared.fork().grow(1, "a"), shared.fork().grow(1, "b")}
	signed := []int{0, 0}
	for range 12 {
		w := must[*Witness](t)(Open(m, "w.example", signer("w.example"), func() truce.Instant { return noon }))
		die := d.n(3) // before a write, after it, or not at all
		m.write = func() error {
			if die == 0 {
				panic("killed")
			}
			return nil
		}
		m.wrote = func() {
			if die == 1 {
				panic("killed")
			}
		}
		w.folder = m
		i := d.n(2)
		if d.n(2) == 0 {
			branches[i].grow(1, string(rune('a'+i)))
		}
		func() {
			defer func() { recover() }()
			r := w.Add(branches[i].request(0))
			if r.IsSize {
				old, _ := parseSize(strings.TrimSpace(string(r.Body)))
				if old > branches[i].size {
					return
				}
				r = w.Add(branches[i].request(old))
			}
			if r.Status == StatusSigned {
				signed[i]++
			}
		}()
		m.write, m.wrote = nil, nil
		*m.held = false
	}
	return signed[0], signed[1]
}

// Dying between storing and answering never makes a witness sign two histories. The control is a disk that forgets.
func TestCrashesNeverSignTwoHistories(t *testing.T) {
	once := 0
	for i := range 500 {
		a, b := crashing(t, fmt.Sprint(i), false)
		if a > 0 && b > 0 {
			t.Errorf("seed %d: %d and %d checkpoints of two histories are cosigned", i, a, b)
		}
		if a+b > 0 {
			once++
		}
	}
	if once < 400 {
		t.Errorf("only %d of 500 signed anything", once)
	}
	for i := range 500 {
		if a, b := crashing(t, fmt.Sprint(i), true); a > 0 && b > 0 {
			return
		}
	}
	t.Error("control: a witness that forgets signs no two histories")
}

// A larger request that comes while a smaller one is being stored waits for it.
func TestALargerRequestOvertakesNone(t *testing.T) {
	m := newMemory()
	w := newWitness(t, "w.example", m)
	small := (&history{t: t}).grow(5, "a")
	large := small.fork().grow(4, "a")
	if a := w.Add((&history{t: t}).grow(1, "a").request(0)); a.Status != StatusSigned {
		t.Fatal(a)
	}
	var done sync.WaitGroup
	once := new(sync.Once)
	m.write = func() error {
		once.Do(func() {
			done.Go(func() { w.Add(large.request(1)) })
			for range 10_000 {
				runtime.Gosched()
			}
		})
		return nil
	}
	w.folder = m
	a := w.Add(small.request(1))
	done.Wait()
	if c, _, err := seal.OpenCheckpoint(w.Latest(origin), logKey(t)); err != nil || a.Status != StatusSigned || c.Size != 5 {
		t.Errorf("%d, then %v, %v", a.Status, c, err)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	good := Request{Old: 7, Proof: make([]seal.Hash, MaxProofHashes), Checkpoint: []byte("c")}.Bytes()
	if _, err := ParseRequest(good); err != nil {
		t.Fatal("control:", err)
	}
	for name, b := range map[string][]byte{
		"too long":         append(good, bytes.Repeat([]byte("x"), MaxRequestBytes)...),
		"too many hashes":  Request{Old: 7, Proof: make([]seal.Hash, MaxProofHashes+1)}.Bytes(),
		"a zero before":    []byte("old 07\n\nc"),
		"a sign":           []byte("old +7\n\nc"),
		"below nothing":    []byte("old -7\n\nc"),
		"too large":        []byte("old 9223372036854775808\n\nc"),
		"no size":          []byte("old \n\nc"),
		"no word":          []byte("7\n\nc"),
		"no hash":          []byte("old 7\nAAAA\n\nc"),
		"a hash and a tab": []byte("old 7\n" + strings.Repeat("A", 43) + "=\t\n\nc"),
		"bits too many":    []byte("old 7\n" + strings.Repeat("A", 42) + "B=\n\nc"),
		"no empty line":    []byte("old 7\nc"),
	} {
		if r, err := ParseRequest(b); truce.KindOf(err) != truce.Invalid || err == nil {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}

// Requests that cross never roll the witness back.
func TestRequestsThatCross(t *testing.T) {
	w := newWitness(t, "w.example", newMemory())
	var all []*history
	h := &history{t: t}
	for range 30 {
		all = append(all, h.grow(1, "a").fork())
	}
	var done sync.WaitGroup
	for _, h := range all {
		done.Go(func() {
			for old := int64(0); old <= h.size; {
				a := w.Add(h.request(old))
				if a.Status == StatusSigned {
					return
				}
				known, ok := parseSize(strings.TrimSpace(string(a.Body)))
				if !ok || known < old {
					t.Errorf("%d: from %d to %d, %v", h.size, old, known, a.Err)
					return
				}
				old = known
			}
		})
	}
	done.Wait()
	if c, _, err := seal.OpenCheckpoint(w.Latest(origin), logKey(t)); err != nil || c.Size != 30 {
		t.Error(c, err)
	}
}

func FuzzParseRequest(f *testing.F) {
	h := (&history{t: f}).grow(7, "a")
	f.Add(h.request(0))
	f.Add(h.request(3))
	f.Add([]byte("old 1\n\n"))
	w, text := newWitness(f, "w.example", newMemory()), []byte(h.at(7).Text())
	f.Fuzz(func(t *testing.T, b []byte) {
		if a := w.Add(b); a.Status == StatusSigned && !bytes.Contains(b, text) {
			t.Errorf("%q is signed", b)
		}
		r, err := ParseRequest(b)
		if err != nil {
			if truce.KindOf(err) != truce.Invalid {
				t.Error(err)
			}
			return
		}
		if !bytes.Equal(r.Bytes(), b) {
			t.Errorf("%q is written as %q", b, r.Bytes())
		}
	})
}
