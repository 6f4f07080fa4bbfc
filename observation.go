package truce

import "slices"

// ObservationKind is the family of an observation. The numbers are written in records: append only.
type ObservationKind uint8

// Kinds of observation. KindUnknown is a record that says nothing of what it is.
const (
	KindUnknown ObservationKind = iota
	// KindPresence: an actor or equipment was at a place.
	KindPresence
	// KindIncident: something happened, with sides, weapons, losses.
	KindIncident
	// KindInspection: a visit that counted what is at a site or in an area.
	KindInspection
	// KindPassage: aid, people or a patrol asked to pass, and were let through, delayed or refused.
	KindPassage
	// KindAct: somebody did, gave or declared something the agreement speaks of (maps handed over, consent to an extension).
	KindAct
	// KindNotification: a party's advance notice of a movement, an exercise, aid.
	KindNotification
	// KindFinding: people of the mechanism concluded something about an observation or an article.
	KindFinding
	// KindRestriction: the mechanism itself was denied, delayed, jammed, shot at.
	KindRestriction
	// KindCoverage: where and when the mechanism could have seen something.
	KindCoverage
	// KindStatement: what a named person said, and who relayed it.
	KindStatement
)

var kindNames = [...]string{"unknown", "presence", "incident", "inspection", "passage", "act", "notification",
	"finding", "restriction", "coverage", "statement"}

// String is the word used in files.
func (k ObservationKind) String() string { return wordOf(kindNames[:], int(k)) }

// ParseObservationKind reads the word used in files; ok is false for any other.
func ParseObservationKind(s string) (k ObservationKind, ok bool) {
	i, ok := indexOf(kindNames[:], s)
	return ObservationKind(i), ok
}

// ObservationKinds lists the words of all kinds but the unknown one, in their order.
func ObservationKinds() []string { return slices.Clone(kindNames[1:]) }

// Role is the part an actor plays in an observation.
type Role uint8

// Roles. RoleUnknown is an actor named without saying what it did.
const (
	RoleUnknown Role = iota
	// RoleInitiator fired first, moved, refused, acted: the one who answers for it if it is a breach.
	RoleInitiator
	// RoleTarget is who it was done to.
	RoleTarget
	// RoleSide is one side of an event whose direction the source does not give (an undirected dyad).
	RoleSide
	// RoleSubject is who was present, inspected, notified or spoken about.
	RoleSubject
)

var roleNames = [...]string{"unknown", "initiator", "target", "side", "subject"}

func (r Role) String() string { return wordOf(roleNames[:], int(r)) }

// ParseRole reads the word used in files.
func ParseRole(s string) (r Role, ok bool) {
	i, ok := indexOf(roleNames[:], s)
	return Role(i), ok
}

// Roles lists the words of all roles but the unknown one.
func Roles() []string { return slices.Clone(roleNames[1:]) }

// Part is one actor's part in an observation. Name is as the source wrote it; it is looked up among the ids,
// names and aliases of the agreement's actors, at the time of the event.
type Part struct {
	Name string
	Role Role
}

// Means is how somebody or something came to know.
type Means uint8

// Means of observation. MeansUnknown says nothing of how it is known.
const (
	MeansUnknown Means = iota
	MeansSeen
	MeansHeard
	MeansCamera
	MeansUAV
	MeansSatellite
	MeansAcoustic
	MeansDocument
	MeansHearsay
	MeansDevice
)

var meansNames = [...]string{"unknown", "seen", "heard", "camera", "uav", "satellite", "acoustic", "document", "hearsay", "device"}

func (m Means) String() string { return wordOf(meansNames[:], int(m)) }

// ParseMeans reads the word used in files.
func ParseMeans(s string) (m Means, ok bool) {
	i, ok := indexOf(meansNames[:], s)
	return Means(i), ok
}

// MeansWords lists the words of all means but the unknown one.
func MeansWords() []string { return slices.Clone(meansNames[1:]) }

// Standing keeps three things apart that must never be merged: what the mechanism itself observed, what it was
// told, and what one participant holds against another.
type Standing uint8

// Standings.
const (
	StandingUnknown Standing = iota
	StandingObserved
	StandingReported
	StandingAlleged
)

var standingNames = [...]string{"unknown", "observed", "reported", "alleged"}

func (s Standing) String() string { return wordOf(standingNames[:], int(s)) }

