package mechanism_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"truce"
	"truce/internal/intake"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/replay"
	"truce/terms"
)

// What would differ is told as a replay of the same records tells it. A band of 10 km instead of 5 differs in some of what is on public record about the
// example, and says why; the same agreement differs in nothing, which is the control.
func TestWhatIf(t *testing.T) {
	e := mechanismtest.Start(t)
	ctx := context.Background()
	e.Set(truce.InstantOf(time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)))
	data := mechanismtest.Must(os.ReadFile(publicRecord))
	e.Report("duty", string(data))
	a, rep, err := terms.Load(os.DirFS("../../examples/southwest-syria"), "")
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
	elsewhere := []truce.Position{truce.Degrees(36.6, 32.3), truce.Degrees(36.9, 32.3), truce.Degrees(36.9, 33.1)}
	for _, c := range []struct {
		name  string
		ask   mechanism.Supposition
		plan  func() *truce.Agreement
		least int
	}{
		{"nothing", mechanism.Supposition{}, func() *truce.Agreement { return a }, 0},
		{"10 km", mechanism.Supposition{Sets: []string{"withdrawal-from-line.where=10 km"}}, func() *truce.Agreement { return mechanismtest.Must(terms.Set(a, "withdrawal-from-line.where=10 km")) }, 1},
		{"a reading", mechanism.Supposition{Readings: []string{"zone-extent=parts-of-daraa-and-quneitra"}},
			func() *truce.Agreement {
				return mechanismtest.Must(terms.WithReading(a, "zone-extent=parts-of-daraa-and-quneitra"))
			}, 1},
		{"a zone", mechanism.Supposition{Place: "southwest", Corners: elsewhere}, func() *truce.Agreement { return mechanismtest.Must(terms.Redraw(a, "southwest", elsewhere)) }, 1},
		{"a date", mechanism.Supposition{Sets: []string{"ceasefire.from=2018-07-01"}}, func() *truce.Agreement { return mechanismtest.Must(terms.Set(a, "ceasefire.from=2018-07-01")) }, 5},
	} {
		got, err := e.M.WhatIf(ctx, e.As("duty"), c.ask, "en")
		if err != nil {
			t.Fatal(c.name, err)
		}
		run := mechanismtest.Must(replay.Run(ctx, replay.Options{Variants: []replay.Variant{{Name: "a", Plan: mechanismtest.Must(terms.Compile(a))}, {Name: "b", Plan: mechanismtest.Must(terms.Compile(c.plan()))}},
			At: e.Clock(), Inputs: []replay.Input{{Name: publicRecord, Open: func() (io.ReadCloser, error) { return os.Open(publicRecord) }, Intake: intake.Options{Format: "ndjson"}}}}))
		want := map[truce.RuleID]int{}
		all := 0
		for _, d := range replay.Compare(run.Variants[0], run.Variants[1]) {
			want[d.Rule]++
			all++
		}
		if len(got.Differing)+got.More != all || all < c.least || c.least == 0 && all > 0 {
			t.Errorf("%s: %d things differ, a replay has %d, at least %d were expected", c.name, len(got.Differing)+got.More, all, c.least)
		}
		for _, r := range got.Rules {
			if r.Differs != want[r.Rule] {
				t.Errorf("%s, %s: %d differ, a replay has %d", c.name, r.Rule, r.Differs, want[r.Rule])
			}
		}
		for _, d := range got.Differing {
			if d.Before == d.After {
				t.Errorf("%s: %+v is the same", c.name, d)
			}
			if d.After != "" && d.Why == "" && d.Kind == "observation" {
				t.Errorf("%s: %s of %v is without a reason", c.name, d.Rule, d.Records)
			}
		}
		if got.Observations == 0 || !got.Whole {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// Whoever sees less of what was observed is told what differs in that: the exact place does not reach them by asking for one distance after the other.
func TestWhatIfSeesWhatTheViewerSees(t *testing.T) {
	e := mechanismtest.Start(t)
	ctx := context.Background()
	var ids []truce.RecordID
	for i := range 3 {
		line := fmt.Sprintf(`{"id":"o-%d","kind":"presence","time":"2017-11-15T09:30:00Z","place":{"kind":"point","lat":32.7%d,"lon":36.1,"error_m":50},"parts":[{"name":"hezbollah","role":"subject"}],"source":{"id":"s","means":"seen","standing":"observed"}}`+"\n", i, i)
		ids = append(ids, e.Report("monitor", line).IDs...)
	}
	tried := func(name string) (out []string) {
		for _, d := range []string{"1 km", "3 km", "5 km", "7 km", "9 km", "20 km", "60 km"} {
			got, err := e.M.WhatIf(ctx, e.As(name), mechanism.Supposition{Sets: []string{"withdrawal-from-line.where=" + d}}, "en")
			if err != nil {
				t.Fatal(name, err)
			}
			one := fmt.Sprint(got.Observations, len(got.Differing)+got.More)
			for _, r := range got.Rules {
				if r.Rule == "withdrawal-from-line" {
					one += fmt.Sprint(r.After)
				}
			}
			out = append(out, one)
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	if n := tried("duty"); len(n) < 2 {
		t.Errorf("inside, no distance makes a difference: %v", n)
	}
	if n := tried("syrian liaison"); len(n) != 1 || n[0] != "0 0" {
		t.Errorf("a party learns of unreleased reports: %v", n)
	}
	for _, id := range ids {
		e.Classify(id, truce.TierPublic, "ordinary")
	}
	e.Later(100 * time.Hour)
	if n := tried("syrian liaison"); n[0] == "0 0" {
		t.Errorf("released reports are not gone through: %v", n)
	}
	later := mechanism.Supposition{Sets: []string{"withdrawal-from-line.from=2018-07-01"}}
	for name, hour := range map[string]string{"syrian liaison": "", "duty": "2017-11-15T09:30:00Z"} {
		list := mechanismtest.Must(e.M.WhatIf(ctx, e.As(name), later, "en")).Differing
		if len(list) == 0 {
			t.Errorf("nothing differs for %s", name)
		}
		for _, d := range list {
			if d.From != hour || d.To != hour || d.FirstDay != "2017-11-15" || d.LastDay != "2017-11-15" {
				t.Errorf("%s is told another time than the one to be told: %+v", name, d)
			}
		}
	}
	if _, err := e.M.WhatIf(ctx, e.As(""), mechanism.Supposition{}, "en"); err == nil {
		t.Error("the public goes through history")
	}
	if _, err := e.M.WhatIf(ctx, e.As("duty"), mechanism.Supposition{Sets: []string{"withdrawal-from-line.where=far"}}, "en"); truce.KindOf(err) != truce.Invalid {
		t.Errorf("a distance that is none: %v", err)
	}
}
