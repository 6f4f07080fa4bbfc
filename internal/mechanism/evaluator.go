package mechanism

import "sync"

// unheard is what the evaluator is still to be told, in the order in which it was taken up.
type unheard struct {
	sync.Mutex
	list []func(Evaluator)
}

// tellRules tells the evaluator something: now, or, where it is at work, as soon as anybody uses it again. Whoever follows the journal never waits for it. It may be
// at work for minutes, as after a start, when it works out all that is known; and whoever asks for a page would wait behind the follower.
func (m *Mechanism) tellRules(say func(Evaluator)) {
	if m.evaluating.TryLock() {
		defer m.evaluating.Unlock()
		m.hear()
		say(m.live)
		return
	}
	m.unheard.Lock()
	defer m.unheard.Unlock()
	m.unheard.list = append(m.unheard.list, say)
}

// hear tells the evaluator what waits. It is held.
func (m *Mechanism) hear() {
	m.unheard.Lock()
	list := m.unheard.list
	m.unheard.list = nil
	m.unheard.Unlock()
	for _, say := range list {
		say(m.live)
	}
}

// rules gives the evaluator, which was told all that was taken up, until done is called.
func (m *Mechanism) rules() (live Evaluator, done func()) {
	m.evaluating.Lock()
	m.hear()
	return m.live, m.evaluating.Unlock
}
