package mechanism

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"truce"
	"truce/assess"
	"truce/geo"
	"truce/internal/access"
	"truce/internal/casefile"
	"truce/internal/custody"
	"truce/internal/ledger"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
	"truce/internal/view"
	"truce/verify"
)

// public is what the open record needs to remember of the journal.
type public struct {
	paused bool
	texts  map[truce.Digest][]spoken // who proposed a text
	cases  map[truce.CaseID]bool     // with a finding that was published
	let    map[truce.KeyID]spoken    // who let a key in
	// reports are the daily reports by the first of which they are corrections, out the newest of each that was made public.
	reports, out map[truce.RecordID]truce.RecordID

	ticks   []tick
	settled map[truce.Seq]settled
}

// spoken is somebody's word as it is published, and the keys it can be checked with: its own last, behind those by which it was let in. There are none where
// no key of their own signed it.
type spoken struct {
	verify.Signature
	keys []verify.KeyDocument
}

// vouchers bounds how many keys, each let in by the next, are listed for one signature.
const vouchers = 8

// publish tells the open record of a record, and of what it makes public. The lock is held.
func (m *Mechanism) publish(r *truce.Record, g vault.Groups, effect custody.Effect) error {
	if m.Public == nil {
		return nil
	}
	if m.public.let == nil {
		m.public.let = map[truce.KeyID]spoken{}
		m.public.reports, m.public.out = map[truce.RecordID]truce.RecordID{}, map[truce.RecordID]truce.RecordID{}
	}
	events, err := m.events(r, g, effect)
	if err == nil {
		err = m.settle(r, events)
	}
	if err != nil {
		return err
	}
	return m.Public(r, events)
}

func (m *Mechanism) events(r *truce.Record, g vault.Groups, effect custody.Effect) ([]ledger.Event, error) {
	switch r.Kind {
	case truce.RecordAgreement:
		return m.textEvents(r)
	case truce.RecordStep:
		s, err := record.ReadStep(r, g)
		if err != nil {
			return nil, err
		}
		return m.findingEvents(s.Case)
	case truce.RecordClass:
		return m.classEvents(r, g)
	case truce.RecordErasure:
		return m.erasureEvents(r, g, effect)
	case truce.RecordPause:
		return m.pauseEvents(r, g)
	case truce.RecordReport:
		x, err := record.ReadReport(r, g)
		m.public.reports[r.ID] = cmp.Or(m.public.reports[x.Of], r.ID)
		return nil, err
	case truce.RecordPerson:
		p, err := record.ReadPerson(r, g)
		if err != nil {
			return nil, err
		}
		return m.keyEvents(p, r), nil
	}
	return nil, nil
}

// openThing is what the policy is asked about what speaks of the mechanism and its text.
func (m *Mechanism) openThing(r *truce.Record) access.Thing {
	t := m.Directory.Thing(&truce.Record{ID: r.ID, Kind: truce.RecordCheckpoint, Tier: truce.TierPublic, Author: r.Author, Recorded: r.Recorded})
	return t
}

// word gives what an author said as it is published. It counts as their own where their own key signed it.
func (m *Mechanism) word(r *truce.Record, act string) spoken {
	s := spoken{Signature: verify.Signature{Body: string(r.Author.Body), Act: act, How: "session"}}
	if r.Author.Vouch == truce.VouchNode {
		s.How = "node"
	}
	if r.Author.Vouch != truce.VouchSignature || m.Directory.VerifyAuthor(r, m.Host, m.Origins) != nil {
		return s
	}
	k, ok := m.Directory.Key(r.Author.Key)
	if !ok {
		return s
	}
	doc := m.keyDocument(k, r.Author)
	if doc == nil {
		return s
	}
	s.How, s.Key, s.Statement, s.Signature.Signature = doc.Method, doc.Key, r.Statement(), r.Signature
	if by, ok := m.public.let[k.ID]; ok && len(by.keys) < vouchers {
		doc.Signatures, s.keys = []verify.Signature{by.Signature}, slices.Clone(by.keys)
	}
	s.keys = append(s.keys, *doc)
	return s
}

