package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/casefile"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/style"
)

// How many reports, and of each other kind of thing how many, stand on one page of the inbox.
const (
	inboxOnPage = 20
	inboxOthers = 8
)

func aboutInbox(s *server) {
	aboutReports(s)
	s.get("inbox", "/inbox", access.KindCase, func(q *request) error { return s.inbox(q, nil) })
	s.post("inbox-attach", "/inbox/{id}/attach", access.ActRunCase, access.KindStep, s.attach)
	s.post("inbox-aside", "/inbox/{id}/aside", access.ActRunCase, access.KindStatement, s.setAside)
	s.post("inbox-classify", "/inbox/{id}/classify", access.ActNarrow, access.KindClass, s.classifyReport)
}

// inboxView is what came in and waits for somebody to decide what becomes of it.
type inboxView struct {
	Items      []incoming
	Filters    []Field
	Next       string
	Aside      bool
	Complaints []caseRow
	Silences   []silence
	Queries    []mechanism.Query
	Tiers      []Option
	Classes    []Option
}

// Item finds a report on the page; nil where it is on another.
func (v inboxView) Item(id truce.RecordID) *incoming {
	if i := slices.IndexFunc(v.Items, func(x incoming) bool { return x.ID == id }); i >= 0 {
		return &v.Items[i]
	}
	return nil
}

// incoming is a report in the inbox with its forms.
type incoming struct {
	mechanism.Incoming
	Rule    truce.RuleID // the rule that it may have broken, for a case
	Act     string       // the form that was sent and refused
	Problem string
	Typed   *typed
}

// Value gives what was typed in a form of the report.
func (x incoming) Value(name string) string {
	if x.Typed == nil {
		return ""
	}
	return x.Typed.values.Get(name)
}

// Chosen reports whether a choice was made in a form of the report.
func (x incoming) Chosen(name, value string) bool { return x.Value(name) == value }

// silence is a clock of a case that ran out.
type silence struct {
	Case mechanism.Case
	mechanism.CaseSilence
}

// refusedForm is a form of one report that was sent and refused.
type refusedForm struct {
	typed
	id           truce.RecordID
	act, problem string
}

func (s *server) inbox(q *request, refused *refusedForm) error {
	if !q.offers(access.ActRunCase) {
		return q.noRight()
	}
	kind, _ := truce.ParseObservationKind(q.query("kind"))
	order, weight := q.query("order"), q.query("weight")
	v := inboxView{Aside: q.query("aside") != ""}
	page, err := s.m.Inbox(q.ctx, q.Viewer, mechanism.InboxSearch{Observed: kind, Weight: weight, Gravest: order == "gravest", Aside: v.Aside, Lang: q.lang, Cursor: q.query("cursor"), Limit: inboxOnPage})
	if err != nil {
		return err
	}
	v.Next = page.Next
	for _, x := range page.Items {
		one := incoming{Incoming: x}
		for _, o := range x.Outcomes {
			if one.Rule == "" || o.Result == truce.Breached.String() {
				one.Rule = o.Rule
			}
		}
		if refused != nil && refused.id == x.ID {
			one.Act, one.Problem, one.Typed = refused.act, refused.problem, &refused.typed
		}
		v.Items = append(v.Items, one)
	}
	s.inboxBeside(q, &v)
	any := q.say("web.cases.any")
	kinds := []Option{{"", any, kind == truce.KindUnknown}}
	for _, w := range truce.ObservationKinds() {
		kinds = append(kinds, Option{w, style.Is(q.p(), "observation", w), w == kind.String()})
	}
	weights := []Option{{"", any, weight == ""}}
	for _, w := range []string{"breached", "turns", "undetermined"} {
		weights = append(weights, Option{w, style.Is(q.p(), "weight", w), w == weight})
	}
	v.Filters = []Field{
		{ID: "order", Name: "order", Kind: "select", Label: q.say("web.inbox.order"), Options: []Option{{"", q.say("web.inbox.newest"), order == ""}, {"gravest", q.say("web.inbox.gravest"), order == "gravest"}}},
		{ID: "weight", Name: "weight", Kind: "select", Label: q.say("web.inbox.weight"), Options: weights},
		{ID: "kind", Name: "kind", Kind: "select", Label: q.say("web.report.observed"), Options: kinds},
		{ID: "aside", Name: "aside", Kind: "select", Label: q.say("web.inbox.which"), Options: []Option{{"", q.say("web.inbox.waits"), !v.Aside}, {"1", q.say("web.inbox.were-aside"), v.Aside}}},
	}
	for _, w := range truce.TierWords()[1:3] {
		v.Tiers = append(v.Tiers, Option{Value: w, Name: style.Is(q.p(), "tier", w)})
	}
	for _, w := range []string{record.ClassSevere, record.ClassOrdinary} {
		v.Classes = append(v.Classes, Option{Value: w, Name: style.Is(q.p(), "class", w)})
	}
	return q.show("inbox", v)
}

