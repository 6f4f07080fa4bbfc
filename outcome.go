package truce

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Result is what a rule says of one thing under one reading. The zero value is Undetermined. The numbers are written in
// records: append only.
type Result uint8

// Results.
const (
	Undetermined  Result = iota // some fact is missing; the outcome says which
	NotApplicable               // the rule does not speak of this
	NotDue                      // the rule does not bind yet
	Kept                        // the rule binds and was kept
	Breached                    // the rule binds and was not kept
	Suspended                   // the rule was out of force at the time
)

var resultNames = [...]string{"undetermined", "not applicable", "not due", "kept", "breached", "suspended"}

func (r Result) String() string {
	if int(r) >= len(resultNames) {
		return resultNames[0]
	}
	return resultNames[r]
}

// ParseResult reads the words used in files and scenarios.
func ParseResult(s string) (Result, bool) {
	for i, n := range resultNames {
		if n == s {
			return Result(i), true
		}
	}
	return Undetermined, false
}

// ResultWords lists the words of all results, in their order.
func ResultWords() []string { return slices.Clone(resultNames[:]) }

// ResultSet is a set of results: what could still be the case while facts are missing.
type ResultSet uint8

// With is the set with one more result.
func (s ResultSet) With(r Result) ResultSet { return s | 1<<r }

// Has reports whether r is in the set.
func (s ResultSet) Has(r Result) bool { return s&(1<<r) != 0 }

// Only gives the single result in the set; ok is false for an empty set and for more than one.
func (s ResultSet) Only() (r Result, ok bool) {
	if s == 0 || s&(s-1) != 0 {
		return Undetermined, false
	}
	for r = 0; s != 1; r++ {
		s >>= 1
	}
	return r, true
}

// Results lists the set in order.
func (s ResultSet) Results() []Result {
	var out []Result
	for r := Result(0); int(r) < len(resultNames); r++ {
		if s.Has(r) {
			out = append(out, r)
		}
	}
	return out
}

// Choice is one reading of one term.
type Choice struct {
	Term    TermID
	Reading ReadingID
}

func (c Choice) String() string { return string(c.Term) + "=" + string(c.Reading) }

// ArgKind says how a phrase's argument is to be written in a language.
type ArgKind uint8

// Kinds of argument.
const (
	ArgText     ArgKind = iota
	ArgActor            // Text is an actor id
	ArgPlace            // Text is a place id
	ArgTerm             // Text is a term id
	ArgReading          // Text is "term=reading"; the term is left out where N is 1
	ArgRule             // Text is a rule id
	ArgWord             // Text is a word of a taxonomy or another fixed list
	ArgInstant          // N is an Instant
	ArgSpan             // N and M are Instants
	ArgMetres           // N is a length in decimetres
	ArgDuration         // N is a time in milliseconds
	ArgNumber           // N
	ArgPermille         // N is a probability in thousandths
	ArgList             // Args, joined with "and"; with "or" where N is 1
	ArgRecord           // Text is an observation id
	ArgSource           // Text is a source id
	ArgMoment           // Text is a moment id
	ArgPhrase           // Text is the id of another phrase, Args its arguments
	ArgCountry          // Text is the code of a country, two capital letters of ISO 3166-1
	ArgLanguage         // Text is the code of a language, as BCP 47 has it
	ArgCounting         // Text is the id of a counting rule
	ArgArticle          // Text is the id of an article, which is written by its title
)

// Arg is one argument of a phrase.
type Arg struct {
	Kind ArgKind
	Text string
	N, M int64
	Args []Arg
}

// Phrase is a sentence that package lang writes in each language: a message id and its arguments.
type Phrase struct {
	ID   string
	Args []Arg
}

// Say makes a phrase.
func Say(id string, args ...Arg) Phrase { return Phrase{id, args} }

