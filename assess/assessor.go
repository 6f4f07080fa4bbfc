package assess

import (
	"cmp"
	"slices"

	"truce"
	"truce/terms"
)

// Assessor holds the records known so far under one plan. It is not for use from several goroutines at once.
type Assessor struct {
	plan     *terms.Plan
	cast     *cast
	ground   *ground
	rules    []*rule
	ruleByID map[truce.RuleID]*rule
	seen     map[truce.ObservationID]bool
	obs      []*truce.Observation
	tracks   map[trackKey]*track
	units    []trackKey // in the order first seen; sorted before use
	held     *held      // what Update keeps
}

// rule is a planned rule with its choices of readings ready.
type rule struct {
	terms.PlannedRule
	choices []*choice
	regions []int           // the region it forbids a presence in, by choice
	na      []truce.Outcome // outcomes of a thing the rule does not speak of, shared by all of them
}

// choice is one reading of each term a rule depends on.
type choice struct {
	list []truce.Choice
	read []*truce.Reading // beside list
	n    int
}

func (c *choice) reading(_ *settling, id truce.TermID) *truce.Reading {
	for i := range c.list {
		if c.list[i].Term == id {
			return c.read[i]
		}
	}
	return nil
}

// New makes an assessor for a plan.
func New(p *terms.Plan) (*Assessor, error) {
	const op truce.Op = "assess.New"
	a := &Assessor{plan: p, cast: newCast(p), ruleByID: map[truce.RuleID]*rule{}, seen: map[truce.ObservationID]bool{}, tracks: map[trackKey]*track{}}
	for _, pr := range p.Rules {
		r := &rule{PlannedRule: pr}
		for n, list := range pr.Choices {
			c := &choice{list: list, n: n}
			for _, x := range list {
				c.read = append(c.read, p.Reading(x))
			}
			r.choices = append(r.choices, c)
			r.na = append(r.na, truce.Outcome{Readings: list, Result: truce.NotApplicable, Possible: truce.ResultSet(0).With(truce.NotApplicable), Permille: -1})
		}
		a.rules = append(a.rules, r)
		a.ruleByID[r.ID] = r
	}
	g, err := newGround(p, a.rules)
	if err != nil {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(p.Agreement.ID), Cause: err, Hint: "run truce check on the folder"}
	}
	a.ground = g
	return a, nil
}

// Plan is the plan the assessor was made for.
func (a *Assessor) Plan() *terms.Plan { return a.plan }

// Add makes an observation known. One that is known already changes nothing. The observation must not change afterwards.
func (a *Assessor) Add(o *truce.Observation) {
	if a.seen[o.ID] {
		return
	}
	a.seen[o.ID] = true
	a.obs = append(a.obs, o)
}

// Result is what all rules make of the records known, at one time.
type Result struct {
	// At is the time the agreement is looked at: deadlines before it are over.
	At truce.Instant
	// Accounts are in the order of the rules, then of time.
	Accounts []truce.Account
	// Unjudged counts the observations no rule says anything of, by kind, and why.
	Unjudged []Unjudged
	settling *settling
}

// Unjudged are records that reached no rule.
type Unjudged struct {
	Kind  truce.ObservationKind
	Count int
}

// settling is one evaluation of everything known.
type settling struct {
	*Assessor
	at        truce.Instant
	sorted    []*truce.Observation
	index     map[truce.ObservationID]*truce.Observation
	notices   []*truce.Observation
	findings  []*truce.Observation
	coverage  []*truce.Observation
	passages  []*truce.Observation
	presence  []*truce.Observation
	linked    map[truce.ObservationID][]string // sources of linked observations
	why       bool                             // collect reasons
	moments   map[momentKey]moment
	actors    map[whoKey]answer
	places    map[placeKey]placed
	chances   map[chanceKey]int64 // while explaining
	spots     map[placeKey]int64  // while explaining
	timelines map[timelineKey][]*timeline
	accounts  map[truce.RuleID][]truce.Account
	byWhat    map[string][]*truce.Observation // the acts, by what was done
	matter    map[truce.RuleID][]truce.Account
	held      *held // nil where everything is worked out anew
}

// momentKey names a moment that was worked out already.
type momentKey struct {
	rule   truce.RuleID
	choice *choice // of the rule that asks, which need not be the rule the moment belongs to
	part   string
}

