package mechanism

import (
	"context"

	"truce"
	"truce/internal/access"
	"truce/internal/record"
	"truce/internal/view"
)

// Statement is what somebody said, as one viewer sees it.
type Statement struct {
	Card      `access:"each"`
	Act       string           `json:"act" access:"open" doc:"Said, reads (declares a reading of a term), no-longer, or disputes (a reading is held against another)."`
	Of        truce.BodyID     `json:"of,omitempty" access:"who" doc:"Whose word it is."`
	At        string           `json:"at,omitempty" access:"when-exact" format:"date-time"`
	About     []string         `json:"about,omitempty" access:"open"`
	Cites     []truce.RecordID `json:"cites,omitempty" access:"note"`
	Term      truce.TermID     `json:"term,omitempty" access:"open"`
	Reading   truce.ReadingID  `json:"reading,omitempty" access:"open"`
	Who       string           `json:"who,omitempty" access:"note" doc:"The person who spoke."`
	Text      string           `json:"text,omitempty" access:"note"`
	Reference string           `json:"reference,omitempty" access:"note" doc:"Where it can be read."`
}

// Statements lists statements.
func (m *Mechanism) Statements(ctx context.Context, v access.Viewer, cursor string, limit int) (Page[Statement], error) {
	q := view.Query{Kinds: []truce.RecordKind{truce.RecordStatement}, Limit: limit}
	return list(ctx, m, v, q, cursor, func(row *view.Row, t access.Thing, sees access.Fields) (Statement, bool, error) {
		s, err := m.statement(ctx, row, t, sees)
		return s, true, err
	})
}

func (m *Mechanism) statement(ctx context.Context, row *view.Row, t access.Thing, sees access.Fields) (out Statement, err error) {
	out = Statement{Card: m.card(row, t, sees)}
	defer func() { access.RedactTo(sees, &out) }()
	r, g, err := m.content(ctx, row)
	if err != nil {
		return out, err
	}
	s, err := record.ReadStatement(&r, g)
	if err != nil {
		return out, err
	}
	out.Act, out.Of, out.At, out.About, out.Cites, out.Term, out.Reading = string(s.Act), s.Of, instant(s.At), s.About, s.Cites, s.Term, s.Reading
	out.Who, out.Text, out.Reference = s.Who, s.Text, s.Reference
	return out, nil
}

// Disputes lists who disputes which reading in a case, newest first.
func (m *Mechanism) Disputes(ctx context.Context, v access.Viewer, id truce.CaseID) ([]Statement, error) {
	page, err := list(ctx, m, v, view.Query{Kinds: []truce.RecordKind{truce.RecordStatement}, Case: id, Limit: maxEvidence}, "",
		func(row *view.Row, t access.Thing, sees access.Fields) (Statement, bool, error) {
			s, err := m.statement(ctx, row, t, sees)
			return s, true, err
		})
	return page.Items, err
}

// MayDispute reports whether the viewer could dispute a reading in a case. It is no refusal, and not logged.
func (m *Mechanism) MayDispute(v access.Viewer, id truce.CaseID) bool {
	m.mu.RLock()
	c, ok := m.book.Case(id)
	m.mu.RUnlock()
	return ok && access.May(v, access.ActDispute, m.caseThing(c)).Verdict == access.Allowed
}

// State records a statement. A reading is declared and disputed for the author's own body; who disputes one says so to all participants.
func (m *Mechanism) State(ctx context.Context, v access.Viewer, s record.Statement, tier truce.Tier) (Receipt, error) {
	const op truce.Op = "mechanism.State"
	s.Simulated = s.Simulated || m.Exercise
	if !s.At.Stated() {
		s.At = v.Now
	}
	if s.Of == "" || s.Act != record.StatementSaid {
		s.Of = v.Body
	}
	m.command.Lock()
	defer m.command.Unlock()
	act, t := access.ActReport, access.Thing{Kind: access.KindStatement, Author: v.Author(), Tier: tier}
	switch s.Act {
	case record.StatementReads, record.StatementNoLonger:
		act = access.ActDeclareReading
	case record.StatementDisputes:
		var err error
		if t, err = m.disputed(op, &s); err != nil {
			return Receipt{}, err
		}
		act, tier = access.ActDispute, truce.TierParticipants
	}
	if _, err := m.may(op, v, act, t); err != nil {
		return Receipt{}, err
	}
	if err := m.citable(ctx, op, v, s.Cites); err != nil {
		return Receipt{}, err
	}
	d, err := s.Draft()
	if err != nil {
		return Receipt{}, err
	}
	d.Record.Tier = tier
	return m.do(ctx, v, d)
}

// disputed gives what a reading is disputed in: a case, or the agreement, which speaks to all its participants.
func (m *Mechanism) disputed(op truce.Op, s *record.Statement) (access.Thing, error) {
	a, ok := m.Current()
	if !ok {
		return access.Thing{}, errNoAgreement(op)
	}
	if a.Plan.Reading(truce.Choice{Term: s.Term, Reading: s.Reading}) == nil {
		return access.Thing{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(s.Term) + "=" + string(s.Reading), Reason: "the agreement has no such reading", Hint: "name a term and one of its readings"}
	}
	if s.Case != "" {
		m.mu.RLock()
		c, ok := m.book.Case(s.Case)
		m.mu.RUnlock()
		if !ok {
			return access.Thing{}, errAbsent(op)
		}
		s.Simulated = c.Simulated
		return m.caseThing(c), nil
	}
	t := access.Thing{ID: a.Record, Kind: access.KindAgreement, Tier: truce.TierParticipants, Class: access.ClassOrdinary}
	for _, p := range a.Plan.Agreement.Participants {
		t.Addressed = append(t.Addressed, truce.BodyID(p.Actor))
	}
	return t, nil
}