// Constructors of arguments, one for each kind.
func Str(s string) Arg              { return Arg{Kind: ArgText, Text: s} }
func ActorArg(a ActorID) Arg        { return Arg{Kind: ArgActor, Text: string(a)} }
func PlaceArg(p PlaceID) Arg        { return Arg{Kind: ArgPlace, Text: string(p)} }
func TermArg(t TermID) Arg          { return Arg{Kind: ArgTerm, Text: string(t)} }
func ReadingArg(c Choice) Arg       { return Arg{Kind: ArgReading, Text: c.String()} }
func RuleArg(r RuleID) Arg          { return Arg{Kind: ArgRule, Text: string(r)} }
func WordArg(w string) Arg          { return Arg{Kind: ArgWord, Text: w} }
func InstantArg(i Instant) Arg      { return Arg{Kind: ArgInstant, N: int64(i)} }
func SpanArg(s Span) Arg            { return Arg{Kind: ArgSpan, N: int64(s.From), M: int64(s.To)} }
func MetresArg(m Tenths) Arg        { return Arg{Kind: ArgMetres, N: int64(m)} }
func DurArg(d time.Duration) Arg    { return Arg{Kind: ArgDuration, N: d.Milliseconds()} }
func NumArg(n int64) Arg            { return Arg{Kind: ArgNumber, N: n} }
func PermilleArg(p int64) Arg       { return Arg{Kind: ArgPermille, N: p} }
func ListArg(a ...Arg) Arg          { return Arg{Kind: ArgList, Args: a} }
func OrArg(a ...Arg) Arg            { return Arg{Kind: ArgList, Args: a, N: 1} }
func PhraseArg(p Phrase) Arg        { return Arg{Kind: ArgPhrase, Text: p.ID, Args: p.Args} }
func RecordArg(o ObservationID) Arg { return Arg{Kind: ArgRecord, Text: string(o)} }
func SourceArg(s SourceID) Arg      { return Arg{Kind: ArgSource, Text: string(s)} }
func MomentArg(m MomentID) Arg      { return Arg{Kind: ArgMoment, Text: string(m)} }
func CountryArg(code string) Arg    { return Arg{Kind: ArgCountry, Text: code} }
func LanguageArg(code string) Arg   { return Arg{Kind: ArgLanguage, Text: code} }
func CountingArg(c CountingID) Arg  { return Arg{Kind: ArgCounting, Text: string(c)} }
func ArticleArg(a ArticleID) Arg    { return Arg{Kind: ArgArticle, Text: string(a)} }

// String writes the phrase for logs and tests: its id and arguments, in no language.
func (p Phrase) String() string {
	var b strings.Builder
	b.WriteString(p.ID)
	for i, a := range p.Args {
		b.WriteString(map[bool]string{true: "(", false: ", "}[i == 0])
		b.WriteString(a.String())
	}
	if len(p.Args) > 0 {
		b.WriteString(")")
	}
	return b.String()
}

func (a Arg) String() string {
	switch a.Kind {
	case ArgInstant:
		return Instant(a.N).String()
	case ArgSpan:
		return Span{Instant(a.N), Instant(a.M)}.String()
	case ArgMetres:
		return Tenths(a.N).String() + " m"
	case ArgDuration:
		return (time.Duration(a.N) * time.Millisecond).String()
	case ArgNumber:
		return strconv.FormatInt(a.N, 10)
	case ArgPermille:
		return strconv.FormatInt(a.N, 10) + "/1000"
	case ArgList:
		parts := make([]string, len(a.Args))
		for i, x := range a.Args {
			parts[i] = x.String()
		}
		return "[" + strings.Join(parts, " ") + "]"
	case ArgPhrase:
		return Phrase{a.Text, a.Args}.String()
	}
	return a.Text
}

// Tenths is a length in whole tenths of a metre: what is shown of a margin. Computed distances are rounded to it, half away from zero.
type Tenths int64

func (t Tenths) String() string {
	s := strconv.FormatInt(int64(t)/10, 10)
	if r := t % 10; r != 0 {
		if r < 0 {
			r = -r
			if t > -10 {
				s = "-" + s
			}
		}
		s += "." + strconv.FormatInt(int64(r), 10)
	}
	return s
}

// Margin says by how much. Positive is on the side of keeping, negative on the side of breach.
type Margin struct {
	Metres    Tenths
	HasMetres bool
	Time      time.Duration
	HasTime   bool
	Count     int64
	HasCount  bool
}

