package segment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"truce"
	"truce/internal/journal"
	"truce/internal/seal"
)

// The form of the files, version 1. All numbers are big-endian. docs/reference/journal.md has the same as tables.
const (
	fileTag        = "truce/segment/1\n"
	fileHeaderSize = 88
	batchTag       = "TRCBATCH"
	batchHeader    = 56
	entryHeader    = 9
	digestSize     = 32

	// What became of an entry's sealed content. The bytes differ from each other in three bits or more, so that one flipped bit is
	// neither; and one byte is never torn.
	stateNone   = 'N' // the record has none
	stateSealed = 'S'
	stateErased = 'E'
)

// maxBody bounds the entries of one batch in a file.
const maxBody = journal.MaxBatchBytes + journal.MaxBatch*entryHeader

// fileHeader begins a file: tag, number of its first record, digest of the record before, SHA-256 of all that.
func fileHeader(after journal.Head) []byte {
	b := append(make([]byte, 0, fileHeaderSize), fileTag...)
	b = binary.BigEndian.AppendUint64(b, uint64(after.Seq+1))
	b = append(b, after.Digest[:]...)
	return appendSum(b, b)
}

func parseFileHeader(b []byte) (after journal.Head, ok bool) {
	after.Seq = truce.Seq(binary.BigEndian.Uint64(b[len(fileTag):]) - 1)
	copy(after.Digest[:], b[len(fileTag)+8:])
	return after, bytes.Equal(b, fileHeader(after))
}

// formBatch writes a batch: header, entries, and a SHA-256 over the header and each entry's lengths and record digest. That leaves the sealed
// content out, for it may be erased; the record's own commitment covers it.
func formBatch(entries []journal.Entry, heads []journal.Head) ([]byte, error) {
	size := 0
	for _, e := range entries {
		size += entryHeader + len(e.Bytes) + len(e.Sealed)
	}
	b := append(make([]byte, 0, batchHeader+size+digestSize), batchTag...)
	b = binary.BigEndian.AppendUint64(b, uint64(entries[0].Seq))
	b = binary.BigEndian.AppendUint32(b, uint32(len(entries)))
	b = binary.BigEndian.AppendUint32(b, uint32(size))
	b = appendSum(b, b)
	sum := bytes.Clone(b)
	for i, e := range entries {
		state := byte(stateNone)
		if e.Sealed != nil {
			state = stateSealed
		} else if r, err := truce.ParseRecord(e.Bytes); err != nil {
			return nil, err
		} else if _, ok := r.Commitment(journal.SealedGroup); ok {
			state = stateErased
		}
		start := len(b)
		b = binary.BigEndian.AppendUint32(b, uint32(len(e.Bytes)))
		b = binary.BigEndian.AppendUint32(b, uint32(len(e.Sealed)))
		sum = append(append(sum, b[start:]...), heads[i].Digest[:]...)
		b = append(b, state)
		b = append(b, e.Bytes...)
		b = append(b, e.Sealed...)
	}
	return appendSum(b, sum), nil
}

func appendSum(b, of []byte) []byte {
	sum := seal.Bytes(of)
	return append(b, sum[:]...)
}

// entry is an entry and where in its batch its state and its sealed content lie.
type entry struct {
	journal.Entry
	state, sealed int64
	sealedSize    int
}

// batch is what stands at one place of a file. fault says why that is none; short, that it is one whose end is missing.
type batch struct {
	first   truce.Seq
	entries []entry
	size    int64
	fault   string
	short   bool
}

// reader reads a file batch by batch through a buffer.
type reader struct {
	file   io.ReaderAt
	lock   sync.Locker // held while bytes are taken from the file; nil for none
	offset int64       // of the batch that is read next
	end    int64

	buf   []byte
	at    int64 // where in the file buf begins
	parts []entry
	sum   []byte
}

const bufferSize = 1 << 20

