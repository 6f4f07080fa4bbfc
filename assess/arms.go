package assess

import (
	"truce"
	"truce/terms"
)

// armed answers whether any equipment of an observation is of the sort a rule picks.
func (s *settling) armed(picks []truce.Arms, seen []truce.Equipment, c *choice) answer {
	if len(picks) == 0 {
		return known(truce.True)
	}
	if len(seen) == 0 {
		return missingFact(truce.Say("missing.equipment"))
	}
	var list []answer
	for _, e := range seen {
		for _, p := range picks {
			list = append(list, s.arm(p, e, c))
		}
	}
	return anyOf(list...)
}

func (s *settling) arm(p truce.Arms, e truce.Equipment, c *choice) answer {
	var list []answer
	if p.Category != "" {
		a := answer{truth: s.plan.Equipment.Is(e.Category, p.Category)}
		if a.truth == truce.Unknown {
			a.missing = []truce.Phrase{truce.Say("missing.equipment-kind", truce.WordArg(e.Category), truce.WordArg(p.Category))}
		}
		list = append(list, s.because(a, "arms.is", truce.WordArg(e.Category), truce.WordArg(p.Category)))
	}
	calibre := func(limit int32, ok bool) {
		a := answer{truth: truce.TruthOf(ok)}
		if e.CalibreMM == 0 {
			a = missingFact(truce.Say("missing.calibre", truce.WordArg(e.Category)))
		}
		list = append(list, s.because(a, "arms.calibre", truce.WordArg(e.Category), truce.NumArg(int64(e.CalibreMM)), truce.NumArg(int64(limit))))
	}
	if p.CalibreOver > 0 {
		calibre(p.CalibreOver, e.CalibreMM > p.CalibreOver)
	}
	if p.CalibreFrom > 0 {
		calibre(p.CalibreFrom, e.CalibreMM >= p.CalibreFrom)
	}
	if p.CalibreUnder > 0 {
		calibre(p.CalibreUnder, e.CalibreMM < p.CalibreUnder)
	}
	if p.RangeOver > 0 {
		a := answer{truth: truce.TruthOf(truce.Metres(e.RangeM) > p.RangeOver)}
		if e.RangeM == 0 {
			a = missingFact(truce.Say("missing.range", truce.WordArg(e.Category)))
		}
		list = append(list, s.because(a, "arms.range", truce.WordArg(e.Category), truce.MetresArg(truce.Tenths(e.RangeM)*10), truce.MetresArg(tenths(p.RangeOver))))
	}
	if p.Term != "" {
		if rd := c.reading(s, p.Term); rd != nil {
			a := s.condition(s.plan.Condition(rd.Condition, truce.TermEquipment), func(name string, cond *terms.Condition) terms.Attribute {
				return s.equipmentAttribute(e, name)
			})
			if s.why {
				kids := a.reason.Children
				a = a.explained(truce.Say("arms.term", truce.WordArg(e.Category), truce.ReadingArg(truce.Choice{Term: p.Term, Reading: rd.ID})), rd.Source)
				a.reason.Children = kids
			}
			list = append(list, a)
		}
	}
	return all(list...)
}

// equipmentAttribute gives what a condition may know of equipment.
func (s *settling) equipmentAttribute(e truce.Equipment, name string) terms.Attribute {
	switch name {
	case "equipment.category":
		if e.Category == "" {
			return terms.Attribute{Missing: truce.Say("missing.equipment")}
		}
		var vals []any
		for _, w := range s.below(s.plan.Equipment, e.Category) {
			vals = append(vals, w)
		}
		return terms.Attribute{Values: vals, Missing: truce.Say("missing.equipment-sort", truce.WordArg(e.Category))}
	case "equipment.kinds":
		return s.widerWords(s.plan.Equipment, e.Category, truce.Say("missing.equipment-sort", truce.WordArg(e.Category)))
	case "equipment.calibre_mm":
		return stated(int64(e.CalibreMM), truce.Say("missing.calibre", truce.WordArg(e.Category)))
	case "equipment.range_m":
		return stated(int64(e.RangeM), truce.Say("missing.range", truce.WordArg(e.Category)))
	}
	return number(e.Count, nil, truce.Say("missing.equipment-count", truce.WordArg(e.Category)))
}

func stated(n int64, missing truce.Phrase) terms.Attribute {
	if n == 0 {
		return terms.Attribute{Missing: missing}
	}
	return terms.Attribute{Values: []any{n}, Missing: missing}
}

// below lists a word and every narrower one: what something described by the word may be.
func (s *settling) below(t truce.Taxonomy, word string) []string {
	out := []string{word}
	for _, w := range t.Words() {
		if w != word && t.Is(w, word) == truce.True {
			out = append(out, w)
		}
	}
	return out
}

