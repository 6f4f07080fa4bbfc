package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"truce"
)

// Mirror is two stores that hold the same: what it acknowledges is durable in both. One of them can be rebuilt from the other. It reads
// from the primary.
type Mirror struct {
	primary, copy Journal
	tail          *Tail
	mu            sync.Mutex // one append or erasure at a time
}

// Healed says what OpenMirror put right.
type Healed struct {
	Primary, Copy int         // records that were missing at the end of one and taken from the other
	Erased        []truce.Seq // whose content one had erased and the other not yet
}

// OpenMirror checks both stores whole ([Check]) and brings them into step: what one has beyond the end of the other is appended
// there, for it may have been acknowledged; what one has erased is erased in the other. A known head need only be in the longer.
// Where either is damaged, or the two differ in a record, or the longer lacks a known head, the answer is Corrupt and nothing was changed.
func OpenMirror(ctx context.Context, primary, copy Journal, known ...Known) (*Mirror, Report, Healed, error) {
	const op truce.Op = "journal.OpenMirror"
	var healed Healed
	stores := [2]Journal{primary, copy}
	names := [2]string{"the journal", "its copy"}
	var reports [2]Report
	err := both(func(i int) error {
		var err error
		reports[i], err = Check(ctx, stores[i])
		if err != nil && truce.KindOf(err) == truce.Corrupt {
			err = &truce.Error{Op: op, Kind: truce.Corrupt, Subject: names[i], Hint: hintRepair, Cause: err}
		}
		return err
	})
	if err != nil {
		return nil, reports[0], healed, err
	}
	long, short := 0, 1
	if reports[1].Head.Seq > reports[0].Head.Seq {
		long, short = 1, 0
	}
	end := reports[short].Head
	if err := contains(ctx, stores[long], slices.Concat(known, []Known{{end, names[short]}})...); err != nil {
		return nil, reports[long], healed, err
	}
	n, err := extend(ctx, stores[short], end, stores[long])
	if err != nil {
		return nil, reports[long], healed, err
	}
	healed.Copy = n
	if short == 0 {
		healed.Primary, healed.Copy = n, 0
	}
	for i := range stores {
		var missing []truce.Seq
		for _, seq := range reports[i].Erased {
			if _, ok := slices.BinarySearch(reports[1-i].Erased, seq); !ok && seq <= reports[1-i].Head.Seq {
				missing = append(missing, seq)
			}
		}
		if len(missing) > 0 {
			if err := stores[1-i].Erase(ctx, missing); err != nil {
				return nil, reports[long], healed, err
			}
			healed.Erased = append(healed.Erased, missing...)
		}
	}
	slices.Sort(healed.Erased)
	return &Mirror{primary: primary, copy: copy, tail: NewTail(reports[long].Head)}, reports[long], healed, nil
}

// contains looks known heads up in a journal that was checked already.
func contains(ctx context.Context, j Journal, known ...Known) error {
	const op truce.Op = "journal.OpenMirror"
	end, err := j.Head(ctx)
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.Head.Seq == 0 {
			continue
		}
		has := Head{}
		if k.Head.Seq <= end.Seq {
			if has, err = HeadAt(ctx, j, k.Head.Seq); err != nil {
				return err
			}
		}
		switch {
		case has == k.Head:
		case has.Seq == 0:
			return &truce.Error{Op: op, Kind: truce.Corrupt, Hint: hintRepair,
				Reason: fmt.Sprintf("both copies end at or before %s, and %s knows %s: records that were acknowledged are missing", end, k.From, k.Head)}
		default:
			return &truce.Error{Op: op, Kind: truce.Corrupt, Hint: hintRepair,
				Reason: fmt.Sprintf("%s knows %s, and the longer copy holds %s: they were forked", k.From, k.Head, has)}
		}
	}
	return nil
}

// HeadAt gives the head that a journal had when it ended at a number; NotFound where it does not reach that far.
func HeadAt(ctx context.Context, j Journal, seq truce.Seq) (Head, error) {
	var head Head
	err := j.Read(ctx, seq, func(e Entry) error {
		_, digest, err := Whole(e)
		head = Head{e.Seq, digest}
		if err == nil {
			err = errEnough
		}
		return err
	})
	if err != nil && !errors.Is(err, errEnough) {
		return Head{}, err
	}
	if head.Seq != seq {
		return Head{}, &truce.Error{Op: "journal.HeadAt", Kind: truce.NotFound, Subject: fmt.Sprintf("record %d", seq), Reason: "the journal does not reach that far"}
	}
	return head, nil
}

// errEnough ends a reading from inside.
var errEnough = errors.New("enough")

// Head gives the last record that is durable in both stores.
func (m *Mirror) Head(context.Context) (Head, error) { return m.tail.Head() }

// Append writes to both stores at once and returns when both have answered. One that fails breaks the mirror: what the other has more is
// kept or completed when it is opened anew.
func (m *Mirror) Append(ctx context.Context, after Head, entries []Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tail.Append(ctx, after, entries, func(ctx context.Context, _ []Head) error {
		return both(func(i int) error { return m.store(i).Append(ctx, after, entries) })
	})
}

// Read reads from the primary, and no further than both stores reach.
func (m *Mirror) Read(ctx context.Context, from truce.Seq, fn func(Entry) error) error {
	head, err := m.tail.Head()
	if err != nil || from > head.Seq {
		return err
	}
	err = m.primary.Read(ctx, from, func(e Entry) error {
		if e.Seq > head.Seq {
			return errEnough
		}
		return fn(e)
	})
	if err == errEnough {
		return nil
	}
	return err
}

// Wait waits for a record that is durable in both stores.
func (m *Mirror) Wait(ctx context.Context, after truce.Seq) error { return m.tail.Wait(ctx, after) }

// Erase destroys content in both stores.
func (m *Mirror) Erase(ctx context.Context, seqs []truce.Seq) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.tail.Broken(); err != nil {
		return err
	}
	return both(func(i int) error { return m.store(i).Erase(ctx, seqs) })
}

// Close closes both stores.
func (m *Mirror) Close() error {
	if !m.tail.Close() {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return both(func(i int) error { return m.store(i).Close() })
}

func (m *Mirror) store(i int) Journal {
	if i == 0 {
		return m.primary
	}
	return m.copy
}

// both does a thing for each of two stores at once and joins what went wrong. The kind of the result is that of the first error.
func both(do func(i int) error) error {
	second := make(chan error, 1)
	go func() { second <- do(1) }()
	first := do(0)
	return errors.Join(first, <-second)
}
