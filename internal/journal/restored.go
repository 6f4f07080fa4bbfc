package journal

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"truce"
	"truce/internal/disk"
)

// Restored says that a journal was put back from a backup and may be behind what was already published or signed.
type Restored struct {
	Head Head // where the backup ended
}

const (
	restoredName = "restored"
	restoredForm = "truce/restored/v1\nhead %d %s\n"
	// minStatement is the shortest sentence that can say why one carries on without the missing records.
	minStatement = 20
)

// MarkRestored writes down that the journal of this folder was restored. Until [Resume] clears the mark the node neither accepts nor signs.
func MarkRestored(f disk.Folder, r Restored) error {
	return f.WriteFile(restoredName, fmt.Appendf(nil, restoredForm, r.Head.Seq, r.Head.Digest))
}

// ReadRestored reads the mark; ok is false where there is none. A mark that cannot be read is Corrupt and still a mark.
func ReadRestored(f disk.Folder) (r Restored, ok bool, err error) {
	b, err := f.ReadFile(restoredName, 200)
	if truce.KindOf(err) == truce.NotFound && err != nil {
		return r, false, nil
	}
	if err != nil {
		return r, true, err
	}
	var digest []byte
	_, err = fmt.Sscanf(string(b), "truce/restored/v1\nhead %d %x\n", &r.Head.Seq, &digest)
	copy(r.Head.Digest[:], digest)
	if err != nil || string(b) != fmt.Sprintf(restoredForm, r.Head.Seq, r.Head.Digest) {
		return Restored{}, true, &truce.Error{Op: "journal.ReadRestored", Kind: truce.Corrupt, Subject: f.Path() + "/" + restoredName,
			Reason: "the mark of a restored journal cannot be read", Hint: "run `truce restore` again"}
	}
	return r, true, nil
}

// Resume clears the mark of a restored journal. Either newest, the newest head that anybody outside has seen (a published checkpoint, a
// witness, a party's receipt), is in the journal: then nothing is missing. Or a statement of at least twenty characters says why one carries
// on without what is missing; the node writes it down as a record. Otherwise the answer is Conflict and the mark stays.
func Resume(ctx context.Context, f disk.Folder, j Journal, newest Head, statement string) error {
	const op truce.Op = "journal.Resume"
	if utf8.RuneCountInString(strings.TrimSpace(statement)) < minStatement {
		end, err := j.Head(ctx)
		if err != nil {
			return err
		}
		var has Head
		if newest.Seq > 0 && newest.Seq <= end.Seq {
			if has, err = HeadAt(ctx, j, newest.Seq); err != nil {
				return err
			}
		}
		if newest.Seq == 0 || has != newest {
			return &truce.Error{Op: op, Kind: truce.Conflict, Reason: fmt.Sprintf("the restored journal ends at %s and does not contain %s", end, newest),
				Hint: "restore a newer backup or the second copy; or state in a sentence why you carry on without the records that are missing"}
		}
	}
	return f.Remove(restoredName)
}
