package webtest

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"truce"
	"truce/internal/record"
)

// drafts counts the forms that were filled in: what one form sends twice is one report, and the tests have one demonstration together.
var drafts atomic.Int64

// reported files a report by the form, and gives its name.
func reported(t *testing.T, note string) truce.RecordID {
	t.Helper()
	draft := fmt.Sprintf("form-%012d", drafts.Add(1))
	res, body := as(t, "monitor").post("/en/report", url.Values{"draft": {draft}, "observed": {"incident"}, "what": {"artillery-fire"}, "from": {"2017-12-03T08:30"}, "zone": {"local"},
		"place": {"point"}, "at": {exactPlace}, "error": {"150"}, "name-0": {"government-of-syria"}, "role-0": {"initiator"}, "means": {"seen"}, "source": {secretSource}, "note": {note}})
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Request.URL.Path, "/en/report/r-") {
		t.Fatalf("the report was not taken: %d %s", res.StatusCode, body)
	}
	return truce.RecordID(strings.TrimPrefix(res.Request.URL.Path, "/en/report/"))
}

// widen shows a record to everybody: the duty officer proposes it, a guarantor agrees.
func widen(t *testing.T, of truce.RecordID) {
	t.Helper()
	n, _ := open(t)
	r, _, err := n.Mechanism().Classify(t.Context(), viewer(t, "duty-officer"), record.Class{Act: record.ClassSet, Of: of, Tier: truce.TierPublic, Class: record.ClassOrdinary, Reason: "a test"})
	if err == nil {
		_, err = n.Mechanism().Confirm(t.Context(), viewer(t, "guarantor"), r.ID, "a test")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// released are the pages that list what is released of a day; counted those that count, or tell what came.
var (
	released = []string{"/en/map?from=2017-12-03&to=2017-12-03", "/api/observations?from=2017-12-03T00:00:00Z&to=2017-12-04T00:00:00Z"}
	counted  = []string{"/en/", "/en/map/things?from=2017-12-03&to=2017-12-03", "/en/cases", "/en/statements", "/en/analysis", "/en/analysis/series.csv", "/en/analysis/counts.csv", "/en/analysis/trends.csv",
		"/en/analysis/series.geojson", "/en/analysis/exchanges.csv?a=syrian-government-forces&b=southern-front"}
	// goesOn is what differs each time a page is asked for: clocks, and cursors, which are sealed anew.
	goesOn = regexp.MustCompile(`<time [^>]*>[^<]*</time>|name="cursor" value="[^"]*"|"next":"[^"]*"`)
)

// publicly gives the bytes of pages as the public gets them.
func publicly(t *testing.T, pages ...string) string {
	t.Helper()
	v := as(t, "")
	var all strings.Builder
	for _, path := range pages {
		res, body := v.get(path)
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", path, res.StatusCode)
		}
		all.WriteString(goesOn.ReplaceAllString(body, ""))
	}
	return all.String()
}

// What leaves the server for the public before and after each switch: the delay, the coarse cell, the pause, and counts that one report more does not move.
func TestPrivacySwitchesInBytes(t *testing.T) {
	n, _ := open(t)
	tells := func(when string, of truce.RecordID, want bool) {
		t.Helper()
		if got := strings.Contains(publicly(t, released...), string(of)); got != want {
			t.Errorf("%s: the public is told of the report: %v", when, got)
		}
	}
	all := slices.Concat(released, counted)
	before := publicly(t, all...)
	id := reported(t, whatTheMonitorSaw)
	if after := publicly(t, all...); after != before {
		t.Error("one report more changes what the public is told")
	}
	tells("not released", id, false)
	widen(t, id)
	tells("released just now", id, false)
	later.Add(int64(71 * time.Hour))
	tells("an hour before the delay is over", id, false)
	later.Add(int64(2 * time.Hour))
	tells("an hour after", id, true)

	page := publicly(t, all...)
	_, inside := as(t, "duty-officer").get("/en/report/" + string(id))
	for _, secret := range append(strings.Split(exactPlace, ", "), "08:30", secretSource, whatTheMonitorSaw) {
		if strings.Contains(page, secret) {
			t.Errorf("the public is told %q", secret)
		}
		if !strings.Contains(inside, secret) {
			t.Errorf("the operations room is not told %q: the search cannot fail", secret)
		}
	}
	if !strings.Contains(page, `"south":32.7,"east":36.2,"north":32.8`) {
		t.Error("the public is not told the coarse cell")
	}

	pause := func(who string, act record.PauseAct) {
		t.Helper()
		r, waits, err := n.Mechanism().Pause(t.Context(), viewer(t, who), record.Pause{Act: act, Reason: "a test"})
		if err == nil && waits {
			tells("while one alone wants to go on", id, false)
			_, err = n.Mechanism().Confirm(t.Context(), viewer(t, "guarantor"), r.ID, "a test")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	pause("auditor", record.PausePaused)
	tells("paused", id, false)
	pause("duty-officer", record.PauseResumes)
	tells("resumed", id, true)
}

// The public counts in steps of five; the same file of the operations room does not, so the search can fail.
func TestCountsOfThePublicAreCoarse(t *testing.T) {
	single := func(office string) (out []string) {
		for _, path := range []string{"/en/analysis/counts.csv", "/en/analysis/series.csv"} {
			_, body := as(t, office).get(path)
			rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
			if err != nil {
				t.Fatal(path, " ", err)
			}
			for _, row := range rows[1:] {
				for i, cell := range row {
					if n, err := strconv.Atoi(cell); err == nil && rows[0][i] != "days" && n%5 != 0 {
						out = append(out, strings.Join(row, ","))
					}
				}
			}
		}
		return out
	}
	if got := single(""); len(got) > 0 {
		t.Errorf("the public is told single things: %q", got[0])
	}
	if len(single("duty-officer")) == 0 {
		t.Error("the operations room is told no single thing either")
	}
}
