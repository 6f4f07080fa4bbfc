package geo

import (
	"math"

	"truce"
)

// build cuts the box into quarters again and again. Going down it carries only what can still matter: the edges that touch
// the cell, and of each line the pieces that may be nearest to some place in it. A cell that no edge touches, with each band at one
// ordinal and on one side all over, is decided; one with few edges left is kept as a leaf with those edges.
//
// The finest cells of a level are written into a grid, the root or a block, so that an answer takes one or two steps and
// not one for each halving.

const (
	// leafEdgesWanted and leafPiecesWanted are how many edges and pieces a leaf may have before it is cut into a block of smaller
	// cells.
	leafEdgesWanted  = 8
	leafPiecesWanted = 32
	// smallestShift is the size of the smallest cells: 1<<7 units, 1.4 m.
	smallestShift = 7
	// The root grid has about cellsForEdge cells for each edge of the areas, within bounds.
	cellsForEdge = 4
	minRootCells = 1 << 14
	maxRootCells = 1 << 20
	// sidePieces is how many pieces of a line may be near a cell for its side to be decided there.
	sidePieces = 64
)

// builder holds the edges and pieces of the cells above the one in hand, each as a range of a stack.
type builder struct {
	*Index
	areaStack   []areaInCell
	edgeStack   []edgeInCell
	bandStack   []bandInCell
	pieceStack  []int32
	aroundStack []int32 // areas found to hold all of a cell
	deepest     int     // the most areas in a cell
}

// areaInCell is an area with edges that touch the cell.
type areaInCell struct {
	area       int32
	inside     bool // as in crossing
	first, end int  // of its edges
}

type edgeInCell struct{ ax, ay, bx, by int64 }

// bandInCell is a band not decided in the cell.
type bandInCell struct {
	near
	first, last int // of its pieces
}

// cell is a square of the build: its corner, its size, what is known of all of it, and what is not.
type cell struct {
	x, y            int64
	shift           uint
	set, state      int32
	areas, areasEnd int
	bands, bandsEnd int
}

// target is the grid that cells are written into: the root (block < 0) or a block.
type target struct {
	block int
	x, y  int64
	shift uint
}

// build fills an index; false if its box would be too wide.
func build(ix *Index) bool {
	b := &builder{Index: ix}
	ix.table.init(len(ix.bands))
	if !b.chooseBox() {
		return false
	}
	row := make([]bandMark, len(ix.bands))
	open := make([]bandMark, len(ix.bands))
	for i, band := range ix.bands {
		row[i] = bandMark{int32(len(band.Limits)), 0}
		open[i] = bandMark{openOrdinal, 0}
		if band.Sided {
			row[i].side, open[i].side = openSide, openSide
			ix.sided = true
		}
	}
	ix.outside = ix.table.state(row)
	if !ix.sided {
		ix.far = ix.class(0, ix.outside)
	}
	if ix.width == 0 {
		return true
	}
	top := cell{shift: ix.shift, state: ix.table.state(open)}
	for int64(1)<<top.shift < max(ix.width, ix.height) {
		top.shift++
	}
	b.gather(&top)
	b.cut(target{block: -1, shift: ix.shift}, top)
	rings := 1
	for _, a := range ix.areas {
		rings += len(a.chains)
	}
	ix.possible += int64(rings) * int64(b.deepest)
	b.memo = make([]int32, ix.memos)
	for i := range b.memo {
		b.memo[i] = -1
	}
	return true
}

