package mechanism

import (
	"context"
	"slices"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/record"
	"truce/internal/view"
)

func outcomeRow(row *view.Row, o record.Outcome) *spot {
	row.Outcome = &view.Outcome{Rule: o.Rule, Article: o.Article}
	row.Simulated = o.Simulated
	for _, id := range o.Subject.Records {
		row.Links = append(row.Links, view.Link{How: "subject", ID: id})
	}
	if o.Supersedes != "" {
		row.Links = append(row.Links, view.Link{How: view.Supersedes, ID: o.Supersedes})
	}
	if o.Detail != nil {
		row.HasPlace = o.Detail.At != (truce.Position{})
		row.Happened = &view.Happened{Word: string(o.Rule), First: view.DayOf(o.Detail.When.From), Last: view.DayOf(o.Detail.When.To)}
		if c, ok := cellOf(truce.Place{Kind: truce.PlacePoint, At: o.Detail.At}); ok && row.HasPlace {
			row.Happened.HasCell, row.Happened.Lon, row.Happened.Lat = true, c.Lon, c.Lat
		}
	}
	at := &spot{kind: entryEpisode, word: word{rule: o.Rule, article: o.Article, said: o.Said}, gone: o.Supersedes}
	if d := o.Detail; o.Subject.Kind == "observation" {
		at.of = o.Subject.Records
	} else if d != nil && !o.Gone && row.HasPlace {
		at.place = truce.Place{Kind: truce.PlacePoint, At: d.At, Error: d.Error}
	}
	return at
}

// Outcome is what a rule says, as one viewer sees it.
type Outcome struct {
	Card       `access:"each"`
	Rule       truce.RuleID     `json:"rule" access:"open"`
	Article    truce.ArticleID  `json:"article,omitempty" access:"open"`
	At         string           `json:"at,omitempty" access:"open" format:"date-time" doc:"The moment the agreement was looked at."`
	Subject    string           `json:"subject" access:"open" doc:"Observation, episode, obligation or period."`
	Records    []truce.RecordID `json:"records,omitempty" access:"what" doc:"The records it rests on."`
	Actor      truce.ActorID    `json:"actor,omitempty" access:"who" doc:"Who is bound, or whose it is."`
	Result     string           `json:"result" access:"open" doc:"The result under every reading, or undetermined where it turns on a term."`
	Same       bool             `json:"same" access:"open" doc:"It is the same under every reading."`
	Turns      []truce.TermID   `json:"turns,omitempty" access:"open" doc:"The terms on which it turns."`
	Said       []Said           `json:"said,omitempty" access:"open" doc:"The result under each choice of readings."`
	By         []truce.ActorID  `json:"by,omitempty" access:"who" doc:"Who it could have been, apart from whether it happened."`
	Answering  []truce.ActorID  `json:"answering,omitempty" access:"who" doc:"Who answers for those."`
	Known      string           `json:"known,omitempty" access:"who" doc:"Whether it is known that it was they."`
	Supersedes truce.RecordID   `json:"supersedes,omitempty" access:"open" doc:"The outcome whose place it takes; that one stays on record."`
	Latest     bool             `json:"latest" access:"open" doc:"No other outcome took its place."`
	Gone       bool             `json:"gone,omitempty" access:"open" doc:"By what is known now there is no such thing."`
	From       string           `json:"from,omitempty" access:"when-exact" format:"date-time"`
	To         string           `json:"to,omitempty" access:"when-exact" format:"date-time"`
	Cell       *Cell            `json:"cell,omitempty" access:"where-coarse" doc:"The fixed coarse cell it lies in."`
	Place      *Place           `json:"place,omitempty" access:"where-exact"`
	Unit       string           `json:"unit,omitempty" access:"source"`
	Why        []Why            `json:"why,omitempty" access:"where-exact when-exact who" doc:"Beside said: by how much, and for what reasons, leaf by leaf."`
}

// Said is the result under one choice of readings.
type Said struct {
	Readings   []string    `json:"readings,omitempty" doc:"Each as term=reading."`
	Result     string      `json:"result"`
	Possible   []string    `json:"possible,omitempty" doc:"What could still be the case."`
	Conditions []Condition `json:"conditions,omitempty" doc:"The questions asked, in order, with their answers."`
}

// Condition is one question and its answer.
type Condition struct {
	ID      string `json:"id"`
	Truth   string `json:"truth"`
	Settles bool   `json:"settles,omitempty"`
}

// Why is by how much and for what reasons.
type Why struct {
	Metres   string   `json:"metres,omitempty" doc:"Positive on the side of keeping."`
	Seconds  *float64 `json:"seconds,omitempty"`
	Count    *int64   `json:"count,omitempty"`
	Permille *int16   `json:"permille,omitempty" doc:"Probability in thousandths that the place lies where the rule speaks of."`
	Missing  []string `json:"missing,omitempty" doc:"The facts that would settle it, those that alone would do it first."`
	Reasons  []Reason `json:"reasons,omitempty"`
}

// Reason is one condition with its value, and those behind it.
type Reason struct {
	Text     string   `json:"text"`
	Truth    string   `json:"truth"`
	Settles  bool     `json:"settles,omitempty"`
	From     []string `json:"from,omitempty"`
	Children []Reason `json:"children,omitempty"`
}

// OutcomeSearch narrows a list of outcomes.
type OutcomeSearch struct {
	Rule    truce.RuleID
	Article truce.ArticleID
	Of      truce.RecordID // those about a record
	All     bool           // also those that were superseded
	Uncased bool           // breaches that no open case is about, for whoever runs cases
	Bare    bool           // without the reasons, which are long where there are many readings
	Lang    string
	Cursor  string
	Limit   int
}

