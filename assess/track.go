package assess

import (
	"cmp"
	"encoding/binary"
	"slices"

	"truce"
)

// Track says whose positions a run of fixes are.
type Track struct {
	// Unit is the name of the thing that moved, as its source names it.
	Unit string
	// Actor is who it belongs to, as the source names it; empty where it does not say.
	Actor string
	// Equipment is what it is, where the source says.
	Equipment []truce.Equipment
	Source    truce.Source
	Simulated bool
	Moved     bool
}

// trackKey tells tracks apart: the unit, and whose it is said to be.
type trackKey struct{ unit, actor string }

// sample is one fix as the rules see it.
type sample struct {
	at  truce.Instant
	pos truce.Position
	err int32 // decimetres
	sig int32 // its signature: which regions it is in, out of, or maybe in
}

func (a sample) order(b sample) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.pos.Lon, b.pos.Lon), cmp.Compare(a.pos.Lat, b.pos.Lat), cmp.Compare(a.err, b.err))
}

// track holds the fixes of one unit in order of time, a few bytes each: sealed blocks and an open end. Fixes that come
// late are put where they belong, so that the order in which they arrive leaves no trace.
type track struct {
	Track
	blocks []block
	tail   []sample
	n      int
	late   int // how many fixes came late into a sealed block: what was walked of them is no longer so
}

const (
	blockFixes = 128 // fixes in a sealed block
	tailFixes  = 2 * blockFixes
)

// block is a run of fixes, each written as its difference from the one before.
type block struct {
	first, last truce.Instant
	n           int
	data        []byte
}

func (b block) each(visit func(sample)) {
	var s sample
	d := b.data
	next := func() int64 {
		v, n := binary.Varint(d)
		d = d[n:]
		return v
	}
	for range b.n {
		s.at += truce.Instant(next())
		s.pos.Lon += truce.E7(next())
		s.pos.Lat += truce.E7(next())
		s.err += int32(next())
		s.sig += int32(next())
		visit(s)
	}
}

func seal(list []sample) block {
	b := block{first: list[0].at, last: list[len(list)-1].at, n: len(list), data: make([]byte, 0, 10*len(list))}
	var p sample
	for _, s := range list {
		b.data = binary.AppendVarint(b.data, int64(s.at-p.at))
		b.data = binary.AppendVarint(b.data, int64(s.pos.Lon)-int64(p.pos.Lon))
		b.data = binary.AppendVarint(b.data, int64(s.pos.Lat)-int64(p.pos.Lat))
		b.data = binary.AppendVarint(b.data, int64(s.err-p.err))
		b.data = binary.AppendVarint(b.data, int64(s.sig-p.sig))
		p = s
	}
	b.data = slices.Clip(b.data)
	return b
}

// add puts a fix where it belongs. The very same fix again changes nothing.
func (t *track) add(s sample) {
	if k := len(t.blocks); k > 0 && s.at <= t.blocks[k-1].last {
		t.addLate(s)
		return
	}
	n := len(t.tail)
	if n == 0 || t.tail[n-1].order(s) < 0 {
		t.tail = append(t.tail, s)
	} else if i, have := slices.BinarySearchFunc(t.tail, s, sample.order); !have {
		t.tail = slices.Insert(t.tail, i, s)
	} else {
		return
	}
	t.n++
	if len(t.tail) >= tailFixes && t.tail[blockFixes-1].at < t.tail[blockFixes].at {
		t.blocks = append(t.blocks, seal(t.tail[:blockFixes]))
		t.tail = append(t.tail[:0], t.tail[blockFixes:]...)
	}
}

// addLate opens the block a late fix belongs in.
func (t *track) addLate(s sample) {
	k, _ := slices.BinarySearchFunc(t.blocks, s.at, func(b block, at truce.Instant) int { return cmp.Compare(b.last, at) })
	list := make([]sample, 0, t.blocks[k].n+1)
	t.blocks[k].each(func(x sample) { list = append(list, x) })
	i, have := slices.BinarySearchFunc(list, s, sample.order)
	if have {
		return
	}
	list = slices.Insert(list, i, s)
	t.n++
	t.late++
	if cut := len(list) / 2; len(list) > 2*blockFixes && list[cut-1].at < list[cut].at {
		t.blocks[k] = seal(list[cut:])
		t.blocks = slices.Insert(t.blocks, k, seal(list[:cut]))
		return
	}
	t.blocks[k] = seal(list)
}

// each visits the fixes in order of time.
func (t *track) each(visit func(sample)) {
	for _, b := range t.blocks {
		b.each(visit)
	}
	for _, s := range t.tail {
		visit(s)
	}
}

// span is the time from the first to the last fix.
func (t *track) span() truce.Span {
	if t.n == 0 {
		return truce.Span{}
	}
	var s truce.Span
	if len(t.blocks) > 0 {
		s.From = t.blocks[0].first
		s.To = t.blocks[len(t.blocks)-1].last
	}
	if len(t.tail) > 0 {
		if s.From == 0 {
			s.From = t.tail[0].at
		}
		s.To = t.tail[len(t.tail)-1].at
	}
	return s
}

// AddFixes makes positions of a unit known. Fixes are told apart by time and place; the same one again changes nothing.
func (a *Assessor) AddFixes(tr Track, fixes []truce.Fix) {
	if len(fixes) == 0 {
		return
	}
	key := trackKey{tr.Unit, tr.Actor}
	t := a.tracks[key]
	if t == nil {
		t = &track{Track: tr}
		a.tracks[key] = t
		a.units = append(a.units, key)
	}
	for _, f := range fixes {
		t.add(sample{f.At, f.Pos, decimetres(f.Error), a.ground.signature(f.Pos, truce.Metres(f.Error))})
	}
}

// decimetres rounds an error radius up, so that keeping it in whole numbers never makes a place look surer.
func decimetres(m float32) int32 {
	d := int32(m * 10)
	if float32(d) < m*10 {
		d++
	}
	return d
}

// Fixes is the number of different fixes known.
func (a *Assessor) Fixes() int {
	n := 0
	for _, t := range a.tracks {
		n += t.n
	}
	return n
}
