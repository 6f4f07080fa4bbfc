package access

import (
	"testing"
	"time"

	"truce"
	"truce/internal/record"
	"truce/internal/vault"
)

func genesis(t *testing.T, d *Directory, seq truce.Seq, demo bool) {
	t.Helper()
	x, err := record.Genesis{At: 1, Keyring: "k", Demo: demo}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	x.Record.Seq, x.Record.Recorded = seq, 1
	if err := d.Apply(&x.Record, vault.Groups{}); err != nil {
		t.Fatal(err)
	}
}

// What is simulated leaves a demonstration and no real mechanism, and only a demonstration lets somebody in by a click.
func TestOnlyADemonstrationShowsWhatIsSimulated(t *testing.T) {
	const id = truce.PersonID("p-1")
	at := truce.InstantOf(time.Date(2017, 12, 1, 0, 0, 0, 0, time.UTC))
	for _, c := range []struct {
		name string
		make func(*Directory)
		want bool
	}{
		{"a real mechanism", func(d *Directory) { genesis(t, d, 1, false) }, false},
		{"a demonstration", func(d *Directory) { genesis(t, d, 1, true) }, true},
		{"a real mechanism with a second beginning", func(d *Directory) { genesis(t, d, 1, false); genesis(t, d, 2, true) }, false},
		{"no beginning", func(*Directory) {}, false},
	} {
		d := NewDirectory()
		c.make(d)
		d.people[id] = &person{id: id, body: "amman", offices: []truce.Office{truce.OfficeDutyOfficer}, since: 1}
		if d.Demo() != c.want {
			t.Errorf("%s: demo is %v", c.name, d.Demo())
		}

		r := truce.Record{ID: "r-1", Kind: truce.RecordStatement, Tier: truce.TierPublic, Recorded: at}
		thing := d.Thing(&r)
		thing.Tier, thing.Class, thing.Simulated = truce.TierPublic, ClassOrdinary, true
		if seen := See(Viewer{Now: at.Add(DefaultPlaceDelay)}, thing) != 0; seen != c.want {
			t.Errorf("%s: the public sees what is simulated: %v", c.name, seen)
		}
		v, _ := d.Viewer(id, truce.OfficeDutyOfficer, at)
		v.Vouch, v.Proved = truce.VouchSession, at
		thing.Kind, thing.Proposer = KindFinding, truce.Author{Person: "p-2", Body: "russia"}
		if got := May(v, ActPublish, thing).Code != CodeSimulated; got != c.want {
			t.Errorf("%s: it may be published: %v", c.name, got)
		}

		s := NewSessions(d)
		token, err := s.Enter(zero{}, id, truce.OfficeDutyOfficer, at)
		if (err == nil) != c.want {
			t.Errorf("%s: somebody is let in by a click: %v", c.name, err)
		}
		if err != nil {
			continue
		}
		later := at.Add(20 * time.Minute)
		v, ok := s.Viewer(token, later)
		if !ok || !fresh(v) || v.Person != id {
			t.Errorf("%s: the session does not hold, or asks for a proof: %+v", c.name, v)
		}
		if _, ok := s.Viewer(token, later.Add(DefaultIdle+time.Second)); ok {
			t.Errorf("%s: it holds for ever", c.name)
		}
		d.people[id].left = true
		if _, err := s.Enter(zero{}, id, truce.OfficeDutyOfficer, later); err == nil {
			t.Errorf("%s: somebody who left is let in", c.name)
		}
	}
}

type zero struct{}

func (zero) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
