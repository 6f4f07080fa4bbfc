package assess

import (
	"cmp"
	"slices"

	"truce"
)

// heldUnit is what a rule says of one unit.
type heldUnit struct {
	t       *track
	n, late int // of its fixes, when they were last walked
	to      truce.Instant
	at      truce.Instant // the time of settling then
	who     person
	cuts    [][]truce.Instant // by choice: where its time was cut
	scopes  [][]scope         // by choice
	of      []*heldWalk       // by choice
	said    []heldEpisode
}

// heldEpisode is an account of a unit. Where it is closed, all its stays lie in what was walked for good.
type heldEpisode struct {
	acc    truce.Account
	closed bool
}

// heldWalk is a unit's way through one region as far as it cannot change but by a late fix: up to the end of its sealed blocks.
type heldWalk struct {
	rule   *rule
	region int
	scopes []scope
	trail  trail
	blocks int
	late   int
	near   heldNearest
}

type heldNearest struct {
	known  bool
	d      deepest
	p      probe
	blocks int
	late   int
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
			for i := range u.said {
				u.said[i].closed = false
			}
		}
		r.sights[id] = u
	}
	for id, u := range r.sights {
		r.updateUnit(u, h.sighted[id].records, all)
	}
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
	fresh = fresh || who != u.who || u.late != u.t.late
	if near || fresh {
		for i := range u.said {
			u.said[i].closed = false
		}
	}
	groups, of := r.groups(u, who, span, fresh)
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
	u.n, u.late, u.to, u.at, u.who = u.t.n, u.t.late, span.To, h.at, who
}

// settled reports whether a stay ended where the walk stands for good.
func (w *heldWalk) settled(st stay) bool {
	n := len(w.trail.stays)
	return n > 0 && st.from <= w.trail.stays[n-1].from
}

// groups cuts the time of a unit by what the rule says of it and walks each piece of ground once, from where the last walk stands.
func (r *heldRule) groups(u *heldUnit, who person, span truce.Span, fresh bool) (groups, of []*group) {
	h := r.held
	if u.of == nil {
		u.of, u.cuts, u.scopes = make([]*heldWalk, len(r.choices)), make([][]truce.Instant, len(r.choices)), make([][]scope, len(r.choices))
	}
	old := slices.Clone(u.of)
	of = make([]*group, len(r.choices))
	for _, c := range r.choices {
		cuts := h.cuts(r.rule, span, c)
		if fresh || !slices.Equal(cuts, u.cuts[c.n]) {
			u.cuts[c.n], u.scopes[c.n] = cuts, h.scopes(r.rule, u.t, who, c)
		}
		scopes := u.scopes[c.n]
		region := r.regions[c.n]
		if k := slices.IndexFunc(groups, func(g *group) bool { return g.region == region && sameScopes(g.scopes, scopes) }); k >= 0 {
			of[c.n], u.of[c.n] = groups[k], groups[k].held
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
			for i := range u.said {
				u.said[i].closed = false
			}
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

// walk gives a unit's stays, going on from where the sealed blocks were left.
func (w *heldWalk) walk(s *settling, t *track) []stay {
	if !slices.ContainsFunc(w.scopes, func(sc scope) bool { return sc.out.Possible.Has(truce.Breached) }) {
		return nil
	}
	if w.trail.gap == 0 || w.late != t.late {
		w.trail, w.blocks, w.late = trail{walk: s.walk(w.rule, w.region), k: -1}, 0, t.late
	}
	f := feed{s: s, region: w.region, scopes: w.scopes, trail: &w.trail}
	for ; w.blocks < len(t.blocks) && t.blocks[w.blocks].last <= s.at; w.blocks++ {
		t.blocks[w.blocks].each(f.take)
		f.flush() // no two blocks share a moment
	}
	// The rest is walked each time, on a copy. The stays it adds stand behind those of the trail and are written over the next time.
	rest := w.trail
	f.trail = &rest
	for _, b := range t.blocks[w.blocks:] {
		b.each(f.take)
	}
	for _, x := range t.tail {
		f.take(x)
	}
	f.flush()
	return rest.finish()
}

// nearest is how near a unit that was never inside came.
func (g *group) nearest(s *settling, t *track) deepest {
	if g.held == nil {
		return s.nearest(t, g.region)
	}
	n := &g.held.near
	if !n.known || n.late != t.late {
		*n = heldNearest{known: true, p: s.probe(g.region), late: t.late}
	}
	take := func(d *deepest, p *probe) func(sample) {
		return func(x sample) {
			if x.at <= s.at {
				*d = p.deeper(*d, x)
			}
		}
	}
	for ; n.blocks < len(t.blocks) && t.blocks[n.blocks].last <= s.at; n.blocks++ {
		t.blocks[n.blocks].each(take(&n.d, &n.p))
	}
	d, p := n.d, n.p
	for _, b := range t.blocks[n.blocks:] {
		b.each(take(&d, &p))
	}
	for _, x := range t.tail {
		take(&d, &p)(x)
	}
	return d
}
