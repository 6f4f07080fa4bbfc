package web

import "truce/internal/access"

func aboutDaily(s *server) {
	s.get("reports", "/reports", access.KindCase, func(q *request) error { return q.show("reports", nil) })
}
