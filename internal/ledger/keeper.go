package ledger

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"truce"
	"truce/internal/disk"
	"truce/internal/seal"
	"truce/internal/witness"
)

// DefaultPatience is how long witnesses are waited for before a checkpoint is published without them. See docs/limits.md.
const DefaultPatience = 10 * time.Second

// Files are the public files, as a server hands them out.
type Files struct {
	root    disk.Folder
	folders map[string]disk.Folder
}

// NewFiles keeps them in a folder.
func NewFiles(root disk.Folder) *Files {
	return &Files{root, map[string]disk.Folder{}}
}

// in gives the folder that a path lies in, made where it is not there, and the name in it.
func (f *Files) in(path string) (disk.Folder, string, error) {
	at, name := f.root, path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		dir := path[:i]
		name = path[i+1:]
		if known, ok := f.folders[dir]; ok {
			return known, name, nil
		}
		for _, part := range strings.Split(dir, "/") {
			next, err := at.Folder(part)
			if err != nil {
				return nil, "", err
			}
			at = next
		}
		f.folders[dir] = at
	}
	return at, name, nil
}

// Put writes a file that never changes, and leaves one alone that is there and the same.
func (f *Files) Put(file seal.LogFile) error {
	at, name, err := f.in(file.Path)
	if err != nil {
		return err
	}
	if was, err := at.ReadFile(name, int64(len(file.Data))); err == nil && string(was) == string(file.Data) {
		return nil
	}
	return at.WriteFile(name, file.Data)
}

// maxFile bounds what is read back: a bundle of entries is the longest.
const maxFile = 256 << 10

// Read reads a file of the log, as [seal.ReadLogFile].
func (f *Files) Read(path string) ([]byte, error) {
	at, name, err := f.in(path)
	if err != nil {
		return nil, err
	}
	return at.ReadFile(name, maxFile)
}

// Names of the files that change.
const (
	CheckpointFile = "checkpoint"
	PolicyFile     = "policy"
)

// Keeper signs the log: it writes the files of a tick, makes sure that nobody was ever shown another log, asks the witnesses, and then publishes the checkpoint.
type Keeper struct {
	Log    *Log
	Files  *Files
	Signer seal.Signer
	// Circle asks the witnesses; nil where there are none.
	Circle *witness.Circle
	// Policy says how many of them count.
	Policy witness.Policy
	// Patience is how long they are waited for; 0 is DefaultPatience.
	Patience time.Duration

	asked bool // the witnesses, since the start
}

// Put writes documents: before the checkpoint that publishes them is journaled.
func (k *Keeper) Put(files []seal.LogFile) error {
	for _, f := range files {
		if err := k.Files.Put(f); err != nil {
			return err
		}
	}
	return nil
}

// MayGrow says whether a tick may be journaled now. The log must not be behind what it signed: not behind the checkpoint that lies with the public
// files, and not behind what witnesses know. After a restore so many of them must have answered that those who did not are no quorum; otherwise
// they are asked once after each start, silence is no objection, and the bare word of fewer than can lie together is none either.
func (k *Keeper) MayGrow(ctx context.Context) error {
	if err := k.checkOwn(k.Log.Last()); err != nil {
		return err
	}
	if k.asked && !k.Log.restored {
		return nil
	}
	const op truce.Op = "ledger.MayGrow"
	silent := len(k.Policy.Peers)
	if k.Circle != nil {
		last, err := k.Signer.SignCheckpoint(k.Log.Last())
		if err != nil {
			return err
		}
		key, err := k.Signer.Public().LogKey(k.Log.origin)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, k.patience())
		defer cancel()
		replies := k.Circle.Ask(ctx, last, key)
		// One witness that lies must not stop a log that its own files agree with; after a restore nothing else can be believed.
		claims := 0
		for _, r := range replies {
			if r.Said && r.Size > k.Log.size {
				claims++
			}
		}
		size, shown := witness.Largest(replies)
		if claims > 0 && (shown || k.Log.restored || claims > max(k.Policy.Lying()-1, 0)) {
			return &truce.Error{Op: op, Kind: truce.Conflict, Subject: k.Log.origin, Reason: fmt.Sprintf("a witness knows a log of %d leaves and the journal makes %d: records are missing here", size, k.Log.size),
				Hint: "nothing is signed until the journal is complete: restore a newer backup or the second copy"}
		}
		for _, r := range replies {
			if r.Err != nil && truce.KindOf(r.Err) == truce.Corrupt {
				return &truce.Error{Op: op, Kind: truce.Conflict, Subject: r.Peer.Name, Reason: "a witness knows another history of this log", Cause: r.Err,
					Hint: "nothing is signed: find out which journal was published, and restore that one"}
			}
			if r.Said {
				silent--
			}
		}
	}
	if need := k.Policy.Need(); k.Log.restored && need > 0 && silent >= need {
		return &truce.Error{Op: op, Kind: truce.Unavailable, Subject: k.Log.origin, Reason: fmt.Sprintf("the journal was restored, and %d witnesses did not say what they know", silent),
			Hint: "nothing is signed until enough of them answer: they may know of records that are missing here"}
	}
	k.asked, k.Log.restored = true, false
	return nil
}

