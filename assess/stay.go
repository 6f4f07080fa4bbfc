package assess

import (
	"time"

	"truce"
)

// stay is a time one unit spent, or may have spent, in a region: certain sightings inside with what lies between them,
// entry before and exit after.
//
//	out      in            in     unsure  in        out
//	 |<entry>|<---------- seen inside ---->|<-exit->|
type stay struct {
	// first and last are the first and last time it was certainly inside; 0 when it was never certain.
	first, last truce.Instant
	// from and to bound the whole of it: the first and last time it was or may have been inside.
	from, to truce.Instant
	// before and after are the nearest times it was certainly outside, 0 where nobody saw that within the gap.
	before, after truce.Instant
	fixes         int
	deep          deepest
	scope         int // which of the track's scopes it falls in
}

// deepest is the fix farthest inside, to within the few centimetres that rough distances leave.
type deepest struct {
	pos   truce.Position
	at    truce.Instant
	err   int32
	depth truce.Metres
	known bool
}

// bounds gives the least and the most time the unit can have been inside without a break; ok is false where nobody saw it
// come or go, so that there is no most.
func (t stay) bounds() (least, most time.Duration, ok bool) {
	if t.first != 0 {
		least = t.last.Sub(t.first)
	}
	if t.before == 0 || t.after == 0 {
		return least, 0, false
	}
	return least, t.after.Sub(t.before), true
}

// walk cuts a unit's samples into stays.
type walk struct {
	gap time.Duration // a longer silence ends a stay: nobody knows where the unit was meanwhile
	probe
	stays   []stay
	cur     stay
	opened  bool
	prevAt  truce.Instant
	prevOut bool
	scope   int
	near    truce.Metres // hysteresis: outside by no more than this is not yet away
}

// DefaultGap is the longest silence between two sightings that still belong to one stay, where the rule names none; see docs/limits.md.
const DefaultGap = 6 * time.Hour

// step takes the next sample and whether it is inside.
func (w *walk) step(s sample, in truce.Truth) {
	silent := w.prevAt != 0 && s.at.Sub(w.prevAt) > w.gap
	if silent && w.opened {
		w.end(0)
	}
	switch {
	case in == truce.True:
		w.begin(s, silent)
		if w.cur.first == 0 {
			w.cur.first = s.at
		}
		w.cur.last, w.cur.to = s.at, s.at
		w.cur.fixes++
		w.deeper(s)
	case in == truce.Unknown:
		w.begin(s, silent)
		w.cur.to = s.at
		w.cur.fixes++
		w.deeper(s)
	case w.opened && w.near > 0 && w.within(s): // outside, but not by enough to have left
	case w.opened:
		w.end(s.at)
	}
	w.prevAt, w.prevOut = s.at, in == truce.False
}

// within reports whether a sample may be as near as the hysteresis allows.
func (w *walk) within(s sample) bool {
	_, ok := w.atDepth(s.pos, -w.near-truce.Metres(s.err)/10-0.1)
	return ok
}

func (w *walk) begin(s sample, silent bool) {
	if w.opened {
		return
	}
	w.cur, w.opened = stay{from: s.at, to: s.at, scope: w.scope}, true
	if w.prevOut && !silent && w.prevAt != 0 {
		w.cur.before = w.prevAt
	}
}

func (w *walk) end(after truce.Instant) {
	w.cur.after = after
	w.stays = append(w.stays, w.cur)
	w.opened = false
}

// finish closes the last stay.
func (w *walk) finish() []stay {
	if w.opened {
		w.end(0)
	}
	return w.stays
}

// enter begins another scope: what the rule says of the unit changes, so a stay ends there without the unit being seen to go.
func (w *walk) enter(scope int) {
	if w.opened {
		w.end(0)
	}
	w.prevAt, w.prevOut, w.scope = 0, false, scope
}

// deeper keeps the fix that is farthest inside.
func (w *walk) deeper(s sample) {
	w.cur.deep = w.probe.deeper(w.cur.deep, s)
}

// probe looks for the deepest of many fixes. The depth of two places differs by no more than the way between them, so a
// place too near the last one measured to be deeper than the deepest is not measured at all, and no place is measured
// further than to see that it is not.
type probe struct {
	atDepth func(p truce.Position, least truce.Metres) (depth truce.Metres, ok bool)
	apart   func(a, b truce.Position) truce.Metres // never less than their distance
	last    struct {
		pos   truce.Position
		depth truce.Metres // or more than its depth
		known bool
	}
}

// deeper gives the deeper one of the deepest so far and a later fix.
func (p *probe) deeper(d deepest, s sample) deepest {
	if d.known && p.last.known && p.last.depth+p.apart(p.last.pos, s.pos) < d.depth {
		return d
	}
	least := -nowhere
	if d.known {
		least = d.depth
	}
	depth, ok := p.atDepth(s.pos, least)
	p.last.pos, p.last.depth, p.last.known = s.pos, depth, true
	if d.known && (!ok || depth <= d.depth) {
		return d
	}
	return deepest{s.pos, s.at, s.err, depth, true}
}
