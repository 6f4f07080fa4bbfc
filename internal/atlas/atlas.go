package atlas

import (
	"cmp"
	"hash/fnv"
	"slices"
	"sort"
	"sync"

	"truce"
)

// Limits. See docs/limits.md.
const (
	// MaxEntries is how many places are kept, 56 bytes each, and twice that for a moment while they are put in order. Beyond it the oldest quarter of the
	// records is dropped from the map, and the map says so; lists still have them.
	MaxEntries = 4 << 20
	// MaxWords is how many kinds of event, rules and results are told apart.
	MaxWords = 1<<16 - 1
)

// Entry is one place that a record speaks of. What its numbers stand for beyond that is for whoever made it.
type Entry struct {
	at    uint64 // along the curve
	Name  Name
	Seq   truce.Seq
	Error float32 // the true place lies within so many metres
	First int32   // day
	// Since and Sign say what the policy asks for: since when it is there, and of what sort.
	Since, Sign uint32
	rulings     uint32 // the first of what rules say of it; 0 is none
	Days        uint16 // how many days after First it ended
	Word, Area  uint16
	Kind        uint8
	Flags       uint8
}

// Ruling is what a rule says of a record that has a place. It is a record in its turn, which not everybody sees who sees the other.
type Ruling struct {
	Name        Name
	Since, Sign uint32
	next        uint32
	Word        uint16
	Flags       uint8
}

// Flags of an entry.
const (
	Simulated uint8 = 1 << iota
	// Named is a place known by name alone: it lies on no point of the map.
	Named
	// Classified is what somebody classified after it came in: Since is then the number of that decision and no time.
	Classified
	gone
)

// Name stands for the name of a record.
type Name uint64

// NameOf gives the short form of a record's name. Names are digests, so the first that two of a million share one is a chance of one in thirty million.
func NameOf(id truce.RecordID) Name {
	h := fnv.New64a()
	h.Write([]byte(id)) // never fails
	return Name(h.Sum64())
}

// Feature is the number of a feature in a tile: so many bits as a script counts exactly.
func (n Name) Feature() uint64 { return uint64(n) >> 11 }

// Point is where it lies on the map.
func (e *Entry) Point() Point { return onCurve(e.at) }

// Box is the smallest box around all places that it may be at.
func (e *Entry) Box() Box {
	p := e.Point()
	return Box{p.X, p.Y, p.X, p.Y}.grown(unitsIn(p.Y, float64(e.Error)))
}

// Last is its last day.
func (e *Entry) Last() int32 { return e.First + int32(e.Days) }

// Atlas is the index. It may be used from many goroutines at once.
type Atlas struct {
	mu sync.RWMutex
	// sizes are the trees of what lies on the map, those that name an area apart; named is what lies on no point of it.
	plain, areal [sizeCount]tree
	named        tree
	count        int
	most         int       // MaxEntries, but for tests
	since        truce.Seq // older records were dropped
	late         map[Name]change
	// rulings are chains that entries begin; the first is none. Those that are free are a chain too.
	rulings []Ruling
	free    uint32
}

// change waits until somebody asks: then all that wait are made in one walk.
type change struct {
	gone       bool
	classified uint32
	hasClass   bool
	rules      []ruled
}

// ruled is a ruling that came, and the one whose place it takes.
type ruled struct {
	Ruling
	replaces Name
}

// sizeCount is how many trees there are: up to 64 m around a point, and four times as far each next one, up to what is no place any more.
const sizeCount = 9

func reach(size int) float64 { return float64(int(64) << (2 * size)) }

func sizeOf(metres float32) int {
	for i := range sizeCount - 1 {
		if float64(metres) <= reach(i) {
			return i
		}
	}
	return sizeCount - 1
}

// New gives an atlas without a place.
func New() *Atlas {
	return &Atlas{most: MaxEntries, late: map[Name]change{}, rulings: make([]Ruling, 1)}
}

