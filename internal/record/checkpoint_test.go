package record_test

import (
	"reflect"
	"testing"

	"truce"
	"truce/internal/record"
)

func TestCheckpoint(t *testing.T) {
	good := record.Checkpoint{At: 1500000000000, Through: 7, Due: 1600000000000, Size: 16, Root: truce.Digest{1}, Policy: "quorum none\n", Text: truce.Digest{2}, Engine: truce.Digest{3},
		Leaves: []record.PublicLeaf{{Key: "finding:2026-0001:7", Seq: 5, Leaf: []byte{1, 2}}}}
	d, err := good.Draft()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := record.ReadCheckpoint(&d.Record); err != nil || !reflect.DeepEqual(got, good) || len(d.Groups) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	for name, change := range map[string]func(*record.Checkpoint){
		"no root":                func(c *record.Checkpoint) { c.Root = truce.Digest{} },
		"no time":                func(c *record.Checkpoint) { c.At = 0 },
		"a time to the milli":    func(c *record.Checkpoint) { c.At++ },
		"due before":             func(c *record.Checkpoint) { c.Due = c.At - 1000 },
		"nothing in it":          func(c *record.Checkpoint) { c.Size = 0 },
		"no record":              func(c *record.Checkpoint) { c.Through = 0 },
		"a leaf with a sentence": func(c *record.Checkpoint) { c.Leaves = []record.PublicLeaf{{Key: "the well", Leaf: []byte{1}}} },
		"a leaf that is none":    func(c *record.Checkpoint) { c.Leaves = []record.PublicLeaf{{Key: "a", Leaf: nil}} },
		"a policy too long":      func(c *record.Checkpoint) { c.Policy = string(make([]byte, record.MaxPolicyBytes+1)) },
	} {
		c := good
		change(&c)
		if _, err := c.Draft(); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}
