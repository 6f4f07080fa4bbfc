package mechanism

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/record"
	"truce/internal/view"
)

// MaxDailyRows is how many incidents, restrictions, inspections, queries and statements of a day a report lists, each: the first. See docs/limits.md.
const MaxDailyRows = 300

// DailySections are the parts of a daily report in their order. To each, the duty officer may write a text.
var DailySections = []string{"summary", "violations", "areas", "weapons", "harm", "access", "restrictions", "parties", "cases"}

// Daily is what a daily report says: facts taken from the record at the cut-off, as whoever the report is for sees them, and what the duty officer wrote to them.
type Daily struct {
	Number  int             `json:"number"`
	Version truce.VersionID `json:"version"`
	From    string          `json:"from"`
	To      string          `json:"to"` // the cut-off
	// Tier is for whom it was drawn up: no fact in it is finer than they may see.
	Tier     string `json:"tier"`
	Language string `json:"language"` // of what the duty officer wrote
	Rounded  bool   `json:"rounded,omitempty"`
	// Drawn is when it was drawn up: what is said of its day is what was known then, and cases stand as they stood then.
	Drawn string `json:"drawn,omitempty"`
	// Reported is how many incidents the day had, and Before how many the day before had, for comparison.
	Incidents []DailyEvent `json:"incidents,omitempty"`
	Reported  int          `json:"reported"`
	Before    int          `json:"before"`
	// Cut is set where there was more than is counted at once.
	Cut          bool           `json:"cut,omitempty"`
	Counts       []Counted      `json:"counts,omitempty"`
	Articles     []DailyArticle `json:"articles,omitempty"`
	Areas        []DailyArea    `json:"areas,omitempty"`
	Inspections  []DailyEvent   `json:"inspections,omitempty"`
	Passages     []DailyEvent   `json:"passages,omitempty"`
	Restrictions []DailyEvent   `json:"restrictions,omitempty"`
	Statements   []DailyWord    `json:"statements,omitempty"`
	Queries      []DailyWord    `json:"queries,omitempty"`
	Cases        []DailyCase    `json:"cases,omitempty"`
	// Texts are the duty officer's, by section.
	Texts     map[string]string `json:"texts,omitempty"`
	Simulated bool              `json:"simulated,omitempty"`
}

// Unlisted is how many incidents of the day are not listed, because there were too many.
func (d Daily) Unlisted() int { return d.Reported - len(d.Incidents) }

// DailyEvent is one observation of the day.
type DailyEvent struct {
	Record    truce.RecordID `json:"record"`
	What      string         `json:"what,omitempty"`
	When      string         `json:"when,omitempty"` // exact where the reader may see it, otherwise the day
	Area      string         `json:"area,omitempty"`
	Cell      *Cell          `json:"cell,omitempty"`
	Means     string         `json:"means,omitempty"`
	Parts     []Part         `json:"parts,omitempty"`
	Weapon    string         `json:"weapon,omitempty"`
	Count     *Number        `json:"count,omitempty"`
	Deaths    *Number        `json:"deaths,omitempty"`
	Injured   *Number        `json:"injured,omitempty"`
	Civilians *Number        `json:"civilians,omitempty"`
	Result    string         `json:"result,omitempty"`
	Simulated bool           `json:"simulated,omitempty"`
}

// DailyArea is how a named area was looked at on the day, and how many incidents were reported from it then and on the day before;
// where counts are told in steps these two are left out.
type DailyArea struct {
	AreaCoverage
	Reported int `json:"reported,omitempty"`
	Before   int `json:"before,omitempty"`
}

// DailyArticle is how an article stood in the last seven days.
type DailyArticle struct {
	Article truce.ArticleID `json:"article"`
	Week    map[string]int  `json:"week,omitempty"`
}

// DailyWord is a statement or a query of the day.
type DailyWord struct {
	Record    truce.RecordID `json:"record"`
	Act       string         `json:"act"`
	Of        truce.BodyID   `json:"of,omitempty"`
	About     []string       `json:"about,omitempty"`
	Due       string         `json:"due,omitempty"`
	Simulated bool           `json:"simulated,omitempty"`
}

