package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"truce"
	"truce/cmd/internal/verifying"
	"truce/internal/disk"
	"truce/internal/monitor"
	"truce/internal/seal"
)

type monitorCommand struct {
	Record string        `arg:"" help:"Folder, bundle or address of an open record."`
	State  string        `help:"File with what is remembered; made at the first look." required:"" type:"path" placeholder:"FILE"`
	Key    string        `help:"Key of the log, from elsewhere than the record itself. Without it the first look takes the record's word." placeholder:"KEY"`
	Stale  time.Duration `help:"How old the newest leaf may be." default:"24h" placeholder:"DURATION"`
	JSON   bool          `help:"Print one JSON object."`
}

// Run looks once, tells, and remembers. A timer of the system calls it again.
func (c *monitorCommand) Run(p *program) error {
	folder, err := disk.Open(filepath.Dir(c.State))
	if err != nil {
		return err
	}
	name := filepath.Base(c.State)
	o := monitor.Options{Now: truce.InstantOf(time.Now()), Stale: c.Stale}
	var before *monitor.State
	switch b, err := folder.ReadFile(name, monitor.MaxStateBytes); {
	case err == nil:
		if before, err = monitor.ParseState(b); err != nil {
			return err
		}
	case truce.KindOf(err) != truce.NotFound:
		return err
	case c.Key != "":
		if o.Key, err = parseLogKey(c.Key); err != nil {
			return err
		}
	}
	record, done, err := verifying.Open(p.ctx, c.Record)
	if err != nil {
		return err
	}
	defer done()
	r, err := monitor.Look(record, before, o)
	if err != nil {
		return &truce.Error{Kind: truce.Unavailable, Subject: c.Record, Reason: "there is no record to be read", Cause: err}
	}
	proof := ""
	if r.Fork != nil {
		text := r.Fork.Text()
		h := seal.Bytes(text)
		proof = name + ".fork-" + h.Short() + ".txt"
		if err := folder.WriteFile(proof, text); err != nil {
			return err
		}
	}
	if r.Next != nil {
		b, err := r.Next.Bytes()
		if err != nil {
			return err
		}
		if err := folder.WriteFile(name, b); err != nil {
			return err
		}
	}
	if c.JSON {
		e := json.NewEncoder(p.out)
		e.SetEscapeHTML(false)
		err = e.Encode(r)
	} else {
		writeMonitoring(p.out, r)
	}
	if err != nil {
		return err
	}
	if proof != "" {
		fmt.Fprintf(p.err, "The proof of the fork is in %s: keep it, and send it to everybody.\n", filepath.Join(filepath.Dir(c.State), proof))
	}
	if len(r.Alarms) > 0 {
		return errProblems
	}
	return nil
}

func writeMonitoring(w io.Writer, r *monitor.Report) {
	fmt.Fprintf(w, "%s: %d leaves, %d at the last look\n", r.Origin, r.Size, r.Before)
	for _, list := range []struct {
		word string
		of   []monitor.Notice
	}{{"ALARM", r.Alarms}, {"note ", r.Notes}} {
		for _, n := range list.of {
			at := ""
			if n.Leaf >= 0 {
				at = fmt.Sprintf("leaf %d: ", n.Leaf)
			}
			fmt.Fprintf(w, "%s %s: %s%s\n", list.word, n.Code, at, n.Says)
		}
	}
	if len(r.Alarms) == 0 {
		fmt.Fprintln(w, "Nothing to answer for.")
	}
}
