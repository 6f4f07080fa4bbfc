package custody

import (
	"bytes"
	"fmt"

	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
)

// story writes records as a journal would and lets lists follow.
type story struct {
	t    fatal
	keys *vault.Keyring
	next truce.Seq
	ids  map[truce.Seq]truce.RecordID
	List
}

func newStory(t fatal) *story {
	return &story{t: t, keys: keys(t), next: 1, ids: map[truce.Seq]truce.RecordID{}}
}

var (
	room    = truce.Author{Person: "p-1", Body: "operations-room", Office: truce.OfficeDutyOfficer}
	room2   = truce.Author{Person: "p-2", Body: "operations-room", Office: truce.OfficeAuditor}
	sponsor = truce.Author{Person: "p-3", Body: "guarantor-1", Office: truce.OfficeGuarantor}
)

func (s *story) write(by truce.Author, d record.Draft, err error) (truce.Seq, Effect, error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	d.Record.Author, d.Record.Seq, d.Record.Recorded = by, s.next, truce.Instant(1000+s.next)
	sealed, err := d.Seal(s.keys, chance(fmt.Sprint(s.next)))
	if err != nil {
		s.t.Fatal(err)
	}
	g, err := s.keys.Open(&d.Record, sealed)
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := s.Apply(&d.Record, g)
	if err == nil {
		s.ids[s.next] = d.Record.ID
		s.next++
	}
	return s.next - 1, out, err
}

func (s *story) must(by truce.Author, d record.Draft, err error) (truce.Seq, Effect) {
	s.t.Helper()
	seq, out, err := s.write(by, d, err)
	if err != nil {
		s.t.Fatal(err)
	}
	return seq, out
}

// deposit gives a blob of the letter.
func (s *story) deposit(letter string, of truce.Seq) truce.Seq {
	m := record.Media{At: 5, Form: record.MediaOriginal, Blob: blobOf(letter), File: &record.MediaFile{Size: 10, SHA256: seal.Bytes([]byte(letter)), Key: seal.Key{1}}}
	if of > 0 {
		m.Form, m.Of = record.MediaStripped, s.ids[of]
	}
	d, err := m.Draft()
	seq, _ := s.must(room, d, err)
	return seq
}

func blobOf(letter string) string { return "b-" + string(bytes.Repeat([]byte(letter), 20)) }

func (s *story) erasure(by truce.Author, act record.ErasureAct, of truce.Seq, seqs ...truce.Seq) (truce.Seq, Effect, error) {
	e := record.Erasure{At: truce.Instant(s.next), Act: act, Reason: "an example", Of: s.ids[of], Seqs: seqs}
	if act != record.ErasureConfirms {
		e.Why = record.ErasureRequest
	}
	if err := s.Check(by, s.next, e); err != nil {
		// What the check refuses, the list does not take from a journal either.
		d, derr := e.Draft()
		if _, _, applied := s.write(by, d, derr); truce.KindOf(applied) != truce.Corrupt {
			s.t.Fatal("refused and applied: ", applied)
		}
		return 0, Effect{}, err
	}
	d, err := e.Draft()
	return s.write(by, d, err)
}

