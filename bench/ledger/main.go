// Command ledger has tessera's own checker read a log that truce wrote, and truce's checker read the same, one after the other, and says how long each took. Tessera is
// only a judge here: it is not part of truce.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"

	"truce/verify"
)

func main() {
	dir := flag.String("log", "", "folder of the log, with its key in the file key")
	workers := flag.Uint("workers", 4, "workers of tessera's checker; with one it hangs on a damaged log")
	flag.Parse()
	key, err := os.ReadFile(filepath.Join(*dir, "key"))
	if err != nil {
		log.Fatal(err)
	}
	v, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		log.Fatal(err)
	}
	for range 2 { // the second time, all files are in memory
		theirs := measure(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
			defer cancel()
			if err := fsck.New(v.Name(), v, client.FileFetcher{Root: *dir}, leafHashes, fsck.Opts{N: *workers}).Check(ctx); err != nil {
				log.Fatal("tessera refuses the log: ", err)
			}
		})
		var r *verify.Report
		ours := measure(func() {
			if r, err = verify.Check(os.DirFS(*dir), verify.Options{}); err != nil || len(r.Faults) > 0 {
				log.Fatal("truce refuses the log: ", err, r)
			}
		})
		fmt.Printf("%d leaves: tessera's fsck %v (%v of processor), truce %v (%v of processor), ratio %.2f (%.2f)\n", r.Size, theirs.wall, theirs.cpu, ours.wall, ours.cpu,
			float64(ours.wall)/float64(theirs.wall), float64(ours.cpu)/float64(theirs.cpu))
	}
}

type spent struct{ wall, cpu time.Duration }

func measure(f func()) spent {
	begun, before := time.Now(), processor()
	f()
	return spent{time.Since(begun).Round(time.Millisecond), (processor() - before).Round(time.Millisecond)}
}

func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		log.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// leafHashes gives the hashes of the entries in a bundle.
func leafHashes(bundle []byte) ([][]byte, error) {
	var b api.EntryBundle
	if err := b.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var out [][]byte
	for _, e := range b.Entries {
		h := rfc6962.DefaultHasher.HashLeaf(e)
		out = append(out, h)
	}
	return out, nil
}
