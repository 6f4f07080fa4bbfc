//go:build linux

package nodetest

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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

// BenchmarkStart starts with a journal of reports and without its view. Its unit is one record.
func BenchmarkStart(b *testing.B) {
	var lines strings.Builder
	for i := range b.N {
		_, line, _ := report(100+i/10_000, i%10_000/3*4+i%3)
		lines.WriteString(strings.Replace(line, "shelling", "protest", 1)) // no rule speaks of it, so that no outcomes are beside the reports
	}
	path := folder(b)
	n := running(b, path)
	send(b, n, strings.NewReader(lines.String()))
	n.Close()
	must(b, os.Remove(filepath.Join(path, "view.db")))
	before := cpu()
	b.ResetTimer()
	n = running(b, path)
	b.StopTimer()
	b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
	n.Close()
}

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// folder makes a data folder with one monitor.
func folder(b *testing.B) string {
	path := filepath.Join(b.TempDir(), "data")
	_, err := node.Create(context.Background(), node.Init{Path: path, Agreement: os.DirFS(example), Now: time.Now, Settings: []byte("metrics: \"\"\ncopy: ../copy\nkeys: ../vault.key\n"),
		Founders: []node.Founder{{Name: "A monitor", Body: "team-1", Offices: []string{"monitor"}}}})
	must(b, err)
	return path
}

// running opens a node that has caught up.
func running(b *testing.B, path string) *node.Node {
	n, err := node.Open(context.Background(), node.Options{Path: path})
	must(b, err)
	must(b, n.WaitReady(context.Background()))
	return n
}

// send reports lines as the monitor.
func send(b *testing.B, n *node.Node, lines io.Reader) {
	m := n.Mechanism()
	p := m.Directory.People()[0]
	v := access.Viewer{Person: p.ID, Body: p.Body, Office: truce.OfficeMonitor, Vouch: truce.VouchSession, Now: truce.InstantOf(time.Now())}
	_, err := m.Report(context.Background(), v, mechanism.Batch{Name: "b", Format: "ndjson", Tier: truce.TierMechanism, MaxBytes: 1 << 40, Body: lines})
	must(b, err)
}

func inside(b *testing.B, lines io.Reader) {
	n := running(b, folder(b))
	defer n.Close()
	b.ResetTimer()
	send(b, n, lines)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "durable/s")
	ctx, m := context.Background(), n.Mechanism()
	head, _ := m.Journal.Head(ctx)
	must(b, m.Await(ctx, head.Seq))
	_, err := m.Settle(ctx, m.Latest())
	must(b, err)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "evaluated/s")
}
