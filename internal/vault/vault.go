package vault

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"truce"
	"truce/internal/journal"
	"truce/internal/seal"
)

// Group is a group of fields that is hidden, revealed and erased as one: "where", "note". What its bytes mean is said by the kind of
// record (package record).
type Group struct {
	Name string
	Data []byte
}

// Limits. See docs/limits.md.
const (
	MaxSealedBytes    = 8 << 20
	MaxGroupNameBytes = 32
)

// Groups is the opened content of a record, in the order it was sealed. The zero value is a record without sealed content; one whose
// content was erased says so with [Groups.Erased].
type Groups struct {
	openings []Opening
	erased   bool
}

// Opening is what opens one commitment to somebody, and nothing beside it.
type Opening struct {
	Group string
	Salt  seal.Salt
	Data  []byte
}

// CheckOpening reports whether an opening is what a commitment was made of. Whoever has the record can ask; no key is needed.
func CheckOpening(c truce.Commitment, o Opening) bool {
	return c.Group == o.Group && c.Digest == seal.Commit(o.Group, o.Salt, o.Data)
}

// Get gives the bytes of a group; ok is false where the record has no such group or its content was erased.
func (g Groups) Get(name string) (data []byte, ok bool) {
	o, ok := g.Reveal(name)
	return o.Data, ok
}

// Reveal gives what opens one group to somebody who holds the record.
func (g Groups) Reveal(name string) (Opening, bool) {
	i := slices.IndexFunc(g.openings, func(o Opening) bool { return o.Group == name })
	if i < 0 {
		return Opening{}, false
	}
	return g.openings[i], true
}

// Erased reports that there was content and it was destroyed.
func (g Groups) Erased() bool { return g.erased }

// Names lists the groups there are, in their order.
func (g Groups) Names() []string {
	var list []string
	for _, o := range g.openings {
		list = append(list, o.Group)
	}
	return list
}

const (
	sealedTag = "truce/sealed/v1\n"
	wrapTag   = "truce/data-key/v1\n"
	groupsTag = "truce/groups/v1\n"

	// The sealed bytes begin with the tag, the version of the mechanism's key, and the data key wrapped under it.
	headSize = len(sealedTag) + 4 + seal.KeySize + seal.Overhead
)

// Seal encrypts groups of fields under a fresh data key and commits to each. The commitments stand in the order of the groups; the last one,
// [journal.SealedGroup], is the SHA-256 of the sealed bytes. Without groups there is nothing to seal and both are nil.
func (k *Keyring) Seal(random io.Reader, groups []Group) (sealed []byte, commitments []truce.Commitment, err error) {
	const op truce.Op = "vault.Seal"
	if len(groups) == 0 {
		return nil, nil, nil
	}
	if len(groups) >= truce.MaxCommitments {
		return nil, nil, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: fmt.Sprintf("%d groups of fields are more than the %d a record may have", len(groups), truce.MaxCommitments-1)}
	}
	salts := make([]byte, len(groups)*seal.SaltSize)
	if _, err := io.ReadFull(random, salts); err != nil {
		return nil, nil, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "no randomness", Cause: err}
	}
	size := 4
	for _, g := range groups {
		size += 4 + len(g.Name) + seal.SaltSize + 4 + len(g.Data)
	}
	size = sizeClass(size)
	if size > MaxSealedBytes {
		return nil, nil, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: fmt.Sprintf("%d bytes of content are more than a record may have", size), Hint: "send it in parts"}
	}
	plain := make([]byte, 0, size)
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(groups)))
	for i, g := range groups {
		if !validName(g.Name) || slices.ContainsFunc(groups[:i], func(b Group) bool { return b.Name == g.Name }) {
			return nil, nil, &truce.Error{Op: op, Kind: truce.Internal, Subject: g.Name, Reason: "a group's name is one to 32 small letters, digits and hyphens, and stands once"}
		}
		salt := seal.Salt(salts[i*seal.SaltSize:])
		commitments = append(commitments, truce.Commitment{Group: g.Name, Digest: seal.Commit(g.Name, salt, g.Data)})
		plain = appendPart(plain, []byte(g.Name))
		plain = append(plain, salt[:]...)
		plain = appendPart(plain, g.Data)
	}
	plain = plain[:size] // zeroes up to the class

	key, err := seal.NewKey(random)
	if err != nil {
		return nil, nil, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "no randomness", Cause: err}
	}
	sealed = make([]byte, 0, headSize+size+seal.Overhead)
	sealed = append(sealed, sealedTag...)
	if sealed, err = k.Wrap(sealed, random, key, wrapTag); err == nil {
		sealed, err = key.Encrypt(sealed, random, plain, []byte(groupsTag))
	}
	if err != nil {
		return nil, nil, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "it cannot be encrypted", Cause: err}
	}
	return sealed, append(commitments, truce.Commitment{Group: journal.SealedGroup, Digest: seal.Bytes(sealed)}), nil
}

