package publish

import (
	"cmp"
	"html/template"
	"slices"
	"strings"

	"truce"
	"truce/internal/style"
	"truce/verify"
)

// cellCount is a coarse cell, and how many findings that stand lie in it.
type cellCount struct {
	Cell string
	N    int
}

// where lists the cells of the findings that stand, those of data/findings.geojson: first those with the most of them.
func where(list []*story) (out []cellCount) {
	at := map[string]int{}
	for _, x := range list {
		if _, ok := cellOf(x.brief.Cell); ok && x.kind == verify.Finding && !x.gone() {
			at[x.brief.Cell]++
		}
	}
	for cell, n := range at {
		out = append(out, cellCount{cell, n})
	}
	slices.SortFunc(out, func(a, b cellCount) int { return cmp.Or(b.N-a.N, strings.Compare(a.Cell, b.Cell)) })
	return out
}

// sketch draws cells among the zones and lines of the agreement, and keeps what it drew: many pages are about one cell.
func (l *look) sketch(cells []cellCount) (template.HTML, error) {
	var key strings.Builder
	key.WriteString("sketch")
	var marks []style.Mark
	for _, x := range cells {
		if c, ok := cellOf(x.Cell); ok {
			key.WriteString(" " + x.Cell)
			ring := c.Ring()
			marks = append(marks, style.Mark{At: []truce.Position{ring[0], ring[2]}, Cell: true})
		}
	}
	return l.keep(key.String(), func() (template.HTML, error) {
		say := func(id string) string { return l.p.Say(truce.Phrase{ID: id}) }
		return style.Sketch(l.agreement, l.p, say("publish.map"), say("publish.map-note"), marks), nil
	})
}
