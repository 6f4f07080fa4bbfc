package api

import (
	"context"
	"net/http"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// Agreements lists the versions of the agreement.
type Agreements struct {
	Items []mechanism.Version `json:"items" access:"each"`
}

// AgreementText is a version of the agreement as it is sent.
type AgreementText struct {
	Agreement string `json:"agreement" maxLength:"100"`
	Version   string `json:"version" maxLength:"100"`
	Use       string `json:"use" enum:"rival,proposed,withdrawn" doc:"Rival: evaluated beside the one in force. Proposed: it binds once enough signatories propose the same text."`
	Folder    string `json:"folder,omitempty" maxLength:"100"`
	Files     []struct {
		Path string `json:"path" maxLength:"200"`
		Data []byte `json:"data" doc:"In base64."`
	} `json:"files" maxItems:"1000"`
}

func (s *server) aboutAgreements() {
	const tag = "The agreement"
	add(s, route{id: "list-agreements", method: http.MethodGet, path: "/api/agreements", tag: tag, act: access.ActRead, kind: access.KindAgreement,
		says: "Lists the versions of the agreement, in the order they were taken up."}, func(_ context.Context, c *caller, _ *struct{}) (Agreements, error) {
		return Agreements{s.m.Agreements(c.language)}, nil
	})
	type one struct {
		Version string `path:"version" maxLength:"100"`
		Lang    string `query:"lang" enum:"en,ar,ru" doc:"Instead of Accept-Language."`
	}
	add(s, route{id: "get-agreement", method: http.MethodGet, path: "/api/agreements/{version}", tag: tag, act: access.ActRead, kind: access.KindAgreement,
		says: "Gives a version with its articles, their text, and what their rules say in sentences."}, func(_ context.Context, c *caller, in *one) (mechanism.Version, error) {
		l := c.language
		if in.Lang != "" {
			l = in.Lang
		}
		return s.m.Agreement(truce.VersionID(in.Version), l)
	})
	add(s, route{id: "amend", method: http.MethodPost, path: "/api/agreements", tag: tag, act: access.ActAmend, kind: access.KindAgreement, takes: MaxAgreement,
		says: "Takes up a version as a rival, proposes one to bind, or withdraws a rival.", status: http.StatusCreated},
		func(ctx context.Context, c *caller, in *body[AgreementText]) (Receipt, error) {
			x := record.Agreement{Agreement: truce.AgreementID(in.Body.Agreement), Version: truce.VersionID(in.Body.Version), Use: record.AgreementUse(in.Body.Use), Folder: in.Body.Folder}
			for _, f := range in.Body.Files {
				x.Files = append(x.Files, record.File{Path: f.Path, Data: f.Data})
			}
			r, err := s.m.Amend(ctx, c.Viewer, x)
			return s.receipt(r, false, err)
		})
	add(s, route{id: "list-articles", method: http.MethodGet, path: "/api/articles", tag: tag, act: access.ActRead, kind: access.KindOutcome,
		says: "Counts the latest outcomes by article, rule and reading, of those that you may see."}, func(ctx context.Context, c *caller, _ *struct{}) (mechanism.Articles, error) {
		return s.m.Articles(ctx, c.Viewer)
	})
}
