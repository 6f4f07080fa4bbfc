package report

import (
	"cmp"
	"fmt"
	"html"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"truce"
)

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
				y.Says = append(y.Says, v.p.Say(v.change(v.p, k, y.Name, ch)))
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
							of = append(of, ch.Of...)
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
