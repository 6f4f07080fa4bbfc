package node_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"truce/internal/node"
	"truce/internal/sim"
)

func makeDemo(t *testing.T, path string, w sim.World) {
	t.Helper()
	made, err := node.MakeDemo(context.Background(), node.Demo{Path: path, Agreement: os.DirFS(example), World: w, Listen: "127.0.0.1:0"})
	if err != nil || !made {
		t.Fatal(made, err)
	}
}

func TestDemo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo")
	began := time.Now()
	makeDemo(t, path, sim.World{Seed: 1})
	t.Log(time.Since(began))
}
