package mechanism

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"truce"
	"truce/assess"
	"truce/geo"
	"truce/internal/access"
	"truce/internal/record"
	"truce/internal/view"
)

// How much is looked at to say how things stand, and how long an answer is good. See docs/limits.md.
const (
	// MaxStanding is how many outcomes are opened, the newest first.
	MaxStanding = 5000
	// MaxStandingKept is how many answers are kept, one for each viewer.
	MaxStandingKept = 64
	// DefaultStandingFor is how long an answer is given again although something was recorded since.
	DefaultStandingFor = 5 * time.Second
	// DefaultDays is how many days are told one by one.
	DefaultDays = 14
)

// Windows are the stretches of time over which is counted: the last day, the last seven, and as far back as was looked.
const (
	WindowDay  = "day"
	WindowWeek = "week"
	WindowAll  = "all"
)

// Standing says how things stand for one viewer: what rules say of what they may see, article by article and reading by reading, and how many violations
// that is under the counting rule of each side.
type Standing struct {
	Articles []ArticleStanding `json:"articles" access:"each"`
	Counts   []Counted         `json:"counts" access:"each" doc:"Of incidents that a rule forbids."`
	Days     []DayCount        `json:"days" access:"each" doc:"The last days, the earliest first."`
	// Whole is false where only the newest outcomes were looked at.
	Whole     bool `json:"whole" access:"existence"`
	Rounded   bool `json:"rounded,omitempty" access:"existence" doc:"You are told counts in steps of five, and no small ones."`
	Simulated bool `json:"simulated,omitempty" access:"existence" doc:"Something invented is counted."`
}

// ArticleStanding is what the rules of one article say. Counts are by word: breached (under every reading), turns (breached under some), undetermined (a breach is
// possible), and what else they say where no breach is possible.
type ArticleStanding struct {
	Article truce.ArticleID `json:"article" access:"open"`
	Week    map[string]int  `json:"week,omitempty" access:"open" doc:"In the last seven days; obligations always."`
	All     map[string]int  `json:"all,omitempty" access:"open"`
	// Readings has, for each term on which something turns, each of its readings.
	Readings []ReadingStanding `json:"readings,omitempty" access:"open"`
}

// ReadingStanding counts the things an article speaks of under one reading of a term, whatever the other terms mean.
type ReadingStanding struct {
	Term     truce.TermID    `json:"term" access:"open"`
	Reading  truce.ReadingID `json:"reading" access:"open"`
	Breached int             `json:"breached" access:"open"`
	Depends  int             `json:"depends" access:"open" doc:"Breached or not as another term is read."`
	Possible int             `json:"possible" access:"open"`
	Clear    int             `json:"clear" access:"open" doc:"No breach is possible."`
}

// Counted is a number of violations under one counting rule, which may be known only between two.
type Counted struct {
	Rule     truce.RuleID     `json:"rule,omitempty" access:"open" doc:"None: all rules that forbid incidents, each incident once."`
	Counting truce.CountingID `json:"counting" access:"open"`
	Window   string           `json:"window" access:"open" doc:"Day, week or all."`
	Low      int              `json:"low" access:"open" doc:"Breached under every reading."`
	High     int              `json:"high" access:"open"`
	MayLow   int              `json:"may_low" access:"open" doc:"Breached, or possibly, under some reading."`
	MayHigh  int              `json:"may_high" access:"open"`
}

// DayCount counts the things of one day (UTC).
type DayCount struct {
	Day      string `json:"day" access:"open" format:"date"`
	Breached int    `json:"breached" access:"open" doc:"Under every reading."`
	Possible int    `json:"possible" access:"open" doc:"Under some reading, or not determined."`
}

// standings are answers that are good for a moment, and what they are made of: the same page is asked for again and again while little changes.
type standings struct {
	sync.Mutex
	of       map[standingKey]standingKept
	erased   int                // how often content was erased: what was opened before is not kept after
	judged   lately[*judged]    // by the outcome
	reported lately[reportedBy] // by the observation
	// counter knows the counting rules of a version, areas are those of its named areas that somebody can have looked at.
	counter *assess.Assessor
	areas   []*covered
	version truce.RecordID
}

