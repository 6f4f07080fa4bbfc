package casefile

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/record"
)

func (l *life) after(d time.Duration) { l.now = l.now.Add(d) }

func finding(o truce.Occurrence) record.Step {
	s := finds
	s.Finding = &record.Finding{Occurrence: o, Standard: "balance-of-probabilities", Confidence: "low"}
	return s
}

// anew makes a finding that supersedes one.
func anew(s record.Step) record.Step { s.Step = truce.StepSupersede; return s }

// TestLives are whole lives of cases, each ending in a state, with what stays on the file.
func TestLives(t *testing.T) {
	for _, x := range []struct {
		name, edit, to string
		live           func(l *life)
		state          truce.CaseState
		file           func(c *Case) bool
	}{
		{name: "not confirmed: the parties have the floor, nobody is named", live: func(l *life) {
			l.must(south, opens)
			l.must(room, registers)
			l.must(room, notifies)
			l.must(room, assesses)
			l.must(room, finding(truce.OccurrenceNotConfirmed)) // on what is at hand, without a visit
			l.refused("nothing-to-attribute", room, attributes)
			l.must(room, shares)
			l.must(north, responds)
			l.refused("not-heard", room, submits)
			l.must(river, responds)
			l.must(room, submits)
			l.must(river, signs(5))
			l.must(hill, signs(5))
			l.must(room, publishes)
			l.must(room, closes)
		}, state: truce.CaseClosed, file: func(c *Case) bool {
			return c.Standing().Occurrence == truce.OccurrenceNotConfirmed && c.Standing().Attribution == nil
		}},
		{name: "undetermined, and nobody is named without being heard", live: func(l *life) {
			l.toFinding()
			l.refused("attribute-first", room, shares)
			by := func(a truce.ActorID, parties ...truce.BodyID) record.Step {
				s := attributes
				s.Attribution = &record.Attribution{Result: truce.AttributionParty, By: []truce.ActorID{a}, Standard: "balance-of-probabilities", Confidence: "low"}
				s.Parties = parties
				return s
			}
			l.refused("not-named", room, by("south"))
			l.refused("not-named", room, by("south", "hill"))
			l.refused("unknown-actor", room, by("east"))
			l.must(room, by("south", "south", "hill"))
			l.must(room, anew(finding(truce.OccurrenceUndetermined)))
			l.must(room, shares)
			for _, who := range []truce.Author{north, south, river, hill} {
				l.refused("not-heard", room, submits)
				l.must(who, responds)
			}
			l.must(room, submits)
		}, state: truce.CaseSignOff, file: func(c *Case) bool {
			return len(c.Findings) == 2 && c.Findings[0].Attribution != nil && c.Standing().Occurrence == truce.OccurrenceUndetermined && len(c.Parties) == 4
		}},
		{name: "by nobody the agreement binds", live: func(l *life) {
			l.toFinding()
			s := attributes
			s.Attribution = &record.Attribution{Result: truce.AttributionNone, Standard: "balance-of-probabilities", Confidence: "low"}
			s.Cites = nil
			l.refused("no-records", room, s)
			s.Cites = attributes.Cites
			l.must(room, s)
		}, state: truce.CaseAttribution},
		{name: "no access, then access", live: func(l *life) {
			l.must(room, record.Step{Step: truce.StepOpen, Article: "1", Text: "smoke was seen"})
			l.must(room, registers)
			l.refused("no-parties", room, registersAs(truce.StepNotify))
			l.must(room, record.Step{Step: truce.StepNotify, Parties: []truce.BodyID{"north", "south"}})
			l.must(room, assesses)
			l.must(room, tasks)
			l.refused("no-right", otherOne, verifies)
			l.must(patrol, verifies)
			l.must(patrol, record.Step{Step: truce.StepSuspend, Text: "turned back at the bridge", Cites: []truce.RecordID{"r-restriction"}})
			l.is(truce.CaseSuspended)
			l.after(30 * 24 * time.Hour)
			if n := l.silences(); n != 0 {
				l.t.Errorf("%d clocks ran out while nobody could get there", n)
			}
			l.refused("wrong-state", patrol, verifies)
			l.must(patrol, record.Step{Step: truce.StepResume})
			l.is(truce.CaseVerifying)
			l.after(5*24*time.Hour - time.Millisecond)
			if n := l.silences(); n != 0 {
				l.t.Errorf("%d clocks ran out too early", n)
			}
			l.after(time.Millisecond)
			if n := l.silences(); n != 1 {
				l.t.Errorf("%d clocks ran out, not the verification's", n)
			}
			l.must(room, finding(truce.OccurrenceConfirmed))
		}, state: truce.CaseFinding, file: func(c *Case) bool {
			return c.Complainant == "" && c.Silences[0].Clock == truce.ClockVerification && slices.Contains(c.Cites, "r-restriction")
		}},
		{name: "no access to the end: undetermined", live: func(l *life) {
			l.must(node, record.Step{Step: truce.StepOpen, Rule: "ceasefire", Cites: []truce.RecordID{"r-outcome"}})
			l.must(room, registers)
			l.must(room, record.Step{Step: truce.StepNotify, Parties: []truce.BodyID{"north"}})
			l.must(room, assesses)
			l.must(room, tasks)
			l.must(room, record.Step{Step: truce.StepSuspend, Text: "the road is mined"})
			l.must(room, finding(truce.OccurrenceUndetermined))
		}, state: truce.CaseFinding},
		{name: "a duplicate, and not one after all", live: func(l *life) {
			l.must(south, opens)
			other := opens
			other.Case = "2030-0002"
			l.must(hill, other)
			dup := record.Step{Step: truce.StepDuplicate, Other: "2030-0002", Text: "the same shells"}
			l.refused("no-other", room, record.Step{Step: truce.StepDuplicate, Other: id, Text: "of itself"})
			l.refused("no-other", room, record.Step{Step: truce.StepDuplicate, Other: "2030-0009", Text: "of nothing"})
			l.refused("no-right", south, dup)
			l.must(room, dup)
			l.is(truce.CaseDuplicate)
			back := record.Step{Case: "2030-0002", Step: truce.StepDuplicate, Other: id, Text: "in a circle"}
			l.refused("no-other", room, back)
			l.refused("no-right", north, record.Step{Step: truce.StepSeparate, Text: "no"})
			l.must(south, record.Step{Step: truce.StepSeparate, Text: "another village"})
			l.must(room, notifies)
		}, state: truce.CaseNotified, file: func(c *Case) bool { return c.DuplicateOf == "" }},
		{name: "published with dissent", live: func(l *life) {
			l.toSignOff()
			l.refused("other-finding", river, signs(6))
			l.must(hill, signs(7))
			l.refused("no-text", river, record.Step{Step: truce.StepDissent, Of: 7})
			l.refused("not-settled", room, publishes)
			l.must(river, dissents(7))
			l.refused("spoken", river, signs(7))
			l.refused("no-right", north, signs(7))
			l.refused("no-right", room, signs(7))
			l.refused("no-right", hill, publishes)
			device := hill
			device.Vouch = truce.VouchToken
			l.refused("no-right", device, signs(7))
			l.must(room, publishes)
		}, state: truce.CasePublished, file: func(c *Case) bool {
			w, spoke := c.Standing().Word("river")
			return spoke && w.Step == truce.StepDissent && w.Number == 14
		}},
		{name: "a quorum of one, and the other's dissent comes later", edit: "procedure:\n|procedure:\n  sign_off: {at_least: 1}\n", live: func(l *life) {
			l.toSignOff()
			l.must(hill, signs(7))
			l.must(room, publishes)
			l.must(river, dissents(7))
			l.must(room, closes)
			l.refused("wrong-state", river, dissents(7))
		}, state: truce.CaseClosed, file: func(c *Case) bool { return len(c.Standing().Words) == 2 }},
		{name: "who publishes is named", edit: "procedure:\n|procedure:\n  published_by: [hill]\n", live: func(l *life) {
			l.toSignOff()
			l.must(river, signs(7))
			l.must(hill, signs(7))
			l.refused("no-right", room, publishes)
			l.refused("no-right", river, publishes)
			l.refused("no-tier", hill, record.Step{Step: truce.StepPublish})
			l.must(hill, publishes)
		}, state: truce.CasePublished},
		{name: "who may open is named", edit: "procedure:\n|procedure:\n  opened_by: [north]\n", live: func(l *life) {
			l.refused("no-right", south, opens)
			l.refused("no-right", coast, opens)
			l.must(north, opens)
		}, state: truce.CaseAlleged},
		{name: "silence to the end", live: func(l *life) {
			l.must(south, opens)
			l.must(room, registers)
			l.after(2*time.Hour - time.Millisecond)
			l.refused("not-run-out", node, record.Step{Step: truce.StepSilence, Clock: truce.ClockNotify})
			l.after(time.Millisecond)
			l.silences()
			l.must(room, notifies)
			l.after(24 * time.Hour)
			l.silences()
			l.must(room, assesses)
			l.must(room, finds)
			l.must(room, attributes)
			l.must(room, shares)
			l.must(north, responds)
			l.after(48 * time.Hour)
			if n := l.silences(); n != 1 {
				l.t.Errorf("%d parties are silent", n)
			}
			l.must(room, submits)
			l.must(hill, signs(7))
			l.after(72 * time.Hour)
			l.silences()
			l.must(room, publishes)
			l.must(river, signs(7)) // silence is not a word; its own comes late and is kept
		}, state: truce.CasePublished, file: func(c *Case) bool {
			var list []string
			for _, s := range c.Silences {
				list = append(list, string(s.Clock)+" "+string(s.Body))
			}
			w, _ := c.Standing().Word("river")
			return strings.Join(list, ", ") == "notify , assessment , response river, sign-off river" && w.Step == truce.StepSign
		}},
		{name: "no clock: nobody is passed over", edit: "{verification: 5 days|{response: none, verification: 5 days", live: func(l *life) {
			l.toFinding()
			l.must(room, attributes)
			l.must(room, shares)
			l.must(north, responds)
			l.after(1000 * 24 * time.Hour)
			l.silences()
			l.refused("not-heard", room, submits)
			l.must(river, responds)
			l.must(room, submits)
		}, state: truce.CaseSignOff},
		{name: "reopened on new evidence, and superseded", live: func(l *life) {
			l.toSignOff()
			l.must(hill, signs(7))
			l.must(river, signs(7))
			l.must(room, publishes)
			l.must(room, closes)
			reopen := record.Step{Step: truce.StepReopen, Cites: []truce.RecordID{"r-obs1"}, Text: "there is more"}
			l.refused("no-new-record", north, reopen)
			reopen.Cites = []truce.RecordID{"r-obs1", "r-late"}
			l.must(north, reopen)
			l.refused("wrong-state", room, finds)
			l.must(room, record.Step{Step: truce.StepNotify})
			l.must(room, assesses)
			l.refused("finding-stands", room, finds)
			l.must(room, anew(finding(truce.OccurrenceNotConfirmed)))
			l.must(room, shares)
			l.refused("not-heard", room, submits) // earlier answers were to another finding
			l.must(north, responds)
			l.must(river, responds)
			l.must(room, submits)
			l.refused("other-finding", river, signs(7))
			n := l.cases().Standing().Number
			l.must(river, signs(n))
			l.must(hill, signs(n))
			l.must(room, publishes)
		}, state: truce.CasePublished, file: func(c *Case) bool {
			old := c.Findings[0]
			return len(c.Findings) == 2 && old.Occurrence == truce.OccurrenceConfirmed && old.Superseded == c.Findings[1].Number && old.Published > 0 &&
				len(old.Words) == 2 && old.Attribution != nil && len(c.Findings[1].Words) == 2
		}},
		{name: "superseded before it is signed: signatures begin anew", live: func(l *life) {
			l.toSignOff()
			l.must(river, signs(7))
			l.must(room, anew(finds))
			l.must(room, attributes)
			l.must(room, shares)
			l.refused("not-heard", room, submits)
		}, state: truce.CaseResponses, file: func(c *Case) bool {
			return len(c.Findings[0].Words) == 1 && len(c.Standing().Words) == 0 && len(c.Clocks) == 2
		}},
		{name: "what is declared may be said, and nothing else", live: func(l *life) {
			l.must(south, opens)
			l.must(room, registers)
			l.must(room, notifies)
			l.must(room, assesses)
			s := finds
			s.Cites = nil
			l.refused("no-records", room, s)
			s.Cites = finds.Cites
			for _, f := range []record.Finding{{Standard: "gut-feeling", Confidence: "high"}, {Standard: "balance-of-probabilities", Confidence: "sure"},
				{Standard: "balance-of-probabilities", Confidence: "high", Severity: "epic"}} {
				s.Finding = &f
				l.refused("undeclared", room, s)
			}
			s.Finding = nil
			l.refused("no-finding-given", room, s)
			sneak := record.Step{Step: truce.StepComment, Text: "by the way", Finding: finds.Finding}
			l.refused("stray", north, sneak)
			l.refused("stray", north, record.Step{Step: truce.StepRespond, Text: "and", Parties: []truce.BodyID{"south"}})
			l.refused("no-right", analyst, record.Step{Step: truce.StepComment, Text: "well"})
			l.must(coast, record.Step{Step: truce.StepComment, Text: "we heard it too"})
		}, state: truce.CaseAssessed},
		{name: "a standard for another kind", live: func(l *life) {
			s := opens
			s.Kind = "sniper-fire"
			l.must(south, s)
			l.must(room, registers)
			l.must(room, notifies)
			l.must(room, assesses)
			l.refused("undeclared", room, finds)
			l.must(room, finding(truce.OccurrenceConfirmed))
		}, state: truce.CaseFinding},
		{name: "an exercise stays one", live: func(l *life) {
			s := opens
			s.Simulated = true
			l.must(south, s)
			l.refused("exercise", room, registers)
			l.must(room, record.Step{Step: truce.StepRegister, Simulated: true})
		}, state: truce.CaseRegistered, file: func(c *Case) bool { return c.Simulated }},
		{name: "the program shows a late report on the case", live: func(l *life) {
			l.must(south, opens)
			l.refused("no-new-record", node, record.Step{Step: truce.StepCite, Cites: []truce.RecordID{"r-obs1"}})
			l.must(node, record.Step{Step: truce.StepCite, Cites: []truce.RecordID{"r-obs1", "r-outcome2"}})
			l.refused("not-run-out", node, record.Step{Step: truce.StepSilence, Clock: truce.ClockNotify})
			l.refused("no-right", room, record.Step{Step: truce.StepSilence, Clock: truce.ClockNotify})
			l.refused("no-right", node, registers)
		}, state: truce.CaseAlleged, file: func(c *Case) bool { return len(c.Cites) == 2 && len(c.Steps) == 2 }},
		{name: "what a case is about", live: func(l *life) {
			l.refused("no-subject", south, record.Step{Step: truce.StepOpen, Text: "x"})
			l.refused("unknown-subject", south, record.Step{Step: truce.StepOpen, Rule: "tea", Text: "x"})
			l.refused("unknown-subject", south, record.Step{Step: truce.StepOpen, Rule: "ceasefire", Article: "2", Text: "x"})
			l.refused("no-ground", south, record.Step{Step: truce.StepOpen, Rule: "ceasefire"})
			l.refused("unknown-kind", south, record.Step{Step: truce.StepOpen, Rule: "ceasefire", Kind: "rain", Text: "x"})
			l.refused("no-participant", south, record.Step{Step: truce.StepOpen, Rule: "ceasefire", Parties: []truce.BodyID{"mission"}, Text: "x"})
			l.refused("no-such-case", room, record.Step{Step: truce.StepRegister, Last: 1})
			l.must(south, opens)
			l.refused("number-taken", south, opens)
		}, state: truce.CaseAlleged},
	} {
		t.Run(x.name, func(t *testing.T) {
			was, is, _ := strings.Cut(x.edit, "|")
			if x.edit == "" {
				was = "\x00"
			}
			l := begin(t, was, is)
			x.live(l)
			l.is(x.state)
			if c, _ := l.book.Case(id); x.file != nil && !x.file(c) {
				t.Errorf("the file is not as it should be: %+v", c)
			}
			l.replay()
		})
	}
}

