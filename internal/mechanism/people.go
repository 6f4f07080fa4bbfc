package mechanism

import (
	"context"
	"slices"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/record"
	"truce/internal/seal"
)

// Person is somebody of the mechanism, as one viewer sees them.
type Person struct {
	ID       truce.PersonID `json:"id" access:"existence"`
	Body     truce.BodyID   `json:"body" access:"open"`
	Offices  []string       `json:"offices" access:"open"`
	Since    string         `json:"since,omitempty" access:"open" format:"date-time"`
	Until    string         `json:"until,omitempty" access:"open" format:"date-time"`
	Left     bool           `json:"left,omitempty" access:"open"`
	Name     string         `json:"name,omitempty" access:"people"`
	Contact  string         `json:"contact,omitempty" access:"people"`
	Language string         `json:"language,omitempty" access:"people"`
	Keys     []Key          `json:"keys,omitempty" access:"credential"`
}

// Key is one way in which a person proves who they are; nothing in it opens a door.
type Key struct {
	ID     truce.KeyID `json:"id"`
	Method string      `json:"method"`
	Since  string      `json:"since,omitempty" format:"date-time"`
	Until  string      `json:"until,omitempty" format:"date-time"`
	Acts   []string    `json:"acts,omitempty"`
}

// People lists the people that a viewer may know of.
func (m *Mechanism) People(v access.Viewer) []Person {
	out := []Person{}
	for _, p := range m.Directory.People() {
		if one, ok := m.person(v, p); ok {
			out = append(out, one)
		}
	}
	return out
}

func personThing(p access.Person) access.Thing {
	return access.Thing{Kind: access.KindPerson, About: p.ID, Author: truce.Author{Body: p.Body}, Class: access.ClassOrdinary}
}

func (m *Mechanism) person(v access.Viewer, p access.Person) (Person, bool) {
	t := personThing(p)
	out := Person{ID: p.ID, Body: p.Body, Since: instant(p.Since), Until: instant(p.Until), Left: p.Left, Name: p.Name, Contact: p.Contact, Language: p.Language}
	out.Offices = officeWords(p.Offices)
	for _, k := range m.Directory.Keys(p.ID, v.Now) {
		out.Keys = append(out.Keys, Key{k.ID, string(k.Method), instant(k.Since), instant(k.Until), k.Acts.Words()})
	}
	return out, access.Redact(v, t, &out).Has(access.Existence)
}

func officeWords(list []truce.Office) (out []string) {
	for _, o := range list {
		out = append(out, o.String())
	}
	return out
}

// Device is a key that works, with whose it is.
type Device struct {
	Person truce.PersonID `json:"person" access:"existence"`
	Body   truce.BodyID   `json:"body" access:"open"`
	ID     truce.KeyID    `json:"id" access:"credential"`
	Method string         `json:"method" access:"credential" doc:"Passkey, ssh, password, oidc, token or invitation."`
	Office string         `json:"office,omitempty" access:"credential" doc:"In which office a token acts."`
	Acts   []string       `json:"acts,omitempty" access:"credential" doc:"What a token may be used for."`
	Since  string         `json:"since,omitempty" access:"credential" format:"date-time"`
	Until  string         `json:"until,omitempty" access:"credential" format:"date-time"`
}

// Devices lists the keys and tokens that work, of those whose keys a viewer may know: so that a lost one can be ended. Nothing in it opens a door.
func (m *Mechanism) Devices(v access.Viewer) []Device {
	out := []Device{}
	for _, p := range m.Directory.People() {
		t := personThing(p)
		for _, k := range m.Directory.Keys(p.ID, v.Now) {
			one := Device{p.ID, p.Body, k.ID, string(k.Method), "", k.Acts.Words(), instant(k.Since), instant(k.Until)}
			if k.Method == record.MethodToken {
				one.Office = k.Office.String()
			}
			if access.Redact(v, t, &one).Has(access.Credential) {
				out = append(out, one)
			}
		}
	}
	return out
}

// Me gives the viewer themselves.
func (m *Mechanism) Me(v access.Viewer) (Person, error) {
	p, ok := m.Directory.Person(v.Person)
	if !ok {
		return Person{}, errAbsent("mechanism.Me")
	}
	one, _ := m.person(v, p)
	return one, nil
}

// Enrol adds a person, changes their offices, or lets them leave. Offices that sign, run cases, speak for a participant, audit or operate take
// two people: then the answer's record waits for a confirmation.
func (m *Mechanism) Enrol(ctx context.Context, v access.Viewer, p record.Person) (Receipt, bool, error) {
	const op truce.Op = "mechanism.Enrol"
	p.At = v.Now
	act := access.ActEnrol
	switch p.Act {
	case record.PersonLeft:
		act = access.ActDismiss
	case record.PersonAdded:
		if p.Person == "" {
			id, err := access.NewPersonID(m.Random)
			if err != nil {
				return Receipt{}, false, err
			}
			p.Person = id
		}
		if !p.Since.Stated() {
			p.Since = v.Now
		}
		act = m.Directory.ActFor(p, v.Person)
	default:
		return Receipt{}, false, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "this adds a person or lets one leave", Hint: "act is added or left"}
	}
	return m.aboutPerson(ctx, op, v, act, p)
}

