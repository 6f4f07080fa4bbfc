package scenario

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"

	"truce"
	"truce/assess"
	"truce/terms"
)

// Sayer writes a phrase in a language; package lang has one. Reasons are compared with what it says.
type Sayer interface {
	Say(truce.Phrase) string
}

// Outcome is how one scenario went.
type Outcome struct {
	File     string
	Title    string
	Line     int
	Failures []truce.Problem // expectations that were not met
}

// Report is the result of running scenarios.
type Report struct {
	Outcomes []Outcome
	// Problems are what could not be understood; a file with problems is not run.
	Problems []truce.Problem
	files    map[string][]byte
}

// Misread is the report of what could not be understood, with the lines to show it by.
func (r *Report) Misread() *terms.Report { return terms.NewReport(r.Problems, r.files) }

// Failed counts the scenarios that did not go as expected.
func (r *Report) Failed() int {
	n := 0
	for _, o := range r.Outcomes {
		if len(o.Failures) > 0 {
			n++
		}
	}
	return n
}

// Run runs every scenarios/*.txt of an agreement's folder. sayer makes the printer the reasons of one version are written
// with. An error is returned when the agreement itself cannot be used; what is wrong in scenario files is in the report.
func Run(fsys fs.FS, sayer func(*truce.Agreement) Sayer) (*Report, error) {
	const op truce.Op = "scenario.Run"
	names, err := fs.Glob(fsys, "scenarios/*.txt")
	if err != nil {
		return nil, &truce.Error{Op: op, Kind: truce.Internal, Cause: err}
	}
	more, _ := fs.Glob(fsys, "versions/*/scenarios/*.txt")
	names = append(names, more...)
	sort.Strings(names)
	if len(names) == 0 {
		return nil, &truce.Error{Op: op, Kind: truce.NotFound, Subject: "scenarios", Reason: "the folder has no scenarios", Hint: "write scenarios/first.txt; docs/reference/scenarios.md shows how"}
	}
	rep := &Report{files: map[string][]byte{}}
	agreements := map[string]*truce.Agreement{}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, &truce.Error{Op: op, Kind: truce.Unavailable, Subject: name, Cause: err}
		}
		f, probs := Parse(name, data)
		rep.files[name] = data
		rep.Problems = append(rep.Problems, probs...)
		home := ""
		if parts := strings.Split(name, "/"); parts[0] == "versions" {
			home = path.Base(path.Dir(path.Dir(name)))
		}
		for i := range f.Scenarios {
			sc := &f.Scenarios[i]
			version := sc.Version
			if version == "" {
				version = home
			}
			a, ok := agreements[version]
			if !ok {
				var check *terms.Report
				if a, check, err = terms.Load(fsys, version); err != nil {
					return nil, err
				}
				if check.Errors() > 0 {
					return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(a.ID), Reason: fmt.Sprintf("the agreement has %d errors", check.Errors()), Hint: "run truce check on the folder"}
				}
				agreements[version] = a
			}
			out, probs := run(name, a, sc, sayer)
			rep.Problems = append(rep.Problems, probs...)
			if len(probs) == 0 {
				rep.Outcomes = append(rep.Outcomes, out)
			}
		}
	}
	return rep, nil
}

// run tells one scenario and compares.
func run(file string, agreement *truce.Agreement, sc *Scenario, sayer func(*truce.Agreement) Sayer) (Outcome, []truce.Problem) {
	p := &parser{file: file}
	a := *agreement // facts given in a story are its own
	s := tell(p, &a, sc)
	out := Outcome{File: file, Title: sc.Title, Line: sc.Line}
	if len(p.probs) > 0 {
		return out, p.probs
	}
	plan, err := terms.Compile(&a)
	if err != nil {
		p.fail(Word{Text: "scenario", Line: sc.Line, Column: 1}, "not-compiled", err.Error(), truce.HintOf(err))
		return out, p.probs
	}
	t := &teller{story: s, plan: plan, say: sayer(&a), results: map[[2]truce.Instant]*assess.Result{}}
	for i := range s.expects {
		e := &s.expects[i]
		if msg, hint := t.compare(e); msg != "" {
			w := e.st.Words[0]
			out.Failures = append(out.Failures, truce.Problem{File: file, Line: w.Line, Column: w.Column, Length: len(w.Text), Code: "not-as-expected", Message: msg, Hint: hint})
		}
	}
	return out, nil
}

