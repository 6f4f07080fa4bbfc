package assess_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/assess"
	"truce/terms"
)

// derived fails where an outcome does not follow from the answers to the questions, or where those are not the questions of its rule. It counts what it saw.
func derived(t *rapid.T, p *terms.Plan, res *assess.Result, seen map[string]int) {
	for _, acc := range res.Accounts {
		for n, o := range res.ExplainAll(acc) {
			want := acc.Outcomes[n]
			if got := assess.Derive(o.Asked); got != want.Possible {
				t.Fatalf("%s, %s: the answers %+v leave %v open, and the outcome is %v", acc.Rule, acc.Subject.Key(), o.Asked, got.Results(), want.Possible.Results())
			}
			names, err := assess.Questions(p, acc.Rule, acc.Subject.Kind, o.Asked)
			if err != nil {
				t.Fatalf("%s, %s: %v: %+v", acc.Rule, acc.Subject.Key(), err, o.Asked)
			}
			for _, name := range names {
				seen[name]++
			}
			refused(t, p, acc, o.Asked)
		}
	}
}

// refused drops, adds and turns questions, and wants each change to be noticed: by the rule, or because something else follows.
func refused(t *rapid.T, p *terms.Plan, acc truce.Account, list []truce.Asked) {
	follows := assess.Derive(list)
	for i := range list {
		dropped := slices.Delete(slices.Clone(list), i, i+1)
		added := slices.Insert(slices.Clone(list), i, truce.Asked{Answer: truce.False, Then: truce.Suspended})
		turned := slices.Clone(list)
		turned[i].Then = (turned[i].Then + 1) % 6
		for _, changed := range [][]truce.Asked{dropped, added, turned} {
			if _, err := assess.Questions(p, acc.Rule, acc.Subject.Kind, changed); err == nil && assess.Derive(changed) == follows && len(changed) >= len(list) {
				t.Fatalf("%s: %+v passes for %+v", acc.Rule, changed, list)
			}
		}
	}
}

func TestOutcomesFollowFromAnswers(t *testing.T) {
	seen := map[string]int{}
	names := []string{assess.AskKind, assess.AskBegun, assess.AskWho, assess.AskArms, assess.AskPlace, assess.AskException, assess.AskInside, assess.AskBrief, assess.AskNotDue,
		assess.AskSilence, assess.AskOpen, assess.AskEvidence, assess.AskOtherwise}
	missing := func() (out []string) {
		for _, name := range names {
			if seen[name] == 0 {
				out = append(out, name)
			}
		}
		return out
	}
	// Some questions are seldom asked of what is drawn: it is drawn again until each was.
	for round := 0; round < 20 && (round == 0 || len(missing()) > 0); round++ {
		drawOutcomes(t, seen)
	}
	if list := missing(); len(list) > 0 {
		t.Errorf("nothing was asked under the names %v: %v", list, seen)
	}
}

// drawOutcomes settles what is drawn, and derives each outcome from its answers.
func drawOutcomes(t *testing.T, seen map[string]int) {
	for _, name := range []string{"strict", "southwest-syria/", "idlib-2018/", "disengagement-1974/", "minsk/2014-09-19", "minsk/2015-02-12"} {
		p := example(t, name)
		d, n := newDeck(p), 0
		rapid.Check(t, func(t *rapid.T) {
			if n++; n > *runs {
				return
			}
			a, _ := assess.New(p)
			for i := range rapid.IntRange(0, 14).Draw(t, "records") {
				a.Add(d.observation(t, i))
			}
			for i := range rapid.IntRange(0, 1).Draw(t, "tracks") {
				track, list := d.fixes(t, i)
				a.AddFixes(track, list)
			}
			derived(t, p, a.Settle(d.to), seen)
		})
	}
	versions := plans(t)
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(versions).Draw(t, "version")
		a, _ := assess.New(p)
		for i := range rapid.IntRange(0, 12).Draw(t, "records") {
			a.Add(record(t, i))
		}
		f := drawFixes(t, "u0")
		a.AddFixes(f.track, f.list)
		derived(t, p, a.Settle(utc(20, 0, 0)), seen)
	})
}

// A rule and a subject that there is not, and answers of another rule, are refused.
func TestQuestionsOfAnotherRule(t *testing.T) {
	p := plan(t)
	list := []truce.Asked{{Answer: truce.True, Then: truce.NotApplicable}}
	if _, err := assess.Questions(p, "no-such-rule", "observation", list); truce.KindOf(err) != truce.NotFound {
		t.Error(err)
	}
	if _, err := assess.Questions(p, p.Rules[0].ID, "no-such-subject", list); truce.KindOf(err) != truce.Invalid {
		t.Error(err)
	}
	if _, err := assess.Questions(p, p.Rules[0].ID, "observation", nil); truce.KindOf(err) != truce.Invalid {
		t.Error(err)
	}
	if assess.Engine().IsZero() {
		t.Error("the engine has no name")
	}
}
