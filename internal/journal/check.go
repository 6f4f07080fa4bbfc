package journal

import (
	"context"
	"fmt"

	"truce"
	"truce/internal/seal"
)

// Hints of what to do about a journal that is not what it was.
const (
	hintRepair = "run `truce fsck` to see what is wrong in each copy, then `truce repair` to rebuild the damaged one from the other"
	hintReopen = "start truce again: opening the journal shows what is on disk"
)

// Whole checks an entry by itself: that its bytes are a record with its number, and that its sealed content, where there is any, is what the record
// commits to. It gives the record and the digest of its bytes. Its errors are Corrupt.
func Whole(e Entry) (truce.Record, truce.Digest, error) {
	if e.whole != nil {
		return e.whole.record, e.whole.digest, nil
	}
	const op truce.Op = "journal.Whole"
	fail := func(reason string, cause error) (truce.Record, truce.Digest, error) {
		return truce.Record{}, truce.Digest{}, &truce.Error{Op: op, Kind: truce.Corrupt, Subject: fmt.Sprintf("record %d", e.Seq),
			Reason: reason, Hint: hintRepair, Cause: cause}
	}
	r, err := truce.ParseRecord(e.Bytes)
	if err != nil {
		return fail("its bytes are not a record", err)
	}
	if r.Seq != e.Seq {
		return fail(fmt.Sprintf("it calls itself record %d", r.Seq), nil)
	}
	if e.Sealed != nil {
		if len(e.Sealed) == 0 {
			return fail("its sealed content is empty; a record without any has none", nil)
		}
		want, ok := r.Commitment(SealedGroup)
		if !ok {
			return fail("it has sealed content that it does not commit to", nil)
		}
		if truce.Digest(seal.Bytes(e.Sealed)) != want {
			return fail("its sealed content is not what it commits to", nil)
		}
	}
	return r, truce.Digest(seal.Bytes(e.Bytes)), nil
}

// Checked is [Whole] for a store that hands the entry on: what was found goes with it, and whoever asks again need not parse and hash again.
func Checked(e *Entry) (truce.Record, truce.Digest, error) {
	r, digest, err := Whole(*e)
	if err == nil {
		e.whole = &found{r, digest}
	}
	return r, digest, err
}

// Next checks that an entry is whole and follows on after a head, and gives the head it makes. Its errors are Corrupt.
func Next(after Head, e Entry) (truce.Record, Head, error) {
	r, digest, err := Whole(e)
	if err != nil {
		return r, Head{}, err
	}
	broken := func(reason string) (truce.Record, Head, error) {
		return truce.Record{}, Head{}, &truce.Error{Op: "journal.Next", Kind: truce.Corrupt, Subject: fmt.Sprintf("record %d", e.Seq),
			Reason: reason, Hint: hintRepair}
	}
	if e.Seq != after.Seq+1 {
		return broken(fmt.Sprintf("record %d should stand here", after.Seq+1))
	}
	if r.Prev != after.Digest {
		return broken(fmt.Sprintf("it was written behind %s, and %s stands before it", r.Prev.Short(), after.Digest.Short()))
	}
	return r, Head{e.Seq, digest}, nil
}

// NextAll checks what a store is asked to append behind a head and gives the head after each entry. Its errors are Invalid, or TooLarge.
func NextAll(after Head, entries []Entry) ([]Head, error) {
	const op truce.Op = "journal.Append"
	if len(entries) > MaxBatch {
		return nil, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: fmt.Sprintf("%d entries are more than the %d written at once", len(entries), MaxBatch)}
	}
	heads, size := make([]Head, len(entries)), 0
	for i, e := range entries {
		if len(e.Sealed) > MaxSealedBytes {
			return nil, &truce.Error{Op: op, Kind: truce.TooLarge, Subject: fmt.Sprintf("record %d", e.Seq),
				Reason: fmt.Sprintf("%d sealed bytes are more than the %d a record may have", len(e.Sealed), MaxSealedBytes)}
		}
		if size += len(e.Bytes) + len(e.Sealed); size > MaxBatchBytes {
			return nil, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: fmt.Sprintf("the entries have more than the %d bytes written at once", MaxBatchBytes)}
		}
		_, head, err := Next(after, e)
		if err != nil {
			return nil, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "the entry does not follow on", Cause: err}
		}
		heads[i], after = head, head
	}
	return heads, nil
}

