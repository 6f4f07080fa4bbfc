package verify

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"truce"
	"truce/assess"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/terms"
)

// Options are what a reader brings to a check.
type Options struct {
	// Now is the present: what is due, and what is stale. Not stated, nothing is overdue and nothing stale.
	Now truce.Instant
	// Policy is the policy that the reader believes; nil takes the one that lies with the record.
	Policy []byte
	// Seen is the checkpoint that the reader found good the last time; nil for none.
	Seen []byte
	// Plans keeps what texts compile to, by the digest of their files and the folder in them: for who checks one record many times. Nil compiles each time.
	Plans map[string]*terms.Plan
}

// Check reads a record and says what holds. The record is a folder as docs/reference/ledger.md describes it, whole or in part: with the entries of the log every leaf is
// checked, otherwise those that have a proof. The error says that it cannot be read at all; whatever does not hold is in the report.
func Check(record fs.FS, o Options) (*Report, error) {
	c := &checker{fsys: record, o: o, keys: map[string]key{}, plans: map[under]*terms.Plan{}, seen: map[string]bool{}, sealed: NewSealing(),
		r: &Report{Form: "truce/verification/v1", Texts: []TextResult{}, Faults: []Remark{}, Remarks: []Remark{}}}
	if err := c.checkpoint(); err != nil {
		return nil, err
	}
	if err := c.leaves(); err != nil {
		return nil, err
	}
	c.takenDown()
	c.policies()
	c.due()
	c.times()
	c.r.finish()
	return c.r, nil
}

// checker is one check.
type checker struct {
	fsys fs.FS
	o    Options
	r    *Report

	policy     witness.Policy
	policyText []byte
	at         seal.Checkpoint

	newest []byte // policy, as the log has it
	keys   map[string]key
	plans  map[under]*terms.Plan // nil where another engine compiled it
	seen   map[string]bool       // checkpoints of proofs that were opened
	there  []there
	last   Leaf
	tick   int64 // index where the present tick begins
	paused bool

	sealed *Sealing
	absent []absent
}

// absent is a leaf whose document is not here.
type absent struct {
	leaf int64
	kind Kind
}

// there is a size that the log had by a time, on the word of its witnesses.
type there struct {
	size int64
	by   truce.Instant
}

// times says of each finding when it was there at the latest.
func (c *checker) times() {
	slices.SortFunc(c.there, func(a, b there) int { return cmp.Compare(a.size, b.size) })
	for k := len(c.there) - 2; k >= 0; k-- { // what a larger log holds, a smaller one held no later
		c.there[k].by = min(c.there[k].by, c.there[k+1].by)
	}
	for k := range c.r.Times {
		t := &c.r.Times[k]
		n, _ := slices.BinarySearchFunc(c.there, t.Leaf+1, func(x there, size int64) int { return cmp.Compare(x.size, size) })
		if n < len(c.there) {
			t.By = c.there[n].by.String()
		}
	}
}

// key is a key that the log lists.
type key struct {
	KeyDocument
	ended bool
}

// under names the rules that something was made under: those of one version among the files of a text, which may hold several.
type under struct{ text, plan truce.Digest }

func (c *checker) fault(code string, leaf int64, format string, args ...any) {
	remark(&c.r.Faults, code, leaf, format, args...)
}

func (c *checker) note(code string, leaf int64, format string, args ...any) {
	remark(&c.r.Remarks, code, leaf, format, args...)
}

// read reads a file of the record within a bound.
func (c *checker) read(path string, limit int64) ([]byte, error) {
	b, err := fs.ReadFile(c.fsys, path)
	if err == nil && int64(len(b)) > limit {
		return nil, &truce.Error{Op: "verify.Check", Kind: truce.TooLarge, Subject: path, Reason: fmt.Sprintf("it has %d bytes, more than %d", len(b), limit)}
	}
	return b, err
}

func (c *checker) log(path string) ([]byte, error) { return c.read(path, 1<<20) }

