// Package gpx reads tracks and waypoints of GPX 1.0 and 1.1 (topografix.com/GPX/1/1): track points become fixes, and
// waypoints presences. Routes are plans and are passed over.
package gpx

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/track"
	"truce/internal/seal"
)

// Limits of a file that is not trusted.
const (
	// MaxDepth is how deeply elements may be nested.
	MaxDepth = 64
	// MaxElement is how many bytes of the file one token of XML may take: a tag with its attributes, or a text.
	MaxElement = 1 << 20
	// MaxText is how much of a name, time or description is kept.
	MaxText = 4 << 10
)

// Elements lists the elements that are understood, with what becomes of each.
func Elements() [][2]string {
	return [][2]string{
		{"trkpt", "a position of a track: attributes lat and lon, element time"},
		{"trk/name", "the name of the unit; without it the unit is named after the file"},
		{"wpt", "a presence: attributes lat and lon, elements time, name, desc, cmt"},
		{"rtept", "passed over: a route is a plan"},
		{"hdop", "passed over: a dilution of precision is no error radius"},
		{"extensions", "passed over"},
	}
}

// Reader reads the points of a file.
type Reader struct {
	in     *meter
	xml    *xml.Decoder
	set    *entry.Settings
	tracks *entry.Tracks
	path   []string // the names of the open elements
	unit   string   // the name of the track being read, "" where it has none
	track  int      // how many tracks have begun
	point  point
	text   []byte
	routes int
	hdop   bool
	fixes  bool
	ended  bool
}

// point is a track point or waypoint being read.
type point struct {
	row                   int
	lat, lon              string
	time, name, desc, cmt string
}

// Open starts reading; the text must be UTF-8, whatever its XML declaration says.
func Open(r io.Reader, set *entry.Settings) *Reader {
	in := &meter{r: bufio.NewReaderSize(r, 64<<10)}
	g := &Reader{in: in, xml: xml.NewDecoder(in), set: set, tracks: entry.NewTracks(set, truce.MeansDevice)}
	g.xml.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	return g
}

// errElement is a token that is longer than MaxElement.
var errElement = errors.New("a tag or text longer than " + fmt.Sprint(MaxElement) + " bytes")

// meter gives the decoder its bytes one by one, so that it reads no further than it must, and counts them.
type meter struct {
	r     *bufio.Reader
	n     int
	cause error // what the reader below said, other than io.EOF
}

func (m *meter) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := m.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}

func (m *meter) ReadByte() (byte, error) {
	if m.n++; m.n > MaxElement {
		return 0, errElement
	}
	c, err := m.r.ReadByte()
	if err != nil && err != io.EOF {
		m.cause = err
	}
	return c, err
}

// Notes says what was passed over and which error radius was taken.
func (g *Reader) Notes() []string {
	var notes []string
	if g.fixes {
		notes = append(notes, track.DefaultErrorNote(g.set))
	}
	if g.hdop {
		notes = append(notes, "hdop was passed over: a dilution of precision is no error radius")
	}
	if g.routes > 0 {
		notes = append(notes, fmt.Sprintf("%d route points were passed over: a route is a plan", g.routes))
	}
	return notes
}

