package style

import (
	"cmp"
	"slices"
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
	Article       truce.ArticleID // that it is in; "" where it is in none
	Kind          string          // of part, as [terms.Change] has it
	Sign          string          // added, removed, changed
	Head          string
	Before, After []string
	Text          []terms.Piece
	Lang, Dir     string
}

// Redline says in a language what changed from one version of an agreement to another.
func Redline(language string, from, to *truce.Agreement) (out []Change) {
	before, after := lang.For(language).With(from), lang.For(language).With(to)
	for _, c := range terms.Diff(from, to) {
		one := Change{Article: articleOf(c, from, to), Kind: c.Kind, Sign: "changed", Text: c.Text, Lang: c.Lang, Dir: Direction(c.Lang)}
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

// articleOf says which article a difference is in.
func articleOf(c terms.Change, from, to *truce.Agreement) truce.ArticleID {
	switch {
	case c.Kind == "article", c.Kind == "text" && c.Lang != "" && c.Field != "Authoritative":
		return truce.ArticleID(c.ID)
	case c.Kind == "rule":
		for _, a := range slices.Concat(to.Articles, from.Articles) {
			if slices.ContainsFunc(a.Rules, func(r truce.Rule) bool { return string(r.ID) == c.ID }) {
				return a.ID
			}
		}
	}
	return ""
}

// Pairs puts what went beside what came.
func (c Change) Pairs() [][2]string {
	out := make([][2]string, max(len(c.Before), len(c.After)))
	for i, s := range c.Before {
		out[i][0] = s
	}
	for i, s := range c.After {
		out[i][1] = s
	}
	return out
}

// Changes are the differences in one article, or those of one sort that are in none.
type Changes struct {
	Key, Head string
	List      []Change
}

// Grouped is what changed from one version of an agreement to another, article by article, and then what is in none.
type Grouped []Changes

// Count is how many differences there are.
func (g Grouped) Count() (n int) {
	for _, x := range g {
		n += len(x.List)
	}
	return n
}

// with are the kinds of part that stand under the heading of another.
var with = map[string]string{"reading": "term", "fact": "actor", "article": "agreement", "rule": "agreement"}

// RedlineByArticle puts what [Redline] says under the articles, in the order of the later version; those that went follow. What is in no article stands under its sort.
func RedlineByArticle(language string, from, to *truce.Agreement) (out Grouped) {
	p := lang.For(language)
	for _, v := range []*truce.Agreement{to, from} {
		for _, a := range v.Articles {
			if key := "article-" + string(a.ID); out.at(key) < 0 {
				out = append(out, Changes{Key: key, Head: p.With(v).Say(truce.Say("diff.article", truce.Str(string(a.ID)), truce.ArticleArg(a.ID)))})
			}
		}
	}
	for _, c := range Redline(language, from, to) {
		key := cmp.Or(with[c.Kind], c.Kind)
		if c.Article != "" {
			key = "article-" + string(c.Article)
		}
		i := out.at(key)
		if i < 0 {
			i, out = len(out), append(out, Changes{Key: key, Head: Is(p, "changed", key)})
		}
		out[i].List = append(out[i].List, c)
	}
	return slices.DeleteFunc(out, func(x Changes) bool { return len(x.List) == 0 })
}

func (g Grouped) at(key string) int {
	return slices.IndexFunc(g, func(x Changes) bool { return x.Key == key })
}
