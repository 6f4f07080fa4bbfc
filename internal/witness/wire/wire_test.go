package wire

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"truce"
	"truce/internal/disk"
	"truce/internal/seal"
	"truce/internal/witness"
)

const origin = "log.example/test"

func signer(seed string) seal.Signer { return seal.NewSigner(seal.Key(seal.Bytes([]byte(seed)))) }

func start(t *testing.T) (*httptest.Server, witness.Peer, seal.NoteKey, func() []Line) {
	t.Helper()
	folder, err := disk.Open(filepath.Join(t.TempDir(), "w"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := witness.Open(folder, "w.example", signer("w"), func() truce.Instant { return 1_700_000_000_000 })
	if err != nil {
		t.Fatal(err)
	}
	log, err := signer("log").Public().LogKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Follow(log, nil); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var lines []Line
	s := httptest.NewServer(Handler(w, func(l Line) { mu.Lock(); lines = append(lines, l); mu.Unlock() }))
	t.Cleanup(s.Close)
	key, err := w.Key()
	if err != nil {
		t.Fatal(err)
	}
	return s, witness.Peer{Name: "w", Key: key, URL: s.URL}, log, func() []Line { mu.Lock(); defer mu.Unlock(); return lines }
}

func sign(t *testing.T, size int64, root byte) []byte {
	t.Helper()
	b, err := signer("log").SignCheckpoint(seal.Checkpoint{Origin: origin, Size: size, Root: seal.Hash{root}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOverHTTP(t *testing.T) {
	s, peer, log, lines := start(t)
	circle := witness.NewCircle([]witness.Peer{peer}, NewClient(http.DefaultTransport))
	none := func(int64) ([]seal.Hash, error) { return nil, nil }
	if r := circle.Collect(t.Context(), sign(t, 1, 1), none)[0]; r.Err != nil || r.Signature.Line == "" {
		t.Fatal(r)
	}
	if r := circle.Collect(t.Context(), sign(t, 1, 2), none)[0]; truce.KindOf(r.Err) != truce.Corrupt {
		t.Error(r)
	}
	if r := circle.Collect(t.Context(), sign(t, 5, 2), none)[0]; truce.KindOf(r.Err) != truce.Corrupt {
		t.Error(r)
	}
	empty, err := signer("log").SignCheckpoint(seal.Checkpoint{Origin: origin, Root: seal.EmptyRoot})
	if err != nil {
		t.Fatal(err)
	}
	replies := circle.Ask(t.Context(), empty, log)
	if size, shown := witness.Largest(replies); size != 1 || !shown {
		t.Error(replies)
	}
	for _, c := range []struct {
		method, path string
		body         io.Reader
		status       int
		kind         string
	}{
		{"POST", "/add-checkpoint", bytes.NewReader(witness.Request{Checkpoint: sign(t, 2, 2)}.Bytes()), 409, "text/x.tlog.size"},
		{"POST", "/add-checkpoint", strings.NewReader("old 0\n\n" + strings.Repeat("x", witness.MaxRequestBytes)), 413, "text/plain; charset=utf-8"},
		{"POST", "/add-checkpoint", io.LimitReader(endless{}, 1<<30), 413, "text/plain; charset=utf-8"},
		{"POST", "/add-checkpoint", strings.NewReader("<script>"), 400, "text/plain; charset=utf-8"},
		{"GET", "/add-checkpoint", nil, 405, "text/plain; charset=utf-8"},
		{"GET", "/checkpoint?origin=" + origin, nil, 200, "text/plain; charset=utf-8"},
		{"GET", "/checkpoint?origin=other", nil, 404, "text/plain; charset=utf-8"},
		{"GET", "/health", nil, 200, "application/json"},
		{"GET", "/", nil, 404, "text/plain; charset=utf-8"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, s.URL+c.path, c.body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Errorf("%s %s: %v", c.method, c.path, err)
			continue
		}
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != c.status || resp.Header.Get("Content-Type") != c.kind {
			t.Errorf("%s %s: %d %s %q", c.method, c.path, resp.StatusCode, resp.Header.Get("Content-Type"), b)
		}
	}
	// One line for each act that was read; nothing of strangers in it.
	for i, l := range lines() {
		if (l.Status == 200) != (l.Err == nil) || l.Status != 400 && l.Origin != origin || l.Status == 400 && l.Origin != "" {
			t.Errorf("%d: %+v", i, l)
		}
	}
	if n := len(lines()); n < 6 {
		t.Errorf("%d lines", n)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// A witness that sends without end, elsewhere or nothing costs the caller what the limits say.
func TestTheClientIsBounded(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/endless/", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, io.LimitReader(endless{}, 64<<20)) })
	mux.HandleFunc("/away/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/endless/", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/never/", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s := httptest.NewServer(mux)
	defer s.Close()
	c := NewClient(http.DefaultTransport)
	if _, b, err := c.Get(t.Context(), s.URL+"/endless/"); err != nil || len(b) != witness.MaxAnswerBytes {
		t.Error(len(b), err)
	}
	if status, _, err := c.Post(t.Context(), s.URL+"/away/", nil); err != nil || status != http.StatusTemporaryRedirect {
		t.Error(status, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := c.Post(ctx, s.URL+"/never/", nil); truce.KindOf(err) != truce.Unavailable {
		t.Error(err)
	}
	if _, _, err := c.Post(t.Context(), "nowhere", nil); err == nil {
		t.Error("an address that is none")
	}
}
