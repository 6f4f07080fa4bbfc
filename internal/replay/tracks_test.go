package replay_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"truce"
	"truce/geo"
	"truce/internal/intake"
	"truce/internal/replay"
)

// TestTracks moves the phones that people carried around Helsinki onto the zone of the example, and says of each phone what
// its fixes and their accuracy leave possible, by measuring from every fix. The rule must say the same. The phones come to lie
// beside the line of contact, so that some are surely in the band, some surely out of it, and some nobody can tell.
//
// Nobody in these data was ever in Syria, and none belongs to an actor: the actor is invented, and the records are labelled
// simulated and moved.
func TestTracks(t *testing.T) {
	const name = "../../../shared/data/tracks/aalto_trafficsense_device_data.csv.gz"
	rows := trackRows(t, name)
	helsinki := truce.Clock{Zone: "Europe/Helsinki", Offsets: []truce.Offset{{Seconds: 3 * 3600}}} // as it was that summer
	from := truce.Degrees(24.82, 60.19)
	a := agreement(t, "../../examples/southwest-syria", "")
	p := plan(t, a, nil)

	seen := map[truce.Result]int{}
	widened := 0
	for _, to := range []truce.Position{truce.Degrees(36.10, 32.62), truce.Degrees(35.92, 32.72), truce.Degrees(36.55, 32.55)} {
		move := intake.Shift{From: from, To: to, Later: 480 * 24 * time.Hour}
		r, err := replay.Run(context.Background(), replay.Options{
			Variants: []replay.Variant{{Name: "example", Plan: p}},
			Inputs: []replay.Input{{Name: name, Actor: "revolutionary-guard", Open: func() (io.ReadCloser, error) { return os.Open(name) },
				Intake: intake.Options{AssumeZone: &helsinki, Move: &move, Simulated: true}}}})
		if err != nil {
			t.Fatal(err)
		}
		if in := r.Inputs[0]; in.Fixes != 6030 || in.Rejected != 0 || len(r.Units) != 8 {
			t.Fatalf("%+v, %d units", in, len(r.Units))
		}
		for _, band := range []struct {
			reading truce.ReadingID
			line    truce.PlaceID
			metres  truce.Metres
		}{{"line-5-km", "line-of-contact", 5000}, {"line-5-km-in-all", "line-of-contact", 2500}} {
			line := lineOf(t, a, band.line)
			want, blind := map[string]truce.Result{}, map[string]truce.Result{}
			for _, row := range rows {
				at, ok := move.Move(row.at)
				if !ok {
					t.Fatal("moved beyond a pole")
				}
				d := line.Distance(at)
				want[row.phone] = surer(want, row.phone, d, row.radius, band.metres)
				blind[row.phone] = surer(blind, row.phone, d, 0, band.metres)
			}
			for phone, w := range want {
				if got := said(r, phone, band.reading); got != w {
					t.Errorf("phone %s moved to %v: %s says %v, its fixes say %v", phone, to, band.reading, got, w)
				}
				seen[w]++
				if w != blind[phone] {
					widened++
				}
			}
		}
		for _, u := range r.Units {
			if !u.Simulated || !u.Moved {
				t.Errorf("phone %s is not labelled simulated and moved", u.Unit)
			}
		}
	}
	if seen[truce.Breached] == 0 || seen[truce.Kept] == 0 || seen[truce.Undetermined] == 0 || widened == 0 {
		t.Errorf("the phones do not show every outcome: %v; accuracy matters to %d", seen, widened)
	}
}

type trackRow struct {
	phone  string
	at     truce.Position
	radius truce.Metres
}

func trackRows(t *testing.T, name string) []trackRow {
	t.Helper()
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here: the replay of tracks is left out", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []trackRow
	for _, row := range table[1:] {
		lat, err1 := truce.ParseE7(row[2])
		lon, err2 := truce.ParseE7(row[3])
		accuracy, err3 := strconv.ParseFloat(row[4], 64)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		// A phone's accuracy holds two times in three; twice as much is taken for a radius that holds.
		out = append(out, trackRow{row[1], truce.Position{Lon: lon, Lat: lat}, truce.Metres(2 * accuracy)})
	}
	return out
}

func lineOf(t *testing.T, a *truce.Agreement, id truce.PlaceID) *geo.Line {
	t.Helper()
	i := slices.IndexFunc(a.Places, func(f truce.Feature) bool { return f.ID == id })
	line, err := geo.NewLine(a.Places[i].Lines, a.Edges)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// surer adds a fix to what is known of a phone: once surely in the band is a breach, otherwise once possibly in it leaves it
// open, and only surely out of it all the time is kept.
func surer(known map[string]truce.Result, phone string, d, radius, band truce.Metres) truce.Result {
	was, have := known[phone]
	switch {
	case d+radius <= band || was == truce.Breached && have:
		return truce.Breached
	case d-radius <= band || have && was == truce.Undetermined:
		return truce.Undetermined
	}
	return truce.Kept
}

// said is what the rule of the band says of a phone under a reading, for those to whom anybody not Syrian is foreign: a
// breach if one of its stays is, otherwise undetermined if one is.
func said(r *replay.Replay, phone string, reading truce.ReadingID) truce.Result {
	var all []truce.Result
	for _, acc := range r.Base().Result.Accounts {
		if acc.Rule != "withdrawal-from-line" || acc.Subject.Unit != phone {
			continue
		}
		for _, o := range acc.Outcomes {
			match := 0
			for _, x := range o.Readings {
				if x.Reading == reading || x.Reading == "by-nationality" {
					match++
				}
			}
			if match == 2 {
				all = append(all, o.Result)
			}
		}
	}
	switch {
	case slices.Contains(all, truce.Breached):
		return truce.Breached
	case slices.Contains(all, truce.Undetermined):
		return truce.Undetermined
	case len(all) > 0 && !slices.ContainsFunc(all, func(x truce.Result) bool { return x != truce.Kept }):
		return truce.Kept
	}
	return truce.NotApplicable
}
