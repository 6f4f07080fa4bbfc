package mechanism_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// opensOn lets the breach of rules open a case by itself.
func opensOn(rules string) func(*record.Agreement) {
	return func(x *record.Agreement) {
		for i, f := range x.Files {
			if f.Path == "agreement.yaml" {
				x.Files[i].Data = bytes.Replace(f.Data, []byte("\nprocedure:\n"), []byte("\nprocedure:\n  opened_on: ["+rules+"]\n"), 1)
			}
		}
	}
}

// attack is a breach of the ceasefire beyond doubt, at a time of day (UTC) some days into December 2017.
func attack(id string, day int, hour time.Duration, lat float64) string {
	return fmt.Sprintf(`{"id":%q,"kind":"incident","what":"shelling","time":%q,"place":{"kind":"point","lat":%v,"lon":36.1,"error_m":100},`, id, time.Date(2017, 12, day, 0, 0, 0, 0, time.UTC).Add(hour).Format(time.RFC3339), lat) +
		`"parts":[{"name":"government-of-syria","role":"initiator"},{"name":"southern-front","role":"target"}],"source":"x"}` + "\n"
}

// A breach that the procedure names opens one case; everything that belongs to the same event goes into it; what the procedure does not name, or what happened
// before, is listed and left to people. Asked again, after a start too, nothing opens twice.
func TestBreachesOpenCases(t *testing.T) {
	e := start(t, opensOn("ceasefire"))
	ctx := context.Background()
	e.Later(20 * 24 * time.Hour)
	cases := func() []mechanism.Case { return e.M.Cases(e.As("duty"), "", "en") }
	uncased := func(name string) (rules []string) {
		for _, o := range must(e.M.Outcomes(ctx, e.As(name), mechanism.OutcomeSearch{Uncased: true, Lang: "en"})).Items {
			rules = append(rules, string(o.Rule))
		}
		slices.Sort(rules)
		return rules
	}
	past := e.Report("monitor", shelling).IDs[0] // before the version was taken up
	e.Settle()
	if len(cases()) > 0 || !slices.Equal(uncased("duty"), []string{"ceasefire"}) {
		t.Fatalf("of the past: %d cases, without one: %v", len(cases()), uncased("duty"))
	}
	first := e.Report("monitor", attack("a-1", 1, 9*time.Hour, 32.75)).IDs[0]
	e.Settle()
	list := cases()
	if len(list) != 1 || list[0].State != truce.CaseAlleged || list[0].Rule != "ceasefire" || !slices.Contains(list[0].Cites, first) || len(list[0].Parties) == 0 || list[0].Complainant != "" {
		t.Fatalf("%+v", list)
	}
	id := list[0].ID
	cites := func() int { c := must(e.M.Case(ctx, e.As("duty"), id, "en")); return len(c.Cites) }
	before := cites()
	// Another report of the same hour and place, and one a day later elsewhere.
	e.Report("other monitor", attack("a-2", 1, 10*time.Hour+30*time.Minute, 32.76))
	e.Settle()
	if len(cases()) != 1 || cites() != before+1 {
		t.Errorf("two reports of one event: %d cases, %d records cited, %d before", len(cases()), cites(), before)
	}
	e.Report("other monitor", attack("a-3", 2, 12*time.Hour, 32.70))
	e.Settle()
	if len(cases()) != 2 {
		t.Errorf("another event: %d cases", len(cases()))
	}
	// Nothing opens twice: neither at the next look nor after a start.
	steps := must(e.Store.Head(ctx)).Seq
	e.Settle()
	e.Restart()
	e.Settle()
	if got := must(e.Store.Head(ctx)).Seq; got != steps || len(cases()) != 2 {
		t.Errorf("asked again: %d records more, %d cases", got-steps, len(cases()))
	}
	// What was closed stays closed: the next report of the same event is listed, and people decide.
	e.close(id, first)
	e.Report("monitor", attack("a-1b", 1, 9*time.Hour, 32.75))
	e.Settle()
	if len(cases()) > 3 || cites() != len(must(e.M.Case(ctx, e.As("duty"), id, "en")).Cites) {
		t.Errorf("after it was closed: %d cases", len(cases()))
	}
	if len(uncased("duty")) == 0 || uncased("analyst") != nil || uncased("russia") != nil {
		t.Errorf("without a case: %v; the analyst is told %v", uncased("duty"), uncased("analyst"))
	}
	// A person opens one for the past; then it is not listed any more.
	said := must(e.M.Outcomes(ctx, e.As("duty"), mechanism.OutcomeSearch{Of: past, Lang: "en"})).Items[0]
	was := len(uncased("duty"))
	e.step("duty", record.Step{Step: truce.StepOpen, Rule: said.Rule, Article: said.Article, Cites: []truce.RecordID{said.ID}})
	if got := len(uncased("duty")); got != was-1 {
		t.Errorf("%d without a case, then %d", was, got)
	}
}

// Where the procedure names no rule, nothing opens by itself.
func TestNothingOpensUnasked(t *testing.T) {
	e := start(t)
	e.Later(20 * 24 * time.Hour)
	e.Report("monitor", attack("a-1", 1, 9*time.Hour, 32.75))
	e.Settle()
	if n := len(e.M.Cases(e.As("duty"), "", "en")); n > 0 {
		t.Errorf("%d cases", n)
	}
}

// A flood of breaches opens a bounded number of cases; the rest is listed.
func TestAFloodOpensFewCases(t *testing.T) {
	e := start(t, opensOn("ceasefire"))
	e.Later(20 * 24 * time.Hour)
	var b strings.Builder
	for i := range mechanism.MaxOpened + 20 {
		b.WriteString(attack(fmt.Sprint("f-", i), 1+i/3, time.Duration(7*(i%3))*time.Hour, 32.70))
	}
	e.Later(60 * 24 * time.Hour)
	e.Report("monitor", b.String())
	e.Settle()
	n := len(e.M.Cases(e.As("duty"), "", "en"))
	rest := len(must(e.M.Outcomes(context.Background(), e.As("duty"), mechanism.OutcomeSearch{Uncased: true, Limit: 500})).Items)
	if n == 0 || n > mechanism.MaxOpened || rest == 0 {
		t.Errorf("%d cases, %d left to people", n, rest)
	}
}
