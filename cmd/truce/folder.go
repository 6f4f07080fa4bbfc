package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"truce"
	"truce/terms"
)

// where is a folder with an agreement in it and the version meant: DIR, or DIR@VERSION.
type where string

// split gives the folder and the version. A folder whose own name has an @ in it is taken as it is.
func (w where) split() (dir, version string) {
	s := string(w)
	if _, err := os.Stat(s); err == nil {
		return s, ""
	}
	if i := strings.LastIndexByte(s, '@'); i > 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// open gives the folder as a file system.
func (w where) open() (fs.FS, string, error) {
	dir, version := w.split()
	info, err := os.Stat(dir)
	if err != nil {
		return nil, "", &truce.Error{Kind: truce.NotFound, Subject: dir, Reason: "there is no such folder", Hint: "name a folder that has an agreement.yaml in it"}
	}
	if !info.IsDir() {
		if filepath.Base(dir) == "agreement.yaml" {
			return os.DirFS(filepath.Dir(dir)), version, nil
		}
		return nil, "", &truce.Error{Kind: truce.NotFound, Subject: dir, Reason: "this is a file", Hint: "name the folder that has agreement.yaml in it"}
	}
	return os.DirFS(dir), version, nil
}

// load reads an agreement that must be sound. Its problems are shown.
func (p *program) load(w where) (*truce.Agreement, error) {
	fsys, version, err := w.open()
	if err != nil {
		return nil, err
	}
	a, rep, err := terms.Load(fsys, version)
	if err != nil {
		return nil, err
	}
	if rep.Errors() > 0 {
		p.show(p.err, w, rep)
		return nil, errProblems
	}
	return a, nil
}

// show prints problems with the folder before their file names, so that they can be opened.
func (p *program) show(to io.Writer, w where, rep *terms.Report) error {
	dir, _ := w.split()
	return terms.Show(to, rep.In(dir), terms.ShowOptions{Colour: p.colour && to == p.out})
}

func (p *program) printf(format string, args ...any) { fmt.Fprintf(p.out, format, args...) }
