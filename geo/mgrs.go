package geo

import (
	"fmt"
	"math"
	"strings"

	"truce"
)

// The letters of the Military Grid Reference System (NGA.STND.0037, appendix B). I and O are never used.
const (
	mgrsBands = "CDEFGHJKLMNPQRSTUVWX" // of 8 degrees from 80 degrees south; X has 12
	mgrsRows  = "ABCDEFGHJKLMNPQRSTUV" // of 100 km, again and again; in even zones five letters on
)

// The columns of 100 km from easting 100 km, by zone modulo 3.
var mgrsColumns = [3]string{"STUVWXYZ", "ABCDEFGH", "JKLMNPQR"}

// polarSquares are the letters around the poles: their first column and row, and what their coordinates are, in squares.
var polarSquares = map[byte]struct {
	columns, rows         string
	firstColumn, firstRow int
}{
	'A': {"JKLPQRSTUXYZ", "ABCDEFGHJKLMNPQRSTUVWXYZ", 8, 8},
	'B': {"ABCFGHJKLPQR", "ABCDEFGHJKLMNPQRSTUVWXYZ", 20, 8},
	'Y': {"RSTUXYZ", "ABCDEFGHJKLMNP", 13, 13},
	'Z': {"ABCFGHJ", "ABCDEFGHJKLMNP", 20, 13},
}

const (
	mgrsSquare = 100_000
	mgrsCycle  = 2_000_000 // rows begin again
)

// FormatMGRS writes the grid square that holds a position, with 0 (100 km) to 5 (1 m) digits for each coordinate. Beyond 84 degrees
// north and 80 degrees south it uses the polar squares. It is "" for a position off the globe.
func FormatMGRS(p truce.Position, digits int) string {
	if inRange(p) != "" {
		return ""
	}
	digits = min(max(digits, 0), 5)
	var b strings.Builder
	var x, y float64
	if p.Lat >= northernmostUTM || p.Lat < southernmostUTM {
		x, y = toUPS(p)
		letter := byte('A')
		switch east := x >= upsFalse; {
		case p.Lat > 0 && east:
			letter = 'Z'
		case p.Lat > 0:
			letter = 'Y'
		case east:
			letter = 'B'
		}
		s := polarSquares[letter]
		// On the meridian between two letters rounding must not leave the letter.
		column := min(max(int(math.Floor(x/mgrsSquare))-s.firstColumn, 0), len(s.columns)-1)
		row := min(max(int(math.Floor(y/mgrsSquare))-s.firstRow, 0), len(s.rows)-1)
		b.WriteByte(letter)
		b.WriteByte(s.columns[column])
		b.WriteByte(s.rows[row])
		x, y = x-float64((s.firstColumn+column)*mgrsSquare), y-float64((s.firstRow+row)*mgrsSquare)
	} else {
		zone := utmZone(p)
		x, y = toUTM(p, zone)
		if p.Lat < 0 {
			y += utmSouth
		}
		column := min(max(int(math.Floor(x/mgrsSquare)), 1), 8)
		row := int(math.Floor(y / mgrsSquare))
		letter := row
		if zone%2 == 0 {
			letter += 5
		}
		fmt.Fprintf(&b, "%02d%c%c%c", zone, mgrsBand(p.Lat), mgrsColumns[zone%3][column-1], mgrsRows[letter%20])
		x, y = x-float64(column*mgrsSquare), y-float64(row*mgrsSquare)
	}
	for _, v := range [2]float64{x, y} {
		i := min(max(int(math.Floor(v)), 0), 99_999)
		b.WriteString(fmt.Sprintf("%05d", i)[:digits])
	}
	return b.String()
}

func mgrsBand(lat truce.E7) byte {
	return mgrsBands[min(int(lat-southernmostUTM)/80_000_000, len(mgrsBands)-1)]
}