// Open decrypts the sealed content of a record and holds every commitment of the record against it. Without sealed bytes the groups are
// erased where the record commits to any. Corrupt means that the bytes are not what the record commits to, Unavailable that the right key is not here.
func (k *Keyring) Open(r *truce.Record, sealed []byte) (Groups, error) {
	const op truce.Op = "vault.Open"
	if sealed == nil {
		return Groups{erased: len(r.Commitments) > 0}, nil
	}
	fail := func(kind truce.ErrorKind, why string, cause error) (Groups, error) {
		return Groups{}, &truce.Error{Op: op, Kind: kind, Subject: r.String(), Reason: why, Cause: cause}
	}
	n := len(r.Commitments) - 1
	if n < 0 || r.Commitments[n] != (truce.Commitment{Group: journal.SealedGroup, Digest: seal.Bytes(sealed)}) {
		return fail(truce.Corrupt, "the sealed bytes are not those the record commits to", nil)
	}
	if len(sealed) < headSize+seal.Overhead || len(sealed) > headSize+MaxSealedBytes+seal.Overhead || string(sealed[:len(sealedTag)]) != sealedTag {
		return fail(truce.Corrupt, "the sealed bytes do not begin as they should", nil)
	}
	key, err := k.Unwrap(sealed[len(sealedTag):headSize], wrapTag)
	if err != nil {
		// The bytes are the record's own, so what is wrong is the key.
		return fail(truce.Unavailable, "the key that opens it is not in this key file", err)
	}
	plain, err := key.Decrypt(nil, sealed[headSize:], []byte(groupsTag))
	if err != nil {
		return fail(truce.Corrupt, "the content was not sealed with its data key", err)
	}
	openings, ok := parseGroups(plain, r.Commitments[:n])
	if !ok {
		return fail(truce.Corrupt, "the content is not groups of fields", nil)
	}
	for i, o := range openings {
		if !CheckOpening(r.Commitments[i], o) {
			return fail(truce.Corrupt, fmt.Sprintf("the group %q is not what the record commits to", r.Commitments[i].Group), nil)
		}
	}
	return Groups{openings: openings}, nil
}

// parseGroups reads as many groups as there are commitments, and padding of zeroes.
func parseGroups(b []byte, to []truce.Commitment) ([]Opening, bool) {
	size := len(b)
	part := func() []byte {
		if len(b) < 4 {
			b = nil
			return nil
		}
		n := int(binary.BigEndian.Uint32(b))
		if n > len(b)-4 {
			b = nil
			return nil
		}
		out := b[4 : 4+n : 4+n]
		b = b[4+n:]
		return out
	}
	if len(b) < 4 || binary.BigEndian.Uint32(b) != uint32(len(to)) {
		return nil, false
	}
	b = b[4:]
	openings := make([]Opening, len(to))
	for i := range openings {
		o := &openings[i]
		if name := part(); string(name) == to[i].Group {
			o.Group = to[i].Group // the same text, held once
		} else {
			o.Group = string(name)
		}
		if len(b) < seal.SaltSize {
			return nil, false
		}
		o.Salt = seal.Salt(b)
		b = b[seal.SaltSize:]
		if o.Data = part(); o.Data == nil {
			return nil, false
		}
	}
	if size != sizeClass(size-len(b)) {
		return nil, false
	}
	for _, c := range b {
		if c != 0 {
			return nil, false
		}
	}
	return openings, true
}

// sizeClass rounds a length up: to 1 KiB at least, above that to one of four steps between a power of two and the next. The length of the
// sealed bytes then tells a class and not whether a note was long.
func sizeClass(n int) int {
	step := 256
	for n > 8*step {
		step *= 2
	}
	return max(1024, (n+step-1)/step*step)
}

func appendPart(b, part []byte) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(part))), part...)
}

func validName(s string) bool {
	if s == "" || len(s) > MaxGroupNameBytes || s == journal.SealedGroup {
		return false
	}
	for _, c := range []byte(s) {
		if c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
