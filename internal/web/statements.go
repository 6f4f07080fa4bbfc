package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/style"
)

func aboutStatements(s *server) {
	s.get("statements", "/statements", access.KindStatement, func(q *request) error { return s.statements(q, nil) })
	s.post("state", "/statements", access.ActReport, access.KindStatement, s.state)
	s.post("dispute-reading", "/statements/disputes", access.ActDispute, access.KindStatement, s.disputeReading)
	s.post("declare", "/statements/readings", access.ActDeclareReading, access.KindStatement, s.declareReading)
	s.post("ask", "/queries", access.ActAsk, access.KindQuery, s.askQuery)
	s.post("answer", "/queries/{id}", access.ActRespond, access.KindQuery, s.answerQuery)
}

// maxTalk is how many statements, and acts of queries, one page holds.
const maxTalk = 60

// notInText stands among what statements speak of for everything that the text does not contain.
const notInText = "-"

// statementsView is who said what, and what was asked and not answered.
type statementsView struct {
	Recorded    []recordedStatement
	Next        string
	Public      []publicStatement // of the agreement's own file
	About       []Option
	Chosen      string
	Who         []Option
	ChosenWho   string
	Queries     []queryView
	NextQueries string
	Readings    []Option // of the viewer's body to declare
	Bodies      []Option
	Tiers       []Option
	typed       *typed
}

// Problem is what is wrong with what was typed into a form, Was what was typed into one of its fields.
func (v statementsView) Problem(form string) string {
	if v.typed == nil {
		return ""
	}
	return v.typed.problems[form]
}

// Refused is the form that was not taken; "" where none was sent.
func (v statementsView) Refused() string {
	if v.typed != nil {
		for form := range v.typed.problems {
			return form
		}
	}
	return ""
}

func (v statementsView) Was(form, field string) string {
	if v.Problem(form) == "" {
		return ""
	}
	return v.typed.values.Get(field)
}

// recordedStatement is one on record, with what it speaks of by name.
type recordedStatement struct {
	mechanism.Statement
	About []aboutView
}

// publicStatement is one of the agreement's file of statements, with whether what it speaks of is in the text at all.
type publicStatement struct {
	*truce.Statement
	About []aboutView
	// Bare is set where it speaks of nothing that the text contains.
	Bare bool
}

// aboutView is what a statement speaks of: a part of the agreement, somebody, a place, or a word for something that the text does not contain.
type aboutView struct {
	ID, Kind, Article string
}

// queryView is a question or a notice with everything that was done about it.
type queryView struct {
	mechanism.Query
	Acts []mechanism.Query
	// Mine is set where the viewer's body was asked and has not answered; Began where it asked.
	Mine, Began bool
	Withdrawn   bool
	Open        int // how many of those asked have not answered
}

func (s *server) statements(q *request, t *typed) error {
	a, ok := s.m.Current()
	if !ok {
		return q.show("statements", statementsView{})
	}
	text := a.Plan.Agreement
	v := statementsView{Chosen: q.query("about"), ChosenWho: q.query("who"), typed: t}
	what := parts(text)
	v.About = append(v.About, Option{Value: "", Name: q.say("web.statements.anything")}, Option{notInText, q.say("web.statements.bare"), v.Chosen == notInText})
	seen := map[string]bool{}
	for i := range text.Statements {
		st := &text.Statements[i]
		one := publicStatement{Statement: st}
		for _, id := range st.About {
			x := what.find(id)
			one.About = append(one.About, x)
			if !seen[id] {
				seen[id] = true
				v.About = append(v.About, Option{id, q.aboutName(x), v.Chosen == id})
			}
		}
		one.Bare = outsideText(one.About)
		if (v.Chosen == "" || v.Chosen == notInText && one.Bare || slices.Contains(st.About, v.Chosen)) && (v.ChosenWho == "" || string(st.Actor) == v.ChosenWho) {
			v.Public = append(v.Public, one)
		}
		if st.Actor != "" && !slices.ContainsFunc(v.Who, func(o Option) bool { return o.Value == string(st.Actor) }) {
			v.Who = append(v.Who, Option{string(st.Actor), q.p().Actor(st.Actor), v.ChosenWho == string(st.Actor)})
		}
	}
	v.Who = slices.Insert(v.Who, 0, Option{Value: "", Name: q.say("web.statements.anybody")})
	page, err := s.m.Statements(q.ctx, q.Viewer, q.query("page"), maxTalk)
	if err != nil {
		return err
	}
	v.Next = page.Next
	for _, x := range page.Items {
		if x.At != "" {
			x.At = minute(x.At)
		}
		one := recordedStatement{Statement: x}
		for _, id := range x.About {
			one.About = append(one.About, what.find(id))
		}
		if (v.Chosen == "" || v.Chosen == notInText && x.Term == "" && outsideText(one.About) || slices.Contains(x.About, v.Chosen) || string(x.Term) == v.Chosen) && (v.ChosenWho == "" || string(x.Of) == v.ChosenWho) {
			v.Recorded = append(v.Recorded, one)
		}
	}
	if err := q.queries(&v); err != nil {
		return err
	}
	q.statementForms(&v, text)
	return q.show("statements", v)
}