func registersAs(s truce.CaseStep) record.Step { return record.Step{Step: s} }

func (l *life) cases() *Case {
	c, _ := l.book.Case(id)
	return c
}

// TestStale: a step made on an older state is refused with the steps since, and nothing changes.
func TestStale(t *testing.T) {
	l := begin(t)
	l.must(south, opens)
	l.must(room, registers)
	l.must(room, notifies)
	late := notifies
	late.Last = 1
	err := l.step(room, late)
	var stale *Stale
	if !errors.As(err, &stale) || truce.KindOf(err) != truce.Conflict || len(stale.Since) != 2 || stale.Since[0].Step != truce.StepRegister || stale.Since[1].Number != 3 {
		t.Fatal(err)
	}
	if got := err.Error(); got != "casefile.Apply: 2030-0001: the case changed meanwhile: 2 register, 3 notify" {
		t.Error(got)
	}
	late.Last = 9
	if err := l.step(room, late); truce.KindOf(err) != truce.Conflict {
		t.Error(err)
	}
	l.replay()
}

// TestMay: what is offered can be done, and what is not is said.
func TestMay(t *testing.T) {
	l := begin(t)
	if why := l.book.May(id, south, truce.StepOpen, l.now); why != nil {
		t.Error(why)
	}
	if why := l.book.May(id, south, truce.StepRespond, l.now); why.Code() != "no-such-case" {
		t.Error(why)
	}
	l.toSignOff()
	for _, x := range []struct {
		who  truce.Author
		want string
	}{
		{north, "open: number-taken, respond(text), remedy: wrong-state, reopen: wrong-state, cite(new-record), comment(text)"},
		{river, "open: number-taken, respond(text), sign(of), dissent(of text), remedy: wrong-state, reopen: wrong-state, cite(new-record), comment(text)"},
		{hill, "open: number-taken, sign(of), dissent(of text), reopen: wrong-state, comment(text)"},
		{patrol, "verify: wrong-state, suspend: wrong-state, resume: wrong-state, cite(new-record)"},
		{otherOne, "cite(new-record)"},
		{coast, "comment(text)"},
		{node, "open: number-taken, cite(new-record), silence(ran-out)"},
		{analyst, ""},
		{truce.Author{}, ""},
	} {
		var list []string
		for _, o := range l.book.Next(id, x.who, l.now) {
			s := string(o.Step)
			if o.Refused != nil {
				s += ": " + o.Refused.Code()
			} else if len(o.Needs) > 0 {
				s += "(" + strings.Join(o.Needs, " ") + ")"
			}
			list = append(list, s)
		}
		if got := strings.Join(list, ", "); got != x.want {
			t.Errorf("%s %s:\n%s\nnot\n%s", x.who.Body, x.who.Office, got, x.want)
		}
	}
	if why := l.book.May(id, room, truce.StepPublish, l.now); why == nil || why.Error() != "signatures: 0 of 2; these have not spoken yet: river and hill" {
		t.Error(why)
	}
}

