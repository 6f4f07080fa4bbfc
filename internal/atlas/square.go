package atlas

import (
	"math"

	"truce"
)

// The map is the square of Web Mercator, 2^32 units a side, x to the east and y to the south. A unit is smaller than 1e-7 degree, so no place moves when it
// is put there. What a last bit of these functions may differ by between processors is far below one pixel, and reaches no outcome.

// Point is a place on the square.
type Point struct{ X, Y uint32 }

const side = 1 << 32

// maxLatitude is where the square ends; what lies beyond is drawn at its edge.
const maxLatitude = 85.051128779806

// PointOf puts a position on the square.
func PointOf(p truce.Position) Point {
	lat := min(max(p.Lat.Degrees(), -maxLatitude), maxLatitude) * math.Pi / 180
	return Point{unit(p.Lon.Degrees()/360 + 0.5), unit(mercator(lat))}
}

// mercator gives how far down the square a latitude (in radians) lies, as a share of its side.
func mercator(lat float64) float64 { return 0.5 - math.Log(math.Tan(math.Pi/4+lat/2))/(2*math.Pi) }

// unit gives the unit in which a share of the side lies.
func unit(share float64) uint32 {
	return uint32(min(max(share*side, 0), side-1))
}

// Position is the place on the ground of the middle of a unit.
func (p Point) Position() truce.Position {
	lon := (float64(p.X)+0.5)/side*360 - 180
	lat := math.Atan(math.Sinh(math.Pi*(1-2*(float64(p.Y)+0.5)/side))) * 180 / math.Pi
	return truce.Position{Lon: truce.E7FromDegrees(lon), Lat: truce.E7FromDegrees(lat)}
}

// equator is the length of the equator, in metres.
const equator = 40_075_016.685578488

// scales holds for each of 4096 rows how many units a metre is at least at that latitude: no more than the row's other edge makes of it.
var scales = func() (s [4096]float64) {
	for i := range s {
		most := 0.0
		for _, edge := range [2]float64{float64(i), float64(i + 1)} {
			most = max(most, math.Cosh(math.Pi*(1-2*edge/float64(len(s)))))
		}
		s[i] = most * side / equator
	}
	return s
}()

// unitsIn gives how many units a length has at a row of the square, rounded up.
func unitsIn(y uint32, metres float64) uint32 {
	return uint32(min(math.Ceil(metres*scales[y>>20]), side-1))
}

// Box is a rectangle of the square, edges included.
type Box struct{ West, North, East, South uint32 }

// MaxZoom is the deepest zoom of a tile: at 22 a pixel is 2 cm wide.
const MaxZoom = 22

// TileBox gives the box of a tile; ok is false where there is no such tile.
func TileBox(z, x, y int) (b Box, ok bool) {
	if z < 0 || z > MaxZoom || x < 0 || y < 0 || x >= 1<<z || y >= 1<<z {
		return Box{}, false
	}
	w, n, last := uint64(x)<<(32-z), uint64(y)<<(32-z), uint64(1)<<(32-z)-1
	return Box{uint32(w), uint32(n), uint32(w + last), uint32(n + last)}, true
}

// BoxOf gives the box of two corners on the ground.
func BoxOf(southWest, northEast truce.Position) Box {
	a, b := PointOf(southWest), PointOf(northEast)
	return Box{a.X, b.Y, b.X, a.Y}
}

// World is the whole map.
var World = Box{0, 0, math.MaxUint32, math.MaxUint32}

// Holds reports whether a point lies in the box.
func (b Box) Holds(p Point) bool {
	return p.X >= b.West && p.X <= b.East && p.Y >= b.North && p.Y <= b.South
}

// Touches reports whether two boxes have a point in common.
func (b Box) Touches(c Box) bool {
	return b.West <= c.East && c.West <= b.East && b.North <= c.South && c.North <= b.South
}

// grown is the box and so many units around it, as far as the square goes.
func (b Box) grown(by uint32) Box {
	return Box{b.West - min(b.West, by), b.North - min(b.North, by), b.East + min(math.MaxUint32-b.East, by), b.South + min(math.MaxUint32-b.South, by)}
}

// spread puts a zero between each two bits.
func spread(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & 0x5555555555555555
}

func gather(x uint64) uint32 {
	x &= 0x5555555555555555
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0f0f0f0f0f0f0f0f
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	return uint32(x | x>>16)
}

// curve gives the number of a point along the curve.
func curve(p Point) uint64 { return spread(p.X) | spread(p.Y)<<1 }

func onCurve(k uint64) Point { return Point{gather(k), gather(k >> 1)} }

// stretch is a part of the curve, both ends included. Where it is not whole, points of it may lie outside the box asked for.
type stretch struct {
	from, to uint64
	whole    bool
}

// stretches covers a box with parts of the curve: one for a tile, and some forty at most for any other box.
func stretches(b Box) []stretch {
	// Pieces are at least a fourth as wide as the narrower side: finer ones cost more searches than they save steps.
	finest := max(min(b.East-b.West, b.South-b.North)>>2, 1)
	var out []stretch
	var walk func(west, north uint32, bits uint)
	walk = func(west, north uint32, bits uint) {
		last := uint32(uint64(1)<<bits - 1)
		c := Box{west, north, west + last, north + last}
		if !b.Touches(c) {
			return
		}
		whole := c.West >= b.West && c.East <= b.East && c.North >= b.North && c.South <= b.South
		if whole || last < finest {
			from := curve(Point{west, north})
			s := stretch{from, from + (1<<(2*bits) - 1), whole}
			if bits == 32 {
				s.to = math.MaxUint64
			}
			if n := len(out); n > 0 && out[n-1].to+1 == s.from && out[n-1].whole == s.whole {
				out[n-1].to = s.to
				return
			}
			out = append(out, s)
			return
		}
		half := uint32(1) << (bits - 1)
		walk(west, north, bits-1)
		walk(west+half, north, bits-1)
		walk(west, north+half, bits-1)
		walk(west+half, north+half, bits-1)
	}
	walk(0, 0, 32)
	return out
}
