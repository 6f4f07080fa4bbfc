package report

import (
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"truce"
	"truce/geo"
	"truce/internal/intake"
	"truce/internal/lang"
	"truce/internal/replay"
)

// A circle of metres is a circle: lengths on the map are those on the ellipsoid to within a hundredth, in every direction.
func TestProjectionKeepsLengths(t *testing.T) {
	for _, c := range []struct {
		sw, ne truce.Position
	}{
		{truce.Degrees(35.6, 32.3), truce.Degrees(37.2, 33.6)},
		{truce.Degrees(-0.5, -0.4), truce.Degrees(0.3, 0.6)},
		{truce.Degrees(24.5, 59.9), truce.Degrees(25.5, 60.4)},
		{truce.Degrees(36.10, 32.61), truce.Degrees(36.11, 32.62)},
	} {
		p := frame(c.sw, c.ne)
		if p.width > mapWidth-2*mapEdge+0.01 || p.height > mapHeight-2*mapEdge+0.01 {
			t.Errorf("%s to %s: %v by %v", c.sw, c.ne, p.width, p.height)
		}
		mid := truce.Position{Lon: (c.sw.Lon + c.ne.Lon) / 2, Lat: (c.sw.Lat + c.ne.Lat) / 2}
		for _, to := range []truce.Position{{Lon: mid.Lon, Lat: c.ne.Lat}, {Lon: c.ne.Lon, Lat: mid.Lat}, c.ne} {
			x1, y1 := p.xy(mid)
			x2, y2 := p.xy(to)
			if !p.holds(x1, y1) || !p.holds(x2, y2) {
				t.Errorf("%s is outside the frame", to)
			}
			drawn := math.Hypot(x2-x1, y2-y1) / p.perMetre
			if real := float64(geo.Distance(mid, to)); math.Abs(drawn-real) > 0.01*real {
				t.Errorf("%s to %s: %.0f m drawn, %.0f m on the ground", mid, to, drawn, real)
			}
		}
	}
}

func TestLog2(t *testing.T) {
	for _, n := range []Thousandths{1, 2, 3, 10, 333, 1000, 1511, 100_000} {
		if got, want := log2(n), math.Log2(float64(n)); math.Abs(got-want) > 1.0/4096 {
			t.Errorf("log2(%d) = %v, want %v", n, got, want)
		}
	}
}

func TestNiceStep(t *testing.T) {
	for _, c := range [][3]int{{0, 3, 1}, {3, 3, 1}, {4, 3, 2}, {49, 3, 20}, {61, 3, 50}, {462, 6, 100}} {
		if got := niceStep(c[0], c[1]); got != c[2] {
			t.Errorf("niceStep(%d, %d) = %d, want %d", c[0], c[1], got, c[2])
		}
	}
}

