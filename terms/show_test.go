package terms

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"truce"
)

func TestShow(t *testing.T) {
	archives(t, "show", func(t *testing.T, a *archive) {
		o := ShowOptions{Colour: a.option("colour")}
		for _, l := range []string{"ar", "ru"} {
			if a.option(l) {
				o.Lang = l
			}
		}
		_, report, err := Load(a.fs(), "")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := Show(&b, report, o); err != nil {
			t.Fatal(err)
		}
		a.want(t, "want", b.String())
	})
}

// TestExcerpt holds the carets under the word in lines that people and terminals count differently.
func TestExcerpt(t *testing.T) {
	for _, x := range []struct {
		name        string
		line        string
		col, length int
		width       int
		want        string
	}{
		{"plain", "actor: rusia", 8, 5, 0, "actor: rusia\n       ^^^^^"},
		{"length not known", "actor: rusia-x, y", 8, 0, 0, "actor: rusia-x, y\n       ^^^^^^^"},
		{"quoted, with an escape", `a: "b\"c" d`, 4, 1, 0, `a: "b\"c" d` + "\n   ^^^^^^"},
		{"tabs before", "\ta:\tb", 5, 1, 0, "\ta:\tb\n\t  \t^"},
		{"a tab inside", "a\tb", 1, 3, 0, "a\tb\n^^^"},
		{"wide characters", "名前: 値", 5, 1, 0, "名前: 値\n      ^^"},
		{"an emoji of several runes", "👩‍👩‍👧: x", 8, 1, 0, "👩‍👩‍👧: x\n    ^"},
		{"combining marks", "e\u0301te\u0301: y", 8, 1, 0, "e\u0301te\u0301: y\n     ^"},
		{"Cyrillic", "имя: Рассия", 6, 6, 0, "имя: Рассия\n     ^^^^^^"},
		{"an Arabic word", "ar: قوات, en: x", 5, 4, 0, "ar: قوات, en: x\n    ^^^^"},
		{"a word among Arabic words", "ar: قوات غير سورية, en: x", 10, 3, 0, "ar: قوات غير سورية, en: x\n    ^^^^^^^^^^^^^^"},
		{"Arabic with vowel marks", "ar: قُوَات, en: x", 5, 6, 0, "ar: قُوَات, en: x\n    ^^^^"},
		{"a number in Arabic", "ar: لواء 313, en: x", 10, 3, 0, "ar: لواء 313, en: x\n    ^^^^^^^^"},
		{"Latin behind Arabic", "{ar: قوات, actor: y}", 12, 5, 0, "{ar: قوات, actor: y}\n           ^^^^^"},
		{"behind the end", "abc", 4, 1, 0, "abc\n   ^"},
		{"far behind the end", "abc", 40, 7, 0, "abc\n   ^"},
		{"longer than the line", "abc", 2, 70, 0, "abc\n ^^"},
		{"control characters", "a\x1b[31mb: c", 8, 1, 0, "a␛[31mb: c\n       ^"},
		{"turned text", "a\u202eb: c", 5, 1, 0, "a\ufffdb: c\n    ^"},
		{"cut on both sides", strings.Repeat("x", 50) + " word " + strings.Repeat("y", 50), 52, 4, 30, "… xxxxxxxxx word yyyyyyyyyyyyyyy …\n            ^^^^"},
		{"cut on the right", "word " + strings.Repeat("y", 50), 1, 4, 30, "word yyyyyyyyyyyyyyyyyyyyyyyyy …\n^^^^"},
		{"cut on the left", strings.Repeat("x", 50) + " word", 52, 4, 30, "… xxxxxxxxxxxxxxxxxxxxxxxxx word\n                            ^^^^"},
		{"a word longer than the width", strings.Repeat("x", 20) + strings.Repeat("w", 50), 21, 50, 30, "… xxxxxxxxxxwwwwwwwwwwwwwwwwwwww …\n            ^^^^^^^^^^^^^^^^^^^^"},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := newReport()
			r.lines["f"] = []string{x.line}
			if x.width == 0 {
				x.width = DefaultWidth
			}
			line, carets := excerpt(r, truce.Problem{File: "f", Line: 1, Column: x.col, Length: x.length}, x.width)
			if got := line + "\n" + carets[0] + carets[1]; got != x.want {
				t.Errorf("got\n%s\nwant\n%s", got, x.want)
			}
		})
	}
}

// TestShowGeometry: a geometry of one long line is shown around the place only, and nothing else of it is kept.
func TestShowGeometry(t *testing.T) {
	long := strings.Repeat("[36.1,32.6],", 20_000)
	g := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"line","kind":"road","name":"طريق"},"geometry":{"type":"LineString","coordinates":[` +
		long + `[36.1,132.6],` + long + `[36.1,32.6]]}}]}`
	_, report, err := Load(fstest.MapFS{"agreement.yaml": {Data: []byte("agreement: x\n")}, "geometry.geojson": {Data: []byte(g)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, p := range report.Problems {
		if !strings.Contains(p.Message, "is no latitude") {
			continue
		}
		found = true
		line, carets := excerpt(report, p, 60)
		if want := "… ],[36.1,32.6],[36.1,132.6],[36.1,32.6],[36.1,32.6],[36.1,32. …"; line != want {
			t.Errorf("got %s, want %s", line, want)
		}
		if i := strings.Index(carets[0]+carets[1], "^"); !strings.HasPrefix(string([]rune(line)[i:]), "132.6]") || carets[1] != "^^^^^" {
			t.Errorf("the carets %q are not under the number of %s", carets, line)
		}
		if n := len(report.Line(p.File, p.Line)); n == 0 || n > 3*pieceBytes {
			t.Errorf("%d bytes of the line are kept", n)
		}
	}
	if !found {
		t.Error("the wrong latitude was not found")
	}
	if report.geometry != nil {
		t.Error("the whole geometry is kept")
	}
}

// FuzzExcerpt: any line at any place is shown without a panic, with the carets inside what is shown and no control characters.
func FuzzExcerpt(f *testing.F) {
	f.Add("ar: قوات غير\tx", 4, 3, 20)
	f.Add("e\u0301\u202e\x1b", 2, 0, 1)
	f.Fuzz(func(t *testing.T, line string, col, length, width int) {
		if width < 1 {
			width = 1
		}
		r := newReport()
		r.lines["f"] = splitLines([]byte(line))
		got, carets := excerpt(r, truce.Problem{File: "f", Line: 1, Column: col, Length: length}, width)
		for _, c := range got + carets[0] + carets[1] {
			if c < ' ' && c != '\t' || c == 0x7f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
				t.Fatalf("%q holds %U", got, c)
			}
		}
		if got != "" && (carets[1] == "" || strings.Trim(carets[1], "^") != "") {
			t.Fatalf("%q has the carets %q", got, carets[1])
		}
	})
}
