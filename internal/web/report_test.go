package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/lang"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
)

// sound is a form that is filled in.
func sound() url.Values {
	return url.Values{"draft": {"form-0123456789"}, "observed": {"incident"}, "what": {"shelling"}, "from": {"2017-11-15T11:30"}, "to": {""}, "zone": {"local"}, "place": {"point"}, "at": {"32.75000, 36.10000"},
		"error": {"100"}, "name-0": {"government-of-syria"}, "role-0": {"initiator"}, "name-1": {""}, "role-1": {""}, "category-0": {"mortar"}, "calibre-0": {"120"}, "number-0": {"2"}, "deaths-low": {"1"}, "deaths": {"2"},
		"deaths-high": {"4"}, "means": {"seen"}, "standing": {"observed"}, "source": {"team-4"}, "note": {"four rounds"}}
}

// readForm reads a form into an observation, with the fields at which something is wrong.
func readForm(t *testing.T, e *readers, form url.Values) (*truce.Observation, []string) {
	t.Helper()
	r := httptest.NewRequest("POST", "/en/report", nil)
	r.PostForm = form
	ty := &typed{values: form}
	a := e.s.agreementOf("")
	q := &request{Viewer: e.As("monitor"), s: e.s, r: r, lang: "en"}
	o := q.observationOf(ty, a.Clock, a.kinds)
	var bad []string
	for f := range ty.problems {
		bad = append(bad, f)
	}
	slices.Sort(bad)
	return o, bad
}

// Every field of the form becomes the field of an observation that it is for.
func TestFormBecomesObservation(t *testing.T) {
	e := read(t)
	o, bad := readForm(t, e, sound())
	if len(bad) > 0 {
		t.Fatalf("problems at %v", bad)
	}
	at := truce.InstantOf(time.Date(2017, 11, 15, 9, 30, 0, 0, time.UTC)) // Damascus is two hours ahead in November
	if o.Kind != truce.KindIncident || o.What != "shelling" || o.When != truce.At(at) || o.Where.Kind != truce.PlacePoint || o.Where.At != truce.Degrees(36.1, 32.75) || o.Where.Error != 100 ||
		len(o.Parts) != 1 || o.Parts[0] != (truce.Part{Name: "government-of-syria", Role: truce.RoleInitiator}) || len(o.Equipment) != 1 || o.Equipment[0].CalibreMM != 120 || o.Equipment[0].Count != truce.Exactly(2) ||
		o.Deaths != (truce.Number{Low: 1, Best: 2, High: 4, Stated: true}) || o.Injured.Stated || o.Source.ID != "team-4" || o.Source.Means != truce.MeansSeen || o.Source.Standing != truce.StandingObserved || o.Note != "four rounds" {
		t.Errorf("%+v", o)
	}
	for name, x := range map[string]struct {
		change url.Values
		want   func(*truce.Observation) bool
	}{
		"a grid reference":   {url.Values{"at": {"37SBS2824512345"}}, func(o *truce.Observation) bool { return o.Where.Kind == truce.PlacePoint && o.Where.At.Lat > 0 }},
		"a coarse reference": {url.Values{"at": {"37SBS2812"}, "error": {"1000"}}, func(o *truce.Observation) bool { return o.Where.Error == 1000 }},
		"a named place":      {url.Values{"place": {"named"}, "named": {"nawa"}}, func(o *truce.Observation) bool { return o.Where.Kind == truce.PlaceNamed && o.Where.Name == "nawa" }},
		"an area": {url.Values{"place": {"area"}, "corners": {"32.6 36.1\n32.7 36.1\n\n32.7 36.2\n32.6 36.1"}},
			func(o *truce.Observation) bool { return o.Where.Kind == truce.PlaceArea && len(o.Where.Path) == 3 }},
		"no place":      {url.Values{"place": {"none"}}, func(o *truce.Observation) bool { return o.Where.Kind == truce.PlaceUnknown }},
		"world time":    {url.Values{"zone": {"utc"}}, func(o *truce.Observation) bool { return o.When.From == at.Add(2*time.Hour) }},
		"an interval":   {url.Values{"to": {"2017-11-15T13:00"}, "lasted": {"1"}}, func(o *truce.Observation) bool { return o.Lasted && o.When.To.Sub(o.When.From) == 90*time.Minute }},
		"Arabic digits": {url.Values{"error": {"١٥٠"}, "deaths": {"٣"}}, func(o *truce.Observation) bool { return o.Where.Error >= 150 && o.Deaths.Best == 3 }},
		"only a bound":  {url.Values{"deaths": {""}, "deaths-high": {""}}, func(o *truce.Observation) bool { return o.Deaths == truce.Exactly(1) }},
		"another kind": {url.Values{"observed": {"passage"}, "act": {"aid convoy"}, "result": {"denied"}},
			func(o *truce.Observation) bool {
				return o.Kind == truce.KindPassage && o.What == "aid convoy" && o.Result == truce.EndedDenied
			}},
	} {
		form := sound()
		for k, v := range x.change {
			form[k] = v
		}
		o, bad := readForm(t, e, form)
		if len(bad) > 0 || !x.want(o) {
			t.Errorf("%s: problems at %v, %+v", name, bad, o)
		}
	}
}

