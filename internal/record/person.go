package record

import (
	"slices"

	"truce"
	"truce/internal/vault"
)

// PersonAct is what happened to a person, or to a way in which they prove who they are.
type PersonAct string

// Acts upon persons.
const (
	PersonAdded    PersonAct = "added" // is of a body and holds offices from now on, or holds others
	PersonLeft     PersonAct = "left"  // holds no office any more, and no key works
	PersonKeyAdded PersonAct = "key-added"
	PersonKeyGone  PersonAct = "key-gone" // a key was lost, stolen or replaced
	PersonVouches  PersonAct = "vouches"  // with an older key of the same body, somebody says that a key is who it is said to be
	PersonConfirms PersonAct = "confirms" // a second person of another body agrees to a proposed act; it takes effect
)

var personActs = []PersonAct{PersonAdded, PersonLeft, PersonKeyAdded, PersonKeyGone, PersonVouches, PersonConfirms}

// Method is a way to prove who one is.
type Method string

// Methods.
const (
	MethodInvitation Method = "invitation" // a code that works once, for who has nothing else yet
	MethodPassword   Method = "password"   // with a one-time code
	MethodPasskey    Method = "passkey"
	MethodToken      Method = "token" // of a device
	MethodOIDC       Method = "oidc"
	MethodSSH        Method = "ssh" // a key that signs records; nobody signs in with it
)

var methods = []Method{MethodInvitation, MethodPassword, MethodPasskey, MethodToken, MethodOIDC, MethodSSH}

// Person is one act upon a person. Who they are is sealed; the body holds numbers, offices and dates.
type Person struct {
	At     truce.Instant
	Act    PersonAct
	Person truce.PersonID
	// Body, Offices, Since and Until belong to PersonAdded. Until is zero where no end was set.
	Body         truce.BodyID
	Offices      []truce.Office
	Since, Until truce.Instant
	// Proposed marks what takes effect only when somebody confirms it.
	Proposed bool
	// Confirms is the record that is confirmed.
	Confirms truce.RecordID
	// Key belongs to PersonKeyAdded, PersonKeyGone and PersonVouches, Method to the first two. Acts, Office and Until limit a token.
	Key    truce.KeyID
	Method Method
	Acts   []string

	// Name, Contact and Language are sealed, each alone, and so is the credential. All are empty where Erased.
	Name, Contact, Language string
	Credential              Credential
	Erased                  bool
}

// Credential is what a proof is checked against. It holds no secret that could be used to sign in, but the seed of the one-time codes.
type Credential struct {
	Login      string   `json:"login,omitempty"`    // what is typed beside a password
	Password   string   `json:"password,omitempty"` // argon2id, in PHC form
	TOTP       []byte   `json:"totp,omitempty"`     // the seed of RFC 6238
	Digest     []byte   `json:"digest,omitempty"`   // SHA-256 of a token or an invitation
	Issuer     string   `json:"issuer,omitempty"`   // of OIDC
	Subject    string   `json:"subject,omitempty"`
	PublicKey  []byte   `json:"publicKey,omitempty"` // COSE for a passkey, one line of authorized_keys for ssh
	PasskeyID  []byte   `json:"passkeyId,omitempty"`
	Flags      byte     `json:"flags,omitempty"` // of the authenticator at registration: WebAuthn section 6.1
	Count      uint32   `json:"count,omitempty"`
	Transports []string `json:"transports,omitempty"`
}

func (c Credential) isZero() bool {
	return c.Login == "" && c.Password == "" && c.TOTP == nil && c.Digest == nil && c.Issuer == "" && c.Subject == "" && c.PublicKey == nil && c.PasskeyID == nil
}

type personBody struct {
	At       truce.Instant  `json:"at"`
	Act      PersonAct      `json:"act"`
	Person   truce.PersonID `json:"person,omitempty"`
	Body     truce.BodyID   `json:"body,omitempty"`
	Offices  []string       `json:"offices,omitempty"`
	Since    truce.Instant  `json:"since,omitempty"`
	Until    truce.Instant  `json:"until,omitempty"`
	Proposed bool           `json:"proposed,omitempty"`
	Confirms truce.RecordID `json:"confirms,omitempty"`
	Key      truce.KeyID    `json:"key,omitempty"`
	Method   Method         `json:"method,omitempty"`
	Acts     []string       `json:"acts,omitempty"`
}

