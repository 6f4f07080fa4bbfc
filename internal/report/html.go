package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"truce"
	"truce/internal/lang"
	"truce/internal/replay"
	"truce/terms"
)

// Limits of the report in HTML. What is beyond them is counted. See docs/limits.md.
const (
	// HTMLActors is how many actors and names are listed.
	HTMLActors = 25
	// HTMLColumns is how many columns of readings are shown for one rule.
	HTMLColumns = 24
	// HTMLCountColumns is up to how many columns of readings violations are also counted under each of them.
	HTMLCountColumns = 6
	// HTMLRejects is how many rejected rows are shown.
	HTMLRejects = 100
	// HTMLRecords is how many records of coverage and restriction are listed.
	HTMLRecords = 100
)

// HTMLOptions say how the report is written.
type HTMLOptions struct {
	Lang string // "en", "ar" or "ru"
	// Files names, by language, the files beside this one that hold the same report.
	Files map[string]string
}

//go:embed page.html
var pageText string

//go:embed style.css
var styleText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"say": func(string) (string, error) { return "", nil }}).Parse(pageText))

// WriteHTML writes the report as one file that needs nothing else: no script, no font, no image, no network.
func WriteHTML(w io.Writer, r *replay.Replay, o HTMLOptions) error {
	m := NewModel(r)
	p := lang.For(o.Lang).With(m.Agreement)
	v := &page{Model: m, p: p, files: o.Files, lists: lists{at: map[string]int{}}, all: m.observed(), meaning: map[truce.RuleID][]terms.Sentence{}}
	for _, x := range terms.Explain(m.plan, p.Lang(), nil) {
		v.meaning[x.Rule] = x.Sentences
	}
	t, err := pageTemplate.Clone()
	if err != nil {
		return err
	}
	t.Funcs(template.FuncMap{"say": wording(p)})
	return t.Execute(w, v)
}

// page is what the template is given. Its methods are the sections of the report, in the order of the template, so that the
// lists of ids are complete when the annex asks for them.
type page struct {
	*Model
	p     *lang.Printer
	files map[string]string
	lists lists
	all   Tally
	// meaning is what each rule says, in sentences.
	meaning map[truce.RuleID][]terms.Sentence
}

// lists are the lists of things behind the numbers, each once.
type lists struct {
	at   map[string]int
	list []list
}

type list struct {
	of      Tally
	caption string
}

// observed is every single observation.
func (m *Model) observed() Tally {
	var out Tally
	for i := range m.Things {
		if m.Things[i].Observation != nil {
			out = append(out, int32(i))
		}
	}
	return out
}

// ref gives the number of a list, adding it if it is new.
func (v *page) ref(t Tally, caption string) int {
	var key strings.Builder
	for _, i := range t {
		key.WriteString(strconv.FormatInt(int64(i), 36))
		key.WriteByte(' ')
	}
	n, have := v.lists.at[key.String()]
	if !have {
		n = len(v.lists.list)
		v.lists.at[key.String()] = n
		v.lists.list = append(v.lists.list, list{t, caption})
	}
	return n + 1
}

// num writes a number that leads to the things it counts. The caption says what the list is, where it is read alone.
func (v *page) num(t Tally, caption ...string) template.HTML {
	if len(t) == 0 {
		return `<span class="n zero">0</span>`
	}
	return template.HTML(fmt.Sprintf(`<a class="n" href="#l%d">%s</a>`, v.ref(t, strings.Join(caption, " · ")), html.EscapeString(v.p.Number(int64(len(t))))))
}

// between writes a number of violations, which may be known only between two. It leads to what was counted: an episode may
// be several records, and a record several shots.
func (v *page) between(c Counted, caption ...string) template.HTML {
	s := v.p.Number(int64(c.Low))
	if c.Low != c.High {
		s = v.p.Say(truce.Say("report.between", truce.NumArg(int64(c.Low)), truce.NumArg(int64(c.High))))
	}
	if len(c.Of) == 0 {
		return template.HTML(`<span class="n zero">` + html.EscapeString(s) + `</span>`)
	}
	return template.HTML(fmt.Sprintf(`<a class="counted" href="#l%d">%s</a>`, v.ref(c.Of, strings.Join(caption, " · ")), html.EscapeString(s)))
}

// classNames are the names of standings in the style sheet.
var classNames = [standings]string{"undetermined", "not-applicable", "not-due", "kept", "breached", "suspended", "turns", "no-breach", "nothing"}

func (s Standing) class() string { return classNames[s] }

// mark is the sign of a standing: shape and colour.
func signOf(s Standing) template.HTML {
	return template.HTML(`<svg class="sign" viewBox="-6 -6 12 12" aria-hidden="true"><use href="#s-` + s.class() + `" x="-6" y="-6" width="12" height="12"/></svg>`)
}

