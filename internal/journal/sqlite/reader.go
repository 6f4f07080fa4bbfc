package sqlite

import (
	"context"
	"path/filepath"

	"truce"
	"truce/internal/journal"
)

// OpenReader opens the journal in a folder for reading, while another process may be writing it: for a backup of a live system. It reaches as far as the
// journal did when it was opened, and takes no lock.
func OpenReader(ctx context.Context, path string) (journal.Journal, error) {
	const op truce.Op = "sqlite.OpenReader"
	s := &Store{path: filepath.Join(path, fileName)}
	var err error
	if s.read, err = connect(s.path, "mode=ro", "_pragma=query_only(ON)"); err != nil {
		return nil, s.fail(op, err)
	}
	var version int
	if err := s.read.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		s.release()
		return nil, s.fail(op, err)
	}
	if version != schemaVersion {
		s.release()
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: s.path, Reason: "this is no journal that this version of truce can read"}
	}
	head, err := last(ctx, s.read)
	if err != nil {
		s.release()
		return nil, s.fail(op, err)
	}
	s.tail = journal.NewTail(head)
	return journal.ReadOnly(s, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "it was opened for reading only"}), nil
}
