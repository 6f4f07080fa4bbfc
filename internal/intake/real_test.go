package intake_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"truce"
	"truce/internal/intake"
	"truce/internal/intake/entry"
	"truce/internal/intake/ndjson"
	"truce/internal/intake/sheet"
)

// dataFile gives a file of the data kept beside the repository, which is not part of it.
func dataFile(t testing.TB, name string) []byte {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(name))
	b, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("the data file %s is not here: %v", name, err)
	}
	return b
}

// TestGED reads UCDP's events of Syria in 2017 and 2018. The figures were taken with Python's csv module, for example
//
//	zcat ged_syria_2017_2018.csv.gz | python3 -c 'import csv,sys,collections as c
//	print(c.Counter(r["adm_1"] for r in csv.DictReader(sys.stdin)))'
func TestGED(t *testing.T) {
	s, seen := &shelf{}, intake.NewSeen(0)
	sum, err := intake.Read(context.Background(), bytes.NewReader(dataFile(t, "ucdp-ged-syria/ged_syria_2017_2018.csv.gz")), "ged.csv.gz", intake.Options{Clock: damascus, Seen: seen}, s)
	if err != nil {
		t.Fatal(err)
	}
	balanced(t, sum)
	if sum.Format != intake.FormatUCDP || sum.Rows != 8352 || sum.Observations != 8352 || sum.Rejected != 0 || len(sum.Notes) != 2 ||
		sum.Earliest != utc("2016-12-31T22:00:00Z") || sum.Latest != utc("2018-12-31T22:00:00Z")-1 {
		t.Errorf("%+v %v", sum, s.problems)
	}
	// Written in truce's own formats and read again, each event is the one it was.
	lines, table := []byte(nil), sheet.AppendHeader(nil)
	for _, o := range s.observations {
		lines, table = ndjson.Append(lines, o), sheet.Append(table, o)
	}
	for _, text := range [][]byte{lines, table} {
		again, err := intake.Read(context.Background(), bytes.NewReader(text), "again", intake.Options{Seen: seen}, &shelf{})
		if err != nil || again.Duplicates != 8352 {
			t.Errorf("%+v, %v", again, err)
		}
	}
	kinds := map[truce.PlaceKind]int{}
	province := map[string]int{}
	var low, best, high, civilians, sources, aggregates, single int64
	var sample *truce.Observation
	for _, o := range s.observations {
		if o.ID == "ged:245157" {
			sample = o
		}
		kinds[o.Where.Kind]++
		p := o.Where.Name
		if n := len(o.Where.Within); n > 0 {
			p = o.Where.Within[n-1]
		}
		province[p]++
		low, best, high = low+o.Deaths.Low, best+o.Deaths.Best, high+o.Deaths.High
		civilians += o.Civilians.Best
		sources += int64(o.Source.Independent)
		if o.Note != "" {
			aggregates++
		}
		if o.Source.ID != "" {
			single++
		}
		if len(o.Parts) != 2 || o.What == "" || o.Where.Basis == "" || o.Civilians.Low > o.Civilians.Best || o.Civilians.Best > o.Civilians.High {
			t.Fatalf("%+v", o)
		}
	}
	if province["Daraa Governorate"] != 660 || province["Quneitra Governorate"] != 76 || province["As Suwayda Governorate"] != 68 {
		t.Errorf("%v", province)
	}
	if kinds[truce.PlacePoint] != 4438+3091 || kinds[truce.PlaceNamed] != 217+193+280 || kinds[truce.PlaceUnknown] != 133 {
		t.Errorf("%v", kinds)
	}
	if low != 51652 || best != 53567 || high != 58426 || civilians != 14195 || sources != 11029 || aggregates != 396 || single != 6610 {
		t.Error(low, best, high, civilians, sources, aggregates, single)
	}
	// The first event in the three governorates on or after 9 July 2017: between the 9th and the 11th, says date_prec 2.
	if sample == nil || sample.When != (truce.Span{From: utc("2017-07-08T21:00:00Z"), To: utc("2017-07-11T21:00:00Z") - 1}) || sample.Where.Name != "Daraa town" ||
		sample.Where.At != (truce.Position{Lon: 361021300, Lat: 326188900}) || sample.Source.ID != "SOHR" || sample.Deaths != truce.Exactly(1) {
		t.Errorf("%+v", sample)
	}
}

