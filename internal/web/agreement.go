package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/style"
	"truce/terms"
)

func aboutAgreement(s *server) {
	b := &book{of: map[bookKey]*style.Explained{}}
	s.get("agreement", "/agreement", access.KindAgreement, func(q *request) error { return s.agreement(q, b) })
	s.get("redline", "/agreement/redline", access.KindAgreement, s.redline)
	s.get("what-if", "/agreement/what-if", access.KindAgreement, s.whatIf)
}

// book keeps what versions say in sentences: it depends on nothing but the version and the language.
type book struct {
	sync.Mutex
	of map[bookKey]*style.Explained
}

type bookKey struct {
	of       truce.RecordID
	language string
}

// maxBook is how many versions and languages are kept.
const maxBook = 24

func (b *book) explain(a mechanism.Adopted, language string) *style.Explained {
	b.Lock()
	defer b.Unlock()
	key := bookKey{a.Record, language}
	if x := b.of[key]; x != nil {
		return x
	}
	x := style.Explain(a.Plan, language)
	if len(b.of) >= maxBook {
		clear(b.of)
	}
	b.of[key] = x
	return x
}

// agreementView is the agreement as people read it.
type agreementView struct {
	Versions  []versionRow
	Version   truce.VersionID
	InForce   bool
	Agreement *truce.Agreement
	Texts     []textChoice
	Columns   []textChoice // chosen
	Whole     []terms.Sentence
	Articles  []articleView
	Terms     []termView
	Signs     []truce.ActorID
	Needs     int
	Waiting   []mechanism.Proposal
	Standing  mechanism.Standing
}

// versionRow is one version that was taken up.
type versionRow struct {
	mechanism.Version
	Here, Rival, InForce bool
}

// textChoice is a language in which the text is kept.
type textChoice struct {
	Lang, Name    string
	Authoritative bool
	On            bool
	Dir           string
}

// articleView is one article: its texts side by side, its rules in sentences, and how it stands.
type articleView struct {
	articleRow
	Texts []articleText
	Rules []ruleView
	Said  []terms.Sentence
	// Disputes are of readings of the terms that decide its rules.
	Disputes []mechanism.Statement
}

type articleText struct {
	Lang, Dir, Title string
	Paragraphs       []string
}

type ruleView struct {
	ID        truce.RuleID
	Sentences []terms.Sentence
}

// termView is a definition with who reads it how.
type termView struct {
	*truce.Term
	Readings []readingView
	Of       []truce.ArticleID // whose rules it decides
}

type readingView struct {
	*truce.Reading
	Term     truce.TermID
	Declared []mechanism.Statement // on record
}

// chosen gives the version that the address names, or the one in force.
func (q *request) chosen(name string) (mechanism.Adopted, bool) {
	if id := truce.VersionID(q.query(name)); id != "" {
		list := q.s.m.Versions()
		for i := len(list) - 1; i >= 0; i-- {
			if list[i].Plan.Agreement.Version == id {
				return list[i], true
			}
		}
		return mechanism.Adopted{}, false
	}
	return q.s.m.Current()
}

func (s *server) agreement(q *request, b *book) error {
	a, ok := q.chosen("version")
	if !ok {
		if _, any := s.m.Current(); any {
			return &truce.Error{Op: "web.agreement", Kind: truce.NotFound, Reason: "no such version was taken up"}
		}
		return q.show("agreement", agreementView{})
	}
	text := a.Plan.Agreement
	current, _ := s.m.Current()
	v := agreementView{Version: text.Version, InForce: a.Record == current.Record, Agreement: text, Versions: q.versions(text.Version)}
	v.Texts, v.Columns = q.texts(text)
	x := b.explain(a, q.lang)
	v.Whole = x.Whole
	v.Signs, v.Needs = text.Signatories()
	if v.InForce {
		var err error
		if v.Standing, err = s.m.Standing(q.ctx, q.Viewer); err != nil {
			return err
		}
	} else {
		for _, art := range text.Articles {
			v.Standing.Articles = append(v.Standing.Articles, mechanism.ArticleStanding{Article: art.ID})
		}
	}
	of := map[truce.TermID][]truce.ArticleID{}
	rows := articleRows(a, v.Standing, q.lang)
	for i, art := range text.Articles {
		one := articleView{articleRow: rows[i], Said: x.Articles[art.ID]}
		for _, c := range v.Columns {
			one.Texts = append(one.Texts, textOf(text, art.ID, c))
		}
		for _, u := range art.Rules {
			one.Rules = append(one.Rules, ruleView{u.ID, x.Rules[u.ID]})
		}
		v.Articles = append(v.Articles, one)
	}
	for _, r := range a.Plan.Rules {
		for _, t := range r.Terms {
			if !slices.Contains(of[t], r.Article) {
				of[t] = append(of[t], r.Article)
			}
		}
	}
	declared, err := q.declared()
	if err != nil {
		return err
	}
	for i := range text.Terms {
		t := &text.Terms[i]
		one := termView{Term: t, Of: of[t.ID]}
		for k := range t.Readings {
			rd := &t.Readings[k]
			on := declared[truce.Choice{Term: t.ID, Reading: rd.ID}]
			one.Readings = append(one.Readings, readingView{rd, t.ID, on})
			for k := range v.Articles {
				for _, x := range on {
					if a := &v.Articles[k]; x.Act == string(record.StatementDisputes) && slices.Contains(one.Of, a.Article) {
						a.Disputes = append(a.Disputes, x)
					}
				}
			}
		}
		v.Terms = append(v.Terms, one)
	}
	proposals, err := s.m.Proposals(q.ctx, q.Viewer)
	for _, p := range proposals {
		if p.Proposes != "" {
			v.Waiting = append(v.Waiting, p)
		}
	}
	if err != nil {
		return err
	}
	return q.show("agreement", v)
}

