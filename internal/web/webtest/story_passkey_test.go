package webtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"io/fs"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"

	"truce"
	"truce/internal/access"
	"truce/internal/journal"
	"truce/internal/node"
	"truce/verify"
)

// founded serves a mechanism that is no demonstration, on an origin to which passkeys are bound, and gives the invitations of its duty officer and of those who sign.
// public is the folder of its open record.
func founded(t *testing.T) (n *node.Node, origin string, invited []node.Invitation, public string) {
	t.Helper()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "data")
	list, err := node.Create(ctx, node.Init{Path: path, Agreement: os.DirFS("../../../examples/southwest-syria"), Now: time.Now, Settings: []byte("metrics: \"\"\nopen_record: {origin: log.example.org/test, tick: 2}\n"),
		Founders: []node.Founder{{Name: "A duty officer", Body: "operations-room", Offices: []string{"duty-officer"}}, {Name: "A guarantor", Body: "jordan", Offices: []string{"guarantor"}},
			{Name: "Another", Body: "russia", Offices: []string{"guarantor"}}, {Name: "A third", Body: "united-states", Offices: []string{"guarantor"}}}})
	if err != nil {
		t.Fatal(err)
	}
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(at.Addr().String())
	origin = "http://localhost:" + port
	if n, err = node.Open(ctx, node.Options{Path: path, Override: func(c *node.Config) { c.Origin = origin }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	if err := n.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(n.Handler())
	server.Listener.Close()
	server.Listener = at
	server.Start()
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return n, origin, list, filepath.Join(path, "public")
}

// device gives the person a device that makes and keeps passkeys, and asks nobody.
func (p *person) device() webauthn.AuthenticatorID {
	p.t.Helper()
	return call(p, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2,
		Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}}).AuthenticatorID
}

// comeIn comes in by invitation, makes a passkey, comes back with it, and gives what the key is called where one signs.
func (p *person) comeIn(n *node.Node, invited node.Invitation, as access.Viewer) (device webauthn.AuthenticatorID, key string) {
	p.t.Helper()
	call(p, webauthn.Enable, webauthn.EnableParams{})
	device = p.device()
	p.open("/sign-in")
	p.fill(p.say("web.invitation"), invited.Code)
	p.press(p.say("web.come-in"))
	p.press(p.say("web.account.add-passkey"))
	p.see(p.is("done", "key-added")) // and the invitation is over
	p.press(p.say("web.by-passkey"))
	p.see(p.is("office", as.Office.String()))
	as.Person, as.Now, as.Vouch = invited.Person, n.Now(), truce.VouchSession
	me, err := n.Mechanism().Me(as)
	if err != nil || len(me.Keys) != 1 {
		p.t.Fatal(me.Keys, err)
	}
	return device, p.is("method", "passkey") + " " + string(me.Keys[0].ID)
}

// sign signs what waits for it.
func (p *person) sign() {
	p.t.Helper()
	p.see(p.say("web.sign.title"))
	p.accessible()
	p.press(p.say("web.sign.sign"))
}

