package entry_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/intake/entry"
)

// chicago is the zone's table for 2015: the clocks went forward on 8 March and back on 1 November at 2:00.
var chicago = truce.Clock{Zone: "America/Chicago", Offsets: []truce.Offset{
	{Seconds: -21600},
	{From: at("2015-03-08T08:00:00Z"), Seconds: -18000},
	{From: at("2015-11-01T07:00:00Z"), Seconds: -21600},
}}

// at is the moment of a time that the standard library reads.
func at(rfc3339 string) truce.Instant {
	t, err := time.Parse(time.RFC3339Nano, rfc3339)
	if err != nil {
		panic(err)
	}
	return truce.InstantOf(t)
}

func TestMoment(t *testing.T) {
	bare := &entry.Times{}
	local := &entry.Times{Assume: &chicago}
	for _, c := range []struct {
		times *entry.Times
		text  string
		want  string // a moment, or a code
	}{
		{bare, "2017-07-09T12:05:00+03:00", "2017-07-09T09:05:00Z"},
		{bare, "2017-07-09t12:05:00z", "2017-07-09T12:05:00Z"},
		{bare, " 2017-07-09 12:05:00.123456789 +0300 ", "2017-07-09T09:05:00.123Z"},
		{bare, "2017-07-09 12:05+03", "2017-07-09T09:05:00Z"},
		{bare, "2017-07-09 12:05:00 UTC", "2017-07-09T12:05:00Z"},
		{bare, "2017/07/09 12:05:00-00:30", "2017-07-09T12:35:00Z"},
		{bare, "20170709T120500Z", "2017-07-09T12:05:00Z"},
		{bare, "9 Jul 2017 12:05:00+03:00", "2017-07-09T09:05:00Z"},
		{bare, "1499591100", "2017-07-09T09:05:00Z"},
		{bare, "1499591100123", "2017-07-09T09:05:00.123Z"},
		{bare, "2016-02-29T00:00:00Z", "2016-02-29T00:00:00Z"},
		{bare, "1800-01-01T00:00:00Z", "1800-01-01T00:00:00Z"},
		{bare, "2017-02-29T00:00:00Z", entry.BadTime},
		{bare, "1900-02-29T00:00:00Z", entry.BadTime},
		{bare, "2017-13-01T00:00:00Z", entry.BadTime},
		{bare, "2017-07-09T24:00:00Z", entry.BadTime},
		{bare, "2017-07-09T12:60:00Z", entry.BadTime},
		{bare, "2017-07-09T12:05:00+19:00", entry.BadTime},
		{bare, "2017-07-09T12:05:00+3", entry.BadTime},
		{bare, "2017-07-09T12:05:00.Z", entry.BadTime},
		{bare, "2017-07-09T12:05:00 EEST", entry.BadTime},
		{bare, "2017-07-09", entry.BadTime},
		{bare, "yesterday", entry.BadTime},
		{bare, "٢٠١٧-٠٧-٠٩", entry.BadTime},
		{bare, "9 juillet 2017 12:00Z", entry.BadTime},
		{bare, "", entry.MissingValue},
		{bare, "2017-07-09T12:05:00", entry.TimeWithoutZone},
		{bare, "1799-12-31T23:59:59Z", entry.TimeOutOfRange},
		{bare, "2200-01-01T00:00:00.001Z", entry.TimeOutOfRange},
		{bare, "0000-01-01T00:00:00Z", entry.TimeOutOfRange},
		{bare, "1970-01-01T00:00:00Z", entry.ZeroTime},
		{bare, "1970-01-01T02:00:00+02:00", entry.ZeroTime},
		{bare, "0000000000", entry.ZeroTime},
		{local, "2015-03-08T01:59:59", "2015-03-08T07:59:59Z"},
		{local, "2015-03-08T03:00:00", "2015-03-08T08:00:00Z"},
		{local, "2015-03-08T02:30:00", entry.ClockGap},
		{local, "2015-11-01T01:30:00", entry.ClockTwice},
		{local, "2015-11-01T01:30:00-05:00", "2015-11-01T06:30:00Z"},
		{local, "1700-11-01T01:30:00", entry.TimeOutOfRange},
	} {
		got, f := c.times.Moment([]byte(c.text))
		switch {
		case f != nil && f.Code != c.want:
			t.Errorf("%q: %v (%s); want %s", c.text, f, f.Code, c.want)
		case f == nil && (!strings.Contains(c.want, ":") || got != at(c.want)):
			t.Errorf("%q: %v; want %s", c.text, got, c.want)
		}
	}
}