func (v *page) word(s Standing) string { return standingWord(v.p, s) }

// data writes text that came from outside.
func (v *page) data(s string) string { return v.p.Arg(truce.Str(s)) }

func (v *page) says(list ...truce.Phrase) []string {
	var out []string
	for _, p := range list {
		out = append(out, v.p.Say(p))
	}
	return out
}

// The frame of the page.

func (v *page) Lang() string          { return v.p.Lang() }
func (v *page) Dir() string           { return v.p.Dir() }
func (v *page) Style() template.CSS   { return template.CSS(styleText) }
func (v *page) Title() string         { return v.title(v.p) }
func (v *page) Publication() []string { return v.says(v.publication()...) }
func (v *page) Warnings() []string    { return v.says(v.warnings()...) }
func (v *page) Notes() []string       { return v.notes() }
func (v *page) Reference() string     { return v.Agreement.PublishedBy.Reference }
func (v *page) HasMap() bool          { return len(v.marks) > 0 || len(v.Agreement.Places) > 0 }
func (v *page) HasCompared() bool     { return len(v.Model.Compared) > 0 }
func (v *page) HasTerms() bool        { return len(v.Terms()) > 0 }
func (v *page) Legend() []legendEntry { return v.legend(shown) }

// HasCounts reports whether any rule has something to count.
func (v *page) HasCounts() bool { return slices.ContainsFunc(v.Rules, counts) }

func counts(r *Rule) bool { return len(r.Counts) > 0 && len(r.Every)+len(r.Some)+len(r.Open) > 0 }

// HasDates reports whether there is anything before or after a date.
func (v *page) HasDates() bool {
	return slices.ContainsFunc(v.Model.Dates, func(d Date) bool {
		return slices.ContainsFunc(d.Compare, func(w Window) bool { return !w.empty() })
	})
}

func (v *page) notes() []string {
	var out []string
	for _, n := range []string{v.Agreement.PublishedBy.Note, v.Agreement.Note.In(v.p.Lang())} {
		if n != "" {
			out = append(out, v.data(n))
		}
	}
	return out
}

// Running is what stands at the head of every printed page: what it is of, and whether anything in it is invented or moved.
func (v *page) Running() string {
	parts := []string{v.Title(), v.data(string(v.Agreement.Version))}
	if len(v.Simulated) > 0 || len(v.SimulatedUnits) > 0 {
		parts = append(parts, v.p.Say(truce.Say("report.label.simulated")))
	}
	if len(v.Moved) > 0 || len(v.MovedUnits) > 0 {
		parts = append(parts, v.p.Say(truce.Say("report.label.moved")))
	}
	return strings.Join(parts, " · ")
}

// Pair is a label with its value.
type Pair struct{ Label, Value string }

func (v *page) Facts() []Pair {
	var out []Pair
	for _, f := range v.facts() {
		out = append(out, Pair{v.p.Say(f.label), v.p.Say(f.value)})
	}
	return out
}

// Other is the same report in another language.
type Other struct {
	Lang, Dir, Name, File string
	Here                  bool
}

func (v *page) Others() []Other {
	if len(v.files) < 2 {
		return nil
	}
	var out []Other
	for _, l := range lang.Languages {
		if f, ok := v.files[l]; ok {
			q := lang.For(l)
			out = append(out, Other{Lang: l, Dir: q.Dir(), Name: q.Say(truce.Say("report.language")), File: f, Here: l == v.p.Lang()})
		}
	}
	return out
}

// legendEntry is a standing with its sign and its word.
type legendEntry struct {
	Class, Word string
	Sign        template.HTML
}

func (v *page) legend(of []Standing) []legendEntry {
	var out []legendEntry
	for _, s := range of {
		out = append(out, legendEntry{s.class(), v.word(s), signOf(s)})
	}
	return out
}

// articleRow is an article at a glance.
type articleRow struct {
	ID, Title, Verdict, Class string
	Sign                      template.HTML
	Cells                     []template.HTML
}

// glance lists the standings that the table of articles has columns for.
var glance = []Standing{Standing(truce.Breached), Turns, Standing(truce.Undetermined), Standing(truce.Kept)}

func (v *page) Glance() []legendEntry { return v.legend(glance) }

func (v *page) ArticleRows() []articleRow {
	var out []articleRow
	for _, a := range v.Model.Articles {
		row := articleRow{ID: string(a.ID), Title: v.data(a.Title.In(v.p.Lang())), Verdict: v.p.Say(a.Verdict), Class: a.Standing.class(), Sign: signOf(a.Standing)}
		for _, s := range glance {
			var t Tally
			for _, r := range a.Rules {
				t = join(t, r.By[s])
			}
			row.Cells = append(row.Cells, v.num(t, v.articleName(a), v.word(s)))
		}
		out = append(out, row)
	}
	return out
}

