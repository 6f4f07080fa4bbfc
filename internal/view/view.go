// Package view answers the questions that screens, lists and exports ask of a journal: which records are there, of which kind, about
// which case, in which days and cells, and which of them speak of which.
//
// It is made from the journal and may be deleted at any moment; it holds nothing that the vault would hide. No name, text, exact time or
// exact place is written to it: only ids, codes, the day and the coarse cell. Whoever shows a record opens its content from the vault, after the
// policy was asked. So a stolen view tells no more than the journal without its keys, and erasing needs no search of it.
package view

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"truce"
	"truce/internal/seal"
)

// Limits. See docs/limits.md.
const (
	// DefaultPage is how many rows a question answers where it names no number, MaxPage the most.
	DefaultPage = 100
	MaxPage     = 1000
)

// tables are what a view begins with, and what writing needs.
const tables = `
CREATE TABLE record (
	seq       INTEGER PRIMARY KEY,
	id        TEXT    NOT NULL,
	kind      INTEGER NOT NULL,
	tier      INTEGER NOT NULL, -- as its author set it
	body      TEXT    NOT NULL,
	person    TEXT    NOT NULL,
	office    INTEGER NOT NULL,
	vouch     INTEGER NOT NULL,
	key       TEXT    NOT NULL,
	version   TEXT    NOT NULL,
	claimed   INTEGER NOT NULL,
	received  INTEGER NOT NULL,
	recorded  INTEGER NOT NULL,
	case_id   TEXT    NOT NULL,
	named     TEXT    NOT NULL, -- bodies, a space between
	addressed TEXT    NOT NULL,
	site      TEXT    NOT NULL,
	about     TEXT    NOT NULL, -- a person
	flags     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX record_id ON record (id);

-- What happened, by day and coarse cell.
CREATE TABLE happened (
	seq   INTEGER PRIMARY KEY,
	kind  INTEGER NOT NULL,
	word  TEXT    NOT NULL,
	first INTEGER NOT NULL, -- day since 1970, -1000000 where nobody stated a time
	last  INTEGER NOT NULL,
	lon   INTEGER,          -- of the coarse cell, null where no place is known
	lat   INTEGER
) STRICT;

-- What rules say.
CREATE TABLE outcome (
	seq     INTEGER PRIMARY KEY,
	rule    TEXT    NOT NULL,
	article TEXT    NOT NULL,
	latest  INTEGER NOT NULL
) STRICT;

-- Which record speaks of which: "cites", "supersedes", "subject".
CREATE TABLE link (
	seq INTEGER NOT NULL,
	how TEXT    NOT NULL,
	id  TEXT    NOT NULL,
	PRIMARY KEY (id, how, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE reached (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;
INSERT INTO reached VALUES (1, 0, zeroblob(32));
`

// indexes are what questions need. Made of what is there, they cost a fraction of what it takes to keep them while a million rows come.
const indexes = `
CREATE INDEX IF NOT EXISTS record_kind ON record (kind, seq);
CREATE INDEX IF NOT EXISTS record_case ON record (case_id, seq) WHERE case_id <> '';
CREATE INDEX IF NOT EXISTS happened_kind ON happened (kind, seq, last); -- the day beside it: what is too old is passed over without being opened
CREATE INDEX IF NOT EXISTS happened_day ON happened (first, seq);
CREATE INDEX IF NOT EXISTS happened_cell ON happened (lat, lon, seq) WHERE lat IS NOT NULL;
CREATE INDEX IF NOT EXISTS outcome_rule ON outcome (rule, latest, seq);
CREATE INDEX IF NOT EXISTS link_seq ON link (seq);
`

// Day counts days from 1970-01-01 UTC.
type Day int64

// NoDay is the day of what nobody dated.
const NoDay Day = -1_000_000

const dayMillis = 24 * 60 * 60 * 1000

// DayOf gives the day a moment lies in, in UTC; NoDay where it is not stated.
func DayOf(i truce.Instant) Day {
	if !i.Stated() {
		return NoDay
	}
	d := Day(i / dayMillis)
	if i < 0 && i%dayMillis != 0 {
		d--
	}
	return d
}

// Row is one record as the view knows it.
type Row struct {
	Seq                         truce.Seq
	ID                          truce.RecordID
	Kind                        truce.RecordKind
	Tier                        truce.Tier
	Author                      truce.Author
	Version                     truce.VersionID
	Claimed, Received, Recorded truce.Instant
	Case                        truce.CaseID
	Named, Addressed            []truce.BodyID
	Site                        truce.PlaceID
	About                       truce.PersonID
	HasPlace, Simulated, Erased bool
	Finding                     bool // a step that is a finding
	// Happened and Outcome are set where the record says such a thing.
	Happened *Happened
	Outcome  *Outcome
	Links    []Link
}

