package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"truce"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/journal/sqlite"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/sim"
	"truce/internal/web"
)

// demoFile is in a demonstration's folder alone, and says what it was made of.
const demoFile = "demonstration.json"

// demoOrigin is the name of a demonstration's open record.
const demoOrigin = "demonstration.example/truce"

// demoMade is what a demonstration was made of: another program, another agreement or another world makes another one.
type demoMade struct {
	Program   string `json:"program"`
	Agreement string `json:"agreement"`
	World     sim.World
}

// Demo says what a demonstration is made of.
type Demo struct {
	Path      string
	Agreement fs.FS // the folder of the example
	World     sim.World
	// Program is the path of this program.
	Program string
	// Listen is the address that is written into the settings.
	Listen string
}

// MakeDemo makes the folder of a demonstration, with the life before its present in it, where there is none or another program made it; made tells
// whether it did. It never touches a folder that is no demonstration.
func MakeDemo(ctx context.Context, d Demo) (made bool, err error) {
	want, err := d.made()
	if err != nil {
		return false, err
	}
	if have, err := os.ReadFile(filepath.Join(d.Path, demoFile)); err == nil && bytes.Equal(have, want) {
		return false, nil
	}
	if err := removeDemo(ctx, d.Path); err != nil {
		return false, err
	}
	// It is made beside its place and moved there when it is whole: a half-made one is never served.
	making := filepath.Clean(d.Path) + ".making"
	if err := removeDemo(ctx, making); err != nil {
		return false, err
	}
	at := &stopped{}
	at.set(sim.Begin)
	init := Init{Path: making, Agreement: d.Agreement, Version: string(sim.July), Demo: true, Now: func() time.Time { return at.now().Time() },
		Settings: fmt.Appendf(nil, "listen: %q\nmetrics: \"\"\nlimits: {rate: 200, burst: 2000}\nopen_record: {origin: %q, tick: 120, due_days: 36500}\n", d.Listen, demoOrigin)}
	for _, o := range sim.Offices() {
		init.Founders = append(init.Founders, Founder{Name: o.Name, Body: string(o.Body), Offices: []string{o.Office.String()}})
	}
	if _, err := Create(ctx, init); err != nil {
		return false, err
	}
	folder, err := disk.Open(making)
	if err != nil {
		return false, err
	}
	if err := folder.WriteFile(demoFile, want); err != nil {
		return false, err
	}
	if err := d.play(ctx, making, at); err != nil {
		return false, err
	}
	return true, os.Rename(making, d.Path)
}

// play lets the life before the present happen in a folder.
func (d Demo) play(ctx context.Context, path string, at *stopped) error {
	n, err := Open(ctx, Options{Path: path, Now: at.now, Demo: &d.World, still: true})
	if err != nil {
		return err
	}
	defer n.Close()
	if err := n.WaitReady(ctx); err != nil {
		return err
	}
	// The open record grows once a day of the life that is played, and each minute while very much comes in.
	every, ticked := 24*time.Hour, error(nil)
	next := sim.Begin.Add(every)
	set := func(i truce.Instant) {
		for ; next <= i && ticked == nil; next = next.Add(every) {
			at.set(next)
			ticked = n.playTick(ctx)
			if next >= sim.Flood && d.World.Reports > 0 {
				every = time.Minute
			}
		}
		at.set(i)
	}
	if err := d.World.Play(ctx, &sim.Stage{Mechanism: n.mech, Agreement: d.Agreement, Now: at.now, Set: set}); err != nil {
		return err
	}
	return ticked
}

// playTick lets the open record take what happened so far, and grow.
func (n *Node) playTick(ctx context.Context) error {
	head, err := n.folder.journal.Head(ctx)
	if err == nil {
		err = n.mech.Await(ctx, head.Seq)
	}
	if err == nil {
		_, err = n.open.drain(ctx)
	}
	if err != nil {
		return err
	}
	return n.grow(ctx, n.open, n.now()/1000*1000)
}

// made writes what the demonstration is made of.
func (d Demo) made() ([]byte, error) {
	x := demoMade{World: d.World}
	if d.Program != "" {
		f, err := os.Open(d.Program)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r := seal.NewReader(f)
		if _, err := io.Copy(io.Discard, r); err != nil {
			return nil, err
		}
		sum, _ := r.Sum()
		x.Program = sum.String()
	}
	var files []byte
	err := fs.WalkDir(d.Agreement, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(d.Agreement, path)
		sum := seal.Bytes(b)
		files = append(append(files, path...), sum[:]...)
		return err
	})
	if err != nil {
		return nil, &truce.Error{Op: "node.MakeDemo", Kind: truce.NotFound, Reason: "the folder of the agreement cannot be read", Hint: "run it where examples/southwest-syria is, or name the folder with --agreement", Cause: err}
	}
	x.Agreement = seal.Bytes(files).String()
	return json.MarshalIndent(x, "", "  ")
}

