package lang

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Columns is how many columns of a terminal a text takes: none for marks that stand on a letter and for invisible
// characters that steer direction, two for the wide characters of East Asia, one for all others.
func Columns(s string) int {
	n := 0
	for _, c := range s {
		n += columns(c)
	}
	return n
}

func columns(c rune) int {
	switch {
	case c < 0x7f:
		if c < ' ' {
			return 0
		}
		return 1
	case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(c).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Pad puts spaces after a text until it takes n columns; before it if n is negative. A longer text stays as it is.
func Pad(s string, n int) string {
	if n < 0 {
		return strings.Repeat(" ", max(-n-Columns(s), 0)) + s
	}
	return s + strings.Repeat(" ", max(n-Columns(s), 0))
}

// Wrap breaks a text between words into lines of at most n columns. A longer word has a line of its own.
func Wrap(s string, n int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(s) {
		w := Columns(word)
		if used > 0 && used+1+w > n {
			lines, line, used = append(lines, line), "", 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+w
	}
	if used > 0 || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}
