package geo

import (
	"fmt"
	"math"

	"truce"
)

// Limits of an index. They are collected in docs/limits.md.
const (
	// MaxBands is the greatest number of lines in an index, MaxLimits of limits along one of them.
	MaxBands  = 1000
	MaxLimits = 1000
	// MaxCells is the greatest number of cells. An index that would need more keeps larger cells, and is slower, not wrong.
	MaxCells = 1 << 24
	// MaxLeafEntries is about how many edges and pieces of lines all leaves together may keep (16 bytes each), and a quarter of
	// how many areas all cells. Again the cells stay larger where there would be more.
	MaxLeafEntries = 1 << 22
	// MaxClassItems bounds the memory for classes: the number of areas in all classes that there could possibly be together.
	// Areas that overlap so deeply that there could be more are refused.
	MaxClassItems = 1 << 28
	// MaxDiscCells is how many cells ClassifyDisc looks at before it says that it is not certain.
	MaxDiscCells = 4096
)

// Band asks an index for the distance from a line, up to the nearest of some limits, and for the side of the line.
type Band struct {
	Line *Line
	// Limits are distances in ascending order. A position at a limit exactly is within it.
	Limits []truce.Metres
	// Sided also asks on which side of the line a position lies.
	Sided bool
}

// Class stands for one combination of the areas that hold a position, the smallest limit of each band that it is within, and
// the side of each sided one. Classes are numbered in the order in which they are met: compare them and keep them in
// a cache, but never write them down.
type Class int32

// Index answers for a position what Area.Contains, Line.Distance and Line.Side would, for many areas and lines at once and in a
// fraction of a microsecond: it cuts the ground into cells decided in advance, and where a cell cannot be decided keeps the few
// edges that matter in it. Its answers are exact.
//
// An Index is used by one goroutine at a time, because it notes the classes it meets. Clone makes another for another
// goroutine, which shares the cells.
type Index struct {
	*cells
	table
}

// word says what is known of a cell: a class, or where to look further.
type word uint32

const (
	leafWord   word = 1 << 31 // the rest is a leaf
	blockWord  word = 1 << 30 // the rest is a block of 8 by 8 smaller cells
	numberMask      = blockWord - 1
	blockShift      = 3
	blockWords      = 1 << (2 * blockShift)
)

// cells is the part of an index that does not change.
type cells struct {
	areas []*Area
	bands []Band

	west, south   int64 // the corner that x and y are counted from, in units of 1e-7 degree
	width, height int64
	shift         uint // a cell is 1<<shift units wide and high
	columns, rows int64
	root          []word
	blocks        []word

	leaves    []leaf
	crossings []crossing
	edges     []edge
	nears     []near
	pieces    []int32
	memos     int32
	outside   int32 // the state of positions beyond the box
	far       Class // their class, if no band is sided
	sided     bool
	possible  int64 // areas in all the classes that there could be
	most      int   // MaxLeafEntries, or less in tests
}

// leaf is a cell that some boundary or limit may run through.
type leaf struct {
	set   int32 // the areas that hold all of it
	state int32 // the bands as far as they are decided
	memo  int32 // where the table keeps the classes of this leaf
	// Ranges of crossings and nears, by their ends; the starts are the ends of the leaf before.
	crossings, nears int32
}

// crossing is an area whose boundary runs through a leaf.
type crossing struct {
	area   int32
	end    int32 // of its edges
	inside bool  // whether it holds the south-west corner of the cell, moved into the cell by nothing at all
}

// near is a band that is not decided in a leaf.
type near struct {
	band      int32
	end       int32 // of its pieces
	low, high int32 // the ordinals there may be
	side      int8
	sideKnown bool
}

