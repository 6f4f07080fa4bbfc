package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"truce"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/journal/sqlite"
	"truce/internal/seal"
)

// A reader sees what was durable when it was opened, while the writer goes on, and writes nothing.
func TestReaderOfALiveJournal(t *testing.T) {
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "journal")
	folder, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	head := journal.Head{}
	add := func() {
		r := truce.Record{Seq: head.Seq + 1, Prev: head.Digest, ID: "r-x", Kind: truce.RecordNotice, Body: []byte("{}")}
		b := r.Bytes()
		if err := store.Append(ctx, head, []journal.Entry{{Seq: r.Seq, Bytes: b}}); err != nil {
			t.Fatal(err)
		}
		head = journal.Head{Seq: r.Seq, Digest: truce.Digest(seal.Bytes(b))}
	}
	add()
	reader, err := sqlite.OpenReader(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	want := head
	add()
	if got, err := reader.Head(ctx); err != nil || got != want {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	n := 0
	if err := reader.Read(ctx, 1, func(journal.Entry) error { n++; return nil }); err != nil || n != 1 {
		t.Error(n, err)
	}
	if err := reader.Append(ctx, want, nil); truce.KindOf(err) != truce.Unavailable {
		t.Error(err)
	}
}
