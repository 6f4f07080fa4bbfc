package mechanism

import (
	"context"
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/custody"
	"truce/internal/record"
	"truce/internal/view"
)

// destroy carries out what two people of different bodies decided: in the journal and every copy, then in the view, then where media lie. It is done before
// anybody is told that the decision was taken up, and done again after a start, which does no harm. The lock is held.
func (m *Mechanism) destroy(ctx context.Context) error {
	due := m.due
	if len(due.Erase) == 0 || m.Writer == nil {
		return nil
	}
	slices.Sort(due.Erase)
	var seqs []truce.Seq
	var ids []truce.RecordID
	for _, s := range slices.Compact(due.Erase) {
		rows, err := m.View.Records(ctx, view.Query{After: s - 1, Before: s + 1, Limit: 1})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if !row.Erased {
				seqs, ids = append(seqs, s), append(ids, row.ID)
			}
		}
	}
	if len(seqs) > 0 {
		if err := m.Journal.Erase(ctx, seqs); err != nil {
			return err
		}
		if err := m.View.Erased(ctx, ids); err != nil {
			return err
		}
		m.places.Erase(seqs...)
		m.standings.forget()
		m.tails.forget()
	}
	for _, b := range due.Blobs {
		if err := m.Media.Erase(b); err != nil {
			return err
		}
	}
	m.due = custody.Effect{}
	return nil
}

// Erase proposes to destroy the content of records, holds it, or releases a hold. [Mechanism.Confirm] agrees.
func (m *Mechanism) Erase(ctx context.Context, v access.Viewer, e record.Erasure, ids []truce.RecordID) (Receipt, error) {
	const op truce.Op = "mechanism.Erase"
	e.At, e.Seqs = v.Now, nil
	t := access.Thing{Kind: access.KindErasure, Author: v.Author(), Tier: truce.TierPublic, Class: access.ClassOrdinary}
	for _, id := range ids {
		row, _, _, err := m.look(ctx, op, v, id)
		if err != nil {
			return Receipt{}, err
		}
		e.Seqs = append(e.Seqs, row.Seq)
	}
	slices.Sort(e.Seqs)
	e.Seqs = slices.Compact(e.Seqs)
	m.command.Lock()
	defer m.command.Unlock()
	return m.erase(ctx, op, v, e, t)
}

// erase writes a decision. The command lock is held.
func (m *Mechanism) erase(ctx context.Context, op truce.Op, v access.Viewer, e record.Erasure, t access.Thing) (Receipt, error) {
	if _, err := m.may(op, v, access.ActErase, t); err != nil {
		return Receipt{}, err
	}
	m.mu.RLock()
	err := m.custody.Check(v.Author(), m.head.Seq+1, e)
	m.mu.RUnlock()
	if err != nil {
		return Receipt{}, err
	}
	d, err := e.Draft()
	if err != nil {
		return Receipt{}, err
	}
	d.Record.Tier = truce.TierPublic
	return m.do(ctx, v, d)
}
