package entry

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"truce"
)

// MaxName is the longest id or name of an actor, unit or source, in bytes.
const MaxName = 200

// MaxQuoted is how many bytes of a value an explanation repeats.
const MaxQuoted = 40

// Clip cuts a value to what an explanation may repeat, at the end of a character.
func Clip(b []byte) []byte {
	if len(b) <= MaxQuoted {
		return b
	}
	n := MaxQuoted
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// Quote writes a value for an explanation, cut to MaxQuoted bytes.
func Quote(b []byte) string {
	c := Clip(b)
	if len(c) < len(b) {
		return strconv.Quote(string(c) + "...")
	}
	return strconv.Quote(string(c))
}

// Text takes a free text: spaces around it are dropped, control characters other than tab and line breaks refused.
func Text(b []byte) (string, *Fault) {
	b = bytes.TrimSpace(b)
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return "", &Fault{BadText, "the text holds a control character", "delete the character " + strconv.QuoteRune(rune(c))}
		}
	}
	return string(b), nil
}

// Name checks the name of an actor, a unit or a source and drops the spaces around it.
func Name(b []byte) ([]byte, *Fault) {
	b = bytes.TrimSpace(b)
	if len(b) > MaxName {
		return nil, &Fault{BadID, "the name " + Quote(b) + " has " + strconv.Itoa(len(b)) + " bytes", "use at most " + strconv.Itoa(MaxName)}
	}
	for _, c := range b {
		if c < ' ' || c == 0x7f {
			return nil, &Fault{BadID, "the name " + Quote(b) + " holds a control character", "delete it"}
		}
	}
	return b, nil
}

// ID takes the id of an observation.
func ID(b []byte) (truce.ObservationID, *Fault) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return "", &Fault{MissingValue, "the observation has no id", "give each observation an id of its own, for example team-4:2017-07-09:3"}
	}
	if _, f := Name(b); f != nil {
		return "", f
	}
	if bytes.ContainsAny(b, " \u00a0") {
		return "", &Fault{BadID, "the id " + Quote(b) + " holds a space", "write a hyphen instead"}
	}
	return truce.ObservationID(b), nil
}

// YesNo takes a boolean.
func YesNo(b []byte) (bool, *Fault) {
	switch strings.ToLower(string(bytes.TrimSpace(Clip(b)))) {
	case "", "no", "false", "0":
		return false, nil
	case "yes", "true", "1":
		return true, nil
	}
	return false, &Fault{UnknownWord, Quote(b) + " is neither yes nor no", "write yes or no, or leave it empty for no"}
}

// NonEmpty gives the names that are not empty.
func NonEmpty(names ...string) (list []string) {
	for _, n := range names {
		if n != "" {
			list = append(list, n)
		}
	}
	return list
}

// ListSeparator stands between the items of a list in one cell; a backslash before it (or before a backslash) makes
// it an ordinary character.
const ListSeparator = '|'

// List takes a cell apart at its separators. Spaces around an item are dropped and empty items refused.
func List(b []byte) ([]string, *Fault) {
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, nil
	}
	var items []string
	var item []byte
	done := func() *Fault {
		s, f := Text(item)
		if f != nil {
			return f
		}
		if s == "" {
			return &Fault{BadList, "an item of the list is empty", "delete the separator " + string(ListSeparator) + " that has nothing beside it"}
		}
		items, item = append(items, s), item[:0]
		return nil
	}
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\\' && i+1 < len(b) && (b[i+1] == ListSeparator || b[i+1] == '\\'):
			i++
			item = append(item, b[i])
		case b[i] == ListSeparator:
			if f := done(); f != nil {
				return nil, f
			}
		default:
			item = append(item, b[i])
		}
	}
	if f := done(); f != nil {
		return nil, f
	}
	return items, nil
}

// AppendItem writes one item of a list, with a separator before it unless it is the first.
func AppendItem(dst []byte, first bool, item string) []byte {
	if !first {
		dst = append(dst, ' ', ListSeparator, ' ')
	}
	for i := 0; i < len(item); i++ {
		if item[i] == ListSeparator || item[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, item[i])
	}
	return dst
}

// Nearest gives a hint with the known word nearest to a mistaken one, or "" if none is near.
func Nearest(word string, known []string) string {
	plain := func(s string) string { return joints.Replace(strings.ToLower(s)) }
	best, at := max(1, len(word)/3)+1, ""
	for _, k := range known {
		if plain(k) == plain(word) {
			return "did you mean " + k + "?"
		}
		if d := distance(plain(word), plain(k), best); d < best {
			best, at = d, k
		}
	}
	if at == "" {
		return ""
	}
	return "did you mean " + at + "?"
}

var joints = strings.NewReplacer("_", "", "-", "", " ", "")

// distance counts the letters to insert, delete, change or swap between neighbours, giving up at limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(a) > MaxQuoted {
		return limit
	}
	before := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	next := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