// TestMomentAgreesWithTime: what is written by the standard library is read as the same moment.
func TestMomentAgreesWithTime(t *testing.T) {
	var times entry.Times
	rapid.Check(t, func(t *rapid.T) {
		i := truce.Instant(rapid.Int64Range(int64(truce.EarliestInstant), int64(truce.LatestInstant)).Draw(t, "ms"))
		zone := time.FixedZone("", 60*rapid.IntRange(-18*60, 18*60).Draw(t, "minutes east"))
		text := i.Time().In(zone).Format("2006-01-02T15:04:05.000Z07:00")
		got, f := times.Moment([]byte(text))
		if i == 0 {
			return
		}
		if f != nil || got != i {
			t.Fatalf("%s: %v, %v; want %v", text, got, f, i)
		}
	})
}

func TestDays(t *testing.T) {
	times := &entry.Times{Clock: chicago}
	for _, c := range []struct{ text, from, to string }{
		{"2015-03-07", "2015-03-07T06:00:00Z", "2015-03-08T05:59:59.999Z"},
		{"2015-03-08", "2015-03-08T06:00:00Z", "2015-03-09T04:59:59.999Z"}, // 23 hours
		{"20150308", "2015-03-08T06:00:00Z", "2015-03-09T04:59:59.999Z"},
		{"8 March 2015", "2015-03-08T06:00:00Z", "2015-03-09T04:59:59.999Z"},
		{"08-mar-2015", "2015-03-08T06:00:00Z", "2015-03-09T04:59:59.999Z"},
		{"3/3/2015", "2015-03-03T06:00:00Z", "2015-03-04T05:59:59.999Z"},
		{"8/3/2015", entry.AmbiguousDate, ""},
		{"31/3/2015", entry.AmbiguousDate, ""},
		{"8/3/15", entry.BadTime, ""},
		{"1700-03-08", entry.TimeOutOfRange, ""},
		{"2200-01-01", entry.TimeOutOfRange, ""},
	} {
		got, f := times.Span([]byte(c.text))
		switch {
		case c.to == "" && (f == nil || f.Code != c.from):
			t.Errorf("%q: %v, %v; want %s", c.text, got, f, c.from)
		case c.to != "" && (f != nil || got != truce.Span{From: at(c.from), To: at(c.to)}):
			t.Errorf("%q: %v, %v; want %s to %s", c.text, got, f, c.from, c.to)
		}
	}
	if d, f := times.Day([]byte("2017-01-01 00:00:00.000")); f != nil || d != (entry.Date{2017, 1, 1}) {
		t.Errorf("a date as databases write it: %v, %v", d, f)
	}
	if _, f := times.Day([]byte("2017-01-01 12:00:00.000")); f == nil {
		t.Error("noon is no date")
	}
	utc := &entry.Times{}
	if _, f := utc.Span([]byte("1970-01-01")); f == nil || f.Code != entry.ZeroTime {
		t.Errorf("a day that begins with the zero instant: %v", f)
	}
}

func TestOrderOf(t *testing.T) {
	for _, c := range []struct {
		text   string
		known  entry.Order
		needed bool
	}{
		{"31/01/2017", entry.DayFirst, false}, {"1/31/2017", entry.MonthFirst, false}, {"1/2/2017", entry.OrderUnknown, true},
		{"2/2/2017", entry.OrderUnknown, false}, {"2017-01-02", entry.OrderUnknown, false}, {"32/32/2017", entry.OrderUnknown, false}, {"", entry.OrderUnknown, false},
	} {
		if known, needed := entry.OrderOf([]byte(c.text)); known != c.known || needed != c.needed {
			t.Errorf("%s: %v, %v", c.text, known, needed)
		}
	}
}