// AddKey adds a key to a person: one's own by whoever holds a session of that person, a first one by an invitation, a token for a device.
func (m *Mechanism) AddKey(ctx context.Context, v access.Viewer, p record.Person) (Receipt, bool, error) {
	p.At, p.Act = v.Now, record.PersonKeyAdded
	if p.Method == record.MethodSSH {
		k, err := seal.ParseSSHKey(strings.TrimSpace(string(p.Credential.PublicKey)))
		if err != nil {
			return Receipt{}, false, &truce.Error{Op: "mechanism.AddKey", Kind: truce.Invalid, Reason: "this is no SSH key that signs", Hint: "give the line of an ed25519 key file that ends in .pub", Cause: err}
		}
		p.Key = k.ID()
	}
	return m.aboutPerson(ctx, "mechanism.AddKey", v, m.Directory.ActFor(p, v.Person), p)
}

// DropKey ends a key.
func (m *Mechanism) DropKey(ctx context.Context, v access.Viewer, id truce.KeyID) (Receipt, error) {
	const op truce.Op = "mechanism.DropKey"
	k, ok := m.Directory.Key(id)
	if !ok || k.Ended.Stated() {
		return Receipt{}, errAbsent(op)
	}
	act := access.ActKey
	if k.Person != v.Person {
		act = access.ActDismiss
	}
	r, _, err := m.aboutPerson(ctx, op, v, act, record.Person{At: v.Now, Act: record.PersonKeyGone, Person: k.Person, Key: id, Method: k.Method})
	return r, err
}

// Vouch says, with an older key of the viewer's own, that a key of their body is who it is said to be: so that strangers who check the open record need not take the operator's word for it.
func (m *Mechanism) Vouch(ctx context.Context, v access.Viewer, id truce.KeyID) (Receipt, error) {
	const op truce.Op = "mechanism.Vouch"
	k, ok := m.Directory.Key(id)
	p := record.Person{At: v.Now, Act: record.PersonVouches, Person: k.Person, Key: id}
	act := m.Directory.ActFor(p, v.Person)
	if !ok || act == access.ActNothing {
		return Receipt{}, errAbsent(op)
	}
	if with, _ := m.Directory.Key(v.Key); v.Vouch != truce.VouchSignature || with.Since >= k.Since {
		return Receipt{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(id), Reason: "a key is vouched for with an older one", Hint: "sign with a key that you had before this one was added"}
	}
	r, _, err := m.aboutPerson(ctx, op, v, act, p)
	return r, err
}

func (m *Mechanism) aboutPerson(ctx context.Context, op truce.Op, v access.Viewer, act access.Act, p record.Person) (Receipt, bool, error) {
	m.command.Lock()
	defer m.command.Unlock()
	t := access.Thing{Kind: access.KindPerson, About: p.Person, Author: v.Author(), Class: access.ClassOrdinary}
	if act != access.ActKey {
		if about, ok := m.Directory.Person(p.Person); ok {
			t.Author = truce.Author{Body: about.Body}
		}
	}
	proposal, err := m.may(op, v, act, t)
	if err != nil {
		return Receipt{}, false, err
	}
	p.Proposed = proposal
	d, err := p.Draft()
	if err != nil {
		return Receipt{}, false, err
	}
	d.Record.Tier = truce.TierMechanism
	r, err := m.do(ctx, v, d)
	return r, proposal, err
}

// Confirm agrees to what somebody of another body proposed: a person, a grant, a tier, the end of a pause, an erasure. It takes effect with that.
func (m *Mechanism) Confirm(ctx context.Context, v access.Viewer, of truce.RecordID, reason string) (Receipt, error) {
	const op truce.Op = "mechanism.Confirm"
	row, t, _, err := m.look(ctx, op, v, of)
	if err != nil {
		return Receipt{}, err
	}
	m.command.Lock()
	defer m.command.Unlock()
	if row.Kind == truce.RecordErasure {
		t.Proposer = row.Author
		return m.erase(ctx, op, v, record.Erasure{At: v.Now, Act: record.ErasureConfirms, Of: of, Reason: reason}, t)
	}
	act, ok := m.Directory.Proposed(of)
	if !ok {
		return Receipt{}, &truce.Error{Op: op, Kind: truce.Conflict, Subject: string(of), Reason: "nothing waits to be confirmed here", Hint: "it may have taken effect already, or have been proposed more than 30 days ago"}
	}
	if _, err := m.may(op, v, act, t); err != nil {
		return Receipt{}, err
	}
	if !access.Another(row.Author, v.Author()) {
		return Receipt{}, refused(op, access.Decision{Verdict: access.Refused, Code: access.CodeSameBody})
	}
	var d record.Draft
	switch row.Kind {
	case truce.RecordPerson:
		d, err = record.Person{At: v.Now, Act: record.PersonConfirms, Confirms: of}.Draft()
	case truce.RecordGrant:
		d, err = record.Grant{At: v.Now, Act: record.GrantConfirms, Of: of, Reason: reason}.Draft()
	case truce.RecordClass:
		d, err = record.Class{At: v.Now, Act: record.ClassConfirms, Of: of, Reason: reason}.Draft()
	case truce.RecordPause:
		d, err = record.Pause{At: v.Now, Act: record.PauseConfirms, Of: of, Reason: reason}.Draft()
	default:
		return Receipt{}, errAbsent(op)
	}
	if err != nil {
		return Receipt{}, err
	}
	d.Record.Tier = row.Tier
	return m.do(ctx, v, d)
}

