package main

import (
	"time"

	"truce"
	"truce/cmd/internal/verifying"
)

type verifyCommand struct {
	From   string `arg:"" help:"Folder or address of a public record, or a bundle." placeholder:"FOLDER|BUNDLE|ADDRESS"`
	Policy string `help:"File with the policy that you believe, instead of the record's own." type:"path" placeholder:"FILE"`
	Seen   string `help:"Folder of your own checkpoints, instead of the one of this user." type:"path" placeholder:"DIR"`
	Forget bool   `help:"Do not keep the checkpoint."`
	Fork   string `help:"Where a proof is written that the log said two different things." default:"fork.txt" type:"path" placeholder:"FILE"`
	JSON   bool   `help:"Write the report as JSON." name:"json"`
	Times  bool   `help:"Say of each finding when it was published, by its witnesses."`
	Strict bool   `help:"Take remarks for faults."`
}

// Run checks what a mechanism published.
func (c *verifyCommand) Run(p *program) error {
	code, err := verifying.Run(p.ctx, verifying.Request{From: c.From, Policy: c.Policy, Seen: c.Seen, Keep: !c.Forget, Fork: c.Fork, JSON: c.JSON, Times: c.Times, Strict: c.Strict,
		Now: truce.InstantOf(time.Now())}, p.out)
	if err == nil && code != verifying.ExitHolds {
		return errProblems
	}
	return err
}
