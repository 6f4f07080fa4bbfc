package access

import (
	"slices"

	"truce"
)

// offices is a set of offices.
type offices uint16

const (
	public    offices = 1 << truce.OfficePublic
	monitor   offices = 1 << truce.OfficeMonitor
	duty      offices = 1 << truce.OfficeDutyOfficer
	liaison   offices = 1 << truce.OfficeLiaison
	guarantor offices = 1 << truce.OfficeGuarantor
	consulted offices = 1 << truce.OfficeConsulted
	analyst   offices = 1 << truce.OfficeAnalyst
	auditor   offices = 1 << truce.OfficeAuditor
	operator  offices = 1 << truce.OfficeOperator

	// participants act for a participant of the agreement.
	participants = liaison | guarantor | consulted
	// reporters file what they saw for a body of their own.
	reporters = monitor | participants
	somebody  = monitor | duty | participants | analyst | auditor | operator
	anybody   = public | somebody
)

// relation is how a viewer stands to a thing. What is severe is cut by it.
type relation uint8

const (
	mine     relation = iota // made by this person, for the body they act for now
	ours                     // made by somebody of the same body
	ofMe                     // speaks of this person
	waits                    // proposed, and waiting for somebody of another body
	room                     // seen by the operations room
	sent                     // addressed to the viewer's body
	inside                   // seen by the office, within the mechanism
	released                 // reached by its tier, once released
	endOfRelations
)

// rule lets some offices see some fields.
type rule struct {
	to offices
	as relation
	// from is the narrowest tier at which it holds; every wider tier is included.
	from  truce.Tier
	shows Fields
}

// Sets of fields that rules share.
const (
	card   = Existence | Open
	coarse = card | What | WhenCoarse | WhereCoarse | Who | Count
	timed  = coarse | WhenExact | Logged
	// said is all that a record says, without where its author has it from.
	said = timed | WhereExact | Note | By | Media | Proof
	full = said | Source | Reporter
	// act is a record about the mechanism itself.
	act = card | Reason | By | Logged | Proof
)

const (
	unclassified = truce.TierUnclassified
	mechanism    = truce.TierMechanism
	named        = truce.TierNamed
	everyone     = truce.TierPublic
)

// reading is the policy for one kind of thing.
type reading struct {
	// widest is the widest tier that holds on the author's word alone; a wider one takes two people ([ActWiden]).
	widest truce.Tier
	// class is what holds where nobody classified it; unknown counts as severe.
	class Class
	// plain marks what speaks of the mechanism and its text, not of people and events: class, delay and pause do not apply.
	plain bool
	// raw marks what another side never gets, by no tier beyond the coarse and by no grant.
	raw   bool
	rules []rule
}

