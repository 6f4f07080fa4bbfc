package entry

import (
	"bytes"
	"strconv"

	"truce"
)

// MaxCount is the largest count a row may state.
const MaxCount = 1_000_000_000_000

// MaxRadius is the largest error radius in metres: half the way round the earth.
const MaxRadius = 20_100_000

// Count takes a whole number that is not negative. Statistics programs write whole numbers as "3.0"; that is taken too.
func Count(b []byte) (int64, *Fault) {
	b = bytes.TrimSpace(b)
	digits := b
	if i := bytes.IndexByte(b, '.'); i > 0 && len(bytes.Trim(b[i+1:], "0")) == 0 {
		digits = b[:i]
	}
	n, err := strconv.ParseUint(string(Clip(digits)), 10, 64)
	switch {
	case len(b) == 0:
		return 0, &Fault{MissingValue, "the count is empty", "write a whole number"}
	case err != nil || digits[0] == '+':
		return 0, &Fault{BadNumber, Quote(b) + " is not a whole number", "write digits only, for example 12"}
	case n > MaxCount:
		return 0, &Fault{BadNumber, Quote(b) + " is too large for a count", ""}
	}
	return int64(n), nil
}

// Bounds takes a count that may be known only between bounds. With only the best figure stated it is exact; low and
// high come together and need the best figure. All empty is a count nobody gave.
func Bounds(low, best, high []byte) (truce.Number, *Fault) {
	low, best, high = bytes.TrimSpace(low), bytes.TrimSpace(best), bytes.TrimSpace(high)
	switch {
	case len(low) == 0 && len(best) == 0 && len(high) == 0:
		return truce.Number{}, nil
	case len(low) == 0 && len(high) == 0:
		n, f := Count(best)
		if f != nil {
			return truce.Number{}, f
		}
		return truce.Exactly(n), nil
	case len(low) == 0 || len(best) == 0 || len(high) == 0:
		return truce.Number{}, &Fault{BadBounds, "low, best and high are not all given", "give all three, or only the best figure"}
	}
	var n truce.Number
	for _, c := range []struct {
		text []byte
		to   *int64
	}{{low, &n.Low}, {best, &n.Best}, {high, &n.High}} {
		v, f := Count(c.text)
		if f != nil {
			return truce.Number{}, f
		}
		*c.to = v
	}
	n.Stated = true
	return n, Ordered(n)
}

// Ordered is the fault of bounds that do not enclose the best figure.
func Ordered(n truce.Number) *Fault {
	if n.Low <= n.Best && n.Best <= n.High {
		return nil
	}
	return &Fault{BadBounds, "low " + strconv.FormatInt(n.Low, 10) + ", best " + strconv.FormatInt(n.Best, 10) +
		" and high " + strconv.FormatInt(n.High, 10) + " are not in order", "low may not be above best, nor best above high"}
}

// Radius takes an error radius or an accuracy in metres.
func Radius(b []byte, comma bool) (float64, *Fault) {
	b = point(bytes.TrimSpace(b), comma)
	if len(b) == 0 {
		return 0, &Fault{MissingValue, "the radius is empty", "write metres"}
	}
	if !decimal(b) {
		return 0, &Fault{BadAccuracy, Quote(b) + " is not a number of metres", "write for example 30 or 4.5"}
	}
	m, err := strconv.ParseFloat(string(b), 64)
	switch {
	case err != nil:
		return 0, &Fault{BadAccuracy, Quote(b) + " is not a number of metres", "write for example 30 or 4.5"}
	case m < 0:
		return 0, &Fault{BadAccuracy, "a radius of " + Quote(b) + " metres is negative", "devices write this when the position is not valid"}
	case m > MaxRadius:
		return 0, &Fault{BadAccuracy, "a radius of " + Quote(b) + " metres is larger than the earth", "check the unit: metres"}
	}
	if m == 0 {
		return 0, nil // not -0
	}
	return m, nil
}

// decimal reports whether b is written with digits, signs, one point and an exponent only: no hexadecimal, no names.
func decimal(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return false
		}
	}
	return true
}

