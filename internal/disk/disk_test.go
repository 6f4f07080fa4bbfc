package disk_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"truce"
	"truce/internal/disk"
)

func open(t *testing.T) disk.Folder {
	t.Helper()
	f, err := disk.Open(filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFileIsReplacedWholeOrNotAtAll(t *testing.T) {
	f := open(t)
	if err := f.WriteFile("head", []byte("old")); err != nil {
		t.Fatal(err)
	}
	// What a crash between writing and renaming leaves behind is neither listed nor read.
	if err := os.WriteFile(filepath.Join(f.Path(), "head.new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	names, err := f.Names()
	if err != nil || len(names) != 1 || names[0] != "head" {
		t.Fatal(names, err)
	}
	if b, err := f.ReadFile("head", 10); err != nil || string(b) != "old" {
		t.Fatalf("%q, %v", b, err)
	}
	if err := f.WriteFile("head", []byte("new")); err != nil {
		t.Fatal(err)
	}
	if b, _ := f.ReadFile("head", 10); string(b) != "new" {
		t.Fatalf("%q", b)
	}
	if _, err := f.ReadFile("head", 2); truce.KindOf(err) != truce.TooLarge {
		t.Error("a file over the limit:", err)
	}
	if err := f.Remove("head"); err != nil {
		t.Fatal(err)
	}
	if err := f.Remove("head"); err != nil {
		t.Error("removing what is not there:", err)
	}
	if _, err := f.ReadFile("head", 10); truce.KindOf(err) != truce.NotFound {
		t.Error("reading what is not there:", err)
	}
	if _, err := f.File("head"); truce.KindOf(err) != truce.NotFound {
		t.Error("opening what is not there:", err)
	}
}

func TestNamesStayInside(t *testing.T) {
	f := open(t)
	for _, name := range []string{"", ".", "..", "../x", "a/b", `a\b`, "a\x00b"} {
		if err := f.WriteFile(name, nil); truce.KindOf(err) != truce.Invalid {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := f.Folder(name); truce.KindOf(err) != truce.Invalid {
			t.Errorf("folder %q: %v", name, err)
		}
	}
}

func TestAFolderIsLockedOnce(t *testing.T) {
	f := open(t)
	l, err := f.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Lock(); truce.KindOf(err) != truce.Conflict || truce.HintOf(err) == "" {
		t.Fatal("a second lock:", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := f.Lock()
	if err != nil {
		t.Fatal("after the first was closed:", err)
	}
	again.Close()
}

func TestFaultyFailsWhereItIsTold(t *testing.T) {
	full := map[string]bool{}
	f := disk.Faulty(open(t), func(op, name string) error {
		if full[op] {
			return syscall.ENOSPC
		}
		return nil
	})
	if err := f.WriteFile("a", []byte("12345678")); err != nil {
		t.Fatal(err)
	}
	in, err := f.Folder("in")
	if err != nil {
		t.Fatal(err)
	}
	file, err := f.File("a")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for op, try := range map[string]func() error{
		"write":    func() error { _, err := file.WriteAt([]byte("x"), 0); return err },
		"sync":     file.Sync,
		"truncate": func() error { return file.Truncate(4) },
		"replace":  func() error { return in.WriteFile("b", nil) },
		"remove":   func() error { return f.Remove("a") },
	} {
		full[op] = true
		if err := try(); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: %v", op, err)
		}
		full[op] = false
		if op != "remove" {
			if err := try(); err != nil {
				t.Errorf("%s afterwards: %v", op, err)
			}
		}
	}
}
