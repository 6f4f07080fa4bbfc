package access

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"truce"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
)

// town is a mechanism of a few people, driven by records as a node would drive it.
type town struct {
	t    *testing.T
	d    *Directory
	keys *vault.Keyring
	rand *rand.ChaCha8
	now  truce.Instant
	n    int
}

func newTown(t *testing.T) *town {
	t.Helper()
	random := rand.NewChaCha8([32]byte{7})
	keys, err := vault.NewKeyring(random)
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, d: NewDirectory(), keys: keys, rand: random, now: now}
	w.d.Participants([]truce.BodyID{"blue", "red"})
	node := truce.Author{Vouch: truce.VouchNode}
	for _, p := range []struct {
		id     truce.PersonID
		body   truce.BodyID
		office truce.Office
	}{
		{"p-duty", "operations-room", truce.OfficeDutyOfficer}, {"p-duty2", "operations-room", truce.OfficeDutyOfficer},
		{"p-blue", "blue", truce.OfficeGuarantor}, {"p-red", "red", truce.OfficeLiaison}, {"p-redg", "red", truce.OfficeGuarantor}, {"p-team", "team-1", truce.OfficeMonitor},
		{"p-audit", "audit", truce.OfficeAuditor}, {"p-op", "machine-room", truce.OfficeOperator},
	} {
		w.apply(node, record.Person{Act: record.PersonAdded, Person: p.id, Body: p.body, Offices: []truce.Office{p.office}, Since: now})
	}
	return w
}

func (w *town) author(id truce.PersonID) truce.Author {
	p, ok := w.d.Person(id)
	if !ok {
		w.t.Fatalf("there is no %s", id)
	}
	a := truce.Author{Person: id, Body: p.Body, Vouch: truce.VouchSession}
	if len(p.Offices) > 0 {
		a.Office = p.Offices[0]
	}
	return a
}

// apply writes a record by an author and lets the directory follow it, a minute later.
func (w *town) apply(a truce.Author, v any) truce.RecordID {
	w.t.Helper()
	w.n++
	w.now = w.now.Add(time.Minute)
	var d record.Draft
	var err error
	switch x := v.(type) {
	case record.Person:
		x.At = w.now
		d, err = x.Draft()
	case record.Grant:
		x.At, x.Reason = w.now, "for the test"
		d, err = x.Draft()
	case record.Class:
		x.At, x.Reason = w.now, "for the test"
		d, err = x.Draft()
	case record.Pause:
		x.At, x.Reason = w.now, "for the test"
		d, err = x.Draft()
	case truce.Record:
		d.Record = x
	}
	if err != nil {
		w.t.Fatal(err)
	}
	d.Record.Author, d.Record.Recorded, d.Record.Received = a, w.now, w.now
	sealed, err := d.Seal(w.keys, w.rand)
	if err != nil {
		w.t.Fatal(err)
	}
	groups, err := w.keys.Open(&d.Record, sealed)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.d.Apply(&d.Record, groups); err != nil {
		w.t.Fatal(err)
	}
	return d.Record.ID
}

func (w *town) holds(id truce.PersonID, o truce.Office) bool {
	_, ok := w.d.Viewer(id, o, w.now)
	return ok
}

