package truce

import (
	"fmt"
	"time"
)

// Words is one text in the three languages of the program. An empty one falls back to English, then to any.
type Words struct {
	EN, AR, RU string
}

// In gives the text in a language ("en", "ar", "ru"), or the nearest there is.
func (w Words) In(lang string) string {
	order := [3]string{w.EN, w.AR, w.RU}
	switch lang {
	case "ar":
		order = [3]string{w.AR, w.EN, w.RU}
	case "ru":
		order = [3]string{w.RU, w.EN, w.AR}
	}
	for _, s := range order {
		if s != "" {
			return s
		}
	}
	return ""
}

// Origin is where in the agreement's files something is written. It reaches no outcome and no hash.
type Origin struct {
	File         string
	Line, Column int
}

// Agreement is one version of one agreement as data: the text's parts that a machine can evaluate, and those that only
// people assess. It is immutable once read; an amendment is another version that names this one.
type Agreement struct {
	ID           AgreementID
	Version      VersionID
	Title        Words
	Status       Status
	PublishedBy  Publication
	Supersedes   []VersionID
	SupersededBy []VersionID
	Note         Words
	Clock        Clock
	Edges        EdgeKind
	Texts        []Text
	Participants []Participant
	Statements   []Statement
	Moments      []Moment
	Duration     *Duration
	Kinds        []KindWord
	Terms        []Term
	Counting     []Counting
	Articles     []Article
	Suspensions  []Suspension
	Procedure    *Procedure `json:",omitempty"` // nil: all of it as docs/reference/language.md says
	Actors       []Actor
	Places       []Feature
}

// Status says how an agreement's text is known.
type Status string

// Statuses of a text.
const (
	StatusSigned   Status = "signed"   // an official text
	StatusReported Status = "reported" // what others say it contains
	StatusDraft    Status = "draft"    // a proposal nobody has agreed to
)

// Publication says who made a version known; rival versions differ in it.
type Publication struct {
	Who       string
	On        string // a date as written: the day of publication, not an instant
	Note      string
	Reference string
}

// Clock is the time zone local times are meant in, and the hour a reporting day ends.
type Clock struct {
	Zone   string        // an IANA name, for example "Asia/Damascus"
	CutOff time.Duration // after local midnight; zero means midnight
	// Offsets lists the zone's changes of offset as this version was compiled, so that evaluation never asks a machine's zone files.
	Offsets []Offset
}

// Offset is the difference from UTC that holds from a moment on.
type Offset struct {
	From    Instant // zero: from the beginning
	Seconds int32   // east of Greenwich
}

// EdgeKind says what the straight line between two vertices of a zone or line means.
type EdgeKind string

// Kinds of edge. The difference is 0.3 m in the middle of a 5 km edge at 33 degrees of latitude, and grows with the square of the length.
const (
	// EdgesStraight are straight in longitude and latitude, as GeoJSON (RFC 7946, 3.1.1) has it. The default.
	EdgesStraight EdgeKind = "straight"
	// EdgesGeodesic are the shortest path on the ellipsoid.
	EdgesGeodesic EdgeKind = "geodesic"
)

// Text is one language's open text.
type Text struct {
	Lang          string
	Authoritative bool
	Articles      []ArticleText
}

// ArticleText is the text of one article in one language.
type ArticleText struct {
	Article ArticleID
	Title   string
	Body    string
	Origin  Origin `json:"-"`
}

// ParticipantRole is what a participant is in the mechanism.
type ParticipantRole string

// Roles of participants.
const (
	RoleParty     ParticipantRole = "party"
	RoleSignatory ParticipantRole = "signatory"
	RoleGuarantor ParticipantRole = "guarantor"
	RoleConsulted ParticipantRole = "consulted"
	RoleMechanism ParticipantRole = "mechanism"
	RoleWitness   ParticipantRole = "witness"
)

// ParticipantRoles lists them for checks and help.
var ParticipantRoles = []string{"party", "signatory", "guarantor", "consulted", "mechanism", "witness"}

// Participant is somebody the mechanism serves, and the groups it answers for.
type Participant struct {
	Actor      ActorID
	Role       ParticipantRole
	Host       bool
	AnswersFor []ActorID
	Source     SourceID
	Origin     Origin `json:"-"`
}

