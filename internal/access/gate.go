package access

import (
	"context"
	"encoding/base32"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"

	"truce"
	"truce/internal/record"
	"truce/internal/seal"
)

// Gate checks what people prove who they are with. What it answers to a wrong name, a wrong password, a used code and a person who left is
// one and the same, and takes the same time.
type Gate struct {
	dir       *Directory
	addresses *Limiter
	names     *Limiter
	decoy     string
	decoySeed []byte
	running   chan struct{}
	mu        sync.Mutex
	// floor is the last step of one-time codes that may have been used before the program started: no code up to it is taken, so after a
	// restart people wait a minute.
	floor uint64
	used  map[truce.KeyID]uint64
	// counts are the last counters of passkeys that have one.
	counts map[truce.KeyID]uint32
}

const methodInvitation = record.MethodInvitation

// Limits of signing in. See docs/limits.md.
const (
	DefaultNameBurst     = 10               // attempts on one name at once
	DefaultNameEvery     = time.Minute      // then one in so long
	DefaultAddressBurst  = 30               // attempts from one address at once
	DefaultAddressEvery  = 10 * time.Second // then one in so long
	MaxPasswordChecks    = 2                // passwords checked at once; each takes 64 MiB
	MinPasswordLength    = 12               // characters
	DefaultInvitation    = 72 * time.Hour   // how long a code for a new person works
	DefaultTokenLifetime = 90 * 24 * time.Hour
	totpSeedBytes        = 20
	totpStep             = 30_000 // milliseconds, RFC 6238
)

// NewGate gives a gate; now is when the program started.
func NewGate(dir *Directory, random io.Reader, now truce.Instant) (*Gate, error) {
	key, err := seal.NewKey(random)
	if err != nil {
		return nil, err
	}
	secret, err := seal.Token(random, secretLength)
	if err != nil {
		return nil, err
	}
	decoy, err := seal.HashPassword(random, secret)
	if err != nil {
		return nil, err
	}
	seed, err := newSeed(random)
	if err != nil {
		return nil, err
	}
	return &Gate{dir: dir, decoy: decoy, decoySeed: seed, running: make(chan struct{}, MaxPasswordChecks),
		names:     NewLimiter(key.Derive("names"), DefaultNameBurst, DefaultNameEvery),
		addresses: NewLimiter(key.Derive("addresses"), DefaultAddressBurst, DefaultAddressEvery),
		floor:     uint64(max(now, 0))/totpStep + 1, used: map[truce.KeyID]uint64{}, counts: map[truce.KeyID]uint32{}}, nil
}

func newSeed(random io.Reader) ([]byte, error) {
	seed := make([]byte, totpSeedBytes)
	_, err := io.ReadFull(random, seed)
	return seed, err
}

// errNotAdmitted is the one answer to everybody who does not come in.
func errNotAdmitted(op truce.Op) error {
	return &truce.Error{Op: op, Kind: truce.Denied, Reason: "this does not open the door", Hint: "check the name, the password and the clock of the device that shows the code"}
}

// errTooMany is the answer to whoever tries too often, whether or not there is such a name.
func errTooMany(op truce.Op) error {
	return &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "too many attempts", Hint: "wait a minute and try again"}
}

