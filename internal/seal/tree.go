package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

// Tree is the Merkle tree of a log while it grows, and the files that hold it (C2SP tlog-tiles). It keeps the right edge alone: what lies in full
// tiles is never needed again to grow. The zero value is an empty log.
type Tree struct {
	size   int64
	bundle []byte   // the entries that are in no full bundle yet
	edge   [][]Hash // for each level of tiles, the hashes that are in no full tile yet
	full   []LogFile
}

// LogFile is a file of a log: a tile, full or partial, or a bundle of entries.
type LogFile struct {
	Path string // "tile/0/000", "tile/entries/000.p/12"
	Data []byte
}

// LeafHash is the hash of an entry in the tree.
func LeafHash(entry []byte) Hash {
	var b [1024]byte // after a zero: on the stack, for a log is read leaf by leaf
	if len(entry) >= len(b) {
		return Hash(tlog.RecordHash(entry))
	}
	return sha256.Sum256(b[:1+copy(b[1:], entry)])
}

// NodeHash is the hash over two subtrees.
func NodeHash(left, right Hash) Hash {
	var b [1 + 2*len(Hash{})]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+len(left):], right[:])
	return sha256.Sum256(b[:])
}

// Append adds an entry, of at most 65535 bytes.
func (t *Tree) Append(entry []byte) error {
	b, err := torchwood.AppendTileEntry(t.bundle, entry)
	if err != nil {
		return err
	}
	t.bundle = b
	if t.AppendHash(LeafHash(entry)); t.size%torchwood.TileWidth == 0 {
		t.full = append(t.full, LogFile{tilePath(-1, t.size/torchwood.TileWidth-1, torchwood.TileWidth), t.bundle})
		t.bundle = nil
	}
	return nil
}

// AppendHash adds an entry of which only the hash is at hand. A tree that grows so makes no bundles: it is for who reads a log.
func (t *Tree) AppendHash(h Hash) {
	t.size++
	for level := 0; ; level++ {
		if level == len(t.edge) {
			t.edge = append(t.edge, nil)
		}
		t.edge[level] = append(t.edge[level], h)
		if len(t.edge[level]) < torchwood.TileWidth {
			return
		}
		t.full = append(t.full, LogFile{tilePath(level, t.size>>(torchwood.TileHeight*(level+1))-1, torchwood.TileWidth), joinHashes(t.edge[level])})
		h = foldRight(t.edge[level], nil)
		t.edge[level] = t.edge[level][:0]
	}
}

// Clone gives a copy that grows by itself, without the files that became full.
func (t *Tree) Clone() *Tree {
	out := &Tree{size: t.size, bundle: bytes.Clone(t.bundle)}
	for _, list := range t.edge {
		out.edge = append(out.edge, append(make([]Hash, 0, torchwood.TileWidth), list...))
	}
	return out
}

// Size is the number of entries.
func (t *Tree) Size() int64 { return t.size }

// Root is the root over all entries (RFC 6962, 2.1).
func (t *Tree) Root() Hash {
	var right *Hash
	for _, list := range t.edge {
		if len(list) > 0 {
			h := foldRight(list, right)
			right = &h
		}
	}
	if right == nil {
		return EmptyRoot
	}
	return *right
}

// foldRight gives the root of complete subtrees of one size, with what is left of a smaller one at their right.
func foldRight(list []Hash, right *Hash) Hash {
	for n := len(list); n > 0; {
		k := n & -n // the last complete subtree of a power of two
		h := complete(list[n-k : n])
		if right != nil {
			h = NodeHash(h, *right)
		}
		right, n = &h, n-k
	}
	return *right
}

func complete(list []Hash) Hash {
	if len(list) == 1 {
		return list[0]
	}
	return NodeHash(complete(list[:len(list)/2]), complete(list[len(list)/2:]))
}

