package node_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/node"
	"truce/internal/publish"
	"truce/internal/record"
	"truce/verify"
)

// sites says that the tests run that wait for whole sites; make site does.
var sites = flag.Bool("sites", false, "pause a demonstration's publication, and look at who may read its public folder")

// siteOf serves a copy of the demonstration, with its public folder.
func siteOf(t *testing.T) (n *node.Node, path string) {
	t.Helper()
	if !*sites {
		t.Skip("left out: run make site")
	}
	path = filepath.Join(t.TempDir(), "demo")
	if err := os.CopyFS(path, os.DirFS(demoFolder(t))); err != nil {
		t.Fatal(err)
	}
	n, err := node.Open(context.Background(), node.Options{Path: path, Demo: &thin, Override: func(c *node.Config) { c.OpenRecord.Tick = 24 * 60 * 60 }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n, path
}

// until waits for something that the node does by itself.
func until(t *testing.T, what string, most time.Duration, ok func() bool) time.Duration {
	t.Helper()
	begun := time.Now()
	for !ok() {
		if time.Since(begun) > most {
			t.Fatalf("within %v: %s", most, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(begun)
}

// publicFiles reads the public folder.
func publicFiles(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".new") {
			return nil // it may be replaced at this moment
		}
		if b, err := os.ReadFile(filepath.Join(dir, path)); err == nil {
			out[path] = b
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// told are the names of files about findings, outcomes and reports; closed is what their documents begin with.
var (
	told   = regexp.MustCompile(`^((en|ar|ru)/(finding|outcome|report|archive)/|data/|check/)`)
	closed = regexp.MustCompile(`^\{"form":"truce/(finding|outcome|report|reveal)/`)
)

// secretDuringPause reports whether a file is not to be read while publication is paused.
func secretDuringPause(path string, b []byte, names []string) bool {
	if told.MatchString(path) && path != "data/articles.json" && !(strings.HasSuffix(path, ".csv") && bytes.Count(b, []byte("\n")) <= 2) && !(strings.HasSuffix(path, ".geojson") && bytes.Contains(b, []byte(`"features": []`))) {
		return true
	}
	if strings.HasPrefix(path, "doc/") {
		return closed.Match(b)
	}
	for _, n := range names { // a page or a feed that still tells of one
		if bytes.Contains(b, []byte(n)) && (strings.HasSuffix(path, ".html") || strings.HasSuffix(path, ".atom") || strings.HasSuffix(path, ".json")) {
			return true
		}
	}
	return false
}

// One person pauses, and within five seconds nothing about findings, outcomes and reports can be read, neither in the folder nor from the node; two resume, and all
// of it is there again, byte for byte.
func TestAPauseTakesDownWhatWasPublished(t *testing.T) {
	n, path := siteOf(t)
	server := httptest.NewServer(n.Handler())
	defer server.Close()
	get := func(path string) (int, []byte, http.Header) {
		t.Helper()
		res, err := http.Get(server.URL + "/open/" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, b, res.Header
	}
	public := filepath.Join(path, "public")
	whole := func() bool {
		b, err := os.ReadFile(filepath.Join(public, publish.ManifestFile))
		return err == nil && !bytes.Contains(b, []byte(`:""`)) && bytes.Contains(b, []byte("*/finding/"))
	}
	until(t, "there is no site", 2*time.Minute, whole)
	before := publicFiles(t, public)
	var names []string
	for p := range before {
		if name, ok := strings.CutPrefix(p, "en/finding/"); ok {
			names = append(names, strings.TrimSuffix(name, ".html"))
		}
	}
	if len(names) == 0 || !secretDuringPause("en/index.html", before["en/index.html"], names) {
		t.Fatal("control: nothing is published")
	}
	// What the node hands out is what lies there, with its type; nothing else, and no list.
	for _, p := range []string{"index.html", "en/index.html", "en/finding/" + names[0] + ".html", "checkpoint", "en/feed.atom"} {
		if code, b, h := get(p); code != http.StatusOK || !bytes.Equal(b, before[p]) || h.Get("Content-Type") != publish.TypeOf(p) || h.Get("ETag") == "" {
			t.Errorf("%s: %d, %v", p, code, h)
		}
	}
	for _, p := range []string{"en/", "doc/", "site.json", "../truce.yaml", "..%2ftruce.yaml", "en/finding/../../truce.yaml", "truce.yaml", "en/index.html.new"} {
		if code, b, _ := get(p); code == http.StatusOK && !bytes.Equal(b, before["en/index.html"]) {
			t.Errorf("%q is handed out: %.80s", p, b)
		}
	}
	if res, err := http.Post(server.URL+"/open/checkpoint", "text/plain", strings.NewReader("x")); err != nil || res.StatusCode != http.StatusMethodNotAllowed {
		t.Error(res, err)
	}

	now := func(v access.Viewer) access.Viewer { v.Now, v.Proved = n.Now(), n.Now(); return v }
	ctx := context.Background()
	if _, _, err := n.Mechanism().Pause(ctx, now(viewer(t, n, truce.OfficeAuditor)), record.Pause{Act: record.PausePaused, Reason: "A threat."}); err != nil {
		t.Fatal(err)
	}
	until(t, "the pause is not known", 5*time.Second, n.Mechanism().Directory.Paused)
	if code, b, _ := get("en/finding/" + names[0] + ".html"); code == http.StatusOK {
		t.Errorf("the node hands a finding out while it is taken down: %.80s", b)
	}
	clean := func() bool {
		for p, b := range publicFiles(t, public) {
			if secretDuringPause(p, b, names) {
				return false
			}
		}
		return true
	}
	took := until(t, "something can still be read", 5*time.Second, clean)
	t.Logf("all of it was taken down after %v", took.Round(time.Millisecond))
	for p, b := range before {
		if code, got, _ := get(p); code == http.StatusOK && secretDuringPause(p, got, names) {
			t.Errorf("%s can be read: %.80s", p, b)
		}
	}
	// A stranger sees why, and that nothing was dropped.
	check := func() *verify.Report {
		r, err := verify.Check(os.DirFS(public), verify.Options{})
		if err != nil {
			return &verify.Report{Faults: []verify.Remark{{Says: err.Error()}}}
		}
		return r
	}
	until(t, "the record does not say that it is paused", time.Minute, func() bool { r := check(); return len(r.Faults) == 0 && r.Leaves.Pause%2 == 1 })
	until(t, "the pages do not say that it is paused", time.Minute, func() bool {
		_, b, _ := get("en/index.html")
		return bytes.Contains(b, []byte("Publication is paused"))
	})
	if !clean() {
		t.Error("what was taken down came back with the tick")
	}

	r, _, err := n.Mechanism().Pause(ctx, now(viewer(t, n, truce.OfficeDutyOfficer)), record.Pause{Act: record.PauseResumes, Reason: "It is over."})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Mechanism().Await(ctx, r.Seq); err != nil {
		t.Fatal(err)
	}
	if !n.Mechanism().Directory.Paused() || !clean() {
		t.Error("one person alone resumed publication")
	}
	if _, err := n.Mechanism().Confirm(ctx, now(viewer(t, n, truce.OfficeGuarantor)), r.ID, "We agree."); err != nil {
		t.Fatal(err)
	}
	until(t, "publication does not go on", time.Minute, func() bool {
		return !n.Mechanism().Directory.Paused() && check().Leaves.Pause%2 == 0 && len(check().Faults) == 0 && whole()
	})
	after := publicFiles(t, public)
	for p, b := range before {
		if (strings.HasPrefix(p, "doc/") || strings.Contains(p, "/finding/") || strings.Contains(p, "/report/") || strings.HasPrefix(p, "check/")) && !bytes.Equal(after[p], b) {
			t.Errorf("%s is not what it was", p)
		}
	}
	if left, err := os.ReadDir(public + ".paused"); err != nil || len(left) > 0 {
		t.Error("documents stayed aside", left, err)
	}
}

// Another user's web server can read everything in the public folder, and nothing beside it.
func TestThePublicFolderCanBeHandedOut(t *testing.T) {
	n, path := siteOf(t)
	until(t, "there is no site", 2*time.Minute, func() bool { _, err := os.Stat(filepath.Join(path, "public", "en", "index.html")); return err == nil })
	n.Close()
	modes := func(dir string, want func(p string, d fs.DirEntry) fs.FileMode) {
		t.Helper()
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && info.Mode().Perm()&^want(p, d) != 0 || info.Mode().Perm()|want(p, d) != info.Mode().Perm() && want(p, d) != 0o700 {
				t.Errorf("%s has the mode %v", p, info.Mode())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	modes(filepath.Join(path, "public"), func(_ string, d fs.DirEntry) fs.FileMode {
		if d.IsDir() {
			return 0o755
		}
		return 0o644
	})
	modes(filepath.Join(demoFolder(t), "keys"), func(string, fs.DirEntry) fs.FileMode { return 0o700 })
}
