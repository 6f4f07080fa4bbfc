package access

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"truce"
	"truce/internal/record"
	"truce/internal/seal"
)

// Passkeys carries out the two ceremonies of WebAuthn Level 3: registering a key (section 7.1) and using it (section 7.2). The device always has to verify
// its person. No attestation is asked for: it would tell which device a monitor carries.
//
// A challenge for signing in is not remembered until it was used: it carries its own time and a digest that only this program can make, so
// asking for challenges fills nothing. A record is signed over the digest of its statement, so the signature can be checked for ever with the record
// and the public key alone.
type Passkeys struct {
	id, name string
	origins  []string
	key      seal.Key
	mu       sync.Mutex
	spent    map[string]truce.Instant
}

// Limits of passkeys. See docs/limits.md.
const (
	DefaultCeremony  = 5 * time.Minute // from challenge to answer
	MaxAnswerBytes   = 16 << 10        // of an answer of a browser
	MaxPublicKeySize = 2 << 10         // bytes of a public key in COSE form
)

// NewPasskeys is for one site: its host name, what it is called, and the addresses its pages come from.
func NewPasskeys(random io.Reader, host, name string, origins []string) (*Passkeys, error) {
	key, err := seal.NewKey(random)
	if err != nil {
		return nil, err
	}
	if err := protocol.ValidateRPID(host); err != nil || len(origins) == 0 {
		return nil, &truce.Error{Op: "access.NewPasskeys", Kind: truce.Invalid, Subject: host, Reason: "passkeys need a host name and the addresses of the pages", Cause: err}
	}
	return &Passkeys{id: host, name: name, origins: origins, key: key, spent: map[string]truce.Instant{}}, nil
}

// SSHNamespace is the purpose with which people sign records by an SSH key: ssh-keygen -Y sign -n truce-record.
const SSHNamespace = "truce-record"

// Purposes of a challenge. Which person registers is part of it.
const (
	forSignIn   = "sign-in"
	forRegister = "register:"
)

const (
	challengeNonce = 16
	challengeTime  = 8
)

func (p *Passkeys) challenge(random io.Reader, purpose string, now truce.Instant) ([]byte, error) {
	b := make([]byte, challengeNonce, 64)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, err
	}
	return p.finish(binary.BigEndian.AppendUint64(b, uint64(now)), purpose), nil
}

func (p *Passkeys) finish(b []byte, purpose string) []byte {
	d := p.key.Digest(append(bytes.Clone(b), purpose...))
	return append(b, d[:]...)
}

// spend takes a challenge that came back, once.
func (p *Passkeys) spend(encoded, purpose string, now truce.Instant) bool {
	b, err := base64.RawURLEncoding.DecodeString(encoded)
	const open = challengeNonce + challengeTime
	if err != nil || len(b) < open || !seal.Equal(p.finish(bytes.Clone(b[:open]), purpose), b) {
		return false
	}
	made := truce.Instant(binary.BigEndian.Uint64(b[challengeNonce:open]))
	if now < made || now.Sub(made) > DefaultCeremony {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, used := p.spent[encoded]; used {
		return false
	}
	maps.DeleteFunc(p.spent, func(_ string, made truce.Instant) bool { return now.Sub(made) > DefaultCeremony })
	p.spent[encoded] = made
	return true
}

// BeginRegister gives the options for navigator.credentials.create, as JSON. The label is shown on the person's own device and nowhere else.
func (p *Passkeys) BeginRegister(random io.Reader, id truce.PersonID, label string, have []Key, now truce.Instant) ([]byte, error) {
	challenge, err := p.challenge(random, forRegister+string(id), now)
	if err != nil {
		return nil, err
	}
	yes := true
	return json.Marshal(protocol.CredentialCreation{Response: protocol.PublicKeyCredentialCreationOptions{
		RelyingParty:          protocol.RelyingPartyEntity{CredentialEntity: protocol.CredentialEntity{Name: p.name}, ID: p.id},
		User:                  protocol.UserEntity{CredentialEntity: protocol.CredentialEntity{Name: label}, DisplayName: label, ID: protocol.URLEncodedBase64(id)},
		Challenge:             challenge,
		Parameters:            webauthn.CredentialParametersDefault(),
		Timeout:               int(DefaultCeremony.Milliseconds()),
		CredentialExcludeList: descriptors(have),
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: &yes,
			UserVerification: protocol.VerificationRequired},
		Attestation: protocol.PreferNoAttestation,
	}})
}

