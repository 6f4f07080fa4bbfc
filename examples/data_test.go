package examples_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"slices"
	"testing"

	"truce"
	"truce/geo"
	"truce/terms"
)

// shared is a folder of public data beside the repository; it is not part of it.
const shared = "../../shared/data/"

func open(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open(shared + name)
	if os.IsNotExist(err) {
		t.Skipf("%s is not here; see the PROVENANCE.md of the shared data", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// southwest is the worked case, with its features by id.
func southwest(t *testing.T) (*truce.Agreement, map[truce.PlaceID]truce.Feature) {
	t.Helper()
	a := versions(t, "southwest-syria")[0]
	places := map[truce.PlaceID]truce.Feature{}
	for _, f := range a.Places {
		places[f.ID] = f
	}
	return a, places
}

// TestDrawnShapes: the hand-drawn governorates and the Golan line are as far off as README.md says, and no farther.
func TestDrawnShapes(t *testing.T) {
	_, places := southwest(t)
	type collection struct {
		Features []struct {
			Properties struct {
				Name string `json:"ADM1_EN"`
				Line string `json:"name"`
			}
			Geometry struct {
				Coordinates json.RawMessage
			}
		}
	}
	read := func(name string) collection {
		var c collection
		if err := json.NewDecoder(open(t, name)).Decode(&c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	farthest := func(id truce.PlaceID, path [][]float64, limit truce.Metres) {
		f := places[id]
		lines := f.Lines
		if f.Shape == truce.ShapeArea {
			ring := f.Polygons[0][0]
			lines = [][]truce.Position{append(slices.Clone(ring), ring[0])}
		}
		drawn, err := geo.NewLine(lines, truce.EdgesStraight)
		if err != nil {
			t.Fatal(err)
		}
		worst := truce.Metres(0)
		for i := 0; i < len(path); i += 5 {
			worst = max(worst, drawn.Distance(truce.Degrees(path[i][0], path[i][1])))
		}
		if worst > limit || worst == 0 {
			t.Errorf("%s is %.0f m off, at most %.0f m are allowed", id, worst, limit)
		}
	}
	ids := map[string]truce.PlaceID{"Dar'a": "daraa-governorate", "Quneitra": "quneitra-governorate", "As-Sweida": "suwayda-governorate"}
	for _, f := range read("admin/southwest_adm1_ocha.geojson").Features {
		var rings [][][]float64
		if err := json.Unmarshal(f.Geometry.Coordinates, &rings); err != nil {
			var polygons [][][][]float64
			if err := json.Unmarshal(f.Geometry.Coordinates, &polygons); err != nil {
				t.Fatal(err)
			}
			rings = polygons[0]
		}
		farthest(ids[f.Properties.Name], rings[0], 5000)
	}
	for _, f := range read("admin/undof_lines_derived.geojson").Features {
		if f.Properties.Line[0] != 'A' {
			continue
		}
		var path [][]float64
		if err := json.Unmarshal(f.Geometry.Coordinates, &path); err != nil {
			t.Fatal(err)
		}
		farthest("golan-line", path, 3000)
	}
}

// TestNamesOfTheEventData: every side and every place of a division that UCDP names in the three governorates leads to an
// actor or a feature, and so does every side with ten events or more in the country.
func TestNamesOfTheEventData(t *testing.T) {
	a, _ := southwest(t)
	actors, places, refs := map[string]truce.ActorID{}, map[string]bool{}, map[string]truce.ActorID{}
	for _, x := range a.Actors {
		for _, al := range x.Aliases {
			actors[terms.Fold(al.Name)] = x.ID
		}
		actors[terms.Fold(x.Name.EN)] = x.ID
		for _, r := range x.Refs {
			refs[r] = x.ID
		}
	}
	for _, f := range a.Places {
		for _, n := range append([]string{f.Name.EN}, f.Aliases...) {
			places[terms.Fold(n)] = true
		}
	}
	zip, err := gzip.NewReader(open(t, "ucdp-ged-syria/ged_syria_2017_2018.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(zip)
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	col := func(name string) int { return slices.Index(head, name) }
	known := map[string]int{}
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		adm1, adm2 := row[col("adm_1")], row[col("adm_2")]
		here := slices.Contains([]string{"Daraa Governorate", "Quneitra Governorate", "As Suwayda Governorate"}, adm1)
		for _, n := range []string{adm1, adm2} {
			if (here || n == adm1) && n != "" && !places[terms.Fold(n)] {
				t.Errorf("no place %q", n)
				places[terms.Fold(n)] = true
			}
		}
		for _, side := range []string{"side_a", "side_b"} {
			name, id := row[col(side)], "ucdp:"+row[col(side+"_new_id")]
			known[name]++
			who, ok := actors[terms.Fold(name)]
			switch {
			case ok && refs[id] != who:
				t.Errorf("%q is %s by its name and %q by its number %s", name, who, refs[id], id)
			case !ok && here:
				t.Errorf("no actor %q (%s)", name, id)
			}
			if !ok && known[name] == 10 {
				t.Errorf("no actor %q (%s), with ten events or more in the country", name, id)
			}
		}
	}
	if known["Government of Syria"] < 5000 {
		t.Errorf("only %d events of the government", known["Government of Syria"])
	}
}