// Settle evaluates every rule on everything known, as the agreement stands at a time; what happened after it is left out.
// The result depends on nothing else.
func (a *Assessor) Settle(at truce.Instant) *Result {
	s := a.settling(at)
	res := &Result{At: at, settling: s}
	n := 0
	for _, r := range a.rules {
		n += len(s.account(r))
	}
	res.Accounts = make([]truce.Account, 0, n)
	for _, r := range a.rules {
		from := len(res.Accounts)
		res.Accounts = append(res.Accounts, s.account(r)...)
		s.accounts[r.ID] = res.Accounts[from:len(res.Accounts):len(res.Accounts)] // there may be many; hold them once
	}
	res.Unjudged = a.unjudged(s.sorted)
	return res
}

func (a *Assessor) unjudged(list []*truce.Observation) (out []Unjudged) {
	counts := map[truce.ObservationKind]int{}
	for _, o := range list {
		counts[o.Kind]++
	}
	for k := truce.KindUnknown; k <= truce.KindStatement; k++ {
		if counts[k] > 0 && !a.judges(k) {
			out = append(out, Unjudged{k, counts[k]})
		}
	}
	return out
}

func (a *Assessor) settling(at truce.Instant) *settling {
	s := a.empty(at)
	s.linked = a.links()
	s.sorted = slices.DeleteFunc(slices.Clone(a.obs), func(o *truce.Observation) bool { return o.When.Stated() && o.When.From > at })
	slices.SortFunc(s.sorted, inTime)
	s.index = make(map[truce.ObservationID]*truce.Observation, len(s.sorted))
	for _, o := range s.sorted {
		s.file(o, func(list []*truce.Observation, o *truce.Observation) []*truce.Observation { return append(list, o) })
	}
	return s
}

func (a *Assessor) empty(at truce.Instant) *settling {
	return &settling{Assessor: a, at: at, moments: map[momentKey]moment{}, actors: map[whoKey]answer{}, places: map[placeKey]placed{},
		timelines: map[timelineKey][]*timeline{}, accounts: map[truce.RuleID][]truce.Account{}, matter: map[truce.RuleID][]truce.Account{}, byWhat: map[string][]*truce.Observation{}}
}

// file puts an observation on the lists it belongs on.
func (s *settling) file(o *truce.Observation, put func([]*truce.Observation, *truce.Observation) []*truce.Observation) {
	s.index[o.ID] = o
	switch o.Kind {
	case truce.KindAct:
		s.byWhat[o.What] = put(s.byWhat[o.What], o)
	case truce.KindNotification:
		s.notices = put(s.notices, o)
		s.byWhat[o.What] = put(s.byWhat[o.What], o) // a notice given is also a thing done
	case truce.KindFinding:
		s.findings = put(s.findings, o)
	case truce.KindCoverage:
		s.coverage = put(s.coverage, o)
	case truce.KindPassage:
		s.passages = put(s.passages, o)
	case truce.KindPresence:
		s.presence = put(s.presence, o)
	}
}

// inTime is the order in which observations are looked at.
func inTime(x, y *truce.Observation) int {
	return cmp.Or(cmp.Compare(x.When.From, y.When.From), cmp.Compare(x.When.To, y.When.To), cmp.Compare(x.ID, y.ID))
}

// judges reports whether any rule speaks of a kind of observation.
func (a *Assessor) judges(k truce.ObservationKind) bool {
	for _, r := range a.rules {
		switch {
		case r.Object == k && r.Verb != truce.Permits:
			return true
		case r.Verb == truce.Assessed && k == truce.KindFinding:
			return true
		}
	}
	return k == truce.KindAct || k == truce.KindNotification || k == truce.KindFinding || k == truce.KindCoverage
}

// account gives a rule's accounts, worked out once.
func (s *settling) account(r *rule) []truce.Account {
	if done, ok := s.accounts[r.ID]; ok {
		return done
	}
	s.accounts[r.ID] = nil // a rule that asks for itself gets nothing; check refuses such circles
	var out []truce.Account
	switch {
	case r.Verb == truce.Permits:
	case r.Verb == truce.Assessed:
		out = []truce.Account{s.assessed(r)}
	case r.Verb == truce.Forbids && r.Object == truce.KindPresence:
		out = s.presences(r)
	case r.Verb == truce.Requires && r.Object == truce.KindAct:
		out = s.obligations(r)
	case r.Verb == truce.Requires && r.Object == truce.KindPassage && r.AtLeast != nil:
		out = s.quotas(r)
	default:
		for _, o := range s.sorted {
			if o.Kind == r.Object {
				out = append(out, s.observation(r, o))
			}
		}
	}
	for i := range out {
		r.finish(&out[i])
	}
	slices.SortStableFunc(out, inAccountOrder)
	s.accounts[r.ID] = out
	return out
}