// Reason is one condition of a rule with the answer it got: the leaf a liaison officer can argue with. A reason with
// children is decided by them.
type Reason struct {
	Phrase Phrase
	Truth  Truth
	// Settles says that this condition decided the outcome, or that the outcome is undetermined for want of it.
	Settles bool
	// From names what the value rests on: statements, facts, records.
	From     []SourceID
	Records  []ObservationID
	Children []Reason
}

// Attribution says who answers for a breach, apart from whether one happened.
type Attribution struct {
	// By lists the actors it could be: exactly one is attribution, more are alternatives, none is unknown.
	By []ActorID
	// Known is true when By names the one who did it on the word of the source.
	Known Truth
	// Answering lists the guarantors or parties that answer for those in By.
	Answering []ActorID
}

// Outcome is what a rule says of one thing under one choice of readings.
type Outcome struct {
	Readings []Choice
	Result   Result
	// Possible holds what could still be the case; it has one member unless Result is Undetermined.
	Possible ResultSet
	Margin   Margin
	// Permille is the probability in thousandths that the place lies where the rule speaks of, where the place is
	// uncertain; -1 where it is certain or not asked.
	Permille int16
	// Missing lists the facts that would settle an undetermined outcome, those that alone would do it first.
	Missing []Phrase
	Reasons []Reason
	// Asked are the questions in order, up to the first yes, with what the outcome follows from: there when the reasons are.
	Asked []Asked
}

// Asked is the answer to one question of a rule, and the result there is if the answer is yes.
type Asked struct {
	Answer Truth
	Then   Result
}

// Subject is what an account is about: one observation, an episode of several, an obligation, or a period.
type Subject struct {
	// Kind is "observation", "episode", "obligation" or "period".
	Kind string
	// Records lists the observations it rests on, in order of time and then id; of a track at most a few, with their number in Count.
	Records []ObservationID
	Count   int
	Unit    string  // the unit of an episode, as its source names it
	Actor   ActorID // who is bound, or whose unit it is, where known
	Place   PlaceID
	When    Span
	// At is where a stay was deepest inside, or where the unit came nearest if it never was; Error is the radius in metres of
	// that fix. Both are zero for other subjects.
	At    Position
	Error Metres
}

// Key orders and names subjects: equal keys are the same subject.
func (s Subject) Key() string {
	id := ""
	if len(s.Records) > 0 {
		id = string(s.Records[0])
	}
	return s.Kind + "|" + s.Unit + "|" + string(s.Actor) + "|" + string(s.Place) + "|" +
		strconv.FormatInt(int64(s.When.From), 10) + "|" + id
}

// Account is what one rule says of one subject, under every reading.
type Account struct {
	Rule        RuleID
	Article     ArticleID
	Subject     Subject
	Outcomes    []Outcome // one for each choice of readings, in the plan's order
	Attribution Attribution
	// Turns lists the terms on whose reading the result depends; empty when it is the same under all.
	Turns []TermID
}

// Result gives the result where it is the same under every reading; same is false where it turns on a term.
func (a Account) Result() (r Result, same bool) {
	if len(a.Outcomes) == 0 {
		return Undetermined, true
	}
	for _, o := range a.Outcomes[1:] {
		if o.Result != a.Outcomes[0].Result {
			return Undetermined, false
		}
	}
	return a.Outcomes[0].Result, true
}

// Breaches says whether it is a breach under every reading, under some, and whether one is possible under some.
func (a Account) Breaches() (every, some, possible bool) {
	every = len(a.Outcomes) > 0
	for i := range a.Outcomes {
		o := &a.Outcomes[i]
		every = every && o.Result == Breached
		some = some || o.Result == Breached
		possible = possible || o.MayBreach()
	}
	return every, some, possible
}

// MayBreach reports whether it is a breach or could be one. What stays undetermined whatever becomes known, for want of evidence or of people's
// assessment, could.
func (o *Outcome) MayBreach() bool {
	return o.Possible.Has(Breached) || o.Possible.Has(Undetermined)
}

// Episode is a stay of one unit where a rule speaks of, made of presences.
type Episode struct {
	Unit         string
	First, Last  Instant // first and last time it was certainly there
	Entry, Exit  Span    // when it came in and went out; a side nobody saw is not stated
	Fixes        int
	Deepest      Position
	DeepestAt    Instant
	DeepestError Metres
}