// MerkleRoot is the root over a list of entries (RFC 6962, 2.1).
func MerkleRoot(entries []Hash) Hash {
	if len(entries) == 0 {
		return EmptyRoot
	}
	list := make([]Hash, len(entries))
	for i, e := range entries {
		list[i] = LeafHash(e[:])
	}
	return foldRight(list, nil)
}

// Full gives the files that became full since the last call.
func (t *Tree) Full() (out []LogFile) {
	out, t.full = t.full, nil
	return out
}

// Files gives the files that became full since the last call, and the partial ones as they are now. Whoever writes them and syncs has the log.
func (t *Tree) Files() []LogFile {
	out := t.Full()
	if w := int(t.size % torchwood.TileWidth); w > 0 && t.bundle != nil {
		out = append(out, LogFile{tilePath(-1, t.size/torchwood.TileWidth, w), bytes.Clone(t.bundle)})
	}
	for level, list := range t.edge {
		if len(list) > 0 {
			out = append(out, LogFile{tilePath(level, t.size>>(torchwood.TileHeight*(level+1)), len(list)), joinHashes(list)})
		}
	}
	return out
}

func tilePath(level int, n int64, width int) string {
	return torchwood.TilePath(tlog.Tile{H: torchwood.TileHeight, L: level, N: n, W: width})
}

func joinHashes(list []Hash) []byte {
	b := make([]byte, 0, len(list)*len(Hash{}))
	for _, h := range list {
		b = append(b, h[:]...)
	}
	return b
}

// ReadLogFile reads a file of a log by its path.
type ReadLogFile func(path string) ([]byte, error)

// Entries calls fn with each entry of a log from one index up to another, in order. They are not checked against a root.
func Entries(read ReadLogFile, size, from, to int64, fn func(index int64, entry []byte) error) error {
	for i := from; i < to; {
		n := i / torchwood.TileWidth
		width := int(min(torchwood.TileWidth, size-n*torchwood.TileWidth))
		b, err := readTile(read, -1, n, width)
		if err != nil {
			return err
		}
		for k := n * torchwood.TileWidth; k < n*torchwood.TileWidth+int64(width); k++ {
			entry, rest, err := torchwood.ReadTileEntry(b)
			if err != nil {
				return fmt.Errorf("the bundle with entry %d: %w", k, err)
			}
			if b = rest; k < i || k >= to {
				continue
			}
			if err := fn(k, entry); err != nil {
				return err
			}
		}
		// The full bundle may have taken the place of the partial one; nothing else may stand behind its entries.
		for k := width; len(b) > 0; k++ {
			if _, b, err = torchwood.ReadTileEntry(b); err != nil || k >= torchwood.TileWidth {
				return fmt.Errorf("the bundle with entry %d: more stands in it than its entries", n*torchwood.TileWidth)
			}
		}
		i = (n + 1) * torchwood.TileWidth
	}
	return nil
}

// readTile reads a tile or bundle of so many hashes or entries: the partial file, or the full one that took its place.
func readTile(read ReadLogFile, level int, n int64, width int) ([]byte, error) {
	b, err := read(tilePath(level, n, width))
	if err != nil && width < torchwood.TileWidth {
		if full, again := read(tilePath(level, n, torchwood.TileWidth)); again == nil {
			b, err = full, nil
			if level >= 0 && len(full) == torchwood.TileWidth*len(Hash{}) {
				b = full[:width*len(Hash{})]
			}
		}
	}
	return b, err
}

// hashes reads the tree of a checkpoint from tiles. Every hash is checked against the root before it is used.
func (c Checkpoint) hashes(read ReadLogFile) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: tlog.Hash(c.Root)}, tileReader(read))
}

type tileReader ReadLogFile

func (tileReader) Height() int                     { return torchwood.TileHeight }
func (tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		b, err := readTile(ReadLogFile(r), t.L, t.N, t.W)
		if err != nil {
			return nil, err
		}
		if len(b) != t.W*len(Hash{}) {
			return nil, fmt.Errorf("%s has %d bytes", torchwood.TilePath(t), len(b))
		}
		out[i] = b
	}
	return out, nil
}