// reportedBy is what somebody reported, with its row.
type reportedBy struct {
	*truce.Observation
	row *view.Row
}

// alone is a copy of a row that keeps nothing else in memory.
func alone(row view.Row) *view.Row {
	row.Links = nil
	return &row
}

// lately keeps what was made of the latest records, up to twice [MaxCounted] of them.
type lately[V any] struct{ now, before map[truce.RecordID]V }

func (l *lately[V]) get(id truce.RecordID) (V, bool) {
	v, ok := l.now[id]
	if !ok {
		if v, ok = l.before[id]; ok {
			l.put(id, v)
		}
	}
	return v, ok
}

func (l *lately[V]) put(id truce.RecordID, v V) {
	if l.now == nil || len(l.now) >= MaxCounted {
		l.now, l.before = map[truce.RecordID]V{}, l.now
	}
	l.now[id] = v
}

// heard keeps what a record says while it is open anyway.
func (s *standings) heard(row view.Row, said any) {
	s.Lock()
	defer s.Unlock()
	switch x := said.(type) {
	case record.Observation:
		if x.Content != nil {
			o := *x.Content
			o.SameAs, o.About = slices.Clone(o.SameAs), slices.Clone(o.About) // the rules call them by other names
			s.reported.put(row.ID, reportedBy{&o, alone(row)})
		}
	case record.Outcome:
		s.judged.put(row.ID, judgedOf(&x))
	}
}

// arm makes it know a version. The lock is held.
func (s *standings) arm(a Adopted) error {
	if s.counter != nil && s.version == a.Record {
		return nil
	}
	c, err := assess.New(a.Plan)
	if err == nil {
		s.counter, s.areas, s.version = c, coverable(a.Plan.Agreement), a.Record
	}
	return err
}

// Meant is whether a reading of a word for actors means somebody.
type Meant struct {
	Term    truce.TermID
	Reading truce.ReadingID
	Is      truce.Truth
}

// Means says of each reading of each word for actors whether it means one of them now, from the view of those who hold it. It follows from the agreement alone.
func (m *Mechanism) Means(id truce.ActorID, now truce.Instant) ([]Meant, error) {
	a, ok := m.Current()
	if !ok {
		return nil, errNoAgreement("mechanism.Means")
	}
	res, err := m.directory(a, now)
	if err != nil {
		return nil, err
	}
	var out []Meant
	for _, t := range a.Plan.Agreement.Terms {
		for _, rd := range t.Readings {
			if t.Kind == truce.TermActor {
				out = append(out, Meant{t.ID, rd.ID, res.Means(truce.Choice{Term: t.ID, Reading: rd.ID}, id, truce.At(now))})
			}
		}
	}
	return out, nil
}

// directory knows who is who by a version, and nothing that happened.
func (m *Mechanism) directory(a Adopted, now truce.Instant) (*assess.Result, error) {
	s := &m.standings
	s.Lock()
	defer s.Unlock()
	if err := s.arm(a); err != nil {
		return nil, err
	}
	return s.counter.Settle(now), nil
}

// forget lets go of everything: content was erased.
func (s *standings) forget() {
	s.Lock()
	defer s.Unlock()
	s.of, s.judged, s.reported = nil, lately[*judged]{}, lately[reportedBy]{}
	s.erased++
}

// standingKey is what an answer depends on beside the journal: two viewers with one key see the same.
type standingKey struct {
	person truce.PersonID
	body   truce.BodyID
	office truce.Office
	out    bool // by invitation
}

type standingKept struct {
	at   truce.Instant
	head truce.Seq
	Standing
}