// DailyCase is an open case.
type DailyCase struct {
	Case      truce.CaseID    `json:"case"`
	State     truce.CaseState `json:"state"`
	Article   truce.ArticleID `json:"article,omitempty"`
	Due       string          `json:"due,omitempty"`
	Clock     truce.CaseClock `json:"clock,omitempty"`
	Simulated bool            `json:"simulated,omitempty"`
}

// DailyReport is a report that was issued, as one viewer sees it.
type DailyReport struct {
	Card       `access:"each"`
	Act        string         `json:"act" access:"open" doc:"Issued, or corrects."`
	Number     int            `json:"number" access:"open"`
	From       string         `json:"from" access:"open" format:"date-time"`
	To         string         `json:"to" access:"open" format:"date-time"`
	Of         truce.RecordID `json:"of,omitempty" access:"open" doc:"The report that it corrects."`
	Superseded truce.RecordID `json:"superseded,omitempty" access:"open" doc:"The correction that stands in its place."`
	Content    *Daily         `json:"content,omitempty" access:"note"`
}

// reader is the viewer whose eyes a report for a tier is drawn up with: inside the mechanism its author, outside it the public, whose sight is the narrowest.
func reader(v access.Viewer, tier truce.Tier) access.Viewer {
	if tier == truce.TierMechanism {
		return v
	}
	return access.Viewer{Now: v.Now}
}

// DraftDaily draws up the report of a reporting day from its beginning up to a moment of it; nothing is recorded. What it says of the day is what is known now.
func (m *Mechanism) DraftDaily(ctx context.Context, v access.Viewer, upTo truce.Instant, tier truce.Tier, language string) (Daily, error) {
	const op truce.Op = "mechanism.DraftDaily"
	if !access.Offers(v, access.ActIssue) {
		return Daily{}, refused(op, access.May(v, access.ActIssue, access.Thing{Kind: access.KindReport}))
	}
	a, ok := m.Current()
	if !ok {
		return Daily{}, errNoAgreement(op)
	}
	day := truce.Span{To: min(upTo, v.Now)}
	day.From = a.Plan.Agreement.Clock.ReportDay(day.To).From
	before := truce.Span{From: a.Plan.Agreement.Clock.ReportDay(day.From - 1).From, To: day.From - 1}
	see := reader(v, tier)
	d := Daily{Version: a.Plan.Agreement.Version, From: instant(day.From), To: instant(day.To), Drawn: instant(v.Now), Tier: tier.String(), Language: language, Rounded: !access.Exact(see), Texts: map[string]string{}}
	var err error
	if d.Number, err = m.nextReport(ctx); err != nil {
		return d, err
	}
	coverage, err := m.coverage(ctx, see, []truce.Span{day})
	if err != nil {
		return d, err
	}
	areas, err := m.covered()
	if err != nil {
		return d, err
	}
	for _, x := range coverage.Areas {
		d.Areas = append(d.Areas, DailyArea{AreaCoverage: x})
	}
	// of lists what was observed, and counts all of it; visit sees each.
	of := func(k truce.ObservationKind, s truce.Span, visit func(*Observation)) (list []DailyEvent, n int, err error) {
		for q := (Search{Observed: k, From: s.From, To: s.To, Limit: view.MaxPage, OldestFirst: true}); ; {
			page, err := m.Observations(ctx, see, q)
			if err != nil {
				return nil, 0, err
			}
			for i := range page.Items {
				o := &page.Items[i]
				visit(o)
				if n++; n <= MaxDailyRows {
					list = append(list, dailyEvent(o))
				}
				d.Simulated = d.Simulated || o.Simulated
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
			if n >= MaxCounted {
				d.Cut = true
				break
			}
		}
		slices.SortStableFunc(list, func(a, b DailyEvent) int { return strings.Compare(a.When, b.When) })
		return list, n, nil
	}
	// from counts an incident for each area that it was reported from.
	from := func(count func(*DailyArea)) func(*Observation) {
		return func(o *Observation) {
			for i, x := range areas {
				if in, _ := x.holds(placeOf(o)); in && !d.Rounded {
					count(&d.Areas[i])
				}
			}
		}
	}
	if d.Incidents, d.Reported, err = of(truce.KindIncident, day, from(func(x *DailyArea) { x.Reported++ })); err != nil {
		return d, err
	}
	if _, d.Before, err = of(truce.KindIncident, before, from(func(x *DailyArea) { x.Before++ })); err != nil {
		return d, err
	}
	for _, x := range []struct {
		kind truce.ObservationKind
		to   *[]DailyEvent
	}{{truce.KindInspection, &d.Inspections}, {truce.KindPassage, &d.Passages}, {truce.KindRestriction, &d.Restrictions}} {
		if *x.to, _, err = of(x.kind, day, func(*Observation) {}); err != nil {
			return d, err
		}
	}
	standing, err := m.stand(ctx, see, a, day, false)
	if err != nil {
		return d, err
	}
	for _, c := range standing.Counts {
		if c.Window == WindowDay && c.Rule == "" {
			d.Counts = append(d.Counts, c)
		}
	}
	for _, x := range standing.Articles {
		d.Articles = append(d.Articles, DailyArticle{x.Article, x.Week})
	}
	d.Simulated, d.Cut = d.Simulated || standing.Simulated, d.Cut || !standing.Whole
	if err := m.dailyWords(ctx, see, day, &d); err != nil {
		return d, err
	}
	for _, c := range m.Cases(see, "", language) {
		if c.State == truce.CaseClosed || c.State == truce.CaseDuplicate || len(d.Cases) == MaxDailyRows {
			continue
		}
		one := DailyCase{Case: c.ID, State: c.State, Article: c.Article, Simulated: c.Simulated}
		for _, k := range c.Clocks {
			if one.Due == "" || k.Due < one.Due {
				one.Due, one.Clock = k.Due, k.Clock
			}
		}
		d.Cases = append(d.Cases, one)
		d.Simulated = d.Simulated || c.Simulated
	}
	return d, nil
}

// dailyWords lists what was said and asked on the day.
func (m *Mechanism) dailyWords(ctx context.Context, see access.Viewer, day truce.Span, d *Daily) error {
	from, to := instant(day.From), instant(day.To)
	statements, err := m.Statements(ctx, see, "", view.DefaultPage)
	if err != nil {
		return err
	}
	for _, s := range statements.Items {
		if s.At >= from && s.At <= to {
			d.Statements = append(d.Statements, DailyWord{s.ID, s.Act, s.Of, s.About, "", s.Simulated})
		}
	}
	queries, err := m.Queries(ctx, see, "", view.DefaultPage)
	if err != nil {
		return err
	}
	for _, x := range queries.Items {
		if x.At >= from && x.At <= to {
			d.Queries = append(d.Queries, DailyWord{x.ID, x.Act, x.Body, x.About, x.Due, x.Simulated})
		}
	}
	return nil
}

// placeOf is where an observation says that it was, where that is a point or a name.
func placeOf(o *Observation) truce.Place {
	if p := o.Place; p != nil && p.Kind == placeWords[truce.PlacePoint] {
		return truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(p.Lon, p.Lat)}
	}
	return truce.Place{Kind: truce.PlaceNamed, Name: o.Area}
}

