package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/journal"
	"truce/internal/node"
)

const example = "../../examples/southwest-syria"

// folder makes a data folder with a second copy and gives its invitations by body.
func folder(t *testing.T) (path string, codes map[string]string) {
	t.Helper()
	base := t.TempDir()
	path = filepath.Join(base, "data")
	list, err := node.Create(context.Background(), node.Init{Path: path, Agreement: os.DirFS(example), Now: time.Now,
		Settings: []byte("metrics: \"\"\ncopy: ../copy\nkeys: ../keys/vault.key\nlimits: {rate: 1000, burst: 10000}\n"),
		Founders: []node.Founder{
			{Name: "A monitor", Body: "team-1", Offices: []string{"monitor"}},
			{Name: "A duty officer", Body: "operations-room", Offices: []string{"duty-officer"}},
			{Name: "A guarantor", Body: "jordan", Offices: []string{"guarantor"}},
		}})
	if err != nil {
		t.Fatal(err)
	}
	codes = map[string]string{}
	for _, x := range list {
		codes[x.Body] = x.Code
	}
	return path, codes
}

func open(t *testing.T, path string) *node.Node {
	t.Helper()
	n, err := node.Open(context.Background(), node.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := n.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	return n
}

// post sends JSON and gives the status and the answer.
func post(t *testing.T, n *node.Node, path, cookie string, body any) (*http.Response, map[string]any) {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1"+path, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	w := httptest.NewRecorder()
	n.Handler().ServeHTTP(w, r)
	var out map[string]any
	json.Unmarshal(w.Body.Bytes(), &out)
	return w.Result(), out
}

// A folder that was made can be served; an invitation opens it once; what was there is there after a restart, whatever became of the view.
func TestFromNothingToAnOpenDoor(t *testing.T) {
	t.Parallel()
	path, codes := folder(t)
	n := open(t, path)
	res, said := post(t, n, "/api/session/invitation", "", map[string]string{"code": codes["operations-room"]})
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusCreated {
		t.Fatal(res.Status, said)
	}
	if res, _ := post(t, n, "/api/session/invitation", "", map[string]string{"code": "wrong-code"}); res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusUnauthorized {
		t.Error(res.Status)
	}
	people := len(n.Mechanism().Directory.People())
	n.Close()

	for name, harm := range map[string]func(){
		"nothing":         func() {},
		"no view":         func() { os.Remove(filepath.Join(path, "view.db")) },
		"a broken view":   func() { os.WriteFile(filepath.Join(path, "view.db"), []byte("not a database"), 0o600) },
		"no sum":          func() { os.Remove(filepath.Join(path, "view.sum")) },
		"one flipped bit": func() { flip(t, filepath.Join(path, "view.db")) },
	} {
		harm()
		n := open(t, path)
		if got := len(n.Mechanism().Directory.People()); got != people {
			t.Errorf("%s: %d people, %d before", name, got, people)
		}
		if caughtUp, why, failed := n.Ready(); !caughtUp || why != nil || failed != nil {
			t.Errorf("%s: %v %v %v", name, caughtUp, why, failed)
		}
		n.Close()
	}
}

func flip(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 4
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A damaged journal is served read-only with the command that repairs it, and that command repairs it.
func TestDamageIsReadOnlyUntilRepaired(t *testing.T) {
	t.Parallel()
	path, codes := folder(t)
	ctx := context.Background()
	file := filepath.Join(path, "journal", "journal.db")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(b, []byte("truce/record/v1\n"))
	b[at+60] ^= 1
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := node.Open(ctx, node.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	_, why, _ := n.Ready()
	if truce.KindOf(why) != truce.Corrupt || !strings.Contains(truce.HintOf(why), "truce repair") {
		t.Errorf("%v, hint %q", why, truce.HintOf(why))
	}
	// Everything can be read, from the copy: also the last invitation, which lies behind the damage. Nothing is accepted.
	wait, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := n.WaitReady(wait); err != nil {
		t.Fatal(err)
	}
	res, me := post(t, n, "/api/session/invitation", "", map[string]string{"code": codes["jordan"]})
	if res.StatusCode != http.StatusCreated {
		t.Error(res.Status)
	}
	cookie := res.Cookies()[0].Name + "=" + res.Cookies()[0].Value
	if res, said := post(t, n, "/api/people/"+me["id"].(string)+"/tokens", cookie, map[string]any{"office": "guarantor", "acts": []string{"read"}}); res.StatusCode != http.StatusServiceUnavailable || said["hint"] == "" {
		t.Error(res.Status, said)
	}
	n.Close()

	list, err := node.Check(ctx, path, "")
	bad := 0
	for _, f := range list {
		if !f.Sound {
			bad++
		}
	}
	if err != nil || bad == 0 {
		t.Errorf("fsck finds nothing: %+v, %v", list, err)
	}
	said, err := node.Repair(ctx, path, "")
	if err != nil || !strings.Contains(said, "rebuilt") {
		t.Fatal(said, err)
	}
	n = open(t, path)
	if _, why, _ := n.Ready(); why != nil {
		t.Error(why)
	}
	n.Close()
	if list, err = node.Check(ctx, path, ""); err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if !f.Sound {
			t.Errorf("%+v", f)
		}
	}
}

// A deposited file lies in the second copy too, encrypted. Damaged or lost in either place, fsck finds it and repair mends it from the other; a damaged copy of
// the journal takes no file with it.
func TestFilesAreKeptTwice(t *testing.T) {
	t.Parallel()
	path, codes := folder(t)
	ctx := context.Background()
	n := open(t, path)
	_, me := post(t, n, "/api/session/invitation", "", map[string]string{"code": codes["team-1"]})
	v, _ := n.Mechanism().Directory.Viewer(truce.PersonID(me["id"].(string)), truce.OfficeMonitor, truce.InstantOf(time.Now()))
	v.Vouch = truce.VouchSession
	plain := strings.Repeat("what was seen ", 10_000)
	u, err := n.Mechanism().BeginUpload(v, "crater.bin", int64(len(plain)))
	if err == nil {
		_, err = n.Mechanism().AppendUpload(v, u.ID, 0, strings.NewReader(plain))
	}
	if err == nil {
		_, err = n.Mechanism().Deposit(ctx, v, u.ID, truce.Digest{}, truce.TierMechanism, nil, "", false)
	}
	if err != nil {
		t.Fatal(err)
	}
	n.Close()
	first, second := filepath.Join(path, "media", u.ID), filepath.Join(filepath.Dir(path), "copy", "media", u.ID)
	whole, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	if copied, err := os.ReadFile(second); err != nil || !bytes.Equal(whole, copied) || bytes.Contains(copied, []byte("what was seen")) {
		t.Fatalf("the second copy: %v", err)
	}
	sound := func() bool {
		t.Helper()
		list, err := node.Check(ctx, path, "")
		if err != nil {
			t.Fatal(err)
		}
		return !slices.ContainsFunc(list, func(f node.Finding) bool { return !f.Sound })
	}
	if !sound() {
		t.Fatal("damaged from the beginning")
	}
	segments := func() {
		list, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "copy", "*.segment"))
		flip(t, list[0])
	}
	for name, harm := range map[string]func(){
		"a flipped bit": func() { flip(t, first) }, "lost": func() { os.Remove(first) }, "a flipped bit in the copy": func() { flip(t, second) }, "lost in the copy": func() { os.Remove(second) },
		"the copy of the journal": segments, "both": func() { flip(t, first); segments() },
	} {
		harm()
		if sound() {
			t.Errorf("%s: fsck finds nothing", name)
		}
		if said, err := node.Repair(ctx, path, ""); err != nil {
			t.Errorf("%s: %s, %v", name, said, err)
		}
		a, errA := os.ReadFile(first)
		b, errB := os.ReadFile(second)
		if !sound() || errA != nil || errB != nil || !bytes.Equal(a, whole) || !bytes.Equal(b, whole) {
			t.Errorf("%s: not mended: %v, %v", name, errA, errB)
		}
	}
	// What was deposited before the settings named a copy is copied by a start.
	if err := os.Remove(second); err != nil || sound() {
		t.Fatalf("lost, and nothing is found: %v", err)
	}
	n = open(t, path)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if b, err := os.ReadFile(second); err == nil && bytes.Equal(b, whole) {
			break
		}
	}
	n.Close()
	if !sound() {
		t.Error("a start does not copy what the second copy lacks")
	}
}

