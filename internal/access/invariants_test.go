package access

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"truce"
)

func drawAuthor(t *rapid.T, what string) truce.Author {
	return truce.Author{
		Person: rapid.SampledFrom([]truce.PersonID{"", "p-1", "p-2", "p-3"}).Draw(t, what+" person"),
		Body:   rapid.SampledFrom([]truce.BodyID{"", "red", "blue", "team"}).Draw(t, what+" body"),
		Office: truce.Office(rapid.IntRange(0, 10).Draw(t, what+" office")),
		Vouch:  truce.Vouch(rapid.IntRange(0, 4).Draw(t, what+" vouch")),
	}
}

func drawViewer(t *rapid.T) Viewer {
	a := drawAuthor(t, "viewer")
	v := Viewer{Person: a.Person, Body: a.Body, Office: a.Office, Vouch: a.Vouch, Now: truce.Instant(rapid.IntRange(0, 1000).Draw(t, "now")) * 3_600_000,
		Acts: Acts(rapid.Uint64().Draw(t, "acts")), Invited: rapid.IntRange(0, 9).Draw(t, "invited") == 0}
	v.Proved = v.Now
	return v
}

func drawGrants(t *rapid.T) (out []Grant) {
	for range rapid.IntRange(0, 3).Draw(t, "grants") {
		g := Grant{Fields: Fields(rapid.Uint32().Draw(t, "fields")), From: 0, Until: 1 << 40, Given: drawAuthor(t, "giver"), Second: drawAuthor(t, "second"),
			Person: rapid.SampledFrom([]truce.PersonID{"", "p-1", "p-2"}).Draw(t, "to person"), Body: rapid.SampledFrom([]truce.BodyID{"", "red", "blue"}).Draw(t, "to body"),
			Thing: rapid.SampledFrom([]truce.RecordID{"", "r-1"}).Draw(t, "of record"), Case: rapid.SampledFrom([]truce.CaseID{"", "2026-0001"}).Draw(t, "of case"),
			Site: rapid.SampledFrom([]truce.PlaceID{"", "", "hospital"}).Draw(t, "of site")}
		out = append(out, g)
	}
	return out
}

func drawThing(t *rapid.T) Thing {
	bodies := rapid.SliceOfN(rapid.SampledFrom([]truce.BodyID{"", "red", "blue", "team"}), 0, 2)
	hours := rapid.Map(rapid.IntRange(0, 1000), func(n int) truce.Instant { return truce.Instant(n) * 3_600_000 })
	return Thing{ID: "r-1", Kind: Kind(rapid.IntRange(0, int(endOfKinds)+1).Draw(t, "kind")), Tier: truce.Tier(rapid.IntRange(0, 5).Draw(t, "tier")),
		Class: Class(rapid.IntRange(0, 3).Draw(t, "class")), Author: drawAuthor(t, "author"), About: rapid.SampledFrom([]truce.PersonID{"", "p-1", "p-2"}).Draw(t, "about"),
		Named: bodies.Draw(t, "named"), Addressed: bodies.Draw(t, "addressed"), Case: "2026-0001",
		Site: rapid.SampledFrom([]truce.PlaceID{"", "hospital"}).Draw(t, "site"), HasPlace: rapid.Bool().Draw(t, "has place"), Classified: hours.Draw(t, "classified"),
		Release: hours.Draw(t, "release"), Hastened: rapid.Bool().Draw(t, "hastened"), Paused: rapid.Bool().Draw(t, "paused"), Simulated: rapid.Bool().Draw(t, "simulated")}
}

func must(t *rapid.T, ok bool, format string, args ...any) {
	if !ok {
		t.Fatalf(format, args...)
	}
}

// What holds for every viewer and every thing, whatever the tables say.
func TestInvariants(t *testing.T) {
	for range 40 { // of a hundred each
		rapid.Check(t, invariants)
	}
}

