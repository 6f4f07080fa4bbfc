package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
)

// Options are what the interface is made of.
type Options struct {
	door.Entrance
	// After gives a channel that gets a value after a while: the heartbeat of event streams. Nil means no heartbeat.
	After func(time.Duration) <-chan time.Time
	// Limits bound what one body may send; what is zero is the default.
	Limits Limits
}

// Limits bound what one body may send. See docs/limits.md.
type Limits struct {
	Upload int64 // bytes of one file
	Batch  int64 // bytes of one batch of observations
	Quota  int64 // bytes of files and batches in one day (UTC)
}

// Defaults and limits. See docs/limits.md.
const (
	// DefaultUpload and DefaultBatch are bytes of one file and of one batch; DefaultQuota of all that a body sends in one day.
	DefaultUpload = 256 << 20
	DefaultBatch  = 1 << 30
	DefaultQuota  = 20 << 30
	// MaxBody is how many bytes the body of a request has that is no stream.
	MaxBody = 1 << 20
	// MaxAgreement is how many bytes a version of an agreement has when it is sent.
	MaxAgreement = 24 << 20
	// MaxDepth is how deeply JSON in a request may be nested.
	MaxDepth = 16
	// MaxStreams is how many event streams are open at once, MaxStreamsEach how many of one person or address.
	MaxStreams     = 1000
	MaxStreamsEach = 4
	// DefaultBodyTime is how long a request that is no stream may take to arrive.
	DefaultBodyTime = time.Minute
	// DefaultHeartbeat is how often an event stream shows that it lives.
	DefaultHeartbeat = 20 * time.Second
	// DefaultStream is how long an event stream lasts before it asks who is there again by ending.
	DefaultStream = 15 * time.Minute
	// MaxPage is how many things one page of a list has.
	MaxPage = 500
)

func (l *Limits) fill() {
	if l.Upload <= 0 {
		l.Upload = DefaultUpload
	}
	if l.Batch <= 0 {
		l.Batch = DefaultBatch
	}
	if l.Quota <= 0 {
		l.Quota = DefaultQuota
	}
}

// server answers requests.
type server struct {
	Options
	m       *mechanism.Mechanism
	mux     *http.ServeMux
	api     huma.API
	guard   *http.CrossOriginProtection
	routes  map[string]*route // by pattern
	spec    []byte            // the OpenAPI document
	rate    *access.Limiter
	quota   quota
	tickets door.Tickets

	streams struct {
		sync.Mutex
		all  int
		each map[string]int
	}
}

// New gives the handler of everything under /api. It panics where a route lacks what every route must have: a program that starts has them all.
func New(o Options) (http.Handler, error) {
	s, err := newServer(o)
	return s, err
}

func newServer(o Options) (*server, error) {
	o.Limits.fill()
	s := &server{Options: o, m: o.Mechanism, mux: http.NewServeMux(), routes: map[string]*route{}}
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
	s.streams.each = map[string]int{}
	s.api = humago.New(guarded{s}, config())
	s.register()
	if s.spec, err = s.api.OpenAPI().MarshalJSON(); err != nil {
		return nil, err
	}
	return s, nil
}

func config() huma.Config {
	f := huma.Format{Marshal: marshal, Unmarshal: unmarshal}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{OpenAPI: "3.1.0", Info: &huma.Info{Title: "truce", Version: "1",
			Description: "The mechanism of a ceasefire: what was reported, what each rule says of it, what people found, and who said what to that."},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName), SecuritySchemes: map[string]*huma.SecurityScheme{
				"session": {Type: "apiKey", In: "cookie", Name: door.CookieName, Description: "Of a person who signed in."},
				"token":   {Type: "http", Scheme: "bearer", Description: "Of a device."},
			}}},
		Formats:                      map[string]huma.Format{"application/json": f, "json": f},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

// schemaName names a type in the description. Two that the mechanism and this package both have are told apart.
func schemaName(t reflect.Type, hint string) string {
	switch t {
	case reflect.TypeFor[mechanism.Problem]():
		return "RowProblem"
	case reflect.TypeFor[mechanism.Receipt]():
		return "RecordReceipt"
	}
	return huma.DefaultSchemaNamer(t, hint)
}

func (s *server) register() {
	s.aboutTheDoor()
	s.aboutSigning()
	s.aboutEarlyWarning()
	s.aboutAgreements()
	s.aboutReports()
	s.aboutOutcomes()
	s.aboutCases()
	s.aboutTalk()
	s.aboutMedia()
	s.aboutPeople()
	s.aboutEvents()
	s.aboutFeatures()
	s.aboutOpenRecord()
}

// ServeHTTP answers one request.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := s.Now()
	out := &answerWriter{ResponseWriter: w}
	line := door.Line{At: start}
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			line.Err = panicked(p)
			if !out.wrote {
				s.problem(out, r, "en", of(truce.Internal))
			}
		}
		if s.Log != nil {
			line.Took = s.Now().Sub(start)
			line.Ends(r, out.status, out.err)
			s.Log(line)
		}
	}()
	s.Headers(w.Header(), contentPolicy, "geolocation=(), camera=(), microphone=()", "Authorization, Cookie, Accept-Language")
	r.Body = http.MaxBytesReader(out, r.Body, s.Limits.Batch+MaxBody)
	language := door.Language(r)
	if err := s.guard.Check(r); err != nil {
		s.problem(out, r, language, known(http.StatusForbidden, "cross-origin"))
		return
	}
	rt, refusal := s.route(out.Header(), r)
	if refusal != nil {
		s.problem(out, r, language, refusal)
		return
	}
	line.Route = rt.pattern
	c, refusal := s.caller(out, r, rt)
	if refusal != nil {
		s.problem(out, r, language, refusal)
		return
	}
	c.language = language
	line.Office = c.Office
	s.mux.ServeHTTP(out, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	out.finish(r)
}

// contentPolicy: nothing here is a page, and nothing may be put into a frame.
const contentPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

// methods are those that any route has.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete}

// route finds the route of a request, or says that there is none, or none for the method.
func (s *server) route(h http.Header, r *http.Request) (*route, *problem) {
	if _, pattern := s.mux.Handler(r); pattern != "" {
		if rt := s.routes[pattern]; rt != nil {
			return rt, nil
		}
	}
	var allowed []string
	for _, m := range methods {
		other := *r
		other.Method = m
		if _, pattern := s.mux.Handler(&other); s.routes[pattern] != nil {
			allowed = append(allowed, m)
		}
	}
	if len(allowed) == 0 {
		return nil, of(truce.NotFound)
	}
	slices.Sort(allowed)
	h.Set("Allow", strings.Join(allowed, ", "))
	return nil, known(http.StatusMethodNotAllowed, "method")
}
