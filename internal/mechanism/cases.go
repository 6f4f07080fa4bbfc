package mechanism

import (
	"context"
	"errors"
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/casefile"
	"truce/internal/record"
	"truce/internal/view"
	"truce/verify"
)

// Case is a case as one viewer sees it.
type Case struct {
	ID          truce.CaseID     `json:"id" access:"existence"`
	State       truce.CaseState  `json:"state" access:"open"`
	Simulated   bool             `json:"simulated,omitempty" access:"existence"`
	Fields      []string         `json:"fields,omitempty" access:"existence" doc:"The classes of fields that you may see of it."`
	Rule        truce.RuleID     `json:"rule,omitempty" access:"open"`
	Article     truce.ArticleID  `json:"article,omitempty" access:"open"`
	Kind        string           `json:"kind,omitempty" access:"what"`
	Version     truce.VersionID  `json:"version" access:"open"`
	Last        int              `json:"last" access:"open" doc:"Number of its last step: name it in the next one."`
	Opened      string           `json:"opened,omitempty" access:"when-coarse" format:"date-time"`
	Updated     string           `json:"updated,omitempty" access:"when-coarse" format:"date-time"`
	Complainant truce.BodyID     `json:"complainant,omitempty" access:"by"`
	Parties     []CaseParty      `json:"parties,omitempty" access:"who"`
	Team        truce.BodyID     `json:"team,omitempty" access:"by"`
	Cites       []truce.RecordID `json:"cites,omitempty" access:"note" doc:"The records it rests on. Each is shown by its own tier."`
	Findings    []CaseFinding    `json:"findings,omitempty" access:"who"`
	Clocks      []CaseClock      `json:"clocks,omitempty" access:"when-exact"`
	Silences    []CaseSilence    `json:"silences,omitempty" access:"who"`
	DuplicateOf truce.CaseID     `json:"duplicate_of,omitempty" access:"open"`
	Steps       []CaseStep       `json:"steps,omitempty" access:"open" doc:"The steps that you may know of."`
	Next        []CaseOption     `json:"next,omitempty" access:"existence" doc:"The steps that you could take."`
}

// CaseParty is a participant that a case names.
type CaseParty struct {
	Body     truce.BodyID `json:"body"`
	Told     int          `json:"told,omitempty" doc:"Number of the step that last told it."`
	Answered int          `json:"answered,omitempty"`
	Silent   int          `json:"silent,omitempty"`
}

// CaseFinding is a finding and what people did with it.
type CaseFinding struct {
	Number      int              `json:"number"`
	Occurrence  string           `json:"occurrence"`
	Standard    string           `json:"standard"`
	Confidence  string           `json:"confidence"`
	Intent      string           `json:"intent"`
	Severity    string           `json:"severity,omitempty"`
	Attribution *CaseAttribution `json:"attribution,omitempty"`
	Words       []CaseWord       `json:"words,omitempty" doc:"Who signed, who dissented, who was silent."`
	Published   int              `json:"published,omitempty" doc:"Number of the step that published it."`
	Tier        string           `json:"tier,omitempty"`
	Superseded  int              `json:"superseded,omitempty"`
}

// CaseAttribution is who answers for it.
type CaseAttribution struct {
	Result     string          `json:"result"`
	By         []truce.ActorID `json:"by,omitempty"`
	Standard   string          `json:"standard"`
	Confidence string          `json:"confidence"`
}

// CaseWord is what a signatory said.
type CaseWord struct {
	Body truce.BodyID   `json:"body"`
	Step truce.CaseStep `json:"step"`
	At   int            `json:"number"`
}

// CaseClock runs in a case.
type CaseClock struct {
	Clock truce.CaseClock `json:"clock"`
	Body  truce.BodyID    `json:"body,omitempty"`
	From  string          `json:"from" format:"date-time"`
	Due   string          `json:"due" format:"date-time"`
}

// CaseSilence is a clock that ran out.
type CaseSilence struct {
	Clock  truce.CaseClock `json:"clock"`
	Body   truce.BodyID    `json:"body,omitempty"`
	Number int             `json:"number"`
}

