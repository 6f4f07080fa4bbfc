package scenario_test

import (
	"os"
	"testing"

	"truce"
	"truce/scenario"
)

// plain says phrases by their ids, so that these tests need no language.
type plain struct{}

func (plain) Say(p truce.Phrase) string { return p.String() }

func TestSmall(t *testing.T) {
	rep, err := scenario.Run(os.DirFS("testdata/small"), func(*truce.Agreement) scenario.Sayer { return plain{} })
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rep.Problems {
		t.Errorf("%s:%d:%d: %v", p.File, p.Line, p.Column, p)
	}
	for _, o := range rep.Outcomes {
		for _, f := range o.Failures {
			t.Errorf("%s:%d: %s: %s\n\t%s", f.File, f.Line, o.Title, f.Message, f.Hint)
		}
	}
	if len(rep.Outcomes) < 20 {
		t.Errorf("only %d scenarios ran", len(rep.Outcomes))
	}
}
