// Package rows cuts a stream of text into lines, and lines into cells, with bounded memory.
//
// A row that is too long, badly quoted or of the wrong width is given as a fault, and reading goes on at the next line:
// one bad line never takes its neighbours with it. docs/decisions/0005-reading-rows.md says why encoding/csv is not
// enough here.
package rows
