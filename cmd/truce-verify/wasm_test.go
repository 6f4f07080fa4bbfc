//go:build !js

package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var wasm = flag.Bool("wasm", false, "build the checker for browsers")

// The checker builds for browsers, and stays of a size that a page can carry.
func TestItBuildsForBrowsers(t *testing.T) {
	if !*wasm {
		t.Skip("go test ./cmd/truce-verify -wasm builds it, which takes a minute")
	}
	out := filepath.Join(t.TempDir(), "verify.wasm")
	c := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, ".")
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if b, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	info, err := os.Stat(out)
	if err != nil || info.Size() > 32<<20 {
		t.Fatal(info.Size(), err)
	}
	t.Logf("%d bytes", info.Size())
}
