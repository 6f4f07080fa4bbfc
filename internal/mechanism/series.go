package mechanism

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/poisson"
	"truce/internal/view"
)

// Limits of a series and of a file that is taken away. See docs/limits.md.
const (
	// MaxSeries is how many rows a series has; what is beyond them is one row more.
	MaxSeries = 12
	// MaxBins is how many days or weeks it has.
	MaxBins = 120
	// MaxExport is how many records a file has that somebody takes away.
	MaxExport = 100_000
)

// Dimensions by which incidents are counted.
const (
	ByArticle = "article" // outcomes that are a breach or may be one, by the article that speaks
	ByKind    = "kind"
	ByActor   = "actor"
	ByHour    = "hour" // of the agreement's day
	ByPlace   = "place"
)

// Dimensions lists them for forms and help.
var Dimensions = []string{ByKind, ByArticle, ByActor, ByHour, ByPlace}

// SeriesSearch says what is counted: incidents of some days, in rows of one dimension.
type SeriesSearch struct {
	By       string
	From, To truce.Instant
	// Split is a moment before and after which is compared; zero compares nothing.
	Split truce.Instant
}

// Series is incidents counted through time.
type Series struct {
	By   string      `json:"by" access:"existence"`
	Bins []string    `json:"bins" access:"existence" doc:"First day of each stretch, or hours 0 to 23."`
	Days int         `json:"days" access:"existence" doc:"Length of a stretch in days; 0 where the bins are hours."`
	Rows []SeriesRow `json:"rows" access:"each" doc:"The largest first; what is beyond them is in a last row without a key."`
	// Unclear is how many could lie in more than one stretch; they are in no count.
	Unclear   int  `json:"unclear" access:"open"`
	Whole     bool `json:"whole" access:"existence" doc:"False where there were too many to count all."`
	Rounded   bool `json:"rounded,omitempty" access:"existence" doc:"You are told counts in steps of five, and no small ones."`
	Simulated bool `json:"simulated,omitempty" access:"existence" doc:"Something invented is counted."`
}

// SeriesRow is the counts of one kind, actor, article or cell.
type SeriesRow struct {
	Key    string `json:"key" access:"open"`
	Counts []int  `json:"counts" access:"open"`
	Total  int    `json:"total" access:"open"`
	// Before and After count what lies wholly on one side of the moment that splits. Ratio compares the daily rates, with the ends of its exact conditional 95 % interval.
	Before int    `json:"before,omitempty" access:"open"`
	After  int    `json:"after,omitempty" access:"open"`
	Ratio  string `json:"ratio,omitempty" access:"open"`
	Low    string `json:"low,omitempty" access:"open"`
	High   string `json:"high,omitempty" access:"open"`
}

// seriesNeeds is what a viewer must see of an incident for it to be counted in a dimension.
var seriesNeeds = map[string]access.Fields{
	ByArticle: access.Open | access.WhenCoarse, ByKind: access.What | access.WhenCoarse, ByActor: access.Who | access.WhenCoarse,
	ByHour: access.WhenExact, ByPlace: access.WhereCoarse | access.WhenCoarse,
}

// counting gathers a series.
type counting struct {
	m         *Mechanism
	v         access.Viewer
	s         SeriesSearch
	clock     truce.Clock
	day, days int // first day, and length of a stretch in days; 0 for hours
	bins      int
	rows      map[string][]access.Tally
	sides     map[string]*[2]access.Tally
	unclear   access.Tally
	out       Series
}

// Series counts incidents that a viewer may know of by day or week, or by hour, in rows of one dimension. An incident of which it is not known in which stretch it
// lies is in none of them.
func (m *Mechanism) Series(ctx context.Context, v access.Viewer, s SeriesSearch) (Series, error) {
	const op truce.Op = "mechanism.Series"
	a, ok := m.Current()
	if !ok {
		return Series{}, errNoAgreement(op)
	}
	needs, ok := seriesNeeds[s.By]
	if !ok {
		return Series{}, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "there is no such dimension", Hint: "one of " + strings.Join(Dimensions, ", ")}
	}
	if !s.To.Stated() {
		s.To = v.Now
	}
	if !s.From.Stated() {
		s.From = s.To.Add(-DefaultBaseline)
	}
	first, last := view.DayOf(s.From), view.DayOf(s.To)
	if last < first {
		return Series{}, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "the last day is before the first"}
	}
	c := counting{m: m, v: v, s: s, clock: a.Plan.Agreement.Clock, day: int(first), rows: map[string][]access.Tally{}, sides: map[string]*[2]access.Tally{}}
	n := int(last-first) + 1
	switch {
	case s.By == ByHour:
		c.bins = 24
	case n <= MaxBins/2:
		c.days, c.bins = 1, n
	default:
		c.days = 7 * (1 + (n-1)/(7*MaxBins))
		c.bins = (n + c.days - 1) / c.days
	}
	kind := truce.RecordObservation
	if s.By == ByArticle {
		kind = truce.RecordOutcome
	}
	var err error
	c.out.Whole, err = m.counted(ctx, v, kind, &first, &last, func(row *view.Row, sees access.Fields) error {
		if !sees.Has(needs) || row.Happened == nil {
			return nil
		}
		return c.add(ctx, row)
	})
	if err != nil {
		return Series{}, err
	}
	return c.tell(), nil
}

