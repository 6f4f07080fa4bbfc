package record

import (
	"truce"
	"truce/internal/vault"
)

// Read reads what a record says of those kinds that several parts of a mechanism follow: an [Agreement], an [Observation], [Positions], an [Outcome], an
// [Erasure] or a [Notice]. It is nil for the others.
func Read(r *truce.Record, g vault.Groups) (said any, err error) {
	switch r.Kind {
	case truce.RecordAgreement:
		return ReadAgreement(r)
	case truce.RecordObservation:
		return ReadObservation(r, g)
	case truce.RecordPositions:
		return ReadPositions(r, g)
	case truce.RecordOutcome:
		return ReadOutcome(r, g)
	case truce.RecordErasure:
		return ReadErasure(r, g)
	case truce.RecordNotice:
		return ReadNotice(r)
	}
	return nil, nil
}
