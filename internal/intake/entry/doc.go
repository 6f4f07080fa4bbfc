// Package entry is what the formats of intake share: what one row of a file becomes, and how the text of one cell
// becomes truce's units.
//
// A value that cannot be read is a [Fault] with a stable code, never a guess and never a default. Nothing here
// rounds through floating point: positions go from decimal text to whole units of 1e-7 degree.
package entry
