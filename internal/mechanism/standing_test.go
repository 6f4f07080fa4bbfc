package mechanism_test

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/intake"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/replay"
	"truce/internal/report"
	"truce/terms"
)

const publicRecord = "../../examples/southwest-syria/observations/public-record.ndjson"

// How things stand is told with the numbers of the report over the same records: one way of counting, wherever the records are.
func TestStandingCountsAsTheReportDoes(t *testing.T) {
	e := mechanismtest.Start(t)
	ctx := context.Background()
	e.Set(truce.InstantOf(time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)))
	data, err := os.ReadFile(publicRecord)
	if err != nil {
		t.Fatal(err)
	}
	e.Report("duty", string(data))
	e.Settle()
	got := mechanismtest.Must(e.M.Standing(ctx, e.As("duty")))

	a, rep, err := terms.Load(os.DirFS("../../examples/southwest-syria"), "")
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
	run := mechanismtest.Must(replay.Run(ctx, replay.Options{Variants: []replay.Variant{{Plan: mechanismtest.Must(terms.Compile(a))}}, At: e.M.Latest(),
		Inputs: []replay.Input{{Name: publicRecord, Open: func() (io.ReadCloser, error) { return os.Open(publicRecord) }, Intake: intake.Options{Format: "ndjson"}}}}))
	model := report.NewModel(run)
	checked, some := 0, 0
	for _, r := range model.Rules {
		for _, want := range r.Counts {
			if want.Any.High == 0 {
				continue
			}
			some += want.Any.High
			found := false
			for _, x := range got.Counts {
				if x.Rule == r.ID && x.Counting == want.Counting.ID && x.Window == mechanism.WindowAll {
					found = true
					checked++
					if x.Low != want.Every.Low || x.High != want.Every.High || x.MayLow != want.Any.Low || x.MayHigh != want.Any.High {
						t.Errorf("%s, %s: %+v; the report has %+v and %+v", r.ID, want.Counting.ID, x, want.Every, want.Any)
					}
				}
			}
			if !found {
				t.Errorf("%s is not counted by %s", r.ID, want.Counting.ID)
			}
		}
	}
	if checked < 6 || some < 20 {
		t.Errorf("only %d counts were compared, of %d incidents", checked, some)
	}
	for _, art := range model.Articles {
		for _, x := range got.Articles {
			if x.Article == art.ID {
				every, turns := 0, 0
				for _, r := range art.Rules {
					every, turns = every+len(r.Every), turns+len(r.Some)
				}
				if x.All["breached"] != every || x.All["turns"] != turns {
					t.Errorf("article %s: %v; the report has %d breached under every reading and %d under some", art.ID, x.All, every, turns)
				}
			}
		}
	}
	// A year later nothing of it is of the last week; obligations still are what they are.
	for _, x := range got.Counts {
		if x.Window != mechanism.WindowAll && x.MayHigh > 0 {
			t.Errorf("%+v: nothing happened in that time", x)
		}
	}
}

// Outside, how things stand is told in steps, or not at all; inside it is told exactly, which is the control.
func TestStandingOutside(t *testing.T) {
	e := mechanismtest.Start(t)
	ctx := context.Background()
	for i := range 4 {
		e.Report("monitor", strings.Replace(strings.Replace(mechanismtest.Shelling, "obs-1", "obs-x"+string(rune('a'+i)), 1), "09:30", "09:3"+string(rune('0'+i)), 1))
	}
	e.Settle()
	total := func(v access.Viewer) (n int) {
		s := mechanismtest.Must(e.M.Standing(ctx, v))
		for _, a := range s.Articles {
			for _, x := range a.All {
				n += x
			}
		}
		for _, d := range s.Days {
			n += d.Breached + d.Possible
		}
		for _, c := range s.Counts {
			n += c.MayHigh
		}
		return n
	}
	if total(e.As("duty")) == 0 {
		t.Error("inside nothing is told")
	}
	for _, v := range []access.Viewer{{Now: e.Clock()}, e.As("syrian liaison"), e.As("jordan")} {
		if n := total(v); n > 0 {
			t.Errorf("office %s is told of %d unpublished things", v.Office, n)
		}
	}
}

