package access

import "truce"

// Entry is one line of the access log: who read something severe, or was refused something. It holds numbers and codes, no name, no address and nothing
// of what was read, so the auditor may see all of it. It is written before the answer is given.
type Entry struct {
	At     truce.Instant
	Person truce.PersonID // "" for the public
	Body   truce.BodyID
	Office truce.Office
	Key    truce.KeyID
	Act    Act
	Kind   Kind
	// Thing is empty where the person may not know of it: the log tells the auditor no more than it told them.
	Thing   truce.RecordID
	Code    Code
	Fields  Fields // that were shown
	Granted bool   // by a grant, and not by the office
}

// grave are the classes whose reading is logged whatever the class of the thing.
const grave = Source | Reporter | People | MediaOriginal

// LogRead gives the line for a reading, where there must be one: content of something severe that is not the viewer's own, where somebody has it from, who
// made it, names, originals, the place of a protected site, and whatever only a grant showed.
func LogRead(v Viewer, t Thing, shown Fields) (Entry, bool) {
	v = sound(v)
	if shown == 0 || t.Kind == KindUnknown || t.Kind >= endOfKinds || stands(v, t, mine, false) || stands(v, t, ofMe, false) {
		return Entry{}, false
	}
	bare := v
	bare.Grants = nil
	granted := len(v.Grants) > 0 && !See(bare, t).Has(shown)
	severe := !reads[t.Kind].plain && t.Class != ClassOrdinary && shown&^severeKeeps[inside] != 0
	place := (t.Kind == KindSite || t.Site != "") && shown.Has(WhereExact)
	if !granted && !severe && !place && shown&grave == 0 {
		return Entry{}, false
	}
	e := entry(v, ActRead, t, CodeAllowed)
	e.Fields, e.Granted = shown, granted
	return e, true
}

// LogAct gives the line for a decision, where there must be one: every refusal, and what leaves no record of its own.
func LogAct(v Viewer, a Act, t Thing, d Decision) (Entry, bool) {
	if d.Verdict != Refused && a != ActExport && a != ActOpenOriginal && a != ActOperate {
		return Entry{}, false
	}
	e := entry(sound(v), a, t, d.Code)
	if d.Code == CodeAbsent {
		e.Thing = ""
	}
	return e, true
}

func entry(v Viewer, a Act, t Thing, code Code) Entry {
	return Entry{At: v.Now, Person: v.Person, Body: v.Body, Office: v.Office, Key: v.Key, Act: a, Kind: t.Kind, Thing: t.ID, Code: code}
}
