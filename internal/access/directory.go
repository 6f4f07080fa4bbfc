package access

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"truce"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
)

// Directory is who there is: people, their bodies, offices and keys, grants, the tier of each record, and whether publication is paused. It is built
// by [Directory.Apply] from the records of a journal in their order and from nothing else, so two nodes with one journal have one directory.
//
// What needs two people takes effect when the second, of another body, has confirmed it in a record of their own. That is decided here, from
// the records, and not where they are accepted: no flag says that two agreed. A record of a session is the machine's word for its author; one that is
// signed is the author's own ([Directory.VerifyAuthor]).
//
// It may be used from many goroutines at once.
type Directory struct {
	mu       sync.RWMutex
	founded  bool // somebody has acted; from then on the program adds nobody
	people   map[truce.PersonID]*person
	keys     map[truce.KeyID]*Key
	byDigest map[truce.Digest]truce.KeyID
	byName   map[string]truce.KeyID // login names, passkey ids and OIDC subjects, each behind its method
	grants   map[truce.RecordID]*Grant
	// proposed acts wait for somebody of another body.
	proposed map[truce.RecordID]proposal
	standing map[truce.RecordID]standing
	// open are the tiers of records that reach outside the mechanism on their author's word.
	open    map[truce.RecordID]standing
	decided map[truce.RecordID]bool // what two people decided for the open record
	paused  bool
	demo    bool // the journal was begun as a demonstration
	parties []truce.BodyID
}

type person struct {
	id           truce.PersonID
	body         truce.BodyID
	offices      []truce.Office
	since, until truce.Instant
	left         bool
	gone         truce.Instant // when they left
	name         string
	contact      string
	language     string
	hadKey       bool
}

// Key is one way in which a person proves who they are.
type Key struct {
	ID     truce.KeyID
	Person truce.PersonID
	Method record.Method
	// Since and Until bound when it works; Until is zero where no end was set. Office and Acts limit a token.
	Since, Until truce.Instant
	// Ended is when it was taken away; zero while it was not.
	Ended      truce.Instant
	Office     truce.Office
	Acts       Acts
	Credential record.Credential
}

type proposal struct {
	kind  truce.RecordKind
	by    truce.Author
	at    truce.Instant
	act   Act
	apply func(second truce.Author, at truce.Instant)
}

// standing is where a record stands now, when somebody has classified it.
type standing struct {
	tier       truce.Tier
	class      Class
	classified truce.Instant
	release    truce.Instant
	hastened   bool
}

// Limits of the directory. See docs/limits.md.
const (
	MaxPeople = 10_000
	MaxKeys   = 20 // of one person, that work
	// MaxProposals wait to be confirmed, none longer than MaxProposalAge. MaxGrants run at once.
	MaxProposals   = 10_000
	MaxProposalAge = 30 * 24 * time.Hour
	MaxGrants      = 10_000
)

// NewDirectory gives the directory of an empty journal.
func NewDirectory() *Directory {
	return &Directory{
		people: map[truce.PersonID]*person{}, keys: map[truce.KeyID]*Key{}, byDigest: map[truce.Digest]truce.KeyID{}, byName: map[string]truce.KeyID{},
		grants: map[truce.RecordID]*Grant{}, proposed: map[truce.RecordID]proposal{}, standing: map[truce.RecordID]standing{}, open: map[truce.RecordID]standing{},
		decided: map[truce.RecordID]bool{},
	}
}

// Participants sets which bodies are participants, as the agreement in force says. Only for them may somebody be a liaison officer, a guarantor or
// a consulted neighbour, and for them nobody runs cases, audits or operates.
func (d *Directory) Participants(bodies []truce.BodyID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.parties = slices.Clone(bodies)
}

