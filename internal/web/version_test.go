package web

import (
	"archive/zip"
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"truce"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/record"
)

// sent posts a zip file of what was packed, as the form does.
func (e *readers) sent(name string, packed map[string]string) *httptest.ResponseRecorder {
	e.T.Helper()
	var archive, b bytes.Buffer
	z := zip.NewWriter(&archive)
	for path, text := range packed {
		mechanismtest.Must(mechanismtest.Must(z.Create(path)).Write([]byte(text)))
	}
	if err := z.Close(); err != nil {
		e.T.Fatal(err)
	}
	w := multipart.NewWriter(&b)
	mechanismtest.Must(mechanismtest.Must(w.CreateFormFile("files", "next.zip")).Write(archive.Bytes()))
	if err := w.Close(); err != nil {
		e.T.Fatal(err)
	}
	return e.askBody(name, "/en/agreement/propose", w.FormDataContentType(), &b)
}

// A text comes as a zip file of its folder, in a folder or not. What is none is refused in words, and only who signs proposes. Another signatory agrees to the very same text.
func TestVersionsAreProposedAndAgreedTo(t *testing.T) {
	e := read(t)
	a, _ := e.M.Current()
	e.Classify(a.Record, truce.TierPublic, "ordinary") // as the program takes it up
	next := map[string]string{}
	for _, f := range mechanismtest.Agreement(t, record.AgreementProposed).Files {
		next["next/"+f.Path] = string(f.Data)
	}
	next["next/agreement.yaml"] = versionLine.ReplaceAllString(next["next/agreement.yaml"], "version: 2018-01-01")
	for why, packed := range map[string]map[string]string{
		"no agreement.yaml": {"next/readme.txt": "nothing"},
		"more than":         {"agreement.yaml": strings.Repeat("#", record.MaxAgreementBytes+1)},
		"end token":         {"agreement.yaml": "agreement: [\n"},
	} {
		if rec := e.sent("russia", packed); rec.Code < 400 || rec.Code >= 500 || !strings.Contains(rec.Body.String(), why) {
			t.Errorf("%s: %d %s", why, rec.Code, rec.Body)
		}
	}
	policy := url.Values{"version": {"]"}, "policy": {"log example.org+1a2b3c4d+AQID\nquorum none"}}
	if rec := e.ask("russia", "POST", "/en/agreement/propose", policy); rec.Code < 400 || rec.Code >= 500 || !strings.Contains(rec.Body.String(), "quorum none") {
		t.Errorf("a version that is none: %d %s", rec.Code, rec.Body)
	}
	if rec := e.sent("duty", next); rec.Code != http.StatusForbidden {
		t.Errorf("who does not sign proposes: %d", rec.Code)
	}
	if rec := e.sent("russia", next); rec.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	waits := mechanismtest.Must(e.M.Proposals(t.Context(), e.As("jordan")))
	if len(waits) != 1 || waits[0].Proposes != "2018-01-01" {
		t.Fatalf("%+v", waits)
	}
	page := e.page("jordan", "/en/agreement/proposed/"+string(waits[0].ID))
	if !strings.Contains(page, "2018-01-01") || !strings.Contains(page, `name="of" value="`+string(waits[0].ID)+`"`) {
		t.Error(page)
	}
	if rec := e.ask("jordan", "POST", "/en/agreement/propose", url.Values{"of": {string(waits[0].ID)}}); rec.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	if waits = mechanismtest.Must(e.M.Proposals(t.Context(), e.As("jordan"))); len(waits) > 0 && len(waits[0].Agreed) != 2 {
		t.Errorf("%+v", waits)
	}
}
