package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"truce"
	"truce/internal/access"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/journal/sqlite"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/vault"
)

// Founder is one of the first people of a mechanism, as a file lists them.
type Founder struct {
	Name     string   `yaml:"name"`
	Body     string   `yaml:"body"`
	Offices  []string `yaml:"offices"`
	Contact  string   `yaml:"contact"`
	Language string   `yaml:"language"`
}

// MaxFounders is how many people a mechanism is founded with. See docs/limits.md.
const MaxFounders = 200

// ReadFounders reads a list of the first people and reports all that is wrong with it: unknown offices, bodies that cannot hold them, and a list with which
// the mechanism could not work.
func ReadFounders(name string, data []byte, a *truce.Agreement) ([]Founder, []truce.Problem) {
	var list []Founder
	problem := func(line int, message, hint string) truce.Problem {
		return truce.Problem{File: name, Line: line, Column: 1, Code: "bad-founder", Message: message, Hint: hint}
	}
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&list); err != nil {
		p := problem(1, "the list of people cannot be read", "see docs/guide/run-a-mechanism.md for the form of the list")
		var at yaml.Error
		if errors.As(err, &at) {
			p.Message = at.GetMessage()
			if t := at.GetToken(); t != nil && t.Position != nil {
				p.Line, p.Column, p.Field = t.Position.Line, t.Position.Column, t.Value
			}
		}
		return nil, []truce.Problem{p}
	}
	var out []truce.Problem
	line := 0
	lines := strings.Split(string(data), "\n")
	bodies := map[string]bool{}
	duty, guarantors := false, map[string]bool{}
	for i, f := range list {
		for line < len(lines) && !strings.HasPrefix(strings.TrimSpace(lines[line]), "-") {
			line++
		}
		line++
		bad := func(format string, args ...any) {
			out = append(out, problem(line, fmt.Sprintf("person %d: ", i+1)+fmt.Sprintf(format, args...), "give a name, a body and offices of "+strings.Join(truce.OfficeWords(), ", ")))
		}
		if f.Name == "" || f.Body == "" || len(f.Offices) == 0 {
			bad("a name, a body or an office is missing")
		}
		party := slices.ContainsFunc(a.Participants, func(p truce.Participant) bool { return string(p.Actor) == f.Body && p.Role != truce.RoleMechanism })
		for _, w := range f.Offices {
			o, ok := truce.ParseOffice(w)
			speaks := o == truce.OfficeLiaison || o == truce.OfficeGuarantor || o == truce.OfficeConsulted
			runs := o == truce.OfficeDutyOfficer || o == truce.OfficeAuditor || o == truce.OfficeOperator
			switch {
			case !ok:
				bad("there is no office %q", w)
			case speaks && !party:
				bad("%q speaks for a participant, and %q is none of the agreement", w, f.Body)
			case runs && party:
				bad("%q belongs to the mechanism, and %q is a participant of the agreement", w, f.Body)
			}
			duty = duty || o == truce.OfficeDutyOfficer
			if o == truce.OfficeGuarantor {
				guarantors[f.Body] = true
			}
		}
		bodies[f.Body] = true
	}
	if len(list) > MaxFounders {
		out = append(out, problem(1, fmt.Sprintf("%d people are more than the %d a mechanism is founded with", len(list), MaxFounders), "add the others later"))
	}
	if len(out) == 0 && (!duty || len(guarantors) == 0) {
		out = append(out, problem(1, "nobody could add anybody: that takes a duty officer, and for powerful offices a guarantor too", "list at least a duty officer of the mechanism and a guarantor of a participant"))
	}
	return list, out
}

// Init says what a data folder is made of.
type Init struct {
	Path      string
	Agreement fs.FS
	Version   string // inside the agreement's folder; "" for the one at its top
	Founders  []Founder
	// Settings is the text of the settings file.
	Settings []byte
	// Passphrase locks the key file; "" leaves it open to whoever reads it.
	Passphrase string
	Demo       bool
	Now        func() time.Time
}

// Invitation is the code with which one of the first people comes in, once.
type Invitation struct {
	Founder
	Person truce.PersonID
	Code   string
	Until  truce.Instant
}

