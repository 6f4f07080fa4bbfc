// Package sqlite keeps a journal in one SQLite file: the store that comes with truce. It needs no server and nobody to look after it.
//
// Write-ahead log with synchronous=FULL: an append returns after the log was synced. Sealed content is erased by overwriting it where it lies and
// emptying the log; nothing that was erased stays in the database, its log or its free pages.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"sync"

	"modernc.org/sqlite"

	"truce"
	"truce/internal/disk"
	"truce/internal/journal"
)

// fileName is the database; SQLite puts its log beside it.
const fileName = "journal.db"

const (
	applicationID = 0x74727563 // "truc"
	schemaVersion = 1
)

const schema = `
CREATE TABLE record (
	seq    INTEGER PRIMARY KEY,
	digest BLOB    NOT NULL, -- SHA-256 of bytes
	erased INTEGER NOT NULL, -- 1 once the sealed content was destroyed
	bytes  BLOB    NOT NULL,
	sealed BLOB              -- as many zeros once it was erased
) STRICT`

// SQLite's result codes that say something of their own.
const (
	codeFull    = 13
	codeCorrupt = 11
	codeNotADB  = 26
)

// Store is a journal in a folder of its own.
type Store struct {
	path  string
	tail  *journal.Tail
	lock  io.Closer
	write *sql.DB // one connection
	read  *sql.DB
	// mu lets one append or erasure through at a time.
	mu     sync.Mutex
	insert *sql.Stmt
	// file is the file beside SQLite, to read ahead of it; nil where there was none or where it is only read. It is closed last: whoever closes one descriptor of a
	// file lets go of all locks that the process has on it.
	file disk.File
	// keepTraces leaves out what makes an erasure complete, for the control of its test.
	keepTraces bool
}

var _ journal.Journal = (*Store)(nil)

// Open opens the journal in a folder, and makes an empty one where there is none. Conflict where another process has the folder; Invalid
// where the file is of another program or of a newer truce; Corrupt where it cannot be read.
func Open(ctx context.Context, folder disk.Folder) (*Store, error) {
	const op truce.Op = "sqlite.Open"
	lock, err := folder.Lock()
	if err != nil {
		return nil, err
	}
	s := &Store{path: filepath.Join(folder.Path(), fileName), lock: lock}
	if err := s.open(ctx, folder); err != nil {
		s.release()
		return nil, s.fail(op, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, folder disk.Folder) error {
	// An empty file is made by disk so that its name is durable before anything is written to it.
	if f, err := folder.File(fileName); err == nil {
		s.file = f
	} else if truce.KindOf(err) != truce.NotFound {
		return err
	} else if err := folder.WriteFile(fileName, nil); err != nil {
		return err
	}
	var err error
	if s.write, err = connect(s.path, "_txlock=immediate", "_pragma=journal_mode(WAL)"); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if s.read, err = connect(s.path, "_pragma=query_only(ON)"); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if s.insert, err = s.write.PrepareContext(ctx, "INSERT INTO record (seq, digest, erased, bytes, sealed) VALUES (?, ?, ?, ?, ?)"); err != nil {
		return err
	}
	head, err := last(ctx, s.write)
	if err != nil {
		return err
	}
	s.tail = journal.NewTail(head)
	return nil
}

// connect opens the database with the settings that make its promises true. They are in the code so that no file can change them.
func connect(path string, more ...string) (*sql.DB, error) {
	query := "_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)&_pragma=cell_size_check(ON)" +
		"&_pragma=temp_store(MEMORY)&_pragma=trusted_schema(OFF)&_pragma=wal_autocheckpoint(4000)&_pragma=cache_size(-8000)"
	for _, m := range more {
		query += "&" + m
	}
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: query}).String())
}

// prepare makes the tables of a new file and refuses the file of somebody else. It asks SQLite whether it took the settings.
func (s *Store) prepare(ctx context.Context) error {
	refuse := func(format string, args ...any) error {
		return &truce.Error{Op: "sqlite.Open", Kind: truce.Invalid, Subject: s.path, Reason: fmt.Sprintf(format, args...),
			Hint: "give the data folder of this version of truce; nothing in this one was changed"}
	}
	var tables, app, version, synchronous int
	var mode string
	for query, to := range map[string]any{"SELECT count(*) FROM sqlite_schema": &tables, "PRAGMA application_id": &app, "PRAGMA user_version": &version,
		"PRAGMA synchronous": &synchronous, "PRAGMA journal_mode": &mode} {
		if err := s.write.QueryRowContext(ctx, query).Scan(to); err != nil {
			return err
		}
	}
	if synchronous != 2 || mode != "wal" {
		return refuse("SQLite did not take synchronous=FULL (%d) and the write-ahead log (%s)", synchronous, mode)
	}
	if tables == 0 && app == 0 && version == 0 {
		tx, err := s.write.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for _, q := range []string{schema, fmt.Sprintf("PRAGMA application_id = %d", applicationID), fmt.Sprintf("PRAGMA user_version = %d", schemaVersion)} {
			if _, err := tx.ExecContext(ctx, q); err != nil {
				return err
			}
		}
		return tx.Commit()
	}
	switch {
	case app != applicationID:
		return refuse("it is not a journal of truce")
	case version > schemaVersion:
		return refuse("it was written by a newer version (form %d; this version knows %d)", version, schemaVersion)
	case version < schemaVersion:
		return refuse("it has the unknown form %d", version)
	}
	var text string
	if err := s.write.QueryRowContext(ctx, "SELECT group_concat(sql, ';') FROM sqlite_schema").Scan(&text); err != nil {
		return err
	}
	if want := schema[1:]; text != want {
		return refuse("its tables are not those of form %d", schemaVersion)
	}
	return nil
}

