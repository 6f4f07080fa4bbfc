package verify

import (
	"fmt"
	"io"
	"strings"
	"time"

	"truce"
)

// Verdict is what a checker makes of a record. The words are part of its JSON.
type Verdict string

// Verdicts.
const (
	Holds        Verdict = "holds"
	HoldsInPart  Verdict = "holds-with-remarks" // nothing is wrong; something is weaker than it should be, or is only claimed
	DoesNotHold  Verdict = "does-not-hold"
	CannotBeRead Verdict = "cannot-be-read"
)

// Remark is one thing that a reader must know. Codes are stable.
type Remark struct {
	Code string `json:"code"`
	// Leaf is the index it is about; -1 where it is about the whole.
	Leaf int64  `json:"leaf"`
	Says string `json:"says"`
}

// Report is what a checker found.
type Report struct {
	Form    string  `json:"form"` // truce/verification/v1
	Verdict Verdict `json:"verdict"`
	Origin  string  `json:"origin"`
	Size    int64   `json:"size"`
	Root    string  `json:"root"`
	// Whole says that every leaf was read; otherwise those with a proof were.
	Whole bool `json:"whole"`
	// Since is the size of the reader's own last checkpoint; 0 for none.
	Since     int64     `json:"since"`
	Witnesses Witnesses `json:"witnesses"`
	// Leaves counts the leaves that were read by their kind.
	Leaves   Counts         `json:"leaves"`
	Texts    []TextResult   `json:"texts"`
	Findings FindingResults `json:"findings"`
	Reports  ReportResults  `json:"reports"`
	Sealed   SealedResult   `json:"sealed"`
	// Times says of each finding when it was published, without the operator's word.
	Times   []Bracket `json:"times,omitempty"`
	Faults  []Remark  `json:"faults"`
	Remarks []Remark  `json:"remarks"`
	// Cannot says what nobody can prove.
	Cannot []string `json:"cannot"`

	// Fork proves that the log said two different things; nil where it did not.
	Fork []byte `json:"-"`
	// Checkpoint is the signed checkpoint, for the reader to keep where the verdict is not that it does not hold.
	Checkpoint []byte `json:"-"`
}

// Witnesses says who saw the log beside its operator.
type Witnesses struct {
	Count int `json:"count"`
	Need  int `json:"need"`
	// Lying is how many must lie together so that two different logs can be shown.
	Lying  int    `json:"lying"`
	Signed int    `json:"signed"`
	Met    bool   `json:"met"`
	By     string `json:"by,omitempty"`    // it was there by then
	AsOf   string `json:"as_of,omitempty"` // no witness knew a larger one then
}

// Counts counts leaves by kind.
type Counts struct {
	Sealed, Text, Key, Policy, Outcome, Finding, Correction, Reveal, Padding, Withheld, Erasure, Pause, Report int64
}

func (c *Counts) of(k Kind) *int64 {
	return [...]*int64{Sealed: &c.Sealed, Text: &c.Text, KeyLeaf: &c.Key, PolicyLeaf: &c.Policy, Outcome: &c.Outcome, Finding: &c.Finding, Correction: &c.Correction, Reveal: &c.Reveal,
		Padding: &c.Padding, Withheld: &c.Withheld, Erasure: &c.Erasure, Pause: &c.Pause, ReportLeaf: &c.Report}[k]
}

// TextResult is one version of the agreement.
type TextResult struct {
	Leaf    int64    `json:"leaf"`
	Version string   `json:"version"`
	Use     string   `json:"use"`
	Text    string   `json:"text"`
	Signed  []string `json:"signed"`  // bodies whose own key signed this text
	Claimed []string `json:"claimed"` // bodies of whom the operator says so
	Asked   int      `json:"asked"`
}

// FindingResults counts outcomes and findings by what could be checked of them.
type FindingResults struct {
	// Derived outcomes follow from their published answers, and the answers are to the questions of their rule; Claimed ones have no answers.
	Derived int64 `json:"derived"`
	Claimed int64 `json:"claimed"`
	// Signed findings have as many signatories' own signatures as the agreement asks for; Unsigned ones fewer.
	Signed   int64 `json:"signed"`
	Unsigned int64 `json:"unsigned"`
}

// ReportResults counts daily reports: signed by a key of their author's own, or claimed by the operator to be of somebody.
type ReportResults struct {
	Signed  int64 `json:"signed"`
	Claimed int64 `json:"claimed"`
}

// SealedResult counts sealed leaves by what became of them.
type SealedResult struct {
	NotDue   int64  `json:"not_due"`
	Revealed int64  `json:"revealed"`
	Padding  int64  `json:"padding"`
	Erased   int64  `json:"erased"`
	Withheld int64  `json:"withheld"`
	Overdue  int64  `json:"overdue"`
	Next     string `json:"next,omitempty"` // when the next ones are due
}

// Bracket is when a leaf was written: it is younger than the checkpoint that it names, and was there by the time that witnesses give.
type Bracket struct {
	Leaf int64  `json:"leaf"`
	Case string `json:"case"`
	// After is the size of the checkpoint that it names. Tick is the time that the operator gives.
	After int64  `json:"after"`
	Tick  string `json:"tick"`
	// By is "" where too few witnesses signed to say so.
	By string `json:"by,omitempty"`
}

// MaxTimes is for how many findings a report says when they were published. See docs/limits.md.
const MaxTimes = 100_000

