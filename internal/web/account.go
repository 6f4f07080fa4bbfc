package web

import (
	"net/http"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/record"
)

func aboutAccount(s *server) {
	s.get("account", "/account", access.KindPerson, s.account)
	s.post("prepare-password", "/account/password", access.ActKey, access.KindPerson, s.preparePassword)
	s.post("add-password", "/account/password/code", access.ActKey, access.KindPerson, s.addPassword)
	s.post("add-ssh-key", "/account/ssh", access.ActKey, access.KindPerson, s.addSSHKey)
	s.post("vouch", "/account/vouch", access.ActKey, access.KindPerson, s.vouch)
	s.post("drop-key", "/account/keys/{id}/end", access.ActKey, access.KindPerson, s.dropKey)
}

// accountView is what somebody sees of themselves.
type accountView struct {
	Me      mechanism.Person
	Offices []string
	Passkey bool // passkeys work here
	Problem string
	Login   string
	// Address and Ticket are set while a password waits for its first code.
	Address, Seed, Ticket string
	// Vouches asks with which key somebody vouches for another; nil where they have none.
	Vouches *Field
}

func (s *server) accountView(q *request) (accountView, error) {
	if !q.signedIn() {
		return accountView{}, &truce.Error{Op: "web.account", Kind: truce.NotFound}
	}
	me, err := s.m.Me(q.Viewer)
	v := accountView{Me: me, Offices: me.Offices, Passkey: s.Passkeys != nil}
	if x, ok := q.signField(); ok {
		x.ID, x.Options = "vouch-sign", x.Options[1:] // a session vouches for nothing
		v.Vouches = &x
	}
	return v, err
}

func (s *server) account(q *request) error {
	if !q.signedIn() { // as whoever came by invitation, once they have a key
		return q.to("/sign-in", q.query("done"))
	}
	v, err := s.accountView(q)
	if err != nil {
		return err
	}
	return q.show("account", v)
}

// refuse shows the page again with what was wrong, and what was typed.
func (s *server) refuseAccount(q *request, v accountView, problem string) error {
	q.status, v.Problem, v.Login = http.StatusUnprocessableEntity, problem, q.form("login")
	return q.show("account", v)
}

func (s *server) preparePassword(q *request) error {
	v, err := s.accountView(q)
	if err != nil {
		return err
	}
	cred, address, err := access.NewPassword(s.Random, q.form("login"), q.r.PostFormValue("password"), "truce")
	if err != nil {
		f := door.Outside(q.lang, err)
		return s.refuseAccount(q, v, strings.TrimSpace(f.Title+". "+f.Detail))
	}
	if v.Ticket, err = s.tickets.Seal(s.Random, q.Viewer, cred); err != nil {
		return err
	}
	v.Address, v.Login = address, q.form("login")
	if _, rest, ok := strings.Cut(address, "secret="); ok {
		v.Seed, _, _ = strings.Cut(rest, "&")
	}
	return q.show("account", v)
}

func (s *server) addPassword(q *request) error {
	cred, ok := s.tickets.Redeem(q.Viewer, q.form("ticket"), q.form("code"))
	if !ok {
		v, err := s.accountView(q)
		if err != nil {
			return err
		}
		return s.refuseAccount(q, v, door.Title(q.lang, "not-admitted"))
	}
	id, err := access.NewKeyID(s.Random)
	if err != nil {
		return err
	}
	return s.addKey(q, record.Person{Person: q.Person, Key: id, Method: record.MethodPassword, Credential: cred})
}

func (s *server) addSSHKey(q *request) error {
	return s.addKey(q, record.Person{Person: q.Person, Method: record.MethodSSH, Credential: record.Credential{PublicKey: []byte(q.form("line"))}})
}

func (s *server) addKey(q *request, p record.Person) error {
	r, _, err := s.m.AddKey(q.ctx, q.author(), p)
	if err == nil && r.Sign != nil {
		return q.toSign(r, "/"+q.lang+"/account", "key-added")
	}
	return q.after("/account", "key-added", err)
}

func (s *server) vouch(q *request) error {
	r, err := s.m.Vouch(q.ctx, q.author(), truce.KeyID(q.form("vouch")))
	if err != nil {
		return err
	}
	return q.toSign(r, "/"+q.lang+"/account", "vouched")
}

func (s *server) dropKey(q *request) error {
	if _, err := s.m.DropKey(q.ctx, q.Viewer, truce.KeyID(q.r.PathValue("id"))); err != nil {
		return err
	}
	return q.to("/account", "key-ended")
}