// Standing says how things stand. An answer may be a few seconds old.
func (m *Mechanism) Standing(ctx context.Context, v access.Viewer) (Standing, error) {
	const op truce.Op = "mechanism.Standing"
	a, ok := m.Current()
	if !ok {
		return Standing{}, errNoAgreement(op)
	}
	head, _, _ := m.Taken()
	key := standingKey{v.Person, v.Body, v.Office, v.Invited}
	m.standings.Lock()
	kept, ok := m.standings.of[key]
	m.standings.Unlock()
	if age := v.Now.Sub(kept.at); ok && age >= 0 && (age < DefaultStandingFor || head.Seq == kept.head && age < time.Minute) {
		return kept.Standing, nil
	}
	out, err := m.stand(ctx, v, a, truce.Span{From: v.Now.Add(-24 * time.Hour), To: v.Now}, true)
	if err != nil {
		return out, err
	}
	m.standings.Lock()
	defer m.standings.Unlock()
	if len(m.standings.of) >= MaxStandingKept || m.standings.of == nil {
		m.standings.of = map[standingKey]standingKept{}
	}
	m.standings.of[key] = standingKept{v.Now, head.Seq, out}
	return out, nil
}

// judged is what an outcome on record comes to.
type judged struct {
	rule       truce.RuleID
	article    truce.ArticleID
	gone       bool
	obligation bool
	subjects   []truce.RecordID // the records it rests on
	side       string
	detail     *record.Detail
	word       string
	every, may bool
	turns      []truce.TermID
	under      []underReading
}

// underReading is what one reading of one term makes of an outcome: 0 breached, 1 it depends on another term, 2 possibly, 3 no breach.
type underReading struct {
	truce.Choice
	says uint8
}

// gauge gathers outcomes.
type gauge struct {
	m         *Mechanism
	v         access.Viewer
	day, week truce.Span // the last day, the last seven
	articles  map[truce.ArticleID]*articleGauge
	incidents []incidentSeen
	things    map[truce.RecordID]*thingCounted // incidents, by the observation
	days      map[view.Day]*[2]access.Tally
	counts    map[string][]assess.Count // by what was counted
	out       Standing
}

type articleGauge struct {
	week, all map[string]*access.Tally
	readings  map[truce.Choice]*[4]access.Tally
	turns     map[truce.TermID]bool
}

// incidentSeen is an outcome about an incident, as far as the viewer sees it.
type incidentSeen struct {
	*judged
	sees   access.Fields
	when   truce.Span
	people []truce.PersonID
}

// thingCounted is an incident with what rules say of it.
type thingCounted struct {
	assess.Incident
	people []truce.PersonID
	says   map[truce.RuleID]said
}

type said struct{ every, may bool }

// stand says how things stood at the end of a day, as it is known now: with all that is on record, or with the seven days before alone.
func (m *Mechanism) stand(ctx context.Context, v access.Viewer, a Adopted, day truce.Span, all bool) (Standing, error) {
	g := &gauge{m: m, v: v, day: day, week: truce.Span{From: day.To.Add(-DefaultRecent), To: day.To}, articles: map[truce.ArticleID]*articleGauge{},
		things: map[truce.RecordID]*thingCounted{}, days: map[view.Day]*[2]access.Tally{}, counts: map[string][]assess.Count{}}
	g.out.Rounded = !access.Exact(v)
	forbids := map[truce.RuleID]bool{}
	for _, r := range a.Plan.Rules {
		forbids[r.ID] = r.Verb == truce.Forbids && r.Object == truce.KindIncident
	}
	n, far := 0, false
	whole, err := m.counted(ctx, v, truce.RecordOutcome, nil, nil, func(row *view.Row, sees access.Fields) error {
		far = far || row.Recorded < g.week.From // nothing of these days is on record before them
		if !sees.Has(access.Open) || row.Version != a.Plan.Agreement.Version {
			return nil
		}
		if h := row.Happened; !all && h != nil && (h.First > view.DayOf(g.day.To) || h.Last < view.DayOf(g.week.From)) {
			return nil // of other days: those are not opened
		}
		if n++; n > MaxStanding {
			return errEnough
		}
		return g.outcome(ctx, row, sees, forbids)
	})
	if errors.Is(err, errEnough) {
		whole, err = false, nil
	}
	if err == nil {
		err = g.meet(ctx)
	}
	if err != nil {
		return Standing{}, err
	}
	g.out.Whole = whole || !all && far && n <= MaxStanding
	g.tell(a)
	return g.out, g.count(a)
}

