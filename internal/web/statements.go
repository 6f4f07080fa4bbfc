package web

import "truce/internal/access"

func aboutStatements(s *server) {
	s.get("statements", "/statements", access.KindCase, func(q *request) error { return q.show("statements", nil) })
}
