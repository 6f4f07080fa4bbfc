package access

import (
	"slices"
	"time"

	"truce"
)

// Kind is what the policy tells apart: a kind of record, a finding among the steps of a case, or something made from records.
type Kind uint8

// Kinds of thing. The zero value is shown to nobody.
const (
	KindUnknown Kind = iota
	KindGenesis
	KindAgreement   // a text, its geometry, its readings
	KindObservation // a report as it came in
	KindPositions   // positions of a unit as they came in
	KindOutcome     // what a rule says
	KindCase        // the file of a case: its number, state, clocks
	KindStep        // one step in it that is no finding
	KindFinding     // what people concluded
	KindStatement
	KindQuery
	KindMedia
	KindCustody
	KindPerson
	KindGrant
	KindClass
	KindErasure
	KindPause
	KindReport
	KindCheckpoint
	KindNotice
	KindSite      // a protected site: a hospital, a school, water works
	KindLog       // the log of who read and was refused what
	KindRetention // that the time of a record's content is over
	endOfKinds
)

var kindNames = [...]string{"unknown", "genesis", "agreement", "observation", "positions", "outcome", "case", "step", "finding", "statement", "query", "media",
	"custody", "person", "grant", "class", "erasure", "pause", "report", "checkpoint", "notice", "site", "log", "retention"}

func (k Kind) String() string {
	if k >= endOfKinds {
		k = KindUnknown
	}
	return kindNames[k]
}

var kindOfRecord = [...]Kind{
	truce.RecordGenesis: KindGenesis, truce.RecordAgreement: KindAgreement, truce.RecordObservation: KindObservation,
	truce.RecordPositions: KindPositions, truce.RecordOutcome: KindOutcome, truce.RecordStep: KindStep, truce.RecordStatement: KindStatement,
	truce.RecordQuery: KindQuery, truce.RecordMedia: KindMedia, truce.RecordCustody: KindCustody, truce.RecordPerson: KindPerson,
	truce.RecordGrant: KindGrant, truce.RecordClass: KindClass, truce.RecordErasure: KindErasure, truce.RecordPause: KindPause,
	truce.RecordReport: KindReport, truce.RecordCheckpoint: KindCheckpoint, truce.RecordNotice: KindNotice,
}

// KindOf gives the kind of thing a record is. A step that is a finding, a case, a site and the log are known by whoever shows them.
func KindOf(k truce.RecordKind) Kind {
	if int(k) >= len(kindOfRecord) {
		return KindUnknown
	}
	return kindOfRecord[k]
}

// groupFields are the classes of the groups of fields that a record may have. A group that is not here is opened to nobody.
var groupFields = map[string]Fields{"what": What, "when": WhenExact, "where": WhereExact, "who": Who, "count": Count, "note": Note, "text": Note, "content": Note, "source": Source, "about": Source,
	"origin": Reporter, "reference": Source, "unit": WhereExact, "columns": WhereExact, "name": People, "contact": People, "language": People, "credential": Credential, "receiver": People, "reason": Reason}

// GroupFields gives the class of the fields in a group of a record, for [May] to say whether it may be opened to everybody.
func GroupFields(k truce.RecordKind, group string) Fields {
	if k == truce.RecordStatement && group == "who" {
		return People // who spoke
	}
	if f, ok := groupFields[group]; ok {
		return f
	}
	return EveryField
}

// Class is what it would cost if content got out. The zero value was classified by nobody and counts as severe.
type Class uint8

// Classes.
const (
	ClassUnknown Class = iota
	ClassSevere        // somebody could be hurt
	ClassOrdinary
	endOfClasses
)

var classNames = [...]string{"unclassified", "severe", "ordinary"}

func (c Class) String() string {
	if c >= endOfClasses {
		c = ClassUnknown
	}
	return classNames[c]
}

