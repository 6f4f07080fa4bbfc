package ledger_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"truce"
	"truce/assess"
	"truce/internal/access"
	"truce/internal/ledger"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
	"truce/internal/witness"
	"truce/terms"
	"truce/verify"
)

var (
	findings = flag.Int("findings", 40, "findings to verify")
	salts    = flag.Int("salts", 20_000, "salts to draw")
	every    = flag.Int("every", 20011, "change every so many bytes; 1 changes each")
	all      = flag.Bool("all", false, "try every way in which keys are let in and signatures forged, not one of each sort")
	leaves   = flag.Int("leaves", 0, "write a log of so many leaves to the folder of -into, for other programs")
	into     = flag.String("into", "", "folder for -leaves")
)

// dice is chance that is the same each time.
type dice struct{ n uint64 }

func (d *dice) Read(p []byte) (int, error) {
	for i := range p {
		if i%8 == 0 {
			d.n = d.n*6364136223846793005 + 1442695040888963407
		}
		p[i] = byte(d.n >> (33 + i%8*3))
	}
	return len(p), nil
}

// factory makes an open record without a mechanism: records are invented, what is published is real in every part that a reader checks.
type factory struct {
	t      testing.TB
	keys   *vault.Keyring
	log    *ledger.Log
	signer seal.Signer
	policy witness.Policy
	seq    truce.Seq
	prev   truce.Digest
	at     truce.Instant
	files  fstest.MapFS
	last   *ledger.Tick
	bodies []speaker
	plan   *terms.Plan
	text   record.Agreement
}

// speaker is a signatory with an ssh key.
type speaker struct {
	body   truce.BodyID
	signer ssh.Signer
	key    verify.KeyDocument
}

func newFactory(t testing.TB) *factory {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	keys, err := vault.NewKeyring(&dice{1})
	must(err)
	f := &factory{t: t, keys: keys, log: ledger.New(origin, keys), signer: seal.NewSigner(seal.Key{1}), at: 1_700_000_000_000, files: fstest.MapFS{}}
	k, err := f.signer.Public().LogKey(origin)
	must(err)
	f.policy = witness.NewPolicy(witness.Log{Key: k})
	f.text, f.plan, err = example()
	must(err)
	of, _ := f.plan.Agreement.Signatories()
	for i, id := range of {
		private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(i + 1)}, 32))
		signer, err := ssh.NewSignerFromKey(private)
		must(err)
		key, err := seal.ParseSSHKey(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))
		must(err)
		f.bodies = append(f.bodies, speaker{truce.BodyID(id), signer, verify.KeyDocument{Form: verify.FormKey, Key: string(key.ID()), Act: "begins", Body: string(id), Office: "guarantor",
			Method: "ssh", Public: key.String()}})
	}
	return f
}

// example is the agreement of the tests, read once.
var example = func() func() (record.Agreement, *terms.Plan, error) {
	var text record.Agreement
	var plan *terms.Plan
	var err error
	var once sync.Once
	return func() (record.Agreement, *terms.Plan, error) {
		once.Do(func() {
			var a *truce.Agreement
			if text, _, err = mechanism.ReadFolder(os.DirFS("../../examples/southwest-syria"), "", record.AgreementInForce); err == nil {
				if a, _, err = terms.Load(os.DirFS("../../examples/southwest-syria"), ""); err == nil {
					plan, err = terms.Compile(a)
				}
			}
		})
		return text, plan, err
	}
}()

// openly is a thing that the public may see at once.
var openly = access.Thing{Kind: access.KindCheckpoint, Tier: truce.TierPublic, Class: access.ClassOrdinary, Classified: 1, Release: 1}

