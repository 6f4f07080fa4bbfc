package assess

import (
	"slices"

	"truce"
)

// bound lists who owes an obligation: each of those named where the rule says each, else all of them together.
func (s *settling) bound(r *truce.Rule) [][]truce.ActorID {
	ids := slices.Clone(r.By.Actors)
	for _, class := range r.By.Classes {
		var want []truce.ParticipantRole
		switch class {
		case truce.ClassParty:
			want = []truce.ParticipantRole{truce.RoleParty, truce.RoleSignatory}
		case truce.ClassGuarantor:
			want = []truce.ParticipantRole{truce.RoleGuarantor}
		case truce.ClassMechanism:
			want = []truce.ParticipantRole{truce.RoleMechanism}
		}
		for _, pt := range s.plan.Agreement.Participants {
			if slices.Contains(want, pt.Role) && !slices.Contains(ids, pt.Actor) {
				ids = append(ids, pt.Actor)
			}
		}
	}
	if !r.By.Each {
		return [][]truce.ActorID{ids}
	}
	var out [][]truce.ActorID
	for _, id := range ids {
		out = append(out, []truce.ActorID{id})
	}
	return out
}

// done is when an obligation was first met by one of those who owe it: by the first such act on record, or, where the rule
// asks for a number, by the one that made it full.
func (s *settling) done(r *rule, who []truce.ActorID, c *choice) moment {
	out := moment{state: waiting}
	act := truce.Act{}
	if len(r.Kinds) > 0 {
		act.What = r.Kinds[0]
	}
	need, have := int64(1), int64(0)
	if r.AtLeast != nil {
		need = r.AtLeast.Number
	}
	for _, o := range s.byWhat[act.What] { // in order of time
		if !o.When.Stated() {
			continue
		}
		var list []answer
		for _, id := range who {
			list = append(list, s.actIs(o, &act, person{id: id}, c))
		}
		a := anyOf(list...)
		if e := s.evidence(r.Evidence, o); a.truth == truce.True && e.truth == truce.False {
			a = answer{missing: e.missing}
		}
		if a.truth == truce.Unknown {
			out.missing = addPhrases(out.missing, a.missing)
		}
		if a.truth != truce.True {
			continue
		}
		n := int64(1)
		if r.AtLeast != nil {
			if !o.Count.Stated {
				out.missing = addPhrases(out.missing, []truce.Phrase{truce.Say("missing.count-in", truce.RecordArg(o.ID))})
				continue
			}
			n = o.Count.Low
		}
		out.reason.Records = append(out.reason.Records, o.ID)
		if have += n; have >= need {
			out.state, out.span, out.missing = set, o.When, nil
			out.reason.Records = []truce.ObservationID{o.ID}
			return out
		}
	}
	if have > 0 {
		out.missing = addPhrases([]truce.Phrase{truce.Say("missing.act-number", truce.NumArg(have), truce.NumArg(need))}, out.missing)
	}
	return out
}

// contested finds a record that says an act was not done, at the time it is said to have been done or later.
func (s *settling) contested(r *rule, done *truce.Observation) *truce.Observation {
	if len(r.Kinds) == 0 {
		return nil
	}
	for _, o := range s.byWhat[r.Kinds[0]] {
		if o.Result == truce.EndedFailed && o.When.Stated() && o.When.To >= done.When.From {
			return o
		}
	}
	return nil
}

// obligations gives the accounts of a rule that asks for an act: one for each who owes it.
func (s *settling) obligations(r *rule) []truce.Account {
	var out []truce.Account
	for _, who := range s.bound(r.Rule) {
		acc := truce.Account{Subject: truce.Subject{Kind: "obligation"}}
		if len(who) == 1 {
			acc.Subject.Actor = who[0]
		}
		for _, c := range r.choices {
			o, rec := s.obligation(r, who, c)
			acc.Outcomes = append(acc.Outcomes, o)
			if rec != nil && len(acc.Subject.Records) == 0 {
				acc.Subject.Records = []truce.ObservationID{rec.ID}
				acc.Subject.Count = 1
				acc.Subject.When = rec.When
			}
		}
		if matters(acc.Outcomes) {
			acc.Attribution = truce.Attribution{By: slices.Clone(who), Known: truce.TruthOf(len(who) == 1).Or(truce.Unknown)}
			for _, id := range who {
				for _, g := range s.cast.answering(id, truce.At(s.at)) {
					if !slices.Contains(acc.Attribution.Answering, g) {
						acc.Attribution.Answering = append(acc.Attribution.Answering, g)
					}
				}
			}
		}
		out = append(out, acc)
	}
	return out
}

