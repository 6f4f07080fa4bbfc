package intake

import (
	"bytes"
	"slices"
	"strings"

	"truce"
	"truce/internal/intake/jsonscan"
)

// table stands for all formats that are tables: their headers tell them apart.
const table = "table"

// sniff tells the format of a file by the beginning of its text; a table's is settled by its header.
func sniff(head []byte) (string, error) {
	switch {
	case head[0] == '{':
		if isGeoJSON(head) {
			return FormatGeoJSON, nil
		}
		return FormatNDJSON, nil
	case head[0] == '[':
		return "", &truce.Error{Kind: truce.Invalid, Reason: "the file is one JSON list", Hint: "write one object a line, without brackets and commas around them"}
	case head[0] == '<':
		lower := bytes.ToLower(head)
		if bytes.Contains(lower, []byte("<gpx")) {
			return FormatGPX, nil
		}
		hint := "XML is read as GPX only"
		switch {
		case bytes.Contains(lower, []byte("<kml")):
			hint = "KML is not read here: export GPX or GeoJSON"
		case bytes.Contains(lower, []byte("<html")):
			hint = "this is a web page, perhaps one that asks to sign in: download the file again"
		}
		return "", &truce.Error{Kind: truce.Invalid, Reason: "the file is XML of an unknown kind", Hint: hint}
	}
	return table, nil
}

// isGeoJSON reports whether the first object says so. The text may end inside it.
func isGeoJSON(head []byte) bool {
	var s jsonscan.Scanner
	s.Reset(head)
	for ok := s.Enter(jsonscan.Object); ok && s.More(jsonscan.Object); {
		switch key := string(s.Key()); {
		case key == "features" || key == "geometry":
			return true
		case key == "type" && s.Kind() == jsonscan.String:
			t := string(s.String())
			return t == "FeatureCollection" || t == "Feature"
		default:
			s.Skip()
		}
	}
	return false
}

// fits is the error of a forced format that the beginning of the text rules out.
func fits(format string, head []byte) error {
	if !slices.Contains(Formats(), format) {
		return &truce.Error{Kind: truce.Invalid, Reason: "there is no format " + format, Hint: "use one of " + strings.Join(Formats(), ", ")}
	}
	is := table
	switch head[0] {
	case '{':
		is = FormatNDJSON
		if isGeoJSON(head) {
			is = FormatGeoJSON
		}
	case '<':
		is = FormatGPX
	}
	wanted := table
	if format == FormatNDJSON || format == FormatGeoJSON || format == FormatGPX {
		wanted = format
	}
	if is == wanted || is == FormatNDJSON && wanted == FormatGeoJSON { // a feature may hide its type
		return nil
	}
	return &truce.Error{Kind: truce.Invalid, Reason: "the file is not " + format + ": it looks like a " + is, Hint: "leave the format out, or name the right one"}
}
