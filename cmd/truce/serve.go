package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"

	"truce"
	"truce/internal/api"
	"truce/internal/custody"
	"truce/internal/journal"
	"truce/internal/node"
	"truce/terms"
)

// passphraseVariable is where a passphrase for the key file is looked for: a flag would stand in the list of processes.
const passphraseVariable = "TRUCE_PASSPHRASE"

type initCommand struct {
	Data      string `arg:"" help:"Data folder to make; it must not be there yet, or be empty." type:"path"`
	Agreement where  `help:"Folder of the agreement, or DIR@VERSION." required:"" placeholder:"DIR"`
	People    string `help:"YAML file with the first people: name, body, offices, contact, language." required:"" type:"path" placeholder:"FILE"`
	Origin    string `help:"Address people will type, for example https://truce.example.org." placeholder:"ADDRESS"`
	Listen    string `help:"Address to listen on." default:"${listen}" placeholder:"HOST:PORT"`
	Copy      string `help:"Folder of the second copy of the journal, on another disk." type:"path" placeholder:"DIR"`
	Keys      string `help:"File for the vault's keys, best on another disk or device; it must not be there yet." placeholder:"FILE"`
	Lock      bool   `help:"Lock the key file with the passphrase in the variable TRUCE_PASSPHRASE."`
}

// Run makes a data folder and prints the invitations once.
func (c *initCommand) Run(p *program) error {
	passphrase := os.Getenv(passphraseVariable)
	if c.Lock == (passphrase == "") {
		return &truce.Error{Kind: truce.Invalid, Subject: passphraseVariable, Reason: "a passphrase and --lock go together", Hint: "set the variable and give --lock, or neither"}
	}
	a, err := p.load(c.Agreement)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(c.People)
	if err != nil {
		return &truce.Error{Kind: truce.NotFound, Subject: c.People, Reason: "the list of people cannot be read", Cause: err}
	}
	people, problems := node.ReadFounders(c.People, data, a)
	if len(problems) > 0 {
		terms.Show(p.err, terms.NewReport(problems, map[string][]byte{c.People: data}), terms.ShowOptions{})
		return errProblems
	}
	fsys, version, err := c.Agreement.open()
	if err != nil {
		return err
	}
	list, err := node.Create(p.ctx, node.Init{Path: c.Data, Agreement: fsys, Version: version, Founders: people, Settings: c.settings(a), Passphrase: passphrase, Now: time.Now})
	if err != nil {
		return err
	}
	p.printf("%s is ready for %s.\n\nInvitations. Each works once and is shown only here; hand it over in person.\n\n", c.Data, a.ID)
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, x := range list {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", x.Name, x.Body, strings.Join(x.Offices, ", "), x.Code)
	}
	w.Flush()
	if len(list) > 0 {
		p.printf("\nThey are good until %s. Next: truce serve %s\n", list[0].Until, c.Data)
	}
	return nil
}

func (c *initCommand) settings(a *truce.Agreement) []byte {
	var b strings.Builder
	b.WriteString("# Settings of truce; docs/reference/settings.md says what each means and what is lost with it.\n")
	line := func(key, value string) {
		if value == "" {
			fmt.Fprintf(&b, "# %s:\n", key)
			return
		}
		fmt.Fprintf(&b, "%s: %q\n", key, value)
	}
	line("listen", c.Listen)
	line("origin", c.Origin)
	line("copy", c.Copy)
	line("keys", c.Keys)
	b.WriteString("# What anybody can check: docs/reference/ledger.md. The origin is the log's name for ever.\n")
	if u, err := url.Parse(c.Origin); err == nil && u.Host != "" {
		fmt.Fprintf(&b, "open_record:\n  origin: %q\n", u.Host+"/"+string(a.ID))
	} else {
		fmt.Fprintf(&b, "# open_record:\n#   origin: %q\n", "truce.example.org/"+string(a.ID))
	}
	return []byte(b.String())
}

type serveCommand struct {
	Data    string `arg:"" help:"Data folder that truce init made." type:"existingdir"`
	Listen  string `help:"Listen on this address instead of the one in the settings." placeholder:"HOST:PORT"`
	Metrics string `help:"Serve health and metrics here instead of where the settings say; \"off\" nowhere." placeholder:"HOST:PORT"`
	Log     string `help:"Log as text or json." enum:"text,json" default:"text"`
}

// garbage is how much memory may be taken, in percent of what is held, before what is no longer needed is collected. Most of what a node holds are
// positions, which the collector need not look into: collecting twice as often as Go does by itself took no time that could be measured, and of ten million
// positions 408 MB instead of 489. A start makes more garbage than anything that follows, and is left as Go does it.
const garbage = 50

