package mechanism

import (
	"context"

	"truce"
	"truce/internal/access"
	"truce/internal/view"
)

// Refusal is the code of the policy behind an error that says that somebody may not do something.
type Refusal access.Code

func (r Refusal) Error() string { return string(r) }

// News is that there is a record which a viewer may know of. What it says is asked for by its name.
type News struct {
	ID        truce.RecordID `json:"id" access:"existence"`
	Kind      string         `json:"kind" access:"existence"`
	Case      truce.CaseID   `json:"case,omitempty" access:"open"`
	Simulated bool           `json:"simulated,omitempty" access:"existence"`
	// Cursor is where to go on behind it.
	Cursor string `json:"-" access:"existence"`
}

// Newest gives the cursor behind everything that is taken up.
func (m *Mechanism) Newest() (string, error) {
	head, _, _ := m.Taken()
	return m.cursor(head.Seq)
}

// Since lists the records behind a cursor that a viewer may know of, the oldest first, and gives the cursor behind all that was looked at, which
// tells nothing of what was passed
// over. At most limit rows are looked at; more says that there may be others.
func (m *Mechanism) Since(ctx context.Context, v access.Viewer, cursor string, limit int) (news []News, next string, more bool, err error) {
	after, err := m.cursorAt(cursor)
	if err != nil {
		return nil, "", false, err
	}
	rows, err := m.View.Records(ctx, view.Query{After: after, OldestFirst: true, Limit: limit})
	if err != nil {
		return nil, "", false, err
	}
	for i := range rows {
		row := &rows[i]
		after = row.Seq
		t := m.thing(row)
		one := News{ID: row.ID, Kind: row.Kind.String(), Case: row.Case, Simulated: row.Simulated}
		if !access.Redact(v, t, &one).Has(access.Existence) {
			continue
		}
		if one.Cursor, err = m.cursor(row.Seq); err != nil {
			return nil, "", false, err
		}
		news = append(news, one)
	}
	next, err = m.cursor(after)
	return news, next, len(rows) == min(limit, view.MaxPage), err
}

// Waits reports whether a record proposes something that takes effect only when somebody of another body confirms it.
func (m *Mechanism) Waits(id truce.RecordID) bool {
	_, ok := m.Directory.Proposed(id)
	return ok
}