func TestOfficesTakeTwo(t *testing.T) {
	w := newTown(t)
	officer := record.Person{Act: record.PersonAdded, Person: "p-new", Body: "operations-room", Offices: []truce.Office{truce.OfficeDutyOfficer}, Since: now}
	for _, c := range []struct {
		name   string
		second truce.PersonID
		takes  bool
	}{
		{"nobody", "", false}, {"the same person", "p-duty", false}, {"a colleague", "p-duty2", false}, {"a monitor", "p-team", false},
		{"a liaison officer", "p-red", false}, {"the operator", "p-op", false}, {"a guarantor", "p-blue", true},
	} {
		w := newTown(t)
		id := w.apply(w.author("p-duty"), officer)
		if c.second != "" {
			w.apply(w.author(c.second), record.Person{Act: record.PersonConfirms, Confirms: id})
		}
		if w.holds("p-new", truce.OfficeDutyOfficer) != c.takes {
			t.Errorf("confirmed by %s: takes effect %v", c.name, !c.takes)
		}
	}
	// A forged second: an office they do not hold, a body they are not of, the program itself, nobody's vouch.
	for name, second := range map[string]truce.Author{
		"office":  {Person: "p-red", Body: "red", Office: truce.OfficeGuarantor, Vouch: truce.VouchSession},
		"body":    {Person: "p-blue", Body: "red", Office: truce.OfficeGuarantor, Vouch: truce.VouchSession},
		"program": {Vouch: truce.VouchNode}, "no vouch": {Person: "p-blue", Body: "blue", Office: truce.OfficeGuarantor},
		"stranger": {Person: "p-none", Body: "green", Office: truce.OfficeGuarantor, Vouch: truce.VouchSession},
	} {
		w := newTown(t)
		id := w.apply(w.author("p-duty"), officer)
		w.apply(second, record.Person{Act: record.PersonConfirms, Confirms: id})
		if w.holds("p-new", truce.OfficeDutyOfficer) {
			t.Errorf("a forged %s confirmed", name)
		}
	}
	// A confirmation of another kind of record, a late one, and one that comes twice.
	id := w.apply(w.author("p-duty"), officer)
	w.apply(w.author("p-blue"), record.Class{Act: record.ClassConfirms, Of: id})
	w.now = w.now.Add(MaxProposalAge)
	w.apply(w.author("p-blue"), record.Person{Act: record.PersonConfirms, Confirms: id})
	if w.holds("p-new", truce.OfficeDutyOfficer) {
		t.Error("a late confirmation took effect")
	}
	// A monitor is enrolled by one, from the day that was said, and not by a monitor.
	monitor := record.Person{Act: record.PersonAdded, Person: "p-mon", Body: "team-2", Offices: []truce.Office{truce.OfficeMonitor}, Since: w.now.Add(time.Hour), Until: w.now.Add(3 * time.Hour)}
	w.apply(w.author("p-team"), monitor)
	if _, ok := w.d.Person("p-mon"); ok {
		t.Error("a monitor enrolled a monitor")
	}
	w.apply(w.author("p-duty"), monitor)
	for at, want := range map[time.Duration]bool{30 * time.Minute: false, 2 * time.Hour: true, 3 * time.Hour: false} {
		if _, ok := w.d.Viewer("p-mon", truce.OfficeMonitor, monitor.Since.Add(at-time.Hour)); ok != want {
			t.Errorf("after %v the monitor's office is held: %v", at, ok)
		}
	}
	// One person cannot turn an officer into something else, and the program adds nobody once people act.
	w.apply(w.author("p-duty"), record.Person{Act: record.PersonAdded, Person: "p-blue", Body: "team-9", Offices: []truce.Office{truce.OfficeMonitor}, Since: now})
	w.apply(truce.Author{Vouch: truce.VouchNode}, record.Person{Act: record.PersonAdded, Person: "p-late", Body: "team-9", Offices: []truce.Office{truce.OfficeMonitor}, Since: now})
	if _, ok := w.d.Person("p-late"); ok || !w.holds("p-blue", truce.OfficeGuarantor) {
		t.Error("one person, or the program, changed an officer")
	}
}

func TestBodiesAndOfficesFit(t *testing.T) {
	for _, c := range []struct {
		body    truce.BodyID
		offices []truce.Office
		fits    bool
	}{
		{"red", []truce.Office{truce.OfficeLiaison, truce.OfficeGuarantor}, true}, {"red", []truce.Office{truce.OfficeMonitor}, true},
		{"green", []truce.Office{truce.OfficeLiaison}, false}, {"red", []truce.Office{truce.OfficeDutyOfficer}, false},
		{"red", []truce.Office{truce.OfficeAuditor}, false}, {"red", []truce.Office{truce.OfficeOperator}, false},
		{"machine-room", []truce.Office{truce.OfficeOperator}, true}, {"machine-room", []truce.Office{truce.OfficeOperator, truce.OfficeAuditor}, false},
	} {
		w := newTown(t)
		if got := w.d.fits(c.body, c.offices); got != c.fits {
			t.Errorf("%s as %v: %v", c.body, c.offices, got)
		}
	}
}

