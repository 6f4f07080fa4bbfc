package mechanism

import "truce/internal/access"

// logs keeps a decision that must be known of.
func (m *Mechanism) logs(v access.Viewer, a access.Act, t access.Thing, d access.Decision) {
	if e, ok := access.LogAct(v, a, t, d); ok && m.Log != nil {
		m.Log(e)
	}
}

// note keeps a reading that must be known of.
func (m *Mechanism) note(v access.Viewer, t access.Thing, shown access.Fields) {
	if e, ok := access.LogRead(v, t, shown); ok && m.Log != nil {
		m.Log(e)
	}
}