// finish adds what every account of a rule says.
func (r *rule) finish(acc *truce.Account) {
	acc.Rule, acc.Article = r.ID, r.Article
	acc.Turns = turns(r, acc.Outcomes)
}

func inAccountOrder(x, y truce.Account) int {
	if c := cmp.Or(cmp.Compare(x.Subject.When.From, y.Subject.When.From), cmp.Compare(x.Subject.When.To, y.Subject.When.To)); c != 0 {
		return c
	}
	return cmp.Compare(x.Subject.Key(), y.Subject.Key())
}

// mattering lists the accounts of a rule by which something was or may have been a breach of it.
func (s *settling) mattering(r *rule) []truce.Account {
	if s.held != nil {
		return s.held.mattering(r)
	}
	list, done := s.matter[r.ID]
	if !done {
		for _, acc := range s.account(r) {
			if matters(acc.Outcomes) {
				list = append(list, acc)
			}
		}
		s.matter[r.ID] = list
	}
	return list
}

// Explain works one outcome of an account out again, with its reasons.
func (res *Result) Explain(acc truce.Account, n int) truce.Outcome {
	s := res.settling
	r := s.ruleByID[acc.Rule]
	if r == nil || n < 0 || n >= len(r.choices) {
		return truce.Outcome{Permille: -1}
	}
	defer s.explaining()()
	return s.again(r, acc, r.choices[n])
}

// ExplainAll works every outcome of an account out again, with their reasons: one for each choice of readings, in the plan's order.
func (res *Result) ExplainAll(acc truce.Account) []truce.Outcome {
	s := res.settling
	r := s.ruleByID[acc.Rule]
	if r == nil {
		return nil
	}
	defer s.explaining()()
	out := make([]truce.Outcome, len(r.choices))
	switch acc.Subject.Kind {
	case "episode":
		if a, ok := s.stayAgain(r, acc); ok {
			return a.Outcomes
		}
	case "observation":
		if o := s.index[acc.Subject.Records[0]]; o != nil {
			sides, spot := s.sides(o), s.ground.spot(s.plan.Agreement, o.Where)
			for n, c := range r.choices {
				out[n] = s.outcome(r, o, sides, spot, c)
			}
			return out
		}
	}
	for n, c := range r.choices {
		out[n] = s.again(r, acc, c)
	}
	return out
}

// explaining lets what is asked next be answered with reasons, until the function it gives is called.
func (s *settling) explaining() (done func()) {
	s.why, s.actors, s.moments = true, map[whoKey]answer{}, map[momentKey]moment{}
	s.chances, s.spots = map[chanceKey]int64{}, map[placeKey]int64{}
	return func() {
		s.why, s.actors, s.moments = false, map[whoKey]answer{}, map[momentKey]moment{}
		s.chances, s.spots = nil, nil
	}
}

// turns lists the terms whose reading makes a difference: two choices that differ in that term alone have different results.
func turns(r *rule, outs []truce.Outcome) []truce.TermID {
	var list []truce.TermID
	if len(outs) < 2 {
		return nil
	}
	same := true
	for _, o := range outs[1:] {
		same = same && o.Result == outs[0].Result
	}
	if same {
		return nil
	}
	stride := len(outs)
	for _, t := range r.Terms {
		n := 0
		seen := map[truce.ReadingID]bool{}
		for _, o := range outs {
			for _, c := range o.Readings {
				if c.Term == t && !seen[c.Reading] {
					seen[c.Reading] = true
					n++
				}
			}
		}
		if n == 0 {
			continue
		}
		stride /= n
		differs := false
		for i := range outs {
			if i/stride%n == 0 {
				for k := 1; k < n && !differs; k++ {
					differs = outs[i+k*stride].Result != outs[i].Result
				}
			}
		}
		if differs {
			list = append(list, t)
		}
	}
	return list
}

// KnownBy reports whether an observation was known at a time: when it had been received, or, where nobody says when that
// was, when it had happened.
func KnownBy(o *truce.Observation, at truce.Instant) bool {
	if o.Received.Stated() {
		return o.Received <= at
	}
	return !o.When.Stated() || o.When.From <= at
}
