package publish

import (
	"path"
	"regexp"
)

// types are the content types of a site's files, by the ends of their names.
var types = map[string]string{".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".csv": "text/csv; charset=utf-8",
	".geojson": "application/geo+json", ".json": "application/json", ".atom": "application/atom+xml; charset=utf-8", ".zip": "application/zip", ".gz": "application/gzip"}

// The forms of the names of a site's files, and of those of an open record. Nothing else is ever handed out.
var (
	siteForm = regexp.MustCompile(`^(index\.html|(en|ar|ru)/(index|agreement|corrections|check)\.html|(en|ar|ru)/feed\.atom|(en|ar|ru)/(article|finding|outcome|report|archive)/[A-Za-z0-9][A-Za-z0-9.-]{0,79}\.html|` +
		`data/(findings|outcomes)\.csv|data/findings\.geojson|data/articles\.json|check/[0-9]{1,18}\.zip|a/[0-9a-z]{16}\.(css|js|wasm\.gz))$`)
	recordForm = regexp.MustCompile(`^(checkpoint|policy|tile/([0-9]{1,2}|entries)(/x[0-9]{3})*/[0-9]{3}(\.p/[0-9]{1,3})?|(doc|text)/[0-9a-f]{64}|proof/[0-9]{1,18})$`)
)

// TypeOf gives the content type of a file of a site or of the record beside it; "" where no such file is ever public.
func TypeOf(name string) string {
	switch {
	case siteForm.MatchString(name):
		return types[path.Ext(name)]
	case ofRecord(name):
		switch name {
		case "checkpoint", "policy":
			return "text/plain; charset=utf-8"
		}
		if len(name) > 4 && name[:4] == "doc/" {
			return "application/json"
		}
		return "application/octet-stream"
	}
	return ""
}

func ofRecord(name string) bool { return recordForm.MatchString(name) }

// Lasting reports whether a file never changes and may be kept by whoever has it: it has its content's name, or is a part of the log. What a pause takes down never is.
func Lasting(name string) bool { return lastingForm.MatchString(name) }

var lastingForm = regexp.MustCompile(`^(a/[0-9a-z]{16}\.(css|js|wasm\.gz)|text/[0-9a-f]{64}|tile/.+)$`)
