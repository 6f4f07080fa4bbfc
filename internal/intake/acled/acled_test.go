package acled_test

import (
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/intake/acled"
	"truce/internal/intake/entry"
	"truce/internal/intake/rows"
)

// header is the column layout of an export of 2024. Every row in this file is made up, with actors of the invented
// agreement of our examples: the project's terms forbid passing real ones on.
const header = "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,actor2,assoc_actor_2,inter2," +
	"interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp"

func open(text string) (*acled.Reader, *rows.Table, error) {
	table, err := rows.Open(strings.NewReader(text), 0, nil)
	if err != nil {
		return nil, nil, err
	}
	r, err := acled.Open(table, &entry.Settings{File: "acled.csv", Incidents: truce.IncidentKinds})
	return r, table, err
}

// one reads a made-up event; change sets columns of it.
func one(t *testing.T, change ...string) *entry.Entry {
	t.Helper()
	values := map[string]string{"event_id_cnty": "XXX1", "event_date": "09 July 2017", "time_precision": "1", "event_type": "Battles", "sub_event_type": "Armed clash",
		"actor1": "Northern Force", "assoc_actor_1": "Hill Company; River Company", "actor2": "Southern Force", "admin1": "Province", "admin2": "District", "location": "Town",
		"latitude": "32.5", "longitude": "36.25", "geo_precision": "1", "source": "Agency", "notes": "made up", "fatalities": "2"}
	for i := 0; i+1 < len(change); i += 2 {
		values[change[i]] = change[i+1]
	}
	var row []string
	for _, c := range strings.Split(header, ",") {
		row = append(row, values[c])
	}
	r, table, err := open(header + "\n" + strings.Join(row, ",") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if !acled.Recognises(table) || len(table.Unused()) > 0 {
		t.Fatalf("columns not known: %q", table.Unused())
	}
	var e entry.Entry
	if err := r.Next(&e); err != nil {
		t.Fatal(err)
	}
	if err := r.Next(&entry.Entry{}); err != io.EOF {
		t.Fatal(err)
	}
	return &e
}

func day(y int, m time.Month, d int) truce.Instant {
	return truce.InstantOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

func TestEvent(t *testing.T) {
	want := &truce.Observation{ID: "acled:XXX1", Kind: truce.KindIncident, What: "armed-clash", When: truce.Span{From: day(2017, 7, 9), To: day(2017, 7, 10) - 1},
		Where: truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(36.25, 32.5), Error: 2000, Name: "Town", Within: []string{"District", "Province"}, Basis: "ACLED geo_precision 1: a named town; 2 km round its middle"},
		Parts: []truce.Part{{Name: "Northern Force", Role: truce.RoleSide}, {Name: "Hill Company", Role: truce.RoleSide}, {Name: "River Company", Role: truce.RoleSide},
			{Name: "Southern Force", Role: truce.RoleSide}},
		Deaths: truce.Exactly(2), Note: "made up",
		Source: truce.Source{ID: "Agency", Means: truce.MeansHearsay, Standing: truce.StandingReported, Independent: 1, RelayedBy: []string{"ACLED"}}}
	if e := one(t); e.Rejected() || !reflect.DeepEqual(e.Observation, want) {
		t.Errorf("%v\nread %+v\nwant %+v", e.Problems, e.Observation, want)
	}
}

// TestDirection: only violence against civilians, and remote violence of which civilians were the main target, say who
// did it to whom.
func TestDirection(t *testing.T) {
	roles := func(e *entry.Entry) (list []truce.Role) {
		for _, p := range e.Observation.Parts {
			list = append(list, p.Role)
		}
		return list
	}
	const side, initiator, target, unknown = truce.RoleSide, truce.RoleInitiator, truce.RoleTarget, truce.RoleUnknown
	for _, c := range []struct {
		kind, sub, actor2, targeting string
		want                         []truce.Role
	}{
		{"Battles", "Armed clash", "Southern Force", "", []truce.Role{side, side, side, side}},
		{"Explosions/Remote violence", "Air/drone strike", "Southern Force", "", []truce.Role{side, unknown, unknown, side}},
		{"Explosions/Remote violence", "Air/drone strike", "Civilians (X)", "", []truce.Role{side, unknown, unknown, side}},
		{"Explosions/Remote violence", "Air/drone strike", "Civilians (X)", "Civilian targeting", []truce.Role{initiator, unknown, unknown, target}},
		{"Violence against civilians", "Attack", "Civilians (X)", "Civilian targeting", []truce.Role{initiator, unknown, unknown, target}},
		{"Riots", "Mob violence", "", "", []truce.Role{side, unknown, unknown}},
	} {
		if e := one(t, "event_type", c.kind, "sub_event_type", c.sub, "actor2", c.actor2, "civilian_targeting", c.targeting); e.Rejected() || !reflect.DeepEqual(roles(e), c.want) {
			t.Errorf("%s, %s: %v %v", c.kind, c.actor2, e.Problems, e.Observation.Parts)
		}
	}
}

func TestPrecisions(t *testing.T) {
	for _, c := range []struct {
		prec, date string
		from, to   truce.Instant // to is the first moment after
	}{
		{"1", "2017-07-12", day(2017, 7, 12), day(2017, 7, 13)},
		{"2", "2017-07-12", day(2017, 7, 8), day(2017, 7, 17)},
		{"3", "2017-07-15", day(2017, 7, 1), day(2017, 8, 1)},
		{"3", "2017-07-31", day(2017, 7, 1), day(2017, 8, 12)},
		{"3", "1 December 2017", day(2017, 11, 20), day(2018, 1, 1)},
	} {
		if e := one(t, "time_precision", c.prec, "event_date", c.date); e.Rejected() || e.Observation.When != (truce.Span{From: c.from, To: c.to - 1}) {
			t.Errorf("%s %s: %v %v", c.prec, c.date, e.Problems, e.Observation.When)
		}
	}
	for _, c := range []struct {
		prec, adm1 string
		kind       truce.PlaceKind
		name       string
		error      truce.Metres
	}{
		{"1", "Province", truce.PlacePoint, "Town", 2000}, {"2", "Province", truce.PlacePoint, "Town", 25000},
		{"3", "Province", truce.PlaceNamed, "Province", 0}, {"3", "", truce.PlaceUnknown, "Town", 0},
	} {
		p := one(t, "geo_precision", c.prec, "admin1", c.adm1).Observation.Where
		if p.Kind != c.kind || p.Name != c.name || p.Error != c.error || p.Basis == "" || p.At == (truce.Position{}) {
			t.Errorf("geo_precision %s: %+v", c.prec, p)
		}
	}
}

// TestSubEvents: all 25 types have a word that truce knows.
func TestSubEvents(t *testing.T) {
	if n := len(acled.SubEvents()); n != 25 {
		t.Errorf("%d sub-event types", n)
	}
	for _, s := range acled.SubEvents() {
		e := one(t, "sub_event_type", strings.ToUpper(s[0]))
		if e.Rejected() || e.Observation.What != s[1] || !truce.IncidentKinds.Has(s[1]) {
			t.Errorf("%s: %v, word %q", s[0], e.Problems, s[1])
		}
	}
	if e := one(t, "sub_event_type", "", "event_type", "Riots"); e.Rejected() || e.Observation.What != "riot" {
		t.Errorf("only the wide type: %v", e.Problems)
	}
	if e := one(t, "sub_event_type", "Armed clsh"); !e.Rejected() || e.Problems[0].Code != entry.UnknownWord || !strings.Contains(e.Problems[0].Hint, "Armed clash") {
		t.Errorf("%v", e.Problems)
	}
}

func TestFatalitiesAndSources(t *testing.T) {
	if o := one(t, "fatalities", "0").Observation; o.Deaths.Stated {
		t.Errorf("0 is also what is written where nobody knows: %+v", o.Deaths)
	}
	if o := one(t, "source", "Agency; Radio").Observation; o.Source.ID != "" || o.Source.Independent != 2 {
		t.Errorf("%+v", o.Source)
	}
	for _, c := range [][3]string{{"time_precision", "4", entry.BadNumber}, {"geo_precision", "", entry.MissingValue}, {"latitude", "132.5", entry.SwappedCoordinates},
		{"fatalities", "many", entry.BadNumber}, {"event_date", "09/07/2017", entry.AmbiguousDate}, {"event_id_cnty", "", entry.MissingValue}} {
		if e := one(t, c[0], c[1]); len(e.Problems) != 1 || e.Problems[0].Code != c[2] || e.Problems[0].Field != c[0] {
			t.Errorf("%v: %v", c, e.Problems)
		}
	}
}

func TestHeader(t *testing.T) {
	if _, _, err := open("event_date,event_type,sub_event_type\n"); err == nil || !strings.Contains(err.Error(), "event_id_cnty") {
		t.Errorf("%v", err)
	}
}
