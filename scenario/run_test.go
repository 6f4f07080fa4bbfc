package scenario_test

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"truce"
	"truce/internal/lang"
	"truce/scenario"
)

// plain says phrases by their ids, so that these tests need no language.
type plain struct{}

func (plain) Say(p truce.Phrase) string { return p.String() }

// The small agreement means what its scenarios say, in words people read.
func TestSmall(t *testing.T) { met(t, os.DirFS("testdata/small")) }

// The stories of the reference page are told against the small agreement, as they stand there.
func TestReferencePageRuns(t *testing.T) {
	page, err := os.ReadFile("../docs/reference/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(page), "```scenario\n")
	if len(parts) < 5 {
		t.Fatalf("the page has only %d stories", len(parts)-1)
	}
	folder := fstest.MapFS{}
	for i, part := range parts[1:] {
		text, _, _ := strings.Cut(part, "```")
		folder[fmt.Sprintf("scenarios/%d.txt", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	small := os.DirFS("testdata/small")
	for _, name := range []string{"agreement.yaml", "actors.yaml", "statements.yaml", "geometry.geojson"} {
		data, err := fs.ReadFile(small, name)
		if err != nil {
			t.Fatal(err)
		}
		folder[name] = &fstest.MapFile{Data: data}
	}
	met(t, folder)
}

// Every word the language has is on the page.
func TestReferencePageIsComplete(t *testing.T) {
	page, err := os.ReadFile("../docs/reference/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range scenario.Vocabulary() {
		if !strings.Contains(string(page), w) {
			t.Errorf("the page does not say what %q is", w)
		}
	}
}

func met(t *testing.T, folder fs.FS) {
	t.Helper()
	rep, err := scenario.Run(folder, func(a *truce.Agreement) scenario.Sayer { return lang.For("en").With(a) })
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rep.Problems {
		t.Errorf("%s:%d:%d: %v", p.File, p.Line, p.Column, p)
	}
	for _, o := range rep.Outcomes {
		for _, f := range o.Failures {
			t.Errorf("%s:%d: %s: %s\n\t%s", f.File, f.Line, o.Title, f.Message, f.Hint)
		}
	}
	if len(rep.Outcomes) < 4 {
		t.Errorf("only %d scenarios ran", len(rep.Outcomes))
	}
}

// What is written wrongly is said with its place, what was expected and what to do; nothing panics.
func TestProblems(t *testing.T) {
	for text, want := range map[string]string{
		"  at 2017-07-09: incident f1\n": "1:3 no-scenario",
		"scenario x\n  at 2017-07-09 25:00: incident f1 shelling\n  expect ceasefire on f1: kept\n":             "2:6 bad-date",
		"scenario x\n  at 2017-07-09 13:00: incdent f1 shelling\n  expect ceasefire: kept\n":                    "2:24 bad-word",
		"scenario x\n  at 2017-07-09 13:00: incident f1 sheling\n  expect ceasefire: kept\n":                    "2:36 unknown-word",
		"scenario x\n  at 2017-07-09 13:00: incident f1 shelling\n  expect cesefire: kept\n":                    "3:10 unknown-rule",
		"scenario x\n  at 2017-07-09 13:00: incident f1 shelling\n  expect ceasefire: keept\n":                  "3:21 bad-result",
		"scenario x\n  at 2017-07-09 13:00: incident f1 shelling\n  expect ceasefire on f2: kept\n":             "3:23 unknown-observation",
		"scenario x\n  given nord adheres\n  expect ceasefire: kept\n":                                          "2:9 unknown-actor",
		"scenario x\n  given north wins\n  expect ceasefire: kept\n":                                            "2:15 not-understood",
		"scenario x\n  at 2017-07-09 13:00: incident f1 shelling in twon\n  expect ceasefire: kept\n":           "2:48 unknown-place",
		"scenario x\n  at 2017-07-09 13:00: incident f1 shelling with 3 tnk\n  expect ceasefire: kept\n":        "2:52 unknown-word",
		"scenario x\n  at 2017-07-09 13:00: incident f1 shelling at 3 km from town\n  expect ceasefire: kept\n": "2:58 unknown-place",
		"scenario x\n  expect foreign-out under by-orign: kept\n":                                               "2:28 unknown-reading",
		"scenario x\n  at 2017-07-09 13:00: incident f1 shelling\n":                                             "1:1 no-expectation",
		"version 1999\nscenario x\n  expect ceasefire: kept\n":                                                  "error",
		"scenario \"x\n": "1:1 no-expectation",
	} {
		folder := fstest.MapFS{"scenarios/x.txt": {Data: []byte(text)}}
		for _, name := range []string{"agreement.yaml", "actors.yaml", "statements.yaml", "geometry.geojson"} {
			data, err := os.ReadFile("testdata/small/" + name)
			if err != nil {
				t.Fatal(err)
			}
			folder[name] = &fstest.MapFile{Data: data}
		}
		rep, err := scenario.Run(folder, func(*truce.Agreement) scenario.Sayer { return plain{} })
		if err != nil {
			if want != "error" {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		var got []string
		for _, p := range rep.Problems {
			got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Code))
			if p.Message == "" {
				t.Errorf("%q: a problem without a message", text)
			}
		}
		if !slices.Contains(got, want) {
			t.Errorf("%q: %v, want %s", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/small/scenarios/meaning.txt"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, story := range strings.SplitAfter(string(data), "\n\n") {
			f.Add(story)
		}
	}
	small := fstest.MapFS{}
	for _, name := range []string{"agreement.yaml", "actors.yaml", "statements.yaml", "geometry.geojson"} {
		data, err := os.ReadFile("testdata/small/" + name)
		if err != nil {
			f.Fatal(err)
		}
		small[name] = &fstest.MapFile{Data: data}
	}
	f.Fuzz(func(t *testing.T, text string) {
		folder := fstest.MapFS{"scenarios/x.txt": {Data: []byte(text)}}
		for k, v := range small {
			folder[k] = v
		}
		scenario.Run(folder, func(*truce.Agreement) scenario.Sayer { return plain{} })
	})
}