// Run serves until it is interrupted.
func (c *serveCommand) Run(p *program) error {
	self, err := os.Executable()
	if err != nil {
		self = ""
	}
	n, err := node.Open(p.ctx, node.Options{Path: c.Data, Passphrase: os.Getenv(passphraseVariable), Log: p.logger(c.Log), Program: self, Override: func(s *node.Config) {
		if c.Listen != "" {
			s.Listen = c.Listen
		}
		switch c.Metrics {
		case "":
		case "off":
			s.Metrics = ""
		default:
			s.Metrics = c.Metrics
		}
	}})
	if err != nil {
		return err
	}
	defer n.Close()
	p.printf("%s\n", n.Summary())
	if _, why, _ := n.Ready(); why != nil {
		fmt.Fprintf(p.err, "truce: read-only: %v\n  %s\n", why, truce.HintOf(why))
	}
	if os.Getenv("GOGC") == "" {
		go func() {
			if n.WaitReady(p.ctx) == nil {
				debug.SetGCPercent(garbage)
			}
		}()
	}
	return n.Serve(p.ctx, func(address string) { p.printf("listening on %s\n", address) })
}

// logger writes what happens to standard error, as text or json.
func (p *program) logger(format string) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(p.err, nil))
	}
	return slog.New(slog.NewTextHandler(p.err, nil))
}

type fsckCommand struct {
	Data string `arg:"" help:"Data folder." type:"existingdir"`
}

// Run checks everything precious in a data folder.
func (c *fsckCommand) Run(p *program) error {
	list, err := node.Check(p.ctx, c.Data, os.Getenv(passphraseVariable))
	bad := false
	for _, f := range list {
		word := "sound"
		if !f.Sound {
			word, bad = "DAMAGED", true
		}
		p.printf("%-8s %-8s %s\n", f.What, word, f.Says)
		if f.Hint != "" {
			p.printf("         %s\n", f.Hint)
		}
	}
	if err == nil && bad {
		return errProblems
	}
	return err
}

type repairCommand struct {
	Data string `arg:"" help:"Data folder." type:"existingdir"`
}

// Run rebuilds the damaged copy of the journal, and of files, from the sound one.
func (c *repairCommand) Run(p *program) error {
	said, err := node.Repair(p.ctx, c.Data, os.Getenv(passphraseVariable))
	if said != "" {
		p.printf("%s\n", said)
	}
	return err
}

type backupCommand struct {
	Data string `arg:"" help:"Data folder; truce may be serving it." type:"existingdir"`
	To   string `arg:"" help:"Folder for the backup; it must not be there yet, or be empty." type:"path"`
}

// Run copies journal and media.
func (c *backupCommand) Run(p *program) error {
	head, err := node.Backup(p.ctx, c.Data, c.To)
	if err != nil {
		return err
	}
	p.printf("%s holds the journal up to record %d (%s), without the vault's keys: keep those apart.\n", c.To, head.Seq, head.Digest)
	return nil
}

type restoreCommand struct {
	Backup string `arg:"" help:"Folder that truce backup made." type:"existingdir"`
	Data   string `arg:"" help:"Data folder to make." type:"path"`
}

// Run makes a data folder of a backup.
func (c *restoreCommand) Run(p *program) error {
	head, err := node.Restore(p.ctx, c.Backup, c.Data)
	if err != nil {
		return err
	}
	p.printf("%s holds the journal up to record %d (%s).\nPut the key file where its settings say. It answers questions and accepts nothing until truce rejoin is told what is missing.\n", c.Data, head.Seq, head.Digest)
	return nil
}

type rejoinCommand struct {
	Data      string `arg:"" help:"Data folder that truce restore made." type:"existingdir"`
	Seq       uint64 `help:"Number of the newest record that anybody outside has seen." placeholder:"N"`
	Digest    string `help:"Digest of that record." placeholder:"HEX"`
	Statement string `help:"Why you carry on without the records that are missing; it is kept on record." placeholder:"TEXT"`
}

// Run ends the waiting of a restored journal.
func (c *rejoinCommand) Run(p *program) error {
	head := journal.Head{Seq: truce.Seq(c.Seq)}
	if c.Digest != "" {
		b, err := hex.DecodeString(c.Digest)
		if err != nil || len(b) != len(head.Digest) {
			return &truce.Error{Kind: truce.Invalid, Subject: "--digest", Reason: "this is no digest", Hint: "give its 64 hexadecimal digits"}
		}
		copy(head.Digest[:], b)
	}
	if err := node.Rejoin(p.ctx, c.Data, os.Getenv(passphraseVariable), head, c.Statement); err != nil {
		return err
	}
	p.printf("%s accepts and signs again.\n", filepath.Clean(c.Data))
	return nil
}

// derivePicture decodes one picture from standard input and writes a copy without metadata. truce serve starts it in a process of its own.
func derivePicture(in io.Reader, out io.Writer) int {
	if _, err := custody.Derive(out, io.LimitReader(in, api.DefaultUpload)); err != nil {
		return exitProblems
	}
	return exitFine
}
