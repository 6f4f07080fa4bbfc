package node

import (
	"context"
	"io"
	"os/exec"
	"time"

	"truce"
)

// Limits of the process that decodes a picture. See docs/limits.md.
const (
	DefaultDeriveTime = 20 * time.Second
)

// DeriveCommand is the argument with which the program decodes one picture from its input to its output and ends.
const DeriveCommand = "derive-picture"

// deriveInProcess makes a copy of a picture in a process of its own: what a hostile picture does to a decoder, it does there, with little time and, by GOMEMLIMIT and
// the decoder's own limits, little memory, and no file, key or connection at hand.
func deriveInProcess(ctx context.Context, program string, w io.Writer, r io.Reader) error {
	ctx, cancel := context.WithTimeout(ctx, DefaultDeriveTime)
	defer cancel()
	c := exec.CommandContext(ctx, program, DeriveCommand)
	c.Stdin, c.Stdout = r, w
	c.Env = []string{"GOMEMLIMIT=512MiB", "GOMAXPROCS=1"}
	c.Dir = "/"
	if err := c.Run(); err != nil {
		return &truce.Error{Op: "node.Derive", Kind: truce.Invalid, Reason: "no copy could be made of the picture", Cause: err}
	}
	return nil
}
