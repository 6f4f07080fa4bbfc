package terms_test

import (
	"testing"
	"time"

	"truce"
	"truce/terms"
)

// A clock agrees with the zone files at the hours around every change, in zones with unusual histories.
func TestZone(t *testing.T) {
	for _, name := range []string{"Asia/Damascus", "Europe/Kyiv", "Africa/Khartoum", "Africa/Juba", "Asia/Yangon", "Asia/Kathmandu", "Asia/Gaza",
		"Asia/Tehran", "America/Bogota", "Africa/Tripoli", "Asia/Baku", "Asia/Yerevan", "Pacific/Apia", "Europe/Dublin", "Africa/Casablanca", "UTC"} {
		c, err := terms.Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for at := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2099; at = at.Add(37 * time.Hour) {
			if _, want := at.In(loc).Zone(); int(c.OffsetAt(truce.InstantOf(at))) != want {
				t.Fatalf("%s at %v: %d, want %d", name, at, c.OffsetAt(truce.InstantOf(at)), want)
			}
		}
	}
	for _, name := range []string{"", "Local", "Asia/Damascas", "../../etc/passwd"} {
		if _, err := terms.Zone(name); err == nil {
			t.Errorf("%q is a zone", name)
		}
	}
}
