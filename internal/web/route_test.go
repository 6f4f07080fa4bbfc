package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"truce/internal/access"
	"truce/internal/door"
)

// What lacks an act or a kind of thing cannot be declared. Each is seen to be refused.
func TestNoPageWithoutPolicy(t *testing.T) {
	sound := route{id: "x", method: "GET", path: "/x", act: access.ActRead, kind: access.KindCase}
	with := func(f func(*route)) route { r := sound; f(&r); return r }
	for name, rt := range map[string]route{
		"no act":               with(func(r *route) { r.act = access.ActNothing }),
		"an act there is not":  with(func(r *route) { r.act = 255 }),
		"no kind":              with(func(r *route) { r.kind = access.KindUnknown }),
		"no id":                with(func(r *route) { r.id = "" }),
		"no path":              with(func(r *route) { r.path = "" }),
		"asking that changes":  with(func(r *route) { r.act = access.ActErase }),
		"one that is sound":    sound,
		"a form that is sound": with(func(r *route) { r.method, r.act = "POST", access.ActErase }),
	} {
		t.Run(name, func(t *testing.T) {
			s := bare()
			refused := func() (refused bool) {
				defer func() { refused = recover() != nil }()
				s.declare(rt, func(*request) error { return nil })
				return false
			}
			if good := name == "one that is sound" || name == "a form that is sound"; refused() == good {
				t.Errorf("refused: %v", !good)
			}
			if name == "one that is sound" && !refused() {
				t.Error("it was taken twice")
			}
		})
	}
}

// A browser that goes to another page before the first has come gives it up: what fails then is told as that, and not as a failure of the program.
func TestWhoGoesAwayIsNoFailure(t *testing.T) {
	e := read(t)
	var lines []door.Line
	e.s.Log = func(l door.Line) { lines = append(lines, l) }
	away, leave := context.WithCancel(context.Background())
	leave()
	for _, ctx := range []context.Context{away, context.Background()} {
		e.s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/en/statements", nil).WithContext(ctx))
	}
	if l := lines[0]; l.Status != door.StatusGone || l.Err != nil || !errors.Is(l.Gone, context.Canceled) {
		t.Errorf("who went away: %+v", l)
	}
	if l := lines[1]; l.Status != http.StatusOK || l.Err != nil || l.Gone != nil {
		t.Errorf("who waited: %+v", l)
	}
}
