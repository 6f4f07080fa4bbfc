// Package segment keeps a journal in plain files that are only ever appended to: the second copy, and the form of backups. The format is its
// own and small enough to be read by another program (docs/reference/journal.md).
//
// An append is one batch, written behind the last and synced. A crash leaves at most one unfinished batch at the end; it is cut off when
// it cannot have been acknowledged, and anything else that does not fit is Corrupt. Sealed content is erased by zeros where it lies.
package segment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"sync"

	"truce"
	"truce/internal/disk"
	"truce/internal/journal"
)

// DefaultSegmentBytes is the length from which on a new file is begun.
const DefaultSegmentBytes = 64 << 20

const hintRepair = "run `truce fsck` to see what is wrong in each copy, then `truce repair` to rebuild the damaged one from the other"

// Store is a journal in a folder of its own.
type Store struct {
	folder disk.Folder
	lock   io.Closer
	tail   *journal.Tail
	limit  int64 // bytes of a file

	// writing lets one append or erasure through at a time.
	writing sync.Mutex
	last    disk.File // the file that is appended to; nil in an empty journal
	cut     int64

	// mu guards what readers see: the files and, while an erasure overwrites them, their bytes.
	mu    sync.RWMutex
	files []*file
}

// file is one segment file.
type file struct {
	name  string
	first truce.Seq
	end   int64 // behind its last batch; of older files their length
	marks []mark
}

// mark says where a batch begins, about every markEvery bytes, so that a reading from the middle need not begin at the front.
type mark struct {
	first  truce.Seq
	offset int64
}

const markEvery = 64 << 10

// note remembers a batch where the last mark is far enough behind.
func (f *file) note(first truce.Seq, offset int64) {
	if n := len(f.marks); n == 0 || offset >= f.marks[n-1].offset+markEvery {
		f.marks = append(f.marks, mark{first, offset})
	}
}

var _ journal.Journal = (*Store)(nil)

// Open opens the journal in a folder, and makes an empty one where there is none. acknowledged is the last head that is known to have been
// acknowledged, from the head file; nil where nobody knows. With it an end that was damaged by a power cut can be told from one that was
// acknowledged: what begins behind it may be cut off. Without it only a batch that ends too early is cut off.
//
// Conflict where another process has the folder; Corrupt where a file or the end does not fit.
func Open(ctx context.Context, folder disk.Folder, acknowledged *journal.Head) (*Store, error) {
	lock, err := folder.Lock()
	if err != nil {
		return nil, err
	}
	s := &Store{folder: folder, lock: lock, limit: DefaultSegmentBytes}
	head, err := s.open(ctx, acknowledged)
	if err != nil {
		if s.last != nil {
			s.last.Close()
		}
		lock.Close()
		return nil, err
	}
	s.tail = journal.NewTail(head)
	return s, nil
}

const suffix = ".segment"

func fileName(first truce.Seq) string { return fmt.Sprintf("%020d%s", first, suffix) }

func (s *Store) open(ctx context.Context, acknowledged *journal.Head) (journal.Head, error) {
	names, err := s.folder.Names()
	if err != nil {
		return journal.Head{}, err
	}
	var before journal.Head // what the last file follows on
	for _, name := range names {
		if !strings.HasSuffix(name, suffix) {
			continue
		}
		if s.last != nil {
			s.last.Close()
		}
		if s.last, err = s.folder.File(name); err != nil {
			return before, err
		}
		size, err := s.last.Size()
		if err != nil {
			return before, err
		}
		b := make([]byte, fileHeaderSize)
		if size < fileHeaderSize {
			return before, s.corrupt(name, 0, "it is shorter than its header")
		}
		if _, err := s.last.ReadAt(b, 0); err != nil {
			return before, s.unreadable(name, err)
		}
		var ok bool
		if before, ok = parseFileHeader(b); !ok || name != fileName(before.Seq+1) {
			return before, s.corrupt(name, 0, "its header is not that of a segment of this name")
		}
		if len(s.files) == 0 && before != (journal.Head{}) {
			return before, s.corrupt(fileName(1), 0, "it is missing")
		}
		s.files = append(s.files, &file{name: name, first: before.Seq + 1, end: size})
	}
	if len(s.files) == 0 {
		return before, nil
	}
	return s.findEnd(ctx, before, acknowledged)
}

