package access

import "truce"

// Powerful reports whether it takes two people of different bodies to give an office: it signs, runs cases, speaks for a participant, audits or
// operates.
func Powerful(o truce.Office) bool { return powerful.has(o) }

// Proposed gives the act that a record proposes and that waits for somebody of another body; ok is false where nothing waits.
func (d *Directory) Proposed(id truce.RecordID) (act Act, ok bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	p, ok := d.proposed[id]
	return p.act, ok
}
