package assess

import (
	"reflect"
	"slices"

	"truce"
)

// Change is an account that is not what it was at the last [Assessor.Update]: it appeared, it is gone, or it says something
// else. That more positions are known of a unit is no change by itself.
type Change struct {
	// Before is nil of an account that appeared, After of one that is gone.
	Before, After *truce.Account
}

// Account is the account as it is, or, where it is gone, as it was.
func (c Change) Account() *truce.Account {
	if c.After != nil {
		return c.After
	}
	return c.Before
}

// Update settles like [Assessor.Settle] and gives what changed since the last Update, in the order of the rules, then of
// time. What did not change is not worked out again: the time it takes grows with what became known since, and with what depends
// on that. [Assessor.Current] is then the same as a Settle of the same time, byte for byte.
//
// Time should go forward. Looking from an earlier time works everything out anew.
func (a *Assessor) Update(at truce.Instant) []Change {
	if a.held != nil && at >= a.held.at {
		return a.held.update(at)
	}
	before := a.held
	a.held = newHeld(a)
	changes := a.held.update(at)
	if before == nil {
		return changes
	}
	changes = nil
	for i, h := range a.held.rules {
		changes = h.appendChanges(changes, before.rules[i].list(), h.list())
	}
	return changes
}

// Current is the result of the last Update. It holds good until the next.
func (a *Assessor) Current() *Result {
	if a.held == nil {
		a.Update(truce.EarliestInstant)
	}
	res := &Result{At: a.held.at, settling: a.held.settling}
	for _, h := range a.held.rules {
		res.Accounts = append(res.Accounts, h.list()...)
	}
	res.Unjudged = a.held.unjudged()
	return res
}

// held is everything that was worked out, with what it depends on.
//
// What a rule says of one observation depends on that observation and on nothing else, but for this: the moments at which
// the rule begins and ends to bind, which acts and accounts of other rules may move; the acts a permission asks for and the notices an
// exception asks for, near the time of the observation; the observations it is linked with. Each of these is looked after by name. What is
// said of a unit depends on the same and on its fixes, which are walked on from where the last walk stood. Obligations are few and are
// worked out each time.
type held struct {
	*settling
	taken    int                                           // how many of the assessor's observations were taken in
	fresh    []*truce.Observation                          // those of this update that are not in sorted yet
	later    []*truce.Observation                          // those that happen after the time of settling, in order
	sources  map[truce.ObservationID]string                // of all that were taken in
	pointers map[truce.ObservationID][]truce.ObservationID // who names this one as the same event
	rules    []*heldRule
	byRule   map[truce.RuleID]*heldRule
	sighted  map[truce.ActorID]*sighted
	about    map[truce.ObservationID]bool // what findings are about
	cleans   map[cleanKey]*heldClean
	findingsSeen, coverageSeen,
	actsSeen int // counters: what depends on any of these compares them

	acts     map[string]truce.Span // since the last update: when there were acts, by what was done
	announce truce.Span            // since the last update: when what was announced was to be
	covered  truce.Span            // since the last update: when there was coverage, or something passed
	resight  map[truce.ActorID]bool
	round    int
}

// heldRule is what one rule says of everything.
type heldRule struct {
	*rule
	held    *held
	round   int // the update it was last brought up to date in
	moments []moment
	steps   []*truce.Step
	notices bool
	permits []*rule

	single  []*heldSingle
	byID    map[truce.ObservationID]*heldSingle
	dirty   []*heldSingle
	units   []*heldUnit // beside Assessor.units
	sights  map[truce.ActorID]*heldUnit
	common  []truce.Outcome   // what was said of the unit before: equal outcomes are held once
	cuts    [][]truce.Instant // by choice: where time was cut for what is said of units
	whole   []truce.Account
	quotas  map[quotaKey]heldQuota
	day     truce.Span // on which the quotas were last gone through
	changes []Change

	version int // goes up when an account by which something matters changed
	sorted  []truce.Account
	sortedV int
}

// heldSingle is the account of one observation; nil says that the rule does not speak of it.
type heldSingle struct {
	o     *truce.Observation
	acc   *truce.Account
	known bool // it was worked out
	dirty bool
}

