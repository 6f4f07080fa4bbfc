// Package publish makes the public site of a mechanism: pages in three languages, data files and a feed that any web server can hand out, beside the open record
// that docs/reference/ledger.md describes.
//
// The site is a function of the open record and of nothing else. What is not public there cannot be on it, and whoever has the record, or a mirror of it, makes
// the same site with the same bytes: a party, a stranger, the operator. There is no clock: what is due is judged by the tick of the newest leaf. A [Site]
// remembers what it has read and written, so the next tick costs what it changed; docs/reference/site.md says what lies where.
//
// It checks only what it needs: that the log signed the checkpoint, and that documents are those that leaves name. What holds beyond that says package verify, which
// truce publish asks first.
package publish
