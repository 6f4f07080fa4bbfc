package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/api"
	"truce/internal/custody"
	"truce/internal/disk"
	"truce/internal/door"
	"truce/internal/journal"
	"truce/internal/live"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/sim"
	"truce/internal/view"
)

// How often the node looks for work that time alone brings. See docs/limits.md.
const (
	DefaultTick   = 5 * time.Second        // clocks of cases and queries
	DefaultSettle = 200 * time.Millisecond // rules, after something arrived
	DefaultHour   = time.Hour              // rules whose deadline may have passed
)

// Options are what a node is started with.
type Options struct {
	Path       string
	Passphrase string
	Log        *slog.Logger
	// Program is the path of this program, which it starts to decode pictures in a process of their own; "" makes no copies of pictures.
	Program string
	// Override changes settings after they were read, for flags.
	Override func(*Config)
	// Now is the clock of everything that people see and of every record; nil is that of the machine.
	Now func() truce.Instant
	// Demo opens a demonstration, in which that world lives on: a real folder is refused with it, a demonstration without it.
	Demo *sim.World
	// still leaves the node to whoever opened it: it does nothing by itself, and labels nothing.
	still bool
}

// Node is a running program on one data folder.
type Node struct {
	folder   *folder
	log      *slog.Logger
	access   *accessLog
	view     *view.View
	writer   *journal.Writer
	mech     *mechanism.Mechanism
	sessions *access.Sessions
	gate     *access.Gate
	media    *custody.Store
	handler  http.Handler
	metrics  *metrics
	program  string
	target   truce.Seq // what the journal held at the start
	now      func() truce.Instant
	world    *sim.World  // nil unless the folder is a demonstration
	open     *openRecord // nil where there is none

	cancel context.CancelFunc
	done   sync.WaitGroup
	ended  chan error // of the follower
}

func now() truce.Instant { return truce.InstantOf(time.Now()) }

// Open starts everything behind the doors, in order: keys, journal (checked to its last known head), view, the mechanism that follows the journal. When
// it returns, the node is following; [Node.Ready] says when it has caught up.
func Open(ctx context.Context, o Options) (_ *Node, err error) {
	n := &Node{log: o.Log, program: o.Program, ended: make(chan error, 1), metrics: newMetrics(), now: o.Now, world: o.Demo}
	if n.log == nil {
		n.log = slog.New(slog.DiscardHandler)
	}
	defer func() {
		if err != nil {
			n.release()
		}
	}()
	began := time.Now()
	if n.folder, err = openFolder(ctx, o.Path, o.Passphrase); err != nil {
		return nil, err
	}
	n.log.Info("the journal is checked", "took", time.Since(began).Round(time.Millisecond))
	if o.Override != nil {
		o.Override(&n.folder.config)
		if err := n.folder.config.sound(); err != nil {
			return nil, err
		}
	}
	if err := n.checkGenesis(ctx); err != nil {
		return nil, err
	}
	if n.now == nil && n.world != nil {
		if n.now, err = n.demoClock(ctx); err != nil {
			return nil, err
		}
	} else if n.now == nil {
		n.now = now
	}
	if n.view, err = n.openView(ctx); err != nil {
		return nil, err
	}
	if n.media, err = n.folder.media(); err != nil {
		return nil, err
	}
	if n.folder.why == nil {
		if n.writer, err = journal.NewWriter(ctx, n.folder.journal, journal.Options{Now: n.now, Head: n.folder.head}); err != nil {
			return nil, err
		}
	}
	if n.access, err = openAccessLog(filepath.Join(o.Path, logFile)); err != nil {
		return nil, err
	}
	parts := mechanism.Parts{Journal: n.folder.journal, Writer: n.writer, Keys: n.folder.keys, View: n.view, Media: n.media, Random: random, Now: n.now,
		NewLive: func() mechanism.Evaluator { return live.New() }, Log: n.access.add, ReadOnly: n.folder.why, Exercise: o.Demo != nil && !o.still}
	if origin := n.folder.config.Origin; origin != "" {
		u, err := url.Parse(origin)
		if err != nil {
			return nil, err // the settings were checked
		}
		parts.Host, parts.Origins = u.Hostname(), []string{origin}
		if parts.Passkeys, err = access.NewPasskeys(random, parts.Host, "truce", parts.Origins); err != nil {
			return nil, err
		}
	}
	head, err := n.folder.journal.Head(ctx)
	if err != nil {
		return nil, err
	}
	record, err := n.folder.openOpenRecord(ctx)
	if err != nil {
		return nil, err
	}
	if n.open = record; record != nil {
		parts.Public = record.take
	}
	if n.mech, err = mechanism.New(parts); err != nil {
		return nil, err
	}
	n.sessions = access.NewSessions(n.mech.Directory)
	if n.gate, err = access.NewGate(n.mech.Directory, random, n.now()); err != nil {
		return nil, err
	}
	n.target = head.Seq
	limits := n.folder.config.Limits
	entrance := door.Entrance{Mechanism: n.mech, Gate: n.gate, Sessions: n.sessions, Passkeys: parts.Passkeys, Now: n.now, Random: random, Origin: n.folder.config.Origin,
		Rate: limits.Rate, Burst: limits.Burst, Log: n.request}
	server, err := api.New(api.Options{Entrance: entrance, After: time.After, Limits: api.Limits{Upload: limits.Upload, Batch: limits.Batch, Quota: limits.Quota}})
	if err != nil {
		return nil, err
	}
	mux := &door.Mux{}
	if err := n.pages(mux, server, entrance, n.Demo()); err != nil {
		return nil, err
	}
	if err := n.signIns(mux, func(w http.ResponseWriter, token string) { door.SetCookie(w, n.folder.config.Origin, token) }); err != nil {
		return nil, err
	}
	n.handler = mux
	inner, cancel := context.WithCancel(context.Background())
	n.cancel = cancel
	n.done.Go(func() { n.ended <- n.mech.Run(inner) })
	began = time.Now()
	n.done.Go(func() {
		if n.WaitReady(inner) == nil {
			n.log.Info("the journal is taken up", "records", n.target, "took", time.Since(began).Round(time.Millisecond))
		}
	})
	if n.writer != nil && !o.still {
		n.done.Go(func() { n.settle(inner) })
		n.done.Go(func() { n.tick(inner) })
		n.done.Go(func() { n.derive(inner) })
		n.done.Go(func() { n.fillSecond(inner) })
		if record != nil {
			n.done.Go(func() { n.publish(inner, record) })
			n.done.Go(func() { n.guard(inner, record) })
		}
		if n.world != nil {
			n.done.Go(func() { n.live(inner) })
		}
	}
	return n, nil
}

