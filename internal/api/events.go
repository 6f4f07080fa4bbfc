package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"truce/internal/access"
	"truce/internal/mechanism"
)

// DefaultNews is how many records are looked at for one piece of an event stream. See docs/limits.md.
const DefaultNews = 200

func (s *server) aboutEvents() {
	type ask struct {
		LastEventID string `header:"Last-Event-ID" maxLength:"200" doc:"From the last event that arrived: the stream goes on behind it."`
		Cursor      string `query:"cursor" maxLength:"200" doc:"The same, for whoever cannot set a header."`
	}
	addStream[ask, mechanism.News](s, route{id: "follow", method: http.MethodGet, path: "/api/events", tag: "News", act: access.ActRead, kind: access.KindNotice,
		says:    "Tells, as server-sent events, which records there are from now on that you may know of. What they say is asked for by their names.",
		answers: []string{"text/event-stream"}},
		func(_ context.Context, c *caller, in *ask) (func(http.ResponseWriter, *http.Request), error) {
			cursor := in.LastEventID
			if cursor == "" {
				cursor = in.Cursor
			}
			var err error
			if cursor == "" {
				cursor, err = s.m.Newest()
			} else {
				_, _, _, err = s.m.Since(c.r.Context(), c.Viewer, cursor, 1)
			}
			if err != nil {
				return nil, err
			}
			name := c.address
			if c.Person != "" {
				name = string(c.Person)
			}
			if !s.hold(name) {
				return nil, s.tooMany(c.w)
			}
			return func(w http.ResponseWriter, r *http.Request) {
				defer s.release(name)
				s.follow(w, r, c, cursor)
			}, nil
		})
}

// follow sends news until the asker goes, their session ends, or the stream has lasted its time.
func (s *server) follow(w http.ResponseWriter, r *http.Request, c *caller, cursor string) {
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	begun := c.Now
	if !send(w, out, cursor, "ready", nil) {
		return
	}
	var beat <-chan time.Time
	for {
		// The news first, then the waiting: what comes in between closes the channel that was taken before.
		_, changed, failed := s.m.Taken()
		if failed != nil {
			return
		}
		for more := true; more; {
			v, ok := s.again(c)
			if !ok || v.Now.Sub(begun) > DefaultStream {
				return
			}
			var news []mechanism.News
			var err error
			if news, cursor, more, err = s.m.Since(r.Context(), v, cursor, DefaultNews); err != nil {
				c.w.err = err
				return
			}
			for _, n := range news {
				if !send(w, out, n.Cursor, n.Kind, n) {
					return
				}
			}
		}
		if beat == nil && s.After != nil {
			beat = s.After(DefaultHeartbeat)
		}
		select {
		case <-changed:
		case <-beat:
			beat = nil
			if !send(w, out, cursor, "", nil) {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

// again asks anew who is there: a session, a token and an office can end while a stream is open, and time releases things.
func (s *server) again(c *caller) (access.Viewer, bool) {
	now := s.Now()
	if c.session != "" {
		return s.Sessions.Viewer(c.session, now)
	}
	if token, ok := bearerOf(c.r); ok {
		v, err := s.Gate.Token(token, now)
		return v, err == nil
	}
	return access.Viewer{Now: now}, true
}

// send writes one event. One without a name is a comment that shows the stream lives; its id moves the cursor on, past what was not told.
func send(w http.ResponseWriter, out *http.ResponseController, id, event string, data any) bool {
	text := "id: " + id + "\n"
	if event != "" {
		b, err := json.Marshal(data)
		if err != nil {
			return false
		}
		text += "event: " + event + "\ndata: " + string(b) + "\n"
	} else {
		text = ": still here\n" + text
	}
	if _, err := w.Write([]byte(text + "\n")); err != nil {
		return false
	}
	return out.Flush() == nil
}

// hold counts an open stream; false where there are too many.
func (s *server) hold(name string) bool {
	s.streams.Lock()
	defer s.streams.Unlock()
	if s.streams.all >= MaxStreams || s.streams.each[name] >= MaxStreamsEach {
		return false
	}
	s.streams.all++
	s.streams.each[name]++
	return true
}

func (s *server) release(name string) {
	s.streams.Lock()
	defer s.streams.Unlock()
	s.streams.all--
	if s.streams.each[name]--; s.streams.each[name] == 0 {
		delete(s.streams.each, name)
	}
}