// add counts one row under each of its keys.
func (c *counting) add(ctx context.Context, row *view.Row) error {
	keys, hour, err := c.keys(ctx, row)
	if err != nil || len(keys) == 0 {
		return err
	}
	people := []truce.PersonID{row.Author.Person}
	if row.Kind == truce.RecordOutcome {
		if people, err = c.m.sources(ctx, c.v, row); err != nil {
			return err
		}
	}
	c.out.Simulated = c.out.Simulated || row.Simulated
	bin := hour
	if c.days > 0 {
		first, last := (int(row.Happened.First)-c.day)/c.days, (int(row.Happened.Last)-c.day)/c.days
		if bin = first; first != last || int(row.Happened.First) < c.day {
			bin = -1
		}
	}
	side := -1
	if split := int(view.DayOf(c.s.Split)); c.s.Split.Stated() {
		switch {
		case int(row.Happened.Last) < split:
			side = 0
		case int(row.Happened.First) >= split:
			side = 1
		}
	}
	if bin < 0 || bin >= c.bins {
		c.unclear.Add(people...)
	}
	for _, key := range keys {
		if c.rows[key] == nil {
			c.rows[key], c.sides[key] = make([]access.Tally, c.bins), new([2]access.Tally)
		}
		if bin >= 0 && bin < c.bins {
			c.rows[key][bin].Add(people...)
		}
		if side >= 0 {
			c.sides[key][side].Add(people...)
		}
	}
	return nil
}

// keys gives the rows that an incident belongs to, and its hour; -1 where that is not known.
func (c *counting) keys(ctx context.Context, row *view.Row) (keys []string, hour int, err error) {
	switch c.s.By {
	case ByArticle:
		x, err := c.m.judge(ctx, row)
		if err != nil || x == nil || x.gone || !x.may {
			return nil, 0, err
		}
		return []string{string(x.article)}, 0, nil
	case ByKind:
		return []string{row.Happened.Word}, 0, nil
	case ByPlace:
		if !row.Happened.HasCell {
			return nil, 0, nil
		}
		return []string{strconv.Itoa(row.Happened.Lon) + "," + strconv.Itoa(row.Happened.Lat)}, 0, nil
	}
	o, err := c.m.remembered(ctx, row)
	if err != nil || o == nil {
		return nil, 0, err
	}
	if c.s.By == ByActor {
		for _, p := range o.Parts {
			for _, id := range c.m.named(o, p.Role) {
				if !slices.Contains(keys, string(id)) {
					keys = append(keys, string(id))
				}
			}
		}
		return keys, 0, nil
	}
	from, to := c.clock.Wall(o.When.From), c.clock.Wall(o.When.To)
	if hour = from.Hour; !o.When.From.Stated() || !o.When.To.Stated() || o.When.To.Sub(o.When.From) >= time.Hour || to.Hour != from.Hour {
		hour = -1
	}
	return []string{""}, hour, nil
}

// tell gives the series as the viewer is told it.
func (c *counting) tell() Series {
	out := c.out
	out.By, out.Days, out.Rounded, out.Unclear, out.Bins, out.Rows = c.s.By, c.days, !access.Exact(c.v), c.unclear.Told(c.v), []string{}, []SeriesRow{}
	for i := range c.bins {
		if c.days == 0 {
			out.Bins = append(out.Bins, strconv.Itoa(i))
		} else {
			out.Bins = append(out.Bins, day(view.Day(c.day+i*c.days)))
		}
	}
	for key, tallies := range c.rows {
		row := SeriesRow{Key: key, Counts: make([]int, c.bins)}
		for i := range tallies {
			row.Counts[i] = tallies[i].Told(c.v)
			row.Total += row.Counts[i]
		}
		if s := c.sides[key]; c.s.Split.Stated() {
			row.Before, row.After = s[0].Told(c.v), s[1].Told(c.v)
			if !out.Rounded {
				x := poisson.CompareOver(row.Before, row.After, max(0, c.s.Split.Sub(c.s.From)), max(0, c.s.To.Sub(c.s.Split)))
				if x.Known {
					row.Ratio, row.Low, row.High = thousandths(x.Ratio), thousandths(x.Low), thousandths(x.High)
				}
			}
		}
		if row.Total > 0 || row.Before+row.After > 0 {
			out.Rows = append(out.Rows, row)
		}
	}
	slices.SortFunc(out.Rows, func(a, b SeriesRow) int {
		return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Key, b.Key))
	})
	if len(out.Rows) > MaxSeries {
		rest := SeriesRow{Counts: make([]int, c.bins)}
		for _, r := range out.Rows[MaxSeries:] {
			for i, n := range r.Counts {
				rest.Counts[i] += n
			}
			rest.Total, rest.Before, rest.After = rest.Total+r.Total, rest.Before+r.Before, rest.After+r.After
		}
		out.Rows = append(out.Rows[:MaxSeries], rest)
	}
	return out
}

// Export gives the observations of a search, one after the other, to somebody who takes them away as a file: what they may see of each and nothing more. Who did so is
// written down. whole is false where there were more than [MaxExport].
func (m *Mechanism) Export(ctx context.Context, v access.Viewer, s Search, each func(Observation) error) (whole bool, err error) {
	if _, err := m.may("mechanism.Export", v, access.ActExport, access.Thing{Kind: access.KindObservation, Tier: truce.TierMechanism}); err != nil {
		return false, err
	}
	s.Cursor, s.Limit = "", view.MaxPage
	for n := 0; n < MaxExport; {
		page, err := m.Observations(ctx, v, s)
		if err != nil {
			return false, err
		}
		for _, o := range page.Items {
			if err := each(o); err != nil {
				return false, err
			}
		}
		n += len(page.Items)
		if page.Next == "" {
			return true, nil
		}
		s.Cursor = page.Next
	}
	return false, nil
}
