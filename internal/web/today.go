package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/seal"
	"truce/terms"
)

func aboutToday(s *server) {
	s.get("today", "/{$}", access.KindCase, s.today)
	s.post("seen", "/seen", access.ActKey, access.KindPerson, s.seen)
}

// The most that the first page lists of anything; each list says where the rest is.
const (
	maxTodayCases = 8
	maxTodayRows  = 10
)

// todayView is the first page: what changed, what is due, and how things stand.
type todayView struct {
	// First is set where there is nothing to show yet: then the page says what to do.
	First       string
	Changes     mechanism.Changes
	Clocks      []clockRow
	MoreClocks  int
	Waiting     []waiting
	MoreWaiting int
	Queries     []clockRow // of the viewer's own body
	Proposals   int
	Standing    mechanism.Standing
	Articles    []articleRow
	Counting    []countingRow
	Coverage    mechanism.Coverage
	// Watched is set where the viewer is told who looked: that nobody did may be said to nobody else.
	Watched      bool
	Restrictions []mechanism.Observation
	Findings     []mechanism.Case
	Days         dayBars
}

// clockRow is a clock that runs, and whether its time is over.
type clockRow struct {
	mechanism.Running
	Late bool
}

// waiting is a case that waits for the viewer, with when the first of its clocks runs out.
type waiting struct {
	mechanism.Case
	Steps []truce.CaseStep
	Due   string
}

// articleRow is an article with what its rules say.
type articleRow struct {
	mechanism.ArticleStanding
	Title string
	// Read is set where no machine can evaluate it.
	Read bool
	// Now and Ever say how often its rules say what: lately, and as far back as was looked. The gravest come first.
	Now, Ever []mechanism.WordCount
	Turning   []turningRow
}

// turningRow is a term on which results turn, with what each of its readings makes of them.
type turningRow struct {
	Term     truce.TermID
	Readings []mechanism.ReadingStanding
}

// countingRow is one side's way of counting, with the number that it comes to in each window.
type countingRow struct {
	ID      truce.CountingID
	Name    string
	HeldBy  []truce.ActorID
	Explain terms.Sentence
	Cells   []mechanism.Counted
	Bar     bar
}

// bar is a drawn number: what is certain, and behind it what is possible, in a box of 200.
type bar struct{ Sure, May int }

// dayBars are counts by day, drawn.
type dayBars struct {
	Days []mechanism.DayCount
	Most int
	Bars []dayBar
}

// dayBar is one day in a box of 20 by 44: what is certain stands below what is possible.
type dayBar struct{ X, Sure, SureY, May, MayY int }

func (s *server) today(q *request) error {
	var v todayView
	a, ok := s.m.Current()
	if !ok {
		v.First = "agreement"
		return q.show("today", v)
	}
	var err error
	if v.Changes, err = s.m.Changes(q.ctx, q.Viewer, q.seenCursor(), q.lang); err != nil {
		return err
	}
	v.Changes.Items = slices.DeleteFunc(v.Changes.Items, saysNothing)
	for i := range v.Changes.Items {
		if c := &v.Changes.Items[i].Card; c.Recorded != "" {
			c.Recorded = minute(c.Recorded)
		}
	}
	if v.Standing, err = s.m.Standing(q.ctx, q.Viewer); err != nil {
		return err
	}
	v.Articles = articleRows(a, v.Standing, q.lang)
	v.Counting = countingRows(a, v.Standing, q.lang)
	v.Days = daysOf(v.Standing.Days)
	if v.Coverage, err = s.m.Coverage(q.ctx, q.Viewer); err != nil {
		return err
	}
	v.Watched = len(v.Coverage.Areas) > 0 && (!v.Standing.Rounded || v.Coverage.Told())
	page, err := s.m.Observations(q.ctx, q.Viewer, mechanism.Search{Observed: truce.KindRestriction, From: q.Now.Add(-mechanism.DefaultRecent), Limit: maxTodayRows})
	if err != nil {
		return err
	}
	v.Restrictions = page.Items
	for i := range v.Restrictions {
		if o := &v.Restrictions[i]; o.From != "" {
			o.From = minute(o.From)
		}
	}
	cases := s.m.Cases(q.Viewer, "", q.lang)
	for _, c := range cases {
		if len(v.Findings) < maxTodayCases && slices.ContainsFunc(c.Findings, func(f mechanism.CaseFinding) bool { return f.Published > 0 }) {
			v.Findings = append(v.Findings, c)
		}
	}
	if q.signedIn() {
		if err := q.owed(&v, cases); err != nil {
			return err
		}
	}
	if v.Changes.Counts[truce.RecordObservation.String()] == 0 && len(cases) == 0 && !slices.ContainsFunc(v.Articles, func(r articleRow) bool { return len(r.Ever) > 0 }) {
		v.First = "reports"
	}
	return q.show("today", v)
}