// record adds a record of a kind to the journal that nobody keeps.
func (f *factory) record(kind truce.RecordKind, body []byte, events ...ledger.Event) *ledger.Tick {
	f.t.Helper()
	f.seq++
	f.at += 10
	r := truce.Record{Seq: f.seq, Prev: f.prev, ID: truce.RecordID(fmt.Sprintf("r-%020d", f.seq)), Kind: kind, Recorded: f.at, Body: body, Author: truce.Author{Vouch: truce.VouchNode}}
	f.prev = seal.Bytes(r.Bytes())
	t, err := f.log.Record(&r, events...)
	if err != nil {
		f.t.Fatal(err)
	}
	return t
}

func (f *factory) put(files []seal.LogFile) {
	for _, x := range files {
		if i := strings.Index(x.Path, ".p/"); i < 0 { // the full one takes the place of the partial ones
			for path := range f.files {
				if strings.HasPrefix(path, x.Path+".p/") {
					delete(f.files, path)
				}
			}
		}
		f.files[x.Path] = &fstest.MapFile{Data: x.Data}
	}
}

// tick lets the log grow.
func (f *factory) tick() {
	f.t.Helper()
	f.at = f.at/1000*1000 + 60_000
	c, files, err := f.log.Prepare(f.at, f.at.Add(ledger.DefaultDue), f.policy.String())
	if err != nil {
		f.t.Fatal(err)
	}
	d, err := c.Draft()
	if err != nil {
		f.t.Fatal(err)
	}
	f.put(files)
	t := f.record(truce.RecordCheckpoint, d.Record.Body)
	f.put(t.Files)
	f.last = t
}

// sign writes the checkpoint, with a proof of each document where asked for.
func (f *factory) sign(proofs ...int64) {
	f.t.Helper()
	signed, err := f.signer.SignCheckpoint(f.last.Checkpoint)
	if err != nil {
		f.t.Fatal(err)
	}
	f.files["checkpoint"], f.files["policy"] = &fstest.MapFile{Data: signed}, &fstest.MapFile{Data: []byte(f.last.Policy)}
	for _, i := range proofs {
		hashes, err := f.last.Checkpoint.ProveEntry(i, f.read)
		if err != nil {
			f.t.Fatal(err)
		}
		var leaf []byte
		if err := seal.Entries(f.read, f.last.Checkpoint.Size, i, i+1, func(_ int64, b []byte) error { leaf = slices.Clone(b); return nil }); err != nil {
			f.t.Fatal(err)
		}
		f.files[fmt.Sprintf("proof/%d", i)] = &fstest.MapFile{Data: seal.EntryProof{Index: i, Entry: leaf, Proof: hashes, Checkpoint: signed}.Text()}
	}
}

func (f *factory) read(path string) ([]byte, error) { return f.files.ReadFile(path) }

// takeUp publishes the text.
func (f *factory) takeUp() {
	text := f.text.Text()
	doc := verify.TextDocument{Form: verify.FormText, Agreement: string(f.text.Agreement), Version: string(f.text.Version), Use: "in-force", Text: text.String(), Plan: f.plan.Hash.String(),
		Engine: assess.Engine().String()}
	f.record(truce.RecordAgreement, nil, ledger.Event{Key: "text:1", Kind: verify.Text, Code: 1, Document: doc, Thing: openly, Shows: access.Open, Text: text, Plan: truce.Digest(f.plan.Hash),
		Files: []seal.LogFile{{Path: "text/" + text.String(), Data: f.text.Packed()}}})
}

