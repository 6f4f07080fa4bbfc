package intake

import "truce"

// batch collects positions by track until there are MaxBatch of them. Tracks are handed on in the order in which they
// first appeared in the batch.
type batch struct {
	order  []*run
	of     map[*Track]*run
	latest *run
	total  int
	// spare are runs to use again; together they have room for 2*MaxBatch positions at most.
	spare []*run
}

// run is the positions of one track.
type run struct {
	track *Track
	fixes []truce.Fix
}

// add takes a position; it reports whether the batch is full.
func (b *batch) add(t *Track, f truce.Fix) bool {
	r := b.latest
	if r == nil || r.track != t {
		if r = b.of[t]; r == nil {
			r = b.start(t)
		}
		b.latest = r
	}
	r.fixes = append(r.fixes, f)
	b.total++
	return b.total >= MaxBatch
}

func (b *batch) start(t *Track) *run {
	if b.of == nil {
		b.of = map[*Track]*run{}
	}
	r := &run{}
	if n := len(b.spare); n > 0 {
		r, b.spare = b.spare[n-1], b.spare[:n-1]
	}
	r.track = t
	b.of[t] = r
	b.order = append(b.order, r)
	return r
}

// flush hands on what there is.
func (b *batch) flush(sink Sink) error {
	for _, r := range b.order {
		if err := sink.Fixes(*r.track, r.fixes); err != nil {
			return err
		}
	}
	room := 2 * MaxBatch
	for _, r := range b.spare {
		room -= cap(r.fixes)
	}
	for _, r := range b.order {
		if room -= cap(r.fixes); room >= 0 {
			b.spare = append(b.spare, &run{fixes: r.fixes[:0]})
		}
	}
	b.order, b.latest, b.total = b.order[:0], nil, 0
	clear(b.of)
	return nil
}
