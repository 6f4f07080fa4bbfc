package mechanism

import (
	"context"
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/ledger"
	"truce/internal/record"
	"truce/internal/view"
	"truce/verify"
)

// tick is what one checkpoint of the open record took up, and when all of it is due.
type tick struct {
	first, last truce.Seq
	due         truce.Instant
}

// settled is what became of a record behind its sealed leaf: [verify.Reveal], [verify.Erasure], or [verify.Withheld] until a time (0 for always).
type settled struct {
	how   verify.Kind
	until truce.Instant
}

// stands reports whether it still holds at a moment.
func (s settled) stands(now truce.Instant) bool {
	return s.how != verify.KindUnknown && (s.how != verify.Withheld || s.until == 0 || s.until >= now)
}

// settle notes what was taken up by the open record, and what was decided of it. The lock is held.
func (m *Mechanism) settle(r *truce.Record, events []ledger.Event) error {
	p := &m.public
	if r.Kind == truce.RecordCheckpoint && r.Author.Vouch == truce.VouchNode {
		c, err := record.ReadCheckpoint(r)
		if err != nil {
			return err
		}
		t := tick{first: 1, last: c.Through, due: c.Due}
		if n := len(p.ticks); n > 0 {
			t.first = p.ticks[n-1].last + 1
		}
		p.ticks = append(p.ticks, t)
	}
	for _, e := range events {
		s := settled{how: e.Kind}
		if d, ok := e.Document.(verify.WithheldDocument); ok {
			s.until = truce.Instant(d.Until * 1000)
		}
		for _, seq := range e.Seqs {
			if p.settled == nil {
				p.settled = map[truce.Seq]settled{}
			}
			if was := p.settled[seq]; was.how == verify.KindUnknown || was.how == verify.Withheld {
				p.settled[seq] = s
			}
		}
	}
	return nil
}

// tickOf finds the tick that took a record up; false where none has. The lock is held.
func (p *public) tickOf(s truce.Seq) (int, bool) {
	return slices.BinarySearchFunc(p.ticks, s, func(t tick, s truce.Seq) int {
		switch {
		case t.last < s:
			return -1
		case t.first > s:
			return 1
		}
		return 0
	})
}

// Sealed is what lies sealed in the open record, by count. It says what anybody can count there: leaves, with those behind which there is no record until they are due.
type Sealed struct {
	Leaves   int64       `json:"leaves" access:"open" doc:"Sealed leaves, padding among them."`
	Revealed int64       `json:"revealed" access:"open" doc:"Records of which a group was opened."`
	Withheld int64       `json:"withheld" access:"open" doc:"Records that stay closed, with a reason."`
	Erased   int64       `json:"erased" access:"open" doc:"Records whose content was destroyed."`
	Overdue  int64       `json:"overdue" access:"open" doc:"Records that were due and of which nobody said anything."`
	Days     []SealedDay `json:"days" access:"each" doc:"What is due, the earliest first: a line for each day on which anything is overdue, and for each of the next thirty on which anything is due."`
}

// SealedDay is what is due on one day.
type SealedDay struct {
	Day     string `json:"day" access:"open" format:"date"`
	Leaves  int64  `json:"leaves" access:"open" doc:"Leaves that are not due yet and of which nothing was said."`
	Overdue int64  `json:"overdue" access:"open"`
}

// sealedAhead is for how many days the page looks ahead.
const sealedAhead = 30 * 24 * 3600 * 1000

