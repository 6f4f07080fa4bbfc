package witness

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"truce"
	"truce/internal/disk"
	"truce/internal/seal"
)

const origin = "log.example/test"

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

var signers sync.Map // making a key takes as long as a signature

func signer(seed string) seal.Signer {
	if s, ok := signers.Load(seed); ok {
		return s.(seal.Signer)
	}
	s := seal.NewSigner(seal.Key(seal.Bytes([]byte(seed))))
	signers.Store(seed, s)
	return s
}

func logKey(t testing.TB) seal.NoteKey {
	return must[seal.NoteKey](t)(signer("log").Public().LogKey(origin))
}

// history is a log's tree in memory. A branch shares its beginning with another.
type history struct {
	t      testing.TB
	size   int64
	hashes []tlog.Hash
}

func (h *history) ReadHashes(at []int64) (out []tlog.Hash, err error) {
	for _, i := range at {
		out = append(out, h.hashes[i])
	}
	return out, nil
}

// grow appends n records that only this branch has.
func (h *history) grow(n int64, branch string) *history {
	for range n {
		h.hashes = append(h.hashes, must[[]tlog.Hash](h.t)(tlog.StoredHashes(h.size, fmt.Appendf(nil, "%s %d", branch, h.size), h))...)
		h.size++
	}
	return h
}

func (h *history) fork() *history { return &history{h.t, h.size, slices.Clone(h.hashes)} }

func (h *history) at(n int64) seal.Checkpoint {
	c := seal.Checkpoint{Origin: origin, Size: n, Root: seal.EmptyRoot}
	if n > 0 {
		c.Root = seal.Hash(must[tlog.Hash](h.t)(tlog.TreeHash(n, h)))
	}
	return c
}

func (h *history) sign() []byte { return must[[]byte](h.t)(signer("log").SignCheckpoint(h.at(h.size))) }

func (h *history) prove(old int64) ([]seal.Hash, error) {
	var out []seal.Hash
	p, err := tlog.ProveTree(h.size, old, h)
	for _, x := range p {
		out = append(out, seal.Hash(x))
	}
	return out, err
}

func (h *history) growth(n int64) (seal.Hash, []seal.Hash, error) {
	p, err := h.prove(n)
	return h.at(n).Root, p, err
}

func (h *history) request(old int64) []byte {
	r := Request{Old: old, Checkpoint: h.sign()}
	if old > 0 && old < h.size {
		r.Proof, _ = h.prove(old)
	}
	return r.Bytes()
}

// memory is a folder that survives a crash of the witness, not of the test. write is asked before each file is replaced, and may fail or panic; after it
// is replaced wrote may panic.
type memory struct {
	mu          *sync.Mutex
	files       map[string]string
	prefix      string
	write       func() error
	wrote       func()
	forgetful   bool // says that it wrote, and did not
	held        *bool
	replacement *int // how often a file was replaced
}

func newMemory() *memory {
	return &memory{mu: new(sync.Mutex), files: map[string]string{}, held: new(bool), replacement: new(int)}
}

func (m *memory) Path() string { return "memory/" + m.prefix }
func (m *memory) Names() ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m.files)) {
		if rest, ok := strings.CutPrefix(k, m.prefix); ok && !strings.Contains(rest, "/") {
			out = append(out, rest)
		}
	}
	return out, nil
}
func (m *memory) ReadFile(name string, limit int64) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.files[m.prefix+name]
	if !ok {
		return nil, &truce.Error{Kind: truce.NotFound, Subject: name}
	}
	return []byte(s), nil
}
func (m *memory) WriteFile(name string, data []byte) error {
	if m.write != nil {
		if err := m.write(); err != nil {
			return err
		}
	}
	m.mu.Lock()
	*m.replacement++
	if !m.forgetful {
		m.files[m.prefix+name] = string(data)
	}
	m.mu.Unlock()
	if m.wrote != nil {
		m.wrote()
	}
	return nil
}
func (m *memory) File(string) (disk.File, error) { return nil, errors.New("not here") }
func (m *memory) Remove(name string) error       { return errors.New("not here") }
func (m *memory) Folder(name string) (disk.Folder, error) {
	in := *m
	in.prefix += name + "/"
	return &in, nil
}
func (m *memory) Sync() error { return nil }

func (m *memory) Lock() (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if *m.held {
		return nil, &truce.Error{Kind: truce.Conflict}
	}
	*m.held = true
	return unlock{m}, nil
}

type unlock struct{ m *memory }

func (u unlock) Close() error {
	u.m.mu.Lock()
	defer u.m.mu.Unlock()
	*u.m.held = false
	return nil
}

// clock stands where the test puts it.
type clock struct {
	mu sync.Mutex
	at truce.Instant
}

func (c *clock) now() truce.Instant {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at truce.Instant) {
	c.mu.Lock()
	c.at = at
	c.mu.Unlock()
}

const noon truce.Instant = 1_700_000_000_000

// newWitness is a witness that follows the log from its beginning.
func newWitness(t testing.TB, name string, m disk.Folder) *Witness {
	t.Helper()
	w := must[*Witness](t)(Open(m, name, signer(name), (&clock{at: noon}).now))
	if err := w.Follow(logKey(t), nil); err != nil {
		t.Fatal(err)
	}
	return w
}

// town is a wire to witnesses in memory. How one behaves can be changed.
type town struct {
	mu        sync.Mutex
	witnesses map[string]*Witness
	liars     map[string]seal.Signer                                        // sign whatever they get
	conduct   map[string]func(context.Context, []byte) (int, []byte, error) // in place of the witness
	asked     map[string]int
}

func newTown() *town {
	return &town{witnesses: map[string]*Witness{}, liars: map[string]seal.Signer{}, conduct: map[string]func(context.Context, []byte) (int, []byte, error){}, asked: map[string]int{}}
}

func (w *town) Post(ctx context.Context, address string, body []byte) (int, []byte, error) {
	name := strings.TrimSuffix(strings.TrimPrefix(address, "https://"), AddPath)
	w.mu.Lock()
	w.asked[name]++
	conduct, keeper, liar := w.conduct[name], w.witnesses[name], w.liars[name]
	w.mu.Unlock()
	switch {
	case conduct != nil:
		return conduct(ctx, body)
	case keeper != nil:
		a := keeper.Add(body)
		return a.Status, a.Body, nil
	}
	r, err := ParseRequest(body)
	if err != nil {
		return 0, nil, err
	}
	text, _, _ := strings.Cut(string(r.Checkpoint), "\n\n")
	c, err := seal.ParseCheckpoint(text + "\n")
	if err != nil {
		return 0, nil, err
	}
	s, err := liar.Cosign(name, c, noon)
	return StatusSigned, []byte(s.Line), err
}

func (w *town) Get(_ context.Context, address string) (int, []byte, error) {
	name, query, _ := strings.Cut(strings.TrimPrefix(address, "https://"), LatestPath+"?origin=")
	if k := w.witnesses[name]; k != nil && query == "log.example%2Ftest" {
		if b := k.Latest(origin); b != nil {
			return 200, b, nil
		}
	}
	return 404, nil, nil
}

func peer(t testing.TB, name string) Peer {
	return Peer{Name: name, Key: must[seal.NoteKey](t)(signer(name).Public().WitnessKey(name)), URL: "https://" + name}
}

// dice draws the same numbers in every run.
type dice struct{ state seal.Hash }

func (d *dice) n(below int) int {
	d.state = seal.Bytes(d.state[:])
	return int(binary.BigEndian.Uint32(d.state[:]) % uint32(below))
}
