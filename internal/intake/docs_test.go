package intake_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"truce"
	"truce/internal/intake"
	"truce/internal/intake/acled"
	"truce/internal/intake/entry"
	"truce/internal/intake/geojson"
	"truce/internal/intake/gpx"
	"truce/internal/intake/jsonscan"
	"truce/internal/intake/ndjson"
	"truce/internal/intake/rows"
	"truce/internal/intake/sheet"
	"truce/internal/intake/track"
	"truce/internal/intake/ucdp"
)

// limits are the rows of the last table of the reference page.
var limits = []struct {
	what, name string
	value      int64
	unit       string
}{
	{"longest row of a table or line of `ndjson`", "rows.MaxRow", rows.MaxRow, "bytes"},
	{"longest feature of `geojson`", "geojson.MaxFeature", geojson.MaxFeature, "bytes"},
	{"columns of a table", "rows.MaxColumns", rows.MaxColumns, ""},
	{"size of a compressed file when decompressed", "intake.MaxBytes", intake.MaxBytes, "bytes"},
	{"ids of observations remembered", "intake.MaxIDs", intake.MaxIDs, ""},
	{"positions collected before they are handed on", "intake.MaxBatch", intake.MaxBatch, ""},
	{"tracks of one file remembered", "entry.MaxTracks", entry.MaxTracks, ""},
	{"notes of a summary", "intake.MaxNotes", intake.MaxNotes, ""},
	{"unknown properties named", "geojson.MaxNamed", geojson.MaxNamed, ""},
	{"longest id or name", "entry.MaxName", entry.MaxName, "bytes"},
	{"of a value repeated in an explanation", "entry.MaxQuoted", entry.MaxQuoted, "bytes"},
	{"largest count", "entry.MaxCount", entry.MaxCount, ""},
	{"largest error radius", "entry.MaxRadius", entry.MaxRadius, "m"},
	{"error radius of a position without one", "entry.DefaultFixError", int64(entry.DefaultFixError), "m"},
	{"positions of an area or a line", "entry.MaxPath", entry.MaxPath, ""},
	{"largest calibre", "sheet.MaxCalibreMM", sheet.MaxCalibreMM, "mm"},
	{"largest range of a weapon", "sheet.MaxRangeM", sheet.MaxRangeM, "m"},
	{"rows of `ucdp` that wait for the order of day and month", "ucdp.MaxHeld", ucdp.MaxHeld, ""},
	{"their size", "ucdp.MaxHeldBytes", ucdp.MaxHeldBytes, "bytes"},
	{"reference of a `ucdp` event", "ucdp.MaxReference", ucdp.MaxReference, "bytes"},
	{"depth of JSON", "jsonscan.MaxDepth", jsonscan.MaxDepth, ""},
	{"depth of GPX", "gpx.MaxDepth", gpx.MaxDepth, ""},
	{"one tag or text of GPX", "gpx.MaxElement", gpx.MaxElement, "bytes"},
	{"kept of a name, time or text of GPX", "gpx.MaxText", gpx.MaxText, "bytes"},
}

// grouped writes a number with commas between thousands.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// TestReferencePage holds docs/reference/observations.md against the program: every code with its meaning, every column
// and key, every limit with its value.
func TestReferencePage(t *testing.T) {
	b, err := os.ReadFile("../../docs/reference/observations.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	has := func(text string) {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %s", text)
		}
	}
	for _, c := range entry.Codes() {
		has("| `" + c[0] + "` | " + c[1] + " |\n")
	}
	for _, l := range limits {
		has("| " + l.what + " | " + strings.TrimSpace(grouped(l.value)+" "+l.unit) + " | `" + l.name + "` |\n")
	}
	for _, s := range acled.SubEvents() {
		has("| " + s[0] + " | `" + s[1] + "` |\n")
	}
	for _, e := range gpx.Elements() {
		has("| `" + e[0] + "` | " + e[1] + " |\n")
	}
	for _, list := range [][]string{intake.Formats(), intake.Encodings(), sheet.Columns(), ndjson.Keys(), ucdp.Columns(), acled.Columns(), track.Columns(),
		entry.PlaceWords(), truce.ObservationKinds(), truce.Roles(), truce.MeansWords(), truce.StandingWords(), truce.EndedWords()} {
		for _, name := range list {
			has("`" + name + "`")
		}
	}
	for _, name := range maxima(t) {
		has("`" + name + "` |\n")
	}
	if n := strings.Count(page, "\n| `"); n < 60 {
		t.Errorf("only %d rows of tables", n)
	}
}

// maxima finds the exported constants whose names begin with Max, so that no limit is left out of the page.
func maxima(t *testing.T) (names []string) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	inner, err := filepath.Glob("*/*.go")
	if err != nil || len(inner) == 0 {
		t.Fatal(err)
	}
	for _, path := range append(files, inner...) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
				for _, spec := range d.Specs {
					for _, id := range spec.(*ast.ValueSpec).Names {
						if strings.HasPrefix(id.Name, "Max") {
							names = append(names, f.Name.Name+"."+id.Name)
						}
					}
				}
			}
			return true
		})
	}
	if len(names) < 20 {
		t.Errorf("only %d limits were found: %q", len(names), names)
	}
	return names
}

// TestReferenceExamples reads the examples of the page; each must be taken as it stands.
func TestReferenceExamples(t *testing.T) {
	b, err := os.ReadFile("../../docs/reference/observations.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i, part := range strings.Split(string(b), "```") {
		if i%2 == 0 {
			continue
		}
		language, text, _ := strings.Cut(part, "\n")
		if !slices.Contains([]string{"ndjson", "csv", "geojson", "gpx"}, language) {
			continue
		}
		found++
		s := &shelf{}
		sum, err := intake.Read(context.Background(), strings.NewReader(text), "example", intake.Options{}, s)
		if err != nil || sum.Rejected > 0 || sum.Accepted() == 0 {
			t.Errorf("%s\n%v %v", text, err, s.problems)
		}
	}
	if found != 5 {
		t.Errorf("%d examples", found)
	}
}
