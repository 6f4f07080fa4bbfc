package mechanism

import (
	"encoding/base64"
	"encoding/binary"
	"io"

	"truce/internal/seal"
)

// cursors hides numbers under a key that lives as long as the program.
type cursors struct{ key seal.Key }

const cursorTag = "truce/cursor/v1\n"

func (c cursors) hide(random io.Reader, n uint64) (string, error) {
	b, err := c.key.Encrypt(nil, random, binary.BigEndian.AppendUint64(nil, n), []byte(cursorTag))
	return base64.RawURLEncoding.EncodeToString(b), err
}

func (c cursors) find(s string) (uint64, bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return 0, false
	}
	b, err = c.key.Decrypt(nil, b, []byte(cursorTag))
	if err != nil || len(b) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(b), true
}
