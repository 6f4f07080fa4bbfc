package webtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"

	"truce"
	"truce/internal/access"
	"truce/internal/journal"
	"truce/internal/node"
)

// founded serves a mechanism that is no demonstration, on an origin to which passkeys are bound, and gives the invitation of its duty officer.
func founded(t *testing.T) (n *node.Node, origin string, officer node.Invitation) {
	t.Helper()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "data")
	list, err := node.Create(ctx, node.Init{Path: path, Agreement: os.DirFS("../../../examples/southwest-syria"), Now: time.Now, Settings: []byte("metrics: \"\"\n"),
		Founders: []node.Founder{{Name: "A duty officer", Body: "operations-room", Offices: []string{"duty-officer"}}, {Name: "A guarantor", Body: "jordan", Offices: []string{"guarantor"}}}})
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
	return n, origin, list[0]
}

// device gives the person a device that makes and keeps passkeys, and asks nobody.
func (p *person) device() webauthn.AuthenticatorID {
	p.t.Helper()
	return call(p, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2,
		Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}}).AuthenticatorID
}

// A duty officer comes in by invitation, makes a passkey, comes back with it, and signs with it what stays in the journal for ever. Another device, or a
// signature that is none, opens and signs nothing.
func TestStoryPasskey(t *testing.T) {
	ctx, _ := browser(t)
	n, origin, invited := founded(t)
	p := somebody(t, ctx, n.Mechanism(), origin, "en")
	p.name = "duty officer"
	call(p, webauthn.Enable, webauthn.EnableParams{})
	device := p.device()
	p.open("/sign-in")
	p.fill(p.say("web.invitation"), invited.Code)
	p.press(p.say("web.come-in"))
	p.press(p.say("web.account.add-passkey"))
	p.see(p.is("done", "key-added")) // and the invitation is over
	p.press(p.say("web.by-passkey"))
	p.see(p.is("office", "duty-officer"))

	me, err := n.Mechanism().Me(access.Viewer{Person: invited.Person, Body: "operations-room", Office: truce.OfficeDutyOfficer, Now: n.Now(), Vouch: truce.VouchSession})
	if err != nil || len(me.Keys) != 1 {
		t.Fatal(me.Keys, err)
	}
	key := p.is("method", "passkey") + " " + string(me.Keys[0].ID)
	p.open("/account")
	p.accessible()
	p.open("/cases/new")
	p.accessible()
	p.fill(p.is("field", "rule"), "ceasefire")
	p.fill(p.is("field", "what"), "an allegation")
	p.press(p.say("web.cases.new"))
	at := p.here()
	sign := func() {
		t.Helper()
		p.see(p.say("web.sign.title"))
		p.accessible()
		p.press(p.say("web.sign.sign"))
	}
	p.unfold(p.is("step", "register"))
	p.fill(p.is("field", "sign"), key)
	p.press(p.is("step", "register"))
	sign()
	p.see(p.is("done", "step"))
	p.open("/statements")
	p.unfold(p.say("web.statements.record"))
	p.fill(p.say("web.statements.words"), "It was said, and it is signed")
	p.fill(p.is("field", "sign"), key)
	p.press(p.say("web.statements.write"))
	sign()
	p.see(p.is("done", "stated"))

	signed := map[truce.RecordKind]truce.Record{}
	read := func() (records int) {
		if err := n.Mechanism().Journal.Read(t.Context(), 1, func(e journal.Entry) error {
			r, _, err := journal.Whole(e)
			if records++; r.Author.Vouch == truce.VouchSignature {
				signed[r.Kind] = r
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
	sign()
	p.see(p.say("web.sign.title"))
	if after := read(); after != before {
		t.Errorf("%d records were written with a signature that is none", after-before)
	}
	call(p, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: device, IsBogusSignature: &no})
	sign()
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
