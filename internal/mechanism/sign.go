package mechanism

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/journal"
	"truce/internal/record"
)

// How long a record waits for its author's signature, and how many wait at once. See docs/limits.md.
const (
	DefaultSigning = time.Hour
	MaxUnsigned    = 1000
)

// ToSign is what an author signs: the statement of a record that is complete and not written down yet. The signature covers all that the author
// says and the commitments to what is sealed, and can be checked from the record alone, by anybody, for ever.
type ToSign struct {
	Key truce.KeyID `json:"key" access:"existence" doc:"The key that is to sign."`
	// Statement is in base64, for ssh-keygen -Y sign.
	Statement string `json:"statement" access:"existence" doc:"The bytes to sign, in base64: with ssh-keygen -Y sign, namespace truce-record."`
	// Passkey is set where the key is a passkey.
	Passkey json.RawMessage `json:"passkey,omitempty" access:"existence" doc:"Options for navigator.credentials.get; the answer is the signature."`
	Until   string          `json:"until" access:"existence" format:"date-time" doc:"It waits until then."`
}

// unsigned is a record that waits for its author's signature.
type unsigned struct {
	draft journal.Draft
	until truce.Instant
}

// waitForSignature seals a draft and keeps it until its author signs. Nothing is written down.
func (m *Mechanism) waitForSignature(v access.Viewer, d record.Draft) (Receipt, error) {
	const op truce.Op = "mechanism.Sign"
	k, ok := m.Directory.Key(v.Key)
	if !ok || k.Person != v.Person || k.Ended.Stated() {
		return Receipt{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(v.Key), Reason: "you have no such key", Hint: "name a passkey or an SSH key of yours"}
	}
	sealed, err := d.Seal(m.Keys, m.Random)
	if err != nil {
		return Receipt{}, err
	}
	u := unsigned{journal.Draft{Record: d.Record, Sealed: sealed}, v.Now.Add(DefaultSigning)}
	out := &ToSign{Key: v.Key, Statement: base64.StdEncoding.EncodeToString(d.Record.Statement()), Until: u.until.String()}
	if k.Method == record.MethodPasskey {
		if m.Passkeys == nil {
			return Receipt{}, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "no passkey works here", Hint: "the operator names the address of this server as origin in the settings"}
		}
		if out.Passkey, err = m.Passkeys.BeginSign(&d.Record, k); err != nil {
			return Receipt{}, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, x := range m.unsigned {
		if x.until <= v.Now {
			delete(m.unsigned, id)
		}
	}
	if len(m.unsigned) >= MaxUnsigned {
		return Receipt{}, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "too many records wait to be signed", Hint: "try again in a minute"}
	}
	m.unsigned[d.Record.ID] = u
	return Receipt{ID: d.Record.ID, Sign: out}, nil
}

// Signed writes down a record that waited, once its author's signature fits it and it is still possible.
func (m *Mechanism) Signed(ctx context.Context, v access.Viewer, id truce.RecordID, signature []byte) (Receipt, error) {
	const op truce.Op = "mechanism.Signed"
	m.command.Lock()
	defer m.command.Unlock()
	m.mu.RLock()
	u, ok := m.unsigned[id]
	m.mu.RUnlock()
	if r := &u.draft.Record; !ok || u.until <= v.Now || r.Author.Person != v.Person || r.Author.Body != v.Body {
		return Receipt{}, errAbsent(op)
	}
	r := u.draft.Record
	r.Signature = signature
	signed := r
	signed.Recorded = v.Now
	if err := m.Directory.VerifyAuthor(&signed, m.Host, m.Origins); err != nil {
		return Receipt{}, err
	}
	if err := m.stillPossible(&r, u.draft.Sealed); err != nil {
		return Receipt{}, err
	}
	if err := m.writable(op); err != nil {
		return Receipt{}, err
	}
	m.mu.Lock()
	delete(m.unsigned, id)
	m.mu.Unlock()
	f, own, err := m.begin(id)
	if err != nil {
		return Receipt{}, err
	}
	if !own {
		return Receipt{ID: id, Repeated: true}, f.wait(ctx)
	}
	_, last, err := m.Writer.Submit(ctx, []journal.Draft{{Record: r, Sealed: u.draft.Sealed}})
	m.land([]*flight{f}, err)
	if err != nil {
		return Receipt{}, err
	}
	if err := m.Await(ctx, last); err != nil {
		return Receipt{ID: id, Seq: last}, err
	}
	return Receipt{ID: id, Seq: last}, m.after(ctx, &r, u.draft.Sealed, v.Now)
}

// after does what follows once a record is taken up: the file of a deposit is kept, and a text that enough signatories want binds.
func (m *Mechanism) after(ctx context.Context, r *truce.Record, sealed []byte, now truce.Instant) error {
	switch r.Kind {
	case truce.RecordMedia:
		g, err := m.Keys.Open(r, sealed)
		if err != nil {
			return err
		}
		x, err := record.ReadMedia(r, g)
		if err != nil {
			return err
		}
		return m.Media.Keep(x.Blob)
	case truce.RecordAgreement:
		return m.promote(ctx, now)
	}
	return nil
}

// stillPossible checks again what may have changed while somebody looked for their key.
func (m *Mechanism) stillPossible(r *truce.Record, sealed []byte) error {
	g, err := m.Keys.Open(r, sealed)
	if err != nil {
		return err
	}
	if r.Kind == truce.RecordMedia {
		x, err := record.ReadMedia(r, g)
		if err != nil {
			return err
		}
		return m.there("mechanism.Signed", x.Blob)
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	switch r.Kind {
	case truce.RecordStep:
		s, err := record.ReadStep(r, g)
		if err != nil {
			return err
		}
		return m.book.Check(r, s)
	case truce.RecordQuery:
		q, err := record.ReadQuery(r, g)
		if err != nil {
			return err
		}
		return m.book.CheckQuery(r, q)
	case truce.RecordErasure:
		e, err := record.ReadErasure(r, g)
		if err != nil {
			return err
		}
		return m.custody.Check(r.Author, m.head.Seq+1, e)
	}
	return nil
}
