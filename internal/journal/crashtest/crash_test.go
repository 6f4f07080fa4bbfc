package crashtest_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"truce"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/journal/crashtest"
	"truce/internal/journal/journaltest"
	"truce/internal/journal/segment"
	"truce/internal/journal/sqlite"
)

var (
	kills   = flag.Int("kills", 6, "how often the program is killed")
	damages = flag.Int("damages", 60, "how often a file is damaged")
	seed    = flag.Uint64("seed", 1, "of every choice that the tests make")
	program = flag.String("program", "", "the program to break instead of the journal alone; {} is its folder")
)

var ctx = context.Background()

const childFolder = "TRUCE_CRASHTEST_FOLDER"

// TestMain is the program too, where it is started as one.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		os.Exit(write(dir))
	}
	flag.Parse()
	os.Exit(m.Run())
}

func command(dir string) *exec.Cmd {
	if *program != "" {
		args := strings.Fields(strings.ReplaceAll(*program, "{}", dir))
		return exec.Command(args[0], args[1:]...)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+dir)
	return cmd
}

// store is a journal as a node opens it.
type store struct {
	*journal.Mirror
	file   *journal.HeadFile
	healed journal.Healed
}

func (s *store) Close() error { return errors.Join(s.Mirror.Close(), s.file.Close()) }

func open(dir string) (s *store, err error) {
	f, err := disk.Open(dir)
	if err != nil {
		return nil, err
	}
	file, err := journal.OpenHeadFile(f, "head")
	if err != nil && truce.KindOf(err) == truce.NotFound {
		names, listed := f.Names()
		if listed != nil || len(names) > 0 {
			return nil, err
		}
		if err := journal.CreateHeadFile(f, "head", journal.Head{}); err != nil {
			return nil, err
		}
		file, err = journal.OpenHeadFile(f, "head")
	}
	if err != nil {
		return nil, err
	}
	open := []interface{ Close() error }{file}
	defer func() {
		if err != nil {
			for _, o := range open {
				o.Close()
			}
		}
	}()
	a, b, err := folders(f)
	if err != nil {
		return nil, err
	}
	primary, err := sqlite.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	open = append(open, primary)
	head := file.Head()
	second, err := segment.Open(ctx, b, &head)
	if err != nil {
		return nil, err
	}
	open = append(open, second)
	m, _, healed, err := journal.OpenMirror(ctx, primary, second, journal.Known{Head: head, From: "the head file"})
	if err != nil {
		return nil, err
	}
	return &store{m, file, healed}, nil
}

func folders(f disk.Folder) (a, b disk.Folder, err error) {
	if a, err = f.Folder("journal"); err != nil {
		return nil, nil, err
	}
	b, err = f.Folder("copy")
	return a, b, err
}

// write is the program that is broken: 16 writers that submit what their numbers make.
func write(dir string) int {
	s, err := open(dir)
	if err != nil {
		fmt.Println("F", err)
		return 3
	}
	head, _ := s.Head(ctx)
	w, err := journal.NewWriter(ctx, s, journal.Options{Head: s.file, Now: func() truce.Instant { return 1_600_000_000_000 }})
	if err != nil {
		fmt.Println("F", err)
		return 3
	}
	var wg sync.WaitGroup
	var out sync.Mutex
	for i := range 16 {
		wg.Go(func() {
			author := fmt.Sprintf("w%d-%d", i, head.Seq)
			for k := 0; ; k++ {
				n := 1 + (i+k)%3
				drafts := make([]journal.Draft, n)
				for d := range drafts {
					drafts[d] = draft(author, k*10+d)
				}
				first, _, err := w.Submit(ctx, drafts)
				out.Lock()
				if err != nil {
					fmt.Println("F", strings.ReplaceAll(err.Error(), "\n", " "))
					out.Unlock()
					return
				}
				for d := range drafts {
					fmt.Println("A", uint64(first)+uint64(d), drafts[d].Record.ID)
				}
				out.Unlock()
			}
		})
	}
	wg.Wait()
	return 3
}

