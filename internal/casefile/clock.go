package casefile

import (
	"cmp"
	"slices"

	"truce"
	"truce/internal/record"
)

// Clock runs in a case, a query or a notice of movement.
type Clock struct {
	Case  truce.CaseID   // exactly one of Case and Query is set
	Query truce.RecordID // the record that began the query
	Clock truce.CaseClock
	Body  truce.BodyID // whose it is; "" for the mechanism's own
	Step  int          // of the case: the step that started it
	From  truce.Instant
	Due   truce.Instant
}

// Running lists every clock that runs, the one due first at the beginning; those due at once in the order of case, query, clock and body.
func (b *Book) Running() []Clock {
	var out []Clock
	for _, id := range b.order {
		out = append(out, b.cases[id].Clocks...)
	}
	for _, id := range b.asked {
		out = append(out, b.queries[id].clocks()...)
	}
	slices.SortStableFunc(out, func(x, y Clock) int {
		return cmp.Or(cmp.Compare(x.Due, y.Due), cmp.Compare(x.Case, y.Case), cmp.Compare(x.Query, y.Query), cmp.Compare(x.Clock, y.Clock), cmp.Compare(x.Body, y.Body))
	})
	return out
}

// Due lists the clocks that have run out at a time and whose silence nobody has recorded yet.
func (b *Book) Due(now truce.Instant) []Clock {
	list := b.Running()
	n, _ := slices.BinarySearchFunc(list, now, func(k Clock, t truce.Instant) int {
		if k.Due <= t {
			return -1
		}
		return 1
	})
	return list[:n]
}

// Silence drafts the record that a clock which ran out leaves: a step of its case, or an act of its query. The program is its author;
// silence says that the time is over, and nothing of what somebody thinks.
func (b *Book) Silence(k Clock, now truce.Instant) (record.Draft, error) {
	author := truce.Author{Vouch: truce.VouchNode}
	var d record.Draft
	var err error
	if c := b.cases[k.Case]; c != nil {
		d, err = record.Step{Case: k.Case, Step: truce.StepSilence, Last: c.Last(), Clock: k.Clock, Body: k.Body, Simulated: c.Simulated}.Draft()
		d.Record.Version = c.Version
	} else if q := b.queries[k.Query]; q != nil {
		d, err = record.Query{At: now, Act: record.QuerySilence, Of: k.Query, Body: k.Body, Simulated: q.Simulated}.Draft()
		d.Record.Version = q.Version
	} else {
		return d, &truce.Error{Op: "casefile.Silence", Kind: truce.NotFound, Reason: "no case and no query has this clock"}
	}
	d.Record.Author, d.Record.Claimed, d.Record.Received = author, now, now
	return d, err
}
