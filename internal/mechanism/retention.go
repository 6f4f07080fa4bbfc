package mechanism

import (
	"context"
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/record"
	"truce/internal/view"
)

// Expired is a record whose time is over, and what erasing its content would take. It says nothing of what the record says.
type Expired struct {
	ID        truce.RecordID   `json:"id" access:"existence"`
	Kind      string           `json:"kind" access:"existence"`
	Class     string           `json:"class" access:"open"`
	Simulated bool             `json:"simulated,omitempty" access:"existence" doc:"Invented for an exercise or a demonstration."`
	Ended     string           `json:"ended" access:"open" format:"date-time" doc:"When the last case that rests on it was closed, or the person left; where no case ever did, when it was recorded."`
	Due       string           `json:"due" access:"open" format:"date-time" doc:"Since when its content should be gone."`
	Held      bool             `json:"held,omitempty" access:"open" doc:"It must not be destroyed: the hold ends first, which takes two people too."`
	Waits     bool             `json:"waits,omitempty" access:"open" doc:"Its erasure is proposed and waits for somebody of another body."`
	With      []truce.RecordID `json:"with,omitempty" access:"use" doc:"The copies made of it: they go with it or before it."`
	Cases     []truce.CaseID   `json:"cases,omitempty" access:"use" doc:"The closed cases that rest on it. They stand."`
	Outcomes  int              `json:"outcomes,omitempty" access:"use" doc:"How many outcomes rest on it. They stand, and cannot be worked out again from the journal alone."`
}

// expiring are the kinds of record that [access.Due] gives an end.
var expiring = []truce.RecordKind{truce.RecordObservation, truce.RecordPositions, truce.RecordMedia, truce.RecordStep, truce.RecordStatement, truce.RecordQuery, truce.RecordPerson}

// Retention lists the records whose time is over, the oldest first. Nothing is erased by it: two people of different bodies decide ([Mechanism.Erase]).
func (m *Mechanism) Retention(ctx context.Context, v access.Viewer, cursor string, limit int) (Page[Expired], error) {
	rests, err := m.rests(ctx)
	if err != nil {
		return Page[Expired]{Items: []Expired{}}, err
	}
	m.mu.RLock()
	marked := m.custody.Marked()
	m.mu.RUnlock()
	q := view.Query{Kinds: expiring, OldestFirst: true, Limit: limit}
	thing := func(row *view.Row) access.Thing {
		return access.Thing{ID: row.ID, Kind: access.KindRetention, Tier: truce.TierMechanism, Simulated: row.Simulated}
	}
	return listAs(ctx, m, v, q, cursor, thing, func(row *view.Row, _ access.Thing, sees access.Fields) (Expired, bool, error) {
		if row.Erased {
			return Expired{}, false, nil
		}
		rest, err := m.restOf(ctx, v.Now, row, rests)
		if err != nil || rest.open {
			return Expired{}, false, err
		}
		t := m.thing(row)
		due := access.Due(t, rest.ended)
		if !due.Stated() || due > v.Now {
			return Expired{}, false, nil
		}
		if r, _, err := m.content(ctx, row); err != nil || len(r.Commitments) == 0 {
			return Expired{}, false, err // nothing of it is sealed
		}
		out := Expired{ID: row.ID, Kind: row.Kind.String(), Class: t.Class.String(), Simulated: row.Simulated, Ended: instant(rest.ended), Due: instant(due), Waits: marked[row.Seq],
			Cases: rest.cases}
		m.mu.RLock()
		out.Held = m.custody.Held(row.Seq)
		copies := m.custody.Copies(row.ID)
		m.mu.RUnlock()
		for _, id := range copies {
			c, err := m.View.Record(ctx, id)
			if err != nil {
				return Expired{}, false, err
			}
			if !c.Erased {
				out.With = append(out.With, id)
			}
		}
		speak, err := m.View.Records(ctx, view.Query{Kinds: []truce.RecordKind{truce.RecordOutcome}, Links: row.ID, How: "subject", Latest: true, Limit: view.MaxPage})
		if err != nil {
			return Expired{}, false, err
		}
		out.Outcomes = len(speak)
		access.RedactTo(sees, &out)
		return out, true, nil
	})
}

