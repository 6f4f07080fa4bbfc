package mechanism

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/casefile"
	"truce/internal/poisson"
	"truce/internal/record"
	"truce/internal/view"
)

// Early warning and suggestions. They are plain statistics over what the viewer may see; they decide nothing and name no place.
const (
	// DefaultRecent and DefaultBaseline are the stretches of time that are compared: the last one, and the one before it.
	DefaultRecent   = 7 * 24 * time.Hour
	DefaultBaseline = 28 * 24 * time.Hour
	// DefaultWithin is how soon an act must follow another to count as its answer.
	DefaultWithin = 24 * time.Hour
	// DefaultApart and DefaultNear are how far two events may lie apart and still be suggested as one.
	DefaultApart = 6 * time.Hour
	DefaultNear  = truce.Metres(5000)
	// MaxCounted is how many records such a question looks at.
	MaxCounted = 20_000
)

// Trend is how often a rule was, or may have been, broken lately, against the weeks before.
type Trend struct {
	Rule     truce.RuleID    `json:"rule" access:"open"`
	Article  truce.ArticleID `json:"article" access:"open"`
	Recent   int             `json:"recent" access:"open" doc:"In the last seven days."`
	Baseline int             `json:"baseline" access:"open" doc:"In the twenty-eight days before."`
	Unclear  int             `json:"unclear" access:"open" doc:"Whose day may lie in either; in no count."`
	Rounded  bool            `json:"rounded,omitempty" access:"open" doc:"You are told counts in steps of five, and no small ones; what is worked out from them is left out."`
	Known    bool            `json:"known" access:"open" doc:"Whether there was enough to compare."`
	Ratio    string          `json:"ratio,omitempty" access:"open" doc:"Of the daily rates, the recent one to the baseline."`
	Low      string          `json:"low,omitempty" access:"open" doc:"Ends of the exact conditional 95 % interval of two Poisson rates; it assumes independent events, reported alike."`
	High     string          `json:"high,omitempty" access:"open"`
}

