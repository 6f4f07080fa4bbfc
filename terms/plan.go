package terms

import (
	"slices"

	"truce"
	"truce/internal/seal"
)

// Plan is a compiled agreement: what package assess evaluates. It never changes, and two plans with one hash say the
// same of everything.
type Plan struct {
	Agreement *truce.Agreement
	// Hash covers every part of the agreement that can reach an outcome, and the words it is shown with; not where in
	// which file a thing is written.
	Hash seal.Hash
	// Rules are the rules in order, with the article each stands in.
	Rules []PlannedRule
	// Incidents and Equipment are the lists of words, with those the agreement adds.
	Incidents, Equipment truce.Taxonomy

	conditions map[conditionKey]*Condition
	terms      map[truce.TermID]*truce.Term
}

type conditionKey struct {
	text string
	kind truce.TermKind
}

// PlannedRule is a rule with the combinations of readings it is evaluated under.
type PlannedRule struct {
	*truce.Rule
	Article truce.ArticleID
	// Terms it depends on, in the agreement's order.
	Terms []truce.TermID
	// Choices are all combinations of their readings; the last term changes fastest. A rule without terms has one empty choice.
	Choices [][]truce.Choice
}

// Kinds gives the lists of incidents and of equipment with the words that an agreement adds to them.
func Kinds(a *truce.Agreement) (incidents, equipment truce.Taxonomy) {
	incidents, equipment = truce.IncidentKinds, truce.EquipmentKinds
	for _, k := range a.Kinds {
		switch {
		case k.Equipment:
			equipment = equipment.With(k.Word, k.Parent)
		case !k.Other:
			incidents = incidents.With(k.Word, k.Parent)
		}
	}
	return incidents, equipment
}

// Compile makes a plan of an agreement whose report had no errors.
func Compile(a *truce.Agreement) (*Plan, error) {
	const op truce.Op = "terms.Compile"
	p := &Plan{Agreement: a, conditions: map[conditionKey]*Condition{}, terms: map[truce.TermID]*truce.Term{}}
	p.Incidents, p.Equipment = Kinds(a)
	for i := range a.Terms {
		p.terms[a.Terms[i].ID] = &a.Terms[i]
	}
	if err := p.compileConditions(); err != nil {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(a.ID), Cause: err, Hint: "run truce check on the folder"}
	}
	for i := range a.Articles {
		art := &a.Articles[i]
		for k := range art.Rules {
			u := &art.Rules[k]
			r := PlannedRule{Rule: u, Article: art.ID, Terms: TermsOf(a, u)}
			r.Choices = p.choices(r.Terms)
			if len(r.Choices) > MaxChoices {
				return nil, &truce.Error{Op: op, Kind: truce.TooLarge, Subject: string(u.ID), Reason: "too many combinations of readings", Hint: "run truce check on the folder"}
			}
			p.Rules = append(p.Rules, r)
		}
	}
	h, err := seal.Value(a)
	if err != nil {
		return nil, &truce.Error{Op: op, Kind: truce.Internal, Cause: err}
	}
	p.Hash = h
	return p, nil
}

func (p *Plan) choices(ids []truce.TermID) [][]truce.Choice {
	out := [][]truce.Choice{nil}
	for _, id := range ids {
		var next [][]truce.Choice
		for _, c := range out {
			for _, rd := range p.terms[id].Readings {
				next = append(next, append(slices.Clip(c), truce.Choice{Term: id, Reading: rd.ID}))
			}
		}
		if out = next; len(out) > MaxChoices {
			return out
		}
	}
	return out
}

// compileConditions compiles each CEL text once.
func (p *Plan) compileConditions() error {
	c, err := sharedConditions()
	if err != nil {
		return err
	}
	add := func(text string, kind truce.TermKind) error {
		key := conditionKey{text, kind}
		if text == "" || p.conditions[key] != nil {
			return nil
		}
		cond, faults := c.compile(text, kind)
		if len(faults) > 0 {
			return &truce.Error{Kind: truce.Invalid, Subject: text, Reason: faults[0].message, Hint: faults[0].hint}
		}
		p.conditions[key] = cond
		return nil
	}
	for _, t := range p.Agreement.Terms {
		for _, rd := range t.Readings {
			if err := add(rd.Condition, t.Kind); err != nil {
				return err
			}
		}
	}
	for _, u := range Rules(p.Agreement) {
		if err := add(u.When, truce.TermEvent); err != nil {
			return err
		}
		for _, e := range u.Unless {
			if err := add(e.When, truce.TermEvent); err != nil {
				return err
			}
		}
	}
	return nil
}

// Term gives a term of the agreement, nil if there is none.
func (p *Plan) Term(id truce.TermID) *truce.Term { return p.terms[id] }

// Reading gives one reading of a term, nil if there is none.
func (p *Plan) Reading(c truce.Choice) *truce.Reading {
	if t := p.terms[c.Term]; t != nil {
		for i := range t.Readings {
			if t.Readings[i].ID == c.Reading {
				return &t.Readings[i]
			}
		}
	}
	return nil
}

// Condition gives a compiled condition by its text; nil for an empty one.
func (p *Plan) Condition(text string, kind truce.TermKind) *Condition {
	return p.conditions[conditionKey{text, kind}]
}
