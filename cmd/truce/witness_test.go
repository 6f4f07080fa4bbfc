package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"truce/internal/seal"
	"truce/internal/witness"
	"truce/internal/witness/wire"
)

// A witness as an operator runs it: made, told of a log, served, asked over the network; and the proof it keeps of a log that lies.
func TestWitness(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "w")
	code, out, errs := truceRun("witness", "init", at, "--name", "w.example")
	line := regexp.MustCompile(`(?m)^witness w\.example \S+$`).FindString(out)
	if code != exitFine || line == "" {
		t.Fatal(code, out, errs)
	}
	if info, err := os.Stat(filepath.Join(at, "key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	log := seal.NewSigner(seal.Key{1})
	key, err := log.Public().LogKey("log.example")
	if err != nil {
		t.Fatal(err)
	}
	sign := func(size int64, root byte) []byte {
		b, err := log.SignCheckpoint(seal.Checkpoint{Origin: "log.example", Size: size, Root: seal.Hash{root}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	start := write("start", sign(3, 1))
	for _, x := range []struct {
		args       []string
		code       int
		says, fear string
	}{
		{[]string{"init", at, "--name", "w.example"}, exitUsage, "", "a witness in this folder already"},
		{[]string{"init", filepath.Join(dir, "x"), "--name", "w example"}, exitProblems, "", "--name"},
		{[]string{"follow", dir, key.String()}, exitUsage, "", "truce witness init"},
		{[]string{"follow", at, "nonsense"}, exitProblems, "", "the key of the log"},
		{[]string{"follow", at, strings.Fields(line)[2]}, exitProblems, "", "the key of a witness"},
		{[]string{"follow", at, key.String(), "--start", write("bad", []byte("x"))}, exitProblems, "", "the checkpoint"},
		{[]string{"follow", at, key.String(), "--start", start}, exitFine, "follows log.example", ""},
		{[]string{"follow", at, key.String()}, exitUsage, "", "known already"},
		{[]string{"serve", at, "--listen", "192.0.2.1:80"}, exitProblems, "", "--listen"},
	} {
		code, out, errs := truceRun(append([]string{"witness"}, x.args...)...)
		if code != x.code || !strings.Contains(out, x.says) || !strings.Contains(errs, x.fear) {
			t.Errorf("%v: %d\n%s%s", x.args, code, out, errs)
		}
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r, w := io.Pipe()
	var journal bytes.Buffer
	ended := make(chan int)
	go func() {
		code := run(ctx, []string{"witness", "serve", at, "--listen", "127.0.0.1:0"}, w, &journal)
		w.Close()
		ended <- code
	}()
	said := make([]byte, 1000)
	n, err := r.Read(said)
	if err != nil {
		t.Fatalf("it ended with %d: %s", <-ended, journal.String())
	}
	address := regexp.MustCompile(`listening on (\S+)`).FindSubmatch(said[:n])
	if address == nil {
		t.Fatalf("%q", said[:n])
	}
	policy, err := witness.ParsePolicy([]byte("log " + key.String() + "\n" + line + " http://" + string(address[1]) + "\nquorum w.example\n"))
	if err != nil {
		t.Fatal(err)
	}
	circle := witness.NewCircle(policy.Peers, wire.NewClient(http.DefaultTransport))
	none := func(int64) ([]seal.Hash, error) { return nil, nil }
	replies := circle.Collect(ctx, sign(3, 1), none)
	if seen, err := policy.Open(append(sign(3, 1), witness.Signatures(replies)...)); err != nil || !seen.Met {
		t.Errorf("%+v, %v, %v", seen, err, replies)
	}
	if r := circle.Collect(ctx, sign(3, 2), none)[0]; r.Signature.Line != "" {
		t.Error("two roots of one size are signed")
	}
	stop()
	if code := <-ended; code != exitFine {
		t.Error(code)
	}
	for _, want := range []string{"cosigned", "NOT COSIGNED", "log.example", "size=3"} {
		if !strings.Contains(journal.String(), want) {
			t.Errorf("the log does not say %q: %s", want, journal.String())
		}
	}
	if strings.Contains(journal.String(), "127.0.0.1") {
		t.Error("the log says who asked:", journal.String())
	}
	proofs, err := filepath.Glob(filepath.Join(at, "forks", "*"))
	if err != nil || len(proofs) != 1 {
		t.Fatal(proofs, err)
	}
	if code, out, errs := truceRun("witness", "proof", proofs[0], "--key", key.String()); code != exitFine || !strings.Contains(out, "PROVED") {
		t.Error(code, out, errs)
	}
	if code, _, errs := truceRun("witness", "proof", start, "--key", key.String()); code != exitProblems || errs == "" {
		t.Error(code, errs)
	}
}
