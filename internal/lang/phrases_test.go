package lang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// made lists the beginnings of ids that the program puts together when it runs; all other ids stand in its source as they
// are. The prefixes of the fixed lists of words (see lists) belong to them.
var made = []string{"month.", "list.", "case-word.", "web.is.", "publish.is."}

// saying lists the functions whose calls say a phrase, with the place of the id among their arguments; what follows the id
// are the phrase's own. A name without a package is a method of any value.
var saying = map[string]int{
	"truce.Say": 0,
	"because":   1, // of package assess
	"p.text":    0, // of this package
	"p.count":   0,
	"q.say":     0, // of the pages
}

// said finds the phrases of a page's template: {{say "id" ...}}, and (say "id" ...) as an argument.
var said = regexp.MustCompile(`[({]say "([^"]*)"`)

func madeAtRun(id string) bool {
	for _, p := range made {
		if strings.HasPrefix(id, p) {
			return true
		}
	}
	return slices.ContainsFunc(lists, func(l list) bool { return strings.HasPrefix(id, l.prefix) })
}

// moduleRoot is the folder that holds go.mod.
func moduleRoot(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above this folder")
		}
		dir = filepath.Dir(dir)
	}
}

// sources parses every Go file of the module that is not a test.
func sources(t *testing.T, each func(path string, fset *token.FileSet, f *ast.File)) {
	root := moduleRoot(t)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && path != root && (name[0] == '.' || name == "testdata" || name == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Logf("not read: %v", err) // somebody is writing it at this moment; the compiler will say more
			return nil
		}
		each(path, fset, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSentences holds the source and the catalogues together: every id the program says is in the catalogues with as
// many arguments, and nothing in the catalogues is unsaid.
func TestSentences(t *testing.T) {
	entries := catalogues()["en"].entries
	used := map[string]bool{}
	calls := 0
	sources(t, func(path string, fset *token.FileSet, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := text(n); ok {
				used[s] = true
			}
			id, args, spread := phrase(f, n)
			if id == nil {
				return true
			}
			calls++
			at := fset.Position(n.Pos())
			s, literal := text(leftmost(id))
			if !literal || leftmost(id) != id && !madeAtRun(s) {
				t.Errorf("%s: the id of a phrase must stand here as it is, or begin with a prefix that phrases_test.go lists", at)
				return true
			}
			if leftmost(id) != id {
				return true
			}
			e := entries[s]
			switch {
			case e == nil:
				t.Errorf("%s: no catalogue has %q", at, s)
			case spread:
				t.Errorf("%s: the arguments of %q cannot be counted; put a list into one argument", at, s)
			case args != len(e.params):
				t.Errorf("%s: %q is said with %d arguments; the catalogues have %d (%s)", at, s, args, len(e.params), strings.Join(e.params, ", "))
			}
			return true
		})
	})
	templates(t, func(path, text string) {
		for _, m := range said.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
			if entries[m[1]] == nil {
				t.Errorf("%s: no catalogue has %q", path, m[1])
			}
		}
	})
	for _, id := range catalogues()["en"].order {
		if !used[id] && !madeAtRun(id) {
			t.Errorf("%q is never said; take it out of the catalogues", id)
		}
	}
	t.Logf("%d phrases in the source, %d in the catalogues", calls, len(entries))
}

// templates reads every template of the pages.
func templates(t *testing.T, each func(path, text string)) {
	list, err := filepath.Glob(filepath.Join(moduleRoot(t), "internal", "*", "pages", "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range list {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		each(path, string(text))
	}
}

// text gives the value of a string literal.
func text(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// leftmost is the first operand of a sum.
func leftmost(e ast.Expr) ast.Expr {
	if sum, ok := e.(*ast.BinaryExpr); ok {
		return leftmost(sum.X)
	}
	return e
}

// phrase recognises the calls that [saying] lists.
func phrase(f *ast.File, n ast.Node) (id ast.Expr, args int, spread bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil, 0, false
	}
	name, method := "", ""
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		method = fun.Sel.Name
		if x, ok := fun.X.(*ast.Ident); ok {
			name = x.Name + "." + method
		}
	case *ast.Ident:
		name = f.Name.Name + "." + fun.Name
	}
	at, known := saying[name]
	if !known {
		at, known = saying[method]
	}
	if !known || strings.HasPrefix(name, "p.") && f.Name.Name != "lang" || len(call.Args) <= at {
		return nil, 0, false
	}
	rest := len(call.Args) - at - 1
	if name == "p.count" {
		rest-- // the number that chooses the form
	}
	if _, ok := call.Args[at].(*ast.Ident); ok && f.Name.Name == "lang" {
		return nil, 0, false // handed on
	}
	return call.Args[at], rest, call.Ellipsis.IsValid()
}
