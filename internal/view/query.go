package view

import (
	"context"
	"database/sql"
	"strings"

	"truce"
)

// Query asks for records. Every field that is set narrows the answer; the zero value asks for all, newest first.
type Query struct {
	Kinds []truce.RecordKind
	IDs   []truce.RecordID
	Case  truce.CaseID
	Body  truce.BodyID
	// Before and After bound the numbers: records older than Before, newer than After. OldestFirst turns the order round.
	Before, After truce.Seq
	OldestFirst   bool
	// First and Last bound the days on which something happened; What its kind, Word its word.
	First, Last *Day
	What        truce.ObservationKind
	Word        string
	// West, South, East and North bound the coarse cells, all included; nil asks everywhere.
	Cells *Cells
	// Rule and Article narrow outcomes; Latest leaves out those that were superseded.
	Rule    truce.RuleID
	Article truce.ArticleID
	Latest  bool
	// Links asks for records that speak of the one with this id, in the way How (any where empty).
	Links truce.RecordID
	How   string
	// Limit is how many rows; 0 is DefaultPage, more than MaxPage is MaxPage.
	Limit int
}

// Cells is a box of coarse cells, edges included.
type Cells struct{ West, South, East, North int }

// Records answers a query. It shows nothing to anybody: the caller asks the policy for each row.
func (v *View) Records(ctx context.Context, q Query) ([]Row, error) {
	query, args := q.sql()
	rows, err := v.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, &truce.Error{Op: "view.Records", Kind: truce.Unavailable, Cause: err}
	}
	defer rows.Close()
	var out []Row
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, &truce.Error{Op: "view.Records", Kind: truce.Unavailable, Cause: err}
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, &truce.Error{Op: "view.Records", Kind: truce.Unavailable, Cause: err}
	}
	return out, nil
}

// Record finds one record by its id; NotFound where there is none.
func (v *View) Record(ctx context.Context, id truce.RecordID) (Row, error) {
	rows, err := v.Records(ctx, Query{IDs: []truce.RecordID{id}, Limit: 1})
	if err != nil {
		return Row{}, err
	}
	if len(rows) == 0 {
		return Row{}, &truce.Error{Op: "view.Record", Kind: truce.NotFound}
	}
	return rows[0], nil
}

// Has reports whether there is a record of an id.
func (v *View) Has(ctx context.Context, id truce.RecordID) (bool, error) {
	rows, err := v.has.QueryContext(ctx, string(id))
	if err != nil {
		return false, &truce.Error{Op: "view.Has", Kind: truce.Unavailable, Cause: err}
	}
	defer rows.Close()
	there := rows.Next()
	if err := rows.Err(); err != nil {
		return false, &truce.Error{Op: "view.Has", Kind: truce.Unavailable, Cause: err}
	}
	return there, nil
}

