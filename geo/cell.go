package geo

import "truce"

// Cell is a fixed coarse piece of the globe: what the public is told instead of a place. Cells never move and have one size at each
// latitude, so that many records about one site tell no more than one does.
type Cell struct {
	// Lon and Lat are the west and south edges in tenths of a degree.
	Lon, Lat int
	// Width is how many tenths of a degree it is wide; it is one tenth high.
	Width int
}

const e7Tenth = 1_000_000 // a tenth of a degree in units of 1e-7

// CellOf gives the cell a position lies in: a tenth of a degree of latitude high (11.1 km) and wide enough to be 5 km at least. The south and west edges belong to
// it; the poles lie in the northernmost and southernmost rows.
func CellOf(p truce.Position) Cell {
	lat := min(floorDiv(int(p.Lat), e7Tenth), 899)
	w := cellWidth(lat)
	lon := floorDiv(int(p.Lon), e7Tenth)
	if lon >= 1800 {
		lon -= 3600
	}
	return Cell{Lon: floorDiv(lon+1800, w)*w - 1800, Lat: lat, Width: w}
}

// Valid reports whether there is such a cell.
func (c Cell) Valid() bool {
	return c.Lat >= -900 && c.Lat < 900 && c.Lon >= -1800 && c.Lon < 1800 && c.Width == cellWidth(c.Lat) && (c.Lon+1800)%c.Width == 0
}

// Ring gives the corners of a cell, counter-clockwise from the south-west.
func (c Cell) Ring() []truce.Position {
	at := func(lon, lat int) truce.Position {
		return truce.Position{Lon: truce.E7(lon * e7Tenth), Lat: truce.E7(lat * e7Tenth)}
	}
	return []truce.Position{at(c.Lon, c.Lat), at(c.Lon+c.Width, c.Lat), at(c.Lon+c.Width, c.Lat+1), at(c.Lon, c.Lat+1)}
}

// Centre gives the middle of a cell, for a label.
func (c Cell) Centre() truce.Position {
	return truce.Position{Lon: truce.E7(c.Lon*e7Tenth + c.Width*e7Tenth/2), Lat: truce.E7(c.Lat*e7Tenth + e7Tenth/2)}
}

// cellWidth is in tenths of a degree, by the row's distance from the equator; a divisor of 3600.
func cellWidth(lat int) int {
	far := max(lat+1, -lat) // the edge nearer to a pole
	switch {
	case far <= 630:
		return 1
	case far <= 760:
		return 2
	case far <= 830:
		return 4
	case far <= 870:
		return 10
	}
	return 3600
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
