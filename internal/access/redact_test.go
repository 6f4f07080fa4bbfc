package access_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"truce"
	"truce/internal/access"
)

type place struct {
	Cell  string  `json:"cell,omitempty" access:"where-coarse"`
	Lat   float64 `json:"lat,omitempty" access:"where-exact"`
	Error int     `json:"error,omitempty" access:"where-exact"`
}

type answer struct {
	ID       truce.RecordID `json:"id" access:"existence"`
	Kind     string         `json:"kind" access:"open"`
	Place    *place         `json:"place,omitempty" access:"each"`
	Others   []place        `json:"others,omitempty" access:"each"`
	Note     string         `json:"note,omitempty" access:"note"`
	Reporter string         `json:"reporter,omitempty" access:"reporter"`
	Both     map[string]int `json:"both,omitempty" access:"who note"`
	hidden   int
}

func sample() answer {
	return answer{"r-1", "observation", &place{"D4", 1, 2}, []place{{"D5", 3, 4}, {"D6", 5, 6}}, "canary-note", "canary-reporter", map[string]int{"canary-both": 1}, 7}
}

func TestRedact(t *testing.T) {
	a := sample()
	access.RedactTo(access.Existence|access.Open|access.WhereCoarse|access.Who, &a)
	b, _ := json.Marshal(a)
	if got, want := string(b), `{"id":"r-1","kind":"observation","place":{"cell":"D4"},"others":[{"cell":"D5"},{"cell":"D6"}]}`; got != want {
		t.Errorf("%s, expected %s", got, want)
	}
	a = sample()
	access.RedactTo(access.EveryField, &a)
	if !reflect.DeepEqual(a, sample()) {
		t.Error("who may see all lost something")
	}
	a = sample()
	if access.Redact(access.Viewer{}, access.Thing{Kind: access.KindObservation, Tier: truce.TierPublic}, &a) != 0 || !reflect.ValueOf(a).IsZero() {
		t.Errorf("nothing may be seen, and there is %+v", a)
	}
}

// A field that nobody classified is hidden from everybody, and the type does not pass.
func TestFieldsWithoutClass(t *testing.T) {
	type bare struct {
		ID    string `access:"existence"`
		Place string
	}
	v := bare{"r-1", "canary"}
	access.RedactTo(access.EveryField, &v)
	if v != (bare{ID: "r-1"}) {
		t.Errorf("a field without a class was shown: %+v", v)
	}
	type misspelt struct {
		ID string `access:"existance"`
	}
	type inner struct {
		List []*bare `access:"each"`
	}
	type number struct {
		N int `access:"each"`
	}
	type tree struct {
		ID   string  `access:"existence"`
		Down []*tree `access:"each"`
	}
	type secret struct{ Name string }
	type embeds struct{ secret }
	for _, c := range []struct {
		t    reflect.Type
		says string
	}{
		{reflect.TypeFor[bare](), "Place has no class"},
		{reflect.TypeFor[[]bare](), "Place has no class"},
		{reflect.TypeFor[misspelt](), `"existance"`},
		{reflect.TypeFor[inner](), "Place has no class"},
		{reflect.TypeFor[number](), "no struct"},
		{reflect.TypeFor[embeds](), "embedded"},
		{reflect.TypeFor[int](), "no struct"},
		{reflect.TypeFor[map[string]bare](), "no struct"},
		{reflect.TypeFor[answer](), ""},
		{reflect.TypeFor[*tree](), ""},
	} {
		err := access.CheckTags(c.t)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%v: %v, expected %q", c.t, err, c.says)
		}
	}
}

func BenchmarkRedact(b *testing.B) {
	v := access.Viewer{Person: "p-1", Body: "red", Office: truce.OfficeLiaison, Vouch: truce.VouchSession, Now: 1e12}
	thing := access.Thing{ID: "r-1", Kind: access.KindFinding, Tier: truce.TierParticipants, Class: access.ClassOrdinary, Addressed: []truce.BodyID{"red"}, Classified: 1}
	a := sample()
	b.ReportAllocs()
	for b.Loop() {
		access.Redact(v, thing, &a)
	}
}
