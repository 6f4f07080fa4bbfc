package web

import "truce/internal/access"

func aboutAdmin(s *server) {
	s.get("admin", "/admin", access.KindCase, func(q *request) error { return q.show("admin", nil) })
}