// Register checks the answer of the browser and gives what is kept of the new key.
func (p *Passkeys) Register(id truce.PersonID, answer []byte, now truce.Instant) (c record.Credential, key truce.KeyID, err error) {
	const op truce.Op = "access.Register"
	refused := func(cause error) (record.Credential, truce.KeyID, error) {
		return record.Credential{}, "", &truce.Error{Op: op, Kind: truce.Denied, Reason: "the device's answer does not fit", Hint: "begin again", Cause: cause}
	}
	if len(answer) > MaxAnswerBytes {
		return record.Credential{}, "", &truce.Error{Op: op, Kind: truce.TooLarge, Reason: "the device's answer is too long"}
	}
	a, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return refused(err)
	}
	challenge := a.Response.CollectedClientData.Challenge
	if _, err = a.Verify(challenge, p.id, p.origins, nil, nil, protocol.TopOriginExplicitVerificationMode, false, true, true, nil,
		webauthn.CredentialParametersDefault(), protocol.AttestationPolicy{}, protocol.SignaturePolicy{}); err != nil {
		return refused(err)
	}
	data := a.Response.AttestationObject.AuthData
	if !data.Flags.HasBackupEligible() && data.Flags.HasBackupState() || len(data.AttData.CredentialPublicKey) > MaxPublicKeySize {
		return refused(nil)
	}
	if !p.spend(challenge, forRegister+string(id), now) {
		return refused(nil)
	}
	c = record.Credential{PublicKey: data.AttData.CredentialPublicKey, PasskeyID: data.AttData.CredentialID, Flags: byte(data.Flags), Count: data.Counter}
	for _, t := range a.Response.Transports {
		c.Transports = append(c.Transports, string(t))
	}
	return c, passkeyKeyID(c.PublicKey), nil
}

// passkeyKeyID names a passkey by its public key.
func passkeyKeyID(public []byte) truce.KeyID {
	h := seal.Bytes(public)
	return truce.KeyID("k-" + seal.Text(h[:], 16))
}

// BeginSignIn gives the options for navigator.credentials.get, as JSON. It names no person and no key: nobody learns from it who there is.
func (p *Passkeys) BeginSignIn(random io.Reader, now truce.Instant) ([]byte, error) {
	challenge, err := p.challenge(random, forSignIn, now)
	if err != nil {
		return nil, err
	}
	return p.request(challenge, nil)
}

// BeginSign gives the options for signing a record: the challenge is the digest of its statement. The author must be complete, with the key that will sign.
func (p *Passkeys) BeginSign(r *truce.Record, with Key) ([]byte, error) {
	if r.Author.Vouch != truce.VouchSignature || r.Author.Key != with.ID || with.Method != record.MethodPasskey {
		return nil, &truce.Error{Op: "access.BeginSign", Kind: truce.Internal, Subject: r.String(), Reason: "its author is not the one who would sign"}
	}
	h := seal.Bytes(r.Statement())
	return p.request(h[:], []Key{with})
}

func (p *Passkeys) request(challenge []byte, with []Key) ([]byte, error) {
	return json.Marshal(protocol.CredentialAssertion{Response: protocol.PublicKeyCredentialRequestOptions{
		Challenge: challenge, Timeout: int(DefaultCeremony.Milliseconds()), RelyingPartyID: p.id, AllowedCredentials: descriptors(with),
		UserVerification: protocol.VerificationRequired,
	}})
}

func descriptors(keys []Key) (out []protocol.CredentialDescriptor) {
	for _, k := range keys {
		if k.Method != record.MethodPasskey {
			continue
		}
		d := protocol.CredentialDescriptor{Type: protocol.PublicKeyCredentialType, CredentialID: k.Credential.PasskeyID}
		for _, t := range k.Credential.Transports {
			d.Transport = append(d.Transport, protocol.AuthenticatorTransport(t))
		}
		out = append(out, d)
	}
	return out
}

// VerifySignature checks the signature of a record by a passkey: the browser's answer as it came, over the digest of the record's statement.
// It needs nothing but the record, the public key, and the site's name and addresses, now or in ten years.
func VerifySignature(r *truce.Record, c record.Credential, host string, origins []string) error {
	const op truce.Op = "access.VerifySignature"
	if r.Author.Vouch != truce.VouchSignature || r.Author.Key != passkeyKeyID(c.PublicKey) {
		return &truce.Error{Op: op, Kind: truce.Denied, Subject: r.String(), Reason: "it does not say that this key signed it"}
	}
	a, err := parseAssertion(op, r.Signature)
	if err != nil {
		return err
	}
	h := seal.Bytes(r.Statement())
	if err := verifyAssertion(a, base64.RawURLEncoding.EncodeToString(h[:]), c, host, origins); err != nil {
		return &truce.Error{Op: op, Kind: truce.Denied, Subject: r.String(), Reason: "the signature does not fit the record", Cause: err}
	}
	return nil
}

