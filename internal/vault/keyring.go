package vault

import (
	"encoding/binary"
	"fmt"
	"io"

	"truce"
	"truce/internal/seal"
)

// Keyring holds the keys of the mechanism: one that names records, and the versions of the one that wraps data keys. It does not change;
// [Keyring.Rotate] gives another. It may be used from many goroutines at once.
//
// A new version protects what is sealed from then on. What was sealed before stays under its old version, because records commit to their
// sealed bytes; so no version may be thrown away while a record needs it.
type Keyring struct {
	name  seal.Key
	wraps []seal.Key // version 1 first
}

// MaxKeyVersions is how often the mechanism's key can be changed.
const MaxKeyVersions = 1000

// NewKeyring draws the keys of a new mechanism.
func NewKeyring(random io.Reader) (*Keyring, error) {
	name, err := seal.NewKey(random)
	if err != nil {
		return nil, err
	}
	return (&Keyring{name: name}).Rotate(random)
}

// Rotate gives the keyring with one more version, which seals from then on.
func (k *Keyring) Rotate(random io.Reader) (*Keyring, error) {
	if len(k.wraps) >= MaxKeyVersions {
		return nil, &truce.Error{Op: "vault.Rotate", Kind: truce.TooLarge, Reason: fmt.Sprintf("there are %d versions already", len(k.wraps))}
	}
	key, err := seal.NewKey(random)
	if err != nil {
		return nil, err
	}
	return &Keyring{name: k.name, wraps: append(k.wraps[:len(k.wraps):len(k.wraps)], key)}, nil
}

// Version is the version that seals now, counting from 1.
func (k *Keyring) Version() int { return len(k.wraps) }

// Name gives the id of what was said: equal kind, body and content give equal ids, and whoever lacks the key can neither try contents
// against an id nor tell that two mechanisms hold the same.
func (k *Keyring) Name(kind truce.RecordKind, body truce.BodyID, content []byte) truce.RecordID {
	b := make([]byte, 0, len(nameTag)+5+len(body)+4+len(content))
	b = append(append(b, nameTag...), byte(kind))
	b = appendPart(appendPart(b, []byte(body)), content)
	d := k.name.Digest(b)
	return truce.RecordID("r-" + seal.Text(d[:], 20))
}

// Secret gives a key of the mechanism for one purpose of its own. It is the same for ever, and tells nothing of the others.
func (k *Keyring) Secret(purpose string) seal.Key { return k.name.Derive(purpose) }

const nameTag = "truce/name/v1\n"

// Wrap appends a data key, encrypted under the newest version of the mechanism's key for one purpose, and the version before it.
func (k *Keyring) Wrap(dst []byte, random io.Reader, key seal.Key, purpose string) ([]byte, error) {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(k.wraps)))
	return k.wraps[len(k.wraps)-1].Encrypt(dst, random, key[:], []byte(purpose))
}

// Unwrap gives the data key that Wrap encrypted for the purpose.
func (k *Keyring) Unwrap(b []byte, purpose string) (key seal.Key, err error) {
	if len(b) < 4 {
		return key, seal.ErrNotOpened
	}
	v := binary.BigEndian.Uint32(b)
	if v == 0 || v > uint32(len(k.wraps)) {
		return key, &truce.Error{Op: "vault.Unwrap", Kind: truce.Unavailable, Reason: fmt.Sprintf("it was sealed with version %d of the key; this key file has %d", v, len(k.wraps)),
			Hint: "use the newest copy of the key file"}
	}
	plain, err := k.wraps[v-1].Decrypt(nil, b[4:], []byte(purpose))
	if err != nil || len(plain) != seal.KeySize {
		return key, seal.ErrNotOpened
	}
	return seal.Key(plain), nil
}
