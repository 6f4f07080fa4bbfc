package verifying_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"truce"
	"truce/cmd/internal/verifying"
	"truce/internal/disk"
	"truce/internal/ledger"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
	"truce/internal/witness"
	"truce/verify"
)

// public writes the open record of a journal of so many ticks; another history says other things.
func public(t *testing.T, keys *vault.Keyring, ticks int, history string) string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	folder, err := disk.Open(dir)
	must(err)
	s := seal.NewSigner(seal.Key{3})
	key, err := s.Public().LogKey("mechanism.example/cli")
	must(err)
	policy := witness.NewPolicy(witness.Log{Key: key})
	k := &ledger.Keeper{Log: ledger.New("mechanism.example/cli", keys), Files: ledger.NewFiles(folder), Signer: s, Policy: policy}
	seq := truce.Seq(0)
	put := func(kind truce.RecordKind, body []byte) *ledger.Tick {
		seq++
		x, err := k.Log.Record(&truce.Record{Seq: seq, ID: truce.RecordID(fmt.Sprint("r-", history, seq)), Kind: kind, Body: body, Author: truce.Author{Vouch: truce.VouchNode}})
		must(err)
		return x
	}
	for i := range ticks {
		put(truce.RecordObservation, []byte(history))
		at := truce.Instant(1_700_000_000_000 + 60_000*int64(i))
		c, files, err := k.Log.Prepare(at, at.Add(ledger.DefaultDue), policy.String())
		must(err)
		must(k.Put(files))
		var d record.Draft
		d, err = c.Draft()
		must(err)
		x := put(truce.RecordCheckpoint, d.Record.Body)
		must(k.Write(x))
		_, err = k.Publish(context.Background(), x)
		must(err)
	}
	return dir
}

func TestRun(t *testing.T) {
	keys, err := vault.NewKeyring(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	seen, fork := t.TempDir(), filepath.Join(t.TempDir(), "fork.txt")
	run := func(from string, change func(*verifying.Request)) (int, string, error) {
		q := verifying.Request{From: from, Seen: seen, Keep: true, Fork: fork, Now: 1_700_000_100_000}
		if change != nil {
			change(&q)
		}
		var b bytes.Buffer
		code, err := verifying.Run(context.Background(), q, &b)
		return code, b.String(), err
	}
	small, large, other := public(t, keys, 2, "a"), public(t, keys, 4, "a"), public(t, keys, 5, "b")
	if code, out, err := run(small, nil); code != verifying.ExitHolds || err != nil || !strings.Contains(out, "you look for the first time") {
		t.Errorf("%d, %v: %s", code, err, out)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(large)))
	defer server.Close()
	if code, out, err := run(server.URL, nil); code != verifying.ExitHolds || err != nil || !strings.Contains(out, "since you last looked") {
		t.Errorf("%d, %v: %s", code, err, out)
	}
	bundle := filepath.Join(t.TempDir(), "record.zip")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if err := z.AddFS(os.DirFS(large)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	if err := os.WriteFile(bundle, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, err := run(bundle, func(q *verifying.Request) { q.JSON = true })
	var r verify.Report
	if code != verifying.ExitHolds || err != nil || json.Unmarshal([]byte(out), &r) != nil || r.Verdict != verify.HoldsInPart || r.Since != r.Size {
		t.Errorf("%d, %v: %s", code, err, out)
	}
	if code, _, _ := run(large, func(q *verifying.Request) { q.Strict = true }); code != verifying.ExitDoesNot {
		t.Errorf("a policy without witnesses is no remark: %d", code)
	}
	// What was kept is a larger log than this one, and another history.
	if code, out, _ := run(small, nil); code != verifying.ExitDoesNot || !strings.Contains(out, "shrunk") {
		t.Errorf("%d: %s", code, out)
	}
	code, out, err = run(other, nil)
	if code != verifying.ExitDoesNot || err != nil || !strings.Contains(out, "IT DOES NOT HOLD") {
		t.Errorf("%d, %v: %s", code, err, out)
	}
	if p, err := os.ReadFile(fork); err != nil {
		t.Error(err)
	} else if _, err := witness.ParseFork(p); err != nil {
		t.Error(err)
	}
	// It is not believed the next time either, and the good one still is.
	if code, _, _ := run(other, nil); code != verifying.ExitDoesNot {
		t.Error("the second look at a fork takes it for good")
	}
	if code, _, _ := run(large, nil); code != verifying.ExitHolds {
		t.Error("the good log holds no more")
	}
	for name, from := range map[string]string{"nothing": filepath.Join(seen, "nowhere"), "an empty folder": t.TempDir(), "no bundle": fork, "no server": server.URL + "/nowhere"} {
		if code, _, err := run(from, nil); code != verifying.ExitCannotRead || err == nil {
			t.Errorf("%s: %d, %v", name, code, err)
		}
	}
}