// Add takes up a place. For one that is only named, the position says nothing.
func (a *Atlas) Add(at truce.Position, e Entry) {
	e.Error = max(e.Error, 0)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count++
	t := &a.named
	if e.Flags&Named == 0 {
		e.at = curve(PointOf(at))
		t = &a.plain[sizeOf(e.Error)]
		if e.Area != 0 {
			t = &a.areal[sizeOf(e.Error)]
		}
	}
	t.add(e)
	if a.count > a.most {
		a.dropOldest(e.Seq)
	}
}

// dropOldest drops the oldest quarter of what is kept. The lock is held.
func (a *Atlas) dropOldest(newest truce.Seq) {
	var seqs []truce.Seq
	a.each(func(e *Entry) { seqs = append(seqs, e.Seq) })
	if len(seqs) == 0 {
		return
	}
	slices.Sort(seqs)
	a.since = min(seqs[len(seqs)/4]+1, newest)
	a.sweep(func(e *Entry) bool { return e.Seq >= a.since })
}

// Since is the first record that may be here; 1 or less where none was dropped.
func (a *Atlas) Since() truce.Seq {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.since
}

// Gone takes a record away: another took its place.
func (a *Atlas) Gone(n Name) { a.change(n, func(c *change) { c.gone = true }) }

// Rule takes up what a rule says of a record, in place of what another record said of it (0 for the first).
func (a *Atlas) Rule(of Name, r Ruling, replaces Name) {
	a.change(of, func(c *change) { c.rules = append(c.rules, ruled{r, replaces}) })
}

// Classify gives a record the number of a decision about it.
func (a *Atlas) Classify(n Name, decision uint32) {
	a.change(n, func(c *change) { c.classified, c.hasClass = decision, true })
}

func (a *Atlas) change(n Name, make func(*change)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.late[n]
	make(&c)
	a.late[n] = c
}

// Erase takes records away by their number, at once.
func (a *Atlas) Erase(seqs ...truce.Seq) {
	if len(seqs) == 0 {
		return
	}
	seqs = slices.Clone(seqs)
	slices.Sort(seqs)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweep(func(e *Entry) bool {
		_, is := slices.BinarySearch(seqs, e.Seq)
		return !is
	})
}

// settle makes the changes that wait.
func (a *Atlas) settle() {
	a.mu.RLock()
	n := len(a.late)
	a.mu.RUnlock()
	if n == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	// Most names have no change: a bit for each of 65536 tails of names spares most of the searches.
	var tails [1024]uint64
	for n := range a.late {
		tails[uint16(n)>>6] |= 1 << (n & 63)
	}
	find := func(n Name) (change, bool) {
		if tails[uint16(n)>>6]>>(n&63)&1 == 0 {
			return change{}, false
		}
		c, ok := a.late[n]
		return c, ok
	}
	removes := false
	a.each(func(e *Entry) {
		if c, ok := find(e.Name); ok {
			if c.hasClass {
				e.Since, e.Flags = c.classified, e.Flags|Classified
			}
			if c.gone {
				e.Flags, removes = e.Flags|gone, true
			}
			for _, r := range c.rules {
				a.unlink(e, func(x *Ruling) bool { return x.Name == r.replaces || x.Name == r.Name })
				a.link(e, r.Ruling)
			}
		}
		if e.rulings != 0 {
			a.unlink(e, func(x *Ruling) bool {
				c, _ := find(x.Name)
				if c.hasClass {
					x.Since, x.Flags = c.classified, x.Flags|Classified
				}
				return c.gone
			})
		}
	})
	a.late = map[Name]change{}
	if removes {
		a.sweep(func(e *Entry) bool { return e.Flags&gone == 0 })
	}
}

// link puts a ruling at the head of an entry's chain. The lock is held.
func (a *Atlas) link(e *Entry, r Ruling) {
	i := a.free
	if i == 0 {
		i = uint32(len(a.rulings))
		a.rulings = append(a.rulings, Ruling{})
	} else {
		a.free = a.rulings[i].next
	}
	r.next = e.rulings
	a.rulings[i], e.rulings = r, i
}