// keyDocument lists a key; nil where it signs nothing. A name that stands behind an ssh key is left out.
func (m *Mechanism) keyDocument(k access.Key, by truce.Author) *verify.KeyDocument {
	doc := &verify.KeyDocument{Form: verify.FormKey, Key: string(k.ID), Act: "begins", Body: string(by.Body), Office: by.Office.String()}
	switch k.Method {
	case record.MethodSSH:
		key, err := seal.ParseSSHKey(strings.TrimSpace(string(k.Credential.PublicKey)))
		if err != nil {
			return nil
		}
		doc.Method, doc.Public = "ssh", key.String()
	case record.MethodPasskey:
		if _, err := seal.ParsePasskey(k.Credential.PublicKey); err != nil {
			return nil
		}
		doc.Method, doc.Public, doc.Host, doc.Origins = "passkey", base64.StdEncoding.EncodeToString(k.Credential.PublicKey), m.Host, m.Origins
	default:
		return nil
	}
	return doc
}

// signed puts words together, with the keys they are checked with, and counts whose own they are.
func signed(words []spoken, of []truce.BodyID, act string) (list []verify.Signature, keys []verify.KeyDocument, count uint8) {
	var bodies []string
	for _, w := range words {
		list = append(list, w.Signature)
		if len(w.keys) == 0 {
			continue
		}
		for _, x := range w.keys {
			if !slices.ContainsFunc(keys, func(k verify.KeyDocument) bool { return k.Key == x.Key }) {
				keys = append(keys, x)
			}
		}
		if w.Act == act && slices.Contains(of, truce.BodyID(w.Body)) && !slices.Contains(bodies, w.Body) {
			bodies = append(bodies, w.Body)
		}
	}
	return list, keys, uint8(min(len(bodies), 255))
}

// keyEvents remembers who let a key in, and ends those that ended with a record.
func (m *Mechanism) keyEvents(p record.Person, r *truce.Record) (out []ledger.Event) {
	k, known := m.Directory.Key(p.Key)
	switch p.Act {
	case record.PersonKeyAdded:
		if !known || k.Since == r.Recorded {
			m.public.let[p.Key] = m.word(r, "confirms")
		}
	case record.PersonVouches:
		older, ok := m.Directory.Key(r.Author.Key)
		holder, _ := m.Directory.Person(k.Person)
		by := m.word(r, "confirms")
		if let := m.public.let[p.Key]; by.Key != "" && known && ok && older.Since < k.Since && holder.Body == r.Author.Body && (let.Key == "" || let.Body != by.Body) {
			m.public.let[p.Key] = by
		}
	case record.PersonKeyGone, record.PersonLeft:
		for _, id := range slices.Sorted(maps.Keys(m.public.let)) {
			if k, ok := m.Directory.Key(id); ok && k.Person == p.Person && k.Ended == r.Recorded {
				out = append(out, m.keyGone(k, r)...)
			}
		}
	}
	return out
}

// keyGone ends a key that was listed; the log passes over one that was not. What it vouched for is listed before it ends: later nobody could check that.
func (m *Mechanism) keyGone(k access.Key, r *truce.Record) []ledger.Event {
	doc := m.keyOf(k)
	if doc == nil {
		return nil
	}
	by := m.word(r, "confirms")
	keys := by.keys
	for _, id := range slices.Sorted(maps.Keys(m.public.let)) {
		let := m.public.let[id]
		next, ok := m.Directory.Key(id)
		if !ok || let.Key != string(k.ID) || next.Ended.Stated() {
			continue
		}
		if listed := m.keyOf(next); listed != nil {
			listed.Signatures = []verify.Signature{let.Signature}
			keys = append(slices.Concat(keys, let.keys), *listed)
		}
	}
	doc.Act, doc.Signatures = "ends", []verify.Signature{by.Signature}
	return []ledger.Event{{Key: "key:ends:" + string(k.ID), Kind: verify.KeyLeaf, Code: 2, Document: *doc, Thing: m.openThing(r), Shows: access.Open, Keys: keys}}
}

