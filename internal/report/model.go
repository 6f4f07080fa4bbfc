package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"truce"
	"truce/internal/intake"
	"truce/internal/replay"
	"truce/internal/seal"
	"truce/terms"
)

// Limits of what a report lists; what is left out is counted. See docs/limits.md.
const (
	// MaxExamples is how many sentences are shown for one kind of missing fact.
	MaxExamples = 3
	// MaxStrangers is how many names that nobody is known by are compared with the names of the agreement.
	MaxStrangers = 25
	// MaxDates is how many dates are compared before and after.
	MaxDates = 12
	// MaxBins is how many weeks a time line has before it goes by months, and months before it goes by years.
	MaxBins = 208
)

// Standing is what a rule says of one thing over all readings: a result that is the same under each, or that it turns on
// the reading. What is not determined is told apart by whether it could be a breach. The numbers up to Suspended are those of [truce.Result].
type Standing uint8

// Standings that are not results.
const (
	Turns    = Standing(truce.Suspended) + 1 + iota // it turns on the reading of a term
	NoBreach                                        // not determined, but a breach under no reading
	Nothing                                         // the rule says nothing of it
	standings
)

// shown lists the standings in the order in which they are shown, the gravest first.
var shown = []Standing{Standing(truce.Breached), Turns, Standing(truce.Undetermined), Standing(truce.Kept), NoBreach,
	Standing(truce.NotDue), Standing(truce.Suspended), Standing(truce.NotApplicable)}

// String is the word used in JSON: that of the result, or "turns", "no breach" or "nothing".
func (s Standing) String() string {
	switch s {
	case Turns:
		return "turns"
	case NoBreach:
		return "no breach"
	case Nothing:
		return "nothing"
	}
	return truce.Result(s).String()
}

// grave orders standings: the smaller number is the graver.
func (s Standing) grave() int {
	if i := slices.Index(shown, s); i >= 0 {
		return i
	}
	return len(shown)
}

// Tally is a number together with what it counts: the places in [Model.Things], ascending, each once. The number is its length.
type Tally []int32

// by is a tally for each standing.
type by [standings]Tally

// Thing is something that rules say something of, or that was observed and no rule speaks of.
type Thing struct {
	// ID is unique in a report: of an observation its own id, of others made of what they are.
	ID      string
	Subject truce.Subject
	// Observation is nil for what is not a single observation.
	Observation *truce.Observation
	// Says holds what each rule says of it, in the order of the plan's rules.
	Says []Standing
	// Judged says that some rule speaks of it: not only that it does not apply, or that it was elsewhere before it was due.
	Judged bool
	// Variant names the plan under which alone the thing exists; empty for the first.
	Variant string
	// Simulated and Moved are set on what was invented, and on real movements shifted to another place.
	Simulated, Moved bool
}

// Gravest is the gravest of what rules say of the thing.
func (t *Thing) Gravest() Standing {
	worst := Nothing
	for _, s := range t.Says {
		if s.grave() < worst.grave() {
			worst = s
		}
	}
	return worst
}

// Model is everything a report says, in no language and in an order that depends on nothing but the replay.
type Model struct {
	Agreement *truce.Agreement
	Plan      seal.Hash
	// At is the time the agreement is looked at; KnownAt leaves out what was not known by then, 0 nothing.
	At, KnownAt truce.Instant
	Period      truce.Span
	Inputs      []intake.Summary
	Fixes       int
	Units       int

	Things   []Thing
	Articles []Article
	// Rules are those of all articles, in the plan's order.
	Rules []*Rule
	Dates []Date
	// MoreDates is how many dates there are beyond MaxDates.
	MoreDates int
	Named     []Named
	// Strangers are names in the records that nobody is known by.
	Strangers []Stranger
	Coverage  Coverage
	Compared  []Comparison
	// Simulated and Moved are the things so labelled, SimulatedUnits and MovedUnits the units whose positions are.
	Simulated, Moved           Tally
	SimulatedUnits, MovedUnits []string
	// Illustrative lists the features that were drawn for an example and are nobody's official line.
	Illustrative []truce.PlaceID

	replay *replay.Replay
	base   replay.Evaluated
	plan   *terms.Plan
	scopes []*scope
	marks  []mark
}

// Article is an article with what its rules say.
type Article struct {
	ID    truce.ArticleID
	Title truce.Words
	Rules []*Rule
	// Verdict is the sentence on the article as a whole, Standing the standing it speaks of; Nothing where people assess it.
	Verdict  truce.Phrase
	Standing Standing
}

// NewModel works out everything a report says. The replay must not change afterwards.
func NewModel(r *replay.Replay) *Model {
	base := r.Base()
	m := &Model{Agreement: base.Plan.Agreement, Plan: base.Plan.Hash, At: r.At, KnownAt: r.KnownAt, Period: r.Period, Inputs: r.Inputs,
		Fixes: r.Positions, Units: len(r.Units), replay: r, base: base, plan: base.Plan}
	for _, f := range m.Agreement.Places {
		if f.Illustrative {
			m.Illustrative = append(m.Illustrative, f.ID)
		}
	}
	find := m.observations()
	m.rules(find)
	m.scoping()
	for i := range m.Things {
		m.Things[i].Judged = slices.ContainsFunc(m.Rules, func(r *Rule) bool { return m.speaks(r, int32(i)) })
	}
	for _, r := range m.Rules {
		r.Says = m.sentences(r)
	}
	m.labels()
	m.series()
	m.articles()
	m.dates()
	m.actors()
	m.coverage()
	m.compare(find)
	m.places()
	return m
}

