package mechanism

import (
	"cmp"
	"context"
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/record"
	"truce/internal/view"
)

// What people decided about each other's sight and about content, and what waits for a second one. Each is a record; its state is what the records
// behind it made of it.

// Grant lets somebody see something for a while, as one viewer sees it.
type Grant struct {
	Card      `access:"each"`
	To        truce.PersonID `json:"to,omitempty" access:"open" doc:"Whom it lets see, where it is a person."`
	ToBody    truce.BodyID   `json:"to_body,omitempty" access:"open" doc:"Whom it lets see, where it is a body; the body of whom it lets see, where it is a person."`
	ToOffices []string       `json:"to_offices,omitempty" access:"open" doc:"The offices of whom it lets see, where it is a person."`
	Record    truce.RecordID `json:"record,omitempty" access:"open"`
	OfCase    truce.CaseID   `json:"of_case,omitempty" access:"open"`
	Site      truce.PlaceID  `json:"site,omitempty" access:"open"`
	Opens     []string       `json:"opens" access:"open" doc:"The classes of fields that it opens."`
	From      string         `json:"from" access:"open" format:"date-time"`
	Until     string         `json:"until" access:"open" format:"date-time" doc:"When it ends, or was ended."`
	State     string         `json:"state" access:"open" doc:"Waits for somebody of another body, runs, over, or void: it never took effect."`
	Consent   truce.RecordID `json:"consent,omitempty" access:"open" doc:"The record in which a protected site agreed."`
	Second    truce.BodyID   `json:"second,omitempty" access:"by" doc:"Whose second word made it whole; without one it opens nothing severe."`
	Reason    string         `json:"reason,omitempty" access:"reason"`
}

// Grants lists the grants that a viewer may know of, those that are over with them.
func (m *Mechanism) Grants(ctx context.Context, v access.Viewer, cursor string, limit int) (Page[Grant], error) {
	q := view.Query{Kinds: []truce.RecordKind{truce.RecordGrant}, Limit: limit}
	return list(ctx, m, v, q, cursor, func(row *view.Row, t access.Thing, sees access.Fields) (Grant, bool, error) {
		out, err := m.grant(ctx, v, row, t, sees)
		return out, err == nil && out.State != "", err
	})
}

// grant gives one; without a state where the record gives nothing, as the end of another.
func (m *Mechanism) grant(ctx context.Context, v access.Viewer, row *view.Row, t access.Thing, sees access.Fields) (Grant, error) {
	r, g, err := m.content(ctx, row)
	if err != nil {
		return Grant{}, err
	}
	x, err := record.ReadGrant(&r, g)
	if err != nil || x.Act != record.GrantGiven {
		return Grant{}, err
	}
	out := Grant{Card: m.card(row, t, sees), To: x.Person, ToBody: x.Body, Record: x.Record, OfCase: x.Case, Site: x.Site, Opens: x.Fields, From: instant(x.From),
		Until: instant(x.Until), State: "void", Consent: x.Consent, Reason: x.Reason}
	if p, ok := m.Directory.Person(x.Person); ok {
		out.ToBody, out.ToOffices = p.Body, officeWords(p.Offices)
	}
	now, ok := m.Directory.Grant(row.ID)
	if ok {
		out.Until, out.Second = instant(now.Until), now.Second.Body
	}
	switch {
	case ok && now.Until <= v.Now || !ok && x.Until <= v.Now:
		out.State = "over"
	case ok:
		out.State = "runs"
	case m.Waits(row.ID):
		out.State = "waits"
	}
	access.RedactTo(sees, &out)
	return out, nil
}

// Erasure is a decision about the content of records, as one viewer sees it.
type Erasure struct {
	Card    `access:"each"`
	Act     string           `json:"act" access:"open" doc:"Proposed, held or releases."`
	Why     string           `json:"why" access:"open"`
	State   string           `json:"state" access:"open" doc:"Waits for somebody of another body, or holds: done."`
	Second  truce.BodyID     `json:"second,omitempty" access:"by" doc:"Who confirmed it."`
	Count   int              `json:"count,omitempty" access:"use" doc:"How many records it names."`
	Records []truce.RecordID `json:"records,omitempty" access:"use" doc:"The records it names; of each the name stays."`
	Reason  string           `json:"reason,omitempty" access:"reason"`
}

