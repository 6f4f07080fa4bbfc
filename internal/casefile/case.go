package casefile

import (
	"slices"

	"truce"
	"truce/internal/record"
)

// Case is the file of one suspected breach, as the records so far have made it. A [Book] makes it; readers change nothing.
type Case struct {
	ID truce.CaseID
	// Version is the version of the agreement it was opened under. Its procedure holds to the end.
	Version   truce.VersionID
	Rule      truce.RuleID
	Article   truce.ArticleID
	Kind      string // of incident, where that was said
	Simulated bool
	State     truce.CaseState
	// Before is the state in which it was suspended.
	Before truce.CaseState
	// Complainant opened it by complaint; "" where the mechanism did, or the outcome of a rule.
	Complainant truce.BodyID
	Parties     []Party
	Team        truce.BodyID
	Cites       []truce.RecordID // every record that a step cited, in order
	Steps       []Done
	Findings    []Found
	Clocks      []Clock // running, in order of their start
	Silences    []Silence
	DuplicateOf truce.CaseID
}

// Party is a participant that the case names.
type Party struct {
	Body truce.BodyID
	// Told, Answered and Silent are numbers of steps, 0 for never: when it was last told, and how it used the floor that the sharing
	// of the standing finding gave it.
	Told, Answered, Silent int
}

// Done is a step that was taken.
type Done struct {
	Number int
	Step   truce.CaseStep
	State  truce.CaseState // after it
	Record truce.RecordID
	Seq    truce.Seq
	Author truce.Author
	At     truce.Instant
}

// Found is a finding with what people did with it. It is never edited; another one supersedes it.
type Found struct {
	Number int // of the step that made it
	record.Finding
	Cites       []truce.RecordID
	Attribution *Attributed // nil until there is one
	Shared      int         // number of the step that gave the parties the floor
	Words       []Word
	Published   int // number of the step that published it
	Tier        truce.Tier
	Superseded  int // number of the step that superseded it
}

// Attributed is an attribution of a finding.
type Attributed struct {
	Number int
	record.Attribution
	Cites []truce.RecordID
}

// Word is what a signatory said of a finding.
type Word struct {
	Body   truce.BodyID
	Number int            // of the step
	Step   truce.CaseStep // sign, dissent or silence
}

// Silence is a clock that ran out.
type Silence struct {
	Clock  truce.CaseClock
	Body   truce.BodyID // "" where it was the mechanism's
	Number int          // of the step that recorded it
}

// Last is the number of the case's last step: what a step must name.
func (c *Case) Last() int { return len(c.Steps) }

// Standing gives the finding that stands, nil if there is none.
func (c *Case) Standing() *Found {
	for i := range c.Findings {
		if c.Findings[i].Superseded == 0 {
			return &c.Findings[i]
		}
	}
	return nil
}

// Names reports whether the case names a body.
func (c *Case) Names(body truce.BodyID) bool { return c.party(body) != nil }

func (c *Case) party(body truce.BodyID) *Party {
	for i := range c.Parties {
		if c.Parties[i].Body == body {
			return &c.Parties[i]
		}
	}
	return nil
}

// Word gives what a signatory said of the finding; ok is false where it has not spoken.
func (f *Found) Word(body truce.BodyID) (w Word, ok bool) {
	i := slices.IndexFunc(f.Words, func(w Word) bool { return w.Body == body })
	if i < 0 {
		return Word{}, false
	}
	return f.Words[i], true
}

