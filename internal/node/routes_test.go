package node_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/node"
	"truce/internal/publish"
)

// What can be asked of a node beside the interface and the pages stands in the reference, with the question of the policy before it; and the public folder gives everybody
// what the policy shows to the public, whoever asks: each file as it lies there, nothing else, and nothing at all where the policy would not show such a thing.
func TestTheOpenFolderAsksThePolicy(t *testing.T) {
	path, codes := recording(t, "")
	ctx := context.Background()
	now := truce.InstantOf(time.Now())/1000*1000 + 1000
	n, _, err := node.OpenAlone(ctx, path, now)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	for _, due := range []truce.Instant{0, now, 0} {
		if err := n.WaitReady(ctx); err != nil {
			t.Fatal(err)
		}
		if err := n.Step(ctx, due); err != nil {
			t.Fatal(err)
		}
	}
	var b strings.Builder
	fmt.Fprint(&b, "\n| request | question | what it does |\n| --- | --- | --- |\n")
	for _, r := range n.Routes() {
		asks := r.Act.String() + " " + r.Kind.String()
		if r.Open != "" {
			asks += "; " + r.Open
		}
		fmt.Fprintf(&b, "| `%s %s` | %s | %s |\n", r.Method, r.Path, asks, r.Says)
	}
	page, err := os.ReadFile("../../docs/reference/api.md")
	_, after, found := bytes.Cut(page, []byte("<!-- routes of the node -->\n"))
	if have, _, ended := bytes.Cut(after, []byte("\n<!-- end of the node's routes -->")); err != nil || !found || !ended || string(have) != b.String() {
		t.Errorf("docs/reference/api.md does not say what can be asked of a node:\n%s", b.String())
	}

	in, _ := post(t, n, "/api/session/invitation", "", map[string]string{"code": codes["team-1"]})
	var session string
	for _, c := range in.Cookies() {
		session = c.Name + "=" + c.Value
	}
	ask := func(h http.Handler, method, name, cookie string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://127.0.0.1/open/"+name, nil)
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	files := publicFiles(t, filepath.Join(path, "public"))
	if len(files) < 20 || session == "" {
		t.Fatalf("%d files, %q", len(files), session)
	}
	shown := 0
	for k := range access.Kind(100) { // more than there are
		sees := access.See(access.Viewer{Now: now}, access.Thing{Kind: k, Tier: truce.TierPublic, Class: access.ClassOrdinary, Classified: 1, Release: 1}).Has(access.Existence)
		if w := ask(n.OpenAs(k), http.MethodGet, "checkpoint", ""); (w.Code == http.StatusOK) != sees || !sees && bytes.Equal(w.Body.Bytes(), files["checkpoint"]) {
			t.Errorf("as a %s, which the public may see: %v, it is answered with %d", k, sees, w.Code)
		}
		if sees {
			shown++
		}
	}
	if shown < 2 {
		t.Errorf("control: the public sees %d kinds of things", shown)
	}
	for name, is := range files {
		for _, cookie := range []string{"", session} {
			want := http.StatusOK
			if publish.TypeOf(name) == "" {
				want = http.StatusNotFound
			}
			if w := ask(n.Handler(), http.MethodGet, name, cookie); w.Code != want || want == http.StatusOK && !bytes.Equal(w.Body.Bytes(), is) {
				t.Errorf("%s: %d, %d bytes", name, w.Code, w.Body.Len())
			}
		}
		if w := ask(n.Handler(), http.MethodPost, name, ""); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s can be written to: %d", name, w.Code)
		}
	}
}
