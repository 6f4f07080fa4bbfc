package door

import (
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
}