// ParseStanding reads the word used in files.
func ParseStanding(s string) (st Standing, ok bool) {
	i, ok := indexOf(standingNames[:], s)
	return Standing(i), ok
}

// StandingWords lists the words of all standings but the unknown one.
func StandingWords() []string { return slices.Clone(standingNames[1:]) }

// Number is a count that may be known only between bounds. The zero value is a count nobody gave.
type Number struct {
	Low, Best, High int64
	Stated          bool
}

// Exactly is a count known for sure.
func Exactly(n int64) Number { return Number{n, n, n, true} }

// Equipment is a kind of weapon, vehicle or troops in an observation.
type Equipment struct {
	// Category is a word of the equipment list of the language reference: personnel, tank, artillery, mortar, aircraft...
	Category string
	// CalibreMM is the calibre in millimetres, 0 where not stated.
	CalibreMM int32
	// RangeM is the greatest range in metres, 0 where not stated.
	RangeM int32
	Count  Number
}

// Source says on whose word an observation rests.
type Source struct {
	// ID is the source's name as published, or a code where the person must be protected.
	ID       string
	Means    Means
	Standing Standing
	// Independent is how many independent sources the record itself names; 0 where it does not say.
	Independent int32
	// Reference is where the report can be read: an address, a document number.
	Reference string
	// RelayedBy lists who passed it on, the nearest to us last.
	RelayedBy []string
}

// Observation is anything somebody or something reports. Only the fields its kind needs are filled; what is left
// zero is not known and is never guessed.
type Observation struct {
	ID   ObservationID
	Kind ObservationKind
	// What names the sort of incident, act, passage, notification or restriction: "shelling", "maps-handed-over".
	What string
	When Span
	// Lasted says that it went on for the whole of When; otherwise it was at some moment within it.
	Lasted bool
	// Received is when the mechanism learned of it; zero counts as known from the start.
	Received Instant
	// Where is the place; To is the far end of a movement, if there is one.
	Where, To Place
	// Parts are the actors and what each did.
	Parts     []Part
	Equipment []Equipment
	// Count is how many single things the record stands for (explosions, shots, lorries), if it says so.
	Count Number
	// Deaths and Injured are of people on all sides together; Civilians are the civilians among the dead.
	Deaths, Injured, Civilians Number
	// Result is how a passage, act or finding ended: one of the words of [Ended].
	Result Ended
	// Complete says that an inspection saw everything that was there, or that coverage had no gap.
	Complete bool
	// About lists what a finding, statement or notification speaks of: rules, articles, terms, observations.
	About []string
	// SameAs links observations of the same event by other sources.
	SameAs []ObservationID
	Source Source
	Note   string
	// Simulated is set on anything invented for an exercise or a demonstration; it is shown wherever the record is.
	Simulated bool
	// Moved is set on real movements shifted to another place; it is shown wherever the record is.
	Moved bool
	// File and Row say where the record was read (1-based; 0 where there is no file).
	File string
	Row  int
}

// Ended is how something that was tried came out.
type Ended uint8

// Ways to end. EndedUnknown is a result nobody stated.
const (
	EndedUnknown Ended = iota
	EndedDone
	EndedFailed
	EndedGranted
	EndedDelayed
	EndedDenied
	EndedConfirmed
	EndedNotConfirmed
	EndedUndetermined
	EndedObjected
)

var endedNames = [...]string{"unknown", "done", "failed", "granted", "delayed", "denied", "confirmed", "not-confirmed",
	"undetermined", "objected"}

func (e Ended) String() string { return wordOf(endedNames[:], int(e)) }

// ParseEnded reads the word used in files.
func ParseEnded(s string) (e Ended, ok bool) {
	i, ok := indexOf(endedNames[:], s)
	return Ended(i), ok
}

// EndedWords lists the words of all results but the unknown one.
func EndedWords() []string { return slices.Clone(endedNames[1:]) }

// Fix is one position of a unit: the compact form of a presence, for devices that report many. A run of fixes of one
// unit is a track.
type Fix struct {
	At  Instant
	Pos Position
	// Error is the radius in metres around Pos in which the true place lies.
	Error float32
}

func wordOf(words []string, i int) string {
	if i < 0 || i >= len(words) {
		return words[0]
	}
	return words[i]
}

func indexOf(words []string, s string) (int, bool) {
	for i, w := range words {
		if i > 0 && w == s {
			return i, true
		}
	}
	return 0, false
}