func invariants(t *rapid.T) {
	v, thing := drawViewer(t), drawThing(t)
	sees := See(v, thing)
	plain := thing.Kind < endOfKinds && reads[thing.Kind].plain
	nobody := Viewer{Now: v.Now}
	public := See(nobody, thing)

	must(t, sees == 0 || sees.Has(Existence), "something is seen of what does not exist: %s", sees)
	must(t, sees&^EveryField == 0, "classes that do not exist")

	// A wider tier never takes anything away.
	if thing.Tier < truce.TierPublic {
		wider := thing
		wider.Tier++
		must(t, See(v, wider).Has(sees), "tier %s shows less than %s: %s", wider.Tier, thing.Tier, sees&^See(v, wider))
	}
	// Nothing is severe that would show more than ordinary.
	ordinary := thing
	ordinary.Class = ClassOrdinary
	must(t, See(v, ordinary).Has(sees), "severe shows %s", sees&^See(v, ordinary))
	// Pausing, the delay, a protected site and an exercise never show more.
	for name, less := range map[string]func(*Thing){
		"pause": func(t *Thing) { t.Paused = true }, "place": func(t *Thing) { t.HasPlace = true }, "site": func(t *Thing) { t.Site = "hospital" },
		"exercise": func(t *Thing) { t.Simulated = true }, "no haste": func(t *Thing) { t.Hastened = false },
	} {
		changed := thing
		less(&changed)
		must(t, sees.Has(See(v, changed)), "%s shows more: %s", name, See(v, changed)&^sees)
	}
	// Time only opens.
	later := v
	later.Now++
	must(t, See(later, thing).Has(sees), "an hour later less is seen")

	// The public sees what is public and released, and nothing that points at people.
	if public != 0 && !plain {
		must(t, thing.Tier == truce.TierPublic && !thing.Paused && !thing.Simulated && thing.Class == ClassOrdinary && thing.Classified.Stated(), "the public sees %s", public)
		must(t, v.Now >= Release(thing) && (thing.Hastened || v.Now.Sub(thing.Classified) >= DefaultDelay) && (!thing.HasPlace || thing.Hastened || v.Now.Sub(thing.Classified) >= DefaultPlaceDelay),
			"the public sees it before its time")
		must(t, public&WhereExact == 0, "the public sees where exactly")
	}
	must(t, public&(Source|Reporter|People|Credential|MediaOriginal|Use|Custody|Reason) == 0, "the public sees %s", public)

	// The operator reads nothing by office: what everybody sees, their own entry, and that the time of something is over.
	if v.Office == truce.OfficeOperator && thing.Kind != KindRetention && thing.About != v.Person && !(thing.Kind == KindClass && thing.Author.Person == v.Person) && v.Vouch != truce.VouchToken && !v.Invited {
		must(t, sees == public, "the operator sees %s", sees&^public)
	}
	// An auditor never sees content.
	if v.Office == truce.OfficeAuditor && thing.About != v.Person {
		must(t, sees&^public&(What|WhenExact|WhereExact|Who|Count|Note|Media|MediaOriginal|Source|Reporter|People) == 0 || thing.Kind == KindAgreement, "the auditor sees %s", sees&^public)
	}
	party := participants.has(v.Office)
	own := v.Body != "" && thing.Author.Body == v.Body

	granted := v
	granted.Grants = drawGrants(t)
	more := See(granted, thing)
	must(t, more.Has(sees), "a grant took away %s", sees&^more)
	must(t, more&Credential == sees&Credential, "a grant shows credentials")
	if party && !own {
		must(t, more&(Source|Reporter|MediaOriginal|Custody|Use) == 0 || !content(thing.Kind), "a party sees %s of what is not its own", more)
		if thing.Kind == KindObservation || thing.Kind == KindPositions {
			must(t, coarse.Has(more), "a party sees %s of a raw report that is not its own", more)
		}
	}
	if v.Office == truce.OfficePublic || v.Office > truce.OfficeOperator || v.Person == "" || v.Body == "" || v.Vouch == truce.VouchNothing {
		must(t, more == public, "who is nobody sees %s", more&^public)
	}
	if !slices.ContainsFunc(granted.Grants, func(g Grant) bool { return Another(g.Given, g.Second) }) {
		must(t, (more&^sees)&severeByItself == 0 && (plain || thing.Class == ClassOrdinary || more == sees), "one person alone opened %s", more&^sees)
	}
	if thing.Kind >= endOfKinds || thing.Kind == KindUnknown || thing.Tier > truce.TierPublic {
		must(t, more == 0, "an unknown kind or tier shows %s", more)
	}

	// Forbidden and absent are one answer.
	type answer struct {
		ID   truce.RecordID `access:"existence"`
		Note string         `access:"note"`
		Who  []string       `access:"who"`
	}
	a := answer{"r-1", "canary", []string{"canary"}}
	if Redact(v, thing, &a) == 0 {
		must(t, fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", answer{}), "forbidden leaves %#v", a)
		for act := ActNothing + 1; act < endOfActs; act++ {
			if d := May(v, act, thing); !deeds[act].new && d.Verdict != Refused || d.Code == CodeNotYours {
				t.Fatalf("%s: %+v tells of what they may not know", act, d)
			}
		}
	}
}

// content reports whether a kind tells of people and events, and not of the mechanism itself.
func content(k Kind) bool { return k < endOfKinds && !reads[k].plain }
