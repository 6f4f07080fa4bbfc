package door

import (
	"net/http"
	"slices"
	"strings"

	"truce/internal/access"
)

// Route is one thing that can be asked outside the interface and the pages, which declare theirs.
type Route struct {
	ID, Method, Path string
	// Act and Kind say which question of the policy stands before it.
	Act  access.Act
	Kind access.Kind
	// Open is why nobody is asked who they are, where that is so. Then a question may change something: a service sends a browser back with one.
	Open string
	Says string // one line for the reference
}

// Lacks says what a route lacks that each must have before anybody may ask it: an act and a kind of thing that the policy knows. It is "" where nothing is missing.
func Lacks(method string, act access.Act, kind access.Kind) string {
	switch {
	case act == access.ActNothing || act.String() == access.ActNothing.String():
		return "it names no act of the policy"
	case kind == access.KindUnknown:
		return "it names no kind of thing"
	case (method == http.MethodGet || method == http.MethodHead) && act != access.ActRead:
		return "asking changes nothing"
	}
	return ""
}

// Mux leads to routes that were declared, and to nothing else.
type Mux struct {
	mux    http.ServeMux
	routes []Route
}

// Declare is the one way to a route of the mux. It panics where the route lacks what each must have: a program that starts has them all.
func (m *Mux) Declare(r Route, do http.Handler) {
	bad := func(why string) { panic("door: " + r.Method + " " + r.Path + ": " + why) }
	if r.ID == "" || r.Says == "" || !strings.HasPrefix(r.Path, "/") {
		bad("it lacks an id, a path or a line that says what it does")
	}
	method := r.Method
	if r.Open != "" {
		method = ""
	}
	if why := Lacks(method, r.Act, r.Kind); why != "" {
		bad(why)
	}
	if slices.ContainsFunc(m.routes, func(o Route) bool { return o.ID == r.ID }) {
		bad("its id is that of another")
	}
	m.routes = append(m.routes, r)
	m.mux.HandleFunc(r.Path, func(w http.ResponseWriter, q *http.Request) {
		if q.Method != r.Method && (r.Method != http.MethodGet || q.Method != http.MethodHead) {
			w.Header().Set("Allow", strings.Replace(r.Method, http.MethodGet, "GET, HEAD", 1))
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		do.ServeHTTP(w, q)
	})
}

// Routes are those that were declared, in order.
func (m *Mux) Routes() []Route { return m.routes }

// Mount puts at an address what declares its own routes: the interface, or the pages.
func (m *Mux) Mount(path string, declares http.Handler) { m.mux.Handle(path, declares) }

func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.mux.ServeHTTP(w, r) }
