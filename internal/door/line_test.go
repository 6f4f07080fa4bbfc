package door

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"
)

// What fails once whoever asked has gone away is no error of the program's; the same failure while they wait, and a panic, are.
func TestLineEnds(t *testing.T) {
	away, leave := context.WithCancel(context.Background())
	leave()
	failed, panicked := errors.New("it failed"), errors.New("panic")
	for name, x := range map[string]struct {
		ctx           context.Context
		line          Line
		status        int
		err           error
		as            int
		wrong, unheld error
	}{
		"answered":                      {context.Background(), Line{}, 200, nil, 200, nil, nil},
		"answered, and they went":       {away, Line{}, 200, nil, 200, nil, nil},
		"failed while they wait":        {context.Background(), Line{}, 500, failed, 500, failed, nil},
		"failed after they went":        {away, Line{}, 500, failed, StatusGone, nil, failed},
		"could not be sent any more":    {away, Line{}, 200, failed, StatusGone, nil, failed},
		"a panic after they went":       {away, Line{Err: panicked}, 500, failed, 500, panicked, nil},
		"refused, and they went before": {away, Line{}, 404, nil, 404, nil, nil},
	} {
		l := x.line
		l.Ends(httptest.NewRequest("GET", "/", nil).WithContext(x.ctx), x.status, x.err)
		if l.Status != x.as || l.Err != x.wrong || l.Gone != x.unheld {
			t.Errorf("%s: %+v", name, l)
		}
	}
}
