package publish

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"truce"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/terms"
	"truce/verify"
)

// entry is a leaf that has a document.
type entry struct {
	index int64
	verify.Leaf
}

// At is the tick that brought it.
func (e *entry) At() truce.Instant { return truce.Instant(e.Time * 1000) }

// Index is its number in the log.
func (e *entry) Index() int64 { return e.index }

// story is what was published about one thing, the oldest first: a finding, an outcome or a report, those that took its place, and a leaf that took it back.
type story struct {
	kind    verify.Kind
	name    string // of its page
	entries []*entry
	brief   brief // of the newest that says something; empty until it was read
	told    int   // entries that were read
	marked  int   // entries that are in digest
	digest  seal.Hash
}

// mark is what a page about the story is made from: the story's leaves.
func (s *story) mark() string {
	if s.marked != len(s.entries) {
		var all []byte
		for _, e := range s.entries {
			h := seal.LeafHash(e.Bytes())
			all = append(strconv.AppendInt(all, e.index, 10), h[:]...)
		}
		s.digest, s.marked = seal.Bytes(all), len(s.entries)
	}
	return s.digest.String()
}

// brief is what lists say of a story.
type brief struct {
	Case, Record, Article, Rule, Kind string
	Number                            int
	Occurrence                        string
	Results                           []string // each once, the gravest first
	Turns                             []string
	Day, Cell                         string
	From, To                          string // of a report
	Simulated                         bool
}

// gone reports whether it was taken back.
func (s *story) gone() bool   { return s.last().Kind == verify.Correction }
func (s *story) last() *entry { return s.entries[len(s.entries)-1] }

// What templates ask.
func (s *story) Name() string      { return s.name }
func (s *story) Brief() *brief     { return &s.brief }
func (s *story) Gone() bool        { return s.gone() }
func (s *story) At() truce.Instant { return s.last().At() }
func (s *story) IsFinding() bool   { return s.kind == verify.Finding }
func (s *story) IsReport() bool    { return s.kind == verify.ReportLeaf }

// Corrected reports whether another took the place of what was published first.
func (s *story) Corrected() bool { return len(s.entries) > 1 }

// newest is the newest entry that says something.
func (s *story) newest() *entry {
	if n := len(s.entries); s.gone() && n > 1 {
		return s.entries[n-2]
	}
	return s.last()
}

// version is a text that was taken up.
type version struct {
	*entry
	verify.TextDocument
	plan *terms.Plan
}

// book is an open record as the site needs it: which leaf is about which, and what each says in short. It grows with the log; documents are read again when a page
// needs them.
type book struct {
	fsys       fs.FS
	origin     string
	policy     witness.Policy
	policyText string
	seen       witness.Seen
	size       int64
	tree       seal.Tree
	tick       int64 // of the newest leaf, in seconds

	texts     []*version
	stories   []*story
	about     map[int64]*story          // by the index of each of its leaves
	keys      map[string]int64          // the leaf that lists a key
	keyBodies map[int64]truce.Digest    // its document
	names     map[string]bool           // of pages
	byPlan    map[truce.Digest]*version // versions of one folder have the same text
	others    []*entry                  // corrections of what is no story, pauses, erasures, what is withheld, revealed or shown to be padding
	sealed    *verify.Sealing
	paused    bool
}

func newBook(fsys fs.FS) *book {
	return &book{fsys: fsys, about: map[int64]*story{}, keys: map[string]int64{}, keyBodies: map[int64]truce.Digest{}, names: map[string]bool{}, byPlan: map[truce.Digest]*version{}, sealed: verify.NewSealing()}
}

func broken(subject, reason string, cause error) error {
	return &truce.Error{Op: "publish.Update", Kind: truce.Invalid, Subject: subject, Reason: reason, Cause: cause, Hint: "run truce verify on the record; it says what does not hold"}
}

