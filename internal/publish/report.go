package publish

import (
	"encoding/json"
	"fmt"
	"slices"

	"truce"
	"truce/internal/lang"
	"truce/internal/style"
	"truce/verify"
)

// reported is a daily report as its page shows it. Its content is the operator's own: what is not known here is left to the document.
type reported struct {
	*verify.ReportDocument
	Version   string
	Language  string
	Rounded   bool
	Before    int
	Incidents []event
	Counts    []struct {
		Counting                   string
		Low, High, MayLow, MayHigh int
	}
	Areas []struct {
		Area string
		Days []struct {
			Nobody   bool
			Hindered int
		}
	}
	Inspections, Passages, Restrictions []event
	Texts                               map[string]string
}

// event is one observation of the day, never finer than the public may know.
type event struct {
	What, When, Area, Means, Weapon, Result string
	Cell                                    *struct{ West, South, East, North float64 }
	Parts                                   []struct{ Name string }
	Count, Deaths                           *struct{ Low, Best, High int64 }
	Simulated                               bool
}

// Box writes the coarse cell by its edges.
func (e event) Box() string {
	if e.Cell == nil {
		return ""
	}
	return fmt.Sprintf("%.1f–%.1f, %.1f–%.1f", e.Cell.South, e.Cell.North, e.Cell.West, e.Cell.East)
}

// Sections are the parts to which the duty officer wrote something, in order.
func (r *reported) Sections() (out []string) {
	for _, id := range []string{"summary", "violations", "areas", "weapons", "harm", "access", "restrictions", "parties", "cases"} {
		if r.Texts[id] != "" {
			out = append(out, id)
		}
	}
	return out
}

func (s *Site) report(d *verify.ReportDocument) (*reported, error) {
	r := &reported{ReportDocument: d}
	if err := json.Unmarshal(d.Content, r); err != nil {
		return nil, broken("report", "what it says cannot be read", err)
	}
	return r, nil
}

// items are what the feed tells of, the newest first.
func (s *Site) items(told []*story) (out []item) {
	for _, x := range told {
		for i, e := range x.entries {
			what := map[bool]string{true: "withdrawn"}[e.Kind == verify.Correction]
			if i > 0 && what == "" {
				what = "replaced"
			}
			out = append(out, item{e, x, what, x.name + ".html"})
		}
	}
	for _, c := range s.book.changes() {
		if c.Story == nil {
			out = append(out, item{c.entry, nil, c.What, "corrections.html"})
		}
	}
	for _, v := range s.book.texts {
		out = append(out, item{v.entry, nil, "text", "agreement.html"})
	}
	slices.SortFunc(out, func(a, b item) int { return int(b.index - a.index) })
	return out[:min(len(out), MaxListed)]
}

// title says what an item is.
func (x item) title(p *lang.Printer) string {
	if x.story == nil {
		return style.Is(p, "change", x.what)
	}
	t := x.story.Title(p)
	if x.what != "" {
		return p.Say(truce.Say("publish.feed.change", truce.Str(t), truce.Str(style.Is(p, "change", x.what))))
	}
	return t
}

// Title says in one line what a story is about.
func (s *story) Title(p *lang.Printer) string {
	b := &s.brief
	switch s.kind {
	case verify.Finding:
		return p.Say(truce.Say("publish.finding", truce.Str(b.Case), truce.Str(style.Is(p, "occurrence", b.Occurrence))))
	case verify.Outcome:
		return p.Say(truce.Say("publish.outcome", truce.RuleArg(truce.RuleID(b.Rule))))
	}
	return p.Say(truce.Say("web.daily.number", truce.NumArg(int64(b.Number))))
}
