package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"truce"
	"truce/internal/intake"
	"truce/internal/replay"
	"truce/internal/report"
	"truce/terms"
)

type replayCommand struct {
	Agreement    where    `required:"" help:"Folder of the agreement, or DIR@VERSION." placeholder:"DIR"`
	Observations []string `required:"" help:"Files of observations or positions; a folder stands for the files in it. Formats: ndjson, csv, UCDP GED, ACLED, GeoJSON, GPX, position tracks; .gz of any." placeholder:"FILE" sep:"none"`
	More         []string `arg:"" optional:"" help:"More files of observations." placeholder:"FILE"`
	AsKnownAt    string   `help:"Leave out what was not known by then." placeholder:"TIME"`
	At           string   `help:"Look at the agreement as it stands at this time (default: the end of the last day of the input)." placeholder:"TIME"`
	Reading      []string `help:"Also replay under this reading alone, as READING or TERM=READING, and say what differs." placeholder:"ID"`
	Set          []string `help:"Also replay with this change, for example withdrawal-from-line.where=20km, and say what differs." placeholder:"RULE.FIELD=VALUE" sep:"none"`
	Compare      []where  `help:"Also replay under this agreement or version, and say what differs." placeholder:"DIR"`
	JSON         bool     `name:"json" help:"Print every outcome as a JSON line."`
	Why          bool     `help:"With --json: add the reasons of each outcome."`
	HTML         string   `name:"html" help:"Write a report to this file; with --lang all, one file for each language beside it." placeholder:"OUT"`
	Lang         string   `help:"Language of the summary and the report: en, ar, ru, or all." enum:"en,ar,ru,all" default:"en"`
	Format       string   `help:"Do not find out the format, take this one: ${formats}." placeholder:"NAME"`
	Encoding     string   `help:"Do not find out the encoding, take this one." placeholder:"NAME"`
	Zone         string   `help:"Time zone of times that state none." placeholder:"IANA-NAME"`
	Move         string   `help:"Move positions from one place to another and label them as moved: LON,LAT:LON,LAT." placeholder:"FROM:TO"`
	Later        string   `help:"Move times later by so much and label them as moved, for example 350d." placeholder:"PERIOD"`
	Actor        string   `help:"Whose positions a file of tracks holds, where it does not say." placeholder:"ID"`
	Simulated    bool     `help:"Label everything in the files as simulated."`
	Rejects      int      `help:"How many rejected rows to show." default:"10"`
	Strict       bool     `help:"Exit with 1 if any row was rejected; everything is done and printed all the same."`
}

func (c *replayCommand) Run(p *program) error {
	a, err := p.load(c.Agreement)
	if err != nil {
		return err
	}
	variants, err := c.variants(p, a)
	if err != nil {
		return err
	}
	o := replay.Options{Variants: variants}
	if o.KnownAt, err = momentFlag("--as-known-at", c.AsKnownAt, a.Clock); err != nil {
		return err
	}
	if o.At, err = momentFlag("--at", c.At, a.Clock); err != nil {
		return err
	}
	var total int64
	if o.Inputs, total, err = c.inputs(); err != nil {
		return err
	}
	if total < 0 || total >= longHistory {
		// Of a long history nearly all memory is held to the end, so it costs little to look for the rest of it often.
		defer debug.SetGCPercent(debug.SetGCPercent(10))
	}
	done := p.progress(total, &o)
	r, err := replay.Run(p.ctx, o)
	done()
	if err != nil {
		return err
	}
	if c.HTML != "" {
		if err := c.writeHTML(p, r); err != nil {
			return err
		}
	}
	if c.JSON {
		err = report.WriteJSON(p.out, r, c.Why)
	} else {
		langs := c.Lang
		if langs == "all" {
			langs = "en"
		}
		err = report.WriteText(p.out, r, report.TextOptions{Lang: langs, Rejects: c.Rejects, Colour: p.colour})
	}
	if err == nil && c.Strict && slices.ContainsFunc(r.Inputs, func(in intake.Summary) bool { return in.Rejected > 0 }) {
		return errProblems
	}
	return err
}

// longHistory is from how many bytes of input on memory is kept small rather than time.
const longHistory = 64 << 20

