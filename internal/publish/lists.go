package publish

import (
	"fmt"
	"slices"
	"strings"

	"truce"
	"truce/internal/lang"
	"truce/internal/seal"
	"truce/internal/style"
	"truce/internal/witness"
	"truce/terms"
	"truce/verify"
)

// How much a list shows; the archive has all. See docs/limits.md.
const (
	MaxNewest  = 12
	MaxListed  = 60
	MaxArchive = 200 // on one page of it
	MaxChanges = 500
)

// sources is how a list says what it is made from.
type sources = func(parts ...any) seal.Hash

// lists are the pages and files that tell of many things.
func (s *Site) lists(f *frame, told []*story, from sources) (out []thing) {
	b := s.book
	all := marks(told)
	changes := b.changes()
	changed := seal.Bytes([]byte(strings.Join(marksOf(changes), ""))).String()
	texts := make([]string, len(b.texts))
	for i, v := range b.texts {
		texts[i] = v.Leaf.Body.String()
	}
	current := b.current()
	out = append(out, s.each(f, "index.html", "front", current, from(b.tick, b.size, b.seen.Met, len(b.seen.Signed), all, changed), func(l string) (any, error) { return s.front(l, told, changes), nil }))
	out = append(out, s.each(f, "corrections.html", "corrections", current, from(b.tick, b.size, changed), func(string) (any, error) { return s.corrections(changes), nil }))
	out = append(out, s.each(f, "check.html", "check", current, from(b.policy.String(), texts), func(string) (any, error) { return s.check(), nil }))
	out = append(out, thing{"*/feed.atom", from(all, changed, texts), func(put func(string, []byte) error) error { return s.feeds(f, told, put) }})
	if current == nil {
		return out
	}
	out = append(out, s.each(f, "agreement.html", "agreement", current, from(texts), func(l string) (any, error) { return s.agreement(l, current), nil }))
	of := byArticle(told)
	for _, a := range current.plan.Agreement.Articles {
		list := of[string(a.ID)]
		out = append(out, s.each(f, "article/"+string(a.ID)+".html", "article", current, from(current.Text, marks(list)), func(l string) (any, error) { return s.article(l, current, &a, list), nil }))
	}
	for _, m := range archive(told) {
		out = append(out, s.each(f, "archive/"+m.Name+".html", "archive", current, from(marks(m.Stories), m.More), func(string) (any, error) { return m, nil }))
	}
	return append(out, s.data(f, told, from(all))...)
}

func marks(list []*story) string {
	var all []byte
	for _, x := range list {
		all = append(all, x.mark()...)
	}
	return seal.Bytes(all).String()
}

// byArticle sorts stories by the article they are about.
func byArticle(told []*story) map[string][]*story {
	out := map[string][]*story{}
	for _, x := range told {
		out[x.brief.Article] = append(out[x.brief.Article], x)
	}
	return out
}

// row is how an article stands by what was published.
type row struct {
	ID                            string
	Title                         string
	Read                          bool // by people only: no rule in it
	Confirmed, NotConfirmed, Open int  // findings by their occurrence
	Results                       []count
	Turns                         []string
	Newest                        *story
}

type count struct {
	Word string
	N    int
}

// rowOf counts what stands about an article. Only what is published one by one is counted, so no count tells more than its parts.
func rowOf(a *truce.Article, language string, list []*story) row {
	r := row{ID: string(a.ID), Title: a.Title.In(language), Read: len(a.Rules) == 0}
	for _, x := range list {
		if x.gone() {
			continue
		}
		switch {
		case x.kind == verify.Finding && x.brief.Occurrence == truce.OccurrenceConfirmed.String():
			r.Confirmed++
		case x.kind == verify.Finding && x.brief.Occurrence == truce.OccurrenceNotConfirmed.String():
			r.NotConfirmed++
		case x.kind == verify.Finding:
			r.Open++
		}
		if x.kind == verify.Finding {
			r.Newest = x
		}
		for _, w := range x.brief.Results {
			at := slices.IndexFunc(r.Results, func(c count) bool { return c.Word == w })
			if at < 0 {
				at, r.Results = len(r.Results), append(r.Results, count{Word: w})
			}
			r.Results[at].N++
		}
		for _, t := range x.brief.Turns {
			if !slices.Contains(r.Turns, t) {
				r.Turns = append(r.Turns, t)
			}
		}
	}
	slices.SortFunc(r.Results, func(a, b count) int { return byGravity(a.Word, b.Word) })
	return r
}

