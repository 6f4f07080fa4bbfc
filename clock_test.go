package truce_test

import (
	"testing"
	"time"

	"truce"
)

// damascus is the zone's table for 2017 and 2018: the clocks went forward at midnight on the last Friday of March.
var damascus = truce.Clock{Zone: "Asia/Damascus", Offsets: []truce.Offset{
	{From: 0, Seconds: 7200},
	{From: utc(2017, 3, 30, 22), Seconds: 10800},
	{From: utc(2017, 10, 26, 21), Seconds: 7200},
	{From: utc(2018, 3, 29, 22), Seconds: 10800},
	{From: utc(2018, 10, 25, 21), Seconds: 7200},
}}

func utc(y, m, d, h int) truce.Instant {
	return truce.InstantOf(time.Date(y, time.Month(m), d, h, 0, 0, 0, time.UTC))
}

func TestClockInstant(t *testing.T) {
	for _, c := range []struct {
		wall  truce.Wall
		want  truce.Instant
		fault truce.ClockFault
	}{
		{truce.Wall{Year: 2017, Month: 7, Day: 9, Hour: 12}, utc(2017, 7, 9, 9), truce.ClockFine},
		{truce.Wall{Year: 2017, Month: 1, Day: 9, Hour: 12}, utc(2017, 1, 9, 10), truce.ClockFine},
		{truce.Wall{Year: 2017, Month: 3, Day: 31, Hour: 0, Minute: 30}, 0, truce.ClockGap},
		{truce.Wall{Year: 2017, Month: 10, Day: 26, Hour: 23, Minute: 30}, utc(2017, 10, 26, 20) + 30*60000, truce.ClockTwice},
		{truce.Wall{Year: 2017, Month: 6, Day: 31}, 0, truce.ClockNoSuch},
		{truce.Wall{Year: 2500, Month: 6, Day: 3}, 0, truce.ClockOutRange},
	} {
		got, fault := damascus.Instant(c.wall)
		if got != c.want || fault != c.fault {
			t.Errorf("%+v: got %v, fault %v; want %v, fault %v", c.wall, got, fault, c.want, c.fault)
		}
	}
}

func TestClockDaysAndPeriods(t *testing.T) {
	short := damascus.Day(2017, 3, 31)
	if short.From != utc(2017, 3, 30, 22) || short.To != utc(2017, 3, 31, 21)-1 {
		t.Errorf("the day whose midnight was skipped: %v", short)
	}
	if got := damascus.Plus(utc(2017, 1, 31, 10), truce.Period{Months: 1}); got != utc(2017, 2, 28, 10) {
		t.Errorf("a month after 31 January: %v", got)
	}
	if got := damascus.Plus(utc(2017, 3, 30, 10), truce.Period{Days: 1}); got != utc(2017, 3, 31, 9) {
		t.Errorf("a day over the clock change keeps noon: %v", got)
	}
	cut := damascus
	cut.CutOff = 18 * time.Hour
	if got := cut.ReportDay(utc(2017, 7, 9, 16)); got.From != utc(2017, 7, 9, 15) || got.To != utc(2017, 7, 10, 15)-1 {
		t.Errorf("reporting day: %v", got)
	}
}

func TestZeroValues(t *testing.T) {
	var o truce.Outcome
	if o.Result != truce.Undetermined || truce.Truth(0) != truce.Unknown {
		t.Error("nothing known must read as undetermined and unknown")
	}
	if (truce.Span{}).Stated() || truce.Instant(0).Stated() {
		t.Error("a zero time must be one nobody stated")
	}
	if (truce.Span{}).Before(5) != truce.Unknown {
		t.Error("a time nobody stated is neither before nor after")
	}
}

func TestTaxonomy(t *testing.T) {
	for _, c := range []struct {
		seen, wanted string
		want         truce.Truth
	}{
		{"mortar-fire", "shelling", truce.True},
		{"armed-force", "shelling", truce.Unknown},
		{"shelling", "air-attack", truce.False},
		{"", "shelling", truce.Unknown},
	} {
		if got := truce.IncidentKinds.Is(c.seen, c.wanted); got != c.want {
			t.Errorf("%q as %q: %v, want %v", c.seen, c.wanted, got, c.want)
		}
	}
}

// Hours are compared with what clocks show at each minute, over both changes of the clocks.
func TestClockDuring(t *testing.T) {
	for _, day := range []truce.Instant{utc(2017, 7, 9, 0), utc(2017, 3, 30, 12), utc(2017, 10, 26, 12)} {
		for from := range 48 {
			for _, long := range []int{1, 5, 24, 47} {
				h := truce.Hours{From: time.Duration(from) * 30 * time.Minute, Until: time.Duration((from+long)%48) * 30 * time.Minute}
				span := truce.Span{From: day, To: day.Add(40*time.Hour) - 1}
				in := map[truce.Instant]bool{}
				last := truce.Instant(0)
				for p := range damascus.During(h, span) {
					if p.From > p.To || p.From < span.From || p.To > span.To || last != 0 && p.From <= last+1 {
						t.Fatalf("%v: part %v after %v", h, p, last)
					}
					last = p.To
					for i := p.From; i <= p.To; i += 60_000 {
						in[i] = true
					}
				}
				for i := span.From; i <= span.To; i += 60_000 {
					w := damascus.Wall(i)
					d := time.Duration(w.Hour)*time.Hour + time.Duration(w.Minute)*time.Minute
					want := d >= h.From && d < h.Until
					if h.Until < h.From {
						want = d >= h.From || d < h.Until
					}
					if in[i] != want {
						t.Fatalf("%v at %v, where clocks show %v: %t", h, i, d, in[i])
					}
				}
			}
		}
	}
	whole := truce.Hours{Until: 24 * time.Hour}
	n := 0
	for p := range damascus.During(whole, truce.Span{From: 1, To: truce.LatestInstant}) {
		if n++; p.To != truce.LatestInstant || n > 1 {
			t.Fatalf("the whole day: %v", p)
		}
	}
}
