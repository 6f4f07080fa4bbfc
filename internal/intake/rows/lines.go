package rows

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"truce/internal/intake/entry"
)

// MaxRow is the longest row in bytes unless the caller says otherwise.
const MaxRow = 1 << 20

// firstBuffer is the size the buffer starts with; it grows to twice the longest row at most.
const firstBuffer = 128 << 10

// maxEmptyReads is how often a reader may give nothing before it counts as broken.
const maxEmptyReads = 100

// Lines reads a stream line by line. A line ends with LF, CR LF or, where the first line of the stream does, with CR
// alone. The zero value is not usable; see [NewLines].
type Lines struct {
	r       io.Reader
	buf     []byte
	at, end int // the unread bytes
	max     int
	err     error // of r, io.EOF included
	stop    byte  // '\n' or '\r'; 0 until the first line has been seen
	row     int
}

// NewLines reads lines of at most max bytes (MaxRow where max is 0) from r, which must give UTF-8.
func NewLines(r io.Reader, max int) *Lines {
	if max <= 0 {
		max = MaxRow
	}
	return &Lines{r: r, max: max, buf: make([]byte, min(firstBuffer, 2*max+2))}
}

// Row is the number of the line read last, counting from 1, blank ones included.
func (l *Lines) Row() int { return l.row }

// Next gives the next line that is not blank, without its end; it is good until the next call. A fault says why a line
// cannot be taken. At the end the error is io.EOF; any other error is the reader's.
func (l *Lines) Next() ([]byte, *entry.Fault, error) {
	for {
		n, f, err := l.find(0)
		if err != nil {
			return nil, nil, err
		}
		l.row++
		if f != nil {
			return nil, f, l.skipLine(n)
		}
		line := l.take(n)
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		return line, checkText(line), nil
	}
}

// find gives the length of the first line of the unread bytes that ends at or after the offset from. It may move the
// buffer. io.EOF means that there is no unread byte.
func (l *Lines) find(from int) (int, *entry.Fault, error) {
	for {
		if l.stop == 0 {
			l.chooseStop(from)
		}
		if l.stop != 0 {
			if i := bytes.IndexByte(l.buf[l.at+from:l.end], l.stop); i >= 0 {
				if from+i > l.max {
					return from + i, l.tooLong(), nil
				}
				return from + i, nil, nil
			}
			from = l.end - l.at
		}
		if l.end-l.at > l.max {
			return l.end - l.at, l.tooLong(), nil
		}
		if l.err != nil {
			if l.err != io.EOF || l.at == l.end {
				return 0, nil, l.err
			}
			return l.end - l.at, nil, nil
		}
		l.fill()
	}
}

// chooseStop settles on the character that ends lines, from the first line end there is. A CR at the very end of what
// has been read waits for the byte after it.
func (l *Lines) chooseStop(from int) {
	b := l.buf[l.at+from : l.end]
	i := bytes.IndexAny(b, "\r\n")
	switch {
	case i < 0:
		if l.err == io.EOF || l.end-l.at > l.max {
			l.stop = '\n'
		}
	case b[i] == '\n' || i+1 < len(b) && b[i+1] == '\n':
		l.stop = '\n'
	case i+1 < len(b) || l.err == io.EOF:
		l.stop = '\r'
	}
}

// fill reads once, making room first.
func (l *Lines) fill() {
	if l.at > 0 && l.at >= len(l.buf)/2 || l.end == len(l.buf) {
		copy(l.buf, l.buf[l.at:l.end])
		l.end -= l.at
		l.at = 0
	}
	if l.end == len(l.buf) {
		grown := make([]byte, min(2*len(l.buf), 2*l.max+2))
		copy(grown, l.buf[:l.end])
		l.buf = grown
	}
	for range maxEmptyReads {
		n, err := l.r.Read(l.buf[l.end:])
		l.end += n
		l.err = err
		if n > 0 || err != nil {
			return
		}
	}
	l.err = io.ErrNoProgress
}

// take gives the first n unread bytes as a line and goes past its end.
func (l *Lines) take(n int) []byte {
	line := l.buf[l.at : l.at+n]
	l.at = min(l.at+n+1, l.end)
	if l.stop == '\n' && n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}

// skipLine goes past a line of which the first n unread bytes are known, keeping nothing of it.
func (l *Lines) skipLine(n int) error {
	l.at += n
	for {
		if l.stop == 0 {
			l.stop = '\n'
		}
		if i := bytes.IndexByte(l.buf[l.at:l.end], l.stop); i >= 0 {
			l.at += i + 1
			return nil
		}
		l.at = l.end
		if l.err == io.EOF {
			return nil
		}
		if l.err != nil {
			return l.err
		}
		l.fill()
	}
}

func (l *Lines) tooLong() *entry.Fault {
	return &entry.Fault{Code: entry.RowTooLong, Message: fmt.Sprintf("the row is longer than %d bytes", l.max),
		Hint: "split it, or raise the limit"}
}

// checkText is the fault of a line that is not UTF-8 text.
func checkText(line []byte) *entry.Fault {
	if !utf8.Valid(line) {
		return &entry.Fault{Code: entry.BadEncoding, Message: "the row is not valid UTF-8",
			Hint: "save the file as UTF-8, or name its encoding"}
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return &entry.Fault{Code: entry.BadEncoding, Message: "the row holds a NUL byte", Hint: "the file is damaged here or is no text"}
	}
	return nil
}
