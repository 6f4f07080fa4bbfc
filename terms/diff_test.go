package terms

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/lang"
)

// edited is the rich agreement with some of its text replaced, read anew.
func edited(t *testing.T, edits map[string][]string) *truce.Agreement {
	t.Helper()
	fsys := fstest.MapFS{}
	err := filepath.WalkDir("testdata/rich", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(path), "testdata/rich/")
		text := string(data)
		for i := 0; i+1 < len(edits[name]); i += 2 {
			if !strings.Contains(text, edits[name][i]) {
				t.Fatalf("%s does not hold %q", name, edits[name][i])
			}
			text = strings.Replace(text, edits[name][i], edits[name][i+1], 1)
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	a, report, err := Load(fsys, "")
	if err != nil {
		t.Fatal(err)
	}
	if report.Errors() > 0 {
		var b bytes.Buffer
		_ = Show(&b, report, ShowOptions{})
		t.Fatal(b.String())
	}
	return a
}

func TestDiff(t *testing.T) {
	before := rich(t).Agreement
	after := edited(t, map[string][]string{
		"agreement.yaml": {
			"version: 2030-02\n", "version: 2030-03\n",
			"status: draft", "status: signed",
			"ru: Договорённость о долине-образце", "ru: Соглашение о долине-образце",
			"answers_for: [south]}", "answers_for: [south, north-allies]}",
			"  - {actor: mission, role: mechanism}\n", "  - {actor: mission, role: mechanism}\n  - {actor: mission, role: witness}\n",
			"at: 2030-02-01T12:00", "at: 2030-02-02T12:00",
			"  for: 6 months", "  for: 1 year",
			"means: actor.origin != \"XA\" && !actor.invited\n", "means: actor.origin != \"XA\" && !actor.invited && !actor.adheres\n",
			"      - {id: deaths, held_by: [], means: event.deaths > 0 || event.civilians >= 1}\n", "      - {id: deaths, held_by: [], means: event.deaths > 3}\n      - {id: any, held_by: [], means: event.injured > 0}\n",
			"means: {within: 5 km, of: contact-line}", "means: {within: 7 km, of: contact-line}",
			"    gap: 30m\n    near: 3 km\n", "    gap: 1h\n",
			"kinds: [armed-force, attack-on-monitors]", "kinds: [armed-force]",
			"        evidence: {sources: 2, means: [seen, camera, uav], standing: [observed, reported]}\n", "",
			"          - {permission: return-fire}\n", "",
			"        dwell: 30m\n", "        dwell: 45m\n",
			"at_most: {personnel: 6000, tank: 75, gun: 36}", "at_most: {personnel: 5000, tank: 75}",
			"        due: 2030-02-14\n        silence: breach\n", "        due: 2030-02-28\n",
			"          - {act: order-given, by: same-side, before: 1h}\n", "",
			"      - rule: passing-through\n        permits: presence\n        of: mission\n        equipment: [vehicle]\n        steps:\n          - {act: route-agreed}\n", "",
			"    title: {en: Good faith,", "    title: {en: Good will,",
			"  - from: 2030-06-01\n", "  - from: 2030-06-03\n",
			"    until: 2030-06-02\n", "    until: 2030-06-04\n",
		},
		"actors.yaml": {
			"- {origin: XB, source: st-2}", "- {origin: XA, source: st-3, disputed_by: [south]}",
			"until: 2029-12-31", "until: 2030-12-31",
		},
		"statements.yaml":  {"on: 2030-01-13", "on: 2030-01-14"},
		"geometry.geojson": {"[36.5, 32.5], [37.0, 32.4]]", "[36.5, 32.55], [37.0, 32.4]]", "\"coordinates\": [36.5, 32.0]", "\"coordinates\": [36.6, 32.0]"},
		"text/en.md": {"Foreign forces leave the band promptly.", "Foreign forces and their commanders leave the band within a week.",
			"## [6] Six\n", "## [6] The end\n"},
	})
	list := Diff(before, after)
	for _, l := range lang.Languages {
		var b bytes.Buffer
		if err := WriteChanges(&b, list, before, after, ShowOptions{Lang: l}); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("testdata", "rich", "diff."+l+".txt"), b.String())
		if strings.Contains(b.String(), "diff.") || strings.Contains(b.String(), "explain.") {
			t.Errorf("a sentence is missing in %s:\n%s", l, b.String())
		}
	}
	var b bytes.Buffer
	if err := WriteChanges(&b, Diff(before, before), before, before, ShowOptions{}); err != nil || b.String() != "nothing changed\n" {
		t.Errorf("the same version twice: %q, %v", b.String(), err)
	}
	if again := Diff(before, after); !reflect.DeepEqual(again, list) {
		t.Error("the changes come in another order the second time")
	}
	// Going back takes away what came, and the other way round.
	var came, went, cameBack, wentBack int
	for _, c := range list {
		came, went = came+edit(c, Added), went+edit(c, Removed)
	}
	for _, c := range Diff(after, before) {
		cameBack, wentBack = cameBack+edit(c, Added), wentBack+edit(c, Removed)
	}
	if came != wentBack || went != cameBack || came == 0 || went == 0 {
		t.Errorf("%d came and %d went; back %d went and %d came", came, went, wentBack, cameBack)
	}
}

