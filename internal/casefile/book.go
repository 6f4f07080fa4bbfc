package casefile

import (
	"fmt"
	"slices"
	"strings"

	"truce"
	"truce/internal/lang"
	"truce/internal/record"
	"truce/terms"
)

// Book holds every case and query of a journal. It is made only by [Book.Adopt], [Book.Apply] and [Book.ApplyQuery], called with the
// journal's records in order; the same calls make the same book. One goroutine at a time.
type Book struct {
	// Known reports whether the journal has a record. A step that cites another is refused. Nil takes every citation.
	Known func(truce.RecordID) bool

	versions []*rules
	cases    map[truce.CaseID]*Case
	order    []truce.CaseID
	queries  map[truce.RecordID]*Query
	asked    []truce.RecordID
}

// NewBook gives a book without cases.
func NewBook(known func(truce.RecordID) bool) *Book {
	return &Book{Known: known, cases: map[truce.CaseID]*Case{}, queries: map[truce.RecordID]*Query{}}
}

// rules is what the cases of one version of the agreement go by.
type rules struct {
	a            *truce.Agreement
	incidents    truce.Taxonomy
	participants []truce.BodyID
	signatories  []truce.BodyID
	quorum       int
	openers      []truce.BodyID
	publishers   []truce.BodyID
}

// Adopt takes up a version of the agreement. Cases opened under an earlier one go on by the earlier one's procedure.
func (b *Book) Adopt(p *terms.Plan) {
	g := &rules{a: p.Agreement, incidents: p.Incidents, openers: bodies(p.Agreement.Openers()), publishers: bodies(p.Agreement.Publishers())}
	of, n := p.Agreement.Signatories()
	g.signatories, g.quorum = bodies(of), n
	for _, x := range p.Agreement.Participants {
		if body := truce.BodyID(x.Actor); x.Role != truce.RoleMechanism && !slices.Contains(g.participants, body) {
			g.participants = append(g.participants, body)
		}
	}
	b.versions = slices.DeleteFunc(b.versions, func(x *rules) bool { return x.a.Version == g.a.Version })
	b.versions = append(b.versions, g)
}

func bodies(list []truce.ActorID) []truce.BodyID {
	var out []truce.BodyID
	for _, a := range list {
		out = append(out, truce.BodyID(a))
	}
	return out
}

func (b *Book) rules(v truce.VersionID) *rules {
	for _, g := range b.versions {
		if g.a.Version == v {
			return g
		}
	}
	return nil
}

// Case gives a copy of a case; ok is false where there is none.
func (b *Book) Case(id truce.CaseID) (c *Case, ok bool) {
	if c = b.cases[id]; c == nil {
		return nil, false
	}
	return c.clone(), true
}

// Cases lists the numbers of all cases in the order they were opened.
func (b *Book) Cases() []truce.CaseID { return slices.Clone(b.order) }

// NextID gives the number the next case of a year should have.
func (b *Book) NextID(year int) truce.CaseID {
	last := 0
	for _, id := range b.order {
		var y, n int
		if _, err := fmt.Sscanf(string(id), "%d-%d", &y, &n); err == nil && y == year {
			last = max(last, n)
		}
	}
	return truce.CaseID(fmt.Sprintf("%04d-%04d", year, last+1))
}

// timeOf is when a record took its place in the journal; of a draft, when it arrived.
func timeOf(r *truce.Record) truce.Instant {
	if r.Recorded.Stated() {
		return r.Recorded
	}
	return r.Received
}

// Apply takes a step: the record as the journal has it, and what it says. A step that is not possible changes nothing; the error says
// why ([Refusal]), or which steps came in between ([Stale], with the kind Conflict).
func (b *Book) Apply(r *truce.Record, s record.Step) error {
	c, row, g, err := b.check(r, s)
	if err != nil {
		return err
	}
	if c == nil {
		c = &Case{ID: s.Case, Version: r.Version, Rule: s.Rule, Article: s.Article, Kind: s.Kind, Simulated: s.Simulated}
		if slices.Contains(g.participants, r.Author.Body) {
			c.Complainant = r.Author.Body
		}
		b.cases[s.Case] = c
		b.order = append(b.order, s.Case)
	}
	c.take(g, row, r, s)
	return nil
}

// Check says whether a step could be applied now, and changes nothing. The record may still be a draft.
func (b *Book) Check(r *truce.Record, s record.Step) error {
	_, _, _, err := b.check(r, s)
	return err
}