// variants makes the plans to replay under: the agreement as it is, and each thing it is compared with.
func (c *replayCommand) variants(p *program, a *truce.Agreement) ([]replay.Variant, error) {
	add := func(list []replay.Variant, name string, a *truce.Agreement) ([]replay.Variant, error) {
		plan, err := terms.Compile(a)
		return append(list, replay.Variant{Name: name, Plan: plan}), err
	}
	list, err := add(nil, string(a.Version), a)
	if err != nil {
		return nil, err
	}
	for _, r := range c.Reading {
		b, err := terms.WithReading(a, r)
		if err != nil {
			return nil, err
		}
		if list, err = add(list, r, b); err != nil {
			return nil, err
		}
	}
	for _, s := range c.Set {
		b, err := terms.Set(a, s)
		if err != nil {
			return nil, err
		}
		if list, err = add(list, s, b); err != nil {
			return nil, err
		}
	}
	for _, w := range c.Compare {
		b, err := p.load(w)
		if err != nil {
			return nil, err
		}
		if list, err = add(list, string(b.ID)+" "+string(b.Version), b); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func momentFlag(flag, text string, clock truce.Clock) (truce.Instant, error) {
	if text == "" {
		return 0, nil
	}
	span, _, err := terms.ParseTime(text, clock)
	if err != nil {
		return 0, &truce.Error{Kind: truce.NotFound, Subject: flag, Reason: err.Error()}
	}
	return span.To, nil
}

// inputs lists the files, in the order given; the files of a folder by name. total is their size together, -1 where one is a
// pipe.
func (c *replayCommand) inputs() (list []replay.Input, total int64, err error) {
	opts := intake.Options{Format: c.Format, Encoding: c.Encoding, Simulated: c.Simulated, Source: truce.Source{}}
	if c.Zone != "" {
		z, err := terms.Zone(c.Zone)
		if err != nil {
			return nil, 0, &truce.Error{Kind: truce.NotFound, Subject: "--zone", Reason: err.Error()}
		}
		opts.AssumeZone = &z
	}
	if c.Move != "" {
		if opts.Move, err = shiftFlag(c.Move); err != nil {
			return nil, 0, err
		}
	}
	if c.Later != "" {
		p, err := terms.ParsePeriod(c.Later)
		if err != nil || p.Months != 0 {
			return nil, 0, &truce.Error{Kind: truce.NotFound, Subject: "--later", Reason: fmt.Sprintf("%q is no fixed length of time", c.Later), Hint: "write for example 350d or 12h"}
		}
		if opts.Move == nil {
			opts.Move = &intake.Shift{}
		}
		opts.Move.Later = p.Clock + time.Duration(p.Days)*24*time.Hour
	}
	for _, name := range append(append([]string{}, c.Observations...), c.More...) {
		info, err := os.Stat(name)
		if err != nil {
			return nil, 0, &truce.Error{Kind: truce.NotFound, Subject: name, Reason: "there is no such file"}
		}
		names := []string{name}
		if info.IsDir() {
			if names, err = filesIn(name); err != nil {
				return nil, 0, err
			}
		}
		for _, n := range names {
			switch info, err := os.Stat(n); {
			case err != nil: // opening it will say so
			case info.Mode().IsRegular() && total >= 0:
				total += info.Size()
			default:
				total = -1
			}
			list = append(list, replay.Input{Name: n, Intake: opts, Actor: c.Actor, Open: func() (io.ReadCloser, error) { return os.Open(n) }})
		}
	}
	return list, total, nil
}

func filesIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") && !strings.EqualFold(filepath.Ext(e.Name()), ".md") {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	if len(out) == 0 {
		return nil, &truce.Error{Kind: truce.NotFound, Subject: dir, Reason: "the folder has no files", Cause: fs.ErrNotExist}
	}
	return out, nil
}

func shiftFlag(s string) (*intake.Shift, error) {
	bad := &truce.Error{Kind: truce.NotFound, Subject: "--move", Reason: fmt.Sprintf("%q is not two places", s), Hint: "write longitude,latitude:longitude,latitude, for example -97.74,30.27:36.10,32.62"}
	from, to, ok := strings.Cut(s, ":")
	if !ok {
		return nil, bad
	}
	place := func(s string) (truce.Position, error) {
		lon, lat, ok := strings.Cut(s, ",")
		x, err1 := truce.ParseE7(strings.TrimSpace(lon))
		y, err2 := truce.ParseE7(strings.TrimSpace(lat))
		if !ok || err1 != nil || err2 != nil {
			return truce.Position{}, bad
		}
		return truce.Position{Lon: x, Lat: y}, nil
	}
	var out intake.Shift
	var err error
	if out.From, err = place(from); err != nil {
		return nil, err
	}
	if out.To, err = place(to); err != nil {
		return nil, err
	}
	return &out, nil
}

// progress shows how much has been read, on a terminal and when there is much to read.
func (p *program) progress(total int64, o *replay.Options) func() {
	const worthwhile = 8 << 20
	if !p.live || total < worthwhile {
		return func() {}
	}
	bar := progressbar.NewOptions64(total, progressbar.OptionSetWriter(p.err), progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("reading"))
	o.Read = func(n int) { bar.Add(n) }
	return func() { bar.Finish() }
}

// writeHTML writes the report in one language, or in all with links between them.
func (c *replayCommand) writeHTML(p *program, r *replay.Replay) error {
	langs := []string{c.Lang}
	if c.Lang == "all" {
		langs = []string{"en", "ar", "ru"}
	}
	if err := os.MkdirAll(filepath.Dir(c.HTML), 0o755); err != nil {
		return err
	}
	ext := filepath.Ext(c.HTML)
	name := func(l string) string {
		if l == langs[0] {
			return c.HTML
		}
		return strings.TrimSuffix(c.HTML, ext) + "." + l + ext
	}
	others := map[string]string{}
	for _, l := range langs {
		others[l] = filepath.Base(name(l))
	}
	var errs []error
	for _, l := range langs {
		var b strings.Builder
		if err := report.WriteHTML(&b, r, report.HTMLOptions{Lang: l, Files: others}); err != nil {
			errs = append(errs, err)
			continue
		}
		if err := replaceFile(name(l), []byte(b.String())); err != nil {
			errs = append(errs, err)
			continue
		}
		fmt.Fprintf(p.err, "report: %s\n", name(l))
	}
	return errors.Join(errs...)
}
