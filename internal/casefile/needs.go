package casefile

import (
	"slices"

	"truce"
	"truce/internal/record"
	"truce/verify"
)

// Need is what must be so before a step is taken.
type Need struct {
	// Code names it in programs, Says in the reference.
	Code, Says string
	// ofCase marks what depends on the case alone and so can be asked before the step is written.
	ofCase bool
	check  func(asked) *Refusal
}

// asked is a step that is asked for.
type asked struct {
	b *Book
	g *rules
	c *Case // nil where it opens one
	r *truce.Record
	s record.Step
}

// What a step can need.
var (
	NeedSubject     = Need{"subject", "a rule or an article of the agreement", false, asked.subject}
	NeedGround      = Need{"ground", "a text or a record", false, asked.ground}
	NeedText        = Need{"text", "a text", false, asked.text}
	NeedCites       = Need{"records", "a record", false, asked.cites}
	NeedNewCites    = Need{"new-record", "a record that the case did not cite yet", false, asked.newCites}
	NeedParties     = Need{"parties", "a participant that the case names", false, asked.parties}
	NeedTeam        = Need{"team", "a team", false, asked.team}
	NeedFinding     = Need{"finding", "occurrence, intent and severity, with a standard and a confidence that the agreement declares", false, asked.finding}
	NeedAttribution = Need{"attribution", "who answers for it, with a standard and a confidence", false, asked.attribution}
	NeedHearing     = Need{"hearing", "whoever answers for those it names is a party to the case", false, asked.hearing}
	NeedNoFinding   = Need{"no-finding", "no finding stands yet", true, asked.noFinding}
	NeedStanding    = Need{"standing", "a finding stands", true, asked.standing}
	NeedConfirmed   = Need{"confirmed", "the finding is that it happened", true, asked.confirmed}
	NeedUnconfirmed = Need{"not-confirmed", "the finding is not that it happened", true, asked.unconfirmed}
	NeedHeard       = Need{"heard", "each party has answered, or its silence is recorded", true, asked.heard}
	NeedOf          = Need{"of", "the number of the finding that stands", false, asked.of}
	NeedUnspoken    = Need{"unspoken", "the signatory has not signed or dissented yet", true, asked.unspoken}
	NeedSettled     = Need{"settled", "enough have signed, or each signatory has signed, dissented or let its clock run out", true, asked.settled}
	NeedTier        = Need{"tier", "at which tier", false, asked.tier}
	NeedOther       = Need{"other", "the case it repeats, which is no duplicate itself", false, asked.other}
	NeedRanOut      = Need{"ran-out", "a clock that ran out", false, asked.ranOut}
)

func ok(yes bool, p truce.Phrase) *Refusal {
	if yes {
		return nil
	}
	return refuse(p)
}

func (x asked) subject() *Refusal {
	if x.s.Rule == "" && x.s.Article == "" {
		return refuse(truce.Say("case.no-subject"))
	}
	for _, a := range x.g.a.Articles {
		for _, u := range a.Rules {
			if u.ID == x.s.Rule && (x.s.Article == "" || x.s.Article == a.ID) {
				return nil
			}
		}
		if x.s.Rule == "" && a.ID == x.s.Article {
			return nil
		}
	}
	return refuse(truce.Say("case.unknown-subject"))
}

// says reports whether the step has a text, be it erased since.
func (x asked) says() bool {
	_, committed := x.r.Commitment(record.TextGroup)
	return committed || x.s.Text != ""
}

func (x asked) ground() *Refusal {
	return ok(x.says() || len(x.s.Cites) > 0, truce.Say("case.no-ground"))
}
func (x asked) text() *Refusal  { return ok(x.says(), truce.Say("case.no-text")) }
func (x asked) cites() *Refusal { return ok(len(x.s.Cites) > 0, truce.Say("case.no-records")) }

func (x asked) newCites() *Refusal {
	isNew := func(id truce.RecordID) bool { return !slices.Contains(x.c.Cites, id) }
	return ok(slices.ContainsFunc(x.s.Cites, isNew), truce.Say("case.no-new-record"))
}

