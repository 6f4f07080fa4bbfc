package terms

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"truce"
	"truce/internal/lang"
)

// DefaultWidth is how many columns of a source line [Show] prints around a problem; see docs/limits.md.
const DefaultWidth = 110

// ShowOptions say how problems are printed. The zero value prints plain English.
type ShowOptions struct {
	Colour bool   // the caller knows that a terminal is there
	Lang   string // of the words error, warning and hint, and of the count
	Width  int    // columns of a source line; 0 means [DefaultWidth]
}

// Show prints the problems of a report for people: place and message, the line, a row of carets under the offending word, and
// what to do; then how many there were.
//
// The carets stand right with tabs, wide characters and combining marks. Where the word touches text that runs from right to left
// they cover the whole of that text: its cells are the same ones whether the terminal turns it round or not. Characters
// that would steer the terminal are shown as signs.
func Show(w io.Writer, r *Report, o ShowOptions) error {
	p := lang.For(o.Lang)
	if o.Width <= 0 {
		o.Width = DefaultWidth
	}
	paint := func(code, s string) string {
		if !o.Colour || s == "" {
			return s
		}
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
	var b strings.Builder
	errs, warnings := r.Errors(), 0
	for _, x := range r.Problems {
		word, colour := truce.Say("show.error"), "31;1"
		if x.Warning {
			word, colour = truce.Say("show.warning"), "33;1"
			warnings++
		}
		fmt.Fprintf(&b, "%s %s %s\n", paint("1", place(x)), paint(colour, p.Say(word)+":"), visible(x.Message))
		if line, carets := excerpt(r, x, o.Width); line != "" {
			fmt.Fprintf(&b, "    %s\n    %s\n", line, carets[0]+paint("32;1", carets[1]))
		}
		if x.Hint != "" {
			fmt.Fprintf(&b, "  %s %s\n", paint("36;1", p.Say(truce.Say("show.hint"))+":"), visible(x.Hint))
		}
		b.WriteString("\n")
	}
	if r.Dropped > 0 {
		b.WriteString(p.Say(truce.Say("show.more", truce.NumArg(int64(r.Dropped)))) + "\n")
	}
	e, n := truce.Say("show.errors", truce.NumArg(int64(errs))), truce.Say("show.warnings", truce.NumArg(int64(warnings)))
	total := truce.Say("show.both", truce.PhraseArg(e), truce.PhraseArg(n))
	switch {
	case errs == 0 && warnings == 0:
		total = truce.Say("show.none")
	case errs == 0:
		total = n
	case warnings == 0:
		total = e
	}
	b.WriteString(p.Say(total) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// place writes "file:line:col:" as far as it is known.
func place(p truce.Problem) string {
	s := visible(p.File)
	if s == "" {
		return ""
	}
	if p.Line > 0 {
		s += fmt.Sprintf(":%d", p.Line)
		if p.Column > 0 {
			s += fmt.Sprintf(":%d", p.Column)
		}
	}
	return s + ":"
}

// visible replaces the characters that a terminal would obey rather than show, one for one.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\t':
		case c < ' ':
			return '\u2400' + c // the pictures of control characters
		case c == 0x7f:
			return '\u2421'
		case unicode.IsControl(c), c == '\u2028', c == '\u2029', c == '\u061c',
			c >= '\u200e' && c <= '\u200f', c >= '\u202a' && c <= '\u202e', c >= '\u2066' && c <= '\u2069':
			return utf8.RuneError
		}
		return c
	}, s)
}

// cell is one character as people count them, with the columns it takes.
type cell struct {
	text  string
	first int // its first rune in the line
	runes int
	width int
}

// tabWidth is what a tab is taken for where a line must be cut; on the screen its width is the terminal's.
const tabWidth = 8

func cells(line []rune) []cell {
	var out []cell
	rest, state, at := string(line), -1, 0
	for rest != "" {
		var c string
		var width int
		c, rest, width, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if c == "\t" {
			width = tabWidth
		}
		n := utf8.RuneCountInString(c)
		out = append(out, cell{c, at, n, width})
		at += n
	}
	return out
}

