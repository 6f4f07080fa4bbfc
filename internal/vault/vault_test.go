package vault_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/journal"
	"truce/internal/seal"
	"truce/internal/vault"
)

// chance is a random source for tests: different bytes at every read, the same in every run.
type chance struct {
	state seal.Hash
	left  []byte
}

func random() *chance { return &chance{} }

func (c *chance) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if len(c.left) == 0 {
			c.state = seal.Bytes(c.state[:])
			out := seal.Bytes(append([]byte("out"), c.state[:]...))
			c.left = out[:]
		}
		k := copy(p[n:], c.left)
		c.left, n = c.left[k:], n+k
	}
	return len(p), nil
}

// constant is a broken random source.
type constant byte

func (c constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

func keys(t interface{ Fatal(...any) }) *vault.Keyring {
	k, err := vault.NewKeyring(random())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func drawGroups(t *rapid.T) []vault.Group {
	n := rapid.IntRange(1, 8).Draw(t, "groups")
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z][a-z0-9-]{0,10}`).Filter(func(s string) bool { return s != journal.SealedGroup }), n, n, rapid.ID).Draw(t, "names")
	var out []vault.Group
	for _, name := range names {
		out = append(out, vault.Group{Name: name, Data: rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(t, "data")})
	}
	return out
}

func TestWhatIsSealedIsOpened(t *testing.T) {
	k, chance := keys(t), random()
	rapid.Check(t, func(t *rapid.T) {
		groups := drawGroups(t)
		sealed, commitments, err := k.Seal(chance, groups)
		if err != nil {
			t.Fatal(err)
		}
		r := &truce.Record{Commitments: commitments}
		got, err := k.Open(r, sealed)
		if err != nil {
			t.Fatal(err)
		}
		if got.Erased() || len(commitments) != len(groups)+1 {
			t.Fatalf("%v, %d commitments", got, len(commitments))
		}
		for i, g := range groups {
			data, ok := got.Get(g.Name)
			if !ok || !bytes.Equal(data, g.Data) {
				t.Fatalf("%s: %x, want %x", g.Name, data, g.Data)
			}
			o, _ := got.Reveal(g.Name)
			if !vault.CheckOpening(commitments[i], o) {
				t.Fatalf("%s does not open its commitment", g.Name)
			}
			if len(g.Data) >= 16 && bytes.Contains(sealed, g.Data) {
				t.Fatalf("%s can be read in the sealed bytes", g.Name)
			}
		}
	})
}

// small is a record with content for the tests below, and its sealed bytes.
func small(t *testing.T, k *vault.Keyring, random io.Reader) (*truce.Record, []byte) {
	t.Helper()
	sealed, commitments, err := k.Seal(random, []vault.Group{{Name: "where", Data: []byte("32.6189 36.1021")}, {Name: "note", Data: []byte("two impacts")}})
	if err != nil {
		t.Fatal(err)
	}
	return &truce.Record{Seq: 7, Commitments: commitments}, sealed
}

// Every bit of the sealed bytes is bound, and no change opens to anything.
func TestChangedBytesDoNotOpen(t *testing.T) {
	k := keys(t)
	r, sealed := small(t, k, random())
	if _, err := k.Open(r, sealed); err != nil {
		t.Fatalf("control: %v", err)
	}
	n := len(r.Commitments) - 1
	for i := range sealed {
		b := bytes.Clone(sealed)
		b[i] ^= 1
		if g, err := k.Open(r, b); truce.KindOf(err) != truce.Corrupt || len(g.Names()) > 0 {
			t.Fatalf("byte %d: %v", i, err)
		}
		// Whoever can also write the digest of the changed bytes into the record gets no further.
		forged := *r
		forged.Commitments = slices.Clone(r.Commitments)
		forged.Commitments[n].Digest = seal.Bytes(b)
		if g, err := k.Open(&forged, b); err == nil || len(g.Names()) > 0 {
			t.Fatalf("byte %d, digest forged: %v", i, err)
		}
	}
	for _, cut := range []int{0, 1, 20, 100, len(sealed) - 1} {
		if _, err := k.Open(r, sealed[:cut]); truce.KindOf(err) != truce.Corrupt {
			t.Errorf("%d bytes: %v", cut, err)
		}
	}
}

// A record must commit to exactly the groups that are sealed, in their order: dropping, adding, swapping or changing a commitment is noticed.
func TestEveryCommitmentIsVerified(t *testing.T) {
	k := keys(t)
	r, sealed := small(t, k, random())
	c := r.Commitments
	for name, list := range map[string][]truce.Commitment{
		"dropped":      {c[0], c[2]},
		"swapped":      {c[1], c[0], c[2]},
		"added":        {c[0], c[1], c[1], c[2]},
		"renamed":      {{Group: "who", Digest: c[0].Digest}, c[1], c[2]},
		"another":      {{Group: "where", Digest: c[1].Digest}, c[1], c[2]},
		"without seal": {c[0], c[1]},
		"none":         nil,
		"seal first":   {c[2], c[0], c[1]},
	} {
		if g, err := k.Open(&truce.Record{Commitments: list}, sealed); truce.KindOf(err) != truce.Corrupt || len(g.Names()) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErasedSaysSo(t *testing.T) {
	k := keys(t)
	r, _ := small(t, k, random())
	g, err := k.Open(r, nil)
	if err != nil || !g.Erased() || len(g.Names()) > 0 {
		t.Errorf("%v, %v", g.Erased(), err)
	}
	if _, ok := g.Get("where"); ok {
		t.Error("an erased group is there")
	}
	g, err = k.Open(&truce.Record{}, nil)
	if err != nil || g.Erased() {
		t.Errorf("a record that never had content: %v, %v", g.Erased(), err)
	}
}

// Opening one group tells nothing that opens its neighbour, and nothing else opens in its place.
func TestRevealOneGroup(t *testing.T) {
	k := keys(t)
	r, sealed := small(t, k, random())
	g, err := k.Open(r, sealed)
	if err != nil {
		t.Fatal(err)
	}
	where, _ := g.Reveal("where")
	note, _ := g.Reveal("note")
	if !vault.CheckOpening(r.Commitments[0], where) || vault.CheckOpening(r.Commitments[1], where) || where.Salt == note.Salt {
		t.Error("an opening opens its own commitment and no other")
	}
	for name, o := range map[string]vault.Opening{
		"other data":  {Group: where.Group, Salt: where.Salt, Data: []byte("32.6189 36.1022")},
		"other salt":  {Group: where.Group, Salt: note.Salt, Data: where.Data},
		"other group": {Group: "note", Salt: where.Salt, Data: where.Data},
	} {
		if vault.CheckOpening(r.Commitments[0], o) {
			t.Errorf("%s opens it", name)
		}
	}
	if _, ok := g.Reveal("who"); ok {
		t.Error("a group that is not there is revealed")
	}
}

// salts counts how many different salts the groups of n records have.
func salts(t *testing.T, n int, random io.Reader) (different, all int) {
	t.Helper()
	k := keys(t)
	seen := map[seal.Salt]bool{}
	for range n {
		r, sealed := small(t, k, random)
		g, err := k.Open(r, sealed)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range g.Names() {
			o, _ := g.Reveal(name)
			seen[o.Salt] = true
			all++
		}
	}
	return len(seen), all
}

// The control: a broken random source repeats its salts, and this test would show it.
func TestSaltsDoNotRepeat(t *testing.T) {
	if different, all := salts(t, 1000, random()); different != all {
		t.Errorf("%d salts of %d are different", different, all)
	}
	if different, all := salts(t, 10, constant(7)); different == all {
		t.Error("control: salts of a constant source are all different")
	}
}

// Equal content leaves no equal bytes, so nobody can tell that two records say the same.
func TestEqualContentLooksDifferent(t *testing.T) {
	k, chance := keys(t), random()
	r1, s1 := small(t, k, chance)
	r2, s2 := small(t, k, chance)
	if bytes.Equal(s1, s2) || r1.Commitments[0] == r2.Commitments[0] {
		t.Error("equal content looks equal")
	}
}

func TestWithoutChanceNothingIsSealed(t *testing.T) {
	k := keys(t)
	for n := range int64(2*32 + 2*24) { // a salt, a key, two nonces
		if sealed, _, err := k.Seal(io.LimitReader(random(), n), []vault.Group{{Name: "note", Data: []byte("x")}}); err == nil || sealed != nil {
			t.Fatalf("sealed with %d bytes of chance", n)
		}
	}
}

// The length of the sealed bytes tells a class. The control: without classes, every length shows.
func TestLengthsTellAClass(t *testing.T) {
	k, chance := keys(t), random()
	lengths := map[int]bool{}
	for n := range 700 {
		sealed, _, err := k.Seal(chance, []vault.Group{{Name: "note", Data: make([]byte, n)}})
		if err != nil {
			t.Fatal(err)
		}
		lengths[len(sealed)] = true
	}
	if len(lengths) != 1 {
		t.Errorf("notes of up to 700 bytes have %d lengths", len(lengths))
	}
	for n := 1; n < 1<<20; n += n/7 + 1 {
		sealed, _, err := k.Seal(chance, []vault.Group{{Name: "note", Data: make([]byte, n)}})
		if err != nil {
			t.Fatal(err)
		}
		if n > 4096 && len(sealed) > n+n/4+600 {
			t.Errorf("%d bytes take %d", n, len(sealed))
		}
	}
}

func TestSealRefuses(t *testing.T) {
	k := keys(t)
	for name, groups := range map[string][]vault.Group{
		"twice":     {{Name: "a"}, {Name: "a"}},
		"no name":   {{Name: ""}},
		"reserved":  {{Name: journal.SealedGroup}},
		"capital":   {{Name: "Where"}},
		"long name": {{Name: strings.Repeat("a", vault.MaxGroupNameBytes+1)}},
		"too many":  make([]vault.Group, truce.MaxCommitments),
		"too large": {{Name: "a", Data: make([]byte, vault.MaxSealedBytes)}},
	} {
		if sealed, c, err := k.Seal(random(), groups); err == nil || sealed != nil || c != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if sealed, c, err := k.Seal(random(), nil); sealed != nil || c != nil || err != nil {
		t.Errorf("nothing to seal: %v", err)
	}
}

// Whoever holds the mechanism's key can make content that its commitments fit but that is not in the one form; it is refused.
func TestOpenTakesOneFormOnly(t *testing.T) {
	k := keys(t)
	part := func(b []byte, s string) []byte { return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...) }
	make := func(plain []byte, groups ...string) (*truce.Record, []byte) {
		key := seal.Key{9}
		sealed, err := k.Wrap([]byte("truce/sealed/v1\n"), random(), key, "truce/data-key/v1\n")
		if err == nil {
			sealed, err = key.Encrypt(sealed, random(), plain, []byte("truce/groups/v1\n"))
		}
		if err != nil {
			t.Fatal(err)
		}
		r := &truce.Record{}
		for _, g := range groups {
			r.Commitments = append(r.Commitments, truce.Commitment{Group: g, Digest: seal.Commit(g, seal.Salt{}, []byte("x"))})
		}
		r.Commitments = append(r.Commitments, truce.Commitment{Group: "sealed", Digest: seal.Bytes(sealed)})
		return r, sealed
	}
	one := part(append(part([]byte{0, 0, 0, 1}, "a"), bytes.Repeat([]byte{0}, 32)...), "x")
	pad := func(b []byte, n int) []byte { return append(bytes.Clone(b), bytes.Repeat([]byte{0}, n-len(b))...) }
	for name, c := range map[string]struct {
		plain []byte
		ok    bool
	}{
		"control":            {pad(one, 1024), true},
		"no padding":         {one, false},
		"more padding":       {pad(one, 1280), false},
		"padding that tells": {append(pad(one, 1023), 1), false},
		"huge length":        {pad(append(part([]byte{0, 0, 0, 1}, "a"), bytes.Repeat([]byte{0xff}, 36)...), 1024), false},
		"more groups":        {pad(append([]byte{0, 0, 0, 2}, one[4:]...), 1024), false},
		"nothing":            {nil, false},
	} {
		r, sealed := make(c.plain, "a")
		if _, err := k.Open(r, sealed); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRotation(t *testing.T) {
	chance := random()
	first, err := vault.NewKeyring(chance)
	if err != nil {
		t.Fatal(err)
	}
	old, sealedOld := small(t, first, chance)
	second, err := first.Rotate(chance)
	if err != nil {
		t.Fatal(err)
	}
	if first.Version() != 1 || second.Version() != 2 || first.ID() != second.ID() {
		t.Errorf("%d, %d", first.Version(), second.Version())
	}
	if first.Name(truce.RecordStep, "a", nil) != second.Name(truce.RecordStep, "a", nil) {
		t.Error("after a rotation the same content has another id")
	}
	if _, err := second.Open(old, sealedOld); err != nil {
		t.Errorf("what was sealed before: %v", err)
	}
	r, sealed := small(t, second, chance)
	if _, err := second.Open(r, sealed); err != nil {
		t.Error(err)
	}
	if _, err := first.Open(r, sealed); truce.KindOf(err) != truce.Unavailable || !strings.Contains(truce.HintOf(err), "newest") {
		t.Errorf("an old key file opens what a newer one sealed: %v", err)
	}
	stranger, err := vault.NewKeyring(chance)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Open(r, sealed); truce.KindOf(err) != truce.Unavailable {
		t.Errorf("another mechanism's keys: %v", err)
	}
	if stranger.ID() == first.ID() {
		t.Error("two keyrings have one id")
	}
}

func TestKeyFile(t *testing.T) {
	chance := random()
	k := keys(t)
	for range 3 {
		k, _ = k.Rotate(chance)
	}
	r, sealed := small(t, k, chance)
	const phrase = "five words nobody puts together"
	locked, err := k.LockedFile(phrase, chance)
	if err != nil {
		t.Fatal(err)
	}
	if vault.Locked(k.File()) || !vault.Locked(locked) {
		t.Error("which file is locked?")
	}
	for _, file := range [][]byte{k.File(), locked} {
		back, err := vault.ParseKeyFile(file, phrase)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := back.Open(r, sealed); err != nil || back.ID() != k.ID() || back.Version() != 4 {
			t.Errorf("%v, version %d", err, back.Version())
		}
	}
	if _, err := vault.ParseKeyFile(locked, phrase+"!"); truce.KindOf(err) != truce.Denied {
		t.Errorf("another passphrase: %v", err)
	}
	for _, line := range strings.Split(string(k.File()), "\n") {
		if _, digits, ok := strings.Cut(line, " "); ok && len(digits) == 64 && bytes.Contains(locked, []byte(digits)) {
			t.Error("a key can be read in the locked file")
		}
	}
	if _, err := k.LockedFile("short", chance); truce.KindOf(err) != truce.Invalid {
		t.Errorf("a short passphrase: %v", err)
	}
}

// A digit that was changed, a line that was lost: every such file is refused, before a key is used.
func TestDamagedKeyFiles(t *testing.T) {
	file := keys(t).File()
	for i := range file {
		b := bytes.Clone(file)
		b[i] ^= 1
		if _, err := vault.ParseKeyFile(b, ""); truce.KindOf(err) != truce.Corrupt {
			t.Errorf("byte %d: %v", i, err)
		}
		if _, err := vault.ParseKeyFile(file[:i], ""); truce.KindOf(err) != truce.Corrupt {
			t.Errorf("%d bytes: %v", i, err)
		}
	}
	for name, b := range map[string][]byte{"longer": append(bytes.Clone(file), '\n'), "huge": make([]byte, vault.MaxKeyFileBytes+1), "crlf": bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n"))} {
		if _, err := vault.ParseKeyFile(b, ""); truce.KindOf(err) != truce.Corrupt {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzKeyFile(f *testing.F) {
	f.Add(keys(f).File())
	f.Fuzz(func(t *testing.T, b []byte) {
		if vault.Locked(b) {
			return // argon2 is slow on purpose
		}
		k, err := vault.ParseKeyFile(b, "")
		if err == nil && !bytes.Equal(k.File(), b) {
			t.Errorf("%q is read and written as %q", b, k.File())
		}
	})
}

// A record's content is found by its id only with the key: the control is an id that anybody can compute.
func TestNamesCannotBeGuessed(t *testing.T) {
	k := keys(t)
	content := func(i int) []byte { return fmt.Appendf(nil, "team %d saw it", i) }
	secret := k.Name(truce.RecordObservation, "team-2", content(42))
	stranger, err := vault.NewKeyring(constant(1))
	if err != nil {
		t.Fatal(err)
	}
	found := func(id truce.RecordID, k *vault.Keyring) bool {
		for i := range 100 {
			if k.Name(truce.RecordObservation, "team-2", content(i)) == id {
				return true
			}
		}
		return false
	}
	if found(secret, stranger) {
		t.Error("an id is found without its key")
	}
	if !found(secret, k) {
		t.Error("control: the dictionary does not hold it")
	}
	if !strings.HasPrefix(string(secret), "r-") || len(secret) != 22 {
		t.Error(secret)
	}
}
