// Package journaltest is the one suite that every store of records must pass, and the invented records it is made of. What it promises is what
// [journal.Journal] promises. Only tests import it.
package journaltest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/seal"
)

// Draft makes the invented record number i of an author: a body of about size bytes, and where sealed is not "" that as its sealed content.
func Draft(author string, i, size int, sealed string) journal.Draft {
	body := fmt.Appendf(nil, `{"n":%d,"simulated":true,"fill":"`, i)
	if pad := size - len(body) - 2; pad > 0 {
		body = append(body, strings.Repeat("x", pad)...)
	}
	d := journal.Draft{Record: truce.Record{
		ID: truce.RecordID(fmt.Sprintf("r-%s-%d", author, i)), Kind: truce.RecordObservation, Tier: truce.TierMechanism,
		Agreement: "simulated", Version: "1", Author: truce.Author{Person: truce.PersonID("p-" + author), Body: "simulated", Office: truce.OfficeMonitor, Vouch: truce.VouchToken},
		Claimed: 1_500_000_000_000, Received: 1_500_000_001_000, Body: append(body, `"}`...),
	}}
	if sealed != "" {
		d.Sealed = []byte(sealed)
		d.Record.Commitments = []truce.Commitment{{Group: journal.SealedGroup, Digest: truce.Digest(seal.Bytes(d.Sealed))}}
	}
	return d
}

// Chain numbers drafts behind a head, as a writer would, and gives the head they make.
func Chain(after journal.Head, drafts ...journal.Draft) ([]journal.Entry, journal.Head) {
	entries := make([]journal.Entry, len(drafts))
	for i, d := range drafts {
		r := d.Record
		r.Seq, r.Prev, r.Recorded = after.Seq+1, after.Digest, truce.Instant(1_500_000_002_000+int64(after.Seq))
		b := r.Bytes()
		after = journal.Head{Seq: r.Seq, Digest: truce.Digest(seal.Bytes(b))}
		entries[i] = journal.Entry{Seq: r.Seq, Bytes: b, Sealed: d.Sealed}
	}
	return entries, after
}

// Records makes n entries behind a head; every third has sealed content.
func Records(after journal.Head, n int) ([]journal.Entry, journal.Head) {
	drafts := make([]journal.Draft, n)
	for i := range drafts {
		k, sealed := int(after.Seq)+i, ""
		if k%3 == 0 {
			sealed = fmt.Sprintf("sealed content of %d", k)
		}
		drafts[i] = Draft("suite", k, 100+k%700, sealed)
	}
	return Chain(after, drafts...)
}

