package mechanism

import (
	"context"
	"errors"
	"slices"
	"time"

	"truce"
	"truce/assess"
	"truce/internal/access"
	"truce/internal/lang"
	"truce/internal/record"
	"truce/internal/replay"
	"truce/internal/view"
	"truce/terms"
)

// How much of history is gone through to say what would differ. See docs/limits.md.
const (
	// MaxReplayed is how many observations, MaxReplayedFixes how many positions: the newest.
	MaxReplayed      = 5000
	MaxReplayedFixes = 100_000
	// MaxSupposed is how many changes are supposed at once, MaxDiffering how many things that differ are listed.
	MaxSupposed  = 20
	MaxDiffering = 50
	// DefaultReplayWait is how long somebody waits for another who asks at the same time.
	DefaultReplayWait = 10 * time.Second
)

// Supposition is an agreement that says something else.
type Supposition struct {
	// Version is another one that was taken up, "" for the one in force.
	Version truce.VersionID
	// Readings are written "term=reading": the term has that reading alone. Sets are written "RULE.FIELD=VALUE", as [terms.Set] has it.
	Readings, Sets []string
	// Place is a line or an area of the agreement that runs through other corners; none where it is "".
	Place   truce.PlaceID
	Corners []truce.Position
}

// Supposed is what would differ in history, over what a viewer may see of it.
type Supposed struct {
	Rules []SupposedRule `json:"rules" access:"each" doc:"The rules that say something, or would."`
	// Differing are things of which something else is said, with the reason; More is how many there are beyond them.
	Differing []Differing `json:"differing" access:"each"`
	More      int         `json:"more,omitempty" access:"open"`
	// Observations and Positions are how many were gone through; Whole is false where there are more.
	Observations int    `json:"observations" access:"open"`
	Positions    int    `json:"positions" access:"open"`
	Whole        bool   `json:"whole" access:"existence"`
	At           string `json:"at" access:"open" format:"date-time" doc:"The moment at which both are looked at."`
	Rounded      bool   `json:"rounded,omitempty" access:"existence"`
	Simulated    bool   `json:"simulated,omitempty" access:"existence"`
}

// SupposedRule counts what one rule says as it is, and as it would be.
type SupposedRule struct {
	Rule          truce.RuleID    `json:"rule" access:"open"`
	Article       truce.ArticleID `json:"article" access:"open"`
	Before, After []WordCount     `access:"open"`
	Differs       int             `json:"differs" access:"open"`
	// Counts are violations under each counting rule, of a rule that forbids incidents: as it is and as it would be, breached under every reading.
	Counts []SupposedCount `json:"counts,omitempty" access:"open"`
}

// SupposedCount is a number of violations before and after, each between two.
type SupposedCount struct {
	Counting      truce.CountingID `json:"counting" access:"open"`
	Before, After [2]int           `access:"open"`
}

// Differing is one thing of which something else would be said.
type Differing struct {
	Rule          truce.RuleID     `json:"rule" access:"open"`
	Before, After string           `access:"open" doc:"In a word; nothing where the rule does not speak of it."`
	Kind          string           `json:"kind" access:"open" doc:"Observation, episode, obligation or period."`
	Records       []truce.RecordID `json:"records,omitempty" access:"open"`
	What          string           `json:"what,omitempty" access:"open"`
	Who           string           `json:"who,omitempty" access:"open" doc:"The unit, or who is bound."`
	From          string           `json:"from,omitempty" access:"open" format:"date-time" doc:"Nothing where you are told the days alone."`
	To            string           `json:"to,omitempty" access:"open" format:"date-time"`
	FirstDay      string           `json:"first_day,omitempty" access:"open" format:"date" doc:"The first day (UTC) on which it may have been."`
	LastDay       string           `json:"last_day,omitempty" access:"open" format:"date" doc:"The last day (UTC) on which it may have been."`
	Why           string           `json:"why,omitempty" access:"open" doc:"The reason that settles it as it would be."`
}

