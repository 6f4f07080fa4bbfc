package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"

	"truce"
	"truce/internal/intake"
	"truce/internal/lang"
	"truce/internal/replay"
	"truce/terms"
)

// small is a replay of made-up observations against the small agreement, and under one reading alone.
func small(t testing.TB) *replay.Replay {
	p := planOf(t, "internal/report/testdata/small")
	read, err := terms.WithReading(p.Agreement, "foreign=by-invitation")
	if err != nil {
		t.Fatal(err)
	}
	return replayed(t, replay.Options{Variants: []replay.Variant{{Name: "2017-07-07", Plan: p}, {Name: "foreign=by-invitation", Plan: compiled(t, read)}},
		Inputs: files(t, intake.Options{}, "internal/report/testdata/simulated.ndjson")})
}

// pageOf writes the report of a replay in a language.
func pageOf(t testing.TB, r *replay.Replay, code string) string {
	var b bytes.Buffer
	others := map[string]string{"en": "report.html", "ar": "report.ar.html", "ru": "report.ru.html"}
	if err := WriteHTML(&b, r, HTMLOptions{Lang: code, Files: others}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// node is an element of a page.
type node struct {
	name string
	attr map[string]string
	text string // its own text and that of all in it
	kids []*node
}

// tree parses a page as XML: what is open is closed, in order, and every attribute is quoted.
func tree(page string) (*node, error) {
	d := xml.NewDecoder(strings.NewReader(page))
	root := &node{}
	stack := []*node{root}
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			n := &node{name: tok.Name.Local, attr: map[string]string{}}
			for _, a := range tok.Attr {
				if _, twice := n.attr[a.Name.Local]; twice {
					return nil, fmt.Errorf("<%s> has %s twice", n.name, a.Name.Local)
				}
				n.attr[a.Name.Local] = a.Value
			}
			top := stack[len(stack)-1]
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			stack[len(stack)-1].text += n.text
		case xml.CharData:
			stack[len(stack)-1].text += string(tok)
		}
	}
	if len(stack) != 1 {
		return nil, fmt.Errorf("%d elements are not closed", len(stack)-1)
	}
	return root, nil
}

func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, k := range n.kids {
		k.walk(visit)
	}
}

// all gives the elements of a name, "" for any, with a class, "" for any.
func (n *node) all(name, class string) []*node {
	var out []*node
	n.walk(func(x *node) {
		if (name == "" || x.name == name) && (class == "" || slices.Contains(strings.Fields(x.attr["class"]), class)) {
			out = append(out, x)
		}
	})
	return out
}

func (n *node) byID(id string) *node {
	var out *node
	n.walk(func(x *node) {
		if x.attr["id"] == id {
			out = x
		}
	})
	return out
}

// plainNumber reads a number as a page writes it, without the signs between thousands and the marks of direction.
func plainNumber(s string) (int, error) {
	return strconv.Atoi(strings.NewReplacer(",", "", "\u00a0", "", "\u2068", "", "\u2069", "").Replace(strings.TrimSpace(s)))
}

// checkNumbers follows every number of a page to its list and counts what is there; and every link to its end.
func checkNumbers(root *node) (problems []string, followed int) {
	fail := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	ids := map[string]bool{}
	root.walk(func(n *node) {
		if id := n.attr["id"]; id != "" {
			if ids[id] {
				fail("two elements have the id %q", id)
			}
			ids[id] = true
		}
	})
	root.walk(func(n *node) {
		if to, ok := strings.CutPrefix(n.attr["href"], "#"); ok && !ids[to] {
			fail("<%s> leads to #%s, which is not there", n.name, to)
		}
	})
	annex := root.byID("annex")
	details := annex.all("details", "")
	everything := strings.Fields(details[len(details)-1].all("p", "ids")[0].text)
	size := map[string]int{}
	for _, li := range annex.all("li", "") {
		n := 0
		for _, p := range li.all("p", "ids") {
			list := strings.Fields(p.text)
			if slices.Contains(strings.Fields(p.attr["class"]), "except") {
				n += len(everything) - len(list)
			} else {
				n += len(list)
			}
			sorted := slices.Sorted(slices.Values(list))
			if len(slices.Compact(sorted)) != len(list) {
				fail("list %s names something twice", li.attr["id"])
			}
		}
		size[li.attr["id"]] = n
		if head, err := plainNumber(li.all("b", "")[0].text); err != nil || head != n {
			fail("list %s says %q and holds %d", li.attr["id"], li.all("b", "")[0].text, n)
		}
	}
	for _, a := range root.all("a", "n") {
		followed++
		to := strings.TrimPrefix(a.attr["href"], "#")
		if n, err := plainNumber(a.text); err != nil || n != size[to] {
			fail("%q leads to list %s, which holds %d", a.text, to, size[to])
		}
	}
	return problems, followed
}

