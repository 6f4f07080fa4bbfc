package report

import (
	"fmt"
	"html"
	"html/template"
	"strings"

	"truce"
)

// The annex: every thing that rules speak of, with all that is known of it, and the lists of things behind the numbers.

// AnnexHead are the headings of the table of things.
func (v *page) AnnexHead() []string {
	return v.says(truce.Say("report.column.id"), truce.Say("report.column.when"), truce.Say("report.column.where"), truce.Say("report.column.who"), truce.Say("report.column.what"), truce.Say("report.column.says"), truce.Say("report.column.source"))
}

// Annex are the rows of the table of things. It is written here and not by the template, for there may be thousands.
func (v *page) Annex() template.HTML {
	var b strings.Builder
	for i := range v.Things {
		t := &v.Things[i]
		if !v.annexed(t) {
			continue
		}
		fmt.Fprintf(&b, "<tr id=\"t%d\"><th scope=\"row\"><bdi class=\"id\">%s</bdi>", i, html.EscapeString(t.ID))
		for _, label := range v.labelsOf(t) {
			b.WriteString(` <em class="label">` + html.EscapeString(label) + `</em>`)
		}
		b.WriteString("</th>")
		cell := func(s string) { b.WriteString("<td>" + html.EscapeString(s) + "</td>") }
		cell(v.p.Span(t.Subject.When))
		if o := t.Observation; o != nil {
			cell(v.placeOf(o))
			cell(v.partsOf(o))
			cell(v.whatOf(o))
		} else {
			cell(v.placeOfSubject(t.Subject))
			cell(v.whoOfSubject(t.Subject))
			cell(v.whatOfSubject(t.Subject))
		}
		b.WriteString("<td class=\"says\">")
		for _, r := range v.Rules {
			if s := t.Says[r.n]; s != Nothing && s != Standing(truce.NotApplicable) {
				fmt.Fprintf(&b, "<p class=\"%s\">%s: %s</p>", s.class(), html.EscapeString(v.p.Rule(r.ID)), html.EscapeString(v.word(s)))
			}
		}
		b.WriteString("</td><td>")
		if o := t.Observation; o != nil {
			b.WriteString(html.EscapeString(v.sourceOf(o)))
			if o.File != "" {
				b.WriteString(" " + string(fileRow(base(o.File), o.Row)))
			}
		} else if len(t.Subject.Records) > 0 {
			for k, id := range t.Subject.Records {
				if k > 0 {
					b.WriteString(" ")
				}
				b.WriteString(`<bdi class="id">` + html.EscapeString(string(id)) + `</bdi>`)
			}
		}
		b.WriteString("</td></tr>\n")
	}
	return template.HTML(b.String())
}

