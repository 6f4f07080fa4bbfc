package casefile

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/lang"
	"truce/internal/record"
)

// holes lists what is wrong with a table.
func holes(table []Row) (out []string) {
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	reached := []truce.CaseState{""}
	for i := 0; i < len(reached); i++ {
		for _, r := range table {
			if (reached[i] == "" && len(r.From) == 0 || slices.Contains(r.From, reached[i])) && r.To != "" && r.To != before && !slices.Contains(reached, r.To) {
				reached = append(reached, r.To)
			}
		}
	}
	for _, s := range truce.CaseStates {
		if !slices.Contains(reached, truce.CaseState(s)) {
			say("no way leads to %s", s)
		}
		leaves := slices.ContainsFunc(table, func(r Row) bool { return slices.Contains(r.From, truce.CaseState(s)) && r.To != "" })
		if !leaves {
			say("no way leads out of %s", s)
		}
	}
	for _, w := range truce.CaseSteps {
		n := 0
		var seen []truce.CaseState
		for _, r := range table {
			if r.Step != truce.CaseStep(w) {
				continue
			}
			n++
			if len(r.By) == 0 {
				say("nobody has the right to %s", w)
			}
			for _, s := range r.From {
				if slices.Contains(seen, s) {
					say("%s has two rows for %s", w, s)
				}
				seen = append(seen, s)
				if s == truce.CaseClosed && r.Step != truce.StepReopen {
					say("%s is possible in a closed case", w)
				}
			}
			for _, x := range r.By {
				if (x.As == AsProgram) != (len(x.Offices) == 0) {
					say("%s: a right without an office", w)
				}
				if slices.Contains(x.Offices, truce.OfficeOperator) || slices.Contains(x.Offices, truce.OfficePublic) || slices.Contains(x.Offices, truce.OfficeAuditor) || slices.Contains(x.Offices, truce.OfficeAnalyst) {
					say("%s: an office that runs no cases", w)
				}
			}
			for _, c := range slices.Concat(r.Starts, r.Stops, r.StopsOwn) {
				if !slices.Contains(truce.CaseClocks, string(c)) {
					say("%s: no clock %s", w, c)
				}
			}
		}
		if n == 0 {
			say("there is no row for %s", w)
		}
	}
	started := func(c truce.CaseClock) bool {
		return slices.ContainsFunc(table, func(r Row) bool { return slices.Contains(r.Starts, c) })
	}
	stopped := func(c truce.CaseClock) bool {
		return slices.ContainsFunc(table, func(r Row) bool { return slices.Contains(r.Stops, c) || slices.Contains(r.StopsOwn, c) })
	}
	for _, w := range truce.CaseClocks {
		c := truce.CaseClock(w)
		if ofQuery := c == truce.ClockAnswer || c == truce.ClockMovement; started(c) == ofQuery || stopped(c) == ofQuery {
			say("the clock %s does not start and stop", w)
		}
	}
	// The sovereign rights: without these steps no state beyond them can be reached.
	for _, x := range []struct {
		step   truce.CaseStep
		beyond truce.CaseState
	}{{truce.StepNotify, truce.CaseFinding}, {truce.StepShare, truce.CaseSignOff}, {truce.StepSubmit, truce.CasePublished}, {truce.StepPublish, truce.CaseClosed}} {
		without := slices.DeleteFunc(slices.Clone(table), func(r Row) bool { return r.Step == x.step })
		if reaches(without, x.beyond) {
			say("a case comes to %s without %s", x.beyond, x.step)
		}
	}
	return out
}

func reaches(table []Row, want truce.CaseState) bool {
	reached := []truce.CaseState{""}
	for i := 0; i < len(reached); i++ {
		for _, r := range table {
			if (reached[i] == "" && len(r.From) == 0 || slices.Contains(r.From, reached[i])) && r.To != "" && !slices.Contains(reached, r.To) {
				reached = append(reached, r.To)
			}
		}
	}
	return slices.Contains(reached, want)
}

