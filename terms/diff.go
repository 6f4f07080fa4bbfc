package terms

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"truce"
	"truce/geo"
	"truce/internal/lang"
)

// maxComparedVertices is the longest shape whose movement is measured; of a longer one it is only said that it changed. See
// docs/limits.md.
const maxComparedVertices = 5000

// contextWords is how much of a text that stayed is shown around what changed.
const contextWords = 8

// Change is one difference between two versions of an agreement.
type Change struct {
	Edit Edit // Added, Removed, or Same for a part that stayed and differs in Field or Text
	// Kind is the sort of part: "rule", "reading", "place"...; ID its name, "term=reading" for a reading; Field the field's name in
	// the types of package truce, "" for the part as a whole; Lang the language of a text.
	Kind, ID, Field, Lang string
	// Part and Label say the part and the field; Label may be empty.
	Part, Label truce.Phrase
	// Before and After say what it was and what it is; of a list, only the items that went and came. Before is meant for a printer
	// bound to the earlier version, After for one bound to the later.
	Before, After []truce.Phrase
	// Text is the redline of an article's text.
	Text []Piece
}

// Diff lists what changed from one version of an agreement to another: facts about it, participants, the text word by
// word, articles, rules, terms and readings, counting rules, suspensions, moments, statements, actors and their facts, and
// geometry with how far a shape moved. Parts are matched by their ids; the list is in the order of the versions.
func Diff(a, b *truce.Agreement) []Change {
	d := &differ{a: a, b: b, was: clausesOf(a), is: clausesOf(b)}
	d.fields(part{"agreement", "", truce.Say("diff.agreement")}, *a, *b)
	d.participants()
	d.texts()
	d.articles()
	d.rules()
	d.terms()
	d.countings()
	d.suspensions()
	d.moments()
	d.kinds()
	d.statements()
	d.actors()
	d.places()
	return d.out
}

