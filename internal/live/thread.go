package live

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unique"

	"truce"
	"truce/assess"
	"truce/internal/record"
)

// threadKey names what outcomes follow each other about: a rule, and one observation, one who owes, one period, or one unit, whose stays
// come and go.
type threadKey struct {
	rule truce.RuleID
	// name is that of the observation, or the kind of the subject, a bar, and what tells it from others of its kind.
	name string
}

// kind is the kind of the subject.
func (k threadKey) kind() string {
	if kind, _, ok := strings.Cut(k.name, "|"); ok {
		return kind
	}
	return "observation"
}

// thread is what a rule says of one thing now, and what is on record of it. There is one for every breach, so what many have in common is held once.
type thread struct {
	accounts []*truce.Account // the assessor's, which change nothing any more
	latest   []latest         // in order of time
}

// latest is an outcome on record whose place no other took.
type latest struct {
	id    truce.RecordID
	when  truce.Span
	says  unique.Handle[string]
	rests []truce.RecordID
}

func accountKey(acc *truce.Account) threadKey {
	s := &acc.Subject
	k := threadKey{rule: acc.Rule}
	switch s.Kind {
	case "observation":
		k.name = string(s.Records[0])
	case "period":
		k.name = fmt.Sprintf("period|%020d|%020d", s.When.From, s.When.To)
	case "episode":
		k.name = "episode|" + s.Unit + "|" + string(s.Actor)
	default:
		k.name = s.Kind + "|" + string(s.Actor)
	}
	return k
}

// outcomeKey is the same for what is on record; ok is false where that can no longer be told.
func outcomeKey(o *record.Outcome) (k threadKey, ok bool) {
	k.rule = o.Rule
	switch o.Subject.Kind {
	case "observation":
		if len(o.Subject.Records) == 0 {
			return k, false
		}
		k.name = string(o.Subject.Records[0])
	case "period":
		k.name = fmt.Sprintf("period|%020d|%020d", o.Subject.Period.From, o.Subject.Period.To)
	case "episode":
		if o.Detail == nil {
			return k, false
		}
		k.name = "episode|" + o.Detail.Unit + "|" + string(o.Subject.Actor)
	default:
		k.name = o.Subject.Kind + "|" + string(o.Subject.Actor)
	}
	return k, true
}

// needed reports whether people need an outcome to be on record: a breach, what may be one, and what somebody owes.
func needed(acc *truce.Account) bool {
	return acc.Subject.Kind == "obligation" || slices.ContainsFunc(acc.Outcomes, func(o truce.Outcome) bool { return o.Possible.Has(truce.Breached) })
}

// take notes a change of what a rule says. Where nothing was ever needed on record, nothing is kept.
func (p *plan) take(c assess.Change) {
	k := accountKey(c.Account())
	t := p.threads[k]
	if t == nil {
		if c.After == nil || !needed(c.After) {
			return
		}
		t = &thread{}
		p.threads[k] = t
	}
	if c.Before != nil {
		was := c.Before.Subject.Key()
		if i := slices.IndexFunc(t.accounts, func(x *truce.Account) bool { return x.Subject.Key() == was }); i >= 0 {
			t.accounts = slices.Delete(t.accounts, i, i+1)
		}
	}
	if c.After != nil {
		t.accounts = append(t.accounts, c.After)
		slices.SortStableFunc(t.accounts, func(x, y *truce.Account) int {
			return cmp.Or(cmp.Compare(x.Subject.When.From, y.Subject.When.From), cmp.Compare(x.Subject.When.To, y.Subject.When.To), cmp.Compare(x.Subject.Key(), y.Subject.Key()))
		})
	}
	p.dirty[k] = true
}

