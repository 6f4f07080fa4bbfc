package mechanism_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/record"
)

// A reading is disputed by those whom a case or the agreement speaks to, and by nobody else; those who signed the text are told at once, the public never.
func TestWhoDisputesAReading(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	id := e.Report("monitor", shelling).IDs[0]
	c := e.step("duty", record.Step{Step: truce.StepOpen, Rule: "withdrawal-from-line", Cites: []truce.RecordID{id}})
	e.step("duty", record.Step{Case: c.ID, Step: truce.StepRegister})
	e.step("duty", record.Step{Case: c.ID, Step: truce.StepNotify, Parties: []truce.BodyID{"russia"}})
	dispute := func(name string, s record.Statement) (truce.RecordID, truce.ErrorKind) {
		s.Act, s.Term, s.Text = record.StatementDisputes, "non-syrian-force", "Ours are there by invitation."
		if s.Reading == "" {
			s.Reading = "by-invitation"
		}
		r, err := e.M.State(ctx, e.As(name), s, truce.TierPublic) // the author does not choose who is told
		return r.ID, truce.KindOf(err)
	}
	for name, want := range map[string]truce.ErrorKind{"duty": truce.Denied, "monitor": truce.Denied, "syrian liaison": truce.NotFound, "jordan": truce.NotFound} {
		if _, got := dispute(name, record.Statement{Case: c.ID}); got != want {
			t.Errorf("%s: %v, not %v", name, got, want)
		}
		if e.M.MayDispute(e.As(name), c.ID) {
			t.Errorf("%s is offered to dispute", name)
		}
	}
	if _, got := dispute("russian liaison", record.Statement{Case: c.ID, Reading: "as-we-like"}); got != truce.Invalid {
		t.Errorf("a reading that the agreement has not: %v", got)
	}
	in, got := dispute("russian liaison", record.Statement{Case: c.ID, Of: "jordan"})
	if in == "" || !e.M.MayDispute(e.As("russian liaison"), c.ID) {
		t.Fatal(got)
	}
	as, got := dispute("jordanian liaison", record.Statement{})
	if as == "" {
		t.Fatal(got)
	}
	if _, got := dispute("israel", record.Statement{}); got != truce.Denied {
		t.Errorf("a consulted neighbour disputes: %v", got)
	}
	sees := func(v access.Viewer) (out []truce.RecordID) {
		for _, s := range must(e.M.Statements(ctx, v, "", 0)).Items {
			if s.Act != "disputes" || s.Reading != "by-invitation" || s.ID == in && (s.Of != "russia" || s.Case != c.ID) {
				t.Errorf("%+v", s)
			}
			out = append(out, s.ID)
		}
		return out
	}
	for _, name := range []string{"duty", "russia", "jordan", "united states"} {
		if got := sees(e.As(name)); len(got) != 2 {
			t.Errorf("%s sees %v", name, got)
		}
		if got := must(e.M.Disputes(ctx, e.As(name), c.ID)); len(got) != 1 || got[0].ID != in {
			t.Errorf("%s sees %v in the case", name, got)
		}
	}
	public := access.Viewer{Now: e.Clock().Add(1000 * time.Hour)}
	if got := sees(public); len(got) > 0 || slices.Contains(got, in) {
		t.Errorf("the public sees %v", got)
	}
}
