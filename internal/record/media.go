package record

import (
	"encoding/hex"
	"math/bits"
	"slices"

	"truce"
	"truce/internal/seal"
	"truce/internal/vault"
)

// MediaForm says what a deposit is beside the original.
type MediaForm string

// Forms of media.
const (
	MediaOriginal MediaForm = "original" // as it was received, to the byte
	MediaStripped MediaForm = "stripped" // re-encoded from the pixels; nothing else of the original is in it
	MediaRedacted MediaForm = "redacted" // a stripped copy in which people blurred faces, plates or places
)

var mediaForms = []MediaForm{MediaOriginal, MediaStripped, MediaRedacted}

// Media is a photo, video or document that was deposited, or a copy made of one. The file itself lies in a blob, encrypted under a key of
// its own that lies in the sealed part of this record: erasing the record makes the blob unreadable, and then it is removed.
type Media struct {
	At   truce.Instant
	Form MediaForm
	// Of is the original that a copy was made of.
	Of truce.RecordID
	// Blob names the encrypted file; the name is made of chance.
	Blob string
	// About lists the records it belongs to: observations, answers, steps.
	About            []truce.RecordID
	Simulated, Moved bool
	// SizeClass is the size rounded up to a power of two: what is told openly of it.
	SizeClass int64

	// File is nil where it was erased.
	File *MediaFile
}

// MediaFile is what is sealed of a deposit. The digest is of the file as received; in the open it would tell whoever has the same file.
type MediaFile struct {
	Name   string // as the sender called it
	Type   string // decided from the bytes: "image/jpeg"
	Size   int64
	SHA256 truce.Digest
	Key    seal.Key
	Note   string
}

type mediaBody struct {
	At        truce.Instant    `json:"at"`
	Form      MediaForm        `json:"form"`
	Of        truce.RecordID   `json:"of,omitempty"`
	Blob      string           `json:"blob"`
	About     []truce.RecordID `json:"about,omitempty"`
	Simulated bool             `json:"simulated,omitempty"`
	Moved     bool             `json:"moved,omitempty"`
	SizeClass int64            `json:"sizeClass"`
}

// The groups of a media record. There are always all four.
const (
	groupFile    = "file"
	groupContent = "content"
	groupKey     = "key"
	groupNote    = "note"
)

type mediaContent struct {
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Draft writes the deposit as a record; SizeClass follows from the size.
func (m Media) Draft() (Draft, error) {
	const op truce.Op = "record.Media"
	f := m.File
	if f == nil || f.Size <= 0 || f.SHA256.IsZero() || f.Key == (seal.Key{}) {
		return Draft{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: m.Blob, Reason: "its size, digest or key is missing"}
	}
	b := mediaBody{m.At, m.Form, m.Of, m.Blob, m.About, m.Simulated, m.Moved, sizeClass(f.Size)}
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: m.Blob, Reason: err.Error()}
	}
	groups := make([]vault.Group, 4)
	for i, g := range []struct {
		name string
		v    any
	}{{groupFile, f.Name}, {groupContent, mediaContent{f.Type, f.Size, f.SHA256.String()}}, {groupKey, f.Key[:]}, {groupNote, f.Note}} {
		var err error
		if groups[i], err = group(g.name, g.v); err != nil {
			return Draft{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: g.name, Reason: "it cannot be written", Cause: err}
		}
	}
	return draft(truce.RecordMedia, b, groups...)
}

// ReadMedia reads a record of the kind.
func ReadMedia(r *truce.Record, g vault.Groups) (Media, error) {
	var b mediaBody
	if err := readBody(r, truce.RecordMedia, &b); err != nil {
		return Media{}, err
	}
	corrupt := func(why string) error {
		return &truce.Error{Op: "record.ReadMedia", Kind: truce.Corrupt, Subject: r.String(), Reason: why}
	}
	if err := b.check(); err != nil {
		return Media{}, corrupt(err.Error())
	}
	m := Media{At: b.At, Form: b.Form, Of: b.Of, Blob: b.Blob, About: b.About, Simulated: b.Simulated, Moved: b.Moved, SizeClass: b.SizeClass}
	if g.Erased() {
		return m, nil
	}
	var f MediaFile
	var c mediaContent
	var key []byte
	for _, part := range []struct {
		name string
		v    any
	}{{groupFile, &f.Name}, {groupContent, &c}, {groupKey, &key}, {groupNote, &f.Note}} {
		if err := readGroup(r, g, part.name, part.v); err != nil {
			return Media{}, err
		}
	}
	f.Type, f.Size = c.Type, c.Size
	if n, err := hex.Decode(f.SHA256[:], []byte(c.SHA256)); err != nil || n != len(f.SHA256) || f.SHA256.String() != c.SHA256 || len(key) != seal.KeySize || sizeClass(f.Size) != m.SizeClass {
		return Media{}, corrupt("its size, digest or key")
	}
	f.Key = seal.Key(key)
	m.File = &f
	return m, nil
}

func (b *mediaBody) check() error {
	switch {
	case !slices.Contains(mediaForms, b.Form):
		return expected("form", mediaForms)
	case (b.Form == MediaOriginal) != (b.Of == ""):
		return errText("a copy names its original, an original nothing")
	case b.Blob == "":
		return errText("it names its blob")
	case b.SizeClass <= 0 || b.SizeClass != sizeClass(b.SizeClass):
		return errText("its size is no power of two")
	case !b.At.Stated():
		return errText("it says when")
	}
	return nil
}

// sizeClass rounds a size up to a power of two, at least 64 KiB.
func sizeClass(n int64) int64 {
	if n <= 1<<16 || n > 1<<62 {
		return 1 << 16
	}
	return 1 << bits.Len64(uint64(n-1))
}
