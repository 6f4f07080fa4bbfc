package api

import (
	"context"
	"net/http"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
)

// Trends is how often each rule was, or may have been, broken lately.
type Trends struct {
	Items []mechanism.Trend `json:"items" access:"each" doc:"One for each rule of the agreement in force."`
}

// Exchanges is how often acts of two actors against each other were answered.
type Exchanges struct {
	Items []mechanism.Exchange `json:"items" access:"each"`
}

// Alike lists cases that may be about the same event.
type Alike struct {
	Items []mechanism.Likely `json:"items" access:"each" doc:"The most alike first; nothing is merged."`
}

func (s *server) aboutEarlyWarning() {
	const tag = "Early warning"
	add(s, route{id: "list-trends", method: http.MethodGet, path: "/api/trends", tag: tag, act: access.ActRead, kind: access.KindOutcome,
		says: "Compares, for each rule, the outcomes of the last seven days with those of the four weeks before."}, func(ctx context.Context, c *caller, _ *struct{}) (Trends, error) {
		list, err := s.m.Trends(ctx, c.Viewer)
		return Trends{list}, err
	})
	type pair struct {
		A string `query:"a" required:"true" maxLength:"100" doc:"An actor of the agreement."`
		B string `query:"b" required:"true" maxLength:"100" doc:"Another."`
	}
	add(s, route{id: "list-exchanges", method: http.MethodGet, path: "/api/exchanges", tag: tag, act: access.ActRead, kind: access.KindObservation,
		says: "Asks whether incidents of two actors against each other follow each other more often than chance would have it."}, func(ctx context.Context, c *caller, in *pair) (Exchanges, error) {
		list, err := s.m.TitForTat(ctx, c.Viewer, truce.ActorID(in.A), truce.ActorID(in.B))
		return Exchanges{list}, err
	})
	add(s, route{id: "list-duplicates", method: http.MethodGet, path: "/api/cases/{id}/duplicates", tag: "Cases", act: access.ActRead, kind: access.KindCase,
		says: "Suggests which other open cases may be about the same event, to whoever runs cases."}, func(ctx context.Context, c *caller, in *ByID) (Alike, error) {
		list, err := s.m.Duplicates(ctx, c.Viewer, truce.CaseID(in.ID))
		return Alike{list}, err
	})
}