// excerpt gives the source line of a problem, cut to a width around it, and below it the space and the carets. The line is ""
// where there is none to show.
func excerpt(r *Report, p truce.Problem, width int) (line string, carets [2]string) {
	text, col := r.around(p)
	if text == "" || col < 1 {
		return "", carets
	}
	row := []rune(visible(text))
	first := min(col-1, len(row))
	last := first + max(p.Length, 1)
	if p.Length <= 1 || first < len(row) && (row[first] == '"' || row[first] == '\'') {
		last = first + wordLength(row, first)
	}
	first, last = wholeRuns(row, first, min(last, max(len(row), first+1)))
	list := cells(row)
	// from and to are the cells of the word.
	from, to := len(list), len(list)
	for i, c := range list {
		if c.first+c.runes > first && from == len(list) {
			from = i
		}
		if c.first < last {
			to = i + 1
		}
	}
	left, right := window(list, from, to, width)
	var b, space, under strings.Builder
	if left > 0 {
		b.WriteString("… ")
		space.WriteString("  ")
	}
	for i := left; i < right; i++ {
		c := list[i]
		b.WriteString(c.text)
		switch {
		case i >= from && i < to:
			under.WriteString(strings.Repeat("^", caretWidth(c)))
		case i < from && c.text == "\t":
			space.WriteString("\t")
		case i < from:
			space.WriteString(strings.Repeat(" ", c.width))
		}
	}
	if under.Len() == 0 {
		under.WriteString("^") // behind the end of the line
	}
	if right < len(list) {
		b.WriteString(" …")
	}
	return strings.TrimRight(b.String(), " \t"), [2]string{space.String(), under.String()}
}

func caretWidth(c cell) int {
	if c.text == "\t" {
		return 1
	}
	return c.width
}

// window chooses the cells to show: all, or those around the word, a third of the width before it.
func window(list []cell, from, to, width int) (left, right int) {
	total := 0
	for _, c := range list {
		total += c.width
	}
	if total <= width {
		return 0, len(list)
	}
	left, right = from, from
	used := 0
	for left > 0 && used+list[left-1].width <= width/3 {
		left--
		used += list[left].width
	}
	for right < len(list) && used+list[right].width <= width {
		used += list[right].width
		right++
	}
	for left > 0 && used+list[left-1].width <= width {
		left--
		used += list[left].width
	}
	return left, right
}

// wordLength is the length of the word that begins at a place, where a problem does not say: a quoted text with its quotes, or
// letters, digits and what joins them.
func wordLength(row []rune, first int) int {
	if first >= len(row) {
		return 1
	}
	if q := row[first]; q == '"' || q == '\'' {
		for i := first + 1; i < len(row); i++ {
			if row[i] == '\\' && q == '"' {
				i++
			} else if row[i] == q {
				return i + 1 - first
			}
		}
		return 1
	}
	n := 0
	for _, c := range row[first:] {
		if !(unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) || c == '_' || c == '-' || c == '.' || c == '+') {
			break
		}
		n++
	}
	return max(n, 1)
}

// wholeRuns widens a stretch to the whole of every right-to-left run it touches.
func wholeRuns(row []rune, first, last int) (int, int) {
	for i := 0; i < len(row); i++ {
		if !rightToLeft(row[i]) {
			continue
		}
		end := i + 1
		for j := i + 1; j < len(row) && !(unicode.IsLetter(row[j]) && !rightToLeft(row[j])); j++ {
			if rightToLeft(row[j]) || unicode.IsMark(row[j]) || unicode.IsDigit(row[j]) {
				end = j + 1
			}
		}
		if i < last && end > first {
			first, last = min(first, i), max(last, end)
		}
		i = end - 1
	}
	return first, last
}

func rightToLeft(c rune) bool {
	return unicode.In(c, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko) && unicode.IsLetter(c)
}