func newHeld(a *Assessor) *held {
	h := &held{settling: a.empty(0), sources: map[truce.ObservationID]string{}, pointers: map[truce.ObservationID][]truce.ObservationID{},
		byRule: map[truce.RuleID]*heldRule{}, sighted: map[truce.ActorID]*sighted{}, about: map[truce.ObservationID]bool{}, cleans: map[cleanKey]*heldClean{}}
	h.settling.held = h
	h.index = map[truce.ObservationID]*truce.Observation{}
	h.linked = map[truce.ObservationID][]string{}
	for _, r := range a.rules {
		hr := &heldRule{rule: r, held: h, byID: map[truce.ObservationID]*heldSingle{}, sights: map[truce.ActorID]*heldUnit{}, quotas: map[quotaKey]heldQuota{}, sortedV: -1}
		for i := range r.Unless {
			e := &r.Unless[i]
			hr.notices = hr.notices || e.Notice != nil
			if p := a.ruleByID[e.Permission]; p != nil {
				hr.permits = append(hr.permits, p)
				for k := range p.Steps {
					hr.steps = append(hr.steps, &p.Steps[k])
				}
			}
		}
		h.rules = append(h.rules, hr)
		h.byRule[r.ID] = hr
	}
	return h
}

func (h *held) update(at truce.Instant) []Change {
	h.at = at
	h.round++
	clear(h.settling.moments)
	clear(h.actors)
	clear(h.places)
	h.acts, h.announce, h.covered, h.resight = map[string]truce.Span{}, truce.Span{}, truce.Span{}, map[truce.ActorID]bool{}
	n := 0
	for n < len(h.later) && h.later[n].When.From <= at {
		n++
	}
	due := h.later[:n]
	h.later = h.later[n:]
	for _, o := range due {
		h.enter(o)
	}
	for ; h.taken < len(h.obs); h.taken++ {
		o := h.obs[h.taken]
		h.link(o)
		if o.When.Stated() && o.When.From > at {
			h.later = insert(h.later, o)
		} else {
			h.enter(o)
		}
	}
	h.sorted, h.fresh = insertAll(h.sorted, h.fresh), h.fresh[:0]
	for id := range h.resight {
		h.rebuild(h.sighted[id])
	}
	var out []Change
	for _, r := range h.rules {
		r.update()
	}
	for _, r := range h.rules {
		slices.SortStableFunc(r.changes, func(x, y Change) int { return inAccountOrder(*x.Account(), *y.Account()) })
		out = append(out, r.changes...)
		r.changes = nil
	}
	return out
}

// insert puts an observation in its place in time; most come last.
func insert(list []*truce.Observation, o *truce.Observation) []*truce.Observation {
	if n := len(list); n == 0 || inTime(list[n-1], o) < 0 {
		return append(list, o)
	}
	i, _ := slices.BinarySearchFunc(list, o, inTime)
	return slices.Insert(list, i, o)
}

// insertAll puts many observations in their places in time at once.
func insertAll(list, more []*truce.Observation) []*truce.Observation {
	slices.SortFunc(more, inTime)
	i, j := len(list)-1, len(more)-1
	list = append(list, more...)
	for k := len(list) - 1; j >= 0; k-- {
		if i >= 0 && inTime(list[i], more[j]) > 0 {
			list[k], i = list[i], i-1
		} else {
			list[k], j = more[j], j-1
		}
	}
	return list
}

// link joins an observation with those of the same event, in either direction.
func (h *held) link(o *truce.Observation) {
	h.sources[o.ID] = o.Source.ID
	to := func(id truce.ObservationID, source string) {
		if source != "" && !slices.Contains(h.linked[id], source) {
			h.linked[id] = append(h.linked[id], source)
			h.touch(id)
		}
	}
	for _, id := range o.SameAs {
		h.pointers[id] = append(h.pointers[id], o.ID)
		to(o.ID, h.sources[id])
		to(id, o.Source.ID)
	}
	for _, id := range h.pointers[o.ID] {
		to(id, o.Source.ID)
	}
}

// touch marks what is said of an observation as not up to date.
func (h *held) touch(id truce.ObservationID) {
	for _, r := range h.rules {
		if x := r.byID[id]; x != nil {
			r.mark(x)
		}
	}
}

