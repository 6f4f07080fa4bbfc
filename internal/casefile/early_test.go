package casefile

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/poisson"
)

func hour(h float64) truce.Instant { return start.Add(time.Duration(h * float64(time.Hour))) }

func TestCompare(t *testing.T) {
	week, day := truce.Span{From: hour(0), To: hour(168)}, truce.Span{From: hour(168), To: hour(192)}
	var events []truce.Span
	for i := range 7 {
		events = append(events, truce.At(hour(float64(24*i))))
	}
	for range 4 {
		events = append(events, truce.At(hour(168)))
	}
	events = append(events, truce.Span{From: hour(167), To: hour(169)}, truce.Span{}, truce.At(hour(192)), truce.At(hour(-1)))
	got := Compare(events, week, day)
	if got.Baseline != 7 || got.Recent != 4 || got.Unclear != 2 || got.Comparison != poisson.CompareOver(7, 4, 168*time.Hour, 24*time.Hour) || got.Ratio != 4000 {
		t.Errorf("%+v", got)
	}
	if got := Compare(nil, week, day); got.Known {
		t.Errorf("a rate of nothing: %+v", got)
	}
}

// TestTitForTat: answers within an hour stand out, the same numbers without a tie do not, and the other way round there is no tie.
func TestTitForTat(t *testing.T) {
	stretch := truce.Span{From: hour(0), To: hour(1000)}
	act := func(at float64, by, against truce.ActorID) Act { return Act{truce.At(hour(at)), by, against} }
	var tied, loose []Act
	for i := range 20 {
		at := float64(i)*49 + float64(i*i%11)
		tied = append(tied, act(at, "north", "south"), act(at+0.5+float64(i%3)/10, "south", "north"))
		loose = append(loose, act(at, "north", "south"), act(float64(i)*47+float64(i*7%23)+3, "south", "north"))
	}
	x := TitForTat(tied, "north", "south", stretch, time.Hour)
	if x.Acts != 20 || x.Answered != 20 || x.Expected > 2000 || x.Level != 5 {
		t.Errorf("tied: %+v", x)
	}
	if back := TitForTat(tied, "south", "north", stretch, time.Hour); back.Answered != 0 || back.Level != 1000 {
		t.Errorf("the other way: %+v", back)
	}
	if x := TitForTat(loose, "north", "south", stretch, time.Hour); x.Acts != 20 || x.Level < 50 {
		t.Errorf("loose: %+v", x)
	}
	day := append(slices.Clone(tied), Act{truce.Span{From: hour(10), To: hour(34)}, "north", "south"}, Act{When: truce.Span{}, By: "south", Against: "north"}, act(999.5, "north", "south"), act(5, "north", "east"), act(2000, "north", "south"))
	if y := TitForTat(day, "north", "south", stretch, time.Hour); y.Unclear != 2 || y.Acts != x.Acts || y.Answered != x.Answered || y.Level != x.Level {
		t.Errorf("with acts that say nothing: %+v", y)
	}
	edges := []Act{act(10, "north", "south"), act(11, "south", "north"), act(20, "north", "south"), act(21.001, "south", "north"), act(30, "north", "south"), act(30, "south", "north")}
	if y := TitForTat(edges, "north", "south", stretch, time.Hour); y.Acts != 3 || y.Answered != 1 {
		t.Errorf("at the edges of the time: %+v", y)
	}
	slices.Reverse(tied)
	if again := TitForTat(tied, "north", "south", stretch, time.Hour); again != x {
		t.Errorf("in another order: %+v", again)
	}
	if none := TitForTat(tied, "north", "south", stretch, 2000*time.Hour); none != (Exchange{A: "north", B: "south"}) {
		t.Errorf("%+v", none)
	}
}

// TestFollowedAgainstPlain: the count by searching is the count by looking at all pairs.
func TestFollowedAgainstPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length, reach := int64(1000), rapid.Int64Range(1, 300).Draw(t, "reach")
		first := rapid.SliceOfN(rapid.Int64Range(0, length-reach-1), 0, 20).Draw(t, "first")
		second := rapid.SliceOfN(rapid.Int64Range(0, length-1), 0, 20).Draw(t, "second")
		slices.Sort(second)
		shift := rapid.Int64Range(0, length-1).Draw(t, "shift")
		want := 0
		for _, a := range first {
			if slices.ContainsFunc(second, func(u int64) bool { d := (u+shift)%length - a; return d > 0 && d <= reach }) {
				want++
			}
		}
		if got := followed(first, second, shift, length, reach); got != want {
			t.Fatalf("%d, not %d", got, want)
		}
	})
}

