package assess

import (
	"slices"

	"truce"
	"truce/terms"
)

// sides are the people of an observation by what they did.
type sides struct {
	initiators, targets, both, subjects []person
}

func (s *settling) sides(o *truce.Observation) sides {
	var out sides
	for _, p := range o.Parts {
		who := s.cast.find(p.Name, o.When)
		switch p.Role {
		case truce.RoleInitiator:
			out.initiators = append(out.initiators, who)
		case truce.RoleTarget:
			out.targets = append(out.targets, who)
		case truce.RoleSubject:
			out.subjects = append(out.subjects, who)
		default:
			out.both = append(out.both, who)
		}
	}
	return out
}

// whoKey names an answer about an actor that was worked out already.
type whoKey struct {
	who    string // the question, as written by whoText
	person person
	when   truce.Span
	choice string
}

// who answers whether a person is one of those a rule means. same is the side a permission is for.
func (s *settling) who(w truce.Who, p person, when truce.Span, c *choice, same []person) answer {
	var list []answer
	for _, a := range w.Actors {
		list = append(list, s.because(s.cast.belongs(p, a, when, nil), "who.belongs", p.arg(), truce.ActorArg(a)))
	}
	for _, class := range w.Classes {
		if class == sameSide {
			list = append(list, s.sameSide(p, same, when))
			continue
		}
		list = append(list, s.because(s.cast.is(p, class, when, nil), "who.class", p.arg(), truce.WordArg(string(class))))
	}
	for _, t := range w.Terms {
		list = append(list, s.whoTerm(t, p, when, c))
	}
	out := answer{truth: truce.True}
	switch {
	case len(list) == 1:
		out = list[0]
	case len(list) > 1:
		out = anyOf(list...)
	}
	for _, x := range w.All {
		out = all(out, s.who(x, p, when, c, same))
	}
	if w.Not != nil {
		n := s.who(*w.Not, p, when, c, same).not()
		if len(list) > 0 || len(w.All) > 0 {
			n = all(out, n)
		}
		out = n
	}
	return out
}

// sameSide is the word of the language for the side a permission is for.
const sameSide truce.Class = "same-side"

func (s *settling) sameSide(p person, same []person, when truce.Span) answer {
	var list []answer
	for _, q := range same {
		if p.id == "" || q.id == "" {
			list = append(list, missingFact(truce.Say("missing.same-side", p.arg(), q.arg())))
			continue
		}
		list = append(list, s.cast.belongs(p, q.id, when, nil), s.cast.belongs(q, p.id, when, nil))
	}
	if len(same) == 0 {
		return missingFact(truce.Say("missing.who-not-stated"))
	}
	return anyOf(list...)
}

// because puts a reason on an answer when somebody asked why.
func (s *settling) because(a answer, id string, args ...truce.Arg) answer {
	if !s.why {
		return a
	}
	return a.explained(truce.Phrase{ID: id, Args: args})
}

// whoTerm answers whether a person is what a term means, under the reading chosen and from the view of those who hold it.
func (s *settling) whoTerm(t truce.TermID, p person, when truce.Span, c *choice) answer {
	rd := c.reading(s, t)
	if rd == nil {
		return answer{}
	}
	key := whoKey{"term " + string(t), p, when, string(rd.ID)}
	if a, ok := s.actors[key]; ok {
		return a
	}
	var a answer
	cond := s.plan.Condition(rd.Condition, truce.TermActor)
	if x := s.cast.byID[p.id]; x != nil && x.Kind == truce.ActorComposite {
		a = s.cast.overMembers(x, when, func(m truce.ActorID) answer { return s.whoTerm(t, person{id: m}, when, c) })
	} else {
		v := viewOf(rd)
		a = s.condition(cond, func(name string, cond *terms.Condition) terms.Attribute {
			return s.cast.attribute(p, name, cond, when, v)
		})
	}
	if s.why {
		kids := a.reason.Children
		a = a.explained(truce.Say("who.term", p.arg(), truce.ReadingArg(truce.Choice{Term: t, Reading: rd.ID})), rd.Source)
		a.reason.Children = kids
	}
	s.actors[key] = a
	return a
}

