package sqlite

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"truce"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/journal/journaltest"
)

func TestJournal(t *testing.T) {
	journaltest.Run(t, func(f disk.Folder) (journal.Journal, error) {
		s, err := Open(context.Background(), f)
		if err != nil {
			return nil, err
		}
		return s, nil
	})
}

func start(t *testing.T, n int) (*Store, disk.Folder, journal.Head) {
	t.Helper()
	f := journaltest.Folder(t)
	s, err := Open(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	entries, head := journaltest.Records(journal.Head{}, n)
	if n > 0 {
		if err := s.Append(context.Background(), journal.Head{}, entries); err != nil {
			t.Fatal(err)
		}
	}
	return s, f, head
}

// The control of the suite's "erasing leaves no trace": without the two steps that make it complete the content is found.
func TestErasingWithoutItsStepsLeavesTraces(t *testing.T) {
	const canary = "the-name-of-a-source"
	for _, keep := range []bool{true, false} {
		s, f, _ := start(t, 0)
		s.keepTraces = keep
		entries, _ := journaltest.Chain(journal.Head{}, journaltest.Draft("a", 1, 50, canary+strings.Repeat("x", 9000)), journaltest.Draft("a", 2, 50, canary))
		if err := s.Append(context.Background(), journal.Head{}, entries); err != nil {
			t.Fatal(err)
		}
		if err := s.Erase(context.Background(), []truce.Seq{1, 2}); err != nil {
			t.Fatal(err)
		}
		if found := journaltest.Holds(t, f, canary); (len(found) > 0) != keep {
			t.Errorf("with traces kept %v the content was found in %v", keep, found)
		}
	}
}

func TestForeignAndNewerFilesAreRefused(t *testing.T) {
	for name, spoil := range map[string]string{
		"a newer form":        "PRAGMA user_version = 2",
		"an older form":       "PRAGMA user_version = 0",
		"of another program":  "PRAGMA application_id = 12",
		"with another column": "ALTER TABLE record ADD COLUMN note TEXT",
		"with a trigger":      "CREATE TRIGGER forget AFTER INSERT ON record BEGIN DELETE FROM record WHERE seq < new.seq; END",
	} {
		s, f, _ := start(t, 3)
		if _, err := s.write.Exec(spoil); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if _, err := Open(context.Background(), f); truce.KindOf(err) != truce.Invalid || truce.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := journaltest.Folder(t)
	if err := f.WriteFile(fileName, []byte(strings.Repeat("this is not a database ", 100))); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), f); truce.KindOf(err) != truce.Corrupt {
		t.Error("no database:", err)
	}
}

// Whatever is changed behind SQLite's back is found when it is read.
func TestChangedRowsAreCorrupt(t *testing.T) {
	for _, spoil := range []string{
		"DELETE FROM record WHERE seq = 5",
		"UPDATE record SET bytes = x'00' WHERE seq = 5",
		"UPDATE record SET digest = zeroblob(32) WHERE seq = 5",
		"UPDATE record SET digest = x'00' WHERE seq = 5",
		"UPDATE record SET sealed = NULL WHERE seq = 7",
		"UPDATE record SET sealed = x'00' WHERE seq = 7",
		"UPDATE record SET erased = 1 WHERE seq = 5",
		"UPDATE record SET seq = 50 WHERE seq = 5",
		"DELETE FROM record WHERE seq = 10",
	} {
		s, f, head := start(t, 10)
		if _, err := s.write.Exec(spoil); err != nil {
			t.Fatal(err)
		}
		if _, err := journal.Check(context.Background(), s); truce.KindOf(err) != truce.Corrupt || truce.HintOf(err) == "" {
			t.Errorf("%s: %v", spoil, err)
		}
		s.Close()
		s, err := Open(context.Background(), f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := journal.Check(context.Background(), s, journal.Known{Head: head, From: "the head file"}); truce.KindOf(err) != truce.Corrupt {
			t.Errorf("%s, opened anew: %v", spoil, err)
		}
		s.Close()
	}
}

// A write that fails breaks the store until it is opened anew.
func TestAFailedWriteBreaksTheStore(t *testing.T) {
	s, f, head := start(t, 4)
	if _, err := s.write.Exec("PRAGMA max_page_count = 1"); err != nil { // "disk full" of SQLite's own
		t.Fatal(err)
	}
	entries, next := journaltest.Records(head, 200)
	for range 2 {
		err := s.Append(context.Background(), head, entries)
		if truce.KindOf(err) != truce.Unavailable || truce.HintOf(err) == "" {
			t.Fatal(err)
		}
	}
	if err := s.Erase(context.Background(), []truce.Seq{1}); truce.KindOf(err) != truce.Unavailable {
		t.Fatal(err)
	}
	if got := journaltest.All(t, s); len(got) != 4 {
		t.Fatalf("%d records can be seen", len(got))
	}
	s.Close()
	s, err := Open(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Append(context.Background(), head, entries); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Head(context.Background()); got != next {
		t.Fatal(got)
	}
}

// modernc.org/libc must be the very version that modernc.org/sqlite was made with; another corrupts memory.
func TestLibcIsTheOneSQLiteWants(t *testing.T) {
	wanted, have := "", ""
	for _, where := range []struct {
		module string
		to     *string
	}{{"modernc.org/sqlite", &wanted}, {"", &have}} {
		file := "../../../go.mod"
		if where.module != "" {
			out, err := exec.Command("go", "list", "-m", "-f", "{{.GoMod}}", where.module).Output()
			if err != nil {
				t.Fatal(err)
			}
			file = strings.TrimSpace(string(out))
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require ")); len(f) > 1 && f[0] == "modernc.org/libc" {
				*where.to = f[1]
			}
		}
	}
	if wanted == "" || wanted != have {
		t.Fatalf("go.mod has modernc.org/libc %q; modernc.org/sqlite wants %q", have, wanted)
	}
}

// Damage in the structure of a page, which no reading of records meets, would destroy neighbours at a later write. The start finds it.
func TestDamageBetweenRowsIsFound(t *testing.T) {
	s, f, head := start(t, 10)
	s.Close()
	path := filepath.Join(f.Path(), fileName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page, leaf = 4096, 0x0d
	found := 0
	for at := page; at < len(b); at += page {
		if b[at] == leaf { // bytes 5 and 6: where the cells of the page begin
			b[at+5], b[at+6] = 0x0f, 0x00
			found++
		}
	}
	if found == 0 {
		t.Fatal("no page of rows")
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err = Open(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := journaltest.All(t, s); len(got) != int(head.Seq) {
		t.Fatal("the test damages rows, and should not")
	}
	if _, err := journal.Check(context.Background(), s); truce.KindOf(err) != truce.Corrupt || truce.HintOf(err) == "" {
		t.Fatal(err)
	}
}
