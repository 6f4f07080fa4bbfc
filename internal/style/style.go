// Package style is what the pages of a running mechanism and those of the public site share, so that a reader who knows one knows the other: colours, signs, and
// how a word, a time, a body and a result are written.
package style

import (
	_ "embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"truce"
	"truce/internal/lang"
)

// Colours is the head of every style sheet: colours that can be told apart with any colour vision, for light and dark.
//
//go:embed colours.css
var Colours []byte

// Signs is the template "signs": the drawings that [Icon] refers to. It stands once in every page.
//
//go:embed signs.html
var Signs string

// Is writes a word of a list of the program's own. A word that the list lacks is one of the agreement's, or free.
func Is(p *lang.Printer, list, word string) string {
	word = strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(word), " ", "-"), "_", "-")
	for _, prefix := range []string{"web.is.", "publish.is.", "case-word."} {
		if id := prefix + list + "." + word; p.Has(id) {
			return p.Say(truce.Phrase{ID: id})
		}
	}
	return p.Word(word)
}

// Body writes the name of a body: a participant's is its actor's, a part of the mechanism has a word.
func Body(p *lang.Printer, id string) string {
	if id == "" {
		return p.Say(truce.Say("web.nobody"))
	}
	if w := p.Actor(truce.ActorID(id)); w != id && !strings.Contains(w, id) {
		return w
	}
	return Is(p, "body", id)
}

// Reading writes "term=reading".
func Reading(p *lang.Printer, id string) string {
	term, reading, _ := strings.Cut(id, "=")
	return p.Say(truce.Say("name.reading", truce.Str(p.Term(truce.TermID(term))), truce.Str(p.Reading(truce.Choice{Term: truce.TermID(term), Reading: truce.ReadingID(reading)}))))
}

// Minute writes a moment without its seconds. The last moment before a minute is that minute: so spans end as people say it.
func Minute(p *lang.Printer, at string) template.HTML {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return Time(p, at, false)
	}
	return Time(p, t.Add(time.Millisecond).Truncate(time.Minute), false)
}

// Time writes a moment, or a day, so that people and programs can read it. A string is RFC 3339, or a day of UTC.
func Time(p *lang.Printer, at any, day bool) template.HTML {
	var i truce.Instant
	switch at := at.(type) {
	case truce.Instant:
		i = at
	case time.Time:
		i = truce.InstantOf(at)
	case string:
		if len(at) == len("2006-01-02") {
			at += "T12:00:00Z" // the day, wherever the agreement's clock is
			day = true
		}
		t, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			return template.HTML(template.HTMLEscapeString(at))
		}
		i = truce.InstantOf(t)
	}
	if !i.Stated() {
		return template.HTML(template.HTMLEscapeString(p.Say(truce.Say("time.not-stated"))))
	}
	text := p.DateTime(i)
	if day {
		text = p.Date(i)
	}
	return template.HTML(`<time datetime="` + i.String() + `">` + template.HTMLEscapeString(text) + `</time>`)
}

// Result writes a result with its sign: a shape and a colour, so that neither is needed alone.
func Result(p *lang.Printer, word string) template.HTML {
	r, ok := truce.ParseResult(strings.ReplaceAll(word, "-", " ")) // in addresses it is one word
	text := Is(p, "result", word)
	class := strings.ReplaceAll(word, " ", "-")
	if ok {
		text = p.Result(r)
	}
	return template.HTML(`<span class="result ` + template.HTMLEscapeString(class) + `">` + string(Icon("r-"+class)) + ` ` + template.HTMLEscapeString(text) + `</span>`)
}

// ByGravity is the order in which results are listed: the gravest first.
var ByGravity = []string{truce.Breached.String(), truce.Undetermined.String(), truce.Kept.String(), truce.NotDue.String(), truce.Suspended.String(), truce.NotApplicable.String()}

// Separator is a comma or a semicolon between things, as the language writes it.
func Separator(language, sign string) string {
	if language == "ar" {
		sign = strings.NewReplacer(",", "،", ";", "؛").Replace(sign)
	}
	return sign + " "
}

// ID writes a name that is no word of any language.
func ID(id string) template.HTML {
	return template.HTML(`<bdi class="id">` + template.HTMLEscapeString(id) + `</bdi>`)
}

// Text writes words of somebody else, in whatever direction they run.
func Text(s string) template.HTML {
	return template.HTML(`<bdi>` + template.HTMLEscapeString(s) + `</bdi>`)
}

// Icon draws a sign of the sheet in the frame. It stands beside words and says nothing of its own.
func Icon(name string) template.HTML {
	return template.HTML(`<svg class="icon" aria-hidden="true" focusable="false"><use href="#` + template.HTMLEscapeString(name) + `"/></svg>`)
}

// Direction is the direction in which a language of a text is written.
func Direction(language string) string {
	if slices.Contains([]string{"ar", "fa", "he"}, language) {
		return "rtl"
	}
	return "ltr"
}

// Language is what a language calls itself, where it is one of the program's own.
func Language(l string) string {
	if slices.Contains(lang.Languages, l) {
		return lang.For(l).Say(truce.Say("report.language"))
	}
	return l
}