func TestWhoHeldWhatWhen(t *testing.T) {
	s := newStory(t)
	original := s.deposit("a", 0)
	id := s.ids[original]
	act := func(by truce.Author, at truce.Instant, act record.CustodyAct, to truce.BodyID) truce.Seq {
		c := record.Custody{At: at, Act: act, Media: id, To: to, Reason: "an example"}
		d, err := c.Draft()
		seq, _ := s.must(by, d, err)
		return seq
	}
	opened := act(room, 10, record.CustodyOpened, "")
	handed := act(room, 20, record.CustodyHandedOver, "guarantor-1")
	again := act(sponsor, 30, record.CustodyHandedOver, "consulted-1")
	copied := s.deposit("b", original)
	want := []Entry{
		{original, 5, 1001, Deposited, room, ""},
		{opened, 10, 1002, record.CustodyOpened, room, ""},
		{handed, 20, 1003, record.CustodyHandedOver, room, "guarantor-1"},
		{again, 30, 1004, record.CustodyHandedOver, sponsor, "consulted-1"},
	}
	if got := s.Of(id); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	for at, want := range map[truce.Instant][]truce.BodyID{19: nil, 20: {"guarantor-1"}, 30: {"guarantor-1", "consulted-1"}} {
		if got := s.Holders(id, at); !slices.Equal(got, want) {
			t.Errorf("at %d: %v", at, got)
		}
	}
	if got := s.Copies(id); !slices.Equal(got, []truce.RecordID{s.ids[copied]}) {
		t.Error(got)
	}
	if s.Of("r-none") != nil || !s.Knows(blobOf("a")) || s.Knows(blobOf("z")) {
		t.Error("it knows what it should not, or not what it should")
	}
	c := record.Custody{At: 1, Act: record.CustodyOpened, Media: "r-none", Reason: "x"}
	d, err := c.Draft()
	if _, _, err := s.write(room, d, err); truce.KindOf(err) != truce.Corrupt {
		t.Errorf("an original that is not there: %v", err)
	}
}

func TestErasingTakesTwo(t *testing.T) {
	s := newStory(t)
	a, b := s.deposit("a", 0), s.deposit("b", 0)
	proposed, out, err := s.erasure(room, record.ErasureProposed, 0, a)
	if err != nil || len(out.Erase) > 0 || s.Erased(a) {
		t.Fatalf("a proposal does something: %v, %v", out, err)
	}
	for name, by := range map[string]truce.Author{"the same person": room, "the same body": room2, "the program": {Body: "node"}, "nobody": {}} {
		if _, _, err := s.erasure(by, record.ErasureConfirms, proposed); truce.KindOf(err) != truce.Denied {
			t.Errorf("%s confirms: %v", name, err)
		}
	}
	if _, _, err := s.erasure(sponsor, record.ErasureConfirms, a); truce.KindOf(err) != truce.NotFound {
		t.Errorf("what is no proposal: %v", err)
	}
	if s.Erased(a) {
		t.Fatal("it is erased with one signer")
	}
	_, out, err = s.erasure(sponsor, record.ErasureConfirms, proposed)
	if err != nil || !reflect.DeepEqual(out, Effect{[]truce.Seq{a}, []string{blobOf("a")}}) || !s.Erased(a) || s.Erased(b) || s.Knows(blobOf("a")) {
		t.Errorf("%v, %v", out, err)
	}
	if _, _, err := s.erasure(sponsor, record.ErasureConfirms, proposed); truce.KindOf(err) != truce.Conflict {
		t.Errorf("twice: %v", err)
	}
	if _, _, err := s.erasure(room, record.ErasureProposed, 0, s.next); truce.KindOf(err) != truce.NotFound {
		t.Errorf("what is not written yet: %v", err)
	}
}

func TestWhatIsHeldStays(t *testing.T) {
	s := newStory(t)
	a := s.deposit("a", 0)
	proposed, _, err := s.erasure(room, record.ErasureProposed, 0, a)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.erasure(room2, record.ErasureHeld, 0, a); err != nil || !s.Held(a) {
		t.Fatalf("one is enough to hold: %v", err)
	}
	if _, _, err := s.erasure(sponsor, record.ErasureConfirms, proposed); truce.KindOf(err) != truce.Denied || s.Erased(a) {
		t.Errorf("what is held since it was proposed: %v", err)
	}
	if _, _, err := s.erasure(room, record.ErasureProposed, 0, a); truce.KindOf(err) != truce.Denied {
		t.Errorf("what is held: %v", err)
	}
	release, _, err := s.erasure(room, record.ErasureReleases, 0, a)
	if err != nil || !s.Held(a) {
		t.Fatalf("a release takes two: %v", err)
	}
	if _, _, err := s.erasure(room2, record.ErasureConfirms, release); truce.KindOf(err) != truce.Denied {
		t.Errorf("the same body: %v", err)
	}
	if _, _, err := s.erasure(sponsor, record.ErasureConfirms, release); err != nil || s.Held(a) {
		t.Fatal(err)
	}
	if _, _, err := s.erasure(room, record.ErasureReleases, 0, a); truce.KindOf(err) != truce.Conflict {
		t.Errorf("what is not held is released: %v", err)
	}
	if _, out, err := s.erasure(sponsor, record.ErasureConfirms, proposed); err != nil || len(out.Erase) != 1 {
		t.Errorf("the proposal stands again: %v", err)
	}
	if _, _, err := s.erasure(room, record.ErasureHeld, 0, a); truce.KindOf(err) != truce.Conflict {
		t.Errorf("what is gone is held: %v", err)
	}
}

