package seal

import (
	"crypto/sha256"
	"encoding/binary"

	"truce"
)

// SaltSize is the length of a salt in bytes. Guessing what a commitment hides means guessing its salt.
const SaltSize = 32

// Salt makes a commitment unguessable. It is drawn afresh for each group of fields of each record, never derived from anything, and lies
// with what it protects: who may see the group gets the salt, and erasing the group erases it.
type Salt [SaltSize]byte

const commitTag = "truce/commit/v1\n"

// Commit binds a group of fields without telling it (docs/reference/records.md). Every part has its length before it, so that no
// two openings have one encoding.
func Commit(group string, salt Salt, data []byte) truce.Digest {
	h := sha256.New()
	var n [8]byte
	part := func(b []byte) {
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	h.Write([]byte(commitTag))
	part([]byte(group))
	part(salt[:])
	part(data)
	return sum(h)
}