// base is the last part of a file's name: the inputs have the whole.
func base(name string) string {
	return name[strings.LastIndexAny(name, `/\`)+1:]
}

// labelsOf are the labels a thing must always carry.
func (v *page) labelsOf(t *Thing) []string {
	var out []string
	if t.Simulated {
		out = append(out, v.p.Say(truce.Say("report.label.simulated")))
	}
	if t.Moved {
		out = append(out, v.p.Say(truce.Say("report.label.moved")))
	}
	if t.Variant != "" {
		out = append(out, v.p.Say(truce.Say("report.label.only-in", truce.Str(t.Variant))))
	}
	return out
}

// placeOf says where an observation was, as far as that is known.
func (v *page) placeOf(o *truce.Observation) string {
	f, at, ok := v.base.Result.Where(o.Where)
	name := ""
	switch {
	case f != "":
		name = v.p.Place(f)
	case o.Where.Name != "":
		name = v.data(o.Where.Name)
	}
	switch {
	case !ok && name == "":
		return v.p.Say(truce.Say("report.place-unknown"))
	case !ok || o.Where.Kind != truce.PlacePoint:
		return name
	}
	within := truce.Say("report.place-exact", truce.Str(at.String()))
	if o.Where.Error > 0 {
		within = truce.Say("report.place-within", truce.Str(at.String()), truce.MetresArg(truce.Tenths(o.Where.Error*10)))
	}
	if name == "" {
		return v.p.Say(within)
	}
	return name + ", " + v.p.Say(within)
}

func (v *page) partsOf(o *truce.Observation) string {
	var parts []string
	for _, p := range o.Parts {
		name := v.data(p.Name)
		if id, ok := v.base.Result.Actor(p.Name, o.When); ok {
			name = v.p.Actor(id)
		}
		if p.Role == truce.RoleUnknown || p.Role == truce.RoleSide || p.Role == truce.RoleSubject {
			parts = append(parts, name)
		} else {
			parts = append(parts, v.p.Say(truce.Say("report.part", truce.Str(name), truce.Str(v.p.Role(p.Role)))))
		}
	}
	return strings.Join(parts, " · ")
}

func (v *page) whatOf(o *truce.Observation) string {
	parts := []string{}
	if o.What != "" {
		parts = append(parts, v.p.Word(o.What))
	} else {
		parts = append(parts, v.p.Kind(o.Kind))
	}
	if o.Result != truce.EndedUnknown {
		parts = append(parts, v.p.Ended(o.Result))
	}
	return strings.Join(parts, ", ")
}

func (v *page) sourceOf(o *truce.Observation) string {
	var parts []string
	if o.Source.ID != "" {
		parts = append(parts, v.data(o.Source.ID))
	}
	if o.Source.Standing != truce.StandingUnknown {
		parts = append(parts, v.p.Standing(o.Source.Standing))
	}
	return strings.Join(parts, ", ")
}

func (v *page) placeOfSubject(s truce.Subject) string {
	var parts []string
	if s.Place != "" {
		parts = append(parts, v.p.Place(s.Place))
	}
	if s.At != (truce.Position{}) {
		parts = append(parts, v.p.Say(truce.Say("report.place-within", truce.Str(s.At.String()), truce.MetresArg(truce.Tenths(s.Error*10)))))
	}
	return strings.Join(parts, ", ")
}

func (v *page) whoOfSubject(s truce.Subject) string {
	switch {
	case s.Unit != "" && s.Actor != "":
		return v.p.Say(truce.Say("report.unit-of", truce.Str(s.Unit), truce.ActorArg(s.Actor)))
	case s.Unit != "":
		return v.data(s.Unit)
	case s.Actor != "":
		return v.p.Actor(s.Actor)
	}
	return ""
}

func (v *page) whatOfSubject(s truce.Subject) string {
	if s.Kind == "episode" {
		return v.p.Say(truce.Say("report.stay", truce.NumArg(int64(s.Count))))
	}
	return v.p.Word(s.Kind)
}

// Lists are the lists of things behind the numbers, in the order in which the numbers stand. A list of more than half of all
// observations says which are not in it.
func (v *page) Lists() template.HTML {
	var b strings.Builder
	ids := func(t Tally) {
		for k, i := range t {
			if k > 0 {
				b.WriteByte(' ')
			}
			x := &v.Things[i]
			if v.annexed(x) {
				fmt.Fprintf(&b, `<a href="#t%d">%s</a>`, i, html.EscapeString(x.ID))
			} else {
				b.WriteString(html.EscapeString(x.ID))
			}
		}
	}
	says := func(p truce.Phrase) { b.WriteString("<p>" + html.EscapeString(v.p.Say(p)) + "</p>") }
	write := func(class string, t Tally) {
		b.WriteString(`<p class="` + class + `" dir="ltr">`)
		ids(t)
		b.WriteString("</p>")
	}
	for n, l := range v.lists.list {
		fmt.Fprintf(&b, "<li id=\"l%d\"><p><b>%s</b> %s</p>", n+1, html.EscapeString(v.p.Number(int64(len(l.of)))), html.EscapeString(l.caption))
		if rest := without(v.all, l.of); 2*len(l.of) > len(v.all) && len(rest) < len(l.of) {
			says(truce.Say("report.all-except", truce.NumArg(int64(len(v.all))), truce.NumArg(int64(len(rest)))))
			write("ids except", rest)
			if others := without(l.of, v.all); len(others) > 0 {
				says(truce.Say("report.and-these"))
				write("ids", others)
			}
		} else {
			write("ids", l.of)
		}
		b.WriteString("</li>\n")
	}
	return template.HTML(b.String())
}

// AllIDs is every observation read, in order of time.
func (v *page) AllIDs() template.HTML {
	var b strings.Builder
	for k, i := range v.all {
		if k > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(html.EscapeString(v.Things[i].ID))
	}
	return template.HTML(b.String())
}

// AllCount is how many observations were read.
func (v *page) AllCount() string { return v.p.Number(int64(len(v.all))) }

// without is the things of a that are not in b.
func without(a, b Tally) Tally {
	var out Tally
	k := 0
	for _, i := range a {
		for k < len(b) && b[k] < i {
			k++
		}
		if k == len(b) || b[k] != i {
			out = append(out, i)
		}
	}
	return out
}
