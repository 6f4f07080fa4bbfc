package ndjson_test

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/intaketest"
	"truce/internal/intake/ndjson"
	"truce/internal/intake/rows"
)

func settings() *entry.Settings {
	return &entry.Settings{File: "a.ndjson", DefaultError: entry.DefaultFixError, Incidents: truce.IncidentKinds, Equipment: truce.EquipmentKinds}
}

// read reads one line.
func read(t interface{ Fatal(...any) }, line []byte) *entry.Entry {
	var e entry.Entry
	if err := ndjson.Open(rows.NewLines(bytes.NewReader(line), 0), settings()).Next(&e); err != nil {
		t.Fatal(err)
	}
	return &e
}

func TestWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := intaketest.Observation().Draw(t, "observation")
		line := ndjson.Append(nil, o)
		e := read(t, line)
		if e.Rejected() {
			t.Fatalf("%s\n%v", line, e.Problems)
		}
		if !reflect.DeepEqual(e.Observation, o) {
			t.Fatalf("%s\nwrote %+v\nread  %+v", line, o, e.Observation)
		}
	})
}

func TestWrittenFixIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := truce.Fix{At: truce.Instant(rapid.Int64Range(1, int64(truce.LatestInstant)).Draw(t, "at")),
			Pos:   truce.Position{Lon: truce.E7(rapid.Int32Range(1, 1_800_000_000).Draw(t, "lon")), Lat: truce.E7(rapid.Int32Range(-900_000_000, 900_000_000).Draw(t, "lat"))},
			Error: rapid.Float32Range(0, 20_000_000).Draw(t, "error")}
		tr := entry.Track{Unit: `p"3`, Actor: rapid.SampledFrom([]string{"", "southern-front"}).Draw(t, "actor"), Category: "lorry",
			Source: truce.Source{ID: "x", Means: truce.MeansDevice}, File: "a.ndjson", Moved: rapid.Bool().Draw(t, "moved")}
		line := ndjson.AppendFix(nil, &tr, f)
		e := read(t, line)
		if e.Rejected() || e.Fix != f || !reflect.DeepEqual(*e.Track, tr) {
			t.Fatalf("%s\n%v\nwrote %+v of %+v\nread  %+v of %+v", line, e.Problems, f, tr, e.Fix, e.Track)
		}
	})
}

// TestKeys holds the switch of the reader against the list of keys: every key is known, and none twice.
func TestKeys(t *testing.T) {
	for _, k := range ndjson.Keys() {
		outer, inner, nested := strings.Cut(k, ".")
		value := `null`
		if nested {
			value = fmt.Sprintf(`{%q: null}`, inner)
			if outer == "parts" || outer == "equipment" {
				value = "[" + value + "]"
			}
		}
		e := read(t, fmt.Appendf(nil, `{%q: %s}`, outer, value))
		for _, p := range e.Problems {
			if p.Code == entry.UnknownKey && !strings.Contains(p.Message, "does not belong") {
				t.Errorf("%s: %s", k, p.Message)
			}
		}
	}
}

func TestShortForms(t *testing.T) {
	e := read(t, []byte(`{"id":"a:1","kind":"incident","time":"2017-07-09T12:05:00+03:00","place":"Nasib crossing","source":"team-4","deaths":2}`))
	if e.Rejected() {
		t.Fatal(e.Problems)
	}
	o := e.Observation
	if o.Where.Kind != truce.PlaceNamed || o.Where.Name != "Nasib crossing" || o.Source.ID != "team-4" || o.Deaths != truce.Exactly(2) {
		t.Errorf("%+v", o)
	}
	e = read(t, []byte(`{"id":"a:2","kind":"presence","time":"2017-07-09","place":{"lat":32.5,"lon":36.25,"error_m":30}}`))
	if e.Rejected() || e.Observation.Where.Kind != truce.PlacePoint || e.Observation.When.To-e.Observation.When.From != 24*3600*1000-1 {
		t.Errorf("%+v, %v", e.Observation, e.Problems)
	}
	e = read(t, []byte(`{"kind":"fix","unit":"p","time":"2017-07-09T12:05:00Z","lat":32.5,"lon":36.25,"accuracy":10}`))
	if e.Rejected() || e.Fix.Error != 20 || e.Track.Source.Means != truce.MeansDevice {
		t.Errorf("%+v, %v", e, e.Problems)
	}
}

