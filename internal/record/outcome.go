package record

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"truce"
	"truce/internal/vault"
)

// MaxChoices bounds the combinations of readings one outcome speaks of, MaxConditions the conditions behind each. See docs/limits.md.
const (
	MaxChoices    = 256
	MaxConditions = 256
)

// Outcome is what a rule says of one thing under every reading, as it was said at one moment. What follows for whom stands openly;
// when, where and by how much is sealed.
type Outcome struct {
	Agreement truce.AgreementID
	Version   truce.VersionID
	// Text is the digest of the agreement's files, Engine the version of the evaluation: whoever has both and the records comes to the same.
	Text   truce.Digest
	Engine int
	// At is the moment the agreement was looked at.
	At      truce.Instant
	Rule    truce.RuleID
	Article truce.ArticleID
	// Subject is what it is about.
	Subject Subject
	// Said has one member for each choice of readings, in the order of the agreement; none where Gone.
	Said []Said
	// Turns lists the terms on whose reading the result depends.
	Turns []truce.TermID
	// Attribution is who answers for it, apart from whether it happened.
	Attribution truce.Attribution
	// Supersedes is the outcome whose place this one takes, "" for the first about its subject.
	Supersedes truce.RecordID
	// Gone says that by what is known now there is nothing of the kind: a stay that later positions showed not to be one.
	Gone      bool
	Simulated bool
	// Detail is what is sealed; nil where it was erased.
	Detail *Detail
}

// Subject is what an outcome is about.
type Subject struct {
	Kind string // "observation", "episode", "obligation" or "period"
	// Records are the records it rests on, at most MaxCites of them, and Count how many there are.
	Records []truce.RecordID
	Count   int
	Actor   truce.ActorID // who is bound, or whose it is, where known
	Period  truce.Span    // of an obligation counted by the day, week or month
}

var outcomeSubjects = []string{"observation", "episode", "obligation", "period"}

// Said is the result under one choice of readings.
type Said struct {
	Readings []truce.Choice
	Result   truce.Result
	Possible truce.ResultSet
	// Conditions are the questions asked, in order, with their answers and without the values behind them.
	Conditions []Condition
	// Asked are the answers that the result follows from ([assess.Derive]); none in records from before they were kept.
	Asked []truce.Asked
}

// Condition is one question of a rule and its answer. Settles marks those that decided, or that would.
type Condition struct {
	ID      string
	Truth   truce.Truth
	Settles bool
}

// Detail is what an outcome says that must be possible to hide.
type Detail struct {
	Unit  string // of an episode
	When  truce.Span
	Place truce.PlaceID
	At    truce.Position
	Error truce.Metres
	Why   []Why // beside Said; read by [Outcome.ReadWhy]
}

// Why is by how much and for what reasons.
type Why struct {
	Margin   truce.Margin
	Permille int16
	Missing  []truce.Phrase
	Reasons  []truce.Reason
}

type outcomeBody struct {
	Text       string           `json:"text"`
	Engine     int              `json:"engine"`
	At         truce.Instant    `json:"at"`
	Rule       truce.RuleID     `json:"rule"`
	Article    truce.ArticleID  `json:"article,omitempty"`
	Subject    string           `json:"subject"`
	Records    []truce.RecordID `json:"records,omitempty"`
	Count      int              `json:"count,omitempty"`
	Actor      truce.ActorID    `json:"actor,omitempty"`
	Period     []truce.Instant  `json:"period,omitempty"` // from, to
	Said       []saidBody       `json:"said,omitempty"`
	Turns      []truce.TermID   `json:"turns,omitempty"`
	By         []truce.ActorID  `json:"by,omitempty"`
	Known      string           `json:"known"`
	Answering  []truce.ActorID  `json:"answering,omitempty"`
	Supersedes truce.RecordID   `json:"supersedes,omitempty"`
	Gone       bool             `json:"gone,omitempty"`
	Simulated  bool             `json:"simulated,omitempty"`
}

type saidBody struct {
	Readings   []readingBody   `json:"readings,omitempty"`
	Result     string          `json:"result"`
	Possible   []string        `json:"possible"`
	Conditions []conditionBody `json:"conditions,omitempty"`
	Asked      string          `json:"asked,omitempty"` // a letter for each answer, and the number of the result it leads to
}

type readingBody struct {
	Term    truce.TermID    `json:"term"`
	Reading truce.ReadingID `json:"reading"`
}

type conditionBody struct {
	ID      string `json:"id"`
	Truth   string `json:"truth"`
	Settles bool   `json:"settles,omitempty"`
}

type whenBody struct {
	From truce.Instant `json:"from"`
	To   truce.Instant `json:"to"`
}

type whereBody struct {
	Place truce.PlaceID `json:"place,omitempty"`
	Lon   truce.E7      `json:"lon"`
	Lat   truce.E7      `json:"lat"`
	Error truce.Metres  `json:"error"`
}

type unitBody struct {
	Unit string `json:"unit,omitempty"`
}

// The groups of an outcome.
const (
	groupWhen  = "when"
	groupWhere = "where"
	groupWhy   = "why"
)