// removeDemo removes the folder of a demonstration, file by file of those that one has. Anything else it leaves, and says so.
func removeDemo(ctx context.Context, path string) error {
	const op truce.Op = "node.MakeDemo"
	names, err := os.ReadDir(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(names) == 0 {
		return nil
	}
	if err != nil {
		return &truce.Error{Op: op, Kind: truce.Unavailable, Subject: path, Cause: err}
	}
	if demo, err := isDemo(ctx, path); !demo || err != nil {
		return &truce.Error{Op: op, Kind: truce.Conflict, Subject: path, Reason: "this is not the folder of a demonstration", Hint: "give a folder that is not there yet; nothing else is ever removed", Cause: err}
	}
	for _, name := range []string{journalFolder, mediaFolder, "public", "public.paused", "keys", headFile, viewFile, viewFile + "-wal", viewFile + "-shm", viewSum, logFile, ConfigFile, demoFile} {
		if err := os.RemoveAll(filepath.Join(path, name)); err != nil {
			return &truce.Error{Op: op, Kind: truce.Unavailable, Subject: path, Reason: "the old demonstration cannot be removed", Cause: err}
		}
	}
	if err := os.Remove(path); err != nil {
		return &truce.Error{Op: op, Kind: truce.Conflict, Subject: path, Reason: "there are other files in the folder of the demonstration", Hint: "take them away, or give another folder", Cause: err}
	}
	return nil
}

// isDemo reports whether a folder is that of a demonstration by its file and by the first record of its journal, and nobody serves it.
func isDemo(ctx context.Context, path string) (bool, error) {
	if _, err := os.Stat(filepath.Join(path, demoFile)); err != nil {
		// One that was stopped before its file was written holds nothing but its beginning; the journal says what it is.
		if filepath.Ext(path) != ".making" {
			return false, nil
		}
	}
	d, err := disk.Open(path)
	if err != nil {
		return false, err
	}
	inside, err := d.Folder(journalFolder)
	if err != nil {
		return false, err
	}
	j, err := sqlite.Open(ctx, inside)
	if err != nil {
		return false, err
	}
	defer j.Close()
	g, err := readGenesis(ctx, j)
	return g.Demo, err
}

// readGenesis reads the first record of a journal; the zero value where there is none yet.
func readGenesis(ctx context.Context, j journal.Journal) (g record.Genesis, err error) {
	err = j.Read(ctx, 1, func(e journal.Entry) error {
		r, _, err := journal.Whole(e)
		if err == nil {
			if g, err = record.ReadGenesis(&r); err == nil {
				err = errEnough
			}
		}
		return err
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return g, err
}

// stopped is a clock that goes only when it is put forward.
type stopped struct{ at atomic.Int64 }

func (c *stopped) now() truce.Instant  { return truce.Instant(c.at.Load()) }
func (c *stopped) set(i truce.Instant) { c.at.Store(max(c.at.Load(), int64(i))) }

// shifted is a clock that shows a moment now and goes on from it as clocks do.
func shifted(from truce.Instant) func() truce.Instant {
	began := time.Now()
	return func() truce.Instant { return from.Add(time.Since(began)) }
}

// demoClock gives the clock of a demonstration: it begins at its present, or where its journal ended when the program last stopped.
func (n *Node) demoClock(ctx context.Context) (func() truce.Instant, error) {
	from := sim.Present
	if head := n.folder.report.Head; head.Seq > 0 {
		err := n.folder.journal.Read(ctx, head.Seq, func(e journal.Entry) error {
			r, _, err := journal.Whole(e)
			from = max(from, r.Recorded)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return shifted(from), nil
}

// demo is the door of a demonstration: whoever clicks on a person is that person.
type demo struct{ *Node }

// People lists those whom a visitor may be.
func (d demo) People() (out []web.DemoPerson) {
	ids := sim.Find(d.mech.Directory)
	for _, o := range sim.Offices() {
		if id, ok := ids[o.Name]; ok && o.Guest {
			out = append(out, web.DemoPerson{ID: id, Body: o.Body, Office: o.Office})
		}
	}
	return out
}

// Enter opens a session for one of them.
func (d demo) Enter(id truce.PersonID) (token string, err error) {
	for _, p := range d.People() {
		if p.ID == id {
			return d.sessions.Enter(random, p.ID, p.Office, d.now())
		}
	}
	return "", &truce.Error{Op: "node.Enter", Kind: truce.NotFound, Reason: "there is no such person"}
}

// Demo is the door of a demonstration; nil in a real mechanism. That the folder is one was checked as it was opened.
func (n *Node) Demo() web.Demo {
	if n.world == nil {
		return nil
	}
	return demo{n}
}

// Now is the time that the node goes by.
func (n *Node) Now() truce.Instant { return n.now() }

// live lets the world go on: acts happen when their time has come.
func (n *Node) live(ctx context.Context) {
	if n.mech.Await(ctx, n.target) != nil {
		return
	}
	s := &sim.Stage{Mechanism: n.mech, Now: n.now}
	err := n.world.Live(ctx, s, func(until truce.Instant) bool {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(until.Sub(n.now())):
			return true
		}
	}, func(err error) { // a visitor may have done something else with what it was about
		n.log.Debug("an act of the demonstration was not possible", "kind", truce.KindOf(err).String())
	})
	if err != nil && ctx.Err() == nil {
		n.log.Error("the demonstration does not go on", "error", err)
	}
}
