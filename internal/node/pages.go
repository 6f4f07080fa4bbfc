package node

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/web"
)

// What can be asked of a node beside the interface and the pages, which declare their own.
var (
	openRoute = door.Route{ID: "open-folder", Method: http.MethodGet, Path: "/open/", Act: access.ActRead, Kind: access.KindCheckpoint,
		Says: "Hands out the open record and the public site beside it, file by file and the same to everybody. While publication is paused, what is taken down is not there."}
	leaveRoute = door.Route{ID: "sign-in-elsewhere", Method: http.MethodGet, Path: "/sign-in/{body}", Act: access.ActKey, Kind: access.KindPerson, Open: "nobody has a session yet",
		Says: "Sends a browser to the sign-in service of a body."}
	backRoute = door.Route{ID: "come-back", Method: http.MethodGet, Path: "/sign-in/{body}/back", Act: access.ActKey, Kind: access.KindPerson, Open: "nobody has a session yet",
		Says: "Opens a session for whom that service names, where they are enrolled."}
)

// pages puts the interface and the pages at their addresses: everything under /api is the interface, all else a page.
func (n *Node) pages(mux *door.Mux, server http.Handler, entrance door.Entrance, demo web.Demo) error {
	var doors []web.Door
	for _, c := range n.folder.config.SignIn {
		doors = append(doors, web.Door{Body: c.Body, Address: "/sign-in/" + string(c.Body)})
	}
	pages, err := web.New(web.Options{Entrance: entrance, Open: n.open != nil, Doors: doors, Demo: demo, Machine: n.machine(n.now()), Trail: n.trail})
	if err != nil {
		return err
	}
	mux.Mount("/api/", server)
	mux.Mount("/", pages)
	mux.Declare(openRoute, n.handsOut(openRoute))
	return nil
}

// machine tells how the program and its data are.
func (n *Node) machine(since truce.Instant) func() web.Machine {
	version := ""
	if b, ok := debug.ReadBuildInfo(); ok {
		version = b.Main.Version
	}
	return func() web.Machine {
		head, _, _ := n.mech.Taken()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		m := web.Machine{Since: since, Records: head.Seq, Head: head.Digest, Copy: n.folder.copy != nil, Version: version, Memory: memory.Sys - memory.HeapReleased}
		if n.folder.why != nil {
			m.ReadOnly = n.folder.why.Error()
		}
		return m
	}
}

// trailTail is how many bytes of the access log are read for the newest lines of it.
const trailTail = 256 << 10

// trail gives the newest lines of the access log, the newest first.
func (n *Node) trail(most int) ([]web.Trace, error) {
	f, err := os.Open(filepath.Join(n.folder.path, logFile))
	if err != nil {
		return nil, &truce.Error{Op: "node.trail", Kind: truce.Unavailable, Reason: "the access log cannot be read", Cause: err}
	}
	defer f.Close()
	if size, err := f.Seek(0, io.SeekEnd); err == nil {
		_, _ = f.Seek(max(0, size-trailTail), io.SeekStart)
	}
	b, err := io.ReadAll(io.LimitReader(f, trailTail))
	if err != nil {
		return nil, &truce.Error{Op: "node.trail", Kind: truce.Unavailable, Reason: "the access log cannot be read", Cause: err}
	}
	lines := bytes.Split(b, []byte("\n"))
	out := []web.Trace{}
	for i := len(lines) - 1; i >= 0 && len(out) < most; i-- {
		var l accessLine
		if json.Unmarshal(lines[i], &l) != nil {
			continue // the first one may be cut
		}
		at, err := time.Parse(time.RFC3339Nano, l.At)
		if err != nil {
			continue
		}
		out = append(out, web.Trace{At: truce.InstantOf(at), Person: truce.PersonID(l.Person), Body: truce.BodyID(l.Body), Office: l.Office, Act: l.Act, Kind: l.Kind, Thing: l.Thing, Code: l.Code})
	}
	return out, nil
}