// Draft writes the outcome as a record.
func (o Outcome) Draft() (Draft, error) {
	b := outcomeBody{Text: o.Text.String(), Engine: o.Engine, At: o.At, Rule: o.Rule, Article: o.Article, Subject: o.Subject.Kind, Records: o.Subject.Records, Count: o.Subject.Count,
		Actor: o.Subject.Actor, Turns: o.Turns, By: o.Attribution.By, Known: o.Attribution.Known.String(), Answering: o.Attribution.Answering, Supersedes: o.Supersedes,
		Gone: o.Gone, Simulated: o.Simulated}
	if o.Subject.Period.Stated() {
		b.Period = []truce.Instant{o.Subject.Period.From, o.Subject.Period.To}
	}
	for _, s := range o.Said {
		x := saidBody{Result: s.Result.String(), Possible: []string{}}
		for _, c := range s.Readings {
			x.Readings = append(x.Readings, readingBody{c.Term, c.Reading})
		}
		for _, r := range s.Possible.Results() {
			x.Possible = append(x.Possible, r.String())
		}
		for _, c := range s.Conditions {
			x.Conditions = append(x.Conditions, conditionBody{c.ID, c.Truth.String(), c.Settles})
		}
		x.Asked = writeAsked(s.Asked)
		b.Said = append(b.Said, x)
	}
	fail := func(why string, err error) (Draft, error) {
		return Draft{}, &truce.Error{Op: "record.Outcome", Kind: truce.Invalid, Subject: string(o.Rule), Reason: why, Cause: err}
	}
	if err := b.check(); err != nil {
		return fail(err.Error(), nil)
	}
	if o.Detail == nil || len(o.Detail.Why) != len(o.Said) {
		return fail("it has no detail", nil)
	}
	d := o.Detail
	var groups []vault.Group
	for _, g := range []struct {
		name string
		v    any
	}{{groupUnit, unitBody{d.Unit}}, {groupWhen, whenBody{d.When.From, d.When.To}}, {groupWhere, whereBody{d.Place, d.At.Lon, d.At.Lat, d.Error}}, {groupWhy, d.Why}} {
		x, err := group(g.name, g.v)
		if err != nil && g.name == groupWhy {
			x, err = group(g.name, withoutReasons(d.Why)) // too much to keep: the reasons can be worked out again
		}
		if err != nil {
			return fail("its group "+g.name, err)
		}
		groups = append(groups, x)
	}
	out, err := draft(truce.RecordOutcome, b, groups...)
	out.Record.Agreement, out.Record.Version, out.Record.Claimed = o.Agreement, o.Version, o.At
	return out, err
}

func withoutReasons(list []Why) []Why {
	out := slices.Clone(list)
	for i := range out {
		out[i].Reasons = nil
	}
	return out
}

// ReadOutcome reads a record of the kind, all but the reasons: they are most of it, and whoever follows the journal needs none.
func ReadOutcome(r *truce.Record, g vault.Groups) (Outcome, error) {
	var b outcomeBody
	if err := readBody(r, truce.RecordOutcome, &b); err != nil {
		return Outcome{}, err
	}
	corrupt := func(why string) (Outcome, error) {
		return Outcome{}, &truce.Error{Op: "record.ReadOutcome", Kind: truce.Corrupt, Subject: r.String(), Reason: why}
	}
	if err := b.check(); err != nil {
		return corrupt(err.Error())
	}
	known, _ := parseTruth(b.Known)
	text, _ := parseDigest(b.Text)
	o := Outcome{Agreement: r.Agreement, Version: r.Version, Text: text, Engine: b.Engine, At: b.At, Rule: b.Rule, Article: b.Article,
		Subject: Subject{Kind: b.Subject, Records: b.Records, Count: b.Count, Actor: b.Actor}, Turns: b.Turns,
		Attribution: truce.Attribution{By: b.By, Known: known, Answering: b.Answering}, Supersedes: b.Supersedes, Gone: b.Gone, Simulated: b.Simulated}
	if len(b.Period) == 2 {
		o.Subject.Period = truce.Span{From: b.Period[0], To: b.Period[1]}
	}
	for _, x := range b.Said {
		var s Said
		s.Result, _ = truce.ParseResult(x.Result)
		for _, c := range x.Readings {
			s.Readings = append(s.Readings, truce.Choice(c))
		}
		for _, w := range x.Possible {
			p, _ := truce.ParseResult(w)
			s.Possible = s.Possible.With(p)
		}
		for _, c := range x.Conditions {
			t, _ := parseTruth(c.Truth)
			s.Conditions = append(s.Conditions, Condition{c.ID, t, c.Settles})
		}
		s.Asked, _ = readAsked(x.Asked) // check has seen it
		o.Said = append(o.Said, s)
	}
	if g.Erased() {
		return o, nil
	}
	var unit unitBody
	var when whenBody
	var where whereBody
	for _, x := range []struct {
		name string
		v    any
	}{{groupUnit, &unit}, {groupWhen, &when}, {groupWhere, &where}} {
		if err := readGroup(r, g, x.name, x.v); err != nil {
			return Outcome{}, err
		}
	}
	o.Detail = &Detail{Unit: unit.Unit, When: truce.Span(when), Place: where.Place, At: truce.Position{Lon: where.Lon, Lat: where.Lat}, Error: where.Error}
	return o, nil
}

