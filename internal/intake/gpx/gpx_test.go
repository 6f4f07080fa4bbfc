package gpx_test

import (
	"io"
	"strings"
	"testing"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/gpx"
)

func all(t *testing.T, text string) (list []entry.Entry, notes []string) {
	t.Helper()
	g := gpx.Open(strings.NewReader(text), &entry.Settings{File: "dir/patrol.gpx", DefaultError: 30, Source: truce.Source{ID: "team-4"}})
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

const file = `<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE gpx [<!ENTITY a "aaaa">]>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="http://example.org">
  <metadata><name>not the unit</name><time>2017-01-01T00:00:00Z</time></metadata>
  <wpt lat="32.6" lon="36.1"><time>2017-07-09T09:00:00Z</time><name>Post &amp; gate</name><cmt>closed</cmt></wpt>
  <rte><rtept lat="1" lon="1"/><rtept lat="2" lon="2"/></rte>
  <trk><name>P3</name><trkseg>
    <trkpt lat="32.61" lon="36.11"><ele>700</ele><time>2017-07-09T09:01:00Z</time><hdop>1.2</hdop>
      <extensions><x:time>1999-01-01T00:00:00Z</x:time><x:name>no</x:name></extensions></trkpt>
    <trkpt lat="32.62" lon="36.12"/>
    <trkpt lat="0" lon="0"><time>2017-07-09T09:03:00Z</time></trkpt>
    <trkpt lat="32.62" lon="36.12"><time>2017-07-09T09:04:00</time></trkpt>
  </trkseg></trk>
  <trk><trkseg><trkpt lat="32.63" lon="36.13"><time>2017-07-09T09:05:00Z</time></trkpt></trkseg></trk>
</gpx>
`

func TestFile(t *testing.T) {
	list, notes := all(t, file)
	if len(list) != 6 {
		t.Fatalf("%d points: %+v", len(list), list)
	}
	o := list[0].Observation
	if list[0].Rejected() || o.Kind != truce.KindPresence || o.Where.Name != "Post & gate" || o.Note != "closed" || o.Where.Error != 30 || !strings.HasPrefix(string(o.ID), "gpx:") ||
		o.Source.ID != "team-4" || o.Source.Means != truce.MeansDevice || list[0].Row != 5 || o.When.From != 1499590800000 {
		t.Errorf("%v %+v", list[0].Problems, o)
	}
	f := list[1]
	if f.Rejected() || f.Track.Unit != "P3" || f.Fix != (truce.Fix{At: 1499590860000, Pos: truce.Degrees(36.11, 32.61), Error: 30}) || f.Row != 8 {
		t.Errorf("%v %+v %+v", f.Problems, f.Track, f.Fix)
	}
	for i, code := range []string{entry.MissingValue, entry.NullIsland, entry.TimeWithoutZone} {
		if e := list[2+i]; len(e.Problems) != 1 || e.Problems[0].Code != code {
			t.Errorf("%v, want %s", e.Problems, code)
		}
	}
	if f := list[5]; f.Rejected() || f.Track.Unit != "patrol-2" {
		t.Errorf("a track without a name: %v %+v", f.Problems, f.Track)
	}
	if got := strings.Join(notes, "\n"); !strings.Contains(got, "30 m") || !strings.Contains(got, "hdop") || !strings.Contains(got, "2 route points") {
		t.Errorf("%q", notes)
	}
	again, _ := all(t, file)
	if again[0].Observation.ID != o.ID {
		t.Error("the id of a waypoint must depend on what it says alone")
	}
}

// TestHostile: what stands before the damage is read, the damage is one rejected row, and nothing grows.
func TestHostile(t *testing.T) {
	const good = `<gpx><trk><trkseg><trkpt lat="32" lon="36"><time>2017-07-09T09:00:00Z</time></trkpt>`
	for name, text := range map[string]string{
		"cut off":          good + `<trkpt lat="32`,
		"cut at a tag":     good,
		"wrong close":      good + `</trkseg></gpx></trk>`,
		"too deep":         good + strings.Repeat("<a>", gpx.MaxDepth) + strings.Repeat("</a>", gpx.MaxDepth) + `</trkseg></trk></gpx>`,
		"unknown entity":   good + `<trkpt lat="&lol;" lon="36">`,
		"control bytes":    good + "\x01",
		"not UTF-8":        good + "<name>\xff</name>",
		"one long comment": good + "<!--" + strings.Repeat("x", gpx.MaxElement) + "-->",
	} {
		list, _ := all(t, text)
		if len(list) != 2 || list[0].Rejected() || len(list[1].Problems) != 1 || list[1].Problems[0].Code != entry.BadXML || list[1].Row == 0 {
			t.Errorf("%s: %d entries, %+v", name, len(list), list)
		}
	}
	list, _ := all(t, `<gpx><wpt lat="32" lon="36"><time>2017-07-09T09:00:00Z</time><desc>`+strings.Repeat("y", 2*gpx.MaxText)+`</desc></wpt></gpx>`)
	if len(list) != 1 || list[0].Rejected() || len(list[0].Observation.Note) != gpx.MaxText {
		t.Errorf("a long text: %v", list[0].Problems)
	}
}
