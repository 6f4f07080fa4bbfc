// Package verify checks what a mechanism published: alone, offline, against the operator's will. It says what is proved, what is only claimed,
// what is held back until when, and what nobody can prove.
//
// It reads the open record that docs/reference/ledger.md describes: a log of leaves under a signed root, and the documents that the leaves
// name. It has no clock, files or network: [Check] is handed the record as an [io/fs.FS] and the time. The leaves and documents are defined
// here, and package ledger, which writes them, uses these definitions.
//
// What it imports is all that an outcome rests on: the words (truce), hashes and signatures (internal/seal), the agreement language (terms), the
// rules (assess), the ellipsoid (geo). There is no server, journal or vault in it, so it builds into a small program and for browsers.
package verify
