package segment

import (
	"context"

	"truce"
	"truce/internal/disk"
	"truce/internal/journal"
)

// HeadName is the name of the head file in a backup, and by custom in a data folder.
const HeadName = "head"

// Backup copies a journal, which may be in use, into an empty folder: plain files and the head that they reach. It checks all that it copies
// and returns that head. A backup without a head file was interrupted and is none.
func Backup(ctx context.Context, j journal.Journal, folder disk.Folder) (journal.Head, error) {
	s, err := Open(ctx, folder, nil)
	if err != nil {
		return journal.Head{}, err
	}
	defer s.Close()
	head, err := journal.Rebuild(ctx, s, j)
	if err != nil {
		return head, err
	}
	if err := journal.CreateHeadFile(folder, HeadName, head); err != nil {
		return head, err
	}
	return head, s.Close()
}

// Restore checks a backup whole and writes it into empty stores and into the data folder that they belong to: first the mark that says the journal
// was restored ([journal.MarkRestored]), then the records, then the head file. The mark stays until [journal.Resume]. Restoring again
// after an interruption begins with empty stores.
func Restore(ctx context.Context, backup, data disk.Folder, into ...journal.Journal) (journal.Head, error) {
	const op truce.Op = "segment.Restore"
	file, err := journal.OpenHeadFile(backup, HeadName)
	if err != nil {
		return journal.Head{}, &truce.Error{Op: op, Kind: truce.KindOf(err), Subject: backup.Path(), Reason: "the backup has no readable head file: it is not complete",
			Hint: "take another backup", Cause: err}
	}
	head := file.Head()
	file.Close()
	s, err := Open(ctx, backup, &head)
	if err != nil {
		return head, err
	}
	defer s.Close()
	if _, err := journal.Check(ctx, s, journal.Known{Head: head, From: "the backup's head file"}); err != nil {
		return head, err
	}
	if err := journal.MarkRestored(data, journal.Restored{Head: head}); err != nil {
		return head, err
	}
	for _, j := range into {
		if _, err := journal.Rebuild(ctx, j, s); err != nil {
			return head, err
		}
	}
	return head, journal.CreateHeadFile(data, HeadName, head)
}
