package webtest

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// leaked lists what a page of a published case holds that was not released with it: what people wrote on the way, whoever reported it, and from whom, where and when exactly.
func leaked(t *testing.T, page string) (out []string) {
	t.Helper()
	untold := slices.Concat(secrets(t), strings.Split(exactPlace, ", "), []string{"08:30", secretSource, whatTheMonitorSaw, whatTheRoomThinks, whatWasVerified, whatThePartySays, whatItReads, whyOneDissents})
	for _, s := range untold {
		if strings.Contains(page, s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// concluded takes a case from a report to a finding that two sign, one refuses, and the public is told of; and gives it with the pages on which it stands.
func concluded(t *testing.T) (at truce.CaseID, pages []string) {
	t.Helper()
	n, _ := open(t)
	m := n.Mechanism()
	report := reported(t, whatTheMonitorSaw)
	if _, err := m.Settle(t.Context(), n.Now()); err != nil {
		t.Fatal(err)
	}
	said, err := m.Outcomes(t.Context(), viewer(t, "duty-officer"), mechanism.OutcomeSearch{Of: report, Rule: "ceasefire"})
	if err != nil || len(said.Items) == 0 {
		t.Fatal("the rule says nothing of the report: ", err)
	}
	rests := []truce.RecordID{report, said.Items[0].ID}
	last := 0
	step := func(who string, s record.Step) {
		t.Helper()
		s.Case, s.Last = at, last
		_, c, err := m.Step(t.Context(), viewer(t, who), s, 2017)
		if err != nil {
			t.Fatal(who, " ", err)
		}
		at, last = c.ID, c.Last
	}
	step("duty-officer", record.Step{Step: truce.StepOpen, Rule: "ceasefire", Text: whatTheRoomThinks, Cites: rests})
	step("duty-officer", record.Step{Step: truce.StepRegister})
	step("duty-officer", record.Step{Step: truce.StepNotify, Parties: []truce.BodyID{"government-of-syria", "russia"}})
	step("duty-officer", record.Step{Step: truce.StepAssess, Text: whatTheRoomThinks})
	step("duty-officer", record.Step{Step: truce.StepTask, Team: "amman-monitoring-centre"})
	step("monitor", record.Step{Step: truce.StepVerify, Text: whatWasVerified})
	step("duty-officer", record.Step{Step: truce.StepFind, Text: whatWasConcluded, Cites: rests,
		Finding: &record.Finding{Occurrence: truce.OccurrenceConfirmed, Standard: "reasonable-grounds", Confidence: "medium"}})
	found := last
	step("duty-officer", record.Step{Step: truce.StepAttribute, Cites: rests,
		Attribution: &record.Attribution{Result: truce.AttributionParty, By: []truce.ActorID{"government-of-syria"}, Standard: "reasonable-grounds", Confidence: "low"}})
	step("duty-officer", record.Step{Step: truce.StepShare})
	step("liaison of government-of-syria", record.Step{Step: truce.StepRespond, Text: whatThePartySays})
	step("guarantor of russia", record.Step{Step: truce.StepRespond, Text: whatThePartySays})
	term, read, _ := strings.Cut(reading(t), "=")
	if _, err := m.State(t.Context(), viewer(t, "liaison of government-of-syria"), record.Statement{Act: record.StatementDisputes, Term: truce.TermID(term), Reading: truce.ReadingID(read),
		Case: at, Text: whatItReads}, truce.TierParticipants); err != nil {
		t.Fatal(err)
	}
	step("duty-officer", record.Step{Step: truce.StepSubmit})
	step("guarantor of jordan", record.Step{Step: truce.StepSign, Of: found})
	step("guarantor of united-states", record.Step{Step: truce.StepSign, Of: found})
	step("guarantor of russia", record.Step{Step: truce.StepDissent, Of: found, Text: whyOneDissents})
	step("duty-officer", record.Step{Step: truce.StepPublish, Tier: truce.TierPublic})
	for _, r := range rests {
		widen(t, r)
	}
	of := "/cases/" + string(at)
	return at, []string{"/en" + of, "/ar" + of, "/en" + of + "/dossier", "/api" + of, "/en/outcomes/" + string(rests[1]), "/api/outcomes/" + string(rests[1]), "/en/report/" + string(report),
		"/api/observations/" + string(report), "/en/statements", "/api/statements", "/en/cases", "/en/"}
}

// asked reads the pages as somebody, and gives them with what they leak.
func asked(v *visitor, pages []string) (all string, leaks []string) {
	t := v.t.(*testing.T)
	for _, path := range pages {
		_, page := v.get(path)
		for _, s := range leaked(t, page) {
			leaks = append(leaks, path+": "+s)
		}
		all += page
	}
	return all, leaks
}

// Of a case whose finding is published the public is told what was concluded and who stands by it, and nothing that was not released; before its delay is over, nothing at all.
func TestPublicSeesOnlyWhatWasReleased(t *testing.T) {
	at, pages := concluded(t)
	public := as(t, "")
	if res, _ := public.get(pages[0]); res.StatusCode != http.StatusNotFound {
		t.Errorf("before its delay is over the public is told of the case: %d", res.StatusCode)
	}
	later.Add(int64(73 * time.Hour))
	all, leaks := asked(public, pages)
	for _, s := range leaks {
		t.Errorf("the public is told more than was released: %s", s)
	}
	for _, told := range []string{string(at), whatWasConcluded, "dissented", "Jordan"} {
		if !strings.Contains(all, told) {
			t.Errorf("the public is not told %q", told)
		}
	}
}

// The control of what the public is told: whoever lets it read one kind of record more breaks the policy, and it is noticed. The doors stand in testdata, and are laid over the
// program when the tests are built once more.
func TestAnOpenDoorIsNoticed(t *testing.T) {
	if !*browse {
		t.Skip("builds the program once more: run make browser")
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	doors := filepath.Join(here, "testdata", "open-door")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(here, "..", "..", "access", "open_door.go"): filepath.Join(doors, "access.go"),
		filepath.Join(here, "open_door_test.go"):                  filepath.Join(doors, "webtest.go"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "test", "-count=1", "-v", "-overlay", file, "-run", "^TestEachOpenDoor$", ".").CombinedOutput()
	if t.Logf("%s", out); err != nil {
		t.Error(err)
	}
}
