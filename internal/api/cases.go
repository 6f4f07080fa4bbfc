package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// Cases lists cases.
type Cases struct {
	Items []mechanism.Case `json:"items" access:"each"`
	Next  string           `json:"next,omitempty" access:"existence" doc:"Ask with this cursor for the next page; absent on the last."`
}

// Clocks lists what runs.
type Clocks struct {
	Items []mechanism.Running `json:"items" access:"each"`
}

// Stepped is a case behind a step.
type Stepped struct {
	Record mechanism.Receipt `json:"record" access:"existence"`
	Case   mechanism.Case    `json:"case" access:"each"`
}

// NewCase opens a case.
type NewCase struct {
	Rule      string   `json:"rule,omitempty" maxLength:"100"`
	Article   string   `json:"article,omitempty" maxLength:"100"`
	Kind      string   `json:"kind,omitempty" maxLength:"100" doc:"The kind of incident, where there is one."`
	Cites     []string `json:"cites,omitempty" maxItems:"256" doc:"Records it rests on; you must be able to see them."`
	Text      string   `json:"text,omitempty" maxLength:"65536"`
	Where     string   `json:"where,omitempty" maxLength:"1000" doc:"The place, as you would tell a team. It is sealed apart from the text."`
	Simulated bool     `json:"simulated,omitempty" doc:"It belongs to an exercise."`
}

// NewStep is a step in a case.
type NewStep struct {
	Step        string          `json:"step" maxLength:"40" doc:"One of those that the case lists under next."`
	Last        int             `json:"last,omitempty" minimum:"0" doc:"Number of the last step that you saw; or send If-Match with the ETag of the case."`
	Cites       []string        `json:"cites,omitempty" maxItems:"256"`
	Parties     []string        `json:"parties,omitempty" maxItems:"64"`
	Team        string          `json:"team,omitempty" maxLength:"100"`
	Finding     *NewFinding     `json:"finding,omitempty"`
	Attribution *NewAttribution `json:"attribution,omitempty"`
	Of          int             `json:"of,omitempty" minimum:"0" doc:"Number of the step that made the finding which is signed or dissented from."`
	Other       string          `json:"other,omitempty" maxLength:"40" doc:"The case that a duplicate repeats."`
	Tier        string          `json:"tier,omitempty" maxLength:"20" doc:"At which tier a finding is published."`
	Text        string          `json:"text,omitempty" maxLength:"65536"`
	Where       string          `json:"where,omitempty" maxLength:"1000"`
}

// NewFinding is what people conclude of whether it happened.
type NewFinding struct {
	Occurrence string `json:"occurrence" maxLength:"40"`
	Standard   string `json:"standard" maxLength:"100"`
	Confidence string `json:"confidence" maxLength:"100"`
	Intent     string `json:"intent,omitempty" maxLength:"40"`
	Severity   string `json:"severity,omitempty" maxLength:"100"`
}

// NewAttribution is what people conclude of who answers for it.
type NewAttribution struct {
	Result     string   `json:"result" maxLength:"40"`
	By         []string `json:"by,omitempty" maxItems:"64"`
	Standard   string   `json:"standard" maxLength:"100"`
	Confidence string   `json:"confidence" maxLength:"100"`
}

