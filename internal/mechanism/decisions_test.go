package mechanism_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// What waits for a second person is listed until they have spoken, for those who may know of it, and says who can confirm it.
func TestWhatWaitsIsListed(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	obs := e.report("monitor", shelling).IDs[0]
	proposals := func(name string) []mechanism.Proposal { return must(e.m.Proposals(ctx, e.as(name))) }
	if len(proposals("duty")) > 0 {
		t.Fatal("something waits before anybody proposed anything")
	}
	grant, waits, err := e.m.Grant(ctx, e.as("duty"), record.Grant{Act: record.GrantGiven, Person: e.people["analyst"].Person, Record: obs, Fields: []string{"source"},
		Until: e.clock.Add(time.Hour), Reason: "to compare"})
	if err != nil || !waits {
		t.Fatal(waits, err)
	}
	erasure, err := e.m.Erase(ctx, e.as("duty"), record.Erasure{Act: record.ErasureProposed, Why: record.ErasureRequest, Reason: "the family asks"}, []truce.RecordID{obs})
	if err != nil {
		t.Fatal(err)
	}
	state := func(name string) (g, x string) {
		for _, p := range must(e.m.Grants(ctx, e.as(name), "", 0)).Items {
			g = p.State
		}
		for _, p := range must(e.m.Erasures(ctx, e.as(name), "", 0)).Items {
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
		if _, err := e.m.Confirm(ctx, e.as("jordan"), id, "agreed"); err != nil {
			t.Fatal(err)
		}
	}
	if g, x := state("duty"); g != "runs" || x != "done" || len(proposals("jordan")) > 0 {
		t.Errorf("confirmed: the grant %q, the erasure %q, %d wait", g, x, len(proposals("jordan")))
	}
	e.later(2 * time.Hour)
	if g, _ := state("analyst"); g != "over" {
		t.Errorf("its time is over: %q", g)
	}
}

// amended gives the example with another version's name, as a proposal.
func amended(t *testing.T) (record.Agreement, truce.VersionID) {
	t.Helper()
	x, rep, err := mechanism.ReadFolder(os.DirFS("../../examples/southwest-syria"), "", record.AgreementProposed)
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep.Problems)
	}
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
	if _, err := e.m.Amend(ctx, e.as("russia"), text); err != nil {
		t.Fatal(err)
	}
	list := must(e.m.Proposals(ctx, access.Viewer{Now: e.clock}))
	if len(list) != 1 || list[0].Proposes != version || list[0].Act != "amend" || list[0].Needs < 2 || list[0].Yours || len(list[0].Agreed) != 1 {
		t.Fatalf("the public sees %+v", list)
	}
	if mine := must(e.m.Proposals(ctx, e.as("russia"))); mine[0].Yours {
		t.Error("who proposed it can propose it again")
	}
	if theirs := must(e.m.Proposals(ctx, e.as("jordan"))); !theirs[0].Yours {
		t.Errorf("the next signatory: %+v", theirs[0])
	}
	for _, name := range []string{"jordan", "united states"} {
		if _, err := e.m.Amend(ctx, e.as(name), text); err != nil {
			t.Fatal(err)
		}
	}
	if list := must(e.m.Proposals(ctx, e.as("duty"))); len(list) > 0 {
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
	if _, _, err := e.m.AddKey(ctx, e.as("monitor"), record.Person{Person: e.people["monitor"].Person, Key: key, Method: record.MethodToken, Offices: []truce.Office{truce.OfficeMonitor},
		Acts: []string{"report"}, Until: e.clock.Add(time.Hour), Credential: cred}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"monitor", "duty", "other monitor", "russia", "auditor", "operator"} {
		there := slices.ContainsFunc(e.m.Devices(e.as(name)), func(d mechanism.Device) bool { return d.ID == key && d.Office == "monitor" && len(d.Acts) == 1 })
		if there != (name == "monitor" || name == "duty") {
			t.Errorf("%s: %v", name, there)
		}
	}
	if _, err := e.m.DropKey(ctx, e.as("duty"), key); err != nil {
		t.Fatal(err)
	}
	if list := e.m.Devices(e.as("duty")); slices.ContainsFunc(list, func(d mechanism.Device) bool { return d.ID == key }) {
		t.Error("an ended device is listed")
	}
}

// An upload under way is seen by its sender, their body and the operations room, who can give it up; one whose record is written is never destroyed that way.
func TestUploadsAreListedAndAbandoned(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	begin := func() mechanism.Upload {
		t.Helper()
		u, err := e.m.BeginUpload(e.as("monitor"), "a name", 5)
		if err != nil {
			t.Fatal(err)
		}
		return must(e.m.AppendUpload(e.as("monitor"), u.ID, 0, strings.NewReader("12345")))
	}
	one, two := begin(), begin()
	for _, name := range []string{"other monitor", "russia", "analyst", "operator", "monitor", "duty"} {
		list, sees := must(e.m.Uploads(e.as(name))), ""
		if name == "monitor" || name == "duty" {
			sees = "a name"
		}
		if (len(list) == 2) != (sees != "") || len(list) > 0 && (list[0].Name != sees || list[0].Offset != 5) {
			t.Errorf("%s sees %+v", name, list)
		}
		if err := e.m.Abandon(e.as(name), "b-00000000000000000000"); truce.KindOf(err) != truce.NotFound {
			t.Errorf("%s gives up what is not there: %v", name, err)
		}
		if err := e.m.Abandon(e.as(name), one.ID); sees == "" && truce.KindOf(err) != truce.NotFound {
			t.Errorf("%s gives up another's: %v", name, err)
		} else if sees != "" && err != nil {
			t.Error(name, err)
		}
		if sees != "" {
			one = begin()
		}
	}
	if err := e.m.Abandon(e.as("duty"), one.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := e.m.UploadState(e.as("monitor"), one.ID); truce.KindOf(err) != truce.NotFound {
		t.Error("it was given up and is there:", err)
	}
	r, err := e.m.Deposit(ctx, e.as("monitor"), two.ID, truce.Digest{}, truce.TierMechanism, nil, "", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.m.Abandon(e.as("monitor"), two.ID); truce.KindOf(err) != truce.NotFound {
		t.Error("deposited, and still an upload:", err)
	}
	x, err := e.m.Picture(ctx, e.as("duty"), r.ID)
	if err != nil || x.Type != "text/plain" {
		t.Error(x, err)
	}
}
