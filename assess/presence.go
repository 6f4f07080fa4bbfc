package assess

import (
	"cmp"
	"slices"

	"truce"
)

// scope is what a rule says of a unit for a while, before anything is asked of its place.
type scope struct {
	from truce.Instant
	out  truce.Outcome // Result Breached stands for: it applies, and the place decides
	qs   []question
}

// presences gives the accounts of a rule that forbids a presence: one for each stay of each unit, and one for each single sighting.
func (s *settling) presences(r *rule) []truce.Account {
	var out []truce.Account
	keys := slices.Clone(s.units)
	slices.SortFunc(keys, func(a, b trackKey) int { return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(a.actor, b.actor)) })
	for _, key := range keys {
		out = append(out, s.unit(r, s.tracks[key], nil)...)
	}
	units, single := s.sightings()
	for _, u := range units {
		out = append(out, s.unit(r, &u.track, u.records)...)
	}
	for _, o := range single {
		out = append(out, s.observation(r, o))
	}
	return out
}

// sighted is a unit known from single observations rather than from a device.
type sighted struct {
	track
	records []*truce.Observation
}

// sightings sorts the presences: those of a named unit are put together as a track, all others stand alone, because two
// sightings of a force are not known to be of the same men.
func (s *settling) sightings() (units []*sighted, single []*truce.Observation) {
	byActor := map[truce.ActorID]*sighted{}
	for _, o := range s.presence {
		id, ok := s.unitOf(o)
		if !ok {
			single = append(single, o)
			continue
		}
		u := byActor[id]
		if u == nil {
			u = &sighted{}
			byActor[id] = u
			units = append(units, u)
		}
		u.records = append(u.records, o)
	}
	for _, u := range units {
		s.rebuild(u)
	}
	return units, single
}

// unitOf names the unit that an observation of a presence is a sighting of.
func (s *settling) unitOf(o *truce.Observation) (id truce.ActorID, ok bool) {
	sd := s.sides(o)
	if o.Kind != truce.KindPresence || len(sd.subjects)+len(sd.initiators) != 1 || !o.When.Stated() || o.When.From != o.When.To && !o.Lasted {
		return "", false
	}
	id = append(sd.subjects, sd.initiators...)[0].id
	if id == "" || s.cast.byID[id].Kind != truce.ActorUnit || s.ground.spot(s.plan.Agreement, o.Where).geo == nil {
		return "", false
	}
	return id, true
}

// rebuild makes a unit's track of its records, which are in order of time.
func (s *settling) rebuild(u *sighted) {
	o := u.records[0]
	id, _ := s.unitOf(o)
	u.track = track{Track: Track{Unit: string(id), Actor: string(id), Equipment: o.Equipment, Source: o.Source}}
	for _, o := range u.records {
		sp := s.ground.spot(s.plan.Agreement, o.Where)
		sm := sample{pos: sp.at, err: decimetres(float32(o.Where.Error)), sig: s.ground.spotSignature(sp)}
		// What lasted was there the whole time: it is as good as having been seen again and again.
		const looks = 48
		for i := truce.Instant(0); i <= looks; i++ {
			sm.at = o.When.From + (o.When.To-o.When.From)*i/looks
			u.add(sm)
		}
	}
}

// group is what some choices of a rule have in common of a unit: where it must not be, when, and when it was there.
type group struct {
	region int
	scopes []scope
	stays  []stay
	near   deepest        // of a unit that was never inside, once asked
	said   *truce.Outcome // of the span that is looked at, once asked
	held   *heldWalk      // where it comes from, if it was kept
}

// unit gives the accounts of a rule on one unit.
func (s *settling) unit(r *rule, t *track, records []*truce.Observation) []truce.Account {
	who := s.owner(t)
	var groups []*group
	of := make([]*group, len(r.choices))
	line := s.timeline(r, t, who)
	for _, c := range r.choices {
		g := &group{region: r.regions[c.n], scopes: reaching(line.scopes[c.n], t.span())}
		k := slices.IndexFunc(groups, func(h *group) bool { return h.region == g.region && sameScopes(h.scopes, g.scopes) })
		if k >= 0 {
			of[c.n] = groups[k]
			continue
		}
		g.stays = s.stays(r, t, g.region, g.scopes)
		groups, of[c.n] = append(groups, g), g
	}
	return s.stayAccounts(r, t, who, records, groups, of, func(truce.Span) *truce.Account { return nil })
}

