package web

import (
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/casefile"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/style"
	"truce/terms"
)

// casesOnPage is how many cases one page lists.
const casesOnPage = 50

func aboutCases(s *server) {
	s.get("cases", "/cases", access.KindCase, s.cases)
	s.get("new-case", "/cases/new", access.KindCase, func(q *request) error { return s.newCase(q, nil, "") })
	s.post("open-case", "/cases", access.ActComplain, access.KindCase, s.openCase)
	s.get("case", "/cases/{id}", access.KindCase, func(q *request) error { return s.showCase(q, "case", nil) })
	s.get("dossier", "/cases/{id}/dossier", access.KindCase, func(q *request) error { return s.showCase(q, "dossier", nil) })
	s.get("outcome", "/outcomes/{id}", access.KindOutcome, s.outcome)
	s.post("take-step", "/cases/{id}", access.ActRunCase, access.KindStep, s.takeStep)
	s.post("dispute", "/cases/{id}/dispute", access.ActDispute, access.KindStatement, s.dispute)
	s.post("original", "/media/{id}/original", access.ActOpenOriginal, access.KindMedia, s.original)
	aboutSigning(s)
}

// casesView is the list of cases.
type casesView struct {
	Items              []caseRow
	Filters            []Field
	Found, Wait, Other int // how many there are by these filters, of all how many wait for the viewer, and how many more pages hold
	Next               string
	MayOpen            bool
}

// caseRow is a case in a list.
type caseRow struct {
	mechanism.Case
	Clock *mechanism.CaseClock // the one that runs out first
	Waits []truce.CaseStep     // by which the viewer would take it on
}

func (s *server) cases(q *request) error {
	v := casesView{MayOpen: q.offers(access.ActComplain) || q.offers(access.ActRunCase)}
	state, article, party, whose, before := q.query("state"), q.query("article"), q.query("party"), q.query("whose"), q.query("before")
	waits := map[truce.CaseID][]truce.CaseStep{}
	for _, w := range s.m.Waiting(q.Viewer) {
		waits[w.Case] = w.Steps
	}
	v.Wait = len(waits)
	var parties []string
	for _, c := range s.m.Cases(q.Viewer, "", q.lang) {
		c.Article = s.agreementOf(c.Version).articleOf(c)
		for _, p := range c.Parties {
			if !slices.Contains(parties, string(p.Body)) {
				parties = append(parties, string(p.Body))
			}
		}
		row := caseRow{Case: c, Clock: soonest(c.Clocks), Waits: waits[c.ID]}
		switch {
		case state == "open" && (c.State == truce.CaseClosed || c.State == truce.CaseDuplicate), state != "" && state != "open" && string(c.State) != state,
			article != "" && string(c.Article) != article, party != "" && !slices.ContainsFunc(c.Parties, func(p mechanism.CaseParty) bool { return string(p.Body) == party }),
			whose == "waiting" && len(row.Waits) == 0, whose == "mine" && !concerns(c, q.Body):
			continue
		}
		v.Found++
		switch {
		case before != "" && !older(c.ID, truce.CaseID(before)):
		case len(v.Items) == casesOnPage:
			v.Other++
		default:
			v.Items = append(v.Items, row)
		}
	}
	if v.Other > 0 {
		v.Next = string(v.Items[len(v.Items)-1].ID)
	}
	slices.Sort(parties)
	states := []Option{{"", q.say("web.cases.any"), state == ""}, {"open", q.say("web.cases.open"), state == "open"}}
	for _, w := range truce.CaseStates {
		states = append(states, Option{w, style.Is(q.p(), "state", w), w == state})
	}
	articles := []Option{{"", q.say("web.cases.any"), article == ""}}
	if a, ok := s.m.Current(); ok {
		for _, x := range a.Plan.Agreement.Articles {
			articles = append(articles, Option{string(x.ID), articleName(a.Plan.Agreement, x.ID, q.lang), string(x.ID) == article})
		}
	}
	named := []Option{{"", q.say("web.cases.any"), party == ""}}
	for _, p := range parties {
		named = append(named, Option{p, style.Body(q.p(), p), p == party})
	}
	v.Filters = []Field{
		{ID: "state", Name: "state", Kind: "select", Label: q.say("web.cases.state"), Options: states},
		{ID: "article", Name: "article", Kind: "select", Label: q.say("web.cases.article"), Options: articles},
		{ID: "party", Name: "party", Kind: "select", Label: q.say("web.cases.party"), Options: named},
	}
	if q.signedIn() {
		v.Filters = append(v.Filters, Field{ID: "whose", Name: "whose", Kind: "select", Label: q.say("web.cases.whose"), Options: []Option{
			{"", q.say("web.cases.all"), whose == ""}, {"waiting", q.say("web.cases.waiting"), whose == "waiting"}, {"mine", q.say("web.cases.mine"), whose == "mine"}}})
	}
	return q.show("cases", v)
}

