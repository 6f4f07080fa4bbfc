package seal

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"truce"
)

// NoteKey is a key by which signatures under a checkpoint are checked: a log's own, or a witness's, which also signs when it signed. It is written
// as a "vkey" (C2SP signed-note), and taken as strictly as every other key: see [ParsePublicKey].
type NoteKey struct {
	name string
	kind noteKind
	key  PublicKey
}

// noteKind is the first byte of a key in a vkey.
type noteKind byte

const (
	logKind     noteKind = 1 // Ed25519 over the note's text (C2SP signed-note)
	witnessKind noteKind = 4 // Ed25519 over a time and the note's text (C2SP tlog-cosignature, cosignature/v1)
)

// LogKey is the key of the log of that origin. WitnessKey is the key of the witness of that name.
func (k PublicKey) LogKey(origin string) (NoteKey, error) { return newNoteKey(origin, logKind, k[:]) }
func (k PublicKey) WitnessKey(name string) (NoteKey, error) {
	return newNoteKey(name, witnessKind, k[:])
}

// MaxNameBytes bounds the origin of a log and the name of a witness.
const MaxNameBytes = 255

func newNoteKey(name string, kind noteKind, b []byte) (NoteKey, error) {
	if name == "" || len(name) > MaxNameBytes || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == '+' }) {
		return NoteKey{}, fmt.Errorf("%q names no key: a name is visible ASCII without + and at most %d bytes", name, MaxNameBytes)
	}
	k, err := ParsePublicKey(b)
	if err != nil {
		return NoteKey{}, err
	}
	return NoteKey{name, kind, k}, nil
}

// ParseNoteKey reads a vkey: name, first bytes of its digest, and kind and key in base64, joined by "+".
func ParseNoteKey(vkey string) (NoteKey, error) {
	bad := errors.New("this is no key of a log or a witness: it is written as name+digest+key")
	name, rest, _ := strings.Cut(vkey, "+")
	_, b64key, ok := strings.Cut(rest, "+")
	b, err := base64.StdEncoding.Strict().DecodeString(b64key)
	if !ok || err != nil || len(b) < 1 {
		return NoteKey{}, bad
	}
	kind := noteKind(b[0])
	if kind != logKind && kind != witnessKind {
		return NoteKey{}, fmt.Errorf("the key of %q is of a kind (%d) that is not known here", name, kind)
	}
	k, err := newNoteKey(name, kind, b[1:])
	if err != nil {
		return NoteKey{}, err
	}
	if k.String() != vkey {
		return NoteKey{}, bad
	}
	return k, nil
}

// String writes the key as a vkey.
func (k NoteKey) String() string {
	if k.name == "" {
		return ""
	}
	return fmt.Sprintf("%s+%08x+%s", k.name, k.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{byte(k.kind)}, k.key[:]...)))
}

// Name is the origin of the log or the name of the witness.
func (k NoteKey) Name() string { return k.name }

// Public is the key itself.
func (k NoteKey) Public() PublicKey { return k.key }

// IsWitness reports whether the key makes cosignatures.
func (k NoteKey) IsWitness() bool { return k.kind == witnessKind }

// KeyHash stands before each signature, so that it is known which key to ask.
func (k NoteKey) KeyHash() uint32 {
	h := Bytes(slices.Concat([]byte(k.name), []byte{'\n', byte(k.kind)}, k.key[:]))
	return binary.BigEndian.Uint32(h[:])
}

// Verify reports whether the signature, without the key's hash, is the key's over a note's text.
func (k NoteKey) Verify(text, signature []byte) bool {
	switch k.kind {
	case logKind:
		return k.key.Verify(text, signature)
	case witnessKind:
		if len(signature) < 8 {
			return false
		}
		seconds := binary.BigEndian.Uint64(signature)
		return seconds < 1<<63 && k.key.Verify(cosigned(seconds, string(text)), signature[8:])
	}
	return false
}

// cosigned is what a witness signs.
func cosigned(seconds uint64, text string) []byte {
	return []byte("cosignature/v1\ntime " + strconv.FormatUint(seconds, 10) + "\n" + text)
}

// Checkpoint is the state of a log: so many records, under one root (C2SP tlog-checkpoint).
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Hash
	// Extension is what a log writes below, whole lines. Ours write nothing there: nobody could check it.
	Extension string
}

// EmptyRoot is the root of a log without records.
var EmptyRoot = Bytes(nil)

// Text is what is signed.
func (c Checkpoint) Text() string {
	return torchwood.Checkpoint{Origin: c.Origin, Tree: tlog.Tree{N: c.Size, Hash: tlog.Hash(c.Root)}, Extension: c.Extension}.String()
}

// MaxCheckpointBytes bounds a checkpoint with all signatures under it.
const MaxCheckpointBytes = 16 << 10

// Reasons why a checkpoint is not opened.
var (
	ErrCheckpoint = errors.New("this is no signed checkpoint: origin, size, root, an empty line and signatures")
	ErrUnsigned   = errors.New("none of the keys asked for signed this checkpoint, or what stands as their signature is not theirs")
)

// NoteSignature is one that holds under a checkpoint.
type NoteSignature struct {
	Key NoteKey
	// At is when a witness signed, to the second; not stated under a log's signature.
	At truce.Instant
	// Line is the signature as it is written under a checkpoint, with its line break.
	Line string
}