// take changes the case by a step that has been checked.
func (c *Case) take(g *rules, row Row, r *truce.Record, s record.Step) {
	n, at := len(c.Steps)+1, timeOf(r)
	for _, id := range s.Cites {
		if !slices.Contains(c.Cites, id) {
			c.Cites = append(c.Cites, id)
		}
	}
	for _, body := range s.Parties {
		if !c.Names(body) {
			c.Parties = append(c.Parties, Party{Body: body})
		}
	}
	c.stop(row, r.Author.Body)
	f := c.Standing()
	switch s.Step {
	case truce.StepNotify:
		c.tell(n)
	case truce.StepTask:
		c.Team = s.Team
	case truce.StepSuspend:
		c.Before = c.State
	case truce.StepSupersede, truce.StepFind:
		if f != nil {
			f.Superseded = n
		}
		for i := range c.Parties {
			c.Parties[i].Answered, c.Parties[i].Silent = 0, 0
		}
		c.Findings = append(c.Findings, Found{Number: n, Finding: *s.Finding, Cites: s.Cites})
	case truce.StepAttribute:
		f.Attribution = &Attributed{n, *s.Attribution, s.Cites}
	case truce.StepShare:
		f.Shared = n
		c.tell(n)
	case truce.StepRespond:
		if f != nil && f.Shared > 0 {
			c.party(r.Author.Body).Answered = n
		}
	case truce.StepSign, truce.StepDissent:
		f.Words = slices.DeleteFunc(f.Words, func(w Word) bool { return w.Body == r.Author.Body }) // only silence can have been there
		f.Words = append(f.Words, Word{r.Author.Body, n, s.Step})
	case truce.StepPublish:
		f.Published, f.Tier = n, s.Tier
	case truce.StepDuplicate:
		c.DuplicateOf = s.Other
	case truce.StepSeparate, truce.StepReopen:
		c.DuplicateOf = ""
	case truce.StepSilence:
		c.silence(s, n)
	}
	switch row.To {
	case "":
	case before:
		c.State, c.Before = c.Before, ""
	default:
		c.State = row.To
		if s.Step != truce.StepSuspend {
			c.Before = ""
		}
	}
	for _, clock := range row.Starts {
		c.start(g, clock, n, at)
	}
	c.Steps = append(c.Steps, Done{n, s.Step, c.State, r.ID, r.Seq, r.Author, at})
}

func (c *Case) tell(n int) {
	for i := range c.Parties {
		c.Parties[i].Told = n
	}
}

func (c *Case) silence(s record.Step, n int) {
	c.Clocks = slices.DeleteFunc(c.Clocks, func(k Clock) bool { return k.Clock == s.Clock && k.Body == s.Body })
	c.Silences = append(c.Silences, Silence{s.Clock, s.Body, n})
	switch s.Clock {
	case truce.ClockResponse:
		c.party(s.Body).Silent = n
	case truce.ClockSignOff:
		f := c.Standing()
		f.Words = append(f.Words, Word{s.Body, n, truce.StepSilence})
	}
}

// start sets a clock going: of each party, each signatory, or the mechanism itself.
func (c *Case) start(g *rules, clock truce.CaseClock, n int, at truce.Instant) {
	limit := g.a.Limit(clock)
	if limit == 0 {
		return
	}
	k := Clock{Case: c.ID, Clock: clock, Step: n, From: at, Due: at.Add(limit)}
	bodies := []truce.BodyID{""}
	switch clock {
	case truce.ClockResponse:
		bodies = nil
		for _, p := range c.Parties {
			bodies = append(bodies, p.Body)
		}
	case truce.ClockSignOff:
		bodies = g.signatories
	}
	for _, k.Body = range bodies {
		c.Clocks = append(c.Clocks, k)
	}
}

// stop ends clocks: those of everybody, and those of the author alone.
func (c *Case) stop(row Row, author truce.BodyID) {
	c.Clocks = slices.DeleteFunc(c.Clocks, func(k Clock) bool {
		return slices.Contains(row.Stops, k.Clock) || slices.Contains(row.StopsOwn, k.Clock) && k.Body == author
	})
}

// clone copies the case, so that a reader keeps what it was given.
func (c *Case) clone() *Case {
	out := *c
	out.Parties, out.Cites, out.Steps = slices.Clone(c.Parties), slices.Clone(c.Cites), slices.Clone(c.Steps)
	out.Findings, out.Clocks, out.Silences = slices.Clone(c.Findings), slices.Clone(c.Clocks), slices.Clone(c.Silences)
	for i := range out.Findings {
		out.Findings[i].Words = slices.Clone(out.Findings[i].Words)
	}
	return &out
}
