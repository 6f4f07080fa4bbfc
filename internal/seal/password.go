package seal

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/argon2"

	"truce"
)

// Cost says what one argon2id takes.
type Cost struct {
	MemoryKiB, Passes uint32
	Threads           uint8
}

// PasswordCost is the second option that RFC 9106 recommends: 64 MiB, three passes.
var PasswordCost = Cost{MemoryKiB: 64 << 10, Passes: 3, Threads: 4}

// Limits of what a stored password may ask for. See docs/limits.md.
const (
	MaxPasswordBytes  = 1024
	MaxPasswordKiB    = 256 << 10
	MaxPasswordPasses = 16
)

const (
	saltBytes     = 16
	passwordBytes = 32
)

// Passphrase derives a key from what a person types (argon2id, RFC 9106).
func Passphrase(phrase string, salt []byte, c Cost) Key {
	return Key(argon2.IDKey([]byte(phrase), salt, c.Passes, c.MemoryKiB, c.Threads, KeySize))
}

// HashPassword gives what is stored of a password: argon2id in the PHC string format. It takes as long as it takes on purpose, and the memory
// of [PasswordCost]; the caller bounds how many run at once.
func HashPassword(random io.Reader, password string) (string, error) {
	if len(password) > MaxPasswordBytes {
		return "", fmt.Errorf("a password has at most %d bytes", MaxPasswordBytes)
	}
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", err
	}
	c := PasswordCost
	sum := argon2.IDKey([]byte(password), salt, c.Passes, c.MemoryKiB, c.Threads, passwordBytes)
	return fmt.Sprintf("%s$%s$%s", c, b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

var b64 = base64.RawStdEncoding.Strict()

// String writes the cost as the PHC format does: "$argon2id$v=19$m=65536,t=3,p=4".
func (c Cost) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d", argon2.Version, c.MemoryKiB, c.Passes, c.Threads)
}

// ParseCost reads what String writes. A cost that nobody means to pay is refused.
func ParseCost(s string) (c Cost, err error) {
	var v int
	if _, err := fmt.Sscanf(s, "$argon2id$v=%d$m=%d,t=%d,p=%d", &v, &c.MemoryKiB, &c.Passes, &c.Threads); err != nil || c.String() != s ||
		c.Threads < 1 || c.MemoryKiB < 8*uint32(c.Threads) || c.MemoryKiB > MaxPasswordKiB || c.Passes < 1 || c.Passes > MaxPasswordPasses {
		return Cost{}, ErrBadHash
	}
	return c, nil
}

// ErrBadHash says that a stored password is not in the form [HashPassword] gives.
var ErrBadHash = errors.New("the stored password is not argon2id in the PHC format, or asks for too much")

// CheckPassword reports whether the password is the stored one. Where there is no such person, callers check against a hash of anything, so that
// the time tells nothing.
func CheckPassword(stored, password string) (bool, error) {
	i := strings.LastIndexByte(stored, '$')
	j := strings.LastIndexByte(stored[:max(i, 0)], '$')
	if j < 0 {
		return false, ErrBadHash
	}
	c, err := ParseCost(stored[:j])
	if err != nil {
		return false, err
	}
	salt, err1 := b64.DecodeString(stored[j+1 : i])
	sum, err2 := b64.DecodeString(stored[i+1:])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(salt) > 64 || len(sum) != passwordBytes {
		return false, ErrBadHash
	}
	if len(password) > MaxPasswordBytes {
		return false, nil
	}
	return Equal(argon2.IDKey([]byte(password), salt, c.Passes, c.MemoryKiB, c.Threads, passwordBytes), sum), nil
}

// totpStep is how long a code holds, in milliseconds.
const totpStep = 30_000

// CheckTOTP reports whether the code is the secret's at the moment or one step of 30 seconds before or after it (RFC 6238 with SHA-1 and six
// digits, as every authenticator has it). A code is good once: used is the step of the last one taken, and the step to remember
// comes back.
func CheckTOTP(secret []byte, code string, now truce.Instant, used uint64) (step uint64, ok bool) {
	if len(secret) < 10 || len(code) != 6 || now < totpStep {
		return used, false
	}
	// Every step is tried whatever the others said, so that the time tells nothing.
	at := uint64(now) / totpStep
	for s := at - 1; s <= at+1; s++ {
		if Equal(hotp(secret, s, 6), code) && s > used && !ok {
			step, ok = s, true
		}
	}
	if !ok {
		return used, false
	}
	return step, true
}

// hotp is the code of a counter (RFC 4226).
func hotp(secret []byte, counter uint64, digits int) string {
	h := hmac.New(sha1.New, secret)
	h.Write(binary.BigEndian.AppendUint64(nil, counter))
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	mod := uint32(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}