// condition answers a CEL condition, with the values it used as reasons.
func (s *settling) condition(cond *terms.Condition, facts func(string, *terms.Condition) terms.Attribute) answer {
	if cond == nil {
		return known(truce.True)
	}
	t, missing, used := cond.Decide(facts)
	a := answer{truth: t, missing: missing}
	if t == truce.Unknown && len(missing) == 0 {
		a.missing = []truce.Phrase{truce.Say("missing.condition", cond.Says)}
	}
	if s.why {
		for _, u := range used {
			a.reason.Children = append(a.reason.Children, truce.Reason{Phrase: truce.Say("value", truce.PhraseArg(terms.SayAttribute(u.Name)), valueArg(u.Name, u.Values)),
				Truth: truce.TruthOf(len(u.Values) == 1).Or(truce.Unknown), From: sources(u.From...), Records: u.Records})
		}
	}
	return a
}

// valueArg says what an attribute is, or may be.
func valueArg(name string, vals []any) truce.Arg {
	if len(vals) == 0 {
		return truce.WordArg("not-stated")
	}
	var args []truce.Arg
	for _, v := range vals {
		a := oneValue(name, v)
		if len(vals) > 1 && a.Kind == truce.ArgList {
			a = truce.PhraseArg(truce.Say("group", a))
		}
		if !slices.ContainsFunc(args, func(b truce.Arg) bool { return sameArg(a, b) }) {
			args = append(args, a)
		}
	}
	if len(args) == 1 {
		return args[0]
	}
	return truce.OrArg(args...)
}

// oneValue says one of the values that an attribute may have.
func oneValue(name string, v any) truce.Arg {
	var list []truce.Arg
	switch v := v.(type) {
	case bool:
		return truce.WordArg(map[bool]string{true: "yes", false: "no"}[v])
	case string:
		if v == other {
			return truce.WordArg("another")
		}
		return terms.SayValue(name, v)
	case []string:
		for _, x := range v {
			list = append(list, terms.SayValue(name, x))
		}
	case []terms.Link:
		for _, l := range v {
			origin := oneValue("link.origin", l.Origin)
			if l.Origin == "" {
				origin = truce.WordArg("not-stated")
			}
			list = append(list, truce.PhraseArg(truce.Say("value.link", terms.SayValue("link.id", l.ID), origin)))
		}
		if name == "actor.chain" { // each is under the next
			for len(list) > 1 {
				n := len(list)
				list = append(list[:n-2], truce.PhraseArg(truce.Say("value.under", list[n-2], list[n-1])))
			}
		}
	default:
		return terms.SayValue(name, v)
	}
	switch len(list) {
	case 0:
		return truce.WordArg("none")
	case 1:
		return list[0]
	}
	return truce.ListArg(list...)
}

// involved answers whether the people of an incident are those a rule is about. Where the source does not say who began,
// every direction it may have had is asked: the answer stands when all agree.
func (s *settling) involved(r *truce.Rule, sd sides, when truce.Span, c *choice) answer {
	a := known(truce.True)
	switch {
	case r.Between.Set():
		a = s.between(r.Between, sd, when, c)
	case r.By.Set() || r.Against.Set():
		a = s.directed(r.By, r.Against, sd, when, c)
	default:
		return a
	}
	kids := a.reason.Children
	a = s.because(a, "who.involved")
	a.reason.Children = kids
	return a
}

