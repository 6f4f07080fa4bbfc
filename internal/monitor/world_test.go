package monitor

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"truce"
	"truce/assess"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/terms"
	"truce/verify"
)

// An invented record, as an operator would publish it, who then does what an operator should not.

const (
	origin = "record.example/valley"
	start  = int64(1_700_000_000) // of the first tick, in seconds
	hour   = int64(3600)
)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func signer(seed string) seal.Signer { return seal.NewSigner(seal.Key(seal.Bytes([]byte(seed)))) }

// version is one version of an agreement, packed and compiled.
type version struct {
	packed     []byte
	text, plan truce.Digest
	signers    int
}

var versions []version

// agreements compiles two versions of a shipped example that differ in a rule's time.
func agreements(t testing.TB) []version {
	if versions != nil {
		return versions
	}
	for _, change := range []string{"", "# another version of the same text\n"} {
		var files []verify.TextFile
		root := os.DirFS("../../examples/disengagement-1974")
		err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.Contains("agreement.yaml actors.yaml geometry.geojson statements.yaml", path) && !strings.HasPrefix(path, "text/") {
				return err
			}
			b, err := fs.ReadFile(root, path)
			if path == "agreement.yaml" {
				b = append(b, change...)
			}
			files = append(files, verify.TextFile{Path: path, Data: b})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(files, func(a, b verify.TextFile) int { return strings.Compare(a.Path, b.Path) })
		var packed []byte
		for _, f := range files {
			for _, part := range [][]byte{[]byte(f.Path), f.Data} {
				packed = append(binary.BigEndian.AppendUint32(packed, uint32(len(part))), part...)
			}
		}
		fsys := must[fs.FS](t)(verify.TextFS(files))
		a, report, err := terms.Load(fsys, "")
		if err != nil || report.Errors() > 0 {
			t.Fatal(err, report)
		}
		plan := must[*terms.Plan](t)(terms.Compile(a))
		_, n := a.Signatories()
		versions = append(versions, version{packed, seal.Bytes(packed), plan.Hash, n})
	}
	return versions
}

// site is a record with the hand that writes it.
type site struct {
	t      testing.TB
	files  map[string][]byte
	tree   seal.Tree
	origin string
	log    seal.Signer
	policy string
	now    int64 // of the last tick
	inUse  version
	last   seal.Checkpoint
	salts  map[int64]seal.Salt // of padding that is still closed, by leaf
	leaves []verify.Leaf
	cosign int // how many of the four witnesses sign
}

// newSite begins a record: a text, a key of a body, a policy.
func newSite(t testing.TB) *site {
	s := &site{t: t, files: map[string][]byte{}, origin: origin, log: signer("log"), now: start, salts: map[int64]seal.Salt{}, cosign: 4}
	s.policy = s.policyText(3, s.log)
	s.tick(s.version(agreements(t)[0], 0), s.policyLeaf(), s.finding())
	return s
}

func (s *site) policyText(k int, logs ...seal.Signer) string {
	var p witness.Policy
	for _, l := range logs {
		p.Logs = append(p.Logs, witness.Log{Key: must[seal.NoteKey](s.t)(l.Public().LogKey(s.origin))})
	}
	g := witness.Group{Name: "witnesses", K: k}
	for i := range 4 {
		name := fmt.Sprintf("w%d.example", i)
		p.Peers = append(p.Peers, witness.Peer{Name: name, Key: must[seal.NoteKey](s.t)(signer(name).Public().WitnessKey(name))})
		g.Members = append(g.Members, name)
	}
	p.Groups, p.Quorum = []witness.Group{g}, g.Name
	return p.String()
}

// document writes a document and gives its digest.
func (s *site) document(v any) truce.Digest {
	b := must[[]byte](s.t)(verify.Encode(v))
	d := seal.Bytes(b)
	s.files["doc/"+d.String()] = b
	return d
}

func (s *site) version(v version, signed uint8) verify.Leaf {
	s.inUse = v
	s.files["text/"+v.text.String()] = v.packed
	return verify.Leaf{Kind: verify.Text, Code: 1, Signed: signed, Body: s.document(verify.TextDocument{Form: verify.FormText, Agreement: "valley", Version: fmt.Sprint(len(s.leaves)), Use: "in-force",
		Text: v.text.String(), Plan: v.plan.String(), Engine: assess.Engine().String()})}
}

func (s *site) policyLeaf() verify.Leaf {
	return verify.Leaf{Kind: verify.PolicyLeaf, Body: s.document(verify.PolicyDocument{Form: verify.FormPolicy, Policy: s.policy})}
}

func (s *site) finding() verify.Leaf {
	words := must[[]byte](s.t)(verify.Encode(verify.Conclusion{Case: fmt.Sprint("c", len(s.leaves)), Number: 1, Agreement: "valley", Version: "1", Occurrence: "confirmed"}))
	return verify.Leaf{Kind: verify.Finding, Code: 1, Asked: uint8(s.inUse.signers), Body: s.document(verify.FindingDocument{Form: verify.FormFinding, Conclusion: words})}
}

