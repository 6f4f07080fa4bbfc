package publish

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/json"
	"hash/crc32"
	"io/fs"
	"slices"
	"strconv"

	"truce"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/verify"
)

// packed is a file of a bundle, compressed.
type packed struct {
	zip.FileHeader
	data []byte
}

// compressed gives a file of a bundle. Making a compressor costs more than most files: one serves all.
func (s *Site) compressed(name string, data []byte) (*packed, error) {
	var b bytes.Buffer
	if s.squeeze == nil {
		w, err := flate.NewWriter(&b, flate.BestCompression)
		if err != nil {
			return nil, err
		}
		s.squeeze = w
	}
	w := s.squeeze
	w.Reset(&b)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return &packed{zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(data), CompressedSize64: uint64(b.Len()), UncompressedSize64: uint64(len(data))}, b.Bytes()}, nil
}

// needs lists the leaves without which one cannot be checked alone: its text, and the keys it was signed with, each with the keys by which it was let in.
func (b *book) needs(e *entry) ([]int64, error) {
	out := []int64{e.index}
	if v := b.byPlan[e.Leaf.Plan]; v != nil && v.index < e.index {
		out = append(out, v.index)
	}
	var add func(body truce.Digest) error
	add = func(body truce.Digest) error {
		raw, err := fs.ReadFile(b.fsys, "doc/"+body.String())
		if err != nil {
			return err
		}
		var d struct{ Signatures []verify.Signature }
		if err := json.Unmarshal(raw, &d); err != nil {
			return err
		}
		for _, s := range d.Signatures {
			if i, ok := b.keys[s.Key]; ok && i < e.index && !slices.Contains(out, i) {
				out = append(out, i)
				if err := add(b.keyBodies[i]); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := add(e.Body); err != nil {
		return nil, err
	}
	if v := b.byPlan[e.Leaf.Plan]; v != nil {
		if err := add(v.Body); err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return out, nil
}

// kit is what one leaf is checked with.
type kit struct {
	leaf int64
	need []int64   // leaves
	from seal.Hash // of their proofs
	// lasts says that enough witnesses signed each proof: none is made again.
	lasts bool
}

// proof is the proof of a leaf, as it lies there.
type proof struct {
	seal.EntryProof
	seen witness.Seen // of its checkpoint
	text []byte
}

// shared is what many bundles of one update hold: it is read and compressed once.
type shared struct {
	proofs map[int64]*proof
	seen   map[seal.Hash]witness.Seen // checkpoints
	packs  map[string]*packed
}

// proofs reads the proofs of a kit; nil where one is not there yet.
func (s *Site) proofs(k *kit) (out []*proof) {
	for _, i := range k.need {
		p := s.once.proofs[i]
		if p == nil {
			var err error
			if p, err = s.proof(i); err != nil {
				return nil
			}
			if i != k.leaf {
				s.once.proofs[i] = p
			}
		}
		out = append(out, p)
	}
	return out
}

func (s *Site) proof(leaf int64) (*proof, error) {
	p := &proof{}
	var err error
	if p.text, err = fs.ReadFile(s.book.fsys, "proof/"+strconv.FormatInt(leaf, 10)); err != nil {
		return nil, err
	}
	if p.EntryProof, err = seal.ParseEntryProof(p.text); err != nil {
		return nil, err
	}
	d := seal.Bytes(p.Checkpoint)
	seen, ok := s.once.seen[d]
	if !ok {
		if seen, err = s.book.policy.Open(p.Checkpoint); err != nil {
			return nil, err
		}
		s.once.seen[d] = seen
	}
	p.seen = seen
	return p, nil
}

// digestOf is the digest of the proofs' texts.
func digestOf(list []*proof) seal.Hash {
	var all []byte
	for _, p := range list {
		all = append(all, p.text...)
	}
	return seal.Bytes(all)
}

// pack makes the bundle with which a leaf is checked alone. Its checkpoint is the newest of its proofs, so that it stays as it is while the log grows.
func (s *Site) pack(k *kit) ([]byte, error) {
	proofs := s.proofs(k)
	if proofs == nil {
		return nil, broken("proof/"+strconv.FormatInt(k.leaf, 10), "a proof is gone that was here", nil)
	}
	var list []*packed
	var err error
	// put adds a file. One that other bundles hold too has a key.
	put := func(path, key string, data func() ([]byte, error)) {
		p := s.once.packs[key]
		if p == nil && err == nil {
			var b []byte
			if b, err = data(); err == nil {
				p, err = s.compressed(path, b)
			}
			if key != "" && err == nil {
				s.once.packs[key] = p
			}
		}
		list = append(list, p)
	}
	is := func(b []byte) func() ([]byte, error) { return func() ([]byte, error) { return b, nil } }
	lies := func(path string) func() ([]byte, error) {
		return func() ([]byte, error) { return fs.ReadFile(s.book.fsys, path) }
	}
	newest := slices.MaxFunc(proofs, func(a, b *proof) int { return cmp.Compare(a.seen.Size, b.seen.Size) }).Checkpoint
	put("checkpoint", string(newest), is(newest))
	put("policy", "policy", lies("policy"))
	for n, p := range proofs {
		l, err := verify.ParseLeaf(p.Entry)
		if err != nil {
			return nil, err
		}
		key := func(path string) string {
			if k.need[n] == k.leaf {
				return ""
			}
			return path
		}
		path, doc := "proof/"+strconv.FormatInt(k.need[n], 10), "doc/"+l.Body.String()
		put(path, key(path), is(p.text))
		put(doc, key(doc), lies(doc))
		if l.Kind == verify.Text {
			text := "text/" + l.Text.String()
			put(text, text, lies(text))
		}
	}
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range list {
		h := p.FileHeader
		w, err := z.CreateRaw(&h)
		if err == nil {
			_, err = w.Write(p.data)
		}
		if err != nil {
			return nil, err
		}
	}
	err = z.Close() // writes the list of what is in it
	return b.Bytes(), err
}
