package report

import (
	"fmt"

	"truce"
	"truce/internal/lang"
)

// pageWords are the sentences that stand in page.html as they are. A test holds this list and the page together, and the
// tests of package lang hold it and the catalogues together.
var pageWords = []string{
	"report.actors-note",
	"report.annex-all",
	"report.annex-lists",
	"report.annex-note",
	"report.annex-things",
	"report.article-text",
	"report.by-time",
	"report.chart.forest",
	"report.column.article",
	"report.column.held",
	"report.column.reading",
	"report.column.since",
	"report.column.statement",
	"report.column.verdict",
	"report.compare.same",
	"report.contents",
	"report.counting-note",
	"report.footer",
	"report.glance-note",
	"report.heading.actors",
	"report.heading.annex",
	"report.heading.answers",
	"report.heading.articles",
	"report.heading.compared",
	"report.heading.counting",
	"report.heading.coverage",
	"report.heading.dates",
	"report.heading.how",
	"report.heading.inputs",
	"report.heading.map",
	"report.heading.margins",
	"report.heading.missing",
	"report.heading.readings",
	"report.heading.records",
	"report.heading.rejected",
	"report.heading.rules",
	"report.heading.strangers",
	"report.nobody-holds",
	"report.label.plan",
	"report.languages",
	"report.rejected-rows",
	"report.rule-text",
	"report.same-in-table",
	"report.strangers-note",
	"report.title",
}

// wording writes the sentences of the page in a language.
func wording(p *lang.Printer) func(id string) (string, error) {
	words := map[string]string{}
	for _, id := range pageWords {
		words[id] = p.Say(truce.Phrase{ID: id})
	}
	return func(id string) (string, error) {
		s, ok := words[id]
		if !ok {
			return "", fmt.Errorf("the page says %q, which pageWords does not list", id)
		}
		return s, nil
	}
}
