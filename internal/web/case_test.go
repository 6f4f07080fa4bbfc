package web

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"truce"
	"truce/internal/access"
	"truce/internal/lang"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/record"
)

// opened is a world with one report and a case about it.
func (e *readers) opened() (report truce.RecordID, id truce.CaseID) {
	e.T.Helper()
	taken := e.Report("monitor", mechanismtest.Shelling)
	e.Settle()
	rec := e.ask("duty", "POST", "/en/cases", url.Values{"rule": {"ceasefire"}, "text": {"an allegation"}, "cites": {string(taken.IDs[0])}, "parties": {"government-of-syria"}})
	at, _, _ := strings.Cut(strings.TrimPrefix(rec.Header().Get("Location"), "/en/cases/"), "?")
	if rec.Code != http.StatusSeeOther || at == "" {
		e.T.Fatalf("a case was not opened: %d %s", rec.Code, rec.Body)
	}
	return taken.IDs[0], truce.CaseID(at)
}

func (e *readers) caseOf(id truce.CaseID) mechanism.Case {
	e.T.Helper()
	c, err := e.M.Case(e.T.Context(), e.As("duty"), id, "en")
	if err != nil {
		e.T.Fatal(err)
	}
	return c
}

// The pages of a case open for everybody who may know of it in every language, say every sentence, and hold what the page promises.
func TestCasePages(t *testing.T) {
	e := read(t)
	report, id := e.opened()
	for _, l := range lang.Languages {
		for _, path := range []string{"/cases", "/cases/new", "/cases/" + string(id), "/cases/" + string(id) + "/dossier", "/inbox", "/report", "/report/blank", "/report/" + string(report)} {
			who := "duty"
			page := e.page(who, "/"+l+path)
			if strings.Contains(page, "web.") && strings.Contains(page, ">web.") {
				t.Errorf("%s in %s leaves a sentence unsaid", path, l)
			}
		}
	}
	page := e.page("duty", "/en/cases/"+string(id))
	for _, part := range []string{string(report), "an allegation", "Reasons", `name="step" value="register"`, `name="last" value="1"`, "Time line", "What each rule says"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page of a case lacks %q", part)
		}
	}
	if rec := e.ask("syrian liaison", "GET", "/en/cases/"+string(id), nil); rec.Code != http.StatusNotFound {
		t.Errorf("a party that was not told of a case sees its page: %d", rec.Code)
	}
	if rec := e.ask("", "GET", "/en/cases/"+string(id)+"/dossier", nil); rec.Code != http.StatusNotFound {
		t.Errorf("the public sees a dossier: %d", rec.Code)
	}
}

// The reasons of a rule are on a page of their own, from which the case takes them when they are unfolded: for those alone who see the outcome.
func TestReasonsComeWhenUnfolded(t *testing.T) {
	e := read(t)
	_, id := e.opened()
	page := e.page("duty", "/en/cases/"+string(id))
	at := regexp.MustCompile(`data-from="(/en/outcomes/[^"]+)"`).FindStringSubmatch(page)
	if at == nil || strings.Contains(page, `class="why"`) {
		t.Fatal("the page of a case does not leave the reasons for later")
	}
	if !strings.Contains(e.page("duty", at[1]), `class="why"`) {
		t.Error("the page of an outcome has no reasons")
	}
	if !strings.Contains(e.page("duty", "/en/cases/"+string(id)+"/dossier"), `class="why"`) {
		t.Error("what is printed has no reasons")
	}
	for _, name := range []string{"", "syrian liaison"} {
		if rec := e.ask(name, "GET", at[1], nil); rec.Code != http.StatusNotFound {
			t.Errorf("%q: %d", name, rec.Code)
		}
	}
}