func dailyEvent(o *Observation) DailyEvent {
	e := DailyEvent{Record: o.ID, What: o.What, When: o.From, Area: o.Area, Cell: o.Cell, Parts: o.Parts, Count: o.Count, Deaths: o.Deaths, Injured: o.Injured, Civilians: o.Civilians, Result: o.Result, Simulated: o.Simulated}
	if e.When == "" {
		e.When = o.FirstDay
	}
	if o.Source != nil {
		e.Means = o.Source.Means
	}
	if len(o.Equipment) > 0 {
		e.Weapon = o.Equipment[0].Category
	}
	return e
}

// nextReport is the number of the report that comes next. Corrections keep the number of what they correct.
func (m *Mechanism) nextReport(ctx context.Context) (int, error) {
	rows, err := m.View.Records(ctx, view.Query{Kinds: []truce.RecordKind{truce.RecordReport}, Limit: view.MaxPage})
	for i := range rows {
		r, g, err := m.content(ctx, &rows[i])
		if err != nil {
			return 0, err
		}
		if x, err := record.ReadReport(&r, g); err != nil || x.Act == record.ReportIssued {
			return x.Number + 1, err
		}
	}
	return 1, err
}

// IssueDaily issues the report of a day up to a moment with what the duty officer wrote to it, or the correction of one, which is of the same time. The facts are taken from the record anew: nobody can issue
// others than those.
func (m *Mechanism) IssueDaily(ctx context.Context, v access.Viewer, upTo truce.Instant, tier truce.Tier, language string, texts map[string]string, corrects truce.RecordID) (Receipt, error) {
	const op truce.Op = "mechanism.IssueDaily"
	var was DailyReport
	if corrects != "" {
		var err error
		if was, err = m.Daily(ctx, v, corrects); err != nil {
			return Receipt{}, err
		}
		if was.Superseded != "" {
			return Receipt{}, &truce.Error{Op: op, Kind: truce.Conflict, Subject: string(corrects), Reason: "it was corrected already", Hint: "correct the correction"}
		}
		upTo = momentOf(was.To)
	}
	d, err := m.DraftDaily(ctx, v, upTo, tier, language)
	if err != nil {
		return Receipt{}, err
	}
	for section, text := range texts {
		if !slices.Contains(DailySections, section) || text == "" {
			continue
		}
		if len(text) > record.MaxTextBytes {
			return Receipt{}, &truce.Error{Op: op, Kind: truce.TooLarge, Subject: section, Reason: "the text is too long"}
		}
		d.Texts[section] = text
	}
	x := record.Report{At: v.Now, Act: record.ReportIssued, Number: d.Number, Of: corrects, Simulated: d.Simulated || m.Exercise}
	d.Simulated = x.Simulated
	if corrects != "" {
		x.Act, x.Number, d.Number = record.ReportCorrects, was.Number, was.Number
	}
	x.From, x.To = momentOf(d.From), momentOf(d.To)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(d); err != nil {
		return Receipt{}, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "it cannot be written", Cause: err}
	}
	x.Content = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	m.command.Lock()
	defer m.command.Unlock()
	if _, err := m.may(op, v, access.ActIssue, access.Thing{Kind: access.KindReport, Author: v.Author(), Tier: tier}); err != nil {
		return Receipt{}, err
	}
	draft, err := x.Draft()
	if err != nil {
		return Receipt{}, err
	}
	draft.Record.Tier = tier
	return m.do(ctx, v, draft)
}

