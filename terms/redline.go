package terms

import (
	"strings"
	"unicode"
)

// MaxRedline is the greatest product of two texts' lengths, in words, that is compared word by word; a longer part is shown
// as replaced. See docs/limits.md.
const MaxRedline = 4_000_000

// Edit says what happened to a piece of text.
type Edit uint8

// Edits.
const (
	Same Edit = iota
	Removed
	Added
)

// Piece is a stretch of text that stayed, went or came.
type Piece struct {
	Edit Edit
	Text string
}

// Redline compares two texts word by word. The pieces that stayed and those that went make the first text; those that
// stayed and those that came make the second.
func Redline(before, after string) []Piece {
	x, y := wordsOf(before), wordsOf(after)
	var out []Piece
	put := func(e Edit, list []string) {
		if len(list) == 0 {
			return
		}
		text := strings.Join(list, "")
		if n := len(out); n > 0 && out[n-1].Edit == e {
			out[n-1].Text += text
			return
		}
		out = append(out, Piece{e, text})
	}
	head := 0
	for head < len(x) && head < len(y) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < len(x)-head && tail < len(y)-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	put(Same, x[:head])
	a, b := x[head:len(x)-tail], y[head:len(y)-tail]
	if int64(len(a))*int64(len(b)) > MaxRedline {
		put(Removed, a)
		put(Added, b)
	} else {
		compare(a, b, put)
	}
	put(Same, x[len(x)-tail:])
	return out
}

// compare finds the longest common sequence of words by the textbook table.
func compare(a, b []string, put func(Edit, []string)) {
	// common[i][j] is the length of the longest common sequence of a[i:] and b[j:].
	common := make([][]int32, len(a)+1)
	for i := range common {
		common[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var gone, come []string
	flush := func() { // what went is shown before what came in its place
		put(Removed, gone)
		put(Added, come)
		gone, come = nil, nil
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			flush()
			put(Same, a[i:i+1])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			gone = append(gone, a[i])
			i++
		default:
			come = append(come, b[j])
			j++
		}
	}
	flush()
}

// wordsOf cuts a text into words with the white space behind them, and single marks.
func wordsOf(s string) []string {
	var out []string
	start, space := 0, false
	for i, c := range s {
		switch {
		case unicode.IsSpace(c):
			space = true
			continue
		case i > start && (space || !wordRune(c) || !wordRune(lastRune(s[start:i]))):
			out = append(out, s[start:i])
			start = i
		}
		space = false
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

func wordRune(c rune) bool {
	return unicode.IsLetter(c) || unicode.IsMark(c) || unicode.IsDigit(c) || c == '-' || c == '\'' || c == '’'
}

func lastRune(s string) rune {
	var last rune
	for _, c := range s {
		last = c
	}
	return last
}