// citable refuses to cite what the author cannot see: whether a record exists is not told either.
func (m *Mechanism) citable(ctx context.Context, op truce.Op, v access.Viewer, ids []truce.RecordID) error {
	for _, id := range ids {
		if _, _, _, err := m.look(ctx, op, v, id); err != nil {
			return &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(id), Reason: "there is no such record to cite", Hint: "cite records that you can see"}
		}
	}
	return nil
}

// Query is one act in a question or a notice of movement, as one viewer sees it.
type Query struct {
	Card  `access:"each"`
	Act   string           `json:"act" access:"open"`
	Of    truce.RecordID   `json:"of,omitempty" access:"open" doc:"The record that began it."`
	To    []truce.BodyID   `json:"to,omitempty" access:"who"`
	Whose truce.BodyID     `json:"whose,omitempty" access:"who" doc:"Whose clock ran out."`
	At    string           `json:"at,omitempty" access:"when-exact" format:"date-time"`
	Due   string           `json:"due,omitempty" access:"when-exact" format:"date-time"`
	About []string         `json:"about,omitempty" access:"open"`
	Cites []truce.RecordID `json:"cites,omitempty" access:"note"`
	Text  string           `json:"text,omitempty" access:"note"`
	Where string           `json:"where,omitempty" access:"where-exact"`
	When  string           `json:"when,omitempty" access:"when-exact" doc:"Of a movement, as its author wrote it."`
	Asked []QueryAsked     `json:"asked,omitempty" access:"who" doc:"What each of those asked did."`
}

// QueryAsked is one of those a query goes to.
type QueryAsked struct {
	Body   truce.BodyID   `json:"body"`
	Answer string         `json:"answer,omitempty"`
	Record truce.RecordID `json:"record,omitempty"`
	Silent bool           `json:"silent,omitempty"`
}

// Queries lists questions and notices of movement with all their acts, newest first.
func (m *Mechanism) Queries(ctx context.Context, v access.Viewer, cursor string, limit int) (Page[Query], error) {
	q := view.Query{Kinds: []truce.RecordKind{truce.RecordQuery}, Limit: limit}
	return list(ctx, m, v, q, cursor, func(row *view.Row, t access.Thing, sees access.Fields) (Query, bool, error) {
		x, err := m.query(ctx, row, t, sees)
		return x, true, err
	})
}

func (m *Mechanism) query(ctx context.Context, row *view.Row, t access.Thing, sees access.Fields) (out Query, err error) {
	out = Query{Card: m.card(row, t, sees)}
	defer func() { access.RedactTo(sees, &out) }()
	r, g, err := m.content(ctx, row)
	if err != nil {
		return out, err
	}
	q, err := record.ReadQuery(&r, g)
	if err != nil {
		return out, err
	}
	out.Act, out.Of, out.To, out.Whose, out.At, out.About, out.Cites = string(q.Act), q.Of, q.To, q.Body, instant(q.At), q.About, q.Cites
	out.Text, out.Where, out.When = q.Text, q.Where, q.When
	m.mu.RLock()
	began, ok := m.book.Query(row.ID)
	m.mu.RUnlock()
	if ok {
		out.Due = instant(began.Due)
		for _, a := range began.To {
			out.Asked = append(out.Asked, QueryAsked{a.Body, string(a.Answer), a.Record, a.Silence != ""})
		}
	}
	return out, nil
}

// Ask puts a question, gives notice of a movement, or answers one.
func (m *Mechanism) Ask(ctx context.Context, v access.Viewer, q record.Query) (Receipt, error) {
	const op truce.Op = "mechanism.Ask"
	q.At, q.Simulated = v.Now, q.Simulated || m.Exercise
	m.command.Lock()
	defer m.command.Unlock()
	act, t := access.ActAsk, access.Thing{Kind: access.KindQuery, Author: v.Author(), Tier: truce.TierNamed}
	switch q.Act {
	case record.QueryNotifies:
		act = access.ActNotify
	case record.QueryAsks:
		if v.Office == truce.OfficeDutyOfficer {
			act = access.ActRunCase
		}
	default:
		row, thing, _, err := m.look(ctx, op, v, q.Of, truce.RecordQuery)
		if err != nil {
			return Receipt{}, err
		}
		act, t = access.ActRespond, thing
		q.Simulated = row.Simulated
		if v.Office == truce.OfficeDutyOfficer {
			act = access.ActRunCase
		}
	}
	if _, err := m.may(op, v, act, t); err != nil {
		return Receipt{}, err
	}
	if err := m.citable(ctx, op, v, q.Cites); err != nil {
		return Receipt{}, err
	}
	d, err := q.Draft()
	if err != nil {
		return Receipt{}, err
	}
	d.Record.Tier = truce.TierNamed
	m.sign(v, &d)
	m.mu.RLock()
	err = m.book.CheckQuery(&d.Record, q)
	m.mu.RUnlock()
	if err != nil {
		return Receipt{}, err
	}
	return m.do(ctx, v, d)
}
