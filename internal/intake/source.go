package intake

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"truce"
)

// source reads until the context stops it.
type source struct {
	ctx context.Context
	r   io.Reader
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// unpack gives the plain bytes of a file that may be compressed with gzip, whatever its name is.
func unpack(r io.Reader, most int64) (_ *bufio.Reader, packed bool, err error) {
	in := bufio.NewReaderSize(r, headSize)
	head, err := in.Peek(4)
	if err != nil && err != io.EOF {
		return nil, false, err
	}
	if !bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return in, false, nil
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, true, damaged(err)
	}
	if most <= 0 {
		most = MaxBytes
	}
	return bufio.NewReaderSize(&unpacked{z, most, most}, headSize), true, nil
}

// unpacked bounds what comes out of a compressed file.
type unpacked struct {
	z          *gzip.Reader
	left, most int64
}

func (u *unpacked) Read(p []byte) (int, error) {
	if u.left < 0 {
		return 0, &truce.Error{Kind: truce.TooLarge, Reason: fmt.Sprintf("the file decompresses to more than %d bytes", u.most),
			Hint: "split it, or raise the limit if you trust it"}
	}
	if int64(len(p)) > u.left+1 {
		p = p[:u.left+1]
	}
	n, err := u.z.Read(p)
	u.left -= int64(n)
	if u.left < 0 {
		n-- // the byte too many; the next call says so
		err = nil
	}
	if err != nil && err != io.EOF {
		err = damaged(err)
	}
	return n, err
}

func damaged(err error) error {
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &truce.Error{Kind: truce.Corrupt, Reason: "the compressed file is damaged or cut off", Hint: "get it again", Cause: err}
	}
	return err
}
