package report

import (
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"io"
	"regexp"
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

// signOf is the sign of a standing: shape and colour.
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
func (v *page) Warnings() []string    { return v.says(v.warnings()...) }
func (v *page) Notes() []string       { return v.notes() }
func (v *page) Reference() string     { return v.Agreement.PublishedBy.Reference }
func (v *page) HasMap() bool          { return len(v.marks) > 0 || len(v.Agreement.Places) > 0 }
func (v *page) HasCompared() bool     { return len(v.Model.Compared) > 0 }
func (v *page) HasTerms() bool        { return len(v.Terms()) > 0 }
func (v *page) Legend() []legendEntry { return v.legend(shown) }

// isoDate is a date that must not be torn apart at the end of a line: in Arabic its halves would change places.
var isoDate = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// Publication says which version of the text this is and who published it.
func (v *page) Publication() []template.HTML {
	var out []template.HTML
	for _, s := range v.says(v.publication()...) {
		out = append(out, template.HTML(isoDate.ReplaceAllString(html.EscapeString(s), `<span class="iso">$0</span>`)))
	}
	return out
}

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
				if !r.unassessed(s) {
					t = join(t, r.By[s])
				}
			}
			row.Cells = append(row.Cells, v.num(t, v.articleName(a), v.word(s)))
		}
		out = append(out, row)
	}
	return out
}

// unassessed reports that the standing only says that people have not assessed the rule yet, which is no doubt about a fact.
func (r *Rule) unassessed(s Standing) bool {
	return r.Verb == truce.Assessed && s == Standing(truce.Undetermined)
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

// escaped makes text safe to stand in HTML.
func escaped(s string) template.HTML { return template.HTML(html.EscapeString(s)) }

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