// Next reads to the next point; at the end the error is io.EOF. Where the file stops being XML the last entry is
// rejected and nothing after it is read.
func (g *Reader) Next(e *entry.Entry) error {
	if g.ended {
		return io.EOF
	}
	for {
		g.in.n = 0
		token, err := g.xml.RawToken()
		if g.in.cause != nil {
			return g.in.cause
		}
		if err == io.EOF && len(g.path) == 0 {
			g.ended = true
			return io.EOF
		}
		if err != nil {
			if err == io.EOF {
				err = errors.New("the file ends inside <" + g.path[len(g.path)-1] + ">")
			}
			return g.broken(e, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(g.path) == MaxDepth {
				return g.broken(e, fmt.Errorf("elements are nested more than %d deep", MaxDepth))
			}
			g.path = append(g.path, t.Name.Local)
			g.text = g.text[:0]
			g.start(t)
		case xml.EndElement:
			n := len(g.path) - 1
			if n < 0 || g.path[n] != t.Name.Local {
				return g.broken(e, fmt.Errorf("</%s> closes nothing", string(entry.Clip([]byte(t.Name.Local)))))
			}
			done := g.end(e)
			g.path = g.path[:n]
			g.text = g.text[:0]
			if done {
				return nil
			}
		case xml.CharData:
			if room := MaxText - len(g.text); room > 0 {
				g.text = append(g.text, t[:min(room, len(t))]...)
			}
		}
	}
}

func (g *Reader) broken(e *entry.Entry, err error) error {
	g.ended = true
	line, _ := g.xml.InputPos()
	e.Reset(line)
	e.Reject("", 0, &entry.Fault{Code: entry.BadXML, Message: "the file is not well-formed here: " + err.Error(),
		Hint: "what stands before this line was read, nothing after it; the file may have been cut off"})
	return nil
}

// in reports whether the innermost open elements are the given ones.
func (g *Reader) inside(names ...string) bool {
	if len(g.path) < len(names) {
		return false
	}
	for i, n := range names {
		if g.path[len(g.path)-len(names)+i] != n {
			return false
		}
	}
	return true
}

func (g *Reader) start(t xml.StartElement) {
	switch {
	case g.inside("trk"):
		g.unit = ""
		g.track++
	case g.inside("trkpt"), g.inside("wpt"):
		line, _ := g.xml.InputPos()
		g.point = point{row: line}
		for _, a := range t.Attr {
			switch a.Name.Local {
			case "lat":
				g.point.lat = a.Value
			case "lon":
				g.point.lon = a.Value
			}
		}
	case g.inside("rtept"):
		g.routes++
	}
}

// end closes the innermost element; it reports whether that made an entry.
func (g *Reader) end(e *entry.Entry) bool {
	text := string(bytes.TrimSpace(g.text))
	point := g.inside("trkpt", g.path[len(g.path)-1]) || g.inside("wpt", g.path[len(g.path)-1])
	switch {
	case g.inside("trk", "name"):
		g.unit = text
	case g.inside("trkpt"):
		g.fix(e)
		return true
	case g.inside("wpt"):
		g.waypoint(e)
		return true
	case g.inside("hdop"):
		g.hdop = true
	case point && g.inside("time"):
		g.point.time = text
	case point && g.inside("name"):
		g.point.name = text
	case point && g.inside("desc"):
		g.point.desc = text
	case point && g.inside("cmt"):
		g.point.cmt = text
	}
	return false
}

func (g *Reader) position(e *entry.Entry) truce.Position {
	p, f, ofLon := entry.Position([]byte(g.point.lat), []byte(g.point.lon), false)
	if ofLon {
		e.Reject("lon", 0, f)
	} else {
		e.Reject("lat", 0, f)
	}
	return p
}

func (g *Reader) fix(e *entry.Entry) {
	e.Reset(g.point.row)
	g.fixes = true
	var f *entry.Fault
	e.Fix.At, f = g.set.Times.Moment([]byte(g.point.time))
	e.Reject("time", 0, f)
	e.Fix.Pos = g.position(e)
	e.Fix.Error = float32(g.set.DefaultError)
	name := g.unit
	if name == "" {
		name = track.UnitOf(g.set.File)
		if g.track > 1 {
			name += fmt.Sprintf("-%d", g.track)
		}
	}
	unit, f := entry.Name([]byte(name))
	e.Reject("name", 0, f)
	if !e.Rejected() {
		e.Track = g.tracks.Of(unit, nil, nil, nil, false, false)
	}
}

// waypoint makes a presence. GPX has no identifiers, so the id is a digest of what the waypoint says.
func (g *Reader) waypoint(e *entry.Entry) {
	e.Reset(g.point.row)
	o := &truce.Observation{Kind: truce.KindPresence, Source: g.set.Source}
	var f *entry.Fault
	o.When, f = g.set.Times.Span([]byte(g.point.time))
	e.Reject("time", 0, f)
	o.Where = truce.Place{Kind: truce.PlacePoint, At: g.position(e), Error: g.set.DefaultError, Basis: "GPX waypoint, accuracy not stated"}
	o.Where.Name, f = entry.Text([]byte(g.point.name))
	e.Reject("name", 0, f)
	note := g.point.desc
	if note == "" {
		note = g.point.cmt
	}
	o.Note, f = entry.Text([]byte(note))
	e.Reject("desc", 0, f)
	if o.Source.Means == truce.MeansUnknown {
		o.Source.Means = truce.MeansDevice
	}
	sum := seal.Bytes(fmt.Appendf(nil, "%d %d %d %d %q %q", o.When.From, o.When.To, o.Where.At.Lon, o.Where.At.Lat, o.Where.Name, o.Note))
	o.ID = truce.ObservationID("gpx:" + hex.EncodeToString(sum[:12]))
	e.Observation = o
}