// Apply takes in the next record. A record whose act nobody had the right to, or that repeats what is so already, changes nothing; an error
// means that the record cannot be read.
func (d *Directory) Apply(r *truce.Record, g vault.Groups) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer func() { d.founded = d.founded || r.Author.Person != "" }()
	switch r.Kind {
	case truce.RecordGenesis:
		x, err := record.ReadGenesis(r)
		d.demo = d.demo || err == nil && r.Seq == 1 && x.Demo
		return err
	case truce.RecordPerson:
		p, err := record.ReadPerson(r, g)
		if err == nil {
			d.applyPerson(r, p)
		}
		return err
	case truce.RecordGrant:
		x, err := record.ReadGrant(r, g)
		if err == nil {
			d.applyGrant(r, x)
		}
		return err
	case truce.RecordClass:
		c, err := record.ReadClass(r, g)
		if err == nil {
			d.applyClass(r, c)
		}
		return err
	case truce.RecordPause:
		p, err := record.ReadPause(r, g)
		if err == nil {
			d.applyPause(r, p)
		}
		return err
	}
	if read := &reads[KindOf(r.Kind)]; !read.plain && min(r.Tier, read.widest) > truce.TierMechanism {
		d.open[r.ID] = standing{tier: min(r.Tier, read.widest), class: read.class, classified: r.Recorded}
	}
	return nil
}

// propose keeps an act until somebody of another body confirms it, where the author may propose it.
func (d *Directory) propose(r *truce.Record, act Act, apply func(truce.Author, truce.Instant)) {
	if !d.mayDo(r, act) {
		return
	}
	if len(d.proposed) >= MaxProposals {
		maps.DeleteFunc(d.proposed, func(_ truce.RecordID, p proposal) bool { return r.Recorded.Sub(p.at) > MaxProposalAge })
	}
	if len(d.proposed) < MaxProposals {
		d.proposed[r.ID] = proposal{r.Kind, r.Author, r.Recorded, act, apply}
	}
}

// confirm lets a proposal take effect, where the author of r is another person of another body who may do the same act.
func (d *Directory) confirm(r *truce.Record, of truce.RecordID) {
	p, ok := d.proposed[of]
	if !ok || p.kind != r.Kind || r.Recorded.Sub(p.at) > MaxProposalAge || !Another(p.by, r.Author) || !d.mayDo(r, p.act) {
		return
	}
	delete(d.proposed, of)
	p.apply(r.Author, r.Recorded)
}

// mayDo reports whether the author of a record held an office that does the act when it was recorded.
func (d *Directory) mayDo(r *truce.Record, act Act) bool {
	return deeds[act].by.has(r.Author.Office) && d.holds(r.Author, r.Recorded)
}

func (d *Directory) holds(a truce.Author, at truce.Instant) bool {
	p := d.people[a.Person]
	return p != nil && a.Vouch != truce.VouchNothing && a.Vouch != truce.VouchNode && p.body == a.Body && p.active(at) && slices.Contains(p.offices, a.Office)
}

func (p *person) active(at truce.Instant) bool {
	return !p.left && p.since <= at && (!p.until.Stated() || at < p.until)
}

// powerful offices sign, run cases, speak for a participant, audit or operate: it takes two to give them.
const powerful = duty | liaison | guarantor | auditor | operator

func (d *Directory) applyPerson(r *truce.Record, x record.Person) {
	founding := !d.founded && r.Author.Person == "" && r.Author.Vouch == truce.VouchNode
	switch x.Act {
	case record.PersonConfirms:
		d.confirm(r, x.Confirms)

	case record.PersonAdded:
		if !d.fits(x.Body, x.Offices) || len(d.people) >= MaxPeople {
			return
		}
		add := func(truce.Author, truce.Instant) {
			p := d.people[x.Person]
			if p == nil {
				p = &person{id: x.Person}
				d.people[x.Person] = p
			}
			p.body, p.offices, p.since, p.until, p.left, p.gone = x.Body, x.Offices, x.Since, x.Until, false, 0
			p.name, p.contact, p.language = cmp.Or(x.Name, p.name), cmp.Or(x.Contact, p.contact), cmp.Or(x.Language, p.language)
		}
		switch {
		case founding:
			add(r.Author, r.Recorded)
		case d.actFor(x, r.Author.Person) == ActEmpower:
			d.propose(r, ActEmpower, add)
		case d.mayDo(r, ActEnrol):
			add(r.Author, r.Recorded)
		}

	case record.PersonLeft:
		p := d.people[x.Person]
		if p == nil || !d.mayDo(r, ActDismiss) {
			return
		}
		p.left, p.offices, p.gone = true, nil, r.Recorded
		for _, k := range d.keys {
			if k.Person == x.Person {
				d.drop(k, r.Recorded)
			}
		}

	case record.PersonKeyAdded:
		p := d.people[x.Person]
		if p == nil || p.left || d.keys[x.Key] != nil || d.unfit(x) || x.Erased {
			return
		}
		k := &Key{ID: x.Key, Person: x.Person, Method: x.Method, Since: r.Recorded, Until: x.Until, Credential: x.Credential}
		if x.Method == record.MethodToken {
			k.Office = x.Offices[0]
			for _, w := range x.Acts {
				a, ok := ParseAct(w)
				if !ok {
					return
				}
				k.Acts |= ActsOf(a)
			}
		}
		add := func(truce.Author, truce.Instant) { d.addKey(k) }
		own := x.Person == r.Author.Person && p.body == r.Author.Body && p.active(r.Recorded) && r.Author.Vouch != truce.VouchToken && r.Author.Vouch != truce.VouchNothing
		switch {
		case own && x.Method != record.MethodInvitation:
			add(r.Author, r.Recorded)
			d.spendInvitations(x.Person, r.Recorded)
		case founding && x.Method == record.MethodInvitation:
			add(r.Author, r.Recorded)
		case d.actFor(x, r.Author.Person) == ActRecover:
			d.propose(r, ActRecover, add)
		case d.actFor(x, r.Author.Person) == ActEnrol && d.mayDo(r, ActEnrol):
			add(r.Author, r.Recorded)
		}

	case record.PersonKeyGone:
		k := d.keys[x.Key]
		if k != nil && k.Person == x.Person && (x.Person == r.Author.Person || d.mayDo(r, ActDismiss)) {
			d.drop(k, r.Recorded)
		}
	}
}

