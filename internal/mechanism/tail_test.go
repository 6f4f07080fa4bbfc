package mechanism_test

import (
	"context"
	"fmt"
	"testing"

	"truce"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/record"
)

// What is counted from memory is what lists read from the view: as things come, as one outcome takes another's place, and after an erasure.
func TestCountsFollowTheRecord(t *testing.T) {
	e := mechanismtest.Start(t)
	ctx := context.Background()
	superseded := 0
	same := func(when string) {
		t.Helper()
		e.Settle()
		e.TakeUp()
		duty := e.As("duty")
		series := mechanismtest.Must(e.M.Series(ctx, duty, mechanism.SeriesSearch{By: mechanism.ByKind}))
		counted, listed := series.Unclear, 0
		for _, r := range series.Rows {
			counted += r.Total
		}
		for _, o := range mechanismtest.Must(e.M.Observations(ctx, duty, mechanism.Search{Observed: truce.KindIncident, Limit: 1000})).Items {
			if o.FirstDay != "" {
				listed++
			}
		}
		if counted != listed {
			t.Errorf("%s: %d incidents are counted, %d listed", when, counted, listed)
		}
		articles := mechanismtest.Must(e.M.Articles(ctx, duty))
		counted, listed = 0, 0
		for _, a := range articles.Items {
			for _, n := range a.Counts {
				counted += n
			}
		}
		for _, o := range mechanismtest.Must(e.M.Outcomes(ctx, duty, mechanism.OutcomeSearch{Limit: 1000})).Items {
			listed += len(o.Said)
			if o.Supersedes != "" {
				superseded++
			}
		}
		if counted != listed {
			t.Errorf("%s: %d results are counted, %d listed", when, counted, listed)
		}
	}
	// A position that may lie outside the band, and later one that surely lies in it.
	fix := func(at string, within int) string {
		return fmt.Sprintf(`{"kind":"fix","unit":"column-1","actor":"hezbollah","time":"2017-11-16T%sZ","lat":33.21,"lon":35.86,"error_m":%d}`, at, within) + "\n"
	}
	same("nothing")
	first := e.Report("monitor", mechanismtest.Shelling)
	same("one incident")
	e.Report("monitor", fix("10:00:00", 12_000))
	same("a stay")
	e.Report("monitor", fix("10:10:00", 10))
	same("another outcome in its place")
	if superseded == 0 {
		t.Error("no outcome took the place of another: this test tells nothing of that")
	}
	r := mechanismtest.Must(e.M.Erase(ctx, e.As("duty"), record.Erasure{Act: record.ErasureProposed, Why: record.ErasureRequest, Reason: "asked for"}, first.IDs))
	mechanismtest.Must(e.M.Confirm(ctx, e.As("jordan"), r.ID, "agreed"))
	same("an erasure")
}
