package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"truce/internal/access"
	"truce/internal/door"
)

// route is one thing that can be asked.
type route struct {
	id, method, path string
	// act and kind say which question of the policy stands before it; the mechanism asks it.
	act  access.Act
	kind access.Kind
	says string // one line for the reference
	// status is that of success; 0 is 200.
	status int
	// takes is the most bytes of the body; 0 is MaxBody. A stream reads its body itself.
	takes  int64
	stream bool
	// media lists the content types of a stream's body and of its answer.
	body, answers []string

	pattern  string
	response reflect.Type
	tag      string
}

// open lists the routes that ask nobody who they are, with the reason. All others are asked of somebody, be it the public, and the policy decides.
var open = map[string]string{
	"health":              "a load balancer asks whether the interface answers; it says nothing else",
	"openapi":             "the description of the interface is the same for everybody",
	"sign-in":             "nobody has a session yet",
	"accept-invitation":   "nobody has a session yet",
	"challenge-passkey":   "nobody has a session yet; the challenge names nobody",
	"sign-in-passkey":     "nobody has a session yet",
	"list-agreements":     "the text of an agreement is public",
	"get-agreement":       "the text of an agreement is public",
	"landing":             "says which collections there are, which is the same for everybody",
	"conformance":         "says which standard is followed",
	"list-collections":    "says which collections there are, which is the same for everybody",
	"get-collection":      "says which collections there are, which is the same for everybody",
	"list-zones":          "the geometry of an agreement is public",
	"list-lines":          "the geometry of an agreement is public",
	"list-places":         "the geometry of an agreement is public",
	"get-agreement-shape": "the geometry of an agreement is public",
}

// declare is the one way to a route: it must say who may use it, and every field of its answer must have a class of the policy.
func (s *server) declare(rt route, response reflect.Type) *route {
	rt.pattern = rt.method + " " + rt.path
	bad := func(why string) { panic("api: " + rt.pattern + ": " + why) }
	switch {
	case rt.id == "" || rt.says == "" || !strings.HasPrefix(rt.path, "/api"):
		bad("it lacks an id, a path or a line that says what it does")
	case door.Lacks(rt.method, rt.act, rt.kind) != "":
		bad(door.Lacks(rt.method, rt.act, rt.kind))
	case s.routes[rt.pattern] != nil:
		bad("it is there twice")
	}
	for _, other := range s.routes {
		if other.id == rt.id {
			bad("its id is that of another")
		}
	}
	if err := access.CheckTags(response); err != nil {
		bad(err.Error())
	}
	rt.response = response
	s.routes[rt.pattern] = &rt
	return &rt
}

// guarded is the mux as the library sees it: what was not declared cannot be registered.
type guarded struct{ s *server }

func (g guarded) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	rt := g.s.routes[pattern]
	if rt == nil {
		panic("api: " + pattern + " was not declared")
	}
	g.s.mux.HandleFunc(pattern, h)
}

func (g guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.s.mux.ServeHTTP(w, r) }

// answer is what a handler gives, as the library wants it.
type answer[O any] struct {
	Status int
	Body   O
}

// stream is an answer that is written as it comes.
type stream struct {
	Body func(huma.Context)
}

// add registers a route that answers with JSON.
func add[I, O any](s *server, rt route, do func(ctx context.Context, c *caller, in *I) (O, error)) {
	r := s.declare(rt, reflect.TypeFor[O]())
	op := s.operation(r)
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*answer[O], error) {
		c := callerOf(ctx)
		out, err := do(ctx, c, in)
		if err != nil {
			return nil, s.fault(c, err)
		}
		c.w.holds = r.method == http.MethodGet
		status := c.status
		if status == 0 {
			status = op.DefaultStatus
		}
		return &answer[O]{status, out}, nil
	})
}

// addStream registers a route that answers with bytes. O is what they tell of; its fields have classes like those of any answer.
func addStream[I, O any](s *server, rt route, do func(ctx context.Context, c *caller, in *I) (func(http.ResponseWriter, *http.Request), error)) {
	r := s.declare(rt, reflect.TypeFor[O]())
	op := s.operation(r)
	op.Responses = map[string]*huma.Response{"200": {Description: r.says, Content: map[string]*huma.MediaType{}}}
	for _, ct := range r.answers {
		op.Responses["200"].Content[ct] = &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*stream, error) {
		c := callerOf(ctx)
		write, err := do(ctx, c, in)
		if err != nil {
			return nil, s.fault(c, err)
		}
		return &stream{func(huma.Context) { write(c.w, c.r) }}, nil
	})
}

func (s *server) operation(r *route) huma.Operation {
	op := huma.Operation{OperationID: r.id, Method: r.method, Path: r.path, Summary: r.says, DefaultStatus: r.status, MaxBodyBytes: MaxBody,
		BodyReadTimeout: DefaultBodyTime, Tags: []string{r.tag},
		Extensions: map[string]any{"x-truce-act": r.act.String(), "x-truce-kind": r.kind.String()}}
	if op.DefaultStatus == 0 {
		op.DefaultStatus = http.StatusOK
	}
	if r.takes > 0 {
		op.MaxBodyBytes = r.takes
	}
	if why, ok := open[r.id]; ok {
		op.Extensions["x-truce-open"] = why
		op.Security = []map[string][]string{}
	} else {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}, {}}
	}
	if len(r.body) > 0 {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
		for _, ct := range r.body {
			op.RequestBody.Content[ct] = &huma.MediaType{} // a schema would make the library read the body
		}
	}
	return op
}

// list gives the routes in order.
func (s *server) list() []*route {
	var out []*route
	for _, r := range s.routes {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *route) int {
		if c := strings.Compare(a.path, b.path); c != 0 {
			return c
		}
		return strings.Compare(a.method, b.method)
	})
	return out
}

// panicked makes an error of what was panicked with.
func panicked(p any) error {
	if err, ok := p.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic: %v", p)
}
