package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/custody"
	"truce/internal/disk"
	"truce/internal/door"
	"truce/internal/journal"
	"truce/internal/journal/sqlite"
	"truce/internal/live"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/vault"
	"truce/internal/view"
)

// env is a mechanism behind its HTTP interface, with people in it, on a clock of its own.
type env struct {
	t       testing.TB
	m       *mechanism.Mechanism
	store   *sqlite.Store
	keys    *vault.Keyring
	s       *server
	options Options
	now     atomic.Int64
	people  map[string]truce.Author
	cookies map[string]string
	signed  map[string]truce.Instant
	mu      sync.Mutex
	lines   []Line
	log     []access.Entry
}

// cast is who there is in every test: name, body, office.
var cast = []struct {
	name, body string
	office     truce.Office
}{
	{"monitor", "team-1", truce.OfficeMonitor}, {"other monitor", "team-2", truce.OfficeMonitor}, {"duty", "operations-room", truce.OfficeDutyOfficer},
	{"russia", "russia", truce.OfficeGuarantor}, {"russian liaison", "russia", truce.OfficeLiaison}, {"united states", "united-states", truce.OfficeGuarantor},
	{"jordan", "jordan", truce.OfficeGuarantor}, {"jordanian liaison", "jordan", truce.OfficeLiaison}, {"syrian liaison", "government-of-syria", truce.OfficeLiaison},
	{"israel", "israel", truce.OfficeConsulted}, {"auditor", "audit-office", truce.OfficeAuditor}, {"operator", "operations-room", truce.OfficeOperator},
	{"analyst", "operations-room", truce.OfficeAnalyst},
}

func (e *env) clock() truce.Instant         { return truce.Instant(e.now.Load()) }
func (e *env) later(d time.Duration)        { e.now.Store(int64(e.clock().Add(d))) }
func (e *env) author(n string) truce.Author { return e.people[n] }

// start founds the example and opens its doors. An option may be changed before.
func start(t testing.TB, change ...func(*Options)) *env {
	t.Helper()
	e := &env{t: t, people: map[string]truce.Author{}, cookies: map[string]string{}, signed: map[string]truce.Instant{}}
	e.now.Store(int64(truce.InstantOf(time.Date(2017, 11, 20, 8, 0, 0, 0, time.UTC))))
	ctx, cancel := context.WithCancel(context.Background())
	dir := t.TempDir()
	e.keys = must(vault.NewKeyring(rand.Reader))
	e.store = must(sqlite.Open(ctx, must(disk.Open(folder(t, dir, "journal")))))
	v := must(view.Open(ctx, filepath.Join(dir, "view.db")))
	w := must(journal.NewWriter(ctx, e.store, journal.Options{Now: e.clock}))
	media := must(custody.Open(must(disk.Open(folder(t, dir, "media"))), e.keys, rand.Reader))
	e.m = must(mechanism.New(mechanism.Parts{Journal: e.store, Writer: w, Keys: e.keys, View: v, Media: media, Random: rand.Reader, Now: e.clock,
		NewLive: func() mechanism.Evaluator { return live.New() }, Log: func(l access.Entry) { e.mu.Lock(); e.log = append(e.log, l); e.mu.Unlock() }}))
	done := make(chan error, 1)
	go func() { done <- e.m.Run(ctx) }()
	t.Cleanup(func() {
		w.Close()
		cancel()
		<-done
		v.Close()
		e.store.Close()
	})
	o := Options{Mechanism: e.m, Sessions: access.NewSessions(e.m.Directory), Now: e.clock, Random: rand.Reader, Limits: Limits{Rate: 1e6, Burst: 1e6},
		Log: func(l Line) { e.mu.Lock(); e.lines = append(e.lines, l); e.mu.Unlock() }}
	for _, f := range change {
		f(&o)
	}
	if o.Gate == nil {
		o.Gate = must(access.NewGate(e.m.Directory, rand.Reader, e.clock()))
	}
	e.options = o
	e.s = must(newServer(o))
	e.found()
	return e
}