// teller evaluates a story, once for each time it is looked at.
type teller struct {
	*story
	plan    *terms.Plan
	say     Sayer
	results map[[2]truce.Instant]*assess.Result
}

func (t *teller) result(now, known truce.Instant) (*assess.Result, error) {
	if now == 0 {
		now = t.latest
	}
	key := [2]truce.Instant{now, known}
	if r := t.results[key]; r != nil {
		return r, nil
	}
	a, err := assess.New(t.plan)
	if err != nil {
		return nil, err
	}
	for _, o := range t.obs {
		if known == 0 || assess.KnownBy(o, known) {
			a.Add(o)
		}
	}
	for _, tr := range t.tracks {
		fixes := tr.fixes
		if known != 0 {
			fixes = slices.DeleteFunc(slices.Clone(fixes), func(f truce.Fix) bool { return f.At > known })
		}
		a.AddFixes(tr.Track, fixes)
	}
	t.results[key] = a.Settle(now)
	return t.results[key], nil
}

// compare gives what differs from an expectation, "" when nothing does.
func (t *teller) compare(e *expectation) (message, hint string) {
	res, err := t.result(e.now, e.known)
	if err != nil {
		return err.Error(), truce.HintOf(err)
	}
	if e.count != "" {
		for _, c := range res.Counts(e.rule, func(a truce.Account) bool { r, same := a.Result(); return same && r == truce.Breached }) {
			if c.Counting == e.count && (c.Low != e.low || c.High != e.high) {
				return fmt.Sprintf("%s counts %s under %q, not %s", e.rule, fromTo(c.Low, c.High), e.count, fromTo(e.low, e.high)), ""
			}
		}
		return "", ""
	}
	type found struct {
		acc truce.Account
		n   int
		out truce.Outcome
	}
	var list []found
	for _, acc := range res.Accounts {
		if !t.speaksOf(e, acc) {
			continue
		}
		for n, o := range acc.Outcomes {
			if chosen(o.Readings, e.under) {
				list = append(list, found{acc, n, o})
			}
		}
	}
	if len(list) == 0 {
		if e.result == truce.NotApplicable && !e.not {
			return "", ""
		}
		return "the rule says nothing of this", "is it of a kind the rule speaks of, and did it happen before the time of looking?"
	}
	// Without a name, the most serious of what the rule says is meant.
	worst := 0
	for _, f := range list {
		worst = max(worst, gravity(f.out))
	}
	for _, f := range list {
		if e.on == "" && e.unit == "" && gravity(f.out) < worst && e.result != truce.Kept && e.result != truce.NotDue {
			continue
		}
		if (f.out.Result == e.result) == e.not {
			if e.on == "" && e.unit == "" && gravity(f.out) < worst {
				continue
			}
			got := res.Explain(f.acc, f.n)
			return fmt.Sprintf("it is %s%s, not %s", f.out.Result, t.under(f.out.Readings), t.want(e)), t.reasons(got)
		}
		if m, h := t.compareDetails(e, res, f.acc, f.n); m != "" {
			return m, h
		}
	}
	return "", ""
}

func gravity(o truce.Outcome) int {
	switch {
	case o.Result == truce.Breached:
		return 4
	case o.Possible.Has(truce.Breached):
		return 3
	case o.Result == truce.Kept, o.Result == truce.Suspended, o.Result == truce.NotDue:
		return 2
	}
	return 1
}

func (t *teller) want(e *expectation) string {
	if e.not {
		return "anything else"
	}
	return e.result.String()
}

func (t *teller) under(list []truce.Choice) string {
	if len(list) == 0 {
		return ""
	}
	var parts []string
	for _, c := range list {
		parts = append(parts, string(c.Reading))
	}
	return " under " + strings.Join(parts, " and ")
}

