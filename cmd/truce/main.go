// Command truce reads an agreement as data, checks and tests it, and evaluates what was observed against it.
//
// Run truce --help, or see docs/reference/commands.md, which is made from the same text.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"truce"
	"truce/internal/intake"
	"truce/internal/node"
)

// Exit codes; documented in docs/reference/commands.md.
const (
	exitFine     = 0
	exitProblems = 1 // the agreement, a scenario or an input as a whole has problems; with --strict, a row of it
	exitUsage    = 2 // the command was not understood, or what it names is not there
	exitFailed   = 3 // something failed that is nobody's mistake: a disk, a bug
)

// errProblems says that everything was done and problems were shown.
var errProblems = errors.New("problems found")

// grammar is the command line; the help texts and the reference page are made from it.
type grammar struct {
	Check   checkCommand   `cmd:"" help:"Report every problem of an agreement."`
	Fmt     fmtCommand     `cmd:"" help:"Write an agreement's files in the one way they are written."`
	Explain explainCommand `cmd:"" help:"Say each rule in plain sentences, under each reading."`
	Diff    diffCommand    `cmd:"" help:"Show what changed between two versions, in the text and in the rules."`
	Test    testCommand    `cmd:"" help:"Run the scenarios of an agreement."`
	Replay  replayCommand  `cmd:"" help:"Evaluate what was observed against an agreement, under every reading."`
	Demo    demoCommand    `cmd:"" help:"Make a demonstration, serve it, and let anybody be anybody in it."`
	Init    initCommand    `cmd:"" help:"Make a data folder with keys, the agreement and the first people."`
	Serve   serveCommand   `cmd:"" help:"Run the mechanism on a data folder."`
	Fsck    fsckCommand    `cmd:"" help:"Check everything precious in a data folder that nobody serves."`
	Repair  repairCommand  `cmd:"" help:"Rebuild the damaged one of the journal and its copy from the sound one, and damaged files likewise."`
	Backup  backupCommand  `cmd:"" help:"Copy the journal and media of a data folder, also while it is served."`
	Restore restoreCommand `cmd:"" help:"Make a data folder of a backup."`
	Rejoin  rejoinCommand  `cmd:"" help:"Tell a restored data folder what anybody outside has seen since."`
	Witness witnessCommand `cmd:"" help:"Watch that a public record only grows, and sign that it does."`
	Monitor monitorCommand `cmd:"" help:"Look at an open record again, and tell what its operator must answer for."`
	Verify  verifyCommand  `cmd:"" help:"Check what a mechanism published, alone and offline."`
	Publish publishCommand `cmd:"" help:"Make the public site of an open record that holds."`
	Version versionCommand `cmd:"" help:"Print the version of this program."`
}

// program is what a command runs with. Only here are there files, a clock and a terminal.
type program struct {
	ctx    context.Context
	out    io.Writer
	err    io.Writer
	colour bool // out is a terminal
	live   bool // err is a terminal: progress may be shown
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == node.DeriveCommand {
		os.Exit(derivePicture(os.Stdin, os.Stdout))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process, for tests.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	p := &program{ctx: ctx, out: out, err: errs, colour: terminal(out) && os.Getenv("NO_COLOR") == "", live: terminal(errs)}
	var g grammar
	parser, err := newParser(&g, out, errs)
	if err != nil {
		fmt.Fprintln(errs, "truce:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	asked := false
	for _, a := range args {
		asked = asked || a == "--help" || a == "-h"
	}
	command, err := parser.Parse(args)
	if asked {
		return exitFine
	}
	if err != nil {
		fmt.Fprintf(errs, "truce: %v\n", err)
		fmt.Fprintln(errs, "run truce --help")
		return exitUsage
	}
	return p.finish(command.Run(p))
}

// newParser makes the command line's parser from the grammar.
func newParser(g *grammar, out, errs io.Writer) (*kong.Kong, error) {
	return kong.New(g, kong.Name("truce"), kong.Vars{"formats": strings.Join(intake.Formats(), ", "), "listen": node.DefaultListen, "witness": DefaultWitnessListen},
		kong.Writers(out, errs), kong.Exit(func(int) {}), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Description("An agreement is data, observations come in, and truce says article by article who keeps it, who does not, how sure that is and under whose reading."))
}

// finish says what went wrong and gives the exit code for it.
func (p *program) finish(err error) int {
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errProblems):
		return exitProblems
	}
	fmt.Fprintf(p.err, "truce: %s\n", plain(err))
	if hint := truce.HintOf(err); hint != "" {
		fmt.Fprintf(p.err, "  %s\n", hint)
	}
	switch truce.KindOf(err) {
	case truce.Invalid, truce.TooLarge, truce.Corrupt:
		return exitProblems
	case truce.NotFound, truce.Conflict, truce.Denied:
		return exitUsage
	}
	return exitFailed
}

// plain is an error for people: what it is about and why, each said once, without the names of operations in the code.
func plain(err error) string {
	var parts []string
	add := func(s string) {
		if s != "" && !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	for {
		var e *truce.Error
		if !errors.As(err, &e) {
			break
		}
		add(e.Subject)
		add(e.Reason)
		if e.Reason == "" && e.Cause == nil {
			add(e.Kind.String())
		}
		err = e.Cause
	}
	if err != nil {
		add(err.Error())
	}
	return strings.Join(parts, ": ")
}

// terminal reports whether w is one.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
