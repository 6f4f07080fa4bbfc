package web

import (
	"net/url"
	"strings"
	"testing"

	"truce/internal/lang"
)

// What was said and asked is there in every language; what the text does not contain is marked.
func TestStatementsOpen(t *testing.T) {
	e := read(t)
	for _, l := range lang.Languages {
		for _, name := range []string{"", "duty", "russia", "syrian liaison"} {
			for _, path := range []string{"/statements", "/statements?about=zone-extent&who=russia"} {
				if id := unsaid(e.page(name, "/"+l+path)); id != "" {
					t.Errorf("%s %s%s: %q is not said", name, l, path, id)
				}
			}
		}
	}
	page := e.page("", "/en/statements")
	for _, want := range []string{`id="s-st-lavrov-2017-11-14"`, "Asharq al-Awsat", `<span class="tag bare">`, "Reached us by way of"} {
		if !strings.Contains(page, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	if few := e.page("", "/en/statements?who=russia"); strings.Contains(few, `id="s-st-momani-2017-11-11"`) || !strings.Contains(few, `id="s-st-lavrov-2017-11-14"`) {
		t.Error("the list is not narrowed to one side")
	}
	if few := e.page("", "/en/statements?about=-"); strings.Count(few, `id="s-`) == 0 || strings.Count(few, `id="s-`) != strings.Count(few, `<span class="tag bare">`) {
		t.Error("the list is not narrowed to what speaks of no part of the text")
	}
}

// A question is put, answered by whom it was put to, and by nobody else; a declared reading stands with the definition; whoever may not is refused.
func TestTalk(t *testing.T) {
	e := read(t)
	post := func(name, path string, form url.Values, want int) {
		t.Helper()
		if rec := e.ask(name, "POST", "/en"+path, form); rec.Code != want {
			t.Fatalf("%s as %s: %d, want %d: %s", path, name, rec.Code, want, strings.Join(strings.Fields(rec.Body.String()[strings.Index(rec.Body.String()+"<main", "<main"):]), " "))
		}
	}
	post("syrian liaison", "/queries", url.Values{"act": {"asks"}, "to": {"jordan"}, "text": {"WHAT-OF-THE-CROSSING"}}, 303)
	queries, err := e.M.Queries(t.Context(), e.As("jordanian liaison"), "", 10)
	if err != nil || len(queries.Items) != 1 {
		t.Fatal(queries, err)
	}
	id := string(queries.Items[0].ID)
	if page := e.page("jordanian liaison", "/en/statements"); !strings.Contains(page, "waits for your answer") || !strings.Contains(page, "WHAT-OF-THE-CROSSING") {
		t.Error("who was asked is not told that it waits for them")
	}
	if page := e.page("", "/en/statements"); strings.Contains(page, "WHAT-OF-THE-CROSSING") {
		t.Error("the public reads the question")
	}
	post("jordanian liaison", "/queries/"+id, url.Values{"act": {"answers"}, "text": {""}}, 422)
	if rec := e.ask("jordanian liaison", "POST", "/en/queries/"+id, url.Values{"act": {"answers"}, "text": {""}}); !strings.Contains(rec.Body.String(), `href="#answer-`+id+`"`) || !strings.Contains(rec.Body.String(), `id="answer-`+id+`"`) {
		t.Error("what was refused does not lead to its form")
	}
	post("russian liaison", "/queries/"+id, url.Values{"act": {"answers"}, "text": {"x"}}, 404)
	post("jordanian liaison", "/queries/"+id, url.Values{"act": {"answers"}, "text": {"IT-IS-OPEN"}}, 303)
	if page := e.page("syrian liaison", "/en/statements"); !strings.Contains(page, "IT-IS-OPEN") || strings.Contains(page, "waits for your answer") {
		t.Error("the answer does not reach who asked")
	}
	post("monitor", "/statements", url.Values{"of": {"russia"}, "text": {"SAID-AT-THE-LINE"}, "tier": {"mechanism"}, "about": {"zone-extent"}}, 303)
	if page := e.page("duty", "/en/statements"); !strings.Contains(page, "SAID-AT-THE-LINE") {
		t.Error("what was recorded is not listed")
	}
	post("monitor", "/statements/readings", url.Values{"act": {"reads"}, "reading": {"zone-extent=three-governorates"}, "text": {"x"}}, 403)
	post("jordan", "/statements/readings", url.Values{"act": {"reads"}, "reading": {"zone-extent=nowhere"}, "text": {"x"}}, 422)
	post("jordan", "/statements/readings", url.Values{"act": {"reads"}, "reading": {"zone-extent=three-governorates"}, "text": {"ALL-THREE"}}, 303)
	if page := e.page("duty", "/en/agreement"); !strings.Contains(page, "declared on record") {
		t.Error("the declared reading does not stand with the definition")
	}
}
