package segment

import (
	"os"
	"path/filepath"
	"testing"

	"truce"
	"truce/internal/journal"
	"truce/internal/journal/journaltest"
)

func TestBackupAndRestore(t *testing.T) {
	f, heads := filled(t, DefaultSegmentBytes, 30)
	s, err := Open(ctx, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Erase(ctx, []truce.Seq{4}); err != nil {
		t.Fatal(err)
	}
	backup, data := journaltest.Folder(t), journaltest.Folder(t)
	head, err := Backup(ctx, s, backup)
	if err != nil || head != heads[30] {
		t.Fatal(head, err)
	}
	if _, err := Backup(ctx, s, backup); truce.KindOf(err) != truce.Conflict {
		t.Fatal("over an older backup:", err)
	}
	restored := func() (*Store, error) {
		in, err := data.Folder("journal")
		if err != nil {
			t.Fatal(err)
		}
		j, err := Open(ctx, in, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { j.Close() })
		_, err = Restore(ctx, backup, data, j)
		return j, err
	}
	path := lastFile(t, backup)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"cut": whole[:len(whole)-200], "changed": append(append([]byte{}, whole[:500]...), append([]byte{whole[500] ^ 4}, whole[501:]...)...)} {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := restored()
		if truce.KindOf(err) != truce.Corrupt {
			t.Errorf("a backup that is %s: %v", name, err)
		}
		if end, _ := j.Head(ctx); end.Seq != 0 {
			t.Errorf("a backup that is %s was restored in part", name)
		}
		j.Close()
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := restored()
	if err != nil {
		t.Fatal(err)
	}
	if !journaltest.Same(journaltest.All(t, j), journaltest.All(t, s)) {
		t.Error("what was restored is another journal")
	}
	if mark, ok, err := journal.ReadRestored(data); !ok || err != nil || mark.Head != head {
		t.Error(mark, ok, err)
	}
	if file, err := journal.OpenHeadFile(data, HeadName); err != nil || file.Head() != head {
		t.Error(err)
	} else {
		file.Close()
	}
	if err := os.Remove(filepath.Join(backup.Path(), HeadName)); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if _, err := restored(); truce.KindOf(err) != truce.NotFound || truce.HintOf(err) == "" {
		t.Error("a backup that was interrupted:", err)
	}
}
