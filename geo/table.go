package geo

import (
	"encoding/binary"
	"maps"
	"slices"
)

// table numbers sets of areas, states of bands, and the pairs of both, in the order in which they are met.
type table struct {
	classes []classParts
	classOf map[uint64]Class

	setEnds  []int32 // in setItems; set 0 is the empty one
	setItems []int32
	setOf    map[string]int32
	added    map[uint64]int32 // a set and an area: the set with it

	states   []bandMark // one row for each state
	perState int        // marks in a row
	stateOf  map[string]int32
	marked   map[markKey]int32

	memo []int32 // of the leaves: -1, a class, or a set where bands are left to be measured
}

type classParts struct{ set, state int32 }

// bandMark is what a state says of one band.
type bandMark struct {
	ordinal int32
	side    int8
}

type markKey struct {
	state, band int32
	mark        bandMark
}

// What is open in a leaf. It never occurs in a class.
const (
	openOrdinal int32 = -1
	openSide    int8  = 2
)

func (t *table) init(bands int) {
	*t = table{
		classOf: map[uint64]Class{}, setOf: map[string]int32{"": 0}, added: map[uint64]int32{}, setEnds: []int32{0},
		stateOf: map[string]int32{}, marked: map[markKey]int32{}, perState: bands,
	}
}

func (t *table) clone() table {
	c := *t
	c.classes, c.setEnds, c.setItems = slices.Clone(t.classes), slices.Clone(t.setEnds), slices.Clone(t.setItems)
	c.states, c.memo = slices.Clone(t.states), slices.Clone(t.memo)
	c.classOf, c.setOf, c.added = maps.Clone(t.classOf), maps.Clone(t.setOf), maps.Clone(t.added)
	c.stateOf, c.marked = maps.Clone(t.stateOf), maps.Clone(t.marked)
	return c
}

func pairKey(a, b int32) uint64 { return uint64(uint32(a))<<32 | uint64(uint32(b)) }

func (t *table) class(set, state int32) Class {
	c, ok := t.classOf[pairKey(set, state)]
	if !ok {
		c = Class(len(t.classes))
		t.classes = append(t.classes, classParts{set, state})
		t.classOf[pairKey(set, state)] = c
	}
	return c
}

func (t *table) items(set int32) []int32 {
	if set == 0 {
		return nil
	}
	return t.setItems[t.setEnds[set-1]:t.setEnds[set]:t.setEnds[set]]
}

// add is the set with one more area.
func (t *table) add(set, area int32) int32 {
	s, ok := t.added[pairKey(set, area)]
	if !ok {
		s = t.addAll(set, area)
		t.added[pairKey(set, area)] = s
	}
	return s
}

// addAll is the set with some more areas. It makes no sets in between, which matters where many areas overlap.
func (t *table) addAll(set int32, areas ...int32) int32 {
	items := append(slices.Clone(t.items(set)), areas...)
	slices.Sort(items)
	items = slices.Compact(items)
	key := make([]byte, 0, 4*len(items))
	for _, i := range items {
		key = binary.LittleEndian.AppendUint32(key, uint32(i))
	}
	s, ok := t.setOf[string(key)]
	if !ok {
		s = int32(len(t.setEnds))
		t.setItems = append(t.setItems, items...)
		t.setEnds = append(t.setEnds, int32(len(t.setItems)))
		t.setOf[string(key)] = s
	}
	return s
}

func (t *table) marks(state int32) []bandMark {
	return t.states[int(state)*t.perState : int(state+1)*t.perState]
}

// state numbers a row of marks.
func (t *table) state(row []bandMark) int32 {
	var key []byte
	for _, m := range row {
		key = append(binary.LittleEndian.AppendUint32(key, uint32(m.ordinal)), byte(m.side))
	}
	s, ok := t.stateOf[string(key)]
	if !ok {
		s = int32(len(t.stateOf))
		t.states = append(t.states, row...)
		t.stateOf[string(key)] = s
	}
	return s
}

// mark is the state with one band set.
func (t *table) mark(state, band int32, m bandMark) int32 {
	k := markKey{state, band, m}
	s, ok := t.marked[k]
	if !ok {
		row := slices.Clone(t.marks(state))
		row[band] = m
		s = t.state(row)
		t.marked[k] = s
	}
	return s
}