// TestLevelIsLevel: where the two series have nothing to do with each other, a level of one in twenty comes up no more than about that
// often, and not never.
func TestLevelIsLevel(t *testing.T) {
	stretch := truce.Span{From: hour(0), To: hour(1000)}
	state := uint64(20300301)
	next := func(n uint64) float64 { // a fixed sequence, the same in every run
		state = state*6364136223846793005 + 1442695040888963407
		return float64((state >> 33) % n)
	}
	low, runs := 0, 400
	for range runs {
		var acts []Act
		for range 15 {
			acts = append(acts, Act{truce.At(hour(next(1_000_000) / 1000)), "north", "south"})
			burst := next(1_000_000) / 1000
			acts = append(acts, Act{truce.At(hour(burst)), "south", "north"}, Act{truce.At(hour(burst + 0.1)), "south", "north"})
		}
		if TitForTat(acts, "north", "south", stretch, 20*time.Hour).Level <= 50 {
			low++
		}
	}
	if low < 5 || low > 35 {
		t.Errorf("%d of %d unrelated pairs have a level of 0.05 or less; about %d should", low, runs, runs/20)
	}
	t.Logf("%d of %d", low, runs)
}

func TestLikely(t *testing.T) {
	at := truce.Position{Lon: 36_0000000, Lat: 33_0000000}
	far := truce.Position{Lon: 36_1000000, Lat: 33_0000000} // 9.3 km
	one := Sighting{Case: "2030-0001", When: truce.At(hour(10)), At: at, Error: 500, Placed: true, Kind: "shelling", Actors: []truce.ActorID{"north", "south"}}
	with := func(c truce.CaseID, change func(*Sighting)) Sighting { s := one; s.Case = c; change(&s); return s }
	others := []Sighting{
		one,
		with("2030-0002", func(s *Sighting) { s.When = truce.At(hour(11.5)) }),
		with("2030-0003", func(s *Sighting) { s.When = truce.At(hour(12.5)) }),
		with("2030-0004", func(s *Sighting) { s.At = far }),
		with("2030-0005", func(s *Sighting) { s.At, s.Error = far, 6000 }),
		with("2030-0006", func(s *Sighting) { s.Kind = "armed-force" }),
		with("2030-0007", func(s *Sighting) { s.Kind = "abduction" }),
		with("2030-0008", func(s *Sighting) { s.Actors = []truce.ActorID{"east"} }),
		with("2030-0009", func(s *Sighting) { s.Actors = nil; s.Kind = "" }),
		with("2030-0010", func(s *Sighting) { s.When = truce.Span{} }),
		with("2030-0011", func(s *Sighting) { s.When, s.Placed = truce.Span{}, false }),
		with("2030-0012", func(s *Sighting) {
			s.Actors = []truce.ActorID{"south"}
			s.When = truce.Span{From: hour(2), To: hour(9)}
		}),
		{Record: "r-1", When: truce.At(hour(10)), Kind: "mortar-fire"},
	}
	got := Likely(one, others, truce.IncidentKinds, DefaultApart, DefaultDistance)
	var names []string
	for _, m := range got {
		names = append(names, string(m.Case)+string(m.Record))
	}
	if want := []string{"2030-0006", "2030-0010", "2030-0005", "2030-0002", "2030-0012", "r-1", "2030-0009"}; !reflect.DeepEqual(names, want) {
		t.Errorf("%v, not %v", names, want)
	}
	if m := got[2]; m.Distance < 2800 || m.Distance > 2850 || m.Apart != 0 || m.Kinds != truce.True || len(m.Shared) != 2 {
		t.Errorf("%+v", m)
	}
	slices.Reverse(others)
	if again := Likely(one, others, truce.IncidentKinds, DefaultApart, DefaultDistance); !reflect.DeepEqual(again, got) {
		t.Error("another order gives other suggestions")
	}
}
