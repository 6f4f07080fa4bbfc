package publish

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"truce"
	"truce/internal/lang"
	"truce/internal/seal"
	"truce/internal/style"
	"truce/internal/witness"
	"truce/verify"
)

// lookKey names the templates of one language with the names of one version of the agreement.
type lookKey struct {
	lang string
	plan truce.Digest
}

// look is the templates of one language, and what they write with.
type look struct {
	p         *lang.Printer
	agreement *truce.Agreement // nil where no text was taken up
	pages     map[string]*template.Template
	parts     map[seal.Hash]template.HTML // that many pages have, by what they are made from
}

// maxParts bounds the parts that are kept.
const maxParts = 2000

// once writes a part that stands in many pages, and keeps it: rules ask the same questions of every incident.
func (l *look) once(name string, data any) (template.HTML, error) {
	return l.keep(fmt.Sprintf("%s %#v", name, data), func() (template.HTML, error) {
		var b strings.Builder
		err := l.pages["outcome"].ExecuteTemplate(&b, name, data)
		return template.HTML(b.String()), err
	})
}

// keep gives a part that was written before, or writes it.
func (l *look) keep(from string, write func() (template.HTML, error)) (template.HTML, error) {
	key := seal.Bytes([]byte(from))
	if part, ok := l.parts[key]; ok {
		return part, nil
	}
	part, err := write()
	if err != nil {
		return "", err
	}
	if len(l.parts) >= maxParts {
		clear(l.parts)
	}
	l.parts[key] = part
	return part, nil
}

func (s *Site) look(language string, v *version) (*look, error) {
	key := lookKey{lang: language}
	p := lang.For(language)
	var a *truce.Agreement
	if v != nil {
		key.plan, p, a = v.Leaf.Plan, p.With(v.plan.Agreement, s.book.before(v)...), v.plan.Agreement
	}
	if l := s.looks[key]; l != nil {
		return l, nil
	}
	l := &look{p: p, agreement: a, parts: map[seal.Hash]template.HTML{}}
	words := style.Words(language, func() *lang.Printer { return p })
	words["place"] = func(id string) string { return p.Place(truce.PlaceID(id)) }
	words["cell"] = func(cell string) string { return cellIn(p, cell) }
	words["days"] = func(days string) template.HTML { return daysIn(p, days) }
	words["once"], words["sketch"] = l.once, l.sketch
	var err error
	if l.pages, err = style.Pages(pageFiles, words); err != nil {
		return nil, err
	}
	s.looks[key] = l
	return l, nil
}

// cellIn writes a coarse cell by its edges.
func cellIn(p *lang.Printer, cell string) string {
	w, so, e, n, ok := edges(cell)
	if !ok {
		return cell
	}
	return p.Say(truce.Say("web.case.cell", truce.Str(so+"–"+n), truce.Str(w+"–"+e)))
}

// edges gives the edges of a cell in degrees.
func edges(cell string) (west, south, east, north string, ok bool) {
	var lon, lat, width int
	if n, err := fmt.Sscanf(cell, "%d,%d,%d", &lon, &lat, &width); err != nil || n != 3 {
		return "", "", "", "", false
	}
	tenths := func(n int) string {
		sign := ""
		if n < 0 {
			sign, n = "-", -n
		}
		return fmt.Sprintf("%s%d.%d", sign, n/10, n%10)
	}
	return tenths(lon), tenths(lat), tenths(lon + width), tenths(lat + 1), true
}

// daysIn writes a day, or the first and the last.
func daysIn(p *lang.Printer, days string) template.HTML {
	first, last, two := strings.Cut(days, "/")
	if !two {
		return style.Time(p, first, true)
	}
	return style.Time(p, first, true) + " – " + style.Time(p, last, true)
}

// frame is what all pages share. A page is made again where it changes, so it holds nothing that changes with every tick.
type frame struct {
	Origin    string
	Title     truce.Words
	Version   string
	Simulated bool
	Paused    bool
	Sheet     string
	Script    string
	Checker   string
}

func (f *frame) mark() []any {
	titles := make([]string, len(lang.Languages))
	for i, l := range lang.Languages {
		titles[i] = f.Title.In(l)
	}
	return []any{f.Origin, titles, f.Version, f.Simulated, f.Paused}
}

// page is what a template is given.
type page struct {
	*frame
	Lang string
	Path string // below the language
	p    *lang.Printer
	D    any
}

// Root leads to the folder.
func (p *page) Root() string { return strings.Repeat("../", 1+strings.Count(p.Path, "/")) }