// CaseStep is a step as one viewer sees it.
type CaseStep struct {
	Card        `access:"each"`
	Number      int              `json:"number" access:"open"`
	Step        truce.CaseStep   `json:"step" access:"open"`
	State       truce.CaseState  `json:"state" access:"open" doc:"Of the case after it."`
	Cites       []truce.RecordID `json:"cites,omitempty" access:"note"`
	Team        truce.BodyID     `json:"team,omitempty" access:"by"`
	Finding     *StepFinding     `json:"finding,omitempty" access:"who"`
	Attribution *CaseAttribution `json:"attribution,omitempty" access:"who"`
	Text        string           `json:"text,omitempty" access:"note"`
	Where       string           `json:"where,omitempty" access:"where-exact"`
}

// StepFinding is what a step concluded.
type StepFinding struct {
	Occurrence string `json:"occurrence"`
	Standard   string `json:"standard"`
	Confidence string `json:"confidence"`
	Intent     string `json:"intent"`
	Severity   string `json:"severity,omitempty"`
}

// CaseOption is a step somebody could take.
type CaseOption struct {
	Step    truce.CaseStep  `json:"step"`
	To      truce.CaseState `json:"to,omitempty"`
	Needs   []string        `json:"needs,omitempty" doc:"What it must bring."`
	Refused string          `json:"refused,omitempty" doc:"Code of why it cannot be taken now."`
	Why     string          `json:"why,omitempty" doc:"The same in words."`
}

// caseThing fills what the policy must know of a case. It holds codes, no content: who may see its steps, findings and records is asked of each.
func (m *Mechanism) caseThing(c *casefile.Case) access.Thing {
	t := access.Thing{ID: truce.RecordID(c.ID), Kind: access.KindCase, Tier: truce.TierMechanism, Class: access.ClassOrdinary, Case: c.ID, Simulated: c.Simulated,
		Paused: m.Directory.Paused(), Demo: m.Directory.Demo()}
	if len(c.Steps) > 0 {
		t.Author = c.Steps[0].Author
		t.Classified = c.Steps[0].At
	}
	for _, p := range c.Parties {
		if p.Told > 0 {
			t.Tier = truce.TierNamed
			t.Named = append(t.Named, p.Body)
			t.Addressed = append(t.Addressed, p.Body)
		}
	}
	if c.Complainant != "" {
		t.Tier = max(t.Tier, truce.TierNamed)
		t.Addressed = append(t.Addressed, c.Complainant)
	}
	if c.Team != "" {
		t.Addressed = append(t.Addressed, c.Team)
	}
	for _, f := range c.Findings {
		if slices.ContainsFunc(c.Steps, func(d casefile.Done) bool { return d.Step == truce.StepSubmit && d.Number > f.Number }) {
			m.mu.RLock()
			t.Addressed = append(t.Addressed, m.signatories(c.Version)...)
			m.mu.RUnlock()
			t.Tier = max(t.Tier, truce.TierNamed)
		}
		if f.Published > 0 && f.Superseded == 0 {
			t.Tier, t.Classified = max(t.Tier, f.Tier), c.Steps[f.Published-1].At
		}
	}
	return t
}

// Cases lists the cases that a viewer may know of, newest first.
func (m *Mechanism) Cases(v access.Viewer, state truce.CaseState, language string) []Case {
	m.mu.RLock()
	ids := m.book.Cases()
	m.mu.RUnlock()
	out := []Case{}
	for _, id := range slices.Backward(ids) {
		m.mu.RLock()
		c, ok := m.book.Case(id)
		m.mu.RUnlock()
		if !ok {
			continue
		}
		t := m.caseThing(c)
		sees := access.See(v, t)
		if !sees.Has(access.Existence) || state != "" && (c.State != state || !sees.Has(access.Open)) {
			continue
		}
		out = append(out, m.caseCard(c, sees))
	}
	return out
}

