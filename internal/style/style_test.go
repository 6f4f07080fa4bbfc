package style

import (
	"strings"
	"testing"

	"truce/internal/lang"
)

// A day of reports ends a thousandth of a second before the next one begins, and people say the hour.
func TestMinute(t *testing.T) {
	for at, want := range map[string]string{"2017-12-02T15:59:59.999Z": "16:00", "2017-12-02T15:59:58.4Z": "15:59", "2017-12-02T16:00:00Z": "16:00"} {
		if got := string(Minute(lang.For("en"), at)); !strings.Contains(got, want) || strings.Contains(got, ".999") {
			t.Errorf("%s is written %s", at, got)
		}
	}
}
