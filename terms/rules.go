package terms

import (
	"fmt"
	"strings"
	"time"

	"truce"
)

// sameSide is the word, in the steps of a permission, for the side the permission is for.
const sameSide = "same-side"

var ruleKeys = []string{"rule", "name", "forbids", "limits", "requires", "permits", "assessed_by",
	"kinds", "act", "by", "against", "between", "of", "equipment", "where", "from", "until", "due", "hours", "when", "unless",
	"evidence", "dwell", "gap", "hysteresis", "at_most", "at_least", "within", "ahead", "steps", "silence", "replaced_by", "source"}

var (
	exceptionKeys = []string{"permission", "by", "against", "where", "kinds", "when", "notified"}
	noticeKeys    = []string{"ahead", "kinds", "silence"}
	hoursKeys     = []string{"from", "until"}
	stepKeys      = []string{"act", "by", "result", "before", "after", "silence"}
	evidenceKeys  = []string{"sources", "means", "standing"}
	armsKeys      = []string{"category", "term", "calibre_over", "calibre_from", "calibre_under", "range_over"}
	whoKeys       = []string{"each", "any", "all", "not", "actor", "class", "term"}
	whereKeys     = []string{"zone", "kind", "term", "within", "of", "side", "all", "any", "not"}
	quotaKeys     = []string{"number", "of", "per"}
	replacedKeys  = []string{"by", "from", "source"}
)

// objects lists, for each verb, what it may be about.
var objects = map[truce.Verb][]string{
	truce.Forbids:  {"incident", "presence", "passage"},
	truce.Limits:   {"presence", "inspection"},
	truce.Requires: {"act", "passage", "notification"},
	truce.Permits:  {"incident", "presence"},
}

// allowed lists, for each verb and object, the keys beyond the common ones that mean something there. A key that would be
// ignored is refused: a drafter must never believe in a condition that is not looked at.
var allowed = map[string][]string{
	"forbids incident":      {"kinds", "by", "against", "between", "where", "hours", "when", "unless", "evidence", "equipment"},
	"forbids presence":      {"of", "equipment", "where", "hours", "when", "unless", "evidence", "dwell", "gap", "hysteresis"},
	"forbids passage":       {"kinds", "by", "against", "where", "hours", "when", "unless", "evidence"},
	"limits presence":       {"of", "where", "hours", "at_most", "evidence"},
	"limits inspection":     {"of", "where", "hours", "at_most", "evidence"},
	"requires act":          {"act", "by", "due", "silence", "at_least", "evidence"},
	"requires passage":      {"kinds", "by", "where", "hours", "at_least", "within", "evidence"},
	"requires notification": {"kinds", "by", "where", "ahead", "evidence"},
	"permits incident":      {"kinds", "by", "against", "where", "when", "steps"},
	"permits presence":      {"of", "equipment", "where", "when", "steps"},
	"assessed":              {"by", "due"},
}

var common = []string{"rule", "name", "forbids", "limits", "requires", "permits", "assessed_by", "from", "until", "replaced_by", "source"}

// rule reads one rule.
func (r *reader) rule(v value) truce.Rule {
	o := v.object(ruleKeys...)
	o.need("rule")
	u := truce.Rule{ID: truce.RuleID(o.get("rule").text()), Name: r.words(o.get("name")), Origin: v.at}
	var verbs []string
	for _, verb := range []truce.Verb{truce.Forbids, truce.Limits, truce.Requires, truce.Permits} {
		if o.has(string(verb)) {
			verbs = append(verbs, string(verb))
			u.Verb = verb
			u.Object, _ = truce.ParseObservationKind(oneOf(o.get(string(verb)), objects[verb]))
		}
	}
	if o.has("assessed_by") {
		verbs = append(verbs, "assessed_by")
		u.Verb = truce.Assessed
		u.AssessedBy = actorIDs(r.namedList(o.get("assessed_by"), actors))
	}
	if len(verbs) != 1 {
		if o.given() {
			v.fail("no-verb", fmt.Sprintf("the rule %q must do exactly one thing", u.ID), "write one of forbids, limits, requires, permits, assessed_by")
		}
		return u
	}
	r.onlyAllowed(o, u)
	r.ruleParts(o, &u)
	r.ruleNeeds(o, u)
	return u
}

