package record

import (
	"slices"

	"truce"
	"truce/internal/vault"
)

// GrantAct is what is done with a grant.
type GrantAct string

// Acts upon grants.
const (
	GrantGiven    GrantAct = "given"
	GrantConfirms GrantAct = "confirms" // a second person of another body agrees
	GrantEnded    GrantAct = "ended"    // before its time
)

var grantActs = []GrantAct{GrantGiven, GrantConfirms, GrantEnded}

// Grant lets a person or a body see certain fields of one record, one case or one protected site, for a while. The reason is sealed.
type Grant struct {
	At  truce.Instant
	Act GrantAct
	// Of is the grant that is confirmed or ended.
	Of truce.RecordID
	// To whom, of what, which fields: exactly one of Person and Body, and one of Record, Case and Site.
	Person      truce.PersonID
	Body        truce.BodyID
	Record      truce.RecordID
	Case        truce.CaseID
	Site        truce.PlaceID
	Fields      []string
	From, Until truce.Instant
	// Consent is the record in which a protected site agreed to its disclosure.
	Consent truce.RecordID

	Reason string
	Erased bool
}

type grantBody struct {
	At      truce.Instant  `json:"at"`
	Act     GrantAct       `json:"act"`
	Of      truce.RecordID `json:"of,omitempty"`
	Person  truce.PersonID `json:"person,omitempty"`
	Body    truce.BodyID   `json:"body,omitempty"`
	Record  truce.RecordID `json:"record,omitempty"`
	Case    truce.CaseID   `json:"case,omitempty"`
	Site    truce.PlaceID  `json:"site,omitempty"`
	Fields  []string       `json:"fields,omitempty"`
	From    truce.Instant  `json:"from,omitempty"`
	Until   truce.Instant  `json:"until,omitempty"`
	Consent truce.RecordID `json:"consent,omitempty"`
}

// Draft writes the act as a record.
func (g Grant) Draft() (Draft, error) {
	b := grantBody{g.At, g.Act, g.Of, g.Person, g.Body, g.Record, g.Case, g.Site, g.Fields, g.From, g.Until, g.Consent}
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Grant", Kind: truce.Invalid, Reason: err.Error()}
	}
	return withReason(truce.RecordGrant, b, g.Reason)
}

// ReadGrant reads a record of the kind.
func ReadGrant(r *truce.Record, groups vault.Groups) (g Grant, err error) {
	var b grantBody
	if err := readBody(r, truce.RecordGrant, &b); err != nil {
		return Grant{}, err
	}
	if err := b.check(); err != nil {
		return Grant{}, &truce.Error{Op: "record.ReadGrant", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	g = Grant{At: b.At, Act: b.Act, Of: b.Of, Person: b.Person, Body: b.Body, Record: b.Record, Case: b.Case, Site: b.Site, Fields: b.Fields,
		From: b.From, Until: b.Until, Consent: b.Consent}
	g.Reason, g.Erased, err = readReason(r, groups)
	return g, err
}

func (b *grantBody) check() error {
	switch {
	case !slices.Contains(grantActs, b.Act):
		return expected("act", grantActs)
	case b.Act != GrantGiven && (b.Of == "" || count(b.Person, b.Body, b.Record, b.Case, b.Site, b.Consent) > 0 || len(b.Fields) > 0 || b.From != 0 || b.Until != 0):
		return errText("it names the grant it is about, and nothing else")
	case b.Act != GrantGiven:
		return nil
	case b.Of != "":
		return errText("a new grant is about no other")
	case count(b.Person, b.Body) != 1:
		return errText("a grant is to one person or one body")
	case count(b.Record, b.Case, b.Site) != 1:
		return errText("a grant is of one record, one case or one site")
	case b.Site != "" && (b.Body == "" || b.Consent == ""):
		return errText("a site is disclosed to one body, with the consent of the site")
	case len(b.Fields) == 0 || !slices.IsSorted(b.Fields) || len(slices.Compact(slices.Clone(b.Fields))) != len(b.Fields):
		return errText("a grant names the fields it opens, each once, in the order of the alphabet")
	case !b.From.Stated() || !b.Until.Stated() || b.Until <= b.From:
		return errText("a grant has a beginning and an end")
	}
	return nil
}
