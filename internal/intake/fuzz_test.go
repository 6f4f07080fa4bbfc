package intake_test

import (
	"bytes"
	"context"
	"reflect"
	"slices"
	"testing"
	"testing/iotest"

	"truce"
	"truce/internal/intake"
	"truce/internal/intake/entry"
	"truce/internal/intake/ndjson"
	"truce/internal/intake/sheet"
)

// seeds are small files of each format, good and bad.
var seeds = map[string][]string{
	intake.FormatNDJSON: {
		`{"id":"t:1","kind":"incident","what":"mortar-fire","time":{"from":"2017-07-09","to":"2017-07-10T12:00:00Z"},"place":{"kind":"area","path":[[36,32],[37,32],[37,33]],"within":["a"]},"parts":[{"name":"x","role":"target"}],"deaths":{"low":0,"best":1,"high":2}}` + "\n{",
		`{"kind":"fix","unit":"p","time":"2017-07-09T12:05:00Z","lat":32.5,"lon":36.25,"accuracy":10}`,
	},
	intake.FormatSheet: {
		"id;kind;what;time;lat;lon;error_m;parts;equipment;geometry;to_geometry\n1;incident;shelling;2017-07-09;32,5;36,25;30;side: a | b;tank count=1/2/3;\"POLYGON ((36 32, 37 32, 37 33, 36 32))\";\n\"2;x\n",
		"id,kind,note\n1,act,Gen\xe8ve\n1,act,x\n",
	},
	intake.FormatUCDP: {
		"id,type_of_violence,side_a,side_b,where_prec,adm_1,latitude,longitude,date_prec,date_start,date_end,low,best,high,deaths_civilians,deaths_unknown\n" +
			"1,3,A,Civilians,1,P,32.5,36.25,3,1/2/2017,1/2/2017,2,1,1,1,1\n2,1,A,B,5,P,32.5,36.25,5,31/1/2017,1/2/2017,1,1,1,0,0\n",
	},
	intake.FormatACLED: {
		"event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,assoc_actor_1,actor2,admin1,location,latitude,longitude,geo_precision,source,fatalities\n" +
			"X1,31 January 2017,3,Battles,Armed clash,A,B; C,D,P,T,32.5,36.25,3,S; T,10\n",
	},
	intake.FormatGeoJSON: {
		`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"MultiPolygon","coordinates":[[[[36,32],[37,32],[37,33],[36,32]]],[[[1,1],[2,1],[2,2],[1,1]]]]},"properties":{"id":"1","kind":"coverage","time":"2017-07-09"}},{"a":`,
		"\x1e" + `{"type":"Feature","geometry":{"type":"Point","coordinates":[36,32,1]},"properties":{"id":1,"kind":"act","error_m":0,"within":["a","b"]}}`,
	},
	intake.FormatGPX: {
		`<?xml version="1.0"?><gpx><wpt lat="32" lon="36"><time>2017-07-09</time><name>x</name></wpt><trk><name>p</name><trkseg><trkpt lat="32" lon="36"><time>2017-07-09T09:00:00Z</time></trkpt></trkseg></trk></gpx>`,
	},
	intake.FormatTrack: {
		positions, "time\tlat\tlng\taccuracy\n2017-07-09 09:00:00\t32,5\t36,25\t3\n",
	},
}