// Password checks a name, a password and the one-time code that goes with it. Waiting for a turn ends with ctx.
func (g *Gate) Password(ctx context.Context, login, password, code, address string, now truce.Instant) (Key, error) {
	const op truce.Op = "access.Password"
	if !g.addresses.Take(address, now) || !g.names.Take("password:"+login, now) {
		return Key{}, errTooMany(op)
	}
	select {
	case g.running <- struct{}{}:
		defer func() { <-g.running }()
	case <-ctx.Done():
		return Key{}, &truce.Error{Op: op, Kind: truce.Unavailable, Cause: ctx.Err()}
	}
	k, known := g.dir.byNameNow(record.MethodPassword, record.Credential{Login: login}, now)
	hash, seed := g.decoy, g.decoySeed
	if known {
		hash, seed = k.Credential.Password, k.Credential.TOTP
	}
	right, err := seal.CheckPassword(hash, password)
	if err != nil {
		right = false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	step, fresh := seal.CheckTOTP(seed, code, now, max(g.floor, g.used[k.ID]))
	if !known || !right || !fresh {
		return Key{}, errNotAdmitted(op)
	}
	g.used[k.ID] = step // a code seen over a shoulder opens nothing a second time
	g.names.Give("password:" + login)
	g.addresses.Give(address)
	return k, nil
}

// Invitation checks the code of a new person. It opens a session in which nothing can be done but adding a key, which uses the code up.
func (g *Gate) Invitation(code, address string, now truce.Instant) (Key, error) {
	const op truce.Op = "access.Invitation"
	if !g.addresses.Take(address, now) {
		return Key{}, errTooMany(op)
	}
	k, ok := g.dir.byDigestNow(record.MethodInvitation, secretDigest(code), now)
	if !ok {
		return Key{}, errNotAdmitted(op)
	}
	g.addresses.Give(address)
	return k, nil
}

// Token gives the viewer behind a device's token.
func (g *Gate) Token(token string, now truce.Instant) (Viewer, error) {
	const op truce.Op = "access.Token"
	k, ok := g.dir.byDigestNow(record.MethodToken, secretDigest(token), now)
	if !ok {
		return Viewer{Now: now}, errNotAdmitted(op)
	}
	v, ok := g.dir.Viewer(k.Person, k.Office, now)
	if !ok {
		return Viewer{Now: now}, errNotAdmitted(op)
	}
	v.Vouch, v.Key, v.Acts = truce.VouchToken, k.ID, k.Acts
	return v, nil
}

// NewSecret draws a token or an invitation code, in groups of four that can be read to somebody, the digest that is kept of it, and the name of the key.
func NewSecret(random io.Reader) (secret string, c record.Credential, id truce.KeyID, err error) {
	s, err := seal.Token(random, secretLength)
	if err != nil {
		return "", c, "", err
	}
	if id, err = NewKeyID(random); err != nil {
		return "", c, "", err
	}
	var b strings.Builder
	for i := 0; i < len(s); i += 4 {
		if i > 0 {
			b.WriteByte('-')
		}
		b.WriteString(s[i : i+4])
	}
	d := secretDigest(b.String())
	return b.String(), record.Credential{Digest: d[:]}, id, nil
}

// NewKeyID draws the name of a key that has no public part to be named by.
func NewKeyID(random io.Reader) (truce.KeyID, error) {
	s, err := seal.Token(random, 16)
	return truce.KeyID("k-" + s), err
}

// NewPersonID draws the number of a person.
func NewPersonID(random io.Reader) (truce.PersonID, error) {
	s, err := seal.Token(random, 16)
	return truce.PersonID("p-" + s), err
}

// NewPassword gives what is kept of a password and a fresh seed for one-time codes, and the address that authenticator apps read as a QR code.
func NewPassword(random io.Reader, login, password, issuer string) (c record.Credential, address string, err error) {
	if n := len([]rune(password)); n < MinPasswordLength {
		return c, "", &truce.Error{Op: "access.NewPassword", Kind: truce.Invalid, Reason: "the password is too short", Hint: "take at least 12 characters; four or five unrelated words are good"}
	}
	if login == "" || strings.TrimSpace(login) != login {
		return c, "", &truce.Error{Op: "access.NewPassword", Kind: truce.Invalid, Reason: "the name to sign in with is empty or begins or ends with a space"}
	}
	hash, err := seal.HashPassword(random, password)
	if err != nil {
		return c, "", &truce.Error{Op: "access.NewPassword", Kind: truce.Invalid, Reason: "the password cannot be kept", Cause: err}
	}
	seed, err := newSeed(random)
	if err != nil {
		return c, "", err
	}
	q := url.Values{"secret": {base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed)}, "issuer": {issuer}}
	address = (&url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + login, RawQuery: q.Encode()}).String()
	return record.Credential{Login: login, Password: hash, TOTP: seed}, address, nil
}

// secretDigest is what is kept of a token or code; hyphens and spaces are for people, and letters that look like digits are
// taken for them.
func secretDigest(secret string) truce.Digest {
	plain := strings.NewReplacer("-", "", " ", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(strings.TrimSpace(secret)))
	return truce.Digest(seal.Bytes([]byte(plain)))
}