func (v *page) articleName(a Article) string {
	return v.p.Say(truce.Say("report.article-number", truce.Str(string(a.ID))))
}

// table is rows behind a chart or of a section. Cells are HTML made here.
type table struct {
	Head []string
	Rows []tableRow
}

type tableRow struct {
	Class string
	Name  template.HTML
	Cells []template.HTML
}

func escaped(s string) template.HTML { return template.HTML(html.EscapeString(s)) }

// Article sections.

type articleView struct {
	ID, Name, Title, Verdict, Class string
	Sign                            template.HTML
	Text                            string
	Rules                           []ruleView
}

type ruleView struct {
	ID, Name, Verb string
	Meaning        []terms.Sentence
	Says           []string
	Readings       table
	MoreColumns    string
	Turning        []turningView
	Missing        []missingView
	Margins        table
	Answers        table
	Series         template.HTML
	Weeks          table
	Unplaced       template.HTML
}

type turningView struct {
	Title string
	Table table
}

type missingView struct {
	What     string
	Of       template.HTML
	Examples []template.HTML
	More     string
}

func (v *page) ArticleViews() []articleView {
	var out []articleView
	for _, a := range v.Model.Articles {
		x := articleView{ID: string(a.ID), Name: v.articleName(a), Title: v.data(a.Title.In(v.p.Lang())), Verdict: v.p.Say(a.Verdict), Class: a.Standing.class(), Sign: signOf(a.Standing), Text: v.text(a.ID)}
		for _, r := range a.Rules {
			x.Rules = append(x.Rules, v.rule(r))
		}
		out = append(out, x)
	}
	return out
}

// text is the open text of an article in the language of the page, if the agreement has it.
func (v *page) text(id truce.ArticleID) string {
	for _, t := range v.Agreement.Texts {
		for _, a := range t.Articles {
			if t.Lang == v.p.Lang() && a.Article == id {
				return strings.TrimSpace(a.Body)
			}
		}
	}
	return ""
}

func (v *page) rule(r *Rule) ruleView {
	name := v.p.Rule(r.ID)
	x := ruleView{ID: string(r.ID), Name: name, Meaning: v.meaning[r.ID], Says: v.says(r.Says...), Verb: v.p.Say(truce.Say("report.rule-does", truce.WordArg(string(r.Verb)), truce.WordArg(r.Object.String())))}
	if r.Verb == truce.Assessed {
		x.Verb = v.p.Verb(r.Verb)
	}
	if len(r.accounts) == 0 {
		return x
	}
	v.readings(r, &x)
	for _, t := range r.Turning {
		x.Turning = append(x.Turning, v.turns(r, t))
	}
	if r.Verb == truce.Assessed { // its sentences say what is missing
		return x
	}
	for _, k := range r.Missing {
		y := missingView{What: v.p.Say(truce.Phrase{ID: factOf[k.Kind]}), Of: v.num(k.Of, name, v.p.Say(truce.Phrase{ID: factOf[k.Kind]}))}
		for _, e := range k.Examples {
			y.Examples = append(y.Examples, escaped(v.p.Say(e.Phrase))+" "+v.num(e.Of, name, v.p.Say(e.Phrase)))
		}
		if k.More > 0 {
			y.More = v.p.Say(truce.Say("report.more", truce.NumArg(int64(k.More))))
		}
		x.Missing = append(x.Missing, y)
	}
	v.answers(r, &x)
	v.margins(r, &x)
	v.weeks(r, &x)
	return x
}

// readings shows what a rule says under each column of readings, and under all of them together.
func (v *page) readings(r *Rule, x *ruleView) {
	var with []Standing
	for _, s := range shown {
		any := len(r.By[s]) > 0
		for _, c := range r.Columns {
			any = any || len(c.By[s]) > 0
		}
		if any {
			with = append(with, s)
		}
	}
	x.Readings.Head = []string{v.p.Say(truce.Say("report.column.readings"))}
	for _, s := range with {
		x.Readings.Head = append(x.Readings.Head, v.word(s))
	}
	row := tableRow{Class: "total", Name: escaped(v.p.Say(truce.Say("report.all-readings")))}
	for _, s := range with {
		row.Cells = append(row.Cells, v.num(r.By[s], x.Name, v.word(s)))
	}
	x.Readings.Rows = append(x.Readings.Rows, row)
	if len(r.Columns) < 2 {
		return
	}
	for k, c := range r.Columns {
		if k == HTMLColumns {
			x.MoreColumns = v.p.Say(truce.Say("report.more", truce.NumArg(int64(len(r.Columns)-k))))
			break
		}
		label := v.column(r, c)
		row := tableRow{Name: escaped(label)}
		for _, s := range with {
			row.Cells = append(row.Cells, v.num(c.By[s], x.Name, label, v.word(s)))
		}
		x.Readings.Rows = append(x.Readings.Rows, row)
	}
}