func TestPauseByOneResumeByTwo(t *testing.T) {
	w := newTown(t)
	w.apply(w.author("p-team"), record.Pause{Act: record.PausePaused})
	if w.d.Paused() {
		t.Error("a monitor paused publication")
	}
	early := w.apply(w.author("p-duty"), record.Pause{Act: record.PauseResumes})
	w.apply(w.author("p-audit"), record.Pause{Act: record.PausePaused})
	if !w.d.Paused() {
		t.Fatal("an auditor did not pause publication")
	}
	w.apply(w.author("p-blue"), record.Pause{Act: record.PauseConfirms, Of: early})
	resume := w.apply(w.author("p-duty"), record.Pause{Act: record.PauseResumes})
	for _, id := range []truce.PersonID{"p-duty", "p-duty2", "p-audit"} {
		w.apply(w.author(id), record.Pause{Act: record.PauseConfirms, Of: resume})
	}
	if !w.d.Paused() {
		t.Fatal("publication was resumed by one body, or by an auditor")
	}
	// A second pause needs a new proposal.
	w.apply(w.author("p-redg"), record.Pause{Act: record.PausePaused})
	w.apply(w.author("p-blue"), record.Pause{Act: record.PauseConfirms, Of: resume})
	if !w.d.Paused() {
		t.Fatal("a proposal from before the pause ended it")
	}
	w.apply(w.author("p-blue"), record.Pause{Act: record.PauseConfirms, Of: w.apply(w.author("p-duty"), record.Pause{Act: record.PauseResumes})})
	if w.d.Paused() {
		t.Error("two bodies did not resume publication")
	}
}

func TestTiers(t *testing.T) {
	w := newTown(t)
	report := truce.Record{ID: "r-report", Kind: truce.RecordObservation, Tier: truce.TierPublic, Author: w.author("p-team")}
	says := func(want truce.Tier, class Class) {
		t.Helper()
		if got := w.d.Thing(&report); got.Tier != want || got.Class != class {
			t.Errorf("it stands at %s, %s; expected %s, %s", got.Tier, got.Class, want, class)
		}
	}
	says(truce.TierMechanism, ClassUnknown) // its author alone cannot make it public
	set := func(by truce.PersonID, tier truce.Tier, class string) truce.RecordID {
		return w.apply(w.author(by), record.Class{Act: record.ClassSet, Of: report.ID, Tier: tier, Class: class})
	}
	confirm := func(by truce.PersonID, id truce.RecordID) {
		w.apply(w.author(by), record.Class{Act: record.ClassConfirms, Of: id})
	}
	set("p-duty", truce.TierMechanism, record.ClassOrdinary)
	says(truce.TierMechanism, ClassOrdinary) // inside, the operations room sorts alone
	public := set("p-duty", truce.TierPublic, record.ClassOrdinary)
	confirm("p-duty2", public)
	says(truce.TierMechanism, ClassOrdinary)
	confirm("p-blue", public)
	says(truce.TierPublic, ClassOrdinary)
	released := w.d.Thing(&report)
	if released.Classified != w.now {
		t.Error("the delay counts from when it took effect")
	}
	hasten := w.apply(w.author("p-duty"), record.Class{Act: record.ClassHastened, Of: report.ID})
	if w.d.Thing(&report).Hastened {
		t.Error("one person waived the delay")
	}
	confirm("p-redg", hasten)
	if !w.d.Thing(&report).Hastened {
		t.Error("two people did not waive the delay")
	}
	set("p-duty", truce.TierNamed, record.ClassSevere) // back at once, by one
	says(truce.TierNamed, ClassSevere)
	set("p-duty", truce.TierNamed, record.ClassOrdinary)
	says(truce.TierNamed, ClassSevere) // what somebody called severe, one alone does not call ordinary
	if w.d.Thing(&report).Hastened {
		t.Error("a waiver outlived its tier")
	}
	confirm("p-redg", public)
	says(truce.TierNamed, ClassSevere) // what was confirmed once is not confirmed again
	// A participant's own statement stands at the tier they chose, up to all participants.
	note := truce.Record{ID: "r-note", Kind: truce.RecordStatement, Tier: truce.TierPublic, Author: w.author("p-red")}
	w.apply(note.Author, note)
	if got := w.d.Thing(&note); got.Tier != truce.TierParticipants || got.Class != ClassOrdinary {
		t.Errorf("a statement stands at %s, %s", got.Tier, got.Class)
	}
}