// soonest gives the clock that runs out first; nil where none runs.
func soonest(list []mechanism.CaseClock) *mechanism.CaseClock {
	var first *mechanism.CaseClock
	for i := range list {
		if first == nil || list[i].Due < first.Due {
			first = &list[i]
		}
	}
	return first
}

// concerns reports whether a case names a body, was opened by it, is in its hands, or waits for its word.
func concerns(c mechanism.Case, body truce.BodyID) bool {
	return body != "" && (c.Complainant == body || c.Team == body || slices.ContainsFunc(c.Parties, func(p mechanism.CaseParty) bool { return p.Body == body }) ||
		slices.ContainsFunc(c.Clocks, func(k mechanism.CaseClock) bool { return k.Body == body }))
}

// older reports whether case a was opened before case b: by the year, then the number.
func older(a, b truce.CaseID) bool {
	number := func(id truce.CaseID) (year string, n int) {
		year, rest, _ := strings.Cut(string(id), "-")
		n, _ = strconv.Atoi(rest)
		return year, n
	}
	ya, na := number(a)
	yb, nb := number(b)
	return ya < yb || ya == yb && na < nb
}

// articleName writes the number and the title of an article.
func articleName(a *truce.Agreement, id truce.ArticleID, language string) string {
	for _, x := range a.Articles {
		if x.ID == id && x.Title.In(language) != "" {
			return string(id) + " · " + x.Title.In(language)
		}
	}
	return string(id)
}

// caseView is one case with everything that its page says.
type caseView struct {
	mechanism.Case
	ArticleName string
	Evidence    mechanism.Evidence
	Current     []mechanism.Outcome // those that stand
	Earlier     []mechanism.Outcome // whose place another took
	Sketch      template.HTML
	Likely      []mechanism.Likely
	Forms       []stepForm
	NotNow      []mechanism.CaseOption
	Columns     []column
	Disputes    []mechanism.Statement // of readings, in this case
	Reads       *stepForm             // how a reading is disputed; nil where it cannot be
	Since       []casefile.Done
	Stale       bool
	Opens       bool // the viewer may ask for originals
	Citable     []Option
	cited       []Option // and what others took the place of
}

// Cited is what a record that the case cites is called; "" where nothing is told of it.
func (v *caseView) Cited(id truce.RecordID) string {
	for _, x := range v.cited {
		if x.Value == string(id) {
			return x.Name
		}
	}
	return ""
}

// column is what one of those concerned said, beside the others.
type column struct {
	Body   truce.BodyID
	Party  *mechanism.CaseParty
	Said   []mechanism.CaseStep
	Silent []mechanism.CaseSilence
}

// stepForm is the form of one step, with exactly the fields it needs.
type stepForm struct {
	Step    string
	To      truce.CaseState
	Last    int
	Fields  []Field
	Open    bool // it was sent and refused
	Problem string
	Prove   bool
	Danger  bool
}

// tried is a step that was sent and not taken.
type tried struct {
	typed
	step    string
	problem string
	prove   bool
	since   []casefile.Done
	stale   bool
}

func (s *server) showCase(q *request, page string, t *tried) error {
	v, err := s.caseView(q, t, page == "dossier")
	if err != nil {
		return err
	}
	return q.show(page, v)
}

