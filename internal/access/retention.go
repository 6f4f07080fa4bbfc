package access

import (
	"time"

	"truce"
)

// How long content is kept after the last case that rests on it was closed, or after a person left. Then it should be erased, which takes two people.
// See docs/limits.md.
const (
	DefaultKeepPositions = 30 * 24 * time.Hour
	DefaultKeepSevere    = 365 * 24 * time.Hour
	DefaultKeepOrdinary  = 5 * 365 * 24 * time.Hour
	DefaultKeepPeople    = 365 * 24 * time.Hour
)

// Due gives when the content of a thing should be erased. ended is when the last case that rests on it was closed, or the person it speaks of left;
// while that is not stated nothing is due, and zero comes back. Texts, findings and records about the mechanism are kept.
func Due(t Thing, ended truce.Instant) truce.Instant {
	if !ended.Stated() {
		return 0
	}
	switch t.Kind {
	case KindPositions:
		return ended.Add(DefaultKeepPositions)
	case KindPerson:
		return ended.Add(DefaultKeepPeople)
	case KindObservation, KindMedia, KindStep, KindStatement, KindQuery:
		if t.Class == ClassOrdinary {
			return ended.Add(DefaultKeepOrdinary)
		}
		return ended.Add(DefaultKeepSevere)
	}
	return 0
}
