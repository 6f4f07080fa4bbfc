package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"truce"
	"truce/internal/intake"
	"truce/internal/lang"
	"truce/internal/replay"
)

// Without any record there is still a report: it says that nothing was observed.
func TestNothingObserved(t *testing.T) {
	r := replayed(t, replay.Options{Variants: []replay.Variant{{Name: "small", Plan: planOf(t, "internal/report/testdata/small")}}})
	for _, code := range lang.Languages {
		root, err := tree(pageOf(t, r, code))
		if err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		if problems, _ := checkNumbers(root); len(problems) > 0 {
			t.Errorf("%s: %s", code, problems[0])
		}
		var b bytes.Buffer
		if err := WriteText(&b, r, TextOptions{Lang: code}); err != nil {
			t.Fatal(err)
		}
		if p := lang.For(code); !strings.Contains(b.String(), p.Say(truce.Say("report.verdict.nothing"))) {
			t.Errorf("%s: the text does not say that nothing was observed", code)
		}
	}
	if err := WriteJSON(io.Discard, r, true); err != nil {
		t.Fatal(err)
	}
}

// What was not known at the time asked for is left out, and that is said.
func TestKnownAt(t *testing.T) {
	const rows = `{"id":"x:1","kind":"incident","what":"shelling","time":"2017-07-12","received":"2017-07-13T09:00:00Z","place":{"lat":32.6,"lon":36.1,"error_m":10},"parts":[{"name":"north","role":"initiator"},{"name":"south","role":"target"}],"source":"t"}
{"id":"x:2","kind":"incident","what":"shelling","time":"2017-07-12","received":"2017-07-20T09:00:00Z","place":{"lat":32.6,"lon":36.1,"error_m":10},"parts":[{"name":"north","role":"initiator"},{"name":"south","role":"target"}],"source":"t"}
`
	at, _ := truce.Clock{}.Instant(truce.Wall{Year: 2017, Month: 7, Day: 15})
	r := replayed(t, replay.Options{KnownAt: at, Variants: []replay.Variant{{Name: "small", Plan: planOf(t, "internal/report/testdata/small")}},
		Inputs: []replay.Input{{Name: "x", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(rows)), nil }}}})
	m := NewModel(r)
	if len(m.Rules[0].Every) != 1 || m.Coverage.Later != 1 {
		t.Errorf("%d breaches, %d left out", len(m.Rules[0].Every), m.Coverage.Later)
	}
	var b bytes.Buffer
	if err := WriteText(&b, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"As known at", "later records left out: 1", "Not known yet at"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the text does not say %q", want)
		}
	}
}

// Real movements shifted to another place are labelled as such wherever they stand.
func TestMovedIsLabelled(t *testing.T) {
	const rows = `{"id":"x:1","kind":"incident","what":"shelling","time":"2017-07-12","place":{"lat":32.6,"lon":36.1,"error_m":10},"parts":[{"name":"north","role":"initiator"},{"name":"south","role":"target"}],"source":"t","moved":true}
{"id":"x:2","kind":"incident","what":"shelling","time":"2017-07-12","place":{"lat":32.6,"lon":36.1,"error_m":10},"parts":[{"name":"north","role":"initiator"},{"name":"south","role":"target"}],"source":"t"}
{"kind":"fix","unit":"bus 7","actor":"legion","time":"2017-07-12T06:30:00+03:00","lat":32.78,"lon":36.00,"error_m":30,"moved":true}
`
	r := observedReplay(t, rows)
	root, err := tree(pageOf(t, r, "en"))
	if err != nil {
		t.Fatal(err)
	}
	labelled := map[string]bool{}
	for _, row := range root.byID("annex").all("tr", "")[1:] {
		for _, l := range row.all("em", "label") {
			labelled[strings.Fields(row.all("th", "")[0].text)[0]] = strings.Contains(l.text, "moved")
		}
	}
	if !labelled["x:1"] || labelled["x:2"] || !labelled["bus_7@2017-07-12T03:30:00Z"] {
		t.Errorf("labelled: %v", labelled)
	}
	if w := root.all("div", "warnings")[0].text; strings.Count(w, "MOVED") != 2 || strings.Contains(w, "SIMULATED") {
		t.Errorf("warnings: %s", w)
	}
	if !strings.Contains(root.all("svg", "map")[0].text, "moved") {
		t.Error("the map is not labelled")
	}
	var b bytes.Buffer
	if err := WriteJSON(&b, r, false); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(b.String(), "\n") {
		if is := strings.Contains(line, `"moved":true`); strings.Contains(line, `"line":"account"`) && is != (strings.Contains(line, `"x:1"`) || strings.Contains(line, `"unit":"bus 7"`)) {
			t.Errorf("labelled %v: %s", is, line)
		}
	}
}

