package examples_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"truce"
	"truce/internal/lang"
	"truce/scenario"
	"truce/terms"
)

const guidePage = "../docs/guide/write-an-agreement.md"

var guideBlock = regexp.MustCompile("(?ms)^```(\\S+) (\\S.*?)\n(.*?)^```$")

// guide gathers the running example of the guide: blocks of one file follow each other in it.
func guide(t *testing.T) (files fstest.MapFS, wrong [][2]string) {
	t.Helper()
	page, err := os.ReadFile(guidePage)
	if err != nil {
		t.Fatal(err)
	}
	files = fstest.MapFS{}
	for _, m := range guideBlock.FindAllStringSubmatch(string(page), -1) {
		name, text := m[2], m[3]
		if code, ok := strings.CutPrefix(name, "wrong "); ok {
			wrong = append(wrong, [2]string{code, text})
			continue
		}
		f := files[name]
		if f == nil {
			f = &fstest.MapFile{}
			files[name] = f
		}
		f.Data = append(f.Data, text...)
	}
	return files, wrong
}

// TestGuide loads what the guide writes step by step, and runs its stories.
func TestGuide(t *testing.T) {
	files, _ := guide(t)
	for _, name := range []string{"agreement.yaml", "actors.yaml", "statements.yaml", "geometry.geojson", "text/en.md", "scenarios/first.txt"} {
		if files[name] == nil {
			t.Fatalf("the guide does not write %s", name)
		}
	}
	a, report, err := terms.Load(files, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Errorf("%s:%d: %s: %v", p.File, p.Line, p.Code, p)
	}
	if _, err := terms.Compile(a); err != nil {
		t.Fatal(err)
	}
	ran, err := scenario.Run(files, func(a *truce.Agreement) scenario.Sayer { return lang.For("en").With(a) })
	if err != nil {
		t.Fatal(err)
	}
	if len(ran.Outcomes) < 4 {
		t.Errorf("%d stories", len(ran.Outcomes))
	}
	for _, p := range ran.Problems {
		t.Errorf("%s:%d: %v", p.File, p.Line, p)
	}
	for _, o := range ran.Outcomes {
		for _, f := range o.Failures {
			t.Errorf("%s: %v", o.Title, f)
		}
	}
}

// TestGuideMistakes: each mistake the guide shows is caught under the code it names, and nothing else is wrong with it.
func TestGuideMistakes(t *testing.T) {
	files, wrong := guide(t)
	if len(wrong) < 6 {
		t.Fatalf("the guide shows %d mistakes", len(wrong))
	}
	good := string(files["agreement.yaml"].Data)
	for _, w := range wrong {
		rule := "      " + strings.ReplaceAll(strings.TrimRight(w[1], "\n"), "\n", "\n      ") + "\n"
		files["agreement.yaml"] = &fstest.MapFile{Data: []byte(good + "  - article: \"6\"\n    title: Wrong\n    rules:\n" + rule)}
		_, report, err := terms.Load(files, "")
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, p := range report.Problems {
			if p.Code != "no-text" {
				codes = append(codes, p.Code)
			}
		}
		if !slices.Equal(codes, []string{w[0]}) {
			t.Errorf("%s: reported %v\n%s", w[0], codes, w[1])
		}
	}
}