// findEnd reads the last file through and cuts off what a crash left unfinished.
func (s *Store) findEnd(ctx context.Context, head journal.Head, acknowledged *journal.Head) (journal.Head, error) {
	f := s.files[len(s.files)-1]
	size := f.end
	f.end = fileHeaderSize
	r := reader{file: s.last, offset: f.end, end: size}
	for r.offset < size {
		b, err := r.batch()
		if err != nil {
			return head, s.unreadable(f.name, err)
		}
		if b.fault == "" && b.first != head.Seq+1 {
			return head, s.corrupt(f.name, r.offset, fmt.Sprintf("record %d stands where record %d belongs", b.first, head.Seq+1))
		}
		if b.fault != "" {
			unfinished := b.short
			if acknowledged != nil {
				unfinished = acknowledged.Seq <= head.Seq
			}
			if !unfinished {
				return head, s.corrupt(f.name, r.offset, b.fault)
			}
			s.cut = size - r.offset
			if err := s.last.Truncate(r.offset); err != nil {
				return head, err
			}
			if err := s.last.Sync(); err != nil {
				return head, err
			}
			break
		}
		for _, e := range b.entries {
			if _, head, err = journal.Next(head, e.Entry); err != nil {
				return head, err
			}
		}
		f.note(b.first, r.offset)
		r.offset += b.size
		f.end = r.offset
		if err := ctx.Err(); err != nil {
			return head, err
		}
	}
	return head, nil
}

// Cut gives how many bytes of an unfinished batch Open cut off at the end.
func (s *Store) Cut() int64 { return s.cut }

// Head implements [journal.Journal].
func (s *Store) Head(context.Context) (journal.Head, error) { return s.tail.Head() }

// Wait implements [journal.Journal].
func (s *Store) Wait(ctx context.Context, after truce.Seq) error { return s.tail.Wait(ctx, after) }

// Append implements [journal.Journal].
func (s *Store) Append(ctx context.Context, after journal.Head, entries []journal.Entry) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.tail.Append(ctx, after, entries, func(_ context.Context, heads []journal.Head) error { return s.append(after, entries, heads) })
}

