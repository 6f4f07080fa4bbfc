package assess

import (
	"cmp"
	"maps"
	"slices"

	"truce"
)

// heldUnit is what a rule says of one unit.
type heldUnit struct {
	t    *track
	n    int // of its fixes, when they were last walked
	to   truce.Instant
	at   truce.Instant // the time of settling then
	who  person
	of   []*heldWalk // by choice
	said []heldEpisode
}

// heldEpisode is an account of a unit. Where it is closed, all its stays have ended, and only a fix that comes late changes it.
type heldEpisode struct {
	acc    truce.Account
	closed bool
}

// heldWalk is a unit's way through one region, and how near it came, up to its last fix. Later fixes are taken up from there; one that is not
// later, and all of the way is walked anew.
type heldWalk struct {
	rule   *rule
	region int
	scopes []scope
	trail  trail
	reached
	near heldNearest
}

type heldNearest struct {
	known bool
	d     deepest
	p     probe
	reached
}

// reached is how far along a unit's fixes something stands: those up to a moment, and how many they are.
type reached struct {
	at truce.Instant
	n  int
}

// still reports whether the fixes up to there are those there were.
func (m reached) still(t *track) bool {
	behind := 0
	if n := len(t.tail); n > 0 && t.tail[0].at <= m.at {
		i, _ := slices.BinarySearchFunc(t.tail, m.at+1, func(s sample, at truce.Instant) int { return cmp.Compare(s.at, at) })
		return t.n-(n-i) == m.n
	} else {
		behind = n
	}
	for i := len(t.blocks) - 1; i >= 0 && t.blocks[i].last > m.at; i-- {
		if b := t.blocks[i]; b.first > m.at {
			behind += b.n
		} else {
			b.each(func(s sample) {
				if s.at > m.at {
					behind++
				}
			})
		}
	}
	return t.n-behind == m.n
}

// after visits the fixes behind the moment reached that are not after at, and goes on to the last of them.
func (m *reached) after(t *track, at truce.Instant, visit func(sample)) {
	from := m.at
	take := func(s sample) {
		if s.at > from && s.at <= at {
			m.n, m.at = m.n+1, s.at
			visit(s)
		}
	}
	i, _ := slices.BinarySearchFunc(t.blocks, from+1, func(b block, at truce.Instant) int { return cmp.Compare(b.last, at) })
	for _, b := range t.blocks[i:] {
		b.each(take)
	}
	for _, s := range t.tail {
		take(s)
	}
}

// inOrder lists the units of devices in the order in which Settle goes through them.
func (r *heldRule) inOrder() []*heldUnit {
	out := slices.Clone(r.units)
	slices.SortFunc(out, func(a, b *heldUnit) int {
		return cmp.Or(cmp.Compare(a.t.Unit, b.t.Unit), cmp.Compare(a.t.Actor, b.t.Actor))
	})
	return out
}

// updateUnits brings what is said of units up to date.
func (r *heldRule) updateUnits(all bool) {
	h := r.held
	r.recut(all)
	for i, key := range h.units {
		if i == len(r.units) {
			r.units = append(r.units, &heldUnit{t: h.tracks[key]})
		}
		r.updateUnit(r.units[i], nil, all)
	}
	for id := range h.resight {
		old := r.sights[id]
		u := &heldUnit{t: &h.sighted[id].track}
		if old != nil {
			u.said = old.said
			u.reopen()
		}
		r.sights[id] = u
	}
	for id, u := range r.sights {
		r.updateUnit(u, h.sighted[id].records, all)
	}
}

// recut forgets what is said of units through time where it may be something else now.
func (r *heldRule) recut(all bool) {
	cuts := make([][]truce.Instant, len(r.choices))
	for _, c := range r.choices {
		cuts[c.n] = r.held.cuts(r.rule, c)
	}
	if all || !slices.EqualFunc(cuts, r.cuts, slices.Equal[[]truce.Instant]) {
		maps.DeleteFunc(r.held.timelines, func(k timelineKey, _ []*timeline) bool { return k.rule == r.rule })
	}
	r.cuts = cuts
}