func (b *Book) check(r *truce.Record, s record.Step) (*Case, Row, *rules, error) {
	fail := func(kind truce.ErrorKind, cause error, hint string) (*Case, Row, *rules, error) {
		return nil, Row{}, nil, &truce.Error{Op: "casefile.Apply", Kind: kind, Subject: string(s.Case), Cause: cause, Hint: hint}
	}
	if r.Kind != truce.RecordStep {
		return fail(truce.Internal, fmt.Errorf("%s is no step", r), "")
	}
	c := b.cases[s.Case]
	version := r.Version
	switch {
	case c == nil && s.Step != truce.StepOpen:
		return fail(truce.NotFound, refuse(truce.Say("case.no-such-case")), "")
	case c != nil && s.Step == truce.StepOpen:
		return fail(truce.Conflict, refuse(truce.Say("case.number-taken")), "take the next number")
	case c != nil:
		version = c.Version
		if s.Last != c.Last() {
			return fail(truce.Conflict, c.since(s.Last), "look at what changed, then decide again")
		}
		if s.Simulated != c.Simulated {
			return fail(truce.Invalid, refuse(truce.Say("case.exercise")), "")
		}
	}
	g := b.rules(version)
	if g == nil {
		return fail(truce.Invalid, refuse(truce.Say("case.no-such-version", truce.Str(string(version)))), "")
	}
	row, why := c.may(g, r.Author, s.Step)
	if why != nil {
		kind := truce.Invalid
		if why.Code() == codeNoRight {
			kind = truce.Denied
		}
		return fail(kind, why, "")
	}
	if why := stray(row, s); why != nil {
		return fail(truce.Invalid, why, "")
	}
	for _, id := range s.Cites {
		if b.Known != nil && !b.Known(id) {
			return fail(truce.Invalid, refuse(truce.Say("case.unknown-record", truce.Str(string(id)))), "")
		}
	}
	x := asked{b, g, c, r, s}
	for _, n := range row.Needs {
		if why := n.check(x); why != nil {
			return fail(truce.Invalid, why, "")
		}
	}
	if why := x.known(); why != nil {
		return fail(truce.Invalid, why, "")
	}
	return c, row, g, nil
}

// Refusal is why a step is not possible, as a phrase that package lang says in each language.
type Refusal struct{ Phrase truce.Phrase }

func refuse(p truce.Phrase) *Refusal { return &Refusal{p} }

// Code is the stable name of the reason, for example "not-heard".
func (r *Refusal) Code() string { return strings.TrimPrefix(r.Phrase.ID, "case.") }

func (r *Refusal) Error() string { return lang.For("en").Say(r.Phrase) }

const codeNoRight = "no-right"

// Stale refuses a step that was made on an older state of the case.
type Stale struct {
	Case  truce.CaseID
	Last  int    // what the step took for the last
	Since []Done // the steps that came after it
}

func (s *Stale) Error() string {
	if len(s.Since) == 0 {
		return fmt.Sprintf("the case has no step %d yet", s.Last)
	}
	var list []string
	for _, d := range s.Since {
		list = append(list, fmt.Sprintf("%d %s", d.Number, d.Step))
	}
	return "the case changed meanwhile: " + strings.Join(list, ", ")
}

func (c *Case) since(last int) *Stale {
	s := &Stale{Case: c.ID, Last: last}
	if last < len(c.Steps) {
		s.Since = slices.Clone(c.Steps[last:])
	}
	return s
}

// may finds the row of a step and says whether the author has a right to it. A nil case is one that is still to be opened.
func (c *Case) may(g *rules, who truce.Author, step truce.CaseStep) (Row, *Refusal) {
	state := truce.CaseState("")
	if c != nil {
		state = c.State
	}
	row, ok := RowOf(step, state)
	if !ok {
		return Row{}, refuse(truce.Say("case.wrong-state", word("state", string(state))))
	}
	if !slices.ContainsFunc(row.By, func(r Right) bool { return c.has(g, who, r) }) {
		return Row{}, refuse(truce.Say("case.no-right", word("step", string(step))))
	}
	return row, nil
}

func word(list, w string) truce.Arg {
	if w == "" {
		w = "none"
	}
	return truce.PhraseArg(truce.Say("case-word." + list + "." + w))
}