// checkpoint reads policy and checkpoint, says how strong they are, and holds them against what the reader saw before.
func (c *checker) checkpoint() error {
	fail := func(subject string, err error) error {
		return &truce.Error{Op: "verify.Check", Kind: truce.Invalid, Subject: subject, Reason: "this is no open record, or not all of it is here", Hint: "give the folder, address or bundle of a record that truce published", Cause: err}
	}
	var err error
	if c.policyText = c.o.Policy; c.policyText == nil {
		if c.policyText, err = c.read("policy", witness.MaxPolicyBytes); err != nil {
			return fail("policy", err)
		}
	}
	if c.policy, err = witness.ParsePolicy(c.policyText); err != nil {
		return fail("policy", err)
	}
	signed, err := c.read("checkpoint", seal.MaxCheckpointBytes)
	if err != nil {
		return fail("checkpoint", err)
	}
	seen, err := c.policy.Open(signed)
	if err != nil {
		return fail("checkpoint", err)
	}
	c.at, c.r.Checkpoint = seen.Checkpoint, signed
	c.r.Origin, c.r.Size, c.r.Root = c.at.Origin, c.at.Size, c.at.Root.String()
	if seen.By.Stated() {
		c.there = append(c.there, there{seen.Size, seen.By})
	}
	w := Witnesses{Count: c.policy.Size(), Need: c.policy.Need(), Lying: c.policy.Lying(), Signed: len(seen.Signed), Met: seen.Met}
	if seen.By.Stated() {
		w.By, w.AsOf = seen.By.String(), seen.AsOf.String()
	}
	c.r.Witnesses = w
	for _, x := range c.policy.Weak() {
		c.note("policy-"+x.Code, -1, "%s", x.Says)
	}
	if !seen.Met {
		c.note("not-witnessed", -1, "%d of the witnesses signed this checkpoint and %d are asked for: the operator alone vouches that everybody is shown the same", w.Signed, w.Need)
	}
	if c.o.Now.Stated() && seen.AsOf.Stated() && c.o.Now.Sub(seen.AsOf) > DefaultStale {
		c.note("stale", -1, "the witnesses last signed at %s: there may be a newer log that you are not shown", w.AsOf)
	}
	return c.grown(signed)
}

// grown holds the checkpoint against the one that the reader kept.
func (c *checker) grown(signed []byte) error {
	if len(c.o.Seen) == 0 {
		return nil
	}
	var logs []seal.NoteKey
	for _, l := range c.policy.Logs {
		logs = append(logs, l.Key)
	}
	was, _, err := seal.OpenCheckpoint(c.o.Seen, logs...)
	if err != nil {
		c.fault("other-log", -1, "what you kept was not signed by this log: %v", err)
		return nil
	}
	if was.Origin != c.at.Origin {
		c.fault("other-log", -1, "you kept a checkpoint of %s", was.Origin)
		return nil
	}
	c.r.Since = was.Size
	if was.Size > c.at.Size {
		c.fault("shrunk", -1, "the log had %d leaves when you last looked and has %d now", was.Size, c.at.Size)
		return nil
	}
	fork, err := witness.Compare(c.o.Seen, signed, func(size int64) (seal.Hash, []seal.Hash, error) { return c.at.ProveGrowth(size, c.log) }, logs...)
	switch {
	case err != nil && errors.Is(err, fs.ErrNotExist):
		c.note("growth-not-checked", -1, "the tiles that would show that nothing was changed since you last looked are not here")
		c.r.Since = 0
	case err != nil:
		c.fault("growth", -1, "it cannot be shown that nothing was changed since you last looked: %v", err)
	case fork != nil:
		c.r.Fork = fork.Text()
		c.fault("fork", -1, "the log that you saw with %d leaves is not in this one: history was changed", was.Size)
	}
	return nil
}

