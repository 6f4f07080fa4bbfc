// Package live follows a journal and says what each rule makes of what arrived, as records in their turn.
//
// [Live] takes in every record in order. It holds the agreements that are evaluated, what was reported, and which outcomes the journal
// already has. [Live.Settle] drafts a record for each outcome that people need and that differs from the one on record: the first of its kind,
// or one that takes the place of an older one. Nothing it drafts is taken for recorded until it comes back through the journal, so a program
// that stops at any moment and starts again drafts the same, and drafts nothing twice.
//
// It has no clock: the time to settle at is a time of the journal. It depends on the journal alone, not on how often it was asked.
package live
