package terms

import (
	"io"
	"slices"
	"strings"

	"truce"
	"truce/internal/lang"
)

// Explanation says in sentences what one rule means, or what an article without rules or the agreement as a whole says.
type Explanation struct {
	Article   truce.ArticleID // "" for the agreement as a whole
	Rule      truce.RuleID    // "" for an article without rules, and for the whole
	Title     string
	Sentences []Sentence
}

// Sentence is one sentence, and those that belong under it: exceptions, steps, readings.
type Sentence struct {
	Text   string
	Under  []Sentence
	phrase truce.Phrase
}

// Explain says an agreement in a language, article by article and rule by rule: who must do or not do what, where, from when
// until when, with what exceptions and on what evidence, and how each term is read by whom. The agreement itself comes
// first: who takes part in it, how long it lasts, what is counted as one violation.
//
// A choice of readings leaves only those to be said; terms it does not name are said under every reading.
func Explain(p *Plan, language string, choice map[truce.TermID]truce.ReadingID) []Explanation {
	x := explainer{p: lang.For(language).With(p.Agreement), a: p.Agreement, c: clausesOf(p.Agreement), choice: choice}
	out := []Explanation{{Title: p.Agreement.Title.In(x.p.Lang()), Sentences: x.agreement()}}
	for i := range p.Agreement.Articles {
		art := &p.Agreement.Articles[i]
		title := strings.TrimSpace("[" + string(art.ID) + "] " + art.Title.In(x.p.Lang()))
		if len(art.Rules) == 0 {
			list := append([]Sentence{{phrase: truce.Say("explain.no-rules")}}, x.suspensions(art.ID, "")...)
			out = append(out, Explanation{Article: art.ID, Title: title, Sentences: list})
		}
		for k := range art.Rules {
			u := &art.Rules[k]
			out = append(out, Explanation{Article: art.ID, Rule: u.ID, Title: title + ": " + x.p.Rule(u.ID), Sentences: x.rule(art.ID, u)})
		}
	}
	for i := range out {
		x.write(out[i].Sentences)
	}
	return out
}

// ExplainCounting says what each counting rule of an agreement counts as one violation, in their order.
func ExplainCounting(a *truce.Agreement, language string) []Sentence {
	x := explainer{p: lang.For(language).With(a), a: a}
	var out []Sentence
	for _, k := range a.Counting {
		out = append(out, x.counting(k))
	}
	x.write(out)
	return out
}

