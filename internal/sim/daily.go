package sim

import (
	"time"

	"truce"
)

// dailyFrom is the day of this life from which daily reports are issued: the centre needed some weeks to begin with them.
const dailyFrom = 19

// dailies issues the report of each day for everybody, shortly after its cut-off, and corrects one.
func (l *life) dailies() {
	texts := []string{
		"Fire along the line of contact went on at the level of the days before. Teams worked in all sectors.",
		"A quieter day. Two teams were held up at checkpoints and could not reach the places they were sent to.",
		"Fire rose towards the evening on both sides of the line. Who began is not known.",
		"Reports of the day are late: one team was without a link.",
	}
	for d := dailyFrom; ; d++ {
		day := l.clock.ReportDay(Begin.Add(time.Duration(d) * day))
		at := day.To.Add(35 * time.Minute)
		if at > Present.Add(-time.Hour) {
			return
		}
		first := map[string]string{"summary": texts[d%len(texts)]}
		l.do(at, func(s *Stage) {
			id := s.issue(day.To, first, "")
			s.widen(id, truce.TierPublic, "The report of the day is for everybody.")
			if d != dailyFrom+2 {
				return
			}
			again := s.issue(day.To, map[string]string{"summary": first["summary"] + " Corrected: the first issue was drawn up before the reports of the night had come in."}, id)
			s.widen(again, truce.TierPublic, "A correction stands where the error stood.")
		})
	}
}

// issue draws up and issues the report of the day that was over at a moment, or the correction of one.
func (s *Stage) issue(at truce.Instant, texts map[string]string, corrects truce.RecordID) truce.RecordID {
	v := s.as(duty)
	if s.err != nil {
		return ""
	}
	r, err := s.Mechanism.IssueDaily(s.ctx, v, at, truce.TierPublic, "en", texts, corrects)
	if err != nil {
		s.fail(err)
	}
	return r.ID
}