// leaves reads every leaf where the log is here, otherwise those with a proof.
func (c *checker) leaves() error {
	proofs, err := c.proofs()
	if err != nil {
		return err
	}
	if _, err := c.log(firstBundle(c.at.Size)); err != nil && c.at.Size > 0 {
		if _, err := c.log("tile/entries/000"); err != nil {
			c.note("part", -1, "the leaves of the log are not here: only the %d with a proof were checked", len(proofs))
			for _, i := range proofs {
				if leaf, _, ok := c.proved(i); ok {
					c.leaf(i, leaf)
				}
			}
			return nil
		}
	}
	c.r.Whole = true
	// What proofs show must be what the leaves make: the leaf that lies there, and the tree as it was when the checkpoint of the proof was signed.
	shown, roots := map[int64]provedLeaf{}, map[int64]seal.Hash{}
	for _, i := range proofs {
		_, p, ok := c.proved(i)
		if !ok {
			continue
		}
		if root, twice := roots[p.size]; twice && root != p.root {
			c.fault("proof", i, "its checkpoint is not of this history")
		}
		shown[i], roots[p.size] = p, p.root
	}
	var tree seal.Tree
	missing := false
	err = seal.Entries(c.log, c.at.Size, 0, c.at.Size, func(i int64, entry []byte) error {
		leaf, err := ParseLeaf(entry)
		if err != nil {
			c.fault("leaf", i, "%v", err)
			tree.AppendHash(seal.LeafHash(entry))
			return nil
		}
		hash := seal.LeafHash(entry)
		if p, ok := shown[i]; ok && p.leaf != hash {
			c.fault("proof", i, "the proof is of another leaf than the log has there")
		}
		if i == 0 || leaf.Time != c.last.Time || leaf.Size != c.last.Size {
			c.tick = i
			root := tree.Root()
			if i == 0 {
				root = truce.Digest{}
			}
			if leaf.Size != i || leaf.Root != root {
				c.fault("before", i, "the checkpoint before it was another than it says")
			}
			if leaf.Time <= c.last.Time {
				c.fault("time", i, "its tick is not later than the one before")
			}
		} else if leaf.Root != c.last.Root || leaf.Engine != c.last.Engine {
			c.fault("before", i, "it says something else of its tick than the leaf before")
		}
		c.last = leaf
		c.leaf(i, leaf)
		tree.AppendHash(hash)
		if root, ok := roots[i+1]; ok && root != tree.Root() {
			c.fault("proof", -1, "the checkpoint of a proof, of size %d, is not of this history", i+1)
		}
		c.tiles(tree.Full())
		return nil
	})
	if err != nil {
		c.fault("entries", -1, "the leaves cannot be read to the end: %v", err)
		missing = true
	}
	if !missing {
		if tree.Root() != c.at.Root {
			c.fault("root", -1, "the leaves make another root than the checkpoint names")
		}
		c.tiles(tree.Files())
	}
	return nil
}

func firstBundle(size int64) string {
	if size >= 256 {
		return "tile/entries/000"
	}
	return "tile/entries/000.p/" + strconv.FormatInt(size, 10)
}

// tiles compares the tiles that are here with those that the leaves make.
func (c *checker) tiles(files []seal.LogFile) {
	for _, f := range files {
		b, err := c.log(f.Path)
		switch {
		case err == nil && !bytes.Equal(b, f.Data):
			c.fault("tile", -1, "%s is not what the leaves make", f.Path)
		case err != nil && !strings.Contains(f.Path, ".p/"):
			c.fault("tile", -1, "%s is not here", f.Path)
		}
	}
}