func (m *Mechanism) caseCard(c *casefile.Case, sees access.Fields) Case {
	out := Case{ID: c.ID, State: c.State, Simulated: c.Simulated, Fields: sees.Words(), Rule: c.Rule, Article: c.Article, Kind: c.Kind, Version: c.Version, Last: c.Last(),
		Complainant: c.Complainant, Team: c.Team, Cites: c.Cites, DuplicateOf: c.DuplicateOf}
	if n := len(c.Steps); n > 0 {
		out.Opened, out.Updated = c.Steps[0].At.String(), c.Steps[n-1].At.String()
	}
	for _, p := range c.Parties {
		out.Parts(p)
	}
	for _, f := range c.Findings {
		one := CaseFinding{Number: f.Number, Occurrence: f.Occurrence.String(), Standard: f.Standard, Confidence: f.Confidence, Intent: f.Intent.String(), Severity: f.Severity,
			Published: f.Published, Superseded: f.Superseded}
		if f.Published > 0 {
			one.Tier = f.Tier.String()
		}
		if a := f.Attribution; a != nil {
			one.Attribution = &CaseAttribution{a.Result.String(), a.By, a.Standard, a.Confidence}
		}
		for _, w := range f.Words {
			one.Words = append(one.Words, CaseWord{w.Body, w.Step, w.Number})
		}
		out.Findings = append(out.Findings, one)
	}
	for _, k := range c.Clocks {
		out.Clocks = append(out.Clocks, CaseClock{k.Clock, k.Body, instant(k.From), instant(k.Due)})
	}
	for _, s := range c.Silences {
		out.Silences = append(out.Silences, CaseSilence(s))
	}
	access.RedactTo(sees, &out)
	return out
}

// Parts adds a party.
func (c *Case) Parts(p casefile.Party) {
	c.Parties = append(c.Parties, CaseParty{p.Body, p.Told, p.Answered, p.Silent})
}

// Case gives a case with the steps that the viewer may know of, and those they could take.
func (m *Mechanism) Case(ctx context.Context, v access.Viewer, id truce.CaseID, language string) (Case, error) {
	const op truce.Op = "mechanism.Case"
	m.mu.RLock()
	c, ok := m.book.Case(id)
	m.mu.RUnlock()
	if !ok {
		return Case{}, errAbsent(op)
	}
	sees := access.See(v, m.caseThing(c))
	if !sees.Has(access.Existence) {
		return Case{}, errAbsent(op)
	}
	out := m.caseCard(c, sees)
	if !sees.Has(access.Open) {
		return out, nil
	}
	for _, d := range c.Steps {
		one, ok, err := m.step(ctx, v, d)
		if err != nil {
			return Case{}, err
		}
		if ok {
			out.Steps = append(out.Steps, one)
		}
	}
	m.mu.RLock()
	options := m.book.Next(id, v.Author(), v.Now)
	m.mu.RUnlock()
	for _, o := range options {
		one := CaseOption{Step: o.Step, To: o.To, Needs: o.Needs}
		if o.Refused != nil {
			one.Refused, one.Why = o.Refused.Code(), m.say(language, o.Refused.Phrase)
		}
		out.Next = append(out.Next, one)
	}
	return out, nil
}

func (m *Mechanism) step(ctx context.Context, v access.Viewer, d casefile.Done) (out CaseStep, ok bool, err error) {
	row, err := m.View.Record(ctx, d.Record)
	if err != nil {
		return CaseStep{}, false, err
	}
	t := m.thing(&row)
	sees := access.See(v, t)
	if !sees.Has(access.Existence) {
		return CaseStep{}, false, nil
	}
	out = CaseStep{Card: m.card(&row, t, sees), Number: d.Number, Step: d.Step, State: d.State}
	defer func() { access.RedactTo(sees, &out) }()
	if sees&(access.Note|access.Who|access.WhereExact|access.By) == 0 {
		return out, true, nil
	}
	m.note(v, t, sees)
	r, g, err := m.content(ctx, &row)
	if err != nil {
		return out, false, err
	}
	s, err := record.ReadStep(&r, g)
	if err != nil {
		return out, false, err
	}
	out.Cites, out.Team, out.Text, out.Where = s.Cites, s.Team, s.Text, s.Where
	if f := s.Finding; f != nil {
		out.Finding = &StepFinding{f.Occurrence.String(), f.Standard, f.Confidence, f.Intent.String(), f.Severity}
	}
	if a := s.Attribution; a != nil {
		out.Attribution = &CaseAttribution{a.Result.String(), a.By, a.Standard, a.Confidence}
	}
	return out, true, nil
}

// actOf says which act of the policy a step is, for an office. The table of package casefile says the rest.
func actOf(s truce.CaseStep, o truce.Office) access.Act {
	participant := o == truce.OfficeLiaison || o == truce.OfficeGuarantor || o == truce.OfficeConsulted
	switch s {
	case truce.StepOpen:
		if participant {
			return access.ActComplain
		}
	case truce.StepFind, truce.StepSupersede, truce.StepAttribute:
		return access.ActFind
	case truce.StepSign:
		return access.ActSign
	case truce.StepDissent:
		return access.ActDissent
	case truce.StepPublish:
		return access.ActPublish
	case truce.StepComment:
		return access.ActComment
	case truce.StepRespond:
		return access.ActRespond
	case truce.StepRemedy, truce.StepCite, truce.StepSeparate, truce.StepReopen:
		if participant {
			return access.ActRespond
		}
	}
	if o == truce.OfficeMonitor {
		return access.ActVerify
	}
	return access.ActRunCase
}

