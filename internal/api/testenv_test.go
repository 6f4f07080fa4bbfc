package api

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/record"
)

// env is a mechanism behind its HTTP interface.
type env struct {
	*mechanismtest.World
	s       *server
	options Options
	cookies map[string]string
	signed  map[string]truce.Instant
	mu      sync.Mutex
	lines   []door.Line
}

// cast is who there is in every test.
var cast = mechanismtest.Cast

// start founds the example and opens its doors. An option may be changed before.
func start(t testing.TB, change ...func(*Options)) *env {
	t.Helper()
	e := &env{World: mechanismtest.Start(t), cookies: map[string]string{}, signed: map[string]truce.Instant{}}
	o := Options{Entrance: door.Entrance{Mechanism: e.M, Sessions: access.NewSessions(e.M.Directory), Now: e.Clock, Random: rand.Reader, Rate: 1e6, Burst: 1e6,
		Log: func(l door.Line) { e.mu.Lock(); e.lines = append(e.lines, l); e.mu.Unlock() }}}
	for _, f := range change {
		f(&o)
	}
	if o.Gate == nil {
		o.Gate = must(access.NewGate(e.M.Directory, rand.Reader, e.Clock()))
	}
	e.options = o
	e.s = must(newServer(o))
	// A key of each person, by which the tests open sessions.
	for _, c := range cast {
		a := e.People[c.Name]
		e.Put(a, must(record.Person{At: e.Clock(), Act: record.PersonKeyAdded, Person: a.Person, Key: truce.KeyID("k-" + string(a.Person)), Method: record.MethodOIDC,
			Credential: record.Credential{Issuer: "https://id.example.org", Subject: "CREDENTIAL-OF " + c.Name}}.Draft()))
	}
	return e
}

func must[T any](x T, err error) T { return mechanismtest.Must(x, err) }

const shelling = mechanismtest.Shelling

// actor is somebody with a browser. The first thing that goes otherwise than expected ends the test at the line that asked for it.
type actor struct {
	e      *env
	name   string
	header http.Header
}

// as gives somebody, with a session that is fresh enough for grave acts; "" is the public.
func (e *env) as(name string) *actor {
	e.T.Helper()
	a := &actor{e: e, name: name, header: http.Header{}}
	if name == "" {
		return a
	}
	if at, ok := e.signed[name]; !ok || e.Clock().Sub(at) > 4*time.Minute {
		p, ok := e.People[name]
		if !ok {
			e.T.Fatalf("there is no %s", name)
		}
		k, _ := e.M.Directory.Key(truce.KeyID("k-" + string(p.Person)))
		e.cookies[name] = must(e.s.Sessions.Open(rand.Reader, k, p.Office, e.Clock()))
		e.signed[name] = e.Clock()
	}
	a.header.Set("Cookie", door.Cookie(e.s.Origin)+"="+e.cookies[name])
	return a
}

func (a *actor) with(key, value string) *actor {
	a.header.Set(key, value)
	return a
}

// reply is what came back.
type reply struct {
	*httptest.ResponseRecorder
	a *actor
}

// do sends a request; the body is JSON made of anything but a text, bytes or a reader, which are sent as they are.
func (a *actor) do(method, path string, body any) *reply {
	a.e.T.Helper()
	var r io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	case []byte:
		r = bytes.NewReader(b)
	case io.Reader:
		r = b
	default:
		r = bytes.NewReader(must(json.Marshal(b)))
	}
	req := httptest.NewRequest(method, path, r)
	req.RemoteAddr = "192.0.2.7:1234"
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	for k, v := range a.header {
		req.Header[k] = v
	}
	rec := httptest.NewRecorder()
	a.e.s.ServeHTTP(rec, req)
	return &reply{rec, a}
}

func (a *actor) get(path string) *reply            { a.e.T.Helper(); return a.do("GET", path, nil) }
func (a *actor) post(path string, body any) *reply { a.e.T.Helper(); return a.do("POST", path, body) }
func (r *reply) is(status int) *reply {
	r.a.e.T.Helper()
	if r.Code != status {
		r.a.e.T.Fatalf("%s: %d and not %d: %s%s", r.a.name, r.Code, status, r.Body, r.a.e.said())
	}
	return r
}

// said gives what went wrong inside, for whoever reads a failed test.
func (e *env) said() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := len(e.lines); n > 0 && e.lines[n-1].Err != nil {
		return "inside: " + e.lines[n-1].Err.Error()
	}
	return ""
}

// into reads the answer.
func (r *reply) into(v any) *reply {
	r.a.e.T.Helper()
	if err := json.Unmarshal(r.Body.Bytes(), v); err != nil {
		r.a.e.T.Fatalf("%v in %s", err, r.Body)
	}
	return r
}

// code gives the code of a problem.
func (r *reply) code() string {
	r.a.e.T.Helper()
	var p problem
	r.into(&p)
	if ct := r.Header().Get("Content-Type"); ct != "application/problem+json" || p.Title == "" || p.Status != r.Code || p.Type != "urn:truce:problem:"+p.Code {
		r.a.e.T.Fatalf("no problem as it should be: %s %s", ct, r.Body)
	}
	return p.Code
}

// one is the most that tests want to know of an answer.
type anyRecord struct {
	ID       truce.RecordID `json:"id"`
	Waits    bool           `json:"waits"`
	Repeated bool           `json:"repeated"`
}

func (r *reply) record() (x anyRecord) {
	r.a.e.T.Helper()
	r.into(&x)
	return x
}

// report sends lines as somebody and gives the names of the records.
func (e *env) report(name, lines string) []truce.RecordID {
	e.T.Helper()
	var taken Taken
	e.as(name).with("Content-Type", "application/x-ndjson").post("/api/observations?tier=mechanism", lines).is(201).into(&taken)
	e.Settle()
	return taken.IDs
}
