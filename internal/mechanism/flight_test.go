package mechanism_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"truce"
	"truce/internal/journal"
	"truce/internal/live"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/view"
)

// slow is a journal whose disk can be held.
type slow struct {
	journal.Journal
	begun, hold chan struct{}
}

func (s *slow) Append(ctx context.Context, prev journal.Head, entries []journal.Entry) error {
	if s.begun != nil {
		s.begun <- struct{}{}
		<-s.hold
	}
	return s.Journal.Append(ctx, prev, entries)
}

// Whoever sends what is just being written is not told that it is there before it is on disk; and where that write fails, they are told so.
func TestSentAgainWhileItIsWritten(t *testing.T) {
	for _, broken := range []bool{false, true} {
		e := start(t)
		ctx, cancel := context.WithCancel(context.Background())
		s := &slow{Journal: e.Store}
		w := must(journal.NewWriter(ctx, s, journal.Options{Now: e.Clock}))
		v := must(view.Open(ctx, filepath.Join(t.TempDir(), "view.db")))
		m := e.Over(s, w, v)
		done := make(chan error, 1)
		go func() { done <- m.Run(ctx) }()
		head := must(e.Store.Head(ctx))
		if err := m.Await(ctx, head.Seq); err != nil {
			t.Fatal(err)
		}
		s.begun, s.hold = make(chan struct{}), make(chan struct{})
		type told struct {
			taken mechanism.Taken
			err   error
		}
		send := func(ctx context.Context) chan told {
			c := make(chan told, 1)
			go func() {
				x, err := m.Report(ctx, e.As("monitor"), mechanism.Batch{Name: "b", Format: "ndjson", Tier: truce.TierMechanism, MaxBytes: 1 << 20,
					Body: strings.NewReader(`{"id":"o-1","kind":"incident","what":"shelling","time":"2017-11-15T09:30:00Z","place":{"lat":32.75,"lon":36.1,"error_m":100},"source":"x"}` + "\n")})
				c <- told{x, err}
			}()
			return c
		}
		first := send(ctx)
		<-s.begun
		short, stop := context.WithTimeout(ctx, 50*time.Millisecond)
		if x := <-send(short); truce.KindOf(x.err) != truce.Unavailable || truce.HintOf(x.err) == "" {
			t.Errorf("told while nothing is on disk: %+v, %v", x.taken, x.err)
		}
		stop()
		second := send(ctx)
		if broken {
			e.Store.Close()
		}
		close(s.hold)
		a, b := <-first, <-second
		switch {
		case broken && (a.err == nil || truce.KindOf(b.err) != truce.Unavailable):
			t.Errorf("the write failed: %v, %v", a.err, b.err)
		case !broken && (a.err != nil || b.err != nil || a.taken.Records != 1 || b.taken.Records != 0 || b.taken.Repeated != 1):
			t.Errorf("%+v, %+v", a, b)
		}
		w.Close()
		cancel()
		<-done
		v.Close()
	}
}

// counting counts what the rules draft.
type counting struct {
	mechanism.Evaluator
	drafted *atomic.Int64
}

func (c counting) Settle(at truce.Instant) ([]record.Draft, error) {
	drafts, err := c.Evaluator.Settle(at)
	c.drafted.Add(int64(len(drafts)))
	return drafts, err
}

// Two who let the rules speak at once draft each outcome once.
func TestTwoSettleAtOnce(t *testing.T) {
	e := start(t)
	e.Report("monitor", shelling)
	ctx, cancel := context.WithCancel(context.Background())
	s := &slow{Journal: e.Store, begun: make(chan struct{}, 100), hold: make(chan struct{})}
	var drafted atomic.Int64
	parts := e.M.Parts
	parts.Journal, parts.Writer = s, must(journal.NewWriter(ctx, s, journal.Options{Now: e.Clock}))
	parts.View = must(view.Open(ctx, filepath.Join(t.TempDir(), "view.db")))
	parts.NewLive = func() mechanism.Evaluator { return counting{live.New(), &drafted} }
	m := must(mechanism.New(parts))
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	if err := m.Await(ctx, must(e.Store.Head(ctx)).Seq); err != nil {
		t.Fatal(err)
	}
	recorded := make(chan int)
	settle := func() { recorded <- must(m.Settle(ctx, m.Latest())) }
	go settle()
	<-s.begun // drafted, and not yet on disk
	go settle()
	time.Sleep(50 * time.Millisecond) // the other has begun too
	close(s.hold)
	if n := <-recorded + <-recorded; n == 0 || int64(n) != drafted.Load() {
		t.Errorf("%d outcomes were drafted to record %d", drafted.Load(), n)
	}
	parts.Writer.Close()
	cancel()
	<-done
	parts.View.Close()
}