func (r *heldRule) mark(x *heldSingle) {
	if !x.dirty {
		x.dirty = true
		r.dirty = append(r.dirty, x)
	}
}

// enter takes an observation in that is not after the time of settling.
func (h *held) enter(o *truce.Observation) {
	h.fresh = append(h.fresh, o)
	h.file(o, insert)
	if h.about[o.ID] {
		h.findingsSeen++
	}
	switch o.Kind {
	case truce.KindNotification, truce.KindAct:
		h.actsSeen++
		if !o.When.Stated() {
			break
		}
		h.acts[o.What] = hull(h.acts[o.What], o.When)
		if o.Kind == truce.KindNotification {
			h.announce = hull(h.announce, o.When)
		}
	case truce.KindFinding:
		h.findingsSeen++
		for _, id := range o.About {
			h.about[truce.ObservationID(id)] = true
		}
	case truce.KindCoverage:
		h.coverageSeen++
		h.covered = hull(h.covered, o.When)
	case truce.KindPassage:
		h.covered = hull(h.covered, o.When)
	case truce.KindPresence:
		if id, ok := h.unitOf(o); ok {
			u := h.sighted[id]
			if u == nil {
				u = &sighted{}
				h.sighted[id] = u
			}
			u.records = insert(u.records, o)
			h.resight[id] = true
		}
	}
	for _, r := range h.rules {
		if r.judgesAlone(o) {
			x := &heldSingle{o: o}
			r.single = append(r.single, x)
			r.byID[o.ID] = x
			r.mark(x)
		}
	}
}

// judgesAlone reports whether a rule says something of an observation by itself.
func (r *heldRule) judgesAlone(o *truce.Observation) bool {
	switch {
	case r.Verb == truce.Permits, r.Verb == truce.Assessed, o.Kind != r.Object:
		return false
	case r.Verb == truce.Requires && (r.Object == truce.KindAct || r.Object == truce.KindPassage && r.AtLeast != nil):
		return false
	case r.Verb == truce.Forbids && r.Object == truce.KindPresence:
		_, unit := r.held.unitOf(o)
		return !unit
	}
	return true
}

func hull(a, b truce.Span) truce.Span {
	if !a.Stated() || !b.Stated() {
		if a.Stated() {
			return a
		}
		return b
	}
	return truce.Span{From: min(a.From, b.From), To: max(a.To, b.To)}
}

// update brings what a rule says up to date, once in each round.
func (r *heldRule) update() {
	h := r.held
	if r.round == h.round {
		return
	}
	r.round = h.round
	all := r.moved()
	if all || len(r.steps) > 0 && len(h.acts) > 0 || r.notices && h.announce.Stated() {
		for _, x := range r.single {
			if all || r.concerns(x.o.When) {
				r.mark(x)
			}
		}
	}
	for _, x := range r.dirty {
		x.dirty = false
		acc := h.observation(r.rule, x.o)
		r.finish(&acc)
		now := &acc
		if len(acc.Outcomes) > 0 && len(r.na) > 0 && &acc.Outcomes[0] == &r.na[0] {
			now = nil
		}
		if x.known && (now == x.acc || now != nil && x.acc != nil && sameAccount(now, x.acc)) {
			continue
		}
		c := Change{After: &acc}
		if x.known {
			c.Before = x.acc
			if x.acc == nil {
				c.Before = r.notOf(x.o)
			}
		}
		r.changed(c)
		x.acc, x.known = now, true
	}
	r.dirty = r.dirty[:0]
	switch {
	case r.Verb == truce.Forbids && r.Object == truce.KindPresence:
		r.updateUnits(all)
	case r.Verb == truce.Assessed, r.Verb == truce.Requires && (r.Object == truce.KindAct || r.Object == truce.KindPassage && r.AtLeast != nil):
		r.updateWhole(all)
	}
}

// notOf is the account of an observation that the rule does not speak of.
func (r *heldRule) notOf(o *truce.Observation) *truce.Account {
	acc := truce.Account{Subject: truce.Subject{Kind: "observation", Records: []truce.ObservationID{o.ID}, Count: 1, When: o.When}, Outcomes: r.na}
	r.finish(&acc)
	return &acc
}

