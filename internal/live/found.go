package live

import "truce"

// Finding is what a case concluded and published: of a rule, an article, or both, on the records it cites.
type Finding struct {
	Record     truce.RecordID // the step that published it
	Rule       truce.RuleID
	Article    truce.ArticleID
	Occurrence truce.Occurrence
	Cites      []truce.RecordID
	At         truce.Instant // when it was published
	Simulated  bool
}

// Found makes a published finding known: rules that ask what the mechanism found, such as a run of clean days, ask for these. It is about the time of the
// observations it cites; where none is known, about the time it was published.
func (l *Live) Found(f Finding) {
	o := &truce.Observation{ID: truce.ObservationID(f.Record), Kind: truce.KindFinding, Result: truce.EndedUndetermined, When: truce.At(f.At), Received: f.At, Simulated: f.Simulated,
		Source: truce.Source{Standing: truce.StandingObserved, Means: truce.MeansDocument}}
	switch f.Occurrence {
	case truce.OccurrenceConfirmed:
		o.Result = truce.EndedConfirmed
	case truce.OccurrenceNotConfirmed:
		o.Result = truce.EndedNotConfirmed
	}
	if f.Rule != "" {
		o.About = append(o.About, string(f.Rule))
	}
	if f.Article != "" && f.Rule == "" {
		o.About = append(o.About, string(f.Article))
	}
	for _, id := range f.Cites {
		o.About = append(o.About, string(id)) // its time is that of the first observation among them
	}
	if f.Simulated {
		l.simulated[f.Record] = true
	}
	l.observations = append(l.observations, o)
	for _, p := range l.plans {
		if p.assessor != nil {
			p.assessor.Add(o)
		}
	}
}

// Retract says that a finding which was made known stands no longer: another superseded it. What depends on it is worked out again, so the owner makes a new
// Live, as after an erasure.
func (l *Live) Retract() { l.stale = true }
