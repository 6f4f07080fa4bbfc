package seal

import (
	"bytes"
	"fmt"
	"io/fs"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func entry(i int64) []byte { return fmt.Appendf(nil, "entry %d", i) }

// grown is a log of that size in memory, with the hashes that the library computes in its own way beside it.
func grown(t *testing.T, size int64) (*Tree, map[string][]byte) {
	t.Helper()
	tree, files := new(Tree), map[string][]byte{}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(list []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(list))
		for i, n := range list {
			out[i] = stored[n]
		}
		return out, nil
	})
	for i := range size {
		more, err := tlog.StoredHashes(i, entry(i), reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
		if err := tree.Append(entry(i)); err != nil {
			t.Fatal(err)
		}
		if i > 600 && i%997 != 0 && i+1 < size {
			continue
		}
		want, err := tlog.TreeHash(i+1, reader)
		if err != nil || tree.Root() != Hash(want) || tree.Size() != i+1 {
			t.Fatalf("the root at %d: %v, %v", i+1, tree.Root(), err)
		}
		for _, f := range tree.Files() {
			files[f.Path] = f.Data
		}
	}
	for _, f := range tree.Files() {
		files[f.Path] = f.Data
	}
	for path, data := range files {
		tile, err := torchwood.ParseTilePath(path)
		if err != nil {
			t.Fatal(err)
		}
		if tile.L < 0 {
			continue
		}
		want, err := tlog.ReadTileData(tile, reader)
		if err != nil || !bytes.Equal(data, want) {
			t.Errorf("%s is not what the library makes of it: %v", path, err)
		}
	}
	return tree, files
}

func reading(files map[string][]byte) ReadLogFile {
	return func(path string) ([]byte, error) {
		if b, ok := files[path]; ok {
			return b, nil
		}
		return nil, fs.ErrNotExist
	}
}

func TestTree(t *testing.T) {
	if new(Tree).Root() != EmptyRoot || len(new(Tree).Files()) != 0 {
		t.Error("an empty log has no empty root")
	}
	const size = 66_000 // three levels of tiles
	tree, files := grown(t, size)
	c := Checkpoint{Origin: "example.org/log", Size: size, Root: tree.Root()}
	read := reading(files)
	for _, i := range []int64{0, 1, 255, 256, 65535, 65536, size - 1} {
		p, err := c.ProveEntry(i, read)
		if err != nil {
			t.Fatal(err)
		}
		if !c.CheckEntry(i, entry(i), p) {
			t.Errorf("the proof of entry %d does not hold", i)
		}
		if c.CheckEntry(i, entry(i+1), p) || c.CheckEntry(i+1, entry(i), p) || c.CheckEntry(-1, entry(i), p) {
			t.Errorf("the proof of entry %d holds for another", i)
		}
	}
	for _, old := range []int64{1, 255, 256, 257, 65536, size - 1} {
		root, proof, err := c.ProveGrowth(old, read)
		if err != nil {
			t.Fatal(err)
		}
		before := Checkpoint{Origin: c.Origin, Size: old, Root: root}
		if !CheckGrowth(before, c, proof) {
			t.Errorf("the proof of growth from %d does not hold", old)
		}
		before.Root[0] ^= 1
		if CheckGrowth(before, c, proof) {
			t.Errorf("the proof of growth from %d holds for another root", old)
		}
	}
	seen := int64(0)
	err := Entries(read, size, 200, 70_000-4_000, func(i int64, b []byte) error {
		if i != 200+seen || !bytes.Equal(b, entry(i)) {
			return fmt.Errorf("%d: %q", i, b)
		}
		seen++
		return nil
	})
	if err != nil || seen != size-200 {
		t.Error(seen, err)
	}
	// One changed bit in a tile that a proof needs is noticed while it is read.
	name := "tile/0/000"
	files[name] = bytes.Clone(files[name])
	files[name][9] ^= 1
	if _, err := c.ProveEntry(3, read); err == nil {
		t.Error("a proof was made of a tile that is not the tree's")
	}
}

// A partial tile may be gone once the full one is there.
func TestFullTilesStandForPartialOnes(t *testing.T) {
	_, files := grown(t, 600)
	for path := range files {
		if tile, _ := torchwood.ParseTilePath(path); tile.N < 2 && tile.W < torchwood.TileWidth && tile.L < 1 {
			delete(files, path)
		}
	}
	small, _ := grown(t, 300)
	c := Checkpoint{Origin: "example.org/log", Size: 300, Root: small.Root()}
	if p, err := c.ProveEntry(299, withoutLevel(files, 300)); err != nil || !c.CheckEntry(299, entry(299), p) {
		t.Error(err)
	}
}

// withoutLevel adds the partial tile above, which a smaller tree has and a larger one never replaced.
func withoutLevel(files map[string][]byte, size int64) ReadLogFile {
	return func(path string) ([]byte, error) {
		if b, ok := files[path]; ok {
			return b, nil
		}
		if path == "tile/1/000.p/1" {
			return files["tile/1/000.p/2"][:len(Hash{})], nil
		}
		return nil, fs.ErrNotExist
	}
}

func TestMerkleRoot(t *testing.T) {
	for n := range 70 {
		var tree Tree
		list := make([]Hash, n)
		for i := range list {
			list[i] = Bytes(entry(int64(i)))
			tree.Append(list[i][:])
		}
		if MerkleRoot(list) != tree.Root() {
			t.Error(n)
		}
	}
}

// What we write as a proof is what the library takes, and the other way round.
func TestEntryProof(t *testing.T) {
	tree, files := grown(t, 1000)
	s := NewSigner(Key{7})
	c := Checkpoint{Origin: "example.org/log", Size: 1000, Root: tree.Root()}
	signed, err := s.SignCheckpoint(c)
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := c.ProveEntry(123, reading(files))
	if err != nil {
		t.Fatal(err)
	}
	p := EntryProof{123, entry(123), hashes, signed}
	got, err := ParseEntryProof(p.Text())
	if err != nil || got.Index != 123 || !bytes.Equal(got.Entry, entry(123)) || !bytes.Equal(got.Checkpoint, signed) || !c.CheckEntry(got.Index, got.Entry, got.Proof) {
		t.Fatal(got, err)
	}
	k, _ := s.Public().LogKey(c.Origin)
	v, err := note.NewVerifier(k.String())
	if err != nil {
		t.Fatal(err)
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(c.Origin), torchwood.SingleVerifierPolicy(v))
	if err := torchwood.VerifyProof(policy, tlog.RecordHash(entry(123)), p.Text()); err != nil {
		t.Error(err)
	}
	if err := torchwood.VerifyProof(policy, tlog.RecordHash(entry(124)), p.Text()); err == nil {
		t.Error("control: the proof holds for another entry")
	}
	for name, b := range map[string][]byte{"nothing": nil, "a checkpoint": signed, "a space": bytes.Replace(p.Text(), []byte("index "), []byte("index  "), 1),
		"a negative index": bytes.Replace(p.Text(), []byte("index 1"), []byte("index -1"), 1), "no checkpoint": p.Text()[:100]} {
		if _, err := ParseEntryProof(b); err == nil {
			t.Error(name)
		}
	}
}

func FuzzEntryProof(f *testing.F) {
	f.Add(EntryProof{1, []byte("e"), []Hash{{1}}, []byte("a\n1\nb\n\nc\n")}.Text())
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := ParseEntryProof(b); err == nil && !bytes.Equal(p.Text(), b) {
			t.Fatalf("%q", b)
		}
	})
}
