package door

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/seal"
)

// How often one body, or one address of the public, may ask. See docs/limits.md.
const (
	DefaultRate  = 20  // requests a second, over a long time
	DefaultBurst = 200 // requests at once
)

// Entrance is what everybody comes through, to a page or to the interface.
type Entrance struct {
	Mechanism *mechanism.Mechanism
	Gate      *access.Gate
	Sessions  *access.Sessions
	// Passkeys is nil where no origin is set: then nobody signs in by passkey.
	Passkeys *access.Passkeys
	Now      func() truce.Instant
	Random   io.Reader
	// Origin is the address people type, such as https://truce.example.org. Where it is https, cookies are only ever sent by it.
	Origin string
	// Address gives from where a request comes; nil takes the other end of the connection. Behind a proxy it is the proxy's to say.
	Address func(*http.Request) string
	// Rate and Burst bound the requests of one body or address; zero is [DefaultRate] and [DefaultBurst].
	Rate  float64
	Burst int
	// Log is told of each request and of what went wrong inside; nil keeps nothing.
	Log func(Line)
}

// From is where a request comes from.
func (e *Entrance) From(r *http.Request) string {
	if e.Address != nil {
		return e.Address(r)
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}

// Guard refuses what another site makes a browser send.
func (e *Entrance) Guard() (*http.CrossOriginProtection, error) {
	guard := http.NewCrossOriginProtection()
	if u, err := url.Parse(e.Origin); err == nil && u.Host != "" {
		return guard, guard.AddTrustedOrigin(u.Scheme + "://" + u.Host)
	}
	return guard, nil
}

// Limiter counts requests by body and address, under names that tell neither.
func (e *Entrance) Limiter() (*access.Limiter, error) {
	rate, burst := e.Rate, e.Burst
	if rate <= 0 {
		rate = DefaultRate
	}
	if burst <= 0 {
		burst = DefaultBurst
	}
	key, err := seal.NewKey(e.Random)
	return access.NewLimiter(key.Derive("rate"), burst, time.Duration(float64(time.Second)/rate)), err
}

// Headers are on every answer: nobody frames it, keeps it, or learns from it where its reader was. policy says what may be loaded, devices what of the machine may be used,
// and vary on which headers of the request the answer depends.
func (e *Entrance) Headers(h http.Header, policy, devices, vary string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", devices)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", vary)
	if Secure(e.Origin) {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}