// judge opens an outcome, or takes what was made of it before.
func (m *Mechanism) judge(ctx context.Context, row *view.Row) (*judged, error) {
	m.standings.Lock()
	j, ok := m.standings.judged.get(row.ID)
	erased := m.standings.erased
	m.standings.Unlock()
	if ok && !row.Erased {
		return j, nil
	}
	o, err := m.concluded(ctx, row)
	if err != nil {
		return nil, err
	}
	j = judgedOf(&o)
	m.standings.Lock()
	defer m.standings.Unlock()
	if m.standings.erased == erased && !row.Erased {
		m.standings.judged.put(row.ID, j)
	}
	return j, nil
}

func judgedOf(o *record.Outcome) *judged {
	acc := truce.Account{Rule: o.Rule, Article: o.Article, Attribution: o.Attribution, Turns: o.Turns}
	for _, s := range o.Said {
		acc.Outcomes = append(acc.Outcomes, truce.Outcome{Readings: s.Readings, Result: s.Result, Possible: s.Possible})
	}
	j := &judged{rule: o.Rule, article: o.Article, gone: o.Gone, obligation: o.Subject.Kind == "obligation", side: assess.Side(o.Attribution), detail: o.Detail,
		word: comesTo(acc), turns: o.Turns, under: underReadings(acc), subjects: o.Subject.Records}
	j.every, _, j.may = acc.Breaches()
	return j
}

// underReadings says of each reading of each term what an account comes to, whatever the other terms mean.
func underReadings(a truce.Account) (out []underReading) {
	if len(a.Outcomes) == 0 {
		return nil
	}
	for i := range a.Outcomes[0].Readings {
		var order []truce.Choice
		under := map[truce.Choice]*truce.Account{}
		for _, o := range a.Outcomes {
			if i >= len(o.Readings) {
				continue
			}
			part := under[o.Readings[i]]
			if part == nil {
				part = new(truce.Account)
				under[o.Readings[i]] = part
				order = append(order, o.Readings[i])
			}
			part.Outcomes = append(part.Outcomes, o)
		}
		for _, c := range order {
			one := underReading{c, 3}
			switch every, some, may := under[c].Breaches(); {
			case every:
				one.says = 0
			case some:
				one.says = 1
			case may:
				one.says = 2
			}
			out = append(out, one)
		}
	}
	return out
}

// outcome takes one in.
func (g *gauge) outcome(ctx context.Context, row *view.Row, sees access.Fields, forbids map[truce.RuleID]bool) error {
	j, err := g.m.judge(ctx, row)
	if err != nil || j.gone {
		return err
	}
	people, err := g.m.sources(ctx, g.v, row)
	if err != nil {
		return err
	}
	g.out.Simulated = g.out.Simulated || row.Simulated
	when := spanSeen(row, j, sees)
	if g.day.To < g.v.Now && when.Stated() && when.From > g.day.To && !j.obligation {
		return nil // it came after the day that is asked about
	}
	g.article(j, j.obligation || when.Stated() && when.To >= g.week.From, people)
	if j.may && row.Happened != nil && sees.Has(access.WhenCoarse) && row.Happened.First == row.Happened.Last && !j.obligation {
		d := g.days[row.Happened.First]
		if d == nil {
			d = new([2]access.Tally)
			g.days[row.Happened.First] = d
		}
		if j.every {
			d[0].Add(people...)
		} else {
			d[1].Add(people...)
		}
	}
	if forbids[j.rule] && j.may && len(j.subjects) > 0 {
		g.incidents = append(g.incidents, incidentSeen{j, sees, when, people})
	}
	return nil
}

// comesTo is what an account comes to, in one word.
func comesTo(a truce.Account) string {
	every, some, may := a.Breaches()
	r, same := a.Result()
	switch {
	case every:
		return truce.Breached.String()
	case some:
		return "turns"
	case may:
		return truce.Undetermined.String()
	case same && r != truce.Undetermined:
		return r.String()
	}
	return "no breach"
}