// A backup of a live mechanism can be restored; it accepts nothing until it is told what is missing.
func TestBackupRestoreRejoin(t *testing.T) {
	t.Parallel()
	path, _ := folder(t)
	ctx := context.Background()
	n := open(t, path)
	backup := filepath.Join(t.TempDir(), "backup")
	head, err := node.Backup(ctx, path, backup)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := node.Backup(ctx, path, backup); truce.KindOf(err) != truce.Conflict {
		t.Errorf("a backup over a backup: %v", err)
	}
	n.Close()

	base := t.TempDir()
	restored := filepath.Join(base, "data")
	if got, err := node.Restore(ctx, backup, restored); err != nil || got != head {
		t.Fatal(got, err)
	}
	keys := must(os.ReadFile(filepath.Join(filepath.Dir(path), "keys", "vault.key")))
	os.MkdirAll(filepath.Join(base, "keys"), 0o700)
	os.WriteFile(filepath.Join(base, "keys", "vault.key"), keys, 0o600)
	n = open(t, restored)
	if _, why, _ := n.Ready(); truce.KindOf(why) != truce.Unavailable || !strings.Contains(truce.HintOf(why), "truce rejoin") {
		t.Errorf("%v", why)
	}
	n.Close()
	ahead := journal.Head{Seq: head.Seq + 1, Digest: truce.Digest{1}}
	if err := node.Rejoin(ctx, restored, "", ahead, ""); truce.KindOf(err) != truce.Conflict {
		t.Errorf("it is behind and does not say so: %v", err)
	}
	if err := node.Rejoin(ctx, restored, "", head, ""); err != nil {
		t.Fatal(err)
	}
	n = open(t, restored)
	if _, why, _ := n.Ready(); why != nil {
		t.Error(why)
	}
	n.Close()
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// A folder in use, a folder that is none, keys of another mechanism and a folder that is not empty are refused with what to do.
func TestDangerousStarts(t *testing.T) {
	t.Parallel()
	path, _ := folder(t)
	ctx := context.Background()
	n := open(t, path)
	if _, err := node.Open(ctx, node.Options{Path: path}); truce.KindOf(err) != truce.Conflict || truce.HintOf(err) == "" {
		t.Errorf("a second writer: %v", err)
	}
	if _, err := node.Check(ctx, path, ""); truce.KindOf(err) != truce.Conflict {
		t.Errorf("fsck of a served folder: %v", err)
	}
	n.Close()
	if _, err := node.Open(ctx, node.Options{Path: t.TempDir()}); truce.KindOf(err) != truce.NotFound || !strings.Contains(truce.HintOf(err), "truce init") {
		t.Errorf("no data folder: %v", err)
	}
	other, _ := folder(t)
	keys := must(os.ReadFile(filepath.Join(filepath.Dir(other), "keys", "vault.key")))
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "keys", "vault.key"), keys, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := node.Open(ctx, node.Options{Path: path}); truce.KindOf(err) != truce.Invalid {
		t.Errorf("other keys: %v", err)
	}
	if _, err := node.Create(ctx, node.Init{Path: path, Agreement: os.DirFS(example), Now: time.Now}); truce.KindOf(err) != truce.Conflict {
		t.Errorf("a folder that is not empty: %v", err)
	}
	// The copy of another mechanism would be taken for this one's, which is behind it.
	fresh := filepath.Join(t.TempDir(), "data")
	_, err := node.Create(ctx, node.Init{Path: fresh, Agreement: os.DirFS(example), Now: time.Now,
		Settings: []byte("copy: " + filepath.Join(filepath.Dir(path), "copy") + "\n")})
	if _, made := os.Stat(fresh); truce.KindOf(err) != truce.Conflict || made == nil {
		t.Errorf("the copy of another mechanism: %v", err)
	}
}

