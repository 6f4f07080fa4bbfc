package node

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"truce"
	"truce/internal/custody"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/journal/segment"
	"truce/internal/journal/sqlite"
	"truce/internal/record"
)

// Finding is one thing that fsck looked at.
type Finding struct {
	What  string
	Sound bool
	Says  string // what was found, in a sentence
	Hint  string
}

// Check looks at everything precious in a data folder that nobody serves: each copy of the journal by itself, the head file, the two copies against each other, the
// vault's keys against what is sealed, and the files of media. It changes nothing.
func Check(ctx context.Context, path, passphrase string) (list []Finding, err error) {
	config, err := readSettings(path)
	if err != nil {
		return nil, err
	}
	f := &folder{path: path, config: config}
	defer f.close()
	if f.disk, err = disk.Open(path); err != nil {
		return nil, err
	}
	add := func(what string, err error, format string, args ...any) bool {
		x := Finding{What: what, Sound: err == nil, Says: fmt.Sprintf(format, args...)}
		if err != nil {
			x.Says, x.Hint = err.Error(), truce.HintOf(err)
		}
		list = append(list, x)
		return err == nil
	}
	f.keys, err = readKeys(f.at(config.Keys), passphrase)
	add("keys", err, "the key file can be read")
	var known []journal.Known
	f.head, err = journal.OpenHeadFile(f.disk, headFile)
	if add("head", err, "the last acknowledged record is known") {
		known = append(known, journal.Known{Head: f.head.Head(), From: "the head file"})
	}
	inside, err := f.disk.Folder(journalFolder)
	if err != nil {
		return list, err
	}
	f.primary, err = sqlite.Open(ctx, inside)
	if k := truce.KindOf(err); err != nil && k == truce.Conflict {
		return list, err // somebody serves it
	}
	var report journal.Report
	sound := err == nil
	if sound {
		report, err = journal.Check(ctx, f.primary, known...)
		sound = err == nil
	}
	add("journal", err, "%d records, %d with sealed content, %d erased, ending at %s", report.Head.Seq, report.Sealed, len(report.Erased), report.Head.Digest.Short())
	if config.Copy != "" {
		there, err := disk.Open(f.at(config.Copy))
		if err == nil {
			var acknowledged *journal.Head
			if f.head != nil {
				h := f.head.Head()
				acknowledged = &h
			}
			f.copy, err = segment.Open(ctx, there, acknowledged)
		}
		var second journal.Report
		if err == nil {
			second, err = journal.Check(ctx, f.copy, known...)
		}
		if add("copy", err, "%d records, ending at %s", second.Head.Seq, second.Head.Digest.Short()) && sound {
			if second.Head != report.Head {
				add("both", &truce.Error{Kind: truce.Corrupt, Reason: fmt.Sprintf("the journal ends at %s and its copy at %s", report.Head, second.Head),
					Hint: "start truce: it completes the shorter one where they agree"}, "")
			} else {
				add("both", nil, "the journal and its copy hold the same")
			}
		}
	}
	if sound && f.keys != nil {
		n, err := f.checkContent(ctx)
		add("content", err, "%d records and files were opened with the vault's keys", n)
	}
	return list, nil
}

// checkContent opens everything that is sealed, and reads every file of media.
func (f *folder) checkContent(ctx context.Context) (int, error) {
	store, err := f.media()
	if err != nil {
		return 0, err
	}
	n := 0
	var bad []error
	var decided custody.List
	gone := map[truce.Seq]truce.RecordID{} // whose content is not there
	err = f.primary.Read(ctx, 1, func(e journal.Entry) error {
		r, err := truce.ParseRecord(e.Bytes)
		if err != nil {
			return err
		}
		g, err := f.keys.Open(&r, e.Sealed)
		if g.Erased() {
			gone[r.Seq] = r.ID
		}
		if err == nil {
			_, err = decided.Apply(&r, g)
		}
		if err == nil && r.Kind == truce.RecordMedia {
			var m record.Media
			if m, err = record.ReadMedia(&r, g); err == nil && m.File != nil {
				err = store.Check(m.Blob, m.File)
			}
		}
		n++
		if err != nil && len(bad) < 20 {
			bad = append(bad, err)
		}
		return ctx.Err()
	})
	for _, seq := range slices.Sorted(maps.Keys(gone)) {
		if !decided.Erased(seq) {
			bad = append(bad, &truce.Error{Op: "node.Check", Kind: truce.Corrupt, Subject: string(gone[seq]), Reason: fmt.Sprintf("the content of record %d is gone, and nobody decided that", seq), Hint: "run truce repair"})
		}
	}
	return n, errors.Join(append(bad, err)...)
}

