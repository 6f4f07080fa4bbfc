package web

import "truce/internal/access"

func aboutActors(s *server) {
	s.get("actors", "/actors", access.KindCase, func(q *request) error { return q.show("actors", nil) })
}
