// Package sheet reads and writes truce's own table of observations: one row an observation, one column a fact, an
// empty cell what is not stated. It is meant to be filled in by hand in a spreadsheet.
//
// The same names serve as the properties of GeoJSON features; package geojson uses [Draft] for them. The columns are
// described in docs/reference/observations.md.
package sheet
