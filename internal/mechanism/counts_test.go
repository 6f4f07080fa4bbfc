package mechanism_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// Outside the mechanism one report more is seen in no count: not by article, not in a trend, not in an exchange. Inside it is, which is the control.
func TestOneReportMoreIsSeenInNoCountOutside(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	reporters := []string{"monitor", "other monitor", "duty"}
	n := 0
	report := func(by string) {
		t.Helper()
		n++
		day := fmt.Sprintf("2017-11-%02d", 10+n)
		e.Report(by, strings.NewReplacer("obs-1", fmt.Sprint("obs-", n), "2017-11-15", day).Replace(shelling))
	}
	publish := func() {
		t.Helper()
		e.Settle()
		for _, o := range must(e.M.Outcomes(ctx, e.As("duty"), mechanism.OutcomeSearch{Lang: "en", Limit: 500})).Items {
			if o.Tier == "public" {
				continue
			}
			r, _, err := e.M.Classify(ctx, e.As("duty"), record.Class{Act: record.ClassSet, Of: o.ID, Tier: truce.TierPublic, Class: "ordinary", Reason: "a test"})
			if err == nil {
				_, err = e.M.Confirm(ctx, e.As("jordan"), r.ID, "agreed")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		e.Later(73 * time.Hour)
	}
	total := func(v access.Viewer) (articles, trends int) {
		t.Helper()
		for _, a := range must(e.M.Articles(ctx, v)).Items {
			for _, n := range a.Counts {
				articles += n
			}
		}
		for _, x := range must(e.M.Trends(ctx, v)) {
			trends += x.Recent + x.Baseline + x.Unclear
			if !access.Exact(v) && (x.Ratio != "" || x.Low != "" || !x.Rounded) {
				t.Errorf("outside, what is worked out of exact counts is told: %+v", x)
			}
		}
		return articles, trends
	}
	outside := func() []access.Viewer {
		return []access.Viewer{{Now: e.Clock()}, e.As("russia"), e.As("jordanian liaison"), e.As("syrian liaison")}
	}
	for range 6 {
		report("monitor")
	}
	publish()
	for _, v := range outside() {
		if a, b := total(v); a != 0 || b != 0 {
			t.Errorf("%s counts %d and %d outcomes that rest on one person's reports", v.Office, a, b)
		}
	}
	for i := range 4 {
		report(reporters[i%3])
	}
	publish()
	seen := false
	for i := 0; i < 3; i++ {
		var before [][2]int
		for _, v := range outside() {
			a, b := total(v)
			before = append(before, [2]int{a, b})
			seen = seen || a > 0 && b > 0
		}
		was, _ := total(e.As("duty"))
		report("monitor")
		publish()
		if is, _ := total(e.As("duty")); is <= was {
			t.Fatalf("the control: inside, one report more is not seen: %d, then %d", was, is)
		}
		for k, v := range outside() {
			a, b := total(v)
			if d := a - before[k][0]; d != 0 && d < access.MinTold {
				t.Errorf("%s: by article %d, then %d", v.Office, before[k][0], a)
			}
			if d := b - before[k][1]; d != 0 && d < access.MinTold && d > -access.MinTold {
				t.Errorf("%s: trends %d, then %d", v.Office, before[k][1], b)
			}
		}
	}
	if !seen {
		t.Error("nobody outside is told any count")
	}
	// A body's own reports, which it sees by time and name, are told to it in the same way.
	for i := range 7 {
		e.Report("russian liaison", strings.NewReplacer("obs-1", fmt.Sprint("own-", i), "2017-11-15", e.Clock().Time().AddDate(0, 0, -3-i).Format("2006-01-02")).Replace(shelling))
	}
	for name, want := range map[string]int{"russian liaison": 0, "duty": 7} {
		acts := 0
		for _, x := range must(e.M.TitForTat(ctx, e.As(name), "government-of-syria", "southern-front")) {
			acts += x.Acts
			if x.Rounded != (name != "duty") || x.Rounded && x.Level != "" {
				t.Errorf("%s: %+v", name, x)
			}
		}
		if acts < want || want == 0 && acts != 0 {
			t.Errorf("%s counts %d acts", name, acts)
		}
	}
}