// keyOf lists a key for the body of whoever holds it.
func (m *Mechanism) keyOf(k access.Key) *verify.KeyDocument {
	p, _ := m.Directory.Person(k.Person)
	o := k.Office
	if o == truce.OfficePublic && len(p.Offices) > 0 {
		o = p.Offices[0]
	}
	return m.keyDocument(k, truce.Author{Body: p.Body, Office: o})
}

// textEvents publishes a version that was taken up, with who proposed it.
func (m *Mechanism) textEvents(r *truce.Record) ([]ledger.Event, error) {
	x, err := record.ReadAgreement(r)
	if err != nil {
		return nil, err
	}
	text := x.Text()
	if x.Use == record.AgreementProposed {
		if p := m.proposed[text]; p != nil && slices.Contains(p.bodies, r.Author.Body) {
			m.public.texts[text] = append(m.public.texts[text], m.word(r, "proposed"))
		}
		return nil, nil
	}
	code := map[record.AgreementUse]uint8{record.AgreementInForce: 1, record.AgreementRival: 2, record.AgreementWithdrawn: 3}[x.Use]
	var plan truce.Digest
	var of []truce.BodyID
	var asked uint8
	if x.Use == record.AgreementWithdrawn {
		p, err := compile(x)
		if err != nil {
			return nil, err
		}
		plan = p.Hash
	} else {
		if n := len(m.adopted); n == 0 || m.adopted[n-1].Record != r.ID {
			return nil, nil // it was not taken up
		}
		a := &m.adopted[len(m.adopted)-1]
		plan = a.Plan.Hash
		if before := m.before(a); before != nil && x.Use == record.AgreementInForce {
			ids, n := before.Plan.Agreement.Signatories()
			for _, id := range ids {
				of = append(of, truce.BodyID(id))
			}
			asked = uint8(min(max(n, 2), 255))
		}
	}
	list, keys, count := signed(m.public.texts[text], of, "proposed")
	doc := verify.TextDocument{Form: verify.FormText, Agreement: string(x.Agreement), Version: string(x.Version), Folder: x.Folder, Use: string(x.Use), Text: text.String(),
		Plan: plan.String(), Engine: assess.Engine().String(), Signatures: list}
	return []ledger.Event{{Key: "text:" + string(r.ID), Kind: verify.Text, Code: code, Document: doc, Thing: m.openThing(r), Shows: access.Open, Text: text, Plan: plan, Keys: keys,
		Files: []seal.LogFile{{Path: "text/" + text.String(), Data: x.Packed()}}, Signed: count, Asked: asked}}, nil
}

// before is the version that was in force until another took its place; nil for the first.
func (m *Mechanism) before(a *Adopted) *Adopted {
	for i := len(m.adopted) - 1; i >= 0; i-- {
		if x := &m.adopted[i]; x != a && x.Use == record.AgreementInForce {
			return x
		}
	}
	return nil
}

// planOf gives the version of the agreement of that name, and with those files where they are told: one folder may hold several versions.
func (m *Mechanism) planOf(text truce.Digest, version truce.VersionID) *Adopted {
	for i := len(m.adopted) - 1; i >= 0; i-- {
		if a := &m.adopted[i]; a.Plan.Agreement.Version == version && (text.IsZero() || a.Text == text) {
			return a
		}
	}
	return nil
}

// findingEvents publishes the findings of a case as they are now, and takes back those that were superseded.
func (m *Mechanism) findingEvents(id truce.CaseID) ([]ledger.Event, error) {
	c, ok := m.book.Case(id)
	if !ok {
		return nil, nil
	}
	var out []ledger.Event
	for i := range c.Findings {
		f := &c.Findings[i]
		if f.Published == 0 || f.Tier != truce.TierPublic {
			continue
		}
		m.public.cases[id] = true
		e, err := m.findingEvent(c, f)
		if err != nil {
			return nil, err
		}
		if e.Key != "" {
			out = append(out, e)
		}
	}
	return out, nil
}

// The public fields that a finding and an outcome are published with.
const publicFields = access.Open | access.What | access.WhenCoarse | access.WhereCoarse | access.Who

