package web

import (
	"compress/gzip"
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/lang"
)

// route is one page, or one form that it sends.
type route struct {
	id, method string
	path       string // behind the language, such as /cases/{id}
	// act and kind say which question of the policy stands before it; the mechanism asks it.
	act  access.Act
	kind access.Kind
	// body is the most bytes that a form brings; 0 is [MaxForm].
	body int64

	pattern string
}

// get declares a page, post a form.
func (s *server) get(id, path string, kind access.Kind, do func(*request) error) {
	s.declare(route{id: id, method: http.MethodGet, path: path, act: access.ActRead, kind: kind}, do)
}

func (s *server) post(id, path string, act access.Act, kind access.Kind, do func(*request) error) {
	s.declare(route{id: id, method: http.MethodPost, path: path, act: act, kind: kind}, do)
}

// declare is the one way to a page: it must say which question of the policy stands before it.
func (s *server) declare(rt route, do func(*request) error) {
	rt.pattern = rt.method + " /{lang}" + rt.path
	bad := func(why string) { panic("web: " + rt.pattern + ": " + why) }
	switch {
	case rt.id == "" || !strings.HasPrefix(rt.path, "/"):
		bad("it lacks an id or a path")
	case door.Lacks(rt.method, rt.act, rt.kind) != "":
		bad(door.Lacks(rt.method, rt.act, rt.kind))
	case s.routes[rt.pattern] != nil:
		bad("it is there twice")
	}
	s.routes[rt.pattern] = &rt
	s.mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) {
		q := r.Context().Value(requestKey{}).(*request)
		q.r, q.ctx = r, r.Context()
		if err := do(q); err != nil {
			q.failed(err)
		}
	})
}

// find gives the route of a request; nil where there is none.
func (s *server) find(r *http.Request) *route {
	_, pattern := s.mux.Handler(r)
	return s.routes[pattern]
}

type requestKey struct{}

// request is one request with who asks and in which language.
type request struct {
	access.Viewer
	s       *server
	w       *answer
	r       *http.Request
	ctx     context.Context
	route   *route
	lang    string
	session string // token of the session; "" where there is none
	status  int    // of the page, where it is not 200
}

// p writes in the language of the request, with the names of the agreement in force.
func (q *request) p() *lang.Printer { return q.s.looks[q.lang].printer() }

// say writes a sentence.
func (q *request) say(id string, args ...truce.Arg) string {
	return q.p().Say(truce.Phrase{ID: id, Args: args})
}

// signedIn reports whether somebody is there who is not the public.
func (q *request) signedIn() bool { return q.Person != "" }

// offers reports whether the viewer's office does something at all. Whether it may be done to one thing is asked when it is done.
func (q *request) offers(a access.Act) bool { return access.Offers(q.Viewer, a) }

// form gives a field of the form, without spaces around it.
func (q *request) form(name string) string { return strings.TrimSpace(q.r.PostFormValue(name)) }

// query gives a parameter of the address.
func (q *request) query(name string) string { return strings.TrimSpace(q.r.URL.Query().Get(name)) }

// to sends the browser to another page, in the same language. What was done is said there.
func (q *request) to(path, done string) error {
	if done != "" {
		sign := "?"
		if strings.Contains(path, "?") {
			sign = "&"
		}
		path += sign + "done=" + url.QueryEscape(done)
	}
	http.Redirect(q.w, q.r, "/"+q.lang+path, http.StatusSeeOther)
	return nil
}

// failed answers with what the outside may know of an error. What takes a fresh proof leads to where that is given.
func (q *request) failed(err error) {
	f := door.Outside(q.lang, err)
	if f.Status >= 500 {
		q.w.err = err
	}
	q.fail(f)
}

// fail answers with the page of errors.
func (q *request) fail(f door.Fault) {
	q.status = f.Status
	if err := q.show("error", f); err != nil {
		q.w.err = err
		http.Error(q.w, f.Title, f.Status)
	}
}

// answer keeps a page until it is whole, so that it can be packed and an error can still take its place.
type answer struct {
	http.ResponseWriter
	status int
	held   []byte
	holds  bool
	err    error
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
		if !a.holds {
			a.ResponseWriter.WriteHeader(status)
		}
	}
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.holds {
		a.held = append(a.held, b...)
		return len(b), nil
	}
	return a.ResponseWriter.Write(b)
}

var packers = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, 5); return w }}

// worthPacking is from how many bytes on a page is packed.
const worthPacking = 1000

// finish sends what was held, packed where the browser takes that.
func (a *answer) finish(r *http.Request) {
	if !a.holds || a.status == 0 {
		return
	}
	a.holds = false
	if len(a.held) < worthPacking || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		a.ResponseWriter.WriteHeader(a.status)
		if _, err := a.ResponseWriter.Write(a.held); err != nil {
			a.err = err
		}
		return
	}
	a.Header().Set("Content-Encoding", "gzip")
	a.ResponseWriter.WriteHeader(a.status)
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(a.ResponseWriter)
	if _, err := z.Write(a.held); err != nil {
		a.err = err
		return
	}
	if err := z.Close(); err != nil {
		a.err = err
	}
}
