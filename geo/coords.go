package geo

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"truce"
)

// MaxCoordinatesLength is the longest text, in bytes, that is read as coordinates.
const MaxCoordinatesLength = 200

// Form is a way to write coordinates.
type Form uint8

// Forms of coordinates.
const (
	FormUnknown Form = iota
	FormDegrees
	FormMGRS
	FormUTM
)

var formNames = [...]string{"unknown", "degrees", "MGRS", "UTM"}

func (f Form) String() string { return formNames[min(int(f), len(formNames)-1)] }

// Coordinates are a position as somebody wrote it.
type Coordinates struct {
	At truce.Position
	// Error is the radius, in metres, that the way of writing leaves open: half the diagonal of a grid square, or of the last digit
	// given. What is meant can lie anywhere within it. How well the writer knew the place is another matter.
	Error truce.Metres
	Form  Form
}

// ParseCoordinates reads a position in any of the forms of ParseMGRS, ParseUTM and ParseDegrees.
func ParseCoordinates(text string) (Coordinates, error) {
	s := strings.ToUpper(strings.Join(strings.Fields(text), ""))
	if looksLikeMGRS(s) {
		return ParseMGRS(text)
	}
	if looksLikeUTM(text) {
		return ParseUTM(text)
	}
	return ParseDegrees(text)
}

// looksLikeMGRS: up to two digits, three letters, and digits to the end.
func looksLikeMGRS(s string) bool {
	letters := strings.TrimLeft(s, "0123456789")
	zone := len(s) - len(letters)
	if zone > 2 || len(letters) < 3 {
		return false
	}
	for i := range 3 {
		if letters[i] < 'A' || letters[i] > 'Z' {
			return false
		}
	}
	return strings.Trim(letters[3:], "0123456789") == ""
}

// ParseUTM reads a zone, a hemisphere or band, an easting and a northing, as in "37 north 227890 3612876" or "37T 227890mE 3612876mN".
// A single S is refused: it is the band from 32 to 40 degrees north to some and the southern hemisphere to others.
func ParseUTM(text string) (Coordinates, error) {
	const op truce.Op = "geo.ParseUTM"
	bad := func(reason, hint string) (Coordinates, error) {
		return Coordinates{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: quoteShort(text), Reason: reason, Hint: hint}
	}
	zone, where, x, y, ok := splitUTM(text)
	if !ok {
		return bad("it is no UTM position", "give zone, hemisphere, easting and northing, as in 37 north 227890 3612876")
	}
	if zone < 1 || zone > 60 {
		return bad(fmt.Sprintf("there is no zone %d", zone), "zones are numbered from 1 to 60")
	}
	south := false
	band := byte(0)
	switch where {
	case "NORTH", "N":
	case "SOUTH":
		south = true
	case "S":
		return bad("S may be the band from 32 to 40 degrees north or the southern hemisphere", "write north or south, or use MGRS")
	default:
		if len(where) != 1 || !strings.Contains(mgrsBands, where) {
			return bad(fmt.Sprintf("%q is neither a hemisphere nor a band", where), "write north or south")
		}
		band = where[0]
		south = band < 'N'
	}
	if !(x.value >= 100_000 && x.value <= 900_000) {
		return bad("the easting is not between 100000 and 900000 m", "the easting comes first, then the northing")
	}
	if !(y.value >= 0 && y.value <= utmSouth) {
		return bad("the northing is not between 0 and 10000000 m", "the easting comes first, then the northing")
	}
	northing := y.value
	if south {
		northing -= utmSouth
	}
	p := positionAt(fromUTM(zone, x.value, northing))
	if p.Lat > northernmostUTM+1_000_000 || p.Lat < southernmostUTM-1_000_000 {
		return bad("UTM ends at 84 degrees north and 80 south", "use MGRS")
	}
	const slack = 100 // a position is on both sides of a border as far as rounding goes
	if band != 0 && mgrsBand(max(p.Lat-slack, southernmostUTM)) != band && mgrsBand(min(p.Lat+slack, northernmostUTM)) != band {
		return bad(fmt.Sprintf("the position does not lie in band %c", band), "check the band letter or the northing")
	}
	return Coordinates{p, truce.Metres(math.Sqrt(dot(x.unit, x.unit, y.unit, y.unit)) / 2 / utmScale), FormUTM}, nil
}