// widerWords gives, for each thing a word may mean, the words it goes under.
func (s *settling) widerWords(t truce.Taxonomy, word string, missing truce.Phrase) terms.Attribute {
	if word == "" {
		return terms.Attribute{Missing: missing}
	}
	var vals []any
	for _, w := range s.below(t, word) {
		var up []string
		for x := w; x != ""; x = t.Parent(x) {
			up = append(up, x)
		}
		vals = append(vals, up)
	}
	return terms.Attribute{Values: vals, Missing: missing}
}

// number gives the values a count may have that can make a difference to a condition: its bounds, and what lies next to
// the numbers the condition names.
func number(n truce.Number, cond *terms.Condition, missing truce.Phrase) terms.Attribute {
	if !n.Stated {
		return terms.Attribute{Missing: missing}
	}
	out := terms.Attribute{Values: []any{n.Low}, Missing: missing}
	add := func(v int64) {
		for _, have := range out.Values {
			if have.(int64) == v {
				return
			}
		}
		if v > n.Low && v <= n.High {
			out.Values = append(out.Values, v)
		}
	}
	add(n.High)
	if cond != nil {
		for _, v := range cond.Numbers {
			add(v - 1)
			add(v)
			add(v + 1)
		}
	}
	return out
}

// kindIs answers whether what happened is one of the kinds a rule names.
func (s *settling) kindIs(what string, kinds []string) answer {
	if len(kinds) == 0 {
		return known(truce.True)
	}
	out := answer{truth: truce.False}
	for _, k := range kinds {
		out.truth = out.truth.Or(s.plan.Incidents.Is(what, k))
	}
	if out.truth == truce.Unknown {
		out.missing = []truce.Phrase{truce.Say("missing.incident-kind", word(what), wordList(kinds))}
	}
	return s.because(out, "kind.is", word(what), wordList(kinds))
}

// word is a word of the language, or that none was said.
func word(w string) truce.Arg {
	if w == "" {
		return truce.WordArg("not-stated")
	}
	return truce.WordArg(w)
}

func wordList(words []string) truce.Arg {
	args := make([]truce.Arg, len(words))
	for i, w := range words {
		args[i] = truce.WordArg(w)
	}
	return truce.ListArg(args...)
}

// eventAttribute gives what a condition may know of an observation.
func (s *settling) eventAttribute(o *truce.Observation, sd sides, name string, cond *terms.Condition) terms.Attribute {
	switch {
	case len(name) > 6 && name[:6] == "actor.":
		return s.sideAttribute(append(append([]person{}, sd.initiators...), sd.subjects...), sd.both, name, cond, o.When)
	case len(name) > 7 && name[:7] == "target.":
		return s.sideAttribute(sd.targets, sd.both, name, cond, o.When)
	case len(name) > 10 && name[:10] == "equipment.":
		if len(o.Equipment) == 0 {
			return terms.Attribute{Missing: truce.Say("missing.equipment")}
		}
		return merge(o.Equipment, func(e truce.Equipment) terms.Attribute { return s.equipmentAttribute(e, name) })
	}
	text := func(v, field string) terms.Attribute {
		if v == "" || v == "unknown" {
			return terms.Attribute{Missing: truce.Say("missing.field", truce.WordArg(field))}
		}
		return terms.Attribute{Values: []any{v}, Missing: truce.Say("missing.field", truce.WordArg(field))}
	}
	switch name {
	case "event.kind":
		if o.What == "" {
			return terms.Attribute{Missing: truce.Say("missing.field", truce.WordArg("kind"))}
		}
		var vals []any
		for _, w := range s.below(s.plan.Incidents, o.What) {
			vals = append(vals, w)
		}
		return terms.Attribute{Values: vals, Missing: truce.Say("missing.incident-sort", truce.WordArg(o.What))}
	case "event.kinds":
		return s.widerWords(s.plan.Incidents, o.What, truce.Say("missing.incident-sort", truce.WordArg(o.What)))
	case "event.count":
		return number(o.Count, cond, truce.Say("missing.field", truce.WordArg("count")))
	case "event.deaths":
		return number(o.Deaths, cond, truce.Say("missing.field", truce.WordArg("deaths")))
	case "event.civilians":
		return number(o.Civilians, cond, truce.Say("missing.field", truce.WordArg("civilians")))
	case "event.injured":
		return number(o.Injured, cond, truce.Say("missing.field", truce.WordArg("injured")))
	case "event.means":
		return text(o.Source.Means.String(), "means")
	case "event.standing":
		return text(o.Source.Standing.String(), "standing")
	case "event.sources":
		return stated(int64(s.sourcesOf(o)), truce.Say("missing.field", truce.WordArg("sources")))
	case "event.result":
		return text(o.Result.String(), "result")
	}
	return terms.Attribute{Missing: truce.Say("missing.field", truce.WordArg(name))}
}

