package web

import (
	"embed"
	"fmt"
	"html/template"
	"maps"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/lang"
	"truce/internal/mechanism"
	"truce/internal/style"
)

//go:embed pages
var pageFiles embed.FS

// look is the templates of one language. They are read once; what they write follows the agreement in force.
type look struct {
	s     *server
	lang  string
	pages map[string]*template.Template
	bound atomic.Pointer[bound]
}

// bound is a printer with the names of one version of the agreement.
type bound struct {
	of truce.RecordID
	p  *lang.Printer
}

// printer writes with the names of the agreement in force.
func (l *look) printer() *lang.Printer {
	a, ok := l.s.m.Current()
	if b := l.bound.Load(); b != nil && b.of == a.Record {
		return b.p
	}
	b := &bound{of: a.Record, p: lang.For(l.lang)}
	if ok {
		var earlier []*truce.Agreement
		for _, x := range l.s.m.Versions() {
			earlier = append(earlier, x.Plan.Agreement)
		}
		b.p = b.p.With(a.Plan.Agreement, earlier...)
	}
	l.bound.Store(b)
	return b.p
}

func (s *server) newLook(language string) (*look, error) {
	l := &look{s: s, lang: language}
	var err error
	l.pages, err = style.Pages(pageFiles, l.words())
	return l, err
}

// words are the functions that templates call: those of package style, and those of pages that somebody asks for.
func (l *look) words() template.FuncMap {
	p := l.printer
	words := style.Words(l.lang, p)
	maps.Copy(words, template.FuncMap{
		"place":    func(id any) string { return l.place(fmt.Sprint(id)) },
		"source":   func(id any) string { return p().Source(truce.SourceID(fmt.Sprint(id))) },
		"metres":   func(m any) (string, error) { return metresOf(p(), m) },
		"ratio":    func(x string) string { return ratioOf(p(), x) },
		"margin":   func(m any) (string, error) { return marginOf(p(), m) },
		"permille": func(n *int16) string { return p().Permille(int64(*n)) },
		"span":     func(from, to string) string { return spanIn(p(), "", from, to) },
		"lasting":  func(d string) truce.Arg { x, _ := time.ParseDuration(d); return truce.DurArg(x.Truncate(time.Minute)) },
		"left":     func(now truce.Instant, due string) template.HTML { return leftTag(p(), now, due) },
		"to":       func(parts ...any) string { return "/" + l.lang + fmt.Sprint(parts...) },
		"asset":    l.s.address,
		"has":      func(name string) bool { return l.s.assets.has(name) },
		"byResult": byResult,
		"harmed":   harmed,
		"fold":     func(list []mechanism.Said) bool { return len(list) > maxUnfolded },
	})
	return words
}

// address is where a page finds one of its files.
func (s *server) address(name string) (string, error) {
	if f := s.assets.byName[name]; f != nil {
		return f.address, nil
	}
	return "", fmt.Errorf("there is no file %q", name)
}

// lengthOf reads a length: a number, or one in words with at most one decimal, as answers have it.
func lengthOf(m any) (truce.Tenths, error) {
	x, ok := m.(float64)
	if s, text := m.(string); text {
		var err error
		if x, err = strconv.ParseFloat(s, 64); err != nil {
			return 0, err
		}
		ok = true
	}
	if !ok {
		return 0, fmt.Errorf("%T is no length", m)
	}
	return truce.Tenths(math.Round(x * 10)), nil
}

// metresOf writes a length.
func metresOf(p *lang.Printer, m any) (string, error) {
	n, err := lengthOf(m)
	return p.Metres(n), err
}

// marginOf writes by how much, and on which side of where the result would change.
func marginOf(p *lang.Printer, m any) (string, error) {
	n, err := lengthOf(m)
	if n < 0 {
		return p.Say(truce.Say("web.case.on-breach", truce.MetresArg(-n))), err
	}
	return p.Say(truce.Say("web.case.on-keeping", truce.MetresArg(n))), err
}

// ratioOf writes a number that an answer has with three decimals, with as many as say something; nothing where there is none.
func ratioOf(p *lang.Printer, s string) string {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return ""
	}
	places := 2
	for most := 10.0; x >= most && places > 0; most *= 10 {
		places--
	}
	return p.Decimal(int64(math.Round(x*math.Pow10(places))), places)
}

// instantOf reads a time of an answer; not stated where there is none.
func instantOf(s string) truce.Instant {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return 0
	}
	return truce.InstantOf(t)
}

// spanIn writes what is known of a time, behind something; nothing where nothing is known.
func spanIn(p *lang.Printer, behind, from, to string) string {
	s := truce.Span{From: instantOf(from), To: instantOf(to)}
	if !s.From.Stated() && !s.To.Stated() {
		return ""
	}
	return behind + p.Span(s)
}

// leftTag writes how long it is until a clock runs out, or since it did, in whole minutes, from a day on in whole hours.
func leftTag(p *lang.Printer, now truce.Instant, due string) template.HTML {
	at := instantOf(due)
	class, d := "left", at.Sub(now)
	if d < 0 {
		class, d = "left over", -d
	}
	whole := time.Minute
	if d >= 24*time.Hour {
		whole = time.Hour
	}
	text := p.Say(truce.Say("web.due-now"))
	if d = d.Truncate(whole); d > 0 && at >= now {
		text = p.Say(truce.Say("web.left", truce.DurArg(d)))
	} else if d > 0 {
		text = p.Say(truce.Say("web.over", truce.DurArg(d)))
	}
	return template.HTML(`<time class="` + class + `" datetime="` + at.String() + `" title="` + template.HTMLEscapeString(p.DateTime(at)) + `">` + template.HTMLEscapeString(text) + `</time>`)
}