func TestGrants(t *testing.T) {
	w := newTown(t)
	photo := Thing{ID: "r-photo", Kind: KindMedia, Tier: truce.TierMechanism, Class: ClassSevere, Author: w.author("p-team"), Case: "2026-0001"}
	sees := func(id truce.PersonID, o truce.Office, thing Thing) Fields {
		t.Helper()
		v, ok := w.d.Viewer(id, o, w.now)
		if !ok {
			t.Fatalf("%s is no %s", id, o)
		}
		v.Vouch = truce.VouchSession
		return See(v, thing)
	}
	operator := func(thing Thing) Fields { return sees("p-op", truce.OfficeOperator, thing) }
	grant := record.Grant{Act: record.GrantGiven, Person: "p-op", Record: "r-photo", Fields: []string{"media-original", "what"}, From: now, Until: now.Add(24 * time.Hour)}
	if operator(photo) != 0 {
		t.Error("the operator sees a photo by office")
	}
	id := w.apply(w.author("p-duty"), grant)
	if operator(photo) != 0 {
		t.Error("one person opened something severe")
	}
	w.apply(w.author("p-duty2"), record.Grant{Act: record.GrantConfirms, Of: id})
	if operator(photo) != 0 {
		t.Error("two people of one body opened something severe")
	}
	w.apply(w.author("p-blue"), record.Grant{Act: record.GrantConfirms, Of: id})
	if got := operator(photo); got != Existence|What|MediaOriginal {
		t.Errorf("a grant of two shows %s", got)
	}
	other := photo
	other.ID = "r-other"
	if operator(other) != 0 || sees("p-audit", truce.OfficeAuditor, photo).Has(MediaOriginal) {
		t.Error("a grant reaches another thing or another person")
	}
	v, _ := w.d.Viewer("p-op", truce.OfficeOperator, grant.Until)
	v.Vouch = truce.VouchSession
	if See(v, photo) != 0 {
		t.Error("a grant outlives its end")
	}
	v, _ = w.d.Viewer("p-op", truce.OfficeOperator, w.now)
	v.Vouch, v.Proved = truce.VouchSession, w.now
	if d := May(v, ActOpenOriginal, photo); d.Code != CodeAllowed {
		t.Errorf("who sees an original may not open it: %+v", d)
	}
	if e, ok := LogRead(v, photo, See(v, photo)); !ok || !e.Granted || e.Person != "p-op" {
		t.Errorf("reading by a grant is not logged: %+v", e)
	}
	w.apply(w.author("p-blue"), record.Grant{Act: record.GrantEnded, Of: id})
	if operator(photo) != 0 {
		t.Error("an ended grant shows something")
	}

	// One person alone opens what is ordinary, but no source, no name, no exact place.
	plain := Thing{ID: "r-finding", Kind: KindFinding, Tier: truce.TierMechanism, Class: ClassOrdinary, Author: w.author("p-duty"), Case: "2026-0001"}
	for _, g := range []record.Grant{
		{Fields: []string{"note", "what"}, Until: now.Add(MaxGrant + time.Millisecond)}, {Fields: []string{"note", "what", "where-exact"}, Until: now.Add(time.Hour)},
	} {
		g.Act, g.Body, g.Case, g.From = record.GrantGiven, "red", "2026-0001", now
		w.apply(w.author("p-duty"), g)
		if got := sees("p-red", truce.OfficeLiaison, plain); got != 0 {
			t.Errorf("a grant of one that is too long, or opens too much, shows %s", got)
		}
	}
	w.apply(w.author("p-duty"), record.Grant{Act: record.GrantGiven, Body: "red", Case: "2026-0001", Fields: []string{"note", "what"}, From: now, Until: now.Add(MaxGrant)})
	if got := sees("p-red", truce.OfficeLiaison, plain); got != Existence|What|Note {
		t.Errorf("a grant of one shows %s", got)
	}
	raw := plain
	raw.Kind = KindObservation
	if got := sees("p-red", truce.OfficeLiaison, raw); got != 0 {
		t.Errorf("a grant of a case opened a raw report to a party: %s", got)
	}
	// Nobody grants a party who made a report, and nothing runs for ever.
	for _, g := range []record.Grant{
		{Act: record.GrantGiven, Body: "red", Record: "r-finding", Fields: []string{"reporter", "source"}, From: now, Until: now.Add(time.Hour)},
		{Act: record.GrantGiven, Person: "p-audit", Record: "r-photo", Fields: []string{"media-original"}, From: now, Until: now.Add(MaxSevereGrant + time.Millisecond)},
		{Act: record.GrantGiven, Person: "p-audit", Record: "r-photo", Fields: []string{"nonsense"}, From: now, Until: now.Add(time.Hour)},
	} {
		w.apply(w.author("p-blue"), record.Grant{Act: record.GrantConfirms, Of: w.apply(w.author("p-duty"), g)})
	}
	if got := sees("p-red", truce.OfficeLiaison, plain); got&(Reporter|Source) != 0 {
		t.Errorf("a party was granted %s", got)
	}
	if got := sees("p-audit", truce.OfficeAuditor, photo); got.Has(MediaOriginal) {
		t.Error("a grant runs longer than a grant may")
	}
}