// owed fills in what waits for the viewer and which clocks run.
func (q *request) owed(v *todayView, cases []mechanism.Case) error {
	m := q.s.m
	due := map[truce.CaseID]string{}
	for _, running := range m.Clocks(q.Viewer) { // the next first
		k := clockRow{running, instantOf(running.Due) < q.Now}
		v.Clocks = append(v.Clocks, k)
		if k.Case != "" && due[k.Case] == "" && (k.Body == "" || k.Body == q.Body) {
			due[k.Case] = k.Due
		}
		if k.Query != "" && k.Body == q.Body {
			v.Queries = append(v.Queries, k)
		}
	}
	byID := map[truce.CaseID]mechanism.Case{}
	for _, c := range cases {
		byID[c.ID] = c
	}
	for _, w := range m.Waiting(q.Viewer) {
		v.Waiting = append(v.Waiting, waiting{byID[w.Case], w.Steps, due[w.Case]})
	}
	slices.SortStableFunc(v.Waiting, func(a, b waiting) int {
		if (a.Due == "") != (b.Due == "") {
			return strings.Compare(b.Due, a.Due) // what is due comes before what is not
		}
		return strings.Compare(a.Due, b.Due)
	})
	v.Waiting, v.MoreWaiting = first10(v.Waiting)
	v.Clocks, v.MoreClocks = first10(v.Clocks)
	proposals, err := m.Proposals(q.ctx, q.Viewer)
	for _, p := range proposals {
		if p.Yours {
			v.Proposals++
		}
	}
	return err
}

// saysNothing reports that a change tells its reader no more than its kind, of which the count beside the list tells as much.
func saysNothing(x mechanism.Change) bool {
	switch {
	case x.Observation != nil:
		return x.Observation.Observed == "" && x.Observation.FirstDay == ""
	case x.Outcome != nil:
		return x.Outcome.Rule == ""
	case x.Statement != nil:
		return x.Statement.Act == ""
	case x.Query != nil:
		return x.Query.Act == ""
	}
	return x.Step == nil || x.Case == ""
}

// minute is a time to the minute: seconds say nothing to whoever reads a list.
func minute(at string) string { return instantOf(at).Time().Truncate(time.Minute).Format(time.RFC3339) }

func first10[T any](list []T) (head []T, more int) {
	n := min(len(list), maxTodayRows)
	return list[:n], len(list) - n
}

func articleRows(a mechanism.Adopted, s mechanism.Standing, language string) (out []articleRow) {
	for i, art := range a.Plan.Agreement.Articles {
		row := articleRow{ArticleStanding: s.Articles[i], Title: articleTitle(a.Plan.Agreement, &art, language), Read: len(art.Rules) == 0}
		row.Now, row.Ever = mechanism.Gravest(row.Week), mechanism.Gravest(row.All)
		for _, r := range row.Readings {
			if n := len(row.Turning); n == 0 || row.Turning[n-1].Term != r.Term {
				row.Turning = append(row.Turning, turningRow{Term: r.Term})
			}
			t := &row.Turning[len(row.Turning)-1]
			t.Readings = append(t.Readings, r)
		}
		out = append(out, row)
	}
	return out
}