// amount is a number as written: its value and the unit of its last digit.
type amount struct{ value, unit float64 }

func looksLikeUTM(text string) bool {
	_, _, x, _, ok := splitUTM(text)
	return ok && x.value >= 1000
}

// splitUTM takes a text apart, without judging the numbers.
func splitUTM(text string) (zone int, where string, x, y amount, ok bool) {
	if len(text) > MaxCoordinatesLength {
		return
	}
	s := strings.ToUpper(strings.NewReplacer(",", " ", ";", " ").Replace(text))
	s = strings.TrimPrefix(strings.TrimSpace(s), "UTM")
	var numbers []amount
	var words []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		if s[0] >= '0' && s[0] <= '9' {
			end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
			if end < 0 {
				end = len(s)
			}
			value, err := strconv.ParseFloat(s[:end], 64)
			if err != nil {
				return
			}
			a := amount{value, 1}
			if dot := strings.IndexByte(s[:end], '.'); dot >= 0 {
				for range min(end-dot-1, 9) {
					a.unit /= 10
				}
			}
			numbers, s = append(numbers, a), s[end:]
			continue
		}
		end := strings.IndexFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' })
		if end < 0 {
			end = len(s)
		}
		if end == 0 {
			return
		}
		// What follows the second and third number only names them.
		word := s[:end]
		s = s[end:]
		switch {
		case len(numbers) == 1:
			words = append(words, word)
		case len(numbers) == 2 && (word == "E" || word == "ME" || word == "M"):
		case len(numbers) == 3 && (word == "N" || word == "MN" || word == "M"):
		default:
			return
		}
	}
	if len(numbers) != 3 || len(words) != 1 || numbers[0].unit != 1 || numbers[0].value > 99 {
		return
	}
	return int(numbers[0].value), words[0], numbers[1], numbers[2], true
}

// FormatUTM writes a position with its zone, hemisphere, easting and northing in whole metres. Around the poles, where UTM ends, it is
// "", as it is off the globe.
func FormatUTM(p truce.Position) string {
	if inRange(p) != "" || p.Lat > northernmostUTM || p.Lat < southernmostUTM {
		return ""
	}
	zone := utmZone(p)
	x, y := toUTM(p, zone)
	hemisphere := "north"
	if p.Lat < 0 {
		y, hemisphere = y+utmSouth, "south"
	}
	return fmt.Sprintf("%d %s %d %d", zone, hemisphere, int64(math.Floor(x+0.5)), int64(math.Floor(y+0.5)))
}