// column names the readings of a column: the readings of each term that makes a difference.
func (v *page) column(r *Rule, c Column) string {
	var parts []string
	for _, set := range c.Of {
		parts = append(parts, v.p.Term(set.Term)+": "+v.readingSet(r, set))
	}
	const most = 6
	for k, choice := range c.Choices {
		if k == most {
			parts = append(parts, v.p.Say(truce.Say("report.more", truce.NumArg(int64(len(c.Choices)-k)))))
			break
		}
		var names []string
		for _, x := range choice {
			names = append(names, v.p.Reading(x))
		}
		parts = append(parts, strings.Join(names, " + "))
	}
	if len(parts) == 0 {
		return v.p.Say(truce.Say("report.all-readings"))
	}
	return strings.Join(parts, " · ")
}

// readingSet names some readings of a term; of nearly all, those that are not among them.
func (v *page) readingSet(r *Rule, set ReadingSet) string {
	term := v.plan.Term(set.Term)
	var in, out []truce.Arg
	for _, rd := range term.Readings {
		a := readingAlone(truce.Choice{Term: set.Term, Reading: rd.ID})
		if slices.Contains(set.Readings, rd.ID) {
			in = append(in, a)
		} else {
			out = append(out, a)
		}
	}
	if len(in) > 3 && len(out) < len(in) {
		return v.p.Say(truce.Say("report.all-but", truce.ListArg(out...)))
	}
	return v.p.Say(truce.Say("report.value", truce.OrArg(in...)))
}

// turns shows what the readings of a term make of what turns on it; readings that make the same of it and that nobody holds
// share a row.
func (v *page) turns(r *Rule, t Turning) turningView {
	name := v.p.Rule(r.ID)
	out := turningView{Title: v.p.Say(truce.Say("report.turning", number(t.Of), truce.TermArg(t.Term)))}
	depends := slices.ContainsFunc(t.Readings, func(x TurningReading) bool { return len(x.Depends) > 0 })
	out.Table.Head = append(v.says(truce.Say("report.column.reading"), truce.Say("report.column.held")), v.word(Standing(truce.Breached)))
	if depends {
		out.Table.Head = append(out.Table.Head, v.p.Say(truce.Say("report.column.depends")))
	}
	out.Table.Head = append(out.Table.Head, v.p.Say(truce.Say("report.column.possible")), v.word(NoBreach))
	said := make([]bool, len(t.Readings))
	for i, x := range t.Readings {
		if said[i] {
			continue
		}
		var list []truce.Arg
		for k, y := range t.Readings {
			if k == i || k > i && !said[k] && len(x.Reading.HeldBy)+len(y.Reading.HeldBy) == 0 && x.same(y) {
				said[k] = true
				list = append(list, readingAlone(truce.Choice{Term: t.Term, Reading: y.Reading.ID}))
			}
		}
		label := v.p.Say(truce.Say("report.value", truce.OrArg(list...)))
		cells := []template.HTML{escaped(v.heldBy(x.Reading)), v.num(x.Breached, name, label, out.Table.Head[2])}
		if depends {
			cells = append(cells, v.num(x.Depends, name, label, out.Table.Head[3]))
		}
		n := len(cells) + 1
		cells = append(cells, v.num(x.Open, name, label, out.Table.Head[n]), v.num(x.Clear, name, label, out.Table.Head[n+1]))
		out.Table.Rows = append(out.Table.Rows, tableRow{Name: escaped(label), Cells: cells})
	}
	return out
}

// heldBy names those who hold a reading.
func (v *page) heldBy(rd *truce.Reading) string {
	if len(rd.HeldBy) == 0 {
		return v.p.Say(truce.Say("report.nobody-holds"))
	}
	var list []truce.Arg
	for _, h := range rd.HeldBy {
		list = append(list, truce.ActorArg(h.Actor))
	}
	return v.p.Arg(truce.ListArg(list...))
}

