package lang

import (
	"slices"
	"testing"
)

func TestColumns(t *testing.T) {
	for _, c := range []struct {
		s string
		n int
	}{
		{"", 0},
		{"ceasefire", 9},
		{"прекращение огня", 16},
		{"وقف إطلاق النار", 15},
		{"مُنتهَك", 5},         // two vowel marks take no column
		{"\u2068UTC\u2069", 3}, // nor do marks of direction
		{"停火", 4},
		{"e\u0301", 1},
		{"a\tb", 2},
	} {
		if n := Columns(c.s); n != c.n {
			t.Errorf("Columns(%q) = %d, want %d", c.s, n, c.n)
		}
	}
}

func TestPadAndWrap(t *testing.T) {
	if s := Pad("ab", 4) + "|" + Pad("12", -4) + "|" + Pad("abc", 2); s != "ab  |  12|abc" {
		t.Errorf("padded: %q", s)
	}
	if s := Pad("مُنتهَك", 7); Columns(s) != 7 {
		t.Errorf("padded Arabic has %d columns, want 7", Columns(s))
	}
	for _, c := range []struct {
		s    string
		n    int
		want []string
	}{
		{"one two  three", 7, []string{"one two", "three"}},
		{"unbreakable", 4, []string{"unbreakable"}},
		{"a unbreakable b", 4, []string{"a", "unbreakable", "b"}},
		{"", 4, []string{""}},
	} {
		if got := Wrap(c.s, c.n); !slices.Equal(got, c.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", c.s, c.n, got, c.want)
		}
	}
}
