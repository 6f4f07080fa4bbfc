package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// nothing is the answer of an act that has nothing to tell.
type nothing struct{}

// Health says that the interface answers.
type Health struct {
	OK       bool `json:"ok" access:"existence" doc:"It answers, and records are taken up."`
	ReadOnly bool `json:"read_only,omitempty" access:"existence" doc:"Nothing can be written; the operator knows why."`
}

// Me is who asks.
type Me struct {
	mechanism.Person `access:"each"`
	Office           string `json:"office" access:"existence" doc:"In which office this session acts."`
	Invited          bool   `json:"invited,omitempty" access:"existence" doc:"The session came from an invitation: add a password or a passkey, and sign in with it."`
	Proved           string `json:"proved,omitempty" access:"existence" format:"date-time" doc:"When you last proved who you are. Grave acts ask for a proof not older than five minutes."`
}

// Challenge is what a browser's credential functions take.
type Challenge struct {
	Options json.RawMessage `json:"options" access:"existence" doc:"For navigator.credentials."`
}

// Prepared is a password before it works.
type Prepared struct {
	Address string `json:"address" access:"existence" doc:"otpauth address of the one-time codes: show it as a QR code."`
	Ticket  string `json:"ticket" access:"existence" doc:"Send it back with a code, within ten minutes."`
}

// Secret is shown once.
type Secret struct {
	Record mechanism.Receipt `json:"record" access:"existence"`
	Key    truce.KeyID       `json:"key" access:"existence"`
	Secret string            `json:"secret" access:"existence" doc:"Shown this once; only a digest is kept."`
	Waits  bool              `json:"waits,omitempty" access:"existence" doc:"It works when somebody of another body has confirmed it."`
}

// SignIn is what a person types.
type SignIn struct {
	Login    string `json:"login" maxLength:"200"`
	Password string `json:"password" maxLength:"1024"`
	Code     string `json:"code" maxLength:"20" doc:"From the authenticator app."`
	Office   string `json:"office,omitempty" maxLength:"40" doc:"In which of your offices; the first where you say nothing."`
}

// PasskeyAnswer is what a browser gave.
type PasskeyAnswer struct {
	Answer json.RawMessage `json:"answer" doc:"The credential as JSON."`
	Office string          `json:"office,omitempty" maxLength:"40"`
}

// Proof is a password with a code, or a passkey's answer.
type Proof struct {
	Login    string          `json:"login,omitempty" maxLength:"200"`
	Password string          `json:"password,omitempty" maxLength:"1024"`
	Code     string          `json:"code,omitempty" maxLength:"20"`
	Answer   json.RawMessage `json:"answer,omitempty"`
}

// body is a request with a JSON body.
type body[T any] struct{ Body T }

// ByID is a request about one thing.
type ByID struct {
	ID string `path:"id" maxLength:"100"`
}