// To leads to another page of the language.
func (p *page) To(parts ...any) string { return p.Root() + p.Lang + "/" + fmt.Sprint(parts...) }

func (p *page) Dir() string       { return p.p.Dir() }
func (p *page) Agreement() string { return p.Title.In(p.Lang) }

// shell is what the frame around a page is made from, beside the page's own name: many pages have the same.
type shell struct {
	Root, Lang, Here, Agreement, Origin, Sheet, Script string
	Simulated, Paused                                  bool
}

func (p *page) Shell() shell {
	s := shell{p.Root(), p.Lang, "", p.Agreement(), p.Origin, p.Sheet, p.Script, p.Simulated, p.Paused}
	if !strings.Contains(p.Path, "/") {
		s.Here = strings.TrimSuffix(p.Path, ".html")
	}
	return s
}

// To leads to a page of the language.
func (s shell) To(name string) string { return s.Root + s.Lang + "/" + name }

// other is a page in another language.
type other struct {
	Lang, Name, Dir, Address string
	Here                     bool
}

// Others lists the page in every language.
func (p *page) Others() (out []other) {
	for _, l := range lang.Languages {
		out = append(out, other{l, style.Language(l), lang.For(l).Dir(), p.Root() + l + "/" + p.Path, l == p.Lang})
	}
	return out
}

// each is a thing of one page for each language.
func (s *Site) each(f *frame, name, template string, v *version, from seal.Hash, data func(language string) (any, error)) thing {
	return thing{"*/" + name, from, func(put func(string, []byte) error) error {
		for _, language := range lang.Languages {
			l, err := s.look(language, v)
			if err != nil {
				return err
			}
			d, err := data(language)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if err := l.pages[template].Execute(&b, &page{frame: f, Lang: language, Path: name, p: l.p, D: d}); err != nil {
				return &truce.Error{Op: "publish.Update", Kind: truce.Internal, Subject: name, Cause: err}
			}
			if err := put(language+"/"+name, b.Bytes()); err != nil {
				return err
			}
		}
		return nil
	}}
}

// file is a thing that is one file.
func file(name string, from seal.Hash, data func() ([]byte, error)) thing {
	return thing{name, from, func(put func(string, []byte) error) error {
		b, err := data()
		if err != nil {
			return err
		}
		return put(name, b)
	}}
}

// things lists everything that the site is made of now. What publication that is paused keeps back is not among it.
func (s *Site) things(paused bool) ([]thing, error) {
	b := s.book
	var list []*story
	if !paused {
		if err := b.tell(); err != nil {
			return nil, err
		}
		list = b.stories
	}
	f := &frame{Origin: b.origin, Paused: paused, Sheet: s.assets.sheet, Script: s.assets.script, Checker: s.assets.checker}
	current := b.current()
	if current != nil {
		f.Title, f.Version = current.plan.Agreement.Title, current.Version
	}
	f.Simulated = slices.ContainsFunc(list, func(x *story) bool { return x.brief.Simulated })
	base := s.from(f.mark())
	from := func(parts ...any) seal.Hash { return s.from(append([]any{base.String()}, parts...)...) }
	var out []thing
	for name, data := range s.assets.data {
		out = append(out, file(name, seal.Bytes(data), func() ([]byte, error) { return data, nil }))
	}
	out = append(out, file("index.html", from(), func() ([]byte, error) { return s.languages(f) }))
	for _, x := range list {
		read := sync.OnceValues(func() (told, error) { return s.told(x) })
		out = append(out, s.each(f, x.name+".html", path.Dir(x.name), b.byPlan[x.newest().Leaf.Plan], from(x.mark()), func(string) (any, error) { return read() }))
	}
	out = append(out, s.lists(f, list, from)...)
	packs, err := s.bundles(list)
	if err != nil {
		return nil, err
	}
	out = append(out, packs...)
	slices.SortFunc(out, func(a, b thing) int {
		return cmp.Or(cmp.Compare(rank(a.name), rank(b.name)), cmp.Compare(a.name, b.name))
	})
	return out, nil
}

// rank is when a thing is written: what pages load before them, and what leads to others after them, so that no page leads to what is not there yet.
func rank(name string) int {
	switch strings.Split(strings.TrimPrefix(name, "*/"), "/")[0] {
	case "a":
		return 0
	case "check", "finding", "outcome", "report":
		return 1
	case "index.html":
		return 3
	}
	return 2
}

