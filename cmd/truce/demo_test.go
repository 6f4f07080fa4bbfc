package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"truce"
)

// What make demo runs makes a demonstration, serves it, and shows a first page that says what it is; run again, it goes on with the same.
func TestDemoOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	var out, errs bytes.Buffer
	c := demoCommand{Data: dir, Address: "127.0.0.1:0", Agreement: where(filepath.Join(root, "examples/southwest-syria")), Seed: 1, Once: true, percent: 4}
	p := &program{ctx: context.Background(), out: &out, err: &errs}
	if err := c.Run(p); err != nil {
		t.Fatal(err, errs.String())
	}
	if s := out.String(); !strings.Contains(s, "made in") || !strings.Contains(s, "3 December 2017") {
		t.Errorf("it says:\n%s", s)
	}
	out.Reset()
	if err := c.Run(p); err != nil {
		t.Fatal(err, errs.String())
	}
	if s := out.String(); strings.Contains(s, "made in") || !strings.Contains(s, "3 December 2017") {
		t.Errorf("the second time it says:\n%s", s)
	}
	if err := (&serveCommand{Data: dir, Log: "text"}).Run(p); truce.KindOf(err) != truce.Invalid {
		t.Errorf("it is served as a real mechanism: %v", err)
	}
}
