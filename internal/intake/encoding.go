package intake

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"truce"
)

// encodings are those that can be forced. Windows-1252 is also what a text is taken for that is not UTF-8.
var encodings = []struct {
	name string
	enc  encoding.Encoding
}{
	{"utf-8", nil},
	{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	{"windows-1252", charmap.Windows1252},
	{"windows-1256", charmap.Windows1256},
	{"windows-1251", charmap.Windows1251},
}

// Encodings lists the encodings that can be forced.
func Encodings() []string {
	var names []string
	for _, e := range encodings {
		names = append(names, e.name)
	}
	return names
}

// textReader gives a file as UTF-8 without a byte order mark. As long as only ASCII has been seen the encoding is open;
// the first other byte decides it, by what follows.
type textReader struct {
	in       *bufio.Reader
	out      io.Reader // set once the encoding is decided
	encoding string
	guessed  bool
}

// decode finds out the encoding of a file, unless it is forced, and refuses what is no text.
func decode(in *bufio.Reader, forced string) (*textReader, error) {
	head, err := in.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, err
	}
	t := &textReader{in: in, encoding: "UTF-8"}
	bom := func(mark, name string) bool {
		if !bytes.HasPrefix(head, []byte(mark)) {
			return false
		}
		in.Discard(len(mark))
		t.encoding = name + " with byte order mark"
		return true
	}
	switch {
	case bom("\xef\xbb\xbf", "UTF-8"):
		t.out = in
	case bom("\xff\xfe", "UTF-16LE"):
		t.out = transform.NewReader(in, encodings[1].enc.NewDecoder())
	case bom("\xfe\xff", "UTF-16BE"):
		t.out = transform.NewReader(in, encodings[2].enc.NewDecoder())
	case forced == "":
		return t, binaryFault(head)
	}
	if t.out != nil {
		t.out = withoutMark(t.out)
		return t, nil
	}
	if forced == "" {
		return t, nil
	}
	for _, e := range encodings {
		if e.name == strings.ToLower(forced) {
			t.encoding, t.out = forced, in
			if e.enc != nil {
				t.out = withoutMark(transform.NewReader(in, e.enc.NewDecoder()))
			}
			return t, nil
		}
	}
	return nil, &truce.Error{Kind: truce.Invalid, Reason: "there is no encoding " + forced, Hint: "use one of " + strings.Join(Encodings(), ", ")}
}

// withoutMark drops a second byte order mark, which a tool leaves that converts a file without knowing of the first.
func withoutMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if head, _ := b.Peek(len(mark)); string(head) == mark {
		b.Discard(len(mark))
	}
	return b
}

const mark = "\ufeff"

// binaryFault is the error of a file that is no text, by its first bytes.
func binaryFault(head []byte) error {
	for _, kind := range []struct{ magic, reason, hint string }{
		{"PK\x03\x04", "the file is a zip archive or a spreadsheet", "save the sheet as CSV, or unpack the archive"},
		{"\xd0\xcf\x11\xe0", "the file is an old office document", "save the sheet as CSV"},
		{"%PDF", "the file is a PDF document", "ask for the data as CSV"},
		{"SQLite format 3", "the file is a database", "export its table as CSV"},
		{"\x1f\x8b", "the file is compressed twice", "decompress it once"},
	} {
		if bytes.HasPrefix(head, []byte(kind.magic)) {
			return &truce.Error{Kind: truce.Invalid, Reason: kind.reason, Hint: kind.hint}
		}
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return &truce.Error{Kind: truce.Invalid, Reason: "the file is binary, no text", Hint: "if it is UTF-16 without a byte order mark, name the encoding"}
	}
	return nil
}

func (t *textReader) Read(p []byte) (int, error) {
	if t.out != nil {
		return t.out.Read(p)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if _, err := t.in.Peek(1); err != nil {
		return 0, err
	}
	seen, _ := t.in.Peek(min(len(p), t.in.Buffered()))
	if n := ascii(seen); n > 0 {
		copy(p, seen[:n])
		t.in.Discard(n)
		return n, nil
	}
	if err := t.decide(); err != nil {
		return 0, err
	}
	return t.out.Read(p)
}

// decide settles the encoding from the text at the first byte that is not ASCII. Text in which valid UTF-8 sequences
// outnumber the bytes that are not is UTF-8 with damage, which is then told row by row.
func (t *textReader) decide() error {
	window, err := t.in.Peek(headSize)
	if err != nil && err != io.EOF {
		return err
	}
	good, bad := 0, 0
	for i := 0; i < len(window); {
		if window[i] < utf8.RuneSelf {
			i++
			continue
		}
		if !utf8.FullRune(window[i:]) && err == nil {
			break // cut by the end of the window
		}
		r, n := utf8.DecodeRune(window[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	if bad > good {
		t.encoding, t.guessed = "Windows-1252", true
		t.out = transform.NewReader(t.in, charmap.Windows1252.NewDecoder())
		return nil
	}
	t.out = t.in
	return nil
}

// ascii counts the bytes before the first that is not ASCII.
func ascii(b []byte) int {
	n := 0
	for ; n+8 <= len(b) && binary.LittleEndian.Uint64(b[n:])&0x8080808080808080 == 0; n += 8 {
	}
	for n < len(b) && b[n] < utf8.RuneSelf {
		n++
	}
	return n
}
