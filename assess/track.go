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
}

const (
	blockFixes = 128 // fixes in a sealed block
	tailFixes  = 2 * blockFixes
)

// block is a run of fixes, each written as its difference from what the two before it let expect: that the unit went on as it was.
type block struct {
	first, last truce.Instant
	n           int
	step        truce.Instant // the unit of its times: a second where all of them are whole seconds
	data        []byte
}

// steady expects the next fix of a unit that goes on as it was. It may be quite wrong, but it is the same for who writes and who
// reads.
type steady struct {
	sample
	lasted, lon, lat int64 // how long the last step took, in milliseconds, and how far it went
}

func (u *steady) expect(at truce.Instant) (lon, lat int64) {
	if u.lasted == 0 {
		return int64(u.pos.Lon), int64(u.pos.Lat)
	}
	took := int64(at - u.at)
	return int64(u.pos.Lon) + u.lon*took/u.lasted, int64(u.pos.Lat) + u.lat*took/u.lasted
}

func (u *steady) see(s sample) {
	u.lasted, u.lon, u.lat = int64(s.at-u.at), int64(s.pos.Lon)-int64(u.pos.Lon), int64(s.pos.Lat)-int64(u.pos.Lat)
	u.sample = s
}

func (b block) each(visit func(sample)) {
	u := steady{sample: sample{at: b.first}}
	d := b.data
	next := func() int64 {
		v, n := binary.Varint(d)
		d = d[n:]
		return v
	}
	for range b.n {
		s := u.sample
		s.at += truce.Instant(next()) * b.step
		lon, lat := u.expect(s.at)
		s.pos.Lon, s.pos.Lat = truce.E7(lon+next()), truce.E7(lat+next())
		s.err += int32(next())
		s.sig += int32(next())
		u.see(s)
		visit(s)
	}
}

func seal(list []sample) block {
	b := block{first: list[0].at, last: list[len(list)-1].at, n: len(list), step: 1000}
	for _, s := range list {
		if (s.at-b.first)%b.step != 0 {
			b.step = 1
			break
		}
	}
	data := make([]byte, 0, 16*tailFixes)
	u := steady{sample: sample{at: b.first}}
	for _, s := range list {
		lon, lat := u.expect(s.at)
		data = binary.AppendVarint(data, int64((s.at-u.at)/b.step))
		data = binary.AppendVarint(data, int64(s.pos.Lon)-lon)
		data = binary.AppendVarint(data, int64(s.pos.Lat)-lat)
		data = binary.AppendVarint(data, int64(s.err-u.err))
		data = binary.AppendVarint(data, int64(s.sig-u.sig))
		u.see(s)
	}
	b.data = append(make([]byte, 0, len(data)), data...)
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