// ParseMGRS reads a grid reference such as "37SBS 27889 12875", with spaces anywhere, in capitals or not. The position is the
// middle of the square that is named, and the radius half its diagonal: what is meant lies anywhere in the square.
func ParseMGRS(text string) (Coordinates, error) {
	const op truce.Op = "geo.ParseMGRS"
	bad := func(reason, hint string) (Coordinates, error) {
		return Coordinates{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: quoteShort(text), Reason: reason, Hint: hint}
	}
	if len(text) > MaxCoordinatesLength {
		return bad("the text is too long for a grid reference", "")
	}
	zone, letters, numbers := splitMGRS(text)
	if len(letters) != 3 {
		return bad("it is no grid reference", "a zone and three letters are needed, as in 37SBS 27889 12875")
	}
	band, column, row := letters[0], letters[1], letters[2]
	if len(numbers) == 1 && len(numbers[0])%2 == 0 {
		half := len(numbers[0]) / 2
		numbers = []string{numbers[0][:half], numbers[0][half:]}
	}
	if len(numbers) == 0 {
		numbers = []string{"", ""}
	}
	if len(numbers) != 2 || len(numbers[0]) != len(numbers[1]) || len(numbers[0]) > 5 || strings.Trim(numbers[0]+numbers[1], "0123456789") != "" {
		return bad("after the letters come two numbers of the same length, of up to five digits each", "as in 37SBS 278 128")
	}
	size := float64(mgrsSquare)
	x, y := 0.0, 0.0
	for k := range numbers[0] {
		size /= 10
		x, y = float64(10*x)+float64(numbers[0][k]-'0'), float64(10*y)+float64(numbers[1][k]-'0')
	}
	x, y = float64(x*size)+size/2, float64(y*size)+size/2

	if zone < 0 {
		square, ok := polarSquares[band]
		if !ok {
			return bad("the zone number is missing", "begin with the zone from 1 to 60, as in 37SBS; without one only the polar letters A, B, Y and Z begin a reference")
		}
		c, r := strings.IndexByte(square.columns, column), strings.IndexByte(square.rows, row)
		if c < 0 || r < 0 {
			return bad(fmt.Sprintf("there is no square %c%c in %c", column, row, band), "check the letters against the map")
		}
		x, y = x+float64((c+square.firstColumn)*mgrsSquare), y+float64((r+square.firstRow)*mgrsSquare)
		north := band >= 'Y'
		p := positionAt(fromUPS(north, x, y))
		if north && p.Lat < northernmostUTM-10_000_000 || !north && p.Lat > southernmostUTM+10_000_000 {
			return bad("the square lies too far from the pole for polar letters", "give the zone number and the band")
		}
		return Coordinates{p, truce.Metres(size * halfDiagonalOfSquare / upsScale), FormMGRS}, nil
	}

	if zone < 1 || zone > 60 {
		return bad(fmt.Sprintf("there is no zone %d", zone), "zones are numbered from 1 to 60")
	}
	n := strings.IndexByte(mgrsBands, band)
	if n < 0 {
		return bad(fmt.Sprintf("there is no band %c", band), "bands are C to X, without I and O")
	}
	if band == 'X' && (zone == 32 || zone == 34 || zone == 36) {
		return bad(fmt.Sprintf("there is no zone %dX", zone), "around Svalbard there are 31X, 33X, 35X and 37X only")
	}
	c := strings.IndexByte(mgrsColumns[zone%3], column)
	if c < 0 {
		return bad(fmt.Sprintf("zone %d has no column %c", zone, column), "its columns are "+mgrsColumns[zone%3])
	}
	r := strings.IndexByte(mgrsRows, row)
	if r < 0 {
		return bad(fmt.Sprintf("there is no row %c", row), "rows are A to V, without I and O")
	}
	if zone%2 == 0 {
		r = (r + 15) % 20
	}
	x += float64((c + 1) * mgrsSquare)
	// Rows begin again every 2000 km; the band says where. Of all squares of that name take the one that the band holds a part of.
	south := southernmostUTM + truce.E7(n)*80_000_000
	north := south + 80_000_000
	if band == 'X' {
		north += 40_000_000
	}
	base := r * mgrsSquare
	for k := -5; k <= 4; k++ {
		northing := float64(base + k*mgrsCycle)
		// The corners of the square of 100 km, whatever the precision.
		low, high := truce.E7(quarter), truce.E7(-quarter)
		for _, dx := range [2]float64{0, mgrsSquare} {
			for _, dy := range [2]float64{0, mgrsSquare} {
				_, lat := fromUTM(zone, float64((c+1)*mgrsSquare)+dx, northing+dy)
				low, high = min(low, truce.E7(lat)), max(high, truce.E7(lat))
			}
		}
		if high < south || low > north {
			continue
		}
		p := positionAt(fromUTM(zone, x, y+northing))
		// And the square itself, but for the width of the least one.
		margin := truce.E7(size/100_000*9_000_000) + 100
		if p.Lat < south-margin || p.Lat > north+margin {
			return bad(fmt.Sprintf("the square lies outside band %c", band), "check the band letter or the digits")
		}
		return Coordinates{p, truce.Metres(size * halfDiagonalOfSquare / utmScale), FormMGRS}, nil
	}
	return bad(fmt.Sprintf("band %c has no row %c in zone %d", band, row, zone), "check the letters against the map")
}

// splitMGRS takes a reference apart: the zone (-1 if there is none), up to three letters, and what stands after them.
func splitMGRS(text string) (zone int, letters string, numbers []string) {
	s := strings.ToUpper(strings.TrimSpace(text))
	zone = -1
	if digits := len(s) - len(strings.TrimLeft(s, "0123456789")); digits > 0 && digits <= 2 {
		zone = 0
		for _, c := range s[:digits] {
			zone = zone*10 + int(c-'0')
		}
		s = s[digits:]
	}
	for len(letters) < 3 {
		s = strings.TrimSpace(s)
		if s == "" || s[0] < 'A' || s[0] > 'Z' {
			break
		}
		letters, s = letters+s[:1], s[1:]
	}
	return zone, letters, strings.Fields(s)
}

// halfDiagonalOfSquare is half the square root of 2, and a little more.
const halfDiagonalOfSquare = 0.7072
