package report

import (
	"slices"

	"truce"
)

// factOf names the sorts of missing facts.
var factOf = [missingKinds]string{
	MissingOther:    "report.fact.other",
	MissingPlace:    "report.fact.place",
	MissingTime:     "report.fact.time",
	MissingSides:    "report.fact.sides",
	MissingActor:    "report.fact.actor",
	MissingWhat:     "report.fact.what",
	MissingCount:    "report.fact.count",
	MissingEvidence: "report.fact.evidence",
	MissingRecord:   "report.fact.record",
	MissingText:     "report.fact.text",
}

// wordOf names the standings that are no result.
var wordOf = map[Standing]string{Turns: "report.standing.turns", NoBreach: "report.standing.no-breach", Nothing: "report.standing.nothing"}

// factsSaid is how many sorts of missing facts a sentence names.
const factsSaid = 3

func number(t Tally) truce.Arg { return truce.NumArg(int64(len(t))) }

// fact is a sort of missing fact as an argument.
func fact(k MissingKind) truce.Arg { return truce.PhraseArg(truce.Phrase{ID: factOf[k]}) }

// sentences says what a rule makes of everything, the gravest first.
func (m *Model) sentences(r *Rule) []truce.Phrase {
	if r.Verb == truce.Permits {
		return []truce.Phrase{truce.Say("report.says.permits")}
	}
	var out []truce.Phrase
	if t := r.By[truce.Breached]; len(t) > 0 {
		out = append(out, truce.Say("report.says.breached", number(t)))
	}
	for _, t := range r.Turning {
		out = append(out, t.sentences()...)
	}
	if t := r.By[truce.Undetermined]; len(t) > 0 && r.Verb == truce.Assessed {
		var who []truce.Arg
		for _, id := range r.AssessedBy {
			who = append(who, truce.ActorArg(id))
		}
		out = append(out, truce.Say("report.says.people", truce.ListArg(who...)))
	} else if len(t) > 0 {
		var facts []truce.Arg
		for _, x := range r.Missing {
			if these := both(x.Of, t); len(these) > 0 && len(facts) < factsSaid {
				facts = append(facts, truce.PhraseArg(truce.Say("report.fact-count", fact(x.Kind), number(these))))
			}
		}
		if len(facts) > 0 {
			out = append(out, truce.Say("report.says.open", number(t), truce.ListArg(facts...)))
		} else {
			out = append(out, truce.Say("report.says.open-only", number(t)))
		}
	}
	if t := r.By[truce.Kept]; len(t) > 0 {
		out = append(out, truce.Say("report.says.kept", number(t)))
	}
	// Before a rule is due nobody asks where a thing was: say how many of them may have been in its place.
	for _, x := range []struct {
		of           Tally
		alone, there string
	}{
		{r.By[NoBreach], "report.says.no-breach", "report.says.no-breach-there"},
		{r.By[truce.NotDue], "report.says.not-due", "report.says.not-due-there"},
	} {
		var there Tally
		for _, i := range x.of {
			if m.speaks(r, i) {
				there = append(there, i)
			}
		}
		switch {
		case len(x.of) == 0:
		case r.scope != nil && r.scope.bound:
			out = append(out, truce.Phrase{ID: x.there, Args: []truce.Arg{number(x.of), number(there)}})
		default:
			out = append(out, truce.Phrase{ID: x.alone, Args: []truce.Arg{number(x.of)}})
		}
	}
	if t := r.By[truce.Suspended]; len(t) > 0 {
		out = append(out, truce.Say("report.says.suspended", number(t)))
	}
	if len(out) == 0 {
		out = append(out, truce.Say("report.says.nothing"))
	}
	return out
}

// allReadings is up to how many readings a sentence names each; of more it names those that somebody holds.
const allReadings = 4

