package api

import (
	"context"
	"encoding/json"
	"net/http"

	"truce"
	"truce/internal/access"
	"truce/internal/record"
)

// SignWith is the header that names the key an author will sign with: then the answer to a command holds the statement to sign, nothing is written down, and
// the signature is sent to /api/signatures. A command without it rests on the session.
const SignWith = "Truce-Sign-With"

// signsWith makes the caller one who signs, where the request names a key. The signature itself proves who they are, more freshly than any session.
//
// It is not for acts that hand something out or do more than write one record: there the record must be written before anything else happens, and a
// signature that never comes would be a way round both the fresh proof and the custody list.
func (c *caller) signsWith(rt *route) {
	if rt.act == access.ActOpenOriginal || rt.act == access.ActDeposit || rt.act == access.ActDismiss {
		return
	}
	key := c.r.Header.Get(SignWith)
	if key == "" || c.session == "" || c.Vouch != truce.VouchSession || len(key) > 100 {
		return
	}
	switch c.r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return
	}
	c.Vouch, c.Key, c.Proved = truce.VouchSignature, truce.KeyID(key), c.Now
}

func (s *server) aboutSigning() {
	const tag = "Door"
	type signature struct {
		Record    string          `json:"record" minLength:"1" maxLength:"100" doc:"The record that waits, by the name that the answer to the command gave."`
		SSH       string          `json:"ssh,omitempty" maxLength:"20000" doc:"What ssh-keygen -Y sign -n truce-record wrote."`
		Assertion json.RawMessage `json:"passkey,omitempty" doc:"What navigator.credentials.get gave, as JSON."`
	}
	add(s, route{id: "sign", method: http.MethodPost, path: "/api/signatures", tag: tag, act: access.ActSign, kind: access.KindStep, status: http.StatusCreated,
		says: "Signs a record that waits for its author: it is written down with the signature."}, func(ctx context.Context, c *caller, in *body[signature]) (Receipt, error) {
		sig := []byte(in.Body.Assertion)
		if in.Body.SSH != "" {
			sig = []byte(in.Body.SSH)
		}
		r, err := s.m.Signed(ctx, c.Viewer, truce.RecordID(in.Body.Record), sig)
		return s.receipt(r, false, err)
	})
	type sshKey struct {
		Line string `json:"public_key" minLength:"1" maxLength:"2000" doc:"The line of an ed25519 key file that ends in .pub."`
	}
	add(s, route{id: "add-ssh-key", method: http.MethodPost, path: "/api/me/ssh-key", tag: tag, act: access.ActKey, kind: access.KindPerson, status: http.StatusCreated,
		says: "Adds an SSH key that signs records, on this machine or on one without a network."}, func(ctx context.Context, c *caller, in *body[sshKey]) (Receipt, error) {
		return s.addKey(ctx, c, record.Person{Person: c.Viewer.Person, Method: record.MethodSSH, Credential: record.Credential{PublicKey: []byte(in.Body.Line)}})
	})
	add(s, route{id: "vouch", method: http.MethodPost, path: "/api/keys/{id}/vouchers", tag: tag, act: access.ActKey, kind: access.KindPerson, status: http.StatusCreated,
		says: "Says, signed with an older key of your own, that a key of your body is who it is said to be. Strangers who check the open record then need not take the operator's word for it."},
		func(ctx context.Context, c *caller, in *ByID) (Receipt, error) {
			r, err := s.m.Vouch(ctx, c.Viewer, truce.KeyID(in.ID))
			return s.receipt(r, false, err)
		})
	type subject struct {
		ByID
		Body struct {
			Issuer  string `json:"issuer" minLength:"1" maxLength:"500" format:"uri" doc:"Of the sign-in service of the person's body, as the settings name it."`
			Subject string `json:"subject" minLength:"1" maxLength:"500" doc:"How the service calls the person."`
		}
	}
	add(s, route{id: "add-subject", method: http.MethodPost, path: "/api/people/{id}/subjects", tag: tag, act: access.ActEnrol, kind: access.KindPerson, status: http.StatusCreated,
		says: "Lets a person in by their body's own sign-in service."}, func(ctx context.Context, c *caller, in *subject) (Receipt, error) {
		id, err := access.NewKeyID(s.Random)
		if err != nil {
			return Receipt{}, err
		}
		return s.addKey(ctx, c, record.Person{Person: truce.PersonID(in.ID), Key: id, Method: record.MethodOIDC, Credential: record.Credential{Issuer: in.Body.Issuer, Subject: in.Body.Subject}})
	})
}
