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
	Of            Tally
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
			if before == after { // they differ only in how little is known
				continue
			}
			k, have := of[d.Rule]
			if !have {
				k = len(c.Rules)
				of[d.Rule] = k
				c.Rules = append(c.Rules, Changed{Rule: d.Rule})
			}
			list := &c.Rules[k].Changes
			at := slices.IndexFunc(*list, func(x Change) bool { return x.Before == before && x.After == after })
			if at < 0 {
				at = len(*list)
				*list = append(*list, Change{Before: before, After: after})
			}
			(*list)[at].Of.add(i)
		}
		for k := range c.Rules {
			slices.SortFunc(c.Rules[k].Changes, func(a, b Change) int {
				return cmp.Or(cmp.Compare(a.Before.grave(), b.Before.grave()), cmp.Compare(a.After.grave(), b.After.grave()))
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