// checkGenesis refuses a vault whose keys are not those the journal was begun with, and a demonstration where none is asked for, or the other way round.
func (n *Node) checkGenesis(ctx context.Context) error {
	g, err := readGenesis(ctx, n.folder.journal)
	if err != nil {
		return err
	}
	if g.Keyring != "" && g.Keyring != n.folder.keys.ID() {
		return &truce.Error{Op: "node.Open", Kind: truce.Invalid, Subject: n.folder.config.Keys, Reason: "these are not the keys of this journal",
			Hint: "bring the key file that truce init made for it, or that truce rotate made from that one"}
	}
	switch {
	case g.Demo && n.world == nil:
		return &truce.Error{Op: "node.Open", Kind: truce.Invalid, Subject: n.folder.path, Reason: "this folder is a demonstration", Hint: "serve it with truce demo; a real mechanism begins with truce init"}
	case n.world != nil && !g.Demo:
		return &truce.Error{Op: "node.Open", Kind: truce.Invalid, Subject: n.folder.path, Reason: "this folder is no demonstration", Hint: "serve it with truce serve; a demonstration is never made of a real mechanism"}
	}
	return nil
}

var errEnough = errors.New("enough")

// openView opens the view where it is what it was when the program last stopped, and makes it anew otherwise.
func (n *Node) openView(ctx context.Context) (*view.View, error) {
	path := filepath.Join(n.folder.path, viewFile)
	sum, _ := os.ReadFile(filepath.Join(n.folder.path, viewSum))
	digest, ok := viewDigest(path)
	_ = os.Remove(filepath.Join(n.folder.path, viewSum)) // it holds for one start
	sound := ok && string(sum) == digest+" "+view.Fingerprint()+"\n"
	if sound {
		v, err := view.Open(ctx, path)
		if err == nil {
			if n.matches(ctx, v) {
				return v, nil
			}
			v.Close()
		}
	}
	if ok {
		n.log.Info("the view is made anew from the journal")
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, &truce.Error{Op: "node.Open", Kind: truce.Unavailable, Subject: path, Cause: err}
		}
	}
	return view.Open(ctx, path)
}

