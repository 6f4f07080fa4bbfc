package web

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"truce"
	"truce/internal/door"
)

// original hands out the bytes of an original to whoever says why; the mechanism writes that down before a byte is sent. The bytes are always to be saved, never
// shown: what a stranger sent may be a page that runs.
func (s *server) original(q *request) error {
	reason := q.form("reason")
	if reason == "" {
		return door.Bad("reason", "say why you open it; it goes on the custody list")
	}
	f, about, err := s.m.Open(q.ctx, q.Viewer, truce.RecordID(q.r.PathValue("id")), reason, q.form("out") != "")
	if err != nil {
		return err
	}
	defer f.Close()
	_ = http.NewResponseController(q.w).SetWriteDeadline(time.Time{})
	h := q.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="`+string(about.ID)+`"`)
	h.Set("Content-Length", strconv.FormatInt(f.Size(), 10))
	_, err = io.Copy(q.w, io.NewSectionReader(f, 0, f.Size()))
	q.w.err = err // the answer has begun: nothing else can be said
	return nil
}