// ParseDegrees reads latitude and longitude in degrees, with or without minutes and seconds: 32.62, 36.1; 32°37'12"N 36°06'00"E;
// N 32 37.2 E 36 06; 32°37′12″ с. ш. 36°06′00″ в. д.; ٣٢٫٦٢ شمالا ٣٦٫١ شرقا. Letters or words of the hemispheres may stand before or after;
// without them the first number is the latitude. A comma is a decimal sign where there are two between digits and no point.
func ParseDegrees(text string) (Coordinates, error) {
	const op truce.Op = "geo.ParseDegrees"
	bad := func(reason, hint string) (Coordinates, error) {
		return Coordinates{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: quoteShort(text), Reason: reason, Hint: hint}
	}
	const example = `write for example 32.62, 36.1 or 32°37'12"N 36°06'00"E`
	if len(text) > MaxCoordinatesLength {
		return bad("the text is too long for a position", example)
	}
	tokens, reason := readTokens(text)
	if reason != "" {
		return bad(reason, example)
	}
	first, second, reason := splitAngles(tokens)
	if reason != "" {
		return bad(reason, example)
	}
	a, reason := readAngle(first)
	if reason != "" {
		return bad(reason, example)
	}
	b, reason := readAngle(second)
	if reason != "" {
		return bad(reason, example)
	}
	if a.axis == 0 && b.axis == 0 {
		a.axis, b.axis = 'N', 'E'
		if a.e7 > quarter || a.e7 < -quarter {
			return bad("without letters the first number is the latitude, and it is beyond 90 degrees", "put the latitude first, or add N, S, E and W")
		}
	}
	if a.axis == 'E' {
		a, b = b, a
	}
	if a.axis != 'N' || b.axis != 'E' {
		return bad("it needs one latitude and one longitude", "add N or S to the one and E or W to the other")
	}
	switch {
	case a.e7 > quarter || a.e7 < -quarter:
		return bad("the latitude is beyond 90 degrees", "latitudes go from 90 south to 90 north")
	case b.e7 > halfTurn || b.e7 < -halfTurn:
		return bad("the longitude is beyond 180 degrees", "longitudes go from 180 west to 180 east")
	}
	p := truce.Position{Lon: truce.E7(b.e7), Lat: truce.E7(a.e7)}
	s := stationOf(p)
	north, east := float64(a.unit*perE7*s.alongRadius()), float64(b.unit*perE7*s.acrossRadius())
	return Coordinates{p, truce.Metres(hypot(north, east) / 2), FormDegrees}, nil
}

// lexeme is a number, a mark (degree, minute, second), a hemisphere, or a separator.
type lexeme struct {
	kind   byte  // '0', '°', '\'', '"', 'N' 'S' 'E' 'W', ',' (a space is no token)
	whole  int64 // of a number
	nano   int64 // its decimals, in billionths
	digits int   // how many decimals are written
	minus  bool
}

const degreeMark = 'd'

// hemispheres are the words and letters for the four directions, in English, Arabic and Russian. Longer ones come first.
var hemispheres = []struct {
	word string
	axis byte
}{
	{"NORTH", 'N'}, {"SOUTH", 'S'}, {"EAST", 'E'}, {"WEST", 'W'},
	{"С.Ш.", 'N'}, {"Ю.Ш.", 'S'}, {"В.Д.", 'E'}, {"З.Д.", 'W'}, {"СШ", 'N'}, {"ЮШ", 'S'}, {"ВД", 'E'}, {"ЗД", 'W'},
	{"شمالا", 'N'}, {"جنوبا", 'S'}, {"شرقا", 'E'}, {"غربا", 'W'}, {"شمال", 'N'}, {"جنوب", 'S'}, {"شرق", 'E'}, {"غرب", 'W'},
	{"N", 'N'}, {"S", 'S'}, {"E", 'E'}, {"W", 'W'}, {"С", 'N'}, {"Ю", 'S'}, {"В", 'E'}, {"З", 'W'}, {"ش", 'N'}, {"ج", 'S'}, {"ق", 'E'}, {"غ", 'W'},
}

