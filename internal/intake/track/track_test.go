package track_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/rows"
	"truce/internal/intake/track"
)

func open(text string) (*track.Reader, error) {
	table, err := rows.Open(strings.NewReader(text), 0, nil)
	if err != nil {
		return nil, err
	}
	return track.Open(table, &entry.Settings{File: `C:\tracks\bus.2017.csv`, DefaultError: 30, Equipment: truce.EquipmentKinds, CommaDecimals: table.Separator() != ','})
}

func TestRows(t *testing.T) {
	const moment = "2017-07-09T09:00:00Z"
	for _, c := range []struct {
		header, row string
		unit        string
		error       float32
		code        string
	}{
		{"vehicle_id,timestamp,latitude,longitude", "8,%s,32,36", "8", 30, ""},
		{"Device_ID;DateTime;LAT;LNG;Accuracy", "d;%s;32,0;36,0;12,5", "d", 25, ""},
		{"unit,time,lat,lon,accuracy", "u,%s,32,36,0", "u", 30, ""},
		{"unit,time,lat,lon,accuracy", "u,%s,32,36,", "u", 30, ""},
		{"unit,time,lat,lon,error_m,accuracy", "u,%s,32,36,7,3", "u", 7, ""},
		{"unit,time,lat,lon,error_m", "u,%s,32,36,0", "u", 0, ""},
		{"time,lat,lon", "%s,32,36", "bus", 30, ""},
		{"unit,time,lat,lon,actor,category,source", "u,%s,32,36,southern-front,lorry,locator", "u", 30, ""},
		{"unit,time,lat,lon,category", "u,%s,32,36,lory", "", 0, entry.UnknownWord},
		{"unit,time,lat,lon,accuracy", "u,%s,32,36,-1", "", 0, entry.BadAccuracy},
		{"unit,time,lat,lon", ",%s,32,36", "", 0, entry.MissingValue},
		{"unit,time,lat,lon", "u,%s,,", "", 0, entry.MissingValue},
		{"unit,time,lat,lon", "u,%s,1e2,136", "", 0, entry.LatitudeOutOfRange},
	} {
		r, err := open(c.header + "\n" + fmt.Sprintf(c.row, moment) + "\n")
		if err != nil {
			t.Fatal(c.header, err)
		}
		var e entry.Entry
		if err := r.Next(&e); err != nil {
			t.Fatal(err)
		}
		switch {
		case c.code != "":
			if len(e.Problems) != 1 || e.Problems[0].Code != c.code {
				t.Errorf("%s: %v; want %s", c.row, e.Problems, c.code)
			}
		case e.Rejected() || e.Track.Unit != c.unit || e.Fix != (truce.Fix{At: 1499590800000, Pos: truce.Degrees(36, 32), Error: c.error}):
			t.Errorf("%s: %v %+v %+v", c.row, e.Problems, e.Track, e.Fix)
		}
		if strings.Contains(c.header, "actor") && (e.Track.Actor != "southern-front" || e.Track.Category != "lorry" || e.Track.Source.ID != "locator") {
			t.Errorf("%+v", e.Track)
		}
	}
}

func TestHeaderRefused(t *testing.T) {
	_, err := open("device_id,st_entrance,st_entry_time\n")
	if err == nil || !strings.Contains(err.Error(), "lacks time, lat, lon") {
		t.Errorf("%v", err)
	}
}

// BenchmarkRow reads rows as vehicle locators write them; 280 units take turns.
func BenchmarkRow(b *testing.B) {
	var text strings.Builder
	text.WriteString("vehicle_id,timestamp,speed,route_id,trip_id,latitude,longitude,trip_headsign\n")
	const n = 10_000
	for i := range n {
		fmt.Fprintf(&text, "%d,2015-03-07T10:%02d:34-06:00,0.0,320,1388007,30.%06d,-97.73347,NORTHBOUND\n", 2000+i%280, i%60, i)
	}
	b.SetBytes(int64(text.Len() / n))
	b.ReportAllocs()
	b.ResetTimer()
	var e entry.Entry
	r, _ := open(text.String())
	for range b.N {
		err := r.Next(&e)
		if err == io.EOF {
			r, _ = open(text.String())
			err = r.Next(&e)
		}
		if err != nil || e.Rejected() {
			b.Fatal(err, e.Problems)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
