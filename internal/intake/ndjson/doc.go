// Package ndjson reads and writes truce's own JSON lines: one observation, or one position of a track, a line.
//
// It is the format that holds everything: what [Append] writes, reading gives back. The keys are described in
// docs/reference/observations.md.
package ndjson
