package access

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"truce"
	"truce/internal/record"
)

const (
	site   = "mechanism.example"
	origin = "https://mechanism.example"
)

// device is an authenticator made of software: one key on P-256.
type device struct {
	key    *ecdsa.PrivateKey
	id     []byte
	handle []byte
	count  uint32
	flags  byte
	origin string
	site   string
}

const (
	present, verified, eligible, attested = 1, 4, 8, 64
)

func newDevice(t *testing.T, id truce.PersonID) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 16)
	rand.Read(raw)
	return &device{key: key, id: raw, handle: []byte(id), flags: present | verified, origin: origin, site: site}
}

func (d *device) data(t *testing.T, flags byte) []byte {
	t.Helper()
	h := sha256.Sum256([]byte(d.site))
	b := append(h[:], flags)
	b = binary.BigEndian.AppendUint32(b, d.count)
	if flags&attested == 0 {
		return b
	}
	b = append(b, make([]byte, 16)...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(d.id)))
	b = append(b, d.id...)
	point, err := d.key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	cose, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		t.Fatal(err)
	}
	return append(b, cose...)
}

func (d *device) client(kind, challenge string) []byte {
	b, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	return b
}

var b64u = base64.RawURLEncoding

type options struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RPID      string `json:"rpId"`
		Allow     []any  `json:"allowCredentials"`
		User      struct {
			Name string `json:"name"`
			ID   string `json:"id"`
		} `json:"user"`
		UserVerification string `json:"userVerification"`
		Attestation      string `json:"attestation"`
	} `json:"publicKey"`
}

func challengeOf(t *testing.T, b []byte, err error) string {
	t.Helper()
	var o options
	if err != nil || json.Unmarshal(b, &o) != nil || o.PublicKey.Challenge == "" {
		t.Fatalf("options %s, %v", b, err)
	}
	return o.PublicKey.Challenge
}

func (d *device) create(t *testing.T, challenge string) []byte {
	t.Helper()
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": d.data(t, d.flags|attested)})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(map[string]any{"id": b64u.EncodeToString(d.id), "rawId": b64u.EncodeToString(d.id), "type": "public-key", "response": map[string]any{
		"clientDataJSON": b64u.EncodeToString(d.client("webauthn.create", challenge)), "attestationObject": b64u.EncodeToString(object), "transports": []string{"internal"}}})
	return b
}

func (d *device) get(t *testing.T, challenge string) []byte {
	t.Helper()
	d.count++
	data, client := d.data(t, d.flags), d.client("webauthn.get", challenge)
	h := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte(nil), data...), h[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(map[string]any{"id": b64u.EncodeToString(d.id), "rawId": b64u.EncodeToString(d.id), "type": "public-key", "response": map[string]any{
		"clientDataJSON": b64u.EncodeToString(client), "authenticatorData": b64u.EncodeToString(data), "signature": b64u.EncodeToString(sig), "userHandle": b64u.EncodeToString(d.handle)}})
	return b
}

// passkeyTown gives a town whose guarantor of blue has a passkey.
func passkeyTown(t *testing.T) (*town, *Gate, *Passkeys, *device, Key) {
	t.Helper()
	w, g, _ := gateOfTown(t)
	p, err := NewPasskeys(w.rand, site, "The mechanism", []string{origin})
	if err != nil {
		t.Fatal(err)
	}
	d := newDevice(t, "p-blue")
	b, err := p.BeginRegister(w.rand, "p-blue", "blue", nil, w.now)
	c, id, err2 := p.Register("p-blue", d.create(t, challengeOf(t, b, err)), w.now)
	if err2 != nil {
		t.Fatal(err2)
	}
	w.apply(w.author("p-blue"), record.Person{Act: record.PersonKeyAdded, Person: "p-blue", Key: id, Method: record.MethodPasskey, Credential: c})
	k, ok := w.d.Key(id)
	if !ok || k.Credential.Flags != present|verified|attested {
		t.Fatalf("the key is kept as %+v", k)
	}
	return w, g, p, d, k
}