// TestTold: who is told of what.
func TestTold(t *testing.T) {
	l := begin(t)
	for i, x := range []struct {
		who  truce.Author
		step record.Step
		want string
	}{
		{south, opens, ""}, {room, registers, "south"}, {room, notifies, "north river south"}, {room, assesses, ""}, {room, tasks, "team-2"}, {patrol, verifies, ""},
		{room, finds, ""}, {room, attributes, ""}, {room, shares, "north river south"}, {north, responds, ""}, {river, responds, ""}, {room, submits, "river hill"},
		{river, dissents(7), "hill"}, {hill, signs(7), ""}, {room, publishes, "north south river hill coast"}, {north, remedies, "south river hill"},
	} {
		l.must(x.who, x.step)
		var list []string
		for _, b := range l.book.Told(id) {
			list = append(list, string(b))
		}
		if got := strings.Join(list, " "); got != x.want {
			t.Errorf("step %d, %s: %q is told, not %q", i+1, x.step.Step, got, x.want)
		}
	}
}

// TestVersions: a case goes on by the version it was opened under; the next one goes by the new.
func TestVersions(t *testing.T) {
	l := begin(t)
	l.must(south, opens)
	l.book.Adopt(planOf(t, `version: "1"`, `version: "2"`, "procedure:\n", "procedure:\n  opened_by: [north]\n"))
	l.must(room, registers)
	again := record.Step{Case: id, Step: truce.StepReopen, Last: 2}
	var why *Refusal
	for _, v := range []truce.VersionID{"1", "2", "9"} { // whatever version the author had in mind
		if err := l.book.Check(&truce.Record{Kind: truce.RecordStep, Version: v, Author: south}, again); !errors.As(err, &why) || why.Code() != "wrong-state" {
			t.Error(v, err)
		}
	}
	if got := l.book.rules(l.cases().Version).openers; len(got) != 4 {
		t.Error(got)
	}
	next := opens
	next.Case = l.book.NextID(2030)
	if next.Case != "2030-0002" || l.book.NextID(2031) != "2031-0001" {
		t.Error(next.Case)
	}
	d, err := next.Draft()
	if err != nil {
		t.Fatal(err)
	}
	d.Record.Author, d.Record.Version, d.Record.Received = south, "2", l.now
	if err := l.book.Check(&d.Record, next); truce.KindOf(err) != truce.Denied {
		t.Error(err)
	}
	d.Record.Version = "3"
	if err := l.book.Check(&d.Record, next); !errors.As(err, &why) || why.Code() != "no-such-version" {
		t.Error(err)
	}
}

