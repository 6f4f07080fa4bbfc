package access

import (
	"encoding/binary"
	"sync"
	"time"

	"truce"
	"truce/internal/seal"
)

// Limiter lets each name through so often and no oftener: a burst at once, then one for each interval. It remembers nothing but one moment for
// each of a fixed number of slots, so a flood of names neither grows it nor makes it forget. Two names may share a slot, which only makes it
// stricter; who shares with whom is secret.
type Limiter struct {
	mu    sync.Mutex
	key   seal.Key
	burst time.Duration
	every time.Duration
	slots [MaxLimiterSlots]truce.Instant // when a name would be as new again
}

// MaxLimiterSlots is the number of slots. See docs/limits.md.
const MaxLimiterSlots = 1 << 16

// NewLimiter gives a limiter; key is drawn at start and told to nobody.
func NewLimiter(key seal.Key, burst int, every time.Duration) *Limiter {
	return &Limiter{key: key, burst: time.Duration(burst) * every, every: every}
}

// Take counts one for the name and reports whether it is within its limit. What is refused does not count.
func (l *Limiter) Take(name string, now truce.Instant) bool {
	at := l.slot(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	next := max(*at, now).Add(l.every)
	if next.Sub(now) > l.burst {
		return false
	}
	*at = next
	return true
}

// Give gives back one that was taken: a success is no guess.
func (l *Limiter) Give(name string) {
	at := l.slot(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	*at = at.Add(-l.every)
}

func (l *Limiter) slot(name string) *truce.Instant {
	d := l.key.Digest([]byte(name))
	return &l.slots[binary.BigEndian.Uint64(d[:])%MaxLimiterSlots]
}
