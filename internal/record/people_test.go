package record

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"truce"
	"truce/internal/vault"
)

// peopleKinds are drafts of the kinds that say who may see and do what, with the value each must be read back as.
func peopleKinds() map[string]struct {
	value any
	draft func() (Draft, error)
	read  func(*truce.Record, vault.Groups) (any, error)
} {
	type kind = struct {
		value any
		draft func() (Draft, error)
		read  func(*truce.Record, vault.Groups) (any, error)
	}
	readPerson := func(r *truce.Record, g vault.Groups) (any, error) { return ReadPerson(r, g) }
	readGrant := func(r *truce.Record, g vault.Groups) (any, error) { return ReadGrant(r, g) }
	added := Person{At: 5, Act: PersonAdded, Person: "p-1", Body: "team-2", Offices: []truce.Office{truce.OfficeMonitor, truce.OfficeAnalyst}, Since: 5, Until: 9,
		Name: "secret-name", Contact: "secret-contact", Language: "ar"}
	key := Person{At: 6, Act: PersonKeyAdded, Person: "p-1", Key: "k-1", Method: MethodPasskey,
		Credential: Credential{PublicKey: []byte("secret-key"), PasskeyID: []byte{1, 2}, Flags: 0x1d, Count: 3, Transports: []string{"usb"}}}
	token := Person{At: 6, Act: PersonKeyAdded, Person: "p-2", Key: "k-2", Method: MethodToken, Offices: []truce.Office{truce.OfficeMonitor}, Acts: []string{"report"}, Until: 8,
		Credential: Credential{Digest: bytes.Repeat([]byte{7}, 32)}}
	confirms := Person{At: 7, Act: PersonConfirms, Confirms: "r-1"}
	grant := Grant{At: 1, Act: GrantGiven, Person: "p-1", Record: "r-9", Fields: []string{"note", "source"}, From: 2, Until: 3, Reason: "secret-reason"}
	site := Grant{At: 1, Act: GrantGiven, Body: "red", Site: "hospital", Consent: "r-8", Fields: []string{"where-exact"}, From: 2, Until: 3, Reason: "secret-reason"}
	ended := Grant{At: 4, Act: GrantEnded, Of: "r-3", Reason: "secret-reason"}
	class := Class{At: 1, Act: ClassSet, Of: "r-9", Tier: truce.TierPublic, Class: ClassOrdinary, Release: 8, Reason: "secret-reason"}
	hastened := Class{At: 1, Act: ClassHastened, Of: "r-9", Reason: "secret-reason"}
	pause := Pause{At: 3, Act: PausePaused, Reason: "secret-reason"}
	resume := Pause{At: 3, Act: PauseConfirms, Of: "r-4", Reason: "secret-reason"}
	readClass := func(r *truce.Record, g vault.Groups) (any, error) { return ReadClass(r, g) }
	readPause := func(r *truce.Record, g vault.Groups) (any, error) { return ReadPause(r, g) }
	return map[string]kind{
		"added":    {added, added.Draft, readPerson},
		"key":      {key, key.Draft, readPerson},
		"token":    {token, token.Draft, readPerson},
		"confirms": {confirms, confirms.Draft, readPerson},
		"grant":    {grant, grant.Draft, readGrant},
		"site":     {site, site.Draft, readGrant},
		"ended":    {ended, ended.Draft, readGrant},
		"class":    {class, class.Draft, readClass},
		"hastened": {hastened, hastened.Draft, readClass},
		"pause":    {pause, pause.Draft, readPause},
		"resume":   {resume, resume.Draft, readPause},
	}
}

// What is read is what was written; nothing personal stands in the open; what was erased says so and is empty.
func TestPeopleGrantsTiersAndPauses(t *testing.T) {
	keys, random := peopleKeyring(t)
	for name, k := range peopleKinds() {
		d, err := k.draft()
		if err != nil {
			t.Fatal(name, err)
		}
		sealed, err := d.Seal(keys, random)
		if err != nil {
			t.Fatal(name, err)
		}
		if raw := d.Record.Bytes(); bytes.Contains(raw, []byte("secret")) || bytes.Contains(raw, []byte("c2VjcmV0")) {
			t.Errorf("%s: the record tells what should be sealed: %s", name, d.Record.Body)
		}
		groups, err := keys.Open(&d.Record, sealed)
		if err != nil {
			t.Fatal(name, err)
		}
		got, err := k.read(&d.Record, groups)
		if err != nil {
			t.Fatal(name, err)
		}
		if !reflect.DeepEqual(got, k.value) {
			t.Errorf("%s: read\n%+v, wrote\n%+v", name, got, k.value)
		}
		if len(d.Groups) == 0 {
			continue
		}
		erased, err := keys.Open(&d.Record, nil)
		if err != nil {
			t.Fatal(name, err)
		}
		got, err = k.read(&d.Record, erased)
		if err != nil {
			t.Fatal(name, err)
		}
		if !reflect.ValueOf(got).FieldByName("Erased").Bool() || strings.Contains(fmt.Sprintf("%+v", got), "secret") {
			t.Errorf("%s: erased content does not say so", name)
		}
	}
}