// outcomes are what the rules say of invented incidents, with their answers.
func (f *factory) outcomes() (list []verify.OutcomeDocument) {
	f.t.Helper()
	a, err := assess.New(f.plan)
	if err != nil {
		f.t.Fatal(err)
	}
	begin := truce.InstantOf(time.Date(2017, 11, 10, 0, 0, 0, 0, time.UTC))
	for i := range 40 {
		a.Add(&truce.Observation{ID: truce.ObservationID(fmt.Sprintf("o%02d", i)), Kind: truce.KindIncident, What: []string{"shelling", "mortar-fire", "armed-force"}[i%3],
			When: truce.At(begin.Add(time.Duration(i) * time.Hour)), Where: truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(36+float64(i%7)/10, 32.5+float64(i%9)/10), Error: 100},
			Parts: []truce.Part{{Name: "government-of-syria", Role: truce.RoleInitiator}, {Name: "southern-front", Role: truce.RoleTarget}}, Source: truce.Source{ID: "s"}})
	}
	res := a.Settle(begin.Add(1000 * time.Hour))
	for _, acc := range res.Accounts {
		doc := verify.OutcomeDocument{Record: "r-" + string(acc.Rule), Agreement: string(f.text.Agreement), Version: string(f.text.Version), Rule: string(acc.Rule), Article: string(acc.Article),
			Subject: acc.Subject.Kind, Known: "unknown"}
		for n, o := range res.ExplainAll(acc) {
			names, err := assess.Questions(f.plan, acc.Rule, acc.Subject.Kind, o.Asked)
			if err != nil {
				f.t.Fatal(err)
			}
			s := verify.Said{Result: acc.Outcomes[n].Result.String(), Asked: verify.AskedOf(names, o.Asked)}
			for _, c := range o.Readings {
				s.Readings = append(s.Readings, c.String())
			}
			for _, p := range acc.Outcomes[n].Possible.Results() {
				s.Possible = append(s.Possible, p.String())
			}
			doc.Said = append(doc.Said, s)
		}
		list = append(list, doc)
	}
	return list
}

// finding publishes a finding on an outcome, signed by all signatories.
func (f *factory) finding(n int, o verify.OutcomeDocument) {
	f.t.Helper()
	f.findingAs(n, o, func(*verify.FindingDocument) {})
}

// findingAs is the same with a document that somebody changed after it was signed. The leaf counts the signatures that there were.
func (f *factory) findingAs(n int, o verify.OutcomeDocument, change func(*verify.FindingDocument)) {
	f.t.Helper()
	w := verify.Conclusion{Case: fmt.Sprintf("2026-%04d", n+1), Number: 7, Agreement: string(f.text.Agreement), Version: string(f.text.Version), Rule: o.Rule, Article: o.Article, Occurrence: "confirmed",
		Standard: "reasonable-grounds", Confidence: "medium", Intent: "undetermined", Cites: []string{o.Record}}
	words, err := verify.Encode(w)
	if err != nil {
		f.t.Fatal(err)
	}
	doc := verify.FindingDocument{Form: verify.FormFinding, Conclusion: words, Outcomes: []verify.OutcomeDocument{o}}
	var keys []verify.KeyDocument
	for i, s := range f.bodies {
		body, err := json.Marshal(map[string]any{"case": w.Case, "step": "sign", "last": 9, "of": 7, "signs": verify.ConclusionDigest(words).String()})
		if err != nil {
			f.t.Fatal(err)
		}
		r := truce.Record{Kind: truce.RecordStep, Tier: truce.TierMechanism, Claimed: f.at, Body: body,
			Author: truce.Author{Person: truce.PersonID(fmt.Sprintf("p-%d", i)), Body: s.body, Office: truce.OfficeGuarantor, Vouch: truce.VouchSignature, Key: truce.KeyID(s.key.Key)}}
		sig, err := sshsig.Sign(bytes.NewReader(r.Statement()), s.signer, sshsig.HashSHA512, verify.Namespace)
		if err != nil {
			f.t.Fatal(err)
		}
		doc.Signatures = append(doc.Signatures, verify.Signature{Body: string(s.body), Act: "sign", How: "ssh", Key: s.key.Key, Statement: r.Statement(), Signature: sshsig.Armor(sig)})
		keys = append(keys, s.key)
	}
	change(&doc)
	_, asked := f.plan.Agreement.Signatories()
	f.record(truce.RecordStep, nil, ledger.Event{Key: "finding:" + w.Case, Kind: verify.Finding, Code: 1, Document: doc, Thing: openly, Shows: access.Open, Text: f.text.Text(), Plan: truce.Digest(f.plan.Hash),
		Keys: keys, Signed: uint8(len(f.bodies)), Asked: uint8(asked)})
}