// cannot is what no log can prove.
var cannot = []string{
	"that an observer told the truth",
	"that what nobody recorded did not happen",
	"that the answers to the questions of a rule are right, until what they rest on is revealed; exact places never are",
	"that this is the only log, if this is the first time you look: compare the checkpoint with somebody",
	"whose a key is: the log lists it for a body; ask the body",
}

// finish gives the verdict.
func (r *Report) finish() {
	r.Cannot = cannot
	switch {
	case len(r.Faults) > 0:
		r.Verdict = DoesNotHold
	case len(r.Remarks) > 0:
		r.Verdict = HoldsInPart
	default:
		r.Verdict = Holds
	}
}

// MaxRemarks is how many faults and how many remarks a report lists; the last says how many there were beyond. See docs/limits.md.
const MaxRemarks = 1000

func remark(list *[]Remark, code string, leaf int64, format string, args ...any) {
	if len(*list) < MaxRemarks {
		*list = append(*list, Remark{code, leaf, fmt.Sprintf(format, args...)})
		return
	}
	(*list)[MaxRemarks-1] = Remark{"more", -1, "there are more than are listed"}
}

// Write writes the report for people.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", r.Origin)
	line("  %d leaves under %s", r.Size, r.Root)
	line("")
	line("Proved")
	if r.Whole {
		line("  every leaf is under that root")
	} else {
		line("  %d leaves are under that root, each by its proof; the others were not read", r.Leaves.all())
	}
	switch {
	case r.Since > 0 && len(r.Fork) == 0:
		line("  nothing was taken away or changed since you last looked, at %d leaves", r.Since)
	case r.Since == 0:
		line("  you look for the first time, or kept nothing: the next time it will be seen whether anything was changed since")
	}
	if w := r.Witnesses; w.Signed > 0 {
		line("  %d of %d witnesses signed it; it was there by %s", w.Signed, w.Count, or(w.By, "a time on which too few agree"))
	}
	for _, t := range r.Texts {
		line("  version %s (%s): the files are those of the log, digest %s; signed with their own key by %s%s", t.Version, t.Use, t.Text[:12], or(strings.Join(t.Signed, ", "), "nobody"),
			askedFor(t.Asked))
	}
	if n := r.Findings.Derived; n > 0 {
		line("  %d outcomes follow from their published answers by the rules of their text", n)
	}
	if n := r.Findings.Signed; n > 0 {
		line("  %d findings are signed by as many as the agreement asks for", n)
	}
	if n := r.Reports.Signed; n > 0 {
		line("  %d daily reports are as who issued them signed them", n)
	}
	line("")
	line("Claimed")
	claimed := b.Len()
	if n := r.Findings.Claimed; n > 0 {
		line("  %d outcomes come without the answers they follow from", n)
	}
	if n := r.Findings.Unsigned; n > 0 {
		line("  %d findings have fewer signatures by signatories' own keys than the agreement asks for", n)
	}
	if n := r.Reports.Claimed; n > 0 {
		line("  %d daily reports were issued by somebody who signed with no key of their own", n)
	}
	for _, t := range r.Texts {
		if len(t.Claimed) > 0 {
			line("  version %s: the operator says that %s proposed it", t.Version, strings.Join(t.Claimed, ", "))
		}
	}
	if b.Len() == claimed {
		line("  nothing beyond what is proved, but for the answers themselves: those who signed vouch for them")
	}
	line("")
	line("Withheld")
	s := r.Sealed
	line("  %d sealed leaves: %d not due%s, %d revealed, %d padding, %d erased, %d withheld, %d overdue", r.Leaves.Sealed, s.NotDue, next(s.Next), s.Revealed, s.Padding, s.Erased, s.Withheld, s.Overdue)
	line("")
	line("Cannot be proved")
	for _, c := range r.Cannot {
		line("  %s", c)
	}
	for _, list := range []struct {
		title string
		of    []Remark
	}{{"Remarks", r.Remarks}, {"Faults", r.Faults}} {
		if len(list.of) == 0 {
			continue
		}
		line("")
		line("%s", list.title)
		for _, x := range list.of {
			if x.Leaf >= 0 {
				line("  leaf %d: %s (%s)", x.Leaf, x.Says, x.Code)
			} else {
				line("  %s (%s)", x.Says, x.Code)
			}
		}
	}
	line("")
	line("%s", map[Verdict]string{Holds: "It holds.", HoldsInPart: "It holds, with the remarks above.", DoesNotHold: "IT DOES NOT HOLD.", CannotBeRead: "It cannot be read."}[r.Verdict])
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteTimes writes for people when each finding was published.
func (r *Report) WriteTimes(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\nWhen findings were published\n")
	for _, t := range r.Times {
		fmt.Fprintf(&b, "  leaf %d, case %s: after the checkpoint of %d leaves; there by %s; the operator says %s\n", t.Leaf, t.Case, t.After, or(t.By, "a time that too few witnesses give"), t.Tick)
	}
	if len(r.Times) == 0 {
		fmt.Fprintf(&b, "  there are none\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c Counts) all() (n int64) {
	for k := Sealed; k < endOfKinds; k++ {
		n += *c.of(k)
	}
	return n
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func askedFor(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d asked for)", n)
}

func next(s string) string {
	if s == "" {
		return ""
	}
	return " (the next on " + s + ")"
}

// seconds writes a time of a leaf.
func seconds(t int64) string { return truce.Instant(t * 1000).String() }

// DefaultStale is how old the newest word of a witness may be before a reader is told that there may be a newer log. See docs/limits.md.
const DefaultStale = 24 * time.Hour
