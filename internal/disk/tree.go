package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"truce"
)

// Tree is a folder, with folders inside, of files that can be made again and that everybody may read: pages. A file is replaced at once, and is on disk when Sync
// returned.
type Tree struct {
	path string
	made map[string]bool // folders inside that are there
}

// Modes of what everybody may read: another user's web server hands it out.
const (
	publicFile   = 0o644
	publicFolder = 0o755
)

// NewTree is the tree in a folder, which is made where it is not there. Its parent must be there.
func NewTree(path string) (*Tree, error) {
	if _, err := OpenPublic(path); err != nil {
		return nil, err
	}
	return &Tree{path, map[string]bool{".": true}}, nil
}

// in gives the path of a file, and makes the folders it lies in where it is to be written.
func (t *Tree) in(op truce.Op, name string, make bool) (string, error) {
	if !fs.ValidPath(name) || name == "." {
		return "", &truce.Error{Op: op, Kind: truce.Invalid, Subject: name, Reason: "a file of a tree is named by its path from the top"}
	}
	if dir := filepath.Dir(filepath.FromSlash(name)); make && !t.made[dir] {
		at := filepath.Join(t.path, dir)
		if err := os.MkdirAll(at, publicFolder); err != nil {
			return "", fail(op, at, err)
		}
		for d := at; d != t.path && len(d) > len(t.path); d = filepath.Dir(d) {
			if err := os.Chmod(d, publicFolder); err != nil {
				return "", fail(op, d, err)
			}
		}
		t.made[dir] = true
	}
	return filepath.Join(t.path, filepath.FromSlash(name)), nil
}

// ReadFile reads a file of at most limit bytes. NotFound where there is none.
func (t *Tree) ReadFile(name string, limit int64) ([]byte, error) {
	path, err := t.in("disk.ReadFile", name, false)
	if err != nil {
		return nil, err
	}
	return folder{path: filepath.Dir(path)}.ReadFile(filepath.Base(path), limit)
}

// WriteFile puts a file in its place: whoever reads sees the old one or the new one.
func (t *Tree) WriteFile(name string, data []byte) error {
	const op truce.Op = "disk.WriteFile"
	path, err := t.in(op, name, true)
	if err != nil {
		return err
	}
	err = os.WriteFile(path+newSuffix, data, publicFile)
	if err == nil {
		err = os.Chmod(path+newSuffix, publicFile)
	}
	if err == nil {
		err = os.Rename(path+newSuffix, path)
	}
	if err != nil {
		return fail(op, path, err)
	}
	return nil
}

// Remove deletes a file. One that is not there is no error.
func (t *Tree) Remove(name string) error {
	const op truce.Op = "disk.Remove"
	path, err := t.in(op, name, false)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(op, path, err)
	}
	return nil
}

// Sync returns when what was written is on disk, as far as the system says so.
func (t *Tree) Sync() error {
	syncAll()
	return syncFolder(t.path)
}
