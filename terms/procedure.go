package terms

import (
	"fmt"
	"slices"
	"strings"

	"truce"
)

var (
	procedureKeys = []string{"note", "source", "clocks", "sign_off", "standards", "confidence", "severity", "opened_by", "opened_on", "published_by"}
	signOffKeys   = []string{"of", "at_least"}
	scaleKeys     = []string{"word", "name", "kinds"}
)

// noClock is what is written where nothing runs out.
const noClock = "none"

// procedure reads how the mechanism works on a case. The participants of a have been read.
func (r *reader) procedure(v value, a *truce.Agreement) *truce.Procedure {
	if !v.given() {
		return nil
	}
	o := v.object(procedureKeys...)
	p := &truce.Procedure{Note: r.words(o.get("note")), Source: truce.SourceID(r.named(o.get("source"), statements)),
		Standards: r.scale(o.get("standards")), Confidence: r.scale(o.get("confidence")), Severity: r.scale(o.get("severity")),
		OpenedOn: onceNamed[truce.RuleID](r, o.get("opened_on"), rules),
		OpenedBy: r.participants(o.get("opened_by"), a), PublishedBy: r.participants(o.get("published_by"), a), Origin: v.at}
	clocks := o.get("clocks").object(truce.CaseClocks...)
	for _, c := range truce.CaseClocks { // in this order, whatever the author's
		if w := clocks.get(c); w.given() {
			limit := truce.TimeLimit{Clock: truce.CaseClock(c)}
			if w.text() != noClock {
				if limit.Within = w.duration(); limit.Within == 0 {
					w.fail("bad-clock-limit", fmt.Sprintf("%q is no time to do anything in", w.text()), "write for example 48h, or none where nothing runs out")
				}
			}
			p.Clocks = append(p.Clocks, limit)
		}
	}
	if s := o.get("sign_off").object(signOffKeys...); s.given() {
		p.SignOff.Of = r.participants(s.get("of"), a)
		n := s.get("at_least")
		p.SignOff.AtLeast = int(min(n.number(), 1<<20))
		with := *a
		with.Procedure = &truce.Procedure{SignOff: truce.SignOff{Of: p.SignOff.Of}}
		if _, all := with.Signatories(); n.given() && (p.SignOff.AtLeast < 1 || p.SignOff.AtLeast > all) {
			n.fail("bad-quorum", fmt.Sprintf("%s of %d cannot sign", n.text(), all), fmt.Sprintf("write a number from 1 to %d", all))
		}
	}
	return p
}

// participants reads actors that must be participants of the agreement.
func (r *reader) participants(v value, a *truce.Agreement) []truce.ActorID {
	for _, w := range v.items() {
		id := truce.ActorID(w.text())
		if r.names[actors].has(string(id)) && !slices.ContainsFunc(a.Participants, func(p truce.Participant) bool { return p.Actor == id }) {
			w.fail("not-a-participant", fmt.Sprintf("%q takes no part in the agreement", id), "list it under participants first")
		}
	}
	return onceNamed[truce.ActorID](r, v, actors)
}

// onceNamed reads declared names, each listed once.
func onceNamed[T ~string](r *reader, v value, sort int) []T {
	var out []T
	for _, w := range v.items() {
		id := T(r.named(w, sort))
		if id == "" {
			continue
		}
		if slices.Contains(out, id) {
			w.fail("name-twice", fmt.Sprintf("%q is listed twice", id), "")
			continue
		}
		out = append(out, id)
	}
	return out
}

// scale reads words, each alone or as a mapping with a name and the kinds it is for.
func (r *reader) scale(v value) []truce.ScaleWord {
	var out []truce.ScaleWord
	for _, w := range v.items() {
		s := truce.ScaleWord{Origin: w.at}
		if w.isMapping() {
			o := w.object(scaleKeys...)
			o.need("word")
			s.Word, s.Name, s.Kinds = r.word(o.get("word")), r.words(o.get("name")), r.treeWords(o.get("kinds"), r.incidents)
		} else {
			s.Word = r.word(w)
		}
		if slices.ContainsFunc(out, func(x truce.ScaleWord) bool { return x.Word == s.Word }) {
			w.fail("name-twice", fmt.Sprintf("the word %q is given twice", s.Word), "")
			continue
		}
		out = append(out, s)
	}
	return out
}