// stayAccounts gives an account for each stay that the groups of a rule's choices tell of, or one for a unit that never was inside.
// Accounts that are known already are taken from known.
func (s *settling) stayAccounts(r *rule, t *track, who person, records []*truce.Observation, groups, of []*group, known func(truce.Span) *truce.Account) []truce.Account {
	subject := truce.Subject{Kind: "episode", Unit: t.Unit, Actor: who.id, Count: t.n}
	// Stays that overlap under different readings are one thing seen differently.
	var spans []truce.Span
	for _, g := range groups {
		for _, st := range g.stays {
			spans = append(spans, truce.Span{From: st.from, To: st.to})
		}
	}
	spans = union(spans)
	whole := len(spans) == 0
	if whole {
		spans = []truce.Span{t.span()}
	}
	// Choices of one group differ in nothing that is asked of a stay, but for exceptions and what happened.
	alike := !s.why && len(r.Unless) == 0 && r.WhenTerm == ""
	var out []truce.Account
	for _, sp := range spans {
		if acc := known(sp); acc != nil {
			out = append(out, *acc)
			continue
		}
		acc := truce.Account{Subject: subject, Outcomes: make([]truce.Outcome, 0, len(r.choices))}
		acc.Subject.When = sp
		acc.Subject.Records = recordsIn(records, sp)
		var deep, shown deepest
		for _, g := range groups {
			g.said = nil
			if whole && g.near.known && (!shown.known || g.near.depth > shown.depth) {
				shown = g.near
			}
			for _, st := range staysIn(g.stays, sp) {
				if st.deep.known && (!deep.known || st.deep.at < deep.at) {
					deep = st.deep
				}
			}
		}
		for _, c := range r.choices {
			g := of[c.n]
			if g.said == nil || !alike {
				o := s.stayed(r, t, who, g.region, g.scopes, g.stays, sp, c)
				g.said = &o
			}
			o := *g.said
			o.Readings = c.list
			if !o.Margin.HasMetres && (o.Result == truce.Kept || o.Possible.Has(truce.Breached)) {
				d := deep
				if whole {
					if !g.near.known {
						g.near = g.nearest(s, t)
					}
					d = g.near
				}
				if d.known {
					o.Margin.Metres, o.Margin.HasMetres = -tenths(s.ground.depth(g.region, d.pos)), true
				}
			}
			acc.Outcomes = append(acc.Outcomes, o)
		}
		if deep.known {
			acc.Subject.Place = s.ground.zoneAt(deep.pos)
			shown = deep
		}
		acc.Subject.At, acc.Subject.Error = shown.pos, truce.Metres(shown.err)/10
		if matters(acc.Outcomes) {
			acc.Attribution = s.attribution(sides{subjects: []person{who}}, sp)
		}
		out = append(out, acc)
	}
	return out
}

// owner is who a unit belongs to: the actor its source names, or the unit's own name if that is an actor.
func (s *settling) owner(t *track) person {
	if t.Actor != "" {
		return s.cast.find(t.Actor, t.span())
	}
	if p := s.cast.find(t.Unit, t.span()); p.id != "" {
		return p
	}
	return person{name: t.Unit}
}

// timeline is what a rule says of a unit through all of time, before anything is asked of its place. It depends on whose the unit is and what it
// is, so units that have both in common share one.
type timeline struct {
	equipment []truce.Equipment
	scopes    [][]scope // by choice; choices under which the same is said share theirs
}

type timelineKey struct {
	rule *rule
	who  person
}

