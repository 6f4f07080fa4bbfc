package terms

import (
	"fmt"
	"slices"
	"strings"

	"truce"
)

// MaxChoices is the most combinations of readings one rule may have; see docs/limits.md.
const MaxChoices = 256

// check reports what is wrong between the parts, once each part has been read.
func (r *reader) check(a *truce.Agreement) {
	r.checkActors(a)
	r.checkPlaces(a)
	r.checkTimes(a)
	r.checkRules(a)
	r.checkConditions()
	r.checkTexts(a)
}

func (r *reader) at(o truce.Origin, code, message, hint string, warning bool) {
	r.probs.add(truce.Problem{File: o.File, Line: o.Line, Column: o.Column, Length: 1, Code: code, Message: message, Hint: hint, Warning: warning})
}

// cycle finds a way from start back to itself; next lists the neighbours of a node.
func cycle(start string, next func(string) []string) []string {
	seen := map[string]bool{}
	var path []string
	var walk func(n string) bool
	walk = func(n string) bool {
		for _, m := range next(n) {
			if m == start {
				path = append(path, n)
				return true
			}
			if seen[m] {
				continue
			}
			seen[m] = true
			if walk(m) {
				path = append(path, n)
				return true
			}
		}
		return false
	}
	if !walk(start) {
		return nil
	}
	slices.Reverse(path)
	return append(path, start)
}

// cycles reports each cycle once, at the first of its members.
func (r *reader) cycles(nodes []string, next func(string) []string, at func(string) truce.Origin, code, message string) {
	reported := map[string]bool{}
	for _, n := range nodes {
		if reported[n] {
			continue
		}
		if c := cycle(n, next); c != nil {
			for _, m := range c {
				reported[m] = true
			}
			r.at(at(n), code, message+": "+strings.Join(c, " -> "), "cut the circle at one of them", false)
		}
	}
}

func (r *reader) checkActors(a *truce.Agreement) {
	byID := map[string]*truce.Actor{}
	var ids []string
	for i := range a.Actors {
		byID[string(a.Actors[i].ID)] = &a.Actors[i]
		ids = append(ids, string(a.Actors[i].ID))
	}
	follow := func(kind truce.FactKind) func(string) []string {
		return func(id string) []string {
			var out []string
			if x := byID[id]; x != nil {
				for _, f := range x.Facts {
					if f.Kind == kind && f.Value != "" {
						out = append(out, f.Value)
					}
				}
			}
			return out
		}
	}
	at := func(id string) truce.Origin { return byID[id].Origin }
	r.cycles(ids, follow(truce.FactParent), at, "actor-cycle", "a chain of command runs in a circle")
	r.cycles(ids, follow(truce.FactMemberOf), at, "actor-cycle", "collective names contain each other in a circle")
	names := map[string]truce.ActorID{}
	for i := range a.Actors {
		x := &a.Actors[i]
		for _, f := range x.Facts {
			if y := byID[f.Value]; f.Kind == truce.FactMemberOf && y != nil && y.Kind != truce.ActorComposite {
				r.at(f.Origin, "not-composite", fmt.Sprintf("%q is no collective name, so nothing can be a member of it", f.Value), "give it kind: composite, or use parent:", false)
			}
		}
		for _, n := range actorNames(x) {
			key := Fold(n)
			if other, twice := names[key]; twice && other != x.ID {
				r.at(x.Origin, "alias-twice", fmt.Sprintf("the name %q belongs to %q and to %q", n, other, x.ID), "a name must lead to one actor; take it out of one of them", false)
				continue
			}
			names[key] = x.ID
		}
		if x.Kind == truce.ActorComposite && !r.hasMembers(a, x.ID) {
			r.at(x.Origin, "no-members", fmt.Sprintf("the collective name %q has no members", x.ID), "list members:, so that it can be told who it may mean", true)
		}
	}
	seen := map[string]bool{}
	for _, p := range a.Participants {
		key := string(p.Actor) + " " + string(p.Role)
		if seen[key] {
			r.at(p.Origin, "name-twice", fmt.Sprintf("%q is listed twice as %s", p.Actor, p.Role), "", false)
		}
		seen[key] = true
	}
	if r.main.get("participants").given() && len(a.Participants) == 0 {
		r.main.get("participants").fail("missing-key", "an agreement has at least one participant", "")
	}
}

func (r *reader) hasMembers(a *truce.Agreement, id truce.ActorID) bool {
	for i := range a.Actors {
		for _, f := range a.Actors[i].Facts {
			if f.Kind == truce.FactMemberOf && f.Value == string(id) {
				return true
			}
		}
	}
	return false
}

