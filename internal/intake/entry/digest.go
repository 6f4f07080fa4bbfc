package entry

import (
	"crypto/sha256"
	"hash"
)

// Digest is SHA-256 of b.
func Digest(b []byte) [sha256.Size]byte { return sha256.Sum256(b) }

// NewDigest is SHA-256 of what is written to it.
func NewDigest() hash.Hash { return sha256.New() }
