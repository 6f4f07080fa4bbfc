package live

import (
	"cmp"
	"maps"
	"slices"

	"truce"
	"truce/assess"
	"truce/internal/record"
	"truce/terms"
)

// Live is what follows one journal. It is not for use from several goroutines at once.
type Live struct {
	now          truce.Instant
	plans        []*plan // in the order they were taken up
	observations []*truce.Observation
	positions    []positions                                 // that came before there was any agreement
	names        map[truce.ObservationID]truce.ObservationID // what an author calls an observation, and the record it is
	units        map[string][]*unit                          // by the name their source gives them
	simulated    map[truce.RecordID]bool

	content   []truce.Seq // records whose content is held, in rising order
	proposals map[truce.RecordID][]truce.Seq
	erased    map[truce.RecordID]bool
	stale     bool
}

// unit is what is known of the records behind a unit's positions.
type unit struct {
	actor     string // whose it is said to be
	records   []evidence
	simulated bool
}

// evidence is a record and the time it speaks of.
type evidence struct {
	id   truce.RecordID
	when truce.Span
}

type positions struct {
	track assess.Track
	fixes []truce.Fix
}

// planKey names a plan: the digest of its files, and which version in them.
type planKey struct {
	text    truce.Digest
	version truce.VersionID
}

// plan is a version of the agreement with what is said under it.
type plan struct {
	planKey
	agreement truce.AgreementID
	use       record.AgreementUse
	assessor  *assess.Assessor // nil while it is not evaluated
	compiled  *terms.Plan
	problem   error // why it cannot be evaluated
	threads   map[threadKey]*thread
	dirty     map[threadKey]bool
	queue     []threadKey                              // of the dirty ones, in order: those still to be looked at
	by        map[truce.RecordID]threadKey             // the latest outcomes, by the record
	blocked   map[truce.RuleID]map[truce.RecordID]bool // records behind episodes whose outcome was erased
}

// New makes one that has followed nothing yet.
func New() *Live {
	return &Live{names: map[truce.ObservationID]truce.ObservationID{}, units: map[string][]*unit{}, simulated: map[truce.RecordID]bool{},
		proposals: map[truce.RecordID][]truce.Seq{}, erased: map[truce.RecordID]bool{}}
}

// Now is the latest time of the journal so far: what to settle at.
func (l *Live) Now() truce.Instant { return l.now }

// Stale reports that content was erased which is still held here. What was concluded from it stands; what depends on it must be worked out again
// without it, so the owner makes a new Live and follows the journal from its beginning.
func (l *Live) Stale() bool { return l.stale }

// Apply takes in the next record, with what [record.Read] read of it.
func (l *Live) Apply(r *truce.Record, said any) {
	l.now = max(l.now, r.Recorded)
	switch x := said.(type) {
	case record.Agreement:
		l.adopt(x)
	case record.Observation:
		l.observe(r, x)
	case record.Positions:
		l.locate(r, x)
	case record.Outcome:
		l.recorded(r, x)
	case record.Erasure:
		l.erase(r, x)
	case record.Notice:
		l.now = max(l.now, x.At)
	}
}

// adopt takes a version of the agreement up. What was known before is made known to it.
func (l *Live) adopt(a record.Agreement) {
	p := l.plan(planKey{a.Text(), a.Version})
	p.agreement, p.use = a.Agreement, a.Use
	for _, x := range l.plans {
		if x != p && a.Use == record.AgreementInForce && x.use == record.AgreementInForce {
			x.use = record.AgreementWithdrawn
		}
	}
	if p.compiled == nil && p.problem == nil {
		p.compiled, p.problem = compile(a)
	}
	for _, x := range l.plans {
		l.arm(x)
	}
}

// plan finds a plan, or makes room for one.
func (l *Live) plan(key planKey) *plan {
	for _, p := range l.plans {
		if p.planKey == key {
			return p
		}
	}
	p := &plan{planKey: key, use: record.AgreementWithdrawn, threads: map[threadKey]*thread{}, dirty: map[threadKey]bool{}, by: map[truce.RecordID]threadKey{},
		blocked: map[truce.RuleID]map[truce.RecordID]bool{}}
	l.plans = append(l.plans, p)
	return p
}

