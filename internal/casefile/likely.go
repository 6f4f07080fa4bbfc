package casefile

import (
	"cmp"
	"slices"
	"time"

	"truce"
	"truce/geo"
)

// How near two sightings are to be suggested as one event, where nobody says otherwise. See docs/limits.md.
const (
	DefaultApart    = 2 * time.Hour
	DefaultDistance = 3_000
)

// Sighting is what is known of the event behind a case or an observation.
type Sighting struct {
	Case   truce.CaseID   // exactly one of Case and Record is set
	Record truce.RecordID // an observation
	When   truce.Span
	// At and Error are the disc the place lies in; Placed is false where nobody stated one.
	At     truce.Position
	Error  truce.Metres
	Placed bool
	Kind   string // of incident
	Actors []truce.ActorID
}

// Match is a sighting that may be about the same event, with what speaks for it.
type Match struct {
	Sighting
	// Apart is the least time there can be between the two, Distance the least ground; zero where they may coincide.
	Apart    time.Duration
	Distance truce.Metres
	// Kinds is true where the kind is the same or one a wider word for the other, unknown where one says none.
	Kinds truce.Truth
	// Shared lists the actors that both name.
	Shared []truce.ActorID
}

// Likely suggests which of others may be about the same event as one: the least time between them is at most apart, the least distance
// at most near, the kinds do not exclude each other, and they share an actor or one of them names none. A time or place that nobody
// stated excludes nothing only if the other of the two is stated and fits: what is unknown in both is no reason. The most alike come first:
// more shared actors, then nearer in time, then in place, then by name. It merges nothing, and what it leaves out may still be the same.
func Likely(one Sighting, others []Sighting, kinds truce.Taxonomy, apart time.Duration, near truce.Metres) []Match {
	var out []Match
	for _, o := range others {
		if o.Case == one.Case && o.Record == one.Record {
			continue
		}
		m := Match{Sighting: o, Kinds: alike(kinds, one.Kind, o.Kind)}
		timed, placed := one.When.Stated() && o.When.Stated(), one.Placed && o.Placed
		if timed {
			m.Apart = max(o.When.From.Sub(one.When.To), one.When.From.Sub(o.When.To), 0)
		}
		if placed {
			m.Distance = max(geo.Distance(one.At, o.At)-one.Error-o.Error, 0)
		}
		for _, a := range one.Actors {
			if slices.Contains(o.Actors, a) && !slices.Contains(m.Shared, a) {
				m.Shared = append(m.Shared, a)
			}
		}
		strangers := len(one.Actors) > 0 && len(o.Actors) > 0 && len(m.Shared) == 0
		if m.Apart > apart || m.Distance > near || !timed && !placed || m.Kinds == truce.False || strangers {
			continue
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(x, y Match) int {
		return cmp.Or(cmp.Compare(len(y.Shared), len(x.Shared)), cmp.Compare(x.Apart, y.Apart), cmp.Compare(x.Distance, y.Distance),
			cmp.Compare(x.Case, y.Case), cmp.Compare(x.Record, y.Record))
	})
	return out
}

// alike is true where one word is the other or wider than it.
func alike(kinds truce.Taxonomy, a, b string) truce.Truth {
	switch {
	case a == "" || b == "":
		return truce.Unknown
	case kinds.Is(a, b) == truce.False && kinds.Is(b, a) == truce.False:
		return truce.False
	}
	return truce.True
}
