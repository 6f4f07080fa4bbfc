package intake_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"truce"
	"truce/internal/intake"
	"truce/internal/intake/entry"
	"truce/internal/intake/ndjson"
	"truce/internal/intake/sheet"
)

// shelf keeps everything it is given.
type shelf struct {
	observations []*truce.Observation
	tracks       []intake.Track
	fixes        []truce.Fix
	problems     []truce.Problem
	calls        int // of Fixes
	fail         error
}

func (s *shelf) Observation(o *truce.Observation) error {
	s.observations = append(s.observations, o)
	return s.fail
}

func (s *shelf) Fixes(t intake.Track, fixes []truce.Fix) error {
	s.calls++
	for _, f := range fixes {
		s.tracks, s.fixes = append(s.tracks, t), append(s.fixes, f)
	}
	return s.fail
}

func (s *shelf) Reject(p truce.Problem) error {
	s.problems = append(s.problems, p)
	return s.fail
}

// damascus is the zone's table for 2017 and 2018: the clocks went forward at midnight on the last Friday of March.
var damascus = truce.Clock{Zone: "Asia/Damascus", Offsets: []truce.Offset{
	{Seconds: 7200},
	{From: utc("2017-03-30T22:00:00Z"), Seconds: 10800},
	{From: utc("2017-10-26T21:00:00Z"), Seconds: 7200},
	{From: utc("2018-03-29T22:00:00Z"), Seconds: 10800},
	{From: utc("2018-10-25T21:00:00Z"), Seconds: 7200},
}}

func utc(rfc3339 string) truce.Instant {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		panic(err)
	}
	return truce.InstantOf(t)
}

func read(t testing.TB, name, text string, opts intake.Options) (*shelf, intake.Summary) {
	t.Helper()
	s := &shelf{}
	sum, err := intake.Read(context.Background(), strings.NewReader(text), name, opts, s)
	if err != nil {
		t.Fatalf("%s: %v (%s)", name, err, truce.HintOf(err))
	}
	balanced(t, sum)
	return s, sum
}

// balanced checks that no row vanished.
func balanced(t testing.TB, sum intake.Summary) {
	t.Helper()
	if sum.Rows != sum.Observations+sum.Fixes+sum.Duplicates+sum.Rejected || sum.Accepted() != sum.Observations+sum.Fixes {
		t.Errorf("rows are lost: %+v", sum)
	}
}

const positions = "unit,time,lat,lon\np1,2017-07-09T12:00:00+03:00,32.6,36.1\np2,2017-07-09T12:00:01+03:00,32.7,36.2\np1,2017-07-09T12:00:02+03:00,32.8,36.3\n"

// printer writes what it is given.
type printer struct{}

func (printer) Observation(o *truce.Observation) error {
	fmt.Println("observation", o.ID, o.What, "at", o.Where.At)
	return nil
}

func (printer) Fixes(t intake.Track, fixes []truce.Fix) error {
	fmt.Println(len(fixes), "fixes of", t.Unit)
	return nil
}

func (printer) Reject(p truce.Problem) error {
	fmt.Printf("%s, row %d, %s: %v\n", p.File, p.Line, p.Field, p)
	return nil
}

func ExampleRead() {
	file := `id,kind,what,time,lat,lon,error_m
t:1,incident,shelling,2017-07-09T12:05:00+03:00,32.61889,36.10213,500
t:2,incident,sheling,2017-07-09T12:30:00,32.61889,36.10213,500
`
	sum, err := intake.Read(context.Background(), strings.NewReader(file), "reports.csv", intake.Options{}, printer{})
	fmt.Println(sum.Format, sum.Rows, "rows,", sum.Accepted(), "taken,", sum.Rejected, "rejected", err)
	// Output:
	// observation t:1 shelling at 32.61889N 36.10213E
	// reports.csv, row 3, what: "sheling" is no kind of incident: did you mean shelling?
	// reports.csv, row 3, time: the time "2017-07-09T12:30:00" has no offset from UTC: add it (+03:00, or Z for UTC), or name the zone of the whole file with --zone
	// sheet 2 rows, 1 taken, 1 rejected <nil>
}