// inboxBeside fills what else came: complaints of participants, clocks that ran out, questions that nobody has answered.
func (s *server) inboxBeside(q *request, v *inboxView) {
	for _, c := range s.m.Cases(q.Viewer, "", q.lang) {
		if c.State == truce.CaseAlleged && c.Complainant != "" && len(v.Complaints) < inboxOthers {
			v.Complaints = append(v.Complaints, caseRow{Case: c})
		}
		if c.State == truce.CaseClosed || c.State == truce.CaseDuplicate || len(c.Silences) == 0 || len(v.Silences) == inboxOthers {
			continue
		}
		if last := c.Silences[len(c.Silences)-1]; last.Number > c.Last-2 { // nothing much was done since
			v.Silences = append(v.Silences, silence{c, last})
		}
	}
	queries, err := s.m.Queries(q.ctx, q.Viewer, "", 50)
	if err != nil {
		q.w.err = err // the reports stand without them
		return
	}
	for _, x := range queries.Items {
		if x.Of == "" && slices.ContainsFunc(x.Asked, func(a mechanism.QueryAsked) bool { return a.Answer == "" }) && len(v.Queries) < inboxOthers {
			v.Queries = append(v.Queries, x)
		}
	}
}

// sent reads a form of one report.
func (q *request) sent(act string) (*refusedForm, error) {
	if err := q.r.ParseForm(); err != nil {
		return nil, err
	}
	return &refusedForm{id: truce.RecordID(q.r.PathValue("id")), act: act, typed: typed{values: q.r.PostForm}}, nil
}

// again shows the inbox with what is wrong with a form, and what was typed in it.
func (s *server) again(q *request, f *refusedForm, err error) error {
	var no *casefile.Refusal
	x := door.Outside(q.lang, err)
	switch {
	case x.Status == http.StatusNotFound || x.Status >= 500 && x.Status != http.StatusServiceUnavailable:
		return err
	case errors.As(err, &no):
		f.problem = q.p().Say(no.Phrase)
	default:
		f.problem = strings.TrimSpace(x.Title + " " + x.Detail)
	}
	q.status = x.Status
	return s.inbox(q, f)
}

// fix shows the inbox with a field that lacks something.
func (s *server) fix(q *request, f *refusedForm, problem string) error {
	q.status, f.problem = http.StatusUnprocessableEntity, problem
	return s.inbox(q, f)
}

// attach lets a case cite a report.
func (s *server) attach(q *request) error {
	f, err := q.sent("attach")
	if err != nil {
		return err
	}
	id := truce.CaseID(q.form("case"))
	if id == "" {
		return s.fix(q, f, q.say("web.inbox.which-case"))
	}
	c, err := s.m.Case(q.ctx, q.Viewer, id, q.lang)
	if truce.KindOf(err) == truce.NotFound && err != nil {
		return s.fix(q, f, q.say("case.no-such-case"))
	} else if err != nil {
		return err
	}
	// The report is added to the case as it is now: that somebody else did something in it meanwhile does not change what the report is.
	r, _, err := s.m.Step(q.ctx, q.author(), record.Step{Case: id, Step: truce.StepCite, Last: c.Last, Cites: []truce.RecordID{f.id}}, q.Now.Time().Year())
	if err != nil {
		return s.again(q, f, err)
	}
	return q.triaged(r, "attached")
}

func (s *server) setAside(q *request) error {
	f, err := q.sent("aside")
	if err != nil {
		return err
	}
	why := q.form("why")
	if why == "" {
		return s.fix(q, f, q.say("web.inbox.say-why"))
	}
	r, err := s.m.SetAside(q.ctx, q.author(), f.id, why)
	if err != nil {
		return s.again(q, f, err)
	}
	return q.triaged(r, "aside")
}

// classifyReport sets who may see a report and what it would cost if it got out. What shows it to more people waits for a second person.
func (s *server) classifyReport(q *request) error {
	f, err := q.sent("classify")
	if err != nil {
		return err
	}
	tier, ok := truce.ParseTier(q.form("tier"))
	if why := q.form("why"); !ok || why == "" {
		return s.fix(q, f, q.say("web.inbox.say-why"))
	}
	r, waits, err := s.m.Classify(q.ctx, q.author(), record.Class{Act: record.ClassSet, Of: f.id, Tier: tier, Class: q.form("class"), Reason: q.form("why")})
	if err != nil {
		return s.again(q, f, err)
	}
	if waits {
		return q.triaged(r, "class-waits")
	}
	return q.triaged(r, "classified")
}

// triaged goes back to the inbox as it was filtered, or asks for the signature first.
func (q *request) triaged(r mechanism.Receipt, done string) error {
	if r.Sign != nil {
		return q.toSign(r, cmp.Or(q.back(), "/"+q.lang+"/inbox"), done)
	}
	return q.backWith("/inbox", done)
}
