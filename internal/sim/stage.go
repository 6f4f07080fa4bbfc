package sim

import (
	"bytes"
	"cmp"
	"context"
	"io/fs"
	"slices"
	"strings"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// Stage is the mechanism in which a world lives.
type Stage struct {
	Mechanism *mechanism.Mechanism
	// Agreement is the folder of the agreement, whose observations are the facts of public record.
	Agreement fs.FS
	// Now is the clock that the mechanism goes by.
	Now func() truce.Instant
	// Set puts that clock forward; nil where it goes by itself. Then the rules and the clocks of cases are the node's work, too.
	Set func(truce.Instant)

	ctx    context.Context
	people map[string]truce.PersonID
	said   bool  // something was said since the rules spoke last
	err    error // the first thing that went wrong in an act; what follows in it is not done
}

// act is something that happens at a time.
type act struct {
	at truce.Instant
	do func(*Stage)
}

// inOrder sorts acts by time; of those at one time the one that was thought of first comes first.
func inOrder(acts []act) {
	slices.SortStableFunc(acts, func(a, b act) int { return cmp.Compare(a.at, b.at) })
}

// play does one act.
func (s *Stage) play(ctx context.Context, a act) error {
	if s.people == nil {
		s.people = Find(s.Mechanism.Directory)
	}
	if s.Set != nil {
		s.Set(a.at)
	}
	s.ctx, s.err = ctx, nil
	a.do(s)
	return s.err
}

func (s *Stage) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// as gives the holder of an office now, who has just proved who they are.
func (s *Stage) as(o Office) access.Viewer {
	now := s.Now()
	v, ok := s.Mechanism.Directory.Viewer(s.people[o.Name], o.Office, now)
	if !ok {
		s.fail(&truce.Error{Op: "sim.Play", Kind: truce.NotFound, Subject: o.Name, Reason: "nobody holds this office"})
	}
	v.Vouch, v.Proved = truce.VouchSession, now
	return v
}

// report files lines of observations and gives the names of the records.
func (s *Stage) report(o Office, lines ...string) []truce.RecordID {
	return s.file(o, true, lines...)
}

// fact files lines of public record: what is in them is real.
func (s *Stage) fact(o Office, lines ...string) []truce.RecordID {
	return s.file(o, false, lines...)
}

func (s *Stage) file(o Office, simulated bool, lines ...string) []truce.RecordID {
	v := s.as(o)
	if s.err != nil || len(lines) == 0 {
		return nil
	}
	body := strings.NewReader(strings.Join(lines, "\n") + "\n")
	t, err := s.Mechanism.Report(s.ctx, v, mechanism.Batch{Name: "phone", Format: "ndjson", Tier: truce.TierMechanism, Simulated: simulated, MaxBytes: 1 << 30, Body: body})
	if err == nil && t.Rejected > 0 {
		p := t.Problems[0]
		err = &truce.Error{Op: "sim.Report", Kind: truce.Internal, Subject: p.Field, Reason: p.Code + ": " + p.Message, Hint: lines[max(0, p.Row-1)]}
	}
	if err != nil {
		s.fail(err)
		return nil
	}
	s.said = true
	return t.IDs
}

// settle lets the rules speak where something was said since. A node that runs does it by itself.
func (s *Stage) settle() {
	if s.Set == nil || !s.said || s.err != nil {
		return
	}
	_, err := s.Mechanism.Settle(s.ctx, s.Now())
	if err != nil {
		s.fail(err)
	}
	s.said = false
}

// tick records clocks that ran out.
func (s *Stage) tick() {
	if s.Set != nil && s.err == nil {
		if err := s.Mechanism.Tick(s.ctx, s.Now()); err != nil {
			s.fail(err)
		}
	}
}

// outcome gives what a rule says of a record now; "" where it says nothing.
func (s *Stage) outcome(of truce.RecordID, rule truce.RuleID) truce.RecordID {
	s.settle()
	v := s.as(duty)
	if s.err != nil || of == "" {
		return ""
	}
	page, err := s.Mechanism.Outcomes(s.ctx, v, mechanism.OutcomeSearch{Of: of, Rule: rule})
	if err != nil {
		s.fail(err)
	}
	if len(page.Items) == 0 {
		return ""
	}
	return page.Items[0].ID
}

// propose gives the name of a record that waits for a second person of another body; "" where it takes effect at once.
func (s *Stage) propose(r mechanism.Receipt, waits bool, err error) truce.RecordID {
	if err != nil {
		s.fail(err)
	}
	if !waits {
		return ""
	}
	return r.ID
}

// confirm agrees to what another proposed.
func (s *Stage) confirm(o Office, of truce.RecordID, reason string) {
	v := s.as(o)
	if s.err != nil || of == "" {
		return
	}
	if _, err := s.Mechanism.Confirm(s.ctx, v, of, reason); err != nil {
		s.fail(err)
	}
}

// widen shows a record to more people: the duty officer proposes it and a guarantor agrees.
func (s *Stage) widen(of truce.RecordID, tier truce.Tier, reason string) {
	v := s.as(duty)
	if s.err != nil || of == "" {
		return
	}
	id := s.propose(s.Mechanism.Classify(s.ctx, v, record.Class{Act: record.ClassSet, Of: of, Tier: tier, Class: record.ClassOrdinary, Reason: reason}))
	s.confirm(jordan, id, reason)
}

// state records a statement and gives its name.
func (s *Stage) state(o Office, x record.Statement, tier truce.Tier) truce.RecordID {
	v := s.as(o)
	if s.err != nil {
		return ""
	}
	r, err := s.Mechanism.State(s.ctx, v, x, tier)
	if err != nil {
		s.fail(err)
	}
	return r.ID
}

// ask puts a question, gives notice, or answers one, and gives its name.
func (s *Stage) ask(o Office, q record.Query) truce.RecordID {
	v := s.as(o)
	if s.err != nil || q.Of == "" && len(q.To) == 0 {
		return ""
	}
	q.Simulated, q.Text, q.Where = true, o.says(q.Text), o.says(q.Where)
	r, err := s.Mechanism.Ask(s.ctx, v, q)
	if err != nil {
		s.fail(err)
	}
	return r.ID
}

// deposit files a picture about a record and lets a copy without metadata be made of it.
func (s *Stage) deposit(o Office, name string, picture []byte, note string, about ...truce.RecordID) truce.RecordID {
	v := s.as(o)
	if s.err != nil {
		return ""
	}
	m := s.Mechanism
	u, err := m.BeginUpload(v, name, int64(len(picture)))
	if err == nil {
		_, err = m.AppendUpload(v, u.ID, 0, bytes.NewReader(picture))
	}
	var r mechanism.Receipt
	if err == nil {
		r, err = m.Deposit(s.ctx, v, u.ID, truce.Digest{}, truce.TierMechanism, about, note, true)
	}
	if err == nil && s.Set != nil {
		err = m.Derive(s.ctx, r.ID, s.Now(), derive)
	}
	if err != nil {
		s.fail(err)
	}
	return r.ID
}

// year is that of an instant, for the numbers of cases.
func year(i truce.Instant) int { return i.Time().Year() }

const day = 24 * time.Hour