func TestProtectedSites(t *testing.T) {
	w := newTown(t)
	site := Thing{ID: "r-site", Kind: KindSite, Tier: truce.TierPublic, Class: ClassOrdinary, Author: w.author("p-duty"), Site: "hospital", Classified: 1}
	near := Thing{ID: "r-near", Kind: KindFinding, Tier: truce.TierPublic, Class: ClassOrdinary, Site: "hospital", Addressed: []truce.BodyID{"red", "blue"}, Classified: 1}
	sees := func(id truce.PersonID, o truce.Office, thing Thing) Fields {
		v, _ := w.d.Viewer(id, o, w.now)
		v.Vouch = truce.VouchSession
		return See(v, thing)
	}
	if sees("p-red", truce.OfficeLiaison, site) != 0 || sees("p-blue", truce.OfficeGuarantor, site) != 0 {
		t.Error("a party sees a protected site")
	}
	if sees("p-blue", truce.OfficeGuarantor, near).Has(WhereExact) {
		t.Error("a guarantor sees the exact place of a protected site in a finding")
	}
	// Not by an ordinary grant of two, only by a disclosure, to that body, of that site, until its end.
	w.apply(w.author("p-blue"), record.Grant{Act: record.GrantConfirms, Of: w.apply(w.author("p-duty"),
		record.Grant{Act: record.GrantGiven, Body: "red", Record: "r-site", Fields: []string{"where-exact"}, From: now, Until: now.Add(time.Hour)})})
	if sees("p-red", truce.OfficeLiaison, site).Has(WhereExact) {
		t.Error("an ordinary grant disclosed a protected site")
	}
	disclosure := record.Grant{Act: record.GrantGiven, Body: "red", Site: "hospital", Consent: "r-yes", Fields: []string{"where-exact"}, From: now, Until: now.Add(24 * time.Hour)}
	id := w.apply(w.author("p-duty"), disclosure)
	if sees("p-red", truce.OfficeLiaison, site).Has(WhereExact) {
		t.Error("one person disclosed a protected site")
	}
	w.apply(w.author("p-blue"), record.Grant{Act: record.GrantConfirms, Of: id})
	other := site
	other.ID, other.Site = "r-site2", "school"
	if !sees("p-red", truce.OfficeLiaison, site).Has(WhereExact) || sees("p-red", truce.OfficeLiaison, other) != 0 || sees("p-blue", truce.OfficeGuarantor, site) != 0 {
		t.Error("a disclosure does not reach its body, or reaches another site or body")
	}
	w.now = disclosure.Until
	if sees("p-red", truce.OfficeLiaison, site) != 0 {
		t.Error("a disclosure outlives its end")
	}
}

