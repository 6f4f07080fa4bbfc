package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"truce"
	"truce/internal/seal"
)

// A key file is a few lines of text, so that it can be printed and put into a safe. The last line is a SHA-256 over those before it: a file
// that was typed or copied wrongly is noticed. It need not live on the disk that holds the journal; without it nothing sealed can be read.
//
//	truce-keys v1
//	name 64 hexadecimal digits
//	wrap 64 hexadecimal digits          one line for each version, the oldest first
//	sum 64 hexadecimal digits
//
// A locked file holds those lines encrypted under a passphrase:
//
//	truce-keys v1 locked
//	$argon2id$v=19$m=65536,t=3,p=4
//	salt 32 hexadecimal digits
//	base64, in one line
//	sum 64 hexadecimal digits
const (
	fileTag   = "truce-keys v1\n"
	lockedTag = "truce-keys v1 locked\n"
)

// MaxKeyFileBytes bounds a key file. See docs/limits.md.
const MaxKeyFileBytes = 256 << 10

// MinPassphraseBytes is what locks a key file at least: four or five words.
const MinPassphraseBytes = 20

// ID tells keyrings apart, over all versions. It gives nothing of the keys away.
func (k *Keyring) ID() string {
	d := k.name.Digest([]byte("truce/keyring/v1\n"))
	return seal.Text(d[:], 16)
}

// File writes the keys in the open, for a place that only the program reads.
func (k *Keyring) File() []byte {
	var b bytes.Buffer
	b.WriteString(fileTag)
	fmt.Fprintf(&b, "name %s\n", hex.EncodeToString(k.name[:]))
	for i := range k.wraps {
		fmt.Fprintf(&b, "wrap %s\n", hex.EncodeToString(k.wraps[i][:]))
	}
	return withSum(b.Bytes())
}

// LockedFile writes the keys encrypted under a passphrase (argon2id with [seal.PasswordCost]).
func (k *Keyring) LockedFile(passphrase string, random io.Reader) ([]byte, error) {
	const op truce.Op = "vault.LockedFile"
	if len(passphrase) < MinPassphraseBytes || len(passphrase) > seal.MaxPasswordBytes {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Reason: fmt.Sprintf("a passphrase has %d to %d bytes", MinPassphraseBytes, seal.MaxPasswordBytes), Hint: "take five words that nobody would put together"}
	}
	var salt [16]byte
	if _, err := io.ReadFull(random, salt[:]); err != nil {
		return nil, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "no randomness", Cause: err}
	}
	head := fmt.Sprintf("%s%s\nsalt %s\n", lockedTag, seal.PasswordCost, hex.EncodeToString(salt[:]))
	sealed, err := seal.Passphrase(passphrase, salt[:], seal.PasswordCost).Encrypt(nil, random, k.File(), []byte(head))
	if err != nil {
		return nil, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "it cannot be encrypted", Cause: err}
	}
	return withSum([]byte(head + base64.StdEncoding.EncodeToString(sealed) + "\n")), nil
}

// Locked reports whether a key file needs a passphrase.
func Locked(file []byte) bool { return bytes.HasPrefix(file, []byte(lockedTag)) }

// ParseKeyFile reads a key file; the passphrase is only looked at where the file is locked. Corrupt means that it was damaged, Denied
// that the passphrase is another.
func ParseKeyFile(file []byte, passphrase string) (*Keyring, error) {
	const op truce.Op = "vault.ParseKeyFile"
	fail := func(why string) (*Keyring, error) {
		return nil, &truce.Error{Op: op, Kind: truce.Corrupt, Reason: why, Hint: "take another copy of the key file"}
	}
	if len(file) > MaxKeyFileBytes {
		return fail("it is too long for a key file")
	}
	lines := strings.Split(string(file), "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return fail("it is no key file, or its end is missing")
	}
	body := []byte(strings.Join(lines[:len(lines)-2], "\n") + "\n")
	if !bytes.Equal(withSum(body), file) {
		return fail("its sum does not agree: a digit was changed or lost")
	}
	lines = lines[:len(lines)-2]
	if Locked(file) {
		if len(lines) != 4 {
			return fail("it does not have the lines of a locked key file")
		}
		cost, err := seal.ParseCost(lines[1])
		salt, ok := hexLine(lines[2], "salt ", 16)
		sealed, err2 := base64.StdEncoding.Strict().DecodeString(lines[3])
		if err != nil || !ok || err2 != nil {
			return fail("it does not have the lines of a locked key file")
		}
		head := strings.Join(lines[:3], "\n") + "\n"
		plain, err := seal.Passphrase(passphrase, salt, cost).Decrypt(nil, sealed, []byte(head))
		if err != nil || Locked(plain) {
			return nil, &truce.Error{Op: op, Kind: truce.Denied, Reason: "the passphrase does not open it"}
		}
		return ParseKeyFile(plain, "")
	}
	if !bytes.HasPrefix(file, []byte(fileTag)) || len(lines) < 3 || len(lines) > 2+MaxKeyVersions {
		return fail("it does not begin as a key file does")
	}
	name, ok := hexLine(lines[1], "name ", seal.KeySize)
	if !ok {
		return fail("line 2 is no key")
	}
	k := &Keyring{name: seal.Key(name)}
	for i, line := range lines[2:] {
		wrap, ok := hexLine(line, "wrap ", seal.KeySize)
		if !ok {
			return fail(fmt.Sprintf("line %d is no key", i+3))
		}
		k.wraps = append(k.wraps, seal.Key(wrap))
	}
	return k, nil
}

func withSum(body []byte) []byte {
	return fmt.Appendf(bytes.Clone(body), "sum %s\n", seal.Bytes(body))
}

func hexLine(line, word string, n int) ([]byte, bool) {
	digits, ok := strings.CutPrefix(line, word)
	b, err := hex.DecodeString(digits)
	return b, ok && err == nil && len(b) == n && hex.EncodeToString(b) == digits
}
