package mechanism

import (
	"context"
	"slices"
	"sync"

	"truce"
	"truce/internal/view"
)

// tails are the newest rows of what is counted, up to [MaxCounted] of each kind. Whoever counts begins with the same rows, so they are read once; what came since
// is read when somebody counts again.
type tails struct {
	sync.Mutex
	of map[truce.RecordKind]*tail
}

type tail struct {
	rows []view.Row // the oldest first; what was handed out is never changed
	upTo truce.Seq
	all  bool // there are no older ones
}

// forget lets go of everything: a row says whether content was erased.
func (t *tails) forget() {
	t.Lock()
	defer t.Unlock()
	t.of = nil
}

// rows gives those of a kind; the query says which they are, days aside.
func (t *tails) rows(ctx context.Context, m *Mechanism, kind truce.RecordKind, q view.Query) (rows []view.Row, whole bool, err error) {
	head, _, _ := m.Taken()
	t.Lock()
	defer t.Unlock()
	k := t.of[kind]
	if k == nil {
		k = &tail{all: true}
	}
	if head.Seq <= k.upTo {
		return k.rows, k.all, nil
	}
	q.First, q.Last, q.After, q.Before, q.Limit, q.Latest = nil, nil, k.upTo, head.Seq+1, view.MaxPage, q.Latest && k.upTo == 0
	var fresh []view.Row
	for len(fresh) < MaxCounted {
		page, err := m.View.Records(ctx, q)
		if err != nil {
			return nil, false, err
		}
		fresh = append(fresh, page...)
		if len(page) < q.Limit {
			break
		}
		q.Before = page[len(page)-1].Seq
	}
	gone := map[truce.RecordID]bool{}
	if kind == truce.RecordOutcome && k.upTo > 0 {
		for _, row := range fresh {
			links, err := m.View.Linked(ctx, row.Seq)
			if err != nil {
				return nil, false, err
			}
			for _, l := range links {
				gone[l.ID] = gone[l.ID] || l.How == view.Supersedes
			}
		}
	}
	next := &tail{rows: k.rows, upTo: head.Seq, all: k.all && len(fresh) < MaxCounted}
	if len(gone) > 0 {
		next.rows = slices.DeleteFunc(slices.Clone(k.rows), func(r view.Row) bool { return gone[r.ID] })
		fresh = slices.DeleteFunc(fresh, func(r view.Row) bool { return gone[r.ID] })
	}
	slices.Reverse(fresh)
	next.rows = append(next.rows, fresh...)
	if more := len(next.rows) - MaxCounted; more > 0 {
		next.rows, next.all = next.rows[more:], false
	}
	if t.of == nil {
		t.of = map[truce.RecordKind]*tail{}
	}
	t.of[kind] = next
	return next.rows, next.all, nil
}
