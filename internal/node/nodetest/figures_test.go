//go:build linux

package nodetest

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"truce/internal/workload"
)

var (
	positions = flag.Int("positions", 0, "how many positions are sent to measure; 0 measures nothing")
	batches   = flag.Int("batches", 1, "in how many requests")
	singles   = flag.Int("singles", 500, "how many single reports are timed")
	history   = flag.Int("history", 100_000, "how many reports are there before single ones are timed")
	word      = flag.String("word", "shelling", "what those reports tell of; no rule speaks of a protest, so that there are no outcomes beside them")
)

// stream writes positions as lines while they are sent.
func stream(units, from, to int) io.Reader {
	r, w := io.Pipe()
	go func() {
		out := bufio.NewWriterSize(w, 1<<20)
		i := 0
		for x := range workload.Stream(units, to) {
			if i++; i <= from {
				continue
			}
			fmt.Fprintf(out, `{"kind":"fix","unit":"%s","time":"%s","lat":%.7f,"lon":%.7f,"error_m":%.1f,"actor":"southern-front"}`+"\n",
				x.ID(), x.Fix.At.String(), x.Fix.Pos.Lat.Degrees(), x.Fix.Pos.Lon.Degrees(), x.Fix.Error)
		}
		out.Flush()
		w.Close()
	}()
	return r
}

// memory is what the program holds now and held at most, in MB.
func (s *server) memory() (now, most int) {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	for line := range strings.Lines(string(b)) {
		fmt.Sscanf(line, "VmRSS: %d kB", &now)
		fmt.Sscanf(line, "VmHWM: %d kB", &most)
	}
	return now / 1024, most / 1024
}

// TestFigures measures and asserts nothing; it runs where -positions is given.
func TestFigures(t *testing.T) {
	if *positions == 0 {
		t.Skip("give -positions")
	}
	w := found(t, t.TempDir())
	s := w.start(t)
	defer s.kill()

	// A single report is timed when so many positions are held.
	var ends []int
	for i := range *batches {
		ends = append(ends, *positions/(*batches)*(i+1))
	}
	marks := []int{100_000, 1_000_000, 10_000_000}
	for _, n := range marks {
		if n < *positions && !slices.Contains(ends, n) {
			ends = append(ends, n)
		}
	}
	slices.Sort(ends)
	// The lines are made beforehand, so that making them takes nothing from the program.
	var files []string
	for i, to := range ends {
		name := filepath.Join(w.base, fmt.Sprintf("positions-%d", i))
		f, err := os.Create(name)
		must(t, err)
		_, err = io.Copy(f, stream(2000, append([]int{0}, ends...)[i], to))
		must(t, err)
		f.Close()
		files = append(files, name)
	}
	began, other := time.Now(), time.Duration(0)
	from := 0
	for i, name := range files {
		f, err := os.Open(name)
		must(t, err)
		one := time.Now()
		got, a, err := s.report(f)
		f.Close()
		if err != nil || got.Positions != ends[i]-from {
			t.Fatalf("%+v %v %s", got, err, tail(string(a.body)))
		}
		from = ends[i]
		now, most := s.memory()
		t.Logf("%d positions as %d records durable in %s; %d MB held, %d at most", got.Positions, got.Records, time.Since(one).Round(time.Millisecond), now, most)
		if slices.Contains(marks, from) {
			one = time.Now()
			s.rest(t)
			s.time(t, 90+i, fmt.Sprintf("%d positions", from))
			other += time.Since(one)
		}
	}
	durable := time.Since(began) - other
	s.rest(t)
	all := time.Since(began) - other
	now, most := s.memory()
	t.Logf("%d positions of 2000 units: durable after %s (%.0f/s), evaluated after %s (%.0f/s); %d MB held, %d at most; %.0f outcomes", *positions,
		durable.Round(time.Millisecond), float64(*positions)/durable.Seconds(), all.Round(time.Millisecond), float64(*positions)/all.Seconds(), now, most, s.metric("truce_outcomes_total"))
	s.stop(t)
	for _, what := range []string{"with its view", "without its view"} {
		if what == "without its view" {
			must(t, os.Remove(filepath.Join(w.data, "view.db")))
		}
		began = time.Now()
		s = w.startIn(t, 30*time.Minute)
		now, most = s.memory()
		t.Logf("started %s in %s; %d MB held, %d at most", what, time.Since(began).Round(time.Millisecond), now, most)
		s.rest(t)
		now, most = s.memory()
		t.Logf("settled after %s; %d MB held, %d at most", time.Since(began).Round(time.Millisecond), now, most)
		s.stop(t)
		s.tellStart(t)
	}
}

// time says how long single reports wait for their acknowledgement, one after the other, with something held before.
func (s *server) time(t testing.TB, writer int, before string) {
	t.Helper()
	var times []time.Duration
	for k := range *singles {
		_, lines, _ := report(writer, k/3*4+k%3)
		began := time.Now()
		got, a, err := s.report(strings.NewReader(lines))
		if err != nil || got.Records != 1 {
			t.Fatalf("%+v %v %s", got, err, tail(string(a.body)))
		}
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	t.Logf("%d single reports one after the other with %s before: p50 %s, p99 %s, slowest %s", len(times), before, times[len(times)/2].Round(10*time.Microsecond),
		times[len(times)*99/100].Round(10*time.Microsecond), times[len(times)-1].Round(10*time.Microsecond))
}

func (w *world) startIn(t testing.TB, patience time.Duration) *server {
	t.Helper()
	s, err := w.try(patience)
	must(t, err)
	return s
}

// TestLatency times single reports with a history; it runs where -positions is given.
func TestLatency(t *testing.T) {
	if *positions == 0 {
		t.Skip("give -positions")
	}
	w := found(t, t.TempDir())
	s := w.start(t)
	defer s.kill()
	began := time.Now()
	const each = 10_000
	for from := 0; from < *history; from += each {
		var b strings.Builder
		for i := range each {
			_, lines, _ := report(100+from/each, i/3*4+i%3)
			b.WriteString(strings.Replace(lines, "shelling", *word, 1))
		}
		got, a, err := s.report(strings.NewReader(b.String()))
		if err != nil || got.Observations != each {
			t.Fatalf("%+v %v %s", got, err, tail(string(a.body)))
		}
	}
	took := time.Since(began)
	t.Logf("%d reports durable in %s (%.0f/s)", *history, took.Round(time.Millisecond), float64(*history)/took.Seconds())
	s.rest(t)
	took = time.Since(began)
	now, most := s.memory()
	t.Logf("evaluated after %s (%.0f/s); %d MB held, %d at most; %.0f outcomes", took.Round(time.Millisecond), float64(*history)/took.Seconds(), now, most, s.metric("truce_outcomes_total"))
	s.time(t, 99, fmt.Sprintf("%d reports", *history))
	hash := s.hash(t)
	s.stop(t)
	must(t, os.Remove(filepath.Join(w.data, "view.db")))
	began = time.Now()
	s = w.startIn(t, 30*time.Minute)
	t.Logf("started without its view in %s", time.Since(began).Round(time.Millisecond))
	if again := s.hash(t); again != hash {
		t.Errorf("it answers %s and answered %s", again, hash)
	}
	s.stop(t)
	s.tellStart(t)
}

// tellStart says what the program, which has ended, said about its start.
func (s *server) tellStart(t testing.TB) {
	for line := range strings.Lines(s.errs.String()) {
		if _, said, ok := strings.Cut(line, `msg="the journal is `); ok {
			t.Logf("it says: the journal is %s", strings.TrimSpace(said))
		}
	}
}