func TestSummary(t *testing.T) {
	s, sum := read(t, "patrols.csv", positions+"p1,2017-07-09T12:00:03+03:00,0,0\n", intake.Options{})
	if sum.Format != intake.FormatTrack || sum.Encoding != "UTF-8" || sum.Bytes != int64(len(positions)+33) || sum.Rows != 4 || sum.Fixes != 3 || sum.Rejected != 1 ||
		sum.SHA256 != sha256.Sum256([]byte(positions+"p1,2017-07-09T12:00:03+03:00,0,0\n")) ||
		sum.Earliest != utc("2017-07-09T09:00:00Z") || sum.Latest != utc("2017-07-09T09:00:02Z") {
		t.Errorf("%+v", sum)
	}
	if len(sum.Codes) != 1 || sum.Codes[0] != (intake.CodeCount{Code: entry.NullIsland, Rows: 1}) {
		t.Errorf("%+v", sum.Codes)
	}
	want := truce.Problem{File: "patrols.csv", Line: 5, Column: 3, Field: "lat", Code: entry.NullIsland, Message: s.problems[0].Message, Hint: s.problems[0].Hint}
	if s.problems[0] != want {
		t.Errorf("%+v", s.problems[0])
	}
	// Fixes come by positions, in the order of the file within each.
	if s.tracks[0].Unit != "p1" || s.tracks[1].Unit != "p1" || s.tracks[2].Unit != "p2" || s.fixes[1].At != sum.Latest || s.tracks[0].File != "patrols.csv" || s.tracks[0].Source.Means != truce.MeansDevice {
		t.Errorf("%+v", s.tracks)
	}
	if !slices.ContainsFunc(sum.Notes, func(n string) bool { return strings.Contains(n, "30 m") }) {
		t.Errorf("the error radius taken is not told: %q", sum.Notes)
	}
}

func TestLabelsAndDefaults(t *testing.T) {
	austin, daraa := truce.Degrees(-97.74, 30.27), truce.Degrees(36.1, 32.62)
	opts := intake.Options{DefaultError: 15, Simulated: true, Source: truce.Source{ID: "locator", Standing: truce.StandingReported},
		Move: &intake.Shift{From: austin, To: daraa}}
	s, sum := read(t, "bus.csv", "unit,time,lat,lon\nb,2017-07-09T12:00:00Z,30.27,-97.74\nb,2017-07-09T12:01:00Z,-89,-97\nb,2017-07-09T12:01:00Z,89,-97\n", opts)
	if len(s.fixes) != 2 || s.fixes[0] != (truce.Fix{At: utc("2017-07-09T12:00:00Z"), Pos: daraa, Error: 15}) {
		t.Errorf("%+v", s.fixes)
	}
	if tr := s.tracks[0]; !tr.Moved || !tr.Simulated || tr.Source.ID != "locator" || tr.Source.Standing != truce.StandingReported {
		t.Errorf("%+v", tr)
	}
	if sum.Rejected != 1 || s.problems[0].Code != entry.MovedTooFar {
		t.Errorf("%+v", s.problems)
	}
	s, _ = read(t, "o.ndjson", `{"id":"1","kind":"presence","place":{"lat":30.27,"lon":-97.74,"error_m":3}}`, opts)
	if o := s.observations[0]; !o.Moved || !o.Simulated || o.Where.At != daraa || o.File != "o.ndjson" || o.Row != 1 {
		t.Errorf("%+v", o)
	}
}

func TestShift(t *testing.T) {
	for _, c := range []struct {
		from, to, p, want truce.Position
		ok                bool
	}{
		{truce.Degrees(0, 1), truce.Degrees(10, 11), truce.Degrees(175, 5), truce.Degrees(-175, 15), true},
		{truce.Degrees(10, 11), truce.Degrees(0, 1), truce.Degrees(-175, 5), truce.Degrees(175, -5), true},
		{truce.Degrees(-180, -90), truce.Degrees(180, 90), truce.Degrees(180, -90), truce.Degrees(180, 90), true},
		{truce.Degrees(0, 0), truce.Degrees(0, 50), truce.Degrees(0, 50), truce.Degrees(0, 50), false},
		{truce.Degrees(5, 5), truce.Degrees(0, 0), truce.Degrees(5, 5), truce.Degrees(5, 5), false}, // 0,0 is no position
	} {
		if got, ok := (intake.Shift{From: c.from, To: c.to}).Move(c.p); got != c.want || ok != c.ok {
			t.Errorf("%v to %v moves %v to %v, %v; want %v, %v", c.from, c.to, c.p, got, ok, c.want, c.ok)
		}
	}
}