// proofs lists the leaves that have a proof here.
func (c *checker) proofs() ([]int64, error) {
	list, err := fs.ReadDir(c.fsys, "proof")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &truce.Error{Op: "verify.Check", Kind: truce.Unavailable, Subject: "proof", Cause: err}
	}
	var out []int64
	for _, e := range list {
		if i, err := strconv.ParseInt(e.Name(), 10, 64); err == nil && strconv.FormatInt(i, 10) == e.Name() && i >= 0 {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return out, nil
}

// proved checks the proof of a leaf by itself.
func (c *checker) proved(i int64) (leaf Leaf, shown provedLeaf, ok bool) {
	fail := func(format string, args ...any) (Leaf, provedLeaf, bool) {
		c.fault("proof", i, format, args...)
		return Leaf{}, provedLeaf{}, false
	}
	b, err := c.read("proof/"+strconv.FormatInt(i, 10), seal.MaxEntryProofBytes)
	if err != nil {
		return fail("the proof cannot be read: %v", err)
	}
	p, err := seal.ParseEntryProof(b)
	if err != nil {
		return fail("%v", err)
	}
	if p.Index != i {
		return fail("it is the proof of leaf %d", p.Index)
	}
	at, _, err := seal.OpenCheckpoint(p.Checkpoint, c.logKeys()...)
	if err != nil {
		return fail("its checkpoint: %v", err)
	}
	if at.Origin != c.at.Origin || at.Size > c.at.Size || at.Size == c.at.Size && at.Root != c.at.Root {
		return fail("its checkpoint is not of this log, or later than the newest")
	}
	if !at.CheckEntry(i, p.Entry, p.Proof) {
		return fail("it does not show that the leaf is under its checkpoint")
	}
	if !c.seen[string(p.Checkpoint)] {
		c.seen[string(p.Checkpoint)] = true
		seen, err := c.policy.Open(p.Checkpoint)
		if err == nil && !seen.Met {
			c.note("proof-not-witnessed", i, "too few witnesses signed the checkpoint of its proof")
		}
		if err == nil && seen.By.Stated() {
			c.there = append(c.there, there{seen.Size, seen.By})
		}
	}
	if leaf, err = ParseLeaf(p.Entry); err != nil {
		return fail("%v", err)
	}
	return leaf, provedLeaf{seal.LeafHash(p.Entry), at.Size, at.Root}, true
}

// provedLeaf is what a proof shows: a leaf, under a checkpoint of the log.
type provedLeaf struct {
	leaf seal.Hash
	size int64
	root seal.Hash
}

func (c *checker) logKeys() (out []seal.NoteKey) {
	for _, l := range c.policy.Logs {
		out = append(out, l.Key)
	}
	return out
}

// leaf checks one leaf with its document.
func (c *checker) leaf(i int64, l Leaf) {
	*c.r.Leaves.of(l.Kind)++
	if l.Subject > i {
		c.fault("subject", i, "it is about a leaf that is not older")
	}
	if l.Kind == Sealed {
		c.sealed.Leaf(i, l)
		return
	}
	b, err := c.read("doc/"+l.Body.String(), MaxDocumentBytes)
	if err != nil {
		c.absent = append(c.absent, absent{i, l.Kind}) // what that means is known when all leaves were read: a pause takes down what came before it
		return
	}
	if seal.Bytes(b) != l.Body {
		c.fault("document", i, "its document is not the one that the leaf names")
		return
	}
	if err := c.document(i, l, b); err != nil {
		c.fault(l.Kind.String(), i, "%s", oneLine(err))
	}
}

// takenDown says of each document that is not here whether publication is paused, or it was dropped.
func (c *checker) takenDown() {
	for _, x := range c.absent {
		if c.paused {
			c.note("taken-down", x.leaf, "its document was taken down while publication is paused")
		} else {
			c.fault("document", x.leaf, "its document is not here: %s", x.kind)
		}
	}
}

// oneLine writes an error without what stands before its reason.
func oneLine(err error) string {
	var e *truce.Error
	if errors.As(err, &e) && e.Cause == nil && e.Reason != "" {
		return e.Reason
	}
	return err.Error()
}

func (c *checker) document(i int64, l Leaf, b []byte) error {
	switch l.Kind {
	case Text:
		return c.text(i, l, b)
	case KeyLeaf:
		return c.key(i, l, b)
	case PolicyLeaf:
		var d PolicyDocument
		if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
			return err
		}
		c.newest = []byte(d.Policy)
		return nil
	case Outcome:
		var d OutcomeDocument
		if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
			return err
		}
		if code := d.Code(); code != l.Code {
			return fmt.Errorf("the leaf says another result than the document")
		}
		return c.outcome(i, l, &d)
	case Finding:
		return c.finding(i, l, b)
	case Correction:
		var d CorrectionDocument
		if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
			return err
		}
		if l.Subject == 0 || l.Subject != d.Leaf+1 || d.Why != "withdrawn" {
			return fmt.Errorf("leaf and document are about different leaves")
		}
		return nil
	case Reveal:
		return c.reveal(i, l, b)
	case Padding:
		return c.padding(i, l, b)
	case Withheld:
		var d WithheldDocument
		if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
			return err
		}
		if l.Code == 0 || d.Why != withheldWords[l.Code] || d.Until < 0 {
			return fmt.Errorf("leaf and document give different reasons")
		}
		c.two(i, l.Kind, d.Signatures)
		return c.settle(i, l.Kind, d.Leaves, d.Until)
	case Erasure:
		var d ErasureDocument
		if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
			return err
		}
		if l.Code == 0 || d.Why != erasureWords[l.Code] {
			return fmt.Errorf("leaf and document give different reasons")
		}
		c.two(i, l.Kind, d.Signatures)
		return c.settle(i, l.Kind, d.Leaves, 0)
	case ReportLeaf:
		return c.report(i, l, b)
	case Pause:
		var d PauseDocument
		if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
			return err
		}
		if d.Act != [...]string{1: "paused", 2: "resumed"}[max(l.Code, 1)] || l.Code == 0 {
			return fmt.Errorf("leaf and document say different things")
		}
		if c.paused = l.Code == 1; !c.paused {
			c.two(i, l.Kind, d.Signatures)
		}
		return nil
	}
	return fmt.Errorf("there is no document of the kind %s", l.Kind)
}

