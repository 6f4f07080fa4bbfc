package sim

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"truce"
)

// World is a life that follows from a seed.
type World struct {
	Seed uint64
	// Reports are how many more reports there are beside the life itself, all alike: for measuring.
	Reports int
	// Percent thins out the daily life of the field, for tests; 0 is all of it. What cases are about stays.
	Percent int
}

// Begin and Present are the first and the last moment of the life before a visitor comes: four weeks in November 2017. Present is nine in the morning at the
// place.
var (
	Begin   = truce.InstantOf(time.Date(2017, 11, 5, 6, 0, 0, 0, time.UTC))
	Present = truce.InstantOf(time.Date(2017, 12, 3, 7, 0, 0, 0, time.UTC))
)

// November is the version that the guarantors bring into force in the course of the life; it begins under July.
const (
	July     = truce.VersionID("2017-07-07")
	November = truce.VersionID("2017-11-08")
)

// Play lets the life before the present happen. The journal holds nothing yet but its beginning: the agreement of July, and the people of [Offices].
func (w World) Play(ctx context.Context, s *Stage) error {
	l, err := w.life(s)
	if err != nil {
		return err
	}
	for at := Begin.Add(time.Hour); at < Present; at = at.Add(time.Hour) {
		l.do(at, (*Stage).tick)
	}
	for at := Begin.Add(shift + 20*time.Minute); at < Present; at = at.Add(shift) {
		l.do(at, (*Stage).settle)
	}
	if err := l.past(s.Agreement); err != nil {
		return err
	}
	l.do(Present, (*Stage).settle)
	l.do(Present, (*Stage).tick)
	inOrder(l.acts)
	for _, a := range l.acts {
		if a.at > Present {
			return fmt.Errorf("sim: an act at %s, after the present", a.at)
		}
		if err := s.play(ctx, a); err != nil {
			return &truce.Error{Op: "sim.Play", Kind: truce.KindOf(err), Subject: a.at.String(), Cause: err, Hint: truce.HintOf(err)}
		}
	}
	return nil
}

// life is a world as it is thought of: acts are put into it in any order.
type life struct {
	*ground
	r          *rand.Rand
	seed       uint64
	clock      truce.Clock
	acts       []act
	count      int // of observations, for their ids
	prefix     string
	statements []truce.Statement
	reports    int
	percent    int
}

func (w World) life(s *Stage) (*life, error) {
	a, ok := s.Mechanism.Current()
	if !ok {
		return nil, &truce.Error{Op: "sim.Play", Kind: truce.Unavailable, Reason: "no agreement was taken up yet"}
	}
	g, err := survey(a.Plan.Agreement)
	if err != nil {
		return nil, err
	}
	return &life{ground: g, r: rand.New(rand.NewPCG(w.Seed, 0)), seed: w.Seed, clock: a.Plan.Agreement.Clock, prefix: "sim", statements: a.Plan.Agreement.Statements, reports: w.Reports, percent: cmp.Or(w.Percent, 100)}, nil
}

// do puts an act into the life.
func (l *life) do(at truce.Instant, what func(*Stage)) { l.acts = append(l.acts, act{at, what}) }

// chance is true so many times in a hundred.
func (l *life) chance(percent int) bool { return l.r.IntN(100) < percent }

// pick takes one of a list; the same one twice in the list comes twice as often.
func pick[T any](l *life, list ...T) T { return list[l.r.IntN(len(list))] }

// between draws a time between two durations, in whole seconds.
func (l *life) between(from, to time.Duration) time.Duration {
	return from + time.Duration(l.r.Int64N(int64((to-from)/time.Second)))*time.Second
}

// id names an observation.
func (l *life) id() string {
	l.count++
	return fmt.Sprintf("%s-%d-%05d", l.prefix, l.seed, l.count)
}
