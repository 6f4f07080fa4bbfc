package seal

import (
	"crypto/sha256"
	"encoding/json"
	"hash"
	"io"

	"truce"
)

// Hash is a SHA-256 (FIPS 180-4).
type Hash = truce.Digest

// Bytes hashes bytes as they are.
func Bytes(b []byte) Hash { return sha256.Sum256(b) }

// Value hashes a value by its canonical JSON: struct fields in the order of their declaration, no maps, shortest form
// of numbers (encoding/json's, which is the same on every processor). The type must hold no maps.
func Value(v any) (Hash, error) {
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(v); err != nil {
		return Hash{}, err
	}
	return sum(h), nil
}

// Reader hashes what is read through it.
type Reader struct {
	r io.Reader
	h hash.Hash
	n int64
}

// NewReader hashes everything read from r.
func NewReader(r io.Reader) *Reader { return &Reader{r: r, h: sha256.New()} }

func (r *Reader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.h.Write(p[:n])
	r.n += int64(n)
	return n, err
}

// Sum gives the hash and the number of bytes read so far.
func (r *Reader) Sum() (Hash, int64) { return sum(r.h), r.n }

// Hasher hashes bytes as they come.
type Hasher struct{ h hash.Hash }

// NewHasher begins with no bytes.
func NewHasher() *Hasher { return &Hasher{sha256.New()} }

// Write never fails.
func (h *Hasher) Write(p []byte) (int, error) { return h.h.Write(p) }

// Sum gives the hash of the bytes so far; more may follow.
func (h *Hasher) Sum() Hash { return sum(h.h) }

func sum(h hash.Hash) (out Hash) {
	h.Sum(out[:0])
	return out
}
