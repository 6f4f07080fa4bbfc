package mechanism_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/record"
)

// What waits for a second person is listed until they have spoken, for those who may know of it, and says who can confirm it.
func TestWhatWaitsIsListed(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	obs := e.Report("monitor", shelling).IDs[0]
	proposals := func(name string) []mechanism.Proposal { return must(e.M.Proposals(ctx, e.As(name))) }
	if len(proposals("duty")) > 0 {
		t.Fatal("something waits before anybody proposed anything")
	}
	grant, waits, err := e.M.Grant(ctx, e.As("duty"), record.Grant{Act: record.GrantGiven, Person: e.People["analyst"].Person, Record: obs, Fields: []string{"source"},
		Until: e.Clock().Add(time.Hour), Reason: "to compare"})
	if err != nil || !waits {
		t.Fatal(waits, err)
	}
	erasure, err := e.M.Erase(ctx, e.As("duty"), record.Erasure{Act: record.ErasureProposed, Why: record.ErasureRequest, Reason: "the family asks"}, []truce.RecordID{obs})
	if err != nil {
		t.Fatal(err)
	}
	state := func(name string) (g, x string) {
		for _, p := range must(e.M.Grants(ctx, e.As(name), "", 0)).Items {
			g = p.State
		}
		for _, p := range must(e.M.Erasures(ctx, e.As(name), "", 0)).Items {
			x = p.State
		}
		return g, x
	}
	for name, want := range map[string]struct {
		acts    string
		yours   bool
		records bool
		grants  string
	}{"duty": {"grant erase", false, true, "waits"}, "jordan": {"grant erase", true, true, "waits"}, "jordanian liaison": {"erase", false, false, ""}, "monitor": {"erase", false, false, ""},
		"analyst": {"grant erase", false, false, "waits"}, "auditor": {"grant erase", false, true, "waits"}, "operator": {"erase", false, false, ""}} {
		var acts []string
		for _, p := range proposals(name) {
			acts = append(acts, p.Act)
			if p.Yours != want.yours || p.Needs != 2 {
				t.Errorf("%s: %+v", name, p)
			}
			if p.Act == "erase" && slices.Contains(p.Records, obs) != want.records {
				t.Errorf("%s is told of %v", name, p.Records)
			}
		}
		if got := strings.Join(acts, " "); got != want.acts {
			t.Errorf("%s: %q waits, expected %q", name, got, want.acts)
		}
		if g, x := state(name); g != want.grants || x != "waits" {
			t.Errorf("%s: the grant %q, the erasure %q", name, g, x)
		}
	}
	for _, id := range []truce.RecordID{grant.ID, erasure.ID} {
		if _, err := e.M.Confirm(ctx, e.As("jordan"), id, "agreed"); err != nil {
			t.Fatal(err)
		}
	}
	if g, x := state("duty"); g != "runs" || x != "done" || len(proposals("jordan")) > 0 {
		t.Errorf("confirmed: the grant %q, the erasure %q, %d wait", g, x, len(proposals("jordan")))
	}
	e.Later(2 * time.Hour)
	if g, _ := state("analyst"); g != "over" {
		t.Errorf("its time is over: %q", g)
	}
}

// amended gives the example with another version's name, as a proposal.
func amended(t *testing.T) (record.Agreement, truce.VersionID) {
	t.Helper()
	x := mechanismtest.Agreement(t, record.AgreementProposed)
	const version = "2017-12-01"
	for i, f := range x.Files {
		if f.Path == "agreement.yaml" {
			x.Files[i].Data = bytes.Replace(f.Data, []byte("version: "+string(x.Version)), []byte("version: "+version), 1)
		}
	}
	x.Version = version
	return x, version
}

// A version of the agreement waits, in everybody's sight, until enough signatories want the same.
func TestAnAgreementThatWaitsIsListed(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	text, version := amended(t)
	if _, err := e.M.Amend(ctx, e.As("russia"), text); err != nil {
		t.Fatal(err)
	}
	list := must(e.M.Proposals(ctx, access.Viewer{Now: e.Clock()}))
	if len(list) != 1 || list[0].Proposes != version || list[0].Act != "amend" || list[0].Needs < 2 || list[0].Yours || len(list[0].Agreed) != 1 {
		t.Fatalf("the public sees %+v", list)
	}
	if mine := must(e.M.Proposals(ctx, e.As("russia"))); mine[0].Yours {
		t.Error("who proposed it can propose it again")
	}
	if theirs := must(e.M.Proposals(ctx, e.As("jordan"))); !theirs[0].Yours {
		t.Errorf("the next signatory: %+v", theirs[0])
	}
	for _, name := range []string{"jordan", "united states"} {
		if _, err := e.M.Amend(ctx, e.As(name), text); err != nil {
			t.Fatal(err)
		}
	}
	if list := must(e.M.Proposals(ctx, e.As("duty"))); len(list) > 0 {
		t.Errorf("it binds and still waits: %+v", list)
	}
}

// A device that was lost is found in the list and ended; nobody but its person and the operations room sees what keys somebody has.
func TestDevicesAreListed(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	_, cred, key, err := access.NewSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.M.AddKey(ctx, e.As("monitor"), record.Person{Person: e.People["monitor"].Person, Key: key, Method: record.MethodToken, Offices: []truce.Office{truce.OfficeMonitor},
		Acts: []string{"report"}, Until: e.Clock().Add(time.Hour), Credential: cred}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"monitor", "duty", "other monitor", "russia", "auditor", "operator"} {
		there := slices.ContainsFunc(e.M.Devices(e.As(name)), func(d mechanism.Device) bool { return d.ID == key && d.Office == "monitor" && len(d.Acts) == 1 })
		if there != (name == "monitor" || name == "duty") {
			t.Errorf("%s: %v", name, there)
		}
	}
	if _, err := e.M.DropKey(ctx, e.As("duty"), key); err != nil {
		t.Fatal(err)
	}
	if list := e.M.Devices(e.As("duty")); slices.ContainsFunc(list, func(d mechanism.Device) bool { return d.ID == key }) {
		t.Error("an ended device is listed")
	}
}

