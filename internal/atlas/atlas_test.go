package atlas

import (
	"math"
	"slices"
	"testing"

	"github.com/gogo/protobuf/proto"
	"github.com/paulmach/orb/encoding/mvt/vectortile"
	"pgregory.net/rapid"

	"truce"
	"truce/geo"
	"truce/internal/workload"
)

// No place moves when it is put on the map.
func TestPlacesStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := truce.Position{Lon: truce.E7(rapid.Int32Range(-1_800_000_000, 1_799_999_999).Draw(t, "lon")), Lat: truce.E7(rapid.Int32Range(-850_511_287, 850_511_287).Draw(t, "lat"))}
		got := PointOf(p).Position()
		if abs(got.Lon-p.Lon) > 1 || abs(got.Lat-p.Lat) > 1 {
			t.Fatalf("%v became %v", p, got)
		}
		if q := onCurve(curve(PointOf(p))); q != PointOf(p) {
			t.Fatalf("%v became %v on the curve", PointOf(p), q)
		}
	})
}

func abs(e truce.E7) truce.E7 { return max(e, -e) }

// The index says what looking at every place says: of any box, with any changes before.
func TestAtlasEqualsLookingAtAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := New()
		type kept struct {
			at truce.Position
			e  Entry
		}
		var all []kept
		near := rapid.Bool().Draw(t, "near") // many in one place, or over the whole globe
		n := rapid.SampledFrom([]int{3, 50, 900, freshCount + 7, 2*freshCount + 1}).Draw(t, "n")
		r := rapid.Uint64().Draw(t, "seed")
		next := func(below int64) int64 {
			r = r*6364136223846793005 + 1442695040888963407
			return int64(r>>33) % below
		}
		for i := range n {
			at := truce.Position{Lon: truce.E7(next(3_600_000_000) - 1_800_000_000), Lat: truce.E7(next(1_800_000_000) - 900_000_000)}
			if near {
				at = truce.Position{Lon: truce.E7(360_000_000 + next(5_000_000)), Lat: truce.E7(325_000_000 + next(5_000_000))}
			}
			e := Entry{Name: Name(i), Seq: truce.Seq(i + 1), Error: float32(next(5)*next(5)*next(1000)) * float32(next(8)), Area: uint16(max(next(6)-3, 0))}
			if e.Area != 0 && next(3) == 0 {
				e.Flags |= Named
			}
			a.Add(at, e)
			e.at = curve(PointOf(at))
			all = append(all, kept{at, e})
		}
		drop := map[truce.Seq]bool{}
		for range next(20) {
			k := all[next(int64(len(all)))].e
			drop[k.Seq] = true
			if next(2) == 0 {
				a.Gone(k.Name)
			} else {
				a.Erase(k.Seq)
			}
		}
		corner := all[next(int64(len(all)))].e.Point()
		b := Box{corner.X, corner.Y, corner.X, corner.Y}.grown(uint32(next(math.MaxUint32) >> next(32)))
		if rapid.Bool().Draw(t, "tile") {
			z := int(next(MaxZoom + 1))
			b, _ = TileBox(z, int(uint64(corner.X)>>(32-z)), int(uint64(corner.Y)>>(32-z)))
		}
		least := float32(next(500))
		before, most := truce.Seq(next(int64(n)+2)), int(1+next(60))
		var in, touching, areal, newest, wantIn, wantTouching, wantAreal, wantNewest []truce.Seq
		a.In(b, func(e *Entry) { in = append(in, e.Seq) })
		a.Touching(b, least, func(e *Entry) { touching = append(touching, e.Seq) })
		a.Areal(func(e *Entry) { areal = append(areal, e.Seq) })
		a.Newest(before, func(e *Entry) truce.Seq {
			newest = append(newest, e.Seq)
			slices.Sort(newest)
			if newest = newest[max(len(newest)-most, 0):]; len(newest) < most {
				return 0
			}
			return newest[0]
		})
		for _, k := range all {
			if drop[k.e.Seq] {
				continue
			}
			if k.e.Area != 0 {
				wantAreal = append(wantAreal, k.e.Seq)
			}
			if k.e.Seq < before {
				wantNewest = append(wantNewest, k.e.Seq)
			}
			if k.e.Flags&Named != 0 {
				continue
			}
			if b.Holds(k.e.Point()) {
				wantIn = append(wantIn, k.e.Seq)
			}
			if k.e.Error >= least && k.e.Box().Touches(b) {
				wantTouching = append(wantTouching, k.e.Seq)
			}
		}
		slices.Sort(in)
		slices.Sort(touching)
		if !slices.Equal(in, wantIn) {
			t.Fatalf("%d in the box; looking at all finds %d", len(in), len(wantIn))
		}
		slices.Sort(areal)
		if !slices.Equal(areal, wantAreal) {
			t.Fatalf("%d name an area; looking at all finds %d", len(areal), len(wantAreal))
		}
		if wantNewest = wantNewest[max(len(wantNewest)-most, 0):]; !slices.Equal(newest, wantNewest) {
			t.Fatalf("the newest %d before %d are %v; looking at all finds %v", most, before, newest, wantNewest)
		}
		if !slices.Equal(touching, wantTouching) {
			t.Fatalf("%d touch the box; looking at all finds %d", len(touching), len(wantTouching))
		}
		if a.Len() != len(all)-len(drop) {
			t.Fatalf("%d are left of %d without %d", a.Len(), len(all), len(drop))
		}
	})
}