// recorded notes an outcome that the journal holds.
func (l *Live) recorded(r *truce.Record, o record.Outcome) {
	p := l.plan(planKey{o.Text, o.Version})
	if old, ok := p.by[o.Supersedes]; ok {
		t := p.threads[old]
		t.latest = slices.DeleteFunc(t.latest, func(x latest) bool { return x.id == o.Supersedes })
		delete(p.by, o.Supersedes)
		p.dirty[old] = true
	}
	k, ok := outcomeKey(&o)
	switch {
	case o.Gone:
		return
	case !ok:
		if p.blocked[o.Rule] == nil {
			p.blocked[o.Rule] = map[truce.RecordID]bool{}
		}
		for _, id := range o.Subject.Records {
			p.blocked[o.Rule][id] = true
		}
		return
	}
	t := p.threads[k]
	if t == nil {
		t = &thread{}
		p.threads[k] = t
	}
	x := latest{id: r.ID, says: unique.Make(says(o.Said, o.Turns, o.Attribution)), rests: o.Subject.Records}
	if o.Detail != nil {
		x.when = o.Detail.When
	}
	t.latest = append(t.latest, x)
	slices.SortStableFunc(t.latest, func(a, b latest) int { return cmp.Or(cmp.Compare(a.when.From, b.when.From), cmp.Compare(a.id, b.id)) })
	p.by[r.ID] = k
	p.dirty[k] = true
}

// says writes what makes two outcomes about one thing different enough for a new record. How long and how deep is not among it: a stay that goes
// on is the same outcome.
func says(said []record.Said, turns []truce.TermID, at truce.Attribution) string {
	var b strings.Builder
	for _, s := range said {
		fmt.Fprintf(&b, "%v %d %d;", s.Readings, s.Result, s.Possible)
	}
	fmt.Fprintf(&b, "%q %q %v %q", turns, at.By, at.Known, at.Answering)
	return b.String()
}

// differences compares what is said of a thing with what is on record.
func (l *Live) differences(p *plan, k threadKey, at truce.Instant) []record.Outcome {
	t := p.threads[k]
	var out []record.Outcome
	matched := make([]bool, len(t.accounts))
	kind := k.kind()
	episode := kind == "episode"
	for n := range t.latest {
		on := &t.latest[n]
		i := slices.IndexFunc(t.accounts, func(a *truce.Account) bool { return !episode || a.Subject.When.Overlaps(on.when) })
		for episode && i >= 0 && matched[i] { // the next that overlaps
			n := slices.IndexFunc(t.accounts[i+1:], func(a *truce.Account) bool { return a.Subject.When.Overlaps(on.when) })
			if n < 0 {
				i = -1
				break
			}
			i += 1 + n
		}
		if slices.ContainsFunc(on.rests, func(id truce.RecordID) bool { return l.erased[id] }) {
			// It rests on what was destroyed, and stands. Only something new can take its place.
			if i >= 0 && !episode && len(t.accounts[i].Subject.Records) > 0 && kind != "period" {
				if o := l.outcome(p, t.accounts[i], at); says(o.Said, o.Turns, o.Attribution) != on.says.Value() {
					o.Supersedes = on.id
					out = append(out, o)
				}
			}
			if i >= 0 {
				matched[i] = true
			}
			continue
		}
		if i < 0 {
			out = append(out, l.gone(p, k, on, at))
			continue
		}
		matched[i] = true
		if accountSays(t.accounts[i]) != on.says.Value() {
			o := l.outcome(p, t.accounts[i], at)
			o.Supersedes = on.id
			out = append(out, o)
		}
	}
	for i, acc := range t.accounts {
		if !matched[i] && needed(acc) {
			if o := l.outcome(p, acc, at); !slices.ContainsFunc(o.Subject.Records, func(id truce.RecordID) bool { return p.blocked[k.rule][id] }) {
				out = append(out, o)
			}
		}
	}
	return out
}

func accountSays(acc *truce.Account) string {
	said := make([]record.Said, len(acc.Outcomes))
	for i, o := range acc.Outcomes {
		said[i] = record.Said{Readings: o.Readings, Result: o.Result, Possible: o.Possible}
	}
	at := acc.Attribution
	at.By, at.Answering = at.By[:min(len(at.By), record.MaxNamed)], at.Answering[:min(len(at.Answering), record.MaxNamed)]
	return says(said, acc.Turns, at)
}

