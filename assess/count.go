package assess

import (
	"cmp"
	"slices"
	"strings"

	"truce"
	"truce/geo"
)

// Count is how many violations there were under one counting rule. Where times are known only to the day, two incidents
// may be one episode or two: Low counts as few as there can have been, High as many.
type Count struct {
	Counting truce.CountingID
	Low      int
	High     int
	Records  []truce.ObservationID // what was counted
}

// Incident is an incident to be counted, and who answers for it as far as that is known: what is done by two sides is never one episode.
type Incident struct {
	Observation *truce.Observation
	Side        string
}

// Side names those who answer for something, "" where that is not known.
func Side(a truce.Attribution) string {
	side := ""
	if a.Known == truce.True {
		for _, id := range a.By {
			side += string(id) + " "
		}
	}
	return side
}

// Count counts incidents under every counting rule of the agreement, side by side, whether or not they were made known to the assessor.
func (a *Assessor) Count(list []Incident) []Count {
	out := make([]counted, len(list))
	for i, x := range list {
		out[i] = a.counted(x.Observation, x.Side)
	}
	return a.count(out)
}

// counted is an incident to be counted.
type counted struct {
	o    *truce.Observation
	side string // who answers for it, as far as known
	// first and last are the beginnings of the reporting days it may have been on; 0 where nobody says when it was.
	first, last truce.Instant
	spot        spot
}

// counted makes an incident ready for counting.
func (a *Assessor) counted(o *truce.Observation, side string) counted {
	x := counted{o: o, side: side, spot: a.ground.spot(a.plan.Agreement, o.Where)}
	if o.When.Stated() {
		clock := a.plan.Agreement.Clock
		day := clock.ReportDay(o.When.From)
		if x.first, x.last = day.From, day.From; o.When.To > day.To {
			x.last = clock.ReportDay(o.When.To).From
		}
	}
	return x
}

// Counts counts the accounts of one rule under every counting rule of the agreement, side by side. pick chooses the accounts
// to count, for example those breached under one choice of readings.
func (res *Result) Counts(rule truce.RuleID, pick func(truce.Account) bool) []Count {
	s := res.settling
	var list []counted
	for _, acc := range res.Accounts {
		if acc.Rule != rule || len(acc.Subject.Records) == 0 || !pick(acc) {
			continue
		}
		o := s.index[acc.Subject.Records[0]]
		if o == nil {
			continue
		}
		list = append(list, s.counted(o, Side(acc.Attribution)))
	}
	return s.count(list)
}

// CountAll counts a set of observations under every counting rule.
func (res *Result) CountAll(pick func(*truce.Observation) bool) []Count {
	var list []counted
	for _, o := range res.settling.sorted {
		if o.Kind == truce.KindIncident && pick(o) {
			sd := res.settling.sides(o)
			side := ""
			for _, p := range sd.initiators {
				side += string(p.id) + p.name + " "
			}
			list = append(list, res.settling.counted(o, side))
		}
	}
	return res.settling.count(list)
}

func (a *Assessor) count(list []counted) []Count {
	var out []Count
	for i := range a.plan.Agreement.Counting {
		c := &a.plan.Agreement.Counting[i]
		n := Count{Counting: c.ID}
		var mine []*counted
		for i := range list {
			x := &list[i]
			if len(c.Kinds) == 0 || slices.ContainsFunc(c.Kinds, func(k string) bool { return a.plan.Incidents.Is(x.o.What, k) == truce.True }) {
				mine = append(mine, x)
				n.Records = append(n.Records, x.o.ID)
			}
		}
		switch c.Unit {
		case truce.CountIncidents:
			n.Low, n.High = len(mine), len(mine)
		case truce.CountSingle:
			for _, x := range mine {
				if x.o.Count.Stated {
					n.Low += int(x.o.Count.Low)
					n.High += int(x.o.Count.High)
				} else {
					n.Low, n.High = n.Low+1, n.High+1
				}
			}
		case truce.CountDays:
			n.Low, n.High = a.days(mine)
		case truce.CountEpisodes:
			n.Low, n.High = a.episodes(mine, c)
		}
		out = append(out, n)
	}
	return out
}

// days counts the reporting days with at least one incident: the fewest there can have been, and no fewer than the most.
func (a *Assessor) days(list []*counted) (low, high int) {
	maybe := map[truce.Instant]bool{}
	clock := a.plan.Agreement.Clock
	wide := 0
	for _, x := range list {
		if x.first == 0 {
			wide++
			continue
		}
		maybe[x.first] = true
		for d, n := x.first, 1; d < x.last && n < maxDays; n++ {
			d = clock.ReportDay(d).To + 1
			maybe[d] = true
		}
	}
	low, high = fewestDays(list), min(len(maybe)+wide, len(list))
	if len(list) > 0 {
		low = max(low, 1)
	}
	return low, max(low, high)
}