// WriteExplanations writes explanations as plain text.
func WriteExplanations(w io.Writer, list []Explanation) error {
	var b strings.Builder
	var write func(list []Sentence, indent string)
	write = func(list []Sentence, indent string) {
		for _, s := range list {
			b.WriteString(indent + "- " + s.Text + "\n")
			write(s.Under, indent+"  ")
		}
	}
	for i, e := range list {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(e.Title + "\n")
		write(e.Sentences, "")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// explainer says one agreement in one language.
type explainer struct {
	p      *lang.Printer
	a      *truce.Agreement
	c      *clauses
	choice map[truce.TermID]truce.ReadingID
}

func (x *explainer) write(list []Sentence) {
	for i := range list {
		list[i].Text = x.p.Say(list[i].phrase)
		x.write(list[i].Under)
	}
}

// words is a text of the agreement itself, in the language of the explanation.
func (x *explainer) words(w truce.Words) truce.Arg { return truce.Str(w.In(x.p.Lang())) }

func one(p truce.Phrase, under ...Sentence) Sentence { return Sentence{phrase: p, Under: under} }

func each(list []truce.Phrase) []Sentence {
	var out []Sentence
	for _, p := range list {
		out = append(out, one(p))
	}
	return out
}

// agreement says what holds for the whole of it.
func (x *explainer) agreement() []Sentence {
	a := x.a
	out := []Sentence{one(truce.Say("explain.agreement", x.words(a.Title), truce.Str(string(a.Version))))}
	add := func(p truce.Phrase, under ...Sentence) { out = append(out, one(p, under...)) }
	switch a.Status {
	case truce.StatusSigned:
		add(truce.Say("explain.status.signed"))
	case truce.StatusReported:
		add(truce.Say("explain.status.reported"))
	case truce.StatusDraft:
		add(truce.Say("explain.status.draft"))
	}
	if b := a.PublishedBy; b.Who != "" && b.On != "" {
		add(truce.Say("explain.published", truce.Str(b.Who), truce.Str(b.On)))
	}
	if len(a.Supersedes) > 0 {
		add(truce.Say("explain.supersedes", versions(a.Supersedes)))
	}
	if len(a.SupersededBy) > 0 {
		add(truce.Say("explain.superseded-by", versions(a.SupersededBy)))
	}
	if a.Note != (truce.Words{}) {
		add(truce.Say("explain.note", x.words(a.Note)))
	}
	add(truce.Say("explain.clock", truce.Str(a.Clock.Zone), hour(a.Clock.CutOff)))
	add(truce.Say("explain.names"))
	for _, p := range a.Participants {
		out = append(out, participant(p)...)
	}
	out = append(out, x.duration()...)
	for _, k := range a.Counting {
		out = append(out, x.counting(k))
	}
	out = append(out, x.suspensions("", "")...)
	return append(out, x.procedure()...)
}

func versions(list []truce.VersionID) truce.Arg {
	var out []truce.Arg
	for _, v := range list {
		out = append(out, truce.Str(string(v)))
	}
	return truce.ListArg(out...)
}

func participant(p truce.Participant) []Sentence {
	role := arg(truce.Say("participant." + string(p.Role)))
	head := truce.Say("explain.participant", truce.ActorArg(p.Actor), role)
	if p.Host {
		head = truce.Say("explain.participant-host", truce.ActorArg(p.Actor), role)
	}
	s := one(head)
	if len(p.AnswersFor) > 0 {
		s.Under = append(s.Under, one(truce.Say("explain.answers-for", truce.ActorArg(p.Actor), truce.ListArg(actorArgs(p.AnswersFor)...))))
	}
	s.Under = append(s.Under, source(p.Source)...)
	return []Sentence{s}
}

func source(id truce.SourceID) []Sentence {
	if id == "" {
		return nil
	}
	return []Sentence{one(truce.Say("explain.source", truce.SourceArg(id)))}
}

// duration says how long the agreement lasts, and what extends it.
func (x *explainer) duration() []Sentence {
	d := x.a.Duration
	if d == nil {
		return nil
	}
	out := []Sentence{one(truce.Say("explain.duration", x.c.time(d.From), period(d.For)))}
	if d.RenewFor.Zero() {
		return append(out, one(truce.Say("explain.not-renewed")))
	}
	s := one(truce.Say("explain.renewed", period(d.RenewFor)))
	by, act := truce.ListArg(actorArgs(d.RenewBy)...), arg(truce.Say("explain.act", truce.WordArg(d.Act)))
	switch {
	case d.RenewTerm != "":
		s.Under = append(s.Under, one(truce.Say("explain.renewed-by-term", truce.TermArg(d.RenewTerm), by, act)))
		s.Under = append(s.Under, x.term(d.RenewTerm)...)
	case d.RenewNeeds == "no-objection":
		s.Under = append(s.Under, one(truce.Say("explain.renewed-without-objection", by, act)))
	default:
		s.Under = append(s.Under, one(truce.Say("explain.renewed-by-consent", by, act)))
	}
	return append(out, s)
}

// counting says what a counting rule counts as one.
func (x *explainer) counting(k truce.Counting) Sentence {
	name := truce.Str(string(k.ID))
	if k.Name != (truce.Words{}) {
		name = x.words(k.Name)
	}
	var s Sentence
	switch k.Unit {
	case truce.CountEpisodes:
		s = one(truce.Say("explain.count-episodes", name, truce.DurArg(k.Gap)))
	case truce.CountSingle:
		s = one(truce.Say("explain.count-single", name))
	case truce.CountDays:
		s = one(truce.Say("explain.count-days", name))
	default:
		s = one(truce.Say("explain.count-incidents", name))
	}
	add := func(p truce.Phrase) { s.Under = append(s.Under, one(p)) }
	if k.Near > 0 {
		add(truce.Say("explain.count-near", tenths(k.Near)))
	}
	if len(k.Kinds) > 0 {
		add(truce.Say("explain.count-kinds", truce.ListArg(words(k.Kinds)...)))
	}
	if k.Daily {
		add(truce.Say("explain.count-daily"))
	}
	for _, h := range k.HeldBy {
		add(truce.Say("explain.count-held-by", holder(h)))
	}
	s.Under = append(s.Under, source(k.Source)...)
	return s
}

// suspensions says when something is out of force: a rule of an article, an article ("" as rule), or everything ("" twice).
func (x *explainer) suspensions(article truce.ArticleID, rule truce.RuleID) []Sentence {
	var out []Sentence
	for _, s := range x.a.Suspensions {
		all := len(s.Rules) == 0 && len(s.Articles) == 0
		if all != (article == "") || !all && !slices.Contains(s.Rules, rule) && !slices.Contains(s.Articles, article) {
			continue
		}
		from := x.c.time(s.From)
		var p truce.Phrase
		switch until := s.Until.Kind != truce.TimeUnset; {
		case all && until:
			p = truce.Say("explain.all-suspended-until", from, x.c.time(s.Until))
		case all:
			p = truce.Say("explain.all-suspended", from)
		case until:
			p = truce.Say("explain.suspended-until", from, x.c.time(s.Until))
		default:
			p = truce.Say("explain.suspended", from)
		}
		line := one(p, source(s.Source)...)
		if s.Note != (truce.Words{}) {
			line.Under = append(line.Under, one(truce.Say("explain.note", x.words(s.Note))))
		}
		out = append(out, line)
	}
	return out
}

// rule says one rule.
func (x *explainer) rule(article truce.ArticleID, u *truce.Rule) []Sentence {
	out := []Sentence{x.head(u)}
	add := func(p truce.Phrase, under ...Sentence) { out = append(out, one(p, under...)) }
	out = append(out, x.whom(u)...)
	out = append(out, x.times(u)...)
	if u.Hours != nil {
		from, until := u.Hours.Texts()
		add(truce.Say("explain.hours", truce.Str(from), truce.Str(until)))
	}
	if u.When != "" {
		add(truce.Say("explain.when", x.c.condition(u.When, truce.TermEvent)))
	}
	if u.WhenTerm != "" {
		add(truce.Say("explain.when-term", truce.TermArg(u.WhenTerm)))
	}
	if len(u.Unless) > 0 {
		s := one(truce.Say("explain.unless"))
		for _, e := range u.Unless {
			s.Under = append(s.Under, one(truce.Say("explain.exception", x.c.exception(e))))
		}
		out = append(out, s)
	}
	if u.AtLeast != nil {
		add(quota(*u.AtLeast))
	}
	if u.Within > 0 && u.Object == truce.KindPassage {
		add(truce.Say("explain.within-passage", truce.DurArg(u.Within)))
	} else if u.Within > 0 {
		add(truce.Say("explain.within-notification", truce.DurArg(u.Within)))
	}
	if len(u.Steps) > 0 {
		s := one(truce.Say("explain.steps"))
		for _, st := range u.Steps {
			list := x.c.step(st)
			s.Under = append(s.Under, one(list[0], each(list[1:])...))
		}
		out = append(out, s)
	}
	out = append(out, x.evidence(u)...)
	if u.Verb == truce.Requires && u.Object == truce.KindAct {
		if u.Silence == "breach" {
			add(truce.Say("explain.silence-breach"))
		} else {
			add(truce.Say("explain.silence-unknown"))
		}
	}
	if r := u.ReplacedBy; r != nil {
		add(truce.Say("explain.replaced", truce.Str(r.By), x.c.time(r.From)), source(r.Source)...)
	}
	out = append(out, x.suspensions(article, u.ID)...)
	out = append(out, source(u.Source)...)
	// The terms that the duration brings in are said with the agreement, not with each of its rules.
	short := *x.a
	short.Duration = nil
	for _, t := range TermsOf(&short, u) {
		out = append(out, x.term(t)...)
	}
	return out
}

// head says what the rule does.
func (x *explainer) head(u *truce.Rule) Sentence {
	where := x.c.where(u.Where)
	kinds := arg(truce.Say("explain.any-kind"))
	if len(u.Kinds) > 0 {
		kinds = truce.OrArg(words(u.Kinds)...)
	}
	what := x.c.what(u.Of, u.Equipment)
	var p truce.Phrase
	switch form(*u) {
	case "forbids incident":
		p = truce.Say("explain.forbids-incident", kinds, where)
	case "forbids presence":
		p = truce.Say("explain.forbids-presence", what, where)
	case "forbids passage":
		p = truce.Say("explain.forbids-passage", kinds, where)
	case "limits presence":
		p = truce.Say("explain.limits-presence", where, limits(u.AtMost))
	case "limits inspection":
		p = truce.Say("explain.limits-inspection", where, limits(u.AtMost))
	case "requires act":
		p = truce.Say("explain.requires-act", x.c.act(truce.Act{What: strings.Join(u.Kinds, " ")}))
	case "requires passage":
		p = truce.Say("explain.requires-passage", kinds, where)
	case "requires notification":
		p = truce.Say("explain.requires-notification", kinds, where)
	case "permits incident":
		p = truce.Say("explain.permits-incident", kinds, where)
	case "permits presence":
		p = truce.Say("explain.permits-presence", what, where)
	default:
		p = truce.Say("explain.assessed")
	}
	return one(p)
}

// whom says whom the rule speaks of, as far as its head did not.
func (x *explainer) whom(u *truce.Rule) []Sentence {
	var out []Sentence
	add := func(p truce.Phrase) { out = append(out, one(p)) }
	if len(u.AssessedBy) > 0 {
		add(truce.Say("explain.assessed-by", truce.ListArg(actorArgs(u.AssessedBy)...)))
	}
	if u.By.Set() {
		if u.Verb == truce.Requires || u.Verb == truce.Assessed {
			add(truce.Say("explain.by-bound", x.c.who(u.By)))
		} else {
			add(truce.Say("explain.by", x.c.who(u.By)))
		}
	}
	if u.Against.Set() {
		add(truce.Say("explain.against", x.c.who(u.Against)))
	}
	if u.Between.Set() {
		add(truce.Say("explain.between", x.c.who(u.Between)))
	}
	if u.Object == truce.KindPresence && u.Verb != truce.Limits {
		return out // the head names them
	}
	if u.Of.Set() {
		add(truce.Say("explain.of", x.c.who(u.Of)))
	}
	if len(u.Equipment) > 0 {
		add(truce.Say("explain.equipment", x.c.arms(u.Equipment)))
	}
	return out
}

// times says from when until when the rule binds, and by when a duty must be done.
func (x *explainer) times(u *truce.Rule) []Sentence {
	var out []Sentence
	add := func(p truce.Phrase) { out = append(out, one(p)) }
	switch {
	case u.From.Kind == truce.TimeNoDate:
		add(truce.Say("explain.from-no-date"))
	case u.From.Kind == truce.TimeAt && u.From.Day:
		add(truce.Say("explain.from-day", x.c.time(u.From)))
	case u.From.Kind != truce.TimeUnset:
		add(truce.Say("explain.from", x.c.time(u.From)))
	case x.a.Duration != nil:
		add(truce.Say("explain.from-agreement"))
	}
	switch {
	case u.Until.Kind == truce.TimeNoDate:
		add(truce.Say("explain.until-no-date"))
	case u.Until.Kind == truce.TimeAt && u.Until.Day:
		add(truce.Say("explain.until-day", x.c.time(u.Until)))
	case u.Until.Kind != truce.TimeUnset:
		add(truce.Say("explain.until", x.c.time(u.Until)))
	}
	switch {
	case u.Due.Kind == truce.TimeNoDate:
		add(truce.Say("explain.due-no-date"))
	case u.Due.Kind == truce.TimeAt && u.Due.Day:
		add(truce.Say("explain.due-day", x.c.time(u.Due)))
	case u.Due.Kind != truce.TimeUnset:
		add(truce.Say("explain.due", x.c.time(u.Due)))
	case u.Verb == truce.Requires && u.Object == truce.KindAct:
		add(truce.Say("explain.due-none"))
	}
	return out
}

// evidence says what must stand behind a breach, and how stays are measured.
func (x *explainer) evidence(u *truce.Rule) []Sentence {
	var out []Sentence
	add := func(p truce.Phrase) { out = append(out, one(p)) }
	if n := u.Evidence.Sources; n > 0 {
		add(truce.Say("explain.evidence-sources", truce.NumArg(int64(n))))
	}
	if len(u.Evidence.Means) > 0 {
		var list []truce.Arg
		for _, m := range u.Evidence.Means {
			list = append(list, arg(truce.Say("means."+m.String())))
		}
		add(truce.Say("explain.evidence-means", truce.OrArg(list...)))
	}
	if len(u.Evidence.Standing) > 0 {
		var list []truce.Arg
		for _, s := range u.Evidence.Standing {
			list = append(list, arg(truce.Say("standing."+s.String())))
		}
		add(truce.Say("explain.evidence-standing", truce.OrArg(list...)))
	}
	if u.Dwell > 0 {
		add(truce.Say("explain.dwell", truce.DurArg(u.Dwell)))
	}
	if u.Gap > 0 {
		add(truce.Say("explain.gap", truce.DurArg(u.Gap)))
	}
	if u.Hysteresis > 0 {
		add(truce.Say("explain.hysteresis", tenths(u.Hysteresis)))
	}
	return out
}

// term says how a term is read, and by whom.
func (x *explainer) term(id truce.TermID) []Sentence {
	for _, t := range x.a.Terms {
		if t.ID != id {
			continue
		}
		s := one(truce.Say("explain.term", truce.NumArg(int64(len(t.Readings))), truce.TermArg(id)))
		chosen, only := x.choice[id]
		if only {
			s = one(truce.Say("explain.term-chosen", truce.TermArg(id)))
		}
		for _, rd := range t.Readings {
			if !only || rd.ID == chosen {
				s.Under = append(s.Under, x.reading(t, rd))
			}
		}
		return []Sentence{s}
	}
	return nil
}

func (x *explainer) reading(t truce.Term, rd truce.Reading) Sentence {
	name := truce.Str(string(rd.ID))
	if rd.Name != (truce.Words{}) {
		name = x.words(rd.Name)
	}
	s := one(truce.Say("explain.reading", name, x.c.meaning(t.Kind, rd)))
	for _, h := range rd.HeldBy {
		s.Under = append(s.Under, one(truce.Say("explain.held-by", holder(h))))
	}
	if len(rd.HeldBy) == 0 {
		s.Under = append(s.Under, one(truce.Say("explain.held-by-nobody")))
		s.Under = append(s.Under, source(rd.Source)...)
	}
	if rd.Note != (truce.Words{}) {
		s.Under = append(s.Under, one(truce.Say("explain.reading.note", x.words(rd.Note))))
	}
	return s
}
