package record

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/intake/entry"
)

func drawFixes(t *rapid.T) []truce.Fix {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) truce.Fix {
		return truce.Fix{
			At:    truce.Instant(rapid.Int64Range(int64(truce.EarliestInstant), int64(truce.LatestInstant)).Filter(func(i int64) bool { return i != 0 }).Draw(t, "at")),
			Pos:   truce.Position{Lon: truce.E7(rapid.Int32Range(-180e7, 180e7).Draw(t, "lon")), Lat: truce.E7(rapid.Int32Range(-90e7, 90e7).Draw(t, "lat"))},
			Error: rapid.SampledFrom([]float32{0, 5, 12.5, math.MaxFloat32}).Draw(t, "error")}
	}), 1, 50).Draw(t, "fixes")
}

func TestPositionsComeBack(t *testing.T) {
	keys, random := testKeys(t), chance("seal")
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-zа-я"\\ ]{0,12}`)
		tr := &entry.Track{Unit: word.Draw(t, "unit"), Actor: word.Draw(t, "actor"), Category: word.Draw(t, "category"), File: word.Draw(t, "file"),
			Simulated: rapid.Bool().Draw(t, "simulated"), Moved: rapid.Bool().Draw(t, "moved"),
			Source: truce.Source{ID: word.Draw(t, "source"), Means: truce.Means(rapid.IntRange(0, len(truce.MeansWords())).Draw(t, "means")),
				Standing: truce.Standing(rapid.IntRange(0, len(truce.StandingWords())).Draw(t, "standing")), Independent: rapid.Int32().Draw(t, "independent"),
				Reference: word.Draw(t, "reference"), RelayedBy: rapid.SampledFrom([][]string{nil, {"a"}, {"a", ""}}).Draw(t, "relayed")}}
		p := Positions{Simulated: tr.Simulated, Moved: tr.Moved, Track: tr, Fixes: drawFixes(t)}
		d, err := p.Draft()
		if err != nil {
			t.Fatal(err)
		}
		r, g, _ := stored(t, keys, random, d)
		got, err := ReadPositions(r, g)
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Fatalf("%v\nwrote %+v\nread  %+v", err, p, got)
		}
		gone, err := ReadPositions(r, erased(t, r))
		if err != nil || gone.Track != nil || gone.Fixes != nil || gone.Moved != p.Moved {
			t.Fatalf("erased: %+v, %v", gone, err)
		}
	})
}