// follow reads what is new in the record.
func (b *book) follow() error {
	read := func(path string) ([]byte, error) { return fs.ReadFile(b.fsys, path) }
	policy, err := read("policy")
	if err == nil {
		b.policy, err = witness.ParsePolicy(policy)
	}
	if err != nil {
		return broken("policy", "this is no open record, or not all of it is here", err)
	}
	b.policyText = string(policy)
	signed, err := read("checkpoint")
	if err == nil {
		b.seen, err = b.policy.Open(signed)
	}
	if err != nil {
		return broken("checkpoint", "this is no open record, or not all of it is here", err)
	}
	at := b.seen.Checkpoint
	if b.size > at.Size || b.origin != "" && b.origin != at.Origin {
		return broken("checkpoint", "the log is smaller than it was, or another", nil)
	}
	b.origin = at.Origin
	err = seal.Entries(read, at.Size, b.size, at.Size, func(i int64, raw []byte) error {
		l, err := verify.ParseLeaf(raw)
		if err == nil {
			b.tick = l.Time
			err = b.take(&entry{i, l})
		}
		if err != nil {
			return broken(fmt.Sprintf("leaf %d", i), "it cannot be published", err)
		}
		b.tree.AppendHash(seal.LeafHash(raw))
		b.size = i + 1
		return nil
	})
	if err == nil && b.tree.Root() != at.Root {
		err = broken("checkpoint", "the leaves make another root than the checkpoint names", nil)
	}
	return err
}

// take takes up the next leaf.
func (b *book) take(e *entry) error {
	switch e.Kind {
	case verify.Sealed:
		b.sealed.Leaf(e.index, e.Leaf)
	case verify.Text:
		return b.text(e)
	case verify.KeyLeaf:
		var d verify.KeyDocument
		if err := b.document(e, &d); err != nil {
			return err
		}
		if e.Code == 1 {
			b.keys[d.Key], b.keyBodies[e.index] = e.index, e.Body
		}
	case verify.Outcome, verify.Finding, verify.ReportLeaf:
		s := b.about[e.Subject-1]
		if s == nil || s.kind != e.Kind {
			s = &story{kind: e.Kind}
			b.stories = append(b.stories, s)
		}
		s.entries, b.about[e.index] = append(s.entries, e), s
	case verify.Correction:
		if s := b.about[e.Subject-1]; s != nil {
			s.entries, b.about[e.index] = append(s.entries, e), s
			return nil
		}
		b.others = append(b.others, e)
	case verify.Pause:
		b.paused = e.Code == 1
		b.others = append(b.others, e)
	case verify.Reveal, verify.Padding, verify.Withheld, verify.Erasure:
		if err := b.settle(e); err != nil {
			return err
		}
		b.others = append(b.others, e)
	}
	return nil
}

// settle notes what became of sealed leaves.
func (b *book) settle(e *entry) error {
	switch e.Kind {
	case verify.Reveal:
		b.sealed.Settle(e.Kind, e.Subject-1, 0)
	case verify.Padding:
		var d verify.PaddingDocument
		if err := b.document(e, &d); err != nil {
			return err
		}
		for i := range d.Salts {
			b.sealed.Settle(e.Kind, d.From+int64(i), 0)
		}
	case verify.Withheld:
		var d verify.WithheldDocument
		if err := b.document(e, &d); err != nil {
			return err
		}
		for _, i := range d.Leaves {
			b.sealed.Settle(e.Kind, i, d.Until)
		}
	case verify.Erasure:
		var d verify.ErasureDocument
		if err := b.document(e, &d); err != nil {
			return err
		}
		for _, i := range d.Leaves {
			b.sealed.Settle(e.Kind, i, 0)
		}
	}
	return nil
}

// document reads the document of a leaf.
func (b *book) document(e *entry, into any) error {
	path := "doc/" + e.Body.String()
	raw, err := fs.ReadFile(b.fsys, path)
	if err != nil {
		return broken(path, "the document is not here", err)
	}
	if seal.Bytes(raw) != e.Body {
		return broken(path, "the document is not the one that the leaf names", nil)
	}
	return verify.Decode(raw, into)
}

