package sheet_test

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/intaketest"
	"truce/internal/intake/rows"
	"truce/internal/intake/sheet"
)

// open starts reading a sheet.
func open(text string) (*sheet.Reader, error) {
	table, err := rows.Open(strings.NewReader(text), 0, nil)
	if err != nil {
		return nil, err
	}
	return sheet.Open(table, &entry.Settings{File: "a.csv", Incidents: truce.IncidentKinds, Equipment: truce.EquipmentKinds, CommaDecimals: table.Separator() != ','})
}

// one reads the only row of a sheet.
func one(t interface{ Fatal(...any) }, text string) *entry.Entry {
	r, err := open(text)
	if err != nil {
		t.Fatal(err)
	}
	var e, after entry.Entry
	if err := r.Next(&e); err != nil {
		t.Fatal(err)
	}
	if err := r.Next(&after); err != io.EOF {
		t.Fatal("a second row: ", after, err)
	}
	return &e
}

func TestWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := intaketest.Observation().Draw(t, "observation")
		text := string(sheet.Append(sheet.AppendHeader(nil), o))
		e := one(t, text)
		if e.Rejected() {
			t.Fatalf("%s\n%v", text, e.Problems)
		}
		if !reflect.DeepEqual(e.Observation, o) {
			t.Fatalf("%s\nwrote %+v\nread  %+v", text, o, e.Observation)
		}
	})
}

// TestByHand reads a sheet as a person writes it: few columns, semicolons, decimal commas, a text with quotes.
func TestByHand(t *testing.T) {
	e := one(t, "id;kind;what;time;lat;lon;error_m;initiator;target;equipment;deaths;note\n"+
		`team-4:1;incident;mortar-fire;2017-07-09T12:05+03:00;32,61889;36,10213;500;southern-front | islamic-front;;mortar calibre_mm=120 count=2;0;"heard twice, ""close"""`+"\n")
	if e.Rejected() {
		t.Fatal(e.Problems)
	}
	want := &truce.Observation{ID: "team-4:1", Kind: truce.KindIncident, What: "mortar-fire", When: truce.At(1499591100000),
		Where:     truce.Place{Kind: truce.PlacePoint, At: truce.Position{Lon: 361021300, Lat: 326188900}, Error: 500},
		Parts:     []truce.Part{{Name: "southern-front", Role: truce.RoleInitiator}, {Name: "islamic-front", Role: truce.RoleInitiator}},
		Equipment: []truce.Equipment{{Category: "mortar", CalibreMM: 120, Count: truce.Exactly(2)}}, Deaths: truce.Exactly(0), Note: `heard twice, "close"`}
	if !reflect.DeepEqual(e.Observation, want) {
		t.Errorf("read %+v\nwant %+v", e.Observation, want)
	}
}

func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		cells string // place, place_kind, lat, lon, error_m, geometry
		want  truce.PlaceKind
		code  string
	}{
		{",,,,,", truce.PlaceUnknown, ""},
		{"Nasib,,,,,", truce.PlaceNamed, ""},
		{"Nasib,,32.5,36.1,30,", truce.PlacePoint, ""},
		{"Nasib,named,32.5,36.1,,", truce.PlaceNamed, ""},
		{",,32.5,36.1,,", 0, entry.MissingError},
		{",,32.5,,30,", 0, entry.MissingValue},
		{",point,,,30,", 0, entry.MissingValue},
		{",named,,,,", 0, entry.MissingValue},
		{",somewhere,,,,", 0, entry.UnknownWord},
		{`,,,,,"LINESTRING (36.1 32.5, 36.2 32.5)"`, truce.PlaceLine, ""},
		{`,,,,,"polygon((36.1 32.5, 36.2 32.5, 36.2 32.6, 36.1 32.5))"`, truce.PlaceArea, ""},
		{`,,,,,"POLYGON ((36.1 32.5, 36.2 32.5, 36.2 32.6))"`, 0, entry.BadGeometry},
		{`,,,,,"POLYGON ((36.1 32.5, 36.2 32.5, 36.1 32.5))"`, 0, entry.BadGeometry},
		{`,,,,,"POLYGON ((36 32, 37 32, 37 33, 36 32), (36.5 32.5, 36.6 32.5, 36.6 32.6, 36.5 32.5))"`, 0, entry.BadGeometry},
		{`,,,,,POINT (36.1 32.5)`, 0, entry.MissingError},
		{`,,,,30,POINT (36.1 32.5)`, truce.PlacePoint, ""},
		{`,,,,30,POINT (32.5 136.1)`, 0, entry.SwappedCoordinates},
		{`,point,,,30,"LINESTRING (36.1 32.5, 36.2 32.5)"`, 0, entry.ConflictingPlace},
		{`,,32.5,36.2,30,POINT (36.1 32.5)`, 0, entry.ConflictingPlace},
		{`,,,,,CIRCLE (36.1 32.5)`, 0, entry.BadGeometry},
		{`,,,,,36.1 32.5`, 0, entry.BadGeometry},
	} {
		e := one(t, "id,kind,place,place_kind,lat,lon,error_m,geometry\na:1,presence,"+c.cells+"\n")
		code := ""
		if e.Rejected() {
			code = e.Problems[0].Code
		}
		if code != c.code || code == "" && e.Observation.Where.Kind != c.want {
			t.Errorf("%s: %v %+v; want kind %v, code %q", c.cells, e.Problems, e.Observation.Where, c.want, c.code)
		}
	}
}

func TestHeader(t *testing.T) {
	for _, c := range []struct{ header, reason string }{
		{"id,kind,civlians", `no such column: "civlians" (did you mean civilians?)`},
		{"id,kind,colour,colour", "column 4 has the same name"},
		{"id,what", "lacks the columns id and kind"},
		{"id,kind,x_mood,note", ""},
		{"ID,Kind,,", ""},
	} {
		_, err := open(c.header + "\n")
		if c.reason == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v; want %q", c.header, err, c.reason)
		}
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	e := one(t, "id,kind,what,time_from,lat,lon,error_m,deaths_low,deaths,parts,equipment,lasted,means\n"+
		`a:1,incident,sheling,2017-07-09,0,0,x,1,,"hero: us","tnak count=many",perhaps,sene`+"\n")
	var got []string
	for _, p := range e.Problems {
		got = append(got, fmt.Sprintf("%d:%s:%s:%s", p.Column, p.Field, p.Code, p.Hint))
	}
	joined := strings.Join(got, "\n")
	for _, w := range []string{"3:what:unknown-word:did you mean shelling?", ":time_to:incomplete-time", "5:lat:null-island", "7:error_m:bad-accuracy",
		"9:deaths:bad-bounds", "10:parts:bad-list", "11:equipment:unknown-word:did you mean tank?", "11:equipment:bad-number", "12:lasted:unknown-word", "13:means:unknown-word:did you mean seen?"} {
		if !strings.Contains(joined, w) {
			t.Errorf("no problem %q in\n%s", w, joined)
		}
	}
	if len(got) != 10 {
		t.Errorf("%d problems\n%s", len(got), joined)
	}
}