// Classify sets the tier and class of a record, or waives its delay. What shows it to more people waits for a second person.
func (m *Mechanism) Classify(ctx context.Context, v access.Viewer, c record.Class) (Receipt, bool, error) {
	const op truce.Op = "mechanism.Classify"
	c.At = v.Now
	row, t, _, err := m.look(ctx, op, v, c.Of)
	if err != nil {
		return Receipt{}, false, err
	}
	if row.Kind == truce.RecordReport && c.Tier > row.Tier {
		return Receipt{}, false, &truce.Error{Op: op, Kind: truce.Conflict, Subject: string(c.Of), Reason: "it was drawn up for " + row.Tier.String() + ", and says what others may not see", Hint: "issue a report that is drawn up for them"}
	}
	t.Proposer = truce.Author{}
	act := access.ActHasten
	switch c.Act {
	case record.ClassReveals:
		act, t.Opens = access.ActWiden, access.GroupFields(row.Kind, c.Group)
	case record.ClassWithholds:
		act = access.ActWiden
	case record.ClassSet:
		class, _ := access.ParseClass(c.Class)
		act = access.ActNarrow
		if access.Widens(t.Tier, t.Class, c.Tier, class) {
			act = access.ActWiden
		}
	}
	m.command.Lock()
	defer m.command.Unlock()
	proposal, err := m.may(op, v, act, t)
	if err != nil {
		return Receipt{}, false, err
	}
	d, err := c.Draft()
	if err != nil {
		return Receipt{}, false, err
	}
	d.Record.Tier = min(row.Tier, truce.TierMechanism)
	r, err := m.do(ctx, v, d)
	return r, proposal, err
}

// Grant lets somebody see something for a while, or ends that.
func (m *Mechanism) Grant(ctx context.Context, v access.Viewer, g record.Grant) (Receipt, bool, error) {
	const op truce.Op = "mechanism.Grant"
	g.At = v.Now
	act, t := access.ActGrant, access.Thing{Kind: access.KindGrant, Author: v.Author()}
	switch {
	case g.Act == record.GrantEnded:
		_, thing, _, err := m.look(ctx, op, v, g.Of, truce.RecordGrant)
		if err != nil {
			return Receipt{}, false, err
		}
		act, t = access.ActEndGrant, thing
	case g.Site != "":
		act, t.Site = access.ActDisclose, g.Site
	case g.Record != "":
		_, thing, _, err := m.look(ctx, op, v, g.Record)
		if err != nil {
			return Receipt{}, false, err
		}
		t.Class = thing.Class
		thing.Proposer = truce.Author{}
		t = thing
	case g.Case != "":
		m.mu.RLock()
		c, ok := m.book.Case(g.Case)
		m.mu.RUnlock()
		if !ok {
			return Receipt{}, false, errAbsent(op)
		}
		t = m.caseThing(c)
	}
	if !g.From.Stated() {
		g.From = v.Now
	}
	slices.Sort(g.Fields)
	for _, w := range g.Fields {
		f, _ := access.ParseField(w)
		t.Opens |= f
	}
	m.command.Lock()
	defer m.command.Unlock()
	proposal, err := m.may(op, v, act, t)
	if err != nil {
		return Receipt{}, false, err
	}
	d, err := g.Draft()
	if err != nil {
		return Receipt{}, false, err
	}
	d.Record.Tier = truce.TierMechanism
	r, err := m.do(ctx, v, d)
	return r, proposal, err
}

// Pause stops publication at once, or proposes to resume it.
func (m *Mechanism) Pause(ctx context.Context, v access.Viewer, p record.Pause) (Receipt, bool, error) {
	const op truce.Op = "mechanism.Pause"
	p.At = v.Now
	act := access.ActPause
	if p.Act == record.PauseResumes {
		act = access.ActResume
	}
	m.command.Lock()
	defer m.command.Unlock()
	proposal, err := m.may(op, v, act, access.Thing{Kind: access.KindPause, Author: v.Author(), Tier: truce.TierPublic})
	if err != nil {
		return Receipt{}, false, err
	}
	d, err := p.Draft()
	if err != nil {
		return Receipt{}, false, err
	}
	d.Record.Tier = truce.TierPublic
	r, err := m.do(ctx, v, d)
	return r, proposal, err
}