// has reports whether somebody holds a right.
func (c *Case) has(g *rules, who truce.Author, r Right) bool {
	if r.As == AsProgram {
		return who.Person == "" && who.Vouch == truce.VouchNode
	}
	if who.Person == "" || who.Body == "" || who.Vouch == truce.VouchNothing || !slices.Contains(r.Offices, who.Office) {
		return false
	}
	participant := slices.Contains(g.participants, who.Body)
	switch r.As {
	case AsMechanism:
		return !participant
	case AsTeam:
		return !participant && c != nil && who.Body == c.Team
	case AsOpener:
		return slices.Contains(g.openers, who.Body)
	case AsNamed:
		return participant && c != nil && c.Names(who.Body)
	case AsComplainant:
		return participant && c != nil && who.Body == c.Complainant
	case AsParticipant:
		return participant
	case AsSignatory: // a person's own act: no device signs
		return who.Vouch != truce.VouchToken && slices.Contains(g.signatories, who.Body)
	case AsPublisher:
		if len(g.publishers) == 0 {
			return !participant && who.Office == truce.OfficeDutyOfficer
		}
		return slices.Contains(g.publishers, who.Body)
	}
	return false
}

// Option is a step that somebody could take next.
type Option struct {
	Step truce.CaseStep
	To   truce.CaseState // "" where the case stays as it is
	// Needs is what the step must bring, by code.
	Needs []string
	// Refused is nil where it can be taken now; otherwise it says why not.
	Refused *Refusal
}

// May says whether somebody can take a step in a case now, as far as that does not depend on what the step will say; nil is yes.
// An empty case is one that is still to be opened, under the newest version.
func (b *Book) May(id truce.CaseID, who truce.Author, step truce.CaseStep, now truce.Instant) *Refusal {
	c, g := b.find(id)
	switch {
	case g == nil:
		return refuse(truce.Say("case.no-such-case"))
	case c == nil && step != truce.StepOpen:
		return refuse(truce.Say("case.no-such-case"))
	case c != nil && step == truce.StepOpen:
		return refuse(truce.Say("case.number-taken"))
	}
	row, why := c.may(g, who, step)
	if why != nil {
		return why
	}
	x := asked{b, g, c, &truce.Record{Author: who, Received: now}, record.Step{Case: id, Step: step}}
	for _, n := range row.Needs {
		if n.ofCase {
			if why := n.check(x); why != nil {
				return why
			}
		}
	}
	return nil
}

// Next lists, in the order of the words, the steps that somebody has a right to in some state, each with what it needs and whether it can
// be taken now.
func (b *Book) Next(id truce.CaseID, who truce.Author, now truce.Instant) []Option {
	c, g := b.find(id)
	if g == nil {
		return nil
	}
	var out []Option
	for _, w := range truce.CaseSteps {
		step := truce.CaseStep(w)
		if !slices.ContainsFunc(Table, func(r Row) bool {
			return r.Step == step && slices.ContainsFunc(r.By, func(x Right) bool { return c.has(g, who, x) })
		}) {
			continue
		}
		o := Option{Step: step, Refused: b.May(id, who, step, now)}
		if o.Refused == nil {
			row, _ := c.may(g, who, step)
			o.To = row.To
			if row.To == before {
				o.To = c.Before
			}
			for _, n := range row.Needs {
				if !n.ofCase {
					o.Needs = append(o.Needs, n.Code)
				}
			}
		}
		out = append(out, o)
	}
	return out
}

// find gives a case with the rules it goes by; without such a case, the newest rules.
func (b *Book) find(id truce.CaseID) (*Case, *rules) {
	if c := b.cases[id]; c != nil {
		return c, b.rules(c.Version)
	}
	if len(b.versions) == 0 {
		return nil, nil
	}
	return nil, b.versions[len(b.versions)-1]
}

// Told lists the bodies to be told of the last step of a case, beyond the operations room, each once.
func (b *Book) Told(id truce.CaseID) []truce.BodyID {
	c, g := b.find(id)
	if c == nil {
		return nil
	}
	last := c.Steps[len(c.Steps)-1]
	from := truce.CaseState("")
	if n := len(c.Steps); n > 1 {
		from = c.Steps[n-2].State
	}
	row, _ := RowOf(last.Step, from)
	var out []truce.BodyID
	add := func(list ...truce.BodyID) {
		for _, x := range list {
			if x != "" && x != last.Author.Body && !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	for _, who := range row.Tells {
		switch who {
		case TellParties:
			for _, p := range c.Parties {
				add(p.Body)
			}
		case TellComplainant:
			add(c.Complainant)
		case TellTeam:
			add(c.Team)
		case TellSignatories:
			add(g.signatories...)
		case TellParticipants:
			add(g.participants...)
		}
	}
	return out
}
