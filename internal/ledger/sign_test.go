package ledger_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/api"
	"truce/internal/door"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/verify"
)

// offline is somebody with two machines: one that reaches the interface, and one without a network that has their key. Between them they carry files.
type offline struct {
	o    *open
	name string
	far  string // the folder of the machine without a network
	api  http.Handler
	in   func() (token string, err error)
	key  string // its id
}

// keygen runs OpenSSH's ssh-keygen on the machine without a network.
func keygen(t *testing.T, folder, stdin string, args ...string) error {
	t.Helper()
	c := exec.Command("ssh-keygen", args...)
	c.Dir, c.Env, c.Stdin = folder, []string{"HOME=" + folder, "PATH=" + os.Getenv("PATH")}, strings.NewReader(stdin)
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("ssh-keygen %v: %w: %s", args, err, out)
	}
	return nil
}

// signatories are the three who sign, each with a key that their own machine made.
func signatories(t *testing.T, o *open) (list []*offline) {
	t.Helper()
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("ssh-keygen of OpenSSH is not here: nothing is signed with it")
	}
	sessions := access.NewSessions(o.w.M.Directory)
	gate, err := access.NewGate(o.w.M.Directory, rand.Reader, o.w.Clock())
	if err != nil {
		t.Fatal(err)
	}
	server, err := api.New(api.Options{Entrance: door.Entrance{Mechanism: o.w.M, Gate: gate, Sessions: sessions, Now: o.w.Clock, Random: rand.Reader, Rate: 1e6, Burst: 1e6}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"jordan", "russia", "united states"} {
		x := &offline{o: o, name: name, far: t.TempDir(), api: server}
		a := o.w.People[name]
		d, err := record.Person{At: o.w.Clock(), Act: record.PersonKeyAdded, Person: a.Person, Key: truce.KeyID("k-" + a.Person), Method: record.MethodOIDC,
			Credential: record.Credential{Issuer: "https://id.example.org", Subject: name}}.Draft()
		if err != nil {
			t.Fatal(err)
		}
		o.w.Put(a, d)
		k, _ := o.w.M.Directory.Key(truce.KeyID("k-" + a.Person))
		x.in = func() (string, error) { return sessions.Open(rand.Reader, k, a.Office, o.w.Clock()) }
		if err := keygen(t, x.far, "", "-q", "-t", "ed25519", "-N", "", "-C", "NAME-OF-SOMEBODY", "-f", "id"); err != nil {
			t.Fatal(err)
		}
		line, err := os.ReadFile(filepath.Join(x.far, "id.pub"))
		if err != nil {
			t.Fatal(err)
		}
		x.post("/api/me/ssh-key", map[string]any{"public_key": string(line)}, nil)
		parsed, err := seal.ParseSSHKey(strings.TrimSpace(string(line)))
		if err != nil {
			t.Fatal(err)
		}
		x.key = string(parsed.ID())
		list = append(list, x)
	}
	return list
}

// post sends something to the interface and reads the answer.
func (x *offline) post(path string, body, into any) {
	x.o.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		x.o.t.Fatal(err)
	}
	token, err := x.in()
	if err != nil {
		x.o.t.Fatal(err)
	}
	r := httptest.NewRequest("POST", path, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", door.Cookie("")+"="+token)
	if x.key != "" && path != "/api/signatures" {
		r.Header.Set(api.SignWith, x.key)
	}
	w := httptest.NewRecorder()
	if x.api.ServeHTTP(w, r); w.Code != 201 {
		x.o.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			x.o.t.Fatal(err)
		}
	}
}