func TestPosition(t *testing.T) {
	for _, c := range []struct {
		lat, lon string
		comma    bool
		want     truce.Position
		code     string
		ofLon    bool
	}{
		{"32.61889", "36.10213", false, truce.Position{Lon: 361021300, Lat: 326188900}, "", false},
		{" 32,61889", "36,10213 ", true, truce.Position{Lon: 361021300, Lat: 326188900}, "", false},
		{"-0.00000005", "1e1", false, truce.Position{Lon: 100000000, Lat: -1}, "", false},
		{"3.261889e+01", "3610213E-5", false, truce.Position{Lon: 361021300, Lat: 326188900}, "", false},
		{"1.00000005e0", "0.00000004999e1", false, truce.Position{Lon: 5, Lat: 10000001}, "", false},
		{"0.49999999999999999999999999e-7", "36", false, truce.Position{Lon: 360000000}, "", false}, // a float would round it up
		{"-90", "-180", false, truce.Position{Lon: -1800000000, Lat: -900000000}, "", false},
		{"0", "36", false, truce.Position{Lon: 360000000}, "", false},
		{"89.999999949", "180.00000004", false, truce.Position{Lon: 1800000000, Lat: 899999999}, "", false},
		{"32,61889", "36,10213", false, truce.Position{}, entry.BadNumber, false},
		{"1,234.5", "36,1", true, truce.Position{}, entry.BadNumber, false},
		{"", "36", false, truce.Position{}, entry.MissingValue, false},
		{"32", " ", false, truce.Position{}, entry.MissingValue, true},
		{"NaN", "36", false, truce.Position{}, entry.BadNumber, false},
		{"32", "Inf", false, truce.Position{}, entry.BadNumber, true},
		{"0x20", "36", false, truce.Position{}, entry.BadNumber, false},
		{"32°37'", "36", false, truce.Position{}, entry.BadNumber, false},
		{"90.0000001", "120", false, truce.Position{}, entry.LatitudeOutOfRange, false},
		{"122.5", "47.1", false, truce.Position{}, entry.SwappedCoordinates, false},
		{"-122.5", "-90", false, truce.Position{}, entry.SwappedCoordinates, false},
		{"32625000", "36.1", false, truce.Position{}, entry.LatitudeOutOfRange, false},
		{"32.6", "361021300", false, truce.Position{}, entry.LongitudeOutOfRange, true},
		{"32.6", "180.0000001", false, truce.Position{}, entry.LongitudeOutOfRange, true},
		{"1e400", "36.1", false, truce.Position{}, entry.BadNumber, false},
		{"0.0", "-0.00000001", false, truce.Position{}, entry.NullIsland, false},
	} {
		got, f, ofLon := entry.Position([]byte(c.lat), []byte(c.lon), c.comma)
		code := ""
		if f != nil {
			code = f.Code
		}
		if code != c.code || ofLon != c.ofLon || f == nil && got != c.want {
			t.Errorf("%q %q: %+v, %v, of longitude %v; want %+v, %q, %v", c.lat, c.lon, got, f, ofLon, c.want, c.code, c.ofLon)
		}
	}
}

// FuzzPosition holds the reading of decimal text against exact arithmetic: half a unit off at most, and a half away
// from zero.
func FuzzPosition(f *testing.F) {
	for _, s := range []string{"36.1", "-79.99999995", "0.00000005", "3.3123456749999e1", "1E-9", "00012e-1", "+.5e1", "5.", "-", "1e", "9e0009"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, fault, _ := entry.Position([]byte(s), []byte("100"), false)
		r, ok := new(big.Rat).SetString(strings.TrimSpace(s))
		if fault != nil || !ok || len(s) > 60 {
			return
		}
		r.Mul(r, big.NewRat(1e7, 1))
		half := new(big.Rat).Add(r, big.NewRat(int64(r.Sign()), 2))
		if want := new(big.Int).Quo(half.Num(), half.Denom()).Int64(); int64(p.Lat) != want {
			t.Errorf("%q is read as %d, want %d", s, p.Lat, want)
		}
	})
}

// FuzzTimes: no text makes the reader panic, and a moment it gives lies in the years truce knows.
func FuzzTimes(f *testing.F) {
	for _, s := range []string{"2017-07-09T12:05:00.5+03:00", "31 Jan 2017", "1/2/2017", "20170709T1205Z", "1499591100", "2017-07-09 00:00:00.000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, order := range []entry.Order{entry.OrderUnknown, entry.DayFirst, entry.MonthFirst} {
			times := entry.Times{Clock: chicago, Assume: &chicago, Order: order}
			if i, fault := times.Moment([]byte(s)); fault == nil && (i == 0 || i < truce.EarliestInstant || i > truce.LatestInstant) {
				t.Errorf("%q: %d", s, i)
			}
			if span, fault := times.Span([]byte(s)); fault == nil && (!span.Stated() || !span.Valid()) {
				t.Errorf("%q: %v", s, span)
			}
			times.Day([]byte(s))
		}
		entry.OrderOf([]byte(s))
	})
}

