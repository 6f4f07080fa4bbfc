package publish

import (
	"bytes"
	"embed"
	"io/fs"
	"path"

	"truce/assess"
	"truce/internal/lang"
	"truce/internal/seal"
	"truce/internal/style"
)

//go:embed pages
var pageFiles embed.FS

// What pages load, as it is written, and the checker for browsers, which make web builds into dist.
//
//go:embed static all:dist
var files embed.FS

// assets are the files that pages load. Their names are those of their content.
type assets struct {
	sheet, script, checker string // paths; checker is "" in a program that was built without
	data                   map[string][]byte
	program                seal.Hash // of everything that pages are made with
}

// checkerFiles are what make web puts into dist: the checker, and what Go needs to run it in a browser.
var checkerFiles = [2]string{"dist/verify.wasm.gz", "dist/wasm_exec.js"}

func readAssets() (*assets, error) {
	a := &assets{data: map[string][]byte{}}
	add := func(data []byte, ext string) string {
		d := seal.Bytes(data)
		name := "a/" + seal.Text(d[:], 16) + ext
		a.data[name] = data
		return name
	}
	sheet, err := files.ReadFile("static/site.css")
	if err != nil {
		return nil, err
	}
	script, err := files.ReadFile("static/site.js")
	if err != nil {
		return nil, err
	}
	a.sheet = add(bytes.Join([][]byte{style.Colours, sheet}, []byte("\n")), ".css")
	checker, errChecker := files.ReadFile(checkerFiles[0])
	runs, errRuns := files.ReadFile(checkerFiles[1])
	if errChecker == nil && errRuns == nil {
		a.checker = add(checker, ".wasm.gz")
		script = bytes.Join([][]byte{runs, script}, []byte("\n"))
	}
	a.script = add(script, ".js")
	program := []byte("truce/site-program/v1\n" + assess.Engine().String() + a.sheet + a.script + a.checker + style.Signs)
	program = append(program, lang.Wording()...)
	err = fs.WalkDir(pageFiles, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".html" {
			return err
		}
		b, err := pageFiles.ReadFile(p)
		program = append(program, b...)
		return err
	})
	a.program = seal.Bytes(program)
	return a, err
}
