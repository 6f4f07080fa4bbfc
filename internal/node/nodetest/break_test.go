//go:build linux

package nodetest

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"truce/internal/journal/crashtest"
)

var (
	cuts    = flag.Int("cuts", 0, "how often the power is cut; 0 leaves that and the failed syncs out")
	damages = flag.Int("damages", 0, "how often a file is damaged; 0 leaves it out")
)

// slow leaves a test out of a plain go test, which is to stay short.
func slow(t *testing.T, n int) {
	t.Helper()
	if n == 0 {
		t.Skip("make whole-quick and make whole run it")
	}
}

// at gives the same world in another place.
func (w *world) at(base string) *world {
	x := *w
	x.base, x.data, x.copy = base, filepath.Join(base, "data"), filepath.Join(base, "copy")
	return &x
}

// work sends until so much is acknowledged and then ends it.
func (l *ledger) work(t testing.TB, s *server, n int, end func()) {
	t.Helper()
	acks, done := make(chan struct{}, 1000), make(chan struct{})
	go func() { l.write(s, acks); close(done) }()
	for range n {
		select {
		case <-acks:
		case <-done:
			t.Fatalf("it ended by itself: %s", tail(s.errs.String()))
		case <-time.After(time.Minute):
			t.Fatal("it acknowledges nothing")
		}
	}
	end()
	<-done
	s.client.CloseIdleConnections()
}

// powerCuts cuts the power under the program so many times.
func powerCuts(t *testing.T, d *crashtest.Disk, n int) (acked int, err error) {
	r := chance(t)
	mount := filepath.Join(t.TempDir(), "mount")
	must(t, os.Mkdir(mount, 0o700))
	torn, deaf := d.Torn, d.Deaf
	d = crashtest.NewDisk()
	d.Torn = torn
	if err := d.Mount(mount); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	w, l := found(t, mount), newLedger()
	must(t, d.Unmount(r))
	for i := range n {
		d.Deaf = deaf
		must(t, d.Mount(mount))
		s := w.start(t)
		l.work(t, s, 1+r.IntN(60), func() { d.Cut() })
		s.kill()
		must(t, d.Unmount(r))
		after := w.at(filepath.Join(t.TempDir(), "after"))
		must(t, d.Save(after.base))
		s, err := after.try(time.Minute)
		if err != nil {
			return l.size(), fmt.Errorf("cut %d: %w", i+1, err)
		}
		err = l.verify(s)
		s.stop(t)
		os.RemoveAll(after.base)
		if err != nil {
			return l.size(), fmt.Errorf("cut %d: %w", i+1, err)
		}
	}
	return l.size(), nil
}

// What was acknowledged survives a disk that drops all that was not synced, and one that keeps some of it.
func TestPowerCut(t *testing.T) {
	slow(t, *cuts)
	for name, torn := range map[string]bool{"dropped": false, "torn": true} {
		t.Run(name, func(t *testing.T) {
			acked, err := powerCuts(t, &crashtest.Disk{Torn: torn}, *cuts)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d power cuts, %d acknowledged reports and batches, 0 lost", *cuts, acked)
		})
	}
}

// The control: on a disk that ignores every sync the same harness reports a loss.
func TestPowerCutWithoutSyncLoses(t *testing.T) {
	slow(t, *cuts)
	acked, err := powerCuts(t, &crashtest.Disk{Deaf: true}, 3)
	if err == nil {
		t.Fatalf("%d reports were acknowledged without a sync and none is missed", acked)
	}
	t.Log("reported:", tail(err.Error()))
}