// NewIndex builds an index. Areas and bands are referred to by their places in the lists.
func NewIndex(areas []*Area, bands []Band) (*Index, error) {
	const op truce.Op = "geo.NewIndex"
	if len(bands) > MaxBands {
		return nil, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: fmt.Sprintf("%d bands are more than the limit of %d", len(bands), MaxBands)}
	}
	for i, b := range bands {
		if b.Line == nil {
			return nil, invalid(op, fmt.Sprintf("band %d has no line", i), "prepare its line with NewLine")
		}
		if len(b.Limits) > MaxLimits {
			return nil, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: fmt.Sprintf("band %d has %d limits, more than %d", i, len(b.Limits), MaxLimits)}
		}
		for j, l := range b.Limits {
			if !(l >= 0 && l <= maxDirect) || j > 0 && l <= b.Limits[j-1] {
				return nil, invalid(op, fmt.Sprintf("limit %d of band %d is %v", j, i, l), "limits are metres in ascending order, none negative")
			}
		}
	}
	for i, a := range areas {
		if a == nil {
			return nil, invalid(op, fmt.Sprintf("area %d is missing", i), "prepare it with NewArea")
		}
	}
	c := &cells{areas: areas, bands: bands, most: MaxLeafEntries}
	ix := &Index{cells: c}
	if !build(ix) {
		return nil, invalid(op, fmt.Sprintf("the areas and bands reach over %d degrees or more from west to east", MaxWidthDegrees), "make an index for each part of the world")
	}
	if ix.possible > MaxClassItems {
		return nil, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: "the areas overlap too deeply", Hint: "make several indexes of fewer areas, or ask each area by itself"}
	}
	return ix, nil
}

// Clone gives an index for another goroutine. It shares the cells and has its own classes, beginning with those met so far.
func (ix *Index) Clone() *Index { return &Index{ix.cells, ix.table.clone()} }

// place gives a position in the box of the index; false means that it lies beyond it.
func (c *cells) place(p truce.Position) (x, y int64, in bool) {
	x, y = int64(p.Lon)-c.west, int64(p.Lat)-c.south
	if x < 0 {
		x += fullTurn
	}
	if x >= fullTurn {
		x -= fullTurn
	}
	return x, y, x < c.width && uint64(y) < uint64(c.height)
}

// find gives the word of the smallest cell around a place in the box, and the size of that cell.
func (c *cells) find(x, y int64) (word, uint) {
	shift := c.shift
	w := c.root[(y>>shift)*c.columns+x>>shift]
	for w&(leafWord|blockWord) == blockWord {
		shift -= blockShift
		w = c.blocks[int64(w&numberMask)*blockWords+(y>>shift&7)<<blockShift+x>>shift&7]
	}
	return w, shift
}

// Classify gives the class of a position.
func (ix *Index) Classify(p truce.Position) Class {
	x, y, in := ix.place(p)
	if !in {
		return ix.beyond(p)
	}
	w, shift := ix.find(x, y)
	if w&leafWord == 0 {
		return Class(w)
	}
	return ix.decide(p, x&(1<<shift-1), y&(1<<shift-1), int32(w&numberMask))
}

// beyond is the class of a position outside the box: in no area, beyond all limits, and on some side.
func (ix *Index) beyond(p truce.Position) Class {
	if !ix.sided {
		return ix.far
	}
	state := ix.outside
	for i, b := range ix.bands {
		if b.Sided {
			state = ix.mark(state, int32(i), bandMark{int32(len(b.Limits)), int8(b.Line.Side(p))})
		}
	}
	return ix.class(0, state)
}

// decide settles a position in a leaf; x and y count from the cell's corner.
func (ix *Index) decide(p truce.Position, x, y int64, n int32) Class {
	l := &ix.leaves[n]
	firstCrossing, firstNear := int32(0), int32(0)
	if n > 0 {
		firstCrossing, firstNear = ix.leaves[n-1].crossings, ix.leaves[n-1].nears
	}
	set := l.set
	if l.crossings-firstCrossing <= memoAreas {
		holds := int32(0)
		for i := firstCrossing; i < l.crossings; i++ {
			if ix.holds(i, x, y) {
				holds |= 1 << (i - firstCrossing)
			}
		}
		m := &ix.memo[l.memo+holds]
		if l.nears == firstNear {
			if *m < 0 {
				*m = int32(ix.class(ix.withCrossings(set, firstCrossing, holds), l.state))
			}
			return Class(*m)
		}
		if *m < 0 {
			*m = ix.withCrossings(set, firstCrossing, holds)
		}
		set = *m
	} else {
		for i := firstCrossing; i < l.crossings; i++ {
			if ix.holds(i, x, y) {
				set = ix.add(set, ix.crossings[i].area)
			}
		}
	}
	state := l.state
	if firstNear < l.nears {
		s := stationOf(p)
		v := s.vector()
		for i := firstNear; i < l.nears; i++ {
			state = ix.mark(state, ix.nears[i].band, ix.measure(i, p, v))
		}
	}
	return ix.class(set, state)
}