// ActFor gives the act that somebody does who writes a record about a person, for [May]; [ActNothing] where nobody does it.
func (d *Directory) ActFor(x record.Person, by truce.PersonID) Act {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.actFor(x, by)
}

func (d *Directory) actFor(x record.Person, by truce.PersonID) Act {
	p := d.people[x.Person]
	switch x.Act {
	case record.PersonAdded:
		if slices.ContainsFunc(x.Offices, powerful.has) || p != nil && slices.ContainsFunc(p.offices, powerful.has) {
			return ActEmpower // also to take such an office away by giving another
		}
		return ActEnrol
	case record.PersonLeft:
		return ActDismiss
	case record.PersonKeyGone:
		if x.Person == by {
			return ActKey
		}
		return ActDismiss
	case record.PersonVouches:
		k, voucher := d.keys[x.Key], d.people[by]
		if k != nil && !k.Ended.Stated() && k.Person == x.Person && p != nil && voucher != nil && p.body == voucher.body {
			return ActKey
		}
	case record.PersonKeyAdded:
		switch {
		case x.Person == by && x.Method != record.MethodInvitation:
			return ActKey
		case p == nil:
		case p.hadKey:
			return ActRecover
		case x.Method == record.MethodInvitation, x.Method == record.MethodToken, x.Method == record.MethodOIDC:
			return ActEnrol
		}
	}
	return ActNothing
}

// fits reports whether a body may have somebody in these offices: those who act for a participant and those who run the mechanism are never one.
func (d *Directory) fits(body truce.BodyID, list []truce.Office) bool {
	party := slices.Contains(d.parties, body)
	for _, o := range list {
		switch {
		case !somebody.has(o), participants.has(o) && !party, (duty | auditor | operator).has(o) && party:
			return false
		}
	}
	// The operator holds no other office: whoever keeps the machine does not read or sign by another.
	return len(list) == 1 || !slices.Contains(list, truce.OfficeOperator)
}

// unfit reports whether a credential is not what its method needs, names something that another key has, or is one too many.
func (d *Directory) unfit(x record.Person) bool {
	n := 0
	for _, k := range d.keys {
		if k.Person == x.Person && !k.Ended.Stated() {
			n++
		}
	}
	if n >= MaxKeys {
		return true
	}
	switch x.Method { // a key with a public part is named by it
	case record.MethodPasskey:
		if len(x.Credential.PublicKey) == 0 || x.Key != passkeyKeyID(x.Credential.PublicKey) {
			return true
		}
	case record.MethodSSH:
		if k, err := seal.ParseSSHKey(strings.TrimSpace(string(x.Credential.PublicKey))); err != nil || k.ID() != x.Key {
			return true
		}
	case record.MethodPassword:
		if x.Credential.Login == "" || x.Credential.Password == "" || len(x.Credential.TOTP) == 0 {
			return true
		}
	case record.MethodToken, record.MethodInvitation:
		if len(x.Credential.Digest) != len(truce.Digest{}) {
			return true
		}
	}
	if name := nameOf(x.Method, x.Credential); name != "" {
		if _, ok := d.byName[name]; ok {
			return true
		}
	}
	if len(x.Credential.Digest) > 0 {
		_, ok := d.byDigest[digestOf(x.Credential.Digest)]
		return ok
	}
	return false
}