// report publishes a daily report, signed by who issued it, that says something beside its number and times.
func (f *factory) report(says string, change func(*verify.ReportDocument)) {
	f.t.Helper()
	x := record.Report{At: f.at, Act: record.ReportIssued, Number: 3, From: f.at.Add(-24 * time.Hour), To: f.at, Simulated: true}
	if says == "" {
		says = `"tier":"public","cell":{"west":36.1,"none":null},"texts":{"summary":"A quiet day: <\u2028>."},"simulated":true`
	}
	x.Content = fmt.Appendf(nil, `{"number":3,"from":"%s","to":"%s",%s}`, x.From, x.To, says)
	d, err := x.Draft()
	if err != nil {
		f.t.Fatal(err)
	}
	s, r := f.bodies[0], d.Record
	r.Tier, r.Author = truce.TierPublic, truce.Author{Person: "p-1", Body: s.body, Office: truce.OfficeDutyOfficer, Vouch: truce.VouchSignature, Key: truce.KeyID(s.key.Key)}
	salt := seal.Salt{1, 2, 3}
	r.Commitments = []truce.Commitment{{Group: record.ReportGroup, Digest: seal.Commit(record.ReportGroup, salt, x.Content)}}
	sig, err := sshsig.Sign(bytes.NewReader(r.Statement()), s.signer, sshsig.HashSHA512, verify.Namespace)
	if err != nil {
		f.t.Fatal(err)
	}
	doc := verify.ReportDocument{Form: verify.FormReport, Report: "r-00000000000000000003", Act: "issued", Number: 3, From: x.From.String(), To: x.To.String(), Content: x.Content,
		Salt: truce.Digest(salt).String(), Simulated: true, Signatures: []verify.Signature{{Body: string(s.body), Act: "issued", How: "ssh", Key: s.key.Key, Statement: r.Statement(), Signature: sshsig.Armor(sig)}}}
	change(&doc)
	f.record(truce.RecordReport, nil, ledger.Event{Key: "report:3", Kind: verify.ReportLeaf, Code: 1, Document: doc, Thing: openly, Shows: access.Open, Keys: []verify.KeyDocument{s.key}})
}

// filled is a record with so many findings, and a daily report.
func filled(t testing.TB, n int) *factory {
	f := newFactory(t)
	f.takeUp()
	f.report("", func(*verify.ReportDocument) {})
	f.tick()
	list := f.outcomes()
	for i := range n {
		f.finding(i, list[i%len(list)])
		if i%900 == 899 {
			f.tick()
		}
	}
	f.tick()
	f.sign()
	return f
}