// finder gives the place of a rule's subject in [Model.Things], adding it if it is new. What is observed is one thing for all
// rules; what a rule asks for (an obligation, a period) is a thing of that rule.
type finder func(rule truce.RuleID, s truce.Subject, variant string) int32

// observations makes a thing of every observation, in order of time and then id.
func (m *Model) observations() finder {
	list := slices.Clone(m.replay.Observations)
	slices.SortStableFunc(list, func(a, b *truce.Observation) int {
		return cmp.Or(cmp.Compare(a.When.From, b.When.From), cmp.Compare(a.When.To, b.When.To), cmp.Compare(a.ID, b.ID))
	})
	n := len(m.plan.Rules)
	all := make([]Standing, n*len(list))
	for i := range all {
		all[i] = Nothing
	}
	m.Things = make([]Thing, len(list))
	at := make(map[string]int32, len(list))
	for i, o := range list {
		m.Things[i] = Thing{ID: string(o.ID), Observation: o, Says: all[i*n : (i+1)*n : (i+1)*n], Simulated: o.Simulated, Moved: o.Moved,
			Subject: truce.Subject{Kind: "observation", Records: []truce.ObservationID{o.ID}, Count: 1, When: o.When}}
		at["observation|"+string(o.ID)] = int32(i)
	}
	units := map[string]int{}
	for i, u := range m.replay.Units {
		units[u.Unit] = i
	}
	taken := map[string]bool{}
	return func(rule truce.RuleID, s truce.Subject, variant string) int32 {
		key := variant + "|" + s.Key()
		switch {
		case s.Kind == "observation" && len(s.Records) == 1:
			key = "observation|" + string(s.Records[0])
		case s.Kind != "episode":
			key = string(rule) + "|" + key
		}
		if i, ok := at[key]; ok {
			return i
		}
		t := Thing{ID: subjectID(rule, s), Subject: s, Variant: variant, Says: make([]Standing, n)}
		for k := 2; taken[t.ID]; k++ {
			t.ID = subjectID(rule, s) + "#" + strconv.Itoa(k)
		}
		taken[t.ID] = true
		for i := range t.Says {
			t.Says[i] = Nothing
		}
		if i, ok := units[s.Unit]; ok && s.Kind == "episode" {
			t.Simulated, t.Moved = m.replay.Units[i].Simulated, m.replay.Units[i].Moved
		}
		for _, id := range s.Records {
			if i, ok := at["observation|"+string(id)]; ok {
				t.Simulated, t.Moved = t.Simulated || m.Things[i].Simulated, t.Moved || m.Things[i].Moved
			}
		}
		i := int32(len(m.Things))
		m.Things, at[key] = append(m.Things, t), i
		return i
	}
}

// subjectID names what is not a single observation: "unit-7@2017-07-10T03:20:00Z", "maps:guarantor-one", "lorries@2017-07-10".
func subjectID(rule truce.RuleID, s truce.Subject) string {
	id := string(rule)
	if s.Kind == "episode" {
		id = strings.Join(strings.Fields(s.Unit), "_")
	} else if s.Actor != "" {
		id += ":" + string(s.Actor)
	}
	if s.Kind != "obligation" && s.When.Stated() {
		id += "@" + s.When.From.String()
	}
	return id
}

// labels gathers what is simulated or moved.
func (m *Model) labels() {
	for i := range m.Things {
		if m.Things[i].Simulated {
			m.Simulated = append(m.Simulated, int32(i))
		}
		if m.Things[i].Moved {
			m.Moved = append(m.Moved, int32(i))
		}
	}
	for _, u := range m.replay.Units {
		if u.Simulated {
			m.SimulatedUnits = append(m.SimulatedUnits, u.Unit)
		}
		if u.Moved {
			m.MovedUnits = append(m.MovedUnits, u.Unit)
		}
	}
	slices.Sort(m.SimulatedUnits)
	slices.Sort(m.MovedUnits)
}

// articles says something of each article as a whole.
func (m *Model) articles() {
	for i := range m.Agreement.Articles {
		a := &m.Agreement.Articles[i]
		art := Article{ID: a.ID, Title: a.Title}
		if art.Title == (truce.Words{}) {
			for _, t := range m.Agreement.Texts {
				for _, x := range t.Articles {
					if x.Article == a.ID {
						switch t.Lang {
						case "en":
							art.Title.EN = x.Title
						case "ar":
							art.Title.AR = x.Title
						case "ru":
							art.Title.RU = x.Title
						}
					}
				}
			}
		}
		for _, r := range m.Rules {
			if r.Article != a.ID {
				continue
			}
			art.Rules = append(art.Rules, r)
		}
		art.Verdict, art.Standing = verdict(art)
		m.Articles = append(m.Articles, art)
	}
}

// add puts a thing into a tally; things come in any order and may come twice.
func (t *Tally) add(i int32) {
	if n := len(*t); n == 0 || (*t)[n-1] < i {
		*t = append(*t, i)
		return
	}
	if k, have := slices.BinarySearch(*t, i); !have {
		*t = slices.Insert(*t, k, i)
	}
}

// join is the things of all tallies, each once.
func join(list ...Tally) Tally {
	var out Tally
	for _, t := range list {
		out = append(out, t...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
