package ledger_test

import (
	"archive/zip"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/disk"
	"truce/internal/ledger"
	"truce/internal/publish"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/verify"
)

var delayed = flag.Int("delayed", 30, "outcomes with a delay to publish")

// cpu is what this process used of the processors.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// documents are the leaves of a record that have one.
func (f *factory) documents() (out []int64) {
	f.t.Helper()
	err := seal.Entries(f.read, f.last.Checkpoint.Size, 0, f.last.Checkpoint.Size, func(i int64, b []byte) error {
		l, err := verify.ParseLeaf(b)
		if err == nil && l.Kind != verify.Sealed {
			out = append(out, i)
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return out
}

// A site of many findings is made in well under a minute, and what is added later costs what it changes. Each bundle is small, and checked alone. make site does it
// with ten thousand.
func TestSiteOfManyFindings(t *testing.T) {
	f := filled(t, *findings)
	f.sign(f.documents()...)
	out, err := disk.NewTree(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := publish.New(f.files, out)
	if err != nil {
		t.Fatal(err)
	}
	update := func(what string) publish.Done {
		t.Helper()
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begun, used := time.Now(), cpu()
		did, err := s.Update(context.Background(), false)
		if err != nil {
			t.Fatal(err)
		}
		took, used := time.Since(begun), cpu()-used
		runtime.GC()
		runtime.ReadMemStats(&after)
		t.Logf("%s: %+v in %v, %v of processors; %d MB more are kept", what, did, took.Round(time.Millisecond), used.Round(time.Millisecond), (int64(after.HeapAlloc)-int64(before.HeapAlloc))>>20)
		return did
	}
	first := update(fmt.Sprintf("%d findings", *findings))
	if again := update("the same again"); again.Written != 0 || again.Removed != 0 {
		t.Error("what is the same was written again")
	}
	list := f.outcomes()
	f.finding(*findings, list[0])
	f.tick()
	docs := f.documents()
	f.sign(docs[len(docs)-1])
	if more := update("one more"); more.Written < 5 || more.Written > 25 || more.Kept < first.Written-25 {
		t.Errorf("one more finding wrote %+v", more)
	}
	// Another site, from the beginning, keeps what lies there.
	if s, err = publish.New(f.files, out); err != nil {
		t.Fatal(err)
	}
	if later := update("in another process"); later.Written != 0 {
		t.Errorf("another process writes %d things again", later.Written)
	}
	for _, i := range docs[len(docs)-1:] {
		b, err := out.ReadFile(fmt.Sprintf("check/%d.zip", i), 64<<10)
		if err != nil {
			t.Fatal("a bundle of more than 64 kB, or none: ", err)
		}
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		r, err := verify.Check(z, verify.Options{Now: f.at})
		if err != nil || len(r.Faults) > 0 || r.Findings.Signed != 1 {
			t.Fatalf("%v: %s", err, explain(r))
		}
		t.Logf("a bundle of %d bytes, checked in %v", len(b), time.Since(begun).Round(time.Millisecond))
	}
}

// early lists the outcomes that lie in a site or a record before the public may know of them.
func early(files map[string][]byte, due map[string]truce.Instant, now truce.Instant) (out []string) {
	name := regexp.MustCompile(`o-delayed-[0-9]+`)
	for path, b := range files {
		for _, m := range name.FindAll(b, -1) {
			if at, ok := due[string(m)]; !ok || at > now {
				out = append(out, path+": "+string(m))
			}
		}
	}
	return out
}

// Nothing is in a byte of the record or the site before its delay is over: a day, three days where it has a place, or what two people set.
func TestNothingOfASiteIsEarly(t *testing.T) {
	f := newFactory(t)
	f.takeUp()
	f.tick()
	list, due := f.outcomes(), map[string]truce.Instant{}
	dice := &dice{7}
	put := func(n int, known truce.Instant) {
		o := list[n%len(list)]
		o.Record = fmt.Sprintf("o-delayed-%05d", n)
		var b [2]byte
		dice.Read(b[:])
		thing := access.Thing{Kind: access.KindOutcome, Tier: truce.TierPublic, Class: access.ClassOrdinary, Classified: f.at, HasPlace: b[0]%2 == 0}
		delay := 24 * time.Hour
		if thing.HasPlace {
			delay = 72 * time.Hour
		}
		if b[1]%7 == 0 { // by two people
			thing.Release = f.at.Add(time.Duration(b[1]) * time.Hour)
			delay = thing.Release.Sub(f.at)
		}
		due[o.Record] = f.at.Add(delay)
		if known.Stated() {
			thing.Classified, thing.Release = known, 0
		}
		o.Form = verify.FormOutcome
		f.record(truce.RecordClass, nil, published(&o, thing, f))
	}
	dir := t.TempDir()
	out, err := disk.NewTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := publish.New(f.files, out)
	if err != nil {
		t.Fatal(err)
	}
	look := func() []string {
		f.tick()
		f.sign()
		if _, err := s.Update(context.Background(), false); err != nil {
			t.Fatal(err)
		}
		all := folderOf(t, dir)
		for path, x := range f.files {
			all[path] = x.Data
		}
		return early(all, due, f.last.At)
	}
	looks := min(24, *delayed/10)
	for n := range *delayed {
		put(n, 0)
		f.at = f.at.Add(240 * time.Hour / time.Duration(*delayed))
		if n%max(*delayed/max(looks, 1), 1) == 0 {
			if found := look(); len(found) > 0 {
				t.Fatalf("early: %v", found[:min(len(found), 5)])
			}
		}
	}
	f.at = f.at.Add(300 * time.Hour)
	for range 1 + *delayed/record.MaxPublicLeaves { // so many a tick, the others in the next
		look()
	}
	page := folderOf(t, dir)["data/outcomes.csv"]
	for id := range due {
		if !bytes.Contains(page, []byte(id)) {
			t.Errorf("%s is never published", id)
		}
	}
	put(*delayed, f.at.Add(-100*time.Hour)) // one that the policy takes for older than it is
	if found := look(); len(found) == 0 {
		t.Error("control: what is early is not found")
	}
}

// finer finds numbers that say where something is more finely than a cell: degrees with more than one decimal.
var finer = regexp.MustCompile(`[^0-9.](3[0-9])\.[0-9]{2,}[^0-9]`)

// unpacked gives the files of a site with those in its bundles.
func unpacked(t *testing.T, files map[string][]byte) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for path, b := range files {
		out[path] = b
		if !strings.HasSuffix(path, ".zip") {
			continue
		}
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(path, err)
		}
		for _, x := range z.File {
			r, err := x.Open()
			if err != nil {
				t.Fatal(err)
			}
			if out[path+"/"+x.Name], err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

// No byte of a site or of a bundle in it holds a finer place than a cell, a name, a contact, or what somebody wrote for others.
func TestASiteTellsNoSecret(t *testing.T) {
	o := begin(t)
	o.key("jordan")
	o.finding()
	o.w.Later(80 * time.Hour)
	o.tick()
	files := unpacked(t, site(t, os.DirFS(o.dir), false))
	found := func(files map[string][]byte) (out []string) {
		for path, b := range files {
			if strings.Contains(path, "text/") || strings.HasSuffix(path, "agreement.html") || strings.Contains(path, "/article/") {
				continue // the text of the agreement has places of its own
			}
			for _, secret := range []string{"SECRET", "NAME-OF", "CONTACT-OF", "327500000", "361000000", "The count is not ours", "We see it otherwise", "p-1\"", "team-1"} {
				if bytes.Contains(b, []byte(secret)) {
					out = append(out, path+": "+secret)
				}
			}
			if m := finer.Find(b); m != nil && !strings.HasPrefix(path, "a/") {
				out = append(out, path+": "+string(m))
			}
		}
		return out
	}
	if list := found(files); len(list) > 0 {
		t.Errorf("%v", list)
	}
	for _, planted := range []string{`"at": 32.7512,`, "NAME-OF somebody"} {
		files["data/findings.geojson"] = append(slices.Clone(files["data/findings.geojson"]), planted...)
		if len(found(files)) == 0 {
			t.Errorf("control: %s is not found", planted)
		}
	}
}

// Of a fresh mechanism with a thousand records of all sorts, and nobody who made anything public, the site has the text and nothing else.
func TestASiteOfAFreshMechanismIsEmpty(t *testing.T) {
	f := newFactory(t)
	f.takeUp()
	list := f.outcomes()
	kinds := []truce.RecordKind{truce.RecordObservation, truce.RecordOutcome, truce.RecordStep, truce.RecordStatement, truce.RecordReport, truce.RecordMedia, truce.RecordQuery}
	for n := range 1000 {
		o := list[n%len(list)]
		o.Record, o.Form = fmt.Sprintf("o-fresh-%04d", n), verify.FormOutcome
		f.record(kinds[n%len(kinds)], []byte("{}"), published(&o, access.Thing{Kind: access.KindOutcome, Tier: truce.TierUnclassified}, f))
		if n%250 == 249 {
			f.at = f.at.Add(1000 * time.Hour)
			f.tick()
		}
	}
	f.sign(f.documents()...)
	told := regexp.MustCompile(`/(finding|outcome|report|archive)/|^check/`)
	served := func() (out []string) {
		files := site(t, f.files, false)
		for path, b := range files {
			if told.MatchString(path) || bytes.Contains(b, []byte("o-fresh-")) {
				out = append(out, path)
			}
		}
		for path, x := range f.files {
			if bytes.Contains(x.Data, []byte("o-fresh-")) || strings.HasPrefix(path, "doc/") && !bytes.HasPrefix(x.Data, []byte(`{"form":"truce/text/`)) && !bytes.HasPrefix(x.Data, []byte(`{"form":"truce/policy/`)) {
				out = append(out, path)
			}
		}
		return out
	}
	if list := served(); len(list) > 0 {
		t.Fatalf("public without anybody's act: %v", list)
	}
	o := list[0]
	o.Record, o.Form = "o-fresh-public", verify.FormOutcome
	f.record(truce.RecordClass, nil, published(&o, access.Thing{Kind: access.KindOutcome, Tier: truce.TierPublic, Class: access.ClassOrdinary, Classified: 1}, f))
	f.tick()
	f.sign(f.documents()...)
	if len(served()) == 0 {
		t.Error("control: what was made public is not found")
	}
}

// published lets an outcome wait until the policy shows a thing to the public.
func published(o *verify.OutcomeDocument, thing access.Thing, f *factory) ledger.Event {
	return ledger.Event{Key: "outcome:" + o.Record, Kind: verify.Outcome, Code: o.Code(), Document: *o, Thing: thing, Shows: access.Open | access.What | access.WhenCoarse | access.WhereCoarse | access.Who,
		Text: f.text.Text(), Plan: truce.Digest(f.plan.Hash)}
}