func (m *Mechanism) findingEvent(c *casefile.Case, f *casefile.Found) (ledger.Event, error) {
	// One finding of a case takes the place of the other.
	e := ledger.Event{Key: "finding:" + string(c.ID), Kind: verify.Finding, Code: uint8(f.Occurrence), Shows: publicFields}
	if f.Superseded > 0 {
		if last := c.Findings[len(c.Findings)-1]; last.Published > 0 {
			e.Key = "" // the one that took its place is published itself
		}
		return e, nil
	}
	a := m.planOf(truce.Digest{}, c.Version)
	words, ok := m.book.Conclusion(c.ID, f.Number)
	if a == nil || !ok {
		return e, nil
	}
	e.Text, e.Plan = a.Text, a.Plan.Hash
	doc := verify.FindingDocument{Form: verify.FormFinding, Conclusion: words}
	made := c.Steps[f.Number-1]
	e.Thing = m.Directory.Thing(&truce.Record{ID: made.Record, Kind: truce.RecordStep, Tier: truce.TierMechanism, Author: made.Author, Recorded: made.At})
	e.Thing.Kind, e.Thing.Case, e.Thing.Simulated = access.KindFinding, c.ID, c.Simulated
	e.Thing.Tier, e.Thing.Class, e.Thing.Classified = f.Tier, access.ClassOrdinary, c.Steps[f.Published-1].At
	for _, cited := range c.Cites { // what the case cites, also later, when an outcome was superseded
		row, err := m.row(cited)
		if err != nil {
			return e, err
		}
		e.Thing.Simulated = e.Thing.Simulated || row.Simulated // whatever its case says
		if row.Kind != truce.RecordOutcome {
			continue
		}
		o, _, place, err := m.outcomeDocument(&row)
		if err != nil {
			return e, err
		}
		e.Thing.HasPlace = e.Thing.HasPlace || place
		o.Form = ""
		doc.Outcomes = append(doc.Outcomes, o)
	}
	var said []spoken
	for _, w := range f.Words {
		if w.Step == truce.StepSilence {
			said = append(said, spoken{Signature: verify.Signature{Body: string(w.Body), Act: "silence", How: "node"}})
			continue
		}
		r, err := m.recordAt(c.Steps[w.Number-1].Seq)
		if err != nil {
			return e, err
		}
		said = append(said, m.word(&r, string(w.Step)))
	}
	of, asked := a.Plan.Agreement.Signatories()
	var bodies []truce.BodyID
	for _, id := range of {
		bodies = append(bodies, truce.BodyID(id))
	}
	doc.Signatures, e.Keys, e.Signed = signed(said, bodies, string(truce.StepSign))
	e.Asked, e.Document = uint8(min(asked, 255)), doc
	return e, nil
}

// row gives what the view knows of a record, also one that was not written there yet.
func (m *Mechanism) row(id truce.RecordID) (view.Row, error) {
	if i, ok := m.waiting[id]; ok {
		return m.pending[i], nil
	}
	return m.View.Record(context.Background(), id)
}

func (m *Mechanism) recordAt(s truce.Seq) (truce.Record, error) {
	r, _, err := m.content(context.Background(), &view.Row{Seq: s})
	return r, err
}

