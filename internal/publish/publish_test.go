package publish

import "testing"

// Only names of a site and of a record are ever public, and only what never changes is kept by others for ever.
func TestTypes(t *testing.T) {
	digest := "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for name, kind := range map[string]string{
		"index.html": "text/html; charset=utf-8", "en/index.html": "text/html; charset=utf-8", "ar/finding/2017-0001.html": "text/html; charset=utf-8", "ru/feed.atom": "application/atom+xml; charset=utf-8",
		"data/findings.csv": "text/csv; charset=utf-8", "data/findings.geojson": "application/geo+json", "check/12.zip": "application/zip", "a/0123456789abcdef.wasm.gz": "application/gzip",
		"checkpoint": "text/plain; charset=utf-8", "policy": "text/plain; charset=utf-8", "doc/" + digest: "application/json", "text/" + digest: "application/octet-stream",
		"tile/0/x001/x234/567": "application/octet-stream", "tile/entries/000.p/12": "application/octet-stream", "proof/7": "application/octet-stream",
		"": "", "site.json": "", "en": "", "doc": "", "doc/x": "", "../checkpoint": "", "en/../checkpoint": "", "en/finding/.html": "", "en/finding/a/b.html": "", "fr/index.html": "",
		"index.html.new": "", "checkpoint.new": "", "a/0123456789abcdef.html": "", "proof/": "", "en/finding/..html": "", "lock": "",
	} {
		if got := TypeOf(name); got != kind {
			t.Errorf("%q has the type %q, not %q", name, got, kind)
		}
		if Lasting(name) && (kind == "" || name[:2] == "do" || name[:2] == "ch" || name[:2] == "en") {
			t.Errorf("%q is kept for ever", name)
		}
	}
}

// A page is never called what an address could lead out of the folder with, and never like another.
func TestNames(t *testing.T) {
	b := newBook(nil)
	for _, x := range []struct{ wanted, name string }{{"2017-0001", "finding/2017-0001"}, {"2017-0001", "finding/leaf-2"}, {"../x", "finding/leaf-3"}, {"", "finding/leaf-4"}, {"a/b", "finding/leaf-5"}, {"ж", "finding/leaf-6"}} {
		leaf := int64(len(b.names) + 1)
		if got := b.name("finding/", x.wanted, leaf); got != x.name || TypeOf("en/"+got+".html") == "" {
			t.Errorf("%q is called %q", x.wanted, got)
		}
	}
}

// Cells are told by their edges, south of the equator and west of Greenwich too.
func TestEdges(t *testing.T) {
	for cell, want := range map[string][4]string{"361,327,1": {"36.1", "32.7", "36.2", "32.8"}, "-5,-1,2": {"-0.5", "-0.1", "-0.3", "0.0"}} {
		w, s, e, n, ok := edges(cell)
		if got := [4]string{w, s, e, n}; !ok || got != want {
			t.Errorf("%s: %v", cell, got)
		}
	}
	for _, cell := range []string{"", "1,2", "a,b,c"} {
		if _, _, _, _, ok := edges(cell); ok {
			t.Errorf("%q is a cell", cell)
		}
	}
}