// point turns a decimal comma into a point where the file may use one.
func point(b []byte, comma bool) []byte {
	if i := bytes.IndexByte(b, ','); comma && i >= 0 && bytes.IndexByte(b, '.') < 0 && bytes.IndexByte(b[i+1:], ',') < 0 {
		c := append([]byte(nil), b...)
		c[i] = '.'
		return c
	}
	return b
}

// Position takes a latitude and a longitude in decimal degrees, rounded half away from zero to 1e-7 degree without
// floating point. The fault is of the longitude where ofLon is set.
func Position(lat, lon []byte, comma bool) (p truce.Position, f *Fault, ofLon bool) {
	y, yBig, f := angle(lat, comma)
	if f != nil {
		return p, f, false
	}
	x, xBig, f := angle(lon, comma)
	if f != nil {
		return p, f, true
	}
	const right, straight = 900_000_000, 1_800_000_000
	switch {
	case yBig || y < -straight || y > straight:
		return p, &Fault{LatitudeOutOfRange, "latitude " + Quote(bytes.TrimSpace(lat)) + " is beyond 90 degrees", "check for a missing decimal point"}, false
	case (y < -right || y > right) && !xBig && x >= -right && x <= right:
		return p, &Fault{SwappedCoordinates, "latitude " + Quote(bytes.TrimSpace(lat)) + " is beyond 90 degrees, but would be a longitude",
			"latitude and longitude look swapped: exchange the two columns"}, false
	case y < -right || y > right:
		return p, &Fault{LatitudeOutOfRange, "latitude " + Quote(bytes.TrimSpace(lat)) + " is beyond 90 degrees", ""}, false
	case xBig || x < -straight || x > straight:
		return p, &Fault{LongitudeOutOfRange, "longitude " + Quote(bytes.TrimSpace(lon)) + " is beyond 180 degrees", "west is negative; check for a missing decimal point"}, true
	case x == 0 && y == 0:
		return p, &Fault{NullIsland, "latitude 0, longitude 0", "devices write this when they have no position; leave the row out or find the place"}, false
	}
	return truce.Position{Lon: x, Lat: y}, nil, false
}

// angle reads decimal degrees; big is an angle that is a number but far beyond any range.
func angle(b []byte, comma bool) (e truce.E7, big bool, f *Fault) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return 0, false, &Fault{MissingValue, "the coordinate is empty", "write decimal degrees"}
	}
	b = point(b, comma)
	if bytes.IndexByte(b, 'e') >= 0 || bytes.IndexByte(b, 'E') >= 0 {
		b = unexponent(b)
	}
	e, err := truce.ParseE7(string(b))
	if err == nil {
		return e, false, nil
	}
	if decimal(b) {
		if _, err := strconv.ParseFloat(string(b), 64); err == nil {
			return 0, true, nil
		}
	}
	hint := "write decimal degrees, for example 32.61889"
	if !comma && bytes.IndexByte(b, ',') >= 0 {
		hint = "write a point instead of the comma, or separate the columns with semicolons"
	}
	return 0, false, &Fault{BadNumber, Quote(b) + " is not an angle in decimal degrees", hint}
}

// unexponent writes a number with an exponent in plain digits, so that it is rounded as exactly as any other. What it
// cannot take it gives back as it is.
func unexponent(b []byte) []byte {
	i := bytes.IndexAny(b, "eE")
	exp, err := strconv.Atoi(string(b[i+1:]))
	if err != nil || exp > 30 || exp < -30 || i > 60 {
		return b
	}
	sign, mantissa := []byte(nil), b[:i]
	if len(mantissa) > 0 && (mantissa[0] == '-' || mantissa[0] == '+') {
		sign, mantissa = mantissa[:1], mantissa[1:]
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	digits := append(append([]byte(nil), whole...), fraction...)
	if len(digits) == 0 || len(bytes.Trim(digits, "0123456789")) > 0 {
		return b
	}
	at := len(whole) + exp // where the decimal point now stands among the digits
	for at < 0 {
		digits, at = append([]byte{'0'}, digits...), at+1
	}
	for at > len(digits) {
		digits = append(digits, '0')
	}
	out := append(append([]byte(nil), sign...), digits[:at]...)
	return append(append(out, '.'), digits[at:]...)
}