// Erasures lists what was destroyed, what shall be, and what is held against it.
func (m *Mechanism) Erasures(ctx context.Context, v access.Viewer, cursor string, limit int) (Page[Erasure], error) {
	q := view.Query{Kinds: []truce.RecordKind{truce.RecordErasure}, Limit: limit}
	return list(ctx, m, v, q, cursor, func(row *view.Row, t access.Thing, sees access.Fields) (Erasure, bool, error) {
		out, err := m.erasure(ctx, row, t, sees)
		return out, err == nil && out.Act != string(record.ErasureConfirms), err
	})
}

func (m *Mechanism) erasure(ctx context.Context, row *view.Row, t access.Thing, sees access.Fields) (out Erasure, err error) {
	out = Erasure{Card: m.card(row, t, sees), State: "done"}
	defer func() { access.RedactTo(sees, &out) }()
	r, g, err := m.content(ctx, row)
	if err != nil {
		return out, err
	}
	x, err := record.ReadErasure(&r, g)
	if err != nil {
		return out, err
	}
	out.Act, out.Why, out.Reason, out.Count = string(x.Act), string(x.Why), x.Reason, len(x.Seqs)
	m.mu.RLock()
	second, confirmed := m.custody.Second(row.ID)
	m.mu.RUnlock()
	if x.Act != record.ErasureHeld && !confirmed {
		out.State = "waits"
	}
	out.Second = second.Body
	if sees.Has(access.Use) {
		out.Records, err = m.idsOf(ctx, x.Seqs)
	}
	return out, err
}

// Proposal is what waits for somebody of another body, or for more signatories.
type Proposal struct {
	Card     `access:"each"`
	Act      string           `json:"act" access:"open" doc:"What it takes to confirm it: the act of docs/reference/access.md."`
	About    truce.PersonID   `json:"about,omitempty" access:"open" doc:"Whom it speaks of."`
	Who      *Person          `json:"who,omitempty" access:"each" doc:"Who that is, or would be."`
	Grants   *Grant           `json:"grants,omitempty" access:"each" doc:"What somebody would be let see, and who."`
	Erases   *Erasure         `json:"erases,omitempty" access:"each" doc:"What would be destroyed, or would be held no more."`
	Records  []truce.RecordID `json:"records,omitempty" access:"use" doc:"The records whose content would be destroyed, or would be held no more."`
	Of       truce.RecordID   `json:"of,omitempty" access:"open" doc:"The record that would be shown, revealed or withheld."`
	Tier     string           `json:"to_tier,omitempty" access:"open" doc:"Who would see it."`
	Reveals  string           `json:"reveals,omitempty" access:"open" doc:"The group of fields that would be opened to everybody."`
	Why      string           `json:"why,omitempty" access:"open" doc:"Why records would stay sealed in the open record."`
	Count    int              `json:"count,omitempty" access:"open" doc:"How many would."`
	Withheld string           `json:"withheld_until,omitempty" access:"open" format:"date-time" doc:"Until when they would; always where it is not there."`
	Reason   string           `json:"reason,omitempty" access:"reason"`
	Proposes truce.VersionID  `json:"proposes,omitempty" access:"open" doc:"The version of the agreement that would bind."`
	Agreed   []truce.BodyID   `json:"agreed,omitempty" access:"by" doc:"Who has proposed the same."`
	Needs    int              `json:"needs" access:"open" doc:"How many bodies it takes."`
	Until    string           `json:"until,omitempty" access:"logged" format:"date-time" doc:"It waits until then."`
	Yours    bool             `json:"yours" access:"existence" doc:"You can confirm it now, or after proving again who you are."`
}

