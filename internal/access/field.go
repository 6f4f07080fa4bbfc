package access

import (
	"math/bits"
	"strings"
)

// Fields is a set of field classes. Every field of every answer belongs to one class; the zero value shows nothing.
type Fields uint32

// Field classes.
const (
	// Existence is that there is such a thing: its id, kind and tier, a place in lists and counts, and that it is simulated where it is.
	Existence Fields = 1 << iota
	// Open is what it says openly: codes, results, rules, states, the case it belongs to.
	Open
	What          // kind of event, means, weapon, damage
	WhenCoarse    // the day
	WhenExact     // the time
	WhereCoarse   // a fixed cell or the name of an area; the only place the public ever gets
	WhereExact    // the coordinates and their radius
	Who           // actors and their roles
	Count         // numbers of things, rounds, casualties
	Note          // free text
	Source        // where the author has it from
	Reporter      // which person made it, and with which key
	By            // which body and office made it
	Media         // derived copies: re-encoded, without metadata
	MediaOriginal // the bytes as they were deposited
	People        // names and contacts of people of the mechanism
	Credential    // which keys and devices a person has; never a secret
	Reason        // why a grant, a change of tier, a pause or an erasure was made
	Custody       // who held an original, when
	Use           // who used the mechanism for what
	Proof         // number in the journal, digests, commitments
	Logged        // when it was received and recorded
	endOfFields
)

// EveryField is all classes together.
const EveryField = endOfFields - 1

var fieldNames = [...]string{"existence", "open", "what", "when-coarse", "when-exact", "where-coarse", "where-exact", "who", "count", "note", "source",
	"reporter", "by", "media", "media-original", "people", "credential", "reason", "custody", "use", "proof", "logged"}

// Has reports whether all classes of g are in f.
func (f Fields) Has(g Fields) bool { return f&g == g }

// Words lists the classes in their order.
func (f Fields) Words() []string {
	out := make([]string, 0, bits.OnesCount32(uint32(f&EveryField)))
	for i, name := range fieldNames {
		if f>>i&1 == 1 {
			out = append(out, name)
		}
	}
	return out
}

func (f Fields) String() string { return strings.Join(f.Words(), " ") }

// ParseField reads one class by its word.
func ParseField(word string) (Fields, bool) {
	for i, name := range fieldNames {
		if name == word {
			return 1 << i, true
		}
	}
	return 0, false
}