// An upload under way is seen by its sender, their body and the operations room, who can give it up; one whose record is written is never destroyed that way.
func TestUploadsAreListedAndAbandoned(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	begin := func() mechanism.Upload {
		t.Helper()
		u, err := e.M.BeginUpload(e.As("monitor"), "a name", 5)
		if err != nil {
			t.Fatal(err)
		}
		return must(e.M.AppendUpload(e.As("monitor"), u.ID, 0, strings.NewReader("12345")))
	}
	one, two := begin(), begin()
	for _, name := range []string{"other monitor", "russia", "analyst", "operator", "monitor", "duty"} {
		list, sees := must(e.M.Uploads(e.As(name))), ""
		if name == "monitor" || name == "duty" {
			sees = "a name"
		}
		if (len(list) == 2) != (sees != "") || len(list) > 0 && (list[0].Name != sees || list[0].Offset != 5) {
			t.Errorf("%s sees %+v", name, list)
		}
		if err := e.M.Abandon(e.As(name), "b-00000000000000000000"); truce.KindOf(err) != truce.NotFound {
			t.Errorf("%s gives up what is not there: %v", name, err)
		}
		if err := e.M.Abandon(e.As(name), one.ID); sees == "" && truce.KindOf(err) != truce.NotFound {
			t.Errorf("%s gives up another's: %v", name, err)
		} else if sees != "" && err != nil {
			t.Error(name, err)
		}
		if sees != "" {
			one = begin()
		}
	}
	if err := e.M.Abandon(e.As("duty"), one.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := e.M.UploadState(e.As("monitor"), one.ID); truce.KindOf(err) != truce.NotFound {
		t.Error("it was given up and is there:", err)
	}
	r, err := e.M.Deposit(ctx, e.As("monitor"), two.ID, truce.Digest{}, truce.TierMechanism, nil, "", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.M.Abandon(e.As("monitor"), two.ID); truce.KindOf(err) != truce.NotFound {
		t.Error("deposited, and still an upload:", err)
	}
	x, err := e.M.Picture(ctx, e.As("duty"), r.ID)
	if err != nil || x.Type != "text/plain" {
		t.Error(x, err)
	}
}

// Who confirms is told what for: whom a grant would let see, by body and office and by name only where the policy tells it; who would be added; what would be
// destroyed, and why. Of a record that somebody may not know of nothing is told.
func TestWhatWaitsSaysWhoAndWhat(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	obs := e.Report("monitor", shelling).IDs[0]
	if _, _, err := e.M.Grant(ctx, e.As("duty"), record.Grant{Act: record.GrantGiven, Person: e.People["analyst"].Person, Record: obs, Fields: []string{"source"},
		Until: e.Clock().Add(time.Hour), Reason: "to compare"}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.M.Erase(ctx, e.As("duty"), record.Erasure{Act: record.ErasureProposed, Why: record.ErasureRequest, Reason: "the family asks"}, []truce.RecordID{obs}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.M.Enrol(ctx, e.As("duty"), record.Person{Act: record.PersonAdded, Body: "southern-front", Offices: []truce.Office{truce.OfficeLiaison}, Name: "Second liaison", Contact: "by radio"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"duty":    "grant to " + string(e.People["analyst"].Body) + " [analyst] (to compare); erase by request (the family asks); empower Second liaison of southern-front [liaison]",
		"jordan":  "grant to " + string(e.People["analyst"].Body) + " [analyst] (to compare); erase by request (the family asks); empower Second liaison of southern-front [liaison]",
		"auditor": "grant to " + string(e.People["analyst"].Body) + " [analyst] (to compare); erase by request (the family asks); empower  of southern-front [liaison]",
		"monitor": "erase by request ()",
	} {
		var told []string
		for _, p := range must(e.M.Proposals(ctx, e.As(name))) {
			switch {
			case p.Grants != nil:
				told = append(told, fmt.Sprintf("%s to %s %s (%s)", p.Act, p.Grants.ToBody, p.Grants.ToOffices, p.Grants.Reason))
			case p.Who != nil:
				told = append(told, fmt.Sprintf("%s %s of %s %s", p.Act, p.Who.Name, p.Who.Body, p.Who.Offices))
			case p.Erases != nil:
				told = append(told, fmt.Sprintf("%s by %s (%s)", p.Act, p.Erases.Why, p.Erases.Reason))
			}
		}
		if got := strings.Join(told, "; "); got != want {
			t.Errorf("%s is told\n%s, expected\n%s", name, got, want)
		}
	}
	for name, want := range map[string]string{"duty": "shelling 2017-11-15 cell", "auditor": "observation", "jordan": "", "jordanian liaison": "", "": ""} {
		got := ""
		viewer := access.Viewer{Now: e.Clock()}
		if name != "" {
			viewer = e.As(name)
		}
		if b, ok := must(e.M.Briefs(ctx, viewer, obs, "r-00000000000000000000"))[obs]; ok {
			got = strings.TrimSpace(b.What + " " + b.FirstDay)
			if b.Cell != nil {
				got += " cell"
			}
			if b.What == "" {
				got = b.Kind + got
			}
		}
		if got != want {
			t.Errorf("%s is told that the record is %q, expected %q", name, got, want)
		}
	}
}
