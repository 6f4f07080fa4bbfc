package api

import (
	"context"
	"net/http"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// NewStatement is what somebody says, or how their body reads a term.
type NewStatement struct {
	Act       string   `json:"act" enum:"said,reads,no-longer,disputes"`
	Of        string   `json:"of,omitempty" maxLength:"100" doc:"Whose word it is; your own body where it is left out."`
	At        string   `json:"at,omitempty" maxLength:"40" doc:"When it was said; now where it is left out."`
	About     []string `json:"about,omitempty" maxItems:"64"`
	Cites     []string `json:"cites,omitempty" maxItems:"256"`
	Term      string   `json:"term,omitempty" maxLength:"100"`
	Reading   string   `json:"reading,omitempty" maxLength:"100"`
	Case      string   `json:"case,omitempty" maxLength:"40" doc:"In which a reading is disputed."`
	Who       string   `json:"who,omitempty" maxLength:"1000"`
	Text      string   `json:"text,omitempty" maxLength:"65536"`
	Reference string   `json:"reference,omitempty" maxLength:"2000"`
	Tier      string   `json:"tier,omitempty" maxLength:"20"`
	Simulated bool     `json:"simulated,omitempty"`
}

// NewQuery is a question, a notice of a movement, or an answer to one.
type NewQuery struct {
	Act       string   `json:"act" enum:"asks,notifies,answers,acknowledges,objects,withdraws"`
	To        []string `json:"to,omitempty" maxItems:"64"`
	Of        string   `json:"of,omitempty" maxLength:"100" doc:"The record that began it."`
	Case      string   `json:"case,omitempty" maxLength:"40"`
	About     []string `json:"about,omitempty" maxItems:"64"`
	Cites     []string `json:"cites,omitempty" maxItems:"256"`
	Text      string   `json:"text,omitempty" maxLength:"65536"`
	Where     string   `json:"where,omitempty" maxLength:"1000"`
	When      string   `json:"when,omitempty" maxLength:"1000"`
	Simulated bool     `json:"simulated,omitempty"`
}

func (s *server) aboutTalk() {
	const tag = "What is said"
	add(s, route{id: "list-statements", method: http.MethodGet, path: "/api/statements", tag: tag, act: access.ActRead, kind: access.KindStatement, says: "Lists statements and declared readings."},
		func(ctx context.Context, c *caller, in *Paging) (mechanism.Page[mechanism.Statement], error) {
			return s.m.Statements(ctx, c.Viewer, in.Cursor, in.Limit)
		})
	add(s, route{id: "state", method: http.MethodPost, path: "/api/statements", tag: tag, act: access.ActReport, kind: access.KindStatement,
		says: "Records a statement, declares how your body reads a term, or disputes a reading.", status: http.StatusCreated}, func(ctx context.Context, c *caller, in *body[NewStatement]) (Receipt, error) {
		b := in.Body
		tier, err := tierOf("body.tier", b.Tier)
		if err != nil {
			return Receipt{}, err
		}
		at, err := instantOf("body.at", b.At)
		if err != nil {
			return Receipt{}, err
		}
		r, err := s.m.State(ctx, c.Viewer, record.Statement{Act: record.StatementAct(b.Act), Of: truce.BodyID(b.Of), At: at, About: b.About, Cites: ids[truce.RecordID](b.Cites),
			Term: truce.TermID(b.Term), Reading: truce.ReadingID(b.Reading), Case: truce.CaseID(b.Case), Who: b.Who, Text: b.Text, Reference: b.Reference, Simulated: b.Simulated}, tier)
		return s.receipt(r, false, err)
	})
	add(s, route{id: "list-queries", method: http.MethodGet, path: "/api/queries", tag: tag, act: access.ActRead, kind: access.KindQuery,
		says: "Lists questions, notices of movements and what was said to them."}, func(ctx context.Context, c *caller, in *Paging) (mechanism.Page[mechanism.Query], error) {
		return s.m.Queries(ctx, c.Viewer, in.Cursor, in.Limit)
	})
	add(s, route{id: "ask", method: http.MethodPost, path: "/api/queries", tag: tag, act: access.ActAsk, kind: access.KindQuery,
		says: "Asks a participant, gives notice of a movement, or answers.", status: http.StatusCreated}, func(ctx context.Context, c *caller, in *body[NewQuery]) (Receipt, error) {
		b := in.Body
		r, err := s.m.Ask(ctx, c.Viewer, record.Query{Act: record.QueryAct(b.Act), To: ids[truce.BodyID](b.To), Of: truce.RecordID(b.Of), Case: truce.CaseID(b.Case), About: b.About,
			Cites: ids[truce.RecordID](b.Cites), Text: b.Text, Where: b.Where, When: b.When, Simulated: b.Simulated})
		return s.receipt(r, false, err)
	})
}