// view is what a template is given: the frame of the page, and what the page says.
type view struct {
	q    *request
	Page string // id of the template
	D    any
}

// show writes a page.
func (q *request) show(name string, data any) error {
	t := q.s.looks[q.lang].pages[name]
	if t == nil {
		return &truce.Error{Op: "web.show", Kind: truce.Internal, Subject: name, Reason: "there is no such template"}
	}
	var b strings.Builder
	if err := t.Execute(&b, &view{q: q, Page: name, D: data}); err != nil {
		return &truce.Error{Op: "web.show", Kind: truce.Internal, Subject: name, Cause: err}
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.holds = true
	if q.status != 0 {
		q.w.WriteHeader(q.status)
	}
	_, err := q.w.Write([]byte(b.String()))
	return err
}

// The frame: what stands around every page.

func (v *view) Lang() string       { return v.q.lang }
func (v *view) Dir() string        { return v.q.p().Dir() }
func (v *view) SignedIn() bool     { return v.q.signedIn() }
func (v *view) Invited() bool      { return v.q.Invited }
func (v *view) Body() truce.BodyID { return v.q.Body }
func (v *view) Office() string     { return v.q.Office.String() }

// Now is the clock of the mechanism, to the minute.
func (v *view) Now() truce.Instant { return v.q.Now - v.q.Now%60_000 }

func (v *view) Demo() bool             { return v.q.s.Demo != nil }
func (v *view) OpenRecord() bool       { return v.q.s.Open }
func (v *view) ReadOnly() bool         { return v.q.s.m.Writer == nil }
func (v *view) Done() string           { return v.q.query("done") }
func (v *view) Here() string           { return v.q.r.URL.RequestURI() }
func (v *view) Offers(act string) bool { a, ok := access.ParseAct(act); return ok && v.q.offers(a) }

// Follow is the address of this page with one parameter of the question changed.
func (v *view) Follow(name, value string) string {
	u := *v.q.r.URL
	ask := u.Query()
	ask.Set(name, value)
	ask.Del("done")
	u.RawQuery = ask.Encode()
	return u.RequestURI()
}

// Theme is the colours somebody asked for; "" follows the machine.
func (v *view) Theme() string {
	if c, err := v.q.r.Cookie("theme"); err == nil && (c.Value == "dark" || c.Value == "light") {
		return c.Value
	}
	return ""
}

// Agreement is the title of the agreement in force.
func (v *view) Agreement() string {
	if a, ok := v.q.s.m.Current(); ok {
		return a.Plan.Agreement.Title.In(v.q.lang)
	}
	return ""
}

// Other is this page in another language.
type Other struct {
	Lang, Name, Dir, Address string
	Here                     bool
}

// Languages lists this page in every language.
func (v *view) Languages() []Other {
	var out []Other
	rest := strings.TrimPrefix(v.q.r.URL.RequestURI(), "/"+v.q.lang)
	if v.q.r.Method != "GET" || !strings.HasPrefix(rest, "/") {
		rest = "/"
	}
	for _, l := range lang.Languages {
		p := lang.For(l)
		out = append(out, Other{Lang: l, Name: p.Say(truce.Say("report.language")), Dir: p.Dir(), Address: "/" + l + rest, Here: l == v.q.lang})
	}
	return out
}

// place is one entry of the way around.
type place struct {
	ID, Path string
	// shown says to whom it is offered; nil: to everybody.
	shown func(*request) bool
}

func whoever(a access.Act) func(*request) bool { return func(q *request) bool { return q.offers(a) } }

// places are the pages that the frame leads to, in order. Their names are web.nav. and the id.
var places = []place{
	{"today", "/", nil}, {"map", "/map", nil}, {"inbox", "/inbox", whoever(access.ActRunCase)}, {"report", "/report", whoever(access.ActReport)},
	{"cases", "/cases", nil}, {"agreement", "/agreement", nil}, {"actors", "/actors", nil}, {"statements", "/statements", nil},
	{"analysis", "/analysis", nil}, {"reports", "/reports", nil}, {"admin", "/admin", (*request).administers},
}

// Link is a place as the frame shows it.
type Link struct {
	ID, Name, Address string
	Here              bool
}

// Ways lists where the viewer can go.
func (v *view) Ways() []Link {
	var out []Link
	rest := strings.TrimPrefix(v.q.r.URL.Path, "/"+v.q.lang)
	for _, x := range places {
		if x.shown != nil && !x.shown(v.q) {
			continue
		}
		here := rest == x.Path || x.Path != "/" && strings.HasPrefix(rest, x.Path+"/")
		out = append(out, Link{x.ID, style.Is(v.q.p(), "nav", x.ID), "/" + v.q.lang + x.Path, here})
	}
	return out
}

// atoi reads a small number from a form; def where there is none.
func atoi(s string, def int) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return def
	}
	return n
}
