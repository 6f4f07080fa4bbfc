// Package jsonscan reads JSON text that is wholly in memory, value by value, without building anything: the caller
// asks for what it expects and learns the place of what it got. It takes exactly the texts of RFC 8259, to a bounded
// depth.
package jsonscan

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deeply arrays and objects may be nested.
const MaxDepth = 64

// Kind is the sort of the next value.
type Kind byte

// Kinds of value. None is no value: the text ended, or what is there is no JSON.
const (
	None   Kind = 0
	Object Kind = '{'
	Array  Kind = '['
	String Kind = '"'
	Number Kind = '0'
	Bool   Kind = 'b'
	Null   Kind = 'n'
)

func (k Kind) String() string {
	switch k {
	case Object:
		return "an object"
	case Array:
		return "a list"
	case String:
		return "a text"
	case Number:
		return "a number"
	case Bool:
		return "true or false"
	case Null:
		return "null"
	}
	return "nothing"
}

// Error says where a text is not JSON.
type Error struct {
	Offset int // in bytes, from 0
	Reason string
}

func (e *Error) Error() string { return e.Reason }

// Scanner walks through one text. After an error every method gives nothing more, so the caller may check [Scanner.Err]
// once at the end.
type Scanner struct {
	b       []byte
	i       int
	depth   int
	first   bool // no element of the innermost array or object has been read
	err     *Error
	scratch []byte
}

// Reset begins a text, which must not change while it is read.
func (s *Scanner) Reset(b []byte) {
	*s = Scanner{b: b, scratch: s.scratch[:0]}
}

// Err is the first error, or nil.
func (s *Scanner) Err() *Error { return s.err }

// Offset is where the next value or key begins, in bytes.
func (s *Scanner) Offset() int {
	s.space()
	return s.i
}

// Column is the place of a byte offset in characters, counted from 1.
func (s *Scanner) Column(offset int) int {
	return utf8.RuneCount(s.b[:min(offset, len(s.b))]) + 1
}

func (s *Scanner) fail(reason string) {
	if s.err == nil {
		s.err = &Error{s.i, reason}
		s.i = len(s.b)
	}
}