// matches reports whether the journal holds what the view says it has reached.
func (n *Node) matches(ctx context.Context, v *view.View) bool {
	seq, digest := v.Reached()
	if seq == 0 {
		return true
	}
	h, err := journal.HeadAt(ctx, n.folder.journal, seq)
	return err == nil && h.Digest == digest
}

// Ready says whether everything that was in the journal at the start was taken up, and why nothing can be written; both nil is a node at work.
func (n *Node) Ready() (caughtUp bool, readOnly error, failed error) {
	head, _, err := n.mech.Taken()
	return head.Seq >= n.target, n.folder.why, err
}

// WaitReady returns when the node has caught up with its journal.
func (n *Node) WaitReady(ctx context.Context) error { return n.mech.Await(ctx, n.target) }

// Handler serves the API.
func (n *Node) Handler() http.Handler { return n.handler }

// Mechanism is what the node runs.
func (n *Node) Mechanism() *mechanism.Mechanism { return n.mech }

// settle lets the rules speak when something arrived, and once an hour for deadlines that passed.
func (n *Node) settle(ctx context.Context) {
	hour := time.NewTicker(DefaultHour)
	defer hour.Stop()
	last := truce.Seq(0)
	pause := DefaultSettle
	if n.mech.Await(ctx, n.target) != nil {
		return
	}
	for {
		head, changed, err := n.mech.Taken()
		if err != nil {
			return
		}
		if head.Seq > last {
			began := time.Now()
			count, err := n.mech.Settle(ctx, n.mech.Latest())
			took := time.Since(began)
			n.metrics.settled(took, count)
			pause = max(DefaultSettle, took) // under a flood, half of the time is for taking up
			if err != nil && ctx.Err() == nil {
				n.log.Error("rules could not be evaluated", "kind", truce.KindOf(err).String())
			}
			last = head.Seq // what came meanwhile, also what the rules just said, is for the next round
			n.metrics.settledTo(last)
		}
		select {
		case <-ctx.Done():
			return
		case <-hour.C:
			if err := n.mech.Notice(ctx, record.Notice{What: record.NoticeTick, At: n.now()}); err != nil && ctx.Err() == nil {
				n.log.Error("the hour could not be recorded", "kind", truce.KindOf(err).String())
			}
		case <-changed:
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
		}
	}
}

