package view_test

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"truce"
	"truce/internal/view"
)

func open(t testing.TB, path string) *view.View {
	t.Helper()
	v, err := view.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func rows(n int) []view.Row {
	var out []view.Row
	for i := 1; i <= n; i++ {
		r := view.Row{Seq: truce.Seq(i), ID: truce.RecordID(fmt.Sprintf("r-%d", i)), Kind: truce.RecordObservation, Tier: truce.TierMechanism,
			Author:  truce.Author{Person: "p-1", Body: truce.BodyID("team-" + string(rune('a'+i%3))), Office: truce.OfficeMonitor, Vouch: truce.VouchSession},
			Claimed: truce.Instant(i), Received: truce.Instant(i + 1), Recorded: truce.Instant(i + 2), HasPlace: i%2 == 0, Simulated: true,
			Happened: &view.Happened{Kind: truce.KindIncident, Word: "shelling", First: view.Day(i % 30), Last: view.Day(i % 30), HasCell: i%2 == 0}}
		if i%2 == 0 {
			r.Happened.Lon, r.Happened.Lat = 360+i%7, 320+i%5
		}
		if i%10 == 0 {
			r.Kind, r.Happened, r.Outcome = truce.RecordOutcome, nil, &view.Outcome{Rule: "ceasefire", Article: "1"}
			r.Links = []view.Link{{How: "subject", ID: truce.RecordID(fmt.Sprintf("r-%d", i-1))}}
			if i > 10 {
				r.Links = append(r.Links, view.Link{How: view.Supersedes, ID: truce.RecordID(fmt.Sprintf("r-%d", i-10))})
			}
			r.Addressed = []truce.BodyID{"russia", "jordan"}
		}
		out = append(out, r)
	}
	return out
}

func ask(t *testing.T, v *view.View, q view.Query) (seqs []truce.Seq) {
	t.Helper()
	list, err := v.Records(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		seqs = append(seqs, r.Seq)
	}
	return seqs
}

func TestRecords(t *testing.T) {
	v := open(t, filepath.Join(t.TempDir(), "view.db"))
	if err := v.Apply(context.Background(), rows(40), truce.Digest{1}); err != nil {
		t.Fatal(err)
	}
	first, last := view.Day(3), view.Day(4)
	for name, c := range map[string]struct {
		q    view.Query
		want []truce.Seq
	}{
		"newest first":    {view.Query{Limit: 3}, []truce.Seq{40, 39, 38}},
		"a page":          {view.Query{Limit: 3, Before: 38}, []truce.Seq{37, 36, 35}},
		"oldest first":    {view.Query{Limit: 3, After: 5, OldestFirst: true}, []truce.Seq{6, 7, 8}},
		"a kind":          {view.Query{Kinds: []truce.RecordKind{truce.RecordOutcome}}, []truce.Seq{40, 30, 20, 10}},
		"the latest":      {view.Query{Rule: "ceasefire", Latest: true}, []truce.Seq{40}},
		"days":            {view.Query{First: &first, Last: &last}, []truce.Seq{34, 33, 4, 3}},
		"a cell":          {view.Query{Cells: &view.Cells{West: 362, East: 362, South: 322, North: 322}}, []truce.Seq{2}},
		"what speaks of":  {view.Query{Links: "r-29"}, []truce.Seq{30}},
		"what supersedes": {view.Query{Links: "r-10", How: view.Supersedes}, []truce.Seq{20}},
		"by id":           {view.Query{IDs: []truce.RecordID{"r-7", "r-9", "r-none"}}, []truce.Seq{9, 7}},
	} {
		if got := ask(t, v, c.q); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	want := rows(40)[29]
	want.Links, want.Outcome.Latest = nil, false
	got, err := v.Record(context.Background(), "r-30")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
	if _, err := v.Record(context.Background(), "r-no"); truce.KindOf(err) != truce.NotFound {
		t.Error(err)
	}
}

// What is applied again changes nothing, and a view goes on where it ended.
func TestReached(t *testing.T) {
	path := filepath.Join(t.TempDir(), "view.db")
	v := open(t, path)
	for _, n := range []int{5, 5, 12} {
		if err := v.Apply(context.Background(), rows(n), truce.Digest{byte(n)}); err != nil {
			t.Fatal(err)
		}
	}
	v.Close()
	v = open(t, path)
	if seq, head := v.Reached(); seq != 12 || head != (truce.Digest{12}) {
		t.Error(seq, head)
	}
	if got := ask(t, v, view.Query{}); len(got) != 12 {
		t.Error(got)
	}
}

// What was written twice, after a failure that nobody could tell from a success, is one record.
func TestWrittenTwiceIsOne(t *testing.T) {
	v := open(t, filepath.Join(t.TempDir(), "view.db"))
	list := rows(10)
	again := list[9]
	again.Seq = 11
	if err := v.Apply(context.Background(), append(list, again), truce.Digest{}); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, v, view.Query{Kinds: []truce.RecordKind{truce.RecordOutcome}}); !reflect.DeepEqual(got, []truce.Seq{10}) {
		t.Error(got)
	}
	if seq, _ := v.Reached(); seq != 11 {
		t.Error(seq)
	}
}

func TestErasedIsForgotten(t *testing.T) {
	v := open(t, filepath.Join(t.TempDir(), "view.db"))
	if err := v.Apply(context.Background(), rows(4), truce.Digest{}); err != nil {
		t.Fatal(err)
	}
	if err := v.Erased(context.Background(), []truce.RecordID{"r-2"}); err != nil {
		t.Fatal(err)
	}
	r, err := v.Record(context.Background(), "r-2")
	if err != nil || !r.Erased || r.Happened != nil {
		t.Errorf("%+v, %v", r, err)
	}
	if got := ask(t, v, view.Query{Word: "shelling"}); !reflect.DeepEqual(got, []truce.Seq{4, 3, 1}) {
		t.Error(got)
	}
}

func TestDayOf(t *testing.T) {
	for i, want := range map[truce.Instant]view.Day{0: view.NoDay, 1: 0, 86399999: 0, 86400000: 1, -1: -1, -86400000: -1, -86400001: -2} {
		if got := view.DayOf(i); got != want {
			t.Errorf("%d is day %d, want %d", i, got, want)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	v := open(b, filepath.Join(b.TempDir(), "view.db"))
	list := rows(b.N)
	b.ResetTimer()
	for i := 0; i < len(list); i += 1000 {
		if err := v.Apply(b.Context(), list[i:min(i+1000, len(list))], truce.Digest{}); err != nil {
			b.Fatal(err)
		}
	}
}
