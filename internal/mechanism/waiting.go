package mechanism

import (
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/casefile"
)

// onward are the steps that bring a case to its end. Nobody waits for the others: they answer to something that happened.
var onward = []truce.CaseStep{truce.StepRegister, truce.StepNotify, truce.StepAssess, truce.StepTask, truce.StepVerify, truce.StepFind, truce.StepAttribute, truce.StepShare,
	truce.StepRespond, truce.StepSubmit, truce.StepSign, truce.StepDissent, truce.StepPublish}

// Wait is a case that waits for a viewer, with the steps by which they would take it on.
type Wait struct {
	Case  truce.CaseID     `json:"case" access:"existence"`
	Steps []truce.CaseStep `json:"steps" access:"existence"`
}

// Waiting lists the cases that wait for a viewer, the newest first: a step onward is theirs to take. A case in the hands of a team waits for the team, an answer
// only while the floor is the viewer's and not used, a word of a signatory until it is spoken.
func (m *Mechanism) Waiting(v access.Viewer) []Wait {
	m.mu.RLock()
	ids := m.book.Cases()
	m.mu.RUnlock()
	out := []Wait{}
	for _, id := range slices.Backward(ids) {
		m.mu.RLock()
		c, ok := m.book.Case(id)
		options := m.book.Next(id, v.Author(), v.Now)
		m.mu.RUnlock()
		if !ok || !access.See(v, m.caseThing(c)).Has(access.Open) {
			continue
		}
		w := Wait{Case: id}
		for _, o := range options {
			if o.Refused != nil || !slices.Contains(onward, o.Step) {
				continue
			}
			switch o.Step {
			case truce.StepVerify:
				if c.Team != v.Body {
					continue
				}
			case truce.StepFind:
				if c.State == truce.CaseSuspended {
					continue
				}
			case truce.StepRespond:
				if !slices.ContainsFunc(c.Clocks, func(k casefile.Clock) bool { return k.Clock == truce.ClockResponse && k.Body == v.Body }) {
					continue
				}
			case truce.StepSign, truce.StepDissent:
				if c.State != truce.CaseSignOff {
					continue
				}
			}
			w.Steps = append(w.Steps, o.Step)
		}
		if len(w.Steps) > 0 {
			out = append(out, w)
		}
	}
	return out
}
