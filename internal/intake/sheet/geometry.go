package sheet

import (
	"bytes"
	"strings"

	"truce"
	"truce/internal/intake/entry"
)

// wellKnownText reads POINT, LINESTRING and POLYGON of OGC simple feature access (06-103r4, 7.2), longitude first, as
// geographic programs export them. A polygon may have no holes.
func wellKnownText(b []byte) (s entry.Stated, f *entry.Fault) {
	bad := func(reason string) (entry.Stated, *entry.Fault) {
		return s, &entry.Fault{Code: entry.BadGeometry, Message: reason, Hint: "write for example LINESTRING (36.10 32.62, 36.15 32.64), longitude first"}
	}
	open := bytes.IndexByte(b, '(')
	if open < 0 || b[len(b)-1] != ')' {
		return bad(entry.Quote(b) + " is no geometry in well-known text")
	}
	word := strings.ToUpper(string(bytes.TrimSpace(entry.Clip(b[:open]))))
	body := b[open+1 : len(b)-1]
	if word == "POLYGON" {
		body = bytes.TrimSpace(body)
		if len(body) < 2 || body[0] != '(' || body[len(body)-1] != ')' {
			return bad("the ring of the polygon is not in brackets of its own")
		}
		body = body[1 : len(body)-1]
	}
	if bytes.ContainsAny(body, "()") {
		return bad("the geometry has a hole or more than one part")
	}
	var path []truce.Position
	for _, pair := range bytes.Split(body, []byte(",")) {
		xy := bytes.Fields(pair)
		if len(xy) != 2 {
			return bad(entry.Quote(pair) + " is not a longitude and a latitude")
		}
		p, f, _ := entry.Position(xy[1], xy[0], false)
		if f != nil {
			return s, f
		}
		if path = append(path, p); len(path) > entry.MaxPath {
			return bad("the geometry has too many positions")
		}
	}
	switch word {
	case "POINT":
		if len(path) != 1 {
			return bad("a point has one position")
		}
		s.At, s.HasAt = path[0], true
	case "LINESTRING":
		s.Path, s.Shape = path, truce.PlaceLine
	case "POLYGON":
		if path[0] != path[len(path)-1] {
			return bad("the ring is not closed")
		}
		s.Path, s.Shape = entry.Ring(path), truce.PlaceArea
	default:
		return bad(entry.Quote([]byte(word)) + " is no kind of geometry that is read here")
	}
	return s, nil
}

// appendWellKnownText writes the path of an area or a line.
func appendWellKnownText(dst []byte, p truce.Place) []byte {
	path := p.Path
	if p.Kind == truce.PlaceArea {
		dst = append(dst, "POLYGON (("...)
		path = append(path[:len(path):len(path)], path[0])
	} else {
		dst = append(dst, "LINESTRING ("...)
	}
	for i, v := range path {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(entry.AppendDegrees(dst, v.Lon), ' ')
		dst = entry.AppendDegrees(dst, v.Lat)
	}
	if p.Kind == truce.PlaceArea {
		dst = append(dst, ')')
	}
	return append(dst, ')')
}