// All reads a whole journal and copies it.
func All(t testing.TB, j journal.Journal) []journal.Entry {
	t.Helper()
	var out []journal.Entry
	err := j.Read(context.Background(), 1, func(e journal.Entry) error {
		out = append(out, journal.Entry{Seq: e.Seq, Bytes: bytes.Clone(e.Bytes), Sealed: bytes.Clone(e.Sealed)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Same reports whether two readings are the same.
func Same(a, b []journal.Entry) bool {
	return slices.EqualFunc(a, b, func(x, y journal.Entry) bool {
		return x.Seq == y.Seq && bytes.Equal(x.Bytes, y.Bytes) && (x.Sealed == nil) == (y.Sealed == nil) && bytes.Equal(x.Sealed, y.Sealed)
	})
}

// Holds reports which files of a folder, or of one in it, hold a text.
func Holds(t testing.TB, f disk.Folder, text string) []string {
	t.Helper()
	names, err := f.Names()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range names {
		b, err := f.ReadFile(name, 1<<30)
		if err != nil {
			in, err := f.Folder(name)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, Holds(t, in, text)...)
			continue
		}
		if bytes.Contains(b, []byte(text)) {
			found = append(found, name)
		}
	}
	return found
}

// Open opens a store in a folder, or opens it again.
type Open func(folder disk.Folder) (journal.Journal, error)

// Folder gives an empty folder of the test.
func Folder(t testing.TB) disk.Folder {
	t.Helper()
	f, err := disk.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Run holds a store against every promise of [journal.Journal].
func Run(t *testing.T, open Open) {
	start := func(t *testing.T) (journal.Journal, disk.Folder) {
		t.Helper()
		f := Folder(t)
		return reopen(t, open, f), f
	}
	t.Run("an empty journal", func(t *testing.T) { empty(t, must(start(t))) })
	t.Run("order and reopening", func(t *testing.T) { j, f := start(t); order(t, j, f, open) })
	t.Run("another head is a conflict", func(t *testing.T) { conflict(t, must(start(t))) })
	t.Run("what does not follow on is refused", func(t *testing.T) { invalid(t, must(start(t))) })
	t.Run("a batch is all or none", func(t *testing.T) { batch(t, must(start(t))) })
	t.Run("big entries", func(t *testing.T) { j, f := start(t); big(t, j, f, open) })
	t.Run("the store keeps no reference", func(t *testing.T) { keepsNothing(t, must(start(t))) })
	t.Run("an error ends a reading", func(t *testing.T) { stops(t, must(start(t))) })
	t.Run("contexts", func(t *testing.T) { contexts(t, must(start(t))) })
	t.Run("waiting", func(t *testing.T) { waiting(t, must(start(t))) })
	t.Run("many read while one writes", func(t *testing.T) { concurrent(t, must(start(t))) })
	t.Run("one of many writers wins each head", func(t *testing.T) { races(t, must(start(t))) })
	t.Run("erasing leaves no trace", func(t *testing.T) { j, f := start(t); erases(t, j, f, open) })
	t.Run("erasing while others read", func(t *testing.T) { erasesAmongReaders(t, must(start(t))) })
	t.Run("a second process is refused", func(t *testing.T) {
		_, f := start(t)
		if second, err := open(f); truce.KindOf(err) != truce.Conflict || truce.HintOf(err) == "" {
			if err == nil {
				second.Close()
			}
			t.Fatal(err)
		}
	})
	t.Run("closing", func(t *testing.T) { closing(t, must(start(t))) })
	t.Run("any sequence of calls", func(t *testing.T) { model(t, open) })
}

func must(j journal.Journal, _ disk.Folder) journal.Journal { return j }

// reopen opens a store and closes it with the test.
func reopen(t *testing.T, open Open, f disk.Folder) journal.Journal {
	t.Helper()
	j, err := open(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func add(t testing.TB, j journal.Journal, after journal.Head, entries []journal.Entry) {
	t.Helper()
	if err := j.Append(context.Background(), after, entries); err != nil {
		t.Fatal(err)
	}
}

func headIs(t testing.TB, j journal.Journal, want journal.Head) {
	t.Helper()
	if got, err := j.Head(context.Background()); err != nil || got != want {
		t.Fatalf("the head is %v (%v), not %v", got, err, want)
	}
}

func empty(t *testing.T, j journal.Journal) {
	headIs(t, j, journal.Head{})
	if got := All(t, j); len(got) != 0 {
		t.Fatal(got)
	}
	if err := j.Erase(context.Background(), []truce.Seq{7}); err != nil {
		t.Fatal("erasing what is not there:", err)
	}
	add(t, j, journal.Head{}, nil)
	headIs(t, j, journal.Head{})
}

func order(t *testing.T, j journal.Journal, f disk.Folder, open Open) {
	var want []journal.Entry
	var head journal.Head
	for _, n := range []int{1, 2, 50, 1, 300} {
		entries, next := Records(head, n)
		add(t, j, head, entries)
		want, head = append(want, entries...), next
		headIs(t, j, head)
	}
	for range 2 {
		if got := All(t, j); !Same(got, want) {
			t.Fatalf("%d entries were read, not the %d that were written", len(got), len(want))
		}
		for _, from := range []truce.Seq{0, 1, 2, 53, 54, head.Seq, head.Seq + 1, head.Seq + 100} {
			next := max(from, 1)
			err := j.Read(context.Background(), from, func(e journal.Entry) error {
				if e.Seq != next || !bytes.Equal(e.Bytes, want[e.Seq-1].Bytes) {
					t.Fatalf("from %d: record %d instead of %d", from, e.Seq, next)
				}
				next++
				return nil
			})
			if err != nil || next != max(head.Seq+1, from, 1) {
				t.Fatalf("from %d: ended before %d, %v", from, next, err)
			}
		}
		report, err := journal.Check(context.Background(), j, journal.Known{Head: head, From: "the test"})
		if err != nil || report.Head != head {
			t.Fatal(report, err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		j = reopen(t, open, f)
		headIs(t, j, head)
	}
	entries, next := Records(head, 3)
	add(t, j, head, entries)
	headIs(t, j, next)
}

func conflict(t *testing.T, j journal.Journal) {
	first, head := Records(journal.Head{}, 5)
	add(t, j, journal.Head{}, first)
	other := head
	other.Digest[3] ^= 1
	for _, after := range []journal.Head{{}, other, {Seq: 4, Digest: head.Digest}, {Seq: 6, Digest: head.Digest}} {
		entries, _ := Records(after, 2)
		if err := j.Append(context.Background(), after, entries); truce.KindOf(err) != truce.Conflict {
			t.Errorf("behind %v: %v", after, err)
		}
	}
	headIs(t, j, head)
	if !Same(All(t, j), first) {
		t.Error("something was written")
	}
	more, head2 := Records(head, 1)
	add(t, j, head, more)
	headIs(t, j, head2)
}

func invalid(t *testing.T, j journal.Journal) {
	first, head := Records(journal.Head{}, 3)
	add(t, j, journal.Head{}, first)
	good := func() []journal.Entry {
		entries, _ := Chain(head, Draft("a", 1, 50, "secret"), Draft("a", 2, 50, ""), Draft("a", 3, 50, "secret"))
		return entries
	}
	for name, spoil := range map[string]func([]journal.Entry) []journal.Entry{
		"a gap":                        func(e []journal.Entry) []journal.Entry { return slices.Delete(e, 1, 2) },
		"another order":                func(e []journal.Entry) []journal.Entry { e[1], e[2] = e[2], e[1]; return e },
		"a number that is not its own": func(e []journal.Entry) []journal.Entry { e[2].Seq++; return e },
		"changed bytes":                func(e []journal.Entry) []journal.Entry { e[0].Bytes[len(e[0].Bytes)-10] ^= 1; return e },
		"no record":                    func(e []journal.Entry) []journal.Entry { e[1].Bytes = []byte("hello"); return e },
		"other sealed content":         func(e []journal.Entry) []journal.Entry { e[2].Sealed[0] ^= 1; return e },
		"sealed without commitment":    func(e []journal.Entry) []journal.Entry { e[1].Sealed = []byte("x"); return e },
		"empty sealed content":         func(e []journal.Entry) []journal.Entry { e[0].Sealed = []byte{}; return e },
	} {
		if err := j.Append(context.Background(), head, spoil(good())); truce.KindOf(err) != truce.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	large, _ := Chain(head, Draft("a", 1, 50, strings.Repeat("s", journal.MaxSealedBytes+1)))
	if err := j.Append(context.Background(), head, large); truce.KindOf(err) != truce.TooLarge {
		t.Error("too much sealed content:", err)
	}
	many, _ := Records(head, journal.MaxBatch+1)
	if err := j.Append(context.Background(), head, many); truce.KindOf(err) != truce.TooLarge {
		t.Error("too many entries:", err)
	}
	if !Same(All(t, j), first) {
		t.Error("something was written")
	}
	add(t, j, head, good())
}

func batch(t *testing.T, j journal.Journal) {
	entries, head := Records(journal.Head{}, 400)
	seen := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for ctx.Err() == nil {
			n := 0
			j.Read(context.Background(), 1, func(journal.Entry) error { n++; return nil })
			if n%100 != 0 {
				seen <- fmt.Errorf("a reader saw %d of batches of 100", n)
				return
			}
		}
		seen <- nil
	}()
	after := journal.Head{}
	for part := range slices.Chunk(entries, 100) {
		add(t, j, after, part)
		after, _ = journal.HeadAt(context.Background(), j, part[99].Seq)
	}
	cancel()
	if err := <-seen; err != nil {
		t.Fatal(err)
	}
	headIs(t, j, head)
}

func big(t *testing.T, j journal.Journal, f disk.Folder, open Open) {
	entries, head := Chain(journal.Head{}, Draft("a", 1, truce.MaxRecordBytes-1000, strings.Repeat("s", journal.MaxSealedBytes)),
		Draft("a", 2, 10, ""), Draft("a", 3, 3<<20, "small"), Draft("a", 4, 10, "t"))
	add(t, j, journal.Head{}, entries)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = reopen(t, open, f)
	headIs(t, j, head)
	if !Same(All(t, j), entries) {
		t.Fatal("what was read is not what was written")
	}
}

func keepsNothing(t *testing.T, j journal.Journal) {
	entries, head := Records(journal.Head{}, 3)
	again, _ := Records(journal.Head{}, 3)
	add(t, j, journal.Head{}, entries)
	for _, e := range entries {
		clear(e.Bytes)
		clear(e.Sealed)
	}
	if !Same(All(t, j), again) {
		t.Fatal("the store looked at the caller's bytes again")
	}
	headIs(t, j, head)
}

func stops(t *testing.T, j journal.Journal) {
	entries, _ := Records(journal.Head{}, 10)
	add(t, j, journal.Head{}, entries)
	stop, n := errors.New("stop"), 0
	err := j.Read(context.Background(), 3, func(journal.Entry) error {
		if n++; n == 4 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || n != 4 {
		t.Fatal(n, err)
	}
}

func contexts(t *testing.T, j journal.Journal) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	entries, head := Records(journal.Head{}, 2)
	if err := j.Append(ctx, journal.Head{}, entries); !errors.Is(err, context.Canceled) {
		t.Error("append:", err)
	}
	headIs(t, j, journal.Head{})
	add(t, j, journal.Head{}, entries) // a context that ended broke nothing
	headIs(t, j, head)
	if err := j.Wait(ctx, 2); !errors.Is(err, context.Canceled) {
		t.Error("wait:", err)
	}
}

func waiting(t *testing.T, j journal.Journal) {
	done := make(chan error, 2)
	go func() { done <- j.Wait(context.Background(), 0) }()
	go func() { done <- j.Wait(context.Background(), 2) }()
	entries, head := Records(journal.Head{}, 3)
	add(t, j, journal.Head{}, entries[:1])
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		t.Fatal("it did not wait for record 3:", err)
	default:
	}
	one, _ := journal.HeadAt(context.Background(), j, 1)
	add(t, j, one, entries[1:])
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	headIs(t, j, head)
	if err := j.Wait(context.Background(), 0); err != nil {
		t.Fatal("for what is there:", err)
	}
	go func() { done <- j.Wait(context.Background(), 3) }()
	j.Close()
	if err := <-done; truce.KindOf(err) != truce.Unavailable || err == nil {
		t.Fatal("a closed store:", err)
	}
}

func concurrent(t *testing.T, j journal.Journal) {
	const total = 600
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	enough := errors.New("enough")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var head journal.Head
			err := journal.Follow(ctx, j, 1, func(e journal.Entry) error {
				_, next, err := journal.Next(head, e)
				if err != nil {
					return err
				}
				if head = next; head.Seq == total {
					return enough
				}
				return nil
			})
			if !errors.Is(err, enough) {
				t.Error("a follower ended at", head, err)
			}
		})
	}
	var head journal.Head
	for head.Seq < total {
		entries, next := Records(head, 1+int(head.Seq)%7)
		if over := int(next.Seq) - total; over > 0 {
			entries, next = Records(head, total-int(head.Seq))
		}
		add(t, j, head, entries)
		head = next
	}
	wg.Wait()
}

func races(t *testing.T, j journal.Journal) {
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for won := 0; won < 10; {
				head, err := j.Head(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				entries, _ := Chain(head, Draft(fmt.Sprint("w", w), won, 80, ""), Draft(fmt.Sprint("w", w), won, 80, "s"))
				switch err := j.Append(context.Background(), head, entries); {
				case err == nil:
					won++
				case truce.KindOf(err) != truce.Conflict:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	report, err := journal.Check(context.Background(), j)
	if err != nil || report.Head.Seq != 80 || report.Sealed != 40 {
		t.Fatal(report, err)
	}
}

func erases(t *testing.T, j journal.Journal, f disk.Folder, open Open) {
	// Contents of many sizes, small ones beside others in one page and large ones over many.
	const canary = "the-name-of-a-source"
	var drafts []journal.Draft
	for i := range 120 {
		drafts = append(drafts, Draft("a", i, 60, strings.Repeat(fmt.Sprintf("%s-%03d;", canary, i), 1+i*i%300)))
	}
	var head journal.Head
	var all []journal.Entry
	for part := range slices.Chunk(drafts, 30) {
		entries, next := Chain(head, part...)
		add(t, j, head, entries)
		head, all = next, append(all, entries...)
	}
	if len(Holds(t, f, canary)) == 0 {
		t.Fatal("the test looks for something that is nowhere")
	}
	gone := map[truce.Seq]bool{}
	erase := func(seqs ...truce.Seq) {
		if err := j.Erase(context.Background(), seqs); err != nil {
			t.Fatal(err)
		}
		for _, s := range seqs {
			gone[s] = true
		}
	}
	look := func(when string) {
		t.Helper()
		for i, e := range all {
			text := fmt.Sprintf("%s-%03d;", canary, i)
			if gone[e.Seq] {
				if found := Holds(t, f, text); len(found) > 0 {
					t.Fatalf("%s: the content of record %d is still in %v", when, e.Seq, found)
				}
			}
		}
		got := All(t, j)
		if len(got) != len(all) {
			t.Fatalf("%s: %d records of %d", when, len(got), len(all))
		}
		for i, e := range got {
			want := all[i].Sealed
			if gone[e.Seq] {
				want = nil
			}
			if !bytes.Equal(e.Bytes, all[i].Bytes) || (want == nil) != (e.Sealed == nil) || !bytes.Equal(e.Sealed, want) {
				t.Fatalf("%s: record %d changed", when, e.Seq)
			}
		}
	}
	erase(1, 2, 3, 40, 77, 120)
	erase(40, 5000) // once more, and what is not there
	look("erased")
	more, next := Records(head, 40)
	add(t, j, head, more)
	head, all = next, append(all, more...)
	for s := truce.Seq(4); s <= 120; s++ {
		if s%2 == 0 {
			erase(s)
		}
	}
	look("erased one by one")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = reopen(t, open, f)
	look("opened again")
	var rest []truce.Seq
	for s := truce.Seq(1); s <= 120; s++ {
		rest = append(rest, s)
	}
	erase(rest...)
	look("erased all")
	if found := Holds(t, f, canary); len(found) > 0 {
		t.Fatal("traces in", found)
	}
	report, err := journal.Check(context.Background(), j, journal.Known{Head: head, From: "the test"})
	if err != nil || len(report.Erased) != 120 {
		t.Fatal(len(report.Erased), err)
	}
}

func erasesAmongReaders(t *testing.T, j journal.Journal) {
	entries, head := Records(journal.Head{}, 300)
	add(t, j, journal.Head{}, entries)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for ctx.Err() == nil {
				if _, err := journal.Check(context.Background(), j); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for s := truce.Seq(1); s <= 60; s += 3 {
		if err := j.Erase(context.Background(), []truce.Seq{s}); err != nil {
			t.Error(err)
		}
	}
	cancel()
	wg.Wait()
	headIs(t, j, head)
}

func closing(t *testing.T, j journal.Journal) {
	entries, head := Records(journal.Head{}, 3)
	add(t, j, journal.Head{}, entries)
	for range 2 {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	next, _ := Records(head, 1)
	_, headErr := j.Head(context.Background())
	for name, err := range map[string]error{
		"head": headErr, "append": j.Append(context.Background(), head, next), "wait": j.Wait(context.Background(), 3),
		"read":  j.Read(context.Background(), 1, func(journal.Entry) error { return nil }),
		"erase": j.Erase(context.Background(), []truce.Seq{1}),
	} {
		if err == nil || truce.KindOf(err) != truce.Unavailable {
			t.Errorf("%s after closing: %v", name, err)
		}
	}
}

// model plays any sequence of calls against a store and a list.
func model(t *testing.T, open Open) {
	// Each sequence syncs a hundred times; rapid's own hundred sequences are for those who ask for them.
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		checks.Value.Set("10")
		defer checks.Value.Set(checks.DefValue)
	}
	rapid.Check(t, func(rt *rapid.T) {
		f := Folder(t)
		j, err := open(f)
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { j.Close() }()
		var want []journal.Entry
		var head journal.Head
		check := func() {
			var got []journal.Entry
			err := j.Read(context.Background(), 1, func(e journal.Entry) error {
				got = append(got, journal.Entry{Seq: e.Seq, Bytes: bytes.Clone(e.Bytes), Sealed: bytes.Clone(e.Sealed)})
				return nil
			})
			if err != nil || !Same(got, want) {
				rt.Fatalf("%d entries instead of %d: %v", len(got), len(want), err)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"append": func(rt *rapid.T) {
				var drafts []journal.Draft
				for i := range rapid.IntRange(1, 20).Draw(rt, "n") {
					sealed := rapid.SampledFrom([]int{0, 0, 1, 100, 5000}).Draw(rt, "sealed")
					drafts = append(drafts, Draft("m", i, rapid.SampledFrom([]int{1, 300, 4000, 9000}).Draw(rt, "size"), strings.Repeat("s", sealed)))
				}
				entries, next := Chain(head, drafts...)
				if err := j.Append(context.Background(), head, entries); err != nil {
					rt.Fatal(err)
				}
				want, head = append(want, entries...), next
			},
			"conflict": func(rt *rapid.T) {
				entries, _ := Chain(journal.Head{Seq: head.Seq + 1}, Draft("m", 0, 10, ""))
				if err := j.Append(context.Background(), journal.Head{Seq: head.Seq + 1}, entries); truce.KindOf(err) != truce.Conflict {
					rt.Fatal(err)
				}
			},
			"erase": func(rt *rapid.T) {
				if len(want) == 0 {
					rt.Skip("nothing to erase")
				}
				seqs := rapid.SliceOfN(rapid.IntRange(1, len(want)), 1, 5).Draw(rt, "seqs")
				var list []truce.Seq
				for _, s := range seqs {
					list = append(list, truce.Seq(s))
					want[s-1].Sealed = nil
				}
				if err := j.Erase(context.Background(), list); err != nil {
					rt.Fatal(err)
				}
			},
			"reopen": func(rt *rapid.T) {
				if err := j.Close(); err != nil {
					rt.Fatal(err)
				}
				if j, err = open(f); err != nil {
					rt.Fatal(err)
				}
				if got, err := j.Head(context.Background()); err != nil || got != head {
					rt.Fatal(got, err)
				}
			},
			"read": func(*rapid.T) { check() },
		})
		check()
	})
}
