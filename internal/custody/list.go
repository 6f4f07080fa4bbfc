package custody

import (
	"cmp"
	"fmt"
	"slices"

	"truce"
	"truce/internal/record"
	"truce/internal/vault"
)

// Entry is one line of the custody list of an original. Reasons and outside receivers are sealed in the record of that number.
type Entry struct {
	Seq truce.Seq
	// At is when it was done by the author's word, Recorded when it was written down.
	At, Recorded truce.Instant
	// Act is "deposited" for the first line.
	Act record.CustodyAct
	By  truce.Author
	// To is the body it was handed over to; "" for one outside the mechanism.
	To truce.BodyID
}

// Deposited is the act of the first line of every list.
const Deposited record.CustodyAct = "deposited"

// List follows the journal: who did what with which original, what must not be erased, and what was erased. It decides from records alone; the
// zero value is the beginning of a journal. One goroutine applies, and nobody reads meanwhile.
type List struct {
	media     map[truce.RecordID]*media
	bySeq     map[truce.Seq]truce.RecordID
	blobs     map[string]truce.Seq
	proposals map[truce.RecordID]proposal
	held      map[truce.Seq]int // how many holds stand
	erased    map[truce.Seq]bool
}

type media struct {
	seq     truce.Seq
	blob    string
	of      truce.RecordID
	copies  []truce.RecordID
	entries []Entry
}

// proposal is an erasure, or the end of a hold, that waits for a second signer.
type proposal struct {
	act  record.ErasureAct
	by   truce.Author
	seqs []truce.Seq
	done bool
	// second confirmed it, seq is its own number.
	second truce.Author
	seq    truce.Seq
}

// Effect is what a record asks the node to destroy. Doing it again does no harm, and after a start the node does it all again.
type Effect struct {
	Erase []truce.Seq // the content of these records
	Blobs []string    // and these blobs
}

// Apply takes the next record of the journal. Kinds that do not concern it change nothing. A record that [List.Check] would have refused is Corrupt.
func (l *List) Apply(r *truce.Record, g vault.Groups) (Effect, error) {
	if l.media == nil {
		*l = List{map[truce.RecordID]*media{}, map[truce.Seq]truce.RecordID{}, map[string]truce.Seq{}, map[truce.RecordID]proposal{}, map[truce.Seq]int{}, map[truce.Seq]bool{}}
	}
	switch r.Kind {
	case truce.RecordMedia:
		m, err := record.ReadMedia(r, g)
		if err != nil {
			return Effect{}, err
		}
		l.media[r.ID] = &media{seq: r.Seq, blob: m.Blob, of: m.Of, entries: []Entry{{r.Seq, m.At, r.Recorded, Deposited, r.Author, ""}}}
		l.bySeq[r.Seq], l.blobs[m.Blob] = r.ID, r.Seq
		if o := l.media[m.Of]; o != nil {
			o.copies = append(o.copies, r.ID)
		}
	case truce.RecordCustody:
		c, err := record.ReadCustody(r, g)
		if err != nil {
			return Effect{}, err
		}
		m := l.media[c.Media]
		if m == nil {
			return Effect{}, &truce.Error{Op: "custody.Apply", Kind: truce.Corrupt, Subject: r.String(), Reason: "there is no original " + string(c.Media)}
		}
		m.entries = append(m.entries, Entry{r.Seq, c.At, r.Recorded, c.Act, r.Author, c.To})
	case truce.RecordErasure:
		e, err := record.ReadErasure(r, g)
		if err != nil {
			return Effect{}, err
		}
		if err := l.Check(r.Author, r.Seq, e); err != nil {
			return Effect{}, &truce.Error{Op: "custody.Apply", Kind: truce.Corrupt, Subject: r.String(), Reason: "it should never have been written", Cause: err}
		}
		return l.erasure(r, e), nil
	}
	return Effect{}, nil
}

func (l *List) erasure(r *truce.Record, e record.Erasure) (out Effect) {
	switch e.Act {
	case record.ErasureHeld:
		for _, s := range e.Seqs {
			l.held[s]++
		}
	case record.ErasureProposed, record.ErasureReleases:
		l.proposals[r.ID] = proposal{act: e.Act, by: r.Author, seqs: e.Seqs, seq: r.Seq}
	case record.ErasureConfirms:
		p := l.proposals[e.Of]
		p.done, p.second = true, r.Author
		l.proposals[e.Of] = p
		for _, s := range p.seqs {
			if p.act == record.ErasureReleases {
				l.held[s]--
				continue
			}
			l.erased[s] = true
			out.Erase = append(out.Erase, s)
			if id, ok := l.bySeq[s]; ok {
				out.Blobs = append(out.Blobs, l.media[id].blob)
			}
		}
	}
	return out
}

