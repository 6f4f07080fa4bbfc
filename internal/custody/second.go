package custody

import (
	"context"
	"errors"
	"io"
	"slices"

	"truce"
	"truce/internal/disk"
	"truce/internal/record"
	"truce/internal/seal"
)

// Second names a folder on another disk in which every file is kept a second time, as it is: encrypted. It is written before [Store.Complete] returns, so
// before anybody is told that a file is safe, and what is destroyed is destroyed in both. It is called before the store is used.
func (s *Store) Second(folder disk.Folder) { s.second = folder }

// both copies a complete upload to the second folder, where there is one.
func (s *Store) both(blob string) error {
	if s.second == nil {
		return nil
	}
	return copyBlob(s.second, s.blobs, blob)
}

// FillSecond copies what is kept and missing or cut short in the second folder: it was named after files were kept, or is on a new disk. It reports how many
// it copied. Others may use the store meanwhile: what is being uploaded is copied when it is complete, and what was destroyed is not brought back.
func (s *Store) FillSecond(ctx context.Context) (copied int, err error) {
	if s.second == nil {
		return 0, nil
	}
	names, err := s.blobs.Names() // before the uploads: what is begun from here on is neither
	if err != nil {
		return 0, err
	}
	uploads, err := s.uploads.Names()
	if err != nil {
		return 0, err
	}
	for _, blob := range names {
		if !validBlob(blob) || slices.Contains(uploads, blob) || sizeIn(s.second, blob) == sizeIn(s.blobs, blob) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return copied, err
		}
		if err := copyBlob(s.second, s.blobs, blob); err != nil && sizeIn(s.blobs, blob) >= 0 {
			return copied, err
		}
		if sizeIn(s.blobs, blob) >= 0 {
			copied++
		} else if err := s.second.Remove(blob); err != nil { // it was destroyed while it was copied
			return copied, err
		}
	}
	return copied, nil
}

// sizeIn gives how long a file is; -1 where it is not there or cannot be opened.
func sizeIn(in disk.Folder, blob string) int64 {
	f, err := in.File(blob)
	if err != nil {
		return -1
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return -1
	}
	return size
}

// copyBlob copies a file from one folder to another and returns when it is on disk. What was there under the name is written over.
func copyBlob(to, from disk.Folder, blob string) error {
	in, err := from.File(blob)
	if err != nil {
		return err
	}
	defer in.Close()
	size, err := in.Size()
	if err != nil {
		return err
	}
	if err := to.WriteFile(blob, nil); err != nil {
		return err
	}
	out, err := to.File(blob)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(io.NewOffsetWriter(out, 0), io.NewSectionReader(in, 0, size), make([]byte, syncBytes))
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return &truce.Error{Op: "custody.Copy", Kind: truce.Unavailable, Subject: blob, Reason: "its second copy cannot be written", Hint: truce.HintOf(err), Cause: err}
	}
	return nil
}

// Check reads a kept file whole, in each folder, and compares its digest with the one that was taken when it was received. Corrupt where one of them is
// not that file, or is missing.
func (s *Store) Check(blob string, of *record.MediaFile) error {
	err := s.check(s.blobs, blob, of)
	if s.second != nil {
		err = errors.Join(err, s.check(s.second, blob, of))
	}
	return err
}

func (s *Store) check(in disk.Folder, blob string, of *record.MediaFile) error {
	const op truce.Op = "custody.Check"
	f, err := open(in, blob, of)
	if truce.KindOf(err) == truce.NotFound && err != nil {
		return &truce.Error{Op: op, Kind: truce.Corrupt, Subject: blob, Reason: "the file is missing in " + in.Path(), Hint: "truce repair brings it back from the other copy", Cause: err}
	}
	if err != nil {
		return err
	}
	defer f.Close()
	r := seal.NewReader(io.NewSectionReader(f, 0, f.size))
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	if got, _ := r.Sum(); got != of.SHA256 {
		return &truce.Error{Op: op, Kind: truce.Corrupt, Subject: blob, Reason: "the file in " + in.Path() + " is not the one that was received"}
	}
	return nil
}

// Mend makes a kept file whole again in the folder where it is damaged or missing, from the one where it is sound; mended reports whether that was needed.
// An error means that it is whole in neither, or could not be read or written.
func (s *Store) Mend(blob string, of *record.MediaFile) (mended bool, err error) {
	first := s.check(s.blobs, blob, of)
	if s.second == nil {
		return false, first
	}
	second := s.check(s.second, blob, of)
	switch {
	case first == nil && second == nil:
		return false, nil
	case first == nil && truce.KindOf(second) == truce.Corrupt:
		return true, copyBlob(s.second, s.blobs, blob)
	case second == nil && truce.KindOf(first) == truce.Corrupt:
		return true, copyBlob(s.blobs, s.second, blob)
	}
	return false, errors.Join(first, second)
}