// Sealed counts what lies sealed in the open record. Everybody may know that: it stands there.
func (m *Mechanism) Sealed(v access.Viewer) (Sealed, error) {
	sees := access.See(v, access.Thing{Kind: access.KindCheckpoint, Tier: truce.TierPublic})
	if !sees.Has(access.Open) {
		return Sealed{}, errAbsent("mechanism.Sealed")
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := Sealed{Days: []SealedDay{}}
	said := make([]int64, len(m.public.ticks)) // records of each tick of which something holds
	for seq, s := range m.public.settled {
		i, ok := m.public.tickOf(seq)
		if !ok || !s.stands(v.Now) {
			continue
		}
		said[i]++
		*map[verify.Kind]*int64{verify.Reveal: &out.Revealed, verify.Withheld: &out.Withheld, verify.Erasure: &out.Erased}[s.how]++
	}
	for i, t := range m.public.ticks {
		records := int64(t.last-t.first) + 1
		leaves := ledger.SealedLeaves(records)
		out.Leaves += leaves
		day := SealedDay{Day: t.due.String()[:10], Leaves: leaves - said[i]}
		if t.due < v.Now {
			day.Leaves, day.Overdue = 0, records-said[i]
			out.Overdue += day.Overdue
		}
		if day.Leaves+day.Overdue == 0 || t.due > v.Now+sealedAhead {
			continue
		}
		if n := len(out.Days); n > 0 && out.Days[n-1].Day == day.Day {
			out.Days[n-1].Leaves += day.Leaves
			out.Days[n-1].Overdue += day.Overdue
		} else {
			out.Days = append(out.Days, day)
		}
	}
	access.RedactTo(sees, &out)
	return out, nil
}

// SealedRecord is a record that lies sealed in the open record and of which nothing was said, as one viewer sees it.
type SealedRecord struct {
	Card    `access:"each"`
	Due     string   `json:"due" access:"open" format:"date-time" doc:"By when it must be revealed, or withheld with a reason."`
	Overdue bool     `json:"overdue,omitempty" access:"open"`
	Groups  []string `json:"groups,omitempty" access:"open" doc:"The groups of fields that could be revealed."`
	Waits   bool     `json:"waits,omitempty" access:"open" doc:"Something about it is proposed and waits for somebody of another body."`
}

// testimony are the kinds of record by which something is reported, said, asked or concluded. The others are how the mechanism keeps its books.
var testimony = []truce.RecordKind{truce.RecordObservation, truce.RecordPositions, truce.RecordOutcome, truce.RecordStep, truce.RecordStatement, truce.RecordQuery, truce.RecordMedia, truce.RecordReport}

// SealedRecords lists what is due of what was reported, said, asked or concluded, the earliest first.
func (m *Mechanism) SealedRecords(ctx context.Context, v access.Viewer, cursor string, limit int) (Page[SealedRecord], error) {
	waiting := map[truce.RecordID]bool{}
	proposals, err := m.Proposals(ctx, v)
	if err != nil {
		return Page[SealedRecord]{}, err
	}
	for _, p := range proposals {
		waiting[p.Of] = true
	}
	q := view.Query{Kinds: testimony, OldestFirst: true, Limit: limit}
	return list(ctx, m, v, q, cursor, func(row *view.Row, t access.Thing, sees access.Fields) (SealedRecord, bool, error) {
		due, ok := m.dueFor(v, row.Seq)
		if !ok {
			return SealedRecord{}, false, nil
		}
		r, _, err := m.content(ctx, row)
		if err != nil {
			return SealedRecord{}, false, err
		}
		out := SealedRecord{Card: m.card(row, t, sees), Due: instant(due), Overdue: due < v.Now, Waits: waiting[row.ID]}
		for _, c := range r.Commitments {
			if slices.Contains(record.RevealableGroups, c.Group) && access.Revealable(access.GroupFields(row.Kind, c.Group)) {
				out.Groups = append(out.Groups, c.Group)
			}
		}
		access.RedactTo(sees, &out)
		return out, true, nil
	})
}

// dueFor gives when a record is due of which nothing holds; false where something was said of it, or no tick has taken it up.
func (m *Mechanism) dueFor(v access.Viewer, s truce.Seq) (truce.Instant, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	i, ok := m.public.tickOf(s)
	if !ok || m.public.settled[s].stands(v.Now) {
		return 0, false
	}
	return m.public.ticks[i].due, true
}

// Withhold proposes that records stay sealed beyond the day they are due, and that this is said openly, with a reason in a word and until a time (0 for always). Somebody of another
// body confirms it.
func (m *Mechanism) Withhold(ctx context.Context, v access.Viewer, ids []truce.RecordID, why string, until truce.Instant, reason string) (Receipt, bool, error) {
	const op truce.Op = "mechanism.Withhold"
	var seqs []truce.Seq
	for _, id := range ids {
		row, _, _, err := m.look(ctx, op, v, id)
		if err != nil {
			return Receipt{}, false, err
		}
		seqs = append(seqs, row.Seq)
	}
	return m.withhold(ctx, v, ids, seqs, why, until, reason)
}

func (m *Mechanism) withhold(ctx context.Context, v access.Viewer, ids []truce.RecordID, seqs []truce.Seq, why string, until truce.Instant, reason string) (Receipt, bool, error) {
	if len(ids) == 0 {
		return Receipt{}, false, &truce.Error{Op: "mechanism.Withhold", Kind: truce.Invalid, Reason: "it names no record", Hint: "name the records that stay sealed"}
	}
	slices.Sort(seqs)
	return m.Classify(ctx, v, record.Class{Act: record.ClassWithholds, Of: ids[0], Why: why, Until: until - until%1000, Seqs: slices.Compact(seqs), Reason: reason})
}

// WithholdBooks proposes the same of what is due by a time and is no evidence: who holds which office, who was shown what, checkpoints and notices. It takes as many as one act
// may name; do it again for the rest.
func (m *Mechanism) WithholdBooks(ctx context.Context, v access.Viewer, by truce.Instant, reason string) (Receipt, bool, error) {
	var ids []truce.RecordID
	var seqs []truce.Seq
	q := view.Query{OldestFirst: true, Limit: view.MaxPage}
	for {
		rows, err := m.View.Records(ctx, q)
		if err != nil {
			return Receipt{}, false, err
		}
		for i := range rows {
			row := &rows[i]
			due, ok := m.dueFor(v, row.Seq)
			if ok && due <= by && !slices.Contains(testimony, row.Kind) && access.See(v, m.thing(row)).Has(access.Existence) && len(ids) < record.MaxWithheld {
				ids, seqs = append(ids, row.ID), append(seqs, row.Seq)
			}
			q.After = row.Seq
		}
		if len(rows) < view.MaxPage || len(ids) == record.MaxWithheld {
			return m.withhold(ctx, v, ids, seqs, "not-evidence", 0, reason)
		}
	}
}
