package mechanism_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/mechanism/mechanismtest"
)

// What forces do to each other is an exchange of those whom they belong to and of those who answer for them too, and one incident counts once however many of a
// side took part. What those did who are under both counts for neither.
func TestForcesCountForWhoeverAnswersForThem(t *testing.T) {
	e := start(t)
	n := 0
	report := func(hour int, by, against string) {
		n++
		at := e.Clock().Add(time.Duration(hour-20*24) * time.Hour)
		e.Report("monitor", strings.NewReplacer("obs-1", fmt.Sprint("x-", n), "2017-11-15T09:30:00Z", at.String(), `{"name":"government-of-syria","role":"initiator"}`, by,
			`{"name":"southern-front","role":"target"}`, against).Replace(shelling))
	}
	part := func(role string, names ...string) string {
		var out []string
		for _, x := range names {
			out = append(out, fmt.Sprintf(`{"name":%q,"role":%q}`, x, role))
		}
		return strings.Join(out, ",")
	}
	for day := range 3 {
		report(day*48, part("initiator", "Syrian Arab Army", "government-of-syria"), part("target", "southern-front"))
		report(day*48+2, part("initiator", "southern-front", "ahrar-al-sham"), part("target", "syrian-government-forces", "hezbollah"))
	}
	report(150, part("initiator", "syrian-government-forces"), part("target", "hezbollah"))
	for _, c := range []struct {
		a, b           truce.ActorID
		there, andBack int // incidents by a against b, and by b against a; each of the first is answered where there are any of the second
	}{
		{"syrian-government-forces", "southern-front", 3, 3},
		{"government-of-syria", "southern-front", 3, 3}, // belongs
		{"russia", "jordan", 3, 3},                      // answer for them
		{"iran", "southern-front", 0, 0},                // only sponsors
		{"united-states", "jordan", 0, 0},               // both answer for the same
		{"government-of-syria", "hezbollah", 1, 0},
		{"russia", "hezbollah", 1, 0}, // which is under russia too
	} {
		got := mechanismtest.Must(e.M.TitForTat(t.Context(), e.As("duty"), c.a, c.b))
		if got[0].Acts != c.there || got[1].Acts != c.andBack || got[0].Unclear > 0 || c.andBack > 0 && got[0].Answered != c.there {
			t.Errorf("%s and %s: %+v", c.a, c.b, got)
		}
	}
}