// Everything that rules speak of and that has a place is on the map or in one of its two sentences, one by one or in squares.
func TestMapHoldsEverything(t *testing.T) {
	for _, places := range []int{30, MapPlaces + 100} {
		var rows strings.Builder
		for i := range places {
			lon, lat := 35.75+float64(i%40)*0.027, 32.35+float64(i/40)*0.07
			fmt.Fprintf(&rows, `{"id":"x:%d","kind":"incident","what":"shelling","time":"2017-08-01","place":{"lat":%.4f,"lon":%.4f,"error_m":%d},"parts":[{"name":"north","role":"initiator"},{"name":"south","role":"target"}],"source":"t"}`+"\n", i, lat, lon, 100*(i%50))
		}
		rows.WriteString(`{"id":"y:1","kind":"incident","what":"shelling","time":"2017-08-01","parts":[{"name":"north","role":"initiator"},{"name":"south","role":"target"}],"source":"t"}` + "\n")
		rows.WriteString(`{"id":"y:2","kind":"incident","what":"shelling","time":"2017-08-01","place":{"lat":34.5,"lon":36.1,"error_m":200000},"parts":[{"name":"north","role":"initiator"},{"name":"south","role":"target"}],"source":"t"}` + "\n")
		r := replayed(t, replay.Options{Variants: []replay.Variant{{Name: "small", Plan: planOf(t, "internal/report/testdata/small")}},
			Inputs: []replay.Input{{Name: "x.ndjson", Intake: intake.Options{}, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(rows.String())), nil }}}})
		m := NewModel(r)
		v := &page{Model: m, p: lang.For("en").With(m.Agreement), lists: lists{at: map[string]int{}}, all: m.observed()}
		view := v.Map()
		sw, ne, _ := v.extent()
		spots, beyond, placeless := v.spots(frame(sw, ne))
		var shown Tally
		for _, s := range spots {
			shown = join(shown, s.all)
		}
		if len(shown) != places || len(beyond) != 1 || len(placeless) != 1 {
			t.Errorf("%d places: %d shown, %d beyond, %d placeless", places, len(shown), len(beyond), len(placeless))
		}
		root, err := tree(string(view.Drawing))
		if err != nil {
			t.Fatal(err)
		}
		links := len(root.all("a", ""))
		grouped := places > MapPlaces
		if grouped && (links >= places || links == 0) || !grouped && links != places {
			t.Errorf("%d places: %d signs", places, links)
		}
		sum := 0
		for _, l := range v.lists.list {
			if strings.HasPrefix(l.caption, "Map: ") {
				sum += len(l.of)
			}
		}
		if sum != places {
			t.Errorf("%d places: the signs lead to %d things", places, sum)
		}
		if circles := len(root.all("circle", "unsure")); circles == 0 {
			t.Error("no circle says how surely a place is known")
		}
		if len(view.Drawing) > 600_000 {
			t.Errorf("%d places: the map has %d bytes", places, len(view.Drawing))
		}
	}
}

// The place of a band on one side of a line is drawn on that side.
func TestBandSide(t *testing.T) {
	p := frame(truce.Degrees(36, 32), truce.Degrees(37, 33))
	f := truce.Feature{ID: "l", Shape: truce.ShapeLine, Left: "north", Right: "south", Lines: [][]truce.Position{{truce.Degrees(36.2, 32.5), truce.Degrees(36.8, 32.5)}}}
	_, y := p.xy(truce.Degrees(36.5, 32.5))
	for _, side := range []truce.Side{"north", "south"} {
		d := &drawing{}
		(&page{}).band(d, p, band{feature: &f, within: 10_000, side: side})
		var far float64
		for _, point := range strings.FieldsFunc(d.String()[strings.Index(d.String(), `d="`)+3:strings.Index(d.String(), `" class`)], func(c rune) bool { return c == 'M' || c == 'L' || c == 'z' }) {
			var px, py float64
			if _, err := fmt.Sscanf(point, "%f %f", &px, &py); err != nil {
				t.Fatal(err)
			}
			if math.Abs(py-y) > math.Abs(far) {
				far = py - y
			}
		}
		if side == "north" && far >= 0 || side == "south" && far <= 0 { // y runs down
			t.Errorf("the band in the %s reaches %v", side, far)
		}
		if metres := math.Abs(far) / p.perMetre; math.Abs(metres-10_000) > 100 {
			t.Errorf("the band reaches %.0f m, want 10000", metres)
		}
	}
}

// The whole of the Syrian event data against the example, where both are here.
func TestGEDReport(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 8,352 events")
	}
	in := files(t, intake.Options{}, "../shared/data/ucdp-ged-syria/ged_syria_2017_2018.csv.gz", "examples/southwest-syria/observations/public-record.ndjson")
	r := replayed(t, replay.Options{Variants: []replay.Variant{{Name: "example", Plan: planOf(t, "examples/southwest-syria")}}, Inputs: in})
	for _, code := range lang.Languages {
		page := pageOf(t, r, code)
		if len(page) > 3_000_000 {
			t.Errorf("%s: the report has %d bytes", code, len(page))
		}
		root, err := tree(page)
		if err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		problems, followed := checkNumbers(root)
		for _, p := range problems[:min(len(problems), 5)] {
			t.Errorf("%s: %s", code, p)
		}
		for _, p := range checkLoads(page, root) {
			t.Errorf("%s: %s", code, p)
		}
		t.Logf("%s: %d bytes, %d numbers followed", code, len(page), followed)
	}
}
