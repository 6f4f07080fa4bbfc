package mechanism

import (
	"context"
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/casefile"
	"truce/internal/record"
	"truce/internal/view"
)

// What rules say and cases: who opens one, and which outcome belongs to which. docs/reference/cases.md says it for people.

// MaxOpened is how many cases open by themselves at once; what is beyond is listed and left to people. See docs/limits.md.
const MaxOpened = 100

// openCases opens a case for each breach that the procedure of the agreement in force names and that belongs to no case yet. Its state is the journal: asked
// again, after a start or at any moment, it opens nothing twice.
func (m *Mechanism) openCases(ctx context.Context, now truce.Instant) error {
	a, ok := m.Current()
	if !ok || a.Plan.Agreement.Procedure == nil || len(a.Plan.Agreement.Procedure.OpenedOn) == 0 || m.Writer == nil {
		return nil
	}
	m.command.Lock()
	defer m.command.Unlock()
	if m.opened.version != a.Plan.Agreement.Version {
		m.opened = opened{version: a.Plan.Agreement.Version}
	}
	head, _, _ := m.Taken()
	book := &filing{m: m}
	left := MaxOpened
	for _, rule := range a.Plan.Agreement.Procedure.OpenedOn {
		q := view.Query{Kinds: []truce.RecordKind{truce.RecordOutcome}, Rule: rule, Latest: true, After: m.opened.to, OldestFirst: true, Limit: view.MaxPage}
		for {
			rows, err := m.View.Records(ctx, q)
			if err != nil {
				return err
			}
			for i := range rows {
				if row := &rows[i]; row.Version == a.Plan.Agreement.Version && left > 0 {
					opens, err := m.fileOutcome(ctx, book, a, row, now)
					if err != nil {
						return err
					}
					if opens {
						left--
					}
				}
			}
			if len(rows) < q.Limit {
				break
			}
			q.After = rows[len(rows)-1].Seq
		}
	}
	m.opened.to = head.Seq
	return nil
}

// opened is how far outcomes have been looked at for cases, under which version.
type opened struct {
	version truce.VersionID
	to      truce.Seq
}

// fileOutcome puts a breach to the case it belongs to, or opens one for it. What happened before the version was taken up opens nothing: whoever brings the
// past in does not want a case for each of its days.
func (m *Mechanism) fileOutcome(ctx context.Context, book *filing, a Adopted, row *view.Row, now truce.Instant) (opens bool, err error) {
	o, err := m.concluded(ctx, row)
	if err != nil || o.Detail == nil || !breached(o) || !o.Detail.When.Stated() || o.Detail.When.To < a.At {
		return false, err
	}
	at, belongs, err := book.caseOf(ctx, row.ID, o)
	if err != nil {
		return false, err
	}
	cites := []truce.RecordID{row.ID}
	if belongs {
		return false, m.citeIn(ctx, at, cites, now)
	}
	for _, id := range o.Subject.Records {
		if len(cites) < record.MaxCites {
			cites = append(cites, id)
		}
	}
	m.mu.RLock()
	s := record.Step{Case: m.book.NextID(now.Time().Year()), Step: truce.StepOpen, Rule: o.Rule, Article: o.Article, Cites: cites, Parties: partiesOf(a, o), Simulated: o.Simulated}
	m.mu.RUnlock()
	if err := m.stepByProgram(ctx, s, a.Plan.Agreement.Version, now); err != nil {
		return false, err
	}
	book.forget()
	return true, nil
}

// concluded opens an outcome.
func (m *Mechanism) concluded(ctx context.Context, row *view.Row) (record.Outcome, error) {
	r, g, err := m.content(ctx, row)
	if err != nil {
		return record.Outcome{}, err
	}
	return record.ReadOutcome(&r, g)
}

// breached reports whether a rule was not kept under one reading at least. Whether that reading holds is for people.
func breached(o record.Outcome) bool {
	return slices.ContainsFunc(o.Said, func(s record.Said) bool { return s.Result == truce.Breached })
}

