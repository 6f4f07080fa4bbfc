package geo

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"truce"
)

// gridVector is a line of testdata/geoconvert.txt.
type gridVector struct {
	p        truce.Position
	zone     int // 0 for UPS
	south    bool
	x, y     float64
	mgrs     string
	lat, lon float64 // of the middle of the square
}

func readGridVectors(t *testing.T) []gridVector {
	f, err := os.Open(filepath.Join("testdata", "geoconvert.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []gridVector
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		parts := strings.Split(sc.Text(), "; ")
		var lat, lon string
		var v gridVector
		var where string
		if _, err := fmt.Sscan(parts[0], &lat, &lon); err != nil {
			t.Fatal(err)
		}
		if v.p.Lat, err = truce.ParseE7(lat); err != nil {
			t.Fatal(err)
		}
		if v.p.Lon, err = truce.ParseE7(lon); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(parts[1], &where, &v.x, &v.y); err != nil {
			t.Fatal(err)
		}
		v.south = strings.HasSuffix(where, "s")
		fmt.Sscanf(where, "%d", &v.zone)
		v.mgrs = parts[2]
		if _, err := fmt.Sscan(parts[3], &v.lat, &v.lon); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if len(out) < 200 {
		t.Fatalf("only %d vectors", len(out))
	}
	return out
}

// TestGridsAgainstGeoConvert compares with the published numbers of another implementation.
func TestGridsAgainstGeoConvert(t *testing.T) {
	worst := 0.0
	for _, v := range readGridVectors(t) {
		var x, y, lon, lat float64
		if v.zone == 0 {
			x, y = toUPS(v.p)
			lon, lat = fromUPS(!v.south, v.x, v.y)
		} else {
			if got := utmZone(v.p); got != v.zone {
				t.Errorf("%v: zone %d, not %d", v.p, got, v.zone)
			}
			x, y = toUTM(v.p, v.zone)
			northing := v.y
			if v.south {
				y, northing = y+utmSouth, northing-utmSouth
			}
			lon, lat = fromUTM(v.zone, v.x, northing)
		}
		off := math.Hypot(x-v.x, y-v.y)
		worst = max(worst, off)
		if off > 2e-6 {
			t.Errorf("%v %v: %.6f %.6f, not %.6f %.6f", v.p.Lat, v.p.Lon, x, y, v.x, v.y)
		}
		if q := positionAt(lon, lat); Distance(q, v.p) > 0 && v.p.Lat != quarter && v.p.Lat != -quarter {
			t.Errorf("%v %v comes back as %v %v", v.p.Lat, v.p.Lon, q.Lat, q.Lon)
		}
		if got := FormatMGRS(v.p, 5); got != v.mgrs {
			t.Errorf("%v %v: %s, not %s", v.p.Lat, v.p.Lon, got, v.mgrs)
		}
		c, err := ParseMGRS(v.mgrs)
		if err != nil {
			t.Errorf("%s: %v", v.mgrs, err)
			continue
		}
		if d := Distance(c.At, truce.Degrees(v.lon, v.lat)); d > 0.012 {
			t.Errorf("%s: %v is %v m from the middle of the square", v.mgrs, c.At, d)
		}
		if d := Distance(c.At, v.p); d > c.Error+0.01 || c.Error > 0.72 {
			t.Errorf("%s: the position is %v m from the middle, the radius %v m", v.mgrs, d, c.Error)
		}
	}
	t.Logf("grid coordinates differ by %.1e m at most", worst)
}

// TestMGRSRoundTrip: at every precision a position lies in the square that is written for it.
func TestMGRSRoundTrip(t *testing.T) {
	r := lcg(50)
	for range 6000 {
		p := r.somewhere()
		for digits := range 6 {
			s := FormatMGRS(p, digits)
			c, err := ParseMGRS(s)
			if err != nil {
				t.Fatalf("%v %v is written %s: %v", p.Lat, p.Lon, s, err)
			}
			size := math.Pow(10, float64(5-digits))
			if d := float64(Distance(p, c.At)); d > float64(c.Error)+0.01 || float64(c.Error) > 0.72*size {
				t.Fatalf("%v %v: %s is %v m away with a radius of %v m", p.Lat, p.Lon, s, d, c.Error)
			}
			if spaced := strings.ToLower(s[:len(s)-2*digits] + " " + s[len(s)-2*digits:len(s)-digits] + " " + s[len(s)-digits:]); digits > 0 {
				if d, err := ParseCoordinates(spaced); err != nil || d != c {
					t.Fatalf("%q: %+v, %v", spaced, d, err)
				}
			}
		}
	}
}

// TestMGRSSquareDiagonal: the radius is that of the corners of the square.
func TestMGRSSquareDiagonal(t *testing.T) {
	c, err := ParseMGRS("37SBS 27 12")
	if err != nil {
		t.Fatal(err)
	}
	far := truce.Metres(0)
	for _, corner := range []string{"37SBS 27000 12000", "37SBS 27999 12000", "37SBS 27000 12999", "37SBS 27999 12999"} {
		d, err := ParseMGRS(corner)
		if err != nil {
			t.Fatal(err)
		}
		far = max(far, Distance(c.At, d.At))
	}
	if far > c.Error || far < 0.99*c.Error || c.Form != FormMGRS {
		t.Errorf("the corners are %v m away, the radius is %v m", far, c.Error)
	}
}

func TestUTMRoundTrip(t *testing.T) {
	r := lcg(51)
	for range 5000 {
		p := r.somewhere()
		s := FormatUTM(p)
		if s == "" {
			if p.Lat <= northernmostUTM && p.Lat >= southernmostUTM {
				t.Fatalf("%v is not written", p)
			}
			continue
		}
		c, err := ParseCoordinates(s)
		if err != nil || c.Form != FormUTM {
			t.Fatalf("%v is written %s: %v", p, s, err)
		}
		if d := Distance(c.At, p); d > c.Error || c.Error > 0.71 {
			t.Fatalf("%s is %v m from %v, radius %v", s, d, p, c.Error)
		}
	}
}

func TestParseCoordinates(t *testing.T) {
	daraa := truce.Degrees(36.1, 32.62)
	for _, c := range []struct {
		text string
		want truce.Position
		form Form
	}{
		{"32.62, 36.1", daraa, FormDegrees},
		{"32.62 36.1", daraa, FormDegrees},
		{"32.6200000;36.1000000", daraa, FormDegrees},
		{"32,62 36,1", daraa, FormDegrees},
		{"32,62; 36,1", daraa, FormDegrees},
		{"32,62, 36,10", daraa, FormDegrees},
		{"32.62N 36.1E", daraa, FormDegrees},
		{"N32.62 E36.1", daraa, FormDegrees},
		{"E 36.1, N 32.62", daraa, FormDegrees},
		{"36.1E/32.62N", daraa, FormDegrees},
		{`32°37'12"N 36°06'00"E`, daraa, FormDegrees},
		{"32°37′12″N 36°06′00″E", daraa, FormDegrees},
		{"32° 37’ 12’’ N, 36° 6’ 0’’ E", daraa, FormDegrees},
		{"32º37.2'N 36º6'E", daraa, FormDegrees},
		{"32 37 12 N 36 06 00 E", daraa, FormDegrees},
		{"32 37 12, 36 06 00", daraa, FormDegrees},
		{"32 37 12 36 06 00", daraa, FormDegrees},
		{"N 32 37.2 E 36 06", daraa, FormDegrees},
		{"32 37.2 36 6.0", daraa, FormDegrees},
		{"32.62 north 36.1 east", daraa, FormDegrees},
		{"32°37′12″ с. ш. 36°06′00″ в. д.", daraa, FormDegrees},
		{"32,62° с.ш., 36,1° в.д.", daraa, FormDegrees},
		{"С32.62 В36.1", daraa, FormDegrees},
		{"٣٢٫٦٢ شمالاً ٣٦٫١ شرقاً", daraa, FormDegrees},
		{"32.62 ش، 36.1 ق", daraa, FormDegrees},
		{"۳۲٫۶۲, ۳۶٫۱", daraa, FormDegrees},
		{"-32.62, -36.1", truce.Degrees(-36.1, -32.62), FormDegrees},
		{"−32.62 −36.1", truce.Degrees(-36.1, -32.62), FormDegrees},
		{"32.62S 36.1W", truce.Degrees(-36.1, -32.62), FormDegrees},
		{"32°37′12″ ю. ш. 36°06′ з. д.", truce.Degrees(-36.1, -32.62), FormDegrees},
		{"+90, -180", truce.Degrees(-180, 90), FormDegrees},
		{"0 0", truce.Position{}, FormDegrees},
		{"32.61999995 36.09999994", truce.Position{Lon: 360_999_999, Lat: 326_200_000}, FormDegrees},
		{"37S 36E", truce.Degrees(36, -37), FormDegrees},
		{"37SBS 27889 12875", truce.Degrees(36.1, 32.62), FormMGRS},
		{"37sbs2788912875", truce.Degrees(36.1, 32.62), FormMGRS},
		{" 37S BS 2788 1287 ", truce.Degrees(36.1, 32.62), FormMGRS},
		{"37 north 227890 3612876", daraa, FormUTM},
		{"37N 227889.7 3612875.5", daraa, FormUTM},
		{"UTM 37 north, 227890 E, 3612876 N", daraa, FormUTM},
		{"37T 500000mE 4649776mN", truce.Degrees(39, 42), FormUTM},
		{"1K 500000 8000000", truce.Degrees(-177, -18.0887089), FormUTM},
	} {
		got, err := ParseCoordinates(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if d := Distance(got.At, c.want); c.form == FormDegrees && got.At != c.want || d > got.Error+6 || got.Form != c.form {
			t.Errorf("%q: %v %v (%v), %v m from %v", c.text, got.At.Lat, got.At.Lon, got.Form, d, c.want)
		}
	}
}

func TestParseCoordinatesRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "no position"},
		{"hello", "is not expected"},
		{"32.62", "no position"},
		{"32.62,", "no number"},
		{"32.62 36.1 12", "no position"},
		{"32.62N 36.1N", "one latitude and one longitude"},
		{"32.62N 36.1", "two hemisphere letters or none"},
		{"32.62N 36.1E 5N", "two hemisphere letters or none"},
		{"-32.62S 36.1E", "contradict"},
		{"136.1, 32.62", "first number is the latitude"},
		{"91N 36E", "latitude is beyond 90"},
		{"32N 181E", "longitude is beyond 180"},
		{"32°60'N 36°E", "below 60"},
		{"32°37'61\"N 36°E", "below 60"},
		{"32.5°37'N 36°E", "only the last number"},
		{"32'37°N 36°E", "out of place"},
		{"32 37 12 5 N 36 E", "more than degrees"},
		{"32 -37 N 36 E", "only degrees may be negative"},
		{"32 - 37", "minus sign must stand"},
		{"32.62 36.1 -", "minus sign must stand"},
		{"1,2,3,4", "too many commas"},
		{". .", "without digits"},
		{"99999999999 5", "too large"},
		{"370 5 N 5 E", "too large"},
		{"37SBS 27889 128", "two numbers of the same length"},
		{"37SBS 2788912875555555", "two numbers of the same length"},
		{"61SBS 27 12", "no zone 61"},
		{"0SBS 27 12", "no zone 0"},
		{"37IBS 27 12", "no band I"},
		{"37SZS 27 12", "no column Z"},
		{"37SBI 27 12", "no row I"},
		{"37SBH 27 12", "no row H"},
		{"32XNH 27 12", "no zone 32X"},
		{"SBS 27 12", "zone number is missing"},
		{"ZMM 27 12", "no square MM in Z"},
		{"37S 227890 3612876", "band from 32 to 40 degrees north or the southern hemisphere"},
		{"37Q 227890 3612876", "does not lie in band Q"},
		{"37O 227890 3612876", "neither a hemisphere nor a band"},
		{"61 north 227890 3612876", "no zone 61"},
		{"37 north 3612876 227890", "easting comes first"},
		{"37 north 227890 36128760", "northing is not between"},
		{"37 north 500000 9500000", "UTM ends"},
		{strings.Repeat("1", MaxCoordinatesLength+1), "too long"},
	} {
		got, err := ParseCoordinates(c.text)
		if err == nil || !strings.Contains(err.Error()+truce.HintOf(err), c.want) || truce.KindOf(err) != truce.Invalid {
			t.Errorf("%q: %+v, %v; want %q", c.text, got, err, c.want)
		}
	}
	if _, err := ParseMGRS("37S"); err == nil || !strings.Contains(err.Error(), "no grid reference") {
		t.Errorf("a zone alone: %v", err)
	}
	if _, err := ParseUTM("north"); err == nil {
		t.Error("a word alone is UTM")
	}
}