func (q *request) versions(here truce.VersionID) (out []versionRow) {
	current, ok := q.s.m.Current()
	for _, x := range slices.Backward(q.s.m.Agreements(q.lang)) { // a text that signatories proposed is there once for each of them
		if !slices.ContainsFunc(out, func(y versionRow) bool { return y.Version.Version == x.Version && y.Text == x.Text }) {
			out = append(out, versionRow{x, x.Version == here, x.Use == string(record.AgreementRival), ok && x.Version == current.Plan.Agreement.Version})
		}
	}
	return out
}

// texts gives the languages of the text, and those that the address chooses: at most three, and that of the page where it chooses none.
func (q *request) texts(a *truce.Agreement) (all, columns []textChoice) {
	asked := q.r.URL.Query()["text"]
	for _, t := range a.Texts {
		c := textChoice{t.Lang, style.Language(t.Lang), t.Authoritative, slices.Contains(asked, t.Lang), style.Direction(t.Lang)}
		if len(asked) == 0 {
			c.On = t.Lang == q.lang
		}
		all = append(all, c)
		if c.On && len(columns) < 3 {
			columns = append(columns, c)
		}
	}
	if len(columns) == 0 && len(all) > 0 {
		all[0].On = true
		columns = []textChoice{all[0]}
	}
	slices.SortStableFunc(columns, func(a, b textChoice) int { // the one of the page first
		switch q.lang {
		case a.Lang:
			return -1
		case b.Lang:
			return 1
		}
		return 0
	})
	return all, columns
}

func textOf(a *truce.Agreement, id truce.ArticleID, c textChoice) articleText {
	out := articleText{Lang: c.Lang, Dir: c.Dir}
	out.Title, out.Paragraphs = style.Article(a, id, c.Lang)
	return out
}

// declared lists the readings that are declared on record, as far as the newest statements go.
func (q *request) declared() (map[truce.Choice][]mechanism.Statement, error) {
	out := map[truce.Choice][]mechanism.Statement{}
	page, err := q.s.m.Statements(q.ctx, q.Viewer, "", 200)
	for _, s := range page.Items {
		if s.Reading != "" {
			c := truce.Choice{Term: s.Term, Reading: s.Reading}
			out[c] = append(out[c], s)
		}
	}
	return out, err
}

// redlineView is what changed from one version to another.
type redlineView struct {
	Versions []versionRow
	From, To truce.VersionID
	Changes  style.Grouped
}

func (s *server) redline(q *request) error {
	v := redlineView{Versions: q.versions("")}
	from, ok := q.chosen("from")
	to, there := q.chosen("to")
	if !ok || !there {
		return &truce.Error{Op: "web.redline", Kind: truce.NotFound, Reason: "no such version was taken up"}
	}
	if q.query("from") == "" { // the one before
		for _, x := range s.m.Versions() {
			if x.Plan.Agreement.Version != to.Plan.Agreement.Version {
				from = x
			}
		}
	}
	v.From, v.To = from.Plan.Agreement.Version, to.Plan.Agreement.Version
	v.Changes = style.RedlineByArticle(q.lang, from.Plan.Agreement, to.Plan.Agreement)
	return q.show("redline", v)
}

// whatIfView is a form that says what is supposed, and what would differ.
type whatIfView struct {
	Terms    []supposedTerm
	Rules    []Option
	Fields   []Option
	Versions []Option
	Places   []Option // lines and areas that can be drawn otherwise
	Value    string
	Points   string // corners of one that is
	Asked    bool
	Problem  string
	Result   mechanism.Supposed
	Share    string
}

type supposedTerm struct {
	ID      truce.TermID
	Options []Option
}

// supposedFields are the fields of a rule that can be supposed otherwise, as [terms.Set] has them.
var supposedFields = []string{"where", "from", "until", "due", "dwell", "gap", "hysteresis", "within", "at_least"}

