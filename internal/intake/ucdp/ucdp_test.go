package ucdp_test

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/rows"
	"truce/internal/intake/ucdp"
)

// read reads a table; every row is an entry of its own.
func read(t *testing.T, text string, names []string) ([]entry.Entry, *ucdp.Reader) {
	t.Helper()
	table, err := rows.Open(strings.NewReader(text), 0, names)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ucdp.Open(table, &entry.Settings{File: "ged.csv"})
	if err != nil {
		t.Fatal(err)
	}
	var list []entry.Entry
	for {
		var e entry.Entry
		if err := r.Next(&e); err == io.EOF {
			return list, r
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
}

// made is a made-up event; change sets columns of it, "-" leaves one out.
func made(change ...string) string {
	columns := []string{"id", "type_of_violence", "side_a", "side_b", "number_of_sources", "source_article", "source_office", "where_prec", "where_coordinates",
		"adm_1", "adm_2", "latitude", "longitude", "event_clarity", "date_prec", "date_start", "date_end", "deaths_civilians", "deaths_unknown", "low", "best", "high"}
	values := map[string]string{"id": "7", "type_of_violence": "1", "side_a": "Government of A", "side_b": "B", "number_of_sources": "1", "source_article": "a report",
		"source_office": "Agency", "where_prec": "1", "where_coordinates": "Town", "adm_1": "Province", "adm_2": "District", "latitude": "32.5", "longitude": "36.25",
		"event_clarity": "1", "date_prec": "1", "date_start": "2017-07-09", "date_end": "2017-07-09", "deaths_civilians": "1", "deaths_unknown": "0", "low": "2", "best": "3", "high": "4"}
	for i := 0; i+1 < len(change); i += 2 {
		values[change[i]] = change[i+1]
	}
	var header, row []string
	for _, c := range columns {
		if values[c] != "-" {
			header, row = append(header, c), append(row, values[c])
		}
	}
	return strings.Join(header, ",") + "\n" + strings.Join(row, ",") + "\n"
}

func one(t *testing.T, change ...string) *entry.Entry {
	t.Helper()
	list, _ := read(t, made(change...), nil)
	return &list[0]
}

func day(y int, m time.Month, d int) truce.Instant {
	return truce.InstantOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

func TestEvent(t *testing.T) {
	e := one(t)
	want := &truce.Observation{ID: "ged:7", Kind: truce.KindIncident, What: "armed-force", When: truce.Span{From: day(2017, 7, 9), To: day(2017, 7, 10) - 1},
		Where: truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(36.25, 32.5), Error: 2000, Name: "Town", Within: []string{"District", "Province"}, Basis: "UCDP where_prec 1: exact; 2 km round the middle of the place"},
		Parts: []truce.Part{{Name: "Government of A", Role: truce.RoleSide}, {Name: "B", Role: truce.RoleSide}}, Deaths: truce.Number{Low: 2, Best: 3, High: 4, Stated: true},
		Civilians: truce.Number{Low: 0, Best: 1, High: 2, Stated: true},
		Source:    truce.Source{ID: "Agency", Means: truce.MeansHearsay, Standing: truce.StandingReported, Independent: 1, Reference: "a report", RelayedBy: []string{"UCDP GED"}}}
	if e.Rejected() || !reflect.DeepEqual(e.Observation, want) {
		t.Errorf("%v\nread %+v\nwant %+v", e.Problems, e.Observation, want)
	}
}

// TestWhere is the table of precision codes in the reference page.
func TestWhere(t *testing.T) {
	for _, c := range []struct {
		prec, adm1, adm2 string
		kind             truce.PlaceKind
		name             string
		within           []string
		error            truce.Metres
		at               bool
	}{
		{"1", "Province", "District", truce.PlacePoint, "Town", []string{"District", "Province"}, 2000, true},
		{"2", "Province", "District", truce.PlacePoint, "Town", []string{"District", "Province"}, 25000, true},
		{"3", "Province", "District", truce.PlaceNamed, "District", []string{"Province"}, 0, true},
		{"3", "Province", "", truce.PlaceNamed, "Province", nil, 0, true},
		{"3", "", "", truce.PlaceUnknown, "Town", nil, 0, false},
		{"4", "Province", "District", truce.PlaceNamed, "Province", nil, 0, true},
		{"4", "NA", "", truce.PlaceUnknown, "Town", nil, 0, false},
		{"5", "Province", "District", truce.PlaceNamed, "Town", []string{"District", "Province"}, 0, true},
		{"5", "Province", "", truce.PlaceNamed, "Town", []string{"Province"}, 0, true},
		{"6", "", "", truce.PlaceUnknown, "Town", nil, 0, false},
		{"7", "", "", truce.PlaceUnknown, "Town", nil, 0, false},
		{"", "Province", "", truce.PlaceUnknown, "Town", nil, 0, false},
	} {
		e := one(t, "where_prec", c.prec, "adm_1", c.adm1, "adm_2", c.adm2)
		p := e.Observation.Where
		if e.Rejected() || p.Kind != c.kind || p.Name != c.name || !reflect.DeepEqual(p.Within, c.within) || p.Error != c.error || (p.At != truce.Position{}) != c.at || p.Basis == "" {
			t.Errorf("where_prec %q: %v %+v", c.prec, e.Problems, p)
		}
	}
	for _, c := range [][4]string{
		{"8", "32.5", "36", entry.BadNumber}, {"1", "", "36", entry.MissingValue}, {"2", "NA", "36", entry.MissingValue},
		{"3", "95", "136", entry.LatitudeOutOfRange}, {"4", "136", "32", entry.SwappedCoordinates}, {"5", "0", "0", entry.NullIsland},
	} {
		if e := one(t, "where_prec", c[0], "latitude", c[1], "longitude", c[2]); len(e.Problems) != 1 || e.Problems[0].Code != c[3] {
			t.Errorf("%v: %v", c, e.Problems)
		}
	}
}

// TestWhen: the span is never narrower than what date_prec leaves open, and never narrower than the days given.
func TestWhen(t *testing.T) {
	for _, c := range []struct {
		prec, start, end string
		from, to         truce.Instant // to is the first moment after
	}{
		{"1", "2017-07-09", "2017-07-09", day(2017, 7, 9), day(2017, 7, 10)},
		{"1", "2017-07-09 00:00:00.000", "2017-07-11 00:00:00.000", day(2017, 7, 9), day(2017, 7, 12)},
		{"2", "2017-07-09", "2017-07-10", day(2017, 7, 9), day(2017, 7, 11)},
		{"3", "2017-07-09", "2017-07-15", day(2017, 7, 9), day(2017, 7, 16)},
		{"3", "2017-07-09", "2017-07-09", day(2017, 7, 3), day(2017, 7, 16)},
		{"3", "2017-07-09", "2017-07-11", day(2017, 7, 5), day(2017, 7, 16)},
		{"4", "2017-07-09", "2017-07-20", day(2017, 7, 9), day(2017, 7, 21)},
		{"4", "2017-07-09", "2017-07-09", day(2017, 7, 1), day(2017, 8, 1)},
		{"4", "2017-12-30", "2018-01-02", day(2017, 12, 1), day(2018, 2, 1)},
		{"5", "2017-07-09", "2017-09-20", day(2017, 7, 9), day(2017, 9, 21)},
		{"5", "2017-07-09", "2017-07-09", day(2017, 1, 1), day(2018, 1, 1)},
		{"", "2017-07-09", "2017-07-09", day(2017, 7, 9), day(2017, 7, 10)},
		{"1", "31 Jan 2017", "31 Jan 2017", day(2017, 1, 31), day(2017, 2, 1)},
		{"1", "31/01/2017", "1/2/2017", day(2017, 1, 31), day(2017, 2, 2)},
		{"1", "1/31/2017", "2/1/2017", day(2017, 1, 31), day(2017, 2, 2)},
		{"1", "2/2/2017", "2/2/2017", day(2017, 2, 2), day(2017, 2, 3)},
		{"1", "1/2/2017", "13/2/2017", day(2017, 2, 1), day(2017, 2, 14)},
	} {
		e := one(t, "date_prec", c.prec, "date_start", c.start, "date_end", c.end)
		if e.Rejected() || e.Observation.When != (truce.Span{From: c.from, To: c.to - 1}) {
			t.Errorf("date_prec %s, %s to %s: %v %v", c.prec, c.start, c.end, e.Problems, e.Observation)
		}
	}
	for _, c := range [][3]string{{"2017-07-09", "2017-07-08", entry.TimeBackwards}, {"1/2/2017", "3/2/2017", entry.AmbiguousDate}, {"", "2017-07-08", entry.MissingValue},
		{"2017-07-09T12:00:00", "2017-07-09", entry.BadTime}} {
		if e := one(t, "date_start", c[0], "date_end", c[1]); !e.Rejected() || e.Problems[0].Code != c[2] {
			t.Errorf("%v: %v", c, e.Problems)
		}
	}
}

// TestOrderIsSettledByALaterRow: rows whose dates mean two days wait for one that shows the order, and keep their own
// row numbers and places.
func TestOrderIsSettledByALaterRow(t *testing.T) {
	rowsOf := func(dates ...string) string {
		var text strings.Builder
		for i, d := range dates {
			header, row, _ := strings.Cut(made("id", fmt.Sprint(i), "date_start", d, "date_end", d), "\n")
			if i == 0 {
				text.WriteString(header + "\n")
			}
			text.WriteString(row)
		}
		return text.String()
	}
	list, r := read(t, rowsOf("1/2/2017", "3/4/2017", "25/4/2017", "5/6/2017", "12/31/2017"), nil)
	if len(list) != 5 || list[0].Observation.When.From != day(2017, 2, 1) || list[1].Observation.When.From != day(2017, 4, 3) || list[3].Observation.When.From != day(2017, 6, 5) {
		t.Errorf("%+v", list)
	}
	if list[4].Row != 6 || !list[4].Rejected() || list[4].Problems[0].Code != entry.BadTime {
		t.Errorf("a row of the other order: %+v", list[4])
	}
	if n := r.Notes(); len(n) != 1 || n[0] != "dates are read with the day first, as row 4 shows" {
		t.Errorf("%q", n)
	}
	// What waits is bounded: beyond it the rows are told to be ambiguous, and the rest of the file is read.
	dates := slices.Repeat([]string{"1/2/2017"}, ucdp.MaxHeld+1)
	list, _ = read(t, rowsOf(append(dates, "25/4/2017", "1/2/2017")...), nil)
	if n := len(list); n != ucdp.MaxHeld+3 || !list[0].Rejected() || list[n-1].Rejected() || list[ucdp.MaxHeld].Rejected() {
		t.Errorf("%d rows", n)
	}
	list, _ = read(t, rowsOf("1/2/2017", "3/4/2017"), nil)
	if len(list) != 2 || list[0].Problems[0].Code != entry.AmbiguousDate || list[1].Row != 3 {
		t.Errorf("%+v", list)
	}
}

func TestSidesAndDeaths(t *testing.T) {
	e := one(t, "type_of_violence", "3", "side_b", "Civilians")
	if o := e.Observation; o.What != "attack-on-civilians" || o.Parts[0].Role != truce.RoleInitiator || o.Parts[1] != (truce.Part{Name: "Civilians", Role: truce.RoleTarget}) {
		t.Errorf("%+v", o)
	}
	// In some rows of the releases best lies outside low and high.
	e = one(t, "low", "2", "best", "2", "high", "1", "deaths_civilians", "2", "deaths_unknown", "0")
	if o := e.Observation; o.Deaths != (truce.Number{Low: 1, Best: 2, High: 2, Stated: true}) || o.Civilians != (truce.Number{Low: 1, Best: 2, High: 2, Stated: true}) {
		t.Errorf("%+v %+v", o.Deaths, o.Civilians)
	}
	e = one(t, "best", "-", "low", "-", "high", "-")
	if o := e.Observation; o.Deaths.Stated || o.Civilians.Stated {
		t.Errorf("deaths nobody stated: %+v %+v", o.Deaths, o.Civilians)
	}
	e = one(t, "event_clarity", "2", "number_of_sources", "-1", "source_office", "A;B")
	if o := e.Observation; !strings.Contains(o.Note, "aggregate") || o.Source.Independent != 0 || o.Source.ID != "" {
		t.Errorf("%+v", o)
	}
	e = one(t, "source_article", strings.Repeat("é", ucdp.MaxReference))
	if ref := e.Observation.Source.Reference; len(ref) > ucdp.MaxReference || !strings.HasSuffix(ref, "é...") {
		t.Errorf("%d bytes of reference", len(ref))
	}
}

// TestLayouts reads headers as the releases have them. That of 19.1 is copied from the file of Syria and that of 23.1 from a
// description with all its columns; the older two are put together from what is known of them. The rows are made up.
func TestLayouts(t *testing.T) {
	for name, header := range map[string]string{
		"19.1, Syria": "id,year,active_year,type_of_violence,conflict_new_id,conflict_name,dyad_new_id,dyad_name,side_a_new_id,side_a,side_b_new_id,gwnob,side_b," +
			"number_of_sources,source_article,source_office,source_date,source_headline,source_original,where_prec,where_coordinates,adm_1,adm_2,latitude,longitude,geom_wkt," +
			"priogrid_gid,country,country_id,region,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,low,best,high",
		"23.1": strings.Join(ucdp.Layout, ","),
		"18.1": "id,relid,year,active_year,type_of_violence,conflict_dset_id,conflict_new_id,conflict_name,dyad_dset_id,dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id," +
			"side_a,side_b_dset_id,side_b_new_id,side_b,number_of_sources,source_article,source_office,source_date,source_headline,source_original,where_prec,where_coordinates," +
			"adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,region,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians," +
			"deaths_unknown,best_est,high_est,low_est,gwnoa,gwnob",
		"5.0": "ID,YEAR,ACTIVE_YEAR,TYPE_OF_VIOLENCE,CONFLICT_ID,CONFLICT_NAME,DYAD_ID,DYAD_NAME,SIDE_A_ID,GWNOA,SIDE_A,SIDE_B_ID,GWNOB,SIDE_B,SOURCE_ARTICLE,WHERE_PREC," +
			"WHERE_COORDINATES,ADM_1,ADM_2,LATITUDE,LONGITUDE,GEOM_WKT,PRIOGRID_GID,COUNTRY,COUNTRY_ID,REGION,EVENT_CLARITY,DATE_PREC,DATE_START,DATE_END,DEATHS_A,DEATHS_B," +
			"DEATHS_CIVILIANS,DEATHS_UNKNOWN,BEST_EST,HIGH_EST,LOW_EST",
	} {
		values := map[string]string{"id": "7", "type_of_violence": "2", "side_a": "A", "side_b": "B", "where_prec": "2", "latitude": "32.5", "longitude": "36.25",
			"date_start": "2017-07-09", "date_end": "2017-07-09", "best": "3", "best_est": "3", "low": "2", "low_est": "2", "high": "4", "high_est": "4"}
		var row []string
		for _, c := range strings.Split(strings.ToLower(header), ",") {
			row = append(row, values[c])
		}
		table, err := rows.Open(strings.NewReader(header+"\n"+strings.Join(row, ",")+"\n"), 0, nil)
		if err != nil || !ucdp.Recognises(table) {
			t.Fatalf("%s: %v", name, err)
		}
		list, _ := read(t, header+"\n"+strings.Join(row, ",")+"\n", nil)
		if o := list[0].Observation; list[0].Rejected() || o.Deaths.Best != 3 || o.Deaths.Low != 2 || len(o.Parts) != 2 {
			t.Errorf("%s: %+v", name, list[0])
		}
		if _, err := ucdp.Open(table, &entry.Settings{}); err != nil || len(table.Unused()) > 0 {
			t.Errorf("%s: %v; columns not known: %q", name, err, table.Unused())
		}
	}
	// A file without a header has the names given to it.
	row := make([]string, len(ucdp.Layout))
	for i, c := range ucdp.Layout {
		row[i] = map[string]string{"id": "7", "type_of_violence": "2", "side_a": "A", "side_b": "B", "where_prec": "6", "date_start": "2017-07-09", "date_end": "2017-07-09"}[c]
	}
	if list, _ := read(t, strings.Join(row, ",")+"\n", ucdp.Layout); len(list) != 1 || list[0].Rejected() || list[0].Row != 1 {
		t.Errorf("without a header: %+v", list)
	}
}