// caseView gathers what a case says; with the reasons where they are printed.
func (s *server) caseView(q *request, t *tried, reasons bool) (*caseView, error) {
	c, err := s.m.Case(q.ctx, q.Viewer, truce.CaseID(q.r.PathValue("id")), q.lang)
	if err != nil {
		return nil, err
	}
	v := &caseView{Case: c, Opens: q.offers(access.ActOpenOriginal) && q.signedIn()}
	cites := slices.Clone(c.Cites)
	for _, st := range c.Steps {
		cites = append(cites, st.Cites...) // whoever is told of a step sees what it cites, and of that what they may
	}
	if v.Evidence, err = s.m.Evidence(q.ctx, q.Viewer, cites, q.lang, reasons); err != nil {
		return nil, err
	}
	if v.Disputes, err = s.m.Disputes(q.ctx, q.Viewer, c.ID); err != nil {
		return nil, err
	}
	v.Evidence.Statements = slices.DeleteFunc(v.Evidence.Statements, func(x mechanism.Statement) bool { return x.Case == c.ID }) // they stand with the rules
	for _, o := range v.Evidence.Outcomes {
		if o.Latest {
			v.Current = append(v.Current, o)
		} else {
			v.Earlier = append(v.Earlier, o)
		}
	}
	// A copy stands under its original, where that is listed.
	all := v.Evidence.Media
	v.Evidence.Media = slices.DeleteFunc(slices.Clone(all), func(x mechanism.Media) bool {
		return x.Of != "" && slices.ContainsFunc(all, func(y mechanism.Media) bool { return y.ID == x.Of && slices.Contains(y.Copies, x.ID) })
	})
	v.Citable = v.citable(q)
	v.cited = slices.Clone(v.Citable)
	for _, o := range v.Earlier {
		v.cited = append(v.cited, citedOutcome(q, o))
	}
	a, ok := s.m.Current()
	for _, x := range s.m.Versions() {
		if x.Plan.Agreement.Version == c.Version {
			a, ok = x, true
		}
	}
	if ok {
		if article := (agreement{Agreement: a.Plan.Agreement}).articleOf(c); article != "" {
			v.ArticleName = articleName(a.Plan.Agreement, article, q.lang)
		}
		v.Sketch = sketch(a.Plan.Agreement, q.p(), q.say("web.case.map"), v.Evidence.Observations)
	}
	if q.offers(access.ActRunCase) {
		if v.Likely, err = s.m.Duplicates(q.ctx, q.Viewer, c.ID); err != nil && truce.KindOf(err) != truce.NotFound {
			return nil, err
		}
	}
	v.Columns = columns(c)
	for _, o := range c.Next {
		if o.Refused != "" {
			if o.Refused != "wrong-state" { // what belongs to another time is no news
				v.NotNow = append(v.NotNow, o)
			}
			continue
		}
		if o.Step == truce.StepOpen || o.Step == truce.StepSilence {
			continue
		}
		v.Forms = append(v.Forms, s.stepForm(q, v, o, t))
	}
	if turns := v.turns(a.Plan); ok && len(turns) > 0 && s.m.MayDispute(q.Viewer, c.ID) {
		v.Reads = q.readingForm(a.Plan.Agreement, turns, t)
	}
	if t != nil {
		v.Since, v.Stale = t.since, t.stale
	}
	return v, nil
}