func (v *page) answers(r *Rule, x *ruleView) {
	if len(r.Answers) == 0 && len(r.Nobody) == 0 {
		return
	}
	x.Answers.Head = v.says(truce.Say("report.column.actor"), truce.Say("report.column.did"), truce.Say("report.column.may"), truce.Say("report.column.open"), truce.Say("report.column.answering"))
	for _, a := range r.Answers {
		who := v.p.Actor(a.Actor)
		var list []truce.Arg
		for _, g := range a.Answering {
			list = append(list, truce.ActorArg(g))
		}
		x.Answers.Rows = append(x.Answers.Rows, tableRow{Name: escaped(who), Cells: []template.HTML{v.num(a.Known, x.Name, who, x.Answers.Head[1]),
			v.num(a.May, x.Name, who, x.Answers.Head[2]), v.num(a.Open, x.Name, who, x.Answers.Head[3]), escaped(v.p.Arg(truce.ListArg(list...)))}})
	}
	if len(r.Nobody) > 0 {
		who := v.p.Say(truce.Say("report.nobody"))
		x.Answers.Rows = append(x.Answers.Rows, tableRow{Name: escaped(who), Cells: []template.HTML{v.num(r.Nobody, x.Name, who), "", "", ""}})
	}
}

func (v *page) margins(r *Rule, x *ruleView) {
	if len(r.Margins) == 0 {
		return
	}
	x.Margins.Head = v.says(truce.Say("report.column.readings"), truce.Say("report.column.result"), truce.Say("report.column.number"), truce.Say("report.column.median"), truce.Say("report.column.least"), truce.Say("report.column.most"))
	for _, g := range r.Margins {
		if g.Column >= HTMLColumns {
			break
		}
		label := v.column(r, r.Columns[g.Column])
		write := func(n int64) template.HTML {
			switch g.Unit {
			case "metres":
				return escaped(v.p.Metres(truce.Tenths(n)))
			case "time":
				return escaped(v.p.Arg(truce.Arg{Kind: truce.ArgDuration, N: n}))
			}
			return escaped(v.p.Number(n))
		}
		res := v.p.Result(g.Result)
		x.Margins.Rows = append(x.Margins.Rows, tableRow{Name: escaped(label), Cells: []template.HTML{escaped(res), v.num(g.Of, x.Name, label, res), write(g.Median),
			write(g.Least) + " " + v.one(g.LeastAt), write(g.Most) + " " + v.one(g.MostAt)}})
	}
}

// one links a single thing.
func (v *page) one(i int32) template.HTML {
	t := &v.Things[i]
	id := html.EscapeString(t.ID)
	if !v.annexed(t) {
		return template.HTML(`<bdi class="id">` + id + `</bdi>`)
	}
	return template.HTML(fmt.Sprintf(`<a class="id" href="#t%d"><bdi>%s</bdi></a>`, i, id))
}

// annexed reports whether a thing has a row of its own in the annex.
func (v *page) annexed(t *Thing) bool { return t.Judged || t.Observation == nil }

// charted lists the standings that time lines show, from the bottom.
var charted = []Standing{Standing(truce.Breached), Turns, Standing(truce.Undetermined), Standing(truce.Kept), NoBreach, Standing(truce.Suspended), Standing(truce.NotDue)}

func (v *page) weeks(r *Rule, x *ruleView) {
	var with []Standing
	for _, s := range charted {
		if slices.ContainsFunc(r.Series.Bins, func(b Bin) bool { return len(b.By[s]) > 0 }) {
			with = append(with, s)
		}
	}
	if len(r.Series.Unplaced) > 0 {
		x.Unplaced = escaped(v.p.Say(truce.Say("report.unplaced"))) + " " + v.num(r.Series.Unplaced, x.Name, v.p.Say(truce.Say("report.unplaced")))
	}
	if len(with) == 0 {
		return
	}
	placed := 0
	for _, b := range r.Series.Bins {
		for _, s := range with {
			placed += len(b.By[s])
		}
	}
	if placed >= chartLeast {
		x.Series = v.series(r, with)
	}
	x.Weeks.Head = append([]string{v.p.Say(truce.Phrase{ID: unitWord[r.Series.Unit]})}, func() (out []string) {
		for _, s := range with {
			out = append(out, v.word(s))
		}
		return out
	}()...)
	for _, b := range r.Series.Bins {
		row := tableRow{Name: escaped(v.p.Span(b.When))}
		any := false
		for _, s := range with {
			any = any || len(b.By[s]) > 0
			row.Cells = append(row.Cells, v.num(b.By[s], x.Name, v.p.Span(b.When), v.word(s)))
		}
		if any {
			x.Weeks.Rows = append(x.Weeks.Rows, row)
		}
	}
}

var unitWord = map[string]string{"week": "report.unit.week", "month": "report.unit.month", "year": "report.unit.year"}

// Counting rules.

type countView struct {
	Rule, Note string
	Chart      template.HTML
	Table      table
}