// Check says whether somebody may write the erasure as record number next: two people of different bodies decide, nothing that is held is destroyed, and
// no original goes while copies of it stay. The node asks before it writes.
func (l *List) Check(by truce.Author, next truce.Seq, e record.Erasure) error {
	const op truce.Op = "custody.Check"
	for _, s := range e.Seqs {
		if s >= next {
			return &truce.Error{Op: op, Kind: truce.NotFound, Reason: fmt.Sprintf("there is no record %d", s)}
		}
	}
	if by.Person == "" || by.Body == "" {
		return &truce.Error{Op: op, Kind: truce.Denied, Reason: "people decide what is erased or held, not the program"}
	}
	destroyed := e.Seqs
	switch e.Act {
	case record.ErasureHeld:
		for _, s := range e.Seqs {
			if l.erased[s] {
				return &truce.Error{Op: op, Kind: truce.Conflict, Reason: fmt.Sprintf("the content of record %d was destroyed already", s)}
			}
		}
		return nil
	case record.ErasureReleases:
		for _, s := range e.Seqs {
			if l.held[s] == 0 {
				return &truce.Error{Op: op, Kind: truce.Conflict, Reason: fmt.Sprintf("record %d is not held", s)}
			}
		}
		return nil
	case record.ErasureConfirms:
		p, ok := l.proposals[e.Of]
		switch {
		case !ok:
			return &truce.Error{Op: op, Kind: truce.NotFound, Subject: string(e.Of), Reason: "there is no such proposal"}
		case p.done:
			return &truce.Error{Op: op, Kind: truce.Conflict, Subject: string(e.Of), Reason: "it was confirmed already"}
		case p.by.Person == by.Person || p.by.Body == by.Body:
			return &truce.Error{Op: op, Kind: truce.Denied, Subject: string(e.Of), Reason: "somebody else of another body confirms it"}
		case p.act == record.ErasureReleases:
			for _, s := range p.seqs {
				if l.held[s] == 0 {
					return &truce.Error{Op: op, Kind: truce.Conflict, Reason: fmt.Sprintf("record %d is not held any more", s)}
				}
			}
			return nil
		}
		destroyed = p.seqs
	}
	for _, s := range destroyed {
		if l.held[s] > 0 {
			return &truce.Error{Op: op, Kind: truce.Denied, Reason: fmt.Sprintf("record %d is held", s), Hint: "release the hold first; that takes two signers too"}
		}
		m := l.media[l.bySeq[s]]
		if m == nil {
			continue
		}
		for _, id := range m.copies {
			if c := l.media[id]; !l.erased[c.seq] && !slices.Contains(destroyed, c.seq) {
				return &truce.Error{Op: op, Kind: truce.Conflict, Reason: fmt.Sprintf("record %d has a copy in record %d, which would stay", s, c.seq), Hint: "name the copies too"}
			}
		}
	}
	return nil
}

// Of gives the custody list of an original or a copy, in the order of the journal; nil where there is no such deposit.
func (l *List) Of(id truce.RecordID) []Entry {
	if m := l.media[id]; m != nil {
		return slices.Clone(m.entries)
	}
	return nil
}

// Copies lists the copies made of an original.
func (l *List) Copies(id truce.RecordID) []truce.RecordID {
	if m := l.media[id]; m != nil {
		return slices.Clone(m.copies)
	}
	return nil
}

// Holders lists the bodies that an original was handed over to up to a moment, in order, each once. The mechanism itself holds it from the
// deposit until it is erased; who holds a copy of the bytes is not known to give it back.
func (l *List) Holders(id truce.RecordID, at truce.Instant) (list []truce.BodyID) {
	for _, e := range l.Of(id) {
		if e.Act == record.CustodyHandedOver && e.At <= at && !slices.Contains(list, e.To) {
			list = append(list, e.To)
		}
	}
	return list
}

// Waiting lists the erasures and ends of holds that nobody has confirmed yet, in the order of the journal.
func (l *List) Waiting() []truce.RecordID {
	var list []truce.RecordID
	for id, p := range l.proposals {
		if !p.done {
			list = append(list, id)
		}
	}
	slices.SortFunc(list, func(a, b truce.RecordID) int { return cmp.Compare(l.proposals[a].seq, l.proposals[b].seq) })
	return list
}

// Marked gives the numbers of the records whose erasure is proposed and waits.
func (l *List) Marked() map[truce.Seq]bool {
	out := map[truce.Seq]bool{}
	for _, p := range l.proposals {
		if !p.done && p.act == record.ErasureProposed {
			for _, s := range p.seqs {
				out[s] = true
			}
		}
	}
	return out
}

// Second gives who confirmed an erasure or the end of a hold; ok is false while nobody did.
func (l *List) Second(id truce.RecordID) (by truce.Author, ok bool) {
	p := l.proposals[id]
	return p.second, p.done
}

// Held reports whether the content of a record must not be destroyed.
func (l *List) Held(s truce.Seq) bool { return l.held[s] > 0 }

// Erased reports whether the content of a record was to be destroyed.
func (l *List) Erased(s truce.Seq) bool { return l.erased[s] }

// Knows reports whether a record that was not erased speaks of a blob.
func (l *List) Knows(blob string) bool {
	seq, ok := l.blobs[blob]
	return ok && !l.erased[seq]
}
