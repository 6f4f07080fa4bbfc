package web

import (
	"strings"
	"testing"

	"truce/internal/lang"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/record"
)

// unsaid finds the id of a sentence that a page could not say.
func unsaid(page string) string {
	for _, mark := range []string{"web.is.", "web.agreement.", "web.whatif.", "web.today.", "web.statements.", "web.actors.", "web.stands."} {
		if i := strings.Index(page, mark); i >= 0 {
			return page[i:min(len(page), i+60)]
		}
	}
	return ""
}

// The text, its rules in sentences, its words and its versions are there for everybody, in every language.
func TestAgreementOpens(t *testing.T) {
	e := read(t)
	rival := mechanismtest.Agreement(t, record.AgreementRival)
	for i := range rival.Files {
		if rival.Files[i].Path == "agreement.yaml" {
			rival.Files[i].Data = []byte(strings.Replace(strings.Replace(string(rival.Files[i].Data), "version: 2017-11-08", "version: another", 1), "gap: 30m", "gap: 45m", 1))
		}
	}
	rival.Version = "another"
	if _, err := e.M.Amend(t.Context(), e.As("analyst"), rival); err != nil {
		t.Fatal(err)
	}
	e.lived()
	for _, l := range lang.Languages {
		for _, name := range []string{"", "duty"} {
			for _, path := range []string{"/agreement", "/agreement?text=en&text=ar&text=ru", "/agreement?version=another", "/agreement/redline?from=2017-11-08&to=another", "/agreement/what-if"} {
				if id := unsaid(e.page(name, "/"+l+path)); id != "" {
					t.Errorf("%s %s%s: %q is not said", name, l, path, id)
				}
			}
		}
	}
	page := e.page("", "/en/agreement?text=en&text=ar")
	for _, want := range []string{`lang="ar" dir="rtl"`, "not invited by Damascus", `id="article-3"`, "st-lavrov-2017-11-14", "rival text"} {
		if !strings.Contains(page, want) {
			t.Errorf("the agreement lacks %q", want)
		}
	}
	if page := e.page("", "/en/agreement/redline?from=2017-11-08&to=another"); !strings.Contains(page, "<del>") || !strings.Contains(page, "<ins>") || !strings.Contains(page, "45") {
		t.Error("the redline does not show what changed")
	}
	page = e.page("", "/en/agreement/redline?from=2017-11-08&to=another") // the gap is that of a counting rule, which is in no article
	if !strings.Contains(page, `<a href="#c-counting">Counting rules</a>`) || !strings.Contains(page, `<h3 id="c-counting">`) || strings.Contains(page, "#c-article") {
		t.Error("what changed is not led to by what it is in")
	}
	if rec := e.ask("", "GET", "/en/agreement?version=none", nil); rec.Code != 404 {
		t.Errorf("a version there is not: %d", rec.Code)
	}
}

// What would differ is asked by the address alone, so that the answer can be shared; nonsense is answered in words.
func TestWhatIfPage(t *testing.T) {
	e := read(t)
	e.lived()
	const ask = "/agreement/what-if?rule=ceasefire&field=from&value=2018-07-01"
	page := e.page("duty", "/en"+ask)
	for _, want := range []string{"As it would be", "not due", "Because", "rule=ceasefire"} {
		if !strings.Contains(page, want) {
			t.Errorf("the answer lacks %q", want)
		}
	}
	for _, l := range lang.Languages {
		if id := unsaid(e.page("analyst", "/"+l+ask)); id != "" {
			t.Errorf("%s: %q is not said", l, id)
		}
	}
	if page := e.page("duty", "/en/agreement/what-if?read.zone-extent=three-governorates"); !strings.Contains(page, "selected") {
		t.Error("the form forgets what was asked")
	}
	if rec := e.ask("duty", "GET", "/en/agreement/what-if?rule=ceasefire&field=from&value=never", nil); rec.Code != 422 || !strings.Contains(rec.Body.String(), `role="alert"`) {
		t.Errorf("nonsense: %d", rec.Code)
	}
	if page := e.page("", "/en"+ask); strings.Contains(page, "As it would be") {
		t.Error("the public goes through history")
	}
}