// speakable is what a statement can speak of, by its id.
type speakable map[string]aboutView

// find gives what an id stands for; what the agreement does not contain stands for itself.
func (s speakable) find(id string) aboutView {
	if x, known := s[id]; known {
		return x
	}
	return aboutView{ID: id, Kind: "word"}
}

func parts(a *truce.Agreement) speakable {
	out := speakable{}
	for _, x := range a.Statements {
		out[string(x.ID)] = aboutView{string(x.ID), "statement", ""}
	}
	for _, x := range a.Places {
		out[string(x.ID)] = aboutView{string(x.ID), "place", ""}
	}
	for _, x := range a.Actors {
		out[string(x.ID)] = aboutView{string(x.ID), "actor", ""}
	}
	for _, x := range a.Moments {
		out[string(x.ID)] = aboutView{string(x.ID), "moment", ""}
	}
	for _, x := range a.Terms {
		out[string(x.ID)] = aboutView{string(x.ID), "term", ""}
	}
	for _, art := range a.Articles {
		out[string(art.ID)] = aboutView{string(art.ID), "article", string(art.ID)}
		for _, u := range art.Rules {
			out[string(u.ID)] = aboutView{string(u.ID), "rule", string(art.ID)}
		}
	}
	return out
}

// outsideText reports whether something speaks of nothing that the text contains.
func outsideText(about []aboutView) bool {
	return !slices.ContainsFunc(about, func(x aboutView) bool { return slices.Contains([]string{"article", "rule", "term", "moment"}, x.Kind) })
}

// aboutName is what something that a statement speaks of is called.
func (q *request) aboutName(x aboutView) string {
	p := q.p()
	switch x.Kind {
	case "place":
		return p.Place(truce.PlaceID(x.ID))
	case "actor":
		return p.Actor(truce.ActorID(x.ID))
	case "moment":
		return p.Moment(truce.MomentID(x.ID))
	case "term":
		return p.Term(truce.TermID(x.ID))
	case "rule":
		return p.Rule(truce.RuleID(x.ID))
	case "statement":
		return p.Source(truce.SourceID(x.ID))
	case "article":
		return q.say("web.statements.article", truce.Str(x.ID))
	}
	return p.Word(x.ID)
}

// queries puts the acts of queries together, the open ones first.
func (q *request) queries(v *statementsView) error {
	page, err := q.s.m.Queries(q.ctx, q.Viewer, q.query("queries"), maxTalk)
	if err != nil {
		return err
	}
	v.NextQueries = page.Next
	for i := range page.Items {
		if x := &page.Items[i]; x.At != "" {
			x.At = minute(x.At)
		}
	}
	at := map[truce.RecordID]int{}
	for _, x := range page.Items {
		if x.Of == "" {
			at[x.ID] = len(v.Queries)
			one := queryView{Query: x, Began: q.Body != "" && x.Body == q.Body}
			for _, k := range x.Asked {
				if k.Answer == "" {
					one.Open++
					one.Mine = one.Mine || k.Body == q.Body && q.Body != ""
				}
			}
			v.Queries = append(v.Queries, one)
		}
	}
	for _, x := range slices.Backward(page.Items) { // in the order in which they came
		if i, ok := at[x.Of]; ok && x.Of != "" {
			v.Queries[i].Acts = append(v.Queries[i].Acts, x)
			if x.Act == string(record.QueryWithdraws) {
				v.Queries[i].Withdrawn, v.Queries[i].Open, v.Queries[i].Mine = true, 0, false
			}
		}
	}
	slices.SortStableFunc(v.Queries, func(a, b queryView) int {
		rank := func(x queryView) int {
			switch {
			case x.Mine:
				return 0
			case x.Open > 0:
				return 1
			}
			return 2
		}
		return rank(a) - rank(b)
	})
	return nil
}