func (s *server) aboutCases() {
	const tag = "Cases"
	type ask struct {
		Paging
		State string `query:"state" maxLength:"40"`
	}
	add(s, route{id: "list-cases", method: http.MethodGet, path: "/api/cases", tag: tag, act: access.ActRead, kind: access.KindCase, says: "Lists cases, the newest first."},
		func(_ context.Context, c *caller, in *ask) (Cases, error) {
			all := s.m.Cases(c.Viewer, truce.CaseState(in.State), c.language)
			// A cursor is the last number that was given: cases do not change their numbers.
			if in.Cursor != "" {
				before, err := decode(in.Cursor)
				if err != nil {
					return Cases{}, invalid("query.cursor", "this is no cursor of this list")
				}
				i := 0
				for i < len(all) && !older(all[i].ID, truce.CaseID(before)) {
					i++
				}
				all = all[i:]
			}
			limit := in.Limit
			if limit == 0 {
				limit = 100
			}
			out := Cases{Items: all}
			if len(all) > limit {
				out.Items, out.Next = all[:limit], encode([]byte(all[limit-1].ID))
			}
			return out, nil
		})
	add(s, route{id: "get-case", method: http.MethodGet, path: "/api/cases/{id}", tag: tag, act: access.ActRead, kind: access.KindCase,
		says: "Gives a case with the steps that you may know of and those you could take."}, func(ctx context.Context, c *caller, in *ByID) (mechanism.Case, error) {
		out, err := s.m.Case(ctx, c.Viewer, truce.CaseID(in.ID), c.language)
		if err == nil && out.Last > 0 {
			c.w.mark = strconv.Itoa(out.Last) + "."
		}
		return out, err
	})
	add(s, route{id: "open-case", method: http.MethodPost, path: "/api/cases", tag: tag, act: access.ActComplain, kind: access.KindCase,
		says: "Opens a case: an allegation, or on what a rule says.", status: http.StatusCreated}, func(ctx context.Context, c *caller, in *body[NewCase]) (Stepped, error) {
		b := in.Body
		return s.step(ctx, c, record.Step{Step: truce.StepOpen, Rule: truce.RuleID(b.Rule), Article: truce.ArticleID(b.Article), Kind: b.Kind, Cites: ids[truce.RecordID](b.Cites),
			Text: b.Text, Where: b.Where, Simulated: b.Simulated})
	})
	type stepIn struct {
		ByID
		IfMatch string `header:"If-Match" maxLength:"100" doc:"The ETag of the case that you saw."`
		Body    NewStep
	}
	add(s, route{id: "take-step", method: http.MethodPost, path: "/api/cases/{id}/steps", tag: tag, act: access.ActRunCase, kind: access.KindStep,
		says: "Takes a step in a case. What was made on an older state is refused with the steps that came between.", status: http.StatusCreated},
		func(ctx context.Context, c *caller, in *stepIn) (Stepped, error) {
			b := in.Body
			last := b.Last
			if in.IfMatch != "" {
				n, _, _ := strings.Cut(strings.Trim(strings.TrimPrefix(in.IfMatch, "W/"), `"`), ".")
				seen, err := strconv.Atoi(n)
				if err != nil || last != 0 && seen != last {
					return Stepped{}, invalid("header.if_match", "it is the ETag of the case, and names the same step as last")
				}
				last = seen
			}
			if last == 0 {
				return Stepped{}, known(http.StatusPreconditionRequired, "last")
			}
			st := record.Step{Case: truce.CaseID(in.ID), Step: truce.CaseStep(b.Step), Last: last, Cites: ids[truce.RecordID](b.Cites), Parties: ids[truce.BodyID](b.Parties),
				Team: truce.BodyID(b.Team), Of: b.Of, Other: truce.CaseID(b.Other), Text: b.Text, Where: b.Where}
			if st.Step == truce.StepOpen || st.Step == truce.StepSilence {
				return Stepped{}, invalid("body.step", "nobody takes this step in a case")
			}
			var err error
			if st.Tier, err = tierOf("body.tier", b.Tier); err != nil {
				return Stepped{}, err
			}
			if f := b.Finding; f != nil {
				st.Finding = &record.Finding{Standard: f.Standard, Confidence: f.Confidence, Severity: f.Severity}
				if err := st.Finding.Occurrence.UnmarshalText([]byte(f.Occurrence)); err != nil {
					return Stepped{}, invalid("body.finding.occurrence", "there is no such word for it")
				}
				if f.Intent != "" {
					if err := st.Finding.Intent.UnmarshalText([]byte(f.Intent)); err != nil {
						return Stepped{}, invalid("body.finding.intent", "there is no such word for it")
					}
				}
			}
			if a := b.Attribution; a != nil {
				st.Attribution = &record.Attribution{By: ids[truce.ActorID](a.By), Standard: a.Standard, Confidence: a.Confidence}
				if err := st.Attribution.Result.UnmarshalText([]byte(a.Result)); err != nil {
					return Stepped{}, invalid("body.attribution.result", "there is no such word for it")
				}
			}
			return s.step(ctx, c, st)
		})
	add(s, route{id: "list-clocks", method: http.MethodGet, path: "/api/clocks", tag: tag, act: access.ActRead, kind: access.KindCase,
		says: "Lists the clocks that run, the next to run out first."}, func(_ context.Context, c *caller, _ *struct{}) (Clocks, error) {
		return Clocks{s.m.Clocks(c.Viewer)}, nil
	})
}

func (s *server) step(ctx context.Context, c *caller, st record.Step) (Stepped, error) {
	r, k, err := s.m.Step(ctx, c.Viewer, st, c.Now.Time().Year())
	if _, stale := mechanism.Changed(err); stale {
		now, err := s.m.Case(ctx, c.Viewer, st.Case, c.language)
		if err != nil {
			return Stepped{}, err
		}
		return Stepped{}, tell(st.Last, now.Steps)
	}
	var large *truce.Error
	if errors.As(err, &large) && large.Kind == truce.Unavailable && r.ID != "" {
		c.status = http.StatusAccepted // it is durable, and not taken up yet
		err = nil
	}
	if k.ID != "" {
		c.w.Header().Set("Location", "/api/cases/"+string(k.ID))
	}
	return Stepped{r, k}, err
}

// older reports whether case a was opened before case b: the year, then the number.
func older(a, b truce.CaseID) bool {
	ya, na, _ := strings.Cut(string(a), "-")
	yb, nb, _ := strings.Cut(string(b), "-")
	if ya != yb {
		return ya < yb
	}
	x, _ := strconv.Atoi(na)
	y, _ := strconv.Atoi(nb)
	return x < y
}

// ids makes names of texts.
func ids[T ~string](list []string) []T {
	var out []T
	for _, s := range list {
		out = append(out, T(s))
	}
	return out
}