// reads is the whole policy for reading. A kind, an office, a relation that is not here shows nothing.
var reads = [endOfKinds]reading{
	KindGenesis:    {everyone, ClassOrdinary, true, false, []rule{{anybody, released, everyone, card | Proof | Logged}}},
	KindCheckpoint: {everyone, ClassOrdinary, true, false, []rule{{anybody, released, everyone, card | Proof | Logged}}},
	KindAgreement: {everyone, ClassOrdinary, true, false, []rule{
		{duty, room, unclassified, full},
		{reporters, ours, unclassified, full},
		{reporters | analyst, sent, mechanism, said},
		{monitor | analyst, inside, mechanism, said},
		{anybody, released, named, said},
	}},
	// A raw report is never shown to another side, nor who made it. What a wider tier shows of it is coarse.
	KindObservation: {mechanism, ClassUnknown, false, true, []rule{
		{reporters | duty | analyst, mine, unclassified, full},
		{reporters, ours, unclassified, full},
		{duty, room, unclassified, full},
		{monitor, sent, mechanism, said},
		{monitor, inside, mechanism, coarse | By},
		{analyst, inside, mechanism, timed},
		{auditor, inside, unclassified, Existence | Proof | Logged | Custody},
		{participants | public, released, named, coarse},
	}},
	// Positions tell where people are: they leave the mechanism at no tier.
	KindPositions: {mechanism, ClassUnknown, false, true, []rule{
		{reporters | duty | analyst, mine, unclassified, full},
		{reporters, ours, unclassified, full},
		{duty, room, unclassified, full},
		{monitor, sent, mechanism, said},
		{analyst, inside, mechanism, timed},
		{auditor, inside, unclassified, Existence | Proof | Logged | Custody},
	}},
	KindOutcome: {mechanism, ClassUnknown, false, false, []rule{
		{duty, room, unclassified, said},
		{monitor, sent, mechanism, said},
		{monitor | analyst, inside, mechanism, timed},
		{participants, sent, named, timed},
		{auditor, inside, unclassified, Existence | Proof | Logged},
		{anybody, released, named, coarse},
	}},
	KindCase: {mechanism, ClassUnknown, false, false, []rule{
		{duty, room, unclassified, said | Reporter},
		{liaison | guarantor, ours, mechanism, timed | By},
		{monitor, sent, mechanism, timed | By},
		{monitor | analyst, inside, mechanism, timed},
		{participants, sent, named, timed},
		{auditor, inside, unclassified, Existence | Proof | Logged | Use},
		{anybody, released, named, coarse},
	}},
	KindStep: {mechanism, ClassUnknown, false, false, []rule{
		{reporters, ours, unclassified, full},
		{duty, room, unclassified, full},
		{monitor, sent, mechanism, said},
		{monitor | analyst, inside, mechanism, timed},
		{participants, sent, named, timed | Note | By},
		{auditor, inside, unclassified, Existence | Proof | Logged | Use},
		{anybody, released, named, coarse | By},
	}},
	KindFinding: {mechanism, ClassUnknown, false, false, []rule{
		{duty, room, unclassified, said | Reporter},
		{monitor, sent, mechanism, said},
		{monitor | analyst, inside, mechanism, timed | Note | By},
		{guarantor, sent, named, said},
		{liaison | consulted, sent, named, timed | Note | By | Proof},
		{auditor, inside, unclassified, Existence | Proof | Logged | Use},
		{anybody, released, named, coarse | Note | By | Proof},
	}},
	KindStatement: {truce.TierParticipants, ClassOrdinary, false, false, []rule{
		{reporters, ours, unclassified, full},
		{duty, room, unclassified, full},
		{monitor | analyst, inside, mechanism, timed | Note | By},
		{participants, sent, named, said},
		{auditor, inside, unclassified, Existence | Proof | Logged},
		{anybody, released, named, coarse | Note | By | Proof},
	}},
	KindQuery: {named, ClassOrdinary, false, false, []rule{
		{reporters, ours, unclassified, full},
		{duty, room, unclassified, full},
		{monitor | analyst, inside, mechanism, timed | By},
		{participants, sent, named, said},
		{auditor, inside, unclassified, Existence | Proof | Logged},
		{anybody, released, named, coarse | By},
	}},
	// Nobody sees an original by office: it takes a grant.
	KindMedia: {mechanism, ClassUnknown, false, false, []rule{
		{reporters, ours, unclassified, full},
		{duty, room, unclassified, full | Custody},
		{monitor, sent, mechanism, said},
		{guarantor, sent, named, coarse | Media},
		{auditor, inside, unclassified, Existence | Proof | Logged | Custody},
		{participants | public, released, named, coarse | Media},
	}},
	KindCustody: {mechanism, ClassOrdinary, true, true, []rule{
		{duty, room, unclassified, act | Custody | Use},
		{auditor, inside, unclassified, act | Custody | Use},
	}},
	KindPerson: {mechanism, ClassOrdinary, true, true, []rule{
		{somebody, ofMe, unclassified, card | People | Credential | Logged},
		{participants, ours, unclassified, card | People},
		{duty, room, unclassified, card | People | Credential | Reason | Logged}, // a lost device is ended by the operations room
		{guarantor, waits, unclassified, card | People | Reason | By | Logged},   // nobody confirms what they cannot see
		{auditor, inside, unclassified, card | Reason | Use | Logged | Proof},
	}},
	KindGrant: {mechanism, ClassOrdinary, true, false, []rule{
		{somebody, ofMe, unclassified, act},
		{duty, room, unclassified, act | Use},
		{guarantor | auditor, inside, unclassified, act | Use},
	}},
	KindClass: {mechanism, ClassOrdinary, true, false, []rule{
		{somebody, mine, unclassified, act},
		{duty, room, unclassified, act | Use},
		{guarantor | auditor, inside, unclassified, act | Use},
	}},
	// That something was erased, and that publication is paused, is never hidden; why and by whom may be.
	KindErasure: {everyone, ClassOrdinary, true, false, []rule{
		{duty, room, unclassified, act | Use},
		{guarantor | auditor, inside, unclassified, act | Use},
		{anybody, released, everyone, card | Proof},
	}},
	KindPause: {everyone, ClassOrdinary, true, false, []rule{
		{duty, room, unclassified, act | Use},
		{guarantor | auditor, inside, unclassified, act | Use},
		{anybody, released, everyone, card | Proof},
	}},
	KindReport: {mechanism, ClassUnknown, false, false, []rule{
		{duty, room, unclassified, said},
		{guarantor, sent, named, timed | Note | By | Proof},
		{monitor | analyst, inside, mechanism, timed | Note | By},
		{auditor, inside, unclassified, Existence | Proof | Logged},
		{anybody, released, named, coarse | Note | By | Proof},
	}},
	KindNotice: {mechanism, ClassUnknown, false, false, []rule{
		{duty, room, unclassified, said},
		{monitor | analyst, inside, mechanism, timed},
		{participants, sent, named, timed},
		{auditor, inside, unclassified, card | Proof | Logged | Use},
	}},
	// A list of protected sites is a list of targets: it goes to no party. A body learns of one site by a disclosure.
	KindSite: {mechanism, ClassOrdinary, true, false, []rule{
		{duty, room, unclassified, said},
		{monitor, inside, mechanism, card | What | WhereCoarse},
	}},
	KindLog: {mechanism, ClassOrdinary, true, true, []rule{
		{auditor, inside, unclassified, card | Use | Logged | Proof},
	}},
	// That the time of a record is over says nothing of what is in it: whoever keeps the machine may remind the two who decide.
	KindRetention: {mechanism, ClassOrdinary, true, true, []rule{
		{duty, room, unclassified, card | Use | Logged | Proof},
		{auditor, inside, unclassified, card | Use | Logged | Proof},
		{operator, inside, unclassified, card},
	}},
}