// Known is a head that somebody knows from elsewhere and that the journal must contain: from the head file, a published checkpoint, another copy.
type Known struct {
	Head Head
	// From says where it is known from, for people: "the head file".
	From string
}

// Report is what a walk through a whole journal found.
type Report struct {
	Head Head
	// Bytes is how many bytes of records and sealed content were read and hashed.
	Bytes int64
	// Sealed counts the records with sealed content, Erased lists those whose content was destroyed.
	Sealed int
	Erased []truce.Seq
}

// Check walks the whole journal: every digest, every link of the chain, every commitment to sealed content, and where the store can
// check its own files, those. The journal must contain every known head; it may reach further than any. What it finds is Corrupt, with a hint
// that names the commands that repair: then nothing may be written, and the report holds what was read until then.
func Check(ctx context.Context, j Journal, known ...Known) (Report, error) {
	const op truce.Op = "journal.Check"
	var report Report
	if s, ok := j.(interface{ CheckFiles(context.Context) error }); ok {
		if err := s.CheckFiles(ctx); err != nil {
			return report, err
		}
	}
	forked := func(k Known, has truce.Digest) error {
		return &truce.Error{Op: op, Kind: truce.Corrupt, Subject: fmt.Sprintf("record %d", k.Head.Seq), Hint: hintRepair,
			Reason: fmt.Sprintf("%s knows it as %s, and the journal holds %s: the journal was forked or restored", k.From, k.Head.Digest.Short(), has.Short())}
	}
	expect := map[truce.Seq][]Known{}
	for _, k := range known {
		expect[k.Head.Seq] = append(expect[k.Head.Seq], k)
	}
	err := j.Read(ctx, 1, func(e Entry) error {
		if e.Seq&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		r, head, err := Next(report.Head, e)
		if err != nil {
			return err
		}
		report.Head = head
		report.Bytes += int64(len(e.Bytes) + len(e.Sealed))
		if e.Sealed != nil {
			report.Sealed++
		} else if _, ok := r.Commitment(SealedGroup); ok {
			report.Erased = append(report.Erased, e.Seq)
		}
		for _, k := range expect[e.Seq] {
			if k.Head.Digest != head.Digest {
				return forked(k, head.Digest)
			}
		}
		return nil
	})
	if err != nil {
		return report, err
	}
	head, err := j.Head(ctx)
	if err != nil {
		return report, err
	}
	if head.Seq < report.Head.Seq || head.Seq == report.Head.Seq && head != report.Head {
		return report, &truce.Error{Op: op, Kind: truce.Corrupt, Reason: fmt.Sprintf("it says it ends at %s and ends at %s", head, report.Head), Hint: hintRepair}
	}
	for _, k := range known {
		if k.Head.Seq > report.Head.Seq {
			return report, &truce.Error{Op: op, Kind: truce.Corrupt, Hint: hintRepair,
				Reason: fmt.Sprintf("it ends at %s, and %s knows %s: records that were acknowledged are missing", report.Head, k.From, k.Head)}
		}
	}
	return report, nil
}

// ReadOnly gives a journal from which one can read and to which nobody can write: every call that would write answers Unavailable with
// the reason, which is mostly an error of [Check].
func ReadOnly(j Journal, why error) Journal { return readOnly{j, why} }

type readOnly struct {
	Journal
	why error
}

func (r readOnly) refuse(op truce.Op) error {
	return &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "the journal is open for reading only", Hint: truce.HintOf(r.why), Cause: r.why}
}

func (r readOnly) Append(context.Context, Head, []Entry) error { return r.refuse("journal.Append") }

func (r readOnly) Erase(context.Context, []truce.Seq) error { return r.refuse("journal.Erase") }