// Repair rebuilds the damaged one of the journal and its copy from the sound one, beside it, and then puts it in its place. The damaged folder is kept under
// another name: no record is thrown away. Then it mends each file of media that is damaged or missing in one place from the other, which takes the keys.
func Repair(ctx context.Context, path, passphrase string) (string, error) {
	said, err := repairJournal(ctx, path)
	if err != nil {
		return said, err
	}
	files, err := repairMedia(ctx, path, passphrase)
	return said + files, err
}

// repairMedia mends the files that records speak of, and says what it did.
func repairMedia(ctx context.Context, path, passphrase string) (string, error) {
	f, err := openFolder(ctx, path, passphrase)
	if err != nil {
		return "", err
	}
	defer f.close()
	store, err := f.media()
	if err != nil {
		return "", err
	}
	whole, mended := 0, 0
	var bad []error
	err = f.journal.Read(ctx, 1, func(e journal.Entry) error {
		r, err := truce.ParseRecord(e.Bytes)
		if err != nil || r.Kind != truce.RecordMedia {
			return err
		}
		g, err := f.keys.Open(&r, e.Sealed)
		if err != nil {
			return err
		}
		m, err := record.ReadMedia(&r, g)
		if err != nil || m.File == nil {
			return err
		}
		switch fixed, err := store.Mend(m.Blob, m.File); {
		case err != nil && len(bad) < 20:
			bad = append(bad, err)
		case fixed:
			mended++
		case err == nil:
			whole++
		}
		return ctx.Err()
	})
	said := ""
	if mended > 0 {
		said = fmt.Sprintf("; %d files of media were mended from their other copy, %d were whole", mended, whole)
	}
	return said, errors.Join(append(bad, err)...)
}

func repairJournal(ctx context.Context, path string) (string, error) {
	const op truce.Op = "node.Repair"
	config, err := readSettings(path)
	if err != nil {
		return "", err
	}
	f := &folder{path: path, config: config}
	defer f.close()
	if config.Copy == "" {
		return "", &truce.Error{Op: op, Kind: truce.Unavailable, Subject: path, Reason: "there is no second copy to repair from", Hint: "restore a backup with truce restore; name a folder on another disk under copy in the settings for the next time"}
	}
	if f.disk, err = disk.Open(path); err != nil {
		return "", err
	}
	var known []journal.Known
	var acknowledged *journal.Head
	if f.head, err = journal.OpenHeadFile(f.disk, headFile); err == nil {
		h := f.head.Head()
		acknowledged = &h
		known = append(known, journal.Known{Head: h, From: "the head file"})
	}
	open := func() (primary, second error) {
		inside, err := f.disk.Folder(journalFolder)
		if err != nil {
			return err, nil
		}
		if f.primary, primary = sqlite.Open(ctx, inside); primary == nil {
			_, primary = journal.Check(ctx, f.primary, known...)
		}
		there, err := disk.Open(f.at(config.Copy))
		if err != nil {
			return primary, err
		}
		if f.copy, second = segment.Open(ctx, there, acknowledged); second == nil {
			_, second = journal.Check(ctx, f.copy, known...)
		}
		return primary, second
	}
	primary, second := open()
	if truce.KindOf(primary) == truce.Conflict && primary != nil {
		return "", primary
	}
	switch {
	case primary == nil && second == nil:
		return f.repairHead(ctx, "both copies are sound")
	case primary != nil && second != nil:
		return "", &truce.Error{Op: op, Kind: truce.Corrupt, Subject: path, Reason: "both copies are damaged", Hint: "restore a backup with truce restore", Cause: errors.Join(primary, second)}
	case primary != nil:
		return f.replace(ctx, filepath.Join(path, journalFolder), func(at string) (journal.Journal, error) {
			if f.primary != nil {
				f.primary.Close()
				f.primary = nil
			}
			d, err := disk.Open(at)
			if err != nil {
				return nil, err
			}
			return sqlite.Open(ctx, d)
		}, f.copy)
	}
	return f.replace(ctx, f.at(config.Copy), func(at string) (journal.Journal, error) {
		if f.copy != nil {
			f.copy.Close()
			f.copy = nil
		}
		d, err := disk.Open(at)
		if err != nil {
			return nil, err
		}
		return segment.Open(ctx, d, nil)
	}, f.primary)
}