// chooseBox sets the box around all areas, and all lines with their widest limits, and the size of the cells. A box of half the
// globe or more is refused.
func (b *builder) chooseBox() bool {
	type interval struct{ low, high int64 }
	var x, y interval
	none := true
	edges := 0
	var reach int64   // of all edges, in units
	var cover float64 // of all areas, in square units
	var reference int64
	include := func(o *outline, margin float64) {
		lowX, lowY, highX, highY := o.spread(margin)
		if none {
			reference = o.origin
		}
		shift := int64(lonDifference(float64(reference), float64(o.origin)))
		lowX, highX = lowX+shift, highX+shift
		if none {
			x, y, none = interval{lowX, highX}, interval{lowY, highY}, false
		}
		x = interval{min(x.low, lowX), max(x.high, highX)}
		y = interval{min(y.low, lowY), max(y.high, highY)}
	}
	for _, a := range b.areas {
		include(&a.outline, 0)
		edges += len(a.edges)
		twice := 0.0
		for _, e := range a.edges {
			twice += float64(float64(e.a.x)*float64(e.b.y)) - float64(float64(e.a.y)*float64(e.b.x))
			reach += int64(max(e.a.x, e.b.x)-min(e.a.x, e.b.x)) + int64(max(e.a.y, e.b.y)-min(e.a.y, e.b.y))
		}
		cover += math.Abs(twice) / 2
	}
	for _, band := range b.bands {
		margin := 0.0
		if n := len(band.Limits); n > 0 {
			margin = float64(band.Limits[n-1])
		}
		include(&band.Line.outline, margin)
	}
	if none {
		return true
	}
	if x.high-x.low >= halfTurn {
		return false
	}
	b.west = x.low + reference
	for b.west >= halfTurn {
		b.west -= fullTurn
	}
	for b.west < -halfTurn {
		b.west += fullTurn
	}
	b.south = y.low
	b.width, b.height = x.high-x.low+1, y.high-y.low+1
	wanted := int64(min(max(cellsForEdge*edges, minRootCells), maxRootCells))
	// A band is open in a part of the cells, with a few pieces in each.
	wanted = min(wanted, MaxCells/int64(1+8*len(b.bands)))
	// Each cell keeps the set of the areas around it.
	depth := cover / (float64(b.width) * float64(b.height))
	wanted = max(1, min(wanted, int64(MaxCells/(1+depth))))
	b.shift = smallestShift
	for {
		b.columns, b.rows = (b.width-1)>>b.shift+1, (b.height-1)>>b.shift+1
		// An edge is kept in every cell it touches.
		if b.columns*b.rows <= wanted && reach>>b.shift <= int64(b.most) {
			break
		}
		b.shift++
	}
	b.root = make([]word, b.columns*b.rows)
	return true
}

// spread is the smallest box around an outline and all places within margin metres of it, in its own plane.
func (o *outline) spread(margin float64) (lowX, lowY, highX, highY int64) {
	n := &o.boxes[0]
	lowX, lowY, highX, highY = int64(n.low.x), int64(n.low.y), int64(n.high.x), int64(n.high.y)
	if margin == 0 {
		return
	}
	up := int64(margin/(minRadius*perE7)) + 2
	lowY, highY = max(lowY-up, -quarter), min(highY+up, quarter)
	_, cos := sincosE7(float64(max(-lowY, highY)))
	if wide := margin / (float64(semiMajor*perE7*cos) + 1e-9); wide < halfTurn {
		across := int64(wide) + 2
		return lowX - across, lowY, highX + across, highY
	}
	return -halfTurn, lowY, halfTurn, highY
}

// gather puts everything on the stacks for the first cell.
func (b *builder) gather(top *cell) {
	for i, a := range b.areas {
		first := len(b.edgeStack)
		inside := false
		dx := int64(lonDifference(float64(b.west), float64(a.origin)))
		if dx+int64(a.boxes[0].low.x) < 0 {
			dx += fullTurn
		}
		for _, e := range a.edges {
			k := edgeInCell{dx + int64(e.a.x), int64(e.a.y) - b.south, dx + int64(e.b.x), int64(e.b.y) - b.south}
			b.edgeStack = append(b.edgeStack, k)
			// One unit south of the box nothing is inside.
			odd, _ := crossesPath(k.ax, k.ay+1, k.bx, k.by+1, 0, 1)
			inside = inside != odd
		}
		b.areaStack = append(b.areaStack, areaInCell{int32(i), inside, first, len(b.edgeStack)})
	}
	top.areasEnd = len(b.areaStack)
	for i, band := range b.bands {
		first := len(b.pieceStack)
		for k := range band.Line.pieces {
			b.pieceStack = append(b.pieceStack, int32(k))
		}
		n := near{band: int32(i), high: int32(len(band.Limits)), sideKnown: !band.Sided}
		b.bandStack = append(b.bandStack, bandInCell{n, first, len(b.pieceStack)})
	}
	top.bandsEnd = len(b.bandStack)
}

