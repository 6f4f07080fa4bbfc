package report

import (
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"

	"truce"
	"truce/terms"
)

// The section on the rules, article by article.

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
	if r.Verb == truce.Assessed && len(r.accounts) == len(r.By[truce.Undetermined]) { // its sentence says so already
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