func (s *server) aboutTheDoor() {
	const tag = "The door"
	addStream[struct{}, nothing](s, route{id: "openapi", method: http.MethodGet, path: "/api/openapi.json", tag: tag, act: access.ActRead, kind: access.KindAgreement,
		says: "Describes this interface.", answers: []string{"application/vnd.oai.openapi+json;version=3.1"}},
		func(context.Context, *caller, *struct{}) (func(http.ResponseWriter, *http.Request), error) {
			return func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
				w.Write(s.spec)
			}, nil
		})
	add(s, route{id: "health", method: http.MethodGet, path: "/api/health", tag: tag, act: access.ActRead, kind: access.KindAgreement, says: "Says that the interface answers."},
		func(_ context.Context, c *caller, _ *struct{}) (Health, error) {
			_, _, failed := s.m.Taken()
			if failed != nil {
				c.status = http.StatusServiceUnavailable
			}
			return Health{failed == nil, s.m.Writer == nil}, nil
		})

	add(s, route{id: "sign-in", method: http.MethodPost, path: "/api/session", tag: tag, act: access.ActKey, kind: access.KindPerson, says: "Signs in with name, password and code.",
		status: http.StatusCreated}, func(ctx context.Context, c *caller, in *body[SignIn]) (Me, error) {
		k, err := s.Gate.Password(ctx, in.Body.Login, in.Body.Password, in.Body.Code, c.address, c.Now)
		if err != nil {
			return Me{}, s.shut(c, err)
		}
		return s.enter(c, k, in.Body.Office)
	})
	type invitation struct {
		Code string `json:"code" maxLength:"100" doc:"As it was given to you."`
	}
	add(s, route{id: "accept-invitation", method: http.MethodPost, path: "/api/session/invitation", tag: tag, act: access.ActKey, kind: access.KindPerson,
		says: "Comes in by an invitation, to add a first key.", status: http.StatusCreated}, func(_ context.Context, c *caller, in *body[invitation]) (Me, error) {
		k, err := s.Gate.Invitation(in.Body.Code, c.address, c.Now)
		if err != nil {
			return Me{}, s.shut(c, err)
		}
		return s.enter(c, k, "")
	})
	add(s, route{id: "challenge-passkey", method: http.MethodPost, path: "/api/session/passkey/challenge", tag: tag, act: access.ActKey, kind: access.KindPerson,
		says: "Gives what a browser needs to sign in by passkey."}, func(context.Context, *caller, *struct{}) (Challenge, error) {
		if s.Passkeys == nil {
			return Challenge{}, of(truce.NotFound)
		}
		b, err := s.Passkeys.BeginSignIn(s.Random, s.Now())
		return Challenge{b}, err
	})
	add(s, route{id: "sign-in-passkey", method: http.MethodPost, path: "/api/session/passkey", tag: tag, act: access.ActKey, kind: access.KindPerson, says: "Signs in by passkey.",
		status: http.StatusCreated}, func(_ context.Context, c *caller, in *body[PasskeyAnswer]) (Me, error) {
		if s.Passkeys == nil {
			return Me{}, of(truce.NotFound)
		}
		k, err := s.Gate.Passkey(s.Passkeys, in.Body.Answer, c.address, c.Now)
		if err != nil {
			return Me{}, s.shut(c, err)
		}
		return s.enter(c, k, in.Body.Office)
	})
	add(s, route{id: "prove-again", method: http.MethodPost, path: "/api/session/proof", tag: tag, act: access.ActKey, kind: access.KindPerson,
		says: "Proves again who you are, before a grave act."}, func(ctx context.Context, c *caller, in *body[Proof]) (Me, error) {
		if c.session == "" {
			return Me{}, known(http.StatusUnauthorized, "signed-out")
		}
		var k access.Key
		var err error
		if len(in.Body.Answer) > 0 && s.Passkeys != nil {
			k, err = s.Gate.Passkey(s.Passkeys, in.Body.Answer, c.address, c.Now)
		} else {
			k, err = s.Gate.Password(ctx, in.Body.Login, in.Body.Password, in.Body.Code, c.address, c.Now)
		}
		if err != nil {
			return Me{}, s.shut(c, err)
		}
		if !s.Sessions.Prove(c.session, k, c.Now) {
			return Me{}, known(http.StatusUnauthorized, "not-admitted")
		}
		c.Proved = c.Now
		return s.me(c)
	})
	add(s, route{id: "sign-out", method: http.MethodDelete, path: "/api/session", tag: tag, act: access.ActKey, kind: access.KindPerson, says: "Signs out.", status: http.StatusNoContent},
		func(_ context.Context, c *caller, _ *struct{}) (nothing, error) {
			if c.session != "" {
				s.Sessions.Close(c.session)
				door.SetCookie(c.w, s.Origin, "")
			}
			return nothing{}, nil
		})
	add(s, route{id: "me", method: http.MethodGet, path: "/api/me", tag: tag, act: access.ActRead, kind: access.KindPerson, says: "Says who you are here."},
		func(_ context.Context, c *caller, _ *struct{}) (Me, error) { return s.me(c) })

	type wish struct {
		Login    string `json:"login" minLength:"1" maxLength:"200"`
		Password string `json:"password" maxLength:"1024"`
	}
	add(s, route{id: "prepare-password", method: http.MethodPost, path: "/api/me/password/prepare", tag: tag, act: access.ActKey, kind: access.KindPerson,
		says: "Begins to set a password: gives the seed of the one-time codes."}, func(_ context.Context, c *caller, in *body[wish]) (Prepared, error) {
		if c.session == "" {
			return Prepared{}, known(http.StatusUnauthorized, "signed-out")
		}
		cred, address, err := access.NewPassword(s.Random, in.Body.Login, in.Body.Password, "truce")
		if err != nil {
			return Prepared{}, err
		}
		ticket, err := s.tickets.Seal(s.Random, c.Viewer, cred)
		return Prepared{address, ticket}, err
	})
	type confirmed struct {
		Ticket string `json:"ticket" maxLength:"4096"`
		Code   string `json:"code" maxLength:"20" doc:"The first code: it proves that the app shows the right ones."`
	}
	add(s, route{id: "add-password", method: http.MethodPost, path: "/api/me/password", tag: tag, act: access.ActKey, kind: access.KindPerson,
		says: "Sets the password that was prepared.", status: http.StatusCreated}, func(ctx context.Context, c *caller, in *body[confirmed]) (Receipt, error) {
		cred, ok := s.tickets.Redeem(c.Viewer, in.Body.Ticket, in.Body.Code)
		if !ok {
			return Receipt{}, known(http.StatusUnauthorized, "not-admitted")
		}
		id, err := access.NewKeyID(s.Random)
		if err != nil {
			return Receipt{}, err
		}
		return s.addKey(ctx, c, record.Person{Person: c.Person, Key: id, Method: record.MethodPassword, Credential: cred})
	})
	add(s, route{id: "challenge-new-passkey", method: http.MethodPost, path: "/api/me/passkey/challenge", tag: tag, act: access.ActKey, kind: access.KindPerson,
		says: "Gives what a browser needs to make a passkey."}, func(_ context.Context, c *caller, _ *struct{}) (Challenge, error) {
		if c.session == "" {
			return Challenge{}, known(http.StatusUnauthorized, "signed-out")
		}
		if s.Passkeys == nil {
			return Challenge{}, of(truce.NotFound)
		}
		b, err := s.Passkeys.BeginRegister(s.Random, c.Person, string(c.Person), s.m.Directory.Keys(c.Person, c.Now), c.Now)
		return Challenge{b}, err
	})
	add(s, route{id: "add-passkey", method: http.MethodPost, path: "/api/me/passkey", tag: tag, act: access.ActKey, kind: access.KindPerson, says: "Adds a passkey.",
		status: http.StatusCreated}, func(ctx context.Context, c *caller, in *body[PasskeyAnswer]) (Receipt, error) {
		if c.session == "" || s.Passkeys == nil {
			return Receipt{}, known(http.StatusUnauthorized, "signed-out")
		}
		cred, id, err := s.Passkeys.Register(c.Person, in.Body.Answer, c.Now)
		if err != nil {
			return Receipt{}, err
		}
		return s.addKey(ctx, c, record.Person{Person: c.Person, Key: id, Method: record.MethodPasskey, Credential: cred})
	})
	add(s, route{id: "drop-key", method: http.MethodDelete, path: "/api/keys/{id}", tag: tag, act: access.ActKey, kind: access.KindPerson, says: "Ends a key: one's own, or one that was lost."},
		func(ctx context.Context, c *caller, in *ByID) (Receipt, error) {
			r, err := s.m.DropKey(ctx, c.Viewer, truce.KeyID(in.ID))
			return Receipt{Receipt: r}, err
		})
}

