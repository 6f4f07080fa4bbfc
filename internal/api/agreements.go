package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// Agreements lists the versions of the agreement.
type Agreements struct {
	Items []mechanism.Version `json:"items" access:"each"`
}

// Articles counts what rules say, article by article.
type Articles struct {
	Items []ArticleState `json:"items" access:"each"`
	Whole bool           `json:"whole" access:"existence" doc:"All outcomes that you may see were counted; false where there were too many."`
}

// ArticleState counts the latest outcomes of one article under one choice of readings.
type ArticleState struct {
	Article  truce.ArticleID `json:"article" access:"open"`
	Rule     truce.RuleID    `json:"rule" access:"open"`
	Readings []string        `json:"readings,omitempty" access:"open" doc:"Each as term=reading; none where the rule turns on no term."`
	Counts   map[string]int  `json:"counts" access:"open" doc:"How many outcomes have each result, of those that you may see."`
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
		says: "Counts the latest outcomes by article, rule and reading, of those that you may see."}, func(ctx context.Context, c *caller, _ *struct{}) (Articles, error) {
		return s.articles(ctx, c)
	})
}

func (s *server) articles(ctx context.Context, c *caller) (Articles, error) {
	out := Articles{Items: []ArticleState{}, Whole: true}
	at := map[string]int{}
	ask := mechanism.OutcomeSearch{Limit: MaxPage, Lang: c.language}
	for seen := 0; ; {
		page, err := s.m.Outcomes(ctx, c.Viewer, ask)
		if err != nil {
			return out, err
		}
		for _, o := range page.Items {
			if o.Gone {
				continue
			}
			for _, said := range o.Said {
				key := string(o.Article) + "\x00" + string(o.Rule) + "\x00" + strings.Join(said.Readings, "\x00")
				i, ok := at[key]
				if !ok {
					i = len(out.Items)
					at[key] = i
					out.Items = append(out.Items, ArticleState{o.Article, o.Rule, said.Readings, map[string]int{}})
				}
				out.Items[i].Counts[said.Result]++
			}
		}
		seen += len(page.Items)
		if ask.Cursor = page.Next; page.Next == "" {
			break
		}
		if seen >= MaxCounted {
			out.Whole = false
			break
		}
	}
	slices.SortFunc(out.Items, func(a, b ArticleState) int {
		return strings.Compare(string(a.Article)+"\x00"+string(a.Rule)+"\x00"+strings.Join(a.Readings, "\x00"), string(b.Article)+"\x00"+string(b.Rule)+"\x00"+strings.Join(b.Readings, "\x00"))
	})
	return out, nil
}
