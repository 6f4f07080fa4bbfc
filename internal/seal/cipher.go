package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"

	"truce"
)

// KeySize is the length of a secret key in bytes.
const KeySize = chacha20poly1305.KeySize

// Overhead is how many bytes longer the encrypted form is than the plain one.
const Overhead = chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead

// Key is a secret. It never shows itself in a log, a message or JSON.
type Key [KeySize]byte

// String says that it is a key and nothing else.
func (Key) String() string { return "a secret key" }

// GoString is what %#v writes.
func (k Key) GoString() string { return k.String() }

// Format keeps every verb from writing the bytes.
func (k Key) Format(s fmt.State, _ rune) { io.WriteString(s, k.String()) }

// MarshalText refuses: a key is written on purpose or not at all.
func (Key) MarshalText() ([]byte, error) {
	return nil, errors.New("a secret key does not belong into text")
}

// NewKey draws a key.
func NewKey(random io.Reader) (k Key, err error) {
	_, err = io.ReadFull(random, k[:])
	return k, err
}

// Derive gives a key for one purpose from another key (HKDF-SHA-256 without salt). Knowing it tells nothing of the key it is from.
func (k Key) Derive(purpose string) (out Key) {
	b, err := hkdf.Key(sha256.New, k[:], nil, purpose, KeySize)
	if err != nil {
		panic(err) // only for lengths beyond 255 hashes
	}
	copy(out[:], b)
	return out
}

// Digest is a digest that only holders of the key can make or check (HMAC-SHA-256).
func (k Key) Digest(b []byte) truce.Digest {
	h := hmac.New(sha256.New, k[:])
	h.Write(b)
	return sum(h)
}

// Encrypt appends the encrypted form of plain to dst: a random nonce, then XChaCha20-Poly1305. The context is bound but not stored: who
// decrypts must name the same. Nonces of 192 bits may be drawn without counting them.
func (k Key) Encrypt(dst []byte, random io.Reader, plain, context []byte) ([]byte, error) {
	a, err := chacha20poly1305.NewX(k[:])
	if err != nil {
		return nil, err
	}
	var nonce [chacha20poly1305.NonceSizeX]byte
	if _, err := io.ReadFull(random, nonce[:]); err != nil {
		return nil, err
	}
	return a.Seal(append(dst, nonce[:]...), nonce[:], plain, context), nil
}

// ErrNotOpened says that bytes were not encrypted with this key and context, or were changed since.
var ErrNotOpened = errors.New("the bytes do not open with this key")

// Decrypt appends the plain form to dst, or nothing at all: no byte is given out before all are known to be genuine.
func (k Key) Decrypt(dst, sealed, context []byte) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, ErrNotOpened
	}
	a, err := chacha20poly1305.NewX(k[:])
	if err != nil {
		return nil, err
	}
	nonce, text := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	out, err := a.Open(dst, nonce, text, context)
	if err != nil {
		return nil, ErrNotOpened
	}
	return out, nil
}

// Equal compares secrets in a time that does not depend on where they differ.
func Equal[T string | []byte](a, b T) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
