package journal_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"truce"
	"truce/internal/journal"
	"truce/internal/journal/journaltest"
	"truce/internal/journal/segment"
)

var update = flag.Bool("update", false, "write the folder of the present form; only ever for a new one")

// TestFoldersOfEarlierVersions opens what each form of the files was when it was first written. A folder in testdata is never rewritten: a
// new form gets a new one, and this test opens both.
func TestFoldersOfEarlierVersions(t *testing.T) {
	fill := func(p pair) {
		t.Helper()
		m, _, _, err := journal.OpenMirror(ctx, openSQLite(t, p.primary), openSegment(t, p.copy))
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		head := appendTo(t, m, journal.Head{}, 5)
		head = appendTo(t, m, head, 4)
		if err := m.Erase(ctx, []truce.Seq{4}); err != nil {
			t.Fatal(err)
		}
		if err := journal.CreateHeadFile(p.folder, segment.HeadName, head); err != nil {
			t.Fatal(err)
		}
		if err := journal.MarkRestored(p.folder, journal.Restored{Head: head}); err != nil {
			t.Fatal(err)
		}
	}
	names := []string{"head", "restored", "journal/journal.db", "copy/00000000000000000001.segment"}
	const kept = "testdata/v1"
	if *update {
		p := newPair(t)
		fill(p)
		for _, name := range names {
			b, err := os.ReadFile(filepath.Join(p.folder.Path(), name))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Dir(filepath.Join(kept, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(kept, name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	p := newPair(t)
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(kept, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(p.folder.Path(), name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, err := journal.OpenHeadFile(p.folder, segment.HeadName)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	m, report, healed, err := journal.OpenMirror(ctx, openSQLite(t, p.primary), openSegment(t, p.copy), journal.Known{Head: file.Head(), From: "the head file"})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if report.Head != file.Head() || report.Head.Seq != 9 || report.Sealed != 2 || len(report.Erased) != 1 || healed.Primary+healed.Copy+len(healed.Erased) > 0 {
		t.Fatalf("%+v %+v", report, healed)
	}
	want, head := journaltest.Records(journal.Head{}, 9)
	want[3].Sealed = nil
	if head != report.Head || !journaltest.Same(journaltest.All(t, m), want) {
		t.Fatal("it reads as another journal")
	}
	if mark, ok, err := journal.ReadRestored(p.folder); !ok || err != nil || mark.Head != head {
		t.Fatal(mark, ok, err)
	}
	appendTo(t, m, head, 3)

	// Written today, the plain files are the same to the byte; docs/reference/journal.md describes them.
	today := newPair(t)
	fill(today)
	for _, name := range []string{"head", "restored", "copy/00000000000000000001.segment"} {
		a, err := os.ReadFile(filepath.Join(kept, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(today.folder.Path(), name))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s is written otherwise today (%v)", name, err)
		}
	}
}
