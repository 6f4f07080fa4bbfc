package style

import (
	"strings"

	"truce"
	"truce/internal/lang"
	"truce/terms"
)

// Article gives the open text of an article in a language: its title and its paragraphs. Both are empty where there is none.
func Article(a *truce.Agreement, id truce.ArticleID, language string) (title string, paragraphs []string) {
	for _, t := range a.Texts {
		for _, x := range t.Articles {
			if t.Lang == language && x.Article == id {
				title = x.Title
				for _, p := range strings.Split(x.Body, "\n\n") {
					if p = strings.TrimSpace(p); p != "" {
						paragraphs = append(paragraphs, p)
					}
				}
			}
		}
	}
	return title, paragraphs
}

// Explained is what a version says in sentences: on the whole, of each rule, and of how an article is read.
type Explained struct {
	Whole    []terms.Sentence
	Rules    map[truce.RuleID][]terms.Sentence
	Articles map[truce.ArticleID][]terms.Sentence
}

// Explain says a version in a language.
func Explain(plan *terms.Plan, language string) *Explained {
	x := &Explained{Rules: map[truce.RuleID][]terms.Sentence{}, Articles: map[truce.ArticleID][]terms.Sentence{}}
	for _, e := range terms.Explain(plan, language, nil) {
		switch {
		case e.Rule != "":
			x.Rules[e.Rule] = e.Sentences
		case e.Article != "":
			x.Articles[e.Article] = e.Sentences
		default:
			x.Whole = e.Sentences
		}
	}
	return x
}

// Change is one difference between two versions, written.
type Change struct {
	Sign          string // added, removed, changed
	Head          string
	Before, After []string
	Text          []terms.Piece
	Lang, Dir     string
}

// Redline says in a language what changed from one version of an agreement to another.
func Redline(language string, from, to *truce.Agreement) (out []Change) {
	before, after := lang.For(language).With(from), lang.For(language).With(to)
	for _, c := range terms.Diff(from, to) {
		one := Change{Sign: "changed", Text: c.Text, Lang: c.Lang, Dir: Direction(c.Lang)}
		p := after
		switch c.Edit {
		case terms.Added:
			one.Sign = "added"
		case terms.Removed:
			one.Sign, p = "removed", before
		}
		one.Head = p.Say(c.Part)
		if c.Label.ID != "" {
			one.Head = p.Say(truce.Say("diff.field", truce.PhraseArg(c.Part), truce.PhraseArg(c.Label)))
		}
		for _, x := range c.Before {
			one.Before = append(one.Before, before.Say(x))
		}
		for _, x := range c.After {
			one.After = append(one.After, after.Say(x))
		}
		out = append(out, one)
	}
	return out
}
