package sim

import (
	"io"
	"time"

	"truce"
	"truce/internal/mechanism"
)

// flood is so many reports more, spread over the life and filed at once in its last hour: for measuring.
func (l *life) flood(n int) {
	l.do(Present.Add(-time.Hour), func(s *Stage) {
		v := s.as(duty)
		if s.err != nil {
			return
		}
		_, err := s.Mechanism.Report(s.ctx, v, mechanism.Batch{Name: "flood", Format: "ndjson", Tier: truce.TierMechanism, Simulated: true, MaxBytes: 1 << 40, Body: &stream{l: l, left: n, all: n}})
		if err != nil {
			s.fail(err)
		}
		s.said = true
	})
}

// stream writes lines as they are read, and holds one of them.
type stream struct {
	l         *life
	left, all int
	line      []byte
}

func (f *stream) Read(b []byte) (int, error) {
	if len(f.line) == 0 {
		if f.left == 0 {
			return 0, io.EOF
		}
		f.left--
		whole := Present.Sub(Begin) - 2*time.Hour
		when := Begin.Add(time.Hour + time.Duration(int64(whole)/int64(f.all)*int64(f.all-1-f.left)))
		x, _, _ := f.l.incident(pick(f.l, observers...), when)
		f.line = append([]byte(write(x)), '\n')
	}
	n := copy(b, f.line)
	f.line = f.line[n:]
	return n, nil
}
