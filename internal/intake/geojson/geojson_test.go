package geojson_test

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/geojson"
)

func all(t *testing.T, r io.Reader, max int) (list []entry.Entry, notes []string) {
	t.Helper()
	g := geojson.Open(r, max, &entry.Settings{File: "f", Incidents: truce.IncidentKinds, Equipment: truce.EquipmentKinds})
	for {
		var e entry.Entry
		if err := g.Next(&e); err == io.EOF {
			return list, g.Notes()
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
}

func feature(geometry, properties string) string {
	return fmt.Sprintf(`{"type":"Feature","geometry":%s,"properties":{"id":"1","kind":"coverage"%s}}`, geometry, properties)
}

func at(lonLat ...float64) (path []truce.Position) {
	for i := 0; i < len(lonLat); i += 2 {
		path = append(path, truce.Degrees(lonLat[i], lonLat[i+1]))
	}
	return path
}

func TestGeometry(t *testing.T) {
	for _, c := range []struct {
		geometry, properties string
		want                 truce.Place
		code                 string
	}{
		{`null`, ``, truce.Place{}, ""},
		{`null`, `,"lat":32,"lon":36,"error_m":5`, truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(36, 32), Error: 5}, ""},
		{`{"type":"Point","coordinates":[36,32,700]}`, `,"error_m":"5","place":"Post 4"`, truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(36, 32), Error: 5, Name: "Post 4"}, ""},
		{`{"coordinates":[[36,32],[37,33]],"type":"LineString"}`, `,"basis":"drawn"`, truce.Place{Kind: truce.PlaceLine, Path: at(36, 32, 37, 33), Basis: "drawn"}, ""},
		{`{"type":"Polygon","coordinates":[[[36,32],[37,32],[37,33],[36,32]]]}`, `,"within":["A|B","C"]`, truce.Place{Kind: truce.PlaceArea, Path: at(36, 32, 37, 32, 37, 33), Within: []string{"A|B", "C"}}, ""},
		{`{"type":"Polygon","coordinates":[[[36,32],[37,32],[37,33],[36,32]],[[36.5,32.1],[36.6,32.1],[36.6,32.2],[36.5,32.1]]]}`, ``,
			truce.Place{Kind: truce.PlaceArea, Path: at(36, 32, 37, 32, 37, 33), Basis: "the outline without its holes (1)"}, ""},
		{`{"type":"MultiPolygon","coordinates":[[[[36,32],[37,32],[37,33],[36,32]]]]}`, ``, truce.Place{Kind: truce.PlaceArea, Path: at(36, 32, 37, 32, 37, 33)}, ""},
		{`{"type":"MultiPolygon","coordinates":[[[[36,32],[37,32],[37,33],[36,32]]],[[[30,30],[31,30],[31,31],[30,30]]]]}`, ``,
			truce.Place{Kind: truce.PlaceArea, Path: at(30, 30, 37, 30, 37, 33, 30, 33), Basis: "the box round 2 parts of a MultiPolygon"}, ""},
		{`{"type":"MultiPoint","coordinates":[[36,32]]}`, `,"error_m":1`, truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(36, 32), Error: 1}, ""},
		{`{"type":"MultiPoint","coordinates":[[36,32],[36,33]]}`, ``, truce.Place{Kind: truce.PlaceLine, Path: at(36, 32, 36, 33), Basis: "the box round 2 parts of a MultiPoint"}, ""},
		{`{"type":"MultiLineString","coordinates":[[[36,32],[37,33]],[[35,31],[36,31]]]}`, ``,
			truce.Place{Kind: truce.PlaceArea, Path: at(35, 31, 37, 31, 37, 33, 35, 33), Basis: "the box round 2 parts of a MultiLineString"}, ""},
		{`{"type":"Point","coordinates":[36,32]}`, ``, truce.Place{}, entry.MissingError},
		{`{"type":"Point","coordinates":[32,136]}`, `,"error_m":1`, truce.Place{}, entry.SwappedCoordinates},
		{`{"type":"Point","coordinates":[36]}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"Point","coordinates":["36","32"]}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"Point"}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"Polygon","coordinates":[[[30,11],[30.2,11.2],[30.2,11],[30,11.2],[30,11]]]}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"Polygon","coordinates":[[[-120,80],[0,80],[120,80],[-120,80]]]}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"Polygon","coordinates":[[[36,32],[37,32],[38,32],[36,32]]]}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"Polygon","coordinates":[[[179,10],[-179,10],[-179,12],[179,10]]]}`, ``, truce.Place{Kind: truce.PlaceArea, Path: at(179, 10, -179, 10, -179, 12)}, ""},
		{`{"type":"Polygon","coordinates":[[[36,32],[37,32],[37,33]]]}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"Polygon","coordinates":[]}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"MultiPoint","coordinates":[]}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"LineString","coordinates":[[36,32]]}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"LineString","coordinates":[36,32]}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"GeometryCollection","geometries":[]}`, ``, truce.Place{}, entry.BadGeometry},
		{`{"type":"Point","coordinates":[36,32]}`, `,"error_m":1,"lat":32,"lon":36.1`, truce.Place{}, entry.ConflictingPlace},
		{`{"type":"Point","coordinates":[36,32]}`, `,"error_m":1,"place_kind":"area"`, truce.Place{}, entry.BadGeometry},
	} {
		list, _ := all(t, strings.NewReader(feature(c.geometry, c.properties)), 0)
		e := list[0]
		code := ""
		if e.Rejected() {
			code = e.Problems[0].Code
		}
		if code != c.code || code == "" && !reflect.DeepEqual(e.Observation.Where, c.want) {
			t.Errorf("%s %s:\n%v %+v; want %+v %s", c.geometry, c.properties, e.Problems, e.Observation.Where, c.want, c.code)
		}
	}
}