// TestTable: every state can be reached and left, every step has a right, nothing goes around a right. The controls spoil the table.
func TestTable(t *testing.T) {
	for _, h := range holes(Table) {
		t.Error(h)
	}
	for name, spoil := range map[string]func([]Row) []Row{
		"nobody may register": func(rows []Row) []Row { rows[1].By = nil; return rows },
		"no way back": func(rows []Row) []Row {
			return slices.DeleteFunc(rows, func(r Row) bool {
				return r.Step == truce.StepResume || r.Step == truce.StepFind || r.Step == truce.StepSupersede
			})
		},
		"around the floor": func(rows []Row) []Row {
			return append(rows, Row{Step: truce.StepSubmit, From: in(truce.CaseFinding), To: truce.CaseSignOff, By: by(dutyOfficer)})
		},
		"after the end": func(rows []Row) []Row {
			return append(rows, Row{Step: truce.StepSign, From: in(truce.CaseClosed), By: by(signatory)})
		},
		"two ways": func(rows []Row) []Row { return append(rows, rows[2]) },
		"a clock that never ends": func(rows []Row) []Row {
			for i := range rows {
				rows[i].Stops = slices.DeleteFunc(slices.Clone(rows[i].Stops), func(c truce.CaseClock) bool { return c == truce.ClockNotify })
			}
			return rows
		},
	} {
		if len(holes(spoil(slices.Clone(Table)))) == 0 {
			t.Errorf("%s: the test sees nothing", name)
		}
	}
}

// TestWords: every state, step and clock is said in each language.
func TestWords(t *testing.T) {
	for _, l := range lang.Languages {
		p := lang.For(l)
		for prefix, words := range map[string][]string{"state": append([]string{"none"}, truce.CaseStates...), "step": truce.CaseSteps, "clock": truce.CaseClocks} {
			for _, w := range words {
				if s := p.Say(truce.Say("case-word." + prefix + "." + w)); s == "" || strings.Contains(s, "case-word") {
					t.Errorf("%s: %s %q is not said", l, prefix, w)
				}
			}
		}
	}
}

// page writes the table the way docs/reference/cases.md has it.
func page() string {
	var b strings.Builder
	join := func(n int, each func(i int) string, sep string) string {
		var list []string
		for i := range n {
			list = append(list, each(i))
		}
		return strings.Join(list, sep)
	}
	b.WriteString("| step | from | to | who may | needs | clocks | told |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, r := range Table {
		from := join(len(r.From), func(i int) string { return "`" + string(r.From[i]) + "`" }, " ")
		if from == "" {
			from = "no case"
		}
		to := "stays"
		if r.To == before {
			to = "as before"
		} else if r.To != "" {
			to = "`" + string(r.To) + "`"
		}
		who := join(len(r.By), func(i int) string {
			if x := r.By[i]; x.As != AsProgram {
				return join(len(x.Offices), func(k int) string { return x.Offices[k].String() }, " or ") + " of " + string(x.As)
			}
			return string(AsProgram)
		}, "; ")
		needs := join(len(r.Needs), func(i int) string { return r.Needs[i].Code }, ", ")
		clocks := strings.Join(slices.DeleteFunc([]string{
			join(len(r.Starts), func(i int) string { return "starts " + string(r.Starts[i]) }, ", "),
			join(len(r.Stops), func(i int) string { return "stops " + string(r.Stops[i]) }, ", "),
			join(len(r.StopsOwn), func(i int) string { return "stops own " + string(r.StopsOwn[i]) }, ", ")}, func(s string) bool { return s == "" }), ", ")
		told := join(len(r.Tells), func(i int) string { return string(r.Tells[i]) }, ", ")
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", r.Step, from, to, who, needs, clocks, told)
	}
	b.WriteString("\n| need | what must be so |\n| --- | --- |\n")
	var seen []string
	for _, r := range Table {
		for _, n := range r.Needs {
			if !slices.Contains(seen, n.Code) {
				seen = append(seen, n.Code)
				fmt.Fprintf(&b, "| `%s` | %s |\n", n.Code, n.Says)
			}
		}
	}
	return b.String()
}

