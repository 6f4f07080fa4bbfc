package record

import (
	"bytes"
	"io"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/intake/intaketest"
	"truce/internal/seal"
	"truce/internal/vault"
)

// chance is a random source for tests: the same in every run.
func chance(seed string) io.Reader { return &stream{seal.Bytes([]byte(seed))} }

type stream struct{ state seal.Hash }

func (s *stream) Read(p []byte) (int, error) {
	s.state = seal.Bytes(s.state[:])
	return copy(p, s.state[:]), nil
}

func testKeys(t interface{ Fatal(...any) }) *vault.Keyring {
	k, err := vault.NewKeyring(chance("keys"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// stored sends a draft the way of the journal: sealed, written, parsed, opened.
func stored(t interface{ Fatal(...any) }, keys *vault.Keyring, random io.Reader, d Draft) (*truce.Record, vault.Groups, []byte) {
	sealed, err := d.Seal(keys, random)
	if err != nil {
		t.Fatal(err)
	}
	r, err := truce.ParseRecord(d.Record.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	g, err := keys.Open(&r, sealed)
	if err != nil {
		t.Fatal(err)
	}
	return &r, g, sealed
}

// erased is what the groups of a record are once its content was destroyed.
func erased(t interface{ Fatal(...any) }, r *truce.Record) vault.Groups {
	g, err := testKeys(t).Open(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestObservationComesBack(t *testing.T) {
	keys, random := testKeys(t), chance("seal")
	rapid.Check(t, func(t *rapid.T) {
		o := intaketest.Observation().Draw(t, "observation")
		o.File, o.Row = rapid.SampledFrom([]string{"", "a.csv", "разное.ndjson"}).Draw(t, "file"), rapid.IntRange(0, 1000).Draw(t, "row")
		d, err := Observation{Content: o}.Draft()
		if err != nil {
			t.Fatal(err)
		}
		r, g, sealed := stored(t, keys, random, d)
		got, err := ReadObservation(r, g)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Content, o) || got.Kind != o.Kind || got.Simulated != o.Simulated || got.Moved != o.Moved {
			t.Fatalf("wrote %+v\nread  %+v", o, got.Content)
		}
		for _, secret := range []string{string(o.ID), o.Note, o.Source.ID, o.Where.Name, o.File} {
			if len(secret) > 4 && (bytes.Contains(r.Bytes(), []byte(secret)) || bytes.Contains(sealed, []byte(secret))) {
				t.Fatalf("%q can be read in the record or its sealed bytes", secret)
			}
		}
		if len(r.Commitments) != len(observationGroups)+2 {
			t.Fatalf("%d commitments tell what was stated", len(r.Commitments))
		}
		gone, err := ReadObservation(r, erased(t, r))
		if err != nil || gone.Content != nil || gone.Kind != o.Kind || gone.Simulated != o.Simulated {
			t.Fatalf("erased: %+v, %v", gone, err)
		}
	})
}

// Every field of an observation lies in one group or the body: a field that is added to truce.Observation and forgotten here is lost in silence, and
// this test says so.
func TestEveryFieldHasAGroup(t *testing.T) {
	where := map[string][]string{"Kind": {"body"}, "Simulated": {"body"}, "Moved": {"body"}, "File": {groupOrigin}, "Row": {groupOrigin}}
	whole := reflect.TypeFor[truce.Observation]()
	for _, w := range observationGroups {
		for i := range whole.NumField() {
			var from, to truce.Observation
			fill(reflect.ValueOf(&from).Elem().Field(i))
			w.pick(&to, &from)
			if !reflect.DeepEqual(to, truce.Observation{}) {
				where[whole.Field(i).Name] = append(where[whole.Field(i).Name], w.name)
			}
		}
	}
	for i := range whole.NumField() {
		if f := whole.Field(i).Name; len(where[f]) != 1 {
			t.Errorf("%s lies in %v", f, where[f])
		}
	}
}

// fill makes a value other than zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("x")
	case reflect.Struct:
		fill(v.Field(0))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	default:
		if v.CanUint() {
			v.SetUint(1)
		} else {
			v.SetInt(1)
		}
	}
}

func nasib() *truce.Observation {
	return &truce.Observation{ID: "team-4:1", Kind: truce.KindIncident, What: "mortar-fire", When: truce.At(1499587500000),
		Where:  truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(36.10213, 32.61889), Error: 500},
		Source: truce.Source{ID: "team-4", Means: truce.MeansHeard}, Note: "two impacts", Simulated: true}
}

// The groups as they stand in docs/reference/records.md.
func TestObservationGroups(t *testing.T) {
	d, err := Observation{Content: nasib()}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	got.WriteString(string(d.Record.Body) + "\n")
	for _, g := range d.Groups {
		got.WriteString(g.Name + " " + string(g.Data) + "\n")
	}
	const want = `{"kind":"incident","simulated":true}
what {"what":"mortar-fire"}
when {"time":"2017-07-09T08:05:00Z"}
where {"place":{"kind":"point","lat":32.61889,"lon":36.10213,"error_m":500}}
who {}
count {}
source {"id":"team-4:1","source":{"id":"team-4","means":"heard"}}
about {}
note {"note":"two impacts"}
origin {}
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestObservationsThatAreRefused(t *testing.T) {
	for name, change := range map[string]func(*truce.Observation){
		"no kind":              func(o *truce.Observation) { o.Kind = 0 },
		"no id":                func(o *truce.Observation) { o.ID = "" },
		"backwards":            func(o *truce.Observation) { o.When.To-- },
		"half a span":          func(o *truce.Observation) { o.When.To = 0 },
		"text that is not":     func(o *truce.Observation) { o.Note = "a\xff" },
		"file that is no text": func(o *truce.Observation) { o.File = "a\xff" },
		"a count of nothing":   func(o *truce.Observation) { o.Deaths = truce.Number{Best: 3} },
	} {
		o := nasib()
		change(o)
		if _, err := (Observation{Content: o}).Draft(); truce.KindOf(err) != truce.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (Observation{}).Draft(); truce.KindOf(err) != truce.Invalid {
		t.Errorf("no content: %v", err)
	}
}

// A group that says more than its share, or says it otherwise, is not read. The control is the group as it should be.
func TestObservationGroupsAreStrict(t *testing.T) {
	keys := testKeys(t)
	for name, change := range map[string]struct {
		group, data string
		ok          bool
	}{
		"control":          {"note", `{"note":"two impacts"}`, true},
		"another's member": {"note", `{"note":"two impacts","count":3}`, false},
		"a space":          {"note", `{"note": "two impacts"}`, false},
		"unknown":          {"note", `{"note":"two impacts","x_mood":1}`, false},
		"twice":            {"note", `{"note":"two impacts","note":"two impacts"}`, false},
		"an escape":        {"note", `{"note":"two\u0020impacts"}`, false},
		"no object":        {"note", `"note"`, false},
		"empty":            {"note", ``, false},
		"a kind":           {"note", `{"kind":"act"}`, false},
		"a label":          {"note", `{"moved":true}`, false},
		"breaks out":       {"note", `{}],{}`, false},
		"the line ends":    {"note", "{}\n{}", false},
		"origin":           {"origin", `{"row":1,"file":"a"}`, false},
	} {
		d, err := Observation{Content: nasib()}.Draft()
		if err != nil {
			t.Fatal(err)
		}
		for i := range d.Groups {
			if d.Groups[i].Name == change.group {
				d.Groups[i].Data = []byte(change.data)
			}
		}
		r, g, _ := stored(t, keys, chance(name), d)
		if _, err := ReadObservation(r, g); (err == nil) != change.ok || err != nil && truce.KindOf(err) != truce.Corrupt {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzObservationGroups(f *testing.F) {
	f.Add([]byte(`{"note":"x"}`), []byte(`{"place":{"kind":"point","lat":32.61889,"lon":36.10213,"error_m":500}}`))
	f.Fuzz(func(t *testing.T, note, where []byte) {
		groups := splitObservation(nasib())
		groups[2].Data, groups[7].Data = where, note
		o, err := fromGroups(Observation{Kind: truce.KindIncident, Simulated: true}, origin{}, groups)
		if err != nil {
			return
		}
		for i, g := range splitObservation(o) {
			if !bytes.Equal(g.Data, groups[i].Data) {
				t.Errorf("%s is read and written as %s", groups[i].Data, g.Data)
			}
		}
	})
}

func BenchmarkObservation(b *testing.B) {
	keys, random, o := testKeys(b), chance("bench"), nasib()
	d, err := Observation{Content: o}.Draft()
	if err != nil {
		b.Fatal(err)
	}
	r, _, sealed := stored(b, keys, random, d)
	b.Run("draft", func(b *testing.B) {
		for b.Loop() {
			if _, err := (Observation{Content: o}).Draft(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.Seal(keys, random); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open and read", func(b *testing.B) {
		for b.Loop() {
			g, err := keys.Open(r, sealed)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := ReadObservation(r, g); err != nil {
				b.Fatal(err)
			}
		}
	})
}
