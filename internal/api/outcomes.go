package api

import (
	"context"
	"net/http"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
)

func (s *server) aboutOutcomes() {
	const tag = "What rules say"
	type ask struct {
		Paging
		Rule    string `query:"rule" maxLength:"100"`
		Article string `query:"article" maxLength:"100"`
		Of      string `query:"of" maxLength:"100" doc:"Those about a record."`
		All     bool   `query:"all" doc:"Also those that were superseded."`
		Uncased bool   `query:"uncased" doc:"Only breaches that no open case is about, for whoever runs cases."`
	}
	add(s, route{id: "list-outcomes", method: http.MethodGet, path: "/api/outcomes", tag: tag, act: access.ActRead, kind: access.KindOutcome,
		says: "Lists what rules say, the newest record first."}, func(ctx context.Context, c *caller, in *ask) (mechanism.Page[mechanism.Outcome], error) {
		return s.m.Outcomes(ctx, c.Viewer, mechanism.OutcomeSearch{Rule: truce.RuleID(in.Rule), Article: truce.ArticleID(in.Article), Of: truce.RecordID(in.Of), All: in.All, Uncased: in.Uncased,
			Lang: c.language, Cursor: in.Cursor, Limit: in.Limit})
	})
	add(s, route{id: "get-outcome", method: http.MethodGet, path: "/api/outcomes/{id}", tag: tag, act: access.ActRead, kind: access.KindOutcome,
		says: "Gives one outcome with its reasons, where you may see them."}, func(ctx context.Context, c *caller, in *ByID) (mechanism.Outcome, error) {
		return s.m.Outcome(ctx, c.Viewer, truce.RecordID(in.ID), c.language)
	})
}
