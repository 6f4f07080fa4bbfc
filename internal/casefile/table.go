package casefile

import (
	"slices"

	"truce"
)

// Capacity is as whom somebody acts in a case.
type Capacity string

// Capacities.
const (
	AsProgram     Capacity = "the program"
	AsMechanism   Capacity = "the mechanism"          // a part of it, not a participant
	AsOpener      Capacity = "a body that may open"   // procedure: opened_by
	AsNamed       Capacity = "a party the case names" // and for itself
	AsComplainant Capacity = "the complainant"
	AsTeam        Capacity = "the team with the order" // task
	AsParticipant Capacity = "a participant"
	AsSignatory   Capacity = "a signatory" // procedure: sign_off
	AsPublisher   Capacity = "a publisher" // procedure: published_by; the operations room where it names nobody
)

// Right is one way to be allowed a step: one of the offices, in the capacity. The program holds no office.
type Right struct {
	As      Capacity
	Offices []truce.Office
}

// Audience is who is told of a step, beyond the operations room, which is told of all.
type Audience string

// Audiences.
const (
	TellParties      Audience = "parties"
	TellComplainant  Audience = "complainant"
	TellTeam         Audience = "team"
	TellSignatories  Audience = "signatories"
	TellParticipants Audience = "participants" // all of them
)

// Row is one line of the workflow: a step that leads from some states to another.
type Row struct {
	Step truce.CaseStep
	From []truce.CaseState // none: there is no case yet
	// To is the state it leads to: "" where the case stays, [before] where it goes back to the state in which it was suspended.
	To    truce.CaseState
	By    []Right
	Needs []Need
	// Starts and Stops are clocks of everybody they run for; StopsOwn is the author's alone.
	Starts, Stops, StopsOwn []truce.CaseClock
	Tells                   []Audience
}

// before stands for the state in which a case was suspended.
const before truce.CaseState = "as before"

var (
	dutyOfficer = Right{AsMechanism, []truce.Office{truce.OfficeDutyOfficer}}
	monitor     = Right{AsMechanism, []truce.Office{truce.OfficeMonitor, truce.OfficeDutyOfficer}}
	team        = Right{AsTeam, []truce.Office{truce.OfficeMonitor}}
	program     = Right{AsProgram, nil}
	opener      = Right{AsOpener, spokesmen}
	named       = Right{AsNamed, spokesmen}
	complainant = Right{AsComplainant, spokesmen}
	signatory   = Right{AsSignatory, spokesmen}
	publisher   = Right{AsPublisher, []truce.Office{truce.OfficeDutyOfficer, truce.OfficeLiaison, truce.OfficeGuarantor}}
	anyone      = Right{AsParticipant, []truce.Office{truce.OfficeLiaison, truce.OfficeGuarantor, truce.OfficeConsulted}}

	// spokesmen are the offices that speak for a participant.
	spokesmen = []truce.Office{truce.OfficeLiaison, truce.OfficeGuarantor}
)

// Sets of states.
var (
	early     = []truce.CaseState{truce.CaseAlleged, truce.CaseRegistered, truce.CaseNotified, truce.CaseAssessed, truce.CaseTasked, truce.CaseVerifying, truce.CaseSuspended, truce.CaseReopened}
	concluded = []truce.CaseState{truce.CaseFinding, truce.CaseAttribution, truce.CaseResponses, truce.CaseSignOff}
	done      = []truce.CaseState{truce.CasePublished, truce.CaseRemedy}
	told      = slices.Concat([]truce.CaseState{truce.CaseNotified, truce.CaseAssessed, truce.CaseTasked, truce.CaseVerifying, truce.CaseSuspended}, concluded, done)
	open      = slices.Concat(early, concluded, done)
)

func in(s ...truce.CaseState) []truce.CaseState     { return s }
func by(r ...Right) []Right                         { return r }
func needs(n ...Need) []Need                        { return n }
func clocks(c ...truce.CaseClock) []truce.CaseClock { return c }
func tells(a ...Audience) []Audience                { return a }

