package mechanism_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
)

// A daily report holds the facts of its day as its readers see them, and no others; only a duty officer issues it; a correction stands in its place.
func TestDailyReport(t *testing.T) {
	e := mechanismtest.Start(t)
	ctx := t.Context()
	day := e.Clock().Time().Format("2006-01-02")
	e.Report("monitor", strings.ReplaceAll(shelling, "2017-11-15", day))
	e.Later(2 * time.Hour)
	inside, err := e.M.DraftDaily(ctx, e.As("duty"), e.Clock(), truce.TierMechanism, "en")
	if err != nil || len(inside.Incidents) != 1 || inside.Number != 1 {
		t.Fatalf("%+v, %v", inside, err)
	}
	outside, err := e.M.DraftDaily(ctx, e.As("duty"), e.Clock(), truce.TierPublic, "en")
	if err != nil || len(outside.Incidents) != 0 || !outside.Rounded {
		t.Errorf("the public is told %+v, %v", outside.Incidents, err)
	}
	if _, err := e.M.DraftDaily(ctx, e.As("monitor"), e.Clock(), truce.TierMechanism, "en"); truce.KindOf(err) != truce.Denied {
		t.Errorf("a monitor draws one up: %v", err)
	}
	issued, err := e.M.IssueDaily(ctx, e.As("duty"), e.Clock(), truce.TierMechanism, "en", map[string]string{"summary": "a quiet day", "no such part": "x"}, "")
	if err != nil {
		t.Fatal(err)
	}
	e.TakeUp()
	got, err := e.M.Daily(ctx, e.As("duty"), issued.ID)
	if err != nil || got.Content == nil || got.Content.Texts["summary"] != "a quiet day" || len(got.Content.Texts) != 1 || len(got.Content.Incidents) != 1 || got.Number != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, name := range []string{"russian liaison", "syrian liaison"} {
		if _, err := e.M.Daily(ctx, e.As(name), issued.ID); truce.KindOf(err) != truce.NotFound {
			t.Errorf("%s may know of a report of the mechanism: %v", name, err)
		}
	}
	e.Later(time.Hour)
	corrected, err := e.M.IssueDaily(ctx, e.As("duty"), e.Clock(), truce.TierMechanism, "en", map[string]string{"summary": "one shelling"}, issued.ID)
	if err != nil {
		t.Fatal(err)
	}
	e.TakeUp()
	old, err := e.M.Daily(ctx, e.As("duty"), issued.ID)
	if err != nil || old.Superseded != corrected.ID || old.Content.Texts["summary"] != "a quiet day" {
		t.Errorf("the first report: %+v, %v", old, err)
	}
	if _, err := e.M.IssueDaily(ctx, e.As("duty"), e.Clock(), truce.TierMechanism, "en", nil, issued.ID); truce.KindOf(err) != truce.Conflict {
		t.Errorf("it is corrected twice: %v", err)
	}
	next, err := e.M.DraftDaily(ctx, e.As("duty"), e.Clock(), truce.TierMechanism, "en")
	if err != nil || next.Number != 2 {
		t.Errorf("the next is number %d, %v", next.Number, err)
	}
}

// The report of a day that is over tells of that day, and so does its correction; one of a day that still runs ends where it was drawn up, not where it is issued.
func TestDailyReportIsOfItsDay(t *testing.T) {
	e := mechanismtest.Start(t)
	ctx := t.Context()
	report := func(times ...string) {
		for _, at := range times {
			e.Report("monitor", `{"id":"at-`+at+`","kind":"incident","what":"shelling","time":"`+at+`","place":{"kind":"point","lat":32.62,"lon":36.1,"error_m":100},"civilians":2,"source":{"id":"s","means":"seen","standing":"observed"}}`+"\n")
		}
		e.Settle()
	}
	report("2017-11-17T10:00:00Z", "2017-11-18T10:00:00Z", "2017-11-18T13:00:00Z", "2017-11-20T06:00:00Z", "2017-11-20T06:30:00Z", "2017-11-20T07:00:00Z")
	e.Report("monitor", `{"id":"c-1","kind":"coverage","time":{"from":"2017-11-18T06:00:00Z","to":"2017-11-18T12:00:00Z"},"lasted":true,"complete":true,"place":{"kind":"named","name":"Izra district"},"source":{"id":"s","means":"seen","standing":"observed"}}`+"\n")
	check := func(d mechanism.Daily, reported, before int, looked bool) {
		t.Helper()
		if len(d.Incidents) != reported || d.Reported != reported || d.Before != before {
			t.Errorf("%s to %s: %d of %d incidents, %d the day before", d.From, d.To, len(d.Incidents), d.Reported, d.Before)
		}
		if len(d.Counts) == 0 {
			t.Errorf("%s to %s: nothing is counted", d.From, d.To)
		}
		for _, c := range d.Counts {
			if c.Counting == "incidents" && c.MayHigh != reported {
				t.Errorf("%s to %s: %+v", d.From, d.To, c)
			}
		}
		here := 0
		for _, x := range d.Areas {
			if x.Area == "izra-district" && (len(x.Days) != 1 || x.Days[0].Nobody() == looked) {
				t.Errorf("%s to %s: %+v", d.From, d.To, x)
			}
			if x.Area == "daraa-district" {
				here = x.Reported
			}
		}
		if here != reported {
			t.Errorf("%s to %s: %d incidents in the area", d.From, d.To, here)
		}
		if c := d.Incidents[0].Civilians; c == nil || c.Best != 2 {
			t.Errorf("civilians: %+v", c)
		}
	}
	end := truce.InstantOf(time.Date(2017, 11, 18, 15, 59, 59, 0, time.UTC))
	draft := mechanismtest.Must(e.M.DraftDaily(ctx, e.As("duty"), end, truce.TierMechanism, "en"))
	check(draft, 2, 1, true)
	issued := mechanismtest.Must(e.M.IssueDaily(ctx, e.As("duty"), end, truce.TierMechanism, "en", nil, ""))
	e.TakeUp()
	e.Later(time.Hour)
	report("2017-11-18T14:00:00Z")
	corrected := mechanismtest.Must(e.M.IssueDaily(ctx, e.As("duty"), e.Clock(), truce.TierMechanism, "en", nil, issued.ID))
	e.TakeUp()
	if got := mechanismtest.Must(e.M.Daily(ctx, e.As("duty"), corrected.ID)); got.To != draft.To || got.From != draft.From {
		t.Errorf("the correction is of %s to %s, the report of %s to %s", got.From, got.To, draft.From, draft.To)
	} else {
		check(*got.Content, 3, 1, true)
	}
	running := mechanismtest.Must(e.M.DraftDaily(ctx, e.As("duty"), e.Clock(), truce.TierMechanism, "en"))
	check(running, 3, 0, false)
	e.Later(time.Hour)
	late := mechanismtest.Must(e.M.IssueDaily(ctx, e.As("duty"), truce.Instant(mechanismtest.Must(time.Parse(time.RFC3339Nano, running.To)).UnixMilli()), truce.TierMechanism, "en", nil, ""))
	e.TakeUp()
	if got := mechanismtest.Must(e.M.Daily(ctx, e.As("duty"), late.ID)); got.To != running.To {
		t.Errorf("drawn up to %s, issued to %s", running.To, got.To)
	}
}

