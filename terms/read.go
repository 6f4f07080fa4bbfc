package terms

import (
	"fmt"

	"truce"
)

// reader reads the YAML files of one version. Names are collected in a first pass, so that every reference can be
// checked where it stands, whatever the order of the files.
type reader struct {
	probs                   *problems
	top, actors, statements value
	main                    object // the top of agreement.yaml
	names                   [sorts]*nameSet
	kinds                   map[string]truce.TermKind
	readings                map[string][]string // of each term
	clock                   truce.Clock
	incidents, equipment    truce.Taxonomy
	features                []truce.Feature
	edges                   truce.EdgeKind // what an edge means, for checking shapes
	conditions              []condition
	unread                  [sorts]bool // names that stand in a file which could not be read
	// sharedStatements says that statements.yaml was taken from the folder above the version's own.
	sharedStatements bool
}

// condition is a CEL text to check once everything is read.
type condition struct {
	at   value
	text string
	kind truce.TermKind // what it may speak of
}

func newReader(probs *problems) *reader {
	r := &reader{probs: probs, kinds: map[string]truce.TermKind{}, readings: map[string][]string{},
		incidents: truce.IncidentKinds, equipment: truce.EquipmentKinds}
	for i := range r.names {
		r.names[i] = &nameSet{what: sortWords[i], set: map[string]truce.Origin{}}
	}
	return r
}

var topKeys = []string{"agreement", "version", "title", "status", "as_published_by", "supersedes", "superseded_by", "note",
	"clock", "edges", "authoritative", "participants", "moments", "duration", "kinds", "terms", "counting", "articles", "suspensions", "procedure"}

var (
	participantKeys = []string{"actor", "role", "host", "answers_for", "source"}
	momentKeys      = []string{"moment", "name", "at", "source"}
	termKeys        = []string{"term", "kind", "name", "readings"}
	readingKeys     = []string{"id", "name", "held_by", "since", "means", "source", "note"}
	countingKeys    = []string{"id", "name", "held_by", "since", "unit", "gap", "near", "kinds", "daily", "source"}
	articleKeys     = []string{"article", "title", "rules"}
	suspensionKeys  = []string{"rules", "articles", "from", "until", "source", "note"}
	kindKeys        = []string{"word", "parent", "of", "name"}
	actorKeys       = []string{"actor", "name", "kind", "aliases", "facts", "complete", "refs", "members",
		"origin", "parent", "sponsor", "invited_by", "adheres", "excluded", "member_of"}
	factKeys      = []string{"origin", "parent", "sponsor", "invited_by", "adheres", "excluded", "member_of", "from", "until", "held_by", "disputed_by", "source"}
	aliasKeys     = []string{"name", "from", "until"}
	statementKeys = []string{"statement", "who", "actor", "on", "relayed_by", "says", "quote", "about", "reference", "grade"}
	durationKeys  = []string{"from", "for", "renews"}
	renewKeys     = []string{"for", "needs", "by", "act"}
	publishedKeys = []string{"who", "on", "note", "reference"}
)