// Whoever wants what is new does not walk through what is old.
func TestNewestLeavesOldAlone(t *testing.T) {
	a := fill(5 * runMost)
	met := 0
	a.Newest(1<<63-1, func(e *Entry) truce.Seq {
		met++
		return 5*runMost - 100
	})
	if met < 100 || met > 2*runMost {
		t.Errorf("%d of %d were met for the newest hundred", met, 5*runMost)
	}
}

// What was erased is in no part of the index.
func TestErasedIsNowhere(t *testing.T) {
	a := New()
	for i, r := range workload.Reports(10, 2*freshCount+100) {
		a.Add(r.Fix.Pos, Entry{Name: Name(i), Seq: truce.Seq(i + 1)})
	}
	a.Add(truce.Position{}, Entry{Name: 1 << 40, Seq: 1 << 40, Flags: Named})
	a.Erase(1, 5000, 2*freshCount+50, 1<<40)
	a.All(func(e *Entry) {
		if slices.Contains([]truce.Seq{1, 5000, 2*freshCount + 50, 1 << 40}, e.Seq) {
			t.Errorf("%d is still there", e.Seq)
		}
	})
	if got, want := a.Len(), 2*freshCount+100-3; got != want {
		t.Errorf("%d places, want %d", got, want)
	}
}

func TestClassifyReachesWhatIsThere(t *testing.T) {
	a := New()
	a.Add(truce.Degrees(36, 32), Entry{Name: 1, Seq: 1})
	a.Add(truce.Degrees(36, 32), Entry{Name: 2, Seq: 2})
	a.Classify(2, 7)
	a.All(func(e *Entry) {
		if is := e.Flags&Classified != 0 && e.Since == 7; is != (e.Name == 2) {
			t.Errorf("%+v", e)
		}
	})
}

// A ruling takes the place of the one it names, in the chain of its record, and leaves with the record.
func TestRulings(t *testing.T) {
	a := New()
	for i := range 3 {
		a.Add(truce.Degrees(36, 32), Entry{Name: Name(i + 1), Seq: truce.Seq(i + 1)})
	}
	said := func() map[Name][]Name {
		out := map[Name][]Name{}
		a.All(func(e *Entry) { a.Rulings(e, func(r *Ruling) { out[e.Name] = append(out[e.Name], r.Name) }) })
		return out
	}
	a.Rule(1, Ruling{Name: 10}, 0)
	a.Rule(1, Ruling{Name: 11}, 0)
	a.Rule(2, Ruling{Name: 20}, 0)
	if got := said(); !slices.Equal(got[1], []Name{11, 10}) || !slices.Equal(got[2], []Name{20}) || len(got) != 2 {
		t.Errorf("%v", got)
	}
	a.Rule(1, Ruling{Name: 12}, 10)
	a.Classify(20, 5)
	if got := said(); !slices.Equal(got[1], []Name{12, 11}) {
		t.Errorf("%v", got)
	}
	a.In(World, func(e *Entry) {
		a.Rulings(e, func(r *Ruling) {
			if is := r.Flags&Classified != 0 && r.Since == 5; is != (r.Name == 20) {
				t.Errorf("%+v", r)
			}
		})
	})
	a.Gone(11)
	a.Erase(2)
	a.Rule(3, Ruling{Name: 30}, 0) // takes the room of one that left
	if got := said(); !slices.Equal(got[1], []Name{12}) || !slices.Equal(got[3], []Name{30}) || len(got) != 2 {
		t.Errorf("%v", got)
	}
	if len(a.rulings) != 4 {
		t.Errorf("room for %d rulings", len(a.rulings)-1)
	}
}

// A full atlas drops the oldest records and says so.
func TestFullAtlasDropsTheOldest(t *testing.T) {
	a := New()
	a.most = 3 * freshCount
	for i := range 10 * freshCount {
		a.Add(truce.Position{Lon: truce.E7(i * 100), Lat: truce.E7(i % 1000)}, Entry{Seq: truce.Seq(i + 1)})
	}
	if n := a.Len(); n > a.most || n < a.most/2 {
		t.Errorf("%d places", n)
	}
	a.All(func(e *Entry) {
		if e.Seq < a.since {
			t.Errorf("%d is older than %d", e.Seq, a.since)
		}
	})
}

func decode(t *testing.T, b []byte) map[string]*vectortile.Tile_Layer {
	t.Helper()
	var out vectortile.Tile
	if err := proto.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	layers := map[string]*vectortile.Tile_Layer{}
	for _, l := range out.Layers {
		layers[l.GetName()] = l
	}
	return layers
}