// What came after a day, however much it was, takes nothing from the report of that day.
func TestDailyReportOfLongAgo(t *testing.T) {
	e := mechanismtest.Start(t)
	line := func(n int, day string) string {
		return fmt.Sprintf(`{"id":"n-%d","kind":"incident","what":"shelling","time":"%sT06:%02d:%02dZ","place":{"kind":"point","lat":32.62,"lon":36.1,"error_m":100}}`+"\n", n, day, n/60%60, n%60)
	}
	e.Report("monitor", line(9999, "2017-11-01"))
	e.Settle()
	e.Later(24 * time.Hour)
	var flood strings.Builder
	for n := range mechanism.MaxStanding + 1 {
		flood.WriteString(line(n, "2017-11-20"))
	}
	e.Report("monitor", flood.String())
	e.Settle()
	draft := func(day int) mechanism.Daily {
		return mechanismtest.Must(e.M.DraftDaily(t.Context(), e.As("duty"), truce.InstantOf(time.Date(2017, 11, day, 15, 0, 0, 0, time.UTC)), truce.TierMechanism, "en"))
	}
	if d := draft(1); d.Reported != 1 || d.Counts[0].MayHigh != 1 {
		t.Errorf("%d reported, %+v", d.Reported, d.Counts)
	}
	if d := draft(20); !d.Cut || d.Reported != mechanism.MaxStanding+1 || d.Unlisted() != d.Reported-mechanism.MaxDailyRows {
		t.Errorf("%d reported, %d not listed, cut %v", d.Reported, d.Unlisted(), d.Cut)
	}
}

// What is counted through time is what lies surely in one stretch, and to outsiders in steps.
func TestSeries(t *testing.T) {
	e := mechanismtest.Start(t)
	ctx := t.Context()
	day := e.Clock().Time().Format("2006-01-02")
	e.Report("monitor", strings.ReplaceAll(shelling, "2017-11-15", day))
	e.Later(time.Hour)
	for _, by := range mechanism.Dimensions {
		if _, err := e.M.Series(ctx, e.As("duty"), mechanism.SeriesSearch{By: by}); err != nil {
			t.Errorf("%s: %v", by, err)
		}
	}
	s, err := e.M.Series(ctx, e.As("duty"), mechanism.SeriesSearch{By: mechanism.ByKind})
	if err != nil || len(s.Rows) != 1 || s.Rows[0].Total != 1 || len(s.Rows[0].Counts) != len(s.Bins) || s.Rounded {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err = e.M.Series(ctx, e.As("russia"), mechanism.SeriesSearch{By: mechanism.ByKind}); err != nil || len(s.Rows) != 0 || !s.Rounded {
		t.Errorf("a guarantor is told %+v, %v", s, err)
	}
	if _, err = e.M.Series(ctx, e.As("duty"), mechanism.SeriesSearch{By: "colour"}); truce.KindOf(err) != truce.Invalid {
		t.Error(err)
	}
	n := 0
	whole, err := e.M.Export(ctx, e.As("duty"), mechanism.Search{}, func(mechanism.Observation) error { n++; return nil })
	if err != nil || !whole || n != 1 {
		t.Errorf("%d observations, %v, %v", n, whole, err)
	}
	if _, err = e.M.Export(ctx, e.As("monitor"), mechanism.Search{}, func(mechanism.Observation) error { return nil }); truce.KindOf(err) != truce.Denied {
		t.Errorf("a monitor takes a file away: %v", err)
	}
}
