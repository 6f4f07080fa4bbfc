// Package mechanismtest is a running mechanism for tests of it and of what is built on it: the example agreement, somebody in each office, and a clock that
// stands still until it is moved.
package mechanismtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/custody"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/journal/sqlite"
	"truce/internal/ledger"
	"truce/internal/live"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/vault"
	"truce/internal/view"
)

// World is a mechanism with people in it.
type World struct {
	T      testing.TB
	M      *mechanism.Mechanism
	Store  *sqlite.Store
	Keys   *vault.Keyring
	People map[string]truce.Author
	// Public is what the mechanism tells the open record; it is taken up by the next [World.Restart].
	Public func(*truce.Record, []ledger.Event) error

	dir  string
	now  atomic.Int64
	stop func()
	mu   sync.Mutex
	log  []access.Entry
}

// Cast is who there is: name, body, office.
var Cast = []struct {
	Name, Body string
	Office     truce.Office
}{
	{"monitor", "team-1", truce.OfficeMonitor}, {"other monitor", "team-2", truce.OfficeMonitor}, {"duty", "operations-room", truce.OfficeDutyOfficer},
	{"russia", "russia", truce.OfficeGuarantor}, {"russian liaison", "russia", truce.OfficeLiaison}, {"united states", "united-states", truce.OfficeGuarantor},
	{"jordan", "jordan", truce.OfficeGuarantor}, {"jordanian liaison", "jordan", truce.OfficeLiaison}, {"syrian liaison", "government-of-syria", truce.OfficeLiaison},
	{"israel", "israel", truce.OfficeConsulted}, {"auditor", "audit-office", truce.OfficeAuditor}, {"operator", "operations-room", truce.OfficeOperator},
	{"analyst", "operations-room", truce.OfficeAnalyst},
}

// Shelling is a line with an incident that the example's ceasefire speaks of, with a secret in each field that may hold one.
const Shelling = `{"id":"obs-1","kind":"incident","what":"shelling","time":"2017-11-15T09:30:00Z","place":{"kind":"point","lat":32.75,"lon":36.1,"error_m":100},` +
	`"parts":[{"name":"government-of-syria","role":"initiator"},{"name":"southern-front","role":"target"}],"count":3,"source":{"id":"SECRET-SOURCE","means":"seen","standing":"observed"},"note":"SECRET-NOTE"}` + "\n"

// example is the agreement, seen from a package inside internal.
const example = "../../examples/southwest-syria"

// Must gives x, or panics.
func Must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// Agreement reads the example, for a package that lies in internal.
func Agreement(t testing.TB, use record.AgreementUse) record.Agreement {
	t.Helper()
	x, rep, err := mechanism.ReadFolder(os.DirFS(example), "", use)
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep.Problems)
	}
	return x
}

// Start founds the example; its text may be changed before. It is 20 November 2017.
func Start(t testing.TB, change ...func(*record.Agreement)) *World {
	t.Helper()
	w := &World{T: t, dir: t.TempDir(), Keys: Must(vault.NewKeyring(rand.Reader)), People: map[string]truce.Author{}}
	w.now.Store(int64(truce.InstantOf(time.Date(2017, 11, 20, 8, 0, 0, 0, time.UTC))))
	w.open()
	t.Cleanup(func() { w.stop() })
	text := Agreement(t, record.AgreementInForce)
	for _, f := range change {
		f(&text)
	}
	program := truce.Author{Vouch: truce.VouchNode}
	w.Put(program, Must(text.Draft()))
	for i, c := range Cast {
		a := truce.Author{Person: truce.PersonID(fmt.Sprintf("p-%d", i+1)), Body: truce.BodyID(c.Body), Office: c.Office, Vouch: truce.VouchSession}
		w.Put(program, Must(record.Person{At: w.Clock(), Act: record.PersonAdded, Person: a.Person, Body: a.Body, Offices: []truce.Office{c.Office}, Since: w.Clock(),
			Name: "NAME-OF " + c.Name, Contact: "CONTACT-OF " + c.Name}.Draft()))
		w.People[c.Name] = a
	}
	return w
}

// open starts the mechanism on what is in the folder.
func (w *World) open() {
	ctx, cancel := context.WithCancel(context.Background())
	w.Store = Must(sqlite.Open(ctx, Must(disk.Open(filepath.Join(w.dir, "journal")))))
	v := Must(view.Open(ctx, filepath.Join(w.dir, "view.db")))
	writer := Must(journal.NewWriter(ctx, w.Store, journal.Options{Now: w.Clock}))
	w.M = w.Over(w.Store, writer, v)
	w.M.Public = w.Public
	done := make(chan error, 1)
	go func() { done <- w.M.Run(ctx) }()
	w.stop = func() {
		writer.Close()
		cancel()
		<-done
		v.Close()
		w.Store.Close()
	}
}

