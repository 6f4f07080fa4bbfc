package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/seal"
)

// caller is who asks, in what language, and the connection they ask by.
type caller struct {
	access.Viewer
	language string
	session  string // token of the session; "" where there is none
	address  string
	w        *answerWriter
	r        *http.Request
	status   int // of the answer, where it is not that of the route
}

type callerKey struct{}

func callerOf(ctx context.Context) *caller { return ctx.Value(callerKey{}).(*caller) }

// caller finds out who asks and whether they ask too often.
func (s *server) caller(w *answerWriter, r *http.Request, rt *route) (*caller, *problem) {
	now := s.Now()
	c := &caller{Viewer: access.Viewer{Now: now}, address: s.From(r), w: w, r: r}
	_, isOpen := open[rt.id]
	bearer, isBearer := bearerOf(r)
	switch {
	case isOpen:
	case isBearer:
		v, err := s.Gate.Token(bearer, now)
		if err != nil {
			if !s.rate.Take("address:"+c.address, now) {
				return nil, s.tooMany(w)
			}
			w.Header().Set("WWW-Authenticate", "Bearer")
			return nil, known(http.StatusUnauthorized, "token")
		}
		c.Viewer = v
	default:
		cookie, err := r.Cookie(door.Cookie(s.Origin))
		if err != nil {
			break
		}
		v, ok := s.Sessions.Viewer(cookie.Value, now)
		if !ok {
			door.SetCookie(w, s.Origin, "")
			return nil, known(http.StatusUnauthorized, "signed-out")
		}
		c.Viewer, c.session = v, cookie.Value
	}
	name := "address:" + c.address
	if c.Body != "" {
		name = "body:" + string(c.Body)
	}
	if !s.rate.Take(name, now) {
		return nil, s.tooMany(w)
	}
	c.signsWith(rt)
	if c.Vouch == truce.VouchToken && rt.stream && rt.act != access.ActRead && !c.Acts.Has(rt.act) {
		return nil, known(http.StatusForbidden, string(access.CodeScope)) // before a byte of the body is read
	}
	return c, nil
}

func (s *server) tooMany(w http.ResponseWriter) *problem {
	w.Header().Set("Retry-After", "1")
	return known(http.StatusTooManyRequests, "too-many")
}

func bearerOf(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

// quota counts the bytes that each body sent on one day.
type quota struct {
	mu   sync.Mutex
	day  int64
	used map[truce.BodyID]int64
}

// take counts n bytes for a body; ok is false where that is more than it may send that day, and then nothing is counted.
func (q *quota) take(body truce.BodyID, n, limit int64, now truce.Instant) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if day := int64(now) / 86_400_000; day != q.day || q.used == nil {
		q.day, q.used = day, map[truce.BodyID]int64{}
	}
	if q.used[body]+n > limit {
		return false
	}
	q.used[body] += n
	return true
}

// overQuota answers whoever has sent enough for a day.
func (s *server) overQuota(c *caller) *problem {
	left := 86_400 - int64(c.Now)/1000%86_400
	c.w.Header().Set("Retry-After", strconv.FormatInt(left, 10))
	return known(http.StatusTooManyRequests, "quota")
}

// answerWriter keeps the JSON answer to a question until it is whole, names it by its digest, and sends nothing where the asker has it already.
// Anything else goes straight through.
type answerWriter struct {
	http.ResponseWriter
	status int
	wrote  bool
	holds  bool
	held   []byte
	mark   string // what the name of the answer begins with
	err    error  // what went wrong inside
}

// Unwrap lets http.ResponseController reach the connection.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *answerWriter) WriteHeader(status int) {
	if w.wrote {
		return
	}
	w.wrote, w.status = true, status
	if status != http.StatusOK {
		w.holds = false
	}
	if !w.holds {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *answerWriter) Write(b []byte) (int, error) {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	if w.holds {
		w.held = append(w.held, b...)
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// finish sends what was held.
func (w *answerWriter) finish(r *http.Request) {
	if !w.holds || !w.wrote {
		return
	}
	name := etag(w.mark, w.held)
	w.Header().Set("ETag", name)
	for match := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if m := strings.TrimPrefix(strings.TrimSpace(match), "W/"); m == name || m == "*" {
			w.status = http.StatusNotModified
			w.Header().Del("Content-Type")
			w.ResponseWriter.WriteHeader(w.status)
			return
		}
	}
	w.ResponseWriter.WriteHeader(w.status)
	if _, err := w.ResponseWriter.Write(w.held); err != nil && w.err == nil {
		w.err = err
	}
}

// etag names an answer by its bytes.
func etag(mark string, b []byte) string {
	d := seal.Bytes(b)
	return `"` + mark + seal.Text(d[:], 26) + `"`
}
