package assess

import (
	"testing"

	"truce"
)

func TestFewestDays(t *testing.T) {
	day := func(first, last truce.Instant) *counted { return &counted{first: first, last: last} }
	for _, c := range []struct {
		name string
		list []*counted
		want int
	}{
		{"none", nil, 0},
		{"not dated", []*counted{{}}, 0},
		{"one sure day each", []*counted{day(1, 1), day(2, 2), day(2, 2)}, 2},
		// Calendar days lie over two reporting days, so that neighbours may share one.
		{"four days in a row", []*counted{day(1, 2), day(2, 3), day(3, 4), day(4, 5)}, 2},
		{"a week that holds the others", []*counted{day(1, 7), day(3, 3), day(5, 5)}, 2},
		{"given out of order", []*counted{day(5, 6), day(1, 2), day(2, 2)}, 2},
	} {
		if got := fewestDays(c.list); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
