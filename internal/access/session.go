package access

import (
	"io"
	"sync"
	"time"

	"truce"
	"truce/internal/seal"
)

// Sessions are the doors that are open now. They live in memory: after a restart everybody signs in again. Of the token only a digest is
// kept, so whoever reads the memory of the program cannot use it.
//
// Every look goes through the directory, so an office, a key or a person that is gone is gone at the next request.
type Sessions struct {
	dir *Directory
	mu  sync.Mutex
	all map[truce.Digest]*session
}

type session struct {
	person       truce.PersonID
	office       truce.Office
	key          truce.KeyID
	opened, seen truce.Instant
	proved       truce.Instant
	byInvitation bool
	clicked      bool // [Sessions.Enter]: no key, and each look is a proof
}

// Limits of sessions. See docs/limits.md.
const (
	DefaultIdle     = 30 * time.Minute // without a request
	DefaultLifetime = 12 * time.Hour   // in all
	MaxSessions     = 8                // of one person; one more closes the oldest
	secretLength    = 32               // characters of five bits
)

// NewSessions gives no open sessions.
func NewSessions(dir *Directory) *Sessions {
	return &Sessions{dir: dir, all: map[truce.Digest]*session{}}
}

// Open begins a session for a key that was proved just now, in one of the person's offices. The token goes to the browser and nowhere else.
// A session that an invitation opened can do nothing but add a key.
func (s *Sessions) Open(random io.Reader, k Key, o truce.Office, now truce.Instant) (token string, err error) {
	if _, ok := s.dir.Viewer(k.Person, o, now); !ok {
		return "", errNotAdmitted("access.Open")
	}
	if token, err = seal.Token(random, secretLength); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	mine := 0
	var oldest truce.Digest
	for d, x := range s.all {
		switch {
		case x.over(now):
			delete(s.all, d)
		case x.person == k.Person:
			mine++
			if o := s.all[oldest]; o == nil || x.opened < o.opened || x.opened == o.opened && d.String() < oldest.String() {
				oldest = d
			}
		}
	}
	if mine >= MaxSessions {
		delete(s.all, oldest)
	}
	s.all[truce.Digest(seal.Bytes([]byte(token)))] = &session{person: k.Person, office: o, key: k.ID, opened: now, seen: now, proved: now, byInvitation: k.Method == methodInvitation}
	return token, nil
}

func (x *session) over(now truce.Instant) bool {
	return now < x.opened || now.Sub(x.seen) > DefaultIdle || now.Sub(x.opened) > DefaultLifetime
}

// Viewer gives who holds the token, as one of the public where nobody does.
func (s *Sessions) Viewer(token string, now truce.Instant) (Viewer, bool) {
	d := truce.Digest(seal.Bytes([]byte(token)))
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.all[d]
	if x == nil {
		return Viewer{Now: now}, false
	}
	v, ok := s.dir.Viewer(x.person, x.office, now)
	if k, there := s.dir.Key(x.key); !ok || x.over(now) || !x.clicked && (!there || !s.dir.alive(k, now)) {
		delete(s.all, d)
		return Viewer{Now: now}, false
	}
	x.seen = max(x.seen, now)
	if x.clicked {
		x.proved = now
	}
	v.Vouch, v.Key, v.Proved, v.Invited = truce.VouchSession, x.key, x.proved, x.byInvitation
	return v, true
}

// Prove marks that the holder of the token has proved again who they are: with a key of the same person.
func (s *Sessions) Prove(token string, k Key, now truce.Instant) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.all[truce.Digest(seal.Bytes([]byte(token)))]
	if x == nil || x.over(now) || x.person != k.Person || k.Method == methodInvitation {
		return false
	}
	x.proved = now
	return true
}

// Close ends a session.
func (s *Sessions) Close(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, truce.Digest(seal.Bytes([]byte(token))))
}

// CloseAll ends every session of a person.
func (s *Sessions) CloseAll(id truce.PersonID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for d, x := range s.all {
		if x.person == id {
			delete(s.all, d)
		}
	}
}
