package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/lang"
	"truce/internal/mechanism"
)

// Options are what the pages are made of.
type Options struct {
	door.Entrance
	// Demo is nil outside a demonstration.
	Demo Demo
	// Machine tells how the program and its data are; Trail gives the newest lines of the access log, newest first. Nil where nobody is told.
	Machine func() Machine
	Trail   func(most int) ([]Trace, error)
	// Open says that there is an open record, at /open/.
	Open bool
	// Doors are the sign-in services of bodies.
	Doors []Door
}

// Demo is a demonstration: everybody may be anybody, and nothing in it is real.
type Demo interface {
	// People lists those whom a visitor may be, in the order in which they are shown.
	People() []DemoPerson
	// Enter opens a session for one of them.
	Enter(id truce.PersonID) (token string, err error)
}

// DemoPerson is somebody a visitor may be.
type DemoPerson struct {
	ID     truce.PersonID
	Body   truce.BodyID
	Office truce.Office
}

// Door is the sign-in service of a body.
type Door struct {
	Body    truce.BodyID
	Address string
}

// MaxForm is how many bytes a form has that brings no file. See docs/limits.md.
const MaxForm = 1 << 20

// server answers requests.
type server struct {
	Options
	m       *mechanism.Mechanism
	mux     *http.ServeMux
	guard   *http.CrossOriginProtection
	routes  map[string]*route // by pattern
	rate    *access.Limiter
	looks   map[string]*look // by language
	assets  *assets
	tickets door.Tickets
}

// sections declare the pages, each in its own file.
var sections = []func(*server){
	aboutDoor, aboutAccount, aboutToday, aboutMap, aboutInbox, aboutCases, aboutAgreement, aboutVersions, aboutActors, aboutStatements, aboutAnalysis, aboutDaily, aboutAdmin, aboutOpenRecord,
}

// New gives the handler of everything outside /api. It panics where a page lacks what every page must have: a program that starts has them all.
func New(o Options) (http.Handler, error) {
	return newServer(o)
}

// bare is a server without pages.
func bare() *server {
	return &server{mux: http.NewServeMux(), routes: map[string]*route{}, looks: map[string]*look{}}
}

func newServer(o Options) (*server, error) {
	s := bare()
	s.Options, s.m = o, o.Mechanism
	var err error
	if s.tickets, err = door.NewTickets(o.Random); err != nil {
		return nil, err
	}
	if s.rate, err = o.Limiter(); err != nil {
		return nil, err
	}
	if s.guard, err = o.Guard(); err != nil {
		return nil, err
	}
	if s.assets, err = readAssets(); err != nil {
		return nil, err
	}
	for _, l := range lang.Languages {
		if s.looks[l], err = s.newLook(l); err != nil {
			return nil, err
		}
	}
	for _, about := range sections {
		about(s)
	}
	return s, nil
}

// ServeHTTP answers one request.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.assets.serve(w, r) {
		return
	}
	start := s.Now()
	out := &answer{ResponseWriter: w}
	q := &request{Viewer: access.Viewer{Now: start}, s: s, w: out, r: r, ctx: r.Context(), lang: languageOf(r)}
	line := door.Line{At: start}
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			line.Err = errors.New("panic")
			if err, ok := p.(error); ok {
				line.Err = err
			}
			if out.status == 0 {
				q.fail(door.Known(q.lang, http.StatusInternalServerError, "internal"))
			}
		}
		out.finish(r)
		if s.Log != nil {
			line.Took, line.Office = s.Now().Sub(start), q.Office
			line.Ends(r, out.status, out.err)
			s.Log(line)
		}
	}()
	s.Headers(out.Header(), contentPolicy, "geolocation=(self), camera=(self), microphone=()", "Cookie, Accept-Language, Accept-Encoding")
	r.Body = http.MaxBytesReader(out, r.Body, MaxForm)
	if err := s.guard.Check(r); err != nil {
		q.fail(door.Known(q.lang, http.StatusForbidden, "cross-origin"))
		return
	}
	if r.URL.Path == "/" {
		http.Redirect(out, r, "/"+q.lang+"/", http.StatusSeeOther)
		return
	}
	if !s.enter(q) {
		return
	}
	rt := s.find(r)
	if rt == nil || !slices.Contains(lang.Languages, first(r.URL.Path)) {
		q.fail(door.Known(q.lang, http.StatusNotFound, "not-found"))
		return
	}
	line.Route, q.route = rt.pattern, rt
	if rt.body > 0 {
		r.Body = http.MaxBytesReader(out, r.Body, rt.body)
	}
	s.mux.ServeHTTP(out, r.WithContext(context.WithValue(r.Context(), requestKey{}, q)))
}

// enter finds out who asks, and whether they ask too often.
func (s *server) enter(q *request) bool {
	if cookie, err := q.r.Cookie(door.Cookie(s.Origin)); err == nil {
		if v, ok := s.Sessions.Viewer(cookie.Value, q.Now); ok {
			q.Viewer, q.session = v, cookie.Value
		} else {
			door.SetCookie(q.w, s.Origin, "") // it ended; whoever it was goes on as the public
		}
	}
	name := "address:" + s.From(q.r)
	if q.Body != "" {
		name = "body:" + string(q.Body)
	}
	if !s.rate.Take(name, q.Now) {
		q.w.Header().Set("Retry-After", "1")
		q.fail(door.Known(q.lang, http.StatusTooManyRequests, "too-many"))
		return false
	}
	return true
}

// policy of what a page may load: only what this server sends, no script that stands in a page, no frame around it.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; " +
	"connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// first is the first part of a path.
func first(path string) string {
	part, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return part
}

// languageOf is the language of the path; of the browser where the path has none.
func languageOf(r *http.Request) string {
	if l := first(r.URL.Path); slices.Contains(lang.Languages, l) {
		return l
	}
	return door.Language(r)
}