// TestUnknownRecords: nothing is cited that the journal does not have.
func TestUnknownRecords(t *testing.T) {
	l := begin(t)
	l.book.Known = func(id truce.RecordID) bool { return id == "r-obs1" }
	l.must(south, opens)
	l.refused("unknown-record", node, record.Step{Step: truce.StepCite, Cites: []truce.RecordID{"r-nowhere"}})
}

func ask(to ...truce.BodyID) record.Query {
	return record.Query{At: start, Act: record.QueryAsks, To: to, Text: "was it yours?"}
}

func (l *life) query(who truce.Author, q record.Query) error {
	d, err := q.Draft()
	if err != nil {
		return err
	}
	return l.write(who, d)
}

// TestQueries: questions, notices of movement, their answers and silences.
func TestQueries(t *testing.T) {
	l := begin(t)
	check := func(code string, who truce.Author, q record.Query) {
		t.Helper()
		err := l.query(who, q)
		var why *Refusal
		if code == "" && err != nil || code != "" && (!errors.As(err, &why) || why.Code() != code) {
			t.Fatalf("%s by %s: %v, not %q", q.Act, who.Body, err, code)
		}
	}
	act := func(a record.QueryAct, of truce.RecordID) record.Query {
		return record.Query{At: l.now, Act: a, Of: of, Text: "so it is"}
	}
	check("no-right-query", patrol, ask("north"))
	check("no-right-query", coast, ask("north"))
	check("no-participant", south, ask("south"))
	check("no-participant", south, ask("mission"))
	check("no-such-case", south, record.Query{At: start, Act: record.QueryAsks, To: []truce.BodyID{"north"}, Case: "2030-0005", Text: "x"})
	check("", south, ask("north", "river"))
	const q truce.RecordID = "r-1"
	check("no-right-query", hill, act(record.QueryAnswers, q))
	check("no-right-query", room, act(record.QueryAnswers, q))
	check("other-query", north, act(record.QueryAcknowledges, q))
	check("no-such-query", north, act(record.QueryAnswers, "r-9"))
	l.after(71 * time.Hour)
	check("", north, act(record.QueryAnswers, q))
	check("answered", north, act(record.QueryAnswers, q))
	check("not-run-out", node, record.Query{At: l.now, Act: record.QuerySilence, Of: q, Body: "river"})
	if due := l.book.Due(l.now); len(due) != 0 {
		t.Error(due)
	}
	l.after(time.Hour)
	if n := l.silences(); n != 1 {
		t.Errorf("%d silences", n)
	}
	check("", river, act(record.QueryAnswers, q))
	got, _ := l.book.Query(q)
	if got.To[0].Answer != record.QueryAnswers || got.To[0].Silence != "" || got.To[1].Silence == "" || got.To[1].Answer != record.QueryAnswers {
		t.Errorf("%+v", got)
	}

	move := record.Query{At: l.now, Act: record.QueryNotifies, To: []truce.BodyID{"south", "hill", "coast"}, Text: "four lorries", Where: "the bridge", When: "tomorrow at noon"}
	check("no-right-query", room, move)
	check("", north, move)
	m := l.book.Queries()[1]
	check("other-query", south, act(record.QueryAnswers, m))
	check("", south, act(record.QueryObjects, m))
	check("", hill, act(record.QueryAcknowledges, m))
	check("no-right-query", analyst, act(record.QueryAcknowledges, m))
	check("no-right-query", river, act(record.QueryWithdraws, m))
	l.after(24 * time.Hour)
	if due := l.book.Due(l.now); len(due) != 1 || due[0].Body != "coast" || due[0].Clock != truce.ClockMovement {
		t.Errorf("%+v", due)
	}
	check("", north, act(record.QueryWithdraws, m))
	if due := l.book.Due(l.now); len(due) != 0 {
		t.Error("a notice that was withdrawn has a clock")
	}
	check("withdrawn", south, act(record.QueryAcknowledges, m))
	l.replay()
}