// turns lists the terms on which the rule of the case, or the rules of its article, can turn.
func (v *caseView) turns(p *terms.Plan) (out []truce.TermID) {
	for _, r := range p.Rules {
		if v.Rule != "" && r.ID != v.Rule || v.Rule == "" && r.Article != v.Article {
			continue
		}
		for _, t := range r.Terms {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// columns puts what parties and others said side by side.
func columns(c mechanism.Case) (out []column) {
	of := func(body truce.BodyID) *column {
		for i := range out {
			if out[i].Body == body {
				return &out[i]
			}
		}
		out = append(out, column{Body: body})
		return &out[len(out)-1]
	}
	for i := range c.Parties {
		of(c.Parties[i].Body).Party = &c.Parties[i]
	}
	for _, st := range c.Steps {
		switch st.Step {
		case truce.StepRespond, truce.StepComment, truce.StepRemedy:
			x := of(st.Body)
			x.Said = append(x.Said, st)
		}
	}
	for _, x := range c.Silences {
		if x.Clock == truce.ClockResponse {
			y := of(x.Body)
			y.Silent = append(y.Silent, x)
		}
	}
	return out
}

// outcomeView is what a rule says, and of what.
type outcomeView struct {
	mechanism.Outcome
	Evidence mechanism.Evidence
}

// outcome shows what a rule says with all its reasons. Other pages take them from here when they are unfolded.
func (s *server) outcome(q *request) error {
	o, err := s.m.Outcome(q.ctx, q.Viewer, truce.RecordID(q.r.PathValue("id")), q.lang)
	if err != nil {
		return err
	}
	e, err := s.m.Evidence(q.ctx, q.Viewer, o.Records, q.lang, false)
	if err != nil {
		return err
	}
	return q.show("outcome", outcomeView{o, e})
}

// choiceSaid is what a rule says under one choice of readings, with the reasons where they may be seen.
type choiceSaid struct {
	mechanism.Said
	mechanism.Why
	Known bool // Why is there
}

// saidSame is the choices of readings under which a rule says the same.
type saidSame struct {
	Result string
	Items  []choiceSaid
}

// maxUnfolded is how many choices of readings are shown one by one; more are put together by what the rule says under them.
const maxUnfolded = 6

// byResult puts choices of readings together by their result, the gravest first.
func byResult(said []mechanism.Said, why []mechanism.Why) (out []saidSame) {
	for i, x := range said {
		one := choiceSaid{Said: x}
		if i < len(why) {
			one.Why, one.Known = why[i], true
		}
		at := slices.IndexFunc(out, func(g saidSame) bool { return g.Result == x.Result })
		if at < 0 {
			at = len(out)
			out = append(out, saidSame{Result: x.Result})
		}
		out[at].Items = append(out[at].Items, one)
	}
	slices.SortStableFunc(out, func(a, b saidSame) int {
		return slices.Index(style.ByGravity, a.Result) - slices.Index(style.ByGravity, b.Result)
	})
	return out
}

// Standing gives the finding that stands; nil where there is none.
func (v *caseView) Standing() *mechanism.CaseFinding {
	for i := range v.Findings {
		if v.Findings[i].Superseded == 0 {
			return &v.Findings[i]
		}
	}
	return nil
}

// By gives a step by its number; nil where the viewer may not know of it.
func (v *caseView) By(number int) *mechanism.CaseStep {
	for i := range v.Steps {
		if v.Steps[i].Number == number {
			return &v.Steps[i]
		}
	}
	return nil
}

// Needs of a step, by the code of the table of package casefile, as fields. What a step may also bring comes behind.
func (s *server) stepForm(q *request, v *caseView, o mechanism.CaseOption, t *tried) stepForm {
	step := string(o.Step)
	f := stepForm{Step: step, To: o.To, Last: v.Last, Danger: o.Step == truce.StepClose || o.Step == truce.StepDuplicate || o.Step == truce.StepPublish}
	a := s.agreementOf(v.Version)
	p := q.p()
	add := func(x Field) {
		x.ID = step + "-" + x.Name
		if x.Label == "" {
			x.Label = style.Is(p, "field", x.Name)
		}
		f.Fields = append(f.Fields, x)
	}
	words := func(list []truce.ScaleWord, on string) (out []Option) {
		for _, w := range list {
			if len(w.Kinds) > 0 && !slices.ContainsFunc(w.Kinds, func(k string) bool { return a.kinds.Is(v.Kind, k) == truce.True }) {
				continue
			}
			name := w.Name.In(q.lang)
			if name == "" {
				name = style.Is(p, "scale", w.Word)
			}
			out = append(out, Option{w.Word, name, w.Word == on})
		}
		return out
	}
	fixed := func(list string, all []string) (out []Option) {
		for _, w := range all {
			out = append(out, Option{w, style.Is(p, list, w), false})
		}
		return out
	}
	proof := func() {
		add(Field{Name: "standard", Kind: "select", Required: true, Options: choose(q, words(a.Standards(), ""))})
		add(Field{Name: "confidence", Kind: "select", Required: true, Options: choose(q, words(a.ConfidenceWords(), ""))})
	}
	needsText := false
	for _, need := range o.Needs {
		switch need {
		case casefile.NeedText.Code:
			needsText = true
		case casefile.NeedParties.Code, casefile.NeedHearing.Code:
			var list []Option
			for _, body := range a.participants() {
				named := slices.ContainsFunc(v.Parties, func(x mechanism.CaseParty) bool { return x.Body == body })
				list = append(list, Option{string(body), style.Body(p, string(body)), named})
			}
			hint := ""
			if need == casefile.NeedHearing.Code {
				hint = q.say("web.case.hearing")
			}
			add(Field{Name: "parties", Kind: "checks", Options: list, Hint: hint})
		case casefile.NeedTeam.Code:
			add(Field{Name: "team", Kind: "select", Required: true, Options: choose(q, s.teams(q))})
			add(Field{Name: "where", Kind: "text", Hint: q.say("web.case.where-hint")})
		case casefile.NeedFinding.Code:
			add(Field{Name: "occurrence", Kind: "select", Required: true, Options: choose(q, fixed("occurrence", truce.OccurrenceWords))})
			proof()
			add(Field{Name: "intent", Kind: "select", Options: fixed("intent", truce.IntentWords)})
			add(Field{Name: "severity", Kind: "select", Options: append([]Option{{"", q.say("web.case.not-assessed"), true}}, words(a.SeverityWords(), "")...)})
		case casefile.NeedAttribution.Code:
			add(Field{Name: "result", Kind: "select", Required: true, Options: choose(q, fixed("attribution", truce.AttributionWords))})
			var list []Option
			for _, x := range v.suspects(a) {
				list = append(list, Option{string(x), p.Actor(x), false})
			}
			add(Field{Name: "by", Kind: "records", Options: list, Hint: q.say("web.case.by-hint")})
			proof()
		case casefile.NeedOf.Code:
			if st := v.Standing(); st != nil {
				add(Field{Name: "of", Kind: "hidden", Value: strconv.Itoa(st.Number)})
			}
		case casefile.NeedTier.Code:
			add(Field{Name: "tier", Kind: "select", Required: true, Options: choose(q, fixed("tier", truce.TierWords()[2:]))})
		case casefile.NeedOther.Code:
			var list []Option
			for _, x := range v.Likely {
				list = append(list, Option{string(x.Case), string(x.Case), false})
			}
			add(Field{Name: "other", Kind: "text", Required: true, Options: list, Hint: q.say("web.case.other-hint")})
		}
	}
	switch {
	case slices.Contains(o.Needs, casefile.NeedCites.Code):
		add(Field{Name: "cites", Kind: "records", Options: v.Citable, Hint: q.say("web.case.cites-hint")})
	case slices.Contains(o.Needs, casefile.NeedNewCites.Code):
		add(Field{Name: "cites", Kind: "records", Hint: q.say("web.case.new-hint")})
	case o.Step == truce.StepRespond || o.Step == truce.StepRemedy || o.Step == truce.StepDissent:
		add(Field{Name: "cites", Kind: "records", Options: v.Citable, Hint: q.say("web.case.cites-hint")})
	}
	label := "text"
	if !needsText {
		label = "remark"
	}
	add(Field{Name: "text", Kind: "textarea", Label: style.Is(p, "field", label), Required: needsText})
	if x, ok := q.signField(); ok {
		add(x)
	}
	if t != nil && t.step == step {
		f.Open, f.Problem, f.Prove = true, t.problem, t.prove
		t.fill(f.Fields)
	}
	return f
}

// choose puts an empty choice before the others: nothing grave is chosen by not choosing.
func choose(q *request, list []Option) []Option {
	return append([]Option{{"", q.say("web.case.choose"), true}}, list...)
}

// citable lists what the case rests on by name, for a step that says what it rests on.
func (v *caseView) citable(q *request) (out []Option) {
	p := q.p()
	for _, o := range v.Evidence.Observations {
		name := style.Is(p, "observation", o.Observed)
		if o.What != "" {
			name = p.Word(o.What)
		}
		out = append(out, Option{string(o.ID), name + spanIn(p, " · ", o.From, o.To), false})
	}
	for _, o := range v.Current {
		out = append(out, citedOutcome(q, o))
	}
	for _, x := range v.Evidence.Media {
		out = append(out, Option{string(x.ID), style.Is(p, "media", x.Form), false})
	}
	return out
}

func citedOutcome(q *request, o mechanism.Outcome) Option {
	says := o.Result
	if !o.Same {
		says = "turns"
	}
	return Option{string(o.ID), q.p().Rule(o.Rule) + ": " + style.Is(q.p(), "result", says), false}
}

// suspects are the actors that anything in the case names, and the participants.
func (v *caseView) suspects(a agreement) (out []truce.ActorID) {
	add := func(id truce.ActorID) {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	for _, o := range v.Current {
		for _, id := range o.By {
			add(id)
		}
		add(o.Actor)
	}
	for _, x := range a.Participants {
		if x.Role == truce.RoleParty || x.Role == truce.RoleSignatory {
			add(x.Actor)
		}
	}
	return out
}

// agreement is a version of the agreement with its list of incidents.
type agreement struct {
	*truce.Agreement
	kinds truce.Taxonomy
}

// agreementOf gives a version that was taken up; the one in force where there is no such.
func (s *server) agreementOf(v truce.VersionID) agreement {
	all := s.m.Versions()
	for _, x := range slices.Backward(all) {
		if x.Plan.Agreement.Version == v {
			return agreement{x.Plan.Agreement, x.Plan.Incidents}
		}
	}
	if a, ok := s.m.Current(); ok {
		return agreement{a.Plan.Agreement, a.Plan.Incidents}
	}
	return agreement{Agreement: &truce.Agreement{}}
}

// articleOf gives the article that a case is about: the one it names, or the one in which its rule stands.
func (a agreement) articleOf(c mechanism.Case) truce.ArticleID {
	for _, x := range a.Articles {
		if c.Article == "" && slices.ContainsFunc(x.Rules, func(u truce.Rule) bool { return u.ID == c.Rule }) {
			return x.ID
		}
	}
	return c.Article
}

// participants lists those who can be a party to a case.
func (a agreement) participants() (out []truce.BodyID) {
	for _, x := range a.Participants {
		if body := truce.BodyID(x.Actor); x.Role != truce.RoleMechanism && !slices.Contains(out, body) {
			out = append(out, body)
		}
	}
	return out
}

// teams lists the bodies of monitors.
func (s *server) teams(q *request) (out []Option) {
	for _, x := range s.m.People(q.Viewer) {
		if !x.Left && slices.Contains(x.Offices, truce.OfficeMonitor.String()) && !slices.ContainsFunc(out, func(o Option) bool { return o.Value == string(x.Body) }) {
			out = append(out, Option{string(x.Body), style.Body(q.p(), string(x.Body)), false})
		}
	}
	slices.SortFunc(out, func(a, b Option) int { return strings.Compare(a.Value, b.Value) })
	return out
}

// stepOf reads a step from its form. What is no word of its list is a problem at its field; what the case does not allow, the mechanism says.
func stepOf(q *request, id truce.CaseID, t *typed) record.Step {
	form := t.values
	st := record.Step{Case: id, Step: truce.CaseStep(q.form("step")), Last: atoi(q.form("last"), 0), Cites: namesIn[truce.RecordID](form, "cites"), Parties: namesIn[truce.BodyID](form, "parties"),
		Team: truce.BodyID(q.form("team")), Of: atoi(q.form("of"), 0), Other: truce.CaseID(q.form("other")), Text: q.form("text"), Where: q.form("where")}
	if w := q.form("tier"); w != "" {
		tier, ok := truce.ParseTier(w)
		if !ok {
			t.bad("tier", q.say("web.form.choose"))
		}
		st.Tier = tier
	}
	if _, there := form["occurrence"]; there {
		f := &record.Finding{Standard: q.form("standard"), Confidence: q.form("confidence"), Severity: q.form("severity")}
		if f.Occurrence.UnmarshalText([]byte(q.form("occurrence"))) != nil {
			t.bad("occurrence", q.say("web.form.choose"))
		}
		if f.Intent.UnmarshalText([]byte(q.form("intent"))) != nil {
			t.bad("intent", q.say("web.form.choose"))
		}
		st.Finding = f
	}
	if _, there := form["result"]; there {
		a := &record.Attribution{By: namesIn[truce.ActorID](form, "by"), Standard: q.form("standard"), Confidence: q.form("confidence")}
		if a.Result.UnmarshalText([]byte(q.form("result"))) != nil {
			t.bad("result", q.say("web.form.choose"))
		}
		st.Attribution = a
	}
	if st.Finding != nil || st.Attribution != nil {
		for _, name := range []string{"standard", "confidence"} {
			if q.form(name) == "" {
				t.bad(name, q.say("web.form.choose"))
			}
		}
	}
	if st.Attribution != nil && t.problems["result"] == "" {
		if n := len(st.Attribution.By); st.Attribution.Result == truce.AttributionParty && n != 1 || st.Attribution.Result == truce.AttributionSeveral && n < 2 ||
			(st.Attribution.Result == truce.AttributionNone || st.Attribution.Result == truce.AttributionCannot) && n > 0 {
			t.bad("by", q.say("web.case.by-count"))
		}
	}
	return st
}

// atField says at which field of its form the reason of a refusal is.
var atField = map[string]string{"no-text": "text", "no-records": "cites", "no-new-record": "cites", "unknown-record": "cites", "no-parties": "parties", "no-participant": "parties", "not-named": "parties",
	"no-team": "team", "undeclared": "standard", "unknown-actor": "by", "no-tier": "tier", "no-other": "other", "no-subject": "rule", "unknown-subject": "rule", "unknown-kind": "kind", "no-ground": "text"}

// refused makes of an error what the page shows beside the form; ok is false where it is none that somebody can do anything about here.
func (q *request) refused(err error, t *tried) (ok bool) {
	var no *casefile.Refusal
	f := door.Outside(q.lang, err)
	switch since, stale := mechanism.Changed(err); {
	case err == nil || f.Status == http.StatusNotFound || f.Status >= 500 && f.Status != http.StatusServiceUnavailable:
		return false
	case stale:
		t.stale, t.since, t.problem = true, since, f.Title
	case errors.As(err, &no):
		says := q.p().Say(no.Phrase)
		if at := atField[no.Code()]; at != "" {
			t.bad(at, says)
		}
		t.problem = says
	case f.Code == string(access.CodeProve):
		t.prove, t.problem = true, q.say("web.prove-note")
	default:
		t.problem = strings.TrimSpace(f.Title + " " + f.Detail)
	}
	q.status = f.Status
	return true
}

func (s *server) takeStep(q *request) error {
	id := truce.CaseID(q.r.PathValue("id"))
	if err := q.r.ParseForm(); err != nil {
		return err
	}
	t := &tried{step: q.form("step"), typed: typed{values: q.r.PostForm}}
	st := stepOf(q, id, &t.typed)
	if st.Step == truce.StepOpen || st.Step == truce.StepSilence || !slices.Contains(truce.CaseSteps, string(st.Step)) {
		return door.Bad("step", "nobody takes this step in a case")
	}
	if len(t.problems) > 0 {
		q.status, t.problem = http.StatusUnprocessableEntity, q.say("web.form.problems", truce.NumArg(int64(len(t.problems))))
		return s.showCase(q, "case", t)
	}
	r, _, err := s.m.Step(q.ctx, q.author(), st, q.Now.Time().Year())
	switch {
	case err == nil && r.Sign != nil:
		return q.toSign(r, "/"+q.lang+"/cases/"+string(id), "step")
	case err != nil && truce.KindOf(err) == truce.Unavailable && r.ID != "": // durable, and not taken up yet
	case err != nil && q.refused(err, t):
		return s.showCase(q, "case", t)
	case err != nil:
		return err
	}
	return q.to("/cases/"+string(id), "step")
}

// newCaseView is the form that opens a case.
type newCaseView struct {
	Fields   []Field
	Evidence mechanism.Evidence
	Problem  string
	Prove    bool
}

func (s *server) newCase(q *request, t *tried, problem string) error {
	if !q.offers(access.ActComplain) && !q.offers(access.ActRunCase) {
		return door.Bad("office", "your office opens no case")
	}
	a, p := s.agreementOf(""), q.p()
	cites := namesIn[truce.RecordID](q.r.URL.Query(), "cites")
	if t != nil {
		cites = namesIn[truce.RecordID](t.values, "cites")
	}
	v := newCaseView{Problem: problem}
	var err error
	if len(cites) > 0 {
		if v.Evidence, err = s.m.Evidence(q.ctx, q.Viewer, cites, q.lang, false); err != nil {
			return err
		}
	}
	rules := []Option{{"", q.say("web.case.choose"), true}}
	wanted := q.query("rule")
	for _, o := range v.Evidence.Outcomes { // what a rule says of it may be why
		if wanted == "" && o.Result == truce.Breached.String() {
			wanted = string(o.Rule)
		}
	}
	for _, x := range a.Articles {
		if len(x.Rules) == 0 {
			rules = append(rules, Option{"article:" + string(x.ID), articleName(a.Agreement, x.ID, q.lang), false})
		}
		for _, u := range x.Rules {
			rules = append(rules, Option{string(u.ID), string(x.ID) + " · " + p.Rule(u.ID), string(u.ID) == wanted})
		}
	}
	if wanted != "" {
		rules[0].On = false
	}
	kinds := []Option{{"", q.say("web.case.no-kind"), true}}
	for _, w := range a.kinds.Words() {
		kinds = append(kinds, Option{w, p.Word(w), false})
	}
	var parties, records []Option
	for _, body := range a.participants() {
		parties = append(parties, Option{string(body), style.Body(p, string(body)), false})
	}
	for _, o := range (&caseView{Evidence: v.Evidence, Current: v.Evidence.Outcomes}).citable(q) {
		o.On = slices.Contains(cites, truce.RecordID(o.Value))
		records = append(records, o)
	}
	v.Fields = []Field{
		{ID: "rule", Name: "rule", Kind: "select", Label: style.Is(p, "field", "rule"), Required: true, Options: rules},
		{ID: "kind", Name: "kind", Kind: "select", Label: style.Is(p, "field", "kind"), Options: kinds},
		{ID: "text", Name: "text", Kind: "textarea", Label: style.Is(p, "field", "what"), Hint: q.say("web.case.ground-hint")},
		{ID: "where", Name: "where", Kind: "text", Label: style.Is(p, "field", "where"), Hint: q.say("web.case.where-hint")},
		{ID: "parties", Name: "parties", Kind: "checks", Label: style.Is(p, "field", "parties"), Options: parties},
		{ID: "cites", Name: "cites", Kind: "records", Label: style.Is(p, "field", "cites"), Hint: q.say("web.case.cites-hint"), Options: records},
	}
	if x, ok := q.signField(); ok {
		x.ID = "sign"
		v.Fields = append(v.Fields, x)
	}
	if t != nil {
		v.Prove = t.prove
		t.fill(v.Fields)
	}
	return q.show("new-case", v)
}

func (s *server) openCase(q *request) error {
	if err := q.r.ParseForm(); err != nil {
		return err
	}
	t := &tried{typed: typed{values: q.r.PostForm}}
	st := record.Step{Step: truce.StepOpen, Kind: q.form("kind"), Text: q.form("text"), Where: q.form("where"), Cites: namesIn[truce.RecordID](q.r.PostForm, "cites"),
		Parties: namesIn[truce.BodyID](q.r.PostForm, "parties"), Simulated: q.form("simulated") != ""}
	if article, is := strings.CutPrefix(q.form("rule"), "article:"); is {
		st.Article = truce.ArticleID(article)
	} else {
		st.Rule = truce.RuleID(q.form("rule"))
		st.Article = s.agreementOf("").articleOf(mechanism.Case{Rule: st.Rule})
	}
	r, c, err := s.m.Step(q.ctx, q.author(), st, q.Now.Time().Year())
	switch {
	case err == nil && r.Sign != nil:
		return q.toSign(r, "/"+q.lang+"/cases", "case-opened")
	case err != nil && q.refused(err, t):
		return s.newCase(q, t, t.problem)
	case err != nil:
		return err
	}
	return q.to("/cases/"+string(c.ID), "case-opened")
}

// readingForm is how a participant says in a case that they read a term otherwise.
func (q *request) readingForm(a *truce.Agreement, turns []truce.TermID, t *tried) *stepForm {
	f := &stepForm{Step: "dispute"}
	p := q.p()
	list := []Option{{"", q.say("web.case.choose"), true}}
	for _, x := range a.Terms {
		if !slices.Contains(turns, x.ID) {
			continue
		}
		for _, r := range x.Readings {
			c := truce.Choice{Term: x.ID, Reading: r.ID}.String()
			list = append(list, Option{c, style.Reading(p, c), false})
		}
	}
	f.Fields = []Field{
		{ID: "dispute-reading", Name: "reading", Kind: "select", Label: style.Is(p, "field", "reading"), Required: true, Options: list},
		{ID: "dispute-text", Name: "text", Kind: "textarea", Label: style.Is(p, "field", "why"), Required: true},
	}
	if x, ok := q.signField(); ok {
		x.ID = "dispute-sign"
		f.Fields = append(f.Fields, x)
	}
	if t != nil && t.step == "dispute" {
		f.Open, f.Problem, f.Prove = true, t.problem, t.prove
		t.fill(f.Fields)
	}
	return f
}

// dispute records in a case that a body reads a term otherwise. It cites what the rules say there and turns on the term.
func (s *server) dispute(q *request) error {
	if err := q.r.ParseForm(); err != nil {
		return err
	}
	t := &tried{step: "dispute", typed: typed{values: q.r.PostForm}}
	v, err := s.caseView(q, nil, false)
	if err != nil {
		return err
	}
	term, reading, ok := strings.Cut(q.form("reading"), "=")
	if !ok {
		t.bad("reading", q.say("web.form.choose"))
	}
	if q.form("text") == "" {
		t.bad("text", q.say("web.form.empty"))
	}
	if len(t.problems) > 0 {
		q.status, t.problem = http.StatusUnprocessableEntity, q.say("web.form.problems", truce.NumArg(int64(len(t.problems))))
		return s.showCase(q, "case", t)
	}
	st := record.Statement{Act: record.StatementDisputes, Term: truce.TermID(term), Reading: truce.ReadingID(reading), Case: v.ID, Text: q.form("text")}
	for _, o := range v.Current {
		if slices.Contains(o.Turns, st.Term) && len(st.Cites) < record.MaxCites {
			st.Cites = append(st.Cites, o.ID)
		}
	}
	r, err := s.m.State(q.ctx, q.author(), st, truce.TierParticipants)
	switch {
	case err == nil && r.Sign != nil:
		return q.toSign(r, "/"+q.lang+"/cases/"+string(v.ID), "disputed")
	case err != nil && q.refused(err, t):
		return s.showCase(q, "case", t)
	case err != nil:
		return err
	}
	return q.to("/cases/"+string(v.ID), "disputed")
}
