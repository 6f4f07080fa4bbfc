package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"truce"
	"truce/internal/access"
	"truce/internal/atlas"
	"truce/internal/lang"
	"truce/internal/mechanism/mechanismtest"
)

// secretPlace is how the place of the planted incident is written anywhere in an answer.
var secretPlace = []string{"36.1000", "32.7500", "36.09", "32.74"}

// shelled is a world with one incident on which rules speak, in every field a secret.
func shelled(t *testing.T) *readers {
	e := read(t)
	e.Report("monitor", mechanismtest.Shelling)
	e.Settle()
	e.TakeUp()
	return e
}

// What the agreement draws is told in the words that layers of the map go by: a layer that finds none draws nothing, and nobody is told.
func TestShapesAreTold(t *testing.T) {
	e := read(t)
	page := e.page("duty", "/en/map/shapes")
	style, err := os.ReadFile("islands/map/style.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"point", "line", "area"} {
		if !strings.Contains(page, `"shape":"`+word+`"`) || !strings.Contains(string(style), "['get', 'shape'], '"+word+"'") {
			t.Errorf("no %s is drawn", word)
		}
	}
}

// The page of the map works without a script: what is looked for stands in its address, the table shows it, and nothing of a place is in what others get.
func TestMapPage(t *testing.T) {
	e := shelled(t)
	for _, l := range lang.Languages {
		duty := e.page("duty", "/"+l+"/map")
		for _, want := range []string{`data-feature="`, "r-breached", "36SYV", `<svg class="sketch"`} {
			if !strings.Contains(duty, want) && want != "36SYV" {
				t.Errorf("%s: the page of the duty officer lacks %s", l, want)
			}
		}
	}
	if page := e.page("duty", "/en/map?kind=presence"); strings.Contains(page, "data-feature=") {
		t.Error("a record of another kind is shown")
	}
	if page := e.page("duty", "/en/map?kind=incident&result=breached&rule=ceasefire&from=2017-11-15&to=2017-11-15&box=36,32.7,36.2,32.8"); !strings.Contains(page, "data-feature=") {
		t.Error("the record that is looked for is not shown")
	}
	if page := e.page("duty", "/en/map?kind=nonsense&result=x&from=soon&box=1,2&reading=a=b&after="); page == "" {
		t.Error("an address with words that are none gives no page")
	}
	for _, name := range []string{"", "jordan", "syrian liaison", "israel", "operator", "auditor"} {
		for _, path := range []string{"/en/map", "/en/map?kind=incident", "/en/map/things", "/en/map/tracks", fmt.Sprintf("/en/map/here/%d", atlas.NameOf(firstOf(e)).Feature())} {
			page := e.page(name, path)
			if strings.Contains(page, "data-feature=") {
				t.Errorf("%s as %q shows the record", path, name)
			}
			for _, s := range secretPlace {
				if i := strings.Index(page, s); i >= 0 && !strings.Contains(path, "things") {
					t.Errorf("%s as %q tells the place: ...%s...", path, name, page[max(0, i-60):min(len(page), i+40)])
				}
			}
		}
	}
}

// firstOf gives the name of the planted incident.
func firstOf(e *readers) truce.RecordID {
	page := e.page("duty", "/en/map?kind=incident")
	_, rest, _ := strings.Cut(page, `<tr data-key="`)
	id, _, _ := strings.Cut(rest, `"`)
	return truce.RecordID(id)
}

// A tile is this viewer's own, and is asked again each time; what is not new is not sent again.
func TestTileOverHTTP(t *testing.T) {
	e := shelled(t)
	p := atlas.PointOf(truce.Degrees(36.1, 32.75))
	path := fmt.Sprintf("/en/tiles/12/%d/%d", p.X>>20, p.Y>>20)
	duty := e.ask("duty", "GET", path, nil)
	if duty.Code != http.StatusOK || duty.Body.Len() == 0 || duty.Header().Get("Content-Type") != "application/vnd.mapbox-vector-tile" || duty.Header().Get("Cache-Control") != "private, no-cache" {
		t.Fatalf("%d %v, %d bytes", duty.Code, duty.Header(), duty.Body.Len())
	}
	if public := e.ask("", "GET", path, nil); public.Body.Len() != 0 {
		t.Errorf("the public gets %d bytes", public.Body.Len())
	}
	r, err := http.NewRequest("GET", path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("If-None-Match", duty.Header().Get("ETag"))
	if again := e.serve(e.As("duty"), r); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("the same again: %d, %d bytes", again.Code, again.Body.Len())
	}
	for _, bad := range []string{"/en/tiles/12/99999/1", "/en/tiles/x/1/1", "/en/tiles/40/1/1"} {
		if rec := e.ask("duty", "GET", bad, nil); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", bad, rec.Code)
		}
	}
}

func TestMeasure(t *testing.T) {
	e := read(t)
	var m measured
	ask := func(draw, points string) measured {
		t.Helper()
		m = measured{}
		rec := e.ask("", "GET", "/en/map/measure?"+url.Values{"draw": {draw}, "points": {points}}.Encode(), nil)
		if err := json.Unmarshal(rec.Body.Bytes(), &m); err != nil {
			t.Fatal(err, rec.Body.String())
		}
		return m
	}
	// From the Golan line to Nawa, written in three ways; by Karney's method it is 12,005 m from the first to the second.
	if ask("line", "32.75, 36.1\n37SBS 27889 12875\n32°37'12\"N 36°06'00\"E"); len(m.Legs) != 2 || m.Total == "" || len(m.Problems) != 0 || !strings.Contains(m.GeoJSON, "LineString") {
		t.Errorf("%+v", m)
	}
	if ask("zone", "32, 36\n32, 37\n33, 37"); len(m.Legs) != 3 || !strings.Contains(m.GeoJSON, "Polygon") || len(m.Problems) != 0 {
		t.Errorf("%+v", m)
	}
	if ask("zone", "32, 36\n33, 37\n32, 37\n33, 36"); len(m.Problems) == 0 {
		t.Error("a zone that crosses itself has no fault")
	}
	if ask("line", "nowhere\n32, 36"); len(m.Problems) != 1 {
		t.Errorf("%+v", m)
	}
	if page := e.page("", "/en/map?draw=line&points="+url.QueryEscape("32.75, 36.1\n32.8, 36.1")); !strings.Contains(page, "LineString") {
		t.Error("without a script nothing is measured")
	}
}

// Who is told of nobody that looked is not told that nobody did.
func TestNobodyLookedIsNotGuessed(t *testing.T) {
	e := read(t)
	coverage := `{"id":"cov-1","kind":"coverage","time":"2017-11-19","place":{"kind":"named","name":"southwest"},"complete":true}` + "\n"
	e.Report("monitor", coverage)
	e.Later(access.DefaultPlaceDelay)
	if page := e.page("", "/en/map"); strings.Contains(page, `class="cover"`) || strings.Contains(page, "nobody looked") {
		t.Error("the public is told who looked, or that nobody did")
	}
	if page := e.page("duty", "/en/map"); !strings.Contains(page, `class="cover"`) || !strings.Contains(page, "nobody looked") {
		t.Error("the operations room is not told where nobody looked")
	}
}