// Each form gives the step that it is for.
func TestStepForms(t *testing.T) {
	e := read(t)
	for name, x := range map[string]struct {
		form url.Values
		want record.Step
		bad  []string
	}{
		"a text": {url.Values{"step": {"assess"}, "last": {"3"}, "text": {" it falls under the rule "}}, record.Step{Step: truce.StepAssess, Last: 3, Text: "it falls under the rule"}, nil},
		"parties, ticked and typed": {url.Values{"step": {"notify"}, "last": {"2"}, "parties": {"russia", "jordan"}, "parties-more": {"russia, united-states"}},
			record.Step{Step: truce.StepNotify, Last: 2, Parties: []truce.BodyID{"russia", "jordan", "united-states"}}, nil},
		"a finding": {url.Values{"step": {"find"}, "last": {"6"}, "occurrence": {"confirmed"}, "standard": {"clear-and-convincing"}, "confidence": {"high"}, "intent": {"undetermined"}, "severity": {""}, "cites": {"r-1"}, "cites-more": {"r-2\nr-3"}},
			record.Step{Step: truce.StepFind, Last: 6, Cites: []truce.RecordID{"r-1", "r-2", "r-3"}, Finding: &record.Finding{Occurrence: truce.OccurrenceConfirmed, Standard: "clear-and-convincing", Confidence: "high"}}, nil},
		"a finding that says nothing": {url.Values{"step": {"find"}, "last": {"6"}, "occurrence": {""}, "standard": {""}, "confidence": {""}, "intent": {"nonsense"}},
			record.Step{Step: truce.StepFind, Last: 6, Finding: &record.Finding{}}, []string{"confidence", "intent", "occurrence", "standard"}},
		"an attribution": {url.Values{"step": {"attribute"}, "last": {"7"}, "result": {"party"}, "by": {"hezbollah"}, "standard": {"x"}, "confidence": {"low"}},
			record.Step{Step: truce.StepAttribute, Last: 7, Attribution: &record.Attribution{Result: truce.AttributionParty, By: []truce.ActorID{"hezbollah"}, Standard: "x", Confidence: "low"}}, nil},
		"an attribution to one, naming two": {url.Values{"step": {"attribute"}, "last": {"7"}, "result": {"party"}, "by": {"a", "b"}, "standard": {"x"}, "confidence": {"low"}},
			record.Step{Step: truce.StepAttribute, Last: 7, Attribution: &record.Attribution{Result: truce.AttributionParty, By: []truce.ActorID{"a", "b"}, Standard: "x", Confidence: "low"}}, []string{"by"}},
		"a tier that there is not": {url.Values{"step": {"publish"}, "last": {"9"}, "tier": {"everybody"}}, record.Step{Step: truce.StepPublish, Last: 9}, []string{"tier"}},
		"a signature":              {url.Values{"step": {"sign"}, "last": {"9"}, "of": {"7"}}, record.Step{Step: truce.StepSign, Last: 9, Of: 7}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			q := formOf(t, e, x.form)
			ty := &typed{values: q.r.PostForm}
			got := stepOf(q, "2017-0001", ty)
			x.want.Case = "2017-0001"
			if !sameStep(got, x.want) {
				t.Errorf("got  %+v\nwant %+v", got, x.want)
			}
			var bad []string
			for f := range ty.problems {
				bad = append(bad, f)
			}
			slices.Sort(bad)
			if !slices.Equal(bad, x.bad) {
				t.Errorf("problems at %v, not at %v", bad, x.bad)
			}
		})
	}
}

func sameStep(a, b record.Step) bool {
	af, bf, aa, ba := a.Finding, b.Finding, a.Attribution, b.Attribution
	if (af == nil) != (bf == nil) || af != nil && *af != *bf || (aa == nil) != (ba == nil) || aa != nil && (aa.Result != ba.Result || !slices.Equal(aa.By, ba.By) || aa.Standard != ba.Standard || aa.Confidence != ba.Confidence) {
		return false
	}
	return a.Case == b.Case && a.Step == b.Step && a.Last == b.Last && slices.Equal(a.Cites, b.Cites) && slices.Equal(a.Parties, b.Parties) && a.Team == b.Team && a.Of == b.Of && a.Other == b.Other &&
		a.Tier == b.Tier && a.Text == b.Text && a.Where == b.Where
}

// A step that was made on an older state is refused with what came between, and what was typed is still there.
func TestStaleStepKeepsWhatWasTyped(t *testing.T) {
	e := read(t)
	_, id := e.opened()
	at := "/en/cases/" + string(id)
	if rec := e.ask("duty", "POST", at, url.Values{"step": {"register"}, "last": {"1"}}); rec.Code != http.StatusSeeOther {
		t.Fatalf("it was not registered: %d", rec.Code)
	}
	rec := e.ask("duty", "POST", at, url.Values{"step": {"notify"}, "last": {"1"}, "parties": {"government-of-syria"}, "text": {"what I typed <here>"}})
	page := rec.Body.String()
	if rec.Code != http.StatusConflict || !strings.Contains(page, "The case changed while you were looking at it") || !strings.Contains(page, "register it") || !strings.Contains(page, "what I typed &lt;here&gt;") {
		t.Errorf("%d: it does not say what came between, or what was typed is lost", rec.Code)
	}
	if n := e.caseOf(id).Last; n != 2 {
		t.Errorf("the case has %d steps", n)
	}
	// The form that is shown again names the present state: sent as it is, it is taken.
	if !strings.Contains(page, `name="last" value="2"`) {
		t.Error("the form shown again is as old as before")
	}
	rec = e.ask("duty", "POST", at, url.Values{"step": {"assess"}, "last": {"2"}, "text": {"too early"}})
	if rec.Code != http.StatusConflict || e.caseOf(id).Last != 2 {
		t.Errorf("a step that is not possible: %d", rec.Code)
	}
}

