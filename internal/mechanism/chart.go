package mechanism

import (
	"slices"
	"sync"
	"time"

	"truce"
	"truce/geo"
	"truce/internal/access"
	"truce/internal/atlas"
	"truce/internal/record"
	"truce/internal/vault"
	"truce/internal/view"
	"truce/terms"
)

// chart is the places of all records that have one, and what the numbers in the atlas stand for.
type chart struct {
	*atlas.Atlas

	mu        sync.RWMutex // over everything below
	ilks      []ilk
	ilkOf     map[ilk]uint32
	decisions []access.Thing // tier, class and times that somebody set after a record came in
	words     []word
	wordOf    map[string]uint16
	areas     []truce.PlaceID
	areaOf    map[truce.PlaceID]uint16
	names     map[string]truce.PlaceID // of the agreement in force, folded
	proposed  map[truce.RecordID]truce.RecordID
}

// ilk is what the policy asks of a record, but for which one it is and since when it is there: records are of few ilks, so it is asked once for each.
type ilk struct {
	kind                access.Kind
	tier                truce.Tier
	class               access.Class
	author              truce.Author
	hasPlace, simulated bool
}

// word is what is said at a place: a kind of event, or what a rule says.
type word struct {
	text    string // of an observation
	rule    truce.RuleID
	article truce.ArticleID
	said    []record.Said
}

func newChart() *chart {
	c := &chart{Atlas: atlas.New(), ilkOf: map[ilk]uint32{}, wordOf: map[string]uint16{}, areaOf: map[truce.PlaceID]uint16{}, proposed: map[truce.RecordID]truce.RecordID{}}
	c.words, c.areas = []word{{}}, []truce.PlaceID{""} // 0 is nothing
	return c
}

// spot is where a record says that something was, and what.
type spot struct {
	place truce.Place
	// reach is the radius in which all of it lies, where the place has none of its own.
	reach float32
	kind  uint8
	word  word
	// of are the records that it is about, where it has no place but theirs; gone is the record whose place it takes.
	of   []truce.RecordID
	gone truce.RecordID
}

// Kinds of entry: those of observations, and behind them stays of units that a rule speaks of and tracks of devices.
const (
	entryEpisode = 100 + iota
	entryTrack
)

// take puts a record on the map. The thing is what the policy knows of it before anybody classified it.
func (c *chart) take(row *view.Row, t access.Thing, s *spot) {
	if s == nil {
		return
	}
	if s.gone != "" {
		c.Gone(atlas.NameOf(s.gone))
	}
	if len(s.of) > 0 {
		c.mu.Lock()
		r := atlas.Ruling{Name: atlas.NameOf(row.ID), Since: hourAfter(row.Recorded), Sign: c.ilk(ilkOf(row, t)), Word: c.word(s.word)}
		c.mu.Unlock()
		for _, of := range s.of {
			c.Rule(atlas.NameOf(of), r, atlas.NameOf(s.gone))
		}
		return
	}
	h := row.Happened
	if h == nil || s.place.Kind == truce.PlaceUnknown {
		return
	}
	e := atlas.Entry{Name: atlas.NameOf(row.ID), Seq: row.Seq, Error: s.reach, First: int32(h.First), Since: hourAfter(row.Recorded), Kind: s.kind,
		Days: uint16(min(max(h.Last-h.First, 0), 1<<16-1))}
	if row.Simulated {
		e.Flags |= atlas.Simulated
	}
	p := s.place
	at := p.At
	c.mu.Lock()
	if p.Kind == truce.PlaceNamed {
		if id := c.area(p); id != 0 {
			e.Area = id
		}
	}
	e.Sign, e.Word = c.ilk(ilkOf(row, t)), c.word(s.word)
	c.mu.Unlock()
	switch {
	case !h.HasCell && e.Area == 0:
		return // a name that no map has
	case !h.HasCell:
		e.Flags |= atlas.Named
	case at == (truce.Position{}) && len(p.Path) > 0:
		at = p.Path[0] // as the coarse cell is that of this position
		for _, q := range p.Path {
			e.Error = max(e.Error, float32(geo.Distance(at, q)))
		}
	default:
		e.Error = max(e.Error, float32(p.Error))
	}
	c.Add(at, e)
}

