package report

import (
	"cmp"
	"slices"
	"strings"

	"truce"
	"truce/internal/seal"
	"truce/terms"
)

// Rule is what one rule says of everything.
type Rule struct {
	terms.PlannedRule
	// All are the things the rule has an account of; By has them by what it says.
	All Tally
	By  by
	// Every are breached under every reading, Some under some readings only, Open under none although a breach is possible.
	Every, Some, Open Tally
	Columns           []Column
	Turning           []Turning
	Missing           []Missing
	Answers           []Answer
	// Nobody are those of Every and Some where it is not known at all who it was.
	Nobody  Tally
	Margins []Margins
	Counts  []Count
	// Begins is when it begins to bind, each moment once; not stated where the text gives no date or it waits.
	Begins []truce.Span
	Series Series
	// Says are the sentences on the rule.
	Says []truce.Phrase

	n        int
	accounts []account
	scope    *scope
}

// account is an account with the place of its subject among the things.
type account struct {
	thing int32
	*truce.Account
}

// Column is the choices of readings under which a rule says the same of everything.
type Column struct {
	// Of are the readings of each term that the choices combine. Terms that make no difference are left out; a column without
	// any stands for every choice. Where the choices are no plain combination, Choices has each of them and Of is empty.
	Of      []ReadingSet
	Choices [][]truce.Choice
	By      by
	// Possible are the things of which a breach is the result or still possible.
	Possible Tally
	choices  []int
}

// ReadingSet is some readings of one term.
type ReadingSet struct {
	Term     truce.TermID
	Readings []truce.ReadingID
}

// Turning is a term on which some results turn.
type Turning struct {
	Term     truce.TermID
	Of       Tally
	Readings []TurningReading
}

// TurningReading is what a reading makes of the things that turn on its term.
type TurningReading struct {
	Reading *truce.Reading
	// Breached under every choice with this reading; Depends under some, by how other terms are read; Open under none, although a
	// breach is possible; Clear the rest.
	Breached, Depends, Open, Clear Tally
}

// MissingKind is the sort of fact that is missing.
type MissingKind uint8

// Sorts of missing facts. MissingOther is one this list does not know.
const (
	MissingOther    MissingKind = iota
	MissingPlace                // where it was
	MissingTime                 // when it was, or for how long
	MissingSides                // who did it, or to whom
	MissingActor                // who somebody is, or what is so of them
	MissingWhat                 // what it was
	MissingCount                // how many
	MissingEvidence             // what stands behind it
	MissingRecord               // a record of something else
	MissingText                 // what the text itself says
	missingKinds
)

// missingKindOf sorts the ids of package assess.
var missingKindOf = map[string]MissingKind{
	"missing.place": MissingPlace, "missing.position": MissingPlace, "missing.position-within": MissingPlace, "missing.where-in": MissingPlace,
	"missing.where-in-area": MissingPlace, "missing.where-along": MissingPlace, "missing.where-is": MissingPlace,
	"missing.when": MissingTime, "missing.when-exactly": MissingTime, "missing.before-or-after": MissingTime, "missing.start": MissingTime,
	"missing.end": MissingTime, "missing.step-time": MissingTime, "missing.dwell": MissingTime, "missing.notice-received": MissingTime,
	"missing.passage-time": MissingTime, "missing.hours": MissingTime,
	"missing.who-not-stated": MissingSides, "missing.other-side": MissingSides, "missing.who-began": MissingSides,
	"missing.who-fought-whom": MissingSides, "missing.same-side": MissingSides,
	"missing.class": MissingActor, "missing.which-member": MissingActor, "missing.origin": MissingActor, "missing.chain": MissingActor,
	"missing.disputed-fact": MissingActor, "missing.when-of-fact": MissingActor, "missing.who-is": MissingActor,
	"missing.nobody-knows": MissingActor,
	"missing.equipment":    MissingWhat, "missing.equipment-kind": MissingWhat, "missing.equipment-sort": MissingWhat, "missing.calibre": MissingWhat,
	"missing.range": MissingWhat, "missing.incident-kind": MissingWhat, "missing.incident-sort": MissingWhat, "missing.field": MissingWhat,
	"missing.condition":       MissingWhat,
	"missing.equipment-count": MissingCount, "missing.count-of": MissingCount, "missing.complete-count": MissingCount, "missing.exact-count": MissingCount,
	"missing.count-in": MissingCount,
	"missing.sources":  MissingEvidence, "missing.means": MissingEvidence, "missing.standing": MissingEvidence,
	"missing.step": MissingRecord, "missing.notice": MissingRecord, "missing.passage-result": MissingRecord, "missing.coverage": MissingRecord, "missing.breach-open": MissingRecord,
	"missing.consent": MissingRecord, "missing.act": MissingRecord, "missing.assessment": MissingRecord, "missing.assessment-open": MissingRecord,
	"missing.act-contested": MissingRecord, "missing.act-number": MissingCount, "missing.not-published": MissingText,
}

