package web

import (
	"net/url"
	"strings"
	"testing"

	"truce/internal/lang"
	"truce/internal/mechanism/mechanismtest"
)

// Two people of two bodies reveal one group of one record, or withhold records, on the page of the open record; exact places are refused there too, and who may not does not.
func TestRevealOnThePage(t *testing.T) {
	e := read(t)
	id := string(e.Report("monitor", mechanismtest.Shelling).IDs[0])
	post := func(name, path string, form url.Values, want int) {
		t.Helper()
		if rec := e.ask(name, "POST", "/en/admin/open/"+path, form); rec.Code != want {
			t.Fatalf("%s as %s: %d, want %d", path, name, rec.Code, want)
		}
	}
	post("duty", "reveal", url.Values{"of": {id}, "group": {"where"}, "reason": {"x"}}, 403)
	post("monitor", "reveal", url.Values{"of": {id}, "group": {"what"}, "reason": {"x"}}, 403)
	post("syrian liaison", "withhold", url.Values{"records-more": {id}, "why": {"danger"}, "reason": {"x"}}, 404) // they may not know of it
	post("duty", "withhold", url.Values{"records-more": {id}, "why": {"danger"}, "until": {"tomorrow"}, "reason": {"x"}}, 422)
	post("duty", "reveal", url.Values{"of": {id}, "group": {"what"}, "reason": {"EVERYBODY-ASKS"}}, 303)
	post("duty", "withhold", url.Values{"records-more": {id}, "why": {"danger"}, "until": {"2019-01-01"}, "reason": {"IT-ENDANGERS"}}, 303)
	for _, l := range lang.Languages {
		for _, name := range []string{"", "duty", "jordan", "syrian liaison", "auditor"} {
			page := e.page(name, "/"+l+"/admin/open?of="+id)
			if missing := unsaid(page); missing != "" {
				t.Errorf("%s as %q: %q is not said", l, name, missing)
			}
			knows := name == "duty" || name == "jordan" || name == "auditor"
			if strings.Contains(page, "EVERYBODY-ASKS") != knows || strings.Contains(page, "IT-ENDANGERS") != knows {
				t.Errorf("%s as %q: the reasons are shown: %v", l, name, !knows)
			}
			if confirms := strings.Contains(page, `/admin/open/confirm`); confirms != (name == "jordan") {
				t.Errorf("%s as %q may confirm: %v", l, name, confirms)
			}
		}
	}
	list, err := e.M.Proposals(t.Context(), e.As("jordan"))
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	for _, p := range list {
		post("duty", "confirm", url.Values{"of": {string(p.ID)}}, 403)
		post("jordan", "confirm", url.Values{"of": {string(p.ID)}, "reason": {"Yes."}}, 303)
		if !e.M.Directory.Decided(p.ID) {
			t.Error("it is not decided")
		}
	}
	post("duty", "books", url.Values{"by": {"2019-01-01"}, "reason": {"x"}}, 422) // no open record is kept here: nothing is due
}