// severeKeeps is what stays of a thing whose class is severe, or that nobody has classified, by how the viewer stands to it.
var severeKeeps = [endOfRelations]Fields{
	mine:     EveryField,
	ours:     EveryField,
	ofMe:     EveryField,
	waits:    EveryField, // only of plain kinds
	room:     EveryField, // and the reading is logged
	sent:     card | What | WhenCoarse | By | Logged,
	inside:   card | Proof | Logged | Custody | Use,
	released: 0,
}

// grantable is what a grant may add for an office. Who made a report, and from whom they have it, is not in it for any participant:
// a monitor's name does not leave the mechanism, whoever signs.
var grantable = [...]Fields{
	truce.OfficePublic:      0,
	truce.OfficeMonitor:     said | Source | MediaOriginal,
	truce.OfficeDutyOfficer: EveryField &^ Credential,
	truce.OfficeLiaison:     said &^ (By | Proof),
	truce.OfficeGuarantor:   said &^ (By | Proof),
	truce.OfficeConsulted:   said &^ (By | Proof),
	truce.OfficeAnalyst:     said | Source | MediaOriginal,
	truce.OfficeAuditor:     said | full | MediaOriginal | People,
	truce.OfficeOperator:    full | MediaOriginal | People | Custody | Use,
}

// severeByItself takes two people of different bodies to grant, whatever the class of the thing.
const severeByItself = WhereExact | Source | Reporter | People | MediaOriginal

// revealable is what may be opened of a record to everybody and for ever, where two people of two bodies sign for it.
const revealable = What | WhenExact | Who | Count | Note

// Revealable reports whether all of these may be opened to everybody.
func Revealable(f Fields) bool { return f&^revealable == 0 }

// deed says who does an act.
type deed struct {
	by offices
	// to are the offices that do it only on what was addressed to their body, made by it, or speaks of them.
	to offices
	// proof asks for a fresh proof of who they are; second for another person of another body, severe for one where the
	// thing, or what is opened of it, is severe.
	proof, second, severe bool
	// needs are fields the person must see to do it.
	needs Fields
	// new marks acts that make something: there is no thing yet that they must know of.
	new bool
}

