package main

import (
	"context"
	"syscall"
	"time"

	"truce"
	"truce/geo"
	"truce/internal/workload"
)

// indexed is truce's own index.
type indexed struct{ ix *geo.Index }

func (*indexed) name() string { return "truce" }

func (e *indexed) load(_ context.Context, w workload.World) (time.Duration, error) {
	start := time.Now()
	var areas []*geo.Area
	for _, ring := range w.Zones {
		a, err := geo.NewArea([][][]truce.Position{{ring}}, truce.EdgesStraight)
		if err != nil {
			return 0, err
		}
		areas = append(areas, a)
	}
	line, err := geo.NewLine([][]truce.Position{w.Line}, truce.EdgesStraight)
	if err != nil {
		return 0, err
	}
	e.ix, err = geo.NewIndex(areas, []geo.Band{{Line: line, Limits: w.Limits}})
	return time.Since(start), err
}

func (e *indexed) run(_ context.Context, reports []workload.Report) (time.Duration, sums, error) {
	var s sums
	start := cpuTime()
	for i := range reports {
		c := e.ix.Classify(reports[i].Fix.Pos)
		s.take(len(e.ix.Areas(c)), e.ix.Band(c, 0))
	}
	return cpuTime() - start, s, nil
}

func (e *indexed) answers(_ context.Context, reports []workload.Report) ([]answer, error) {
	out := make([]answer, len(reports))
	for i, r := range reports {
		c := e.ix.Classify(r.Fix.Pos)
		out[i] = answer{e.ix.Areas(c), e.ix.Band(c, 0)}
	}
	return out, nil
}

// close picks positions within some metres of an edge of a zone or of a limit: where a wrong flag is likely.
func (e *indexed) close(reports []workload.Report, metres truce.Metres, most int) (out []workload.Report) {
	for _, r := range reports {
		if _, certain := e.ix.ClassifyDisc(r.Fix.Pos, metres); !certain && len(out) < most {
			out = append(out, r)
		}
	}
	return out
}

// cpuTime is the processor time this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