func TestNumbersLeadToWhatTheyCount(t *testing.T) {
	r := small(t)
	for _, code := range lang.Languages {
		root, err := tree(pageOf(t, r, code))
		if err != nil {
			t.Fatalf("%s: not well-formed: %v", code, err)
		}
		problems, followed := checkNumbers(root)
		for _, p := range problems {
			t.Errorf("%s: %s", code, p)
		}
		if followed < 50 {
			t.Errorf("%s: only %d numbers followed", code, followed)
		}
	}
}

// The check above must be able to fail: with one id taken out of one list, it does.
func TestAMissingIDIsNoticed(t *testing.T) {
	page := pageOf(t, small(t), "en")
	at := strings.Index(page, `<ol class="lists">`)
	link := regexp.MustCompile(`<a href="#t\d+">[^<]*</a>`).FindString(page[at:])
	if link == "" {
		t.Fatal("no list links to anything")
	}
	root, err := tree(page[:at] + strings.Replace(page[at:], link, "", 1))
	if err != nil {
		t.Fatal(err)
	}
	if problems, _ := checkNumbers(root); len(problems) == 0 {
		t.Errorf("%s was taken out of a list and nothing noticed", link)
	}
}

// The numbers of the page are those of the model.
func TestPageSaysWhatTheModelSays(t *testing.T) {
	r := small(t)
	m := NewModel(r)
	root, err := tree(pageOf(t, r, "en"))
	if err != nil {
		t.Fatal(err)
	}
	rows := root.byID("articles").all("tr", "")[1:]
	if len(rows) != len(m.Articles) {
		t.Fatalf("%d rows for %d articles", len(rows), len(m.Articles))
	}
	for i, a := range m.Articles {
		for k, s := range glance {
			var want Tally
			for _, x := range a.Rules {
				if x.Verb != truce.Assessed || s != Standing(truce.Undetermined) {
					want = join(want, x.By[s])
				}
			}
			got, err := plainNumber(rows[i].all("td", "")[k+1].text)
			if err != nil || got != len(want) {
				t.Errorf("article %s, %s: the page says %q, the model %d", a.ID, s, rows[i].all("td", "")[k+1].text, len(want))
			}
		}
	}
	if got, want := len(root.byID("annex").all("tr", ""))-1, 0; got != want {
		for i := range m.Things {
			if m.Things[i].Judged || m.Things[i].Observation == nil {
				want++
			}
		}
		if got != want {
			t.Errorf("the annex has %d rows, the model %d things", got, want)
		}
	}
}

// checkLoads lists everything in a page that a browser would fetch or run.
func checkLoads(page string, root *node) []string {
	var out []string
	root.walk(func(n *node) {
		switch n.name {
		case "script", "link", "img", "image", "iframe", "object", "embed", "video", "audio", "source", "base", "form", "input", "foreignObject", "animate", "set":
			out = append(out, "<"+n.name+">")
		case "meta":
			if n.attr["http-equiv"] != "" {
				out = append(out, "meta http-equiv")
			}
		}
		for k, v := range n.attr {
			low := strings.ToLower(v)
			switch {
			case k == "src" || k == "srcset" || k == "action" || k == "data" || k == "ping" || k == "background" || strings.HasPrefix(k, "on"):
				out = append(out, n.name+" "+k)
			case k == "href" && strings.HasPrefix(v, "#"):
			case k == "href" && n.name == "a" && (strings.HasPrefix(v, "https://") || strings.HasPrefix(v, "http://")):
				if n.attr["rel"] != "noreferrer noopener" {
					out = append(out, "a link out without rel: "+v)
				}
			case k == "href" && n.name == "a" && regexp.MustCompile(`^report(\.[a-z]{2})?\.html$`).MatchString(v):
			case k == "href":
				out = append(out, n.name+" href "+v)
			case k == "style" && strings.Contains(strings.ReplaceAll(low, "url(#", ""), "url("):
				out = append(out, n.name+" style "+v)
			}
		}
	})
	if i := strings.Index(strings.ReplaceAll(page, "url(#", ""), "url("); i >= 0 {
		out = append(out, "url(")
	}
	if strings.Contains(page, "@import") || strings.Contains(page, "@font-face") {
		out = append(out, "@import or @font-face")
	}
	return out
}