// updateUnit works out again what is said of a unit of which something new is known.
func (r *heldRule) updateUnit(u *heldUnit, records []*truce.Observation, all bool) {
	h := r.held
	span := u.t.span()
	fresh := u.of == nil || all
	near := (len(r.steps) > 0 && len(h.acts) > 0 || r.notices && h.announce.Stated()) && r.concerns(span)
	if !fresh && !near && u.n == u.t.n && (span.To <= u.at || h.at == u.at) {
		return
	}
	who := h.owner(u.t)
	fresh = fresh || who != u.who
	if near || fresh {
		u.reopen()
	}
	groups, of := r.groups(u, who, span)
	known := map[truce.Span]*truce.Account{}
	for i := range u.said {
		if e := &u.said[i]; e.closed {
			e.acc.Subject.Count = u.t.n
			known[e.acc.Subject.When] = &e.acc
		}
	}
	now := h.stayAccounts(r.rule, u.t, who, records, groups, of, func(sp truce.Span) *truce.Account { return known[sp] })
	before := make([]truce.Account, 0, len(u.said))
	for i := range u.said {
		before = append(before, u.said[i].acc)
	}
	said := make([]heldEpisode, len(now))
	for i := range now {
		if known[now[i].Subject.When] == nil {
			r.finish(&now[i])
			// Of most units the same is said.
			if slices.EqualFunc(now[i].Outcomes, r.common, sameOutcome) {
				now[i].Outcomes = r.common
			}
			r.common = now[i].Outcomes
		}
		said[i] = heldEpisode{now[i], true}
		for _, g := range groups {
			for _, st := range staysIn(g.stays, now[i].Subject.When) {
				said[i].closed = said[i].closed && g.held.settled(st)
			}
		}
		said[i].closed = said[i].closed && slices.ContainsFunc(groups, func(g *group) bool { return len(g.stays) > 0 })
	}
	for _, c := range r.appendChanges(nil, before, now) {
		r.changed(c)
	}
	u.said = said
	u.n, u.to, u.at, u.who = u.t.n, span.To, h.at, who
}

// reopen says that no account of the unit may be taken as it is.
func (u *heldUnit) reopen() {
	for i := range u.said {
		u.said[i].closed = false
	}
}

// settled reports whether a stay ended before the walk did.
func (w *heldWalk) settled(st stay) bool {
	n := len(w.trail.stays)
	return n > 0 && st.from <= w.trail.stays[n-1].from
}

// groups cuts the time of a unit by what the rule says of it and walks each piece of ground once, from where the last walk stands.
func (r *heldRule) groups(u *heldUnit, who person, span truce.Span) (groups, of []*group) {
	h := r.held
	if u.of == nil {
		u.of = make([]*heldWalk, len(r.choices))
	}
	line := h.timeline(r.rule, u.t, who)
	old := slices.Clone(u.of)
	of = make([]*group, len(r.choices))
	for _, c := range r.choices {
		scopes := reaching(line.scopes[c.n], span)
		region := r.regions[c.n]
		if k := slices.IndexFunc(groups, func(g *group) bool { return g.region == region && sameScopes(g.scopes, scopes) }); k >= 0 {
			of[c.n], u.of[c.n] = groups[k], groups[k].held
			continue
		}
		if !applies(scopes) { // nobody asks where it was
			if old[c.n] != nil {
				u.reopen()
			}
			g := &group{region: region, scopes: scopes}
			groups = append(groups, g)
			of[c.n], u.of[c.n] = g, nil
			continue
		}
		var w *heldWalk
		for _, x := range old {
			taken := x == nil || slices.ContainsFunc(groups, func(g *group) bool { return g.held == x })
			if !taken && x.region == region && goesOn(x.scopes, scopes) {
				w = x
				break
			}
		}
		if w == nil {
			w = &heldWalk{rule: r.rule, region: region}
			u.reopen()
		} else if !w.reached.still(u.t) {
			u.reopen()
		}
		w.scopes = scopes
		g := &group{region: region, scopes: scopes, held: w, stays: w.walk(h.settling, u.t)}
		groups = append(groups, g)
		of[c.n], u.of[c.n] = g, w
	}
	return groups, of
}

// goesOn reports whether a walk under some scopes is one under others as well, which only add to them at the end.
func goesOn(old, now []scope) bool {
	return len(now) >= len(old) && sameScopes(old, now[:len(old)])
}

// walk gives a unit's stays, going on from where it stood.
func (w *heldWalk) walk(s *settling, t *track) []stay {
	if w.trail.gap == 0 || !w.reached.still(t) {
		w.trail, w.reached = trail{walk: s.walk(w.rule, w.region), k: -1}, reached{at: truce.EarliestInstant - 1}
	}
	f := feed{s: s, region: w.region, scopes: w.scopes, trail: &w.trail}
	w.reached.after(t, s.at, f.take)
	f.flush()
	// A stay that is still open is closed on a copy, behind those of the trail; the next walk writes over it.
	rest := w.trail
	return rest.finish()
}

// nearest is how near a unit that was never inside came.
func (g *group) nearest(s *settling, t *track) deepest {
	if g.held == nil {
		return s.nearest(t, g.region)
	}
	n := &g.held.near
	if !n.known || !n.reached.still(t) {
		*n = heldNearest{known: true, p: s.probe(g.region), reached: reached{at: truce.EarliestInstant - 1}}
	}
	n.reached.after(t, s.at, func(x sample) { n.d = n.p.deeper(n.d, x) })
	return n.d
}
