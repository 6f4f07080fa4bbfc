package record_test

import (
	"reflect"
	"testing"

	"truce"
	"truce/internal/record"
)

// What is opened to everybody, and what stays sealed, is said in a few words; exact places, sources and people cannot even be asked for.
func TestRevealAndWithhold(t *testing.T) {
	for _, good := range []record.Class{
		{At: 1, Act: record.ClassReveals, Of: "r-a", Group: "what", Reason: "everybody asks"},
		{At: 1, Act: record.ClassWithholds, Of: "r-a", Why: "source", Until: 1700000000000, Seqs: []truce.Seq{2, 5}, Reason: "it names somebody"},
	} {
		d, err := good.Draft()
		if err != nil {
			t.Fatal(err)
		}
		r, g := opened(t, d)
		if got, err := record.ReadClass(r, g); err != nil || !reflect.DeepEqual(got, good) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for name, bad := range map[string]record.Class{
		"an exact place":       {Act: record.ClassReveals, Group: "where"},
		"a source":             {Act: record.ClassReveals, Group: "source"},
		"no group":             {Act: record.ClassReveals},
		"a group withheld":     {Act: record.ClassWithholds, Group: "what", Why: "source"},
		"no reason":            {Act: record.ClassWithholds},
		"a reason of its own":  {Act: record.ClassWithholds, Why: "because"},
		"out of order":         {Act: record.ClassWithholds, Why: "order", Seqs: []truce.Seq{5, 2}},
		"an end to the milli":  {Act: record.ClassWithholds, Why: "order", Until: 1700000000001},
		"a tier with it":       {Act: record.ClassReveals, Group: "what", Class: "ordinary"},
		"records with a class": {Act: record.ClassSet, Tier: truce.TierPublic, Class: "ordinary", Seqs: []truce.Seq{2}},
	} {
		bad.At, bad.Of, bad.Reason = 1, "r-a", "a reason"
		if _, err := bad.Draft(); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}