// Step takes a step in a case, or opens one. A step that was made on an older state is refused with what changed.
func (m *Mechanism) Step(ctx context.Context, v access.Viewer, s record.Step, year int) (Receipt, Case, error) {
	const op truce.Op = "mechanism.Step"
	m.command.Lock()
	defer m.command.Unlock()
	t := access.Thing{Kind: access.KindCase, Author: v.Author()}
	if s.Step == truce.StepOpen {
		s.Simulated = s.Simulated || m.Exercise
		m.mu.RLock()
		s.Case = m.book.NextID(year)
		m.mu.RUnlock()
	} else {
		m.mu.RLock()
		c, ok := m.book.Case(s.Case)
		m.mu.RUnlock()
		if !ok {
			return Receipt{}, Case{}, errAbsent(op)
		}
		t = m.caseThing(c)
		s.Simulated = c.Simulated
		if s.Step == truce.StepPublish {
			t.Proposer = signer(c, v)
		}
		if s.Step == truce.StepSign || s.Step == truce.StepDissent {
			t.Addressed = append(t.Addressed, m.toSign(c)...)
			m.mu.RLock()
			if words, ok := m.book.Conclusion(s.Case, s.Of); ok {
				s.Signs = verify.ConclusionDigest(words)
			}
			m.mu.RUnlock()
		}
	}
	if _, err := m.may(op, v, actOf(s.Step, v.Office), t); err != nil {
		return Receipt{}, Case{}, err
	}
	for _, id := range s.Cites {
		if _, _, _, err := m.look(ctx, op, v, id); err != nil {
			return Receipt{}, Case{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(id), Reason: "there is no such record to cite", Hint: "cite records that you can see"}
		}
	}
	d, err := s.Draft()
	if err != nil {
		return Receipt{}, Case{}, err
	}
	d.Record.Tier = truce.TierMechanism
	m.sign(v, &d)
	if c, ok := m.caseVersion(s.Case); ok {
		d.Record.Version = c
	}
	m.mu.RLock()
	err = m.book.Check(&d.Record, s)
	m.mu.RUnlock()
	if err != nil {
		return Receipt{}, Case{}, err
	}
	receipt, err := m.do(ctx, v, d)
	if err != nil || receipt.Sign != nil && s.Step == truce.StepOpen {
		return receipt, Case{}, err
	}
	c, err := m.Case(ctx, v, s.Case, "en")
	return receipt, c, err
}

func (m *Mechanism) caseVersion(id truce.CaseID) (truce.VersionID, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	c, ok := m.book.Case(id)
	if !ok {
		return "", false
	}
	return c.Version, true
}

// signer gives a signatory of another body than the viewer's who signed the standing finding: the second person that publishing takes.
func signer(c *casefile.Case, v access.Viewer) truce.Author {
	f := c.Standing()
	if f == nil {
		return truce.Author{}
	}
	for _, w := range f.Words {
		if a := c.Steps[w.Number-1].Author; w.Step == truce.StepSign && access.Another(a, v.Author()) {
			return a
		}
	}
	return truce.Author{}
}

// toSign lists the bodies whose signature a case waits for.
func (m *Mechanism) toSign(c *casefile.Case) []truce.BodyID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if c.State != truce.CaseSignOff {
		return nil
	}
	return m.signatories(c.Version)
}

// Changed gives the steps that came between, where an error is that a case changed meanwhile.
func Changed(err error) ([]casefile.Done, bool) {
	var s *casefile.Stale
	if errors.As(err, &s) {
		return s.Since, true
	}
	return nil, false
}

// Clocks lists the running clocks of cases and queries that a viewer may see, the next to run out first.
func (m *Mechanism) Clocks(v access.Viewer) []Running {
	m.mu.RLock()
	list := m.book.Running()
	m.mu.RUnlock()
	out := []Running{}
	for _, k := range list {
		var t access.Thing
		if k.Case != "" {
			m.mu.RLock()
			c, ok := m.book.Case(k.Case)
			m.mu.RUnlock()
			if !ok {
				continue
			}
			t = m.caseThing(c)
		} else {
			row, err := m.View.Record(context.Background(), k.Query)
			if err != nil {
				continue
			}
			t = m.thing(&row)
		}
		one := Running{k.Case, k.Query, k.Clock, k.Body, instant(k.From), instant(k.Due)}
		if sees := access.Redact(v, t, &one); sees.Has(access.Existence | access.WhenExact) {
			out = append(out, one)
		}
	}
	return out
}