// spanSeen is when an outcome's subject was, as closely as the viewer is told.
func spanSeen(row *view.Row, j *judged, sees access.Fields) truce.Span {
	if sees.Has(access.WhenExact) && j.detail != nil {
		return j.detail.When
	}
	if h := row.Happened; h != nil && sees.Has(access.WhenCoarse) {
		return daysOf(h)
	}
	return truce.Span{}
}

// daysOf is the span of the days on which something happened, the zero value where nobody stated a time.
func daysOf(h *view.Happened) truce.Span {
	if h.First == view.NoDay || h.Last == view.NoDay {
		return truce.Span{}
	}
	return truce.Span{From: truce.Instant(int64(h.First)*86_400_000 + 1), To: truce.Instant((int64(h.Last)+1)*86_400_000 - 1)}
}

func (g *gauge) article(j *judged, lately bool, people []truce.PersonID) {
	x := g.articles[j.article]
	if x == nil {
		x = &articleGauge{map[string]*access.Tally{}, map[string]*access.Tally{}, map[truce.Choice]*[4]access.Tally{}, map[truce.TermID]bool{}}
		g.articles[j.article] = x
	}
	add := func(of map[string]*access.Tally) {
		if of[j.word] == nil {
			of[j.word] = new(access.Tally)
		}
		of[j.word].Add(people...)
	}
	add(x.all)
	if lately {
		add(x.week)
	}
	if j.word == "turns" {
		for _, t := range j.turns {
			x.turns[t] = true
		}
	}
	for _, u := range j.under {
		t := x.readings[u.Choice]
		if t == nil {
			t = new([4]access.Tally)
			x.readings[u.Choice] = t
		}
		t[u.says].Add(people...)
	}
}

// meet brings the incidents together with what was observed, of which a viewer may see more than of the outcome.
func (g *gauge) meet(ctx context.Context) error {
	rows, older := g.m.standings.rows(g.incidents)
	for ids := range slices.Chunk(older, view.MaxPage) {
		list, err := g.m.View.Records(ctx, view.Query{Kinds: []truce.RecordKind{truce.RecordObservation}, IDs: ids, Limit: view.MaxPage})
		if err != nil {
			return err
		}
		for i := range list {
			rows[list[i].ID] = &list[i]
		}
	}
	for _, x := range g.incidents {
		t := g.things[x.subjects[0]]
		if t == nil {
			o, err := g.observed(ctx, x, rows[x.subjects[0]])
			if err != nil {
				return err
			}
			t = &thingCounted{assess.Incident{Observation: o}, x.people, map[truce.RuleID]said{}}
			if x.sees.Has(access.Who) {
				t.Side = x.side
			}
			g.things[x.subjects[0]] = t
		}
		t.says[x.rule] = said{x.every, x.may}
		all := t.says[""]
		t.says[""] = said{all.every || x.every, all.may || x.may}
	}
	return nil
}

// rows gives the rows of what incidents rest on: those that came lately, and the names of the others.
func (s *standings) rows(list []incidentSeen) (rows map[truce.RecordID]*view.Row, older []truce.RecordID) {
	s.Lock()
	defer s.Unlock()
	rows = make(map[truce.RecordID]*view.Row, len(list))
	for _, x := range list {
		if o, ok := s.reported.get(x.subjects[0]); ok {
			rows[x.subjects[0]] = o.row
		} else {
			older = append(older, x.subjects[0])
		}
	}
	return rows, older
}

// observed is the incident behind an outcome, as far as the viewer sees it.
func (g *gauge) observed(ctx context.Context, x incidentSeen, row *view.Row) (*truce.Observation, error) {
	out := &truce.Observation{Kind: truce.KindIncident}
	if row != nil && !row.Erased {
		if sees := access.See(g.v, g.m.thing(row)); sees.Has(access.Open) {
			o, err := g.m.remembered(ctx, row)
			if err != nil {
				return nil, err
			}
			if o != nil {
				out = asSeen(o, row, sees)
			}
		}
	}
	out.ID = truce.ObservationID(x.subjects[0])
	if !out.When.Stated() {
		out.When = x.when
	}
	if d := x.detail; out.Where.Kind == truce.PlaceUnknown && d != nil && d.At != (truce.Position{}) && x.sees.Has(access.WhereExact) {
		out.Where = truce.Place{Kind: truce.PlacePoint, At: d.At, Error: d.Error}
	}
	return out, nil
}