func TestCounts(t *testing.T) {
	for _, c := range []struct {
		low, best, high string
		want            truce.Number
		code            string
	}{
		{"", "", "", truce.Number{}, ""},
		{"", "3", "", truce.Exactly(3), ""},
		{"", "3.0", "", truce.Exactly(3), ""},
		{"1", "2", "3", truce.Number{Low: 1, Best: 2, High: 3, Stated: true}, ""},
		{"1", "", "3", truce.Number{}, entry.BadBounds},
		{"3", "2", "3", truce.Number{}, entry.BadBounds},
		{"", "3.5", "", truce.Number{}, entry.BadNumber},
		{"", "-1", "", truce.Number{}, entry.BadNumber},
		{"", "+1", "", truce.Number{}, entry.BadNumber},
		{"", "1e3", "", truce.Number{}, entry.BadNumber},
		{"", "1000000000001", "", truce.Number{}, entry.BadNumber},
		{"", "99999999999999999999999999999999999999999999999999", "", truce.Number{}, entry.BadNumber},
		{"", ".0", "", truce.Number{}, entry.BadNumber},
	} {
		got, f := entry.Bounds([]byte(c.low), []byte(c.best), []byte(c.high))
		if f != nil && f.Code != c.code || f == nil && (c.code != "" || got != c.want) {
			t.Errorf("%q %q %q: %+v, %v", c.low, c.best, c.high, got, f)
		}
	}
}

func TestRadius(t *testing.T) {
	for text, want := range map[string]float64{"0": 0, "30": 30, "4.5": 4.5, "-0": 0, "1e3": 1000} {
		if got, f := entry.Radius([]byte(text), false); f != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, f)
		}
	}
	for _, text := range []string{"", "-1", "NaN", "inf", "0x1p4", "20100001", "1_0", "4,5", "ten", "1e999"} {
		if got, f := entry.Radius([]byte(text), false); f == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	if got, f := entry.Radius([]byte("4,5"), true); f != nil || got != 4.5 {
		t.Errorf("a decimal comma: %v, %v", got, f)
	}
}

func TestListWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var items []string
		var cell []byte
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			s := "x" + strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{`\`, "|", `\|`, " ", "a"}), 0, 5).Draw(t, "s"), "") + "y"
			cell = entry.AppendItem(cell, len(items) == 0, s)
			items = append(items, s)
		}
		if got, f := entry.List(cell); f != nil || !slices.Equal(got, items) {
			t.Fatalf("%s: %q, %v; want %q", cell, got, f, items)
		}
	})
	for _, bad := range []string{"a||b", "|", "a|", "a|\x01"} {
		if got, f := entry.List([]byte(bad)); f == nil {
			t.Errorf("%q is read as %q", bad, got)
		}
	}
}

func TestDegreesWrittenAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := truce.E7(rapid.Int32Range(-1_800_000_000, 1_800_000_000).Draw(t, "e7"))
		text := string(entry.AppendDegrees(nil, e))
		if got, err := truce.ParseE7(text); err != nil || got != e || strings.Contains(text, ".") && strings.HasSuffix(text, "0") {
			t.Fatalf("%d is written %s and read %d, %v", e, text, got, err)
		}
	})
}

func TestNearest(t *testing.T) {
	known := []string{"initiator", "target", "time_from", "tank"}
	for word, want := range map[string]string{"initator": "initiator", "timefrom": "time_from", "Time-From": "time_from", "tnak": "tank", "xyz": "", "": ""} {
		if got := entry.Nearest(word, known); got != "" != (want != "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

func TestIDs(t *testing.T) {
	for _, good := range []string{"ged:245157", "مراقب-4:1", "a|b"} {
		if id, f := entry.ID([]byte(" " + good)); f != nil || string(id) != good {
			t.Errorf("%q: %q, %v", good, id, f)
		}
	}
	for _, bad := range []string{"", "a b", "a\u00a0b", "a\tb", strings.Repeat("x", entry.MaxName+1)} {
		if id, f := entry.ID([]byte(bad)); f == nil {
			t.Errorf("%q is taken as %q", bad, id)
		}
	}
}

// TestTracks: one pointer for one track, whatever comes between, and labels and source as asked.
func TestTracks(t *testing.T) {
	set := &entry.Settings{File: "f.csv", Source: truce.Source{ID: "locator", Standing: truce.StandingObserved}, Moved: true}
	tracks := entry.NewTracks(set, truce.MeansDevice)
	a := tracks.Of([]byte("1"), []byte("2"), nil, nil, false, false)
	b := tracks.Of([]byte("12"), nil, nil, []byte("s"), true, false)
	if a == b || a != tracks.Of([]byte("1"), []byte("2"), nil, nil, false, false) {
		t.Error("tracks are mixed up")
	}
	if !a.Moved || a.Simulated || !b.Simulated || a.Source.ID != "locator" || b.Source.ID != "s" || a.Source.Means != truce.MeansDevice || a.File != "f.csv" {
		t.Errorf("%+v %+v", a, b)
	}
}