// last reads the head from the end of the table.
func last(ctx context.Context, db *sql.DB) (journal.Head, error) {
	var head journal.Head
	var digest []byte
	err := db.QueryRowContext(ctx, "SELECT seq, digest FROM record ORDER BY seq DESC LIMIT 1").Scan(&head.Seq, &digest)
	if errors.Is(err, sql.ErrNoRows) {
		return head, nil
	}
	copy(head.Digest[:], digest)
	return head, err
}

// Head implements [journal.Journal].
func (s *Store) Head(context.Context) (journal.Head, error) { return s.tail.Head() }

// Wait implements [journal.Journal].
func (s *Store) Wait(ctx context.Context, after truce.Seq) error { return s.tail.Wait(ctx, after) }

// Append implements [journal.Journal].
func (s *Store) Append(ctx context.Context, after journal.Head, entries []journal.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tail.Append(ctx, after, entries, func(ctx context.Context, heads []journal.Head) error {
		if err := s.insertAll(ctx, entries, heads); err != nil {
			return s.fail("sqlite.Append", err)
		}
		return nil
	})
}

func (s *Store) insertAll(ctx context.Context, entries []journal.Entry, heads []journal.Head) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert := tx.StmtContext(ctx, s.insert)
	for i, e := range entries {
		erased := 0
		if e.Sealed == nil {
			if r, err := truce.ParseRecord(e.Bytes); err != nil {
				return err
			} else if _, ok := r.Commitment(journal.SealedGroup); ok {
				erased = 1
			}
		}
		if _, err := insert.ExecContext(ctx, int64(e.Seq), heads[i].Digest[:], erased, e.Bytes, e.Sealed); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Records are read from SQLite in chunks before they are handed on, so that no reader holds the log while others work. The first chunk is small, for
// most readings want one record; each further one is twice as large.
const (
	firstChunk = 4 << 10
	lastChunk  = 1 << 20
)

// Read implements [journal.Journal].
func (s *Store) Read(ctx context.Context, from truce.Seq, fn func(journal.Entry) error) error {
	const op truce.Op = "sqlite.Read"
	head, err := s.tail.Head()
	if err != nil {
		return err
	}
	var rows rowBuffer
	chunk := firstChunk
	for next := max(from, 1); next <= head.Seq; {
		if err := rows.fill(ctx, s.read, next, head.Seq, chunk); err != nil {
			return s.fail(op, err)
		}
		chunk = min(2*chunk, lastChunk)
		if len(rows.of) == 0 {
			return missing(next)
		}
		for i := range rows.of {
			row := &rows.of[i]
			if row.Seq != next {
				return missing(next)
			}
			if err := row.check(); err != nil {
				return err
			}
			if err := fn(row.Entry); err != nil {
				return err
			}
			next++
		}
	}
	return nil
}

func missing(seq truce.Seq) error {
	return &truce.Error{Op: "sqlite.Read", Kind: truce.Corrupt, Subject: fmt.Sprintf("record %d", seq), Reason: "it is missing", Hint: hintRepair}
}

const hintRepair = "run `truce fsck` to see what is wrong in each copy, then `truce repair` to rebuild the damaged one from the other"

type row struct {
	journal.Entry
	digest truce.Digest
	erased bool
}

// check holds a row against its own digest and the record's commitment.
func (r *row) check() error {
	reason := ""
	rec, digest, err := journal.Checked(&r.Entry)
	_, seals := rec.Commitment(journal.SealedGroup)
	switch {
	case err != nil:
		return err
	case digest != r.digest:
		reason = "its bytes are not what was written"
	case seals && r.Sealed == nil && !r.erased:
		reason = "its sealed content is missing and was never erased"
	case r.erased && !seals:
		reason = "it is marked as erased and never had sealed content"
	default:
		return nil
	}
	return &truce.Error{Op: "sqlite.Read", Kind: truce.Corrupt, Subject: fmt.Sprintf("record %d", r.Seq), Reason: reason, Hint: hintRepair}
}

// rowBuffer holds rows in one piece of memory that is used again.
type rowBuffer struct {
	of  []row
	mem []byte
}

func (b *rowBuffer) fill(ctx context.Context, db *sql.DB, from, to truce.Seq, chunk int) error {
	rows, err := db.QueryContext(ctx, "SELECT seq, digest, erased, bytes, sealed FROM record WHERE seq BETWEEN ? AND ? ORDER BY seq", int64(from), int64(to))
	if err != nil {
		return err
	}
	defer rows.Close()
	b.of, b.mem = b.of[:0], b.mem[:0]
	size := 0
	for size < chunk && rows.Next() {
		var digest, bytes, sealed sql.RawBytes
		var r row
		if err := rows.Scan(&r.Seq, &digest, &r.erased, &bytes, &sealed); err != nil {
			return err
		}
		if len(digest) != len(r.digest) {
			return &truce.Error{Op: "sqlite.Read", Kind: truce.Corrupt, Subject: fmt.Sprintf("record %d", r.Seq), Reason: "its digest has another length", Hint: hintRepair}
		}
		copy(r.digest[:], digest)
		r.Bytes = b.keep(bytes)
		if sealed != nil && !r.erased {
			r.Sealed = b.keep(sealed)
		}
		b.of = append(b.of, r)
		size += len(bytes) + len(sealed)
	}
	return rows.Err()
}

// keep copies into the buffer; slices taken before it grew stay good, for they keep the old memory.
func (b *rowBuffer) keep(p []byte) []byte {
	n := len(b.mem)
	b.mem = append(b.mem, p...)
	return b.mem[n:len(b.mem):len(b.mem)]
}

// Erase implements [journal.Journal]. The content is overwritten by as many zeros: the row keeps its size and its place, so SQLite never copies
// its neighbours to other pages, where they would outlive their own erasure. Then the log, which may hold it still, is emptied.
func (s *Store) Erase(ctx context.Context, seqs []truce.Seq) error {
	const op truce.Op = "sqlite.Erase"
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.tail.Broken(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	if err := s.overwrite(ctx, seqs); err != nil {
		return s.tail.Break(s.fail(op, err))
	}
	if s.keepTraces {
		return nil
	}
	// Readers hold the log for moments only; SQLite waits for them up to the busy timeout.
	var busy, pages, moved int
	if err := s.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return s.tail.Break(s.fail(op, err))
	}
	if busy != 0 {
		return &truce.Error{Op: op, Kind: truce.Unavailable, Subject: s.path, Reason: "the content was overwritten, and the write-ahead log could not be emptied while somebody reads",
			Hint: "erase again"}
	}
	return nil
}

func (s *Store) overwrite(ctx context.Context, seqs []truce.Seq) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	query := "UPDATE record SET erased = 1, sealed = zeroblob(length(sealed)) WHERE seq = ? AND sealed IS NOT NULL AND erased = 0"
	if s.keepTraces {
		query = "UPDATE record SET erased = 1, sealed = NULL WHERE seq = ? AND sealed IS NOT NULL"
	}
	for _, seq := range seqs {
		if _, err := tx.ExecContext(ctx, query, int64(seq)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// CheckFiles has SQLite check the structure of its own file, which a reading of all records does not reach: damage there would show at a later
// write only.
func (s *Store) CheckFiles(ctx context.Context) error {
	defer s.readAhead(ctx)()
	var first string
	if err := s.read.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&first); err != nil {
		return s.fail("sqlite.Check", err)
	}
	if first != "ok" {
		return &truce.Error{Op: "sqlite.Check", Kind: truce.Corrupt, Subject: s.path, Reason: "SQLite finds its file damaged: " + first, Hint: hintRepair}
	}
	return nil
}

// readAhead reads the file from its beginning on until it is stopped, for the system to have in memory what SQLite asks for page by page and in no order: of a disk
// that nothing was read from before, gigabytes take minutes that way and seconds in order.
func (s *Store) readAhead(ctx context.Context) (stop func()) {
	if s.file == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1<<20)
		for at := int64(0); ctx.Err() == nil; at += int64(len(buf)) {
			if _, err := s.file.ReadAt(buf, at); err != nil {
				return // its end, or what SQLite will find itself
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// Close implements [journal.Journal].
func (s *Store) Close() error {
	if !s.tail.Close() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.release()
}

func (s *Store) release() error {
	var errs []error
	if s.insert != nil {
		errs = append(errs, s.insert.Close())
	}
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.file != nil {
		errs = append(errs, s.file.Close())
	}
	if s.lock != nil { // a reader has none
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// fail tells a damaged file and a full disk from the rest.
func (s *Store) fail(op truce.Op, err error) error {
	var known *truce.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	e := &truce.Error{Op: op, Kind: truce.Unavailable, Subject: s.path, Cause: err}
	var lite *sqlite.Error
	switch {
	case errors.As(err, &lite) && (lite.Code()&0xff == codeCorrupt || lite.Code()&0xff == codeNotADB):
		e.Kind, e.Reason, e.Hint = truce.Corrupt, "the file is damaged", hintRepair
	case errors.As(err, &lite) && lite.Code()&0xff == codeFull:
		e.Reason, e.Hint = "the disk is full", "free some space, then start again"
	}
	return e
}