func (s *server) whatIf(q *request) error {
	a, ok := s.m.Current()
	if !ok {
		return q.to("/agreement", "")
	}
	v, ask := whatIfForm(q, a)
	if v.Problem != "" {
		q.status = http.StatusUnprocessableEntity
	}
	if !q.offers(access.ActReplay) {
		v.Asked = false
	}
	if v.Asked {
		var err error
		v.Result, err = s.m.WhatIf(q.ctx, q.Viewer, ask, q.lang)
		if k := truce.KindOf(err); err != nil && (k == truce.Invalid || k == truce.NotFound || k == truce.Unavailable) {
			f := door.Outside(q.lang, err)
			v.Problem, v.Asked = cmp.Or(f.Detail, f.Title), false
			if f.Hint != "" {
				v.Problem += " " + f.Hint
			}
			q.status = http.StatusUnprocessableEntity
		} else if err != nil {
			return err
		}
	}
	return q.show("what-if", v)
}

// whatIfForm reads what the address supposes.
func whatIfForm(q *request, a mechanism.Adopted) (v whatIfView, ask mechanism.Supposition) {
	p, ps := q.p(), q.r.URL.Query()
	share := url.Values{}
	for _, t := range a.Plan.Agreement.Terms {
		one := supposedTerm{ID: t.ID, Options: []Option{{Value: "", Name: q.say("web.whatif.as-it-is")}}}
		for _, rd := range t.Readings {
			on := ps.Get("read."+string(t.ID)) == string(rd.ID)
			one.Options = append(one.Options, Option{string(rd.ID), p.Reading(truce.Choice{Term: t.ID, Reading: rd.ID}), on})
			if on {
				ask.Readings = append(ask.Readings, string(t.ID)+"="+string(rd.ID))
				share.Set("read."+string(t.ID), string(rd.ID))
			}
		}
		v.Terms = append(v.Terms, one)
	}
	v.Rules = append(v.Rules, Option{Value: "", Name: q.say("web.whatif.no-rule")})
	for _, r := range a.Plan.Rules {
		v.Rules = append(v.Rules, Option{string(r.ID), string(r.Article) + " · " + p.Rule(r.ID), ps.Get("rule") == string(r.ID)})
	}
	for _, f := range supposedFields {
		v.Fields = append(v.Fields, Option{f, style.Is(p, "whatif-field", f), ps.Get("field") == f})
	}
	v.Versions = append(v.Versions, Option{Value: "", Name: q.say("web.whatif.in-force")})
	for _, x := range q.versions("") {
		if x.Version.Version != a.Plan.Agreement.Version {
			v.Versions = append(v.Versions, Option{string(x.Version.Version), string(x.Version.Version), ps.Get("version") == string(x.Version.Version)})
		}
	}
	v.Value = strings.TrimSpace(ps.Get("value"))
	if rule, field := ps.Get("rule"), ps.Get("field"); rule != "" && v.Value != "" {
		if !strings.ContainsFunc(v.Value, unicode.IsDigit) {
			v.Problem = q.say("web.whatif.value-hint")
		}
		ask.Sets = append(ask.Sets, rule+"."+field+"="+v.Value)
		share.Set("rule", rule)
		share.Set("field", field)
		share.Set("value", v.Value)
	}
	v.Places = append(v.Places, Option{Value: "", Name: q.say("web.whatif.no-place")})
	for i := range a.Plan.Agreement.Places {
		if f := &a.Plan.Agreement.Places[i]; f.Shape == truce.ShapeLine || f.Shape == truce.ShapeArea && f.Kind != truce.FeatureArea {
			v.Places = append(v.Places, Option{string(f.ID), p.Place(f.ID) + " (" + p.Feature(f.Kind) + ")", ps.Get("place") == string(f.ID)})
		}
	}
	v.Points = strings.TrimSpace(ps.Get("points"))
	if drawn := map[string]truce.Shape{"line": truce.ShapeLine, "zone": truce.ShapeArea}[ps.Get("draw")]; ps.Get("place") == "" && drawn != truce.ShapeNone { // it comes from the map
		if i := slices.IndexFunc(v.Places, func(o Option) bool { f := areaNamed(a.Plan.Agreement, o.Value); return f != nil && f.Shape == drawn }); i >= 0 {
			v.Places[i].On = true
		}
	}
	if place := truce.PlaceID(ps.Get("place")); place != "" && v.Points != "" {
		var wrong []string
		if ask.Corners, wrong = q.corners(v.Points); len(wrong) > 0 {
			v.Problem = strings.Join(wrong, " ")
		}
		ask.Place = place
		share.Set("place", string(place))
		share.Set("points", v.Points)
	}
	if ask.Version = truce.VersionID(ps.Get("version")); ask.Version != "" {
		share.Set("version", string(ask.Version))
	}
	v.Asked = v.Problem == "" && (len(ask.Readings)+len(ask.Sets) > 0 || ask.Version != "" || ask.Place != "")
	v.Share = "/agreement/what-if?" + share.Encode()
	return v, ask
}