// Receipt says that a record is durable, and whether what it says waits for somebody.
type Receipt struct {
	mechanism.Receipt `access:"each"`
	Waits             bool `json:"waits,omitempty" access:"existence" doc:"It takes effect when somebody of another body has confirmed it."`
}

func (s *server) receipt(r mechanism.Receipt, waits bool, err error) (Receipt, error) {
	return Receipt{r, waits || err == nil && s.m.Waits(r.ID)}, err
}

func (s *server) addKey(ctx context.Context, c *caller, p record.Person) (Receipt, error) {
	r, waits, err := s.m.AddKey(ctx, c.Viewer, p)
	return s.receipt(r, waits, err)
}

// shut turns what the gate answers into statuses of its own: nobody learns from it who there is.
func (s *server) shut(c *caller, err error) error {
	switch truce.KindOf(err) {
	case truce.Denied, truce.Invalid, truce.TooLarge:
		return known(http.StatusUnauthorized, "not-admitted")
	case truce.Unavailable:
		var e *truce.Error
		if errors.As(err, &e) && e.Reason != "" {
			c.w.Header().Set("Retry-After", "60")
			return known(http.StatusTooManyRequests, "too-many")
		}
	}
	return err
}

// enter opens a session for a key that was proved.
func (s *server) enter(c *caller, k access.Key, office string) (Me, error) {
	token, ok, _ := door.Enter(s.m.Directory, s.Sessions, s.Random, k, office, c.Now)
	if ok {
		c.Viewer, ok = s.Sessions.Viewer(token, c.Now)
	}
	if !ok {
		return Me{}, known(http.StatusUnauthorized, "not-admitted")
	}
	door.SetCookie(c.w, s.Origin, token)
	return s.me(c)
}

func (s *server) me(c *caller) (Me, error) {
	if c.Person == "" {
		return Me{}, known(http.StatusUnauthorized, "signed-out")
	}
	p, err := s.m.Me(c.Viewer)
	out := Me{Person: p, Office: c.Office.String(), Invited: c.Invited}
	if c.Proved.Stated() {
		out.Proved = c.Proved.String()
	}
	return out, err
}