// Happened is when and where something was, coarsely.
type Happened struct {
	Kind        truce.ObservationKind
	Word        string
	First, Last Day
	// Cell is the coarse cell, in whole cells; HasCell is false where no place is known.
	HasCell  bool
	Lon, Lat int
}

// Outcome is which rule speaks.
type Outcome struct {
	Rule    truce.RuleID
	Article truce.ArticleID
	// Latest is false once another outcome took its place.
	Latest bool
}

// Link says that a record speaks of another.
type Link struct {
	How string
	ID  truce.RecordID
}

// Supersedes is the link of an outcome to the one whose place it takes.
const Supersedes = "supersedes"

const (
	flagPlace = 1 << iota
	flagSimulated
	flagErased
	flagFinding
)

// View is the tables. Reading may go on from many goroutines while one writes.
type View struct {
	write *sql.DB
	read  *sql.DB
	has   *sql.Stmt
	seq   truce.Seq
	head  truce.Digest
	// indexed is set once [View.Index] was called.
	indexed bool
}

// Fingerprint is the name of the present form of the tables: a view of another form is made anew.
func Fingerprint() string { return seal.Bytes([]byte(tables + indexes)).Short() }

// Open opens the view in a file, or makes an empty one where the file is not there or empty. Corrupt where it is something else: then the caller deletes
// the file and opens it again. Nothing in it is precious, so it is not synced.
func Open(ctx context.Context, path string) (*View, error) {
	const op truce.Op = "view.Open"
	fail := func(err error) (*View, error) {
		return nil, &truce.Error{Op: op, Kind: truce.Corrupt, Subject: path, Reason: "the view cannot be read", Hint: "delete it; it is made again from the journal", Cause: err}
	}
	dsn := func(more string) string {
		u := url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: "_pragma=busy_timeout(10000)&_pragma=temp_store(MEMORY)&_pragma=trusted_schema(OFF)&_pragma=cache_size(-16000)" + more}
		return u.String()
	}
	write, err := sql.Open("sqlite", dsn("&_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)"))
	if err != nil {
		return fail(err)
	}
	write.SetMaxOpenConns(1)
	v := &View{write: write}
	if err := v.prepare(ctx); err != nil {
		write.Close()
		return fail(err)
	}
	if v.read, err = sql.Open("sqlite", dsn("&_pragma=query_only(ON)")); err != nil {
		write.Close()
		return fail(err)
	}
	v.read.SetMaxOpenConns(4)
	if v.has, err = v.read.PrepareContext(ctx, "SELECT 1 FROM record WHERE id = ?"); err != nil {
		v.read.Close()
		write.Close()
		return fail(err)
	}
	return v, nil
}

func (v *View) prepare(ctx context.Context) error {
	var there int
	if err := v.write.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&there); err != nil {
		return err
	}
	if there == 0 {
		tx, err := v.write.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if _, err := tx.ExecContext(ctx, tables); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		// Names come in no order: while rows come by the million, the index of them wants to be in memory.
		if _, err := v.write.ExecContext(ctx, "PRAGMA cache_size(-96000)"); err != nil {
			return err
		}
	}
	var digest []byte
	var seq int64
	if err := v.write.QueryRowContext(ctx, "SELECT seq, digest FROM reached").Scan(&seq, &digest); err != nil {
		return err
	}
	v.seq = truce.Seq(seq)
	copy(v.head[:], digest)
	return nil
}

// Index makes what questions need to be quick. A view that begins empty is given its rows first and its indexes then; one that has them is left as it is.
func (v *View) Index(ctx context.Context) error {
	if v.indexed {
		return nil
	}
	if _, err := v.write.ExecContext(ctx, indexes+"PRAGMA cache_size(-16000); PRAGMA shrink_memory"); err != nil {
		return &truce.Error{Op: "view.Index", Kind: truce.Unavailable, Cause: err}
	}
	v.indexed = true
	return nil
}

// Reached gives the last record that the view knows, and the digest of its bytes.
func (v *View) Reached() (truce.Seq, truce.Digest) { return v.seq, v.head }

// Close releases the file.
func (v *View) Close() error {
	v.has.Close()
	v.read.Close()
	return v.write.Close()
}

