package report

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"truce"
	"truce/internal/intake"
	"truce/internal/replay"
	"truce/terms"
)

// moduleRoot is the folder that holds go.mod.
func moduleRoot(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above this folder")
		}
		dir = filepath.Dir(dir)
	}
}

// planOf compiles an agreement of the module.
func planOf(t testing.TB, folder string) *terms.Plan {
	a, rep, err := terms.Load(os.DirFS(filepath.Join(moduleRoot(t), folder)), "")
	if err != nil {
		t.Fatal(err)
	}
	if rep.Errors() > 0 {
		t.Fatal(rep.Problems)
	}
	return compiled(t, a)
}

func compiled(t testing.TB, a *truce.Agreement) *terms.Plan {
	p, err := terms.Compile(a)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// files makes inputs of files; a missing one skips the test.
func files(t testing.TB, opts intake.Options, names ...string) []replay.Input {
	var out []replay.Input
	for _, n := range names {
		path := filepath.Join(moduleRoot(t), n)
		if _, err := os.Stat(path); err != nil {
			t.Skipf("%s is not here: %v", n, err.(*fs.PathError).Err)
		}
		out = append(out, replay.Input{Name: n, Intake: opts, Open: func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	return out
}

// replayed runs a replay.
func replayed(t testing.TB, o replay.Options) *replay.Replay {
	r, err := replay.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