// fuzz holds for every input: nothing panics, no row is lost, every problem has a known code, the bytes may come in any
// pieces, and what is accepted is good enough to be written and read again as it was.
func fuzz(f *testing.F, format string) {
	for _, s := range seeds[format] {
		f.Add([]byte(s))
		f.Add([]byte(gzipped(s)))
		f.Add([]byte("\xff\xfe" + s))
	}
	known := map[string]bool{}
	for _, c := range entry.Codes() {
		known[c[0]] = true
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		opts := intake.Options{Format: format, Clock: damascus, AssumeZone: &damascus, MaxRow: 1000, MaxBytes: 1 << 20}
		s, pieces := &shelf{}, &shelf{}
		sum, err := intake.Read(context.Background(), bytes.NewReader(b), "f", opts, s)
		again, err2 := intake.Read(context.Background(), iotest.OneByteReader(bytes.NewReader(b)), "f", opts, pieces)
		if (err == nil) != (err2 == nil) || !reflect.DeepEqual(sum, again) || !reflect.DeepEqual(s, pieces) {
			t.Fatalf("byte by byte it reads differently: %v %v\n%+v\n%+v", err, err2, sum, again)
		}
		balanced(t, sum)
		if len(s.observations) != sum.Observations || err == nil && len(s.fixes) != sum.Fixes || sum.Rejected > 0 && len(s.problems) == 0 {
			t.Fatalf("%d observations, %d fixes, %d problems of %+v", len(s.observations), len(s.fixes), len(s.problems), sum)
		}
		for _, p := range s.problems {
			if !known[p.Code] || p.File != "f" || p.Message == "" {
				t.Fatalf("%+v", p)
			}
		}
		for i, fix := range s.fixes {
			if !fix.At.Stated() || fix.At < truce.EarliestInstant || fix.At > truce.LatestInstant || !onEarth(fix.Pos) || !(fix.Error >= 0) || s.tracks[i].Unit == "" {
				t.Fatalf("%+v of %+v", fix, s.tracks[i])
			}
		}
		for _, o := range s.observations {
			if !o.When.Valid() || o.When.Stated() != (o.When != truce.Span{}) || !onEarth(o.Where.At) || o.ID == "" || o.Kind == truce.KindUnknown {
				t.Fatalf("%+v", o)
			}
			same(t, o, string(ndjson.Append(nil, o)))
			same(t, o, string(sheet.Append(sheet.AppendHeader(nil), o)))
		}
	})
}

func onEarth(p truce.Position) bool {
	return max(p.Lat, -p.Lat) <= 900_000_000 && max(p.Lon, -p.Lon) <= 1_800_000_000
}

// same reads what was written of an observation and compares.
func same(t *testing.T, o *truce.Observation, text string) {
	back := &shelf{}
	if _, err := intake.Read(context.Background(), bytes.NewReader([]byte(text)), o.File, intake.Options{Encoding: "utf-8"}, back); err != nil || len(back.observations) != 1 {
		t.Fatalf("%s: %v %v", text, err, back.problems)
	}
	got := *back.observations[0]
	got.Row = o.Row
	if !reflect.DeepEqual(&got, o) {
		t.Fatalf("%s\nwrote %+v\nread  %+v", text, o, &got)
	}
}

func FuzzNDJSON(f *testing.F)  { fuzz(f, intake.FormatNDJSON) }
func FuzzSheet(f *testing.F)   { fuzz(f, intake.FormatSheet) }
func FuzzUCDP(f *testing.F)    { fuzz(f, intake.FormatUCDP) }
func FuzzACLED(f *testing.F)   { fuzz(f, intake.FormatACLED) }
func FuzzGeoJSON(f *testing.F) { fuzz(f, intake.FormatGeoJSON) }
func FuzzGPX(f *testing.F)     { fuzz(f, intake.FormatGPX) }
func FuzzTrack(f *testing.F)   { fuzz(f, intake.FormatTrack) }

// FuzzSniff reads whatever it is given without being told what it is.
func FuzzSniff(f *testing.F) {
	for _, list := range seeds {
		for _, s := range list {
			f.Add([]byte(s))
		}
	}
	fuzz(f, "")
}

// TestSeedsAreSniffed: each seed is taken for what it is.
func TestSeedsAreSniffed(t *testing.T) {
	for format, list := range seeds {
		for _, s := range list {
			sum, err := intake.Read(context.Background(), bytes.NewReader([]byte(s)), "f", intake.Options{}, &shelf{})
			if err != nil || sum.Format != format {
				t.Errorf("%q is taken for %q, %v; want %s", s, sum.Format, err, format)
			}
		}
	}
	if got := len(seeds); got != len(intake.Formats()) || slices.Contains(intake.Formats(), "") {
		t.Errorf("seeds of %d formats", got)
	}
}
