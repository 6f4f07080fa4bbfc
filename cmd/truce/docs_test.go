package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// notRun are commands that documents may show and this test does not run.
var notRun = map[string]string{
	"fmt":   "would write into the examples",
	"serve": "does not end by itself",
	"demo":  "does not end by itself; TestDemoOnce runs it",
}

// documents are the pages for people, by their path from the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "examples/*.md", "examples/*/*.md", "bench/*.md"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			text, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.ToSlash(strings.TrimPrefix(n, root+string(filepath.Separator)))] = string(text)
		}
	}
	if out["README.md"] == "" || out["docs/guide/write-an-agreement.md"] == "" {
		t.Fatal("the README or the guide is not there")
	}
	return out
}

var shown = regexp.MustCompile(`(?m)^(    truce|out/truce|truce) ((?:[^\n\\]|\\\n)+)`)

// commandsIn lists the commands that a page shows on lines of their own, each with its words. A sentence may begin with
// "truce" too, so a line at the margin must go on with a known command.
func commandsIn(page string, known map[string]bool) [][]string {
	var out [][]string
	for _, m := range shown.FindAllStringSubmatch(page, -1) {
		text, _, _ := strings.Cut(strings.ReplaceAll(m[2], "\\\n", " "), " #")
		var words []string
		var word strings.Builder
		quoted := false
		for _, c := range text + " " {
			switch {
			case c == '"':
				quoted = !quoted
			case c == ' ' && !quoted:
				if word.Len() > 0 {
					words = append(words, word.String())
				}
				word.Reset()
			default:
				word.WriteRune(c)
			}
		}
		if len(words) > 0 && (m[1] != "truce" || known[words[0]]) {
			out = append(out, words)
		}
	}
	return out
}

// guideFolder writes the agreement that the guide builds up.
func guideFolder(t *testing.T, page, dir string) {
	t.Helper()
	for _, m := range regexp.MustCompile("(?ms)^```\\S+ ([a-z][a-z/.]*\\.[a-z]+)\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		name := filepath.Join(dir, filepath.FromSlash(m[1]))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(m[2]); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestShownCommands runs every truce command that a page for people shows, where the page says: at the root of the
// repository, or beside the folder that the guide has just written.
func TestShownCommands(t *testing.T) {
	pages := documents(t)
	examples, err := filepath.Abs(filepath.Join(root, "examples"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(examples, filepath.Join(dir, "examples")); err != nil {
		t.Skipf("a link to the examples is needed: %v", err)
	}
	guideFolder(t, pages["docs/guide/write-an-agreement.md"], filepath.Join(dir, "valley"))
	t.Chdir(dir)
	var g grammar
	parser, err := newParser(&g, &bytes.Buffer{}, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, leaf := range parser.Model.Leaves(true) {
		known[leaf.Name] = true
	}
	ran, done := map[string]int{}, map[string]bool{}
	for _, name := range sorted(pages) {
		if name == "docs/reference/commands.md" {
			continue // shows forms, not commands
		}
		for _, args := range commandsIn(pages[name], known) {
			if notRun[args[0]] != "" || slices.ContainsFunc(args, placeholder) {
				continue
			}
			ran[name]++
			line := strings.Join(args, " ")
			if done[line] {
				continue
			}
			done[line] = true
			var out, errs bytes.Buffer
			if code := run(context.Background(), args, &out, &errs); code != exitFine {
				t.Errorf("%s shows: truce %s\nit ends with %d: %s%s", name, line, code, errs.String(), out.String())
			} else if out.Len() == 0 {
				t.Errorf("%s shows: truce %s\nit prints nothing", name, line)
			}
		}
	}
	if ran["README.md"] < 4 || ran["docs/guide/write-an-agreement.md"] < 3 || ran["examples/README.md"] < 3 {
		t.Errorf("too few commands were found in the pages: %v", ran)
	}
}

// placeholder tells words that stand for something, such as DIR.
func placeholder(s string) bool {
	return strings.ContainsAny(s, "<>") || len(s) > 1 && strings.ToUpper(s) == s && strings.ToLower(s) != s
}

func sorted(pages map[string]string) []string {
	var names []string
	for n := range pages {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// TestShownTargets: every make target that a page names is in the Makefile.
func TestShownTargets(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	pages := documents(t)
	for _, name := range sorted(pages) {
		for _, m := range regexp.MustCompile("(?m)(?:^|`)make ([a-z][a-z0-9-]*)").FindAllStringSubmatch(pages[name], -1) {
			found++
			if !regexp.MustCompile(`(?m)^` + m[1] + `:`).Match(file) {
				t.Errorf("%s names the target %q, which the Makefile does not have", name, m[1])
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d targets were found in the pages", found)
	}
}

// TestLinks: every link of a page to a file of the repository leads to one.
func TestLinks(t *testing.T) {
	pages, found := documents(t), 0
	for _, name := range sorted(pages) {
		for _, m := range regexp.MustCompile(`\]\(([^)\s#]+)(?:#[^)]*)?\)`).FindAllStringSubmatch(pages[name], -1) {
			if strings.Contains(m[1], ":") {
				continue
			}
			found++
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(name), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d links were found in the pages", found)
	}
}

// TestReadme: what the README shows of the guide stands in it, and what it counts is so many.
func TestReadme(t *testing.T) {
	pages := documents(t)
	readme, guide := pages["README.md"], pages["docs/guide/write-an-agreement.md"]
	squeeze := regexp.MustCompile(`(?m)^[ -]+| +#.*$`)
	lines := func(s string) []string { return strings.Split(squeeze.ReplaceAllString(s, ""), "\n") }
	have := lines(guide)
	blocks := regexp.MustCompile("(?ms)^```(?:yaml|scenario)\n(.*?)^```$").FindAllStringSubmatch(readme, -1)
	if len(blocks) < 2 {
		t.Errorf("the README shows %d pieces of the guide", len(blocks))
	}
	for _, b := range blocks {
		for _, l := range lines(b[1]) {
			if !slices.Contains(have, l) {
				t.Errorf("the README shows %q, which the guide does not have", l)
			}
		}
	}
	stories := 0
	for _, pattern := range []string{"scenarios/*.txt", "versions/*/scenarios/*.txt"} {
		names, err := filepath.Glob(filepath.Join(root, "examples/southwest-syria", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			text, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			stories += len(regexp.MustCompile(`(?m)^scenario `).FindAll(text, -1))
		}
	}
	if !strings.Contains(readme, fmt.Sprintf("%d scenarios", stories)) {
		t.Errorf("the README does not say %d scenarios", stories)
	}
	record, err := os.ReadFile(filepath.Join(root, "examples/southwest-syria/observations/public-record.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(record, []byte("\n")); !strings.Contains(readme, fmt.Sprintf("%d entries", n)) {
		t.Errorf("the README does not say %d entries", n)
	}
}