// cut settles a cell, or cuts it into quarters.
func (b *builder) cut(t target, c cell) {
	if c.x >= b.width || c.y >= b.height || b.possible > MaxClassItems { // then the index is refused, whatever else is cut
		return
	}
	keepBands, keepPieces := len(b.bandStack), len(b.pieceStack)
	b.decideBands(&c)
	switch {
	case c.areas == c.areasEnd && c.bands == c.bandsEnd:
		b.write(t, &c, word(b.class(c.set, c.state)))
	case c.shift == t.shift && (b.small(&c) || c.shift < smallestShift+blockShift ||
		len(b.root)+len(b.blocks) > MaxCells || len(b.edges)+len(b.pieces) > b.most || len(b.setItems) > 4*b.most):
		b.write(t, &c, leafWord|b.leaf(&c))
	default:
		if c.shift == t.shift {
			t = b.block(t, &c)
		}
		for q := range int64(4) {
			b.quarter(t, &c, q)
		}
	}
	b.bandStack, b.pieceStack = b.bandStack[:keepBands], b.pieceStack[:keepPieces]
}

func (b *builder) small(c *cell) bool {
	edges, pieces := 0, 0
	for _, a := range b.areaStack[c.areas:c.areasEnd] {
		edges += a.end - a.first
	}
	for _, n := range b.bandStack[c.bands:c.bandsEnd] {
		pieces += n.last - n.first
	}
	return edges <= leafEdgesWanted && pieces <= leafPiecesWanted
}

// quarter cuts one quarter out of a cell, with the edges that touch it.
func (b *builder) quarter(t target, c *cell, q int64) {
	half := int64(1) << (c.shift - 1)
	k := *c
	k.x, k.y, k.shift = c.x+half*(q&1), c.y+half*(q>>1), c.shift-1
	k.areas = len(b.areaStack)
	edges, around := len(b.edgeStack), len(b.aroundStack)
	for i := c.areas; i < c.areasEnd; i++ {
		a := b.areaStack[i]
		first, inside := len(b.edgeStack), a.inside
		for j := a.first; j < a.end; j++ {
			e := b.edgeStack[j]
			if e.touches(k.x, k.y, k.x+half-1, k.y+half-1) {
				b.edgeStack = append(b.edgeStack, e)
			}
			if q != 0 {
				odd, _ := crossesPath(e.ax-c.x, e.ay-c.y, e.bx-c.x, e.by-c.y, k.x-c.x, k.y-c.y)
				inside = inside != odd
			}
		}
		if first < len(b.edgeStack) {
			b.areaStack = append(b.areaStack, areaInCell{a.area, inside, first, len(b.edgeStack)})
		} else if inside {
			b.aroundStack = append(b.aroundStack, a.area)
		}
	}
	switch more := b.aroundStack[around:]; len(more) {
	case 0:
	case 1:
		k.set = b.add(k.set, more[0])
	default:
		k.set = b.addAll(k.set, more...)
	}
	b.aroundStack = b.aroundStack[:around]
	k.areasEnd = len(b.areaStack)
	b.cut(t, k)
	b.areaStack, b.edgeStack = b.areaStack[:k.areas], b.edgeStack[:edges]
}

