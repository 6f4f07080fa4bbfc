package web

import "truce/internal/access"

func aboutCases(s *server) {
	s.get("cases", "/cases", access.KindCase, func(q *request) error { return q.show("cases", nil) })
}