// What came is told from where somebody looked last; nothing that they may not know of is counted.
func TestChanges(t *testing.T) {
	e := mechanismtest.Start(t)
	ctx := context.Background()
	before := mechanismtest.Must(e.M.Changes(ctx, e.As("duty"), "", "en"))
	e.Report("monitor", mechanismtest.Shelling)
	e.Settle()
	after := mechanismtest.Must(e.M.Changes(ctx, e.As("duty"), before.Cursor, "en"))
	if after.Since != "" || after.Counts["observation"] != 1 || after.Counts["outcome"] == 0 || after.Counts["person"] != 0 || len(after.Items) == 0 {
		t.Errorf("%+v", after.Counts)
	}
	last := after.Items[len(after.Items)-1]
	if last.Observation == nil || last.Observation.What != "shelling" {
		t.Errorf("the first to come is %+v", last)
	}
	if again := mechanismtest.Must(e.M.Changes(ctx, e.As("duty"), after.Cursor, "en")); len(again.Items) != 0 {
		t.Errorf("told twice: %+v", again.Counts)
	}
	if outside := mechanismtest.Must(e.M.Changes(ctx, access.Viewer{Now: e.Clock()}, before.Cursor, "en")); len(outside.Items) != 0 {
		t.Errorf("the public is told of %+v", outside.Counts)
	}
	e.Later(25 * time.Hour)
	if old := mechanismtest.Must(e.M.Changes(ctx, e.As("duty"), "no cursor", "en")); len(old.Items) != 0 || old.Since == "" {
		t.Errorf("more than a day old: %+v", old.Counts)
	}
}

// Where somebody looked is told by area and day; everywhere else nobody did, which is not nothing.
func TestCoverage(t *testing.T) {
	e := mechanismtest.Start(t)
	for _, line := range []string{
		`{"id":"c-1","kind":"coverage","time":{"from":"2017-11-18T06:00:00Z","to":"2017-11-18T12:00:00Z"},"lasted":true,"complete":true,"place":{"kind":"named","name":"Izra district"},"source":{"id":"s","means":"seen","standing":"observed"}}`,
		`{"id":"r-1","kind":"restriction","what":"access-denied","time":"2017-11-19T06:00:00Z","place":{"kind":"point","lat":32.62,"lon":36.1,"error_m":100},"source":{"id":"s","means":"seen","standing":"observed"}}`,
	} {
		e.Report("monitor", line+"\n")
	}
	got := mechanismtest.Must(e.M.Coverage(context.Background(), e.As("duty")))
	days := map[truce.PlaceID]map[string]mechanism.Looked{}
	for _, a := range got.Areas {
		days[a.Area] = map[string]mechanism.Looked{}
		for _, d := range a.Days {
			days[a.Area][d.Day] = d
		}
	}
	if x := days["izra-district"]["2017-11-18"]; x.Whole != 1 || x.Nobody() {
		t.Errorf("the district that was watched: %+v", x)
	}
	if x := days["daraa-governorate"]["2017-11-18"]; x.Part != 1 || x.Whole != 0 {
		t.Errorf("the governorate it lies in: %+v", x)
	}
	if x := days["daraa-district"]["2017-11-19"]; x.Hindered != 1 || !x.Nobody() {
		t.Errorf("the district that was closed: %+v", x)
	}
	if x := days["quneitra-district"]["2017-11-18"]; !x.Nobody() {
		t.Errorf("another district: %+v", x)
	}
	if _, there := days["rest-of-syria"]; there {
		t.Error("an area outside every zone is told")
	}
	if out := mechanismtest.Must(e.M.Coverage(context.Background(), access.Viewer{Now: e.Clock()})); out.Elsewhere > 0 || !out.Areas[0].Days[0].Nobody() {
		t.Errorf("the public is told where monitors were: %+v", out)
	}
}
