package node

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"truce"
	"truce/internal/access"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
)

// service is a sign-in service of a body, as the standard has it, for one subject.
type service struct {
	*httptest.Server
	key     *rsa.PrivateKey
	subject string
	nonce   string // of the last visit; replaced to play a replayed token
	twist   func(claims map[string]any)
}

func newService(t *testing.T) *service {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := &service{key: key, subject: "u-1"}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": s.URL, "authorization_endpoint": s.URL + "/authorize", "token_endpoint": s.URL + "/token", "jwks_uri": s.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("/authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		s.nonce = q.Get("nonce")
		http.Redirect(w, r, q.Get("redirect_uri")+"?code=c&state="+url.QueryEscape(q.Get("state")), http.StatusFound)
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("code_verifier") == "" {
			http.Error(w, "no verifier", http.StatusBadRequest)
			return
		}
		claims := map[string]any{"iss": s.URL, "sub": s.subject, "aud": "truce", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "nonce": s.nonce}
		if s.twist != nil {
			s.twist(claims)
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "1"))
		if err != nil {
			t.Error(err)
			return
		}
		raw, err := jwt.Signed(signer).Claims(claims).Serialize()
		if err != nil {
			t.Error(err)
			return
		}
		answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": raw})
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// Whoever is enrolled with the body's own service comes in by it; a stranger, another audience, a replayed token and another body's person do not.
func TestSignInByTheBodysOwnService(t *testing.T) {
	svc := newService(t)
	dir := access.NewDirectory()
	dir.Participants([]truce.BodyID{"jordan", "russia"})
	keys, err := vault.NewKeyring(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	at := now()
	apply := func(p record.Person, author truce.Author) {
		t.Helper()
		d, err := p.Draft()
		if err != nil {
			t.Fatal(err)
		}
		d.Record.Author, d.Record.Recorded = author, at
		sealed, err := d.Seal(keys, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		g, err := keys.Open(&d.Record, sealed)
		if err == nil {
			err = dir.Apply(&d.Record, g)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	node := truce.Author{Vouch: truce.VouchNode}
	apply(record.Person{At: at, Act: record.PersonAdded, Person: "p-j", Body: "jordan", Offices: []truce.Office{truce.OfficeGuarantor}, Since: at}, node)
	apply(record.Person{At: at, Act: record.PersonAdded, Person: "p-r", Body: "russia", Offices: []truce.Office{truce.OfficeGuarantor}, Since: at}, node)
	for person, subject := range map[truce.PersonID]string{"p-j": "u-1", "p-r": "u-2"} {
		p, _ := dir.Person(person)
		apply(record.Person{At: at, Act: record.PersonKeyAdded, Person: person, Key: truce.KeyID("k-" + subject), Method: record.MethodOIDC,
			Credential: record.Credential{Issuer: svc.URL, Subject: subject}}, truce.Author{Person: person, Body: p.Body, Office: truce.OfficeGuarantor, Vouch: truce.VouchSession})
	}

	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	front := httptest.NewServer(mux)
	defer front.Close()
	key, err := seal.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sessions := access.NewSessions(dir)
	s := &signIn{SignIn: SignIn{Body: "jordan", Issuer: svc.URL, Client: "truce"}, secret: "s", back: front.URL + "/sign-in/jordan/back", key: key, dir: dir, sessions: sessions, now: now,
		welcome: func(w http.ResponseWriter, token string) {
			http.SetCookie(w, &http.Cookie{Name: "session", Value: token})
		}}
	mux.HandleFunc("GET /sign-in/jordan", s.leave)
	mux.HandleFunc("GET /sign-in/jordan/back", s.comeBack)

	for _, c := range []struct {
		name, subject string
		twist         func(map[string]any)
		in            bool
	}{
		{"enrolled", "u-1", nil, true},
		{"a stranger", "u-9", nil, false},
		{"another body's person", "u-2", nil, false},
		{"for another client", "u-1", func(c map[string]any) { c["aud"] = "other" }, false},
		{"of another visit", "u-1", func(c map[string]any) { c["nonce"] = "old" }, false},
		{"over", "u-1", func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() }, false},
		{"of another issuer", "u-1", func(c map[string]any) { c["iss"] = "http://127.0.0.1:1" }, false},
	} {
		svc.subject, svc.twist = c.subject, c.twist
		jar, _ := cookiejar.New(nil)
		res, err := (&http.Client{Jar: jar}).Get(front.URL + "/sign-in/jordan")
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		res.Body.Close()
		token := ""
		for _, k := range res.Cookies() {
			if k.Name == "session" {
				token = k.Value
			}
		}
		v, ok := sessions.Viewer(token, now())
		if c.in != (res.StatusCode == http.StatusOK && ok && v.Person == "p-j") {
			t.Errorf("%s: %s %q, %+v", c.name, res.Status, b, v)
		}
		if !c.in && strings.TrimSpace(string(b)) != "this does not open the door" {
			t.Errorf("%s is told %q", c.name, b)
		}
	}
	// Without the visit's own cookie nothing opens, whatever the service says.
	svc.subject, svc.twist = "u-1", nil
	res, err := http.Get(front.URL + "/sign-in/jordan/back?code=c&state=x")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Error(res.Status)
	}
}