// Statement is what a named person or paper said, when, and who passed it on.
type Statement struct {
	ID        SourceID
	Who       string
	Actor     ActorID // the participant it speaks for, if any
	On        string  // the day as published; a range or "about" is allowed
	RelayedBy []string
	Says      Words  // in our own words
	Quote     string // a short quotation, if the words themselves matter
	About     []string
	Reference string
	Grade     string // the grade of the source, as the agreement's own notes define it
	Origin    Origin `json:"-"`
}

// Moment is a named point in time.
type Moment struct {
	ID     MomentID
	Name   Words
	At     TimeExpr
	Source SourceID
	Origin Origin `json:"-"`
}

// TimeKind says how a point in time is given.
type TimeKind uint8

// Ways to give a time.
const (
	TimeUnset     TimeKind = iota // the text says nothing here
	TimeNoDate                    // the text names the thing and gives it no date ("ultimately")
	TimeAt                        // a moment, or a whole day
	TimeMoment                    // a named moment
	TimeTerm                      // a term with readings
	TimeAfter                     // a period after another time
	TimeAct                       // when an act is first done
	TimeRuleMet                   // when an obligation was met
	TimeCleanDays                 // after so many days in a row without a breach
)

// TimeExpr is a point in time as a text gives it.
type TimeExpr struct {
	Kind   TimeKind
	At     Span // TimeAt: one instant, or the whole local day where only a date is given
	Day    bool // TimeAt: only the day is given
	Moment MomentID
	Term   TermID
	Rule   RuleID
	Act    *Act
	Clean  *CleanDays
	Plus   Period
	Base   *TimeExpr // TimeAfter
}

// Period is a length of calendar and clock time. Months and days are counted on the agreement's own calendar.
type Period struct {
	Months, Days int
	Clock        time.Duration
}

// Zero reports whether the period has no length.
func (p Period) Zero() bool { return p == Period{} }

// CleanDays is a start that depends on a number of days in a row without a breach; a breach sets the count back to zero.
type CleanDays struct {
	Days  int
	Rule  RuleID
	Where *Where
	// Found says whose word decides a day: "mechanism" counts confirmed findings and needs coverage of each day,
	// "outcomes" counts what the rule itself says.
	Found string
	From  *TimeExpr
}

// Duration is how long the agreement itself is in force, and how it is extended.
type Duration struct {
	From TimeExpr
	For  Period
	// RenewFor is the length of each extension; zero means it cannot be extended.
	RenewFor Period
	// RenewNeeds is "consent" (each of RenewBy must say yes before the end) or "no-objection" (none of them says no).
	RenewNeeds string
	RenewTerm  TermID // instead of RenewNeeds: a term whose readings say consent or no-objection
	RenewBy    []ActorID
	Act        string // the act that counts as consent
	Origin     Origin `json:"-"`
}

// KindWord is a word the agreement adds to the list of incidents or equipment, or a name for one of its own that stands in neither.
type KindWord struct {
	Word, Parent string
	Equipment    bool
	Other        bool `json:",omitempty"` // in neither: an act, a kind of passage or notification, a side of a line
	Name         Words
	Origin       Origin `json:"-"`
}

// TermKind says what a term's readings are.
type TermKind string

// Kinds of term.
const (
	TermActor     TermKind = "actor"     // a condition on an actor
	TermEquipment TermKind = "equipment" // a condition on equipment
	TermEvent     TermKind = "event"     // a condition on an observation
	TermPlace     TermKind = "place"     // a place: a zone, or a distance from a line
	TermTime      TermKind = "time"      // a point in time
	TermRenewal   TermKind = "renewal"   // how an extension comes about
)

// TermKinds lists them for checks and help.
var TermKinds = []string{"actor", "equipment", "event", "place", "time", "renewal"}

// Term is a word of the agreement that somebody reads in some way.
type Term struct {
	ID       TermID
	Kind     TermKind
	Name     Words
	Readings []Reading
	Origin   Origin `json:"-"`
}

// Reading is what one or more participants say a term means, since when, and where they said so. A reading held by
// nobody is a possible one, kept for comparison.
type Reading struct {
	ID     ReadingID
	Name   Words
	HeldBy []Holding
	// Exactly one of the next is set, as the term's kind asks.
	Condition string // CEL
	Place     *Where
	Time      *TimeExpr
	Renewal   string // "consent" or "no-objection"
	Source    SourceID
	Note      Words
	Origin    Origin `json:"-"`
	CondAt    Origin `json:"-"`
}

