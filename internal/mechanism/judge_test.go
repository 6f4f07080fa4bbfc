package mechanism_test

import (
	"bytes"
	"context"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/intake"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
)

// lines takes the observations out of a file.
type lines []*truce.Observation

func (l *lines) Observation(o *truce.Observation) error { *l = append(*l, o); return nil }
func (l *lines) Fixes(intake.Track, []truce.Fix) error  { return nil }
func (l *lines) Reject(p truce.Problem) error           { return p }

func readLines(t *testing.T, a *truce.Agreement, data []byte) []*truce.Observation {
	t.Helper()
	var l lines
	if _, err := intake.Read(context.Background(), bytes.NewReader(data), "lines", intake.Options{Format: intake.FormatNDJSON, Clock: a.Clock}, &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// What somebody is told before they file a report is what the journal says after it, as long as no other report bears on it.
func TestJudgedAsFiled(t *testing.T) {
	w := mechanismtest.Start(t)
	w.Set(truce.InstantOf(time.Date(2018, 9, 1, 0, 0, 0, 0, time.UTC)))
	ctx := context.Background()
	a, _ := w.M.Current()
	data, err := os.ReadFile("../../examples/southwest-syria/observations/public-record.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	var all []*truce.Observation
	for i, o := range readLines(t, a.Plan.Agreement, data) {
		if i%3 == 0 {
			all = append(all, o)
		}
	}
	for i, what := range []string{"shelling", "armed-force", "air-strike", "overflight"} { // and some whose outcome turns on a place, an actor, a time
		for k, rest := range []string{
			`"place":{"lat":32.75,"lon":36.1,"error_m":100},"parts":[{"name":"government-of-syria","role":"initiator"},{"name":"southern-front","role":"target"}]`,
			`"place":{"lat":32.75,"lon":36.1,"error_m":25000},"parts":[{"name":"Syrian insurgents","role":"side"}]`,
			`"place":"suwayda","parts":[{"name":"hezbollah","role":"initiator"}]`, `"note":"nobody knows where"`,
		} {
			all = append(all, readLines(t, a.Plan.Agreement, []byte(`{"id":"x`+string(rune('a'+i))+string(rune('a'+k))+`","kind":"incident","what":"`+what+`","time":"2018-07-01T10:00:00Z",`+rest+`}`+"\n"))...)
		}
	}
	compared, undetermined := 0, 0
	told, names := make([]mechanism.Judged, len(all)), make([]truce.RecordID, len(all))
	for i, o := range all {
		judged, err := w.M.Judge(ctx, w.As("monitor"), o, "en")
		if err != nil || len(judged.Problems) > 0 {
			t.Fatalf("%s: %v %v", o.ID, err, judged.Problems)
		}
		filed, problems, err := w.M.File(ctx, w.As("monitor"), o)
		if err != nil || len(problems) > 0 {
			t.Fatalf("%s: %v %v", o.ID, problems, err)
		}
		if again, _, err := w.M.File(ctx, w.As("monitor"), o); err != nil || !again.Repeated || again.ID != filed.ID {
			t.Errorf("%s sent again: %+v, %v", o.ID, again, err)
		}
		told[i], names[i] = judged, filed.ID
	}
	w.Settle()
	for i, o := range all {
		judged := told[i]
		page, err := w.M.Outcomes(ctx, w.As("duty"), mechanism.OutcomeSearch{Of: names[i], Lang: "en", Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, says := range page.Items {
			if says.Version != string(a.Plan.Agreement.Version) || says.Subject != "observation" {
				continue
			}
			found := false
			for _, x := range judged.Items {
				if x.Rule != says.Rule {
					continue
				}
				found = true
				compared++
				if says.Result == "undetermined" {
					undetermined++
				}
				if says.Result != x.Result || says.Same != x.Same || !reflect.DeepEqual(plain(says.Said), plain(x.Said)) || !reflect.DeepEqual(missing(says.Why), missing(x.Why)) {
					t.Errorf("%s under %s: told %s %+v, filed %s %+v", o.ID, says.Rule, x.Result, missing(x.Why), says.Result, missing(says.Why))
				}
			}
			if !found {
				t.Errorf("%s: nobody was told of %s, which says %s", o.ID, says.Rule, says.Result)
			}
		}
	}
	if compared < 10 || undetermined == 0 {
		t.Errorf("only %d outcomes were compared, %d of them undetermined", compared, undetermined)
	}
	t.Logf("%d reports, %d outcomes compared, %d undetermined", len(all), compared, undetermined)
}

// plain is what is said under each choice of readings, without the questions, which only the journal lists openly.
func plain(list []mechanism.Said) (out []mechanism.Said) {
	for _, s := range list {
		s.Conditions = nil
		out = append(out, s)
	}
	return out
}

func missing(list []mechanism.Why) (out [][]string) {
	for _, w := range list {
		out = append(out, w.Missing)
	}
	return out
}

// Judging writes nothing down, tells nothing of what others reported, and is for those who report.
func TestJudgingLeavesNoTrace(t *testing.T) {
	w := mechanismtest.Start(t)
	ctx := context.Background()
	a, _ := w.M.Current()
	o := readLines(t, a.Plan.Agreement, []byte(mechanismtest.Shelling))[0]
	before, _, _ := w.M.Taken()
	alone, err := w.M.Judge(ctx, w.As("monitor"), o, "en")
	if err != nil || len(alone.Items) == 0 {
		t.Fatalf("%+v, %v", alone, err)
	}
	if after, _, _ := w.M.Taken(); after.Seq != before.Seq {
		t.Errorf("judging wrote %d records", after.Seq-before.Seq)
	}
	w.Report("other monitor", strings.ReplaceAll(mechanismtest.Shelling, "obs-1", "obs-2"))
	w.Settle()
	again, err := w.M.Judge(ctx, w.As("monitor"), o, "en")
	if err != nil || !reflect.DeepEqual(alone, again) {
		t.Errorf("what another reported changed the answer: %+v, %v", again, err)
	}
	if _, err := w.M.Judge(ctx, w.As("auditor"), o, "en"); truce.KindOf(err) != truce.Denied {
		t.Errorf("an auditor, who reports nothing: %v", err)
	}
	o.When = truce.Span{}
	if j, err := w.M.Judge(ctx, w.As("monitor"), o, "en"); err != nil || len(j.Items) > 0 && j.Items[0].Result != "undetermined" {
		t.Errorf("without a time: %+v, %v", j, err)
	}
}
