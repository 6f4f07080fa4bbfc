package webtest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"truce"
	"truce/internal/node"
	"truce/internal/sim"
	"truce/internal/web"
)

// world is a life with all its cases and little else.
var world = sim.World{Seed: 7, Percent: 8}

// began and later are the clock of the demonstration: it begins at its present, and stories put it forward.
var (
	began = time.Now()
	later atomic.Int64
)

func clock() truce.Instant {
	return sim.Present.Add(time.Since(began) + time.Duration(later.Load()))
}

// house is one demonstration, made once, that all tests look at.
var house = struct {
	sync.Once
	dir    string
	node   *node.Node
	server *httptest.Server
	err    error
}{}

func TestMain(m *testing.M) {
	code := m.Run()
	if house.server != nil {
		house.server.CloseClientConnections()
		house.server.Close()
	}
	if house.node != nil {
		house.node.Close()
	}
	if house.dir != "" {
		os.RemoveAll(house.dir)
	}
	os.Exit(code)
}

// open makes the demonstration and serves it. What goes wrong inside is written to the terminal.
func open(t testing.TB) (*node.Node, string) {
	t.Helper()
	house.Do(func() {
		ctx := context.Background()
		if house.dir, house.err = os.MkdirTemp("", "truce-webtest"); house.err != nil {
			return
		}
		path := filepath.Join(house.dir, "demo")
		if _, house.err = node.MakeDemo(ctx, node.Demo{Path: path, Agreement: os.DirFS("../../../examples/southwest-syria"), World: world, Listen: "127.0.0.1:0"}); house.err != nil {
			return
		}
		if house.node, house.err = node.Open(ctx, node.Options{Path: path, Demo: &world, Now: clock, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})), Override: func(c *node.Config) { c.Limits.Rate, c.Limits.Burst = 1e6, 1e6 }}); house.err != nil {
			return
		}
		if house.err = house.node.WaitReady(ctx); house.err != nil {
			return
		}
		house.server = httptest.NewServer(house.node.Handler())
	})
	if house.err != nil {
		t.Fatal(house.err)
	}
	return house.node, house.server.URL
}

// visitor is somebody with a browser that has no script.
type visitor struct {
	t      testing.TB
	name   string
	at     string
	client *http.Client
}

// as signs in as a guest in an office; "" is the public.
func as(t testing.TB, office string) *visitor {
	t.Helper()
	n, at := open(t)
	return visitorOf(t, n, at, office, nil)
}

// visitorOf signs in at a node, by a connection that is nil where it is an ordinary one.
func visitorOf(t testing.TB, n *node.Node, at, office string, by http.RoundTripper) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t, office, at, &http.Client{Jar: jar, Transport: by}}
	if office == "" {
		v.name = "public"
		return v
	}
	p := guest(t, n, office)
	res, body := v.post("/en/demo", url.Values{"person": {string(p.ID)}})
	if res.StatusCode != http.StatusOK || !strings.Contains(body, "/en/sign-out") {
		t.Fatalf("%s was not let in: %d", office, res.StatusCode)
	}
	return v
}

// guest is somebody of an office, or of the office of a body: "guarantor of russia".
func guest(t testing.TB, n *node.Node, who string) web.DemoPerson {
	t.Helper()
	office, body, _ := strings.Cut(who, " of ")
	for _, p := range n.Demo().People() {
		if p.Office.String() == office && (body == "" || p.Body == truce.BodyID(body)) {
			return p
		}
	}
	t.Fatalf("the demonstration has no guest who is a %s", who)
	return web.DemoPerson{}
}

func (v *visitor) read(res *http.Response, err error) (*http.Response, string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return res, string(b)
}

func (v *visitor) get(path string) (*http.Response, string) {
	v.t.Helper()
	return v.read(v.client.Get(v.at + path))
}

func (v *visitor) post(path string, form url.Values) (*http.Response, string) {
	v.t.Helper()
	req, err := http.NewRequest(http.MethodPost, v.at+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.read(v.client.Do(req))
}

// offices are those whose pages are looked at; "" is the public.
var offices = []string{"", "monitor", "duty-officer", "liaison", "guarantor", "consulted", "analyst", "auditor", "operator"}