// checkOwn compares a checkpoint of the journal with the one that lies with the public files, which was signed.
func (k *Keeper) checkOwn(c seal.Checkpoint) error {
	b, err := k.Files.Read(CheckpointFile)
	if err != nil {
		if truce.KindOf(err) == truce.NotFound {
			return nil
		}
		return err
	}
	key, err := k.Signer.Public().LogKey(k.Log.origin)
	if err != nil {
		return err
	}
	fail := func(why string, cause error) error {
		return &truce.Error{Op: "ledger.MayGrow", Kind: truce.Conflict, Subject: CheckpointFile, Reason: why, Cause: cause, Hint: "nothing is signed: the journal lacks records that were published, or it is another journal's; restore the newest backup or the second copy"}
	}
	was, _, err := seal.OpenCheckpoint(b, key)
	switch {
	case err != nil:
		return fail("the checkpoint with the public files was not signed by this log", err)
	case was.Origin != c.Origin || was.Size > c.Size || was.Size == c.Size && was.Root != c.Root:
		return fail(fmt.Sprintf("the log was signed with %d leaves under %s; the journal makes %d under %s", was.Size, was.Root.Short(), c.Size, c.Root.Short()), nil)
	case was.Size == 0 || was.Size == c.Size:
		return nil
	}
	root, _, err := c.ProveGrowth(was.Size, k.Files.Read)
	if err == nil && root == was.Root {
		return nil
	}
	if err != nil {
		return err
	}
	return fail(fmt.Sprintf("the log was signed with %d leaves under %s, and the journal made them under %s", was.Size, was.Root.Short(), root.Short()), nil)
}

func (k *Keeper) patience() time.Duration {
	if k.Patience == 0 {
		return DefaultPatience
	}
	return k.Patience
}

// Write puts the files of a tick on disk. It is done for every tick that the journal has, also those of long ago: what is there stays.
func (k *Keeper) Write(t *Tick) error { return k.Put(t.Files) }

// Publish signs the checkpoint of the last tick, asks the witnesses, and hands it out with the proofs of what is new. What witnesses do delays it and never
// stops it: how many signed is told. It may be done again after a crash: the same signature comes out.
func (k *Keeper) Publish(ctx context.Context, t *Tick) (cosigned int, err error) {
	c := t.Checkpoint
	if c != k.Log.Last() {
		return 0, &truce.Error{Op: "ledger.Publish", Kind: truce.Conflict, Subject: c.Origin, Reason: "it is not the last checkpoint of the journal"}
	}
	if err := k.checkOwn(c); err != nil {
		return 0, err
	}
	signed, err := k.Signer.SignCheckpoint(c)
	if err != nil {
		return 0, err
	}
	if k.Circle != nil {
		ctx, cancel := context.WithTimeout(ctx, k.patience())
		defer cancel()
		replies := k.Circle.Collect(ctx, signed, func(old int64) ([]seal.Hash, error) {
			_, proof, err := c.ProveGrowth(old, k.Files.Read)
			return proof, err
		})
		for _, r := range replies {
			if r.Signature.Line != "" {
				cosigned++
			}
		}
		signed = append(signed, witness.Signatures(replies)...)
	}
	if err := k.prove(c, signed); err != nil {
		return cosigned, err
	}
	for _, f := range []seal.LogFile{{Path: PolicyFile, Data: []byte(t.Policy)}, {Path: CheckpointFile, Data: signed}} {
		if err := k.Files.Put(f); err != nil {
			return cosigned, err
		}
	}
	return cosigned, nil
}

// prove writes a proof for each document's leaf. One that enough witnesses signed stays for ever; another is made again with each checkpoint.
func (k *Keeper) prove(c seal.Checkpoint, signed []byte) error {
	witnessed := func(b []byte) bool {
		seen, err := k.Policy.Open(b)
		return err == nil && seen.Met
	}
	met := witnessed(signed)
	var left []int64
	for _, i := range k.Log.documents {
		path := "proof/" + strconv.FormatInt(i, 10)
		if b, err := k.Files.Read(path); err == nil {
			if p, err := seal.ParseEntryProof(b); err == nil && (!met || witnessed(p.Checkpoint)) {
				if !met {
					left = append(left, i)
				}
				continue
			}
		}
		var leaf []byte
		err := seal.Entries(k.Files.Read, c.Size, i, i+1, func(_ int64, b []byte) error { leaf = slices.Clone(b); return nil })
		if err != nil {
			return err
		}
		hashes, err := c.ProveEntry(i, k.Files.Read)
		if err != nil {
			return err
		}
		if err := k.Files.Put(seal.LogFile{Path: path, Data: seal.EntryProof{Index: i, Entry: leaf, Proof: hashes, Checkpoint: signed}.Text()}); err != nil {
			return err
		}
		if !met {
			left = append(left, i)
		}
	}
	k.Log.documents = left
	return nil
}