func (d *Directory) addKey(k *Key) {
	d.keys[k.ID] = k
	if name := nameOf(k.Method, k.Credential); name != "" {
		d.byName[name] = k.ID
	}
	if len(k.Credential.Digest) > 0 {
		d.byDigest[digestOf(k.Credential.Digest)] = k.ID
	}
	if k.Method != record.MethodInvitation {
		d.people[k.Person].hadKey = true
	}
}

// drop ends a key. Its public part stays: signatures made before must still be checked.
func (d *Directory) drop(k *Key, at truce.Instant) {
	if k.Ended.Stated() {
		return
	}
	k.Ended = at
	delete(d.byName, nameOf(k.Method, k.Credential))
	if len(k.Credential.Digest) > 0 {
		delete(d.byDigest, digestOf(k.Credential.Digest))
	}
	k.Credential.Password, k.Credential.TOTP, k.Credential.Digest = "", nil, nil
}

func (d *Directory) spendInvitations(id truce.PersonID, at truce.Instant) {
	for _, k := range d.keys {
		if k.Person == id && k.Method == record.MethodInvitation {
			d.drop(k, at)
		}
	}
}

// nameOf is by what a key is looked up, with its method before it; "" where it is looked up by a digest or not at all.
func nameOf(m record.Method, c record.Credential) string {
	switch m {
	case record.MethodPassword:
		return "password:" + c.Login
	case record.MethodPasskey:
		return "passkey:" + string(c.PasskeyID)
	case record.MethodOIDC:
		return "oidc:" + c.Issuer + "\x00" + c.Subject
	}
	return ""
}

func digestOf(b []byte) (out truce.Digest) {
	copy(out[:], b)
	return out
}

func (d *Directory) applyGrant(r *truce.Record, x record.Grant) {
	switch x.Act {
	case record.GrantConfirms:
		d.confirm(r, x.Of)
	case record.GrantEnded:
		if g := d.grants[x.Of]; g != nil && d.mayDo(r, ActEndGrant) {
			g.Until = min(g.Until, r.Recorded)
		} else if d.mayDo(r, ActEndGrant) {
			delete(d.proposed, x.Of)
		}
	case record.GrantGiven:
		g := Grant{ID: r.ID, Person: x.Person, Body: x.Body, Thing: x.Record, Case: x.Case, Site: x.Site, From: x.From, Until: x.Until, Given: r.Author}
		for _, w := range x.Fields {
			f, ok := ParseField(w)
			if !ok {
				return
			}
			g.Fields |= f
		}
		grave := x.Site != "" || g.Fields&severeByItself != 0
		if g.Until.Sub(g.From) > MaxGrant || grave && g.Until.Sub(g.From) > MaxSevereGrant {
			return
		}
		if len(d.grants) >= MaxGrants {
			maps.DeleteFunc(d.grants, func(_ truce.RecordID, g *Grant) bool { return g.Until <= r.Recorded })
		}
		if len(d.grants) >= MaxGrants {
			return
		}
		act := ActGrant
		if x.Site != "" {
			act = ActDisclose
		} else if d.mayDo(r, ActGrant) && !grave {
			one := g // until somebody confirms it, it opens what is ordinary
			d.grants[r.ID] = &one
		}
		d.propose(r, act, func(second truce.Author, _ truce.Instant) {
			if now := d.grants[g.ID]; now != nil {
				g.Until = now.Until
			}
			g.Second = second
			d.grants[g.ID] = &g
		})
	}
}

func (d *Directory) applyClass(r *truce.Record, x record.Class) {
	switch x.Act {
	case record.ClassConfirms:
		d.confirm(r, x.Of)
	case record.ClassSet:
		class, _ := ParseClass(x.Class)
		was := d.standingOf(x.Of)
		set := func(_ truce.Author, at truce.Instant) {
			d.standing[x.Of] = standing{tier: x.Tier, class: class, classified: at, release: x.Release}
		}
		switch {
		case Widens(was.tier, was.class, x.Tier, class):
			d.propose(r, ActWiden, set)
		case d.mayDo(r, ActNarrow):
			set(r.Author, r.Recorded)
		}
	case record.ClassReveals, record.ClassWithholds:
		d.propose(r, ActWiden, func(truce.Author, truce.Instant) { d.decided[r.ID] = true })
	case record.ClassHastened:
		d.propose(r, ActHasten, func(truce.Author, truce.Instant) {
			if s := d.standingOf(x.Of); s.classified.Stated() {
				s.hastened = true
				d.standing[x.Of] = s
			}
		})
	}
}

