package access

import "truce"

// A count can point at somebody as a record can: one more than yesterday is one report, and who made it may be guessed. So whoever stands outside the
// mechanism is told counts in steps, and no small ones. Every count that is answered goes through a [Tally].
const (
	// MinTold is the fewest records that a count tells outside, and the step in which it is told.
	MinTold = 5
	// MinSources is how many people they must come from, where they come from people.
	MinSources = 3
)

// Tally counts records for one cell of a table, and the people who reported what they rest on. The zero value is empty.
type Tally struct {
	records int
	people  map[truce.PersonID]bool
}

// Add counts a record. People are those who reported what it rests on; none where it rests on nobody's report, such as a deadline that passed.
func (t *Tally) Add(people ...truce.PersonID) {
	t.records++
	for _, p := range people {
		if p == "" {
			continue
		}
		if t.people == nil {
			t.people = map[truce.PersonID]bool{}
		}
		t.people[p] = true
	}
}

// Told gives the count as a viewer is told it. Inside the mechanism it is the number. Outside it is rounded down to a multiple of [MinTold], and 0 where
// fewer than [MinSources] people stand behind it: no two answers differ by less than a step, so none tells of one record.
func (t *Tally) Told(v Viewer) int { return t.Part(v, t.records) }

// Part is [Tally.Told] for n of the records.
func (t *Tally) Part(v Viewer, n int) int {
	if Exact(v) {
		return n
	}
	if p := len(t.people); p > 0 && p < MinSources {
		return 0
	}
	return n - n%MinTold
}

// Exact reports whether a viewer is told exact counts: whoever works in the mechanism, and no participant.
func Exact(v Viewer) bool {
	return (somebody &^ participants).has(sound(v).Office)
}
