package terms

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"truce"
)

// spot is a place in a file's lines, both counted from 0, the column in characters.
type spot struct{ line, col int }

// align finds where in the source each character of a scalar's text stands. Start is its first character in the source (for
// a quoted one the one after the quote; for a block the first of its first line); quote is ' or " or 0; margin is the
// indentation of a folded block, -1 for any other scalar. Ok is false where text and source do not go together; no place
// is better than a wrong one.
func align(src []string, start spot, quote rune, margin int, text string) (at []spot, ok bool) {
	value := []rune(text)
	at = make([]spot, 0, len(value))
	line, col := start.line, start.col
	var row []rune
	filled := 0 // the part of the row before white space at its end
	load := func() bool {
		if line >= len(src) {
			return false
		}
		row = []rune(src[line])
		for filled = len(row); filled > 0 && unicode.IsSpace(row[filled-1]); filled-- {
		}
		return true
	}
	// next goes to the first character of the next line that is not blank.
	next := func() bool {
		for line++; load(); line++ {
			if filled == 0 {
				continue
			}
			for col = 0; col < len(row) && (row[col] == ' ' || row[col] == '\t') && (margin < 0 || col < margin); col++ {
			}
			return true
		}
		return false
	}
	if !load() {
		return nil, false
	}
	for i := 0; i < len(value); i++ {
		c := value[i]
		if col >= filled {
			// The text goes on in another line: the break is a space or, where lines are blank, line feeds.
			if c == ' ' || c == '\n' {
				at = append(at, spot{line, min(col, len(row))})
				if i+1 < len(value) && value[i+1] != '\n' && !next() {
					return nil, false
				}
				continue
			}
			if !next() {
				return nil, false
			}
		}
		if col >= len(row) {
			return nil, false
		}
		n := 1
		switch got := row[col]; {
		case quote == '"' && got == '\\':
			r, length := escape(row[col:])
			if length == 0 { // the line goes on without a space
				if !next() {
					return nil, false
				}
				i--
				continue
			}
			if r != c {
				return nil, false
			}
			n = length
		case quote == '\'' && got == '\'':
			if c != '\'' || col+1 >= len(row) || row[col+1] != '\'' {
				return nil, false
			}
			n = 2
		case got != c:
			return nil, false
		}
		at = append(at, spot{line, col})
		col += n
	}
	return at, true
}

// escape reads an escape sequence of a double-quoted scalar (YAML 1.2.2, 5.7). Length is 0 for an escaped line break.
func escape(row []rune) (r rune, length int) {
	if len(row) < 2 {
		return 0, 0
	}
	digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}[row[1]]
	if digits > 0 && len(row) >= 2+digits {
		n, err := strconv.ParseUint(string(row[2:2+digits]), 16, 32)
		if err != nil {
			return 0, 2
		}
		return rune(n), 2 + digits
	}
	for i, c := range "0abtnvfre \"/\\N_LP" {
		if c == row[1] {
			return []rune("\x00\a\b\t\n\v\f\r\x1b \"/\\\u0085\u00a0\u2028\u2029")[i], 2
		}
	}
	return row[1], 2
}

// inText is where a line and column (from 1, in characters) of a scalar's text stand in the file. Where that cannot be told,
// it is the beginning of the scalar.
func (v value) inText(line, col int) truce.Origin {
	raw, start, quote, margin := "", spot{v.at.Line - 1, v.at.Column - 1}, rune(0), -1
	switch n := v.node.(type) {
	case *ast.StringNode:
		raw = n.Value
		switch n.Token.Type {
		case token.SingleQuoteType:
			quote, start.col = '\'', start.col+1
		case token.DoubleQuoteType:
			quote, start.col = '"', start.col+1
		}
	case *ast.LiteralNode:
		raw = n.Value.Value
		for start.line++; start.line < len(v.src) && strings.TrimSpace(v.src[start.line]) == ""; start.line++ {
			raw = strings.TrimPrefix(raw, "\n")
		}
		if start.line >= len(v.src) {
			return v.at
		}
		first, _, _ := strings.Cut(raw, "\n")
		margin = utf8.RuneCountInString(v.src[start.line]) - utf8.RuneCountInString(first)
		if strings.HasPrefix(n.Start.Value, ">") {
			margin = len(v.src[start.line]) - len(strings.TrimLeft(v.src[start.line], " "))
		}
		start.col = margin
	default:
		return v.at
	}
	// The text that was read has no white space at its ends.
	skipped := utf8.RuneCountInString(raw) - utf8.RuneCountInString(strings.TrimLeftFunc(raw, unicode.IsSpace))
	text := strings.TrimSpace(raw)
	offset, end := skipped+offsetOf(text, line, col), skipped+utf8.RuneCountInString(text)
	at, ok := align(v.src, start, quote, margin, raw)
	if !ok || offset < skipped || text == "" {
		return v.at
	}
	if offset >= end { // just behind the text
		last := at[end-1]
		return truce.Origin{File: v.file, Line: last.line + 1, Column: last.col + 2}
	}
	return truce.Origin{File: v.file, Line: at[offset].line + 1, Column: at[offset].col + 1}
}

// offsetOf counts the characters before a line and column of a text.
func offsetOf(text string, line, col int) int {
	offset := 0
	for ; line > 1; line-- {
		head, tail, ok := strings.Cut(text, "\n")
		if !ok {
			return len(text)
		}
		offset, text = offset+utf8.RuneCountInString(head)+1, tail
	}
	return offset + col - 1
}
