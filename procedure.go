package truce

import (
	"fmt"
	"slices"
	"time"
)

// Procedure is how the mechanism of an agreement works on a case: its clocks, who signs, which words a finding may use. What it
// leaves out holds as docs/reference/language.md says; the methods of [Agreement] below give what holds.
type Procedure struct {
	Note       Words
	Source     SourceID
	Clocks     []TimeLimit
	SignOff    SignOff
	Standards  []ScaleWord // standards of proof
	Confidence []ScaleWord // from the lowest
	Severity   []ScaleWord // from the lowest
	// OpenedBy may open a case by complaint, PublishedBy decides its publication.
	OpenedBy, PublishedBy []ActorID
	// OpenedOn are rules whose breach opens a case by itself.
	OpenedOn []RuleID `json:",omitempty"`
	Origin   Origin   `json:"-"`
}

// SignOff says whose signatures make a finding the mechanism's own.
type SignOff struct {
	Of      []ActorID
	AtLeast int // of those; 0 means all
}

// TimeLimit is how long something may take. Zero means that nothing runs out.
type TimeLimit struct {
	Clock  CaseClock
	Within time.Duration
}

// ScaleWord is a word of a scale that the mechanism declares: a standard of proof, a confidence, a severity. No scale is the
// same everywhere, so none is built in.
type ScaleWord struct {
	Word   string
	Name   Words
	Kinds  []string // only for cases about incidents of these kinds; empty means all
	Origin Origin   `json:"-"`
}

// CaseClock names something that runs from one step to another.
type CaseClock string

// Clocks of cases, of queries and of notices of movement.
const (
	ClockNotify       CaseClock = "notify"       // from registration to telling the parties
	ClockAssessment   CaseClock = "assessment"   // from telling the parties to the preliminary assessment
	ClockVerification CaseClock = "verification" // from tasking a team to the finding
	ClockResponse     CaseClock = "response"     // from sharing a finding to each party's answer
	ClockSignOff      CaseClock = "sign-off"     // from asking for signatures to each signatory's word
	ClockRemedy       CaseClock = "remedy"       // from publication to the report of a remedy
	ClockAnswer       CaseClock = "answer"       // from a query to its answer
	ClockMovement     CaseClock = "movement"     // from the notice of a movement to its acknowledgement
)

// Time allowed where an agreement says nothing: an assumption of the program, shown wherever it is used. Zero: nothing runs out.
const (
	DefaultNotify       = 2 * time.Hour
	DefaultAssessment   = 24 * time.Hour
	DefaultVerification = 0
	DefaultResponse     = 48 * time.Hour
	DefaultSignOff      = 72 * time.Hour
	DefaultRemedy       = 0
	DefaultAnswer       = 72 * time.Hour
	DefaultMovement     = 24 * time.Hour
)

var clockDefaults = []TimeLimit{
	{ClockNotify, DefaultNotify}, {ClockAssessment, DefaultAssessment}, {ClockVerification, DefaultVerification}, {ClockResponse, DefaultResponse},
	{ClockSignOff, DefaultSignOff}, {ClockRemedy, DefaultRemedy}, {ClockAnswer, DefaultAnswer}, {ClockMovement, DefaultMovement},
}

// CaseClocks lists them for checks and help.
var CaseClocks = []string{"notify", "assessment", "verification", "response", "sign-off", "remedy", "answer", "movement"}

// Words that hold where an agreement declares none. The standards are those that fact-finding bodies name most often
// (S. Wilkinson, Standards of Proof in International Humanitarian and Human Rights Fact-Finding and Inquiry Missions, 2012).
var (
	DefaultStandards  = []string{"reasonable-suspicion", "balance-of-probabilities", "clear-and-convincing", "beyond-reasonable-doubt"}
	DefaultConfidence = []string{"low", "medium", "high"}
	DefaultSeverity   = []string{"minor", "serious", "grave"}
)

// Limit gives how long something may take under the agreement; 0 means that nothing runs out.
func (a *Agreement) Limit(c CaseClock) time.Duration {
	lists := [][]TimeLimit{clockDefaults}
	if a.Procedure != nil {
		lists = [][]TimeLimit{a.Procedure.Clocks, clockDefaults}
	}
	for _, list := range lists {
		for _, l := range list {
			if l.Clock == c {
				return l.Within
			}
		}
	}
	return 0
}