// Holding is one participant's hold on a reading or a fact.
type Holding struct {
	Actor  ActorID
	Since  string // a date as published, "" where unknown
	Source SourceID
}

// Counting is what counts as one violation. It is data because parties count differently.
type Counting struct {
	ID     CountingID
	Name   Words
	HeldBy []Holding
	Unit   CountUnit
	Gap    time.Duration // episode: a longer silence begins another one
	Near   Metres        // episode: a greater distance begins another one; 0 means any distance
	Kinds  []string      // only these kinds; empty means all
	Daily  bool          // an episode also ends at the report cut-off
	Source SourceID
	Origin Origin `json:"-"`
}

// CountUnit is the thing that is counted.
type CountUnit string

// Units of counting.
const (
	CountIncidents CountUnit = "incident" // each report of an incident is one
	CountEpisodes  CountUnit = "episode"  // fire of one side in one place without a longer gap is one
	CountSingle    CountUnit = "single"   // each explosion or shot is one
	CountDays      CountUnit = "day"      // each day with at least one is one
)

// CountUnits lists them for checks and help.
var CountUnits = []string{"incident", "episode", "single", "day"}

// Article is a numbered part of the text with the rules a machine can evaluate in it; one without rules is read by people only.
type Article struct {
	ID     ArticleID
	Title  Words
	Rules  []Rule
	Origin Origin `json:"-"`
}

// Verb is what a rule does.
type Verb string

// Verbs of rules.
const (
	Forbids  Verb = "forbids"  // an incident or presence must not be
	Limits   Verb = "limits"   // no more than so many
	Requires Verb = "requires" // an act, passage or notification must be
	Permits  Verb = "permits"  // lifts a prohibition under conditions; has no outcome of its own
	Assessed Verb = "assessed" // people decide
)

// Rule is what a machine can evaluate in an article.
type Rule struct {
	ID     RuleID
	Name   Words
	Verb   Verb
	Object ObservationKind
	Kinds  []string // incident kinds, acts, passages
	// By is who must not (or must) do it; Against is to whom; Between is both; Of is who must not be there or is counted.
	By, Against, Between, Of Who
	Equipment                []Arms
	Where                    *Where
	From, Until, Due         TimeExpr
	Hours                    *Hours `json:",omitempty"` // nil: at every hour
	When                     string // CEL
	WhenTerm                 TermID // or a term about events
	WhenAt                   Origin `json:"-"`
	Unless                   []Exception
	Evidence                 Evidence
	Dwell, Gap               time.Duration
	Hysteresis               Metres
	AtMost                   []Limit
	AtLeast                  *Quota
	Within                   time.Duration // a passage asked for must be granted within this time
	Steps                    []Step        // permits: what must have come before
	Silence                  string        // "unknown" (default) or "breach": what no record of an act means
	AssessedBy               []ActorID
	ReplacedBy               *Replacement
	Source                   SourceID
	Origin                   Origin `json:"-"`
}

// Hours are the hours of the day in which alone a rule speaks: the moments at which clocks show From or later, and not yet Until.
// Where Until is before From they go on over midnight.
type Hours struct {
	From, Until time.Duration // on the agreement's clock, from midnight; Until is at most 24 hours
}

// Whole reports whether every moment is in the hours.
func (h Hours) Whole() bool { return h.From == h.Until || h.From == 0 && h.Until == 24*time.Hour }

// Texts writes the two hours as people do: "09:00" and "24:00".
func (h Hours) Texts() (from, until string) {
	text := func(d time.Duration) string {
		return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
	}
	return text(h.From), text(h.Until)
}

// Replacement says that another rule or document takes a rule's place from a time.
type Replacement struct {
	By     string
	From   TimeExpr
	Source SourceID
}

// Suspension takes a rule, an article or everything out of force for a while.
type Suspension struct {
	Rules       []RuleID
	Articles    []ArticleID
	From, Until TimeExpr
	Source      SourceID
	Note        Words
	Origin      Origin `json:"-"`
}

// Class is a word for a group of actors that the agreement itself makes.
type Class string