// history is what a viewer may see of what was observed.
type history struct {
	observations []*truce.Observation
	tracks       []record.Positions
	people       map[truce.RecordID]truce.PersonID
	coarse       map[truce.RecordID]bool // of which the viewer is told the days alone
	fixes        int
	whole        bool
	simulated    bool
}

// WhatIf goes through history twice, as the agreement is and as it would be, and tells what differs. It reads only what the viewer may see, and writes nothing.
func (m *Mechanism) WhatIf(ctx context.Context, v access.Viewer, s Supposition, language string) (Supposed, error) {
	const op truce.Op = "mechanism.WhatIf"
	if _, err := m.may(op, v, access.ActReplay, access.Thing{Kind: access.KindAgreement, Author: v.Author(), Tier: truce.TierPublic}); err != nil {
		return Supposed{}, err
	}
	a, ok := m.Current()
	if !ok {
		return Supposed{}, errNoAgreement(op)
	}
	other, err := m.supposed(op, a, s)
	if err != nil {
		return Supposed{}, err
	}
	wait, cancel := context.WithTimeout(ctx, DefaultReplayWait)
	defer cancel()
	select {
	case replaying <- struct{}{}:
		defer func() { <-replaying }()
	case <-wait.Done():
		return Supposed{}, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "somebody else is asking what if", Hint: "ask again in a moment"}
	}
	h, err := m.history(ctx, v)
	if err != nil {
		return Supposed{}, err
	}
	at := m.Latest()
	if v.Now > at {
		at = v.Now
	}
	before, err := h.evaluate("is", a.Plan, at)
	if err != nil {
		return Supposed{}, err
	}
	after, err := h.evaluate("would be", other, at)
	if err != nil {
		return Supposed{}, err
	}
	out := Supposed{Rules: []SupposedRule{}, Differing: []Differing{}, Observations: len(h.observations), Positions: h.fixes, Whole: h.whole, At: at.String(), Rounded: !access.Exact(v),
		Simulated: h.simulated}
	differs := map[truce.RuleID]*access.Tally{}
	p := lang.For(language).With(other.Agreement)
	for _, d := range replay.Compare(before, after) {
		if differs[d.Rule] == nil {
			differs[d.Rule] = new(access.Tally)
		}
		differs[d.Rule].Add(h.reporters(d.Subject)...)
		if d.Was != nil && d.Is != nil && comesTo(*d.Was) == comesTo(*d.Is) || len(out.Differing) == MaxDiffering {
			out.More++ // it turns on other terms, and comes to the same
			continue
		}
		one := Differing{Rule: d.Rule, Kind: d.Subject.Kind, Who: d.Subject.Unit, FirstDay: day(view.DayOf(d.Subject.When.From)), LastDay: day(view.DayOf(d.Subject.When.To))}
		if !slices.ContainsFunc(d.Subject.Records, func(id truce.ObservationID) bool { return h.coarse[truce.RecordID(id)] }) {
			one.From, one.To = instant(d.Subject.When.From), instant(d.Subject.When.To)
		}
		if one.Who == "" {
			one.Who = string(d.Subject.Actor)
		}
		for _, id := range d.Subject.Records {
			one.Records = append(one.Records, truce.RecordID(id))
		}
		if o := h.observation(d.Subject); o != nil {
			one.What = o.What
		}
		if d.Was != nil {
			one.Before = comesTo(*d.Was)
		}
		if d.Is != nil {
			one.After = comesTo(*d.Is)
			one.Why = because(p, after.Result, *d.Is)
		}
		out.Differing = append(out.Differing, one)
	}
	out.More = m.toldMore(v, out.More)
	for _, r := range other.Rules {
		one := SupposedRule{Rule: r.ID, Article: r.Article, Before: h.words(v, before, r.ID), After: h.words(v, after, r.ID)}
		if t := differs[r.ID]; t != nil {
			one.Differs = t.Told(v)
		}
		if r.Verb == truce.Forbids && r.Object == truce.KindIncident && !out.Rounded {
			every := func(a truce.Account) bool { every, _, _ := a.Breaches(); return every }
			x, y := before.Result.Counts(r.ID, every), after.Result.Counts(r.ID, every)
			for i := range y {
				if i < len(x) && x[i].Counting == y[i].Counting && y[i].High+x[i].High > 0 {
					one.Counts = append(one.Counts, SupposedCount{y[i].Counting, [2]int{x[i].Low, x[i].High}, [2]int{y[i].Low, y[i].High}})
				}
			}
		}
		if len(one.Before)+len(one.After) > 0 {
			out.Rules = append(out.Rules, one)
		}
	}
	return out, nil
}

