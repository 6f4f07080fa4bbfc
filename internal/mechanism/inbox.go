package mechanism

import (
	"cmp"
	"context"
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/casefile"
	"truce/internal/record"
	"truce/internal/view"
)

// How much the inbox looks at for one page: so many reports are weighed against each other, so many open cases and so many reports that are on other pages are
// compared with each.
const (
	inboxWindow = 100
	inboxCases  = 60
	inboxAround = 500
)

// AsideWord is what a statement is about that sets a report aside; the statement says why.
const AsideWord = "set-aside"

// Incoming is a report in the inbox, with what rules say of it and what it may be about.
type Incoming struct {
	Observation `access:"each"`
	Outcomes    []Outcome  `json:"outcomes,omitempty" access:"each"`
	Weight      string     `json:"weight" access:"open" doc:"The gravest of what rules say: breached, turns, undetermined, kept, or nothing."`
	Alike       []Brief    `json:"alike,omitempty" access:"each" doc:"Other reports that are in no case and may be about the same event."`
	Cases       []Likely   `json:"cases,omitempty" access:"each" doc:"Open cases that may be about the same event, the likeliest first."`
	Aside       *Statement `json:"aside,omitempty" access:"each" doc:"Why it was set aside."`
}

// InboxSearch narrows the inbox.
type InboxSearch struct {
	Observed truce.ObservationKind
	// Weight keeps those of which rules say so much at least; Gravest puts them first. Both look at the newest only.
	Weight  string
	Gravest bool
	// Aside lists what was set aside instead of what waits.
	Aside  bool
	Lang   string
	Cursor string
	Limit  int
}

// Inbox lists reports that are in no case and that nobody set aside, the newest first. It is for whoever runs cases.
func (m *Mechanism) Inbox(ctx context.Context, v access.Viewer, s InboxSearch) (Page[Incoming], error) {
	const op truce.Op = "mechanism.Inbox"
	none := Page[Incoming]{Items: []Incoming{}}
	if _, err := m.may(op, v, access.ActRunCase, access.Thing{Kind: access.KindCase, Tier: truce.TierMechanism, Class: access.ClassOrdinary}); err != nil {
		return none, err
	}
	cases, cited := m.openFiles()
	q := view.Query{Kinds: []truce.RecordKind{truce.RecordObservation}, What: s.Observed, Limit: s.Limit}
	weighs := s.Gravest || s.Weight != ""
	if weighs {
		q.Limit = inboxWindow
	}
	var seen []arrived
	page, err := list(ctx, m, v, q, s.Cursor, func(row *view.Row, t access.Thing, sees access.Fields) (Incoming, bool, error) {
		var in Incoming
		aside, err := m.aside(ctx, v, row.ID)
		if err != nil || (aside != nil) != s.Aside || !s.Aside && cited[row.ID] || row.Erased {
			return in, false, err
		}
		if in.Outcomes, err = m.saidOf(ctx, v, row.ID, s.Lang); err != nil || !s.Aside && slices.ContainsFunc(in.Outcomes, func(o Outcome) bool { return cited[o.ID] }) {
			return in, false, err
		}
		if in.Weight = weightOf(in.Outcomes); weight(in.Weight) < weight(s.Weight) {
			return in, false, nil
		}
		in.Aside = aside
		if in.Observation, err = m.observation(ctx, row, t, sees); err != nil {
			return in, false, err
		}
		o, err := m.held(ctx, row)
		if o != nil {
			seen = append(seen, arrived{o, row.Happened, m.sightingOf(row.ID, o), brief(row, t, sees)})
		}
		return in, true, err
	})
	if err != nil {
		return page, err
	}
	if s.Gravest {
		slices.SortStableFunc(page.Items, func(a, b Incoming) int { return cmp.Compare(weight(b.Weight), weight(a.Weight)) })
	}
	if weighs && s.Limit > 0 && len(page.Items) > s.Limit {
		page.Items, page.Next = page.Items[:s.Limit], ""
	}
	around, err := m.around(ctx, v, cited, seen)
	if err != nil {
		return page, err
	}
	return page, m.alike(ctx, v, cases, page.Items, append(seen, around...))
}