// readTokens takes a text apart; reason says what it cannot be.
func readTokens(text string) (tokens []lexeme, reason string) {
	s := plainDigits(text)
	s = decimalCommas(s)
	minus := false
next:
	for s != "" {
		c, size := utf8.DecodeRuneInString(s)
		if minus && (c < '0' || c > '9') && c != '.' {
			return nil, "a minus sign must stand before a number"
		}
		switch c {
		case ' ', '\t', '\n', '\r', '\u00a0', '\u200e', '\u200f', '\u202f', '/':
		case ',', ';', '،':
			tokens = append(tokens, lexeme{kind: ','})
		case '+':
		case '-', '−':
			minus = true
		case '°', 'º', '˚':
			tokens = append(tokens, lexeme{kind: degreeMark})
		case '\'', '′', '’', '‘', 'ʹ':
			kind := byte('\'')
			if rest := s[size:]; strings.HasPrefix(rest, string(c)) { // two make a second mark
				kind, size = '"', 2*size
			}
			tokens = append(tokens, lexeme{kind: kind})
		case '"', '″', '”', '“', 'ʺ':
			tokens = append(tokens, lexeme{kind: '"'})
		default:
			if c >= '0' && c <= '9' || c == '.' {
				t, n, reason := readNumber(s)
				if reason != "" {
					return nil, reason
				}
				t.minus, minus = minus, false
				tokens, s = append(tokens, t), s[n:]
				continue
			}
			for _, h := range hemispheres {
				if strings.HasPrefix(s, h.word) {
					tokens, s = append(tokens, lexeme{kind: h.axis}), s[len(h.word):]
					continue next
				}
			}
			return nil, fmt.Sprintf("%q is not expected in a position", c)
		}
		s = s[size:]
	}
	if minus {
		return nil, "a minus sign must stand before a number"
	}
	return tokens, ""
}

// plainDigits writes everything in capitals, Arabic and Persian digits and decimal signs as plain ones, and closes up the
// abbreviations of Russian.
func plainDigits(text string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		case r == '٫':
			return '.'
		case r == '\u064b': // the sign of an adverb: شمالاً
			return -1
		}
		return r
	}, strings.ToUpper(text))
	return strings.NewReplacer(". Ш", ".Ш", ". Д", ".Д").Replace(s)
}

// decimalCommas makes points of commas between digits, if there are two of them and no point.
func decimalCommas(s string) string {
	isDigit := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
	out := []byte(s)
	between, point := 0, false
	for i := range len(s) {
		switch {
		case s[i] == ',' && isDigit(i-1) && isDigit(i+1):
			between++
			out[i] = '.'
		case s[i] == '.' && (isDigit(i-1) || isDigit(i+1)):
			point = true
		}
	}
	if between != 2 || point {
		return s
	}
	return string(out)
}

// readNumber reads digits with decimals; those after the ninth are passed over.
func readNumber(s string) (t lexeme, n int, reason string) {
	t.kind = '0'
	seenDot, seenDigit := false, false
	scale := int64(100_000_000)
	for ; n < len(s); n++ {
		switch c := s[n]; {
		case c == '.' && !seenDot:
			seenDot = true
			continue
		case c < '0' || c > '9':
		case !seenDot:
			seenDigit = true
			if t.whole = t.whole*10 + int64(c-'0'); t.whole > 1_000_000 {
				return t, 0, "a number is too large for an angle"
			}
			continue
		default:
			seenDigit = true
			t.digits++
			t.nano += int64(c-'0') * scale
			scale /= 10
			continue
		}
		break
	}
	if !seenDigit {
		return t, 0, "a point stands without digits"
	}
	return t, n, ""
}

// splitAngles finds where the first angle ends.
func splitAngles(tokens []lexeme) (first, second []lexeme, reason string) {
	var letters, commas, degrees, numbers []int
	for i, t := range tokens {
		switch t.kind {
		case 'N', 'S', 'E', 'W':
			letters = append(letters, i)
		case ',':
			commas = append(commas, i)
		case '0':
			numbers = append(numbers, i)
		case degreeMark:
			degrees = append(degrees, i)
		}
	}
	cut := -1
	switch {
	case len(letters) == 1 || len(letters) > 2:
		return nil, nil, "it needs two hemisphere letters or none"
	case len(commas) > 1:
		return nil, nil, "there are too many commas"
	case len(commas) == 1:
		cut = commas[0]
		return tokens[:cut], tokens[cut+1:], ""
	case len(letters) == 2 && letters[0] == 0:
		cut = letters[1]
	case len(letters) == 2:
		cut = letters[0] + 1
	case len(degrees) == 2 && degrees[1] > 0:
		cut = degrees[1] - 1
	case len(degrees) == 0 && len(numbers)%2 == 0 && len(numbers) > 0:
		cut = numbers[len(numbers)/2]
	}
	if cut < 0 || cut > len(tokens) {
		return nil, nil, "it is no position"
	}
	return tokens[:cut], tokens[cut:], ""
}