// read collects the names and then reads everything.
func (r *reader) read() *truce.Agreement {
	o := r.top.object(topKeys...)
	r.main = o
	r.collect(o)
	a := &truce.Agreement{}
	o.need("agreement", "version", "title", "status", "clock", "participants", "articles")
	a.ID = truce.AgreementID(r.word(o.get("agreement")))
	a.Version = truce.VersionID(r.word(o.get("version")))
	a.Title = r.words(o.get("title"))
	a.Status = truce.Status(oneOf(o.get("status"), []string{"signed", "reported", "draft"}))
	if p := o.get("as_published_by"); p.given() {
		q := p.object(publishedKeys...)
		a.PublishedBy = truce.Publication{Who: q.get("who").text(), On: q.get("on").text(), Note: q.get("note").text(), Reference: q.get("reference").text()}
	}
	for _, s := range r.wordList(o.get("supersedes")) {
		a.Supersedes = append(a.Supersedes, truce.VersionID(s))
	}
	for _, s := range r.wordList(o.get("superseded_by")) {
		a.SupersededBy = append(a.SupersededBy, truce.VersionID(s))
	}
	a.Note = r.words(o.get("note"))
	a.Clock = r.clock
	a.Edges = truce.EdgeKind(oneOf(o.get("edges"), []string{"straight", "geodesic"}))
	if a.Edges == "" {
		a.Edges = truce.EdgesStraight
	}
	for _, v := range o.get("participants").items() {
		a.Participants = append(a.Participants, r.participant(v))
	}
	for _, v := range r.statements.object("statements").get("statements").items() {
		a.Statements = append(a.Statements, r.statement(v))
	}
	for _, v := range o.get("moments").items() {
		q := v.object(momentKeys...)
		q.need("moment", "at")
		a.Moments = append(a.Moments, truce.Moment{ID: truce.MomentID(q.get("moment").text()), Name: r.words(q.get("name")),
			At: r.timeExpr(q.get("at")), Source: truce.SourceID(r.named(q.get("source"), statements)), Origin: v.at})
	}
	a.Duration = r.duration(o.get("duration"))
	a.Kinds = r.kindWords(o.get("kinds"))
	for _, v := range o.get("terms").items() {
		a.Terms = append(a.Terms, r.term(v))
	}
	for _, v := range o.get("counting").items() {
		a.Counting = append(a.Counting, r.counting(v))
	}
	for _, v := range o.get("articles").items() {
		q := v.object(articleKeys...)
		q.need("article", "title")
		art := truce.Article{ID: truce.ArticleID(q.get("article").text()), Title: r.words(q.get("title")), Origin: v.at}
		for _, w := range q.get("rules").items() {
			art.Rules = append(art.Rules, r.rule(w))
		}
		a.Articles = append(a.Articles, art)
	}
	for _, v := range o.get("suspensions").items() {
		a.Suspensions = append(a.Suspensions, r.suspension(v))
	}
	a.Procedure = r.procedure(o.get("procedure"), a)
	list := r.actors.object("actors").get("actors").items()
	for _, v := range list {
		a.Actors = append(a.Actors, r.actor(v))
	}
	r.members(a, list)
	a.Places = r.features
	return a
}

// collect notes every declared name, and the clock that local times are meant on.
func (r *reader) collect(o object) {
	clock := o.get("clock").object("zone", "report_cut_off")
	if clock.given() {
		clock.need("zone")
		if z := clock.get("zone"); z.given() {
			c, err := Zone(z.text())
			if err != nil {
				z.fail("bad-zone", err.Error(), "")
			}
			r.clock = c
		}
		r.clock.CutOff = clock.get("report_cut_off").clockTime(lastHour)
	}
	quiet := func(v value, keys []string) object { // the second pass reports what is wrong inside
		v.probs = &problems{}
		return v.object(keys...)
	}
	field := func(list value, keys []string, key string, sort int) {
		for _, v := range list.items() {
			if q := quiet(v, keys); q.has(key) {
				w := q.get(key)
				w.probs = r.probs
				r.declare(sort, w)
			}
		}
	}
	field(quiet(r.actors, []string{"actors"}).get("actors"), actorKeys, "actor", actors)
	field(quiet(r.statements, []string{"statements"}).get("statements"), statementKeys, "statement", statements)
	field(o.get("moments"), momentKeys, "moment", moments)
	field(o.get("terms"), termKeys, "term", terms)
	field(o.get("counting"), countingKeys, "id", countings)
	field(o.get("articles"), articleKeys, "article", articles)
	for _, v := range o.get("articles").items() {
		field(quiet(v, articleKeys).get("rules"), ruleKeys, "rule", rules)
	}
	for _, v := range o.get("terms").items() {
		q := quiet(v, termKeys)
		r.kinds[q.get("term").text()] = truce.TermKind(q.get("kind").text())
		for _, w := range q.get("readings").items() {
			r.readings[q.get("term").text()] = append(r.readings[q.get("term").text()], quiet(w, readingKeys).get("id").text())
		}
	}
	for _, v := range o.get("kinds").items() {
		q := quiet(v, kindKeys)
		word, parent := q.get("word").text(), q.get("parent").text()
		tree := &r.incidents
		switch q.get("of").text() {
		case "equipment":
			tree = &r.equipment
		case "other":
			continue
		}
		if isWord(word) && !tree.Has(word) && (parent == "" || tree.Has(parent)) {
			*tree = tree.With(word, parent)
		}
	}
	r.actors.probs, r.statements.probs = r.probs, r.probs
}

func (r *reader) termKind(id string) truce.TermKind { return r.kinds[id] }

