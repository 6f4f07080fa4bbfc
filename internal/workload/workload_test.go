package workload

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"truce"
	"truce/geo"
)

// TestUnchanged: the figures in the documents are only comparable while the world stays the same. If this digest changes,
// measure again and say so.
func TestUnchanged(t *testing.T) {
	h := sha256.New()
	put := func(v ...any) {
		for _, x := range v {
			if err := binary.Write(h, binary.LittleEndian, x); err != nil {
				t.Fatal(err)
			}
		}
	}
	w := New(100)
	put(w.Line, w.Limits)
	for _, z := range w.Zones {
		put(z)
	}
	for _, r := range Reports(50, 2000) {
		put(r.Unit, int64(r.Fix.At), r.Fix.Pos, r.Fix.Error)
	}
	const want = "1701f2318ea7efdabcee6d7fda4e44611fa8ca955096bdad32a6858da5aa04eb"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("the world has changed: %s", got)
	}
}

// TestWorld holds the description of the world to what is drawn.
func TestWorld(t *testing.T) {
	w := New(1000)
	if len(w.Zones) != 1001 || len(w.Zones[0]) != 300 || len(w.Line) != 400 {
		t.Fatalf("%d zones, %d corners, %d positions in the line", len(w.Zones), len(w.Zones[0]), len(w.Line))
	}
	var length float64
	for i := range w.Line[1:] {
		length += float64(geo.Distance(w.Line[i], w.Line[i+1]))
	}
	var areas []*geo.Area
	for _, z := range w.Zones {
		if f := geo.CheckRing(z); len(f) > 0 {
			t.Fatalf("a zone is faulty: %v", f[0])
		}
		a, err := geo.NewArea([][][]truce.Position{{z}}, "")
		if err != nil {
			t.Fatal(err)
		}
		areas = append(areas, a)
	}
	reports := Reports(2000, 20_000)
	pairs, last := 0, reports[0].Fix.At
	for _, r := range reports {
		p := r.Fix.Pos
		if p.Lon < West || p.Lon > East || p.Lat < South || p.Lat > North || r.Fix.At < last || r.Fix.Error < 0 || r.Fix.Error > 30 {
			t.Fatalf("a report out of bounds or order: %+v", r)
		}
		last = r.Fix.At
		for _, a := range areas {
			if a.Contains(p) {
				pairs++
			}
		}
	}
	mean := float64(pairs) / float64(len(reports))
	t.Logf("line %.1f km, %.2f zones around a position", length/1000, mean)
	if length < 205e3 || length > 217e3 || mean < 1.8 || mean > 2.3 {
		t.Error("not the world that is described")
	}
}
