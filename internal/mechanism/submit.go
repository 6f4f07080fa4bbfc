package mechanism

import (
	"context"

	"truce"
	"truce/internal/access"
	"truce/internal/journal"
	"truce/internal/record"
)

// Receipt says that a record is durable: keep it, and you can prove that you sent it.
type Receipt struct {
	ID       truce.RecordID `json:"id" access:"existence" doc:"Name of the record; the same content sent again has the same one."`
	Seq      truce.Seq      `json:"seq,omitempty" access:"existence" doc:"Its number in the journal."`
	Repeated bool           `json:"repeated,omitempty" access:"existence" doc:"It was there already; nothing was written."`
	Sign     *ToSign        `json:"sign,omitempty" access:"each" doc:"It waits for your signature; nothing was written."`
}

// refused turns a decision of the policy into an error. What somebody may not know of is answered as what is not there.
func refused(op truce.Op, d access.Decision) error {
	e := &truce.Error{Op: op, Kind: truce.Denied, Reason: string(d.Code), Cause: Refusal(d.Code)}
	switch d.Code {
	case access.CodeAbsent:
		return errAbsent(op)
	case access.CodeNoRight:
		e.Reason, e.Hint = "your office does not do this", "the offices and what each does are in docs/reference/access.md"
	case access.CodeNotYours:
		e.Reason = "this was not addressed to your body"
	case access.CodeScope:
		e.Reason = "the token was not made for this"
	case access.CodeProve:
		e.Reason, e.Hint = "prove again who you are", "sign in once more with passkey or password; it holds for five minutes"
	case access.CodeAnother:
		e.Reason, e.Hint = "somebody of another body must confirm this", "propose it; it takes effect when they confirm"
	case access.CodeSamePerson, access.CodeSameBody:
		e.Reason = "it takes somebody of another body to confirm this"
	case access.CodeSimulated:
		e.Reason = "what belongs to an exercise is not published"
	case access.CodeNever:
		e.Reason = "exact places, sources and people are opened to everybody by nobody"
	case access.CodePaused:
		e.Kind, e.Reason, e.Hint = truce.Unavailable, "publication is paused", "two guardians of different bodies resume it"
	}
	return e
}

// errAbsent is the one answer for what is not there and for what somebody may not know of.
func errAbsent(op truce.Op) error {
	return &truce.Error{Op: op, Kind: truce.NotFound, Reason: "there is no such thing"}
}

// may reports whether somebody may do an act alone, or may propose it for another to confirm. Every refusal is logged.
func (m *Mechanism) may(op truce.Op, v access.Viewer, a access.Act, t access.Thing) (proposal bool, err error) {
	d := access.May(v, a, t)
	m.logs(v, a, t, d)
	switch d.Verdict {
	case access.Allowed:
		return false, nil
	case access.NeedsAnother:
		return true, nil
	}
	return false, refused(op, d)
}

// sign fills in what a draft says of its author and time.
func (m *Mechanism) sign(v access.Viewer, d *record.Draft) {
	r := &d.Record
	r.Author = v.Author()
	r.Received = v.Now
	if !r.Claimed.Stated() {
		r.Claimed = v.Now
	}
	m.under(r)
}

// under fills in which agreement a record is made under.
func (m *Mechanism) under(r *truce.Record) {
	if a, ok := m.Current(); ok {
		r.Agreement = a.Plan.Agreement.ID
		if r.Version == "" {
			r.Version = a.Plan.Agreement.Version
		}
	}
}