// WriteChanges writes changes for people: what went after a minus, what came after a plus. Both versions give the names.
func WriteChanges(w io.Writer, list []Change, a, b *truce.Agreement, o ShowOptions) error {
	before, after := lang.For(o.Lang).With(a), lang.For(o.Lang).With(b)
	paint := func(code, s string) string {
		if !o.Colour || s == "" {
			return s
		}
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
	var out strings.Builder
	line := func(sign, colour, text string) { out.WriteString(paint(colour, sign+" "+text) + "\n") }
	for _, c := range list {
		p := after
		if c.Edit == Removed {
			p = before
		}
		head := p.Say(c.Part)
		if c.Label.ID != "" {
			head = p.Say(truce.Say("diff.field", arg(c.Part), arg(c.Label)))
		}
		switch c.Edit {
		case Added:
			line("+", "32;1", head)
		case Removed:
			line("-", "31;1", head)
		default:
			line("~", "1", head)
		}
		for _, x := range c.Before {
			line("    -", "31", before.Say(x))
		}
		for _, x := range c.After {
			line("    +", "32", after.Say(x))
		}
		for _, l := range strings.Split(inline(c.Text, paint), "\n") {
			if strings.TrimSpace(l) != "" {
				out.WriteString("    " + l + "\n")
			}
		}
	}
	total := truce.Say("diff.count", truce.NumArg(int64(len(list))))
	if len(list) == 0 {
		total = truce.Say("diff.none")
	}
	out.WriteString(after.Say(total) + "\n")
	_, err := io.WriteString(w, out.String())
	return err
}

// inline writes a redline in one text: [-gone-] and {+come+}, with long stretches that stayed cut short.
func inline(text []Piece, paint func(code, s string) string) string {
	var b strings.Builder
	for i, p := range text {
		s := visibleText(p.Text)
		switch list := wordsOf(s); {
		case p.Edit == Removed:
			b.WriteString(paint("31", "[-"+s+"-]"))
		case p.Edit == Added:
			b.WriteString(paint("32", "{+"+s+"+}"))
		case i == 0 && len(list) > contextWords:
			b.WriteString("… " + strings.Join(list[len(list)-contextWords:], ""))
		case i == len(text)-1 && len(list) > contextWords:
			b.WriteString(strings.TrimRight(strings.Join(list[:contextWords], ""), " \n") + " …")
		case len(list) > 2*contextWords:
			b.WriteString(strings.Join(list[:contextWords], "") + "… " + strings.Join(list[len(list)-contextWords:], ""))
		default:
			b.WriteString(s)
		}
	}
	return b.String()
}

// visibleText is visible for a text of several lines.
func visibleText(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// part is a part of an agreement that is compared.
type part struct {
	kind, id string
	phrase   truce.Phrase
}

// differ compares two versions.
type differ struct {
	a, b    *truce.Agreement
	was, is *clauses
	out     []Change
}

func (d *differ) add(c Change) { d.out = append(d.out, c) }

// field says how a field of a part is named and what its value says.
type field struct {
	label truce.Phrase
	say   func(c *clauses, v any) truce.Arg
	items func(c *clauses, v any) []truce.Arg // of a list, instead of say: one for each item
}

// fields compares two structs of one type field by field, in the order of the type. Fields without an entry are compared
// elsewhere or not at all; a test holds the list complete.
func (d *differ) fields(p part, x, y any) {
	v, u := reflect.ValueOf(x), reflect.ValueOf(y)
	typ := v.Type()
	for i := range typ.NumField() {
		f, ok := partFields[typ.Name()][typ.Field(i).Name]
		if !ok {
			continue
		}
		a, b := copyOf(v.Field(i), true).Interface(), copyOf(u.Field(i), true).Interface()
		if reflect.DeepEqual(a, b) {
			continue
		}
		c := Change{Kind: p.kind, ID: p.id, Field: typ.Field(i).Name, Part: p.phrase, Label: f.label}
		if w, ok := a.(truce.Words); ok {
			d.words(c, w, b.(truce.Words))
			continue
		}
		if f.items != nil {
			c.Before, c.After = d.items(f, a, b)
		} else {
			c.Before, c.After = said(f.say(d.was, a)), said(f.say(d.is, b))
		}
		d.add(c)
	}
}

// items says which items of a list went and which came; where only their order changed, all of them.
func (d *differ) items(f field, a, b any) (before, after []truce.Phrase) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	keys := func(v reflect.Value) (out []string) {
		for i := range v.Len() {
			out = append(out, key(v.Index(i).Interface()))
		}
		return out
	}
	if x.Kind() != reflect.Slice { // a struct whose fields are the items: those that are said alike stayed
		return d.saidItems(f.items(d.was, a), f.items(d.is, b))
	}
	p, q := keys(x), keys(y)
	for i, v := range f.items(d.was, a) {
		if !contains(q, p[i]) {
			before = append(before, said(v)...)
		}
	}
	for i, v := range f.items(d.is, b) {
		if !contains(p, q[i]) {
			after = append(after, said(v)...)
		}
	}
	if len(before)+len(after) == 0 {
		return said(listArg(f.items(d.was, a))), said(listArg(f.items(d.is, b)))
	}
	return before, after
}

// saidItems compares items by what is said of them.
func (d *differ) saidItems(x, y []truce.Arg) (before, after []truce.Phrase) {
	for _, v := range x {
		if !slices.ContainsFunc(y, func(u truce.Arg) bool { return reflect.DeepEqual(u, v) }) {
			before = append(before, said(v)...)
		}
	}
	for _, v := range y {
		if !slices.ContainsFunc(x, func(u truce.Arg) bool { return reflect.DeepEqual(u, v) }) {
			after = append(after, said(v)...)
		}
	}
	return before, after
}

// words compares a text language by language.
func (d *differ) words(c Change, x, y truce.Words) {
	for _, l := range []struct{ lang, was, is string }{{"en", x.EN, y.EN}, {"ar", x.AR, y.AR}, {"ru", x.RU, y.RU}} {
		if l.was != l.is {
			e := c
			e.Lang = l.lang
			e.Label = truce.Say("diff.in-language", arg(c.Label), truce.LanguageArg(l.lang))
			e.Before, e.After = said(textArg(l.was)), said(textArg(l.is))
			d.add(e)
		}
	}
}

// said makes a phrase of an argument, so that it can be said alone.
func said(a truce.Arg) []truce.Phrase {
	if a.Kind == truce.ArgPhrase {
		return []truce.Phrase{{ID: a.Text, Args: a.Args}}
	}
	return []truce.Phrase{truce.Say("explain.note", a)}
}

func textArg(s string) truce.Arg {
	if s == "" {
		return arg(truce.Say("diff.empty"))
	}
	return truce.Str(s)
}

func listArg(list []truce.Arg) truce.Arg {
	if len(list) == 0 {
		return arg(truce.Say("diff.empty"))
	}
	return truce.ListArg(list...)
}

func yesNo(yes bool) truce.Arg {
	if yes {
		return arg(truce.Say("diff.yes"))
	}
	return arg(truce.Say("diff.no"))
}

// The three forms of field: one value, a list, a text in three languages.
func value1(label truce.Phrase, say func(*clauses, any) truce.Arg) field {
	return field{label: label, say: say}
}
func items(label truce.Phrase, items func(*clauses, any) []truce.Arg) field {
	return field{label: label, items: items}
}
func inLanguages(label truce.Phrase) field { return field{label: label} }

// partFields are the fields of the parts of an agreement that are compared as they are.
var partFields = map[string]map[string]field{
	"Agreement": {
		"Version":      value1(truce.Say("diff.version"), sayText),
		"Title":        inLanguages(truce.Say("diff.title")),
		"Status":       value1(truce.Say("diff.status"), sayWord(func(s string) truce.Phrase { return truce.Say("status." + s) })),
		"PublishedBy":  items(truce.Say("diff.published-by"), publicationItems),
		"Supersedes":   items(truce.Say("diff.supersedes"), textItems),
		"SupersededBy": items(truce.Say("diff.superseded-by"), textItems),
		"Note":         inLanguages(truce.Say("diff.note")),
		"Clock":        value1(truce.Say("diff.clock"), sayClock),
		"Edges":        value1(truce.Say("diff.edges"), sayWord(func(s string) truce.Phrase { return truce.Say("edges." + s) })),
		"Duration":     value1(truce.Say("diff.duration"), sayAgreementDuration),
		"Procedure":    items(truce.Say("diff.procedure"), procedureItems),
	},
	"Participant": {
		"Host":       value1(truce.Say("diff.host"), sayBool),
		"AnswersFor": items(truce.Say("diff.answers-for"), actorItems),
		"Source":     value1(truce.Say("diff.source"), saySource),
	},
	"Statement": {
		"Who":       value1(truce.Say("diff.who"), sayText),
		"Actor":     value1(truce.Say("diff.speaks-for"), sayActor),
		"On":        value1(truce.Say("diff.on"), sayText),
		"RelayedBy": items(truce.Say("diff.relayed-by"), textItems),
		"Says":      inLanguages(truce.Say("diff.says")),
		"Quote":     value1(truce.Say("diff.quote"), sayText),
		"About":     items(truce.Say("diff.about"), textItems),
		"Reference": value1(truce.Say("diff.reference"), sayText),
		"Grade":     value1(truce.Say("diff.grade"), sayText),
	},
	"Moment": {
		"Name":   inLanguages(truce.Say("diff.name")),
		"At":     value1(truce.Say("diff.at"), sayTime),
		"Source": value1(truce.Say("diff.source"), saySource),
	},
	"KindWord": {
		"Parent":    value1(truce.Say("diff.parent"), sayText),
		"Equipment": value1(truce.Say("diff.list"), sayList),
		"Other":     value1(truce.Say("diff.other"), sayBool),
		"Name":      inLanguages(truce.Say("diff.name")),
	},
	"Term": {
		"Kind": value1(truce.Say("diff.kind"), sayWord(func(s string) truce.Phrase { return truce.Say("term-kind." + s) })),
		"Name": inLanguages(truce.Say("diff.name")),
	},
	"Reading": {
		"Name":   inLanguages(truce.Say("diff.name")),
		"HeldBy": items(truce.Say("diff.held-by"), holderItems),
		"Source": value1(truce.Say("diff.source"), saySource),
		"Note":   inLanguages(truce.Say("diff.note")),
	},
	"Counting": {
		"Name":   inLanguages(truce.Say("diff.name")),
		"HeldBy": items(truce.Say("diff.held-by"), holderItems),
		"Unit":   value1(truce.Say("diff.unit"), sayWord(func(s string) truce.Phrase { return truce.Say("count-unit." + s) })),
		"Gap":    value1(truce.Say("diff.gap"), sayDuration),
		"Near":   value1(truce.Say("diff.near"), sayMetres),
		"Kinds":  items(truce.Say("diff.kinds"), wordItems),
		"Daily":  value1(truce.Say("diff.daily"), sayBool),
		"Source": value1(truce.Say("diff.source"), saySource),
	},
	"Article": {"Title": inLanguages(truce.Say("diff.title"))},
	"Rule": {
		"Name":       inLanguages(truce.Say("diff.name")),
		"Verb":       value1(truce.Say("diff.what"), sayWord(func(s string) truce.Phrase { return truce.Say("verb." + s) })),
		"Object":     value1(truce.Say("diff.kind"), sayWord(func(s string) truce.Phrase { return truce.Say("observation." + s) })),
		"Kinds":      items(truce.Say("diff.kinds"), wordItems),
		"By":         value1(truce.Say("diff.by"), sayWho),
		"Against":    value1(truce.Say("diff.against"), sayWho),
		"Between":    value1(truce.Say("diff.between"), sayWho),
		"Of":         value1(truce.Say("diff.of"), sayWho),
		"Equipment":  items(truce.Say("diff.equipment"), armsItems),
		"Where":      value1(truce.Say("diff.where"), func(c *clauses, v any) truce.Arg { return c.where(v.(*truce.Where)) }),
		"From":       value1(truce.Say("diff.from"), sayTime),
		"Until":      value1(truce.Say("diff.until"), sayTime),
		"Due":        value1(truce.Say("diff.due"), sayTime),
		"Hours":      value1(truce.Say("diff.hours"), sayHours),
		"When":       value1(truce.Say("diff.when"), sayCondition),
		"WhenTerm":   value1(truce.Say("diff.when"), sayTermID),
		"Unless":     items(truce.Say("diff.unless"), exceptionItems),
		"Evidence":   items(truce.Say("diff.evidence"), evidenceItems),
		"Dwell":      value1(truce.Say("diff.dwell"), sayDuration),
		"Gap":        value1(truce.Say("diff.gap"), sayDuration),
		"Hysteresis": value1(truce.Say("diff.hysteresis"), sayMetres),
		"AtMost":     items(truce.Say("diff.at-most"), limitItems),
		"AtLeast":    value1(truce.Say("diff.at-least"), sayQuota),
		"Within":     value1(truce.Say("diff.within"), sayDuration),
		"Steps":      items(truce.Say("diff.steps"), stepItems),
		"Silence":    value1(truce.Say("diff.silence"), saySilence),
		"AssessedBy": items(truce.Say("diff.assessed-by"), actorItems),
		"ReplacedBy": value1(truce.Say("diff.replaced-by"), sayReplacement),
		"Source":     value1(truce.Say("diff.source"), saySource),
	},
	"Actor": {
		"Name":     inLanguages(truce.Say("diff.name")),
		"Kind":     value1(truce.Say("diff.kind"), sayWord(func(s string) truce.Phrase { return truce.Say("actor-kind." + s) })),
		"Aliases":  items(truce.Say("diff.aliases"), aliasItems),
		"Complete": value1(truce.Say("diff.complete"), sayBool),
		"Refs":     items(truce.Say("diff.refs"), textItems),
	},
	"Feature": {
		"Kind":         value1(truce.Say("diff.kind"), sayWord(func(s string) truce.Phrase { return truce.Say("feature." + s) })),
		"Name":         inLanguages(truce.Say("diff.name")),
		"Aliases":      items(truce.Say("diff.aliases"), textItems),
		"Illustrative": value1(truce.Say("diff.illustrative"), sayBool),
		"Source":       value1(truce.Say("diff.source"), saySource),
		"Radius":       value1(truce.Say("diff.radius"), sayMetres),
		"Left":         value1(truce.Say("diff.left"), sayText),
		"Right":        value1(truce.Say("diff.right"), sayText),
	},
}

func empty() truce.Arg { return arg(truce.Say("diff.empty")) }

func sayText(_ *clauses, v any) truce.Arg { return textArg(fmt.Sprint(v)) }
func sayBool(_ *clauses, v any) truce.Arg { return yesNo(v.(bool)) }
func sayTime(c *clauses, v any) truce.Arg { return c.time(v.(truce.TimeExpr)) }
func sayWho(c *clauses, v any) truce.Arg  { return c.who(v.(truce.Who)) }

// sayWord says a word of a fixed list.
func sayWord(phrase func(string) truce.Phrase) func(*clauses, any) truce.Arg {
	return func(_ *clauses, v any) truce.Arg {
		if fmt.Sprint(v) == "" {
			return empty()
		}
		return arg(phrase(fmt.Sprint(v)))
	}
}

func sayDuration(_ *clauses, v any) truce.Arg {
	if v.(time.Duration) == 0 {
		return empty()
	}
	return truce.DurArg(v.(time.Duration))
}

func sayMetres(_ *clauses, v any) truce.Arg {
	if v.(truce.Metres) == 0 {
		return empty()
	}
	return tenths(v.(truce.Metres))
}

func sayTermID(_ *clauses, v any) truce.Arg {
	if v.(truce.TermID) == "" {
		return empty()
	}
	return truce.TermArg(v.(truce.TermID))
}

func sayActor(_ *clauses, v any) truce.Arg {
	if v.(truce.ActorID) == "" {
		return empty()
	}
	return truce.ActorArg(v.(truce.ActorID))
}

func saySource(_ *clauses, v any) truce.Arg {
	if v.(truce.SourceID) == "" {
		return empty()
	}
	return truce.SourceArg(v.(truce.SourceID))
}

func sayClock(_ *clauses, v any) truce.Arg {
	k := v.(truce.Clock)
	return arg(truce.Say("diff.clock-value", truce.Str(k.Zone), hour(k.CutOff)))
}

// sayAgreementDuration says what the explanation of an agreement says of its duration.
func sayAgreementDuration(c *clauses, v any) truce.Arg {
	d := v.(*truce.Duration)
	if d == nil {
		return empty()
	}
	x := explainer{a: &truce.Agreement{Duration: d}, c: c}
	var all []truce.Phrase
	for _, s := range x.duration() {
		all = append(all, s.phrase)
		for _, t := range s.Under {
			all = append(all, t.phrase)
		}
	}
	return sentences(all)
}

func sayList(_ *clauses, v any) truce.Arg {
	if v.(bool) {
		return arg(truce.Say("term-kind.equipment"))
	}
	return arg(truce.Say("term-kind.event"))
}

func sayCondition(c *clauses, v any) truce.Arg {
	if v.(string) == "" {
		return empty()
	}
	return c.condition(v.(string), truce.TermEvent)
}

func sayQuota(_ *clauses, v any) truce.Arg {
	if v.(*truce.Quota) == nil {
		return empty()
	}
	return arg(quota(*v.(*truce.Quota)))
}

func sayHours(_ *clauses, v any) truce.Arg {
	h := v.(*truce.Hours)
	if h == nil {
		return empty()
	}
	from, until := h.Texts()
	return arg(truce.Say("diff.hours-value", truce.Str(from), truce.Str(until)))
}

func saySilence(_ *clauses, v any) truce.Arg {
	if v.(string) == "breach" {
		return arg(truce.Say("diff.breach-silence"))
	}
	return arg(truce.Say("diff.unknown-silence"))
}

func sayReplacement(c *clauses, v any) truce.Arg {
	r := v.(*truce.Replacement)
	if r == nil {
		return empty()
	}
	return arg(truce.Say("diff.replacement", truce.Str(r.By), c.time(r.From)))
}

func wordItems(_ *clauses, v any) []truce.Arg  { return words(v.([]string)) }
func actorItems(_ *clauses, v any) []truce.Arg { return actorArgs(v.([]truce.ActorID)) }

func textItems(_ *clauses, v any) (list []truce.Arg) {
	for i, s := 0, reflect.ValueOf(v); i < s.Len(); i++ {
		list = append(list, truce.Str(fmt.Sprint(s.Index(i).Interface())))
	}
	return list
}

// publicationItems and evidenceItems are those of structs whose fields are items of one list.
func publicationItems(_ *clauses, v any) (list []truce.Arg) {
	p := v.(truce.Publication)
	for _, s := range []string{p.Who, p.On, p.Note, p.Reference} {
		if s != "" {
			list = append(list, truce.Str(s))
		}
	}
	return list
}

func evidenceItems(_ *clauses, v any) (list []truce.Arg) {
	e := v.(truce.Evidence)
	if e.Sources > 0 {
		list = append(list, arg(truce.Say("diff.sources", truce.NumArg(int64(e.Sources)))))
	}
	for _, m := range e.Means {
		list = append(list, arg(truce.Say("means."+m.String())))
	}
	for _, s := range e.Standing {
		list = append(list, arg(truce.Say("standing."+s.String())))
	}
	return list
}

func holderItems(_ *clauses, v any) (list []truce.Arg) {
	for _, h := range v.([]truce.Holding) {
		list = append(list, holder(h))
	}
	return list
}

func armsItems(c *clauses, v any) (list []truce.Arg) {
	for _, e := range v.([]truce.Arms) {
		list = append(list, c.arms([]truce.Arms{e}))
	}
	return list
}

func exceptionItems(c *clauses, v any) (list []truce.Arg) {
	for _, e := range v.([]truce.Exception) {
		list = append(list, c.exception(e))
	}
	return list
}

func limitItems(_ *clauses, v any) (list []truce.Arg) {
	for _, l := range v.([]truce.Limit) {
		list = append(list, limits([]truce.Limit{l}))
	}
	return list
}

func stepItems(c *clauses, v any) (list []truce.Arg) {
	for _, s := range v.([]truce.Step) {
		list = append(list, sentences(c.step(s)))
	}
	return list
}

func aliasItems(c *clauses, v any) (list []truce.Arg) {
	for _, x := range v.([]truce.Alias) {
		if x.From == 0 && x.Until == 0 {
			list = append(list, truce.Str(x.Name))
		} else {
			list = append(list, arg(truce.Say("diff.alias", truce.Str(x.Name), c.end(x.From), c.end(x.Until))))
		}
	}
	return list
}

// end says one end of a stretch of time: a day where it is the beginning or the end of one.
func (c *clauses) end(i truce.Instant) truce.Arg {
	day := c.clock.DayOf(i)
	switch {
	case i == 0:
		return arg(truce.Say("diff.open-end"))
	case i == day.From || i == day.To:
		return truce.SpanArg(day)
	}
	return truce.InstantArg(i)
}

// sentences puts sentences one behind the other.
func sentences(list []truce.Phrase) truce.Arg {
	out := list[0]
	for _, p := range list[1:] {
		out = truce.Say("diff.sentences", arg(out), arg(p))
	}
	return arg(out)
}

// ordered are the kinds of part whose order is part of the text.
var ordered = []string{"article", "rule", "term", "reading"}

// match pairs the parts of two lists by their ids, calls same for those in both, and notes those that went and came.
func match[T any](d *differ, x, y []T, id func(T) string, p func(T) part, whole func(c *clauses, v T) []truce.Phrase, same func(v, u T)) {
	index := func(list []T) (ids []string, first map[string]int) {
		first = make(map[string]int, len(list))
		for i, v := range list {
			ids = append(ids, id(v))
			if _, twice := first[ids[i]]; !twice {
				first[ids[i]] = i
			}
		}
		return ids, first
	}
	xs, inX := index(x)
	ys, inY := index(y)
	var common, there []string
	for i, v := range x {
		if k, stayed := inY[xs[i]]; stayed {
			common = append(common, xs[i])
			same(v, y[k])
			continue
		}
		q := p(v)
		d.add(Change{Edit: Removed, Kind: q.kind, ID: q.id, Part: q.phrase, Before: whole(d.was, v)})
	}
	for i, u := range y {
		if _, stayed := inX[ys[i]]; stayed {
			there = append(there, ys[i])
			continue
		}
		q := p(u)
		d.add(Change{Edit: Added, Kind: q.kind, ID: q.id, Part: q.phrase, After: whole(d.is, u)})
	}
	if len(common) == 0 || slices.Equal(common, there) {
		return
	}
	// The order of articles, rules and readings is one a reader sees; that of actors or places means nothing.
	if q := p(x[0]); contains(ordered, q.kind) {
		d.add(Change{Kind: q.kind, Field: "order", Part: truce.Say("diff.order"), Before: said(texts(common)), After: said(texts(there))})
	}
}

func texts(list []string) truce.Arg {
	var out []truce.Arg
	for _, s := range list {
		out = append(out, truce.Str(s))
	}
	return listArg(out)
}

// nothing is for parts whose name says all that is said of them when they come or go.
func nothing[T any](*clauses, T) []truce.Phrase { return nil }

func (d *differ) participants() {
	match(d, d.a.Participants, d.b.Participants, func(p truce.Participant) string { return string(p.Actor) + " " + string(p.Role) },
		func(p truce.Participant) part {
			return part{"participant", string(p.Actor), truce.Say("diff.participant", truce.ActorArg(p.Actor), arg(truce.Say("participant."+string(p.Role))))}
		}, nothing, func(p, q truce.Participant) {
			d.fields(part{"participant", string(p.Actor), truce.Say("diff.participant", truce.ActorArg(p.Actor), arg(truce.Say("participant."+string(p.Role))))}, p, q)
		})
}

// texts compares the open texts, language by language and article by article.
func (d *differ) texts() {
	match(d, d.a.Texts, d.b.Texts, func(t truce.Text) string { return t.Lang },
		func(t truce.Text) part {
			return part{"text", t.Lang, truce.Say("diff.whole-text", truce.LanguageArg(t.Lang))}
		}, nothing, func(t, u truce.Text) {
			p := part{"text", t.Lang, truce.Say("diff.whole-text", truce.LanguageArg(t.Lang))}
			if t.Authoritative != u.Authoritative {
				d.add(Change{Kind: p.kind, ID: p.id, Field: "Authoritative", Lang: t.Lang, Part: p.phrase, Label: truce.Say("diff.authoritative"),
					Before: said(yesNo(t.Authoritative)), After: said(yesNo(u.Authoritative))})
			}
			of := func(x truce.ArticleText) part {
				if x.Article == "" {
					return part{"text", "", truce.Say("diff.preamble", truce.LanguageArg(t.Lang))}
				}
				return part{"text", string(x.Article), truce.Say("diff.text", truce.Str(string(x.Article)), truce.LanguageArg(t.Lang))}
			}
			from := len(d.out)
			match(d, t.Articles, u.Articles, func(x truce.ArticleText) string { return string(x.Article) }, of,
				func(_ *clauses, x truce.ArticleText) []truce.Phrase { return said(textArg(x.Title)) },
				func(x, y truce.ArticleText) {
					if x.Title != y.Title {
						d.add(Change{Kind: "text", ID: string(x.Article), Field: "Title", Part: of(x).phrase, Label: truce.Say("diff.title"), Text: Redline(x.Title, y.Title)})
					}
					if x.Body != y.Body {
						d.add(Change{Kind: "text", ID: string(x.Article), Field: "Body", Part: of(x).phrase, Text: Redline(x.Body, y.Body)})
					}
				})
			for i := range d.out[from:] {
				d.out[from+i].Lang = t.Lang
			}
		})
}

func (d *differ) articles() {
	of := func(x truce.Article) part {
		return part{"article", string(x.ID), truce.Say("diff.article", truce.Str(string(x.ID)), truce.ArticleArg(x.ID))}
	}
	match(d, d.a.Articles, d.b.Articles, func(x truce.Article) string { return string(x.ID) }, of, nothing, func(x, y truce.Article) { d.fields(of(y), x, y) })
}

// placed is a rule with its article; a rule may move from one to another.
type placed struct {
	truce.Rule
	article truce.ArticleID
}

func placedRules(a *truce.Agreement) []placed {
	var out []placed
	for _, art := range a.Articles {
		for _, u := range art.Rules {
			out = append(out, placed{u, art.ID})
		}
	}
	return out
}

func (d *differ) rules() {
	of := func(x placed) part { return part{"rule", string(x.ID), truce.Say("diff.rule", truce.RuleArg(x.ID))} }
	head := func(c *clauses, x placed) []truce.Phrase {
		e := explainer{c: c}
		return []truce.Phrase{e.head(&x.Rule).phrase}
	}
	match(d, placedRules(d.a), placedRules(d.b), func(x placed) string { return string(x.ID) }, of, head, func(x, y placed) {
		if x.article != y.article {
			d.add(Change{Kind: "rule", ID: string(x.ID), Field: "Article", Part: of(y).phrase, Label: truce.Say("diff.in-article"), Before: said(textArg(string(x.article))), After: said(textArg(string(y.article)))})
		}
		d.fields(of(y), x.Rule, y.Rule)
	})
}

func (d *differ) terms() {
	of := func(t truce.Term) part {
		return part{"term", string(t.ID), truce.Say("diff.term", truce.TermArg(t.ID))}
	}
	match(d, d.a.Terms, d.b.Terms, func(t truce.Term) string { return string(t.ID) }, of, nothing, func(t, u truce.Term) {
		d.fields(of(u), t, u)
		of := func(r truce.Reading) part {
			c := truce.Choice{Term: t.ID, Reading: r.ID}
			return part{"reading", c.String(), truce.Say("diff.reading", truce.ReadingArg(c))}
		}
		match(d, t.Readings, u.Readings, func(r truce.Reading) string { return string(r.ID) }, of,
			func(c *clauses, r truce.Reading) []truce.Phrase { return said(c.meaning(u.Kind, r)) },
			func(r, s truce.Reading) {
				type means struct {
					Condition, Renewal string
					Place              *truce.Where
					Time               *truce.TimeExpr
				}
				a, b := bare(means{r.Condition, r.Renewal, r.Place, r.Time}), bare(means{s.Condition, s.Renewal, s.Place, s.Time})
				if !reflect.DeepEqual(a, b) {
					d.add(Change{Kind: "reading", ID: of(s).id, Field: "Means", Part: of(s).phrase, Label: truce.Say("diff.means"), Before: said(d.was.meaning(t.Kind, r)), After: said(d.is.meaning(u.Kind, s))})
				}
				d.fields(of(s), r, s)
			})
	})
}

func (d *differ) countings() {
	of := func(k truce.Counting) part {
		return part{"counting", string(k.ID), truce.Say("diff.counting", truce.CountingArg(k.ID))}
	}
	match(d, d.a.Counting, d.b.Counting, func(k truce.Counting) string { return string(k.ID) }, of,
		func(_ *clauses, k truce.Counting) []truce.Phrase {
			return []truce.Phrase{truce.Say("count-unit." + string(k.Unit))}
		},
		func(k, l truce.Counting) { d.fields(of(l), k, l) })
}

// suspensions have no ids: one that is not there any more went, a new one came.
func (d *differ) suspensions() {
	match(d, d.a.Suspensions, d.b.Suspensions, key[truce.Suspension], func(truce.Suspension) part { return part{"suspension", "", truce.Say("diff.suspension")} },
		func(c *clauses, s truce.Suspension) []truce.Phrase {
			var what []truce.Arg
			for _, r := range s.Rules {
				what = append(what, arg(truce.Say("diff.rule", truce.RuleArg(r))))
			}
			for _, a := range s.Articles {
				what = append(what, arg(truce.Say("diff.in-article")), truce.Str(string(a)))
			}
			if len(what) == 0 {
				what = append(what, arg(truce.Say("diff.everything")))
			}
			if s.Until.Kind == truce.TimeUnset {
				return []truce.Phrase{truce.Say("diff.suspended", truce.ListArg(what...), c.time(s.From))}
			}
			return []truce.Phrase{truce.Say("diff.suspended-until", truce.ListArg(what...), c.time(s.From), c.time(s.Until))}
		}, func(truce.Suspension, truce.Suspension) {})
}

// key writes a part that has no id as text, to match it by; where it is written does not count.
func key[T any](v T) string {
	var b strings.Builder
	dump(&b, copyOf(reflect.ValueOf(v), true))
	return b.String()
}

// dump writes a value of the kinds agreements are made of in one way.
func dump(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			b.WriteString("-")
			return
		}
		dump(b, v.Elem())
	case reflect.Slice:
		b.WriteString("[")
		for i := range v.Len() {
			dump(b, v.Index(i))
		}
		b.WriteString("]")
	case reflect.Struct:
		b.WriteString("{")
		for i := range v.NumField() {
			dump(b, v.Field(i))
		}
		b.WriteString("}")
	default:
		fmt.Fprintf(b, "%q;", fmt.Sprint(v.Interface()))
	}
}

