package mechanism

import (
	"cmp"
	"context"
	"io/fs"
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/lang"
	"truce/internal/record"
	"truce/internal/vault"
	"truce/terms"
)

// proposed is a text that signatories want to bind, and who they are.
type proposed struct {
	text   record.Agreement
	bodies []truce.BodyID
	first  truce.RecordID // who proposed it first
	done   bool
}

// adopt takes a version of the agreement up. The first one founds the mechanism; every later one binds only when enough signatories of the version in
// force have proposed the same text, whoever wrote the record. The lock is held.
func (m *Mechanism) adopt(r *truce.Record, _ vault.Groups) error {
	x, err := record.ReadAgreement(r)
	if err != nil {
		return err
	}
	text := x.Text()
	switch x.Use {
	case record.AgreementWithdrawn:
		m.adopted = slices.DeleteFunc(m.adopted, func(a Adopted) bool { return a.Use == record.AgreementRival && a.Text == text })
		return nil
	case record.AgreementProposed:
		if !m.maySign(r) {
			return nil
		}
		p := m.proposed[text]
		if p == nil {
			p = &proposed{text: x, first: r.ID}
			m.proposed[text] = p
		}
		if !slices.Contains(p.bodies, r.Author.Body) {
			p.bodies = append(p.bodies, r.Author.Body)
		}
	case record.AgreementInForce:
		if p := m.proposed[text]; m.inForce() != nil && (p == nil || len(p.bodies) < m.quorum()) {
			return nil
		} else if p != nil {
			p.done = true
		}
	}
	plan, err := compile(x)
	if err != nil {
		return err
	}
	printers := map[string]*lang.Printer{}
	for _, l := range lang.Languages {
		printers[l] = lang.For(l).With(plan.Agreement)
	}
	m.adopted = append(m.adopted, Adopted{Plan: plan, Use: x.Use, Record: r.ID, At: r.Recorded, Text: text, printers: printers})
	if x.Use == record.AgreementInForce {
		m.book.Adopt(plan)
		m.places.adopt(plan.Agreement)
		var bodies []truce.BodyID
		for _, p := range plan.Agreement.Participants {
			if p.Role != truce.RoleMechanism {
				bodies = append(bodies, truce.BodyID(p.Actor))
			}
		}
		m.Directory.Participants(bodies)
	}
	return nil
}

// inForce gives the version that binds. The lock is held.
func (m *Mechanism) inForce() *Adopted {
	for i := len(m.adopted) - 1; i >= 0; i-- {
		if m.adopted[i].Use == record.AgreementInForce {
			return &m.adopted[i]
		}
	}
	return nil
}

// quorum is how many signatories it takes to change the agreement: as many as it takes to sign a finding, and two at least. The lock is held.
func (m *Mechanism) quorum() int {
	a := m.inForce()
	if a == nil {
		return 2
	}
	_, n := a.Plan.Agreement.Signatories()
	return max(n, 2)
}

// maySign reports whether the author of a record was a guarantor of a body that signs under the version in force. The lock is held.
func (m *Mechanism) maySign(r *truce.Record) bool {
	v, ok := m.Directory.Viewer(r.Author.Person, r.Author.Office, r.Recorded)
	a := m.inForce()
	return ok && a != nil && v.Office == truce.OfficeGuarantor && v.Body == r.Author.Body && slices.Contains(m.signatories(a.Plan.Agreement.Version), v.Body)
}

// promote takes up in force what enough signatories have proposed. The command lock is held.
func (m *Mechanism) promote(ctx context.Context, now truce.Instant) error {
	m.mu.RLock()
	var ready []record.Agreement
	for _, p := range m.proposed {
		if !p.done && len(p.bodies) >= m.quorum() {
			ready = append(ready, p.text)
		}
	}
	m.mu.RUnlock()
	slices.SortFunc(ready, func(a, b record.Agreement) int { return cmp.Compare(a.Text().String(), b.Text().String()) })
	for _, x := range ready {
		x.Use = record.AgreementInForce
		d, err := x.Draft()
		if err != nil {
			return err
		}
		r := &d.Record
		r.Tier, r.Author, r.Claimed, r.Received = truce.TierPublic, truce.Author{Vouch: truce.VouchNode}, now, now
		list, err := m.put(ctx, []record.Draft{d})
		if err != nil {
			return err
		}
		if err := m.Await(ctx, list[0].Seq); err != nil {
			return err
		}
	}
	return nil
}

// compile makes the plan of an agreement's files.
func compile(x record.Agreement) (*terms.Plan, error) {
	fsys, err := x.FS()
	if err != nil {
		return nil, err
	}
	a, rep, err := terms.Load(fsys, x.Folder)
	if err != nil {
		return nil, err
	}
	if rep.Errors() > 0 {
		return nil, &truce.Error{Op: "mechanism.Amend", Kind: truce.Invalid, Subject: string(x.Version), Reason: rep.Problems[0].Error(), Hint: "give the folder that truce check accepts"}
	}
	return terms.Compile(a)
}

// ReadFolder reads the files of an agreement's folder, to be taken up.
func ReadFolder(fsys fs.FS, version string, use record.AgreementUse) (record.Agreement, *terms.Report, error) {
	a, rep, err := terms.Load(fsys, version)
	if err != nil || rep.Errors() > 0 {
		return record.Agreement{}, rep, err
	}
	x := record.Agreement{Agreement: a.ID, Version: a.Version, Use: use, Folder: version}
	err = fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && d.IsDir() && path != "." && (d.Name() == "scenarios" || d.Name() == "observations") {
				return fs.SkipDir // they test and replay it; they are not the text
			}
			return err
		}
		b, err := fs.ReadFile(fsys, path)
		x.Files = append(x.Files, record.File{Path: path, Data: b})
		return err
	})
	return x, rep, err
}