// actorNames lists the undated names of an actor: its id, its names and its aliases.
func actorNames(x *truce.Actor) []string {
	out := []string{string(x.ID)}
	for _, n := range []string{x.Name.EN, x.Name.AR, x.Name.RU} {
		if n != "" {
			out = append(out, n)
		}
	}
	for _, al := range x.Aliases {
		if al.From == 0 && al.Until == 0 && al.Name != "" {
			out = append(out, al.Name)
		}
	}
	return out
}

func (r *reader) checkPlaces(a *truce.Agreement) {
	shapes := map[truce.PlaceID]truce.Feature{}
	for _, f := range a.Places {
		shapes[f.ID] = f
		if f.Source != "" && !r.names[statements].has(string(f.Source)) {
			hint := ""
			if n := Nearest(string(f.Source), r.names[statements].list); n != "" {
				hint = fmt.Sprintf("did you mean %q?", n)
			}
			r.at(f.Origin, "unknown-statement", fmt.Sprintf("there is no statement %q", f.Source), hint, false)
		}
	}
	check := func(w *truce.Where, at truce.Origin) {
		walkWhere(w, func(w *truce.Where) {
			if f, ok := shapes[w.Zone]; ok && (f.Shape == truce.ShapeLine || f.Shape == truce.ShapePoint && f.Radius == 0) {
				r.at(at, "no-inside", fmt.Sprintf("nothing can be inside %q, which is a %s without width", w.Zone, f.Kind), "write {within: 500 m, of: "+string(w.Zone)+"}", false)
			}
			if w.Kind != "" && !slices.ContainsFunc(a.Places, func(f truce.Feature) bool { return f.Kind == w.Kind }) {
				r.at(at, "no-such-kind", fmt.Sprintf("the geometry has no %s", w.Kind), "", false)
			}
		})
	}
	for _, t := range a.Terms {
		for _, rd := range t.Readings {
			check(rd.Place, rd.Origin)
		}
	}
	var ids []string
	byID := map[string]truce.Term{}
	for _, t := range a.Terms {
		ids = append(ids, string(t.ID))
		byID[string(t.ID)] = t
	}
	r.cycles(ids, func(id string) []string {
		var out []string
		for _, rd := range byID[id].Readings {
			walkWhere(rd.Place, func(w *truce.Where) {
				if w.Term != "" {
					out = append(out, string(w.Term))
				}
			})
		}
		return out
	}, func(id string) truce.Origin { return byID[id].Origin }, "term-cycle", "terms are defined by each other in a circle")
	for _, u := range Rules(a) {
		check(u.Where, u.Origin)
		for _, e := range u.Unless {
			check(e.Where, e.Origin)
		}
	}
}

// walkWhere visits a place and everything in it.
func walkWhere(w *truce.Where, visit func(*truce.Where)) {
	if w == nil {
		return
	}
	visit(w)
	for i := range w.All {
		walkWhere(&w.All[i], visit)
	}
	for i := range w.Any {
		walkWhere(&w.Any[i], visit)
	}
	walkWhere(w.Not, visit)
}

// Places visits every place that the rules, readings and times of an agreement speak of, and everything in it.
func Places(a *truce.Agreement, visit func(*truce.Where)) {
	ofTime := func(e truce.TimeExpr) {
		for x := &e; x != nil; x = x.Base {
			if x.Clean != nil {
				walkWhere(x.Clean.Where, visit)
			}
		}
	}
	for _, m := range a.Moments {
		ofTime(m.At)
	}
	for _, t := range a.Terms {
		for _, rd := range t.Readings {
			walkWhere(rd.Place, visit)
			if rd.Time != nil {
				ofTime(*rd.Time)
			}
		}
	}
	for _, u := range Rules(a) {
		walkWhere(u.Where, visit)
		for _, e := range []truce.TimeExpr{u.From, u.Until, u.Due} {
			ofTime(e)
		}
		for _, e := range u.Unless {
			walkWhere(e.Where, visit)
		}
	}
}

// Rules lists the rules of all articles in order. The pointers lead into the agreement.
func Rules(a *truce.Agreement) []*truce.Rule {
	var out []*truce.Rule
	for i := range a.Articles {
		for k := range a.Articles[i].Rules {
			out = append(out, &a.Articles[i].Rules[k])
		}
	}
	return out
}

