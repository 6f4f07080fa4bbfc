package mechanism

import (
	"context"

	"truce"
	"truce/internal/record"
)

// Notice records something that the program noticed.
func (m *Mechanism) Notice(ctx context.Context, n record.Notice) error {
	d, err := n.Draft()
	if err != nil {
		return err
	}
	r := &d.Record
	r.Author, r.Tier, r.Claimed, r.Received = truce.Author{Vouch: truce.VouchNode}, truce.TierMechanism, n.At, n.At
	m.under(r)
	list, err := m.put(ctx, []record.Draft{d})
	if err != nil {
		return err
	}
	return m.Await(ctx, list[0].Seq)
}

// Latest is the latest time of the journal so far: the time at which rules are to be settled. It comes from records, not from a clock.
func (m *Mechanism) Latest() truce.Instant {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.latest
}