func (r *reader) participant(v value) truce.Participant {
	o := v.object(participantKeys...)
	o.need("actor", "role")
	return truce.Participant{
		Actor: truce.ActorID(r.named(o.get("actor"), actors)), Role: truce.ParticipantRole(oneOf(o.get("role"), truce.ParticipantRoles)),
		Host: o.get("host").truth(), AnswersFor: actorIDs(r.namedList(o.get("answers_for"), actors)),
		Source: truce.SourceID(r.named(o.get("source"), statements)), Origin: v.at,
	}
}

func (r *reader) statement(v value) truce.Statement {
	o := v.object(statementKeys...)
	o.need("statement", "who", "says")
	s := truce.Statement{ID: truce.SourceID(o.get("statement").text()), Who: o.get("who").text(), Actor: truce.ActorID(r.named(o.get("actor"), actors)),
		On: o.get("on").text(), Says: r.words(o.get("says")), Quote: o.get("quote").text(), Reference: o.get("reference").text(),
		Grade: o.get("grade").text(), Origin: v.at}
	for _, w := range o.get("relayed_by").items() {
		s.RelayedBy = append(s.RelayedBy, w.text())
	}
	for _, w := range o.get("about").items() {
		x := w.text()
		if !(r.names[terms].has(x) || r.names[articles].has(x) || r.names[rules].has(x) || r.names[moments].has(x) || r.names[actors].has(x) || r.names[places].has(x)) {
			if !r.sharedStatements { // those of the folder above may speak of what only another version has
				r.unknown(w, x, terms, articles, rules, moments, actors, places)
			}
		}
		s.About = append(s.About, x)
	}
	return s
}

func (r *reader) duration(v value) *truce.Duration {
	if !v.given() {
		return nil
	}
	o := v.object(durationKeys...)
	o.need("from", "for")
	d := &truce.Duration{From: r.timeExpr(o.get("from")), For: o.get("for").period(), Origin: v.at}
	if n := o.get("renews"); n.given() {
		q := n.object(renewKeys...)
		q.need("for", "needs", "by", "act")
		d.RenewFor = q.get("for").period()
		switch s := q.get("needs").text(); {
		case s == "consent" || s == "no-objection" || s == "":
			d.RenewNeeds = s
		case r.names[terms].has(s) && r.termKind(s) == truce.TermRenewal:
			d.RenewTerm = truce.TermID(s)
		default:
			q.get("needs").fail("bad-word", fmt.Sprintf("%q does not say what an extension needs", s), "write consent, no-objection, or a term of kind renewal")
		}
		d.RenewBy = actorIDs(r.namedList(q.get("by"), actors))
		d.Act = r.word(q.get("act"))
	}
	return d
}

func (r *reader) kindWords(v value) []truce.KindWord {
	var out []truce.KindWord
	for _, w := range v.items() {
		o := w.object(kindKeys...)
		o.need("word")
		k := truce.KindWord{Word: o.get("word").text(), Parent: o.get("parent").text(), Name: r.words(o.get("name")), Origin: w.at}
		tree, base := r.incidents, truce.IncidentKinds
		switch oneOf(o.get("of"), []string{"incident", "equipment", "other"}) {
		case "equipment":
			k.Equipment = true
			tree, base = r.equipment, truce.EquipmentKinds
		case "other":
			k.Other = true
			o.need("name")
			tree, base = truce.Taxonomy{}, truce.Taxonomy{}
		}
		if base.Has(k.Word) {
			o.get("word").fail("name-twice", fmt.Sprintf("%q is a word of the language already", k.Word), "choose another")
		}
		if k.Parent != "" && !tree.Has(k.Parent) {
			r.unknownWord(o.get("parent"), k.Parent, tree)
		}
		out = append(out, k)
	}
	return out
}

func (r *reader) unknownWord(v value, s string, tree truce.Taxonomy) {
	hint := "the words are listed in docs/reference/language.md"
	if n := Nearest(s, tree.Words()); n != "" {
		hint = fmt.Sprintf("did you mean %q?", n)
	}
	v.fail("unknown-word", fmt.Sprintf("%q is no word of the list", s), hint)
}

func (r *reader) treeWords(v value, tree truce.Taxonomy) []string {
	var out []string
	for _, w := range v.items() {
		s := w.text()
		if s == "" {
			continue
		}
		if !tree.Has(s) {
			r.unknownWord(w, s, tree)
		}
		out = append(out, s)
	}
	return out
}