// unlink takes rulings out of an entry's chain. The lock is held.
func (a *Atlas) unlink(e *Entry, drop func(*Ruling) bool) {
	at := &e.rulings
	for *at != 0 {
		i := *at
		r := &a.rulings[i]
		if !drop(r) {
			at = &r.next
			continue
		}
		*at = r.next
		*r = Ruling{next: a.free}
		a.free = i
	}
}

// Rulings visits what rules say of an entry, the latest first. It may be asked only while the entry is visited.
func (a *Atlas) Rulings(e *Entry, fn func(*Ruling)) {
	for i := e.rulings; i != 0; i = a.rulings[i].next {
		fn(&a.rulings[i])
	}
}

// trees visits all trees; size is -1 for what lies on no point.
func (a *Atlas) trees(fn func(t *tree, size int)) {
	fn(&a.named, -1)
	for i := range sizeCount {
		fn(&a.plain[i], i)
		fn(&a.areal[i], i)
	}
}

func (a *Atlas) each(fn func(*Entry)) {
	a.trees(func(t *tree, _ int) { t.each(fn) })
}

// sweep keeps what keep says, and overwrites the rest. The lock is held.
func (a *Atlas) sweep(keep func(*Entry) bool) {
	drop := func(e Entry) bool {
		if keep(&e) {
			return false
		}
		a.unlink(&e, func(*Ruling) bool { return true })
		return true
	}
	a.count = 0
	a.trees(func(t *tree, _ int) {
		for j := range t.runs {
			t.runs[j].list = slices.DeleteFunc(t.runs[j].list, drop) // which sets what is left behind to zero
		}
		t.fresh.list = slices.DeleteFunc(t.fresh.list, drop)
		t.runs = slices.DeleteFunc(t.runs, func(r run) bool { return len(r.list) == 0 })
		a.count += t.len()
	})
}

// Len is how many places there are.
func (a *Atlas) Len() int {
	a.settle()
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.count
}

// In visits what lies in a box, in no order. An entry may not be kept or changed, and fn must not ask the atlas for anything.
func (a *Atlas) In(b Box, fn func(*Entry)) {
	a.settle()
	a.mu.RLock()
	defer a.mu.RUnlock()
	parts := stretches(b)
	for i := range sizeCount {
		a.plain[i].in(parts, b, fn)
		a.areal[i].in(parts, b, fn)
	}
}

// Touching visits what may lie in a box and is known to no better than a radius from least metres on: each whose own box touches it, whether its middle
// lies in it or not.
func (a *Atlas) Touching(b Box, least float32, fn func(*Entry)) {
	a.settle()
	a.mu.RLock()
	defer a.mu.RUnlock()
	for i := range sizeCount {
		far := reach(i)
		if i < sizeCount-1 && far < float64(least) {
			continue
		}
		if i == sizeCount-1 {
			far = equator
		}
		// A metre is longest on the map towards the poles: the box is grown by what it is at the edge of what is reached.
		wide := b
		for before := (Box{}); wide != before; {
			before, wide = wide, b.grown(max(unitsIn(wide.North, far), unitsIn(wide.South, far)))
		}
		parts, touches := stretches(wide), func(e *Entry) {
			if e.Error >= least && e.Box().Touches(b) {
				fn(e)
			}
		}
		a.plain[i].in(parts, wide, touches)
		a.areal[i].in(parts, wide, touches)
	}
}

// Areal visits what names an area, whether it lies on a point or not.
func (a *Atlas) Areal(fn func(*Entry)) {
	a.settle()
	a.mu.RLock()
	defer a.mu.RUnlock()
	a.named.each(fn)
	for i := range a.areal {
		a.areal[i].each(fn)
	}
}