// More dates than are shown are counted.
func TestManyDates(t *testing.T) {
	a := *planOf(t, "internal/report/testdata/small").Agreement
	clock := a.Clock
	for i := range MaxDates + 5 {
		day := clock.Day(2017, 7, 10+i)
		a.Moments = append(a.Moments, truce.Moment{ID: truce.MomentID(fmt.Sprintf("m-%d", i)), At: truce.TimeExpr{Kind: truce.TimeAt, At: day, Day: true}})
	}
	rows := `{"id":"x:1","kind":"incident","what":"shelling","time":"2017-01-01","source":"t"}` + "\n" + `{"id":"x:2","kind":"incident","what":"shelling","time":"2017-12-31","source":"t"}` + "\n"
	r := replayed(t, replay.Options{Variants: []replay.Variant{{Name: "small", Plan: compiled(t, &a)}},
		Inputs: []replay.Input{{Name: "x", Intake: intake.Options{}, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(rows)), nil }}}})
	if m := NewModel(r); len(m.Dates) != MaxDates || m.MoreDates != 7 { // the signature and the entry into force as well
		t.Errorf("%d dates and %d more", len(m.Dates), m.MoreDates)
	}
}

// A rule that only the other plan has is compared too, by its own name, and what it asks for is labelled.
func TestComparedWithAnotherRule(t *testing.T) {
	p := planOf(t, "internal/report/testdata/small")
	a := *p.Agreement
	a.Articles = slices.Clone(a.Articles)
	last := &a.Articles[2]
	last.Rules = slices.Clone(last.Rules)
	k := slices.IndexFunc(last.Rules, func(u truce.Rule) bool { return u.ID == "later" })
	last.Rules[k].ID, last.Rules[k].Name = "sooner", truce.Words{EN: "reduction at once"}
	r := replayed(t, replay.Options{Variants: []replay.Variant{{Name: "first", Plan: p}, {Name: "second", Plan: compiled(t, &a)}, {Name: "third", Plan: p}},
		Inputs: files(t, intake.Options{}, "internal/report/testdata/simulated.ndjson")})
	m := NewModel(r)
	if len(m.Compared) != 2 || m.Compared[0].Same || !m.Compared[1].Same {
		t.Fatalf("compared: %+v", m.Compared)
	}
	found := 0
	for _, c := range m.Compared[0].Rules {
		for _, x := range c.Changes {
			thing := m.Things[x.Of[0]]
			switch {
			case c.Rule == "later" && x.Before == Standing(truce.NotDue) && x.After == Nothing && thing.ID == "later" && thing.Variant == "":
				found++
			case c.Rule == "sooner" && x.Before == Nothing && x.After == Standing(truce.NotDue) && thing.ID == "sooner" && thing.Variant == "second":
				found++
			default:
				t.Errorf("%s: %s to %s of %s in %q", c.Rule, x.Before, x.After, thing.ID, thing.Variant)
			}
		}
	}
	if found != 2 {
		t.Errorf("%d changes as they should be", found)
	}
	page := pageOf(t, r, "en")
	for _, want := range []string{"reduction at once: 1 from “not spoken of” to “not due”", "only under second", "Nothing differs."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
