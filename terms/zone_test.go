package terms

import (
	"testing"
	"time"

	"truce"
)

// TestZone holds the table of offsets against the zone files, for zones with and without summer time.
func TestZone(t *testing.T) {
	for _, name := range []string{"UTC", "Asia/Damascus", "Asia/Tehran", "Europe/Kyiv", "Europe/Berlin", "Europe/Dublin", "America/New_York",
		"America/Sao_Paulo", "Australia/Sydney", "Africa/Casablanca", "Asia/Baku", "Africa/Khartoum"} {
		clock, err := Zone(name)
		if err != nil {
			t.Error(err)
			continue
		}
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for at := time.Date(1950, 1, 1, 0, 30, 0, 0, time.UTC); at.Year() < 2100; at = at.Add(61 * time.Hour) {
			if _, want := at.In(loc).Zone(); int(clock.OffsetAt(truce.InstantOf(at))) != want {
				t.Errorf("%s at %s: %d, want %d", name, at, clock.OffsetAt(truce.InstantOf(at)), want)
				break
			}
		}
		for i := 1; i < len(clock.Offsets); i++ { // each change is where the clock really changes
			at := clock.Offsets[i].From
			_, before := (at - 1).Time().In(loc).Zone()
			_, after := at.Time().In(loc).Zone()
			if before == after || int(clock.Offsets[i].Seconds) != after {
				t.Errorf("%s: no change at %s", name, at)
			}
		}
	}
	for _, name := range []string{"", "Local", "Nowhere/Land"} {
		if _, err := Zone(name); err == nil {
			t.Errorf("%q is a zone", name)
		}
	}
}
