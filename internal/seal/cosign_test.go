package seal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"truce"
)

func signer(t testing.TB, seed string) Signer {
	t.Helper()
	return NewSigner(Key(Bytes([]byte(seed))))
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// What we sign is taken by the libraries that others check with, and what they sign by us.
func TestNotesAreWhatOthersReadAndWrite(t *testing.T) {
	s, w := signer(t, "log"), signer(t, "witness")
	logKey, witnessKey := must[NoteKey](t)(s.Public().LogKey("log.example/a")), must[NoteKey](t)(w.Public().WitnessKey("w.example"))
	c := Checkpoint{Origin: "log.example/a", Size: 3, Root: Bytes([]byte("r"))}
	signed := must[[]byte](t)(s.SignCheckpoint(c))
	line := must[NoteSignature](t)(w.Cosign("w.example", c, 1_700_000_000_999))
	signed = append(signed, line.Line...)

	theirLog := must[note.Verifier](t)(note.NewVerifier(logKey.String()))
	theirWitness := must[*torchwood.CosignatureVerifier](t)(torchwood.NewCosignatureVerifier(witnessKey.String()))
	policy := torchwood.ThresholdPolicy(3, torchwood.OriginPolicy(c.Origin), torchwood.SingleVerifierPolicy(theirLog), torchwood.SingleVerifierPolicy(theirWitness))
	theirs, n, err := torchwood.VerifyCheckpoint(signed, policy)
	if err != nil || theirs.N != 3 || Hash(theirs.Hash) != c.Root {
		t.Fatalf("torchwood: %v, %v", theirs, err)
	}
	if at, err := torchwood.CosignatureTimestamp(n.Sigs[1]); err != nil || at != 1_700_000_000 {
		t.Error(at, err)
	}
	got, list, err := OpenCheckpoint(signed, logKey, witnessKey)
	if err != nil || got != c || len(list) != 2 || list[1].Key != witnessKey || list[1].At != 1_700_000_000_000 || list[0].At.Stated() || list[1].Line != line.Line {
		t.Fatalf("%v, %v, %v", got, list, err)
	}

	skey, vkey, err := note.GenerateKey(chance("k"), "other.example")
	if err != nil {
		t.Fatal(err)
	}
	k := must[NoteKey](t)(ParseNoteKey(vkey))
	if k.String() != vkey || k.IsWitness() {
		t.Error(k)
	}
	c.Origin = "other.example"
	by := must[[]byte](t)(note.Sign(&note.Note{Text: c.Text()}, must[note.Signer](t)(note.NewSigner(skey))))
	if got, _, err := OpenCheckpoint(by, k); err != nil || got != c {
		t.Errorf("%v, %v", got, err)
	}
	name, again, err := ParseNoteSecret(skey)
	if err != nil || name != "other.example" {
		t.Fatal(name, err)
	}
	if text := must[string](t)(again.NoteSecret(name)); text != skey {
		t.Error("the secret key is written otherwise")
	}
	if ours := must[[]byte](t)(again.SignCheckpoint(c)); !bytes.Equal(ours, by) {
		t.Errorf("%s\nthe library: %s", ours, by)
	}
	cs, err := torchwood.NewCosignatureSigner("w.example", ed25519.NewKeyFromSeed(w.key.Seed()))
	if err != nil || cs.Verifier().String() != witnessKey.String() {
		t.Fatal(cs, err)
	}
	both := must[[]byte](t)(note.Sign(&note.Note{Text: c.Text()}, must[note.Signer](t)(note.NewSigner(skey)), cs))
	if _, list, err := OpenCheckpoint(both, witnessKey); err != nil || len(list) != 1 || !list[0].At.Stated() {
		t.Errorf("%v, %v", list, err)
	}
}

// Every single byte that is changed is seen. The control is the checkpoint as it is.
func TestAChangedCheckpointIsNotOpened(t *testing.T) {
	s, w := signer(t, "log"), signer(t, "witness")
	c := Checkpoint{Origin: "log.example", Size: 3, Root: Bytes([]byte("r"))}
	signed := append(must[[]byte](t)(s.SignCheckpoint(c)), must[NoteSignature](t)(w.Cosign("w.example", c, 1_700_000_000_000)).Line...)
	keys := []NoteKey{must[NoteKey](t)(s.Public().LogKey(c.Origin)), must[NoteKey](t)(w.Public().WitnessKey("w.example"))}
	open := func(b []byte) int {
		got, list, err := OpenCheckpoint(b, keys...)
		if err != nil || got != c {
			return 0
		}
		return len(list)
	}
	if open(signed) != 2 {
		t.Fatal("control: the checkpoint as it is")
	}
	for i := range signed {
		for _, bit := range []byte{1, 2, 0x20} {
			b := slices.Clone(signed)
			b[i] ^= bit
			if open(b) == 2 {
				t.Errorf("byte %d of %q", i, signed)
			}
		}
	}
	if _, _, err := OpenCheckpoint(signed); !errors.Is(err, ErrUnsigned) {
		t.Error(err)
	}
	if _, _, err := OpenCheckpoint(append(signed, strings.Repeat("x", MaxCheckpointBytes)...), keys...); !errors.Is(err, ErrCheckpoint) {
		t.Error(err)
	}
	// A time is part of what is signed.
	sig := must[NoteSignature](t)(w.Cosign("w.example", c, 1_700_000_000_000))
	f := strings.Fields(sig.Line)
	b := must[[]byte](t)(base64.StdEncoding.DecodeString(f[2]))
	if !keys[1].Verify([]byte(c.Text()), b[4:]) {
		t.Fatal("control: the cosignature as it is")
	}
	b[11]++
	if keys[1].Verify([]byte(c.Text()), b[4:]) {
		t.Error("a cosignature with another time is taken")
	}
	// No time beyond the largest signed number of seconds.
	far := uint64(1) << 63
	if keys[1].Verify([]byte(c.Text()), append(binary.BigEndian.AppendUint64(nil, far), w.Sign(cosigned(far, c.Text()))...)) {
		t.Error("a cosignature of a time that no clock shows is taken")
	}
	far--
	if !keys[1].Verify([]byte(c.Text()), append(binary.BigEndian.AppendUint64(nil, far), w.Sign(cosigned(far, c.Text()))...)) {
		t.Error("control: the last second there is")
	}
	// A log's signature is no cosignature and the other way round.
	if keys[1].Verify([]byte(c.Text()), s.Sign([]byte(c.Text()))) || keys[0].Verify([]byte(c.Text()), b[12:]) {
		t.Error("one kind of signature passes for the other")
	}
}

// In base64 stands what joins the parts.
func TestKeysAreReadBack(t *testing.T) {
	plus := 0
	for i := range 200 {
		s := signer(t, string(rune(i)))
		secret := must[string](t)(s.NoteSecret("log.example"))
		if name, again, err := ParseNoteSecret(secret); err != nil || name != "log.example" || again.Public() != s.Public() {
			t.Errorf("%d: %s, %v", i, name, err)
		}
		k := must[NoteKey](t)(s.Public().WitnessKey("w.example"))
		if again, err := ParseNoteKey(k.String()); err != nil || again != k {
			t.Errorf("%s: %v", k, err)
		}
		if strings.Count(secret, "+") > 4 {
			plus++
		}
	}
	if plus < 50 {
		t.Errorf("control: only %d of 200 have a + within", plus)
	}
}

func TestNoteKeysThatAreRefused(t *testing.T) {
	good := must[NoteKey](t)(signer(t, "log").Public().LogKey("log.example")).String()
	if _, err := ParseNoteKey(good); err != nil {
		t.Fatal("control:", err)
	}
	weakKey := base64.StdEncoding.EncodeToString(append([]byte{1}, smallOrder[0][:]...))
	for _, s := range []string{"", "+", "++", good + "=", good[:len(good)-1], "x" + good, strings.Replace(good, "+", "+0", 1), strings.Replace(good, "log.", "log .", 1),
		strings.ToUpper(good), "log.example+" + "00000000+" + weakKey, "log.example+8a1b1c1d+" + base64.StdEncoding.EncodeToString(append([]byte{9}, make([]byte, 32)...)),
		strings.Repeat("n", MaxNameBytes+1) + good} {
		if k, err := ParseNoteKey(s); err == nil {
			t.Errorf("%q is taken as %v", s, k)
		}
	}
	for _, s := range []string{"", "PRIVATE+KEY+a+00000000+AAAA", "PRIVATE+KEY", good} {
		if _, _, err := ParseNoteSecret(s); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
	zero := b64.EncodeToString(make([]byte, 32))
	if _, err := ParseCheckpoint("o\n1\n" + zero + "=\n"); err != nil {
		t.Error("control:", err)
	}
	for _, s := range []string{"", "o\n1\n" + zero[:42] + "B=\n", "o\n0\n" + b64.EncodeToString(make([]byte, 32)) + "=\n", "o\n01\n\n", "\n1\n" + b64.EncodeToString(make([]byte, 32)) + "=\n"} {
		if c, err := ParseCheckpoint(s); err == nil {
			t.Errorf("%q is taken as %v", s, c)
		}
	}
	if _, err := signer(t, "w").Cosign("w", Checkpoint{Origin: "o"}, truce.Instant(-1)); err == nil {
		t.Error("a time before time")
	}
}

// Proofs that the library makes are taken for the trees they are of, and for no others.
func TestCheckGrowth(t *testing.T) {
	var hashes []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) (out []tlog.Hash, err error) {
		for _, i := range at {
			out = append(out, hashes[i])
		}
		return out, nil
	})
	at := []Checkpoint{{Origin: "o", Root: EmptyRoot}}
	for n := range int64(20) {
		hashes = append(hashes, must[[]tlog.Hash](t)(tlog.StoredHashes(n, []byte{byte(n)}, read))...)
		at = append(at, Checkpoint{Origin: "o", Size: n + 1, Root: Hash(must[tlog.Hash](t)(tlog.TreeHash(n+1, read)))})
	}
	for i, old := range at {
		for j, grown := range at {
			var proof []Hash
			if i > 0 && i < j {
				for _, h := range must[tlog.TreeProof](t)(tlog.ProveTree(int64(j), int64(i), read)) {
					proof = append(proof, Hash(h))
				}
			}
			if got := CheckGrowth(old, grown, proof); got != (i <= j) {
				t.Errorf("%d to %d: %v", i, j, got)
			}
			if CheckGrowth(old, grown, append(proof, Hash{})) {
				t.Errorf("%d to %d with a hash too many", i, j)
			}
			if i <= j && j > 0 {
				other := grown
				other.Root[5] ^= 1
				if i > 0 && CheckGrowth(old, other, proof) {
					t.Errorf("%d to another tree of %d", i, j)
				}
				other = old
				other.Root[5] ^= 1
				if CheckGrowth(other, grown, proof) {
					t.Errorf("another tree of %d to %d", i, j)
				}
			}
		}
	}
}

func FuzzOpenCheckpoint(f *testing.F) {
	s := signer(f, "log")
	c := Checkpoint{Origin: "log.example", Size: 3, Root: Bytes([]byte("r"))}
	f.Add(must[[]byte](f)(s.SignCheckpoint(c)))
	k := must[NoteKey](f)(s.Public().LogKey(c.Origin))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, _, err := OpenCheckpoint(b, k); err == nil && got != c {
			t.Errorf("%q is a checkpoint nobody signed", b)
		}
	})
}