// TestEncodings reads one sheet in every encoding; the text must come out the same.
func TestEncodings(t *testing.T) {
	const latin = "id,kind,note\na:1,act,Déjà vu à Genève\n"
	const cyrillic = "id,kind,note\na:1,act,Сообщение\n"
	const arabic = "id,kind,note\na:1,act,درعا\n"
	encode := func(text string, e interface {
		String(string) (string, error)
	}) string {
		s, err := e.String(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct{ name, text, forced, want, encoding string }{
		{"UTF-8", arabic, "", "درعا", "UTF-8"},
		{"UTF-8 with mark", "\ufeff" + arabic, "", "درعا", "UTF-8 with byte order mark"},
		{"UTF-16LE", encode(arabic, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()), "", "درعا", "UTF-16LE with byte order mark"},
		{"UTF-16BE", encode(arabic, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()), "", "درعا", "UTF-16BE with byte order mark"},
		// Converted by a tool that did not know of the mark already there.
		{"UTF-16LE, marked twice", encode("\ufeff"+arabic, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()), "", "درعا", "UTF-16LE with byte order mark"},
		{"UTF-8, marked twice", "\ufeff\ufeff" + arabic, "", "درعا", "UTF-8 with byte order mark"},
		{"UTF-16LE without mark", encode(arabic, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()), "utf-16le", "درعا", "utf-16le"},
		{"Windows-1252", encode(latin, charmap.Windows1252.NewEncoder()), "", "Déjà vu à Genève", "Windows-1252"},
		{"Windows-1251", encode(cyrillic, charmap.Windows1251.NewEncoder()), "windows-1251", "Сообщение", "windows-1251"},
		{"Windows-1256", encode(arabic, charmap.Windows1256.NewEncoder()), "Windows-1256", "درعا", "Windows-1256"},
	} {
		s, sum := read(t, c.name, c.text, intake.Options{Encoding: c.forced})
		if len(s.observations) != 1 || s.observations[0].Note != c.want || sum.Encoding != c.encoding {
			t.Errorf("%s: %+v %q", c.name, s.problems, sum.Encoding)
		}
		if guess := strings.Contains(strings.Join(sum.Notes, "\n"), "a guess"); guess != (c.encoding == "Windows-1252") {
			t.Errorf("%s: %q", c.name, sum.Notes)
		}
	}
}

// TestEncodingDecidedLate: what only ASCII has been seen of stays open, however long it is.
func TestEncodingDecidedLate(t *testing.T) {
	var plain strings.Builder
	plain.WriteString("id,kind,note\n")
	for i := range 20_000 {
		fmt.Fprintf(&plain, "a:%d,act,plain\n", i)
	}
	s, sum := read(t, "late.csv", plain.String()+"z,act,Gen\xe8ve\n", intake.Options{})
	if last := s.observations[len(s.observations)-1]; last.Note != "Genève" || sum.Encoding != "Windows-1252" {
		t.Errorf("%q %q", last.Note, sum.Encoding)
	}
	// One damaged row among good ones does not turn a UTF-8 file into another.
	s, sum = read(t, "damaged.csv", plain.String()+"x,act,درعا\ny,act,Gen\xe8ve\nz,act,درعا\n", intake.Options{})
	if last := s.observations[len(s.observations)-1]; last.Note != "درعا" || sum.Encoding != "UTF-8" || sum.Rejected != 1 || s.problems[0].Code != entry.BadEncoding {
		t.Errorf("%q %q %+v", last.Note, sum.Encoding, s.problems)
	}
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func TestGzip(t *testing.T) {
	packed := gzipped(positions)
	s, sum := read(t, "t.csv", packed, intake.Options{})
	if len(s.fixes) != 3 || sum.Bytes != int64(len(packed)) || sum.SHA256 != sha256.Sum256([]byte(packed)) {
		t.Errorf("%+v", sum)
	}
	if _, sum := read(t, "t.csv.gz", positions, intake.Options{}); !strings.Contains(strings.Join(sum.Notes, "\n"), "not compressed") {
		t.Errorf("%q", sum.Notes)
	}
}

// TestFilesRefused: each error says what the file is and what to do.
func TestFilesRefused(t *testing.T) {
	bomb := gzipped("unit,time,lat,lon\n" + strings.Repeat("p1,2017-07-09T12:00:00+03:00,32.6,36.1\n", 10_000))
	for _, c := range []struct {
		name, text string
		opts       intake.Options
		kind       truce.ErrorKind
		want       string
	}{
		{"nothing", "", intake.Options{}, truce.Invalid, "empty"},
		{"only a mark", "\xef\xbb\xbf", intake.Options{}, truce.Invalid, "empty"},
		{"only space", " \r\n\n", intake.Options{}, truce.Invalid, "empty"},
		{"zip", "PK\x03\x04rest", intake.Options{}, truce.Invalid, "spreadsheet"},
		{"binary", "\x7fELF\x02\x01\x01\x00", intake.Options{}, truce.Invalid, "binary"},
		{"web page", "<!DOCTYPE html><html>", intake.Options{}, truce.Invalid, "XML"},
		{"JSON list", `[{"id":1}]`, intake.Options{}, truce.Invalid, "one object a line"},
		{"other table", "name,colour\n1,2\n", intake.Options{}, truce.Invalid, `"name", "colour"`},
		{"no header", "1,2\n3,4\n", intake.Options{}, truce.Invalid, "no known table"},
		{"twice", gzipped(gzipped(positions)), intake.Options{}, truce.Invalid, "twice"},
		{"cut gzip", gzipped(positions)[:40], intake.Options{}, truce.Corrupt, "cut off"},
		{"not gzip after all", "\x1f\x8bxxxxxxxxxxxxxxx", intake.Options{}, truce.Corrupt, "damaged"},
		{"bomb", bomb, intake.Options{MaxBytes: 1000}, truce.TooLarge, "more than 1000 bytes"},
		{"no such format", positions, intake.Options{Format: "xlsx"}, truce.Invalid, "no format xlsx"},
		{"wrong format", positions, intake.Options{Format: intake.FormatNDJSON}, truce.Invalid, "not ndjson"},
		{"wrong table", positions, intake.Options{Format: intake.FormatUCDP}, truce.Invalid, "lacks id"},
		{"wrong table", positions, intake.Options{Format: intake.FormatACLED}, truce.Invalid, "lacks event_id_cnty"},
		{"wrong table", positions, intake.Options{Format: intake.FormatSheet}, truce.Invalid, "no such column"},
		{"JSON as table", `{"id":1}`, intake.Options{Format: intake.FormatTrack}, truce.Invalid, "not track"},
		{"no such encoding", positions, intake.Options{Encoding: "ebcdic"}, truce.Invalid, "no encoding ebcdic"},
		{"other coordinates", `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:3857"}},"features":[]}`, intake.Options{}, truce.Invalid, "3857"},
	} {
		_, err := intake.Read(context.Background(), strings.NewReader(c.text), c.name, c.opts, &shelf{})
		if err == nil || truce.KindOf(err) != c.kind || !strings.Contains(err.Error()+" "+truce.HintOf(err), c.want) {
			t.Errorf("%s: %v (%v, %s); want %q", c.name, err, truce.KindOf(err), truce.HintOf(err), c.want)
		}
	}
}

func TestFolder(t *testing.T) {
	f, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := intake.Read(context.Background(), f, "d", intake.Options{}, &shelf{}); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("%v", err)
	}
}

func TestStopped(t *testing.T) {
	full := &truce.Error{Op: "shelf.Fixes", Kind: truce.Conflict, Reason: "the shelf is full"}
	_, err := intake.Read(context.Background(), strings.NewReader(positions), "t", intake.Options{}, &shelf{fail: full})
	if !errors.Is(err, full) || truce.KindOf(err) != truce.Conflict || err.Error() != "intake.Read: t: shelf.Fixes: the shelf is full" {
		t.Errorf("the sink's error is lost: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := intake.Read(ctx, strings.NewReader(positions), "t", intake.Options{}, &shelf{}); !errors.Is(err, context.Canceled) {
		t.Errorf("the context is not heard: %v", err)
	}
	gone := errors.New("the disk is gone")
	s := &shelf{}
	sum, err := intake.Read(context.Background(), io.MultiReader(strings.NewReader(`{"id":"1","kind":"act"}`+"\n"), iotest.ErrReader(gone)), "t", intake.Options{}, s)
	if !errors.Is(err, gone) || sum.SHA256 != [32]byte{} {
		t.Errorf("%v %+v", err, sum)
	}
}

// TestDigestOfAll: the digest is of the whole file, also where a format stops reading before its end.
func TestDigestOfAll(t *testing.T) {
	text := "<gpx><trk></gpx>" + strings.Repeat(" more", 100_000)
	if _, sum := read(t, "t.gpx", text, intake.Options{}); sum.Rejected != 1 || sum.Bytes != int64(len(text)) || sum.SHA256 != sha256.Sum256([]byte(text)) {
		t.Errorf("%+v", sum)
	}
}

func TestIDs(t *testing.T) {
	seen := intake.NewSeen(3)
	first := `{"id":"a","kind":"act","note":"x"}` + "\n" + `{"id":"b","kind":"act"}` + "\n"
	if _, sum := read(t, "first", first+first, intake.Options{Seen: seen}); sum.Observations != 2 || sum.Duplicates != 2 {
		t.Errorf("%+v", sum)
	}
	// The same content from another file and format is the same; another content is not, and names the first.
	s, sum := read(t, "second", "id,kind,note\na,act,x\nb,act,y\nc,act,\nd,act,\n", intake.Options{Seen: seen})
	if sum.Duplicates != 1 || sum.Observations != 1 || sum.Rejected != 2 {
		t.Errorf("%+v", sum)
	}
	if p := s.problems[0]; p.Code != entry.IDConflict || p.Line != 3 || !strings.Contains(p.Message, "row 2 of first") {
		t.Errorf("%+v", p)
	}
	if p := s.problems[1]; p.Code != entry.TooManyIDs || p.Line != 5 {
		t.Errorf("%+v", p)
	}
	// Without a shared memory each file stands alone.
	if _, sum := read(t, "alone", first, intake.Options{}); sum.Observations != 2 {
		t.Errorf("%+v", sum)
	}
}

func TestBatches(t *testing.T) {
	var text []byte
	n := intake.MaxBatch + 1000
	for i := range n {
		text = ndjson.AppendFix(text, &intake.Track{Unit: fmt.Sprint("u", i%7)}, truce.Fix{At: 1499587500000 + truce.Instant(i), Pos: truce.Degrees(36, 32)})
	}
	s, _ := read(t, "many", string(text), intake.Options{})
	last := map[string]truce.Instant{}
	for i, f := range s.fixes {
		if u := s.tracks[i].Unit; f.At <= last[u] {
			t.Fatalf("%s goes backwards", u)
		} else {
			last[u] = f.At
		}
	}
	if len(s.fixes) != n || s.calls != 14 {
		t.Errorf("%d fixes of %d, in %d calls; want two batches of seven tracks", len(s.fixes), n, s.calls)
	}
}

// endless gives a prefix, then so many bytes of filling, then a suffix.
type endless struct {
	prefix, suffix string
	left           int64
}

func (e *endless) Read(p []byte) (int, error) {
	switch {
	case len(e.prefix) > 0:
		n := copy(p, e.prefix)
		e.prefix = e.prefix[n:]
		return n, nil
	case e.left > 0:
		n := int(min(int64(len(p)), e.left))
		for i := range p[:n] {
			p[i] = 'x'
		}
		e.left -= int64(n)
		return n, nil
	case len(e.suffix) > 0:
		n := copy(p, e.suffix)
		e.suffix = e.suffix[n:]
		return n, nil
	}
	return 0, io.EOF
}

// TestOneLongLine streams a line of a gigabyte through every format that has lines. It is one rejected row, the row
// after it is read, and the memory stays small.
func TestOneLongLine(t *testing.T) {
	size := int64(1 << 30)
	if testing.Short() {
		size = 64 << 20
	}
	const limit = 64 << 20
	for _, c := range []struct {
		prefix, suffix, code string
		size                 int64
		accepted             int
	}{
		{positions, "\np1,2017-07-09T12:00:03+03:00,32.6,36.1\n", entry.RowTooLong, size, 4},
		{positions + `"`, "\np1,2017-07-09T12:00:03+03:00,32.6,36.1\n", entry.RowTooLong, 64 << 20, 4},
		{`{"id":"1","kind":"act"}` + "\n" + `{"note":"`, `"}` + "\n" + `{"id":"2","kind":"act"}`, entry.RowTooLong, 64 << 20, 2},
		{`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"note":"`, `"}},{"type":"Feature","id":"1","properties":{"kind":"act"}}]}`, entry.RowTooLong, 64 << 20, 1},
		{`<gpx><trk><name>p</name><trkseg><trkpt lat="32" lon="36"><time>2017-07-09T12:00:03Z</time></trkpt><trkpt lat="`, `">`, entry.BadXML, 64 << 20, 1},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		sum, err := intake.Read(context.Background(), &endless{c.prefix, c.suffix, c.size}, "long", intake.Options{}, &shelf{})
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		if sum.Rejected != 1 || sum.Codes[0].Code != c.code || sum.Accepted() != c.accepted {
			t.Errorf("%.40s: %+v", c.prefix, sum)
		}
		// What was allocated in all, not only what is left: nothing of the line may have been kept even for a while.
		if used := after.TotalAlloc - before.TotalAlloc; used > limit {
			t.Errorf("%.40s: %d MB were allocated for a row of %d MB", c.prefix, used>>20, c.size>>20)
		}
	}
}

// TestCodes makes every code of the list once: a code nobody can get would be a promise in the reference page that is
// not kept.
func TestCodes(t *testing.T) {
	chicago := truce.Clock{Zone: "America/Chicago", Offsets: []truce.Offset{{Seconds: -21600}, {From: utc("2015-03-08T08:00:00Z"), Seconds: -18000}, {From: utc("2015-11-01T07:00:00Z"), Seconds: -21600}}}
	point := func(lat, lon string) string {
		return "unit,time,lat,lon\np,2017-07-09T12:00:00Z," + lat + "," + lon + "\n"
	}
	moment := func(text string) string { return "unit,time,lat,lon\np," + text + ",32,36\n" }
	samples := map[string]struct {
		text string
		opts intake.Options
	}{
		entry.RowTooLong:          {text: positions + strings.Repeat("x", 200), opts: intake.Options{MaxRow: 100}},
		entry.UnclosedQuote:       {text: positions + `"p`},
		entry.StrayQuote:          {text: positions + `"p"p,,,`},
		entry.ColumnCount:         {text: positions + "p1"},
		entry.BadEncoding:         {text: "id,kind,note\n1,act,درعا\n2,act,\xff\n"},
		entry.BadJSON:             {text: `{"id":}`},
		entry.BadXML:              {text: `<gpx><trk>`},
		entry.MissingValue:        {text: point("", "36")},
		entry.MissingError:        {text: `{"id":"1","kind":"act","place":{"lat":32,"lon":36}}`},
		entry.UnknownKey:          {text: `{"id":"1","kind":"act","nota":"x"}`},
		entry.RepeatedKey:         {text: `{"id":"1","kind":"act","kind":"act"}`},
		entry.UnknownWord:         {text: `{"id":"1","kind":"acts"}`},
		entry.WrongType:           {text: `{"id":1,"kind":"act"}`},
		entry.BadID:               {text: `{"id":"a b","kind":"act"}`},
		entry.BadText:             {text: `{"id":"1","kind":"act","note":"\u0001"}`},
		entry.BadList:             {text: "id,kind,parts\n1,act,us\n"},
		entry.BadNumber:           {text: point("north", "36")},
		entry.BadBounds:           {text: `{"id":"1","kind":"act","deaths":{"low":2,"best":1,"high":3}}`},
		entry.BadTime:             {text: moment("noon")},
		entry.TimeWithoutZone:     {text: moment("2017-07-09T12:00:00")},
		entry.AmbiguousDate:       {text: "id,kind,time\n1,act,1/2/2017\n"},
		entry.ClockGap:            {text: moment("2015-03-08 02:30:00"), opts: intake.Options{AssumeZone: &chicago}},
		entry.ClockTwice:          {text: moment("2015-11-01 01:30:00"), opts: intake.Options{AssumeZone: &chicago}},
		entry.TimeOutOfRange:      {text: moment("2300-01-01T00:00:00Z")},
		entry.ZeroTime:            {text: moment("1970-01-01T00:00:00Z")},
		entry.IncompleteTime:      {text: "id,kind,time_from\n1,act,2017-07-09\n"},
		entry.TimeBackwards:       {text: "id,kind,time_from,time_to\n1,act,2017-07-09,2017-07-08\n"},
		entry.LatitudeOutOfRange:  {text: point("91", "136")},
		entry.LongitudeOutOfRange: {text: point("32", "181")},
		entry.SwappedCoordinates:  {text: point("136", "32")},
		entry.NullIsland:          {text: point("0.0", "0.0")},
		entry.BadAccuracy:         {text: "unit,time,lat,lon,accuracy\np,2017-07-09T12:00:00Z,32,36,-1\n"},
		entry.BadGeometry:         {text: `{"type":"Feature","geometry":{"type":"Polygon","coordinates":[]},"properties":{"id":"1","kind":"act"}}`},
		entry.ConflictingPlace:    {text: `{"type":"Feature","geometry":{"type":"Point","coordinates":[36,32]},"properties":{"id":"1","kind":"act","error_m":1,"lat":33,"lon":36}}`},
		entry.MovedTooFar:         {text: point("32", "36"), opts: intake.Options{Move: &intake.Shift{To: truce.Degrees(0, 80)}}},
		entry.IDConflict:          {text: "id,kind,note\n1,act,a\n1,act,b\n"},
		entry.TooManyIDs:          {text: "id,kind\n1,act\n2,act\n", opts: intake.Options{Seen: intake.NewSeen(1)}},
	}
	for _, c := range entry.Codes() {
		sample, ok := samples[c[0]]
		if !ok {
			t.Errorf("no sample gives %s", c[0])
			continue
		}
		s, sum := read(t, "sample", sample.text, sample.opts)
		if len(s.problems) != 1 || s.problems[0].Code != c[0] || sum.Rejected != 1 || s.problems[0].Message == "" {
			t.Errorf("%s: %+v", c[0], s.problems)
		}
	}
}

func TestNotes(t *testing.T) {
	_, sum := read(t, "a.b.csv", "time,lat,lon,speed,colour\n\n2017-07-09 12:00:00,32,36,1,red\n", intake.Options{AssumeZone: &damascus})
	got := strings.Join(sum.Notes, "\n")
	for _, want := range []string{`columns passed over: "speed", "colour"`, "Asia/Damascus", `unit "a"`, "blank rows: 1"} {
		if !strings.Contains(got, want) {
			t.Errorf("no note %q in\n%s", want, got)
		}
	}
	_, sum = read(t, "empty.csv", "id,kind,time\n", intake.Options{})
	if !slices.Contains(sum.Notes, "the file has no rows") {
		t.Errorf("%q", sum.Notes)
	}
	_, sum = read(t, "day.csv", "id,kind,time\n1,act,2017-07-09\n", intake.Options{})
	if !strings.Contains(strings.Join(sum.Notes, "\n"), "days of UTC, because no clock was given") {
		t.Errorf("%q", sum.Notes)
	}
}

// TestFormatsGiveTheSame writes one observation in truce's two formats and as GeoJSON: the journal must not depend on
// which of them it came in.
func TestFormatsGiveTheSame(t *testing.T) {
	o := &truce.Observation{ID: "t:1", Kind: truce.KindIncident, What: "shelling", When: truce.At(1499587500000),
		Where: truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(36.1, 32.6), Error: 500, Name: "Dar'a"},
		Parts: []truce.Part{{Name: "southern-front", Role: truce.RoleInitiator}, {Name: "islamic-front", Role: truce.RoleTarget}}, Deaths: truce.Exactly(2)}
	seen := intake.NewSeen(0)
	read(t, "a", string(ndjson.Append(nil, o)), intake.Options{Seen: seen})
	for _, text := range []string{
		string(sheet.Append(sheet.AppendHeader(nil), o)),
		`{"type":"Feature","geometry":{"type":"Point","coordinates":[36.1,32.6]},"properties":{"id":"t:1","kind":"incident","what":"shelling",` +
			`"time":"2017-07-09T08:05:00Z","error_m":500,"place":"Dar'a","initiator":["southern-front"],"target":"islamic-front","deaths":2}}`,
	} {
		if s, sum := read(t, "b", text, intake.Options{Seen: seen}); sum.Duplicates != 1 {
			t.Errorf("%s: %+v %v", text, sum, s.problems)
		}
	}
}