// Outcomes lists what rules say.
func (m *Mechanism) Outcomes(ctx context.Context, v access.Viewer, s OutcomeSearch) (Page[Outcome], error) {
	q := view.Query{Kinds: []truce.RecordKind{truce.RecordOutcome}, Rule: s.Rule, Article: s.Article, Latest: !s.All, Limit: s.Limit}
	if s.Of != "" {
		if _, _, sees, err := m.look(ctx, "mechanism.Outcomes", v, s.Of); err != nil || !sees.Has(access.What) {
			return Page[Outcome]{Items: []Outcome{}}, err
		}
		q.Links, q.How = s.Of, "subject"
	}
	keep := func(*view.Row) (bool, error) { return true, nil }
	if s.Uncased {
		keep = m.withoutCase(ctx, v)
	}
	return list(ctx, m, v, q, s.Cursor, func(row *view.Row, t access.Thing, sees access.Fields) (Outcome, bool, error) {
		if s.Of != "" && !sees.Has(access.What) || (s.Rule != "" || s.Article != "") && !sees.Has(access.Open) {
			return Outcome{}, false, nil
		}
		if keeps, err := keep(row); err != nil || !keeps {
			return Outcome{}, false, err
		}
		o, err := m.outcomeOf(ctx, row, t, sees, s.Lang, !s.Bare)
		return o, true, err
	})
}

// Outcome gives one.
func (m *Mechanism) Outcome(ctx context.Context, v access.Viewer, id truce.RecordID, language string) (Outcome, error) {
	row, t, sees, err := m.look(ctx, "mechanism.Outcome", v, id, truce.RecordOutcome)
	if err != nil {
		return Outcome{}, err
	}
	return m.outcome(ctx, &row, t, sees, language)
}

func (m *Mechanism) outcome(ctx context.Context, row *view.Row, t access.Thing, sees access.Fields, language string) (Outcome, error) {
	return m.outcomeOf(ctx, row, t, sees, language, true)
}

func (m *Mechanism) outcomeOf(ctx context.Context, row *view.Row, t access.Thing, sees access.Fields, language string, reasons bool) (out Outcome, err error) {
	out = Outcome{Card: m.card(row, t, sees)}
	defer func() { access.RedactTo(sees, &out) }()
	if !sees.Has(access.Open) {
		return out, nil
	}
	r, g, err := m.content(ctx, row)
	if err != nil {
		return out, err
	}
	o, err := record.ReadOutcome(&r, g)
	if err != nil {
		return out, err
	}
	out.Rule, out.Article, out.At, out.Subject, out.Records, out.Actor = o.Rule, o.Article, instant(o.At), o.Subject.Kind, o.Subject.Records, o.Subject.Actor
	out.Turns, out.By, out.Answering, out.Known = o.Turns, o.Attribution.By, o.Attribution.Answering, o.Attribution.Known.String()
	out.Supersedes, out.Gone, out.Latest = o.Supersedes, o.Gone, row.Outcome != nil && row.Outcome.Latest
	res, same := result(o.Said)
	out.Result, out.Same = res.String(), same
	for _, s := range o.Said {
		one := Said{Result: s.Result.String()}
		for _, c := range s.Readings {
			one.Readings = append(one.Readings, c.String())
		}
		for _, p := range s.Possible.Results() {
			one.Possible = append(one.Possible, p.String())
		}
		for _, c := range s.Conditions {
			one.Conditions = append(one.Conditions, Condition{c.ID, c.Truth.String(), c.Settles})
		}
		out.Said = append(out.Said, one)
	}
	if h := row.Happened; h != nil {
		out.Cell = happenedIn(h)
	}
	if d := o.Detail; d != nil {
		out.From, out.To, out.Unit = instant(d.When.From), instant(d.When.To), d.Unit
		if d.At != (truce.Position{}) {
			out.Place = place(truce.Place{Kind: truce.PlacePoint, At: d.At, Error: d.Error, Name: string(d.Place)})
		}
		if sees.Has(access.WhereExact | access.WhenExact | access.Who) {
			if err := o.ReadWhy(&r, g); err != nil {
				return out, err
			}
			for _, w := range d.Why {
				if !reasons {
					w.Reasons = nil
				}
				out.Why = append(out.Why, m.why(w, language, sees))
			}
		}
	}
	return out, nil
}

func result(said []record.Said) (truce.Result, bool) {
	if len(said) == 0 {
		return truce.Undetermined, true
	}
	if slices.ContainsFunc(said, func(s record.Said) bool { return s.Result != said[0].Result }) {
		return truce.Undetermined, false
	}
	return said[0].Result, true
}

func (m *Mechanism) why(w record.Why, language string, sees access.Fields) Why {
	var out Why
	if w.Margin.HasMetres {
		out.Metres = w.Margin.Metres.String()
	}
	if w.Margin.HasTime {
		s := w.Margin.Time.Round(time.Millisecond).Seconds()
		out.Seconds = &s
	}
	if w.Margin.HasCount {
		out.Count = &w.Margin.Count
	}
	if w.Permille >= 0 {
		out.Permille = &w.Permille
	}
	for _, p := range w.Missing {
		out.Missing = append(out.Missing, m.say(language, p))
	}
	out.Reasons = m.reasons(w.Reasons, language, sees)
	return out
}

func (m *Mechanism) reasons(list []truce.Reason, language string, sees access.Fields) []Reason {
	var out []Reason
	for _, r := range list {
		one := Reason{Text: m.say(language, r.Phrase), Truth: r.Truth.String(), Settles: r.Settles, Children: m.reasons(r.Children, language, sees)}
		if sees.Has(access.Source) {
			for _, f := range r.From {
				one.From = append(one.From, string(f))
			}
		}
		out = append(out, one)
	}
	return out
}
