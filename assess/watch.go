package assess

import (
	"slices"
	"time"

	"truce"
)

const hour = time.Hour

// watched answers whether the mechanism could have seen what happened at a place for the whole of a period. Not seen is
// not the same as did not happen.
func (s *settling) watched(p truce.Span, where *truce.Where) answer {
	covered := p.From
	for _, o := range s.coverage { // in order of their beginning
		if !o.Lasted || !o.When.Stated() || o.When.To < covered || !s.watches(o, where) {
			continue
		}
		if o.When.From > covered {
			break
		}
		covered = o.When.To + 1
	}
	a := answer{truth: truce.TruthOf(covered > p.To)}
	if covered <= p.To {
		a.missing = []truce.Phrase{truce.Say("missing.coverage", truce.SpanArg(truce.Span{From: covered, To: p.To}))}
	}
	return s.because(a, "coverage", truce.SpanArg(p))
}

// watches reports whether a record of coverage speaks of the place a rule is about. One that names no place speaks of all of it.
func (s *settling) watches(o *truce.Observation, where *truce.Where) bool {
	if o.Where.Kind == truce.PlaceUnknown || where == nil {
		return true
	}
	zone := where.Zone
	if zone == "" {
		zone = where.Of
	}
	return zone != "" && s.ground.contains(s.plan.Agreement, o.Where, zone)
}

// cleanDay is one local day and whether it passed without a breach.
type cleanDay struct {
	span    truce.Span
	clean   truce.Truth
	missing []truce.Phrase
}

// maxCleanDays bounds how many days are looked at for a run without a breach.
const maxCleanDays = 4000

// cleanDays looks at each whole local day from a start to the time of settling.
func (s *settling) cleanDays(cd *truce.CleanDays, r *rule, from truce.Instant, c *choice) []cleanDay {
	clock := s.plan.Agreement.Clock
	day := clock.DayOf(from)
	if day.From < from {
		day = clock.DayOf(day.To + 1)
	}
	type breach struct {
		span   truce.Span
		result truce.Truth // true: a breach; unknown: may be one
		miss   truce.Phrase
	}
	var breaches []breach
	if cd.Found == "mechanism" {
		for _, f := range s.findings {
			if f.Result == truce.EndedConfirmed && f.When.Stated() && (slices.Contains(f.About, string(r.ID)) || slices.Contains(f.About, string(r.Article)) || s.aboutRecordOf(f, r)) {
				breaches = append(breaches, breach{s.whenOf(f), truce.True, truce.Phrase{}})
			}
		}
	} else {
		for _, acc := range s.mattering(r) {
			o := acc.Outcomes[s.sameChoice(r, c)]
			if !o.Possible.Has(truce.Breached) || !acc.Subject.When.Stated() {
				continue
			}
			t := truce.Unknown
			if o.Result == truce.Breached {
				t = truce.True
			}
			if cd.Where != nil && len(acc.Subject.Records) > 0 {
				if obs := s.index[acc.Subject.Records[0]]; obs != nil {
					t = min(t, s.where(cd.Where, s.ground.spot(s.plan.Agreement, obs.Where), c).truth)
				}
			}
			if t == truce.False {
				continue
			}
			id := acc.Subject.Unit
			if len(acc.Subject.Records) > 0 {
				id = string(acc.Subject.Records[0])
			}
			breaches = append(breaches, breach{acc.Subject.When, t, truce.Say("missing.breach-open", truce.RecordArg(truce.ObservationID(id)))})
		}
	}
	var out []cleanDay
	for n := 0; day.To < s.at && n < maxCleanDays; n, day = n+1, clock.DayOf(day.To+1) {
		d := cleanDay{span: day, clean: truce.True}
		for _, b := range breaches {
			if !b.span.Overlaps(day) {
				continue
			}
			inside := b.span.From >= day.From && b.span.To <= day.To
			switch {
			case b.result == truce.True && inside:
				d.clean = truce.False
			case d.clean == truce.True:
				d.clean = truce.Unknown
				if b.miss.ID != "" {
					d.missing = addPhrases(d.missing, []truce.Phrase{b.miss})
				} else {
					d.missing = addPhrases(d.missing, []truce.Phrase{truce.Say("missing.when-exactly", truce.SpanArg(b.span), truce.SpanArg(day))})
				}
			}
		}
		if d.clean == truce.True {
			if w := s.watched(day, cd.Where); w.truth != truce.True {
				d.clean = truce.Unknown
				d.missing = w.missing
			}
		}
		out = append(out, d)
	}
	return out
}

// whenOf is the time of what a finding is about, where it names an observation that is known; else its own.
func (s *settling) whenOf(f *truce.Observation) truce.Span {
	for _, id := range f.About {
		if o := s.index[truce.ObservationID(id)]; o != nil && o.When.Stated() {
			return o.When
		}
	}
	return f.When
}

// aboutRecordOf reports whether a finding is about an observation that the rule says may be a breach of it.
func (s *settling) aboutRecordOf(f *truce.Observation, r *rule) bool {
	for _, acc := range s.mattering(r) {
		if len(acc.Subject.Records) > 0 && slices.Contains(f.About, string(acc.Subject.Records[0])) {
			return true
		}
	}
	return false
}

// sameChoice finds, among another rule's choices, one that reads the terms they share alike.
func (s *settling) sameChoice(r *rule, c *choice) int {
	for _, d := range r.choices {
		same := true
		for _, x := range d.list {
			if rd := c.reading(s, x.Term); rd != nil && rd.ID != x.Reading {
				same = false
			}
		}
		if same {
			return d.n
		}
	}
	return 0
}