// hourAfter counts whole hours since 1970, rounded up: nothing is taken to be older than it is.
func hourAfter(i truce.Instant) uint32 {
	return uint32(max((int64(i)+hourMillis-1)/hourMillis, 0))
}

const hourMillis = int64(time.Hour / time.Millisecond)

func ilkOf(row *view.Row, t access.Thing) ilk {
	return ilk{t.Kind, t.Tier, t.Class, row.Author, row.HasPlace, row.Simulated}
}

func (c *chart) ilk(k ilk) uint32 {
	i, ok := c.ilkOf[k]
	if !ok {
		i = uint32(len(c.ilks))
		c.ilks, c.ilkOf[k] = append(c.ilks, k), i
	}
	return i
}

func (c *chart) word(w word) uint16 {
	key := w.text + "\x00" + string(w.rule)
	for _, s := range w.said {
		key += "\x00" + s.Result.String()
		for _, r := range s.Readings {
			key += "\x01" + r.String()
		}
	}
	i, ok := c.wordOf[key]
	if !ok {
		if len(c.words) > atlas.MaxWords {
			return 0
		}
		said := make([]record.Said, len(w.said)) // a copy, and of the copy only what is asked of it
		for i, x := range w.said {
			said[i] = record.Said{Readings: x.Readings, Result: x.Result}
		}
		w.said = said
		i = uint16(len(c.words))
		c.words, c.wordOf[key] = append(c.words, w), i
	}
	return i
}

// area finds the feature of the agreement that a place names.
func (c *chart) area(p truce.Place) uint16 {
	for _, name := range append([]string{p.Name}, p.Within...) {
		id, ok := c.names[terms.Fold(name)]
		if !ok {
			continue
		}
		i, ok := c.areaOf[id]
		if !ok {
			if len(c.areas) > atlas.MaxWords {
				return 0
			}
			i = uint16(len(c.areas))
			c.areas, c.areaOf[id] = append(c.areas, id), i
		}
		return i
	}
	return 0
}

// adopt learns the names of an agreement's places.
func (c *chart) adopt(a *truce.Agreement) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.names = map[string]truce.PlaceID{}
	for _, f := range a.Places {
		for _, n := range append([]string{string(f.ID), f.Name.EN, f.Name.AR, f.Name.RU}, f.Aliases...) {
			if key := terms.Fold(n); key != "" {
				c.names[key] = f.ID
			}
		}
	}
}

// classified learns what a decision about the class of a record came to.
func (c *chart) classified(d *access.Directory, r *truce.Record, g vault.Groups) error {
	x, err := record.ReadClass(r, g)
	if err != nil {
		return err
	}
	of := x.Of
	c.mu.Lock()
	defer c.mu.Unlock()
	if x.Act == record.ClassConfirms {
		of = c.proposed[x.Of]
		delete(c.proposed, x.Of)
	} else {
		c.proposed[r.ID] = of
	}
	t := d.Thing(&truce.Record{ID: of})
	if of == "" || !t.Classified.Stated() {
		return nil // nothing was decided yet
	}
	c.decisions = append(c.decisions, access.Thing{Tier: t.Tier, Class: t.Class, Classified: t.Classified, Release: t.Release, Hastened: t.Hastened})
	c.Classify(atlas.NameOf(of), uint32(len(c.decisions)-1))
	return nil
}

// sight is what one viewer sees of the map, found out ilk by ilk as entries are met.
type sight struct {
	c       *chart
	v       access.Viewer
	base    access.Thing // what holds for all records: paused, a demonstration
	granted map[atlas.Name]truce.RecordID
	hour    int64
	known   [][oldest + 2]answered   // by ilk and age
	decided map[uint64]access.Fields // by ilk and decision
	shown   map[uint32]access.Fields // by ilk, for the log
}

// oldest is the age in hours from which on nothing changes by waiting.
const oldest = int64(access.DefaultPlaceDelay/time.Hour) + 1

// answered is what the policy said, once it was asked.
type answered struct {
	fields access.Fields
	asked  bool
}