// compile makes a plan of the files. A text that this program cannot read is no reason to stop following the journal.
func compile(a record.Agreement) (*terms.Plan, error) {
	const op truce.Op = "live.Adopt"
	fsys, err := a.FS()
	if err != nil {
		return nil, err
	}
	text, rep, err := terms.Load(fsys, a.Folder)
	if err != nil {
		return nil, err
	}
	if rep.Errors() > 0 {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(a.Version), Reason: "its text has mistakes", Hint: "run truce check on the folder"}
	}
	return terms.Compile(text)
}

// arm gives a plan that is to be evaluated an assessor that knows what is known, and lets go of one that is not.
func (l *Live) arm(p *plan) {
	if p.use == record.AgreementWithdrawn || p.compiled == nil {
		p.assessor = nil
		return
	}
	if p.assessor != nil {
		return
	}
	a, err := assess.New(p.compiled)
	if err != nil {
		p.problem = err
		return
	}
	if i := slices.IndexFunc(l.plans, func(x *plan) bool { return x.assessor != nil }); i >= 0 {
		l.plans[i].assessor.Give(a)
	} else {
		for _, o := range l.observations {
			a.Add(o)
		}
		for _, f := range l.positions {
			a.AddFixes(f.track, f.fixes)
		}
		l.positions = nil
	}
	p.assessor = a
}

// observe takes an observation in. It is known by the name of its record: what two authors call by one name stays two things.
func (l *Live) observe(r *truce.Record, obs record.Observation) {
	if obs.Content == nil {
		l.erased[r.ID] = true
		return
	}
	o := obs.Content
	id := truce.ObservationID(r.ID)
	if o.ID != "" {
		if _, taken := l.names[o.ID]; !taken {
			l.names[o.ID] = id
		}
	}
	o.ID, o.Received = id, r.Received
	for i, x := range o.SameAs {
		o.SameAs[i] = l.named(x)
	}
	for i, x := range o.About {
		o.About[i] = string(l.named(truce.ObservationID(x)))
	}
	if o.Simulated {
		l.simulated[r.ID] = true
	}
	l.content = append(l.content, r.Seq)
	l.observations = append(l.observations, o)
	for _, p := range l.plans {
		if p.assessor != nil {
			p.assessor.Add(o)
		}
	}
}

// named gives the record that an author means, where it came before.
func (l *Live) named(id truce.ObservationID) truce.ObservationID {
	if r, ok := l.names[id]; ok {
		return r
	}
	return id
}

// locate takes positions in.
func (l *Live) locate(r *truce.Record, p record.Positions) {
	if p.Track == nil {
		l.erased[r.ID] = true
		return
	}
	t := assess.Track{Unit: p.Track.Unit, Actor: p.Track.Actor, Source: p.Track.Source, Simulated: p.Simulated, Moved: p.Moved}
	if p.Track.Category != "" {
		t.Equipment = []truce.Equipment{{Category: p.Track.Category}}
	}
	u := l.unit(t.Unit, t.Actor)
	when := truce.At(p.Fixes[0].At)
	for _, f := range p.Fixes {
		when.From, when.To = min(when.From, f.At), max(when.To, f.At)
	}
	u.records = append(u.records, evidence{r.ID, when})
	u.simulated = u.simulated || p.Simulated
	l.content = append(l.content, r.Seq)
	known := false
	for _, x := range l.plans {
		if x.assessor != nil {
			x.assessor.AddFixes(t, p.Fixes)
			known = true
		}
	}
	if !known {
		l.positions = append(l.positions, positions{t, p.Fixes})
	}
}

// unit finds a unit, or makes room for one.
func (l *Live) unit(name, actor string) *unit {
	for _, u := range l.units[name] {
		if u.actor == actor {
			return u
		}
	}
	u := &unit{actor: actor}
	l.units[name] = append(l.units[name], u)
	return u
}

