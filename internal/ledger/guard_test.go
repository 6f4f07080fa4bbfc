package ledger_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"testing"
	"testing/fstest"

	"truce"
	"truce/internal/disk"
	"truce/internal/ledger"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/verify"
)

var (
	forks    = flag.Int("forks", 60, "forks of a log that are tried")
	restores = flag.Int("restores", 20, "restored journals that are tried")
)

// peers are witnesses in memory: those that are honest have followed the log, and liars sign whatever they are shown.
type peers struct {
	list []witness.Peer
	keys []seal.Signer
	of   map[string]*witness.Witness
	down map[string]bool
}

func newPeers(t testing.TB, n int, log seal.NoteKey) *peers {
	t.Helper()
	p := &peers{of: map[string]*witness.Witness{}, down: map[string]bool{}}
	for i := range n {
		name := fmt.Sprintf("w%d.example", i)
		s := seal.NewSigner(seal.Key{byte(100 + i)})
		k, err := s.Public().WitnessKey(name)
		if err != nil {
			t.Fatal(err)
		}
		folder, err := disk.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		w, err := witness.Open(folder, name, s, func() truce.Instant { return 1_800_000_000_000 })
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close() })
		if err := w.Follow(log, nil); err != nil {
			t.Fatal(err)
		}
		p.list = append(p.list, witness.Peer{Name: fmt.Sprintf("w%d", i), Key: k, URL: "https://" + name})
		p.keys, p.of["https://"+name] = append(p.keys, s), w
	}
	return p
}

// node is a keeper on a journal of its own in memory, which can be copied as a backup is.
type node struct {
	t       testing.TB
	f       *factory
	journal []truce.Record
	keeper  *ledger.Keeper
}

func (n *node) open(folder disk.Folder, p *peers, wire witness.Wire) {
	n.f = newFactory(n.t)
	n.f.policy = witness.NewPolicy(n.f.policy.Logs[0], p.list...)
	n.keeper = &ledger.Keeper{Log: n.f.log, Files: ledger.NewFiles(folder), Signer: n.f.signer, Policy: n.f.policy, Circle: witness.NewCircle(p.list, wire)}
	for i := range n.journal {
		n.take(&n.journal[i])
	}
}

func (n *node) take(r *truce.Record) *ledger.Tick {
	n.t.Helper()
	t, err := n.f.log.Record(r)
	if err == nil && t != nil {
		err = n.keeper.Write(t)
	}
	if err != nil {
		n.t.Fatal(err)
	}
	n.f.at = max(n.f.at, r.Recorded)
	return t
}

func (n *node) append(kind truce.RecordKind, body []byte, salt byte) *ledger.Tick {
	n.t.Helper()
	seq := truce.Seq(len(n.journal) + 1)
	r := truce.Record{Seq: seq, ID: truce.RecordID(fmt.Sprintf("r-%d-%d", salt, seq)), Kind: kind, Recorded: n.f.at + 10, Body: body, Author: truce.Author{Vouch: truce.VouchNode}}
	n.journal = append(n.journal, r)
	return n.take(&n.journal[len(n.journal)-1])
}

// grow is a tick as a node makes it. It gives the refusal.
func (n *node) grow() error {
	n.t.Helper()
	if err := n.keeper.MayGrow(context.Background()); err != nil {
		return err
	}
	n.f.at = n.f.at/1000*1000 + 60_000
	c, files, err := n.f.log.Prepare(n.f.at, n.f.at.Add(ledger.DefaultDue), n.f.policy.String())
	if err != nil {
		return err
	}
	if err := n.keeper.Put(files); err != nil {
		return err
	}
	d, err := c.Draft()
	if err != nil {
		return err
	}
	_, err = n.keeper.Publish(context.Background(), n.append(truce.RecordCheckpoint, d.Record.Body, 0))
	return err
}