// Damage to any file of the data folder, of the second copy or of the keys: either it makes no difference, or the program says so and answers nothing wrong; and where
// it says so, the command that it names repairs it.
func TestDamage(t *testing.T) {
	slow(t, *damages)
	r := chance(t)
	w, l := found(t, t.TempDir()), newLedger()
	s := w.start(t)
	s.openCase(t)
	s.deposit(t)
	l.work(t, s, 60, func() { s.kill() })
	clean := w.at(filepath.Join(t.TempDir(), "clean")) // the same after a stop in order
	must(t, crashtest.Copy(clean.base, w.base))
	s = clean.start(t)
	want := s.hash(t)
	must(t, l.verify(s))
	s.stop(t)
	files, err := crashtest.Files(clean.base)
	must(t, err)
	files = slices.DeleteFunc(files, func(f string) bool { return filepath.Base(f) == "lock" })
	count := map[string]int{}
	table := map[string]map[string]int{}
	for i := range *damages {
		name := files[i%len(files)] // each in turn
		x := clean.at(filepath.Join(t.TempDir(), "x"))
		must(t, crashtest.Copy(x.base, clean.base))
		what, err := crashtest.Damage(r, filepath.Join(x.base, name))
		must(t, err)
		if what == "" {
			continue // an empty file
		}
		how, err := x.survive(t, l, want)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			how = "WRONG"
		}
		count[how]++
		if table[name] == nil {
			table[name] = map[string]int{}
		}
		table[name][how]++
		os.RemoveAll(x.base)
	}
	for _, f := range files {
		if table[f] != nil {
			t.Log(f, table[f])
		}
	}
	t.Logf("%d damages: %v", *damages, count)
}

// survive starts on a damaged folder and says what came of it; an error where an answer is wrong, or damage is found and nothing said of what to do.
func (w *world) survive(t *testing.T, l *ledger, want string) (string, error) {
	said, _ := exec.Command(w.program, "fsck", w.data).CombinedOutput()
	s, err := w.try(time.Minute)
	if err == nil {
		state, _, _ := s.state()
		if state == "working" {
			got := s.hash(t)
			err := l.verify(s)
			s.stop(t)
			if err == nil && got != want {
				err = errors.New("it answers otherwise than before")
			}
			if strings.Contains(string(said), "DAMAGED") {
				return "served, and fsck tells", err
			}
			return "no difference", err
		}
		// Read-only: what it answers is right.
		err := l.verify(s)
		s.stop(t)
		if err != nil {
			return "", fmt.Errorf("read-only, and %w", err)
		}
	} else if !strings.Contains(err.Error(), "truce: ") || strings.Contains(err.Error(), "panic") {
		return "", err
	}
	how := "refused"
	if err == nil {
		how = "read-only"
	}
	out, failed := exec.Command(w.program, "repair", w.data).CombinedOutput()
	if failed != nil {
		if how == "read-only" {
			return "", fmt.Errorf("read-only and not repaired: %s", out)
		}
		return how, nil // its settings or keys: a person brings them back
	}
	s, err2 := w.try(time.Minute)
	if err2 != nil {
		return how, nil
	}
	got := s.hash(t)
	err = l.verify(s)
	s.stop(t)
	if err == nil && got != want {
		err = errors.New("after the repair it answers otherwise than before")
	}
	return how + ", then repaired", err
}

// deposit hands a file in.
func (s *server) deposit(t testing.TB) {
	t.Helper()
	data := strings.Repeat("not a picture ", 10_000)
	key := s.w.tokens["team-1"]
	var u struct{ ID string }
	s.post(t, "/api/uploads", key, m{"name": "crater.bin", "size": len(data)}, &u)
	r, err := http.NewRequest("PATCH", s.url+"/api/uploads/"+u.ID, strings.NewReader(data))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/offset+octet-stream")
	r.Header.Set("Upload-Offset", "0")
	res, err := s.client.Do(r)
	must(t, err)
	res.Body.Close()
	s.post(t, "/api/uploads/"+u.ID+"/deposit", key, m{"tier": "mechanism"}, nil)
}

// refusal is what the program says where it cannot write.
type refusal struct {
	Status       int
	Code, Detail string
	Hint         string
}

