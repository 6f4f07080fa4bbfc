// Package examples_test holds the shipped examples against the program: each folder loads without a warning, is written as
// truce fmt writes it, and says who said what in three languages.
package examples_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"truce"
	"truce/internal/intake"
	"truce/internal/lang"
	"truce/scenario"
	"truce/terms"
)

// folders lists the example agreements.
func folders(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("*/agreement.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range found {
		out = append(out, filepath.Dir(f))
	}
	if len(out) < 5 {
		t.Fatalf("examples found: %v", out)
	}
	return out
}

// loaded keeps what versions has read: the tests share it and do not change it.
var loaded = map[string][]*truce.Agreement{}

// versions loads every version of an example.
func versions(t *testing.T, dir string) []*truce.Agreement {
	t.Helper()
	if list, ok := loaded[dir]; ok {
		return list
	}
	list, err := terms.Versions(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	var out []*truce.Agreement
	for _, v := range list {
		a, report, err := terms.Load(os.DirFS(dir), v)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range report.Problems {
			t.Errorf("%s/%s:%d:%d: %s: %v", dir, p.File, p.Line, p.Column, p.Code, p)
		}
		if len(report.Problems) == 0 {
			out = append(out, a)
		}
	}
	loaded[dir] = out
	return out
}

func TestExamplesCompile(t *testing.T) {
	for _, dir := range folders(t) {
		seen := map[truce.VersionID]bool{}
		for _, a := range versions(t, dir) {
			p, err := terms.Compile(a)
			if err != nil {
				t.Errorf("%s %s: %v", dir, a.Version, err)
				continue
			}
			if len(p.Rules) == 0 {
				t.Errorf("%s %s has no rules", dir, a.Version)
			}
			if seen[a.Version] {
				t.Errorf("%s has two versions %s", dir, a.Version)
			}
			seen[a.Version] = true
		}
		for _, a := range versions(t, dir) {
			for _, v := range append(slices.Clone(a.Supersedes), a.SupersededBy...) {
				if !seen[v] {
					t.Errorf("%s %s names a version %s that is not there", dir, a.Version, v)
				}
			}
		}
	}
}

func TestExamplesAreFormatted(t *testing.T) {
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		out, problems := terms.Format(name, src)
		for _, p := range problems {
			t.Errorf("%s:%d: %v", name, p.Line, p)
		}
		if !bytes.Equal(src, out) {
			t.Errorf("%s is not written as truce fmt writes it", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestThreeLanguages: what people read stands in English, Arabic and Russian.
func TestThreeLanguages(t *testing.T) {
	for _, dir := range folders(t) {
		for _, a := range versions(t, dir) {
			all := func(what string, w truce.Words) {
				if w.EN == "" || w.AR == "" || w.RU == "" {
					t.Errorf("%s %s: %s lacks a language: %+v", dir, a.Version, what, w)
				}
			}
			all("title", a.Title)
			for _, x := range a.Articles {
				all("article "+string(x.ID), x.Title)
			}
			for _, u := range terms.Rules(a) {
				all("rule "+string(u.ID), u.Name)
			}
			for _, x := range a.Moments {
				all("moment "+string(x.ID), x.Name)
			}
			for _, x := range a.Terms {
				all("term "+string(x.ID), x.Name)
				for _, r := range x.Readings {
					all("reading "+string(r.ID), r.Name)
					if r.Note != (truce.Words{}) {
						all("the note of "+string(r.ID), r.Note)
					}
				}
			}
			for _, x := range a.Counting {
				all("counting "+string(x.ID), x.Name)
			}
			for _, x := range a.Statements {
				all("statement "+string(x.ID), x.Says)
			}
			for _, x := range a.Actors {
				all("actor "+string(x.ID), x.Name)
			}
			for _, x := range a.Places {
				all("place "+string(x.ID), x.Name)
			}
			for _, x := range a.Kinds {
				all("word "+x.Word, x.Name)
			}
			arabic := lang.For("ar").With(a)
			for _, w := range ownWords(a) {
				if said := arabic.Word(w); strings.ContainsFunc(said, func(r rune) bool { return r >= 'a' && r <= 'z' }) {
					t.Errorf("%s %s: the word %q has no name under kinds", dir, a.Version, w)
				}
			}
			var langs []string
			for _, x := range a.Texts {
				langs = append(langs, x.Lang)
			}
			if !slices.Equal(langs, []string{"en", "ar", "ru"}) {
				t.Errorf("%s %s has texts in %v", dir, a.Version, langs)
			}
		}
	}
}

// ownWords are those an agreement uses beside the lists of incidents and equipment: acts, kinds of passage and notification, sides of lines.
func ownWords(a *truce.Agreement) (words []string) {
	for _, u := range terms.Rules(a) {
		if u.Object != truce.KindIncident {
			words = append(words, u.Kinds...)
		}
		for _, s := range u.Steps {
			words = append(words, s.What)
		}
		for _, x := range u.Unless {
			words = append(words, x.Kinds...)
			if x.Notice != nil {
				words = append(words, x.Notice.What...)
			}
		}
	}
	for _, f := range a.Places {
		words = append(words, string(f.Left), string(f.Right))
	}
	if a.Duration != nil {
		words = append(words, a.Duration.Act)
	}
	return words
}

// grades are explained in the README of each example.
var grades = []string{"P", "W", "A", "M"}

// unsourced are the rules that rest on nothing that could be read; their articles say so in their title.
var unsourced = map[truce.RuleID]bool{"governance": true, "third-parties": true}

// TestEverythingHasASource: no rule, reading, statement or shape of an example stands there without saying where it is from.
func TestEverythingHasASource(t *testing.T) {
	for _, dir := range folders(t) {
		for _, a := range versions(t, dir) {
			where := dir + " " + string(a.Version)
			for _, s := range a.Statements {
				if s.Reference == "" || s.On == "" || !slices.Contains(grades, s.Grade) {
					t.Errorf("%s: statement %s: reference %q, on %q, grade %q", where, s.ID, s.Reference, s.On, s.Grade)
				}
			}
			for _, u := range terms.Rules(a) {
				if (u.Source == "") != unsourced[u.ID] {
					t.Errorf("%s: rule %s: source %q", where, u.ID, u.Source)
				}
			}
			for _, x := range a.Terms {
				for _, r := range x.Readings {
					if r.Source == "" {
						t.Errorf("%s: reading %s of %s has no source", where, r.ID, x.ID)
					}
				}
			}
			for _, p := range a.Participants {
				if p.Source == "" {
					t.Errorf("%s: participant %s has no source", where, p.Actor)
				}
			}
			for _, f := range a.Places {
				if !f.Illustrative {
					t.Errorf("%s: %s is not marked as illustrative", where, f.ID)
				}
			}
			if a.Status != truce.StatusSigned && (a.PublishedBy.Who == "" || a.PublishedBy.On == "") {
				t.Errorf("%s does not say who published it", where)
			}
		}
		readme, err := os.ReadFile(path.Join(dir, "README.md"))
		if err != nil {
			t.Errorf("%s: %v", dir, err)
		}
		for _, want := range []string{"illustrative", "grade"} {
			if !bytes.Contains(readme, []byte(want)) {
				t.Errorf("%s/README.md does not speak of %q", dir, want)
			}
		}
	}
}

// sink keeps what was read.
type sink struct {
	obs []*truce.Observation
	bad []truce.Problem
}

func (s *sink) Observation(o *truce.Observation) error { s.obs = append(s.obs, o); return nil }
func (s *sink) Fixes(intake.Track, []truce.Fix) error  { return nil }
func (s *sink) Reject(p truce.Problem) error           { s.bad = append(s.bad, p); return nil }

// observations reads an example's records on the clock of an agreement.
func observations(t *testing.T, dir string, a *truce.Agreement) []*truce.Observation {
	t.Helper()
	p, err := terms.Compile(a)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "observations", "*.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{}
	seen := intake.NewSeen(0)
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := intake.Read(context.Background(), f, filepath.ToSlash(name), intake.Options{Clock: a.Clock, Incidents: p.Incidents, Equipment: p.Equipment, Seen: seen}, s)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if sum.Duplicates > 0 {
			t.Errorf("%s holds %d records twice", name, sum.Duplicates)
		}
	}
	for _, p := range s.bad {
		t.Errorf("%s:%d:%d: %s %s: %v", p.File, p.Line, p.Column, p.Field, p.Code, p)
	}
	return s.obs
}

// TestObservations: every record is read, names actors and places the example knows, and says where it is from.
func TestObservations(t *testing.T) {
	for _, dir := range folders(t) {
		list := versions(t, dir)
		if len(list) == 0 {
			continue
		}
		a := list[0]
		actors, places, ids := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for _, x := range a.Actors {
			for _, n := range []string{string(x.ID), x.Name.EN, x.Name.AR, x.Name.RU} {
				actors[terms.Fold(n)] = true
			}
			for _, al := range x.Aliases {
				actors[terms.Fold(al.Name)] = true
			}
		}
		for _, x := range a.Places {
			for _, n := range append([]string{string(x.ID), x.Name.EN, x.Name.AR, x.Name.RU}, x.Aliases...) {
				places[terms.Fold(n)] = true
			}
		}
		for _, v := range list {
			for _, s := range v.Statements {
				ids[string(s.ID)] = true
			}
			for _, x := range v.Terms {
				ids[string(x.ID)] = true
			}
			for _, x := range v.Articles {
				ids[string(x.ID)] = true
				for _, u := range x.Rules {
					ids[string(u.ID)] = true
				}
			}
			for _, x := range v.Actors {
				ids[string(x.ID)] = true
			}
			for _, x := range v.Places {
				ids[string(x.ID)] = true
			}
			for _, x := range v.Moments {
				ids[string(x.ID)] = true
			}
		}
		obs := observations(t, dir, a)
		for _, o := range obs {
			ids[string(o.ID)] = true
		}
		for _, o := range obs {
			if o.Source.ID == "" || o.Source.Reference == "" || o.Source.Means == 0 || o.Source.Standing == 0 {
				t.Errorf("%s: %s: source %+v", dir, o.ID, o.Source)
			}
			if o.Simulated || o.Moved {
				t.Errorf("%s: %s is not a record of what happened", dir, o.ID)
			}
			for _, p := range o.Parts {
				if !actors[terms.Fold(p.Name)] {
					t.Errorf("%s: %s: no actor %q", dir, o.ID, p.Name)
				}
			}
			if w := o.Where; w.Kind == truce.PlaceNamed && !places[terms.Fold(w.Name)] && !slices.ContainsFunc(w.Within, func(n string) bool { return places[terms.Fold(n)] }) {
				t.Errorf("%s: %s: no place %q", dir, o.ID, w.Name)
			}
			for _, id := range o.About {
				if !ids[id] {
					t.Errorf("%s: %s is about %q, which is not there", dir, o.ID, id)
				}
			}
			for _, id := range o.SameAs {
				if !ids[string(id)] {
					t.Errorf("%s: %s is the same as %q, which is not there", dir, o.ID, id)
				}
			}
		}
	}
}

// TestSizeOfTheWorkedCase holds what the shipped example is meant to show.
func TestSizeOfTheWorkedCase(t *testing.T) {
	list := versions(t, "southwest-syria")
	if len(list) != 3 {
		t.Fatalf("%d versions", len(list))
	}
	a := list[0]
	if n := len(a.Statements); n < 40 {
		t.Errorf("%d statements", n)
	}
	if n := len(observations(t, "southwest-syria", a)); n < 40 {
		t.Errorf("%d observations", n)
	}
	for _, x := range a.Terms {
		if x.ID == "exclusion-band" && len(x.Readings) < 16 {
			t.Errorf("the distance ledger has %d rows", len(x.Readings))
		}
	}
}

// TestScenarios runs the stories of every example.
func TestScenarios(t *testing.T) {
	for _, dir := range folders(t) {
		rep, err := scenario.Run(os.DirFS(dir), func(a *truce.Agreement) scenario.Sayer { return lang.For("en").With(a) })
		if err != nil {
			t.Errorf("%s: %v", dir, err)
			continue
		}
		for _, p := range rep.Problems {
			t.Errorf("%s/%s:%d: %v", dir, p.File, p.Line, p)
		}
		for _, o := range rep.Outcomes {
			for _, f := range o.Failures {
				t.Errorf("%s/%s:%d: %s: %v", dir, f.File, f.Line, o.Title, f)
			}
		}
		if len(rep.Outcomes) < 5 {
			t.Errorf("%s has only %d stories", dir, len(rep.Outcomes))
		}
	}
}
