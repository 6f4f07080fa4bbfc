package crashtest_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"truce"
	"truce/internal/journal"
	"truce/internal/journal/crashtest"
)

var cuts = flag.Int("cuts", 4, "how often the power is cut")

// powerCuts cuts the power under a writing program so many times and gives what the harness reports.
func powerCuts(t *testing.T, d *crashtest.Disk, n int) (acked int, err error) {
	r := chance(t)
	mount := filepath.Join(t.TempDir(), "mount")
	if err := os.Mkdir(mount, 0o700); err != nil {
		t.Fatal(err)
	}
	torn, deaf := d.Torn, d.Deaf
	acks := crashtest.Acks{}
	for i := range n {
		if i%20 == 0 {
			d = crashtest.NewDisk()
			d.Torn, acks = torn, crashtest.Acks{}
		}
		d.Deaf = deaf && i > 0 // after a good beginning
		if err := d.Mount(mount); err != nil {
			t.Skipf("no file system can be mounted here: %v", err)
		}
		got, other, err := crashtest.Run(command(filepath.Join(mount, "data")), 1+r.IntN(300), d.Cut)
		if unmounted := d.Unmount(r); unmounted != nil {
			t.Fatal(unmounted)
		}
		for _, line := range other { // after the cut the program is told of errors; before it none may happen
			if !strings.Contains(line, "input/output error") && !strings.Contains(line, "disk I/O error") {
				return acked, fmt.Errorf("cut %d: %s", i+1, line)
			}
		}
		if err != nil {
			return acked, fmt.Errorf("cut %d: %w", i+1, err)
		}
		join(acks, got)
		acked += len(got)
		after := filepath.Join(t.TempDir(), "after")
		if err := d.Save(after); err != nil {
			t.Fatal(err)
		}
		if _, err := verify(filepath.Join(after, "data"), acks); err != nil {
			return acked, fmt.Errorf("cut %d: %w", i+1, err)
		}
		os.RemoveAll(after)
	}
	return acked, nil
}

// What was acknowledged survives a disk that drops all that was not synced, and one that keeps some of it.
func TestPowerCut(t *testing.T) {
	for name, torn := range map[string]bool{"dropped": false, "torn": true} {
		t.Run(name, func(t *testing.T) {
			acked, err := powerCuts(t, &crashtest.Disk{Torn: torn}, *cuts)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d power cuts, %d acknowledged records, 0 lost", *cuts, acked)
		})
	}
}

// The control: on a disk that ignores every sync the same harness reports a loss.
func TestPowerCutWithoutSyncLoses(t *testing.T) {
	acked, err := powerCuts(t, &crashtest.Disk{Deaf: true}, 2)
	if err == nil {
		t.Fatalf("%d records were acknowledged without a sync and none is missed", acked)
	}
	t.Log("reported:", err)
}

// On a full disk the writer refuses clearly, nothing half-written can be seen, and with space all that was acknowledged is there.
func TestDiskFull(t *testing.T) {
	mount := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(mount, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("no tmpfs can be mounted here: %v", err)
	}
	defer syscall.Unmount(mount, 0)
	dir := filepath.Join(mount, "data")
	s, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	w, err := journal.NewWriter(ctx, s, journal.Options{Head: s.file, Now: func() truce.Instant { return 1_600_000_000_000 }})
	if err != nil {
		t.Fatal(err)
	}
	acks := crashtest.Acks{}
	for k := 0; ; k++ {
		d := draft("full", k)
		began := time.Now()
		first, _, err := w.Submit(ctx, []journal.Draft{d})
		if err == nil {
			acks[first] = d.Record.ID
			continue
		}
		t.Logf("refused after %s: %v", time.Since(began).Round(time.Millisecond), err)
		if truce.KindOf(err) != truce.Unavailable || !strings.Contains(err.Error(), "the disk is full") {
			t.Fatal(err)
		}
		break
	}
	if _, _, err := w.Submit(ctx, []journal.Draft{draft("full", 0)}); truce.KindOf(err) != truce.Unavailable || truce.HintOf(err) == "" {
		t.Fatal(err)
	}
	seen, err := all(s)
	if err != nil || len(seen) != len(acks) {
		t.Fatalf("%d records can be seen, %d were acknowledged (%v)", len(seen), len(acks), err)
	}
	w.Close()
	s.Close()
	if err := syscall.Mount("tmpfs", mount, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	n, err := verify(dir, acks)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d acknowledged, %d there", len(acks), n)
}

// One failed sync, wherever it happens, ends the writing: everybody is refused from then on, and what was acknowledged is there afterwards.
func TestFailedSync(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	failed := 0
	for when := 1; when <= 12; when += 2 {
		dir := filepath.Join(t.TempDir(), "data")
		first, _, err := crashtest.Run(command(dir), 50, nil)
		if err != nil {
			t.Fatal(err)
		}
		plain := command(dir)
		cmd := exec.Command(strace, append([]string{"-f", "-qq", "-o", filepath.Join(t.TempDir(), "trace"),
			"-e", "trace=fsync,fdatasync", "-e", fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d", when)}, plain.Args...)...)
		cmd.Env = plain.Env
		got, other, err := crashtest.Run(cmd, 2000, nil)
		if err != nil {
			t.Fatal(err)
		}
		join(first, got)
		if len(other) > 0 {
			failed++
		}
		if _, err := verify(dir, first); err != nil {
			t.Fatalf("sync %d failed: %v (%v)", when, err, other)
		}
	}
	if failed == 0 {
		t.Fatal("no sync failed")
	}
	t.Logf("%d runs met a failed sync, 0 acknowledged records lost", failed)
}