func (f *factory) check(o verify.Options) *verify.Report {
	f.t.Helper()
	r, err := verify.Check(f.files, o)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

// Each finding of a record is verified and derived again. make verify-figures does it with ten thousand.
func TestFindingsAreVerified(t *testing.T) {
	f := filled(t, *findings)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := time.Now()
	r := f.check(verify.Options{Now: f.at})
	took := time.Since(begun)
	runtime.ReadMemStats(&after)
	if len(r.Faults) > 0 || r.Reports.Signed != 1 || r.Findings.Signed != int64(*findings) || r.Findings.Derived != int64(*findings) || r.Findings.Claimed+r.Findings.Unsigned != 0 {
		t.Fatalf("%s", explain(r))
	}
	t.Logf("%d findings verified and derived in %v, %d MB taken from the system, %d MB before", *findings, took.Round(time.Millisecond), after.Sys>>20, before.Sys>>20)
}

// Every change of one byte, of the text, the rules or the zones in it, of a document, a leaf, a tile or the checkpoint, is noticed; what was changed in the text
// spoils every finding made under it. make verify-bytes changes each byte: a text is compiled once for each of its digests, which changes nothing in what is checked.
func TestEveryChangedByteIsNoticed(t *testing.T) {
	f := filled(t, 3)
	if r := f.check(verify.Options{Now: f.at}); len(r.Faults) > 0 {
		t.Fatalf("control: %s", explain(r))
	}
	type change struct {
		path string
		at   int
	}
	todo := make(chan change)
	var tried, texts atomic.Int64
	var done sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		done.Go(func() {
			files, plans := maps.Clone(f.files), map[string]*terms.Plan{}
			for x := range todo {
				good := f.files[x.path]
				spoiled := bytes.Clone(good.Data)
				spoiled[x.at] ^= 1
				files[x.path] = &fstest.MapFile{Data: spoiled}
				r, err := verify.Check(files, verify.Options{Now: f.at, Plans: plans})
				files[x.path] = good
				if tried.Add(1); err == nil && len(r.Faults) == 0 {
					t.Errorf("byte %d of %s may be changed", x.at, x.path)
				}
				if !strings.HasPrefix(x.path, "text/") {
					continue
				}
				if texts.Add(1); err != nil || r.Findings.Signed+r.Findings.Unsigned != 0 {
					t.Errorf("byte %d of the text was changed, and the findings under it hold: %v", x.at, err)
				}
			}
		})
	}
	for path, file := range f.files {
		if f.old(path) {
			continue
		}
		stride := max(*every, 1)
		if !strings.HasPrefix(path, "text/") && !strings.HasPrefix(path, "tile/entries/") {
			stride = max(stride/20, 1)
		}
		for i := 0; i < len(file.Data); i += stride {
			todo <- change{path, i}
		}
	}
	close(todo)
	done.Wait()
	t.Logf("%d changes, %d of them in the text", tried.Load(), texts.Load())
	if r := f.check(verify.Options{Now: f.at}); len(r.Faults) > 0 {
		t.Errorf("control: %s", explain(r))
	}
}

// old reports that a file is a partial tile of an older checkpoint: nobody needs it.
func (f *factory) old(path string) bool {
	return strings.Contains(path, ".p/") && !strings.HasSuffix(path, fmt.Sprintf(".p/%d", f.last.Checkpoint.Size%256))
}

// A file that is gone is noticed too, but for proofs, which the whole log makes needless.
func TestEveryMissingFileIsNoticed(t *testing.T) {
	f := filled(t, 3)
	for path, file := range f.files {
		if f.old(path) {
			continue
		}
		delete(f.files, path)
		r, err := verify.Check(f.files, verify.Options{Now: f.at})
		notes := func(x verify.Remark) bool { return x.Code == "part" }
		if err == nil && len(r.Faults) == 0 && !slices.ContainsFunc(r.Remarks, notes) && !strings.HasPrefix(path, "tile/0/000.p/") {
			t.Errorf("%s may be missing", path)
		}
		f.files[path] = file
	}
}

