package style

import (
	"os"
	"slices"
	"testing"

	"truce"
	"truce/internal/lang"
	"truce/terms"
)

// What changed in an article stands under it, in the order of the later version and with those that went at the end, and every difference stands somewhere once. All
// sorts of part have a heading in every language, and what went stands beside what came.
func TestRedlineStandsUnderItsArticles(t *testing.T) {
	load := func() *truce.Agreement {
		a, rep, err := terms.Load(os.DirFS("../../examples/southwest-syria"), "")
		if err != nil || rep.Errors() > 0 {
			t.Fatal(err, rep)
		}
		return a
	}
	from, to := load(), load()
	n := len(to.Articles)
	gone, first, last := from.Articles[0], from.Articles[1], from.Articles[n-1]
	to.Articles = append([]truce.Article{to.Articles[n-1]}, to.Articles[1:n-1]...) // the last comes first, the first is gone
	to.Articles[0].Title.EN = "Another title"
	for i := range to.Texts[0].Articles {
		if x := &to.Texts[0].Articles[i]; x.Article == first.ID {
			x.Body += " And more."
		}
	}
	to.Places, to.Counting, to.Moments = to.Places[1:], nil, nil
	to.Participants[0].AnswersFor = []truce.ActorID{"iran", "iraq"}
	var keys []string
	g := RedlineByArticle("en", from, to)
	for _, x := range g {
		keys = append(keys, x.Key)
		for _, c := range x.List {
			for _, p := range c.Pairs() {
				if p[0] == "" && p[1] == "" {
					t.Errorf("%s: a row of nothing", c.Head)
				}
			}
		}
	}
	article := func(x truce.Article) string { return "article-" + string(x.ID) }
	for i, want := range []string{article(last), article(first)} {
		if at := slices.Index(keys, want); at != i {
			t.Errorf("%s is the %dth of %v", want, at, keys)
		}
	}
	for _, key := range []string{article(gone), "agreement", "participant", "counting", "moment", "place"} {
		if at := slices.Index(keys, key); at < 2 || key == article(gone) && at > slices.Index(keys, "agreement") {
			t.Errorf("%s is the %dth of %v", key, at, keys)
		}
	}
	if all := len(Redline("en", from, to)); g.Count() != all || all < 5 {
		t.Errorf("%d of %d differences", g.Count(), all)
	}
	from, to = load(), &truce.Agreement{}
	for _, l := range lang.Languages {
		for _, x := range append(RedlineByArticle(l, from, to), RedlineByArticle(l, to, from)...) {
			if x.List[0].Article == "" && !lang.For(l).Has("web.is.changed."+x.Key) {
				t.Errorf("%s: %s has no heading", l, x.Key)
			}
		}
	}
	if p := (Change{Before: []string{"a"}, After: []string{"b", "c"}}).Pairs(); len(p) != 2 || p[0] != [2]string{"a", "b"} || p[1] != [2]string{"", "c"} {
		t.Errorf("%q", p)
	}
}
