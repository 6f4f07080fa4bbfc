package assess_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"truce"
	"truce/assess"
	"truce/terms"
)

// plan loads the small agreement that package scenario explains.
func plan(t testing.TB) *terms.Plan { return planOf(t, "") }

// plans are its versions: the extended one is renewed, waits for clean days by what a rule says, and has hours of the day.
func plans(t testing.TB) []*terms.Plan {
	return []*terms.Plan{plan(t), planOf(t, "extended")}
}

func planOf(t testing.TB, version string) *terms.Plan {
	t.Helper()
	a, rep, err := terms.Load(os.DirFS("../scenario/testdata/small"), version)
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
	p, err := terms.Compile(a)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func utc(day, hour, minute int) truce.Instant {
	return truce.InstantOf(time.Date(2017, 7, day, hour, minute, 0, 0, time.UTC))
}

// record draws an observation of any kind, with places and times near the limits of the small agreement's rules.
func record(t *rapid.T, i int) *truce.Observation {
	at := func(label string) truce.Instant {
		return utc(7, 0, 0) + truce.Instant(rapid.Int64Range(0, 14*24*3600).Draw(t, label))*1000
	}
	actors := []string{"north", "south", "outlaws", "rebels", "legion", "locals", "strangers", "somebody", "Government of North"}
	pick := func(label string, list ...string) string { return rapid.SampledFrom(list).Draw(t, label) }
	o := &truce.Observation{ID: truce.ObservationID(fmt.Sprintf("o%03d", i))}
	o.Kind = truce.ObservationKind(rapid.IntRange(1, 11).Draw(t, "kind"))
	from := at("from")
	o.When = truce.At(from)
	switch rapid.IntRange(0, 3).Draw(t, "span") {
	case 1:
		o.When.To = from + truce.Instant(rapid.Int64Range(0, 36*3600).Draw(t, "length"))*1000
		o.Lasted = rapid.Bool().Draw(t, "lasted")
	case 2:
		o.When = truce.Span{}
	}
	if rapid.Bool().Draw(t, "received") {
		o.Received = from + truce.Instant(rapid.Int64Range(0, 5*24*3600).Draw(t, "delay"))*1000
	}
	switch rapid.IntRange(0, 3).Draw(t, "place") {
	case 0:
		o.Where = truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(rapid.Float64Range(35.6, 37).Draw(t, "lon"), rapid.Float64Range(32.2, 33.4).Draw(t, "lat")),
			Error: truce.Metres(rapid.IntRange(0, 20000).Draw(t, "error"))}
	case 1:
		o.Where = truce.Place{Kind: truce.PlaceNamed, Name: pick("name", "town", "area", "crossing", "contact", "nowhere")}
	}
	o.Source = truce.Source{ID: pick("source", "team-1", "team-2", ""), Means: truce.Means(rapid.IntRange(0, 9).Draw(t, "means")), Standing: truce.Standing(rapid.IntRange(0, 3).Draw(t, "standing")),
		Independent: rapid.Int32Range(0, 2).Draw(t, "independent")}
	if i > 0 && rapid.IntRange(0, 4).Draw(t, "linked") == 0 {
		o.SameAs = []truce.ObservationID{truce.ObservationID(fmt.Sprintf("o%03d", rapid.IntRange(0, i+2).Draw(t, "same as")))} // also one that comes later, or never
	}
	switch o.Kind {
	case truce.KindIncident:
		o.What = pick("what", "shelling", "mortar-fire", "armed-force", "air-strike", "protest", "")
		if rapid.Bool().Draw(t, "directed") {
			o.Parts = []truce.Part{{Name: pick("by", actors...), Role: truce.RoleInitiator}, {Name: pick("against", actors...), Role: truce.RoleTarget}}
		} else {
			o.Parts = []truce.Part{{Name: pick("a", actors...), Role: truce.RoleSide}, {Name: pick("b", actors...), Role: truce.RoleSide}}
		}
	case truce.KindAct:
		o.What = pick("act", "channel-tried", "order-given", "maps-handed-over", "reduction", "extension-agreed", "extension-agreed")
		o.Result = rapid.SampledFrom([]truce.Ended{0, truce.EndedDone, truce.EndedFailed, truce.EndedObjected}).Draw(t, "result")
		o.Parts = []truce.Part{{Name: pick("by", "north", "south", "guarantor-one", "guarantor-two"), Role: truce.RoleInitiator}}
	case truce.KindPassage:
		o.What = pick("passage", "aid", "evacuation")
		o.Result = rapid.SampledFrom([]truce.Ended{0, truce.EndedGranted, truce.EndedDenied}).Draw(t, "result")
		o.Count = truce.Exactly(rapid.Int64Range(0, 30).Draw(t, "count"))
	case truce.KindFinding:
		o.About = []string{pick("about", "ceasefire", "governance", "maps", "o001")}
		o.Result = rapid.SampledFrom([]truce.Ended{truce.EndedConfirmed, truce.EndedNotConfirmed, truce.EndedDone}).Draw(t, "result")
	case truce.KindInspection, truce.KindPresence:
		o.Parts = []truce.Part{{Name: pick("of", actors...), Role: truce.RoleSubject}}
		o.Equipment = []truce.Equipment{{Category: pick("category", "tank", "artillery", "armament", "personnel"), Count: truce.Exactly(rapid.Int64Range(0, 20).Draw(t, "n"))}}
		o.Complete = rapid.Bool().Draw(t, "complete")
	case truce.KindCoverage:
		o.Lasted = true
		if o.When.Stated() && rapid.Bool().Draw(t, "for days") {
			o.When.To = o.When.From + 5*24*3600*1000
		}
	case truce.KindNotification:
		o.What = "movement"
		o.Parts = []truce.Part{{Name: pick("by", "north", "south"), Role: truce.RoleSubject}}
	}
	return o
}

