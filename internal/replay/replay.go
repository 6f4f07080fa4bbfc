// Package replay evaluates history: it reads files of observations, one after the other, into assessors of one or more
// plans, and says what differs between them.
//
// It opens nothing itself and asks no clock: the caller hands it readers and times.
package replay

import (
	"context"
	"io"
	"slices"
	"strings"

	"truce"
	"truce/assess"
	"truce/internal/intake"
	"truce/terms"
)

// MaxRejects is how many rejected rows are kept with their reasons; the rest are counted. See docs/limits.md.
const MaxRejects = 10_000

// Input is a file of observations.
type Input struct {
	Name string
	Open func() (io.ReadCloser, error)
	// Actor is whose positions a file of tracks holds, where it does not say.
	Actor string
	// Intake says how it is to be read; the clock, words and seen ids are filled in by Run.
	Intake intake.Options
}

// Variant is one plan to replay under, with what it is called in a comparison.
type Variant struct {
	Name string
	Plan *terms.Plan
}

// Options are what a replay is asked for.
type Options struct {
	// Variants has the plan itself first, and then what it is compared with.
	Variants []Variant
	Inputs   []Input
	// KnownAt leaves out what was not known by then; 0 takes everything.
	KnownAt truce.Instant
	// At is the time the agreement is looked at; 0 is the end of the last local day of which anything is known, or KnownAt.
	At truce.Instant
	// Read is told, now and then, how many bytes were read since it was last told.
	Read func(bytes int)
}

// Evaluated is one variant and what became of the records under it.
type Evaluated struct {
	Variant
	Result *assess.Result
}

// Replay is a replayed history.
type Replay struct {
	Variants []Evaluated
	Inputs   []intake.Summary
	// Rejects are the rows that were not taken; MoreRejects is how many more there were.
	Rejects     []truce.Problem
	MoreRejects int
	// Observations are all that were taken, in the order read.
	Observations []*truce.Observation
	Positions    int            // how many of these there were
	Units        []assess.Track // whose positions there were, in order of first appearance
	// Later counts what was left out because it was not known at KnownAt.
	Later     int
	At        truce.Instant
	KnownAt   truce.Instant
	Period    truce.Span // from the earliest to the latest time stated
	assessors []*assess.Assessor
	seenUnits map[string]bool
	actor     string // of the input being read
}

// Base is the first variant.
func (r *Replay) Base() Evaluated { return r.Variants[0] }

// Run reads the inputs and evaluates.
func Run(ctx context.Context, o Options) (*Replay, error) {
	const op truce.Op = "replay.Run"
	r := &Replay{KnownAt: o.KnownAt, seenUnits: map[string]bool{}}
	for _, v := range o.Variants {
		a, err := assess.New(v.Plan)
		if err != nil {
			return nil, &truce.Error{Op: op, Kind: truce.KindOf(err), Subject: v.Name, Cause: err}
		}
		r.assessors = append(r.assessors, a)
		r.Variants = append(r.Variants, Evaluated{Variant: v})
	}
	base := o.Variants[0].Plan
	seen := intake.NewSeen(0)
	for _, in := range o.Inputs {
		opts := in.Intake
		opts.Clock = base.Agreement.Clock
		opts.Incidents, opts.Equipment = base.Incidents, base.Equipment
		opts.Seen = seen
		rc, err := in.Open()
		if err != nil {
			return nil, &truce.Error{Op: op, Kind: truce.NotFound, Subject: in.Name, Cause: err}
		}
		r.actor = in.Actor
		sum, err := intake.Read(ctx, &told{rc, o.Read}, in.Name, opts, r)
		rc.Close()
		if err != nil {
			return nil, &truce.Error{Op: op, Kind: truce.KindOf(err), Subject: in.Name, Cause: err, Hint: truce.HintOf(err)}
		}
		r.Inputs = append(r.Inputs, sum)
		r.Period = widen(r.Period, sum.Earliest, sum.Latest)
	}
	switch {
	case o.At != 0:
		r.At = o.At
	case o.KnownAt != 0:
		r.At = o.KnownAt
	case r.Period.To != 0:
		r.At = base.Agreement.Clock.DayOf(r.Period.To).To + 1
	}
	for i, a := range r.assessors {
		r.Variants[i].Result = a.Settle(r.At)
	}
	return r, nil
}

func widen(s truce.Span, from, to truce.Instant) truce.Span {
	if from != 0 && (s.From == 0 || from < s.From) {
		s.From = from
	}
	if to > s.To {
		s.To = to
	}
	return s
}

// told is a reader that tells how much was read.
type told struct {
	io.Reader
	tell func(int)
}

func (t *told) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	if t.tell != nil && n > 0 {
		t.tell(n)
	}
	return n, err
}

// Observation takes one record from intake.
func (r *Replay) Observation(o *truce.Observation) error {
	if r.KnownAt != 0 && !assess.KnownBy(o, r.KnownAt) {
		r.Later++
		return nil
	}
	r.Observations = append(r.Observations, o)
	for _, a := range r.assessors {
		a.Add(o)
	}
	return nil
}

