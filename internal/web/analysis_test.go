package web

import (
	"encoding/json"
	"strings"
	"testing"

	"truce/internal/lang"
	"truce/internal/mechanism/mechanismtest"
)

// Places are counted by cells that are named, and taken away as the squares they are; who answers whom can be taken away too.
func TestAnalysisOfPlaces(t *testing.T) {
	e := read(t)
	e.Report("monitor", mechanismtest.Shelling)
	e.Settle()
	for _, l := range lang.Languages {
		for _, by := range []string{"kind", "article", "actor", "hour", "place"} {
			if id := unsaid(e.page("duty", "/"+l+"/analysis?split=2017-11-18&a=russia&b=jordan&by="+by)); id != "" {
				t.Errorf("by %s in %s: %q is not said", by, l, id)
			}
		}
	}
	page := e.page("duty", "/en/analysis?by=place")
	if !strings.Contains(page, " north, ") || !strings.Contains(page, `/en/map?box=`) || !strings.Contains(page, "series.geojson?by=place") {
		t.Error("a cell is not named, or leads nowhere")
	}
	var cells struct {
		Features []struct {
			Properties struct{ Count int }
			Geometry   struct{ Coordinates [][][2]float64 }
		}
	}
	if err := json.Unmarshal([]byte(e.page("duty", "/en/analysis/series.geojson?by=kind")), &cells); err != nil || len(cells.Features) != 1 || cells.Features[0].Properties.Count != 1 {
		t.Fatal(cells, err)
	}
	if ring := cells.Features[0].Geometry.Coordinates[0]; len(ring) != 5 || ring[0] != ring[4] || ring[2][1] <= ring[0][1] {
		t.Errorf("it is no square: %v", ring)
	}
	if rows := strings.Split(strings.TrimSpace(e.page("duty", "/en/analysis/exchanges.csv?a=russia&b=jordan")), "\n"); len(rows) != 3 {
		t.Errorf("%q", rows)
	}
}
