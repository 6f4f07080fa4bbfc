// Package interop holds truce's witness and the one of transparency-dev against each other: unmodified, and in both directions. It is a module
// of its own, so that what only this test needs is not built into truce.
package interop

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	f_note "github.com/transparency-dev/formats/note"
	theirclient "github.com/transparency-dev/witness/client/http"
	"github.com/transparency-dev/witness/persistence/inmemory"
	theirs "github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"truce"
	"truce/internal/disk"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/internal/witness/wire"
)

const origin = "log.example/test"

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func signer(seed string) seal.Signer { return seal.NewSigner(seal.Key(seal.Bytes([]byte(seed)))) }

// history is a log's tree in memory.
type history struct {
	t      *testing.T
	size   int64
	hashes []tlog.Hash
}

func (h *history) ReadHashes(at []int64) (out []tlog.Hash, err error) {
	for _, i := range at {
		out = append(out, h.hashes[i])
	}
	return out, nil
}

func (h *history) grow(n int64, branch string) *history {
	for range n {
		h.hashes = append(h.hashes, must[[]tlog.Hash](h.t)(tlog.StoredHashes(h.size, fmt.Appendf(nil, "%s %d", branch, h.size), h))...)
		h.size++
	}
	return h
}

func (h *history) fork() *history { return &history{h.t, h.size, slices.Clone(h.hashes)} }

func (h *history) sign() []byte {
	c := seal.Checkpoint{Origin: origin, Size: h.size, Root: seal.EmptyRoot}
	if h.size > 0 {
		c.Root = seal.Hash(must[tlog.Hash](h.t)(tlog.TreeHash(h.size, h)))
	}
	return must[[]byte](h.t)(signer("log").SignCheckpoint(c))
}

func (h *history) prove(old int64) (out []seal.Hash, err error) {
	p, err := tlog.ProveTree(h.size, old, h)
	for _, x := range p {
		out = append(out, seal.Hash(x))
	}
	return out, err
}

// serve puts their witness on loopback. Its key is one that truce witness init would have made.
func serve(t *testing.T, name string) witness.Peer {
	t.Helper()
	s := signer(name)
	cosigner := must[note.Signer](t)(f_note.NewSignerForCosignatureV1(must[string](t)(s.NoteSecret(name))))
	key := must[seal.NoteKey](t)(signer("log").Public().LogKey(origin))
	verifier := must[note.Verifier](t)(note.NewVerifier(key.String()))
	w := must[*theirs.Witness](t)(theirs.New(t.Context(), theirs.Opts{Persistence: inmemory.New(), Signers: []note.Signer{cosigner},
		VerifierForLog: func(_ context.Context, o string) (note.Verifier, bool, error) { return verifier, o == origin, nil }}))
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", theirs.NewHTTPHandler(w).AddCheckpoint)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return witness.Peer{Name: name, Key: must[seal.NoteKey](t)(s.Public().WitnessKey(name)), URL: server.URL}
}