// ReadWhy reads the reasons of an outcome that was read from the same record. Where they were erased there are none.
func (o *Outcome) ReadWhy(r *truce.Record, g vault.Groups) error {
	if o.Detail == nil {
		return nil
	}
	if err := readGroup(r, g, groupWhy, &o.Detail.Why); err != nil {
		return err
	}
	if len(o.Detail.Why) != len(o.Said) {
		return &truce.Error{Op: "record.ReadWhy", Kind: truce.Corrupt, Subject: r.String(), Reason: "its reasons are not beside what it says"}
	}
	return nil
}

func (b *outcomeBody) check() error {
	_, text := parseDigest(b.Text)
	_, known := parseTruth(b.Known)
	switch {
	case !text:
		return fmt.Errorf("it does not name the text of the agreement")
	case !b.At.Stated() || !truce.At(b.At).Valid():
		return fmt.Errorf("it does not say when the agreement was looked at")
	case b.Engine < 1 || b.Count < 0:
		return fmt.Errorf("a number is none")
	case !isName(string(b.Rule)), len(b.Article) > MaxTextBytes, b.Actor != "" && !isName(string(b.Actor)), b.Supersedes != "" && !isName(string(b.Supersedes)):
		return fmt.Errorf("a name is none")
	case !slices.Contains(outcomeSubjects, b.Subject):
		return fmt.Errorf("%q is nothing that an outcome is about", b.Subject)
	case !known:
		return fmt.Errorf("%q is no answer", b.Known)
	case len(b.Period) != 0 && (len(b.Period) != 2 || !(truce.Span{From: b.Period[0], To: b.Period[1]}).Valid()):
		return fmt.Errorf("its period is none")
	case len(b.Said) > MaxChoices:
		return fmt.Errorf("%d choices of readings are more than the %d there may be", len(b.Said), MaxChoices)
	case b.Gone != (len(b.Said) == 0):
		return fmt.Errorf("it says a result for each choice of readings, or that there is nothing")
	}
	for _, s := range b.Said {
		if len(s.Conditions) > MaxConditions {
			return fmt.Errorf("%d conditions are more than the %d there may be", len(s.Conditions), MaxConditions)
		}
		if _, ok := readAsked(s.Asked); !ok {
			return fmt.Errorf("%q are no answers", s.Asked)
		}
		for _, w := range append([]string{s.Result}, s.Possible...) {
			if _, ok := truce.ParseResult(w); !ok {
				return fmt.Errorf("%q is no result", w)
			}
		}
		for i := range s.Possible {
			if i > 0 && slices.Index(truce.ResultWords(), s.Possible[i-1]) >= slices.Index(truce.ResultWords(), s.Possible[i]) {
				return fmt.Errorf("what is possible is not in order")
			}
		}
		for _, c := range s.Readings {
			if !isName(string(c.Term)) || !isName(string(c.Reading)) {
				return fmt.Errorf("a reading has no name")
			}
		}
		for _, c := range s.Conditions {
			if _, ok := parseTruth(c.Truth); !ok || !isName(c.ID) {
				return fmt.Errorf("a condition has no name or no answer")
			}
		}
	}
	if err := names("records", b.Records, MaxCites); err != nil {
		return err
	}
	if err := names("actors", b.By, MaxNamed); err != nil {
		return err
	}
	if err := names("actors", b.Answering, MaxNamed); err != nil {
		return err
	}
	return names("terms", b.Turns, MaxNamed)
}

// writeAsked writes answers in two characters each: "n1" is a no to a question whose yes would be not applicable.
func writeAsked(list []truce.Asked) string {
	var b []byte
	for _, a := range list {
		b = append(b, "nuy"[a.Answer+1], '0'+byte(a.Then))
	}
	return string(b)
}

func readAsked(s string) (list []truce.Asked, ok bool) {
	if len(s)%2 != 0 || len(s) > 2*MaxConditions {
		return nil, false
	}
	for i := 0; i < len(s); i += 2 {
		answer, then := strings.IndexByte("nuy", s[i]), int(s[i+1])-'0'
		if answer < 0 || then < 0 || then >= len(truce.ResultWords()) {
			return nil, false
		}
		list = append(list, truce.Asked{Answer: truce.Truth(answer - 1), Then: truce.Result(then)})
	}
	return list, true
}

func parseTruth(s string) (t truce.Truth, ok bool) {
	for t = truce.False; t <= truce.True; t++ {
		if t.String() == s {
			return t, true
		}
	}
	return truce.Unknown, false
}

// parseDigest reads the form that String writes, and no other.
func parseDigest(s string) (d truce.Digest, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(d) {
		return d, false
	}
	copy(d[:], b)
	return d, d.String() == s && !d.IsZero()
}
