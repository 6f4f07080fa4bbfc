package web

import (
	"strings"
	"testing"

	"truce/internal/lang"
)

// Who is who is there for everybody: chains, disputed facts as disputed, and what each reading makes of somebody.
func TestActorsOpen(t *testing.T) {
	e := read(t)
	for _, l := range lang.Languages {
		for _, path := range []string{"/actors", "/actors?find=hizb", "/actors/hezbollah", "/actors/russia", "/actors/iran"} {
			if id := unsaid(e.page("", "/"+l+path)); id != "" {
				t.Errorf("%s%s: %q is not said", l, path, id)
			}
		}
	}
	if page := e.page("", "/en/actors?find=hizbullah"); !strings.Contains(page, "Found") || strings.Contains(page, "Nobody of the agreement") {
		t.Error("an alias finds nobody")
	}
	page := e.page("", "/en/actors/hezbollah")
	_, meant, _ := strings.Cut(page, `id="meant"`)
	for reading, is := range map[string]string{"by nationality": "yes", "not invited by Damascus": "no", "by nationality or Iranian backing": "yes"} {
		_, row, found := strings.Cut(meant, reading+"</a>")
		row, _, _ = strings.Cut(row, "</tr>")
		if !found || !strings.Contains(row, "</svg> "+is) {
			t.Errorf("under %q it should be %q: %s", reading, is, row)
		}
	}
	for _, want := range []string{"Disputed by:", "is there at the invitation of", "is paid, armed or directed by", "st-lavrov-2017-11-14"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of somebody disputed lacks %q", want)
		}
	}
	if rec := e.ask("", "GET", "/en/actors/nobody", nil); rec.Code != 404 {
		t.Errorf("somebody there is not: %d", rec.Code)
	}
}
