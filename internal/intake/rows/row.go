package rows

import (
	"bytes"
	"fmt"

	"truce"
	"truce/internal/intake/entry"
)

// Row reads the cells of one row of a published table by column, noting in the entry what is wrong with them. A column
// below 0 is one that the table has not; its cell is empty.
type Row struct {
	Names []string
	Cells [][]byte
	Entry *entry.Entry
}

// Cell is the text of a cell without the spaces round it. NA and NULL are how statistics programs and databases write a
// missing value, and are empty.
func (r *Row) Cell(column int) []byte {
	if column < 0 {
		return nil
	}
	b := bytes.TrimSpace(r.Cells[column])
	if s := string(b); s == "NA" || s == "NULL" {
		return nil
	}
	return b
}

// Reject notes a fault of a cell; nil changes nothing.
func (r *Row) Reject(column int, f *entry.Fault) {
	if f != nil {
		r.Entry.Reject(r.Names[column], column+1, f)
	}
}

// Text takes a free text.
func (r *Row) Text(column int) string {
	s, f := entry.Text(r.Cell(column))
	r.Reject(column, f)
	return s
}

// Name takes the name of an actor.
func (r *Row) Name(column int) string {
	b, f := entry.Name(r.Cell(column))
	r.Reject(column, f)
	return string(b)
}

// Code takes a number from 1 to most; an empty cell is 0.
func (r *Row) Code(column int, most int64) int {
	b := r.Cell(column)
	if len(b) == 0 {
		return 0
	}
	n, f := entry.Count(b)
	if f == nil && (n < 1 || n > most) {
		f = &entry.Fault{Code: entry.BadNumber, Message: fmt.Sprintf("%s is no code from 1 to %d", entry.Quote(b), most)}
	}
	r.Reject(column, f)
	return int(n)
}

// Position takes a latitude and a longitude.
func (r *Row) Position(lat, lon int, comma bool) truce.Position {
	at, f, ofLon := entry.Position(r.Cell(lat), r.Cell(lon), comma)
	if ofLon {
		r.Reject(lon, f)
	} else {
		r.Reject(lat, f)
	}
	return at
}
