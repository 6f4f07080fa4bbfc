package live_test

import (
	"encoding/json"
	"testing"

	"truce"
	"truce/internal/live"
	"truce/internal/vault"
)

// What a case published is what rules that are left to people say, and a finding that was superseded is forgotten with the next following.
func TestFound(t *testing.T) {
	a := inForce(t, "southwest-syria", "2017-11-08", "../../examples/southwest-syria")
	d, err := a.Draft()
	if err != nil {
		t.Fatal(err)
	}
	d.Record.ID, d.Record.Recorded = "r-text", utc(20, 8, 0)
	follow := func() *live.Live {
		l := live.New()
		take(t, l, &d.Record, vault.Groups{})
		return l
	}
	const rule = truce.RuleID("reduction")
	said := func(l *live.Live) (results []string) {
		drafts, err := l.Settle(utc(20, 8, 0) + 200*86_400_000)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range drafts {
			var body struct {
				Rule truce.RuleID
				Said []struct{ Result string }
			}
			if err := json.Unmarshal(d.Record.Body, &body); err != nil {
				t.Fatal(err)
			}
			if body.Rule == rule {
				results = append(results, body.Said[0].Result)
			}
		}
		return results
	}
	if got := said(follow()); len(got) != 1 || got[0] != "undetermined" {
		t.Fatalf("before anybody found anything: %v", got)
	}
	l := follow()
	l.Found(live.Finding{Record: "r-publish", Rule: rule, Occurrence: truce.OccurrenceConfirmed, At: utc(20, 8, 0) + 180*86_400_000})
	if got := said(l); len(got) != 1 || got[0] != "breached" {
		t.Errorf("%v", got)
	}
	if l.Retract(); !l.Stale() {
		t.Error("what was retracted is still held for true")
	}
}