// bytes gives n bytes at the offset, good until the next call. The file has them.
func (r *reader) bytes(n int64) ([]byte, error) {
	if i := r.offset - r.at; r.buf != nil && i >= 0 && i+n <= int64(len(r.buf)) {
		return r.buf[i : i+n], nil
	}
	size := min(max(n, bufferSize), r.end-r.offset)
	if int64(cap(r.buf)) < size {
		r.buf = make([]byte, size)
	}
	r.buf, r.at = r.buf[:size], r.offset
	if r.lock != nil {
		r.lock.Lock()
		defer r.lock.Unlock()
	}
	if _, err := r.file.ReadAt(r.buf, r.offset); err != nil && !errors.Is(err, io.EOF) {
		r.buf = nil
		return nil, err
	} else if err != nil {
		r.buf = nil
		return nil, io.ErrUnexpectedEOF
	}
	return r.buf[:n], nil
}

// batch reads the batch at the offset and holds it against its digests. An error is one of reading; what is wrong with the bytes is the
// batch's fault.
func (r *reader) batch() (batch, error) {
	left := r.end - r.offset
	if left < batchHeader {
		return batch{fault: "it ends within the header of a batch", short: true}, nil
	}
	h, err := r.bytes(batchHeader)
	if err != nil {
		return batch{}, err
	}
	const fields = batchHeader - digestSize
	sum := seal.Bytes(h[:fields])
	if string(h[:len(batchTag)]) != batchTag || !bytes.Equal(h[fields:], sum[:]) {
		return batch{fault: "no batch begins here"}, nil
	}
	b := batch{first: truce.Seq(binary.BigEndian.Uint64(h[8:]))}
	count, body := binary.BigEndian.Uint32(h[16:]), int64(binary.BigEndian.Uint32(h[20:]))
	if count == 0 || count > journal.MaxBatch || body > maxBody {
		return batch{fault: "the batch is larger than any may be"}, nil
	}
	b.size = batchHeader + body + digestSize
	if left < b.size {
		return batch{fault: "the file ends within a batch", short: true}, nil
	}
	all, err := r.bytes(b.size)
	if err != nil {
		return batch{}, err
	}
	r.parts, r.sum = r.parts[:0], append(r.sum[:0], all[:batchHeader]...)
	rest, at := all[batchHeader:len(all)-digestSize], int64(batchHeader)
	for i := range count {
		if len(rest) < entryHeader {
			return batch{fault: "an entry ends too early"}, nil
		}
		n, m, state := int64(binary.BigEndian.Uint32(rest)), int64(binary.BigEndian.Uint32(rest[4:])), rest[8]
		if n+m > int64(len(rest)-entryHeader) {
			return batch{fault: "an entry is longer than its batch"}, nil
		}
		e := entry{Entry: journal.Entry{Seq: b.first + truce.Seq(i), Bytes: rest[entryHeader : entryHeader+n]}, state: at + 8, sealed: at + entryHeader + n, sealedSize: int(m)}
		if state == stateSealed {
			e.Sealed = rest[entryHeader+n : entryHeader+n+m]
		}
		rec, digest, err := journal.Checked(&e.Entry)
		if err != nil {
			return batch{fault: err.Error()}, nil
		}
		_, seals := rec.Commitment(journal.SealedGroup)
		if state != stateSealed && state != stateErased && state != stateNone || (state == stateNone) == seals || state == stateNone && m > 0 {
			return batch{fault: "an entry's sealed content is neither there nor erased"}, nil
		}
		r.sum = append(append(r.sum, rest[:8]...), digest[:]...)
		r.parts = append(r.parts, e)
		rest, at = rest[entryHeader+n+m:], at+entryHeader+n+m
	}
	total := seal.Bytes(r.sum)
	if len(rest) > 0 || !bytes.Equal(total[:], all[len(all)-digestSize:]) {
		return batch{fault: "the batch is not what was written"}, nil
	}
	b.entries = r.parts
	return b, nil
}
