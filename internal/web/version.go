package web

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/style"
	"truce/internal/witness"
)

// MaxVersionForm is how many bytes a form has that brings a version of the agreement. See docs/limits.md.
const MaxVersionForm = 17 << 20

func aboutVersions(s *server) {
	s.get("propose", "/agreement/propose", access.KindAgreement, func(q *request) error { return q.proposePage(nil) })
	s.get("proposed", "/agreement/proposed/{id}", access.KindAgreement, func(q *request) error { return q.proposedPage(q.r.PathValue("id"), nil) })
	s.declare(route{id: "propose-version", method: http.MethodPost, path: "/agreement/propose", act: access.ActAmend, kind: access.KindAgreement, body: MaxVersionForm}, s.propose)
}

// witnessesFile is the file of a version that says who must witness the open record.
const witnessesFile = "witnesses.policy"

// proposeView is the forms by which a signatory proposes a text that is to bind.
type proposeView struct {
	tried
	Version, Policy string
	Open            bool // there is an open record, with a policy
}

func (v proposeView) Problem() string { return v.problem }
func (v proposeView) Prove() bool     { return v.prove }

func (q *request) proposePage(t *tried) error {
	if !q.offers(access.ActAmend) {
		return &truce.Error{Op: "web.propose", Kind: truce.Denied, Reason: "a text is proposed by those who sign it"}
	}
	v := proposeView{Version: q.Now.String()[:len("2006-01-02")], Open: q.s.Open}
	if t != nil {
		v.tried, v.Version, v.Policy = *t, t.values.Get("version"), t.values.Get("policy")
	} else if a, ok := q.s.m.Current(); ok {
		x, _, err := q.s.m.Text(q.ctx, q.Viewer, a.Record)
		if err != nil {
			return err
		}
		v.Policy = fileOf(x, witnessesFile)
	}
	return q.show("propose", v)
}

// fileOf gives a file of a version; "" where it has none of that name.
func fileOf(x record.Agreement, path string) string {
	if i := slices.IndexFunc(x.Files, func(f record.File) bool { return f.Path == path }); i >= 0 {
		return string(x.Files[i].Data)
	}
	return ""
}

// proposedView is a text that waits for signatories: what it changes, and how one agrees to it.
type proposedView struct {
	tried
	mechanism.Proposal
	InForce truce.VersionID
	Changes style.Grouped
	// Policy says who must witness the open record; PolicyChanged that the text in force says something else, or nothing.
	Policy        string
	PolicyChanged bool
	Text          truce.Digest
}

func (v proposedView) Problem() string { return v.problem }
func (v proposedView) Prove() bool     { return v.prove }

func (q *request) proposedPage(id string, t *tried) error {
	list, err := q.s.m.Proposals(q.ctx, q.Viewer)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(p mechanism.Proposal) bool { return string(p.ID) == id && p.Proposes != "" })
	a, ok := q.s.m.Current()
	if i < 0 || !ok {
		return &truce.Error{Op: "web.proposed", Kind: truce.NotFound, Reason: "no such text waits"}
	}
	was, _, err := q.s.m.Text(q.ctx, q.Viewer, a.Record)
	if err != nil {
		return err
	}
	x, plan, err := q.s.m.Text(q.ctx, q.Viewer, list[i].ID)
	if err != nil {
		return err
	}
	v := proposedView{Proposal: list[i], InForce: a.Plan.Agreement.Version, Changes: style.RedlineByArticle(q.lang, a.Plan.Agreement, plan.Agreement), Policy: fileOf(x, witnessesFile), Text: x.Text()}
	v.PolicyChanged = v.Policy != fileOf(was, witnessesFile)
	if t != nil {
		v.tried = *t
	}
	return q.show("proposed", v)
}

