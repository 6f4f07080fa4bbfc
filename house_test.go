package truce_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors is the order in which packages may import each other: only from a higher floor to a lower one. A package that is
// not here has no place in the house yet.
var floors = map[string]int{
	"truce":               0,
	"truce/geo":           1,
	"truce/internal/seal": 1,
	"truce/internal/lang": 1,
	// What pages of the mechanism and of the public site share.
	"truce/internal/style": 3,
	// Statistics that the report and the casefile share.
	"truce/internal/poisson": 1,
	"truce/internal/atlas":   1,
	// A deterministic workload for benchmarks; only tests import it.
	"truce/internal/workload": 1,
	"truce/terms":             2,
	"truce/assess":            3,
	"truce/scenario":          4,
	"truce/verify":            4,
	// Each wire format stands beside the others, on what they share; two of them read rows of another.
	"truce/internal/intake/jsonscan":   1,
	"truce/internal/intake/entry":      2,
	"truce/internal/intake/rows":       3,
	"truce/internal/intake/sheet":      4,
	"truce/internal/intake/track":      4,
	"truce/internal/intake/ucdp":       4,
	"truce/internal/intake/acled":      4,
	"truce/internal/intake/ndjson":     5,
	"truce/internal/intake/geojson":    5,
	"truce/internal/intake/gpx":        5,
	"truce/internal/intake/intaketest": 5,
	"truce/internal/intake":            6,
	"truce/internal/replay":            7,
	"truce/internal/report":            8,
	// The running mechanism.
	"truce/internal/disk":                    1,
	"truce/internal/monitor":                 5,
	"truce/internal/witness":                 2,
	"truce/internal/witness/wire":            3,
	"truce/internal/vault":                   3,
	"truce/internal/journal":                 2,
	"truce/internal/journal/sqlite":          3,
	"truce/internal/journal/segment":         3,
	"truce/internal/journal/journaltest":     3,
	"truce/internal/journal/crashtest":       3, // only tests import it
	"truce/internal/record":                  6,
	"truce/internal/custody":                 7,
	"truce/internal/access":                  7,
	"truce/internal/casefile":                7,
	"truce/internal/live":                    8,
	"truce/internal/ledger":                  8,
	"truce/internal/publish":                 5,
	"truce/internal/view":                    8,
	"truce/internal/mechanism":               9,
	"truce/internal/mechanism/mechanismtest": 10, // only tests import it
	"truce/internal/door":                    10,
	"truce/internal/sim":                     10,
	"truce/internal/api":                     11,
	"truce/internal/web":                     11,
	"truce/internal/node":                    12,
	"truce/internal/node/nodetest":           13, // tests alone
	"truce/internal/web/webtest":             13, // tests alone
	"truce/cmd/internal/verifying":           11,
	"truce/cmd/truce-verify":                 12,
	"truce/cmd/truce":                        13,
}

// importers names, for each outside library, the packages that may import it: one, or one for each of its separate parts.
var importers = map[string][]string{
	"github.com/goccy/go-yaml":            {"truce/terms", "truce/internal/node"}, // agreements; settings
	"cel.dev/cel-go":                      {"truce/terms"},
	"github.com/rivo/uniseg":              {"truce/terms"},
	"golang.org/x/text/feature/plural":    {"truce/internal/lang"},
	"golang.org/x/text/language":          {"truce/internal/lang"},
	"golang.org/x/text/language/display":  {"truce/internal/lang"},
	"golang.org/x/text/width":             {"truce/internal/lang"},
	"golang.org/x/text/encoding":          {"truce/internal/intake"},
	"golang.org/x/text/transform":         {"truce/internal/intake"},
	"github.com/alecthomas/kong":          {"truce/cmd/truce"},
	"github.com/schollz/progressbar/v3":   {"truce/cmd/truce"},
	"crypto":                              {"truce/internal/seal"},
	"crypto/rand":                         {"truce/internal/node", "truce/cmd/truce", "truce/internal/journal/crashtest", "truce/internal/mechanism/mechanismtest"}, // what seal draws from
	"golang.org/x/crypto":                 {"truce/internal/seal"},
	"golang.org/x/mod":                    {"truce/internal/seal"},
	"filippo.io/torchwood":                {"truce/internal/seal"},
	"modernc.org/sqlite":                  {"truce/internal/journal/sqlite", "truce/internal/view"},
	"github.com/go-webauthn/webauthn":     {"truce/internal/access"},
	"github.com/coreos/go-oidc/v3":        {"truce/internal/node"},
	"golang.org/x/oauth2":                 {"truce/internal/node"},
	"github.com/danielgtaylor/huma/v2":    {"truce/internal/api"},
	"github.com/prometheus/client_golang": {"truce/internal/node"},
	"github.com/gabriel-vasile/mimetype":  {"truce/internal/custody"},
	"github.com/hiddeco/sshsig":           {"truce/internal/seal"},
	"github.com/paulmach/orb":             {"truce/internal/atlas"},
	"github.com/gogo/protobuf":            {"truce/internal/atlas"}, // by which orb writes tiles
	"github.com/hanwen/go-fuse/v2":        {"truce/internal/journal/crashtest"},
	"pgregory.net/rapid":                  {"truce/internal/intake/intaketest", "truce/internal/journal/journaltest"}, // for tests of other packages
}

