package segment

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"truce"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/journal/journaltest"
)

var ctx = context.Background()

func TestJournal(t *testing.T) {
	for name, limit := range map[string]int64{"one file": DefaultSegmentBytes, "many files": 2000} {
		t.Run(name, func(t *testing.T) {
			journaltest.Run(t, func(f disk.Folder) (journal.Journal, error) {
				s, err := Open(ctx, f, nil)
				if err != nil {
					return nil, err
				}
				s.limit = limit
				return s, nil
			})
		})
	}
}

// filled gives the folder of a closed store with batches of three records, and the head after each batch.
func filled(t *testing.T, limit int64, batches int) (disk.Folder, []journal.Head) {
	t.Helper()
	f := journaltest.Folder(t)
	s, err := Open(ctx, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.limit = limit
	heads := []journal.Head{{}}
	for range batches {
		before := heads[len(heads)-1]
		entries, head := journaltest.Records(before, 3)
		if err := s.Append(ctx, before, entries); err != nil {
			t.Fatal(err)
		}
		heads = append(heads, head)
	}
	return f, heads
}

func lastFile(t *testing.T, f disk.Folder) string {
	t.Helper()
	names, err := f.Names()
	if err != nil {
		t.Fatal(err)
	}
	for i := len(names) - 1; i >= 0; i-- {
		if filepath.Ext(names[i]) == suffix {
			return filepath.Join(f.Path(), names[i])
		}
	}
	t.Fatal("no file")
	return ""
}

// At the lengths to which a power cut may shorten the file, whole batches stay and an unfinished one goes; where it was acknowledged nothing is
// cut.
func TestATornEndIsCutToWholeBatches(t *testing.T) {
	f, heads := filled(t, DefaultSegmentBytes, 3)
	path := lastFile(t, f)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ends := map[int]int{fileHeaderSize: 0} // length of the file: batches
	for n := fileHeaderSize; n < len(whole); {
		r := reader{file: bytes.NewReader(whole), offset: int64(n), end: int64(len(whole))}
		b, err := r.batch()
		if err != nil || b.fault != "" {
			t.Fatal(b.fault, err)
		}
		ends[n+int(b.size)] = ends[n] + 1
		n += int(b.size)
	}
	kept := 0
	for n := fileHeaderSize; n <= len(whole); n++ {
		if k, ok := ends[n]; ok {
			kept = k
		}
		if n%24 != 0 && !near(ends, n) {
			continue // each length costs syncs
		}
		torn := whole[:n:n]
		for _, c := range []struct {
			name         string
			bytes        []byte
			acknowledged *journal.Head
			opens        bool
		}{
			{"shorter", torn, nil, true},
			{"shorter, and that much acknowledged", torn, &heads[kept], true},
			{"shorter than acknowledged", torn, &heads[3], kept == 3 || ends[n] == kept && n == endOf(ends, kept)},
			{"zeros instead", append(torn, make([]byte, len(whole)-n)...), &heads[kept], true},
		} {
			if err := os.WriteFile(path, c.bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(ctx, f, c.acknowledged)
			if (err == nil) != c.opens || err != nil && truce.KindOf(err) != truce.Corrupt {
				t.Fatalf("%s, %d bytes, %d batches whole: %v", c.name, n, kept, err)
			}
			if err != nil {
				continue
			}
			head, _ := s.Head(ctx)
			s.Close()
			// A batch that zeros happen to complete is complete.
			if head != heads[kept] && !(c.name == "zeros instead" && head == heads[kept+1]) {
				t.Fatalf("%s, %d bytes: the head is %v, not %v", c.name, n, head, heads[kept])
			}
		}
	}
}

func near(ends map[int]int, n int) bool {
	for end := range ends {
		if n >= end-2 && n <= end+2 {
			return true
		}
	}
	return false
}

func endOf(ends map[int]int, batches int) int {
	for n, k := range ends {
		if k == batches {
			return n
		}
	}
	return -1
}

// A flipped bit anywhere in any file is found when the journal is opened or checked.
func TestAFlippedBitIsFound(t *testing.T) {
	f, heads := filled(t, 1500, 3)
	names, err := f.Names()
	if err != nil {
		t.Fatal(err)
	}
	known := journal.Known{Head: heads[3], From: "the head file"}
	files := 0
	for _, name := range names {
		if filepath.Ext(name) != suffix {
			continue
		}
		files++
		path := filepath.Join(f.Path(), name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(whole); i += 1 + i%4 {
			bad := bytes.Clone(whole)
			bad[i] ^= 1 << (i * 7 % 8)
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(ctx, f, &heads[3])
			if err == nil {
				_, err = journal.Check(ctx, s, known)
				s.Close()
			}
			if truce.KindOf(err) != truce.Corrupt || truce.HintOf(err) == "" {
				t.Fatalf("%s, byte %d: %v", name, i, err)
			}
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if files < 2 {
		t.Fatal("there is one file only")
	}
	s, err := Open(ctx, f, &heads[3])
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := journal.Check(ctx, s, known); err != nil {
		t.Fatal("the control, unchanged:", err)
	}
}

func TestAMissingFileIsFound(t *testing.T) {
	f, heads := filled(t, 500, 6)
	names, _ := f.Names()
	for _, name := range names {
		if filepath.Ext(name) != suffix {
			continue
		}
		path := filepath.Join(f.Path(), name)
		if err := os.Rename(path, path+".away"); err != nil {
			t.Fatal(err)
		}
		s, err := Open(ctx, f, &heads[6])
		if err == nil {
			_, err = journal.Check(ctx, s, journal.Known{Head: heads[6], From: "the head file"})
			s.Close()
		}
		if truce.KindOf(err) != truce.Corrupt {
			t.Errorf("without %s: %v", name, err)
		}
		if err := os.Rename(path+".away", path); err != nil {
			t.Fatal(err)
		}
	}
}

// After a failed write or sync nothing more is written until the store is opened anew; then every acknowledged record is there.
func TestAFailedWriteBreaksTheStore(t *testing.T) {
	for _, op := range []string{"write", "sync", "replace"} {
		f := journaltest.Folder(t)
		failing := false
		s, err := Open(ctx, disk.Faulty(f, func(o, _ string) error {
			if failing && o == op {
				return syscall.EIO
			}
			return nil
		}), nil)
		if err != nil {
			t.Fatal(err)
		}
		s.limit = 100 // each batch begins a file
		entries, head := journaltest.Records(journal.Head{}, 4)
		if err := s.Append(ctx, journal.Head{}, entries); err != nil {
			t.Fatal(err)
		}
		more, _ := journaltest.Records(head, 2)
		failing = true
		if err := s.Append(ctx, head, more); truce.KindOf(err) != truce.Unavailable || !errors.Is(err, syscall.EIO) {
			t.Fatalf("%s: %v", op, err)
		}
		failing = false
		if err := s.Append(ctx, head, more); truce.KindOf(err) != truce.Unavailable || truce.HintOf(err) == "" {
			t.Fatalf("%s, once more: %v", op, err)
		}
		if err := s.Erase(ctx, []truce.Seq{1}); truce.KindOf(err) != truce.Unavailable {
			t.Fatalf("%s, erasing: %v", op, err)
		}
		if !journaltest.Same(journaltest.All(t, s), entries) {
			t.Fatalf("%s: something else can be read", op)
		}
		s.Close()
		s, err = Open(ctx, f, &head)
		if err != nil {
			t.Fatalf("%s: %v", op, err)
		}
		report, err := journal.Check(ctx, s, journal.Known{Head: head, From: "the test"})
		if err != nil {
			t.Fatalf("%s: %v", op, err)
		}
		after, _ := journaltest.Records(report.Head, 2)
		if err := s.Append(ctx, report.Head, after); err != nil {
			t.Fatalf("%s: %v", op, err)
		}
		s.Close()
	}
}

// A crash between the two steps of an erasure leaves a record marked as erased; it is never shown, and erasing again completes it.
func TestAnInterruptedErasureIsCompleted(t *testing.T) {
	const canary = "the-name-of-a-source"
	f := journaltest.Folder(t)
	syncs := 0
	s, err := Open(ctx, disk.Faulty(f, func(op, _ string) error {
		if op == "sync" {
			if syncs++; syncs == 2 { // 1 is the append
				return syscall.EIO
			}
		}
		return nil
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	entries, head := journaltest.Chain(journal.Head{}, journaltest.Draft("a", 1, 50, canary))
	if err := s.Append(ctx, journal.Head{}, entries); err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(ctx, []truce.Seq{1}); truce.KindOf(err) != truce.Unavailable {
		t.Fatal(err)
	}
	s.Close()
	if s, err = Open(ctx, f, &head); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := journaltest.All(t, s); len(got) != 1 || got[0].Sealed != nil {
		t.Fatal("half an erasure shows content")
	}
	if len(journaltest.Holds(t, f, canary)) == 0 {
		t.Fatal("the test interrupts nothing")
	}
	if err := s.Erase(ctx, []truce.Seq{1}); err != nil {
		t.Fatal(err)
	}
	if found := journaltest.Holds(t, f, canary); len(found) > 0 {
		t.Fatal(found)
	}
}

func FuzzBatch(f *testing.F) {
	entries, _ := journaltest.Records(journal.Head{}, 2)
	heads, err := journal.NextAll(journal.Head{}, entries)
	if err != nil {
		f.Fatal(err)
	}
	b, err := formBatch(entries, heads)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		r := reader{file: bytes.NewReader(b), end: int64(len(b))}
		got, err := r.batch()
		if err != nil {
			t.Fatal(err)
		}
		if got.fault == "" && (got.size > int64(len(b)) || len(got.entries) == 0) {
			t.Fatal(got)
		}
	})
}
