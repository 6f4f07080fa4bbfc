package atlas

import (
	"math"

	"github.com/gogo/protobuf/proto"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/mvt/vectortile"

	"truce"
)

// extent is how many steps a tile has a side, and margin how many around it are drawn too, so that no edge of a tile shows.
const (
	extent = 4096
	margin = 160
)

// Tile is one piece of the map being drawn, in the format of Mapbox Vector Tiles 2.1.
type Tile struct {
	box    Box
	step   float64 // units of the square for one step of the tile
	layers []*Layer
}

// NewTile begins a tile; ok is false where there is no such tile.
func NewTile(z, x, y int) (t *Tile, ok bool) {
	b, ok := TileBox(z, x, y)
	if !ok {
		return nil, false
	}
	return &Tile{box: b, step: float64(uint64(1)<<(32-z)) / extent}, true
}

// Box is the part of the map that it shows.
func (t *Tile) Box() Box { return t.box }

// Metres gives how long so many pixels are in the middle of the tile, where it is shown 512 pixels wide.
func (t *Tile) Metres(pixels float64) float64 {
	middle := t.box.North/2 + t.box.South/2
	return pixels * t.step * (extent / 512) / scales[middle>>20]
}

// Layer begins a layer.
func (t *Tile) Layer(name string) *Layer {
	l := &Layer{tile: t, keys: map[string]uint32{}, words: map[string]uint32{}, numbers: map[int64]uint32{}}
	version, size := uint32(2), uint32(extent)
	l.out = vectortile.Tile_Layer{Version: &version, Name: &name, Extent: &size}
	t.layers = append(t.layers, l)
	return l
}

// Bytes writes the tile; nothing where nothing is in it.
func (t *Tile) Bytes() ([]byte, error) {
	var out vectortile.Tile
	for _, l := range t.layers {
		if len(l.out.Features) > 0 {
			out.Layers = append(out.Layers, &l.out)
		}
	}
	b, err := proto.Marshal(&out)
	if err != nil {
		return nil, &truce.Error{Op: "atlas.Tile", Kind: truce.Internal, Cause: err}
	}
	return b, nil
}

// Layer is one layer of a tile.
type Layer struct {
	tile    *Tile
	out     vectortile.Tile_Layer
	keys    map[string]uint32
	words   map[string]uint32
	numbers map[int64]uint32
	// A tile has thousands of small parts: they are cut from larger pieces.
	features []vectortile.Tile_Feature
	ids      []uint64
	codes    []uint32
}

// cut gives an empty list with room for n numbers.
func (l *Layer) cut(n int) []uint32 {
	if cap(l.codes)-len(l.codes) < n {
		l.codes = make([]uint32, 0, max(4096, n))
	}
	from := len(l.codes)
	l.codes = l.codes[:from+n]
	return l.codes[from : from : from+n]
}

// Len is how many features it has.
func (l *Layer) Len() int { return len(l.out.Features) }

// Tags are what a feature says beside its place. A tag is set once.
type Tags struct {
	l    *Layer
	list []uint32
}

// Tags begins the tags of a feature.
func (l *Layer) Tags() Tags { return Tags{l: l, list: l.cut(14)} }

// Word sets a word; none where it is empty.
func (t *Tags) Word(key, word string) {
	if word == "" {
		return
	}
	at, ok := t.l.words[word]
	if !ok {
		at = uint32(len(t.l.out.Values))
		t.l.words[word] = at
		t.l.out.Values = append(t.l.out.Values, &vectortile.Tile_Value{StringValue: &word})
	}
	t.list = append(t.list, t.l.key(key), at)
}

// Number sets a number; none where it is zero.
func (t *Tags) Number(key string, n int64) {
	if n == 0 {
		return
	}
	at, ok := t.l.numbers[n]
	if !ok {
		at = uint32(len(t.l.out.Values))
		t.l.numbers[n] = at
		t.l.out.Values = append(t.l.out.Values, &vectortile.Tile_Value{IntValue: &n})
	}
	t.list = append(t.list, t.l.key(key), at)
}

func (l *Layer) key(name string) uint32 {
	at, ok := l.keys[name]
	if !ok {
		at = uint32(len(l.out.Keys))
		l.keys[name] = at
		l.out.Keys = append(l.out.Keys, name)
	}
	return at
}

var (
	pointKind   = vectortile.Tile_POINT
	polygonKind = vectortile.Tile_POLYGON
)

// Commands of the format.
const (
	moveTo = 1
	lineTo = 2
	closed = 7
)

func command(id, count uint32) uint32 { return id | count<<3 }