// onlyAbove lists what only the command may use: a package below it that could ask the time, draw a number or open a file
// would make outcomes depend on more than their records.
var onlyAbove = map[string]string{
	"os":           "files belong to cmd; take an fs.FS, a reader or a writer",
	"os/exec":      "nothing runs other programs",
	"math/rand":    "nothing may depend on chance",
	"math/rand/v2": "nothing may depend on chance",
	"crypto/rand":  "nothing may depend on chance",
	"net":          "nothing opens a connection",
	"net/http":     "nothing opens a connection",
	"log":          "return the error; only cmd writes to people",
	"log/slog":     "return the error; only cmd writes to people",
	"unsafe":       "no",
}

// mayUse lists the packages below the command that are made of what onlyAbove keeps from the others.
var mayUse = map[string][]string{
	"truce/internal/disk":                    {"os"},
	"truce/internal/journal/crashtest":       {"os", "os/exec", "math/rand/v2"}, // from a seed that the test prints
	"truce/internal/door":                    {"net", "net/http"},               // addresses and requests; it opens no connection
	"truce/internal/sim":                     {"math/rand/v2"},                  // from a seed
	"truce/internal/web":                     {"net/http"},
	"truce/internal/mechanism/mechanismtest": {"os", "crypto/rand"}, // the example, and folders of tests
	"truce/internal/api":                     {"net/http"},
	"truce/internal/witness/wire":            {"net/http"}, // requests and answers; whoever starts it listens and connects
	"truce/internal/node":                    {"os", "os/exec", "crypto/rand", "net", "net/http", "log/slog"},
}

// mayCall lists the forbidden calls that a package below the command may make after all.
var mayCall = map[string][]string{
	// Where on a picture something is drawn: less than a pixel, and no outcome.
	"truce/internal/atlas": {"math.Sin", "math.Cos", "math.Sincos", "math.Tan", "math.Atan", "math.Log"},
	"truce/internal/node":  {"time.Now", "time.Since", "time.Sleep", "os.Getenv"},
}

// forbiddenCalls are functions that no package below the command may call.
var forbiddenCalls = map[string]string{
	"time.Now":     "take the time as an argument",
	"time.Since":   "take the time as an argument",
	"time.Sleep":   "nothing waits",
	"fmt.Print":    "write to a writer you were given",
	"fmt.Printf":   "write to a writer you were given",
	"fmt.Println":  "write to a writer you were given",
	"math.Sin":     "differs by processor; see package geo",
	"math.Cos":     "differs by processor; see package geo",
	"math.Sincos":  "differs by processor; see package geo",
	"math.Tan":     "differs by processor; see package geo",
	"math.Asin":    "differs by processor; see package geo",
	"math.Acos":    "differs by processor; see package geo",
	"math.Atan":    "differs by processor; see package geo",
	"math.Atan2":   "differs by processor; see package geo",
	"math.Exp":     "differs by processor; see package geo",
	"math.Log":     "differs by processor; see package geo",
	"math.Log2":    "differs by processor; see package geo",
	"math.Log10":   "differs by processor; see package geo",
	"math.Pow":     "differs by processor; see package geo",
	"math.Hypot":   "differs by processor; see package geo",
	"math.Cbrt":    "differs by processor; see package geo",
	"math.Gamma":   "differs by processor; see package geo",
	"math.Lgamma":  "differs by processor; see package geo",
	"math.Erf":     "differs by processor; see package geo",
	"math.FMA":     "differs from the rounded product",
	"os.Getenv":    "settings are arguments",
	"runtime.GOOS": "outcomes are the same everywhere",
}

// sourceFile is a Go file of the product.
type sourceFile struct {
	path, pkg string
	file      *ast.File
	fset      *token.FileSet
}

