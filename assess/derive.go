package assess

import (
	"slices"
	"strconv"

	"truce"
	hash "truce/internal/seal"
	"truce/terms"
)

// Derive gives the results that the answers to a rule's questions leave open. It is all there is between the answers and an outcome, so whoever
// has the answers needs no observation to check it.
func Derive(list []truce.Asked) (open truce.ResultSet) {
	for _, a := range list {
		switch a.Answer {
		case truce.True:
			return open.With(a.Then)
		case truce.Unknown:
			open = open.With(a.Then)
		}
	}
	return open
}

// asked writes the questions down, up to the first yes, the last of which is what holds otherwise.
func asked(qs []question, otherwise truce.Result) (list []truce.Asked) {
	for _, q := range qs {
		if list = append(list, truce.Asked{Answer: q.truth, Then: q.then}); q.truth == truce.True {
			return list
		}
	}
	return append(list, truce.Asked{Answer: truce.True, Then: otherwise})
}

// neverInside says of a unit that was never inside what holds otherwise, and leaves out whether that was within the hours where it is not known: it was
// inside at no hour.
func neverInside(o *truce.Outcome, never truce.Result) {
	n := len(o.Asked)
	if o.Asked[n-1].Then != truce.Breached {
		return
	}
	o.Asked[n-1].Then = never
	if n > 1 && o.Asked[n-2].Answer == truce.Unknown {
		o.Asked = slices.Delete(o.Asked, n-2, n-1)
	}
}

// Names of the questions that a rule asks. They are written in public records: append only.
const (
	AskKind      = "another-kind"
	AskBegun     = "not-yet-in-force"
	AskUntil     = "over"
	AskTerm      = "term-over"
	AskReplaced  = "replaced"
	AskSuspended = "suspended"
	AskHours     = "outside-the-hours"
	AskWho       = "others-involved"
	AskAgainst   = "against-others"
	AskArms      = "other-equipment"
	AskPlace     = "elsewhere"
	AskCondition = "condition-not-met"
	AskTermEvent = "not-what-the-term-means"
	AskException = "exception"
	AskEvidence  = "too-little-evidence"
	AskBreach    = "breach"
	AskCount     = "more-than-allowed"
	AskComplete  = "not-all-counted"
	AskInside    = "never-certainly-inside"
	AskBrief     = "too-brief"
	AskFound     = "found-by-people"
	AskContested = "contested"
	AskDone      = "done"
	AskLate      = "late"
	AskNoDate    = "no-date"
	AskNotDue    = "not-due-yet"
	AskSilence   = "nothing-on-record"
	AskOpen      = "may-still-be"
	AskEnough    = "enough"
	AskRunning   = "still-running"
	AskUnwatched = "not-watched"
	AskAssessed  = "assessed"
	AskOtherwise = "otherwise"
)

// slot is a question that a rule may ask, and what a yes means.
type slot struct {
	name string
	then truce.Result
}

// Questions names the questions that were asked, or says that they are not those the rule asks of such a subject: a function of the agreement alone,
// so a question that somebody dropped, added or gave another meaning is noticed.
func Questions(p *terms.Plan, id truce.RuleID, subject string, list []truce.Asked) (names []string, err error) {
	i := slices.IndexFunc(p.Rules, func(r terms.PlannedRule) bool { return r.ID == id })
	if i < 0 {
		return nil, &truce.Error{Op: "assess.Questions", Kind: truce.NotFound, Subject: string(id), Reason: "the agreement has no such rule"}
	}
	for _, shape := range shapes(p.Agreement, &p.Rules[i], subject) {
		if names := fit(shape, list); names != nil {
			return names, nil
		}
	}
	return nil, &truce.Error{Op: "assess.Questions", Kind: truce.Invalid, Subject: string(id), Reason: "these are not the questions that the rule asks"}
}

// fit lays a list of questions beside a shape. The list may end early, at a yes, and nowhere else.
func fit(shape []slot, list []truce.Asked) []string {
	if len(list) == 0 || len(list) > len(shape) {
		return nil
	}
	names := make([]string, len(list))
	for i, a := range list {
		last := i == len(list)-1
		if a.Then != shape[i].then || (a.Answer == truce.True) != last || shape[i].name == AskOpen && a.Answer != truce.Unknown {
			return nil
		}
		names[i] = shape[i].name
	}
	return names
}

// shapes lists what a rule may ask, in order. There are several where what is asked depends on what is on record.
func shapes(a *truce.Agreement, r *terms.PlannedRule, subject string) [][]slot {
	const breached, kept, na, notDue, undetermined = truce.Breached, truce.Kept, truce.NotApplicable, truce.NotDue, truce.Undetermined
	force := forceSlots(a, r)
	switch {
	case r.Verb == truce.Assessed && subject == "obligation":
		var out [][]slot
		for _, then := range []truce.Result{breached, kept, undetermined} {
			out = append(out, slices.Concat(force, []slot{{AskAssessed, then}, {AskOtherwise, undetermined}}))
		}
		return out
	case r.Verb == truce.Requires && r.Object == truce.KindAct && subject == "obligation":
		var out [][]slot
		open := []slot{{AskOpen, kept}, {AskOpen, breached}}
		for _, ends := range [][]slot{{{AskDone, kept}}, {{AskLate, breached}}, {{AskNoDate, notDue}}, {{AskNotDue, notDue}, {AskSilence, breached}}, {{AskNotDue, notDue}, {AskSilence, undetermined}}} {
			for _, before := range [][]slot{nil, {{AskFound, breached}}, {{AskContested, undetermined}}, {{AskFound, breached}, {AskContested, undetermined}}} {
				whole := slices.Concat(force, before, ends, []slot{{AskOtherwise, kept}})
				out = append(out, whole, slices.Concat(open, whole))
			}
		}
		return out
	case r.Verb == truce.Requires && r.Object == truce.KindPassage && r.AtLeast != nil && subject == "period":
		return [][]slot{slices.Concat(force, []slot{{AskEnough, kept}, {AskRunning, notDue}, {AskUnwatched, undetermined}, {AskOtherwise, breached}})}
	case r.Verb == truce.Forbids && r.Object == truce.KindPresence && subject == "episode":
		return staySlots(r, force)
	case r.Verb != truce.Permits && subject == "observation":
		return observationSlots(r, force)
	}
	return nil
}

