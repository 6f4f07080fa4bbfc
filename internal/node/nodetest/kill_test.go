//go:build linux

package nodetest

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	kills   = flag.Int("kills", 2, "how often the program is killed")
	writers = 16 // two of each pair send the same
)

// fixesEach is how many positions a batch of a writer has.
const fixesEach = 40

// ledger is what was sent and acknowledged.
type ledger struct {
	sync.Mutex
	reports map[string]string // the line, by its note
	tracks  map[string]string // the lines, by the unit
	ids     []string          // names of records that were told
	next    [16]int           // what each pair of writers sends next
}

func newLedger() *ledger { return &ledger{reports: map[string]string{}, tracks: map[string]string{}} }

func (l *ledger) size() int { return len(l.reports) + len(l.tracks) }

// report is what a writer sends as its k-th: a report, or a batch of positions. The same k is the same bytes.
func report(writer, k int) (name, lines string, track bool) {
	name = fmt.Sprintf("w%d-%d", writer, k)
	if k%4 != 3 {
		return name, fmt.Sprintf(`{"id":"%s","kind":"incident","what":"shelling","time":"2017-11-%02dT%02d:%02d:00Z","place":{"kind":"point","lat":32.%04d,"lon":36.%04d,"error_m":%d},`+
			`"parts":[{"name":"government-of-syria","role":"initiator"},{"name":"southern-front","role":"target"}],"count":%d,"source":{"id":"post-%d","means":"heard","standing":"observed"},"note":"%s"}`+"\n",
			name, 12+k%9, k%24, writer%60, 7000+k%1000, 1000+writer*7, 50+k%50, 1+k%5, writer, name), false
	}
	var b strings.Builder
	for i := range fixesEach {
		fmt.Fprintf(&b, `{"kind":"fix","unit":"%s","time":"2017-11-%02dT10:%02d:%02dZ","lat":32.%05d,"lon":36.%05d,"error_m":10,"actor":"southern-front"}`+"\n",
			name, 12+k%9, i, k%60, 60000+k%2000+i, 10000+writer)
	}
	return name, b.String(), true
}

// write sends until the program is gone. Two writers of a pair send the same at the same time, as a device does that did not hear the answer.
func (l *ledger) write(s *server, acks chan<- struct{}) {
	var wg sync.WaitGroup
	var next [16]atomic.Int64
	for i := range next {
		next[i].Store(int64(l.next[i]))
	}
	for i := range writers {
		wg.Go(func() {
			pair := i / 2
			for k := l.next[pair]; ; k++ {
				name, lines, track := report(pair, k)
				t, a, err := s.report(strings.NewReader(lines))
				if err != nil || a.status >= 500 {
					return
				}
				l.Lock()
				if a.status >= 300 || t.Rejected > 0 || t.Records+t.Repeated == 0 {
					panic(fmt.Sprintf("%s: %d %s", name, a.status, a.body))
				}
				if track {
					l.tracks[name] = lines
				} else {
					l.reports[name] = lines
				}
				l.ids = append(l.ids, t.IDs...)
				next[pair].Store(max(next[pair].Load(), int64(k)))
				l.Unlock()
				select {
				case acks <- struct{}{}:
				default:
				}
			}
		})
	}
	wg.Wait()
	for i := range next { // the last one is sent again: it may be there or not
		l.next[i] = int(next[i].Load())
	}
}

// observation is what is read back of a report.
type observation struct {
	ID, Note, What, From string
	Place                struct {
		Lat, Lon float64
		Error    float64 `json:"error_m"`
	}
	Parts  []struct{ Name, Role string }
	Count  struct{ Low, Best, High int }
	Source struct{ ID, Means, Standing string }
}

// sent reads a line as what should come back of it.
func sent(line string) (o observation) {
	var x struct {
		What, Time, Note string
		Place            struct {
			Lat, Lon float64
			Error    float64 `json:"error_m"`
		}
		Parts  []struct{ Name, Role string }
		Count  int
		Source struct{ ID, Means, Standing string }
	}
	if err := json.Unmarshal([]byte(line), &x); err != nil {
		panic(err)
	}
	o.Note, o.What, o.From, o.Place, o.Parts, o.Source = x.Note, x.What, x.Time, x.Place, x.Parts, x.Source
	o.Count.Low, o.Count.Best, o.Count.High = x.Count, x.Count, x.Count
	return o
}