// Findings is how many findings stand.
func (r row) Findings() int { return r.Confirmed + r.NotConfirmed + r.Open }

// front is the first page of a language.
type front struct {
	Version   *version
	Articles  []row
	Newest    []*story // findings
	Outcomes  []*story
	Reports   []*story
	Changes   []change
	Months    []month
	Cells     []cellCount
	At        truce.Instant
	Size      int64
	Witnessed witnessed
}

// witnessed is who saw the log beside its operator.
type witnessed struct {
	Signed, Need, Count int
	Met                 bool
	Weak                []witness.Weakness
}

func (b *book) witnessed() witnessed {
	return witnessed{len(b.seen.Signed), b.policy.Need(), b.policy.Size(), b.seen.Met, b.policy.Weak()}
}

func (s *Site) front(language string, told []*story, changes []change) front {
	b := s.book
	d := front{Version: b.current(), At: truce.Instant(b.tick * 1000), Size: b.size, Witnessed: b.witnessed(), Months: archive(told), Cells: where(told), Changes: changes[:min(len(changes), MaxNewest/2)]}
	slices.Reverse(d.Months)
	for _, x := range slices.Backward(told) {
		switch {
		case x.kind == verify.Finding && len(d.Newest) < MaxNewest:
			d.Newest = append(d.Newest, x)
		case x.kind == verify.Outcome && len(d.Outcomes) < MaxNewest/2:
			d.Outcomes = append(d.Outcomes, x)
		case x.kind == verify.ReportLeaf && len(d.Reports) < MaxNewest/2:
			d.Reports = append(d.Reports, x)
		}
	}
	if d.Version != nil {
		of := byArticle(told)
		for i := range d.Version.plan.Agreement.Articles {
			a := &d.Version.plan.Agreement.Articles[i]
			d.Articles = append(d.Articles, rowOf(a, language, of[string(a.ID)]))
		}
	}
	return d
}

// month is a page of the archive: what was first published in a month, in order.
type month struct {
	Name    string
	At      truce.Instant
	Part    int // from 1
	More    int // parts that follow
	Stories []*story
}

// archive cuts what was published into months, and those into pages. A page that is full never gets more.
func archive(told []*story) (out []month) {
	for _, x := range told {
		at := x.entries[0].At()
		name := at.String()[:7]
		n := len(out)
		if n == 0 || out[n-1].At.String()[:7] != name {
			out = append(out, month{Name: name, At: at, Part: 1})
		} else if len(out[n-1].Stories) == MaxArchive {
			out[n-1].More = 1
			out = append(out, month{Name: fmt.Sprintf("%s-%d", name, out[n-1].Part+1), At: at, Part: out[n-1].Part + 1})
		}
		last := &out[len(out)-1]
		last.Stories = append(last.Stories, x)
	}
	return out
}

// Next is the name of the page that follows.
func (m month) Next() string {
	if m.More == 0 {
		return ""
	}
	return fmt.Sprintf("%s-%d", m.At.String()[:7], m.Part+1)
}

// change is something that was corrected, taken back, withheld, erased, paused.
type change struct {
	*entry
	Story *story // nil where it is about no page
	What  string // replaced, withdrawn, withheld, erasure, pause, resume, reveal
}

// changes lists what was corrected and so on, the newest first.
func (b *book) changes() (out []change) {
	for _, x := range b.stories {
		for i, e := range x.entries[1:] {
			switch {
			case e.Kind == verify.Correction:
				out = append(out, change{e, x, "withdrawn"})
			case x.entries[i].Kind != verify.Correction:
				out = append(out, change{e, x, "replaced"})
			default:
				out = append(out, change{e, x, "again"})
			}
		}
	}
	for _, e := range b.others {
		what := map[verify.Kind]string{verify.Correction: "withdrawn", verify.Withheld: "withheld", verify.Erasure: "erasure", verify.Reveal: "reveal", verify.Pause: "pause"}[e.Kind]
		if e.Kind == verify.Pause && e.Code == 2 {
			what = "resume"
		}
		if what != "" { // that padding was padding tells nobody anything
			out = append(out, change{e, nil, what})
		}
	}
	slices.SortFunc(out, func(a, b change) int { return int(b.index - a.index) })
	return out
}

func marksOf(list []change) (out []string) {
	for _, c := range list {
		h := seal.LeafHash(c.Bytes())
		out = append(out, h.String())
	}
	return out
}

// corrections is the page of everything that did not stay as it was.
type corrections struct {
	Changes []change
	More    int
	Sealed  verify.SealedResult
	Count   int64
	Overdue []overdue
	At      truce.Instant
}