// put seals drafts and hands them to the journal as one. It returns when they are durable; what is there already, or on its way, is not
// written twice.
func (m *Mechanism) put(ctx context.Context, drafts []record.Draft) ([]Receipt, error) {
	const op truce.Op = "mechanism.Submit"
	if err := m.writable(op); err != nil {
		return nil, err
	}
	receipts := make([]Receipt, len(drafts))
	var list []journal.Draft
	var at []int
	var mine, others []*flight
	failed := error(&truce.Error{Op: op, Kind: truce.Unavailable, Reason: "the batch could not be written"})
	defer func() { m.land(mine, failed) }()
	for i := range drafts {
		d := &drafts[i]
		if d.Record.Author.Vouch == truce.VouchSignature {
			return nil, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "this is not signed one by one", Hint: "send it without naming a key to sign with"}
		}
		sealed, err := d.Seal(m.Keys, m.Random)
		if err != nil {
			return nil, err
		}
		receipts[i].ID = d.Record.ID
		f, own, err := m.begin(d.Record.ID)
		if err != nil {
			return nil, err
		}
		if !own {
			receipts[i].Repeated = true
			others = append(others, f)
			continue
		}
		mine = append(mine, f)
		list = append(list, journal.Draft{Record: d.Record, Sealed: sealed})
		at = append(at, i)
	}
	if len(list) > 0 {
		first, _, err := m.Writer.Submit(ctx, list)
		if err != nil {
			failed = err
			return nil, err
		}
		for k, i := range at {
			receipts[i].Seq = first + truce.Seq(k)
		}
	}
	failed = nil
	m.land(mine, nil) // whoever waits for these may be the one waited for
	mine = nil
	for _, f := range others {
		if err := f.wait(ctx); err != nil {
			return nil, err
		}
	}
	return receipts, nil
}

// flight is a record on its way into the journal.
type flight struct {
	id     truce.RecordID
	landed chan struct{} // closed when it is durable, or will not be
	err    error         // why it will not be
}

// begin takes a record on its way. own is false where it is on its way already, or there: then whoever sends it again waits with [flight.wait], for
// nobody is told that something is there before it is durable.
func (m *Mechanism) begin(id truce.RecordID) (f *flight, own bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f := m.inflight[id]; f != nil {
		return f, false, nil
	}
	f = &flight{id: id, landed: make(chan struct{})}
	there, err := m.has(id)
	if err != nil {
		return nil, false, err
	}
	if there {
		close(f.landed)
		return f, false, nil
	}
	m.inflight[id] = f
	return f, true, nil
}

// land tells those who wait how it ended. What is durable stays in flight until the follower has taken it up.
func (m *Mechanism) land(list []*flight, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range list {
		f.err = err
		close(f.landed)
		if err != nil {
			delete(m.inflight, f.id)
		}
	}
}

func (f *flight) wait(ctx context.Context) error {
	const op truce.Op = "mechanism.Submit"
	select {
	case <-f.landed:
		if f.err != nil {
			return &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "the same was being written for another request, and that failed", Hint: "send it again", Cause: f.err}
		}
		return nil
	case <-ctx.Done():
		return &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "the same is being written for another request", Hint: "send it again in a moment", Cause: ctx.Err()}
	}
}

// writable says why nothing can be written; nil where it can. After a failure nobody is told either that something is there already.
func (m *Mechanism) writable(op truce.Op) error {
	if m.Writer == nil {
		return &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "the journal can only be read", Hint: truce.HintOf(m.ReadOnly), Cause: m.ReadOnly}
	}
	if err := m.Writer.Err(); err != nil {
		return err
	}
	if _, _, err := m.Taken(); err != nil {
		return &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "what is recorded is not taken up any more", Hint: "tell the operator: the log of the program says why, and a new start carries on", Cause: err}
	}
	return nil
}

// do puts one draft and waits until it is taken up; of an author who signs, it waits for the signature first. The command lock is held.
func (m *Mechanism) do(ctx context.Context, v access.Viewer, d record.Draft) (Receipt, error) {
	m.sign(v, &d)
	if v.Vouch == truce.VouchSignature {
		return m.waitForSignature(v, d)
	}
	list, err := m.put(ctx, []record.Draft{d})
	if err != nil {
		return Receipt{}, err
	}
	return list[0], m.Await(ctx, list[0].Seq)
}