// TestEveryProblemAtOnce: a line is gone through to its end, and each problem names its field and column.
func TestEveryProblemAtOnce(t *testing.T) {
	e := read(t, []byte(`{"id":"a b","kind":"incidnet","what":"shelling","deaths":-1,"civlians":3,"lasted":"yes","parts":[{"role":"target"}],`+
		`"place":{"lat":36.1,"lon":200,"error_m":5},"equipment":[{"category":"tnak"}],"time":"2017-07-09T12:00","note":"x","note":"y"}`))
	var got []string
	for _, p := range e.Problems {
		got = append(got, fmt.Sprintf("%d %s %s %s", p.Column, p.Field, p.Code, p.Hint))
	}
	joined := strings.Join(got, "\n")
	for _, w := range []string{
		"7 id bad-id", "deaths bad-number", "civlians unknown-key did you mean civilians?", "lasted wrong-type", "parts[0].name missing-value",
		"place.lon longitude-out-of-range", "equipment[0].category unknown-word did you mean tank?", "note repeated-key",
		"kind unknown-word did you mean incident?", "time time-without-zone add it",
	} {
		if !strings.Contains(joined, w) {
			t.Errorf("no problem %q in\n%s", w, joined)
		}
	}
	if len(got) != 10 {
		t.Errorf("%d problems\n%s", len(got), joined)
	}
}

// TestBrokenLine: what stands behind the place where a line stops being JSON cannot be trusted, so it is the one problem.
func TestBrokenLine(t *testing.T) {
	e := read(t, []byte(`{"id":"a b","kind":"incidnet","note":"x" "deaths":1}`))
	if len(e.Problems) != 1 || e.Problems[0].Code != entry.BadJSON || e.Problems[0].Column != 42 {
		t.Errorf("%+v", e.Problems)
	}
}

func TestColumnsCountCharacters(t *testing.T) {
	e := read(t, []byte(`{"note":"درعا","deaths":"x","id":"1","kind":"act"}`))
	if len(e.Problems) != 1 || e.Problems[0].Column != 25 {
		t.Errorf("%+v", e.Problems)
	}
}

// TestFixAndObservationDoNotMix: a key of the other family is refused, not dropped.
func TestFixAndObservationDoNotMix(t *testing.T) {
	for _, line := range []string{
		`{"kind":"fix","unit":"p","time":"2017-07-09T12:05:00Z","lat":32.5,"lon":36.25,"deaths":1}`,
		`{"kind":"presence","id":"1","lat":32.5,"lon":36.25}`,
	} {
		if e := read(t, []byte(line)); len(e.Problems) == 0 || e.Problems[0].Code != entry.UnknownKey {
			t.Errorf("%s: %v", line, e.Problems)
		}
	}
}

func TestOwnKeysArePassedOver(t *testing.T) {
	if e := read(t, []byte(`{"kind":"act","id":"1","x_mood":{"a":[1]}}`)); e.Rejected() {
		t.Error(e.Problems)
	}
}

func ExampleAppend() {
	o := truce.Observation{ID: "team-4:1", Kind: truce.KindIncident, What: "mortar-fire", When: truce.At(1499587500000),
		Where:  truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(36.10213, 32.61889), Error: 500},
		Source: truce.Source{ID: "team-4", Means: truce.MeansHeard}}
	fmt.Printf("%s", ndjson.Append(nil, &o))
	// Output: {"id":"team-4:1","kind":"incident","what":"mortar-fire","time":"2017-07-09T08:05:00Z","place":{"kind":"point","lat":32.61889,"lon":36.10213,"error_m":500},"source":{"id":"team-4","means":"heard"}}
}

// BenchmarkFix reads positions of 280 units; a row is one position.
func BenchmarkFix(b *testing.B) {
	var text []byte
	const n = 10_000
	for i := range n {
		tr := entry.Track{Unit: fmt.Sprintf("v-%d", i%280), Actor: "southern-front"}
		text = ndjson.AppendFix(text, &tr, truce.Fix{At: 1499587500000 + truce.Instant(i)*1000, Pos: truce.Position{Lon: truce.E7(361021300 + i), Lat: truce.E7(326188900 - i)}, Error: 12.5})
	}
	b.SetBytes(int64(len(text) / n))
	b.ReportAllocs()
	b.ResetTimer()
	var e entry.Entry
	r := ndjson.Open(rows.NewLines(bytes.NewReader(text), 0), settings())
	for range b.N {
		err := r.Next(&e)
		if err == io.EOF {
			r = ndjson.Open(rows.NewLines(bytes.NewReader(text), 0), settings())
			err = r.Next(&e)
		}
		if err != nil || e.Rejected() {
			b.Fatal(err, e.Problems)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