// Reasons by their code.
var (
	withheldWords = [...]string{1: "danger", 2: "source", 3: "inquiry", 4: "order", 5: "not-evidence"}
	erasureWords  = [...]string{1: "retention", 2: "request", 3: "danger", 4: "mistake", 5: "order"}
)

// text checks a version of the agreement: the files, what they compile to, and who signed them.
func (c *checker) text(i int64, l Leaf, b []byte) error {
	var d TextDocument
	if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
		return err
	}
	if d.Text != l.Text.String() || d.Plan != l.Plan.String() || d.Use != [...]string{1: "in-force", 2: "rival", 3: "withdrawn"}[max(l.Code, 1)] || l.Code == 0 {
		return fmt.Errorf("leaf and document say different things")
	}
	res := TextResult{Leaf: i, Version: d.Version, Use: d.Use, Text: d.Text, Asked: int(l.Asked), Signed: []string{}, Claimed: []string{}}
	for _, s := range d.Signatures {
		own, err := c.word(s, func(r *truce.Record) error { return signsText(r, &d) })
		switch {
		case err != nil:
			c.fault("signature", i, "%s: %v", s.Body, err)
		case own && s.Act == "proposed":
			if !slices.Contains(res.Signed, s.Body) {
				res.Signed = append(res.Signed, s.Body)
			}
		case !slices.Contains(res.Claimed, s.Body):
			res.Claimed = append(res.Claimed, s.Body)
		}
	}
	if int(l.Signed) > len(res.Signed) {
		c.fault("quorum", i, "the leaf says that %d signatories signed; %d signatures hold", l.Signed, len(res.Signed))
	}
	if l.Signed < l.Asked {
		c.note("text-unsigned", i, "version %s: %d signatories signed it with a key of their own, and the version before asks for %d", d.Version, l.Signed, l.Asked)
	}
	c.r.Texts = append(c.r.Texts, res)
	packed, err := c.read("text/"+d.Text, MaxTextBytes)
	if err != nil {
		return fmt.Errorf("the files of version %s are not here", d.Version)
	}
	if seal.Bytes(packed) != l.Text {
		return fmt.Errorf("the files of version %s are not those that the log names: the text was changed", d.Version)
	}
	files, err := Unpack(packed)
	if err != nil {
		return err
	}
	if d.Engine != assess.Engine().String() {
		c.note("other-engine", i, "version %s was compiled by another version of the program: its rules are not compared", d.Version)
		c.plans[under{l.Text, l.Plan}] = nil
		return nil
	}
	p := c.o.Plans[d.Text+"/"+d.Folder]
	if p == nil {
		if p, err = Compile(files, d.Folder); err != nil {
			return fmt.Errorf("the files of version %s do not compile: %v", d.Version, err)
		}
		if c.o.Plans != nil {
			c.o.Plans[d.Text+"/"+d.Folder] = p
		}
	}
	if p.Hash != l.Plan {
		return fmt.Errorf("the files of version %s compile to other rules than the log names", d.Version)
	}
	c.plans[under{l.Text, l.Plan}] = p
	if n := slices.IndexFunc(files, func(f TextFile) bool { return f.Path == "witnesses.policy" }); n >= 0 && d.Use == "in-force" && !bytes.Equal(files[n].Data, c.policyText) {
		return fmt.Errorf("the witnesses that the text names are not those of the policy")
	}
	return nil
}

