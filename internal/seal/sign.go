package seal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"

	"truce"
)

// Signer is a signing key of the node (Ed25519, RFC 8032).
type Signer struct{ key ed25519.PrivateKey }

// NewSigner makes the signer of a secret key. The same key makes the same signer.
func NewSigner(k Key) Signer { return Signer{ed25519.NewKeyFromSeed(k[:])} }

// Sign signs bytes. The caller puts a tag of its own before them, so that a signature for one purpose is none for another.
func (s Signer) Sign(b []byte) []byte { return ed25519.Sign(s.key, b) }

// Public is the key that checks the signatures.
func (s Signer) Public() PublicKey { return PublicKey(s.key.Public().(ed25519.PublicKey)) }

// PublicKey is an Ed25519 key that has passed [ParsePublicKey], or one of our own.
type PublicKey [ed25519.PublicKeySize]byte

// ErrWeakKey says that a key is no point of the curve that a signature can rest on.
var ErrWeakKey = errors.New("the key is of small order or not in its canonical form")

// ParsePublicKey takes a key from outside. Keys of small order, under which one signature fits many messages, and keys written in a second
// form are refused: verifiers disagree on them (eprint 2020/1244).
func ParsePublicKey(b []byte) (k PublicKey, err error) {
	if len(b) != len(k) || weak(b) {
		return k, ErrWeakKey
	}
	return PublicKey(b), nil
}

// Verify reports whether the signature is the key's over the bytes. A signature whose first half is of small order is none.
func (k PublicKey) Verify(b, signature []byte) bool {
	return len(signature) == ed25519.SignatureSize && !weak(k[:]) && !weak(signature[:32]) && ed25519.Verify(k[:], b, signature)
}

// ID names the key.
func (k PublicKey) ID() truce.KeyID { return keyID(k[:]) }

func keyID(b []byte) truce.KeyID {
	h := Bytes(b)
	return truce.KeyID("k-" + Text(h[:], 16))
}

// smallOrder lists the y coordinates of the eight points of small order; a sign bit may stand before each.
var smallOrder = func() (list [5][32]byte) {
	for i, s := range [...]string{
		"0100000000000000000000000000000000000000000000000000000000000000", // 1
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // 2
		"0000000000000000000000000000000000000000000000000000000000000000", // 4
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // 8
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // 8
	} {
		hex.Decode(list[i][:], []byte(s))
	}
	return list
}()

// weak reports a point of small order, or a y coordinate that is not below the prime 2^255-19 and so has a second form.
func weak(b []byte) bool {
	y := [32]byte(b)
	y[31] &= 0x7f
	for i := range smallOrder {
		if y == smallOrder[i] {
			return true
		}
	}
	return y[31] == 0x7f && y[0] >= 0xed && bytes.Count(y[1:31], []byte{0xff}) == 30
}
