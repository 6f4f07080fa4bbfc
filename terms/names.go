package terms

import (
	"fmt"
	"strings"

	"truce"
)

// nameSet is the declared names of one sort, in the order declared.
type nameSet struct {
	what string // for messages: "actor", "place"
	list []string
	set  map[string]truce.Origin
}

func (n *nameSet) has(s string) bool { _, ok := n.set[s]; return ok }

// The sorts of names.
const (
	actors = iota
	places
	terms
	moments
	rules
	statements
	countings
	articles
	sorts
)

var sortWords = [sorts]string{"actor", "place", "term", "moment", "rule", "statement", "counting rule", "article"}

// isWord reports whether s may be a name: letters, digits, hyphens, dots and underscores, at most 100 bytes.
func isWord(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

// declare notes a name; the same name twice is a problem.
func (r *reader) declare(sort int, v value) string {
	s := v.text()
	if s == "" {
		return ""
	}
	if !isWord(s) {
		v.fail("bad-name", fmt.Sprintf("%q is not a name", s), "use letters, digits and hyphens, without spaces")
		return s
	}
	n := r.names[sort]
	if first, twice := n.set[s]; twice {
		v.fail("name-twice", fmt.Sprintf("the %s %q is declared twice", n.what, s), fmt.Sprintf("first at %s:%d", first.File, first.Line))
		return s
	}
	n.set[s] = v.at
	n.list = append(n.list, s)
	return s
}

// named reads a reference to a declared name. An unknown one is a problem that says the nearest known.
func (r *reader) named(v value, sort int) string {
	if !v.given() {
		return ""
	}
	s := v.text()
	if s == "" || r.names[sort].has(s) {
		return s
	}
	r.unknown(v, s, sort)
	return s
}

func (r *reader) unknown(v value, s string, kinds ...int) {
	for _, k := range kinds {
		if r.unread[k] { // it may well be declared in a file that could not be read
			return
		}
	}
	var words, list []string
	for _, k := range kinds {
		words = append(words, r.names[k].what)
		list = append(list, r.names[k].list...)
	}
	hint := ""
	if n := Nearest(s, list); n != "" {
		hint = fmt.Sprintf("did you mean %q?", n)
	} else if len(list) == 0 {
		hint = "none is declared"
	} else if len(list) <= 12 {
		hint = "declared: " + strings.Join(list, ", ")
	}
	what := strings.Join(words, " or ")
	v.fail("unknown-"+strings.ReplaceAll(words[0], " ", "-"), fmt.Sprintf("there is no %s %q", what, s), hint)
}

func (r *reader) namedList(v value, sort int) []string {
	var out []string
	for _, x := range v.items() {
		if s := r.named(x, sort); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// word reads a free name that need not be declared anywhere (an act, a kind of notification).
func (r *reader) word(v value) string {
	s := v.text()
	if s != "" && !isWord(s) {
		v.fail("bad-name", fmt.Sprintf("%q is not a name", s), "use letters, digits and hyphens, without spaces")
	}
	return s
}

func (r *reader) wordList(v value) []string {
	var out []string
	for _, x := range v.items() {
		if s := r.word(x); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// oneOf reads a word of a fixed list.
func oneOf(v value, list []string) string {
	if !v.given() {
		return ""
	}
	s := v.text()
	if s == "" || contains(list, s) {
		return s
	}
	hint := "write one of: " + strings.Join(list, ", ")
	if n := Nearest(s, list); n != "" {
		hint = fmt.Sprintf("did you mean %q?", n)
	}
	v.fail("bad-word", fmt.Sprintf("%q is not known here", s), hint)
	return s
}

// words reads a text in several languages, or one text meant as English.
func (r *reader) words(v value) truce.Words {
	if !v.given() {
		return truce.Words{}
	}
	if !v.isMapping() {
		return truce.Words{EN: v.text()}
	}
	o := v.object("en", "ar", "ru")
	return truce.Words{EN: o.get("en").text(), AR: o.get("ar").text(), RU: o.get("ru").text()}
}

func actorIDs(list []string) []truce.ActorID {
	var out []truce.ActorID
	for _, s := range list {
		out = append(out, truce.ActorID(s))
	}
	return out
}