// TestCapMetro reads real vehicle tracks: ten days of buses in Austin. The counts and the sums of all coordinates in
// units of 1e-7 degree were taken with Python's csv and decimal modules.
func TestCapMetro(t *testing.T) {
	var rows, rejected int
	var lat, lon int64
	for day, want := range map[string]struct{ rows, null, vehicles int }{
		"2015-03-07": {44564, 0, 158}, "2015-03-08": {12354, 0, 140}, "2015-03-18": {19690, 53, 281}, "2015-06-07": {45134, 0, 146}, "2015-09-06": {53569, 0, 146},
		"2016-02-07": {49081, 0, 163}, "2016-11-24": {24490, 0, 152}, "2016-11-25": {32038, 0, 181}, "2016-11-26": {33140, 0, 183}, "2016-11-27": {25420, 0, 157},
	} {
		s := &shelf{}
		sum, err := intake.Read(context.Background(), bytes.NewReader(dataFile(t, "tracks/capmetro_"+day+".csv.gz")), day, intake.Options{}, s)
		if err != nil {
			t.Fatal(err)
		}
		balanced(t, sum)
		units := map[string]bool{}
		for _, tr := range s.tracks {
			units[tr.Unit] = true
		}
		for _, p := range s.problems {
			if p.Code != entry.NullIsland {
				t.Errorf("%s: %+v", day, p)
			}
			units["2012"] = true // the vehicle that has no other position that day
		}
		if sum.Rows != want.rows || sum.Rejected != want.null || len(units) != want.vehicles {
			t.Errorf("%s: %d rows, %d rejected, %d vehicles; want %v", day, sum.Rows, sum.Rejected, len(units), want)
		}
		rows, rejected = rows+sum.Rows, rejected+sum.Rejected
		for _, f := range s.fixes {
			lat, lon = lat+int64(f.Pos.Lat), lon+int64(f.Pos.Lon)
		}
	}
	if rows != 339480 || rejected != 53 || lat != 102809347601450 || lon != -331727687210090 {
		t.Error(rows, rejected, lat, lon)
	}
}

// TestAalto reads phone tracks without a zone, and refuses the carriers' own log, which has no positions.
func TestAalto(t *testing.T) {
	data := dataFile(t, "tracks/aalto_trafficsense_device_data.csv.gz")
	helsinki := truce.Clock{Zone: "Europe/Helsinki", Offsets: []truce.Offset{{Seconds: 10800}}} // as it was that summer
	s := &shelf{}
	sum, err := intake.Read(context.Background(), bytes.NewReader(data), "phones", intake.Options{AssumeZone: &helsinki}, s)
	if err != nil || sum.Fixes != 6030 || sum.Earliest != utc("2016-08-26T06:00:00Z")+206 {
		t.Errorf("%+v, %v", sum, err)
	}
	if s.tracks[0].Unit != "2" || s.fixes[0].Error != 2*33.6080017089844 {
		t.Errorf("%+v %+v", s.tracks[0], s.fixes[0])
	}
	sum, err = intake.Read(context.Background(), bytes.NewReader(data), "phones", intake.Options{}, &shelf{})
	if err != nil || sum.Fixes != 0 || sum.Rejected != 6030 || sum.Codes[0].Code != entry.TimeWithoutZone {
		t.Errorf("%+v, %v", sum, err)
	}
	if _, err := intake.Read(context.Background(), bytes.NewReader(dataFile(t, "tracks/aalto_trafficsense_manual_log.csv.gz")), "log", intake.Options{}, &shelf{}); err == nil || truce.KindOf(err) != truce.Invalid {
		t.Errorf("a log without positions is read: %v", err)
	}
}

// nothing takes everything and keeps nothing.
type nothing struct{}

func (nothing) Observation(*truce.Observation) error  { return nil }
func (nothing) Fixes(intake.Track, []truce.Fix) error { return nil }
func (nothing) Reject(truce.Problem) error            { return nil }

func benchmarkFile(b *testing.B, name string, unpack bool) {
	data := dataFile(b, name)
	if unpack {
		data = gunzip(b, data)
	}
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		sum, err := intake.Read(context.Background(), bytes.NewReader(data), name, intake.Options{Clock: damascus}, nothing{})
		if err != nil {
			b.Fatal(err)
		}
		rows += sum.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkGED(b *testing.B)      { benchmarkFile(b, "ucdp-ged-syria/ged_syria_2017_2018.csv.gz", false) }
func BenchmarkCapMetro(b *testing.B) { benchmarkFile(b, "tracks/capmetro_2015-09-06.csv.gz", true) }
func BenchmarkCapMetroGzip(b *testing.B) {
	benchmarkFile(b, "tracks/capmetro_2015-09-06.csv.gz", false)
}

func gunzip(b testing.TB, data []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		b.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		b.Fatal(err)
	}
	return plain
}