func parseAssertion(op truce.Op, answer []byte) (*protocol.ParsedCredentialAssertionData, error) {
	if len(answer) > MaxAnswerBytes {
		return nil, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: "the device's answer is too long"}
	}
	a, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "the device's answer cannot be read", Cause: err}
	}
	return a, nil
}

func verifyAssertion(a *protocol.ParsedCredentialAssertionData, challenge string, c record.Credential, host string, origins []string) error {
	if !bytes.Equal(a.RawID, c.PasskeyID) {
		return &truce.Error{Kind: truce.Denied, Reason: "another key answered"}
	}
	if err := a.Verify(challenge, host, "", origins, nil, nil, protocol.TopOriginExplicitVerificationMode, false, true, true, c.PublicKey, protocol.SignaturePolicy{}); err != nil {
		return err
	}
	flags, was := a.Response.AuthenticatorData.Flags, protocol.AuthenticatorFlags(c.Flags)
	if flags.HasBackupEligible() != was.HasBackupEligible() || !flags.HasBackupEligible() && flags.HasBackupState() {
		return &truce.Error{Kind: truce.Denied, Reason: "the key says of itself what it did not say when it was registered"}
	}
	return nil
}

// Passkey checks the answer to [Passkeys.BeginSignIn].
func (g *Gate) Passkey(p *Passkeys, answer []byte, address string, now truce.Instant) (Key, error) {
	const op truce.Op = "access.Passkey"
	if !g.addresses.Take(address, now) {
		return Key{}, errTooMany(op)
	}
	a, err := parseAssertion(op, answer)
	if err != nil {
		return Key{}, err
	}
	k, ok := g.dir.Passkey(a.RawID, now)
	challenge := a.Response.CollectedClientData.Challenge
	if !ok || string(a.Response.UserHandle) != string(k.Person) || verifyAssertion(a, challenge, k.Credential, p.id, p.origins) != nil || !p.spend(challenge, forSignIn, now) {
		return Key{}, errNotAdmitted(op)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if n, last := a.Response.AuthenticatorData.Counter, max(g.counts[k.ID], k.Credential.Count); (n != 0 || last != 0) && n <= last {
		return Key{}, errNotAdmitted(op) // a copy of the key was used
	} else if n != 0 {
		g.counts[k.ID] = n
	}
	g.addresses.Give(address)
	return k, nil
}

// VerifyAuthor checks what a record says of its author's signature, with the keys of the directory, also keys that are gone since: the key was the
// person's and worked when the record was recorded. A record that is not signed passes only if it does not claim to be.
func (d *Directory) VerifyAuthor(r *truce.Record, host string, origins []string) error {
	const op truce.Op = "access.VerifyAuthor"
	if r.Author.Vouch != truce.VouchSignature {
		if len(r.Signature) > 0 {
			return &truce.Error{Op: op, Kind: truce.Denied, Subject: r.String(), Reason: "it has a signature that its author does not name"}
		}
		return nil
	}
	k, ok := d.Key(r.Author.Key)
	if !ok || k.Person != r.Author.Person || r.Recorded < k.Since || k.Until.Stated() && r.Recorded >= k.Until || k.Ended.Stated() && r.Recorded >= k.Ended {
		return &truce.Error{Op: op, Kind: truce.Denied, Subject: r.String(), Reason: "its author had no such key then"}
	}
	switch k.Method {
	case record.MethodPasskey:
		return VerifySignature(r, k.Credential, host, origins)
	case record.MethodSSH:
		key, err := seal.ParseSSHKey(strings.TrimSpace(string(k.Credential.PublicKey)))
		if err != nil {
			return &truce.Error{Op: op, Kind: truce.Corrupt, Subject: string(k.ID), Reason: "the key cannot be read", Cause: err}
		}
		sig, err := seal.ParseSSHSignature(r.Signature)
		if err != nil {
			return &truce.Error{Op: op, Kind: truce.Denied, Subject: r.String(), Reason: "its signature cannot be read", Cause: err}
		}
		if err := seal.VerifySSHSig(key, SSHNamespace, r.Statement(), sig); err != nil {
			return &truce.Error{Op: op, Kind: truce.Denied, Subject: r.String(), Reason: "the signature does not fit the record", Cause: err}
		}
		return nil
	}
	return &truce.Error{Op: op, Kind: truce.Denied, Subject: r.String(), Reason: "its key is none that signs"}
}