// angle is one of the two numbers of a position.
type angle struct {
	e7   int64
	unit float64 // of the last digit given, in 1e-7 degree
	axis byte    // 'N', 'E' or 0
}

// readAngle reads degrees, minutes and seconds of one angle, rounded half away from zero to 1e-7 degree.
func readAngle(tokens []lexeme) (a angle, reason string) {
	var parts []lexeme
	minus, negative := false, false
	part := 0 // that a mark must name next
	for _, t := range tokens {
		switch t.kind {
		case 'N', 'S', 'E', 'W':
			if a.axis != 0 {
				return a, "an angle has two hemispheres"
			}
			a.axis, negative = 'N', t.kind == 'S' || t.kind == 'W'
			if t.kind == 'E' || t.kind == 'W' {
				a.axis = 'E'
			}
		case '0':
			if len(parts) == 3 {
				return a, "an angle has more than degrees, minutes and seconds"
			}
			if t.minus && len(parts) > 0 {
				return a, "only degrees may be negative"
			}
			minus = minus || t.minus
			parts = append(parts, t)
		case degreeMark, '\'', '"':
			want := map[byte]int{degreeMark: 1, '\'': 2, '"': 3}[t.kind]
			if len(parts) != want || part >= want {
				return a, "a mark of degrees, minutes or seconds is out of place"
			}
			part = want
		default:
			return a, "a comma is out of place"
		}
	}
	if len(parts) == 0 {
		return a, "an angle has no number"
	}
	if minus && a.axis != 0 {
		return a, "a minus sign and a hemisphere letter contradict each other"
	}
	total, per := int64(0), int64(1)
	for i, t := range parts {
		if i < len(parts)-1 && t.digits > 0 {
			return a, "only the last number of an angle may have decimals"
		}
		if i > 0 && t.whole >= 60 {
			return a, "minutes and seconds are below 60"
		}
		if i == 0 && t.whole > 360 {
			return a, "a number is too large for an angle in degrees"
		}
		if i > 0 {
			per *= 60
			total *= 60
		}
		total += t.whole*1_000_000_000 + t.nano
	}
	// total is in billionths of the last part; there are per of these in a degree.
	unit := 100 * per
	a.e7 = (total + unit/2) / unit
	if minus || negative {
		a.e7 = -a.e7
	}
	a.unit = 1e7 / float64(per)
	for range min(parts[len(parts)-1].digits, 9) {
		a.unit /= 10
	}
	a.unit = max(a.unit, 1)
	return a, ""
}

// FormatDMS writes latitude and longitude in degrees, minutes and seconds with up to four decimals, as in 32°37'12.0"N 36°06'00.0"E.
func FormatDMS(p truce.Position, decimals int) string {
	decimals = min(max(decimals, 0), 4)
	one := func(v int64, positive, negative byte) string {
		letter := positive
		if v < 0 {
			v, letter = -v, negative
		}
		// In units of the last decimal of a second, rounded half up.
		per := int64(10_000_000)
		for range decimals {
			per /= 10
		}
		v = (v*3600 + per/2) / per
		second := int64(10_000_000) / per
		seconds, rest := v/second, v%second
		s := fmt.Sprintf(`%02d°%02d'%02d`, seconds/3600, seconds/60%60, seconds%60)
		if decimals > 0 {
			s += fmt.Sprintf(".%0*d", decimals, rest)
		}
		return s + `"` + string(letter)
	}
	return one(int64(p.Lat), 'N', 'S') + " " + one(int64(p.Lon), 'E', 'W')
}

// quoteShort quotes the beginning of a text for an error.
func quoteShort(text string) string {
	const most = 60
	if len(text) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "..."
	}
	return strconv.Quote(text)
}