func (d *differ) moments() {
	of := func(m truce.Moment) part {
		return part{"moment", string(m.ID), truce.Say("diff.moment", truce.MomentArg(m.ID))}
	}
	match(d, d.a.Moments, d.b.Moments, func(m truce.Moment) string { return string(m.ID) }, of,
		func(c *clauses, m truce.Moment) []truce.Phrase { return said(c.time(m.At)) }, func(m, n truce.Moment) { d.fields(of(n), m, n) })
}

func (d *differ) kinds() {
	of := func(k truce.KindWord) part {
		return part{"kind", k.Word, truce.Say("diff.word", truce.WordArg(k.Word))}
	}
	match(d, d.a.Kinds, d.b.Kinds, func(k truce.KindWord) string { return k.Word }, of, nothing, func(k, l truce.KindWord) { d.fields(of(l), k, l) })
}

func (d *differ) statements() {
	of := func(s truce.Statement) part {
		return part{"statement", string(s.ID), truce.Say("diff.statement", truce.SourceArg(s.ID))}
	}
	match(d, d.a.Statements, d.b.Statements, func(s truce.Statement) string { return string(s.ID) }, of,
		func(_ *clauses, s truce.Statement) []truce.Phrase { return said(textArg(s.Says.In("en"))) }, func(s, u truce.Statement) { d.fields(of(u), s, u) })
}