// replaying is held by whoever goes through history: two at once would keep everybody else waiting.
var replaying = make(chan struct{}, 1)

// toldMore is a count of what is not listed, as a viewer is told it.
func (m *Mechanism) toldMore(v access.Viewer, n int) int {
	var t access.Tally
	return t.Part(v, n)
}

// supposed compiles the agreement that says something else.
func (m *Mechanism) supposed(op truce.Op, a Adopted, s Supposition) (*terms.Plan, error) {
	text := a.Plan.Agreement
	if s.Version != "" && s.Version != text.Version {
		list := m.Versions()
		i := slices.IndexFunc(list, func(x Adopted) bool { return x.Plan.Agreement.Version == s.Version })
		if i < 0 {
			return nil, errAbsent(op)
		}
		text = list[i].Plan.Agreement
	}
	if len(s.Readings)+len(s.Sets) > MaxSupposed {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "too much is supposed at once", Hint: "suppose one thing, then the next"}
	}
	var err error
	if s.Place != "" {
		if text, err = terms.Redraw(text, s.Place, s.Corners); err != nil {
			return nil, err
		}
	}
	for _, r := range s.Readings {
		if text, err = terms.WithReading(text, r); err != nil {
			return nil, err
		}
	}
	for _, c := range s.Sets {
		if text, err = terms.Set(text, c); err != nil {
			return nil, err
		}
	}
	return terms.Compile(text)
}

// history opens what a viewer may see, the newest first up to a bound.
func (m *Mechanism) history(ctx context.Context, v access.Viewer) (*history, error) {
	h := &history{people: map[truce.RecordID]truce.PersonID{}, coarse: map[truce.RecordID]bool{}}
	names := map[truce.ObservationID]truce.ObservationID{} // what an author calls it, and the record it is
	whole, err := m.walk(ctx, v, view.Query{Kinds: []truce.RecordKind{truce.RecordObservation}}, func(row *view.Row, sees access.Fields) error {
		if !sees.Has(access.Open|access.WhenCoarse) || row.Erased {
			return nil
		}
		if len(h.observations) == MaxReplayed {
			return errEnough
		}
		content, err := m.remembered(ctx, row)
		if err != nil || content == nil {
			return err
		}
		o := asSeen(content, row, sees)
		if sees.Has(access.Source) {
			names[content.ID] = truce.ObservationID(row.ID) // the first to come is met last
		}
		o.ID = truce.ObservationID(row.ID)
		o.Received = row.Received
		if !sees.Has(access.Logged) {
			o.Received = 0
		}
		h.people[row.ID], h.coarse[row.ID] = row.Author.Person, !sees.Has(access.WhenExact)
		h.simulated = h.simulated || row.Simulated
		h.observations = append(h.observations, o)
		return nil
	})
	if h.whole = whole; err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	for _, o := range h.observations {
		same := slices.Clone(o.SameAs)
		for i, id := range same {
			if r, ok := names[id]; ok {
				same[i] = r
			}
		}
		o.SameAs = same
		about := slices.Clone(o.About)
		for i, id := range about {
			if r, ok := names[truce.ObservationID(id)]; ok {
				about[i] = string(r)
			}
		}
		o.About = about
	}
	slices.Reverse(h.observations) // in the order in which they came
	whole, err = m.walk(ctx, v, view.Query{Kinds: []truce.RecordKind{truce.RecordPositions}}, func(row *view.Row, sees access.Fields) error {
		if !sees.Has(access.Open|access.WhereExact|access.WhenExact|access.Who) || row.Erased {
			return nil
		}
		r, g, err := m.content(ctx, row)
		if err != nil {
			return err
		}
		p, err := record.ReadPositions(&r, g)
		if err != nil || p.Track == nil {
			return err
		}
		if h.fixes += len(p.Fixes); h.fixes > MaxReplayedFixes {
			h.fixes -= len(p.Fixes)
			return errEnough
		}
		h.tracks = append(h.tracks, p)
		h.people[row.ID] = row.Author.Person
		h.simulated = h.simulated || row.Simulated
		return nil
	})
	h.whole = h.whole && whole
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	slices.Reverse(h.tracks)
	return h, nil
}

