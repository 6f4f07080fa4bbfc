package node_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"truce"
	"truce/internal/node"
	"truce/verify"
)

// recording is a folder that has an open record, with more to say of it.
func recording(t *testing.T, more string) (path string, codes map[string]string) {
	t.Helper()
	path, codes = folder(t)
	settings := filepath.Join(path, node.ConfigFile)
	b, err := os.ReadFile(settings)
	if err == nil {
		err = os.WriteFile(settings, append(b, "open_record: {origin: mechanism.example/test"+more+"}\n"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path, codes
}

// grown waits until the open record has more leaves than before, and checks it.
func grown(t *testing.T, path string, than int64, seen []byte) *verify.Report {
	t.Helper()
	var last error
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		r, err := verify.Check(os.DirFS(filepath.Join(path, "public")), verify.Options{Now: truce.InstantOf(time.Now()), Seen: seen})
		if last = err; err == nil && r.Size > than && r.Whole {
			if len(r.Faults) > 0 {
				if r.Size != r.Leaves.Sealed+r.Leaves.Text+r.Leaves.Policy {
					continue // a tick was being written while it was read
				}
				t.Fatalf("%+v", r.Faults)
			}
			return r
		}
	}
	t.Fatalf("the open record does not grow: %v", last)
	return nil
}

// A node keeps an open record from its first start on; it is the same after a restart, is made again where its tiles are lost, and is never signed with another key.
func TestAnOpenRecordGrows(t *testing.T) {
	path, _ := recording(t, ", tick: 1")
	n := open(t, path)
	first := grown(t, path, 0, nil)
	if first.Leaves.Text != 1 || !first.Whole || first.Origin != "mechanism.example/test" {
		t.Errorf("%+v", first)
	}
	second := grown(t, path, first.Size, first.Checkpoint)
	n.Close()
	if err := os.RemoveAll(filepath.Join(path, "public", "tile")); err != nil {
		t.Fatal(err)
	}
	if r, err := verify.Check(os.DirFS(filepath.Join(path, "public")), verify.Options{}); err == nil && r.Whole {
		t.Error("control: the tiles are still there")
	}
	n = open(t, path)
	third := grown(t, path, second.Size, second.Checkpoint)
	n.Close()
	if third.Since != second.Size {
		t.Errorf("%+v", third)
	}
	key := filepath.Join(path, "keys", "log.key")
	was, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if n, err := node.Open(t.Context(), node.Options{Path: path}); err == nil {
		n.Close()
		t.Error("a log that was signed got another key")
	}
	if b, err := os.ReadFile(key); err == nil && !bytes.Equal(b, was) {
		t.Error("another key was written")
	}
}

// A pause brings a tick of its own, and the grid's may come in the same second, before the log has taken the first. The second journals nothing then: no log takes two ticks of one time,
// and the record would stop for ever.
func TestNoTwoTicksHaveOneTime(t *testing.T) {
	path, _ := recording(t, "")
	ctx := context.Background()
	now := truce.InstantOf(time.Now()) / 1000 * 1000
	n, set, err := node.OpenAlone(ctx, path, now)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	head := func() truce.Seq {
		t.Helper()
		seq, err := n.Head(ctx)
		must(err)
		return seq
	}
	must(n.WaitReady(ctx))
	must(n.Step(ctx, 0))
	must(n.Step(ctx, now))
	first := head()
	must(n.Step(ctx, now))
	if head() != first {
		t.Error("a second tick of one time was journaled")
	}
	// Nor does a tick end before the log can take it: the step behind it would not know of it.
	later := now.Add(time.Minute)
	set(later)
	grown, release := n.GrowUntold(ctx, later)
	until(t, "it does not grow", time.Minute, func() bool { return head() > first })
	select {
	case err = <-grown:
		t.Error("a tick ended before the log was told of it")
		release()
	case <-time.After(100 * time.Millisecond):
		release()
		err = <-grown
	}
	must(err)
	second := head()
	must(n.Step(ctx, later.Add(-30*time.Second))) // the grid's, from before the pause's
	if head() != second {
		t.Error("a tick was journaled that is earlier than the last")
	}
	last := later.Add(time.Minute)
	set(last)
	must(n.Step(ctx, last))
	must(n.Step(ctx, 0))
	r, err := verify.Check(os.DirFS(filepath.Join(path, "public")), verify.Options{Now: last})
	if err != nil || len(r.Faults) > 0 || !r.Whole || r.Leaves.Sealed != 3*16 {
		t.Errorf("it does not go on: %+v, %v", r, err)
	}
	// A log for which few records may wait reads the others again, and comes to the same.
	for _, most := range []int{0, 2, 1000} {
		if again, is, err := n.Anew(ctx, most); err != nil || again != is || is.Size == 0 {
			t.Errorf("with %d records that wait: %+v, not %+v, %v", most, again, is, err)
		}
	}
}