// On a full disk the program refuses clearly and soon, nothing half-written can be seen, and with space and a new start all is there.
func TestDiskFull(t *testing.T) {
	mount := filepath.Join(t.TempDir(), "small")
	must(t, os.Mkdir(mount, 0o700))
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("no tmpfs can be mounted here: %v", err)
	}
	defer syscall.Unmount(mount, syscall.MNT_DETACH)
	w, l := found(t, mount), newLedger()
	s := w.start(t)
	// The rest of the disk but a little is somebody else's.
	var st syscall.Statfs_t
	must(t, syscall.Statfs(mount, &st))
	must(t, os.WriteFile(filepath.Join(mount, "other"), make([]byte, st.Bavail*uint64(st.Bsize)-2<<20), 0o600))
	var no refusal
	for k := 0; ; k++ {
		name, lines, track := report(0, k)
		began := time.Now()
		got, a, err := s.report(strings.NewReader(lines))
		took := time.Since(began)
		if err != nil {
			t.Fatalf("no answer: %v\n%s", err, tail(s.errs.String()))
		}
		if a.status < 300 && got.Records == 1 {
			if track {
				l.tracks[name] = lines
			} else {
				l.reports[name] = lines
			}
			continue
		}
		must(t, json.Unmarshal(a.body, &no))
		t.Logf("refused after %s with %d acknowledged: %+v", took.Round(time.Millisecond), l.size(), no)
		if no.Status != http.StatusServiceUnavailable || no.Code != "unavailable" || no.Hint == "" || took > time.Second {
			t.Errorf("this is no clear refusal: %s after %s", a.body, took)
		}
		break
	}
	state, _, err := s.state()
	t.Log("the state is", state, err)
	seen := 0
	must(t, s.all("team-1", "/api/observations", func(json.RawMessage) error { seen++; return nil }))
	if n := len(l.reports); seen > n || seen < n-1 { // the last one is safe and perhaps not in the lists
		t.Errorf("while the disk is full %d reports are seen of %d", seen, n)
	}
	s.kill()
	must(t, os.Remove(filepath.Join(mount, "other")))
	s = w.start(t)
	must(t, l.verify(s))
	_, lines, _ := report(1, 0)
	if got, a, err := s.report(strings.NewReader(lines)); err != nil || got.Records != 1 {
		t.Error("nothing can be written after the restart", string(a.body), err)
	}
	s.stop(t)
}

// One failed sync, wherever it happens, ends the writing: everybody is refused from then on, and what was acknowledged is there after a restart.
func TestFailedSync(t *testing.T) {
	slow(t, *cuts)
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	w, l := found(t, t.TempDir()), newLedger()
	refused := 0
	for _, when := range []int{9, 12, 15, 20, 40} {
		s, err := w.try(time.Minute, strace, "-f", "-qq", "-o", filepath.Join(t.TempDir(), "trace"), "-e", "trace=fsync,fdatasync",
			"-e", fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d", when))
		if err != nil {
			t.Logf("sync %d failed at the start: %s", when, tail(err.Error()))
			continue
		}
		var no refusal
		for range 100 {
			k := l.next[0]
			name, lines, track := report(0, k)
			began := time.Now()
			got, a, err := s.report(strings.NewReader(lines))
			took := time.Since(began)
			must(t, err)
			if a.status < 300 && got.Records+got.Repeated == 1 {
				l.next[0]++
				if track {
					l.tracks[name] = lines
				} else {
					l.reports[name] = lines
				}
				if no.Status != 0 {
					t.Errorf("sync %d failed, and a report after it is taken", when)
				}
				continue
			}
			if no.Status == 0 {
				refused++
			}
			must(t, json.Unmarshal(a.body, &no))
			if no.Status != http.StatusServiceUnavailable || no.Code != "unavailable" || no.Hint == "" || took > time.Second {
				t.Errorf("sync %d: this is no clear refusal: %s after %s", when, a.body, took)
			}
		}
		state, _, _ := s.state()
		if no.Status != 0 && state != "broken" {
			t.Errorf("sync %d failed, and its state is %q", when, state)
		}
		s.kill()
		s = w.start(t)
		if err := l.verify(s); err != nil {
			t.Errorf("sync %d failed: %v", when, err)
		}
		s.stop(t)
	}
	if refused == 0 {
		t.Error("no sync failed")
	}
	t.Logf("%d runs met a failed sync; %d acknowledged, 0 lost", refused, l.size())
}
