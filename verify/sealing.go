package verify

import "slices"

// Sealing is what became of the sealed leaves of a log: those that are due together lie together, so it stays small.
type Sealing struct {
	spans   []span
	settled map[int64]settled
}

// span are sealed leaves that are due together.
type span struct{ from, to, due int64 }

// settled is what became of a sealed leaf.
type settled struct {
	kind  Kind
	until int64
}

// Overdue are sealed leaves that were due and were neither opened nor openly kept closed: some of those from one index up to another. Due is in seconds since 1970.
type Overdue struct{ From, To, Due int64 }

// NewSealing is a log without leaves.
func NewSealing() *Sealing { return &Sealing{settled: map[int64]settled{}} }

// Leaf takes up the next sealed leaf.
func (s *Sealing) Leaf(i int64, l Leaf) {
	if n := len(s.spans); n > 0 && s.spans[n-1].to == i && s.spans[n-1].due == l.Due {
		s.spans[n-1].to++
		return
	}
	s.spans = append(s.spans, span{i, i + 1, l.Due})
}

// Is reports whether there is such a leaf.
func (s *Sealing) Is(i int64) bool {
	_, found := slices.BinarySearchFunc(s.spans, i, func(s span, i int64) int {
		switch {
		case s.to <= i:
			return -1
		case s.from > i:
			return 1
		}
		return 0
	})
	return found
}

// Settle notes what became of a leaf: it was opened, shown to be padding, erased, or withheld until a time (0 for always). What says more stands before what says less.
func (s *Sealing) Settle(kind Kind, i, until int64) {
	if was, ok := s.settled[i]; !ok || rankOf(kind) < rankOf(was.kind) || kind == was.kind {
		s.settled[i] = settled{kind, until}
	}
}

func rankOf(k Kind) int { return slices.Index([]Kind{Reveal, Padding, Erasure, Withheld}, k) }

// Count counts the leaves by what became of them at a time in seconds since 1970; at 0 nothing is due.
func (s *Sealing) Count(now int64) (r SealedResult, overdue []Overdue) {
	for _, x := range s.settled {
		switch {
		case x.kind == Reveal:
			r.Revealed++
		case x.kind == Padding:
			r.Padding++
		case x.kind == Erasure:
			r.Erased++
		case x.until == 0 || now == 0 || x.until >= now:
			r.Withheld++
		}
	}
	next := int64(0)
	for _, x := range s.spans {
		later := x.due >= now || now == 0
		if later && (next == 0 || x.due < next) {
			next = x.due
		}
		first := int64(-1)
		for i := x.from; i < x.to; i++ {
			if w, ok := s.settled[i]; ok && !(w.kind == Withheld && w.until != 0 && now != 0 && w.until < now) {
				continue
			}
			if later {
				r.NotDue++
				continue
			}
			if r.Overdue++; first < 0 {
				first = i
			}
		}
		if first >= 0 {
			overdue = append(overdue, Overdue{first, x.to, x.due})
		}
	}
	if next > 0 {
		r.Next = seconds(next)
	}
	return r, overdue
}

// Why is the reason that a leaf gives by its code: of what is withheld, and of an erasure. Other leaves give none.
func (l Leaf) Why() string {
	switch l.Kind {
	case Withheld:
		return withheldWords[l.Code]
	case Erasure:
		return erasureWords[l.Code]
	}
	return ""
}