// timeline works out what is said of units like this one, once.
func (s *settling) timeline(r *rule, t *track, who person) *timeline {
	key := timelineKey{r, who}
	if who.id != "" {
		key.who.name = "" // how it was written changes nothing
	}
	for _, l := range s.timelines[key] {
		if slices.Equal(l.equipment, t.Equipment) {
			return l
		}
	}
	l := &timeline{equipment: t.Equipment}
	for _, c := range r.choices {
		scopes := s.scopes(r, t, who, c)
		if k := slices.IndexFunc(l.scopes, func(x []scope) bool { return slices.EqualFunc(x, scopes, sameScope) }); k >= 0 {
			scopes = l.scopes[k]
		}
		l.scopes = append(l.scopes, scopes)
	}
	s.timelines[key] = append(s.timelines[key], l)
	return l
}

// scopes cuts time where what is said of a unit, or whether the rule binds, may change.
func (s *settling) scopes(r *rule, t *track, who person, c *choice) []scope {
	var out []scope
	for _, from := range s.cuts(r, c) {
		// Between two cuts nothing changes, so the first moment stands for all of them.
		qs := s.asked(r, t, who, truce.At(from), c)
		sc := scope{from: from, out: decide(qs, truce.Breached), qs: qs}
		if n := len(out); n > 0 && sameSaid(out[n-1], sc) {
			continue
		}
		out = append(out, sc)
	}
	return out
}

// asked lists what is asked of a unit at a time before anything is asked of its place.
func (s *settling) asked(r *rule, t *track, who person, when truce.Span, c *choice) []question {
	qs := s.inForce(r, when, c)
	if r.Of.Set() {
		qs = append(qs, question{s.who(r.Of, who, when, c, nil).not(), truce.NotApplicable})
	}
	return append(qs, question{s.armed(r.Equipment, t.Equipment, c).not(), truce.NotApplicable})
}

// reaching lists the scopes that reach into a span.
func reaching(list []scope, sp truce.Span) []scope {
	find := func(at truce.Instant) int {
		i, _ := slices.BinarySearchFunc(list, at, func(sc scope, at truce.Instant) int { return cmp.Compare(sc.from, at) })
		return i
	}
	return list[max(find(sp.From+1)-1, 0):find(sp.To+1)]
}

// sameScopes reports whether the same is said of a unit at the same times. Each list begins before the unit was first seen.
func sameScopes(a, b []scope) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if i > 0 && a[i].from != b[i].from || !sameSaid(a[i], b[i]) {
			return false
		}
	}
	return true
}

func sameSaid(x, y scope) bool {
	return x.out.Result == y.out.Result && x.out.Possible == y.out.Possible && slices.EqualFunc(x.out.Missing, y.out.Missing, samePhrase)
}

// sameScope compares all but the reasons.
func sameScope(x, y scope) bool {
	return x.from == y.from && sameSaid(x, y) && slices.EqualFunc(x.qs, y.qs, func(p, q question) bool {
		return p.truth == q.truth && p.then == q.then && slices.EqualFunc(p.missing, q.missing, samePhrase)
	})
}