// text takes up a version of the agreement.
func (b *book) text(e *entry) error {
	v := &version{entry: e}
	if err := b.document(e, &v.TextDocument); err != nil {
		return err
	}
	path := "text/" + v.Text
	packed, err := fs.ReadFile(b.fsys, path)
	if err != nil || seal.Bytes(packed) != e.Leaf.Text {
		return broken(path, "the files of this version are not here, or are others", err)
	}
	list, err := verify.Unpack(packed)
	if err == nil {
		v.plan, err = verify.Compile(list, v.Folder)
	}
	if err != nil {
		return broken(path, "the files of this version do not compile", err)
	}
	b.texts = append(b.texts, v)
	b.byPlan[e.Leaf.Plan] = v
	return nil
}

// current is the version in force; nil where no text was taken up.
func (b *book) current() *version {
	for _, v := range slices.Backward(b.texts) {
		if v.Use == "in-force" {
			return v
		}
	}
	return nil
}

// before are the texts that were taken up before a version, in order.
func (b *book) before(v *version) (out []*truce.Agreement) {
	for _, x := range b.texts {
		if x == v {
			break
		}
		out = append(out, x.plan.Agreement)
	}
	return out
}

// tell reads in short what the stories say, as far as that is new.
func (b *book) tell() error {
	for _, s := range b.stories {
		if s.told == len(s.entries) {
			continue
		}
		if err := b.brief(s); err != nil {
			return err
		}
		s.told = len(s.entries)
	}
	return nil
}

func (b *book) brief(s *story) (err error) {
	e := s.newest()
	switch s.kind {
	case verify.Finding:
		var d verify.FindingDocument
		var c verify.Conclusion
		if err = b.document(e, &d); err == nil {
			err = verify.Decode(d.Conclusion, &c)
		}
		if err != nil {
			return err
		}
		s.brief = brief{Case: c.Case, Number: c.Number, Article: c.Article, Rule: c.Rule, Kind: c.Kind, Occurrence: c.Occurrence, Simulated: c.Simulated}
		for i := range d.Outcomes {
			s.brief.add(&d.Outcomes[i])
		}
		if s.name == "" {
			s.name = b.name("finding/", c.Case, e.index)
		}
	case verify.Outcome:
		var d verify.OutcomeDocument
		if err = b.document(e, &d); err != nil {
			return err
		}
		s.brief = brief{Record: d.Record, Article: d.Article, Rule: d.Rule}
		s.brief.add(&d)
		if s.name == "" {
			s.name = b.name("outcome/", strconv.FormatInt(s.entries[0].index, 10), e.index)
		}
	case verify.ReportLeaf:
		var d verify.ReportDocument
		if err = b.document(e, &d); err != nil {
			return err
		}
		s.brief = brief{Number: d.Number, From: d.From, To: d.To, Simulated: d.Simulated}
		if s.name == "" {
			s.name = b.name("report/", strconv.Itoa(d.Number), e.index)
		}
	}
	return nil
}

// add puts what an outcome says to what lists say.
func (x *brief) add(d *verify.OutcomeDocument) {
	x.Simulated = x.Simulated || d.Simulated
	if x.Article == "" {
		x.Article = d.Article
	}
	if x.Day == "" {
		x.Day = d.Day
	}
	if x.Cell == "" {
		x.Cell = d.Cell
	}
	for _, t := range d.Turns {
		if !slices.Contains(x.Turns, t) {
			x.Turns = append(x.Turns, t)
		}
	}
	for _, said := range d.Said {
		if !slices.Contains(x.Results, said.Result) {
			x.Results = append(x.Results, said.Result)
		}
	}
	slices.SortFunc(x.Results, byGravity)
}

// name is what the page of a story is called: what the document says where that is a plain name that is not taken, or else its leaf.
func (b *book) name(folder, wanted string, leaf int64) string {
	plain := wanted != "" && len(wanted) <= 64
	for _, r := range wanted {
		plain = plain && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-')
	}
	name := folder + wanted
	if !plain || b.names[name] {
		name = folder + "leaf-" + strconv.FormatInt(leaf, 10)
	}
	b.names[name] = true
	return name
}
