package web

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/lang"
	"truce/internal/mechanism/mechanismtest"
)

// readers are pages over a small mechanism, asked as somebody without the door.
type readers struct {
	*mechanismtest.World
	s *server
}

func read(t *testing.T) *readers {
	t.Helper()
	w := mechanismtest.Start(t)
	return &readers{w, mechanismtest.Must(newServer(Options{Entrance: door.Entrance{Mechanism: w.M, Sessions: access.NewSessions(w.M.Directory), Random: rand.Reader, Now: w.Clock}}))}
}

// ask sends a request as somebody; "" is the public.
func (e *readers) ask(name, method, path string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	e.T.Helper()
	return e.askAs(e.As(name), method, path, form, cookies...)
}

// askAs sends a request as a viewer.
func (e *readers) askAs(v access.Viewer, method, path string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	e.T.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return e.serve(v, r)
}

// askBody sends a body of a type as somebody.
func (e *readers) askBody(name, path, kind string, body io.Reader) *httptest.ResponseRecorder {
	e.T.Helper()
	r := httptest.NewRequest("POST", path, body)
	r.Header.Set("Content-Type", kind)
	return e.serve(e.As(name), r)
}

func (e *readers) serve(v access.Viewer, r *http.Request) *httptest.ResponseRecorder {
	e.T.Helper()
	rec := httptest.NewRecorder()
	out := &answer{ResponseWriter: rec}
	q := &request{Viewer: v, s: e.s, w: out, r: r, lang: languageOf(r)}
	e.s.mux.ServeHTTP(out, r.WithContext(context.WithValue(context.Background(), requestKey{}, q)))
	out.finish(r)
	if out.err != nil {
		e.T.Fatalf("%s as %s: %v", r.URL, v.Office, out.err)
	}
	return rec
}

func (e *readers) page(name, path string) string {
	e.T.Helper()
	rec := e.ask(name, "GET", path, nil)
	if rec.Code != http.StatusOK {
		e.T.Fatalf("%s as %s: %d", path, name, rec.Code)
	}
	return rec.Body.String()
}

// everybody is one of each office.
var everybody = []string{"", "monitor", "duty", "russia", "syrian liaison", "israel", "analyst", "auditor", "operator"}

// lived puts the public record of the example and a few simulated reports into the mechanism.
func (e *readers) lived() {
	e.T.Helper()
	data, err := os.ReadFile("../../examples/southwest-syria/observations/public-record.ndjson")
	if err != nil {
		e.T.Fatal(err)
	}
	e.Report("duty", string(data))
	e.Report("monitor", mechanismtest.Shelling)
	e.Report("monitor", `{"id":"c-1","kind":"coverage","time":{"from":"2017-11-18T06:00:00Z","to":"2017-11-18T12:00:00Z"},"lasted":true,"place":{"kind":"named","name":"Izra district"},"source":{"id":"s","means":"seen","standing":"observed"}}`+"\n"+
		`{"id":"r-1","kind":"restriction","what":"access-denied","time":"2017-11-19T06:00:00Z","place":{"kind":"point","lat":32.62,"lon":36.1,"error_m":100},"parts":[{"name":"southern-front","role":"initiator"}],"source":{"id":"s","means":"seen","standing":"observed"}}`+"\n")
	e.Settle()
}

// The first page opens for everybody in every language, with nothing in it and with a life in it, and leaves no sentence unsaid.
func TestTodayOpens(t *testing.T) {
	e := read(t)
	for _, lived := range []bool{false, true} {
		if lived {
			e.lived()
		}
		for _, l := range lang.Languages {
			for _, name := range everybody {
				page := e.page(name, "/"+l+"/")
				if strings.Contains(page, "{web.") || strings.Contains(page, "web.today.") {
					t.Errorf("%s %s: a sentence is missing", name, l)
				}
				if first := strings.Contains(page, "first-steps"); first == lived && name == "duty" {
					t.Errorf("%s %s, lived %v: says what to do first: %v", name, l, lived, first)
				}
			}
		}
	}
	page := e.page("duty", "/en/")
	for _, want := range []string{"Izra district", "access denied", "shelling", "each episode", "breached", "nobody looked"} {
		if !strings.Contains(page, want) {
			t.Errorf("the first page of the operations room lacks %q", want)
		}
	}
	public := e.page("", "/en/")
	if strings.Contains(public, "nobody looked") {
		t.Error("the public is told that nobody looked, of which it knows nothing")
	}
	for _, secret := range []string{"SECRET", "shelling", "access denied"} {
		if strings.Contains(public, secret) {
			t.Errorf("the public page tells of %q", secret)
		}
	}
}

// What was marked as seen is not new any more, for whoever marked it and for nobody else.
func TestSeen(t *testing.T) {
	e := read(t)
	e.lived()
	before := e.page("duty", "/en/")
	const news = `data-key="` // rows of what changed
	box := func(page string) string {
		_, rest, _ := strings.Cut(page, `id="new-box"`)
		rest, _, _ = strings.Cut(rest, "</section>")
		return rest
	}
	if !strings.Contains(box(before), news) {
		t.Fatal("nothing is new")
	}
	_, cursor, _ := strings.Cut(box(before), `name="cursor" value="`)
	cursor, _, _ = strings.Cut(cursor, `"`)
	rec := e.ask("duty", "POST", "/en/seen", url.Values{"cursor": {cursor}})
	if rec.Code != http.StatusSeeOther || len(rec.Result().Cookies()) != 1 {
		t.Fatalf("%d", rec.Code)
	}
	cookie := rec.Result().Cookies()[0]
	if !cookie.HttpOnly || strings.Contains(cookie.Value, string(e.People["duty"].Person)) {
		t.Errorf("%+v", cookie)
	}
	if again := e.ask("duty", "GET", "/en/", nil, cookie).Body.String(); strings.Contains(box(again), news) {
		t.Error("what was seen is new again")
	}
	if other := e.ask("monitor", "GET", "/en/", nil, cookie).Body.String(); !strings.Contains(box(other), news) {
		t.Error("what somebody saw is not new to somebody else")
	}
	e.Later(time.Hour)
	e.Report("monitor", strings.Replace(mechanismtest.Shelling, "obs-1", "obs-2", 1))
	if later := e.ask("duty", "GET", "/en/", nil, cookie).Body.String(); !strings.Contains(box(later), news) {
		t.Error("what came later is not new")
	}
	if bad := e.ask("duty", "POST", "/en/seen", url.Values{"cursor": {"a;b"}}); bad.Code != http.StatusUnprocessableEntity {
		t.Errorf("a cursor that is none: %d", bad.Code)
	}
}