func zigzag(v int32) uint32 { return uint32(v<<1) ^ uint32(v>>31) }

// place gives where a point lies in the tile, in steps.
func (t *Tile) place(p Point) orb.Point {
	return orb.Point{(float64(p.X) - float64(t.box.West)) / t.step, (float64(p.Y) - float64(t.box.North)) / t.step}
}

// Point draws a point.
func (l *Layer) Point(at Point, feature uint64, tags Tags) {
	p := l.tile.place(at)
	l.add(&pointKind, feature, tags, append(l.cut(3), command(moveTo, 1), zigzag(int32(math.Floor(p[0]))), zigzag(int32(math.Floor(p[1])))))
}

// Ring draws an area of one ring, cut off a little outside the tile. It is nothing where none of it lies there.
func (l *Layer) Ring(ring []Point, feature uint64, tags Tags) {
	r := make(orb.Ring, 0, len(ring)+1)
	for _, p := range ring {
		r = append(r, l.tile.place(p))
	}
	l.ring(r, feature, tags)
}

// circle holds the corners by which a circle is drawn. With 48 of them no point of it lies more than 0.3 % of the radius inside the true one.
var circle = func() (c [48][2]float64) {
	for i := range c {
		a := 2 * math.Pi * float64(i) / float64(len(c))
		c[i] = [2]float64{math.Cos(a), math.Sin(a)}
	}
	return c
}()

// Circle draws all places within so many metres of a point, true to the ellipsoid to a part in a thousand as far as 50 km, away from the poles.
func (l *Layer) Circle(at Point, metres float64, feature uint64, tags Tags) {
	r := make(orb.Ring, 0, len(circle)+1)
	for _, p := range around(at, metres) {
		r = append(r, orb.Point{(p[0] - float64(l.tile.box.West)) / l.tile.step, (p[1] - float64(l.tile.box.North)) / l.tile.step})
	}
	l.ring(r, feature, tags)
}

// around gives the corners of a circle, in units. Each is found with the radii of curvature half way to it.
func around(at Point, metres float64) (out [len(circle)][2]float64) {
	const a, e2 = 6_378_137.0, 0.00669437999014
	lat := math.Atan(math.Sinh(math.Pi * (1 - 2*(float64(at.Y)+0.5)/side)))
	for i, c := range circle {
		half := lat + c[1]*metres/a/2
		sin, cos := math.Sincos(half)
		w := 1 - e2*sin*sin
		north := min(max(lat+c[1]*metres*w*math.Sqrt(w)/(a*(1-e2)), -maxLatitude*math.Pi/180), maxLatitude*math.Pi/180)
		out[i] = [2]float64{float64(at.X) + c[0]*metres*math.Sqrt(w)/(a*max(cos, 0.01))*side/(2*math.Pi), mercator(north)*side - 0.5}
	}
	return out
}

func (l *Layer) ring(r orb.Ring, feature uint64, tags Tags) {
	r = append(r, r[0])
	r = clip.Ring(orb.Bound{Min: orb.Point{-margin, -margin}, Max: orb.Point{extent + margin, extent + margin}}, r)
	if len(r) < 4 {
		return
	}
	if r.Orientation() != orb.CCW { // in a system whose y runs down, as the format has it, an outer ring then runs clockwise
		r.Reverse()
	}
	geometry := l.cut(2*len(r) + 3)
	var x, y int32
	n := uint32(0)
	for i, p := range r[:len(r)-1] {
		px, py := int32(math.Round(p[0])), int32(math.Round(p[1]))
		switch {
		case i == 0:
			geometry = append(geometry, command(moveTo, 1), zigzag(px), zigzag(py), 0)
		case px == x && py == y:
			continue
		default:
			geometry = append(geometry, zigzag(px-x), zigzag(py-y))
			n++
		}
		x, y = px, py
	}
	if n < 2 {
		return // smaller than a step
	}
	geometry[3] = command(lineTo, n)
	l.add(&polygonKind, feature, tags, append(geometry, command(closed, 1)))
}

func (l *Layer) add(kind *vectortile.Tile_GeomType, feature uint64, tags Tags, geometry []uint32) {
	if len(l.features) == cap(l.features) {
		l.features, l.ids = make([]vectortile.Tile_Feature, 0, 512), make([]uint64, 0, 512)
	}
	l.features = append(l.features, vectortile.Tile_Feature{Type: kind, Tags: tags.list, Geometry: geometry})
	f := &l.features[len(l.features)-1]
	if feature != 0 {
		l.ids = append(l.ids, feature)
		f.Id = &l.ids[len(l.ids)-1]
	}
	l.out.Features = append(l.out.Features, f)
}