// sources parses the Go files that are not tests. The bench folder is a module of its own.
func sources(t *testing.T) []sourceFile {
	t.Helper()
	var out []sourceFile
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != "." && (strings.HasPrefix(name, ".") || slices.Contains([]string{"testdata", "bench", "out", "tmp", "examples", "docs", "node_modules"}, name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		pkg := "truce"
		if dir := filepath.ToSlash(filepath.Dir(path)); dir != "." {
			pkg += "/" + dir
		}
		out = append(out, sourceFile{path, pkg, f, fset})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func imports(f *ast.File) []string {
	var out []string
	for _, i := range f.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		out = append(out, p)
	}
	return out
}

func TestImportsGoDown(t *testing.T) {
	for _, s := range sources(t) {
		floor, ok := floors[s.pkg]
		if !ok {
			t.Errorf("%s: package %s has no floor; put it into floors", s.path, s.pkg)
			continue
		}
		for _, p := range imports(s.file) {
			if p != "truce" && !strings.HasPrefix(p, "truce/") {
				continue
			}
			below, ok := floors[p]
			sub := strings.HasPrefix(p, s.pkg+"/") // a package may stand on its own sub-packages
			if !ok || below > floor || below == floor && !sub {
				t.Errorf("%s imports %s, which is not on a lower floor", s.path, p)
			}
			if p == "truce/internal/workload" {
				t.Errorf("%s: only tests import the workload", s.path)
			}
		}
	}
}

func TestOneImporterForEachLibrary(t *testing.T) {
	for _, s := range sources(t) {
		for _, p := range imports(s.file) {
			first, _, _ := strings.Cut(p, "/")
			outside := strings.Contains(first, ".")
			allowed, longest, known := []string(nil), "", false
			for lib, who := range importers {
				if (p == lib || strings.HasPrefix(p, lib+"/")) && len(lib) > len(longest) {
					allowed, longest, known = who, lib, true
				}
			}
			if outside && !known {
				t.Errorf("%s imports %s, which no decision allows", s.path, p)
			}
			if known && !slices.ContainsFunc(allowed, func(a string) bool { return s.pkg == a || strings.HasPrefix(s.pkg, a+"/") }) {
				t.Errorf("%s imports %s; only %v may", s.path, p, allowed)
			}
		}
	}
}

func TestOnlyTheNodeHasAClockAndFiles(t *testing.T) {
	for _, s := range sources(t) {
		if strings.HasPrefix(s.pkg, "truce/cmd/") {
			continue
		}
		for _, p := range imports(s.file) {
			if why, bad := onlyAbove[p]; bad && !slices.Contains(mayUse[s.pkg], p) {
				t.Errorf("%s imports %s: %s", s.path, p, why)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok {
				if why, bad := forbiddenCalls[x.Name+"."+sel.Sel.Name]; bad && !slices.Contains(mayCall[s.pkg], x.Name+"."+sel.Sel.Name) {
					t.Errorf("%s: %s.%s: %s", s.fset.Position(sel.Pos()), x.Name, sel.Sel.Name, why)
				}
			}
			return true
		})
	}
}

func TestEveryPackageSaysWhatItPromises(t *testing.T) {
	docs := map[string]bool{}
	for _, s := range sources(t) {
		docs[s.pkg] = docs[s.pkg] || s.file.Doc != nil && len(s.file.Doc.Text()) > 40
	}
	for pkg, ok := range docs {
		if !ok {
			t.Errorf("package %s has no doc comment", pkg)
		}
	}
}

// Decisions are numbered without gaps, and the index lists them all.
func TestDecisionsAreIndexed(t *testing.T) {
	index, err := os.ReadFile("docs/decisions/README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("docs/decisions/[0-9]*.md")
	if err != nil || len(files) == 0 {
		t.Fatal("no decisions", err)
	}
	for i, f := range files {
		name := filepath.Base(f)
		if want := strconv.Itoa(10001 + i)[1:]; !strings.HasPrefix(name, want+"-") {
			t.Errorf("%s: the next number is %s", name, want)
		}
		if !strings.Contains(string(index), "("+name+")") {
			t.Errorf("docs/decisions/README.md does not list %s", name)
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"- Date: ", "- Status: ", "## Context", "## Refused", "## Decision", "## Consequences"} {
			if !strings.Contains(string(text), part) {
				t.Errorf("%s has no %q", name, part)
			}
		}
	}
}

// Every exported limit and default stands in docs/limits.md with its value.
func TestLimitsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, line := range strings.Split(string(page), "\n") {
		if cells := strings.Split(line, "|"); len(cells) > 3 && strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			listed[strings.Trim(strings.TrimSpace(cells[1]), "`")] = strings.TrimSpace(cells[2])
		}
	}
	found := map[string]bool{}
	for _, s := range sources(t) {
		src, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range s.file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for i, n := range v.Names {
					if !strings.HasPrefix(n.Name, "Max") && !strings.HasPrefix(n.Name, "Default") || i >= len(v.Values) {
						continue
					}
					name := s.file.Name.Name + "." + n.Name
					value := string(src[s.fset.Position(v.Values[i].Pos()).Offset:s.fset.Position(v.Values[i].End()).Offset])
					found[name] = true
					if got, ok := listed[name]; !ok {
						t.Errorf("docs/limits.md does not list %s = %s", name, value)
					} else if got != value {
						t.Errorf("docs/limits.md says %s is %s; it is %s", name, got, value)
					}
				}
			}
		}
	}
	for name := range listed {
		if !found[name] {
			t.Errorf("docs/limits.md lists %s, which is not there", name)
		}
	}
}
