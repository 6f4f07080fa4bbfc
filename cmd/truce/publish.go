package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"time"

	"truce"
	"truce/cmd/internal/verifying"
	"truce/internal/disk"
	"truce/internal/publish"
	"truce/verify"
)

type publishCommand struct {
	From   string `arg:"" help:"Folder or address of a public record, or a bundle of it." placeholder:"FOLDER|BUNDLE|ADDRESS"`
	Out    string `help:"Folder for the site and a copy of the record; without it the site is written beside the record." type:"path" placeholder:"DIR"`
	Policy string `help:"File with the policy that you believe, instead of the record's own." type:"path" placeholder:"FILE"`
}

// Run makes the public site of a record that holds.
func (c *publishCommand) Run(p *program) error {
	record, done, err := verifying.Open(p.ctx, c.From)
	if err != nil {
		return err
	}
	defer done()
	info, err := os.Stat(c.From)
	beside := err == nil && info.IsDir()
	if c.Out == "" && !beside {
		return &truce.Error{Kind: truce.Denied, Subject: c.From, Reason: "the site cannot be written there", Hint: "name a folder with --out; the record is copied into it"}
	}
	o := verify.Options{Now: truce.InstantOf(time.Now())}
	if c.Policy != "" {
		if o.Policy, err = os.ReadFile(c.Policy); err != nil {
			return &truce.Error{Kind: truce.NotFound, Subject: c.Policy, Reason: "the policy cannot be read", Cause: err}
		}
	}
	report, err := verify.Check(record, o)
	if err != nil {
		return err
	}
	if len(report.Faults) > 0 {
		if err := report.Write(p.out); err != nil {
			return err
		}
		p.printf("\nNothing was published: what does not hold is not made to look as if it did.\n")
		return errProblems
	}
	if !report.Whole {
		return &truce.Error{Kind: truce.Invalid, Subject: c.From, Reason: "this is a part of a record", Hint: "a site is made of a whole one"}
	}
	path := c.Out
	if path == "" {
		path = c.From
	}
	out, err := disk.NewTree(path)
	if err != nil {
		return err
	}
	checked := reading{record, report.Checkpoint, nil}
	if c.Out != "" {
		checked.copy = out
	}
	site, err := publish.New(checked, out)
	if err != nil {
		return err
	}
	did, err := site.Update(p.ctx, false)
	if err != nil {
		return err
	}
	p.printf("%s: the site of %s, %d leaves: %d written, %d removed, %d as they were.\n", path, report.Origin, report.Size, did.Written, did.Removed, did.Kept)
	return nil
}

// reading is a record as it was when it was checked. What is read of it is copied, where there is somewhere to.
type reading struct {
	fs.FS
	checkpoint []byte
	copy       *disk.Tree
}

// ReadFile reads a file, and copies it.
func (r reading) ReadFile(name string) ([]byte, error) {
	b, err := fs.ReadFile(r.FS, name)
	if err == nil && name == "checkpoint" && !bytes.Equal(b, r.checkpoint) {
		err = errors.New("the record grew while it was read: run it again")
	}
	if err == nil && r.copy != nil {
		err = r.copy.WriteFile(name, b)
	}
	return b, err
}
