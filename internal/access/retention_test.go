package access

import (
	"testing"
	"time"

	"truce"
)

func TestDue(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		kind  Kind
		class Class
		ended truce.Instant
		days  time.Duration // 0: never
	}{
		{KindPositions, ClassOrdinary, now, 30}, {KindPositions, ClassOrdinary, 0, 0}, {KindObservation, ClassOrdinary, now, 5 * 365}, {KindObservation, ClassSevere, now, 365},
		{KindMedia, ClassUnknown, now, 365}, {KindPerson, ClassOrdinary, now, 365}, {KindFinding, ClassOrdinary, now, 0}, {KindAgreement, ClassOrdinary, now, 0}, {KindGrant, ClassOrdinary, now, 0},
	} {
		want := truce.Instant(0)
		if c.days > 0 {
			want = now.Add(c.days * day)
		}
		if got := Due(Thing{Kind: c.kind, Class: c.class}, c.ended); got != want {
			t.Errorf("%s, %s, ended %d: due %s, expected %s", c.kind, c.class, c.ended, got, want)
		}
	}
}