// It listens, answers, tells its health, and stops in order.
func TestServeAndStop(t *testing.T) {
	t.Parallel()
	path, _ := folder(t)
	n, err := node.Open(context.Background(), node.Options{Path: path, Override: func(c *node.Config) { c.Listen, c.Metrics = "127.0.0.1:0", "127.0.0.1:0" }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	address := make(chan string, 1)
	done := make(chan error, 1)
	go func() { done <- n.Serve(ctx, func(a string) { address <- a }) }()
	res, err := http.Get("http://" + <-address + "/api/health")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", res.Status, b)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	n.Close()
}

func TestFounders(t *testing.T) {
	a := agreement(t)
	for _, c := range []struct{ name, text, message string }{
		{"sound", "- {name: A, body: operations-room, offices: [duty-officer]}\n- {name: B, body: jordan, offices: [guarantor]}\n", ""},
		{"nobody could add anybody", "- {name: A, body: operations-room, offices: [duty-officer]}\n", "nobody could add anybody"},
		{"no office", "- {name: A, body: operations-room, offices: [king]}\n", `no office "king"`},
		{"a participant runs it", "- {name: A, body: russia, offices: [duty-officer]}\n", "is a participant"},
		{"a stranger speaks", "- {name: A, body: atlantis, offices: [liaison]}\n", "is none of the agreement"},
		{"unknown key", "- {name: A, body: jordan, office: [guarantor]}\n", "unknown field"},
	} {
		_, problems := node.ReadFounders("people.yaml", []byte(c.text), a)
		if c.message == "" {
			if len(problems) > 0 {
				t.Errorf("%s: %v", c.name, problems)
			}
			continue
		}
		if len(problems) == 0 || !strings.Contains(problems[0].Message, c.message) || problems[0].Line == 0 {
			t.Errorf("%s: %+v", c.name, problems)
		}
	}
}