// What is wrong is told at its field, all of it at once, and nothing that was typed is lost.
func TestBadFormKeepsWhatWasTyped(t *testing.T) {
	e := read(t)
	for field, x := range map[string]url.Values{
		"draft": {"draft": {"../../x"}}, "observed": {"observed": {"gossip"}}, "what": {"what": {""}}, "from": {"from": {"yesterday"}}, "to": {"to": {"2017-11-14T00:00"}}, "at": {"at": {"somewhere"}},
		"error": {"error": {""}}, "name-0": {"name-0": {""}}, "role-0": {"role-0": {"bystander"}}, "category-0": {"category-0": {""}}, "calibre-0": {"calibre-0": {"-3"}}, "number-0": {"number-0": {"many"}},
		"deaths": {"deaths-low": {"9"}}, "means": {"means": {"magic"}}, "standing": {"standing": {"true"}}, "named": {"place": {"named"}, "named": {""}}, "corners": {"place": {"area"}, "corners": {"32.6 36.1\n32.7 36.2"}},
		"place": {"place": {"mars"}}, "result": {"result": {"fine"}},
	} {
		form := sound()
		for k, v := range x {
			form[k] = v
		}
		if _, bad := readForm(t, e, form); !slices.Equal(bad, []string{field}) {
			t.Errorf("a bad %s is told at %v", field, bad)
		}
	}
	form := sound()
	form["from"], form["at"], form["deaths-low"], form["note"] = []string{"2017-13-40T00:00"}, []string{"<nowhere>"}, []string{"many"}, []string{"KEEP </textarea> ME"}
	rec := e.ask("monitor", "POST", "/en/report", form)
	page := rec.Body.String()
	if rec.Code != http.StatusUnprocessableEntity || strings.Count(page, `aria-invalid="true"`) < 3 {
		t.Errorf("%d, with %d fields marked", rec.Code, strings.Count(page, `aria-invalid="true"`))
	}
	for _, kept := range []string{"2017-13-40T00:00", "&lt;nowhere&gt;", `value="many"`, "KEEP &lt;/textarea&gt; ME", `value="government-of-syria"`, `<option value="shelling" selected>`, "form-0123456789"} {
		if !strings.Contains(page, kept) {
			t.Errorf("%q was typed and is lost", kept)
		}
	}
	for _, exact := range []url.Values{{"at": {"37SBS2812"}, "error": {"5"}}, {"at": {"32.75 36.1"}, "error": {"100"}}} { // a square of a kilometre is not known to five metres
		form := sound()
		form["at"], form["error"] = exact["at"], exact["error"]
		if _, bad := readForm(t, e, form); !slices.Equal(bad, []string{"error"}) {
			t.Errorf("%v: what is more exact than it is written is told at %v", exact, bad)
		}
	}
	future := sound()
	future["from"] = []string{"2031-01-01T00:00"}
	if _, bad := readForm(t, e, future); !slices.Equal(bad, []string{"from"}) {
		t.Errorf("what is still to come is told at %v", bad)
	}
}

