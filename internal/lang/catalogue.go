package lang

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"truce"
)

//go:embed catalog
var files embed.FS

// Languages are the codes of the program's languages, English first.
var Languages = []string{"en", "ar", "ru"}

// tags are the languages as the plural rules know them.
var tags = map[string]language.Tag{"en": language.English, "ar": language.Arabic, "ru": language.Russian}

// formNames are the names of plural forms in the catalogues.
var formNames = map[string]plural.Form{"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other}

// forms lists the plural forms that whole numbers need in each language.
var forms = map[string][]string{
	"en": {"one", "other"},
	"ar": {"zero", "one", "two", "few", "many", "other"},
	"ru": {"one", "few", "many"},
}

// catalogue is the wording of one language.
type catalogue struct {
	lang    string
	entries map[string]*entry
	order   []string // the ids as they stand in the file
}

// entry is one sentence: a template, or one for each plural form.
type entry struct {
	params []string
	by     int // the parameter whose number chooses the form; -1 where there is one template only
	forms  map[plural.Form]template
	file   string
	line   int
}

// template is text with places for arguments.
type template []part

// part is a piece of text, or the number of an argument.
type part struct {
	text string
	arg  int // -1 for text
}

// catalogues reads the embedded files once. A fault in them is one of this program, found by its tests.
var catalogues = sync.OnceValue(func() map[string]*catalogue {
	out := map[string]*catalogue{}
	for _, l := range Languages {
		c := &catalogue{lang: l, entries: map[string]*entry{}}
		for _, name := range catalogueFiles(l) {
			data, err := files.ReadFile(name)
			if err != nil {
				panic("lang: " + err.Error())
			}
			if problems := c.parse(path.Base(name), string(data)); len(problems) > 0 {
				panic(fmt.Sprintf("lang: %s:%d:%d: %v", problems[0].File, problems[0].Line, problems[0].Column, problems[0]))
			}
		}
		out[l] = c
	}
	return out
})

// catalogueFiles lists the files of a language in order: the one of the whole program, then one for each page.
func catalogueFiles(lang string) []string {
	pages, err := fs.Glob(files, "catalog/*/*."+lang+".txt")
	if err != nil {
		panic("lang: " + err.Error())
	}
	return append([]string{"catalog/" + lang + ".txt"}, pages...)
}

// Wording is the text of all catalogues: whoever keeps what was written with them knows by it when it must be written again.
func Wording() (all []byte) {
	for _, l := range Languages {
		for _, name := range catalogueFiles(l) {
			b, err := files.ReadFile(name)
			if err != nil {
				panic("lang: " + err.Error())
			}
			all = append(all, b...)
		}
	}
	return all
}

// catalogueReader reads one file line by line.
type catalogueReader struct {
	cat      *catalogue
	file     string
	problems []truce.Problem
	line     int
	id       string // the entry that indented lines belong to
	current  *entry
}

// parse reads a file of the form described in the package documentation. What is wrong is reported with its place; an entry
// with a fault in it is left out.
func (c *catalogue) parse(file, text string) []truce.Problem {
	r := &catalogueReader{cat: c, file: file}
	for i, line := range strings.Split(text, "\n") {
		r.line = i + 1
		switch {
		case !utf8.ValidString(line):
			r.fail(0, "not-utf8", "the line is not UTF-8", "save the file as UTF-8")
		case strings.ContainsAny(line, "\t\r"):
			r.fail(strings.IndexAny(line, "\t\r"), "bad-space", "a tab or carriage return stands here", "use spaces, and lines that end in a line feed only")
		case strings.TrimSpace(line) == "" || line[0] == '#':
		case line[0] == ' ':
			r.form(line)
		default:
			r.finish()
			r.header(line)
		}
	}
	r.finish()
	return r.problems
}

// fail reports a fault at a byte of the current line.
func (r *catalogueReader) fail(at int, code, message, hint string) {
	r.problems = append(r.problems, truce.Problem{File: r.file, Line: r.line, Column: at + 1, Code: code, Message: message, Hint: hint})
}

// header reads "id = text", "id(a, b) = text" or "id(n) =".
func (r *catalogueReader) header(line string) {
	left, right, ok := strings.Cut(line, "=")
	if !ok {
		r.fail(0, "no-sign", "an = is missing here", "write for example where.zone(place) = inside {place}")
		return
	}
	id, list, hasList := strings.Cut(strings.TrimSpace(left), "(")
	e := &entry{by: -1, forms: map[plural.Form]template{}, file: r.file, line: r.line}
	id = strings.TrimSpace(id)
	if !isID(id) {
		r.fail(0, "bad-id", fmt.Sprintf("%q is not an id", id), "use small letters, digits, dots and hyphens")
		return
	}
	if hasList {
		list, closed := strings.CutSuffix(list, ")")
		if !closed {
			r.fail(len(left)-1, "no-bracket", "the list of arguments is not closed", "write a ) before the =")
			return
		}
		for _, name := range strings.Split(list, ",") {
			name = strings.TrimSpace(name)
			if !isID(name) || slices.Contains(e.params, name) {
				r.fail(strings.Index(line, "(")+1, "bad-argument", fmt.Sprintf("%q is not a name for an argument here", name), "use small letters, and each name once")
				return
			}
			e.params = append(e.params, name)
		}
	}
	if first, twice := r.cat.entries[id]; twice {
		r.fail(0, "id-twice", fmt.Sprintf("%q stands here twice", id), fmt.Sprintf("first in line %d of %s", first.line, first.file))
		return
	}
	r.id, r.current = id, e
	text := strings.TrimSpace(right)
	if text == "" {
		return // its forms follow
	}
	t, used, ok := r.template(text, len(line)-len(strings.TrimLeft(right, " ")), e.params)
	if !ok {
		r.current = nil
		return
	}
	for i, name := range e.params {
		if !used[i] {
			r.fail(0, "unused-argument", fmt.Sprintf("{%s} is not used", name), "put it where it belongs in the sentence")
			r.current = nil
			return
		}
	}
	e.forms[plural.Other] = t
}

// form reads "  n one: text", one form of the entry above.
func (r *catalogueReader) form(line string) {
	text := strings.TrimLeft(line, " ")
	at := len(line) - len(text)
	e := r.current
	if e == nil {
		r.fail(at, "no-entry", "this form belongs to no sentence", "write an id and an = above it")
		return
	}
	head, body, ok := strings.Cut(text, ":")
	words := strings.Fields(head)
	if !ok || len(words) != 2 {
		r.fail(at, "bad-form", "a form is an argument, its plural form, a colon and the text", "write for example n one: {n} day")
		r.current = nil
		return
	}
	by := slices.Index(e.params, words[0])
	form, known := formNames[words[1]]
	switch {
	case by < 0:
		r.fail(at, "unknown-argument", fmt.Sprintf("%q is no argument of %q", words[0], r.id), "the arguments stand in brackets after the id")
	case e.by >= 0 && e.by != by, e.by < 0 && len(e.forms) > 0:
		r.fail(at, "two-choices", "one sentence can be chosen by one number only", "make two sentences of it")
	case !known || !slices.Contains(forms[r.cat.lang], words[1]):
		r.fail(at, "bad-form", fmt.Sprintf("%q is no plural form of this language", words[1]), "its forms: "+strings.Join(forms[r.cat.lang], ", "))
	case e.forms[form] != nil:
		r.fail(at, "form-twice", fmt.Sprintf("the form %q stands here twice", words[1]), "")
	default:
		body = strings.TrimSpace(body)
		line = strings.TrimRight(line, " ")
		t, used, ok := r.template(body, len(line)-len(body), e.params)
		if !ok {
			break
		}
		for i, name := range e.params {
			if !used[i] && i != by {
				r.fail(at, "unused-argument", fmt.Sprintf("{%s} is not used", name), "put it where it belongs in the sentence")
				r.current = nil
				return
			}
		}
		e.by, e.forms[form] = by, t
		return
	}
	r.current = nil
}

// finish checks the entry that ends here and takes it in.
func (r *catalogueReader) finish() {
	e := r.current
	r.current = nil
	if e == nil {
		return
	}
	line := r.line
	r.line = e.line
	defer func() { r.line = line }()
	if len(e.forms) == 0 {
		r.fail(0, "no-text", fmt.Sprintf("%q has no text", r.id), "write it after the =")
		return
	}
	if e.by >= 0 {
		for _, name := range forms[r.cat.lang] {
			if e.forms[formNames[name]] == nil {
				r.fail(0, "no-form", fmt.Sprintf("%q lacks the plural form %q", r.id, name), "its forms: "+strings.Join(forms[r.cat.lang], ", "))
				return
			}
		}
	}
	r.cat.entries[r.id] = e
	r.cat.order = append(r.cat.order, r.id)
}

// template reads a text with {arguments}; at is where it begins in the line.
func (r *catalogueReader) template(text string, at int, params []string) (t template, used []bool, ok bool) {
	used = make([]bool, len(params))
	t = template{}
	for text != "" {
		i := strings.IndexAny(text, "{}")
		if i < 0 {
			t = append(t, part{text, -1})
			break
		}
		if i > 0 {
			t = append(t, part{text[:i], -1})
		}
		text, at = text[i:], at+i
		end := strings.IndexByte(text, '}')
		if text[0] == '}' || end < 0 {
			r.fail(at, "bad-brace", "a brace stands here alone", "an argument is written {name}")
			return nil, nil, false
		}
		n := slices.Index(params, text[1:end])
		if n < 0 {
			r.fail(at, "unknown-argument", fmt.Sprintf("{%s} is no argument of %q", text[1:end], r.id), "known: "+strings.Join(params, ", "))
			return nil, nil, false
		}
		t, used[n] = append(t, part{"", n}), true
		text, at = text[end+1:], at+end+1
	}
	if len(t) == 0 {
		r.fail(at, "no-text", "there is no text here", "")
		return nil, nil, false
	}
	for _, p := range t {
		if i := strings.IndexFunc(p.text, hidden); i >= 0 {
			r.fail(at, "hidden-character", "a control character stands in the text", "take it out; the program marks directions itself")
			return nil, nil, false
		}
	}
	return t, used, true
}

// hidden reports characters that nobody sees and that change what is around them.
func hidden(c rune) bool { return unicode.IsControl(c) || isDirection(c) }

func isID(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-') {
			return false
		}
	}
	return true
}

// fill puts arguments into the sentence. A missing one shows as a question mark: a sentence is never lost for it.
func (e *entry) fill(tag language.Tag, args []string, n int64) string {
	t := e.forms[plural.Other]
	if e.by >= 0 {
		if x, ok := e.forms[plural.Cardinal.MatchPlural(tag, pluralOperand(n), 0, 0, 0, 0)]; ok {
			t = x
		}
	}
	var b strings.Builder
	for _, p := range t {
		switch {
		case p.arg < 0:
			b.WriteString(p.text)
		case p.arg < len(args):
			b.WriteString(args[p.arg])
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}

// pluralOperand makes a number small without changing its plural form: the rules look at the last digits only, and at
// whether it is 0, 1 or 2.
func pluralOperand(n int64) int {
	if n < 0 {
		n = -n
	}
	if n < 0 || n >= 1_000_000 {
		n = 1_000_000 + (n%1_000_000+1_000_000)%1_000_000
	}
	return int(n)
}
