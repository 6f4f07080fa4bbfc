package mechanism

import (
	"context"
	"errors"

	"truce"
	"truce/internal/access"
	"truce/internal/journal"
	"truce/internal/vault"
	"truce/internal/view"
)

// Card is what every answer about a record begins with.
type Card struct {
	ID        truce.RecordID `json:"id" access:"existence" doc:"Name of the record."`
	Kind      string         `json:"kind" access:"existence" doc:"What kind of record it is."`
	Tier      string         `json:"tier" access:"existence" doc:"Who may see it once it is released."`
	Class     string         `json:"class" access:"existence" doc:"What it would cost if it got out; unclassified counts as severe."`
	Simulated bool           `json:"simulated,omitempty" access:"existence" doc:"Invented for an exercise or a demonstration."`
	Erased    bool           `json:"erased,omitempty" access:"existence" doc:"Its content was destroyed; what was concluded from it stands."`
	Fields    []string       `json:"fields,omitempty" access:"existence" doc:"The classes of fields that you may see of it. What is missing from the answer and not in this list is withheld."`
	Case      truce.CaseID   `json:"case,omitempty" access:"open" doc:"The case it belongs to."`
	Version   string         `json:"version,omitempty" access:"open" doc:"The version of the agreement it was made under."`
	Body      truce.BodyID   `json:"body,omitempty" access:"by" doc:"For whom it was made."`
	Office    string         `json:"office,omitempty" access:"by" doc:"In which office."`
	Person    truce.PersonID `json:"person,omitempty" access:"reporter" doc:"By whom."`
	Vouch     string         `json:"vouch,omitempty" access:"reporter" doc:"What binds it to its author."`
	Claimed   string         `json:"claimed,omitempty" access:"logged" format:"date-time" doc:"When its author says it was made."`
	Received  string         `json:"received,omitempty" access:"logged" format:"date-time" doc:"When it arrived."`
	Recorded  string         `json:"recorded,omitempty" access:"logged" format:"date-time" doc:"When it got its number."`
	Seq       truce.Seq      `json:"seq,omitempty" access:"proof" doc:"Its number in the journal."`
}

// instant writes a time for an answer; "" where nobody stated it.
func instant(i truce.Instant) string {
	if !i.Stated() {
		return ""
	}
	return i.String()
}

// thing fills what the policy must know of a row. The lock is not held.
func (m *Mechanism) thing(row *view.Row) access.Thing {
	r := truce.Record{ID: row.ID, Kind: row.Kind, Tier: row.Tier, Author: row.Author, Recorded: row.Recorded}
	t := m.Directory.Thing(&r)
	t.Named, t.Addressed, t.Case, t.Site, t.About = row.Named, row.Addressed, row.Case, row.Site, row.About
	t.HasPlace, t.Simulated = row.HasPlace, row.Simulated
	if row.Finding {
		t.Kind = access.KindFinding
		m.published(&t)
	}
	return t
}

// published gives a finding the tier at which its case published it, and those of its case that are told of it.
func (m *Mechanism) published(t *access.Thing) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	c, ok := m.book.Case(t.Case)
	if !ok {
		return
	}
	for _, f := range c.Findings {
		made := c.Steps[f.Number-1]
		if made.Record != t.ID && (f.Attribution == nil || c.Steps[f.Attribution.Number-1].Record != t.ID) {
			continue
		}
		if f.Shared > 0 {
			t.Tier = max(t.Tier, truce.TierNamed)
			for _, p := range c.Parties {
				t.Addressed = append(t.Addressed, p.Body)
			}
			t.Addressed = append(t.Addressed, m.signatories(c.Version)...)
			t.Class = access.ClassOrdinary
		}
		if f.Published > 0 {
			t.Tier, t.Class, t.Classified = f.Tier, access.ClassOrdinary, c.Steps[f.Published-1].At
		}
	}
}

// signatories lists the bodies that sign under a version. The lock is held.
func (m *Mechanism) signatories(v truce.VersionID) (out []truce.BodyID) {
	for _, a := range m.adopted {
		if a.Plan.Agreement.Version == v {
			of, _ := a.Plan.Agreement.Signatories()
			for _, id := range of {
				out = append(out, truce.BodyID(id))
			}
		}
	}
	return out
}

// card fills what every answer begins with; what may not be seen is taken out later.
func (m *Mechanism) card(row *view.Row, t access.Thing, sees access.Fields) Card {
	return Card{ID: row.ID, Kind: row.Kind.String(), Tier: t.Tier.String(), Class: t.Class.String(), Simulated: row.Simulated, Erased: row.Erased, Fields: sees.Words(),
		Case: row.Case, Version: string(row.Version), Body: row.Author.Body, Office: row.Author.Office.String(), Person: row.Author.Person, Vouch: row.Author.Vouch.String(),
		Claimed: instant(row.Claimed), Received: instant(row.Received), Recorded: instant(row.Recorded), Seq: row.Seq}
}