// Whatever somebody types, the form answers: with an observation that can be filed, or with what is wrong.
func TestAnyFormIsAnswered(t *testing.T) {
	e := read(t)
	fields := []string{"observed", "what", "act", "from", "to", "zone", "place", "at", "error", "named", "corners", "name-0", "role-0", "category-0", "calibre-0", "number-0", "count", "count-low", "deaths", "deaths-high", "result", "means", "standing", "source", "note"}
	texts := rapid.OneOf(rapid.SampledFrom([]string{"", "incident", "passage", "shelling", "2017-11-15T11:30", "point", "area", "none", "32.75 36.1", "91 200", "0 0", "100", "1e9", "-1", "NaN", "nawa", "initiator", "mortar", "٣", "32.6 36.1\n32.7 36.1\n32.7 36.2"}),
		rapid.StringN(0, 40, 200))
	rapid.Check(t, func(rt *rapid.T) {
		form := sound()
		for _, f := range fields {
			if rapid.Bool().Draw(rt, "change "+f) {
				form[f] = []string{texts.Draw(rt, f)}
			}
		}
		o, bad := readForm(t, e, form)
		if len(bad) > 0 {
			return
		}
		judged, err := e.M.Judge(t.Context(), e.As("monitor"), o, "en")
		if err != nil {
			rt.Fatalf("%v: %v", form, err)
		}
		if len(judged.Problems) > 0 {
			ty := &typed{values: form}
			e.s.misread(&request{Viewer: e.As("monitor"), s: e.s, lang: "en"}, ty, judged.Problems)
			if len(ty.problems) == 0 {
				rt.Fatalf("%v: refused without a word: %+v", form, judged.Problems)
			}
		}
	})
}

// A report that is sent gives a receipt; sent again it is the same record, and its pictures are there once.
func TestReportIsFiledOnce(t *testing.T) {
	e := read(t)
	picture := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{7}, 3000)...)
	send := func() *httptest.ResponseRecorder {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for k, list := range sound() {
			for _, v := range list {
				if err := w.WriteField(k, v); err != nil {
					t.Fatal(err)
				}
			}
		}
		part := mechanismtest.Must(w.CreateFormFile("pictures", "crater.png"))
		mechanismtest.Must(part.Write(picture))
		w.Close()
		return e.askBody("monitor", "/en/report", w.FormDataContentType(), &body)
	}
	first := send()
	at, done, _ := strings.Cut(first.Header().Get("Location"), "?done=")
	if first.Code != http.StatusSeeOther || done != "report-sent" || !strings.HasPrefix(at, "/en/report/r-") {
		t.Fatalf("%d %s %s", first.Code, first.Header(), first.Body)
	}
	again := send()
	if to, done, _ := strings.Cut(again.Header().Get("Location"), "?done="); to != at || done != "report-again" {
		t.Errorf("sent again it is %s, %s", to, done)
	}
	e.Settle()
	id := truce.RecordID(strings.TrimPrefix(at, "/en/report/"))
	pictures, err := e.M.Pictures(t.Context(), e.As("duty"), id, "", 10)
	if err != nil || len(pictures.Items) != 1 {
		t.Errorf("%d pictures, %v", len(pictures.Items), err)
	}
	page := e.page("monitor", at)
	for _, part := range []string{string(id), "four rounds", "Keep it"} {
		if !strings.Contains(page, part) {
			t.Errorf("the receipt lacks %q", part)
		}
	}
	if rec := e.ask("syrian liaison", "GET", at, nil); rec.Code != http.StatusNotFound {
		t.Errorf("a party sees the receipt of a monitor: %d", rec.Code)
	}
	if rec := e.ask("auditor", "POST", "/en/report", sound()); rec.Code != http.StatusForbidden {
		t.Errorf("an auditor reports: %d", rec.Code)
	}
}

// What the form says before sending is what the page says, and the form that a browser keeps names nobody.
func TestCheckAndBlank(t *testing.T) {
	e := read(t)
	rec := e.ask("monitor", "POST", "/en/report/check", sound())
	page := rec.Body.String()
	for _, part := range []string{"Reasons", "ceasefire", "four rounds"} {
		if rec.Code != http.StatusOK || !strings.Contains(page, part) {
			t.Errorf("%d: the check lacks %q", rec.Code, part)
		}
	}
	if list, err := e.M.Observations(t.Context(), e.As("duty"), mechanism.Search{}); err != nil || len(list.Items) > 0 {
		t.Errorf("checking wrote something down: %v %v", list.Items, err)
	}
	blank := e.page("monitor", "/en/report/blank")
	for _, name := range []string{"team-1", "p-1", "sign-out", "my keys"} {
		if strings.Contains(blank, name) {
			t.Errorf("the form that is kept names %q", name)
		}
	}
}