// TestPage: the reference has the table as it is.
func TestPage(t *testing.T) {
	const name, begins, ends = "../../docs/reference/cases.md", "<!-- the table: made from internal/casefile/table.go -->\n\n", "\n<!-- end of the table -->\n"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), begins)
	table, tail, ok2 := strings.Cut(rest, ends)
	if !ok || !ok2 {
		t.Fatal("the page has no place for the table")
	}
	if table != page() {
		if *update {
			if err := os.WriteFile(name, []byte(head+begins+page()+ends+tail), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		t.Errorf("the table of %s is not that of the program; run with -update if the change is meant\n%s", name, page())
	}
	for _, s := range truce.CaseStates {
		if !strings.Contains(head+tail, "| `"+s+"` |") {
			t.Errorf("the page does not explain the state %s", s)
		}
	}
}

// TestAnyOrder takes steps in any order by anybody, and what always holds always holds.
func TestAnyOrder(t *testing.T) {
	people := []truce.Author{room, patrol, otherOne, north, south, river, hill, coast, analyst, node, {}}
	reached := map[truce.CaseState]int{}
	rapid.Check(t, func(rt *rapid.T) {
		l := begin(t)
		l.t = failer{t, rt}
		extra := 0
		if rapid.Bool().Draw(rt, "far along") {
			l.toSignOff()
		}
		for range rapid.IntRange(1, 90).Draw(rt, "steps") {
			if rapid.IntRange(0, 9).Draw(rt, "wait") == 0 {
				l.after(time.Duration(rapid.IntRange(1, 60).Draw(rt, "hours")) * time.Hour)
				if rapid.Bool().Draw(rt, "the program looks") {
					l.silences()
				}
			}
			who := rapid.SampledFrom(people).Draw(rt, "who")
			step := truce.CaseStep(rapid.SampledFrom(truce.CaseSteps).Draw(rt, "step"))
			if rapid.IntRange(0, 9).Draw(rt, "as offered") > 0 {
				who, step = offered(rt, l, people)
			}
			old, _ := l.book.Case(id)
			may := l.book.May(id, who, step, l.now)
			extra++
			err := l.step(who, fill(rt, l, who, step, extra))
			c, there := l.book.Case(id)
			if err != nil {
				if !reflect.DeepEqual(old, c) {
					rt.Fatalf("%s was refused and changed the case", step)
				}
				continue
			}
			if may != nil {
				rt.Fatalf("%s by %s: refused when asked (%s), and taken", step, who.Body, may.Code())
			}
			if !there {
				rt.Fatal("no case")
			}
			holds(rt, l, old, c, who, step)
			reached[c.State]++
		}
		l.replay()
	})
	for _, s := range truce.CaseStates {
		if reached[truce.CaseState(s)] == 0 {
			t.Errorf("no case came to %s: the test walks too short a way", s)
		}
	}
	t.Log(reached)
}

// failer lets the helpers of a life fail a property.
type failer struct {
	testing.TB
	rt *rapid.T
}

func (f failer) Helper()                   {}
func (f failer) Fatal(args ...any)         { f.rt.Fatal(args...) }
func (f failer) Fatalf(s string, a ...any) { f.rt.Fatalf(s, a...) }

// offered picks a step that somebody is offered.
func offered(rt *rapid.T, l *life, people []truce.Author) (truce.Author, truce.CaseStep) {
	type choice struct {
		who  truce.Author
		step truce.CaseStep
	}
	var list []choice
	for _, p := range people {
		for _, o := range l.book.Next(id, p, l.now) {
			if o.Refused == nil {
				list = append(list, choice{p, o.Step})
				switch o.Step { // rather onwards than round in circles
				case truce.StepSupersede, truce.StepDuplicate, truce.StepSuspend, truce.StepReopen, truce.StepCite, truce.StepComment:
				default:
					list = append(list, slices.Repeat([]choice{{p, o.Step}}, 5)...)
				}
			}
		}
	}
	c := rapid.SampledFrom(list).Draw(rt, "offered")
	return c.who, c.step
}

// fill gives a step what it mostly needs.
func fill(rt *rapid.T, l *life, who truce.Author, step truce.CaseStep, extra int) record.Step {
	some := func(what string) bool { return rapid.IntRange(0, 9).Draw(rt, what) > 0 }
	s := record.Step{Step: step}
	c, there := l.book.Case(id)
	if some("text") {
		s.Text = "x"
	}
	if some("records") && step != truce.StepOpen || rapid.Bool().Draw(rt, "record to open") {
		s.Cites = []truce.RecordID{truce.RecordID(fmt.Sprintf("r-new%d", extra))}
	}
	switch step {
	case truce.StepOpen:
		s.Rule = "ceasefire"
	case truce.StepNotify:
		s.Parties = []truce.BodyID{"north", "river"}
	case truce.StepTask:
		s.Team = rapid.SampledFrom([]truce.BodyID{"team-2", "team-3", "north", ""}).Draw(rt, "team")
	case truce.StepFind, truce.StepSupersede:
		s.Finding = &record.Finding{Occurrence: truce.Occurrence(rapid.IntRange(0, 2).Draw(rt, "occurrence")), Standard: "balance-of-probabilities", Confidence: "low"}
	case truce.StepAttribute:
		s.Attribution = &record.Attribution{Result: truce.AttributionParty, By: []truce.ActorID{rapid.SampledFrom([]truce.ActorID{"third-brigade", "south", "raiders"}).Draw(rt, "by")}, Standard: "balance-of-probabilities", Confidence: "low"}
		if rapid.Bool().Draw(rt, "naming") {
			s.Parties = []truce.BodyID{"south", "hill"}
		}
	case truce.StepSign, truce.StepDissent:
		if there {
			if f := c.Standing(); f != nil && some("of the standing one") {
				s.Of = f.Number
			}
		}
	case truce.StepPublish:
		s.Tier = truce.TierParticipants
	case truce.StepDuplicate:
		s.Other = "2030-0002"
		if _, ok := l.book.Case(s.Other); !ok {
			other := opens
			other.Case = s.Other
			l.must(south, other)
		}
	case truce.StepSilence:
		s.Clock, s.Body = truce.ClockResponse, "north"
	}
	return s
}

// holds checks what a step that was taken leaves true.
func holds(rt *rapid.T, l *life, old, c *Case, who truce.Author, step truce.CaseStep) {
	if old == nil {
		if step != truce.StepOpen {
			rt.Fatalf("a case began with %s", step)
		}
		return
	}
	if old.State == truce.CaseClosed && step != truce.StepReopen {
		rt.Fatalf("%s came after the end", step)
	}
	if len(c.Steps) != len(old.Steps)+1 || !reflect.DeepEqual(c.Steps[:len(old.Steps)], old.Steps) {
		rt.Fatal("a step changed what was done before")
	}
	standing := 0
	for i, f := range c.Findings {
		if f.Superseded == 0 {
			standing++
		}
		if f.Attribution != nil {
			if f.Occurrence != truce.OccurrenceConfirmed {
				rt.Fatal("what was not confirmed is attributed")
			}
			for _, a := range f.Attribution.By {
				for _, body := range l.book.rules(c.Version).answering(a) {
					if !c.Names(body) {
						rt.Fatalf("%s is named and %s is no party", a, body)
					}
				}
			}
		}
		if len(f.Cites) == 0 || f.Standard == "" || f.Confidence == "" {
			rt.Fatalf("a finding without ground: %+v", f)
		}
		if i >= len(old.Findings) {
			continue
		}
		was := old.Findings[i]
		if was.Finding != f.Finding || was.Number != f.Number || !slices.Equal(was.Cites, f.Cites) || was.Attribution != nil && !reflect.DeepEqual(was.Attribution, f.Attribution) ||
			was.Published != 0 && was.Published != f.Published || was.Superseded != 0 && was.Superseded != f.Superseded {
			rt.Fatalf("a finding was edited: %+v, then %+v", was, f)
		}
		for _, w := range was.Words {
			if now, ok := f.Word(w.Body); !ok || w.Step != truce.StepSilence && now != w {
				rt.Fatalf("the word of %s was lost", w.Body)
			}
		}
	}
	if len(c.Findings) > 0 && standing != 1 {
		rt.Fatalf("%d findings stand", standing)
	}
	f := c.Standing()
	switch {
	case c.State == truce.CaseSignOff && old.State != c.State:
		for _, p := range c.Parties {
			if max(p.Answered, p.Silent) <= f.Shared || p.Told < f.Number {
				rt.Fatalf("%s was not told, or neither spoke nor was silent: %+v", p.Body, p)
			}
		}
	case c.State == truce.CasePublished && old.State != c.State:
		if signed, spoke := 0, len(f.Words); spoke < 2 {
			rt.Fatalf("published on %d words, %d signatures", spoke, signed)
		}
	case c.State == truce.CaseFinding && old.State != c.State:
		if len(c.Parties) == 0 || c.Parties[0].Told == 0 {
			rt.Fatal("a finding before anybody was told")
		}
	}
	for _, k := range c.Clocks {
		if k.Due <= k.From || c.State == truce.CaseClosed {
			rt.Fatalf("a clock runs on: %+v", k)
		}
	}
	if step == truce.StepSilence && who.Person != "" {
		rt.Fatal("somebody recorded a silence")
	}
}
