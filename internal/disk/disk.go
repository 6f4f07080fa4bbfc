// Package disk has the few operations on files that a store needs to survive a power cut, and no more: replace a small file at once
// and for good, append and sync, lock a folder against a second process. It is the one package below the node that opens files.
//
// What returned without an error is on disk, as far as the operating system's fsync can be trusted. After a failed write or sync nobody knows
// what is on disk; the caller stops using the file. Names are single names without separators.
package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"truce"
)

// Folder is a folder of files. [Open] gives one on the operating system's file system; [Faulty] makes one that fails on demand.
type Folder interface {
	// Path is where the folder lies, for messages and for libraries that open files themselves.
	Path() string
	// Names lists what is in the folder, in order; what an interrupted WriteFile left behind is not listed.
	Names() ([]string, error)
	// ReadFile reads a small file of at most limit bytes. NotFound where there is none.
	ReadFile(name string, limit int64) ([]byte, error)
	// WriteFile replaces a file: after a crash it holds the old bytes or the new ones.
	WriteFile(name string, data []byte) error
	// File opens a file that is there for reading and writing in place. NotFound where there is none.
	File(name string) (File, error)
	// Remove deletes a file for good. One that is not there is no error.
	Remove(name string) error
	// Folder opens a folder inside, and makes it where it is not there.
	Folder(name string) (Folder, error)
	// Sync returns when the names in the folder are on disk, after somebody else moved files.
	Sync() error
	// Lock takes the folder for this process until the lock is closed or the process ends. Conflict where another holds it.
	Lock() (io.Closer, error)
}

// File is a file read and written in place.
type File interface {
	io.ReaderAt
	io.WriterAt
	Size() (int64, error)
	Truncate(size int64) error
	// Sync returns when what was written is on disk, and the length of the file with it.
	Sync() error
	Close() error
}

// lockName is the file whose lock stands for the folder. It stays when the lock is gone: deleting it would let two processes lock two files.
const lockName = "lock"

// newSuffix marks the file that becomes another by being renamed.
const newSuffix = ".new"

// Open opens a folder, and makes it where it is not there. Its parent must be there. Nobody but this user may read what is in it.
func Open(path string) (Folder, error) { return open(folder{path, 0o600, 0o700}) }

// OpenPublic opens a folder, and makes it where it is not there, that everybody may read, with all that is written into it.
func OpenPublic(path string) (Folder, error) {
	f, err := open(folder{path, publicFile, publicFolder})
	if err == nil {
		if err := os.Chmod(path, publicFolder); err != nil {
			return nil, fail("disk.Open", path, err)
		}
	}
	return f, err
}

func open(f folder) (Folder, error) {
	const op truce.Op = "disk.Open"
	path, made := f.path, false
	if err := os.Mkdir(path, f.inside); err == nil {
		made = true
	} else if !errors.Is(err, fs.ErrExist) {
		return nil, fail(op, path, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fail(op, path, err)
	}
	if !info.IsDir() {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: path, Reason: "it is not a folder"}
	}
	if made {
		if err := syncFolder(filepath.Dir(path)); err != nil {
			return nil, fail(op, path, err)
		}
	}
	return f, nil
}

// folder is a folder whose files and folders get those modes.
type folder struct {
	path         string
	file, inside fs.FileMode
}

func (f folder) Path() string { return f.path }

// in gives the path of a name inside the folder, and refuses names that lead out of it.
func (f folder) in(op truce.Op, name string) (string, error) {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, `/\`+"\x00") {
		return "", &truce.Error{Op: op, Kind: truce.Invalid, Subject: name, Reason: "a name inside a folder has no separators"}
	}
	return filepath.Join(f.path, name), nil
}

func (f folder) Names() ([]string, error) {
	list, err := os.ReadDir(f.path)
	if err != nil {
		return nil, fail("disk.Names", f.path, err)
	}
	var names []string
	for _, e := range list {
		if !strings.HasSuffix(e.Name(), newSuffix) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (f folder) ReadFile(name string, limit int64) ([]byte, error) {
	const op truce.Op = "disk.ReadFile"
	path, err := f.in(op, name)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fail(op, path, err)
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fail(op, path, err)
	}
	if int64(len(b)) > limit {
		return nil, &truce.Error{Op: op, Kind: truce.TooLarge, Subject: path, Reason: "the file is longer than such a file may be"}
	}
	return b, nil
}

func (f folder) WriteFile(name string, data []byte) error {
	const op truce.Op = "disk.WriteFile"
	path, err := f.in(op, name)
	if err != nil {
		return err
	}
	if err := writeSynced(path+newSuffix, data, f.file); err != nil {
		return fail(op, path, err)
	}
	if err := os.Rename(path+newSuffix, path); err != nil {
		return fail(op, path, err)
	}
	if err := syncFolder(f.path); err != nil {
		return fail(op, path, err)
	}
	return nil
}

func writeSynced(path string, data []byte, mode fs.FileMode) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil && mode == publicFile {
		err = file.Chmod(mode) // whatever the user's mask takes away
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func (f folder) File(name string) (File, error) {
	const op truce.Op = "disk.File"
	path, err := f.in(op, name)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fail(op, path, err)
	}
	return openFile{file}, nil
}

func (f folder) Remove(name string) error {
	const op truce.Op = "disk.Remove"
	path, err := f.in(op, name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fail(op, path, err)
	}
	if err := syncFolder(f.path); err != nil {
		return fail(op, path, err)
	}
	return nil
}

func (f folder) Folder(name string) (Folder, error) {
	path, err := f.in("disk.Folder", name)
	if err != nil {
		return nil, err
	}
	if f.inside == publicFolder {
		return OpenPublic(path)
	}
	return Open(path)
}

func (f folder) Sync() error {
	if err := syncFolder(f.path); err != nil {
		return fail("disk.Sync", f.path, err)
	}
	return nil
}

func (f folder) Lock() (io.Closer, error) {
	const op truce.Op = "disk.Lock"
	path := filepath.Join(f.path, lockName)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fail(op, path, err)
	}
	if err := lock(file); err != nil {
		file.Close()
		return nil, &truce.Error{Op: op, Kind: truce.Conflict, Subject: f.path, Reason: "another process uses this folder",
			Hint: "stop the other process first; two writers would destroy each other's records", Cause: err}
	}
	return file, nil
}

type openFile struct{ *os.File }

func (f openFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f openFile) WriteAt(b []byte, at int64) (int, error) {
	n, err := f.File.WriteAt(b, at)
	if err != nil {
		err = fail("disk.WriteAt", f.Name(), err)
	}
	return n, err
}

func (f openFile) Truncate(size int64) error {
	if err := f.File.Truncate(size); err != nil {
		return fail("disk.Truncate", f.Name(), err)
	}
	return nil
}

func (f openFile) Sync() error {
	if err := syncData(f.File); err != nil {
		return fail("disk.Sync", f.Name(), err)
	}
	return nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// fail tells a missing file, a full disk and the rest apart.
func fail(op truce.Op, subject string, err error) error {
	e := &truce.Error{Op: op, Kind: truce.Unavailable, Subject: subject, Cause: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Kind = truce.NotFound
	case errors.Is(err, fs.ErrPermission):
		e.Kind, e.Hint = truce.Denied, "let the user that runs truce own this folder"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		e.Reason, e.Hint = "the disk is full", "free some space, then start again"
	}
	return e
}