// Proposals lists what waits for another person: people and keys, grants, tiers, the end of a pause, erasures, versions of the agreement. The oldest come first.
func (m *Mechanism) Proposals(ctx context.Context, v access.Viewer) ([]Proposal, error) {
	type waiting struct {
		seq truce.Seq
		p   Proposal
	}
	var all []waiting
	add := func(id truce.RecordID, fill func(row *view.Row, t access.Thing, p *Proposal) (access.Act, error)) error {
		row, err := m.View.Record(ctx, id)
		if err != nil {
			return err
		}
		t := m.thing(&row)
		sees := access.See(v, t)
		if !sees.Has(access.Existence) {
			return nil
		}
		p := Proposal{Card: m.card(&row, t, sees), Needs: 2, About: row.About, Agreed: []truce.BodyID{row.Author.Body}}
		act, err := fill(&row, t, &p)
		if err != nil {
			return err
		}
		p.Act = act.String()
		if t.Proposer = row.Author; row.Kind != truce.RecordAgreement {
			p.Yours = access.Another(row.Author, v.Author())
		}
		d := access.May(v, act, t)
		p.Yours = p.Yours && (d.Verdict == access.Allowed || d.Verdict == access.ProveAgain)
		access.RedactTo(sees, &p)
		all = append(all, waiting{row.Seq, p})
		return nil
	}
	for _, id := range m.Directory.Waiting(v.Now) {
		err := add(id, func(row *view.Row, t access.Thing, p *Proposal) (access.Act, error) {
			p.Until = instant(row.Recorded.Add(access.MaxProposalAge))
			act, _ := m.Directory.Proposed(id)
			switch row.Kind {
			case truce.RecordPerson:
				var err error
				p.Who, err = m.proposedPerson(ctx, v, row)
				return act, err
			case truce.RecordGrant:
				g, err := m.grant(ctx, v, row, t, access.See(v, t))
				p.Grants = &g
				return act, err
			case truce.RecordClass:
			default:
				return act, nil
			}
			r, g, err := m.content(ctx, row)
			if err != nil {
				return act, err
			}
			x, err := record.ReadClass(&r, g)
			if p.Of, p.Reveals, p.Why, p.Withheld, p.Reason = x.Of, x.Group, x.Why, instant(x.Until), x.Reason; x.Act == record.ClassSet {
				p.Tier = x.Tier.String()
			} else if x.Act == record.ClassWithholds {
				p.Count = max(1, len(x.Seqs))
			}
			return act, err
		})
		if err != nil {
			return nil, err
		}
	}
	m.mu.RLock()
	erasures := m.custody.Waiting()
	var texts []proposed
	for _, p := range m.proposed {
		if !p.done {
			texts = append(texts, proposed{text: p.text, bodies: slices.Clone(p.bodies), first: p.first})
		}
	}
	quorum, inForce := m.quorum(), m.inForce()
	m.mu.RUnlock()
	for _, id := range erasures {
		err := add(id, func(row *view.Row, t access.Thing, p *Proposal) (access.Act, error) {
			e, err := m.erasure(ctx, row, t, access.EveryField)
			p.Erases, p.Records = &e, e.Records
			return access.ActErase, err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, x := range texts {
		err := add(x.first, func(_ *view.Row, _ access.Thing, p *Proposal) (access.Act, error) {
			p.Proposes, p.Agreed, p.Needs = x.text.Version, x.bodies, quorum
			m.mu.RLock()
			defer m.mu.RUnlock()
			p.Yours = inForce != nil && slices.Contains(m.signatories(inForce.Plan.Agreement.Version), v.Body) && !slices.Contains(x.bodies, v.Body)
			return access.ActAmend, nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b waiting) int { return cmp.Compare(a.seq, b.seq) })
	out := []Proposal{}
	for _, w := range all {
		out = append(out, w.p)
	}
	return out, nil
}

// proposedPerson gives who would be added, or whose key it is; what may not be seen of them is taken out later.
func (m *Mechanism) proposedPerson(ctx context.Context, v access.Viewer, row *view.Row) (*Person, error) {
	r, g, err := m.content(ctx, row)
	if err != nil {
		return nil, err
	}
	x, err := record.ReadPerson(&r, g)
	if err != nil {
		return nil, err
	}
	if x.Act == record.PersonAdded {
		return &Person{ID: x.Person, Body: x.Body, Offices: officeWords(x.Offices), Since: instant(x.Since), Until: instant(x.Until), Name: x.Name, Contact: x.Contact, Language: x.Language}, nil
	}
	p, _ := m.Directory.Person(x.Person)
	if one, ok := m.person(v, p); ok {
		return &one, nil
	}
	return nil, nil
}

// idsOf gives the names of records by their numbers.
func (m *Mechanism) idsOf(ctx context.Context, seqs []truce.Seq) ([]truce.RecordID, error) {
	var out []truce.RecordID
	for _, s := range seqs {
		rows, err := m.View.Records(ctx, view.Query{After: s - 1, Before: s + 1, Limit: 1})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out = append(out, r.ID)
		}
	}
	return out, nil
}