// Create makes a data folder with its keys, the text of the agreement and the first people, and gives their invitations: they are shown once and kept
// nowhere. A folder that has anything in it is refused.
func Create(ctx context.Context, in Init) ([]Invitation, error) {
	const op truce.Op = "node.Init"
	if names, err := os.ReadDir(in.Path); err == nil && len(names) > 0 {
		return nil, &truce.Error{Op: op, Kind: truce.Conflict, Subject: in.Path, Reason: "the folder is not empty", Hint: "give a folder that is not there yet; nothing is ever overwritten"}
	}
	config, problems := ReadConfig(ConfigFile, in.Settings)
	if len(problems) > 0 {
		return nil, &Problems{problems}
	}
	text, rep, err := mechanism.ReadFolder(in.Agreement, in.Version, record.AgreementInForce)
	if err != nil {
		return nil, err
	}
	if rep.Errors() > 0 {
		return nil, &Problems{rep.Problems}
	}
	f := &folder{path: in.Path, config: config}
	if config.Copy != "" {
		if names, err := os.ReadDir(f.at(config.Copy)); err == nil && len(names) > 0 {
			return nil, &truce.Error{Op: op, Kind: truce.Conflict, Subject: f.at(config.Copy), Reason: "the folder for the second copy is not empty",
				Hint: "give a folder that is not there yet: it may hold the journal of another mechanism"}
		}
	}
	d, err := disk.Open(in.Path)
	if err != nil {
		return nil, err
	}
	f.disk = d
	defer f.close()
	if f.keys, err = vault.NewKeyring(random); err != nil {
		return nil, err
	}
	if err := f.writeKeys(in.Passphrase); err != nil {
		return nil, err
	}
	if err := journal.CreateHeadFile(d, headFile, journal.Head{}); err != nil {
		return nil, err
	}
	if f.head, err = journal.OpenHeadFile(d, headFile); err != nil {
		return nil, err
	}
	inside, err := d.Folder(journalFolder)
	if err != nil {
		return nil, err
	}
	if f.primary, err = sqlite.Open(ctx, inside); err != nil {
		return nil, err
	}
	f.journal = f.primary
	if config.Copy != "" {
		if err := f.openCopy(ctx, nil); err != nil {
			return nil, err
		}
	}
	if config.OpenRecord.Origin != "" {
		if _, err := f.logKey(ctx); err != nil {
			return nil, err
		}
	}
	invitations, err := found(ctx, f, in, text)
	if err != nil {
		return nil, err
	}
	// The settings come last: without them the folder is none, and a half-made one is never served.
	return invitations, d.WriteFile(ConfigFile, in.Settings)
}

func (f *folder) writeKeys(passphrase string) error {
	path := f.at(f.config.Keys)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return &truce.Error{Op: "node.Init", Kind: truce.Unavailable, Subject: path, Cause: err}
	}
	if _, err := os.Stat(path); err == nil {
		return &truce.Error{Op: "node.Init", Kind: truce.Conflict, Subject: path, Reason: "there is a key file already", Hint: "name another place under keys; a key file is never overwritten"}
	}
	file := f.keys.File()
	if passphrase != "" {
		var err error
		if file, err = f.keys.LockedFile(passphrase, random); err != nil {
			return err
		}
	}
	at, err := disk.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return at.WriteFile(filepath.Base(path), file)
}

// found writes the first records: the beginning, the agreement, the first people and their invitations.
func found(ctx context.Context, f *folder, in Init, text record.Agreement) ([]Invitation, error) {
	now := truce.InstantOf(in.Now())
	w, err := journal.NewWriter(ctx, f.journal, journal.Options{Now: func() truce.Instant { return now }, Head: f.head})
	if err != nil {
		return nil, err
	}
	defer w.Close()
	var drafts []journal.Draft
	add := func(d record.Draft, err error) error {
		if err != nil {
			return err
		}
		r := &d.Record
		r.Author, r.Claimed, r.Received = truce.Author{Vouch: truce.VouchNode}, now, now
		r.Agreement, r.Version = text.Agreement, text.Version
		if r.Tier == truce.TierUnclassified {
			r.Tier = truce.TierMechanism
		}
		sealed, err := d.Seal(f.keys, random)
		drafts = append(drafts, journal.Draft{Record: *r, Sealed: sealed})
		return err
	}
	public := func(d record.Draft, err error) (record.Draft, error) {
		d.Record.Tier = truce.TierPublic
		return d, err
	}
	if err := add(public(record.Genesis{At: now, Keyring: f.keys.ID(), Demo: in.Demo}.Draft())); err != nil {
		return nil, err
	}
	if err := add(public(text.Draft())); err != nil {
		return nil, err
	}
	var out []Invitation
	for _, x := range in.Founders {
		id, err := access.NewPersonID(random)
		if err != nil {
			return nil, err
		}
		var offices []truce.Office
		for _, w := range x.Offices {
			o, _ := truce.ParseOffice(w)
			offices = append(offices, o)
		}
		err = add(record.Person{At: now, Act: record.PersonAdded, Person: id, Body: truce.BodyID(x.Body), Offices: offices, Since: now,
			Name: x.Name, Contact: x.Contact, Language: x.Language}.Draft())
		if err != nil {
			return nil, err
		}
		code, credential, key, err := access.NewSecret(random)
		if err != nil {
			return nil, err
		}
		until := now.Add(access.DefaultInvitation)
		err = add(record.Person{At: now, Act: record.PersonKeyAdded, Person: id, Key: key, Method: record.MethodInvitation, Until: until, Credential: credential}.Draft())
		if err != nil {
			return nil, err
		}
		out = append(out, Invitation{x, id, code, until})
	}
	_, _, err = w.Submit(ctx, drafts)
	return out, err
}