func (x asked) parties() *Refusal {
	return ok(len(x.s.Parties)+len(x.c.Parties) > 0, truce.Say("case.no-parties"))
}

func (x asked) team() *Refusal {
	return ok(x.s.Team != "" && !slices.Contains(x.g.participants, x.s.Team), truce.Say("case.no-team"))
}

// declared checks a word against those the agreement declares for the case.
func (x asked) declared(w string, list []truce.ScaleWord) *Refusal {
	var words []truce.Arg
	for _, d := range list {
		fits := len(d.Kinds) == 0 || slices.ContainsFunc(d.Kinds, func(k string) bool { return x.g.incidents.Is(x.c.Kind, k) == truce.True })
		if fits && d.Word == w {
			return nil
		}
		if fits {
			words = append(words, truce.Str(d.Word))
		}
	}
	return refuse(truce.Say("case.undeclared", truce.Str(w), truce.OrArg(words...)))
}

func (x asked) proof(standard, confidence string) *Refusal {
	if why := x.declared(standard, x.g.a.Standards()); why != nil {
		return why
	}
	return x.declared(confidence, x.g.a.ConfidenceWords())
}

func (x asked) finding() *Refusal {
	f := x.s.Finding
	if f == nil {
		return refuse(truce.Say("case.no-finding-given"))
	}
	if f.Severity != "" {
		if why := x.declared(f.Severity, x.g.a.SeverityWords()); why != nil {
			return why
		}
	}
	return x.proof(f.Standard, f.Confidence)
}

func (x asked) attribution() *Refusal {
	a := x.s.Attribution
	if a == nil {
		return refuse(truce.Say("case.no-attribution-given"))
	}
	for _, id := range a.By {
		if !slices.ContainsFunc(x.g.a.Actors, func(y truce.Actor) bool { return y.ID == id }) {
			return refuse(truce.Say("case.unknown-actor", truce.ActorArg(id)))
		}
	}
	return x.proof(a.Standard, a.Confidence)
}

// hearing: nobody is named as answerable unless all participants that answer for it are parties to the case, now or by this step.
func (x asked) hearing() *Refusal {
	if x.s.Attribution == nil {
		return nil
	}
	for _, id := range x.s.Attribution.By {
		for _, body := range x.g.answering(id) {
			if !x.c.Names(body) && !slices.Contains(x.s.Parties, body) {
				return refuse(truce.Say("case.not-named", truce.ActorArg(truce.ActorID(body)), truce.ActorArg(id)))
			}
		}
	}
	return nil
}

// answering lists the participants that are the actor, answer for it, or do so for a body above it.
func (g *rules) answering(id truce.ActorID) []truce.BodyID {
	line := []truce.ActorID{id}
	for i := 0; i < len(line); i++ {
		for _, a := range g.a.Actors {
			if a.ID != line[i] {
				continue
			}
			for _, f := range a.Facts {
				if up := truce.ActorID(f.Value); (f.Kind == truce.FactParent || f.Kind == truce.FactMemberOf) && !slices.Contains(line, up) {
					line = append(line, up)
				}
			}
		}
	}
	var out []truce.BodyID
	for _, p := range g.a.Participants {
		answers := slices.Contains(line, p.Actor) || slices.ContainsFunc(p.AnswersFor, func(a truce.ActorID) bool { return slices.Contains(line, a) })
		if body := truce.BodyID(p.Actor); answers && p.Role != truce.RoleMechanism && !slices.Contains(out, body) {
			out = append(out, body)
		}
	}
	return out
}

func (x asked) noFinding() *Refusal {
	return ok(x.c.Standing() == nil, truce.Say("case.finding-stands"))
}
func (x asked) standing() *Refusal {
	return ok(x.c.Standing() != nil, truce.Say("case.no-finding-stands"))
}

func (x asked) confirmed() *Refusal {
	return ok(x.c.Standing().Occurrence == truce.OccurrenceConfirmed, truce.Say("case.nothing-to-attribute"))
}

func (x asked) unconfirmed() *Refusal {
	return ok(x.c.Standing().Occurrence != truce.OccurrenceConfirmed, truce.Say("case.attribute-first"))
}