func TestKeys(t *testing.T) {
	w := newTown(t)
	password := func(login string) record.Credential {
		return record.Credential{Login: login, Password: "$argon2id$x", TOTP: bytes.Repeat([]byte{1}, 20)}
	}
	add := func(by truce.Author, p record.Person) { p.Act = record.PersonKeyAdded; w.apply(by, p) }
	count := func(id truce.PersonID) int { return len(w.d.Keys(id, w.now)) }
	invitation := func(key truce.KeyID) record.Person {
		return record.Person{Person: "p-red", Key: key, Method: record.MethodInvitation, Until: w.now.Add(DefaultInvitation), Credential: record.Credential{Digest: bytes.Repeat([]byte(key[2:3]), 32)}}
	}
	red, duty := w.author("p-red"), w.author("p-duty")
	add(duty, invitation("k-1"))
	if count("p-red") != 1 {
		t.Fatal("an invitation of somebody without keys takes one person")
	}
	add(duty, record.Person{Person: "p-red", Key: "k-2", Method: record.MethodPassword, Credential: password("red")})
	if count("p-red") != 1 {
		t.Error("somebody else added a password")
	}
	add(red, record.Person{Person: "p-red", Key: "k-3", Method: record.MethodPassword, Credential: password("red")})
	if k := w.d.Keys("p-red", w.now); len(k) != 1 || k[0].ID != "k-3" {
		t.Errorf("the invitation is not used up: %v", k)
	}
	add(w.author("p-blue"), record.Person{Person: "p-blue", Key: "k-4", Method: record.MethodPassword, Credential: password("red")})
	if count("p-blue") != 0 {
		t.Error("two people sign in by one name")
	}
	// Who has had a key is let in again by two only.
	w.apply(red, record.Person{Act: record.PersonKeyGone, Person: "p-red", Key: "k-3"})
	if count("p-red") != 0 {
		t.Error("a lost key works")
	}
	add(duty, invitation("k-5"))
	if count("p-red") != 0 {
		t.Error("one person let somebody in again")
	}
	recover := invitation("k-6")
	recover.Act = record.PersonKeyAdded
	w.apply(w.author("p-blue"), record.Person{Act: record.PersonConfirms, Confirms: w.apply(duty, recover)})
	if count("p-red") != 1 {
		t.Error("two people did not let somebody in again")
	}
	// A key with a public part is named by it; a digest is a digest.
	for name, p := range map[string]record.Person{
		"passkey": {Person: "p-red", Key: "k-7", Method: record.MethodPasskey, Credential: record.Credential{PublicKey: []byte("x"), PasskeyID: []byte("y")}},
		"ssh":     {Person: "p-red", Key: "k-8", Method: record.MethodSSH, Credential: record.Credential{PublicKey: []byte("ssh-ed25519 AAAA")}},
		"short":   {Person: "p-red", Key: "k-9", Method: record.MethodToken, Offices: []truce.Office{truce.OfficeLiaison}, Acts: []string{"report"}, Until: w.now.Add(time.Hour), Credential: record.Credential{Digest: []byte{1}}},
		"acts":    {Person: "p-red", Key: "k-a", Method: record.MethodToken, Offices: []truce.Office{truce.OfficeLiaison}, Acts: []string{"fly"}, Until: w.now.Add(time.Hour), Credential: record.Credential{Digest: bytes.Repeat([]byte{9}, 32)}},
	} {
		add(red, p)
		if count("p-red") != 1 {
			t.Errorf("%s: a key that is none was added", name)
		}
	}
	for i := range MaxKeys + 5 {
		d := seal.Bytes(fmt.Append(nil, i))
		add(red, record.Person{Person: "p-red", Key: truce.KeyID(fmt.Sprint("k-t", i)), Method: record.MethodToken, Offices: []truce.Office{truce.OfficeLiaison}, Acts: []string{"report"},
			Until: w.now.Add(time.Hour), Credential: record.Credential{Digest: d[:]}})
	}
	if count("p-red") != MaxKeys {
		t.Errorf("%d keys", count("p-red"))
	}
	// Who leaves has no key and no office, at once.
	w.apply(duty, record.Person{Act: record.PersonLeft, Person: "p-red"})
	if count("p-red") != 0 || w.holds("p-red", truce.OfficeLiaison) {
		t.Error("somebody who left can come in")
	}
}