// Their witness cosigns what we publish and refuses our forks, through the circle that the ledger uses.
func TestTheirWitness(t *testing.T) {
	peers := []witness.Peer{serve(t, "a.example"), serve(t, "b.example"), serve(t, "c.example"), serve(t, "d.example")}
	policy := witness.NewPolicy(witness.Log{Key: must[seal.NoteKey](t)(signer("log").Public().LogKey(origin))}, peers...)
	circle := witness.NewCircle(peers, wire.NewClient(http.DefaultTransport))
	empty := &history{t: t}
	if size, _ := witness.Largest(circle.Ask(t.Context(), empty.sign(), policy.Logs[0].Key)); size != 0 {
		t.Error(size)
	}
	h := (&history{t: t}).grow(5, "a")
	before := h.fork()
	for range 4 {
		replies := circle.Collect(t.Context(), h.sign(), h.prove)
		seen, err := policy.Open(append(h.sign(), witness.Signatures(replies)...))
		if err != nil || !seen.Met || len(seen.Signed) != 4 || time.Since(seen.By.Time()) > time.Minute {
			t.Fatalf("%+v, %v, %v", seen, err, replies)
		}
		h.grow(7, "a")
	}
	known := h.size - 7
	fresh := witness.NewCircle(peers, wire.NewClient(http.DefaultTransport))
	fork := before.fork().grow(known-before.size, "b")
	larger := fork.fork().grow(10, "b")
	for name, f := range map[string]*history{"another root of the same size": fork, "a larger tree of another history": larger} {
		for _, r := range fresh.Collect(t.Context(), f.sign(), f.prove) {
			if r.Signature.Line != "" || truce.KindOf(r.Err) != truce.Corrupt {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
	for _, r := range fresh.Collect(t.Context(), before.sign(), before.prove) {
		if r.Signature.Line != "" || truce.KindOf(r.Err) != truce.Conflict || r.Size != known {
			t.Errorf("a smaller tree: %+v", r)
		}
	}
	for name, behind := range map[string]*history{"a backup": before, "nothing": empty} {
		if size, _ := witness.Largest(fresh.Ask(t.Context(), behind.sign(), policy.Logs[0].Key)); size != known {
			t.Errorf("restored from %s: %d", name, size)
		}
	}
	thief := must[[]byte](t)(signer("thief").SignCheckpoint(seal.Checkpoint{Origin: origin, Size: 1}))
	for _, r := range fresh.Collect(t.Context(), thief, before.prove) {
		if r.Signature.Line != "" || r.Err == nil {
			t.Errorf("another key: %+v", r)
		}
	}
	// The statuses themselves, as the protocol has them.
	client := wire.NewClient(http.DefaultTransport)
	for _, c := range []struct {
		name   string
		r      witness.Request
		status []int
	}{
		{"an old size that is not known", witness.Request{Old: 0, Checkpoint: larger.sign()}, []int{409}},
		{"another root", witness.Request{Old: known, Checkpoint: fork.sign()}, []int{409, 422}},
		{"a fork with its proof", witness.Request{Old: known, Checkpoint: larger.sign(), Proof: must[[]seal.Hash](t)(larger.prove(known))}, []int{422}},
		{"an old size above", witness.Request{Old: known + 100, Checkpoint: larger.sign()}, []int{400}},
		{"another key", witness.Request{Old: known, Checkpoint: thief}, []int{403, 500}}, // the protocol says 403; this version says 500
	} {
		status, body, err := client.Post(t.Context(), peers[0].URL+witness.AddPath, c.r.Bytes())
		t.Logf("their witness, %s: %d %q", c.name, status, body)
		if err != nil || !slices.Contains(c.status, status) {
			t.Errorf("%s: %d, %v", c.name, status, err)
		}
	}
}

// Their client speaks to our witness, and their library opens what it signs.
func TestTheirClient(t *testing.T) {
	folder := must[disk.Folder](t)(disk.Open(t.TempDir()))
	w := must[*witness.Witness](t)(witness.Open(folder, "w.example", signer("w"), func() truce.Instant { return truce.InstantOf(time.Now()) }))
	if err := w.Follow(must[seal.NoteKey](t)(signer("log").Public().LogKey(origin)), nil); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(wire.Handler(w, func(wire.Line) {}))
	defer server.Close()
	client := theirclient.NewWitness(must[*url.URL](t)(url.Parse(server.URL)), http.DefaultClient)
	proof := func(h *history, old int64) (out [][]byte) {
		for _, x := range must[[]seal.Hash](t)(h.prove(old)) {
			out = append(out, x[:])
		}
		return out
	}
	h := (&history{t: t}).grow(5, "a")
	lines, _, err := client.Update(t.Context(), 0, h.sign(), nil)
	if err != nil {
		t.Fatal(err)
	}
	verifier := must[note.Verifier](t)(f_note.NewVerifierForCosignatureV1(must[seal.NoteKey](t)(signer("w").Public().LogKey("w.example")).String()))
	if _, err := note.Open(append(h.sign(), lines...), note.VerifierList(verifier)); err != nil {
		t.Error(err)
	}
	old := h.fork()
	h.grow(4, "a")
	if _, _, err := client.Update(t.Context(), 5, h.sign(), proof(h, 5)); err != nil {
		t.Error(err)
	}
	if _, size, err := client.Update(t.Context(), 5, h.sign(), proof(h, 5)); !errors.Is(err, theirs.ErrCheckpointStale) || size != 9 {
		t.Error("a stale size:", size, err)
	}
	fork := old.fork().grow(8, "b")
	if _, _, err := client.Update(t.Context(), 9, fork.sign(), proof(fork, 9)); !errors.Is(err, theirs.ErrInvalidProof) {
		t.Error("a fork:", err)
	}
	thief := must[[]byte](t)(signer("thief").SignCheckpoint(seal.Checkpoint{Origin: origin, Size: 9}))
	if _, _, err := client.Update(t.Context(), 9, thief, nil); !errors.Is(err, theirs.ErrNoValidSignature) {
		t.Error("another key:", err)
	}
}
