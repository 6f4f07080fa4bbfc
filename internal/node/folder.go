package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"truce"
	"truce/internal/custody"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/journal/segment"
	"truce/internal/journal/sqlite"
	"truce/internal/seal"
	"truce/internal/vault"
)

// What lies in a data folder.
const (
	journalFolder = "journal" // precious
	mediaFolder   = "media"   // precious
	headFile      = "head"    // precious: how far the journal was acknowledged
	viewFile      = "view.db" // may be deleted
	viewSum       = "view.sum"
	logFile       = "access.log"
	maxConfig     = 1 << 20
)

// folder is a data folder that is open: its settings and its stores.
type folder struct {
	path    string
	config  Config
	keys    *vault.Keyring
	disk    disk.Folder
	head    *journal.HeadFile
	primary *sqlite.Store
	copy    *segment.Store // nil where there is none
	// journal is what the node reads and writes: the primary, or both in step; read-only where why says so.
	journal journal.Journal
	// why says why nothing can be written; nil where it can.
	why    error
	healed journal.Healed
	report journal.Report
}

// at gives a path of the settings, which is relative to the data folder.
func (f *folder) at(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(f.path, path)
}

// settings reads the settings of a data folder.
func readSettings(path string) (Config, error) {
	const op truce.Op = "node.Open"
	name := filepath.Join(path, ConfigFile)
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return Config{}, &truce.Error{Op: op, Kind: truce.NotFound, Subject: path, Reason: "this is no data folder: it has no " + ConfigFile, Hint: "make one with truce init"}
	}
	if err != nil {
		return Config{}, &truce.Error{Op: op, Kind: truce.Unavailable, Subject: name, Cause: err}
	}
	if len(data) > maxConfig {
		return Config{}, &truce.Error{Op: op, Kind: truce.TooLarge, Subject: name, Reason: "the settings are too long"}
	}
	c, problems := ReadConfig(name, data)
	if len(problems) > 0 {
		return Config{}, &Problems{problems}
	}
	return c, nil
}

// Problems are all that is wrong with a settings file.
type Problems struct{ List []truce.Problem }

func (p *Problems) Error() string {
	s := ""
	for i, x := range p.List {
		if i > 0 {
			s += "\n"
		}
		s += fmt.Sprintf("%s:%d:%d: %s: %s", x.File, x.Line, x.Column, x.Field, x.Error())
	}
	return s
}

// readKeys reads the vault's keys.
func readKeys(path, passphrase string) (*vault.Keyring, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &truce.Error{Op: "node.Open", Kind: truce.Unavailable, Subject: path, Reason: "the vault's keys cannot be read",
			Hint: "bring the device with the key file back, or name its place in the settings under keys", Cause: err}
	}
	if len(data) > vault.MaxKeyFileBytes {
		return nil, &truce.Error{Op: "node.Open", Kind: truce.Corrupt, Subject: path, Reason: "this is no key file"}
	}
	return vault.ParseKeyFile(data, passphrase)
}

// openFolder opens the stores of a data folder and checks all of them before anything is answered. Damage does not stop it: then the journal can be
// read as far as it is sound, and why says what to do.
func openFolder(ctx context.Context, path, passphrase string) (_ *folder, err error) {
	f := &folder{path: path}
	defer func() {
		if err != nil {
			f.close()
		}
	}()
	if f.config, err = readSettings(path); err != nil {
		return nil, err
	}
	if f.keys, err = readKeys(f.at(f.config.Keys), passphrase); err != nil {
		return nil, err
	}
	if f.disk, err = disk.Open(path); err != nil {
		return nil, err
	}
	var known []journal.Known
	if f.head, err = journal.OpenHeadFile(f.disk, headFile); err == nil {
		known = append(known, journal.Known{Head: f.head.Head(), From: "the head file"})
	} else if k := truce.KindOf(err); k == truce.Corrupt || k == truce.NotFound {
		f.why = err
	} else {
		return nil, err
	}
	inside, err := f.disk.Folder(journalFolder)
	if err != nil {
		return nil, err
	}
	if f.primary, err = sqlite.Open(ctx, inside); err != nil {
		return nil, err
	}
	f.journal = f.primary
	if f.config.Copy != "" {
		err = f.openCopy(ctx, known)
	} else {
		f.report, err = journal.Check(ctx, f.primary, known...)
	}
	if truce.KindOf(err) == truce.Corrupt && err != nil {
		f.why, err = errors.Join(f.why, err), nil
		f.readSound(ctx, known)
	}
	if err != nil {
		return nil, err
	}
	if r, restored, err := journal.ReadRestored(f.disk); restored || err != nil {
		if err == nil {
			err = &truce.Error{Op: "node.Open", Kind: truce.Unavailable, Subject: path,
				Reason: fmt.Sprintf("this journal was restored from a backup that ends at record %d and may be behind what was acknowledged since", r.Head.Seq),
				Hint:   "run truce rejoin with the newest head that anybody outside has seen, or with a statement why you carry on without it"}
		}
		f.why = errors.Join(f.why, err)
	}
	if f.why != nil {
		f.journal = journal.ReadOnly(f.journal, f.why)
	}
	return f, nil
}

// readSound reads from the one of the two stores that is sound, where the other is damaged.
func (f *folder) readSound(ctx context.Context, known []journal.Known) {
	report, err := journal.Check(ctx, f.primary, known...)
	if err != nil && f.copy != nil {
		if r, err := journal.Check(ctx, f.copy, known...); err == nil {
			f.journal, report = f.copy, r
		}
	}
	f.report = report
}

func (f *folder) openCopy(ctx context.Context, known []journal.Known) error {
	there, err := disk.Open(f.at(f.config.Copy))
	if err != nil {
		return err
	}
	var acknowledged *journal.Head
	if f.head != nil {
		h := f.head.Head()
		acknowledged = &h
	}
	if f.copy, err = segment.Open(ctx, there, acknowledged); err != nil {
		return err
	}
	mirror, report, healed, err := journal.OpenMirror(ctx, f.primary, f.copy, known...)
	if err != nil {
		return err
	}
	f.journal, f.report, f.healed = mirror, report, healed
	return nil
}

// media opens the files, in the data folder and in that of the second copy.
func (f *folder) media() (*custody.Store, error) {
	place, err := f.disk.Folder(mediaFolder)
	if err != nil {
		return nil, err
	}
	store, err := custody.Open(place, f.keys, random)
	if err != nil || f.config.Copy == "" {
		return store, err
	}
	there, err := disk.Open(f.at(f.config.Copy))
	if err == nil {
		there, err = there.Folder(mediaFolder)
	}
	if err != nil {
		return nil, err
	}
	store.Second(there)
	return store, nil
}

// close releases the stores.
func (f *folder) close() {
	if f.head != nil {
		f.head.Close()
	}
	if f.copy != nil {
		f.copy.Close()
	}
	if f.primary != nil {
		f.primary.Close()
	}
}

// viewDigest gives the digest of a view's file; ok is false where there is none.
func viewDigest(path string) (string, bool) {
	file, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer file.Close()
	r := seal.NewReader(file)
	if _, err := io.Copy(io.Discard, r); err != nil {
		return "", false
	}
	sum, _ := r.Sum()
	return sum.String(), true
}

// random is the node's randomness.
var random = rand.Reader
