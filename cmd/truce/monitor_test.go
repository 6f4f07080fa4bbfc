package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"truce/assess"
	"truce/internal/monitor"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/verify"
)

// smallRecord writes a record of a policy and some sealed leaves, one tick for each salt.
func smallRecord(t *testing.T, dir string, salts ...string) seal.NoteKey {
	t.Helper()
	signer := seal.NewSigner(seal.Key{1})
	key, err := signer.Public().LogKey("record.example")
	if err != nil {
		t.Fatal(err)
	}
	write := func(path string, b []byte) {
		at := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	policy := witness.NewPolicy(witness.Log{Key: key}).String()
	doc, err := verify.Encode(verify.PolicyDocument{Form: verify.FormPolicy, Policy: policy})
	if err != nil {
		t.Fatal(err)
	}
	digest := seal.Bytes(doc)
	write("doc/"+digest.String(), doc)
	write("policy", []byte(policy))
	var tree seal.Tree
	last := seal.Checkpoint{Origin: "record.example"}
	at := time.Now().Add(-time.Duration(len(salts)) * time.Minute).Unix()
	for i, s := range salts {
		leaf := verify.Leaf{Kind: verify.Sealed, Time: at + int64(i), Due: at + 1_000_000, Size: last.Size, Root: last.Root, Engine: assess.Engine(), Body: seal.Bytes([]byte(s))}
		list := []verify.Leaf{leaf}
		if i == 0 {
			list = append(list, verify.Leaf{Kind: verify.PolicyLeaf, Time: leaf.Time, Engine: leaf.Engine, Body: digest})
		}
		for _, l := range list {
			if err := tree.Append(l.Bytes()); err != nil {
				t.Fatal(err)
			}
		}
		last.Size, last.Root = tree.Size(), tree.Root()
	}
	for _, f := range tree.Files() {
		write(f.Path, f.Data)
	}
	b, err := signer.SignCheckpoint(last)
	if err != nil {
		t.Fatal(err)
	}
	write("checkpoint", b)
	return key
}

// A record is followed as a folder and over the network; what is wrong is told, and the exit code says so.
func TestMonitor(t *testing.T) {
	dir := t.TempDir()
	site := filepath.Join(dir, "site")
	key := smallRecord(t, site, "a", "b")
	server := httptest.NewServer(http.FileServer(http.Dir(site)))
	defer server.Close()
	state := filepath.Join(dir, "state.json")
	look := func(where string, more ...string) (int, string, string) {
		t.Helper()
		return truceRun(append([]string{"monitor", where, "--state", state}, more...)...)
	}
	if code, _, errs := look(site, "--key", "nonsense"); code != exitProblems || !strings.Contains(errs, "the key of the log") {
		t.Error(code, errs)
	}
	if code, _, errs := look(dir); code != exitFailed || !strings.Contains(errs, "no record") {
		t.Error(code, errs)
	}
	if code, out, errs := look(site, "--key", key.String()); code != exitFine || !strings.Contains(out, "record.example: 3 leaves, 0 at the last look") || !strings.Contains(out, "no-witness") {
		t.Error(code, out, errs)
	}
	smallRecord(t, site, "a", "b", "c")
	if code, out, errs := look(server.URL); code != exitProblems || !strings.Contains(out, "forked") {
		t.Error("another history (the times differ):", code, out, errs)
	}
	proofs, err := filepath.Glob(state + ".fork-*")
	if err != nil || len(proofs) != 1 {
		t.Fatal(proofs, err)
	}
	if code, out, errs := truceRun("witness", "proof", proofs[0], "--key", key.String()); code != exitFine {
		t.Error(code, out, errs)
	}
	if err := os.Remove(state); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := look(server.URL); code != exitFine || !strings.Contains(out, key.String()) {
		t.Error(code, out, errs)
	}
	if code, out, errs := look(server.URL); code != exitFine || !strings.Contains(out, "4 leaves, 4 at the last look") {
		t.Error(code, out, errs)
	}
	if err := os.RemoveAll(filepath.Join(site, "doc")); err != nil {
		t.Fatal(err)
	}
	code, out, errs := look(server.URL, "--json")
	var r monitor.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitProblems || len(r.Alarms) == 0 || r.Alarms[0].Code != monitor.Dropped {
		t.Error(code, out, errs, err)
	}
	if code, _, errs := look("http://127.0.0.1:1/"); code != exitFailed || errs == "" {
		t.Error(code, errs)
	}
	if err := os.WriteFile(state, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := look(site); code != exitProblems || !strings.Contains(errs, "remembered") {
		t.Error(code, errs)
	}
}