// OpenCheckpoint reads a checkpoint and gives the signatures of the keys that stand under it, in their order there. There must be one at least;
// those of other keys are passed over, and a wrong one of a key that was asked for spoils the whole.
func OpenCheckpoint(signed []byte, keys ...NoteKey) (Checkpoint, []NoteSignature, error) {
	if len(signed) > MaxCheckpointBytes {
		return Checkpoint{}, nil, ErrCheckpoint
	}
	verifiers := make([]note.Verifier, len(keys))
	for i, k := range keys {
		verifiers[i] = k
	}
	n, err := note.Open(signed, note.VerifierList(verifiers...))
	if err != nil {
		var unverified *note.UnverifiedNoteError
		var invalid *note.InvalidSignatureError
		if errors.As(err, &unverified) || errors.As(err, &invalid) {
			return Checkpoint{}, nil, ErrUnsigned
		}
		return Checkpoint{}, nil, fmt.Errorf("%w (%v)", ErrCheckpoint, err)
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	var list []NoteSignature
	for _, s := range n.Sigs {
		for _, k := range keys {
			if k.Name() != s.Name || k.KeyHash() != s.Hash {
				continue
			}
			b, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
			if err != nil { // note.Open takes a second form of the same bytes
				return Checkpoint{}, nil, ErrCheckpoint
			}
			out := NoteSignature{Key: k, Line: k.line(b[4:])}
			if k.IsWitness() {
				out.At = instantOf(binary.BigEndian.Uint64(b[4:]))
			}
			list = append(list, out)
		}
	}
	return c, list, nil
}

// ParseCheckpoint reads what is signed, without signatures. It has one form only.
func ParseCheckpoint(text string) (Checkpoint, error) {
	p, err := torchwood.ParseCheckpoint(text)
	c := Checkpoint{p.Origin, p.N, Hash(p.Hash), p.Extension}
	if err != nil || c.Text() != text || c.Origin == "" || c.Size == 0 && c.Root != EmptyRoot {
		return Checkpoint{}, ErrCheckpoint
	}
	return c, nil
}

// instantOf is the second as a moment, no later than the latest there is.
func instantOf(seconds uint64) truce.Instant {
	return truce.Instant(min(seconds, uint64(truce.LatestInstant)/1000) * 1000)
}

// SignCheckpoint writes the checkpoint with the log's signature under it.
func (s Signer) SignCheckpoint(c Checkpoint) ([]byte, error) {
	k, err := s.Public().LogKey(c.Origin)
	if err != nil {
		return nil, err
	}
	text := c.Text()
	return []byte(text + "\n" + k.line(s.Sign([]byte(text)))), nil
}

// Cosign gives the line by which the witness of that name says: at this moment, to the second, this is the largest tree of that log I have seen,
// and it holds all I saw before. The caller has made sure that it is so.
func (s Signer) Cosign(name string, c Checkpoint, at truce.Instant) (NoteSignature, error) {
	k, err := s.Public().WitnessKey(name)
	if err != nil {
		return NoteSignature{}, err
	}
	if at < 0 || at > truce.LatestInstant {
		return NoteSignature{}, fmt.Errorf("%v is no moment at which anybody signs", at)
	}
	seconds := uint64(at) / 1000
	signature := append(binary.BigEndian.AppendUint64(nil, seconds), s.Sign(cosigned(seconds, c.Text()))...)
	return NoteSignature{k, instantOf(seconds), k.line(signature)}, nil
}

// line writes a signature as it stands under a note.
func (k NoteKey) line(signature []byte) string {
	return "— " + k.name + " " + base64.StdEncoding.EncodeToString(append(binary.BigEndian.AppendUint32(nil, k.KeyHash()), signature...)) + "\n"
}

// CheckGrowth reports whether the proof shows that the grown log holds all the old one held, in its place (RFC 6962, 2.1.2). From no records
// to some needs no proof, and takes none.
func CheckGrowth(old, grown Checkpoint, proof []Hash) bool {
	switch {
	case old.Origin != grown.Origin || old.Size > grown.Size:
		return false
	case old.Size == 0:
		return len(proof) == 0 && old.Root == EmptyRoot && (grown.Size > 0 || grown.Root == EmptyRoot)
	case old.Size == grown.Size:
		return len(proof) == 0 && old.Root == grown.Root
	}
	p := make(tlog.TreeProof, len(proof))
	for i, h := range proof {
		p[i] = tlog.Hash(h)
	}
	return tlog.CheckTree(p, grown.Size, tlog.Hash(grown.Root), old.Size, tlog.Hash(old.Root)) == nil
}

// NoteSecret writes a secret key on purpose, with the name it signs under, as other programs that sign notes read it (golang.org/x/mod/sumdb/note).
func (s Signer) NoteSecret(name string) (string, error) {
	k, err := s.Public().LogKey(name)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, k.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{byte(logKind)}, s.key.Seed()...))), nil
}

// ParseNoteSecret reads what NoteSecret writes. No error tells anything of what was read.
func ParseNoteSecret(secret string) (name string, s Signer, err error) {
	f := strings.SplitN(secret, "+", 5) // base64 has + too
	if len(f) == 5 && f[0] == "PRIVATE" && f[1] == "KEY" {
		b, e := base64.StdEncoding.Strict().DecodeString(f[4])
		if e == nil && len(b) == 1+KeySize && noteKind(b[0]) == logKind {
			s = NewSigner(Key(b[1:]))
			if again, e := s.NoteSecret(f[2]); e == nil && Equal(again, secret) {
				return f[2], s, nil
			}
		}
	}
	return "", Signer{}, errors.New("this is no secret key for signing notes")
}
