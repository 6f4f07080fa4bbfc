package web

import "truce/internal/access"

func aboutToday(s *server) {
	s.get("today", "/{$}", access.KindCase, func(q *request) error { return q.show("today", nil) })
}
