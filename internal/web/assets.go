package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"truce/internal/seal"
	"truce/internal/style"
)

// Style sheets and scripts as they are written, and what make web bundled from npm.
//
//go:embed static all:dist
var files embed.FS

// asset is one file that a page loads.
type asset struct {
	name, kind     string
	plain, packed  []byte
	address, cache string
}

// assets are all of them. The address of a file holds its digest, so a browser keeps it for ever and never shows an old one.
type assets struct {
	byName map[string]*asset
	byPath map[string]*asset
}

// kinds are the content types of what is sent; nothing else is.
var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".json": "application/json", ".geojson": "application/geo+json", ".webmanifest": "application/manifest+json", ".png": "image/png"}

// atRoot are the files whose address must not change: browsers come back to it by itself.
var atRoot = map[string]string{"sw.js": "/sw.js", "truce.webmanifest": "/truce.webmanifest", "icon.svg": "/icon.svg"}

func readAssets() (*assets, error) {
	a := &assets{byName: map[string]*asset{}, byPath: map[string]*asset{}}
	sheets := [][]byte{style.Colours}
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		kind, sent := kinds[path.Ext(p)]
		if err != nil || d.IsDir() || !sent {
			return err
		}
		data, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		if strings.HasPrefix(p, "static/css/") {
			sheets = append(sheets, data) // in the order of their names: base first
			return nil
		}
		return a.add(path.Base(p), kind, data)
	})
	if err != nil {
		return nil, err
	}
	return a, a.add("style.css", kinds[".css"], bytes.Join(sheets, []byte("\n")))
}

func (a *assets) add(name, kind string, data []byte) error {
	if a.byName[name] != nil {
		return errors.New("web: two files are called " + name)
	}
	d := seal.Bytes(data)
	f := &asset{name: name, kind: kind, plain: data, address: "/assets/" + seal.Text(d[:], 16) + "/" + name, cache: "public, max-age=31536000, immutable"}
	if at, ok := atRoot[name]; ok {
		f.address, f.cache = at, "no-cache"
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if _, err := z.Write(data); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if b.Len() < len(data)*9/10 {
		f.packed = b.Bytes()
	}
	a.byName[name], a.byPath[f.address] = f, f
	return nil
}

// has reports whether there is such a file. What make web bundles is missing from a program that was built without it.
func (a *assets) has(name string) bool { return a.byName[name] != nil }

// serve answers a request for a file; false where it is not for one.
func (a *assets) serve(w http.ResponseWriter, r *http.Request) bool {
	f := a.byPath[r.URL.Path]
	if f == nil || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", f.cache)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if strings.HasSuffix(f.name, ".js") || strings.HasSuffix(f.name, ".mjs") {
		h.Set("Content-Security-Policy", contentPolicy) // of the workers it starts
	}
	data := f.plain
	if f.packed != nil && slices.ContainsFunc(strings.Split(r.Header.Get("Accept-Encoding"), ","), func(s string) bool { return strings.TrimSpace(s) == "gzip" }) {
		h.Set("Content-Encoding", "gzip")
		data = f.packed
	}
	if r.Method == http.MethodHead {
		return true
	}
	_, _ = w.Write(data) // a browser that went away needs no answer
	return true
}
