package style

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"truce"
	"truce/geo"
	"truce/internal/lang"
)

// The measure of a sketch, in units of its drawing, and the least ground it shows.
const (
	sketchWidth, sketchHeight = 352.0, 260.0
	sketchGround              = 16_000 // metres across
	sketchNames               = 8
)

// Mark is what a sketch shows of one thing: a place with its error, a line, an area, or a coarse cell.
type Mark struct {
	At     []truce.Position // one, or the corners; of a cell those in the south-west and north-east
	Error  float64          // metres around a place
	Closed bool             // an area
	Cell   bool
}

// Sketch draws marks among the zones and lines of the agreement. It is "" where there are none. What it shows stands in words beside it; note says what it cannot show, and may
// be "". A page has one sketch.
func Sketch(a *truce.Agreement, p *lang.Printer, title, note string, marks []Mark) template.HTML {
	var box *frame
	for _, m := range marks {
		for _, at := range m.At {
			box = box.around(at)
		}
	}
	if box == nil {
		return ""
	}
	f := box.fit()
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	put(`<svg class="sketch" viewBox="0 0 %g %g" role="img" aria-label="%s"`, sketchWidth, sketchHeight, template.HTMLEscapeString(title))
	if note != "" {
		put(` aria-describedby="sketch-note"><title>%s</title><desc id="sketch-note">%s</desc>`, template.HTMLEscapeString(title), template.HTMLEscapeString(note))
	} else {
		put(`>`)
	}
	put(`<rect class="land" width="%g" height="%g"/>`, sketchWidth, sketchHeight)
	for _, x := range a.Places {
		var path strings.Builder
		for _, rings := range x.Polygons {
			for _, ring := range rings {
				path.WriteString(f.path(ring, true))
			}
		}
		for _, line := range x.Lines {
			path.WriteString(f.path(line, false))
		}
		if path.Len() > 0 {
			class := "line"
			if x.Shape == truce.ShapeArea {
				class = "zone"
			}
			put(`<path class="%s" fill-rule="evenodd" d="%s"/>`, class, path.String())
		}
	}
	names := 0
	for _, x := range a.Places {
		if x.Shape != truce.ShapePoint || names == sketchNames {
			continue
		}
		if at, up, in := f.xy(x.At); in {
			names++
			put(`<circle class="town" cx="%s" cy="%s" r="2"/><text x="%s" y="%s">%s</text>`, dot(at), dot(up), dot(at), dot(up-5), template.HTMLEscapeString(p.Place(x.ID)))
		}
	}
	for _, m := range marks {
		switch {
		case m.Cell:
			west, south, _ := f.xy(m.At[0])
			east, north, _ := f.xy(m.At[1])
			put(`<rect class="error" x="%s" y="%s" width="%s" height="%s"/>`, dot(west), dot(north), dot(east-west), dot(south-north))
		case len(m.At) == 1:
			at, up, _ := f.xy(m.At[0])
			put(`<circle class="error" cx="%s" cy="%s" r="%s"/><circle class="spot" cx="%s" cy="%s" r="3.5"/>`, dot(at), dot(up), dot(m.Error*f.scale), dot(at), dot(up))
		default:
			put(`<path class="error" d="%s"/>`, f.path(m.At, m.Closed))
		}
	}
	metres := 1000
	for _, more := range []int{2000, 5000, 10_000, 20_000, 50_000, 100_000} {
		if float64(more)*f.scale < sketchWidth/3 {
			metres = more
		}
	}
	long := float64(metres) * f.scale
	put(`<path class="scale" d="M10 %gv4h%sv-4"/><text class="scale" x="%s" y="%g">%s</text></svg>`, sketchHeight-14, dot(long), dot(10+long/2), sketchHeight-16,
		template.HTMLEscapeString(p.Metres(truce.Tenths(metres*10))))
	return template.HTML(b.String())
}

func dot(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// frame is a piece of the globe and how it lies on the drawing: equirectangular, with the scales of both directions taken on the ellipsoid at its middle.
type frame struct {
	west, south, east, north truce.E7
	perLon, perLat           float64 // units for 1e-7 degree
	scale                    float64 // units for a metre
}

func (f *frame) around(p truce.Position) *frame {
	if f == nil {
		return &frame{west: p.Lon, south: p.Lat, east: p.Lon, north: p.Lat}
	}
	f.west, f.south, f.east, f.north = min(f.west, p.Lon), min(f.south, p.Lat), max(f.east, p.Lon), max(f.north, p.Lat)
	return f
}

// fit makes the frame as large as the drawing shows, with room around.
func (f *frame) fit() *frame {
	const tenth = 1_000_000 // of a degree
	mid := truce.Position{Lon: f.west/2 + f.east/2, Lat: f.south/2 + f.north/2}
	lon := float64(geo.Distance(mid, truce.Position{Lon: mid.Lon + tenth, Lat: mid.Lat})) / tenth
	lat := float64(geo.Distance(mid, truce.Position{Lon: mid.Lon, Lat: mid.Lat + tenth})) / tenth
	wide, high := max(float64(f.east-f.west)*lon*1.4, sketchGround), float64(f.north-f.south)*lat*1.4
	f.scale = min(sketchWidth/wide, sketchHeight/max(high, 1))
	f.perLon, f.perLat = lon*f.scale, lat*f.scale
	across, up := truce.E7(sketchWidth/f.perLon/2), truce.E7(sketchHeight/f.perLat/2)
	f.west, f.east, f.south, f.north = mid.Lon-across, mid.Lon+across, mid.Lat-up, mid.Lat+up
	return f
}

func (f *frame) xy(p truce.Position) (x, y float64, inside bool) {
	x, y = float64(p.Lon-f.west)*f.perLon, float64(f.north-p.Lat)*f.perLat
	return x, y, x >= 0 && y >= 0 && x <= sketchWidth && y <= sketchHeight
}

// beside says on which sides of the frame a position lies.
func (f *frame) beside(p truce.Position) (sides uint8) {
	for i, out := range []bool{p.Lon < f.west, p.Lon > f.east, p.Lat < f.south, p.Lat > f.north} {
		if out {
			sides |= 1 << i
		}
	}
	return sides
}

// path writes positions as a path. What runs along one side outside the frame is left out, and steps too small to be seen: what is seen stays the same.
func (f *frame) path(list []truce.Position, closed bool) string {
	var b strings.Builder
	letter, lastX, lastY := "M", 0.0, 0.0
	all := ^uint8(0)
	for _, p := range list {
		all &= f.beside(p)
	}
	if all != 0 {
		return ""
	}
	kept := uint8(0) // the sides of the last position that was written
	for i, p := range list {
		if i > 0 && i < len(list)-1 && kept&f.beside(p)&f.beside(list[i+1]) != 0 {
			continue
		}
		x, y, _ := f.xy(p)
		if i > 0 && i < len(list)-1 && x-lastX < 0.7 && lastX-x < 0.7 && y-lastY < 0.7 && lastY-y < 0.7 {
			continue
		}
		b.WriteString(letter + dot(x) + " " + dot(y))
		letter, lastX, lastY, kept = "L", x, y, f.beside(p)
	}
	if closed && b.Len() > 0 {
		b.WriteByte('Z')
	}
	return b.String()
}
