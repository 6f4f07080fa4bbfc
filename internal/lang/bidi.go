package lang

import (
	"strings"
	"unicode"
)

// The marks of Unicode's bidirectional algorithm (UAX 9) around a piece of text whose direction is its own.
const (
	isolateFirst = '\u2068' // FIRST STRONG ISOLATE
	isolateEnd   = '\u2069' // POP DIRECTIONAL ISOLATE
)

// isDirection reports the invisible characters that steer direction.
func isDirection(c rune) bool {
	return c == 0x061C || c == 0x200E || c == 0x200F || c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069
}

// rightToLeft reports letters of scripts written from right to left.
func rightToLeft(c rune) bool {
	return c >= 0x0590 && unicode.In(c, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko)
}

// clean takes control characters and marks of direction out of a text from outside, so that a name cannot turn round
// the sentence it stands in.
func clean(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	return strings.Map(func(c rune) rune {
		switch {
		case isDirection(c):
			return -1
		case unicode.IsControl(c):
			return ' '
		}
		return c
	}, s)
}

// isolate puts marks around a piece of text that could be mixed up with the sentence it goes into: letters of the other
// direction, and in Arabic also numbers with signs in them (dates, times, coordinates), whose parts would change places.
func isolate(s string, rtl bool) string {
	other, digit, sign := false, false, false
	for _, c := range s {
		switch {
		case unicode.IsLetter(c):
			other = other || rightToLeft(c) != rtl
		case unicode.IsDigit(c):
			digit = true
		case c != ' ':
			sign = true
		}
	}
	if !other && !(rtl && digit && sign) {
		return s
	}
	return string(isolateFirst) + s + string(isolateEnd)
}
