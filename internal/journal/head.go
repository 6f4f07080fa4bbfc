package journal

import (
	"bytes"
	"encoding/binary"
	"sync"

	"truce"
	"truce/internal/disk"
	"truce/internal/seal"
)

// HeadFile remembers the last acknowledged head in a small file of its own, so that a journal that lost its end, or was put back to an
// older state, is noticed at the next start. It is written after a head is durable and before anybody is told.
//
// The file has two places of a page each, written by turns: a power cut tears at most the one being written, and the
// other still holds the head before it. See docs/reference/journal.md.
type HeadFile struct {
	mu      sync.Mutex
	file    disk.File
	path    string
	head    Head
	turn    int64 // the place that is written next
	damaged bool
	broken  error
}

const (
	headTag  = "truce/head/v1\n\n\n"
	headPage = 4096
)

// CreateHeadFile makes a head file that knows a head: an empty journal's, or that of one just restored.
func CreateHeadFile(f disk.Folder, name string, head Head) error {
	page := headBytes(head)
	return f.WriteFile(name, append(page, page...))
}

// OpenHeadFile opens a head file. NotFound where there is none, which is no small matter for a journal that has records; Corrupt
// where neither place can be read.
func OpenHeadFile(f disk.Folder, name string) (*HeadFile, error) {
	const op truce.Op = "journal.OpenHeadFile"
	b, err := f.ReadFile(name, 2*headPage)
	if err != nil {
		return nil, &truce.Error{Op: op, Kind: truce.KindOf(err), Hint: hintHead, Cause: err}
	}
	h := &HeadFile{path: f.Path() + "/" + name}
	var heads [2]Head
	var ok [2]bool
	if len(b) == 2*headPage {
		heads[0], ok[0] = parseHead(b[:headPage])
		heads[1], ok[1] = parseHead(b[headPage:])
	}
	switch {
	case !ok[0] && !ok[1]:
		return nil, &truce.Error{Op: op, Kind: truce.Corrupt, Subject: h.path, Reason: "it cannot be read", Hint: hintHead}
	case !ok[0] || ok[1] && heads[1].Seq > heads[0].Seq:
		h.head, h.turn = heads[1], 0
	default:
		h.head, h.turn = heads[0], 1
	}
	h.damaged = !ok[0] || !ok[1]
	if h.file, err = f.File(name); err != nil {
		return nil, err
	}
	return h, nil
}

const hintHead = "without this file nobody can tell whether the journal is complete; run `truce fsck`, compare its head with a published checkpoint, then `truce repair`"

// Head is the last head that was acknowledged.
func (h *HeadFile) Head() Head {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.head
}

// Damaged reports that one of the two places could not be read when the file was opened: a power cut while it was written, or damage. Head may
// then be the one before the last acknowledged.
func (h *HeadFile) Damaged() bool { return h.damaged }

// Write remembers a head and returns when it is on disk. After an error every further call fails.
func (h *HeadFile) Write(head Head) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken != nil {
		return h.broken
	}
	_, err := h.file.WriteAt(headBytes(head), h.turn*headPage)
	if err == nil {
		err = h.file.Sync()
	}
	if err != nil {
		h.broken = &truce.Error{Op: "journal.HeadFile.Write", Kind: truce.Unavailable, Subject: h.path, Reason: "the head could not be written", Hint: hintReopen, Cause: err}
		return h.broken
	}
	h.head, h.turn = head, 1-h.turn
	return nil
}

// Close closes the file.
func (h *HeadFile) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken == nil {
		h.broken = closedError("journal.HeadFile.Write")
	}
	return h.file.Close()
}

func headBytes(h Head) []byte {
	b := make([]byte, 0, 2*headPage)
	b = append(b, headTag...)
	b = binary.BigEndian.AppendUint64(b, uint64(h.Seq))
	b = append(b, h.Digest[:]...)
	sum := seal.Bytes(b)
	b = append(b, sum[:]...)
	return append(b, make([]byte, headPage-len(b))...)
}

func parseHead(b []byte) (Head, bool) {
	h := Head{Seq: truce.Seq(binary.BigEndian.Uint64(b[len(headTag):]))}
	copy(h.Digest[:], b[len(headTag)+8:])
	return h, bytes.Equal(b, headBytes(h))
}