// sentences say on which term something turns, and what its readings make of it; readings that make the same of it stand
// together.
func (t Turning) sentences() []truce.Phrase {
	out := []truce.Phrase{truce.Say("report.says.turns", number(t.Of), truce.TermArg(t.Term))}
	said := make([]bool, len(t.Readings))
	others := 0
	for i, x := range t.Readings {
		if len(t.Readings) > allReadings && len(x.Reading.HeldBy) == 0 {
			others++
			continue
		}
		var list []truce.Arg
		for k, y := range t.Readings[i:] {
			if k += i; said[k] || k > i && len(t.Readings) > allReadings && len(y.Reading.HeldBy) == 0 ||
				!x.same(y) {
				continue
			}
			said[k] = true
			list = append(list, truce.PhraseArg(truce.Say("report.reading-held", readingAlone(truce.Choice{Term: t.Term, Reading: y.Reading.ID}), holders(y.Reading))))
		}
		switch {
		case len(list) == 0:
		case len(x.Depends) > 0:
			out = append(out, truce.Say("report.says.reading-depends", truce.OrArg(list...), number(x.Breached), number(x.Depends), number(x.Open)))
		default:
			out = append(out, truce.Say("report.says.reading", truce.OrArg(list...), number(x.Breached), number(x.Open)))
		}
	}
	if others > 0 {
		out = append(out, truce.Say("report.says.other-readings", truce.NumArg(int64(others))))
	}
	return out
}

// same reports whether two readings make the same of everything.
func (x TurningReading) same(y TurningReading) bool {
	return slices.Equal(x.Breached, y.Breached) && slices.Equal(x.Depends, y.Depends) && slices.Equal(x.Open, y.Open)
}

// readingAlone is a reading without its term, for sentences that have named it.
func readingAlone(c truce.Choice) truce.Arg {
	return truce.Arg{Kind: truce.ArgReading, Text: c.String(), N: 1}
}

// both is the things of two tallies that are in each.
func both(a, b Tally) Tally {
	var out Tally
	for _, i := range a {
		if _, have := slices.BinarySearch(b, i); have {
			out = append(out, i)
		}
	}
	return out
}

// holders says who holds a reading.
func holders(rd *truce.Reading) truce.Arg {
	if len(rd.HeldBy) == 0 {
		return truce.PhraseArg(truce.Say("report.held-by-nobody"))
	}
	var list []truce.Arg
	for _, h := range rd.HeldBy {
		list = append(list, truce.ActorArg(h.Actor))
	}
	return truce.PhraseArg(truce.Say("report.held-by", truce.ListArg(list...)))
}

// verdict says of an article as a whole what weighs most: that it was breached under every reading, or on which terms it
// turns, or that it is open.
func verdict(a Article) (truce.Phrase, Standing) {
	var every, turns, open, kept, beside, due Tally
	var terms []truce.Arg
	people, suspended := true, false
	for _, r := range a.Rules {
		suspended = suspended || len(r.By[truce.Suspended]) > 0
		people = people && r.Verb == truce.Assessed
		every, turns = join(every, r.By[truce.Breached]), join(turns, r.By[Turns])
		if !r.unassessed(Standing(truce.Undetermined)) {
			open = join(open, r.By[truce.Undetermined])
		}
		kept, beside, due = join(kept, r.By[truce.Kept]), join(beside, r.By[NoBreach]), join(due, r.By[truce.NotDue])
		for _, t := range r.Turning {
			terms = addArg(terms, truce.PhraseArg(truce.Say("report.term-name", truce.TermArg(t.Term))))
		}
	}
	switch {
	case people && len(every) == 0 && len(kept) == 0:
		return truce.Say("report.verdict.people"), Nothing
	case len(every) > 0 && len(turns) > 0:
		return truce.Say("report.verdict.breached-turns", number(every), number(turns), truce.ListArg(terms...)), Standing(truce.Breached)
	case len(every) > 0:
		return truce.Say("report.verdict.breached", number(every)), Standing(truce.Breached)
	case len(turns) > 0:
		return truce.Say("report.verdict.turns", number(turns), truce.ListArg(terms...)), Turns
	case len(open) > 0:
		return truce.Say("report.verdict.open", number(open)), Standing(truce.Undetermined)
	case len(kept) > 0:
		return truce.Say("report.verdict.kept", number(kept)), Standing(truce.Kept)
	case len(beside) > 0:
		return truce.Say("report.verdict.no-breach", number(beside)), NoBreach
	case len(due) > 0:
		return truce.Say("report.verdict.not-due", number(due)), Standing(truce.NotDue)
	case suspended:
		return truce.Say("report.verdict.suspended"), Standing(truce.Suspended)
	}
	return truce.Say("report.verdict.nothing"), Nothing
}

func addArg(list []truce.Arg, a truce.Arg) []truce.Arg {
	for _, b := range list {
		if a.String() == b.String() {
			return list
		}
	}
	return append(list, a)
}