// verify reads everything back and holds it against what was acknowledged: nothing lost, nothing changed, nothing twice.
func (l *ledger) verify(s *server) error {
	seen := map[string]bool{}
	lost := maps(l.reports)
	err := s.all("team-1", "/api/observations", func(b json.RawMessage) error {
		var o observation
		if err := json.Unmarshal(b, &o); err != nil {
			return err
		}
		if seen[o.Note] {
			return fmt.Errorf("%s is there twice", o.Note)
		}
		seen[o.Note] = true
		line, ok := l.reports[o.Note]
		if !ok {
			var w, k int // it was written, and its author did not hear of it
			if _, err := fmt.Sscanf(o.Note, "w%d-%d", &w, &k); err != nil {
				return fmt.Errorf("nobody sent %s", b)
			}
			_, line, _ = report(w, k)
		}
		want := sent(line)
		want.ID = o.ID
		// Times come back to the millisecond.
		at, err := time.Parse(time.RFC3339, o.From)
		if err != nil {
			return err
		}
		o.From = at.UTC().Format(time.RFC3339)
		if fmt.Sprint(o) != fmt.Sprint(want) {
			return fmt.Errorf("%s is %v and was sent as %v", o.Note, o, want)
		}
		delete(lost, o.Note)
		return nil
	})
	if err != nil {
		return err
	}
	gone := maps(l.tracks)
	err = s.all("team-1", "/api/tracks", func(b json.RawMessage) error {
		var t struct {
			ID, Unit, Actor string
			Fixes           int
		}
		if err := json.Unmarshal(b, &t); err != nil {
			return err
		}
		if seen[t.Unit] {
			return fmt.Errorf("%s is there twice", t.Unit)
		}
		seen[t.Unit] = true
		if t.Fixes != fixesEach || t.Actor != "southern-front" {
			return fmt.Errorf("%s has %d positions of %s", t.Unit, t.Fixes, t.Actor)
		}
		delete(gone, t.Unit)
		var w, k int
		fmt.Sscanf(t.Unit, "w%d-%d", &w, &k)
		if k%32 != 3 { // every eighth is read position by position
			return nil
		}
		var track struct {
			Track []struct {
				Time     string
				Lat, Lon float64
				Error    float64 `json:"error_m"`
			}
		}
		if err := s.get("team-1", "/api/tracks/"+t.ID, &track); err != nil {
			return err
		}
		_, lines, _ := report(w, k)
		var b2 strings.Builder
		for _, f := range track.Track {
			at, err := time.Parse(time.RFC3339, f.Time)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b2, `{"kind":"fix","unit":"%s","time":"%s","lat":%.5f,"lon":%.5f,"error_m":%v,"actor":"southern-front"}`+"\n", t.Unit, at.UTC().Format(time.RFC3339), f.Lat, f.Lon, f.Error)
		}
		if b2.String() != lines {
			return fmt.Errorf("%s is\n%s and was sent as\n%s", t.Unit, b2.String(), lines)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if n := len(lost) + len(gone); n > 0 {
		return fmt.Errorf("%d of %d acknowledged reports are lost, such as %v", n, l.size(), append(some(lost), some(gone)...))
	}
	return nil
}

func maps(in map[string]string) map[string]bool {
	out := map[string]bool{}
	for k := range in {
		out[k] = true
	}
	return out
}

func some(in map[string]bool) (out []string) {
	for k := range in {
		if out = append(out, k); len(out) == 5 {
			break
		}
	}
	return out
}

// hash is of all that is served of the state: how far the journal goes, what was reported, what rules say of it, cases, people. A replay of the journal
// must give the same.
func (s *server) hash(t testing.TB) string {
	t.Helper()
	h := sha256.New()
	fmt.Fprintln(h, s.rest(t))
	for _, path := range []string{"/api/observations", "/api/tracks", "/api/outcomes?all=true", "/api/outcomes", "/api/cases"} {
		must(t, s.all("operations-room", path, func(b json.RawMessage) error { _, err := fmt.Fprintf(h, "%s\n", b); return err }))
	}
	for _, path := range []string{"/api/people", "/api/articles"} {
		var b json.RawMessage
		must(t, s.get("operations-room", path, &b))
		fmt.Fprintf(h, "%s\n", b)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// openCase lets the duty officer open a case of the first outcome of a report.
func (s *server) openCase(t testing.TB) {
	t.Helper()
	_, lines, _ := report(15, 0)
	got, a, err := s.report(strings.NewReader(lines))
	if err != nil || len(got.IDs) != 1 {
		t.Fatal(got, string(a.body), err)
	}
	s.rest(t)
	var said struct {
		Items []struct{ ID, Rule, Article string }
	}
	must(t, s.get("operations-room", "/api/outcomes?of="+got.IDs[0], &said))
	if len(said.Items) == 0 {
		t.Fatal("no rule speaks of it")
	}
	s.post(t, "/api/cases", s.w.tokens["operations-room"], m{"rule": said.Items[0].Rule, "article": said.Items[0].Article, "cites": []string{got.IDs[0], said.Items[0].ID}}, nil)
}

// The program may be killed at any moment, also while it starts: everything that was acknowledged is there as it was sent, once, and the state that is made
// of it is the same after every start and from nothing.
func TestKill(t *testing.T) {
	r := chance(t)
	var w *world
	var l *ledger
	acked, starts := 0, 0
	hash := func() {
		s := w.start(t)
		first := s.hash(t)
		must(t, l.verify(s))
		s.kill()
		s = w.start(t)
		if again := s.hash(t); again != first {
			t.Fatalf("the state is %s after a start and %s after the next", first, again)
		}
		s.stop(t)
		must(t, os.Remove(filepath.Join(w.data, "view.db")))
		s = w.start(t)
		if again := s.hash(t); again != first {
			t.Fatalf("the state is %s, and %s with the view made anew", first, again)
		}
		s.stop(t)
		acked += l.size()
	}
	const each = 50 // kills of one folder
	for i := range *kills {
		if i%each == 0 {
			if w != nil {
				hash()
				os.RemoveAll(w.base)
			}
			w, l = found(t, t.TempDir()), newLedger()
			s := w.start(t)
			s.openCase(t)
			s.stop(t)
		}
		if r.IntN(10) == 0 { // while it starts
			s, _, err := w.launch()
			must(t, err)
			time.Sleep(time.Duration(r.IntN(400)) * time.Millisecond)
			s.kill()
			starts++
			continue
		}
		s := w.start(t)
		if err := l.sample(s, r); err != nil {
			t.Fatalf("kill %d: %v", i+1, err)
		}
		acks, done := make(chan struct{}, 1000), make(chan struct{})
		go func() { l.write(s, acks); close(done) }()
		for range 1 + r.IntN(60) {
			select {
			case <-acks:
			case <-done:
				t.Fatalf("kill %d: it ended by itself: %s", i+1, tail(s.errs.String()))
			case <-time.After(time.Minute):
				t.Fatalf("kill %d: it acknowledges nothing", i+1)
			}
		}
		time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
		s.kill()
		<-done
		s.client.CloseIdleConnections()
		if (i+1)%10 == 0 {
			t.Logf("%d kills, %d acknowledged so far", i+1, acked+l.size())
		}
	}
	hash()
	t.Logf("%d kills, %d of them while starting; %d acknowledged reports and batches, 0 lost, changed or twice; the same state after every replay", *kills, starts, acked)
}

// sample reads a few records by name, the newest first.
func (l *ledger) sample(s *server, r *rand.Rand) error {
	deadline := time.Now().Add(20 * time.Second)
	for state := ""; state != "working"; { // the door opens before everything was taken up
		var err error
		if state, _, err = s.state(); err != nil || time.Now().After(deadline) {
			return fmt.Errorf("it is %s, %v", state, err)
		}
	}
	for _, id := range slices.Backward(l.ids[max(0, len(l.ids)-5):]) {
		a, err := s.ask("GET", "/api/records/"+id+"/mentions", s.w.tokens["team-1"], "", nil)
		if err != nil {
			return err
		}
		if a.status != 200 {
			return fmt.Errorf("record %s was acknowledged: %d %s", id, a.status, a.body)
		}
	}
	return nil
}