// cuts lists the moments at which what is said of an owner, or whether the rule binds, may change; the first is the beginning of time.
func (s *settling) cuts(r *rule, c *choice) []truce.Instant {
	cuts := append([]truce.Instant{truce.EarliestInstant}, s.cast.epochs...)
	for _, m := range s.bounds(r, c) {
		if m.state == set {
			cuts = append(cuts, m.starts().From, m.starts().To, m.ends().From+1, m.ends().To+1)
		}
	}
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

// bounds lists the moments at which a rule begins or ceases to bind.
func (s *settling) bounds(r *rule, c *choice) []moment {
	list := []moment{s.start(r, c), s.cached(r, c, "until", r.Until)}
	if r.ReplacedBy != nil {
		list = append(list, s.cached(r, c, "replaced", r.ReplacedBy.From))
	}
	for i := range s.plan.Agreement.Suspensions {
		sp := &s.plan.Agreement.Suspensions[i]
		if suspends(sp, r) {
			list = append(list, s.moment(sp.From, c), s.moment(sp.Until, c))
		}
	}
	if d := s.plan.Agreement.Duration; d != nil {
		if from := s.moment(d.From, c); from.state == set {
			clock := s.plan.Agreement.Clock
			begin := from.starts()
			end := truce.Span{From: clock.Plus(begin.From, d.For), To: clock.Plus(begin.To, d.For)}
			for n := 0; n < maxRenewals && end.From <= s.at; n++ {
				list = append(list, moment{state: set, span: truce.Span{From: end.From - 1, To: end.To - 1}})
				if d.RenewFor.Zero() {
					break
				}
				end = truce.Span{From: clock.Plus(end.From, d.RenewFor), To: clock.Plus(end.To, d.RenewFor)}
			}
		}
	}
	return list
}

// stays walks a unit's fixes through one region.
func (s *settling) stays(r *rule, t *track, region int, scopes []scope) []stay {
	if !applies(scopes) {
		return nil
	}
	tr := trail{walk: s.walk(r, region), k: -1}
	f := feed{s: s, region: region, scopes: scopes, trail: &tr}
	t.each(f.take)
	f.flush()
	return tr.finish()
}

// applies reports whether the place of a unit matters at any time.
func applies(scopes []scope) bool {
	return slices.ContainsFunc(scopes, func(sc scope) bool { return sc.out.Possible.Has(truce.Breached) })
}

// walk begins a unit's way through a region.
func (s *settling) walk(r *rule, region int) walk {
	w := walk{gap: r.Gap, near: r.Hysteresis, probe: s.probe(region)}
	if w.gap == 0 {
		w.gap = DefaultGap
	}
	return w
}

// trail is a walk that knows in which of a rule's scopes it stands; -1 is before the first.
type trail struct {
	walk
	k int
}

// feed leads a unit's fixes, one moment after the other, along a trail.
type feed struct {
	s      *settling
	region int
	scopes []scope
	trail  *trail
	held   sample
	in     truce.Truth
	have   bool
}

func (f *feed) take(x sample) {
	if x.at > f.s.at {
		return
	}
	in := f.s.ground.inside(x.sig, f.region)
	if f.have && x.at == f.held.at { // two fixes of one moment: where they disagree, the place is not known
		if in != f.in {
			f.in = truce.Unknown
		}
		return
	}
	f.flush()
	f.held, f.in, f.have = x, in, true
}

// flush takes the step for the moment that is held.
func (f *feed) flush() {
	if !f.have {
		return
	}
	f.have = false
	for f.trail.k+1 < len(f.scopes) && f.held.at >= f.scopes[f.trail.k+1].from {
		f.trail.k++
		f.trail.enter(f.trail.k)
	}
	if f.scopes[f.trail.k].out.Possible.Has(truce.Breached) {
		f.trail.step(f.held, f.in)
	}
}

func (s *settling) probe(region int) probe {
	return probe{atDepth: s.ground.regions[region].atDepth, apart: s.ground.apart}
}

// nearest is how near a unit that was never inside came.
func (s *settling) nearest(t *track, region int) (d deepest) {
	p := s.probe(region)
	t.each(func(x sample) {
		if x.at <= s.at {
			d = p.deeper(d, x)
		}
	})
	return d
}

// stayed says what a rule makes of a unit between two times.
func (s *settling) stayed(r *rule, t *track, who person, region int, scopes []scope, stays []stay, sp truce.Span, c *choice) truce.Outcome {
	var worst *truce.Outcome
	for i, in := 0, staysIn(stays, sp); i < len(in); i++ {
		o := s.stay(r, t, who, region, scopes, &in[i], c)
		if worst == nil || rank(o) > rank(*worst) {
			worst = &o
		}
	}
	if worst != nil {
		return *worst
	}
	// It was never inside here. Where the rule bound it at any moment, that is keeping it.
	set := truce.ResultSet(0)
	var open, last truce.Outcome
	asked, opened := sp.From, sp.From
	never := truce.Kept
	outside := answer{truth: truce.False}
	if r.Hours != nil {
		if outside = s.hours(*r.Hours, sp, true).not(); outside.truth == truce.True {
			never = truce.NotApplicable
		}
	}
	for i, sc := range scopes {
		if i+1 < len(scopes) && scopes[i+1].from <= sp.From || sc.from > sp.To {
			continue
		}
		last, asked = sc.out, max(sc.from, sp.From)
		if sc.out.Possible.Has(truce.Breached) {
			if open.Possible == 0 || sc.out.Result == truce.Breached {
				open, opened = sc.out, asked
			}
			if sc.out.Result == truce.Breached {
				set = set.With(never)
				break
			}
		}
	}
	o := truce.Outcome{Readings: c.list, Permille: -1}
	switch {
	case set != 0:
		o.Result, o.Possible = never, set
	case open.Possible != 0:
		o.Possible = (open.Possible &^ (1 << truce.Breached)).With(never)
		o.Missing, asked = open.Missing, opened
		if only, one := o.Possible.Only(); one {
			o.Result, o.Missing = only, nil
		}
	default:
		o.Result, o.Possible, o.Missing = last.Result, last.Possible, last.Missing
	}
	if s.why {
		explain(append(s.asked(r, t, who, truce.At(asked), c), question{outside, truce.NotApplicable}), truce.Breached, &o)
		neverInside(&o, never)
		if o.Result == truce.Kept {
			o.Reasons = append(o.Reasons, truce.Reason{Phrase: truce.Say("stay.never-inside"), Truth: truce.True, Settles: true})
		}
	}
	return o
}

// rank orders outcomes from the least to the most grave.
func rank(o truce.Outcome) int {
	switch {
	case o.Result == truce.Breached:
		return 3
	case o.Possible.Has(truce.Breached):
		return 2
	case o.Result == truce.Kept:
		return 1
	}
	return 0
}

// stay says what a rule makes of one stay.
func (s *settling) stay(r *rule, t *track, who person, region int, scopes []scope, st *stay, c *choice) truce.Outcome {
	qs := slices.Clone(scopes[st.scope].qs)
	if s.why {
		qs = s.asked(r, t, who, truce.At(st.from), c)
	}
	ask := func(a answer, then truce.Result) { qs = append(qs, question{a, then}) }
	when := truce.Span{From: st.from, To: st.to}
	counts := when
	least, most, closed := st.bounds()
	if h := r.Hours; h != nil && !h.Whole() {
		var in answer
		in, counts, least, most = s.stayHours(*h, st)
		closed = true // by the hours, if nobody saw it come or go
		ask(in.not(), truce.NotApplicable)
	}
	// The place first: was it ever certainly inside?
	inside := known(truce.TruthOf(st.first != 0))
	permille := int64(-1)
	if st.first == 0 {
		permille = s.chance(region, st.deep.pos, truce.Metres(st.deep.err)/10)
		inside = missingFact(truce.Say("missing.position", truce.InstantArg(st.deep.at), truce.MetresArg(truce.Tenths(st.deep.err))))
	}
	ask(s.because(inside, "stay.inside", truce.NumArg(int64(st.fixes)), truce.SpanArg(when)).not(), truce.Kept)
	pseudo := &truce.Observation{Kind: truce.KindPresence, When: counts, Lasted: true, Source: t.Source, Equipment: t.Equipment,
		Where: truce.Place{Kind: truce.PlacePoint, At: st.deep.pos, Error: truce.Metres(st.deep.err) / 10}}
	sd := sides{subjects: []person{who}}
	place := s.ground.spot(s.plan.Agreement, pseudo.Where)
	if r.When != "" {
		ask(s.happened(r.When, pseudo, sd).not(), truce.NotApplicable)
	}
	if r.WhenTerm != "" {
		ask(s.eventTerm(r.WhenTerm, pseudo, sd, c).not(), truce.NotApplicable)
	}
	for i := range r.Unless {
		ask(s.exception(&r.Unless[i], pseudo, sd, place, c), truce.Kept)
	}
	margin := truce.Margin{}
	if st.deep.known {
		margin.Metres, margin.HasMetres = -tenths(s.ground.depth(region, st.deep.pos)), true
	}
	if r.Dwell > 0 {
		margin.Time, margin.HasTime = r.Dwell-least, true
		brief := missingFact(truce.Say("missing.dwell", truce.DurArg(least), truce.DurArg(r.Dwell)))
		switch {
		case least >= r.Dwell:
			brief = known(truce.False)
		case closed && most < r.Dwell:
			brief = known(truce.True)
		}
		ask(s.because(brief, "stay.brief", truce.DurArg(least), truce.DurArg(r.Dwell)), truce.Kept)
	} else {
		margin.Time, margin.HasTime = -least, true
	}
	if enough := s.evidence(r.Evidence, pseudo); enough.truth == truce.False {
		ask(enough.not(), truce.Undetermined)
	}
	o := decide(qs, truce.Breached)
	o.Readings, o.Margin, o.Permille = c.list, margin, int16(permille)
	if s.why {
		explain(qs, truce.Breached, &o)
	}
	return o
}

// staysIn gives those of a unit's stays that lie within a span; they follow each other in time.
func staysIn(stays []stay, sp truce.Span) []stay {
	i, _ := slices.BinarySearchFunc(stays, sp.From, func(st stay, at truce.Instant) int { return cmp.Compare(st.from, at) })
	n := i
	for n < len(stays) && stays[n].to <= sp.To {
		n++
	}
	return stays[i:n]
}

func recordsIn(list []*truce.Observation, sp truce.Span) []truce.ObservationID {
	var out []truce.ObservationID
	for _, o := range list {
		if o.When.Overlaps(sp) {
			out = append(out, o.ID)
		}
	}
	return out
}

// union joins spans that overlap.
func union(spans []truce.Span) []truce.Span {
	slices.SortFunc(spans, func(a, b truce.Span) int {
		if a.From != b.From {
			return int(min(max(a.From-b.From, -1), 1))
		}
		return int(min(max(a.To-b.To, -1), 1))
	})
	var out []truce.Span
	for _, sp := range spans {
		if n := len(out); n > 0 && sp.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, sp.To)
			continue
		}
		out = append(out, sp)
	}
	return out
}

