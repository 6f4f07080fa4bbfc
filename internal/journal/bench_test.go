package journal_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"truce"
	"truce/internal/journal"
	"truce/internal/journal/journaltest"
	"truce/internal/seal"
)

// rawLog is the yardstick: a file to which many writers append, one sync for all that wait. It numbers, chains and checks nothing.
type rawLog struct {
	file  *os.File
	queue chan rawEntry
	done  chan struct{}
}

type rawEntry struct {
	bytes []byte
	done  chan error
}

func newRawLog(b *testing.B) *rawLog {
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	l := &rawLog{f, make(chan rawEntry, 1024), make(chan struct{})}
	go func() {
		defer close(l.done)
		for e := range l.queue {
			group := []rawEntry{e}
			buf := append([]byte(nil), e.bytes...)
		more:
			for {
				select {
				case e, ok := <-l.queue:
					if !ok {
						break more
					}
					group, buf = append(group, e), append(buf, e.bytes...)
				default:
					break more
				}
			}
			_, err := f.Write(buf)
			if err == nil {
				err = f.Sync()
			}
			for _, e := range group {
				e.done <- err
			}
		}
	}()
	b.Cleanup(func() { close(l.queue); <-l.done; f.Close() })
	return l
}

func (l *rawLog) append(b []byte) error {
	done := make(chan error, 1)
	l.queue <- rawEntry{b, done}
	return <-done
}

// spread has writers do b.N things between them.
func spread(b *testing.B, writers int, do func(w, i int) error) {
	b.ResetTimer()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := w; i < b.N; i += writers {
				if err := do(w, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
}

// benchWriter is a writer over the stores named, with a head file.
func benchWriter(b *testing.B, mirrored bool) *journal.Writer {
	p := newPair(b)
	if err := journal.CreateHeadFile(p.folder, "head", journal.Head{}); err != nil {
		b.Fatal(err)
	}
	file, err := journal.OpenHeadFile(p.folder, "head")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { file.Close() })
	var j journal.Journal = openSQLite(b, p.primary)
	if mirrored {
		m, _, _, err := journal.OpenMirror(ctx, j, openSegment(b, p.copy))
		if err != nil {
			b.Fatal(err)
		}
		j = m
	}
	return newWriter(b, j, journal.Options{Head: file})
}

// BenchmarkAcknowledge has 64 writers wait for each record of theirs: first a bare log with group commit, then the journal with its head
// file, alone and with its copy.
func BenchmarkAcknowledge(b *testing.B) {
	const writers = 64
	d := journaltest.Draft("bench", 1, 200, "some sealed content of a usual length: who, where, when, note")
	b.Run("raw", func(b *testing.B) {
		l := newRawLog(b)
		r := d.Record
		bytes := append(r.Bytes(), d.Sealed...)
		spread(b, writers, func(int, int) error { return l.append(bytes) })
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acks/s")
	})
	for name, mirrored := range map[string]bool{"sqlite": false, "mirror": true} {
		b.Run(name, func(b *testing.B) {
			w := benchWriter(b, mirrored)
			spread(b, writers, func(int, int) error {
				_, _, err := w.Submit(ctx, []journal.Draft{d})
				return err
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acks/s")
		})
	}
}

// BenchmarkPositions acknowledges records of 500 positions (24 kB sealed), eight at a time, as a device gateway would.
func BenchmarkPositions(b *testing.B) {
	sealed := make([]byte, 500*48)
	for i := 0; i < len(sealed); i += 8 {
		binary.BigEndian.PutUint64(sealed[i:], uint64(i)*0x9e3779b97f4a7c15)
	}
	d := journaltest.Draft("bench", 1, 200, string(sealed))
	b.Run("raw", func(b *testing.B) {
		l := newRawLog(b)
		r := d.Record
		bytes := append(r.Bytes(), d.Sealed...)
		spread(b, 8, func(int, int) error { return l.append(bytes) })
		b.ReportMetric(500*float64(b.N)/b.Elapsed().Seconds(), "positions/s")
	})
	for name, mirrored := range map[string]bool{"sqlite": false, "mirror": true} {
		b.Run(name, func(b *testing.B) {
			w := benchWriter(b, mirrored)
			spread(b, 8, func(int, int) error {
				_, _, err := w.Submit(ctx, []journal.Draft{d})
				return err
			})
			b.ReportMetric(500*float64(b.N)/b.Elapsed().Seconds(), "positions/s")
		})
	}
}

// BenchmarkCheck walks a whole journal: digests, chain, commitments, and for SQLite its own check.
func BenchmarkCheck(b *testing.B) {
	for _, size := range []int{300, 24_000} {
		for _, name := range []string{"sqlite", "segment"} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				p := newPair(b)
				var j journal.Journal
				if name == "sqlite" {
					j = openSQLite(b, p.primary)
				} else {
					j = openSegment(b, p.copy)
				}
				var head journal.Head
				total := 0
				for total < 48<<20 {
					drafts := make([]journal.Draft, min(4096, (8<<20)/size))
					for i := range drafts {
						drafts[i] = journaltest.Draft("bench", i, 100, string(make([]byte, size)))
					}
					entries, next := journaltest.Chain(head, drafts...)
					if err := j.Append(ctx, head, entries); err != nil {
						b.Fatal(err)
					}
					head = next
					for _, e := range entries {
						total += len(e.Bytes) + len(e.Sealed)
					}
				}
				b.SetBytes(int64(total))
				for b.Loop() {
					if _, err := journal.Check(ctx, j, journal.Known{Head: head, From: "the benchmark"}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(head.Seq)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
			})
		}
	}
}

// BenchmarkSHA256 is the least that checking costs.
func BenchmarkSHA256(b *testing.B) {
	buf := make([]byte, 1<<20)
	b.SetBytes(1 << 20)
	var d truce.Digest
	for b.Loop() {
		d = truce.Digest(seal.Bytes(buf))
	}
	_ = d
}
