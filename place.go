package truce

import (
	"fmt"
	"strconv"
	"strings"
)

// E7 is an angle in units of 1e-7 degree: 11 mm on the ground at most. Whole numbers compare the same on every processor.
type E7 int32

// E7FromDegrees rounds degrees to the nearest unit. The caller has checked the range.
func E7FromDegrees(deg float64) E7 {
	v := float64(deg * 1e7) // rounded on its own: see geo on fused multiply-add
	if v < 0 {
		return E7(v - 0.5)
	}
	return E7(v + 0.5)
}

// ParseE7 reads decimal degrees exactly, rounding half away from zero at the seventh decimal; a comma is no decimal
// sign here. Angles beyond 214 degrees do not fit and are refused; the caller knows the range that makes sense.
func ParseE7(s string) (E7, error) {
	digits := s
	neg := false
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		neg, digits = digits[0] == '-', digits[1:]
	}
	var n int64
	decimals, seenDot, seenDigit, up := 0, false, false, int64(0)
	for i := 0; i < len(digits); i++ {
		c := digits[i]
		switch {
		case c == '.' && !seenDot:
			seenDot = true
		case c >= '0' && c <= '9':
			seenDigit = true
			if seenDot {
				decimals++
			}
			switch {
			case decimals <= 7:
				n = n*10 + int64(c-'0')
			case decimals == 8 && c >= '5':
				up = 1
			}
			if n > 1<<32 {
				return 0, badAngle(s)
			}
		case (c == 'e' || c == 'E') && seenDigit:
			f, err := strconv.ParseFloat(s, 64)
			if err != nil || f > 214 || f < -214 {
				return 0, badAngle(s)
			}
			return E7FromDegrees(f), nil
		default:
			return 0, badAngle(s)
		}
	}
	if !seenDigit {
		return 0, badAngle(s)
	}
	for ; decimals < 7; decimals++ {
		n *= 10
	}
	if n += up; n > 2_140_000_000 {
		return 0, badAngle(s)
	}
	if neg {
		n = -n
	}
	return E7(n), nil
}

// badAngle quotes a copy, so that the text itself can stay off the heap: positions are read by the million.
func badAngle(s string) error {
	return fmt.Errorf("%q is not an angle in decimal degrees", strings.Clone(s))
}

// Degrees gives the angle in degrees; the division is correctly rounded and so the same everywhere.
func (e E7) Degrees() float64 { return float64(e) / 1e7 }

// String writes degrees with seven decimals.
func (e E7) String() string { return strconv.FormatFloat(e.Degrees(), 'f', 7, 64) }

// Position is a longitude and latitude on WGS84.
type Position struct {
	Lon, Lat E7
}

// Degrees is a position from degrees, longitude first as in GeoJSON.
func Degrees(lon, lat float64) Position { return Position{E7FromDegrees(lon), E7FromDegrees(lat)} }

// String writes latitude and longitude with their letters, as people say them.
func (p Position) String() string {
	ns, ew := "N", "E"
	lat, lon := p.Lat.Degrees(), p.Lon.Degrees()
	if lat < 0 {
		ns, lat = "S", -lat
	}
	if lon < 0 {
		ew, lon = "W", -lon
	}
	return fmt.Sprintf("%.5f%s %.5f%s", lat, ns, lon, ew)
}

// Metres is a length on the ground.
type Metres float64

// PlaceKind says what is known of a place.
type PlaceKind uint8

// Kinds of place. PlaceUnknown is a place nobody stated.
const (
	PlaceUnknown PlaceKind = iota
	// PlacePoint is a position with a radius the true place surely lies in.
	PlacePoint
	// PlaceNamed is a feature of the agreement's geometry: somewhere in (or at, or along) it.
	PlaceNamed
	// PlaceArea is somewhere inside a ring.
	PlaceArea
	// PlaceLine is somewhere along a path.
	PlaceLine
)

// Place is where something was, together with how well that is known.
type Place struct {
	Kind PlaceKind
	// At is the position of a PlacePoint, and for every other kind a representative point for drawing, if there is one.
	At Position
	// Error is the radius in metres around At in which the true place lies. Zero is a surveyed point.
	Error Metres
	// Name is the name the source used; for PlaceNamed it is looked up among the ids, names and aliases of the geometry.
	Name string
	// Within is a wider name to fall back on when Name is not in the geometry (a district or a governorate).
	Within []string
	// Path holds the ring of a PlaceArea (closed without repeating its first position) or the path of a PlaceLine.
	Path []Position
	// Basis says in words how the precision was derived, for example "UCDP where_prec 2".
	Basis string
}
