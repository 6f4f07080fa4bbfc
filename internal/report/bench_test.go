package report

import (
	"io"
	"testing"

	"truce/internal/intake"
	"truce/internal/replay"
)

// BenchmarkReport writes what a replay of 8,352 events against the example found.
func BenchmarkReport(b *testing.B) {
	r := replayed(b, replay.Options{Variants: []replay.Variant{{Name: "example", Plan: planOf(b, "examples/southwest-syria")}},
		Inputs: files(b, intake.Options{}, "../shared/data/ucdp-ged-syria/ged_syria_2017_2018.csv.gz", "examples/southwest-syria/observations/public-record.ndjson")})
	for _, c := range []struct {
		name  string
		write func() error
	}{
		{"model", func() error { NewModel(r); return nil }},
		{"text", func() error { return WriteText(io.Discard, r, TextOptions{Lang: "ar"}) }},
		{"html", func() error { return WriteHTML(io.Discard, r, HTMLOptions{Lang: "ar"}) }},
		{"json", func() error { return WriteJSON(io.Discard, r, false) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.write(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