// partiesOf lists the participants who answer for those it could have been.
func partiesOf(a Adopted, o record.Outcome) (out []truce.BodyID) {
	for _, p := range a.Plan.Agreement.Participants {
		answers := slices.Contains(o.Attribution.Answering, p.Actor) || slices.Contains(o.Attribution.By, p.Actor)
		if body := truce.BodyID(p.Actor); answers && p.Role != truce.RoleMechanism && !slices.Contains(out, body) && len(out) < record.MaxNamed {
			out = append(out, body)
		}
	}
	return out
}

// filing is what the cases of a moment are about.
type filing struct {
	m         *Mechanism
	cases     []*casefile.Case // nil until it is asked for
	about     map[truce.RecordID][]int
	sightings map[truce.CaseID]casefile.Sighting
}

func (f *filing) forget() { f.cases, f.about = nil, nil }

func (f *filing) read(ctx context.Context) error {
	if f.cases != nil {
		return nil
	}
	f.cases, f.about = []*casefile.Case{}, map[truce.RecordID][]int{}
	if f.sightings == nil {
		f.sightings = map[truce.CaseID]casefile.Sighting{}
	}
	f.m.mu.RLock()
	for _, id := range f.m.book.Cases() {
		if c, ok := f.m.book.Case(id); ok {
			f.cases = append(f.cases, c)
		}
	}
	f.m.mu.RUnlock()
	for i, c := range f.cases {
		for _, id := range c.Cites {
			f.about[id] = append(f.about[id], i)
			subject, err := f.m.subject(ctx, id)
			if err != nil {
				return err
			}
			for _, of := range subject {
				if !slices.Contains(f.about[of], i) {
					f.about[of] = append(f.about[of], i)
				}
			}
		}
	}
	return nil
}

// subject lists the records that a record is about, where it is an outcome.
func (m *Mechanism) subject(ctx context.Context, id truce.RecordID) (out []truce.RecordID, err error) {
	row, err := m.View.Record(ctx, id)
	if err != nil || row.Kind != truce.RecordOutcome {
		return nil, err
	}
	links, err := m.View.Linked(ctx, row.Seq)
	for _, l := range links {
		if l.How == "subject" {
			out = append(out, l.ID)
		}
	}
	return out, err
}

// caseOf finds the case that an outcome belongs to: one that cites it, or the outcome whose place it takes, or a record that it is about; or an open one
// of the same rule and an overlapping party that is likely the same event. So there is one case for each rule, party and episode.
func (f *filing) caseOf(ctx context.Context, id truce.RecordID, o record.Outcome) (*casefile.Case, bool, error) {
	if err := f.read(ctx); err != nil {
		return nil, false, err
	}
	fits := func(c *casefile.Case) bool { return c.Rule == o.Rule && c.Simulated == o.Simulated }
	for _, about := range append([]truce.RecordID{id, o.Supersedes}, o.Subject.Records...) {
		at := f.about[about]
		for i := range at { // the latest one first: an earlier one may be closed, or repeat it
			if c := f.cases[at[len(at)-1-i]]; about != "" && (fits(c) || about == id || about == o.Supersedes) {
				return c, true, nil
			}
		}
	}
	if o.Detail == nil {
		return nil, false, nil
	}
	a, ok := f.m.Current()
	if !ok {
		return nil, false, nil
	}
	parties := partiesOf(a, o)
	var others []casefile.Sighting
	for _, c := range f.cases {
		overlap := len(parties) == 0 || len(c.Parties) == 0 || slices.ContainsFunc(c.Parties, func(p casefile.Party) bool { return slices.Contains(parties, p.Body) })
		if !fits(c) || !overlap || c.State == truce.CaseClosed || c.State == truce.CaseDuplicate {
			continue
		}
		s, ok := f.sightings[c.ID]
		if !ok {
			var err error
			if s, err = f.m.sighting(ctx, c); err != nil {
				return nil, false, err
			}
			f.sightings[c.ID] = s
		}
		others = append(others, s)
	}
	list := casefile.Likely(sighted(o), others, a.Plan.Incidents, DefaultApart, DefaultNear)
	if len(list) == 0 {
		return nil, false, nil
	}
	i := slices.IndexFunc(f.cases, func(c *casefile.Case) bool { return c.ID == list[0].Case })
	return f.cases[i], true, nil
}