// propose takes up what the form brings: the same text as another signatory's, the files of a new one, or the text in force with other witnesses.
func (s *server) propose(q *request) error {
	if err := q.r.ParseMultipartForm(MaxVersionForm); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return err
	}
	t := &tried{typed: typed{values: q.r.PostForm}}
	again := func() error {
		if of := q.form("of"); of != "" {
			return q.proposedPage(of, t)
		}
		return q.proposePage(t)
	}
	x, err := q.textSent()
	var r mechanism.Receipt
	if err == nil {
		x.Use = record.AgreementProposed
		r, err = s.m.Amend(q.ctx, q.author(), x)
	}
	switch {
	case err == nil && r.Sign != nil:
		return q.toSign(r, "/"+q.lang+"/agreement", "proposed")
	case err != nil && q.refused(err, t):
		return again()
	case err != nil:
		return err
	}
	return q.to("/agreement", "proposed")
}

// textSent reads the version that a form brings.
func (q *request) textSent() (record.Agreement, error) {
	if of := q.form("of"); of != "" {
		x, _, err := q.s.m.Text(q.ctx, q.Viewer, truce.RecordID(of))
		return x, err
	}
	if f, _, err := q.r.FormFile("files"); err == nil {
		defer f.Close()
		b, err := io.ReadAll(f)
		if err != nil {
			return record.Agreement{}, err
		}
		return unzipped(b)
	}
	policy := strings.TrimSpace(strings.ReplaceAll(q.r.PostFormValue("policy"), "\r\n", "\n")) + "\n"
	if _, err := witness.ParsePolicy([]byte(policy)); err != nil {
		return record.Agreement{}, err
	}
	a, ok := q.s.m.Current()
	if !ok {
		return record.Agreement{}, &truce.Error{Op: "web.propose", Kind: truce.NotFound, Reason: "there is no text in force"}
	}
	x, _, err := q.s.m.Text(q.ctx, q.Viewer, a.Record)
	if err != nil {
		return x, err
	}
	return witnessed(x, truce.VersionID(q.form("version")), policy), nil
}

var versionLine = regexp.MustCompile(`(?m)^version:[^\n]*$`)

// witnessed is a text as the version of another name that says who must witness the open record, and is the same in all else.
func witnessed(x record.Agreement, version truce.VersionID, policy string) record.Agreement {
	main := "agreement.yaml"
	if x.Folder != "" {
		main = path.Join("versions", x.Folder, main)
	}
	x.Version = version
	x.Files = slices.DeleteFunc(slices.Clone(x.Files), func(f record.File) bool { return f.Path == witnessesFile })
	for i, f := range x.Files {
		if f.Path == main {
			x.Files[i].Data = versionLine.ReplaceAllLiteral(f.Data, []byte("version: "+string(version)))
		}
	}
	x.Files = append(x.Files, record.File{Path: witnessesFile, Data: []byte(policy)})
	return x
}

// unzipped reads the folder of a version from an archive; it may stand in a folder there.
func unzipped(b []byte) (record.Agreement, error) {
	fail := func(why string) (record.Agreement, error) {
		return record.Agreement{}, &truce.Error{Op: "web.propose", Kind: truce.Invalid, Reason: why, Hint: "pack the folder that truce check accepts into one zip file"}
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return fail("this is no zip file")
	}
	size, top := uint64(0), ""
	for _, f := range z.File { // a file that unpacks to more than it says is refused when it is read
		if size += f.UncompressedSize64; size > record.MaxAgreementBytes || len(z.File) > record.MaxAgreementFiles {
			return fail("it unpacks to more than a version may have")
		}
		if dir, name := path.Split(f.Name); name == "agreement.yaml" && (top == "" || len(dir) < len(top)) {
			top = path.Clean(dir)
		}
	}
	if top == "" {
		return fail("it holds no agreement.yaml")
	}
	folder, err := fs.Sub(z, top)
	if err != nil {
		return fail("its agreement.yaml stands in no folder")
	}
	x, report, err := mechanism.ReadFolder(folder, "", record.AgreementProposed)
	if err == nil && report.Errors() > 0 {
		return fail(report.Problems[0].Error())
	}
	return x, err
}