func momentOf(s string) truce.Instant {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return 0
	}
	return truce.InstantOf(t)
}

// Dailies lists the reports that were issued.
func (m *Mechanism) Dailies(ctx context.Context, v access.Viewer, cursor string, limit int) (Page[DailyReport], error) {
	q := view.Query{Kinds: []truce.RecordKind{truce.RecordReport}, Limit: limit}
	return list(ctx, m, v, q, cursor, func(row *view.Row, t access.Thing, sees access.Fields) (DailyReport, bool, error) {
		x, err := m.daily(ctx, v, row, t, sees)
		x.Content = nil
		return x, true, err
	})
}

// Daily gives a report.
func (m *Mechanism) Daily(ctx context.Context, v access.Viewer, id truce.RecordID) (DailyReport, error) {
	row, t, sees, err := m.look(ctx, "mechanism.Daily", v, id, truce.RecordReport)
	if err != nil {
		return DailyReport{}, err
	}
	return m.daily(ctx, v, &row, t, sees)
}

func (m *Mechanism) daily(ctx context.Context, v access.Viewer, row *view.Row, t access.Thing, sees access.Fields) (out DailyReport, err error) {
	out = DailyReport{Card: m.card(row, t, sees)}
	defer func() { access.RedactTo(sees, &out) }()
	r, g, err := m.content(ctx, row)
	if err != nil {
		return out, err
	}
	x, err := record.ReadReport(&r, g)
	if err != nil {
		return out, err
	}
	out.Act, out.Number, out.From, out.To, out.Of = string(x.Act), x.Number, instant(x.From), instant(x.To), x.Of
	rows, err := m.View.Records(ctx, view.Query{Kinds: []truce.RecordKind{truce.RecordReport}, Links: row.ID, How: "corrects", Limit: 1})
	if err != nil {
		return out, err
	}
	if len(rows) > 0 && access.See(v, m.thing(&rows[0])).Has(access.Existence) {
		out.Superseded = rows[0].ID
	}
	if x.Erased {
		return out, nil
	}
	out.Content = new(Daily)
	return out, json.Unmarshal(x.Content, out.Content)
}
