package truce_test

import (
	"math/big"
	"testing"

	"truce"
)

func TestParseE7(t *testing.T) {
	for in, want := range map[string]truce.E7{
		"36.1": 361000000, "-0.00000005": -1, "0.00000004": 0, "180": 1800000000, "+33.12345678": 331234568, ".5": 5000000, "1e1": 100000000, "36.": 360000000,
	} {
		if got, err := truce.ParseE7(in); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "-", ".", "36,1", "NaN", "Inf", "1e9", "3612345.2", "36.1N", "99999999999999999999999", "0x10", "1_0", " 1"} {
		if got, err := truce.ParseE7(in); err == nil {
			t.Errorf("%q is read as %d", in, got)
		}
	}
}

// FuzzParseE7 holds the reader against exact arithmetic.
func FuzzParseE7(f *testing.F) {
	for _, s := range []string{"36.1", "-179.99999995", "0.00000005", "33.123456749999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := truce.ParseE7(s)
		if err != nil {
			return
		}
		r, ok := new(big.Rat).SetString(s)
		if !ok || len(s) > 40 {
			return
		}
		r.Mul(r, big.NewRat(1e7, 1))
		d := new(big.Rat).Sub(r, big.NewRat(int64(got), 1))
		if d.Abs(d).Cmp(big.NewRat(1, 2)) > 0 {
			t.Errorf("%q is read as %d", s, got)
		}
	})
}
