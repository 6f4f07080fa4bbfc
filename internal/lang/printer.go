package lang

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"truce"
)

// Printer writes phrases in one language. It never changes once made, and may be used from many goroutines.
type Printer struct {
	cat   *catalogue
	tag   language.Tag
	names map[name]truce.Words
	said  map[truce.SourceID]truce.Statement
	nth   map[truce.SourceID]int // which of the statements that one makes on one day, from 1, where there are several
	clock truce.Clock
}

// name is something an agreement names.
type name struct {
	kind truce.ArgKind
	id   string
}

// For gives the printer of a language ("en", "ar", "ru"); any other code gives English. Times are in UTC and names are ids
// until it is bound to an agreement by [Printer.With].
func For(code string) *Printer {
	c, ok := catalogues()[code]
	if !ok {
		code, c = "en", catalogues()["en"]
	}
	return &Printer{cat: c, tag: tags[code]}
}

// With is the same printer on an agreement's clock and with its names. What has no name in it has that of the latest of the earlier versions which names it: outcomes speak
// of terms that a later text left out.
func (p *Printer) With(a *truce.Agreement, earlier ...*truce.Agreement) *Printer {
	q := &Printer{cat: p.cat, tag: p.tag}
	if a == nil {
		return q
	}
	q.clock, q.names, q.said, q.nth = a.Clock, map[name]truce.Words{}, map[truce.SourceID]truce.Statement{}, map[truce.SourceID]int{}
	for _, x := range a.Actors {
		q.names[name{truce.ArgActor, string(x.ID)}] = x.Name
	}
	for _, x := range a.Places {
		q.names[name{truce.ArgPlace, string(x.ID)}] = x.Name
	}
	for _, x := range a.Terms {
		q.names[name{truce.ArgTerm, string(x.ID)}] = x.Name
		for _, r := range x.Readings {
			q.names[name{truce.ArgReading, string(x.ID) + "=" + string(r.ID)}] = r.Name
		}
	}
	for _, x := range a.Moments {
		q.names[name{truce.ArgMoment, string(x.ID)}] = x.Name
	}
	for _, x := range a.Counting {
		q.names[name{truce.ArgCounting, string(x.ID)}] = x.Name
	}
	for _, x := range a.Articles {
		q.names[name{truce.ArgArticle, string(x.ID)}] = x.Title
		for _, u := range x.Rules {
			q.names[name{truce.ArgRule, string(u.ID)}] = u.Name
		}
	}
	for _, scale := range [][]truce.ScaleWord{a.Standards(), a.ConfidenceWords(), a.SeverityWords()} {
		for _, x := range scale {
			q.names[name{truce.ArgWord, x.Word}] = x.Name
		}
	}
	for _, x := range a.Kinds { // a kind of event goes before a word of a scale
		q.names[name{truce.ArgWord, x.Word}] = x.Name
	}
	same := map[[2]string][]truce.SourceID{}
	for _, x := range a.Statements {
		q.said[x.ID] = x
		same[[2]string{x.Who, x.On}] = append(same[[2]string{x.Who, x.On}], x.ID)
	}
	for _, ids := range same {
		for i, id := range ids {
			if len(ids) > 1 {
				q.nth[id] = i + 1
			}
		}
	}
	for _, before := range slices.Backward(earlier) {
		for n, words := range p.With(before).names {
			if _, known := q.names[n]; !known {
				q.names[n] = words
			}
		}
	}
	return q
}

// Lang is the code of the printer's language.
func (p *Printer) Lang() string { return p.cat.lang }

// Dir is "rtl" or "ltr", for the dir attribute of a page.
func (p *Printer) Dir() string {
	if p.rtl() {
		return "rtl"
	}
	return "ltr"
}

func (p *Printer) rtl() bool { return p.cat.lang == "ar" }

// Say writes a phrase. An id that no catalogue has is shown as it is: it is a fault of this program that its tests look
// for, and no reason to lose an outcome.
func (p *Printer) Say(ph truce.Phrase) string {
	e := p.cat.entries[ph.ID]
	if e == nil {
		return isolate(clean(ph.String()), p.rtl())
	}
	args := make([]string, len(ph.Args))
	for i, a := range ph.Args {
		args[i] = p.Arg(a)
	}
	n := int64(0)
	if e.by >= 0 && e.by < len(ph.Args) {
		n = ph.Args[e.by].N
	}
	return e.fill(p.tag, args, n)
}

// text fills a sentence of this package's own with pieces that are ready to stand in it.
func (p *Printer) text(id string, args ...string) string { return p.count(id, 0, args...) }

func (p *Printer) count(id string, n int64, args ...string) string {
	e := p.cat.entries[id]
	if e == nil {
		return id
	}
	return e.fill(p.tag, args, n)
}

// data prepares text that did not come from a catalogue.
func (p *Printer) data(s string) string { return isolate(clean(s), p.rtl()) }

