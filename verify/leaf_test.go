package verify_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/verify"
)

func someLeaf() verify.Leaf {
	return verify.Leaf{Kind: verify.Finding, Code: 1, Time: 1_700_000_000, Size: 12, Root: truce.Digest{1}, Text: truce.Digest{2}, Plan: truce.Digest{3},
		Engine: truce.Digest{4}, Body: truce.Digest{5}, Subject: 3, Signed: 2, Asked: 3}
}

func TestLeaf(t *testing.T) {
	b := someLeaf().Bytes()
	if len(b) != verify.LeafSize {
		t.Fatal(len(b))
	}
	got, err := verify.ParseLeaf(b)
	if err != nil || got != someLeaf() {
		t.Fatalf("%+v, %v", got, err)
	}
}

// Whatever bytes are changed, what is read writes the same bytes again or is refused.
func TestLeafHasOneForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := someLeaf().Bytes()
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		if l, err := verify.ParseLeaf(b); err == nil && !bytes.Equal(l.Bytes(), b) {
			t.Fatalf("%x", b)
		}
	})
}

func TestLeavesThatAreRefused(t *testing.T) {
	for name, change := range map[string]func(*verify.Leaf){
		"an unknown kind":            func(l *verify.Leaf) { l.Kind = 200 },
		"no kind":                    func(l *verify.Leaf) { l.Kind = verify.KindUnknown },
		"a code there is not":        func(l *verify.Leaf) { l.Code = 3 },
		"no time":                    func(l *verify.Leaf) { l.Time = 0 },
		"a due date":                 func(l *verify.Leaf) { l.Due = l.Time },
		"no document":                func(l *verify.Leaf) { l.Body = truce.Digest{} },
		"a size without a root":      func(l *verify.Leaf) { l.Root = truce.Digest{} },
		"a root without a size":      func(l *verify.Leaf) { l.Size = 0 },
		"a subject beyond all":       func(l *verify.Leaf) { l.Subject = 1 << 60 },
		"a sealed leaf with a code":  func(l *verify.Leaf) { *l = verify.Leaf{Kind: verify.Sealed, Code: 1, Time: 5, Due: 6, Body: l.Body} },
		"a sealed leaf without due":  func(l *verify.Leaf) { *l = verify.Leaf{Kind: verify.Sealed, Time: 5, Body: l.Body} },
		"a sealed leaf with signers": func(l *verify.Leaf) { *l = verify.Leaf{Kind: verify.Sealed, Time: 5, Due: 6, Body: l.Body, Signed: 1} },
		"a sealed leaf with subject": func(l *verify.Leaf) { *l = verify.Leaf{Kind: verify.Sealed, Time: 5, Due: 6, Body: l.Body, Subject: 1} },
	} {
		l := someLeaf()
		change(&l)
		if _, err := verify.ParseLeaf(l.Bytes()); truce.KindOf(err) != truce.Corrupt || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := append(someLeaf().Bytes(), 0)
	if _, err := verify.ParseLeaf(b); err == nil {
		t.Error("a longer leaf")
	}
	if _, err := verify.ParseLeaf(nil); err == nil {
		t.Error("no leaf")
	}
}

func FuzzParseLeaf(f *testing.F) {
	f.Add(someLeaf().Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, err := verify.ParseLeaf(b); err == nil && !bytes.Equal(l.Bytes(), b) {
			t.Fatalf("%x", b)
		}
	})
}
