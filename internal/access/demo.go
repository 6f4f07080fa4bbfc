package access

import (
	"io"

	"truce"
	"truce/internal/seal"
)

// A demonstration is a journal whose first record says that it is one; no other record makes it so or ends it. Everything in it may be invented. Two things
// are otherwise there, and here they are: what is simulated is released by its tier like anything else, with its label on it, and whoever clicks on a person
// is let in as that person.

// Demo reports whether the journal was begun as a demonstration.
func (d *Directory) Demo() bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.demo
}

// confined reports whether a thing belongs to an exercise inside a real mechanism, which it never leaves.
func confined(t Thing) bool { return t.Simulated && !t.Demo }

// Enter begins a session of a person without any key. Each look counts as a fresh proof of who they are. It is refused unless the journal is a
// demonstration.
func (s *Sessions) Enter(random io.Reader, id truce.PersonID, o truce.Office, now truce.Instant) (token string, err error) {
	if !s.dir.Demo() {
		return "", errNotAdmitted("access.Enter")
	}
	if token, err = s.Open(random, Key{Person: id}, o, now); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[truce.Digest(seal.Bytes([]byte(token)))].clicked = true
	return token, nil
}