// One finding with all it takes to check it fits into a small bundle, and is checked without the log.
func TestABundleOfOneFinding(t *testing.T) {
	f := filled(t, 30)
	r := f.check(verify.Options{Now: f.at})
	size := r.Size
	var finding int64 = -1
	var need []int64
	err := seal.Entries(f.read, size, 0, size, func(i int64, b []byte) error {
		l, err := verify.ParseLeaf(b)
		switch {
		case err != nil:
			return err
		case l.Kind == verify.Finding:
			finding = i
		case l.Kind == verify.Text || l.Kind == verify.KeyLeaf:
			need = append(need, i)
		}
		return nil
	})
	if err != nil || finding < 0 {
		t.Fatal(err)
	}
	need = append(need, finding)
	f.sign(need...)
	pack, total := fstest.MapFS{}, 0
	add := func(path string) {
		pack[path] = f.files[path]
		total += len(f.files[path].Data)
	}
	add("checkpoint")
	add("policy")
	for _, i := range need {
		path := fmt.Sprintf("proof/%d", i)
		add(path)
		p, err := seal.ParseEntryProof(f.files[path].Data)
		if err != nil {
			t.Fatal(err)
		}
		l, _ := verify.ParseLeaf(p.Entry)
		add("doc/" + l.Body.String())
		if l.Kind == verify.Text {
			add("text/" + l.Text.String())
		}
	}
	begun := time.Now()
	got, err := verify.Check(pack, verify.Options{Now: f.at})
	took := time.Since(begun)
	if err != nil || len(got.Faults) > 0 || got.Whole || got.Findings.Signed != 1 || got.Findings.Derived != 1 {
		t.Fatalf("%v %s", err, explain(got))
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for path, file := range pack {
		w, err := z.Create(path)
		if err == nil {
			_, err = w.Write(file.Data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	if b.Len() > 64<<10 {
		t.Errorf("a bundle of %d bytes", b.Len())
	}
	t.Logf("a bundle of %d files, %d bytes, %d before it was compressed, checked in %v", len(pack), b.Len(), total, took.Round(time.Millisecond))
	// Control: the proof of another leaf, and a bundle without the key.
	pack[fmt.Sprintf("proof/%d", finding)] = f.files[fmt.Sprintf("proof/%d", need[0])]
	if got, err := verify.Check(pack, verify.Options{Now: f.at}); err == nil && len(got.Faults) == 0 {
		t.Error("the proof of another leaf passes")
	}
}

// The same journal makes the same log, and another key another.
func TestTheLogIsAFunctionOfTheJournal(t *testing.T) {
	a, b := filled(t, 5), filled(t, 5)
	if a.last.Checkpoint != b.last.Checkpoint || len(a.files) != len(b.files) {
		t.Error("the same journal made two logs")
	}
	for path, x := range a.files {
		if !bytes.Equal(x.Data, b.files[path].Data) {
			t.Errorf("%s is not the same", path)
		}
	}
	// A checkpoint that names another tree stops everything.
	c, _, err := a.log.Prepare(a.at/1000*1000+60_000, a.at/1000*1000+90_000, a.policy.String())
	if err != nil {
		t.Fatal(err)
	}
	c.Root[0] ^= 1
	d, err := c.Draft()
	if err != nil {
		t.Fatal(err)
	}
	r := truce.Record{Seq: a.seq + 1, Kind: truce.RecordCheckpoint, Body: d.Record.Body, Author: truce.Author{Vouch: truce.VouchNode}}
	if _, err := a.log.Record(&r); truce.KindOf(err) != truce.Corrupt || err == nil {
		t.Error(err)
	}
}

// From the number of leaves nobody tells the number of records.
func TestPaddingHidesHowManyThereAre(t *testing.T) {
	sizes := map[int64]int{}
	for n := range 60 {
		f := newFactory(t)
		for range n + 1 {
			f.record(truce.RecordObservation, nil)
		}
		f.tick()
		sizes[f.last.Checkpoint.Size]++
	}
	if len(sizes) > 10 || sizes[17] != 16 {
		t.Errorf("%v", sizes)
	}
}

// Once everything of a tick is due, its padding is shown, and what is neither revealed nor withheld is listed.
func TestPaddingIsShownWhenItIsDue(t *testing.T) {
	f := filled(t, 2)
	first := f.check(verify.Options{Now: f.at})
	if first.Sealed.Overdue != 0 || first.Sealed.NotDue != first.Leaves.Sealed {
		t.Fatalf("%s", explain(first))
	}
	f.at = f.at.Add(ledger.DefaultDue + 24*time.Hour)
	f.tick()
	f.sign()
	r := f.check(verify.Options{Now: f.at})
	if len(r.Faults) > 0 || r.Sealed.Padding == 0 || r.Sealed.Overdue == 0 || r.Sealed.Padding+r.Sealed.Overdue+r.Sealed.NotDue != r.Leaves.Sealed || r.Sealed.NotDue != 16 {
		t.Fatalf("%s", explain(r))
	}
	if !slices.ContainsFunc(r.Remarks, func(x verify.Remark) bool { return x.Code == "overdue" }) {
		t.Error("nobody is told what is overdue")
	}
}

// A salt never comes twice, and a commitment to a place is found among guesses only where it has none. -salts 1000000 draws as many.
func TestSalts(t *testing.T) {
	n := *salts
	seen := make(map[seal.Salt]bool, n)
	keys, err := vault.NewKeyring(&dice{3})
	if err != nil {
		t.Fatal(err)
	}
	random := &dice{uint64(time.Now().UnixNano())}
	for range n {
		sealed, commitments, err := keys.Seal(random, []vault.Group{{Name: "where", Data: []byte("36.1000,32.7500")}})
		if err != nil {
			t.Fatal(err)
		}
		g, err := keys.Open(&truce.Record{Commitments: commitments}, sealed)
		if err != nil {
			t.Fatal(err)
		}
		o, _ := g.Reveal("where")
		if seen[o.Salt] {
			t.Fatal("a salt came twice")
		}
		seen[o.Salt] = true
	}
	salted := seal.Commit("where", seal.Salt{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, []byte("36.1000,32.7500"))
	bare := sha256.Sum256([]byte("36.1000,32.7500"))
	found, control := false, false
	for lon := range 100 {
		for lat := range 100 {
			guess := fmt.Appendf(nil, "36.%04d,32.%04d", 950+lon, 7450+lat)
			found = found || seal.Commit("where", seal.Salt{}, guess) == salted || seal.Bytes(guess) == salted
			control = control || sha256.Sum256(guess) == bare
		}
	}
	if found || !control {
		t.Errorf("found %v, control %v", found, control)
	}
}

// TestWriteALog writes a log for other programs: see bench/ledger.
func TestWriteALog(t *testing.T) {
	if *leaves == 0 {
		t.Skip("make verify-figures writes a log of a million leaves")
	}
	f := newFactory(t)
	for f.last == nil || f.last.Checkpoint.Size < int64(*leaves) {
		for range 8000 {
			f.record(truce.RecordObservation, nil)
		}
		f.tick()
		f.flush()
	}
	f.sign()
	f.flush()
	if err := os.WriteFile(*into+"/key", []byte(f.policy.Logs[0].Key.String()+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d leaves in %s", f.last.Checkpoint.Size, *into)
}

// flush writes what is in memory to the folder.
func (f *factory) flush() {
	for path, x := range f.files {
		at := *into + "/" + path
		if err := os.MkdirAll(at[:strings.LastIndexByte(at, '/')], 0o755); err != nil {
			f.t.Fatal(err)
		}
		if err := os.WriteFile(at, x.Data, 0o644); err != nil {
			f.t.Fatal(err)
		}
		if !strings.Contains(path, ".p/") {
			delete(f.files, path)
		}
	}
}

var sample = flag.String("sample", "", "folder to write a small record to, with findings, for other programs to read")

// TestWriteASample writes a small record for other programs: a text, three findings with signatures and proofs, sealed leaves.
func TestWriteASample(t *testing.T) {
	if *sample == "" {
		t.Skip("go test ./internal/ledger -run Sample -sample DIR writes a small record")
	}
	f := filled(t, 3)
	var documents []int64
	err := seal.Entries(f.read, f.last.Checkpoint.Size, 0, f.last.Checkpoint.Size, func(i int64, b []byte) error {
		if l, err := verify.ParseLeaf(b); err == nil && l.Kind != verify.Sealed {
			documents = append(documents, i)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f.sign(documents...)
	*into = *sample
	f.flush()
}