// form names what a rule is: its verb and object.
func form(u truce.Rule) string {
	if u.Verb == truce.Assessed {
		return "assessed"
	}
	return string(u.Verb) + " " + u.Object.String()
}

func (r *reader) onlyAllowed(o object, u truce.Rule) {
	ok, known := allowed[form(u)]
	if !known {
		return
	}
	for _, k := range ruleKeys {
		if o.has(k) && !contains(common, k) && !contains(ok, k) {
			o.keys[k].fail("key-without-meaning", fmt.Sprintf("%q means nothing in a rule that %s", k, sentenceForm(u)),
				"allowed here: "+strings.Join(ok, ", "))
		}
	}
}

func sentenceForm(u truce.Rule) string {
	if u.Verb == truce.Assessed {
		return "people assess"
	}
	return form(u)
}

func (r *reader) ruleParts(o object, u *truce.Rule) {
	switch u.Object {
	case truce.KindIncident:
		u.Kinds = r.treeWords(o.get("kinds"), r.incidents)
	default:
		u.Kinds = r.wordList(o.get("kinds"))
	}
	if o.has("act") {
		u.Kinds = []string{r.word(o.get("act"))}
	}
	u.By, u.Against, u.Between, u.Of = r.who(o.get("by")), r.who(o.get("against")), r.who(o.get("between")), r.who(o.get("of"))
	for _, w := range o.get("equipment").items() {
		u.Equipment = append(u.Equipment, r.arms(w))
	}
	u.Where = r.where(o.get("where"))
	u.From, u.Until, u.Due = r.timeExpr(o.get("from")), r.timeExpr(o.get("until")), r.timeExpr(o.get("due"))
	u.Hours = r.hours(o.get("hours"))
	u.When, u.WhenTerm, u.WhenAt = r.eventCondition(o.get("when"))
	for _, w := range o.get("unless").items() {
		u.Unless = append(u.Unless, r.exception(w))
	}
	if e := o.get("evidence"); e.given() {
		q := e.object(evidenceKeys...)
		u.Evidence.Sources = int(q.get("sources").number())
		for _, w := range q.get("means").items() {
			m, _ := truce.ParseMeans(oneOf(w, truce.MeansWords()))
			u.Evidence.Means = append(u.Evidence.Means, m)
		}
		for _, w := range q.get("standing").items() {
			m, _ := truce.ParseStanding(oneOf(w, truce.StandingWords()))
			u.Evidence.Standing = append(u.Evidence.Standing, m)
		}
	}
	u.Dwell, u.Gap, u.Hysteresis = o.get("dwell").duration(), o.get("gap").duration(), o.get("hysteresis").distance()
	u.Within = o.get("within").duration()
	if o.has("ahead") {
		u.Within = o.get("ahead").duration()
	}
	if m := o.get("at_most"); m.given() {
		q := m.object(r.equipment.Words()...)
		for _, w := range r.equipment.Words() {
			if q.has(w) {
				u.AtMost = append(u.AtMost, truce.Limit{What: w, AtMost: q.get(w).number()})
			}
		}
	}
	if m := o.get("at_least"); m.given() {
		q := m.object(quotaKeys...)
		q.need("number")
		if u.Object != truce.KindAct {
			q.need("per")
		} else if q.has("per") || q.has("of") {
			q.fail("key-without-meaning", "an act is counted in all, not by period or kind", "leave per: and of: out")
		}
		u.AtLeast = &truce.Quota{Number: q.get("number").number(), What: r.word(q.get("of")), Per: oneOf(q.get("per"), []string{"day", "week", "month"})}
	}
	for _, w := range o.get("steps").items() {
		q := w.object(stepKeys...)
		q.need("act")
		u.Steps = append(u.Steps, truce.Step{Act: truce.Act{What: r.word(q.get("act")), By: r.who(q.get("by")), Result: r.results(q.get("result"))},
			Before: q.get("before").duration(), After: q.get("after").duration(),
			Unknown: oneOf(q.get("silence"), []string{"unknown", "absent"}) != "absent"})
	}
	u.Silence = oneOf(o.get("silence"), []string{"unknown", "breach"})
	if m := o.get("replaced_by"); m.given() {
		q := m.object(replacedKeys...)
		q.need("by", "from")
		u.ReplacedBy = &truce.Replacement{By: q.get("by").text(), From: r.timeExpr(q.get("from")), Source: truce.SourceID(r.named(q.get("source"), statements))}
	}
	u.Source = truce.SourceID(r.named(o.get("source"), statements))
}