// TestDegreesError: the radius says what the last digit leaves open.
func TestDegreesError(t *testing.T) {
	for _, c := range []struct {
		text string
		want truce.Metres
	}{{"0, 0", 78_600}, {"0.0, 0.0", 7_860}, {"0.00000, 0.00000", 0.79}, {"0.000000000, 0", 55_660}, {"0 0 0 N, 0 0 0 E", 21.8}, {"60, 0", 62_300}} {
		got, err := ParseDegrees(c.text)
		if err != nil || math.Abs(float64(got.Error/c.want)-1) > 0.01 {
			t.Errorf("%q leaves open %v m, want %v m (%v)", c.text, got.Error, c.want, err)
		}
	}
}

func TestFormatDMS(t *testing.T) {
	for _, c := range []struct {
		p        truce.Position
		decimals int
		want     string
	}{
		{truce.Degrees(36.1, 32.62), 1, `32°37'12.0"N 36°06'00.0"E`},
		{truce.Degrees(36.1, 32.62), 0, `32°37'12"N 36°06'00"E`},
		{truce.Degrees(-0.5, -89.9999999), 0, `90°00'00"S 00°30'00"W`},
		{truce.Position{Lon: -1, Lat: 1}, 4, `00°00'00.0004"N 00°00'00.0004"W`},
		{truce.Degrees(179.9999999, 59.9999999), 2, `60°00'00.00"N 180°00'00.00"E`},
	} {
		if got := FormatDMS(c.p, c.decimals); got != c.want {
			t.Errorf("%v: %s, want %s", c.p, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		p := truce.Position{Lon: truce.E7(rapid.Int32Range(-halfTurn, halfTurn).Draw(t, "lon")), Lat: truce.E7(rapid.Int32Range(-quarter, quarter).Draw(t, "lat"))}
		s := FormatDMS(p, 4)
		c, err := ParseCoordinates(s)
		if err != nil {
			t.Fatal(err)
		}
		if d := c.At.Lon - p.Lon; d < -1 || d > 1 || c.At.Lat-p.Lat < -1 || c.At.Lat-p.Lat > 1 {
			t.Fatalf("%v %v is written %s and read as %v %v", p.Lat, p.Lon, s, c.At.Lat, c.At.Lon)
		}
	})
}

func TestFormatOffTheGlobe(t *testing.T) {
	for _, p := range []truce.Position{{Lat: quarter + 1}, {Lon: halfTurn + 1}} {
		if FormatMGRS(p, 5) != "" || FormatUTM(p) != "" {
			t.Errorf("%v is written", p)
		}
	}
}

func FuzzParseCoordinates(f *testing.F) {
	for _, s := range []string{"32.62, 36.1", `32°37'12"N 36°06'00"E`, "37SBS 27889 12875", "ZAH 1 1", "37 north 227890 3612876", "32°37′12″ с. ш. 36°06′00″ в. д.",
		"٣٢٫٦٢ شمالاً ٣٦٫١ شرقاً", "32,62; 36,1", "N 32 37.2 E 36 06", "", "-", ".,", "1E5 1N", "\xff°"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCoordinates(s)
		if err != nil {
			if c != (Coordinates{}) {
				t.Fatalf("%q: an error and %+v", s, c)
			}
			if !utf8.ValidString(err.Error()) || len(err.Error()) > 2000 {
				t.Fatalf("%q: error %q", s, err)
			}
			return
		}
		if inRange(c.At) != "" || !(c.Error > 0 && c.Error < 200_000) || c.Form == FormUnknown {
			t.Fatalf("%q: %+v", s, c)
		}
		// What is written of it is read again as the same place.
		for _, out := range []string{FormatDMS(c.At, 4), FormatMGRS(c.At, 5), FormatUTM(c.At)} {
			if out == "" {
				continue
			}
			d, err := ParseCoordinates(out)
			if err != nil || Distance(c.At, d.At) > d.Error+0.02 {
				t.Fatalf("%q is %v, written %q and read as %+v, %v", s, c.At, out, d, err)
			}
		}
	})
}

func ExampleParseCoordinates() {
	for _, s := range []string{"37SBS 278 128", "32°37'N 36°06'E", "32,62 36,1"} {
		c, err := ParseCoordinates(s)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%v, give or take %.0f m (%v)\n", c.At, c.Error, c.Form)
	}
	// Output:
	// 32.61976N 36.09958E, give or take 71 m (MGRS)
	// 32.61667N 36.10000E, give or take 1211 m (degrees)
	// 32.62000N 36.10000E, give or take 4725 m (degrees)
}