// Arg writes one argument of a phrase.
func (p *Printer) Arg(a truce.Arg) string {
	switch a.Kind {
	case truce.ArgActor, truce.ArgPlace, truce.ArgTerm, truce.ArgRule, truce.ArgMoment, truce.ArgCounting, truce.ArgArticle:
		return p.named(a.Kind, a.Text)
	case truce.ArgReading:
		term, reading, _ := strings.Cut(a.Text, "=")
		if a.N == 1 {
			return p.Reading(truce.Choice{Term: truce.TermID(term), Reading: truce.ReadingID(reading)})
		}
		return p.text("name.reading", p.named(truce.ArgTerm, term), p.Reading(truce.Choice{Term: truce.TermID(term), Reading: truce.ReadingID(reading)}))
	case truce.ArgWord:
		return p.Word(a.Text)
	case truce.ArgInstant:
		return p.DateTime(truce.Instant(a.N))
	case truce.ArgSpan:
		return p.Span(truce.Span{From: truce.Instant(a.N), To: truce.Instant(a.M)})
	case truce.ArgMetres:
		return p.Metres(truce.Tenths(a.N))
	case truce.ArgDuration:
		return p.milliseconds(a.N)
	case truce.ArgNumber:
		return p.Number(a.N)
	case truce.ArgPermille:
		return p.Permille(a.N)
	case truce.ArgList:
		items := make([]string, len(a.Args))
		for i, x := range a.Args {
			items[i] = p.Arg(x)
		}
		if a.N == 1 {
			return p.Or(items...)
		}
		return p.And(items...)
	case truce.ArgSource:
		return p.Source(truce.SourceID(a.Text))
	case truce.ArgPhrase:
		return p.Say(truce.Phrase{ID: a.Text, Args: a.Args})
	case truce.ArgCountry:
		return p.Country(a.Text)
	case truce.ArgLanguage:
		if t, err := language.Parse(a.Text); err == nil {
			return display.Languages(p.tag).Name(t)
		}
	}
	return p.data(a.Text)
}

// named writes a name in this language, or in English, or the id.
func (p *Printer) named(kind truce.ArgKind, id string) string {
	if w := p.names[name{kind, id}].In(p.Lang()); w != "" {
		return p.data(w)
	}
	return p.data(id)
}

// Actor writes the name of an actor.
func (p *Printer) Actor(id truce.ActorID) string { return p.named(truce.ArgActor, string(id)) }

// Place writes the name of a feature of the geometry.
func (p *Printer) Place(id truce.PlaceID) string { return p.named(truce.ArgPlace, string(id)) }

// Term writes the name of a term.
func (p *Printer) Term(id truce.TermID) string { return p.named(truce.ArgTerm, string(id)) }

// Rule writes the name of a rule.
func (p *Printer) Rule(id truce.RuleID) string { return p.named(truce.ArgRule, string(id)) }

// Moment writes the name of a moment.
func (p *Printer) Moment(id truce.MomentID) string { return p.named(truce.ArgMoment, string(id)) }

// Counting writes the name of a counting rule.
func (p *Printer) Counting(id truce.CountingID) string { return p.named(truce.ArgCounting, string(id)) }

// Reading writes the name of a reading, without its term.
func (p *Printer) Reading(c truce.Choice) string {
	if w := p.names[name{truce.ArgReading, c.String()}].In(p.Lang()); w != "" {
		return p.data(w)
	}
	return p.data(string(c.Reading))
}

// Source writes a statement as who said it and when, those that one makes on one day by their order; a source that is no statement of the agreement as its id.
func (p *Printer) Source(id truce.SourceID) string {
	s, ok := p.said[id]
	if !ok || s.Who == "" {
		return p.data(string(id))
	}
	said := p.data(s.Who)
	if s.On != "" {
		said = p.text("name.source", said, p.data(s.On))
	}
	if n := p.nth[id]; n > 0 {
		return p.text("name.source-nth", said, p.Number(int64(n)))
	}
	return said
}

// Country writes the name of a country, given by the two letters of ISO 3166-1; letters that name none are shown as they are.
func (p *Printer) Country(code string) string {
	if r, err := language.ParseRegion(code); err == nil && r.IsCountry() {
		return display.Regions(p.tag).Name(r)
	}
	return p.data(code)
}

// And joins items as the language does: "a, b and c".
func (p *Printer) And(items ...string) string { return p.list("and", items) }

// Or joins alternatives: "a, b or c".
func (p *Printer) Or(items ...string) string { return p.list("or", items) }

func (p *Printer) list(word string, items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	case 2:
		return p.text("list."+word+"-two", items[0], items[1])
	}
	all := items[0]
	for _, x := range items[1 : len(items)-1] {
		all = p.text("list."+word+"-more", all, x)
	}
	return p.text("list."+word+"-last", all, items[len(items)-1])
}

// Has reports whether the catalogue of the printer's language has a sentence.
func (p *Printer) Has(id string) bool { return p.cat.entries[id] != nil }
