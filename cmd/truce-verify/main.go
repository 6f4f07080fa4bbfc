//go:build !js

// Command truce-verify checks what a mechanism published, and does nothing else: there is no server in it. It is the same check as truce verify.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"truce"
	"truce/cmd/internal/verifying"
)

func main() {
	q := verifying.Request{Now: truce.InstantOf(time.Now())}
	forget := false
	flag.StringVar(&q.Policy, "policy", "", "file with the policy that you believe, instead of the record's own")
	flag.StringVar(&q.Seen, "seen", "", "folder of your own checkpoints, instead of the one of this user")
	flag.StringVar(&q.Fork, "fork", "fork.txt", "where a proof is written that the log said two different things")
	flag.BoolVar(&q.JSON, "json", false, "write the report as JSON")
	flag.BoolVar(&q.Times, "times", false, "say of each finding when it was published, by its witnesses")
	flag.BoolVar(&q.Strict, "strict", false, "take remarks for faults")
	flag.BoolVar(&forget, "forget", false, "do not keep the checkpoint")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "truce-verify [flags] FOLDER|BUNDLE|ADDRESS\n\nChecks what a mechanism published. See docs/reference/ledger.md.")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(verifying.ExitCannotRead)
	}
	q.From, q.Keep = flag.Arg(0), !forget
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	code, err := verifying.Run(ctx, q, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "truce-verify:", err)
		if hint := truce.HintOf(err); hint != "" {
			fmt.Fprintln(os.Stderr, " ", hint)
		}
	}
	os.Exit(code)
}