// touches reports whether an edge has a place in common with a box.
func (e *edgeInCell) touches(x0, y0, x1, y1 int64) bool {
	x0, x1 = max(x0, min(e.ax, e.bx)), min(x1, max(e.ax, e.bx))
	y0, y1 = max(y0, min(e.ay, e.by)), min(y1, max(e.ay, e.by))
	if x0 > x1 || y0 > y1 {
		return false
	}
	// The corners of what is left of the box must not all lie on one side of the line.
	dx, dy := e.bx-e.ax, e.by-e.ay
	lowY, highY := y0-e.ay, y1-e.ay
	if dx < 0 {
		lowY, highY = highY, lowY
	}
	lowX, highX := x0-e.ax, x1-e.ax
	if dy < 0 {
		lowX, highX = highX, lowX
	}
	return dx*highY >= dy*lowX && dx*lowY <= dy*highX
}

// decideBands narrows down the bands of a cell and moves those decided into its state.
func (b *builder) decideBands(c *cell) {
	if c.bands == c.bandsEnd {
		return
	}
	half := float64(int64(1)<<c.shift) / 2
	s := stationAt(float64(b.west+c.x)+half, float64(b.south+c.y)+half)
	v := s.vector()
	// No place of the cell is farther from its middle than this.
	cos := 1.0
	if low, high := b.south+c.y, b.south+c.y+1<<c.shift; low > 0 || high < 0 {
		_, cos = sincosE7(float64(min(max(low, -high), quarter)))
	}
	const round = 1 + 1e-9
	radius := hypot(float64(half*perE7*maxRadius*round*cos), float64(half*perE7*maxRadius*round)) + spareLength

	first := len(b.bandStack)
	for i := c.bands; i < c.bandsEnd; i++ {
		n := b.bandStack[i]
		band := &b.Index.bands[n.band]
		line := band.Line
		low, high := math.Inf(1), math.Inf(1)
		for _, k := range b.pieceStack[n.first:n.last] {
			m, _ := line.chord(v, &line.pieces[k])
			low, high = min(low, m-float64(line.pieces[k].bulge)), min(high, m+float64(line.pieces[k].bulge))
		}
		low, high = shortest(max(0, low-spareLength)), longest(high+spareLength)
		n.low, n.high = band.ordinal(low-radius), band.ordinal(high+radius)
		if !n.sideKnown && low > radius {
			if side := b.oneSide(line, b.pieceStack[n.first:n.last], c); side != 0 {
				n.side, n.sideKnown = int8(side), true
			}
		}
		if !n.sideKnown && low > radius && n.last-n.first <= sidePieces {
			at := positionAt(float64(b.west+c.x)+math.Floor(half), float64(b.south+c.y)+math.Floor(half))
			if side, certain := line.sideOver(at, radius+0.01); certain {
				n.side, n.sideKnown = int8(side), true
			}
		}
		mark := bandMark{openOrdinal, openSide}
		if n.low == n.high {
			mark.ordinal = n.low
		}
		if n.sideKnown {
			mark.side = n.side
		}
		c.state = b.mark(c.state, n.band, mark)
		if n.low == n.high && n.sideKnown {
			continue
		}
		kept := len(b.pieceStack)
		for _, k := range b.pieceStack[n.first:n.last] {
			if m, _ := line.chord(v, &line.pieces[k]); shortest(max(0, m-float64(line.pieces[k].bulge)-spareLength)) <= high+float64(2*radius) {
				b.pieceStack = append(b.pieceStack, k)
			}
		}
		n.first, n.last = kept, len(b.pieceStack)
		b.bandStack = append(b.bandStack, n)
	}
	c.bands, c.bandsEnd = first, len(b.bandStack)
}

