// Package intake turns outside files into observations and positions: one row becomes one record that says where it
// came from, and decides nothing.
//
// [Read] finds out what a file is, reads it in a stream with bounded memory, and hands each row on: as an observation,
// as a position of a track, or as a problem with its place and a stable code. No row vanishes, and a row that cannot be
// read does not stop the others.
//
//	rows       cuts a stream into lines and cells
//	jsonscan   reads JSON
//	entry      what a row becomes; dates, degrees, counts and words; the codes of problems
//	ndjson, sheet, ucdp, acled, geojson, gpx, track
//	           one for each wire format
//
// The formats know nothing of the sink, and this package nothing of their fields. Where two formats mean the same they
// share it: the properties of geojson are the columns of sheet, and a unit without a name is named in gpx as in track.
// Every format, column, limit and code is described in docs/reference/observations.md.
package intake
