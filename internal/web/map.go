package web

import "truce/internal/access"

func aboutMap(s *server) {
	s.get("map", "/map", access.KindCase, func(q *request) error { return q.show("map", nil) })
}