// statementForms fills in what the forms of the page offer.
func (q *request) statementForms(v *statementsView, a *truce.Agreement) {
	p := q.p()
	for _, t := range a.Terms {
		for _, rd := range t.Readings {
			c := truce.Choice{Term: t.ID, Reading: rd.ID}
			v.Readings = append(v.Readings, Option{Value: c.String(), Name: style.Reading(p, c.String())})
		}
	}
	for _, x := range a.Participants {
		if x.Role != truce.RoleMechanism {
			v.Bodies = append(v.Bodies, Option{Value: string(x.Actor), Name: p.Actor(x.Actor)})
		}
	}
	for _, t := range []truce.Tier{truce.TierMechanism, truce.TierNamed, truce.TierParticipants} {
		v.Tiers = append(v.Tiers, Option{Value: t.String(), Name: style.Is(p, "tier", t.String()), On: t == truce.TierNamed})
	}
}

// state records what somebody said.
func (s *server) state(q *request) error {
	if err := q.r.ParseForm(); err != nil {
		return err
	}
	st := record.Statement{Act: record.StatementSaid, Of: truce.BodyID(q.form("of")), Who: q.form("who"), Text: q.form("text"), Reference: q.form("reference"),
		About: namesIn[string](q.r.PostForm, "about"), Cites: namesIn[truce.RecordID](q.r.PostForm, "cites")}
	tier, ok := truce.ParseTier(q.form("tier"))
	if !ok {
		return door.Bad("tier", "choose who may see it")
	}
	r, err := s.m.State(q.ctx, q.author(), st, tier)
	return q.said(r, err, "state", "stated")
}

// disputeReading records that the viewer's body reads a term otherwise than others do.
func (s *server) disputeReading(q *request) error {
	term, reading, _ := strings.Cut(q.form("reading"), "=")
	r, err := s.m.State(q.ctx, q.author(), record.Statement{Act: record.StatementDisputes, Term: truce.TermID(term), Reading: truce.ReadingID(reading), Text: q.form("text")}, truce.TierParticipants)
	return q.said(r, err, "dispute", "disputed")
}

// declareReading declares how the viewer's body reads a term, or gives a reading up.
func (s *server) declareReading(q *request) error {
	act := record.StatementReads
	if q.form("act") == string(record.StatementNoLonger) {
		act = record.StatementNoLonger
	}
	term, reading, _ := strings.Cut(q.form("reading"), "=")
	st := record.Statement{Act: act, Term: truce.TermID(term), Reading: truce.ReadingID(reading), Text: q.form("text"), About: []string{term}}
	if a, ok := s.m.Current(); !ok || a.Plan.Reading(truce.Choice{Term: st.Term, Reading: st.Reading}) == nil {
		return door.Bad("reading", "the agreement has no such reading")
	}
	r, err := s.m.State(q.ctx, q.author(), st, truce.TierParticipants)
	return q.said(r, err, "declare", "declared")
}

// askQuery puts a question, or gives notice of a movement.
func (s *server) askQuery(q *request) error {
	if err := q.r.ParseForm(); err != nil {
		return err
	}
	x := record.Query{Act: record.QueryAsks, To: namesIn[truce.BodyID](q.r.PostForm, "to"), Text: q.form("text"), Where: q.form("where"), When: q.form("when")}
	if q.form("act") == string(record.QueryNotifies) {
		x.Act = record.QueryNotifies
	}
	r, err := s.m.Ask(q.ctx, q.author(), x)
	return q.said(r, err, "ask", "asked")
}

// answerQuery answers a question, acknowledges a notice, objects to it, or takes one back.
func (s *server) answerQuery(q *request) error {
	x := record.Query{Act: record.QueryAct(q.form("act")), Of: truce.RecordID(q.r.PathValue("id")), Text: q.form("text")}
	if !slices.Contains([]record.QueryAct{record.QueryAnswers, record.QueryAcknowledges, record.QueryObjects, record.QueryWithdraws}, x.Act) {
		return door.Bad("act", "answer, acknowledge, object or withdraw")
	}
	r, err := s.m.Ask(q.ctx, q.author(), x)
	return q.said(r, err, "answer-"+string(x.Of), "answered")
}

// said goes on after something was recorded, or asks for its signature; what was wrong with it is told beside its form, with what was typed.
func (q *request) said(r mechanism.Receipt, err error, form, done string) error {
	switch {
	case err == nil && r.Sign != nil:
		return q.toSign(r, cmp.Or(q.back(), "/"+q.lang+"/statements"), done)
	case err == nil:
		return q.backWith("/statements", done)
	}
	if k := truce.KindOf(err); k != truce.Invalid && k != truce.Conflict {
		return err
	}
	f := door.Outside(q.lang, err)
	q.status = f.Status
	t := &typed{values: url.Values{}}
	for k, list := range q.r.PostForm {
		t.values[k] = list
	}
	text := f.Title
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	t.bad(form, text)
	return q.s.statements(q, t)
}
