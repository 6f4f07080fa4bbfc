package assess

import "truce"

// Give makes everything known to another assessor that is known to this one: how a plan that is taken up late learns of what
// was there before it.
func (a *Assessor) Give(to *Assessor) {
	for _, o := range a.obs {
		to.Add(o)
	}
	fixes := make([]truce.Fix, 0, blockFixes)
	for _, key := range a.units {
		t := a.tracks[key]
		flush := func() {
			to.AddFixes(t.Track, fixes)
			fixes = fixes[:0]
		}
		t.each(func(s sample) {
			// A radius was rounded up to a tenth when it came in; the same tenth comes of it again.
			if fixes = append(fixes, truce.Fix{At: s.at, Pos: s.pos, Error: metres(s.err)}); len(fixes) == cap(fixes) {
				flush()
			}
		})
		flush()
	}
}

// metres gives the largest radius that decimetres turns into d, or the nearest below it.
func metres(d int32) float32 {
	m := float32(d) / 10
	for decimetres(m) > d {
		m -= m / (1 << 22)
	}
	return m
}

// Explain works the outcomes of an account of the last [Assessor.Update] out again, with their reasons: one for each choice of readings.
func (a *Assessor) Explain(acc truce.Account) []truce.Outcome {
	return (&Result{settling: a.held.settling}).ExplainAll(acc)
}

// Owner is whom the positions of a unit belong to, as the last [Assessor.Update] saw it; "" where that is not known.
func (a *Assessor) Owner(unit, actor string) truce.ActorID {
	t := a.tracks[trackKey{unit, actor}]
	if t == nil || a.held == nil {
		return ""
	}
	return a.held.owner(t).id
}