// Over makes another mechanism with the same keys and media, on a journal and a view.
func (w *World) Over(j journal.Journal, writer *journal.Writer, v *view.View) *mechanism.Mechanism {
	media := Must(custody.Open(Must(disk.Open(filepath.Join(w.dir, "media"))), w.Keys, rand.Reader))
	return Must(mechanism.New(mechanism.Parts{Journal: j, Writer: writer, Keys: w.Keys, View: v, Media: media, Random: rand.Reader, Now: w.Clock,
		NewLive: func() mechanism.Evaluator { return live.New() }, Log: func(l access.Entry) { w.mu.Lock(); w.log = append(w.log, l); w.mu.Unlock() }}))
}

// Restart stops the mechanism and starts it on the same journal, with an empty view. It returns when everything is taken up.
func (w *World) Restart() {
	w.T.Helper()
	w.stop()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(w.dir, "view.db"+suffix)); err != nil && !os.IsNotExist(err) {
			w.T.Fatal(err)
		}
	}
	w.open()
	w.TakeUp()
}

// Clock gives the time; Later and Set move it.
func (w *World) Clock() truce.Instant  { return truce.Instant(w.now.Load()) }
func (w *World) Later(d time.Duration) { w.Set(w.Clock().Add(d)) }
func (w *World) Set(at truce.Instant)  { w.now.Store(int64(at)) }

// Log gives what the access log kept.
func (w *World) Log() []access.Entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]access.Entry(nil), w.log...)
}

// TakeUp waits until everything in the journal is taken up.
func (w *World) TakeUp() {
	w.T.Helper()
	if err := w.M.Await(context.Background(), Must(w.Store.Head(context.Background())).Seq); err != nil {
		w.T.Fatal(err)
	}
}

// Put writes a record past every check and gives its name.
func (w *World) Put(a truce.Author, d record.Draft) truce.RecordID {
	w.T.Helper()
	d.Record.Author, d.Record.Claimed, d.Record.Received = a, w.Clock(), w.Clock()
	sealed := Must(d.Seal(w.Keys, rand.Reader))
	_, last, err := w.M.Writer.Submit(context.Background(), []journal.Draft{{Record: d.Record, Sealed: sealed}})
	if err == nil {
		err = w.M.Await(context.Background(), last)
	}
	if err != nil {
		w.T.Fatal(err)
	}
	return d.Record.ID
}

// As gives somebody now, freshly proved; "" is the public.
func (w *World) As(name string) access.Viewer {
	w.T.Helper()
	if name == "" {
		return access.Viewer{Now: w.Clock()}
	}
	p := w.People[name]
	v, ok := w.M.Directory.Viewer(p.Person, p.Office, w.Clock())
	if !ok {
		w.T.Fatalf("%s holds no office", name)
	}
	v.Vouch, v.Proved = truce.VouchSession, w.Clock()
	return v
}

// Report sends lines of observations as somebody; none may be rejected.
func (w *World) Report(name, lines string) mechanism.Taken {
	w.T.Helper()
	taken, err := w.M.Report(context.Background(), w.As(name), mechanism.Batch{Name: "batch", Format: "ndjson", Tier: truce.TierMechanism, MaxBytes: 1 << 20, Body: strings.NewReader(lines)})
	if err != nil || taken.Rejected > 0 {
		w.T.Fatalf("%+v, %v", taken, err)
	}
	w.TakeUp()
	return taken
}

// Settle lets the rules speak, and tells how many outcomes there are more.
func (w *World) Settle() int {
	w.T.Helper()
	w.TakeUp()
	n, err := w.M.Settle(context.Background(), w.M.Latest())
	if err != nil {
		w.T.Fatal(err)
	}
	return n
}

// Classify gives a record a tier and a class, by two people of two bodies.
func (w *World) Classify(id truce.RecordID, tier truce.Tier, class string) {
	w.T.Helper()
	of := w.Put(w.People["duty"], Must(record.Class{At: w.Clock(), Act: record.ClassSet, Of: id, Tier: tier, Class: class, Reason: "CANARY-CLASS-REASON"}.Draft()))
	w.Put(w.People["jordan"], Must(record.Class{At: w.Clock(), Act: record.ClassConfirms, Of: of, Reason: "CANARY-CLASS-REASON"}.Draft()))
}