// articleTitle is the title an article has in a language: its own, or that of its text.
func articleTitle(a *truce.Agreement, art *truce.Article, language string) string {
	if art.Title != (truce.Words{}) {
		return art.Title.In(language)
	}
	title := ""
	for _, t := range a.Texts {
		for _, x := range t.Articles {
			if x.Article == art.ID && (t.Lang == language || title == "") {
				title = x.Title
			}
		}
	}
	return title
}

func countingRows(a mechanism.Adopted, s mechanism.Standing, language string) (out []countingRow) {
	explained := terms.ExplainCounting(a.Plan.Agreement, language)
	most := 1
	for i, k := range a.Plan.Agreement.Counting {
		row := countingRow{ID: k.ID, Name: cmp.Or(k.Name.In(language), string(k.ID)), Explain: explained[i]}
		for _, h := range k.HeldBy {
			row.HeldBy = append(row.HeldBy, h.Actor)
		}
		for _, c := range s.Counts {
			if c.Rule == "" && c.Counting == k.ID {
				row.Cells = append(row.Cells, c)
				if c.Window == mechanism.WindowWeek {
					row.Bar = bar{c.Low, c.MayHigh}
					most = max(most, c.MayHigh)
				}
			}
		}
		out = append(out, row)
	}
	for i := range out {
		b := &out[i].Bar
		b.Sure, b.May = b.Sure*200/most, b.May*200/most
	}
	return out
}

func daysOf(days []mechanism.DayCount) dayBars {
	out := dayBars{Days: days}
	for _, d := range days {
		out.Most = max(out.Most, d.Breached+d.Possible)
	}
	for i, d := range days {
		sure, may := d.Breached*40/max(out.Most, 1), d.Possible*40/max(out.Most, 1)
		out.Bars = append(out.Bars, dayBar{X: 20*i + 2, Sure: sure, SureY: 43 - sure, May: may, MayY: 43 - sure - may})
	}
	return out
}

// seenCookie keeps up to where somebody has seen what is new: a cursor, and whose it is.
const seenCookie = "seen"

// seenCursor is the cursor of this person, "" where they marked nothing as seen in this browser.
func (q *request) seenCursor() string {
	c, err := q.r.Cookie(seenCookie)
	if err != nil {
		return ""
	}
	whose, cursor, _ := strings.Cut(c.Value, ".")
	if whose != q.whose() {
		return ""
	}
	return cursor
}

// whose marks a cursor as belonging to a person without naming them.
func (q *request) whose() string {
	d := seal.Bytes([]byte("seen\n" + string(q.Person)))
	return seal.Text(d[:], 6)
}

// seen remembers up to where somebody has seen what is new. It is asked for, never done by itself: a page that was open on a wall has seen nothing.
func (s *server) seen(q *request) error {
	cursor := q.form("cursor")
	if len(cursor) > 200 || strings.ContainsAny(cursor, " ;,\"\\") {
		return door.Bad("cursor", "it is none that the page gave out")
	}
	http.SetCookie(q.w, &http.Cookie{Name: seenCookie, Value: q.whose() + "." + cursor, Path: "/", MaxAge: 30 * 86400, HttpOnly: true, Secure: door.Secure(s.Origin), SameSite: http.SameSiteStrictMode})
	return q.to("/", "seen")
}

// place writes the name of a place in the language of the page: a report may name it by its id, or by any of its names.
func (l *look) place(id string) string {
	if a, ok := l.s.m.Current(); ok && id != "" {
		key := terms.Fold(id)
		for _, f := range a.Plan.Agreement.Places {
			if string(f.ID) == id || slices.ContainsFunc(append([]string{f.Name.EN, f.Name.AR, f.Name.RU}, f.Aliases...), func(n string) bool { return terms.Fold(n) == key }) {
				return l.printer().Place(f.ID)
			}
		}
	}
	return l.printer().Place(truce.PlaceID(id))
}