// What may be the same event is named although it is on another page of the inbox: it came before twenty others.
func TestInboxNamesWhatIsOnAnotherPage(t *testing.T) {
	e := read(t)
	line := func(id, day string) string {
		return `{"id":"` + id + `","kind":"incident","what":"shelling","time":"` + day + `T09:30:00Z","place":{"lat":32.75,"lon":36.1,"error_m":100}}` + "\n"
	}
	near := e.Report("monitor", line("obs-2", "2017-11-15")).IDs[0]
	var others strings.Builder
	for i := range inboxOnPage {
		others.WriteString(line(fmt.Sprint("other-", i), fmt.Sprintf("2017-09-%02d", i+1)))
	}
	e.Report("monitor", others.String())
	again := e.Report("other monitor", line("obs-9", "2017-11-15")).IDs[0]
	for _, l := range lang.Languages {
		page := e.page("duty", "/"+l+"/inbox")
		if !strings.Contains(page, `id="i-`+string(again)) || strings.Contains(page, `id="i-`+string(near)) {
			t.Fatal("both are on one page")
		}
		link := `<a href="/` + l + `/report/` + string(near) + `">`
		if _, name, found := strings.Cut(page, link); !found || strings.Contains(name[:strings.Index(name, "</a>")], string(near)) || !strings.Contains(name[:strings.Index(name, "</a>")], "2017") {
			t.Errorf("%s: the report on another page is not named", l)
		}
	}
}

// A duty officer attaches, sets aside and classifies; each is refused where something is missing, and what was typed stays.
func TestInbox(t *testing.T) {
	e := read(t)
	_, id := e.opened()
	// Who it was is not said, so no rule says that it was broken, and no case opens by itself.
	line := func(id, day string) string {
		return `{"id":"` + id + `","kind":"incident","what":"shelling","time":"` + day + `T09:30:00Z","place":{"lat":32.75,"lon":36.1,"error_m":100}}` + "\n"
	}
	more := e.Report("monitor", line("obs-2", "2017-11-15")+line("obs-3", "2017-10-02"))
	e.Settle()
	near, far := more.IDs[0], more.IDs[1]
	page := e.page("duty", "/en/inbox")
	for _, part := range []string{string(near), string(far), "May belong to:", string(id), "undetermined"} {
		if !strings.Contains(page, part) {
			t.Errorf("the inbox lacks %q", part)
		}
	}
	at := "/en/inbox/"
	for path, form := range map[string]url.Values{"/attach": {"case": {"2017-9999"}}, "/aside": {"why": {""}}, "/classify": {"tier": {"named"}, "class": {"ordinary"}, "why": {""}}} {
		if rec := e.ask("duty", "POST", at+string(near)+path, form); rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), `class="error" role="alert"`) {
			t.Errorf("%s with something missing: %d", path, rec.Code)
		}
	}
	if rec := e.ask("duty", "POST", at+string(near)+"/attach", url.Values{"case": {string(id)}}); rec.Code != http.StatusSeeOther || !slices.Contains(e.caseOf(id).Cites, near) {
		t.Errorf("attached: %d, the case cites %v", rec.Code, e.caseOf(id).Cites)
	}
	if rec := e.ask("duty", "POST", at+string(far)+"/aside", url.Values{"why": {"seen twice already"}}); rec.Code != http.StatusSeeOther {
		t.Fatalf("set aside: %d %s", rec.Code, rec.Body)
	}
	if page := e.page("duty", "/en/inbox"); strings.Contains(page, "i-"+string(near)) || strings.Contains(page, "i-"+string(far)) {
		t.Error("what was decided about still waits")
	}
	if page := e.page("duty", "/en/inbox?aside=1"); !strings.Contains(page, "seen twice already") {
		t.Error("why it was set aside is not told")
	}
	for _, who := range []string{"monitor", "syrian liaison", "auditor", ""} {
		if rec := e.ask(who, "GET", "/en/inbox", nil); rec.Code != http.StatusForbidden {
			t.Errorf("%q opens the inbox: %d", who, rec.Code)
		}
		if rec := e.ask(who, "POST", at+string(near)+"/aside", url.Values{"why": {"x"}}); rec.Code < 400 {
			t.Errorf("%q sets a report aside: %d", who, rec.Code)
		}
	}
}