// Classes of actors.
const (
	ClassAnyone    Class = "anyone"
	ClassAdhering  Class = "adhering"  // has joined, or a body it belongs to has
	ClassExcluded  Class = "excluded"  // designated as outside the ceasefire
	ClassParty     Class = "party"     // a participant that is a party or signatory, or belongs to one
	ClassGuarantor Class = "guarantor" // a participant that is a guarantor, or belongs to one
	ClassMechanism Class = "mechanism" // the monitors themselves
	ClassCivilians Class = "civilians"
)

// Classes lists them for checks and help.
var Classes = []string{"anyone", "adhering", "excluded", "party", "guarantor", "mechanism", "civilians"}

// Who picks actors. The zero value picks nobody in particular: the rule does not ask.
type Who struct {
	Actors  []ActorID // these, or bodies that belong to them
	Classes []Class
	Terms   []TermID
	All     []Who // all of these
	Not     *Who
	Each    bool // an obligation of each one named, rather than of any
}

// Set reports whether the rule asks who.
func (w Who) Set() bool {
	return len(w.Actors) > 0 || len(w.Classes) > 0 || len(w.Terms) > 0 || len(w.All) > 0 || w.Not != nil
}

// Arms picks equipment. All that is set must hold.
type Arms struct {
	Category     string
	Term         TermID
	CalibreOver  int32 // more than this many millimetres
	CalibreFrom  int32 // this many millimetres or more
	CalibreUnder int32 // fewer than this many millimetres
	RangeOver    Metres
}

// Side is one side of a line, by the name the geometry gives it; "" is both.
type Side string

// Where picks places. Exactly one of the alternatives is set.
type Where struct {
	Unpublished bool        // the text draws it, and nobody published where
	Zone        PlaceID     // inside (or at) a feature
	Kind        FeatureKind // inside any feature of a kind
	Term        TermID
	Within      Metres  // no farther than this from Of (0 with Of set: on a side of it)
	Of          PlaceID // a line, zone or point
	Side        Side
	All         []Where
	Any         []Where
	Not         *Where
}

// Exception makes an act allowed that a rule otherwise forbids. All that is set must hold.
type Exception struct {
	Permission  RuleID
	By, Against Who
	Where       *Where
	Kinds       []string
	When        string // CEL
	WhenTerm    TermID // or a term about events
	WhenAt      Origin `json:"-"`
	Notice      *Notice
	Origin      Origin `json:"-"`
}

// Notice is advance notice of a movement or activity.
type Notice struct {
	Ahead   time.Duration // how long before it the notice must be received
	What    []string      // kinds of notification that count; empty means any
	Unknown bool          `json:",omitempty"` // no record of a notice means unknown, not none given
}

// Step is one thing that must have happened before something is permitted.
type Step struct {
	Act
	Before  time.Duration // no longer than this before the event; 0 means at any time
	After   time.Duration // the step may also come up to this long after the event
	Unknown bool          // no record of it means unknown, not absent
}

// Act picks acts.
type Act struct {
	What   string
	By     Who
	Result []Ended // empty: done or granted
}

// Evidence is what must stand behind an observation before a rule says breached.
type Evidence struct {
	Sources  int
	Means    []Means
	Standing []Standing
}

// Limit is a greatest number of something.
type Limit struct {
	What   string
	AtMost int64
}

// Quota is a least number in each period.
type Quota struct {
	Number int64
	What   string
	Per    string // "day", "week" or "month", on the agreement's clock; "" for a number in all
}

// ActorKind says what sort of body an actor is.
type ActorKind string

// Kinds of actor.
const (
	ActorState     ActorKind = "state"
	ActorForce     ActorKind = "force"
	ActorGroup     ActorKind = "group"
	ActorUnit      ActorKind = "unit"
	ActorBody      ActorKind = "organisation"
	ActorComposite ActorKind = "composite" // a collective name of a source, for example "Syrian insurgents"
	ActorCivilians ActorKind = "civilians"
)

// ActorKinds lists them for checks and help.
var ActorKinds = []string{"state", "force", "group", "unit", "organisation", "composite", "civilians"}