// outcomeDocument writes an outcome as it is published: what the rule says, the answers it follows from, the day and the coarse cell.
func (m *Mechanism) outcomeDocument(row *view.Row) (doc verify.OutcomeDocument, a *Adopted, place bool, err error) {
	r, g, err := m.content(context.Background(), row)
	if err != nil {
		return doc, nil, false, err
	}
	o, err := record.ReadOutcome(&r, g)
	if err != nil {
		return doc, nil, false, err
	}
	doc = verify.OutcomeDocument{Form: verify.FormOutcome, Record: string(r.ID), Simulated: row.Simulated, Agreement: string(o.Agreement), Version: string(o.Version), Rule: string(o.Rule), Article: string(o.Article),
		Subject: o.Subject.Kind, Gone: o.Gone, Known: o.Attribution.Known.String()}
	for _, id := range o.Turns {
		doc.Turns = append(doc.Turns, string(id))
	}
	for _, id := range o.Attribution.By {
		doc.By = append(doc.By, string(id))
	}
	for _, id := range o.Attribution.Answering {
		doc.Answering = append(doc.Answering, string(id))
	}
	if d := o.Detail; d != nil {
		doc.Day = days(d.When)
		var c geo.Cell
		known := d.At != (truce.Position{})
		if known {
			c, place = geo.CellOf(d.At), true
		} else if len(o.Subject.Records) > 0 {
			of, err := m.row(o.Subject.Records[0])
			if err != nil {
				return doc, nil, false, err
			}
			if place = of.HasPlace; of.Happened != nil && of.Happened.HasCell {
				known, c = true, geo.CellOf(truce.Position{Lon: truce.E7(of.Happened.Lon * 1_000_000), Lat: truce.E7(of.Happened.Lat * 1_000_000)})
			}
		}
		if known {
			doc.Cell = fmt.Sprintf("%d,%d,%d", c.Lon, c.Lat, c.Width)
		}
	}
	a = m.planOf(o.Text, o.Version)
	for _, s := range o.Said {
		x := verify.Said{Result: s.Result.String(), Possible: []string{}}
		for _, c := range s.Readings {
			x.Readings = append(x.Readings, c.String())
		}
		for _, p := range s.Possible.Results() {
			x.Possible = append(x.Possible, p.String())
		}
		if a != nil {
			if names, err := assess.Questions(a.Plan, o.Rule, o.Subject.Kind, s.Asked); err == nil {
				x.Asked = verify.AskedOf(names, s.Asked)
			}
		}
		doc.Said = append(doc.Said, x)
	}
	doc.Inputs, err = m.inputs(r.ID, o.Subject.Records)
	return doc, a, place, err
}

// inputs commits to the records that an outcome rests on. Who may check it is given the salt, which the mechanism's key makes of the outcome's name.
func (m *Mechanism) inputs(id truce.RecordID, records []truce.RecordID) (string, error) {
	if len(records) == 0 {
		return "", nil
	}
	var seals []byte
	for _, of := range records {
		row, err := m.row(of)
		if err != nil {
			return "", err
		}
		r, err := m.recordAt(row.Seq)
		if err != nil {
			return "", err
		}
		s := ledger.SealOf(&r)
		seals = append(seals, s[:]...)
	}
	salt := m.Keys.Secret("truce/inputs/v1").Digest([]byte(id))
	return seal.Commit("inputs", seal.Salt(salt), seals).String(), nil
}

// days writes a span by its days in UTC.
func days(s truce.Span) string {
	if !s.Stated() {
		return ""
	}
	first, last := s.From.String()[:10], s.To.String()[:10]
	if first == last {
		return first
	}
	return first + "/" + last
}

// classEvents publishes an outcome that two people made public, or takes it back; and asks anew about findings whose delay changed.
func (m *Mechanism) classEvents(r *truce.Record, g vault.Groups) ([]ledger.Event, error) {
	x, err := record.ReadClass(r, g)
	if err != nil {
		return nil, err
	}
	id := x.Of
	if x.Act == record.ClassConfirms {
		row, err := m.row(id)
		if err != nil || row.Kind != truce.RecordClass {
			return nil, passNotFound(err)
		}
		first, groups, err := m.content(context.Background(), &row)
		if err != nil {
			return nil, err
		}
		if x, err = record.ReadClass(&first, groups); err != nil {
			return nil, err
		}
		if x.Act == record.ClassReveals || x.Act == record.ClassWithholds {
			if !m.Directory.Decided(first.ID) {
				return nil, nil
			}
			return m.sealedEvents(x, []spoken{m.word(&first, "proposed"), m.word(r, "confirms")}, r)
		}
		id = x.Of
	}
	row, err := m.row(id)
	if err != nil || x.Act == record.ClassReveals || x.Act == record.ClassWithholds {
		return nil, passNotFound(err)
	}
	switch {
	case row.Kind == truce.RecordStep && m.public.cases[row.Case]:
		return m.findingEvents(row.Case)
	case row.Kind == truce.RecordReport:
		return m.reportEvents(&row)
	case row.Kind != truce.RecordOutcome:
		return nil, nil
	}
	e := ledger.Event{Key: "outcome:" + string(id), Kind: verify.Outcome, Shows: publicFields}
	e.Thing = m.Directory.Thing(&truce.Record{ID: row.ID, Kind: row.Kind, Tier: row.Tier, Author: row.Author, Recorded: row.Recorded})
	e.Thing.Simulated = row.Simulated
	if e.Thing.Tier != truce.TierPublic || e.Thing.Class != access.ClassOrdinary {
		return []ledger.Event{e}, nil // taken back, if it was ever out
	}
	doc, a, place, err := m.outcomeDocument(&row)
	if err != nil || a == nil {
		return nil, err
	}
	e.Thing.HasPlace, e.Document, e.Code = place, doc, doc.Code()
	e.Text, e.Plan = a.Text, a.Plan.Hash
	return []ledger.Event{e}, nil
}

