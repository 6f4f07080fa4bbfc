package sim

import (
	"io"
	"time"

	"truce"
	"truce/internal/mechanism"
)

// Flood is when the reports of [World.Reports] begin to come.
var Flood = Present.Add(-time.Hour)

// flood is so many reports more, spread over the life and filed in its last hour: for measuring. The rules speak now and then, so that what they have still to say
// never fills the memory.
func (l *life) flood(n int) {
	const part = 20_000
	for from := 0; from < n; from += part {
		l.do(Flood.Add(time.Duration(int64(45*time.Minute)/int64(n)*int64(from))), func(s *Stage) {
			v := s.as(duty)
			if s.err != nil {
				return
			}
			_, err := s.Mechanism.Report(s.ctx, v, mechanism.Batch{Name: "flood", Format: "ndjson", Tier: truce.TierMechanism, Simulated: true, MaxBytes: 1 << 40,
				Body: &stream{l: l, at: from, end: min(from+part, n), all: n}})
			if err != nil {
				s.fail(err)
			}
			s.said = true
			s.settle()
		})
	}
}

// stream writes lines as they are read, and holds one of them.
type stream struct {
	l            *life
	at, end, all int
	line         []byte
}

func (f *stream) Read(b []byte) (int, error) {
	if len(f.line) == 0 {
		if f.at == f.end {
			return 0, io.EOF
		}
		whole := Present.Sub(Begin) - 2*time.Hour
		when := Begin.Add(time.Hour + time.Duration(int64(whole)/int64(f.all)*int64(f.at)))
		f.at++
		x, _, _ := f.l.incident(pick(f.l, observers...), when)
		f.line = append([]byte(write(x)), '\n')
	}
	n := copy(b, f.line)
	f.line = f.line[n:]
	return n, nil
}