// sighted is what an outcome is about.
func sighted(o record.Outcome) casefile.Sighting {
	s := casefile.Sighting{When: o.Detail.When, Actors: o.Attribution.By}
	if o.Detail.At != (truce.Position{}) {
		s.At, s.Error, s.Placed = o.Detail.At, o.Detail.Error, true
	}
	return s
}

// cite lets an open case know of an outcome that took the place of one it rests on: a late report changed what the rule says.
func (m *Mechanism) cite(ctx context.Context, was, is truce.RecordID, now truce.Instant) error {
	m.command.Lock()
	defer m.command.Unlock()
	m.mu.RLock()
	ids := m.book.Cases()
	m.mu.RUnlock()
	for _, id := range ids {
		m.mu.RLock()
		c, ok := m.book.Case(id)
		m.mu.RUnlock()
		if !ok || !slices.Contains(c.Cites, was) {
			continue
		}
		if err := m.citeIn(ctx, c, []truce.RecordID{is}, now); err != nil {
			return err
		}
	}
	return nil
}

// citeIn adds records to what an open case cites. One that is closed stays as it is: people reopen it. The command lock is held.
func (m *Mechanism) citeIn(ctx context.Context, c *casefile.Case, ids []truce.RecordID, now truce.Instant) error {
	if !slices.ContainsFunc(ids, func(id truce.RecordID) bool { return !slices.Contains(c.Cites, id) }) {
		return nil
	}
	return passOver(m.stepByProgram(ctx, record.Step{Case: c.ID, Step: truce.StepCite, Last: c.Last(), Cites: ids, Simulated: c.Simulated}, c.Version, now))
}

// stepByProgram takes a step that nobody decides. The command lock is held.
func (m *Mechanism) stepByProgram(ctx context.Context, s record.Step, version truce.VersionID, now truce.Instant) error {
	d, err := s.Draft()
	if err != nil {
		return err
	}
	r := &d.Record
	r.Author, r.Tier, r.Claimed, r.Received, r.Version = truce.Author{Vouch: truce.VouchNode}, truce.TierMechanism, now, now, version
	m.under(r)
	m.mu.RLock()
	err = m.book.Check(r, s)
	m.mu.RUnlock()
	if err != nil {
		return err
	}
	list, err := m.put(ctx, []record.Draft{d})
	if err != nil {
		return err
	}
	return m.Await(ctx, list[0].Seq)
}

// withoutCase keeps, of a list of outcomes, the breaches that no open case is about; nothing for whoever does not run cases.
func (m *Mechanism) withoutCase(ctx context.Context, v access.Viewer) func(*view.Row) (bool, error) {
	if access.May(v, access.ActRunCase, access.Thing{Kind: access.KindCase, Tier: truce.TierMechanism, Class: access.ClassOrdinary}).Verdict != access.Allowed {
		return func(*view.Row) (bool, error) { return false, nil }
	}
	book := &filing{m: m}
	return func(row *view.Row) (bool, error) {
		o, err := m.concluded(ctx, row)
		if err != nil || !breached(o) {
			return false, err
		}
		c, belongs, err := book.caseOf(ctx, row.ID, o)
		if err != nil {
			return false, err
		}
		return !belongs || c.State == truce.CaseClosed && !slices.Contains(c.Cites, row.ID), nil
	}
}