func (s *site) outcome() verify.Leaf {
	d := verify.OutcomeDocument{Form: verify.FormOutcome, Record: fmt.Sprint("o", len(s.leaves)), Agreement: "valley", Version: "1", Rule: "r", Subject: "observation",
		Said: []verify.Said{{Result: truce.Breached.String(), Possible: []string{truce.Breached.String()}}}}
	return verify.Leaf{Kind: verify.Outcome, Code: d.Code(), Body: s.document(d)}
}

func (s *site) report() verify.Leaf {
	d := verify.ReportDocument{Form: verify.FormReport, Report: fmt.Sprint("d", len(s.leaves)), Act: "issued", Number: 1, From: "2023-11-13T00:00:00Z", To: "2023-11-14T00:00:00Z", Salt: truce.Digest{}.String()}
	d.Content = fmt.Appendf(nil, `{"number":1,"from":"%s","to":"%s","tier":"public"}`, d.From, d.To)
	return verify.Leaf{Kind: verify.ReportLeaf, Code: 1, Body: s.document(d)}
}

// tick adds leaves, with some that are sealed before them, and publishes. What is sealed is padding that is shown before it is due.
func (s *site) tick(leaves ...verify.Leaf) { s.tickAt(s.now, leaves...) }

func (s *site) tickAt(at int64, leaves ...verify.Leaf) {
	for range 16 {
		i := int64(len(s.leaves))
		salt := seal.Salt(seal.Bytes(fmt.Appendf(nil, "salt %d", i)))
		s.salts[i] = salt
		s.add(at, verify.Leaf{Kind: verify.Sealed, Due: at + 240*hour, Body: verify.SealOfPadding(salt)})
	}
	for _, l := range leaves {
		s.add(at, l)
	}
	s.publish()
	s.now = max(s.now, at) + hour
}

func (s *site) add(at int64, l verify.Leaf) {
	l.Time, l.Engine = at, assess.Engine()
	if l.Text.IsZero() {
		l.Text, l.Plan = s.inUse.text, s.inUse.plan
	}
	if l.Size, l.Root = s.last.Size, s.last.Root; l.Size == 0 {
		l.Root = truce.Digest{}
	}
	s.leaves = append(s.leaves, l)
	if err := s.tree.Append(l.Bytes()); err != nil {
		s.t.Fatal(err)
	}
}

// reveal shows all padding that is closed, as the operator does before it is due.
func (s *site) reveal() {
	if len(s.salts) == 0 {
		return
	}
	var docs []verify.Leaf
	var from int64 = -1
	var list []string
	flush := func() {
		if from >= 0 {
			docs = append(docs, verify.Leaf{Kind: verify.Padding, Subject: from + 1, Body: s.document(verify.PaddingDocument{Form: verify.FormPadding, From: from, Salts: list})})
		}
		from, list = -1, nil
	}
	for _, i := range slices.Sorted(maps.Keys(s.salts)) {
		if from < 0 || i != from+int64(len(list)) {
			flush()
			from = i
		}
		salt := s.salts[i]
		list = append(list, hex.EncodeToString(salt[:]))
	}
	flush()
	clear(s.salts)
	s.tick(docs...)
}

// publish writes the files and signs, with the witnesses that sign.
func (s *site) publish() {
	for _, f := range s.tree.Files() {
		s.files[f.Path] = f.Data
	}
	s.last = seal.Checkpoint{Origin: s.origin, Size: s.tree.Size(), Root: s.tree.Root()}
	s.sign(s.log)
}

func (s *site) sign(by seal.Signer) {
	b := must[[]byte](s.t)(by.SignCheckpoint(s.last))
	for i := range s.cosign {
		name := fmt.Sprintf("w%d.example", i)
		b = append(b, must[seal.NoteSignature](s.t)(signer(name).Cosign(name, s.last, truce.Instant(s.now*1000))).Line...)
	}
	s.files["checkpoint"], s.files["policy"] = b, []byte(s.policy)
}

func (s *site) FS() fs.FS {
	m := fstest.MapFS{}
	for k, v := range s.files {
		m[k] = &fstest.MapFile{Data: bytes.Clone(v)}
	}
	return m
}

// look looks at the record some minutes after its last tick.
func (s *site) look(before *State) *Report {
	s.t.Helper()
	return must[*Report](s.t)(Look(s.FS(), before, Options{Now: truce.Instant((s.now - hour + 600) * 1000)}))
}

func alarms(r *Report) (out []string) {
	for _, a := range r.Alarms {
		if !slices.Contains(out, a.Code) {
			out = append(out, a.Code)
		}
	}
	slices.Sort(out)
	return out
}
