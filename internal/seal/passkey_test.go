package seal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"testing"
)

// answerOf is what a browser says when a passkey signed: each part can be spoiled.
type answerOf struct {
	host, origin, kind string
	message            []byte
	flags              byte
	cross              bool
}

func (a answerOf) sign(t *testing.T, sign func([]byte) []byte) []byte {
	t.Helper()
	b64 := base64.RawURLEncoding
	digest, site := Bytes(a.message), Bytes([]byte(a.host))
	client, err := json.Marshal(map[string]any{"type": a.kind, "challenge": b64.EncodeToString(digest[:]), "origin": a.origin, "crossOrigin": a.cross})
	if err != nil {
		t.Fatal(err)
	}
	data := append(site[:], a.flags, 0, 0, 0, 1)
	h := Bytes(client)
	answer, err := json.Marshal(map[string]any{"id": "x", "rawId": "x", "type": "public-key", "response": map[string]any{
		"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data), "signature": b64.EncodeToString(sign(append(data, h[:]...)))}})
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestPasskey(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := ec.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	ed := NewSigner(Key{9})
	public := ed.Public()
	keys := map[string]struct {
		cose []byte
		sign func([]byte) []byte
	}{
		"ES256": {append(append(append([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, point[1:33]...), 0x22, 0x58, 32), point[33:]...), func(b []byte) []byte {
			h := Bytes(b)
			s, err := ecdsa.SignASN1(rand.Reader, ec, h[:])
			if err != nil {
				t.Fatal(err)
			}
			return s
		}},
		"EdDSA": {append([]byte{0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32}, public[:]...), ed.Sign},
	}
	origins := []string{"https://mechanism.example"}
	good := answerOf{"mechanism.example", origins[0], "webauthn.get", []byte("what was said"), 5, false}
	for name, key := range keys {
		k, err := ParsePasskey(key.cose)
		if err != nil {
			t.Fatal(name, err)
		}
		if err := k.Verify(good.message, good.sign(t, key.sign), good.host, origins); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for what, spoil := range map[string]func(*answerOf){
			"another message": func(a *answerOf) { a.message = []byte("what was not said") },
			"another site":    func(a *answerOf) { a.host = "mechanism.example.org" },
			"another origin":  func(a *answerOf) { a.origin = "https://evil.example" },
			"a registration":  func(a *answerOf) { a.kind = "webauthn.create" },
			"nobody there":    func(a *answerOf) { a.flags = 4 },
			"nobody proved":   func(a *answerOf) { a.flags = 1 },
			"another frame":   func(a *answerOf) { a.cross = true },
		} {
			a := good
			spoil(&a)
			if k.Verify(good.message, a.sign(t, key.sign), good.host, origins) == nil {
				t.Errorf("%s: %s passes", name, what)
			}
		}
		other := NewSigner(Key{10})
		if k.Verify(good.message, good.sign(t, other.Sign), good.host, origins) == nil {
			t.Errorf("%s: another key's signature passes", name)
		}
		for i := range key.cose {
			b := append([]byte(nil), key.cose...)
			b[i] ^= 0x40
			if k, err := ParsePasskey(b); err == nil && k.Verify(good.message, good.sign(t, key.sign), good.host, origins) == nil {
				t.Errorf("%s: byte %d of the key does not matter", name, i)
			}
		}
		if _, err := ParsePasskey(append(key.cose, 0)); err == nil {
			t.Errorf("%s: something behind the key", name)
		}
	}
	if (Passkey{}).Verify(nil, nil, "", nil) == nil {
		t.Error("no key signs everything")
	}
}

func FuzzPasskey(f *testing.F) {
	f.Add([]byte{0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32}, []byte(`{"response":{}}`))
	f.Fuzz(func(t *testing.T, cose, answer []byte) {
		if k, err := ParsePasskey(cose); err == nil && k.Verify([]byte("a message nobody signed"), answer, "h", []string{"o"}) == nil {
			t.Errorf("%x signs what nobody signed", cose)
		}
	})
}