// deeds is the whole policy for doing. An act that is not here is done by nobody.
var deeds = [endOfActs]deed{
	ActRead:           {by: anybody},
	ActReport:         {by: monitor | duty | liaison | guarantor, new: true},
	ActDeposit:        {by: monitor | duty | liaison | guarantor, new: true},
	ActComplain:       {by: liaison | guarantor, new: true},
	ActRunCase:        {by: duty},
	ActVerify:         {to: monitor},
	ActFind:           {by: duty},
	ActRespond:        {to: liaison | guarantor},
	ActSign:           {to: liaison | guarantor, proof: true},
	ActDissent:        {to: liaison | guarantor, proof: true},
	ActAsk:            {by: liaison | guarantor, new: true},
	ActNotify:         {by: liaison | guarantor, new: true},
	ActDispute:        {to: liaison | guarantor},
	ActComment:        {to: participants},
	ActDeclareReading: {by: guarantor, proof: true, new: true},
	ActAmend:          {by: guarantor, proof: true, second: true, new: true},
	ActIssue:          {by: duty, proof: true, new: true},
	ActPublish:        {by: duty | guarantor, proof: true, second: true},
	ActNarrow:         {by: duty | guarantor, to: monitor | liaison},
	ActWiden:          {by: duty | guarantor, proof: true, second: true},
	ActHasten:         {by: duty | guarantor, proof: true, second: true},
	ActPause:          {by: duty | guarantor | auditor, new: true},
	ActResume:         {by: duty | guarantor, proof: true, second: true, new: true},
	ActGrant:          {by: duty | guarantor, proof: true, severe: true},
	ActEndGrant:       {by: duty | guarantor},
	ActDisclose:       {by: duty | guarantor, proof: true, second: true, new: true},
	ActOpenOriginal:   {by: somebody, proof: true, needs: MediaOriginal},
	ActErase:          {by: duty | guarantor, proof: true, second: true},
	ActEnrol:          {by: duty, proof: true, new: true},
	ActEmpower:        {by: duty | guarantor, proof: true, second: true, new: true},
	ActDismiss:        {by: duty | guarantor, proof: true, new: true},
	ActKey:            {to: somebody, proof: true},
	ActRecover:        {by: duty | guarantor, proof: true, second: true, new: true},
	ActExport:         {by: duty | participants | analyst | auditor, new: true},
	ActReplay:         {by: duty | participants | analyst, new: true},
	ActOperate:        {by: operator, new: true},
	ActAbandon:        {by: duty, to: monitor | liaison | guarantor},
}

// See gives the field classes of a thing that a viewer may see. It is the one place where reading is decided: every list, count,
// search, map, export, error and log asks it, for every field. Nothing ([Fields] zero) is answered as if the thing were not there.
func See(v Viewer, t Thing) Fields {
	v = sound(v)
	if t.Kind == KindUnknown || t.Kind >= endOfKinds || t.Tier > truce.TierPublic {
		return 0
	}
	read := &reads[t.Kind]
	var sees Fields
	for _, r := range read.rules {
		if !r.to.has(v.Office) || t.Tier < r.from || !stands(v, t, r.as, read.plain) {
			continue
		}
		shows := r.shows
		if !read.plain && t.Class != ClassOrdinary {
			shows &= severeKeeps[r.as]
		}
		if t.Site != "" && r.as != mine && r.as != ours && r.as != room {
			shows &^= WhereExact
		}
		sees |= shows
	}
	for _, g := range v.Grants {
		sees |= granted(v, t, g, read)
	}
	switch {
	case v.Invited && !stands(v, t, ofMe, read.plain), v.Vouch == truce.VouchToken && !v.Acts.Has(ActRead) && !stands(v, t, mine, read.plain):
		return 0
	}
	if !sees.Has(Existence) {
		return 0
	}
	return sees
}

// May says whether a viewer may do an act on a thing. For an act that makes something, the thing is what is to be made. It is the one place
// where doing is decided.
func May(v Viewer, a Act, t Thing) Decision {
	v = sound(v)
	if a >= endOfActs {
		return Decision{Refused, CodeNoRight}
	}
	d := &deeds[a]
	if !(d.by | d.to).has(v.Office) {
		if !d.new && See(v, t) == 0 {
			return Decision{Refused, CodeAbsent}
		}
		return Decision{Refused, CodeNoRight}
	}
	if v.Invited && a != ActKey || v.Vouch == truce.VouchToken && (!v.Acts.Has(a) || d.proof) {
		return Decision{Refused, CodeScope}
	}
	if !d.new && See(v, t) == 0 {
		return Decision{Refused, CodeAbsent}
	}
	if !d.by.has(v.Office) && !concerns(v, t) {
		return Decision{Refused, CodeNotYours}
	}
	if d.needs != 0 && !See(v, t).Has(d.needs) {
		return Decision{Refused, CodeNoRight}
	}
	switch a {
	case ActPublish, ActWiden, ActHasten:
		if !Revealable(t.Opens) {
			return Decision{Refused, CodeNever}
		}
		if confined(t) {
			return Decision{Refused, CodeSimulated}
		}
		if t.Paused && a != ActWiden {
			return Decision{Refused, CodePaused}
		}
	}
	second := d.second || d.severe && (t.Class != ClassOrdinary || t.Opens&severeByItself != 0)
	if second && t.Proposer != (truce.Author{}) {
		if t.Proposer.Person == v.Person {
			return Decision{Refused, CodeSamePerson}
		}
		if t.Proposer.Body == v.Body || t.Proposer.Person == "" || t.Proposer.Body == "" {
			return Decision{Refused, CodeSameBody}
		}
	}
	if d.proof && !fresh(v) {
		return Decision{ProveAgain, CodeProve}
	}
	if second && t.Proposer == (truce.Author{}) {
		return Decision{NeedsAnother, CodeAnother}
	}
	return Decision{Allowed, CodeAllowed}
}