func (t *teller) speaksOf(e *expectation, acc truce.Account) bool {
	switch {
	case e.rule != "" && acc.Rule != e.rule, e.article != "" && acc.Article != e.article:
		return false
	case e.on != "" && !slices.Contains(acc.Subject.Records, e.on):
		return false
	case e.unit != "" && acc.Subject.Unit != e.unit:
		return false
	case e.actor != "" && acc.Subject.Actor != e.actor && !slices.Contains(acc.Attribution.By, e.actor):
		return false
	case e.day.Stated() && !acc.Subject.When.Overlaps(e.day):
		return false
	}
	return true
}

func chosen(list []truce.Choice, under []truce.ReadingID) bool {
	for _, u := range under {
		if !slices.ContainsFunc(list, func(c truce.Choice) bool { return c.Reading == u }) {
			return false
		}
	}
	return true
}

func (t *teller) compareDetails(e *expectation, res *assess.Result, acc truce.Account, n int) (message, hint string) {
	if e.turning != "" && !slices.Contains(acc.Turns, e.turning) {
		return fmt.Sprintf("it does not turn on %q", e.turning), fmt.Sprintf("it turns on: %v", acc.Turns)
	}
	if e.by != "" && !(acc.Attribution.Known == truce.True && slices.Contains(acc.Attribution.By, e.by)) {
		return fmt.Sprintf("it is not attributed to %q", e.by), fmt.Sprintf("it could be: %v", acc.Attribution.By)
	}
	if e.unknownBy && acc.Attribution.Known == truce.True {
		return "it is attributed", fmt.Sprintf("to: %v", acc.Attribution.By)
	}
	if e.answering != "" && !slices.Contains(acc.Attribution.Answering, e.answering) {
		return fmt.Sprintf("%q does not answer for it", e.answering), fmt.Sprintf("answering: %v", acc.Attribution.Answering)
	}
	if e.because == "" && e.missing == "" {
		return "", ""
	}
	got := res.Explain(acc, n)
	if e.missing != "" && !slices.ContainsFunc(got.Missing, func(p truce.Phrase) bool { return holdsWords(t.say.Say(p), e.missing) }) {
		return fmt.Sprintf("no missing fact speaks of %q", e.missing), t.reasons(got)
	}
	if e.because != "" && !slices.ContainsFunc(t.sentences(got), func(s string) bool { return holdsWords(s, e.because) }) {
		return fmt.Sprintf("no reason speaks of %q", e.because), t.reasons(got)
	}
	return "", ""
}

// sentences are the reasons and missing facts of an outcome in words.
func (t *teller) sentences(o truce.Outcome) []string {
	var out []string
	var walk func(r truce.Reason, path string)
	walk = func(r truce.Reason, path string) {
		text := path
		if r.Phrase.ID != "" {
			text = strings.TrimSpace(path + " " + t.say.Say(r.Phrase))
			out = append(out, text+" "+r.Truth.String())
		}
		for _, k := range r.Children {
			walk(k, text)
		}
	}
	for _, r := range o.Reasons {
		walk(r, "")
	}
	for _, p := range o.Missing {
		out = append(out, t.say.Say(p))
	}
	return out
}

func (t *teller) reasons(o truce.Outcome) string {
	var parts []string
	for _, r := range o.Reasons {
		if r.Settles || o.Result == truce.Undetermined && r.Truth == truce.Unknown {
			parts = append(parts, t.say.Say(r.Phrase)+": "+r.Truth.String())
		}
	}
	for _, p := range o.Missing {
		parts = append(parts, "missing: "+t.say.Say(p))
	}
	return strings.Join(parts, "; ")
}

// holdsWords reports whether a sentence has every word asked for, whatever their order and case.
func holdsWords(sentence, words string) bool {
	have := terms.Fold(sentence)
	for _, w := range strings.Fields(words) {
		if !strings.Contains(have, terms.Fold(w)) {
			return false
		}
	}
	return true
}

func fromTo(low, high int) string {
	if low == high {
		return itoa(low)
	}
	return itoa(low) + " to " + itoa(high)
}