func TestPositionsThatAreRefused(t *testing.T) {
	good := truce.Fix{At: 1499587500000, Pos: truce.Degrees(36.1, 32.6), Error: 5}
	tr := &entry.Track{Unit: "v-1"}
	if _, err := (Positions{Track: tr, Fixes: []truce.Fix{good}}).Draft(); err != nil {
		t.Fatalf("control: %v", err)
	}
	for name, change := range map[string]func(*truce.Fix){
		"no time":       func(f *truce.Fix) { f.At = 0 },
		"a time beyond": func(f *truce.Fix) { f.At = truce.LatestInstant + 1 },
		"no place":      func(f *truce.Fix) { f.Pos.Lat = 90e7 + 1 },
		"no number":     func(f *truce.Fix) { f.Error = float32(math.NaN()) },
		"infinite":      func(f *truce.Fix) { f.Error = float32(math.Inf(1)) },
		"negative":      func(f *truce.Fix) { f.Error = -1 },
		"minus zero":    func(f *truce.Fix) { f.Error = float32(math.Copysign(0, -1)) },
	} {
		f := good
		change(&f)
		if _, err := (Positions{Track: tr, Fixes: []truce.Fix{good, f}}).Draft(); truce.KindOf(err) != truce.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := ParseColumns(AppendColumns(nil, []truce.Fix{good, f})); err == nil {
			t.Errorf("%s is read", name)
		}
	}
	if _, err := (Positions{Track: tr, Fixes: make([]truce.Fix, MaxFixes+1)}).Draft(); truce.KindOf(err) != truce.TooLarge {
		t.Errorf("too many: %v", err)
	}
	for name, p := range map[string]Positions{"none": {Track: tr}, "nobody's": {Fixes: []truce.Fix{good}}} {
		if _, err := p.Draft(); truce.KindOf(err) != truce.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// One list of fixes has one form.
func TestColumnsHaveOneForm(t *testing.T) {
	good := []byte{2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0} // twice: moment, longitude, latitude; a run of two radii of nothing
	if fixes, err := ParseColumns(good); err != nil || !bytes.Equal(AppendColumns(nil, fixes), good) {
		t.Fatal("control:", err)
	}
	for name, b := range map[string][]byte{
		"nothing":            {},
		"no fixes":           {0},
		"a longer number":    {0x82, 0, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0},
		"a longer moment":    {2, 0x82, 0, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0},
		"two runs of one":    {2, 2, 2, 2, 2, 2, 2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0},
		"a run of nothing":   {2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0},
		"a run too long":     {2, 2, 2, 2, 2, 2, 2, 3, 0, 0, 0, 0},
		"more behind it":     append(bytes.Clone(good), 0),
		"less":               good[:len(good)-1],
		"no moment":          {2, 0, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0},
		"many in few bytes":  {0xa0, 0x8d, 0x06, 2, 2, 2, 1, 0, 0, 0, 0},
		"beyond all numbers": {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 2, 1, 0, 0, 0, 0},
	} {
		if _, err := ParseColumns(b); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

// FuzzColumns: what is read is written again to the same bytes, and a few bytes never claim many positions.
func FuzzColumns(f *testing.F) {
	f.Add(AppendColumns(nil, track(3)))
	f.Add([]byte{1, 2, 2, 2, 1, 0, 0, 0, 0})
	f.Add([]byte{0xff, 0xff, 0x7f, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		fixes, err := ParseColumns(b)
		if err != nil {
			return
		}
		if again := AppendColumns(nil, fixes); !bytes.Equal(again, b) {
			t.Errorf("%x is read and written as %x", b, again)
		}
	})
}

// track is n fixes as a device sends them.
func track(n int) []truce.Fix {
	fixes := make([]truce.Fix, n)
	for i := range fixes {
		fixes[i] = truce.Fix{At: 1499587500000 + truce.Instant(i)*5000, Pos: truce.Position{Lon: truce.E7(361021300 + 371*i), Lat: truce.E7(326188900 - 113*(i%97))}, Error: 12.5}
	}
	return fixes
}

// BenchmarkColumns reports the cost of a fix.
func BenchmarkColumns(b *testing.B) {
	fixes := track(1000)
	var buf []byte
	for b.Loop() {
		buf = AppendColumns(buf[:0], fixes)
		if _, err := ParseColumns(buf); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/fix")
	b.ReportMetric(float64(len(buf))/1000, "bytes/fix")
}

// BenchmarkPositions is the whole way of a record: drafted, sealed, opened, read.
func BenchmarkPositions(b *testing.B) {
	keys, random := testKeys(b), chance("bench")
	p := Positions{Track: &entry.Track{Unit: "v-1"}, Fixes: track(1000)}
	for b.Loop() {
		d, err := p.Draft()
		if err != nil {
			b.Fatal(err)
		}
		sealed, err := d.Seal(keys, random)
		if err != nil {
			b.Fatal(err)
		}
		g, err := keys.Open(&d.Record, sealed)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := ReadPositions(&d.Record, g); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/fix")
}

func ExampleAppendColumns() {
	fmt.Printf("%x", AppendColumns(nil, []truce.Fix{{At: 1000, Pos: truce.Position{Lon: 1, Lat: -1}, Error: 5}, {At: 2000, Pos: truce.Position{Lon: 3, Lat: -1}, Error: 5}}))
	// Output: 02d00fd00f020401000240a00000
}
