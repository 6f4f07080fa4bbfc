package rows

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"truce"
	"truce/internal/intake/entry"
)

// MaxColumns is how many columns a table may have.
const MaxColumns = 512

// Table reads separated values with a header. Cells may be quoted with quotation marks, a quotation mark inside being
// doubled, and may then hold separators and line ends.
type Table struct {
	lines   *Lines
	comma   byte
	names   []string
	used    []bool
	cells   [][]byte
	marks   []mark
	scratch []byte
	blank   int
	tags    bool
	started bool
}

// mark is where a cell lies: in the row, or (unescaped) in the scratch bytes.
type mark struct {
	from, to  int
	unescaped bool
}

// Open reads the header of a table. The separator is the one of comma, semicolon and tab that stands most often in the
// header; a first line "sep=;" names it. With names, the file has no header and these are its columns.
func Open(r io.Reader, max int, names []string) (*Table, error) {
	const op truce.Op = "rows.Open"
	t := &Table{lines: NewLines(r, max)}
	fail := func(reason, hint string) (*Table, error) {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Reason: reason, Hint: hint}
	}
	if names != nil {
		n, _, err := t.lines.find(0)
		if err != nil && err != io.EOF {
			return nil, err
		}
		t.comma = separator(t.lines.buf[t.lines.at : t.lines.at+n])
		t.names = names
		t.used = make([]bool, len(names))
		return t, nil
	}
	header := 0
	for header == 0 {
		n, f, err := t.lines.find(0)
		switch {
		case err == io.EOF:
			return fail("the file has no header", "the first line must name the columns")
		case err != nil:
			return nil, err
		case f != nil:
			return fail("the first line is longer than the longest row", "the first line must name the columns")
		}
		t.lines.row++
		line := bytes.TrimSpace(t.lines.buf[t.lines.at : t.lines.at+n])
		switch {
		case len(line) == 0:
			t.lines.take(n)
		case len(line) == 5 && strings.EqualFold(string(line[:4]), "sep="):
			t.comma = line[4]
			t.lines.take(n)
		default:
			header = n
			if t.comma == 0 {
				t.comma = separator(t.lines.buf[t.lines.at : t.lines.at+n])
			}
		}
	}
	f, err := t.split(header)
	if err != nil {
		return nil, err
	}
	if f != nil {
		return fail("the header cannot be read: "+f.Message, f.Hint)
	}
	if len(t.cells) > MaxColumns {
		return fail(fmt.Sprintf("the header has more than %d columns", MaxColumns), "")
	}
	seen := map[string]bool{}
	for i, c := range t.cells {
		name := strings.ToLower(string(bytes.TrimSpace(c)))
		if name != "" && seen[name] {
			return fail(fmt.Sprintf("column %d has the same name as an earlier one: %s", i+1, entry.Quote([]byte(name))), "rename one of the two")
		}
		seen[name] = true
		t.names = append(t.names, name)
	}
	for n := len(t.names); n > 1 && t.names[n-1] == ""; n = len(t.names) {
		t.names = t.names[:n-1] // trailing separators
	}
	t.used = make([]bool, len(t.names))
	return t, nil
}

// separator is the one that stands most often outside quotation marks.
func separator(line []byte) byte {
	var counts [3]int
	quoted := false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ',':
			counts[0]++
		case c == ';':
			counts[1]++
		case c == '\t':
			counts[2]++
		}
	}
	best := 0
	for i := range counts {
		if counts[i] > counts[best] {
			best = i
		}
	}
	return ",;\t"[best]
}

// Names lists the columns in lower case.
func (t *Table) Names() []string { return t.names }

// Separator is the character between cells.
func (t *Table) Separator() byte { return t.comma }

// Column finds the first column that has one of the names, -1 if there is none, and notes that it is known.
func (t *Table) Column(names ...string) int {
	for _, want := range names {
		for i, have := range t.names {
			if have == want {
				t.used[i] = true
				return i
			}
		}
	}
	return -1
}

// Unused lists the columns nobody asked for.
func (t *Table) Unused() []string {
	var names []string
	for i, n := range t.names {
		if !t.used[i] && n != "" {
			names = append(names, n)
		}
	}
	return names
}

// Row is the number of the row read last, counting from 1 with the header as row 1 and blank rows included, as a
// spreadsheet shows it.
func (t *Table) Row() int { return t.lines.row }

// Blank is how many rows held nothing and were passed over.
func (t *Table) Blank() int { return t.blank }

// Tags reports whether the row after the header held HXL tags and was passed over.
func (t *Table) Tags() bool { return t.tags }

// Next gives the cells of the next row that is not blank; they are good until the next call. A fault says why a row
// cannot be taken; reading goes on at the next line. At the end the error is io.EOF.
func (t *Table) Next() ([][]byte, *entry.Fault, error) {
	for {
		n, f, err := t.lines.find(0)
		if err != nil {
			return nil, nil, err
		}
		t.lines.row++
		first := !t.started
		t.started = true
		if f != nil {
			return nil, f, t.lines.skipLine(n)
		}
		if bytes.IndexByte(t.lines.buf[t.lines.at:t.lines.at+n], '"') < 0 {
			f = t.plain(n)
		} else {
			f, err = t.split(n)
		}
		if f != nil || err != nil {
			return nil, f, err
		}
		if t.empty() {
			t.blank++
			continue
		}
		if first && t.hashtags() {
			t.tags = true
			continue
		}
		if f := t.width(); f != nil {
			return nil, f, nil
		}
		return t.cells, nil, nil
	}
}

