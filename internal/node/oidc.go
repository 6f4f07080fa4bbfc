package node

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/seal"
)

// DefaultSignInTime is how long somebody may take at their body's own sign-in. See docs/limits.md.
const DefaultSignInTime = 10 * time.Minute

// signIn lets people of a body in who have an account at the body's own service (OpenID Connect Core 1.0, code flow with PKCE). The service says who of its own
// body is at the door and nothing else: whoever is not enrolled with that issuer and subject stays out, and another body's service cannot vouch for them.
type signIn struct {
	SignIn
	secret   string
	back     string // address the service sends people back to
	key      seal.Key
	dir      *access.Directory
	sessions *access.Sessions
	welcome  func(w http.ResponseWriter, token string)
	now      func() truce.Instant
	secure   bool

	mu       sync.Mutex
	provider *oidc.Provider // found when first needed: the service may be down when truce starts
}

// visit is what a browser carries while it is at the service, sealed so that only this program can read or make it.
type visit struct {
	State    string        `json:"state"`
	Nonce    string        `json:"nonce"`
	Verifier string        `json:"verifier"`
	Until    truce.Instant `json:"until"`
}

const (
	visitTag    = "truce/oidc/v1\n"
	visitCookie = "truce-at-the-door"
)

// signIns makes the handlers of all services of the settings, under /sign-in/BODY.
func (n *Node) signIns(mux *door.Mux, welcome func(http.ResponseWriter, string)) error {
	services := map[string]*signIn{}
	of := func(do func(*signIn, http.ResponseWriter, *http.Request)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			s := services[r.PathValue("body")]
			if s == nil {
				http.NotFound(w, r)
				return
			}
			do(s, w, r)
		}
	}
	mux.Declare(leaveRoute, of((*signIn).leave))
	mux.Declare(backRoute, of((*signIn).comeBack))
	for _, c := range n.folder.config.SignIn {
		secret, err := os.ReadFile(n.folder.at(c.Secret))
		if err != nil {
			return &truce.Error{Op: "node.Open", Kind: truce.Unavailable, Subject: c.Secret, Reason: "the secret of a sign-in service cannot be read", Cause: err}
		}
		if n.folder.config.Origin == "" {
			return &truce.Error{Op: "node.Open", Kind: truce.Invalid, Subject: "sign_in", Reason: "a service must know where to send people back to", Hint: "set origin in the settings"}
		}
		key, err := seal.NewKey(random)
		if err != nil {
			return err
		}
		path := "/sign-in/" + string(c.Body)
		services[string(c.Body)] = &signIn{SignIn: c, secret: strings.TrimSpace(string(secret)), back: strings.TrimSuffix(n.folder.config.Origin, "/") + path + "/back", key: key, dir: n.mech.Directory,
			sessions: n.sessions, welcome: welcome, now: n.now, secure: strings.HasPrefix(n.folder.config.Origin, "https:")}
	}
	return nil
}

func (s *signIn) find(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.provider == nil {
		p, err := oidc.NewProvider(ctx, s.Issuer)
		if err != nil {
			return nil, nil, err
		}
		s.provider = p
	}
	return s.provider, &oauth2.Config{ClientID: s.Client, ClientSecret: s.secret, Endpoint: s.provider.Endpoint(), RedirectURL: s.back, Scopes: []string{oidc.ScopeOpenID}}, nil
}

// leave sends the browser to the service.
func (s *signIn) leave(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	_, config, err := s.find(ctx)
	if err != nil {
		s.refuse(w, http.StatusBadGateway)
		return
	}
	state, err1 := seal.Token(random, 32)
	nonce, err2 := seal.Token(random, 32)
	v := visit{State: state, Nonce: nonce, Verifier: oauth2.GenerateVerifier(), Until: s.now().Add(DefaultSignInTime)}
	b, err3 := json.Marshal(v)
	if err1 != nil || err2 != nil || err3 != nil {
		s.refuse(w, http.StatusInternalServerError)
		return
	}
	sealed, err := s.key.Encrypt(nil, random, b, []byte(visitTag+string(s.Body)))
	if err != nil {
		s.refuse(w, http.StatusInternalServerError)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: visitCookie, Value: base64.RawURLEncoding.EncodeToString(sealed), Path: "/sign-in/", HttpOnly: true, Secure: s.secure,
		SameSite: http.SameSiteLaxMode, MaxAge: int(DefaultSignInTime.Seconds())})
	http.Redirect(w, r, config.AuthCodeURL(v.State, oidc.Nonce(v.Nonce), oauth2.S256ChallengeOption(v.Verifier)), http.StatusFound)
}

// comeBack checks what the service says and opens the door. Every failure is the same answer.
func (s *signIn) comeBack(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	http.SetCookie(w, &http.Cookie{Name: visitCookie, Path: "/sign-in/", MaxAge: -1, Secure: s.secure, HttpOnly: true})
	k, ok := s.check(ctx, r)
	if !ok {
		s.refuse(w, http.StatusForbidden)
		return
	}
	at := s.now()
	p, ok := s.dir.Person(k.Person)
	if !ok || p.Body != s.Body || len(p.Offices) == 0 {
		s.refuse(w, http.StatusForbidden)
		return
	}
	token, err := s.sessions.Open(random, k, p.Offices[0], at)
	if err != nil {
		s.refuse(w, http.StatusForbidden)
		return
	}
	s.welcome(w, token)
	// A redirect from another site would not bring the new cookie along; a page of our own does.
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Refresh", "0; url=/")
	w.Write([]byte("<!doctype html><meta charset=utf-8><title>truce</title><p><a href=\"/\">truce</a>\n"))
}

func (s *signIn) check(ctx context.Context, r *http.Request) (k access.Key, ok bool) {
	cookie, err := r.Cookie(visitCookie)
	if err != nil {
		return k, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return k, false
	}
	b, err := s.key.Decrypt(nil, sealed, []byte(visitTag+string(s.Body)))
	if err != nil {
		return k, false
	}
	var v visit
	if json.Unmarshal(b, &v) != nil || v.Until < s.now() || !seal.Equal([]byte(v.State), []byte(r.URL.Query().Get("state"))) {
		return k, false
	}
	provider, config, err := s.find(ctx)
	if err != nil {
		return k, false
	}
	answer, err := config.Exchange(ctx, r.URL.Query().Get("code"), oauth2.VerifierOption(v.Verifier))
	if err != nil {
		return k, false
	}
	raw, ok := answer.Extra("id_token").(string)
	if !ok {
		return k, false
	}
	id, err := provider.Verifier(&oidc.Config{ClientID: s.Client}).Verify(ctx, raw)
	if err != nil || id.Nonce != v.Nonce {
		return k, false
	}
	return s.dir.Subject(id.Issuer, id.Subject, s.now())
}

func (s *signIn) refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte("this does not open the door\n"))
}
