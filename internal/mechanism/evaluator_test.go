package mechanism_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"truce"
	"truce/internal/live"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/view"
)

// thinking is an evaluator that is at work until it is let go.
type thinking struct {
	mechanism.Evaluator
	begun, hold chan struct{}
}

func (x thinking) Settle(at truce.Instant) ([]record.Draft, error) {
	x.begun <- struct{}{}
	<-x.hold
	return x.Evaluator.Settle(at)
}

// Nobody waits for the rules: while they are at work, what comes in is taken up and can be seen. They are told of it before they speak again.
func TestNobodyWaitsForTheRules(t *testing.T) {
	e := start(t)
	ctx, cancel := context.WithCancel(context.Background())
	begun, hold := make(chan struct{}, 100), make(chan struct{})
	parts := e.M.Parts
	parts.View = must(view.Open(ctx, filepath.Join(t.TempDir(), "view.db")))
	parts.NewLive = func() mechanism.Evaluator { return thinking{live.New(), begun, hold} }
	m := must(mechanism.New(parts))
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	seen := func() bool {
		taken := make(chan int, 1)
		go func() {
			m.Await(ctx, must(e.Store.Head(ctx)).Seq)
			must(m.WhatIf(ctx, e.As("duty"), mechanism.Supposition{}, "en"))
			taken <- len(must(m.Observations(ctx, e.As("duty"), mechanism.Search{})).Items)
		}()
		select {
		case n := <-taken:
			return n == 1
		case <-time.After(5 * time.Second):
			return false
		}
	}
	seen()
	settle := func() chan int {
		recorded := make(chan int, 1)
		go func() { recorded <- must(m.Settle(ctx, e.Clock())) }()
		return recorded
	}
	first := settle()
	<-begun
	e.Report("monitor", shelling)
	if !seen() {
		t.Error("what came while the rules are at work is not seen")
	}
	close(hold)
	if n := <-first + <-settle(); n == 0 {
		t.Error("the rules say nothing of what came while they were at work")
	}
	cancel()
	<-done
	parts.View.Close()
}

// What is shown is what its author wrote: the rules call things by the names of their records, and nobody else does.
func TestShownAsItWasWritten(t *testing.T) {
	e := start(t)
	e.Report("monitor", shelling)
	e.Report("monitor", `{"id":"obs-2","kind":"finding","time":"2017-11-16T09:30:00Z","about":["obs-1"],"result":"confirmed","source":"x"}`+"\n")
	for _, when := range []string{"lately", "before a restart"} {
		page := must(e.M.Observations(context.Background(), e.As("duty"), mechanism.Search{Observed: truce.KindFinding}))
		if len(page.Items) != 1 || len(page.Items[0].About) != 1 || page.Items[0].About[0] != "obs-1" {
			t.Errorf("%s: %+v", when, page.Items)
		}
		e.Restart()
	}
}