// obligation says whether one who owes an act has met it, as things stand at the time of settling.
func (s *settling) obligation(r *rule, who []truce.ActorID, c *choice) (truce.Outcome, *truce.Observation) {
	now := truce.At(s.at)
	due := s.cached(r, c, "due", r.Due)
	met := s.done(r, who, c)
	var rec *truce.Observation
	if met.state == set {
		rec = s.index[met.reason.Records[0]]
	}
	out := truce.Outcome{Readings: c.list, Permille: -1}
	var qs []question
	ask := func(a answer, then truce.Result) { qs = append(qs, question{a, then}) }
	what := truce.WordArg("")
	if len(r.Kinds) > 0 {
		what = truce.WordArg(r.Kinds[0])
	}
	otherwise := truce.Kept
	judged := now
	if rec != nil {
		judged = rec.When
	}
	qs = append(qs, s.inForce(r, judged, c)...)
	for i := range qs { // an act done before the rule began to bind still meets it
		if rec != nil && qs[i].then == truce.NotDue {
			qs[i].answer = known(truce.False)
		}
	}
	if a, ok := s.foundAgainst(r, who); ok {
		ask(a, truce.Breached)
	}
	if rec != nil {
		if no := s.contested(r, rec); no != nil {
			a := answer{truth: truce.True, missing: []truce.Phrase{truce.Say("missing.act-contested", truce.RecordArg(no.ID))}}
			ask(s.because(a, "act.contested", truce.RecordArg(no.ID)), truce.Undetermined)
		}
	}
	switch {
	case rec != nil && (due.state == unset || due.state == noDate || due.state == waiting):
		ask(s.because(known(truce.True), "act.done", what, truce.SpanArg(rec.When), truce.RecordArg(rec.ID)), truce.Kept)
	case rec != nil:
		late := due.over(rec.When)
		out.Margin.Time, out.Margin.HasTime = due.ends().To.Sub(rec.When.From), true
		ask(s.because(late, "act.late", what, truce.SpanArg(rec.When), due.arg(), truce.RecordArg(rec.ID)), truce.Breached)
	case due.state == unset || due.state == noDate:
		ask(s.because(known(truce.True), "act.no-date", what), truce.NotDue)
	case due.state == waiting:
		a := s.because(known(truce.True), "act.waits", what)
		if due.reason.Phrase.ID != "" && s.why {
			a.reason.Children = append(a.reason.Children, due.reason)
		}
		ask(a, truce.NotDue)
	default:
		out.Margin.Time, out.Margin.HasTime = due.ends().To.Sub(s.at), true
		passed := due.over(now)
		ask(s.because(passed, "act.due", what, due.arg()).not(), truce.NotDue)
		missing := addPhrases([]truce.Phrase{truce.Say("missing.act", what, actorList(who), due.arg())}, met.missing)
		if r.Silence == "breach" && len(met.missing) == 0 {
			ask(s.because(known(truce.True), "act.silence-breach", what), truce.Breached)
		} else {
			a := answer{truth: truce.True, missing: missing}
			ask(s.because(a, "act.no-record", what), truce.Undetermined)
		}
	}
	d := decide(qs, otherwise)
	d.Readings, d.Margin, d.Permille = out.Readings, out.Margin, -1
	if d.Result == truce.Undetermined {
		d.Possible = d.Possible.With(truce.Kept).With(truce.Breached)
		if len(due.missing) > 0 {
			d.Missing = addPhrases(d.Missing, due.missing)
		}
	}
	if s.why {
		explain(qs, otherwise, &d)
		if d.Result == truce.Undetermined {
			d.Asked = append([]truce.Asked{{Then: truce.Kept}, {Then: truce.Breached}}, d.Asked...)
		}
	}
	return d, rec
}

// foundAgainst looks for a finding of the mechanism that confirms the rule was not kept by those who owe it.
func (s *settling) foundAgainst(r *rule, who []truce.ActorID) (answer, bool) {
	for _, f := range s.findings {
		if f.Result != truce.EndedConfirmed || !slices.Contains(f.About, string(r.ID)) || !f.When.Stated() {
			continue
		}
		for _, p := range f.Parts {
			if id := s.cast.find(p.Name, f.When).id; slices.Contains(who, id) {
				return s.because(known(truce.True), "finding.confirmed", truce.RecordArg(f.ID)), true
			}
		}
		if len(f.Parts) == 0 {
			return s.because(known(truce.True), "finding.confirmed", truce.RecordArg(f.ID)), true
		}
	}
	return answer{}, false
}

