package report

import (
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"
)

// drawing collects the pieces of an inline SVG. Places are written in tenths of a unit.
type drawing struct{ strings.Builder }

// put writes one element's text; places are formatted by at.
func (d *drawing) put(format string, args ...any) { fmt.Fprintf(&d.Builder, format+"\n", args...) }

// label writes text at a place. The anchor is start, middle or end of the drawing, which runs from left to right in every language.
func (d *drawing) label(x, y float64, anchor, class, text string) {
	d.put(`<text x="%s" y="%s" text-anchor="%s" class="%s">%s</text>`, at(x), at(y), anchor, class, html.EscapeString(text))
}

// at formats a place in tenths.
func at(x float64) string {
	s := strconv.FormatFloat(x, 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// open begins a drawing. Its title and description are what a reader who does not see it is told.
func open(class string, id string, width, height float64, title, description string) *drawing {
	d := &drawing{}
	d.put(`<svg xmlns="http://www.w3.org/2000/svg" class="%s" viewBox="0 0 %s %s" width="%s" height="%s" direction="ltr" role="img" aria-labelledby="%s-t %s-d">`,
		class, at(width), at(height), at(width), at(height), id, id)
	d.put(`<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, id, html.EscapeString(title), id, html.EscapeString(description))
	return d
}

func (d *drawing) close() template.HTML {
	d.put(`</svg>`)
	return template.HTML(d.String())
}

// Signs are the shapes and patterns that all drawings of the page use: one of each for every standing, so that colour is never
// the only sign.
func (v *page) Signs() template.HTML {
	var d drawing
	d.put(`<svg xmlns="http://www.w3.org/2000/svg" class="defs" aria-hidden="true"><defs>`)
	shape := func(s Standing, body string) {
		d.put(`<symbol id="s-%s" viewBox="-6 -6 12 12">%s</symbol>`, s.class(), body)
	}
	line := func(s Standing, extra string) string {
		return `style="fill:var(--paper);stroke:var(--` + s.class() + `);stroke-width:1.6` + extra + `"`
	}
	fill := func(s Standing) string { return `style="fill:var(--` + s.class() + `)"` }
	for _, s := range shown {
		switch s.class() {
		case "breached": // a full diamond
			shape(s, `<path d="M0-5.6 5.6 0 0 5.6-5.6 0z" `+fill(s)+`/>`)
		case "turns": // a circle half full
			shape(s, `<circle r="4.6" `+line(s, "")+`/><path d="M0-4.6a4.6 4.6 0 0 1 0 9.2z" `+fill(s)+`/>`)
		case "undetermined": // an empty circle with a point
			shape(s, `<circle r="4.6" `+line(s, "")+`/><circle r="1.3" `+fill(s)+`/>`)
		case "kept": // a full circle
			shape(s, `<circle r="4.4" `+fill(s)+`/>`)
		case "no-breach": // an empty square
			shape(s, `<path d="M-4-4h8v8h-8z" `+line(s, "")+`/>`)
		case "not-due": // a triangle
			shape(s, `<path d="M-4.8-3.6h9.6L0 4.6z" `+line(s, "")+`/>`)
		case "suspended": // two bars
			shape(s, `<path d="M-4-4.5h3v9h-3zM1-4.5h3v9h-3z" `+fill(s)+`/>`)
		case "not-applicable": // a dash
			shape(s, `<path d="M-4-1h8v2h-8z" `+fill(s)+`/>`)
		}
	}
	d.put(`<symbol id="s-nothing" viewBox="-6 -6 12 12"><path d="M-2-1h4v2h-4z" style="fill:var(--nothing)"/></symbol>`)
	pattern := func(s Standing, size int, body string) {
		d.put(`<pattern id="p-%s" width="%d" height="%d" patternUnits="userSpaceOnUse"><rect width="%d" height="%d" style="fill:var(--%s-tint)"/>%s</pattern>`, s.class(), size, size, size, size, s.class(), body)
	}
	for _, s := range shown {
		stroke := `style="stroke:var(--` + s.class() + `);stroke-width:1.8;fill:none"`
		switch s.class() {
		case "turns":
			pattern(s, 5, `<path d="M-1 6 6-1M-1 1 1-1M4 6 6 4" `+stroke+`/>`)
		case "undetermined":
			pattern(s, 5, `<circle cx="1.4" cy="1.4" r="1.1" `+fill(s)+`/><circle cx="3.9" cy="3.9" r="1.1" `+fill(s)+`/>`)
		case "no-breach":
			pattern(s, 4, `<path d="M0 2h4" `+stroke+`/>`)
		case "not-due":
			pattern(s, 4, `<path d="M2 0v4" style="stroke:var(--not-due);stroke-width:1;fill:none"/>`)
		case "suspended":
			pattern(s, 5, `<path d="M-1 6 6-1M-1-1 6 6" `+stroke+`/>`)
		}
	}
	d.put(`</defs></svg>`)
	return template.HTML(d.String())
}