func (d *differ) actors() {
	of := func(x truce.Actor) part {
		return part{"actor", string(x.ID), truce.Say("diff.actor", truce.ActorArg(x.ID))}
	}
	match(d, d.a.Actors, d.b.Actors, func(x truce.Actor) string { return string(x.ID) }, of, nothing, func(x, y truce.Actor) {
		d.fields(of(y), x, y)
		match(d, x.Facts, y.Facts, key[truce.Fact], func(truce.Fact) part {
			return part{"fact", string(x.ID), truce.Say("diff.fact", truce.ActorArg(x.ID))}
		}, func(_ *clauses, f truce.Fact) []truce.Phrase { return []truce.Phrase{factPhrase(f)} }, func(truce.Fact, truce.Fact) {})
	})
}

// factPhrase says one fact with its dates, sources and disputes.
func factPhrase(f truce.Fact) truce.Phrase {
	out := truce.Say("fact." + strings.ReplaceAll(string(f.Kind), "_", "-"))
	switch f.Kind {
	case truce.FactAdheres, truce.FactExcluded:
	case truce.FactOrigin:
		out = truce.Say("diff.fact-value", arg(out), truce.CountryArg(f.Value))
	default:
		out = truce.Say("diff.fact-value", arg(out), truce.ActorArg(truce.ActorID(f.Value)))
	}
	var more []truce.Arg
	if f.From.Stated() {
		more = append(more, arg(truce.Say("diff.fact-from", truce.SpanArg(f.From))))
	}
	if f.Until.Stated() {
		more = append(more, arg(truce.Say("diff.fact-until", truce.SpanArg(f.Until))))
	}
	if len(f.HeldBy) > 0 {
		more = append(more, arg(truce.Say("diff.fact-held-by", truce.ListArg(actorArgs(f.HeldBy)...))))
	}
	if len(f.DisputedBy) > 0 {
		more = append(more, arg(truce.Say("diff.fact-disputed-by", truce.ListArg(actorArgs(f.DisputedBy)...))))
	}
	if f.Source != "" {
		more = append(more, arg(truce.Say("diff.fact-source", truce.SourceArg(f.Source))))
	}
	if len(more) > 0 {
		return truce.Say("diff.fact-more", arg(out), truce.ListArg(more...))
	}
	return out
}