// signs does an act, carries its statement to the other machine, signs it there, and carries the signature back.
func (x *offline) signs(path string, body any) {
	x.o.t.Helper()
	type waits struct {
		ID   string
		Sign struct{ Statement string }
	}
	var answer struct {
		waits
		Record waits
	}
	x.post(path, body, &answer)
	w := answer.waits
	if w.ID == "" {
		w = answer.Record
	}
	statement, err := base64.StdEncoding.DecodeString(w.Sign.Statement)
	if err != nil || len(statement) == 0 {
		x.o.t.Fatalf("nothing to sign: %+v, %v", answer, err)
	}
	at := filepath.Join(x.far, "statement")
	os.Remove(at + ".sig")
	if err := os.WriteFile(at, statement, 0o600); err != nil {
		x.o.t.Fatal(err)
	}
	if err := keygen(x.o.t, x.far, "", "-q", "-Y", "sign", "-n", verify.Namespace, "-f", "id", "statement"); err != nil {
		x.o.t.Fatal(err)
	}
	signature, err := os.ReadFile(at + ".sig")
	if err != nil {
		x.o.t.Fatal(err)
	}
	x.post("/api/signatures", map[string]any{"record": w.ID, "ssh": string(signature)}, nil)
}

// holds lets ssh-keygen alone check every ssh signature of a document, against the keys that the log lists; change spoils what is checked.
func (o *open) holds(document string, change func(*verify.Signature)) (n int, err error) {
	o.t.Helper()
	far := o.t.TempDir()
	var allowed strings.Builder
	for _, d := range o.documents(verify.FormKey) {
		var k verify.KeyDocument
		if err := verify.Decode([]byte(d), &k); err != nil {
			o.t.Fatal(err)
		}
		fmt.Fprintf(&allowed, "%s namespaces=\"%s\" %s\n", k.Body, verify.Namespace, k.Public)
	}
	var d struct{ Signatures []verify.Signature }
	if err := json.Unmarshal([]byte(document), &d); err != nil {
		o.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(far, "allowed_signers"), []byte(allowed.String()), 0o600); err != nil {
		o.t.Fatal(err)
	}
	for _, s := range d.Signatures {
		if s.How != "ssh" {
			continue
		}
		change(&s)
		if err := os.WriteFile(filepath.Join(far, "statement.sig"), s.Signature, 0o600); err != nil {
			o.t.Fatal(err)
		}
		if err := keygen(o.t, far, string(s.Statement), "-Y", "verify", "-f", "allowed_signers", "-I", s.Body, "-n", verify.Namespace, "-s", "statement.sig"); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Three adversaries sign a finding, each with OpenSSH on a machine without a network, and so the next version of the agreement with the witnesses in it; truce and OpenSSH both
// accept what is published, and both refuse it once it is changed.
func TestAdversariesSignOffline(t *testing.T) {
	o := begin(t)
	three := signatories(t, o)
	c, _, of := o.submitted()
	for _, x := range three {
		now, err := o.w.M.Case(t.Context(), o.w.As("duty"), c, "en")
		if err != nil {
			t.Fatal(err)
		}
		x.signs("/api/cases/"+string(c)+"/steps", map[string]any{"step": "sign", "of": of, "last": now.Last})
	}
	o.step("duty", record.Step{Case: c, Step: truce.StepPublish, Tier: truce.TierPublic})
	o.w.Later(73 * time.Hour)
	o.tick()
	r := o.check(nil)
	if len(r.Faults) > 0 || r.Findings.Signed != 1 || r.Findings.Unsigned != 0 || r.Leaves.Key != 3 {
		t.Fatalf("%s", explain(r))
	}
	finding := o.documents(verify.FormFinding)[0]
	var d verify.FindingDocument
	if err := verify.Decode([]byte(finding), &d); err != nil {
		t.Fatal(err)
	}
	for _, s := range d.Signatures {
		if !bytes.Contains(s.Statement, []byte(`"signs":"`+verify.ConclusionDigest(d.Conclusion).String()+`"`)) {
			t.Errorf("what %s signed does not name the conclusion", s.Body)
		}
	}
	// The next version, with who must witness, proposed by all three.
	text := mechanismtest.Agreement(t, record.AgreementProposed)
	next := func(policy string) map[string]any {
		files := []map[string]any{{"path": "witnesses.policy", "data": []byte(policy)}}
		for _, f := range text.Files {
			if f.Path == "agreement.yaml" {
				f.Data = bytes.Replace(f.Data, []byte("version: "+string(text.Version)), []byte("version: 2017-12-01"), 1)
			}
			files = append(files, map[string]any{"path": f.Path, "data": f.Data})
		}
		slices.SortFunc(files, func(a, b map[string]any) int { return strings.Compare(a["path"].(string), b["path"].(string)) })
		return map[string]any{"agreement": text.Agreement, "version": "2017-12-01", "use": "proposed", "files": files}
	}
	for _, x := range three {
		x.signs("/api/agreements", next(o.policy))
	}
	o.tick()
	r = o.check(nil)
	if last := r.Texts[len(r.Texts)-1]; len(r.Faults) > 0 || len(r.Texts) != 2 || len(last.Signed) != 3 || last.Asked != 3 || len(last.Claimed) != 0 {
		t.Fatalf("%s", explain(r))
	}
	var version string
	for _, d := range o.documents(verify.FormText) {
		if strings.Contains(d, `"version":"2017-12-01"`) {
			version = d
		}
	}
	for _, document := range []string{finding, version} {
		if n, err := o.holds(document, func(*verify.Signature) {}); n != 3 || err != nil {
			t.Errorf("OpenSSH accepts %d signatures: %v", n, err)
		}
		for name, spoil := range map[string]func(*verify.Signature){
			"another statement": func(s *verify.Signature) {
				s.Statement = bytes.Replace(s.Statement, []byte(s.Body), bytes.ToUpper([]byte(s.Body)), 1)
			},
			"another body": func(s *verify.Signature) { s.Body = "nobody" },
			"another's": func(s *verify.Signature) {
				s.Body = map[bool]string{true: "russia", false: "jordan"}[s.Body == "jordan"]
			},
		} {
			if n, err := o.holds(document, spoil); n > 0 || err == nil {
				t.Errorf("%s: OpenSSH accepts it", name)
			}
		}
	}
	// Who must witness was signed with the text: another policy does not hold.
	if p := filepath.Join(o.dir, "policy"); os.WriteFile(p, append([]byte("# another\n"), o.policy...), 0o600) != nil {
		t.Fatal("the policy cannot be changed")
	}
	if r := o.check(nil); !slices.ContainsFunc(r.Faults, func(x verify.Remark) bool { return x.Code == "text" }) {
		t.Errorf("other witnesses than were signed: %s", explain(r))
	}
}

// Whoever writes into the journal past the program can say that signatories signed. They cannot make it so: without the keys a stranger is told that it is claimed.
func TestFourEyesLiveInTheLog(t *testing.T) {
	for _, x := range []struct {
		name string
		// as makes the author and the record that somebody with the database writes; nil signs as it should be.
		as     func(*open, truce.Author, record.Draft) (truce.Author, record.Draft)
		signed int64
		more   bool // only where all are asked for
	}{
		{"each signs", nil, 1, false},
		{"by sessions that never were", func(_ *open, a truce.Author, d record.Draft) (truce.Author, record.Draft) { return a, d }, 0, true},
		{"with keys, and signatures of nobody", func(o *open, a truce.Author, d record.Draft) (truce.Author, record.Draft) {
			a.Vouch, a.Key, d.Record.Signature = truce.VouchSignature, o.signs[map[truce.BodyID]string{"jordan": "jordan", "united-states": "united states", "russia": "russia"}[a.Body]], []byte("-----BEGIN SSH SIGNATURE-----")
			return a, d
		}, 0, false},
		{"with one key for all", func(o *open, a truce.Author, d record.Draft) (truce.Author, record.Draft) {
			a.Vouch, a.Key = truce.VouchSignature, o.signs["duty"]
			return a, d
		}, 0, true},
	} {
		if x.more && !*all {
			continue
		}
		t.Run(x.name, func(t *testing.T) {
			o := begin(t)
			c, _, of := o.submitted()
			for _, name := range []string{"duty", "jordan", "united states", "russia"} {
				o.key(name)
			}
			for _, name := range []string{"jordan", "united states", "russia"} {
				s := record.Step{Case: c, Step: truce.StepSign, Of: of}
				if x.as == nil {
					o.step(name, s)
					continue
				}
				now, err := o.w.M.Case(t.Context(), o.w.As("duty"), c, "en")
				if err != nil {
					t.Fatal(err)
				}
				s.Last = now.Last
				// What would be signed; whoever has the database has that too.
				waits, _, err := o.w.M.Step(t.Context(), o.as(name), s, 2017)
				if err != nil {
					t.Fatal(err)
				}
				statement, err := base64.StdEncoding.DecodeString(waits.Sign.Statement)
				if err != nil {
					t.Fatal(err)
				}
				r, err := truce.ParseStatement(statement)
				if err != nil {
					t.Fatal(err)
				}
				a, d := x.as(o, o.w.People[name], record.Draft{Record: truce.Record{Kind: r.Kind, Tier: r.Tier, Agreement: r.Agreement, Version: r.Version, Body: r.Body}})
				o.w.Put(a, d)
			}
			delete(o.signer, "duty")
			o.step("duty", record.Step{Case: c, Step: truce.StepPublish, Tier: truce.TierPublic})
			o.w.Later(73 * time.Hour)
			o.tick()
			r := o.check(nil)
			if len(r.Faults) > 0 || r.Leaves.Finding != 1 || r.Findings.Signed != x.signed || r.Findings.Signed+r.Findings.Unsigned != 1 {
				t.Errorf("%s", explain(r))
			}
			if claims := strings.Contains(explain(r), "1 findings have fewer signatures by signatories' own keys"); claims == (x.signed == 1) {
				t.Errorf("it says that it is claimed: %t", claims)
			}
		})
	}
}

// Nor can whoever writes the log itself: a signature that is left out, changed, or taken from elsewhere is a fault where it is counted.
func TestSignaturesInTheLogAreChecked(t *testing.T) {
	var names []string
	var records []fstest.MapFS
	var at truce.Instant
	for name, change := range map[string]func(*verify.FindingDocument){
		"as they are":      func(*verify.FindingDocument) {},
		"one is left out":  func(d *verify.FindingDocument) { d.Signatures = d.Signatures[1:] },
		"all are left out": func(d *verify.FindingDocument) { d.Signatures = nil },
		"one is said by nobody": func(d *verify.FindingDocument) {
			s := &d.Signatures[0]
			*s = verify.Signature{Body: s.Body, Act: "sign", How: "session"}
		},
		"a byte is another": func(d *verify.FindingDocument) {
			b := bytes.Clone(d.Signatures[0].Signature)
			b[80] ^= 1
			d.Signatures[0].Signature = b
		},
		"one stands twice": func(d *verify.FindingDocument) { d.Signatures[1] = d.Signatures[0] },
		"it is another's": func(d *verify.FindingDocument) {
			d.Signatures[0].Statement, d.Signatures[0].Signature = d.Signatures[1].Statement, d.Signatures[1].Signature
		},
		"it was given for something else": func(d *verify.FindingDocument) {
			d.Conclusion = bytes.Replace(d.Conclusion, []byte(`"confidence":"medium"`), []byte(`"confidence":"high"`), 1)
		},
		"a dissent becomes a signature": func(d *verify.FindingDocument) { d.Signatures[0].Act = "dissent" },
	} {
		f := newFactory(t)
		f.takeUp()
		f.tick()
		f.findingAs(0, f.outcomes()[0], change)
		f.tick()
		f.sign()
		if r := f.check(verify.Options{Now: f.at}); (len(r.Faults) == 0) != (name == "as they are") {
			t.Errorf("%s: %s", name, explain(r))
		}
		names, records, at = append(names, name), append(records, f.files), f.at
	}
	for i, r := range second(t, at, nil, records...) {
		if (r.Verdict != verify.DoesNotHold) != (names[i] == "as they are") {
			t.Errorf("%s: the second checker says %s", names[i], r.Verdict)
		}
	}
}