// Missing is a sort of fact whose want left outcomes undetermined.
type Missing struct {
	Kind MissingKind
	// Of are the things with an undetermined outcome, under some reading, that could be a breach and that such a fact could
	// settle, alone or with others.
	Of       Tally
	Examples []Example
	// More is how many other sentences of this kind there are.
	More int
}

// Example is one missing fact and the things that want it.
type Example struct {
	Phrase truce.Phrase
	Of     Tally
}

// Answer is what one actor answers for: breaches and possible breaches, apart from whether they happened.
type Answer struct {
	Actor truce.ActorID
	// Known are breached under some reading and done by this actor on the word of the source; May are breached under some
	// reading, and this actor is one of several it could be; Open are only possible breaches in which it is named.
	Known, May, Open Tally
	// Answering are those who answer for it.
	Answering []truce.ActorID
}

// Margins says by how much a rule was breached or kept under one column of readings.
type Margins struct {
	Column int
	Result truce.Result
	// Unit is "metres", "time" or "count": tenths of a metre, milliseconds, or a number.
	Unit string
	Of   Tally
	// Median is the middle one (the lower of two), Least and Most the nearest to and the farthest from where the result would
	// change, each with the thing it belongs to.
	Median, Least, Most int64
	LeastAt, MostAt     int32
}

// Count is the number of violations under one counting rule.
type Count struct {
	Counting *truce.Counting
	// Every counts what is breached under every reading, Any what is breached or possibly breached under some.
	Every, Any Counted
	// Columns has the same for each column of readings: breached, and breached or possibly.
	Columns [][2]Counted
}

// Counted is a number of violations, which may be known only between two.
type Counted struct {
	Low, High int
	Of        Tally
}

// rules gathers the accounts of each rule and works out what they come to.
func (m *Model) rules(find finder) {
	index := map[truce.RuleID]int{}
	for i, pr := range m.plan.Rules {
		m.Rules = append(m.Rules, &Rule{PlannedRule: pr, n: i})
		index[pr.ID] = i
	}
	list := m.base.Result.Accounts
	for i := range list {
		r := m.Rules[index[list[i].Rule]]
		t := find(r.ID, list[i].Subject, "")
		m.Things[t].Says[r.n] = standing(&list[i])
		if m.Things[t].Observation != nil { // it says more of the place and the actor than the bare observation
			m.Things[t].Subject = list[i].Subject
		}
		r.accounts = append(r.accounts, account{t, &list[i]})
	}
	for _, r := range m.Rules {
		for _, a := range r.accounts {
			r.All.add(a.thing)
			r.By[standing(a.Account)].add(a.thing)
			switch every, some, possible := a.Breaches(); {
			case every:
				r.Every.add(a.thing)
			case some:
				r.Some.add(a.thing)
			case possible:
				r.Open.add(a.thing)
			}
		}
		r.columns()
		r.turning(m.plan)
		r.missing()
		r.answers()
		r.margins()
		m.counts(r)
		for _, when := range m.base.Result.Begins(r.ID) {
			if when.Stated() && !slices.Contains(r.Begins, when) {
				r.Begins = append(r.Begins, when)
			}
		}
	}
}

func standing(a *truce.Account) Standing {
	r, same := a.Result()
	if same && r != truce.Undetermined {
		return Standing(r)
	}
	if _, _, possible := a.Breaches(); !possible && len(a.Outcomes) > 0 {
		return NoBreach
	}
	if !same {
		return Turns
	}
	return Standing(r)
}

// under is the standing of one outcome.
func under(o *truce.Outcome) Standing {
	if o.Result == truce.Undetermined && !o.MayBreach() {
		return NoBreach
	}
	return Standing(o.Result)
}