// TestStream cuts files of every shape into features; a broken feature costs itself only.
func TestStream(t *testing.T) {
	f := func(id string) string {
		return `{"type":"Feature","id":"` + id + `","geometry":null,"properties":{"kind":"act","note":"]}, \"features\": ["}}`
	}
	for _, c := range []struct {
		name, text string
		want       string
	}{
		{"one", f("a"), "a"},
		{"collection", `{"type":"FeatureCollection","features":[` + f("a") + `,` + f("b") + `]}`, "a b"},
		{"collection with members round it", `{"name":"x \"features\":[","features" : [` + f("a") + "\n,\n" + f("b") + `],"bbox":[1,2],"type":"FeatureCollection"}`, "a b"},
		{"a member whose value is called features", `{"name":"features","x":[1],"features":[` + f("a") + `]}`, "a"},
		{"an inner member called features", `{"meta":{"features":[1]},"features":[` + f("a") + `]}`, "a"},
		{"empty collection", `{"type":"FeatureCollection","features":[]}`, ""},
		{"one a line", f("a") + "\n" + f("b") + "\n", "a b"},
		{"record separators", "\x1e" + f("a") + "\n\x1e" + f("b") + "\n", "a b"},
		{"broken feature", `{"features":[` + f("a") + `,{"type":"Feature","id":},` + f("b") + `]}`, "a !bad-json b"},
		{"lost quotation mark", `{"features":[` + f("a") + ",\n{\"type\":\"Feature\",\"id\":\"x}\n}," + f("b") + `]}`, "a !bad-json b"},
		{"no object", `{"features":[1, ` + f("a") + `]}`, "!bad-json a"},
		{"no feature", `{"features":[{"type":"Point","coordinates":[1,2]},` + f("a") + `]}`, "!wrong-type a"},
		{"too long", `{"features":[` + f("a") + `,{"type":"Feature","id":"` + strings.Repeat("x", 500) + `"},` + f("b") + `]}`, "a !row-too-long b"},
		{"cut inside", `{"features":[` + f("a") + `,{"type":"Fea`, "a !bad-json"},
		{"cut between", `{"features":[` + f("a") + `,`, "a !bad-json"},
		{"cut after", `{"features":[` + f("a") + `]`, "a !bad-json"},
	} {
		for _, chunks := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader} {
			list, _ := all(t, chunks(strings.NewReader(c.text)), 400)
			var got []string
			for i, e := range list {
				if e.Row != i+1 {
					t.Errorf("%s: row %d is called %d", c.name, i+1, e.Row)
				}
				if e.Rejected() {
					got = append(got, "!"+e.Problems[0].Code)
				} else {
					got = append(got, string(e.Observation.ID))
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
	}
}

func TestProperties(t *testing.T) {
	list, notes := all(t, strings.NewReader(feature("null", `,"lasted":true,"complete":false,"deaths":3,"about":["a","b"],"note":null,"colour":"red","nota":"x","x_mine":1,"initiator":{"a":1},"same_as":[1]`)), 0)
	e := list[0]
	if len(e.Problems) != 2 || e.Problems[0].Field != "properties.initiator" || e.Problems[1].Field != "properties.same_as" {
		t.Errorf("%+v", e.Problems)
	}
	if o := e.Observation; !o.Lasted || o.Complete || o.Deaths != truce.Exactly(3) || !reflect.DeepEqual(o.About, []string{"a", "b"}) {
		t.Errorf("%+v", o)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], `"colour", "nota" (did you mean note?)`) || strings.Contains(notes[0], "x_mine") {
		t.Errorf("%q", notes)
	}
	for _, text := range []string{
		`{"type":"Feature","id":7,"geometry":null,"properties":{"kind":"act","id":"mine"}}`,
		`{"type":"Feature","properties":{"kind":"act","id":"mine"},"id":7}`,
	} {
		if list, _ := all(t, strings.NewReader(text), 0); list[0].Rejected() || list[0].Observation.ID != "mine" {
			t.Errorf("%s: %+v", text, list[0])
		}
	}
}