// Running is a clock that runs.
type Running struct {
	Case  truce.CaseID    `json:"case,omitempty" access:"existence"`
	Query truce.RecordID  `json:"query,omitempty" access:"existence"`
	Clock truce.CaseClock `json:"clock" access:"open"`
	Body  truce.BodyID    `json:"body,omitempty" access:"who"`
	From  string          `json:"from" access:"when-exact" format:"date-time"`
	Due   string          `json:"due" access:"when-exact" format:"date-time"`
}

// Tick records what time alone brings: silence past a clock. The node calls it now and then; what it records makes any later replay independent of
// when that was.
func (m *Mechanism) Tick(ctx context.Context, now truce.Instant) error {
	m.command.Lock()
	defer m.command.Unlock()
	for {
		m.mu.RLock()
		due := m.book.Due(now)
		var d record.Draft
		var err error
		if len(due) > 0 {
			d, err = m.book.Silence(due[0], now)
		}
		m.mu.RUnlock()
		if err != nil || len(due) == 0 {
			return err
		}
		d.Record.Tier = truce.TierMechanism
		m.under(&d.Record)
		list, err := m.put(ctx, []record.Draft{d})
		if err != nil {
			return err
		}
		if err := m.Await(ctx, list[0].Seq); err != nil {
			return err
		}
	}
}

// Settle lets the rules speak about what arrived since, and records what changed. It reports how many outcomes it recorded.
func (m *Mechanism) Settle(ctx context.Context, at truce.Instant) (int, error) {
	m.settling.Lock()
	defer m.settling.Unlock()
	n, err := m.speak(ctx, at)
	if err == nil {
		err = m.openCases(ctx, at)
	}
	return n, err
}

// speak is Settle without the cases that follow.
func (m *Mechanism) speak(ctx context.Context, at truce.Instant) (int, error) {
	for n := 0; ; {
		live, done := m.rules()
		drafts, err := live.Settle(at)
		done()
		if err != nil || len(drafts) == 0 {
			return n, err
		}
		fresh, err := m.pronounce(ctx, drafts, at)
		if n += fresh; err != nil || fresh == 0 {
			return n, err
		}
	}
}

// pronounce records outcomes, and lets cases that cite one cite what takes its place. It reports how many were not there already.
func (m *Mechanism) pronounce(ctx context.Context, drafts []record.Draft, at truce.Instant) (int, error) {
	n := 0
	for part := range slices.Chunk(drafts, DefaultGroup) {
		for i := range part {
			r := &part[i].Record
			r.Author, r.Received = truce.Author{Vouch: truce.VouchNode}, at
			if r.Tier == truce.TierUnclassified {
				r.Tier = truce.TierMechanism
			}
			m.under(r)
		}
		list, err := m.put(ctx, part)
		if err != nil {
			return n, err
		}
		if err := m.Await(ctx, list[len(list)-1].Seq); err != nil {
			return n, err
		}
		for _, r := range list {
			if r.Repeated {
				continue
			}
			n++
			links, err := m.View.Linked(ctx, r.Seq)
			if err != nil {
				return n, err
			}
			for _, l := range links {
				if l.How == view.Supersedes {
					if err := m.cite(ctx, l.ID, r.ID, at); err != nil {
						return n, err
					}
				}
			}
		}
	}
	return n, nil
}

// Speaks lists the records that speak of one, as far as a viewer may know of them.
func (m *Mechanism) Speaks(ctx context.Context, v access.Viewer, id truce.RecordID) ([]Card, error) {
	if _, _, _, err := m.look(ctx, "mechanism.Speaks", v, id); err != nil {
		return nil, err
	}
	page, err := list(ctx, m, v, view.Query{Links: id, Limit: view.MaxPage}, "", func(row *view.Row, t access.Thing, sees access.Fields) (Card, bool, error) {
		c := m.card(row, t, sees)
		access.RedactTo(sees, &c)
		return c, sees.Has(access.Open), nil
	})
	return page.Items, err
}
