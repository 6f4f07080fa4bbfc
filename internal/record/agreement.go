package record

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"truce"
	"truce/internal/seal"
	"truce/verify"
)

// AgreementUse is what is made of a version of the agreement.
type AgreementUse string

// Uses.
const (
	// AgreementInForce: it binds from now on, instead of the version in force before. When its rules begin is said by its text.
	AgreementInForce AgreementUse = "in-force"
	// AgreementRival: a draft, another's publication or another reading. It is evaluated beside the one in force, for comparison.
	AgreementRival AgreementUse = "rival"
	// AgreementProposed: a signatory wants it to bind. It does once as many signatories as the version in force asks for have proposed the
	// same text; the program then takes it up in force.
	AgreementProposed AgreementUse = "proposed"
	// AgreementWithdrawn: a rival is no longer evaluated. What was said under it stays.
	AgreementWithdrawn AgreementUse = "withdrawn"
)

var agreementUses = []AgreementUse{AgreementInForce, AgreementRival, AgreementWithdrawn, AgreementProposed}

// Limits of a version of an agreement. See docs/limits.md.
const (
	MaxAgreementBytes = 16 << 20
	MaxAgreementFiles = 1000
)

// File is one file of an agreement's folder; Path is relative to it, with slashes.
type File struct {
	Path string
	Data []byte
}

// Agreement takes a version of the agreement up, with all its files. The text is public, so nothing of it is sealed.
type Agreement struct {
	Agreement truce.AgreementID
	Version   truce.VersionID
	Use       AgreementUse
	// Folder names the version inside the files, as [terms.Load] takes it; "" is the one at the top.
	Folder string
	Files  []File
}

type agreementBody struct {
	Use    AgreementUse `json:"use"`
	Folder string       `json:"folder,omitempty"`
	Text   string       `json:"text"`            // digest of the files
	Files  []byte       `json:"files,omitempty"` // compressed
}

// Text is the digest that names the files: equal files, equal digest, however they were compressed.
func (a Agreement) Text() truce.Digest { return seal.Bytes(a.pack()) }

// Draft writes the version as a record.
func (a Agreement) Draft() (Draft, error) {
	fail := func(why string, cause error) (Draft, error) {
		return Draft{}, &truce.Error{Op: "record.Agreement", Kind: truce.Invalid, Subject: string(a.Version), Reason: why, Cause: cause,
			Hint: "give the folder that truce check accepts"}
	}
	a.Files = slices.Clone(a.Files)
	slices.SortFunc(a.Files, func(x, y File) int { return strings.Compare(x.Path, y.Path) })
	if err := a.check(); err != nil {
		return fail("it cannot be taken up", err)
	}
	packed := a.pack()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err == nil {
		if _, err = w.Write(packed); err == nil {
			err = w.Close()
		}
	}
	if err != nil {
		return fail("its files", err)
	}
	body := agreementBody{Use: a.Use, Folder: a.Folder, Text: seal.Bytes(packed).String(), Files: b.Bytes()}
	d, err := draft(truce.RecordAgreement, body)
	d.Record.Agreement, d.Record.Version = a.Agreement, a.Version
	return d, err
}

// ReadAgreement reads a record of the kind.
func ReadAgreement(r *truce.Record) (Agreement, error) {
	fail := func(why string, cause error) (Agreement, error) {
		return Agreement{}, &truce.Error{Op: "record.ReadAgreement", Kind: truce.Corrupt, Subject: r.String(), Reason: why, Cause: cause}
	}
	var b agreementBody
	if err := readBody(r, truce.RecordAgreement, &b); err != nil {
		return Agreement{}, err
	}
	a := Agreement{Agreement: r.Agreement, Version: r.Version, Use: b.Use, Folder: b.Folder}
	packed, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b.Files)), MaxAgreementBytes+1))
	if err != nil || len(packed) > MaxAgreementBytes {
		return fail("its files cannot be unpacked", err)
	}
	if seal.Bytes(packed).String() != b.Text {
		return fail("its files are not those it names", nil)
	}
	if a.Files, err = unpack(packed); err == nil {
		err = a.check()
	}
	if err != nil {
		return fail("its files", err)
	}
	return a, nil
}

func (a *Agreement) check() error {
	switch {
	case !isName(string(a.Agreement)) || !isName(string(a.Version)):
		return fmt.Errorf("it names no agreement and version")
	case !slices.Contains(agreementUses, a.Use):
		return fmt.Errorf("%q is no use of %v", a.Use, agreementUses)
	case a.Folder != "" && !isName(a.Folder):
		return fmt.Errorf("%q is no folder of a version", a.Folder)
	case len(a.Files) == 0 || len(a.Files) > MaxAgreementFiles:
		return fmt.Errorf("it has %d files and not 1 to %d", len(a.Files), MaxAgreementFiles)
	}
	size := 0
	for i, f := range a.Files {
		if !fs.ValidPath(f.Path) || f.Path == "." {
			return fmt.Errorf("%q is no path of a file", f.Path)
		}
		if i > 0 && a.Files[i-1].Path >= f.Path {
			return fmt.Errorf("%q is there twice or out of order", f.Path)
		}
		size += 8 + len(f.Path) + len(f.Data)
	}
	if size > MaxAgreementBytes {
		return fmt.Errorf("%d bytes are more than the %d it may have", size, MaxAgreementBytes)
	}
	return nil
}

// Packed gives the files as one, in the order of their paths: what [Agreement.Text] is the digest of.
func (a Agreement) Packed() []byte { return a.pack() }

// pack writes the files one behind the other, in the order of their paths.
func (a *Agreement) pack() []byte {
	var b []byte
	for _, f := range a.Files {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(f.Path))), f.Path...)
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(f.Data))), f.Data...)
	}
	return b
}

func unpack(b []byte) (out []File, err error) {
	files, err := verify.Unpack(b)
	for _, f := range files {
		out = append(out, File(f))
	}
	return out, err
}

// FS gives the files as a file system that lies in memory.
func (a Agreement) FS() (fs.FS, error) {
	files := make([]verify.TextFile, len(a.Files))
	for i, f := range a.Files {
		files[i] = verify.TextFile(f)
	}
	return verify.TextFS(files)
}