// Apply takes up rows in the order of the journal, and with them the digest of the last one's record. A row that is known already, by its number or its
// name, is passed over.
func (v *View) Apply(ctx context.Context, rows []Row, head truce.Digest) error {
	const op truce.Op = "view.Apply"
	if len(rows) == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// The driver starts a goroutine for each statement that can be interrupted, and for a row that costs more than writing it.
	ctx = context.WithoutCancel(ctx)
	tx, err := v.write.BeginTx(ctx, nil)
	if err != nil {
		return &truce.Error{Op: op, Kind: truce.Unavailable, Cause: err}
	}
	defer tx.Rollback()
	b := batch{ctx: ctx, tx: tx}
	for i := range rows {
		if r := &rows[i]; r.Seq > v.seq {
			b.row(r)
		}
	}
	last := rows[len(rows)-1].Seq
	b.exec("UPDATE reached SET seq = ?, digest = ?", int64(last), head[:])
	if b.err == nil {
		b.err = tx.Commit()
	}
	if b.err != nil {
		return &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "the view could not be written", Hint: "delete it; it is made again from the journal", Cause: b.err}
	}
	v.seq, v.head = last, head
	return nil
}

// batch writes rows in one transaction and keeps the first error.
type batch struct {
	ctx   context.Context
	tx    *sql.Tx
	stmts map[string]*sql.Stmt
	err   error
}

// exec runs a statement and gives how many rows it changed.
func (b *batch) exec(query string, args ...any) int64 {
	if b.err != nil {
		return 0
	}
	s := b.stmts[query]
	if s == nil {
		if s, b.err = b.tx.PrepareContext(b.ctx, query); b.err != nil {
			return 0
		}
		if b.stmts == nil {
			b.stmts = map[string]*sql.Stmt{}
		}
		b.stmts[query] = s
	}
	var res sql.Result
	if res, b.err = s.ExecContext(b.ctx, args...); b.err != nil {
		return 0
	}
	n, err := res.RowsAffected()
	b.err = err
	return n
}

func (b *batch) row(r *Row) {
	flags := 0
	for _, f := range []struct {
		on  bool
		bit int
	}{{r.HasPlace, flagPlace}, {r.Simulated, flagSimulated}, {r.Erased, flagErased}, {r.Finding, flagFinding}} {
		if f.on {
			flags |= f.bit
		}
	}
	// What was written twice is one record: the first stands. It happens when an author sent it again after a failure.
	n := b.exec("INSERT OR IGNORE INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", int64(r.Seq), string(r.ID), int64(r.Kind), int64(r.Tier), string(r.Author.Body),
		string(r.Author.Person), int64(r.Author.Office), int64(r.Author.Vouch), string(r.Author.Key), string(r.Version), int64(r.Claimed), int64(r.Received),
		int64(r.Recorded), string(r.Case), joined(r.Named), joined(r.Addressed), string(r.Site), string(r.About), flags)
	if n == 0 {
		return
	}
	if h := r.Happened; h != nil {
		var lon, lat any
		if h.HasCell {
			lon, lat = h.Lon, h.Lat
		}
		b.exec("INSERT INTO happened VALUES (?,?,?,?,?,?,?)", int64(r.Seq), int64(h.Kind), h.Word, int64(h.First), int64(h.Last), lon, lat)
	}
	if o := r.Outcome; o != nil {
		b.exec("INSERT INTO outcome VALUES (?,?,?,1)", int64(r.Seq), string(o.Rule), string(o.Article))
	}
	for _, l := range r.Links {
		b.exec("INSERT OR IGNORE INTO link VALUES (?,?,?)", int64(r.Seq), l.How, string(l.ID))
		if l.How == Supersedes {
			b.exec("UPDATE outcome SET latest = 0 WHERE seq = (SELECT seq FROM record WHERE id = ?)", string(l.ID))
		}
	}
}

// Erased forgets what a record said, by its id: the code, the day and the cell.
func (v *View) Erased(ctx context.Context, ids []truce.RecordID) error {
	for _, id := range ids {
		for _, q := range []string{"DELETE FROM happened WHERE seq = (SELECT seq FROM record WHERE id = ?)",
			fmt.Sprintf("UPDATE record SET flags = flags | %d WHERE id = ?", flagErased)} {
			if _, err := v.write.ExecContext(ctx, q, string(id)); err != nil {
				return &truce.Error{Op: "view.Erased", Kind: truce.Unavailable, Cause: err}
			}
		}
	}
	return nil
}

func joined(list []truce.BodyID) string {
	var b strings.Builder
	for i, id := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(id))
	}
	return b.String()
}
