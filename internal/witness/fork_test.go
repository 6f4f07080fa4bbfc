package witness

import (
	"bytes"
	"slices"
	"testing"

	"truce"
	"truce/internal/seal"
)

func TestCompare(t *testing.T) {
	a := (&history{t: t}).grow(5, "a")
	early := a.sign()
	longer := a.fork().grow(4, "a")
	other := (&history{t: t}).grow(3, "a").grow(6, "b")
	never := func(int64) (seal.Hash, []seal.Hash, error) {
		t.Error("growth is asked for")
		return seal.Hash{}, nil, nil
	}
	for _, c := range []struct {
		name   string
		a, b   []byte
		growth Growth
		fork   bool
	}{
		{"the same", early, early, never, false},
		{"grown", early, longer.sign(), longer.growth, false},
		{"in the other order", longer.sign(), early, longer.growth, false},
		{"from the empty log", (&history{t: t}).sign(), early, never, false},
		{"another root", longer.sign(), other.sign(), never, true},
		{"another history", early, other.sign(), other.growth, true},
		{"another history, in the other order", other.sign(), early, other.growth, true},
	} {
		f, err := Compare(c.a, c.b, c.growth, logKey(t))
		if err != nil || (f != nil) != c.fork {
			t.Errorf("%s: %v, %v", c.name, f, err)
			continue
		}
		if f == nil {
			continue
		}
		text := f.Text()
		alone := must[Fork](t)(ParseFork(text))
		if !bytes.Equal(alone.Text(), text) {
			t.Errorf("%s: written otherwise", c.name)
		}
		if _, _, err := alone.Check(logKey(t)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		// No byte can be changed. A change that leaves the bytes' meaning alone would show here too.
		for i := range text {
			changed := slices.Clone(text)
			changed[i] ^= 1
			if f, err := ParseFork(changed); err == nil {
				if _, _, err := f.Check(logKey(t)); err == nil {
					t.Errorf("%s: byte %d of %q", c.name, i, text)
				}
			}
		}
	}
	// What is no proof.
	root, proof, _ := longer.growth(5)
	foreign := must[[]byte](t)(signer("thief").SignCheckpoint(other.at(9)))
	for name, f := range map[string]Fork{
		"nothing":                     {},
		"the same":                    {First: early, Second: early},
		"grown":                       {First: early, Second: longer.sign(), Root: root, Proof: proof},
		"no proof":                    {First: early, Second: other.sign(), Root: seal.Hash{1}},
		"the larger one first":        {First: longer.sign(), Second: early, Root: root, Proof: proof},
		"empty":                       {First: (&history{t: t}).sign(), Second: early, Root: seal.Hash{1}},
		"signed by somebody else":     {First: longer.sign(), Second: foreign},
		"somebody else's beginning":   {First: foreign, Second: longer.sign()},
		"a proof of something larger": {First: early, Second: other.sign(), Root: root, Proof: proof},
	} {
		if _, _, err := f.Check(logKey(t)); err == nil {
			t.Errorf("%s proves a fork", name)
		}
	}
	thief := must[seal.NoteKey](t)(signer("thief").Public().LogKey("other.example"))
	elsewhere := must[[]byte](t)(signer("thief").SignCheckpoint(seal.Checkpoint{Origin: "other.example", Size: 5, Root: seal.Hash{1}}))
	if _, _, err := (Fork{First: early, Second: elsewhere}).Check(logKey(t), thief); err == nil {
		t.Error("two logs prove a fork")
	}
	if _, err := Compare(early, elsewhere, never, logKey(t), thief); truce.KindOf(err) != truce.Invalid {
		t.Error("two logs are compared:", err)
	}
	if _, err := Compare(early, foreign, never, logKey(t)); truce.KindOf(err) != truce.Denied {
		t.Error(err)
	}
	if _, err := Compare(early, other.sign(), longer.growth, logKey(t)); err == nil {
		t.Error("a growth of another tree is taken")
	}
}

func FuzzParseFork(f *testing.F) {
	a, b := (&history{t: f}).grow(5, "a"), (&history{t: f}).grow(9, "b")
	fork := must[*Fork](f)(Compare(a.sign(), b.sign(), b.growth, logKey(f)))
	f.Add(fork.Text())
	key := logKey(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		fork, err := ParseFork(b)
		if err != nil {
			return
		}
		fork.Check(key)
		if !bytes.Equal(fork.Text(), b) {
			t.Errorf("%q is written as %q", b, fork.Text())
		}
	})
}
