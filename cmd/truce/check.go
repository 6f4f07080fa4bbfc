package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"truce"
	"truce/internal/lang"
	"truce/scenario"
	"truce/terms"
)

type checkCommand struct {
	Dir  where `arg:"" help:"Folder of the agreement, or DIR@VERSION." placeholder:"DIR"`
	JSON bool  `help:"Print the problems as JSON lines." name:"json"`
}

// Run checks one version, or every version of a folder.
func (c *checkCommand) Run(p *program) error {
	fsys, version, err := c.Dir.open()
	if err != nil {
		return err
	}
	versions := []string{version}
	if version == "" {
		if versions, err = terms.Versions(fsys); err != nil {
			return err
		}
	}
	errors := 0
	for _, v := range versions {
		a, rep, err := terms.Load(fsys, v)
		if err != nil {
			return err
		}
		errors += rep.Errors()
		if rep.Errors() == 0 {
			// What cannot be compiled is a mistake too, even if every part of it is right.
			if _, err := terms.Compile(a); err != nil {
				return err
			}
		}
		if c.JSON {
			enc := json.NewEncoder(p.out)
			for _, q := range rep.Problems {
				enc.Encode(q)
			}
			continue
		}
		if len(rep.Problems) > 0 {
			p.show(p.out, c.Dir, rep)
		}
		if rep.Errors() == 0 {
			n := 0
			for _, art := range a.Articles {
				n += len(art.Rules)
			}
			p.printf("%s %s: %d articles, %d rules, %d terms, %d actors, %d places; no errors\n", a.ID, a.Version, len(a.Articles), n, len(a.Terms), len(a.Actors), len(a.Places))
		}
	}
	if errors > 0 {
		return errProblems
	}
	return nil
}

type fmtCommand struct {
	Dir    where `arg:"" help:"Folder of the agreement." placeholder:"DIR"`
	DryRun bool  `help:"Only say which files would change."`
}

// Run formats the YAML files of a folder and of its versions.
func (c *fmtCommand) Run(p *program) error {
	if _, _, err := c.Dir.open(); err != nil {
		return err
	}
	dir, _ := c.Dir.split()
	var names []string
	for _, pattern := range []string{"*.yaml", "versions/*/*.yaml"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		names = append(names, found...)
	}
	if len(names) == 0 {
		return &truce.Error{Kind: truce.NotFound, Subject: dir, Reason: "the folder has no YAML files", Hint: "name a folder that has an agreement.yaml in it"}
	}
	bad := false
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		out, probs := terms.Format(name, src)
		if len(probs) > 0 {
			bad = true
			terms.Show(p.err, terms.NewReport(probs, map[string][]byte{name: src}), terms.ShowOptions{})
			continue
		}
		if string(out) == string(src) {
			continue
		}
		p.printf("%s\n", name)
		if c.DryRun {
			continue
		}
		if err := replaceFile(name, out); err != nil {
			return err
		}
	}
	if bad {
		return errProblems
	}
	return nil
}

// replaceFile writes a file whole or not at all: to a new name, synced, then renamed over the old one.
func replaceFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if info, err := os.Stat(name); err == nil {
		f.Chmod(info.Mode())
	} else {
		f.Chmod(0o644)
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

type explainCommand struct {
	Dir     where    `arg:"" help:"Folder of the agreement, or DIR@VERSION." placeholder:"DIR"`
	Lang    string   `help:"Language: en, ar or ru." enum:"en,ar,ru" default:"en"`
	Reading []string `help:"Only this reading, as READING or TERM=READING. May be given several times." placeholder:"ID"`
}

func (c *explainCommand) Run(p *program) error {
	a, err := p.load(c.Dir)
	if err != nil {
		return err
	}
	for _, r := range c.Reading {
		if a, err = terms.WithReading(a, r); err != nil {
			return err
		}
	}
	plan, err := terms.Compile(a)
	if err != nil {
		return err
	}
	return terms.WriteExplanations(p.out, terms.Explain(plan, c.Lang, nil))
}

type diffCommand struct {
	A    where  `arg:"" help:"The older version: DIR or DIR@VERSION." placeholder:"A"`
	B    where  `arg:"" help:"The newer version." placeholder:"B"`
	Lang string `help:"Language: en, ar or ru." enum:"en,ar,ru" default:"en"`
}

func (c *diffCommand) Run(p *program) error {
	a, err := p.load(c.A)
	if err != nil {
		return err
	}
	b, err := p.load(c.B)
	if err != nil {
		return err
	}
	return terms.WriteChanges(p.out, terms.Diff(a, b), a, b, terms.ShowOptions{Lang: c.Lang, Colour: p.colour})
}

type testCommand struct {
	Dir     where `arg:"" help:"Folder of the agreement." placeholder:"DIR"`
	Verbose bool  `short:"v" help:"Name every scenario, not only those that fail."`
}

func (c *testCommand) Run(p *program) error {
	fsys, _, err := c.Dir.open()
	if err != nil {
		return err
	}
	rep, err := scenario.Run(fsys, func(a *truce.Agreement) scenario.Sayer { return lang.For("en").With(a) })
	if err != nil {
		return err
	}
	dir, _ := c.Dir.split()
	if len(rep.Problems) > 0 {
		p.show(p.out, c.Dir, rep.Misread())
	}
	for _, o := range rep.Outcomes {
		if len(o.Failures) == 0 {
			if c.Verbose {
				p.printf("ok    %s\n", o.Title)
			}
			continue
		}
		p.printf("FAIL  %s\n", o.Title)
		for _, f := range o.Failures {
			p.printf("      %s:%d: %s\n", filepath.Join(dir, f.File), f.Line, f.Message)
			if f.Hint != "" {
				p.printf("        %s\n", f.Hint)
			}
		}
	}
	p.printf("%d scenarios, %d failed\n", len(rep.Outcomes), rep.Failed())
	if rep.Failed() > 0 || len(rep.Problems) > 0 {
		return errProblems
	}
	return nil
}

type versionCommand struct{}

func (versionCommand) Run(p *program) error {
	version := "unreleased"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				version = s.Value[:12]
			}
		}
	}
	fmt.Fprintf(p.out, "truce %s\n", version)
	return nil
}