// Compile makes the plan of a version's files, of which the agreement lies in a folder, "" for the top.
func Compile(files []TextFile, folder string) (*terms.Plan, error) {
	fsys, err := TextFS(files)
	if err != nil {
		return nil, err
	}
	a, rep, err := terms.Load(fsys, folder)
	if err != nil {
		return nil, err
	}
	if rep.Errors() > 0 {
		return nil, rep.Problems[0]
	}
	return terms.Compile(a)
}

// planOf gives the rules that a leaf was made under. They are nil where another engine compiled them.
func (c *checker) planOf(i int64, l Leaf) (*terms.Plan, error) {
	p, ok := c.plans[under{l.Text, l.Plan}]
	switch {
	case !ok:
		return nil, fmt.Errorf("the text it was made under is not in the log before it, does not hold, or compiles to other rules")
	case l.Engine != assess.Engine():
		c.note("other-engine", i, "it was made by another version of the program: its questions are not compared with the rule")
		return nil, nil
	}
	return p, nil
}

// outcome checks that a result follows from its answers, and that those are to the questions of the rule.
func (c *checker) outcome(i int64, l Leaf, d *OutcomeDocument) error {
	p, err := c.planOf(i, l)
	if err != nil {
		return err
	}
	derived := !d.Gone
	for _, s := range d.Said {
		list, err := s.follows()
		if err != nil {
			return err
		}
		if derived = derived && len(list) > 0; len(list) == 0 || p == nil {
			continue
		}
		names, err := assess.Questions(p, truce.RuleID(d.Rule), d.Subject, list)
		if err != nil {
			return fmt.Errorf("%s: %s", d.Rule, oneLine(err))
		}
		for n, name := range names {
			if s.Asked[n].Question != name {
				return fmt.Errorf("%s: question %d is called %q and not %q", d.Rule, n+1, s.Asked[n].Question, name)
			}
		}
	}
	if derived {
		c.r.Findings.Derived++
	} else if !d.Gone {
		c.r.Findings.Claimed++
	}
	return nil
}

// finding checks what people concluded: that it was signed, by how many, and that the outcomes it stands on follow.
func (c *checker) finding(i int64, l Leaf, b []byte) error {
	var d FindingDocument
	if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
		return err
	}
	var words Conclusion
	if err := Decode(d.Conclusion, &words); err != nil {
		return err
	}
	p, err := c.planOf(i, l)
	if err != nil {
		return err
	}
	if n := slices.Index(truce.OccurrenceWords, words.Occurrence); n != int(l.Code) {
		return fmt.Errorf("the leaf says something else than the conclusion")
	}
	if words.Number < 0 {
		return fmt.Errorf("there is no step %d", words.Number)
	}
	for k := range d.Outcomes {
		if d.Outcomes[k].Form != "" {
			return fmt.Errorf("an outcome in a finding names no form")
		}
		if d.Outcomes[k].Simulated && !words.Simulated {
			return fmt.Errorf("it rests on what is simulated, and does not say so")
		}
		if err := c.outcome(i, l, &d.Outcomes[k]); err != nil {
			return err
		}
	}
	if len(c.r.Times) < MaxTimes {
		c.r.Times = append(c.r.Times, Bracket{Leaf: i, Case: words.Case, After: l.Size, Tick: seconds(l.Time)})
	}
	digest := ConclusionDigest(d.Conclusion)
	var signed []string
	for _, s := range d.Signatures {
		own, err := c.word(s, func(r *truce.Record) error { return signsFinding(r, s.Act, &words, digest) })
		if err != nil {
			c.fault("signature", i, "%s: %v", s.Body, err)
		}
		if own && err == nil && s.Act == "sign" && !slices.Contains(signed, s.Body) {
			signed = append(signed, s.Body)
		}
	}
	asked := int(l.Asked)
	if p != nil {
		of, n := p.Agreement.Signatories()
		signed = slices.DeleteFunc(signed, func(s string) bool { return !slices.Contains(of, truce.ActorID(s)) })
		if n != asked {
			return fmt.Errorf("the leaf says that %d must sign; the agreement says %d", asked, n)
		}
	}
	if len(signed) != int(l.Signed) {
		return fmt.Errorf("the leaf says that %d signatories signed; %d signatures of signatories hold", l.Signed, len(signed))
	}
	if len(signed) >= asked {
		c.r.Findings.Signed++
	} else {
		c.r.Findings.Unsigned++
	}
	return nil
}

