package mechanism_test

import (
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