// Two directories that followed the same records are the same, and one that saw a prefix is the past.
func TestDirectoryIsItsRecords(t *testing.T) {
	a, b := newTown(t), newTown(t)
	if fmt.Sprint(a.d.People(), a.d.Bodies()) != fmt.Sprint(b.d.People(), b.d.Bodies()) {
		t.Error("the same records gave two directories")
	}
	if got := a.d.Bodies(); !slices.IsSorted(got) || len(got) != 6 {
		t.Errorf("bodies %v", got)
	}
}

func TestLog(t *testing.T) {
	w := newTown(t)
	viewer := func(id truce.PersonID, o truce.Office) Viewer {
		v, _ := w.d.Viewer(id, o, w.now)
		v.Vouch = truce.VouchSession
		return v
	}
	duty, team := viewer("p-duty", truce.OfficeDutyOfficer), viewer("p-team", truce.OfficeMonitor)
	report := Thing{ID: "r-1", Kind: KindObservation, Tier: truce.TierMechanism, Class: ClassSevere, Author: w.author("p-team")}
	ordinary := report
	ordinary.Class = ClassOrdinary
	for _, c := range []struct {
		name   string
		v      Viewer
		thing  Thing
		shown  Fields
		logged bool
	}{
		{"severe", duty, report, See(duty, report), true},
		{"severe, in a list", duty, report, card | Logged, false},
		{"one's own", team, report, See(team, report), false},
		{"ordinary", duty, ordinary, coarse, false},
		{"its source", duty, ordinary, coarse | Source, true},
		{"a site", duty, Thing{Kind: KindSite, Site: "hospital"}, card | WhereExact, true},
		{"nothing", duty, report, 0, false},
	} {
		if _, ok := LogRead(c.v, c.thing, c.shown); ok != c.logged {
			t.Errorf("%s: logged %v", c.name, ok)
		}
	}
	e, ok := LogAct(team, ActErase, Thing{ID: "r-2", Kind: KindStep}, May(team, ActErase, Thing{ID: "r-2", Kind: KindStep}))
	if !ok || e.Code != CodeAbsent || e.Thing != "" || e.Person != "p-team" {
		t.Errorf("a refusal is logged as %+v", e)
	}
	if _, ok := LogAct(duty, ActFind, report, Decision{Allowed, CodeAllowed}); ok {
		t.Error("what is a record of its own is logged beside it")
	}
	if _, ok := LogAct(duty, ActExport, report, Decision{Allowed, CodeAllowed}); !ok {
		t.Error("an export is not logged")
	}
}