// Trends compares, for each rule, the latest outcomes of the last days with those of the weeks before. Only outcomes that the viewer may know of by day count.
func (m *Mechanism) Trends(ctx context.Context, v access.Viewer) ([]Trend, error) {
	a, ok := m.Current()
	if !ok {
		return nil, errNoAgreement("mechanism.Trends")
	}
	recent := truce.Span{From: v.Now.Add(-DefaultRecent), To: v.Now}
	baseline := truce.Span{From: recent.From.Add(-DefaultBaseline), To: recent.From}
	events := map[truce.RuleID][]event{}
	first := view.DayOf(baseline.From)
	_, err := m.counted(ctx, v, truce.RecordOutcome, &first, nil, func(row *view.Row, sees access.Fields) error {
		if sees.Has(access.Open|access.WhenCoarse) && row.Happened != nil && row.Outcome != nil {
			span := truce.Span{From: truce.Instant(int64(row.Happened.First)*86_400_000 + 1), To: truce.Instant((int64(row.Happened.Last)+1)*86_400_000 - 1)}
			people, err := m.sources(ctx, v, row)
			events[row.Outcome.Rule] = append(events[row.Outcome.Rule], event{span, people})
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := []Trend{}
	for _, r := range a.Plan.Rules {
		one := Trend{Rule: r.ID, Article: r.Article, Rounded: !access.Exact(v)}
		var spans []truce.Span
		var told [3]access.Tally // before, lately, unclear
		for _, x := range events[r.ID] {
			spans = append(spans, x.span)
			if at := casefile.Compare([]truce.Span{x.span}, baseline, recent); at.Recent > 0 {
				told[1].Add(x.people...)
			} else if at.Baseline > 0 {
				told[0].Add(x.people...)
			} else if at.Unclear > 0 {
				told[2].Add(x.people...)
			}
		}
		one.Baseline, one.Recent, one.Unclear = told[0].Told(v), told[1].Told(v), told[2].Told(v)
		if t := casefile.Compare(spans, baseline, recent); t.Known && !one.Rounded {
			one.Known = true
			one.Ratio, one.Low, one.High = thousandths(t.Ratio), thousandths(t.Low), thousandths(t.High)
		}
		out = append(out, one)
	}
	return out, nil
}

// event is when something was, and who reported what it rests on.
type event struct {
	span   truce.Span
	people []truce.PersonID
}

// sources lists who reported what an outcome rests on, where the viewer's counts depend on that.
func (m *Mechanism) sources(ctx context.Context, v access.Viewer, row *view.Row) ([]truce.PersonID, error) {
	if access.Exact(v) {
		return nil, nil
	}
	if out, ok := m.standings.sources(row.ID); ok {
		return out, nil
	}
	links, err := m.View.Linked(ctx, row.Seq)
	if err != nil {
		return nil, err
	}
	var out []truce.PersonID
	for _, l := range links {
		if l.How != "subject" {
			continue
		}
		of, err := m.View.Record(ctx, l.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, of.Author.Person)
	}
	return out, nil
}

// sources are known where both the outcome and all that it rests on came lately.
func (s *standings) sources(id truce.RecordID) (out []truce.PersonID, ok bool) {
	s.Lock()
	defer s.Unlock()
	j, ok := s.judged.get(id)
	if !ok {
		return nil, false
	}
	for _, of := range j.subjects {
		o, ok := s.reported.get(of)
		if !ok {
			return nil, false
		}
		out = append(out, o.row.Author.Person)
	}
	return out, true
}

// Articles counts what rules say, article by article.
type Articles struct {
	Items   []ArticleState `json:"items" access:"each"`
	Whole   bool           `json:"whole" access:"existence" doc:"All outcomes that you may see were counted; false where there were too many."`
	Rounded bool           `json:"rounded,omitempty" access:"existence" doc:"You are told counts in steps of five, and no small ones."`
}

// ArticleState counts the latest outcomes of one article under one choice of readings.
type ArticleState struct {
	Article  truce.ArticleID `json:"article" access:"open"`
	Rule     truce.RuleID    `json:"rule" access:"open"`
	Readings []string        `json:"readings,omitempty" access:"open" doc:"Each as term=reading; none where the rule turns on no term."`
	Counts   map[string]int  `json:"counts" access:"open" doc:"How many outcomes have each result, of those that you may see."`
}

// Articles counts the latest outcomes that a viewer may see by article, rule and reading.
func (m *Mechanism) Articles(ctx context.Context, v access.Viewer) (Articles, error) {
	out := Articles{Items: []ArticleState{}, Rounded: !access.Exact(v)}
	type cell struct {
		state   ArticleState
		tallies map[string]*access.Tally
	}
	cells := map[string]*cell{}
	var err error
	out.Whole, err = m.counted(ctx, v, truce.RecordOutcome, nil, nil, func(row *view.Row, sees access.Fields) error {
		if !sees.Has(access.Open) {
			return nil
		}
		o, err := m.concluded(ctx, row)
		if err != nil {
			return err
		}
		people, err := m.sources(ctx, v, row)
		if err != nil {
			return err
		}
		for _, said := range o.Said {
			readings := readingsOf(said)
			key := string(o.Article) + "\x00" + string(o.Rule) + "\x00" + strings.Join(readings, "\x00")
			c := cells[key]
			if c == nil {
				c = &cell{ArticleState{o.Article, o.Rule, readings, map[string]int{}}, map[string]*access.Tally{}}
				cells[key] = c
			}
			t := c.tallies[said.Result.String()]
			if t == nil {
				t = new(access.Tally)
				c.tallies[said.Result.String()] = t
			}
			t.Add(people...)
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	for _, key := range slices.Sorted(maps.Keys(cells)) {
		c := cells[key]
		for result, t := range c.tallies {
			if n := t.Told(v); n > 0 {
				c.state.Counts[result] = n
			}
		}
		if len(c.state.Counts) > 0 {
			out.Items = append(out.Items, c.state)
		}
	}
	return out, nil
}

func readingsOf(s record.Said) (out []string) {
	for _, c := range s.Readings {
		out = append(out, c.String())
	}
	return out
}

// thousandths writes a number with three decimals.
func thousandths(t poisson.Thousandths) string {
	if t == poisson.Infinite {
		return "infinite"
	}
	return fmt.Sprintf("%d.%03d", t/1000, t%1000)
}

// counted goes through the latest outcomes, or the incidents, of some days that a viewer may know of, the newest first: what counts are made of. whole is false
// where there are more than MaxCounted.
func (m *Mechanism) counted(ctx context.Context, v access.Viewer, kind truce.RecordKind, first, last *view.Day, fn func(*view.Row, access.Fields) error) (whole bool, err error) {
	q := view.Query{Kinds: []truce.RecordKind{kind}, Latest: kind == truce.RecordOutcome, First: first, Last: last}
	if kind == truce.RecordObservation {
		q.What = truce.KindIncident
	}
	rows, whole, err := m.tails.rows(ctx, m, kind, q)
	if err != nil {
		return false, err
	}
	if !whole && last != nil && (len(rows) == 0 || rows[0].Happened == nil || *last < rows[0].Happened.First) {
		return m.walk(ctx, v, q, fn) // it was long ago
	}
	for i := range slices.Backward(rows) {
		row := &rows[i]
		if h := row.Happened; (first != nil || last != nil) && (h == nil || h.First == view.NoDay || first != nil && h.Last < *first || last != nil && h.First > *last) {
			continue
		}
		if sees := access.See(v, m.thing(row)); sees.Has(access.Existence) {
			if err := fn(row, sees); err != nil {
				return false, err
			}
		}
	}
	return whole, nil
}

// walk goes through the rows of a query that a viewer may know of, the newest first. whole is false where there are more than MaxCounted.
func (m *Mechanism) walk(ctx context.Context, v access.Viewer, q view.Query, fn func(*view.Row, access.Fields) error) (whole bool, err error) {
	q.Limit = view.MaxPage
	for n := 0; n < MaxCounted; {
		rows, err := m.View.Records(ctx, q)
		if err != nil {
			return false, err
		}
		for i := range rows {
			if sees := access.See(v, m.thing(&rows[i])); sees.Has(access.Existence) {
				if err := fn(&rows[i], sees); err != nil {
					return false, err
				}
			}
		}
		n += len(rows)
		if len(rows) < q.Limit {
			return true, nil
		}
		q.Before = rows[len(rows)-1].Seq
	}
	return false, nil
}

// Exchange is how often acts of one against another were answered in kind.
type Exchange struct {
	A        truce.ActorID `json:"a" access:"open"`
	B        truce.ActorID `json:"b" access:"open"`
	Acts     int           `json:"acts" access:"open" doc:"Incidents by a against b that could be followed for the whole time. What was done by or to whoever surely belongs to one of them, or is one whom it answers for, counts as its own; what is disputed does not."`
	Answered int           `json:"answered" access:"open" doc:"Of those, followed by one of b against a within 24 hours."`
	Expected string        `json:"expected,omitempty" access:"open" doc:"How many chance alone would answer: the mean over 199 shifts of b's incidents round the stretch."`
	Level    string        `json:"level,omitempty" access:"open" doc:"The share of shifts with at least as many answers. A small one says that the order is not chance; it does not say why."`
	Unclear  int           `json:"unclear" access:"open" doc:"Incidents whose time is not known closely enough."`
	Rounded  bool          `json:"rounded,omitempty" access:"open" doc:"You are told counts in steps of five, and no small ones; what is worked out from them is left out."`
}

// TitForTat asks whether incidents of each of two actors against the other follow each other more often than chance would have it, in the last five weeks. It
// counts what the viewer may see by time and by name. An act is that of whoever did it, and of whoever that belongs to or is answered for by, as the directory of the
// agreement has it and nobody disputes it; an act of somebody who is under both of the two is that of neither.
func (m *Mechanism) TitForTat(ctx context.Context, v access.Viewer, a, b truce.ActorID) ([]Exchange, error) {
	version, ok := m.Current()
	if !ok {
		return nil, errNoAgreement("mechanism.TitForTat")
	}
	who, err := m.directory(version, v.Now)
	if err != nil {
		return nil, err
	}
	stretch := truce.Span{From: v.Now.Add(-DefaultRecent - DefaultBaseline), To: v.Now}
	// sides are those of the two that have a role in an observation.
	sides := func(o *truce.Observation, role truce.Role) (out []truce.ActorID) {
		for _, p := range o.Parts {
			id, ok := who.Actor(p.Name, o.When)
			if p.Role != role || !ok {
				continue
			}
			if id != a && id != b {
				ofA, ofB := who.Under(id, a, o.When), who.Under(id, b, o.When)
				if ofA == ofB {
					continue
				}
				if id = b; ofA {
					id = a
				}
			}
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
		return out
	}
	var acts []casefile.Act
	var told access.Tally
	first := view.DayOf(stretch.From)
	_, err = m.counted(ctx, v, truce.RecordObservation, &first, nil, func(row *view.Row, sees access.Fields) error {
		if !sees.Has(access.Who|access.WhenExact) || row.Erased {
			return nil
		}
		o, err := m.remembered(ctx, row)
		if err != nil || o == nil {
			return err
		}
		for _, by := range sides(o, truce.RoleInitiator) {
			for _, against := range sides(o, truce.RoleTarget) {
				if by != against {
					acts = append(acts, casefile.Act{When: o.When, By: by, Against: against})
					told.Add(row.Author.Person)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(acts)
	out := []Exchange{}
	for _, pair := range [][2]truce.ActorID{{a, b}, {b, a}} {
		x := casefile.TitForTat(acts, pair[0], pair[1], stretch, DefaultWithin)
		one := Exchange{x.A, x.B, told.Part(v, x.Acts), told.Part(v, x.Answered), "", "", told.Part(v, x.Unclear), !access.Exact(v)}
		if !one.Rounded {
			one.Expected, one.Level = thousandths(x.Expected), thousandths(x.Level)
		}
		out = append(out, one)
	}
	return out, nil
}

// reported opens an observation; nil where it was erased.
func (m *Mechanism) reported(ctx context.Context, row *view.Row) (*truce.Observation, error) {
	r, g, err := m.content(ctx, row)
	if err != nil {
		return nil, err
	}
	o, err := record.ReadObservation(&r, g)
	return o.Content, err
}

// named gives the actors of the agreement that an observation names in a role, by the name of the actor or one of its aliases.
func (m *Mechanism) named(o *truce.Observation, role truce.Role) (out []truce.ActorID) {
	a, ok := m.Current()
	if !ok {
		return nil
	}
	for _, p := range o.Parts {
		if p.Role != role {
			continue
		}
		for _, x := range a.Plan.Agreement.Actors {
			if string(x.ID) == p.Name || slices.ContainsFunc(x.Aliases, func(al truce.Alias) bool { return al.Name == p.Name }) {
				out = append(out, x.ID)
			}
		}
	}
	return out
}

// Likely is a case that may be about the same event.
type Likely struct {
	Case   truce.CaseID    `json:"case" access:"existence"`
	Apart  string          `json:"apart" access:"when-coarse" doc:"The least time there can be between the two."`
	Metres string          `json:"metres" access:"where-coarse" doc:"The least distance, in whole kilometres."`
	Kinds  string          `json:"kinds" access:"what" doc:"Whether the kind is the same, as far as both say one."`
	Shared []truce.ActorID `json:"shared,omitempty" access:"who" doc:"Actors that both name."`
}

// Duplicates suggests which other open cases may be about the same event as one: near in time and place, of kinds that do not exclude each other, with an actor in
// common. It merges nothing. It is for whoever runs cases.
func (m *Mechanism) Duplicates(ctx context.Context, v access.Viewer, id truce.CaseID) ([]Likely, error) {
	const op truce.Op = "mechanism.Duplicates"
	m.mu.RLock()
	c, ok := m.book.Case(id)
	ids := m.book.Cases()
	m.mu.RUnlock()
	if !ok {
		return nil, errAbsent(op)
	}
	if _, err := m.may(op, v, access.ActRunCase, m.caseThing(c)); err != nil {
		return nil, errAbsent(op) // whoever does not run cases is not told that there is one
	}
	one, err := m.sighting(ctx, c)
	if err != nil {
		return nil, err
	}
	var others []casefile.Sighting
	for _, other := range ids {
		m.mu.RLock()
		x, ok := m.book.Case(other)
		m.mu.RUnlock()
		if !ok || other == id || x.State == truce.CaseClosed || x.State == truce.CaseDuplicate || x.Simulated != c.Simulated {
			continue
		}
		s, err := m.sighting(ctx, x)
		if err != nil {
			return nil, err
		}
		others = append(others, s)
	}
	a, ok := m.Current()
	if !ok {
		return nil, errNoAgreement(op)
	}
	out := []Likely{}
	for _, x := range casefile.Likely(one, others, a.Plan.Incidents, DefaultApart, DefaultNear) {
		out = append(out, likely(x))
	}
	return out, nil
}

// sighting is what a case is about, by the first observation it cites that was not erased; where there is none, by the first outcome.
func (m *Mechanism) sighting(ctx context.Context, c *casefile.Case) (casefile.Sighting, error) {
	s := casefile.Sighting{Case: c.ID, Kind: c.Kind}
	var fallback *view.Row
	for _, id := range c.Cites {
		row, err := m.View.Record(ctx, id)
		if err != nil || row.Erased {
			continue
		}
		if row.Kind == truce.RecordOutcome && fallback == nil {
			fallback = &row
		}
		if row.Kind != truce.RecordObservation {
			continue
		}
		o, err := m.reported(ctx, &row)
		if err != nil {
			return s, err
		}
		if o == nil {
			continue
		}
		s.When = o.When
		if s.Kind == "" {
			s.Kind = o.What
		}
		if o.Where.Kind == truce.PlacePoint {
			s.At, s.Error, s.Placed = o.Where.At, o.Where.Error, true
		}
		for _, role := range []truce.Role{truce.RoleInitiator, truce.RoleTarget, truce.RoleSide, truce.RoleSubject} {
			s.Actors = append(s.Actors, m.named(o, role)...)
		}
		return s, nil
	}
	if fallback != nil {
		o, err := m.concluded(ctx, fallback)
		if err != nil || o.Detail == nil {
			return s, err
		}
		of := sighted(o)
		of.Case, of.Kind = s.Case, s.Kind
		return of, nil
	}
	return s, nil
}