// bundles are the files with which one finding, outcome or report is checked alone.
func (s *Site) bundles(told []*story) (out []thing, err error) {
	if s.under != s.book.policyText {
		s.under = s.book.policyText
		clear(s.kits)
	}
	s.once = &shared{map[int64]*proof{}, map[seal.Hash]witness.Seen{}, map[string]*packed{}}
	policy := seal.Bytes([]byte(s.under)).String()
	for _, x := range told {
		for _, e := range x.entries {
			k := s.kits[e.index]
			if k == nil {
				k = &kit{leaf: e.index}
				if k.need, err = s.book.needs(e); err != nil {
					return nil, err
				}
				s.kits[e.index] = k
			}
			if !k.lasts {
				proofs := s.proofs(k)
				if proofs == nil {
					continue // the first checkpoint over it is not signed yet
				}
				k.lasts = !slices.ContainsFunc(proofs, func(p *proof) bool { return !p.seen.Met })
				k.from = digestOf(proofs)
			}
			out = append(out, file("check/"+strconv.FormatInt(e.index, 10)+".zip", s.from(policy, k.from.String()), func() ([]byte, error) { return s.pack(k) }))
		}
	}
	return out, nil
}

// told is a story as its page tells it.
type told struct {
	*story
	Entries []told1 // the newest first
	Cells   []cellCount
}

// told1 is one entry of it.
type told1 struct {
	*entry
	Now      bool // it stands
	Finding  *verify.FindingDocument
	Words    verify.Conclusion
	Report   *reported
	Outcomes []outcome
	Said     []verify.Signature
	Bundle   bool
}

func (s *Site) told(x *story) (t told, err error) {
	t.story, t.Cells = x, where([]*story{x})
	for _, e := range slices.Backward(x.entries) {
		one := told1{entry: e, Now: e == x.last() && !x.gone(), Bundle: s.kits[e.index] != nil}
		switch e.Kind {
		case verify.Finding:
			one.Finding = &verify.FindingDocument{}
			if err = s.book.document(e, one.Finding); err == nil {
				err = verify.Decode(one.Finding.Conclusion, &one.Words)
			}
			for i := range one.Finding.Outcomes {
				one.Outcomes = append(one.Outcomes, outcomeOf(&one.Finding.Outcomes[i]))
			}
			one.Said = one.Finding.Signatures
		case verify.Outcome:
			var d verify.OutcomeDocument
			err = s.book.document(e, &d)
			one.Outcomes = []outcome{outcomeOf(&d)}
		case verify.ReportLeaf:
			var d verify.ReportDocument
			if err = s.book.document(e, &d); err == nil {
				one.Report, err = s.report(&d)
			}
			one.Said = d.Signatures
		}
		if err != nil {
			return t, err
		}
		t.Entries = append(t.Entries, one)
	}
	return t, nil
}

// outcome is what a rule said, with the choices of readings that led to the same put together.
type outcome struct {
	*verify.OutcomeDocument
	Same   bool
	Result string // where it is the same
	Groups []same
}

// same are choices of readings with one result for the same reasons.
type same struct {
	verify.Said
	Choices [][]string
	Many    bool // there are others
}

func byGravity(a, b string) int {
	return slices.Index(style.ByGravity, a) - slices.Index(style.ByGravity, b)
}

func outcomeOf(d *verify.OutcomeDocument) outcome {
	o := outcome{OutcomeDocument: d, Same: d.Code() < verify.CodeTurns}
	for _, x := range d.Said {
		o.Result = x.Result
		at := slices.IndexFunc(o.Groups, func(g same) bool {
			return g.Result == x.Result && slices.Equal(g.Possible, x.Possible) && slices.Equal(g.Asked, x.Asked)
		})
		if at < 0 {
			at = len(o.Groups)
			o.Groups = append(o.Groups, same{Said: x})
		}
		o.Groups[at].Choices = append(o.Groups[at].Choices, x.Readings)
	}
	for i := range o.Groups {
		o.Groups[i].Many = len(o.Groups) > 1
	}
	slices.SortStableFunc(o.Groups, func(a, b same) int { return byGravity(a.Result, b.Result) })
	return o
}

// languages is the first page of the folder: it leads to the languages.
func (s *Site) languages(f *frame) ([]byte, error) {
	t, err := template.ParseFS(pageFiles, "pages/languages.html")
	if err != nil {
		return nil, err
	}
	var list []other
	for _, l := range lang.Languages {
		list = append(list, other{l, style.Language(l), lang.For(l).Dir(), l + "/index.html", false})
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{"Frame": f, "Languages": list})
	return b.Bytes(), err
}