// checkTimes reports points in time that depend on themselves, and spans that end before they begin.
func (r *reader) checkTimes(a *truce.Agreement) {
	next := map[string][]string{}
	at := map[string]truce.Origin{}
	var nodes []string
	node := func(name string, origin truce.Origin, exprs ...truce.TimeExpr) {
		nodes = append(nodes, name)
		at[name] = origin
		for _, e := range exprs {
			next[name] = append(next[name], timeNeeds(e)...)
		}
	}
	for _, m := range a.Moments {
		node("moment "+string(m.ID), m.Origin, m.At)
	}
	for _, t := range a.Terms {
		var exprs []truce.TimeExpr
		for _, rd := range t.Readings {
			if rd.Time != nil {
				exprs = append(exprs, *rd.Time)
			}
		}
		node("term "+string(t.ID), t.Origin, exprs...)
	}
	for _, u := range Rules(a) {
		exprs := []truce.TimeExpr{u.From, u.Until, u.Due}
		if u.ReplacedBy != nil {
			exprs = append(exprs, u.ReplacedBy.From)
		}
		node("rule "+string(u.ID), u.Origin, exprs...)
		if u.From.Kind == truce.TimeAt && u.Until.Kind == truce.TimeAt && u.Until.At.To < u.From.At.From {
			r.at(u.Origin, "ends-before", fmt.Sprintf("the rule %q ends before it begins", u.ID), "look at from: and until:", false)
		}
	}
	r.cycles(nodes, func(n string) []string { return next[n] }, func(n string) truce.Origin { return at[n] }, "time-cycle", "a point in time depends on itself")
}

// timeNeeds lists what a point in time is computed from.
func timeNeeds(e truce.TimeExpr) []string {
	switch e.Kind {
	case truce.TimeMoment:
		return []string{"moment " + string(e.Moment)}
	case truce.TimeTerm:
		return []string{"term " + string(e.Term)}
	case truce.TimeRuleMet:
		return []string{"rule " + string(e.Rule)}
	case truce.TimeAfter:
		return timeNeeds(*e.Base)
	case truce.TimeCleanDays:
		out := []string{"rule " + string(e.Clean.Rule)}
		if e.Clean.From != nil {
			out = append(out, timeNeeds(*e.Clean.From)...)
		}
		return out
	}
	return nil
}

func (r *reader) checkRules(a *truce.Agreement) {
	verbs := map[truce.RuleID]*truce.Rule{}
	for _, u := range Rules(a) {
		verbs[u.ID] = u
	}
	for _, u := range Rules(a) {
		for _, e := range u.Unless {
			if p := verbs[e.Permission]; e.Permission != "" && p != nil && p.Verb != truce.Permits {
				r.at(e.Origin, "not-a-permission", fmt.Sprintf("the rule %q permits nothing", e.Permission), "name a rule with permits:", false)
			}
		}
		choices := 1
		for _, t := range TermsOf(a, u) {
			if n := len(r.readings[string(t)]); n > 0 {
				choices = min(choices*n, MaxChoices+1)
			}
		}
		if choices > MaxChoices {
			r.at(u.Origin, "too-many-readings", fmt.Sprintf("the readings of the terms in rule %q make more than %d combinations", u.ID, MaxChoices), "split the rule, or leave readings out that nobody holds", false)
		}
		if u.Verb == truce.Forbids && u.Object == truce.KindIncident && u.Where == nil && !r.unread[places] {
			r.at(u.Origin, "everywhere", fmt.Sprintf("the rule %q names no place, so it speaks of the whole world", u.ID), "add where:", true)
		}
		if u.Verb != truce.Permits && u.Verb != truce.Assessed && u.From.Kind == truce.TimeUnset && a.Duration == nil {
			r.at(u.Origin, "no-start", fmt.Sprintf("the rule %q does not say from when it binds", u.ID), "add from:, or a duration: to the agreement", false)
		}
		for _, e := range []truce.TimeExpr{u.From, u.Until, u.Due} {
			if e.Kind == truce.TimeCleanDays {
				if p := verbs[e.Clean.Rule]; p != nil && p.Verb != truce.Forbids {
					r.at(u.Origin, "not-a-prohibition", fmt.Sprintf("days without a breach of %q cannot be counted: it forbids nothing", p.ID), "name a rule with forbids:", false)
				}
			}
		}
	}
	for _, t := range a.Terms {
		if len(t.Readings) == 0 {
			r.at(t.Origin, "no-readings", fmt.Sprintf("the term %q has no reading", t.ID), "give it at least one", false)
		}
	}
}