// assessed gives the account of an article that only people assess: what the last of their findings says.
func (s *settling) assessed(r *rule) truce.Account {
	acc := truce.Account{Subject: truce.Subject{Kind: "obligation"}}
	var last *truce.Observation
	for _, f := range s.findings {
		if slices.Contains(f.About, string(r.ID)) && s.mayAssess(r, f) {
			last = f
		}
	}
	for _, c := range r.choices {
		qs := s.inForce(r, truce.At(s.at), c)
		a := answer{truth: truce.True, missing: []truce.Phrase{truce.Say("missing.assessment", actorList(r.AssessedBy))}}
		q := question{s.because(a, "assessed.by-people", actorList(r.AssessedBy)), truce.Undetermined}
		if last != nil {
			switch last.Result {
			case truce.EndedConfirmed:
				q = question{s.because(known(truce.True), "finding.confirmed", truce.RecordArg(last.ID)), truce.Breached}
			case truce.EndedDone, truce.EndedGranted:
				q = question{s.because(known(truce.True), "finding.kept", truce.RecordArg(last.ID)), truce.Kept}
			default:
				a.missing = []truce.Phrase{truce.Say("missing.assessment-open", truce.RecordArg(last.ID))}
				q = question{s.because(a, "finding.open", truce.RecordArg(last.ID)), truce.Undetermined}
			}
		}
		qs = append(qs, q)
		o := decide(qs, truce.Undetermined)
		o.Readings = c.list
		if s.why {
			explain(qs, truce.Undetermined, &o)
		}
		acc.Outcomes = append(acc.Outcomes, o)
	}
	if last != nil {
		acc.Subject.Records, acc.Subject.Count, acc.Subject.When = []truce.ObservationID{last.ID}, 1, last.When
	}
	return acc
}

// mayAssess reports whether a finding is by one of those the rule leaves the assessment to. A finding that names nobody counts.
func (s *settling) mayAssess(r *rule, f *truce.Observation) bool {
	if len(f.Parts) == 0 || len(r.AssessedBy) == 0 {
		return true
	}
	for _, p := range f.Parts {
		who := s.cast.find(p.Name, f.When)
		for _, id := range r.AssessedBy {
			if s.cast.belongs(who, id, f.When, nil).truth == truce.True {
				return true
			}
		}
	}
	return false
}

// MaxPeriods bounds how many periods of a counted obligation are looked at; see docs/limits.md.
const MaxPeriods = 10_000

// quotas gives the accounts of a rule that asks for a least number in each day, week or month.
func (s *settling) quotas(r *rule) []truce.Account {
	var out []truce.Account
	byPeriod := map[truce.Span]int{}
	for _, c := range r.choices {
		from := s.start(r, c)
		if from.state != set {
			continue
		}
		until := s.cached(r, c, "until", r.Until)
		end := s.at
		if until.state == set && until.ends().To < end {
			end = until.ends().To
		}
		for n, p := 0, s.period(r.AtLeast.Per, from.starts().From); p.From <= end && n < MaxPeriods; n, p = n+1, s.period(r.AtLeast.Per, p.To+1) {
			k, ok := byPeriod[p]
			if !ok {
				k = len(out)
				byPeriod[p] = k
				acc := truce.Account{Subject: truce.Subject{Kind: "period", When: p}}
				if r.Where != nil {
					acc.Subject.Place = r.Where.Zone
				}
				for _, c := range r.choices {
					acc.Outcomes = append(acc.Outcomes, truce.Outcome{Readings: c.list, Result: truce.NotDue, Possible: truce.ResultSet(0).With(truce.NotDue), Permille: -1})
				}
				out = append(out, acc)
			}
			o, recs := s.quotaOnce(r, p, c)
			out[k].Outcomes[c.n] = o
			if len(recs) > out[k].Subject.Count {
				out[k].Subject.Records, out[k].Subject.Count = recs, len(recs)
			}
		}
	}
	for i := range out {
		if matters(out[i].Outcomes) && len(r.By.Actors) > 0 {
			out[i].Attribution = truce.Attribution{By: slices.Clone(r.By.Actors), Known: truce.TruthOf(len(r.By.Actors) == 1).Or(truce.Unknown)}
		}
	}
	return out
}