// maxDays bounds over how many days one badly dated incident is spread; the count of incidents bounds the result anyway.
const maxDays = 400

// fewestDays is the least number of reporting days that can hold all incidents: the day on which the earliest to end ends
// takes in whatever may be on it, and so on.
func fewestDays(list []*counted) int {
	var dated []*counted
	for _, x := range list {
		if x.first != 0 {
			dated = append(dated, x)
		}
	}
	slices.SortFunc(dated, func(a, b *counted) int { return cmp.Compare(a.last, b.last) })
	n, day := 0, truce.Instant(0)
	for _, x := range dated {
		if n == 0 || x.first > day {
			n, day = n+1, x.last
		}
	}
	return n
}

// episodes counts runs of incidents of one side that follow each other without a longer gap or greater distance.
func (a *Assessor) episodes(list []*counted, c *truce.Counting) (low, high int) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *counted) int {
		return cmp.Or(strings.Compare(a.side, b.side), cmp.Compare(a.o.When.From, b.o.When.From), cmp.Compare(a.o.When.To, b.o.When.To), cmp.Compare(a.o.ID, b.o.ID))
	})
	gap := truce.Instant(c.Gap.Milliseconds())
	// runs counts clusters: two incidents belong together when they may (few) or must (many) be within the gap.
	runs := func(few bool) int {
		n := 0
		for i := 0; i < len(list); {
			j := i
			for j < len(list) && list[j].side == list[i].side {
				j++
			}
			k := a.clusters(list[i:j], gap, c, few)
			if few && c.Daily { // an episode lies on one day, so there are no fewer of them than days
				k = max(k, fewestDays(list[i:j]))
			}
			n += k
			i = j
		}
		return n
	}
	low, high = runs(true), runs(false)
	return min(low, high), max(low, high)
}

// clusters joins incidents into runs, looking back over as many as may still be within the gap.
func (a *Assessor) clusters(list []*counted, gap truce.Instant, c *truce.Counting, few bool) int {
	run := make([]int, len(list)) // the run each belongs to: the index of its first member
	find := func(i int) int {
		for run[i] != i {
			run[i] = run[run[i]]
			i = run[i]
		}
		return i
	}
	n := len(list)
	var reach truce.Instant // the latest end so far, for stopping the look back
	ends := make([]truce.Instant, len(list))
	for i := range list {
		run[i] = i
		reach = max(reach, list[i].o.When.To)
		ends[i] = reach
		for j := i - 1; j >= 0; j-- {
			if list[i].o.When.From > ends[j]+gap {
				break
			}
			if x, y := find(i), find(j); x != y && a.together(list[j], list[i], gap, c, few) {
				run[max(x, y)] = min(x, y)
				n--
			}
		}
	}
	return n
}

// leastE7 is what 1e-7 degree of latitude is at least, in metres: on the ellipsoid a degree is 110.57 km or more.
const leastE7 = 0.01105

// together answers whether two incidents may (few) or must be one episode.
func (a *Assessor) together(x, y *counted, gap truce.Instant, c *truce.Counting, few bool) bool {
	p, q := x.o, y.o
	if !p.When.Stated() || !q.When.Stated() {
		return few
	}
	least := max(q.When.From-p.When.To, p.When.From-q.When.To, 0)
	most := max(q.When.To-p.When.From, p.When.To-q.When.From)
	if few && least > gap || !few && most > gap {
		return false
	}
	if c.Daily {
		if few && (x.last < y.first || y.last < x.first) {
			return false
		}
		if !few && !(x.first == x.last && y.first == y.last && x.first == y.first) {
			return false
		}
	}
	if c.Near == 0 {
		return true
	}
	if x.spot.geo == nil || y.spot.geo == nil {
		return few
	}
	slack := p.Where.Error + q.Where.Error
	apart := x.spot.at.Lat - y.spot.at.Lat
	if apart = max(apart, -apart); few && float64(apart)*leastE7 > float64(c.Near+slack) || !few && float64(apart)*leastE7 > float64(c.Near) {
		return false // most are, and it costs a hundredth of the way between them
	}
	d := geo.Distance(x.spot.at, y.spot.at)
	if few {
		return d-slack <= c.Near
	}
	return d+slack <= c.Near
}