// erase notes what was erased. It takes effect when a second person confirms it.
func (l *Live) erase(r *truce.Record, e record.Erasure) {
	switch e.Act {
	case record.ErasureProposed:
		l.proposals[r.ID] = e.Seqs
	case record.ErasureConfirms:
		for _, seq := range l.proposals[e.Of] {
			if _, held := slices.BinarySearch(l.content, seq); held {
				l.stale = true
			}
		}
	}
}

// Version is a version of the agreement as far as it is evaluated.
type Version struct {
	Agreement truce.AgreementID
	Version   truce.VersionID
	Text      truce.Digest
	Use       record.AgreementUse
	Problem   error // why it cannot be evaluated; nil where it can
}

// Versions lists the versions in the order they were taken up.
func (l *Live) Versions() []Version {
	var out []Version
	for _, p := range l.plans {
		out = append(out, Version{p.agreement, p.version, p.text, p.use, p.problem})
	}
	return out
}

// Result is all that is said under a version as of the last Settle: also what is kept or not applicable and so on no record. Observations are called by
// their records. It is nil where the version is not evaluated, and holds good until the next Settle.
func (l *Live) Result(text truce.Digest, version truce.VersionID) *assess.Result {
	for _, p := range l.plans {
		if p.planKey == (planKey{text, version}) && p.assessor != nil {
			return p.assessor.Current()
		}
	}
	return nil
}

// Erased reports whether an outcome rests on a record whose content was destroyed. It stands, and nobody can work it out again.
func (l *Live) Erased(o record.Outcome) bool {
	return slices.ContainsFunc(o.Subject.Records, func(id truce.RecordID) bool { return l.erased[id] })
}

// MaxDrafts is how many records [Live.Settle] drafts at once, but for one thing about which more is to be said: drafts with their reasons are large,
// and after a flood there are very many. See docs/limits.md.
const MaxDrafts = 512

// Settle drafts what is to be recorded as the agreement stands at a time: in the order of the versions, then of the rules. The time is one of the journal,
// [Live.Now] or later. There may be more than it gives at once; all is said when it gives nothing.
func (l *Live) Settle(at truce.Instant) ([]record.Draft, error) {
	l.now = max(l.now, at)
	for _, p := range l.plans {
		if p.assessor == nil {
			continue
		}
		for _, c := range p.assessor.Update(at) {
			p.take(c)
		}
	}
	var out []record.Draft
	for _, p := range l.plans {
		if p.assessor == nil {
			continue
		}
		var err error
		if out, err = l.drafts(out, p, at); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// drafts goes through the threads in which something changed, until there are enough. The next time it goes on from there.
func (l *Live) drafts(out []record.Draft, p *plan, at truce.Instant) ([]record.Draft, error) {
	begun := len(out)
	for rounds := 0; rounds < 2 && len(out) == begun; rounds++ { // behind what is left of the last round begins a new one
		if len(p.queue) == 0 {
			p.queue = p.inOrder()
		}
		for len(p.queue) > 0 && len(out) < MaxDrafts {
			k := p.queue[0]
			p.queue = p.queue[1:]
			if !p.dirty[k] {
				continue
			}
			outcomes := l.differences(p, k, at)
			if len(outcomes) == 0 {
				delete(p.dirty, k) // what is drafted stays open until it comes back through the journal
			}
			for _, o := range outcomes {
				d, err := o.Draft()
				if err != nil {
					return nil, err
				}
				d.Record.Tier = truce.TierMechanism
				d.Record.Author.Vouch = truce.VouchNode
				out = append(out, d)
			}
		}
	}
	return out, nil
}

// inOrder lists the threads in which something changed in the order of the rules, then by name.
func (p *plan) inOrder() []threadKey {
	order := map[truce.RuleID]int{}
	for i, r := range p.compiled.Rules {
		order[r.ID] = i
	}
	return slices.SortedFunc(maps.Keys(p.dirty), func(a, b threadKey) int {
		return cmp.Or(cmp.Compare(order[a.rule], order[b.rule]), cmp.Compare(a.name, b.name))
	})
}
