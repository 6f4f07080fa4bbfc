package custody

import (
	"fmt"
	"io"
	"sync"

	"truce"
	"truce/internal/disk"
	"truce/internal/record"
	"truce/internal/seal"
)

// File reads a kept file from any place. Each chunk is authenticated before a byte of it is given out. It may be used from many
// goroutines at once.
type File struct {
	f    disk.File
	blob string
	size int64
	key  seal.Key

	mu     sync.Mutex
	at     int64 // the chunk that text holds; -1 for none
	text   []byte
	stored []byte
}

// File opens a kept file, whose record says the key and the size. A blob of another length than it must have is Corrupt, a missing one NotFound.
func (s *Store) File(blob string, of *record.MediaFile) (*File, error) {
	return open(s.blobs, blob, of)
}

func open(in disk.Folder, blob string, of *record.MediaFile) (*File, error) {
	const op truce.Op = "custody.File"
	if !validBlob(blob) || of == nil || of.Size <= 0 {
		return nil, &truce.Error{Op: op, Kind: truce.NotFound, Subject: blob, Reason: "there is no such file, or it was erased"}
	}
	f, err := in.File(blob)
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	if err == nil && size != of.Size+(of.Size+chunkBytes-1)/chunkBytes*seal.Overhead {
		err = &truce.Error{Op: op, Kind: truce.Corrupt, Subject: blob, Reason: fmt.Sprintf("%d bytes are stored, which is not what a file of its size takes", size), Hint: "repair it from the second copy or a backup"}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &File{f: f, blob: blob, size: of.Size, key: of.Key, at: -1, text: make([]byte, 0, chunkBytes), stored: make([]byte, storedBytes)}, nil
}

// Size is the length of the original in bytes.
func (f *File) Size() int64 { return f.size }

// Close releases the file.
func (f *File) Close() error { return f.f.Close() }

// ReadAt reads from any place, as [io.ReaderAt] says. Corrupt means that the stored bytes were changed; no byte of such a chunk is given out.
func (f *File) ReadAt(p []byte, off int64) (n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if off < 0 {
		return 0, &truce.Error{Op: "custody.ReadAt", Kind: truce.Invalid, Subject: f.blob, Reason: "a place before the beginning"}
	}
	for n < len(p) {
		if off >= f.size {
			return n, io.EOF
		}
		if err := f.load(off / chunkBytes); err != nil {
			return n, err
		}
		k := copy(p[n:], f.text[off%chunkBytes:])
		n, off = n+k, off+int64(k)
	}
	return n, nil
}

func (f *File) load(i int64) error {
	if i == f.at {
		return nil
	}
	f.at = -1
	n := min(chunkBytes, f.size-i*chunkBytes)
	stored := f.stored[:n+seal.Overhead]
	if _, err := f.f.ReadAt(stored, i*storedBytes); err != nil {
		return &truce.Error{Op: "custody.ReadAt", Kind: truce.Unavailable, Subject: f.blob, Reason: "it cannot be read", Cause: err}
	}
	text, err := f.key.Decrypt(f.text[:0], stored, chunkContext(i, i*chunkBytes+n == f.size))
	if err != nil {
		return &truce.Error{Op: "custody.ReadAt", Kind: truce.Corrupt, Subject: f.blob, Reason: fmt.Sprintf("the bytes from %d on are not what was written", i*chunkBytes), Hint: "repair it from the second copy or a backup", Cause: err}
	}
	f.text, f.at = text, i
	return nil
}