// evaluate lets the rules of a plan speak of it.
func (h *history) evaluate(name string, p *terms.Plan, at truce.Instant) (replay.Evaluated, error) {
	a, err := assess.New(p)
	if err != nil {
		return replay.Evaluated{}, err
	}
	for _, o := range h.observations {
		a.Add(o)
	}
	for _, x := range h.tracks {
		t := assess.Track{Unit: x.Track.Unit, Actor: x.Track.Actor, Source: x.Track.Source, Simulated: x.Simulated, Moved: x.Moved}
		if x.Track.Category != "" {
			t.Equipment = []truce.Equipment{{Category: x.Track.Category}}
		}
		a.AddFixes(t, x.Fixes)
	}
	return replay.Evaluated{Variant: replay.Variant{Name: name, Plan: p}, Result: a.Settle(at)}, nil
}

// words counts what a rule says, by word.
func (h *history) words(v access.Viewer, e replay.Evaluated, rule truce.RuleID) []WordCount {
	of := map[string]*access.Tally{}
	for _, a := range e.Result.Accounts {
		if a.Rule != rule {
			continue
		}
		w := comesTo(a)
		if of[w] == nil {
			of[w] = new(access.Tally)
		}
		of[w].Add(h.reporters(a.Subject)...)
	}
	counts := map[string]int{}
	for w, t := range of {
		counts[w] = t.Told(v)
	}
	delete(counts, truce.NotApplicable.String())
	return Gravest(counts)
}

// reporters are those who reported what something rests on.
func (h *history) reporters(s truce.Subject) (out []truce.PersonID) {
	for _, id := range s.Records {
		if p := h.people[truce.RecordID(id)]; p != "" {
			out = append(out, p)
		}
	}
	return out
}

// observation is the one that a subject is; nil where it is something else.
func (h *history) observation(s truce.Subject) *truce.Observation {
	if s.Kind != "observation" || len(s.Records) == 0 {
		return nil
	}
	i := slices.IndexFunc(h.observations, func(o *truce.Observation) bool { return o.ID == s.Records[0] })
	if i < 0 {
		return nil
	}
	return h.observations[i]
}

// because is the reason that settles an account under the first of its readings, in a sentence: the last question that was asked, and in that what decided. Where
// nothing does, it is what would.
func because(p *lang.Printer, r *assess.Result, acc truce.Account) string {
	o := r.Explain(acc, 0)
	var found *truce.Phrase
	list := o.Reasons
	for {
		i := len(list) - 1
		for i >= 0 && !list[i].Settles {
			i--
		}
		if i < 0 {
			break
		}
		found, list = &list[i].Phrase, list[i].Children
	}
	if len(o.Missing) > 0 {
		found = &o.Missing[0]
	}
	if found == nil {
		return ""
	}
	return p.Say(*found)
}