// A journal that was restored from a backup, and lacks what was signed since, signs nothing: not with its public files still there, not with a witness that
// answers, and not while too few of them do. A journal that lacks nothing goes on.
func TestARestoredJournalSignsNothing(t *testing.T) {
	key, err := seal.NewSigner(seal.Key{1}).Public().LogKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	refused, forked := 0, 0
	for i := range *restores {
		p := newPeers(t, 4, key)
		folder := func() disk.Folder {
			f, err := disk.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		n := &node{t: t}
		kept := folder()
		n.open(kept, p, p)
		for range 1 + i%3 {
			n.append(truce.RecordObservation, nil, 1)
			if err := n.grow(); err != nil {
				t.Fatal(err)
			}
		}
		backup := append([]truce.Record(nil), n.journal...)
		behind := i%5 != 4
		if behind {
			for range 1 + i%2 {
				n.append(truce.RecordObservation, nil, 2)
				if err := n.grow(); err != nil {
					t.Fatal(err)
				}
			}
		}
		// The backup comes back, and other records follow in it.
		notice, err := record.Notice{What: record.NoticeRejoined, At: n.f.at}.Draft()
		if err != nil {
			t.Fatal(err)
		}
		again := &node{t: t, journal: backup}
		switch i % 4 {
		case 0: // the public files survived, no witness answers
			p.down = map[string]bool{"": true}
			again.open(kept, p, p)
		case 1, 2: // the public files are gone too, witnesses answer
			again.open(folder(), p, p)
		case 3: // they are gone, and only one witness answers, who knows nothing
			p.down = map[string]bool{"https://w0.example": true, "https://w1.example": true, "https://w2.example": true}
			again.open(folder(), p, p)
		}
		again.append(truce.RecordNotice, notice.Record.Body, 3)
		again.append(truce.RecordObservation, nil, 3)
		err = again.grow()
		switch {
		case behind && err == nil:
			t.Errorf("%d: a journal that lacks what was signed signed again", i)
		case behind:
			refused++
		case i%4 == 1 || i%4 == 2:
			if err != nil {
				t.Errorf("%d: a journal that lacks nothing signs no more: %v", i, err)
			}
		}
		// Control: without the guard it would have made another tree.
		if behind && i%4 == 1 {
			c, _, err := again.f.log.Prepare(again.f.at/1000*1000+60_000, again.f.at/1000*1000+90_000, again.f.policy.String())
			if err != nil {
				t.Fatal(err)
			}
			if now := n.f.log.Last(); c.Size <= now.Size && c.Root != now.Root {
				forked++
			}
		}
	}
	if refused == 0 || forked == 0 {
		t.Errorf("%d refused, %d would have forked", refused, forked)
	}
	t.Logf("%d of %d restored journals were behind, and none of them signed", refused, *restores)
}

// Post answers for the witnesses.
func (p *peers) Post(_ context.Context, address string, body []byte) (int, []byte, error) {
	return p.call(address, func(w *witness.Witness) (int, []byte, error) {
		a := w.Add(body)
		return a.Status, a.Body, nil
	})
}

// Get answers with the newest checkpoint that a witness knows.
func (p *peers) Get(_ context.Context, address string) (int, []byte, error) {
	return p.call(address, func(w *witness.Witness) (int, []byte, error) {
		if b := w.Latest(origin); b != nil {
			return 200, b, nil
		}
		return 404, nil, nil
	})
}

func (p *peers) call(address string, f func(*witness.Witness) (int, []byte, error)) (int, []byte, error) {
	for base, w := range p.of {
		if len(address) > len(base) && address[:len(base)] == base && !p.down[base] && !p.down[""] {
			return f(w)
		}
	}
	return 0, nil, errors.New("nobody answers there")
}

// The operator shows one history to honest witnesses and another to readers, with a witness that lies. No reader takes it for witnessed; and whoever holds both
// checkpoints proves the fork.
func TestForksAreNotAccepted(t *testing.T) {
	base := newFactory(t)
	var list []witness.Peer
	var signers []seal.Signer
	for i := range 4 {
		s := seal.NewSigner(seal.Key{byte(50 + i)})
		k, err := s.Public().WitnessKey(fmt.Sprintf("w%d.example", i))
		if err != nil {
			t.Fatal(err)
		}
		list, signers = append(list, witness.Peer{Name: fmt.Sprintf("w%d", i), Key: k}), append(signers, s)
	}
	policy := witness.NewPolicy(base.policy.Logs[0], list...)
	if policy.Need() != 3 || policy.Size() != 4 {
		t.Fatal(policy.Need(), policy.Size())
	}
	grown := func(f *factory, ticks, salt int) []byte {
		f.policy = policy
		for i := range ticks {
			f.seqName(salt)
			f.record(truce.RecordObservation, []byte(fmt.Sprint(salt, i)))
			f.tick()
		}
		signed, err := f.signer.SignCheckpoint(f.last.Checkpoint)
		if err != nil {
			t.Fatal(err)
		}
		f.files["policy"] = &fstest.MapFile{Data: []byte(f.last.Policy)}
		return signed
	}
	cosign := func(signed []byte, c seal.Checkpoint, who ...int) []byte {
		for _, i := range who {
			s, err := signers[i].Cosign(fmt.Sprintf("w%d.example", i), c, 1_800_000_000_000)
			if err != nil {
				t.Fatal(err)
			}
			signed = append(signed, s.Line...)
		}
		return signed
	}
	accepted, proved, both := 0, 0, 0
	for i := range *forks {
		honest, lie := newFactory(t), newFactory(t)
		a := grown(honest, 1+i%3, 1)
		b := grown(lie, 1+(i/3)%3, 2)
		liar := i % 4
		signedA := cosign(a, honest.last.Checkpoint, 0, 1, 2, 3)
		honest.files["checkpoint"] = &fstest.MapFile{Data: signedA}
		lie.files["checkpoint"] = &fstest.MapFile{Data: cosign(b, lie.last.Checkpoint, liar)}
		now := truce.Instant(1_800_000_000_000)
		r, err := verify.Check(lie.files, verify.Options{Now: now})
		if err != nil || len(r.Faults) > 0 {
			t.Fatal(err, explain(r))
		}
		if r.Witnesses.Met {
			accepted++
		}
		if good, err := verify.Check(honest.files, verify.Options{Now: now}); err != nil || !good.Witnesses.Met || len(good.Faults) > 0 {
			t.Fatal(err, explain(good))
		}
		// Whoever kept the one and is shown the other has the proof.
		seen, err := verify.Check(lie.files, verify.Options{Now: now, Seen: signedA})
		if err != nil || len(seen.Faults) == 0 {
			t.Fatal(err, explain(seen))
		}
		if seen.Fork != nil {
			f, err := witness.ParseFork(seen.Fork)
			if err == nil {
				_, _, err = f.Check(policy.Logs[0].Key)
			}
			if err != nil {
				t.Fatal(err)
			}
			proved++
		} else { // a shorter log is no proof by itself; with the tiles of the longer one it is
			f, err := witness.Compare(signedA, lie.files["checkpoint"].Data, func(size int64) (seal.Hash, []seal.Hash, error) {
				return honest.last.Checkpoint.ProveGrowth(size, honest.read)
			}, policy.Logs[0].Key)
			if err != nil || f == nil {
				t.Fatalf("%d: no proof: %v", i, err)
			}
			proved++
		}
		// Control: with three that lie, which the policy does not promise to bear, it is taken for witnessed; and two who compare still prove it.
		lie.files["checkpoint"] = &fstest.MapFile{Data: cosign(b, lie.last.Checkpoint, 0, 1, 2)}
		if r, err := verify.Check(lie.files, verify.Options{Now: now}); err == nil && r.Witnesses.Met {
			both++
		}
	}
	if accepted != 0 || both != *forks || proved != *forks {
		t.Errorf("%d of %d accepted, %d proved, %d in the control", accepted, *forks, proved, both)
	}
	t.Logf("%d forks: %d accepted, %d proved by one file", *forks, accepted, proved)
}

// seqName makes the next records others than those of another history.
func (f *factory) seqName(salt int) { f.prev = seal.Bytes([]byte(fmt.Sprint(salt, f.seq))) }

var acts = flag.Int("acts", 60, "acts of tampering that are tried")

// history is a log made of what was said in each tick.
func history(t testing.TB, ticks [][]string) *factory {
	f := newFactory(t)
	for _, said := range ticks {
		for _, s := range said {
			f.record(truce.RecordObservation, []byte(s))
		}
		f.tick()
	}
	f.sign()
	return f
}

// Whoever rules the machine can write any journal and sign any log. A reader with one older checkpoint notices every such act that changes what was there then, and none
// that only adds.
func TestTamperingIsNoticed(t *testing.T) {
	chance := &dice{11}
	draw := func(n int) int {
		var b [8]byte
		chance.Read(b[:])
		return int(uint(b[0])|uint(b[1])<<8|uint(b[2])<<16) % n
	}
	said := func() (ticks [][]string) {
		for i := range 4 {
			var list []string
			for k := range 5 {
				list = append(list, fmt.Sprintf("record %d of tick %d", k, i))
			}
			ticks = append(ticks, list)
		}
		return ticks
	}
	kept := history(t, said()).files["checkpoint"].Data
	more := append(said(), []string{"one more"})
	if r := history(t, more).check(verify.Options{Seen: kept}); len(r.Faults) > 0 {
		t.Fatalf("control: %s", explain(r))
	}
	for n := range *acts {
		ticks := said()
		i := draw(len(ticks))
		k := draw(len(ticks[i]))
		switch n % 6 {
		case 0:
			ticks[i][k] += ", as it should have been"
		case 1:
			ticks[i] = append(ticks[i][:k:k], ticks[i][k+1:]...)
		case 2:
			ticks[i] = append(ticks[i][:k:k], append([]string{"remembered later"}, ticks[i][k:]...)...)
		case 3:
			other := (k + 1) % len(ticks[i])
			ticks[i][k], ticks[i][other] = ticks[i][other], ticks[i][k]
		case 4:
			ticks = append(ticks[:i:i], ticks[i+1:]...)
		case 5:
			ticks = append(ticks[:i:i], append([][]string{{"a tick that never was"}}, ticks[i:]...)...)
		}
		for range draw(3) {
			ticks = append(ticks, []string{"later"})
		}
		if r := history(t, ticks).check(verify.Options{Seen: kept}); len(r.Faults) == 0 {
			t.Errorf("act %d passes: %v", n, ticks)
		}
	}
}