// Linked gives what a record speaks of.
func (v *View) Linked(ctx context.Context, seq truce.Seq) ([]Link, error) {
	rows, err := v.read.QueryContext(ctx, "SELECT how, id FROM link WHERE seq = ? ORDER BY how, id", int64(seq))
	if err != nil {
		return nil, &truce.Error{Op: "view.Linked", Kind: truce.Unavailable, Cause: err}
	}
	defer rows.Close()
	var out []Link
	for rows.Next() {
		var l Link
		if err := rows.Scan(&l.How, (*string)(&l.ID)); err != nil {
			return nil, &truce.Error{Op: "view.Linked", Kind: truce.Unavailable, Cause: err}
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

func (q *Query) sql() (string, []any) {
	var where []string
	var args []any
	add := func(cond string, list ...any) {
		where = append(where, cond)
		args = append(args, list...)
	}
	if len(q.Kinds) > 0 {
		list := make([]any, len(q.Kinds))
		for i, k := range q.Kinds {
			list[i] = int64(k)
		}
		add("r.kind IN (?"+strings.Repeat(",?", len(list)-1)+")", list...)
	}
	if len(q.IDs) > 0 {
		list := make([]any, len(q.IDs))
		for i, id := range q.IDs {
			list[i] = string(id)
		}
		add("r.id IN (?"+strings.Repeat(",?", len(list)-1)+")", list...)
	}
	if q.Case != "" {
		add("r.case_id = ?", string(q.Case))
	}
	if q.Body != "" {
		add("r.body = ?", string(q.Body))
	}
	// What happened of one kind may be rare among much else: its own index leads, in the order of the answer.
	from, seq := "record r LEFT JOIN happened h ON h.seq = r.seq", "r.seq"
	if q.What != truce.KindUnknown {
		from, seq = "happened h CROSS JOIN record r ON r.seq = h.seq", "h.seq"
	}
	if q.Before > 0 {
		add(seq+" < ?", int64(q.Before))
	}
	if q.After > 0 {
		add(seq+" > ?", int64(q.After))
	}
	if q.First != nil {
		add("h.last >= ?", int64(*q.First))
	}
	if q.Last != nil {
		add("h.first <= ?", int64(*q.Last))
	}
	if q.First != nil || q.Last != nil {
		add("h.first > ?", int64(NoDay))
	}
	if q.What != truce.KindUnknown {
		add("h.kind = ?", int64(q.What))
	}
	if q.Word != "" {
		add("h.word = ?", q.Word)
	}
	if c := q.Cells; c != nil {
		add("h.lat BETWEEN ? AND ? AND h.lon BETWEEN ? AND ?", c.South, c.North, c.West, c.East)
	}
	if q.Rule != "" {
		add("o.rule = ?", string(q.Rule))
	}
	if q.Article != "" {
		add("o.article = ?", string(q.Article))
	}
	if q.Latest {
		add("o.latest = 1")
	}
	if q.Links != "" {
		if q.How != "" {
			add("r.seq IN (SELECT seq FROM link WHERE id = ? AND how = ?)", string(q.Links), q.How)
		} else {
			add("r.seq IN (SELECT seq FROM link WHERE id = ?)", string(q.Links))
		}
	}
	b := new(strings.Builder)
	b.WriteString("SELECT r.seq, r.id, r.kind, r.tier, r.body, r.person, r.office, r.vouch, r.key, r.version, r.claimed, r.received, r.recorded, r.case_id, " +
		"r.named, r.addressed, r.site, r.about, r.flags, h.kind, h.word, h.first, h.last, h.lon, h.lat, o.rule, o.article, o.latest " +
		"FROM " + from + " LEFT JOIN outcome o ON o.seq = r.seq")
	if len(where) > 0 {
		b.WriteString(" WHERE " + strings.Join(where, " AND "))
	}
	b.WriteString(" ORDER BY " + seq)
	if !q.OldestFirst {
		b.WriteString(" DESC")
	}
	limit := q.Limit
	if limit <= 0 {
		limit = DefaultPage
	}
	b.WriteString(" LIMIT ?")
	return b.String(), append(args, min(limit, MaxPage))
}

func scan(rows *sql.Rows) (Row, error) {
	var r Row
	var seq, kind, tier, office, vouch, flags, claimed, received, recorded int64
	var named, addressed string
	var hKind, hFirst, hLast, hLon, hLat, latest sql.NullInt64
	var hWord, rule, article sql.NullString
	err := rows.Scan(&seq, (*string)(&r.ID), &kind, &tier, (*string)(&r.Author.Body), (*string)(&r.Author.Person), &office, &vouch, (*string)(&r.Author.Key),
		(*string)(&r.Version), &claimed, &received, &recorded, (*string)(&r.Case), &named, &addressed, (*string)(&r.Site), (*string)(&r.About), &flags,
		&hKind, &hWord, &hFirst, &hLast, &hLon, &hLat, &rule, &article, &latest)
	if err != nil {
		return r, err
	}
	r.Seq, r.Kind, r.Tier = truce.Seq(seq), truce.RecordKind(kind), truce.Tier(tier)
	r.Author.Office, r.Author.Vouch = truce.Office(office), truce.Vouch(vouch)
	r.Claimed, r.Received, r.Recorded = truce.Instant(claimed), truce.Instant(received), truce.Instant(recorded)
	r.Named, r.Addressed = bodies(named), bodies(addressed)
	r.HasPlace, r.Simulated, r.Erased, r.Finding = flags&flagPlace != 0, flags&flagSimulated != 0, flags&flagErased != 0, flags&flagFinding != 0
	if hFirst.Valid {
		r.Happened = &Happened{Kind: truce.ObservationKind(hKind.Int64), Word: hWord.String, First: Day(hFirst.Int64), Last: Day(hLast.Int64),
			HasCell: hLat.Valid, Lon: int(hLon.Int64), Lat: int(hLat.Int64)}
	}
	if rule.Valid {
		r.Outcome = &Outcome{Rule: truce.RuleID(rule.String), Article: truce.ArticleID(article.String), Latest: latest.Int64 == 1}
	}
	return r, nil
}

func bodies(s string) []truce.BodyID {
	var out []truce.BodyID
	for _, f := range strings.Fields(s) {
		out = append(out, truce.BodyID(f))
	}
	return out
}
