package mechanism

import (
	"context"
	"io"
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/intake"
	"truce/internal/record"
)

// Limits of what is reported at once. See docs/limits.md.
const (
	// DefaultGroup is how many records of a batch are handed to the journal at once, DefaultGroupFixes how many positions.
	DefaultGroup      = 512
	DefaultGroupFixes = 1 << 16
	// MaxProblems is how many problems of a batch are told; all are counted.
	MaxProblems = 200
)

// Batch is what somebody reports: a stream of observations and positions in one of the formats of package intake.
type Batch struct {
	Name   string
	Format string // one of intake.Formats; "" to find out
	Tier   truce.Tier
	// Simulated labels everything in it as invented.
	Simulated bool
	MaxBytes  int64
	Body      io.Reader
}

// Taken says what became of a batch. What was refused is named with its place; nothing vanishes.
type Taken struct {
	Format       string           `json:"format" doc:"What the stream was taken for."`
	Rows         int              `json:"rows" doc:"Rows read."`
	Observations int              `json:"observations" doc:"Observations written down."`
	Positions    int              `json:"positions" doc:"Positions written down."`
	Repeated     int              `json:"repeated" doc:"Rows that were there already."`
	Rejected     int              `json:"rejected" doc:"Rows that could not be taken."`
	Records      int              `json:"records" doc:"Records of the journal they became."`
	First        truce.RecordID   `json:"first,omitempty" doc:"Name of the first record."`
	IDs          []truce.RecordID `json:"ids,omitempty" doc:"Names of the records, where there are at most a hundred."`
	Problems     []Problem        `json:"problems,omitempty" doc:"What was wrong with rejected rows; at most 200 are told."`
	Notes        []string         `json:"notes,omitempty" doc:"What was assumed."`
}

// Problem is one thing wrong with a row.
type Problem struct {
	Row     int    `json:"row,omitempty"`
	Column  int    `json:"column,omitempty"`
	Field   string `json:"field,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// problem turns a problem into what is told.
func problem(p truce.Problem) Problem {
	return Problem{Row: p.Line, Column: p.Column, Field: p.Field, Code: p.Code, Message: p.Message, Hint: p.Hint}
}

// Report takes a batch into the journal. When it returns without an error, everything that the answer counts as written down is durable; it
// need not be evaluated yet. On an error in the middle, what was handed over before stays: send the batch again, and what is there is passed over.
func (m *Mechanism) Report(ctx context.Context, v access.Viewer, b Batch) (Taken, error) {
	const op truce.Op = "mechanism.Report"
	if _, err := m.may(op, v, access.ActReport, access.Thing{Kind: access.KindObservation, Author: v.Author(), Tier: b.Tier}); err != nil {
		return Taken{}, err
	}
	a, ok := m.Current()
	if !ok {
		return Taken{}, errNoAgreement(op)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	b.Simulated = b.Simulated || m.Exercise
	s := &sink{m: m, v: v, tier: b.Tier, groups: make(chan []record.Draft, 1), done: make(chan error, 1)}
	go s.hand(ctx, cancel)
	opts := intake.Options{Format: b.Format, Clock: a.Plan.Agreement.Clock, Incidents: a.Plan.Incidents, Equipment: a.Plan.Equipment, Simulated: b.Simulated, MaxBytes: b.MaxBytes}
	sum, err := intake.Read(ctx, b.Body, b.Name, opts, s)
	s.send(ctx)
	close(s.groups)
	if failed := <-s.done; failed != nil {
		err = failed
	}
	t := Taken{Format: sum.Format, Rows: sum.Rows, Observations: sum.Observations, Positions: sum.Fixes, Repeated: sum.Duplicates + s.repeated, Rejected: sum.Rejected,
		Records: s.records, Notes: sum.Notes, Problems: s.problems}
	t.Observations -= s.repeated
	if len(s.ids) > 0 {
		t.First = s.ids[0]
	}
	if len(s.ids) <= 100 {
		t.IDs = s.ids
		if err == nil && s.last > 0 {
			_ = m.Await(ctx, s.last) // so that who reported a few things finds them; they are safe in any case
		}
	}
	return t, err
}

func errNoAgreement(op truce.Op) error {
	return &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "no agreement was taken up yet", Hint: "take up a version of the agreement first"}
}

// sink turns what intake reads into drafts and hands them on in groups, one group behind the reader.
type sink struct {
	m      *Mechanism
	v      access.Viewer
	tier   truce.Tier
	now    []record.Draft
	fixes  int
	groups chan []record.Draft
	done   chan error
	// Owned by the hand until done is answered.
	ids               []truce.RecordID
	records, repeated int
	last              truce.Seq

	problems []Problem
}

func (s *sink) Observation(o *truce.Observation) error {
	d, err := record.Observation{Kind: o.Kind, Simulated: o.Simulated, Moved: o.Moved, Content: o}.Draft()
	if err != nil {
		return err
	}
	s.add(d)
	return nil
}

func (s *sink) Fixes(t intake.Track, fixes []truce.Fix) error {
	for part := range slices.Chunk(fixes, record.MaxFixes) {
		d, err := record.Positions{Simulated: t.Simulated, Moved: t.Moved, Track: &t, Fixes: part}.Draft()
		if err != nil {
			return err
		}
		s.fixes += len(part)
		s.add(d)
	}
	return nil
}

func (s *sink) Reject(p truce.Problem) error {
	if len(s.problems) < MaxProblems {
		s.problems = append(s.problems, problem(p))
	}
	return nil
}

func (s *sink) add(d record.Draft) {
	d.Record.Tier = s.tier
	s.m.sign(s.v, &d)
	s.now = append(s.now, d)
	if len(s.now) >= DefaultGroup || s.fixes >= DefaultGroupFixes {
		s.groups <- s.now
		s.now, s.fixes = nil, 0
	}
}

func (s *sink) send(ctx context.Context) {
	if len(s.now) > 0 && ctx.Err() == nil {
		s.groups <- s.now
	}
}

// hand puts groups into the journal. After a failure it takes the rest without writing, and the reader is stopped.
func (s *sink) hand(ctx context.Context, cancel context.CancelCauseFunc) {
	var failed error
	for group := range s.groups {
		if failed != nil {
			continue
		}
		receipts, err := s.m.put(ctx, group)
		if err != nil {
			failed = err
			cancel(err)
			continue
		}
		for _, r := range receipts {
			if r.Repeated {
				s.repeated++
				continue
			}
			s.records++
			s.last = max(s.last, r.Seq)
			if len(s.ids) <= 100 {
				s.ids = append(s.ids, r.ID)
			}
		}
	}
	s.done <- failed
}
