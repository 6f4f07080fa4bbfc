package ledger_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"truce"
	"truce/internal/ledger"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/publish"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
	"truce/internal/witness"
	"truce/verify"
)

var (
	places  = flag.Int("places", 250_000, "places in the dictionary")
	records = flag.Int("records", 300, "records with canaries in them")
)

// Somebody who knows every place of a country, to eleven metres, tries each against what is public of a hundred records: the leaves, and the commitments behind them, which
// whoever was shown a record has. None is found; with a commitment without a salt, each is. make verify-figures tries a hundred million places.
func TestADictionaryFindsNoPlace(t *testing.T) {
	side := int(math.Sqrt(float64(*places)))
	keys, err := vault.NewKeyring(&dice{5})
	if err != nil {
		t.Fatal(err)
	}
	random := &dice{7}
	// where is what a record says of its place, with room for the digits of another.
	where := func(lon, lat int) []byte {
		d, err := record.Observation{Kind: truce.KindIncident, Content: &truce.Observation{ID: "o", Kind: truce.KindIncident, What: "shelling", When: truce.At(1_510_000_000_000), Source: truce.Source{ID: "s"},
			Where: truce.Place{Kind: truce.PlacePoint, At: truce.Position{Lon: truce.E7(360_000_000 + 1000*lon), Lat: truce.E7(320_000_000 + 1000*lat)}, Error: 100}}}.Draft()
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range d.Groups {
			if g.Name == "where" {
				return g.Data
			}
		}
		t.Fatal("it has no place")
		return nil
	}
	public, bare := map[truce.Digest]bool{}, map[truce.Digest]bool{}
	const hidden = 100
	for i := range hidden {
		data := where((i*7919+13)%side, (i*104729+17)%side)
		sealed, commitments, err := keys.Seal(random, []vault.Group{{Name: "where", Data: data}})
		if err != nil {
			t.Fatal(err)
		}
		r := truce.Record{ID: truce.RecordID(fmt.Sprintf("r-%020d", i)), Kind: truce.RecordObservation, Commitments: commitments}
		if g, err := keys.Open(&r, sealed); err != nil || g.Erased() {
			t.Fatal(err)
		}
		public[commitments[0].Digest], public[ledger.SealOf(&r)] = true, true
		bare[seal.Commit("where", seal.Salt{}, data)], bare[sha256.Sum256(data)] = true, true
	}
	// Each place is written where this one stands.
	first, rest, _ := bytes.Cut(where(5000, 5000), []byte(`"lat":32.5,"lon":36.5`))
	if len(rest) == 0 {
		t.Fatalf("%s", first)
	}
	var found, control, tried atomic.Int64
	var done sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		done.Go(func() {
			var guess []byte
			for lon := range next {
				east := strconv.AppendFloat([]byte(`,"lon":`), truce.E7(360_000_000+1000*lon).Degrees(), 'f', -1, 64)
				for lat := range side {
					guess = append(append(guess[:0], first...), `"lat":`...)
					guess = strconv.AppendFloat(guess, truce.E7(320_000_000+1000*lat).Degrees(), 'f', -1, 64)
					guess = append(append(guess, east...), rest...)
					for _, d := range [...]truce.Digest{seal.Commit("where", seal.Salt{}, guess), sha256.Sum256(guess)} {
						if public[d] {
							found.Add(1)
						}
						if bare[d] {
							control.Add(1)
						}
					}
				}
				tried.Add(int64(side))
			}
		})
	}
	for lon := range side {
		next <- lon
	}
	close(next)
	done.Wait()
	if found.Load() > 0 || control.Load() != 2*hidden {
		t.Errorf("%d found; control: %d of %d", found.Load(), control.Load(), 2*hidden)
	}
	t.Logf("%d places tried: %d of %d records found; of those without a salt %d of %d", tried.Load(), found.Load(), hidden, control.Load()/2, hidden)
}

var (
	// canary is what must be in no public byte: words planted in the records, and their places finer than a cell.
	canary  = regexp.MustCompile(`CANARY-[A-Z]+|NAME-OF|CONTACT-OF|SECRET|32\.6[0-9]{2}|326[0-9]{6}\b|36\.0[0-9]{2}|360[0-9]{6}\b`)
	begins  = [][]byte{[]byte("CANARY-"), []byte("-OF"), []byte("SECRET"), []byte("32.6"), []byte("326"), []byte("36.0"), []byte("360")}
	encoded = regexp.MustCompile(`[A-Za-z0-9+/]{12,}={0,2}`)
)

