package terms

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// archive is a golden file in the txtar form of the Go project: a comment, then files, each after a line "-- name --".
type archive struct {
	path    string
	comment string
	names   []string
	files   map[string]string
}

func readArchive(t testing.TB, path string) *archive {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a := &archive{path: path, files: map[string]string{}}
	name := ""
	for _, line := range strings.SplitAfter(string(data), "\n") {
		if s := strings.TrimSpace(line); strings.HasPrefix(s, "-- ") && strings.HasSuffix(s, " --") {
			name = s[3 : len(s)-3]
			a.names = append(a.names, name)
			a.files[name] = ""
			continue
		}
		if name == "" {
			a.comment += line
		} else {
			a.files[name] += line
		}
	}
	return a
}

// option reports whether the comment has a line with just this word.
func (a *archive) option(word string) bool {
	for _, line := range strings.Split(a.comment, "\n") {
		if strings.TrimSpace(line) == word {
			return true
		}
	}
	return false
}

// fs is the archive as a folder, without the files that hold what is expected.
func (a *archive) fs() fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range a.files {
		if a.option("crlf") {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		if a.option("bom") {
			text = "\ufeff" + text
		}
		if !strings.HasPrefix(name, "want") {
			out[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return out
}

// want compares with a file of the archive, or writes it there.
func (a *archive) want(t *testing.T, name, got string) {
	t.Helper()
	if got != "" && !strings.HasSuffix(got, "\n") {
		got += "\n"
	}
	if !*update {
		if got != a.files[name] {
			t.Errorf("%s: %s differs; look at what changed and run with -update if it is meant\ngot:\n%s\nwant:\n%s", a.path, name, got, a.files[name])
		}
		return
	}
	if _, ok := a.files[name]; !ok {
		a.names = append(a.names, name)
	}
	a.files[name] = got
	var b strings.Builder
	b.WriteString(a.comment)
	for _, n := range a.names {
		b.WriteString("-- " + n + " --\n" + a.files[n])
	}
	if err := os.WriteFile(a.path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// archives runs a test for each golden file of a folder under testdata.
func archives(t *testing.T, folder string, test func(t *testing.T, a *archive)) {
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files in testdata/%s (%v)", folder, err)
	}
	for _, p := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(p), ".txtar"), func(t *testing.T) { test(t, readArchive(t, p)) })
	}
}
