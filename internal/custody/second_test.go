package custody

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"truce"
	"truce/internal/disk"
	"truce/internal/record"
)

// twice gives a store with a second folder, in which one file is kept.
func twice(t *testing.T, b []byte) (w *world, second disk.Folder, blob string, f *record.MediaFile) {
	t.Helper()
	w = newWorld(t, filepath.Join(t.TempDir(), "first"))
	second, err := disk.Open(filepath.Join(t.TempDir(), "second"))
	if err != nil {
		t.Fatal(err)
	}
	w.Second(second)
	blob, f = w.kept(t, b)
	return w, second, blob, f
}

// Whichever copy is damaged, cut or lost, the check finds it and the other mends it; where both are, nothing is overwritten. The control is a store without
// a second folder: there the same damage stays.
func TestOneCopyMendsTheOther(t *testing.T) {
	b := noise(3*chunkBytes + 17)
	harms := map[string]func(path string) error{
		"a flipped bit": func(path string) error {
			x, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			x[len(x)/2] ^= 1
			return os.WriteFile(path, x, 0o600)
		},
		"cut short": func(path string) error { return os.Truncate(path, 1000) },
		"lost":      os.Remove,
	}
	for name, harm := range harms {
		for _, which := range []string{"first", "second", "both", "control"} {
			w, second, blob, f := twice(t, b)
			if err := w.Check(blob, f); err != nil {
				t.Fatal(err)
			}
			if which != "second" {
				if err := harm(filepath.Join(w.path, blob)); err != nil {
					t.Fatal(err)
				}
			}
			if which == "second" || which == "both" {
				if err := harm(filepath.Join(second.Path(), blob)); err != nil {
					t.Fatal(err)
				}
			}
			if which == "control" {
				w.restart(t) // without a second folder
			}
			if err := w.Check(blob, f); truce.KindOf(err) != truce.Corrupt {
				t.Errorf("%s in %s: the check says %v", name, which, err)
			}
			mended, err := w.Mend(blob, f)
			switch which {
			case "first", "second":
				if err != nil || !mended || w.Check(blob, f) != nil || !bytes.Equal(w.content(t, blob, f), b) {
					t.Errorf("%s in %s: mended %v, %v; then %v", name, which, mended, err, w.Check(blob, f))
				}
				if again, err := w.Mend(blob, f); again || err != nil {
					t.Errorf("%s in %s: mended again: %v, %v", name, which, again, err)
				}
			default:
				if err == nil || mended {
					t.Errorf("%s in %s: mended %v from nothing", name, which, mended)
				}
			}
		}
	}
}

// A file is complete only when its second copy is on disk, and what is erased or given up is gone in both.
func TestTheSecondCopyComesFirst(t *testing.T) {
	b := noise(2 * chunkBytes)
	for _, op := range []string{"replace", "write", "sync"} {
		w := newWorld(t, filepath.Join(t.TempDir(), "first"))
		real, err := disk.Open(filepath.Join(t.TempDir(), "second"))
		if err != nil {
			t.Fatal(err)
		}
		full := true
		w.Second(disk.Faulty(real, func(o, _ string) error {
			if full && o == op {
				return errors.New("no space left")
			}
			return nil
		}))
		u, err := w.Begin(Upload{Size: int64(len(b))})
		if err == nil {
			_, err = w.Append(u.Blob, 0, bytes.NewReader(b))
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Complete(u.Blob, truce.Digest{}); truce.KindOf(err) != truce.Unavailable {
			t.Errorf("%s failed and the upload is complete: %v", op, err)
		}
		full = false
		f, err := w.Complete(u.Blob, truce.Digest{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Keep(u.Blob); err != nil {
			t.Fatal(err)
		}
		if err := w.Check(u.Blob, f); err != nil {
			t.Errorf("%s: %v", op, err)
		}
		if err := w.Erase(u.Blob); err != nil {
			t.Fatal(err)
		}
		if names, err := real.Names(); err != nil || len(names) > 0 {
			t.Errorf("erased, and the second folder holds %v, %v", names, err)
		}
	}
	w, second, blob, _ := twice(t, b)
	u, err := w.Begin(Upload{Size: int64(len(b))})
	if err == nil {
		_, err = w.Append(u.Blob, 0, bytes.NewReader(b))
	}
	if err == nil {
		_, err = w.Complete(u.Blob, truce.Digest{})
	}
	if err == nil {
		err = w.Abandon(u.Blob)
	}
	if names, _ := second.Names(); err != nil || len(names) != 1 || names[0] != blob {
		t.Errorf("given up, and the second folder holds %v, %v", names, err)
	}
}

// A second folder that was named later gets what was kept before: also what a crash left half copied there, never what is still being sent, and nothing
// that is destroyed while it is copied. The control is that it had none of it before.
func TestTheSecondCopyIsFilled(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "first"))
	b := noise(2*chunkBytes + 5)
	first, f := w.kept(t, b)
	cut, g := w.kept(t, b)
	gone, _ := w.kept(t, b)
	u, err := w.Begin(Upload{Size: int64(len(b))})
	if err == nil {
		_, err = w.Append(u.Blob, 0, bytes.NewReader(b[:chunkBytes]))
	}
	if err != nil {
		t.Fatal(err)
	}
	real, err := disk.Open(filepath.Join(t.TempDir(), "second"))
	if err == nil {
		err = real.WriteFile(cut, []byte("half"))
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Second(disk.Faulty(real, func(op, name string) error {
		if op == "replace" && name == gone {
			return w.Erase(gone)
		}
		return nil
	}))
	if w.Check(first, f) == nil || w.Check(cut, g) == nil {
		t.Fatal("there is a second copy already")
	}
	if n, err := w.FillSecond(t.Context()); n != 2 || err != nil {
		t.Errorf("%d copied, %v", n, err)
	}
	if err := errors.Join(w.Check(first, f), w.Check(cut, g)); err != nil {
		t.Error(err)
	}
	if names, _ := real.Names(); len(names) != 2 {
		t.Errorf("the second folder holds %v", names)
	}
	if n, err := w.FillSecond(t.Context()); n != 0 || err != nil {
		t.Errorf("once more, and %d copied, %v", n, err)
	}
}