// columns puts choices together that make the same of everything.
func (r *Rule) columns() {
	if len(r.accounts) == 0 {
		return
	}
	of := map[seal.Hash]int{}
	for n := range r.Choices {
		marks := make([]byte, 0, 2*len(r.accounts))
		for _, a := range r.accounts {
			o := a.Outcomes[n]
			marks = append(marks, byte(o.Result), byte(o.Possible))
		}
		key := seal.Bytes(marks)
		k, have := of[key]
		if !have {
			k = len(r.Columns)
			of[key] = k
			c := Column{}
			for _, a := range r.accounts {
				o := &a.Outcomes[n]
				c.By[under(o)].add(a.thing)
				if o.MayBreach() {
					c.Possible.add(a.thing)
				}
			}
			r.Columns = append(r.Columns, c)
		}
		r.Columns[k].choices = append(r.Columns[k].choices, n)
	}
	for k := range r.Columns {
		r.describe(&r.Columns[k])
	}
}

// describe writes the choices of a column as a combination of readings, if they are one.
func (r *Rule) describe(c *Column) {
	total := 1
	var sets []ReadingSet
	for i, t := range r.Terms {
		all, set := map[truce.ReadingID]bool{}, ReadingSet{Term: t}
		for _, choice := range r.Choices {
			all[choice[i].Reading] = true
		}
		for _, n := range c.choices {
			if id := r.Choices[n][i].Reading; !slices.Contains(set.Readings, id) {
				set.Readings = append(set.Readings, id)
			}
		}
		total *= len(set.Readings)
		if len(set.Readings) < len(all) {
			sets = append(sets, set)
		}
	}
	if total == len(c.choices) {
		c.Of = sets
		return
	}
	for _, n := range c.choices {
		c.Choices = append(c.Choices, r.Choices[n])
	}
}

// turning says of each term on which results turn what each of its readings makes of them.
func (r *Rule) turning(p *terms.Plan) {
	for i, id := range r.Terms {
		t := Turning{Term: id}
		var list []account
		for _, a := range r.accounts {
			if slices.Contains(a.Turns, id) && standing(a.Account) == Turns {
				t.Of.add(a.thing)
				list = append(list, a)
			}
		}
		if len(t.Of) == 0 {
			continue
		}
		term := p.Term(id)
		for k := range term.Readings {
			tr := TurningReading{Reading: &term.Readings[k]}
			for _, a := range list {
				every, some, possible := true, false, false
				for n, choice := range r.Choices {
					if choice[i].Reading == tr.Reading.ID {
						every = every && a.Outcomes[n].Result == truce.Breached
						some = some || a.Outcomes[n].Result == truce.Breached
						possible = possible || a.Outcomes[n].MayBreach()
					}
				}
				switch {
				case every:
					tr.Breached.add(a.thing)
				case some:
					tr.Depends.add(a.thing)
				case possible:
					tr.Open.add(a.thing)
				default:
					tr.Clear.add(a.thing)
				}
			}
			t.Readings = append(t.Readings, tr)
		}
		r.Turning = append(r.Turning, t)
	}
	slices.SortStableFunc(r.Turning, func(a, b Turning) int { return cmp.Compare(len(b.Of), len(a.Of)) })
}

// missing counts what would settle the undetermined outcomes, the most frequent first.
func (r *Rule) missing() {
	var kinds [missingKinds]Missing
	said := map[string]*Example{}
	var order [missingKinds][]*Example
	for _, a := range r.accounts {
		for i := range a.Outcomes {
			o := &a.Outcomes[i]
			if o.Result != truce.Undetermined || !o.MayBreach() {
				continue
			}
			for _, p := range o.Missing {
				k := missingKindOf[p.ID]
				kinds[k].Of.add(a.thing)
				key := p.String()
				e := said[key]
				if e == nil {
					e = &Example{Phrase: p}
					said[key] = e
					order[k] = append(order[k], e)
				}
				e.Of.add(a.thing)
			}
		}
	}
	for k := range kinds {
		if len(kinds[k].Of) == 0 {
			continue
		}
		kinds[k].Kind = MissingKind(k)
		slices.SortStableFunc(order[k], func(a, b *Example) int { return cmp.Compare(len(b.Of), len(a.Of)) })
		for _, e := range order[k][:min(len(order[k]), MaxExamples)] {
			kinds[k].Examples = append(kinds[k].Examples, *e)
		}
		kinds[k].More = len(order[k]) - len(kinds[k].Examples)
		r.Missing = append(r.Missing, kinds[k])
	}
	slices.SortStableFunc(r.Missing, func(a, b Missing) int { return cmp.Compare(len(b.Of), len(a.Of)) })
}

