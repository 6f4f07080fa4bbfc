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

// deepest is the fix farthest inside.
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
	gap      time.Duration // a longer silence ends a stay: nobody knows where the unit was meanwhile
	depth    func(truce.Position) truce.Metres
	apart    func(a, b truce.Position) truce.Metres // never less than their distance
	stays    []stay
	cur      stay
	opened   bool
	prevAt   truce.Instant
	prevOut  bool
	lastSeen truce.Position // where depth was last worked out
	lastDeep truce.Metres
	haveDeep bool
	nearest  deepest // the deepest of all fixes, inside or out: how near it came
	scope    int
}

// DefaultGap is the longest silence between two sightings that still belong to one stay, where the rule names none; see docs/limits.md.
const DefaultGap = 6 * time.Hour

// step takes the next sample: whether it is inside, and, if it is outside, whether it is still within the hysteresis.
func (w *walk) step(s sample, in truce.Truth, near bool) {
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
	case near && w.opened: // outside by less than the hysteresis: not left yet
	default:
		if w.opened {
			w.end(s.at)
		}
		w.deeper(s)
	}
	w.prevAt, w.prevOut = s.at, in == truce.False
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

// deeper keeps the fix that is farthest inside, and the deepest of all. The depth of two places differs by no more than
// the way between them, so a place too near the last one measured to be deeper than the deepest is not measured at all.
func (w *walk) deeper(s sample) {
	if w.depth == nil {
		return
	}
	least := w.nearest
	if w.opened {
		least = w.cur.deep
	}
	if least.known && w.haveDeep && w.lastDeep+w.apart(w.lastSeen, s.pos) < least.depth {
		return
	}
	depth := w.depth(s.pos)
	w.lastSeen, w.lastDeep, w.haveDeep = s.pos, depth, true
	this := deepest{s.pos, s.at, s.err, depth, true}
	if w.opened && this.beats(w.cur.deep) {
		w.cur.deep = this
	}
	if this.beats(w.nearest) {
		w.nearest = this
	}
}

func (d deepest) beats(e deepest) bool {
	return !e.known || d.depth > e.depth || d.depth == e.depth && d.at < e.at
}
