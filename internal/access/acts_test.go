package access

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
)

type expectedAct struct {
	anywhere, theirs       []string
	proof, another, severe bool
	new                    bool
}

func readExpectedActs(t *testing.T) map[Act]expectedAct {
	t.Helper()
	text, err := os.ReadFile("testdata/who-does-what.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[Act]expectedAct{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimRight(line, "\n"), "|")
		if len(cells) != 6 || strings.TrimSpace(cells[0]) == "act" {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		a, ok := ParseAct(cells[0])
		if !ok {
			t.Fatalf("who-does-what.txt: no act %q", cells[0])
		}
		out[a] = expectedAct{strings.Fields(cells[1]), strings.Fields(cells[2]), cells[3] == "proof", cells[4] == "another", cells[4] == "severe", cells[5] == "new"}
	}
	return out
}

// expect says what the page gives. What may be known of a thing is for the other page: seen is its answer.
func (e expectedAct) expect(office string, theirs, fresh, token, invited bool, a Act, proposer string, ordinary bool, seen Fields) Verdict {
	in := func(list []string) bool {
		return slices.Contains(list, office) || slices.Contains(list, "everybody") && (office != "public" || a == ActRead)
	}
	another := e.another || e.severe && !ordinary
	switch {
	case !in(e.anywhere) && !(in(e.theirs) && theirs):
		return Refused
	case !e.new && seen == 0, a == ActOpenOriginal && !seen.Has(MediaOriginal):
		return Refused
	case invited && a != ActKey, token && e.proof:
		return Refused
	case another && (proposer == "self" || proposer == "colleague"):
		return Refused
	case e.proof && !fresh:
		return ProveAgain
	case another && proposer == "":
		return NeedsAnother
	}
	return Allowed
}

// eachAct asks the program for some acts by every office, relation, age of the proof, way of signing in and proposer, and hands differing
// answers on until it is told to stop.
func eachAct(page map[Act]expectedAct, acts []Act, differs func(Act, Viewer, Thing, Decision, Verdict) (goOn bool)) (asked int) {
	for _, a := range acts {
		for o := truce.OfficePublic; o <= truce.OfficeOperator+1; o++ {
			for _, stands := range []string{"own", "colleague", "about", "sent", "none"} {
				for _, kind := range []Kind{KindFinding, KindStep, KindObservation, KindMedia, KindPerson, KindGrant, KindPause, KindLog} {
					for _, class := range []Class{ClassUnknown, ClassOrdinary} {
						for _, age := range []time.Duration{0, DefaultProofAge, DefaultProofAge + time.Millisecond, -time.Millisecond} {
							for _, way := range []string{"session", "token", "invited"} {
								for _, proposer := range []string{"", "self", "colleague", "another"} {
									c := cell{office: o, stands: stands, kind: kind, tier: truce.TierParticipants, class: class}
									if kind == KindPause {
										c.tier = truce.TierPublic
									}
									v, thing := c.ask()
									v.Proved = now.Add(-age)
									switch way {
									case "token":
										v.Vouch, v.Acts = truce.VouchToken, ^Acts(0)
									case "invited":
										v.Invited = true
									}
									thing.Proposer = map[string]truce.Author{"self": v.Author(), "colleague": {Person: "p-colleague", Body: "blue"},
										"another": {Person: "p-red", Body: "red"}}[proposer]
									if o == truce.OfficePublic && proposer == "self" {
										thing.Proposer = truce.Author{}
										proposer = ""
									}
									want := Refused
									if e, ok := page[a]; ok { // an office that does not exist is the public, by its name too
										nobody := o == truce.OfficePublic || o > truce.OfficeOperator
										theirs := stands == "own" || stands == "colleague" || stands == "about" || stands == "sent"
										want = e.expect(o.String(), theirs && !nobody, age == 0 || age == DefaultProofAge, way == "token", way == "invited" && !nobody, a, proposer, class == ClassOrdinary, See(v, thing))
									}
									asked++
									if got := May(v, a, thing); got.Verdict != want && !differs(a, v, thing, got, want) {
										return asked
									}
								}
							}
						}
					}
				}
			}
		}
	}
	return asked
}

func TestWhoDoesWhat(t *testing.T) {
	page := readExpectedActs(t)
	for a := ActNothing + 1; a < endOfActs; a++ {
		if _, ok := page[a]; !ok {
			t.Errorf("who-does-what.txt says nothing of %s", a)
		}
	}
	n := 0
	var all []Act
	for a := ActNothing; a <= endOfActs; a++ {
		all = append(all, a)
	}
	asked := eachAct(page, all, func(a Act, v Viewer, thing Thing, got Decision, want Verdict) bool {
		t.Errorf("%s by a %s of %s by %+v, proposed by %+v: %+v, expected %d", a, v.Office, thing.Kind, thing.Author, thing.Proposer, got, want)
		n++
		return n < 5
	})
	t.Logf("%d questions", asked)
}

// The control: whatever is changed in the table of acts, the page sees it.
func TestWhoDoesWhatSeesEveryChange(t *testing.T) {
	page := readExpectedActs(t)
	kept := deeds
	defer func() { deeds = kept }()
	for a := ActNothing + 1; a < endOfActs; a++ {
		for what, change := range map[string]func(*deed){
			"lost":     func(d *deed) { d.by, d.to = 0, 0 },
			"operator": func(d *deed) { d.by ^= operator },
			"monitor":  func(d *deed) { d.by ^= monitor },
			"proof":    func(d *deed) { d.proof = !d.proof },
			"another":  func(d *deed) { d.second = !d.second },
			"new":      func(d *deed) { d.new = !d.new },
		} {
			if a == ActRead && what != "lost" && what != "operator" && what != "monitor" {
				continue // everybody reads, and See decides what
			}
			if a == ActOpenOriginal {
				continue // nobody sees an original by office, so nobody opens one: TestGrants
			}
			deeds = kept
			change(&deeds[a])
			seen := false
			eachAct(page, []Act{a}, func(Act, Viewer, Thing, Decision, Verdict) bool { seen = true; return false })
			if !seen {
				t.Errorf("%s: %s: nobody noticed", a, what)
			}
		}
	}
}

func TestReasonsOfRefusal(t *testing.T) {
	duty := Viewer{Person: "p-duty", Body: "operations-room", Office: truce.OfficeDutyOfficer, Vouch: truce.VouchSession, Now: now, Proved: now}
	red := Viewer{Person: "p-red", Body: "red", Office: truce.OfficeLiaison, Vouch: truce.VouchSession, Now: now, Proved: now}
	finding := Thing{Kind: KindFinding, Tier: truce.TierNamed, Class: ClassOrdinary, Addressed: []truce.BodyID{"red"}}
	with := func(change func(*Thing)) Thing {
		t := finding
		change(&t)
		return t
	}
	proposed := with(func(t *Thing) { t.Proposer = truce.Author{Person: "p-red", Body: "red"} })
	for _, c := range []struct {
		v    Viewer
		a    Act
		t    Thing
		want Code
	}{
		{red, ActSign, finding, CodeAllowed},
		{red, ActSign, with(func(t *Thing) { t.Addressed = nil }), CodeAbsent},
		{red, ActSign, with(func(t *Thing) { t.Addressed, t.Tier, t.Classified = nil, truce.TierPublic, 1 }), CodeNotYours},
		{red, ActFind, finding, CodeNoRight},
		{red, ActFind, with(func(t *Thing) { t.Addressed = nil }), CodeAbsent},
		{red, 200, finding, CodeNoRight},
		{Viewer{Person: "p-red", Body: "red", Office: truce.OfficeLiaison, Vouch: truce.VouchSession, Now: now}, ActSign, finding, CodeProve},
		{Viewer{Person: "p-red", Body: "red", Office: truce.OfficeLiaison, Vouch: truce.VouchToken, Acts: ActsOf(ActRead, ActSign), Now: now, Proved: now}, ActSign, finding, CodeScope},
		{duty, ActPublish, finding, CodeAnother},
		{duty, ActPublish, proposed, CodeAllowed},
		{duty, ActPublish, with(func(t *Thing) { t.Proposer = duty.Author() }), CodeSamePerson},
		{duty, ActPublish, with(func(t *Thing) { t.Proposer = truce.Author{Person: "p-2", Body: "operations-room"} }), CodeSameBody},
		{duty, ActPublish, with(func(t *Thing) { t.Proposer = truce.Author{Body: "red"} }), CodeSameBody},
		{duty, ActPublish, with(func(t *Thing) { t.Simulated = true }), CodeSimulated},
		{duty, ActPublish, with(func(t *Thing) { t.Paused = true }), CodePaused},
		{duty, ActHasten, with(func(t *Thing) { t.Paused = true }), CodePaused},
		{duty, ActWiden, with(func(t *Thing) { t.Opens = GroupFields(truce.RecordObservation, "what") }), CodeAnother},
		{duty, ActWiden, with(func(t *Thing) { t.Opens = GroupFields(truce.RecordStep, "text") }), CodeAnother},
		{duty, ActWiden, with(func(t *Thing) { t.Opens = GroupFields(truce.RecordObservation, "who") }), CodeAnother},
		{duty, ActWiden, with(func(t *Thing) { t.Opens = GroupFields(truce.RecordObservation, "where") }), CodeNever},
		{duty, ActWiden, with(func(t *Thing) { t.Opens = GroupFields(truce.RecordObservation, "source") }), CodeNever},
		{duty, ActWiden, with(func(t *Thing) { t.Opens = GroupFields(truce.RecordObservation, "origin") }), CodeNever},
		{duty, ActWiden, with(func(t *Thing) { t.Opens = GroupFields(truce.RecordPositions, "columns") }), CodeNever},
		{duty, ActWiden, with(func(t *Thing) { t.Opens = GroupFields(truce.RecordPerson, "name") }), CodeNever},
		{duty, ActWiden, with(func(t *Thing) { t.Opens = GroupFields(truce.RecordStatement, "who") }), CodeNever},
		{duty, ActWiden, with(func(t *Thing) { t.Opens = GroupFields(truce.RecordMedia, "a group of tomorrow") }), CodeNever},
		{duty, ActWiden, with(func(t *Thing) { t.Opens, t.Proposer = WhereExact, truce.Author{Person: "p-9", Body: "red"} }), CodeNever},
		{duty, ActGrant, finding, CodeAllowed},
		{duty, ActGrant, with(func(t *Thing) { t.Class = ClassSevere }), CodeAnother},
		{duty, ActGrant, with(func(t *Thing) { t.Opens = Source }), CodeAnother},
		{duty, ActOpenOriginal, Thing{Kind: KindMedia, Tier: truce.TierMechanism, Class: ClassOrdinary}, CodeNoRight},
	} {
		if got := May(c.v, c.a, c.t); got.Code != c.want {
			t.Errorf("%s, %s: %s, expected %s", c.v.Office, c.a, got.Code, c.want)
		}
	}
}