// Table is the whole workflow. A step may have several rows; for one state it has one.
var Table = []Row{
	{Step: truce.StepOpen, To: truce.CaseAlleged, By: by(opener, dutyOfficer, program), Needs: needs(NeedSubject, NeedGround)},
	{Step: truce.StepRegister, From: in(truce.CaseAlleged), To: truce.CaseRegistered, By: by(dutyOfficer),
		Starts: clocks(truce.ClockNotify), Tells: tells(TellComplainant)},
	{Step: truce.StepNotify, From: in(truce.CaseRegistered, truce.CaseReopened), To: truce.CaseNotified, By: by(dutyOfficer), Needs: needs(NeedParties),
		Stops: clocks(truce.ClockNotify), Starts: clocks(truce.ClockAssessment), Tells: tells(TellParties, TellComplainant)},
	{Step: truce.StepAssess, From: in(truce.CaseNotified), To: truce.CaseAssessed, By: by(dutyOfficer), Needs: needs(NeedText),
		Stops: clocks(truce.ClockAssessment)},
	{Step: truce.StepTask, From: in(truce.CaseAssessed), To: truce.CaseTasked, By: by(dutyOfficer), Needs: needs(NeedTeam),
		Starts: clocks(truce.ClockVerification), Tells: tells(TellTeam)},
	{Step: truce.StepVerify, From: in(truce.CaseTasked), To: truce.CaseVerifying, By: by(team, dutyOfficer)},
	{Step: truce.StepSuspend, From: in(truce.CaseTasked, truce.CaseVerifying), To: truce.CaseSuspended, By: by(team, dutyOfficer), Needs: needs(NeedText),
		Stops: clocks(truce.ClockVerification), Tells: tells(TellParties, TellComplainant)},
	{Step: truce.StepResume, From: in(truce.CaseSuspended), To: before, By: by(team, dutyOfficer),
		Starts: clocks(truce.ClockVerification), Tells: tells(TellParties, TellComplainant)},

	{Step: truce.StepFind, From: in(truce.CaseAssessed, truce.CaseVerifying, truce.CaseSuspended), To: truce.CaseFinding, By: by(dutyOfficer),
		Needs: needs(NeedNoFinding, NeedFinding, NeedCites), Stops: clocks(truce.ClockVerification)},
	{Step: truce.StepSupersede, From: slices.Concat(in(truce.CaseAssessed, truce.CaseVerifying, truce.CaseSuspended), concluded), To: truce.CaseFinding, By: by(dutyOfficer),
		Needs: needs(NeedStanding, NeedFinding, NeedCites, NeedText), Stops: clocks(truce.ClockVerification, truce.ClockResponse, truce.ClockSignOff),
		Tells: tells(TellParties, TellComplainant, TellSignatories)},
	{Step: truce.StepAttribute, From: in(truce.CaseFinding), To: truce.CaseAttribution, By: by(dutyOfficer),
		Needs: needs(NeedConfirmed, NeedAttribution, NeedCites, NeedHearing)},
	{Step: truce.StepShare, From: in(truce.CaseFinding), To: truce.CaseResponses, By: by(dutyOfficer), Needs: needs(NeedUnconfirmed),
		Starts: clocks(truce.ClockResponse), Tells: tells(TellParties, TellComplainant)},
	{Step: truce.StepShare, From: in(truce.CaseAttribution), To: truce.CaseResponses, By: by(dutyOfficer),
		Starts: clocks(truce.ClockResponse), Tells: tells(TellParties, TellComplainant)},
	{Step: truce.StepRespond, From: told, By: by(named), Needs: needs(NeedText), StopsOwn: clocks(truce.ClockResponse)},

	{Step: truce.StepSubmit, From: in(truce.CaseResponses), To: truce.CaseSignOff, By: by(dutyOfficer), Needs: needs(NeedHeard),
		Starts: clocks(truce.ClockSignOff), Tells: tells(TellSignatories)},
	{Step: truce.StepSign, From: slices.Concat(in(truce.CaseSignOff), done), By: by(signatory), Needs: needs(NeedOf, NeedUnspoken), StopsOwn: clocks(truce.ClockSignOff)},
	{Step: truce.StepDissent, From: slices.Concat(in(truce.CaseSignOff), done), By: by(signatory), Needs: needs(NeedOf, NeedUnspoken, NeedText),
		StopsOwn: clocks(truce.ClockSignOff), Tells: tells(TellSignatories)},
	{Step: truce.StepPublish, From: in(truce.CaseSignOff), To: truce.CasePublished, By: by(publisher), Needs: needs(NeedSettled, NeedTier),
		Starts: clocks(truce.ClockRemedy), Tells: tells(TellParticipants)},
	{Step: truce.StepRemedy, From: done, To: truce.CaseRemedy, By: by(named, dutyOfficer), Needs: needs(NeedText),
		Stops: clocks(truce.ClockRemedy), Tells: tells(TellComplainant, TellSignatories)},
	{Step: truce.StepClose, From: done, To: truce.CaseClosed, By: by(dutyOfficer), Needs: needs(NeedText),
		Stops: clocks(truce.ClockRemedy, truce.ClockSignOff), Tells: tells(TellParties, TellComplainant, TellSignatories)},

	{Step: truce.StepDuplicate, From: early, To: truce.CaseDuplicate, By: by(dutyOfficer), Needs: needs(NeedOther, NeedNoFinding, NeedText),
		Stops: clocks(truce.ClockNotify, truce.ClockAssessment, truce.ClockVerification), Tells: tells(TellParties, TellComplainant)},
	{Step: truce.StepSeparate, From: in(truce.CaseDuplicate), To: truce.CaseReopened, By: by(dutyOfficer, complainant), Needs: needs(NeedText),
		Starts: clocks(truce.ClockNotify), Tells: tells(TellParties, TellComplainant)},
	{Step: truce.StepReopen, From: slices.Concat(done, in(truce.CaseClosed, truce.CaseDuplicate)), To: truce.CaseReopened, By: by(dutyOfficer, opener), Needs: needs(NeedNewCites, NeedText),
		Stops: clocks(truce.ClockRemedy, truce.ClockSignOff), Starts: clocks(truce.ClockNotify), Tells: tells(TellParties, TellComplainant, TellSignatories)},

	{Step: truce.StepCite, From: open, By: by(monitor, named, complainant, program), Needs: needs(NeedNewCites)},
	{Step: truce.StepComment, From: told, By: by(anyone), Needs: needs(NeedText)},
	{Step: truce.StepSilence, From: open, By: by(program), Needs: needs(NeedRanOut), Tells: tells(TellParties, TellComplainant)},
}

// RowOf gives the row of a step in a state; ok is false where the step cannot be taken there.
func RowOf(step truce.CaseStep, state truce.CaseState) (row Row, ok bool) {
	for _, r := range Table {
		if r.Step == step && (state == "" && len(r.From) == 0 || slices.Contains(r.From, state)) {
			return r, true
		}
	}
	return Row{}, false
}