// content opens the sealed groups of a row. Whoever calls it has asked the policy.
func (m *Mechanism) content(ctx context.Context, row *view.Row) (r truce.Record, g vault.Groups, err error) {
	found := false
	err = m.Journal.Read(ctx, row.Seq, func(e journal.Entry) error {
		found = true
		if r, _, err = journal.Whole(e); err != nil {
			return err
		}
		if g, err = m.Keys.Open(&r, e.Sealed); err != nil {
			return err
		}
		return errEnough
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err == nil && !found {
		err = &truce.Error{Op: "mechanism.content", Kind: truce.Corrupt, Subject: string(row.ID), Reason: "the view knows a record that the journal has not"}
	}
	return r, g, err
}

var errEnough = errors.New("enough")

// look gives a row that the viewer may know of, with what they see of it. What they may not know of is absent.
func (m *Mechanism) look(ctx context.Context, op truce.Op, v access.Viewer, id truce.RecordID, kinds ...truce.RecordKind) (view.Row, access.Thing, access.Fields, error) {
	row, err := m.View.Record(ctx, id)
	if truce.KindOf(err) == truce.NotFound && err != nil {
		return row, access.Thing{}, 0, errAbsent(op)
	}
	if err != nil {
		return row, access.Thing{}, 0, err
	}
	t := m.thing(&row)
	sees := access.See(v, t)
	if !sees.Has(access.Existence) || len(kinds) > 0 && !has(kinds, row.Kind) {
		return view.Row{}, access.Thing{}, 0, errAbsent(op)
	}
	m.note(v, t, sees)
	return row, t, sees, nil
}

func has[T comparable](list []T, x T) bool {
	for _, y := range list {
		if y == x {
			return true
		}
	}
	return false
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T    `json:"items" access:"each" doc:"What you may see, newest first."`
	Next  string `json:"next,omitempty" access:"existence" doc:"Ask with this cursor for the next page; absent on the last."`
}

// maxScan is how many rows a page looks at before it gives up filling itself and hands out a cursor.
const maxScan = 20_000

// list walks the rows of a query, keeps what the viewer may know of, and makes an answer of each.
func list[T any](ctx context.Context, m *Mechanism, v access.Viewer, q view.Query, cursor string, make func(*view.Row, access.Thing, access.Fields) (T, bool, error)) (Page[T], error) {
	return listAs(ctx, m, v, q, cursor, m.thing, make)
}

// listAs is list for what is made of a record and is another thing to the policy.
func listAs[T any](ctx context.Context, m *Mechanism, v access.Viewer, q view.Query, cursor string, thing func(*view.Row) access.Thing,
	make func(*view.Row, access.Thing, access.Fields) (T, bool, error)) (Page[T], error) {
	page := Page[T]{Items: []T{}}
	want := q.Limit
	if want <= 0 {
		want = view.DefaultPage
	}
	want = min(want, view.MaxPage)
	if cursor != "" {
		seq, err := m.cursorAt(cursor)
		if err != nil {
			return page, err
		}
		if q.OldestFirst {
			q.After = max(q.After, seq)
		} else if q.Before == 0 || seq < q.Before {
			q.Before = seq
		}
	}
	for scanned := 0; ; {
		q.Limit = min(view.MaxPage, max(want, 2*want))
		rows, err := m.View.Records(ctx, q)
		if err != nil {
			return page, err
		}
		for i := range rows {
			row := &rows[i]
			t := thing(row)
			sees := access.See(v, t)
			if sees.Has(access.Existence) {
				one, ok, err := make(row, t, sees)
				if err != nil {
					return page, err
				}
				if ok {
					m.note(v, t, sees)
					page.Items = append(page.Items, one)
				}
			}
			scanned++
			if len(page.Items) == want || scanned >= maxScan {
				if i+1 < len(rows) || len(rows) == q.Limit {
					page.Next, err = m.cursor(row.Seq)
				}
				return page, err
			}
		}
		if len(rows) < q.Limit {
			return page, nil
		}
		if last := rows[len(rows)-1].Seq; q.OldestFirst {
			q.After = last
		} else {
			q.Before = last
		}
	}
}

// cursor hides a number of the journal: how many records there are that somebody may not see is nobody's business.
func (m *Mechanism) cursor(seq truce.Seq) (string, error) {
	return m.cursors.hide(m.Random, uint64(seq))
}

func (m *Mechanism) cursorAt(s string) (truce.Seq, error) {
	n, ok := m.cursors.find(s)
	if !ok {
		return 0, &truce.Error{Op: "mechanism.list", Kind: truce.Invalid, Subject: "cursor", Reason: "this is no cursor that this server gave out since it started", Hint: "ask for the first page again"}
	}
	return truce.Seq(n), nil
}