func edit(c Change, e Edit) int {
	if c.Edit == e {
		return 1
	}
	return 0
}

// TestDiffOrder: articles that change places are told, and where a thing is written is no change.
func TestDiffOrder(t *testing.T) {
	a := rich(t).Agreement
	b := clone(a)
	b.Articles[0], b.Articles[1] = b.Articles[1], b.Articles[0]
	b.Actors[0], b.Actors[1] = b.Actors[1], b.Actors[0]
	b.Suspensions[0], b.Suspensions[1] = b.Suspensions[1], b.Suspensions[0]
	for i := range b.Actors {
		b.Actors[i].Origin.Line += 7
		for k := range b.Actors[i].Facts {
			b.Actors[i].Facts[k].Origin.Line += 7
		}
	}
	var kinds []string
	for _, c := range Diff(a, b) {
		kinds = append(kinds, c.Kind+" "+c.Field)
	}
	if got := strings.Join(kinds, ", "); got != "article order, rule order" {
		t.Error(got)
	}
}

// TestEveryFieldIsCompared: a field added to a part of an agreement fails here until two versions are compared by it.
func TestEveryFieldIsCompared(t *testing.T) {
	elsewhere := map[string][]string{
		"Agreement":   {"ID", "Texts", "Participants", "Statements", "Moments", "Kinds", "Terms", "Counting", "Articles", "Suspensions", "Actors", "Places"},
		"Participant": {"Actor", "Role"}, "Statement": {"ID"}, "Moment": {"ID"}, "KindWord": {"Word"}, "Term": {"ID", "Readings"},
		"Reading": {"ID", "Condition", "Place", "Time", "Renewal"}, "Counting": {"ID"}, "Article": {"ID", "Rules"}, "Rule": {"ID"}, "Actor": {"ID", "Facts"},
		"Feature": {"ID", "Shape", "Polygons", "Lines", "At"},
	}
	for _, v := range []any{truce.Agreement{}, truce.Participant{}, truce.Statement{}, truce.Moment{}, truce.KindWord{}, truce.Term{}, truce.Reading{}, truce.Counting{}, truce.Article{}, truce.Rule{}, truce.Actor{}, truce.Feature{}} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			f := typ.Field(i)
			_, ok := partFields[typ.Name()][f.Name]
			if !ok && f.Type != originType && !contains(elsewhere[typ.Name()], f.Name) {
				t.Errorf("%s.%s is not compared", typ.Name(), f.Name)
			}
			if ok && contains(elsewhere[typ.Name()], f.Name) {
				t.Errorf("%s.%s is compared twice", typ.Name(), f.Name)
			}
		}
		for name, f := range partFields[typ.Name()] {
			field, ok := typ.FieldByName(name)
			if !ok {
				t.Errorf("%s has no field %s", typ.Name(), name)
			} else if (f.say == nil && f.items == nil) != (field.Type == reflect.TypeOf(truce.Words{})) {
				t.Errorf("%s.%s cannot be said", typ.Name(), name)
			}
		}
	}
}

func TestRedline(t *testing.T) {
	for _, x := range []struct{ before, after, want string }{
		{"", "", ""},
		{"", "a b", "{+a b+}"},
		{"a b", "", "[-a b-]"},
		{"same text", "same text", "same text"},
		{"troops leave within 15 days.", "troops leave within 24 days.", "troops leave within [-15 -]{+24 +}days."},
		{"North, south", "North; south", "North[-, -]{+; +}south"},
		{"تنسحب القوات خلال 15 يومًا", "تنسحب القوات خلال 24 يومًا", "تنسحب القوات خلال [-15 -]{+24 +}يومًا"},
		{"войска выводятся в течение 15 дней", "войска выводятся немедленно", "войска выводятся [-в течение 15 дней-]{+немедленно+}"},
		{"a x b y c", "a b c", "a [-x -]b [-y -]c"},
	} {
		var b strings.Builder
		for _, p := range Redline(x.before, x.after) {
			b.WriteString([]string{"", "[-", "{+"}[p.Edit] + p.Text + []string{"", "-]", "+}"}[p.Edit])
		}
		if b.String() != x.want {
			t.Errorf("%q to %q: %s; want %s", x.before, x.after, b.String(), x.want)
		}
	}
}

