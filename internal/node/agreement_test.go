package node_test

import (
	"os"
	"testing"

	"truce"
	"truce/terms"
)

func agreement(t *testing.T) *truce.Agreement {
	t.Helper()
	a, rep, err := terms.Load(os.DirFS(example), "")
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep.Problems)
	}
	return a
}
