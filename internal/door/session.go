package door

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/lang"
)

// Names of the cookie that holds a session. The prefix makes browsers refuse it from any other host, any path and any plain connection; over plain HTTP to
// the own machine a browser would not take it, so there it has another name.
const (
	CookieName      = "__Host-truce"
	CookieNamePlain = "truce"
)

// Secure reports whether people type an address that begins with https.
func Secure(origin string) bool { return strings.HasPrefix(origin, "https:") }

// Cookie is the name of the cookie for an origin.
func Cookie(origin string) string {
	if Secure(origin) {
		return CookieName
	}
	return CookieNamePlain
}

// SetCookie gives the browser the token of a session, or takes it away.
func SetCookie(w http.ResponseWriter, origin, token string) {
	c := &http.Cookie{Name: Cookie(origin), Value: token, Path: "/", HttpOnly: true, Secure: Secure(origin), SameSite: http.SameSiteStrictMode, MaxAge: -1}
	if token != "" {
		c.MaxAge = int(access.DefaultLifetime.Seconds())
	}
	http.SetCookie(w, c)
}

// Enter opens a session for a key that was proved, in one of its person's offices; the first where none is named. ok is false where there is no such office.
func Enter(d *access.Directory, s *access.Sessions, random io.Reader, k access.Key, office string, now truce.Instant) (token string, ok bool, err error) {
	p, known := d.Person(k.Person)
	if !known || len(p.Offices) == 0 {
		return "", false, nil
	}
	o := p.Offices[0]
	if office != "" {
		if o, known = truce.ParseOffice(office); !known || !slices.Contains(p.Offices, o) {
			return "", false, nil
		}
	}
	token, err = s.Open(random, k, o, now)
	return token, err == nil, err
}

// Language gives the language of the program that a request asks for first; English where it asks for none of them.
func Language(r *http.Request) string {
	best, weight := "en", 0.0
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(v, 64); err != nil {
				continue
			}
		}
		tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
		for _, l := range lang.Languages {
			if tag == l && q > weight {
				best, weight = l, q
			}
		}
	}
	return best
}
