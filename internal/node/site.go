package node

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/disk"
	"truce/internal/door"
	"truce/internal/publish"
	"truce/internal/seal"
	"truce/verify"
)

// publicFolder is the folder that anybody may read: the open record, the public site beside it, and what a pause takes out of it.
type publicFolder struct {
	path string
	// aside is where documents lie while publication is paused. They are precious, and nobody but this user may read them there.
	aside string
	site  *publish.Site

	writing sync.Mutex // who writes pages or moves documents
	mu      sync.Mutex
	stop    context.CancelFunc // of the update that runs; nil for none
	down    atomic.Bool        // everything that a pause takes down is gone
}

func newPublicFolder(path string) (*publicFolder, error) {
	out, err := disk.NewTree(path)
	if err != nil {
		return nil, err
	}
	p := &publicFolder{path: path, aside: strings.TrimRight(path, string(filepath.Separator)) + ".paused"}
	p.site, err = publish.New(os.DirFS(path), out)
	return p, err
}

// update makes the site what the record says. Where publication is paused meanwhile, it stops.
func (p *publicFolder) update(ctx context.Context, paused func() bool) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.mu.Lock()
	p.stop = cancel
	p.mu.Unlock()
	_, err := p.site.Update(ctx, paused())
	if errors.Is(err, context.Canceled) && paused() {
		err = nil // pause does it again
	}
	return err
}

// pause takes down everything that is not shown while publication is paused: first the documents, then the pages.
func (p *publicFolder) pause(ctx context.Context) error {
	p.mu.Lock()
	if p.stop != nil {
		p.stop()
	}
	p.mu.Unlock()
	if err := p.takeDown(); err != nil {
		return err
	}
	if err := p.update(ctx, func() bool { return true }); err != nil {
		return err
	}
	p.down.Store(true)
	return nil
}

// stays are the documents that are public whatever happens: those of the text, of who signs and watches, and of what was not shown.
var stays = []string{verify.FormText, verify.FormKey, verify.FormPolicy, verify.FormCorrection, verify.FormPadding, verify.FormWithheld, verify.FormErasure, verify.FormPause}

// isTakenDown reports whether a document is taken down, by the form that stands at its beginning.
func isTakenDown(head []byte) bool {
	return !slices.ContainsFunc(stays, func(form string) bool { return bytes.HasPrefix(head, []byte(`{"form":"`+form+`"`)) })
}

// takeDown moves the documents of what is not shown aside.
func (p *publicFolder) takeDown() error {
	p.writing.Lock()
	defer p.writing.Unlock()
	aside, err := disk.Open(p.aside)
	if err != nil {
		return err
	}
	documents, err := p.documents()
	if err != nil {
		return err
	}
	return move(documents, aside, func(path string) (bool, error) {
		f, err := os.Open(path)
		if err != nil {
			return false, err
		}
		defer f.Close()
		head, err := io.ReadAll(io.LimitReader(f, 64))
		return isTakenDown(head), err
	})
}

// putBack moves the documents back: two people resumed.
func (p *publicFolder) putBack() error {
	p.writing.Lock()
	defer p.writing.Unlock()
	p.down.Store(false)
	if _, err := os.Stat(p.aside); err != nil {
		return nil // nothing was ever taken down
	}
	aside, err := disk.Open(p.aside)
	if err != nil {
		return err
	}
	documents, err := p.documents()
	if err != nil {
		return err
	}
	return move(aside, documents, func(string) (bool, error) { return true, nil })
}

func (p *publicFolder) documents() (disk.Folder, error) {
	f, err := disk.OpenPublic(p.path)
	if err != nil {
		return nil, err
	}
	return f.Folder("doc")
}

// move moves files from one folder to another, and returns when that is so on the disks.
func move(from, to disk.Folder, which func(path string) (bool, error)) error {
	names, err := from.Names()
	if err != nil {
		return err
	}
	for _, name := range names {
		path := filepath.Join(from.Path(), name)
		ok, err := which(path)
		if err == nil && ok && os.Rename(path, filepath.Join(to.Path(), name)) != nil { // another disk, perhaps
			var b []byte
			if b, err = from.ReadFile(name, verify.MaxDocumentBytes); err == nil {
				if err = to.WriteFile(name, b); err == nil {
					err = from.Remove(name)
				}
			}
		}
		if err != nil {
			return &truce.Error{Op: "node.pause", Kind: truce.Unavailable, Subject: path, Reason: "the document cannot be moved", Cause: err}
		}
	}
	return errors.Join(from.Sync(), to.Sync())
}

// guard watches for a pause, whatever else goes on: what is taken down is gone in a moment, and not at the next tick.
func (n *Node) guard(ctx context.Context, o *openRecord) {
	if n.mech.Await(ctx, n.target) != nil {
		return
	}
	for {
		_, changed, err := n.mech.Taken()
		if err != nil {
			return
		}
		if n.mech.Directory.Paused() && !o.public.down.Load() {
			if err := o.public.pause(ctx); err != nil && ctx.Err() == nil {
				n.log.Error("publication is paused, and not everything could be taken down: take the folder from the web server", "folder", o.public.path, "error", err)
				select {
				case <-ctx.Done():
				case <-time.After(time.Second):
					continue
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// handsOut hands out the public folder: names of its forms alone, as they lie there, to be asked again each time unless they never change. Everybody gets what the policy
// shows to the public.
func (n *Node) handsOut(rt door.Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		at := n.now()
		see := access.See(access.Viewer{Now: at}, access.Thing{Kind: rt.Kind, Tier: truce.TierPublic, Class: access.ClassOrdinary, Classified: 1, Release: 1})
		status := n.handOut(w, r, see)
		n.request(door.Line{At: at, Route: rt.Method + " " + rt.Path, Status: status, Took: n.now().Sub(at)})
	}
}

func (n *Node) handOut(w http.ResponseWriter, r *http.Request, see access.Fields) (status int) {
	fail := func(code int) int {
		http.Error(w, http.StatusText(code), code)
		return code
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	name := strings.TrimPrefix(r.URL.Path, openRoute.Path)
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	kind := publish.TypeOf(name)
	if kind == "" || n.open == nil || !see.Has(access.Existence) {
		return fail(http.StatusNotFound)
	}
	b, err := os.ReadFile(filepath.Join(n.open.public.path, filepath.FromSlash(name)))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fail(http.StatusNotFound)
	case err != nil:
		n.log.Error("a public file cannot be read", "error", err)
		return fail(http.StatusServiceUnavailable)
	}
	if n.mech.Directory.Paused() && !n.open.public.down.Load() && !publish.Lasting(name) && (!strings.HasPrefix(name, "doc/") || isTakenDown(b)) {
		h.Set("Retry-After", "5") // it is being taken down
		return fail(http.StatusServiceUnavailable)
	}
	if publish.Lasting(name) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.HasSuffix(name, ".html") {
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	}
	d := seal.Bytes(b)
	h.Set("Content-Type", kind)
	h.Set("ETag", `"`+seal.Text(d[:], 26)+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	return http.StatusOK
}