// report is what somebody reported, where it came lately, and how often content was erased.
func (s *standings) report(id truce.RecordID) (o *truce.Observation, erased int) {
	s.Lock()
	defer s.Unlock()
	x, _ := s.reported.get(id)
	return x.Observation, s.erased
}

// held opens an observation, unless it came lately; nil where it was erased. It is for reading.
func (m *Mechanism) held(ctx context.Context, row *view.Row) (*truce.Observation, error) {
	if o, _ := m.standings.report(row.ID); o != nil {
		return o, nil
	}
	return m.reported(ctx, row)
}

// remembered is held, and remembers it: for what is asked again and again.
func (m *Mechanism) remembered(ctx context.Context, row *view.Row) (*truce.Observation, error) {
	o, erased := m.standings.report(row.ID)
	if o != nil {
		return o, nil
	}
	opened, err := m.reported(ctx, row)
	if err != nil || opened == nil {
		return nil, err
	}
	m.standings.Lock()
	defer m.standings.Unlock()
	if m.standings.erased == erased {
		m.standings.reported.put(row.ID, reportedBy{opened, alone(*row)})
	}
	return opened, nil
}

// asSeen is an observation as far as a viewer sees it: what is withheld is not stated, the days stand for a time that is withheld and the coarse cell for a place.
func asSeen(o *truce.Observation, row *view.Row, sees access.Fields) *truce.Observation {
	out := &truce.Observation{ID: o.ID, Kind: o.Kind, Simulated: o.Simulated, Moved: o.Moved, Received: o.Received}
	if sees.Has(access.What) {
		out.What, out.Result, out.Complete, out.About = o.What, o.Result, o.Complete, o.About
	}
	if h := row.Happened; sees.Has(access.WhenExact) {
		out.When, out.Lasted = o.When, o.Lasted
	} else if sees.Has(access.WhenCoarse) && h != nil {
		out.When = daysOf(h)
	}
	if h := row.Happened; sees.Has(access.WhereExact) {
		out.Where, out.To = o.Where, o.To
	} else if sees.Has(access.WhereCoarse) && h != nil {
		if o.Where.Kind == truce.PlaceNamed {
			out.Where = truce.Place{Kind: truce.PlaceNamed, Name: o.Where.Name, Within: o.Where.Within}
		} else if h.HasCell {
			out.Where = truce.Place{Kind: truce.PlaceArea, Path: cellOfRow(h).Ring()}
		}
	}
	if sees.Has(access.Who) {
		out.Parts = o.Parts
	}
	if sees.Has(access.Count) {
		out.Equipment, out.Count, out.Deaths, out.Injured, out.Civilians = o.Equipment, o.Count, o.Deaths, o.Injured, o.Civilians
	}
	if sees.Has(access.Source) {
		out.Source, out.SameAs = o.Source, o.SameAs
	} else {
		out.Source = truce.Source{Means: o.Source.Means, Standing: o.Source.Standing, Independent: o.Source.Independent}
	}
	return out
}

func cellOfRow(h *view.Happened) geo.Cell {
	return geo.CellOf(truce.Position{Lon: truce.E7(h.Lon * 1_000_000), Lat: truce.E7(h.Lat * 1_000_000)})
}