// procedure says how the mechanism works on a case, as far as the agreement says it.
func (x *explainer) procedure() []Sentence {
	p := x.a.Procedure
	if p == nil {
		return nil
	}
	s := one(truce.Say("explain.procedure"))
	for _, q := range x.procedureSays(p) {
		s.Under = append(s.Under, one(q))
	}
	if p.Note != (truce.Words{}) {
		s.Under = append(s.Under, one(truce.Say("explain.note", x.words(p.Note))))
	}
	s.Under = append(s.Under, source(p.Source)...)
	return []Sentence{s}
}

// procedureSays says each of its provisions in a sentence.
func (x *explainer) procedureSays(p *truce.Procedure) []truce.Phrase {
	var out []truce.Phrase
	for _, l := range p.Clocks {
		clock := arg(truce.Say("case-word.clock." + string(l.Clock)))
		if l.Within == 0 {
			out = append(out, truce.Say("explain.procedure.no-clock", clock))
		} else {
			out = append(out, truce.Say("explain.procedure.clock", clock, truce.DurArg(l.Within)))
		}
	}
	who := func(list []truce.ActorID) truce.Arg { return truce.ListArg(actorArgs(list)...) }
	switch of, n := p.SignOff.Of, p.SignOff.AtLeast; {
	case len(of) > 0 && n > 0:
		out = append(out, truce.Say("explain.procedure.sign-off", truce.NumArg(int64(n)), who(of)))
	case len(of) > 0:
		out = append(out, truce.Say("explain.procedure.sign-off-all", who(of)))
	case n > 0:
		out = append(out, truce.Say("explain.procedure.sign-off-number", truce.NumArg(int64(n))))
	}
	for _, w := range p.Standards {
		out = append(out, truce.Say("explain.procedure.standard", x.scaleWord(w)))
	}
	for _, w := range p.Confidence {
		out = append(out, truce.Say("explain.procedure.confidence", x.scaleWord(w)))
	}
	for _, w := range p.Severity {
		out = append(out, truce.Say("explain.procedure.severity", x.scaleWord(w)))
	}
	if len(p.OpenedBy) > 0 {
		out = append(out, truce.Say("explain.procedure.opened-by", who(p.OpenedBy)))
	}
	if len(p.OpenedOn) > 0 {
		var list []truce.Arg
		for _, id := range p.OpenedOn {
			list = append(list, truce.RuleArg(id))
		}
		out = append(out, truce.Say("explain.procedure.opened-on", truce.ListArg(list...)))
	}
	if len(p.PublishedBy) > 0 {
		out = append(out, truce.Say("explain.procedure.published-by", who(p.PublishedBy)))
	}
	return out
}

func (x *explainer) scaleWord(w truce.ScaleWord) truce.Arg {
	name := truce.Str(w.Word)
	switch {
	case w.Name == (truce.Words{}):
	case x.p == nil: // of a comparison, which has no language yet
		name = truce.Str(strings.Join([]string{w.Word, w.Name.EN, w.Name.AR, w.Name.RU}, " / "))
	default:
		name = x.words(w.Name)
	}
	if len(w.Kinds) == 0 {
		return name
	}
	return arg(truce.Say("explain.procedure.for-kinds", name, truce.ListArg(words(w.Kinds)...)))
}

// procedureItems says for a comparison what the explanation of an agreement says of its procedure.
func procedureItems(c *clauses, v any) []truce.Arg {
	p := v.(*truce.Procedure)
	if p == nil {
		return nil
	}
	x := explainer{a: &truce.Agreement{Procedure: p}, c: c}
	var out []truce.Arg
	for _, q := range x.procedureSays(p) {
		out = append(out, arg(q))
	}
	for _, s := range []string{p.Note.EN, p.Note.AR, p.Note.RU} {
		if s != "" {
			out = append(out, truce.Str(s))
		}
	}
	if p.Source != "" {
		out = append(out, truce.SourceArg(p.Source))
	}
	return out
}