func draft(author string, k int) journal.Draft {
	sealed := ""
	if k%2 == 0 {
		sealed = fmt.Sprintf("sealed %s %d %s", author, k, strings.Repeat("s", k%900))
	}
	return journaltest.Draft(author, k, 80+k%500, sealed)
}

// verify opens a folder as the program would and holds it against what was acknowledged.
func verify(dir string, acks crashtest.Acks) (records int, err error) {
	s, err := open(dir)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	ids := map[truce.RecordID]truce.Seq{}
	err = s.Read(ctx, 1, func(e journal.Entry) error {
		records++
		r, err := truce.ParseRecord(e.Bytes)
		if err != nil {
			return err
		}
		if before, twice := ids[r.ID]; twice {
			return fmt.Errorf("%s is record %d and record %d", r.ID, before, e.Seq)
		}
		ids[r.ID] = e.Seq
		i := strings.LastIndexByte(string(r.ID), '-')
		var k int
		if _, err := fmt.Sscan(string(r.ID)[i+1:], &k); err != nil {
			return err
		}
		if want := draft(strings.TrimPrefix(string(r.ID)[:i], "r-"), k); string(r.Body) != string(want.Record.Body) || string(e.Sealed) != string(want.Sealed) {
			return fmt.Errorf("record %d is not what was submitted", e.Seq)
		}
		return nil
	})
	if err != nil {
		return records, err
	}
	lost := 0
	for seq, id := range acks {
		if ids[id] != seq {
			lost++
		}
	}
	if lost > 0 {
		return records, fmt.Errorf("%d of %d acknowledged records are lost or changed", lost, len(acks))
	}
	return records, nil
}

func join(all, more crashtest.Acks) {
	for seq, id := range more {
		all[seq] = id
	}
}