// replace builds a store beside a damaged one and puts it in its place.
func (f *folder) replace(ctx context.Context, path string, open func(at string) (journal.Journal, error), from journal.Journal) (string, error) {
	const op truce.Op = "node.Repair"
	fresh := path + ".repaired"
	if err := os.RemoveAll(fresh); err != nil {
		return "", &truce.Error{Op: op, Kind: truce.Unavailable, Subject: fresh, Cause: err}
	}
	into, err := open(fresh)
	if err != nil {
		return "", err
	}
	head, err := journal.Rebuild(ctx, into, from)
	err = errors.Join(err, into.Close())
	if err != nil {
		return "", err
	}
	kept := path + ".damaged-" + time.Now().UTC().Format("20060102-150405.000")
	if err := os.Rename(path, kept); err != nil {
		return "", &truce.Error{Op: op, Kind: truce.Unavailable, Subject: path, Cause: err}
	}
	if err := os.Rename(fresh, path); err != nil {
		return "", &truce.Error{Op: op, Kind: truce.Unavailable, Subject: fresh, Cause: err}
	}
	// The copy of media lies in the folder of the journal's copy: it was not what was damaged.
	if err := os.Rename(filepath.Join(kept, mediaFolder), filepath.Join(path, mediaFolder)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", &truce.Error{Op: op, Kind: truce.Unavailable, Subject: filepath.Join(kept, mediaFolder), Cause: err}
	}
	return f.repairHead(ctx, fmt.Sprintf("%s was rebuilt to %s; what was damaged is kept as %s and may hold content that was erased since: delete it once nobody needs it", path, head, kept))
}

// repairHead makes the head file anew where it is damaged, from what both copies hold.
func (f *folder) repairHead(ctx context.Context, done string) (string, error) {
	if f.head != nil && !f.head.Damaged() {
		return done, nil
	}
	from := journal.Journal(f.copy)
	if f.primary != nil {
		from = f.primary
	}
	head, err := from.Head(ctx)
	if err != nil {
		return done, err
	}
	if f.head != nil {
		f.head.Close()
		f.head = nil
	}
	return done + "; the head file was made anew", journal.CreateHeadFile(f.disk, headFile, head)
}

// Backup copies a data folder's journal and media to another folder, up to the record that is the last when it begins, while truce may be serving it. The
// vault's keys are not in it: keep them apart.
func Backup(ctx context.Context, path, to string) (journal.Head, error) {
	const op truce.Op = "node.Backup"
	if _, err := readSettings(path); err != nil {
		return journal.Head{}, err
	}
	if names, err := os.ReadDir(to); err == nil && len(names) > 0 {
		return journal.Head{}, &truce.Error{Op: op, Kind: truce.Conflict, Subject: to, Reason: "the folder is not empty", Hint: "give a folder that is not there yet; a backup never overwrites another"}
	}
	source, err := sqlite.OpenReader(ctx, filepath.Join(path, journalFolder))
	if err != nil {
		return journal.Head{}, err
	}
	defer source.Close()
	target, err := disk.Open(to)
	if err != nil {
		return journal.Head{}, err
	}
	inside, err := target.Folder(journalFolder)
	if err != nil {
		return journal.Head{}, err
	}
	store, err := segment.Open(ctx, inside, nil)
	if err != nil {
		return journal.Head{}, err
	}
	head, err := journal.Rebuild(ctx, store, source)
	if err = errors.Join(err, store.Close()); err != nil {
		return head, err
	}
	if err := copyFiles(filepath.Join(path, mediaFolder), filepath.Join(to, mediaFolder)); err != nil {
		return head, err
	}
	settings, err := os.ReadFile(filepath.Join(path, ConfigFile))
	if err != nil {
		return head, &truce.Error{Op: op, Kind: truce.Unavailable, Subject: path, Cause: err}
	}
	if err := target.WriteFile("settings.yaml", settings); err != nil {
		return head, err
	}
	return head, journal.CreateHeadFile(target, headFile, head)
}