func (r *heldRule) changed(c Change) {
	r.changes = append(r.changes, c)
	if c.Before != nil && matters(c.Before.Outcomes) || c.After != nil && matters(c.After.Outcomes) {
		r.version++
	}
}

// moved works the moments out that decide when the rule, and the permissions it leaves room for, bind, and reports whether
// any is another than before.
func (r *heldRule) moved() bool {
	h := r.held
	var now []moment
	for _, c := range r.choices {
		for _, x := range append([]*rule{r.rule}, r.permits...) {
			now = append(now, h.start(x, c), h.cached(x, c, "until", x.Until))
			if x.ReplacedBy != nil {
				now = append(now, h.cached(x, c, "replaced", x.ReplacedBy.From))
			}
			for i := range h.plan.Agreement.Suspensions {
				if sp := &h.plan.Agreement.Suspensions[i]; suspends(sp, x) {
					now = append(now, h.moment(sp.From, c), h.moment(sp.Until, c))
				}
			}
		}
		if d := h.plan.Agreement.Duration; d != nil {
			now = append(now, h.moment(d.From, c))
		}
	}
	all := !slices.EqualFunc(now, r.moments, sameMoment)
	r.moments = now
	if d := h.plan.Agreement.Duration; d != nil {
		_, renewed := h.acts[d.Act]
		all = all || renewed
	}
	return all
}

func sameMoment(a, b moment) bool {
	return a.state == b.state && a.span == b.span && a.day == b.day && slices.EqualFunc(a.missing, b.missing, samePhrase)
}

// concerns reports whether an act or a notice that is new may have to do with something that was at a time.
func (r *heldRule) concerns(when truce.Span) bool {
	if !when.Stated() {
		return false
	}
	h := r.held
	if r.notices && h.announce.Stated() && when.Overlaps(h.announce) {
		return true
	}
	for _, st := range r.steps {
		acts, ok := h.acts[st.What]
		if !ok {
			continue
		}
		window := truce.Span{From: truce.EarliestInstant, To: when.To.Add(st.After)}
		if st.Before > 0 {
			window.From = when.From.Add(-st.Before)
		}
		if window.Overlaps(acts) {
			return true
		}
	}
	return false
}

// updateWhole works an obligation, an assessment or a quota out again.
func (r *heldRule) updateWhole(all bool) {
	h := r.held
	var now []truce.Account
	switch {
	case r.Verb == truce.Assessed:
		now = []truce.Account{h.assessed(r.rule)}
	case r.Object == truce.KindAct:
		now = h.obligations(r.rule)
	default:
		day := h.plan.Agreement.Clock.DayOf(h.at)
		if !all && day == r.day && !h.covered.Stated() {
			return // periods begin and end with days
		}
		r.day = day
		r.forget(all)
		now = h.settling.quotas(r.rule)
	}
	for i := range now {
		r.finish(&now[i])
	}
	slices.SortStableFunc(now, inAccountOrder)
	for _, c := range r.appendChanges(nil, r.whole, now) {
		r.changed(c)
	}
	r.whole = now
}

// appendChanges adds what differs between two lists of accounts in order.
func (r *heldRule) appendChanges(out []Change, before, after []truce.Account) []Change {
	old := map[string][]*truce.Account{}
	for i := range before {
		k := before[i].Subject.Key()
		old[k] = append(old[k], &before[i])
	}
	for i := range after {
		acc := &after[i]
		k := acc.Subject.Key()
		var was *truce.Account
		if l := old[k]; len(l) > 0 {
			was, old[k] = l[0], l[1:]
		}
		if was == nil || !sameAccount(was, acc) {
			out = append(out, Change{Before: was, After: acc})
		}
	}
	for i := range before { // what is left has no successor
		if l := old[before[i].Subject.Key()]; slices.Contains(l, &before[i]) {
			out = append(out, Change{Before: &before[i]})
		}
	}
	return out
}

// sameAccount compares all but the number of fixes behind an episode.
func sameAccount(a, b *truce.Account) bool {
	x, y := a.Subject, b.Subject
	if x.Kind != y.Kind || x.Count != y.Count && x.Kind != "episode" || x.Unit != y.Unit || x.Actor != y.Actor || x.Place != y.Place || x.When != y.When || x.At != y.At ||
		x.Error != y.Error || !slices.Equal(x.Records, y.Records) {
		return false
	}
	return slices.EqualFunc(a.Outcomes, b.Outcomes, sameOutcome) && slices.Equal(a.Turns, b.Turns) && a.Attribution.Known == b.Attribution.Known &&
		slices.Equal(a.Attribution.By, b.Attribution.By) && slices.Equal(a.Attribution.Answering, b.Attribution.Answering)
}

