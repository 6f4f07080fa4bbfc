package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"truce"
	"truce/internal/record"
)

// An hour of the life that goes on is thought of at a time, each from the seed and its number: what is to come follows from nothing that a visitor does.
const hour = time.Hour

// Live lets the world go on from where its clock is until wait says that it is over. wait returns when a time has come; failed is told of acts that were not
// possible.
func (w World) Live(ctx context.Context, s *Stage, wait func(until truce.Instant) bool, failed func(error)) error {
	l, err := w.life(s)
	if err != nil {
		return err
	}
	for n := int(s.Now().Sub(Present) / hour); ; n++ {
		l.r, l.prefix, l.count, l.acts = rand.New(rand.NewPCG(w.Seed, uint64(n)+1)), fmt.Sprintf("sim-hour%d", n), 0, nil
		l.present(Present.Add(time.Duration(n) * hour))
		inOrder(l.acts)
		for _, a := range l.acts {
			if a.at < s.Now() {
				continue // it was done before the program stopped
			}
			if !wait(a.at) {
				return nil
			}
			if err := s.play(ctx, a); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
		if !wait(Present.Add(time.Duration(n+1) * hour)) {
			return nil
		}
	}
}

// present is an hour of the life that goes on, much denser than life is.
func (l *life) present(from truce.Instant) {
	// Somebody reports something every few seconds to half a minute.
	for at := from.Add(4 * time.Second); at < from.Add(hour); at = at.Add(l.between(6*time.Second, 34*time.Second)) {
		o := pick(l, observers...)
		x, _, _ := l.incident(o, at.Add(-l.between(20*time.Second, 25*time.Minute)))
		text := write(x)
		l.do(at, func(s *Stage) { s.report(o.Office, text) })
	}
	// Three units drive, and their devices tell every ten seconds.
	for i, u := range []unit{units[0], units[2], units[5]} {
		u.name += "-now"
		lines := l.drive(u, from, 10*time.Second, 360, u.reach)
		const batch = 3
		for k := 0; k+batch <= len(lines); k += batch {
			some := lines[k : k+batch]
			l.do(from.Add(time.Duration(k+batch)*10*time.Second+time.Duration(3*i)*time.Second), func(s *Stage) { s.report(duty, some...) })
		}
	}
	// Cases go their course within minutes.
	for i := range 10 {
		t := pick(l, things...)
		when := from.Add(time.Duration(i)*5*time.Minute + 15*time.Second)
		f := l.open(t, when, 20*time.Second)
		c := course{pick(l, truce.CasePublished, truce.CaseSignOff, truce.CaseResponses, truce.CaseVerifying), pick(l, truce.OccurrenceConfirmed, truce.OccurrenceConfirmed, truce.OccurrenceNotConfirmed), Office{}, Office{}, truce.TierPublic}
		if l.chance(30) {
			c.dissents = russia
		}
		l.run(f, t, c, quick, when.Add(20*time.Second))
	}
	for i := range 6 {
		id := new(truce.RecordID)
		when := from.Add(time.Duration(i)*9*time.Minute + l.between(time.Minute, 4*time.Minute))
		who, by, q := jordan, russianLiaison, asks("What was the column of this morning?", "withdrawal-from-line", "russia")
		if i%2 == 1 {
			who, by, q = syrianLiaison, jordanLiaison, asks("Who held the hill in the last hour?", "ceasefire", "jordan")
		}
		l.do(when, func(s *Stage) { *id = s.ask(who, q) })
		if l.chance(70) {
			a := record.Query{Act: record.QueryAnswers, Text: "It is being asked; an answer follows within the day."}
			l.do(when.Add(l.between(time.Minute, 3*time.Minute)), func(s *Stage) { a.Of = *id; s.ask(by, a) })
		}
	}
}