// hours reads the hours of the day in which a rule speaks.
func (r *reader) hours(v value) *truce.Hours {
	if !v.given() {
		return nil
	}
	o := v.object(hoursKeys...)
	o.need("from", "until")
	h := truce.Hours{From: o.get("from").clockTime(lastHour), Until: o.get("until").clockTime(24 * time.Hour)}
	if o.has("until") && h.From == h.Until && o.has("from") && o.get("from").text() == o.get("until").text() {
		o.get("until").fail("bad-clock", "the hours end when they begin", `write the whole day as from: "00:00", until: "24:00", or leave hours out`)
	}
	return &h
}

// ruleNeeds reports what a rule of this form cannot do without.
func (r *reader) ruleNeeds(o object, u truce.Rule) {
	switch form(u) {
	case "forbids incident", "permits incident":
		if !o.has("kinds") {
			o.fail("missing-key", fmt.Sprintf("the rule %q does not say which incidents", u.ID), "add kinds: [armed-force], or narrower words")
		}
		if u.Between.Set() && (u.By.Set() || u.Against.Set()) {
			o.keys["between"].fail("between-and-by", "between already says who by and against whom", "keep between, or by and against")
		}
	case "forbids presence":
		if !o.has("of") && !o.has("equipment") {
			o.fail("missing-key", fmt.Sprintf("the rule %q does not say whose presence, or of what", u.ID), "add of: or equipment:")
		}
		if !o.has("where") {
			o.fail("missing-key", fmt.Sprintf("the rule %q does not say where", u.ID), "add where:")
		}
	case "limits presence", "limits inspection":
		if !o.has("at_most") {
			o.fail("missing-key", fmt.Sprintf("the rule %q sets no limit", u.ID), "add at_most: {personnel: 6000, tank: 75}")
		}
	case "requires act":
		o.need("act", "by")
	case "requires passage":
		if u.AtLeast != nil && o.has("hours") {
			o.keys["hours"].fail("key-without-meaning", "what passes in a period is counted at every hour", "leave hours: out, or at_least:")
		}
		if u.AtLeast == nil && u.Within == 0 && !o.has("kinds") {
			o.fail("missing-key", fmt.Sprintf("the rule %q does not say which passages, how many or how soon", u.ID), "add kinds:, at_least: or within:")
		}
	case "requires notification":
		o.need("ahead")
	}
}

func (r *reader) results(v value) []truce.Ended {
	var out []truce.Ended
	for _, w := range v.items() {
		e, _ := truce.ParseEnded(oneOf(w, truce.EndedWords()))
		out = append(out, e)
	}
	return out
}

func (r *reader) arms(v value) truce.Arms {
	if !v.isMapping() {
		s := v.text()
		switch {
		case s == "" || r.equipment.Has(s):
			return truce.Arms{Category: s}
		case r.names[terms].has(s):
			r.termOf(v, s, truce.TermEquipment)
			return truce.Arms{Term: truce.TermID(s)}
		}
		r.unknownWord(v, s, r.equipment)
		return truce.Arms{}
	}
	o := v.object(armsKeys...)
	a := truce.Arms{Category: o.get("category").text(), Term: truce.TermID(r.named(o.get("term"), terms)),
		CalibreOver: o.get("calibre_over").millimetres(), CalibreFrom: o.get("calibre_from").millimetres(),
		CalibreUnder: o.get("calibre_under").millimetres(), RangeOver: o.get("range_over").distance()}
	if a.Category != "" && !r.equipment.Has(a.Category) {
		r.unknownWord(o.get("category"), a.Category, r.equipment)
	}
	if a.Term != "" {
		r.termOf(o.get("term"), string(a.Term), truce.TermEquipment)
	}
	return a
}