// Fixes takes positions from intake. A device's position is known when it is sent: as known at a time, later ones are left out.
func (r *Replay) Fixes(from intake.Track, fixes []truce.Fix) error {
	t := assess.Track{Unit: from.Unit, Actor: from.Actor, Source: from.Source, Simulated: from.Simulated, Moved: from.Moved}
	if t.Actor == "" {
		t.Actor = r.actor
	}
	if from.Category != "" {
		t.Equipment = []truce.Equipment{{Category: from.Category}}
	}
	if r.KnownAt != 0 {
		n := len(fixes)
		fixes = slices.DeleteFunc(slices.Clone(fixes), func(f truce.Fix) bool { return f.At > r.KnownAt })
		r.Later += n - len(fixes)
	}
	if key := t.Unit + "\x00" + t.Actor; !r.seenUnits[key] && len(fixes) > 0 {
		r.seenUnits[key] = true
		r.Units = append(r.Units, t)
	}
	r.Positions += len(fixes)
	for _, a := range r.assessors {
		a.AddFixes(t, fixes)
	}
	return nil
}

// Reject notes a row that was not taken.
func (r *Replay) Reject(p truce.Problem) error {
	if len(r.Rejects) < MaxRejects {
		r.Rejects = append(r.Rejects, p)
	} else {
		r.MoreRejects++
	}
	return nil
}

// Standing is what a rule says of one thing over all readings.
type Standing struct {
	Result truce.Result
	Same   bool   // under every reading; otherwise it turns on a term
	None   bool   // the rule says nothing of it
	Turns  string // the terms it turns on, joined by spaces
}

// TurnsOn lists the terms it turns on.
func (s Standing) TurnsOn() []truce.TermID {
	var out []truce.TermID
	for _, t := range strings.Fields(s.Turns) {
		out = append(out, truce.TermID(t))
	}
	return out
}

func (s Standing) String() string {
	switch {
	case s.None:
		return "nothing"
	case !s.Same:
		return "turns on " + s.Turns
	}
	return s.Result.String()
}

func standing(a truce.Account) Standing {
	r, same := a.Result()
	s := Standing{Result: r, Same: same}
	for _, t := range a.Turns {
		s.Turns = strings.TrimSpace(s.Turns + " " + string(t))
	}
	return s
}

// Difference is something of which two variants say different things.
type Difference struct {
	Rule          truce.RuleID
	Before, After Standing
	Subject       truce.Subject
	// Was and Is are the accounts themselves; nil where a rule says nothing.
	Was, Is *truce.Account
}

// Compare lists what differs between two variants, in the order of the first one's accounts, then of the second's.
func Compare(a, b Evaluated) []Difference {
	var out []Difference
	match := func(list []truce.Account) map[string][]*truce.Account {
		m := map[string][]*truce.Account{}
		for i := range list {
			key := string(list[i].Rule) + "|" + subjectName(list[i].Subject)
			m[key] = append(m[key], &list[i])
		}
		return m
	}
	before, after := match(a.Result.Accounts), match(b.Result.Accounts)
	for i := range a.Result.Accounts {
		acc := &a.Result.Accounts[i]
		was := standing(*acc)
		found := false
		for _, other := range after[string(acc.Rule)+"|"+subjectName(acc.Subject)] {
			if !sameTime(acc.Subject, other.Subject) {
				continue
			}
			found = true
			if is := standing(*other); is != was {
				out = append(out, Difference{acc.Rule, was, is, acc.Subject, acc, other})
			}
		}
		if !found && (!was.Same || was.Result != truce.NotApplicable) {
			out = append(out, Difference{acc.Rule, was, Standing{None: true}, acc.Subject, acc, nil})
		}
	}
	for i := range b.Result.Accounts {
		acc := &b.Result.Accounts[i]
		is := standing(*acc)
		if is.Same && is.Result == truce.NotApplicable {
			continue
		}
		if !slices.ContainsFunc(before[string(acc.Rule)+"|"+subjectName(acc.Subject)], func(x *truce.Account) bool { return sameTime(x.Subject, acc.Subject) }) {
			out = append(out, Difference{acc.Rule, Standing{None: true}, is, acc.Subject, nil, acc})
		}
	}
	return out
}

// subjectName is what two accounts of the same thing share under different plans; of an episode its unit, for its times may differ.
func subjectName(s truce.Subject) string {
	if s.Kind == "episode" {
		return "episode|" + s.Unit + "|" + string(s.Actor)
	}
	parts := []string{s.Kind, string(s.Actor)}
	if s.Kind == "observation" {
		parts = []string{s.Kind}
	}
	for _, id := range s.Records {
		if s.Kind == "observation" {
			parts = append(parts, string(id))
		}
	}
	if s.Kind == "period" {
		parts = append(parts, s.When.String())
	}
	return strings.Join(parts, "|")
}

func sameTime(a, b truce.Subject) bool {
	if a.Kind != "episode" || !a.When.Stated() || !b.When.Stated() {
		return true
	}
	return a.When.Overlaps(b.When)
}