type fixes struct {
	track assess.Track
	list  []truce.Fix
}

func drawFixes(t *rapid.T, unit string) fixes {
	f := fixes{track: assess.Track{Unit: unit, Actor: rapid.SampledFrom([]string{"legion", "locals", "strangers", "north"}).Draw(t, "owner")}}
	at := utc(9, 6, 0)
	lat := 32.72
	for range rapid.IntRange(0, 60).Draw(t, "fixes") {
		at += truce.Instant(rapid.Int64Range(0, 3*3600).Draw(t, "step")) * 1000
		lat += rapid.Float64Range(-0.02, 0.02).Draw(t, "move")
		f.list = append(f.list, truce.Fix{At: at, Pos: truce.Degrees(36.1, lat), Error: float32(rapid.IntRange(0, 400).Draw(t, "error"))})
	}
	return f
}

// everything writes all that a result says, an account a line, so that two can be compared byte by byte.
func everything(t *rapid.T, res *assess.Result) []string {
	var out []string
	for _, acc := range res.Accounts {
		b, err := json.Marshal(acc)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return out
}

// same fails with the first account that differs.
func same(t *rapid.T, got, want []string) {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("account %d:\n%.1500s\nwant\n%.1500s", i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d accounts, want %d", len(got), len(want))
	}
}

// Late, repeated and shuffled input ends in the same state as ordered input, and asking in between changes nothing.
func TestOrderAndRepetitionChangeNothing(t *testing.T) {
	versions := plans(t)
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(versions).Draw(t, "version")
		var records []*truce.Observation
		for i := range rapid.IntRange(0, 25).Draw(t, "records") {
			records = append(records, record(t, i))
		}
		var tracks []fixes
		for i := range rapid.IntRange(0, 2).Draw(t, "tracks") {
			tracks = append(tracks, drawFixes(t, fmt.Sprintf("u%d", i)))
		}
		at := utc(20, 0, 0)
		run := func(order []*truce.Observation, cut int, backwards bool) []string {
			a, err := assess.New(p)
			if err != nil {
				t.Fatal(err)
			}
			for i, o := range order {
				a.Add(o)
				if i == cut {
					a.Settle(at)
				}
			}
			for _, f := range tracks {
				list := slices.Clone(f.list)
				if backwards {
					slices.Reverse(list)
				}
				for _, x := range list { // one by one, so that each may come late
					a.AddFixes(f.track, []truce.Fix{x})
				}
				if backwards {
					a.AddFixes(f.track, f.list)
				}
			}
			return everything(t, a.Settle(at))
		}
		want := run(records, -1, false)
		shuffled := rapid.Permutation(records).Draw(t, "order")
		again := append(slices.Clone(shuffled), records...) // each of them a second time
		same(t, run(again, rapid.IntRange(-1, 20).Draw(t, "asked"), true), want)
	})
}

// Evidence that says the same of the past may not take a breach away: adding records of kinds no rule looks at changes nothing.
func TestStatementsChangeNothing(t *testing.T) {
	versions := plans(t)
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(versions).Draw(t, "version")
		a, _ := assess.New(p)
		b, _ := assess.New(p)
		for i := range rapid.IntRange(0, 15).Draw(t, "records") {
			o := record(t, i)
			a.Add(o)
			b.Add(o)
		}
		b.Add(&truce.Observation{ID: "s", Kind: truce.KindStatement, When: truce.At(utc(10, 0, 0))})
		b.Add(&truce.Observation{ID: "r", Kind: truce.KindRestriction, When: truce.At(utc(10, 0, 0))})
		same(t, everything(t, b.Settle(utc(20, 0, 0))), everything(t, a.Settle(utc(20, 0, 0))))
	})
}

// said fails for a reason that has no words: a reader would see a bare "true".
func said(t *rapid.T, r truce.Reason) {
	if r.Phrase.ID == "" {
		t.Fatalf("a reason without words: %+v", r)
	}
	for _, x := range r.Children {
		said(t, x)
	}
}

// Whatever is asked why gives the outcome it gave before.
func TestExplainAgrees(t *testing.T) {
	versions := plans(t)
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(versions).Draw(t, "version")
		a, _ := assess.New(p)
		for i := range rapid.IntRange(0, 12).Draw(t, "records") {
			a.Add(record(t, i))
		}
		f := drawFixes(t, "u0")
		a.AddFixes(f.track, f.list)
		res := a.Settle(utc(20, 0, 0))
		for _, acc := range res.Accounts {
			for n, o := range acc.Outcomes {
				why := res.Explain(acc, n)
				if why.Result != o.Result || why.Possible != o.Possible {
					t.Fatalf("%s %s: %v %v, explained as %v %v", acc.Rule, acc.Subject.Key(), o.Result, o.Possible.Results(), why.Result, why.Possible.Results())
				}
				if o.Result == truce.Undetermined && len(o.Missing) == 0 {
					t.Fatalf("%s %s is undetermined and says nothing is missing", acc.Rule, acc.Subject.Key())
				}
				for _, r := range why.Reasons {
					said(t, r)
				}
				if o.Result != truce.NotApplicable && len(why.Reasons) == 0 {
					t.Fatalf("%s %s: %v without a reason", acc.Rule, acc.Subject.Key(), o.Result)
				}
			}
		}
	})
}