// termOf reports a term used where another kind of term is needed.
func (r *reader) termOf(v value, id string, want truce.TermKind) {
	if k, ok := r.kinds[id]; ok && k != want {
		v.fail("wrong-term", fmt.Sprintf("the term %q is about %s; one about %s is needed here", id, k, want), "")
	}
}

// who reads actors, classes and terms.
func (r *reader) who(v value) truce.Who {
	var w truce.Who
	if !v.given() {
		return w
	}
	if !v.isMapping() {
		for _, x := range v.items() {
			r.whoWord(x, &w)
		}
		return w
	}
	o := v.object(whoKeys...)
	for _, k := range []string{"each", "any"} {
		for _, x := range o.get(k).items() {
			r.whoWord(x, &w)
		}
	}
	w.Each = o.has("each")
	for _, x := range o.get("actor").items() {
		if s := r.named(x, actors); s != "" {
			w.Actors = append(w.Actors, truce.ActorID(s))
		}
	}
	for _, x := range o.get("class").items() {
		w.Classes = append(w.Classes, truce.Class(oneOf(x, truce.Classes)))
	}
	for _, x := range o.get("term").items() {
		if s := r.named(x, terms); s != "" {
			r.termOf(x, s, truce.TermActor)
			w.Terms = append(w.Terms, truce.TermID(s))
		}
	}
	for _, x := range o.get("all").items() {
		w.All = append(w.All, r.who(x))
	}
	if o.has("not") {
		not := r.who(o.get("not"))
		w.Not = &not
	}
	return w
}

func (r *reader) whoWord(v value, w *truce.Who) {
	if v.isMapping() {
		v.fail("bad-who", "a name is expected in this list", "write an actor, a class or a term; use all: or not: on their own")
		return
	}
	switch s := v.text(); {
	case s == "":
	case contains(truce.Classes, s) || s == sameSide:
		w.Classes = append(w.Classes, truce.Class(s))
	case r.names[actors].has(s):
		w.Actors = append(w.Actors, truce.ActorID(s))
	case r.names[terms].has(s):
		r.termOf(v, s, truce.TermActor)
		w.Terms = append(w.Terms, truce.TermID(s))
	default:
		if n := Nearest(s, truce.Classes); n != "" && Nearest(s, r.names[actors].list) == "" {
			v.fail("unknown-actor", fmt.Sprintf("there is no actor, class or term %q", s), fmt.Sprintf("did you mean %q?", n))
			return
		}
		r.unknown(v, s, actors, terms)
	}
}

// notPublished is the word for a place that a text draws and nobody published.
const notPublished = "not published"

// eventCondition reads a condition on what happened: CEL, or the name of a term about events.
func (r *reader) eventCondition(v value) (string, truce.TermID, truce.Origin) {
	if s := v.text(); v.given() && r.names[terms].has(s) {
		r.termOf(v, s, truce.TermEvent)
		return "", truce.TermID(s), v.at
	}
	text, at := r.conditionText(v, truce.TermEvent)
	return text, "", at
}

