package mechanism_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/record"
)

// What a case rests on is kept while the case is open, then for the time of its class; what nobody rests anything on, from its arrival. What is listed can
// be erased by two people, and is listed no more.
func TestRetention(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	const day = 24 * time.Hour
	listed := func(name string) []mechanism.Expired {
		t.Helper()
		p, err := e.M.Retention(ctx, e.As(name), "", 500)
		if err != nil {
			t.Fatal(err)
		}
		return p.Items
	}
	find := func(name string, id truce.RecordID) *mechanism.Expired {
		t.Helper()
		list := listed(name)
		i := slices.IndexFunc(list, func(x mechanism.Expired) bool { return x.ID == id })
		if i < 0 {
			return nil
		}
		return &list[i]
	}
	obs := e.Report("monitor", shelling).IDs[0]
	lone := e.Report("monitor", strings.ReplaceAll(shelling, "obs-1", "obs-2")).IDs[0]
	e.Settle()
	track := e.Report("monitor", `{"kind":"fix","unit":"u-1","actor":"government-of-syria","time":"2017-11-15T09:30:00Z","lat":32.75,"lon":36.1,"error_m":20,"source":"x","simulated":true}`+"\n").IDs[0]
	u, err := e.M.BeginUpload(e.As("monitor"), "a.txt", 5)
	if err == nil {
		_, err = e.M.AppendUpload(e.As("monitor"), u.ID, 0, strings.NewReader("12345"))
	}
	if err != nil {
		t.Fatal(err)
	}
	photo, err := e.M.Deposit(ctx, e.As("monitor"), u.ID, truce.Digest{}, truce.TierMechanism, []truce.RecordID{obs}, "", false)
	if err != nil {
		t.Fatal(err)
	}
	said := must(e.M.Outcomes(ctx, e.As("duty"), mechanism.OutcomeSearch{Of: obs, Lang: "en"})).Items[0]
	c := e.step("duty", record.Step{Step: truce.StepOpen, Rule: said.Rule, Article: said.Article, Cites: []truce.RecordID{obs, said.ID}, Text: "as the rule says"})
	if len(listed("duty")) > 0 {
		t.Fatalf("something is due at once: %+v", listed("duty"))
	}
	e.Later(31 * day)
	if x := find("duty", track); x == nil || !x.Simulated || len(listed("duty")) != 1 {
		t.Errorf("after a month positions are due that no case rests on, and nothing else: %+v", listed("duty"))
	}
	e.Later(400 * day)
	if x := find("duty", lone); x == nil || x.Simulated || x.Outcomes == 0 || len(x.Cases) > 0 || x.Class != "unclassified" {
		t.Errorf("what no case rests on: %+v", x)
	}
	if find("duty", obs) != nil || find("duty", photo.ID) != nil {
		t.Error("an open case rests on it, and it is due")
	}
	// The case is closed as the repetition of one that is closed: it goes the way of the other.
	other := e.step("duty", record.Step{Step: truce.StepOpen, Rule: said.Rule, Article: said.Article, Cites: []truce.RecordID{lone}, Text: "the same"})
	e.step("duty", record.Step{Case: c.ID, Step: truce.StepDuplicate, Other: other.ID, Text: "one event"})
	if find("duty", lone) != nil || find("duty", obs) != nil {
		t.Error("the case that it repeats is open")
	}
	e.close(other.ID, lone)
	if find("duty", obs) != nil {
		t.Error("due on the day the case was closed")
	}
	e.Later(366 * day)
	x, ofPhoto := find("duty", obs), find("duty", photo.ID)
	if x == nil || ofPhoto == nil || len(x.Cases) != 1 || x.Cases[0] != c.ID || x.Ended != ofPhoto.Ended || x.Outcomes == 0 {
		t.Fatalf("a year after: %+v, %+v", x, ofPhoto)
	}
	// Who is told, and of what.
	for name, want := range map[string]string{"auditor": "use", "operator": "bare", "jordan": "", "monitor": "", "analyst": ""} {
		x := find(name, obs)
		if got := (x != nil); got != (want != "") || got && (x.Outcomes > 0) != (want == "use") || got && x.Due == "" {
			t.Errorf("%s: %+v", name, x)
		}
	}
	if p, err := e.M.Retention(ctx, access.Viewer{Now: e.Clock()}, "", 0); err != nil || len(p.Items) > 0 {
		t.Errorf("the public is told %+v, %v", p, err)
	}
	// It is held, released, and erased.
	if _, err := e.M.Erase(ctx, e.As("auditor"), record.Erasure{Act: record.ErasureProposed, Why: record.ErasureRetention, Reason: "time"}, []truce.RecordID{obs}); err == nil {
		t.Error("an auditor proposes to erase")
	}
	r, err := e.M.Erase(ctx, e.As("duty"), record.Erasure{Act: record.ErasureProposed, Why: record.ErasureRetention, Reason: "its time is over"}, []truce.RecordID{obs, photo.ID})
	if err != nil {
		t.Fatal(err)
	}
	if x := find("duty", obs); x == nil || !x.Waits {
		t.Errorf("proposed: %+v", x)
	}
	if _, err := e.M.Confirm(ctx, e.As("jordan"), r.ID, "agreed"); err != nil {
		t.Fatal(err)
	}
	if find("duty", obs) != nil || find("duty", photo.ID) != nil {
		t.Error("erased and still listed")
	}
	// A name is due a year after its person left.
	if _, _, err := e.M.Enrol(ctx, e.As("duty"), record.Person{Act: record.PersonLeft, Person: e.People["other monitor"].Person}); err != nil {
		t.Fatal(err)
	}
	people := func() (n int) {
		for _, x := range listed("duty") {
			if x.Kind == "person" {
				n++
			}
		}
		return n
	}
	if people() > 0 {
		t.Error("a name is due on the day they left")
	}
	e.Later(366 * day)
	if people() != 1 {
		t.Errorf("%d names are due, expected that of who left", people())
	}
}

// close brings an open case to its end by the shortest way.
func (e *env) close(id truce.CaseID, cites truce.RecordID) {
	e.T.Helper()
	do := func(name string, s record.Step) mechanism.Case { e.T.Helper(); s.Case = id; return e.step(name, s) }
	do("duty", record.Step{Step: truce.StepRegister})
	do("duty", record.Step{Step: truce.StepNotify, Parties: []truce.BodyID{"russia"}})
	do("duty", record.Step{Step: truce.StepAssess, Text: "x"})
	do("duty", record.Step{Step: truce.StepFind, Cites: []truce.RecordID{cites}, Finding: &record.Finding{Occurrence: truce.OccurrenceUndetermined, Standard: "reasonable-grounds", Confidence: "low"}})
	do("duty", record.Step{Step: truce.StepShare})
	for _, p := range must(e.M.Case(context.Background(), e.As("duty"), id, "en")).Parties {
		for _, c := range mechanismtest.Cast {
			if c.Body == string(p.Body) && c.Office == truce.OfficeLiaison {
				do(c.Name, record.Step{Step: truce.StepRespond, Text: "x"})
			}
		}
	}
	of := do("duty", record.Step{Step: truce.StepSubmit}).Findings[0].Number
	for _, name := range []string{"united states", "jordan", "russia"} {
		do(name, record.Step{Step: truce.StepSign, Of: of})
	}
	do("duty", record.Step{Step: truce.StepPublish, Tier: truce.TierNamed})
	do("duty", record.Step{Step: truce.StepClose, Text: "x"})
}