func (x asked) heard() *Refusal {
	var list []truce.Arg
	for _, p := range x.c.Parties {
		if p.Answered == 0 && p.Silent == 0 {
			list = append(list, truce.ActorArg(truce.ActorID(p.Body)))
		}
	}
	return ok(len(list) == 0, truce.Say("case.not-heard", truce.ListArg(list...)))
}

func (x asked) of() *Refusal {
	f := x.c.Standing()
	yes := f != nil && x.s.Of == f.Number
	if yes && !x.s.Signs.IsZero() {
		words, err := x.c.conclusion(x.g, f)
		yes = err == nil && verify.ConclusionDigest(words) == x.s.Signs
	}
	return ok(yes, truce.Say("case.other-finding"))
}

func (x asked) unspoken() *Refusal {
	w, spoke := x.c.Standing().Word(x.r.Author.Body)
	return ok(!spoke || w.Step == truce.StepSilence, truce.Say("case.spoken"))
}

func (x asked) settled() *Refusal {
	f := x.c.Standing()
	var list []truce.Arg
	signed := 0
	for _, body := range x.g.signatories {
		w, spoke := f.Word(body)
		if !spoke {
			list = append(list, truce.ActorArg(truce.ActorID(body)))
		} else if w.Step == truce.StepSign {
			signed++
		}
	}
	return ok(signed >= x.g.quorum || len(list) == 0, truce.Say("case.not-settled", truce.NumArg(int64(signed)), truce.NumArg(int64(x.g.quorum)), truce.ListArg(list...)))
}

func (x asked) tier() *Refusal {
	return ok(x.s.Tier != truce.TierUnclassified, truce.Say("case.no-tier"))
}

func (x asked) other() *Refusal {
	o := x.b.cases[x.s.Other]
	return ok(o != nil && o != x.c && o.State != truce.CaseDuplicate && o.Simulated == x.c.Simulated, truce.Say("case.no-other"))
}

func (x asked) ranOut() *Refusal {
	out := slices.ContainsFunc(x.c.Clocks, func(k Clock) bool {
		return k.Clock == x.s.Clock && k.Body == x.s.Body && k.Due <= timeOf(x.r)
	})
	return ok(out, truce.Say("case.not-run-out"))
}

// known checks that every body a step names is one of the agreement's.
func (x asked) known() *Refusal {
	for _, body := range x.s.Parties {
		if !slices.Contains(x.g.participants, body) {
			return refuse(truce.Say("case.no-participant", truce.ActorArg(truce.ActorID(body))))
		}
	}
	if x.s.Kind != "" && !x.g.incidents.Has(x.s.Kind) {
		return refuse(truce.Say("case.unknown-kind", truce.Str(x.s.Kind)))
	}
	return nil
}

// stray refuses a step that says what it has no business to say: nothing of it would be seen by those who work by the table.
func stray(row Row, s record.Step) *Refusal {
	has := func(n Need) bool {
		return slices.ContainsFunc(row.Needs, func(m Need) bool { return m.Code == n.Code })
	}
	for _, f := range []struct {
		there, allowed bool
		name           string
	}{
		{s.Rule != "" || s.Article != "" || s.Kind != "", has(NeedSubject), "subject"},
		{len(s.Parties) > 0, has(NeedSubject) || has(NeedParties) || has(NeedHearing), "parties"},
		{s.Team != "", has(NeedTeam), "team"},
		{s.Finding != nil, has(NeedFinding), "finding"},
		{s.Attribution != nil, has(NeedAttribution), "attribution"},
		{s.Of != 0, has(NeedOf), "of"},
		{!s.Signs.IsZero(), has(NeedOf), "signs"},
		{s.Other != "", has(NeedOther), "other"},
		{s.Tier != truce.TierUnclassified, has(NeedTier), "tier"},
		{s.Clock != "" || s.Body != "", has(NeedRanOut), "clock"},
	} {
		if f.there && !f.allowed {
			return refuse(truce.Say("case.stray", truce.Str(f.name), word("step", string(s.Step))))
		}
	}
	return nil
}
