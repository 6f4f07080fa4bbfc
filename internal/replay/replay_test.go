package replay_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/intake"
	"truce/internal/replay"
	"truce/terms"
)

func agreement(t *testing.T, dir, version string) *truce.Agreement {
	t.Helper()
	a, rep, err := terms.Load(os.DirFS(dir), version)
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
	return a
}

func plan(t *testing.T, a *truce.Agreement, err error) *terms.Plan {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	p, err := terms.Compile(a)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func text(name, content string) replay.Input {
	return replay.Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

const reports = `{"id":"a","kind":"incident","what":"shelling","time":"2017-07-09T13:00:00+03:00","received":"2017-07-12T09:00:00+03:00","place":{"lat":32.62,"lon":36.1,"error_m":100},"parts":[{"name":"north","role":"initiator"},{"name":"south","role":"target"}]}
{"id":"b","kind":"incident","what":"shelling","time":"2017-07-10T13:00:00+03:00","place":{"lat":32.62,"lon":36.1,"error_m":100},"parts":[{"name":"north","role":"initiator"},{"name":"south","role":"target"}]}
not a record
`

func TestKnownAt(t *testing.T) {
	p := plan(t, agreement(t, "../../scenario/testdata/small", ""), nil)
	for _, c := range []struct {
		known    time.Time
		breached int
		later    int
	}{
		{time.Time{}, 2, 0},
		{time.Date(2017, 7, 11, 0, 0, 0, 0, time.UTC), 1, 1},
		{time.Date(2017, 7, 9, 20, 0, 0, 0, time.UTC), 0, 2},
	} {
		o := replay.Options{Variants: []replay.Variant{{Name: "x", Plan: p}}, Inputs: []replay.Input{text("r.ndjson", reports)}}
		if !c.known.IsZero() {
			o.KnownAt = truce.InstantOf(c.known)
		}
		r, err := replay.Run(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, acc := range r.Base().Result.Accounts {
			if res, same := acc.Result(); acc.Rule == "ceasefire" && same && res == truce.Breached {
				n++
			}
		}
		if n != c.breached || r.Later != c.later {
			t.Errorf("known at %v: %d breached, %d later; want %d and %d", c.known, n, r.Later, c.breached, c.later)
		}
		if len(r.Rejects) != 1 || r.Rejects[0].Line != 3 || r.Inputs[0].Rejected != 1 {
			t.Errorf("the row that is no record: %+v", r.Rejects)
		}
	}
}

// A reading, a distance or another version that changes nothing differs in nothing, and one that does differs in just that.
func TestCompare(t *testing.T) {
	a := agreement(t, "../../scenario/testdata/small", "")
	base := plan(t, a, nil)
	track := "unit,time,lat,lon,error_m,actor\n"
	for i, lat := range []string{"32.70", "32.72", "32.72", "32.72", "32.72", "32.70"} {
		track += "u1,2017-07-10T0" + string(rune('0'+i)) + ":00:00Z," + lat + ",36.0,20,legion\n"
	}
	run := func(variant *truce.Agreement, err error) []replay.Difference {
		r, e := replay.Run(context.Background(), replay.Options{Variants: []replay.Variant{{Name: "a", Plan: base}, {Name: "b", Plan: plan(t, variant, err)}},
			Inputs: []replay.Input{text("r.ndjson", reports), text("t.csv", track)}})
		if e != nil {
			t.Fatal(e)
		}
		return replay.Compare(r.Variants[0], r.Variants[1])
	}
	if d := run(a, nil); len(d) != 0 {
		t.Errorf("an agreement differs from itself: %+v", d)
	}
	d := run(terms.WithReading(a, "band=ten"))
	if len(d) != 0 { // 9 km from the line: inside ten under every reading of who is foreign but that of who was invited
		for _, x := range d {
			if x.Rule != "foreign-out" || x.Subject.Unit != "u1" {
				t.Errorf("reading ten: %+v", x)
			}
		}
	}
	d = run(terms.Set(a, "ceasefire.from=2017-07-10T00:00"))
	if len(d) != 1 || d[0].Rule != "ceasefire" || d[0].Before.Result != truce.Breached || d[0].After.Result != truce.NotDue || d[0].Subject.Records[0] != "a" {
		t.Errorf("a later start: %+v", d)
	}
}

// The data of UCDP for Syria in 2017 and 2018, through the shipped example, against counts made another way.
func TestGED(t *testing.T) {
	const name = "../../../shared/data/ucdp-ged-syria/ged_syria_2017_2018.csv.gz"
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here: the replay of UCDP's events is left out", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := map[string]int{}
	for i, h := range rows[0] {
		col[h] = i
	}
	r, err := replay.Run(context.Background(), replay.Options{
		Variants: []replay.Variant{{Name: "example", Plan: plan(t, agreement(t, "../../examples/southwest-syria", ""), nil)}},
		Inputs:   []replay.Input{{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(name) }, Intake: intake.Options{}}}})
	if err != nil {
		t.Fatal(err)
	}
	if in := r.Inputs[0]; in.Rows != 8352 || in.Rejected != 0 || in.Observations != 8352 {
		t.Fatalf("%+v", in)
	}
	said := map[truce.ObservationID]map[truce.Result]bool{}
	for _, acc := range r.Base().Result.Accounts {
		if acc.Rule == "ceasefire" {
			set := map[truce.Result]bool{}
			for _, o := range acc.Outcomes {
				set[o.Result] = true
			}
			said[acc.Subject.Records[0]] = set
		}
	}
	only := func(id string, want truce.Result) bool {
		set := said[truce.ObservationID(id)]
		return len(set) == 1 && set[want]
	}
	zone := map[string]bool{"Daraa Governorate": true, "Quneitra Governorate": true, "As Suwayda Governorate": true}
	var before, islamicState, inZone, openInZone, breached int
	for _, row := range rows[1:] {
		get := func(c string) string { return row[col[c]] }
		id := "ged:" + get("id")
		if said[truce.ObservationID(id)][truce.Breached] {
			breached++
		}
		switch {
		case get("type_of_violence") == "3":
			// Violence against civilians is no hostility between the sides that joined.
			if !only(id, truce.NotApplicable) {
				t.Errorf("%s is one-sided and not out of the rule", id)
			}
		case get("date_end") < "2017-07-09":
			// Query: type_of_violence in (1, 2) and date_end < 2017-07-09: 3,075 rows.
			if before++; !only(id, truce.NotDue) {
				t.Errorf("%s ended before the ceasefire and is not said to be", id)
			}
		case get("side_a") == "IS" || get("side_b") == "IS":
			// Query: the same from 2017-07-09 on with IS on a side. A listed group is outside the ceasefire, whatever the place.
			if islamicState++; said[truce.ObservationID(id)][truce.Breached] || said[truce.ObservationID(id)][truce.Undetermined] && get("date_start") > "2017-07-09" {
				t.Errorf("%s is with Islamic State and not out of the rule", id)
			}
		case get("date_start") > "2017-07-09" && zone[get("adm_1")]:
			// Query: the rest with adm_1 one of the three governorates: the rule speaks of them, or may.
			if inZone++; !only(id, truce.NotApplicable) {
				openInZone++
			}
		case get("date_start") == "2017-07-09" && get("date_end") == "2017-07-09" && zone[get("adm_1")]:
			// A ceasefire from noon cannot be judged by an event dated only to that day.
			if said[truce.ObservationID(id)][truce.Breached] || said[truce.ObservationID(id)][truce.Kept] {
				t.Errorf("%s is dated to the day of the start and was judged", id)
			}
		}
	}
	if before != 3075 || islamicState < 2200 || inZone != 246 {
		t.Errorf("the data are not those the numbers were taken from: %d before, %d with Islamic State, %d in the zone", before, islamicState, inZone)
	}
	// The drawn zone is coarser than the governorates: two places coded in them lie outside it.
	if openInZone < 244 {
		t.Errorf("only %d of %d events in the three governorates are spoken of", openInZone, inZone)
	}
	// "Syrian insurgents" may mean groups that joined or listed ones, so none of these can be called a breach.
	if breached != 0 {
		t.Errorf("%d events are called breaches", breached)
	}
}
