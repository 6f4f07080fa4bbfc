package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"truce"
	"truce/internal/node"
	"truce/internal/sim"
)

type demoCommand struct {
	Data         string `help:"Folder of the demonstration; it is made where there is none, or where another program made it." type:"path" default:"out/demo" placeholder:"DIR"`
	Address      string `help:"Address to listen on." default:"127.0.0.1:8017" placeholder:"HOST:PORT"`
	Agreement    where  `help:"Folder of the example." default:"examples/southwest-syria" placeholder:"DIR"`
	Seed         uint64 `help:"Another seed is another life." default:"1" placeholder:"N"`
	Observations int    `help:"So many observations more, all alike, to measure with." placeholder:"N"`
	Once         bool   `help:"Serve the first page to this program itself, print what it says, and stop."`

	percent int // of the usual reports, for tests
}

// Run makes the demonstration, serves it, and lets it go on.
func (c *demoCommand) Run(p *program) error {
	fsys, _, err := c.Agreement.open()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		self = ""
	}
	world := sim.World{Seed: c.Seed, Reports: c.Observations, Percent: c.percent}
	began := time.Now()
	collect := debug.SetGCPercent(400) // making it leaves much behind, and is over in seconds
	if p.live {
		fmt.Fprintf(p.err, "making the demonstration in %s ...\n", c.Data)
	}
	made, err := node.MakeDemo(p.ctx, node.Demo{Path: c.Data, Agreement: fsys, World: world, Program: self, Listen: c.Address})
	if err != nil {
		return err
	}
	debug.SetGCPercent(collect)
	if made {
		p.printf("%s: four weeks of simulated life, and the facts of public record, made in %.1f s.\n", c.Data, time.Since(began).Seconds())
	}
	n, err := node.Open(p.ctx, node.Options{Path: c.Data, Log: slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelWarn})), Program: self, Demo: &world,
		Override: func(s *node.Config) { s.Listen, s.Metrics = c.Address, "" }})
	if err != nil {
		return err
	}
	defer n.Close()
	if c.Once {
		return c.once(p, n)
	}
	return n.Serve(p.ctx, func(address string) {
		p.printf("Open http://%s/ in a browser. Most of what you see is simulated, and says so. Ctrl-C stops it.\n", address)
	})
}

// once serves until the first page was fetched as a visitor would, and prints what it says.
func (c *demoCommand) once(p *program, n *node.Node) error {
	ctx, stop := context.WithCancel(p.ctx)
	defer stop()
	var page string
	var err error
	served := n.Serve(ctx, func(address string) {
		go func() {
			defer stop()
			page, err = fetch(ctx, "http://"+address+"/")
		}()
	})
	if err == nil {
		err = served
	}
	if err == nil {
		p.printf("%s\n", page)
	}
	return err
}

// fetch gives the words of a page.
func fetch(ctx context.Context, address string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Accept-Language", "en")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 4<<20))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = &truce.Error{Kind: truce.Internal, Subject: answer.Request.URL.Path, Reason: "the page is not there: " + answer.Status}
	}
	words := tags.ReplaceAllString(unseen.ReplaceAllString(string(body), ""), " ")
	return strings.TrimSpace(spaces.ReplaceAllString(words, "\n")), err
}

var (
	unseen = regexp.MustCompile(`(?is)<(head|script|style|svg|template)\b.*?</(head|script|style|svg|template)>`)
	tags   = regexp.MustCompile(`(?s)<[^>]*>`)
	spaces = regexp.MustCompile(`[ \t]*\n\s*`)
)