// reportEvents publishes a daily report that was drawn up for the public and that two people made public, in the place of the one it corrects; or takes it back.
func (m *Mechanism) reportEvents(row *view.Row) ([]ledger.Event, error) {
	first := m.public.reports[row.ID]
	e := ledger.Event{Key: "report:" + string(first), Kind: verify.ReportLeaf, Code: 1, Shows: access.Open | access.Note}
	e.Thing = m.Directory.Thing(&truce.Record{ID: row.ID, Kind: row.Kind, Tier: row.Tier, Author: row.Author, Recorded: row.Recorded})
	e.Thing.HasPlace, e.Thing.Simulated = row.HasPlace, row.Simulated
	out := m.public.out[first]
	if out != "" && out != row.ID {
		newest, err := m.row(out)
		if err != nil || newest.Seq > row.Seq {
			return nil, err // a correction of it is out
		}
	}
	if e.Thing.Tier != truce.TierPublic || e.Thing.Class != access.ClassOrdinary {
		if out == row.ID {
			return []ledger.Event{e}, nil
		}
		return nil, nil
	}
	r, g, err := m.content(context.Background(), row)
	if err != nil {
		return nil, err
	}
	x, err := record.ReadReport(&r, g)
	if err != nil || x.Erased {
		return nil, err
	}
	var drawn Daily
	if err := json.Unmarshal(x.Content, &drawn); err != nil {
		return nil, err
	}
	opened, ok := g.Reveal(record.ReportGroup)
	if drawn.Tier != truce.TierPublic.String() || !ok {
		return nil, nil
	}
	doc := verify.ReportDocument{Form: verify.FormReport, Report: string(r.ID), Act: string(x.Act), Number: x.Number, From: instant(x.From), To: instant(x.To), Content: x.Content,
		Salt: truce.Digest(opened.Salt).String(), Simulated: x.Simulated}
	doc.Signatures, e.Keys, _ = signed([]spoken{m.word(&r, "issued")}, nil, "")
	if x.Act == record.ReportCorrects {
		e.Code = 2
	}
	m.public.out[first], e.Document = row.ID, doc
	return []ledger.Event{e}, nil
}

