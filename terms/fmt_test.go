package terms

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	archives(t, "fmt", func(t *testing.T, a *archive) {
		for _, name := range a.names {
			if strings.HasPrefix(name, "want") {
				continue
			}
			out, problems := Format(name, []byte(a.files[name]))
			if len(problems) > 0 {
				t.Fatalf("%s: %+v", name, problems)
			}
			a.want(t, "want-"+name, string(out))
			crlf, problems := Format(name, []byte("\ufeff"+strings.ReplaceAll(a.files[name], "\n", "\r\n")))
			if len(problems) > 0 || string(crlf) != string(out) {
				t.Errorf("%s with carriage returns and a byte order mark: %v\n%s", name, problems, crlf)
			}
		}
	})
}

// yamlFiles lists the YAML files of the module: the examples and the test data.
func yamlFiles(t testing.TB) []string {
	var out []string
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && len(d.Name()) > 2 && d.Name()[0] == '.' || d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".yaml") {
			out = append(out, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFormatAgain: what is formatted stays as it is, and every file of this module can be formatted.
func TestFormatAgain(t *testing.T) {
	for _, path := range yamlFiles(t) {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if probs := (&problems{}); parseYAML(probs, path, src).node == nil || len(probs.list) > 0 {
			continue // not readable, which is for other tests
		}
		once, problems := Format(path, src)
		if len(problems) > 0 {
			t.Errorf("%s: %v", path, problems)
			continue
		}
		if twice, problems := Format(path, once); string(twice) != string(once) || len(problems) > 0 {
			t.Errorf("%s changes when it is formatted again: %v", path, problems)
		}
	}
}

// TestFormatKeepsMeaning puts mistakes between reading and writing; each must be caught, and the source come back.
func TestFormatKeepsMeaning(t *testing.T) {
	calls := 0
	const src = "a:   one\nb: 'yes'\n# note\nc: [x, y]\nd: |\n  text\n"
	for name, spoil := range map[string]func(string) string{
		"a value changes":     func(s string) string { return strings.Replace(s, "one", "two", 1) },
		"a key changes":       func(s string) string { return strings.Replace(s, "b:", "bb:", 1) },
		"a quote is lost":     func(s string) string { return strings.Replace(s, "'yes'", "true", 1) },
		"a comment is lost":   func(s string) string { return strings.Replace(s, "# note\n", "", 1) },
		"an item is lost":     func(s string) string { return strings.Replace(s, ", y", "", 1) },
		"a key is lost":       func(s string) string { return strings.Replace(s, "a: one\n", "", 1) },
		"the order changes":   func(s string) string { return strings.Replace(s, "a: one\nb: 'yes'", "b: 'yes'\na: one", 1) },
		"a block changes":     func(s string) string { return strings.Replace(s, "d: |", "d: |-", 1) },
		"it is not YAML":      func(s string) string { return s + "]\n" },
		"it is never settled": func(s string) string { calls++; return s + strings.Repeat("\n", calls) },
	} {
		out, problems := formatWith("x.yaml", []byte(src), func(w *written) string { return spoil(w.String()) })
		if string(out) != src || len(problems) == 0 {
			t.Errorf("%s: it went through: %v\n%s", name, problems, out)
		}
	}
	if out, problems := Format("x.yaml", []byte(src)); len(problems) > 0 || !strings.HasPrefix(string(out), "a: one\n") {
		t.Errorf("without a mistake: %v\n%s", problems, out)
	}
}

// TestFormatRefuses: what cannot be read comes back as it was, with a place.
func TestFormatRefuses(t *testing.T) {
	for _, x := range []struct{ name, src, code string }{
		{"no YAML", "a: b: c\n", "yaml"},
		{"an anchor", "a: &x 1\nb: *x\n", "yaml-feature"},
		{"a tag", "a: !!str 1\n", "yaml-feature"},
		{"two documents", "a: 1\n---\nb: 1\n", "several-documents"},
		{"a complex key", "? a\n: b\n", "not-formatted"},
		{"not UTF-8", "a: \xff\n", "not-utf8"},
		{"an open quote", "a: 'x\n", "yaml"},
	} {
		out, problems := Format("x.yaml", []byte(x.src))
		if string(out) != x.src || len(problems) == 0 || problems[0].Code != x.code || problems[0].Line < 1 {
			t.Errorf("%s: %q with %+v; want the code %s", x.name, out, problems, x.code)
		}
	}
}

// FuzzFormat: any bytes are formatted or come back as they were; formatting again changes nothing.
func FuzzFormat(f *testing.F) {
	for _, path := range yamlFiles(f) {
		if data, err := os.ReadFile(path); err == nil && len(data) < 4000 {
			f.Add(data)
		}
	}
	data, err := os.ReadFile("testdata/fmt/everything.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, part := range strings.Split(string(data), "\n  - ") {
		f.Add([]byte("- " + part))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		once, problems := Format("x.yaml", data)
		if len(problems) > 0 {
			if string(once) != string(data) {
				t.Fatalf("%q has problems and came back as %q", data, once)
			}
			return
		}
		twice, problems := Format("x.yaml", once)
		if string(twice) != string(once) || len(problems) > 0 {
			t.Fatalf("%q gives %q, then %q, %v", data, once, twice, problems)
		}
		for _, line := range strings.Split(string(once), "\n") {
			if strings.HasSuffix(line, "\r") {
				t.Fatalf("%q keeps a carriage return", once)
			}
		}
	})
}

func BenchmarkFormat(b *testing.B) {
	src, err := os.ReadFile("testdata/rich/agreement.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := Format("agreement.yaml", src); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}

func TestFormatForms(t *testing.T) {
	for _, x := range []struct{ name, src, want string }{
		{"the mark of a document", "---\n\na:   1\n", "---\na: 1\n"},
		{"no last line feed", "a: |\n  x\n  y", "a: |\n  x\n  y\n"},
		{"kept line feeds at the end", "a: |+\n  x\n\n\n", "a: |+\n  x\n\n\n"},
		{"a value and its comment on a line of their own", "a:\n    # why\n    word   # because\nb: 1\n", "a:\n  # why\n  word  # because\nb: 1\n"},
		{"a long text on lines of its own", "a:\n      one\n      two\n", "a:\n  one\n  two\n"},
		{"brackets over lines", "a:\n    b: [x,\n        y, # note\n      z]\n", "a:\n  b: [x,\n      y, # note\n    z]\n"},
		{"a bracket in a text", "a: {b: 'x]y', c: \"{\"}\n", "a: {b: 'x]y', c: '{'}\n"},
		{"an apostrophe in a word", "a: [don't, x]\n", "a: [don't, x]\n"},
		{"quoted keys", "\"a b\": 1\n'c:d': 2\n\"e\": {\"f\": 1}\n", "a b: 1\n'c:d': 2\ne: {f: 1}\n"},
		{"empty brackets", "a: [ ]\nb: {  }\n", "a: []\nb: {}\n"},
		{"numbers stay", "a: 010\nb: '010'\nc: 1e3\nd: \"1.10\"\n", "a: 010\nb: '010'\nc: 1e3\nd: '1.10'\n"},
		{"words that are no texts stay quoted", "a: 'no'\nb: \"null\"\nc: '~'\nd: ''\n", "a: 'no'\nb: 'null'\nc: '~'\nd: ''\n"},
		{"a comment with little room", "a: 1 #x\n", "a: 1  #x\n"},
		{"a list of lists of mappings", "- - a: 1\n    b: 2\n  - c\n-   - d\n", "- - a: 1\n    b: 2\n  - c\n- - d\n"},
		{"blank lines", "\n\na: 1\n\n\n\nb:\n\n  - x\n\n  - y\n\n\n", "a: 1\n\nb:\n  - x\n\n  - y\n"},
		{"only a comment at the end", "a: 1\n\n# the end\n\n", "a: 1\n\n# the end\n"},
	} {
		out, problems := Format("x.yaml", []byte(x.src))
		if string(out) != x.want || len(problems) > 0 {
			t.Errorf("%s: %v\n got %q\nwant %q", x.name, problems, out, x.want)
		}
	}
}