// sound makes a viewer whose office is unknown, or who has no person or body behind the office, one of the public.
func sound(v Viewer) Viewer {
	if v.Office == truce.OfficePublic || v.Office > truce.OfficeOperator || v.Person == "" || v.Body == "" || v.Vouch == truce.VouchNothing {
		return Viewer{Now: v.Now}
	}
	return v
}

func (s offices) has(o truce.Office) bool { return o <= truce.OfficeOperator && s>>o&1 == 1 }

// stands reports whether the viewer stands to the thing in this way.
func stands(v Viewer, t Thing, as relation, plain bool) bool {
	own := v.Body != "" && v.Body == t.Author.Body
	switch as {
	case mine:
		return own && v.Person != "" && v.Person == t.Author.Person
	case ours:
		return own
	case ofMe:
		return v.Person != "" && v.Person == t.About
	case waits:
		return t.Proposer.Person != ""
	case room, inside:
		return true // the rule's offices say it all
	case sent:
		return v.Body != "" && slices.Contains(t.Addressed, v.Body)
	case released:
		return reaches(v, t) && (plain && v.Now >= t.Release || v.Now >= Release(t) && Release(t).Stated())
	}
	return false
}

// reaches reports whether the tier of a thing reaches the viewer.
func reaches(v Viewer, t Thing) bool {
	tier := t.Tier
	if t.Paused && !reads[t.Kind].plain {
		tier = min(tier, truce.TierParticipants) // while it is paused, nothing is public
	}
	if confined(t) {
		tier = min(tier, truce.TierMechanism)
	}
	switch tier {
	case truce.TierPublic:
		return true
	case truce.TierParticipants:
		return participants.has(v.Office)
	case truce.TierNamed:
		return participants.has(v.Office) && slices.Contains(t.Named, v.Body)
	}
	return false
}

// Release gives the moment from which the tier of a thing is in effect outside the mechanism; zero where nobody has classified it, so never.
func Release(t Thing) truce.Instant {
	if !t.Classified.Stated() {
		return 0
	}
	at := t.Classified
	if !t.Hastened {
		if t.HasPlace {
			at = at.Add(DefaultPlaceDelay)
		} else {
			at = at.Add(DefaultDelay)
		}
	}
	return max(at, t.Release)
}

// granted gives what one grant adds.
func granted(v Viewer, t Thing, g Grant, read *reading) Fields {
	switch {
	case read.raw && participants.has(v.Office):
		return 0
	case v.Office == truce.OfficePublic, v.Now < g.From, v.Now >= g.Until:
		return 0
	case g.Person != "" && g.Person != v.Person, g.Person == "" && (g.Body == "" || g.Body != v.Body):
		return 0
	case g.Thing != "" && g.Thing != t.ID, g.Case != "" && g.Case != t.Case, g.Site != "" && g.Site != t.Site:
		return 0
	case g.Thing == "" && g.Case == "" && g.Site == "":
		return 0
	}
	adds := g.Fields & grantable[v.Office]
	two := Another(g.Given, g.Second)
	if g.Site != "" {
		// A disclosure: the place of this site, to this body, and nothing else.
		if !two || g.Person != "" || t.Kind != KindSite {
			return 0
		}
		return adds&(card|What|WhereCoarse|WhereExact) | Existence
	}
	if t.Kind == KindSite || t.Site != "" {
		adds &^= WhereExact
	}
	if !two {
		if !read.plain && t.Class != ClassOrdinary {
			return 0
		}
		adds &^= severeByItself
	}
	if adds != 0 {
		adds |= Existence
	}
	return adds
}

// concerns reports whether a thing was addressed to the viewer's body, made by it, or speaks of the viewer.
func concerns(v Viewer, t Thing) bool {
	return stands(v, t, sent, false) || stands(v, t, ours, false) || stands(v, t, ofMe, false)
}

// fresh reports whether the viewer proved who they are a short time ago.
func fresh(v Viewer) bool {
	return v.Proved.Stated() && v.Proved <= v.Now && v.Now.Sub(v.Proved) <= DefaultProofAge
}