// overdue are sealed leaves that should have been opened or openly withheld.
type overdue struct {
	verify.Overdue
}

func (o overdue) On() truce.Instant { return truce.Instant(o.Due * 1000) }
func (o overdue) Last() int64       { return o.To - 1 }

func (s *Site) corrections(changes []change) corrections {
	n := min(len(changes), MaxChanges)
	d := corrections{Changes: changes[:n], More: len(changes) - n, At: truce.Instant(s.book.tick * 1000)}
	var late []verify.Overdue
	d.Sealed, late = s.book.sealed.Count(s.book.tick)
	x := d.Sealed
	d.Count = x.NotDue + x.Revealed + x.Padding + x.Erased + x.Withheld + x.Overdue
	for _, o := range late[:min(len(late), MaxListed)] {
		d.Overdue = append(d.Overdue, overdue{o})
	}
	return d
}

// check is the page that says how to check.
type check struct {
	Policy string
	witnessed
}

func (s *Site) check() check { return check{s.book.policyText, s.book.witnessed()} }

func (s *Site) explain(language string, v *version) *style.Explained {
	key := lookKey{language, v.Leaf.Text}
	if x := s.said[key]; x != nil {
		return x
	}
	x := style.Explain(v.plan, language)
	s.said[key] = x
	return x
}

// openText is an article in one of the languages of the agreement.
type openText struct {
	Lang, Name, Dir, Title string
	Authoritative          bool
	Paragraphs             []string
}

// textsOf gives an article in the languages of its agreement, that of the page first.
func textsOf(language string, a *truce.Agreement, id truce.ArticleID) (out []openText) {
	for _, t := range a.Texts {
		x := openText{Lang: t.Lang, Name: style.Language(t.Lang), Dir: style.Direction(t.Lang), Authoritative: t.Authoritative}
		if x.Title, x.Paragraphs = style.Article(a, id, t.Lang); len(x.Paragraphs) == 0 {
			continue
		}
		if t.Lang == language {
			out = slices.Insert(out, 0, x)
		} else {
			out = append(out, x)
		}
	}
	return out
}

type ruleView struct {
	ID        truce.RuleID
	Sentences []terms.Sentence
}

// articleView is the page of an article.
type articleView struct {
	row
	Texts   []openText
	Rules   []ruleView
	Said    []terms.Sentence
	Stories []*story // the newest first
	More    int
	Cells   []cellCount
}

func (s *Site) article(language string, v *version, a *truce.Article, list []*story) articleView {
	x := s.explain(language, v)
	d := articleView{row: rowOf(a, language, list), Texts: textsOf(language, v.plan.Agreement, a.ID), Said: x.Articles[a.ID]}
	for _, u := range a.Rules {
		d.Rules = append(d.Rules, ruleView{u.ID, x.Rules[u.ID]})
	}
	d.Stories = slices.Clone(list[max(len(list)-MaxListed, 0):])
	slices.Reverse(d.Stories)
	d.More, d.Cells = len(list)-len(d.Stories), where(list)
	return d
}

// agreementView is the page of the agreement.
type agreementView struct {
	Version  *version
	A        *truce.Agreement
	Whole    []terms.Sentence
	Articles []articleView
	Terms    []*truce.Term
	Signs    []truce.ActorID
	Needs    int
	Versions []versionView // the newest first
}

// versionView is a version that was taken up, with what changed in it.
type versionView struct {
	*version
	Changes []style.Change
}

func (s *Site) agreement(language string, v *version) agreementView {
	a := v.plan.Agreement
	d := agreementView{Version: v, A: a, Whole: s.explain(language, v).Whole}
	d.Signs, d.Needs = a.Signatories()
	for i := range a.Articles {
		d.Articles = append(d.Articles, s.article(language, v, &a.Articles[i], nil))
	}
	for i := range a.Terms {
		d.Terms = append(d.Terms, &a.Terms[i])
	}
	for i, x := range s.book.texts {
		one := versionView{version: x}
		if i > 0 {
			one.Changes = style.Redline(language, s.book.texts[i-1].plan.Agreement, x.plan.Agreement)
		}
		d.Versions = slices.Insert(d.Versions, 0, one)
	}
	return d
}

// feeds writes the feed of each language.
func (s *Site) feeds(f *frame, told []*story, put func(string, []byte) error) error {
	for _, l := range lang.Languages {
		b, err := s.feed(l, f, told)
		if err != nil {
			return err
		}
		if err := put(l+"/feed.atom", b); err != nil {
			return err
		}
	}
	return nil
}