// reveal checks that what was opened is what was sealed.
func (c *checker) reveal(i int64, l Leaf, b []byte) error {
	var d RevealDocument
	if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
		return err
	}
	if d.Leaf+1 != l.Subject || d.Place < 0 || d.Place >= Groups || len(d.Path) != pathLength {
		return fmt.Errorf("leaf and document are about different leaves, or it names no place of a group")
	}
	var path [pathLength]truce.Digest
	for n, s := range d.Path {
		if err := parseDigest(s, &path[n]); err != nil {
			return err
		}
	}
	var record, salt truce.Digest
	if err := errors.Join(parseDigest(d.Record, &record), parseDigest(d.Salt, &salt)); err != nil {
		return err
	}
	root := rootOf(seal.Commit(d.Group, seal.Salt(salt), d.Data), d.Place, path[:])
	body, ok := c.body(d.Leaf)
	if !ok {
		c.note("reveal-not-checked", i, "the leaf that was opened is not here")
		return nil
	}
	if SealOf(truce.RecordID(d.ID), record, root) != body {
		return fmt.Errorf("what was opened is not what was sealed")
	}
	c.two(i, l.Kind, d.Signatures)
	return c.settle(i, l.Kind, []int64{d.Leaf}, 0)
}

// body gives the body of a leaf that was read, or can be.
func (c *checker) body(i int64) (body truce.Digest, ok bool) {
	if !c.r.Whole {
		if l, _, ok := c.proved(i); ok {
			return l.Body, true
		}
		return body, false
	}
	err := seal.Entries(c.log, c.at.Size, i, i+1, func(_ int64, b []byte) error {
		l, err := ParseLeaf(b)
		body, ok = l.Body, err == nil
		return err
	})
	return body, ok && err == nil
}

// padding checks that what is said to be padding is.
func (c *checker) padding(i int64, l Leaf, b []byte) error {
	var d PaddingDocument
	if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
		return err
	}
	if d.From+1 != l.Subject || d.From < 0 {
		return fmt.Errorf("leaf and document are about different leaves")
	}
	if !c.r.Whole {
		return nil
	}
	n := 0
	var leaves []int64
	err := seal.Entries(c.log, c.at.Size, d.From, min(d.From+int64(len(d.Salts)), i), func(k int64, entry []byte) error {
		leaf, err := ParseLeaf(entry)
		if err != nil {
			return err
		}
		var salt truce.Digest
		if err := parseDigest(d.Salts[n], &salt); err != nil {
			return err
		}
		if n++; leaf.Body != SealOfPadding(seal.Salt(salt)) {
			return fmt.Errorf("leaf %d is no padding", k)
		}
		leaves = append(leaves, k)
		return nil
	})
	if err == nil && n != len(d.Salts) {
		err = fmt.Errorf("it speaks of leaves that are not older")
	}
	if err != nil {
		return err
	}
	return c.settle(i, l.Kind, leaves, 0)
}

// settle notes what became of sealed leaves.
func (c *checker) settle(i int64, kind Kind, leaves []int64, until int64) error {
	for n, k := range leaves {
		if k < 0 || k >= i || n > 0 && leaves[n-1] >= k {
			return fmt.Errorf("it names leaves that are not older, or out of order")
		}
		if c.r.Whole && !c.sealed.Is(k) {
			return fmt.Errorf("leaf %d is not sealed", k)
		}
		c.sealed.Settle(kind, k, until)
	}
	return nil
}

// policies compares the policy that was used with the one the log has.
func (c *checker) policies() {
	if c.r.Whole && c.o.Policy == nil && !bytes.Equal(c.newest, c.policyText) {
		c.fault("policy", -1, "the file policy is not the one that the log names")
	}
	if c.o.Policy != nil && c.newest != nil && !bytes.Equal(c.newest, c.policyText) {
		c.note("other-policy", -1, "the log names another policy than the one you gave")
	}
}

// due counts sealed leaves by what became of them.
func (c *checker) due() {
	counted, overdue := c.sealed.Count(int64(c.o.Now) / 1000)
	for _, x := range overdue {
		c.note("overdue", x.From, "sealed leaves from here to %d were due on %s and were neither revealed nor withheld", x.To-1, seconds(x.Due))
	}
	c.r.Sealed = counted
}