// A duty officer comes in by invitation, makes a passkey, comes back with it, and signs with it what stays in the journal for ever. Another device, or a
// signature that is none, opens and signs nothing.
func TestStoryPasskey(t *testing.T) {
	ctx, _ := browser(t)
	n, origin, list, _ := founded(t)
	invited := list[0]
	p := somebody(t, ctx, n.Mechanism(), origin, "en")
	p.name = "duty officer"
	device, key := p.comeIn(n, invited, access.Viewer{Body: "operations-room", Office: truce.OfficeDutyOfficer})
	p.open("/account")
	p.accessible()
	p.open("/cases/new")
	p.accessible()
	p.fill(p.is("field", "rule"), "ceasefire")
	p.fill(p.is("field", "what"), "an allegation")
	p.press(p.say("web.cases.new"))
	at := p.here()
	p.unfold(p.is("step", "register"))
	p.fill(p.is("field", "sign"), key)
	p.press(p.is("step", "register"))
	p.sign()
	p.see(p.is("done", "step"))
	p.open("/statements")
	p.unfold(p.say("web.statements.record"))
	p.fill(p.say("web.statements.words"), "It was said, and it is signed")
	p.fill(p.is("field", "sign"), key)
	p.press(p.say("web.statements.write"))
	p.sign()
	p.see(p.is("done", "stated"))

	signed := map[truce.RecordKind]truce.Record{}
	read := func() (records int) {
		if err := n.Mechanism().Journal.Read(t.Context(), 1, func(e journal.Entry) error {
			r, _, err := journal.Whole(e)
			switch r.Author.Vouch {
			case truce.VouchSignature:
				signed[r.Kind] = r
				records++
			case truce.VouchSession:
				records++
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return records
	}
	before := read()
	for _, kind := range []truce.RecordKind{truce.RecordStep, truce.RecordStatement} {
		r, there := signed[kind]
		if err := n.Mechanism().Directory.VerifyAuthor(&r, "localhost", []string{origin}); !there || err != nil {
			t.Errorf("the signature of the %s: %v, %v", kind, there, err)
		}
		if r.Body = append([]byte(nil), r.Body...); len(r.Body) > 0 {
			r.Body[len(r.Body)/2] ^= 1
		}
		if n.Mechanism().Directory.VerifyAuthor(&r, "localhost", []string{origin}) == nil {
			t.Errorf("a %s that somebody changed still has its signature", kind)
		}
	}

	// A signature that is none is refused, and nothing is written down; the same statement can still be signed.
	yes, no := true, false
	p.expects = []string{"422", "403"}
	p.open(at)
	p.unfold(p.is("step", "notify"))
	p.tick(p.body("government-of-syria"))
	p.fill(p.is("field", "sign"), key)
	p.press(p.is("step", "notify"))
	call(p, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: device, IsBogusSignature: &yes})
	p.sign()
	p.see(p.say("web.sign.title"))
	if after := read(); after != before {
		t.Errorf("%d records were written with a signature that is none", after-before)
	}
	call(p, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: device, IsBogusSignature: &no})
	p.sign()
	p.see(p.is("done", "step"))

	// Another device does not let in: neither one that has no passkey, nor one that has another of the same name.
	p.press(p.say("web.sign-out"))
	call(p, webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: device})
	other := p.device()
	p.click(p.say("web.by-passkey"))
	p.see(p.say("web.passkey-refused"))
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	// As the browser knows it: the generated parameters ask for more than such a device has.
	add := cdp.Command[map[string]any, cdp.Empty]{Method: webauthn.CommandAddCredential}
	call(p, add, map[string]any{"authenticatorId": other, "credential": map[string]any{"credentialId": []byte("another passkey"), "isResidentCredential": true, "rpId": "localhost",
		"privateKey": der, "userHandle": []byte(invited.Person), "signCount": 0}})
	p.expects = []string{"401"}
	p.click(p.say("web.by-passkey"))
	p.until("somebody else's passkey is not refused", `!!document.querySelector('[data-passkey] [role="alert"]').textContent && location.pathname.endsWith('/sign-in')`)
	p.seeNot(p.say("web.passkey-refused"))
	p.seeNot(p.say("web.sign-out"))
}

// Three guarantors sign the next version of the agreement with who must witness the open record in it, each by a passkey: one proposes it, two agree. Whoever has nothing but the open
// record then finds that the three keys signed that text, and that it binds; of the same record with other witnesses a checker says that the signatories did not sign it.
func TestStoryPasskeySignsTheAgreement(t *testing.T) {
	ctx, _ := browser(t)
	n, origin, invited, public := founded(t)
	policy := ""
	for begun := time.Now(); policy == ""; time.Sleep(200 * time.Millisecond) {
		if policy = fetchOpen(t, origin, "policy"); time.Since(begun) > patience {
			t.Fatal("there is no open record")
		}
	}
	for i, body := range []truce.BodyID{"jordan", "russia", "united-states"} {
		p := somebody(t, ctx, n.Mechanism(), origin, []string{"en", "ar", "ru"}[i])
		p.name = "guarantor of " + string(body)
		_, key := p.comeIn(n, invited[i+1], access.Viewer{Body: body, Office: truce.OfficeGuarantor})
		p.open("/agreement")
		if i == 0 {
			p.press(p.say("web.propose.title"))
			p.accessible()
			p.fill(p.say("web.propose.version"), "2017-12-01")
			p.fill(p.say("web.propose.policy"), policy)
			p.within(p.say("web.propose.propose-witnesses"))
		} else {
			p.press("2017-12-01")
			p.see(strings.TrimSpace(policy))
			p.accessible()
			p.translated()
		}
		p.fill(p.is("field", "sign"), key)
		p.press(map[bool]string{true: p.say("web.propose.propose-witnesses"), false: p.say("web.propose.agree")}[i == 0])
		p.sign()
		p.see(p.is("done", "proposed"))
	}
	if a, _ := n.Mechanism().Current(); a.Plan.Agreement.Version != "2017-12-01" {
		t.Fatalf("%s is in force", a.Plan.Agreement.Version)
	}
	check := func(record fs.FS) *verify.Report {
		t.Helper()
		r, err := verify.Check(record, verify.Options{Now: n.Now()})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	var said verify.TextResult
	for begun := time.Now(); said.Version != "2017-12-01"; time.Sleep(time.Second) { // until the record has grown
		r := check(os.DirFS(public))
		if said = r.Texts[len(r.Texts)-1]; len(r.Faults) > 0 || time.Since(begun) > 3*time.Minute {
			t.Fatalf("%+v", r)
		}
	}
	if said.Use != "in-force" || len(said.Signed) != 3 || said.Asked != 3 || len(said.Claimed) > 0 {
		t.Errorf("a checker says of the text: %+v", said)
	}
	other := t.TempDir()
	if err := os.CopyFS(other, os.DirFS(public)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(other, "policy"), []byte("# another\n"+policy), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := check(os.DirFS(other)); !slices.ContainsFunc(r.Faults, func(x verify.Remark) bool { return x.Code == "text" }) {
		t.Errorf("other witnesses than were signed: %+v", r.Faults)
	}
}