// stayAgain works an episode out again, under every choice.
func (s *settling) stayAgain(r *rule, acc truce.Account) (truce.Account, bool) {
	pick := func(list []truce.Account) (truce.Account, bool) {
		for _, a := range list {
			if a.Subject.Key() == acc.Subject.Key() {
				return a, true
			}
		}
		return truce.Account{}, false
	}
	for _, key := range s.units {
		if t := s.tracks[key]; t.Unit == acc.Subject.Unit {
			if a, ok := pick(s.unit(r, t, nil)); ok {
				return a, true
			}
		}
	}
	units, _ := s.sightings()
	for _, u := range units {
		if u.Unit == acc.Subject.Unit {
			return pick(s.unit(r, &u.track, u.records))
		}
	}
	return truce.Account{}, false
}

// again works one outcome of an account out once more, for its reasons.
func (s *settling) again(r *rule, acc truce.Account, c *choice) truce.Outcome {
	none := truce.Outcome{Readings: c.list, Permille: -1}
	switch acc.Subject.Kind {
	case "observation":
		o := s.index[acc.Subject.Records[0]]
		if o == nil {
			return none
		}
		return s.outcome(r, o, s.sides(o), s.ground.spot(s.plan.Agreement, o.Where), c)
	case "episode":
		if a, ok := s.stayAgain(r, acc); ok {
			return a.Outcomes[c.n]
		}
	case "period":
		o, _ := s.quota(r, acc.Subject.When, c)
		return o
	case "obligation":
		if r.Verb == truce.Assessed {
			return s.assessed(r).Outcomes[c.n]
		}
		for _, who := range s.bound(r.Rule) {
			if len(who) == 1 && who[0] == acc.Subject.Actor || len(who) != 1 && acc.Subject.Actor == "" {
				o, _ := s.obligation(r, who, c)
				return o
			}
		}
	}
	return none
}