// quotaOnce counts a period, or remembers what was counted.
func (s *settling) quotaOnce(r *rule, p truce.Span, c *choice) (truce.Outcome, []truce.ObservationID) {
	if s.held == nil || s.why {
		return s.quota(r, p, c)
	}
	kept, key := s.held.byRule[r.ID].quotas, quotaKey{p, c.n}
	q, ok := kept[key]
	if !ok {
		q.out, q.recs = s.quota(r, p, c)
		kept[key] = q
	}
	return q.out, q.recs
}

// period is the day, week (from Monday) or month that i falls in, on the agreement's clock.
func (s *settling) period(per string, i truce.Instant) truce.Span {
	clock := s.plan.Agreement.Clock
	switch per {
	case "week":
		day := clock.DayOf(i)
		back := (int(day.From.Add(12*hour).Time().Weekday()) + 6) % 7
		w := clock.Wall(day.From.Add(12 * hour))
		return truce.Span{From: clock.Day(w.Year, w.Month, w.Day-back).From, To: clock.Day(w.Year, w.Month, w.Day-back+6).To}
	case "month":
		w := clock.Wall(i)
		return truce.Span{From: clock.Day(w.Year, w.Month, 1).From, To: clock.Day(w.Year, w.Month+1, 0).To}
	}
	return clock.DayOf(i)
}

// quota counts what passed in one period. Enough is kept; too few is a breach only where somebody watched the whole period.
func (s *settling) quota(r *rule, p truce.Span, c *choice) (truce.Outcome, []truce.ObservationID) {
	low, high := int64(0), int64(0)
	var recs []truce.ObservationID
	var unsure []truce.Phrase
	for _, o := range s.passages {
		if len(r.Kinds) > 0 && !hasWord(r.Kinds, o.What) || !o.When.Overlaps(p) || !o.When.Stated() {
			continue
		}
		if o.Result == truce.EndedDenied || o.Result == truce.EndedFailed {
			continue
		}
		list := []answer{}
		if r.Where != nil {
			list = append(list, s.where(r.Where, s.ground.spot(s.plan.Agreement, o.Where), c).answer)
		}
		if o.When.From < p.From || o.When.To > p.To {
			list = append(list, missingFact(truce.Say("missing.when-exactly", truce.SpanArg(o.When), truce.SpanArg(p))))
		}
		if o.Result == truce.EndedUnknown {
			list = append(list, missingFact(truce.Say("missing.passage-result", truce.RecordArg(o.ID))))
		}
		n, stated := s.quotaCount(r.AtLeast.What, o)
		if !stated {
			list = append(list, missingFact(truce.Say("missing.count-in", truce.RecordArg(o.ID))))
		}
		a := all(list...)
		if a.truth == truce.False {
			continue
		}
		recs = append(recs, o.ID)
		high += n.High
		if a.truth == truce.True {
			low += n.Low
		} else {
			unsure = addPhrases(unsure, a.missing)
		}
	}
	want := r.AtLeast.Number
	var qs []question
	ask := func(a answer, then truce.Result) { qs = append(qs, question{a, then}) }
	qs = append(qs, s.inForce(r, p, c)...)
	enough := known(truce.TruthOf(low >= want))
	if low < want && (high >= want || len(unsure) > 0) {
		enough = answer{missing: unsure}
		if len(unsure) == 0 {
			enough.missing = []truce.Phrase{truce.Say("missing.exact-count")}
		}
	}
	ask(s.because(enough, "quota.count", truce.NumArg(low), truce.NumArg(high), truce.NumArg(want)), truce.Kept)
	ask(s.because(known(truce.TruthOf(p.To >= s.at)), "quota.still-running", truce.SpanArg(p)), truce.NotDue)
	ask(s.watched(p, r.Where).not(), truce.Undetermined)
	o := decide(qs, truce.Breached)
	o.Readings = c.list
	o.Margin.Count, o.Margin.HasCount = low-want, true
	if s.why {
		explain(qs, truce.Breached, &o)
	}
	return o, recs
}

// quotaCount is how many of the thing counted an observation stands for.
func (s *settling) quotaCount(what string, o *truce.Observation) (truce.Number, bool) {
	if what == "" || len(o.Equipment) == 0 {
		return o.Count, o.Count.Stated
	}
	var sum truce.Number
	for _, e := range o.Equipment {
		if s.plan.Equipment.Is(e.Category, what) == truce.True && e.Count.Stated {
			sum.Stated = true
			sum.Low += e.Count.Low
			sum.Best += e.Count.Best
			sum.High += e.Count.High
		}
	}
	return sum, sum.Stated
}