// arrived is a report that others are compared with.
type arrived struct {
	*truce.Observation
	happened *view.Happened
	casefile.Sighting
	Brief
}

// around lists incidents on other pages that may be about what some reports are about, by day and coarse cell; those in cases are suggested as cases.
func (m *Mechanism) around(ctx context.Context, v access.Viewer, cited map[truce.RecordID]bool, seen []arrived) (out []arrived, err error) {
	rows, _, err := m.tails.rows(ctx, m, truce.RecordObservation, view.Query{Kinds: []truce.RecordKind{truce.RecordObservation}, What: truce.KindIncident})
	if err != nil {
		return nil, err
	}
	for i := range slices.Backward(rows) {
		row := &rows[i]
		if len(out) == inboxAround {
			break
		}
		if row.Erased || cited[row.ID] || !slices.ContainsFunc(seen, func(x arrived) bool { return beside(row.Happened, x.happened) }) ||
			slices.ContainsFunc(seen, func(x arrived) bool { return x.Record == row.ID }) {
			continue
		}
		t := m.thing(row)
		sees := access.See(v, t)
		if !sees.Has(access.Existence | access.WhenCoarse | access.WhereCoarse) {
			continue
		}
		o, err := m.remembered(ctx, row)
		if err != nil {
			return nil, err
		}
		if o != nil {
			out = append(out, arrived{o, row.Happened, m.sightingOf(row.ID, o), brief(row, t, sees)})
		}
	}
	return out, nil
}

// beside reports whether two things were within a day of each other, in one coarse cell or in two that touch.
func beside(x, y *view.Happened) bool {
	if x == nil || y == nil || x.First == view.NoDay || y.First == view.NoDay || x.First > y.Last+1 || y.First > x.Last+1 {
		return false
	}
	if !x.HasCell || !y.HasCell {
		return true
	}
	a, b := cellOfRow(x), cellOfRow(y)
	return max(a.Lat-b.Lat, b.Lat-a.Lat) <= 1 && max(a.Lon-b.Lon, b.Lon-a.Lon) <= max(a.Width, b.Width)
}

// openFiles lists the open cases, the newest first, and all records that any case cites.
func (m *Mechanism) openFiles() (open []*casefile.Case, cited map[truce.RecordID]bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	cited = map[truce.RecordID]bool{}
	for _, id := range slices.Backward(m.book.Cases()) {
		c, ok := m.book.Case(id)
		if !ok {
			continue
		}
		for _, x := range c.Cites {
			cited[x] = true
		}
		if c.State != truce.CaseClosed && c.State != truce.CaseDuplicate && len(open) < inboxCases {
			open = append(open, c)
		}
	}
	return open, cited
}

// saidOf lists the latest outcomes about a report, without their reasons: those are on the page of the report.
func (m *Mechanism) saidOf(ctx context.Context, v access.Viewer, id truce.RecordID, language string) ([]Outcome, error) {
	q := view.Query{Kinds: []truce.RecordKind{truce.RecordOutcome}, Latest: true, Links: id, How: "subject", Limit: maxSaid}
	page, err := list(ctx, m, v, q, "", func(row *view.Row, t access.Thing, sees access.Fields) (Outcome, bool, error) {
		o, err := m.outcome(ctx, row, t, sees&^access.WhereExact, language)
		return o, sees.Has(access.What), err
	})
	return page.Items, err
}

// weights are what rules can say of a report, from the least.
var weights = []string{"nothing", "kept", "undetermined", "turns", "breached"}

func weight(w string) int { return slices.Index(weights, w) }

// weightOf gives the gravest of what rules say.
func weightOf(list []Outcome) string {
	most := 0
	for _, o := range list {
		w := 1
		switch {
		case !o.Same && slices.ContainsFunc(o.Said, func(s Said) bool { return s.Result == truce.Breached.String() }):
			w = 3
		case o.Result == truce.Breached.String():
			w = 4
		case o.Result == truce.Undetermined.String():
			w = 2
		}
		most = max(most, w)
	}
	return weights[most]
}

