package report

import (
	"cmp"
	"slices"

	"truce"
	"truce/internal/replay"
	"truce/internal/seal"
)

// Comparison is what another plan says differently.
type Comparison struct {
	Name  string
	Plan  seal.Hash
	Rules []Changed
	// Same is true when nothing at all differs.
	Same bool
}

// Changed is what differs for one rule.
type Changed struct {
	Rule    truce.RuleID
	Changes []Change
}

// Change is a change of what a rule says, and of what it says so.
type Change struct {
	Before, After Standing
	// BeforeTurns and AfterTurns are the terms it turns on, where that is the standing.
	BeforeTurns, AfterTurns []truce.TermID
	Of                      Tally
}

// is reports whether a change is from and to the same.
func (c Change) is(before, after Standing, was, now []truce.TermID) bool {
	return c.Before == before && c.After == after && slices.Equal(c.BeforeTurns, was) && slices.Equal(c.AfterTurns, now)
}

// compare says what differs under each other plan of the replay.
func (m *Model) compare(find finder) {
	for _, v := range m.replay.Variants[1:] {
		c := Comparison{Name: v.Name, Plan: v.Plan.Hash}
		of, says := map[truce.RuleID]int{}, map[string]Standing{}
		for i := range v.Result.Accounts {
			a := &v.Result.Accounts[i]
			says[string(a.Rule)+"|"+a.Subject.Key()] = standing(a)
		}
		for _, d := range replay.Compare(m.base, v) {
			variant := ""
			if d.Before.None {
				variant = v.Name
			}
			i := find(d.Rule, d.Subject, variant)
			before, after := standingOf(d.Before), standingOf(d.After)
			if r := m.rule(d.Rule); r != nil && !d.Before.None {
				before = m.Things[i].Says[r.n]
			}
			if x, ok := says[string(d.Rule)+"|"+d.Subject.Key()]; ok && !d.After.None {
				after = x
			}
			var was, now []truce.TermID
			if before == Turns {
				was = d.Before.TurnsOn()
			}
			if after == Turns {
				now = d.After.TurnsOn()
			}
			if before == after && slices.Equal(was, now) { // they differ only in how little is known
				continue
			}
			k, have := of[d.Rule]
			if !have {
				k = len(c.Rules)
				of[d.Rule] = k
				c.Rules = append(c.Rules, Changed{Rule: d.Rule})
			}
			list := &c.Rules[k].Changes
			at := slices.IndexFunc(*list, func(x Change) bool { return x.is(before, after, was, now) })
			if at < 0 {
				at = len(*list)
				*list = append(*list, Change{Before: before, After: after, BeforeTurns: was, AfterTurns: now})
			}
			(*list)[at].Of.add(i)
		}
		for k := range c.Rules {
			slices.SortFunc(c.Rules[k].Changes, func(a, b Change) int {
				return cmp.Or(cmp.Compare(a.Before.grave(), b.Before.grave()), cmp.Compare(a.After.grave(), b.After.grave()),
					slices.Compare(a.BeforeTurns, b.BeforeTurns), slices.Compare(a.AfterTurns, b.AfterTurns))
			})
		}
		c.Same = len(c.Rules) == 0
		m.Compared = append(m.Compared, c)
	}
}

func standingOf(s replay.Standing) Standing {
	switch {
	case s.None:
		return Nothing
	case !s.Same:
		return Turns
	}
	return Standing(s.Result)
}

// rule gives a rule of the first plan, nil if it has none of that name.
func (m *Model) rule(id truce.RuleID) *Rule {
	for _, r := range m.Rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}