// Signatories gives who signs findings, and how many of them must: those the procedure names, otherwise all guarantors; where
// there is none, all signatories; where there is none, all parties.
func (a *Agreement) Signatories() (of []ActorID, atLeast int) {
	if p := a.Procedure; p != nil {
		of, atLeast = p.SignOff.Of, p.SignOff.AtLeast
	}
	for _, role := range []ParticipantRole{RoleGuarantor, RoleSignatory, RoleParty} {
		if len(of) == 0 {
			of = a.withRoles(role)
		}
	}
	if atLeast == 0 {
		atLeast = len(of)
	}
	return of, atLeast
}

// Openers gives the participants that may open a case by complaint: those the procedure names, otherwise every party, signatory
// and guarantor.
func (a *Agreement) Openers() []ActorID {
	if p := a.Procedure; p != nil && len(p.OpenedBy) > 0 {
		return p.OpenedBy
	}
	return a.withRoles(RoleParty, RoleSignatory, RoleGuarantor)
}

// OpensOn reports whether the breach of a rule opens a case by itself. Where the procedure names none, people decide each time.
func (a *Agreement) OpensOn(r RuleID) bool {
	return a.Procedure != nil && slices.Contains(a.Procedure.OpenedOn, r)
}

// Publishers gives the participants any of whom decides that a finding is published. None means the operations room, once the
// signatories have spoken.
func (a *Agreement) Publishers() []ActorID {
	if a.Procedure == nil {
		return nil
	}
	return a.Procedure.PublishedBy
}

// Standards gives the standards of proof that findings may name.
func (a *Agreement) Standards() []ScaleWord {
	return a.scale(func(p *Procedure) []ScaleWord { return p.Standards }, DefaultStandards)
}

// ConfidenceWords gives the words for how sure a finding is, from the lowest.
func (a *Agreement) ConfidenceWords() []ScaleWord {
	return a.scale(func(p *Procedure) []ScaleWord { return p.Confidence }, DefaultConfidence)
}

// SeverityWords gives the words for how grave it was, from the lowest.
func (a *Agreement) SeverityWords() []ScaleWord {
	return a.scale(func(p *Procedure) []ScaleWord { return p.Severity }, DefaultSeverity)
}

func (a *Agreement) scale(of func(*Procedure) []ScaleWord, otherwise []string) []ScaleWord {
	if a.Procedure != nil {
		if list := of(a.Procedure); len(list) > 0 {
			return list
		}
	}
	var out []ScaleWord
	for _, w := range otherwise {
		out = append(out, ScaleWord{Word: w})
	}
	return out
}

// withRoles lists the participants that have one of the roles, each once.
func (a *Agreement) withRoles(roles ...ParticipantRole) []ActorID {
	var out []ActorID
	for _, p := range a.Participants {
		if slices.Contains(roles, p.Role) && !slices.Contains(out, p.Actor) {
			out = append(out, p.Actor)
		}
	}
	return out
}

// CaseState is how far a case has come. The zero value is no case. The words are written in journals: append only.
type CaseState string

// States of a case.
const (
	CaseAlleged     CaseState = "alleged"            // somebody, or a rule, says that something happened
	CaseRegistered  CaseState = "registered"         // the operations room has taken it up
	CaseNotified    CaseState = "notified"           // those it names have been told
	CaseAssessed    CaseState = "assessed"           // there is a preliminary assessment
	CaseTasked      CaseState = "tasked"             // a team has the order to verify it
	CaseVerifying   CaseState = "under-verification" // the team is at work
	CaseFinding     CaseState = "finding"            // people have concluded whether it happened
	CaseAttribution CaseState = "attribution"        // and who answers for it
	CaseResponses   CaseState = "responses"          // those it names have the floor
	CaseSignOff     CaseState = "sign-off"           // signatories sign or dissent
	CasePublished   CaseState = "published"
	CaseRemedy      CaseState = "remedy" // somebody reported what was done about it
	CaseClosed      CaseState = "closed"
	CaseSuspended   CaseState = "suspended" // nobody could get there
	CaseDuplicate   CaseState = "duplicate" // another case is about the same
	CaseReopened    CaseState = "reopened"  // new evidence came
)

