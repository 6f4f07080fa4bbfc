package lang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGlossary: every exported type of the root package has a row in docs/glossary.md, every type named there exists, and no
// row lacks a language.
func TestGlossary(t *testing.T) {
	root := moduleRoot(t)
	data, err := os.ReadFile(filepath.Join(root, "docs", "glossary.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	code := regexp.MustCompile("`([A-Z][A-Za-z0-9]*)`")
	for i, line := range strings.Split(string(data), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| English") || strings.HasPrefix(line, "| ---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 5 {
			t.Errorf("glossary.md:%d has %d cells", i+1, len(cells))
			continue
		}
		for _, c := range cells[:4] {
			if strings.TrimSpace(c) == "" {
				t.Errorf("glossary.md:%d lacks a cell: %s", i+1, line)
			}
		}
		for _, m := range code.FindAllStringSubmatch(cells[4], -1) {
			if named[m[1]] {
				t.Errorf("glossary.md:%d names %s a second time", i+1, m[1])
			}
			named[m[1]] = true
		}
	}
	files, err := filepath.Glob(filepath.Join(root, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.TypeSpec); ok && s.Name.IsExported() {
				there[s.Name.Name] = true
				if !named[s.Name.Name] {
					t.Errorf("docs/glossary.md has no row for the type %s", s.Name.Name)
				}
			}
			return true
		})
	}
	for n := range named {
		if !there[n] {
			t.Errorf("docs/glossary.md names %s, which is no type of package truce", n)
		}
	}
}

// Where a sentence of the catalogue is the word for a thing of the glossary and nothing else, it is the glossary's word, in every language.
var words = map[string][]string{
	"actor": {"web.is.dimension.actor"}, "case": {"web.is.record.case"}, "counting rule": {"web.today.counting"}, "coverage": {"observation.coverage", "web.is.map-kind.coverage"},
	"finding": {"web.is.record.finding", "web.is.map-kind.finding"}, "incident": {"observation.incident", "web.is.map-kind.incident"}, "inspection": {"observation.inspection", "web.is.map-kind.inspection"},
	"leaf": {"publish.leaf-name"}, "notification": {"observation.notification", "web.is.map-kind.notification"}, "open record": {"publish.open-record", "web.is.admin.open"},
	"outcome": {"web.is.record.outcome"}, "passage": {"observation.passage", "web.is.map-kind.passage"}, "presence": {"observation.presence", "web.is.map-kind.presence"}, "query": {"web.is.record.query"},
	"reading": {"web.map.reading", "web.stands.reading"}, "record": {"web.admin.record"}, "statement": {"web.is.map-kind.statement"}, "kept": {"result.kept"}, "breached": {"result.breached"},
	"undetermined": {"result.undetermined"}, "not applicable": {"result.not-applicable"},
}

func TestWordsOfTheGlossary(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(moduleRoot(t), "docs", "glossary.md"))
	if err != nil {
		t.Fatal(err)
	}
	vowels := regexp.MustCompile("[\u064b-\u0652]")
	plain := func(s string) string { // without the article and the vowel signs of Arabic
		return strings.ReplaceAll(" "+vowels.ReplaceAllString(strings.ToLower(strings.TrimSpace(s)), ""), " ال", " ")
	}
	seen := 0
	for _, line := range strings.Split(string(data), "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 5 {
			continue
		}
		for _, id := range words[strings.TrimSpace(cells[0])] {
			seen++
			for i, l := range []string{"ar", "ru"} {
				if want, got := cells[2+i], For(l).text(id); plain(got) != plain(want) {
					t.Errorf("%s in %s is %q, and in the glossary %q", id, l, got, strings.TrimSpace(want))
				}
			}
		}
	}
	if seen < len(words) {
		t.Errorf("the glossary has only %d of the %d words", seen, len(words))
	}
}
