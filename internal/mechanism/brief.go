package mechanism

import (
	"context"

	"truce"
	"truce/geo"
	"truce/internal/access"
	"truce/internal/view"
)

// Brief says which record is meant, as far as one viewer may know: enough to tell it from its neighbours, without opening it.
type Brief struct {
	ID        truce.RecordID `json:"id" access:"existence"`
	Kind      string         `json:"kind" access:"existence"`
	Simulated bool           `json:"simulated,omitempty" access:"existence"`
	Case      truce.CaseID   `json:"case,omitempty" access:"open"`
	Observed  string         `json:"observed,omitempty" access:"open" doc:"What kind of observation."`
	What      string         `json:"what,omitempty" access:"what" doc:"The kind of event or act."`
	Rule      truce.RuleID   `json:"rule,omitempty" access:"open" doc:"The rule that speaks."`
	FirstDay  string         `json:"first_day,omitempty" access:"when-coarse" format:"date"`
	LastDay   string         `json:"last_day,omitempty" access:"when-coarse" format:"date"`
	Cell      *Cell          `json:"cell,omitempty" access:"where-coarse"`
	Body      truce.BodyID   `json:"body,omitempty" access:"by" doc:"For whom it was made."`
	Recorded  string         `json:"recorded,omitempty" access:"logged" format:"date-time"`
}

// Briefs says which records are meant. Those that the viewer may not know of are left out.
func (m *Mechanism) Briefs(ctx context.Context, v access.Viewer, ids ...truce.RecordID) (map[truce.RecordID]Brief, error) {
	out := map[truce.RecordID]Brief{}
	for _, id := range ids {
		row, t, sees, err := m.look(ctx, "mechanism.Briefs", v, id)
		switch {
		case err == nil:
			out[id] = brief(&row, t, sees)
		case truce.KindOf(err) != truce.NotFound:
			return nil, err
		}
	}
	return out, nil
}

func brief(row *view.Row, t access.Thing, sees access.Fields) Brief {
	b := Brief{ID: row.ID, Kind: t.Kind.String(), Simulated: row.Simulated, Case: row.Case, Body: row.Author.Body, Recorded: instant(row.Recorded)}
	if h := row.Happened; h != nil {
		b.FirstDay, b.LastDay, b.Cell = day(h.First), day(h.Last), happenedIn(h)
		if row.Outcome == nil { // there the word is its rule
			b.Observed, b.What = h.Kind.String(), h.Word
		}
	}
	if row.Outcome != nil {
		b.Rule = row.Outcome.Rule
	}
	access.RedactTo(sees, &b)
	return b
}

// happenedIn is the fixed coarse cell; nil where no place is known.
func happenedIn(h *view.Happened) *Cell {
	if !h.HasCell {
		return nil
	}
	return cell(geo.CellOf(truce.Position{Lon: truce.E7(h.Lon * 1_000_000), Lat: truce.E7(h.Lat * 1_000_000)}))
}
