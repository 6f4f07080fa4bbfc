package web

import "truce/internal/access"

func aboutAgreement(s *server) {
	s.get("agreement", "/agreement", access.KindCase, func(q *request) error { return q.show("agreement", nil) })
}
