// Package record says what each kind of record says: it turns a Go value into a [Draft] and a record of the journal back into the
// value. One file a kind.
//
// What a kind says openly is its body: codes, ids, results, labels, as canonical JSON. What must be possible to hide, blur or erase
// lies in groups of fields (package vault), fine enough that one can be opened to somebody without its neighbours: who, what, when, where.
// Nothing personal, no exact place, no free text stands in a body, for a body is there for ever.
//
// Reading is strict. What cannot be written again to the same bytes is not read: unknown fields, keys twice, other spellings of a number,
// anything behind the end. Where the content was erased, reading gives a value that says so, and never an empty one that looks real.
package record