func (d *differ) places() {
	of := func(f truce.Feature) part {
		return part{"place", string(f.ID), truce.Say("diff.place", truce.PlaceArg(f.ID))}
	}
	match(d, d.a.Places, d.b.Places, func(f truce.Feature) string { return string(f.ID) }, of,
		func(_ *clauses, f truce.Feature) []truce.Phrase { return []truce.Phrase{shapePhrase(f)} }, func(f, g truce.Feature) {
			d.fields(of(g), f, g)
			if !reflect.DeepEqual(f.Polygons, g.Polygons) || !reflect.DeepEqual(f.Lines, g.Lines) || f.At != g.At || f.Shape != g.Shape {
				c := Change{Kind: "place", ID: string(f.ID), Field: "Shape", Part: of(g).phrase, Label: truce.Say("diff.shape"), Before: []truce.Phrase{shapePhrase(f)}, After: []truce.Phrase{shapePhrase(g)}}
				if far, ok := moved(f, d.a.Edges, g, d.b.Edges); ok {
					c.After = append(c.After, truce.Say("diff.moved", tenths(far)))
				}
				d.add(c)
			}
		})
}

// paths lists a feature's lines or rings; closed ones end where they began.
func paths(f truce.Feature) [][]truce.Position {
	out := slices.Clone(f.Lines)
	for _, p := range f.Polygons {
		for _, ring := range p {
			if len(ring) > 0 {
				out = append(out, append(slices.Clone(ring), ring[0]))
			}
		}
	}
	if f.Shape == truce.ShapePoint {
		out = append(out, []truce.Position{f.At})
	}
	return out
}