// ProveEntry gives the proof that the entry of that index is in the log.
func (c Checkpoint) ProveEntry(index int64, read ReadLogFile) ([]Hash, error) {
	p, err := tlog.ProveRecord(c.Size, index, c.hashes(read))
	return fromTlog(p), err
}

// ProveGrowth gives the root that the log had at an earlier size, and the proof for [CheckGrowth].
func (c Checkpoint) ProveGrowth(old int64, read ReadLogFile) (root Hash, proof []Hash, err error) {
	if old <= 0 || old > c.Size {
		return root, nil, fmt.Errorf("a log of %d entries was never one of %d", c.Size, old)
	}
	r := c.hashes(read)
	h, err := tlog.TreeHash(old, r)
	if err != nil || old == c.Size {
		return Hash(h), nil, err
	}
	p, err := tlog.ProveTree(c.Size, old, r)
	return Hash(h), fromTlog(p), err
}

func fromTlog[T ~[]tlog.Hash](list T) []Hash {
	out := make([]Hash, len(list))
	for i, h := range list {
		out[i] = Hash(h)
	}
	return out
}

// CheckEntry reports whether the proof shows that the entry is in the log at that index.
func (c Checkpoint) CheckEntry(index int64, entry []byte, proof []Hash) bool {
	p := make(tlog.RecordProof, len(proof))
	for i, h := range proof {
		p[i] = tlog.Hash(h)
	}
	return index >= 0 && index < c.Size && tlog.CheckRecord(p, c.Size, tlog.Hash(c.Root), index, tlog.RecordHash(entry)) == nil
}

// EntryProof is a file that proves without the log that an entry is in it (C2SP tlog-proof): the entry itself, its index, the proof and a signed checkpoint.
type EntryProof struct {
	Index      int64
	Entry      []byte
	Proof      []Hash
	Checkpoint []byte
}

// MaxEntryProofBytes bounds such a file.
const MaxEntryProofBytes = 128 << 10

const proofTag = "c2sp.org/tlog-proof@v1\n"

// Text writes the file.
func (p EntryProof) Text() []byte {
	list := make(tlog.RecordProof, len(p.Proof))
	for i, h := range p.Proof {
		list[i] = tlog.Hash(h)
	}
	return torchwood.FormatProofWithExtraData(p.Index, p.Entry, list, p.Checkpoint)
}

// ParseEntryProof reads what Text writes and takes no other form. Nothing is checked yet: open the checkpoint, then ask it.
func ParseEntryProof(b []byte) (p EntryProof, err error) {
	bad := errors.New("this is no proof of an entry: a line " + strings.TrimSpace(proofTag) + ", the entry, its index, hashes, an empty line and a signed checkpoint")
	head, checkpoint, ok := bytes.Cut(b, []byte("\n\n"))
	rest, tagged := strings.CutPrefix(string(head), proofTag)
	if !ok || !tagged || len(b) > MaxEntryProofBytes {
		return p, bad
	}
	lines := strings.Split(rest, "\n")
	if len(lines) < 2 || len(lines) > 2+64 || !strings.HasPrefix(lines[0], "extra ") || !strings.HasPrefix(lines[1], "index ") {
		return p, bad
	}
	if p.Entry, err = base64.StdEncoding.Strict().DecodeString(lines[0][len("extra "):]); err != nil {
		return p, bad
	}
	if p.Index, err = strconv.ParseInt(lines[1][len("index "):], 10, 64); err != nil || p.Index < 0 {
		return p, bad
	}
	for _, l := range lines[2:] {
		h, err := base64.StdEncoding.Strict().DecodeString(l)
		if err != nil || len(h) != len(Hash{}) {
			return EntryProof{}, bad
		}
		p.Proof = append(p.Proof, Hash(h))
	}
	p.Checkpoint = slices.Clone(checkpoint)
	if !bytes.Equal(p.Text(), b) {
		return EntryProof{}, bad
	}
	return p, nil
}
