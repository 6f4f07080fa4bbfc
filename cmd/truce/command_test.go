package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"truce"
)

const example = "../../examples/southwest-syria"

// truceRun runs the program as main does.
func truceRun(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(context.Background(), args, &o, &e)
	return code, o.String(), e.String()
}

// Each command, as a user types it: what it exits with, what it says and where.
func TestCommands(t *testing.T) {
	obs := example + "/observations"
	bad := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(bad, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("wrong/agreement.yaml", "agreement: x\nversion: 1\n")
	write("empty/note.txt", "")
	rows := write("rows.csv", "id,kind,what,time,lat,lon,error_m\n"+
		"a,incident,shelling,2017-07-10T10:00+03:00,32.7,36.1,100\n"+
		"b,incident,shelling,2017-07-10T10:00,32.7,36.1,100\n")
	for _, x := range []struct {
		args string
		code int
		out  []string
		errs []string
	}{
		{"", exitFine, []string{"check", "replay"}, nil},
		{"--help", exitFine, []string{"check", "replay"}, nil},
		{"version", exitFine, []string{"truce "}, nil},
		{"chek .", exitUsage, nil, []string{"chek", "truce --help"}},
		{"check " + example, exitFine, []string{"southwest-syria 2017-11-08", "no errors"}, nil},
		{"check " + example + "@2017-07-07", exitFine, []string{"southwest-syria 2017-07-07"}, nil},
		{"check " + example + "@1917", exitUsage, nil, []string{"there is no such version", "2017-11-08"}},
		{"check " + bad + "/wrong", exitProblems, []string{"wrong/agreement.yaml:1:1", `"articles" is missing`}, nil},
		{"check --json " + bad + "/wrong", exitProblems, []string{`"missing-key"`}, nil},
		{"check " + bad + "/empty", exitUsage, nil, []string{"the folder holds no agreement"}},
		{"check " + bad + "/nowhere", exitUsage, nil, []string{"there is no such folder"}},
		{"fmt --dry-run " + example, exitFine, nil, nil},
		{"explain " + example, exitFine, []string{"[1] Ceasefire"}, nil},
		{"explain --lang ru " + example, exitFine, []string{"Действует с момента"}, nil},
		{"explain --lang ar " + example, exitFine, []string{"يبدأ السريان"}, nil},
		{"explain --lang fr " + example, exitUsage, nil, []string{"en", "ar", "ru"}},
		{"explain --reading nothing=x " + example, exitUsage, nil, []string{"there is no term"}},
		{"diff " + example + "@2017-07-07 " + example, exitFine, []string{"~ the agreement: version"}, nil},
		{"diff --lang ar " + example + "@2017-07-07 " + example, exitFine, []string{"~ الاتفاق"}, nil},
		{"test " + example, exitFine, []string{" scenarios, 0 failed"}, nil},
		{"replay --agreement " + example + " --observations " + obs, exitFine, []string{"Article by article"}, nil},
		{"replay --agreement " + example + " --observations " + obs + " --lang ru", exitFine, []string{"Статья"}, nil},
		{"replay --agreement " + example + " --observations " + obs + " --as-known-at 2017-08-01", exitFine, []string{"1 August 2017"}, nil},
		{"replay --agreement " + example + " --observations " + obs + " --as-known-at someday", exitUsage, nil, []string{"--as-known-at", "someday"}},
		{"replay --agreement " + example + " --observations " + obs + " --set ceasefire.form=2017-08-01", exitUsage, nil, []string{"ceasefire.form"}},
		{"replay --agreement " + example + " --observations " + obs + " --zone Mars", exitUsage, nil, []string{"--zone", "Mars"}},
		{"replay --agreement " + example + " --observations " + obs + " --later 1month", exitUsage, nil, []string{"--later"}},
		{"replay --agreement " + example + " --observations " + obs + " --move 1:2", exitUsage, nil, []string{"--move"}},
		{"replay --agreement " + example + " --observations nowhere.csv", exitUsage, nil, []string{"nowhere.csv: there is no such file"}},
		{"replay --agreement " + example + " --observations " + bad + "/empty/note.txt", exitProblems, nil, []string{"note.txt: the file is empty"}},
		// A row that is not taken is said with its reason, and stops nothing.
		{"replay --agreement " + example + " --observations " + rows, exitFine, []string{"rows.csv:3: time: ", "has no offset from UTC"}, nil},
		{"replay --strict --agreement " + example + " --observations " + rows, exitProblems, []string{"Article by article", "rows.csv"}, nil},
		{"replay --strict --json --agreement " + example + " --observations " + rows, exitProblems, []string{`"line":"account"`}, nil},
		{"replay --strict --agreement " + example + " --observations " + rows + " --zone Asia/Damascus --simulated", exitFine, []string{"Article by article"}, nil},
		{"replay --agreement " + example + " --observations " + rows + " --zone Asia/Damascus --simulated", exitFine, []string{"Article by article"}, nil},
	} {
		t.Run(x.args, func(t *testing.T) {
			code, out, errs := truceRun(strings.Fields(x.args)...)
			if code != x.code {
				t.Errorf("exit code %d, want %d\n%s%s", code, x.code, out, errs)
			}
			for _, w := range x.out {
				if !strings.Contains(out, w) {
					t.Errorf("%q is not in the output:\n%.2000s", w, out)
				}
			}
			for _, w := range x.errs {
				if !strings.Contains(errs, w) {
					t.Errorf("%q is not among what went wrong:\n%s", w, errs)
				}
			}
			if len(x.errs) == 0 && errs != "" {
				t.Errorf("unexpected: %s", errs)
			}
			if strings.Contains(errs, "terms.") || strings.Contains(errs, "intake.") {
				t.Errorf("the name of an operation in the code is no word for people: %s", errs)
			}
		})
	}
}

// A comparison with another version, reading or distance, in the names of each plan.
func TestReplayComparison(t *testing.T) {
	args := []string{"replay", "--agreement", example, "--observations", example + "/observations"}
	for _, x := range []struct{ flag, value, want string }{
		{"--compare", example + "@2017-07-07", "from “not spoken of” to “turns on whom the strip bars”"},
		{"--compare", example, "Nothing differs."},
		{"--set", "ceasefire.until=2017-07-10", "to “not applicable”"},
		{"--set", "withdrawal-from-line.where=20km", "from “turns on non-Syrian forces and the band” to “turns on non-Syrian forces”"},
		{"--reading", "non-syrian-force=by-invitation", "non-Syrian forces stay out of the band"},
	} {
		code, out, errs := truceRun(append(args, x.flag, x.value)...)
		if code != exitFine || errs != "" {
			t.Fatalf("%s %s: %d %s", x.flag, x.value, code, errs)
		}
		_, compared, _ := strings.Cut(out, "Compared with other plans")
		compared, _, _ = strings.Cut(compared, "Named most often")
		if !strings.Contains(strings.Join(strings.Fields(compared), " "), x.want) {
			t.Errorf("%s %s does not say %s:\n%s", x.flag, x.value, x.want, compared)
		}
	}
}

// The report is written whole, in three languages that point to each other, also into a folder that is not there yet.
func TestReplayWritesReports(t *testing.T) {
	html := filepath.Join(t.TempDir(), "new", "r.html")
	code, _, errs := truceRun("replay", "--agreement", example, "--observations", example+"/observations", "--html", html, "--lang", "all")
	if code != exitFine {
		t.Fatal(errs)
	}
	for n, other := range map[string]string{"r.html": "r.ar.html", "r.ar.html": "r.ru.html", "r.ru.html": "r.html"} {
		data, err := os.ReadFile(filepath.Join(filepath.Dir(html), n))
		if err != nil || !bytes.Contains(data, []byte("</html>")) || !bytes.Contains(data, []byte(`href="`+other+`"`)) {
			t.Errorf("%s: %v, %d bytes", n, err, len(data))
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(html), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// With --json every line is one JSON object.
func TestReplayJSON(t *testing.T) {
	code, out, errs := truceRun("replay", "--agreement", example, "--observations", example+"/observations", "--json", "--why")
	if code != exitFine {
		t.Fatal(errs)
	}
	for i, line := range strings.Split(strings.TrimSpace(out), "\n") {
		if !json.Valid([]byte(line)) {
			t.Fatalf("line %d: %s", i+1, line)
		}
	}
}

// fmt writes a file once; the second time there is nothing to do.
func TestFmtIsIdempotent(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "agreement.yaml")
	if err := os.WriteFile(name, []byte("agreement:   x # a comment\nversion:  '1'\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := truceRun("fmt", "--dry-run", dir); code != exitFine || !strings.Contains(out, "agreement.yaml") {
		t.Errorf("dry run: %d %q", code, out)
	}
	if code, out, _ := truceRun("fmt", dir); code != exitFine || !strings.Contains(out, "agreement.yaml") {
		t.Errorf("%d %q", code, out)
	}
	data, _ := os.ReadFile(name)
	if !strings.Contains(string(data), "# a comment") {
		t.Errorf("the comment is lost: %s", data)
	}
	if info, _ := os.Stat(name); info.Mode().Perm() != 0o640 {
		t.Errorf("the mode is %v", info.Mode())
	}
	if code, out, _ := truceRun("fmt", dir); code != exitFine || out != "" {
		t.Errorf("the second time: %d %q", code, out)
	}
}

// An error says each thing once, and no operation of the code.
func TestPlain(t *testing.T) {
	inner := &truce.Error{Op: "b.Read", Subject: "f.csv", Reason: "the file is empty"}
	for _, x := range []struct {
		err  error
		want string
	}{
		{&truce.Error{Op: "a.Run", Subject: "f.csv", Cause: inner}, "f.csv: the file is empty"},
		{&truce.Error{Op: "a.Run", Subject: "x", Kind: truce.Conflict}, "x: conflict"},
		{&truce.Error{Op: "a.Run", Subject: "x", Cause: fs.ErrNotExist}, "x: file does not exist"},
		{errors.New("disk full"), "disk full"},
	} {
		if got := plain(x.err); got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}
