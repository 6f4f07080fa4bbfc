package mechanism

import (
	"truce"
	"truce/internal/access"
)

// Access is one line of the access log: who tried what and was refused, and who read what is severe. It names records, never what they say.
type Access struct {
	At     truce.Instant
	Person truce.PersonID
	Body   truce.BodyID
	Office truce.Office
	Act    access.Act
	Kind   access.Kind
	Thing  truce.RecordID
	Code   access.Code
}

// logs keeps a refusal, or an act that must be known of.
func (m *Mechanism) logs(v access.Viewer, a access.Act, t access.Thing, code access.Code) {
	if m.Log != nil {
		m.Log(Access{v.Now, v.Person, v.Body, v.Office, a, t.Kind, t.ID, code})
	}
}

// note keeps a reading of what is severe by somebody who did not make it.
func (m *Mechanism) note(v access.Viewer, t access.Thing, sees access.Fields) {
	const grave = access.WhereExact | access.Source | access.Reporter | access.People | access.Note | access.MediaOriginal
	if t.Class != access.ClassOrdinary && sees&grave != 0 && v.Person != t.Author.Person {
		m.logs(v, access.ActRead, t, access.CodeAllowed)
	}
}
