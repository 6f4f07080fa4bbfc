package seal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"truce"
)

// Passkey is the public key of a passkey, for checking what was signed with it when nothing else of the site it was made for is at hand
// (WebAuthn level 3, 7.2). Signing in is checked elsewhere.
type Passkey struct {
	cose    []byte
	ed25519 PublicKey        // where ecdsa is nil
	ecdsa   *ecdsa.PublicKey // on P-256
}

// MaxPasskeyAnswerBytes bounds a browser's answer. See docs/limits.md.
const MaxPasskeyAnswerBytes = 64 << 10

// ParsePasskey reads a public key in COSE form (RFC 9053): ES256 on P-256, or EdDSA with Ed25519.
func ParsePasskey(cose []byte) (Passkey, error) {
	m, ok := parseCOSE(cose)
	if !ok {
		return Passkey{}, errors.New("this is no public key in COSE form")
	}
	k := Passkey{cose: slices.Clone(cose)}
	number := func(label int64) int64 { return m[label].n }
	const kty, alg, curve, x, y = 1, 3, -1, -2, -3
	switch {
	case number(kty) == 2 && number(alg) == -7 && number(curve) == 1 && len(m[x].b) == 32 && len(m[y].b) == 32:
		point := append(append([]byte{4}, m[x].b...), m[y].b...)
		var err error
		k.ecdsa, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		return k, err
	case number(kty) == 1 && number(alg) == -8 && number(curve) == 6:
		var err error
		k.ed25519, err = ParsePublicKey(m[x].b)
		return k, err
	}
	return Passkey{}, fmt.Errorf("keys of the algorithm %d are not checked here", number(alg))
}

// ID names the key.
func (k Passkey) ID() truce.KeyID { return keyID(k.cose) }

// Verify checks that the answer of a browser is the key's signature over the message, made for that site by a person who was there and proved it to the
// device.
func (k Passkey) Verify(message, answer []byte, host string, origins []string) error {
	fail := func(why string) error { return errors.New("the signature does not hold: " + why) }
	if len(k.cose) == 0 || len(answer) > MaxPasskeyAnswerBytes {
		return fail("there is no key, or the answer is too long")
	}
	var a struct {
		Response struct{ ClientDataJSON, AuthenticatorData, Signature string }
	}
	if json.Unmarshal(answer, &a) != nil {
		return fail("it is no answer of a browser")
	}
	b64 := base64.RawURLEncoding.Strict()
	client, err1 := b64.DecodeString(a.Response.ClientDataJSON)
	data, err2 := b64.DecodeString(a.Response.AuthenticatorData)
	signature, err3 := b64.DecodeString(a.Response.Signature)
	var c struct {
		Type, Challenge, Origin string
		CrossOrigin             bool
	}
	if err1 != nil || err2 != nil || err3 != nil || len(data) < 37 || json.Unmarshal(client, &c) != nil {
		return fail("a part of it cannot be read")
	}
	digest, site := Bytes(message), Bytes([]byte(host))
	const present, verified = 1, 4
	switch {
	case c.Type != "webauthn.get" || c.CrossOrigin || !slices.Contains(origins, c.Origin):
		return fail("it was made for something else, or elsewhere")
	case c.Challenge != base64.RawURLEncoding.EncodeToString(digest[:]):
		return fail("another message was signed")
	case Hash(data[:32]) != site:
		return fail("it was made for another site")
	case data[32]&present == 0 || data[32]&verified == 0:
		return fail("nobody proved to be there")
	}
	h := Bytes(client)
	signed := append(slices.Clone(data), h[:]...)
	holds := false
	if k.ecdsa != nil {
		sum := Bytes(signed)
		holds = ecdsa.VerifyASN1(k.ecdsa, sum[:], signature)
	} else {
		holds = k.ed25519.Verify(signed, signature)
	}
	if !holds {
		return fail("it is not this key's")
	}
	return nil
}

// coseValue is a number or a string of bytes.
type coseValue struct {
	n int64
	b []byte
}

// parseCOSE reads a CBOR map from small whole numbers to numbers and strings of bytes (RFC 8949), which is all that a COSE key of the kinds above
// has. A label twice, a longer form than needed, and anything behind the map are refused.
func parseCOSE(b []byte) (map[int64]coseValue, bool) {
	head := func() (major byte, n uint64, ok bool) {
		if len(b) == 0 {
			return 0, 0, false
		}
		major, n = b[0]>>5, uint64(b[0]&31)
		b = b[1:]
		switch {
		case n < 24:
			return major, n, true
		case n == 24 && len(b) >= 1 && b[0] >= 24:
			n, b = uint64(b[0]), b[1:]
			return major, n, true
		case n == 25 && len(b) >= 2 && b[0] > 0:
			n, b = uint64(binary.BigEndian.Uint16(b)), b[2:]
			return major, n, true
		}
		return 0, 0, false
	}
	value := func() (v coseValue, isNumber, ok bool) {
		switch major, n, ok := head(); {
		case !ok:
			return v, false, false
		case major == 0:
			return coseValue{n: int64(n)}, true, true
		case major == 1:
			return coseValue{n: -1 - int64(n)}, true, true
		case major == 2 && n <= uint64(len(b)):
			v.b, b = b[:n], b[n:]
			return v, false, true
		}
		return v, false, false
	}
	major, count, ok := head()
	if !ok || major != 5 || count > 16 {
		return nil, false
	}
	m := map[int64]coseValue{}
	for range count {
		label, isNumber, ok1 := value()
		v, _, ok2 := value()
		if _, twice := m[label.n]; !ok1 || !ok2 || !isNumber || twice {
			return nil, false
		}
		m[label.n] = v
	}
	return m, len(b) == 0
}
