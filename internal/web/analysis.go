package web

import "truce/internal/access"

func aboutAnalysis(s *server) {
	s.get("analysis", "/analysis", access.KindCase, func(q *request) error { return q.show("analysis", nil) })
}