// base is what every outcome under a plan says.
func (p *plan) base(at truce.Instant) record.Outcome {
	return record.Outcome{Agreement: p.agreement, Version: p.version, Text: p.text, Engine: assess.Version, At: at}
}

// outcome says openly and sealed what a rule says of one thing, with the reasons.
func (l *Live) outcome(p *plan, acc *truce.Account, at truce.Instant) record.Outcome {
	o := p.base(at)
	s := &acc.Subject
	o.Rule, o.Article, o.Turns, o.Attribution = acc.Rule, acc.Article, acc.Turns, acc.Attribution
	o.Attribution.By = o.Attribution.By[:min(len(o.Attribution.By), record.MaxNamed)]
	o.Attribution.Answering = o.Attribution.Answering[:min(len(o.Attribution.Answering), record.MaxNamed)]
	o.Subject = record.Subject{Kind: s.Kind, Actor: s.Actor, Count: s.Count}
	if s.Kind == "period" {
		o.Subject.Period = s.When
	}
	o.Subject.Records, o.Simulated = l.evidence(p, acc)
	o.Detail = &record.Detail{Unit: s.Unit, When: s.When, Place: s.Place, At: s.At, Error: s.Error}
	explained := p.assessor.Explain(*acc)
	for n, x := range acc.Outcomes {
		var why truce.Outcome
		if n < len(explained) {
			why = explained[n]
		}
		said := record.Said{Readings: x.Readings, Result: x.Result, Possible: x.Possible}
		for _, r := range why.Reasons {
			if r.Phrase.ID != "" && len(said.Conditions) < record.MaxConditions {
				said.Conditions = append(said.Conditions, record.Condition{ID: r.Phrase.ID, Truth: r.Truth, Settles: r.Settles})
			}
		}
		if assess.Derive(why.Asked) == x.Possible && len(why.Asked) <= record.MaxConditions {
			said.Asked = why.Asked
		}
		o.Said = append(o.Said, said)
		o.Detail.Why = append(o.Detail.Why, record.Why{Margin: x.Margin, Permille: x.Permille, Missing: x.Missing, Reasons: why.Reasons})
	}
	return o
}

// evidence lists the records an account rests on, the first of them where there are too many, and says whether any belongs to an exercise.
func (l *Live) evidence(p *plan, acc *truce.Account) (list []truce.RecordID, simulated bool) {
	for _, id := range acc.Subject.Records {
		list = append(list, truce.RecordID(id))
		simulated = simulated || l.simulated[truce.RecordID(id)]
	}
	if acc.Subject.Kind == "episode" && len(list) == 0 {
		var behind []evidence
		for _, u := range l.units[acc.Subject.Unit] {
			if p.assessor.Owner(acc.Subject.Unit, u.actor) != acc.Subject.Actor {
				continue
			}
			for _, e := range u.records {
				if e.when.Overlaps(acc.Subject.When) {
					behind = append(behind, e)
					simulated = simulated || u.simulated
				}
			}
		}
		slices.SortFunc(behind, func(a, b evidence) int { return cmp.Or(cmp.Compare(a.when.From, b.when.From), cmp.Compare(a.id, b.id)) })
		for _, e := range behind {
			list = append(list, e.id)
		}
	}
	return list[:min(len(list), record.MaxCites)], simulated
}

// gone says that what was on record is by what is known now nothing.
func (l *Live) gone(p *plan, k threadKey, on *latest, at truce.Instant) record.Outcome {
	o := p.base(at)
	o.Rule, o.Gone, o.Supersedes = k.rule, true, on.id
	o.Subject = record.Subject{Kind: k.kind(), Records: on.rests}
	o.Detail = &record.Detail{When: on.when}
	if rest, is := strings.CutPrefix(k.name, "episode|"); is {
		if i := strings.LastIndexByte(rest, '|'); i >= 0 {
			o.Detail.Unit, o.Subject.Actor = rest[:i], truce.ActorID(rest[i+1:])
		}
	}
	for _, r := range p.compiled.Rules {
		if r.ID == k.rule {
			o.Article = r.Article
		}
	}
	return o
}
