package door

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"truce/internal/access"
)

// What lacks an act, a kind or a line cannot be declared, and what was not declared is not there. Each is seen to be refused.
func TestNoRouteWithoutPolicy(t *testing.T) {
	sound := Route{ID: "x", Method: "GET", Path: "/x/", Act: access.ActRead, Kind: access.KindCheckpoint, Says: "x"}
	with := func(f func(*Route)) Route { r := sound; f(&r); return r }
	refused := func(m *Mux, r Route) (yes bool) {
		defer func() { yes = recover() != nil }()
		m.Declare(r, http.NotFoundHandler())
		return false
	}
	for name, r := range map[string]Route{
		"no act":              with(func(r *Route) { r.Act = access.ActNothing }),
		"an act there is not": with(func(r *Route) { r.Act = 255 }),
		"no kind":             with(func(r *Route) { r.Kind = access.KindUnknown }),
		"asking that changes": with(func(r *Route) { r.Act = access.ActPublish }),
		"no id":               with(func(r *Route) { r.ID = "" }),
		"no path":             with(func(r *Route) { r.Path = "" }),
		"no line":             with(func(r *Route) { r.Says = "" }),
	} {
		if !refused(&Mux{}, r) {
			t.Errorf("%s: nobody objected", name)
		}
	}
	if refused(&Mux{}, with(func(r *Route) { r.Act, r.Open = access.ActKey, "nobody has a session yet" })) {
		t.Error("a way in is refused")
	}
	m := &Mux{}
	if refused(m, sound) || !refused(m, sound) {
		t.Error("a sound route is refused, or taken twice")
	}
	for _, x := range []struct {
		method, path string
		code         int
	}{{"GET", "/x/a", 404}, {"HEAD", "/x/a", 404}, {"POST", "/x/a", 405}, {"DELETE", "/x/", 405}, {"GET", "/y", 404}} {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, httptest.NewRequest(x.method, x.path, nil))
		if w.Code != x.code || w.Code == 405 && w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s %s: %d, %v", x.method, x.path, w.Code, w.Header())
		}
	}
}