func (v *page) CountTables() []countView {
	var out []countView
	for _, r := range v.Rules {
		if !counts(r) {
			continue
		}
		x := countView{Rule: v.p.Rule(r.ID), Note: v.p.Say(countNote(r)), Chart: v.countChart(r)}
		x.Table.Head = v.says(truce.Say("report.column.counting"), truce.Say("report.column.unit"), truce.Say("report.column.every"), truce.Say("report.column.any"))
		columns := len(r.Columns) > 1 && len(r.Columns) <= HTMLCountColumns
		if columns {
			for _, c := range r.Columns {
				x.Table.Head = append(x.Table.Head, v.column(r, c))
			}
		}
		for _, c := range r.Counts {
			name := countingName(v.p, c.Counting)
			row := tableRow{Name: escaped(name), Cells: []template.HTML{escaped(v.p.Arg(unitOf(c.Counting))), v.between(c.Every, x.Rule, name, x.Table.Head[2]), v.between(c.Any, x.Rule, name, x.Table.Head[3])}}
			if columns {
				for k, y := range c.Columns {
					row.Cells = append(row.Cells, v.between(y[0], x.Rule, name, x.Table.Head[4+k])+" / "+v.between(y[1], x.Rule, name, x.Table.Head[4+k], x.Table.Head[3]))
				}
			}
			x.Table.Rows = append(x.Table.Rows, row)
		}
		out = append(out, x)
	}
	return out
}

// unitOf says what a counting rule takes as one.
func unitOf(c *truce.Counting) truce.Arg {
	unit := truce.WordArg(string(c.Unit))
	switch {
	case c.Unit == truce.CountEpisodes && c.Near > 0:
		return truce.PhraseArg(truce.Say("report.count-unit.near", truce.DurArg(c.Gap), truce.MetresArg(truce.Tenths(c.Near*10))))
	case c.Unit == truce.CountEpisodes:
		return truce.PhraseArg(truce.Say("report.count-unit.gap", truce.DurArg(c.Gap)))
	}
	return truce.PhraseArg(truce.Say("report.count-unit.plain", unit))
}

// Before and after.

type dateView struct {
	When, What string
	Chart      template.HTML
	Table      table
}

func (v *page) DateViews() []dateView {
	var out []dateView
	for _, d := range v.Model.Dates {
		x := dateView{When: v.p.Span(d.When), What: strings.Join(v.says(d.occasion()...), " · ")}
		x.Table.Head = v.says(truce.Say("report.column.window"), truce.Say("report.column.what"), truce.Say("report.column.before"), truce.Say("report.column.after"), truce.Say("report.column.ratio"), truce.Say("report.column.relative"), truce.Say("report.column.unclear"))
		for _, w := range d.Compare {
			if w.empty() {
				continue
			}
			name := v.p.Say(truce.Say("report.days", truce.NumArg(int64(w.Days))))
			if len(v.scopes) > 1 {
				name += " · " + v.p.Say(ruleList(w.Rules))
			}
			add := func(n int, what truce.Phrase, r Rate, more ...template.HTML) {
				row := tableRow{Cells: []template.HTML{escaped(v.p.Say(what)), v.num(r.Before, x.When, name, v.p.Say(what), x.Table.Head[2]), v.num(r.After, x.When, name, v.p.Say(what), x.Table.Head[3]), escaped(ratio(v.p, r))}}
				if n == 0 {
					row.Class, row.Name = "first", escaped(name)
				}
				for len(more) < 2 {
					more = append(more, "")
				}
				row.Cells = append(row.Cells, more...)
				x.Table.Rows = append(x.Table.Rows, row)
			}
			relative := template.HTML("")
			if w.RelativeKnown {
				relative = escaped(hundredths(v.p, w.Relative))
			}
			add(0, truce.Say("report.column.inside"), w.Inside, relative, v.num(w.Unclear, x.When, name, x.Table.Head[6]))
			add(1, truce.Say("report.column.likely"), w.Likely)
			if w.HasRest {
				add(2, truce.Say("report.column.rest"), w.Rest)
			}
		}
		if len(x.Table.Rows) == 0 {
			continue
		}
		x.Chart = v.forest(d)
		out = append(out, x)
	}
	return out
}

func (v *page) LaterDates() string { return v.more(v.MoreDates) }
func (v *page) RatesNote() string  { return v.p.Say(ratesNote()) }

// Actors.