// where reads a place: the name of a feature or term, or a mapping.
func (r *reader) where(v value) *truce.Where {
	if !v.given() {
		return nil
	}
	if v.isScalar() {
		switch s := v.text(); {
		case s == "":
			return nil
		case s == notPublished:
			return &truce.Where{Unpublished: true}
		case r.names[places].has(s):
			return &truce.Where{Zone: truce.PlaceID(s)}
		case r.names[terms].has(s):
			r.termOf(v, s, truce.TermPlace)
			return &truce.Where{Term: truce.TermID(s)}
		default:
			r.unknown(v, s, places, terms)
			return nil
		}
	}
	if v.isList() {
		v.fail("bad-where", "several places need all: or any:", "write {any: [a, b]}")
		return nil
	}
	o := v.object(whereKeys...)
	w := &truce.Where{}
	var said []string
	say := func(k string) bool {
		if o.has(k) {
			said = append(said, k)
			return true
		}
		return false
	}
	if say("zone") {
		w.Zone = truce.PlaceID(r.named(o.get("zone"), places))
	}
	if say("kind") {
		w.Kind = truce.FeatureKind(oneOf(o.get("kind"), truce.AreaKinds))
	}
	if say("term") {
		w.Term = truce.TermID(r.named(o.get("term"), terms))
		r.termOf(o.get("term"), string(w.Term), truce.TermPlace)
	}
	if o.has("within") || o.has("side") {
		said = append(said, "within")
		w.Within = o.get("within").distance()
		o.need("of")
		w.Side = truce.Side(o.get("side").text())
		if s := o.get("within").text(); w.Within == 0 && strings.HasPrefix(s, "0") {
			o.get("within").fail("bad-distance", "a distance of nothing is no place", "write for example within: 5 km")
		}
	}
	if o.has("of") {
		w.Of = truce.PlaceID(r.named(o.get("of"), places))
		if !o.has("within") && !o.has("side") {
			o.keys["of"].fail("bad-where", "of: needs within: or side:", "write {within: 5 km, of: line}")
		}
	}
	if say("all") {
		for _, x := range o.get("all").items() {
			if p := r.where(x); p != nil {
				w.All = append(w.All, *p)
			}
		}
	}
	if say("any") {
		for _, x := range o.get("any").items() {
			if p := r.where(x); p != nil {
				w.Any = append(w.Any, *p)
			}
		}
	}
	if say("not") {
		w.Not = r.where(o.get("not"))
	}
	if len(said) != 1 && o.given() {
		v.fail("bad-where", "a place says exactly one thing", "join several with all: [...] or any: [...]")
	}
	if w.Side != "" && w.Of != "" {
		r.checkSide(o.get("side"), w)
	}
	return w
}

// checkSide reports a side the line does not have.
func (r *reader) checkSide(v value, w *truce.Where) {
	for _, f := range r.features {
		if f.ID != w.Of {
			continue
		}
		sides := []string{string(f.Left), string(f.Right)}
		if f.Shape != truce.ShapeLine || f.Left == "" || f.Right == "" {
			v.fail("no-sides", fmt.Sprintf("%q has no named sides", w.Of), `give the line "left" and "right" in geometry.geojson`)
		} else if !contains(sides, string(w.Side)) {
			v.fail("unknown-side", fmt.Sprintf("%q has no side %q", w.Of, w.Side), "its sides: "+strings.Join(sides, ", "))
		}
	}
}

func (r *reader) exception(v value) truce.Exception {
	o := v.object(exceptionKeys...)
	e := truce.Exception{Permission: truce.RuleID(r.named(o.get("permission"), rules)), By: r.who(o.get("by")), Against: r.who(o.get("against")),
		Where: r.where(o.get("where")), Kinds: r.treeWords(o.get("kinds"), r.incidents), Origin: v.at}
	e.When, e.WhenTerm, e.WhenAt = r.eventCondition(o.get("when"))
	if n := o.get("notified"); n.given() {
		q := n.object(noticeKeys...)
		q.need("ahead")
		e.Notice = &truce.Notice{Ahead: q.get("ahead").duration(), What: r.wordList(q.get("kinds")),
			Unknown: oneOf(q.get("silence"), []string{"unknown", "absent"}) == "unknown"}
	}
	if len(o.values) == 0 && o.given() {
		v.fail("empty-exception", "an exception without a condition lifts the whole rule", "add permission, by, against, where, kinds, when or notified")
	}
	return e
}
