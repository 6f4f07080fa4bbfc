package mechanism_test

import (
	"context"
	"os"
	"testing"
	"time"

	"truce"
	"truce/internal/ledger"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/verify"
)

// One folder holds several versions, which so have one text: what was concluded under the earlier is published under its rules, also when the later is in force by then.
func TestAnOutcomeIsPublishedUnderItsOwnVersion(t *testing.T) {
	read := func(version string, use record.AgreementUse) record.Agreement {
		x, rep, err := mechanism.ReadFolder(os.DirFS("../../examples/southwest-syria"), version, use)
		if err != nil || rep.Errors() > 0 {
			t.Fatal(err, rep.Problems)
		}
		return x
	}
	e := start(t, func(x *record.Agreement) { *x = read("2017-07-07", record.AgreementInForce) })
	var last []ledger.Event
	e.Public = func(_ *truce.Record, events []ledger.Event) error {
		for _, x := range events {
			if x.Kind == verify.Outcome {
				last = append(last, x)
			}
		}
		return nil
	}
	e.Restart()
	ctx := context.Background()
	report := e.Report("monitor", shelling)
	if e.Settle() == 0 {
		t.Fatal("the rules say nothing")
	}
	said := must(e.M.Outcomes(ctx, e.As("duty"), mechanism.OutcomeSearch{Of: report.First}))
	later := read("", record.AgreementProposed)
	for _, name := range []string{"russia", "jordan", "united states"} {
		must(e.M.Amend(ctx, e.As(name), later))
	}
	e.Later(time.Hour)
	e.Classify(said.Items[0].ID, truce.TierPublic, record.ClassOrdinary)
	e.TakeUp()
	first := e.M.Versions()[0]
	if now, _ := e.M.Current(); now.Text != first.Text || now.Plan.Hash == first.Plan.Hash {
		t.Fatalf("%s and %s are no two versions of one folder", first.Plan.Agreement.Version, now.Plan.Agreement.Version)
	}
	if len(last) == 0 {
		t.Fatal("nothing was published")
	}
	if x := last[len(last)-1]; x.Plan != first.Plan.Hash || x.Text != first.Text {
		t.Errorf("it was made under %s, whose rules are %s, and is published under %s", first.Plan.Agreement.Version, first.Plan.Hash.Short(), x.Plan.Short())
	}
}