// directed asks who did it and to whom.
func (s *settling) directed(by, against truce.Who, sd sides, when truce.Span, c *choice) answer {
	one := func(w truce.Who, ps []person) answer {
		if !w.Set() {
			return known(truce.True)
		}
		if len(ps) == 0 {
			return missingFact(truce.Say("missing.who-not-stated"))
		}
		var list []answer
		for _, p := range ps {
			list = append(list, s.who(w, p, when, c, nil))
		}
		return anyOf(list...)
	}
	if len(sd.both) == 0 {
		return all(one(by, sd.initiators), one(against, sd.targets))
	}
	// One side is known to have begun, or to have been the target; the others may be either.
	if len(sd.initiators) > 0 {
		return all(one(by, sd.initiators), one(against, append(slices.Clone(sd.targets), sd.both...)))
	}
	var ways []answer
	for i, p := range sd.both {
		rest := slices.Delete(slices.Clone(sd.both), i, i+1)
		ways = append(ways, all(one(by, []person{p}), one(against, append(rest, sd.targets...))))
	}
	out := all(ways...)
	if some := anyOf(ways...); some.truth == truce.False {
		return some
	} else if out.truth != truce.True {
		out.truth = truce.Unknown
		names := make([]truce.Arg, len(sd.both))
		for i, p := range sd.both {
			names[i] = p.arg()
		}
		missing := []truce.Phrase{truce.Say("missing.who-began", truce.ListArg(names...))}
		for _, w := range ways {
			if w.truth == truce.Unknown {
				missing = addPhrases(missing, w.missing)
			}
		}
		out.missing = missing
		out.reason.Truth = truce.Unknown
	}
	return out
}

// between asks whether both sides are of a kind, whoever began.
func (s *settling) between(w truce.Who, sd sides, when truce.Span, c *choice) answer {
	group := func(ps []person) answer {
		var list []answer
		for _, p := range ps {
			list = append(list, s.who(w, p, when, c, nil))
		}
		return anyOf(list...)
	}
	if len(sd.both) == 0 {
		list := []answer{}
		for _, ps := range [][]person{sd.initiators, sd.targets} {
			if len(ps) == 0 {
				list = append(list, missingFact(truce.Say("missing.other-side")))
				continue
			}
			list = append(list, group(ps))
		}
		return all(list...)
	}
	if len(sd.initiators) > 0 || len(sd.targets) > 0 {
		return all(group(append(slices.Clone(sd.initiators), sd.targets...)), group(sd.both))
	}
	if len(sd.both) == 1 {
		return all(group(sd.both), missingFact(truce.Say("missing.other-side")))
	}
	// At least two of the sides must be of the kind; with just two that is both of them.
	var list []answer
	yes, open := 0, 0
	for _, p := range sd.both {
		a := s.who(w, p, when, c, nil)
		list = append(list, a)
		switch a.truth {
		case truce.True:
			yes++
		case truce.Unknown:
			open++
		}
	}
	out := all(list...)
	switch {
	case yes == len(sd.both):
	case yes+open < 2:
		out.truth, out.missing = truce.False, nil
	default:
		out.truth = truce.Unknown
		if len(out.missing) == 0 { // some are, some are not: which of them fought each other is not said
			out.missing = nil
			for _, a := range list {
				out.missing = addPhrases(out.missing, a.missing)
			}
			if len(out.missing) == 0 {
				out.missing = []truce.Phrase{truce.Say("missing.who-fought-whom")}
			}
		}
	}
	out.reason.Truth = out.truth
	return out
}

// attribution says who answers for something, apart from whether it happened.
func (s *settling) attribution(sd sides, when truce.Span) truce.Attribution {
	at := truce.Attribution{}
	ps := sd.initiators
	if len(ps) == 0 {
		ps = sd.subjects
	}
	single := len(ps) > 0
	if !single {
		ps = sd.both
	}
	at.Known = truce.TruthOf(single).Or(truce.Unknown)
	for _, p := range ps {
		if p.id == "" {
			at.Known = truce.Unknown
			continue
		}
		if x := s.cast.byID[p.id]; x.Kind == truce.ActorComposite {
			at.Known = truce.Unknown // a collective name is nobody in particular
		}
		if !slices.Contains(at.By, p.id) {
			at.By = append(at.By, p.id)
		}
		for _, g := range s.cast.answering(p.id, when) {
			if !slices.Contains(at.Answering, g) {
				at.Answering = append(at.Answering, g)
			}
		}
	}
	return at
}