func TestPageLoadsNothing(t *testing.T) {
	r := small(t)
	for _, code := range lang.Languages {
		page := pageOf(t, r, code)
		root, err := tree(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range checkLoads(page, root) {
			t.Errorf("%s: %s", code, p)
		}
	}
	for _, bad := range []string{`<img src="x"/>`, `<p style="background:url(http://x)"></p>`, `<a href="javascript:x">x</a>`, `<a href="https://x">x</a>`, `<p onclick="x"></p>`, `<style>@import "x"</style>`} {
		root, err := tree(bad)
		if err != nil {
			t.Fatal(err)
		}
		if len(checkLoads(bad, root)) == 0 {
			t.Errorf("%s passed", bad)
		}
	}
}

func TestPageLanguages(t *testing.T) {
	r := small(t)
	for _, code := range lang.Languages {
		page := pageOf(t, r, code)
		root, err := tree(page)
		if err != nil {
			t.Fatal(err)
		}
		html := root.all("html", "")[0]
		if dir := map[string]string{"ar": "rtl"}[code]; html.attr["lang"] != code || dir == "rtl" != (html.attr["dir"] == "rtl") {
			t.Errorf("%s: lang=%q dir=%q", code, html.attr["lang"], html.attr["dir"])
		}
		// A sentence that a catalogue lacks shows as its id.
		if id := regexp.MustCompile(`\b(report|missing|result|explain|said|field)\.[a-z-]+\b`).FindString(html.text); id != "" && !strings.HasSuffix(id, ".html") {
			t.Errorf("%s: the page says %q", code, id)
		}
		p := lang.For(code).With(r.Base().Plan.Agreement)
		said := html.text
		html.walk(func(n *node) { said += n.attr["aria-label"] })
		for _, id := range pageWords {
			if s := p.Say(truce.Phrase{ID: id}); !strings.Contains(said, s) && !optional[id] {
				t.Errorf("%s: %s is not on the page: %q", code, id, s)
			}
		}
		for _, l := range root.all("nav", "languages")[0].kids {
			if l.name == "a" && l.attr["hreflang"] == code || l.name == "b" && l.attr["lang"] != code {
				t.Errorf("%s: the page links to itself", code)
			}
		}
	}
}

// optional are sentences that the small replay has no occasion for.
var optional = map[string]bool{"report.same-in-table": true, "report.compare.same": true, "report.chart.forest": true, "report.heading.dates": true}

// The list of sentences in words.go is the list of those in page.html.
func TestPageWords(t *testing.T) {
	var said []string
	var walk func(n parse.Node)
	walk = func(n parse.Node) {
		switch n := n.(type) {
		case *parse.ListNode:
			if n != nil {
				for _, k := range n.Nodes {
					walk(k)
				}
			}
		case *parse.ActionNode:
			walk(n.Pipe)
		case *parse.PipeNode:
			for _, c := range n.Cmds {
				if len(c.Args) == 2 && c.Args[0].String() == "say" {
					if id := c.Args[1].(*parse.StringNode).Text; !slices.Contains(said, id) {
						said = append(said, id)
					}
				}
			}
		case *parse.IfNode:
			walk(n.Pipe)
			walk(n.List)
			walk(n.ElseList)
		case *parse.RangeNode:
			walk(n.Pipe)
			walk(n.List)
			walk(n.ElseList)
		case *parse.WithNode:
			walk(n.Pipe)
			walk(n.List)
			walk(n.ElseList)
		}
	}
	walk(pageTemplate.Tree.Root)
	for _, id := range said {
		if !slices.Contains(pageWords, id) {
			t.Errorf("page.html says %q, which pageWords does not list", id)
		}
	}
	for _, id := range pageWords {
		if !slices.Contains(said, id) {
			t.Errorf("pageWords lists %q, which page.html does not say", id)
		}
	}
}

// What is invented is labelled: at the head, on the map, at the head of each printed page, and in every row.
func TestSimulatedIsLabelled(t *testing.T) {
	page := pageOf(t, small(t), "en")
	root, err := tree(page)
	if err != nil {
		t.Fatal(err)
	}
	if w := root.all("div", "warnings"); len(w) != 1 || !strings.Contains(w[0].text, "SIMULATED") || !strings.Contains(w[0].text, "Illustrative") {
		t.Error("the head has no warning")
	}
	if m := root.all("svg", "map"); len(m) != 1 || !strings.Contains(m[0].text, "simulated") || !strings.Contains(m[0].text, "Illustrative geometry") {
		t.Error("the map is not labelled")
	}
	if !strings.Contains(page, `@top-center { content: "A small agreement · 2017-07-07 · simulated"`) {
		t.Error("printed pages are not labelled")
	}
	for _, row := range root.byID("annex").all("tr", "")[1:] {
		id := row.all("th", "")[0]
		if strings.HasPrefix(id.text, "sim:") && len(row.all("em", "label")) == 0 {
			t.Errorf("%s is not labelled", id.text)
		}
	}
}

// Names and notes come from outside: none of them becomes markup, steers the terminal or turns a sentence round.
func TestHostileNames(t *testing.T) {
	// Rows with characters that steer a terminal are rejected when they are read; the report shows them as rejected.
	const hostile, steering = `</td><script>alert(1)</script>" onload="x`, `\u202e\u001b[31m`
	row := func(id, name string) string {
		name = strings.ReplaceAll(name, `"`, `\"`)
		return `{"id":"` + id + `","kind":"incident","what":"shelling","time":"2017-07-10T09:00:00+03:00","place":{"name":"` + name + `","lat":32.6,"lon":36.1,"error_m":10},"parts":[{"name":"` +
			name + `","role":"initiator"},{"name":"south","role":"target"}],"source":{"id":"` + name + `"}}` + "\n"
	}
	rows := row("x:1", hostile) + row("x:2", hostile+steering) + strings.Replace(row("x:3", "south"), "32.6", "32.7", 1) + `{"id":"<b>","kind":"nonsense\u001b<i>"}` + "\n"
	// An agreement comes from outside as well.
	a := *planOf(t, "internal/report/testdata/small").Agreement
	bad := truce.Words{EN: hostile, AR: hostile, RU: hostile}
	a.Title, a.Note, a.PublishedBy = bad, bad, truce.Publication{Who: hostile, On: hostile, Note: hostile, Reference: "javascript:alert(1)"}
	a.Places, a.Articles, a.Counting, a.Actors, a.Terms = slices.Clone(a.Places), slices.Clone(a.Articles), slices.Clone(a.Counting), slices.Clone(a.Actors), slices.Clone(a.Terms)
	for i := range a.Places {
		a.Places[i].Name = bad
	}
	for i := range a.Articles {
		a.Articles[i].Title, a.Articles[i].Rules = bad, slices.Clone(a.Articles[i].Rules)
		for k := range a.Articles[i].Rules {
			a.Articles[i].Rules[k].Name = bad
		}
	}
	for i := range a.Counting {
		a.Counting[i].Name = bad
	}
	for i := range a.Actors {
		a.Actors[i].Name = bad
	}
	for i := range a.Terms {
		a.Terms[i].Name, a.Terms[i].Readings = bad, slices.Clone(a.Terms[i].Readings)
		for k := range a.Terms[i].Readings {
			a.Terms[i].Readings[k].Name, a.Terms[i].Readings[k].Note = bad, bad
		}
	}
	r := replayed(t, replay.Options{Variants: []replay.Variant{{Name: `<i>"`, Plan: compiled(t, &a)}, {Name: hostile, Plan: planOf(t, "internal/report/testdata/small")}},
		Inputs: []replay.Input{{Name: "a\u202e<b>.ndjson", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(rows)), nil }}}})
	if len(r.Observations) == 0 || len(r.Rejects) == 0 {
		t.Fatalf("%d observations and %d rejects: nothing hostile arrives", len(r.Observations), len(r.Rejects))
	}
	r.Rejects = append(r.Rejects, truce.Problem{File: "\x1b<b>", Line: 1, Field: "\x1b<b>", Message: "\x1b<b>", Hint: "\u202e<b>"})
	for _, code := range lang.Languages {
		page := pageOf(t, r, code)
		root, err := tree(page)
		if err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		for _, p := range checkLoads(page, root) {
			t.Errorf("%s: %s", code, p)
		}
		var b bytes.Buffer
		if err := WriteText(&b, r, TextOptions{Lang: code, Rejects: 5}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []string{"\x1b", "\u202e"} {
			if strings.Contains(page, c) {
				t.Errorf("%s: the page holds %q", code, c)
			}
			if strings.Contains(b.String(), c) {
				t.Errorf("%s: the text holds %q", code, c)
			}
		}
	}
}
