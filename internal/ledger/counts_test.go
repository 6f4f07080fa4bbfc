package ledger_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
	"truce/verify"
)

// counts lists the numbers that count records in a daily report: of incidents, and of outcomes by article.
func counts(t *testing.T, content []byte) (out []int) {
	t.Helper()
	var d mechanism.Daily
	if err := json.Unmarshal(content, &d); err != nil {
		t.Fatal(err)
	}
	for _, c := range d.Counts {
		out = append(out, c.Low, c.High, c.MayLow, c.MayHigh)
	}
	for _, a := range d.Articles {
		for _, n := range a.Week {
			out = append(out, n)
		}
	}
	return out
}

// small are the counts that tell of fewer than five, or of one more or less than a step.
func small(list []int) (out []int) {
	for _, n := range list {
		if n%access.MinTold != 0 {
			out = append(out, n)
		}
	}
	return out
}

// Seven incidents, reported by three people and released, lie in a public daily report as coarse cells and days, counted in steps; none of its places, hours and single counts is in a byte of the
// record, of a page, a data file or a bundle. What data files count is what they list.
func TestAPublicReportIsCoarseInItsBytes(t *testing.T) {
	o := begin(t)
	ctx := context.Background()
	var released []truce.RecordID
	for i := range 7 {
		by := []string{"monitor", "other monitor", "duty"}[i%3]
		line := strings.NewReplacer("obs-1", fmt.Sprint("obs-", i), "2017-11-15T09:30", fmt.Sprintf("2017-11-18T09:%02d", 31+i), "32.75", "32.7512349").Replace(mechanismtest.Shelling)
		released = append(released, o.w.Report(by, line).IDs...)
	}
	o.w.Settle()
	page, err := o.w.M.Outcomes(ctx, o.w.As("duty"), mechanism.OutcomeSearch{Lang: "en", Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range page.Items {
		released = append(released, x.ID)
	}
	for _, id := range released {
		o.twice(public(o, id).Draft())
	}
	o.finding()
	o.w.Later(73 * time.Hour)
	day := truce.InstantOf(time.Date(2017, 11, 19, 12, 0, 0, 0, time.UTC))
	r, err := o.w.M.IssueDaily(ctx, o.as("duty"), day, truce.TierPublic, "en", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	o.w.TakeUp()
	o.twice(public(o, r.ID).Draft())
	secret := func(files map[string][]byte) (out []string) {
		for path, b := range files {
			if strings.Contains(path, "text/") {
				continue // the agreement's own places
			}
			for _, s := range []string{"32.7512", "327512349", "09:31", "SECRET", "NAME-OF"} {
				if strings.Contains(string(b), s) {
					out = append(out, path+": "+s)
				}
			}
		}
		return out
	}
	publicly := func() map[string][]byte {
		t.Helper()
		o.tick()
		files := unpacked(t, site(t, os.DirFS(o.dir), false))
		for path, b := range o.files() {
			files[path] = b
		}
		return files
	}
	early := publicly()
	o.w.Later(25 * time.Hour)
	files := publicly()
	if list := secret(files); len(list) > 0 {
		t.Errorf("finer than the public may know: %v", list)
	}
	reports := 0
	for path, b := range files {
		var d verify.ReportDocument
		if !strings.Contains(path, "doc/") || verify.Decode(b, &d) != nil || d.Form != verify.FormReport {
			continue
		}
		reports++
		list := counts(t, d.Content)
		if s := small(list); len(s) > 0 {
			t.Errorf("%s counts %v", path, s)
		}
		var says mechanism.Daily
		if err := json.Unmarshal(d.Content, &says); err != nil || len(says.Incidents) != 7 || !says.Rounded || fmt.Sprint(list) == fmt.Sprint(make([]int, len(list))) {
			t.Errorf("control: it tells of %d incidents and counts %v: %v", len(says.Incidents), list, err)
		}
		for _, e := range says.Incidents {
			if e.Cell == nil || len(e.When) != len("2017-11-18") {
				t.Errorf("%+v", e)
			}
		}
		if _, there := early[path]; there {
			t.Errorf("%s is there before its delay is over", path)
		}
	}
	if reports < 2 {
		t.Errorf("the report lies in %d files: neither in the record nor in its bundle", reports)
	}
	// Control: what is drawn up for the mechanism has single counts, places and hours, and both searches find them.
	inside, err := o.w.M.DraftDaily(ctx, o.as("duty"), day.Add(-24*time.Hour), truce.TierMechanism, "en")
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(inside)
	if err != nil {
		t.Fatal(err)
	}
	if len(small(counts(t, b))) == 0 || len(secret(map[string][]byte{"inside": b})) == 0 {
		t.Errorf("control: nothing single or fine is found in %s", b)
	}
	if list := unlisted(t, files); len(list) > 0 {
		t.Errorf("counted and not published one by one: %v", list)
	}
	files["data/articles.json"] = bytes.Replace(files["data/articles.json"], []byte(`"confirmed": 1`), []byte(`"confirmed": 2`), 1)
	if len(unlisted(t, files)) != 1 {
		t.Error("control: a finding that is counted and not published is not noticed")
	}
}

// unlisted are the numbers of data/articles.json that count something else than the rows of the other data files.
func unlisted(t *testing.T, files map[string][]byte) (out []string) {
	t.Helper()
	rows := map[string]int{}
	for _, x := range []struct{ file, column string }{{"data/findings.csv", "occurrence"}, {"data/outcomes.csv", "result"}} {
		r := csv.NewReader(bytes.NewReader(files[x.file]))
		r.Comment = '#'
		table, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := func(name string) int { return slices.Index(table[0], name) }
		seen := map[string]bool{}
		for _, row := range table[1:] {
			key := row[at("article")] + " " + row[at(x.column)]
			if row[at("state")] == "stands" && !seen[row[at("leaf")]+key] { // an outcome has a row for each choice of readings
				seen[row[at("leaf")]+key] = true
				rows[key]++
			}
		}
	}
	var says struct {
		Articles []struct {
			Article                 string
			Confirmed, Undetermined int
			NotConfirmed            int `json:"not_confirmed"`
			Results                 map[string]int
		}
	}
	if err := json.Unmarshal(files["data/articles.json"], &says); err != nil || len(says.Articles) == 0 {
		t.Fatal(err)
	}
	for _, a := range says.Articles {
		told := maps.Clone(a.Results)
		told["confirmed"], told["not confirmed"] = a.Confirmed, a.NotConfirmed
		told["undetermined"] += a.Undetermined
		for what, n := range told {
			if key := a.Article + " " + what; rows[key] != n {
				out = append(out, fmt.Sprintf("%s: %d, and %d rows", key, n, rows[key]))
			}
		}
	}
	return out
}
