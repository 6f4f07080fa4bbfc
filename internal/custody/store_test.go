package custody

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/disk"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
)

// chance is a random source for tests: the same in every run.
func chance(seed string) io.Reader { return &stream{state: seal.Bytes([]byte(seed))} }

type stream struct {
	mu    sync.Mutex
	state seal.Hash
}

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = seal.Bytes(s.state[:])
	return copy(p, s.state[:]), nil
}

// noise is n bytes that no two chunks share.
func noise(n int) []byte {
	b := make([]byte, n)
	io.ReadFull(chance("noise"), b)
	return b
}

// fatal is what tests, fuzz tests and properties have in common.
type fatal interface {
	Fatal(...any)
	Helper()
}

func keys(t fatal) *vault.Keyring {
	t.Helper()
	k, err := vault.NewKeyring(chance("keys"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// world is a store on a folder that can be opened again, as after a crash.
type world struct {
	path   string
	folder disk.Folder
	random io.Reader
	*Store
}

func newWorld(t fatal, path string) *world {
	t.Helper()
	f, err := disk.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{path: path, folder: f, random: chance(path)}
	w.restart(t)
	return w
}

func (w *world) restart(t fatal) {
	t.Helper()
	s, err := Open(w.folder, keys(t), w.random)
	if err != nil {
		t.Fatal(err)
	}
	w.Store = s
}

// kept uploads bytes whole and keeps them.
func (w *world) kept(t fatal, b []byte) (string, *record.MediaFile) {
	t.Helper()
	blob, f, err := w.Add(Upload{Name: "a.jpg"}, b)
	if err == nil {
		err = w.Keep(blob)
	}
	if err != nil {
		t.Fatal(err)
	}
	return blob, f
}

func (w *world) content(t fatal, blob string, f *record.MediaFile) []byte {
	t.Helper()
	file, err := w.File(blob, f)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	b, err := io.ReadAll(io.NewSectionReader(file, 0, file.Size()))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// breaking gives the bytes and then an error, as a connection that is lost.
func breaking(b []byte) io.Reader {
	return io.MultiReader(bytes.NewReader(b), readerFunc(func([]byte) (int, error) { return 0, errors.New("connection lost") }))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// What is under way is told without reading what was sent, also after a start: as much as is safe, and never more.
func TestUploadsAreTold(t *testing.T) {
	all := noise(2 << 20)
	for _, sent := range []int{0, 10, chunkBytes, 3*chunkBytes + 5, len(all)} {
		w := &world{folder: newMemory(), random: chance("told")}
		w.restart(t)
		u, err := w.Begin(Upload{Owner: "p-1", Body: "team-4", Begun: 5, Name: "a.jpg", Size: int64(len(all))})
		if err != nil {
			t.Fatal(err)
		}
		safe, err := w.Append(u.Blob, 0, bytes.NewReader(all[:sent]))
		if err != nil {
			t.Fatal(err)
		}
		u.Offset = safe
		for _, when := range []string{"at once", "after a start"} {
			if list, err := w.Uploads(); err != nil || len(list) != 1 || list[0] != u {
				t.Errorf("%d sent, %s: %+v, %v; expected %+v", sent, when, list, err, u)
			}
			w.restart(t)
		}
	}
}

// Whatever pieces a file is sent in, however often the connection is lost and the program dies, what is kept is the file to the byte, and what was
// acknowledged is never asked for again.
func TestResumableUpload(t *testing.T) {
	all := noise(3 << 20)
	rapid.Check(t, func(t *rapid.T) {
		w := &world{folder: newMemory(), random: chance("upload")}
		w.restart(t)
		size := rapid.OneOf(rapid.IntRange(1, 5*chunkBytes), rapid.SampledFrom([]int{1, chunkBytes - 1, chunkBytes, chunkBytes + 1, syncBytes, syncBytes + 1, len(all)})).Draw(t, "size")
		b := all[:size]
		u, err := w.Begin(Upload{Owner: "p-1", Body: "team-4", Begun: 5, Name: "a.jpg", Size: int64(size)})
		if err != nil {
			t.Fatal(err)
		}
		safe := int64(0)
		for safe < int64(size) {
			end := min(int64(size), safe+rapid.Int64Range(0, 1<<20).Draw(t, "piece"))
			var r io.Reader = bytes.NewReader(b[safe:end])
			lost := rapid.Bool().Draw(t, "lost")
			if lost {
				r = breaking(b[safe:end])
			}
			got, err := w.Append(u.Blob, safe, r)
			if err != nil && !lost || got < safe || got > end || end-got >= syncBytes || !lost && end-got >= chunkBytes {
				t.Fatalf("from %d to %d: %d, %v", safe, end, got, err)
			}
			if got == safe && end < int64(size) && end-safe >= syncBytes {
				t.Fatalf("nothing of %d bytes was kept", end-safe)
			}
			safe = got
			if rapid.Bool().Draw(t, "dies") {
				w.restart(t)
			}
			told, err := w.Upload(u.Blob)
			u.Offset = safe
			if err != nil || told != u {
				t.Fatalf("%+v, %v; want %+v", told, err, u)
			}
		}
		f, err := w.Complete(u.Blob, seal.Bytes(b))
		if err != nil {
			t.Fatal(err)
		}
		if f.SHA256 != seal.Bytes(b) || f.Size != int64(size) || f.Name != "a.jpg" {
			t.Fatalf("%+v", f)
		}
		if err := w.Keep(u.Blob); err != nil {
			t.Fatal(err)
		}
		w.restart(t)
		if !bytes.Equal(w.content(t, u.Blob, f), b) {
			t.Fatal("what is kept is not what was sent")
		}
		if err := w.Check(u.Blob, f); err != nil {
			t.Fatal(err)
		}
		if err := w.Abandon(u.Blob); truce.KindOf(err) != truce.NotFound {
			t.Fatalf("a kept file can be abandoned: %v", err)
		}
		if _, err := w.Append(u.Blob, int64(size), strings.NewReader("x")); truce.KindOf(err) != truce.NotFound {
			t.Fatalf("a kept file can be appended to: %v", err)
		}
	})
}

// What a power cut leaves behind the acknowledged part is cut off; the upload goes on and ends whole. The control is the tail itself: a test that
// wrote nothing there would prove nothing.
func TestTornTails(t *testing.T) {
	b := noise(3*chunkBytes + 1000)
	for name, tear := range map[string]func([]byte) []byte{
		"nothing":                func(f []byte) []byte { return f },
		"a few bytes":            func(f []byte) []byte { return append(f, 1, 2, 3) },
		"a chunk of zeroes":      func(f []byte) []byte { return append(f, make([]byte, storedBytes)...) },
		"a hole and a chunk":     func(f []byte) []byte { return append(append(f, make([]byte, storedBytes)...), f[:storedBytes]...) },
		"a chunk of another":     func(f []byte) []byte { return append(f, f[:storedBytes]...) },
		"half a chunk of itself": func(f []byte) []byte { return append(f, f[:storedBytes/2]...) },
	} {
		w := newWorld(t, t.TempDir())
		u, err := w.Begin(Upload{Size: int64(len(b))})
		if err != nil {
			t.Fatal(err)
		}
		safe, err := w.Append(u.Blob, 0, bytes.NewReader(b[:2*chunkBytes+17]))
		if err != nil || safe != 2*chunkBytes {
			t.Fatal(safe, err)
		}
		path := filepath.Join(w.path, u.Blob)
		stored, err := os.ReadFile(path)
		if err != nil || len(stored) != 2*storedBytes {
			t.Fatal(len(stored), err)
		}
		if err := os.WriteFile(path, tear(stored), 0o600); err != nil {
			t.Fatal(err)
		}
		w.restart(t)
		if told, err := w.Upload(u.Blob); err != nil || told.Offset != safe {
			t.Errorf("%s: %d, %v", name, told.Offset, err)
		}
		if got, err := w.Append(u.Blob, safe, bytes.NewReader(b[safe:])); err != nil || got != u.Size {
			t.Errorf("%s: %d, %v", name, got, err)
		}
		f, err := w.Complete(u.Blob, seal.Bytes(b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(w.content(t, u.Blob, f), b) {
			t.Errorf("%s: other bytes", name)
		}
	}
}

// A failed write or sync acknowledges nothing, stops the upload until the program starts anew, and loses nothing that was acknowledged.
func TestFailedWrites(t *testing.T) {
	b := noise(2*syncBytes + 100)
	for _, op := range []string{"write", "sync"} {
		path := t.TempDir()
		w := newWorld(t, path)
		real, count := w.folder, 0
		w.folder = disk.Faulty(real, func(o, name string) error {
			if o == op && strings.HasPrefix(name, "b-") {
				if count++; count == 2 {
					return errors.New("no space left")
				}
			}
			return nil
		})
		w.restart(t)
		u, err := w.Begin(Upload{Size: int64(len(b))})
		if err != nil {
			t.Fatal(err)
		}
		safe, err := w.Append(u.Blob, 0, bytes.NewReader(b))
		if truce.KindOf(err) != truce.Unavailable || safe != syncBytes {
			t.Fatalf("%s: %d, %v", op, safe, err)
		}
		if _, err := w.Append(u.Blob, safe, bytes.NewReader(b[safe:])); truce.KindOf(err) != truce.Unavailable {
			t.Errorf("%s: it goes on as if nothing had been: %v", op, err)
		}
		if _, err := w.Complete(u.Blob, seal.Hash{}); truce.KindOf(err) != truce.Unavailable {
			t.Errorf("%s: %v", op, err)
		}
		w.folder = real
		w.restart(t)
		told, err := w.Upload(u.Blob)
		if err != nil || told.Offset < safe {
			t.Fatalf("%s: %d of %d acknowledged, %v", op, told.Offset, safe, err)
		}
		if _, err := w.Append(u.Blob, told.Offset, bytes.NewReader(b[told.Offset:])); err != nil {
			t.Fatal(err)
		}
		if f, err := w.Complete(u.Blob, seal.Bytes(b)); err != nil || !bytes.Equal(w.content(t, u.Blob, f), b) {
			t.Errorf("%s: %v", op, err)
		}
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	w := newWorld(t, t.TempDir())
	for name, u := range map[string]Upload{"empty": {}, "negative": {Size: -1}, "huge": {Size: MaxFileBytes + 1}, "long name": {Size: 1, Name: strings.Repeat("a", MaxNameBytes+1)}} {
		if _, err := w.Begin(u); truce.KindOf(err) != truce.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
	u, err := w.Begin(Upload{Size: 10})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Append(u.Blob, 5, strings.NewReader("12345")); truce.KindOf(err) != truce.Conflict {
		t.Errorf("a gap: %v", err)
	}
	if _, err := w.Complete(u.Blob, seal.Hash{}); truce.KindOf(err) != truce.Conflict {
		t.Errorf("half a file: %v", err)
	}
	if n, err := w.Append(u.Blob, 0, strings.NewReader("0123456789+")); truce.KindOf(err) != truce.Invalid || n != 10 {
		t.Errorf("more than announced: %d, %v", n, err)
	}
	if _, err := w.Complete(u.Blob, seal.Bytes([]byte("another"))); truce.KindOf(err) != truce.Invalid {
		t.Errorf("another digest: %v", err)
	}
	if _, err := w.Complete(u.Blob, seal.Bytes([]byte("0123456789"))); err != nil {
		t.Errorf("control: %v", err)
	}
	for _, blob := range []string{"", "b-", "../b-00000000000000000000", "b-0000000000000000000/", "b-00000000000000000000", "uploads"} {
		if _, err := w.Upload(blob); truce.KindOf(err) != truce.NotFound {
			t.Errorf("%q: %v", blob, err)
		}
		if _, err := w.File(blob, &record.MediaFile{Size: 1}); truce.KindOf(err) != truce.NotFound {
			t.Errorf("%q: %v", blob, err)
		}
	}
	if len(w.open) != 1 {
		t.Errorf("names that are none are remembered: %d", len(w.open))
	}
	for range MaxOpenUploads - 1 {
		if _, err := w.Begin(Upload{Size: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Begin(Upload{Size: 1}); truce.KindOf(err) != truce.Unavailable {
		t.Errorf("one upload too many: %v", err)
	}
	if err := w.Abandon(u.Blob); err != nil {
		t.Error(err)
	}
	if _, err := w.Begin(Upload{Size: 1}); err != nil {
		t.Errorf("after one was abandoned: %v", err)
	}
}

// While one request sends, a second is turned away, and whoever asks how far it is gets an answer.
func TestOnlyOneSends(t *testing.T) {
	w := newWorld(t, t.TempDir())
	u, err := w.Begin(Upload{Size: 3 * syncBytes})
	if err != nil {
		t.Fatal(err)
	}
	b := noise(3 * syncBytes)
	asked, answered := make(chan bool), make(chan bool)
	first := true
	slow := readerFunc(func(p []byte) (int, error) {
		if first {
			first = false
			asked <- true
			<-answered
		}
		return 0, io.EOF
	})
	done := make(chan error)
	go func() {
		_, err := w.Append(u.Blob, 0, io.MultiReader(bytes.NewReader(b[:syncBytes]), slow))
		done <- err
	}()
	<-asked
	if _, err := w.Append(u.Blob, 0, bytes.NewReader(b)); truce.KindOf(err) != truce.Conflict {
		t.Errorf("two send at once: %v", err)
	}
	if told, err := w.Upload(u.Blob); err != nil || told.Offset != syncBytes {
		t.Errorf("%d, %v", told.Offset, err)
	}
	answered <- true
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A part of a file is read without the rest, and any part is right.
func TestRanges(t *testing.T) {
	w := newWorld(t, t.TempDir())
	b := noise(5*chunkBytes + 321)
	blob, of := w.kept(t, b)
	f, err := w.File(blob, of)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, len(b)+10).Draw(t, "from")
		p := make([]byte, rapid.IntRange(0, 2*chunkBytes).Draw(t, "length"))
		n, err := f.ReadAt(p, int64(from))
		want := b[min(from, len(b)):min(from+len(p), len(b))]
		if !bytes.Equal(p[:n], want) || (n < len(p)) != (err == io.EOF) || err != nil && err != io.EOF {
			t.Fatalf("%d bytes, %v", n, err)
		}
	})
	if _, err := f.ReadAt(make([]byte, 1), -1); truce.KindOf(err) != truce.Invalid {
		t.Error(err)
	}
}

// A changed bit is noticed before a byte of its chunk is given out; the other chunks stay readable. The control reads the same places unchanged.
func TestChangedChunksAreNotServed(t *testing.T) {
	w := newWorld(t, t.TempDir())
	b := noise(3*chunkBytes + 100)
	blob, of := w.kept(t, b)
	path := filepath.Join(w.path, blob)
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(name string, file []byte, bad map[int]bool) {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := w.File(blob, of)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for i := range 4 {
			p := make([]byte, 100)
			n, err := f.ReadAt(p, int64(i)*chunkBytes)
			switch {
			case bad[i] && (truce.KindOf(err) != truce.Corrupt || n != 0 || !bytes.Equal(p, make([]byte, 100))):
				t.Errorf("%s: chunk %d gives %d bytes, %v", name, i, n, err)
			case !bad[i] && (err != nil || !bytes.Equal(p, b[i*chunkBytes:][:100])):
				t.Errorf("%s: chunk %d: %v", name, i, err)
			}
		}
		if err := w.Check(blob, of); (err != nil) != (len(bad) > 0) {
			t.Errorf("%s: checking says %v", name, err)
		}
	}
	try("control", stored, nil)
	for i := 0; i < len(stored); i += 7919 {
		flipped := bytes.Clone(stored)
		flipped[i] ^= 1 << (i % 8)
		try(fmt.Sprint("byte ", i), flipped, map[int]bool{i / storedBytes: true})
	}
	swapped := bytes.Clone(stored)
	copy(swapped, stored[storedBytes:2*storedBytes])
	copy(swapped[storedBytes:], stored[:storedBytes])
	try("swapped", swapped, map[int]bool{0: true, 1: true})

	for name, file := range map[string][]byte{"cut": stored[:len(stored)-1], "a chunk lost": stored[:3*storedBytes], "longer": append(bytes.Clone(stored), 0), "empty": nil} {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.File(blob, of); truce.KindOf(err) != truce.Corrupt {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A file that ends with a whole chunk sooner than it should is not taken for a shorter one.
	short := *of
	short.Size, short.SHA256 = 3*chunkBytes, seal.Bytes(b[:3*chunkBytes])
	if err := os.WriteFile(path, stored[:3*storedBytes], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.Check(blob, &short); truce.KindOf(err) != truce.Corrupt {
		t.Errorf("a shorter file: %v", err)
	}
}

// onDisk reports whether bytes can be found in any file of a folder.
func onDisk(t *testing.T, path string, secret []byte) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(path, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		found = found || bytes.Contains(b, secret)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Nothing of a file, its name or its sender can be read on the disk, during the upload or after. The control finds what was written openly.
func TestTheDiskTellsNothing(t *testing.T) {
	w := newWorld(t, t.TempDir())
	secret := []byte("CANARY-8c1f")
	u, err := w.Begin(Upload{Owner: "p-CANARY-8c1f", Name: "CANARY-8c1f.jpg", Size: int64(3 * chunkBytes)})
	if err != nil {
		t.Fatal(err)
	}
	b := bytes.Repeat(append(secret, ' '), 3*chunkBytes)[:3*chunkBytes]
	if _, err := w.Append(u.Blob, 0, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, w.path, secret) {
		t.Error("during the upload it can be read")
	}
	if err := w.Keep(u.Blob); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, w.path, secret) {
		t.Error("afterwards it can be read")
	}
	if err := w.folder.WriteFile("open", secret); err != nil || !onDisk(t, w.path, secret) {
		t.Error("control: what is open is not found", err)
	}
}

func TestErase(t *testing.T) {
	w := newWorld(t, t.TempDir())
	blob, of := w.kept(t, noise(100_000))
	other, otherFile := w.kept(t, noise(10))
	for range 2 { // done again it does no harm
		if err := w.Erase(blob); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.File(blob, of); truce.KindOf(err) != truce.NotFound {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(w.path, blob)); !os.IsNotExist(err) {
		t.Error("the blob is still there", err)
	}
	if err := w.Check(other, otherFile); err != nil {
		t.Errorf("its neighbour: %v", err)
	}
	for _, name := range []string{"", "uploads", "../x", other + "x"} {
		if err := w.Erase(name); truce.KindOf(err) != truce.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestStrangers(t *testing.T) {
	w := newWorld(t, t.TempDir())
	known, _ := w.kept(t, noise(10))
	stranger, _ := w.kept(t, noise(10))
	if _, err := w.Begin(Upload{Size: 10}); err != nil {
		t.Fatal(err)
	}
	list, err := w.Strangers(func(b string) bool { return b == known })
	if err != nil || len(list) != 1 || list[0] != stranger {
		t.Error(list, err)
	}
}

func TestType(t *testing.T) {
	for head, want := range map[string]string{
		"\xff\xd8\xff\xe0\x00\x10JFIF\x00":                         "image/jpeg",
		"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR":                      "image/png",
		"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41": "video/mp4",
		"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ":             "video/quicktime",
		"%PDF-1.7\n":                   "application/pdf",
		"RIFF\x24\x00\x00\x00WAVEfmt ": "audio/wav",
		"\xff\xfb\x90\x44\x00\x00\x00\x00\x00\x00\x00\x00":                        "audio/mpeg",
		"two impacts near the crossing\n":                                         "text/plain",
		"انفجاران قرب المعبر\n":                                                   "text/plain",
		`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`: Opaque,
		"<!DOCTYPE html><html><script>":                                           Opaque,
		"PK\x03\x04\x14\x00\x00\x00":                                              Opaque,
		"GIF89a\x01\x00\x01\x00":                                                  Opaque,
		"II*\x00\x08\x00\x00\x00":                                                 Opaque,
		"RIFF\x24\x00\x00\x00WEBPVP8 ":                                            Opaque,
		"#!/bin/sh\nrm -rf /\n":                                                   Opaque,
		"\x7fELF\x02\x01\x01":                                                     Opaque,
		"":                                                                        "text/plain",
	} {
		if got := Type([]byte(head)); got != want {
			t.Errorf("%.20q is %s, want %s", head, got, want)
		}
	}
}