// Newest visits what is older than a record, stretches of later records first, in no order within one. What fn gives is the record up to which nothing more is
// wanted: the visit ends where all that is left is older.
func (a *Atlas) Newest(before truce.Seq, fn func(*Entry) (enough truce.Seq)) {
	a.settle()
	a.mu.RLock()
	defer a.mu.RUnlock()
	var runs []*run
	a.trees(func(t *tree, _ int) {
		runs = append(runs, &t.fresh)
		for i := range t.runs {
			runs = append(runs, &t.runs[i])
		}
	})
	slices.SortFunc(runs, func(x, y *run) int { return cmp.Compare(y.last, x.last) })
	var enough truce.Seq
	for _, r := range runs {
		if r.last <= enough {
			return
		}
		if r.first >= before {
			continue
		}
		for i := range r.list {
			if e := &r.list[i]; e.Seq < before && e.Seq > enough {
				enough = fn(e)
			}
		}
	}
}

// All visits everything.
func (a *Atlas) All(fn func(*Entry)) {
	a.settle()
	a.mu.RLock()
	defer a.mu.RUnlock()
	a.each(fn)
}

// tree keeps entries in runs that are in order, older records before later ones, each at least twice as long as the next unless it is as long as any, and some
// that are not in order yet.
type tree struct {
	runs  []run
	fresh run
}

// run is a list of entries, and the first and the last record that they may be.
type run struct {
	list        []Entry
	first, last truce.Seq
}

const (
	// freshCount is how many entries stay without order: as many as are walked through in a few microseconds.
	freshCount = 4096
	// runMost is how long a run is at most: whoever wants what is new walks through a few of them, and a tile looks into each.
	runMost = 1 << 16
)

func (r *run) add(e Entry) {
	if len(r.list) == 0 {
		r.first, r.last = e.Seq, e.Seq
	}
	r.list, r.first, r.last = append(r.list, e), min(r.first, e.Seq), max(r.last, e.Seq)
}

func (t *tree) len() int {
	n := len(t.fresh.list)
	for _, r := range t.runs {
		n += len(r.list)
	}
	return n
}

func (t *tree) add(e Entry) {
	t.fresh.add(e)
	if len(t.fresh.list) < freshCount {
		return
	}
	slices.SortFunc(t.fresh.list, func(x, y Entry) int { return before(&x, &y) })
	t.runs = append(t.runs, t.fresh)
	t.fresh = run{}
	for n := len(t.runs); n > 1; n-- {
		x, y := &t.runs[n-2], &t.runs[n-1]
		if len(x.list) >= 2*len(y.list) || len(x.list)+len(y.list) > runMost {
			break
		}
		*x = run{merged(x.list, y.list), min(x.first, y.first), max(x.last, y.last)}
		t.runs = t.runs[:n-1]
	}
}

func before(x, y *Entry) int {
	if c := cmp.Compare(x.at, y.at); c != 0 {
		return c
	}
	return cmp.Compare(x.Seq, y.Seq)
}

func merged(a, b []Entry) []Entry {
	out := make([]Entry, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if before(&b[0], &a[0]) < 0 {
			out, b = append(out, b[0]), b[1:]
		} else {
			out, a = append(out, a[0]), a[1:]
		}
	}
	return append(append(out, a...), b...)
}

func (t *tree) each(fn func(*Entry)) {
	for _, r := range append(t.runs[:len(t.runs):len(t.runs)], t.fresh) {
		for i := range r.list {
			fn(&r.list[i])
		}
	}
}

func (t *tree) in(parts []stretch, b Box, fn func(*Entry)) {
	for i := range t.fresh.list {
		if e := &t.fresh.list[i]; b.Holds(e.Point()) {
			fn(e)
		}
	}
	for _, r := range t.runs {
		r := r.list
		for _, s := range parts {
			for i := sort.Search(len(r), func(i int) bool { return r[i].at >= s.from }); i < len(r) && r[i].at <= s.to; i++ {
				if e := &r[i]; s.whole || b.Holds(e.Point()) {
					fn(e)
				}
			}
		}
	}
}