// width is the fault of a row that is not as wide as the header; empty cells beyond the last column are dropped.
func (t *Table) width() *entry.Fault {
	n := len(t.names)
	for len(t.cells) > n && len(bytes.TrimSpace(t.cells[len(t.cells)-1])) == 0 {
		t.cells = t.cells[:len(t.cells)-1]
	}
	if len(t.cells) == n {
		return nil
	}
	return &entry.Fault{Code: entry.ColumnCount, Message: fmt.Sprintf("the row has %d cells, the header %d", len(t.cells), n),
		Hint: "look for a missing or stray separator, or a text that needs quotation marks"}
}

func (t *Table) empty() bool {
	for _, c := range t.cells {
		if len(bytes.TrimSpace(c)) > 0 {
			return false
		}
	}
	return true
}

// hashtags reports whether the row is the HXL row that humanitarian tables carry below their header.
func (t *Table) hashtags() bool {
	tags := 0
	for _, c := range t.cells {
		c = bytes.TrimSpace(c)
		if len(c) > 1 && c[0] == '#' {
			tags++
		} else if len(c) > 0 {
			return false
		}
	}
	return tags > 0
}

// plain splits the first n unread bytes, a row without quotation marks, and goes past it.
func (t *Table) plain(n int) *entry.Fault {
	row := t.lines.take(n)
	t.cells = t.cells[:0]
	line := row
	for len(t.cells) <= MaxColumns {
		i := bytes.IndexByte(line, t.comma)
		if i < 0 {
			break
		}
		t.cells = append(t.cells, line[:i])
		line = line[i+1:]
	}
	t.cells = append(t.cells, line)
	return checkText(row)
}

// split splits a row that begins with the first unread bytes, of which first bytes make the first line, and goes past
// it. Where it cannot, it goes past the first line only: the lines after it may be good rows.
func (t *Table) split(first int) (*entry.Fault, error) {
	l := t.lines
	n := first // where the row ends as far as it is known
	refuse := func(code, message, hint string) (*entry.Fault, error) {
		l.take(first)
		return &entry.Fault{Code: code, Message: message, Hint: hint}, nil
	}
	unclosed := func() (*entry.Fault, error) {
		return refuse(entry.UnclosedQuote, "a quotation mark opens a cell and does not close it", "close it, or double a quotation mark that belongs to the text")
	}
	t.marks, t.scratch = t.marks[:0], t.scratch[:0]
	pos := 0
	for {
		if len(t.marks) > MaxColumns {
			return refuse(entry.ColumnCount, fmt.Sprintf("the row has more than %d cells", MaxColumns), "")
		}
		at := pos
		for at < n && l.buf[l.at+at] == ' ' {
			at++
		}
		if at >= n || l.buf[l.at+at] != '"' {
			to := bytes.IndexByte(l.buf[l.at+pos:l.at+n], t.comma)
			if to < 0 {
				t.marks = append(t.marks, mark{pos, t.lineEnd(n), false})
				break
			}
			t.marks = append(t.marks, mark{pos, pos + to, false})
			pos += to + 1
			continue
		}
		// A quoted cell.
		from := at + 1
		m := mark{from: from}
		saved := -1 // start of what is not yet in scratch, once there was a doubled quotation mark
		for {
			i := bytes.IndexByte(l.buf[l.at+from:l.at+n], '"')
			if i < 0 {
				// The cell reaches over the end of the line.
				from = n + 1
				if l.at+from > l.end {
					return unclosed() // that was the last line
				}
				more, f, err := l.find(from)
				if err != nil {
					return nil, err
				}
				if f != nil {
					return unclosed()
				}
				n = more
				continue
			}
			from += i
			if from+1 < n && l.buf[l.at+from+1] == '"' {
				if saved < 0 {
					m.unescaped, saved = true, m.from
					m.from = len(t.scratch)
				}
				t.scratch = append(t.scratch, l.buf[l.at+saved:l.at+from+1]...)
				from += 2
				saved = from
				continue
			}
			break
		}
		if m.unescaped {
			t.scratch = append(t.scratch, l.buf[l.at+saved:l.at+from]...)
			m.to = len(t.scratch)
		} else {
			m.to = from
		}
		t.marks = append(t.marks, m)
		pos = from + 1
		for pos < n && l.buf[l.at+pos] == ' ' {
			pos++
		}
		if pos >= t.lineEnd(n) {
			break
		}
		if l.buf[l.at+pos] != t.comma {
			return refuse(entry.StrayQuote, "text follows a closing quotation mark", "double a quotation mark that belongs to the text")
		}
		pos++
	}
	row := l.buf[l.at : l.at+n]
	t.cells = t.cells[:0]
	for _, m := range t.marks {
		if m.unescaped {
			t.cells = append(t.cells, t.scratch[m.from:m.to])
		} else {
			t.cells = append(t.cells, row[m.from:m.to])
		}
	}
	if n > first && t.names != nil && t.width() != nil {
		// A quotation mark that found its partner in a later row joins rows that do not belong together.
		return unclosed()
	}
	l.take(n)
	return checkText(row), nil
}

// lineEnd is where the text of a row of n bytes ends: before the CR of a CR LF.
func (t *Table) lineEnd(n int) int {
	if t.lines.stop == '\n' && n > 0 && t.lines.buf[t.lines.at+n-1] == '\r' {
		return n - 1
	}
	return n
}