// Words are the functions that templates of a language call. A sentence is said by its id, {{say "web.today.title"}}; a word of one of the program's own lists by
// list and word, {{is "state" .State}}.
func Words(language string, p func() *lang.Printer) template.FuncMap {
	return template.FuncMap{
		"say": func(id string, args ...any) (string, error) {
			list := make([]truce.Arg, len(args))
			for i, a := range args {
				switch a := a.(type) {
				case truce.Arg:
					list[i] = a
				case string:
					list[i] = truce.Str(a)
				default:
					switch v := reflect.ValueOf(a); {
					case v.Kind() == reflect.String:
						list[i] = truce.Str(v.String())
						continue
					case v.CanInt():
						list[i] = truce.NumArg(v.Int())
						continue
					case v.CanUint():
						list[i] = truce.NumArg(int64(v.Uint()))
						continue
					}
					return "", fmt.Errorf("%s: no argument can be made of %T", id, a)
				}
			}
			return p().Say(truce.Phrase{ID: id, Args: list}), nil
		},
		"is":       func(list string, word any) string { return Is(p(), list, fmt.Sprint(word)) },
		"word":     func(w any) string { return p().Word(fmt.Sprint(w)) },
		"actor":    func(id any) string { return p().Actor(truce.ActorID(fmt.Sprint(id))) },
		"body":     func(id any) string { return Body(p(), fmt.Sprint(id)) },
		"rule":     func(id any) string { return p().Rule(truce.RuleID(fmt.Sprint(id))) },
		"term":     func(id any) string { return p().Term(truce.TermID(fmt.Sprint(id))) },
		"moment":   func(id any) string { return p().Moment(truce.MomentID(fmt.Sprint(id))) },
		"counting": func(id any) string { return p().Counting(truce.CountingID(fmt.Sprint(id))) },
		"country":  func(code any) string { return p().Country(fmt.Sprint(code)) },
		"reading":  func(id any) string { return Reading(p(), fmt.Sprint(id)) },
		"num": func(n any) (string, error) {
			switch v := reflect.ValueOf(n); {
			case v.CanInt():
				return p().Number(v.Int()), nil
			case v.CanUint():
				return p().Number(int64(v.Uint())), nil
			}
			return "", fmt.Errorf("%T is no number", n)
		},
		"time":   func(at any) template.HTML { return Time(p(), at, false) },
		"minute": func(at string) template.HTML { return Minute(p(), at) },
		"day":    func(at any) template.HTML { return Time(p(), at, true) },
		"id":     func(id any) template.HTML { return ID(fmt.Sprint(id)) },
		"text":   Text,
		"result": func(word any) template.HTML { return Result(p(), fmt.Sprint(word)) },
		"sep":    func(sign string) string { return Separator(language, sign) },
		"icon":   Icon,
		"dict":   dict,
		"list":   func(items ...any) []any { return items },
	}
}

// dict makes the argument of a part: {{template "card" dict "title" .Title "items" .Items}}.
func dict(pairs ...any) (map[string]any, error) {
	out := map[string]any{}
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: a name lacks its value")
	}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", pairs[i])
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}

// Pages reads the templates in the folder pages: each page stands upon the frame, the parts and the signs.
func Pages(files fs.FS, words template.FuncMap) (map[string]*template.Template, error) {
	read := func(t *template.Template, name string) (*template.Template, error) {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if path.Base(name) != t.Name() {
			_, err = t.New(path.Base(name)).Parse(said(string(b), words))
			return t, err
		}
		return t.Parse(said(string(b), words))
	}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	base := template.New("frame.html").Funcs(words)
	if _, err = base.New("signs.html").Parse(Signs); err != nil {
		return nil, err
	}
	shared := func(name string) bool {
		return path.Base(name) == "frame.html" || strings.HasPrefix(path.Base(name), "parts")
	}
	for _, name := range names {
		if shared(name) {
			if _, err := read(base, name); err != nil {
				return nil, err
			}
		}
	}
	out := map[string]*template.Template{}
	for _, name := range names {
		if shared(name) {
			continue
		}
		if out[strings.TrimSuffix(path.Base(name), ".html")], err = read(template.Must(base.Clone()), name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// plain is where a template says a sentence that is the same on every page, or draws a sign.
var plain = regexp.MustCompile(`\{\{(say|icon) "([^"]*)"\}\}`)

// said writes those sentences and signs into a template before it is read: a third of what a page calls is of this sort. They are escaped as html/template escapes.
func said(text string, words template.FuncMap) string {
	return plain.ReplaceAllStringFunc(text, func(call string) string {
		part := plain.FindStringSubmatch(call)
		if part[1] == "icon" {
			return string(Icon(part[2]))
		}
		s, err := words["say"].(func(string, ...any) (string, error))(part[2])
		if err != nil || strings.Contains(s, "{{") {
			return call
		}
		return strings.ReplaceAll(template.HTMLEscapeString(s), "+", "&#43;")
	})
}