// forceSlots are what inForce asks.
func forceSlots(a *truce.Agreement, r *terms.PlannedRule) []slot {
	out := []slot{{AskBegun, truce.NotDue}}
	if r.Until.Kind != truce.TimeUnset {
		out = append(out, slot{AskUntil, truce.NotApplicable})
	}
	if a.Duration != nil {
		out = append(out, slot{AskTerm, truce.NotApplicable})
	}
	if r.ReplacedBy != nil {
		out = append(out, slot{AskReplaced, truce.NotApplicable})
	}
	for i := range a.Suspensions {
		if suspends(&a.Suspensions[i], &rule{PlannedRule: *r}) {
			out = append(out, slot{AskSuspended, truce.Suspended})
		}
	}
	return out
}

// conditionSlots are what is asked of the event itself, and the exceptions.
func conditionSlots(r *terms.PlannedRule) (out []slot) {
	if r.When != "" {
		out = append(out, slot{AskCondition, truce.NotApplicable})
	}
	if r.WhenTerm != "" {
		out = append(out, slot{AskTermEvent, truce.NotApplicable})
	}
	for range r.Unless {
		out = append(out, slot{AskException, truce.Kept})
	}
	return out
}

// staySlots are what stay and stayed ask.
func staySlots(r *terms.PlannedRule, force []slot) [][]slot {
	unit := slices.Clone(force)
	if r.Of.Set() {
		unit = append(unit, slot{AskWho, truce.NotApplicable})
	}
	unit = append(unit, slot{AskArms, truce.NotApplicable})
	var inside []slot
	if h := r.Hours; h != nil && !h.Whole() {
		inside = append(inside, slot{AskHours, truce.NotApplicable})
	}
	inside = append(append(inside, slot{AskInside, truce.Kept}), conditionSlots(r)...)
	if r.Dwell > 0 {
		inside = append(inside, slot{AskBrief, truce.Kept})
	}
	hours, evidence := slot{AskHours, truce.NotApplicable}, slot{AskEvidence, truce.Undetermined}
	never, breached := slot{AskOtherwise, truce.Kept}, slot{AskOtherwise, truce.Breached}
	return [][]slot{
		slices.Concat(unit, inside, []slot{breached}),
		slices.Concat(unit, inside, []slot{evidence, breached}),
		slices.Concat(unit, []slot{hours, never}), // it was never inside
		slices.Concat(unit, []slot{never}),
	}
}

// observationSlots are what outcome asks.
func observationSlots(r *terms.PlannedRule, force []slot) [][]slot {
	const na = truce.NotApplicable
	var head []slot
	if r.Object == truce.KindIncident || len(r.Kinds) > 0 {
		head = append(head, slot{AskKind, na})
	}
	head = append(head, force...)
	if r.Hours != nil {
		head = append(head, slot{AskHours, na})
	}
	if r.Object == truce.KindIncident || r.Of.Set() || r.By.Set() {
		head = append(head, slot{AskWho, na})
	}
	if r.Object != truce.KindIncident && r.Against.Set() {
		head = append(head, slot{AskAgainst, na})
	}
	if r.Object != truce.KindInspection {
		head = append(head, slot{AskArms, na})
	}
	if r.Where != nil {
		elsewhere := na
		if r.Object == truce.KindPresence && r.Verb == truce.Forbids {
			elsewhere = truce.Kept
		}
		head = append(head, slot{AskPlace, elsewhere})
	}
	head = append(head, conditionSlots(r)...)
	var tests int
	name := AskBreach
	switch {
	case r.Object == truce.KindPassage:
		tests = 1
		if r.Verb != truce.Forbids && r.Within > 0 {
			tests = 2
		}
	case r.Object == truce.KindNotification:
		tests = 1
	case r.Verb == truce.Limits:
		tests, name = len(r.AtMost), AskCount
	default:
		evidence := slot{AskEvidence, truce.Undetermined}
		otherwise := slot{AskOtherwise, truce.Breached}
		return [][]slot{slices.Concat(head, []slot{otherwise}), slices.Concat(head, []slot{evidence, otherwise})}
	}
	var out [][]slot
	for _, then := range []truce.Result{truce.Breached, truce.Undetermined} { // enough evidence for a breach, or not
		whole := slices.Clone(head)
		for range tests {
			whole = append(whole, slot{name, then})
		}
		otherwise := slot{AskOtherwise, truce.Kept}
		out = append(out, slices.Concat(whole, []slot{otherwise}))
		if r.Verb == truce.Limits {
			out = append(out, slices.Concat(whole, []slot{{AskComplete, truce.Undetermined}, otherwise}))
		}
	}
	return out
}

// Engine names this evaluation for ever: its version, and the words of which one is a kind of the other.
func Engine() truce.Digest {
	b := []byte("truce/engine/v1\n" + strconv.Itoa(Version) + "\n")
	for _, t := range []truce.Taxonomy{truce.IncidentKinds, truce.EquipmentKinds} {
		for _, w := range t.Words() {
			b = append(b, w+"<"+t.Parent(w)+"\n"...)
		}
	}
	return hash.Bytes(b)
}
