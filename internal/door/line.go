package door

import (
	"net/http"
	"time"

	"truce"
)

// Line is one line of the log of requests. It holds no address, no name and nothing of what was sent or answered; the path is that of the route, with
// the names of its parts in place of their values.
type Line struct {
	At     truce.Instant
	Route  string // "GET /api/cases/{id}"; "" where there is none
	Status int
	Office truce.Office
	Took   time.Duration
	// Err is what went wrong inside, where the answer says only that something did.
	Err error
	// Gone is what could not be done because whoever asked had gone away; nil where nobody had.
	Gone error
}

// StatusGone is the status of a request whose sender went away before the answer was whole; nobody has got one.
const StatusGone = 499

// Ends notes how a request ended. What fails once its sender has gone away says nothing of this program: a browser that goes to another page gives up what it asked for.
func (l *Line) Ends(r *http.Request, status int, err error) {
	l.Status = status
	switch {
	case l.Err != nil: // a panic
	case err != nil && r.Context().Err() != nil:
		l.Status, l.Gone = StatusGone, err
	default:
		l.Err = err
	}
}
