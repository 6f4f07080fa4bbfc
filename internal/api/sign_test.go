package api

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"testing"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"truce/internal/access"
)

// A guarantor opens a case with a signature of their own key, made anywhere; without it nothing is written down.
func TestACommandIsSigned(t *testing.T) {
	e := start(t)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	line := string(ssh.MarshalAuthorizedKey(must(ssh.NewPublicKey(public))))
	e.as("jordan").post("/api/me/ssh-key", m{"public_key": "nonsense"}).is(422)
	e.as("jordan").post("/api/me/ssh-key", m{"public_key": line}).is(201)
	var me struct {
		Keys []struct{ ID, Method string }
	}
	e.as("jordan").get("/api/me").is(200).into(&me)
	key := ""
	for _, k := range me.Keys {
		if k.Method == "ssh" {
			key = k.ID
		}
	}
	var waits struct {
		Record struct {
			ID   string
			Seq  int
			Sign struct{ Statement, Until string }
		}
	}
	open := m{"rule": "ceasefire", "article": "1", "text": "Shelling at dawn."}
	e.as("jordan").with(SignWith, "k-of-somebody").post("/api/cases", open).is(422)
	e.as("jordan").with(SignWith, key).post("/api/cases", open).is(201).into(&waits)
	if waits.Record.Seq != 0 || waits.Record.Sign.Statement == "" {
		t.Fatalf("%+v", waits)
	}
	var list struct{ Items []any }
	if e.as("duty").get("/api/cases").is(200).into(&list); len(list.Items) != 0 {
		t.Error("it was written down before it was signed")
	}
	statement := must(base64.StdEncoding.DecodeString(waits.Record.Sign.Statement))
	sig := must(sshsig.Sign(bytes.NewReader(statement), must(ssh.NewSignerFromKey(private)), sshsig.HashSHA512, access.SSHNamespace))
	e.as("jordan").post("/api/signatures", m{"record": waits.Record.ID, "ssh": "-----BEGIN SSH SIGNATURE-----"}).is(403)
	e.as("russia").post("/api/signatures", m{"record": waits.Record.ID, "ssh": string(sshsig.Armor(sig))}).is(404)
	e.as("jordan").post("/api/signatures", m{"record": waits.Record.ID, "ssh": string(sshsig.Armor(sig))}).is(201)
	if e.as("duty").get("/api/cases").is(200).into(&list); len(list.Items) != 1 {
		t.Errorf("%d cases", len(list.Items))
	}
}