// Actor is somebody who does things. All that is said of it is a list of facts, each with its dates, sources and disputes.
type Actor struct {
	ID      ActorID
	Name    Words
	Kind    ActorKind
	Aliases []Alias
	Facts   []Fact
	// Complete says of a composite that its members are all listed.
	Complete bool
	Refs     []string // identifiers elsewhere, for example "ucdp:118"
	Origin   Origin   `json:"-"`
}

// Alias is another name, for a time.
type Alias struct {
	Name        string
	From, Until Instant
}

// FactKind is what a fact says.
type FactKind string

// Kinds of fact about an actor.
const (
	FactOrigin    FactKind = "origin"     // a country code: where it comes from
	FactParent    FactKind = "parent"     // it is under the command of
	FactSponsor   FactKind = "sponsor"    // it is paid, armed or directed by
	FactInvitedBy FactKind = "invited_by" // it is there at the invitation of
	FactAdheres   FactKind = "adheres"    // it has joined the agreement
	FactExcluded  FactKind = "excluded"   // it is designated as outside it
	FactMemberOf  FactKind = "member_of"  // a collective name covers it
)

// FactKinds lists them for checks and help.
var FactKinds = []string{"origin", "parent", "sponsor", "invited_by", "adheres", "excluded", "member_of"}

// Fact is one dated, sourced and possibly disputed thing said of an actor.
type Fact struct {
	Kind        FactKind
	Value       string // an actor id, a country code, "yes", or "unknown" where nobody knows
	From, Until Span   // zero: from the beginning, or still so
	HeldBy      []ActorID
	DisputedBy  []ActorID
	Source      SourceID
	Origin      Origin `json:"-"`
}

// Disputed reports whether anybody contests the fact.
func (f Fact) Disputed() bool { return len(f.DisputedBy) > 0 }

// FeatureKind is what a named piece of geometry is. Different kinds are never merged.
type FeatureKind string

// Kinds of feature.
const (
	FeatureZone             FeatureKind = "zone"
	FeatureSeparation       FeatureKind = "area-of-separation"
	FeatureLimitation       FeatureKind = "area-of-limitation"
	FeatureDisengagement    FeatureKind = "disengagement-area"
	FeatureSecurityZone     FeatureKind = "security-zone"
	FeatureArea             FeatureKind = "area" // a named area that is no zone: a district, a governorate, a valley
	FeatureLineOfContact    FeatureKind = "line-of-contact"
	FeatureWithdrawalLine   FeatureKind = "withdrawal-line"
	FeatureBorder           FeatureKind = "border"
	FeatureCorridor         FeatureKind = "corridor"
	FeatureRoad             FeatureKind = "road"
	FeatureCrossing         FeatureKind = "crossing"
	FeatureStorageSite      FeatureKind = "storage-site"
	FeatureCheckpoint       FeatureKind = "checkpoint"
	FeatureObservationPost  FeatureKind = "observation-post"
	FeatureTown             FeatureKind = "town"
	FeatureMonitoringCentre FeatureKind = "monitoring-centre"
)

// AreaKinds, LineKinds and PointKinds list the kinds of feature by the shape they need.
var (
	AreaKinds  = []string{"zone", "area-of-separation", "area-of-limitation", "disengagement-area", "security-zone", "area"}
	LineKinds  = []string{"line-of-contact", "withdrawal-line", "border", "corridor", "road"}
	PointKinds = []string{"crossing", "storage-site", "checkpoint", "observation-post", "town", "monitoring-centre"}
)

// Shape is the sort of geometry a feature has.
type Shape uint8

// Shapes.
const (
	ShapeNone Shape = iota
	ShapePoint
	ShapeLine
	ShapeArea
)

// Feature is a named piece of geometry.
type Feature struct {
	ID      PlaceID
	Kind    FeatureKind
	Name    Words
	Aliases []string
	// Illustrative says that the shape was drawn for an example and is nobody's official line.
	Illustrative bool
	Source       SourceID
	Shape        Shape
	// Rings of an area: for each polygon its outer ring and holes, each closed without repeating its first position.
	Polygons [][][]Position
	// Path of a line (one or more pieces).
	Lines [][]Position
	// At and Radius of a point feature: Radius is how far the place itself reaches.
	At          Position
	Radius      Metres
	Left, Right Side   // names of the sides of a line, seen along its direction
	Origin      Origin `json:"-"`
}