func chance(t *testing.T) *rand.Rand {
	t.Logf("-seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, 0))
}

// A program killed at any moment loses nothing that it acknowledged.
func TestKill(t *testing.T) {
	r := chance(t)
	dir, acks, records := "", crashtest.Acks{}, 0
	for i := range *kills {
		if i%20 == 0 {
			dir, acks = filepath.Join(t.TempDir(), "data"), crashtest.Acks{}
		}
		got, other, err := crashtest.Run(command(dir), 1+r.IntN(400), nil)
		if err != nil || len(other) > 0 {
			t.Fatalf("kill %d: %v %v", i+1, err, other)
		}
		join(acks, got)
		records += len(got)
		if *program != "" && i%20 != 19 {
			continue
		}
		if _, err := verify(dir, acks); err != nil {
			t.Fatalf("kill %d: %v", i+1, err)
		}
	}
	t.Logf("%d kills, %d acknowledged records, 0 lost or changed", *kills, records)
}

// Damage anywhere is found when the journal is opened, before any answer; then it is healed or repaired from the copy, or refused. Where
// nothing is found every record reads back identical.
func TestDamage(t *testing.T) {
	r := chance(t)
	dir := filepath.Join(t.TempDir(), "data")
	acks, _, err := crashtest.Run(command(dir), 300, nil)
	if err != nil {
		t.Fatal(err)
	}
	clean := filepath.Join(t.TempDir(), "clean") // the same after a clean stop
	if err := crashtest.Copy(clean, dir); err != nil {
		t.Fatal(err)
	}
	if _, err := verify(clean, acks); err != nil {
		t.Fatal(err)
	}
	s, err := open(clean)
	if err != nil {
		t.Fatal(err)
	}
	want := journaltest.All(t, s)
	s.Close()
	need := 0 // what lies behind was written and not acknowledged: it may be there or not
	for seq := range acks {
		need = max(need, int(seq))
	}
	same := func(got []journal.Entry) error {
		if len(got) < need || len(got) > len(want) || !journaltest.Same(got, want[:len(got)]) {
			return fmt.Errorf("it answers with %d records, not with the %d acknowledged ones of %d as they were", len(got), need, len(want))
		}
		return nil
	}
	count := map[string]int{}
	for i := 0; count["damages"] < *damages; i++ {
		from := dir
		if i%2 == 1 {
			from = clean
		}
		files, err := crashtest.Files(from)
		if err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(t.TempDir(), "data")
		if err := crashtest.Copy(at, from); err != nil {
			t.Fatal(err)
		}
		name := files[r.IntN(len(files))]
		if filepath.Base(name) == "lock" {
			continue // it is empty and stays so
		}
		what, err := crashtest.Damage(r, filepath.Join(at, name))
		if err != nil {
			t.Fatal(err)
		}
		if what == "" {
			continue // an empty file
		}
		count["damages"]++
		how, err := survive(at, same)
		os.RemoveAll(at)
		if err != nil {
			t.Errorf("%s (%s): %v", what, name, err)
		}
		count[how]++
	}
	t.Logf("%v", count)
	if count["repaired"] == 0 || count["refused"] == 0 {
		t.Error("the test did not reach every outcome")
	}
}

// survive starts on a damaged folder. It fails where an answer would be wrong.
func survive(dir string, same func([]journal.Entry) error) (string, error) {
	s, err := open(dir)
	if err == nil {
		// The journal may hold more than was acknowledged, never less; and it must go on working.
		how := "harmless"
		if s.healed.Copy+s.healed.Primary > 0 {
			how = "healed"
		}
		if s.file.Damaged() {
			how = "noted"
		}
		got, err := all(s)
		if err == nil {
			err = same(got)
		}
		if err == nil {
			head, _ := s.Head(ctx)
			entries, _ := journaltest.Records(head, 200)
			err = s.Append(ctx, head, entries)
		}
		if err == nil {
			_, err = journal.Check(ctx, s.Mirror)
		}
		s.Close()
		return how, err
	}
	if k := truce.KindOf(err); k != truce.Corrupt && k != truce.NotFound && k != truce.Invalid {
		return "failed", fmt.Errorf("refused without saying that it is damaged: %w", err)
	}
	if truce.HintOf(err) == "" {
		return "failed", fmt.Errorf("refused without a hint: %w", err)
	}
	// As truce repair does: the store that is sound and reaches the acknowledged head rebuilds the other.
	f, _ := disk.Open(dir)
	file, err := journal.OpenHeadFile(f, "head")
	if err != nil {
		return "refused", nil // a person must say how far the journal reached
	}
	known := journal.Known{Head: file.Head(), From: "the head file"}
	file.Close()
	a, b, err := folders(f)
	if err != nil {
		return "failed", err
	}
	sound := func(j journal.Journal, err error) journal.Journal {
		if err != nil {
			return nil
		}
		if _, err := journal.Check(ctx, j, known); err != nil {
			j.Close()
			return nil
		}
		return j
	}
	var from journal.Journal
	if s, err := sqlite.Open(ctx, a); err == nil {
		from = sound(s, nil)
	}
	if from == nil {
		s, err := segment.Open(ctx, b, &known.Head)
		if err != nil {
			return "failed", fmt.Errorf("both stores are damaged by one fault: %w", err)
		}
		if from = sound(s, nil); from == nil {
			return "failed", errors.New("both stores are damaged by one fault")
		}
	}
	defer from.Close()
	fresh, err := f.Folder("fresh")
	if err != nil {
		return "failed", err
	}
	into, err := segment.Open(ctx, fresh, nil)
	if err != nil {
		return "failed", err
	}
	defer into.Close()
	if _, err := journal.Rebuild(ctx, into, from); err != nil {
		return "failed", err
	}
	got, err := all(into)
	if err == nil {
		err = same(got)
	}
	return "repaired", err
}

func all(j journal.Journal) (out []journal.Entry, err error) {
	err = j.Read(ctx, 1, func(e journal.Entry) error {
		out = append(out, journal.Entry{Seq: e.Seq, Bytes: append([]byte(nil), e.Bytes...), Sealed: append([]byte(nil), e.Sealed...)})
		if e.Sealed == nil {
			out[len(out)-1].Sealed = nil
		}
		return nil
	})
	return out, err
}