// Widens reports whether a change of tier or class takes two people of different bodies: it reaches more people outside the mechanism, or
// calls ordinary what somebody called severe or what is seen outside. Inside the mechanism the operations room sorts alone.
func Widens(was truce.Tier, wasClass Class, tier truce.Tier, class Class) bool {
	milder := class == ClassOrdinary && wasClass != ClassOrdinary
	return tier > was && tier > truce.TierMechanism || milder && (wasClass == ClassSevere || tier > truce.TierMechanism)
}

func (d *Directory) standingOf(id truce.RecordID) standing {
	if s, ok := d.standing[id]; ok {
		return s
	}
	return d.open[id]
}

func (d *Directory) applyPause(r *truce.Record, x record.Pause) {
	switch x.Act {
	case record.PausePaused:
		if d.mayDo(r, ActPause) {
			d.paused = true
			// A proposal made before the pause does not end it.
			for id, p := range d.proposed {
				if p.act == ActResume {
					delete(d.proposed, id)
				}
			}
		}
	case record.PauseResumes:
		if d.paused {
			d.propose(r, ActResume, func(truce.Author, truce.Instant) { d.paused = false })
		}
	case record.PauseConfirms:
		d.confirm(r, x.Of)
	}
}

// Another reports whether two authors are two people of two bodies: what every act that needs two asks.
func Another(a, b truce.Author) bool {
	return a.Person != "" && b.Person != "" && a.Body != "" && b.Body != "" && a.Person != b.Person && a.Body != b.Body
}

// Decided reports whether two people decided what a record proposed for the open record: that something is revealed, or withheld.
func (d *Directory) Decided(id truce.RecordID) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.decided[id]
}

// Proposed gives the act that a record proposes and that waits for somebody of another body; ok is false where nothing waits.
func (d *Directory) Proposed(id truce.RecordID) (act Act, ok bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	p, ok := d.proposed[id]
	return p.act, ok
}