// tick records clocks that ran out.
func (n *Node) tick(ctx context.Context) {
	t := time.NewTicker(DefaultTick)
	defer t.Stop()
	if n.mech.Await(ctx, n.target) != nil {
		return
	}
	for {
		if err := n.mech.Tick(ctx, n.now()); err != nil && ctx.Err() == nil {
			n.log.Error("a clock that ran out could not be recorded", "kind", truce.KindOf(err).String())
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// derive makes copies of pictures, each in a process of its own with little memory and time.
func (n *Node) derive(ctx context.Context) {
	if n.program == "" || n.mech.Await(ctx, n.target) != nil {
		return
	}
	var after truce.Seq
	for {
		_, changed, err := n.mech.Taken()
		if err != nil {
			return
		}
		ids, next, err := n.mech.Underived(ctx, after, 50)
		if err == nil {
			for _, id := range ids {
				err := n.mech.Derive(ctx, id, n.now(), func(w io.Writer, r io.Reader) error { return deriveInProcess(ctx, n.program, w, r) })
				if err != nil && ctx.Err() == nil {
					n.log.Info("no copy of a deposit was made", "record", string(id), "kind", truce.KindOf(err).String())
				}
			}
		}
		if next > after {
			after = next
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// fillSecond copies the files that were deposited before the settings named a second copy.
func (n *Node) fillSecond(ctx context.Context) {
	if n.mech.Await(ctx, n.target) != nil { // what was to be destroyed is destroyed by then
		return
	}
	copied, err := n.media.FillSecond(ctx)
	if copied > 0 {
		n.log.Info("files of media were copied to the second folder", "files", copied)
	}
	if err != nil && ctx.Err() == nil {
		n.log.Error("files of media could not be copied to the second folder", "kind", truce.KindOf(err).String(), "error", err)
	}
}

// Serve listens until ctx ends, then stops in order: no new requests, those under way are answered, the journal is closed. Nobody is answered before
// everything in the journal was taken up: a valid token would be refused and a record called absent. Whoever connects earlier waits.
func (n *Node) Serve(ctx context.Context, listening func(address string)) error {
	c := n.folder.config
	main, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return &truce.Error{Op: "node.Serve", Kind: truce.Unavailable, Subject: c.Listen, Reason: "nobody can listen there", Hint: "another program may have the address; see listen in the settings", Cause: err}
	}
	defer main.Close()
	server := &http.Server{Handler: n.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelWarn)}
	var inside *http.Server
	failed := make(chan error, 2)
	if c.Metrics != "" {
		ln, err := net.Listen("tcp", c.Metrics)
		if err != nil {
			return &truce.Error{Op: "node.Serve", Kind: truce.Unavailable, Subject: c.Metrics, Reason: "nobody can listen there", Hint: "see metrics in the settings", Cause: err}
		}
		inside = &http.Server{Handler: n.inside(), ReadHeaderTimeout: 10 * time.Second}
		go func() { failed <- inside.Serve(ln) }()
	}
	go func() {
		if n.WaitReady(ctx) != nil {
			return // ctx ended, or the follower says why
		}
		if listening != nil {
			listening(main.Addr().String())
		}
		if c.TLS.Certificate != "" {
			failed <- server.ServeTLS(main, n.folder.at(c.TLS.Certificate), n.folder.at(c.TLS.Key))
		} else {
			failed <- server.Serve(main)
		}
	}()
	select {
	case <-ctx.Done():
	case err = <-failed:
	case err = <-n.ended:
		n.ended <- err
		err = &truce.Error{Op: "node.Serve", Kind: truce.KindOf(err), Reason: "the journal cannot be followed any more", Hint: "run truce fsck", Cause: err}
		if truce.KindOf(err) == truce.Unavailable { // as a full disk is: what is known can still be read
			n.log.Error("nothing is taken up any more; free the disk and start again", "error", err)
			select {
			case <-ctx.Done():
				err = nil
			case err = <-failed:
			}
		}
	}
	patience, cancel := context.WithTimeout(context.Background(), DefaultStopPatience)
	defer cancel()
	if e := server.Shutdown(patience); e != nil {
		server.Close()
	}
	if inside != nil {
		inside.Close()
	}
	return err
}

// Close stops everything in the order opposite to the start. What was acknowledged needs no Close to survive.
func (n *Node) Close() error {
	if n.writer != nil {
		n.writer.Close()
	}
	n.release()
	return nil
}

func (n *Node) release() {
	if n.cancel != nil {
		n.cancel()
		n.done.Wait()
	}
	if n.view != nil {
		n.view.Close()
		n.sumView()
	}
	if n.access != nil {
		n.access.Close()
	}
	if n.folder != nil {
		n.folder.close()
	}
}

// sumView remembers what the view is now, so that the next start can believe it.
func (n *Node) sumView() {
	if digest, ok := viewDigest(filepath.Join(n.folder.path, viewFile)); ok {
		if d, err := disk.Open(n.folder.path); err == nil {
			if err := d.WriteFile(viewSum, []byte(digest+" "+view.Fingerprint()+"\n")); err != nil {
				n.log.Info("the view will be made anew at the next start")
			}
		}
	}
}

// request logs a request and counts it, by its route: a pattern, never an address that somebody typed.
func (n *Node) request(l door.Line) {
	n.metrics.request(l.Route, l.Status, l.Took)
	attrs := []any{"route", l.Route, "status", l.Status, "office", l.Office.String(), "took", l.Took.Round(time.Microsecond)}
	if l.Err != nil {
		n.log.Error("request failed", append(attrs, "kind", truce.KindOf(l.Err).String(), "error", l.Err)...)
		return
	}
	if l.Gone != nil {
		attrs = append(attrs, "gone", l.Gone)
	}
	n.log.Info("request", attrs...)
}

// Summary says for the operator what was found at the start.
func (n *Node) Summary() string {
	f := n.folder
	s := fmt.Sprintf("%d records, checked to the last known head (%d MB)", f.report.Head.Seq, f.report.Bytes>>20)
	if f.copy != nil && f.why == nil {
		s += "; the second copy is in step"
	}
	if f.healed.Primary > 0 || f.healed.Copy > 0 {
		s += fmt.Sprintf("; %d records were completed from the copy and %d in it", f.healed.Primary, f.healed.Copy)
	}
	return s
}