func TestPasskeyRegistration(t *testing.T) {
	w, _, p, _, _ := passkeyTown(t)
	begin := func(id truce.PersonID) string {
		b, err := p.BeginRegister(w.rand, id, "label", nil, w.now)
		return challengeOf(t, b, err)
	}
	for name, change := range map[string]func(*device, *string){
		"another site":           func(d *device, _ *string) { d.site = "evil.example" },
		"another page":           func(d *device, _ *string) { d.origin = "https://evil.example" },
		"nobody verified":        func(d *device, _ *string) { d.flags = present },
		"nobody present":         func(d *device, _ *string) { d.flags = verified },
		"backed up, not able to": func(d *device, _ *string) { d.flags |= 16 },
		"another person's":       func(_ *device, c *string) { *c = begin("p-red") },
		"a challenge of nobody":  func(_ *device, c *string) { *c = b64u.EncodeToString(make([]byte, 56)) },
		"a short challenge":      func(_ *device, c *string) { *c = "AAAA" },
		"a sign-in challenge":    func(_ *device, c *string) { b, err := p.BeginSignIn(w.rand, w.now); *c = challengeOf(t, b, err) },
	} {
		d, c := newDevice(t, "p-blue"), begin("p-blue")
		change(d, &c)
		if _, _, err := p.Register("p-blue", d.create(t, c), w.now); truce.KindOf(err) != truce.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
	d, c := newDevice(t, "p-blue"), begin("p-blue")
	if _, _, err := p.Register("p-blue", d.create(t, c), w.now.Add(DefaultCeremony+time.Millisecond)); err == nil {
		t.Error("a late answer registers")
	}
	if _, _, err := p.Register("p-blue", d.create(t, c), w.now); err != nil {
		t.Errorf("the control: %v", err)
	}
	if _, _, err := p.Register("p-blue", newDevice(t, "p-blue").create(t, c), w.now); err == nil {
		t.Error("one challenge registered two keys")
	}
	if _, _, err := p.Register("p-blue", make([]byte, MaxAnswerBytes+1), w.now); truce.KindOf(err) != truce.TooLarge {
		t.Errorf("a long answer: %v", err)
	}
}

func TestPasskeySignIn(t *testing.T) {
	w, g, p, d, k := passkeyTown(t)
	begin := func() string {
		b, err := p.BeginSignIn(w.rand, w.now)
		var o options
		if json.Unmarshal(b, &o) != nil || len(o.PublicKey.Allow) != 0 || o.PublicKey.UserVerification != "required" || o.PublicKey.RPID != site {
			t.Errorf("the options name keys, or ask too little: %s", b)
		}
		return challengeOf(t, b, err)
	}
	answer := d.get(t, begin())
	got, err := g.Passkey(p, answer, "2001:db8::1", w.now)
	if err != nil || got.ID != k.ID || got.Person != "p-blue" {
		t.Fatalf("%v, %v", got.ID, err)
	}
	if _, err := g.Passkey(p, answer, "2001:db8::1", w.now); err == nil {
		t.Error("one answer opened the door twice")
	}
	for name, change := range map[string]func(*device){
		"another site":    func(d *device) { d.site = "evil.example" },
		"another page":    func(d *device) { d.origin = "https://evil.example" },
		"nobody verified": func(d *device) { d.flags = present },
		"another key":     func(d *device) { d.key = newDevice(t, "p-blue").key },
		"another id":      func(d *device) { d.id = []byte("unknown-key-id") },
		"another person":  func(d *device) { d.handle = []byte("p-red") },
		"no person":       func(d *device) { d.handle = nil },
		"now backed up":   func(d *device) { d.flags |= eligible },
		"a copy":          func(d *device) { d.count = 0 },
	} {
		bad := *d
		change(&bad)
		if _, err := g.Passkey(p, bad.get(t, begin()), "2001:db8::2", w.now); truce.KindOf(err) != truce.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.count = 100
	if _, err := g.Passkey(p, d.get(t, begin()), "2001:db8::3", w.now); err != nil {
		t.Errorf("the control: %v", err)
	}
	late := begin()
	if _, err := g.Passkey(p, d.get(t, late), "2001:db8::3", w.now.Add(DefaultCeremony+time.Millisecond)); err == nil {
		t.Error("a late answer opens the door")
	}
	if _, err := g.Passkey(p, []byte("{}"), "2001:db8::4", w.now); truce.KindOf(err) != truce.Invalid {
		t.Errorf("nonsense: %v", err)
	}
	// Asking for challenges fills nothing.
	for range 1000 {
		begin()
	}
	if len(p.spent) > 8 {
		t.Errorf("%d challenges are remembered", len(p.spent))
	}
}

// A record that a passkey signed can be checked from the record and the public key alone, and nothing in it can be changed.
func TestPasskeySignsRecords(t *testing.T) {
	w, _, p, d, k := passkeyTown(t)
	r := truce.Record{Kind: truce.RecordStep, Tier: truce.TierMechanism, Claimed: w.now, Body: []byte(`{"step":"sign"}`), Recorded: w.now,
		Author:      truce.Author{Person: "p-blue", Body: "blue", Office: truce.OfficeGuarantor, Vouch: truce.VouchSignature, Key: k.ID},
		Commitments: []truce.Commitment{{Group: "note", Digest: truce.Digest{1}}}}
	b, err := p.BeginSign(&r, k)
	r.Signature = d.get(t, challengeOf(t, b, err))
	// What the journal adds is not signed; the record goes through its bytes as it would in ten years.
	r.Seq, r.ID, r.Received = 7, "r-7", w.now
	read, err := truce.ParseRecord(r.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := VerifySignature(&read, k.Credential, site, []string{origin}); err != nil {
		t.Fatal(err)
	}
	if err := w.d.VerifyAuthor(&read, site, []string{origin}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*truce.Record){
		"body":       func(r *truce.Record) { r.Body = []byte(`{"step":"dissent"}`) },
		"tier":       func(r *truce.Record) { r.Tier = truce.TierPublic },
		"kind":       func(r *truce.Record) { r.Kind = truce.RecordReport },
		"claimed":    func(r *truce.Record) { r.Claimed++ },
		"office":     func(r *truce.Record) { r.Author.Office = truce.OfficeLiaison },
		"body of":    func(r *truce.Record) { r.Author.Body = "red" },
		"agreement":  func(r *truce.Record) { r.Agreement = "another" },
		"commitment": func(r *truce.Record) { r.Commitments = []truce.Commitment{{Group: "note", Digest: truce.Digest{2}}} },
		"key":        func(r *truce.Record) { r.Author.Key = "k-other" },
		"vouch":      func(r *truce.Record) { r.Author.Vouch = truce.VouchSession },
		"signature":  func(r *truce.Record) { r.Signature = r.Signature[:len(r.Signature)-9] },
		"none":       func(r *truce.Record) { r.Signature = nil },
		"person":     func(r *truce.Record) { r.Author.Person = "p-red" },
		"too early":  func(r *truce.Record) { r.Recorded = k.Since - 1 },
	} {
		changed := read
		change(&changed)
		if err := w.d.VerifyAuthor(&changed, site, []string{origin}); err == nil {
			t.Errorf("%s: a changed record verifies", name)
		}
	}
	// A key that was taken away still speaks for what it signed before, and for nothing after.
	w.apply(w.author("p-blue"), record.Person{Act: record.PersonKeyGone, Person: "p-blue", Key: k.ID})
	if err := w.d.VerifyAuthor(&read, site, []string{origin}); err != nil {
		t.Errorf("what a key signed before it was lost: %v", err)
	}
	read.Recorded = w.now
	if err := w.d.VerifyAuthor(&read, site, []string{origin}); err == nil {
		t.Error("a lost key signs")
	}
	// An answer that opened the door is no signature, and the other way round.
	in, err := p.BeginSignIn(w.rand, w.now)
	r.Signature = d.get(t, challengeOf(t, in, err))
	if VerifySignature(&r, k.Credential, site, []string{origin}) == nil {
		t.Error("an answer to a sign-in signs a record")
	}
	if _, err := p.BeginSign(&truce.Record{Author: truce.Author{Vouch: truce.VouchSession}}, k); err == nil {
		t.Error("a record that does not name its key is offered for signing")
	}
}

func FuzzPasskeyAnswers(f *testing.F) {
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA","attestationObject":"oA"}}`))
	p := &Passkeys{id: site, origins: []string{origin}, spent: map[string]truce.Instant{}}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, _, err := p.Register("p-1", b, now); err == nil {
			t.Error("bytes of chance registered a key")
		}
		r := truce.Record{Signature: b, Author: truce.Author{Vouch: truce.VouchSignature, Key: passkeyKeyID([]byte{1})}}
		if VerifySignature(&r, record.Credential{PublicKey: []byte{1}, PasskeyID: []byte{0}}, site, []string{origin}) == nil {
			t.Error("bytes of chance signed a record")
		}
	})
}