// TestRedlineHoldsBoth: without what came it is the first text, without what went the second.
func TestRedlineHoldsBoth(t *testing.T) {
	text := rapid.StringOf(rapid.SampledFrom([]rune("ab قу.,\n  -")))
	rapid.Check(t, func(t *rapid.T) {
		before, after := text.Draw(t, "before"), text.Draw(t, "after")
		var x, y strings.Builder
		last := Edit(99)
		for _, p := range Redline(before, after) {
			if p.Edit != Added {
				x.WriteString(p.Text)
			}
			if p.Edit != Removed {
				y.WriteString(p.Text)
			}
			if p.Edit == last || p.Text == "" {
				t.Fatalf("pieces are not joined")
			}
			last = p.Edit
		}
		if x.String() != before || y.String() != after {
			t.Fatalf("%q and %q became %q and %q", before, after, x.String(), y.String())
		}
	})
}

func BenchmarkRedline(b *testing.B) {
	x := strings.Repeat("the parties withdraw their forces to the line ", 100)
	y := strings.ReplaceAll(x, "forces", "troops and arms")
	b.ReportAllocs()
	for b.Loop() {
		Redline(x, y)
	}
}

// TestChangesOfEveryPart compares each part of the rich agreement with nothing, both ways: every field that changes has words
// in every language.
func TestChangesOfEveryPart(t *testing.T) {
	a := rich(t).Agreement
	none := &truce.Agreement{}
	var parts []any
	add := func(list any) {
		for i, v := 0, reflect.ValueOf(list); i < v.Len(); i++ {
			parts = append(parts, v.Index(i).Interface())
		}
	}
	add([]truce.Agreement{*a})
	add(a.Participants)
	add(a.Statements)
	add(a.Moments)
	add(a.Kinds)
	add(a.Terms)
	add(a.Counting)
	add(a.Articles)
	add(a.Actors)
	add(a.Places)
	for _, x := range a.Terms {
		add(x.Readings)
	}
	for _, x := range a.Articles {
		add(x.Rules)
	}
	said := map[string]bool{}
	for _, x := range parts {
		zero := reflect.New(reflect.TypeOf(x)).Elem().Interface()
		for _, pair := range [][2]any{{x, zero}, {zero, x}} {
			d := &differ{a: a, b: none, was: clausesOf(a), is: clausesOf(none)}
			d.fields(part{"part", "", truce.Say("diff.agreement")}, pair[0], pair[1])
			for _, l := range lang.Languages {
				var b bytes.Buffer
				if err := WriteChanges(&b, d.out, a, none, ShowOptions{Lang: l, Colour: l == "ru"}); err != nil {
					t.Fatal(err)
				}
				for _, id := range []string{"diff.", "explain.", "status.", "verb.", "fact.", "feature.", "observation.", "edges."} {
					if strings.Contains(b.String(), id) {
						t.Errorf("%T in %s has no words for something:\n%s", x, l, b.String())
						break
					}
				}
			}
			for _, c := range d.out {
				said[reflect.TypeOf(x).Name()+"."+c.Field] = true
			}
		}
	}
	// What the rich agreement does not use, or only with the zero value.
	unused := []string{"Agreement.SupersededBy", "Statement.Quote", "Statement.Reference", "Rule.Silence", "Actor.Complete", "Actor.Refs", "Feature.Aliases", "Feature.Source", "Counting.Source"}
	for typ, fields := range partFields {
		for name := range fields {
			if !said[typ+"."+name] && !contains(unused, typ+"."+name) {
				t.Errorf("%s.%s was not tried", typ, name)
			}
		}
	}
}

// TestChangesOfParts: parts that come and go whole, and facts with everything that can be said of one.
func TestChangesOfParts(t *testing.T) {
	a := rich(t).Agreement
	none := &truce.Agreement{ID: a.ID, Clock: a.Clock}
	b := clone(a)
	b.Actors[0].Facts = append(b.Actors[0].Facts, truce.Fact{Kind: truce.FactInvitedBy, Value: "guarantor-a", From: a.Clock.Day(2030, 1, 1), Until: a.Clock.Day(2030, 2, 1),
		HeldBy: []truce.ActorID{"north"}, DisputedBy: []truce.ActorID{"south"}, Source: "st-1"}, truce.Fact{Kind: truce.FactExcluded, Value: "yes"})
	b.Texts[0].Authoritative = false
	b.Places[0].Polygons[0][0][0].Lon += 1000
	for _, x := range []struct {
		from, to *truce.Agreement
		least    int
	}{{a, none, 50}, {none, a, 50}, {a, b, 4}, {b, a, 4}} {
		list := Diff(x.from, x.to)
		if len(list) < x.least {
			t.Errorf("%d changes; at least %d were expected", len(list), x.least)
		}
		for _, l := range lang.Languages {
			var out bytes.Buffer
			if err := WriteChanges(&out, list, x.from, x.to, ShowOptions{Lang: l}); err != nil {
				t.Fatal(err)
			}
			if s := out.String(); strings.Contains(s, "diff.") || strings.Contains(s, "explain.") || strings.Contains(s, "fact.") {
				t.Errorf("in %s something has no words:\n%s", l, s)
			}
		}
	}
}