// aside gives the statement that set a record aside; nil where nobody did.
func (m *Mechanism) aside(ctx context.Context, v access.Viewer, id truce.RecordID) (*Statement, error) {
	rows, err := m.View.Records(ctx, view.Query{Kinds: []truce.RecordKind{truce.RecordStatement}, Links: id, How: "cites", Limit: maxSaid})
	if err != nil {
		return nil, err
	}
	for i := range rows {
		row := &rows[i]
		if row.Author.Office != truce.OfficeDutyOfficer {
			continue
		}
		t := m.thing(row)
		sees := access.See(v, t)
		st, err := m.statement(ctx, row, t, sees)
		if err != nil {
			return nil, err
		}
		if sees.Has(access.Existence|access.Open) && slices.Contains(st.About, AsideWord) {
			return &st, nil
		}
	}
	return nil, nil
}

// alike suggests what reports may be about: each other, and open cases.
func (m *Mechanism) alike(ctx context.Context, v access.Viewer, open []*casefile.Case, list []Incoming, seen []arrived) error {
	a, ok := m.Current()
	if !ok {
		return nil
	}
	byID := map[truce.RecordID]arrived{}
	for _, x := range seen {
		byID[x.Record] = x
	}
	for _, simulated := range []bool{false, true} { // what is invented and what is real are never the same event
		var cases, reports []casefile.Sighting
		for _, c := range open {
			if c.Simulated != simulated || !access.See(v, m.caseThing(c)).Has(access.Existence) {
				continue
			}
			s, err := m.sighting(ctx, c)
			if err != nil {
				return err
			}
			cases = append(cases, s)
		}
		for _, x := range seen {
			if x.Observation.Simulated == simulated {
				reports = append(reports, x.Sighting)
			}
		}
		for i := range list {
			one, ok := byID[list[i].ID]
			if !ok || one.Observation.Simulated != simulated {
				continue
			}
			for _, x := range casefile.Likely(one.Sighting, cases, a.Plan.Incidents, DefaultApart, DefaultNear) {
				list[i].Cases = append(list[i].Cases, likely(x))
			}
			for _, x := range casefile.Likely(one.Sighting, reports, a.Plan.Incidents, DefaultApart, DefaultNear) {
				list[i].Alike = append(list[i].Alike, byID[x.Record].Brief)
			}
		}
	}
	return nil
}

// sightingOf is what a report is about.
func (m *Mechanism) sightingOf(id truce.RecordID, o *truce.Observation) casefile.Sighting {
	s := casefile.Sighting{Record: id, When: o.When}
	if o.Kind == truce.KindIncident {
		s.Kind = o.What
	}
	if o.Where.Kind == truce.PlacePoint {
		s.At, s.Error, s.Placed = o.Where.At, o.Where.Error, true
	}
	for _, role := range []truce.Role{truce.RoleInitiator, truce.RoleTarget, truce.RoleSide, truce.RoleSubject} {
		s.Actors = append(s.Actors, m.named(o, role)...)
	}
	return s
}

// SetAside notes that a report needs no case, and why. It stays where it is and can be taken up at any time.
func (m *Mechanism) SetAside(ctx context.Context, v access.Viewer, id truce.RecordID, why string) (Receipt, error) {
	const op truce.Op = "mechanism.SetAside"
	if _, err := m.may(op, v, access.ActRunCase, access.Thing{Kind: access.KindCase, Tier: truce.TierMechanism, Class: access.ClassOrdinary}); err != nil {
		return Receipt{}, err
	}
	row, _, _, err := m.look(ctx, op, v, id, truce.RecordObservation)
	if err != nil {
		return Receipt{}, err
	}
	return m.State(ctx, v, record.Statement{Act: record.StatementSaid, About: []string{AsideWord}, Cites: []truce.RecordID{id}, Text: why, Simulated: row.Simulated}, truce.TierMechanism)
}

// likely writes a match with a case. How far apart the two are is told in whole kilometres.
func likely(x casefile.Match) Likely {
	return Likely{x.Case, x.Apart.String(), truce.Tenths(int64(x.Distance) / 1000 * 10000).String(), x.Kinds.String(), x.Shared}
}
