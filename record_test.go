package truce_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"truce"
)

// A statement is read as it was signed, and has one form.
func TestStatementIsReadAsItWasSigned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t)
		b := r.Statement()
		got, err := truce.ParseStatement(b)
		if err != nil || !bytes.Equal(got.Statement(), b) {
			t.Fatalf("%v", err)
		}
		for _, cut := range [][]byte{b[:len(b)-1], append(slices.Clone(b), 0), r.Bytes()} {
			if _, err := truce.ParseStatement(cut); err == nil {
				t.Fatalf("%x is taken", cut)
			}
		}
	})
}

func drawRecord(t *rapid.T) truce.Record {
	text := rapid.StringN(0, 12, 40)
	digest := func(name string) (d truce.Digest) {
		copy(d[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, name))
		return d
	}
	r := truce.Record{
		Seq: truce.Seq(rapid.Uint64().Draw(t, "seq")), Prev: digest("prev"), ID: truce.RecordID(text.Draw(t, "id")),
		Kind: truce.RecordKind(rapid.Byte().Draw(t, "kind")), Tier: truce.Tier(rapid.Byte().Draw(t, "tier")),
		Agreement: truce.AgreementID(text.Draw(t, "agreement")), Version: truce.VersionID(text.Draw(t, "version")),
		Author: truce.Author{Person: truce.PersonID(text.Draw(t, "person")), Body: truce.BodyID(text.Draw(t, "body")),
			Office: truce.Office(rapid.Byte().Draw(t, "office")), Vouch: truce.Vouch(rapid.Byte().Draw(t, "vouch")), Key: truce.KeyID(text.Draw(t, "key"))},
		Claimed: truce.Instant(rapid.Int64().Draw(t, "claimed")), Received: truce.Instant(rapid.Int64().Draw(t, "received")), Recorded: truce.Instant(rapid.Int64().Draw(t, "recorded")),
		Body: rapid.SliceOf(rapid.Byte()).Draw(t, "content"), Signature: rapid.SliceOf(rapid.Byte()).Draw(t, "signature"),
	}
	for range rapid.IntRange(0, 4).Draw(t, "commitments") {
		r.Commitments = append(r.Commitments, truce.Commitment{Group: text.Draw(t, "group"), Digest: digest("digest")})
	}
	return r
}

func TestRecordIsReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t)
		b := r.Bytes()
		got, err := truce.ParseRecord(b)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), b) {
			t.Fatal("written again it is other bytes")
		}
		if len(r.Body) == 0 {
			r.Body, got.Body = nil, nil
		}
		if len(r.Signature) == 0 {
			r.Signature, got.Signature = nil, nil
		}
		if !reflect.DeepEqual(got, r) {
			t.Fatalf("got %+v\nwant %+v", got, r)
		}
	})
}

// A shorter or longer record is none, and whatever one changed byte makes of it is written again as it was read.
func TestRecordHasOneForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t)
		b := r.Bytes()
		if n := rapid.IntRange(0, len(b)-1).Draw(t, "cut"); true {
			if _, err := truce.ParseRecord(b[:n]); truce.KindOf(err) != truce.Corrupt {
				t.Fatalf("cut to %d bytes: %v", n, err)
			}
		}
		if _, err := truce.ParseRecord(append(bytes.Clone(b), 0)); truce.KindOf(err) != truce.Corrupt {
			t.Fatalf("with a byte more: %v", err)
		}
		c := bytes.Clone(b)
		c[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if got, err := truce.ParseRecord(c); err == nil && !bytes.Equal(got.Bytes(), c) {
			t.Fatal("read, but written again as other bytes")
		}
	})
}

// What an author signs holds all the author says and nothing the journal adds.
func TestStatementIsWhatTheAuthorSays(t *testing.T) {
	base := truce.Record{Kind: truce.RecordStep, Body: []byte("{}"), Claimed: 1}
	same := base
	same.Seq, same.Prev, same.ID, same.Received, same.Recorded, same.Signature = 9, truce.Digest{1}, "r-x", 2, 3, []byte("s")
	if !bytes.Equal(base.Statement(), same.Statement()) {
		t.Error("what the journal adds changes the statement")
	}
	for name, change := range map[string]func(*truce.Record){
		"kind": func(r *truce.Record) { r.Kind++ }, "tier": func(r *truce.Record) { r.Tier++ },
		"agreement": func(r *truce.Record) { r.Agreement = "a" }, "version": func(r *truce.Record) { r.Version = "v" },
		"person": func(r *truce.Record) { r.Author.Person = "p" }, "body": func(r *truce.Record) { r.Author.Body = "b" },
		"office": func(r *truce.Record) { r.Author.Office++ }, "vouch": func(r *truce.Record) { r.Author.Vouch++ }, "key": func(r *truce.Record) { r.Author.Key = "k" },
		"claimed": func(r *truce.Record) { r.Claimed++ }, "content": func(r *truce.Record) { r.Body = []byte("[]") },
		"commitments": func(r *truce.Record) { r.Commitments = []truce.Commitment{{Group: "note"}} },
	} {
		other := base
		change(&other)
		if bytes.Equal(base.Statement(), other.Statement()) {
			t.Errorf("%s is not part of what is signed", name)
		}
	}
}

func FuzzParseRecord(f *testing.F) {
	f.Add((&truce.Record{Seq: 1, Kind: truce.RecordObservation, Body: []byte(`{"kind":"incident"}`)}).Bytes())
	f.Add([]byte("truce/record/v1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := truce.ParseRecord(b); err == nil && !bytes.Equal(r.Bytes(), b) {
			t.Fatal("read, but written again as other bytes")
		}
	})
}

// Whoever is given a list of words may change it; the words stay what they are.
func TestListsOfWordsAreCopies(t *testing.T) {
	for name, list := range map[string]func() []string{"kinds": truce.ObservationKinds, "roles": truce.Roles, "means": truce.MeansWords, "standings": truce.StandingWords, "ends": truce.EndedWords, "results": truce.ResultWords,
		"offices": truce.OfficeWords, "tiers": truce.TierWords, "records": truce.RecordKindWords} {
		was := list()[0]
		list()[0] = "changed"
		if list()[0] != was {
			t.Errorf("%s: the program's own words were changed", name)
		}
	}
}