func TestCopiesGoWithTheOriginal(t *testing.T) {
	s := newStory(t)
	a := s.deposit("a", 0)
	c := s.deposit("c", a)
	if _, _, err := s.erasure(room, record.ErasureProposed, 0, a); truce.KindOf(err) != truce.Conflict {
		t.Errorf("a copy would stay: %v", err)
	}
	proposed, _, err := s.erasure(room, record.ErasureProposed, 0, a, c)
	if err != nil {
		t.Fatal(err)
	}
	late := s.deposit("d", a)
	if _, _, err := s.erasure(sponsor, record.ErasureConfirms, proposed); truce.KindOf(err) != truce.Conflict {
		t.Errorf("a copy made since would stay: %v", err)
	}
	proposed, _, err = s.erasure(room, record.ErasureProposed, 0, a, c, late)
	if err != nil {
		t.Fatal(err)
	}
	if _, out, err := s.erasure(sponsor, record.ErasureConfirms, proposed); err != nil || len(out.Blobs) != 3 {
		t.Errorf("%v, %v", out, err)
	}
}

// Whatever people try in whatever order: nothing is destroyed without two signers of different bodies, nothing that is held at that moment, and a list
// that follows the journal anew comes to the same.
func TestErasureProperty(t *testing.T) {
	authors := []truce.Author{room, room2, sponsor}
	rapid.Check(t, func(t *rapid.T) {
		s := newStory(t)
		for _, letter := range []string{"a", "b", "c"} {
			s.deposit(letter, 0)
		}
		proposers := map[truce.Seq]truce.Author{}
		for range rapid.IntRange(1, 15).Draw(t, "acts") {
			by := rapid.SampledFrom(authors).Draw(t, "by")
			act := rapid.SampledFrom([]record.ErasureAct{record.ErasureProposed, record.ErasureHeld, record.ErasureReleases, record.ErasureConfirms}).Draw(t, "act")
			of, seqs := truce.Seq(0), []truce.Seq{truce.Seq(rapid.IntRange(1, 3).Draw(t, "seq"))}
			if act == record.ErasureConfirms {
				of, seqs = truce.Seq(rapid.IntRange(1, int(s.next)).Draw(t, "of")), nil
				if s.ids[of] == "" {
					continue
				}
			}
			var held [4]bool
			for i := range held {
				held[i] = s.Held(truce.Seq(i))
			}
			seq, out, err := s.erasure(by, act, of, seqs...)
			if err != nil {
				continue
			}
			if act == record.ErasureProposed || act == record.ErasureReleases {
				proposers[seq] = by
			}
			for _, e := range out.Erase {
				if held[e] || proposers[of].Body == by.Body || proposers[of].Person == by.Person {
					t.Fatalf("%d was destroyed by %v on the word of %v, held %v", e, by, proposers[of], held[e])
				}
			}
		}
	})
}

func TestApplyPassesOverOtherKinds(t *testing.T) {
	var l List
	if out, err := l.Apply(&truce.Record{Kind: truce.RecordStep}, vault.Groups{}); err != nil || out.Erase != nil {
		t.Error(err)
	}
}