// sameOutcome compares outcomes of one choice of readings.
func sameOutcome(a, b truce.Outcome) bool {
	return a.Result == b.Result && a.Possible == b.Possible && a.Margin == b.Margin && a.Permille == b.Permille && slices.EqualFunc(a.Missing, b.Missing, samePhrase) &&
		(a.Reasons == nil && b.Reasons == nil || reflect.DeepEqual(a.Reasons, b.Reasons))
}

// list gives a rule's accounts in order.
func (r *heldRule) list() []truce.Account {
	out := r.gather(func(*truce.Account) bool { return true })
	for _, x := range r.single {
		if x.acc == nil {
			out = append(out, *r.notOf(x.o))
		}
	}
	slices.SortStableFunc(out, inAccountOrder)
	return out
}

// gather lists accounts, those of units in the order of the units.
func (r *heldRule) gather(pick func(*truce.Account) bool) []truce.Account {
	out := []truce.Account(nil)
	take := func(acc *truce.Account) {
		if pick(acc) {
			out = append(out, *acc)
		}
	}
	for i := range r.whole {
		take(&r.whole[i])
	}
	for _, u := range r.inOrder() {
		for i := range u.said {
			take(&u.said[i].acc)
		}
	}
	for _, u := range r.sights {
		for i := range u.said {
			take(&u.said[i].acc)
		}
	}
	for _, x := range r.single {
		if x.acc != nil {
			take(x.acc)
		}
	}
	return out
}

func (h *held) mattering(r *rule) []truce.Account {
	hr := h.byRule[r.ID]
	hr.update()
	if hr.sortedV != hr.version {
		hr.sorted = hr.gather(func(acc *truce.Account) bool { return matters(acc.Outcomes) })
		slices.SortStableFunc(hr.sorted, inAccountOrder)
		hr.sortedV = hr.version
	}
	return hr.sorted
}

func (h *held) unjudged() []Unjudged { return h.Assessor.unjudged(h.sorted) }

// quotaKey names what a rule with a least number said of a period.
type quotaKey struct {
	period truce.Span
	choice int
}

type heldQuota struct {
	out  truce.Outcome
	recs []truce.ObservationID
}

// forget drops the periods of which something new is known, and those that were still running.
func (r *heldRule) forget(all bool) {
	h := r.held
	if all {
		clear(r.quotas)
		return
	}
	for k, q := range r.quotas {
		wide := truce.Span{From: k.period.From, To: k.period.To + 1} // coverage that joins on at the end is part of it
		if h.covered.Stated() && wide.Overlaps(h.covered) || q.out.Possible.Has(truce.NotDue) {
			delete(r.quotas, k)
		}
	}
}

// cleanKey names a run of days without a breach that something waits for.
type cleanKey struct {
	days   *truce.CleanDays
	choice *choice
}

// heldClean is when the run ended, and what that was worked out from.
type heldClean struct {
	version, findings, coverage int
	from                        moment
	day                         truce.Span
	out                         moment
}

// clean works the end of a run of days out, unless nothing it depends on has changed.
func (h *held) clean(cd *truce.CleanDays, r *rule, from moment, c *choice, work func() moment) moment {
	hr := h.byRule[r.ID]
	hr.update()
	now := heldClean{version: hr.version, findings: h.findingsSeen, coverage: h.coverageSeen, from: from, day: h.plan.Agreement.Clock.DayOf(h.at)}
	if cd.Found == "mechanism" && len(h.findings) == 0 {
		now.version = 0 // only findings ask what the rule says
	}
	key := cleanKey{cd, c}
	was := h.cleans[key]
	if was == nil || was.version != now.version || was.findings != now.findings || was.coverage != now.coverage || !sameMoment(was.from, from) || was.day != now.day {
		now.out = work()
		was = &now
		h.cleans[key] = was
	}
	return was.out
}