// sealedEvents opens one group of a record, or says openly that records stay sealed.
func (m *Mechanism) sealedEvents(x record.Class, words []spoken, r *truce.Record) ([]ledger.Event, error) {
	row, err := m.row(x.Of)
	if err != nil {
		return nil, passNotFound(err)
	}
	list, keys, _ := signed(words, nil, "")
	e := ledger.Event{Thing: m.openThing(r), Shows: access.Open, Keys: keys, Seqs: []truce.Seq{row.Seq}}
	if x.Act == record.ClassWithholds {
		e.Key, e.Kind, e.Code = "withheld:"+string(r.ID), verify.Withheld, uint8(slices.Index(record.WithheldReasons, x.Why)+1)
		e.Seqs = slices.Compact(slices.Sorted(slices.Values(append(e.Seqs, x.Seqs...))))
		e.Document = verify.WithheldDocument{Form: verify.FormWithheld, Why: x.Why, Until: int64(x.Until) / 1000, Signatures: list}
		return []ledger.Event{e}, nil
	}
	of, groups, err := m.content(context.Background(), &row)
	if err != nil {
		return nil, err
	}
	o, ok := groups.Reveal(x.Group)
	place := slices.IndexFunc(of.Commitments, func(c truce.Commitment) bool { return c.Group == x.Group })
	if !ok || place < 0 || !access.Revealable(access.GroupFields(row.Kind, x.Group)) {
		return nil, nil // it has no such group, was erased, or somebody wrote past the policy
	}
	doc := verify.RevealDocument{Form: verify.FormReveal, ID: string(of.ID), Record: seal.Bytes(of.Bytes()).String(), Place: place, Group: x.Group, Salt: truce.Digest(o.Salt).String(), Data: o.Data, Simulated: row.Simulated, Signatures: list}
	for _, h := range verify.CommitmentPath(of.ID, of.Commitments, place) {
		doc.Path = append(doc.Path, h.String())
	}
	e.Key, e.Kind, e.Document = "reveal:"+string(of.ID)+":"+x.Group, verify.Reveal, doc
	return []ledger.Event{e}, nil
}

func passNotFound(err error) error {
	if truce.KindOf(err) == truce.NotFound {
		return nil
	}
	return err
}

// erasureEvents says openly that content was destroyed, on whose word, and behind which leaves.
func (m *Mechanism) erasureEvents(r *truce.Record, g vault.Groups, effect custody.Effect) ([]ledger.Event, error) {
	if len(effect.Erase) == 0 {
		return nil, nil
	}
	e, err := record.ReadErasure(r, g)
	if err != nil {
		return nil, err
	}
	words := []spoken{m.word(r, "confirms")}
	if e.Act == record.ErasureConfirms {
		row, err := m.row(e.Of)
		if err != nil {
			return nil, err
		}
		first, groups, err := m.content(context.Background(), &row)
		if err != nil {
			return nil, err
		}
		if e, err = record.ReadErasure(&first, groups); err != nil {
			return nil, err
		}
		words = append([]spoken{m.word(&first, "proposed")}, words...)
	}
	code, ok := map[record.ErasureReason]uint8{record.ErasureRetention: 1, record.ErasureRequest: 2, record.ErasureDanger: 3, record.ErasureMistake: 4, record.ErasureOrder: 5}[e.Why]
	if !ok {
		return nil, nil
	}
	list, keys, _ := signed(words, nil, "")
	return []ledger.Event{{Key: "erasure:" + string(r.ID), Kind: verify.Erasure, Code: code, Document: verify.ErasureDocument{Form: verify.FormErasure, Why: string(e.Why), Signatures: list},
		Thing: m.openThing(r), Shows: access.Open, Keys: keys, Seqs: slices.Sorted(slices.Values(effect.Erase))}}, nil
}

// pauseEvents says openly that publication stops or goes on.
func (m *Mechanism) pauseEvents(r *truce.Record, g vault.Groups) ([]ledger.Event, error) {
	was := m.public.paused
	if m.public.paused = m.Directory.Paused(); m.public.paused == was {
		return nil, nil
	}
	doc, code := verify.PauseDocument{Form: verify.FormPause, Act: "paused"}, uint8(1)
	words := []spoken{m.word(r, "confirms")}
	if was {
		doc.Act, code = "resumed", 2
		p, err := record.ReadPause(r, g)
		if err != nil {
			return nil, err
		}
		if row, err := m.row(p.Of); err == nil {
			first, err := m.recordAt(row.Seq)
			if err != nil {
				return nil, err
			}
			words = append([]spoken{m.word(&first, "proposed")}, words...)
		}
	}
	var keys []verify.KeyDocument
	doc.Signatures, keys, _ = signed(words, nil, "")
	return []ledger.Event{{Key: "pause:" + string(r.ID), Kind: verify.Pause, Code: code, Document: doc, Thing: m.openThing(r), Shows: access.Open, Keys: keys}}, nil
}