// CaseStates lists them for checks and help.
var CaseStates = []string{"alleged", "registered", "notified", "assessed", "tasked", "under-verification", "finding", "attribution",
	"responses", "sign-off", "published", "remedy", "closed", "suspended", "duplicate", "reopened"}

// CaseStep names what somebody does in a case. The words are written in journals: append only.
type CaseStep string

// Steps. Package casefile holds the table of who may take which, from where to where.
const (
	StepOpen      CaseStep = "open"
	StepRegister  CaseStep = "register"
	StepNotify    CaseStep = "notify"
	StepAssess    CaseStep = "assess"
	StepTask      CaseStep = "task"
	StepVerify    CaseStep = "verify"
	StepFind      CaseStep = "find"
	StepAttribute CaseStep = "attribute"
	StepShare     CaseStep = "share"
	StepRespond   CaseStep = "respond"
	StepSubmit    CaseStep = "submit"
	StepSign      CaseStep = "sign"
	StepDissent   CaseStep = "dissent"
	StepPublish   CaseStep = "publish"
	StepRemedy    CaseStep = "remedy"
	StepClose     CaseStep = "close"
	StepSuspend   CaseStep = "suspend"
	StepResume    CaseStep = "resume"
	StepDuplicate CaseStep = "duplicate"
	StepSeparate  CaseStep = "separate"
	StepReopen    CaseStep = "reopen"
	StepSupersede CaseStep = "supersede"
	StepCite      CaseStep = "cite"
	StepComment   CaseStep = "comment"
	StepSilence   CaseStep = "silence"
)

// CaseSteps lists them for checks and help.
var CaseSteps = []string{"open", "register", "notify", "assess", "task", "verify", "find", "attribute", "share", "respond", "submit", "sign",
	"dissent", "publish", "remedy", "close", "suspend", "resume", "duplicate", "separate", "reopen", "supersede", "cite", "comment", "silence"}

// Occurrence is what people found of whether it happened. The zero value is undetermined. The words are written in journals.
type Occurrence uint8

// Occurrences.
const (
	OccurrenceUndetermined Occurrence = iota
	OccurrenceConfirmed
	OccurrenceNotConfirmed
)

// OccurrenceWords lists their words.
var OccurrenceWords = []string{"undetermined", "confirmed", "not-confirmed"}

func (o Occurrence) String() string { return wordOf(OccurrenceWords, int(o)) }

// MarshalText and UnmarshalText write and read the word.
func (o Occurrence) MarshalText() ([]byte, error) { return []byte(o.String()), nil }
func (o *Occurrence) UnmarshalText(b []byte) error {
	return readWord((*uint8)(o), OccurrenceWords, string(b))
}

// AttributionResult is what people found of who answers for it, apart from whether it happened. The zero value is that it cannot
// be said. The words are written in journals.
type AttributionResult uint8

// Results of an attribution.
const (
	AttributionCannot  AttributionResult = iota // it cannot be said
	AttributionParty                            // one
	AttributionSeveral                          // more than one
	AttributionNone                             // none of those the agreement binds
)

// AttributionWords lists their words.
var AttributionWords = []string{"cannot", "party", "several", "none"}

func (r AttributionResult) String() string { return wordOf(AttributionWords, int(r)) }

// MarshalText and UnmarshalText write and read the word.
func (r AttributionResult) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
func (r *AttributionResult) UnmarshalText(b []byte) error {
	return readWord((*uint8)(r), AttributionWords, string(b))
}

// Intent is what people found of whether it was meant. The zero value is undetermined. The words are written in journals.
type Intent uint8

// Intents.
const (
	IntentUndetermined Intent = iota
	IntentDeliberate
	IntentAccidental
)

// IntentWords lists their words.
var IntentWords = []string{"undetermined", "deliberate", "accidental"}

func (i Intent) String() string { return wordOf(IntentWords, int(i)) }

// MarshalText and UnmarshalText write and read the word.
func (i Intent) MarshalText() ([]byte, error) { return []byte(i.String()), nil }
func (i *Intent) UnmarshalText(b []byte) error {
	return readWord((*uint8)(i), IntentWords, string(b))
}

func readWord(n *uint8, words []string, s string) error {
	i := slices.Index(words, s)
	if i < 0 {
		return fmt.Errorf("%q is not one of %v", s, words)
	}
	*n = uint8(i)
	return nil
}