// sideAttribute gives what is known of the actor on one side; where the side is not told apart it may be any of them.
func (s *settling) sideAttribute(side, both []person, name string, cond *terms.Condition, when truce.Span) terms.Attribute {
	ps := side
	if len(ps) == 0 {
		ps = both
	}
	if len(ps) == 0 {
		return terms.Attribute{Missing: truce.Say("missing.who-not-stated")}
	}
	out := merge(ps, func(p person) terms.Attribute { return s.cast.attribute(p, name, cond, when, nil) })
	if len(ps) > 1 && len(side) == 0 && len(out.Values) != 1 {
		var names []truce.Arg
		for _, p := range ps {
			names = append(names, p.arg())
		}
		out.Missing = truce.Say("missing.who-began", truce.ListArg(names...))
	}
	return out
}

// merge joins what an attribute may be over several things it could be asked of.
func merge[T any](list []T, of func(T) terms.Attribute) terms.Attribute {
	var out terms.Attribute
	for _, x := range list {
		a := of(x)
		if a.Missing.ID != "" && (out.Missing.ID == "" || len(a.Values) != 1) {
			out.Missing = a.Missing
		}
		if len(a.Values) == 0 {
			return terms.Attribute{Missing: a.Missing}
		}
		out.From = append(out.From, a.From...)
		for _, v := range a.Values {
			out.Values = appendValue(out.Values, v)
		}
	}
	return out
}

func appendValue(list []any, v any) []any {
	for _, have := range list {
		if sameArg(oneValue("", have), oneValue("", v)) {
			return list
		}
	}
	return append(list, v)
}

// sourcesOf counts the independent sources behind an observation: those it names itself, or the different sources of
// the observations linked with it.
func (s *settling) sourcesOf(o *truce.Observation) int {
	ids := map[string]bool{}
	if o.Source.ID != "" {
		ids[o.Source.ID] = true
	}
	for _, id := range s.linked[o.ID] {
		ids[id] = true
	}
	return max(len(ids), int(o.Source.Independent))
}

// links lists, for each observation, the sources of those linked with it in either direction.
func (a *Assessor) links() map[truce.ObservationID][]string {
	source := map[truce.ObservationID]string{}
	for _, o := range a.obs {
		source[o.ID] = o.Source.ID
	}
	out := map[truce.ObservationID][]string{}
	for _, o := range a.obs {
		for _, id := range o.SameAs {
			if src, ok := source[id]; ok && src != "" {
				out[o.ID] = append(out[o.ID], src)
			}
			if o.Source.ID != "" {
				out[id] = append(out[id], o.Source.ID)
			}
		}
	}
	return out
}

// evidence answers whether enough stands behind an observation.
func (s *settling) evidence(e truce.Evidence, o *truce.Observation) answer {
	var list []answer
	if e.Sources > 0 {
		n := s.sourcesOf(o)
		a := known(truce.TruthOf(n >= e.Sources))
		if n < e.Sources {
			a.missing = []truce.Phrase{truce.Say("missing.sources", truce.NumArg(int64(n)), truce.NumArg(int64(e.Sources)))}
		}
		list = append(list, s.because(a, "evidence.sources", truce.NumArg(int64(n)), truce.NumArg(int64(e.Sources))))
	}
	if len(e.Means) > 0 {
		a := known(truce.False)
		var words []string
		for _, m := range e.Means {
			words = append(words, m.String())
			if m == o.Source.Means {
				a.truth = truce.True
			}
		}
		if a.truth == truce.False {
			a.missing = []truce.Phrase{truce.Say("missing.means", truce.WordArg(o.Source.Means.String()), wordList(words))}
		}
		list = append(list, s.because(a, "evidence.means", truce.WordArg(o.Source.Means.String()), wordList(words)))
	}
	if len(e.Standing) > 0 {
		a := known(truce.False)
		var words []string
		for _, m := range e.Standing {
			words = append(words, m.String())
			if m == o.Source.Standing {
				a.truth = truce.True
			}
		}
		if a.truth == truce.False {
			a.missing = []truce.Phrase{truce.Say("missing.standing", truce.WordArg(o.Source.Standing.String()), wordList(words))}
		}
		list = append(list, s.because(a, "evidence.standing", truce.WordArg(o.Source.Standing.String()), wordList(words)))
	}
	out := all(list...)
	if out.truth == truce.False {
		for _, a := range list {
			out.missing = addPhrases(out.missing, a.missing)
		}
	}
	return out
}