// answers says who answers for breaches and possible breaches, those with the most first.
func (r *Rule) answers() {
	of := map[truce.ActorID]*Answer{}
	var list []*Answer
	for _, a := range r.accounts {
		_, some, possible := a.Breaches()
		if !possible {
			continue
		}
		if some && len(a.Attribution.By) == 0 {
			r.Nobody.add(a.thing)
		}
		for _, id := range a.Attribution.By {
			x := of[id]
			if x == nil {
				x = &Answer{Actor: id}
				of[id], list = x, append(list, x)
			}
			switch {
			case some && a.Attribution.Known == truce.True && len(a.Attribution.By) == 1:
				x.Known.add(a.thing)
			case some:
				x.May.add(a.thing)
			default:
				x.Open.add(a.thing)
			}
			for _, g := range a.Attribution.Answering {
				if len(a.Attribution.By) == 1 && !slices.Contains(x.Answering, g) {
					x.Answering = append(x.Answering, g)
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *Answer) int {
		return cmp.Or(cmp.Compare(len(b.Known), len(a.Known)), cmp.Compare(len(b.May), len(a.May)), cmp.Compare(len(b.Open), len(a.Open)), strings.Compare(string(a.Actor), string(b.Actor)))
	})
	for _, x := range list {
		r.Answers = append(r.Answers, *x)
	}
}

// margins works out by how much, for each column of readings and for what was breached and what was kept.
func (r *Rule) margins() {
	type value struct {
		n     int64
		thing int32
	}
	for k, c := range r.Columns {
		for _, res := range []truce.Result{truce.Breached, truce.Kept} {
			lists := map[string][]value{}
			for _, a := range r.accounts {
				o := a.Outcomes[c.choices[0]]
				if o.Result != res {
					continue
				}
				if o.Margin.HasMetres {
					lists["metres"] = append(lists["metres"], value{int64(o.Margin.Metres), a.thing})
				}
				if o.Margin.HasTime {
					lists["time"] = append(lists["time"], value{o.Margin.Time.Milliseconds(), a.thing})
				}
				if o.Margin.HasCount {
					lists["count"] = append(lists["count"], value{o.Margin.Count, a.thing})
				}
			}
			for _, unit := range []string{"metres", "time", "count"} {
				list := lists[unit]
				if len(list) == 0 {
					continue
				}
				size := func(v value) int64 { return max(v.n, -v.n) }
				slices.SortStableFunc(list, func(a, b value) int { return cmp.Or(cmp.Compare(size(a), size(b)), cmp.Compare(a.thing, b.thing)) })
				g := Margins{Column: k, Result: res, Unit: unit, Median: list[(len(list)-1)/2].n}
				g.Least, g.LeastAt = list[0].n, list[0].thing
				g.Most, g.MostAt = list[len(list)-1].n, list[len(list)-1].thing
				for _, v := range list {
					g.Of.add(v.thing)
				}
				r.Margins = append(r.Margins, g)
			}
		}
	}
}

// counts counts a rule that forbids incidents under every counting rule.
func (m *Model) counts(r *Rule) {
	if r.Verb != truce.Forbids || r.Object != truce.KindIncident || len(r.Columns) == 0 {
		return
	}
	things := map[truce.ObservationID]int32{}
	for _, a := range r.accounts {
		things[a.Subject.Records[0]] = a.thing
	}
	count := func(pick func(truce.Account) bool) []Counted {
		var out []Counted
		for _, c := range m.base.Result.Counts(r.ID, pick) {
			n := Counted{Low: c.Low, High: c.High}
			for _, id := range c.Records {
				n.Of.add(things[id])
			}
			out = append(out, n)
		}
		return out
	}
	every := count(func(a truce.Account) bool { e, _, _ := a.Breaches(); return e })
	anyOf := count(func(a truce.Account) bool { _, _, p := a.Breaches(); return p })
	for i := range m.Agreement.Counting {
		r.Counts = append(r.Counts, Count{Counting: &m.Agreement.Counting[i], Every: every[i], Any: anyOf[i]})
	}
	if len(r.Columns) == 1 {
		return
	}
	for _, c := range r.Columns {
		n := c.choices[0]
		breached := count(func(a truce.Account) bool { return a.Outcomes[n].Result == truce.Breached })
		possible := count(func(a truce.Account) bool { return a.Outcomes[n].MayBreach() })
		for i := range r.Counts {
			r.Counts[i].Columns = append(r.Counts[i].Columns, [2]Counted{breached[i], possible[i]})
		}
	}
}
