package api

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"

	"truce/internal/access"
	"truce/internal/door"
)

var update = flag.Bool("update", false, "write the golden files anew")

// bare gives a server without a mechanism behind it, for tests of its routes alone.
func bare() *server {
	return must(newServer(Options{Entrance: door.Entrance{Random: zeroes{}}}))
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// The routes are what the golden list says: a new one, or one that asks another question of the policy, shows in a review.
func TestRoutes(t *testing.T) {
	var b strings.Builder
	for _, r := range bare().list() {
		note := ""
		if _, ok := open[r.id]; ok {
			note = " open"
		}
		fmt.Fprintf(&b, "%-6s %-55s %-25s %-14s %-11s %s%s\n", r.method, r.path, r.id, r.act, r.kind, r.response.Name(), note)
	}
	const golden = "testdata/routes.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != b.String() {
		t.Errorf("the routes changed; look at them and run go test ./internal/api -run TestRoutes -update\n%s", b.String())
	}
}

// Every route has a line in the reference, and the reference names no other.
func TestRoutesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/api.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	begin, end := "<!-- routes -->\n", "<!-- end of routes -->"
	i, j := strings.Index(text, begin), strings.Index(text, end)
	if i < 0 || j < 0 {
		t.Fatal("the page has no place for the routes")
	}
	i += len(begin)
	var b strings.Builder
	tag := ""
	list := bare().list()
	var tags []string
	seen := map[string]bool{}
	for _, r := range list {
		if !seen[r.tag] {
			seen[r.tag] = true
			tags = append(tags, r.tag)
		}
	}
	for _, tag = range tags {
		fmt.Fprintf(&b, "\n### %s\n\n| request | what it does |\n| --- | --- |\n", tag)
		for _, r := range list {
			if r.tag == tag {
				fmt.Fprintf(&b, "| `%s %s` | %s |\n", r.method, r.path, r.says)
			}
		}
	}
	b.WriteString("\n")
	if *update {
		if err := os.WriteFile("../../docs/reference/api.md", []byte(text[:i]+b.String()+text[j:]), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text[i:j] != b.String() {
		t.Errorf("docs/reference/api.md lists other routes; run go test ./internal/api -run TestRoutesAreDocumented -update")
	}
	for _, code := range door.Codes() {
		if !strings.Contains(text, "| `"+code+"` |") {
			t.Errorf("docs/reference/api.md has no row for the problem %s", code)
		}
	}
}

// What was not declared cannot be registered, and what lacks an act, a kind or a class cannot be declared. Each is seen to be refused.
func TestNoRouteWithoutPolicy(t *testing.T) {
	type naked struct {
		Secret string `json:"secret"`
	}
	type misspelt struct {
		Secret string `json:"secret" access:"exsistence"`
	}
	sound := route{id: "x", method: "GET", path: "/api/x", act: access.ActRead, kind: access.KindCase, says: "x"}
	with := func(f func(*route)) route { r := sound; f(&r); return r }
	refused := func(name string, f func(s *server)) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s: nobody objected", name)
			}
		}()
		f(bare())
	}
	do := func(context.Context, *caller, *struct{}) (nothing, error) { return nothing{}, nil }
	refused("no act", func(s *server) { add(s, with(func(r *route) { r.act = access.ActNothing }), do) })
	refused("no kind", func(s *server) { add(s, with(func(r *route) { r.kind = access.KindUnknown }), do) })
	refused("no line", func(s *server) { add(s, with(func(r *route) { r.says = "" }), do) })
	refused("a change by GET", func(s *server) { add(s, with(func(r *route) { r.act = access.ActPublish }), do) })
	refused("the id of another", func(s *server) { add(s, with(func(r *route) { r.id = "report" }), do) })
	refused("twice", func(s *server) { add(s, sound, do); add(s, sound, do) })
	refused("a field without a class", func(s *server) {
		add(s, sound, func(context.Context, *caller, *struct{}) (naked, error) { return naked{}, nil })
	})
	refused("a class that does not exist", func(s *server) {
		add(s, sound, func(context.Context, *caller, *struct{}) (misspelt, error) { return misspelt{}, nil })
	})
	refused("past the declaration", func(s *server) {
		guarded{s}.HandleFunc("GET /api/back-door", func(http.ResponseWriter, *http.Request) {})
	})
	s := bare()
	add(s, sound, do) // the control: a sound one is taken
}

// Every answer type of every route passes the check of classes, whoever registered it; and every pattern that the mux knows was declared.
func TestEveryAnswerHasClasses(t *testing.T) {
	s := bare()
	if len(s.routes) < 50 {
		t.Fatalf("%d routes", len(s.routes))
	}
	for _, r := range s.list() {
		if err := access.CheckTags(r.response); err != nil {
			t.Errorf("%s: %v", r.pattern, err)
		}
	}
	// What the mux really has.
	var patterns int
	v := reflect.ValueOf(s.mux).Elem().FieldByName("patterns")
	if v.IsValid() {
		for i := range v.Len() {
			p := v.Index(i).Elem().FieldByName("str").String()
			if s.routes[p] == nil {
				t.Errorf("the mux has %q, which nobody declared", p)
			}
			patterns++
		}
	} else {
		// The library and this package register through guarded alone; ask the mux for each route instead.
		for p := range s.routes {
			method, path, _ := strings.Cut(p, " ")
			req, _ := http.NewRequest(method, strings.NewReplacer("{", "", "}", "").Replace(path), nil)
			if _, got := s.mux.Handler(req); s.routes[got] == nil {
				t.Errorf("%s: nobody declared %q", p, got)
			}
			patterns++
		}
	}
	if patterns != len(s.routes) {
		t.Errorf("%d patterns and %d routes", patterns, len(s.routes))
	}
	for id := range open {
		found := false
		for _, r := range s.routes {
			found = found || r.id == id
		}
		if !found {
			t.Errorf("%s is said to be open and is no route", id)
		}
	}
}

// The description is OpenAPI 3.1, names every route, and holds no example that somebody could take for data.
func TestOpenAPI(t *testing.T) {
	s := bare()
	var doc struct {
		OpenAPI string                               `json:"openapi"`
		Paths   map[string]map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(s.spec, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Error(doc.OpenAPI)
	}
	for _, r := range s.list() {
		op := doc.Paths[r.path][strings.ToLower(r.method)]
		if op == nil || op["operationId"] != r.id || op["x-truce-act"] != r.act.String() || op["responses"] == nil {
			t.Errorf("%s is described as %v", r.pattern, op)
		}
	}
}