// memoAreas is how many areas may cross a leaf for its classes to be kept in a little table of their own.
const memoAreas = 4

// withCrossings adds the crossing areas named by the bits of holds to a set.
func (ix *Index) withCrossings(set, first, holds int32) int32 {
	for i := first; holds != 0; i, holds = i+1, holds>>1 {
		if holds&1 != 0 {
			set = ix.add(set, ix.crossings[i].area)
		}
	}
	return set
}

// holds reports whether the area of a crossing holds a place of its cell.
func (c *cells) holds(i int32, x, y int64) bool {
	first := int32(0)
	if i > 0 {
		first = c.crossings[i-1].end
	}
	cr := &c.crossings[i]
	inside := cr.inside
	for j := first; j < cr.end; j++ {
		e := &c.edges[j]
		crosses, on := crossesPath(int64(e.a.x), int64(e.a.y), int64(e.b.x), int64(e.b.y), x, y)
		if on {
			return true
		}
		inside = inside != crosses
	}
	return inside
}

// crossesPath reports whether an edge crosses, an odd number of times, the path that goes from the origin north or south
// to the height of (x, y) and then east or west to it; and whether the place is on the edge. To be sure what crosses in every case
// the whole path is moved east by nothing at all, and north by still less.
func crossesPath(ax, ay, bx, by, x, y int64) (odd, on bool) {
	dx, dy := bx-ax, by-ay
	// The side of a place on the edge's own line: where the little move takes it.
	tie := dy < 0 || dy == 0 && dx > 0
	leftOf := func(u, v int64) bool { return u > v || u == v && tie }
	u, v := dx*(y-ay), dy*(x-ax)
	if u == v && x >= min(ax, bx) && x <= max(ax, bx) && y >= min(ay, by) && y <= max(ay, by) {
		on = true
	}
	spansX, spansY := (ax > 0) != (bx > 0), (ay > y) != (by > y)
	if spansX || spansY {
		corner := leftOf(u, -dy*ax) // (0, y)
		if spansY && corner != leftOf(u, v) {
			odd = true
		}
		if spansX && corner != leftOf(-dx*ay, -dy*ax) {
			odd = !odd
		}
	}
	return odd, on
}

// ordinal is the place of the smallest limit that a distance is within, or the number of limits.
func (b *Band) ordinal(metres float64) int32 {
	for i, l := range b.Limits {
		if metres <= float64(l) {
			return int32(i)
		}
	}
	return int32(len(b.Limits))
}

// measure settles a band in a leaf for a position, whose place in space is v. The chords to the few pieces of the leaf bound the
// distance to within millimetres; only where a limit lies between the bounds is the geodesic problem solved.
func (c *cells) measure(i int32, p truce.Position, v vector) bandMark {
	first := int32(0)
	if i > 0 {
		first = c.nears[i-1].end
	}
	n := &c.nears[i]
	b := &c.bands[n.band]
	low, high := math.Inf(1), math.Inf(1)
	for _, k := range c.pieces[first:n.end] {
		q := &b.Line.pieces[k]
		m, _ := b.Line.chord(v, q)
		low = min(low, m-float64(q.bulge))
		high = min(high, m+float64(q.bulge))
	}
	low, high = shortest(max(0, low-spareLength)), longest(high+spareLength)
	mark := bandMark{n.low, n.side}
	if n.low != n.high {
		mark.ordinal = b.ordinal(low)
		if b.ordinal(high) != mark.ordinal {
			mark.ordinal = b.ordinal(float64(b.Line.Distance(p)))
		}
	}
	if b.Sided && !n.sideKnown {
		mark.side = c.localSide(b, c.pieces[first:n.end], p, v, high)
	}
	return mark
}