// rest is what a record is kept for: whether any open case rests on it, the closed ones that do, and when the last of them was closed.
type rest struct {
	open  bool
	ended truce.Instant
	cases []truce.CaseID
}

func (r rest) and(other rest) rest {
	cases := append(slices.Clone(r.cases), other.cases...)
	slices.Sort(cases)
	return rest{r.open || other.open, max(r.ended, other.ended), slices.Compact(cases)}
}

// rests gives what each record is kept for that a case cites, or that an outcome which it cites is about; and under the number of a case, what its steps are
// kept for.
func (m *Mechanism) rests(ctx context.Context) (map[truce.RecordID]rest, error) {
	m.mu.RLock()
	ids := m.book.Cases()
	m.mu.RUnlock()
	out := map[truce.RecordID]rest{}
	for _, id := range ids {
		r, cites := m.restOfCase(id)
		out[truce.RecordID(id)] = r
		for _, cited := range cites {
			out[cited] = out[cited].and(r)
			row, err := m.View.Record(ctx, cited)
			if err != nil {
				return nil, err
			}
			if row.Kind != truce.RecordOutcome {
				continue
			}
			links, err := m.View.Linked(ctx, row.Seq)
			if err != nil {
				return nil, err
			}
			for _, l := range links {
				if l.How == "subject" {
					out[l.ID] = out[l.ID].and(r)
				}
			}
		}
	}
	return out, nil
}

// restOfCase says when a case ended and what it cites. One that repeats another ends with it.
func (m *Mechanism) restOfCase(id truce.CaseID) (r rest, cites []truce.RecordID) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	c, ok := m.book.Case(id)
	if !ok {
		return rest{open: true}, nil
	}
	cites = c.Cites
	for range 100 { // a chain of duplicates, however somebody may have made it
		if c.State != truce.CaseDuplicate {
			break
		}
		if c, ok = m.book.Case(c.DuplicateOf); !ok {
			return rest{open: true}, cites
		}
	}
	if c.State != truce.CaseClosed {
		return rest{open: true}, cites
	}
	return rest{ended: c.Steps[len(c.Steps)-1].At, cases: []truce.CaseID{id}}, cites
}

// restOf gives what one record is kept for: by itself, by the case it is part of, by what it is a photo or a copy of, or by the person it speaks of.
func (m *Mechanism) restOf(ctx context.Context, now truce.Instant, row *view.Row, rests map[truce.RecordID]rest) (rest, error) {
	r, kept := rests[row.ID]
	add := func(id truce.RecordID) {
		if other, ok := rests[id]; ok {
			r, kept = r.and(other), true
		}
	}
	switch row.Kind {
	case truce.RecordPerson:
		return m.restOfPerson(ctx, now, row)
	case truce.RecordStep, truce.RecordQuery:
		add(truce.RecordID(row.Case))
	case truce.RecordMedia:
		links, err := m.View.Linked(ctx, row.Seq)
		if err != nil {
			return r, err
		}
		for _, l := range links {
			if l.How == "copy" || l.How == "media" {
				add(l.ID)
			}
		}
	}
	if !kept {
		r.ended = row.Recorded
	}
	return r, nil
}

// restOfPerson keeps a name and an address as long as the person is there. Keys are kept: what was signed with them must be checked.
func (m *Mechanism) restOfPerson(ctx context.Context, now truce.Instant, row *view.Row) (rest, error) {
	p, ok := m.Directory.Person(row.About)
	if !ok {
		return rest{ended: row.Recorded}, nil // proposed, and never there
	}
	ended := p.Ended(now)
	if !ended.Stated() {
		return rest{open: true}, nil
	}
	r, g, err := m.content(ctx, row)
	if err != nil {
		return rest{}, err
	}
	x, err := record.ReadPerson(&r, g)
	return rest{open: x.Act != record.PersonAdded, ended: ended}, err
}
