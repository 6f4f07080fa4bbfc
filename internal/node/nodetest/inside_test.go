//go:build linux

package nodetest

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/node"
)

// BenchmarkPositions takes positions in without HTTP, in this process, so that a profile shows where the time goes. Its unit is one position.
func BenchmarkPositions(b *testing.B) { inside(b, stream(2000, 0, b.N)) }

// BenchmarkReports does the same with reports of incidents, each of which a rule speaks about.
func BenchmarkReports(b *testing.B) {
	var lines strings.Builder
	for i := range b.N {
		_, line, _ := report(100+i/10_000, i%10_000/3*4+i%3)
		lines.WriteString(line)
	}
	inside(b, strings.NewReader(lines.String()))
}

func inside(b *testing.B, lines io.Reader) {
	base := b.TempDir()
	path := filepath.Join(base, "data")
	ctx := context.Background()
	if _, err := node.Create(ctx, node.Init{Path: path, Agreement: os.DirFS(example), Now: time.Now, Settings: []byte("metrics: \"\"\ncopy: ../copy\nkeys: ../vault.key\n"),
		Founders: []node.Founder{{Name: "A monitor", Body: "team-1", Offices: []string{"monitor"}}}}); err != nil {
		b.Fatal(err)
	}
	n, err := node.Open(ctx, node.Options{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close()
	if err := n.WaitReady(ctx); err != nil {
		b.Fatal(err)
	}
	m := n.Mechanism()
	p := m.Directory.People()[0]
	v := access.Viewer{Person: p.ID, Body: p.Body, Office: truce.OfficeMonitor, Vouch: truce.VouchSession, Now: truce.InstantOf(time.Now())}
	b.ResetTimer()
	if _, err := m.Report(ctx, v, mechanism.Batch{Name: "b", Format: "ndjson", Tier: truce.TierMechanism, MaxBytes: 1 << 40, Body: lines}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "durable/s")
	head, _ := n.Mechanism().Journal.Head(ctx)
	if err := m.Await(ctx, head.Seq); err != nil {
		b.Fatal(err)
	}
	if _, err := m.Settle(ctx, m.Latest()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "evaluated/s")
}