// Waiting lists the records that propose something and wait for somebody of another body, in order of their names; what has waited too long is not
// among them.
func (d *Directory) Waiting(now truce.Instant) []truce.RecordID {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out []truce.RecordID
	for id, p := range d.proposed {
		if now.Sub(p.at) <= MaxProposalAge {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// Grant gives a grant as it stands now; ok is false where its record never took effect, or it ended long ago.
func (d *Directory) Grant(id truce.RecordID) (g Grant, ok bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if g := d.grants[id]; g != nil {
		return *g, true
	}
	return Grant{}, false
}

// Paused reports whether publication is paused.
func (d *Directory) Paused() bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.paused
}

// Thing fills what the policy must know from a record and from what was said of it since. Whoever shows it adds what only they know: whom it
// names and was sent to, its case, its site, whether it has a place, whether it is simulated or a finding.
func (d *Directory) Thing(r *truce.Record) Thing {
	t := Thing{ID: r.ID, Kind: KindOf(r.Kind), Author: r.Author}
	d.mu.RLock()
	defer d.mu.RUnlock()
	t.Paused, t.Demo = d.paused, d.demo
	if p, ok := d.proposed[r.ID]; ok {
		t.Proposer = p.by
	}
	if s, ok := d.standing[r.ID]; ok {
		t.Tier, t.Class, t.Classified, t.Release, t.Hastened = s.tier, s.class, s.classified, s.release, s.hastened
		if r.Kind == truce.RecordReport { // it holds what those may see for whom it was drawn up
			t.Tier = min(t.Tier, r.Tier)
		}
		return t
	}
	t.Tier, t.Class, t.Classified = min(r.Tier, reads[t.Kind].widest), reads[t.Kind].class, r.Recorded
	return t
}

// Viewer gives a person in one of their offices; false where they do not hold it now. How they proved who they are is for the caller to add.
func (d *Directory) Viewer(id truce.PersonID, o truce.Office, now truce.Instant) (Viewer, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	p := d.people[id]
	if p == nil || !p.active(now) || !slices.Contains(p.offices, o) {
		return Viewer{Now: now}, false
	}
	v := Viewer{Person: id, Body: p.body, Office: o, Now: now}
	for _, g := range d.grants {
		if (g.Person == id || g.Person == "" && g.Body == p.body) && g.From <= now && now < g.Until {
			v.Grants = append(v.Grants, *g)
		}
	}
	slices.SortFunc(v.Grants, func(a, b Grant) int { return cmp.Compare(a.ID, b.ID) })
	return v, true
}

// Person is what the directory knows of somebody.
type Person struct {
	ID           truce.PersonID
	Body         truce.BodyID
	Offices      []truce.Office
	Since, Until truce.Instant
	Left         bool
	// Gone is when they left; zero while they did not. Whose time is over has left at its end ([Person.Ended]).
	Gone truce.Instant
	// Name, Contact and Language come from the vault; they are empty where they were erased.
	Name, Contact, Language string
}

// Ended gives when somebody left, by a record or because their time was over; zero where they are still there.
func (p Person) Ended(now truce.Instant) truce.Instant {
	if !p.Left && p.Until.Stated() && p.Until <= now {
		return p.Until
	}
	return p.Gone
}

// Person gives somebody by their number.
func (d *Directory) Person(id truce.PersonID) (Person, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	p := d.people[id]
	if p == nil {
		return Person{}, false
	}
	return p.public(), true
}

func (p *person) public() Person {
	return Person{p.id, p.body, slices.Clone(p.offices), p.since, p.until, p.left, p.gone, p.name, p.contact, p.language}
}

// People lists everybody, by number.
func (d *Directory) People() []Person {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := make([]Person, 0, len(d.people))
	for _, p := range d.people {
		out = append(out, p.public())
	}
	slices.SortFunc(out, func(a, b Person) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Bodies lists the participants and every body that somebody acts for, in order.
func (d *Directory) Bodies() []truce.BodyID {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := slices.Clone(d.parties)
	for _, p := range d.people {
		out = append(out, p.body)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Key gives a key by its id, also one that is gone: what it signed before must still be checked.
func (d *Directory) Key(id truce.KeyID) (Key, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.copyKey(id)
}

// Keys lists the keys of a person that work at a moment, by id.
func (d *Directory) Keys(id truce.PersonID, now truce.Instant) []Key {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out []Key
	for _, k := range d.keys {
		if k.Person == id && d.works(k, now) {
			out = append(out, *k)
		}
	}
	slices.SortFunc(out, func(a, b Key) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (d *Directory) copyKey(id truce.KeyID) (Key, bool) {
	if k := d.keys[id]; k != nil {
		return *k, true
	}
	return Key{}, false
}

// works reports whether a key opens a door now: it is there, and its person is.
func (d *Directory) works(k *Key, now truce.Instant) bool {
	p := d.people[k.Person]
	return !k.Ended.Stated() && p != nil && p.active(now) && k.Since <= now && (!k.Until.Stated() || now < k.Until)
}

// alive reports whether a key works now.
func (d *Directory) alive(k Key, now truce.Instant) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.works(&k, now)
}

// byDigestNow finds a token or an invitation that works now.
func (d *Directory) byDigestNow(m record.Method, digest truce.Digest, now truce.Instant) (Key, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	k := d.keys[d.byDigest[digest]]
	if k == nil || k.Method != m || !d.works(k, now) {
		return Key{}, false
	}
	return *k, true
}

// byNameNow finds a password by its login name, a passkey by its id, or an OIDC subject.
func (d *Directory) byNameNow(m record.Method, c record.Credential, now truce.Instant) (Key, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	k := d.keys[d.byName[nameOf(m, c)]]
	if k == nil || k.Method != m || !d.works(k, now) {
		return Key{}, false
	}
	return *k, true
}

// Subject gives the key of a person who proved to an OIDC provider that they are this subject.
func (d *Directory) Subject(issuer, subject string, now truce.Instant) (Key, bool) {
	return d.byNameNow(record.MethodOIDC, record.Credential{Issuer: issuer, Subject: subject}, now)
}

// Passkey gives the passkey with this id.
func (d *Directory) Passkey(id []byte, now truce.Instant) (Key, bool) {
	return d.byNameNow(record.MethodPasskey, record.Credential{PasskeyID: bytes.Clone(id)}, now)
}
