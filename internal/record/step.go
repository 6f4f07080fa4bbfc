package record

import (
	"fmt"
	"regexp"
	"slices"

	"truce"
	"truce/internal/vault"
)

// Limits of a step, a statement and a query. See docs/limits.md.
const (
	MaxCites     = 256
	MaxNamed     = 64
	MaxTextBytes = 64 << 10
)

// Step is one step in a case. Which of the fields a step needs is said by the table of package casefile; this package only holds
// them to their form. Text and Where are sealed, each alone.
type Step struct {
	Case truce.CaseID
	Step truce.CaseStep
	// Last is the number of the case's last step as its author saw it, 0 for the step that opens the case. A step made on an older
	// state than the present one is refused.
	Last int

	// What a case is about: a rule or an article, and the kind of incident where there is one.
	Rule    truce.RuleID
	Article truce.ArticleID
	Kind    string
	// Cites are the records it rests on.
	Cites []truce.RecordID
	// Parties are those that the case names, who must be told and heard.
	Parties []truce.BodyID
	// Team is who has the order to verify.
	Team        truce.BodyID
	Finding     *Finding
	Attribution *Attribution
	// Of is the number of the step that made the finding which is signed or dissented from.
	Of int
	// Signs is the digest of what is signed or dissented from, as [casefile.Book.Conclusion] has it: a signature binds the words of a finding and not its
	// number alone. Zero in records from before it was asked for.
	Signs truce.Digest
	// Other is the case that a duplicate repeats.
	Other truce.CaseID
	// Tier is at which a finding is published; zero elsewhere.
	Tier truce.Tier
	// Clock and Body say whose clock ran out.
	Clock truce.CaseClock
	Body  truce.BodyID
	// Simulated marks what belongs to an exercise.
	Simulated bool

	Text, Where string
	Erased      bool // there was sealed content, and it was destroyed
}

// Finding is what people concluded of whether it happened. Intent and severity are other questions, and so is who answers for it.
type Finding struct {
	Occurrence truce.Occurrence `json:"occurrence"`
	Standard   string           `json:"standard"`   // a word the agreement declares
	Confidence string           `json:"confidence"` // a word the agreement declares
	Intent     truce.Intent     `json:"intent"`
	Severity   string           `json:"severity,omitempty"` // a word the agreement declares; "" where nobody assessed it
}

// Attribution is what people concluded of who answers for it, with a standard and confidence of its own.
type Attribution struct {
	Result     truce.AttributionResult `json:"result"`
	By         []truce.ActorID         `json:"by,omitempty"`
	Standard   string                  `json:"standard"`
	Confidence string                  `json:"confidence"`
}

type stepBody struct {
	Case        truce.CaseID     `json:"case"`
	Step        truce.CaseStep   `json:"step"`
	Last        int              `json:"last"`
	Rule        truce.RuleID     `json:"rule,omitempty"`
	Article     truce.ArticleID  `json:"article,omitempty"`
	Kind        string           `json:"kind,omitempty"`
	Cites       []truce.RecordID `json:"cites,omitempty"`
	Parties     []truce.BodyID   `json:"parties,omitempty"`
	Team        truce.BodyID     `json:"team,omitempty"`
	Finding     *Finding         `json:"finding,omitempty"`
	Attribution *Attribution     `json:"attribution,omitempty"`
	Of          int              `json:"of,omitempty"`
	Signs       string           `json:"signs,omitempty"`
	Other       truce.CaseID     `json:"other,omitempty"`
	Tier        string           `json:"tier,omitempty"`
	Clock       truce.CaseClock  `json:"clock,omitempty"`
	Body        truce.BodyID     `json:"body,omitempty"`
	Simulated   bool             `json:"simulated,omitempty"`
}

// TextGroup names the group that holds the words of a step, a statement or a query.
const TextGroup = "text"

// Draft writes the step as a record.
func (s Step) Draft() (Draft, error) {
	b := stepBody{s.Case, s.Step, s.Last, s.Rule, s.Article, s.Kind, s.Cites, s.Parties, s.Team, s.Finding, s.Attribution, s.Of, "", s.Other, "",
		s.Clock, s.Body, s.Simulated}
	if s.Tier != truce.TierUnclassified {
		b.Tier = s.Tier.String()
	}
	b.Signs = digestText(s.Signs)
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Step", Kind: truce.Invalid, Subject: string(s.Case), Reason: err.Error()}
	}
	return withTexts(truce.RecordStep, b, sealedText{TextGroup, &s.Text}, sealedText{"where", &s.Where})
}