func (m *Mechanism) sight(v access.Viewer) *sight {
	s := &sight{c: m.places, v: v, hour: int64(v.Now) / hourMillis, decided: map[uint64]access.Fields{}, shown: map[uint32]access.Fields{}}
	s.base = access.Thing{Paused: m.Directory.Paused(), Demo: m.Directory.Demo()}
	for _, g := range v.Grants {
		if g.Thing != "" {
			if s.granted == nil {
				s.granted = map[atlas.Name]truce.RecordID{}
			}
			s.granted[atlas.NameOf(g.Thing)] = g.Thing
		}
	}
	s.c.mu.RLock() // until done: words and ilks stay. Nobody may ask for the mechanism's own lock meanwhile: the follower takes that one first.
	s.known = make([][oldest + 2]answered, len(s.c.ilks))
	return s
}

// done lets the chart go on, and keeps what must be known of: that the map showed severe things of an ilk, not which.
func (s *sight) done(m *Mechanism) {
	var told []access.Thing
	var fields []access.Fields
	for i, f := range s.shown {
		told, fields = append(told, s.thing(i)), append(fields, f)
	}
	s.c.mu.RUnlock()
	for i := range told {
		told[i].Class = access.ClassUnknown
		m.note(s.v, told[i], fields[i]&(access.WhenCoarse|access.WhereExact|access.WhereCoarse|access.What))
	}
}

func (s *sight) thing(i uint32) access.Thing {
	k, t := s.c.ilks[i], s.base
	t.Kind, t.Tier, t.Class, t.Author, t.HasPlace, t.Simulated = k.kind, k.tier, k.class, k.author, k.hasPlace, k.simulated
	return t
}

// sees asks the policy about an entry.
func (s *sight) sees(e *atlas.Entry) access.Fields {
	return s.ask(e.Name, e.Sign, e.Since, e.Flags&atlas.Classified != 0)
}

// hears asks the policy about what a rule says.
func (s *sight) hears(r *atlas.Ruling) access.Fields {
	return s.ask(r.Name, r.Sign, r.Since, r.Flags&atlas.Classified != 0)
}

// ask asks the policy about a record, the first time it meets its ilk and age.
func (s *sight) ask(name atlas.Name, sign, since uint32, classified bool) access.Fields {
	var id truce.RecordID
	if s.granted != nil {
		id = s.granted[name]
	}
	age, key := oldest, uint64(sign)<<32|uint64(since)
	var before answered
	if classified {
		before.fields, before.asked = s.decided[key]
	} else {
		age = min(max(s.hour-int64(since), -1), oldest) // -1 is what is not an hour old
		before = s.known[sign][age+1]
	}
	if before.asked && id == "" {
		return before.fields
	}
	t := s.thing(sign)
	t.Classified = truce.Instant((s.hour - age) * hourMillis)
	if classified {
		d := s.c.decisions[since]
		t.Tier, t.Class, t.Classified, t.Release, t.Hastened = d.Tier, d.Class, d.Classified, d.Release, d.Hastened
	}
	t.ID = id
	f := access.See(s.v, t)
	switch {
	case id != "":
	case classified:
		s.decided[key] = f
	default:
		s.known[sign][age+1] = answered{f, true}
	}
	return f
}

// coarse reports whether there may be records that the viewer sees by the cell alone.
func (s *sight) coarse() bool {
	is := func(f access.Fields) bool { return f.Has(access.WhereCoarse) && !f.Has(access.WhereExact) }
	const some = 200 // decisions; where there are more, there may be
	for i := range s.c.ilks {
		if is(s.ask(0, uint32(i), uint32(s.hour+1), false)) || is(s.ask(0, uint32(i), 0, false)) {
			return true
		}
		for d := range min(len(s.c.decisions), some) {
			if is(s.ask(0, uint32(i), uint32(d), true)) {
				return true
			}
		}
	}
	return len(s.c.decisions) > some
}

// result is what a word says under a reading (under all of them where it is ""): turns is set where that depends on a reading.
func (w *word) result(reading string) (r truce.Result, turns bool) {
	first := true
	for _, s := range w.said {
		if reading != "" && len(s.Readings) > 0 && !slices.ContainsFunc(s.Readings, func(c truce.Choice) bool { return c.String() == reading }) {
			continue
		}
		if !first && s.Result != r {
			return truce.Undetermined, true
		}
		r, first = s.Result, false
	}
	return r, false
}