func (r *reader) holdings(o object) []truce.Holding {
	var out []truce.Holding
	for _, w := range o.get("held_by").items() {
		h := truce.Holding{Since: o.get("since").text(), Source: truce.SourceID(r.named(o.get("source"), statements))}
		if w.isMapping() {
			q := w.object("actor", "since", "source")
			q.need("actor")
			h.Actor = truce.ActorID(r.named(q.get("actor"), actors))
			if q.has("since") {
				h.Since = q.get("since").text()
			}
			if q.has("source") {
				h.Source = truce.SourceID(r.named(q.get("source"), statements))
			}
		} else {
			h.Actor = truce.ActorID(r.named(w, actors))
		}
		if h.Since == "" {
			w.warn("no-date", "this reading has no date since which it is held", "add since: and the source that shows it")
		}
		if h.Source == "" {
			w.warn("no-source", "this reading has no source", "add source: with a statement of statements.yaml")
		}
		out = append(out, h)
	}
	return out
}

func (r *reader) term(v value) truce.Term {
	o := v.object(termKeys...)
	o.need("term", "kind", "readings")
	t := truce.Term{ID: truce.TermID(o.get("term").text()), Kind: truce.TermKind(oneOf(o.get("kind"), truce.TermKinds)), Name: r.words(o.get("name")), Origin: v.at}
	seen := map[truce.ReadingID]bool{}
	for _, w := range o.get("readings").items() {
		q := w.object(readingKeys...)
		q.need("id", "means")
		rd := truce.Reading{ID: truce.ReadingID(r.word(q.get("id"))), Name: r.words(q.get("name")), HeldBy: r.holdings(q),
			Source: truce.SourceID(r.named(q.get("source"), statements)), Note: r.words(q.get("note")), Origin: w.at}
		if seen[rd.ID] {
			q.get("id").fail("name-twice", fmt.Sprintf("the reading %q is given twice", rd.ID), "")
		}
		seen[rd.ID] = true
		means := q.get("means")
		switch t.Kind {
		case truce.TermPlace:
			rd.Place = r.where(means)
		case truce.TermTime:
			e := r.timeExpr(means)
			rd.Time = &e
		case truce.TermRenewal:
			rd.Renewal = oneOf(means, []string{"consent", "no-objection"})
		case truce.TermActor, truce.TermEquipment, truce.TermEvent:
			rd.Condition, rd.CondAt = r.conditionText(means, t.Kind)
		}
		t.Readings = append(t.Readings, rd)
	}
	return t
}

// conditionText notes a CEL text to be checked when all is read.
func (r *reader) conditionText(v value, kind truce.TermKind) (string, truce.Origin) {
	if !v.given() {
		return "", truce.Origin{}
	}
	s := v.text()
	r.conditions = append(r.conditions, condition{v, s, kind})
	return s, v.at
}

func (r *reader) counting(v value) truce.Counting {
	o := v.object(countingKeys...)
	o.need("id", "unit")
	c := truce.Counting{ID: truce.CountingID(o.get("id").text()), Name: r.words(o.get("name")), HeldBy: r.holdings(o),
		Unit: truce.CountUnit(oneOf(o.get("unit"), truce.CountUnits)), Gap: o.get("gap").duration(), Near: o.get("near").distance(),
		Kinds: r.treeWords(o.get("kinds"), r.incidents), Daily: o.get("daily").truth(),
		Source: truce.SourceID(r.named(o.get("source"), statements)), Origin: v.at}
	if c.Unit == truce.CountEpisodes && c.Gap == 0 {
		o.fail("missing-key", "an episode needs the gap after which another one begins", "add for example gap: 30m")
	}
	return c
}

func (r *reader) suspension(v value) truce.Suspension {
	o := v.object(suspensionKeys...)
	o.need("from")
	s := truce.Suspension{From: r.timeExpr(o.get("from")), Until: r.timeExpr(o.get("until")),
		Source: truce.SourceID(r.named(o.get("source"), statements)), Note: r.words(o.get("note")), Origin: v.at}
	for _, x := range r.namedList(o.get("rules"), rules) {
		s.Rules = append(s.Rules, truce.RuleID(x))
	}
	for _, x := range r.namedList(o.get("articles"), articles) {
		s.Articles = append(s.Articles, truce.ArticleID(x))
	}
	return s
}