func (v *page) NamedTable() table {
	t := table{Head: v.says(truce.Say("report.column.actor"), truce.Say("report.column.judged"), truce.Say("report.class.adhering"), truce.Say("report.class.excluded"), truce.Say("report.class.neither"), truce.Say("report.class.unknown"), truce.Say("report.column.all"))}
	for _, n := range v.Model.Named[:min(len(v.Model.Named), HTMLActors)] {
		who := v.p.Actor(n.Actor)
		row := tableRow{Name: escaped(who), Cells: []template.HTML{v.num(n.Of, who)}}
		for k, c := range classes {
			var of Tally
			for _, x := range n.Classes {
				if x.Class == c {
					of = x.Of
				}
			}
			row.Cells = append(row.Cells, v.num(of, who, t.Head[k+2]))
		}
		row.Cells = append(row.Cells, v.num(n.All, who, t.Head[6]))
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (v *page) MoreNamed() string { return v.more(len(v.Model.Named) - HTMLActors) }

func (v *page) more(n int) string {
	if n <= 0 {
		return ""
	}
	return v.p.Say(truce.Say("report.more", truce.NumArg(int64(n))))
}

func (v *page) StrangerTable() table {
	t := table{Head: v.says(truce.Say("report.column.name"), truce.Say("report.column.judged"), truce.Say("report.column.all"), truce.Say("report.column.nearest"))}
	for _, n := range v.Model.Strangers[:min(len(v.Model.Strangers), HTMLActors)] {
		who := v.data(n.Name)
		near := template.HTML("")
		if n.Nearest != "" {
			near = escaped(v.p.Actor(n.Nearest))
		}
		t.Rows = append(t.Rows, tableRow{Name: escaped(who), Cells: []template.HTML{v.num(n.Of, who), v.num(n.All, who, t.Head[2]), near}})
	}
	return t
}

func (v *page) MoreStrangers() string { return v.more(len(v.Model.Strangers) - HTMLActors) }

// What was not seen, not judged, not taken.

func (v *page) Gaps() []template.HTML {
	var out []template.HTML
	for _, g := range v.gaps() {
		s := v.p.Say(g.Phrase)
		h := escaped(s)
		if len(g.Of) > 0 {
			h += " " + template.HTML(fmt.Sprintf(`<a class="ids" href="#l%d">%s</a>`, v.ref(g.Of, s), html.EscapeString(v.p.Say(truce.Say("report.ids")))))
		}
		out = append(out, h)
	}
	return out
}

// Records lists where somebody looked and where the mechanism was hindered.
func (v *page) Records() table {
	t := table{Head: v.says(truce.Say("report.column.id"), truce.Say("report.column.what"), truce.Say("report.column.when"), truce.Say("report.column.where"), truce.Say("report.column.source"))}
	for _, i := range join(v.Coverage.Looked, v.Coverage.Hindered) {
		if len(t.Rows) == HTMLRecords {
			break
		}
		o := v.Things[i].Observation
		t.Rows = append(t.Rows, tableRow{Name: v.one(i), Cells: []template.HTML{escaped(v.p.Kind(o.Kind)), escaped(v.p.Span(o.When)), escaped(v.placeOf(o)), escaped(v.sourceOf(o))}})
	}
	return t
}

func (v *page) MoreRecords() string {
	return v.more(len(v.Coverage.Looked) + len(v.Coverage.Hindered) - HTMLRecords)
}

func (v *page) RejectedCodes() []Pair {
	var out []Pair
	for _, r := range v.Coverage.Rejected {
		out = append(out, Pair{r.Code, v.p.Number(int64(r.Rows))})
	}
	return out
}

func (v *page) RejectedRows() table {
	t := table{Head: v.says(truce.Say("report.column.row"), truce.Say("report.column.field"), truce.Say("report.column.reason"))}
	for _, p := range v.Coverage.Examples[:min(len(v.Coverage.Examples), HTMLRejects)] {
		reason := `<span dir="ltr" lang="en">` + html.EscapeString(visible(p.Message))
		if p.Hint != "" {
			reason += `<br/><small>` + html.EscapeString(visible(p.Hint)) + `</small>`
		}
		t.Rows = append(t.Rows, tableRow{Name: fileRow(p.File, p.Line), Cells: []template.HTML{`<bdi>` + escaped(visible(p.Field)) + `</bdi>`, template.HTML(reason + `</span>`)}})
	}
	return t
}

func (v *page) MoreRejected() string {
	return v.more(len(v.Coverage.Examples) + v.replay.MoreRejects - HTMLRejects)
}

func fileRow(file string, row int) template.HTML {
	if row > 0 {
		file += ":" + strconv.Itoa(row)
	}
	return template.HTML(`<bdi class="id">` + html.EscapeString(visible(file)) + `</bdi>`)
}

// Comparisons.

type comparedView struct {
	Name, Plan string
	Same       bool
	Rules      []comparedRule
}

type comparedRule struct {
	Name  string
	Says  []string
	Table table
}

func (v *page) ComparedViews() []comparedView {
	var out []comparedView
	for k, c := range v.Model.Compared {
		x := comparedView{Name: v.data(c.Name), Plan: c.Plan.Short(), Same: c.Same}
		for _, r := range c.Rules {
			y := comparedRule{Name: v.ruleName(v.p, k, r.Rule)}
			var after []Standing
			var before []Standing
			for _, ch := range r.Changes {
				if !slices.Contains(after, ch.After) {
					after = append(after, ch.After)
				}
				if !slices.Contains(before, ch.Before) {
					before = append(before, ch.Before)
				}
				y.Says = append(y.Says, v.p.Say(change(y.Name, ch)))
			}
			slices.SortFunc(after, func(a, b Standing) int { return cmp.Compare(a.grave(), b.grave()) })
			y.Table.Head = []string{v.p.Say(truce.Say("report.column.matrix"))}
			for _, s := range after {
				y.Table.Head = append(y.Table.Head, v.word(s))
			}
			for _, b := range before {
				row := tableRow{Name: signOf(b) + " " + escaped(v.word(b))}
				for _, a := range after {
					var of Tally
					for _, ch := range r.Changes {
						if ch.Before == b && ch.After == a {
							of = ch.Of
						}
					}
					row.Cells = append(row.Cells, v.num(of, x.Name, y.Name, v.word(b), v.word(a)))
				}
				y.Table.Rows = append(y.Table.Rows, row)
			}
			x.Rules = append(x.Rules, y)
		}
		out = append(out, x)
	}
	return out
}

// Terms and their readings.

type termView struct {
	Name     string
	Readings []readingView
}

type readingView struct {
	Name, Note, Quote string
	Held              []heldView
	Says              string
	From              string
	URL               string
}

type heldView struct{ Who, Since, Source string }

func (v *page) Terms() []termView {
	var out []termView
	for _, t := range v.Agreement.Terms {
		used := slices.ContainsFunc(v.Rules, func(r *Rule) bool { return slices.Contains(r.Terms, t.ID) })
		if !used {
			continue
		}
		x := termView{Name: v.p.Term(t.ID)}
		for _, rd := range t.Readings {
			y := readingView{Name: v.p.Reading(truce.Choice{Term: t.ID, Reading: rd.ID}), Note: v.data(rd.Note.In(v.p.Lang()))}
			for _, h := range rd.HeldBy {
				z := heldView{Who: v.p.Actor(h.Actor), Since: v.data(h.Since)}
				if h.Source != "" && h.Source != rd.Source {
					z.Source = v.p.Source(h.Source)
				}
				y.Held = append(y.Held, z)
			}
			if rd.Source != "" {
				y.From = v.p.Source(rd.Source)
			}
			for _, s := range v.Agreement.Statements {
				if s.ID == rd.Source {
					y.Says, y.URL = v.data(s.Says.In(v.p.Lang())), s.Reference
				}
			}
			x.Readings = append(x.Readings, y)
		}
		out = append(out, x)
	}
	return out
}

// Inputs.

func (v *page) InputTable() table {
	t := table{Head: append(v.says(truce.Say("report.column.file"), truce.Say("report.column.format"), truce.Say("report.column.rows"), truce.Say("report.column.observations"), truce.Say("report.column.positions"), truce.Say("report.column.repeated"), truce.Say("report.column.rejected")), "SHA-256")}
	for _, in := range v.Model.Inputs {
		n := func(n int) template.HTML { return escaped(v.p.Number(int64(n))) }
		name := `<bdi class="id">` + html.EscapeString(visible(in.Name)) + `</bdi>`
		for _, s := range in.Notes {
			name += `<br/><small dir="ltr" lang="en">` + html.EscapeString(visible(s)) + `</small>`
		}
		t.Rows = append(t.Rows, tableRow{Name: template.HTML(name), Cells: []template.HTML{escaped(in.Format), n(in.Rows), n(in.Observations), n(in.Fixes), n(in.Duplicates), n(in.Rejected),
			template.HTML(`<bdi class="hash">` + in.SHA256.String() + `</bdi>`)}})
	}
	return t
}

func (v *page) PlanHash() string { return v.Plan.String() }

// How to read it.

// how lists the explanations, in order: what is explained, and the explanation.
var how = [][2]string{
	{"report.how.outcomes", "report.how.outcomes-text"},
	{"report.how.readings", "report.how.readings-text"},
	{"report.how.open", "report.how.open-text"},
	{"report.how.chance", "report.how.chance-text"},
	{"report.how.margins", "report.how.margins-text"},
	{"report.how.attribution", "report.how.attribution-text"},
	{"report.how.counting", "report.how.counting-text"},
	{"report.how.rates", "report.how.rates-text"},
	{"report.how.silence", "report.how.silence-text"},
	{"report.how.numbers", "report.how.numbers-text"},
}

func (v *page) How() []Pair {
	var out []Pair
	for _, h := range how {
		out = append(out, Pair{v.p.Say(truce.Phrase{ID: h[0]}), v.p.Say(truce.Phrase{ID: h[1]})})
	}
	return out
}