// oneSide is the side that a whole cell lies on of every edge that may be nearest to a place in it, 0 where they differ. It
// costs a few products of whole numbers and settles nearly all cells that are not close to the line.
func (b *builder) oneSide(l *Line, pieces []int32, c *cell) int {
	size := int64(1)<<c.shift - 1
	side, last := 0, int32(-1)
	for _, k := range pieces {
		n := l.pieces[k].edge
		if n == last {
			continue
		}
		last = n
		e := &l.edges[n]
		for corner := range int64(4) {
			lat := b.south + c.y + corner>>1*size
			x, y := l.place(truce.Position{Lon: truce.E7(wrapTurn(b.west + c.x + corner&1*size)), Lat: truce.E7(min(max(lat, -quarter), quarter))})
			o := e.orient(2*x, 2*y)
			if o == 0 || side != 0 && o != side {
				return 0
			}
			side = o
		}
	}
	return side
}

// wrapTurn brings a longitude into the range of a turn.
func wrapTurn(lon int64) int64 {
	for lon > halfTurn {
		lon -= fullTurn
	}
	for lon <= -halfTurn {
		lon += fullTurn
	}
	return lon
}

// leaf keeps what is left of a cell.
func (b *builder) leaf(c *cell) word {
	firstEdge := len(b.edges)
	for _, a := range b.areaStack[c.areas:c.areasEnd] {
		for _, e := range b.edgeStack[a.first:a.end] {
			b.edges = append(b.edges, edge{vertex{int32(e.ax - c.x), int32(e.ay - c.y)}, vertex{int32(e.bx - c.x), int32(e.by - c.y)}})
		}
		b.crossings = append(b.crossings, crossing{a.area, int32(len(b.edges)), a.inside})
	}
	for _, n := range b.bandStack[c.bands:c.bandsEnd] {
		b.pieces = append(b.pieces, b.pieceStack[n.first:n.last]...)
		n.end = int32(len(b.pieces))
		b.nears = append(b.nears, n.near)
	}
	b.leaves = append(b.leaves, leaf{c.set, c.state, b.memos, int32(len(b.crossings)), int32(len(b.nears))})
	areas := c.areasEnd - c.areas
	// Each place where boundaries cross is the corner of one more part of the ground, with a class of its own at worst.
	b.possible += crossingsIn(b.edges[firstEdge:], 1<<c.shift) * int64(areas+len(b.items(c.set)))
	b.deepest = max(b.deepest, areas+len(b.items(c.set)))
	if areas <= memoAreas {
		b.memos += 1 << areas
	}
	return word(len(b.leaves) - 1)
}

// crossingsIn bounds how many pairs of edges cross in a cell of some size, the edges counting from its corner.
func crossingsIn(edges []edge, size int64) int64 {
	const countable = 64
	n := len(edges)
	if n > countable {
		return int64(n) * int64(n-1) / 2
	}
	pairs := int64(0)
	for i := range edges {
		for j := range i {
			if kind, at := edges[i].meets(&edges[j]); kind == FaultOverlap ||
				kind == FaultCross && at.x >= -1 && int64(at.x) <= size && at.y >= -1 && int64(at.y) <= size {
				pairs++
			}
		}
	}
	return pairs
}

// block makes a block of smaller cells in the place of a cell.
func (b *builder) block(t target, c *cell) target {
	n := len(b.blocks) / blockWords
	b.blocks = append(b.blocks, make([]word, blockWords)...)
	b.write(t, c, blockWord|word(n))
	return target{n, c.x, c.y, t.shift - blockShift}
}

// write puts a word into all cells of the target that a square covers.
func (b *builder) write(t target, c *cell, w word) {
	first, columns, rows := 0, b.columns, b.rows
	grid := b.root
	if t.block >= 0 {
		grid, first, columns, rows = b.blocks, t.block*blockWords, 1<<blockShift, 1<<blockShift
	}
	x, y, n := (c.x-t.x)>>t.shift, (c.y-t.y)>>t.shift, int64(1)<<(c.shift-t.shift)
	for row := y; row < min(y+n, rows); row++ {
		for column := x; column < min(x+n, columns); column++ {
			grid[int64(first)+row*columns+column] = w
		}
	}
}