// The corners of a circle lie as far from its middle as it says, by the geodesic.
func TestCirclesAreTrue(t *testing.T) {
	for _, lat := range []float64{0, 32.7, -50, 65} {
		for _, metres := range []float64{50, 1000, 25_000, 50_000} {
			p := PointOf(truce.Degrees(36.1, lat))
			for _, c := range around(p, metres) {
				d := float64(geo.Distance(p.Position(), Point{uint32(c[0]), uint32(c[1])}.Position()))
				if math.Abs(d/metres-1) > 0.001 && math.Abs(d-metres) > 0.05 {
					t.Errorf("at %g degrees, %g m: a corner is %.1f m away", lat, metres, d)
				}
			}
		}
	}
}

func TestNoSuchTile(t *testing.T) {
	for _, bad := range [][3]int{{-1, 0, 0}, {0, 1, 0}, {3, 8, 0}, {3, 0, -1}, {MaxZoom + 1, 0, 0}, {40, 1, 1}, {1 << 40, 0, 0}} {
		if _, ok := NewTile(bad[0], bad[1], bad[2]); ok {
			t.Errorf("there is a tile %v", bad)
		}
	}
	for _, good := range [][3]int{{0, 0, 0}, {3, 7, 7}, {MaxZoom, 1<<MaxZoom - 1, 0}} {
		if _, ok := NewTile(good[0], good[1], good[2]); !ok {
			t.Errorf("there is no tile %v", good)
		}
	}
}

func TestTile(t *testing.T) {
	at := PointOf(truce.Degrees(36.1, 32.6))
	z := 12
	tile, ok := NewTile(z, int(at.X>>(32-z)), int(at.Y>>(32-z)))
	if !ok {
		t.Fatal("no tile")
	}
	points := tile.Layer("points")
	tags := points.Tags()
	tags.Word("k", "incident")
	tags.Number("e", 500)
	points.Point(at, 42, tags)
	discs := tile.Layer("discs")
	discs.Circle(at, 500, 42, discs.Tags())
	discs.Circle(PointOf(truce.Degrees(40, 32.6)), 500, 43, discs.Tags()) // far away
	tile.Layer("nothing")
	b, err := tile.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	layers := decode(t, b)
	if len(layers) != 2 || len(layers["points"].Features) != 1 || len(layers["discs"].Features) != 1 {
		t.Fatalf("%v", layers)
	}
	f := layers["points"].Features[0]
	if f.GetId() != 42 || len(f.Tags) != 4 || layers["points"].Values[f.Tags[1]].GetStringValue() != "incident" || layers["points"].Values[f.Tags[3]].GetIntValue() != 500 {
		t.Errorf("%v", f)
	}
	if g := layers["discs"].Features[0].Geometry; g[0] != command(moveTo, 1) || g[len(g)-1] != command(closed, 1) {
		t.Errorf("%v", g)
	}
}

// fill makes an atlas of the workload of the benchmarks: n positions in a box of 1 by 1.2 degrees.
func fill(n int) *Atlas {
	a := New()
	i := 0
	for r := range workload.Stream(2000, n) {
		a.Add(r.Fix.Pos, Entry{Name: Name(i * 7919), Seq: truce.Seq(i + 1), Error: r.Fix.Error, First: 17_000 + int32(i%400), Sign: uint32(i % 50), Kind: uint8(1 + i%3)})
		i++
	}
	return a
}

// raw draws a tile with each of its places as a point, as ST_AsMVT would.
func raw(a *Atlas, z, x, y int) []byte {
	tile, _ := NewTile(z, x, y)
	points := tile.Layer("points")
	a.In(tile.Box(), func(e *Entry) {
		tags := points.Tags()
		tags.Number("e", int64(e.Error))
		tags.Number("k", int64(e.Kind))
		tags.Number("d", int64(e.First))
		points.Point(e.Point(), e.Name.Feature(), tags)
	})
	b, err := tile.Bytes()
	if err != nil {
		panic(err)
	}
	return b
}

// tiles lists the tiles of a zoom that the workload lies in.
func tiles(a *Atlas, z int) (out [][2]int) {
	seen := map[[2]int]bool{}
	a.All(func(e *Entry) {
		p := e.Point()
		seen[[2]int{int(uint64(p.X) >> (32 - z)), int(uint64(p.Y) >> (32 - z))}] = true
	})
	for k := range seen {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	return out
}

// BenchmarkTile draws every tile of zoom 12 that holds some of a million places, each place as a point.
func BenchmarkTile(b *testing.B) {
	a := fill(1_000_000)
	list := tiles(a, 12)
	bytes := 0
	i := 0
	for b.Loop() {
		bytes += len(raw(a, 12, list[i%len(list)][0], list[i%len(list)][1]))
		i++
	}
	b.ReportMetric(float64(bytes)/float64(b.N), "bytes/tile")
	b.ReportMetric(1_000_000/float64(len(list)), "places/tile")
}

// BenchmarkTileWalk visits everything once, as a count over the whole map does.
func BenchmarkTileWalk(b *testing.B) {
	a := fill(1_000_000)
	n := 0
	for b.Loop() {
		a.In(World, func(e *Entry) { n += int(e.Kind) })
	}
}

// BenchmarkTileFill puts a million places in order.
func BenchmarkTileFill(b *testing.B) {
	for b.Loop() {
		fill(1_000_000)
	}
}