// shapePhrase says what shape a feature has and how long it is.
func shapePhrase(f truce.Feature) truce.Phrase {
	vertices, length := 0, truce.Metres(0)
	for _, p := range paths(f) {
		vertices += len(p)
		if f.Shape == truce.ShapeArea {
			vertices--
		}
		for i := 1; i < len(p) && vertices <= geo.MaxVertices; i++ {
			length += geo.Distance(p[i-1], p[i])
		}
	}
	switch f.Shape {
	case truce.ShapePoint:
		return truce.Say("diff.point-shape", truce.Str(f.At.String()))
	case truce.ShapeLine:
		return truce.Say("diff.line-shape", truce.NumArg(int64(vertices)), tenths(length))
	case truce.ShapeArea:
		return truce.Say("diff.area-shape", truce.NumArg(int64(vertices)), tenths(length))
	}
	return truce.Say("diff.empty")
}

// moved measures how far a shape moved: the farthest that a vertex of either lies from the other. Ok is false for shapes
// that cannot be compared so, and for those with very many vertices.
func moved(f truce.Feature, fe truce.EdgeKind, g truce.Feature, ge truce.EdgeKind) (far truce.Metres, ok bool) {
	if f.Shape != g.Shape || f.Shape == truce.ShapeNone {
		return 0, false
	}
	one := func(from, to [][]truce.Position, edges truce.EdgeKind) bool {
		var distance func(truce.Position) truce.Metres
		switch {
		case len(to) == 0:
			return false
		case f.Shape == truce.ShapePoint:
			distance = func(p truce.Position) truce.Metres { return geo.Distance(p, to[0][0]) }
		default:
			l, err := geo.NewLine(to, edges)
			if err != nil {
				return false
			}
			distance = l.Distance
		}
		for _, path := range from {
			for _, p := range path {
				far = max(far, distance(p))
			}
		}
		return true
	}
	x, y := paths(f), paths(g)
	n := 0
	for _, p := range append(slices.Clone(x), y...) {
		n += len(p)
	}
	if n > maxComparedVertices || !one(x, y, ge) || !one(y, x, fe) {
		return 0, false
	}
	return far, true
}
