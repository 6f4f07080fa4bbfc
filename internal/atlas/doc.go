// Package atlas finds what lies in a piece of the map among millions of places, and writes pieces of the map as vector tiles.
//
// [Atlas] keeps 56 bytes for each place, in memory, in the order of a curve that fills the square of the map (Morton's Z): whatever lies in one tile
// lies side by side, so a tile is one search and one walk; what rules say of a place takes 24 more. Places that are only known to a radius are kept apart by the size of it, so that a
// circle is found in every tile it reaches into and small ones cost nothing for it.
//
// It decides nothing and shows nothing: whoever draws asks the policy about each entry. It is made by following the journal and may be made anew.
package atlas