// leaks lists the canaries in bytes, also where they are in base64 or in a bundle.
func leaks(path string, b []byte, deep int) (out []string) {
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return []string{path + ": " + err.Error()}
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				return []string{path + ": " + err.Error()}
			}
			inside, _ := io.ReadAll(r)
			out = append(out, leaks(path+"/"+f.Name, inside, deep)...)
		}
		return out
	}
	if strings.Contains(path, "text/") { // the agreement's own places are public
		return nil
	}
	if slices.ContainsFunc(begins, func(first []byte) bool { return bytes.Contains(b, first) }) { // most files are hashes, and this is faster
		for _, m := range canary.FindAll(b, -1) {
			out = append(out, path+": "+string(m))
		}
	}
	if deep > 0 && !strings.Contains(path, "tile/") {
		for _, m := range encoded.FindAll(b, -1) {
			if inside, err := base64.StdEncoding.DecodeString(string(m)); err == nil {
				out = append(out, leaks(path, inside, deep-1)...)
			}
		}
	}
	return out
}

// memoryOut is a folder for a site, in memory.
type memoryOut map[string][]byte

func (m memoryOut) ReadFile(path string, limit int64) ([]byte, error) {
	if b, ok := m[path]; ok {
		return b, nil
	}
	return nil, &truce.Error{Op: "memory", Kind: truce.NotFound, Subject: path}
}
func (m memoryOut) WriteFile(path string, data []byte) error { m[path] = bytes.Clone(data); return nil }
func (m memoryOut) Remove(path string) error                 { delete(m, path); return nil }
func (m memoryOut) Sync() error                              { return nil }

// stream is so many lines of observations, each with canaries: who said it, what was noted, and a place to the metre.
type stream struct {
	from, n int
	line    []byte
}

func (s *stream) Read(p []byte) (int, error) {
	if len(s.line) == 0 {
		if s.n == 0 {
			return 0, io.EOF
		}
		s.n--
		s.from++
		s.line = fmt.Appendf(s.line, `{"id":"CANARY-ID-%d","kind":"incident","what":"shelling","time":"2017-11-%02dT%02d:%02d:%02dZ","place":{"kind":"point","lat":32.6%05d,"lon":36.0%05d,"error_m":10},"parts":[{"name":"government-of-syria","role":"initiator"}],"source":{"id":"CANARY-SOURCE-%d","means":"seen","standing":"observed"},"note":"CANARY-NOTE-%d"}`+"\n",
			s.from, 10+s.from%9, s.from%24, s.from/24%60, s.from/1440%60, s.from*37%100_000, s.from*101%100_000, s.from, s.from)
	}
	n := copy(p, s.line)
	s.line = s.line[n:]
	return n, nil
}

