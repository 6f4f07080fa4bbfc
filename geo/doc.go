// Package geo says where something is relative to zones and lines: on WGS84, with its uncertainty, and the same bits on every
// processor.
//
// # Places
//
// Positions are truce.Position, whole numbers of 1e-7 degree; lengths are truce.Metres. An [Area] and a [Line] are prepared once
// and then asked: [Area.Contains], [Line.Distance], [Line.Side]. An edge is straight in longitude and latitude unless
// the agreement says geodesic; the boundary belongs to the area. Inside, outside and sides are decided in whole numbers, so they are
// exact. Distances are geodesic and good to 1e-7 m.
//
// A [Spot] is a place that is only known so well: a disc, an area, a path. [Area.Relate] and [Line.Relate] answer with a
// truce.Truth. True and false hold for every position the place could be at; where neither does, the answer is unknown and
// [Chance] gives a probability from a fixed pattern of [Samples].
//
// An [Index] answers the same questions for many areas and lines at once, exactly, in a fraction of a microsecond.
//
// [CheckArea] and [CheckLine] find what is wrong with a drawing. [ParseCoordinates] reads degrees, MGRS and UTM, and says how much the
// way of writing leaves open; [FormatMGRS], [FormatUTM] and [FormatDMS] write them.
//
// # The same bits everywhere
//
// Go may compute x*y + z with one rounding instead of two, and does so on some processors. Therefore each floating-point
// product in this package is converted to float64 before it can meet a sum, and the functions of package math that IEEE 754 does not fix are not
// used. TestStrict reads the source and fails where this is forgotten; TestSameBytes compares the bits of some 100,000 answers. The
// reasons are in docs/decisions/0002.
//
// # Limits
//
// A shape is less than 180 degrees wide, holds no pole, and has at most [MaxVertices] positions. Nothing here panics on what
// comes from outside: positions off the globe are refused where shapes and places are made, and elsewhere give an answer without meaning.
package geo
