package workload

import (
	"container/heap"
	"fmt"
	"iter"

	"truce"
)

// The box that everything lies in, in units of 1e-7 degree.
const (
	West, East   = 357_000_000, 369_000_000
	South, North = 323_000_000, 333_000_000
)

// World is the geometry.
type World struct {
	// Zones are rings, closed without repeating the first position: a main one of 300 positions, then the asked number of 20
	// to 60 positions each, on a grid, so that about two zones hold a position.
	Zones [][]truce.Position
	// Line has 400 positions and is about 211 km long. It runs from south to north.
	Line []truce.Position
	// Limits are the widths of the bands along the line.
	Limits []truce.Metres
}

// Report is one fix of one unit.
type Report struct {
	Unit int32
	Fix  truce.Fix
}

// ID names the unit in tables.
func (r Report) ID() string { return fmt.Sprintf("unit-%04d", r.Unit) }

// New draws a world with so many zones besides the main one.
func New(zones int) World {
	r := generator(1)
	w := World{Limits: []truce.Metres{5000, 10000, 20000}}

	// The line goes north in even steps and wanders east and west around the middle.
	const corners = 400
	lon := int64(362_000_000)
	for i := range int64(corners) {
		w.Line = append(w.Line, at(lon, South+i*(North-South)/(corners-1)))
		step := int64(r.below(93_400)) // 440 m on average
		if lon+int64(r.below(2_000_000)) > 363_000_000 {
			step = -step
		}
		lon += step
	}

	w.Zones = append(w.Zones, r.ring((West+East)/2, (South+North)/2, 5_000_000, 4_200_000, 300))
	side := int64(1)
	for side*side < int64(zones) {
		side++
	}
	dx, dy := (East-West)/side, (North-South)/side
	for i := range int64(zones) {
		x, y := West+dx*(i%side)+dx/2, South+dy*(i/side)+dy/2
		x += int64(r.below(uint32(dx/2))) - dx/4
		y += int64(r.below(uint32(dy/2))) - dy/4
		w.Zones = append(w.Zones, r.ring(x, y, dx*85/100, dy*85/100, 20+int64(r.below(41))))
	}
	return w
}

// Reports draws the first n reports of so many units.
func Reports(units, n int) []Report {
	out := make([]Report, 0, n)
	for r := range Stream(units, n) {
		out = append(out, r)
	}
	return out
}

// Stream draws the first n reports of so many units, one after the other in the order of time, and holds none of them. Each
// unit reports every 1 to 60 seconds, moves at up to 60 km/h, and knows its place to within 0 to 30 m.
func Stream(units, n int) iter.Seq[Report] {
	return func(yield func(Report) bool) { stream(units, n, yield) }
}

func stream(units, n int, yield func(Report) bool) {
	r := generator(2)
	const start = 1_510_099_200_000 // 2017-11-08T00:00:00Z in milliseconds
	moving := make(traffic, units)
	for i := range moving {
		moving[i] = unit{
			id: int32(i), next: start + int64(r.below(60_000)),
			lon: West + int64(r.below(East-West)), lat: South + int64(r.below(North-South)),
		}
		moving[i].turn(&r)
	}
	heap.Init(&moving)
	for ; n > 0 && units > 0; n-- {
		u := &moving[0]
		if !yield(Report{u.id, truce.Fix{At: truce.Instant(u.next), Pos: at(u.lon, u.lat), Error: float32(r.below(301)) / 10}}) {
			return
		}
		seconds := 1 + int64(r.below(60))
		u.next += seconds * 1000
		u.lon, u.lat = u.lon+u.east*seconds, u.lat+u.north*seconds
		if u.lon < West || u.lon > East || u.lat < South || u.lat > North {
			u.lon, u.lat = min(max(u.lon, West), East), min(max(u.lat, South), North)
			u.turn(&r)
		} else if r.below(20) == 0 {
			u.turn(&r)
		}
		heap.Fix(&moving, 0)
	}
}

// unit is one that moves; its speed is in units of 1e-7 degree per second.
type unit struct {
	id                    int32
	next                  int64
	lon, lat, east, north int64
}

// turn takes a new direction and speed: 60 km/h is 1500 units of latitude or 1780 of longitude in a second.
func (u *unit) turn(r *lcg) {
	x, y := r.direction()
	speed := int64(r.below(1001))
	u.east, u.north = x*1780*speed/scale/1000, y*1500*speed/scale/1000
}

// traffic is a heap by time, then number.
type traffic []unit

func (t traffic) Len() int { return len(t) }
func (t traffic) Less(i, j int) bool {
	return t[i].next < t[j].next || t[i].next == t[j].next && t[i].id < t[j].id
}
func (t traffic) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t *traffic) Push(x any)   { *t = append(*t, x.(unit)) }
func (t *traffic) Pop() any     { panic("workload: units never leave") }

func at(lon, lat int64) truce.Position { return truce.Position{Lon: truce.E7(lon), Lat: truce.E7(lat)} }

// lcg is Knuth's MMIX generator; only its upper bits are used.
type lcg uint64

func generator(seed uint64) lcg { return lcg(seed*2862933555777941757 + 3037000493) }

// below draws a number from 0 up to n.
func (r *lcg) below(n uint32) uint32 {
	*r = *r*6364136223846793005 + 1442695040888963407
	return uint32(uint64(uint32(*r>>32)) * uint64(n) >> 32)
}

// scale is the length of a direction.
const scale = 1_000_000

// onCircle is the point at part f of scale (0 up to scale) of a quarter q of a circle, by the rational form of the circle.
func onCircle(q, f int64) (x, y int64) {
	d := scale*scale + f*f
	x, y = (scale*scale-f*f)/(d/scale), 2*f*scale/(d/scale)
	switch q & 3 {
	case 1:
		return -y, x
	case 2:
		return -x, -y
	case 3:
		return y, -x
	}
	return x, y
}

func (r *lcg) direction() (x, y int64) { return onCircle(int64(r.below(4)), int64(r.below(scale))) }

// ring draws n corners around a centre, each between 70 and 100 per cent of the way out.
func (r *lcg) ring(lon, lat, width, height, n int64) []truce.Position {
	var ring []truce.Position
	for i := range n {
		turn := i * 4 * scale / n
		x, y := onCircle(turn/scale, turn%scale)
		out := 700 + int64(r.below(301))
		ring = append(ring, at(lon+x*width/scale*out/1000, lat+y*height/scale*out/1000))
	}
	return ring
}
