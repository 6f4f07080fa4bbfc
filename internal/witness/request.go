package witness

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"truce"
	"truce/internal/seal"
)

// Limits of what is asked of a witness and of what it answers. See docs/limits.md.
const (
	MaxRequestBytes = 16 << 10
	MaxAnswerBytes  = 16 << 10
	MaxProofHashes  = 63
)

// Request asks a witness to cosign a checkpoint (C2SP tlog-witness, add-checkpoint).
type Request struct {
	Old        int64       // the size of the tree the witness is thought to know
	Proof      []seal.Hash // that the checkpoint's tree holds that one
	Checkpoint []byte      // as the log signed it
}

// Bytes writes the request.
func (r Request) Bytes() []byte {
	b := fmt.Appendf(nil, "old %d\n", r.Old)
	b = appendHashes(b, r.Proof)
	return append(append(b, '\n'), r.Checkpoint...)
}

// ParseRequest reads a request. It says nothing yet of the checkpoint in it.
func ParseRequest(b []byte) (Request, error) {
	bad := func(format string, args ...any) (Request, error) {
		return Request{}, &truce.Error{Op: "witness.ParseRequest", Kind: truce.Invalid, Subject: "the request", Reason: fmt.Sprintf(format, args...),
			Hint: "send a line \"old N\", at most 63 hashes in base64 with a line each, an empty line and the checkpoint"}
	}
	if len(b) > MaxRequestBytes {
		return bad("it is longer than %d bytes", MaxRequestBytes)
	}
	head, checkpoint, ok := bytes.Cut(b, []byte("\n\n"))
	if !ok {
		return bad("no empty line stands before the checkpoint")
	}
	lines := strings.Split(string(head), "\n")
	digits, ok := strings.CutPrefix(lines[0], "old ")
	old, isSize := parseSize(digits)
	if !ok || !isSize {
		return bad("%.40q is not \"old\" and a size", lines[0])
	}
	if len(lines)-1 > MaxProofHashes {
		return bad("the proof has more than %d hashes", MaxProofHashes)
	}
	proof, err := parseHashes(lines[1:])
	if err != nil {
		return bad("%v", err)
	}
	return Request{old, proof, checkpoint}, nil
}

// parseSize reads a size in its one form.
func parseSize(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && strconv.FormatInt(n, 10) == s
}

func appendHashes(b []byte, list []seal.Hash) []byte {
	for _, h := range list {
		b = append(base64.StdEncoding.AppendEncode(b, h[:]), '\n')
	}
	return b
}

func parseHashes(lines []string) ([]seal.Hash, error) {
	var list []seal.Hash
	for _, l := range lines {
		h, err := base64.StdEncoding.Strict().DecodeString(l)
		if err != nil || len(h) != len(seal.Hash{}) || len(l) != base64.StdEncoding.EncodedLen(len(h)) {
			return nil, fmt.Errorf("%.60q is not a hash in base64", l)
		}
		list = append(list, seal.Hash(h))
	}
	return list, nil
}