// Groups of a person record.
const (
	groupName       = "name"
	groupContact    = "contact"
	groupLanguage   = "language"
	groupCredential = "credential"
)

// Draft writes the act as a record.
func (p Person) Draft() (Draft, error) {
	b := personBody{p.At, p.Act, p.Person, p.Body, nil, p.Since, p.Until, p.Proposed, p.Confirms, p.Key, p.Method, p.Acts}
	for _, o := range p.Offices {
		b.Offices = append(b.Offices, o.String())
	}
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Person", Kind: truce.Invalid, Subject: string(p.Person), Reason: err.Error()}
	}
	var groups []vault.Group
	for _, g := range []struct {
		name string
		v    any
		have bool
	}{
		{groupName, p.Name, p.Name != ""}, {groupContact, p.Contact, p.Contact != ""}, {groupLanguage, p.Language, p.Language != ""},
		{groupCredential, p.Credential, !p.Credential.isZero()},
	} {
		if !g.have {
			continue
		}
		made, err := group(g.name, g.v)
		if err != nil {
			return Draft{}, &truce.Error{Op: "record.Person", Kind: truce.Invalid, Subject: g.name, Reason: "it cannot be written", Cause: err}
		}
		groups = append(groups, made)
	}
	return draft(truce.RecordPerson, b, groups...)
}

// ReadPerson reads a record of the kind.
func ReadPerson(r *truce.Record, g vault.Groups) (Person, error) {
	var b personBody
	if err := readBody(r, truce.RecordPerson, &b); err != nil {
		return Person{}, err
	}
	if err := b.check(); err != nil {
		return Person{}, &truce.Error{Op: "record.ReadPerson", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	p := Person{At: b.At, Act: b.Act, Person: b.Person, Body: b.Body, Since: b.Since, Until: b.Until, Proposed: b.Proposed, Confirms: b.Confirms,
		Key: b.Key, Method: b.Method, Acts: b.Acts, Erased: g.Erased()}
	for _, w := range b.Offices {
		o, _ := truce.ParseOffice(w) // check has seen it
		p.Offices = append(p.Offices, o)
	}
	if p.Erased {
		return p, nil
	}
	for name, v := range p.sealed() {
		if _, ok := g.Get(name); !ok {
			continue
		}
		if err := readGroup(r, g, name, v); err != nil {
			return Person{}, err
		}
	}
	return p, nil
}

func (p *Person) sealed() func(func(string, any) bool) {
	return func(yield func(string, any) bool) {
		_ = yield(groupName, &p.Name) && yield(groupContact, &p.Contact) && yield(groupLanguage, &p.Language) && yield(groupCredential, &p.Credential)
	}
}

func (b *personBody) check() error {
	switch {
	case !slices.Contains(personActs, b.Act):
		return expected("act", personActs)
	case b.Act == PersonConfirms && (b.Confirms == "" || b.Person != ""):
		return errText("a confirmation names the record it confirms, and nobody")
	case b.Act != PersonConfirms && (b.Confirms != "" || b.Person == ""):
		return errText("it names the person it is about")
	}
	for _, w := range b.Offices {
		if o, ok := truce.ParseOffice(w); !ok || o == truce.OfficePublic {
			return errText("there is no office " + w)
		}
	}
	added, key := b.Act == PersonAdded, b.Act == PersonKeyAdded || b.Act == PersonKeyGone || b.Act == PersonVouches
	switch {
	case added && (b.Body == "" || len(b.Offices) == 0 || !b.Since.Stated()):
		return errText("who is added has a body, an office and a day from which they hold it")
	case !added && (b.Body != "" || b.Since.Stated()):
		return errText("body and beginning belong to somebody who is added")
	case b.Until.Stated() && b.Until <= b.Since:
		return errText("it ends before it begins")
	case key && b.Key == "":
		return errText("it names the key")
	case b.Act == PersonKeyAdded && !slices.Contains(methods, b.Method):
		return expected("method", methods)
	case b.Method == MethodToken && b.Act == PersonKeyAdded && (len(b.Offices) != 1 || len(b.Acts) == 0 || !b.Until.Stated()):
		return errText("a token has one office, the acts it is for, and an end")
	case !added && b.Method != MethodToken && len(b.Offices) > 0:
		return errText("only a person and a token hold offices")
	}
	return nil
}