// localSide is Line.Side by the pieces of a leaf: that of all the edges that may be nearest, if they agree.
func (c *cells) localSide(b *Band, pieces []int32, p truce.Position, v vector, high float64) int8 {
	side := 0
	for _, k := range pieces {
		q := &b.Line.pieces[k]
		m, _ := b.Line.chord(v, q)
		if shortest(max(0, m-float64(q.bulge)-spareLength)) > high {
			continue
		}
		o := b.Line.orientation(&b.Line.edges[q.edge], p)
		if o == 0 || side != 0 && o != side {
			return int8(b.Line.Side(p))
		}
		side = o
	}
	return int8(side)
}

// ClassifyDisc gives the class of a position and whether every position within a radius of it, in metres, certainly has the
// same class. It may say false of a disc that only comes close to a boundary or limit, and does so of discs that reach over
// more than MaxDiscCells cells; it never says true wrongly.
func (ix *Index) ClassifyDisc(p truce.Position, radius truce.Metres) (c Class, certain bool) {
	c = ix.Classify(p)
	r := float64(radius)
	if !(r > 0) {
		return c, r == 0
	}
	x, y, in := ix.place(p)
	if in {
		// Most discs lie in one cell that is decided, and half the cosine's series is enough to see it.
		w, shift := ix.find(x, y)
		lat := math.Abs(float64(float64(p.Lat)*perE7)) + r/minRadius
		cos := 1 - float64(lat*lat)/2
		if w == word(c) && cos > 0.1 {
			const metre = 1 / (0.99 * minRadius * perE7)
			reachX, reachY := int64(float64(r*metre)/cos)+1, int64(float64(r*metre))+1
			mask := int64(1)<<shift - 1
			if x&mask >= reachX && x&mask+reachX <= mask && y&mask >= reachY && y&mask+reachY <= mask {
				return c, true
			}
		}
	}
	s := scaleAt(p, r)
	if float64(s.x*halfTurn) <= r {
		return c, false // around a pole, or half the globe
	}
	d := disc{ix: ix, p: p, class: c, r: r, scale: s, x: x, y: y}
	reachX, reachY := int64(r/s.x)+1, int64(r/s.y)+1
	return c, d.uniform(x-reachX, y-reachY, x+reachX, y+reachY)
}

// disc is one question to ClassifyDisc.
type disc struct {
	ix    *Index
	p     truce.Position
	class Class
	r     float64
	scale scale
	x, y  int64
	left  int            // cells that may still be looked at
	open  map[int32]bool // bands to be measured
}

// uniform looks at all cells in a box around the disc.
func (d *disc) uniform(x0, y0, x1, y1 int64) bool {
	c := d.ix.cells
	beyond := x0 < 0 || y0 < 0 || x1 >= c.width || y1 >= c.height
	if beyond {
		// An area that reaches over the edge of the box has its boundary there, so only the bands are in question.
		if !d.sameBands(c.outside) {
			return false
		}
		// A place west of the box has x counted round the globe.
		if x0 >= c.width && x1 >= fullTurn {
			d.x, x0, x1 = d.x-fullTurn, x0-fullTurn, x1-fullTurn
		}
	}
	d.left = MaxDiscCells
	x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, c.width-1), min(y1, c.height-1)
	for row := y0 >> c.shift; row <= y1>>c.shift; row++ {
		for column := x0 >> c.shift; column <= x1>>c.shift; column++ {
			if !d.cell(c.root[row*c.columns+column], column<<c.shift, row<<c.shift, c.shift, x0, y0, x1, y1) {
				return false
			}
		}
	}
	for i, b := range d.ix.bands {
		if d.open[int32(i)] && !d.measured(int32(i), &b) {
			return false
		}
	}
	return true
}

