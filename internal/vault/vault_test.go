package vault_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/journal"
	"truce/internal/seal"
	"truce/internal/vault"
)

// chance is a random source for tests: different bytes at every read, the same in every run.
type chance struct {
	state seal.Hash
	left  []byte
}

func random() *chance { return &chance{} }

func (c *chance) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if len(c.left) == 0 {
			c.state = seal.Bytes(c.state[:])
			out := seal.Bytes(append([]byte("out"), c.state[:]...))
			c.left = out[:]
		}
		k := copy(p[n:], c.left)
		c.left, n = c.left[k:], n+k
	}
	return len(p), nil
}

// constant is a broken random source.
type constant byte

func (c constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

func keys(t interface{ Fatal(...any) }) *vault.Keyring {
	k, err := vault.NewKeyring(random())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func drawGroups(t *rapid.T) []vault.Group {
	n := rapid.IntRange(1, 8).Draw(t, "groups")
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z][a-z0-9-]{0,10}`).Filter(func(s string) bool { return s != journal.SealedGroup }), n, n, rapid.ID).Draw(t, "names")
	var out []vault.Group
	for _, name := range names {
		out = append(out, vault.Group{Name: name, Data: rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(t, "data")})
	}
	return out
}

func TestWhatIsSealedIsOpened(t *testing.T) {
	k, chance := keys(t), random()
	rapid.Check(t, func(t *rapid.T) {
		groups := drawGroups(t)
		sealed, commitments, err := k.Seal(chance, groups)
		if err != nil {
			t.Fatal(err)
		}
		r := &truce.Record{Commitments: commitments}
		got, err := k.Open(r, sealed)
		if err != nil {
			t.Fatal(err)
		}
		if got.Erased() || len(commitments) != len(groups)+1 {
			t.Fatalf("%v, %d commitments", got, len(commitments))
		}
		for i, g := range groups {
			data, ok := got.Get(g.Name)
			if !ok || !bytes.Equal(data, g.Data) {
				t.Fatalf("%s: %x, want %x", g.Name, data, g.Data)
			}
			o, _ := got.Reveal(g.Name)
			if !vault.CheckOpening(commitments[i], o) {
				t.Fatalf("%s does not open its commitment", g.Name)
			}
			if len(g.Data) >= 16 && bytes.Contains(sealed, g.Data) {
				t.Fatalf("%s can be read in the sealed bytes", g.Name)
			}
		}
	})
}