// TermsOf lists the terms a rule depends on, in the order of the agreement: those it names itself, and those its times,
// places and permissions are made of.
func TermsOf(a *truce.Agreement, u *truce.Rule) []truce.TermID {
	found := map[truce.TermID]bool{}
	seen := map[string]bool{}
	var ofTime func(truce.TimeExpr)
	var ofWhere func(*truce.Where)
	var ofWho func(truce.Who)
	var ofRule func(*truce.Rule)
	ofTerm := func(id truce.TermID) {
		if id == "" || found[id] {
			return
		}
		found[id] = true
		for i := range a.Terms {
			if a.Terms[i].ID == id {
				for _, rd := range a.Terms[i].Readings {
					ofWhere(rd.Place)
					if rd.Time != nil {
						ofTime(*rd.Time)
					}
				}
			}
		}
	}
	ofTime = func(e truce.TimeExpr) {
		switch e.Kind {
		case truce.TimeTerm:
			ofTerm(e.Term)
		case truce.TimeAfter:
			ofTime(*e.Base)
		case truce.TimeMoment:
			if key := "moment " + string(e.Moment); !seen[key] {
				seen[key] = true
				for _, m := range a.Moments {
					if m.ID == e.Moment {
						ofTime(m.At)
					}
				}
			}
		case truce.TimeAct:
			ofWho(e.Act.By)
		case truce.TimeRuleMet, truce.TimeCleanDays:
			id := e.Rule
			if e.Clean != nil {
				id = e.Clean.Rule
				ofWhere(e.Clean.Where)
				if e.Clean.From != nil {
					ofTime(*e.Clean.From)
				}
			}
			for _, v := range Rules(a) {
				if v.ID == id {
					ofRule(v)
				}
			}
		}
	}
	ofWhere = func(w *truce.Where) { walkWhere(w, func(w *truce.Where) { ofTerm(w.Term) }) }
	ofWho = func(w truce.Who) {
		for _, t := range w.Terms {
			ofTerm(t)
		}
		for _, x := range w.All {
			ofWho(x)
		}
		if w.Not != nil {
			ofWho(*w.Not)
		}
	}
	ofRule = func(u *truce.Rule) {
		if key := "rule " + string(u.ID); seen[key] {
			return
		} else {
			seen[key] = true
		}
		for _, w := range []truce.Who{u.By, u.Against, u.Between, u.Of} {
			ofWho(w)
		}
		for _, e := range u.Equipment {
			ofTerm(e.Term)
		}
		ofWhere(u.Where)
		for _, e := range []truce.TimeExpr{u.From, u.Until, u.Due} {
			ofTime(e)
		}
		if u.ReplacedBy != nil {
			ofTime(u.ReplacedBy.From)
		}
		ofTerm(u.WhenTerm)
		for _, s := range u.Steps {
			ofWho(s.By)
		}
		for _, e := range u.Unless {
			ofWho(e.By)
			ofWho(e.Against)
			ofWhere(e.Where)
			ofTerm(e.WhenTerm)
			for _, v := range Rules(a) {
				if v.ID == e.Permission && e.Permission != "" {
					ofRule(v)
				}
			}
		}
	}
	ofRule(u)
	if a.Duration != nil && u.Verb != truce.Permits {
		ofTime(a.Duration.From)
		ofTerm(a.Duration.RenewTerm)
	}
	var out []truce.TermID
	for _, t := range a.Terms {
		if found[t.ID] {
			out = append(out, t.ID)
		}
	}
	return out
}

// checkConditions compiles every CEL text.
func (r *reader) checkConditions() {
	if len(r.conditions) == 0 {
		return
	}
	c, err := sharedConditions()
	if err != nil {
		r.probs.add(truce.Problem{Code: "internal", Message: err.Error()})
		return
	}
	for _, cond := range r.conditions {
		_, faults := c.compile(cond.text, cond.kind)
		for _, f := range faults {
			at := cond.at.inText(f.line, f.col)
			r.probs.add(truce.Problem{File: at.File, Line: at.Line, Column: at.Column, Length: f.length, Field: cond.at.path,
				Code: f.code, Message: f.message, Hint: f.hint})
		}
	}
}

// checkTexts reports articles without their text where the rest of the text is there.
func (r *reader) checkTexts(a *truce.Agreement) {
	for _, t := range a.Texts {
		have := map[truce.ArticleID]bool{}
		for _, x := range t.Articles {
			have[x.Article] = true
		}
		for _, art := range a.Articles {
			if !have[art.ID] {
				r.at(art.Origin, "no-text", fmt.Sprintf("article %q has no text in %q", art.ID, t.Lang), "add ## ["+string(art.ID)+"] to text/"+t.Lang+".md", true)
			}
		}
	}
}
