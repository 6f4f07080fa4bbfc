package web

import "truce/internal/access"

func aboutInbox(s *server) {
	aboutReports(s)
	s.get("inbox", "/inbox", access.KindCase, func(q *request) error { return q.show("inbox", nil) })
}
