package web

import (
	"html/template"

	"truce"
	"truce/internal/lang"
	"truce/internal/mechanism"
	"truce/internal/style"
)

// sketch draws where things are known to have been: a disc for a place with its error, a square for a coarse cell. It is "" where nothing has a place.
func sketch(a *truce.Agreement, p *lang.Printer, title string, list []mechanism.Observation) template.HTML {
	var marks []style.Mark
	for i := range list {
		switch x := &list[i]; {
		case x.Place != nil && x.Place.Kind == "point":
			marks = append(marks, style.Mark{At: []truce.Position{truce.Degrees(x.Place.Lon, x.Place.Lat)}, Error: float64(x.Place.Error)})
		case x.Place != nil && len(x.Place.Path) > 0:
			m := style.Mark{Closed: x.Place.Kind == "area"}
			for _, c := range x.Place.Path {
				m.At = append(m.At, truce.Degrees(c[0], c[1]))
			}
			marks = append(marks, m)
		case x.Cell != nil:
			marks = append(marks, style.Mark{At: []truce.Position{truce.Degrees(x.Cell.West, x.Cell.South), truce.Degrees(x.Cell.East, x.Cell.North)}, Cell: true})
		}
	}
	return style.Sketch(a, p, title, "", marks)
}