// tell writes what was gathered of articles and days as the viewer is told it.
func (g *gauge) tell(a Adopted) {
	counts := func(of map[string]*access.Tally) map[string]int {
		out := map[string]int{}
		for w, t := range of {
			if n := t.Told(g.v); n > 0 {
				out[w] = n
			}
		}
		return out
	}
	for _, art := range a.Plan.Agreement.Articles {
		one := ArticleStanding{Article: art.ID}
		if x := g.articles[art.ID]; x != nil {
			one.Week, one.All = counts(x.week), counts(x.all)
			for _, t := range a.Plan.Agreement.Terms {
				for _, rd := range t.Readings {
					n := x.readings[truce.Choice{Term: t.ID, Reading: rd.ID}]
					if n == nil || !x.turns[t.ID] {
						continue
					}
					one.Readings = append(one.Readings, ReadingStanding{t.ID, rd.ID, n[0].Told(g.v), n[1].Told(g.v), n[2].Told(g.v), n[3].Told(g.v)})
				}
			}
		}
		g.out.Articles = append(g.out.Articles, one)
	}
	last := view.DayOf(g.day.To)
	for d := last - DefaultDays + 1; d <= last; d++ {
		one := DayCount{Day: day(d)}
		if t := g.days[d]; t != nil {
			one.Breached, one.Possible = t[0].Told(g.v), t[1].Told(g.v)
		}
		g.out.Days = append(g.out.Days, one)
	}
}

// count counts the incidents under every counting rule.
func (g *gauge) count(a Adopted) error {
	s := &g.m.standings
	s.Lock() // a counter is not for use from several goroutines at once
	defer s.Unlock()
	if err := s.arm(a); err != nil {
		return err
	}
	var list []*thingCounted
	rules := []truce.RuleID{""}
	for _, x := range g.things {
		list = append(list, x)
	}
	slices.SortFunc(list, func(a, b *thingCounted) int {
		return strings.Compare(string(a.Observation.ID), string(b.Observation.ID))
	})
	for _, r := range a.Plan.Rules {
		if slices.ContainsFunc(list, func(x *thingCounted) bool { _, ok := x.says[r.ID]; return ok }) {
			rules = append(rules, r.ID)
		}
	}
	for _, rule := range rules {
		for _, w := range []struct {
			name string
			from truce.Instant
		}{{WindowDay, g.day.From}, {WindowWeek, g.week.From}, {WindowAll, 0}} {
			every := g.between(list, w.from, func(x *thingCounted) bool { return x.says[rule].every })
			may := g.between(list, w.from, func(x *thingCounted) bool { return x.says[rule].may })
			for i, k := range a.Plan.Agreement.Counting {
				g.out.Counts = append(g.out.Counts, Counted{rule, k.ID, w.name, every[i][0], every[i][1], may[i][0], may[i][1]})
			}
		}
	}
	return nil
}

// between counts the incidents that are picked and are not before a time: the fewest there can have been of those that surely are not, and the most of those
// that may not be.
func (g *gauge) between(list []*thingCounted, from truce.Instant, pick func(*thingCounted) bool) [][2]int {
	sure, maybe := make([]bool, len(list)), make([]bool, len(list))
	var told access.Tally
	for i, x := range list {
		if when := x.Observation.When; pick(x) && (from == 0 || when.Stated() && when.To >= from) {
			told.Add(x.people...)
			maybe[i] = true
			sure[i] = from == 0 || when.From >= from
		}
	}
	low, high := g.counted(list, sure), g.counted(list, maybe)
	out := make([][2]int, len(low))
	for i := range low {
		out[i] = [2]int{told.Part(g.v, low[i].Low), told.Part(g.v, high[i].High)}
	}
	return out
}

// counted counts some of the incidents, once for each choice of them: most rules and windows choose the same.
func (g *gauge) counted(list []*thingCounted, in []bool) []assess.Count {
	b := make([]byte, (len(in)+7)/8)
	for i, x := range in {
		if x {
			b[i/8] |= 1 << (i % 8)
		}
	}
	key := string(b)
	if c, ok := g.counts[key]; ok {
		return c
	}
	var some []assess.Incident
	for i, x := range list {
		if in[i] {
			some = append(some, x.Incident)
		}
	}
	c := g.m.standings.counter.Count(some)
	g.counts[key] = c
	return c
}

// WordCount is a number of things with what is said of them.
type WordCount struct {
	Word string
	N    int
}

// Gravest puts counts by word in order, those that weigh most first.
func Gravest(counts map[string]int) (out []WordCount) {
	for _, w := range []string{"breached", "turns", "undetermined", "kept", "no breach", "not due", "suspended", "not applicable"} {
		if n := counts[w]; n > 0 {
			out = append(out, WordCount{w, n})
		}
	}
	return out
}