// factKeysOf maps the key of a fact to its kind, in the order of the language reference.
var factKeysOf = []truce.FactKind{truce.FactOrigin, truce.FactParent, truce.FactSponsor, truce.FactInvitedBy, truce.FactAdheres, truce.FactExcluded, truce.FactMemberOf}

func (r *reader) actor(v value) truce.Actor {
	o := v.object(actorKeys...)
	o.need("actor", "kind")
	a := truce.Actor{ID: truce.ActorID(o.get("actor").text()), Name: r.words(o.get("name")), Kind: truce.ActorKind(oneOf(o.get("kind"), truce.ActorKinds)),
		Complete: o.get("complete").truth(), Origin: v.at}
	if contains(truce.Classes, string(a.ID)) || a.ID == sameSide {
		o.get("actor").fail("reserved-name", fmt.Sprintf("%q is a word of the language", a.ID), "choose another id")
	}
	for _, w := range o.get("aliases").items() {
		al := truce.Alias{}
		if w.isMapping() {
			q := w.object(aliasKeys...)
			q.need("name")
			from, _ := q.get("from").date(r.clock)
			until, _ := q.get("until").date(r.clock)
			al = truce.Alias{Name: q.get("name").text(), From: from.From, Until: until.To}
		} else {
			al.Name = w.text()
		}
		a.Aliases = append(a.Aliases, al)
	}
	for _, w := range o.get("refs").items() {
		a.Refs = append(a.Refs, w.text())
	}
	for _, k := range factKeysOf { // the short form: a fact without dates
		for _, w := range o.get(string(k)).items() {
			a.Facts = append(a.Facts, r.fact(k, w, truce.Fact{Kind: k, Origin: w.at}))
		}
	}
	for _, w := range o.get("facts").items() {
		q := w.object(factKeys...)
		f := truce.Fact{HeldBy: actorIDs(r.namedList(q.get("held_by"), actors)), DisputedBy: actorIDs(r.namedList(q.get("disputed_by"), actors)),
			Source: truce.SourceID(r.named(q.get("source"), statements)), Origin: w.at}
		f.From, _ = q.get("from").date(r.clock)
		f.Until, _ = q.get("until").date(r.clock)
		if f.From.Stated() && f.Until.Stated() && f.Until.To < f.From.From {
			q.get("until").fail("bad-date", "the fact ends before it begins", "")
		}
		if f.Disputed() && f.Source == "" {
			w.warn("no-source", "this disputed fact has no source", "add source: with a statement of statements.yaml")
		}
		n := 0
		for _, k := range factKeysOf {
			if q.has(string(k)) {
				n++
				f.Kind = k
				f = r.fact(k, q.get(string(k)), f)
			}
		}
		if n != 1 && q.given() {
			w.fail("bad-fact", "a fact says exactly one thing", "write one of origin, parent, sponsor, invited_by, adheres, excluded, member_of")
		}
		a.Facts = append(a.Facts, f)
	}
	return a
}

// fact reads what a fact says.
func (r *reader) fact(k truce.FactKind, v value, f truce.Fact) truce.Fact {
	switch k {
	case truce.FactOrigin:
		f.Value = v.text()
		if len(f.Value) != 2 || f.Value[0] < 'A' || f.Value[0] > 'Z' || f.Value[1] < 'A' || f.Value[1] > 'Z' {
			v.fail("bad-country", fmt.Sprintf("%q is not a country code", f.Value), "write the two capital letters of ISO 3166-1, for example SY")
		}
	case truce.FactAdheres, truce.FactExcluded:
		f.Value = "yes"
		if v.text() == "unknown" {
			f.Value = "unknown"
		} else if !v.truth() {
			v.fail("bad-fact", "a fact cannot say that something is not so", "leave it out, or give it an end with until:")
		}
	default:
		f.Value = r.named(v, actors)
	}
	return f
}

// members turns the members a composite lists into facts of those members.
func (r *reader) members(a *truce.Agreement, actorList []value) {
	for _, v := range actorList {
		quiet := v
		quiet.probs = &problems{}
		o := quiet.object(actorKeys...)
		list := o.get("members")
		list.probs = r.probs
		for _, w := range list.items() {
			id := r.named(w, actors)
			for i := range a.Actors {
				if string(a.Actors[i].ID) == id {
					a.Actors[i].Facts = append(a.Actors[i].Facts, truce.Fact{Kind: truce.FactMemberOf, Value: o.get("actor").text(), Origin: w.at})
				}
			}
		}
	}
}