// Of a journal full of records with a canary in each field that must not be seen, with findings, outcomes and reports that are public, no public byte holds one: no tile, no document, no
// proof, no page, data file, feed or bundle of the site. One that people open is found, so the search finds them. make verify-figures does it with a million.
func TestNoCanaryIsInAnyPublicByte(t *testing.T) {
	o := begin(t)
	ctx := context.Background()
	for _, name := range []string{"jordan", "united states"} {
		o.key(name)
	}
	c, _ := o.finding()
	o.report(truce.TierPublic, "", "A quiet day.")
	outcomes, err := o.w.M.Outcomes(ctx, o.w.As("duty"), mechanism.OutcomeSearch{Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range outcomes.Items {
		o.twice(public(o, x.ID).Draft())
	}
	// What pages load is the program's own and the same for every record: it was there before any canary.
	before := memoryOut{}
	o.w.Later(time.Hour)
	o.tick()
	site, err := publish.New(os.DirFS(o.dir), before)
	if err == nil {
		_, err = site.Update(ctx, false)
	}
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < *records; n += 50_000 {
		part := &stream{from: n, n: min(50_000, *records-n)}
		want := part.n
		taken, err := o.w.M.Report(ctx, o.w.As("monitor"), mechanism.Batch{Name: "CANARY-FILE", Format: "ndjson", Tier: truce.TierMechanism, MaxBytes: 1 << 40, Body: part})
		if err != nil || taken.Records != want {
			t.Fatalf("%+v, %v", taken, err)
		}
		o.tick()
	}
	shown := o.w.Report("monitor", strings.NewReplacer("obs-1", "CANARY-SHOWN", "SECRET-NOTE", "CANARY-SHOWN", "32.75", "32.6123456").Replace(mechanismtest.Shelling)).IDs[0]
	o.w.Later(73 * time.Hour)
	o.tick()
	after := memoryOut{}
	if site, err = publish.New(os.DirFS(o.dir), after); err != nil {
		t.Fatal(err)
	}
	look := func() (list []string, files, size int) {
		t.Helper()
		if _, err := site.Update(ctx, false); err != nil {
			t.Fatal(err)
		}
		see := func(path string, b []byte) {
			if !strings.HasPrefix(path, "a/") || !bytes.Equal(b, before[path]) {
				list = append(list, leaks(path, b, 2)...)
				files, size = files+1, size+len(b)
			}
		}
		eachFile(t, o.dir, see)
		for path, b := range after {
			see(path, b)
		}
		return list, files, size
	}
	list, files, size := look()
	r := o.check(nil)
	if r.Leaves.Finding != 1 || r.Leaves.Outcome == 0 || r.Leaves.Report != 1 || len(r.Faults) > 0 || r.Leaves.Sealed < int64(*records) || len(after) < 20 {
		t.Fatalf("too little is public of %s, and the site has %d files: %s", c, len(after), explain(r))
	}
	for _, x := range list {
		t.Error(x)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("%d records, %d public files with %d bytes: %d canaries; %v of processors, %d MB taken from the system", *records, files, size, len(list), cpu().Round(time.Second), memory.Sys>>20)
	// Control: what two people open is found in its document, what is written into a public report in its document and on the site.
	o.twice(record.Class{At: o.w.Clock(), Act: record.ClassReveals, Of: shown, Group: "note", Reason: "It is known."}.Draft())
	o.report(truce.TierPublic, "", "CANARY-REPORT")
	o.w.Later(25 * time.Hour)
	o.tick()
	list, _, _ = look()
	for _, want := range []string{"doc/[0-9a-f]+: CANARY-SHOWN", "doc/[0-9a-f]+: CANARY-REPORT", "en/report/[0-9]+.html: CANARY-REPORT"} {
		if !regexp.MustCompile(want).MatchString(strings.Join(list, "\n")) {
			t.Errorf("control: %s is not found among %q", want, list[:min(len(list), 20)])
		}
	}
}

// When a finding was published is said without the operator: after the checkpoint that it names, and by the time at which witnesses first signed one with it. That they signed again
// later changes nothing; without a proof that keeps the first, or with too few of them, less is said.
func TestWhenAFindingWasPublished(t *testing.T) {
	f := newFactory(t)
	var peers []witness.Peer
	var signers []seal.Signer
	for i := range 4 {
		s := seal.NewSigner(seal.Key{byte(9 + i)})
		name := fmt.Sprintf("w%d.example", i)
		k, err := s.Public().WitnessKey(name)
		if err != nil {
			t.Fatal(err)
		}
		peers, signers = append(peers, witness.Peer{Name: name, Key: k}), append(signers, s)
	}
	f.policy = witness.NewPolicy(f.policy.Logs[0], peers...)
	cosigned := func(at truce.Instant, n int, proofs ...int64) {
		t.Helper()
		f.sign()
		signed := f.files["checkpoint"].Data
		for i, s := range signers[:n] {
			line, err := s.Cosign(peers[i].Name, f.last.Checkpoint, at)
			if err != nil {
				t.Fatal(err)
			}
			signed = append(signed, line.Line...)
		}
		f.files["checkpoint"].Data = signed
		for _, i := range proofs {
			hashes, err := f.last.Checkpoint.ProveEntry(i, f.read)
			if err != nil {
				t.Fatal(err)
			}
			err = seal.Entries(f.read, f.last.Checkpoint.Size, i, i+1, func(_ int64, b []byte) error {
				f.files[fmt.Sprintf("proof/%d", i)] = &fstest.MapFile{Data: seal.EntryProof{Index: i, Entry: bytes.Clone(b), Proof: hashes, Checkpoint: signed}.Text()}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	f.takeUp()
	f.tick()
	before := f.last.Checkpoint.Size
	f.finding(0, f.outcomes()[0])
	f.tick()
	first, second := (f.at / 1000 * 1000).Add(time.Minute), (f.at / 1000 * 1000).Add(48*time.Hour)
	finding := f.last.Checkpoint.Size - 1
	cosigned(first, 4, finding)
	f.record(truce.RecordObservation, nil)
	f.tick()
	cosigned(second, 4)
	want := func(by string) {
		t.Helper()
		r := f.check(verify.Options{})
		if len(r.Faults) > 0 || len(r.Times) != 1 || r.Times[0].Leaf != finding || r.Times[0].After != before || r.Times[0].By != by || r.Times[0].Case != "2026-0001" {
			t.Errorf("%+v, want %q: %s", r.Times, by, explain(r))
		}
		var b strings.Builder
		if err := r.WriteTimes(&b); err != nil || !strings.Contains(b.String(), "case 2026-0001: after the checkpoint of "+fmt.Sprint(before)) {
			t.Errorf("%s, %v", b.String(), err)
		}
	}
	want(first.String())
	delete(f.files, fmt.Sprintf("proof/%d", finding))
	want(second.String())
	cosigned(second, 1)
	want("")
}
