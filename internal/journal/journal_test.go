package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"truce"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/journal/journaltest"
	"truce/internal/journal/segment"
	"truce/internal/journal/sqlite"
)

var ctx = context.Background()

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pair is a journal and its copy in two folders of one, with a head file: as a node has them.
type pair struct {
	folder        disk.Folder
	primary, copy disk.Folder
}

func newPair(t testing.TB) pair {
	t.Helper()
	f := journaltest.Folder(t)
	p := pair{folder: f}
	var err error
	if p.primary, err = f.Folder("journal"); err != nil {
		t.Fatal(err)
	}
	if p.copy, err = f.Folder("copy"); err != nil {
		t.Fatal(err)
	}
	return p
}

func openSQLite(t testing.TB, f disk.Folder) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(ctx, f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func openSegment(t testing.TB, f disk.Folder) *segment.Store {
	t.Helper()
	s, err := segment.Open(ctx, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func appendTo(t testing.TB, j journal.Journal, after journal.Head, n int) journal.Head {
	t.Helper()
	entries, head := journaltest.Records(after, n)
	if err := j.Append(ctx, after, entries); err != nil {
		t.Fatal(err)
	}
	return head
}

func TestMirrorIsAJournal(t *testing.T) {
	journaltest.Run(t, func(f disk.Folder) (journal.Journal, error) {
		var in [2]disk.Folder
		for i, name := range []string{"journal", "copy"} {
			var err error
			if in[i], err = f.Folder(name); err != nil {
				return nil, err
			}
		}
		a, err := sqlite.Open(ctx, in[0])
		if err != nil {
			return nil, err
		}
		b, err := segment.Open(ctx, in[1], nil)
		if err != nil {
			a.Close()
			return nil, err
		}
		m, _, _, err := journal.OpenMirror(ctx, a, b)
		if err != nil {
			a.Close()
			b.Close()
			return nil, err
		}
		return m, nil
	})
}

// The longer of two stores completes the shorter, whichever it is; erasures meet.
func TestMirrorBringsTwoStoresIntoStep(t *testing.T) {
	for _, longer := range []string{"journal", "copy"} {
		p := newPair(t)
		a, b := journal.Journal(openSQLite(t, p.primary)), journal.Journal(openSegment(t, p.copy))
		head := appendTo(t, a, journal.Head{}, 10)
		appendTo(t, b, journal.Head{}, 10)
		long := a
		if longer == "copy" {
			long = b
		}
		end := appendTo(t, long, head, 7)
		if err := a.Erase(ctx, []truce.Seq{1}); err != nil {
			t.Fatal(err)
		}
		if err := b.Erase(ctx, []truce.Seq{4}); err != nil {
			t.Fatal(err)
		}
		m, report, healed, err := journal.OpenMirror(ctx, a, b, journal.Known{Head: end, From: "the head file"})
		if err != nil {
			t.Fatal(err)
		}
		if report.Head != end || healed.Primary+healed.Copy != 7 || (healed.Copy == 7) != (longer == "journal") || fmt.Sprint(healed.Erased) != "[1 4]" {
			t.Fatalf("%+v %+v", report, healed)
		}
		if !journaltest.Same(journaltest.All(t, a), journaltest.All(t, b)) {
			t.Fatal("they differ still")
		}
		appendTo(t, m, end, 3)
		if !journaltest.Same(journaltest.All(t, a), journaltest.All(t, b)) {
			t.Fatal("they differ again")
		}
		m.Close()
	}
}

func TestMirrorRefusesForksAndLosses(t *testing.T) {
	p := newPair(t)
	a, b := openSQLite(t, p.primary), openSegment(t, p.copy)
	head := appendTo(t, a, journal.Head{}, 5)
	appendTo(t, b, journal.Head{}, 5)
	known := journal.Head{Seq: 9, Digest: truce.Digest{1}}
	_, _, _, err := journal.OpenMirror(ctx, a, b, journal.Known{Head: known, From: "the checkpoint of Monday"})
	if truce.KindOf(err) != truce.Corrupt || !strings.Contains(truce.HintOf(err), "truce repair") || !strings.Contains(err.Error(), "the checkpoint of Monday") {
		t.Fatal(err)
	}
	for i, store := range []journal.Journal{a, b} { // each writes another record 6
		entries, _ := journaltest.Chain(head, journaltest.Draft(fmt.Sprint("fork", i), 1, 40, ""))
		if err := store.Append(ctx, head, entries); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, _, err := journal.OpenMirror(ctx, a, b); truce.KindOf(err) != truce.Corrupt || !strings.Contains(err.Error(), "fork") {
		t.Fatal(err)
	}
}

// When one store fails, nobody is told that the record is written, and opening anew brings the two into step.
func TestMirrorWithAStoreThatFails(t *testing.T) {
	p := newPair(t)
	failing := false
	faulty := disk.Faulty(p.copy, func(op, _ string) error {
		if failing && op == "sync" {
			return syscall.EIO
		}
		return nil
	})
	a := openSQLite(t, p.primary)
	b, err := segment.Open(ctx, faulty, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, _, _, err := journal.OpenMirror(ctx, a, b)
	if err != nil {
		t.Fatal(err)
	}
	head := appendTo(t, m, journal.Head{}, 4)
	failing = true
	entries, next := journaltest.Records(head, 2)
	for range 2 {
		if err := m.Append(ctx, head, entries); truce.KindOf(err) != truce.Unavailable || !errors.Is(err, syscall.EIO) {
			t.Fatal(err)
		}
	}
	if got := journaltest.All(t, m); len(got) != 4 {
		t.Fatalf("%d records can be read, 4 are in both", len(got))
	}
	m.Close()
	failing = false
	m, report, _, err := journal.OpenMirror(ctx, openSQLite(t, p.primary), openSegment(t, p.copy), journal.Known{Head: head, From: "the head file"})
	if err != nil || report.Head != next {
		t.Fatal(report, err)
	}
	m.Close()
}

func TestCheckKnowsWhatTheJournalMustContain(t *testing.T) {
	p := newPair(t)
	a := openSQLite(t, p.primary)
	mid := appendTo(t, a, journal.Head{}, 5)
	end := appendTo(t, a, mid, 5)
	for name, c := range map[string]struct {
		known journal.Known
		ok    bool
	}{
		"its head":           {journal.Known{Head: end, From: "x"}, true},
		"an earlier head":    {journal.Known{Head: mid, From: "x"}, true},
		"an empty journal":   {journal.Known{From: "x"}, true},
		"another at its end": {journal.Known{Head: journal.Head{Seq: 10, Digest: mid.Digest}, From: "x"}, false},
		"another within":     {journal.Known{Head: journal.Head{Seq: 5, Digest: end.Digest}, From: "x"}, false},
		"one further on":     {journal.Known{Head: journal.Head{Seq: 11, Digest: end.Digest}, From: "x"}, false},
	} {
		_, err := journal.Check(ctx, a, c.known)
		if c.ok != (err == nil) || err != nil && (truce.KindOf(err) != truce.Corrupt || !strings.Contains(truce.HintOf(err), "truce repair")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("broken")
	ro := journal.ReadOnly(a, broken)
	entries, _ := journaltest.Records(end, 1)
	if err := ro.Append(ctx, end, entries); truce.KindOf(err) != truce.Unavailable || !errors.Is(err, broken) {
		t.Error(err)
	}
	if err := ro.Erase(ctx, []truce.Seq{1}); truce.KindOf(err) != truce.Unavailable {
		t.Error(err)
	}
	if len(journaltest.All(t, ro)) != 10 {
		t.Error("it cannot be read")
	}
}

func TestRebuildWhileOthersWrite(t *testing.T) {
	p := newPair(t)
	a, b := openSQLite(t, p.primary), openSegment(t, p.copy)
	head := appendTo(t, a, journal.Head{}, 2000)
	if err := a.Erase(ctx, []truce.Seq{1, 10}); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			entries, next := journaltest.Records(head, 5)
			if err := a.Append(ctx, head, entries); err != nil {
				t.Error(err)
				return
			}
			head = next
		}
	}()
	got, err := journal.Rebuild(ctx, b, a)
	<-done
	if err != nil || got.Seq < 2000 {
		t.Fatal(got, err)
	}
	report, err := journal.Check(ctx, b, journal.Known{Head: got, From: "the backup"})
	if err != nil || len(report.Erased) != 2 {
		t.Fatal(report, err)
	}
	if has, err := journal.HeadAt(ctx, a, got.Seq); err != nil || has != got {
		t.Fatal(has, err)
	}
	if _, err := journal.Rebuild(ctx, b, a); truce.KindOf(err) != truce.Conflict {
		t.Fatal("into a store that is not empty:", err)
	}
}

func TestHeadFile(t *testing.T) {
	f := journaltest.Folder(t)
	if _, err := journal.OpenHeadFile(f, "head"); truce.KindOf(err) != truce.NotFound || truce.HintOf(err) == "" {
		t.Fatal("a missing file:", err)
	}
	if err := journal.CreateHeadFile(f, "head", journal.Head{}); err != nil {
		t.Fatal(err)
	}
	var heads []journal.Head
	for i := range 4 {
		h, err := journal.OpenHeadFile(f, "head")
		if err != nil || h.Damaged() {
			t.Fatal(err)
		}
		if i > 0 && h.Head() != heads[i-1] {
			t.Fatal(h.Head(), heads)
		}
		next := journal.Head{Seq: truce.Seq(i + 1), Digest: truce.Digest{byte(i), 7}}
		if err := h.Write(next); err != nil {
			t.Fatal(err)
		}
		heads = append(heads, next)
		h.Close()
		if err := h.Write(next); truce.KindOf(err) != truce.Unavailable {
			t.Fatal("written when closed:", err)
		}
	}
	path := filepath.Join(f.Path(), "head")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 1 + i/100 {
		bad := append([]byte{}, whole...)
		bad[i] ^= 1 << (i % 8)
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := journal.OpenHeadFile(f, "head")
		if err != nil || !h.Damaged() || h.Head() != heads[3] && h.Head() != heads[2] {
			t.Fatalf("byte %d: %v", i, err)
		}
		h.Close()
	}
	for name, b := range map[string][]byte{"empty": {}, "half": whole[:4096], "longer": append(whole, 0), "zeros": make([]byte, 8192)} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := journal.OpenHeadFile(f, "head"); truce.KindOf(err) != truce.Corrupt && truce.KindOf(err) != truce.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARestoredJournalWaitsUntilItIsTold(t *testing.T) {
	p := newPair(t)
	a := openSQLite(t, p.primary)
	end := appendTo(t, a, journal.Head{}, 5)
	if _, ok, err := journal.ReadRestored(p.folder); ok || err != nil {
		t.Fatal(ok, err)
	}
	mark := func() {
		t.Helper()
		if err := journal.MarkRestored(p.folder, journal.Restored{Head: end}); err != nil {
			t.Fatal(err)
		}
	}
	mark()
	if r, ok, err := journal.ReadRestored(p.folder); !ok || err != nil || r.Head != end {
		t.Fatal(r, ok, err)
	}
	ahead := journal.Head{Seq: 6, Digest: truce.Digest{1}}
	other := journal.Head{Seq: 5, Digest: truce.Digest{1}}
	for _, c := range []struct {
		newest    journal.Head
		statement string
	}{{}, {newest: ahead}, {newest: other}, {statement: "ok"}, {newest: ahead, statement: "                      "}} {
		if err := journal.Resume(ctx, p.folder, a, c.newest, c.statement); truce.KindOf(err) != truce.Conflict || truce.HintOf(err) == "" {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, ok, _ := journal.ReadRestored(p.folder); !ok {
		t.Fatal("the mark is gone")
	}
	if err := journal.Resume(ctx, p.folder, a, end, ""); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := journal.ReadRestored(p.folder); ok {
		t.Fatal("the mark is still there")
	}
	mark()
	if err := journal.Resume(ctx, p.folder, a, ahead, "both disks burned; agreed by both guarantors"); err != nil {
		t.Fatal(err)
	}
	if err := p.folder.WriteFile("restored", []byte("truce/restored/v1\nhead 5 00\n")); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := journal.ReadRestored(p.folder); !ok || truce.KindOf(err) != truce.Corrupt {
		t.Fatal(ok, err)
	}
}

// clock is a clock that tests set.
type clock struct{ atomic.Int64 }

func (c *clock) now() truce.Instant { return truce.Instant(c.Load()) }

func newWriter(t testing.TB, j journal.Journal, o journal.Options) *journal.Writer {
	t.Helper()
	if o.Now == nil {
		o.Now = func() truce.Instant { return 1_600_000_000_000 }
	}
	w, err := journal.NewWriter(ctx, j, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func TestWriterNumbersWhatManySubmit(t *testing.T) {
	p := newPair(t)
	a := openSQLite(t, p.primary)
	if err := journal.CreateHeadFile(p.folder, "head", journal.Head{}); err != nil {
		t.Fatal(err)
	}
	file, err := journal.OpenHeadFile(p.folder, "head")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := newWriter(t, a, journal.Options{Head: file})
	var wg sync.WaitGroup
	const writers, each = 16, 20
	for i := range writers {
		wg.Go(func() {
			author, last := fmt.Sprint("w", i), truce.Seq(0)
			for k := range each {
				drafts := []journal.Draft{journaltest.Draft(author, 2*k, 100, ""), journaltest.Draft(author, 2*k+1, 100, "s")}
				first, end, err := w.Submit(ctx, drafts)
				if err != nil || end != first+1 || first <= last {
					t.Error(first, end, err)
					return
				}
				last = end
				if known := file.Head(); known.Seq < end {
					t.Errorf("record %d was acknowledged and the head file knows %d", end, known.Seq)
				}
				err = a.Read(ctx, first, func(e journal.Entry) error {
					if r, err := truce.ParseRecord(e.Bytes); err != nil || e.Seq <= end && r.ID != drafts[e.Seq-first].Record.ID {
						t.Errorf("record %d is another: %v %v", e.Seq, r.ID, err)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	report, err := journal.Check(ctx, a, journal.Known{Head: file.Head(), From: "the head file"})
	if err != nil || report.Head.Seq != 2*writers*each || report.Head != file.Head() {
		t.Fatal(report, err)
	}
	if _, _, err := w.Submit(ctx, []journal.Draft{journaltest.Draft("w", 1, 10, "")}); truce.KindOf(err) != truce.Unavailable {
		t.Fatal("submitted to a closed writer:", err)
	}
}

func TestTheTimeOfRecordingNeverGoesBack(t *testing.T) {
	p := newPair(t)
	a := openSQLite(t, p.primary)
	var c clock
	times := []int64{5000, 7000, 6000, 1, 8000}
	want := []truce.Instant{5000, 7000, 7000, 7000, 8000, 8000}
	w := newWriter(t, a, journal.Options{Now: c.now})
	for i, at := range times {
		c.Store(at)
		if _, _, err := w.Submit(ctx, []journal.Draft{journaltest.Draft("w", i, 10, "")}); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	c.Store(100) // a restart with a clock far behind
	w = newWriter(t, a, journal.Options{Now: c.now})
	if _, _, err := w.Submit(ctx, []journal.Draft{journaltest.Draft("w", 9, 10, "")}); err != nil {
		t.Fatal(err)
	}
	for i, e := range journaltest.All(t, a) {
		if r, err := truce.ParseRecord(e.Bytes); err != nil || r.Recorded != want[i] {
			t.Errorf("record %d: %v, not %v (%v)", i+1, r.Recorded, want[i], err)
		}
	}
}

func TestWriterRefusesDraftsThatCannotBeWritten(t *testing.T) {
	p := newPair(t)
	a := openSQLite(t, p.primary)
	w := newWriter(t, a, journal.Options{})
	draft := func(change func(*journal.Draft)) []journal.Draft {
		d := journaltest.Draft("w", 1, 10, "secret")
		change(&d)
		return []journal.Draft{journaltest.Draft("w", 0, 10, ""), d}
	}
	for name, c := range map[string]struct {
		drafts []journal.Draft
		kind   truce.ErrorKind
	}{
		"nothing":             {nil, truce.Invalid},
		"a number":            {draft(func(d *journal.Draft) { d.Record.Seq = 1 }), truce.Invalid},
		"a digest before":     {draft(func(d *journal.Draft) { d.Record.Prev[0] = 1 }), truce.Invalid},
		"a time of recording": {draft(func(d *journal.Draft) { d.Record.Recorded = 1 }), truce.Invalid},
		"no id":               {draft(func(d *journal.Draft) { d.Record.ID = "" }), truce.Invalid},
		"no kind":             {draft(func(d *journal.Draft) { d.Record.Kind = 0 }), truce.Invalid},
		"other content":       {draft(func(d *journal.Draft) { d.Sealed = []byte("x") }), truce.Invalid},
		"no content":          {draft(func(d *journal.Draft) { d.Sealed = nil }), truce.Invalid},
		"no commitment":       {draft(func(d *journal.Draft) { d.Record.Commitments = nil }), truce.Invalid},
		"too long":            {draft(func(d *journal.Draft) { d.Record.Body = make([]byte, truce.MaxRecordBytes) }), truce.TooLarge},
		"too many":            {make([]journal.Draft, journal.MaxBatch+1), truce.TooLarge},
	} {
		if _, _, err := w.Submit(ctx, c.drafts); err == nil || truce.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if first, last, err := w.Submit(ctx, draft(func(*journal.Draft) {})); err != nil || first != 1 || last != 2 {
		t.Fatal(first, last, err)
	}
}

// gate is a journal whose appends wait to be let through.
type gate struct {
	journal.Journal
	entered, leave chan struct{}
	fail           error
}

func (g *gate) Append(ctx context.Context, after journal.Head, entries []journal.Entry) error {
	g.entered <- struct{}{}
	<-g.leave
	if g.fail != nil {
		return g.fail
	}
	return g.Journal.Append(ctx, after, entries)
}

func TestWriterQueueAndContexts(t *testing.T) {
	p := newPair(t)
	g := &gate{Journal: openSQLite(t, p.primary), entered: make(chan struct{}), leave: make(chan struct{})}
	w := newWriter(t, g, journal.Options{Queue: 2})
	one := func(i int) []journal.Draft { return []journal.Draft{journaltest.Draft("w", i, 10, "")} }
	answers := make(chan error, 3)
	submit := func(ctx context.Context, i int) {
		go func() { _, _, err := w.Submit(ctx, one(i)); answers <- err }()
	}
	writing, stop := context.WithCancel(ctx)
	submit(writing, 1)
	<-g.entered // 1 is being written
	stop()
	if err := <-answers; truce.KindOf(err) != truce.Unavailable || !errors.Is(err, context.Canceled) {
		t.Fatal("who leaves while it is written:", err)
	}
	waiting, leave := context.WithCancel(ctx)
	submit(waiting, 2)
	submit(ctx, 3)
	for w.Waiting() < 2 {
		runtime.Gosched()
	}
	if _, _, err := w.Submit(ctx, one(4)); truce.KindOf(err) != truce.Unavailable || truce.HintOf(err) == "" {
		t.Fatal("one more than may wait:", err)
	}
	leave()
	if err := <-answers; !errors.Is(err, context.Canceled) || truce.KindOf(err) == truce.Unavailable {
		t.Fatal("who leaves while waiting takes the draft back:", err)
	}
	g.leave <- struct{}{}
	<-g.entered
	g.leave <- struct{}{}
	if err := <-answers; err != nil {
		t.Fatal(err)
	}
	w.Close()
	var ids []string
	for _, e := range journaltest.All(t, g) {
		r, _ := truce.ParseRecord(e.Bytes)
		ids = append(ids, string(r.ID))
	}
	if got := strings.Join(ids, " "); got != "r-w-1 r-w-3" {
		t.Fatal(got)
	}
}

func TestAfterAFailureTheWriterRefuses(t *testing.T) {
	p := newPair(t)
	cause := errors.New("the disk is gone")
	g := &gate{Journal: openSQLite(t, p.primary), entered: make(chan struct{}, 9), leave: make(chan struct{}, 9), fail: cause}
	for range 9 {
		g.leave <- struct{}{}
	}
	w := newWriter(t, g, journal.Options{})
	for range 3 {
		if _, _, err := w.Submit(ctx, []journal.Draft{journaltest.Draft("w", 1, 10, "")}); truce.KindOf(err) != truce.Unavailable || !errors.Is(err, cause) || truce.HintOf(err) == "" {
			t.Fatal(err)
		}
	}
	if w.Err() == nil {
		t.Fatal("it says all is well")
	}
	if n := len(g.entered); n != 1 {
		t.Fatalf("the store was tried %d times", n)
	}
}

// What the head file does not know is not acknowledged.
func TestNothingIsAcknowledgedWithoutTheHeadFile(t *testing.T) {
	p := newPair(t)
	if err := journal.CreateHeadFile(p.folder, "head", journal.Head{}); err != nil {
		t.Fatal(err)
	}
	failing := false
	file, err := journal.OpenHeadFile(disk.Faulty(p.folder, func(op, name string) error {
		if failing && op == "sync" {
			return syscall.EIO
		}
		return nil
	}), "head")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	a := openSQLite(t, p.primary)
	w := newWriter(t, a, journal.Options{Head: file})
	one := []journal.Draft{journaltest.Draft("w", 1, 10, "")}
	if _, _, err := w.Submit(ctx, one); err != nil {
		t.Fatal(err)
	}
	failing = true
	for range 2 {
		if _, _, err := w.Submit(ctx, one); truce.KindOf(err) != truce.Unavailable || !errors.Is(err, syscall.EIO) {
			t.Fatal(err)
		}
	}
	w.Close()
	again, err := journal.OpenHeadFile(p.folder, "head")
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	// The record may be there; a new writer takes it in.
	newWriter(t, a, journal.Options{Head: again})
	if end, _ := a.Head(ctx); again.Head() != end {
		t.Fatal(again.Head(), end)
	}
}

func TestAWriterRefusesAJournalBehindItsHeadFile(t *testing.T) {
	p := newPair(t)
	if err := journal.CreateHeadFile(p.folder, "head", journal.Head{Seq: 3}); err != nil {
		t.Fatal(err)
	}
	file, err := journal.OpenHeadFile(p.folder, "head")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := journal.NewWriter(ctx, openSQLite(t, p.primary), journal.Options{Head: file, Now: func() truce.Instant { return 1 }}); truce.KindOf(err) != truce.Corrupt {
		t.Fatal(err)
	}
}
