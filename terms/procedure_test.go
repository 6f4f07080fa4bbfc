package terms

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"truce"
)

func withProcedure(text string) fstest.MapFS {
	return fstest.MapFS{
		"agreement.yaml": {Data: []byte(`agreement: valley
version: test
title: Ceasefire in the valley
status: draft
clock: {zone: Asia/Damascus}
participants:
  - {actor: north, role: party}
  - {actor: south, role: party}
  - {actor: river, role: guarantor}
  - {actor: hill, role: guarantor}
articles:
  - {article: "1", title: One}
` + text)},
		"actors.yaml": {Data: []byte("actors:\n  - {actor: north, kind: state}\n  - {actor: south, kind: state}\n  - {actor: river, kind: state}\n  - {actor: hill, kind: state}\n  - {actor: far, kind: state}\n")},
	}
}

func loadProcedure(t *testing.T, text string) (*truce.Agreement, []truce.Problem) {
	t.Helper()
	a, report, err := Load(withProcedure(text), "")
	if err != nil {
		t.Fatal(err)
	}
	return a, report.Problems
}

// TestProcedureDefaults: an agreement without a procedure, and one that sets a part of it.
func TestProcedureDefaults(t *testing.T) {
	for _, x := range []struct {
		text                string
		notify, remedy      time.Duration
		of, openers, public string
		atLeast             int
		standards           int
	}{
		{"", 2 * time.Hour, 0, "river hill", "north south river hill", "", 2, 4},
		{"procedure: {clocks: {response: 5 days}}\n", 2 * time.Hour, 0, "river hill", "north south river hill", "", 2, 4},
		{"procedure: {clocks: {notify: none, remedy: 2 days}, sign_off: {at_least: 1}}\n", 0, 48 * time.Hour, "river hill", "north south river hill", "", 1, 4},
		{"procedure: {sign_off: {of: [north, river]}, standards: [one], opened_by: north, published_by: [river]}\n", 2 * time.Hour, 0, "north river", "north", "river", 2, 1},
	} {
		a, probs := loadProcedure(t, x.text)
		if len(probs) > 0 {
			t.Fatal(x.text, probs)
		}
		join := func(list []truce.ActorID) string {
			var out []string
			for _, id := range list {
				out = append(out, string(id))
			}
			return strings.Join(out, " ")
		}
		of, n := a.Signatories()
		if a.Limit(truce.ClockNotify) != x.notify || a.Limit(truce.ClockRemedy) != x.remedy || a.Limit("no-such") != 0 || join(of) != x.of || n != x.atLeast ||
			join(a.Openers()) != x.openers || join(a.Publishers()) != x.public || len(a.Standards()) != x.standards || len(a.SeverityWords()) != 3 || len(a.ConfidenceWords()) != 3 {
			t.Errorf("%q: notify %v, remedy %v, signed by %s (%d), opened by %s, published by %s, %d standards", x.text, a.Limit(truce.ClockNotify), a.Limit(truce.ClockRemedy),
				join(of), n, join(a.Openers()), join(a.Publishers()), len(a.Standards()))
		}
	}
}

// TestProcedureProblems: what is wrong is said where it stands.
func TestProcedureProblems(t *testing.T) {
	for _, x := range []struct{ text, code, at string }{
		{"procedure: {clock: {}}", "unknown-key", "13:13"},
		{"procedure: {clocks: {reply: 1h}}", "unknown-key", "13:22"},
		{"procedure: {clocks: {notify: soon}}", "bad-period", "13:30"},
		{"procedure: {clocks: {notify: 0h}}", "bad-clock-limit", "13:30"},
		{"procedure: {clocks: {notify: 1 month}}", "bad-period", "13:30"},
		{"procedure: {sign_off: {at_least: 3}}", "bad-quorum", "13:34"},
		{"procedure: {sign_off: {at_least: 0}}", "bad-quorum", "13:34"},
		{"procedure: {sign_off: {of: [north], at_least: 2}}", "bad-quorum", "13:47"},
		{"procedure: {sign_off: {of: [far]}}", "not-a-participant", "13:29"},
		{"procedure: {opened_by: [nobody]}", "unknown-actor", "13:25"},
		{"procedure: {opened_by: [north, north]}", "name-twice", "13:32"},
		{"procedure: {opened_on: [nothing]}", "unknown-rule", "13:25"},
		{"procedure: {published_by: far}", "not-a-participant", "13:27"},
		{"procedure: {standards: [a b]}", "bad-name", "13:25"},
		{"procedure: {standards: [a, a]}", "name-twice", "13:28"},
		{"procedure: {standards: [{name: x}]}", "missing-key", "13:25"},
		{"procedure: {severity: [{word: x, kinds: [snow]}]}", "unknown-word", "13:42"},
		{"procedure: {source: st-9}", "unknown-statement", "13:21"},
	} {
		_, probs := loadProcedure(t, x.text+"\n")
		i := slices.IndexFunc(probs, func(p truce.Problem) bool { return !p.Warning })
		if i < 0 {
			t.Errorf("%s: nothing is wrong with it", x.text)
			continue
		}
		p := probs[i]
		if at := strings.TrimSuffix(strings.TrimPrefix(place(p), "agreement.yaml:"), ":"); p.Code != x.code || at != x.at {
			t.Errorf("%s: %s at %s, not %s at %s: %v", x.text, p.Code, at, x.code, x.at, p)
		}
	}
}

// TestProcedureInThePlan: it reaches the hash of a plan, and its absence leaves the hash as it was before there were procedures.
func TestProcedureInThePlan(t *testing.T) {
	hash := func(text string) string {
		a, probs := loadProcedure(t, text)
		if len(probs) > 0 {
			t.Fatal(probs)
		}
		p, err := Compile(a)
		if err != nil {
			t.Fatal(err)
		}
		return p.Hash.String()
	}
	a, _ := loadProcedure(t, "")
	if text, err := json.Marshal(a); err != nil || strings.Contains(string(text), "Procedure") {
		t.Errorf("an agreement without a procedure is hashed with one: %s %v", text, err)
	}
	none, some, other := hash(""), hash("procedure: {clocks: {answer: 1h, notify: 3h}}\n"), hash("procedure: {clocks: {notify: 3h, answer: 2h}}\n")
	if none == some || some == other || some != hash("procedure:\n  clocks:\n    notify: 3h\n    answer: 60m\n") {
		t.Error(none, some, other)
	}
}