func TestPeopleRefused(t *testing.T) {
	grant := Grant{Act: GrantGiven, Person: "p-1", Record: "r-9", Fields: []string{"note"}, From: 2, Until: 3, Reason: "because"}
	changed := func(change func(*Grant)) func() (Draft, error) {
		g := grant
		change(&g)
		return g.Draft
	}
	for name, draft := range map[string]func() (Draft, error){
		"no act":                 Person{Person: "p-1"}.Draft,
		"nobody":                 Person{Act: PersonLeft}.Draft,
		"added without office":   Person{Act: PersonAdded, Person: "p", Body: "b", Since: 1}.Draft,
		"added to nobody":        Person{Act: PersonAdded, Person: "p", Offices: []truce.Office{1}, Since: 1}.Draft,
		"the public is no one":   Person{Act: PersonAdded, Person: "p", Body: "b", Offices: []truce.Office{truce.OfficePublic}, Since: 1}.Draft,
		"unknown office":         Person{Act: PersonAdded, Person: "p", Body: "b", Offices: []truce.Office{99}, Since: 1}.Draft,
		"ends before":            Person{Act: PersonAdded, Person: "p", Body: "b", Offices: []truce.Office{1}, Since: 9, Until: 3}.Draft,
		"key without method":     Person{Act: PersonKeyAdded, Person: "p", Key: "k"}.Draft,
		"token without an end":   Person{Act: PersonKeyAdded, Person: "p", Key: "k", Method: MethodToken, Offices: []truce.Office{1}, Acts: []string{"report"}}.Draft,
		"token for everything":   Person{Act: PersonKeyAdded, Person: "p", Key: "k", Method: MethodToken, Offices: []truce.Office{1}, Until: 3}.Draft,
		"key with offices":       Person{Act: PersonKeyAdded, Person: "p", Key: "k", Method: MethodPassword, Offices: []truce.Office{1}}.Draft,
		"confirms nothing":       Person{Act: PersonConfirms}.Draft,
		"grant without reason":   changed(func(g *Grant) { g.Reason = "" }),
		"grant without end":      changed(func(g *Grant) { g.Until = 0 }),
		"grant to two":           changed(func(g *Grant) { g.Body = "red" }),
		"grant to nobody":        changed(func(g *Grant) { g.Person = "" }),
		"grant of everything":    changed(func(g *Grant) { g.Record = "" }),
		"grant of two":           changed(func(g *Grant) { g.Case = "2026-0001" }),
		"grant of no field":      changed(func(g *Grant) { g.Fields = nil }),
		"grant of a field twice": changed(func(g *Grant) { g.Fields = []string{"note", "note"} }),
		"site without consent":   changed(func(g *Grant) { g.Person, g.Body, g.Record, g.Site = "", "red", "", "hospital" }),
		"site to a person":       changed(func(g *Grant) { g.Record, g.Site, g.Consent = "", "hospital", "r-1" }),
		"tier unclassified":      Class{Act: ClassSet, Of: "r", Class: ClassOrdinary, Reason: "x"}.Draft,
		"class unknown":          Class{Act: ClassSet, Of: "r", Tier: truce.TierPublic, Reason: "x"}.Draft,
		"classifies nothing":     Class{Act: ClassSet, Tier: truce.TierPublic, Class: ClassOrdinary, Reason: "x"}.Draft,
		"pause of something":     Pause{Act: PausePaused, Of: "r", Reason: "x"}.Draft,
		"confirms no pause":      Pause{Act: PauseConfirms, Reason: "x"}.Draft,
		"pause without reason":   Pause{Act: PausePaused}.Draft,
	} {
		if _, err := draft(); truce.KindOf(err) != truce.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Any bytes in the place of a body are refused or written again to the same bytes.
func FuzzPeople(f *testing.F) {
	for _, k := range peopleKinds() {
		d, err := k.draft()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(d.Record.Kind), d.Record.Body)
	}
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		r := &truce.Record{Kind: truce.RecordKind(kind), Body: body}
		var again Draft
		var err error
		switch r.Kind {
		case truce.RecordPerson:
			p, e := ReadPerson(r, vault.Groups{})
			if e != nil {
				return
			}
			again, err = p.Draft()
		case truce.RecordClass:
			var b classBody
			if readBody(r, r.Kind, &b) != nil || b.check() != nil {
				return
			}
			again, err = draft(r.Kind, b)
		case truce.RecordGrant:
			var b grantBody
			if readBody(r, r.Kind, &b) != nil || b.check() != nil {
				return
			}
			again, err = draft(r.Kind, b)
		case truce.RecordPause:
			var b pauseBody
			if readBody(r, r.Kind, &b) != nil || b.check() != nil {
				return
			}
			again, err = draft(r.Kind, b)
		default:
			return
		}
		if err != nil || !bytes.Equal(again.Record.Body, body) {
			t.Fatalf("%s was read, and written as %s (%v)", body, again.Record.Body, err)
		}
	})
}

func peopleKeyring(t *testing.T) (*vault.Keyring, *rand.ChaCha8) {
	t.Helper()
	random := rand.NewChaCha8([32]byte{1})
	keys, err := vault.NewKeyring(random)
	if err != nil {
		t.Fatal(err)
	}
	return keys, random
}