func (s *Store) append(after journal.Head, entries []journal.Entry, heads []journal.Head) error {
	if s.last == nil || s.files[len(s.files)-1].end >= s.limit {
		if err := s.begin(after); err != nil {
			return err
		}
	}
	b, err := formBatch(entries, heads)
	if err != nil {
		return err
	}
	f := s.files[len(s.files)-1]
	if _, err := s.last.WriteAt(b, f.end); err != nil {
		return err
	}
	if err := s.last.Sync(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f.note(entries[0].Seq, f.end)
	f.end += int64(len(b))
	return nil
}

// begin makes the next file, whole with its header or not at all.
func (s *Store) begin(after journal.Head) error {
	name := fileName(after.Seq + 1)
	if err := s.folder.WriteFile(name, fileHeader(after)); err != nil {
		return err
	}
	next, err := s.folder.File(name)
	if err != nil {
		return err
	}
	if s.last != nil {
		err = s.last.Close()
	}
	s.last = next
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files = append(s.files, &file{name: name, first: after.Seq + 1, end: fileHeaderSize})
	return err
}

// Read implements [journal.Journal].
func (s *Store) Read(ctx context.Context, from truce.Seq, fn func(journal.Entry) error) error {
	head, err := s.tail.Head()
	if err != nil {
		return err
	}
	next := max(from, 1)
	if next > head.Seq {
		return nil
	}
	return s.walk(ctx, next, head.Seq, func(_ *file, _ int64, e entry) error { return fn(e.Entry) })
}

// walk calls fn with each entry of a range, its file and where its batch begins there.
func (s *Store) walk(ctx context.Context, next, to truce.Seq, fn func(*file, int64, entry) error) error {
	for next <= to {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, r := s.seek(next)
		if f == nil {
			return s.missing(next)
		}
		in, err := s.folder.File(f.name)
		if err != nil {
			return s.unreadable(f.name, err)
		}
		r.file = in
		err = s.walkFile(ctx, f, &r, &next, to, fn)
		in.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) walkFile(ctx context.Context, f *file, r *reader, next *truce.Seq, to truce.Seq, fn func(*file, int64, entry) error) error {
	r.lock = s.mu.RLocker()
	started := false
	for r.offset < r.end && *next <= to {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := r.batch()
		if err != nil {
			return s.unreadable(f.name, err)
		}
		if b.fault != "" {
			return s.corrupt(f.name, r.offset, b.fault)
		}
		// The first batch holds number next or lies before it; after that one follows on the other.
		if b.first > *next || started && b.first != *next {
			return s.missing(*next)
		}
		if end := b.first + truce.Seq(len(b.entries)); end <= *next {
			r.offset += b.size
			continue
		}
		s.mu.Lock()
		f.note(b.first, r.offset)
		s.mu.Unlock()
		started = true
		for _, e := range b.entries {
			if e.Seq < *next {
				continue
			}
			if e.Seq > to {
				return nil
			}
			if err := fn(f, r.offset, e); err != nil {
				return err
			}
			*next++
		}
		r.offset += b.size
	}
	if !started {
		return s.missing(*next)
	}
	return nil
}

// seek finds the file that holds a number and the last mark at or before it.
func (s *Store) seek(seq truce.Seq) (*file, reader) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i := sort.Search(len(s.files), func(i int) bool { return s.files[i].first > seq })
	if i == 0 {
		return nil, reader{}
	}
	f := s.files[i-1]
	r := reader{offset: fileHeaderSize, end: f.end}
	if k := sort.Search(len(f.marks), func(k int) bool { return f.marks[k].first > seq }); k > 0 {
		r.offset = f.marks[k-1].offset
	}
	return f, r
}

// Erase implements [journal.Journal]. First each record is marked as erased and that is synced, then its content is overwritten and that is synced:
// at no moment is half a content there that nobody declared erased.
func (s *Store) Erase(ctx context.Context, seqs []truce.Seq) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.tail.Broken(); err != nil {
		return err
	}
	head, err := s.tail.Head()
	if err != nil {
		return err
	}
	seqs = slices.Compact(slices.Sorted(slices.Values(seqs)))
	spots := map[string][]spot{}
	for _, seq := range seqs {
		if seq == 0 || seq > head.Seq {
			continue
		}
		err := s.walk(context.WithoutCancel(ctx), seq, seq, func(f *file, batch int64, e entry) error {
			if e.sealedSize > 0 {
				spots[f.name] = append(spots[f.name], spot{state: batch + e.state, sealed: batch + e.sealed, size: e.sealedSize})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, in := range spots {
		if err := s.overwrite(name, in); err != nil {
			return s.tail.Break(err)
		}
	}
	return nil
}

// spot is where in a file the sealed content of one record lies.
type spot struct {
	state, sealed int64
	size          int
}

func (s *Store) overwrite(name string, spots []spot) (err error) {
	f, err := s.folder.File(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, p := range spots {
		if _, err := f.WriteAt([]byte{stateErased}, p.state); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	for _, p := range spots {
		if _, err := f.WriteAt(make([]byte, p.size), p.sealed); err != nil {
			return err
		}
	}
	return f.Sync()
}

// Close implements [journal.Journal].
func (s *Store) Close() error {
	if !s.tail.Close() {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	var err error
	if s.last != nil {
		err = s.last.Close()
	}
	return errors.Join(err, s.lock.Close())
}

func (s *Store) corrupt(name string, offset int64, reason string) error {
	return &truce.Error{Op: "segment", Kind: truce.Corrupt, Subject: fmt.Sprintf("%s/%s at byte %d", s.folder.Path(), name, offset), Reason: reason, Hint: hintRepair}
}

func (s *Store) missing(seq truce.Seq) error {
	return &truce.Error{Op: "segment", Kind: truce.Corrupt, Subject: fmt.Sprintf("record %d", seq), Reason: "it is missing in " + s.folder.Path(), Hint: hintRepair}
}

// unreadable is for files that were there and cannot be read: the disk, or somebody's hand.
func (s *Store) unreadable(name string, err error) error {
	return &truce.Error{Op: "segment", Kind: truce.Corrupt, Subject: s.folder.Path() + "/" + name, Reason: "it cannot be read", Hint: hintRepair, Cause: err}
}
