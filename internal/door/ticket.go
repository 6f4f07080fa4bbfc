package door

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/record"
	"truce/internal/seal"
)

// DefaultTicket is how long a password that is being set may wait for its first code. See docs/limits.md.
const DefaultTicket = 10 * time.Minute

const ticketTag = "truce/ticket/v1\n"

// Tickets hide what a person must prove before it becomes a key. Nothing of it is kept here: the ticket goes out, sealed for that person, and comes back.
type Tickets struct{ key seal.Key }

// NewTickets draws the key under which tickets are sealed; those of another program, or of an earlier start, are not taken.
func NewTickets(random io.Reader) (Tickets, error) {
	key, err := seal.NewKey(random)
	return Tickets{key}, err
}

// Seal hides a credential that waits for its first code. Only the same person can use it, and not for long.
func (t Tickets) Seal(random io.Reader, v access.Viewer, cred record.Credential) (string, error) {
	b, err := json.Marshal(cred)
	if err != nil {
		return "", err
	}
	b = append(binary.BigEndian.AppendUint64(nil, uint64(v.Now)), b...)
	b, err = t.key.Encrypt(nil, random, b, []byte(ticketTag+string(v.Person)))
	return base64.RawURLEncoding.EncodeToString(b), err
}

// Redeem gives the credential of a ticket, where a code shows that the person's app has its seed.
func (t Tickets) Redeem(v access.Viewer, ticket, code string) (cred record.Credential, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(ticket)
	if err != nil || v.Person == "" {
		return cred, false
	}
	b, err = t.key.Decrypt(nil, b, []byte(ticketTag+string(v.Person)))
	if err != nil || len(b) < 8 {
		return cred, false
	}
	made := truce.Instant(binary.BigEndian.Uint64(b))
	if v.Now < made || v.Now.Sub(made) > DefaultTicket || json.Unmarshal(b[8:], &cred) != nil {
		return record.Credential{}, false
	}
	_, fits := seal.CheckTOTP(cred.TOTP, code, v.Now, 0)
	return cred, fits
}