// ParseClass reads the word used in records and requests.
func ParseClass(s string) (Class, bool) {
	i := slices.Index(classNames[:], s)
	return Class(max(i, 0)), i >= 0
}

// Thing is what the policy must know of a record, or of something made from records, to say who sees what of it. The zero value is
// seen by nobody. Package-level builders fill it from a record ([Directory.Thing]); a case or a finding adds its parties.
type Thing struct {
	ID   truce.RecordID
	Kind Kind
	Tier truce.Tier
	// Class is ordinary only where somebody said so. Of something made from several records it is the class of the worst.
	Class  Class
	Author truce.Author
	// About is whom a person or grant record speaks of.
	About truce.PersonID
	// Named are the participants it names: whom TierNamed reaches. Addressed are the bodies it was sent to, such as the party that a case
	// was notified to, or the team that was tasked.
	Named, Addressed []truce.BodyID
	Case             truce.CaseID
	// Site is the protected site whose exact place it contains, or which it is.
	Site truce.PlaceID
	// HasPlace is set where it says where something happened.
	HasPlace bool
	// Classified is when its present tier was set: a delay counts from there. Release is a time before which it stays closed.
	Classified, Release truce.Instant
	// Hastened is set where two people of different bodies signed that it needs no delay.
	Hastened bool
	// Paused is set while publication is paused.
	Paused bool
	// Simulated marks what belongs to an exercise inside a real mechanism. It never leaves the mechanism by its tier.
	Simulated bool
	// Demo is set in a journal that was begun as a demonstration: there what is simulated is released like anything else.
	Demo bool
	// Proposer is who proposed the act that is now to be confirmed by another; zero where nobody did.
	Proposer truce.Author
	// Opens are the fields that a grant would open, or that would be revealed to everybody.
	Opens Fields
}

// Viewer is who asks, in one office, at one moment. The zero value is the public at an unknown time, to whom nothing is released yet.
type Viewer struct {
	Person truce.PersonID
	Body   truce.BodyID
	Office truce.Office
	Now    truce.Instant
	// Vouch is how they proved who they are, Proved when they did so last.
	Vouch  truce.Vouch
	Proved truce.Instant
	Key    truce.KeyID
	// Acts limits a token; it is not asked of a session. Invited marks who came in by an invitation: they see themselves, and add a key.
	Acts    Acts
	Invited bool
	// Grants are those that may be in force for this person or body ([Directory.Viewer]).
	Grants []Grant
}

// Author gives the viewer as the author of a record.
func (v Viewer) Author() truce.Author {
	return truce.Author{Person: v.Person, Body: v.Body, Office: v.Office, Vouch: v.Vouch, Key: v.Key}
}

// Grant lets somebody see something for a while.
type Grant struct {
	ID truce.RecordID
	// Person or Body receives it: exactly one of the two.
	Person truce.PersonID
	Body   truce.BodyID
	// One of these says of what.
	Thing truce.RecordID
	Case  truce.CaseID
	Site  truce.PlaceID
	// Fields are shown beside what the office shows anyway, from From until before Until.
	Fields      Fields
	From, Until truce.Instant
	// Given and Second are the two who made it. Second is zero where one alone did: such a grant opens nothing severe.
	Given, Second truce.Author
}

// Delays before publication, and how long a proof of who somebody is holds for a grave act. See docs/limits.md.
const (
	// DefaultDelay passes before anything is released; DefaultPlaceDelay before anything that says where something happened.
	DefaultDelay      = 24 * time.Hour
	DefaultPlaceDelay = 72 * time.Hour
	// DefaultProofAge is how old the last proof may be when somebody signs, erases, discloses or changes keys.
	DefaultProofAge = 5 * time.Minute
	// MaxGrant and MaxSevereGrant bound how long a grant may run, the second where it opens what is severe or a protected site.
	MaxGrant       = 30 * 24 * time.Hour
	MaxSevereGrant = 7 * 24 * time.Hour
)