// ReadStep reads a record of the kind.
func ReadStep(r *truce.Record, groups vault.Groups) (s Step, err error) {
	var b stepBody
	if err := readBody(r, truce.RecordStep, &b); err != nil {
		return Step{}, err
	}
	if err := b.check(); err != nil {
		return Step{}, &truce.Error{Op: "record.ReadStep", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	tier := truce.TierUnclassified
	if b.Tier != "" {
		tier, _ = truce.ParseTier(b.Tier) // check has seen it
	}
	s = Step{Case: b.Case, Step: b.Step, Last: b.Last, Rule: b.Rule, Article: b.Article, Kind: b.Kind, Cites: b.Cites, Parties: b.Parties, Team: b.Team,
		Finding: b.Finding, Attribution: b.Attribution, Of: b.Of, Other: b.Other, Tier: tier, Clock: b.Clock, Body: b.Body, Simulated: b.Simulated}
	s.Signs, _ = parseDigest(b.Signs)
	s.Erased, err = readTexts(r, groups, sealedText{TextGroup, &s.Text}, sealedText{"where", &s.Where})
	return s, err
}

var caseID = regexp.MustCompile(`^[0-9]{4}-[0-9]{4,9}$`)

func (b *stepBody) check() error {
	tier, ok := truce.ParseTier(b.Tier)
	switch {
	case !caseID.MatchString(string(b.Case)):
		return fmt.Errorf("%q is no number of a case: it is the year and a number, for example 2026-0042", b.Case)
	case !slices.Contains(truce.CaseSteps, string(b.Step)):
		return fmt.Errorf("%q is no step", b.Step)
	case b.Last < 0 || b.Of < 0:
		return fmt.Errorf("steps are counted from 1")
	case (b.Last == 0) != (b.Step == truce.StepOpen):
		return fmt.Errorf("the step that opens a case is its first, and no other is")
	case b.Signs != "" && !isDigest(b.Signs):
		return fmt.Errorf("%q is no digest of a finding", b.Signs)
	case b.Other != "" && !caseID.MatchString(string(b.Other)):
		return fmt.Errorf("%q is no number of a case", b.Other)
	case b.Tier != "" && (!ok || tier == truce.TierUnclassified):
		return fmt.Errorf("%q is no tier of %v", b.Tier, truce.TierWords()[1:])
	case b.Clock != "" && !slices.Contains(truce.CaseClocks, string(b.Clock)):
		return fmt.Errorf("%q is no clock", b.Clock)
	}
	for _, w := range []string{string(b.Rule), string(b.Article), b.Kind, string(b.Team), string(b.Body)} {
		if w != "" && !isName(w) {
			return fmt.Errorf("%q is no name", w)
		}
	}
	if f := b.Finding; f != nil && (!isName(f.Standard) || !isName(f.Confidence) || f.Severity != "" && !isName(f.Severity)) {
		return fmt.Errorf("a finding names its standard of proof and its confidence, each in one word")
	}
	if a := b.Attribution; a != nil {
		if !isName(a.Standard) || !isName(a.Confidence) {
			return fmt.Errorf("an attribution names its standard of proof and its confidence, each in one word")
		}
		if n := len(a.By); a.Result == truce.AttributionParty && n != 1 || a.Result == truce.AttributionSeveral && n < 2 ||
			(a.Result == truce.AttributionNone || a.Result == truce.AttributionCannot) && n != 0 {
			return fmt.Errorf("an attribution to %q names another number of actors than %d", a.Result, n)
		}
		if err := names("actors", a.By, MaxNamed); err != nil {
			return err
		}
	}
	if err := names("parties", b.Parties, MaxNamed); err != nil {
		return err
	}
	return names("cited records", b.Cites, MaxCites)
}

// names checks a list of ids: each well formed and there once, and not too many.
func names[T ~string](what string, list []T, most int) error {
	if len(list) > most {
		return fmt.Errorf("%d %s are more than the %d there may be", len(list), what, most)
	}
	for i, id := range list {
		if !isName(string(id)) {
			return fmt.Errorf("among its %s, %q is no name", what, id)
		}
		if slices.Contains(list[:i], id) {
			return fmt.Errorf("among its %s, %q is there twice", what, id)
		}
	}
	return nil
}

// isName reports whether s can be a name: what stands openly in a record must not be able to hold a text.
func isName(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == ':') {
			return false
		}
	}
	return true
}

// sealedText is a text that is a group of its own.
type sealedText struct {
	group string
	text  *string
}

// withTexts drafts a record of a kind with the texts that are not empty.
func withTexts(kind truce.RecordKind, body any, texts ...sealedText) (Draft, error) {
	var groups []vault.Group
	for _, t := range texts {
		if *t.text == "" {
			continue
		}
		if len(*t.text) > MaxTextBytes {
			return Draft{}, &truce.Error{Op: "record.Draft", Kind: truce.TooLarge, Subject: kind.String(), Reason: fmt.Sprintf("its %s has %d bytes, more than %d", t.group, len(*t.text), MaxTextBytes)}
		}
		g, err := group(t.group, *t.text)
		if err != nil {
			return Draft{}, &truce.Error{Op: "record.Draft", Kind: truce.Invalid, Subject: kind.String(), Reason: "its " + t.group, Cause: err}
		}
		groups = append(groups, g)
	}
	return draft(kind, body, groups...)
}

// readTexts reads the texts that a record commits to; erased says that there were some, and that they are gone.
func readTexts(r *truce.Record, groups vault.Groups, texts ...sealedText) (erased bool, err error) {
	for _, t := range texts {
		if _, there := r.Commitment(t.group); !there {
			continue
		}
		if groups.Erased() {
			erased = true
			continue
		}
		if err := readGroup(r, groups, t.group, t.text); err != nil {
			return false, err
		}
	}
	return erased, nil
}

func isDigest(s string) bool {
	_, ok := parseDigest(s)
	return ok
}