func (s *Scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

func (s *Scanner) peek() byte {
	s.space()
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

// Kind tells what comes next.
func (s *Scanner) Kind() Kind {
	switch c := s.peek(); {
	case c == '{' || c == '[' || c == '"' || c == 'n':
		return Kind(c)
	case c == 't' || c == 'f':
		return Bool
	case c == '-' || c >= '0' && c <= '9':
		return Number
	}
	return None
}

// Enter goes into the array or object that comes next.
func (s *Scanner) Enter(k Kind) bool {
	if s.peek() != byte(k) || k != Object && k != Array {
		s.fail("expected " + k.String())
		return false
	}
	if s.depth == MaxDepth {
		s.fail(fmt.Sprintf("nested more than %d deep", MaxDepth))
		return false
	}
	s.i++
	s.depth++
	s.first = true
	return true
}

// More reports whether another element follows in the array or object entered last, going past the comma; at the
// end it leaves it.
func (s *Scanner) More(k Kind) bool {
	if s.err != nil {
		return false
	}
	c := s.peek()
	if c == byte(k)+2 { // ']' is two after '[', '}' two after '{'
		s.i++
		s.depth--
		s.first = false
		return false
	}
	if s.first {
		s.first = false
		return true
	}
	if c != ',' {
		s.fail("expected a comma or the end of " + k.String())
		return false
	}
	s.i++
	return true
}

// Key reads a key of an object and the colon after it. It is good until the next Reset.
func (s *Scanner) Key() []byte {
	if s.peek() != '"' {
		s.fail("expected a key in quotation marks")
		return nil
	}
	k := s.String()
	if s.err != nil {
		return nil
	}
	if s.peek() != ':' {
		s.fail("expected a colon after the key")
		return nil
	}
	s.i++
	return k
}

// String reads a text. It is good until the next Reset.
func (s *Scanner) String() []byte {
	if s.peek() != '"' {
		s.fail("expected a text in quotation marks")
		return nil
	}
	start := s.i + 1
	for i := start; i < len(s.b); i++ {
		switch c := s.b[i]; {
		case c == '"':
			s.i = i + 1
			return s.b[start:i]
		case c == '\\':
			return s.escaped(start, i)
		case c < ' ':
			s.i = i
			s.fail("a control character inside a text")
			return nil
		}
	}
	s.i = len(s.b)
	s.fail("a text without its closing quotation mark")
	return nil
}

// escaped reads on from the first backslash.
func (s *Scanner) escaped(start, i int) []byte {
	from := len(s.scratch)
	s.scratch = append(s.scratch, s.b[start:i]...)
	for i < len(s.b) {
		c := s.b[i]
		switch {
		case c == '"':
			s.i = i + 1
			return s.scratch[from:len(s.scratch):len(s.scratch)]
		case c < ' ':
			s.i = i
			s.fail("a control character inside a text")
			return nil
		case c != '\\':
			s.scratch = append(s.scratch, c)
			i++
			continue
		}
		if i+1 == len(s.b) {
			break
		}
		plain := byte(0)
		switch c := s.b[i+1]; c {
		case '"', '\\', '/':
			plain = c
		case 'b':
			plain = '\b'
		case 'f':
			plain = '\f'
		case 'n':
			plain = '\n'
		case 'r':
			plain = '\r'
		case 't':
			plain = '\t'
		case 'u':
			r, ok := s.unit(i)
			if !ok {
				s.i = i
				s.fail("\\u needs four hexadecimal digits")
				return nil
			}
			i += 6
			if utf16.IsSurrogate(r) {
				low, ok := s.unit(i)
				if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
					r = pair
					i += 6
				} else {
					r = utf8.RuneError
				}
			}
			s.scratch = utf8.AppendRune(s.scratch, r)
			continue
		default:
			s.i = i
			s.fail("no such escape: \\" + strconv.QuoteRune(rune(c)))
			return nil
		}
		s.scratch = append(s.scratch, plain)
		i += 2
	}
	s.i = len(s.b)
	s.fail("a text without its closing quotation mark")
	return nil
}

// unit reads the \uXXXX at i.
func (s *Scanner) unit(i int) (rune, bool) {
	if i+6 > len(s.b) || s.b[i] != '\\' || s.b[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range s.b[i+2 : i+6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// Number reads a number and gives its text.
func (s *Scanner) Number() []byte {
	if s.Kind() != Number {
		s.fail("expected a number")
		return nil
	}
	b, i := s.b, s.i
	digits := func() bool {
		from := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > from
	}
	ok := true
	if b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else {
		ok = digits()
	}
	if ok && i < len(b) && b[i] == '.' {
		i++
		ok = digits()
	}
	if ok && i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		ok = digits()
	}
	if !ok {
		s.fail("not a number")
		return nil
	}
	text := b[s.i:i]
	s.i = i
	return text
}

// Bool reads true or false.
func (s *Scanner) Bool() bool {
	if s.peek() == 't' {
		return s.word("true")
	}
	s.word("false")
	return false
}

// Null reads null.
func (s *Scanner) Null() { s.word("null") }

func (s *Scanner) word(w string) bool {
	s.space()
	if len(s.b)-s.i >= len(w) && string(s.b[s.i:s.i+len(w)]) == w {
		s.i += len(w)
		return true
	}
	s.fail("expected " + w)
	return false
}

// Skip reads the next value, whatever it is, and gives its text.
func (s *Scanner) Skip() []byte {
	from := s.Offset()
	switch k := s.Kind(); k {
	case Object:
		for ok := s.Enter(k); ok && s.More(k); {
			s.Key()
			s.Skip()
		}
	case Array:
		for ok := s.Enter(k); ok && s.More(k); {
			s.Skip()
		}
	case String:
		s.String()
	case Number:
		s.Number()
	case Bool:
		s.Bool()
	case Null:
		s.Null()
	default:
		s.fail("expected a value")
	}
	if s.err != nil {
		return nil
	}
	return s.b[from:s.i]
}

// End checks that nothing follows but space.
func (s *Scanner) End() {
	if s.err == nil && s.Offset() < len(s.b) {
		s.fail("something follows the value")
	}
}

// AppendString writes a text as JSON, in quotation marks. What is not UTF-8 becomes U+FFFD.
func AppendString(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c < ' ' || c == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, n := utf8.DecodeRuneInString(text[i:])
			if r == '\u2028' || r == '\u2029' { // line ends to some readers of lines
				dst = append(dst, '\\', 'u', '2', '0', '2', hex[r&15])
			} else {
				dst = utf8.AppendRune(dst, r)
			}
			i += n
			continue
		}
		i++
	}
	return append(dst, '"')
}