func folder(t testing.TB, parts ...string) string {
	p := filepath.Join(parts...)
	if err := os.MkdirAll(p, 0o700); err != nil {
		t.Fatal(err)
	}
	return p
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// found writes the first records, and gives each person a key by which the tests open sessions.
func (e *env) found() {
	e.t.Helper()
	text, rep, err := mechanism.ReadFolder(os.DirFS("../../examples/southwest-syria"), "", record.AgreementInForce)
	if err != nil || rep.Errors() > 0 {
		e.t.Fatal(err, rep.Problems)
	}
	node := truce.Author{Vouch: truce.VouchNode}
	e.put(node, must(text.Draft()))
	for i, c := range cast {
		a := truce.Author{Person: truce.PersonID(fmt.Sprintf("p-%d", i+1)), Body: truce.BodyID(c.body), Office: c.office, Vouch: truce.VouchSession}
		e.put(node, must(record.Person{At: e.clock(), Act: record.PersonAdded, Person: a.Person, Body: a.Body, Offices: []truce.Office{c.office}, Since: e.clock(),
			Name: "NAME-OF " + c.name, Contact: "CONTACT-OF " + c.name}.Draft()))
		e.people[c.name] = a
	}
	for _, c := range cast {
		a := e.people[c.name]
		e.put(a, must(record.Person{At: e.clock(), Act: record.PersonKeyAdded, Person: a.Person, Key: truce.KeyID("k-" + string(a.Person)), Method: record.MethodOIDC,
			Credential: record.Credential{Issuer: "https://id.example.org", Subject: "CREDENTIAL-OF " + c.name}}.Draft()))
	}
}

// put writes a record past the door and gives its name.
func (e *env) put(a truce.Author, d record.Draft) truce.RecordID {
	e.t.Helper()
	d.Record.Author, d.Record.Claimed, d.Record.Received = a, e.clock(), e.clock()
	sealed := must(d.Seal(e.keys, rand.Reader))
	_, last, err := e.m.Writer.Submit(context.Background(), []journal.Draft{{Record: d.Record, Sealed: sealed}})
	if err == nil {
		err = e.m.Await(context.Background(), last)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return d.Record.ID
}

// classify gives a record a tier and a class, by two people of two bodies.
func (e *env) classify(id truce.RecordID, tier truce.Tier, class string) {
	e.t.Helper()
	of := e.put(e.people["duty"], must(record.Class{At: e.clock(), Act: record.ClassSet, Of: id, Tier: tier, Class: class, Reason: "CANARY-CLASS-REASON"}.Draft()))
	e.put(e.people["jordan"], must(record.Class{At: e.clock(), Act: record.ClassConfirms, Of: of, Reason: "CANARY-CLASS-REASON"}.Draft()))
}

func (e *env) settle() int {
	e.t.Helper()
	head := must(e.store.Head(context.Background()))
	if err := e.m.Await(context.Background(), head.Seq); err != nil {
		e.t.Fatal(err)
	}
	return must(e.m.Settle(context.Background(), e.m.Latest()))
}

// actor is somebody with a browser. The first thing that goes otherwise than expected ends the test at the line that asked for it.
type actor struct {
	e      *env
	name   string
	header http.Header
}

// as gives somebody, with a session that is fresh enough for grave acts; "" is the public.
func (e *env) as(name string) *actor {
	e.t.Helper()
	a := &actor{e: e, name: name, header: http.Header{}}
	if name == "" {
		return a
	}
	if at, ok := e.signed[name]; !ok || e.clock().Sub(at) > 4*time.Minute {
		p, ok := e.people[name]
		if !ok {
			e.t.Fatalf("there is no %s", name)
		}
		k, _ := e.m.Directory.Key(truce.KeyID("k-" + string(p.Person)))
		e.cookies[name] = must(e.s.Sessions.Open(rand.Reader, k, p.Office, e.clock()))
		e.signed[name] = e.clock()
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
	a.e.t.Helper()
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

func (a *actor) get(path string) *reply            { a.e.t.Helper(); return a.do("GET", path, nil) }
func (a *actor) post(path string, body any) *reply { a.e.t.Helper(); return a.do("POST", path, body) }
func (r *reply) is(status int) *reply {
	r.a.e.t.Helper()
	if r.Code != status {
		r.a.e.t.Fatalf("%s: %d and not %d: %s%s", r.a.name, r.Code, status, r.Body, r.a.e.said())
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
	r.a.e.t.Helper()
	if err := json.Unmarshal(r.Body.Bytes(), v); err != nil {
		r.a.e.t.Fatalf("%v in %s", err, r.Body)
	}
	return r
}

// code gives the code of a problem.
func (r *reply) code() string {
	r.a.e.t.Helper()
	var p problem
	r.into(&p)
	if ct := r.Header().Get("Content-Type"); ct != "application/problem+json" || p.Title == "" || p.Status != r.Code || p.Type != "urn:truce:problem:"+p.Code {
		r.a.e.t.Fatalf("no problem as it should be: %s %s", ct, r.Body)
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
	r.a.e.t.Helper()
	r.into(&x)
	return x
}

const shelling = `{"id":"obs-1","kind":"incident","what":"shelling","time":"2017-11-15T09:30:00Z","place":{"kind":"point","lat":32.75,"lon":36.1,"error_m":100},` +
	`"parts":[{"name":"government-of-syria","role":"initiator"},{"name":"southern-front","role":"target"}],"count":3,"source":{"id":"SECRET-SOURCE","means":"seen","standing":"observed"},"note":"SECRET-NOTE"}` + "\n"

// report sends lines as somebody and gives the names of the records.
func (e *env) report(name, lines string) []truce.RecordID {
	e.t.Helper()
	var taken Taken
	e.as(name).with("Content-Type", "application/x-ndjson").post("/api/observations?tier=mechanism", lines).is(201).into(&taken)
	e.settle()
	return taken.IDs
}