// copyFiles copies the plain files of a folder durably; one that is gone meanwhile was erased or abandoned.
func copyFiles(from, to string) error {
	list, err := os.ReadDir(from)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &truce.Error{Op: "node.Backup", Kind: truce.Unavailable, Subject: from, Cause: err}
	}
	if _, err := disk.Open(to); err != nil { // makes the folder
		return err
	}
	for _, e := range list {
		if !e.Type().IsRegular() || e.Name() == "lock" {
			continue
		}
		if err := copyFile(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return &truce.Error{Op: "node.Backup", Kind: truce.Unavailable, Subject: e.Name(), Cause: err}
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = out.ReadFrom(in)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// Restore makes a data folder of a backup. It is marked as restored: it answers questions, and accepts and signs nothing until somebody says with [Rejoin] that
// nothing is missing, or why they carry on.
func Restore(ctx context.Context, backup, path string) (journal.Head, error) {
	const op truce.Op = "node.Restore"
	if names, err := os.ReadDir(path); err == nil && len(names) > 0 {
		return journal.Head{}, &truce.Error{Op: op, Kind: truce.Conflict, Subject: path, Reason: "the folder is not empty", Hint: "restore into a folder that is not there yet"}
	}
	source, err := disk.Open(backup)
	if err != nil {
		return journal.Head{}, err
	}
	file, err := journal.OpenHeadFile(source, headFile)
	if err != nil {
		return journal.Head{}, err
	}
	want := file.Head()
	file.Close()
	inside, err := source.Folder(journalFolder)
	if err != nil {
		return journal.Head{}, err
	}
	from, err := segment.Open(ctx, inside, &want)
	if err != nil {
		return journal.Head{}, err
	}
	defer from.Close()
	if _, err := journal.Check(ctx, from, journal.Known{Head: want, From: "the backup's head file"}); err != nil {
		return journal.Head{}, err
	}
	settings, err := source.ReadFile("settings.yaml", maxConfig)
	if err != nil {
		return journal.Head{}, err
	}
	target, err := disk.Open(path)
	if err != nil {
		return journal.Head{}, err
	}
	place, err := target.Folder(journalFolder)
	if err != nil {
		return journal.Head{}, err
	}
	store, err := sqlite.Open(ctx, place)
	if err != nil {
		return journal.Head{}, err
	}
	head, err := journal.Rebuild(ctx, store, from)
	if err = errors.Join(err, store.Close()); err != nil {
		return head, err
	}
	if err := copyFiles(filepath.Join(backup, mediaFolder), filepath.Join(path, mediaFolder)); err != nil {
		return head, err
	}
	if err := journal.CreateHeadFile(target, headFile, head); err != nil {
		return head, err
	}
	if err := journal.MarkRestored(target, journal.Restored{Head: head}); err != nil {
		return head, err
	}
	return head, target.WriteFile(ConfigFile, settings)
}

// Rejoin tells a restored folder the newest head that anybody outside has seen, or why it carries on without what is missing. The second is kept as a record.
func Rejoin(ctx context.Context, path, passphrase string, newest journal.Head, statement string) error {
	f, err := openFolder(ctx, path, passphrase)
	if err != nil {
		return err
	}
	defer f.close()
	r, restored, err := journal.ReadRestored(f.disk)
	if err != nil {
		return err
	}
	if !restored {
		return &truce.Error{Op: "node.Rejoin", Kind: truce.Conflict, Subject: path, Reason: "this journal was not restored", Hint: "there is nothing to do"}
	}
	if _, err := journal.Check(ctx, f.primary); err != nil {
		return err
	}
	if err := journal.Resume(ctx, f.disk, f.primary, newest, statement); err != nil {
		return err
	}
	at := now()
	d, err := record.Notice{What: record.NoticeRejoined, At: at, Head: r.Head.Seq}.Draft()
	if err != nil {
		return err
	}
	d.Record.Author, d.Record.Tier, d.Record.Claimed, d.Record.Received = truce.Author{Vouch: truce.VouchNode}, truce.TierMechanism, at, at
	if _, err := d.Seal(f.keys, random); err != nil {
		return err
	}
	w, err := journal.NewWriter(ctx, f.primary, journal.Options{Now: now, Head: f.head})
	if err != nil {
		return err
	}
	defer w.Close()
	_, _, err = w.Submit(ctx, []journal.Draft{{Record: d.Record}})
	return err
}
