package seal

import (
	"bytes"
	"crypto/rsa"
	_ "crypto/sha512" // the digest that ssh-keygen signs by default
	"errors"
	"fmt"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"truce"
)

// SSHKey is a public key that a person holds: on a security key, in an agent, in a file. People sign with `ssh-keygen -Y sign`.
type SSHKey struct{ key ssh.PublicKey }

// Limits of what comes from outside. See docs/limits.md.
const (
	MaxSSHKeyBytes       = 4 << 10
	MaxSSHSignatureBytes = 16 << 10
)

// minRSABits is what RSA keys must have at least.
const minRSABits = 2048

// ParseSSHKey reads a line of an authorized_keys file or a .pub file: the kind, the key and perhaps a comment, which is dropped: it
// often names a person. Options, certificates, DSA, short RSA and weak Ed25519 keys are refused.
func ParseSSHKey(line string) (SSHKey, error) {
	if len(line) > MaxSSHKeyBytes {
		return SSHKey{}, fmt.Errorf("%d bytes are more than a public key has", len(line))
	}
	key, _, options, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	switch {
	case err != nil:
		return SSHKey{}, fmt.Errorf("it is no public key as ssh-keygen writes it: %w", err)
	case len(options) > 0:
		return SSHKey{}, errors.New("options before the key have no meaning here")
	case len(bytes.TrimSpace(rest)) > 0:
		return SSHKey{}, errors.New("there is more than one line")
	}
	return SSHKey{key}, checkSSHKey(key)
}

func checkSSHKey(key ssh.PublicKey) error {
	switch key.Type() {
	case ssh.KeyAlgoED25519, ssh.KeyAlgoSKED25519:
		// Both begin with the name of the kind and then the point, each after its length.
		b := key.Marshal()[4+len(key.Type())+4:]
		if len(b) < 32 || weak(b[:32]) {
			return ErrWeakKey
		}
	case ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoSKECDSA256:
	case ssh.KeyAlgoRSA:
		c, ok := key.(ssh.CryptoPublicKey)
		if !ok {
			return ErrWeakKey
		}
		if k, ok := c.CryptoPublicKey().(*rsa.PublicKey); !ok || k.N.BitLen() < minRSABits {
			return fmt.Errorf("an RSA key needs %d bits", minRSABits)
		}
	default:
		return fmt.Errorf("keys of the kind %s are not taken", key.Type())
	}
	return nil
}

// IsZero reports that there is no key.
func (k SSHKey) IsZero() bool { return k.key == nil }

// ID names the key.
func (k SSHKey) ID() truce.KeyID { return keyID(k.key.Marshal()) }

// Kind is the key's kind as OpenSSH names it: "ssh-ed25519".
func (k SSHKey) Kind() string { return k.key.Type() }

// String writes the key as [ParseSSHKey] reads it, without a comment.
func (k SSHKey) String() string {
	return string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(k.key)))
}

// SSHSignature is a signature as `ssh-keygen -Y sign` writes it.
type SSHSignature struct{ sig *sshsig.Signature }

// ParseSSHSignature reads an armored signature. Nothing is verified yet.
func ParseSSHSignature(armored []byte) (SSHSignature, error) {
	if len(armored) > MaxSSHSignatureBytes {
		return SSHSignature{}, fmt.Errorf("%d bytes are more than a signature has", len(armored))
	}
	s, err := sshsig.Unarmor(armored)
	if err != nil {
		return SSHSignature{}, fmt.Errorf("it is no signature as ssh-keygen writes it: %w", err)
	}
	return SSHSignature{s}, checkSSHKey(s.PublicKey)
}

// Key names the key that the signature says it was made with, so that it can be looked up.
func (s SSHSignature) Key() truce.KeyID { return SSHKey{s.sig.PublicKey}.ID() }

// VerifySSHSig checks that the signature is the key's over the message, for this purpose and no other: the namespace that was given
// with -n. A security key must have been touched.
func VerifySSHSig(k SSHKey, namespace string, message []byte, s SSHSignature) error {
	if k.key == nil || s.sig == nil || namespace == "" {
		return errors.New("there is no signature, key or purpose to check")
	}
	if err := checkSSHKey(k.key); err != nil {
		return err
	}
	if err := sshsig.Verify(bytes.NewReader(message), s.sig, k.key, s.sig.HashAlgorithm, namespace); err != nil {
		return fmt.Errorf("the signature does not hold: %w", err)
	}
	return nil
}
