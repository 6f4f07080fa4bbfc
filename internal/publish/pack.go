package publish

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/json"
	"hash/crc32"
	"io/fs"
	"slices"
	"strconv"

	"truce"
	"truce/internal/seal"
	"truce/verify"
)

// packed is a file of a bundle, compressed once: every bundle holds the text.
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
	if v := b.byText[e.Leaf.Text]; v != nil && v.index < e.index {
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
	if v := b.byText[e.Leaf.Text]; v != nil {
		if err := add(v.Body); err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return out, nil
}

// proofs reads the proofs of leaves; nil where one is not there yet.
func (b *book) proofs(need []int64) (texts [][]byte, newest []byte) {
	size := int64(-1)
	for _, i := range need {
		raw, err := fs.ReadFile(b.fsys, "proof/"+strconv.FormatInt(i, 10))
		if err != nil {
			return nil, nil
		}
		p, err := seal.ParseEntryProof(raw)
		if err != nil {
			return nil, nil
		}
		seen, err := b.policy.Open(p.Checkpoint)
		if err != nil {
			return nil, nil
		}
		if seen.Checkpoint.Size > size {
			size, newest = seen.Checkpoint.Size, p.Checkpoint
		}
		texts = append(texts, raw)
	}
	return texts, newest
}

// pack makes the bundle with which a leaf is checked alone. Its checkpoint is the newest of its proofs, so that it stays as it is while the log grows.
func (s *Site) pack(need []int64, proofs [][]byte, checkpoint []byte) ([]byte, error) {
	var list []*packed
	add := func(path string, data []byte) error {
		p, err := s.compressed(path, data)
		list = append(list, p)
		return err
	}
	once := func(path string) error {
		if s.packs[path] == nil {
			data, err := fs.ReadFile(s.book.fsys, path)
			if err != nil {
				return err
			}
			if s.packs[path], err = s.compressed(path, data); err != nil {
				return err
			}
		}
		list = append(list, s.packs[path])
		return nil
	}
	err := add("checkpoint", checkpoint)
	if err == nil {
		err = once("policy")
	}
	for n, i := range need {
		if err != nil {
			return nil, err
		}
		var p seal.EntryProof
		var l verify.Leaf
		if p, err = seal.ParseEntryProof(proofs[n]); err == nil {
			if l, err = verify.ParseLeaf(p.Entry); err == nil {
				err = add("proof/"+strconv.FormatInt(i, 10), proofs[n])
			}
		}
		path := "doc/" + l.Body.String()
		switch {
		case err != nil:
		case l.Kind == verify.Text:
			if err = once(path); err == nil {
				err = once("text/" + l.Text.String())
			}
		case l.Kind == verify.KeyLeaf:
			err = once(path)
		default:
			var data []byte
			if data, err = fs.ReadFile(s.book.fsys, path); err == nil {
				err = add(path, data)
			}
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