// sameBands compares the bands of a state with the disc's own. A band that the state leaves open is to be measured.
func (d *disc) sameBands(state int32) bool {
	own := d.ix.classes[d.class].state
	for i := range d.ix.bands {
		a, b := d.ix.marks(own)[i], d.ix.marks(state)[i]
		if b.ordinal == openOrdinal || b.side == openSide {
			if d.open == nil {
				d.open = map[int32]bool{}
			}
			d.open[int32(i)] = true
		}
		if b.ordinal != openOrdinal && b.ordinal != a.ordinal || b.side != openSide && b.side != a.side {
			return false
		}
	}
	return true
}

// cell looks at one cell: true if no position of the disc in it has another class, as far as it can be told without
// measuring the open bands.
func (d *disc) cell(w word, x, y int64, shift uint, x0, y0, x1, y1 int64) bool {
	if d.left--; d.left < 0 {
		return false
	}
	if w == word(d.class) {
		return true
	}
	// How far the disc's centre is from the cell.
	size := int64(1) << shift
	dx, dy := max(0, x-d.x, d.x-(x+size-1)), max(0, y-d.y, d.y-(y+size-1))
	if hypot(float64(d.scale.x*float64(dx)), float64(d.scale.y*float64(dy))) > d.r {
		return true
	}
	c := d.ix.cells
	switch {
	case w&leafWord != 0:
		return d.leaf(int32(w&numberMask), x, y)
	case w&blockWord != 0:
		s := shift - blockShift
		for row := max(y0, y) >> s; row <= min(y1, y+size-1)>>s; row++ {
			for column := max(x0, x) >> s; column <= min(x1, x+size-1)>>s; column++ {
				if !d.cell(c.blocks[int64(w&numberMask)*blockWords+(row&7)<<blockShift+column&7], column<<s, row<<s, s, x0, y0, x1, y1) {
					return false
				}
			}
		}
		return true
	}
	return false
}

// leaf compares a cell that is not decided. No edge of an area may come within the disc; then none changes in it, and the
// cells around it say the same of all others.
func (d *disc) leaf(n int32, x, y int64) bool {
	c := d.ix.cells
	l := &c.leaves[n]
	first := int32(0)
	if n > 0 {
		first = c.leaves[n-1].crossings
	}
	for i := first; i < l.crossings; i++ {
		firstEdge := int32(0)
		if i > 0 {
			firstEdge = c.crossings[i-1].end
		}
		for j := firstEdge; j < c.crossings[i].end; j++ {
			e := &c.edges[j]
			if d.scale.toEdge(e, d.x-x-int64(e.a.x), d.y-y-int64(e.a.y)) <= d.r {
				return false
			}
		}
	}
	return d.sameBands(l.state)
}

// measured reports whether one band is the same all over the disc.
func (d *disc) measured(i int32, b *Band) bool {
	own := d.ix.marks(d.ix.classes[d.class].state)[i]
	s := stationOf(d.p)
	low, high := b.Line.between(s.vector())
	if b.ordinal(low-d.r) != own.ordinal || b.ordinal(high+d.r) != own.ordinal {
		return false
	}
	if !b.Sided {
		return true
	}
	side, certain := b.Line.sideOver(d.p, d.r)
	return certain && int8(side) == own.side
}

// Areas lists the areas of a class in ascending order, by their places in the list the index was built from. The slice belongs
// to the index.
func (ix *Index) Areas(c Class) []int32 { return ix.items(ix.classes[c].set) }

// Band gives the place of the smallest limit of a band that positions of the class are within; the number of limits when they
// are beyond all.
func (ix *Index) Band(c Class, band int) int {
	return int(ix.marks(ix.classes[c].state)[band].ordinal)
}

// Side gives the side of a sided band that positions of the class are on, as Line.Side does; 0 for a band that is not sided.
func (ix *Index) Side(c Class, band int) int { return int(ix.marks(ix.classes[c].state)[band].side) }

// Classes is the number of classes met so far; they are numbered from 0.
func (ix *Index) Classes() int { return len(ix.classes) }
