package truce

// Every name that means something has its own type, so that a zone can never be passed where a line is
// meant. All of them are lower-case words joined by hyphens and are compared byte for byte.
type (
	// AgreementID names an agreement over all its versions, for example "southwest-syria".
	AgreementID string
	// VersionID names one version of an agreement, usually by its date: "2017-11-08".
	VersionID string
	// ArticleID is the number the text itself gives, for example "3" or "2.b".
	ArticleID string
	// RuleID names one rule inside an agreement, for example "withdrawal-from-line".
	RuleID string
	// TermID names a defined term, for example "non-syrian-force".
	TermID string
	// ReadingID names one reading of a term, for example "by-invitation".
	ReadingID string
	// ActorID names a state, force, group, unit or body, for example "southern-front". Participants are actors too.
	ActorID string
	// PlaceID names a feature of the agreement's geometry: a zone, a line or a point, for example "line-of-contact".
	PlaceID string
	// MomentID names a point in time of the agreement, for example "entry-into-force".
	MomentID string
	// CountingID names a counting rule, for example "episodes".
	CountingID string
	// SourceID names a statement or document that something rests on, for example "st-0012".
	SourceID string
	// ObservationID names one observation for ever, for example "ged:245157". Two records with one id are one record.
	ObservationID string
)
