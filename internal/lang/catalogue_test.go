package lang

import (
	"slices"
	"strings"
	"testing"

	"truce"
)

// TestCatalogues holds the three files together: the same ids in the same order with the same arguments.
func TestCatalogues(t *testing.T) {
	en := catalogues()["en"]
	for _, l := range Languages {
		c := catalogues()[l]
		for _, id := range en.order {
			e, ok := c.entries[id]
			switch {
			case !ok:
				t.Errorf("%s.txt has no %q", l, id)
			case !slices.Equal(e.params, en.entries[id].params):
				t.Errorf("%s.txt: %s has the arguments %v, English has %v", l, id, e.params, en.entries[id].params)
			case e.by != en.entries[id].by:
				t.Errorf("%s.txt: %s is chosen by another argument than in English", l, id)
			}
		}
		for i, id := range c.order {
			if i < len(en.order) && en.order[i] != id && en.entries[id] != nil {
				t.Errorf("%s:%d: %s stands where English has %s; keep the order, so that the files can be compared line by line", c.entries[id].file, c.entries[id].line, id, en.order[i])
				break
			}
			if en.entries[id] == nil {
				t.Errorf("%s.txt has %q, which English lacks", l, id)
			}
		}
		for _, w := range lists {
			for _, word := range w.words {
				if c.entries[wordID(w.prefix, word)] == nil {
					t.Errorf("%s.txt has no word %s", l, wordID(w.prefix, word))
				}
			}
		}
	}
}

// TestScripts finds sentences that were left in another language.
func TestScripts(t *testing.T) {
	for _, l := range []string{"ar", "ru"} {
		c := catalogues()[l]
		for _, id := range c.order {
			for form, tpl := range c.entries[id].forms {
				for _, p := range tpl {
					if i := strings.IndexFunc(p.text, func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' }); i >= 0 {
						t.Errorf("%s.txt: %s (form %v) has Latin letters: %q", l, id, form, p.text)
					}
					if strings.ContainsAny(p.text, "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹") {
						t.Errorf("%s.txt: %s has digits other than 0 to 9", l, id)
					}
				}
			}
		}
	}
}

// parseCatalogue reads one file alone.
func parseCatalogue(lang, file, text string) (*catalogue, []truce.Problem) {
	c := &catalogue{lang: lang, entries: map[string]*entry{}}
	return c, c.parse(file, text)
}

func TestParseCatalogue(t *testing.T) {
	good := "# note\n\na.b = text\nc(x, y) = {y} then {x}{x}\n  \nn(n) =\n  n one: one\n  n other: {n} of them\n"
	c, problems := parseCatalogue("en", "x.txt", good)
	if len(problems) != 0 || len(c.order) != 3 {
		t.Fatalf("%v, %v", c.order, problems)
	}
	if got := c.entries["c"].fill(tags["en"], []string{"1", "2"}, 0); got != "2 then 11" {
		t.Error(got)
	}
	if got := c.entries["c"].fill(tags["en"], []string{"1"}, 0); got != "? then 11" {
		t.Error(got)
	}
	for _, x := range []struct{ name, lang, text, code string }{
		{"no sign", "en", "a b c", "1:1 no-sign"},
		{"bad id", "en", "A = x", "1:1 bad-id"},
		{"empty id", "en", " = x", "1:2 no-entry"},
		{"open bracket", "en", "a(x = {x}", "1:4 no-bracket"},
		{"argument twice", "en", "a(x, x) = {x}", "1:3 bad-argument"},
		{"empty argument", "en", "a() = x", "1:3 bad-argument"},
		{"unknown argument", "en", "a(x) = {x} and {y}", "1:16 unknown-argument"},
		{"argument without brackets", "en", "a = {x}", "1:5 unknown-argument"},
		{"unused argument", "en", "a(x, y) = {x}", "1:1 unused-argument"},
		{"open brace", "en", "a(x) = {x", "1:8 bad-brace"},
		{"closing brace", "en", "a(x) = x}{x}", "1:9 bad-brace"},
		{"twice", "en", "a = x\na = y", "2:1 id-twice"},
		{"no text", "en", "a =\nb = x", "1:1 no-text"},
		{"text and forms", "en", "a(n) = {n}\n  n one: x", "2:3 two-choices"},
		{"form of another language", "en", "a(n) =\n  n few: x", "2:3 bad-form"},
		{"form twice", "en", "a(n) =\n  n one: x\n  n one: y", "3:3 form-twice"},
		{"form missing", "ru", "a(n) =\n  n one: x\n  n few: y", "1:1 no-form"},
		{"two numbers", "en", "a(n, m) =\n  n one: {m}\n  m other: {n}", "3:3 two-choices"},
		{"unused beside the number", "en", "a(n, m) =\n  n one: {n}", "2:3 unused-argument"},
		{"form of nothing", "en", "  n one: x", "1:3 no-entry"},
		{"form without colon", "en", "a(n) =\n  n one x", "2:3 bad-form"},
		{"form without text", "en", "a(n) =\n  n one: ", "2:9 no-text"},
		{"tab", "en", "a =\tx", "1:4 bad-space"},
		{"carriage return", "en", "a = x\r\n", "1:6 bad-space"},
		{"not UTF-8", "en", "a = \xff", "1:1 not-utf8"},
		{"direction mark", "ar", "a = \u200fx", "1:5 hidden-character"},
	} {
		t.Run(x.name, func(t *testing.T) {
			_, problems := parseCatalogue(x.lang, "x.txt", x.text)
			if len(problems) == 0 {
				t.Fatal("nothing was found")
			}
			p := problems[0]
			if got := num(p.Line) + ":" + num(p.Column) + " " + p.Code; got != x.code {
				t.Errorf("%s: %v; want %s", got, p, x.code)
			}
		})
	}
}

func num(n int) string { return (&Printer{cat: &catalogue{lang: "en"}}).digits(int64(n)) }

// FuzzParseCatalogue: any text is read or refused with a place that exists in it, and what is read can be filled.
func FuzzParseCatalogue(f *testing.F) {
	for _, l := range Languages {
		data, err := files.ReadFile("catalog/" + l + ".txt")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(l, string(data[:1500])) // the beginning: mutating all of it is slow
	}
	f.Add("en", "n(n) =\n  n one: one\n  n other: {n} of them\n")
	f.Add("ru", "a(x = {x}\n\xff\t{}")
	f.Fuzz(func(t *testing.T, l, text string) {
		if tags[l] == (tags["none"]) {
			l = "ar"
		}
		c, problems := parseCatalogue(l, "x", text)
		lines := strings.Split(text, "\n")
		for _, p := range problems {
			if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len(lines[p.Line-1])+1 {
				t.Fatalf("%v at %d:%d of %q", p, p.Line, p.Column, text)
			}
		}
		for _, id := range c.order {
			if c.entries[id].fill(tags[l], nil, 7) == "" {
				t.Fatalf("%s is empty", id)
			}
		}
	})
}