// A person whose proof is old is led to give one beside the page, and nothing that they typed is lost.
func TestOldProofKeepsWhatWasTyped(t *testing.T) {
	e := read(t)
	id := e.forSignature()
	form := url.Values{"step": {"dissent"}, "last": {itoa(e.caseOf(id).Last)}, "of": {itoa(e.caseOf(id).Findings[0].Number)}, "text": {"reasons of a guarantor"}}
	v := e.As("jordan")
	v.Proved = 0
	rec := e.askAs(v, "POST", "/en/cases/"+string(id), form)
	if page := rec.Body.String(); rec.Code != http.StatusForbidden || !strings.Contains(page, "reasons of a guarantor") || !strings.Contains(page, `/en/prove" target="_blank"`) {
		t.Errorf("%d: the dissent is lost, or nobody says how to prove who one is", rec.Code)
	}
	if rec := e.ask("jordan", "POST", "/en/cases/"+string(id), form); rec.Code != http.StatusSeeOther {
		t.Fatalf("with a fresh proof: %d %s", rec.Code, rec.Body)
	}
	page := e.page("duty", "/en/cases/"+string(id))
	if !strings.Contains(page, "dissented") || !strings.Contains(page, "reasons of a guarantor") || !strings.Contains(page, "we answer") {
		t.Error("the page does not show who dissented and why, or what a party answered")
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// formOf is a request with a form, outside any page.
func formOf(t *testing.T, e *readers, form url.Values) *request {
	t.Helper()
	r := httptest.NewRequest("POST", "/en/x", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := r.ParseForm(); err != nil {
		t.Fatal(err)
	}
	return &request{Viewer: e.As("duty"), s: e.s, r: r, lang: "en"}
}

// forSignature brings a case as far as its signatories.
func (e *readers) forSignature() truce.CaseID {
	e.T.Helper()
	_, id := e.opened()
	for _, form := range []url.Values{{"step": {"register"}}, {"step": {"notify"}, "parties": {"government-of-syria"}}, {"step": {"assess"}, "text": {"a"}}, {"step": {"find"}, "occurrence": {"not-confirmed"}, "standard": {"clear-and-convincing"}, "confidence": {"high"}, "intent": {"undetermined"}},
		{"step": {"share"}}, {"step": {"submit"}}} {
		form.Set("last", itoa(e.caseOf(id).Last))
		if form.Get("step") == "find" {
			form["cites"] = []string{string(e.caseOf(id).Cites[0])}
		}
		if form.Get("step") == "submit" {
			if rec := e.ask("syrian liaison", "POST", "/en/cases/"+string(id), url.Values{"step": {"respond"}, "last": {form.Get("last")}, "text": {"we answer"}}); rec.Code != http.StatusSeeOther {
				e.T.Fatalf("respond: %d %s", rec.Code, rec.Body)
			}
			form.Set("last", itoa(e.caseOf(id).Last))
		}
		if rec := e.ask("duty", "POST", "/en/cases/"+string(id), form); rec.Code != http.StatusSeeOther {
			e.T.Fatalf("%s: %d %s", form.Get("step"), rec.Code, rec.Body)
		}
	}
	return id
}

// key gives somebody an SSH key, with what signs.
func (e *readers) key(name string) (id string, sign func([]byte) string) {
	e.T.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		e.T.Fatal(err)
	}
	signer := mechanismtest.Must(ssh.NewSignerFromKey(private))
	line := ssh.MarshalAuthorizedKey(mechanismtest.Must(ssh.NewPublicKey(public)))
	if _, _, err := e.M.AddKey(e.T.Context(), e.As(name), record.Person{Person: e.People[name].Person, Method: record.MethodSSH, Credential: record.Credential{PublicKey: line}}); err != nil {
		e.T.Fatal(err)
	}
	return string(mechanismtest.Must(e.M.Me(e.As(name))).Keys[0].ID), func(what []byte) string {
		return string(sshsig.Armor(mechanismtest.Must(sshsig.Sign(bytes.NewReader(what), signer, sshsig.HashSHA512, access.SSHNamespace))))
	}
}

// What is said, asked, disputed and classified waits for a signature as a step does, where its author names a key; nothing is written before.
func TestWhatIsSaidIsSigned(t *testing.T) {
	e := read(t)
	report, id := e.opened()
	keys := map[string]string{}
	for _, name := range []string{"jordan", "duty"} {
		keys[name], _ = e.key(name)
	}
	head, _, _ := e.M.Taken()
	for _, x := range []struct {
		name, path string
		form       url.Values
	}{
		{"jordan", "/en/statements", url.Values{"of": {"jordan"}, "text": {"said"}, "tier": {"participants"}}},
		{"jordan", "/en/statements/readings", url.Values{"reading": {"non-syrian-force=by-nationality"}, "act": {"reads"}, "text": {"declared"}}},
		{"jordan", "/en/statements/disputes", url.Values{"reading": {"non-syrian-force=by-nationality"}, "text": {"disputed"}}},
		{"jordan", "/en/queries", url.Values{"act": {"asks"}, "to": {"russia"}, "text": {"asked"}}},
		{"duty", "/en/inbox/" + string(report) + "/classify", url.Values{"tier": {"mechanism"}, "class": {"severe"}, "why": {"classified"}}},
		{"duty", "/en/inbox/" + string(report) + "/aside", url.Values{"why": {"set aside"}}},
		{"duty", "/en/cases", url.Values{"rule": {"ceasefire"}, "text": {"opened"}}},
		{"duty", "/en/cases/" + string(id), url.Values{"step": {"register"}, "last": {"1"}}},
	} {
		x.form.Set("sign", keys[x.name])
		if rec := e.ask(x.name, "POST", x.path, x.form); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `name="statement" value="`) {
			t.Errorf("%s: it is not asked for a signature: %d", x.path, rec.Code)
		}
		if now, _, _ := e.M.Taken(); now != head {
			t.Fatalf("%s: it was written down before it was signed", x.path)
		}
	}
}

// Whoever signs with a key of their own is given the statement, and nothing is written down until its signature fits.
func TestSignatureOfAKey(t *testing.T) {
	e := read(t)
	id := e.forSignature()
	key, sign := e.key("jordan")
	at := "/en/cases/" + string(id)
	page := e.page("jordan", at)
	_, rest, ok := strings.Cut(page, `<select id="sign-sign" name="sign"`)
	if !ok || !strings.Contains(rest, `<option value="`+key+`">signing key`) {
		t.Fatal("the form does not offer the key")
	}
	last := e.caseOf(id).Last
	rec := e.ask("jordan", "POST", at, url.Values{"step": {"sign"}, "last": {itoa(last)}, "of": {itoa(e.caseOf(id).Findings[0].Number)}, "sign": {key}})
	field := func(name string) string {
		m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(rec.Body.String())
		if m == nil {
			t.Fatalf("%d: the page to sign lacks %s: %s", rec.Code, name, rec.Body)
		}
		return html.UnescapeString(m[1])
	}
	statement := mechanismtest.Must(base64.StdEncoding.DecodeString(field("statement")))
	if e.caseOf(id).Last != last || !strings.Contains(rec.Body.String(), "data:application/octet-stream;base64,") {
		t.Error("it was written down before it was signed, or the statement is not offered")
	}
	form := url.Values{"record": {field("record")}, "back": {field("back")}, "done": {field("done")}, "key": {field("key")}, "statement": {field("statement")}, "until": {field("until")}, "ssh": {sign([]byte("something else"))}}
	if rec := e.ask("jordan", "POST", "/en/sign", form); rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), form.Get("statement")) {
		t.Errorf("a signature that does not fit: %d", rec.Code)
	}
	form.Set("ssh", sign(statement))
	if rec := e.ask("jordan", "POST", "/en/sign", form); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != at+"?done=step" {
		t.Errorf("signed: %d %s %s", rec.Code, rec.Header().Get("Location"), rec.Body)
	}
	if page := e.page("duty", at); e.caseOf(id).Last != last+1 || !strings.Contains(page, "signed with a key") {
		t.Error("the case does not show the signature")
	}
}