// Text gives the files of a version that was taken up or proposed, as its record has them, and what they say.
func (m *Mechanism) Text(ctx context.Context, v access.Viewer, id truce.RecordID) (record.Agreement, *terms.Plan, error) {
	const op truce.Op = "mechanism.Text"
	row, _, sees, err := m.look(ctx, op, v, id, truce.RecordAgreement)
	if err == nil && !sees.Has(access.Note) {
		err = errAbsent(op)
	}
	if err != nil {
		return record.Agreement{}, nil, err
	}
	r, _, err := m.content(ctx, &row)
	if err != nil {
		return record.Agreement{}, nil, err
	}
	x, err := record.ReadAgreement(&r)
	if err != nil {
		return record.Agreement{}, nil, err
	}
	plan, err := compile(x)
	return x, plan, err
}

// Amend takes up a version of the agreement as a rival, proposes it to bind, or withdraws a rival one. Everything is evaluated again under it; nothing is rewritten.
func (m *Mechanism) Amend(ctx context.Context, v access.Viewer, x record.Agreement) (Receipt, error) {
	const op truce.Op = "mechanism.Amend"
	t := access.Thing{Kind: access.KindAgreement, Author: v.Author(), Tier: truce.TierPublic}
	act := access.ActReplay
	switch x.Use {
	case record.AgreementInForce:
		return Receipt{}, &truce.Error{Op: op, Kind: truce.Denied, Reason: "nobody takes a version up in force alone", Hint: "propose it; it binds once enough signatories have proposed the same text"}
	case record.AgreementProposed:
		act = access.ActAmend
	}
	if _, err := m.may(op, v, act, t); err != nil {
		return Receipt{}, err
	}
	if _, err := compile(x); err != nil {
		return Receipt{}, err
	}
	d, err := x.Draft()
	if err != nil {
		return Receipt{}, err
	}
	d.Record.Tier = truce.TierPublic
	m.command.Lock()
	defer m.command.Unlock()
	r, err := m.do(ctx, v, d)
	if err == nil && r.Sign == nil {
		err = m.promote(ctx, v.Now)
	}
	return r, err
}

// Version is one version of the agreement, for people.
type Version struct {
	Agreement truce.AgreementID `json:"agreement" access:"open"`
	Version   truce.VersionID   `json:"version" access:"open"`
	Title     string            `json:"title" access:"open"`
	Use       string            `json:"use" access:"open" doc:"In force, or rival: a draft or another's publication, evaluated beside it."`
	Since     string            `json:"since" access:"open" format:"date-time" doc:"When it was taken up."`
	Plan      string            `json:"plan" access:"open" doc:"Digest of everything in it that can reach an outcome."`
	Text      string            `json:"text" access:"open" doc:"Digest of its files."`
	Articles  []Article         `json:"articles,omitempty" access:"open"`
}

// Article is one article with its text and its rules in sentences.
type Article struct {
	ID        truce.ArticleID `json:"id"`
	Title     string          `json:"title"`
	Text      string          `json:"text,omitempty"`
	Sentences []string        `json:"sentences,omitempty" doc:"What its rules say."`
	Rules     []truce.RuleID  `json:"rules,omitempty"`
}

// Agreements lists the versions. An agreement's text is public.
func (m *Mechanism) Agreements(lang string) []Version {
	var out []Version
	for _, a := range m.Versions() {
		out = append(out, version(a, lang))
	}
	return out
}

// Agreement gives one version with its articles in a language.
func (m *Mechanism) Agreement(id truce.VersionID, language string) (Version, error) {
	for _, a := range slices.Backward(m.Versions()) {
		if a.Plan.Agreement.Version != id {
			continue
		}
		out := version(a, language)
		said := map[truce.ArticleID][]string{}
		for _, e := range terms.Explain(a.Plan, language, nil) {
			for _, s := range e.Sentences {
				said[e.Article] = append(said[e.Article], s.Text)
			}
		}
		for _, art := range a.Plan.Agreement.Articles {
			one := Article{ID: art.ID, Title: art.Title.In(language), Sentences: said[art.ID]}
			for _, t := range a.Plan.Agreement.Texts {
				for _, at := range t.Articles {
					if at.Article == art.ID && (t.Lang == language || one.Text == "") {
						one.Text = at.Body
					}
				}
			}
			for _, u := range art.Rules {
				one.Rules = append(one.Rules, u.ID)
			}
			out.Articles = append(out.Articles, one)
		}
		return out, nil
	}
	return Version{}, errAbsent("mechanism.Agreement")
}

func version(a Adopted, language string) Version {
	return Version{Agreement: a.Plan.Agreement.ID, Version: a.Plan.Agreement.Version, Title: a.Plan.Agreement.Title.In(language), Use: string(a.Use), Since: a.At.String(),
		Plan: a.Plan.Hash.String(), Text: a.Text.String()}
}

// say writes a phrase in a language with the names of the agreement in force.
func (m *Mechanism) say(language string, p truce.Phrase) string {
	a, ok := m.Current()
	switch {
	case !ok:
		return lang.For(language).Say(p)
	case a.printers[language] == nil:
		language = "en"
	}
	return a.printers[language].Say(p)
}
